import Diagnosis
import Domain
import Foundation
import NIOHTTP1
import Storage
import TestSupport
import Testing

@testable import Desk

/// What is asked of customers, and what is shared outwards: links that do one thing, for a while.
@Suite("Evidence by link")
struct EvidenceLinkTests {
    /// The first link of a kind on the page of a case's evidence.
    private static func link(_ kind: String, of number: String, _ server: TestServer) async throws -> String {
        let page = try await server.browser(.marta).get("/cases/\(number)/evidence").body
        let path = page.firstMatch(of: try Regex("/\(kind)/[0-9a-zA-Z.-]+")).map { String(page[$0.range]) }
        return try #require(path)
    }

    private static func asked(_ server: TestServer) async throws -> (number: String, link: String) {
        let number = try await server.desk.reportedCase()
        try await server.desk.perform(
            "case.request_evidence", as: .marta,
            [
                "id": .text(number), "reason": "To see which payments are refused",
                "items": "The log of 20 Nov, as a file\nA screenshot of the error\n",
                "script": "tail -n 1000 bridge.log > send-this.log", "days": .integer(7),
            ])
        return (number, try await link("give", of: number, server))
    }

    @Test(
        "CASE-40: a customer is asked item by item, with a script and a link that needs no account, and is reminded",
        arguments: Engine.available)
    func asking(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let (number, link) = try await Self.asked(server)
            let portal = try await server.browser(.daniel).get("/portal/cases/\(number)").body
            for words in [
                "To see which payments are refused", "A screenshot of the error", "tail -n 1000",
                "Not here yet",
            ] {
                #expect(portal.contains(words), "\(words)")
            }
            let visitor = server.stranger
            let page = try await visitor.get(link)
            #expect(
                page.status == 200 && page.body.contains("The log of 20 Nov")
                    && page.body.contains("tail -n 1000"))
            #expect(!page.body.contains(number), "a link shows nothing but what was asked")
            let sent = try await visitor.send(
                files: [("bridge.log", Array("the log".utf8))], fields: ["item": "R1.1"], to: link)
            #expect(sent.status == 303)
            let program = try await server.program(.marta)
            func request() async throws -> JSON {
                try await program.get("/api/v1/cases/\(number)/evidence").json["requests"]?[0] ?? .null
            }
            var state = try await request()
            #expect(state["items"]?[0]?["state"] == "Received" && state["items"]?[0]?["evidence"] == ["E1"])
            #expect(state["items"]?[1]?["state"] == "Not here yet")
            try await server.desk.perform(
                "case.remind_of_evidence", as: .marta, ["id": .text(number), "request": "R1"])
            state = try await request()
            #expect(state["reminders"]?.array?.count == 1)
            let raw = try await visitor.send(
                .PUT, "/api/v1\(link)/R1.2?name=error.png", Array("a picture".utf8))
            #expect(raw.status == 201 && raw.json["number"] == nil)
            let timeline = try await program.get("/api/v1/cases/\(number)/timeline").body
            #expect(timeline.contains("case.evidence_requested") && timeline.contains("case.evidence_given"))
            let over = try await visitor.get(link)
            #expect(over.status == 404 && over.body.contains("Everything that was asked for is here"))
            let late = try await visitor.send(
                files: [("more.log", [1])], fields: ["item": "R1.1"], to: link)
            #expect(late.status == 404)
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test(
        "A link that ended, was withdrawn, was forged or is for another purpose says so and tells nothing",
        arguments: Engine.available)
    func deadLinks(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let (number, link) = try await Self.asked(server)
            let visitor = server.stranger
            let last = link.last == "0" ? "1" : "0"
            let forged = [
                String(link.dropLast()) + last, link.replacing("/give/", with: "/shared/"),
                link.replacing(".R1.", with: ".R2."), "/give/x", "/give/..",
            ]
            for path in forged {
                let answer = try await visitor.get(path)
                #expect(answer.status == 404, "\(path)")
                #expect(!answer.body.contains("payments are refused"), "\(path)")
            }
            server.desk.clock.advance(seconds: 7 * 86_400 + 1)
            let ended = try await visitor.get(link)
            #expect(ended.status == 404 && ended.body.contains("This link has ended"))
            let (second, open) = try await Self.asked(server)
            try await server.desk.perform(
                "case.withdraw_evidence_request", as: .marta,
                ["id": .text(second), "request": "R1", "reason": "We found it in our own log"])
            let withdrawn = try await visitor.get(open)
            #expect(withdrawn.status == 404 && withdrawn.body.contains("no longer needed"))
            #expect(!withdrawn.body.contains("our own log"), "reasons are for colleagues")
            #expect(try await server.desk.found(number).version.number == 2)
        }
    }

    @Test("Whoever tries links by chance is made to wait")
    func guessing() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let (_, link) = try await Self.asked(server)
            for attempt in 0..<30 { _ = try await server.stranger.get("/give/a.b.\(attempt)") }
            let refused = try await server.stranger.get(link)
            #expect(refused.status == 429 && refused.headers["retry-after"] == "900")
            server.desk.clock.advance(seconds: 901)
            #expect(try await server.stranger.get(link).status == 200)
        }
    }

    @Test(
        "PRIV-05: links both ways end, can be ended, do one thing, take a passcode and a limit, and each use is on record",
        arguments: Engine.available)
    func sharing(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let added = try await Evidences.add(
                "the shared log", name: "bridge.log", to: number, [:], server.desk)
            let id = RawValue.text(added["id"]?.string ?? "")
            try await server.desk.perform(
                "evidence.share", as: .marta,
                [
                    "id": id, "purpose": "Ravi at the acquirer", "days": .integer(2), "limit": .integer(2),
                    "passcode": .bool(true),
                ])
            let link = try await Self.link("shared", of: number, server)
            let list = try await server.browser(.marta).get("/cases/\(number)/evidence").body
            let passcode = try #require(list.firstMatch(of: /Passcode <b class="mono">(\d{8})</)).1
            let visitor = server.stranger
            let page = try await visitor.get(link)
            #expect(page.status == 200 && page.body.contains("Ravi at the acquirer"))
            #expect(!page.body.contains("bridge.log"), "the name is behind the passcode")
            let wrong = try await visitor.submit(link, ["passcode": "00000000"])
            #expect(wrong.status == 422 && wrong.body.contains("This is not the passcode"))
            for _ in 1...2 {
                let got = try await visitor.submit(link, ["passcode": "\(passcode)"])
                #expect(got.status == 200 && got.body == "the shared log")
                #expect(got.headers["content-disposition"]?.contains("attachment") == true)
            }
            let usedUp = try await visitor.submit(link, ["passcode": "\(passcode)"])
            #expect(usedUp.status == 404 && usedUp.body.contains("as often as it could be"))
            let log = try await server.browser(.ada).get("/cases/\(number)/evidence/reads").body
            #expect(log.contains("Visitor from 127.0.0.1") && log.contains("by S1"))
            try await server.desk.perform("evidence.share", as: .marta, ["id": id, "purpose": "Once more"])
            let second = try await Self.link("shared", of: number, server)
            #expect(try await visitor.submit(second, [:]).body == "the shared log")
            try await server.desk.perform("case.end_share", as: .marta, ["id": .text(number), "share": "S2"])
            #expect(try await visitor.get(second).body.contains("This link was ended"))
            try await server.desk.perform(
                "evidence.share", as: .marta, ["id": id, "purpose": "A day", "days": .integer(1)])
            let third = try await Self.link("shared", of: number, server)
            server.desk.clock.advance(seconds: 86_401)
            #expect(try await visitor.get(third).body.contains("out of date"))
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test("Restricted evidence is only shared with a passcode, and guessing one is stopped")
    func passcodes() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let number = try await server.desk.reportedCase()
            let added = try await Evidences.add(
                to: number, as: .marta, ["sensitivity": "restricted"], server.desk)
            let id = RawValue.text(added["id"]?.string ?? "")
            await #expect(throws: Refusal.self) {
                try await server.desk.perform("evidence.share", as: .marta, ["id": id, "purpose": "Open"])
            }
            try await server.desk.perform(
                "evidence.share", as: .marta, ["id": id, "purpose": "Closed", "passcode": .bool(true)])
            let link = try await Self.link("shared", of: number, server)
            for _ in 0..<10 { _ = try await server.stranger.submit(link, ["passcode": "12345678"]) }
            #expect(try await server.stranger.submit(link, ["passcode": "12345678"]).status == 429)
        }
    }

    @Test(
        "CASE-41: what a case of its kind should have is present, absent, or cannot be had with the reason",
        arguments: Engine.available)
    func completeness(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let program = try await server.program(.marta)
            func states() async throws -> [String: String] {
                let all =
                    try await program.get("/api/v1/cases/\(number)/evidence").json["expected"]?.array ?? []
                return Dictionary(
                    uniqueKeysWithValues: all.map { ($0["type"]?.string ?? "", $0["state"]?.string ?? "") })
            }
            #expect(
                try await states() == [
                    "log_extract": "absent", "deploy_history": "absent", "metric_snapshot": "absent",
                ])
            try await server.desk.perform(
                "case.edit", as: .marta, ["id": .text(number), "product_area": "payments"])
            #expect(try await states()["api_exchange"] == "absent", "by product area")
            try await Evidences.add(to: number, as: .marta, ["type": "log_extract"], server.desk)
            try await server.desk.perform(
                "case.expect_evidence", as: .marta,
                ["id": .text(number), "type": "metric_snapshot", "impossible": "Metrics are kept 3 days"])
            #expect(
                try await states() == [
                    "log_extract": "present", "deploy_history": "absent", "metric_snapshot": "impossible",
                    "api_exchange": "absent",
                ])
            let page = try await server.browser(.marta).get("/cases/\(number)/evidence").body
            #expect(page.contains("Metrics are kept 3 days"))
            let casePage = try await server.browser(.marta).get("/cases/\(number)").body
            #expect(casePage.contains("Expected and not here: Deploy history, API request and response"))
            try await server.desk.perform(
                "case.expect_evidence", as: .marta, ["id": .text(number), "type": "metric_snapshot"])
            #expect(try await states()["metric_snapshot"] == "absent")
        }
    }
}
