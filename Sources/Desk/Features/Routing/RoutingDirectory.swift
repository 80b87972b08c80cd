import Domain
import Storage

/// Where cases are, and what routing knows of people and cases when it decides.
enum RoutingDirectory {
    // MARK: Where cases are

    static let table = RoutingQueries.table

    /// Brings the table up to a fact of a case.
    static func project(_ fact: Recorded<CaseFact>, in tx: borrowing Transaction) throws {
        guard case .routing(let change) = fact.body else { return }
        var route = try route(of: ID(fact.subject.id), in: tx)
        route.apply(change, at: fact.occurredAt)
        try tx.execute(RoutingQueries.save(route, of: fact.subject.id))
    }

    /// Removes what a case's facts made, before it is made anew.
    static func forget(_ id: ID<SupportCase>, in tx: borrowing Transaction) throws {
        try tx.execute(RoutingQueries.forget(id.raw))
    }

    /// Where a case is.
    static func route(of id: ID<SupportCase>, in tx: borrowing Transaction) throws -> CaseRoute {
        try tx.first(RoutingQueries.route(of: id.raw)) { RoutingQueries.read($0).route } ?? CaseRoute()
    }

    /// Whoever leads the team of the queue that a case is in; nil where it is in none, or nobody leads.
    static func lead(
        of id: ID<SupportCase>, policy: Policy, in tx: borrowing Transaction
    ) throws -> ID<Person>? {
        guard let queue = try route(of: id, in: tx).queue, let lead = policy.routing.team(of: queue)?.lead
        else { return nil }
        return try PeopleDirectory.find(lead, in: tx)?.id
    }

    /// Where some cases are; those that were never routed or triaged are left out.
    static func routes(
        of ids: [ID<SupportCase>], in tx: borrowing Transaction
    ) throws -> [ID<SupportCase>: CaseRoute] {
        guard !ids.isEmpty else { return [:] }
        let found = try tx.all(RoutingQueries.routes(of: ids.map(\.raw)), RoutingQueries.read)
        return Dictionary(found.map { ($0.id, $0.route) }) { first, _ in first }
    }

    /// The cases in some queues, as a query with one column.
    static func cases(in queues: [String]) -> SQL { RoutingQueries.cases(in: queues) }

    /// That a row `c` of a list went to a queue before a moment and lies there.
    static func aged(in queue: String, since moment: Timestamp) -> SQL {
        "c.case_id IN (\(RoutingQueries.cases(in: queue, routedBefore: moment)))"
    }

    /// The cases of which triage is complete, as a query with one column.
    static var triaged: SQL { RoutingQueries.triaged() }

    /// The cases that went between queues more often, as a query with one column.
    static func moved(moreOftenThan most: Int) -> SQL { RoutingQueries.moved(moreOftenThan: most) }

    /// The cases for which somebody has to stand in, and who owns them.
    static func covered(in tx: borrowing Transaction) throws -> [ID<SupportCase>] {
        try tx.all(RoutingQueries.covered()) { ID($0.text(0)) }
    }

    /// That the owner of a row `c` of a list is called away, and nobody stands in for them.
    static let isUncovered: SQL = "(\(RoutingQueries.isUncovered) AND NOT \(HandoffDirectory.isOffered()))"

    /// The cases that wait for somebody to say whether they are what they look like, as a query with one column.
    static var matched: SQL { RoutingQueries.matched() }

    // MARK: Deciding

    /// Everything that a decision about a case needs, but for the time.
    struct Situation: Sendable {
        /// The case as rules look at it.
        var routed: RoutedCase
        /// Everybody whom the policy names.
        var people: [RoutingPerson]
        /// Where the case is.
        var standing: CaseRoute
        /// The customer.
        var account: Organisation?
        /// The version of the policy.
        var version: Int
        /// What history teaches; nil where policy does not ask for it, or nobody looked.
        var model: RoutingModel?

        /// Decides, at a moment.
        /// - Parameter byRules: whether the rules count even where somebody sent the case elsewhere by hand.
        func decide(_ policy: Policy, at now: Timestamp, byRules: Bool = false) -> RoutingDecision {
            var policy = policy
            if !byRules, standing.rule == nil, let queue = standing.queue, policy.routing.queue(queue) != nil
            {
                policy.routing.rules = [.byHand(queue)]
            } else {
                policy.routing = policy.routing.judged(routed, by: model)
            }
            return RoutingDecision(of: routed, people: people, policy: policy, now: now)
        }
    }

    /// What is known for a decision about a case; loads count what the asker may know of.
    static func situation(
        of this: SupportCase, policy: Policy, for actor: Actor, in tx: borrowing Transaction
    ) throws -> Situation {
        let account = try this.organisation.flatMap { try CustomerDirectory.find($0.raw, in: tx) }
        return Situation(
            routed: RoutedCase(this, account: account),
            people: try people(policy: policy, knowing: this, for: actor, in: tx),
            standing: try route(of: this.id, in: tx), account: account,
            version: try ServiceLevelsDirectory.policyVersion(in: tx))
    }

    /// Everybody whom the policy names for routing, as far as they have an account.
    /// - Parameter this: the case that they must be allowed to know of; nil where there is none.
    static func people(
        policy: Policy, knowing this: SupportCase? = nil, for actor: Actor, in tx: borrowing Transaction
    ) throws -> [RoutingPerson] {
        let found = try policy.routing.people.compactMap { try PeopleDirectory.find($0, in: tx) }
        let loads = try loads(of: found.map(\.id), policy: policy, for: actor, in: tx)
        let seen = try PresenceStore.lastSeen(in: tx)
        return found.map { person in
            let own = Actor(person, under: policy)
            var unowned = this
            unowned?.owner = nil
            return RoutingPerson(
                id: person.id, email: person.email ?? "", name: person.name,
                worksHere: person.isActive && !person.isCustomer && own.may("case.note"),
                awayUntil: person.awayUntil, seenAt: seen[person.id.raw],
                load: loads[person.id]?.load ?? 0, inHand: loads[person.id]?.inHand ?? 0,
                mayKnow: unowned?.isVisible(to: own) ?? true)
        }
    }

    /// What some people have to do: load in hundredths, and the cases that are theirs to act on.
    static func loads(
        of people: [ID<Person>], policy: Policy, for actor: Actor, in tx: borrowing Transaction
    ) throws -> [ID<Person>: (load: Int, inHand: Int)] {
        let work = try CaseDirectory.work(of: people, policy: policy, for: actor, in: tx)
        let routes = try routes(of: work.map(\.id), in: tx)
        return work.reduce(into: [:]) { loads, one in
            let weight = policy.routing.weight(
                severity: one.severity, effort: routes[one.id]?.effort, phase: one.phase)
            let before = loads[one.owner] ?? (0, 0)
            loads[one.owner] = (before.load + weight, before.inHand + (one.phase == .waiting ? 0 : 1))
        }
    }

    /// What a colleague has in hand where that is enough or more; nil where they may be given another case.
    static func excess(
        of person: Person, policy: Policy, for actor: Actor, in tx: borrowing Transaction
    ) throws -> (inHand: Int, limit: Int)? {
        let limit = policy.routing.member(person.email ?? "")?.member.limit ?? policy.work.limit
        guard limit > 0 else { return nil }
        let load = try loads(of: [person.id], policy: policy, for: actor, in: tx)[person.id]
        let inHand = load?.inHand ?? 0
        return inHand >= limit ? (inHand, limit) : nil
    }

    /// The open cases of some people as they could be moved, with the cases by number.
    ///
    /// Restricted cases are moved by people alone. A case whose next promise ends within the hour stays where it is.
    static func rebalanced(
        _ people: [ID<Person>], policy: Policy, now: Timestamp, for actor: Actor,
        in tx: borrowing Transaction
    ) throws -> ([Rebalance.Work], [String: SupportCase]) {
        let loads = try CaseDirectory.work(of: people, policy: policy, for: actor, in: tx)
        let ids = loads.map(\.id)
        let routes = try routes(of: ids, in: tx)
        let deadlines = try ServiceLevelsDirectory.deadlines(of: ids, in: tx)
        var cases: [ID<SupportCase>: SupportCase] = [:]
        for start in stride(from: 0, to: ids.count, by: 500) {
            let some = Array(ids[start..<min(start + 500, ids.count)])
            for this in try CaseDirectory.visible(some, to: actor, in: tx) where this.restriction == nil {
                cases[this.id] = this
            }
        }
        let accounts = try CustomerDirectory.all(Set(cases.values.compactMap(\.organisation)), in: tx)
        let soon = now.adding(seconds: 3600)
        let work = loads.compactMap { one -> Rebalance.Work? in
            guard let this = cases[one.id] else { return nil }
            let account = this.organisation.flatMap { accounts[$0] }
            return Rebalance.Work(
                routed: RoutedCase(this, account: account), number: this.number, owner: one.owner,
                weight: policy.routing.weight(
                    severity: one.severity, effort: routes[one.id]?.effort, phase: one.phase),
                isWaiting: one.phase == .waiting,
                stays: deadlines[one.id].map { $0.at > now && $0.at <= soon } ?? false)
        }
        return (
            work, Dictionary(cases.values.map { ($0.number, $0) }) { first, _ in first }
        )
    }

    /// Choices of people, with what those have in hand who have enough.
    static func loaded(
        _ choices: [FieldChoice], policy: Policy, for actor: Actor, in tx: borrowing Transaction
    ) throws -> [FieldChoice] {
        let people = try PeopleDirectory.people(choices.map(\.value), in: tx)
        let loads = try loads(of: choices.map { ID($0.value) }, policy: policy, for: actor, in: tx)
        return choices.map { choice in
            let limit =
                policy.routing.member(people[choice.value]?.email ?? "")?.member.limit ?? policy.work.limit
            guard limit > 0, let inHand = loads[ID(choice.value)]?.inHand, inHand >= limit else {
                return choice
            }
            return FieldChoice(
                choice.value, "\(choice.label) (\(inHand) in hand, \(limit) are enough)",
                detail: choice.detail)
        }
    }

    // MARK: Queues

    /// How many open cases lie in each queue, and how many of them nobody owns, as far as the asker may know of them.
    static func counts(
        policy: Policy, for actor: Actor, in tx: borrowing Transaction
    ) throws -> [String: (open: Int, unowned: Int)] {
        var counts: [String: (open: Int, unowned: Int)] = [:]
        for queue in policy.routing.queues {
            var filter = CaseFilter(.oneOf(.queue, [queue.id]))
            filter.statuses = open(policy)
            let all = try CaseDirectory.count(filter, for: actor, in: tx)
            filter.owner = .nobody
            counts[queue.id] = (all, try CaseDirectory.count(filter, for: actor, in: tx))
        }
        return counts
    }

    /// The open statuses.
    static func open(_ policy: Policy) -> [ID<Policy.Status>] {
        policy.statuses.filter { ![.resolved, .closed].contains($0.phase) }.map(\.id)
    }

    // MARK: What a change would move

    /// What another policy would make of the cases of some days.
    struct DryRun: Sendable {
        /// A case that would go elsewhere.
        struct Move: Sendable {
            /// The case.
            var number: String
            /// Its subject.
            var subject: String
            /// The rule and the queue before; nil where none fitted.
            var before: RoutingRules.Rule?
            /// The rule and the queue after; nil where none fits.
            var after: RoutingRules.Rule?
        }

        /// How many cases were looked at.
        var cases: Int
        /// Those that would go elsewhere, the newest first.
        var moves: [Move]
        /// Whether there were more than were looked at.
        var isCut: Bool
    }

    /// The most cases that a dry run looks at.
    static let most = 5000

    /// Which of the cases that were opened from a moment on would go elsewhere.
    ///
    /// People are left out: who was free then is not known any more.
    static func dryRun(
        from before: Policy, to after: Policy, since: Timestamp, for actor: Actor,
        in tx: borrowing Transaction
    ) throws -> DryRun {
        var filter = CaseFilter()
        (filter.openedSince, filter.order) = (since, .openedDescending)
        let cases = try CaseDirectory.list(filter, for: actor, limit: most + 1, in: tx)
        var accounts: [ID<Organisation>: Organisation] = [:]
        for id in Set(cases.compactMap(\.organisation)) {
            accounts[id] = try CustomerDirectory.find(id.raw, in: tx)
        }
        let moves = cases.prefix(most).compactMap { this -> DryRun.Move? in
            let routed = RoutedCase(this, account: this.organisation.flatMap { accounts[$0] })
            let old = RoutingDecision.rule(for: routed, in: before.routing)
            let new = RoutingDecision.rule(for: routed, in: after.routing)
            guard old?.queue != new?.queue || old?.people != new?.people else { return nil }
            return DryRun.Move(number: this.number, subject: this.subject, before: old, after: new)
        }
        return DryRun(cases: min(cases.count, most), moves: moves, isCut: cases.count > most)
    }
}

extension RoutingDirectory {
    /// Days of which the check of a policy looks at the cases.
    static let checkedDays: Int64 = 30

    /// What another policy changes about routing, in words; nothing where its rules are the same.
    static func effects(
        from before: Policy, to after: Policy, for actor: Actor, _ services: Services
    ) async throws -> [PolicyEffect] {
        guard before.routing != after.routing else { return [] }
        let since = services.clock().adding(seconds: -checkedDays * 86_400)
        let run = try await services.database.read { tx in
            try dryRun(from: before, to: after, since: since, for: actor, in: tx)
        }
        func place(_ rule: RoutingRules.Rule?, _ policy: Policy) -> String {
            guard let rule else { return "no queue" }
            let people = rule.people.isEmpty ? "" : ", first \(rule.people.joined(separator: ", "))"
            return "“\(policy.routing.queueName(rule.queue))” (rule “\(rule.name)”\(people))"
        }
        var effects = [
            PolicyEffect(
                kind: .changes,
                words:
                    "Routing: of the \(run.cases) cases of the last \(checkedDays) days \(run.moves.count) would go elsewhere"
            )
        ]
        effects += run.moves.prefix(10).map { move in
            PolicyEffect(
                kind: .changes,
                words:
                    "\(move.number) “\(move.subject)” from \(place(move.before, before)) to \(place(move.after, after))"
            )
        }
        if run.moves.count > 10 {
            effects.append(PolicyEffect(kind: .changes, words: "and \(run.moves.count - 10) more cases"))
        }
        return effects
    }
}

extension Timestamp {
    /// The moment in words that stay: “2026-11-22 15:00 UTC”.
    var stamped: String { "\(day) \(clock) UTC" }
}
