import GRDB
import GRDBSQLite
import Synchronization

/// The reading connections of a SQLite file: as many reads at once as there are, the others in turn.
///
/// A read goes straight to an idle connection; one that ends takes the next read itself, so that under load nothing
/// waits for a thread to wake. A read runs on a thread of its connection, never on one that answers requests: a long
/// search does not hold up short pages.
final class SQLiteReaders: Sendable {
    private struct State {
        var idle: [DatabaseQueue]
        var waiting: [any PendingRead] = []
        /// How many at the front of `waiting` are taken already.
        var taken = 0
        var isClosed = false
    }

    private let connections: [DatabaseQueue]
    private let state: Mutex<State>

    /// Opens so many connections to a file that exists and has a write-ahead log.
    init(path: String, count: Int, configuration: Configuration) throws {
        var configuration = configuration
        configuration.readonly = true
        configuration.label = "thirdline.read"
        connections = try (0..<count).map { _ in
            try DatabaseQueue(path: path, configuration: configuration)
        }
        state = Mutex(State(idle: connections))
    }

    /// Runs `body` on one consistent state of the database.
    func read<T: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> T
    ) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            let read = Read(body: body, continuation: continuation)
            let (connection, isClosed) = state.withLock { state in
                if state.isClosed { return (nil as DatabaseQueue?, true) }
                if let connection = state.idle.popLast() { return (connection, false) }
                state.waiting.append(read)
                return (nil, false)
            }
            if isClosed {
                continuation.resume(throwing: StorageFault("the database is closed", isTemporary: true))
            } else if let connection {
                connection.asyncWriteWithoutTransaction { [self] db in
                    let reader = SQLiteConnection(db)
                    var current: (any PendingRead)? = read
                    while let read = current {
                        read.run(on: reader)
                        current = next(after: connection)
                    }
                }
            }
        }
    }

    /// What waits longest; where nothing does, the connection is idle from now on.
    private func next(after connection: DatabaseQueue) -> (any PendingRead)? {
        state.withLock { state in
            guard state.taken < state.waiting.count else {
                (state.waiting, state.taken) = ([], 0)
                state.idle.append(connection)
                return nil
            }
            let read = state.waiting[state.taken]
            state.taken += 1
            if state.taken >= 1000 {
                state.waiting.removeFirst(state.taken)
                state.taken = 0
            }
            return read
        }
    }

    /// Waits for what is running and ends the connections.
    func close() throws {
        let waiting = state.withLock { state in
            defer { (state.isClosed, state.waiting, state.taken) = (true, [], 0) }
            return Array(state.waiting[state.taken...])
        }
        for read in waiting {
            read.refuse(StorageFault("the database is closed", isTemporary: true))
        }
        for connection in connections { try connection.close() }
    }
}

/// A read that has a connection or waits for one.
private protocol PendingRead: Sendable {
    func run(on connection: SQLiteConnection)
    func refuse(_ fault: StorageFault)
}

private final class Read<T: Sendable>: PendingRead {
    let body: @Sendable (borrowing Transaction) throws -> T
    let continuation: CheckedContinuation<T, any Error>

    init(
        body: @escaping @Sendable (borrowing Transaction) throws -> T,
        continuation: CheckedContinuation<T, any Error>
    ) {
        (self.body, self.continuation) = (body, continuation)
    }

    func run(on connection: SQLiteConnection) {
        let result = Result { try connection.transaction("BEGIN DEFERRED", body) }
        continuation.resume(with: result.mapError(SQLiteConnection.translated))
    }

    func refuse(_ fault: StorageFault) { continuation.resume(throwing: fault) }
}
