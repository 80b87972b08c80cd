import Domain
import Storage

/// A case on a board, with what it needs.
struct BoardLine: Sendable {
    /// The case.
    var this: SupportCase
    /// What it needs, and where that puts it.
    var item: WorkItem
    /// How pressing it is.
    var priority: WorkingPriority
    /// How its clocks stand.
    var clocks: StandingClocks
    /// What is known to be at risk at its customer, in the words of whoever raised it.
    var risks: [String] = []
}

/// The work of one person.
struct Board: Sendable {
    /// Their open cases, the most pressing first.
    var lines: [BoardLine]
    /// How much that is, against what policy holds to be enough.
    var load: Workload
    /// What took them away from it in the last 24 hours, the latest first.
    var interruptions: [Interruption]
    /// Whether there are more cases than a board shows.
    var hasMore: Bool
}

/// What is at risk before a moment.
struct ShiftRisk: Sendable {
    /// Cases of which a clock is over by then, that first which is over first.
    var due: [BoardLine]
    /// Open cases of customers at risk that are not among them.
    var customers: [BoardLine]
    /// How many of both somebody owns, most first; nil stands for nobody.
    var owners: [(owner: ID<Person>?, count: Int)]
    /// Whether there are more cases than are shown.
    var hasMore: Bool
}

/// Works out boards.
enum BoardDirectory {
    /// More cases than this nobody works on at a time.
    static let most = 200

    /// The phases of cases that are somebody's work.
    static let unfinished: Set<Policy.Phase> = [.open, .waiting, .mitigated, .verifying]

    /// The work of somebody, as far as the asker may know of it.
    static func board(
        of person: ID<Person>, for actor: Actor, policy: Policy, now: Timestamp, in tx: borrowing Transaction
    ) throws -> Board {
        var filter = CaseFilter()
        filter.owner = .person(person)
        filter.statuses = policy.statuses(in: unfinished)
        let (lines, hasMore) = try mostPressing(filter, for: actor, policy: policy, now: now, in: tx)
        let email = try PeopleDirectory.find(person.raw, in: tx)?.email
        return Board(
            lines: lines, load: Workload(lines.map(\.this), of: email, policy: policy),
            interruptions: try interruptions(of: person, since: now.adding(seconds: -86_400), in: tx),
            hasMore: hasMore)
    }

    /// What is at risk before a moment, as far as the asker may know of it.
    static func risk(
        until: Timestamp, for actor: Actor, policy: Policy, now: Timestamp, in tx: borrowing Transaction
    ) throws -> ShiftRisk {
        // Promises by the hours of their level, and what somebody named a moment for.
        let moments: [SearchCondition.Moment] = [.breach, .due, .promised]
        var filter = CaseFilter(
            .any(moments.map { .during($0, from: nil, until: until) }), order: .breachAscending)
        filter.statuses = policy.statuses(in: unfinished)
        let found = try CaseDirectory.list(filter, for: actor, limit: most + 1, in: tx)
        let never = Timestamp(microseconds: .max)
        let due = try lines(Array(found.prefix(most)), policy: policy, now: now, in: tx).sorted {
            ($0.item.needs.first?.due ?? never, $0.this.number) < (
                $1.item.needs.first?.due ?? never, $1.this.number
            )
        }
        let known = Set(found.map(\.id))
        var others: [SupportCase] = []
        let organisations = try CustomerDirectory.atRisk(on: CalendarDay(now), in: tx).map(\.id.raw)
        if !organisations.isEmpty {
            var filter = CaseFilter(.oneOf(.organisation, organisations))
            filter.statuses = policy.statuses(in: unfinished)
            others = try CaseDirectory.list(filter, for: actor, limit: most, in: tx).filter {
                !known.contains($0.id)
            }
        }
        let customers = try lines(others, policy: policy, now: now, in: tx)
        let counts = Dictionary(grouping: (due + customers).map(\.this.owner), by: \.self).mapValues(\.count)
        return ShiftRisk(
            due: due, customers: customers.sorted(by: isMorePressing),
            owners: counts.sorted { ($1.value, $0.key?.raw ?? "") < ($0.value, $1.key?.raw ?? "") }
                .map { (owner: $0.key, count: $0.value) },
            hasMore: found.count > most)
    }

    /// The cases of a filter, the most pressing first, and whether there are more than a board holds.
    static func mostPressing(
        _ filter: CaseFilter, for actor: Actor, policy: Policy, now: Timestamp, in tx: borrowing Transaction
    ) throws -> (lines: [BoardLine], hasMore: Bool) {
        let found = try CaseDirectory.list(filter, for: actor, limit: most + 1, in: tx)
        let lines = try lines(Array(found.prefix(most)), policy: policy, now: now, in: tx)
        return (lines.sorted(by: isMorePressing), found.count > most)
    }

    static func isMorePressing(_ left: BoardLine, _ right: BoardLine) -> Bool {
        let never = Timestamp(microseconds: .max)
        return (right.priority.score, left.item.needs.first?.due ?? never, left.this.number)
            < (left.priority.score, right.item.needs.first?.due ?? never, right.this.number)
    }

    /// Cases with what they need and how pressing they are, in the order in which they are given.
    static func lines(
        _ cases: [SupportCase], policy: Policy, now: Timestamp, in tx: borrowing Transaction
    ) throws -> [BoardLine] {
        let clocks = try ServiceLevelsDirectory.standing(of: cases, policy: policy, at: now, in: tx)
        let overrides = try overrides(of: cases.map(\.id), in: tx)
        let accounts = try CustomerDirectory.all(Set(cases.compactMap(\.organisation)), in: tx)
        let today = CalendarDay(now)
        return cases.map { this in
            let account = this.organisation.flatMap { accounts[$0] }
            let standing = clocks[this.id] ?? .none
            return BoardLine(
                this: this,
                item: WorkItem(of: this, clocks: standing.summary.running, policy: policy, now: now),
                priority: WorkingPriority(
                    of: this, tier: account?.tier, contract: account?.record.first(.contract),
                    deadlines: standing.owed, override: overrides[this.id], policy: policy, now: now),
                clocks: standing,
                risks: account?.record.risks.filter { $0.state(on: today) == .active }.map(\.terms.reason)
                    ?? [])
        }
    }

    /// The priorities that people set in place of the computed ones.
    private static func overrides(
        of ids: [ID<SupportCase>], in tx: borrowing Transaction
    ) throws -> [ID<SupportCase>: WorkingPriority.Override] {
        guard !ids.isEmpty else { return [:] }
        var found: [ID<SupportCase>: WorkingPriority.Override?] = [:]
        try tx.each(
            JournalStore.latestFacts(
                of: SupportCase.kind, ids: ids.map(\.raw), kinds: ["case.priority_overridden"], before: .max,
                limit: 10_000)
        ) { row in
            let fact = try JournalStore.fact(row).decoded(as: CaseFact.self)
            let id = ID<SupportCase>(fact.subject.id)
            // The latest comes first, and it may say that the computed one holds again.
            guard found[id] == nil,
                case .coordination(.priorityOverridden(let points, let reason)) = fact.body
            else { return }
            found[id] = .some(
                points.map { .init(points: $0, reason: reason, by: fact.actor, at: fact.occurredAt) })
        }
        return found.compactMapValues { $0 }
    }

    // MARK: Interruptions

    private static func interruptions(
        of person: ID<Person>, since: Timestamp, in tx: borrowing Transaction
    ) throws -> [Interruption] {
        try tx.all(
            JournalStore.latestFacts(
                of: Person.ref(person), before: .max, kinds: ["person.interrupted"], limit: 100)
        ) { try JournalStore.fact($0).decoded(as: PersonFact.self) }
        .compactMap { fact in
            guard fact.occurredAt >= since, case .interrupted(let what, let minutes, let about) = fact.body
            else { return nil }
            return Interruption(what: what, minutes: minutes, about: about, at: fact.occurredAt)
        }
    }
}
