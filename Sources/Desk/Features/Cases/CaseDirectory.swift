import Diagnosis
import Domain
import Storage
import Web

/// Which cases a list shows.
package struct CaseFilter: Hashable, Sendable {
    /// Whose cases.
    package enum Owner: Hashable, Sendable {
        /// Owned or not.
        case anybody
        /// Without an owner.
        case nobody
        /// Of one person.
        case person(ID<Person>)
        /// Owned by anybody but one person.
        case others(ID<Person>)
    }

    /// Cases by their next action.
    package enum NextAction: Hashable, Sendable {
        /// Whatever it is.
        case any
        /// Without one.
        case lacking
        /// With one that was due before this moment.
        case overdue(Timestamp)
    }

    /// Cases by what they wait for.
    package enum Blocked: Hashable, Sendable {
        /// Whatever it is.
        case any
        /// Nobody said for what.
        case unnamed
        /// One reason of policy.
        case by(String)
    }

    /// In one of these statuses; all where nil.
    package var statuses: [ID<Policy.Status>]?
    /// Of this severity.
    package var severity: ID<Policy.Severity>?
    /// Of this component.
    package var component: String?
    /// Of this customer.
    package var organisation: ID<Organisation>?
    /// What a search asks for.
    package var condition: SearchCondition?
    /// The order of the list.
    package var order = SearchOrder.updatedDescending
    /// The severities, the gravest first, for an order by them.
    package var ranks: [String] = []
    /// Of these owners.
    package var owner = Owner.anybody
    /// By their next action.
    package var nextAction = NextAction.any
    /// By what they wait for.
    package var blocked = Blocked.any
    /// Of any of these severities; all where nil.
    package var severities: [ID<Policy.Severity>]?
    /// Recorded at or after this moment.
    package var openedSince: Timestamp?
    /// Watched by this person.
    package var watcher: ID<Person>?
    /// Without a confirmed severity, an owner or a next action.
    package var isUnchecked = false

    /// Also those that were merged into another one, which stand for themselves no more.
    package var includesMerged = false

    /// Whether the same cases leave the filter or come into it as time goes by.
    var dependsOnTime: Bool {
        if case .overdue = nextAction { return true }
        return openedSince != nil || condition?.dependsOnTime ?? false
    }

    /// All cases.
    package init() {}

    /// What a search asks for; the statuses and the owner that it names stand in the filter itself, for which there are
    /// indexes.
    package init(_ condition: SearchCondition, order: SearchOrder? = nil) {
        if let order { self.order = order }
        var parts = if case .every(let parts) = condition { parts } else { [condition] }
        if let place = parts.firstIndex(where: { if case .oneOf(.status, _) = $0 { true } else { false } }),
            case .oneOf(.status, let names) = parts[place]
        {
            statuses = names.map { ID($0) }
            parts.remove(at: place)
        }
        if let place = parts.firstIndex(where: { if case .oneOf(.owner, _) = $0 { true } else { false } }),
            case .oneOf(.owner, let names) = parts[place], names.count == 1
        {
            owner = .person(ID(names[0]))
            parts.remove(at: place)
        } else if let place = parts.firstIndex(of: .not(.has(.owner))) {
            owner = .nobody
            parts.remove(at: place)
        }
        if !parts.isEmpty { self.condition = parts.count == 1 ? parts[0] : .every(parts) }
    }
}

/// Which cases of a list a page shows.
package struct CasePage: Sendable {
    /// Behind this position; from the first one where nil.
    package var after: CasePosition?
    /// Whether the list is read from its end.
    package var isBackwards = false
    /// At most so many.
    package var limit: Int

    /// A page of a list.
    package init(after: CasePosition? = nil, isBackwards: Bool = false, limit: Int) {
        (self.after, self.isBackwards, self.limit) = (after, isBackwards, limit)
    }
}

/// How many cases there are, as far as somebody counted.
package struct CaseTotal: Equatable, Sendable {
    /// How many were counted.
    package var number: Int
    /// Whether that is all of them.
    package var isExact: Bool

    /// The most cases that are counted unasked.
    package static let most = 10_000

    /// A number of cases.
    package init(_ number: Int, isExact: Bool = true) { (self.number, self.isExact) = (number, isExact) }

    /// What a count that ended at `most + 1` says.
    init(counted number: Int) { self.init(min(number, Self.most), isExact: number <= Self.most) }
}

/// An open case as its owner's work.
package struct CaseWork: Sendable {
    /// The case.
    package var id: ID<SupportCase>
    /// Whose it is.
    package var owner: ID<Person>
    /// How bad it is.
    package var severity: String
    /// What its status means.
    package var phase: Policy.Phase
}

/// Where a page of a list of cases ended.
package struct CasePosition: Sendable {
    /// When the last case changed, as far as the reader may know.
    package var changedAt: Int64
    /// Its identifier.
    package var id: String

    /// The position after a case with these.
    package init(changedAt: Int64, id: String) { (self.changedAt, self.id) = (changedAt, id) }

    /// The position after a case in a list of somebody.
    package init(_ this: SupportCase, in order: SearchOrder = .updatedDescending, for actor: Actor) {
        let moment =
            switch order {
            case .openedAscending, .openedDescending: this.openedAt
            default: actor.isCustomer ? this.publiclyChangedAt : this.updatedAt
            }
        self.init(changedAt: moment.microseconds, id: this.id.raw)
    }
}

/// Looks cases up, with regard to who may see them.
///
/// Every way to a case goes through here, and nothing here answers without being told who asks.
package enum CaseDirectory {
    /// The case with this identifier or number; for a merged case the one that its number leads to.
    /// - Throws: `notFound` where there is none, and just the same where the actor may not know of it.
    package static func find(
        _ reference: String, for actor: Actor, in tx: borrowing Transaction
    ) throws -> SupportCase {
        var found = try findItself(reference, for: actor, in: tx)
        var seen: Set<ID<SupportCase>> = [found.id]
        while let next = found.mergedInto, seen.insert(next).inserted {
            found = try findItself(next.raw, for: actor, in: tx)
        }
        return found
    }

    /// The case with this identifier or number, itself even where it was merged into another one.
    /// - Throws: `notFound` where there is none, and just the same where the actor may not know of it.
    package static func findItself(
        _ reference: String, for actor: Actor, in tx: borrowing Transaction
    ) throws -> SupportCase {
        guard let found = try tx.first(CasesQueries.find(reference), CasesQueries.read),
            isVisible(found, to: actor)
        else { throw Refusal.notFound("case") }
        return found
    }

    /// The case whose number somebody typed, in any of the ways in which people write one: "TL-10", "tl10", "tl 10".
    /// - Parameter isBareEnough: whether digits alone are a number too.
    static func numbered(
        _ text: String, isBareEnough: Bool = false, for actor: Actor, policy: Policy,
        in tx: borrowing Transaction
    ) throws -> SupportCase? {
        let letters = policy.caseNumberPrefix.lowercased()
        let typed = text.lowercased().filter { $0 != "-" && $0 != " " && $0 != "#" }
        let digits =
            typed.hasPrefix(letters) ? typed.dropFirst(letters.count) : isBareEnough ? typed[...] : ""
        let isNumber = (1...12).contains(digits.count) && digits.allSatisfy { $0.isASCII && $0.isNumber }
        guard isNumber || (text.contains("-") && text.utf8.count <= 40) else { return nil }
        do {
            // Numbers from before the prefix changed are found as they were written.
            return try find(
                isNumber ? "\(policy.caseNumberPrefix)-\(digits)" : text.uppercased(), for: actor, in: tx)
        } catch let refusal as Refusal where refusal.reason == .notFound { return nil }
    }

    /// The case with this identifier, whoever may know of it: for work that the software does by itself.
    static func any(_ id: ID<SupportCase>, in tx: borrowing Transaction) throws -> SupportCase? {
        try tx.first(CasesQueries.row(id: id.raw), CasesQueries.read)
    }

    /// The case that a field names, or a refusal that names the field; the same for what does not exist and for what
    /// the actor may not know of.
    package static func find(
        _ reference: String, field: String, for actor: Actor, in tx: borrowing Transaction
    ) throws -> SupportCase {
        do {
            return try find(reference, for: actor, in: tx)
        } catch let refusal as Refusal where refusal.reason == .notFound {
            throw Refusal(field: field, "not_found", "There is no case “\(reference)”.")
        }
    }

    /// As `find(_:field:for:in:)`, but the case itself even where it was merged into another one.
    package static func findItself(
        _ reference: String, field: String, for actor: Actor, in tx: borrowing Transaction
    ) throws -> SupportCase {
        do {
            return try findItself(reference, for: actor, in: tx)
        } catch let refusal as Refusal where refusal.reason == .notFound {
            throw Refusal(field: field, "not_found", "There is no case “\(reference)”.")
        }
    }

    /// The version of a case's facts that a customer saw as their version.
    ///
    /// Customers count only what is public to them, so that no number tells them how much else was done.
    static func version(
        seenAs publicVersion: Version, of id: ID<SupportCase>, in tx: borrowing Transaction
    ) throws -> Version {
        guard publicVersion.number > 0 else { return .none }
        let fact = JournalStore.version(
            ofFact: publicVersion.number, of: SupportCase.ref(id), kinds: CaseFact.publicKinds)
        return try tx.first(fact) { Version(Int($0.integer(0))) } ?? .none
    }

    /// The customers' version of a case.
    static func publicVersion(of id: ID<SupportCase>, in tx: borrowing Transaction) throws -> Version {
        try tx.first(CasesQueries.row(id: id.raw), CasesQueries.read)?.publicVersion ?? .none
    }

    /// The facts of a case of some kinds, or all, oldest first.
    package static func facts(
        of id: ID<SupportCase>, kinds: [String] = [], in tx: borrowing Transaction
    ) throws -> [Recorded<CaseFact>] {
        try tx.all(
            JournalStore.earliestFacts(of: SupportCase.ref(id), after: .none, kinds: kinds, limit: .max)
        ) { try JournalStore.fact($0).decoded(as: CaseFact.self) }
    }

    /// The latest facts of a case of some kinds, or all, that the actor may read, newest first.
    static func latestFacts(
        of id: ID<SupportCase>, kinds: [String] = [], limit: Int, for actor: Actor,
        in tx: borrowing Transaction
    ) throws -> [Recorded<CaseFact>] {
        let facts = try tx.all(
            JournalStore.latestFacts(of: SupportCase.ref(id), before: .max, kinds: kinds, limit: limit)
        ) { try JournalStore.fact($0).decoded(as: CaseFact.self) }
        return try readable(facts, by: actor, in: tx)
    }

    /// Of some facts those that the actor may read: none that names a case which they may not know of, and none that
    /// judges somebody’s work, unless it is theirs to read.
    package static func readable(
        _ facts: [Recorded<CaseFact>], by actor: Actor, in tx: borrowing Transaction
    ) throws -> [Recorded<CaseFact>] {
        let facts = facts.filter { fact in
            guard case .quality(let review) = fact.body, actor.id != Actor.system.id else { return true }
            return QualityReviews.isReadable(review.reviewed, fact.actor, by: actor)
        }
        let others = Set(facts.compactMap(\.body.otherCase))
        guard !others.isEmpty else { return facts }
        let known = Set(try visible(others.map { ID($0) }, to: actor, in: tx).map(\.id.raw))
        return facts.filter { fact in fact.body.otherCase.map(known.contains) ?? true }
    }

    /// The versions of facts that name a case which the actor may not know of.
    static func hidden(
        _ facts: [Recorded<CaseFact>], from actor: Actor, in tx: borrowing Transaction
    ) throws -> Set<Int> {
        let readable = try readable(facts, by: actor, in: tx)
        guard readable.count < facts.count else { return [] }
        return Set(facts.map(\.version.number)).subtracting(readable.map(\.version.number))
    }

    /// Whether the actor may know of the case: customers of their own organisation's alone, others of a restricted one
    /// only where they are admitted.
    package static func isVisible(_ found: SupportCase, to actor: Actor) -> Bool {
        found.isVisible(to: actor)
    }

    /// The conditions that somebody may know of a row of `support_case` or `search_case`.
    static func isVisible(to actor: Actor) -> [SQL] { CasesQueries.visible(to: actor) }

    /// Of these cases those that the actor may know of, merged ones too.
    package static func visible(
        _ ids: [ID<SupportCase>], to actor: Actor, in tx: borrowing Transaction
    ) throws -> [SupportCase] {
        guard !ids.isEmpty else { return [] }
        return try tx.all(CasesQueries.visible(ids: ids.map(\.raw), to: actor), CasesQueries.read)
    }

    /// Of these cases those that are restricted, by identifier: what live updates must know before they tell anybody.
    static func restricted(_ ids: [String], in tx: borrowing Transaction) throws -> [String: SupportCase] {
        guard !ids.isEmpty else { return [:] }
        let found = try tx.all(CasesQueries.restricted(ids: ids), CasesQueries.read)
        return Dictionary(found.map { ($0.id.raw, $0) }) { first, _ in first }
    }

    /// The cases that were merged into a case, and those that were merged into them, as far as the actor may know.
    package static func merged(
        into id: ID<SupportCase>, for actor: Actor, in tx: borrowing Transaction
    ) throws -> [SupportCase] {
        var (found, waiting, seen) = ([SupportCase](), [id], Set([id]))
        while let next = waiting.popLast() {
            for source in try tx.all(CasesQueries.merged(into: next.raw), CasesQueries.read)
            where seen.insert(source.id).inserted {
                waiting.append(source.id)
                if isVisible(source, to: actor) { found.append(source) }
            }
        }
        return found
    }

    /// The case that an alert with this key opened and that is not resolved yet; the target of one that was merged.
    package static func open(
        ofAlert key: String, policy: Policy, in tx: borrowing Transaction
    ) throws -> SupportCase? {
        let open = policy.statuses(in: [.open, .waiting, .mitigated, .verifying])
        guard let found = try tx.first(CasesQueries.ofAlert(key: key, statuses: open), CasesQueries.read)
        else { return nil }
        return try find(found.id.raw, for: .system, in: tx)
    }

    /// Cases of a filter that the actor may know of, newest change first.
    package static func list(
        _ filter: CaseFilter, for actor: Actor, after: CasePosition? = nil, limit: Int,
        in tx: borrowing Transaction
    ) throws -> [SupportCase] {
        try list(filter, for: actor, CasePage(after: after, limit: limit), in: tx)
    }

    /// The cases of a page of a filter, in the order of the list also where it was read from its end.
    package static func list(
        _ filter: CaseFilter, for actor: Actor, _ page: CasePage, in tx: borrowing Transaction
    ) throws -> [SupportCase] {
        if filter.condition?.worded != nil {
            return try CaseSearchQueries.page(filter, for: actor, page, in: tx).cases
        }
        let found = try tx.all(CasesQueries.list(filter, for: actor, page), CasesQueries.read)
        return page.isBackwards ? found.reversed() : found
    }

    /// The cases of a page of a filter, and how many there are; counted no further than `CaseTotal.most`, unless all of
    /// them are asked for.
    package static func search(
        _ filter: CaseFilter, for actor: Actor, _ page: CasePage, isExact: Bool = false, counts: CaseCounts,
        in tx: borrowing Transaction
    ) throws -> (cases: [SupportCase], total: CaseTotal) {
        guard filter.condition?.worded != nil else {
            return (
                try list(filter, for: actor, page, in: tx),
                CaseTotal(try counts.count(filter, for: actor, in: tx))
            )
        }
        let found = try CaseSearchQueries.page(filter, for: actor, page, in: tx)
        if let total = found.total { return (found.cases, CaseTotal(total)) }
        let total = try CaseSearchQueries.count(
            filter, for: actor, atMost: isExact ? nil : CaseTotal.most + 1, in: tx)
        return (found.cases, isExact ? CaseTotal(total) : CaseTotal(counted: total))
    }

    /// Cases that were closed by a moment and not purged since, those closed first.
    package static func closed(
        by moment: Timestamp, after last: SupportCase? = nil, limit: Int, in tx: borrowing Transaction
    ) throws -> [SupportCase] {
        let place = last.flatMap { last in last.closedAt.map { (at: $0, id: last.id.raw) } }
        return try tx.all(CasesQueries.closed(by: moment, after: place, limit: limit), CasesQueries.read)
    }

    /// Cases that were resolved in a stretch of time and that the actor may know of, the latest first.
    package static func resolved(
        in period: Range<Timestamp>, for actor: Actor, limit: Int, in tx: borrowing Transaction
    ) throws -> [SupportCase] {
        try tx.all(
            CasesQueries.resolved(in: period, without: nil, for: actor, limit: limit), CasesQueries.read)
    }

    /// Cases that were resolved in a stretch of time, the earliest first, of which a condition on
    /// `support_case.id` and `support_case.resolved_at` does not hold.
    static func resolved(
        in period: Range<Timestamp>, without condition: SQL, limit: Int, in tx: borrowing Transaction
    ) throws -> [SupportCase] {
        try tx.all(
            CasesQueries.resolved(in: period, without: condition, for: .system, limit: limit),
            CasesQueries.read)
    }

    /// A case as those feel it who use a service.
    struct FeltCase {
        var number: String
        var subject: String
        var component: String
        var severity: String
        /// When its effect began.
        var from: Timestamp
        /// When it was over; nil while it goes on.
        var until: Timestamp?
    }

    /// Cases of some components and severities whose effect was felt in a stretch of time and that the actor may know
    /// of, the latest first.
    static func affecting(
        components: Set<String>, severities: Set<String>, in period: Range<Timestamp>, for actor: Actor,
        limit: Int,
        in tx: borrowing Transaction
    ) throws -> [FeltCase] {
        guard !components.isEmpty, !severities.isEmpty else { return [] }
        return try tx.all(
            CasesQueries.affecting(
                components: components, severities: severities, in: period, for: actor, limit: limit)
        ) {
            FeltCase(
                number: $0.text(0), subject: $0.text(1), component: $0.text(2), severity: $0.text(3),
                from: Timestamp(microseconds: $0.integer(4)),
                until: $0.optionalInteger(5).map { Timestamp(microseconds: $0) })
        }
    }

    /// How many cases of a filter there are, for a number beside a link: counted no further than it has digits.
    package static func few(
        _ filter: CaseFilter, for actor: Actor, counts: CaseCounts, in tx: borrowing Transaction
    ) throws -> CaseTotal {
        let most = 999
        let number =
            filter.condition?.worded == nil
            ? try counts.count(filter, for: actor, in: tx)
            : try CaseSearchQueries.count(filter, for: actor, atMost: most + 1, in: tx)
        return CaseTotal(min(number, most), isExact: number <= most)
    }

    /// Cases of a filter that the actor may know of: what was promised soonest first, then what is graver, then older.
    package static func listByPromise(
        _ filter: CaseFilter, for actor: Actor, severities: [ID<Policy.Severity>], limit: Int,
        in tx: borrowing Transaction
    ) throws -> [SupportCase] {
        try tx.all(
            CasesQueries.listByPromise(filter, for: actor, severities: severities.map(\.raw), limit: limit),
            CasesQueries.read)
    }

    /// The open cases of some people that the actor may know of, as far as their load asks.
    package static func work(
        of owners: [ID<Person>], policy: Policy, for actor: Actor, in tx: borrowing Transaction
    ) throws -> [CaseWork] {
        guard !owners.isEmpty else { return [] }
        let open = policy.statuses.filter { ![.resolved, .closed].contains($0.phase) }.map(\.id)
        return try tx.all(CasesQueries.work(of: owners.map(\.raw), in: open, for: actor)) { row in
            CaseWork(
                id: ID(row.text(0)), owner: ID(row.text(1)), severity: row.text(2),
                phase: policy.phase(of: ID(row.text(3))))
        }
    }

    /// How many cases that the actor may know of are in each status, by its identifier.
    package static func countsByStatus(for actor: Actor, in tx: borrowing Transaction) throws -> [String: Int]
    {
        var counts: [String: Int] = [:]
        try tx.each(CasesQueries.countsByStatus(for: actor)) { counts[$0.text(0)] = Int($0.integer(1)) }
        return counts
    }

    /// How many of the cases that were resolved in a period came back, of those that the actor may know of.
    package static func reopens(
        in period: Range<Timestamp>, for actor: Actor, in tx: borrowing Transaction
    ) throws -> ReopenMeasure {
        var histories: [String: [ReopenMeasure.Ending]] = [:]
        try tx.each(CasesQueries.endings(from: period.lowerBound)) { row in
            histories[row.text(0), default: []].append(
                .init(
                    isResolved: row.text(1) == "case.resolved", at: Timestamp(microseconds: row.integer(2))))
        }
        let ids = histories.keys.sorted()
        var (visible, followed): (Set<String>, Set<String>) = ([], [])
        for start in stride(from: 0, to: ids.count, by: 500) {
            let some = Array(ids[start..<min(start + 500, ids.count)])
            visible.formUnion(try self.visible(some.map { ID($0) }, to: actor, in: tx).map(\.id.raw))
            try tx.each(CasesQueries.followedUp(ids: some, to: actor)) { followed.insert($0.text(0)) }
        }
        return ReopenMeasure(
            histories.filter { visible.contains($0.key) }, followedUp: followed, in: period)
    }

    /// How many cases of a filter that the actor may know of wait for what: the reason (empty for none), and since
    /// when the longest waits.
    package static func backlog(
        _ filter: CaseFilter, for actor: Actor, in tx: borrowing Transaction
    ) throws -> [(reason: String, count: Int, oldest: Timestamp)] {
        try tx.all(CasesQueries.backlog(filter, for: actor)) {
            ($0.text(0), Int($0.integer(1)), Timestamp(microseconds: $0.integer(2)))
        }
    }

    /// How many cases that the actor may know of a filter finds.
    package static func count(
        _ filter: CaseFilter, for actor: Actor, in tx: borrowing Transaction
    ) throws -> Int {
        guard filter.condition?.worded == nil else {
            return try CaseSearchQueries.count(filter, for: actor, atMost: nil, in: tx)
        }
        return try tx.first(CasesQueries.count(filter, for: actor)) { Int($0.integer(0)) } ?? 0
    }

    /// Refuses a decision with which staff would write to the customer of a restricted case without being its security
    /// owner, whichever operation it comes from.
    static func refuseSpeaking(
        _ decision: Decision, by actor: Actor, in tx: borrowing Transaction
    ) throws {
        guard !actor.isCustomer else { return }
        for entry in decision.entries {
            // What somebody else wrote, and is only let go here, was refused or not when they wrote it.
            guard let fact = entry.body as? CaseFact, fact.speaksToCustomer,
                entry.actor == nil || entry.actor == actor.id,
                let found = try tx.first(CasesQueries.row(id: entry.subject.id), CasesQueries.read)
            else { continue }
            try found.refuseSpeaking(by: actor)
        }
    }
}

extension CaseFact {
    /// The identifier of another case that the fact names.
    var otherCase: String? {
        switch self {
        case .relation(let fact): fact.otherCase
        case .routing(let fact): fact.otherCase
        default: nil
        }
    }
}

/// A merged case's number leads to its target, unless the address asks for the case itself.
enum CaseAlias {
    static func find(_ call: SignedInCall, in tx: borrowing Transaction) throws -> SupportCase {
        let reference = call.request.parameter("id")
        return call.request.query("as") == "itself"
            ? try CaseDirectory.findItself(reference, for: call.actor, in: tx)
            : try CaseDirectory.find(reference, for: call.actor, in: tx)
    }

    /// The number to go to, where the address named another case than the one that was found.
    static func target(_ call: SignedInCall, _ found: SupportCase) -> String? {
        let reference = call.request.parameter("id")
        return reference.uppercased() == found.number.uppercased() || reference == found.id.raw
            ? nil : found.number
    }
}
