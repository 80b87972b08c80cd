import Diagnosis
import Domain
import Storage
import Web

/// What an answer to the offer to join a case needs.
struct MatchState: Sendable {
    var found: SupportCase
    var route: CaseRoute
    /// The case that it looks like; nil where nothing is offered, or it may not be known of.
    var lead: SupportCase?
    var kind: RoutingFact.Match.Kind
    var links: [CaseLink]
    var chain: Set<ID<SupportCase>>

    init(_ id: String, for actor: Actor, in tx: borrowing Transaction) throws {
        found = try CaseDirectory.find(id, for: actor, in: tx)
        route = try RoutingDirectory.route(of: found.id, in: tx)
        let offered = try CaseDirectory.facts(of: found.id, kinds: ["case.match_offered"], in: tx).last
        kind = .knownIssue
        if case .routing(.matchOffered(let match))? = offered?.body { kind = match.kind }
        lead = try route.match.flatMap { try CaseDirectory.visible([ID($0)], to: actor, in: tx).first }
        links = try RelationsDirectory.links(of: found.id, for: actor, in: tx)
        let relation: Relation = kind == .incident ? .childOf : .duplicateOf
        chain =
            try lead.map { try RelationsDirectory.chain(from: $0.id, by: relation, for: actor, in: tx) } ?? []
    }

    func theLead() throws(Refusal) -> SupportCase {
        guard let lead else {
            throw Refusal(
                .conflict, "no_match", "\(found.number) waits for no answer whether it is something known.")
        }
        return lead
    }
}

/// Joins a case to the known issue or open incident that it looks like: linked, and with whoever works on that.
enum JoinCase: Operation {
    struct Input: CaseInput {
        var id: String
        var reason: String?
    }

    static let name = "case.join"
    static let summary = "Join to what it looks like"
    static let verb = "Join"
    static let right: Right = "case.link"
    static let place = OperationPlace.act(in: "cases", verb: "join")
    static let input = Fields(Input.init, CaseFields.id, .optional(CaseFields.reason))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> MatchState { try MatchState(input.id, for: actor, in: tx) }

    static func decide(_ input: Input, on state: MatchState, in context: Context) throws(Refusal) -> Decision
    {
        let lead = try state.theLead()
        let pair = try state.found.joined(
            to: lead, kind: state.kind, reason: input.reason, route: state.route,
            present: state.links.map { ($0.relation, $0.target) }, chain: state.chain)
        var decision = answer([], on: state.found)
        decision.record(pair, on: state.found, and: lead)
        decision.answer["joined"] = .string(lead.number)
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "linked")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try caseForm(id, for: actor, in: tx) { found, form in
            try MatchPages.complete(&form, for: found, actor, in: tx)
        }
    }
}

/// Says that a case is something else than what it looks like; from then on it is work of its own.
enum DeclineMatch: Operation {
    struct Input: CaseInput {
        var id: String
        var reason: String
    }

    static let name = "case.decline_match"
    static let summary = "It is something else"
    static let verb = "Say so"
    static let right: Right = "case.link"
    static let place = OperationPlace.act(in: "cases", verb: "decline_match")
    static let input = Fields(
        Input.init, CaseFields.id,
        CaseFields.reason.help("What is different: the next offer is better for it."))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> MatchState { try MatchState(input.id, for: actor, in: tx) }

    static func decide(_ input: Input, on state: MatchState, in context: Context) throws(Refusal) -> Decision
    {
        let lead = try state.theLead()
        return answer(
            try state.found.unmatched(from: .init(lead), reason: input.reason, route: state.route),
            on: state.found)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "saved")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try caseForm(id, for: actor, in: tx) { found, form in
            try MatchPages.complete(&form, for: found, actor, in: tx)
        }
    }
}

/// What the page of a case says of what it looks like.
enum MatchPages {
    /// What an answer is about.
    static func complete(
        _ form: inout OperationForm, for found: SupportCase, _ actor: Actor, in tx: borrowing Transaction
    ) throws {
        let state = try MatchState(found.number, for: actor, in: tx)
        form.hints = state.lead.map { ["It looks like \($0.number): \($0.subject)"] } ?? []
        if state.lead == nil { form.advice = ["Nothing is offered to join \(found.number) to."] }
    }

    /// On top of a case that looks like something known or open.
    static func notice(_ context: CasePartContext, in tx: borrowing Transaction) throws -> HTML {
        guard CaseRoute(context.history.facts).match != nil, !context.isDone,
            let offered = context.history.facts.reversed().lazy.compactMap({ fact -> RoutingFact.Match? in
                if case .routing(.matchOffered(let match)) = fact.body { match } else { nil }
            }).first,
            let lead = try CaseDirectory.visible([ID(offered.other.id)], to: context.actor, in: tx).first
        else { return .empty }
        let acts: HTML =
            context.actor.may(JoinCase.right)
            ? "<p class=\"btns\"><a class=\"btn small go\" href=\"\(context.path)/join\">Join it</a> <a class=\"btn small\" href=\"\(context.path)/decline_match\">It is something else</a></p>"
            : .empty
        let reasons = offered.reasons.joined(separator: "; ")
        return """
            <div class="notice info" id="match" role="status">\(icon("link"))<div><p><b>This looks like the \(offered.kind.label) <a href="/cases/\(lead.number)">\(lead.number)</a></b> <span dir="auto">\(lead.subject)</span>: \(isolated(reasons)).</p>\(acts)</div></div>
            """
    }
}

extension RoutingDirectory {
    /// As many grave cases, and as many known issues, are looked at.
    private static let mostLeads = 200
    /// A known issue that nobody met for so many days is history.
    private static let knownDays: Int64 = 180

    /// The cases that others can be joined to: those that are grave and open, and those whose cause somebody follows up.
    ///
    /// Restricted ones are none: an offer would tell of them.
    static func leads(
        policy: Policy, now: Timestamp, in tx: borrowing Transaction
    ) throws -> [CaseMatch.Lead] {
        guard let terms = policy.routing.combine else { return [] }
        var grave = CaseFilter()
        grave.statuses = open(policy)
        grave.severities = terms.severities.sorted().map { ID($0) }
        let incidents = try CaseDirectory.list(grave, for: .system, limit: mostLeads, in: tx)
        let tracked = try CaseDirectory.visible(
            try RelationsDirectory.tracked(limit: mostLeads, in: tx), to: .system, in: tx)
        let oldest = now.adding(seconds: -knownDays * 86_400)
        let seen = Set(incidents.map(\.id))
        let known = tracked.filter { !seen.contains($0.id) && $0.updatedAt >= oldest }
        func usable(_ this: SupportCase) -> Bool { this.restriction == nil && this.mergedInto == nil }
        return incidents.filter(usable).map { CaseMatch.Lead($0, kind: .incident) }
            + known.filter(usable).map { CaseMatch.Lead($0, kind: .knownIssue) }
    }
}
