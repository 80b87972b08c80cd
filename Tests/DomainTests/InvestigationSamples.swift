import Domain

extension FactGoldenTests {
    /// One value a kind of investigation, some with everything and some with nothing.
    static let investigationSamples: [any Fact] = {
        let moment = Timestamp(microseconds: 1_772_442_000_000_000)
        let wording = HypothesisWording(
            statement: "One host kept the old key", reasoning: "Rotated on 11 Nov",
            predicts: "Failures on one host", dueAt: moment)
        let result = InvestigationResult(
            observed: "0.3 % on all four hosts", bearing: .contradicts, evidence: ["E1", "#4"])
        let workaround = Workaround(
            text: "Create a new payment", dataLoss: "none", sideEffects: "a second hold on the card",
            testedIn: "Staging, 20 Nov", appliesTo: "All", rollback: "Stop doing so")
        let facts: [InvestigationFact] = [
            .hypothesisProposed(id: "H1", wording, confidence: .medium),
            .hypothesisProposed(id: "H2", HypothesisWording(statement: "Clock skew"), confidence: nil),
            .hypothesisRevised(id: "H1", wording),
            .hypothesisJudged(
                id: "H1",
                HypothesisJudgement(
                    state: .confirmed, confidence: .high, reason: "Replay", method: "replayed",
                    verification: "50 of 50 fail on 4.18.0", rootCause: "code_defect", evidence: ["E1"])),
            .hypothesisJudged(id: "H2", HypothesisJudgement(state: .parked)),
            .testPlanned(
                id: "T1",
                TestPlan(
                    hypothesis: "H1", action: "Replay", expected: "Fails on 4.18.0 alone",
                    information: .high, cost: .low, dueAt: moment)),
            .testPlanned(
                id: "T2", TestPlan(hypothesis: nil, action: "Look", information: .low, cost: .high)),
            .resultRecorded(on: "T1", result),
            .resultRecorded(on: "H1", InvestigationResult(observed: "Nothing", bearing: .inconclusive)),
            .decided(
                id: "D1",
                CaseDecision(
                    kind: .workaroundOrFix, decision: "Work around until Monday", options: ["a, b", "c"],
                    reason: "No deploy on Friday", decider: "p1", replaces: "D0")),
            .agreementRecorded(
                decision: "D1", CustomerAgreement(agreed: true, who: "Daniel Roth", words: "By phone")),
            .agreementRecorded(
                decision: "D1", CustomerAgreement(agreed: false, who: "Daniel Roth", words: nil)),
            .bounded(.whereabouts, Boundary(holds: "eu-west", holdsNot: "us-east", different: "4.18.0")),
            .bounded(.extent, Boundary()),
            .noteStructured([.findings: "It is the formatter", .nextStep: "Replay"]),
            .workaroundRecorded(id: "W1", workaround), .workaroundRevised(id: "W1", workaround),
            .workaroundWithdrawn(id: "W1", reason: "Charges twice"),
            .hypothesisWithdrawn(id: "H2", reason: "Meant for another case"),
            .judgementWithdrawn(id: "H1", .init(reason: "Judged the wrong one")),
            .judgementWithdrawn(
                id: "H1",
                .init(reason: "The wrong one", confirms: "code_defect", rootCause: .set("code_defect"))),
            .judgementWithdrawn(id: "H1", .init(reason: "The wrong one", rootCause: .unset)),
            .fixRecorded(id: "F1", text: "Keep the zeros", version: "4.18.1"),
            .fixRecorded(id: "F2", text: "Pin the formatter", version: nil),
            .fixTested(
                id: "F1",
                FixTest(
                    tested: "Replay", environment: "staging", observed: "0 of 50 fail", holds: true,
                    evidence: ["E2"])),
            .fixConfirmed(id: "F1", by: .monitoring, holds: true, words: "0 refused in 24 h"),
            .partyListed(id: "P1", name: "Acme Acquiring", component: "Bridge", contact: "noc@acme.example"),
            .partyListed(id: "P2", name: "Us", component: "Signer", contact: nil),
            .partyAsked(id: "P1", question: "Q1", text: "Do you normalise times?"),
            .partyAnswered(id: "P1", question: "Q1", text: "No."), .partyWeighed(id: "P1", result),
        ]
        return facts.map { CaseFact.investigation($0) }
    }()
}
