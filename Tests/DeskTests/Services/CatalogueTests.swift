import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// Internal departments are served by what the catalogue says of a service.
@Suite("The service catalogue")
struct CatalogueTests {
    private static let policy = Policy.defaultDocument.replacing(
        "- {id: accounts, name: Accounts and access,",
        with: "- {id: accounts, name: Accounts and access, levels: {finance: internal_gold},"
    ).replacing(
        "    - id: internal\n",
        with: """
                - id: internal_gold
                  name: Internal, gold
                  catalogue: true
                  calendar: always
                  clocks:
                    first_response: {sev1: 5m, sev2: 10m, sev3: 30m, sev4: 1h}
                    resolution: {sev1: 1h, sev2: 2h, sev3: 4h, sev4: 8h}
                - id: internal

            """)

    private func request(_ server: TestServer, _ more: [String: JSON], expecting status: Int = 201)
        async throws
        -> JSON
    {
        var fields: [String: JSON] = ["subject": "An account for Kim", "symptom": "Starts on Monday"]
        fields.merge(more) { $1 }
        return try await CaseClient(server, .lea).open(
            .object(JSONObject(members: fields.map { (key: $0.key, value: $0.value) })), expecting: status)
    }

    private func clocks(_ opened: JSON, _ server: TestServer) async throws -> [String: Int64] {
        try await ServiceLevelsJobs(server.desk.services).finish()
        let json = try await server.program(.ines).get(
            "/api/v1/cases/\(opened["number"]?.string ?? "")/clocks"
        ).json
        return (json["items"]?.array ?? []).reduce(into: [:]) {
            $0[$1["clock"]?.string ?? ""] = $1["target_seconds"]?.integer
        }
    }

    @Test(
        "SLA-24: a request of a department names a service of the catalogue, its clocks come from that entry, other departments have their own, and the review tells departments apart",
        arguments: Engine.available)
    func requests(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            try await desk.perform(
                "policy.change", as: .otto, ["document": .text(Self.policy), "reason": "The catalogue"])
            let people = try await request(server, ["service": "accounts", "department": "people_team"])
            let finance = try await request(server, ["service": "accounts", "department": "finance"])
            let plain = try await request(server, [:])
            #expect(
                try await clocks(people, server)
                    == ["first_response": 4 * 3600, "triage": 8 * 3600, "resolution": 40 * 3600])
            #expect(try await clocks(finance, server) == ["first_response": 1800, "resolution": 4 * 3600])
            #expect(try await clocks(plain, server)["resolution"] == 80 * 3600, "no service, the usual level")
            let number = people["number"]?.string ?? ""
            let client = try await CaseClient(server, .marta)
            let read = try await client.read(number)
            #expect(read["service"] == "accounts" && read["department"] == "people_team")
            let page = try await server.browser(.marta).get("/cases/\(number)").body
            #expect(
                page.contains("Accounts and access") && page.contains("Service level <bdi>Internal</bdi>"))
            let catalogue = try await server.browser(.lea).get("/services").body
            #expect(catalogue.contains("What colleagues can ask for") && catalogue.contains("Finance: "))
            #expect(catalogue.contains("/cases/new?service=accounts"))

            // It was for finance after all: their level counts from then on.
            try await client.act("edit", on: number, ["department": "finance"])
            #expect(try await clocks(people, server)["resolution"] == 4 * 3600)

            desk.clock.advance(seconds: 5 * 3600)
            try await ServiceLevelsJobs(desk.services).finish()
            let review = try await server.program(.ines).get("/api/v1/levels?from=2026-03-01&to=2026-03-31")
                .json
            let segment = review["segments"]?.array?.first {
                $0["segment"] == "department" && $0["value"] == "finance"
            }
            #expect(segment?["name"] == "Finance" && segment?["measures"]?["resolution"]?["missed"] == 2)
            let narrowed = try await server.program(.ines).get(
                "/api/v1/levels?from=2026-03-01&to=2026-03-31&department=finance"
            ).json
            #expect(narrowed["cases"]?.integer == 2)
            let lead = try await server.browser(.ines).get("/levels?from=2026-03-01&to=2026-03-31").body
            #expect(lead.contains("By department"))
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "SLA-24 part: a service needs its department, a department its service, and neither belongs to a customer’s case",
        arguments: Engine.available)
    func refused(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let wrong: [([String: JSON], String)] = [
                (["service": "accounts"], "department:missing"),
                (["department": "finance"], "service:missing"),
                (["service": "boats", "department": "finance"], "service:unknown_choice"),
                (["service": "payments", "department": "finance"], "service:unknown_choice"),
                (
                    ["service": "accounts", "department": "finance", "organisation": "Halden Travel"],
                    "service:wrong_audience"
                ),
            ]
            for (fields, code) in wrong {
                #expect(try await request(server, fields, expecting: 422).fieldCodes == [code], "\(code)")
            }
            let number = try await server.desk.reportedCase()
            let client = try await CaseClient(server, .marta)
            #expect(
                try await client.act("edit", on: number, ["service": "accounts"], expecting: 422).fieldCodes
                    == ["service:wrong_audience"])
            #expect(!(try await server.browser(.marta).get("/cases/\(number)").body.contains("department")))
        }
    }
}
