import Desk
import Domain
import Storage
import TestSupport
import Testing

struct StatementTests {
    @Test("Every statement of every feature prepares on each engine", arguments: Engine.available)
    func everyStatementPrepares(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let statements = FeatureCatalog().statements
            #expect(statements.count > 80)
            let problems = try await desk.services.database.exclusively { connection in
                statements.enumerated().compactMap { index, statement -> String? in
                    do {
                        try connection.prepare(statement)
                        return nil
                    } catch {
                        return "statement \(index): \(error)"
                    }
                }
            }
            #expect(problems == [])
        }
    }

    @Test("A statement with a mistake does not prepare", arguments: Engine.available)
    func mistakesAreFound(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            for wrong in ["SELECT nothing FROM fact", "SELECT 1 FROM nowhere", "SELEC 1"] as [SQL] {
                await #expect(throws: StorageFault.self) {
                    try await desk.services.database.exclusively { try $0.prepare(wrong) }
                }
            }
        }
    }
}
