import Diagnosis
import Domain
import Storage
import Web

extension PortalFeature {
    /// What can be done; an operation that does not stand here does not exist.
    static let operations = [
        AnyOperation(ReportProblem.self), AnyOperation(AnswerFromPortal.self),
        AnyOperation(ReopenFromPortal.self),
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
        .optional(.time("began_at", "When did it begin?")).help("UTC. Leave it empty if you do not know."))

    private static let hold = Field<String>.choice(
        "severity", "How much does it hold you up?",
        from: { policy in
            policy.severities.map {
                FieldChoice($0.id.raw, $0.definition, detail: $0.examples.joined(separator: "; "))
            }
        },
        resolve: { text, policy in policy.severity(named: text)?.id.raw })

    static func load(_ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction) throws
        -> Int64
    {
        try tx.nextNumber(of: .caseNumber)
    }

    static func decide(_ input: Input, on number: Int64, in context: Context) throws(Refusal) -> Decision {
        guard let organisation = context.actor.organisation else {
            throw Refusal(
                .denied, "no_organisation", "Your account belongs to no organisation. Ask your support team.")
        }
        return try CaseOpening.decide(
            CaseOpening(
                organisation: organisation, requester: context.actor.id, number: number,
                subject: input.subject,
                symptom: input.symptom, severity: input.severity, requestType: nil, channel: "portal",
                productArea: nil, component: input.component, environment: nil, beganAt: input.beganAt,
                noticedAt: nil, reportedAt: nil, owner: nil),
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

/// A customer says that a resolved case is not solved.
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
        let back = try found.reopened(
            reason: "The customer says it is not solved.", at: context.now, policy: context.policy)
        return answer([.replied(text: input.text, fromCustomer: true)] + back, on: found)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        "/portal/cases/\(answer["number"]?.string ?? "")?done=reopened"
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm { try portalForm(id, for: actor, in: tx) }
}

private func portalForm(
    _ id: String, for actor: Actor, in tx: borrowing Transaction
) throws -> OperationForm {
    let found = try CaseDirectory.find(id, for: actor, in: tx)
    return OperationForm(about: found.number, back: "/portal/cases/\(found.number)")
}
