package import Diagnosis

/// What happens to words for the customer before and after they are sent: reviews, reminders, the technical summary.
package enum OutwardFact: CaseFactFamily {
    /// Somebody wrote to the customer, and a second person has to read it before it is sent.
    case held(Held)
    /// The second person lets it go; `leftOut` names what was to happen with it and no longer fits.
    case approved(message: String, comment: String?, leftOut: [String])
    /// The second person gives it back with what has to change.
    case returned(message: String, reason: String)
    /// It is not to be sent any more.
    case withdrawn(message: String, reason: String?)
    /// Nobody read it in time, and policy says that it goes all the same.
    case released(message: String, policy: Int, leftOut: [String])
    /// The customer, who owes us an answer, is asked again by the software.
    case reminded(text: String, number: Int, of: Int, policy: Int)
    /// The customer did not answer any reminder; that the case is resolved is a fact of its own.
    case givenUp(reminders: Int, policy: Int)
    /// Somebody stops the reminders, for a reason.
    case remindersStopped(reason: String)
    /// The reminders go on.
    case remindersResumed
    /// What an update says to the customer's executives, who read it in place of the message that comes next.
    case executiveUpdate(text: String)
    /// What an update says to those of the house who answer for the customer.
    case accountUpdate(text: String)
    /// The technical summary as it was last written.
    case summaryWritten(TechnicalSummary, isSent: Bool)

    /// A message that waits for its review, with all that happens once it is sent.
    package struct Held: Equatable, Sendable {
        /// The number in the case: "M1".
        package var message: String
        /// The words, as they are sent.
        package var text: String
        /// The status after it is sent.
        package var status: String?
        /// What the case waits for then.
        package var blockedBy: String?
        /// What the customer's executives read in place of these words.
        package var executives: String?
        /// What those of the house read who answer for the customer.
        package var accountTeam: String?
        /// What colleagues read.
        package var note: String?
        /// When the customer is told that we write again.
        package var nextUpdateAt: Timestamp?
        /// What is done next.
        package var nextAction: String?
        /// Until when.
        package var nextActionDueAt: Timestamp?
        /// Until when it should be reviewed.
        package var reviewBy: Timestamp
        /// The message that it takes the place of.
        package var replaces: String?

        /// A message of these words, to be reviewed by a moment.
        package init(message: String, text: String, reviewBy: Timestamp) {
            (self.message, self.text, self.reviewBy) = (message, text, reviewBy)
        }
    }

    package static let kinds = [
        "case.message_held", "case.message_approved", "case.message_returned", "case.message_withdrawn",
        "case.message_released", "case.answer_reminded", "case.answer_given_up", "case.reminders_stopped",
        "case.reminders_resumed", "case.executive_update", "case.account_update", "case.summary_written",
    ]

    package static let publicKinds = ["case.answer_reminded", "case.executive_update"]

    package static let erasableFields: Set<String> = Set(
        ["text", "next_action", "comment", "reason", "executives", "account_team", "note"]
            + TechnicalSummary.Part.allCases.map(\.rawValue))

    package var edits: Set<Aspect> {
        switch self {
        case .held(let held): held.replaces.map { [Aspect("message.\($0)")] } ?? []
        case .approved(let message, _, _), .returned(let message, _), .withdrawn(let message, _),
            .released(let message, _, _):
            [Aspect("message.\(message)")]
        case .reminded, .givenUp, .executiveUpdate, .accountUpdate: []
        case .remindersStopped, .remindersResumed: ["reminders"]
        case .summaryWritten: ["technical_summary"]
        }
    }

    /// What became of a message, for whoever did something about it at the same time.
    package func words(of aspect: Aspect) -> (label: String, value: String)? {
        switch self {
        case .held(let held): ("Message \(held.replaces ?? "")", "changed: \(held.text)")
        case .approved(let message, _, _): ("Message \(message)", "approved and sent")
        case .returned(let message, let reason): ("Message \(message)", "returned: \(reason)")
        case .withdrawn(let message, _): ("Message \(message)", "taken back")
        case .released(let message, _, _): ("Message \(message)", "sent, since nobody reviewed it in time")
        case .reminded, .givenUp, .executiveUpdate, .accountUpdate: nil
        case .remindersStopped(let reason): ("Reminders", "stopped: \(reason)")
        case .remindersResumed: ("Reminders", "going on")
        case .summaryWritten(let summary, _): ("Technical summary", summary.text)
        }
    }
}

extension OutwardFact {
    package var kind: String {
        switch self {
        case .held: "case.message_held"
        case .approved: "case.message_approved"
        case .returned: "case.message_returned"
        case .withdrawn: "case.message_withdrawn"
        case .released: "case.message_released"
        case .reminded: "case.answer_reminded"
        case .givenUp: "case.answer_given_up"
        case .remindersStopped: "case.reminders_stopped"
        case .remindersResumed: "case.reminders_resumed"
        case .executiveUpdate: "case.executive_update"
        case .accountUpdate: "case.account_update"
        case .summaryWritten: "case.summary_written"
        }
    }

    package var body: JSON {
        switch self {
        case .held(let held): held.body
        case .approved(let message, let comment, let leftOut):
            .fields([
                "message": .string(message), "comment": comment.map(JSON.string),
                "left_out": .array(leftOut.map(JSON.string)),
            ])
        case .returned(let message, let reason): ["message": .string(message), "reason": .string(reason)]
        case .withdrawn(let message, let reason):
            .fields(["message": .string(message), "reason": reason.map(JSON.string)])
        case .released(let message, let policy, let leftOut):
            [
                "message": .string(message), "policy": .integer(Int64(policy)),
                "left_out": .array(leftOut.map(JSON.string)),
            ]
        case .reminded(let text, let number, let count, let policy):
            [
                "text": .string(text), "number": .integer(Int64(number)), "of": .integer(Int64(count)),
                "policy": .integer(Int64(policy)),
            ]
        case .givenUp(let reminders, let policy):
            ["reminders": .integer(Int64(reminders)), "policy": .integer(Int64(policy))]
        case .remindersStopped(let reason): ["reason": .string(reason)]
        case .remindersResumed: .object(JSONObject())
        case .executiveUpdate(let text), .accountUpdate(let text): ["text": .string(text)]
        case .summaryWritten(let summary, let isSent): summary.body(isSent: isSent)
        }
    }

    package init(kind: String, body: FactBody) throws {
        switch kind {
        case "case.message_held": self = .held(try Held(body))
        case "case.message_approved":
            self = .approved(
                message: try body.text("message"), comment: body.optionalText("comment"),
                leftOut: body.texts("left_out"))
        case "case.message_returned":
            self = .returned(message: try body.text("message"), reason: try body.text("reason"))
        case "case.message_withdrawn":
            self = .withdrawn(message: try body.text("message"), reason: body.optionalText("reason"))
        case "case.message_released":
            self = .released(
                message: try body.text("message"), policy: body.integer("policy") ?? 0,
                leftOut: body.texts("left_out"))
        case "case.answer_reminded":
            self = .reminded(
                text: try body.text("text"), number: body.integer("number") ?? 0,
                of: body.integer("of") ?? 0, policy: body.integer("policy") ?? 0)
        case "case.answer_given_up":
            self = .givenUp(
                reminders: body.integer("reminders") ?? 0, policy: body.integer("policy") ?? 0)
        case "case.reminders_stopped": self = .remindersStopped(reason: try body.text("reason"))
        case "case.reminders_resumed": self = .remindersResumed
        case "case.executive_update": self = .executiveUpdate(text: try body.text("text"))
        case "case.account_update": self = .accountUpdate(text: try body.text("text"))
        case "case.summary_written":
            var summary = TechnicalSummary()
            for part in TechnicalSummary.Part.allCases { summary[part] = body.optionalText(part.rawValue) }
            self = .summaryWritten(summary, isSent: body.bool("sent") ?? false)
        default: throw FactProblem("“\(kind)” is not a kind of OutwardFact")
        }
    }
}

extension OutwardFact.Held {
    fileprivate var body: JSON {
        .fields([
            "message": .string(message), "text": .string(text), "status": status.map(JSON.string),
            "blocked_by": blockedBy.map(JSON.string), "executives": executives.map(JSON.string),
            "account_team": accountTeam.map(JSON.string), "note": note.map(JSON.string),
            "next_update_at": nextUpdateAt.map(\.json),
            "next_action": nextAction.map(JSON.string),
            "next_action_due_at": nextActionDueAt.map(\.json), "review_by": reviewBy.json,
            "replaces": replaces.map(JSON.string),
        ])
    }

    fileprivate init(_ body: FactBody) throws {
        guard let reviewBy = body.time("review_by") else {
            throw FactProblem("the body has no time “review_by”")
        }
        self.init(message: try body.text("message"), text: try body.text("text"), reviewBy: reviewBy)
        (executives, accountTeam) = (body.optionalText("executives"), body.optionalText("account_team"))
        note = body.optionalText("note")
        (status, blockedBy) = (body.optionalText("status"), body.optionalText("blocked_by"))
        (nextUpdateAt, nextAction) = (body.time("next_update_at"), body.optionalText("next_action"))
        (nextActionDueAt, replaces) = (body.time("next_action_due_at"), body.optionalText("replaces"))
    }
}
