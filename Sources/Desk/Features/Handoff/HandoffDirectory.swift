import Domain
import Storage

/// Looks up how cases change hands and who is stuck, for this feature and others.
package enum HandoffDirectory {
    // MARK: The tables

    /// The tables, as the case's projection writes them.
    static let tables = HandoffQueries.tables

    /// Brings the tables up to a fact.
    static func project(_ fact: Recorded<CaseFact>, in tx: borrowing Transaction) throws {
        let (id, at) = (fact.subject.id, fact.occurredAt)
        func settle(_ outcome: Handoffs.Outcome, exceptOf owner: String? = nil) throws {
            try tx.execute(HandoffQueries.settleOffer(id, as: outcome, at: at, exceptOf: owner))
        }
        switch fact.body {
        case .handoff(.offered(let offer)):
            try tx.execute(HandoffQueries.saveOffer(offer, of: id, at: at))
        case .handoff(.accepted): try settle(.accepted)
        case .handoff(.returned): try settle(.returned)
        case .handoff(.withdrawn): try settle(.withdrawn)
        case .handoff(.unblockAsked(let stuck)):
            try tx.execute(HandoffQueries.saveStuck(stuck.request, of: id, by: fact.actor, at: at))
        case .handoff(.unblockAnswered(let request, _, let isReusable)):
            try tx.execute(
                HandoffQueries.settleStuck(
                    request, of: id, isAnswered: true, isReusable: isReusable, at: at))
        case .handoff(.unblockWithdrawn(let request, _)):
            try tx.execute(
                HandoffQueries.settleStuck(request, of: id, isAnswered: false, isReusable: false, at: at))
        case .handoff(.answerMarked(let request, let isReusable)):
            try tx.execute(HandoffQueries.markStuck(request, of: id, isReusable: isReusable))
        case .ownerChanged(let owner, _): try settle(.overtaken, exceptOf: owner)
        case .changeImported(let row):
            if let owner = row.set["owner"] { try settle(.overtaken, exceptOf: owner) }
        case .ownerLeft, .resolved, .closed, .relation(.mergedInto): try settle(.overtaken)
        default: break
        }
    }

    /// Removes a case's rows.
    static func forget(_ id: ID<SupportCase>, in tx: borrowing Transaction) throws {
        try tx.execute(HandoffQueries.forgetOffer(of: id.raw))
        try tx.execute(HandoffQueries.forgetStuck(of: id.raw))
    }

    // MARK: Conditions of searches

    /// That a case `c` of a list is offered, and should have been accepted in a stretch of time.
    static func isOffered(from: Timestamp? = nil, until: Timestamp? = nil) -> SQL {
        HandoffQueries.isOffered(from: from, until: until)
    }

    /// That somebody is stuck at a case `c` of a list.
    static let isStuck = HandoffQueries.isStuck

    /// That a case `c` of a list has an answer that is of use to others.
    static let hasReusableAnswer = HandoffQueries.hasReusable

    // MARK: Reading

    /// How a case changed hands and who was stuck, by the replay of its facts.
    package static func handoffs(
        of id: ID<SupportCase>, in tx: borrowing Transaction
    ) throws -> Handoffs {
        Handoffs(try CaseDirectory.facts(of: id, kinds: Handoffs.kinds, in: tx))
    }

    /// A case with its offer, as lists show it.
    struct Offered: Sendable {
        var this: SupportCase
        var handover: Handoffs.Handover
    }

    /// The cases that are offered to somebody, those that should be accepted first on top.
    static func offered(
        to actor: Actor, limit: Int, in tx: borrowing Transaction
    ) throws -> [Offered] {
        let query = HandoffQueries.offered(to: actor.id, roles: actor.roles.sorted(), limit: limit)
        return try read(try tx.all(query, HandoffQueries.readOffer), for: actor, in: tx)
    }

    /// The cases that somebody offered and nobody answered yet, and those that came back to them since a moment.
    static func offered(
        by actor: Actor, returnedSince moment: Timestamp, limit: Int, in tx: borrowing Transaction
    ) throws -> [Offered] {
        let query = HandoffQueries.offered(by: actor.id, returnedSince: moment, limit: limit)
        return try read(try tx.all(query, HandoffQueries.readOffer), for: actor, in: tx)
            .filter { $0.this.owner?.raw == actor.id }
    }

    private static func read(
        _ rows: [HandoffQueries.OfferRow], for actor: Actor, in tx: borrowing Transaction
    ) throws -> [Offered] {
        let cases = try CaseDirectory.visible(rows.map(\.this), to: actor, in: tx)
        let byID = Dictionary(cases.map { ($0.id, $0) }) { first, _ in first }
        return try rows.compactMap { row in
            guard let this = byID[row.this],
                let last = try handoffs(of: this.id, in: tx).handovers.last
            else { return nil }
            return Offered(this: this, handover: last)
        }
    }

    /// Somebody who was stuck, with the case.
    struct Stuck: Sendable {
        var this: SupportCase
        var request: Handoffs.UnblockRequest
    }

    /// Who is stuck, the longest first; or the answers that are of use to others, the latest first.
    static func stuck(
        isOpen: Bool, for actor: Actor, limit: Int, in tx: borrowing Transaction
    ) throws -> [Stuck] {
        let query = isOpen ? HandoffQueries.stuck(limit: limit) : HandoffQueries.reusable(limit: limit)
        let rows = try tx.all(query, HandoffQueries.readStuck)
        let cases = try CaseDirectory.visible(Array(Set(rows.map(\.this))), to: actor, in: tx)
        let byID = Dictionary(cases.map { ($0.id, $0) }) { first, _ in first }
        var known: [ID<SupportCase>: Handoffs] = [:]
        return try rows.compactMap { row in
            guard let this = byID[row.this] else { return nil }
            let all = try known[this.id] ?? handoffs(of: this.id, in: tx)
            known[this.id] = all
            return all.request(row.number).map { Stuck(this: this, request: $0) }
        }
    }

    // MARK: Briefs

    /// All that a brief is made of; how it reads depends on when it is asked for.
    struct Material: Sendable {
        fileprivate var sources: HandoverBrief.Sources
        fileprivate var clocks: CaseClocks
        /// How the case changed hands so far.
        var handoffs: Handoffs { sources.handoffs }

        /// What the case says of itself at a moment.
        func brief(policy: Policy, at now: Timestamp) -> HandoverBrief {
            var sources = sources
            // What is promised and what comes next have lines of their own.
            let told: Set<CaseClock> = [
                .handover, .nextAction, .promisedUpdate, .followUp, .evidenceRequest,
            ]
            sources.clocks = clocks.cycles.filter { !told.contains($0.id.clock) }
                .compactMap { one in
                    let reading = one.cycle.reading(at: now)
                    guard reading.isOpen, let due = reading.due else { return nil }
                    let isSpent = reading.target > 0 && reading.spent * 4 >= reading.target * 3
                    return (one.id.label, due, isSpent || due < now.adding(seconds: nearSeconds))
                }.sorted { $0.due < $1.due }
            return HandoverBrief(sources, policy: policy, at: now)
        }

        /// Whatever is due within a shift is near.
        private var nearSeconds: Int64 { 8 * 3600 }
    }

    /// Reads what the brief of a case is made of.
    static func material(
        of this: SupportCase, policy: Policy, in tx: borrowing Transaction
    ) throws -> Material {
        let history = try CaseHistory(of: this.id, in: tx)
        let last = try CaseDirectory.latestFacts(
            of: this.id, kinds: acts, limit: 1, for: .system, in: tx
        ).first.flatMap { fact in words(of: fact, policy).map { (fact.occurredAt, fact.actor, $0) } }
        var facts = history.facts
        if !facts.contains(where: { $0.body.kind == "case.replied" }) {
            facts += try CaseDirectory.facts(of: this.id, kinds: ["case.replied"], in: tx)
        }
        let handoffs = Handoffs(history.facts)
        let people =
            history.coordination.people + handoffs.people + [last?.1, this.owner?.raw].compactMap { $0 }
        return Material(
            sources: HandoverBrief.Sources(
                this: this, investigation: history.investigation, coordination: history.coordination,
                evidence: history.evidence, handoffs: handoffs, clocks: [],
                lastAction: last.map { (at: $0.0, by: $0.1, words: $0.2) },
                names: try PeopleDirectory.names(of: people, in: tx),
                customer: try this.organisation.flatMap { try CustomerDirectory.find($0.raw, in: tx)?.name }),
            clocks: try ServiceLevelsDirectory.clocks(
                of: this, facts: facts, policy: policy, at: this.updatedAt, in: tx))
    }

    /// What counts as an action, for the line that says what was done last.
    private static let acts = [
        "case.replied", "case.noted", "case.result_recorded", "case.hypothesis_judged",
        "case.status_changed", "case.reopened", "case.workaround_recorded", "case.fix_recorded",
    ]

    private static func words(of fact: Recorded<CaseFact>, _ policy: Policy) -> String? {
        switch fact.body {
        case .replied(let text, fromCustomer: true): "wrote \(HandoverBrief.quoted(text))"
        case .replied(let text, fromCustomer: false): "wrote to the customer \(HandoverBrief.quoted(text))"
        case .noted(let text): "noted \(HandoverBrief.quoted(text))"
        case .investigation(.resultRecorded(let item, let result)):
            "recorded a result of \(item): \(HandoverBrief.quoted(result.observed))"
        case .investigation(.hypothesisJudged(let item, let judgement)):
            "judged \(item): \(judgement.state.words.lowercased())"
        case .statusChanged(let status, _, _, _):
            "moved the case to \(policy.status(ID(status))?.name ?? status)"
        case .reopened(_, let reason): "reopened the case: \(HandoverBrief.quoted(reason))"
        case .investigation(.workaroundRecorded): "recorded a workaround"
        case .investigation(.fixRecorded): "recorded a fix"
        default: nil
        }
    }
}
