import Diagnosis
import Domain
import Storage
import Web

private let callField = Field<String>.line("call", "Call", maxBytes: 20).help("Its number, such as C1.")

private let callOutcome = Field<String>.choice(
    "outcome", "What became of it",
    from: { _ in [FieldChoice("held", "It took place"), FieldChoice("cancelled", "It was cancelled")] })

/// An operation on a call of a case: it answers with the call's number and leads to its page.
protocol CallOperation: CoordinationOperation {
    /// The number of the call that it is about.
    static func call(_ input: Input, in now: Coordination) -> String
}

/// Names a call that there is.
protocol CallInput: CaseInput {
    /// As typed: "c1".
    var call: String { get }
}

extension CallOperation {
    static var right: Right { "case.coordinate" }

    static func decide(
        _ input: Input, on state: CoordinationState, in context: Context
    ) throws(Refusal) -> Decision {
        var decision = answer(try facts(input, on: state, in: context), on: state.found)
        decision.answer["call"] = .string(call(input, in: state.now))
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        "/cases/\(answer["number"]?.string ?? "")/calls/\(answer["call"]?.string ?? "")?done=saved"
    }
}

extension CallOperation where Input: CallInput {
    static func call(_ input: Input, in now: Coordination) -> String { now.call(input.call)?.number ?? "" }
}

/// Plans a call with the customer.
enum ScheduleCall: CallOperation {
    struct Input: CaseInput {
        var id: String
        var topic: String
        var startsAt: Timestamp
        var joinLink: String?
        var attendees: [String]
    }

    static let name = "case.schedule_call"
    static let summary = "Schedule a call"
    static let input = Fields(
        Input.init, CaseFields.id,
        .line("topic", "What the call is about", maxBytes: 200).help("The customer sees this."),
        .time("starts_at", "Begins"),
        .optional(.line("join_link", "Link to join", maxBytes: 1000))
            .help("Begins with https://. The customer sees it too."),
        .list(of: .line("attendees", "Who takes part", maxBytes: 200), maxCount: 50)
    )

    static func facts(
        _ input: Input, on state: CoordinationState, in context: Context
    ) throws(Refusal) -> [CaseFact] {
        try state.found.schedulingCall(
            topic: input.topic, startsAt: input.startsAt, joinLink: input.joinLink,
            attendees: input.attendees, now: state.now, policy: context.policy)
    }

    static func call(_ input: Input, in now: Coordination) -> String { now.nextCall }
}

/// Moves a planned call to another time.
enum MoveCall: CallOperation {
    struct Input: CallInput {
        var id: String
        var call: String
        var startsAt: Timestamp
        var reason: String?
    }

    static let name = "case.move_call"
    static let summary = "Move a call"
    static let verb = "Move"
    static let input = Fields(
        Input.init, CaseFields.id, callField, .time("starts_at", "Begins"),
        .optional(.line("reason", "Why it is moved", maxBytes: 500)).help("Only colleagues see this."))

    static func facts(
        _ input: Input, on state: CoordinationState, in context: Context
    ) throws(Refusal) -> [CaseFact] {
        try state.found.movingCall(input.call, to: input.startsAt, reason: input.reason, now: state.now)
    }

    static func fill(_ form: inout OperationForm, from state: CoordinationState, for actor: Actor) {
        let standing = state.now.calls.filter { $0.state == .planned }.map { call in
            (
                call.number,
                RawInput(["starts_at": .text(call.plan.startsAt.fieldText)])
            )
        }
        form.standing = ("call", Dictionary(uniqueKeysWithValues: standing))
    }
}

/// Writes down what is said on a call, while it goes on.
enum NoteCall: CallOperation {
    struct Input: CallInput {
        var id: String
        var call: String
        var text: String
    }

    static let name = "case.note_call"
    static let summary = "Write down what was said"
    static let verb = "Save note"
    static let input = Fields(
        Input.init, CaseFields.id, callField, .text("text", "Note", maxBytes: 100_000))

    static func facts(
        _ input: Input, on state: CoordinationState, in context: Context
    ) throws(Refusal) -> [CaseFact] {
        try state.found.noting(input.text, onCall: input.call, now: state.now)
    }
}

/// Says that a call is over, or does not take place.
enum EndCall: CallOperation {
    struct Input: CallInput {
        var id: String
        var call: String
        var outcome: String
        var summary: String?
    }

    static let name = "case.end_call"
    static let summary = "End or cancel a call"
    static let verb = "Save"
    static let input = Fields(
        Input.init, CaseFields.id, callField,
        callOutcome,
        .optional(.text("summary", "What came of it, or why it was cancelled", maxBytes: 20_000)))

    static func facts(
        _ input: Input, on state: CoordinationState, in context: Context
    ) throws(Refusal) -> [CaseFact] {
        try state.found.endingCall(
            input.call, isHeld: input.outcome == "held", summary: input.summary, now: state.now)
    }

    static func fill(_ form: inout OperationForm, from state: CoordinationState, for actor: Actor) {
        form.values["outcome"] = .text("held")
    }
}

/// Writes down what a call leaves to be done: a promise to the customer, or a task of our own.
enum AddFollowUp: CallOperation {
    struct Input: CallInput {
        var id: String
        var call: String
        var text: String
        var owner: String?
        var dueAt: Timestamp?
        var isPromised: Bool
    }

    static let name = "case.add_follow_up"
    static let summary = "Add a promise or follow-up"
    static let verb = "Add"
    static let input = Fields(
        Input.init, CaseFields.id, callField, .line("text", "What is to be done", maxBytes: 300),
        .optional(.reference("owner", "Who does it", to: "person")).help("Empty means yourself."),
        .optional(.time("due_at", "Due")).help("A promise needs one."),
        .flag("promised", "The customer was promised this"))

    static func person(_ input: Input) -> String? { input.owner }

    static func facts(
        _ input: Input, on state: CoordinationState, in context: Context
    ) throws(Refusal) -> [CaseFact] {
        try state.found.followingUp(
            input.text, onCall: input.call,
            owner: try state.admitted(input.owner, field: "owner", in: context),
            dueAt: input.dueAt, isPromised: input.isPromised, now: state.now)
    }

    static func decide(
        _ input: Input, on state: CoordinationState, in context: Context
    ) throws(Refusal) -> Decision {
        var decision = answer(try facts(input, on: state, in: context), on: state.found)
        decision.answer["item"] = .string(state.now.nextFollowUp)
        decision.answer["call"] = .string(call(input, in: state.now))
        return decision
    }

    static func fill(_ form: inout OperationForm, from state: CoordinationState, for actor: Actor) {
        form.values["owner"] = .text(actor.id)
    }
}

/// Says that a follow-up is done.
enum FinishFollowUp: CoordinationOperation {
    struct Input: CaseInput {
        var id: String
        var item: String
        var outcome: String?
    }

    static let name = "case.finish_follow_up"
    static let summary = "Finish a follow-up"
    static let verb = "Finish"
    static let right: Right = "case.coordinate"
    static let input = Fields(
        Input.init, CaseFields.id, .line("item", "Follow-up", maxBytes: 20).help("Its number, such as F1."),
        .optional(.line("outcome", "What came of it", maxBytes: 1000)))

    static func facts(
        _ input: Input, on state: CoordinationState, in context: Context
    ) throws(Refusal) -> [CaseFact] {
        try state.found.finishingFollowUp(input.item, outcome: input.outcome, now: state.now)
    }
}
