import Diagnosis
import Domain
import TestSupport
import Testing

@testable import Desk

/// What customers, and those who act for them, do in the portal.
@Suite("Portal")
struct PortalStoryTests {
    private func solving(_ server: TestServer, _ status: String = "verifying_fix") async throws -> String {
        let number = try await server.desk.reportedCase()
        let marta = try await CaseClient(server, .marta)
        try await marta.act("assign", on: number, ["assignee": "@me"])
        try await marta.act("change_status", on: number, ["status": "investigating"])
        try await marta.act("change_status", on: number, ["status": .string(status)])
        return number
    }

    @Test(
        "CASE-77 part: a customer confirms a fix once, with their own words, and the staff see it",
        arguments: Engine.available)
    func confirms(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let early = try await server.desk.reportedCase()
            let daniel = try await server.program(.daniel)
            let refused = try await daniel.post("/api/v1/portal/cases/\(early)/confirm", json: [:])
            #expect(refused.status == 409 && refused.json["code"] == "nothing_to_confirm")

            let number = try await solving(server)
            let browser = try await server.browser(.daniel)
            #expect(try await browser.get("/portal/cases/\(number)").body.contains("Does it work again?"))
            let confirmed = try await browser.submit(
                "/portal/cases/\(number)/confirm", ["text": "No failure since noon."])
            #expect(confirmed.status == 303)
            let page = try await browser.get("/portal/cases/\(number)").body
            #expect(
                page.contains("You confirmed that it works again.") && !page.contains("Does it work again?"))
            _ = try await daniel.post("/api/v1/portal/cases/\(number)/confirm", json: [:])
            let marta = try await CaseClient(server, .marta)
            let entries = try await marta.timeline(number).filter { $0["kind"] == "case.customer_confirmed" }
            #expect(entries.count == 1)
            #expect(try await marta.read(number)["fix_confirmed_at"]?.string != nil)
            let staff = try await server.browser(.marta).get("/cases/\(number)").body
            #expect(staff.contains("Daniel</bdi> confirmed that it works again"))
            #expect(staff.contains("No failure since noon."))
        }
    }

    @Test(
        "CASE-77 part: “it still fails” sends a fix that is tried back to work and reopens a resolved case",
        arguments: Engine.available)
    func stillFails(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await solving(server)
            let browser = try await server.browser(.daniel)
            #expect(try await browser.get("/portal/cases/\(number)").body.contains("It still fails"))
            _ = try await browser.submit("/portal/cases/\(number)/confirm", [:])
            let back = try await browser.submit(
                "/portal/cases/\(number)/reopen", ["text": "Kiosk 4 still declines."])
            #expect(back.status == 303)
            #expect(try await server.desk.found(number).status == "investigating")
            let marta = try await CaseClient(server, .marta)
            try await marta.act("resolve", on: number, ["narrative": "n", "verdict": "data"])
            let again = try await browser.submit("/portal/cases/\(number)/reopen", ["text": "Again."])
            #expect(again.status == 303)
            #expect(try await server.desk.found(number).status == "reopened")
            #expect(
                try await marta.read(number)["fix_confirmed_at"] == .null, "what came back is not confirmed")
        }
    }

    @Test(
        "CASE-77 part: the list goes on where a page ends, and says when we write again",
        arguments: Engine.available)
    func paging(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            var numbers: Set<String> = []
            for index in 0..<53 {
                server.desk.clock.advance(seconds: 1)
                numbers.insert(try await server.desk.reportedCase(subject: "Case number \(index)"))
            }
            let browser = try await server.browser(.aino)
            let first = try await browser.get("/portal").body
            let link = try #require(first.firstMatch(of: /href="(\/portal\?cursor=[^"]+)"/)?.output.1)
            let second = try await browser.get(String(link)).body
            func shown(_ page: String) -> Set<String> {
                Set(page.matches(of: /href="\/portal\/cases\/(TL-[0-9]+)"/).map { String($0.output.1) })
            }
            #expect(shown(first).count == 50 && shown(second).count == 3)
            #expect(shown(first).union(shown(second)) == numbers)
            #expect(!second.contains("Show older cases"))
            #expect(try await browser.get("/portal?cursor=nonsense").status == 422)
        }
    }

    @Test(
        "CUST-03: an outsourced operator acts for an organisation as far as it was delegated, and no further",
        arguments: Engine.available)
    func delegates(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase(by: .daniel)
            let ines = try await server.program(.ines)
            func delegate(_ rights: JSON, until: String? = nil) async throws {
                var fields: JSONObject = ["person": "sofia@cast.example", "rights": rights]
                if let until { fields["until"] = .string(until) }
                let answer = try await ines.post(
                    "/api/v1/organisations/Halden%20Travel/delegate", json: .object(fields))
                #expect(answer.status == 200, "\(answer.body)")
            }
            let sofia = try await server.program(.sofia)
            let path = "/api/v1/portal/cases/\(number)"
            let halden = server.desk.people[.daniel]?.organisation?.raw ?? ""
            let report: JSON = ["organisation": .string(halden), "subject": "For them", "symptom": "s"]
            #expect(try await sofia.get(path).status == 404)
            #expect(try await sofia.post("/api/v1/portal/delegated", json: report).status == 422)

            try await delegate(["view"])
            #expect(try await sofia.get(path).status == 200)
            #expect(try await sofia.post("\(path)/reply", json: ["text": "x"]).status == 403)
            #expect(try await sofia.post("/api/v1/portal/delegated", json: report).status == 403)
            let reading = try await server.browser(.sofia).get("/portal/cases/\(number)").body
            #expect(
                reading.contains("Answering was not delegated to you") && reading.contains("For <bdi>Halden"))
            #expect(try await server.browser(.sofia).get("/portal?for=\(halden)").body.contains(number))
            #expect(try await !server.browser(.sofia).get("/portal").body.contains(number))

            try await delegate(["view", "report", "reply"], until: "2026-03-31")
            #expect(try await sofia.post("\(path)/reply", json: ["text": "We look."]).status == 200)
            let opened = try await sofia.post("/api/v1/portal/delegated", json: report)
            #expect(opened.status == 201, "\(opened.body)")
            let found = try await server.desk.found(opened.json["number"]?.string ?? "")
            #expect(found.organisation?.raw == halden && found.requester == server.desk.people[.sofia]?.id)
            let page = try await server.browser(.otto).get("/organisations/\(halden)").body
            #expect(page.contains("May act for them") && page.contains("until 2026-03-31"))

            server.desk.clock.advance(seconds: 30 * 86_400)
            #expect(try await sofia.get(path).status == 404, "its last day is over")
            try await delegate(["view"])
            #expect(try await sofia.get(path).status == 200)
            let ended = try await ines.post(
                "/api/v1/organisations/Halden%20Travel/end_delegation",
                json: ["person": "sofia@cast.example", "reason": "Contract over."])
            #expect(ended.status == 200)
            #expect(try await sofia.get(path).status == 404)
            #expect(try await server.desk.findings() == [])
        }
    }
}
