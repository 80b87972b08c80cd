import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// What services promise of themselves, and how much of it is left.
@Suite("Services and error budgets")
struct ServicesTests {
    private func service(_ server: TestServer, as member: Cast = .marta) async throws -> JSON {
        try await server.program(member).get("/api/v1/services/payments").json
    }

    /// A grave case of payments whose effect began so many minutes ago.
    private func outage(_ server: TestServer, minutes: Int64) async throws -> String {
        let desk = server.desk
        let began = desk.clock.now.adding(seconds: -minutes * 60)
        let opened = try await CaseClient(server, .marta).open([
            "organisation": "Halden Travel", "subject": "Nobody can pay", "symptom": "All fail",
            "severity": "sev1", "component": "billing", "began_at": .string(began.rfc3339),
        ])
        return opened["number"]?.string ?? ""
    }

    @Test(
        "SLA-20: a service with an objective has an error budget that grave cases and imported bad minutes spend once, shown with its burn rate on its page, on the grave case and in the review",
        arguments: Engine.available)
    func budget(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let fresh = try await service(server)
            // 99.9 % of 30 days leave 43 minutes and 12 seconds.
            #expect(fresh["allowed_seconds"]?.integer == 2592 && fresh["left_percent"]?.integer == 100)
            #expect(fresh["target_percent"] == "99.9" && fresh["burn_rate"]?["1h"]?.double == 0)

            let number = try await outage(server, minutes: 10)
            #expect(try await service(server)["spent_seconds"]?.integer == 600, "it goes on")
            let client = try await CaseClient(server, .marta)
            try await client.act("assign", on: number, ["assignee": "@me"])
            try await client.act("change_status", on: number, ["status": "triaging"])
            desk.clock.advance(seconds: 600)
            try await client.act("change_status", on: number, ["status": "mitigated"])
            desk.clock.advance(seconds: 3600)
            let after = try await service(server)
            #expect(after["spent_seconds"]?.integer == 1200, "from when it began until it was mitigated")
            #expect(after["bad_times"]?.array?.first?["case"] == .string(number))

            // A monitoring system counted the same minutes and ten more, and again with the same key.
            let monitor = try await server.program(.marta)
            let minutes: JSON = [
                "service": "payments", "from": "2026-03-02T08:50:00Z", "minutes": 30, "source": "probe 4",
            ]
            for _ in 0..<2 {
                let sent = try await monitor.post(
                    "/api/v1/outages", json: minutes, [("idempotency-key", "probe-4-17")])
                #expect(sent.status == 201 || sent.status == 200, "\(sent.body)")
            }
            let both = try await service(server)
            #expect(both["spent_seconds"]?.integer == 1800, "a minute is bad once, however many say so")
            #expect(both["left_percent"]?.integer == 30 && both["left_seconds"]?.integer == 792)
            #expect(both["burn_rate"]?["6h"]?.double == 83.3, "1800 of 21600 seconds, a thousandth allowed")
            #expect(both["lasts_seconds"]?.integer == 9504)

            let browser = try await server.browser(.marta)
            let page = try await browser.get("/services/payments").body
            #expect(
                page.contains("<b class=\"good\">30 %</b>") && page.contains("probe 4")
                    && page.contains(number))
            #expect(try await browser.get("/services").body.contains("99.9 % of 30 days"))
            let beside = try await browser.get("/cases/\(number)").body
            #expect(beside.contains("Error budget") && beside.contains("Burn rate"))
            let json = try await client.read(number)["error_budgets"]?.array?.first
            #expect(json?["service"] == "payments" && json?["left_percent"]?.integer == 30)
            let review = try await server.browser(.ines).get("/levels?from=2026-03-01&to=2026-03-31").body
            #expect(review.contains("Error budgets of services") && review.contains("/services/payments"))
            let numbers = try await server.program(.ines).get("/api/v1/levels?from=2026-03-01&to=2026-03-31")
                .json
            #expect(numbers["services"]?.array?.contains { $0["left_percent"]?.integer == 30 } == true)

            // What was wrongly counted is withdrawn; what is out of the window counts no more.
            let id = both["bad_times"]?.array?.compactMap { $0["outage"]?.string }.first ?? ""
            let withdrawn = try await monitor.post(
                "/api/v1/outages/\(id)/withdraw", json: ["reason": "Probe was off"])
            #expect(withdrawn.status == 200, "\(withdrawn.body)")
            #expect(try await service(server)["spent_seconds"]?.integer == 1200)
            desk.clock.advance(seconds: 31 * 86_400)
            #expect(try await service(server)["spent_seconds"]?.integer == 0)
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "SLA-20 part: lighter cases and other components spend nothing, restricted ones only for whoever may know of them, and what makes no sense is refused by field",
        arguments: Engine.available)
    func limits(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let client = try await CaseClient(server, .marta)
            for (severity, component) in [("sev3", "billing"), ("sev1", "data")] {
                let light = try await client.open([
                    "subject": "x", "symptom": "x", "organisation": "Halden Travel",
                    "severity": .string(severity), "component": .string(component),
                    "began_at": "2026-03-02T08:00:00Z",
                ])
                let read = try await client.read(light["number"]?.string ?? "")
                #expect(read["error_budgets"] == [])
            }
            #expect(try await service(server)["spent_seconds"]?.integer == 0)
            let number = try await outage(server, minutes: 10)
            try await server.desk.perform(
                "case.restrict", as: .marta, ["id": .text(number), "level": "security", "reason": "A breach"])
            #expect(try await service(server, as: .jonas)["spent_seconds"]?.integer == 0)
            #expect(try await service(server, as: .samira)["spent_seconds"]?.integer == 600)

            let program = try await server.program(.marta)
            let wrong: [(JSON, String)] = [
                (
                    ["service": "boats", "from": "2026-03-02T08:00:00Z", "minutes": 5],
                    "service:unknown_choice"
                ),
                (["service": "payments", "from": "2026-03-02T08:00:00Z"], "until:end_or_minutes"),
                (
                    ["service": "payments", "from": "2026-03-02T08:00:00Z", "until": "2026-03-02T07:00:00Z"],
                    "until:not_after"
                ),
                (["service": "payments", "from": "2026-03-02T08:50:00Z", "minutes": 60], "until:future"),
                (
                    ["service": "payments", "from": "2026-01-01T08:50:00Z", "until": "2026-03-01T00:00:00Z"],
                    "from:too_long"
                ),
            ]
            for (fields, code) in wrong {
                #expect(
                    try await program.post("/api/v1/outages", json: fields).json.fieldCodes == [code],
                    "\(code)")
            }
            #expect(try await server.program(.lea).post("/api/v1/outages", json: wrong[1].0).status == 403)
            #expect(try await program.get("/api/v1/services/boats").status == 404)
        }
    }

    @Test("A service of a policy with mistakes names them by line and key")
    func policy() {
        let text = Policy.defaultDocument.replacing(
            "- {id: payments, name: Payments, components: [billing], slo: {percent: 99.9, days: 30}}",
            with:
                "- {id: payments, name: Payments, components: [biling], severities: [sev9], level: gold, levels: {boats: internal}, slo: {percent: 101, days: 0}}"
        )
        let words = Policy.routingMistakes(text)
        for part in [
            "“biling” is not a component; did you mean “billing”?", "“sev9” is not a severity",
            "“gold” is not a service level", "“boats” is not a department",
            "“101” must be a percentage below 100",
            "services[0].slo.days",
        ] { #expect(words.contains { $0.contains(part) }, "\(part): \(words)") }
        let unused = Policy.defaultDocument.replacing(", level: internal}", with: "}")
        #expect(
            Policy.routingMistakes(unused).contains {
                $0.contains("is for the catalogue, and no service names it")
            })
    }
}
