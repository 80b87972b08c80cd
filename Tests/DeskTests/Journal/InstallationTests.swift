import Desk
import Domain
import Foundation
import Logging
import Storage
import TestSupport
import Testing

/// A mistyped folder is not an empty installation.
struct InstallationTests {
    private let logger = Logger(label: "test")

    @Test("A folder without data is refused by what only reads, and stays without data")
    func missingFolder() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "thirdline-missing-\(UUID().uuidString)"
        ).path
        let installation = Installation(folder: folder)
        #expect(!installation.mayHaveData)
        let refusal = await #expect(throws: Refusal.self) {
            _ = try await installation.open(logger: logger, isMadeIfMissing: false)
        }
        #expect(refusal?.code == "no_data")
        #expect(refusal?.message.contains(folder) == true)
        #expect(!FileManager.default.fileExists(atPath: folder))

        // The same folder is taken once it has data.
        try await installation.open(logger: logger).database.close()
        try await installation.open(logger: logger, isMadeIfMissing: false).database.close()
        try FileManager.default.removeItem(atPath: folder)
    }

    @Test(
        "A database that is not Thirdline's is refused by what only reads, and gets no tables and no keys",
        arguments: Engine.available)
    func emptyDatabase(_ engine: Engine) async throws {
        let store = try await TestDatabase(engine)
        let folder = URL(fileURLWithPath: store.file).deletingLastPathComponent().path
        var installation = Installation(folder: folder, databaseURL: store.url)
        installation.allowsWeakDurability = true
        let refusal = await #expect(throws: Refusal.self) {
            _ = try await installation.open(logger: logger, isMadeIfMissing: false)
        }
        #expect(refusal?.code == "no_data")
        #expect(try await Migrator(Schema.migrations).current(of: store.database) == 0)
        #expect(!FileManager.default.fileExists(atPath: folder + "/thirdline.keys"))
        try await store.remove()
    }
}
