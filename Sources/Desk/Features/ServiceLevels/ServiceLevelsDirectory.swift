import Diagnosis
import Domain
import Storage
import Synchronization

/// Works out the clocks of cases, for this feature and others.
package enum ServiceLevelsDirectory {
    /// Notes that something of a case changed; the job works out what that makes of its clocks.
    static func touch(_ id: ID<SupportCase>, in tx: borrowing Transaction) throws {
        try tx.execute(ServiceLevelsQueries.touch(id.raw))
    }

    /// Notes that something of a customer changed by which levels are chosen.
    static func touch(_ id: ID<Organisation>, in tx: borrowing Transaction) throws {
        try tx.execute(ServiceLevelsQueries.touch(organisation: id.raw))
    }

    /// Nothing fires of before this moment: what happened elsewhere or earlier is not alarmed about afterwards.
    static func setEpoch(_ moment: Timestamp, in tx: borrowing Transaction) throws {
        try tx.execute(ServiceLevelsQueries.setEpoch(moment))
        try tx.execute(ServiceLevelsQueries.settleClosed())
    }

    /// Which of some cases have a promise with an end, and when.
    static func deadlines(
        of ids: [ID<SupportCase>], in tx: borrowing Transaction
    ) throws -> [ID<SupportCase>: Deadline] {
        guard !ids.isEmpty else { return [:] }
        var found: [ID<SupportCase>: Deadline] = [:]
        try tx.each(ServiceLevelsQueries.deadlines(ids: ids.map(\.raw))) { row in
            guard row.integer(1) < ServiceLevelsQueries.never,
                let id = row.optionalText(2).flatMap({ CaseClockID(text: $0) })
            else { return }
            found[ID(row.text(0))] = Deadline(at: Timestamp(microseconds: row.integer(1)), clock: id)
        }
        return found
    }

    /// The next end of a promise of a case.
    package struct Deadline: Equatable, Sendable {
        /// When.
        package var at: Timestamp
        /// Which clock.
        package var clock: CaseClockID
    }

    /// The condition that a case `c` of a list has a promise that ends in a stretch of time.
    static func isDue(from: Timestamp?, until: Timestamp?) -> SQL {
        ServiceLevelsQueries.isDue(from: from, until: until)
    }

    /// When the next promise of a case ends, as a value of SQL; far away where there is none.
    static func deadline(ofCase id: SQL) -> SQL { ServiceLevelsQueries.deadline(ofCase: id) }

    /// The table of deadlines as `k`, for lists in their order.
    static let byDeadline: SQL = "case_clock k"

    // MARK: Clocks

    /// How the clocks of a case stand: one statement, unless the case changed in the last moment.
    /// - Parameter facts: what was read of the case already.
    static func standing(
        of this: SupportCase, facts: [Recorded<CaseFact>], policy: Policy, at now: Timestamp,
        in tx: borrowing Transaction
    ) throws -> StandingClocks {
        let kept = try tx.first(ServiceLevelsQueries.standing(of: this.id.raw)) {
            $0.integer(1) == 1 ? $0.text(0) : ""
        }
        let known = try kept.flatMap { $0.count > 2 ? ClockSummary(try JSON(parsing: $0)) : nil }
        if let known {
            return StandingClocks(
                known, policy: policy, changes: try changes(of: this, known, in: tx), at: now)
        }
        var facts = facts
        // The history leaves messages out where nothing else depends on them.
        if !facts.contains(where: { $0.body.kind == "case.replied" }) {
            facts += try CaseDirectory.facts(of: this.id, kinds: ["case.replied"], in: tx)
        }
        let clocks = try clocks(of: this, facts: facts, policy: policy, at: now, in: tx)
        let summary = ClockSummary(clocks)
        return StandingClocks(
            summary, policy: policy, changes: try changes(of: this, summary, in: tx), at: now)
    }

    /// The change calendars of the customer, where a clock of the case waits for one; read only then.
    private static func changes(
        of this: SupportCase, _ summary: ClockSummary, in tx: borrowing Transaction
    ) throws -> [ChangeHours] {
        guard let id = this.organisation, summary.running.contains(where: { $0.changes != nil }),
            let found = try CustomerDirectory.find(id.raw, in: tx)
        else { return [] }
        return AccountContract(found.record, zones: .machine).changes
    }

    /// How the clocks of some cases stand: one statement, and the replay of those that changed in the last moment.
    static func standing(
        of cases: [SupportCase], policy: Policy, at now: Timestamp, in tx: borrowing Transaction
    ) throws -> [ID<SupportCase>: StandingClocks] {
        guard !cases.isEmpty else { return [:] }
        var found: [ID<SupportCase>: ClockSummary] = [:]
        try tx.each(ServiceLevelsQueries.standing(ids: cases.map(\.id.raw))) { row in
            guard row.text(1).count > 2, let known = ClockSummary(try JSON(parsing: row.text(1))) else {
                return
            }
            found[ID(row.text(0))] = known
        }
        var standing: [ID<SupportCase>: StandingClocks] = [:]
        for this in cases {
            let summary =
                try found[this.id] ?? ClockSummary(try clocks(of: this, policy: policy, at: now, in: tx))
            standing[this.id] = StandingClocks(
                summary, policy: policy, changes: try changes(of: this, summary, in: tx), at: now)
        }
        return standing
    }

    /// The kinds of fact that no clock depends on.
    private static let others = ["case.noted"]

    /// The clocks of a case, from its facts.
    /// - Parameters:
    ///   - facts: what was read of the case already, notes left out; read here where nil.
    ///   - isDraft: whether the policy is not in force: it counts as the version after the one that is.
    static func clocks(
        of this: SupportCase, facts: [Recorded<CaseFact>]? = nil, policy: Policy, isDraft: Bool = false,
        at now: Timestamp, in tx: borrowing Transaction
    ) throws -> CaseClocks {
        var basis = try ClockBasis(policy, isDraft: isDraft, in: tx)
        return try clocks(of: this, facts: facts, basis: &basis, at: now, in: tx)
    }

    /// The clocks of one case of several, from its facts.
    static func clocks(
        of this: SupportCase, facts: [Recorded<CaseFact>]? = nil, basis: inout ClockBasis, at now: Timestamp,
        in tx: borrowing Transaction
    ) throws -> CaseClocks {
        let facts = try facts ?? self.facts(of: this.id, in: tx)
        let records = try records(of: this.id, in: tx)
        let named = Set(
            records.compactMap { record -> Int? in
                if case .levelApplied(let applied) = record.body { applied.policy } else { nil }
            })
        return CaseClocks(facts, records, try basis.rules(for: this, naming: named, in: tx), at: now)
    }

    /// The facts of a case that clocks depend on.
    static func facts(
        of id: ID<SupportCase>, in tx: borrowing Transaction
    ) throws -> [Recorded<CaseFact>] {
        try tx.all(JournalStore.facts(of: SupportCase.ref(id), except: others)) {
            try JournalStore.fact($0).decoded(as: CaseFact.self)
        }
    }

    /// The terms of a clock of a case that would begin now; nil where its service level promises nothing.
    static func terms(
        _ clock: CaseClock, of this: SupportCase, policy: Policy, in tx: borrowing Transaction
    ) throws -> ClockTerms? {
        var basis = try ClockBasis(policy, in: tx)
        let account = try basis.account(of: this, in: tx)
        let traits = CaseTraits(
            severity: this.severity.raw, channel: this.channel, requestType: this.requestType,
            productArea: this.classification[.productArea], tier: account.tier,
            contracts: account.contracts, products: account.products, openedOn: CalendarDay(this.openedAt))
        let contract = try basis.contract(of: this, in: tx)
        return policy.serviceLevels.terms(clock, for: traits, contract)
    }

    /// What the software recorded about the clocks of a case, oldest first.
    static func records(
        of id: ID<SupportCase>, in tx: borrowing Transaction
    ) throws -> [Recorded<ClockRecordFact>] {
        try tx.all(JournalStore.facts(of: ClockRecord.ref(id), after: .none)) {
            try JournalStore.fact($0).decoded(as: ClockRecordFact.self)
        }
    }

    /// The version of the policy in force; 0 is the built-in one.
    static func policyVersion(in tx: borrowing Transaction) throws -> Int {
        try tx.first(JournalStore.head(of: PolicyRecord.ref)) { Int($0.integer(0)) } ?? 0
    }
}

/// What the clocks of many cases are worked out by: each part is read once, for the first case that needs it.
struct ClockBasis: Sendable {
    /// The policy.
    let policy: Policy
    /// Its version.
    let version: Int
    private var programs: Set<String>
    private let earlier: EarlierPolicies.Shelf
    private var customers: [ID<Organisation>: (account: CaseTraits.Account, contract: AccountContract)] = [:]

    /// The basis of a moment.
    /// - Parameter isDraft: whether the policy is not in force: it counts as the version after the one that is.
    init(_ policy: Policy, isDraft: Bool = false, in tx: borrowing Transaction) throws {
        self.policy = policy
        version = try ServiceLevelsDirectory.policyVersion(in: tx) + (isDraft ? 1 : 0)
        programs = try PeopleDirectory.programs(in: tx)
        earlier = EarlierPolicies.Shelf(but: version)
    }

    /// Reads anew which accounts are programs: with the facts of a batch, for one may be new since.
    mutating func readPrograms(in tx: borrowing Transaction) throws {
        programs = try PeopleDirectory.programs(in: tx)
    }

    /// What counts for one case.
    /// - Parameter versions: those of the policy that its facts name.
    mutating func rules(
        for this: SupportCase, naming versions: Set<Int>, in tx: borrowing Transaction
    ) throws -> CaseClocks.Rules {
        .init(
            policy: policy, version: version, earlier: try earlier.policies(naming: versions, in: tx),
            account: try account(of: this, in: tx), programs: programs,
            contract: try contract(of: this, in: tx))
    }

    /// What the level is chosen by of the case's customer.
    mutating func account(
        of this: SupportCase, in tx: borrowing Transaction
    ) throws -> CaseTraits.Account {
        try customer(of: this, in: tx).account
    }

    /// What the customer's own contract says.
    mutating func contract(
        of this: SupportCase, in tx: borrowing Transaction
    ) throws -> AccountContract { try customer(of: this, in: tx).contract }

    private mutating func customer(
        of this: SupportCase, in tx: borrowing Transaction
    ) throws -> (account: CaseTraits.Account, contract: AccountContract) {
        guard let id = this.organisation else { return (.init(), .none) }
        if let known = customers[id] { return known }
        let found = try CustomerDirectory.find(id.raw, in: tx)
        let customer = found.map {
            (
                account: CaseTraits.Account(
                    tier: $0.tier, contracts: $0.record[.contract], products: $0.record[.products]),
                contract: AccountContract($0.record, zones: .machine)
            )
        }
        customers[id] = customer ?? (.init(), .none)
        return customer ?? (.init(), .none)
    }
}

/// The clocks of a case at a moment.
package struct StandingClocks: Sendable {
    /// One that runs.
    package struct Line: Sendable {
        /// The clock.
        package var clock: ClockSummary.Running
        /// What is left, in microseconds of the time that counts; negative once it is over.
        package var left: Int64
        /// How it stands.
        package var standing: ClockReading.Standing
        /// The calendar that says when time counts.
        package var hours: WorkingHours
        /// When changes are allowed again, where that is what it waits for.
        package var opensAt: Timestamp?
    }

    /// What runs, and how the others ended.
    package var summary: ClockSummary
    /// The name of the service level; nil where none counts.
    package var level: String?
    /// Those that run, first the one that is due first, last those that are paused.
    package var running: [Line]

    init(_ summary: ClockSummary, policy: Policy, changes: [ChangeHours] = [], at now: Timestamp) {
        self.summary = summary
        level = policy.serviceLevels.level(summary.level)?.name
        running = summary.running.map { clock in
            var hours = policy.serviceLevels.hours[clock.calendar] ?? .always
            let waits = changes.first { $0.version == clock.changes }
            if let waits { hours = hours.limited(to: waits.hours) }
            return Line(
                clock: clock, left: clock.left(at: now, hours),
                standing: clock.standing(at: now, hours, changes: waits?.hours), hours: hours,
                opensAt: waits?.closure(at: now)?.opensAt)
        }
    }

    /// What presses, for the working priority.
    ///
    /// A paused clock says by nothing when it will be over, so it presses nobody.
    var owed: [WorkingPriority.Deadline] {
        running.compactMap { line in
            guard line.clock.pause == nil, !line.clock.clock.clock.endsByItself else { return nil }
            let hours = line.hours === WorkingHours.always ? nil : line.hours.calendar.name
            return .init(line.clock.clock.label, left: line.left / 1_000_000, hours: hours)
        }
    }

    /// Nothing runs, as customers see it.
    static let none = StandingClocks(summary: .init(), level: nil, running: [])

    private init(summary: ClockSummary, level: String?, running: [Line]) {
        (self.summary, self.level, self.running) = (summary, level, running)
    }
}

/// Policies of earlier versions, which finished clocks were measured by.
enum EarlierPolicies {
    /// Documents that were read already, by their bytes; the same text always makes the same policy.
    private static let kept = Mutex<[[UInt8]: Policy?]>([:])

    /// Those that were read for one purpose, kept for as long as it lasts; copies of it share them.
    final class Shelf: Sendable {
        private let kept: Mutex<(policies: [Int: Policy], sought: Set<Int>)>

        /// An empty shelf, for all versions but the one that is at hand.
        init(but version: Int) { kept = Mutex(([:], [version])) }

        /// The policies that were read so far, among them those of these versions.
        func policies(naming versions: Set<Int>, in tx: borrowing Transaction) throws -> [Int: Policy] {
            let missing = kept.withLock { versions.subtracting($0.sought) }
            guard !missing.isEmpty else { return kept.withLock(\.policies) }
            let found = try EarlierPolicies.read(missing, in: tx)
            return kept.withLock { kept in
                kept.policies.merge(found) { $1 }
                kept.sought.formUnion(missing)
                return kept.policies
            }
        }
    }

    /// The policies of some versions; those that cannot be read any more are left out.
    static func read(_ versions: Set<Int>, in tx: borrowing Transaction) throws -> [Int: Policy] {
        guard !versions.isEmpty else { return [:] }
        var found: [Int: Policy] = [:]
        if versions.contains(0) { found[0] = policy(Policy.defaultDocument) }
        for version in versions where version > 0 {
            let latest = JournalStore.latestFacts(
                of: PolicyRecord.ref, before: version + 1, kinds: [], limit: 1)
            guard let stored = try tx.first(latest, JournalStore.fact), stored.version.number == version,
                // What was tampered with is told of by the verification and stops nobody here.
                let fact = try? stored.decoded(as: PolicyFact.self),
                case .changed(let document, _) = fact.body
            else { continue }
            found[version] = policy(document)
        }
        return found
    }

    private static func policy(_ document: String) -> Policy? {
        let key = Array(document.utf8)
        if let known = kept.withLock({ $0[key] }) { return known }
        let read: Policy? =
            if case .success(let policy) = PolicyText.read(document, knownRights: FeatureCatalog().rights) {
                policy
            } else { nil }
        kept.withLock { kept in
            if kept.count >= 64 { kept.removeAll() }
            kept[key] = .some(read)
        }
        return read
    }
}
