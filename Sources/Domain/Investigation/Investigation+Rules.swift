/// The evidence that may be cited on a case.
package struct CitableEvidence: Equatable, Sendable {
    /// The numbers of the pieces that exist and that the actor may see: "E1".
    package var numbers: Set<String>
    /// How many entries the timeline has.
    package var entries: Int

    /// These pieces and so many entries.
    package init(numbers: Set<String>, entries: Int) { (self.numbers, self.entries) = (numbers, entries) }

    /// The references as they are kept: "E1" for a piece of evidence, "#12" for an entry of the timeline.
    package func checked(_ references: [String], field: String = "evidence") throws(Refusal) -> [String] {
        var kept: [String] = []
        for reference in references {
            let name = reference.uppercased()
            let isPiece = numbers.contains(name)
            let entry = name.hasPrefix("#") ? Int(name.dropFirst()) : nil
            guard isPiece || entry.map({ (1...max(entries, 1)).contains($0) }) ?? false else {
                throw Refusal(
                    field: field, "no_such_evidence",
                    "There is no evidence “\(reference)” on this case. Name a piece such as E1, or an entry of the timeline such as #12."
                )
            }
            if !kept.contains(name) { kept.append(name) }
        }
        return kept
    }
}

extension Investigation {
    /// The confirmed hypotheses that nothing proves any more once a piece of evidence is gone.
    ///
    /// - Parameter standing: the pieces of evidence of the case whose bytes are there, this one perhaps among them.
    package func restingAlone(on evidence: String, standing: Set<String>) -> [Hypothesis] {
        hypotheses.filter { one in
            one.state == .confirmed && one.evidence.contains(evidence)
                && !one.evidence.contains { $0 != evidence && standing.contains($0) }
        }
    }

    /// The facts of losing a piece of evidence: what it alone confirmed is suspected again.
    package func losing(
        _ evidence: String, standing: Set<String>, reason: String
    ) -> [InvestigationFact] {
        restingAlone(on: evidence, standing: standing).map { one in
            .hypothesisJudged(
                id: one.id,
                HypothesisJudgement(
                    state: .open, confidence: one.judgement.confidence,
                    reason: "\(evidence), which confirmed it, was taken away: \(reason)"))
        }
    }

    /// The facts of putting up a hypothesis, with a first test where one is given.
    package func proposing(
        _ wording: HypothesisWording, confidence: Level?, test: String?
    ) throws(Refusal) -> [InvestigationFact] {
        if let same = hypotheses.first(where: { Self.same($0.wording.statement, wording.statement) }) {
            throw Refusal(
                field: "statement", "already_there",
                "\(same.id) says the same and is \(same.state.words.lowercased()). Say in what this one differs."
            )
        }
        let id = nextHypothesis
        let proposed = InvestigationFact.hypothesisProposed(id: id, wording, confidence: confidence)
        guard let test else { return [proposed] }
        let plan = TestPlan(hypothesis: id, action: test, information: .medium, cost: .medium)
        return [proposed] + (try planning(plan, knowing: [id]))
    }

    /// The number that the next hypothesis gets; those of withdrawn ones are not given again.
    package var nextHypothesis: String { "H\(proposals + 1)" }

    /// The facts of withdrawing a hypothesis that was put up by mistake.
    ///
    /// Once anything was tried or seen of it, it stays in sight: a dead end is worth as much as a lead.
    package func withdrawingHypothesis(_ id: String, because reason: String) throws(Refusal)
        -> [InvestigationFact]
    {
        let hypothesis = try hypothesis(id)
        guard hypothesis.judgementBefore == nil, hypothesis.results.isEmpty else {
            throw Refusal(
                .conflict, "already_worked_on",
                "\(hypothesis.id) was judged or tested, so it stays. Refute it or set it aside instead.")
        }
        // The test that came with it goes with it; what somebody planned since stays.
        var withIt = hypothesis.proposed
        withIt.entry += 1
        if let test = tests.first(where: { $0.plan.hypothesis == hypothesis.id && $0.planned != withIt }) {
            throw Refusal(
                .conflict, "already_worked_on",
                "\(test.id) was planned for \(hypothesis.id), so it stays. Refute it or set it aside instead."
            )
        }
        return [.hypothesisWithdrawn(id: hypothesis.id, reason: reason)]
    }

    /// The facts of withdrawing the last judgement of a hypothesis: where it stood before holds again.
    /// - Parameter rootCause: what the case's root cause was set to before; nil where it stays as it is.
    package func withdrawingJudgement(
        of id: String, because reason: String, rootCause: JudgementWithdrawal.RootCause? = nil
    ) throws(Refusal) -> [InvestigationFact] {
        let hypothesis = try hypothesis(id)
        guard let before = hypothesis.judgementBefore else {
            throw Refusal(
                .conflict, "not_judged",
                "Nobody has judged \(hypothesis.id) yet, so there is nothing to withdraw.")
        }
        return [
            .judgementWithdrawn(
                id: hypothesis.id,
                JudgementWithdrawal(
                    reason: reason, confirms: before.state == .confirmed ? before.rootCause : nil,
                    rootCause: rootCause))
        ]
    }

    /// The facts of putting a hypothesis into other words; what is nil stays.
    package func revising(_ id: String, _ wording: HypothesisWording) throws(Refusal) -> [InvestigationFact] {
        let hypothesis = try hypothesis(id)
        guard hypothesis.state != .confirmed || wording.statement == hypothesis.wording.statement else {
            throw Refusal(
                field: "statement", "confirmed",
                "\(hypothesis.id) is confirmed as it stands. Say first that it is open again; then it can say something else."
            )
        }
        return wording == hypothesis.wording ? [] : [.hypothesisRevised(id: hypothesis.id, wording)]
    }

    /// The facts of saying where a hypothesis stands.
    ///
    /// Confirming takes evidence that exists on the case, a method, what it showed, and the root cause that is
    /// confirmed; all that is missing is listed.
    package func judging(
        _ id: String, _ judgement: HypothesisJudgement, citing known: CitableEvidence
    ) throws(Refusal) -> [InvestigationFact] {
        let hypothesis = try hypothesis(id)
        var judgement = judgement
        judgement.evidence = try known.checked(judgement.evidence)
        if judgement.state == .confirmed {
            try checkConfirmation(of: hypothesis, judgement, known)
        } else {
            (judgement.method, judgement.verification, judgement.rootCause) = (nil, nil, nil)
        }
        if judgement.state == .refuted, (judgement.reason ?? "").isEmpty, hypothesis.results.isEmpty {
            throw Refusal(
                field: "reason", "missing",
                "Say what speaks against \(hypothesis.id), so that nobody has to find out again.")
        }
        return [.hypothesisJudged(id: hypothesis.id, judgement)]
    }

    private func checkConfirmation(
        of hypothesis: Hypothesis, _ judgement: HypothesisJudgement, _ known: CitableEvidence
    ) throws(Refusal) {
        var problems: [Refusal.Problem] = []
        func need(_ holds: Bool, _ field: String, _ message: String) {
            if !holds {
                problems.append(.init(field: field, code: "needed_to_confirm", message: message))
            }
        }
        let cited = hypothesis.evidence + judgement.evidence
        need(
            cited.contains(where: known.numbers.contains), "evidence",
            "Name at least one piece of evidence of this case, such as E1. Until then \(hypothesis.id) is suspected."
        )
        need(judgement.method != nil, "method", "Choose how it was verified.")
        need(
            !(judgement.verification ?? "").isEmpty, "verification",
            "Write what was done to verify it and what was seen.")
        need(judgement.rootCause != nil, "root_cause", "Choose the root cause that this confirms.")
        guard problems.isEmpty else { throw Refusal(problems: problems) }
    }

    /// The facts of planning a test.
    ///
    /// One that was done before is refused with its result, so that nobody repeats a dead end.
    package func planning(
        _ plan: TestPlan, knowing new: [String] = []
    ) throws(Refusal) -> [InvestigationFact] {
        var plan = plan
        if let id = plan.hypothesis, !new.contains(id) { plan.hypothesis = try hypothesis(id).id }
        if let same = tests.first(where: { Self.same($0.plan.action, plan.action) }) {
            let result = same.results.last.map { " and gave: “\($0.result.observed)”" } ?? ""
            throw Refusal(
                field: "action", "already_tried",
                "\(same.id) is the same test\(result). Say in what this one differs.")
        }
        return [.testPlanned(id: "T\(plans + 1)", plan)]
    }

    /// The facts of something that was seen, of a test or a hypothesis.
    package func recording(
        _ result: InvestigationResult, on id: String, citing known: CitableEvidence
    ) throws(Refusal) -> [InvestigationFact] {
        var result = result
        result.evidence = try known.checked(result.evidence)
        let id = id.uppercased()
        guard tests.contains(where: { $0.id == id }) || hypotheses.contains(where: { $0.id == id }) else {
            throw Refusal(
                field: "of", "not_found", "There is no test or hypothesis “\(id)” on this case.")
        }
        return [.resultRecorded(on: id, result)]
    }

    /// The facts of a decision, with what the customer said to it where that is known.
    package func deciding(
        _ decision: CaseDecision, agreement: CustomerAgreement?
    ) throws(Refusal) -> [InvestigationFact] {
        var decision = decision
        if let old = decision.replaces { decision.replaces = try decided(old).id }
        if decision.kind.needsAgreement, decision.options.count < 2 {
            throw Refusal(
                field: "options", "too_few",
                "Write both ways that were weighed, one a line: a trade-off has at least two.")
        }
        let id = "D\(decisions.count + 1)"
        return [.decided(id: id, decision)]
            + (agreement.map { [.agreementRecorded(decision: id, $0)] } ?? [])
    }

    /// The facts of what the customer said to a decision.
    package func agreeing(_ agreement: CustomerAgreement, to id: String) throws(Refusal)
        -> [InvestigationFact]
    {
        [.agreementRecorded(decision: try decided(id).id, agreement)]
    }

    /// The facts of bounding the problem: only what is new in each respect.
    package func bounding(_ rows: [(BoundaryQuestion, Boundary)]) -> [InvestigationFact] {
        rows.filter { (boundaries[$0.0] ?? Boundary()) != $0.1 }.map { .bounded($0.0, $0.1) }
    }

    /// The facts of changing a workaround.
    package func revisingWorkaround(_ id: String, _ workaround: Workaround) throws(Refusal)
        -> [InvestigationFact]
    {
        let found = try usable(id)
        return found.workaround == workaround ? [] : [.workaroundRevised(id: found.id, workaround)]
    }

    /// The facts of withdrawing a workaround.
    package func withdrawing(_ id: String, because reason: String) throws(Refusal) -> [InvestigationFact] {
        [.workaroundWithdrawn(id: try usable(id).id, reason: reason)]
    }

    /// The facts of testing a fix.
    package func testing(_ id: String, _ test: FixTest, citing known: CitableEvidence) throws(Refusal)
        -> [InvestigationFact]
    {
        var test = test
        test.evidence = try known.checked(test.evidence)
        return [.fixTested(id: try fix(id).id, test)]
    }

    /// The facts of somebody or something confirming a fix.
    package func confirming(_ id: String, by witness: FixWitness, holds: Bool, words: String)
        throws(Refusal) -> [InvestigationFact]
    {
        [.fixConfirmed(id: try fix(id).id, by: witness, holds: holds, words: words)]
    }

    /// The facts of listing a party.
    package func listing(name: String, component: String, contact: String?) throws(Refusal)
        -> [InvestigationFact]
    {
        if let same = parties.first(where: {
            Self.same($0.name, name) && Self.same($0.component, component)
        }) {
            throw Refusal(
                field: "name", "already_there", "\(same.id) is \(same.name) with \(same.component).")
        }
        return [
            .partyListed(
                id: "P\(parties.count + 1)", name: name, component: component, contact: contact)
        ]
    }

    /// The facts of asking a party.
    package func asking(_ id: String, _ text: String) throws(Refusal) -> [InvestigationFact] {
        let asked = parties.reduce(0) { $0 + $1.questions.count }
        return [.partyAsked(id: try party(id).id, question: "Q\(asked + 1)", text: text)]
    }

    /// The facts of a party's answer.
    package func answering(_ question: String, _ text: String) throws(Refusal) -> [InvestigationFact] {
        let id = question.uppercased()
        guard let party = parties.first(where: { $0.questions.contains { $0.id == id } }) else {
            throw Refusal(field: "question", "not_found", "Nobody was asked “\(question)” on this case.")
        }
        return [.partyAnswered(id: party.id, question: id, text: text)]
    }

    /// The facts of something that speaks for or against a party's component.
    package func weighing(_ id: String, _ result: InvestigationResult, citing known: CitableEvidence)
        throws(Refusal) -> [InvestigationFact]
    {
        var result = result
        result.evidence = try known.checked(result.evidence)
        return [.partyWeighed(id: try party(id).id, result)]
    }
}

extension Investigation {
    /// The hypothesis with this number.
    package func hypothesis(_ id: String) throws(Refusal) -> Hypothesis {
        try found(hypotheses.first { $0.id == id.uppercased() }, "hypothesis", id)
    }

    private func decided(_ id: String) throws(Refusal) -> Decided {
        try found(decisions.first { $0.id == id.uppercased() }, "decision", id)
    }

    /// The fix with this number.
    package func fix(_ id: String) throws(Refusal) -> Fix {
        try found(fixes.first { $0.id == id.uppercased() }, "fix", id)
    }

    private func party(_ id: String) throws(Refusal) -> Party {
        try found(parties.first { $0.id == id.uppercased() }, "party", id)
    }

    /// The workaround with this number, as long as it may be used.
    package func usable(_ id: String) throws(Refusal) -> WayAround {
        let found = try found(workarounds.first { $0.id == id.uppercased() }, "workaround", id)
        guard found.withdrawnBecause == nil else {
            throw Refusal(
                .conflict, "workaround_withdrawn",
                "\(found.id) was withdrawn: \(found.withdrawnBecause ?? "")")
        }
        return found
    }

    private func found<Item>(_ item: Item?, _ field: String, _ id: String) throws(Refusal) -> Item {
        guard let item else {
            throw Refusal(field: field, "not_found", "There is no \(field) “\(id)” on this case.")
        }
        return item
    }

    /// Whether two texts say the same but for letter case, spaces and punctuation.
    private static func same(_ left: String, _ right: String) -> Bool {
        let words = { (text: String) in
            text.lowercased().split(whereSeparator: { !$0.isLetter && !$0.isNumber })
        }
        return words(left) == words(right)
    }
}
