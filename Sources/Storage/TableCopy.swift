import Glibc

/// An ordinary table as the engine describes it: what a backup copies.
package struct TableShape: Equatable, Sendable {
    /// What a column holds.
    package enum Kind: String, Sendable {
        /// Whole numbers.
        case integer
        /// Numbers.
        case real
        /// Text.
        case text
        /// Bytes.
        case blob
    }

    /// A column.
    package struct Column: Equatable, Sendable {
        /// Its name.
        package var name: String
        /// What it holds.
        package var kind: Kind

        /// A column of this name and kind.
        package init(_ name: String, _ kind: Kind) { (self.name, self.kind) = (name, kind) }
    }

    /// Its name.
    package var name: String
    /// Its columns in order, without those that the engine computes.
    package var columns: [Column]
    /// The names of the columns of its primary key; none where it has no key.
    package var key: [String]

    /// A table of this shape.
    package init(_ name: String, columns: [Column], key: [String]) {
        (self.name, self.columns, self.key) = (name, columns, key)
    }
}

extension TableShape.Kind {
    /// The kind of a type as SQLite or PostgreSQL names it; nil for one that no schema of ours has.
    init?(type: String) {
        switch type.uppercased() {
        case "INTEGER", "INT", "BIGINT", "SMALLINT", "BOOLEAN": self = .integer
        case "REAL", "DOUBLE PRECISION": self = .real
        case "TEXT", "CHARACTER VARYING", "NAME": self = .text
        case "BLOB", "BYTEA": self = .blob
        default: return nil
        }
    }
}

extension SQL {
    /// The columns of all ordinary tables: table, column, type, and whether it belongs to the key.
    ///
    /// Tables of the engine itself, virtual tables and what stands behind them, and computed columns are not among
    /// them.
    fileprivate static let columnsOfTables = SQL(
        parts: [
            .dialect(
                sqlite: """
                    SELECT l.name, c.name, c.type, c.pk FROM pragma_table_list l JOIN pragma_table_xinfo(l.name) c
                    WHERE l.schema = 'main' AND l.type = 'table' AND l.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND c.hidden = 0
                    ORDER BY l.name, c.cid
                    """,
                postgreSQL: """
                    SELECT c.relname::text, a.attname::text, format_type(a.atttypid, NULL),
                        CASE WHEN a.attnum = ANY (i.indkey) THEN 1 ELSE 0 END
                    FROM pg_class c
                    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
                    LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
                    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
                    ORDER BY c.relname::text COLLATE "C", a.attnum
                    """)
        ])

    /// Names with commas between.
    private static func list(_ names: [String]) -> SQL {
        SQL(parts: Array(names.map { [Part.name($0)] }.joined(separator: [.text(", ")])))
    }

    fileprivate static func allRows(of table: TableShape, columns: [String]) -> SQL {
        let order: SQL = table.key.isEmpty ? "" : " ORDER BY \(list(table.key))"
        return "SELECT \(list(columns)) FROM \(SQL(parts: [.name(table.name)]))\(order)"
    }

    fileprivate static func count(of table: TableShape) -> SQL {
        "SELECT COUNT(*) FROM \(SQL(parts: [.name(table.name)]))"
    }

    fileprivate static func deleteAll(of table: TableShape) -> SQL {
        "DELETE FROM \(SQL(parts: [.name(table.name)]))"
    }

    fileprivate static func insert(
        _ rows: ArraySlice<[SQLValue]>, into table: String, columns: [String]
    ) -> SQL {
        var parts: [Part] = [.text("INSERT INTO "), .name(table), .text(" (")]
        parts += list(columns).parts
        parts.append(.text(") VALUES "))
        for (index, row) in rows.enumerated() {
            parts.append(.text(index == 0 ? "(" : ", ("))
            for (index, value) in row.enumerated() {
                if index > 0 { parts.append(.text(", ")) }
                parts.append(.bind(value))
            }
            parts.append(.text(")"))
        }
        return SQL(parts: parts)
    }
}

extension Transaction {
    /// The ordinary tables of the database with their columns, by name.
    /// - Throws: a fault that names a column whose type no schema of ours has.
    package func tables() throws -> [TableShape] {
        var tables: [TableShape] = []
        try each(SQL.columnsOfTables) { row in
            let (table, column) = (row.text(0), row.text(1))
            if tables.last?.name != table { tables.append(TableShape(table, columns: [], key: [])) }
            guard let kind = TableShape.Kind(type: row.text(2)) else {
                throw StorageFault("table \(table), column \(column): nobody knows the type \(row.text(2))")
            }
            tables[tables.count - 1].columns.append(.init(column, kind))
            if row.flag(3) { tables[tables.count - 1].key.append(column) }
        }
        return tables
    }

    /// How many rows a table has.
    package func count(of table: TableShape) throws -> Int64 {
        try first(SQL.count(of: table)) { $0.integer(0) } ?? 0
    }

    /// Gives every row of a table to `body` in the order of its key, with these columns.
    package func eachRow(
        of table: TableShape, columns: [String], _ body: (any Row) throws -> Void
    ) throws { try stream(SQL.allRows(of: table, columns: columns), body) }

    /// Removes every row of a table.
    package func deleteAll(of table: TableShape) throws { try execute(SQL.deleteAll(of: table)) }

    /// Adds rows to a table, as many in a statement as both engines take.
    package func insert(_ rows: [[SQLValue]], into table: String, columns: [String]) throws {
        // SQLite binds at most 32,766 values; more than a few hundred rows a statement gain nothing.
        let most = max(1, min(200, 32_000 / max(1, columns.count)))
        for start in stride(from: 0, to: rows.count, by: most) {
            try execute(
                SQL.insert(rows[start..<min(start + most, rows.count)], into: table, columns: columns))
        }
    }

    /// The last number that a counter gave out; 0 where it gave none.
    package func value(of counter: Counter) throws -> Int64 {
        let sql: SQL =
            switch (counter, dialect) {
            case (.fact, .sqlite): "SELECT value FROM number_counter WHERE name = 'fact'"
            case (.caseNumber, .sqlite): "SELECT value FROM number_counter WHERE name = 'case'"
            case (.fact, .postgreSQL):
                "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM fact_sequence"
            case (.caseNumber, .postgreSQL):
                "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM case_number"
            }
        return try first(sql) { $0.integer(0) } ?? 0
    }

    /// Has a counter go on behind a number.
    package func set(_ counter: Counter, to value: Int64) throws {
        let sql: SQL =
            switch (counter, dialect) {
            case (.fact, .sqlite): "UPDATE number_counter SET value = \(value) WHERE name = 'fact'"
            case (.caseNumber, .sqlite): "UPDATE number_counter SET value = \(value) WHERE name = 'case'"
            case (.fact, .postgreSQL):
                "SELECT setval('fact_sequence', \(max(1, value)), \(value > 0)::text::int::boolean)"
            case (.caseNumber, .postgreSQL):
                "SELECT setval('case_number', \(max(1, value)), \(value > 0)::text::int::boolean)"
            }
        _ = try first(sql) { _ in true }
    }

    /// Removes every table, sequence and function that does not belong to an extension, so that a PostgreSQL
    /// database is as empty as a new one.
    ///
    /// Undone with the transaction like anything else.
    package func dropEverything() throws {
        let names = try all(
            """
            SELECT CASE c.relkind WHEN 'S' THEN 'DROP SEQUENCE IF EXISTS ' WHEN 'v' THEN 'DROP VIEW IF EXISTS '
                WHEN 'm' THEN 'DROP MATERIALIZED VIEW IF EXISTS ' ELSE 'DROP TABLE IF EXISTS ' END
                || c.oid::regclass::text || ' CASCADE'
            FROM pg_class c
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'S', 'v', 'm')
              AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('e', 'i'))
            UNION ALL
            SELECT 'DROP FUNCTION IF EXISTS ' || p.oid::regprocedure::text || ' CASCADE'
            FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
              AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
            """
        ) { $0.text(0) }
        for name in names { try connection.run(script: name) }
    }

    /// How many other programs are connected to this PostgreSQL database.
    ///
    /// One that has just gone is still listed for a moment, so this waits up to three seconds for that.
    package func otherConnections() throws -> Int {
        guard dialect == .postgreSQL else { return 0 }
        var count = 0
        for _ in 0..<30 {
            _ = try first("SELECT pg_stat_clear_snapshot()") { _ in true }
            count =
                try first(
                    """
                    SELECT COUNT(*) FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
                    """
                ) { Int($0.integer(0)) } ?? 0
            if count == 0 { break }
            usleep(100_000)
        }
        return count
    }
}
