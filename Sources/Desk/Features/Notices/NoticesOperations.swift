import Diagnosis
import Domain
import Storage
import Web

extension NoticesFeature {
    /// What can be done; an operation that does not stand here does not exist.
    static let operations = [
        AnyOperation(OweNotice.self), AnyOperation(GiveNotice.self), AnyOperation(WaiveNotice.self),
        AnyOperation(ReassignNotice.self),
    ]
}

/// A case with its notices, as operations on them need it.
struct NoticeState: Sendable {
    var found: SupportCase
    var now: Notices
    var citable: CitableEvidence
    /// Whom the input names to see to it, looked up; nil where nobody is known by that name.
    var owner: Person?

    /// The owner, where they can see to it.
    func owner(named name: String) throws(Refusal) -> String {
        guard let owner, owner.isActive, !owner.isCustomer else {
            throw Refusal(field: "owner", "not_found", "Nobody who works here is known as “\(name)”.")
        }
        return owner.id.raw
    }
}

/// An operation on the notices of a case.
protocol NoticeOperation: Operation where Input: CaseInput, State == NoticeState {
    /// Whom the input names to see to the notice; nil where it names nobody.
    static func owner(_ input: Input) -> String?
}

extension NoticeOperation {
    static var right: Right { NotificationRules.noticeRight }
    static var place: OperationPlace { .act(in: "cases", verb: String(name.dropFirst("case.".count))) }
    static func owner(_ input: Input) -> String? { nil }

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> NoticeState {
        let found = try visibleCase(input.id, for: actor, in: tx)
        let owner = owner(input).map { $0 == "@me" ? actor.id : $0 }
        return NoticeState(
            found: found, now: try NoticesDirectory.notices(of: found.id, in: tx),
            citable: try InvestigationDirectory.citable(on: found, for: actor, policy: policy, in: tx),
            owner: try owner.flatMap { try PeopleDirectory.find($0, in: tx) })
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "saved")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try caseForm(id, for: actor, in: tx) { found, form in
            let open = try NoticesDirectory.notices(of: found.id, in: tx).open
            form.references["notice"] = open.map {
                FieldChoice(
                    $0.duty.notice, "\($0.duty.notice), \(policy.noticeName($0.duty.kind))",
                    detail: "until \($0.duty.dueAt.fieldText) UTC")
            }
            form.references["notice_kind"] = policy.notices.map {
                FieldChoice($0.id, $0.name, detail: "\($0.hours) hours, \($0.source)")
            }
            form.references["person"] = try PeopleDirectory.staffChoices(in: tx)
            form.values["owner"] = .text(actor.id)
            if open.count == 1 { form.values["notice"] = .text(open[0].duty.notice) }
        }
    }
}

private enum NoticeFields {
    static let notice = Field<String>.reference("notice", "Notice", to: "notice")
    static let owner = Field<String>.reference("owner", "Who sees to it", to: "person")
}

/// Says that law or a contract wants somebody told of what happened; the time counts from becoming aware.
enum OweNotice: NoticeOperation {
    struct Input: CaseInput {
        var id: String
        var duty: String
        var awareAt: Timestamp
        var owner: String
        var dueAt: Timestamp?
        var note: String?
    }

    static let name = "case.owe_notice"
    static let summary = "Record a notice that is owed"
    static let verb = "Start the clock"
    static let input = Fields(
        Input.init, CaseFields.id, .reference("duty", "Who has to be told", to: "notice_kind"),
        .time("aware_at", "When did we become aware?")
            .help("The time that law and contracts allow counts from there, around the clock."),
        NoticeFields.owner,
        .optional(.time("due_at", "Until when, if sooner")).help(
            "Only where a contract or an authority wants it sooner than the policy says."),
        .optional(.text("note", "What is to be told?", maxBytes: 20_000)))

    static func owner(_ input: Input) -> String? { input.owner }

    static func decide(_ input: Input, on state: NoticeState, in context: Context) throws(Refusal) -> Decision
    {
        let owed = try state.found.owingNotice(
            input.duty, awareAt: input.awareAt, dueAt: input.dueAt,
            owner: try state.owner(named: input.owner), note: input.note, now: state.now, in: context)
        var decision = answer([], on: state.found)
        decision.record(owed.fact, on: state.found.ref, occurredAt: owed.awareAt)
        return decision
    }
}

/// Records that a notice was given, with the evidence of it.
enum GiveNotice: NoticeOperation {
    struct Input: CaseInput {
        var id: String
        var notice: String
        var givenAt: Timestamp
        var recipient: String
        var proof: String
        var evidence: [String]
    }

    static let name = "case.give_notice"
    static let summary = "Record that the notice was given"
    static let verb = "Record"
    static let input = Fields(
        Input.init, CaseFields.id, NoticeFields.notice, .time("given_at", "When was it given?"),
        .line("recipient", "Who was told?", maxBytes: 400),
        .text("proof", "How, and what proves it?", maxBytes: 4000)
            .help("The way it went and the number or answer that the recipient gave."),
        InvestigationFields.evidence)

    static func decide(_ input: Input, on state: NoticeState, in context: Context) throws(Refusal) -> Decision
    {
        let receipt = NoticeFact.Receipt(
            notice: input.notice, recipient: input.recipient, proof: input.proof, evidence: input.evidence)
        let fact = try state.found.givingNotice(
            receipt, at: input.givenAt, citing: state.citable, now: state.now, in: context)
        var decision = answer([], on: state.found)
        decision.record(fact, on: state.found.ref, occurredAt: input.givenAt)
        return decision
    }
}

/// Says that nobody need be told after all, with the reason.
enum WaiveNotice: NoticeOperation {
    struct Input: CaseInput {
        var id: String
        var notice: String
        var reason: String
    }

    static let name = "case.waive_notice"
    static let summary = "No notice is needed"
    static let verb = "It is not needed"
    static let input = Fields(
        Input.init, CaseFields.id, NoticeFields.notice,
        CaseFields.reason.help("It stands in the register with your name."))

    static func decide(_ input: Input, on state: NoticeState, in context: Context) throws(Refusal) -> Decision
    {
        answer(
            [try state.found.waivingNotice(input.notice, reason: input.reason, now: state.now)],
            on: state.found)
    }
}

/// Gives a notice to somebody else to see to.
enum ReassignNotice: NoticeOperation {
    struct Input: CaseInput {
        var id: String
        var notice: String
        var owner: String
    }

    static let name = "case.reassign_notice"
    static let summary = "Somebody else sees to the notice"
    static let verb = "Save"
    static let input = Fields(Input.init, CaseFields.id, NoticeFields.notice, NoticeFields.owner)

    static func owner(_ input: Input) -> String? { input.owner }

    static func decide(_ input: Input, on state: NoticeState, in context: Context) throws(Refusal) -> Decision
    {
        let fact = try state.found.reassigningNotice(
            input.notice, to: try state.owner(named: input.owner), now: state.now)
        return answer([fact].compactMap { $0 }, on: state.found)
    }
}
