import Domain
import Storage

/// What became of promises: read for one case, counted for a period, and the plans that follow.
enum AttainmentDirectory {
    // MARK: One case

    /// The outcomes of a case as they are stored.
    static func outcomes(of id: String, in tx: borrowing Transaction) throws -> [ClockOutcome] {
        try tx.all(AttainmentQueries.outcomes(of: id), AttainmentQueries.read).sorted {
            ($0.clock, $0.cycle) < ($1.clock, $1.cycle)
        }
    }

    /// Stores the outcomes of a case, where they are others than those that stand there.
    static func save(_ outcomes: [ClockOutcome], of id: String, in tx: borrowing Transaction) throws {
        let outcomes = outcomes.sorted { ($0.clock, $0.cycle) < ($1.clock, $1.cycle) }
        guard try self.outcomes(of: id, in: tx) != outcomes else { return }
        try tx.execute(AttainmentQueries.forget(id))
        for outcome in outcomes { try tx.execute(AttainmentQueries.save(outcome, of: id)) }
    }

    /// The promises to the customer that were missed in a case, and whether it is recorded why.
    /// - Parameter facts: the facts of the case, as they were read already.
    static func missed(
        of this: SupportCase, _ facts: [Recorded<CaseFact>], policy: Policy, in tx: borrowing Transaction
    ) throws -> [(label: String, isExplained: Bool)] {
        let isCounted = try tx.first(ServiceLevelsQueries.isCounted(this.id.raw)) { $0.integer(0) == 1 }
        let all: [ClockOutcome]
        if isCounted == true {
            all = try outcomes(of: this.id.raw, in: tx)
        } else {
            let clocks = try ServiceLevelsDirectory.clocks(
                of: this, policy: policy, at: Timestamp(microseconds: 0), in: tx)
            all = clocks.outcomes(pending: clocks.events(after: clocks.learntAt))
        }
        let explained = facts.compactMap { fact in
            if case .clock(.breachExplained(let record)) = fact.body { record } else { nil }
        }
        return all.filter { !$0.isKept && $0.clock.clock.isPromise }.map { one in
            let isRepeated = all.count { $0.clock == one.clock } > 1
            return (
                one.clock.label + (isRepeated ? " (\(one.number))" : ""),
                explained.contains { $0.clock == one.clock.text && $0.cycle == one.cycle }
            )
        }
    }

    /// The cases of which a promise to the customer was missed, as a query with one column.
    static func missed(isUnexplained: Bool) -> SQL { AttainmentQueries.missed(isUnexplained: isUnexplained) }

    /// The cases in which a clock among ourselves is over and goes on, as a query with one column.
    static var behind: SQL { AttainmentQueries.behind() }

    // MARK: A period

    /// What was kept and missed in a period, as far as somebody may know of the cases.
    static func attainment(
        _ asked: AttainmentQuery, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> (counts: Attainment, merged: Int, waiting: Int) {
        var counts = Attainment()
        let visible = CaseDirectory.isVisible(to: actor)
        var shares: [String: [ClockOutcome.Share]] = [:]
        let asked = asked.inQueues(of: policy)
        try tx.each(AttainmentQueries.lines(asked, visible: visible)) { row in
            guard let clock = CaseClock(rawValue: row.text(1)) else { return }
            var segments: [Attainment.Segment: String] = [:]
            segments[.severity] = row.text(3)
            segments[.tier] = row.optionalText(4)
            segments[.productArea] = row.optionalText(5)
            segments[.account] = row.optionalText(6)
            segments[.team] = row.optionalText(7).flatMap { policy.routing.team(of: $0)?.id }
            segments[.department] = row.optionalText(10)
            let text = row.text(9)
            let known = shares[text] ?? ClockOutcome.shares(text)
            shares[text] = known
            counts.add(
                Attainment.Line(
                    caseID: row.text(0), clock: clock, isKept: row.integer(2) == 1, segments: segments,
                    cause: row.optionalText(8), shares: known))
        }
        let merged = try tx.first(AttainmentQueries.merged(asked, visible: visible)) { Int($0.integer(0)) }
        let waiting = try tx.first(ServiceLevelsQueries.uncountedTotal()) { Int($0.integer(0)) }
        return (counts, merged ?? 0, waiting ?? 0)
    }

    /// An outcome with its case.
    struct Row: Sendable {
        var this: SupportCase
        var outcome: ClockOutcome
        /// What was recorded about it, where it was missed.
        var record: ClockFact.BreachRecord?
    }

    /// The outcomes behind a number, the latest first.
    static func rows(
        _ asked: AttainmentQuery, for actor: Actor, policy: Policy, limit: Int, in tx: borrowing Transaction
    ) throws -> [Row] {
        let found = try tx.all(
            AttainmentQueries.rows(
                asked.inQueues(of: policy), visible: CaseDirectory.isVisible(to: actor), limit: limit),
            AttainmentQueries.readRow)
        let ids = Array(Set(found.map(\.id)))
        var cases: [ID<SupportCase>: SupportCase] = [:]
        for start in stride(from: 0, to: ids.count, by: 500) {
            let some = Array(ids[start..<min(start + 500, ids.count)])
            for this in try CaseDirectory.visible(some, to: actor, in: tx) { cases[this.id] = this }
        }
        var records: [ID<SupportCase>: [ClockFact.BreachRecord]] = [:]
        for id in Set(found.filter { $0.outcome.cause != nil }.map(\.id)) {
            records[id] = try CaseDirectory.facts(of: id, kinds: ["case.breach_explained"], in: tx)
                .compactMap { fact in
                    if case .clock(.breachExplained(let record)) = fact.body { record } else { nil }
                }
        }
        return found.compactMap { id, outcome in
            cases[id].map { this in
                Row(
                    this: this, outcome: outcome,
                    record: records[id]?.last {
                        $0.clock == outcome.clock.text && $0.cycle == outcome.cycle
                    })
            }
        }
    }

    // MARK: Steps of prevention

    /// A step; refused where there is none.
    static func step(_ id: String, in tx: borrowing Transaction) throws -> PreventionStep {
        guard let step = try tx.first(AttainmentQueries.step(id), AttainmentQueries.readStep) else {
            throw Refusal.notFound("step")
        }
        return step
    }

    /// The steps of the months of a period, and those of earlier ones that are still to be done.
    static func steps(in period: Range<Timestamp>, in tx: borrowing Transaction) throws -> [PreventionStep] {
        let months = Month.months(in: period)
        return try tx.all(
            AttainmentQueries.steps(of: months, openBefore: months.first ?? ""), AttainmentQueries.readStep)
    }

    /// What somebody has to do, what is due first on top.
    static func steps(
        of owner: String, limit: Int, in tx: borrowing Transaction
    ) throws -> [PreventionStep] {
        try tx.all(AttainmentQueries.steps(of: owner, limit: limit), AttainmentQueries.readStep)
    }
}

extension AttainmentQuery {
    /// The same, with the queues of the team that is asked for.
    fileprivate func inQueues(of policy: Policy) -> AttainmentQuery {
        guard let team else { return self }
        var copy = self
        copy.queues = policy.routing.queues.filter { $0.team == team }.map(\.id)
        return copy
    }
}

/// Months of the calendar, in UTC, as “2026-02”.
enum Month {
    /// The first moment of a month; nil where the text names none.
    static func start(_ text: String) -> Timestamp? {
        text.utf8.count == 7 ? CalendarDay("\(text)-01")?.start : nil
    }

    /// The month in which a moment lies.
    static func of(_ moment: Timestamp) -> String { String(moment.day.prefix(7)) }

    /// The first moment of the month after the one in which a moment lies.
    static func after(_ moment: Timestamp) -> Timestamp {
        let first = start(of(moment)) ?? moment
        return start(of(first.adding(seconds: 32 * 86_400))) ?? first
    }

    /// The first moment of the month before the one in which a moment lies.
    static func before(_ moment: Timestamp) -> Timestamp {
        let first = start(of(moment)) ?? moment
        return start(of(first.adding(seconds: -86_400))) ?? first
    }

    /// The months that a period touches.
    static func months(in period: Range<Timestamp>) -> [String] {
        var months: [String] = []
        var next = start(of(period.lowerBound)) ?? period.lowerBound
        while next < period.upperBound, months.count < 120 {
            months.append(of(next))
            next = after(next)
        }
        return months
    }
}
