import Diagnosis
import Domain
import Storage
import Web

/// What both ways of following a case up decide.
enum FollowUp {
    struct State: Sendable {
        var found: SupportCase
        var links: [CaseLink]
        var number: Int64
    }

    static func load(_ id: String, for actor: Actor, in tx: borrowing Transaction) throws -> State {
        let found = try CaseDirectory.find(id, for: actor, in: tx)
        return State(
            found: found, links: try RelationsDirectory.links(of: found.id, for: actor, in: tx),
            number: try tx.nextNumber(of: .caseNumber))
    }

    static func decide(
        _ text: String, subject: String?, takesIt: Bool, channel: String? = nil, on state: State,
        in context: Context
    ) throws(Refusal) -> Decision {
        let (found, actor) = (state.found, context.actor)
        try found.refuseFollowUp(at: context.now, policy: context.policy)
        let done: Set<Policy.Phase> = [.resolved, .closed]
        let open = state.links.first { link in
            link.relation == .hasFollowUp
                && (link.other.map { !done.contains(context.policy.phase(of: $0.status)) } ?? false)
        }
        if let open {
            throw Refusal(
                .conflict, "followed_up_already",
                "\(found.number) goes on in \(open.target.name). Write there.")
        }
        var decision = try CaseOpening.decide(
            CaseOpening(
                organisation: found.organisation,
                requester: actor.isCustomer ? actor.id : found.requester?.raw, number: state.number,
                subject: subject ?? found.subject, symptom: text, severity: found.severity.raw,
                requestType: found.requestType,
                channel: channel ?? (actor.isCustomer ? "portal" : "engineer"),
                productArea: found.classification[.productArea],
                component: found.classification[.component], environment: found.classification[.environment],
                beganAt: nil, noticedAt: nil, reportedAt: nil, owner: takesIt ? actor.id : nil,
                restriction: found.restriction),
            in: context)
        let new = LinkTarget(
            kind: .supportCase, key: decision.answer["id"]?.string ?? "",
            name: decision.answer["number"]?.string ?? "")
        decision.record(
            CaseFact.relation(.linked(.followUpOf, LinkTarget(found))), on: SupportCase.ref(ID(new.key)))
        decision.record(CaseFact.relation(.linked(.hasFollowUp, new)), on: found.ref)
        return decision
    }
}

/// Opens a new case that continues one which can no longer be reopened.
enum FollowUpCase: Operation {
    struct Input: Sendable {
        var id: String
        var text: String
        var subject: String?
        var takesIt: Bool
    }

    static let name = "case.follow_up"
    static let summary = "Open a follow-up case"
    static let verb = "Open follow-up"
    static let right: Right = "case.reopen"
    static let place = OperationPlace.act(in: "cases", verb: "follow_up")
    static let input = Fields(
        Input.init, CaseFields.id,
        .text("text", "What still fails?").help("In the reporter’s words, as it was said."),
        .optional(.line("subject", "Subject")).help("Empty keeps that of the case before."),
        .flag("takes_it", "I own it"))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> FollowUp.State { try FollowUp.load(input.id, for: actor, in: tx) }

    static func decide(
        _ input: Input, on state: FollowUp.State, in context: Context
    ) throws(Refusal) -> Decision {
        try FollowUp.decide(
            input.text, subject: input.subject, takesIt: input.takesIt, on: state, in: context)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "opened")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm { try caseForm(id, for: actor, in: tx) { _, form in form.base = nil } }
}

/// A customer goes on with what was solved too long ago to be reopened.
enum FollowUpFromPortal: Operation {
    struct Input: Sendable {
        var id: String
        var text: String
    }

    static let name = "portal.follow_up"
    static let summary = "It is back"
    static let verb = "Report it again"
    static let right: Right = "portal.reopen"
    static let place = OperationPlace.act(in: "portal/cases", verb: "follow_up")
    static let input = Fields(
        Input.init, CaseFields.id, .text("text", "What still fails?", maxBytes: 100_000))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> FollowUp.State { try FollowUp.load(input.id, for: actor, in: tx) }

    static func decide(
        _ input: Input, on state: FollowUp.State, in context: Context
    ) throws(Refusal) -> Decision {
        try FollowUp.decide(
            input.text, subject: nil, takesIt: false, on: state, in: context)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        "/portal/cases/\(answer["number"]?.string ?? "")?done=received"
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        let found = try CaseDirectory.find(id, for: actor, in: tx)
        return OperationForm(about: found.number, back: "/portal/cases/\(found.number)")
    }
}
