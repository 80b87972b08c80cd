import Diagnosis
import Domain
import Storage
import Web

extension CoordinationFeature {
    /// What can be done; an operation that does not stand here does not exist.
    static let operations = [
        AnyOperation(RecommendSeverity.self), AnyOperation(ConfirmSeverity.self),
        AnyOperation(SetNextAction.self), AnyOperation(FinishNextAction.self),
        AnyOperation(PromiseUpdate.self), AnyOperation(WriteUpdate.self), AnyOperation(AddSpecialist.self),
        AnyOperation(NameCoordinator.self), AnyOperation(LeaveSwarm.self), AnyOperation(WatchCase.self),
        AnyOperation(UnwatchCase.self), AnyOperation(ScheduleCall.self), AnyOperation(MoveCall.self),
        AnyOperation(NoteCall.self),
        AnyOperation(EndCall.self), AnyOperation(AddFollowUp.self), AnyOperation(FinishFollowUp.self),
    ]
}

/// A next action as a step of another kind brings it along: both its words and its time, or neither.
struct NextActionInput: Sendable {
    let text: String?
    let dueAt: Timestamp?

    init(_ text: String?, _ dueAt: Timestamp?) { (self.text, self.dueAt) = (text, dueAt) }

    /// The facts of setting it, for the owner of the case or whoever asks.
    func facts(on found: SupportCase, in context: Context) throws(Refusal) -> [CaseFact] {
        switch (text, dueAt) {
        case (nil, nil): return []
        case (nil, _):
            throw Refusal(field: "next_action", "missing", "Say what is to be done by that time.")
        case (_, nil):
            throw Refusal(field: "next_action_due_at", "missing", "Say until when the next action is done.")
        case (let text?, let dueAt?):
            return try found.nextAction(
                text, owner: found.owner ?? ID(context.actor.id), dueAt: dueAt, at: context.now,
                policy: context.policy, field: "next_action_due_at")
        }
    }
}

/// What operations of coordination load: the case, how its work is arranged, and the person they name.
struct CoordinationState: Sendable {
    var found: SupportCase
    var now: Coordination
    var person: Person?

    /// The person who was named.
    func named(_ text: String?, field: String) throws(Refusal) -> Person {
        if let person { return person }
        throw Refusal(
            field: field, "not_found",
            text.map { "Nobody is known as “\($0)”." } ?? "Only a person of the staff can do this.")
    }

    /// The person who was named, if they may know of the case: nobody is drawn into what is kept from them.
    func admitted(_ text: String?, field: String, in context: Context) throws(Refusal) -> Person {
        let person = try named(text, field: field)
        guard person.isCustomer || found.isVisible(to: Actor(person, under: context.policy)) else {
            throw Refusal(
                field: field, "not_admitted",
                "\(person.name) may not know of \(found.number). Admit them to it first.")
        }
        return person
    }
}

/// An operation on a case whose decision needs how its work is arranged.
protocol CoordinationOperation: Operation where Input: CaseInput, State == CoordinationState {
    /// The notice on the case's page after success.
    static var done: String { get }
    /// Whom the input names; nil for whoever asks.
    static func person(_ input: Input) -> String?
    /// The facts.
    static func facts(
        _ input: Input, on state: CoordinationState, in context: Context
    ) throws(Refusal) -> [CaseFact]
    /// Puts into the form what is known already.
    static func fill(_ form: inout OperationForm, from state: CoordinationState, for actor: Actor)
}

extension CoordinationOperation {
    static var place: OperationPlace { .act(in: "cases", verb: String(name.dropFirst("case.".count))) }

    static var done: String { "saved" }

    static func person(_ input: Input) -> String? { nil }

    static func fill(_ form: inout OperationForm, from state: CoordinationState, for actor: Actor) {}

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> CoordinationState {
        let found = try visibleCase(input.id, for: actor, in: tx)
        let text = person(input) ?? actor.id
        return CoordinationState(
            found: found, now: try CoordinationDirectory.coordination(of: found.id, in: tx),
            person: try PeopleDirectory.find(text == "@me" ? actor.id : text, in: tx))
    }

    static func decide(
        _ input: Input, on state: CoordinationState, in context: Context
    ) throws(Refusal) -> Decision {
        answer(try facts(input, on: state, in: context), on: state.found)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: done)
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try caseForm(id, for: actor, in: tx) { found, form in
            form.references["person"] = try PeopleDirectory.staffChoices(in: tx)
            let now = try CoordinationDirectory.coordination(of: found.id, in: tx)
            fill(&form, from: CoordinationState(found: found, now: now), for: actor)
        }
    }
}

// MARK: Severity

/// Says that another severity would be right, and why.
enum RecommendSeverity: CaseOperation {
    struct Input: CaseInput {
        var id: String
        var severity: String
        var reason: String
    }

    static let name = "case.recommend_severity"
    static let summary = "Recommend a severity"
    static let verb = "Recommend"
    static let right: Right = "case.recommend_severity"
    static let input = Fields(
        Input.init, CaseFields.id, CaseFields.severity(),
        .line("reason", "Reason", maxBytes: 500).help("What the effect is, for whoever decides."))

    static func decide(_ input: Input, on found: SupportCase, in context: Context) throws(Refusal) -> Decision
    {
        answer(found.recommending(ID(input.severity), reason: input.reason), on: found)
    }

    static func fill(
        _ form: inout OperationForm, from found: SupportCase, policy: Policy, in tx: borrowing Transaction
    ) throws { form.values["severity"] = .text(found.severity.raw) }
}

/// Confirms the severity in force or another one.
enum ConfirmSeverity: CaseOperation {
    struct Input: CaseInput {
        var id: String
        var severity: String
        var reason: String?
    }

    static let name = "case.confirm_severity"
    static let summary = "Confirm the severity"
    static let verb = "Confirm"
    static let right: Right = "case.confirm_severity"
    static let input = Fields(
        Input.init, CaseFields.id, CaseFields.severity().editing("severity"),
        .optional(CaseFields.reason).help("Needed where the severity changes."))

    static func decide(_ input: Input, on found: SupportCase, in context: Context) throws(Refusal) -> Decision
    {
        answer(
            try found.confirming(ID(input.severity), reason: input.reason, policy: context.policy), on: found)
    }

    static func fill(
        _ form: inout OperationForm, from found: SupportCase, policy: Policy, in tx: borrowing Transaction
    ) throws { form.values["severity"] = .text(found.severity.raw) }
}

// MARK: Next action

private let nextOwner = Field<String>.reference("owner", "Who does it", to: "person")
private let nextText = Field<String>.line("text", "Next action", maxBytes: 300).editing("next_action")
private let nextDue = Field<Timestamp>.time("due_at", "Due")

/// Says what is done next, by whom and until when.
enum SetNextAction: CoordinationOperation {
    struct Input: CaseInput {
        var id: String
        var text: String
        var owner: String?
        var dueAt: Timestamp
    }

    static let name = "case.set_next_action"
    static let summary = "Set the next action"
    static let verb = "Set next action"
    static let right: Right = "case.coordinate"
    static let input = Fields(
        Input.init, CaseFields.id, nextText.help("One step that moves the case on."),
        .optional(nextOwner).help("Empty means yourself."), nextDue)

    static func person(_ input: Input) -> String? { input.owner }

    static func facts(
        _ input: Input, on state: CoordinationState, in context: Context
    ) throws(Refusal) -> [CaseFact] {
        let owner = try state.admitted(input.owner, field: "owner", in: context)
        return try state.found.nextAction(
            input.text, owner: owner, dueAt: input.dueAt, at: context.now, policy: context.policy)
    }

    /// Only where there was one before: a case in work is never without.
    static func undo(_ input: Input, on state: CoordinationState, in context: Context) -> Undo? {
        state.now.nextAction.map { before in
            Undo(
                name,
                [
                    "id": .text(input.id), "text": .text(before.text), "owner": .text(before.owner.raw),
                    "due_at": .text(before.dueAt.rfc3339),
                ])
        }
    }

    static func fill(_ form: inout OperationForm, from state: CoordinationState, for actor: Actor) {
        form.values["text"] = .text(state.now.nextAction?.text ?? "")
        form.values["owner"] = .text(
            state.now.nextAction?.owner.raw ?? state.found.owner?.raw ?? actor.id)
        form.values["due_at"] = .text(state.now.nextAction?.dueAt.rfc3339 ?? "")
    }
}

/// Finishes the next action, and says what comes after it.
enum FinishNextAction: CoordinationOperation {
    struct Input: CaseInput {
        var id: String
        var outcome: String?
        var text: String?
        var owner: String?
        var dueAt: Timestamp?
    }

    static let name = "case.finish_next_action"
    static let summary = "Finish the next action"
    static let verb = "Finish"
    static let right: Right = "case.coordinate"
    static let input = Fields(
        Input.init, CaseFields.id,
        .optional(.line("outcome", "What came of it", maxBytes: 1000)),
        .optional(nextText).help(
            "What comes after it. Without one the case stands in the list of those that lack one."),
        .optional(nextOwner).help("Empty means yourself."), .optional(nextDue))

    static func person(_ input: Input) -> String? { input.owner }

    static func facts(
        _ input: Input, on state: CoordinationState, in context: Context
    ) throws(Refusal) -> [CaseFact] {
        let done = try state.found.nextActionDone(outcome: input.outcome)
        switch (input.text, input.dueAt) {
        case (nil, nil): return done
        case (nil, _): throw Refusal(field: "text", "missing", "Say what is to be done by that time.")
        case (_, nil): throw Refusal(field: "due_at", "missing", "Say until when it is done.")
        case (let text?, let dueAt?):
            let owner = try state.admitted(input.owner, field: "owner", in: context)
            return done
                + (try state.found.nextAction(
                    text, owner: owner, dueAt: dueAt, at: context.now, policy: context.policy))
        }
    }

    static func fill(_ form: inout OperationForm, from state: CoordinationState, for actor: Actor) {
        if let action = state.now.nextAction { form.advice = ["Next action until now: \(action.text)"] }
        form.values["owner"] = .text(state.now.nextAction?.owner.raw ?? actor.id)
    }
}

/// Promises the customer when we write again.
enum PromiseUpdate: CaseOperation {
    struct Input: CaseInput {
        var id: String
        var nextUpdateAt: Timestamp
    }

    static let name = "case.promise_update"
    static let summary = "Promise the next update"
    static let verb = "Promise"
    static let right: Right = "case.coordinate"
    static let input = Fields(Input.init, CaseFields.id, CaseFields.nextUpdateAt)

    static func decide(_ input: Input, on found: SupportCase, in context: Context) throws(Refusal) -> Decision
    {
        answer(
            try found.promising(at: input.nextUpdateAt, now: context.now, policy: context.policy), on: found)
    }

    static func fill(
        _ form: inout OperationForm, from found: SupportCase, policy: Policy, in tx: borrowing Transaction
    ) throws { form.values["next_update_at"] = .text(found.arrangement.nextUpdateAt?.rfc3339 ?? "") }
}
