import Diagnosis
import Domain
import Storage
import Web

extension InvestigationFeature {
    /// What can be done; an operation that does not stand here does not exist.
    static let operations = [
        AnyOperation(AddHypothesis.self), AnyOperation(ReviseHypothesis.self),
        AnyOperation(JudgeHypothesis.self), AnyOperation(WithdrawHypothesis.self),
        AnyOperation(WithdrawJudgement.self), AnyOperation(PlanTest.self), AnyOperation(RecordResult.self),
        AnyOperation(RecordDecision.self), AnyOperation(RecordAgreement.self),
        AnyOperation(BoundProblem.self),
        AnyOperation(WriteStructuredNote.self), AnyOperation(RecordWorkaround.self),
        AnyOperation(ReviseWorkaround.self), AnyOperation(WithdrawWorkaround.self),
        AnyOperation(RecordFix.self), AnyOperation(TestFix.self), AnyOperation(ConfirmFix.self),
        AnyOperation(ListParty.self), AnyOperation(AskParty.self), AnyOperation(RecordPartyAnswer.self),
        AnyOperation(WeighParty.self),
    ]
}

/// What every decision of an investigation needs.
struct InvestigationState: Sendable {
    /// The case.
    var found: SupportCase
    /// Its investigation.
    var investigation: Investigation
    /// What may be cited.
    var citable: CitableEvidence
    /// The person whom the input names, where it names one.
    var person: Person?
}

/// An operation on the investigation of a case: like one on the case, with the investigation at hand.
protocol InvestigationOperation: Operation where Input: CaseInput, State == InvestigationState {
    /// Decides the facts.
    static func facts(
        _ input: Input, on state: InvestigationState, in context: Context
    ) throws(Refusal) -> [InvestigationFact]
    /// When it was true in the world, where the input says so.
    static func moment(_ input: Input) -> Timestamp?
    /// The identifier or address of a person whom the input names.
    static func personNamed(in input: Input, by actor: Actor) -> String?
    /// Puts into the form what can be chosen and what stands there.
    static func fill(
        _ form: inout OperationForm, from state: InvestigationState, policy: Policy,
        in tx: borrowing Transaction
    ) throws
}

extension InvestigationOperation {
    static var right: Right { "case.investigate" }
    static var place: OperationPlace { .act(in: "cases", verb: String(name.dropFirst("case.".count))) }
    static func moment(_ input: Input) -> Timestamp? { nil }
    static func personNamed(in input: Input, by actor: Actor) -> String? { nil }
    static func fill(
        _ form: inout OperationForm, from state: InvestigationState, policy: Policy,
        in tx: borrowing Transaction
    ) throws {}

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> InvestigationState {
        var state = try state(input.id, for: actor, policy: policy, in: tx)
        if let name = personNamed(in: input, by: actor) {
            state.person = try PeopleDirectory.find(name == "@me" ? actor.id : name, in: tx)
        }
        return state
    }

    private static func state(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> InvestigationState {
        let found = try visibleCase(id, for: actor, in: tx)
        return InvestigationState(
            found: found, investigation: try InvestigationDirectory.investigation(of: found.id, in: tx),
            citable: try InvestigationDirectory.citable(on: found, for: actor, policy: policy, in: tx))
    }

    static func decide(
        _ input: Input, on state: InvestigationState, in context: Context
    ) throws(Refusal) -> Domain.Decision {
        let moment = moment(input)
        if let moment, moment > context.now.adding(seconds: 60) {
            throw Refusal(field: "occurred_at", "in_the_future", "This time has not come yet.")
        }
        let facts = try facts(input, on: state, in: context)
        var decision = answer([], on: state.found)
        for fact in facts {
            decision.record(CaseFact.investigation(fact), on: state.found.ref, occurredAt: moment)
        }
        if let item = facts.first?.item { decision.answer["item"] = .string(item) }
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        "/cases/\(answer["number"]?.string ?? "")/investigation?done=saved"
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        let state = try state(id, for: actor, policy: policy, in: tx)
        var form = OperationForm(
            about: state.found.number, back: "/cases/\(state.found.number)/investigation")
        form.base = state.found.version
        try fill(&form, from: state, policy: policy, in: tx)
        return form
    }
}

extension InvestigationFact {
    /// The number of what the fact made or changed, for the caller: "H1".
    fileprivate var item: String? {
        switch self {
        case .partyAsked(_, let question, _): question
        case .bounded, .noteStructured: nil
        default: body["id"]?.string
        }
    }
}

/// The fields that several operations of the investigation share.
enum InvestigationFields {
    static func level(_ name: String, _ label: String) -> Field<String> {
        .choice(
            name, label,
            from: { _ in Level.allCases.map { FieldChoice($0.rawValue, $0.rawValue.capitalizedFirst) } })
    }

    static func bearing(_ label: String) -> Field<String> {
        pick("bearing", label, Bearing.allCases.map { FieldChoice($0.rawValue, "It \($0.words)") })
    }

    /// One of fixed choices.
    static func pick(_ name: String, _ label: String, _ choices: [FieldChoice]) -> Field<String> {
        .choice(name, label, from: { _ in choices })
    }

    static let environment = Field<String>.choice(
        "environment", "In which environment?", from: { $0.environments.choices })

    static let method = Field<String>.choice(
        "method", "How it was verified", from: { $0.verificationMethods.choices })

    static let observed = Field<String>.text("observed", "What was seen", maxBytes: 100_000)
        .help("With figures, their base and the comparison: 6,412 of 2,134,020, was 43.")

    static let evidence = Field<[String]>.lines("evidence", "Evidence", maxCount: 50)
        .help(
            "One a line: a piece such as E1, or an entry of the timeline such as #12. Only pieces can prove.")

    static let occurredAt = Field<Timestamp>.time("occurred_at", "Happened at")
        .help("Empty means now; an earlier time is marked as entered later.")

    static let dueAt = Field<Timestamp>.time("due_at", "Look again at")
        .help("The time box: then somebody decides whether to go on.")

    static func item(_ name: String, _ label: String) -> Field<String> {
        .reference(name, label, to: name)
    }
}

extension Field where Value == [String] {
    /// Several lines of text, each a value; a comma does not end one.
    static func lines(_ name: String, _ label: String, maxCount: Int = 20) -> Self {
        let list = Field<[String]>.list(of: .line(name, label, maxBytes: 500), maxCount: maxCount)
        return Field(description: list.description) { raw, policy in
            guard case .text(let text) = raw else { return list.read(raw, policy) }
            let lines = text.split(whereSeparator: \.isNewline).map { RawValue.text(String($0)) }
            return list.read(.list(lines.filter { !$0.typed.trimmingWhitespace.isEmpty }), policy)
        }
    }
}

extension String {
    /// The text with its first letter large.
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}

extension Investigation {
    /// Its hypotheses as choices.
    var hypothesisChoices: [FieldChoice] {
        hypotheses.map { FieldChoice($0.id, "\($0.id) \($0.wording.statement.prefix(90))") }
    }

    /// Its tests and hypotheses, of which something can be seen, as choices.
    var observableChoices: [FieldChoice] {
        plan.map { FieldChoice($0.id, "\($0.id) \($0.plan.action.prefix(90))") } + hypothesisChoices
            + doneTests.map { FieldChoice($0.id, "\($0.id) (done) \($0.plan.action.prefix(80))") }
    }
}
