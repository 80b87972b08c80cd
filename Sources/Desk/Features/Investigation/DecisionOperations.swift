import Diagnosis
import Domain
import Storage
import Web

private let agrees = Field<String>.choice(
    "agreed", "Does the customer agree?",
    from: { _ in [FieldChoice("yes", "They agree"), FieldChoice("no", "They do not agree")] })

/// Records a decision: what, among which options, why, by whom, when.
enum RecordDecision: InvestigationOperation {
    struct Input: CaseInput {
        var id: String
        var kind: String?
        var decision: String
        var options: [String]
        var reason: String
        var decider: String?
        var occurredAt: Timestamp?
        var replaces: String?
        var agreed: String?
        var agreedBy: String?
        var agreementWords: String?
    }

    static let name = "case.record_decision"
    static let summary = "Record a decision"
    static let verb = "Record decision"
    static let input = Fields(
        Input.init, CaseFields.id,
        .optional(
            InvestigationFields.pick(
                "kind", "What is weighed?",
                DecisionKind.allCases.map {
                    FieldChoice($0.rawValue, $0 == .general ? "Anything else" : $0.words)
                })
        ).help("A trade-off needs the customer’s agreement."),
        .line("decision", "What is decided?", maxBytes: 500),
        .lines("options", "What could be done?").help(
            "Each option on a line of its own, the chosen one among them."),
        .text("reason", "Why this one?", maxBytes: 20_000),
        .optional(.reference("decider", "Who decided?", to: "person")).help("Empty means you."),
        .optional(.time("occurred_at", "Decided at")).help("Empty means now."),
        .optional(InvestigationFields.item("replaces", "Takes the place of")),
        .optional(agrees), .optional(.line("agreed_by", "Who of the customer said so?", maxBytes: 200)),
        .optional(.text("agreement_words", "How, and in which words?", maxBytes: 5000)))

    static func facts(
        _ input: Input, on state: InvestigationState, in context: Context
    ) throws(Refusal) -> [InvestigationFact] {
        guard let decider = state.person, !decider.isCustomer else {
            throw Refusal(
                field: "decider", "not_found", "Nobody of the staff is known as “\(input.decider ?? "")”.")
        }
        return try state.investigation.deciding(
            CaseDecision(
                kind: input.kind.flatMap { DecisionKind(rawValue: $0) } ?? .general,
                decision: input.decision, options: input.options, reason: input.reason,
                decider: decider.id.raw, replaces: input.replaces),
            agreement: try agreement(input))
    }

    private static func agreement(_ input: Input) throws(Refusal) -> CustomerAgreement? {
        guard let agreed = input.agreed else {
            guard input.agreedBy == nil, input.agreementWords == nil else {
                throw Refusal(field: "agreed", "missing", "Say whether the customer agrees.")
            }
            return nil
        }
        guard let who = input.agreedBy else {
            throw Refusal(field: "agreed_by", "missing", "Say who of the customer said so.")
        }
        return CustomerAgreement(agreed: agreed == "yes", who: who, words: input.agreementWords)
    }

    static func moment(_ input: Input) -> Timestamp? { input.occurredAt }
    static func personNamed(in input: Input, by actor: Actor) -> String? { input.decider ?? actor.id }

    static func fill(
        _ form: inout OperationForm, from state: InvestigationState, policy: Policy,
        in tx: borrowing Transaction
    ) throws {
        form.references["person"] = try PeopleDirectory.staffChoices(in: tx)
        form.references["replaces"] = state.investigation.decisions.map {
            FieldChoice($0.id, "\($0.id) \($0.decision.decision.prefix(90))")
        }
    }
}

/// Records what the customer said to a decision.
enum RecordAgreement: InvestigationOperation {
    struct Input: CaseInput {
        var id: String
        var decision: String
        var agreed: String
        var who: String
        var words: String?
        var occurredAt: Timestamp?
    }

    static let name = "case.record_agreement"
    static let summary = "Record what the customer said to a decision"
    static let verb = "Save"
    static let input = Fields(
        Input.init, CaseFields.id, InvestigationFields.item("decision", "Decision"), agrees,
        .line("who", "Who of the customer said so?", maxBytes: 200),
        .optional(.text("words", "How, and in which words?", maxBytes: 5000)),
        .optional(InvestigationFields.occurredAt))

    static func facts(
        _ input: Input, on state: InvestigationState, in context: Context
    ) throws(Refusal) -> [InvestigationFact] {
        try state.investigation.agreeing(
            CustomerAgreement(agreed: input.agreed == "yes", who: input.who, words: input.words),
            to: input.decision)
    }

    static func moment(_ input: Input) -> Timestamp? { input.occurredAt }

    static func fill(
        _ form: inout OperationForm, from state: InvestigationState, policy: Policy,
        in tx: borrowing Transaction
    ) throws {
        form.references["decision"] = state.investigation.decisions.map {
            FieldChoice($0.id, "\($0.id) \($0.decision.decision.prefix(90))")
        }
    }
}

/// Bounds the problem: what, where, when and how much it is, and is not.
enum BoundProblem: InvestigationOperation {
    struct Input: CaseInput {
        var id: String
        var whatIs: Edit<String>
        var whatIsNot: Edit<String>
        var whatDifferent: Edit<String>
        var whereIs: Edit<String>
        var whereIsNot: Edit<String>
        var whereDifferent: Edit<String>
        var whenIs: Edit<String>
        var whenIsNot: Edit<String>
        var whenDifferent: Edit<String>
        var extentIs: Edit<String>
        var extentIsNot: Edit<String>
        var extentDifferent: Edit<String>
    }

    static let name = "case.bound_problem"
    static let summary = "Say what the problem is and is not"
    static let verb = "Save"
    static let input = Fields(
        Input.init, CaseFields.id,
        cell(.what, "is", "What it is"), cell(.what, "is_not", "What it could be, but is not"),
        cell(.what, "different", "What is different between the two"),
        cell(.whereabouts, "is", "Where it is"),
        cell(.whereabouts, "is_not", "Where it could be, but is not"),
        cell(.whereabouts, "different", "What is different about these places"),
        cell(.time, "is", "When it is"), cell(.time, "is_not", "When it could be, but is not"),
        cell(.time, "different", "What is different about these times"),
        cell(.extent, "is", "How much it is"), cell(.extent, "is_not", "How much it could be, but is not"),
        cell(.extent, "different", "What is different about those that fail"))

    private static func cell(
        _ question: BoundaryQuestion, _ part: String, _ label: String
    ) -> Field<Edit<String>> {
        .edit(
            .line("\(question.rawValue)_\(part)", label, maxBytes: 1000)
                .editing(Aspect("boundary.\(question.rawValue)")))
    }

    static func facts(
        _ input: Input, on state: InvestigationState, in context: Context
    ) throws(Refusal) -> [InvestigationFact] {
        let rows: [(BoundaryQuestion, Edit<String>, Edit<String>, Edit<String>)] = [
            (.what, input.whatIs, input.whatIsNot, input.whatDifferent),
            (.whereabouts, input.whereIs, input.whereIsNot, input.whereDifferent),
            (.time, input.whenIs, input.whenIsNot, input.whenDifferent),
            (.extent, input.extentIs, input.extentIsNot, input.extentDifferent),
        ]
        return state.investigation.bounding(
            rows.map { question, holds, holdsNot, different in
                let old = state.investigation.boundaries[question] ?? Boundary()
                return (
                    question,
                    Boundary(
                        holds: holds.applied(to: old.holds), holdsNot: holdsNot.applied(to: old.holdsNot),
                        different: different.applied(to: old.different))
                )
            })
    }

    static func fill(
        _ form: inout OperationForm, from state: InvestigationState, policy: Policy,
        in tx: borrowing Transaction
    ) throws {
        for question in BoundaryQuestion.allCases {
            let boundary = state.investigation.boundaries[question] ?? Boundary()
            form.values["\(question.rawValue)_is"] = .text(boundary.holds ?? "")
            form.values["\(question.rawValue)_is_not"] = .text(boundary.holdsNot ?? "")
            form.values["\(question.rawValue)_different"] = .text(boundary.different ?? "")
        }
    }
}

/// Writes a note in fixed parts; each part that is filled in is an entry of its own right.
enum WriteStructuredNote: InvestigationOperation {
    struct Input: CaseInput {
        var id: String
        var problem: String?
        var impact: String?
        var actions: String?
        var findings: String?
        var artifacts: String?
        var status: String?
        var nextStep: String?
        var occurredAt: Timestamp?
    }

    static let name = "case.write_structured_note"
    static let summary = "Write a structured note"
    static let verb = "Save internal note"
    static let right: Right = "case.note"
    static let input = Fields(
        Input.init, CaseFields.id,
        part(.problem, "What is really wrong, as you understand it now."),
        part(.impact, "On whom, how much, since when."),
        part(.actions, "What was done, with times where they matter."),
        part(.findings, "What is known now that was not known before."),
        part(.artifacts, "What was kept: evidence numbers, queries, dashboards, commits."),
        part(.status, "In one or two sentences, for whoever takes over."),
        part(.nextStep, "Who does what until when."), .optional(InvestigationFields.occurredAt))

    private static func part(_ part: NotePart, _ help: String) -> Field<String?> {
        .optional(.text(part.rawValue, part.words, maxBytes: 100_000)).help(help)
    }

    static func facts(
        _ input: Input, on state: InvestigationState, in context: Context
    ) throws(Refusal) -> [InvestigationFact] {
        let texts: [(NotePart, String?)] = [
            (.problem, input.problem), (.impact, input.impact), (.actions, input.actions),
            (.findings, input.findings), (.artifacts, input.artifacts), (.status, input.status),
            (.nextStep, input.nextStep),
        ]
        var parts: [NotePart: String] = [:]
        for (part, text) in texts { parts[part] = text }
        guard !parts.isEmpty else {
            throw Refusal(field: "findings", "missing", "Fill in at least one part.")
        }
        return [.noteStructured(parts)]
    }

    static func moment(_ input: Input) -> Timestamp? { input.occurredAt }

    static func fill(
        _ form: inout OperationForm, from state: InvestigationState, policy: Policy,
        in tx: borrowing Transaction
    ) throws { form.base = nil }
}
