import Desk
import Diagnosis
import Domain
import Foundation
import Logging
import Storage
import Synchronization
import TestSupport
import Testing

struct DemoGeneratorTests {
    private struct Stop: Error {}

    /// An empty installation on an engine, and what is done with it.
    private func withInstallation(
        _ engine: Engine, _ body: (Installation) async throws -> Void
    ) async throws {
        let store = try await TestDatabase(engine)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "thirdline-demo-\(UUID().uuidString)"
        ).path
        var installation = Installation(folder: folder, databaseURL: store.url)
        installation.settings.passwordCost = 10
        installation.allowsWeakDurability = true
        do { try await body(installation) } catch {
            try await store.remove()
            throw error
        }
        try await store.remove()
        try FileManager.default.removeItem(atPath: folder)
    }

    /// Batches are small: on one PostgreSQL server a long transaction keeps the followers of all databases waiting.
    private func generator(
        _ installation: Installation, seed: UInt64 = 7, cases: Int = 60, batch: Int = 10,
        policy: String? = nil, livesClocks: Bool = false
    ) throws -> DemoGenerator {
        let until = try #require(Timestamp("2026-11-21T12:00:00Z"))
        return DemoGenerator(
            installation,
            SimulationSettings(
                seed: seed, cases: cases, years: 1, until: until, policy: policy, livesClocks: livesClocks),
            logger: Logger(label: "test"), batch: batch)
    }

    private func journal(_ installation: Installation) async throws -> [String] {
        let services = try await installation.open(logger: Logger(label: "test"))
        let lines = Mutex<[String]>([])
        try await JournalExport.run(services.database) { line in lines.withLock { $0.append(line) } }
        try await services.database.close()
        return lines.withLock { $0 }
    }

    @Test(
        "The same seed gives the same journal byte for byte, on both engines; nothing is refused, and verify is clean"
    )
    func sameSeedSameJournal() async throws {
        var journals: [[String]] = []
        for engine in Engine.available + [.sqlite] {
            try await withInstallation(engine) { installation in
                let report = try await generator(installation).run { _ in }
                #expect(report.refused == [:])
                #expect(report.cases == 60)
                journals.append(try await journal(installation))
                #expect(journals.last?.count == report.facts)
                let services = try await installation.open(logger: Logger(label: "test"))
                let found = try await Verification(
                    journal: services.journal, keys: services.keys, migrator: services.migrator
                ).run(services.database)
                #expect(found.findings == [])
                try await services.database.close()
            }
        }
        #expect(Set(journals).count == 1)
        try await withInstallation(.sqlite) { installation in
            _ = try await generator(installation, seed: 8).run { _ in }
            #expect(try await journal(installation) != journals[0])
        }
    }

    @Test("A run that was interrupted goes on, with the same journal in the end", arguments: Engine.available)
    func goesOn(_ engine: Engine) async throws {
        let whole = Mutex<[String]>([])
        try await withInstallation(engine) { installation in
            _ = try await generator(installation).run { _ in }
            let lines = try await journal(installation)
            whole.withLock { $0 = lines }
        }
        try await withInstallation(engine) { installation in
            await #expect(throws: Stop.self) {
                _ = try await generator(installation).run { progress in
                    if progress.cases > 20 { throw Stop() }
                }
            }
            _ = try await generator(installation).run { _ in }
            #expect(try await journal(installation) == whole.withLock { $0 })
            let again = try await generator(installation).run { _ in }
            #expect(again.wasThere)
            #expect(try await indexes(installation) == indexesOfNew(engine))
        }
    }

    @Test(
        "A story with a policy of its own lives through its clocks: warnings and breaches stand where they fell due, once each, interrupted or not",
        arguments: Engine.available)
    func livesThroughClocks(_ engine: Engine) async throws {
        let policy = Policy.defaultDocument.replacing("zone: UTC", with: "zone: Europe/Berlin")
        #expect(policy != Policy.defaultDocument)
        func story(_ installation: Installation) throws -> DemoGenerator {
            try generator(installation, cases: 25, policy: policy, livesClocks: true)
        }
        let whole = Mutex<[String]>([])
        try await withInstallation(engine) { installation in
            #expect(try await story(installation).run { _ in }.refused == [:])
            let lines = try await journal(installation)
            whole.withLock { $0 = lines }
            let facts = try lines.map { try JSON(parsing: $0) }
            #expect(facts.contains { $0["kind"]?.string == "policy.changed" })
            let breaches = facts.filter { $0["kind"]?.string == "clock.breached" }
            #expect(!breaches.isEmpty)
            let named = breaches.map { "\($0["subject"] ?? .null) \($0["body"] ?? .null)" }
            #expect(Set(named).count == named.count)
            for breach in breaches {
                let times = [breach["occurred_at"], breach["recorded_at"]].compactMap {
                    $0?.string.flatMap { Timestamp($0) }
                }
                #expect(times.count == 2 && (0...600).contains(times[1].seconds(since: times[0])))
            }
        }
        try await withInstallation(engine) { installation in
            await #expect(throws: Stop.self) {
                _ = try await story(installation).run { progress in
                    if progress.cases > 10 { throw Stop() }
                }
            }
            let report = try await story(installation).run { _ in }
            #expect(report.refused == [:])
            #expect(try await journal(installation) == whole.withLock { $0 })
            #expect(try await story(installation).run { _ in }.wasThere)
        }
    }

    @Test("Data that hold something else are left alone, in words")
    func refusesOtherData() async throws {
        try await withInstallation(.sqlite) { installation in
            _ = try await generator(installation, cases: 5).run { _ in }
            let refusal = await #expect(throws: Refusal.self) {
                _ = try await generator(installation, cases: 6).run { _ in }
            }
            #expect(refusal?.message.contains("--cases 5") == true)
        }
    }

    private func indexes(_ installation: Installation) async throws -> Int {
        let services = try await installation.open(logger: Logger(label: "test"))
        let count = try await count(services.database)
        try await services.database.close()
        return count
    }

    private func indexesOfNew(_ engine: Engine) async throws -> Int {
        let store = try await TestDatabase(engine)
        try await Migrator(Schema.migrations).migrate(store.database)
        let count = try await count(store.database)
        try await store.remove()
        return count
    }

    private func count(_ database: any Database) async throws -> Int {
        let sql: SQL =
            database.dialect == .sqlite
            ? "SELECT COUNT(*) FROM sqlite_master WHERE type = 'index'"
            : "SELECT COUNT(*) FROM pg_indexes WHERE schemaname = 'public'"
        return try await database.read { tx in try tx.first(sql) { Int($0.integer(0)) } ?? 0 }
    }
}
