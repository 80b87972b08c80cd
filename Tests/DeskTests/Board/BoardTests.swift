import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// The work of one person, and what is at risk before a shift ends.
@Suite("My work")
struct BoardTests {
    private func board(_ server: TestServer, as member: Cast = .marta, of: String = "") async throws -> JSON {
        try await server.program(member).get("/api/v1/board\(of)").json
    }

    private func numbers(_ board: JSON, _ place: String? = nil) -> [String] {
        (board["items"]?.array ?? []).filter { place == nil || $0["place"]?.string == place }
            .compactMap { $0["number"]?.string }
    }

    @Test(
        "CASE-60: My cases stand by priority with the promise that is due next, interruptions are logged, and too much work in hand is said",
        arguments: Engine.available)
    func board(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let (grave, light) = (try await desk.reportedCase(), try await desk.reportedCase())
            let others = try await desk.reportedCase()
            for (number, owner) in [(light, Cast.marta), (grave, .marta), (others, .jonas)] {
                try await desk.perform("case.assign", as: owner, ["id": .text(number), "assignee": "@me"])
            }
            try await desk.perform(
                "case.change_severity", as: .marta,
                ["id": .text(grave), "severity": "sev1", "reason": "All kiosks."])
            let promised = desk.clock.now.adding(seconds: 5400)
            try await desk.perform(
                "case.reply", as: .marta,
                [
                    "id": .text(light), "text": "We look at the gateway now.",
                    "next_update_at": .text(promised.rfc3339),
                ])
            var found = try await board(server)
            #expect(numbers(found) == [grave, light], "the graver one first, and nobody else's")
            #expect(numbers(found, "now") == [grave, light])
            let needs = found["items"]?.array?.last?["needs"]?.array ?? []
            #expect(
                needs.contains {
                    $0["what"]?.string == "Promised update" && $0["due_at"]?.string == promised.rfc3339
                        && $0["step"]?.string == "reply"
                })
            let scores = found["items"]?.array?.compactMap { $0["priority"]?.integer } ?? []
            #expect(scores.count == 2 && scores[0] > scores[1])

            let browser = try await server.browser(.marta)
            let page = try await browser.get("/board").body
            #expect(page.contains("2 in hand of 8 that are enough") && !page.contains("too many"))
            #expect(!page.contains("href=\"/cases/\(others)\""))
            try await desk.perform(
                "policy.change", as: .otto,
                [
                    "document": .text(
                        Policy.defaultDocument.replacing("work: {limit: 8,", with: "work: {limit: 1,")),
                    "reason": "A small team.",
                ])
            #expect(try await browser.get("/board").body.contains("<b>One case too many.</b>"))

            try await desk.perform(
                "interruption.log", as: .marta, ["what": "A call about an invoice", "minutes": "20"])
            try await desk.perform(
                "interruption.log", as: .marta, ["what": "A question", "minutes": "25", "case": .text(grave)])
            found = try await board(server)
            #expect(found["interruptions"]?.array?.compactMap { $0["minutes"]?.integer } == [25, 20])
            let logged = try await browser.get("/board").body
            #expect(
                logged.contains("45 min in the last 24 hours") && logged.contains("A call about an invoice"))
            desk.clock.advance(seconds: 25 * 3600)
            #expect(try await board(server)["interruptions"]?.array == [])
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "A lead sees what somebody has in hand, and who may not give work sees their own alone",
        arguments: Engine.available)
    func others(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let number = try await desk.reportedCase()
            try await desk.perform("case.assign", as: .jonas, ["id": .text(number), "assignee": "@me"])
            let jonas = try desk.actor(.jonas).id
            #expect(try await numbers(board(server, as: .ines, of: "?of=\(jonas)")) == [number])
            #expect(try await server.browser(.ines).get("/board?of=\(jonas)").body.contains("Work of"))
            #expect(try await server.browser(.ines).get("/board?of=nobody").status == 404)
            let daniel = try desk.actor(.daniel).id
            #expect(
                try await server.browser(.ines).get("/board?of=\(daniel)").status == 404,
                "a customer has no board")
            #expect(try await server.browser(.daniel).get("/board").status == 403)
        }
    }

    @Test(
        "An interruption of no minutes, of no words or about a case that is not there is refused by field",
        arguments: Engine.available)
    func badInterruptions(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let wrong = [
                ("A call", "0", "", "minutes"), (" ", "5", "", "what"), ("A call", "5", "TL-999", "case"),
                ("A call", "soon", "", "minutes"),
            ]
            for (what, minutes, about, field) in wrong {
                let refusal = await #expect(throws: Refusal.self) {
                    try await desk.perform(
                        "interruption.log", as: .marta,
                        ["what": .text(what), "minutes": .text(minutes), "case": .text(about)])
                }
                #expect(refusal?.problems.map(\.field) == [field], "\(String(describing: refusal))")
            }
        }
    }

    @Test(
        "CASE-78: Before a shift ends, cases whose clocks are over by then, promises due and customers at risk are listed, with whose they are",
        arguments: Engine.available)
    func risk(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            func atRisk(within hours: Int) async throws -> JSON {
                let answer = try await server.program(.ines).get("/api/v1/risk?hours=\(hours)")
                return answer.json
            }
            func due(_ hours: Int) async throws -> [String] { numbers(try await atRisk(within: hours)) }
            let number = try await desk.reportedCase()
            try await desk.perform("case.assign", as: .marta, ["id": .text(number), "assignee": "@me"])
            try await desk.perform(
                "case.reply", as: .marta,
                [
                    "id": .text(number), "text": "We look at the gateway now.",
                    "next_update_at": .text(desk.clock.now.adding(seconds: 5 * 3600).rfc3339),
                ])
            try await ServiceLevelsJobs(desk.services).finish()
            #expect(try await due(4) == [], "nothing is over in four hours")
            #expect(try await due(6) == [number])
            let marta = try desk.actor(.marta).id
            let owners = try await atRisk(within: 6)["owners"]?.array ?? []
            #expect(owners.map { $0["owner"]?.string } == [marta] && owners.first?["cases"]?.integer == 1)
            let page = try await server.browser(.ines).get("/risk?hours=6").body
            #expect(
                page.contains("href=\"/cases/\(number)\"") && page.contains("Promised update")
                    && page.contains("/board?of=\(marta)"))
            desk.clock.advance(seconds: 6 * 3600)
            #expect(try await server.browser(.ines).get("/risk").body.contains("Late already"))

            // A customer at risk: their cases stand there before anything is due.
            let account = try await desk.found(number).organisation?.raw ?? ""
            try await desk.perform(
                "organisation.raise_risk", as: .ines,
                [
                    "id": .text(account), "level": "at_risk", "reason": "Renewal in two weeks",
                    "owner": .text(Cast.ines.email),
                ])
            let quiet = try await desk.reportedCase()
            try await ServiceLevelsJobs(desk.services).finish()
            let found = try await atRisk(within: 1)
            #expect(numbers(found).contains(number))
            let customers = found["customers"]?.array ?? []
            #expect(customers.map { $0["number"]?.string } == [quiet])
            #expect(customers.first?["risks"]?.array == [.string("Renewal in two weeks")])
            for hours in ["0", "73", "soon"] {
                #expect(try await server.program(.ines).get("/api/v1/risk?hours=\(hours)").status == 422)
            }
            #expect(try await server.browser(.daniel).get("/risk").status == 403)
        }
    }

    @Test("A member of a team is held to the limit that policy names for them, on their board as elsewhere")
    func ownLimit() throws {
        let document =
            Policy.defaultDocument + """

                routing:
                  teams:
                    - {id: day, name: Day, members: [{person: marta@halden.io, limit: 6}, {person: jonas@halden.io}]}

                """
        let policy = try PolicyDocument.read(document).get()
        #expect(Workload([], of: "marta@halden.io", policy: policy).limit == 6)
        #expect(policy.work.limit != 6)
        #expect(Workload([], of: "jonas@halden.io", policy: policy).limit == policy.work.limit)
    }
}
