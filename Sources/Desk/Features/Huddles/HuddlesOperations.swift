import Diagnosis
import Domain
import Storage
import Web

extension HuddlesFeature {
    /// What can be done; an operation that does not stand here does not exist.
    static let operations = [
        AnyOperation(ConveneHuddle.self), AnyOperation(NoteHuddle.self), AnyOperation(AddHuddleAction.self),
        AnyOperation(FinishHuddleAction.self), AnyOperation(EndHuddle.self),
    ]
}

/// A case with its huddles, and whom or what else an operation on them names.
struct HuddleState: Sendable {
    var found: SupportCase
    var huddles: Huddles
    var others: [SupportCase] = []
    var people: [Person] = []

    /// The huddle of a number.
    func huddle(_ number: String) throws(Refusal) -> Huddles.Huddle {
        guard let huddle = huddles.huddle(number) else {
            let known = huddles.huddles.map(\.number).joined(separator: ", ")
            throw Refusal(
                field: "huddle", "not_found",
                "\(found.number) has no huddle “\(number)”."
                    + (known.isEmpty ? " Call one first." : " There are: \(known)."))
        }
        return huddle
    }

    /// Records a fact in each case of the huddle that goes on, and of which as many may know as before.
    func recording(_ fact: CaseFact, in huddle: String, _ policy: Policy) -> Decision {
        let others = others.filter { other in
            other.id != found.id && policy.phase(of: other.status) != .closed && other.restriction == nil
                && found.restriction == nil
        }
        var decision = Decision()
        for this in [found] + others { decision.record([fact], on: this.ref) }
        decision.answer["id"] = .string(found.id.raw)
        decision.answer["number"] = .string(found.number)
        decision.answer["version"] = .integer(Int64(found.version.number))
        decision.answer["huddle"] = .string(huddle)
        return decision
    }
}

/// An operation on the huddles about a case: it answers with the huddle's number and leads to its page.
protocol HuddleOperation: Operation where Input: CaseInput, State == HuddleState {}

extension HuddleOperation {
    static var right: Right { "case.coordinate" }
    static var place: OperationPlace { .act(in: "cases", verb: String(name.dropFirst("case.".count))) }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        "/cases/\(answer["number"]?.string ?? "")/huddles/\(answer["huddle"]?.string ?? "")?done=saved"
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try caseForm(id, for: actor, in: tx) { found, form in
            form.references["person"] = try PeopleDirectory.ownerChoices(policy: policy, in: tx)
            form.values["owner"] = .text(actor.id)
            form.values["outcome"] = .text("held")
        }
    }
}

/// Names a huddle that there is.
protocol HuddleInput: CaseInput {
    /// As typed: "tl-42-h1".
    var huddle: String { get }
    /// Whom it names; nil for nobody.
    var person: String? { get }
}

extension HuddleInput {
    var person: String? { nil }
}

extension HuddleOperation where Input: HuddleInput {
    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> HuddleState {
        let found = try visibleCase(input.id, for: actor, in: tx)
        var state = HuddleState(
            found: found, huddles: try HuddlesDirectory.huddles(of: found.id, in: tx))
        if let huddle = state.huddles.huddle(input.huddle) {
            state.others = try HuddlesDirectory.cases(of: huddle, for: actor, in: tx)
        }
        state.people = [try PeopleDirectory.find(input.person ?? actor.id, in: tx)].compactMap { $0 }
        return state
    }
}

private let huddleField = Field<String>.line("huddle", "Huddle", maxBytes: 80)
    .help("Its number, such as TL-42-H1.")

private let outcomeField = Field<String>.choice(
    "outcome", "What became of it",
    from: { _ in [FieldChoice("held", "It took place"), FieldChoice("cancelled", "It was cancelled")] })

/// Calls colleagues together about a case, or about several that belong together.
enum ConveneHuddle: HuddleOperation {
    struct Input: CaseInput {
        var id: String
        var topic: String
        var startsAt: Timestamp?
        var joinLink: String?
        var people: [String]
        var cases: [String]
        var agenda: String?
    }

    static let name = "case.convene_huddle"
    static let summary = "Call a huddle"
    static let verb = "Call huddle"
    static let input = Fields(
        Input.init, CaseFields.id, .line("topic", "What it is about", maxBytes: 200),
        .optional(.time("starts_at", "Begins")).help("Empty means now."),
        .optional(.line("join_link", "Link to join", maxBytes: 1000)).help("Begins with https://."),
        .list(of: .reference("people", "Whom to invite", to: "person"), maxCount: 50)
            .help("They are told at once."),
        .list(of: .line("cases", "Other cases that it is about", maxBytes: 60), maxCount: 20)
            .help("Their numbers, one a line. What is said stands in each of them."),
        .optional(.text("agenda", "Agenda", maxBytes: 20_000)))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> HuddleState {
        let found = try visibleCase(input.id, for: actor, in: tx)
        var state = HuddleState(
            found: found, huddles: try HuddlesDirectory.huddles(of: found.id, in: tx))
        for text in input.cases {
            do { state.others.append(try visibleCase(text, for: actor, in: tx)) } catch is Refusal {
                throw Refusal(field: "cases", "not_found", "There is no case “\(text)”.")
            }
        }
        for text in input.people {
            guard let person = try PeopleDirectory.find(text, in: tx) else {
                throw Refusal(field: "people", "not_found", "Nobody is known as “\(text)”.")
            }
            state.people.append(person)
        }
        return state
    }

    static func decide(
        _ input: Input, on state: HuddleState, in context: Context
    ) throws(Refusal) -> Decision {
        let fact = try state.found.convening(
            topic: input.topic, startsAt: input.startsAt ?? context.now, joinLink: input.joinLink,
            agenda: input.agenda, people: state.people, others: state.others, now: state.huddles,
            policy: context.policy)
        return state.recording(
            fact, in: state.huddles.nextNumber(of: state.found.number), context.policy)
    }

    /// Proposes what the case itself says: who works on it, what is linked to it and open, and how each of them stands.
    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try caseForm(id, for: actor, in: tx) { found, form in
            form.references["person"] = try PeopleDirectory.ownerChoices(policy: policy, in: tx)
            let links = try RelationsDirectory.links(of: found.id, for: actor, in: tx)
            let related = links.compactMap(\.other).filter {
                ![.resolved, .closed].contains(policy.phase(of: $0.status)) && $0.restriction == nil
                    && found.restriction == nil
            }.prefix(SupportCase.mostHuddled - 1)
            let now = try CoordinationDirectory.coordination(of: found.id, in: tx)
            var people: [String] = []
            let helpers =
                [found.owner?.raw] + now.specialists.map(\.person.raw) + related.map { $0.owner?.raw }
            for person in helpers.compactMap({ $0 }) where !people.contains(person) { people.append(person) }
            form.values["topic"] = .text(found.subject)
            form.values["people"] = .list(people.map { .text($0) })
            form.values["cases"] = .text(related.map(\.number).joined(separator: "\n"))
            let materials = try ([found] + related).map {
                ($0, try HandoffDirectory.material(of: $0, policy: policy, in: tx))
            }
            form.atTime = { now, form in
                let parts = materials.map { this, material in
                    "\(this.number) \(this.subject)\n\(material.brief(policy: policy, at: now).text)"
                }
                form.values["agenda"] = .text(parts.joined(separator: "\n\n"))
            }
        }
    }
}

/// Writes down what is said in a huddle, into each of its cases.
enum NoteHuddle: HuddleOperation {
    struct Input: HuddleInput {
        var id: String
        var huddle: String
        var text: String
    }

    static let name = "case.note_huddle"
    static let summary = "Write down what a huddle says"
    static let verb = "Save note"
    static let input = Fields(
        Input.init, CaseFields.id, huddleField, .text("text", "Note", maxBytes: 100_000))

    static func decide(
        _ input: Input, on state: HuddleState, in context: Context
    ) throws(Refusal) -> Decision {
        let huddle = try state.huddle(input.huddle)
        return state.recording(try huddle.noting(input.text), in: huddle.number, context.policy)
    }
}

/// Writes down what a huddle leaves to be done.
enum AddHuddleAction: HuddleOperation {
    struct Input: HuddleInput {
        var id: String
        var huddle: String
        var text: String
        var owner: String?
        var dueAt: Timestamp?
        var person: String? { owner }
    }

    static let name = "case.add_huddle_action"
    static let summary = "Add an action of a huddle"
    static let verb = "Add"
    static let input = Fields(
        Input.init, CaseFields.id, huddleField, .line("text", "What is to be done", maxBytes: 300),
        .optional(.reference("owner", "Who does it", to: "person")).help("Empty means yourself."),
        .optional(.time("due_at", "Due")))

    static func decide(
        _ input: Input, on state: HuddleState, in context: Context
    ) throws(Refusal) -> Decision {
        let huddle = try state.huddle(input.huddle)
        guard let person = state.people.first else {
            throw Refusal(
                field: "owner", "not_found",
                input.owner.map { "Nobody is known as “\($0)”." } ?? "Say who of the staff does it.")
        }
        let fact = try huddle.adding(input.text, owner: person, dueAt: input.dueAt)
        var decision = state.recording(fact, in: huddle.number, context.policy)
        decision.answer["item"] = .string(huddle.nextItem)
        return decision
    }
}

/// Says that an action of a huddle is done, in each of its cases.
enum FinishHuddleAction: HuddleOperation {
    struct Input: HuddleInput {
        var id: String
        var huddle: String
        var item: String
        var outcome: String?
    }

    static let name = "case.finish_huddle_action"
    static let summary = "Finish an action of a huddle"
    static let verb = "Finish"
    static let input = Fields(
        Input.init, CaseFields.id, huddleField,
        .line("item", "Action", maxBytes: 20).help("Its number, such as A1."),
        .optional(.line("outcome", "What came of it", maxBytes: 1000)))

    static func decide(
        _ input: Input, on state: HuddleState, in context: Context
    ) throws(Refusal) -> Decision {
        let huddle = try state.huddle(input.huddle)
        guard let fact = try huddle.finishing(input.item, outcome: input.outcome) else {
            var decision = answer([], on: state.found)
            decision.answer["huddle"] = .string(huddle.number)
            return decision
        }
        return state.recording(fact, in: huddle.number, context.policy)
    }
}

/// Says that a huddle is over, or does not take place.
enum EndHuddle: HuddleOperation {
    struct Input: HuddleInput {
        var id: String
        var huddle: String
        var outcome: String
        var summary: String?
    }

    static let name = "case.end_huddle"
    static let summary = "End or cancel a huddle"
    static let verb = "Save"
    static let input = Fields(
        Input.init, CaseFields.id, huddleField, outcomeField,
        .optional(.text("summary", "What came of it, or why it was cancelled", maxBytes: 20_000)))

    static func decide(
        _ input: Input, on state: HuddleState, in context: Context
    ) throws(Refusal) -> Decision {
        let huddle = try state.huddle(input.huddle)
        let fact = try huddle.ending(isHeld: input.outcome == "held", summary: input.summary)
        return state.recording(fact, in: huddle.number, context.policy)
    }
}
