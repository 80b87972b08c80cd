import Diagnosis
import Domain
import Foundation
import Logging
import Storage
import TestSupport
import Testing

@testable import Desk

/// A backup holds everything, comes back into either engine, and is believed only if every bit of it is right.
struct BackupTests {
    /// From which engine into which.
    struct Way: Sendable, CustomTestStringConvertible {
        var from: Engine
        var to: Engine
        var testDescription: String { "\(from) to \(to)" }

        static var all: [Way] {
            Engine.available.flatMap { from in Engine.available.map { Way(from: from, to: $0) } }
        }
    }

    /// Everything in a database that a backup should hold, table by table, as text.
    static func dump(_ database: any Database) async throws -> [String: [String]] {
        let leftOut = FeatureCatalog().passingTables
        return try await database.read { tx in
            var found: [String: [String]] = [:]
            for table in try tx.tables() where !leftOut.contains(table.name) {
                let columns = table.columns.filter { table.name != "fact" || $0.name != "written_by" }
                var rows: [String] = []
                try tx.eachRow(of: table, columns: columns.map(\.name)) { row in
                    var line: [UInt8] = []
                    BackupRow.append(row, columns, to: &line)
                    rows.append(String(decoding: line, as: UTF8.self))
                }
                found[table.name] = rows
            }
            for counter in Counter.allCases { found["counter \(counter)"] = ["\(try tx.value(of: counter))"] }
            return found
        }
    }

    /// A desk with a day of work, evidence, and people who can sign in.
    static func worked(
        on engine: Engine, _ body: @escaping @Sendable (TestDesk, Workout, String) async throws -> Void
    ) async throws {
        try await TestDesk.run(on: engine) { desk in
            let work = try await Workout.run(on: desk)
            let number = try await desk.reportedCase(subject: "With a log")
            try await Evidences.add(
                String(repeating: "a line of the log\n", count: 90_000), to: number, [:], desk)
            try await Evidences.add("née – 東京\u{0}\u{1}", name: "odd.bin", to: number, [:], desk)
            let accounts = Accounts(desk.services)
            if let marta = desk.people[.marta] {
                try await accounts.setPassword(
                    TestServer.password, of: marta, by: marta.id.raw, byReset: false)
            }
            try await desk.services.makeCheckpoint()
            try await body(desk, work, desk.store.file + ".backup")
        }
    }

    /// A place to restore to, with its own folder of evidence and the keys of the desk.
    static func target(
        _ engine: Engine, _ body: @Sendable (Installation, TestDatabase) async throws -> Void
    ) async throws {
        let store = try await TestDatabase(engine)
        let folder = URL(fileURLWithPath: store.file).deletingLastPathComponent().path + "/target"
        var installation = Installation(folder: folder, databaseURL: store.url)
        installation.allowsWeakDurability = true
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let key = "k1 " + Data(repeating: 7, count: 32).base64EncodedString() + "\n"
        let isMade = FileManager.default.createFile(
            atPath: folder + "/thirdline.keys", contents: Data(key.utf8),
            attributes: [.posixPermissions: 0o600])
        #expect(isMade)
        // What is restored into must be used by nobody else.
        if engine == .postgreSQL { try await store.database.close() }
        do { try await body(installation, store) } catch {
            try await store.remove()
            throw error
        }
        try await store.remove()
    }

    @Test(
        "ADMIN-08: A backup comes back into either engine: the same rows, the same evidence, the same sign-ins, and verify is clean",
        arguments: Way.all)
    func comesBack(_ way: Way) async throws {
        try await Self.worked(on: way.from) { desk, work, file in
            let made = try await BackupWriter(desk.services).write(to: file)
            #expect(made.missing == [] && made.damaged == [])
            #expect(try BackupPlace(file).check().digest == made.digest)
            let before = try await Self.dump(desk.services.database)
            try await Self.target(way.to) { installation, _ in
                let outcome = try await BackupRestore(installation).run(
                    BackupPlace(file), isReplacing: false)
                #expect(outcome.hasKey == true && outcome.kept == nil)
                var logger = Logger(label: "test")
                logger.logLevel = .critical
                let services = try await installation.open(
                    logger: logger, clock: { desk.clock.now }, isMadeIfMissing: false)
                let after = try await Self.dump(services.database)
                for (table, rows) in before { #expect(after[table] == rows, "\(table)") }
                #expect(Set(after.keys) == Set(before.keys))
                let report = try await Verification(
                    journal: services.journal, keys: services.keys, migrator: services.migrator
                ).run(services.database)
                #expect(report.findings == [])
                // The same person signs in with the same password, and the numbers go on.
                _ = try await Accounts(services).signIn(
                    email: Cast.marta.email, password: TestServer.password, address: "::1", device: "test")
                let receipt = try await services.asOperator(
                    "organisation.add", RawInput(["name": "After", "tier": "premium"]))
                #expect(receipt.lastSequence > Int64(after["counter fact"]?.first ?? "") ?? .max)
                for hash in try await services.database.read({ try EvidenceDirectory.keptFiles(in: $0) }) {
                    let bytes = try services.evidence.open(hash.hash)?.read(at: 0, count: Int(hash.size))
                    #expect(bytes.map { hex(sha256($0)) } == hash.hash)
                }
                try await services.database.close()
            }
        }
    }

    @Test(
        "A restored journal is followed on: open pages hear of what comes after", arguments: Engine.available)
    func followersGoOn(_ engine: Engine) async throws {
        try await Self.worked(on: engine) { desk, _, file in
            _ = try await BackupWriter(desk.services).write(to: file)
            try await Self.target(engine) { installation, _ in
                _ = try await BackupRestore(installation).run(BackupPlace(file), isReplacing: false)
                var logger = Logger(label: "test")
                logger.logLevel = .critical
                let services = try await installation.open(logger: logger, isMadeIfMissing: false)
                let end = try await services.database.read { tx in
                    try tx.first(JournalStore.settledEnd()) { $0.integer(0) }
                }
                #expect(end == 0, "what was restored comes before any transaction of this database")
                try await services.database.close()
            }
        }
    }

    @Test(
        "Data that is there already is named and stays, unless it is to be replaced",
        arguments: Engine.available)
    func holdsData(_ engine: Engine) async throws {
        try await Self.worked(on: engine) { desk, _, file in
            _ = try await BackupWriter(desk.services).write(to: file)
            try await Self.target(engine) { installation, _ in
                _ = try await BackupRestore(installation).run(BackupPlace(file), isReplacing: false)
                let refusal = await #expect(throws: Refusal.self) {
                    _ = try await BackupRestore(installation).run(BackupPlace(file), isReplacing: false)
                }
                #expect(refusal?.code == "holds_data")
                #expect(refusal?.message.contains("facts about") == true)
                let outcome = try await BackupRestore(installation).run(
                    BackupPlace(file), isReplacing: true)
                #expect((outcome.kept != nil) == (engine == .sqlite))
                if let kept = outcome.kept {
                    #expect(FileManager.default.fileExists(atPath: kept + "/thirdline.db"))
                }
            }
        }
    }

    @Test(
        "A backup that is cut short or changed is refused with the part, and nothing is there afterwards",
        arguments: Engine.available)
    func damaged(_ engine: Engine) async throws {
        try await Self.worked(on: engine) { desk, _, file in
            _ = try await BackupWriter(desk.services).write(to: file)
            let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
            for place in [20, whole.count / 3, whole.count / 2, whole.count - 900, whole.count - 6] {
                var flipped = whole
                flipped[place] ^= 0x10
                for (name, bytes) in [("flipped", flipped), ("cut", Array(whole.prefix(place)))] {
                    let bad = "\(file).\(name)"
                    try Data(bytes).write(to: URL(fileURLWithPath: bad))
                    try await Self.target(engine) { installation, store in
                        let refusal = await #expect(throws: Refusal.self, "\(name) at \(place)") {
                            _ = try await BackupRestore(installation).run(
                                BackupPlace(bad), isReplacing: true)
                        }
                        // A changed digit may also make it look like one of a newer program.
                        #expect(
                            ["damaged_backup", "newer_backup", "backup_unreadable"]
                                .contains(refusal?.code ?? ""))
                        if name == "cut" { #expect(refusal?.message.contains("noticed in ") == true) }
                        let left = FileManager.default.enumerator(atPath: installation.folder)?
                            .compactMap { $0 as? String }.filter {
                                $0.contains("thirdline.db") || $0.count > 64
                            }
                        #expect(left == [])
                        if let url = store.url {
                            let again = try PostgreSQLDatabase(url: url)
                            #expect(try await again.read { try $0.tables() }.isEmpty)
                            try await again.close()
                        }
                    }
                }
            }
        }
    }

    @Test("An encrypted backup tells nothing without its passphrase, and all with it")
    func encrypted() async throws {
        try await Self.worked(on: .sqlite) { desk, _, file in
            let made = try await BackupWriter(desk.services, passphrase: "correct horse").write(to: file)
            let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: file)), as: UTF8.self)
            #expect(!text.contains("manifest"))
            let tries: [(String?, String)] = [(nil, "passphrase_missing"), ("wrong", "damaged_backup")]
            for (passphrase, code) in tries {
                let refusal = #expect(throws: Refusal.self) {
                    try BackupPlace(file, passphrase: passphrase).check()
                }
                #expect(refusal?.code == code)
            }
            #expect(try BackupPlace(file, passphrase: "correct horse").check().digest == made.digest)
        }
    }

    @Test(
        "ADMIN-08 part: A backup of an older schema comes back and is brought up to date",
        arguments: Engine.available)
    func olderSchema(_ engine: Engine) async throws {
        try await Self.target(engine) { installation, _ in
            let file = TestFolders.goldens + "/thirdline-0.1.backup"
            let outcome = try await BackupRestore(installation).run(BackupPlace(file), isReplacing: false)
            #expect(outcome.summary.manifest.schema <= Schema.migrations.count)
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            let services = try await installation.open(logger: logger, isMadeIfMissing: false)
            let report = try await Verification(
                journal: services.journal, keys: services.keys, migrator: services.migrator
            ).run(services.database)
            // The golden's checkpoints were signed with a key of its own.
            #expect(report.findings.filter { !$0.hasPrefix("checkpoint") } == [])
            #expect(report.facts > 100)
            try await services.database.close()
        }
    }

    @Test("A backup of a newer program is refused in words", arguments: Engine.available)
    func newerSchema(_ engine: Engine) async throws {
        try await Self.worked(on: engine) { desk, _, file in
            try await desk.tamper(
                "INSERT INTO schema_version (number, name) VALUES (\(Schema.migrations.count + 1), 'later')")
            _ = try await BackupWriter(desk.services).write(to: file)
            try await Self.target(engine) { installation, _ in
                let refusal = await #expect(throws: Refusal.self) {
                    _ = try await BackupRestore(installation).run(BackupPlace(file), isReplacing: false)
                }
                #expect(refusal?.code == "newer_backup")
            }
        }
    }

    @Test("Evidence that is taken away while a backup is made is in it all the same")
    func evidenceIsHeld() async throws {
        try await TestDesk.run(on: .sqlite) { desk in
            let number = try await desk.reportedCase()
            try await Evidences.add("keep me", to: number, [:], desk)
            desk.clock.advance(seconds: 7200)
            let hash = hex(sha256(Array("keep me".utf8)))
            let id = EvidenceDirectory.hold + "test"
            let isHeld = try await desk.services.whileHolding(id) {
                try await desk.perform(
                    "evidence.remove", as: .samira,
                    ["id": .text("\(number).E1"), "reason": "It holds a password."])
                _ = try await EvidenceJobs.sweep(desk.services)
                return try desk.services.evidence.open(hash) != nil
            }
            #expect(isHeld == true)
            _ = try await EvidenceJobs.sweep(desk.services)
            #expect(try desk.services.evidence.open(hash) == nil, "afterwards the sweep takes it")
        }
    }

    @Test("A backup names the evidence whose bytes were gone or changed already, and goes on")
    func lostEvidence() async throws {
        try await Self.worked(on: .sqlite) { desk, _, file in
            let files = try await desk.services.database.read { try EvidenceDirectory.keptFiles(in: $0) }
            let store = desk.services.evidence
            try FileManager.default.removeItem(atPath: store.path(of: files[0].hash))
            try Data("other".utf8).write(to: URL(fileURLWithPath: store.path(of: files[1].hash)))
            let made = try await BackupWriter(desk.services).write(to: file)
            #expect(made.missing == [files[0].hash] && made.damaged == [files[1].hash])
            let read = try BackupPlace(file).check()
            #expect(read.missing == made.missing && read.damaged == made.damaged)
            try await Self.target(.sqlite) { installation, _ in
                _ = try await BackupRestore(installation).run(BackupPlace(file), isReplacing: false)
                let restored = try installation.evidenceStore()
                #expect(try restored.open(files[1].hash) == nil)
            }
        }
    }

    @Test("A backup gives back evidence whose key is lost, in the place of what nobody can read")
    func lostKey() async throws {
        try await Self.worked(on: .sqlite) { desk, _, file in
            _ = try await BackupWriter(desk.services).write(to: file)
            try await Self.target(.sqlite) { installation, _ in
                let store = try installation.evidenceStore()
                let files = try await desk.services.database.read { try EvidenceDirectory.keptFiles(in: $0) }
                let stranger = EvidenceStore(
                    folder: store.folder, keys: KeyRing(key: [UInt8](repeating: 9, count: 32)))
                for file in files {
                    let bytes = try #require(try desk.services.evidence.open(file.hash))
                    let part = try stranger.begin(file.hash)
                    try bytes.eachBlock { try part.write($0) }
                    _ = try stranger.keep(part, at: .now)
                }
                #expect(throws: Refusal.self) { try store.open(files[0].hash) }
                _ = try await BackupRestore(installation).run(BackupPlace(file), isReplacing: false)
                for file in files { #expect(try store.open(file.hash)?.size == file.size) }
            }
        }
    }

    @Test("A file that is there already is never written over")
    func fileExists() async throws {
        try await TestDesk.run(on: .sqlite) { desk in
            let file = desk.store.file + ".backup"
            try Data("mine".utf8).write(to: URL(fileURLWithPath: file))
            let refusal = await #expect(throws: Refusal.self) {
                _ = try await BackupWriter(desk.services).write(to: file)
            }
            #expect(refusal?.code == "file_exists")
            #expect(try String(contentsOfFile: file, encoding: .utf8) == "mine")
        }
    }

    @Test("A lease is had by one at a time, and ends by itself", arguments: Engine.available)
    func leases(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let services = desk.services
            let inner = try await services.whileHolding("a") {
                let other = try await services.whileHolding("a") { true }
                #expect(other == nil)
                desk.clock.advance(seconds: 601)
                return try await services.whileHolding("a") { true }
            }
            #expect(inner == .some(true), "whoever died has let go after ten minutes")
        }
    }
}

/// Where files for tests are.
enum TestFolders {
    static let goldens = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Goldens").path
}
