import Dispatch
import Glibc
import Synchronization

/// PostgreSQL 15 or later through libpq: a pool of connections, each with a thread of its own while it works.
///
/// Writes are SERIALIZABLE, as they are on SQLite with its one writer, so that a decision made on what was read is
/// right when it commits; a transaction that lost against another one runs again. Commits of several connections
/// share a disk sync in the server.
package final class PostgreSQLDatabase: Database {
    private let url: String
    private let options: Options
    private let state = Mutex(State())
    private let workers = DispatchQueue(label: "thirdline.postgresql", attributes: .concurrent)

    /// How to use the server.
    package struct Options: Sendable {
        /// The most connections that are open at the same time.
        package var connections = 8
        /// How often a transaction that lost runs again.
        package var attempts = 30

        /// The usual options.
        package init() {}
    }

    private struct State {
        var idle: [PostgreSQLConnection] = []
        var open = 0
        var waiting: [CheckedContinuation<Lease, Never>] = []
        var isClosed = false
    }

    package var dialect: Dialect { .postgreSQL }

    /// Connects once, so that a wrong address is known at the start.
    package init(url: String, options: Options = Options()) throws {
        (self.url, self.options) = (url, options)
        let first = try PostgreSQLConnection(url: url)
        state.withLock {
            $0.idle = [first]
            $0.open = 1
        }
    }

    /// The settings that make a commit less than durable, with their values; none on a server that is safe.
    package func weakSettings() async throws -> [String] {
        try await read { tx in
            try tx.all(
                """
                SELECT name, setting FROM pg_settings
                WHERE (name = 'fsync' AND setting <> 'on') OR (name = 'full_page_writes' AND setting <> 'on')
                   OR (name = 'synchronous_commit' AND setting IN ('off'))
                ORDER BY name
                """
            ) { "\($0.text(0)) = \($0.text(1))" }
        }
    }

    package func write<T: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> T
    ) async throws -> T {
        let attempts = options.attempts
        return try await withConnection { connection in
            var attempt = 0
            while true {
                attempt += 1
                do {
                    return try Self.transaction("BEGIN ISOLATION LEVEL SERIALIZABLE", on: connection, body)
                } catch let fault as StorageFault where Self.lost(fault) && attempt < attempts {
                    Self.pause(attempt)
                } catch let fault as StorageFault where fault.code == "23505" && attempt < 10 {
                    // Two wrote the same new key at once; the second sees the first one's row now and says so.
                    Self.pause(attempt)
                }
            }
        }
    }

    package func read<T: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> T
    ) async throws -> T {
        try await withConnection {
            try Self.transaction(
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", isReading: true, on: $0, body)
        }
    }

    package func exclusively<T: Sendable>(
        _ body: @escaping @Sendable (any Connection) throws -> T
    ) async throws -> T {
        try await withConnection { try body($0) }
    }

    package func close() async throws {
        let waiting = state.withLock { state in
            state.isClosed = true
            state.idle = []
            defer { state.waiting = [] }
            return state.waiting
        }
        for waiter in waiting { waiter.resume(returning: .closed) }
    }

    private static func transaction<T>(
        _ begin: String, isReading: Bool = false, on connection: PostgreSQLConnection,
        _ body: (borrowing Transaction) throws -> T
    ) throws -> T {
        var isAgain = false
        while true {
            do {
                try connection.begin(begin)
                let value = try body(Transaction(connection))
                if isReading { connection.endReading() } else { try connection.commit() }
                return value
            } catch {
                let wasGone = !connection.hasBegun && connection.isLost
                connection.rollback()
                // The server was gone since the connection was last used. Nothing was begun, so nothing is done twice.
                guard wasGone, !isAgain, (error as? StorageFault)?.isTemporary == true else { throw error }
                isAgain = true
                try connection.reconnect()
            }
        }
    }

    /// Whether the transaction lost against another one and may run again.
    private static func lost(_ fault: StorageFault) -> Bool { ["40001", "40P01"].contains(fault.code) }

    private static func pause(_ attempt: Int) {
        let microseconds = UInt32.random(in: 200...1000) * UInt32(min(attempt * attempt, 60))
        usleep(microseconds)
    }

    private func withConnection<T: Sendable>(
        _ body: @escaping @Sendable (PostgreSQLConnection) throws -> T
    ) async throws -> T {
        let lease = await borrowed()
        return try await withCheckedThrowingContinuation { continuation in
            workers.async { [self] in
                let result = Result { () throws -> T in
                    let connection = try opened(lease)
                    defer { giveBack(.connection(connection)) }
                    if !connection.isUsable { try connection.reconnect() }
                    return try body(connection)
                }
                continuation.resume(with: result)
            }
        }
    }

    /// What a caller gets in turn: a connection, leave to open one more, or nothing since all is being closed.
    private enum Lease {
        case connection(PostgreSQLConnection)
        case open
        case closed
    }

    /// The connection of a lease; opens it where that is what the lease allows.
    ///
    /// Blocks.
    private func opened(_ lease: Lease) throws -> PostgreSQLConnection {
        switch lease {
        case .closed: throw StorageFault("the database is being closed", isTemporary: true)
        case .connection(let connection): return connection
        case .open:
            do {
                return try PostgreSQLConnection(url: url)
            } catch {
                giveBack(.open)
                throw error
            }
        }
    }

    private func borrowed() async -> Lease {
        await withCheckedContinuation { continuation in
            let lease: Lease? = state.withLock { state in
                if state.isClosed { return .closed }
                if let connection = state.idle.popLast() { return .connection(connection) }
                if state.open < options.connections {
                    state.open += 1
                    return .open
                }
                state.waiting.append(continuation)
                return nil
            }
            if let lease { continuation.resume(returning: lease) }
        }
    }

    /// Hands a lease to whoever waits longest, or keeps it for later.
    private func giveBack(_ lease: Lease) {
        let next: CheckedContinuation<Lease, Never>? = state.withLock { state in
            if state.isClosed { return nil }
            if !state.waiting.isEmpty { return state.waiting.removeFirst() }
            switch lease {
            case .connection(let connection): state.idle.append(connection)
            case .open, .closed: state.open -= 1
            }
            return nil
        }
        next?.resume(returning: lease)
    }
}
