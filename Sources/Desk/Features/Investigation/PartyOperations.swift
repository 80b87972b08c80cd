import Diagnosis
import Domain
import Storage
import Web

/// Lists a party whose component is on the failing path.
enum ListParty: InvestigationOperation {
    struct Input: CaseInput {
        var id: String
        var name: String
        var component: String
        var contact: String?
    }

    static let name = "case.list_party"
    static let summary = "List a party on the failing path"
    static let verb = "List party"
    static let input = Fields(
        Input.init, CaseFields.id,
        .line("name", "Who is it?", maxBytes: 200).help("A vendor, the customer, or a team of ours."),
        .line("component", "Which component is theirs?", maxBytes: 200),
        .optional(.line("contact", "Whom do we ask there?", maxBytes: 300)))

    static func facts(
        _ input: Input, on state: InvestigationState, in context: Context
    ) throws(Refusal) -> [InvestigationFact] {
        try state.investigation.listing(name: input.name, component: input.component, contact: input.contact)
    }
}

/// Records what a party was asked.
enum AskParty: InvestigationOperation {
    struct Input: CaseInput {
        var id: String
        var party: String
        var text: String
        var occurredAt: Timestamp?
    }

    static let name = "case.ask_party"
    static let summary = "Record what a party was asked"
    static let verb = "Save"
    static let input = Fields(
        Input.init, CaseFields.id, InvestigationFields.item("party", "Party"),
        .text("text", "What were they asked?", maxBytes: 20_000), .optional(InvestigationFields.occurredAt))

    static func facts(
        _ input: Input, on state: InvestigationState, in context: Context
    ) throws(Refusal) -> [InvestigationFact] { try state.investigation.asking(input.party, input.text) }

    static func moment(_ input: Input) -> Timestamp? { input.occurredAt }

    static func fill(
        _ form: inout OperationForm, from state: InvestigationState, policy: Policy,
        in tx: borrowing Transaction
    ) throws { form.references["party"] = state.investigation.partyChoices }
}

/// Records what a party answered.
enum RecordPartyAnswer: InvestigationOperation {
    struct Input: CaseInput {
        var id: String
        var question: String
        var text: String
        var occurredAt: Timestamp?
    }

    static let name = "case.record_party_answer"
    static let summary = "Record a party’s answer"
    static let verb = "Save"
    static let input = Fields(
        Input.init, CaseFields.id, InvestigationFields.item("question", "Question"),
        .text("text", "What did they answer?", maxBytes: 50_000), .optional(InvestigationFields.occurredAt))

    static func facts(
        _ input: Input, on state: InvestigationState, in context: Context
    ) throws(Refusal) -> [InvestigationFact] {
        try state.investigation.answering(input.question, input.text)
    }

    static func moment(_ input: Input) -> Timestamp? { input.occurredAt }

    static func fill(
        _ form: inout OperationForm, from state: InvestigationState, policy: Policy,
        in tx: borrowing Transaction
    ) throws {
        form.references["question"] = state.investigation.openQuestions.map { party, question in
            FieldChoice(question.id, "\(question.id) to \(party.name): \(question.text.prefix(80))")
        }
    }
}

/// Records what speaks for or against a party's component as the cause.
enum WeighParty: InvestigationOperation {
    struct Input: CaseInput {
        var id: String
        var party: String
        var observed: String
        var bearing: String
        var evidence: [String]
        var occurredAt: Timestamp?
    }

    static let name = "case.weigh_party"
    static let summary = "Weigh a party’s component"
    static let verb = "Save"
    static let input = Fields(
        Input.init, CaseFields.id, InvestigationFields.item("party", "Party"), InvestigationFields.observed,
        InvestigationFields.bearing("That their component is the cause"),
        InvestigationFields.evidence, .optional(InvestigationFields.occurredAt))

    static func facts(
        _ input: Input, on state: InvestigationState, in context: Context
    ) throws(Refusal) -> [InvestigationFact] {
        try state.investigation.weighing(
            input.party,
            InvestigationResult(
                observed: input.observed, bearing: Bearing(rawValue: input.bearing) ?? .inconclusive,
                evidence: input.evidence), citing: state.citable)
    }

    static func moment(_ input: Input) -> Timestamp? { input.occurredAt }

    static func fill(
        _ form: inout OperationForm, from state: InvestigationState, policy: Policy,
        in tx: borrowing Transaction
    ) throws { form.references["party"] = state.investigation.partyChoices }
}

extension Investigation {
    /// The parties as choices.
    fileprivate var partyChoices: [FieldChoice] {
        parties.map { FieldChoice($0.id, "\($0.id) \($0.name), \($0.component)") }
    }
}
