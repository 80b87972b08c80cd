import Diagnosis
import Domain
import Storage
import Web

/// Writes to the customer.
enum ReplyToCase: Operation {
    struct Input: Sendable {
        var id: String
        var text: String
        var status: String?
        var blockedBy: String?
        var nextUpdateAt: Timestamp?
        var next = NextActionInput(nil, nil)
        var template: String?
        var executives: String?
        var accountTeam: String?
        var note: String?
        var confirmPublic: Bool
    }

    static let name = "case.reply"
    static let summary = "Reply to the customer"
    static let verb = "Send"
    static let right: Right = "case.reply"
    static let place = OperationPlace.act(in: "cases", verb: "reply")
    static let input = Fields(
        {
            Input(
                id: $0, text: $1, status: $2, blockedBy: $3, nextUpdateAt: $4, next: NextActionInput($5, $6),
                template: $7, confirmPublic: $8)
        },
        CaseFields.id, .text("text", "Reply").help("The customer reads this."),
        .optional(CaseFields.status).help("The status after the reply. Empty leaves it as it is."),
        .optional(CaseFields.blockedBy), .optional(CaseFields.nextUpdateAt),
        .optional(CaseFields.nextAction), .optional(CaseFields.nextActionDueAt),
        .optional(.reference("template", "Template", to: "macro"))
            .help("The template that the text came from, for its statistics."),
        .flag("confirm_public", "The customer may read this")
            .help("Only needed for a reply that the check before sending has stopped."))

    struct State: Sendable {
        var found: SupportCase
        var outward: OutwardGuard
        var template: Macro?
        /// Where the reply moves the case on.
        var forms: CaseForms?
        var cause: Investigation.CauseWording
        /// What a review of the message needs to know; nil where nobody reviews it.
        var review: ReviewMaterial?
    }

    static func load(_ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction) throws
        -> State
    {
        let found = try visibleCase(input.id, for: actor, in: tx)
        let forms =
            try input.status == nil
            ? nil : FormsDirectory.forms(of: found, for: actor, policy: policy, in: tx)
        return State(
            found: found, outward: try .init(of: found, for: actor, policy: policy, in: tx),
            template: try input.template.map { try MacroDirectory.find($0, in: tx) },
            forms: forms,
            cause: try InvestigationDirectory.investigation(of: found.id, in: tx).causeWording,
            review: try ReviewMaterial(of: found, policy: policy, in: tx))
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        try state.outward.check(
            input.text, field: "text", policy: context.policy, isConfirmed: input.confirmPublic,
            hasNextStep: input.nextUpdateAt != nil,
            way: "Say it differently, or confirm that the customer may read it.")
        if let name = ReplyTemplate.leftOver(in: input.text) {
            throw Refusal(
                field: "text", "unfilled_variable",
                "Not sent: “{{\(name)}}” still stands in the text. Write what belongs there.")
        }
        try refuseUnconfirmedCause(in: input.text, field: "text", state.cause, context.policy)
        var facts = try state.found.told(input.message, at: context.now, policy: context.policy)
        if let status = input.status {
            if let forms = state.forms {
                facts += try GatePass.handOff(to: status, forms, exception: nil)
            }
            facts += try state.found.moved(
                to: ID(status), reason: nil, blockedBy: input.blockedBy, policy: context.policy)
        }
        if let moment = input.nextUpdateAt {
            facts += try state.found.promising(at: moment, now: context.now, policy: context.policy)
        }
        facts += try input.next.facts(on: state.found, in: context)
        var decision = answer(facts, on: state.found)
        if let review = state.review {
            decision = try review.holding(input.message, on: state.found, in: context)
        }
        if let template = state.template { decision.record(template.use(in: state.found), on: template.ref) }
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: ReviewMaterial.done(answer))
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try caseForm(id, for: actor, in: tx) { found, form in
            form.base = nil
            ReviewMaterial.advise(&form, found, policy)
        }
    }
}

extension ReplyToCase.Input {
    /// The words, with all that is to happen once they are sent.
    fileprivate var message: OutwardMessage {
        var message = OutwardMessage(text)
        (message.status, message.blockedBy, message.nextUpdateAt) = (status, blockedBy, nextUpdateAt)
        (message.nextAction, message.nextActionDueAt) = (next.text, next.dueAt)
        (message.executives, message.accountTeam, message.note) = (executives, accountTeam, note)
        return message
    }
}

extension OutwardGuard {
    /// What must not leave a case unnoticed, as somebody may know it who writes to the customer.
    init(
        of found: SupportCase, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws {
        let notes = try RelationsDirectory.internalNotes(of: found, limit: 500, in: tx)
        let pieces = try EvidenceDirectory.all(of: found.id, for: actor, in: tx)
        self.init(
            notes: notes + (try InvestigationDirectory.internalTexts(of: found.id, in: tx)),
            restricted: pieces.filter { $0.isRestricted(by: policy) && !$0.isPublic }.map {
                Restricted(
                    number: $0.number, fileName: $0.isReadable(by: actor, policy: policy) ? $0.name : nil)
            })
    }
}

/// Refuses text for the customer that states a cause as a fact while no cause is confirmed.
func refuseUnconfirmedCause(
    in text: String, field: String, _ cause: Investigation.CauseWording, _ policy: Policy
) throws(Refusal) {
    guard !cause.isConfirmed,
        let claim = CauseClaim.found(in: text, phrases: policy.causeClaims, hedges: policy.causeHedges)
    else { return }
    throw Refusal(
        field: field, "states_unconfirmed_cause",
        "Not saved: “\(claim)” states a cause, and none is confirmed on this case. Say “we suspect”, or confirm a hypothesis first. Your text is kept."
    )
}

/// Refuses texts for the customer that stand in fields of their own, with all that is wrong with any of them.
func refuseUnfit(
    _ texts: [(field: String, words: String)], _ outward: OutwardGuard, _ cause: Investigation.CauseWording,
    _ policy: Policy, isConfirmed: Bool, hasNextStep: Bool
) throws(Refusal) {
    var problems: [Refusal.Problem] = []
    for (field, words) in texts {
        do {
            try outward.check(
                words, field: field, policy: policy, isConfirmed: isConfirmed, hasNextStep: hasNextStep,
                way: "Say it differently, or confirm that the customer may read it.")
            try refuseUnconfirmedCause(in: words, field: field, cause, policy)
        } catch {
            guard !error.problems.isEmpty else { throw error }
            problems += error.problems
        }
    }
    guard problems.isEmpty else { throw Refusal(problems: problems) }
}

/// Writes a note that only colleagues read, now or for an earlier moment.
enum NoteOnCase: CaseOperation {
    struct Input: CaseInput {
        var id: String
        var text: String
        var occurredAt: Timestamp?
    }

    static let name = "case.note"
    static let summary = "Internal note"
    static let verb = "Save internal note"
    static let right: Right = "case.note"
    static let done = "noted"
    static let input = Fields(
        Input.init, CaseFields.id, .text("text", "Note").help("Only colleagues read this."),
        .optional(.time("occurred_at", "Happened at"))
            .help("For something that happened earlier; the entry is marked as entered later."))

    static func decide(_ input: Input, on found: SupportCase, in context: Context) throws(Refusal) -> Decision
    {
        if let moment = input.occurredAt, moment > context.now.adding(seconds: 60) {
            throw Refusal(
                field: "occurred_at", "in_the_future", "A note cannot be about a time that has not come yet.")
        }
        var decision = answer([], on: found)
        decision.record(CaseFact.noted(text: input.text), on: found.ref, occurredAt: input.occurredAt)
        return decision
    }

    static func fill(
        _ form: inout OperationForm, from found: SupportCase, policy: Policy, in tx: borrowing Transaction
    ) throws {
        form.base = nil
    }
}
