import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// Cases whose owner is called away, and regions that follow the sun.
@Suite("Cover")
struct CoverTests {
    private static func document(_ cover: String, _ changes: (from: String, to: String)...) -> String {
        var text = RoutingDesk.document() + cover
        for change in changes { text = text.replacing(change.from, with: change.to) }
        return text
    }

    private static let reassigning =
        "  cover: {incident: reassign, off_shift: hand_over, at_risk_minutes: 120}\n"
    private static let offering =
        "  cover: {incident: hand_over, off_shift: hand_over, at_risk_minutes: 120}\n"

    private func cover(_ desk: TestDesk) async throws {
        _ = try await CoverJobs(services: desk.services).work()
    }

    /// A case of somebody, with an update promised in so many minutes.
    private func owned(
        by member: Cast, _ desk: TestDesk, severity: String = "sev3", promised minutes: Int64? = nil,
        subject: String = "Captures are refused"
    ) async throws -> String {
        let number =
            try await desk.perform(
                "case.open", as: member,
                [
                    "organisation": "Orrin Foods", "subject": .text(subject),
                    "symptom": "Since this morning.",
                    "severity": .text(severity), "takes_it": .bool(true),
                ]
            ).answer["number"]?.string ?? ""
        if let minutes {
            try await desk.perform(
                "case.promise_update", as: member,
                [
                    "id": .text(number),
                    "next_update_at": .text(desk.clock.now.adding(seconds: minutes * 60).rfc3339),
                ])
        }
        return number
    }

    private func owner(_ number: String, _ desk: TestDesk) async throws -> Cast? {
        let owner = try await desk.found(number).owner
        return desk.people.first { $0.value.id == owner }?.key
    }

    @Test(
        "ROUTE-08: Whoever joins an incident has their cases at risk given to somebody free, or their hand-over demanded; nothing else of theirs moves",
        arguments: Engine.available)
    func incident(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let incident = try await owned(by: .ines, desk, severity: "sev1", subject: "All payments fail")
            let urgent = try await owned(by: .marta, desk, promised: 60)
            let calm = try await owned(by: .marta, desk)
            try await desk.perform(
                "case.change_status", as: .marta,
                ["id": .text(calm), "status": "waiting_on_customer"])
            try await RoutingDesk.apply(Self.document(Self.reassigning), on: desk)
            try await cover(desk)
            #expect(try await owner(urgent, desk) == .marta, "nobody called her away")
            try await desk.perform(
                "case.add_specialist", as: .ines,
                [
                    "id": .text(incident), "person": .text(Cast.marta.email),
                    "contribution": "Reads the traces",
                ])
            try await cover(desk)
            #expect(try await owner(urgent, desk) == .jonas)
            #expect(try await owner(calm, desk) == .marta, "it waits for the customer")
            #expect(try await owner(incident, desk) == .ines, "the incident itself stays")
            let timeline = try await server.browser(.jonas).get("/cases/\(urgent)?view=all").body
            #expect(timeline.contains("Cover: its owner works on an incident"))

            // Jonas, who stands in, is called to the incident too: nobody is left, so cover is demanded.
            try await desk.perform(
                "case.add_specialist", as: .ines,
                ["id": .text(incident), "person": .text(Cast.jonas.email), "contribution": "Replays"])
            try await cover(desk)
            #expect(try await owner(urgent, desk) == .jonas, "nobody else works now")
            let jonas = try await server.browser(.jonas)
            #expect(try await jonas.get("/notifications").body.contains("Cover is needed"))
            let page = try await jonas.get("/cases/\(urgent)").body
            #expect(page.contains("Cover is needed: <bdi>Jonas</bdi> works on the incident"))
            let checks = try await server.program(.ines).get("/api/v1/attention").json["items"]?.array ?? []
            #expect(
                checks.first { $0["id"]?.string == "uncovered" }?["cases"]?.array?.map(\.string) == [urgent])
            let read = try await server.program(.jonas).get("/api/v1/cases/\(urgent)").json
            #expect(read["cover"]?["cause"]?.string == "incident")
            try await cover(desk)
            let facts = try await server.program(.ines).get("/api/v1/cases/\(urgent)/timeline").json["items"]
            let asked = facts?.array?.filter { $0["kind"]?.string == "case.cover_needed" }
            #expect(asked?.count == 2, "once for each of them, however often it is looked at")

            try await desk.perform(
                "case.leave_swarm", as: .ines, ["id": .text(incident), "person": .text(Cast.jonas.email)])
            try await cover(desk)
            #expect(!(try await jonas.get("/cases/\(urgent)").body.contains("Cover is needed")))
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "ROUTE-08 part: Who goes off shift has a brief of each case at risk offered to whoever works then, once; the case stays theirs until it is accepted",
        arguments: Engine.available)
    func offShift(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let urgent = try await owned(by: .marta, desk, promised: 10 * 60)
            let calm = try await owned(by: .marta, desk)
            try await desk.perform(
                "case.change_status", as: .marta,
                ["id": .text(calm), "status": "waiting_on_customer"])
            try await RoutingDesk.apply(
                Self.document(
                    Self.offering, (from: "All others, queue: general", to: "All others, queue: payments")),
                on: desk)
            try await cover(desk)
            #expect(try await desk.services.openOffer(urgent, desk) == nil, "she works")
            desk.clock.advance(seconds: 8 * 3600 + 60)
            try await cover(desk)
            let offer = try #require(try await desk.services.openOffer(urgent, desk))
            #expect(offer.offer.person == desk.people[.ines]?.id.raw, "the night team")
            #expect(offer.offer.brief.contains("Promised to the customer: an update by 2026-03-02 19:00 UTC"))
            #expect(try await owner(urgent, desk) == .marta)
            #expect(try await desk.services.openOffer(calm, desk) == nil, "it waits for the customer")
            try await desk.perform(
                "case.return_handover", as: .ines, ["id": .text(urgent), "reason": "Too much"])
            try await cover(desk)
            #expect(try await desk.services.openOffer(urgent, desk) == nil, "not offered twice")
            #expect(
                try await server.browser(.marta).get("/cases/\(urgent)").body.contains(
                    "Cover is needed: <bdi>Marta</bdi> is off shift"))
            desk.clock.advance(seconds: 16 * 3600)
            try await cover(desk)
            #expect(
                !(try await server.browser(.marta).get("/cases/\(urgent)").body.contains("Cover is needed")))
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "ROUTE-08 part: Where nobody was free when cover was asked for, the case goes to the first who is; the demand stands in the history once",
        arguments: Engine.available)
    func freeLater(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let incident = try await owned(by: .ines, desk, severity: "sev1", subject: "All payments fail")
            let urgent = try await owned(by: .marta, desk, promised: 60)
            for member in [Cast.marta, .jonas] {
                try await desk.perform(
                    "case.add_specialist", as: .ines,
                    ["id": .text(incident), "person": .text(member.email), "contribution": "Reads traces"])
            }
            try await RoutingDesk.apply(Self.document(Self.reassigning), on: desk)
            for _ in 0..<3 { try await cover(desk) }
            #expect(try await owner(urgent, desk) == .marta, "nobody is free")
            try await desk.perform(
                "case.leave_swarm", as: .ines, ["id": .text(incident), "person": .text(Cast.jonas.email)])
            try await cover(desk)
            #expect(try await owner(urgent, desk) == .jonas)
            let facts = try await server.program(.ines).get("/api/v1/cases/\(urgent)/timeline").json["items"]
            #expect(facts?.array?.count { $0["kind"]?.string == "case.cover_needed" } == 1)
            #expect(try await desk.findings() == [])
        }
    }

    /// Three regions: UTC 9 to 17, 16 to 24, and the night.
    private static let regions =
        RoutingDesk.document(
            (from: "name: Day team\n", to: "name: Day team\n      region: emea\n"),
            (from: "name: Night team\n", to: "name: Night team\n      region: americas\n"))
        + "  follow_the_sun: {regions: [emea, americas], severities: [sev1, sev2], before_minutes: 30}\n"

    @Test(
        "ROUTE-12: Before the shift of a region ends its grave cases are offered to the next region, each with its brief; the page shows it beforehand, and a lead can do it sooner",
        arguments: Engine.available)
    func followTheSun(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let grave = try await owned(
                by: .marta, desk, severity: "sev2", promised: 600, subject: "Refunds fail")
            let light = try await owned(by: .jonas, desk, severity: "sev4")
            try await RoutingDesk.apply(Self.regions, on: desk)
            try await cover(desk)
            #expect(try await desk.services.openOffer(grave, desk) == nil, "the shift has just begun")
            let marta = try await server.browser(.marta)
            #expect(try await marta.get("/handover").body.contains("href=\"/handover/regions\""))
            let page = try await marta.get("/handover/regions").body
            #expect(page.contains("<bdi>Day team</bdi> to <bdi>Night team</bdi>"))
            #expect(page.contains("Refunds fail") && page.contains("an update by 2026-03-02 19:00 UTC"))
            let json = try await server.program(.marta).get("/api/v1/handover/regions").json["items"]?.array
            let day = try #require(json?.first { $0["team"]?.string == "day" })
            #expect(
                day["ends_at"]?.string == "2026-03-02T17:00:00Z" && day["to_region"]?.string == "americas")
            #expect(day["cases"]?.array?.map { $0["number"]?.string } == [grave])
            #expect(try await marta.submit("/handover/transfer", ["team": "day"]).status == 403)

            let tomorrow = desk.clock.now.adding(seconds: 24 * 3600)
            try await desk.perform("person.set_away", as: .ines, ["until": .text(tomorrow.rfc3339)])
            let early = try await server.program(.ines).post(
                "/api/v1/handover/transfer", json: ["team": "day"])
            #expect(early.status == 409, "nobody of the night works then: \(early.body)")
            #expect(
                early.json["detail"]?.string?.contains("Nobody of Night team can take \(grave) when") == true)
            try await desk.perform("person.set_away", as: .ines, [:])

            // The night begins at five, when the day ends: from half past four on it is offered to whoever works from five.
            desk.clock.advance(seconds: 8 * 3600 - 60)
            try await cover(desk)
            let offer = try #require(try await desk.services.openOffer(grave, desk))
            #expect(offer.offer.person == desk.people[.ines]?.id.raw)
            #expect(
                offer.offer.acceptBy.rfc3339 == "2026-03-02T17:30:00Z",
                "nobody has to accept before the shift")
            #expect(
                offer.offer.brief.contains("Where it stands: New")
                    && offer.offer.brief.contains("Refunds fail"))
            #expect(try await desk.services.openOffer(light, desk) == nil, "too light to go round the world")
            let story = try await marta.get("/cases/\(grave)?view=all").body
            #expect(story.contains("is in a region whose shift ends"))
            let accepted = try await server.program(.ines).post(
                "/api/v1/handover/accept", json: ["cases": [.string(grave)]])
            #expect(accepted.status == 200)
            try await cover(desk)
            #expect(try await owner(grave, desk) == .ines)
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "ROUTE-12 part: The next region is the one that works when a shift ends, in the order of the day, else the one that opens first; terms that cannot be meant are refused with their line"
    )
    func order() throws {
        let policy = try PolicyDocument.read(Self.regions).get()
        func transfer(_ team: String, at moment: String) throws -> FollowTheSun.Transfer? {
            let now = try #require(Timestamp(moment))
            return FollowTheSun(policy: policy, now: now).transfer(
                from: try #require(policy.routing.team(team)))
        }
        #expect(try transfer("day", at: "2026-03-02T16:29:00Z") == nil)
        let evening = try transfer("day", at: "2026-03-02T16:31:00Z")
        #expect(evening?.to.id == "night" && evening?.at.rfc3339 == "2026-03-02T17:00:00Z")
        #expect(evening?.back?.rfc3339 == "2026-03-03T09:00:00Z")
        let midnight = try transfer("night", at: "2026-03-06T23:45:00Z")
        #expect(midnight?.to.id == "day", "closed over the weekend, but nobody else is there")
        let wrong = Self.regions.replacing("regions: [emea, americas]", with: "regions: [emea, apac]")
        #expect(Policy.routingMistakes(wrong).contains { $0.contains("no team works in “apac”") })
        let alone = Self.regions.replacing("regions: [emea, americas]", with: "regions: [emea]")
        #expect(Policy.routingMistakes(alone).contains { $0.contains("must name at least two") })
    }
}

extension Services {
    /// The offer of a case that nobody answered yet.
    fileprivate func openOffer(_ number: String, _ desk: TestDesk) async throws -> Handoffs.Handover? {
        let found = try await desk.found(number)
        return try await database.read { tx in try HandoffDirectory.handoffs(of: found.id, in: tx).open }
    }
}
