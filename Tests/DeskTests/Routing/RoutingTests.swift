import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// Which case goes to whom, through the door.
@Suite("Routing")
struct RoutingTests {
    private func opened(
        _ desk: TestDesk, component: String? = "billing", severity: String = "sev3",
        text: String = "The capture is refused since this morning."
    ) async throws -> String {
        var fields: [String: RawValue] = [
            "organisation": "Orrin Foods", "subject": "Captures are refused", "symptom": .text(text),
            "severity": .text(severity),
        ]
        if let component { fields["component"] = .text(component) }
        return try await desk.perform("case.open", as: .lea, fields).answer["number"]?.string ?? ""
    }

    private func route(_ desk: TestDesk) async throws { try await RoutingJobs(desk.services).work() }

    private func owner(_ number: String, _ desk: TestDesk) async throws -> Cast? {
        let owner = try await desk.found(number).owner
        return desk.people.first { $0.value.id == owner }?.key
    }

    @Test(
        "ROUTE-04: A case goes to whoever has the skill, is on shift, is here and has the least to do; its timeline says by which rule and why",
        arguments: Engine.available)
    func push(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            try await RoutingDesk.apply(on: desk)
            let number = try await opened(desk)
            try await route(desk)
            #expect(try await owner(number, desk) == .marta)
            let timeline = try await server.browser(.jonas).get("/cases/\(number)?view=all").body
            #expect(timeline.contains("by the rule “<bdi>Billing</bdi>” of policy version 1"))
            #expect(timeline.contains("Marta has a load of 0, nobody else could take it."))
            #expect(try await desk.services.journalKinds(of: number, desk).contains("case.routed"))
            let explained = try await server.program(.jonas).get("/api/v1/cases/\(number)/routing").json
            #expect(explained["queue"]?.string == "payments" && explained["rule"]?.string == "billing")
            let jonas = explained["now"]?["people"]?.array?.first { $0["name"]?.string == "Jonas" }
            #expect(jonas?["hindrances"]?.array?.map { $0["kind"]?.string } == ["lacks_skill"])
            let ines = explained["now"]?["people"]?.array?.first { $0["name"]?.string == "Ines" }
            #expect(ines?["hindrances"]?.array?.map { $0["kind"]?.string } == ["off_shift"])
            try await route(desk)
            #expect(
                try await desk.services.journalKinds(of: number, desk).filter { $0 == "case.routed" }.count
                    == 1)
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "A case that nobody can take stays in its queue without an owner, is found by the check for it, and is given once somebody comes",
        arguments: Engine.available)
    func unowned(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            try await RoutingDesk.apply(on: desk)
            let until = desk.clock.now.adding(seconds: 3 * 3600)
            let away = try await desk.perform(
                "person.set_away", as: .marta, ["until": .text(until.rfc3339), "reason": "Training"])
            #expect(away.answer["away_until"]?.string == until.rfc3339)
            let number = try await opened(desk)
            try await route(desk)
            #expect(try await owner(number, desk) == nil)
            let lead = try await server.program(.ines)
            var explained = try await lead.get("/api/v1/cases/\(number)/routing").json
            #expect(explained["queue"]?.string == "payments")
            let marta = explained["now"]?["people"]?.array?.first { $0["name"]?.string == "Marta" }
            #expect(marta?["hindrances"]?.array?.map { $0["kind"]?.string } == ["away"])
            desk.clock.advance(seconds: 31 * 60)
            let checks = try await lead.get("/api/v1/attention").json["items"]?.array ?? []
            #expect(
                checks.first { $0["id"]?.string == "unowned" }?["cases"]?.array?.map(\.string) == [number])
            let queues = try await lead.get("/api/v1/routing").json["queues"]?.array ?? []
            let payments = queues.first { $0["id"]?.string == "payments" }
            #expect(payments?["open"]?.integer == 1 && payments?["unowned"]?.integer == 1)
            try await route(desk)
            #expect(try await owner(number, desk) == nil, "nothing changed")
            desk.clock.advance(seconds: 3 * 3600)
            try await route(desk)
            #expect(try await owner(number, desk) == .marta, "she is back")

            let late = try await opened(desk)
            desk.clock.advance(seconds: 6 * 3600)
            let evening = try await opened(desk)
            try await route(desk)
            for number in [late, evening] {
                #expect(try await owner(number, desk) == .ines, "the night helps")
            }
            explained = try await lead.get("/api/v1/cases/\(evening)/routing").json
            #expect(explained["queue"]?.string == "payments", "it stays in the queue of its rule")
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "ROUTE-05: Load counts severity, effort and waiting, each person’s is shown, and whoever has enough gets no more",
        arguments: Engine.available)
    func load(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            try await RoutingDesk.apply(
                RoutingDesk.document(
                    (
                        "{person: jonas@cast.example, languages: [en]}",
                        "{person: jonas@cast.example, limit: 2}"
                    )),
                on: desk)
            let grave = try await opened(desk, component: nil, severity: "sev1")
            try await desk.perform("case.assign", as: .marta, ["id": .text(grave), "assignee": "@me"])
            for expected in [Cast.jonas, .jonas, .marta] {
                let number = try await opened(desk, component: nil)
                try await route(desk)
                #expect(try await owner(number, desk) == expected)
            }
            let people = try await server.program(.ines).get("/api/v1/routing").json["people"]?.array ?? []
            let jonas = people.first { $0["name"]?.string == "Jonas" }
            #expect(jonas?["load"]?.string == "4" && jonas?["in_hand"]?.integer == 2)
            #expect(jonas?["state"]?.string == "at_limit" && jonas?["limit"]?.integer == 2)
            let page = try await server.browser(.ines).get("/routing").body
            #expect(page.contains("2 in hand of 2 that are enough") && page.contains("Has enough in hand"))

            let form = try await server.browser(.ines).get("/cases/\(grave)/assign").body
            #expect(form.contains("Jonas (2 in hand, 2 are enough)"))
            try await desk.perform(
                "case.assign", as: .ines,
                ["id": .text(grave), "assignee": .text(Cast.jonas.email), "reason": "Knows it."])
            let said = try await server.browser(.ines).get("/cases/\(grave)?done=assigned").body
            #expect(
                said.contains("Jonas</bdi> has 3 cases in hand</b>, and 2 are enough"), "said, not refused")
        }
    }

    @Test(
        "A restricted case is given to nobody who may not know of it, and exists in no count of theirs",
        arguments: Engine.available)
    func restricted(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            try await RoutingDesk.apply(on: desk)
            let number = try await opened(desk)
            try await desk.perform(
                "case.restrict", as: .ines,
                [
                    "id": .text(number), "level": "security", "security_owner": .text(Cast.ines.email),
                    "reason": "Can be misused",
                ])
            try await route(desk)
            #expect(try await owner(number, desk) == nil)
            let explained = try await server.program(.ines).get("/api/v1/cases/\(number)/routing").json
            let marta = explained["now"]?["people"]?.array?.first { $0["name"]?.string == "Marta" }
            #expect(marta?["hindrances"]?.array?.map { $0["kind"]?.string } == ["may_not_know"])
            #expect(try await server.program(.marta).get("/api/v1/cases/\(number)/routing").status == 404)
            #expect(try await server.browser(.marta).get("/cases/\(number)/routing").status == 404)
            let otto = try await server.program(.otto).get("/api/v1/routing").json["queues"]?.array ?? []
            #expect(otto.first { $0["id"]?.string == "payments" }?["open"]?.integer == 0)
            #expect(
                try await server.browser(.otto).get("/routing?case=\(number)").body.contains(
                    "There is no case"))
        }
    }

    @Test(
        "ROUTE-07 part: Whoever takes the next case gets the most pressing one that they can do, of their own queues",
        arguments: Engine.available)
    func claim(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            try await RoutingDesk.apply(RoutingDesk.document(("assign: push", "assign: pull")), on: desk)
            let light = try await opened(desk, component: nil, severity: "sev4")
            let skilled = try await opened(desk, severity: "sev1")
            let vendor = try await opened(desk, severity: "sev1", text: "SIGNATURE_MISMATCH")
            let middle = try await opened(desk, component: nil)
            try await route(desk)
            for number in [light, skilled, vendor, middle] { #expect(try await owner(number, desk) == nil) }
            #expect(try await desk.perform("case.claim_next", as: .jonas).answer["number"]?.string == middle)
            #expect(try await desk.perform("case.claim_next", as: .marta).answer["number"]?.string == skilled)
            let answer = try await server.browser(.marta).submit("/routing/claim_next", [:])
            #expect(
                answer.status == 303
                    && answer.headers["location"]?.contains("/cases/\(light)?done=claimed") == true)
            let none = await #expect(throws: Refusal.self) {
                try await desk.perform("case.claim_next", as: .jonas)
            }
            #expect(none?.code == "nothing_waits")
            let of = try await desk.perform("case.claim_next", as: .jonas, ["queue": "vendor"])
            #expect(of.answer["number"]?.string == vendor)
            try await desk.perform(
                "person.set_away", as: .ines,
                [
                    "person": .text(Cast.jonas.email),
                    "until": .text(desk.clock.now.adding(seconds: 600).rfc3339),
                ])
            let away = await #expect(throws: Refusal.self) {
                try await desk.perform("case.claim_next", as: .jonas)
            }
            #expect(away?.code == "away")
        }
    }

    @Test("ROUTE-10: A light case that is passed over grows more pressing with age, until it is the next")
    func starvation() async throws {
        try await TestDesk.run(on: .sqlite) { desk in
            try await RoutingDesk.apply(RoutingDesk.document(("assign: push", "assign: pull")), on: desk)
            let old = try await opened(desk, component: nil, severity: "sev3")
            try await route(desk)
            desk.clock.advance(seconds: 13 * 86_400)
            let fresh = try await opened(desk, component: nil, severity: "sev3")
            try await route(desk)
            #expect(try await desk.perform("case.claim_next", as: .jonas).answer["number"]?.string == old)
            #expect(try await desk.perform("case.claim_next", as: .jonas).answer["number"]?.string == fresh)
        }
    }

    @Test(
        "ROUTE-13: A case that is sent from queue to queue says how often, and above the limit a check finds it",
        arguments: Engine.available)
    func bounces(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            try await RoutingDesk.apply(RoutingDesk.document(("assign: push", "assign: pull")), on: desk)
            let number = try await opened(desk)
            try await route(desk)
            let bare = await #expect(throws: Refusal.self) {
                try await desk.perform("case.route", as: .marta, ["id": .text(number), "queue": "vendor"])
            }
            #expect(bare?.problems.map(\.field) == ["reason"])
            for (count, queue) in ["vendor", "general", "payments"].enumerated() {
                let lead = try await server.program(.ines)
                let found = try await lead.get("/api/v1/cases?q=is:bouncing").json["items"]?.array ?? []
                #expect(found.isEmpty, "after \(count)")
                try await desk.perform(
                    "case.route", as: .marta,
                    ["id": .text(number), "queue": .text(queue), "reason": "Not ours"])
                try await route(desk)
                let explained = try await lead.get("/api/v1/cases/\(number)/routing").json
                #expect(explained["queue"]?.string == queue, "rules do not take it back")
            }
            let lead = try await server.program(.ines)
            let checks = try await lead.get("/api/v1/attention").json["items"]?.array ?? []
            #expect(
                checks.first { $0["id"]?.string == "bouncing" }?["cases"]?.array?.map(\.string) == [number])
            #expect(
                try await server.browser(.ines).get("/cases/\(number)").body.contains(
                    "3 times between queues"))
            let inQueue = try await lead.get("/api/v1/cases?q=queue:payments").json["items"]?.array
            #expect(inQueue?.map { $0["number"]?.string } == [number])
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "ROUTE-15: Before a change of rules is saved, the cases that would have gone elsewhere are shown; between versions they can be asked for",
        arguments: Engine.available)
    func dryRun(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            try await RoutingDesk.apply(on: desk)
            let moving = try await opened(desk)
            let staying = try await opened(desk, component: nil)
            let changed = RoutingDesk.document(
                (
                    "components: [billing], queue: payments, skills: [payments]",
                    "components: [billing], queue: vendor"
                ))
            let page = try await server.browser(.samira).submit("/policy/check", ["document": changed])
            #expect(page.body.contains("of the 2 cases of the last 30 days 1 would go elsewhere"))
            #expect(
                page.body.contains(
                    "\(moving) “Captures are refused” from “Payments” (rule “Billing”) to “Vendor” (rule “Billing”)"
                ))
            #expect(!page.body.contains(staying))
            let program = try await server.program(.ines)
            #expect(
                try await program.get("/api/v1/routing").json["rules"]?.array?[3]["queue"]?.string
                    == "payments")
            try await desk.perform(
                "policy.change", as: .samira, ["document": .text(changed), "reason": "Vendor does it."])
            let run = try await program.get("/api/v1/routing/dry_run").json
            #expect(run["from"]?.integer == 1 && run["to"]?.integer == 2 && run["cases"]?.integer == 2)
            #expect(run["moves"]?.array?.map { $0["number"]?.string } == [moving])
            #expect(run["moves"]?.array?.first?["queue_after"]?.string == "vendor")
            #expect(try await program.get("/api/v1/routing/dry_run?days=0").status == 422)
            #expect(try await program.get("/api/v1/routing/dry_run?to=9").status == 422)
            desk.clock.advance(seconds: 40 * 86_400)
            #expect(try await program.get("/api/v1/routing/dry_run").json["cases"]?.integer == 0)
        }
    }

    @Test(
        "ROUTE-02: Rules ask for product area, component, severity, tier, account, error signature, impacted service and words, in order; each can be tried and says why",
        arguments: Engine.available)
    func everyCondition(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let rules = """
                    - {id: area, name: By area, product_areas: [reporting], queue: general}
                    - {id: part, name: By component, components: [identity], queue: payments}
                    - {id: grave, name: By severity, severities: [sev2], queue: payments}
                    - {id: tier, name: By tier, tiers: [premium], channels: [phone], queue: nights}
                    - {id: account, name: By account, accounts: [Orrin Foods], channels: [chat], queue: nights}
                    - {id: error, name: By signature, errors: [E_HSM_42], queue: vendor}
                    - {id: service, name: By service, services: [payments], queue: vendor}
                    - {id: words, name: By words, words: [month end], queue: general}
                """
            try await RoutingDesk.apply(
                RoutingDesk.document(
                    ("  rules:\n", "  rules:\n\(rules)\n"), ("assign: push", "assign: pull")), on: desk)
            func opened(_ more: [String: RawValue]) async throws -> String {
                var fields: [String: RawValue] = [
                    "organisation": "Orrin Foods", "subject": "It fails", "symptom": "Since this morning.",
                ]
                fields.merge(more) { $1 }
                return try await desk.perform("case.open", as: .lea, fields).answer["number"]?.string ?? ""
            }
            let cases: [(fields: [String: RawValue], rule: String, queue: String)] = [
                (["product_area": "reporting", "component": "identity"], "area", "general"),
                (["component": "identity", "severity": "sev2"], "part", "payments"),
                (["severity": "sev2"], "grave", "payments"),
                (["channel": "phone"], "tier", "nights"), (["channel": "chat"], "account", "nights"),
                (["symptom": "It says e_hsm_42 now."], "error", "vendor"),
                (["services": .list(["payments", "platform"])], "service", "vendor"),
                (["symptom": "The month-end run stops."], "words", "general"),
                ([:], "rest", "general"),
            ]
            let program = try await server.program(.ines)
            for one in cases {
                let number = try await opened(one.fields)
                try await route(desk)
                let found = try await program.get("/api/v1/cases/\(number)/routing").json
                #expect(found["rule"]?.string == one.rule && found["queue"]?.string == one.queue, "\(found)")
                let trials = found["now"]?["rules"]?.array ?? []
                #expect(trials.first { $0["counts"]?.bool == true }?["id"]?.string == one.rule)
            }
            let service = try await program.get("/api/v1/routing/try?service=payments").json
            #expect(service["rule"]?.string == "service")
            let other = try await program.get("/api/v1/routing/try?service=platform").json["rules"]?.array
            let failed = other?.first { $0["id"]?.string == "service" }?["failures"]?.array?.first
            #expect(failed?["words"]?.string == "Impacted service is Platform, not Payments")
            let page = try await server.browser(.ines).get("/routing?service=payments").body
            #expect(page.contains("Impacted service") && page.contains("By service"))

            // A monitoring system names the service in its own words; one that nobody knows loses nothing.
            for (word, rule) in [("Payments", "service"), ("no-such-thing", "rest")] {
                let alert = try await server.program(.samira).post(
                    "/api/v1/alerts",
                    json: ["key": .string(word), "title": "It is slow", "service": .string(word)])
                #expect(alert.status == 200, "\(alert.body)")
                try await route(desk)
                let number = alert.json["number"]?.string ?? ""
                let found = try await program.get("/api/v1/cases/\(number)/routing").json
                #expect(found["rule"]?.string == rule)
            }
            #expect(
                Policy.routingMistakes(
                    RoutingDesk.document(("components: [billing]", "services: [paymets]"))
                ).contains {
                    $0.contains("“paymets” is not in services; did you mean “payments”?")
                })
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "Routing is tried with a number and with typed values, on the page and as JSON",
        arguments: Engine.available)
    func attempt(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let bare = try await server.browser(.ines).get("/routing").body
            #expect(bare.contains("No rules yet"))
            try await RoutingDesk.apply(on: desk)
            let number = try await opened(desk)
            let browser = try await server.browser(.ines)
            let page = try await browser.get("/routing?case=\(number)").body
            #expect(page.contains("<b><bdi>Marta</bdi></b> would get it"))
            #expect(page.contains("Language is en, not ja") && page.contains("Lacks Payments"))
            #expect(
                try await browser.get("/routing?case=TL-999").body.contains(
                    "There is no case “<bdi>TL-999</bdi>”"))
            let typed = try await browser.get("/routing?severity=sev1&account=Halden+Travel").body
            #expect(typed.contains("<b><bdi>Jonas</bdi></b> would get it"))
            let json = try await server.program(.ines).get("/api/v1/routing/try?component=billing").json
            #expect(json["rule"]?.string == "billing" && json["queue"]?.string == "payments")
            let other = try await server.program(.ines).get("/api/v1/routing/try?text=SIGNATURE_MISMATCH")
                .json
            #expect(other["queue"]?.string == "vendor" && other["people"]?.array == [])
            #expect(try await server.browser(.marta).get("/routing").status == 403)
            #expect(try await server.browser(.daniel).get("/cases/\(number)/routing").status == 403)
        }
    }

    @Test(
        "A policy that names somebody without an account is refused at its line; a leaver is said to have left"
    )
    func people() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let desk = server.desk
            let refusal = await #expect(throws: Refusal.self) {
                try await RoutingDesk.apply(
                    RoutingDesk.document(("marta@cast.example", "martha@cast.example")), on: desk)
            }
            #expect(
                refusal?.problems.first?.message.contains(
                    "nobody has an account with the address “martha@cast.example”; did you mean “marta@cast.example”?"
                )
                    == true, "\(String(describing: refusal))")
            try await RoutingDesk.apply(on: desk)
            let marta = try #require(desk.people[.marta]).id.raw
            try await desk.perform("person.deactivate", as: .samira, ["id": .text(marta), "reason": "Left"])
            let number = try await opened(desk)
            try await route(desk)
            #expect(try await owner(number, desk) == nil)
            #expect(
                try await server.browser(.ines).get("/routing").body.contains(
                    "Has left, or does not work on cases"))
        }
    }

    @Test(
        "Somebody is set away by themselves or by a lead, shown so where people are chosen, and back when it is over"
    )
    func away() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let desk = server.desk
            let number = try await desk.reportedCase()
            let until = desk.clock.now.adding(seconds: 7200)
            func set(_ member: Cast, _ fields: [String: RawValue]) async throws {
                try await desk.perform("person.set_away", as: member, fields)
            }
            try await set(.marta, ["until": .text(until.rfc3339)])
            let form = try await server.browser(.ines).get("/cases/\(number)/assign").body
            #expect(form.contains("Marta (away until 2026-03-02 11:00 UTC)"))
            let others = await #expect(throws: Refusal.self) {
                try await set(.jonas, ["person": .text(Cast.marta.email), "until": ""])
            }
            #expect(others?.code == "not_yourself")
            for wrong in [desk.clock.now, desk.clock.now.adding(seconds: 400 * 86_400)] {
                let refusal = await #expect(throws: Refusal.self) {
                    try await set(.marta, ["until": .text(wrong.rfc3339)])
                }
                #expect(refusal?.problems.map(\.field) == ["until"])
            }
            try await set(.ines, ["person": .text(Cast.marta.email)])
            #expect(
                !(try await server.browser(.ines).get("/cases/\(number)/assign").body.contains("away until")))
            try await set(.marta, ["until": .text(until.rfc3339)])
            desk.clock.advance(seconds: 7200)
            #expect(
                !(try await server.browser(.ines).get("/cases/\(number)/assign").body.contains("away until")))
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "Many cases are routed at once, each by the load that those before it left",
        arguments: Engine.available)
    func many(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            var numbers: [String] = []
            for _ in 0..<4 { numbers.append(try await opened(desk, component: nil)) }
            try await RoutingDesk.apply(RoutingDesk.document(("assign: push", "assign: pull")), on: desk)
            try await desk.perform(
                "bulk.begin", as: .ines,
                ["operation": "case.route", "search": "is:open no:owner", "fields": .members([:])])
            while try await BulkJobs(desk.services).work() {}
            var owners: [Cast?] = []
            for number in numbers { owners.append(try await owner(number, desk)) }
            #expect(owners.filter { $0 == .marta }.count == 2 && owners.filter { $0 == .jonas }.count == 2)
        }
    }
}

extension Services {
    /// The kinds of the facts of a case, in order.
    fileprivate func journalKinds(of number: String, _ desk: TestDesk) async throws -> [String] {
        let found = try await desk.found(number)
        return try await database.read { tx in
            try journal.facts(of: found.ref, as: CaseFact.self, in: tx).map(\.body.kind)
        }
    }
}
