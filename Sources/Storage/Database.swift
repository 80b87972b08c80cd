/// A row while it is being read; columns count from 0 in the order of the SELECT.
package protocol Row {
    /// The value of a column.
    func value(_ column: Int) -> SQLValue
    /// The text of a column; empty where it is null.
    func text(_ column: Int) -> String
    /// The whole number of a column; 0 where it is null.
    func integer(_ column: Int) -> Int64
    /// The bytes of a column; empty where it is null.
    func blob(_ column: Int) -> [UInt8]
    /// Whether a column is null.
    func isNull(_ column: Int) -> Bool
}

extension Row {
    /// The text of a column, or nil where it is null.
    package func optionalText(_ column: Int) -> String? { isNull(column) ? nil : text(column) }
    /// The whole number of a column, or nil where it is null.
    package func optionalInteger(_ column: Int) -> Int64? { isNull(column) ? nil : integer(column) }
    /// The truth value of a column.
    package func flag(_ column: Int) -> Bool { integer(column) != 0 }
}

/// One open connection to an engine, used by one thread at a time.
package protocol Connection: AnyObject {
    /// How the engine writes SQL.
    var dialect: Dialect { get }
    /// Runs a statement and gives each row to `body`, in order.
    func rows(_ sql: SQL, each body: (any Row) throws -> Void) throws
    /// Runs a statement and gives each row to `body` as it comes, so that a whole table takes no more memory than a row.
    func stream(_ sql: SQL, each body: (any Row) throws -> Void) throws
    /// Runs a statement; returns how many rows it changed.
    @discardableResult func execute(_ sql: SQL) throws -> Int
    /// Compiles a statement without running it.
    func prepare(_ sql: SQL) throws
    /// Runs statements from a migration file.
    func run(script: String) throws
}

/// A transaction that is open.
///
/// It lives only as long as the closure that receives it: it cannot be copied, kept or awaited across.
package struct Transaction: ~Copyable {
    let connection: any Connection

    /// A transaction that is open on `connection`.
    package init(_ connection: any Connection) { self.connection = connection }

    /// How the engine writes SQL.
    package var dialect: Dialect { connection.dialect }

    /// The first row, decoded; nil where there is none.
    package func first<T>(_ sql: SQL, _ decode: (any Row) throws -> T) throws -> T? {
        var found: T?
        try connection.rows(sql) { row in if found == nil { found = try decode(row) } }
        return found
    }

    /// All rows, decoded.
    package func all<T>(_ sql: SQL, _ decode: (any Row) throws -> T) throws -> [T] {
        var found: [T] = []
        try connection.rows(sql) { row in found.append(try decode(row)) }
        return found
    }

    /// Gives each row to `body`, in order.
    package func each(_ sql: SQL, _ body: (any Row) throws -> Void) throws {
        try connection.rows(sql, each: body)
    }

    /// Gives each row to `body` as it comes, without holding the others.
    package func stream(_ sql: SQL, _ body: (any Row) throws -> Void) throws {
        try connection.stream(sql, each: body)
    }

    /// Runs a statement; returns how many rows it changed.
    @discardableResult package func execute(_ sql: SQL) throws -> Int { try connection.execute(sql) }

    /// Compiles a statement without running it, to find mistakes.
    package func prepare(_ sql: SQL) throws { try connection.prepare(sql) }

    /// The next number of a named counter, from 1.
    ///
    /// A number may be lost when a transaction fails; none comes twice.
    package func nextNumber(of counter: Counter) throws -> Int64 {
        let sql: SQL =
            switch (counter, connection.dialect) {
            case (.fact, .sqlite):
                "UPDATE number_counter SET value = value + 1 WHERE name = 'fact' RETURNING value"
            case (.caseNumber, .sqlite):
                "UPDATE number_counter SET value = value + 1 WHERE name = 'case' RETURNING value"
            case (.fact, .postgreSQL):
                // Held until the commit, so that a checkpoint can wait for everybody who has a number.
                """
                WITH held AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared(7417418))
                SELECT nextval('fact_sequence') FROM held
                """
            case (.caseNumber, .postgreSQL): "SELECT nextval('case_number')"
            }
        guard let value = try first(sql, { $0.integer(0) }) else {
            throw StorageFault("the counters are missing")
        }
        return value
    }

    /// Names the facts that the transaction sees: two of one name see the same ones.
    ///
    /// On PostgreSQL any transaction that begins to write changes the name, whether or not it records a fact.
    package func edition() throws -> String {
        let sql: SQL =
            switch connection.dialect {
            case .sqlite: "SELECT CAST(value AS TEXT) FROM number_counter WHERE name = 'fact'"
            case .postgreSQL: "SELECT CAST(pg_current_snapshot() AS TEXT)"
            }
        guard let name = try first(sql, { $0.text(0) }) else {
            throw StorageFault("the counters are missing")
        }
        return name
    }
}

/// The counters of an installation.
package enum Counter: Sendable, CaseIterable {
    /// The sequence of facts.
    case fact
    /// Human case numbers.
    case caseNumber
}

/// A database of either engine.
package protocol Database: Sendable {
    /// The engine's way of writing SQL.
    var dialect: Dialect { get }

    /// Runs `body` in a transaction and returns after the commit is durable.
    ///
    /// On SQLite many callers share one commit, each in its own savepoint; if the shared commit fails, every caller
    /// of that commit gets the fault. On PostgreSQL `body` may run again when the engine reports that two
    /// transactions cannot both be right.
    func write<T: Sendable>(_ body: @escaping @Sendable (borrowing Transaction) throws -> T) async throws -> T

    /// Runs `body` on one consistent state of the database, without writing.
    func read<T: Sendable>(_ body: @escaping @Sendable (borrowing Transaction) throws -> T) async throws -> T

    /// Runs `body` outside any shared commit, alone, with the bare connection: for migrations.
    func exclusively<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T

    /// Ends all connections. Waits for what is running.
    func close() async throws
}

/// Something that the engine could not do.
package struct StorageFault: Error, CustomStringConvertible {
    /// What happened, for the log.
    package var description: String
    /// The engine's code, where there is one: SQLite's number or PostgreSQL's SQLSTATE.
    package var code: String
    /// Whether the same request may succeed later: a full disk, a lost connection.
    package var isTemporary: Bool
    /// Whether it is a matter of room: the disk is full, or a quota is.
    package var isOutOfSpace = false

    /// Whether the stored data itself is wrong: pages that do not belong together, a file that is no database.
    package var isDamage: Bool {
        // SQLite's CORRUPT and NOTADB; PostgreSQL's data_corrupted and index_corrupted.
        ["XX001", "XX002"].contains(code)
            || code.utf8.count < 5 && Int32(code).map { [11, 26].contains($0 & 0xff) } == true
    }

    /// A fault in these words.
    package init(_ description: String, code: String = "", isTemporary: Bool = false) {
        (self.description, self.code, self.isTemporary) = (description, code, isTemporary)
    }
}
