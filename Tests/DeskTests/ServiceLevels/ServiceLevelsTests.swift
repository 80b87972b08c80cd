import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// The clocks of cases: what fires, once, and why each number is what it is.
@Suite("Service levels")
struct ServiceLevelsTests {
    private func records(of number: String, _ desk: TestDesk) async throws -> [Recorded<ClockRecordFact>] {
        let found = try await desk.found(number)
        return try await desk.services.database.read { tx in
            try desk.services.journal.facts(of: ClockRecord.ref(found.id), as: ClockRecordFact.self, in: tx)
        }
    }

    private func fired(
        _ clock: String, of number: String, _ desk: TestDesk
    ) async throws -> [(what: String, at: Timestamp, isOvertaken: Bool)] {
        try await records(of: number, desk).compactMap { record in
            switch record.body {
            case .warned(let firing, let percent) where firing.clock == clock:
                ("\(percent)", record.occurredAt, firing.isOvertaken)
            case .breached(let firing) where firing.clock == clock:
                ("breach", record.occurredAt, firing.isOvertaken)
            default: nil
            }
        }
    }

    /// A case of the worst severity, known to the job; the clock stands a second after its opening.
    private func worst(_ desk: TestDesk) async throws -> String {
        let number = try await desk.reportedCase()
        try await desk.perform(
            "case.change_severity", as: .ines,
            ["id": .text(number), "severity": "sev1", "reason": "Nobody can pay"])
        try await ServiceLevelsJobs(desk.services).finish()
        return number
    }

    @Test(
        "SLA-12 part: warnings and the breach are recorded once each, in order, by however many nodes",
        arguments: Engine.available)
    func firesOnce(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let number = try await worst(desk)
            #expect(try await fired("first_response", of: number, desk).isEmpty)
            desk.clock.advance(seconds: 12 * 60)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask { _ = try await ServiceLevelsJobs(desk.services).finish() }
                }
                try await group.waitForAll()
            }
            #expect(try await fired("first_response", of: number, desk).map(\.what) == ["50", "75"])
            desk.clock.advance(seconds: 4 * 60)
            try await ServiceLevelsJobs(desk.services).finish()
            let all = try await fired("first_response", of: number, desk)
            #expect(all.map(\.what) == ["50", "75", "90", "breach"])
            #expect(all.last?.at == TestDesk.start.adding(seconds: 15 * 60))
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "SLA-18: after a suspended machine or a step of the clock each overdue event is recorded once, in order, and told as one",
        arguments: Engine.available)
    func suspended(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let number = try await worst(desk)
            desk.clock.advance(seconds: 10 * 3600)
            try await ServiceLevelsJobs(desk.services).finish()
            let all = try await fired("first_response", of: number, desk)
            #expect(all.map(\.what) == ["50", "75", "90", "breach"])
            #expect(all.map(\.isOvertaken) == [true, true, true, false])
            let count = try await records(of: number, desk).count
            desk.clock.advance(seconds: -3600)
            try await ServiceLevelsJobs(desk.services).finish()
            desk.clock.advance(seconds: 3600)
            #expect(try await ServiceLevelsJobs(desk.services).finish() == 0)
            #expect(try await records(of: number, desk).count == count)
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "An answer in time fires nothing more, and one after the end is still recorded as missed",
        arguments: Engine.available)
    func answered(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let number = try await worst(desk)
            desk.clock.advance(seconds: 5 * 60)
            try await desk.perform(
                "case.reply", as: .marta,
                ["id": .text(number), "text": "The bridge drops every second call; we restart it now."])
            desk.clock.advance(seconds: 20 * 60)
            try await ServiceLevelsJobs(desk.services).finish()
            #expect(try await fired("first_response", of: number, desk).isEmpty)
            let late = try await worst(desk)
            desk.clock.advance(seconds: 20 * 60)
            try await desk.perform(
                "case.reply", as: .marta,
                ["id": .text(late), "text": "The bridge drops every second call; we restart it now."])
            try await ServiceLevelsJobs(desk.services).finish()
            #expect(try await fired("first_response", of: late, desk).last?.what == "breach")
        }
    }

    @Test(
        "SLA-15 part: page, JSON and CSV give the same intervals, and they add up to the number shown",
        arguments: Engine.available)
    func explained(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let number = try await desk.reportedCase()
            try await desk.perform("case.assign", as: .marta, ["id": .text(number), "assignee": "@me"])
            desk.clock.advance(seconds: 3000)
            try await desk.perform(
                "case.change_status", as: .marta, ["id": .text(number), "status": "waiting_on_customer"])
            desk.clock.advance(seconds: 30 * 3600)
            let program = try await server.program(.marta)
            let json = try await program.get("/api/v1/cases/\(number)/clocks").json
            let items = try #require(json["items"]?.array)
            let resolution = try #require(items.first { $0["clock"]?.string == "resolution" })
            #expect(resolution["state"]?.string == "paused")
            #expect(resolution["reason"]?.string == "customer")
            #expect(resolution["spent_seconds"]?.integer == 3000)
            #expect(json["service_level"]?["policy_version"]?.integer == 0)
            let csv = try await program.get("/cases/\(number)/clocks.csv")
            let browser = try await server.browser(.marta)
            let file = try await browser.get("/cases/\(number)/clocks.csv")
            #expect(file.headers["content-type"] == "text/csv; charset=utf-8")
            #expect(csv.body == file.body)
            let alone = try await program.get("/api/v1/cases/\(number)/clocks?clock=resolution").json[
                "items"]?.array
            #expect(alone?.count == 1 && alone?.first?["state"]?.string == "paused")
            let unknown = try await program.get("/api/v1/cases/\(number)/clocks?clock=resolutoin")
            #expect(unknown.status == 422 && unknown.body.contains("Did you mean “resolution”"))
            var rows = 0
            for item in items {
                let intervals = try #require(item["intervals"]?.array)
                rows += intervals.count
                func sum(_ key: String) -> Int64 { intervals.reduce(0) { $0 + ($1[key]?.integer ?? 0) } }
                #expect(sum("counted_seconds") == item["spent_seconds"]?.integer)
                #expect(sum("seconds") == item["raw_seconds"]?.integer)
                #expect(
                    sum("counted_seconds") + sum("outside_hours_seconds") + sum("paused_seconds")
                        + sum("not_counted_seconds") == sum("seconds"))
            }
            #expect(file.body.split(separator: "\r\n").count == rows + 1)
            let page = try await browser.get("/cases/\(number)/clocks").body
            #expect(page.contains("Paused: waits for Customer"))
            #expect(page.contains("0:50:00"))
            let beside = try await browser.get("/cases/\(number)").body
            #expect(beside.contains("id=\"clocks\""))
            #expect(beside.contains("Paused since"))
            let customer = try await server.browser(.daniel)
            #expect(try await customer.get("/cases/\(number)/clocks").status != 200)
        }
    }

    @Test(
        "SLA-01 part: a change of policy is worked out in the background, and each case keeps the version that counts",
        arguments: Engine.available)
    func policyChange(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let number = try await desk.reportedCase()
            try await ServiceLevelsJobs(desk.services).finish()
            let document = Policy.defaultDocument.replacing("sev3: 240h", with: "sev3: 8h")
            try await desk.perform(
                "policy.change", as: .otto, ["document": .text(document), "reason": "Shorter"])
            #expect(try await ServiceLevelsJobs(desk.services).finish() == 1)
            let records = try await records(of: number, desk)
            guard case .levelApplied(let applied) = try #require(records.last).body else {
                Issue.record("no level was applied")
                return
            }
            #expect(applied.policy == 1)
            #expect(applied.reason == .policy)
            #expect(applied.shifts.map(\.clock).contains("resolution"))
            #expect(try await ServiceLevelsJobs(desk.services).finish() == 0)
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "SLA-07 part: a reviewer overrules what counts as a first response, with a reason, and others may not"
    )
    func overruled() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let desk = server.desk
            let number = try await desk.reportedCase()
            try await desk.perform(
                "case.reply", as: .marta, ["id": .text(number), "text": "Thanks, looking"])
            let found = try await desk.found(number)
            let entry = try await desk.services.database.read { tx in
                try CaseDirectory.facts(of: found.id, kinds: ["case.replied"], in: tx).last?.sequence
            }
            let program = try await server.program(.ines)
            func standing() async throws -> String? {
                let json = try await program.get("/api/v1/cases/\(number)/clocks").json
                return json["items"]?.array?.first { $0["clock"]?.string == "first_response" }?["state"]?
                    .string
            }
            #expect(try await standing() != "met")
            let fields: [String: RawValue] = [
                "id": .text(number), "entry": .text("\(entry ?? 0)"), "counts": .bool(true),
                "reason": "She rang them first",
            ]
            await #expect(throws: Refusal.self) {
                try await desk.perform("case.judge_response", as: .marta, fields)
            }
            try await desk.perform("case.judge_response", as: .ines, fields)
            #expect(try await standing() == "met")
        }
    }

    @Test("Tampered rows of what must fire next are found")
    func tampered() async throws {
        try await TestDesk.run(on: .sqlite) { desk in
            _ = try await worst(desk)
            #expect(try await desk.findings() == [])
            try await desk.tamper("UPDATE case_clock SET fire_at = fire_at + 1")
            #expect(try await desk.findings().count == 1)
            try await desk.tamper("UPDATE case_clock SET fire_at = fire_at - 1")
            #expect(try await desk.findings() == [])
            try await desk.tamper(
                "UPDATE case_clock SET summary = '{\"level\":\"\",\"met\":9,\"missed\":[],\"running\":[]}'")
            #expect(try await desk.findings().count == 1)
            try await desk.tamper("DELETE FROM case_clock")
            #expect(
                try await desk.findings().contains { $0.contains("case_clock") && $0.contains("missing") })
        }
    }

    @Test(
        "SLA-13 part: the page of a missed clock leads to the record of its cause, correction and notice, which stands there and in the API afterwards",
        arguments: Engine.available)
    func breachRecord(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let number = try await worst(desk)
            let marta = try await server.browser(.marta)
            #expect(!(try await marta.get("/cases/\(number)/clocks").body.contains("Record why")))
            desk.clock.advance(seconds: 20 * 60)
            let page = try await marta.get("/cases/\(number)/clocks").body
            let way = "/cases/\(number)/explain_breach?clock=first_response&amp;cycle=1"
            #expect(page.contains("href=\"\(way)\""))
            let form = try await marta.get(way.replacing("&amp;", with: "&")).body
            #expect(form.contains("value=\"first_response\"") && form.contains("value=\"1\""))
            let fields: [String: RawValue] = [
                "id": .text(number), "clock": "first_response", "cycle": .text("1"), "cause": "workload",
                "correction": "A second person in the early shift", "customer_told": .bool(true),
            ]
            var wrong = fields
            wrong["cycle"] = .text("2")
            await #expect(throws: Refusal.self) {
                try await desk.perform("case.explain_breach", as: .marta, wrong)
            }
            try await desk.perform("case.explain_breach", as: .marta, fields)
            let after = try await marta.get("/cases/\(number)/clocks").body
            #expect(
                after.contains("Too much at once") && after.contains("A second person in the early shift"))
            #expect(after.contains("The customer was told.") && !after.contains("href=\"\(way)\""))
            let json = try await server.program(.marta).get("/api/v1/cases/\(number)/clocks").json
            let item = json["items"]?.array?.first { $0["clock"]?.string == "first_response" }
            #expect(item?["breach"]?["cause"]?.string == "workload")
            #expect(item?["breach"]?["customer_told"]?.bool == true)
            let timeline = try await marta.get("/cases/\(number)?show=clocks").body
            #expect(timeline.contains("recorded why First response was missed"))
            #expect(timeline.contains("Service level") && timeline.contains("because the case was opened"))
            let story = try await marta.get("/cases/\(number)?show=story").body
            #expect(story.contains("First response was due</span>, not kept yet"))
        }
    }

    @Test("frappe#2967: many cases that became late while nobody worked tell one event for each clock")
    func noStorm() async throws {
        try await TestDesk.run(on: .sqlite) { desk in
            var numbers: [String] = []
            for _ in 0..<30 { numbers.append(try await desk.reportedCase()) }
            let jobs = ServiceLevelsJobs(desk.services)
            try await jobs.finish()
            desk.clock.advance(seconds: 3 * 3600)
            try await jobs.finish()
            for number in numbers {
                let told = try await fired("first_response", of: number, desk).filter { !$0.isOvertaken }
                #expect(told.map(\.what) == ["breach"])
            }
        }
    }

    @Test(
        "What is kept of the clocks is read for a page, and the same as what the facts make",
        arguments: Engine.available)
    func kept(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let number = try await desk.reportedCase()
            let program = try await server.program(.marta)
            let made = try await program.get("/api/v1/cases/\(number)").json["clocks"]
            #expect(made?.array?.count ?? 0 > 3)
            try await ServiceLevelsJobs(desk.services).finish()
            #expect(try await program.get("/api/v1/cases/\(number)").json["clocks"] == made)
            // A mark on what is kept shows that the page reads it, and that a change of the case makes it anew.
            try await desk.tamper(
                "UPDATE case_clock SET summary = '{\"level\":\"\",\"met\":9,\"missed\":[],\"running\":[]}'")
            #expect(try await program.get("/api/v1/cases/\(number)").json["clocks"]?.array?.isEmpty == true)
            try await desk.perform("case.note", as: .marta, ["id": .text(number), "text": "Looks odd"])
            #expect(try await program.get("/api/v1/cases/\(number)").json["clocks"] == made)
        }
    }

    @Test(
        "SLA-10: another severity, tier or contract works the due times out anew by the rule of the policy, and logs them before and after",
        arguments: Engine.available)
    func recomputed(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let number = try await desk.reportedCase()
            let jobs = ServiceLevelsJobs(desk.services)
            func shift(_ clock: String = "resolution") async throws -> (before: Int64?, after: Int64?)? {
                try await jobs.finish()
                let all = try await records(of: number, desk).compactMap { record in
                    if case .levelApplied(let applied) = record.body { applied } else { nil }
                }
                let shift = all.last?.shifts.first { $0.clock == clock }
                func hours(_ moment: Timestamp?) -> Int64? {
                    moment.map { $0.seconds(since: TestDesk.start) / 3600 }
                }
                return (hours(shift?.before), hours(shift?.after))
            }
            try await jobs.finish()
            desk.clock.advance(seconds: 3600)
            try await desk.perform(
                "case.change_severity", as: .ines,
                ["id": .text(number), "severity": "sev2", "reason": "Spreads"])
            #expect(try await shift() ?? (0, 0) == (240, 72), "from the start: 72 hours after the opening")
            let organisation = try #require(try await desk.found(number).organisation)
            try await desk.perform(
                "organisation.change_tier", as: .marta,
                ["id": .text(organisation.raw), "tier": "standard", "reason": "Downgraded"])
            let tier = try await shift()
            #expect(tier?.before == 72 && tier?.after ?? 0 > 72, "business hours instead of all hours")

            let changed = Policy.defaultDocument
                .replacing(
                    "    - id: standard\n      name: Standard\n",
                    with: """
                            - id: bought
                              name: Bought
                              contracts: [premium_support]
                              calendar: always
                              clocks:
                                resolution: {sev1: 10h, sev2: 20h, sev3: 20h, sev4: 20h, on_change: from_change}
                            - id: standard
                              name: Standard

                        """)
            try await desk.perform(
                "policy.change", as: .otto, ["document": .text(changed), "reason": "Contract"])
            try await jobs.finish()
            desk.clock.advance(seconds: 7200)
            try await desk.perform(
                "organisation.edit", as: .marta,
                ["id": .text(organisation.raw), "contract": "premium_support"])
            #expect(try await shift()?.after == 3 + 20, "from the change: 20 hours after it")
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "SLA-10 part: a change of policy fires anew only what it moves: whoever heard of a missed first response does not hear of it again because the resolution has another target",
        arguments: Engine.available)
    func changedElsewhere(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let number = try await desk.reportedCase()
            let jobs = ServiceLevelsJobs(desk.services)
            try await jobs.finish()
            desk.clock.advance(seconds: 11 * 3600)
            try await jobs.finish()
            func fired() async throws -> [String] {
                try await records(of: number, desk).compactMap { record in
                    switch record.body {
                    case .levelApplied: nil
                    case .warned(let firing, let percent): "\(firing.clock) \(percent)"
                    case .breached(let firing): "\(firing.clock) over"
                    }
                }
            }
            let before = try await fired()
            #expect(before.contains("first_response over"))
            let changed = Policy.defaultDocument.replacing("sev3: 240h", with: "sev3: 239h")
            try #require(changed != Policy.defaultDocument)
            try await desk.perform(
                "policy.change", as: .otto, ["document": .text(changed), "reason": "Contract"])
            try await jobs.finish()
            #expect(try await fired() == before)
            let levels = try await records(of: number, desk).compactMap { record in
                if case .levelApplied(let applied) = record.body { applied } else { nil }
            }
            #expect(levels.last?.shifts.map(\.clock) == ["resolution"])
            #expect(try await desk.findings() == [])
        }
    }
}

/// What colleagues owe each other, who hears of promises, and what a change would do to clocks.
@Suite("Service levels among colleagues")
struct InternalLevelsTests {
    private static let document = Policy.defaultDocument.replacing(
        "        mitigation:",
        with:
            "        handover: {sev1: 10m, sev2: 30m, sev3: 2h, sev4: 8h}\n        take_back: {sev1: 15m, sev2: 1h, sev3: 4h, sev4: 8h}\n        mitigation:"
    )

    private func clock(_ name: String, of number: String, _ server: TestServer) async throws -> JSON? {
        try await server.program(.marta).get("/api/v1/cases/\(number)/clocks").json["items"]?.array?
            .last { $0["clock"]?.string == name }
    }

    private func inForce(_ document: String, _ desk: TestDesk) async throws {
        try await desk.perform(
            "policy.change", as: .samira, ["document": .text(document), "reason": "Levels"])
    }

    @Test(
        "SLA-03: hand-off acceptance, taking back, the decision of engineering and the chase of a vendor run on the clock engine, in both directions and by the service level",
        arguments: Engine.available)
    func both(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            try await inForce(Self.document, desk)
            let number = try await desk.reportedCase()
            try await desk.perform("case.assign", as: .marta, ["id": .text(number), "assignee": "@me"])
            let jonas = try #require(desk.people[.jonas]?.id.raw)
            try await desk.perform("case.hand_over", as: .marta, ["id": .text(number), "to": .text(jonas)])
            let offered = try #require(try await clock("handover", of: number, server))
            #expect(offered["target_seconds"]?.integer == 7200, "by the level, not the usual 30 minutes")
            #expect(offered["service_level"]?.string == "enterprise")
            desk.clock.advance(seconds: 3 * 3600)
            try await ServiceLevelsJobs(desk.services).finish()
            #expect(try await clock("handover", of: number, server)?["state"]?.string == "late")
            let behind = try await server.program(.ines).get("/api/v1/cases?q=is%3Abehind").json
            #expect(behind["items"]?.array?.first?["number"]?.string == number)
            try await desk.perform(
                "case.return_handover", as: .jonas, ["id": .text(number), "reason": "No logs"])
            #expect(try await clock("handover", of: number, server)?["state"]?.string == "missed")
            let back = try #require(try await clock("take_back", of: number, server))
            #expect(back["state"]?.string == "running" && back["target_seconds"]?.integer == 4 * 3600)
            desk.clock.advance(seconds: 600)
            try await desk.perform(
                "case.set_next_action", as: .marta,
                ["id": .text(number), "text": "Ask for logs", "due_at": "2026-03-03T09:00:00Z"])
            #expect(try await clock("take_back", of: number, server)?["state"]?.string == "met")

            func move(_ status: String) async throws {
                try await desk.perform(
                    "case.change_status", as: .marta,
                    ["id": .text(number), "status": .text(status), "exception": "Known"])
            }
            try await move("investigating")
            try await move("waiting_on_engineering")
            #expect(try await clock("engineering", of: number, server)?["state"]?.string == "running")
            desk.clock.advance(seconds: 3600)
            try await move("investigating")
            #expect(try await clock("engineering", of: number, server)?["spent_seconds"]?.integer == 3600)
            let again = try #require(try await clock("take_back", of: number, server))
            #expect(again["cycle"]?.integer == 2 && again["state"]?.string == "running", "the way back")
            try await move("waiting_on_third_party")
            #expect(try await clock("take_back", of: number, server)?["state"]?.string == "met")
            #expect(try await clock("vendor_chase", of: number, server)?["state"]?.string == "running")
            try await ServiceLevelsJobs(desk.services).finish()
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "SLA-03 part: the time-box of a step of the investigation is a clock, warned of and ended by its result"
    )
    func timeBox() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let desk = server.desk
            let number = try await desk.reportedCase()
            try await desk.perform("case.assign", as: .marta, ["id": .text(number), "assignee": "@me"])
            try await desk.perform(
                "case.add_hypothesis", as: .marta,
                ["id": .text(number), "statement": "The pool is full", "due_at": "2026-03-02T10:00:00Z"])
            let box = try #require(try await clock("time_box", of: number, server))
            #expect(box["item"]?.string == "H1" && box["due_at"]?.string == "2026-03-02T10:00:00Z")
            desk.clock.advance(seconds: 2 * 3600)
            try await ServiceLevelsJobs(desk.services).finish()
            #expect(try await clock("time_box", of: number, server)?["state"]?.string == "late")
        }
    }

    @Test(
        "SLA-12: warnings and breaches reach the owner, the lead of the queue and the manager as policy says, and whoever answers for the team where nobody would hear of them",
        arguments: Engine.available)
    func telling(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let document = RoutingDesk.document(
                ("assign: push", "assign: pull"),
                ("calendar: business_hours\n", "calendar: business_hours\n      lead: jonas@cast.example\n")
            ).replacing(
                "  # tell:\n",
                with: """
                      tell:
                        - {at: 50, to: [owner]}
                        - {at: 75, to: [owner, queue_lead]}
                        - {at: breach, to: [owner, queue_lead, manager]}

                    """)
            try await inForce(document, desk)
            let (owned, nobodys) = (try await desk.reportedCase(), try await desk.reportedCase())
            try await desk.perform("case.route", as: .ines, ["id": .text(owned)])
            try await desk.perform("case.assign", as: .marta, ["id": .text(owned), "assignee": "@me"])
            let jobs = ServiceLevelsJobs(desk.services)
            try await jobs.finish()
            func told(_ member: Cast, _ number: String) async throws -> Bool {
                let actor = try desk.actor(member)
                return try await desk.services.database.read { tx in
                    try NotificationsDirectory.news(for: actor, in: tx).contains { news in
                        news.found.number == number
                            && news.items.contains { $0.detail.hasPrefix("first_response") }
                    }
                }
            }
            desk.clock.advance(seconds: 65 * 60)
            try await jobs.finish()
            #expect(try await told(.marta, owned))
            #expect(!(try await told(.jonas, owned)))
            #expect(!(try await told(.otto, owned)))
            #expect(
                try await told(.ines, nobodys), "nobody owns it, so whoever answers for the team hears it")
            desk.clock.advance(seconds: 30 * 60)
            try await jobs.finish()
            #expect(try await told(.jonas, owned))
            #expect(!(try await told(.otto, owned)))
            desk.clock.advance(seconds: 30 * 60)
            try await jobs.finish()
            #expect(try await told(.otto, owned))
            #expect(!(try await told(.ines, owned)))
            #expect(try await desk.findings() == [])
        }
    }

    @Test("SLA-12 part: whom policy tells is checked, with the line and the name that was meant")
    func tellingIsChecked() throws {
        let document = Policy.defaultDocument.replacing(
            "  # tell:\n", with: "  tell:\n    - {at: 120, to: [owner, queue_leed]}\n")
        guard case .failure(let found) = PolicyText.read(document, knownRights: FeatureCatalog().rights)
        else {
            Issue.record("it was taken")
            return
        }
        let words = found.problems.map(\.message).joined(separator: " ")
        #expect(words.contains("percentage from 1 to 99, or breach"))
        #expect(words.contains("did you mean “queue_lead”?"))
    }

    @Test(
        "SLA-07: only a person’s message with a finding, question or plan stops the first response; a reviewer overrules either way with a reason that stays on record, and the clock is worked out anew",
        arguments: Engine.available)
    func overruled(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let number = try await desk.reportedCase()
            func state() async throws -> String? {
                try await clock("first_response", of: number, server)?["state"]?.string
            }
            func entries() async throws -> [Int64] {
                let found = try await desk.found(number)
                return try await desk.services.database.read { tx in
                    try CaseDirectory.facts(of: found.id, kinds: ["case.replied"], in: tx).map(\.sequence)
                }
            }
            try await desk.perform(
                "case.reply", as: .marta,
                [
                    "id": .text(number),
                    "text":
                        "Thank you for contacting us. We have received your report, and we will look into it.",
                ])
            #expect(try await state() == "running", "eighteen words that say nothing")
            let lead = try await server.browser(.ines)
            let page = try await lead.get("/cases/\(number)/clocks").body
            #expect(page.contains("It only acknowledges") && page.contains("Overrule"))
            #expect(
                !(try await server.browser(.marta).get("/cases/\(number)/clocks").body.contains("Overrule")))
            desk.clock.advance(seconds: 600)
            try await desk.perform(
                "case.reply", as: .marta,
                ["id": .text(number), "text": "Which of the two gateways do the refused calls go to?"])
            #expect(try await state() == "met")
            let second = try #require(try await entries().last)
            let form = try await lead.get("/cases/\(number)/judge_response?entry=\(second)").body
            #expect(form.contains("value=\"\(second)\""))
            let judged: KeyValuePairs<String, String> = [
                "entry": "\(second)", "reason": "They had told us in the report",
            ]
            #expect(
                try await lead.submit("/cases/\(number)/judge_response", ["entry": "\(second)"]).status == 422
            )
            #expect(try await lead.submit("/cases/\(number)/judge_response", judged).status == 303)
            #expect(try await state() == "running", "worked out anew")
            desk.clock.advance(seconds: 3 * 3600)
            try await ServiceLevelsJobs(desk.services).finish()
            #expect(try await state() == "late", "and missed by it")
            let first = try #require(try await entries().first)
            try await desk.perform(
                "case.judge_response", as: .ines,
                [
                    "id": .text(number), "entry": .text("\(first)"), "counts": .bool(true),
                    "reason": "She rang them as well",
                ])
            #expect(try await state() == "met")
            let story = try await lead.get("/cases/\(number)?show=clocks").body
            #expect(
                story.contains("They had told us in the report") && story.contains("She rang them as well"))
            try await ServiceLevelsJobs(desk.services).finish()
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "Changing the severity shows beforehand what becomes of each clock, and so does the check of a policy",
        arguments: Engine.available)
    func previews(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let number = try await desk.reportedCase()
            try await ServiceLevelsJobs(desk.services).finish()
            let form = try await server.browser(.marta).get("/cases/\(number)/change_severity").body
            #expect(form.contains("Sev1: First response due 11:00 UTC becomes 09:15 UTC"))
            #expect(form.contains("Resolution due 12 Mar 09:00 UTC becomes 3 Mar 09:00 UTC"))
            let shorter = Policy.defaultDocument.replacing("sev3: 240h", with: "sev3: 8h")
            let checked = try await server.browser(.samira).submit(
                "/policy/check", ["document": shorter, "reason": "Shorter"])
            #expect(
                checked.body.contains(
                    "Clocks: of 1 open cases 1 get other due times (1 clocks, 0 of them late at once)"))
            #expect(checked.body.contains("\(number): Resolution due 12 Mar 09:00 UTC becomes 17:00 UTC"))
            let records = try await ServiceLevelsJobs(desk.services).finish()
            #expect(records == 0, "looking changes nothing")
        }
    }
}
