import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// What may fall through, found before somebody misses it.
@Suite("Nothing falls through")
struct AttentionTests {
    /// The cases that a check finds, by the API.
    private func found(_ check: String, _ server: TestServer, of: String = "", as member: Cast = .ines)
        async throws
        -> [String]
    {
        let answer = try await server.program(member).get("/api/v1/attention\(of)").json
        let item = try #require(answer["items"]?.array?.first { $0["id"]?.string == check }, "\(answer)")
        let cases = item["cases"]?.array?.compactMap(\.string) ?? []
        #expect(item["count"]?.integer == Int64(cases.count) && item["problem"] == .null)
        return cases
    }

    private func pass(_ hours: Int64, _ server: TestServer) {
        server.desk.clock.advance(seconds: hours * 3600)
    }

    @Test(
        "CASE-59: Cases that nobody owns, whose promise or next action is late, whose customer waits, that wait too long, that Engineering says nothing about and where nothing happens are found, and gone once somebody acts",
        arguments: Engine.available)
    func everyWayToFallThrough(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let marta = try await CaseClient(server, .marta)
            let number = try await desk.reportedCase()
            for check in ["unowned", "unanswered", "quiet"] {
                #expect(try await found(check, server) == [], "\(check): a case just came")
            }
            pass(1, server)
            #expect(try await found("unowned", server) == [number])
            try await desk.perform("case.assign", as: .marta, ["id": .text(number), "assignee": "@me"])
            #expect(try await found("unowned", server) == [])

            try await desk.perform("portal.reply", as: .daniel, ["id": .text(number), "text": "It goes on."])
            pass(3, server)
            #expect(try await found("unanswered", server) == [])
            pass(2, server)
            #expect(try await found("unanswered", server) == [number])
            try await desk.perform(
                "case.reply", as: .marta,
                [
                    "id": .text(number), "text": "We look at the gateway.",
                    "next_update_at": .text(desk.clock.now.adding(seconds: 7200).rfc3339),
                ])
            #expect(try await found("unanswered", server) == [])

            #expect(try await found("promise_late", server) == [])
            pass(3, server)
            #expect(try await found("promise_late", server) == [number])
            try await marta.act(
                "set_next_action", on: number,
                [
                    "text": "Compare the clocks", "owner": .string(Cast.marta.email),
                    "due_at": .string(desk.clock.now.adding(seconds: 3600).rfc3339),
                ])
            #expect(try await found("overdue", server) == [])
            #expect(try await found("aimless", server) == [])
            pass(2, server)
            #expect(try await found("overdue", server) == [number])
            try await desk.perform(
                "case.reply", as: .marta, ["id": .text(number), "text": "The clocks agree."])
            #expect(try await found("promise_late", server) == [])
            try await marta.act("finish_next_action", on: number, ["outcome": "They agree"])
            #expect(try await found("overdue", server) == [])
            pass(24, server)
            #expect(try await found("aimless", server) == [number])

            try await marta.act("change_status", on: number, ["status": "investigating"])
            try await marta.act(
                "change_status", on: number,
                ["status": "waiting_on_third_party", "blocked_by": "engineering"])
            pass(47, server)
            #expect(try await found("engineering_silent", server) == [])
            pass(2, server)
            #expect(try await found("engineering_silent", server) == [number])
            try await marta.act("note", on: number, ["text": "They look at it tomorrow."])
            #expect(try await found("engineering_silent", server) == [])
            pass(118, server)
            #expect(try await found("waiting_long", server) == [])
            #expect(try await found("quiet", server) == [])
            pass(3, server)
            #expect(try await found("waiting_long", server) == [number], "more than 168 hours in its state")
            #expect(try await found("quiet", server) == [number], "more than 120 hours after the note")
            #expect(try await found("quiet_top", server) == [], "its severity is not among the top two")
        }
    }

    @Test(
        "SLA-12 part: A promise that ends soon or is over is found, and gone once it is kept; the one that ends first comes first",
        arguments: Engine.available)
    func promises(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let later = try await desk.reportedCase()
            pass(1, server)
            let first = try await desk.reportedCase()
            try await desk.perform(
                "case.change_severity", as: .ines,
                ["id": .text(first), "severity": "sev2", "reason": "Spreads"])
            let jobs = ServiceLevelsJobs(desk.services)
            try await jobs.finish()
            #expect(
                try await found("near_breach", server) == [first], "its first response is due in 30 minutes")
            desk.clock.advance(seconds: 1860)
            #expect(try await found("breached", server) == [first])
            #expect(try await found("near_breach", server) == [later])
            let page = try await server.browser(.ines).get("/attention").body
            #expect(page.contains(">1 min ago<") && page.contains(">in 29 min<"))
            #expect(page.contains("/cases/\(first)/assign"), "nobody owns it, so that comes first")
            try await desk.perform("case.assign", as: .marta, ["id": .text(first), "assignee": "@me"])
            let owned = try await server.browser(.ines).get("/attention").body
            #expect(owned.contains("/cases/\(first)/reply"), "it needs an answer first")
            try await desk.perform(
                "case.reply", as: .marta,
                ["id": .text(first), "text": "The bridge drops every second call; we restart it now."])
            try await jobs.finish()
            #expect(try await found("breached", server) == [])
        }
    }

    @Test(
        "The page shows each check with the step that mends it, for all cases or one’s own",
        arguments: Engine.available)
    func page(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let browser = try await server.browser(.marta)
            #expect(try await browser.get("/attention").body.contains("All is in hand"))
            let number = try await desk.reportedCase(subject: "Refunds <stall>")
            pass(5, server)
            let page = try await browser.get("/attention").body
            #expect(page.contains("Nobody owns it") && page.contains("Refunds &lt;stall&gt;"))
            #expect(page.contains("Take it") && page.contains("action=\"/cases/\(number)/assign\""))
            #expect(!(try await browser.get("/attention?of=me").body.contains(number)), "it is nobody’s")
            let taken = try await browser.submit(
                "/cases/\(number)/assign", ["assignee": "@me", "_key": "k", "_return": "/attention"])
            #expect(taken.status == 303 && taken.headers["location"]?.hasPrefix("/attention") == true)
            pass(30, server)
            // Her session ended by itself meanwhile.
            let mine = try await server.browser(.marta).get("/attention?of=me").body
            #expect(
                mine.contains("Nobody said what happens next")
                    && mine.contains("/cases/\(number)/set_next_action"))
            #expect(!mine.contains("Take it"))
            #expect(try await found("aimless", server, of: "?of=me", as: .jonas) == [], "it is Marta’s")
            let strange = try await server.program(.ines).get("/api/v1/attention?of=all")
            #expect(strange.status == 422)
        }
    }

    @Test(
        "Whoever may not know of a restricted case is not told that it falls through",
        arguments: Engine.available)
    func restricted(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let ines = try await CaseClient(server, .ines)
            try await ines.act(
                "restrict", on: number,
                ["level": "security", "reason": "A leak", "security_owner": .string(Cast.ines.email)])
            pass(1, server)
            #expect(try await found("unowned", server) == [number])
            #expect(try await found("unowned", server, as: .jonas) == [])
        }
    }

    @Test(
        "CASE-15: The working priority says what severity, time left, tier, contract, revenue and compliance, and age count, and gives way to a number set for a reason",
        arguments: Engine.available)
    func priority(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let number = try await desk.reportedCase()
            let (marta, ines) = (try await CaseClient(server, .marta), try await CaseClient(server, .ines))
            func points(_ name: String) async throws -> Int64? {
                try await marta.read(number)["priority"]?["parts"]?.array?.first {
                    $0["name"]?.string == name
                }?["points"]?
                .integer
            }
            let names = try await marta.read(number)["priority"]?["parts"]?.array?.compactMap {
                $0["name"]?.string
            }
            #expect(
                names == [
                    "Severity", "Time left", "Revenue and compliance", "Customer tier", "Age", "Contract",
                ])
            #expect(try await points("Severity") == 20, "Sev3 weighs 45 of 100")
            #expect(try await points("Time left") == 18, "the first response is due in 2 hours")
            #expect(try await points("Age") == 0)
            try await marta.act(
                "reply", on: number, ["text": "The bridge drops every second call; we restart it."])
            #expect(try await points("Time left") == 13, "the case is to be classified within 8 hours")
            try await marta.act(
                "record_impact", on: number, ["money_at_risk": "€ 221,400", "compliance": "PSD2 reporting"])
            #expect(try await points("Revenue and compliance") == 8)
            try await marta.act(
                "promise_update", on: number,
                ["next_update_at": .string(desk.clock.now.adding(seconds: 14_400).rfc3339)])
            #expect(try await points("Time left") == 16, "four hours to the promised update")
            desk.clock.advance(seconds: 7 * 86_400)
            #expect(try await points("Time left") == 20)
            #expect(try await points("Age") == 4)
            let before = try await marta.read(number)["priority"]?["score"]?.integer ?? 0

            try await marta.act(
                "override_priority", on: number, ["points": 95, "reason": "Mine"], expecting: 403)
            let bare = try await ines.act("override_priority", on: number, ["points": 95], expecting: 422)
            #expect(bare.fieldCodes == ["reason:missing"])
            try await ines.act(
                "override_priority", on: number, ["points": 101, "reason": "x"], expecting: 422)
            try await ines.act(
                "override_priority", on: number, ["points": 95, "reason": "Their board meets at noon"])
            let set = try await marta.read(number)["priority"]
            #expect(set?["score"]?.integer == 95 && set?["computed"]?.integer == before)
            #expect(set?["override"]?["by"]?.string == desk.people[.ines]?.id.raw)
            let page = try await server.browser(.marta).get("/cases/\(number)").body
            #expect(page.contains("<b>95</b>") && page.contains("Their board meets at noon"))
            #expect(page.contains("of 20: ") && page.contains("late"), "the breakdown stays in sight")
            try await ines.act("override_priority", on: number, ["points": .null, "reason": "They have met"])
            let back = try await marta.read(number)["priority"]
            #expect(back?["score"]?.integer == before && back?["override"] == .null)
        }
    }
}
