import Diagnosis
import Domain
import Storage
import Web

/// A case and its messages that were held.
struct ReviewState: Sendable {
    var found: SupportCase
    var material: ReviewMaterial
    var outward: OutwardGuard
    var cause: Investigation.CauseWording
}

/// An operation on a message that waits for its review.
protocol ReviewOperation: Operation where Input: CaseInput, State == ReviewState {
    /// The notice on the case's page after success.
    static var done: String { get }
}

extension ReviewOperation {
    static var place: OperationPlace { .act(in: "cases", verb: String(name.dropFirst("case.".count))) }

    static var done: String { "saved" }

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> ReviewState {
        let found = try visibleCase(input.id, for: actor, in: tx)
        return ReviewState(
            found: found, material: try ReviewMaterial(anyOf: found, policy: policy, in: tx),
            outward: try OutwardGuard(of: found, for: actor, policy: policy, in: tx),
            cause: try InvestigationDirectory.investigation(of: found.id, in: tx).causeWording)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: done)
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try caseForm(id, for: actor, in: tx) { found, form in
            let open = try OutwardDirectory.reviews(of: found.id, in: tx).open
            form.references["message"] = open.map {
                FieldChoice($0.number, "\($0.number): \($0.held.text.prefix(100))")
            }
            form.standing = (
                "message",
                Dictionary(open.map { ($0.number, RawInput(["text": .text($0.held.text)])) }) { first, _ in
                    first
                }
            )
        }
    }
}

private let message = Field<String?>.optional(.reference("message", "Message", to: "message"))
    .help("Empty where only one waits.")

/// Lets a message of somebody else go to the customer.
enum ApproveMessage: ReviewOperation {
    struct Input: CaseInput {
        var id: String
        var message: String?
        var comment: String?
    }

    static let name = "case.approve_message"
    static let summary = "Approve a message"
    static let verb = "Approve and send"
    static let right = Policy.reviewRight
    static let done = "approved"
    static let input = Fields(
        Input.init, CaseFields.id, message,
        .optional(.line("comment", "A word to whoever wrote it", maxBytes: 500)))

    static func decide(
        _ input: Input, on state: ReviewState, in context: Context
    ) throws(Refusal) -> Decision {
        let review = try state.material.reviews.waiting(input.message, of: state.found)
        try state.found.refuseReviewing(review, by: context.actor)
        let (sent, leftOut) = try state.found.sending(review, at: context.now, policy: context.policy)
        var decision = answer(
            [.outward(.approved(message: review.number, comment: input.comment, leftOut: leftOut))],
            on: state.found)
        decision.record(answer(sent, on: state.found).signed(by: review.writer))
        return decision
    }
}

/// Gives a message back to whoever wrote it, with what has to change.
enum ReturnMessage: ReviewOperation {
    struct Input: CaseInput {
        var id: String
        var message: String?
        var reason: String
    }

    static let name = "case.return_message"
    static let summary = "Give a message back"
    static let verb = "Give back"
    static let right = Policy.reviewRight
    static let done = "given_back"
    static let input = Fields(
        Input.init, CaseFields.id, message, .text("reason", "What has to change?", maxBytes: 5000))

    static func decide(
        _ input: Input, on state: ReviewState, in context: Context
    ) throws(Refusal) -> Decision {
        let review = try state.material.reviews.waiting(input.message, of: state.found)
        try state.found.refuseReviewing(review, by: context.actor)
        return answer(
            [.outward(.returned(message: review.number, reason: input.reason))], on: state.found)
    }
}

/// Takes a message back before it is sent.
enum WithdrawMessage: ReviewOperation {
    struct Input: CaseInput {
        var id: String
        var message: String?
        var reason: String?
    }

    static let name = "case.withdraw_message"
    static let summary = "Take a message back"
    static let verb = "Take back"
    static let right: Right = "case.reply"
    static let input = Fields(Input.init, CaseFields.id, message, .optional(CaseFields.reason))

    static func decide(
        _ input: Input, on state: ReviewState, in context: Context
    ) throws(Refusal) -> Decision {
        let review = try state.material.reviews.waiting(input.message, of: state.found)
        guard [review.writer, state.found.owner?.raw].contains(context.actor.id) else {
            throw Refusal(
                .denied, "not_yours",
                "Only whoever wrote \(review.number), or owns \(state.found.number), can take it back. Whoever reviews it gives it back instead."
            )
        }
        return answer(
            [.outward(.withdrawn(message: review.number, reason: input.reason))], on: state.found)
    }
}

/// Changes a message that waits or came back; the new words are read anew, and whoever changed them wrote them.
enum ReviseMessage: ReviewOperation {
    struct Input: CaseInput {
        var id: String
        var message: String
        var text: String
        var executives: String?
        var confirmPublic: Bool
    }

    static let name = "case.revise_message"
    static let summary = "Change a message"
    static let verb = "Send to review"
    static let right: Right = "case.reply"
    static let input = Fields(
        Input.init, CaseFields.id, .reference("message", "Message", to: "message"),
        .text("text", "Message").help(
            "The customer reads this once it is approved. Each change is read anew."),
        .optional(.text("executives", "For their executives", maxBytes: 5000))
            .help("They read this in place of the message. Empty: they read the message."),
        .flag("confirm_public", "The customer may read this")
            .help("Only needed where the check before sending has stopped it."))

    static func decide(
        _ input: Input, on state: ReviewState, in context: Context
    ) throws(Refusal) -> Decision {
        let reviews = state.material.reviews
        let number = input.message.trimmingWhitespace.uppercased()
        let returned = reviews.reviews.first { $0.number == number && $0.outcome == .returned }
        let old = if let returned { returned } else { try reviews.waiting(number, of: state.found) }
        let texts = [
            (field: "text", words: input.text), (field: "executives", words: input.executives ?? ""),
        ]
        try refuseUnfit(
            texts, state.outward, state.cause, context.policy, isConfirmed: input.confirmPublic,
            hasNextStep: old.held.nextUpdateAt != nil)
        let isSame = input.text == old.held.text && input.executives == old.held.executives
        guard !isSame || returned != nil else { return answer([], on: state.found) }
        var message = OutwardMessage(input.text)
        (message.status, message.blockedBy) = (old.held.status, old.held.blockedBy)
        (message.nextUpdateAt, message.nextAction) = (old.held.nextUpdateAt, old.held.nextAction)
        message.nextActionDueAt = old.held.nextActionDueAt
        (message.accountTeam, message.note) = (old.held.accountTeam, old.held.note)
        message.executives = input.executives
        return try state.material.holding(message, replacing: number, on: state.found, in: context)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: answer["held"] == nil ? "unchanged" : "held")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try caseForm(id, for: actor, in: tx) { found, form in
            let some = try OutwardDirectory.reviews(of: found.id, in: tx).reviews.filter {
                $0.outcome == nil || $0.outcome == .returned
            }
            form.base = nil
            form.references["message"] = some.map {
                FieldChoice($0.number, "\($0.number): \($0.held.text.prefix(100))")
            }
            form.standing = (
                "message",
                Dictionary(
                    some.map {
                        (
                            $0.number,
                            RawInput([
                                "text": .text($0.held.text), "executives": .text($0.held.executives ?? ""),
                            ])
                        )
                    }
                ) { first, _ in first }
            )
            form.advice = some.compactMap { one in
                one.outcome == .returned ? "\(one.number) came back: \(one.words ?? "")" : nil
            }
            if some.isEmpty { form.advice = ["No message waits for a review, and none came back."] }
        }
    }
}
