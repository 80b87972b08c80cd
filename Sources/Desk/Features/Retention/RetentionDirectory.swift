import Domain
import Storage

/// Finds the cases whose time is over.
enum RetentionDirectory {
    /// A case whose time is over.
    struct Due: Sendable {
        /// The case.
        var found: SupportCase
        /// The rule that counted.
        var rule: RetentionRules.CaseRule
        /// Since when its time is over.
        var since: Timestamp
        /// The holds that keep it.
        var holds: [LegalHold]
    }

    /// As many old cases are read at once.
    private static let batch = 1000

    /// A case and all that was merged into it, at any remove.
    static func whole(_ found: SupportCase, in tx: borrowing Transaction) throws -> [SupportCase] {
        var whole = [found]
        var place = 0
        while place < whole.count {
            for merged in try CaseDirectory.merged(into: whole[place].id, for: .system, in: tx)
            where !whole.contains(where: { $0.id == merged.id }) { whole.append(merged) }
            place += 1
        }
        return whole
    }

    /// Cases whose time is over, those closed first.
    static func due(
        _ rules: RetentionRules, at now: Timestamp, limit: Int, isUnheldOnly: Bool = false,
        in tx: borrowing Transaction
    ) throws -> [Due] {
        guard let shortest = rules.cases.map(\.days).min() else { return [] }
        let cutoff = now.adding(seconds: Int64(-shortest) * 86_400)
        var accounts: [ID<Organisation>: AccountRecord?] = [:]
        var due: [Due] = []
        var last: SupportCase?
        repeat {
            let some = try CaseDirectory.closed(by: cutoff, after: last, limit: batch, in: tx)
            for found in some where due.count < limit {
                var account: AccountRecord?
                if let id = found.organisation {
                    if let known = accounts[id] {
                        account = known
                    } else {
                        account = try CustomerDirectory.find(id.raw, in: tx)?.record
                        accounts[id] = .some(account)
                    }
                }
                guard let until = rules.keepUntil(found, of: account), until.moment <= now else { continue }
                let holds = try whole(found, in: tx).flatMap { try HoldDirectory.holds(on: $0, in: tx) }
                guard !isUnheldOnly || holds.isEmpty else { continue }
                due.append(Due(found: found, rule: until.rule, since: until.moment, holds: holds))
            }
            last = some.count < batch ? nil : some.last
        } while last != nil && due.count < limit
        return due
    }
}
