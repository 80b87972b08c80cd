import Diagnosis
import Domain
import Storage
import Web

/// Takes a message of a monitoring system.
///
/// While a case that an alert with this key opened is not resolved, the message is added to that case.
enum ReceiveAlert: Operation {
    struct Input: Sendable {
        var key: String
        var title: String
        var text: String?
        var state: String?
        var severity: String?
        var organisation: String?
        var component: String?
        var environment: String?
        var service: String?
        var startedAt: Timestamp?
        var url: String?
    }

    struct State: Sendable {
        var open: SupportCase?
        var organisation: Organisation?
        /// The number of a new case, where one is opened.
        var number: Int64
    }

    static let name = "alert.receive"
    static let summary = "Report an alert"
    static let verb = "Send alert"
    static let right: Right = "alert.receive"
    static let place = OperationPlace.single(path: "alerts")
    static let foreign: ForeignDocument? = AlertMessage.read
    static let input = Fields(
        Input.init,
        .line("key", "Key", maxBytes: 2000).help(
            "The same for all messages about the same thing. While its case is open, they are added to it."),
        .line("title", "What is wrong"),
        .optional(.text("text", "Details", maxBytes: 200_000)),
        .optional(state).help("Empty means firing."), .optional(severity),
        .optional(.reference("organisation", "Organisation", to: "organisation")).help(
            "The customer, where it concerns one."),
        .optional(CaseFields.term(.component)), .optional(CaseFields.term(.environment)),
        .optional(.line("service", "Impacted service", maxBytes: 200)).help(
            "A service of policy, by its identifier or name. One that policy does not list stands in the details alone."
        ),
        .optional(.time("started_at", "Began")),
        .optional(.line("url", "Address", maxBytes: 2000)).help("The page of the monitoring system."))

    private static let state = Field<String>.choice(
        "state", "State",
        from: { _ in [FieldChoice("firing", "Firing"), FieldChoice("resolved", "Resolved")] })

    /// The severities of policy, and the words that monitoring systems use.
    private static let severity = Field<String>.choice(
        "severity", "Severity", from: { policy in policy.severities.map { FieldChoice($0.id.raw, $0.name) } },
        resolve: { text, policy in
            if let found = policy.severity(named: text) { return found.id.raw }
            guard let rank = AlertMessage.ranks[text.lowercased()] else { return nil }
            return policy.severities[min(rank, policy.severities.count - 1)].id.raw
        })

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        let organisation = try input.organisation.flatMap { try CustomerDirectory.find($0, in: tx) }
        if let text = input.organisation, organisation == nil {
            throw Refusal(field: "organisation", "not_found", "There is no organisation “\(text)”.")
        }
        let open = try CaseDirectory.open(ofAlert: input.key, policy: policy, in: tx)
        let opensOne = open == nil && input.state != "resolved"
        return State(
            open: open, organisation: organisation,
            number: opensOne ? try tx.nextNumber(of: .caseNumber) : 0)
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        if let url = input.url, !url.hasPrefix("https://"), !url.hasPrefix("http://") {
            throw Refusal(field: "url", "not_an_address", "Address must begin with https:// or http://.")
        }
        let notice = AlertNotice(
            key: input.key, title: input.title, text: input.text, isResolved: input.state == "resolved",
            url: input.url)
        if let open = state.open {
            var decision = answer([.customer(.alerted(notice))], on: open)
            decision.answer["opened"] = .bool(false)
            return decision
        }
        guard !notice.isResolved else {
            var decision = Decision()
            decision.answer["opened"] = .bool(false)
            return decision
        }
        return try opening(input, notice, state, in: context)
    }

    private static func opening(
        _ input: Input, _ notice: AlertNotice, _ state: State, in context: Context
    ) throws(Refusal) -> Decision {
        if let began = input.startedAt, began > context.now.adding(seconds: 300) {
            throw Refusal(field: "started_at", "in_the_future", "This time has not come yet.")
        }
        let internalKind = context.policy.requestTypes.first { $0.id == "internal_alert" && $0.isInternal }
        var decision = try CaseOpening.decide(
            CaseOpening(
                organisation: state.organisation?.id, requester: nil, number: state.number,
                subject: input.title, symptom: input.text ?? input.title, severity: input.severity,
                requestType: state.organisation == nil ? internalKind?.id : nil, channel: "alert",
                productArea: nil, component: input.component, environment: input.environment,
                beganAt: input.startedAt, noticedAt: nil, reportedAt: nil, owner: nil,
                services: services(input, in: context.policy)),
            in: context)
        guard let subject = decision.entries.first?.subject else { return decision }
        decision.record(CaseFact.customer(.alerted(notice)), on: subject)
        decision.answer["opened"] = .bool(true)
        return decision
    }

    /// A word that nobody knows must not lose the alert: it then says nothing.
    private static func services(_ input: Input, in policy: Policy) -> [String] {
        guard let word = input.service?.lowercased() else { return [] }
        return policy.services.filter { $0.id == word || $0.name.lowercased() == word }.map(\.id)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        guard let number = answer["number"]?.string, actor.may("case.view") else {
            return "/alerts?done=unchanged"
        }
        return "/cases/\(number)?done=saved"
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        var form = OperationForm(back: "/cases", backName: "Queue")
        form.references["organisation"] = try CustomerDirectory.choices(in: tx)
        return form
    }
}
