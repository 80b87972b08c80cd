import Domain
import Storage

/// The facts from which the present state of a case follows, read once for all that a page shows of it.
///
/// Each area folds them into a state of its own and passes over what is not its own.
package struct CaseHistory: Sendable {
    /// The facts, oldest first, without what no state follows from.
    package let facts: [Recorded<CaseFact>]

    /// Notes and messages: most of a long history, and no state follows from them, but for the one below.
    private static let words = ["case.noted", "case.replied"]

    /// Reads the history of a case that the caller may know of.
    package init(of id: ID<SupportCase>, in tx: borrowing Transaction) throws {
        let facts = try tx.all(JournalStore.facts(of: SupportCase.ref(id), except: Self.words)) {
            try JournalStore.fact($0).decoded(as: CaseFact.self)
        }
        // Whether a promised update was written depends on what was written.
        guard facts.contains(where: { $0.body.isPromise }) else {
            self.facts = facts
            return
        }
        let replies = try CaseDirectory.facts(of: id, kinds: ["case.replied"], in: tx)
        self.facts = (facts + replies).sorted { $0.version < $1.version }
    }
}

extension CaseFact {
    fileprivate var isPromise: Bool {
        if case .coordination(.updatePromised) = self { true } else { false }
    }
}
