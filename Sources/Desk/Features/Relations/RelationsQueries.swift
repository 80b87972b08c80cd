import Domain
import Storage

/// The table of links: what the facts of each case say about others, to be read from both ends.
enum RelationsQueries {
    private static let columns: SQL =
        "id, case_id, relation, record, key, name, url, title, linked_at, linked_by"

    /// The links that a case's own facts made.
    static func links(of id: String) -> SQL {
        "SELECT \(columns) FROM case_link WHERE case_id = \(id) ORDER BY linked_at, id"
    }

    /// The links that the facts of others made to a record.
    static func links(to kind: RecordKind, key: String) -> SQL {
        """
        SELECT \(columns) FROM case_link WHERE record = \(kind.rawValue) AND key = \(key) ORDER BY linked_at, id
        """
    }

    /// The cases that have links of their own, as a query with one column.
    static func casesWithLinks() -> SQL { "SELECT case_id FROM case_link" }

    /// The cases that somebody follows up elsewhere as a defect or problem, those linked last first.
    static func tracked(limit: Int) -> SQL {
        """
        SELECT case_id FROM case_link WHERE record IN ('defect', 'problem')
        GROUP BY case_id ORDER BY MAX(linked_at) DESC, case_id LIMIT \(limit)
        """
    }

    static func save(_ row: LinkRow) -> SQL {
        """
        INSERT INTO case_link (id, case_id, relation, record, key, name, url, title, linked_at, linked_by)
        VALUES (\(row.id), \(row.owner.raw), \(row.relation.rawValue), \(row.target.kind.rawValue),
            \(row.storedKey), \(row.target.name), \(row.target.url), \(row.target.title),
            \(row.linkedAt.microseconds), \(row.linkedBy))
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, url = excluded.url, title = excluded.title,
            linked_at = excluded.linked_at, linked_by = excluded.linked_by
        """
    }

    static func delete(id: String) -> SQL { "DELETE FROM case_link WHERE id = \(id)" }

    static func forget(_ id: String) -> SQL { "DELETE FROM case_link WHERE case_id = \(id)" }

    static func page(after id: String, limit: Int) -> SQL {
        "SELECT \(columns) FROM case_link WHERE id > \(id) ORDER BY id LIMIT \(limit)"
    }

    static func read(_ row: any Row) throws -> LinkRow {
        guard let relation = Relation(rawValue: row.text(2)), let kind = RecordKind(rawValue: row.text(3))
        else {
            throw FactProblem("“\(row.text(2))” of “\(row.text(3))” is not a link")
        }
        return LinkRow(
            owner: ID(row.text(1)), relation: relation,
            target: LinkTarget(
                kind: kind, key: kind == .supportCase ? row.text(4) : row.text(5), name: row.text(5),
                url: row.optionalText(6), title: row.optionalText(7)),
            linkedAt: Timestamp(microseconds: row.integer(8)), linkedBy: row.text(9))
    }

    /// Every statement, with sample values, to be prepared on both engines.
    static let samples: [SQL] = {
        let row = LinkRow(
            owner: "x", relation: .related, target: LinkTarget(kind: .defect, key: "x", name: "x"),
            linkedAt: Timestamp(microseconds: 0), linkedBy: "x")
        return [
            tracked(limit: 1),
            links(of: "x"), links(to: .defect, key: "x"), save(row), delete(id: "x"), forget("x"),
            page(after: "", limit: 1), casesWithLinks(),
        ]
    }()

    static let table = ProjectedTable(
        "case_link",
        columns: [
            "id", "case_id", "relation", "record", "key", "name", "url", "title", "linked_at", "linked_by",
        ],
        page: page(after:limit:))
}

/// A link as the facts of one case made it.
struct LinkRow: Sendable {
    var owner: ID<SupportCase>
    var relation: Relation
    var target: LinkTarget
    var linkedAt: Timestamp
    var linkedBy: String

    /// Keys of records elsewhere are found however they are spelled.
    var storedKey: String { target.kind == .supportCase ? target.key : target.key.lowercased() }

    var id: String { "\(owner)/\(relation.rawValue)/\(target.kind.rawValue)/\(storedKey)" }
}
