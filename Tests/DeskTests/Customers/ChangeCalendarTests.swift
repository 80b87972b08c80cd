import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// Customers say when they allow changes; plans and clocks mind it.
@Suite("Change windows and freezes")
struct ChangeCalendarTests {
    private static let path = "/api/v1/organisations/Halden%20Travel"

    private func set(
        _ server: TestServer, _ fields: JSON, expecting status: Int = 200,
        location: SourceLocation = #_sourceLocation
    ) async throws -> JSON {
        let answer = try await server.program(.marta).post("\(Self.path)/set_change_calendar", json: fields)
        #expect(answer.status == status, "\(answer.body)", sourceLocation: location)
        return answer.json
    }

    private func resolution(_ number: String, _ server: TestServer) async throws -> JSON {
        try await ServiceLevelsJobs(server.desk.services).finish()
        let json = try await server.program(.marta).get("/api/v1/cases/\(number)/clocks").json
        return try #require(json["items"]?.array?.last { $0["clock"]?.string == "resolution" })
    }

    private static let freeze: JSON = [
        "zone": "Europe/Helsinki", "freezes": ["2026-03-03..2026-03-04 Quarter end"],
    ]

    @Test(
        "SLA-22: what is planned for a time at which the customer allows no changes is warned about, and the clock of resolution stands then where its contract says so, with the reason in its intervals",
        arguments: Engine.available)
    func planned(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let client = try await CaseClient(server, .marta)
            let number = try await desk.reportedCase()
            _ = try await set(server, Self.freeze)
            #expect(
                try await resolution(number, server)["due_at"] == "2026-03-12T09:00:00Z",
                "the contract says nothing")

            // Plans: the next action, a fix that engineering planned, the end of the resolution.
            try await client.act("assign", on: number, ["assignee": "@me"])
            try await client.act(
                "set_next_action", on: number,
                ["text": "Roll the gateway out", "due_at": "2026-03-03T10:00:00Z"])
            try await client.act("link_record", on: number, ["kind": "defect", "key": "ENG-812"])
            try await client.act(
                "decide_defect", on: number,
                [
                    "defect": "ENG-812", "outcome": "accepted", "reason": "Planned for the next train",
                    "planned_for": "2026-03-04T12:00:00Z",
                ])
            let conflicts = try await client.read(number)["change_conflicts"]?.array ?? []
            #expect(conflicts.map { $0["what"]?.string } == ["The next action", "The fix of ENG-812"])
            #expect(conflicts.first?["freeze"] == "2026-03-03..2026-03-04 Quarter end")
            #expect(
                conflicts.first?["allowed_again_at"] == "2026-03-04T22:00:00Z",
                "midnight where the customer is")
            let page = try await server.browser(.marta).get("/cases/\(number)").body
            #expect(page.contains("allows no changes at what is planned here"))
            #expect(page.contains("the freeze “Quarter end”"))
            #expect(
                !(try await server.browser(.daniel).get("/portal/cases/\(number)").body.contains(
                    "allows no changes")))

            // The contract says that the clock waits.
            let policy = Policy.defaultDocument.replacing(
                "resolution: {sev1: 24h, sev2: 72h, sev3: 240h, sev4: 480h}",
                with: "resolution: {sev1: 24h, sev2: 72h, sev3: 240h, sev4: 480h, waits_for_changes: true}")
            try await desk.perform(
                "policy.change", as: .otto, ["document": .text(policy), "reason": "Contracts of 2026"])
            #expect(
                try await resolution(number, server)["due_at"] == "2026-03-14T09:00:00Z", "two days later")
            desk.clock.advance(seconds: 14 * 3600)
            let during = try await resolution(number, server)
            #expect(during["state"] == "paused" && during["reason"] == "customer_change_window")
            #expect(during["spent_seconds"]?.integer == 46_800, "from nine to midnight in Helsinki")
            let beside = try await server.browser(.marta).get("/cases/\(number)").body
            #expect(beside.contains("the customer’s change window"))
            desk.clock.advance(seconds: 3 * 86_400)
            let after = try await resolution(number, server)
            #expect(after["state"] == "running")
            let intervals = after["intervals"]?.array ?? []
            #expect(intervals.compactMap { $0["reason"]?.string } == ["customer_change_window"])
            let stood = intervals.first { $0["state"] == "paused" }
            #expect(stood?["from"] == "2026-03-02T22:00:00Z" && stood?["to"] == "2026-03-04T22:00:00Z")
            #expect(stood?["paused_seconds"]?.integer == 172_800)
            let csv = try await server.browser(.marta).get("/cases/\(number)/clocks.csv").body
            #expect(csv.contains("Paused: waits for the customer’s change window"))
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "SLA-22 part: an amendment of one customer makes its clock wait for weekly windows, and a new change calendar counts from when it was set",
        arguments: Engine.available)
    func windows(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let number = try await desk.reportedCase()
            let other = try await desk.reportedCase(by: .sofia)
            let proposed = try await server.program(.ines).post(
                "\(Self.path)/propose_amendment",
                json: ["document": "Addendum 5", "from": "2026-03-01", "waits_for_changes": ["resolution"]])
            #expect(proposed.status == 200, "\(proposed.body)")
            _ = try await server.program(.otto).post(
                "\(Self.path)/approve_amendment", json: ["amendment": "A1"])
            #expect(try await resolution(number, server)["due_at"] == "2026-03-12T09:00:00Z")
            _ = try await set(server, ["windows": ["mon-fri 00:00-24:00"]])
            // 240 hours of working days: two weekends of two days lie between.
            #expect(try await resolution(number, server)["due_at"] == "2026-03-16T09:00:00Z")
            _ = try await set(server, ["windows": []])
            #expect(try await resolution(number, server)["due_at"] == "2026-03-12T09:00:00Z")
            #expect(try await resolution(other, server)["calendar"] == "business_hours")
            #expect(try await desk.findings() == [])
        }
    }

    @Test("A calendar that cannot be names the field, and nothing of what was written is lost")
    func refused() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let wrong: [(JSON, String)] = [
                (["zone": "Mars/Phobos", "freezes": ["12-24 Eve"]], "zone:bad_calendar"),
                (["windows": ["someday 10:00-12:00"]], "windows:wrong_type"),
                (["windows": ["mon 10:00-12:00", "mon 11:00-13:00"]], "windows:bad_calendar"),
                (["freezes": ["soon Year end"]], "freezes:wrong_type"),
                (["freezes": ["2026-12-24..2026-12-26 Christmas", "12-24 Eve"]], "freezes:bad_calendar"),
            ]
            for (fields, code) in wrong {
                #expect(try await set(server, fields, expecting: 422).fieldCodes == [code], "\(code)")
            }
            let browser = try await server.browser(.marta)
            let id = try await server.program(.marta).get(Self.path).json["id"]?.string ?? ""
            let form = try await browser.submit(
                "/organisations/\(id)/set_change_calendar",
                ["zone": "Mars/Phobos", "windows": "sat 20:00-24:00", "freezes": ""])
            #expect(
                form.status == 422 && form.body.contains("sat 20:00-24:00")
                    && form.body.contains("Mars/Phobos"))
        }
    }
}
