/// One step of the schema.
///
/// Once released it is frozen; it speaks SQL alone, never the types of the program.
package struct Migration: Sendable {
    /// The order of the steps, from 1.
    package var number: Int
    /// What the step does, in a few words.
    package var name: String
    /// What both engines run.
    ///
    /// Types are written as SQLite writes them; see `translated`.
    package var common: String
    /// What only SQLite runs after it.
    package var sqlite: String
    /// What only PostgreSQL runs after it.
    package var postgreSQL: String

    /// A step of the schema.
    package init(_ number: Int, _ name: String, common: String, sqlite: String = "", postgreSQL: String = "")
    {
        (self.number, self.name, self.common) = (number, name, common)
        (self.sqlite, self.postgreSQL) = (sqlite, postgreSQL)
    }

    /// The statements for an engine.
    ///
    /// For PostgreSQL, INTEGER becomes BIGINT, BLOB becomes BYTEA, REAL becomes DOUBLE PRECISION, TEXT gets the
    /// collation C (so that both engines sort alike), and the STRICT of SQLite's tables goes.
    package func script(for dialect: Dialect) -> String {
        switch dialect {
        case .sqlite: common + "\n" + sqlite
        case .postgreSQL: Self.translated(common) + "\n" + postgreSQL
        }
    }

    private static func translated(_ sql: String) -> String {
        var words: [Substring] = []
        for line in sql.split(separator: "\n", omittingEmptySubsequences: false) { words.append(line) }
        return words.map { line in
            line.split(separator: " ", omittingEmptySubsequences: false).map { word -> String in
                if word == "STRICT;" { return ";" }
                let type = word.prefix { $0 != "," && $0 != ";" }
                let end = word.dropFirst(type.count)
                return switch type {
                case "INTEGER": "BIGINT\(end)"
                case "BLOB": "BYTEA\(end)"
                case "REAL": "DOUBLE PRECISION\(end)"
                case "TEXT": "TEXT COLLATE \"C\"\(end)"
                default: String(word)
                }
            }.joined(separator: " ")
        }.joined(separator: "\n")
    }
}

/// Brings a database to the schema that this program needs.
package struct Migrator: Sendable {
    private let migrations: [Migration]

    /// A migrator of these steps, which are numbered from 1 without gaps.
    package init(_ migrations: [Migration]) { self.migrations = migrations }

    /// The schema that this program needs.
    package var newest: Int { migrations.last?.number ?? 0 }

    /// Why a database cannot be used as it is.
    package enum Problem: Error, Equatable, CustomStringConvertible {
        /// A newer program has changed the schema already.
        case newerDatabase(has: Int, program: Int)

        package var description: String {
            switch self {
            case .newerDatabase(let has, let program):
                """
                This database has schema \(has), made by a newer Thirdline; this program knows schemas up to \(program). \
                Nothing was changed. Run the newer program, or restore a backup made before the upgrade.
                """
            }
        }
    }

    /// The schema a database has now; 0 for an empty one.
    package func current(of database: any Database) async throws -> Int {
        try await database.exclusively { connection in
            guard connection.dialect == .postgreSQL else { return try Self.version(on: connection) }
            try connection.run(script: "BEGIN")
            do {
                // Two programs that make the same table at the same time would fail, for all IF NOT EXISTS.
                try connection.run(script: Self.lock)
                let version = try Self.version(on: connection)
                try connection.run(script: "COMMIT")
                return version
            } catch {
                try? connection.run(script: "ROLLBACK")  // the first error is the one to tell
                throw error
            }
        }
    }

    /// Runs the missing steps, each in a transaction of its own; returns the numbers of those that ran.
    ///
    /// A second program that starts at the same time waits and finds nothing left to do.
    /// - Throws: `Problem.newerDatabase` where the database is ahead of the program.
    @discardableResult
    package func migrate(
        _ database: any Database, progress: @Sendable (Migration) -> Void = { _ in }
    ) async throws -> [Int] {
        var ran: [Int] = []
        let has = try await current(of: database)
        guard has <= newest else { throw Problem.newerDatabase(has: has, program: newest) }
        for migration in migrations where migration.number > has {
            progress(migration)
            let didRun = try await database.exclusively { connection in
                let isSQLite = connection.dialect == .sqlite
                try connection.run(script: isSQLite ? "BEGIN IMMEDIATE" : "BEGIN")
                do {
                    if !isSQLite { try connection.run(script: Self.lock) }
                    guard try Self.version(on: connection) < migration.number else {
                        try connection.run(script: "COMMIT")
                        return false
                    }
                    try connection.run(script: migration.script(for: connection.dialect))
                    try connection.execute(
                        "INSERT INTO schema_version (number, name) VALUES (\(migration.number), \(migration.name))"
                    )
                    try connection.run(script: "COMMIT")
                    return true
                } catch {
                    try? connection.run(script: "ROLLBACK")  // the first error is the one to tell
                    throw error
                }
            }
            if didRun { ran.append(migration.number) }
        }
        return ran
    }

    /// Runs the steps from `first` to `last` inside the transaction that is open on `connection`: for a database that
    /// is filled from a backup and is seen by nobody yet.
    package func run(
        from first: Int, to last: Int, on connection: any Connection,
        progress: (Migration) -> Void = { _ in }
    ) throws {
        _ = try Self.version(on: connection)
        for migration in migrations
        where (first...max(first, last)).contains(migration.number) && first <= last {
            progress(migration)
            try connection.run(script: migration.script(for: connection.dialect))
            try connection.execute(
                "INSERT INTO schema_version (number, name) VALUES (\(migration.number), \(migration.name))")
        }
    }

    private static let lock = "SELECT pg_advisory_xact_lock(7417417)"

    private static func version(on connection: any Connection) throws -> Int {
        try connection.run(
            script: connection.dialect == .sqlite
                ? "CREATE TABLE IF NOT EXISTS schema_version (number INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT"
                : "CREATE TABLE IF NOT EXISTS schema_version (number BIGINT PRIMARY KEY, name TEXT NOT NULL)")
        var version = 0
        try connection.rows("SELECT COALESCE(MAX(number), 0) FROM schema_version") {
            version = Int($0.integer(0))
        }
        return version
    }
}
