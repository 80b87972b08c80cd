import Domain
import Storage

/// Sees to the cases of whoever is called away: by an incident, the end of a shift, an absence, or the sun.
///
/// Each case is decided in the transaction that records it. Where nobody was free, later rounds try again until somebody
/// is.
struct CoverJobs: Sendable {
    let services: Services

    /// So many incidents are looked at for who works on them.
    private static let incidents = 50
    /// So many cases of one person are looked at.
    private static let cases = 100

    /// What is to be done with a case.
    private struct Task: Sendable {
        var id: ID<SupportCase>
        var owner: ID<Person>
        var absence: Cover.Absence
    }

    /// Everybody's state at a moment.
    private struct Situation: Sendable {
        var people: [RoutingPerson]
        var cover: Cover
    }

    /// Looks after what is at risk now, and lifts cover that is needed no more.
    /// - Returns: how many cases got something.
    func work() async throws -> Int {
        let now = services.clock()
        let (tasks, lifted) = try await services.database.read { [services] tx in
            let policy = try services.policy.inForce(in: tx)
            let rules = policy.routing
            let standing = try Self.standing(in: tx)
            guard rules.cover != nil || rules.sun != nil else { return ([Task](), standing) }
            let situation = try Self.situation(policy, now, in: tx)
            return (
                try Self.tasks(situation, policy, now, in: tx),
                try standing.filter { try Self.isLifted($1, of: $0, situation, policy, in: tx) }
            )
        }
        var count = 0
        for (id, cover) in lifted where try await lift(cover, of: id) { count += 1 }
        for task in tasks where try await see(to: task) { count += 1 }
        return count
    }

    // MARK: What is to be done

    private static func situation(
        _ policy: Policy, _ now: Timestamp, in tx: borrowing Transaction
    ) throws -> Situation {
        Situation(
            people: try RoutingDirectory.people(policy: policy, for: .system, in: tx),
            cover: Cover(policy: policy, now: now, incidents: try joined(policy, in: tx)))
    }

    /// The incident that each person works on: they own it, were called to help, or coordinate.
    private static func joined(
        _ policy: Policy, in tx: borrowing Transaction
    ) throws -> [ID<Person>: ID<SupportCase>] {
        guard let terms = policy.routing.cover, terms.incident != .none, !terms.severities.isEmpty else {
            return [:]
        }
        var filter = CaseFilter()
        filter.statuses = policy.statuses(in: [.open, .waiting])
        filter.severities = terms.severities.sorted().map { ID($0) }
        filter.order = .openedAscending
        var joined: [ID<Person>: ID<SupportCase>] = [:]
        for this in try CaseDirectory.list(filter, for: .system, limit: incidents, in: tx) {
            let now = try CoordinationDirectory.coordination(of: this.id, in: tx)
            let people = [this.owner, now.coordinator].compactMap { $0 } + now.specialists.map(\.person)
            for person in people where joined[person] == nil { joined[person] = this.id }
        }
        return joined
    }

    private static func open(
        of person: ID<Person>, _ policy: Policy, in tx: borrowing Transaction
    ) throws -> [SupportCase] {
        var filter = CaseFilter()
        filter.statuses = policy.statuses(in: [.open])
        (filter.owner, filter.order) = (.person(person), .openedAscending)
        return try CaseDirectory.list(filter, for: .system, limit: cases, in: tx)
    }

    private static func tasks(
        _ situation: Situation, _ policy: Policy, _ now: Timestamp, in tx: borrowing Transaction
    ) throws -> [Task] {
        var tasks: [Task] = []
        for person in situation.people {
            guard let absence = situation.cover.absence(of: person) else { continue }
            let cases = try open(of: person.id, policy, in: tx).filter {
                absence.cause != .incident || $0.id.raw != absence.key
            }
            let ids = cases.map(\.id)
            let deadlines = try ServiceLevelsDirectory.deadlines(of: ids, in: tx)
            let routes = try RoutingDirectory.routes(of: ids, in: tx)
            for this in cases {
                let due = [
                    deadlines[this.id]?.at, this.arrangement.nextUpdateAt, this.arrangement.nextActionDueAt,
                ].compactMap { $0 }.min()
                guard situation.cover.isAtRisk(severity: this.severity.raw, deadline: due, in: absence)
                else { continue }
                let route = routes[this.id] ?? CaseRoute()
                let handoffs = try HandoffDirectory.handoffs(of: this.id, in: tx)
                let isDue =
                    switch route.coverStanding(of: person.id, in: absence, handoffs: handoffs) {
                    case .unseen: true
                    case .offered: false
                    case .unmet:
                        // Only where somebody is free by now is there anything to write.
                        try !decide(this, person.id, absence, situation.cover, policy, now, in: tx)
                            .entries.isEmpty
                    }
                if isDue { tasks.append(Task(id: this.id, owner: person.id, absence: absence)) }
            }
        }
        return tasks
    }

    /// What is known of the cases for which somebody has to stand in.
    private static func standing(
        in tx: borrowing Transaction
    ) throws -> [ID<SupportCase>: RoutingFact.Cover] {
        try RoutingDirectory.routes(of: try RoutingDirectory.covered(in: tx), in: tx).compactMapValues(
            \.cover)
    }

    /// Whether nobody has to stand in any more: another owner has the case, or its owner is back.
    private static func isLifted(
        _ cover: RoutingFact.Cover, of id: ID<SupportCase>, _ situation: Situation, _ policy: Policy,
        in tx: borrowing Transaction
    ) throws -> Bool {
        guard let this = try CaseDirectory.any(id, in: tx) else { return false }
        guard this.owner?.raw == cover.person, policy.phase(of: this.status) == .open,
            let person = situation.people.first(where: { $0.id.raw == cover.person }),
            let absence = situation.cover.absence(of: person)
        else { return true }
        // Who was off for the rest of a day and is now away for a week is called away anew, not back.
        return absence.cause == .region && cover.cause != .region ? false : absence.key != cover.key
    }

    // MARK: Doing it

    /// Another round, here or on another node, may have found somebody else called away since: that stays.
    private func lift(_ cover: RoutingFact.Cover, of id: ID<SupportCase>) async throws -> Bool {
        try await services.database.write { [services] tx in
            guard try RoutingDirectory.route(of: id, in: tx).cover == cover else { return false }
            var made = Decision()
            made.record(CaseFact.routing(.coverLifted), on: SupportCase.ref(id))
            _ = try services.journal.append(
                made.entries, by: Actor.system.id, at: services.clock(), in: tx)
            return true
        }
    }

    private func see(to task: Task) async throws -> Bool {
        try await services.database.write { [services] tx in
            let (policy, now) = (try services.policy.inForce(in: tx), services.clock())
            guard let this = try CaseDirectory.any(task.id, in: tx), this.owner == task.owner,
                policy.phase(of: this.status) == .open
            else { return false }
            let standing = try RoutingDirectory.route(of: task.id, in: tx).coverStanding(
                of: task.owner, in: task.absence,
                handoffs: try HandoffDirectory.handoffs(of: task.id, in: tx))
            guard standing != .offered else { return false }
            let situation = try Self.situation(policy, now, in: tx)
            guard let owner = situation.people.first(where: { $0.id == task.owner }),
                situation.cover.absence(of: owner)?.key == task.absence.key
            else { return false }
            let made = try Self.decide(this, task.owner, task.absence, situation.cover, policy, now, in: tx)
            guard !made.entries.isEmpty else { return false }
            _ = try services.journal.append(made.entries, by: Actor.system.id, at: now, in: tx)
            return true
        }
    }

    /// What standing in for an owner comes to.
    private static func decide(
        _ this: SupportCase, _ owner: ID<Person>, _ absence: Cover.Absence, _ cover: Cover,
        _ policy: Policy, _ now: Timestamp, in tx: borrowing Transaction
    ) throws -> Decision {
        let situation = try RoutingDirectory.situation(of: this, policy: policy, for: .system, in: tx)
        let decision = cover.standIn(
            for: situation.routed, queue: situation.standing.queue, people: situation.people, owner: owner,
            absence: absence)
        let material = try HandoffDirectory.material(of: this, policy: policy, in: tx)
        let context = Context(
            actor: .system, now: now, policy: policy, newID: { newIdentifier(at: now) })
        var made = Decision()
        made.record(
            try this.covered(
                in: absence, known: situation.standing.cover, by: decision, handoffs: material.handoffs,
                brief: material.brief(policy: policy, at: now).text, in: context), on: this.ref)
        return made
    }

    // MARK: By hand

    /// Hands over what a team has for the next region, now: the facts, and the numbers of the cases.
    static func transfer(
        _ transfer: FollowTheSun.Transfer, for context: Context, in tx: borrowing Transaction
    ) throws -> (decision: Decision, offered: [String], left: [String]) {
        let (policy, now) = (context.policy, context.now)
        let cover = Cover(policy: policy, now: now, incidents: try joined(policy, in: tx))
        var (made, offered, left) = (Decision(), [String](), [String]())
        for this in try shift(transfer, for: context.actor, policy, in: tx) {
            guard let owner = this.owner else { continue }
            let one = try decide(this, owner, transfer.absence, cover, policy, now, in: tx)
            made.record(one)
            let isOffered = one.entries.contains { $0.body.kind == "case.handover_offered" }
            if isOffered { offered.append(this.number) } else { left.append(this.number) }
        }
        return (made, offered, left)
    }

    /// The cases of a team that go to the next region and are offered to nobody yet, as far as somebody may know of them.
    static func shift(
        _ transfer: FollowTheSun.Transfer, for actor: Actor, _ policy: Policy, in tx: borrowing Transaction
    ) throws -> [SupportCase] {
        let people = try transfer.from.members.compactMap { try PeopleDirectory.find($0.person, in: tx) }
        var cases: [SupportCase] = []
        for person in people {
            for this in try open(of: person.id, policy, in: tx)
            where transfer.severities.contains(this.severity.raw) && this.isVisible(to: actor) {
                guard try HandoffDirectory.handoffs(of: this.id, in: tx).open == nil else { continue }
                cases.append(this)
            }
        }
        return cases
    }
}
