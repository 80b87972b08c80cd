import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// The page on which a day begins.
@Suite("Today")
struct HomeTests {
    private func home(_ server: TestServer, as member: Cast) async throws -> [String: JSON] {
        let items = try await server.program(member).get("/api/v1/home").json["items"]?.array ?? []
        return Dictionary(uniqueKeysWithValues: items.map { ($0["section"]?.string ?? "", $0) })
    }

    private func cases(_ section: JSON?) -> [String] {
        (section?["cases"]?.array ?? []).compactMap { $0["case"]?.string }
    }

    @Test(
        "OPS-12 part: Each role begins with what needs it now, in the order of policy, each line with its next step",
        arguments: Engine.available)
    func roles(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            #expect(try await server.browser(.marta).get("/home").body.contains("All is in hand"))
            let (mine, nobodys) = (try await desk.reportedCase(), try await desk.reportedCase())
            try await desk.perform("case.assign", as: .marta, ["id": .text(mine), "assignee": "@me"])
            try await desk.perform(
                "case.change_severity", as: .marta,
                ["id": .text(mine), "severity": "sev1", "reason": "All kiosks."])

            let engineer = try await home(server, as: .marta)
            #expect(cases(engineer["work"]) == [mine])
            #expect(engineer["work"]?["cases"]?.array?.first?["step"]?.string == "reply")
            #expect(cases(engineer["unowned"]) == [nobodys])
            #expect(engineer["severity_check"] == nil && engineer["attention"] == nil)
            let page = try await server.browser(.marta).get("/home").body
            #expect(page.contains("href=\"/cases/\(mine)/reply\" data-step"))
            #expect(page.contains("action=\"/cases/\(nobodys)/assign\"") && page.contains("Take it"))
            #expect(page.contains("Nobody offers you a case"))
            let work = try #require(page.firstRange(of: "id=\"home-work\"")).lowerBound
            #expect(work < (try #require(page.firstRange(of: "id=\"home-unowned\"")).lowerBound))

            let lead = try await home(server, as: .ines)
            #expect(cases(lead["severity_check"]) == [mine], "nobody confirmed the severity yet")
            #expect(cases(lead["work"]).isEmpty)
            let leads = try await server.browser(.ines).get("/home").body
            #expect(leads.contains("id=\"home-severity_check\""))
        }
    }

    @Test(
        "A case that is offered and a colleague who is stuck stand on the pages of whoever can help, with the step that does",
        arguments: Engine.available)
    func handed(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let number = try await desk.reportedCase()
            try await desk.perform("case.assign", as: .marta, ["id": .text(number), "assignee": "@me"])
            let jonas = try #require(desk.people[.jonas]?.id.raw)
            try await desk.perform("case.hand_over", as: .marta, ["id": .text(number), "to": .text(jonas)])
            try await desk.perform(
                "case.ask_unblock", as: .marta,
                ["id": .text(number), "stuck": "No access to eu-west", "tried": "Asked in the channel"])
            #expect(cases(try await home(server, as: .jonas)["offered"]) == [number])
            #expect(cases(try await home(server, as: .marta)["offered"]).isEmpty)
            let lead = try await server.browser(.ines).get("/home").body
            #expect(lead.contains("No access to eu-west"))
            #expect(lead.contains("/cases/\(number)/unblock?request=U1"))
        }
    }

    @Test(
        "OPS-11 part: A manager begins with escalations, what will be missed, service levels, ages, who is stuck, who takes cases and what waits, each figure with its cases behind it",
        arguments: Engine.available)
    func cockpit(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            try await RoutingDesk.apply(
                RoutingDesk.document(("assign: push", "assign: pull")), on: desk)
            let (grave, other) = (try await desk.reportedCase(), try await desk.reportedCase())
            try await desk.perform(
                "case.change_severity", as: .ines,
                ["id": .text(grave), "severity": "sev1", "reason": "All kiosks."])
            desk.clock.advance(seconds: 3 * 3600)
            try await ServiceLevelsJobs(desk.services).finish()
            let sections = try await home(server, as: .otto)
            #expect(cases(sections["escalations"]) == [grave], "\(other) is not grave")
            func figures(_ section: String) -> [String: String] {
                (sections[section]?["figures"]?.array ?? []).reduce(into: [:]) {
                    $0[$1["name"]?.string ?? ""] = $1["value"]?.string
                }
            }
            #expect(figures("ageing")["Less than a day"] == "2")
            #expect(figures("levels")["First response"] == "0.0 % of 2 kept")
            #expect(figures("levels")["Missed, and nobody said why"] == "2")
            #expect(figures("coverage")["Day team"] == "2 of 2 take cases")
            #expect(figures("coverage")["Night team"] == "0 of 1 take cases, 1 off shift")
            let page = try await server.browser(.otto).get("/home").body
            #expect(page.contains("href=\"/cases?q=is%3Aunexplained\""))
            #expect(page.contains("id=\"home-risk\"") || page.contains("nothing more is missed"))
            let engineer = try await home(server, as: .marta)
            #expect(engineer["coverage"] == nil && engineer["levels"] == nil)
        }
    }

    @Test(
        "Whoever is to agree to a change of policy or of a contract finds it on the first page, its author does not, and it is gone once it is settled",
        arguments: Engine.available)
    func approvals(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let guarded =
                Policy.defaultDocument + """

                    approvals:
                      - {id: levels, name: Service levels, parts: [service_levels], roles: [lead], approvers: 1, days: 3}

                    """
            try await server.desk.perform(
                "policy.change", as: .samira, ["document": .text(guarded), "reason": "Two pairs of eyes."])
            let proposed = try await server.program(.otto).post(
                "/api/v1/policy/change",
                json: [
                    "document": .string(guarded.replacing("sev3: 240h", with: "sev3: 200h")),
                    "reason": "Sev3 was promised in 200 hours.",
                ])
            let id = try #require(proposed.json["proposal"]?.string, "\(proposed.body)")
            let amended = try await server.program(.ines).post(
                "/api/v1/organisations/Halden%20Travel/propose_amendment",
                json: ["document": "Addendum 5", "from": "2026-03-01", "waits_for_changes": ["resolution"]])
            #expect(amended.status == 200, "\(amended.body)")

            func waiting(_ member: Cast) async throws -> [String]? {
                try await home(server, as: member)["approvals"]?["approvals"]?.array?.compactMap {
                    $0["title"]?.string
                }
            }
            #expect(try await waiting(.ines) == ["Sev3 was promised in 200 hours."])
            #expect(try await waiting(.otto) == ["Addendum 5"])
            #expect(try await waiting(.marta) == nil)
            let page = try await server.browser(.ines).get("/home").body
            #expect(page.contains("<a href=\"/policy/proposals/\(id)\" data-row-open"))
            #expect(page.contains("<bdi>Otto</bdi> changes the policy"))
            let other = try await server.browser(.otto).get("/home").body
            let way = try #require(
                other.firstMatch(of: /href="(\/organisations\/[^"#]+)#amendments"/))
            let terms = try await server.browser(.otto).get(String(way.output.1)).body
            #expect(terms.contains("Addendum 5") && terms.contains("approve_amendment?amendment=A1"))

            _ = try await server.program(.ines).post("/api/v1/policy/proposals/\(id)/approve", json: [:])
            _ = try await server.program(.otto).post(
                "/api/v1/organisations/Halden%20Travel/approve_amendment", json: ["amendment": "A1"])
            #expect(try await waiting(.ines) == [])
            #expect(try await waiting(.otto) == [])
        }
    }

    @Test("A policy orders the sections of a role; one that is unknown is named with its line")
    func policy() throws {
        let document = Policy.defaultDocument.replacing(
            "home: [offered, work, prevention, news, unowned, stuck]", with: "home: [unowned, wrok]")
        guard case .failure(let found) = PolicyText.read(document, knownRights: FeatureCatalog().rights)
        else {
            Issue.record("an unknown section was taken")
            return
        }
        let problem = try #require(found.problems.first)
        #expect(problem.message == "“wrok” is no section of a home page; did you mean “work”?", "\(problem)")
        #expect(problem.line > 1)
    }

    @Test(
        "A case that somebody may not know of stands on nobody’s page but theirs",
        arguments: Engine.available)
    func restricted(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let number = try await desk.reportedCase(subject: "Somebody read the ledger")
            try await desk.perform(
                "case.restrict", as: .marta,
                ["id": .text(number), "level": "security", "reason": "A breach"])
            for member in [Cast.jonas, .ines] {
                #expect(!(try await server.browser(member).get("/home").body.contains("read the ledger")))
            }
        }
    }
}
