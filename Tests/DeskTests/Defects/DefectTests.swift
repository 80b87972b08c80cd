import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// What engineering owes a case that is linked to a defect.
@Suite("Defects")
struct DefectTests {
    private func clocks(_ number: String, _ server: TestServer) async throws -> [String: JSON] {
        try await ServiceLevelsJobs(server.desk.services).finish()
        let json = try await server.program(.marta).get("/api/v1/cases/\(number)/clocks").json
        return (json["items"]?.array ?? []).reduce(into: [:]) {
            guard let item = $1["item"]?.string else { return }
            $0["\($1["clock"]?.string ?? "") \(item)"] = $1
        }
    }

    @Test(
        "SLA-04: the link to a defect begins the clocks of engineering’s decision and of the fix, by severity as policy says, and what engineering decides and delivers stops them",
        arguments: Engine.available)
    func answered(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let client = try await CaseClient(server, .marta)
            let number = try await desk.reportedCase()
            try await client.act("assign", on: number, ["assignee": "@me"])
            #expect(try await clocks(number, server).isEmpty)
            try await client.act(
                "link_record", on: number, ["kind": "defect", "key": "ENG-812", "title": "Lost calls"])
            var now = try await clocks(number, server)
            #expect(now["defect_decision ENG-812"]?["target_seconds"]?.integer == 432_000, "sev3")
            #expect(now["defect_fix ENG-812"]?["target_seconds"]?.integer == 2_592_000)
            try await CaseClient(server, .ines).act(
                "change_severity", on: number, ["severity": "sev2", "reason": "Many cannot pay"])
            now = try await clocks(number, server)
            #expect(now["defect_decision ENG-812"]?["target_seconds"]?.integer == 86_400, "graver, sooner")
            #expect(now["defect_fix ENG-812"]?["due_at"] == "2026-03-09T09:00:00Z")
            let page = try await server.browser(.marta).get("/cases/\(number)").body
            #expect(page.contains("Owed by engineering") && page.contains("decision due"))

            desk.clock.advance(seconds: 25 * 3600)
            now = try await clocks(number, server)
            #expect(now["defect_decision ENG-812"]?["state"] == "late")
            #expect(try await client.find("q=is:behind") == [number], "among ourselves, not to the customer")
            let told = try await server.browser(.marta).get("/notifications").body
            #expect(told.contains("Decision on the defect ENG-812"))
            // They decided in time; it was typed later.
            let ravi = try await CaseClient(server, .ravi)
            try await ravi.act(
                "decide_defect", on: number,
                [
                    "defect": "eng-812", "outcome": "accepted", "reason": "A race in the retry",
                    "planned_for": "2026-03-06T10:00:00Z", "decided_at": "2026-03-03T08:00:00Z",
                ])
            now = try await clocks(number, server)
            #expect(now["defect_decision ENG-812"]?["state"] == "met")
            #expect(now["defect_fix ENG-812"]?["state"] == "running")

            // The case is resolved with a way around: the fix is still owed.
            try await client.act(
                "resolve", on: number, ["narrative": "They restart it daily.", "verdict": "product_defect"])
            #expect(try await clocks(number, server)["defect_fix ENG-812"]?["state"] == "running")
            desk.clock.advance(seconds: 86_400)
            try await ravi.act(
                "deliver_fix", on: number,
                ["defect": "ENG-812", "text": "The retry waits for its lock", "version": "7.3.2"])
            #expect(try await clocks(number, server)["defect_fix ENG-812"]?["state"] == "met")
            let defect = try await client.read(number)["defects"]?.array?.first
            #expect(defect?["state"] == "fixed" && defect?["version"] == "7.3.2")
            let story = try await server.browser(.marta).get("/cases/\(number)?show=defects").body
            #expect(
                story.contains("accepted the defect <b>ENG-812</b>") && story.contains("was delivered in"))
            let review = try await server.program(.ines).get("/api/v1/levels?from=2026-03-01&to=2026-03-31")
                .json
            #expect(
                review["clocks"]?["defect_decision"]?["kept"] == 1
                    && review["clocks"]?["defect_fix"]?["kept"] == 1)
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "SLA-04 part: a declined defect, and one whose link is taken away, is owed no longer; what makes no sense is refused by field",
        arguments: Engine.available)
    func refused(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let client = try await CaseClient(server, .marta)
            let number = try await server.desk.reportedCase()
            for key in ["ENG-1", "ENG-2"] {
                try await client.act("link_record", on: number, ["kind": "defect", "key": .string(key)])
            }
            server.desk.clock.advance(seconds: 60)
            let wrong: [(JSON, Int, String)] = [
                (["defect": "ENG-9", "outcome": "accepted", "reason": "x"], 422, "defect:not_linked"),
                (
                    [
                        "defect": "ENG-1", "outcome": "accepted", "reason": "x",
                        "decided_at": "2026-04-01T00:00:00Z",
                    ], 422, "decided_at:future"
                ),
                (
                    [
                        "defect": "ENG-1", "outcome": "accepted", "reason": "x",
                        "decided_at": "2026-01-01T00:00:00Z",
                    ], 422, "decided_at:before_start"
                ),
                (
                    [
                        "defect": "ENG-1", "outcome": "declined", "reason": "x",
                        "planned_for": "2026-04-01T00:00:00Z",
                    ], 422, "planned_for:declined"
                ),
                (["defect": "ENG-1", "outcome": "maybe", "reason": "x"], 422, "outcome:unknown_choice"),
            ]
            for (fields, status, code) in wrong {
                #expect(
                    try await client.act("decide_defect", on: number, fields, expecting: status).fieldCodes
                        == [code])
            }
            try await client.act(
                "decide_defect", on: number,
                ["defect": "ENG-1", "outcome": "declined", "reason": "As designed"])
            try await client.act(
                "unlink", on: number, ["link": "tracked_by/defect/ENG-2", "reason": "Wrong one"])
            let now = try await clocks(number, server)
            #expect(now.count == 4)
            #expect(
                now["defect_fix ENG-1"]?["state"] == "cancelled"
                    && now["defect_decision ENG-1"]?["state"] == "met")
            #expect(now["defect_fix ENG-2"]?["state"] == "cancelled")
            #expect(
                try await client.act(
                    "deliver_fix", on: number, ["defect": "ENG-1", "text": "x"], expecting: 409)["code"]
                    == "defect_settled")
            #expect(try await server.desk.findings() == [])
        }
    }
}
