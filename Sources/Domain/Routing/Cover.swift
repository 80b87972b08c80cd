/// Who is called away, which of their cases that puts at risk, and who stands in.
package struct Cover: Sendable {
    /// Why somebody cannot look after their cases for a while.
    package struct Absence: Equatable, Sendable {
        /// What calls them away.
        package var cause: RoutingFact.Cover.Cause
        /// Tells one absence from the next.
        package var key: String
        /// From when; nil where it has begun.
        package var begins: Timestamp?
        /// Until when; nil where nobody knows.
        package var until: Timestamp?
        /// The team that takes over; nil for whoever routing finds.
        package var team: String?
        /// The severities of the cases that go whether they are at risk or not.
        package var severities: Set<String> = []
        /// Whether only those go.
        package var isBySeverity = false
        /// What is done.
        package var step: RoutingRules.CoverTerms.Step

        /// An absence with all parts.
        package init(
            cause: RoutingFact.Cover.Cause, key: String, begins: Timestamp? = nil, until: Timestamp?,
            team: String? = nil,
            severities: Set<String> = [], isBySeverity: Bool = false, step: RoutingRules.CoverTerms.Step
        ) {
            (self.cause, self.key, self.begins, self.until, self.team) = (cause, key, begins, until, team)
            (self.severities, self.isBySeverity, self.step) = (severities, isBySeverity, step)
        }
    }

    /// The policy.
    let policy: Policy
    /// The moment.
    let now: Timestamp
    /// The incident that each of some people works on, the first one.
    let incidents: [ID<Person>: ID<SupportCase>]

    /// Cover at a moment.
    package init(policy: Policy, now: Timestamp, incidents: [ID<Person>: ID<SupportCase>]) {
        (self.policy, self.now, self.incidents) = (policy, now, incidents)
    }

    /// Why somebody cannot look after their cases now; nil where they can.
    ///
    /// An incident weighs more than a shift that ends with the sun, and that more than one that is over.
    package func absence(of person: RoutingPerson) -> Absence? {
        incident(person) ?? sun(person) ?? offShift(person)
    }

    private func incident(_ person: RoutingPerson) -> Absence? {
        guard let terms = policy.routing.cover, terms.incident != .none, let incident = incidents[person.id]
        else { return nil }
        return Absence(
            cause: .incident, key: incident.raw, until: nil, severities: terms.severities,
            step: terms.incident)
    }

    private func offShift(_ person: RoutingPerson) -> Absence? {
        guard let terms = policy.routing.cover, terms.offShift != .none else { return nil }
        if let until = person.awayUntil, until > now {
            return Absence(
                cause: .away, key: until.rfc3339, until: until, severities: terms.severities,
                step: terms.offShift)
        }
        guard let hours = hours(of: person.email), !hours.isOpen(at: now) else { return nil }
        let until = hours.nextOpening(from: now)
        return Absence(
            cause: .offShift, key: until?.rfc3339 ?? "", until: until, severities: terms.severities,
            step: terms.offShift)
    }

    private func sun(_ person: RoutingPerson) -> Absence? {
        guard let (_, team) = policy.routing.member(person.email),
            let transfer = FollowTheSun(policy: policy, now: now).transfer(from: team)
        else { return nil }
        return transfer.absence
    }

    private func hours(of email: String) -> WorkingHours? {
        policy.routing.member(email).flatMap {
            policy.serviceLevels.hours[$0.member.calendar ?? $0.team.calendar]
        }
    }

    /// Whether a case of somebody who is called away is at risk meanwhile.
    /// - Parameter deadline: when the next promise ends; nil where nothing is promised.
    package func isAtRisk(severity: String, deadline: Timestamp?, in absence: Absence) -> Bool {
        if absence.severities.contains(severity) { return true }
        guard !absence.isBySeverity, let deadline else { return false }
        let soon = now.adding(seconds: Int64(policy.routing.cover?.riskMinutes ?? 0) * 60)
        return deadline <= max(soon, absence.until ?? soon)
    }

    /// Who stands in for the owner of a case: whoever routing would choose when the absence begins, without those who are
    /// called away too.
    package func standIn(
        for this: RoutedCase, queue: String?, people: [RoutingPerson], owner: ID<Person>, absence: Absence
    ) -> RoutingDecision {
        var policy = policy
        if let team = absence.team {
            let rule = RoutingDecision.rule(for: this, in: policy.routing)
            let name = policy.routing.team(team)?.name ?? team
            policy.routing.queues = [.init(id: "region", name: name, team: team)]
            policy.routing.rules = [
                .init(id: "region", name: "Follow the sun", queue: "region", skills: rule?.skills ?? [])
            ]
        } else if let queue, policy.routing.queue(queue) != nil,
            RoutingDecision.rule(for: this, in: policy.routing)?.queue != queue
        {
            policy.routing.rules = [.byHand(queue)]
        }
        let free = people.filter { $0.id != owner && incidents[$0.id] == nil }
        return RoutingDecision(of: this, people: free, policy: policy, now: max(now, absence.begins ?? now))
    }
}

/// From which team to which a day's work goes on, region by region.
package struct FollowTheSun: Sendable {
    /// A region's shift that ends, and who goes on.
    package struct Transfer: Equatable, Sendable {
        /// Whose shift ends.
        package var from: RoutingRules.Team
        /// Who goes on.
        package var to: RoutingRules.Team
        /// When the shift ends.
        package var at: Timestamp
        /// Whether it has begun.
        package var isShiftOn: Bool
        /// When the region works again.
        package var back: Timestamp?
        /// The severities of the cases that go.
        package var severities: Set<String>

        /// Why those whose shift ends cannot look after their cases.
        package var absence: Cover.Absence {
            Cover.Absence(
                cause: .region, key: "\(from.id) \(at.rfc3339)", begins: isShiftOn ? at : nil, until: back,
                team: to.id,
                severities: severities, isBySeverity: true, step: .handOver)
        }
    }

    private let policy: Policy
    private let now: Timestamp

    /// The regions at a moment.
    package init(policy: Policy, now: Timestamp) { (self.policy, self.now) = (policy, now) }

    /// The region after another one in which somebody works at a moment; where nobody does, the one that opens first.
    private func next(after team: RoutingRules.Team, at moment: Timestamp) -> RoutingRules.Team? {
        guard let sun = policy.routing.sun, let region = team.region,
            let place = sun.regions.firstIndex(of: region)
        else { return nil }
        let order = sun.regions[(place + 1)...] + sun.regions[..<place]
        let teams = order.compactMap { region in policy.routing.teams.first { $0.region == region } }
        if let open = teams.first(where: { hours($0)?.isOpen(at: moment) ?? false }) { return open }
        return teams.min { opening($0, moment) < opening($1, moment) }
    }

    private func hours(_ team: RoutingRules.Team) -> WorkingHours? {
        policy.serviceLevels.hours[team.calendar]
    }

    private func opening(_ team: RoutingRules.Team, _ moment: Timestamp) -> Timestamp {
        hours(team)?.nextOpening(from: moment) ?? Timestamp(microseconds: .max)
    }

    /// What a team hands over next, and when; nil where it takes no part, or never closes.
    package func next(from team: RoutingRules.Team) -> Transfer? {
        guard let sun = policy.routing.sun, let hours = hours(team) else { return nil }
        guard let start = hours.nextOpening(from: now), let end = hours.nextClosing(from: start),
            let to = next(after: team, at: end)
        else { return nil }
        return Transfer(
            from: team, to: to, at: end, isShiftOn: hours.isOpen(at: now), back: hours.nextOpening(from: end),
            severities: sun.severities)
    }

    /// What a team hands over now: its shift ends within the minutes that policy says; nil where it does not.
    package func transfer(from team: RoutingRules.Team) -> Transfer? {
        guard let sun = policy.routing.sun, let hours = hours(team), hours.isOpen(at: now),
            let transfer = next(from: team),
            transfer.at.seconds(since: now) <= Int64(sun.minutes) * 60
        else { return nil }
        return transfer
    }
}

extension SupportCase {
    /// The facts of standing in for the owner of the case.
    ///
    /// That cover is needed stands in the history once, whatever comes of it; where nobody can take the case, that fact is
    /// the demand, and the case stays with its owner until somebody is free.
    /// - Parameters:
    ///   - known: the cover that the history has, where it is of this absence.
    ///   - brief: what a receiver reads, as the case itself says it.
    package func covered(
        in absence: Cover.Absence, known: RoutingFact.Cover?, by decision: RoutingDecision,
        handoffs: Handoffs, brief: String, in context: Context
    ) throws(Refusal) -> [CaseFact] {
        guard let owner else { return [] }
        let cover = RoutingFact.Cover(
            person: owner.raw, cause: absence.cause, key: absence.key, until: absence.until)
        let isKnown = known?.person == cover.person && known?.key == cover.key
        let need: [CaseFact] = isKnown ? [] : [.routing(.coverNeeded(cover))]
        guard let person = decision.person, handoffs.open == nil else { return need }
        switch absence.step {
        case .none: return []
        case .reassign:
            return need + [
                .ownerChanged(owner: person.id.raw, reason: "Cover: its owner \(absence.cause.words)")
            ]
        case .handOver:
            return need + [
                .handoff(
                    .offered(
                        HandoffFact.Offer(
                            handover: handoffs.nextHandover, way: .colleague, from: owner.raw,
                            person: person.id.raw, role: nil, brief: brief, generated: nil,
                            acceptBy: max(context.now, absence.begins ?? context.now).adding(
                                seconds: Int64(context.policy.handover.acceptMinutes) * 60))))
            ]
        }
    }
}
