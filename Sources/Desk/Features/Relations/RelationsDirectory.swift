import Domain
import Storage

/// A link of a case, as somebody who may know of both ends sees it.
package struct CaseLink: Sendable {
    /// How the case stands to the other record.
    package var relation: Relation
    /// The other record.
    package var target: LinkTarget
    /// The other case, where it is one.
    package var other: SupportCase?
    /// Since when.
    package var linkedAt: Timestamp
    /// Whether the case's own history tells of it.
    var isHere = true
    /// Whether the other case's history does.
    var isThere = false

    /// How the link is named where it is to be taken away: "duplicate_of/case/TL-4".
    package var reference: String { "\(relation.rawValue)/\(target.kind.rawValue)/\(target.name)" }
}

/// What cases have to do with each other and with records elsewhere.
package enum RelationsDirectory {
    /// The cases that have links of their own, as a query with one column.
    static var casesWithLinks: SQL { RelationsQueries.casesWithLinks() }

    static let table = RelationsQueries.table

    /// The cases that somebody follows up elsewhere as a defect or problem, those linked last first.
    static func tracked(limit: Int, in tx: borrowing Transaction) throws -> [ID<SupportCase>] {
        try tx.all(RelationsQueries.tracked(limit: limit)) { ID($0.text(0)) }
    }

    /// The links of a case, oldest first; a case that the actor may not know of is not among them.
    package static func links(
        of id: ID<SupportCase>, for actor: Actor, in tx: borrowing Transaction
    ) throws -> [CaseLink] {
        let own = try tx.all(RelationsQueries.links(of: id.raw), RelationsQueries.read)
        let others = try tx.all(
            RelationsQueries.links(to: .supportCase, key: id.raw), RelationsQueries.read)
        let ids = Set(
            own.filter { $0.target.kind == .supportCase }.map(\.target.key) + others.map(\.owner.raw))
        let visible = try CaseDirectory.visible(ids.map { ID($0) }, to: actor, in: tx)
        let cases = Dictionary(visible.map { ($0.id.raw, $0) }) { first, _ in first }
        var links: [CaseLink] = []
        let there = Set(others.map { "\($0.relation.inverse.rawValue)/\($0.owner)" })
        var seen: Set<String> = []
        for row in own {
            let other = cases[row.target.key]
            if row.target.kind == .supportCase, other == nil { continue }
            let name = "\(row.relation.rawValue)/\(row.target.key)"
            seen.insert(name)
            links.append(
                CaseLink(
                    relation: row.relation, target: other.map { LinkTarget($0) } ?? row.target, other: other,
                    linkedAt: row.linkedAt, isThere: there.contains(name)))
        }
        for row in others {
            guard let other = cases[row.owner.raw],
                seen.insert("\(row.relation.inverse.rawValue)/\(row.owner)").inserted
            else { continue }
            links.append(
                CaseLink(
                    relation: row.relation.inverse, target: LinkTarget(other), other: other,
                    linkedAt: row.linkedAt, isHere: false, isThere: true))
        }
        return links.sorted { ($0.linkedAt, $0.reference) < ($1.linkedAt, $1.reference) }
    }

    /// The cases that are linked to a record elsewhere and that the actor may know of, with how they stand to it.
    package static func cases(
        linkedTo kind: RecordKind, key: String, for actor: Actor, in tx: borrowing Transaction
    ) throws -> [(relation: Relation, found: SupportCase)] {
        let rows = try tx.all(
            RelationsQueries.links(to: kind, key: key.lowercased()), RelationsQueries.read)
        let visible = try CaseDirectory.visible(rows.map(\.owner), to: actor, in: tx)
        let cases = Dictionary(visible.map { ($0.id, $0) }) { first, _ in first }
        return rows.compactMap { row in cases[row.owner].map { (row.relation, $0) } }
    }

    /// The cases to which a case leads by one relation, itself among them, as far as the actor may know.
    static func chain(
        from id: ID<SupportCase>, by relation: Relation, for actor: Actor, in tx: borrowing Transaction
    ) throws -> Set<ID<SupportCase>> {
        var (seen, waiting) = (Set([id]), [id])
        while let next = waiting.popLast(), seen.count < 10_000 {
            for link in try links(of: next, for: actor, in: tx) where link.relation == relation {
                if let other = link.other, seen.insert(other.id).inserted { waiting.append(other.id) }
            }
        }
        return seen
    }

    /// Brings the table of links up to a fact of a case.
    static func project(_ fact: Recorded<CaseFact>, in tx: borrowing Transaction) throws {
        guard case .relation(let relation) = fact.body else { return }
        func row(_ relation: Relation, _ target: LinkTarget) -> LinkRow {
            LinkRow(
                owner: ID(fact.subject.id), relation: relation, target: target, linkedAt: fact.occurredAt,
                linkedBy: fact.actor)
        }
        func row(_ relation: Relation, _ other: RelationFact.Other) -> LinkRow {
            row(relation, LinkTarget(kind: .supportCase, key: other.id, name: other.number))
        }
        switch relation {
        case .linked(let relation, let target):
            try tx.execute(RelationsQueries.save(row(relation, target)))
        case .unlinked(let relation, let target, _):
            try tx.execute(RelationsQueries.delete(id: row(relation, target).id))
        case .splitFrom(let other, _, _): try tx.execute(RelationsQueries.save(row(.splitFrom, other)))
        case .splitOff(let other, _, _): try tx.execute(RelationsQueries.save(row(.splitInto, other)))
        case .splitUndone(let other, _):
            try tx.execute(RelationsQueries.delete(id: row(.splitFrom, other).id))
            try tx.execute(RelationsQueries.delete(id: row(.splitInto, other).id))
        case .mergedInto, .absorbed, .unmerged, .released, .restricted, .unrestricted: break
        }
    }

    /// Removes the links that a case's facts made, before they are made anew.
    static func forget(_ id: ID<SupportCase>, in tx: borrowing Transaction) throws {
        try tx.execute(RelationsQueries.forget(id.raw))
    }
}
