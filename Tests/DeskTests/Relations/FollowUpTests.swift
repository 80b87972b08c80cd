import Desk
import Diagnosis
import Domain
import TestSupport
import Testing

/// What comes back: CASE-48.
@Suite("Reopened and followed up")
struct FollowUpTests {
    private static func resolved(_ server: TestServer, _ marta: CaseClient) async throws -> String {
        let number = try await server.desk.reportedCase(symptom: "Refunds fail.")
        try await marta.act("assign", on: number, ["assignee": "@me"])
        try await marta.act("resolve", on: number, ["narrative": "Fixed", "verdict": "data"])
        return number
    }

    @Test(
        "CASE-48 part: Within the window a case reopens as itself, after it a linked follow-up is opened, and each can be counted",
        arguments: Engine.available)
    func reopenedOrFollowedUp(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let number = try await Self.resolved(server, marta)
            let early = try await marta.act("follow_up", on: number, ["text": "Again"], expecting: 409)
            #expect(early["code"] == "reopen_instead")
            try await marta.act("reopen", on: number, ["reason": "Again"])
            #expect(try await marta.read(number)["reopen_count"] == 1)
            try await marta.act("resolve", on: number, ["narrative": "Fixed", "verdict": "data"])

            server.desk.clock.advance(seconds: 15 * 86_400)
            let late = try await marta.act("reopen", on: number, ["reason": "Again"], expecting: 409)
            #expect(late["code"] == "reopen_window_over")
            let made = try await marta.act("follow_up", on: number, ["text": "It fails again."])
            let new = try #require(made["number"]?.string)
            let read = try await marta.read(new)
            #expect(read["is_follow_up"] == true && read["follow_up_of"] == .string(number))
            #expect(read["symptom"] == "It fails again." && read["subject"] == "Payments fail")
            let old = try await marta.read(number)
            #expect(old["reopen_count"] == 1 && old["is_follow_up"] == false)
            #expect(old["links"]?.array?.first?["link"] == .string("has_follow_up/case/\(new)"))
            let twice = try await marta.act("follow_up", on: number, ["text": "Again"], expecting: 409)
            #expect(twice["code"] == "followed_up_already")
            #expect(twice["detail"]?.string?.contains(new) == true)
            let link = try await marta.act(
                "unlink", on: new, ["link": .string("follow_up_of/case/\(number)")], expecting: 409)
            #expect(link["code"] == "link_is_a_record", "so it goes on being counted")
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test("CASE-48 part: A customer follows up from the portal in one step", arguments: Engine.available)
    func fromThePortal(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let number = try await Self.resolved(server, marta)
            server.desk.clock.advance(seconds: 15 * 86_400)
            let daniel = try await server.browser(.daniel)
            let page = try await daniel.get("/portal/cases/\(number)").body
            #expect(page.contains("/portal/cases/\(number)/follow_up"))
            let sent = try await daniel.submit(
                "/portal/cases/\(number)/follow_up", ["text": "It fails again."])
            #expect(sent.status == 303)
            let place = try #require(sent.headers["location"])
            let new = String(place.dropFirst("/portal/cases/".count).prefix { $0 != "?" })
            let read = try await marta.read(new)
            #expect(read["follow_up_of"] == .string(number) && read["channel"] == "portal")
            #expect(read["requester"] == .string(server.desk.people[.daniel]?.id.raw ?? ""))
            let foreign = try await server.program(.sofia).post(
                "/api/v1/portal/cases/\(number)/follow_up", json: ["text": "Mine"])
            #expect(foreign.status == 404)
        }
    }

    @Test(
        "CASE-48: The reopen metric counts each resolved case once: reopened within the window, or followed up after it",
        arguments: Engine.available)
    func metric(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            func counts(_ query: String = "", _ client: CaseClient) async throws -> [JSON?] {
                let answer = try await client.program.get("/api/v1/reopens\(query)").json
                return [
                    answer["resolved"], answer["reopened"], answer["followed_up"], answer["came_back"],
                    answer["reopened_permille"], answer["provisional"],
                ]
            }
            #expect(try await counts("", marta) == [0, 0, 0, 0, .null, true])
            let quiet = try await Self.resolved(server, marta)
            let reopened = try await Self.resolved(server, marta)
            let followed = try await Self.resolved(server, marta)
            let both = try await Self.resolved(server, marta)
            for _ in 1...2 {
                server.desk.clock.advance(seconds: 3600)
                try await marta.act("reopen", on: reopened, ["reason": "Again"])
                try await marta.act("resolve", on: reopened, ["narrative": "Fixed", "verdict": "data"])
            }
            try await marta.act("reopen", on: both, ["reason": "Again"])
            try await marta.act("resolve", on: both, ["narrative": "Fixed", "verdict": "data"])
            #expect(try await counts("", marta) == [4, 2, 0, 2, 500, true], "twice reopened counts once")
            server.desk.clock.advance(seconds: 15 * 86_400)
            for number in [followed, both] {
                try await marta.act("follow_up", on: number, ["text": "It fails again."])
            }
            #expect(try await counts("", marta) == [4, 2, 1, 3, 500, true])
            let month = "?from=2026-03-01T00:00:00Z&to=2026-03-03T00:00:00Z"
            #expect(try await counts(month, marta) == [4, 2, 1, 3, 500, false])
            #expect(try await counts("?from=2026-03-03T00:00:00Z", marta) == [0, 0, 0, 0, .null, true])
            let page = try await server.browser(.marta).get("/cases/reopens\(month)").body
            #expect(page.contains("50.0 % of 4") && page.contains("75.0 % of 4"))
            let hidden = try await CaseClient(server, .ines)
            try await hidden.act("restrict", on: quiet, ["level": "security", "reason": "A leak"])
            try await hidden.act("restrict", on: reopened, ["level": "security", "reason": "A leak"])
            let ravi = try await CaseClient(server, .ravi)
            #expect(
                try await counts(month, ravi) == [2, 1, 1, 2, 500, false], "what is hidden is not counted")
            let odd = try await marta.program.get("/api/v1/reopens?from=yesterday")
            #expect(odd.status == 422 && odd.json.fieldCodes == ["from:not_a_time"])
        }
    }
}
