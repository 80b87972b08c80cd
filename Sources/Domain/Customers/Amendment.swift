package import Diagnosis

/// A change of one customer's contract: what is promised to it alone, and what a missed promise costs.
///
/// What it says is never edited: another one is proposed that replaces it. It counts once somebody else than who
/// proposed it has approved it.
package struct Amendment: Equatable, Sendable {
    /// How long something may take for this customer.
    package struct Target: Hashable, Sendable {
        /// The clock.
        package var clock: CaseClock
        /// The severity; nil for all.
        package var severity: String?
        /// Seconds of working time.
        package var seconds: Int

        /// A target with all parts.
        package init(clock: CaseClock, severity: String?, seconds: Int) {
            (self.clock, self.severity, self.seconds) = (clock, severity, seconds)
        }
    }

    /// What it says.
    package struct Terms: Equatable, Sendable {
        /// What was signed, and where it lies: "Addendum 3 of 2026-02-27".
        package var document: String
        /// The first day on which cases are opened, and promises missed, for which it counts.
        package var from: CalendarDay
        /// The last such day; nil where it has no end.
        package var until: CalendarDay?
        /// How long things may take.
        package var targets: [Target] = []
        /// The clocks that stand while the customer allows no changes.
        package var waitsForChanges: Set<CaseClock> = []
        /// What missed promises cost; nil where nothing was agreed.
        package var credits: CreditTerms?
        /// The number of the amendment that it replaces: "A1".
        package var replaces: String?
        /// Why it was agreed.
        package var note: String?

        /// Terms of a document from a day on.
        package init(document: String, from: CalendarDay, until: CalendarDay? = nil) {
            (self.document, self.from, self.until) = (document, from, until)
        }

        /// Whether it is for cases that were opened, and promises that were missed, on a day.
        package func holds(on day: CalendarDay) -> Bool {
            from <= day && (until.map { day <= $0 } ?? true)
        }
    }

    /// How it was decided about, or ended.
    package struct Verdict: Equatable, Sendable {
        /// The ways.
        package enum Way: String, Sendable {
            /// It counts.
            case approved
            /// It was refused.
            case declined
            /// Whoever proposed it took it back.
            case withdrawn
        }

        /// Which way.
        package var way: Way
        /// By whom.
        package var by: String
        /// When.
        package var at: Timestamp
        /// What was said.
        package var note: String?

        /// A verdict with all parts.
        package init(way: Way, by: String, at: Timestamp, note: String?) {
            (self.way, self.by, self.at, self.note) = (way, by, at, note)
        }
    }

    /// What people say: "A1".
    package var number: String
    /// What it says.
    package var terms: Terms
    /// Who proposed it.
    package var proposedBy: String
    /// When.
    package var proposedAt: Timestamp
    /// What was decided; nil while nobody has.
    package var verdict: Verdict?
    /// The last day on which it counts since it was ended early, and why.
    package var ended: (day: CalendarDay, reason: String)? {
        get { endedOn.map { ($0, endedBecause ?? "") } }
        set { (endedOn, endedBecause) = (newValue?.day, newValue?.reason) }
    }
    private var endedOn: CalendarDay?
    private var endedBecause: String?

    /// An amendment as it is proposed.
    package init(number: String, _ terms: Terms, proposedBy: String, at moment: Timestamp) {
        (self.number, self.terms, self.proposedBy, proposedAt) = (number, terms, proposedBy, moment)
    }

    /// Where it stands on a day, in a word.
    package func state(on day: CalendarDay) -> String {
        switch verdict?.way {
        case nil: "proposed"
        case .declined: "declined"
        case .withdrawn: "withdrawn"
        case .approved where day < terms.from: "to come"
        case .approved: holds(on: day) ? "in force" : "over"
        }
    }

    fileprivate func holds(on day: CalendarDay) -> Bool {
        terms.holds(on: day) && (endedOn.map { day <= $0 } ?? true)
    }
}

/// The terms of an amendment that somebody approved: the only ones that a clock or a credit is worked out by.
package struct ApprovedTerms: Equatable, Sendable {
    /// The number of the amendment.
    package let number: String
    /// What it says.
    package let terms: Amendment.Terms
    private let amendment: Amendment

    /// The terms of an amendment.
    /// - Throws: a refusal that says why nothing counts by it, where nobody approved it.
    package init(_ amendment: Amendment) throws(Refusal) {
        let why: String
        switch amendment.verdict?.way {
        case .approved:
            (number, terms, self.amendment) = (amendment.number, amendment.terms, amendment)
            return
        case nil: why = "is proposed, and nobody has approved it"
        case .declined: why = "was declined"
        case .withdrawn: why = "was withdrawn"
        }
        throw Refusal(
            .conflict, "not_approved",
            "\(amendment.number) (\(amendment.terms.document)) \(why), so no clock and no credit counts by it."
        )
    }

    /// Whether it is for cases that were opened, and promises that were missed, on a day.
    package func holds(on day: CalendarDay) -> Bool { amendment.holds(on: day) }

    /// Whether it changes any clock.
    package var changesClocks: Bool { !terms.targets.isEmpty || !terms.waitsForChanges.isEmpty }

    /// The seconds that it allows; nil where it says nothing of the clock.
    package func seconds(_ clock: CaseClock, severity: String) -> Int? {
        let mine = terms.targets.filter { $0.clock == clock }
        return (mine.first { $0.severity == severity } ?? mine.first { $0.severity == nil })?.seconds
    }
}

extension [Amendment] {
    /// The terms that count on a day, oldest first, and why the others do not count: a sentence for each that is
    /// proposed or was refused and would be for that day.
    package func counting(on day: CalendarDay) -> (approved: [ApprovedTerms], refused: [String]) {
        var (approved, refused): ([ApprovedTerms], [String]) = ([], [])
        for amendment in self where amendment.terms.holds(on: day) {
            do {
                let terms = try ApprovedTerms(amendment)
                if terms.holds(on: day) { approved.append(terms) }
            } catch {
                refused.append(error.message)
            }
        }
        return (approved, refused)
    }

    /// The approved terms of these numbers, whatever the day: what counted stays what it was.
    package func approved(_ numbers: [String]) -> [ApprovedTerms] {
        filter { numbers.contains($0.number) }.compactMap { amendment in
            do throws(Refusal) { return try ApprovedTerms(amendment) } catch { return nil }
        }
    }
}

// MARK: Deciding

extension Organisation {
    /// The fact of a proposed amendment.
    /// - Throws: a refusal that names the field, where it says nothing or contradicts itself.
    package func proposing(_ terms: Amendment.Terms) throws(Refusal) -> OrganisationFact {
        if let until = terms.until, until < terms.from {
            throw Refusal(field: "until", "before_start", "It would end before it begins.")
        }
        guard !terms.targets.isEmpty || !terms.waitsForChanges.isEmpty || terms.credits != nil else {
            throw Refusal(
                field: "targets", "says_nothing",
                "It changes nothing: name targets, clocks that wait for their change windows, or credits.")
        }
        try terms.credits?.check()
        if let old = terms.replaces {
            guard let found = record.amendments.first(where: { $0.number == old }) else {
                throw Refusal(field: "replaces", "not_found", "\(name) has no amendment “\(old)”.")
            }
            guard found.verdict?.way == .approved else {
                throw Refusal(
                    field: "replaces", "not_approved", "\(old) does not count, so nothing can replace it.")
            }
        }
        return .amendmentProposed(number: "A\(record.amendments.count + 1)", terms)
    }

    /// The facts of approving an amendment: it counts, and the one that it replaces ends the day before.
    /// - Throws: a refusal where it is decided already, or whoever proposed it approves it.
    package func approving(_ number: String, note: String?, by actor: String) throws(Refusal)
        -> [OrganisationFact]
    {
        let amendment = try undecided(number)
        guard amendment.proposedBy != actor else {
            throw Refusal(
                .denied, "own_proposal",
                "You proposed \(amendment.number) yourself. Somebody else has to approve it.")
        }
        var facts: [OrganisationFact] = [.amendmentApproved(number: amendment.number, note: note)]
        if let old = amendment.terms.replaces {
            let last = CalendarDay(amendment.terms.from.start.adding(seconds: -86_400))
            facts.append(
                .amendmentEnded(number: old, until: last, reason: "\(amendment.number) replaces it."))
        }
        return facts
    }

    /// The fact of refusing an amendment; whoever proposed it withdraws it so.
    package func declining(_ number: String, reason: String, by actor: String) throws(Refusal)
        -> OrganisationFact
    {
        let amendment = try undecided(number)
        let way: Amendment.Verdict.Way = amendment.proposedBy == actor ? .withdrawn : .declined
        return .amendmentRefused(number: amendment.number, way: way, reason: reason)
    }

    /// The fact of ending an amendment that counts.
    /// - Throws: a refusal where it does not count, or would end before it began.
    package func ending(_ number: String, until day: CalendarDay, reason: String) throws(Refusal)
        -> OrganisationFact
    {
        let amendment = try amendment(number)
        guard amendment.verdict?.way == .approved else {
            throw Refusal(
                field: "amendment", "not_approved", "\(amendment.number) does not count, so it cannot end.")
        }
        guard day >= amendment.terms.from else {
            throw Refusal(
                field: "until", "before_start",
                "\(amendment.number) begins on \(amendment.terms.from.text); it cannot end before.")
        }
        return .amendmentEnded(number: amendment.number, until: day, reason: reason)
    }

    private func amendment(_ number: String) throws(Refusal) -> Amendment {
        guard let found = record.amendments.first(where: { $0.number == number.uppercased() }) else {
            throw Refusal(field: "amendment", "not_found", "\(name) has no amendment “\(number)”.")
        }
        return found
    }

    private func undecided(_ number: String) throws(Refusal) -> Amendment {
        let found = try amendment(number)
        guard let verdict = found.verdict else { return found }
        throw Refusal(
            .conflict, "decided", "\(found.number) was \(verdict.way.rawValue) already. Propose another one.")
    }
}

// MARK: Storing

extension Amendment.Target {
    /// As people write it: "resolution sev1 8h"; "all" for every severity.
    package var text: String {
        "\(clock.rawValue) \(severity ?? "all") \(ServiceLevels.durationText(seconds))"
    }

    /// Reads what people write; nil where it is not a clock with a target, a severity or “all”, and a time.
    package init?(text: String) {
        let parts = text.split(separator: " ").map(String.init)
        guard parts.count == 3, let clock = CaseClock(rawValue: parts[0]), clock.hasTarget,
            let seconds = ServiceLevels.seconds(parts[2])
        else { return nil }
        self.init(clock: clock, severity: parts[1] == "all" ? nil : parts[1], seconds: seconds)
    }
}

extension Amendment.Terms {
    /// The terms as they are stored.
    package var members: KeyValuePairs<String, JSON?> {
        [
            "document": .string(document), "from": .string(from.text),
            "until": until.map { .string($0.text) },
            "targets": targets.isEmpty ? nil : .array(targets.map { .string($0.text) }),
            "waits_for_changes": waitsForChanges.isEmpty
                ? nil : .array(waitsForChanges.map(\.rawValue).sorted().map(JSON.string)),
            "credits": credits?.json, "replaces": replaces.map(JSON.string), "note": note.map(JSON.string),
        ]
    }

    /// The terms that were stored with these members.
    package init(_ body: FactBody) throws {
        guard let from = CalendarDay(try body.text("from")) else {
            throw FactProblem("“\(try body.text("from"))” is not a day")
        }
        self.init(
            document: try body.text("document"), from: from,
            until: body.optionalText("until").flatMap { CalendarDay($0) })
        targets = body.texts("targets").compactMap { Amendment.Target(text: $0) }
        waitsForChanges = Set(body.texts("waits_for_changes").compactMap { CaseClock(rawValue: $0) })
        credits = body.members["credits"]?.object.flatMap { CreditTerms(FactBody($0)) }
        (replaces, note) = (body.optionalText("replaces"), body.optionalText("note"))
    }
}

extension Amendment {
    /// The amendment as it is stored and sent.
    package var json: JSON {
        var object = JSONObject()
        object["number"] = .string(number)
        for (key, value) in terms.members where value != nil { object[key] = value }
        object["proposed_by"] = .string(proposedBy)
        object["proposed_at"] = proposedAt.json
        if let verdict {
            object["verdict"] = .string(verdict.way.rawValue)
            object["decided_by"] = .string(verdict.by)
            object["decided_at"] = verdict.at.json
            if let note = verdict.note { object["decided_because"] = .string(note) }
        }
        if let ended {
            object["ended_on"] = .string(ended.day.text)
            object["ended_because"] = .string(ended.reason)
        }
        return .object(object)
    }

    /// The amendment that was stored so.
    package init(stored body: FactBody) throws {
        self.init(
            number: try body.text("number"), try Terms(body), proposedBy: try body.text("proposed_by"),
            at: body.time("proposed_at") ?? Timestamp(microseconds: 0))
        if let way = body.optionalText("verdict").flatMap({ Verdict.Way(rawValue: $0) }),
            let at = body.time("decided_at")
        {
            verdict = Verdict(
                way: way, by: try body.text("decided_by"), at: at, note: body.optionalText("decided_because"))
        }
        if let day = body.optionalText("ended_on").flatMap({ CalendarDay($0) }) {
            ended = (day, body.optionalText("ended_because") ?? "")
        }
    }
}
