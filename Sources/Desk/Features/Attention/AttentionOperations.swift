import Diagnosis
import Domain
import Storage
import Web

/// What can be done about how pressing a case is.
enum AttentionOperations {
    static let all = [AnyOperation(OverridePriority.self)]
}

/// Puts a number in place of the computed priority, for a reason, or lets the computed one hold again.
enum OverridePriority: Operation {
    struct Input: Sendable {
        var id: String
        var points: Int?
        var reason: String
    }

    struct State: Sendable {
        var found: SupportCase
        var override: WorkingPriority.Override?
    }

    static let name = "case.override_priority"
    static let summary = "Set the priority"
    static let verb = "Set"
    static let right: Right = "case.override_priority"
    static let place = OperationPlace.act(in: "cases", verb: "override_priority")
    static let input = Fields(
        Input.init, CaseFields.id,
        .optional(
            .integer("points", "Priority", 0...100)
                .help("0 to 100. Leave it empty to let the computed priority hold again.")
        ).editing(Aspect("priority")),
        CaseFields.reason)

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        let found = try visibleCase(input.id, for: actor, in: tx)
        return State(
            found: found, override: try CaseHistory(of: found.id, in: tx).coordination.priorityOverride)
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        answer(
            try state.found.overridingPriority(
                input.points, reason: input.reason, now: state.override, policy: context.policy),
            on: state.found)
    }

    static func undo(_ input: Input, on state: State, in context: Context) -> Undo? {
        Undo(
            name,
            [
                "id": .text(input.id), "points": .optional(state.override.map { String($0.points) }),
                "reason": .text(state.override?.reason ?? "Taken back"),
            ])
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "saved")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        var form = try caseForm(id, for: actor, in: tx)
        let found = try visibleCase(id, for: actor, in: tx)
        if let override = try CaseHistory(of: found.id, in: tx).coordination.priorityOverride {
            form.values["points"] = .text(String(override.points))
        }
        return form
    }
}
