import CPQ
import Glibc
import Synchronization

/// One connection to PostgreSQL through libpq, used by one thread at a time: the pool lends it out.
///
/// `@unchecked` is safe because the pool hands a connection to one queue at a time and takes it back before it
/// lends it again; nothing else holds the handle.
final class PostgreSQLConnection: Connection, @unchecked Sendable {
    private var handle: OpaquePointer?
    private let url: String
    private var names: [String: String] = [:]
    /// Whether statements stay prepared on the server, which a pooler that lends connections by the transaction
    /// does not bear.
    private(set) var preparesStatements = true

    init(url: String) throws {
        self.url = url
        try connect()
    }

    deinit { PQfinish(handle) }

    var dialect: Dialect { .postgreSQL }

    /// Whether the server can still be reached through this connection, as far as is known.
    var isUsable: Bool {
        settle()
        return !isLost && PQtransactionStatus(handle) == PQTRANS_IDLE
    }

    /// Whether the connection is known to be lost, or leads to a server that takes no writes any more.
    var isLost: Bool { PQstatus(handle) != CONNECTION_OK || isReadOnly }
    private var isReadOnly = false

    /// Opens the connection again after it was lost.
    func reconnect() throws {
        PQfinish(handle)
        handle = nil
        (names, isReadOnly) = ([:], false)
        (awaitedBegin, isEnding) = (nil, false)
        try connect()
    }

    /// What libpq is told beside the address; the address may say otherwise.
    ///
    /// Of several hosts the one that takes writes is used. A peer that is silent is given up after half a minute, so
    /// that a cut cable is an error and not a wait.
    private static let parameters = [
        ("target_session_attrs", "read-write"), ("connect_timeout", "10"), ("keepalives_idle", "10"),
        ("keepalives_interval", "5"), ("keepalives_count", "3"), ("tcp_user_timeout", "20000"),
        ("application_name", "thirdline"),
    ]

    private static func opened(_ url: String) -> OpaquePointer? {
        let pairs = parameters + [("dbname", url), ("client_encoding", "UTF8")]
        let names = pairs.map { strdup($0.0) } + [nil]
        let values = pairs.map { strdup($0.1) } + [nil]
        defer { for text in names + values { free(text) } }
        return PQconnectdbParams(
            names.map { UnsafePointer($0) }, values.map { UnsafePointer($0) }, 1)
    }

    private func connect() throws {
        handle = Self.opened(url)
        guard PQstatus(handle) == CONNECTION_OK else {
            let message = String(cString: PQerrorMessage(handle))
            throw StorageFault("cannot reach PostgreSQL: \(message)", code: "08006", isTemporary: true)
        }
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
        preparesStatements = try !isBehindPooler()
        if preparesStatements { try command(Self.ours("SET")) }
    }

    /// What begins the transaction, which goes to the server together with its first statement.
    private var awaitedBegin: String?
    /// Whether the answer to the end of a transaction that only read has not been taken in yet.
    private var isEnding = false

    /// Whether the server is known to have begun the transaction.
    var hasBegun: Bool { awaitedBegin == nil }

    /// Begins a transaction, with its first statement at the latest: a round trip less.
    ///
    /// Behind a pooler each one may have another server process, so it brings its settings along, in the same round
    /// trip.
    func begin(_ text: String) throws {
        settle()
        guard preparesStatements else { return try command("\(text); \(Self.ours("SET LOCAL"))") }
        awaitedBegin = text
    }

    /// Ends a transaction that changed something.
    func commit() throws {
        try beginAlone()
        try command("COMMIT")
    }

    /// Ends a transaction that only read, without waiting for the answer: nothing depends on it.
    func endReading() {
        if awaitedBegin == nil { isEnding = PQsendQuery(handle, "COMMIT") == 1 }
        awaitedBegin = nil
    }

    /// Undoes a transaction; a lost connection has done so by itself.
    func rollback() {
        if awaitedBegin == nil { try? command("ROLLBACK") }  // a lost connection has rolled back by itself
        awaitedBegin = nil
    }

    /// Takes in what the server still answers to the transaction before.
    private func settle() {
        guard isEnding else { return }
        while let result = PQgetResult(handle) { PQclear(result) }
        isEnding = false
    }

    /// Begins the transaction without a statement.
    private func beginAlone() throws {
        guard let begin = awaitedBegin else { return }
        try command(begin)
        awaitedBegin = nil
    }

    /// Names without a schema are ours, and times are UTC.
    private static func ours(_ set: String) -> String {
        "\(set) search_path TO public; \(set) timezone TO 'UTC'"
    }

    /// A pooler tells us another process than the one that answers.
    private func isBehindPooler() throws -> Bool {
        let result = PQexec(handle, "SELECT pg_backend_pid()")
        defer { PQclear(result) }
        try check(result, of: "SELECT pg_backend_pid()")
        return PQgetvalue(result, 0, 0).map { String(cString: $0) } != String(PQbackendPID(handle))
    }

    func command(_ text: String) throws {
        let result = PQexec(handle, text)
        defer { PQclear(result) }
        try check(result, of: text)
    }

    func run(script: String) throws {
        try beginAlone()
        try command(script)
    }

    func prepare(_ sql: SQL) throws {
        try beginAlone()
        let rendered = sql.rendered(for: .postgreSQL)
        let result = PQprepare(handle, "", rendered.text, 0, nil)
        defer { PQclear(result) }
        try check(result, of: rendered.text)
    }

    func rows(_ sql: SQL, each body: (any Row) throws -> Void) throws {
        let result = try run(sql)
        defer { PQclear(result) }
        for index in 0..<PQntuples(result) { try body(PostgreSQLRow(result: result, index: index)) }
    }

    func stream(_ sql: SQL, each body: (any Row) throws -> Void) throws {
        try beginAlone()
        let rendered = sql.rendered(for: .postgreSQL)
        try withValues(rendered.values) { values in
            let isSent = PQsendQueryParams(
                handle, rendered.text, Int32(values.count), nil, values, nil, nil, 0)
            guard isSent == 1, PQsetSingleRowMode(handle) == 1 else {
                throw StorageFault(
                    String(cString: PQerrorMessage(handle)), code: "08006", isTemporary: true)
            }
            do {
                while let result = PQgetResult(handle) {
                    defer { PQclear(result) }
                    if PQresultStatus(result) == PGRES_SINGLE_TUPLE {
                        try body(PostgreSQLRow(result: result, index: 0))
                    } else {
                        try check(result, of: rendered.text)
                    }
                }
            } catch {
                endStatement()
                throw error
            }
        }
    }

    /// Has the server stop what it still sends, and reads what is under way.
    private func endStatement() {
        if let cancel = PQgetCancel(handle) {
            var words = [CChar](repeating: 0, count: 256)
            PQcancel(cancel, &words, Int32(words.count))
            PQfreeCancel(cancel)
        }
        while let result = PQgetResult(handle) { PQclear(result) }
    }

    @discardableResult func execute(_ sql: SQL) throws -> Int {
        let result = try run(sql)
        defer { PQclear(result) }
        return Int(String(cString: PQcmdTuples(result))) ?? 0
    }

    private func run(_ sql: SQL) throws -> OpaquePointer {
        let rendered = sql.rendered(for: .postgreSQL)
        return try withValues(rendered.values) { values in
            let count = Int32(values.count)
            let result: OpaquePointer?
            if preparesStatements, rendered.isKept {
                if let begin = awaitedBegin, let name = names[rendered.text] {
                    result = try executed(name, values, after: begin)
                } else {
                    try beginAlone()
                    let name = try preparedName(of: rendered.text)
                    result = PQexecPrepared(handle, name, count, values, nil, nil, 0)
                }
            } else {
                try beginAlone()
                result = PQexecParams(handle, rendered.text, count, nil, values, nil, nil, 0)
            }
            do {
                try check(result, of: rendered.text)
            } catch {
                PQclear(result)
                throw error
            }
            guard let result else { throw StorageFault("libpq has no memory") }
            return result
        }
    }

    /// The result of a prepared statement that is sent together with what begins its transaction.
    ///
    /// Source: https://www.postgresql.org/docs/15/libpq-pipeline-mode.html
    private func executed(
        _ name: String, _ values: [UnsafePointer<CChar>?], after begin: String
    ) throws -> OpaquePointer? {
        let isSent =
            PQenterPipelineMode(handle) == 1
            && PQsendQueryParams(handle, begin, 0, nil, nil, nil, nil, 0) == 1
            && PQsendQueryPrepared(handle, name, Int32(values.count), values, nil, nil, 0) == 1
            && PQpipelineSync(handle) == 1
        var results: [OpaquePointer?] = []
        defer { for result in results { PQclear(result) } }
        // A result, then nothing, for each of the two; then the mark of the end, unless the connection is lost.
        while isSent {
            guard let result = PQgetResult(handle) else {
                if PQstatus(handle) != CONNECTION_OK { break }
                continue
            }
            results.append(result)
            if PQresultStatus(result) == PGRES_PIPELINE_SYNC { break }
        }
        guard PQexitPipelineMode(handle) == 1, results.count == 3 else {
            throw StorageFault(String(cString: PQerrorMessage(handle)), code: "08006", isTemporary: true)
        }
        try check(results[0], of: begin)
        awaitedBegin = nil
        return results.remove(at: 1)
    }

    private func preparedName(of text: String) throws -> String {
        if let name = names[text] { return name }
        let name = "s\(names.count)"
        let result = PQprepare(handle, name, text, 0, nil)
        defer { PQclear(result) }
        try check(result, of: text)
        names[text] = name
        return name
    }

    private func check(_ result: OpaquePointer?, of text: String) throws {
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK: return
        default:
            let state =
                PQresultErrorField(result, 67 /* PG_DIAG_SQLSTATE */).map { String(cString: $0) } ?? "08006"
            let message = String(cString: PQerrorMessage(handle))
            // A server that became a standby takes no writes: the next connection finds the one that does.
            if state == "25006" { isReadOnly = true }
            let isTemporary = ["08", "53", "57", "58"].contains(String(state.prefix(2))) || state == "25006"
            var fault = StorageFault(
                "\(message) [\(text.prefix(200))]", code: state, isTemporary: isTemporary)
            fault.isOutOfSpace = state == "53100"
            throw fault
        }
    }

    /// Calls `body` with the values as the zero-terminated texts that libpq takes.
    private func withValues<T>(
        _ values: [SQLValue], _ body: ([UnsafePointer<CChar>?]) throws -> T
    ) throws -> T {
        var buffers: [UnsafeMutablePointer<CChar>?] = []
        defer { for buffer in buffers { buffer?.deallocate() } }
        for value in values {
            guard let text = try Self.text(of: value) else {
                buffers.append(nil)
                continue
            }
            let bytes = Array(text.utf8CString)
            let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
            buffer.initialize(from: bytes, count: bytes.count)
            buffers.append(buffer)
        }
        return try body(buffers.map { $0.map { UnsafePointer($0) } })
    }

    private static func text(of value: SQLValue) throws -> String? {
        switch value {
        case .null: nil
        case .integer(let number): String(number)
        case .real(let number): "\(number)"
        case .text(let text):
            if text.utf8.contains(0) {
                throw StorageFault("text with a NUL character cannot be stored")
            } else {
                text
            }
        case .blob(let bytes): "\\x" + hex(bytes)
        }
    }
}

/// Bytes as small hexadecimal digits.
package func hex(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
    return String(decoding: text, as: UTF8.self)
}

/// The bytes that hexadecimal digits stand for; nil where they are none.
package func bytes(fromHex text: some StringProtocol) -> [UInt8]? {
    func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 97...102: byte - 87
        case 65...70: byte - 55
        default: nil
        }
    }
    let digits = Array(text.utf8)
    guard digits.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    for index in stride(from: 0, to: digits.count, by: 2) {
        guard let high = digit(digits[index]), let low = digit(digits[index + 1]) else { return nil }
        bytes.append(high << 4 | low)
    }
    return bytes
}

private struct PostgreSQLRow: Row {
    let result: OpaquePointer
    let index: Int32

    func isNull(_ column: Int) -> Bool { PQgetisnull(result, index, Int32(column)) != 0 }

    func text(_ column: Int) -> String {
        guard let bytes = PQgetvalue(result, index, Int32(column)) else { return "" }
        let count = Int(PQgetlength(result, index, Int32(column)))
        return bytes.withMemoryRebound(to: UInt8.self, capacity: count) {
            String(decoding: UnsafeBufferPointer(start: $0, count: count), as: UTF8.self)
        }
    }

    func integer(_ column: Int) -> Int64 {
        let text = text(column)
        return Int64(text) ?? (text == "t" ? 1 : 0)
    }

    func blob(_ column: Int) -> [UInt8] { bytes(fromHex: text(column).dropFirst(2)) ?? [] }

    func value(_ column: Int) -> SQLValue {
        if isNull(column) { return .null }
        switch PQftype(result, Int32(column)) {
        case 16, 20, 21, 23: return .integer(integer(column))
        case 700, 701, 1700: return .real(Double(text(column)) ?? 0)
        case 17: return .blob(blob(column))
        default: return .text(text(column))
        }
    }
}
