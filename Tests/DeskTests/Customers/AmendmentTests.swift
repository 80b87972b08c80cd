import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// What is promised to one customer alone counts once somebody else approved it, and never before.
@Suite("Contract amendments")
struct AmendmentTests {
    private static let path = "/api/v1/organisations/Halden%20Travel"

    private func post(
        _ program: TestClient, _ verb: String, _ fields: JSON, expecting status: Int = 200,
        location: SourceLocation = #_sourceLocation
    ) async throws -> JSON {
        let answer = try await program.post("\(Self.path)/\(verb)", json: fields)
        #expect(answer.status == status, "\(verb): \(answer.body)", sourceLocation: location)
        return answer.json
    }

    private func clocks(_ number: String, _ server: TestServer) async throws -> JSON {
        try await ServiceLevelsJobs(server.desk.services).finish()
        return try await server.program(.ines).get("/api/v1/cases/\(number)/clocks").json
    }

    private func target(_ clock: String, _ json: JSON) -> Int64? {
        json["items"]?.array?.last { $0["clock"]?.string == clock }?["target_seconds"]?.integer
    }

    private static let shorter: JSON = [
        "document": "Addendum 1 of 2026-02-20", "from": "2026-03-01",
        "targets": ["resolution sev3 8h", "first_response all 10m"],
    ]

    @Test(
        "SLA-16: what is promised to one customer counts only as an approved amendment: the clocks refuse a proposed one with words, count by it from its approval on, and by the one that replaces it from its day",
        arguments: Engine.available)
    func counts(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let (ines, otto, samira) = (
                try await server.program(.ines), try await server.program(.otto),
                try await server.program(.samira)
            )
            let number = try await desk.reportedCase()
            #expect(try await post(ines, "propose_amendment", Self.shorter)["amendment"] == "A1")
            let before = try await clocks(number, server)
            #expect(target("resolution", before) == 864_000, "nobody approved it")
            let words = "A1 (Addendum 1 of 2026-02-20) is proposed, and nobody has approved it"
            #expect(before["refused_terms"]?.array?.first?.string?.hasPrefix(words) == true)
            let browser = try await server.browser(.ines)
            #expect(try await browser.get("/cases/\(number)/clocks").body.contains("nobody has approved it"))
            let account = try await browser.get("/organisations/Halden%20Travel").body
            #expect(account.contains("no clock and no credit counts by it"))

            _ = try await post(ines, "approve_amendment", ["amendment": "A1"], expecting: 403)
            _ = try await post(otto, "approve_amendment", ["amendment": "a1", "note": "Signed by both"])
            let after = try await clocks(number, server)
            #expect(target("resolution", after) == 28_800)
            #expect(target("first_response", after) == 600, "for every severity")
            #expect(target("mitigation", after) == 259_200, "what it does not name stays")
            #expect(after["service_level"]?["amendments"] == ["A1"])
            #expect(after["service_level"]?["because"] == "account")
            #expect(after["refused_terms"] == [])
            #expect(try await browser.get("/cases/\(number)/clocks").body.contains("amendment A1"))

            // Another version, from a day on: cases of before keep the one of their day.
            desk.clock.advance(seconds: 10 * 86_400)
            let next: JSON = [
                "document": "Addendum 2", "from": "2026-03-11", "targets": ["resolution sev3 4h"],
                "replaces": "A1",
            ]
            _ = try await post(otto, "propose_amendment", next)
            #expect(
                try await post(otto, "approve_amendment", ["amendment": "A2"], expecting: 403)["code"]
                    == "own_proposal")
            _ = try await post(samira, "approve_amendment", ["amendment": "A2"])
            #expect(target("resolution", try await clocks(number, server)) == 28_800)
            let later = try await desk.reportedCase()
            let fresh = try await clocks(later, server)
            #expect(
                target("resolution", fresh) == 14_400 && fresh["service_level"]?["amendments"] == ["A2"])
            let read = try await ines.get(Self.path).json["amendments"]?.array ?? []
            #expect(read.map { $0["state"]?.string } == ["over", "in force"])
            #expect(
                read.first?["ended_on"] == "2026-03-10" && read.first?["decided_because"] == "Signed by both")
            // Another customer has nothing of it.
            let other = try await clocks(try await desk.reportedCase(by: .sofia), server)
            #expect(other["service_level"]?["amendments"] == [] && target("resolution", other) == 288_000)
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "SLA-16 part: a declined, withdrawn or future amendment does not count, an ended one no longer, and what says nothing is refused by field",
        arguments: Engine.available)
    func refused(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let (ines, otto) = (try await server.program(.ines), try await server.program(.otto))
            let wrong: [(JSON, String)] = [
                (["document": "X", "from": "2026-03-01"], "targets:says_nothing"),
                (["document": "X", "from": "soon", "targets": ["resolution sev3 8h"]], "from:wrong_type"),
                (
                    ["document": "X", "from": "2026-03-01", "targets": ["resolution sev3 soon"]],
                    "targets:wrong_type"
                ),
                (
                    ["document": "X", "from": "2026-03-01", "targets": ["resolution sev9 8h"]],
                    "targets:unknown_choice"
                ),
                (
                    [
                        "document": "X", "from": "2026-03-01", "until": "2026-02-01",
                        "targets": ["triage all 1h"],
                    ], "until:before_start"
                ),
                (["document": "X", "from": "2026-03-01", "credits": ["resolution all 5%"]], "fee:missing"),
                (
                    [
                        "document": "X", "from": "2026-03-01", "credits": ["resolution all USD 5"],
                        "fee": "EUR 100",
                    ], "credits:other_currency"
                ),
                (["document": "X", "from": "2026-03-01", "fee": "EUR 100"], "credits:missing"),
                (
                    ["document": "X", "from": "2026-03-01", "targets": ["triage all 1h"], "replaces": "A9"],
                    "replaces:not_found"
                ),
            ]
            for (fields, code) in wrong {
                #expect(
                    try await post(ines, "propose_amendment", fields, expecting: 422).fieldCodes == [code],
                    "\(code)")
            }
            _ = try await post(ines, "propose_amendment", Self.shorter)
            _ = try await post(ines, "propose_amendment", Self.shorter)
            var coming = Self.shorter.object ?? [:]
            coming["from"] = "2026-06-01"
            _ = try await post(ines, "propose_amendment", .object(coming))
            _ = try await post(otto, "decline_amendment", ["amendment": "A1", "reason": "Never signed"])
            _ = try await post(ines, "decline_amendment", ["amendment": "A2", "reason": "Twice"])
            _ = try await post(otto, "approve_amendment", ["amendment": "A3"])
            #expect(
                try await post(otto, "approve_amendment", ["amendment": "A1"], expecting: 409)["code"]
                    == "decided")
            let number = try await desk.reportedCase()
            let now = try await clocks(number, server)
            #expect(target("resolution", now) == 864_000 && now["service_level"]?["amendments"] == [])
            let states = try await ines.get(Self.path).json["amendments"]?.array?.map { $0["state"]?.string }
            #expect(states == ["declined", "withdrawn", "to come"])
            _ = try await post(
                otto, "end_amendment", ["amendment": "A3", "until": "2026-05-01", "reason": "x"],
                expecting: 422)
            _ = try await post(
                otto, "end_amendment", ["amendment": "A3", "until": "2026-06-30", "reason": "New contract"])
            // Terms are commercial: whoever may not see them sees none.
            #expect(try await server.program(.lea).get(Self.path).json["amendments"] == nil)
            let lea = try await server.browser(.lea).get("/organisations/Halden%20Travel").body
            #expect(!lea.contains("Addendum"))
            let changes = try await server.browser(.otto).get("/organisations/Halden%20Travel?show=contract")
                .body
            #expect(
                changes.contains("declined the contract amendment A1")
                    && changes.contains("withdrew the contract amendment A2"))
            #expect(try await desk.findings() == [])
        }
    }
}
