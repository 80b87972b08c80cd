import Diagnosis
import Domain
import Logging
import ServiceLifecycle
import Storage

/// Works out the clocks of cases that changed, and records warnings and breaches when they are due.
///
/// Any number of nodes may run it. Whoever holds the lease works; should two work all the same, nothing is recorded
/// twice, for what is on record is read in the transaction that would record it. What became due while nobody worked is
/// recorded at once, in order, all of a case in one transaction.
package struct ServiceLevelsJobs: Service {
    private let services: Services

    /// So many cases are worked out in one round, and so many in one transaction.
    static let (round, batch) = (400, 40)

    /// So many batches are worked out at once: as many as leave readers of the database for others.
    private static let atOnce = 2

    /// The jobs of an installation.
    package init(_ services: Services) { self.services = services }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    if try await hasWork(),
                        let count = try await services.whileHolding(
                            "clocks", seconds: 30, { try await work() }),
                        count > 0
                    {
                        continue
                    }
                } catch {
                    services.logger.error("clocks", metadata: ["error": "\(error)"])
                    try? await Task.sleep(for: .seconds(5))  // a cancelled sleep only ends early
                }
                try? await Task.sleep(for: .milliseconds(400))  // a cancelled sleep only ends early
            }
        }
    }

    /// Works until nothing is left that is due now: after a bulk load, and in tests.
    /// - Returns: how many cases were worked out.
    @discardableResult package func finish() async throws -> Int {
        var sum = 0
        while true {
            let count = try await work()
            if count == 0 { return sum }
            sum += count
        }
    }

    private func hasWork() async throws -> Bool {
        let now = services.clock()
        return try await services.database.read { tx in
            try !Self.next(at: now, limit: 1, in: tx).isEmpty || !Self.uncounted(limit: 1, in: tx).isEmpty
        }
    }

    private static func uncounted(limit: Int, in tx: borrowing Transaction) throws -> [String] {
        try tx.all(ServiceLevelsQueries.uncounted(limit: limit)) { $0.text(0) }
    }

    /// The cases that are to be worked out, those first whose clocks are due.
    private static func next(
        at now: Timestamp, limit: Int, in tx: borrowing Transaction
    ) throws -> [String] {
        let version = try ServiceLevelsDirectory.policyVersion(in: tx)
        var ids: [String] = []
        for query in [
            ServiceLevelsQueries.overdue(at: now, limit: limit), ServiceLevelsQueries.unsettled(limit: limit),
            ServiceLevelsQueries.outdated(policy: version, limit: limit),
        ] where ids.count < limit {
            for id in try tx.all(query, { $0.text(0) }) where ids.count < limit && !ids.contains(id) {
                ids.append(id)
            }
        }
        return ids
    }

    /// Works out some cases; returns how many.
    ///
    /// They are worked out several batches at once, beside the transactions that keep what came out; those follow each other
    /// in the order in which the clocks are due.
    func work() async throws -> Int {
        let now = services.clock()
        let (ids, basis) = try await services.database.read { [services] tx in
            let ids = try Self.next(at: now, limit: Self.round, in: tx)
            return (ids, try Settlement.Basis(try services.policy.inForce(in: tx), in: tx))
        }
        let batches = stride(from: 0, to: ids.count, by: Self.batch).map {
            Array(ids[$0..<min($0 + Self.batch, ids.count)])
        }
        try await withThrowingTaskGroup(of: (Int, WorkedOut).self) { group in
            var (begun, kept, done) = (0, 0, [Int: WorkedOut]())
            func beginNext(in group: inout ThrowingTaskGroup<(Int, WorkedOut), any Error>) {
                guard begun < batches.count else { return }
                let index = begun
                begun += 1
                group.addTask { (index, await self.settlements(of: batches[index], on: basis, at: now)) }
            }
            for _ in 0..<Self.atOnce { beginNext(in: &group) }
            while let (index, settlements) = try await group.next() {
                done[index] = settlements
                while let next = done.removeValue(forKey: kept) {
                    beginNext(in: &group)
                    try await keep(next, of: batches[kept], at: now)
                    kept += 1
                }
            }
        }
        if !ids.isEmpty { services.live.wake() }
        return try await ids.count + (ids.count < Self.round ? count() : 0)
    }

    private typealias WorkedOut = Result<[Settlement], any Error>

    private func settlements(
        of ids: [String], on basis: Settlement.Basis, at now: Timestamp
    ) async -> WorkedOut {
        do {
            return .success(
                try await services.database.read { tx in
                    var basis = basis
                    try basis.clocks.readPrograms(in: tx)
                    return try ids.compactMap { try Settlement($0, &basis, at: now, in: tx) }
                })
        } catch {
            return .failure(error)
        }
    }

    private func keep(
        _ settlements: WorkedOut, of ids: [String], at now: Timestamp
    ) async throws {
        do {
            let settlements = try settlements.get()
            try await services.database.write { [services] tx in
                let version = try ServiceLevelsDirectory.policyVersion(in: tx)
                // Read only where something changed meanwhile: others wait for this transaction.
                var basis: Settlement.Basis?
                for settlement in settlements {
                    var current: Settlement? = settlement
                    if try !settlement.isUpToDate(underPolicy: version, in: tx) {
                        var read =
                            try basis ?? Settlement.Basis(try services.policy.inForce(in: tx), in: tx)
                        current = try Settlement(settlement.id, &read, at: now, in: tx)
                        basis = read
                    }
                    _ = try current?.keep(at: now, journal: services.journal, in: tx)
                }
            }
        } catch let fault as StorageFault where fault.isTemporary {
            throw fault
        } catch {
            for id in ids { try await settleAlone(id, at: now) }
        }
    }

    /// Counts the outcomes of some cases of which nothing else is to be worked out; returns how many cases there were.
    ///
    /// Nothing is recorded: they ended before outcomes were counted, or were written all at once.
    private func count() async throws -> Int {
        let ids = try await services.database.read { tx in try Self.uncounted(limit: Self.round, in: tx) }
        for start in stride(from: 0, to: ids.count, by: Self.batch) {
            let some = Array(ids[start..<min(start + Self.batch, ids.count)])
            try await services.database.write { [services] tx in
                let policy = try services.policy.inForce(in: tx)
                let epoch = try Self.epoch(in: tx)
                for id in some {
                    do {
                        if let found = try CaseDirectory.any(ID(id), in: tx) {
                            let clocks = try ServiceLevelsDirectory.clocks(
                                of: found, policy: policy, at: Timestamp(microseconds: 0), in: tx)
                            let pending = clocks.events(after: max(epoch, clocks.learntAt))
                            try AttainmentDirectory.save(clocks.outcomes(pending: pending), of: id, in: tx)
                        }
                    } catch let fault as StorageFault {
                        throw fault
                    } catch {
                        // What cannot be read is told of by the verification, and keeps no other case from being counted.
                        services.logger.error(
                            "outcomes of a case", metadata: ["case": "\(id)", "error": "\(error)"])
                    }
                    try tx.execute(ServiceLevelsQueries.noteCounted(id))
                }
            }
        }
        return ids.count
    }

    fileprivate static func epoch(in tx: borrowing Transaction) throws -> Timestamp {
        try tx.first(ServiceLevelsQueries.epoch()) { Timestamp(microseconds: $0.integer(0)) }
            ?? Timestamp(microseconds: 0)
    }

    /// One case that cannot be worked out keeps no other from it, and is tried again when it changes.
    private func settleAlone(_ id: String, at now: Timestamp) async throws {
        do {
            try await services.database.write { [services] tx in
                let policy = try services.policy.inForce(in: tx)
                _ = try Self.settle([id], at: now, policy: policy, journal: services.journal, in: tx)
            }
        } catch let fault as StorageFault where fault.isTemporary {
            throw fault
        } catch {
            services.logger.error("clocks of a case", metadata: ["case": "\(id)", "error": "\(error)"])
            try await services.database.write { tx in
                let version = try ServiceLevelsDirectory.policyVersion(in: tx)
                try tx.execute(ServiceLevelsQueries.skip(id, policy: version))
            }
        }
    }

    /// Works out all that is due at a moment, within a transaction: for stories on a virtual clock.
    /// - Returns: how many facts that made.
    static func finish(
        at now: Timestamp, policy: Policy, journal: Journal, in tx: borrowing Transaction
    ) throws -> Int {
        var facts = 0
        while true {
            let ids = try next(at: now, limit: round, in: tx)
            if ids.isEmpty { return facts }
            facts += try settle(ids, at: now, policy: policy, journal: journal, in: tx)
        }
    }

    private static func settle(
        _ ids: [String], at now: Timestamp, policy: Policy, journal: Journal, in tx: borrowing Transaction
    ) throws -> Int {
        var basis = try Settlement.Basis(policy, in: tx)
        return try ids.reduce(0) { facts, id in
            let settlement = try Settlement(id, &basis, at: now, in: tx)
            return try facts + (settlement?.keep(at: now, journal: journal, in: tx) ?? 0)
        }
    }
}

/// What the clocks of a case come to at a moment: what is to be recorded and kept of them.
private struct Settlement: Sendable {
    /// What is the same for all cases.
    struct Basis: Sendable {
        var clocks: ClockBasis
        var epoch: Timestamp

        init(_ policy: Policy, in tx: borrowing Transaction) throws {
            clocks = try ClockBasis(policy, in: tx)
            epoch = try ServiceLevelsJobs.epoch(in: tx)
        }
    }

    /// What came out for a case that is there.
    private struct Outcome {
        var fired: [Decision.Entry]
        var deeds: [Decision.Entry]
        var clocks: [ClockOutcome]
        var next: NextFiring
        var isOver: Bool
    }

    /// The state of things that it is about.
    private struct State: Equatable {
        /// Changes with the case.
        var mark: Int64
        /// How many facts are on record of its clocks, whoever recorded them.
        var recorded: Int64
        /// The version of policy.
        var policy: Int

        init?(of id: String, policy: Int, in tx: borrowing Transaction) throws {
            let row = try tx.first(ServiceLevelsQueries.state(of: id)) { ($0.integer(0), $0.integer(1)) }
            guard let row else { return nil }
            ((mark, recorded), self.policy) = (row, policy)
        }
    }

    /// The case.
    let id: String
    private let state: State
    /// Nil where the case is gone.
    private var outcome: Outcome?

    /// Works a case out; nil where it has no clocks.
    init?(_ id: String, _ basis: inout Basis, at now: Timestamp, in tx: borrowing Transaction) throws {
        guard let state = try State(of: id, policy: basis.clocks.version, in: tx) else { return nil }
        (self.id, self.state) = (id, state)
        guard let found = try CaseDirectory.any(ID(id), in: tx) else { return }
        let history = try ServiceLevelsDirectory.facts(of: found.id, in: tx)
        let clocks = try ServiceLevelsDirectory.clocks(
            of: found, facts: history, basis: &basis.clocks, at: now, in: tx)
        // What was entered or imported afterwards fires only from when we learnt of the case.
        let events = clocks.events(after: max(basis.epoch, clocks.learntAt))
        let pending = events.filter { $0.event.at > now }
        let policy = basis.clocks.policy
        let next = NextFiring(
            clocks, pending, silence: NoResponse(history, policy: policy).next(of: found, policy: policy)?.at)
        outcome = Outcome(
            fired: Self.entries(clocks, events, at: now, of: found.id),
            deeds: found.outwardDeeds(history, policy: policy, version: state.policy, at: now).entries,
            clocks: clocks.outcomes(pending: pending), next: next,
            isOver: !clocks.isOpen && next.fireAt == nil)
    }

    /// Whether neither case, clocks nor policy changed since.
    func isUpToDate(underPolicy version: Int, in tx: borrowing Transaction) throws -> Bool {
        try State(of: id, policy: version, in: tx) == state
    }

    /// Records what fired and what is done about it, and keeps when the case is to be worked out next.
    /// - Returns: how many facts that made.
    func keep(at now: Timestamp, journal: Journal, in tx: borrowing Transaction) throws -> Int {
        guard let outcome else {
            try tx.execute(ServiceLevelsQueries.forget(id))
            try AttainmentDirectory.save([], of: id, in: tx)
            return 0
        }
        _ = try journal.append(outcome.fired, by: Actor.system.id, at: now, in: tx)
        // What is done about it makes the case change, so it is worked out again after that.
        _ = try journal.append(outcome.deeds, by: Actor.system.id, at: now, in: tx)
        try AttainmentDirectory.save(outcome.clocks, of: id, in: tx)
        try tx.execute(
            ServiceLevelsQueries.settle(
                id, mark: state.mark, policy: outcome.isOver ? ServiceLevelsQueries.ended : state.policy,
                outcome.next))
        return outcome.fired.count + outcome.deeds.count
    }

    /// What is to be recorded: levels first, then what fired, each at the time when it was so.
    private static func entries(
        _ clocks: CaseClocks, _ events: [(id: CaseClockID, cycle: ClockCycle, event: ClockEvent)],
        at now: Timestamp, of id: ID<SupportCase>
    ) -> [Decision.Entry] {
        var decision = Decision()
        let ref = ClockRecord.ref(id)
        for (level, moment) in clocks.pending {
            decision.record(ClockRecordFact.levelApplied(level), on: ref, occurredAt: min(moment, now))
        }
        let due = events.filter { $0.event.at <= now }
        for (index, entry) in due.enumerated() {
            let isOvertaken = due[(index + 1)...].contains {
                $0.id == entry.id && $0.event.cycle == entry.event.cycle
            }
            let firing = ClockRecordFact.Firing(
                clock: entry.id.text, cycle: entry.event.cycle, revision: entry.event.revision,
                due: entry.cycle.due, isOvertaken: isOvertaken)
            let body: ClockRecordFact =
                switch entry.event.what {
                case .warning(let percent): .warned(firing, percent: percent)
                case .breach: .breached(firing)
                }
            decision.record(body, on: ref, occurredAt: entry.event.at)
        }
        return decision.entries
    }
}

extension NextFiring {
    /// What must happen next, by the clocks of a case.
    /// - Parameters:
    ///   - events: what has not fired yet, in order.
    ///   - silence: when a customer who does not answer is reminded, or waited for no longer.
    init(
        _ clocks: CaseClocks, _ events: [(id: CaseClockID, cycle: ClockCycle, event: ClockEvent)],
        silence: Timestamp?
    ) {
        fireAt = [events.first?.event.at, silence].compactMap { $0 }.min()
        let open = clocks.cycles.filter { $0.cycle.end == nil && $0.id.clock.isPromise }
        for entry in open {
            guard let due = entry.cycle.due else { continue }
            if deadlineAt.map({ due < $0 }) ?? true { (deadlineAt, deadlineClock) = (due, entry.id.text) }
        }
        summary = ClockSummary(clocks)
    }
}

extension ServiceLevelsJobs {
    /// Whether `case_clock` holds what the facts make: a sentence for each row that does not.
    ///
    /// Rows that wait to be worked out are passed over.
    static func check(_ tx: borrowing Transaction) throws -> [String] {
        let version = try ServiceLevelsDirectory.policyVersion(in: tx)
        guard let policy = try EarlierPolicies.read([version], in: tx)[version] else {
            return ["the policy in force cannot be read, so clocks were not checked"]
        }
        let epoch = try epoch(in: tx)
        var findings = try tx.all(ServiceLevelsQueries.missing(limit: 20)) {
            "table case_clock, row “\($0.text(0))”: it is missing"
        }
        var basis = try ClockBasis(policy, in: tx)
        var last = ""
        while true {
            let rows = try tx.all(ServiceLevelsQueries.rows(after: last, limit: 500), StoredFiring.init)
            guard let end = rows.last else { return findings }
            last = end.id
            for row in rows where row.isSettled && [version, ServiceLevelsQueries.ended].contains(row.policy)
            {
                if let finding = try finding(row, &basis, epoch, in: tx) { findings.append(finding) }
            }
        }
    }

    private static func finding(
        _ row: StoredFiring, _ basis: inout ClockBasis, _ epoch: Timestamp, in tx: borrowing Transaction
    ) throws -> String? {
        let place = "table case_clock, row “\(row.id)”"
        guard let found = try CaseDirectory.any(ID(row.id), in: tx) else {
            return "\(place): there is no such case"
        }
        let clocks: CaseClocks
        let facts: [Recorded<CaseFact>]
        do {
            facts = try ServiceLevelsDirectory.facts(of: found.id, in: tx)
            clocks = try ServiceLevelsDirectory.clocks(
                of: found, facts: facts, basis: &basis, at: Timestamp(microseconds: 0), in: tx)
        } catch let fault as StorageFault {
            throw fault
        } catch {
            return "\(place): its facts cannot be read: \(error)"
        }
        let pending = clocks.events(after: max(epoch, clocks.learntAt))
        var next = NextFiring(
            clocks, pending,
            silence: NoResponse(facts, policy: basis.policy).next(of: found, policy: basis.policy)?.at)
        if row.next.summary == nil { next.summary = nil }
        guard next == row.next else {
            return "\(place): holds \(row.next.words), the facts make \(next.words)"
        }
        guard row.isCounted else { return nil }
        let isSame = try AttainmentDirectory.outcomes(of: row.id, in: tx) == clocks.outcomes(pending: pending)
        return isSame
            ? nil : "table clock_outcome, case “\(row.id)”: holds other outcomes than the facts make"
    }
}

/// A row of `case_clock`.
private struct StoredFiring {
    var id: String
    var isSettled: Bool
    var isCounted: Bool
    var policy: Int
    var next = NextFiring()

    init(_ row: any Row) {
        id = row.text(0)
        isSettled = row.integer(1) == row.integer(2)
        isCounted = row.integer(8) == row.integer(2)
        policy = Int(row.integer(3))
        next.fireAt = row.optionalInteger(4).map { Timestamp(microseconds: $0) }
        if row.integer(5) < ServiceLevelsQueries.never {
            next.deadlineAt = Timestamp(microseconds: row.integer(5))
        }
        next.deadlineClock = row.optionalText(6)
        let text = row.text(7)
        // What was never worked out is not compared: nobody reads it.
        if text != "{}" { next.summary = (try? JSON(parsing: text)).flatMap(ClockSummary.init) ?? .init() }
    }
}

extension NextFiring {
    fileprivate var words: String {
        "\(fireAt?.rfc3339 ?? "nothing to fire"), \(deadlineClock ?? "no promise") \(deadlineAt?.rfc3339 ?? "")"
            + (summary.map { ", \($0.json.text)" } ?? "")
    }
}
