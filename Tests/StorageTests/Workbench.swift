import Storage
import TestSupport

/// An empty database with a table to play with, removed after the test.
enum Workbench {
    static func run(
        on engine: Engine, _ body: @Sendable (any Database, TestDatabase) async throws -> Void
    ) async throws {
        try await TestPlaces.take { try await runInPlace(on: engine, body) }
    }

    private static func runInPlace(
        on engine: Engine, _ body: @Sendable (any Database, TestDatabase) async throws -> Void
    ) async throws {
        let store = try await TestDatabase(engine)
        let blob = engine == .sqlite ? "BLOB" : "BYTEA"
        let real = engine == .sqlite ? "REAL" : "DOUBLE PRECISION"
        let text = engine == .sqlite ? "TEXT" : "TEXT COLLATE \"C\""
        do {
            try await store.database.exclusively { connection in
                try connection.run(
                    script: """
                        CREATE TABLE thing (id BIGINT PRIMARY KEY, name \(text), data \(blob), amount \(real),
                            number BIGINT)
                        """)
            }
            try await body(store.database, store)
        } catch {
            try await store.remove()
            throw error
        }
        try await store.remove()
    }
}

/// What a test throws to break a write.
struct Broken: Error, Equatable { var number = 0 }

extension Database {
    func count() async throws -> Int {
        try await read { tx in try tx.first("SELECT COUNT(*) FROM thing") { Int($0.integer(0)) } ?? 0 }
    }

    func names() async throws -> [String] {
        try await read { tx in try tx.all("SELECT name FROM thing ORDER BY id") { $0.text(0) } }
    }
}
