/// What policy says of evidence: its kinds, who reads it, how long it is kept, what a case should have.
package struct EvidenceRules: Hashable, Sendable {
    /// How sensitive a piece of evidence is.
    package struct Sensitivity: Hashable, Sendable {
        /// Stored and sent.
        package var id: String
        /// Shown.
        package var name: String
        /// Whether reading it takes a right of its own and a reason.
        package var isRestricted: Bool
        /// Whether each reading is on record.
        package var recordsReads: Bool
        /// Whether people see texts without what is private, and the original only for a reason.
        package var isRedacted = true
    }

    /// How long a piece of evidence is kept.
    package struct Retention: Hashable, Sendable {
        /// Stored and sent.
        package var id: String
        /// Shown.
        package var name: String
        /// Days after it was added.
        package var days: Int
        /// The kinds that are kept so long where nothing else was said of a piece.
        package var types: [String] = []
    }

    /// A kind of evidence that some cases should have.
    package struct Expected: Hashable, Sendable {
        /// The kind.
        package var type: String
        /// Kinds of request that should have it; all where empty.
        package var requestTypes: [String]
        /// Product areas that should have it; all where empty.
        package var productAreas: [String]
    }

    /// The kinds; the last is that of evidence of which nothing was said.
    package var types: [Policy.Term]
    /// How sensitive evidence can be; the first is that of evidence of which nothing was said.
    package var sensitivities: [Sensitivity]
    /// How long evidence can be kept; the first is that of evidence of which nothing was said.
    package var retentions: [Retention]
    /// What cases should have.
    package var expected: [Expected]
    /// Kinds whose texts everybody sees as they are.
    package var unredactedTypes: Set<String> = []
    /// The largest file, in millions of bytes.
    package var mostMegabytes: Int
    /// Endings of names that are not taken, in small letters and without the dot.
    package var refusedEndings: [String]
    /// Days that a link for uploading works.
    package var requestDays: Int
    /// Days that a link for reading works.
    package var shareDays: Int

    /// What holds where policy says nothing of evidence.
    package static let standard = EvidenceRules(
        types: [Policy.Term(id: "other", name: "Other")],
        sensitivities: [
            Sensitivity(id: "normal", name: "Normal", isRestricted: false, recordsReads: false),
            Sensitivity(id: "restricted", name: "Restricted", isRestricted: true, recordsReads: true),
        ],
        retentions: [Retention(id: "two_years", name: "Two years", days: 730)], expected: [],
        mostMegabytes: 20_480, refusedEndings: [], requestDays: 14, shareDays: 7)
}

extension EvidenceRules {
    /// The name of a kind, or its identifier where policy no longer lists it.
    package func name(ofType id: String) -> String { types.first { $0.id == id }?.name ?? id }

    /// The kind of a piece of evidence.
    package func type(of evidence: Evidence) -> String {
        evidence.details[.type] ?? types.last?.id ?? "other"
    }

    /// How sensitive a piece of evidence is; one that policy no longer knows counts as restricted.
    package func sensitivity(of evidence: Evidence) -> Sensitivity {
        sensitivity(evidence.details[.sensitivity])
    }

    /// The sensitivity with this identifier; the usual one for nil, and a restricted one for what is not known.
    package func sensitivity(_ id: String?) -> Sensitivity {
        if let found = sensitivities.first(where: { id == nil || $0.id == id }) { return found }
        return Sensitivity(id: id ?? "", name: id ?? "", isRestricted: true, recordsReads: true)
    }

    /// Whether people see a copy of a text without what is private; what is no text stays as it is.
    package func showsRedacted(_ evidence: Evidence) -> Bool {
        sensitivity(of: evidence).isRedacted && !unredactedTypes.contains(type(of: evidence))
    }

    /// How long a piece of evidence is kept.
    package func retention(of evidence: Evidence) -> Retention? {
        if let id = evidence.details[.retention] { return retentions.first { $0.id == id } }
        let type = type(of: evidence)
        return retentions.first { $0.types.contains(type) } ?? retentions.first
    }

    /// Until when a piece of evidence is kept; nil where policy no longer has its retention.
    package func keepUntil(_ evidence: Evidence) -> Timestamp? {
        retention(of: evidence).map { evidence.addedAt.adding(seconds: Int64($0.days) * 86_400) }
    }

    /// The kinds of evidence that a case should have.
    package func expected(for this: SupportCase) -> [String] {
        expected.filter { rule in
            (rule.requestTypes.isEmpty || rule.requestTypes.contains(this.requestType))
                && (rule.productAreas.isEmpty
                    || rule.productAreas.contains(this.classification[.productArea] ?? ""))
        }.map(\.type)
    }

    /// Refuses a file that policy does not take.
    package func refuse(name: String, size: Int64?) throws(Refusal) {
        let ending = name.split(separator: ".").last.map { $0.lowercased() } ?? ""
        if name.contains("."), refusedEndings.contains(ending) {
            throw Refusal(
                field: "file", "refused_ending",
                "Files that end in “.\(ending)” are not taken here. Put it into an archive if it is needed.")
        }
        if let size, size > mostBytes { throw tooLarge }
    }

    /// The largest file, in bytes.
    package var mostBytes: Int64 { Int64(mostMegabytes) * 1_000_000 }

    /// What a file that is too large is refused with.
    package var tooLarge: Refusal {
        Refusal(
            .tooLarge, "file_too_large",
            "A file may have at most \(mostMegabytes) MB here. Compress it, or cut it to the time that matters."
        )
    }
}

extension EvidenceRules {
    /// Reads the part of the policy document, or takes the usual rules where there is none.
    static func read(_ root: inout ConfigReader, _ problems: inout [ConfigProblem]) -> EvidenceRules {
        guard let node = root.child("evidence") else { return .standard }
        var reader = ConfigReader(node, at: "evidence", problems: &problems)
        let rules = EvidenceRules(
            types: Policy.readTerms("types", &reader, &problems),
            sensitivities: reader.items("sensitivities", &problems).map { item in
                var one = ConfigReader(item.node, at: item.path, problems: &problems)
                let isRestricted = one.flag("restricted", default: false, &problems)
                let sensitivity = Sensitivity(
                    id: one.text("id", &problems), name: one.text("name", &problems),
                    isRestricted: isRestricted,
                    recordsReads: one.flag("record_reads", default: isRestricted, &problems) || isRestricted,
                    isRedacted: one.flag("redacted", default: true, &problems))
                one.refuseUnknownKeys(&problems)
                return sensitivity
            },
            retentions: reader.items("retentions", &problems).map { item in
                var one = ConfigReader(item.node, at: item.path, problems: &problems)
                let retention = Retention(
                    id: one.text("id", &problems), name: one.text("name", &problems),
                    days: one.integer("days", 1...36_500, default: 730, &problems),
                    types: one.texts("types", &problems).map(\.text))
                one.refuseUnknownKeys(&problems)
                return retention
            },
            expected: reader.child("expected") == nil
                ? []
                : reader.items("expected", &problems).map { item in
                    var one = ConfigReader(item.node, at: item.path, problems: &problems)
                    let expected = Expected(
                        type: one.text("type", &problems),
                        requestTypes: one.texts("request_types", &problems).map(\.text),
                        productAreas: one.texts("product_areas", &problems).map(\.text))
                    one.refuseUnknownKeys(&problems)
                    return expected
                },
            unredactedTypes: Set(reader.texts("unredacted_types", &problems).map(\.text)),
            mostMegabytes: reader.integer("most_megabytes", 1...10_000_000, default: 20_480, &problems),
            refusedEndings: reader.texts("refused_endings", &problems).map { $0.text.lowercased() },
            requestDays: reader.integer("request_days", 1...365, default: 14, &problems),
            shareDays: reader.integer("share_days", 1...365, default: 7, &problems))
        let known = Set(rules.types.map(\.id))
        for expected in rules.expected where !known.contains(expected.type) {
            problems.append(
                .init(
                    line: node.line, key: "evidence.expected",
                    message: "“\(expected.type)” is not one of the kinds of evidence"))
        }
        for type in rules.unredactedTypes.sorted() where !known.contains(type) {
            problems.append(
                .init(
                    line: node.line, key: "evidence.unredacted_types",
                    message: "“\(type)” is not one of the kinds of evidence"))
        }
        for type in rules.retentions.flatMap(\.types) where !known.contains(type) {
            problems.append(
                .init(
                    line: node.line, key: "evidence.retentions",
                    message: "“\(type)” is not one of the kinds of evidence"))
        }
        reader.refuseUnknownKeys(&problems)
        return rules
    }
}
