import Domain
import Storage

/// Looks up how the work on a case is arranged, for other features.
package enum CoordinationDirectory {
    /// How the work on a case is arranged, by the replay of its facts.
    ///
    /// Whether the actor may know of the case was asked before.
    package static func coordination(
        of id: ID<SupportCase>, in tx: borrowing Transaction
    ) throws -> Coordination {
        let facts = try CaseDirectory.facts(of: id, kinds: Coordination.kinds, in: tx)
        // Replies, of which there may be thousands, matter to promises alone.
        guard facts.contains(where: { $0.body.kind == "case.update_promised" }) else {
            return Coordination(facts)
        }
        let replies = try CaseDirectory.facts(of: id, kinds: ["case.replied"], in: tx)
        return Coordination((facts + replies).sorted { $0.version < $1.version })
    }

    /// How long a case was in each of its states, by a history that was read already; for customers without the moves
    /// that they cannot tell.
    static func timeInState(_ context: CasePartContext) -> TimeInState {
        let isForCustomer = context.actor.isCustomer
        let facts = context.history.facts.filter { !isForCustomer || CaseFact.isPublic(kind: $0.body.kind) }
        return TimeInState(facts, until: context.now) { context.policy.phase(of: $0) == .closed }
    }
}
