import Diagnosis
import Domain
import Storage
import Web

/// A case, and how long its customer has not answered.
struct SilenceState: Sendable {
    var found: SupportCase
    var silence: NoResponse
}

/// An operation on the reminders of a case.
protocol ReminderOperation: Operation where Input: CaseInput, State == SilenceState {}

extension ReminderOperation {
    static var place: OperationPlace { .act(in: "cases", verb: String(name.dropFirst("case.".count))) }

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> SilenceState {
        let found = try visibleCase(input.id, for: actor, in: tx)
        return SilenceState(
            found: found,
            silence: try OutwardDirectory.silence(
                of: found, try CaseHistory(of: found.id, in: tx).facts, policy: policy, in: tx))
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "saved")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm { try caseForm(id, for: actor, in: tx) }
}

/// Stops the reminders of the software, for as long as the case waits.
enum StopReminders: ReminderOperation {
    struct Input: CaseInput {
        var id: String
        var reason: String
    }

    static let name = "case.stop_reminders"
    static let summary = "Stop reminding the customer"
    static let verb = "Stop"
    static let right: Right = "case.coordinate"
    static let input = Fields(
        Input.init, CaseFields.id,
        CaseFields.reason.help("For example: they wrote by phone that they are away until Monday."))

    static func decide(
        _ input: Input, on state: SilenceState, in context: Context
    ) throws(Refusal) -> Decision {
        answer(
            try state.found.stoppingReminders(
                reason: input.reason, now: state.silence, policy: context.policy), on: state.found)
    }

    static func undo(_ input: Input, on state: SilenceState, in context: Context) -> Undo? {
        Undo(ResumeReminders.name, ["id": .text(input.id)])
    }
}

/// Lets the reminders go on.
enum ResumeReminders: ReminderOperation {
    struct Input: CaseInput {
        var id: String
    }

    static let name = "case.resume_reminders"
    static let summary = "Remind the customer again"
    static let verb = "Go on"
    static let right: Right = "case.coordinate"
    static let input = Fields(Input.init, CaseFields.id)

    static func decide(
        _ input: Input, on state: SilenceState, in context: Context
    ) throws(Refusal) -> Decision {
        answer(try state.found.resumingReminders(now: state.silence), on: state.found)
    }
}
