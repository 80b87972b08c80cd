import Desk
import Foundation
import Storage
import TestSupport
import Testing

/// A released step of the schema is frozen, and what the steps make stands in `docs/` for people to read.
///
/// `THIRDLINE_GOLDENS=write` writes the files anew; look at the difference before you keep it.
struct SchemaGoldenTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private func expect(_ text: String, in file: String) throws {
        let url = Self.root.appendingPathComponent(file)
        if ProcessInfo.processInfo.environment["THIRDLINE_GOLDENS"] == "write" {
            try Data(text.utf8).write(to: url)
        }
        let golden = try String(contentsOf: url, encoding: .utf8)
        let added = Set(text.split(separator: "\n")).subtracting(golden.split(separator: "\n"))
        let gone = Set(golden.split(separator: "\n")).subtracting(text.split(separator: "\n"))
        #expect(
            text == golden, "\(file): not there yet: \(added.sorted()); no longer there: \(gone.sorted())")
    }

    @Test("The steps of the schema are frozen, on both engines")
    func stepsAreFrozen() throws {
        var text = ""
        for migration in Schema.migrations {
            for dialect in Dialect.allCases {
                let digest = hex(sha256(Array(migration.script(for: dialect).utf8)))
                text += "\(migration.number) \(dialect.rawValue) \(digest) \(migration.name)\n"
            }
        }
        #expect(Schema.migrations.map(\.number) == Array(1...Schema.migrations.count))
        try expect(text, in: "Tests/DeskTests/Goldens/migrations.txt")
    }

    @Test("The tables of SQLite are those of docs/schema.sqlite.sql")
    func sqliteTables() async throws {
        let store = try await TestDatabase(.sqlite)
        try await Migrator(Schema.migrations).migrate(store.database)
        let statements = try await store.database.read { tx in
            try tx.all(
                """
                SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'
                ORDER BY tbl_name, CASE type WHEN 'table' THEN 0 WHEN 'index' THEN 1 ELSE 2 END, name
                """
            ) { $0.text(0) + ";\n" }
        }
        try await store.remove()
        try expect(statements.joined(separator: "\n"), in: "docs/schema.sqlite.sql")
    }

    @Test("The tables of PostgreSQL are those of docs/schema.postgresql.txt")
    func postgreSQLTables() async throws {
        guard Engine.available.contains(.postgreSQL) else { return }
        let store = try await TestDatabase(.postgreSQL)
        try await Migrator(Schema.migrations).migrate(store.database)
        let text = try await store.database.read { tx in
            var lines: [String] = []
            try tx.each(
                """
                SELECT table_name, column_name, data_type, is_nullable, COALESCE(collation_name, '')
                FROM information_schema.columns WHERE table_schema = 'public' ORDER BY table_name, ordinal_position
                """
            ) { row in
                let parts = [
                    row.text(0) + "." + row.text(1), row.text(2), row.text(3) == "YES" ? "" : "not null",
                    row.text(4),
                ]
                lines.append(parts.filter { !$0.isEmpty }.joined(separator: " "))
            }
            lines.append("")
            try tx.each("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname") {
                lines.append($0.text(0))
            }
            lines.append("")
            try tx.each(
                """
                SELECT sequence_name FROM information_schema.sequences WHERE sequence_schema = 'public' ORDER BY 1
                """
            ) { lines.append("sequence " + $0.text(0)) }
            try tx.each(
                """
                SELECT t.tgname || ' on ' || c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
                WHERE NOT t.tgisinternal ORDER BY 1
                """
            ) { lines.append("trigger " + $0.text(0)) }
            return lines.joined(separator: "\n") + "\n"
        }
        try await store.remove()
        try expect(text, in: "docs/schema.postgresql.txt")
    }

    @Test("Both engines have the same tables and columns")
    func sameTables() async throws {
        guard Engine.available.contains(.postgreSQL) else { return }
        var columns: [Engine: Set<String>] = [:]
        for engine in Engine.available {
            let store = try await TestDatabase(engine)
            try await Migrator(Schema.migrations).migrate(store.database)
            let list: SQL =
                engine == .sqlite
                ? """
                SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
                WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> 'number_counter'
                    AND m.name NOT LIKE 'search_term%'
                """
                : "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'search_term'"
            columns[engine] = Set(try await store.database.read { tx in try tx.all(list) { $0.text(0) } })
            try await store.remove()
        }
        #expect(columns[.sqlite] == columns[.postgreSQL])
    }
}
