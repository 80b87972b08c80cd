import Diagnosis
import Domain
import Storage
import Web

/// Says until when somebody takes no cases, or that they are back.
enum SetAway: Operation {
    struct Input: Sendable {
        var person: String?
        var until: Timestamp?
        var reason: String?
    }

    struct State: Sendable {
        var person: Person?
    }

    /// Whoever plans the work may say it of others.
    static let othersRight: Right = "people.set_away"

    static let name = "person.set_away"
    static let summary = "Away, or back"
    static let verb = "Save"
    static let right: Right = "case.note"
    static let place = OperationPlace.single(path: "account/away")
    static let input = Fields(
        Input.init,
        .optional(.reference("person", "Who", to: "person"))
            .help("Empty means yourself. Of others only leads and managers may say it."),
        .optional(.time("until", "Away until")).editing(Aspect("away"))
            .help("No case is routed to them before. Empty means back."),
        .optional(.line("reason", "Reason", maxBytes: 200)).help("For colleagues, such as “Training”."))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State { State(person: try PeopleDirectory.find(input.person ?? actor.id, in: tx)) }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        guard let person = state.person else {
            throw Refusal(
                field: "person", "not_found", "Nobody is known as “\(input.person ?? context.actor.name)”.")
        }
        guard person.id.raw == context.actor.id || context.actor.may(othersRight) else {
            throw Refusal(
                .denied, "not_yourself", "Only leads and managers say that others are away. Ask one of them.")
        }
        var decision = Decision()
        decision.record(
            try person.away(until: input.until, reason: input.reason, now: context.now), on: person.ref)
        decision.answer["id"] = .string(person.id.raw)
        decision.answer["away_until"] = input.until?.json ?? .null
        return decision
    }

    static func undo(_ input: Input, on state: State, in context: Context) -> Undo? {
        guard let person = state.person else { return nil }
        var fields: [String: RawValue] = ["person": .text(person.id.raw)]
        if let before = person.away(at: context.now) { fields["until"] = .text(before.rfc3339) }
        return Undo(name, fields)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath { "/board?done=saved" }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        var form = OperationForm(back: "/board", backName: "My work")
        form.values["person"] = .text(actor.id)
        if let until = try PeopleDirectory.find(actor.id, in: tx)?.awayUntil {
            form.values["until"] = .text(until.rfc3339)
        }
        if actor.may(othersRight) {
            form.references["person"] = try PeopleDirectory.staffChoices(in: tx)
        } else {
            form.replaced["person"] = []
        }
        return form
    }
}
