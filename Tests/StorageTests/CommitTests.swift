import Storage
import Synchronization
import TestSupport
import Testing

/// All of a write or nothing of it, whoever else writes at the same time.
struct CommitTests {
    @Test("A write that fails leaves nothing, and does not touch its neighbours", arguments: Engine.available)
    func oneOfMany(_ engine: Engine) async throws {
        try await Workbench.run(on: engine) { database, _ async throws in
            let outcomes = await withTaskGroup(of: (Int, String).self) { group in
                for id in 1...200 {
                    group.addTask {
                        do {
                            let answer = try await database.write { tx in
                                try tx.execute("INSERT INTO thing (id, name) VALUES (\(id), 'first')")
                                try tx.execute("INSERT INTO thing (id, name) VALUES (\(1000 + id), 'second')")
                                if id % 5 == 0 { throw Broken(number: id) }
                                if id % 7 == 0 { try tx.execute("INSERT INTO thing (id) VALUES (\(id))") }
                                if id % 11 == 0 { try tx.execute("INSERT INTO nowhere (id) VALUES (1)") }
                                return id * 2
                            }
                            return (id, "\(answer)")
                        } catch let broken as Broken {
                            return (id, "broken \(broken.number)")
                        } catch {
                            return (id, error is StorageFault ? "fault" : "\(error)")
                        }
                    }
                }
                return await group.reduce(into: [Int: String]()) { $0[$1.0] = $1.1 }
            }
            var expected: [Int: String] = [:]
            for id in 1...200 {
                expected[id] =
                    id % 5 == 0 ? "broken \(id)" : id % 7 == 0 || id % 11 == 0 ? "fault" : "\(id * 2)"
            }
            #expect(outcomes == expected)
            let there = try await database.read { tx in
                try tx.all("SELECT id FROM thing ORDER BY id") { Int($0.integer(0)) }
            }
            let good = expected.filter { Int($0.value) != nil }.map(\.key).sorted()
            #expect(there == good + good.map { $0 + 1000 })
        }
    }

    @Test(
        "A write that fails with nobody beside it leaves nothing, and the next one is done",
        arguments: Engine.available)
    func alone(_ engine: Engine) async throws {
        try await Workbench.run(on: engine) { database, _ async throws in
            for id in 1...5 {
                let isBad = id % 2 == 0
                do {
                    try await database.write { tx in
                        try tx.execute("INSERT INTO thing (id, name) VALUES (\(id), 'first')")
                        if isBad { throw Broken(number: id) }
                    }
                    #expect(!isBad)
                } catch let broken as Broken {
                    #expect(isBad && broken.number == id)
                }
            }
            let there = try await database.read { tx in
                try tx.all("SELECT id FROM thing ORDER BY id") { Int($0.integer(0)) }
            }
            #expect(there == [1, 3, 5])
        }
    }

    @Test("What a write returns is committed: a reader that comes after sees it", arguments: Engine.available)
    func readYourWrites(_ engine: Engine) async throws {
        try await Workbench.run(on: engine) { database, _ async throws in
            for id in 1...50 {
                try await database.write { tx in _ = try tx.execute("INSERT INTO thing (id) VALUES (\(id))") }
                #expect(try await database.count() == id)
            }
        }
    }

    @Test("A reader sees one state, whatever is committed meanwhile", arguments: Engine.available)
    func snapshots(_ engine: Engine) async throws {
        try await Workbench.run(on: engine) { database, _ async throws in
            try await database.write { tx in
                for id in 1...2 { try tx.execute("INSERT INTO thing (id, number) VALUES (\(id), 100)") }
            }
            let stop = Flag()
            try await withThrowingTaskGroup(of: Int.self) { group in
                group.addTask {
                    var moves = 0
                    while !stop.isRaised {
                        try await database.write { tx in
                            try tx.execute("UPDATE thing SET number = number - 1 WHERE id = 1")
                            try tx.execute("UPDATE thing SET number = number + 1 WHERE id = 2")
                        }
                        moves += 1
                    }
                    return moves
                }
                for _ in 1...100 {
                    let sum: Int64 = try await database.read { tx in
                        let first =
                            try tx.first("SELECT number FROM thing WHERE id = 1") { $0.integer(0) } ?? 0
                        let again =
                            try tx.first("SELECT number FROM thing WHERE id = 1") { $0.integer(0) } ?? 1
                        let second =
                            try tx.first("SELECT number FROM thing WHERE id = 2") { $0.integer(0) } ?? 0
                        return first == again ? first + second : -1
                    }
                    #expect(sum == 200)
                }
                stop.raise()
                let moves = try await group.reduce(0, +)
                #expect(moves > 0)
            }
        }
    }

    @Test("A read cannot write", arguments: Engine.available)
    func readsDoNotWrite(_ engine: Engine) async throws {
        try await Workbench.run(on: engine) { database, _ async throws in
            await #expect(throws: StorageFault.self) {
                try await database.read { try $0.execute("INSERT INTO thing (id) VALUES (1)") }
            }
            #expect(try await database.count() == 0)
        }
    }

    @Test("Two who add to the same number two hundred times each end at the sum", arguments: Engine.available)
    func counters(_ engine: Engine) async throws {
        try await Workbench.run(on: engine) { database, _ async throws in
            _ = try await database.write { try $0.execute("INSERT INTO thing (id, number) VALUES (1, 0)") }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 1...2 {
                    group.addTask {
                        for _ in 1...200 {
                            try await database.write { tx in
                                let number =
                                    try tx.first("SELECT number FROM thing WHERE id = 1") { $0.integer(0) }
                                    ?? 0
                                try tx.execute("UPDATE thing SET number = \(number + 1) WHERE id = 1")
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let sum = try await database.read {
                try $0.first("SELECT number FROM thing WHERE id = 1") { $0.integer(0) }
            }
            #expect(sum == 400)
        }
    }

    @Test("Where the shared transaction is lost, every write of the group fails and none is there")
    func lostGroup() async throws {
        try await Workbench.run(on: .sqlite) { database, _ async throws in
            // The first write holds the writer, so that the others are together in the next commit.
            let gate = Gate()
            let results = await withTaskGroup(of: (Int, Bool).self) { group in
                group.addTask {
                    do {
                        _ = try await database.write { tx in
                            gate.wait()
                            return try tx.execute("INSERT INTO thing (id) VALUES (1)")
                        }
                        return (1, true)
                    } catch {
                        return (1, false)
                    }
                }
                await gate.reached()
                for id in 2...6 {
                    group.addTask {
                        do {
                            try await database.write { tx in
                                try tx.execute("INSERT INTO thing (id) VALUES (\(id))")
                                if id == 4 {
                                    try tx.execute("ROLLBACK")
                                    throw Broken()
                                }
                            }
                            return (id, true)
                        } catch {
                            return (id, false)
                        }
                    }
                }
                // All five wait in the queue before the first goes on.
                while await gate.isQuiet() == false { await Task.yield() }
                gate.open()
                return await group.reduce(into: [Int: Bool]()) { $0[$1.0] = $1.1 }
            }
            let there = try await database.read { tx in
                try tx.all("SELECT id FROM thing ORDER BY id") { Int($0.integer(0)) }
            }
            #expect(results[1] == true && results[4] == false)
            #expect(
                there == results.filter(\.value).map(\.key).sorted(),
                "what was said is what is there: \(results)")
            _ = try await database.write { try $0.execute("INSERT INTO thing (id) VALUES (99)") }
            #expect(try await database.count() == there.count + 1, "the next write works")
        }
    }

    @Test("The counters of an installation give each number once", arguments: Engine.available)
    func numbers(_ engine: Engine) async throws {
        let store = try await TestDatabase(engine)
        try await store.database.exclusively { connection in
            try connection.run(
                script: engine == .sqlite
                    ? """
                    CREATE TABLE number_counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
                    INSERT INTO number_counter (name, value) VALUES ('fact', 0), ('case', 0);
                    """ : "CREATE SEQUENCE fact_sequence; CREATE SEQUENCE case_number")
        }
        let database = store.database
        let numbers = try await withThrowingTaskGroup(of: Int64.self) { group in
            for _ in 1...60 {
                group.addTask { try await database.write { try $0.nextNumber(of: .caseNumber) } }
            }
            return try await group.reduce(into: [Int64]()) { $0.append($1) }
        }
        #expect(numbers.sorted() == Array(1...60))
        #expect(try await database.write { try $0.nextNumber(of: .fact) } == 1)
        try await store.remove()
    }

    @Test("SQLite writes ahead, and every commit reaches the disk before it is told")
    func durability() async throws {
        try await Workbench.run(on: .sqlite) { database, _ async throws in
            let settings = try await database.exclusively { connection in
                var found: [String] = []
                try connection.rows("PRAGMA journal_mode") { found.append($0.text(0)) }
                try connection.rows("PRAGMA synchronous") { found.append("\($0.integer(0))") }
                try connection.rows("PRAGMA foreign_keys") { found.append("\($0.integer(0))") }
                return found
            }
            #expect(settings == ["wal", "2", "1"])
        }
    }

    @Test("PostgreSQL writes are serializable and reads repeatable, and UTF-8 at UTC")
    func postgreSQLSettings() async throws {
        guard Engine.available.contains(.postgreSQL) else { return }
        try await Workbench.run(on: .postgreSQL) { database, _ async throws in
            let show: SQL = """
                SELECT current_setting('transaction_isolation'), current_setting('transaction_read_only'),
                    current_setting('client_encoding'), current_setting('TimeZone')
                """
            let write = try await database.write { tx in
                try tx.first(show) { row in (0..<4).map { row.text($0) } }
            }
            #expect(write == ["serializable", "off", "UTF8", "UTC"])
            let read = try await database.read { tx in
                try tx.first(show) { row in (0..<4).map { row.text($0) } }
            }
            #expect(read == ["repeatable read", "on", "UTF8", "UTC"])
        }
    }

    @Test("More callers than connections all get their turn")
    func pool() async throws {
        guard Engine.available.contains(.postgreSQL) else { return }
        try await Workbench.run(on: .postgreSQL) { database, _ async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for id in 1...60 {
                    group.addTask {
                        _ = try await database.write {
                            try $0.execute("INSERT INTO thing (id) VALUES (\(id))")
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await database.count() == 60)
        }
    }
}

/// Raised once, seen by all.
private final class Flag: Sendable {
    private let state = Mutex(false)
    var isRaised: Bool { state.withLock { $0 } }
    func raise() { state.withLock { $0 = true } }
}

/// Holds a write until a test lets it go on.
private final class Gate: Sendable {
    private struct State {
        var isReached = false
        var isOpen = false
        var looks = 0
    }

    private let state = Mutex(State())

    /// Called on the writer's own thread.
    func wait() {
        state.withLock { $0.isReached = true }
        while !state.withLock({ $0.isOpen }) {}
    }

    func reached() async { while !state.withLock({ $0.isReached }) { await Task.yield() } }

    /// Gives the other tasks many turns to get into the queue.
    func isQuiet() async -> Bool {
        await Task.yield()
        return state.withLock { state in
            state.looks += 1
            return state.looks > 20_000
        }
    }

    func open() { state.withLock { $0.isOpen = true } }
}
