import Desk
import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

/// A request with a key is carried out once, however often it arrives.
struct OnceTests {
    @Test("The same key gives the same answer and no second fact", arguments: Engine.available)
    func sameKey(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let fields: [String: RawValue] = ["subject": "Payments fail", "symptom": "Since nine."]
            let first = try await desk.perform("portal.report", as: .daniel, fields, key: "k1")
            let facts = try await desk.factCount()
            desk.clock.advance(seconds: 3600)
            let second = try await desk.perform("portal.report", as: .daniel, fields, key: "k1")
            #expect(second.answer == first.answer)
            #expect(!first.isRepeat && second.isRepeat)
            #expect(try await desk.factCount() == facts)
            let other = try await desk.perform("portal.report", as: .daniel, fields, key: "k2")
            #expect(other.answer["number"] != first.answer["number"])
        }
    }

    @Test("The same key with other input, or for another operation, is refused", arguments: Engine.available)
    func reusedKey(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let number = try await desk.reportedCase()
            try await desk.perform("case.note", as: .marta, ["id": .text(number), "text": "One."], key: "k")
            let facts = try await desk.factCount()
            for (operation, text) in [("case.note", "Two."), ("case.reply", "One.")] {
                let refusal = await #expect(throws: Refusal.self) {
                    try await desk.perform(
                        operation, as: .marta, ["id": .text(number), "text": .text(text)], key: "k")
                }
                #expect(refusal?.code == "idempotency_key_reused" && refusal?.reason == .conflict)
            }
            #expect(try await desk.factCount() == facts)
        }
    }

    @Test("A key belongs to one person", arguments: Engine.available)
    func keysOfPeople(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let number = try await desk.reportedCase()
            let note: [String: RawValue] = ["id": .text(number), "text": "Seen."]
            let facts = try await desk.factCount()
            try await desk.perform("case.note", as: .marta, note, key: "k")
            let other = try await desk.perform("case.note", as: .jonas, note, key: "k")
            #expect(!other.isRepeat)
            #expect(try await desk.factCount() == facts + 2)
        }
    }

    @Test("A refused request leaves its key free", arguments: Engine.available)
    func refusedRequest(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let number = try await desk.reportedCase()
            let close: [String: RawValue] = ["id": .text(number)]
            await #expect(throws: Refusal.self) {
                try await desk.perform("case.close", as: .marta, close, key: "k")
            }
            try await desk.perform("case.assign", as: .marta, ["id": .text(number), "assignee": "@me"])
            try await desk.perform(
                "case.resolve", as: .marta, ["id": .text(number), "narrative": "Done.", "verdict": "data"])
            let receipt = try await desk.perform("case.close", as: .marta, close, key: "k")
            #expect(!receipt.isRepeat)
        }
    }

    @Test("Twenty duplicates at once make one fact and get one answer", arguments: Engine.available)
    func parallelDuplicates(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let number = try await desk.reportedCase()
            let facts = try await desk.factCount()
            let answers = try await withThrowingTaskGroup(of: Receipt.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        try await desk.perform(
                            "case.note", as: .marta, ["id": .text(number), "text": "Once."], key: "same")
                    }
                }
                return try await group.reduce(into: [Receipt]()) { $0.append($1) }
            }
            #expect(answers.count == 20)
            #expect(Set(answers.map { JSON.object($0.answer).text }).count == 1)
            #expect(answers.filter { !$0.isRepeat }.count == 1)
            #expect(try await desk.factCount() == facts + 1)
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "Forty different writers of one case at once all get in, and the chain is whole",
        arguments: Engine.available)
    func parallelWriters(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let number = try await desk.reportedCase()
            let before = try await desk.found(number).version.number
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<40 {
                    group.addTask {
                        try await desk.perform(
                            index % 2 == 0 ? "case.note" : "case.reply", as: index % 3 == 0 ? .marta : .jonas,
                            ["id": .text(number), "text": .text("Entry \(index) of many")])
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await desk.found(number).version.number == before + 40)
            #expect(try await desk.findings() == [])
        }
    }
}
