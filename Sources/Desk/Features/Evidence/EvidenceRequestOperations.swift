import Diagnosis
import Domain
import Storage
import Web

/// A case and what was asked for, given and shared in it.
struct AskedCase: Sendable {
    var this: SupportCase
    var asked: CaseEvidence
    var outward: OutwardGuard
}

/// An operation on what was asked for in a case.
protocol AskingOperation: Operation where State == AskedCase, Input: CaseInput {
    /// Puts into the form what stands there.
    static func fill(_ form: inout OperationForm, from state: AskedCase, policy: Policy)
}

extension AskingOperation {
    static var place: OperationPlace { .act(in: "cases", verb: String(name.dropFirst("case.".count))) }

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> AskedCase {
        let this = try visibleCase(input.id, for: actor, in: tx)
        return try state(of: this, for: actor, policy: policy, in: tx)
    }

    private static func state(
        of this: SupportCase, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> AskedCase {
        AskedCase(
            this: this, asked: try EvidenceDirectory.state(of: this.id, in: tx),
            outward: try OutwardGuard(of: this, for: actor, policy: policy, in: tx))
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        "/cases/\(answer["number"]?.string ?? "")/evidence?done=saved"
    }

    static func fill(_ form: inout OperationForm, from state: AskedCase, policy: Policy) {}

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        let this = try visibleCase(id, for: actor, in: tx)
        let state = try state(of: this, for: actor, policy: policy, in: tx)
        var form = OperationForm(
            about: this.number, back: "/cases/\(this.number)/evidence", backName: "\(this.number), evidence")
        form.base = this.version
        fill(&form, from: state, policy: policy)
        return form
    }
}

extension OperationForm {
    /// The requests of which something is missing, as choices.
    fileprivate mutating func offerOpenRequests(_ asked: CaseEvidence) {
        let open = asked.requests.filter { $0.openCount > 0 }
        references["request"] = open.map { FieldChoice($0.number, "\($0.number): \($0.asking.reason)") }
        if open.count == 1 { values["request"] = .text(open[0].number) }
    }
}

private let requestField = Field<String>.reference("request", "Request", to: "request")

/// Asks the customer for evidence: a list of things, and a link that takes them.
enum RequestEvidence: AskingOperation {
    struct Input: CaseInput {
        var id: String
        var template: String?
        var reason: String?
        var items: String?
        var script: String?
        var days: Int?
    }

    static let name = "case.request_evidence"
    static let summary = "Request evidence"
    static let verb = "Send request"
    static let right: Right = "evidence.request"
    static let input = Fields(
        Input.init, CaseFields.id,
        templateField,
        .optional(.line("reason", "Why it is needed", maxBytes: 500))
            .help("The customer reads it. For example: to see which payments were refused, and why."),
        .optional(.text("items", "What is needed", maxBytes: 40_000))
            .help(
                "One thing a line, with how to get it. Each line gets a place for files and a state of its own."
            ),
        .optional(.text("script", "Script that collects it", maxBytes: 100_000))
            .help("If you have one. The customer can read it before running it."),
        .optional(.integer("days", "Days that the link works", 1...365)))

    private static let templateField = Field<String?>.optional(
        .choice(
            "template", "Template",
            from: { policy in policy.requestTemplates.map { FieldChoice($0.id, $0.name) } })
    ).help("What is left empty below is taken from it.")

    static func decide(_ input: Input, on state: AskedCase, in context: Context) throws(Refusal) -> Decision {
        guard state.this.organisation != nil else {
            throw Refusal(
                .conflict, "no_customer", "This is a request of a colleague, so there is no customer to ask.")
        }
        try state.this.refuseSpeaking(by: context.actor)
        let template = context.policy.requestTemplates.first { $0.id == input.template }
        let reason = input.reason ?? template?.why ?? ""
        let items = input.items ?? template?.items.joined(separator: "\n") ?? ""
        let script = input.script ?? template?.script
        var missing: [Refusal.Problem] = []
        if reason.isEmpty {
            missing.append(.init(field: "reason", code: "missing", message: "Say why it is needed."))
        }
        if items.isEmpty {
            missing.append(.init(field: "items", code: "missing", message: "Say what is needed."))
        }
        guard missing.isEmpty else { throw Refusal(problems: missing) }
        for (field, text) in [("reason", reason), ("items", items), ("script", script ?? "")] {
            try state.outward.check(
                text, field: field, policy: context.policy, hasNextStep: true,
                way: "The customer reads this: say it differently.")
        }
        let asking = try state.asked.asking(
            reason: reason, items: items, script: script,
            days: input.days ?? context.policy.evidence.requestDays, template: input.template, at: context.now
        )
        var decision = answer([.evidence(asking)], on: state.this)
        if case .requested(let made) = asking { decision.answer["request"] = .string(made.request) }
        return decision
    }

    static func fill(_ form: inout OperationForm, from state: AskedCase, policy: Policy) {
        form.values["days"] = .integer(Int64(policy.evidence.requestDays))
        form.needed = ["reason", "items"]
        let templates =
            policy.requestTemplates.filter { $0.fits(state.this) }
            + policy.requestTemplates.filter { !$0.fits(state.this) }
        form.standing = (
            "template",
            Dictionary(
                templates.map { one in
                    (
                        one.id,
                        RawInput([
                            "reason": .text(one.why), "items": .text(one.items.joined(separator: "\n")),
                            "script": .text(one.script ?? ""),
                        ])
                    )
                }
            ) { first, _ in first }
        )
        form.ways += templates.map { one in
            (
                "\(one.fits(state.this) ? "Fits this case: " : "Template: ")\(one.name)",
                LocalPath(untrusted: "/cases/\(state.this.number)/request_evidence?template=\(one.id)") ?? "/"
            )
        }
        let open = state.asked.requests.filter { $0.openCount > 0 }
        form.advice += open.map {
            "\($0.number) is still open: \($0.items.filter(\.isOpen).map(\.text).joined(separator: "; "))"
        }
        form.ways.append(
            ("Ask intake questions instead: what no file tells", "/cases/\(state.this.number)/ask_customer"))
        if state.this.organisation == nil {
            form.advice.append("This is a request of a colleague, so there is no customer to ask.")
        }
    }
}

/// Puts on record that the customer was reminded, and shows the request in the portal as asked again.
enum RemindOfEvidence: AskingOperation {
    struct Input: CaseInput {
        var id: String
        var request: String
    }

    static let name = "case.remind_of_evidence"
    static let summary = "Remind of a request"
    static let verb = "Remind"
    static let right: Right = "evidence.request"
    static let input = Fields(Input.init, CaseFields.id, requestField)

    static func decide(_ input: Input, on state: AskedCase, in context: Context) throws(Refusal) -> Decision {
        try state.this.refuseSpeaking(by: context.actor)
        let request = try state.asked.openRequest(input.request)
        return answer([.evidence(.reminded(request: request.number))], on: state.this)
    }

    static func fill(_ form: inout OperationForm, from state: AskedCase, policy: Policy) {
        form.offerOpenRequests(state.asked)
    }
}

/// Says that what is missing of a request is no longer needed; its link ends.
enum WithdrawEvidenceRequest: AskingOperation {
    struct Input: CaseInput {
        var id: String
        var request: String
        var reason: String
    }

    static let name = "case.withdraw_evidence_request"
    static let summary = "Withdraw a request"
    static let verb = "Withdraw"
    static let right: Right = "evidence.request"
    static let input = Fields(
        Input.init, CaseFields.id, requestField,
        .line("reason", "Reason", maxBytes: 500).help("For colleagues."))

    static func decide(_ input: Input, on state: AskedCase, in context: Context) throws(Refusal) -> Decision {
        let request = try state.asked.openRequest(input.request)
        return answer(
            [.evidence(.withdrawn(request: request.number, reason: input.reason))], on: state.this)
    }

    static func fill(_ form: inout OperationForm, from state: AskedCase, policy: Policy) {
        form.offerOpenRequests(state.asked)
    }
}

/// Settles an item of a request by hand: it came another way, cannot be had, or is needed again.
enum SettleEvidenceItem: AskingOperation {
    struct Input: CaseInput {
        var id: String
        var item: String
        var settlement: String
        var note: String?
    }

    static let name = "case.settle_evidence_item"
    static let summary = "Settle an item of a request"
    static let verb = "Save"
    static let right: Right = "evidence.request"
    static let input = Fields(
        Input.init, CaseFields.id, .reference("item", "Item", to: "item"),
        stateField,
        .optional(.line("note", "Note", maxBytes: 500))
            .help("How it came, or why it cannot be had. Needed for the latter."))

    private static let stateField = Field<String>.choice(
        "as", "Where it stands",
        from: { _ in
            [
                FieldChoice("received", "It came another way"), FieldChoice("impossible", "It cannot be had"),
                FieldChoice("open", "It is needed again"),
            ]
        })

    static func decide(_ input: Input, on state: AskedCase, in context: Context) throws(Refusal) -> Decision {
        guard let item = state.asked.item(input.item.uppercased()) else {
            throw Refusal(field: "item", "not_found", "Nothing was asked for as “\(input.item)”.")
        }
        let settlement = CaseEvidenceFact.Settlement(rawValue: input.settlement) ?? .open
        if settlement == .impossible, input.note == nil {
            throw Refusal(field: "note", "missing", "Say why it cannot be had.")
        }
        return answer(
            [.evidence(.settled(item: item.number, as: settlement, note: input.note))], on: state.this)
    }

    static func fill(_ form: inout OperationForm, from state: AskedCase, policy: Policy) {
        form.references["item"] = state.asked.requests.filter { $0.withdrawnReason == nil }
            .flatMap(\.items).map { FieldChoice($0.number, "\($0.number): \($0.text.prefix(80))") }
    }
}

/// Says that a kind of evidence that is expected of this case cannot be had, and why, or takes that back.
enum ExpectEvidence: AskingOperation {
    struct Input: CaseInput {
        var id: String
        var type: String
        var impossible: String?
    }

    static let name = "case.expect_evidence"
    static let summary = "Expected evidence that cannot be had"
    static let verb = "Save"
    static let right: Right = "evidence.add"
    static let input = Fields(
        Input.init, CaseFields.id, EvidenceFields.type,
        .optional(.line("impossible", "Why it cannot be had", maxBytes: 500))
            .help("Empty takes that back: it is expected again."))

    static func decide(_ input: Input, on state: AskedCase, in context: Context) throws(Refusal) -> Decision {
        let now = state.asked.impossible[input.type]?.reason
        let facts: [CaseFact] =
            now == input.impossible
            ? [] : [.evidence(.expectation(type: input.type, impossible: input.impossible))]
        return answer(facts, on: state.this)
    }

    static func fill(_ form: inout OperationForm, from state: AskedCase, policy: Policy) {
        let absent = state.asked.completeness(of: state.this, policy: policy).filter { $0.state == "absent" }
        if absent.count == 1 { form.values["type"] = .text(absent[0].type) }
    }
}

/// Ends a share before its time.
enum EndShare: AskingOperation {
    struct Input: CaseInput {
        var id: String
        var share: String
        var reason: String?
    }

    static let name = "case.end_share"
    static let summary = "End a share"
    static let verb = "End it"
    static let right: Right = "evidence.share"
    static let input = Fields(
        Input.init, CaseFields.id, .reference("share", "Share", to: "share"),
        .optional(.line("reason", "Reason", maxBytes: 500)))

    static func decide(_ input: Input, on state: AskedCase, in context: Context) throws(Refusal) -> Decision {
        let wanted = input.share.uppercased()
        guard let share = state.asked.shares.first(where: { $0.sharing.share == wanted }) else {
            throw Refusal(field: "share", "not_found", "This case has no share “\(input.share)”.")
        }
        let facts: [CaseFact] =
            share.endedAt == nil ? [.evidence(.unshared(share: wanted, reason: input.reason))] : []
        return answer(facts, on: state.this)
    }

    static func fill(_ form: inout OperationForm, from state: AskedCase, policy: Policy) {
        let open = state.asked.shares.filter { $0.endedAt == nil }
        form.references["share"] = open.map {
            FieldChoice(
                $0.sharing.share, "\($0.sharing.share): \($0.sharing.evidence), \($0.sharing.purpose)")
        }
        if open.count == 1 { form.values["share"] = .text(open[0].sharing.share) }
    }
}
