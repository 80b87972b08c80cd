import Diagnosis
import Domain
import Storage
import Web

extension DefectsFeature {
    /// What can be done; an operation that does not stand here does not exist.
    static let operations = [AnyOperation(DecideDefect.self), AnyOperation(DeliverFix.self)]

    /// The right to say what engineering decided and delivered.
    static let right: Right = "defect.answer"
}

/// An operation on a defect that a case is linked to.
protocol DefectOperation: Operation where Input: CaseInput, State == DefectState {}

/// A case with its defects.
struct DefectState: Sendable {
    var found: SupportCase
    var defects: Defects
}

extension DefectOperation {
    static var right: Right { DefectsFeature.right }
    static var place: OperationPlace { .act(in: "cases", verb: String(name.dropFirst("case.".count))) }

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> DefectState {
        let found = try visibleCase(input.id, for: actor, in: tx)
        return DefectState(found: found, defects: try defects(of: found, in: tx))
    }

    private static func defects(of found: SupportCase, in tx: borrowing Transaction) throws -> Defects {
        let kinds = DefectFact.kinds + ["case.linked", "case.unlinked"]
        return Defects(try CaseDirectory.facts(of: found.id, kinds: kinds, in: tx))
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "saved")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try caseForm(id, for: actor, in: tx) { found, form in
            let open = try defects(of: found, in: tx).defects.filter(\.isOpen)
            form.references["defect"] = open.map { FieldChoice($0.key, $0.key, detail: $0.title ?? "") }
            if open.count == 1 { form.values["defect"] = .text(open[0].key) }
        }
    }
}

private let defectField = Field<String>.reference("defect", "Defect", to: "defect")

private let outcome = Field<String>.choice(
    "outcome", "What they decided",
    from: { _ in
        [
            FieldChoice("accepted", "Accepted", detail: "They fix it; its clock goes on."),
            FieldChoice("declined", "Declined", detail: "There will be no fix; its clock ends."),
        ]
    })

/// Says what engineering decided about a defect.
enum DecideDefect: DefectOperation {
    struct Input: CaseInput {
        var id: String
        var defect: String
        var outcome: String
        var reason: String
        var plannedFor: Timestamp?
        var decidedAt: Timestamp?
    }

    static let name = "case.decide_defect"
    static let summary = "Record what engineering decided"
    static let verb = "Record"
    static let input = Fields(
        Input.init, CaseFields.id, defectField,
        outcome,
        .text("reason", "Why, and what they said", maxBytes: 4000),
        .optional(.time("planned_for", "When is the fix planned for?"))
            .help("The case says where that lies in a freeze of the customer."),
        .optional(.time("decided_at", "When did they decide?")).help("Empty means now."))

    static func decide(_ input: Input, on state: DefectState, in context: Context) throws(Refusal) -> Decision
    {
        let moment = input.decidedAt ?? context.now
        let fact = try state.defects.deciding(
            .init(
                defect: input.defect, isAccepted: input.outcome == "accepted", plannedFor: input.plannedFor,
                reason: input.reason), at: moment, now: context.now)
        var decision = answer([], on: state.found)
        decision.record(fact, on: state.found.ref, occurredAt: moment)
        return decision
    }
}

/// Says that engineering delivered the fix of a defect.
enum DeliverFix: DefectOperation {
    struct Input: CaseInput {
        var id: String
        var defect: String
        var text: String
        var version: String?
        var deliveredAt: Timestamp?
    }

    static let name = "case.deliver_fix"
    static let summary = "Record that the fix was delivered"
    static let verb = "Record"
    static let input = Fields(
        Input.init, CaseFields.id, defectField, .text("text", "What the fix does", maxBytes: 4000),
        .optional(.line("version", "Version or change")).help("What holds it, such as 7.3.2."),
        .optional(.time("delivered_at", "When was it delivered?")).help("Empty means now."))

    static func decide(_ input: Input, on state: DefectState, in context: Context) throws(Refusal) -> Decision
    {
        let moment = input.deliveredAt ?? context.now
        let fact = try state.defects.delivering(
            .init(defect: input.defect, version: input.version, text: input.text), at: moment,
            now: context.now)
        var decision = answer([], on: state.found)
        decision.record(fact, on: state.found.ref, occurredAt: moment)
        return decision
    }
}
