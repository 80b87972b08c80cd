import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// What missed promises may cost by contract.
@Suite("Credits at stake")
struct ExposureTests {
    private static let path = "/api/v1/organisations/Halden%20Travel"

    /// Five percent of a fee for each late first response, and at most twelve in a month; approved.
    private func agree(_ server: TestServer) async throws {
        let fields: JSON = [
            "document": "Addendum 4", "from": "2026-03-01", "fee": "EUR 10,000", "period": "month",
            "cap": "12%",
            "credits": ["first_response sev3 5%", "resolution all EUR 250"],
        ]
        let proposed = try await server.program(.ines).post("\(Self.path)/propose_amendment", json: fields)
        #expect(proposed.status == 200, "\(proposed.body)")
    }

    private func approve(_ server: TestServer) async throws {
        let answer = try await server.program(.otto).post(
            "\(Self.path)/approve_amendment", json: ["amendment": "A1"])
        #expect(answer.status == 200, "\(answer.body)")
    }

    @Test(
        "SLA-17: missed promises of an account cost what its approved amendment says, within the cap of a period, and each number says how it comes about",
        arguments: Engine.available)
    func estimate(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            try await agree(server)
            for _ in 0..<3 {
                _ = try await desk.reportedCase()
                desk.clock.advance(seconds: 60)
            }
            _ = try await desk.reportedCase(by: .sofia)
            desk.clock.advance(seconds: 5 * 3600)
            try await ServiceLevelsJobs(desk.services).finish()
            let ines = try await server.program(.ines)
            let url = "/api/v1/exposure?from=2026-03&to=2026-03"
            #expect(try await ines.get(url).json["items"] == [], "what nobody approved costs nothing")

            try await approve(server)
            let account = try #require(try await ines.get(url).json["items"]?.array?.first)
            #expect(account["name"] == "Halden Travel")
            let month = account["months"]?.array?.first
            #expect(month?["amount"] == "1200.00" && month?["without_limit"] == "1500.00")
            #expect(month?["misses"] == 3 && month?["currency"] == "EUR")
            let lines = account["lines"]?.array ?? []
            #expect(lines.map { $0["amount"]?.string } == ["500.00", "500.00", "200.00"])
            #expect(lines[0]["because"] == "A1: 5 % of the fee of € 10,000 a month")
            #expect(
                lines[2]["because"]
                    == "A1: 5 % of the fee of € 10,000 a month; at most 12 % of the fee in 2026-03, of which € 200 was left"
            )
            #expect(account["without_credit"]?.integer == 0, "triage is no promise to them")

            let page = try await server.browser(.ines).get("/exposure?from=2026-03&to=2026-03").body
            #expect(page.contains("<b>€ 1,200</b>") && page.contains("of which € 200 was left"))
            #expect(!page.contains("Orrin"), "no credits were agreed with them")
            let csv = try await server.browser(.ines).get("/exposure.csv?from=2026-03&to=2026-03")
            #expect(csv.headers["content-type"] == "text/csv; charset=utf-8")
            #expect(csv.body.split(separator: "\r\n").count == 4)
            #expect(csv.body.contains("EUR,200.00,500.00,"))

            // The resolution is missed in the month in which its time is over, under a cap of its own.
            desk.clock.advance(seconds: 30 * 86_400)
            try await ServiceLevelsJobs(desk.services).finish()
            let april = try await ines.get("/api/v1/exposure?from=2026-03&to=2026-04&account=Halden%20Travel")
                .json
            #expect(april["items"]?.array?.count == 1)
            #expect(
                try await ines.get("/api/v1/exposure?from=2026-04").json["items"]?.array?.first?["lines"]
                    == [])
            for (query, code) in [
                ("from=march", "from:not_a_month"), ("from=2026-04&to=2026-03", "from:not_before"),
                ("from=2020-01&to=2026-03", "from:too_long"),
            ] { #expect(try await ines.get("/api/v1/exposure?\(query)").json.fieldCodes == [code]) }
            #expect(try await server.browser(.marta).get("/exposure").status == 403)
            #expect(try await desk.findings() == [])
        }
    }

    @Test("SLA-17 part: a miss of a restricted case counts only for whoever may know of it")
    func secrecy() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let desk = server.desk
            try await agree(server)
            try await approve(server)
            let number = try await desk.reportedCase()
            desk.clock.advance(seconds: 5 * 3600)
            try await ServiceLevelsJobs(desk.services).finish()
            try await desk.perform(
                "case.restrict", as: .marta, ["id": .text(number), "level": "security", "reason": "A breach"])
            let url = "/api/v1/exposure?from=2026-03&to=2026-03"
            #expect(try await server.program(.ines).get(url).json["items"]?.array?.first?["lines"] == [])
            let seen = try await server.program(.samira).get(url).json["items"]?.array?.first
            #expect(seen?["lines"]?.array?.count == 1)
        }
    }
}
