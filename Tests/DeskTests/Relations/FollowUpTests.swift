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
}
