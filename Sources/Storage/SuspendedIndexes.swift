/// Indexes that are taken away while very many rows come, and built afterwards in one go each.
///
/// Their definitions stand in a table of their own meanwhile, written in the transaction that takes them away: whoever
/// opens the database next after an interruption builds them. The writer has a large cache meanwhile. Indexes that keep
/// rows unique or cover few rows stay. On PostgreSQL all stay: there the way to the server costs more than they do.
package enum SuspendedIndexes {
    /// The table that holds their definitions while they are away; it is there only then.
    package static let table = "suspended_index"

    /// Takes the indexes of some tables away; what is away already stays away.
    package static func suspend(of tables: [String], in database: any Database) async throws {
        guard database.dialect == .sqlite else { return }
        try await database.exclusively { connection in
            var found: [(name: String, definition: String)] = []
            for table in tables {
                try connection.rows(
                    """
                    SELECT name, sql FROM sqlite_master
                    WHERE type = 'index' AND tbl_name = \(table) AND sql LIKE 'CREATE INDEX %'
                        AND sql NOT LIKE '% WHERE %'
                    """
                ) { found.append(($0.text(0), $0.text(1))) }
            }
            try connection.run(script: "PRAGMA cache_size = -262144")
            guard !found.isEmpty else { return }
            try alone(on: connection) {
                try connection.run(
                    script: "CREATE TABLE IF NOT EXISTS \(table) (definition TEXT NOT NULL) STRICT")
                for index in found {
                    try connection.execute(
                        "INSERT INTO suspended_index (definition) VALUES (\(index.definition))")
                    try connection.run(script: "DROP INDEX \"\(index.name)\"")
                }
            }
        }
    }

    /// Builds what was taken away; `progress` is called before each with its definition.
    package static func restore(
        in database: any Database, progress: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws {
        guard database.dialect == .sqlite else { return }
        try await database.exclusively { connection in
            var isAway = false
            try connection.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name = \(table)") {
                _ in isAway = true
            }
            guard isAway else { return }
            var definitions: [String] = []
            try connection.rows("SELECT definition FROM suspended_index ORDER BY rowid") {
                definitions.append($0.text(0))
            }
            try alone(on: connection) {
                for definition in definitions {
                    progress(definition)
                    try connection.run(script: definition)
                }
                try connection.run(script: "DROP TABLE \(table)")
            }
            try connection.run(script: "\(SQLiteDatabase.usualWriterCache); PRAGMA shrink_memory")
        }
    }

    private static func alone(on connection: any Connection, _ body: () throws -> Void) throws {
        try connection.run(script: "BEGIN IMMEDIATE")
        do {
            try body()
            try connection.run(script: "COMMIT")
        } catch {
            try? connection.run(script: "ROLLBACK")  // the first error is the one to tell
            throw error
        }
    }
}
