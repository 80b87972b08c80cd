import Diagnosis
import Domain
import Storage
import Web

/// Notes what took one away from one's work, and for how long.
enum LogInterruption: Operation {
    struct Input: Sendable {
        var what: String
        var minutes: Int
        var about: String?
    }

    struct State: Sendable {
        var person: Person
        var about: SupportCase?
    }

    static let name = "interruption.log"
    static let summary = "Log an interruption"
    static let verb = "Log"
    static let right: Right = "case.note"
    static let place = OperationPlace.single(path: "board/interruption")
    static let input = Fields(
        Input.init,
        .line("what", "What it was", maxBytes: 300).help("For example: a call about an invoice."),
        .integer("minutes", "Minutes", 1...1440),
        .optional(
            .reference("case", "Case", to: "case").help("Where it was about one: its number.")))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        guard let person = try PeopleDirectory.find(actor.id, in: tx) else {
            throw Refusal(.conflict, "no_person", "Interruptions are logged by people; sign in as one.")
        }
        return State(
            person: person,
            about: try input.about.map { try CaseDirectory.find($0, field: "case", for: actor, in: tx) })
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        var decision = Decision()
        decision.record(
            PersonFact.interrupted(what: input.what, minutes: input.minutes, about: state.about?.id.raw),
            on: state.person.ref)
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath { "/board?done=saved" }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm { OperationForm(back: "/board", backName: "My work") }
}
