import Domain
import Storage
import Synchronization

/// Counts cases for lists that many people look at, and counts again only when a fact was recorded since.
///
/// A page that shows fifty rows says how many there are in all, and that takes a look at each of them. Open pages fetch
/// themselves after every change, so what is the same for everybody is counted once a change: the cases that are not
/// restricted. Restricted ones are few and are counted for each reader.
package final class CaseCounts: Sendable {
    private struct Key: Hashable {
        var filter: CaseFilter
        var organisations: [String]?
    }

    private struct State {
        var edition = ""
        var numbers: [Key: Int] = [:]
    }

    private let state = Mutex(State())

    /// The most filters that are remembered at once.
    private static let most = 500

    /// Nothing counted yet.
    package init() {}

    /// How many cases of a filter the actor may know of; the same as `CaseDirectory.count`.
    /// - Parameter isSteady: whether the moments that the filter names are whole minutes, so that it is the same filter
    ///   for a minute.
    package func count(
        _ filter: CaseFilter, for actor: Actor, isSteady: Bool = false, in tx: borrowing Transaction
    ) throws -> Int {
        guard isSteady || !filter.dependsOnTime, filter.condition?.worded == nil else {
            return try CaseDirectory.count(filter, for: actor, in: tx)
        }
        let key = Key(filter: filter, organisations: CasesQueries.organisations(of: actor))
        let edition = try tx.edition()
        let known = state.withLock { $0.edition == edition ? $0.numbers[key] : nil }
        let unrestricted: Int
        if let known {
            unrestricted = known
        } else {
            unrestricted = try number(
                CasesQueries.countUnrestricted(filter, of: key.organisations), in: tx)
            state.withLock { state in
                // An older transaction must not throw away what newer ones have counted, nor mix with it.
                if state.edition != edition || state.numbers.count >= Self.most {
                    state = State(edition: edition)
                }
                state.numbers[key] = unrestricted
            }
        }
        return unrestricted + (try number(CasesQueries.countRestricted(filter, for: actor), in: tx))
    }

    private func number(_ sql: SQL, in tx: borrowing Transaction) throws -> Int {
        try tx.first(sql) { Int($0.integer(0)) } ?? 0
    }
}
