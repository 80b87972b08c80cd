import Diagnosis
import Domain
import Storage
import Web

extension PortalFeature {
    /// What can be done; an operation that does not stand here does not exist.
    static let operations = [
        AnyOperation(ReportProblem.self), AnyOperation(AnswerFromPortal.self),
        AnyOperation(ReopenFromPortal.self), AnyOperation(ConfirmFromPortal.self),
        AnyOperation(ReportForCustomer.self),
    ]
}

/// A customer reports a problem.
enum ReportProblem: Operation {
    struct Input: Sendable {
        var subject: String
        var symptom: String
        var severity: String?
        var component: String?
        var beganAt: Timestamp?
    }

    static let name = "portal.report"
    static let summary = "Report a problem"
    static let verb = "Send report"
    static let right: Right = "portal.report"
    static let place = OperationPlace.create(in: "portal/cases")
    static let input = Fields(
        Input.init,
        .line("subject", "In one line, what is wrong?").help(
            "For example: refunds stay pending since this morning."),
        .text("symptom", "What do you see?")
            .help("What you did, what you expected and what came instead. Times and IDs help most."),
        .optional(hold), .optional(CaseFields.term(.component)),
        .optional(.time("began_at", "When did it begin?")).help("Leave it empty if you do not know."))

    static let hold = Field<String>.choice(
        "severity", "How much does it hold you up?",
        from: { policy in
            policy.severities.map {
                FieldChoice($0.id.raw, $0.definition, detail: $0.examples.joined(separator: "; "))
            }
        },
        resolve: { text, policy in policy.severity(named: text)?.id.raw })

    struct State: Sendable {
        var organisation: Organisation?
        var number: Int64
    }

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        State(
            organisation: try actor.organisation.flatMap { try CustomerDirectory.find($0.raw, in: tx) },
            number: try tx.nextNumber(of: .caseNumber))
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        guard let organisation = state.organisation else {
            throw Refusal(
                .denied, "no_organisation", "Your account belongs to no organisation. Ask your support team.")
        }
        return try open(input, for: organisation, number: state.number, in: context)
    }

    static func open(
        _ input: Input, for organisation: Organisation, number: Int64, in context: Context
    ) throws(Refusal) -> Decision {
        try CaseOpening.decide(
            CaseOpening(
                organisation: organisation.id, requester: context.actor.id, number: number,
                subject: input.subject,
                symptom: input.symptom, severity: input.severity, requestType: nil, channel: "portal",
                productArea: nil, component: input.component, environment: nil, beganAt: input.beganAt,
                noticedAt: nil, reportedAt: nil, owner: nil, record: organisation.record),
            in: context)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        "/portal/cases/\(answer["number"]?.string ?? "")?done=received"
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        var form = OperationForm(back: "/portal", backName: "Your cases")
        form.values["severity"] = .text(policy.defaultSeverity.raw)
        return form
    }
}

/// A customer answers; a case that waited goes on, a resolved one is open again.
enum AnswerFromPortal: Operation {
    struct Input: Sendable {
        var id: String
        var text: String
    }

    static let name = "portal.reply"
    static let summary = "Your answer"
    static let verb = "Send answer"
    static let right: Right = "portal.reply"
    static let place = OperationPlace.act(in: "portal/cases", verb: "reply")
    static let input = Fields(Input.init, CaseFields.id, .text("text", "Your answer"))

    static func load(_ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction) throws
        -> SupportCase
    {
        try visibleCase(input.id, for: actor, in: tx)
    }

    static func decide(_ input: Input, on found: SupportCase, in context: Context) throws(Refusal) -> Decision
    {
        try context.actor.require(.reply, for: found.organisation)
        let facts = try found.replied(input.text, byCustomer: true, at: context.now, policy: context.policy)
        return answer(facts, on: found)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        "/portal/cases/\(answer["number"]?.string ?? "")?done=received"
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm { try portalForm(id, for: actor, in: tx) }
}

/// A customer says that a case is not solved: a resolved one opens again, a fix that is tried goes back to work.
enum ReopenFromPortal: Operation {
    typealias Input = AnswerFromPortal.Input

    static let name = "portal.reopen"
    static let summary = "Not solved"
    static let verb = "Open it again"
    static let right: Right = "portal.reopen"
    static let place = OperationPlace.act(in: "portal/cases", verb: "reopen")
    static let input = Fields(
        Input.init, CaseFields.id, .text("text", "What still fails?", maxBytes: 100_000))

    static func load(_ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction) throws
        -> SupportCase
    {
        try visibleCase(input.id, for: actor, in: tx)
    }

    static func decide(_ input: Input, on found: SupportCase, in context: Context) throws(Refusal) -> Decision
    {
        try context.actor.require(.reply, for: found.organisation)
        return answer(try found.notSolved(input.text, at: context.now, policy: context.policy), on: found)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        "/portal/cases/\(answer["number"]?.string ?? "")?done=reopened"
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm { try portalForm(id, for: actor, in: tx) }
}

/// A customer says that it works again.
enum ConfirmFromPortal: Operation {
    struct Input: Sendable {
        var id: String
        var text: String?
    }

    struct State: Sendable {
        var found: SupportCase
        var standing: CustomerStanding
    }

    static let name = "portal.confirm"
    static let summary = "It works again"
    static let verb = "Confirm that it works"
    static let right: Right = "portal.confirm"
    static let place = OperationPlace.act(in: "portal/cases", verb: "confirm")
    static let input = Fields(
        Input.init, CaseFields.id,
        .optional(.text("text", "Anything to add?", maxBytes: 20_000)).help(
            "How you tried it, and since when it works."))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        let found = try visibleCase(input.id, for: actor, in: tx)
        let facts = try CaseDirectory.facts(of: found.id, kinds: CustomerStanding.kinds, in: tx)
        return State(found: found, standing: CustomerStanding(facts))
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        try context.actor.require(.reply, for: state.found.organisation)
        let facts = try state.found.fixConfirmed(
            input.text, standing: state.standing, policy: context.policy)
        return answer(facts, on: state.found)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        "/portal/cases/\(answer["number"]?.string ?? "")?done=confirmed"
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm { try portalForm(id, for: actor, in: tx) }
}

/// Somebody who acts for a customer, such as an outsourced operator, reports a problem in its name.
enum ReportForCustomer: Operation {
    struct Input: Sendable {
        var organisation: String
        var subject: String
        var symptom: String
        var severity: String?
        var component: String?
        var beganAt: Timestamp?
    }

    struct State: Sendable {
        var organisation: Organisation
        var number: Int64
    }

    static let name = "portal.report_for"
    static let summary = "Report a problem for a customer of yours"
    static let verb = "Send report"
    static let right: Right = "portal.report"
    static let place = OperationPlace.create(in: "portal/delegated")
    static let input = Fields(
        Input.init,
        .reference("organisation", "For whom?", to: "organisation").help(
            "An organisation that let you report in its name."),
        .line("subject", "In one line, what is wrong?"), .text("symptom", "What do you see?"),
        .optional(ReportProblem.hold), .optional(CaseFields.term(.component)),
        .optional(.time("began_at", "When did it begin?")).help("Leave it empty if you do not know."))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        guard let found = try CustomerDirectory.find(input.organisation, in: tx),
            actor.delegations[found.id] != nil
        else {
            throw Refusal(
                field: "organisation", "not_found",
                "There is no such organisation, or it did not let you act for it.")
        }
        return State(organisation: found, number: try tx.nextNumber(of: .caseNumber))
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        try context.actor.require(.report, for: state.organisation.id)
        return try ReportProblem.open(
            ReportProblem.Input(
                subject: input.subject, symptom: input.symptom, severity: input.severity,
                component: input.component, beganAt: input.beganAt),
            for: state.organisation, number: state.number, in: context)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        "/portal/cases/\(answer["number"]?.string ?? "")?done=received"
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        var form = OperationForm(back: "/portal", backName: "Your cases")
        form.values["severity"] = .text(policy.defaultSeverity.raw)
        let delegated = actor.delegations.filter { $0.value.contains(.report) }.map(\.key)
        form.references["organisation"] = try CustomerDirectory.names(of: delegated, in: tx)
            .map { FieldChoice($0.key.raw, $0.value.name) }.sorted { $0.label < $1.label }
        return form
    }
}

private func portalForm(
    _ id: String, for actor: Actor, in tx: borrowing Transaction
) throws -> OperationForm {
    let found = try CaseDirectory.find(id, for: actor, in: tx)
    return OperationForm(about: found.number, back: "/portal/cases/\(found.number)")
}
