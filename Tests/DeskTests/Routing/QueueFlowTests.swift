import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// Queues as flow, what hangs on one person, and what holds for a time alone.
@Suite("Flow of queues")
struct QueueFlowTests {
    private func opened(
        _ desk: TestDesk, component: String? = nil, text: String = "Since this morning."
    ) async throws -> String {
        var fields: [String: RawValue] = [
            "organisation": "Orrin Foods", "subject": "Captures are refused", "symptom": .text(text),
        ]
        if let component { fields["component"] = .text(component) }
        return try await desk.perform("case.open", as: .lea, fields).answer["number"]?.string ?? ""
    }

    private func route(_ desk: TestDesk) async throws { try await RoutingJobs(desk.services).work() }

    private func owner(_ number: String, _ desk: TestDesk) async throws -> Cast? {
        let owner = try await desk.found(number).owner
        return desk.people.first { $0.value.id == owner }?.key
    }

    private static let flowing = RoutingDesk.document(
        (from: "assign: push", to: "assign: pull"),
        (
            from: "{id: general, name: General, team: day}",
            to:
                "{id: general, name: General, team: day, age_hours: 6, captains: [jonas@cast.example, ines@cast.example]}"
        ))

    @Test(
        "ROUTE-09: An escalation queue shows its captain of the shift, what is older than allowed, and how long cases waited day by day; a check finds what is too old",
        arguments: Engine.available)
    func flow(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            try await RoutingDesk.apply(Self.flowing, on: desk)
            let quick = try await opened(desk)
            let slow = try await opened(desk)
            try await route(desk)
            desk.clock.advance(seconds: 1800)
            try await desk.perform("case.assign", as: .marta, ["id": .text(quick), "assignee": "@me"])
            desk.clock.advance(seconds: 5 * 3600)
            let program = try await server.program(.ines)
            var json = try await program.get("/api/v1/routing/queues/general").json
            #expect(json["over_age"]?.integer == 0 && json["age_limit_hours"]?.integer == 6)
            #expect(json["present"]?.array?.map { $0["number"]?.string } == [quick, slow])
            #expect(json["median_wait_seconds"]?.integer == 1800)
            #expect(
                json["ninetieth_wait_seconds"]?.integer == 19_800,
                "who still waits counts as long as it waits")
            let today = try #require(json["days"]?.array?.last)
            #expect(today["day"]?.string == "2026-03-02" && today["entered"]?.integer == 2)
            desk.clock.advance(seconds: 3600)
            json = try await program.get("/api/v1/routing/queues/general").json
            #expect(json["over_age"]?.integer == 2)
            let checks = try await program.get("/api/v1/attention").json["items"]?.array ?? []
            let found = checks.first { $0["id"]?.string == "overaged" }?["cases"]?.array?.compactMap(\.string)
            #expect(Set(found ?? []) == [quick, slow])
            try await desk.perform(
                "case.route", as: .marta, ["id": .text(slow), "queue": "vendor", "reason": "Theirs"])
            json = try await program.get("/api/v1/routing/queues/general").json
            #expect(json["present"]?.array?.map { $0["number"]?.string } == [quick], "it went on")
            #expect(json["days"]?.array?.last?["left"]?.integer == 1)

            let browser = try await server.browser(.ines)
            let page = try await browser.get("/routing/queues/general").body
            #expect(page.contains("1 of the 1 that lie here is older than 6 h."))
            #expect(
                page.contains("too old") && page.contains("class=\"half\"") && page.contains("As a table"))
            #expect(page.contains("is captain of this shift"))
            #expect(try await browser.get("/routing").body.contains("href=\"/routing/queues/general\""))
            #expect(try await browser.get("/cases/\(quick)").body.contains("<dt>Captain</dt>"))
            #expect(try await browser.get("/routing/queues/none").status == 404)
            #expect(try await server.browser(.marta).get("/routing/queues/general").status == 403)
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "ROUTE-09 part: Captains take turns shift by shift; who is away is passed over, and on days without a shift there is none"
    )
    func captains() throws {
        let policy = try PolicyDocument.read(Self.flowing).get()
        let captaincy = Captaincy(of: try #require(policy.routing.queue("general")), policy: policy)
        let shifts = captaincy.shifts(from: TestDesk.start, count: 6, away: [:])
        #expect(
            shifts.map(\.from.rfc3339) == [
                "2026-03-02T09:00:00Z", "2026-03-03T09:00:00Z", "2026-03-04T09:00:00Z",
                "2026-03-05T09:00:00Z",
                "2026-03-06T09:00:00Z", "2026-03-09T09:00:00Z",
            ])
        #expect(Set(shifts.compactMap(\.captain)).count == 2)
        #expect(zip(shifts, shifts.dropFirst()).prefix(4).allSatisfy { $0.captain != $1.captain }, "turns")
        let first = try #require(shifts[0].captain)
        let until = TestDesk.start.adding(seconds: 86_400)
        let without = captaincy.shifts(from: TestDesk.start, count: 2, away: [first: until])
        #expect(without[0].captain != first && without[0].captain != nil)
        #expect(without[1].captain == shifts[1].captain, "back by then")
        let nobody = captaincy.shifts(
            from: TestDesk.start, count: 1, away: ["jonas@cast.example": until, "ines@cast.example": until])
        #expect(nobody[0].captain == nil)
        #expect(
            Policy.routingMistakes(Self.flowing.replacing("age_hours: 6", with: "age_hours: 0")).contains {
                $0.contains("age_hours: must be a whole number between 1 and 8760")
            })
    }

    @Test(
        "ROUTE-17: The report names components that one person alone can handle, by the rules and by history, with a second assignee and whom to train",
        arguments: Engine.available)
    func concentration(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            for solver in [Cast.jonas, .jonas, .jonas, .jonas, .jonas, .marta] {
                let number = try await opened(desk, component: "api")
                try await desk.perform("case.assign", as: solver, ["id": .text(number), "assignee": "@me"])
                try await desk.perform(
                    "case.resolve", as: solver,
                    [
                        "id": .text(number), "narrative": "The gateway was restarted and answers again.",
                        "verdict": "configuration",
                    ])
            }
            // Billing asks for a skill that only Marta of the day team has; the night team helps, where Ines lacks it.
            try await RoutingDesk.apply(
                RoutingDesk.document(
                    ("{person: ines@cast.example, skills: [payments]}", "{person: ines@cast.example}")),
                on: desk)
            let json = try await server.program(.ines).get("/api/v1/routing/concentration").json
            let parts = json["items"]?.array ?? []
            let billing = try #require(parts.first { $0["component"]?.string == "billing" })
            #expect(billing["finding"]?.string == "only Marta can take its cases by the rules")
            #expect(billing["able"]?.array?.map(\.string) == [desk.people[.marta]?.id.raw])
            #expect(billing["second"] == .null, "nobody else has the skill, or resolved one")
            let learner = billing["cross_train"]
            #expect(learner?["reason"]?.string?.hasPrefix("in Payments; has a load of") == true)
            let api = try #require(parts.first { $0["component"]?.string == "api" })
            #expect(api["finding"]?.string == "Jonas resolved 83 % of its 6 cases")
            #expect(api["second"]?["name"]?.string == "Marta")
            #expect(api["second"]?["reason"]?.string == "resolved 1 of its cases")
            #expect(parts.first { $0["component"]?.string == "web" }?["finding"] == .null)
            #expect(parts.prefix(2).allSatisfy { $0["finding"]?.string != nil }, "those come first")
            let page = try await server.browser(.ines).get("/routing/concentration").body
            #expect(page.contains("2 of 8 parts of the product hang on one person"))
            #expect(
                page.contains("Only Marta can take its cases by the rules.") && page.contains("Cross-train"))
            #expect(try await server.browser(.ines).get("/rebalance").body.contains("/routing/concentration"))
            #expect(try await server.browser(.marta).get("/routing/concentration").status == 403)
            #expect(try await server.program(.ines).get("/api/v1/routing/concentration?days=0").status == 422)
        }
    }

    private static let surge = """
          surges:
            - id: release
              name: Release 2026.1
              from: 2026-03-02T10:00:00Z
              until: 2026-03-02T12:00:00Z
              assign: push
              queues:
                - {id: rollout, name: Rollout, team: day, fallback: nights}
              rules:
                - {id: rollout, name: Of the release, words: [release], queue: rollout, people: [otto@cast.example]}
              staff:
                - {team: day, members: [{person: otto@cast.example, skills: [payments], calendar: always}]}

        """

    @Test(
        "ROUTE-19: A surge adds queues, rules and people from a moment on, and ends by itself; what still waits then goes by the usual rules",
        arguments: Engine.available)
    func surge(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            try await RoutingDesk.apply(
                RoutingDesk.document(("assign: push", "assign: pull")) + Self.surge, on: desk)
            let program = try await server.program(.ines)
            func queue(_ number: String) async throws -> String? {
                try await program.get("/api/v1/cases/\(number)").json["queue"]?.string
            }
            let before = try await opened(desk, text: "Since the release.")
            try await route(desk)
            #expect(try await queue(before) == "general", "the surge has not begun")
            var page = try await server.browser(.ines).get("/routing").body
            #expect(page.contains("Release 2026.1") && page.contains("Comes</span>"))
            #expect(!page.contains("/routing/queues/rollout"))

            desk.clock.advance(seconds: 3600)
            let during = try await opened(desk, text: "Since the release.")
            try await route(desk)
            #expect(try await queue(during) == "rollout")
            #expect(try await owner(during, desk) == .otto, "who helps in the surge, and cases are pushed")
            page = try await server.browser(.ines).get("/routing").body
            #expect(page.contains("On</span> until") && page.contains("/routing/queues/rollout"))
            let surges = try await program.get("/api/v1/routing").json["surges"]?.array
            #expect(surges?.first?["is_on"]?.bool == true)
            try await desk.perform(
                "person.set_away", as: .otto,
                ["until": .text(desk.clock.now.adding(seconds: 86_400).rfc3339), "reason": "Ill"])
            for member in [Cast.marta, .jonas] {
                try await desk.perform(
                    "person.set_away", as: member,
                    ["until": .text(desk.clock.now.adding(seconds: 86_400).rfc3339), "reason": "Training"])
            }
            let late = try await opened(desk, text: "Since the release.")
            try await route(desk)
            #expect(try await queue(late) == "rollout")
            #expect(try await owner(late, desk) == nil)

            desk.clock.advance(seconds: 2 * 3600)
            try await route(desk)
            #expect(try await queue(late) == "general", "the surge is over, and its queue with it")
            let after = try await opened(desk, text: "Since the release.")
            try await route(desk)
            #expect(try await queue(after) == "general")
            #expect(try await owner(after, desk) == nil, "pulled as ever")
            page = try await server.browser(.ines).get("/routing").body
            #expect(page.contains("Over</span>") && !page.contains("/routing/queues/rollout"))
            #expect(try await server.browser(.ines).get("/cases/\(during)").body.contains("Rollout"))
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "ROUTE-19 part: A surge that does not end, that begins nowhere, or whose names are taken is refused with its line"
    )
    func surgeMistakes() {
        func mistakes(_ from: String, _ to: String) -> [String] {
            Policy.routingMistakes(RoutingDesk.document() + Self.surge.replacing(from, with: to))
        }
        #expect(mistakes("x", "x") == [])
        #expect(
            mistakes("12:00:00Z", "09:00:00Z").contains {
                $0.contains("must be after “from”: a surge ends by itself")
            })
        #expect(
            mistakes("      until: 2026-03-02T12:00:00Z\n", "").contains { $0.contains("until: is needed") })
        #expect(
            mistakes("2026-03-02T10:00:00Z", "tomorrow").contains {
                $0.contains("“tomorrow” must be a time with its zone")
            })
        #expect(
            mistakes("id: rollout, name: Rollout", "id: general, name: Rollout").contains {
                $0.contains("there is a queue “general” already")
            })
        #expect(
            mistakes("- {team: day, m", "- {team: dya, m").contains {
                $0.contains("“dya” is not a team; did you mean “day”?")
            })
    }
}
