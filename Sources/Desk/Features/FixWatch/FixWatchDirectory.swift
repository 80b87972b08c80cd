import Domain
import Storage

/// Looks up which fixes are watched.
enum FixWatchDirectory {
    static let table = FixWatchQueries.table

    /// Brings the table up to a fact of a case.
    static func project(_ fact: Recorded<CaseFact>, in tx: borrowing Transaction) throws {
        guard case .fixWatch(let change) = fact.body else { return }
        switch change {
        case .started(let plan):
            try tx.execute(FixWatchQueries.save(plan, of: fact.subject.id, sequence: fact.sequence))
        case .recurred, .ended: try tx.execute(FixWatchQueries.forget(fact.subject.id))
        }
    }

    /// Removes what a case's facts made, before it is made anew.
    static func forget(_ id: ID<SupportCase>, in tx: borrowing Transaction) throws {
        try tx.execute(FixWatchQueries.forget(id.raw))
    }

    /// The watches of a case, by the replay of its facts.
    static func watches(of id: ID<SupportCase>, in tx: borrowing Transaction) throws -> FixWatches {
        FixWatches(try CaseDirectory.facts(of: id, kinds: FixWatchFact.kinds, in: tx))
    }
}
