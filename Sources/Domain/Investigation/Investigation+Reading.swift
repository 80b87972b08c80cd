extension Investigation {
    /// How sure a cause is, as every page, export and draft must say it.
    package struct CauseWording: Equatable, Sendable {
        /// "Confirmed cause" or "Suspected cause"; "Cause" where nothing is even suspected.
        package var label: String
        /// The cause in words; nil where nothing is even suspected.
        package var cause: String?
        /// Whether it may be said as a fact.
        package var isConfirmed: Bool
        /// A sentence that may be put into an internal draft as it is.
        package var sentence: String

        /// The same for a draft to the customer, without our numbers.
        package var outwards: String {
            guard let cause else { return sentence }
            return isConfirmed ? "The confirmed cause: \(cause)" : "We suspect, not confirmed: \(cause)"
        }
    }

    /// The hypothesis that was confirmed last, and is the cause.
    package var confirmedCause: Hypothesis? {
        hypotheses.filter { $0.state == .confirmed }
            .max { ($0.judged?.entry ?? 0) < ($1.judged?.entry ?? 0) }
    }

    /// The hypotheses that are still followed or proved, the likeliest first.
    package var ranked: [Hypothesis] {
        hypotheses.filter { [.open, .supported, .confirmed].contains($0.state) }.enumerated()
            .sorted { ($0.element.likelihood, $1.offset) > ($1.element.likelihood, $0.offset) }.map(\.element)
    }

    /// The hypotheses that are set aside.
    package var parked: [Hypothesis] { hypotheses.filter { $0.state == .parked } }

    /// The hypotheses that do not hold: they stay in sight, so that nobody tries them again.
    package var refuted: [Hypothesis] { hypotheses.filter { $0.state == .refuted } }

    /// The tests to do, what tells most for least first.
    package var plan: [Test] {
        tests.filter { !$0.isDone }.enumerated()
            .sorted { ($0.element.plan.rank, $1.offset) > ($1.element.plan.rank, $0.offset) }.map(\.element)
    }

    /// The tests that are done, latest first.
    package var doneTests: [Test] {
        tests.filter(\.isDone).sorted {
            ($0.results.last?.recorded.entry ?? 0) > ($1.results.last?.recorded.entry ?? 0)
        }
    }

    /// The workarounds that may be used.
    package var usableWorkarounds: [WayAround] { workarounds.filter { $0.withdrawnBecause == nil } }

    /// Whether customers can work around the problem while its cause stays: no fix was verified.
    package var hasWorkaroundOnly: Bool {
        !usableWorkarounds.isEmpty && !fixes.contains { FixVerification($0).isTested }
    }

    /// How far the latest fix is verified; nil without a fix.
    package var fixVerification: FixVerification? { fixes.last.map { FixVerification($0) } }

    /// Questions to other parties that nobody answered, oldest first.
    package var openQuestions: [(party: Party, question: Question)] {
        parties.flatMap { party in party.questions.filter { $0.answer == nil }.map { (party, $0) } }
            .sorted { $0.1.asked.at < $1.1.asked.at }
    }

    /// Whether nothing was written down yet.
    package var isEmpty: Bool {
        hypotheses.isEmpty && tests.isEmpty && decisions.isEmpty && boundaries.values.allSatisfy(\.isEmpty)
            && notes.isEmpty && workarounds.isEmpty && fixes.isEmpty && parties.isEmpty
    }

    /// Everybody who is named.
    package var people: [String] {
        var people: Set<String> = []
        for one in hypotheses {
            people.formUnion([one.proposed.by, one.judged?.by ?? ""] + one.results.map(\.recorded.by))
        }
        for one in decisions {
            people.formUnion([one.recorded.by, one.decision.decider, one.agreementRecorded?.by ?? ""])
        }
        for one in fixes {
            people.formUnion([one.recorded.by] + one.tests.map(\.recorded.by))
            people.formUnion(one.confirmations.values.map(\.recorded.by))
        }
        for one in parties {
            people.formUnion([one.listed.by] + one.weighed.map(\.recorded.by))
            people.formUnion(one.questions.flatMap { [$0.asked.by, $0.answered?.by ?? ""] })
        }
        for one in tests { people.formUnion([one.planned.by] + one.results.map(\.recorded.by)) }
        people.formUnion(notes.values.map(\.written.by) + workarounds.map(\.recorded.by))
        return people.subtracting([""]).sorted()
    }

    /// The cause as it may be said: as a fact only where it is confirmed.
    package var causeWording: CauseWording {
        if let cause = confirmedCause {
            return CauseWording(
                label: "Confirmed cause", cause: cause.wording.statement, isConfirmed: true,
                sentence: "Confirmed cause (\(cause.id)): \(cause.wording.statement)")
        }
        guard let likeliest = ranked.first else {
            return CauseWording(
                label: "Cause", cause: nil, isConfirmed: false, sentence: "The cause is not known yet.")
        }
        return CauseWording(
            label: "Suspected cause", cause: likeliest.wording.statement, isConfirmed: false,
            sentence: "We suspect (\(likeliest.id), not confirmed): \(likeliest.wording.statement)")
    }

    /// What is missing before a hypothesis can be confirmed, in words; empty where nothing is.
    package func missingForConfirmation(of hypothesis: Hypothesis, evidence known: Set<String>) -> [String] {
        var missing: [String] = []
        if !hypothesis.evidence.contains(where: known.contains) { missing.append("evidence on this case") }
        if hypothesis.state != .confirmed { missing.append("a method of verification and what it showed") }
        return missing
    }
}

extension Investigation.Hypothesis {
    /// Its turn among those that are followed.
    fileprivate var likelihood: Int {
        let byState =
            switch state {
            case .confirmed: 20
            case .supported: 10
            default: 0
            }
        return byState + (judgement.confidence?.points ?? 0)
    }

    /// What was seen last that concerns it.
    package var latestResult: Investigation.Result? { results.last }
}

/// How far a fix is verified.
package struct FixVerification: Equatable, Sendable {
    /// "F1".
    package var fix: String
    /// The latest test of it held.
    package var isTested: Bool
    /// The customer says that it works; nil while they said nothing.
    package var customerConfirms: Bool?
    /// What is measured says that it works; nil while nobody looked.
    package var monitoringConfirms: Bool?

    /// How far this fix is verified.
    package init(_ fix: Investigation.Fix) {
        self.fix = fix.id
        isTested = fix.tests.last?.test.holds ?? false
        customerConfirms = fix.confirmations[.customer]?.holds
        monitoringConfirms = fix.confirmations[.monitoring]?.holds
    }

    /// Whether test, customer and monitoring all say that it works.
    package var isComplete: Bool { isTested && customerConfirms == true && monitoringConfirms == true }

    /// What is still missing, in words.
    package var missing: [String] {
        var missing: [String] = []
        if !isTested { missing.append("a test that holds") }
        if customerConfirms != true { missing.append("the customer’s confirmation") }
        if monitoringConfirms != true { missing.append("monitoring’s confirmation") }
        return missing
    }
}

extension SupportCase {
    /// Whether the root cause of the case is confirmed: a confirmed hypothesis stands for just this cause.
    package var isRootCauseConfirmed: Bool {
        classification[.rootCause].map { confirmedCauses.values.contains($0) } ?? false
    }

    /// The root cause as it may be shown: with the word “suspected” unless it is confirmed; nil where none is set.
    package func rootCauseWords(_ policy: Policy) -> String? {
        classification[.rootCause].map { cause in
            let name = policy.name(of: cause, in: \.rootCauses)
            return isRootCauseConfirmed ? "\(name) (confirmed)" : "\(name) (suspected)"
        }
    }
}

/// Finds sentences that state a cause as a fact in text that is about to leave the house.
package enum CauseClaim {
    /// The first of `phrases` that a sentence of `text` uses without one of the `hedges` beside it; nil where none does.
    ///
    /// Letter case does not matter. A sentence ends at “.”, “!”, “?” or a line break. O(text × phrases).
    package static func found(in text: String, phrases: [String], hedges: [String]) -> String? {
        let claims = phrases.map { (phrase: $0, words: tokens($0)) }
        let doubts = hedges.map(tokens)
        for sentence in text.split(whereSeparator: { ".!?\n".contains($0) }) {
            let words = tokens(String(sentence))
            guard !doubts.contains(where: { contains(words, $0) }) else { continue }
            if let claim = claims.first(where: { contains(words, $0.words) }) { return claim.phrase }
        }
        return nil
    }

    private static func tokens(_ text: String) -> [String] {
        text.lowercased().split(whereSeparator: { !$0.isLetter && !$0.isNumber }).map(String.init)
    }

    private static func contains(_ words: [String], _ run: [String]) -> Bool {
        guard !run.isEmpty, words.count >= run.count else { return false }
        return (0...(words.count - run.count)).contains { words[$0...].starts(with: run) }
    }
}
