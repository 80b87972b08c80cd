import Diagnosis
import Domain
import TestSupport
import Testing

@testable import Desk

/// The list of cases that somebody follows without owning them.
@Suite("Watched cases")
struct WatchListTests {
    @Test(
        "The cases that one watches are a list of their own, on the page and over the API",
        arguments: Engine.available)
    func list(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let (watched, other) = (
                try await server.desk.reportedCase(subject: "Watched by Ravi"),
                try await server.desk.reportedCase(subject: "Watched by nobody")
            )
            let (ravi, marta) = (try await CaseClient(server, .ravi), try await CaseClient(server, .marta))
            let browser = try await server.browser(.ravi)
            let empty = try await browser.get("/cases?watch=me").body
            #expect(empty.contains("You watch no open case"))
            try await ravi.act("watch", on: watched)
            try await marta.act("watch", on: watched)
            #expect(try await ravi.find("watched_by=me") == [watched])
            let page = try await browser.get("/cases?watch=me").body
            #expect(page.contains("Cases you watch") && page.contains("Watched by Ravi"))
            #expect(!page.contains("Watched by nobody"))
            #expect(page.contains("href=\"/cases?watch=me\" aria-current=\"page\""), "the rail leads here")
            #expect(try await browser.get("/cases").body.contains("href=\"/cases?watch=me\""))
            // A search inside the list stays inside it.
            #expect(page.contains("value=\"is:open is:watched\""), "the box says what the list is")
            let found = try await browser.get("/cases?watch=me&q=nobody").body
            #expect(!found.contains("r-\(other)"))
            try await ravi.act("unwatch", on: watched)
            #expect(try await ravi.find("watched_by=me") == [])
            #expect(try await marta.find("watched_by=me") == [watched])
            #expect(try await browser.get("/cases?watch=everybody").status == 422)
            let foreign = try await ravi.program.get("/api/v1/cases?watched_by=marta")
            #expect(foreign.status == 422)
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test(
        "A watched case that becomes restricted leaves the list of who may not see it",
        arguments: Engine.available)
    func restricted(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let ravi = try await CaseClient(server, .ravi)
            try await ravi.act("watch", on: number)
            try await CaseClient(server, .ines).act(
                "restrict", on: number,
                [
                    "level": "security", "reason": "A leak",
                ])
            #expect(try await ravi.find("watched_by=me") == [])
            let page = try await server.browser(.ravi).get("/cases?watch=me").body
            #expect(!page.contains(number))
        }
    }

    @Test(
        "CASE-55: A planned call is moved; the customer reads the new time, colleagues also why",
        arguments: Engine.available)
    func movedCall(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            try await marta.act(
                "schedule_call", on: number, ["topic": "Traces", "starts_at": "2026-03-02T11:00:00Z"])
            let browser = try await server.browser(.marta)
            let form = try await browser.get("/cases/\(number)/move_call?call=C1").body
            #expect(form.contains("value=\"C1\"") && form.contains("2026-03-02T11:00"))
            #expect(try await browser.get("/cases/\(number)/calls/C1").body.contains("move_call?call=C1"))
            let base = try await marta.read(number)["version"]?.integer ?? 0
            try await marta.act(
                "move_call", on: number,
                ["call": "C1", "starts_at": "2026-03-02T13:30:00Z", "reason": "They are on a train"])
            let call = try await marta.read(number)["calls"]?.array?.first
            #expect(call?["starts_at"] == "2026-03-02T13:30:00Z" && call?["state"] == "planned")
            let clash = try await CaseClient(server, .jonas).act(
                "move_call", on: number,
                ["call": "C1", "starts_at": "2026-03-02T15:00:00Z", "base_version": .integer(base)],
                expecting: 412)
            #expect(clash["code"] == "edited_by_others", "two who move it at once are told")
            let page = try await browser.get("/cases/\(number)").body
            #expect(page.contains("moved call C1 to") && page.contains("They are on a train"))
            let portal = try await server.browser(.daniel).get("/portal/cases/\(number)").body
            #expect(portal.contains("moved the call to") && portal.contains("13:30"))
            #expect(!portal.contains("They are on a train"))
            try await marta.act("end_call", on: number, ["call": "C1", "outcome": "held"])
            let late = try await marta.act(
                "move_call", on: number, ["call": "C1", "starts_at": "2026-03-02T15:00:00Z"], expecting: 409)
            #expect(late["code"] == "call_over")
            #expect(try await server.desk.findings() == [])
        }
    }
}
