import Dispatch
import GRDB
import GRDBSQLite
import Glibc
import Synchronization

/// SQLite in a file: write-ahead log, full durability, one writer that commits for many at once.
///
/// `synchronous=FULL` costs a disk sync a commit, so commits are shared: while one is being synced, the next callers
/// queue up, and all of them are in the next commit, each in its own savepoint. Nobody waits to fill a group.
package final class SQLiteDatabase: Database {
    private let writer: DatabaseQueue
    private let readers: SQLiteReaders
    private let queue = Mutex(Queue())

    private struct Queue {
        var waiting: [any PendingWrite] = []
        var isDraining = false
        /// Whether the disk failed and has not shown since that it keeps what is written.
        var isSuspect = false
    }

    /// What the writer keeps of the file in memory, in kibibytes where below zero.
    static let usualWriterCache = "PRAGMA cache_size = -16384"

    package var dialect: Dialect { .sqlite }

    /// Opens the file, and makes it where it is missing.
    package init(path: String, readers readerCount: Int = 4) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        configuration.label = "thirdline"
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA foreign_keys = ON")
            try db.execute(sql: "PRAGMA temp_store = MEMORY")
            // Small, since the machine keeps the file in memory anyway: five times much is too much.
            try db.execute(sql: "PRAGMA cache_size = -4096")
            SQLiteFunctions.add(to: db.sqliteConnection)
        }
        do {
            writer = try DatabaseQueue(path: path, configuration: configuration)
            try writer.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA journal_mode = WAL")
                try db.execute(sql: "PRAGMA synchronous = FULL")
                // The one writer turns over more pages than a reader, above all in the index of words.
                try db.execute(sql: Self.usualWriterCache)
                // Readers find the log and its index there, also where nothing was ever written.
                try db.execute(sql: "BEGIN IMMEDIATE; COMMIT")
            }
            readers = try SQLiteReaders(path: path, count: readerCount, configuration: configuration)
        } catch let error as DatabaseError {
            throw StorageFault(
                "cannot open \(path): \(error.message ?? "")", code: "\(error.resultCode.rawValue)",
                isTemporary: SQLiteConnection.fault(error).isTemporary)
        }
    }

    package func write<T: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> T
    ) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            let mustDrain = queue.withLock { queue in
                queue.waiting.append(Pending(body: body, continuation: continuation))
                defer { queue.isDraining = true }
                return !queue.isDraining
            }
            if mustDrain { drain() }
        }
    }

    private func drain() {
        writer.asyncWriteWithoutTransaction { [self] db in
            while true {
                let group = queue.withLock { queue in
                    let group = queue.waiting
                    queue.waiting = []
                    if group.isEmpty { queue.isDraining = false }
                    return group
                }
                if group.isEmpty { return }
                commit(group, on: db)
            }
        }
    }

    private func commit(_ group: [any PendingWrite], on db: GRDB.Database) {
        let connection = SQLiteConnection(db)
        // Alone, a write needs no savepoint: what undoes the transaction undoes it. In a long one, a savepoint costs with
        // each statement what it has changed so far.
        let isShared = group.count > 1
        do {
            if queue.withLock({ $0.isSuspect }) { try proveDisk(connection) }
            try connection.command("BEGIN IMMEDIATE")
            for write in group {
                if isShared { try connection.command("SAVEPOINT operation") }
                let isDone = write.run(Transaction(connection))
                guard db.isInsideTransaction else {
                    throw write.fault
                        ?? StorageFault("the shared transaction was rolled back", isTemporary: true)
                }
                if !isDone { try connection.command(isShared ? "ROLLBACK TO operation" : "ROLLBACK") }
                if isShared { try connection.command("RELEASE operation") }
            }
            if db.isInsideTransaction { try connection.command("COMMIT") }
            for write in group { write.finish(nil) }
        } catch {
            // Nothing to lose: it all failed.
            let fault = SQLiteConnection.fault(error, on: db)
            // The first error is the one to tell.
            if db.isInsideTransaction { try? connection.command("ROLLBACK") }
            if fault.isDiskFailure { queue.withLock { $0.isSuspect = true } }
            for write in group { write.finish(fault) }
        }
    }

    /// After a failed write or sync, nothing is accepted before the disk has kept something again.
    ///
    /// A sync that failed may succeed the next time although what it was for is lost, since the system has thrown the
    /// unwritten pages away. So no sync is merely tried again: everything that was confirmed is written once more,
    /// from the write-ahead log into the file, and synced; then the log begins anew, and what failed is gone from it
    /// too. Source: https://wiki.postgresql.org/wiki/Fsync_Errors;
    /// A. Rebello et al., Can Applications Recover from fsync Failures?, USENIX ATC 2020.
    private func proveDisk(_ connection: SQLiteConnection) throws {
        var isBusy = true
        try connection.rows("PRAGMA wal_checkpoint(TRUNCATE)") { isBusy = $0.integer(0) != 0 }
        guard !isBusy else {
            throw StorageFault(
                "the disk failed, and a long read keeps it from being tried again", isTemporary: true)
        }
        queue.withLock { $0.isSuspect = false }
    }

    package func read<T: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> T
    ) async throws -> T { try await readers.read(body) }

    package func exclusively<T: Sendable>(
        _ body: @escaping @Sendable (any Connection) throws -> T
    ) async throws -> T {
        do {
            return try await writer.writeWithoutTransaction { db in try body(SQLiteConnection(db)) }
        } catch let error as DatabaseError {
            throw SQLiteConnection.fault(error)
        }
    }

    /// Runs `body` in a transaction on the calling thread: for a file of one's own that is filled from inside a
    /// transaction of another database.
    package func writeAtOnce<T>(_ body: (borrowing Transaction) throws -> T) throws -> T {
        try writer.writeWithoutTransaction { db in
            do {
                return try SQLiteConnection(db).transaction("BEGIN IMMEDIATE", body)
            } catch {
                throw SQLiteConnection.translated(error)
            }
        }
    }

    package func close() async throws {
        try readers.close()
        try await writer.writeWithoutTransaction { db in
            _ = try? db.checkpoint(.truncate)  // only saves work for the next opening
        }
        try writer.close()
    }
}

/// A write that waits for its turn in a shared commit.
private protocol PendingWrite: Sendable {
    /// Runs the body; false where it threw.
    func run(_ transaction: borrowing Transaction) -> Bool
    /// What the engine could not do for it, where that is why it threw.
    var fault: StorageFault? { get }
    /// Tells the caller how it went: its own result, unless the shared commit had this fault.
    func finish(_ fault: StorageFault?)
}

private final class Pending<T: Sendable>: PendingWrite {
    let body: @Sendable (borrowing Transaction) throws -> T
    let continuation: CheckedContinuation<T, any Error>
    let result = Mutex<Result<T, any Error>?>(nil)

    init(
        body: @escaping @Sendable (borrowing Transaction) throws -> T,
        continuation: CheckedContinuation<T, any Error>
    ) {
        (self.body, self.continuation) = (body, continuation)
    }

    func run(_ transaction: borrowing Transaction) -> Bool {
        do {
            let value = try body(transaction)
            result.withLock { $0 = .success(value) }
            return true
        } catch {
            result.withLock { $0 = .failure(SQLiteConnection.translated(error)) }
            return false
        }
    }

    var fault: StorageFault? {
        guard case .failure(let error)? = result.withLock({ $0 }) else { return nil }
        return error as? StorageFault
    }

    func finish(_ fault: StorageFault?) {
        let result = result.withLock { $0 }
        switch (result, fault) {
        case (.failure(let error)?, nil): continuation.resume(throwing: error)
        case (.success(let value)?, nil): continuation.resume(returning: value)
        case (_, let fault?): continuation.resume(throwing: fault)
        case (nil, nil): continuation.resume(throwing: StorageFault("the write was not run"))
        }
    }
}

/// One SQLite connection, lent by the pool to one thread for the time of a closure.
final class SQLiteConnection: Connection {
    private let db: GRDB.Database
    init(_ db: GRDB.Database) { self.db = db }
    var dialect: Dialect { .sqlite }

    func rows(_ sql: SQL, each body: (any Row) throws -> Void) throws {
        let owner = try bound(sql)
        let statement = owner.sqliteStatement
        // One that was compiled anew lives only as long as its owner.
        defer { withExtendedLifetime(owner) { _ = sqlite3_reset(statement) } }
        let row = SQLiteRow(statement: statement)
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: try body(row)
            case SQLITE_DONE: return
            default: throw failure()
            }
        }
    }

    func stream(_ sql: SQL, each body: (any Row) throws -> Void) throws { try rows(sql, each: body) }

    @discardableResult func execute(_ sql: SQL) throws -> Int {
        try rows(sql) { _ in }
        return Int(sqlite3_changes(db.sqliteConnection))
    }

    func prepare(_ sql: SQL) throws { _ = try bound(sql) }

    func run(script: String) throws { try db.execute(sql: script) }

    func command(_ text: String) throws { try db.cachedStatement(sql: text).execute() }

    /// Runs `body` in a transaction of its own, begun by a statement.
    func transaction<T>(_ begin: String, _ body: (borrowing Transaction) throws -> T) throws -> T {
        try command(begin)
        do {
            let value = try body(Transaction(self))
            try command("COMMIT")
            return value
        } catch {
            // The first error is the one to tell.
            if db.isInsideTransaction { try? command("ROLLBACK") }
            throw error
        }
    }

    /// The compiled statement with its values bound.
    ///
    /// One that is in the middle of a result is compiled anew, so that the same query may run inside itself.
    private func bound(_ sql: SQL) throws -> Statement {
        let rendered = sql.rendered(for: .sqlite)
        var statement: Statement
        do {
            statement =
                try rendered.isKept
                ? db.cachedStatement(sql: rendered.text) : db.makeStatement(sql: rendered.text)
            if sqlite3_stmt_busy(statement.sqliteStatement) != 0 {
                statement = try db.makeStatement(sql: rendered.text)
            }
        } catch let error as DatabaseError {
            throw Self.fault(error)
        }
        sqlite3_reset(statement.sqliteStatement)
        sqlite3_clear_bindings(statement.sqliteStatement)
        for (index, value) in rendered.values.enumerated() {
            try bind(value, at: Int32(index + 1), of: statement.sqliteStatement)
        }
        return statement
    }

    private func bind(_ value: SQLValue, at index: Int32, of statement: OpaquePointer) throws {
        let code =
            switch value {
            case .null: sqlite3_bind_null(statement, index)
            case .integer(let number): sqlite3_bind_int64(statement, index, number)
            case .real(let number): sqlite3_bind_double(statement, index, number)
            case .text(var text):
                text.withUTF8 { bytes in
                    bytes.withMemoryRebound(to: CChar.self) {
                        $0.isEmpty
                            ? sqlite3_bind_text(statement, index, "", 0, copied)
                            : sqlite3_bind_text64(
                                statement, index, $0.baseAddress, UInt64($0.count), copied, UInt8(SQLITE_UTF8)
                            )
                    }
                }
            case .blob(let bytes):
                bytes.withUnsafeBytes {
                    $0.isEmpty
                        ? sqlite3_bind_zeroblob(statement, index, 0)
                        : sqlite3_bind_blob64(statement, index, $0.baseAddress, UInt64($0.count), copied)
                }
            }
        guard code == SQLITE_OK else { throw failure() }
    }

    private func failure() -> StorageFault {
        let code = sqlite3_errcode(db.sqliteConnection)
        let message = sqlite3_errmsg(db.sqliteConnection).map { String(cString: $0) } ?? ""
        return Self.explained(
            StorageFault(message, code: "\(code)", isTemporary: Self.isTemporary(code)), on: db)
    }

    /// The fault with what the system said: SQLite calls a full disk an IO error where it shows late.
    private static func explained(_ fault: StorageFault, on db: GRDB.Database) -> StorageFault {
        var fault = fault
        let number = sqlite3_system_errno(db.sqliteConnection)
        fault.isOutOfSpace =
            fault.code == "\(SQLITE_FULL)"
            || fault.isDiskFailure && [ENOSPC, EDQUOT].contains(number)
        return fault
    }

    private static func isTemporary(_ code: Int32) -> Bool {
        [SQLITE_FULL, SQLITE_IOERR, SQLITE_BUSY, SQLITE_READONLY, SQLITE_CANTOPEN].contains(code & 0xff)
    }

    /// What went wrong on a connection that is still in the state that the error left.
    static func fault(_ error: any Error, on db: GRDB.Database) -> StorageFault {
        error is DatabaseError ? explained(fault(error), on: db) : fault(error)
    }

    static func fault(_ error: any Error) -> StorageFault {
        switch error {
        case let fault as StorageFault: fault
        case let error as DatabaseError:
            StorageFault(
                error.description, code: "\(error.resultCode.rawValue)",
                isTemporary: isTemporary(error.resultCode.rawValue))
        default: StorageFault("\(error)")
        }
    }

    static func translated(_ error: any Error) -> any Error {
        error is DatabaseError ? fault(error) : error
    }
}

/// SQLite copies the bytes before `bind` returns.
private var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

private struct SQLiteRow: Row {
    let statement: OpaquePointer

    func value(_ column: Int) -> SQLValue {
        switch sqlite3_column_type(statement, Int32(column)) {
        case SQLITE_INTEGER: .integer(integer(column))
        case SQLITE_FLOAT: .real(sqlite3_column_double(statement, Int32(column)))
        case SQLITE_TEXT: .text(text(column))
        case SQLITE_BLOB: .blob(blob(column))
        default: .null
        }
    }

    func text(_ column: Int) -> String {
        guard let bytes = sqlite3_column_text(statement, Int32(column)) else { return "" }
        let count = Int(sqlite3_column_bytes(statement, Int32(column)))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    func integer(_ column: Int) -> Int64 { sqlite3_column_int64(statement, Int32(column)) }

    func blob(_ column: Int) -> [UInt8] {
        guard let bytes = sqlite3_column_blob(statement, Int32(column)) else { return [] }
        return [UInt8](
            UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(statement, Int32(column)))))
    }

    func isNull(_ column: Int) -> Bool { sqlite3_column_type(statement, Int32(column)) == SQLITE_NULL }
}

extension StorageFault {
    /// Whether the disk did not do what it was told, so that nobody knows what of it is kept.
    fileprivate var isDiskFailure: Bool { Int32(code).map { $0 & 0xff == SQLITE_IOERR } == true }
}
