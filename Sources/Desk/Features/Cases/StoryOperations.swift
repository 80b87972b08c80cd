import Diagnosis
import Domain
import Storage
import Web

/// What the two operations on the story of a case load: the case and the kind of the entry.
struct StoryState: Sendable {
    var found: SupportCase
    var kind: String
    var story: Story
}

/// An operation that puts an entry into the story of a case, or leaves it out.
protocol StoryOperation: Operation where Input == StoryInput, State == StoryState {
    /// Whether the story tells the entry afterwards.
    static var isTold: Bool { get }
}

/// The input of the operations on the story.
struct StoryInput: Sendable {
    var id: String
    var entry: Int
}

extension StoryOperation {
    static var right: Right { "case.note" }
    static var place: OperationPlace { .act(in: "cases", verb: String(name.dropFirst("case.".count))) }

    static var input: Fields<StoryInput> {
        Fields(
            StoryInput.init, CaseFields.id,
            .integer("entry", "Entry", 1...Int(Int32.max)).help(
                "The number of the entry, as the export of the timeline shows it."))
    }

    static func load(
        _ input: StoryInput, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> StoryState {
        let found = try visibleCase(input.id, for: actor, in: tx)
        guard
            let fact = try tx.first(
                EntryStore.entry(Int64(input.entry), of: found.ref), JournalStore.fact)
        else {
            throw Refusal(field: "entry", "not_found", "\(found.number) has no entry \(input.entry).")
        }
        return StoryState(
            found: found, kind: fact.kind, story: try CaseDirectory.story(of: found.id, in: tx))
    }

    static func decide(
        _ input: StoryInput, on state: StoryState, in context: Context
    ) throws(Refusal) -> Decision {
        answer(
            try state.story.setting(Int64(input.entry), kind: state.kind, isTold: isTold), on: state.found)
    }

    static func undo(_ input: StoryInput, on state: StoryState, in context: Context) -> Undo? {
        Undo(
            isTold ? LeaveOutOfStory.name : PutIntoStory.name,
            ["id": .text(input.id), "entry": .integer(Int64(input.entry))])
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: isTold ? "told" : "untold")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm { try caseForm(id, for: actor, in: tx) { _, form in form.base = nil } }
}

/// Puts an entry of the log into the story of the case.
enum PutIntoStory: StoryOperation {
    static let name = "case.pin_entry"
    static let summary = "Put an entry into the story"
    static let verb = "Put into the story"
    static let isTold = true
}

/// Leaves an entry out of the story; the log keeps it.
enum LeaveOutOfStory: StoryOperation {
    static let name = "case.unpin_entry"
    static let summary = "Leave an entry out of the story"
    static let verb = "Leave out"
    static let isTold = false
}

extension CaseDirectory {
    /// What people put into the story of a case and left out of it.
    package static func story(of id: ID<SupportCase>, in tx: borrowing Transaction) throws -> Story {
        Story(try facts(of: id, kinds: StoryFact.kinds, in: tx).map(\.body))
    }
}
