import Domain
import Storage

/// The tables of saved views.
enum ViewsQueries {
    private static let columns: SQL = "id, version, name, search, is_shared, owner, is_deleted"

    static func view(id: String) -> SQL { "SELECT \(columns) FROM saved_view WHERE id = \(id)" }

    /// The views that somebody sees: their own first, each by name.
    static func views(of person: String, limit: Int) -> SQL {
        """
        SELECT \(columns) FROM saved_view WHERE is_deleted = 0 AND (owner = \(person) OR is_shared = 1)
        ORDER BY CASE WHEN owner = \(person) THEN 0 ELSE 1 END, LOWER(name), id LIMIT \(limit)
        """
    }

    static func choices(of view: String) -> SQL {
        "SELECT person FROM saved_view_choice WHERE view_id = \(view) ORDER BY person"
    }

    static func chosen(by person: String) -> SQL {
        "SELECT view_id FROM saved_view_choice WHERE person = \(person) ORDER BY view_id"
    }

    static func save(_ view: SavedView) -> SQL {
        """
        INSERT INTO saved_view (\(columns))
        VALUES (\(view.id.raw), \(view.version.number), \(view.content.name), \(view.content.search),
            \(view.content.isShared ? 1 : 0), \(view.owner.raw), \(view.isDeleted ? 1 : 0))
        ON CONFLICT (id) DO UPDATE SET version = excluded.version, name = excluded.name, search = excluded.search,
            is_shared = excluded.is_shared, owner = excluded.owner, is_deleted = excluded.is_deleted
        """
    }

    static func saveChoice(of view: String, by person: String) -> SQL {
        """
        INSERT INTO saved_view_choice (id, view_id, person) VALUES (\("\(view)/\(person)"), \(view), \(person))
        ON CONFLICT (id) DO NOTHING
        """
    }

    static func forgetChoice(of view: String, by person: String) -> SQL {
        "DELETE FROM saved_view_choice WHERE id = \("\(view)/\(person)")"
    }

    static func forget(id: String) -> SQL { "DELETE FROM saved_view WHERE id = \(id)" }

    static func forgetChoices(of view: String) -> SQL {
        "DELETE FROM saved_view_choice WHERE view_id = \(view)"
    }

    static func page(after id: String, limit: Int) -> SQL {
        "SELECT \(columns) FROM saved_view WHERE id > \(id) ORDER BY id LIMIT \(limit)"
    }

    static func choicePage(after id: String, limit: Int) -> SQL {
        "SELECT id, view_id, person FROM saved_view_choice WHERE id > \(id) ORDER BY id LIMIT \(limit)"
    }

    static func read(_ row: any Row) -> SavedView {
        SavedView(
            id: ID(row.text(0)), version: Version(Int(row.integer(1))),
            content: .init(name: row.text(2), search: row.text(3), isShared: row.integer(4) == 1),
            owner: ID(row.text(5)), isDeleted: row.integer(6) == 1, chosenBy: [])
    }

    /// Every statement, with sample values, to be prepared on both engines.
    static let samples: [SQL] = {
        let sample = SavedView(
            id: "x", version: Version(1), content: .init(name: "x", search: "x", isShared: false), owner: "x",
            isDeleted: false, chosenBy: [])
        return [
            view(id: "x"), views(of: "x", limit: 1), choices(of: "x"), chosen(by: "x"), save(sample),
            saveChoice(of: "x", by: "x"), forgetChoice(of: "x", by: "x"), forget(id: "x"),
            forgetChoices(of: "x"), page(after: "", limit: 1), choicePage(after: "", limit: 1),
        ]
    }()

    static let subject = SubjectType(
        SavedView.self,
        tables: [
            ProjectedTable(
                "saved_view",
                columns: ["id", "version", "name", "search", "is_shared", "owner", "is_deleted"],
                page: page(after:limit:)),
            ProjectedTable(
                "saved_view_choice", columns: ["id", "view_id", "person"], page: choicePage(after:limit:)),
        ],
        load: { id, tx in try ViewDirectory.itself(id, in: tx) },
        save: { view, fact, tx in
            try tx.execute(save(view))
            switch fact.body {
            case .chosen: try tx.execute(saveChoice(of: view.id.raw, by: fact.actor))
            case .released: try tx.execute(forgetChoice(of: view.id.raw, by: fact.actor))
            case .saved, .revised, .deleted, .restored: break
            }
        },
        forget: { id, tx in
            try tx.execute(forget(id: id))
            try tx.execute(forgetChoices(of: id))
        },
        describe: { aspect, view, _, _ in
            aspect.name == "existence"
                ? ("Deleted", view.isDeleted ? "yes" : "no")
                : ("View", "\(view.content.name)\n\(view.content.search)")
        })
}
