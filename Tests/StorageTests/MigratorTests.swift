import Storage
import TestSupport
import Testing

/// A database comes to the schema of the program, step by step, or stays where it was.
struct MigratorTests {
    private static let steps = [
        Migration(
            1, "first",
            common:
                "CREATE TABLE one (id INTEGER PRIMARY KEY, name TEXT NOT NULL, data BLOB, part REAL) STRICT;"),
        Migration(
            2, "second", common: "CREATE TABLE two (id INTEGER PRIMARY KEY) STRICT;",
            sqlite: "INSERT INTO one (id, name) VALUES (1, 'sqlite');",
            postgreSQL: "INSERT INTO one (id, name) VALUES (1, 'postgresql');"),
    ]

    private func run(_ engine: Engine, _ body: @Sendable (TestDatabase) async throws -> Void) async throws {
        let store = try await TestDatabase(engine)
        do { try await body(store) } catch {
            try await store.remove()
            throw error
        }
        try await store.remove()
    }

    private func steps(in database: any Database) async throws -> [Int] {
        try await database.read { tx in
            try tx.all("SELECT number FROM schema_version ORDER BY number") { Int($0.integer(0)) }
        }
    }

    @Test("The steps run once, in order; a second time changes nothing", arguments: Engine.available)
    func twice(_ engine: Engine) async throws {
        try await run(engine) { store async throws in
            let migrator = Migrator(Self.steps)
            #expect(try await migrator.current(of: store.database) == 0)
            #expect(try await migrator.migrate(store.database) == [1, 2])
            #expect(try await migrator.migrate(store.database) == [])
            #expect(try await steps(in: store.database) == [1, 2])
            let name = try await store.database.read { try $0.first("SELECT name FROM one") { $0.text(0) } }
            #expect(name == (engine == .sqlite ? "sqlite" : "postgresql"), "each engine runs its own part")
        }
    }

    @Test("An older database gets only what it lacks", arguments: Engine.available)
    func onlyMissing(_ engine: Engine) async throws {
        try await run(engine) { store async throws in
            #expect(try await Migrator([Self.steps[0]]).migrate(store.database) == [1])
            #expect(try await Migrator(Self.steps).migrate(store.database) == [2])
        }
    }

    @Test("Two programs that start at the same time run each step once", arguments: Engine.available)
    func atTheSameTime(_ engine: Engine) async throws {
        for _ in 1...5 {
            try await run(engine) { store async throws in
                let other: any Database =
                    if let url = store.url { try PostgreSQLDatabase(url: url) } else {
                        try SQLiteDatabase(path: store.file)
                    }
                let database = store.database
                let ran = try await withThrowingTaskGroup(of: [Int].self) { group in
                    for one in [database, other, database, other] {
                        group.addTask { try await Migrator(Self.steps).migrate(one) }
                    }
                    return try await group.reduce(into: []) { $0 += $1 }
                }
                #expect(ran.sorted() == [1, 2])
                #expect(try await steps(in: database) == [1, 2])
                try await other.close()
            }
        }
    }

    @Test(
        "A database that a newer program made is refused with both numbers, untouched",
        arguments: Engine.available)
    func newer(_ engine: Engine) async throws {
        try await run(engine) { store async throws in
            try await Migrator(Self.steps).migrate(store.database)
            let older = Migrator([Self.steps[0]])
            let problem = await #expect(throws: Migrator.Problem.self) {
                try await older.migrate(store.database)
            }
            #expect(problem == .newerDatabase(has: 2, program: 1))
            let words = problem?.description ?? ""
            #expect(
                words.contains("schema 2") && words.contains("up to 1")
                    && words.contains("Nothing was changed"))
            #expect(try await steps(in: store.database) == [1, 2])
        }
    }

    @Test("A step that fails leaves the database at the step before", arguments: Engine.available)
    func failing(_ engine: Engine) async throws {
        try await run(engine) { store async throws in
            let broken = Migration(
                3, "broken",
                common: "CREATE TABLE three (id INTEGER PRIMARY KEY) STRICT;\nINSERT INTO nowhere VALUES (1);"
            )
            await #expect(throws: (any Error).self) {
                try await Migrator(Self.steps + [broken]).migrate(store.database)
            }
            #expect(try await steps(in: store.database) == [1, 2])
            await #expect(throws: StorageFault.self) {
                try await store.database.read { try $0.first("SELECT id FROM three") { $0.integer(0) } }
            }
            let mended = Migration(3, "mended", common: "CREATE TABLE three (id INTEGER PRIMARY KEY) STRICT;")
            #expect(try await Migrator(Self.steps + [mended]).migrate(store.database) == [3])
        }
    }

    @Test("Types are written once and translated for PostgreSQL")
    func translation() {
        let script = Self.steps[0].script(for: .postgreSQL)
        #expect(
            script.contains(
                "CREATE TABLE one (id BIGINT PRIMARY KEY, name TEXT COLLATE \"C\" NOT NULL, data BYTEA, part DOUBLE PRECISION)"
            )
                || script.contains("part REAL)"), "\(script)")
        #expect(!script.contains("STRICT"))
        #expect(Self.steps[0].script(for: .sqlite).contains("INTEGER PRIMARY KEY"))
    }
}
