import Domain
import Storage

/// The tables of legal holds, and what is over.
enum RetentionQueries {
    private static let columns: SQL = "id, version, name, reason, placed_by, placed_at, lifted_at"

    static func hold(id: String) -> SQL { "SELECT \(columns) FROM legal_hold WHERE id = \(id)" }

    /// All holds, those that hold first, the latest first.
    static func holds(limit: Int) -> SQL {
        """
        SELECT \(columns) FROM legal_hold
        ORDER BY CASE WHEN lifted_at IS NULL THEN 0 ELSE 1 END, placed_at DESC, id LIMIT \(limit)
        """
    }

    static func scope(of hold: String) -> SQL {
        "SELECT kind, target FROM legal_hold_scope WHERE hold_id = \(hold) ORDER BY id"
    }

    /// The holds that a case is under.
    static func holds(onCase id: String, of organisation: String?) -> SQL {
        """
        SELECT h.id, h.version, h.name, h.reason, h.placed_by, h.placed_at, h.lifted_at
        FROM legal_hold h WHERE h.lifted_at IS NULL AND h.id IN (
            SELECT hold_id FROM legal_hold_scope
            WHERE (kind = 'case' AND target = \(id)) OR (kind = 'organisation' AND target = \(organisation ?? "")))
        ORDER BY h.placed_at, h.id
        """
    }

    static func save(_ hold: LegalHold) -> SQL {
        """
        INSERT INTO legal_hold (\(columns))
        VALUES (\(hold.id.raw), \(hold.version.number), \(hold.name), \(hold.reason), \(hold.placedBy.raw),
            \(hold.placedAt.microseconds), \(hold.liftedAt?.microseconds))
        ON CONFLICT (id) DO UPDATE SET version = excluded.version, name = excluded.name, reason = excluded.reason,
            placed_by = excluded.placed_by, placed_at = excluded.placed_at, lifted_at = excluded.lifted_at
        """
    }

    static func saveScope(of hold: String, kind: String, target: String) -> SQL {
        """
        INSERT INTO legal_hold_scope (id, hold_id, kind, target)
        VALUES (\("\(hold)/\(kind)/\(target)"), \(hold), \(kind), \(target)) ON CONFLICT (id) DO NOTHING
        """
    }

    static func forget(id: String) -> SQL { "DELETE FROM legal_hold WHERE id = \(id)" }

    static func forgetScope(of hold: String) -> SQL { "DELETE FROM legal_hold_scope WHERE hold_id = \(hold)" }

    static func page(after id: String, limit: Int) -> SQL {
        "SELECT \(columns) FROM legal_hold WHERE id > \(id) ORDER BY id LIMIT \(limit)"
    }

    static func scopePage(after id: String, limit: Int) -> SQL {
        "SELECT id, hold_id, kind, target FROM legal_hold_scope WHERE id > \(id) ORDER BY id LIMIT \(limit)"
    }

    static func read(_ row: any Row) -> LegalHold {
        LegalHold(
            id: ID(row.text(0)), version: Version(Int(row.integer(1))), name: row.text(2),
            reason: row.text(3),
            scope: .init(cases: [], organisations: []), placedBy: ID(row.text(4)),
            placedAt: Timestamp(microseconds: row.integer(5)),
            liftedAt: row.optionalInteger(6).map { Timestamp(microseconds: $0) })
    }

    /// Every statement, with sample values, to be prepared on both engines.
    static let samples: [SQL] = {
        let sample = LegalHold(
            id: "x", version: Version(1), name: "x", reason: "x", scope: .init(cases: [], organisations: []),
            placedBy: "x", placedAt: Timestamp(microseconds: 0), liftedAt: nil)
        return [
            hold(id: "x"), holds(limit: 1), scope(of: "x"), holds(onCase: "x", of: "x"),
            holds(onCase: "x", of: nil), save(sample), saveScope(of: "x", kind: "case", target: "x"),
            forget(id: "x"), forgetScope(of: "x"), page(after: "", limit: 1), scopePage(after: "", limit: 1),
        ]
    }()

    static let subject = SubjectType(
        LegalHold.self,
        tables: [
            ProjectedTable(
                "legal_hold",
                columns: ["id", "version", "name", "reason", "placed_by", "placed_at", "lifted_at"],
                page: page(after:limit:)),
            ProjectedTable(
                "legal_hold_scope", columns: ["id", "hold_id", "kind", "target"],
                page: scopePage(after:limit:)),
        ],
        load: { id, tx in try HoldDirectory.itself(id, in: tx) },
        save: { hold, _, tx in
            try tx.execute(save(hold))
            for id in hold.scope.cases {
                try tx.execute(saveScope(of: hold.id.raw, kind: "case", target: id))
            }
            for id in hold.scope.organisations {
                try tx.execute(saveScope(of: hold.id.raw, kind: "organisation", target: id))
            }
        },
        forget: { id, tx in
            try tx.execute(forget(id: id))
            try tx.execute(forgetScope(of: id))
        },
        describe: { aspect, hold, _, _ in
            aspect.name == "state"
                ? ("State", hold.liftedAt == nil ? "holds" : "lifted")
                : (
                    "What is held",
                    "\(hold.scope.cases.count) cases, \(hold.scope.organisations.count) customers"
                )
        })
}
