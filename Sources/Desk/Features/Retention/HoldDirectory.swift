import Domain
import Storage

/// Looks legal holds up, and refuses what they forbid.
package enum HoldDirectory {
    /// A hold whatever happened to it; nil where there never was one.
    static func itself(_ id: String, in tx: borrowing Transaction) throws -> LegalHold? {
        guard var hold = try tx.first(RetentionQueries.hold(id: id), RetentionQueries.read) else {
            return nil
        }
        hold.scope = try scope(of: id, in: tx)
        return hold
    }

    private static func scope(of id: String, in tx: borrowing Transaction) throws -> LegalHold.Scope {
        let all = try tx.all(RetentionQueries.scope(of: id)) { ($0.text(0), $0.text(1)) }
        return LegalHold.Scope(
            cases: all.filter { $0.0 == "case" }.map(\.1),
            organisations: all.filter { $0.0 == "organisation" }.map(\.1))
    }

    /// All holds that somebody may know of, those that hold first, without the cases that they may not know of.
    static func all(for actor: Actor, in tx: borrowing Transaction) throws -> [LegalHold] {
        try tx.all(RetentionQueries.holds(limit: 500), RetentionQueries.read).compactMap { hold in
            var hold = hold
            hold.scope = try scope(of: hold.id.raw, in: tx)
            let visible = try CaseDirectory.visible(hold.scope.cases.map { ID($0) }, to: actor, in: tx)
            let known = Set(visible.map(\.id.raw))
            hold.scope.cases.removeAll { !known.contains($0) }
            return hold.scope.isEmpty && hold.placedBy.raw != actor.id ? nil : hold
        }
    }

    /// The holds that a case is under; those that it was merged into count as well.
    package static func holds(on found: SupportCase, in tx: borrowing Transaction) throws -> [LegalHold] {
        var holds = try tx.all(
            RetentionQueries.holds(onCase: found.id.raw, of: found.organisation?.raw), RetentionQueries.read)
        var (next, seen) = (found.mergedInto, Set([found.id]))
        while let id = next, seen.insert(id).inserted {
            let target = try CaseDirectory.findItself(id.raw, for: .system, in: tx)
            holds += try tx.all(
                RetentionQueries.holds(onCase: id.raw, of: target.organisation?.raw), RetentionQueries.read)
            next = target.mergedInto
        }
        return holds
    }

    /// Refuses to take anything of a case away while it is under a legal hold.
    package static func refuseTakingAway(from found: SupportCase, in tx: borrowing Transaction) throws {
        guard let hold = try holds(on: found, in: tx).first else { return }
        throw Refusal(
            .conflict, "legal_hold",
            "\(found.number) is under the legal hold “\(hold.name)”. Nothing of it may be taken away until that is lifted."
        )
    }
}
