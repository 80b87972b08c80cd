/// Where a case is: the replay of what routing and triage recorded of it.
package struct CaseRoute: Equatable, Sendable {
    /// The queue; nil where it never went to one.
    package var queue: String?
    /// The rule that sent it there; nil where somebody did by hand.
    package var rule: String?
    /// The version of the policy that holds the rule.
    package var policy = 0
    /// When it went there.
    package var routedAt: Timestamp?
    /// How often it went from one queue to another.
    package var moves = 0
    /// When triage was last complete.
    package var triagedAt: Timestamp?
    /// How much work it is held to be.
    package var effort: String?
    /// When somebody last tried to see the fault themselves.
    package var reproductionAt: Timestamp?
    /// Why its owner cannot look after it; nil where they can.
    package var cover: RoutingFact.Cover?
    /// Since when.
    package var coverAt: Timestamp?
    /// The case that it was offered to be joined to; nil where it was not, or somebody answered.
    package var match: String?
    /// When that was offered; stays once it was, so that it is offered once.
    package var matchAt: Timestamp?

    /// A case that was never routed.
    package init() {}

    /// What these facts make, oldest first; those of other kinds change nothing.
    package init(_ facts: some Sequence<Recorded<CaseFact>>) {
        for fact in facts {
            if case .routing(let change) = fact.body { apply(change, at: fact.occurredAt) }
        }
    }

    /// Takes in the next fact.
    package mutating func apply(_ fact: RoutingFact, at moment: Timestamp) {
        switch fact {
        case .routed(let route):
            if let queue, queue != route.queue { moves += 1 }
            (queue, rule, policy, routedAt) = (route.queue, route.rule, route.policy, moment)
        case .triaged(let triage):
            triagedAt = moment
            if let effort = triage.effort { self.effort = effort }
        case .reproductionAttempted: reproductionAt = moment
        case .coverNeeded(let cover): (self.cover, coverAt) = (cover, moment)
        case .coverLifted: (cover, coverAt) = (nil, nil)
        case .matchOffered(let match): (self.match, matchAt) = (match.other.id, moment)
        case .matchAnswered: match = nil
        }
    }
}

extension CaseRoute {
    /// What became of the cover of an owner for an absence.
    package enum CoverStanding: Sendable {
        /// Nobody has looked after it.
        case unseen
        /// It was asked for, and nobody was free to take the case.
        case unmet
        /// The case was offered to somebody since, whatever they answered.
        case offered
    }

    /// How far the cover for an absence is.
    package func coverStanding(
        of owner: ID<Person>, in absence: Cover.Absence, handoffs: Handoffs
    ) -> CoverStanding {
        guard let cover, let coverAt, cover.person == owner.raw, cover.key == absence.key else {
            return .unseen
        }
        let isOffered = handoffs.open != nil || handoffs.handovers.contains { $0.offeredAt >= coverAt }
        return isOffered ? .offered : .unmet
    }
}

extension SupportCase {
    /// The facts of sending the case to where the rules say, and giving it to whoever they found.
    ///
    /// An owner who is there already stays; the queue that it is in already is not recorded again.
    package func routed(
        by decision: RoutingDecision, standing: CaseRoute, policy: Int, reason: String, gives: Bool,
        in rules: Policy
    ) throws(Refusal) -> [CaseFact] {
        try refuseRouting(rules)
        guard let rule = decision.rule, let queue = decision.queue else { return [] }
        let person = owner == nil && gives ? decision.person : nil
        let isByHand = rule.id.isEmpty
        if standing.queue == queue.id, standing.rule ?? "" == rule.id, person == nil { return [] }
        var facts: [CaseFact] = [
            .routing(
                .routed(
                    .init(
                        queue: queue.id, rule: isByHand ? nil : rule.id, ruleName: isByHand ? nil : rule.name,
                        policy: policy, person: person?.id.raw, reason: reason)))
        ]
        if let person {
            let why = isByHand ? "Free in the queue \(queue.name)" : "Routing rule “\(rule.name)”"
            facts.append(.ownerChanged(owner: person.id.raw, reason: why))
        }
        return facts
    }

    /// The facts of sending the case to a queue by hand.
    package func sent(
        to queue: String, reason: String?, standing: CaseRoute, policy: Int, in rules: Policy
    ) throws(Refusal) -> [CaseFact] {
        try refuseRouting(rules)
        guard standing.queue != queue else { return [] }
        guard let reason else {
            throw Refusal(
                field: "reason", "missing",
                "Say why \(rules.routing.queueName(queue)) is right: routing is mended by these reasons.")
        }
        return [
            .routing(
                .routed(
                    .init(
                        queue: queue, rule: nil, ruleName: nil, policy: policy, person: nil, reason: reason)))
        ]
    }

    private func refuseRouting(_ policy: Policy) throws(Refusal) {
        let phase = policy.phase(of: status)
        guard phase == .resolved || phase == .closed else { return }
        throw Refusal(
            .conflict, "case_done",
            "\(number) is \(phase == .closed ? "closed" : "resolved"). Reopen it before it goes to a queue.")
    }
}
