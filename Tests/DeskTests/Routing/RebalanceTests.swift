import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// The board for the daily look at the load.
@Suite("Rebalancing")
struct RebalanceTests {
    /// Marta has three cases and two are enough for her; Jonas has none.
    private func pressed(_ desk: TestDesk) async throws -> [String] {
        try await RoutingDesk.apply(
            RoutingDesk.document(
                ("assign: push", "assign: pull"),
                ("languages: [en, ja]}", "languages: [en, ja], limit: 2}")), on: desk)
        var numbers: [String] = []
        for _ in 0..<3 {
            let number = try await desk.reportedCase()
            try await desk.perform("case.assign", as: .marta, ["id": .text(number), "assignee": "@me"])
            // What is promised soon stays where it is, so the first answer is given.
            try await desk.perform(
                "case.reply", as: .marta,
                ["id": .text(number), "text": "Which of the gateways do these calls go to?"])
            numbers.append(number)
        }
        try await ServiceLevelsJobs(desk.services).finish()
        return numbers
    }

    private func owner(_ number: String, _ desk: TestDesk) async throws -> ID<Person>? {
        try await desk.found(number).owner
    }

    @Test(
        "ROUTE-06: the board shows everybody’s load and limit and which cases could move to whom and why; several move at once with a reason, seen beforehand, and all of it is taken back",
        arguments: Engine.available)
    func board(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let numbers = try await pressed(desk)
            let (marta, jonas) = (
                try #require(desk.people[.marta]?.id), try #require(desk.people[.jonas]?.id)
            )
            let json = try await server.program(.ines).get("/api/v1/rebalance").json
            let first = try #require(json["people"]?.array?.first { $0["person"]?.string == marta.raw })
            #expect(first["in_hand"]?.integer == 3 && first["limit"]?.integer == 2)
            #expect(first["in_hand_after"]?.integer == 2)
            let moves = json["moves"]?.array ?? []
            #expect(moves.count == 1, "one less is enough")
            let move = try #require(moves.first)
            #expect(move["to"]?.string == jonas.raw)
            #expect(move["reason"]?.string?.contains("Marta has 3 in hand and 2 are enough") == true)
            let number = try #require(move["case"]?.string)
            #expect(numbers.contains(number))

            let lead = try await server.browser(.ines)
            let page = try await lead.get("/rebalance").body
            #expect(page.contains("Move 1 case") && page.contains("2 in hand"))
            let line = "\(number) \(marta.raw) \(jonas.raw)"
            #expect(page.contains("value=\"\(line)\""))
            let done = try await lead.submit(
                "/rebalance/move", ["moves": line, "reason": "Daily load review"])
            #expect(done.status == 303)
            #expect(try await owner(number, desk) == jonas)
            let story = try await lead.get("/cases/\(number)").body
            #expect(story.contains("Daily load review"))
            #expect(try await lead.get("/rebalance").body.contains("Nothing needs to move"))
            let location = try #require(done.headers["location"])
            let offer = try #require(location.firstMatch(of: /undo=([0-9a-f-]{36})/)).output.1
            #expect(try await lead.submit("/undo/\(offer)/apply", [:]).status == 303)
            #expect(try await owner(number, desk) == marta)
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "ROUTE-06 part: somebody reassigns a case with a reason, and moves that fit no more are refused all together",
        arguments: Engine.available)
    func refused(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let numbers = try await pressed(desk)
            let (marta, jonas) = (
                try #require(desk.people[.marta]?.id.raw), try #require(desk.people[.jonas]?.id.raw)
            )
            try await desk.perform(
                "case.assign", as: .marta,
                ["id": .text(numbers[0]), "assignee": .text(jonas), "reason": "He knows the gateway"])
            let story = try await server.browser(.marta).get("/cases/\(numbers[0])").body
            #expect(story.contains("He knows the gateway"))
            let lines = ["\(numbers[0]) \(marta) \(jonas)", "\(numbers[1]) \(marta) \(jonas)"]
            do {
                try await desk.perform(
                    "case.rebalance", as: .ines,
                    ["moves": .text(lines.joined(separator: "\n")), "reason": "Load"])
                Issue.record("it was taken")
            } catch let refusal as Refusal {
                #expect(refusal.problems.first?.message.contains("another owner by now") == true)
            }
            #expect(try await owner(numbers[1], desk)?.raw == marta, "all or none")
            try await desk.perform(
                "person.set_away", as: .jonas, ["until": "2026-03-05T09:00:00Z"])
            await #expect(throws: Refusal.self) {
                try await desk.perform(
                    "case.rebalance", as: .ines, ["moves": .text(lines[1]), "reason": "Load"])
            }
            #expect(try await server.browser(.marta).get("/rebalance").status == 403)
            let json = try await server.program(.ines).get("/api/v1/rebalance").json
            #expect(json["moves"]?.array?.isEmpty == true, "nobody who is away is given anything")
        }
    }
}
