package import Diagnosis

/// Two pieces of evidence, or two stretches of time of one, compared pattern by pattern.
///
/// It is no fact: it follows from the bytes, and can be made again at any time.
package struct EvidenceComparison: Sendable {
    /// A stretch of time; what is nil has no end there.
    package struct Stretch: Sendable, Equatable {
        /// The first moment in it.
        package var from: Timestamp?
        /// The first moment behind it.
        package var to: Timestamp?

        /// A stretch between two moments.
        package init(from: Timestamp? = nil, to: Timestamp? = nil) { (self.from, self.to) = (from, to) }

        /// Whether it is all of time.
        package var isAll: Bool { from == nil && to == nil }

        /// The same for the engine; nil where it is all of time.
        package var range: Range<Int64>? {
            isAll ? nil : (from?.microseconds ?? .min)..<(to?.microseconds ?? .max)
        }
    }

    /// Its identifier.
    package var id: String
    /// The case on whose page it stands.
    package var caseID: ID<SupportCase>
    /// The piece that is looked at.
    package var evidence: ID<Evidence>
    /// The piece that it is compared with; the same one where two stretches of its time are compared.
    package var other: ID<Evidence>
    /// What of the piece counts.
    package var now: Stretch
    /// What of the other counts.
    package var before: Stretch
    /// How far it is: waiting, running, done or failed.
    package var state: EvidenceAnalysis.State
    /// How often it was begun.
    package var tries: Int
    /// Who asked for it.
    package var askedBy: String
    /// When it was asked for.
    package var askedAt: Timestamp
    /// When it ended.
    package var endedAt: Timestamp?
    /// Why it failed, in a sentence.
    package var message: String?
    /// What came out of it.
    package var result: ComparedLogs?

    /// A comparison that waits to be begun.
    package init(
        id: String, caseID: ID<SupportCase>, evidence: ID<Evidence>, other: ID<Evidence>, now: Stretch,
        before: Stretch, askedBy: String, askedAt: Timestamp
    ) {
        (self.id, self.caseID, self.evidence, self.other) = (id, caseID, evidence, other)
        (self.now, self.before, self.askedBy, self.askedAt) = (now, before, askedBy, askedAt)
        (state, tries) = (.waiting, 0)
    }

    /// Whether two stretches of one piece are compared.
    package var isOfOne: Bool { evidence == other }

    /// Refuses what cannot be compared: a piece with all of itself, times that end before they begin or overlap.
    package func refuse() throws(Refusal) {
        for (stretch, field) in [(now, "to"), (before, "before_to")] {
            if let from = stretch.from, let to = stretch.to, to <= from {
                throw Refusal(field: field, "ends_before", "It ends before it begins.")
            }
        }
        guard isOfOne else { return }
        guard let one = now.range else {
            throw Refusal(
                field: "from", "needs_time",
                "Say which stretch of time is compared with another, or name another piece of evidence.")
        }
        if let two = before.range {
            if one.overlaps(two) {
                throw Refusal(
                    field: "before_from", "overlaps",
                    "The two stretches of time share a part. Choose them apart.")
            }
        } else if now.from == nil {
            throw Refusal(
                field: "before_from", "needs_time", "Say which stretch of time it is compared with.")
        }
    }
}

/// What is new, gone, more and less between two logs, bounded in size and without what is private.
package struct ComparedLogs: Sendable, Equatable {
    /// A line of one of the two.
    package struct Place: Sendable, Equatable {
        /// The path inside the archive; empty for the file itself.
        package var member: String
        /// The line, from 1.
        package var line: Int

        /// A place with all parts.
        package init(member: String, line: Int) { (self.member, self.line) = (member, line) }
    }

    /// A pattern on both sides.
    package struct Pattern: Sendable, Equatable {
        /// The same in every file, host and case.
        package var id: String
        /// The message with its varying parts as `<*>`.
        package var text: String
        /// The gravest level of its lines, where they have one.
        package var level: String?
        /// Whether it tells of something that went wrong.
        package var isTrouble: Bool
        /// How many lines have it now.
        package var now: Int
        /// How many lines had it before.
        package var before: Int
        /// Its first line now.
        package var firstNow: Place?
        /// Its first line before.
        package var firstBefore: Place?

        /// A pattern with all parts.
        package init(
            id: String, text: String, level: String?, isTrouble: Bool, now: Int, before: Int,
            firstNow: Place?, firstBefore: Place?
        ) {
            (self.id, self.text, self.level, self.isTrouble) = (id, text, level, isTrouble)
            (self.now, self.before) = (now, before)
            (self.firstNow, self.firstBefore) = (firstNow, firstBefore)
        }
    }

    /// The patterns of one kind of change.
    package struct Group: Sendable, Equatable {
        /// How they changed: `new`, `gone`, `more`, `less`.
        package var change: String
        /// How many there are; the list holds the first.
        package var count: Int
        /// The patterns, trouble first.
        package var patterns: [Pattern]

        /// A group with all parts.
        package init(change: String, count: Int, patterns: [Pattern]) {
            (self.change, self.count, self.patterns) = (change, count, patterns)
        }
    }

    /// How many lines count now.
    package var linesNow = 0
    /// How many lines count before.
    package var linesBefore = 0
    /// How many lines stand outside of the times that were asked for.
    package var linesOutside = 0
    /// How many in a thousand lines now have a pattern that stood there before, too.
    package var sharedPerMille = 0
    /// The first time now.
    package var from: Timestamp?
    /// The last time now.
    package var to: Timestamp?
    /// What changed.
    package var groups: [Group] = []
    /// What could not be read and why, in sentences.
    package var problems: [String] = []

    /// A comparison of nothing.
    package init() {}

    /// Whether so little is common to both that they may not be logs of the same program.
    package var isAlien: Bool { linesNow > 0 && linesBefore > 0 && sharedPerMille < 100 }

    /// How many patterns changed so.
    package func count(_ change: LogComparison.Change) -> Int {
        groups.first { $0.change == change.rawValue }?.count ?? 0
    }
}

extension ComparedLogs {
    /// What came out, as it is kept and as programs read it.
    package var json: JSON {
        [
            "now_lines": .integer(Int64(linesNow)), "before_lines": .integer(Int64(linesBefore)),
            "lines_outside": .integer(Int64(linesOutside)),
            "shared_per_mille": .integer(Int64(sharedPerMille)),
            "first_at": from?.json ?? .null, "last_at": to?.json ?? .null,
            "problems": .array(problems.map(JSON.string)),
            "changes": .array(
                groups.map { group in
                    [
                        "change": .string(group.change), "count": .integer(Int64(group.count)),
                        "patterns": .array(group.patterns.map(\.json)),
                    ]
                }),
        ]
    }

    /// What was kept as this.
    package init(_ json: JSON) {
        func number(_ key: String) -> Int { Int(json[key]?.integer ?? 0) }
        (linesNow, linesBefore) = (number("now_lines"), number("before_lines"))
        (linesOutside, sharedPerMille) = (number("lines_outside"), number("shared_per_mille"))
        from = json["first_at"]?.string.flatMap { Timestamp($0) }
        to = json["last_at"]?.string.flatMap { Timestamp($0) }
        problems = json["problems"]?.array?.compactMap(\.string) ?? []
        groups = (json["changes"]?.array ?? []).map { group in
            Group(
                change: group["change"]?.string ?? "", count: Int(group["count"]?.integer ?? 0),
                patterns: (group["patterns"]?.array ?? []).map(Pattern.init))
        }
    }
}

extension ComparedLogs.Pattern {
    fileprivate var json: JSON {
        func place(_ place: ComparedLogs.Place?) -> JSON {
            place.map { ["member": .string($0.member), "line": .integer(Int64($0.line))] } ?? .null
        }
        return [
            "id": .string(id), "template": .string(text), "level": level.map(JSON.string) ?? .null,
            "trouble": .bool(isTrouble), "now": .integer(Int64(now)), "before": .integer(Int64(before)),
            "first_now": place(firstNow), "first_before": place(firstBefore),
        ]
    }

    fileprivate init(_ json: JSON) {
        func place(_ key: String) -> ComparedLogs.Place? {
            guard let line = json[key]?["line"]?.integer else { return nil }
            return .init(member: json[key]?["member"]?.string ?? "", line: Int(line))
        }
        self.init(
            id: json["id"]?.string ?? "", text: json["template"]?.string ?? "", level: json["level"]?.string,
            isTrouble: json["trouble"]?.bool ?? false, now: Int(json["now"]?.integer ?? 0),
            before: Int(json["before"]?.integer ?? 0), firstNow: place("first_now"),
            firstBefore: place("first_before"))
    }
}
