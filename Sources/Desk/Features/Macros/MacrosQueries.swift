import Domain
import Storage
import Web

/// The tables of macros and their uses.
enum MacrosQueries {
    private static let columns: SQL = """
        id, version, name, text, status, next_action, next_action_hours, revision, owner, is_offered, uses, revised_at
        """

    static func macro(id: String) -> SQL { "SELECT \(columns) FROM macro WHERE id = \(id)" }

    /// Macros whose name or text holds some words, the most used first.
    static func macros(matching text: String, offeredOnly: Bool, limit: Int) -> SQL {
        let offered: SQL = offeredOnly ? " AND is_offered = 1" : ""
        let words = SQL.containing(text.lowercased())
        return """
            SELECT \(columns) FROM macro
            WHERE (LOWER(name) LIKE \(words) ESCAPE '\\' OR LOWER(text) LIKE \(words) ESCAPE '\\')\(offered)
            ORDER BY uses DESC, LOWER(name), id LIMIT \(limit)
            """
    }

    static func offered(named name: String) -> SQL {
        """
        SELECT \(columns) FROM macro WHERE LOWER(name) = LOWER(\(name)) AND is_offered = 1 ORDER BY id LIMIT 2
        """
    }

    static func save(_ macro: Macro) -> SQL {
        let content = macro.content
        return """
            INSERT INTO macro (id, version, name, text, status, next_action, next_action_hours, revision, owner,
                is_offered, uses, revised_at)
            VALUES (\(macro.id.raw), \(macro.version.number), \(content.name), \(content.text), \(content.status),
                \(content.nextAction), \(content.nextActionHours), \(macro.revision), \(macro.owner.raw),
                \(macro.isOffered ? 1 : 0), \(macro.uses), \(macro.revisedAt.microseconds))
            ON CONFLICT (id) DO UPDATE SET version = excluded.version, name = excluded.name, text = excluded.text,
                status = excluded.status, next_action = excluded.next_action,
                next_action_hours = excluded.next_action_hours, revision = excluded.revision,
                owner = excluded.owner, is_offered = excluded.is_offered, uses = excluded.uses,
                revised_at = excluded.revised_at
            """
    }

    static func saveUse(_ use: Use) -> SQL {
        """
        INSERT INTO macro_use (id, macro_id, revision, case_id, reopen_count, used_at)
        VALUES (\(use.id), \(use.macro), \(use.revision), \(use.inCase), \(use.reopenCount),
            \(use.usedAt.microseconds))
        """
    }

    static func forget(id: String) -> SQL { "DELETE FROM macro WHERE id = \(id)" }

    static func forgetUses(of id: String) -> SQL { "DELETE FROM macro_use WHERE macro_id = \(id)" }

    /// For each macro: the cases in which it was used, those of them that were resolved afterwards, and those that
    /// came back afterwards.
    static func outcomes() -> SQL {
        """
        SELECT u.macro_id, COUNT(DISTINCT u.case_id),
            COUNT(DISTINCT CASE WHEN c.resolved_at >= u.used_at OR c.reopen_count > u.reopen_count
                THEN c.id END),
            COUNT(DISTINCT CASE WHEN c.reopen_count > u.reopen_count THEN c.id END)
        FROM macro_use u JOIN support_case c ON c.id = u.case_id GROUP BY u.macro_id
        """
    }

    static func page(after id: String, limit: Int) -> SQL {
        "SELECT \(columns) FROM macro WHERE id > \(id) ORDER BY id LIMIT \(limit)"
    }

    static func usePage(after id: String, limit: Int) -> SQL {
        """
        SELECT id, macro_id, revision, case_id, reopen_count, used_at FROM macro_use WHERE id > \(id)
        ORDER BY id LIMIT \(limit)
        """
    }

    static func read(_ row: any Row) -> Macro {
        Macro(
            id: ID(row.text(0)), version: Version(Int(row.integer(1))),
            content: Macro.Content(
                name: row.text(2), text: row.text(3), status: row.optionalText(4),
                nextAction: row.optionalText(5), nextActionHours: row.optionalInteger(6).map { Int($0) }),
            revision: Int(row.integer(7)), owner: ID(row.text(8)), isOffered: row.integer(9) == 1,
            uses: Int(row.integer(10)), revisedAt: Timestamp(microseconds: row.integer(11)))
    }

    /// One use of a macro.
    struct Use: Sendable {
        var id: String
        var macro: String
        var revision: Int
        var inCase: String
        var reopenCount: Int
        var usedAt: Timestamp
    }

    /// Every statement, with sample values, to be prepared on both engines.
    static let samples: [SQL] = {
        let zero = Timestamp(microseconds: 0)
        let macro = Macro(
            id: "x", version: Version(1), content: Macro.Content(name: "x", text: "x"), revision: 1,
            owner: "x", isOffered: true, uses: 0, revisedAt: zero)
        let use = Use(id: "x", macro: "x", revision: 1, inCase: "x", reopenCount: 0, usedAt: zero)
        return [
            Self.macro(id: "x"), macros(matching: "x", offeredOnly: true, limit: 1),
            macros(matching: "x", offeredOnly: false, limit: 1), offered(named: "x"), save(macro),
            saveUse(use), forget(id: "x"), forgetUses(of: "x"), outcomes(), page(after: "", limit: 1),
            usePage(after: "", limit: 1),
        ]
    }()

    static let subject = SubjectType(
        Macro.self,
        tables: [
            ProjectedTable(
                "macro",
                columns: [
                    "id", "version", "name", "text", "status", "next_action", "next_action_hours", "revision",
                    "owner", "is_offered", "uses", "revised_at",
                ], page: page(after:limit:)),
            ProjectedTable(
                "macro_use", columns: ["id", "macro_id", "revision", "case_id", "reopen_count", "used_at"],
                page: usePage(after:limit:)),
        ],
        load: { id, tx in try tx.first(macro(id: id), read) },
        save: { macro, fact, tx in
            try tx.execute(save(macro))
            guard case .used(let inCase, let reopenCount) = fact.body else { return }
            let id = "\(macro.id.raw)/\(pad(fact.version.number, 10))"
            try tx.execute(
                saveUse(
                    Use(
                        id: id, macro: macro.id.raw, revision: macro.revision, inCase: inCase,
                        reopenCount: reopenCount, usedAt: fact.occurredAt)))
        },
        forget: { id, tx in
            try tx.execute(forget(id: id))
            try tx.execute(forgetUses(of: id))
        },
        describe: { aspect, macro, _, tx in
            switch aspect.name {
            case "owner":
                let names = try PeopleDirectory.names(of: [macro.owner.raw], in: tx)
                return ("Owner", names[macro.owner.raw] ?? "Somebody")
            case "offered": return ("Offered", macro.isOffered ? "yes" : "no")
            default: return ("Template", "\(macro.content.name)\n\(macro.content.text)")
            }
        })
}

/// Looks macros up for other features.
enum MacroDirectory {
    /// The macro with this identifier or name, if it is offered.
    static func find(_ text: String, in tx: borrowing Transaction) throws -> Macro {
        if let found = try tx.first(MacrosQueries.macro(id: text), MacrosQueries.read), found.isOffered {
            return found
        }
        let named = try tx.all(
            MacrosQueries.offered(named: text.trimmingWhitespace), MacrosQueries.read)
        guard named.count == 1 else {
            throw Refusal(field: "template", "not_found", "There is no template “\(text)”.")
        }
        return named[0]
    }

    /// Offered macros whose name or text holds some words, the most used first.
    static func offered(matching text: String = "", in tx: borrowing Transaction) throws -> [Macro] {
        try tx.all(
            MacrosQueries.macros(matching: text, offeredOnly: true, limit: 200), MacrosQueries.read)
    }

    /// What a template's variables stand for in a case, as far as it is known.
    static func values(
        for found: SupportCase, actor: Actor, policy: Policy, now: Timestamp, in tx: borrowing Transaction
    ) throws -> [String: String] {
        var values = [
            "case.number": found.number, "case.subject": found.subject, "me.name": actor.name,
            "organisation.name": policy.organisation,
            "case.status": policy.status(found.status)?.customerWords ?? found.status.raw,
            "case.severity": policy.severity(found.severity)?.name ?? found.severity.raw,
        ]
        if let component = found.classification[.component] {
            values["case.component"] = policy.name(of: component, in: \.components)
        }
        let names = try PeopleDirectory.names(
            of: [found.requester?.raw, found.owner?.raw].compactMap { $0 }, in: tx)
        if let name = found.requester.flatMap({ names[$0.raw] }) {
            values["customer.name"] = name
            values["customer.first_name"] = name.split(separator: " ").first.map(String.init) ?? name
        }
        if let name = found.owner.flatMap({ names[$0.raw] }) { values["owner.name"] = name }
        if let id = found.organisation, let entry = try CustomerDirectory.names(of: [id], in: tx)[id] {
            values["customer.organisation"] = entry.name
        }
        let cause = try InvestigationDirectory.investigation(of: found.id, in: tx).causeWording
        if cause.cause != nil { values["cause"] = cause.outwards }
        if let moment = found.arrangement.nextUpdateAt {
            values["next_update"] = "\(words(for: moment, now: now)) UTC"
        }
        return values
    }
}
