/// What happens in the investigation of a case: what is thought, tested, found, decided and fixed.
package enum InvestigationFact: CaseFactFamily {
    /// A hypothesis was put up.
    case hypothesisProposed(id: String, HypothesisWording, confidence: Level?)
    /// A hypothesis was put into other words.
    case hypothesisRevised(id: String, HypothesisWording)
    /// Somebody said what they make of a hypothesis.
    case hypothesisJudged(id: String, HypothesisJudgement)
    /// A hypothesis was put up by mistake; nothing had come of it yet.
    case hypothesisWithdrawn(id: String, reason: String)
    /// The last judgement of a hypothesis was a mistake; the one before holds.
    case judgementWithdrawn(id: String, JudgementWithdrawal)
    /// A test was planned.
    case testPlanned(id: String, TestPlan)
    /// Something was seen: of a planned test, which is done with it, or of a hypothesis.
    case resultRecorded(on: String, InvestigationResult)
    /// Something was decided.
    case decided(id: String, CaseDecision)
    /// The customer said what they think of a decision.
    case agreementRecorded(decision: String, CustomerAgreement)
    /// The problem was bounded in one respect.
    case bounded(BoundaryQuestion, Boundary)
    /// A note in fixed parts was written.
    case noteStructured([NotePart: String])
    /// A way around was written down.
    case workaroundRecorded(id: String, Workaround)
    /// A way around was put into other words.
    case workaroundRevised(id: String, Workaround)
    /// A way around must not be used any more.
    case workaroundWithdrawn(id: String, reason: String)
    /// A fix was written down; `version` says in what it is delivered.
    case fixRecorded(id: String, text: String, version: String?)
    /// A fix was tested.
    case fixTested(id: String, FixTest)
    /// Somebody or something confirmed that a fix works, or that it does not.
    case fixConfirmed(id: String, by: FixWitness, holds: Bool, words: String)
    /// A party has a component on the failing path.
    case partyListed(id: String, name: String, component: String, contact: String?)
    /// A party was asked something.
    case partyAsked(id: String, question: String, text: String)
    /// A party answered a question.
    case partyAnswered(id: String, question: String, text: String)
    /// Something speaks for or against a party's component as the cause.
    case partyWeighed(id: String, InvestigationResult)

    package static let kinds = [
        "case.hypothesis_proposed", "case.hypothesis_revised", "case.hypothesis_judged",
        "case.hypothesis_withdrawn", "case.judgement_withdrawn", "case.test_planned", "case.result_recorded",
        "case.decided", "case.agreement_recorded", "case.bounded",
        "case.note_structured", "case.workaround_recorded", "case.workaround_revised",
        "case.workaround_withdrawn", "case.fix_recorded", "case.fix_tested", "case.fix_confirmed",
        "case.party_listed", "case.party_asked", "case.party_answered", "case.party_weighed",
    ]

    package static let erasableFields: Set<String> = [
        "statement", "reasoning", "predicts", "reason", "verification", "observed", "action", "expected",
        "decision", "options", "who", "words", "holds_words", "holds_not_words", "different", "problem",
        "impact", "actions", "findings", "artifacts", "current_status", "next_step", "text", "data_loss",
        "side_effects", "tested_in", "applies_to", "rollback", "tested", "contact",
    ]

    package var people: [String] {
        if case .decided(_, let decision) = self { [decision.decider] } else { [] }
    }

    package var edits: Set<Aspect> {
        switch self {
        case .hypothesisRevised(let id, _): [Aspect("hypothesis.\(id)")]
        case .hypothesisJudged(let id, _): [Aspect("hypothesis_state.\(id)")]
        case .judgementWithdrawn(let id, let withdrawal):
            withdrawal.rootCause == nil
                ? [Aspect("hypothesis_state.\(id)")] : [Aspect("hypothesis_state.\(id)"), "root_cause"]
        case .hypothesisWithdrawn(let id, _):
            [Aspect("hypothesis.\(id)"), Aspect("hypothesis_state.\(id)")]
        case .bounded(let question, _): [Aspect("boundary.\(question.rawValue)")]
        case .workaroundRevised(let id, _), .workaroundWithdrawn(let id, _): [Aspect("workaround.\(id)")]
        default: []
        }
    }
}
