import Domain
import Storage

/// The facts from which the present state of a case follows, and what they make of it: read and folded once for all
/// that a page shows.
package struct CaseHistory: Sendable {
    /// The facts, oldest first, without what no state follows from.
    package let facts: [Recorded<CaseFact>]
    /// What is known of the cause.
    package let investigation: Investigation
    /// How the work is arranged.
    package let coordination: Coordination
    /// What was asked for, given and shared.
    package let evidence: CaseEvidence
    /// What the customer's facts make of it.
    package let standing: CustomerStanding

    /// Notes and messages: most of a long history, and no state follows from them, but for the one below.
    private static let words = ["case.noted", "case.replied"]

    /// Reads the history of a case that the caller may know of.
    package init(of id: ID<SupportCase>, in tx: borrowing Transaction) throws {
        var facts = try tx.all(JournalStore.facts(of: SupportCase.ref(id), except: Self.words)) {
            try JournalStore.fact($0).decoded(as: CaseFact.self)
        }
        // Whether a promised update was written depends on what was written.
        if facts.contains(where: { $0.body.isPromise }) {
            facts += try CaseDirectory.facts(of: id, kinds: ["case.replied"], in: tx)
            facts.sort { $0.version < $1.version }
        }
        self.facts = facts
        investigation = Investigation(facts)
        coordination = Coordination(facts)
        evidence = CaseEvidence(facts)
        standing = CustomerStanding(facts)
    }
}

extension CaseFact {
    var isPurge: Bool {
        if case .retention(.purged) = self { true } else { false }
    }

    fileprivate var isPromise: Bool {
        if case .coordination(.updatePromised) = self { true } else { false }
    }
}
