import Desk
import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

/// Words can be taken out for good, and the record stays whole.
struct EraseTests {
    private static let dumps: [SQL] = [
        "SELECT body FROM fact",
        "SELECT subject || symptom || COALESCE(problem_statement, '') FROM support_case",
        "SELECT text FROM search_entry", "SELECT text FROM search_pending",
        "SELECT answer FROM receipt",
    ]

    private func holds(_ words: String, _ desk: TestDesk) async throws -> Bool {
        try await desk.services.database.read { tx in
            for dump in Self.dumps
            where try tx.all(dump, { $0.text(0) }).contains(where: { $0.contains(words) }) {
                return true
            }
            return false
        }
    }

    @Test(
        "Erasing an entry takes its words out of journal and tables, and verify stays clean",
        arguments: Engine.available)
    func eraseNote(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let work = try await Workout.run(on: desk)
            let exported = try await desk.services.exportCheckpoint()
            try await desk.services.makeCheckpoint()
            #expect(try await holds("555 0101", desk))
            try await desk.perform(
                "case.erase_entry", as: .samira,
                ["id": .text(work.number), "sequence": .integer(work.note), "reason": "A private number."])
            #expect(try await !holds("555 0101", desk))
            #expect(try await desk.findings(checkpoint: exported) == [])

            let facts = try await desk.facts(work.id)
            let erased = try #require(facts.first { $0.sequence == work.note })
            #expect(erased.body == .noted(text: "[erased]"))
            let (marta, samira) = (try desk.actor(.marta).id, try desk.actor(.samira).id)
            #expect(erased.actor == marta)
            let tombstone = try #require(facts.last)
            guard case .entryErased(let sequence, let fields, _, let reason) = tombstone.body else {
                Issue.record("the last fact is \(tombstone.body)")
                return
            }
            #expect(sequence == work.note && fields == ["text"] && reason == "A private number.")
            #expect(tombstone.actor == samira)
        }
    }

    @Test("Erasing the report takes the reporter's words out of the case's row", arguments: Engine.available)
    func eraseOpening(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let work = try await Workout.run(on: desk)
            let first = try #require(try await desk.facts(work.id).first)
            try await desk.perform(
                "case.erase_entry", as: .samira,
                ["id": .text(work.number), "sequence": .integer(first.sequence), "reason": "A card number."])
            #expect(try await !holds("4929", desk))
            #expect(try await desk.found(work.number).symptom == "[erased]")
            #expect(try await desk.found(work.number).number == work.number)
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "An entry is erased once, and only one of the case it is said to be of", arguments: Engine.available)
    func eraseRefusals(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let work = try await Workout.run(on: desk)
            let entry: [String: RawValue] = [
                "id": .text(work.number), "sequence": .integer(work.note), "reason": "Private.",
            ]
            try await desk.perform("case.erase_entry", as: .samira, entry)
            let before = try await desk.factCount()
            let again = await #expect(throws: Refusal.self) {
                try await desk.perform("case.erase_entry", as: .samira, entry)
            }
            #expect(again?.code == "nothing_to_erase")
            var elsewhere = entry
            elsewhere["id"] = .text(work.quiet)
            let other = await #expect(throws: Refusal.self) {
                try await desk.perform("case.erase_entry", as: .samira, elsewhere)
            }
            #expect(other?.reason == .notFound)
            let denied = await #expect(throws: Refusal.self) {
                try await desk.perform("case.erase_entry", as: .marta, entry)
            }
            #expect(denied?.reason == .denied)
            #expect(try await desk.factCount() == before + 1, "only the denial is new")
            #expect(try await desk.findings() == [])
        }
    }

    @Test("Words put back into an erased entry, or a salt, are found", arguments: Engine.available)
    func tamperedErasure(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let work = try await Workout.run(on: desk)
            try await desk.perform(
                "case.erase_entry", as: .samira,
                ["id": .text(work.number), "sequence": .integer(work.note), "reason": "Private."])
            try await desk.dropTriggers()
            let body = "{\"_erased\":[\"text\"]}"
            try await desk.tamper(
                "UPDATE fact SET body = '{\"text\":\"Invented.\"}' WHERE sequence = \(work.note)")
            #expect(try await desk.findings().contains { $0.contains("fact \(work.note)") })
            let salt = engine == .sqlite ? "X'00ff'" : "'\\x00ff'"
            try await desk.tamper(
                "UPDATE fact SET body = '\(body)', salt = \(salt) WHERE sequence = \(work.note)")
            #expect(try await desk.findings().contains { $0.contains("fact \(work.note)") })
        }
    }

    @Test(
        "What happened earlier keeps both times: when it happened and when it was recorded",
        arguments: Engine.available)
    func twoTimes(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let number = try await desk.reportedCase()
            desk.clock.advance(seconds: 7200)
            try await desk.perform(
                "case.note", as: .marta,
                ["id": .text(number), "text": "He called at eight.", "occurred_at": "2026-03-02T08:00:00Z"])
            let found = try await desk.found(number)
            let fact = try #require(try await desk.facts(found.id.raw).last)
            #expect(fact.occurredAt == Timestamp("2026-03-02T08:00:00Z"))
            #expect(fact.recordedAt == TestDesk.start.adding(seconds: 7200))
            #expect(found.updatedAt == TestDesk.start, "an earlier event does not move the case in time")
            let future = await #expect(throws: Refusal.self) {
                try await desk.perform(
                    "case.note", as: .marta,
                    ["id": .text(number), "text": "Tomorrow.", "occurred_at": "2026-03-09T08:00:00Z"])
            }
            #expect(future?.code == "in_the_future")
            #expect(try await desk.findings() == [])
        }
    }
}
