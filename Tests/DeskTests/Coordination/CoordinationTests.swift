import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// Who does what next, who helps, what blocks a case, what was promised: through the public door.
@Suite("Coordination")
struct CoordinationDeskTests {
    private static let soon: JSON = "2026-03-02T11:00:00Z"

    @Test(
        "CASE-14 part: A recommended severity stands apart from the confirmed one, each with who, when and why",
        arguments: Engine.available)
    func severities(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            let ines = try await CaseClient(server, .ines)
            try await marta.act(
                "recommend_severity", on: number, ["severity": "sev1", "reason": "All kiosks"])
            let recommended = try await marta.read(number)
            #expect(recommended["severity"] == "sev3", "a recommendation decides nothing")
            #expect(recommended["severity_confirmed"] == .null)
            #expect(recommended["severity_recommended"]?["reason"] == "All kiosks")
            try await marta.act("confirm_severity", on: number, ["severity": "sev1"], expecting: 403)
            let why = try await ines.act("confirm_severity", on: number, ["severity": "sev2"], expecting: 422)
            #expect(why.fieldCodes == ["reason:missing"])
            server.desk.clock.advance(seconds: 60)
            try await ines.act(
                "confirm_severity", on: number, ["severity": "sev2", "reason": "Half of them"])
            let confirmed = try await marta.read(number)
            #expect(confirmed["severity"] == "sev2")
            #expect(confirmed["severity_confirmed"]?["by"]?.string == server.desk.people[.ines]?.id.raw)
            #expect(confirmed["severity_confirmed"]?["at"] == "2026-03-02T09:01:00Z")
            #expect(confirmed["severity_recommended"]?["severity"] == "sev1")
            let page = try await server.browser(.marta).get("/cases/\(number)").body
            #expect(page.contains("Half of them") && page.contains("All kiosks"))
            let held = try await marta.act(
                "change_severity", on: number, ["severity": "sev1", "reason": "No"], expecting: 409)
            #expect(held["code"] == "severity_confirmed")
            try await ines.act("change_severity", on: number, ["severity": "sev1", "reason": "All now"])
            #expect(try await marta.read(number)["severity_confirmed"]?["severity"] == "sev1")
        }
    }

    @Test(
        "CASE-17: An open case carries a next action with owner and due time, shown in brief, queue and JSON",
        arguments: Engine.available)
    func nextAction(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            #expect(try await marta.find("next_action=none") == [number])
            try await marta.act(
                "set_next_action", on: number,
                [
                    "text": "Compare the clocks", "owner": .string(Cast.jonas.email), "due_at": Self.soon,
                ])
            let action = try await marta.read(number)["next_action"]
            #expect(action?["text"] == "Compare the clocks" && action?["due_at"] == Self.soon)
            #expect(action?["owner"]?.string == server.desk.people[.jonas]?.id.raw)
            #expect(try await marta.find("next_action=none") == [])
            #expect(try await marta.find("next_action=overdue") == [])
            let browser = try await server.browser(.marta)
            for path in ["/cases", "/cases/\(number)"] {
                let body = try await browser.get(path).body
                #expect(body.contains("Compare the clocks") && body.contains("Jonas"))
            }
            server.desk.clock.advance(seconds: 7201)
            #expect(try await marta.find("next_action=overdue") == [number])
            #expect(try await browser.get("/cases?next=overdue").body.contains("was due"))
            try await marta.act("finish_next_action", on: number, ["outcome": "They differ"])
            #expect(try await marta.find("next_action=none") == [number])
            let again = try await marta.act("finish_next_action", on: number, expecting: 409)
            #expect(again["code"] == "no_next_action")
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test(
        "CASE-17: A next action that could not be done is refused: in the past, by a customer, half said",
        arguments: Engine.available)
    func badNextActions(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            let bad: [(JSON, String)] = [
                (["text": "Look", "due_at": "2026-03-02T08:00:00Z"], "due_at:in_the_past"),
                (
                    ["text": "Look", "due_at": Self.soon, "owner": .string(Cast.daniel.email)],
                    "owner:not_staff"
                ),
                (["text": "Look", "due_at": Self.soon, "owner": "nobody"], "owner:not_found"),
                (["text": "Look"], "due_at:missing"), (["due_at": Self.soon], "text:missing"),
            ]
            for (fields, code) in bad {
                let refused = try await marta.act("set_next_action", on: number, fields, expecting: 422)
                #expect(refused.fieldCodes == [code])
            }
            try await marta.act("assign", on: number, ["assignee": "@me"])
            let half = try await marta.act(
                "change_status", on: number, ["status": "investigating", "next_action": "Look"],
                expecting: 422)
            #expect(half.fieldCodes == ["next_action_due_at:missing"])
            try await marta.act(
                "change_status", on: number,
                ["status": "investigating", "next_action": "Look", "next_action_due_at": Self.soon])
            #expect(try await marta.read(number)["next_action"]?["text"] == "Look")
            try await marta.act("resolve", on: number, ["narrative": "Done.", "verdict": "data"])
            #expect(try await marta.read(number)["next_action"] == .null)
            try await marta.act(
                "set_next_action", on: number, ["text": "Look", "due_at": Self.soon], expecting: 409)
        }
    }

    @Test("Two who set the next action at once are shown both", arguments: Engine.available)
    func nextActionClash(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            try await marta.act("set_next_action", on: number, ["text": "Mine", "due_at": Self.soon])
            let clash = try await CaseClient(server, .jonas).act(
                "set_next_action", on: number, ["text": "Yours", "due_at": Self.soon],
                [("If-Match", "\"1\"")], expecting: 412)
            #expect("\(clash)".contains("Mine") && "\(clash)".contains("Yours"))
        }
    }

    @Test(
        "CASE-16: New high-severity cases of the last day are listed until severity, owner and next action are right",
        arguments: Engine.available)
    func severityCheck(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let (bad, small) = (
                try await server.desk.reportedCase(subject: "All down"),
                try await server.desk.reportedCase(subject: "A label")
            )
            let marta = try await CaseClient(server, .marta)
            try await marta.act("change_severity", on: bad, ["severity": "sev1", "reason": "Down"])
            let browser = try await server.browser(.ines)
            var page = try await browser.get("/cases/check").body
            #expect(page.contains("0 of 1 checked") && page.contains(bad) && !page.contains(small))
            #expect(page.contains("Sev1 is right") && page.contains("Take it") && page.contains("Set it"))
            let back = ("_return", "/cases/check")
            for (verb, field, value) in [
                ("confirm_severity", "severity", "sev1"), ("assign", "assignee", "@me"),
            ] {
                let answer = try await browser.submit(
                    "/cases/\(bad)/\(verb)", [field: value, back.0: back.1, "_key": "k-\(verb)"])
                #expect(answer.status == 303)
                #expect(answer.headers["location"]?.hasPrefix("/cases/check") == true)
            }
            try await marta.act("set_next_action", on: bad, ["text": "Roll back", "due_at": Self.soon])
            page = try await browser.get("/cases/check").body
            #expect(page.contains("1 of 1 checked") && page.contains("Roll back"))
            server.desk.clock.advance(seconds: 25 * 3600)
            let nextDay = try await server.browser(.ines)
            #expect(try await nextDay.get("/cases/check").body.contains("Nothing to check"))
        }
    }

    @Test("CASE-16: Which severities are checked, and for how long, is policy", arguments: Engine.available)
    func severityCheckPolicy(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let browser = try await server.browser(.ines)
            #expect(try await !browser.get("/cases/check").body.contains(number))
            let document = Policy.defaultDocument.replacing(
                "severities: [sev1, sev2]", with: "severities: [sev3]")
            try await server.desk.perform(
                "policy.change", as: .samira, ["document": .text(document), "reason": "Look at all"])
            try await server.desk.services.policy.refresh(from: server.desk.services.database)
            #expect(try await browser.get("/cases/check").body.contains(number))
        }
    }

    @Test(
        "CASE-21: A state that waits has a reason from policy, and the backlog counts by it",
        arguments: Engine.available)
    func blocked(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            var numbers: [String] = []
            for (status, fields) in [
                ("waiting_on_engineering", ["exception": "Known fault."] as JSON),
                (
                    "waiting_on_engineering",
                    [
                        "blocked_by": "change_window", "blocked_detail": "Night of 4 March",
                        "exception": "Known fault.",
                    ]
                ),
                ("waiting_on_third_party", [:]), ("waiting_on_third_party", [:]),
            ] {
                let number = try await server.desk.reportedCase()
                numbers.append(number)
                try await marta.act("assign", on: number, ["assignee": "@me"])
                try await marta.act("change_status", on: number, ["status": "investigating"])
                var all = fields.object ?? JSONObject()
                all["status"] = .string(status)
                try await marta.act("change_status", on: number, .object(all))
            }
            #expect(try await marta.read(numbers[0])["blocked"]?["by"] == "engineering")
            #expect(try await marta.read(numbers[1])["blocked"]?["detail"] == "Night of 4 March")
            let lines = try await marta.program.get("/api/v1/backlog").json["items"]?.array ?? []
            #expect(lines.map { $0["blocked_by"]?.string } == ["vendor", "change_window", "engineering"])
            #expect(lines.map { $0["cases"]?.integer } == [2, 1, 1])
            #expect(try await marta.find("blocked_by=change_window") == [numbers[1]])
            let browser = try await server.browser(.marta)
            #expect(try await browser.get("/cases/backlog").body.contains("Change window"))
            #expect(try await browser.get("/cases?blocked=change_window").body.contains(numbers[1]))
            #expect(try await browser.get("/cases/\(numbers[1])").body.contains("Night of 4 March"))
            try await marta.act(
                "change_status", on: numbers[1],
                ["status": "waiting_on_engineering", "blocked_by": "approval", "exception": "Known fault."])
            #expect(try await marta.read(numbers[1])["blocked"]?["by"] == "approval")
            try await marta.act("change_status", on: numbers[1], ["status": "investigating"])
            #expect(try await marta.read(numbers[1])["blocked"] == .null)
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test(
        "CASE-21: Where policy names no usual reason for a waiting state, one must be chosen",
        arguments: Engine.available)
    func blockedIsAsked(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let document = Policy.defaultDocument.replacing("blocked_by: vendor\n", with: "\n")
            try await server.desk.perform(
                "policy.change", as: .samira, ["document": .text(document), "reason": "Ask"])
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            try await marta.act("assign", on: number, ["assignee": "@me"])
            try await marta.act("change_status", on: number, ["status": "investigating"])
            let asked = try await marta.act(
                "change_status", on: number, ["status": "waiting_on_third_party"], expecting: 422)
            #expect(asked.fieldCodes == ["blocked_by:missing"])
            let wrong = try await marta.act(
                "change_status", on: number, ["status": "waiting_on_third_party", "blocked_by": "rain"],
                expecting: 422)
            #expect(wrong.fieldCodes == ["blocked_by:unknown_choice"])
            let open = try await marta.act(
                "change_status", on: number, ["status": "mitigated", "blocked_by": "vendor"], expecting: 422)
            #expect(open.fieldCodes == ["blocked_by:not_waiting"])
            try await marta.act(
                "change_status", on: number, ["status": "waiting_on_third_party", "blocked_by": "vendor"])
        }
    }

    @Test(
        "CASE-23: Specialists help with a stated contribution, and one person coordinates",
        arguments: Engine.available)
    func swarm(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            let people = server.desk.people
            for (who, what, leads) in [
                (Cast.jonas, "Reads the traces", true), (.ravi, "Knows the bridge", false),
            ] {
                try await marta.act(
                    "add_specialist", on: number,
                    [
                        "person": .string(who.email), "contribution": .string(what),
                        "coordinates": .bool(leads),
                    ])
            }
            var case1 = try await marta.read(number)
            #expect(case1["coordinator"]?.string == people[.jonas]?.id.raw)
            #expect(case1["specialists"]?.array?.count == 2)
            let page = try await server.browser(.marta).get("/cases/\(number)").body
            #expect(page.contains("Reads the traces") && page.contains("Knows the bridge"))
            try await marta.act("name_coordinator", on: number, ["person": .string(Cast.ravi.email)])
            #expect(try await marta.read(number)["coordinator"]?.string == people[.ravi]?.id.raw)
            try await CaseClient(server, .jonas).act("leave_swarm", on: number, ["reason": "Traces read"])
            case1 = try await marta.read(number)
            #expect(case1["specialists"]?.array?.map { $0["contribution"] } == ["Knows the bridge"])
            let none = try await marta.act("leave_swarm", on: number, expecting: 422)
            #expect(none.fieldCodes == ["person:not_helping"])
            let empty = try await marta.act(
                "add_specialist", on: number, ["person": .string(Cast.jonas.email)], expecting: 422)
            #expect(empty.fieldCodes == ["contribution:missing"])
            let customer = try await marta.act(
                "add_specialist", on: number,
                ["person": .string(Cast.daniel.email), "contribution": "x"], expecting: 422)
            #expect(customer.fieldCodes == ["person:not_staff"])
        }
    }

    @Test("Nobody is drawn into a case that is kept from them", arguments: Engine.available)
    func restricted(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let number = try await desk.reportedCase()
            let (found, marta) = (try await desk.found(number), try desk.actor(.marta))
            var decision = Decision()
            let restriction = Restriction(
                level: "security", readers: [marta.id], roles: [], securityOwner: marta.id)
            decision.record(
                CaseFact.relation(.restricted(restriction, reason: "A leak")), on: found.ref)
            let entries = decision.entries
            try await desk.services.database.write { tx in
                _ = try desk.services.journal.append(
                    entries, by: marta.id, at: TestDesk.start, in: tx)
            }
            for (name, field, more) in [
                ("case.watch", "person", [:]), ("case.name_coordinator", "person", [:]),
                ("case.add_specialist", "person", ["contribution": RawValue.text("Looks")]),
                (
                    "case.set_next_action", "owner",
                    ["text": .text("Look"), "due_at": .text("2026-03-02T11:00:00Z")]
                ),
            ] {
                var fields = more
                (fields["id"], fields[field]) = (.text(number), .text(Cast.jonas.email))
                do {
                    try await desk.perform(name, as: .marta, fields)
                    Issue.record("\(name) drew somebody in")
                } catch let refusal as Refusal {
                    #expect(refusal.code == "not_admitted", "\(name)")
                }
                fields[field] = .text(Cast.marta.email)
                try await desk.perform(name, as: .marta, fields)
            }
        }
    }

    @Test("Whoever watches a case is listed, until they stop", arguments: Engine.available)
    func watchers(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let ravi = try await CaseClient(server, .ravi)
            try await ravi.act("watch", on: number)
            let version = try await ravi.read(number)["version"]
            try await ravi.act("watch", on: number)
            let watched = try await ravi.read(number)
            #expect(watched["watchers"]?.array?.map(\.string) == [server.desk.people[.ravi]?.id.raw])
            #expect(watched["version"] == version, "watching twice changes nothing")
            try await ravi.act("unwatch", on: number)
            #expect(try await ravi.read(number)["watchers"] == [])
        }
    }

    @Test("The customer reads what was promised, and a reply keeps it", arguments: Engine.available)
    func promises(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            try await marta.act(
                "reply", on: number, ["text": "We look into it.", "next_update_at": Self.soon])
            let first = try await marta.read(number)
            #expect(first["next_update_at"] == Self.soon)
            #expect(first["promises"]?.array?.map { $0["standing"] } == ["open"])
            let daniel = try await server.browser(.daniel)
            let page = try await daniel.get("/portal/cases/\(number)").body
            #expect(page.contains("We write again by") && page.contains("promised to write again by"))
            server.desk.clock.advance(seconds: 3600)
            try await marta.act("reply", on: number, ["text": "Still at it."])
            let second = try await marta.read(number)
            #expect(second["next_update_at"] == .null)
            #expect(second["promises"]?.array?.map { $0["standing"] } == ["kept"])
            #expect(try await !daniel.get("/portal/cases/\(number)").body.contains("We write again by"))
            try await marta.act("promise_update", on: number, ["next_update_at": Self.soon])
            server.desk.clock.advance(seconds: 7200)
            let third = try await marta.read(number)
            #expect(third["promises"]?.array?.map { $0["standing"] } == ["kept", "missed"])
            let past = try await marta.act(
                "promise_update", on: number, ["next_update_at": Self.soon], expecting: 422)
            #expect(past.fieldCodes == ["next_update_at:in_the_past"])
        }
    }

    @Test(
        "CASE-55: A call is planned, joined, written down as it goes, and leaves promises and tasks in the case",
        arguments: Engine.available)
    func calls(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            let planned = try await marta.act(
                "schedule_call", on: number,
                [
                    "topic": "Walk through the traces", "starts_at": Self.soon,
                    "join_link": "https://meet.example/42", "attendees": ["Daniel Roth", "Marta"],
                ])
            #expect(planned["call"] == "C1")
            let daniel = try await server.browser(.daniel)
            #expect(try await daniel.get("/portal/cases/\(number)").body.contains("https://meet.example/42"))
            try await marta.act("note_call", on: number, ["call": "C1", "text": "Keys changed on Tuesday"])
            try await marta.act(
                "add_follow_up", on: number,
                ["call": "c1", "text": "Send the list of keys", "due_at": Self.soon, "promised": true])
            try await marta.act("add_follow_up", on: number, ["call": "C1", "text": "Ask the vendor"])
            try await marta.act(
                "end_call", on: number, ["call": "C1", "outcome": "held", "summary": "Keys differ"])
            try await marta.act("finish_follow_up", on: number, ["item": "F2", "outcome": "Asked"])
            let found = try await marta.read(number)
            let call = found["calls"]?.array?.first
            #expect(call?["state"] == "held" && call?["attendees"] == ["Daniel Roth", "Marta"])
            #expect(call?["notes"]?.array?.map { $0["text"] } == ["Keys changed on Tuesday"])
            #expect(found["follow_ups"]?.array?.map { $0["promised"] } == [true, false])
            #expect(found["follow_ups"]?.array?[1]["outcome"] == "Asked")
            let page = try await server.browser(.marta).get("/cases/\(number)/calls/C1").body
            for words in ["Keys changed on Tuesday", "Send the list of keys", "Keys differ", "Daniel Roth"] {
                #expect(page.contains(words))
            }
            #expect(try await daniel.get("/cases/\(number)/calls/C1").status == 403)
            #expect(try await !daniel.get("/portal/cases/\(number)").body.contains("Keys changed"))
        }
    }

    @Test(
        "CASE-55: Links that are none, calls that are over and promises without a time are refused",
        arguments: Engine.available)
    func badCalls(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            for link in [
                "javascript:alert(1)", "http://meet.example", "https://", "https://a@b.example/",
                "https:// x", "//meet.example",
            ] {
                let refused = try await marta.act(
                    "schedule_call", on: number,
                    ["topic": "x", "starts_at": Self.soon, "join_link": .string(link)], expecting: 422)
                #expect(refused.fieldCodes == ["join_link:not_a_link"], "\(link)")
            }
            let unknown = try await marta.act(
                "note_call", on: number, ["call": "C7", "text": "x"], expecting: 422)
            #expect(unknown.fieldCodes == ["call:not_found"])
            try await marta.act("schedule_call", on: number, ["topic": "x", "starts_at": Self.soon])
            let promise = try await marta.act(
                "add_follow_up", on: number, ["call": "C1", "text": "x", "promised": true], expecting: 422)
            #expect(promise.fieldCodes == ["due_at:missing"])
            try await marta.act("end_call", on: number, ["call": "C1", "outcome": "cancelled"])
            for (verb, fields) in [
                ("note_call", ["call": "C1", "text": "x"] as JSON),
                ("end_call", ["call": "C1", "outcome": "held"]),
            ] {
                try await marta.act(verb, on: number, fields, expecting: 409)
            }
            let item = try await marta.act(
                "finish_follow_up", on: number, ["item": "F1"], expecting: 422)
            #expect(item.fieldCodes == ["item:not_found"])
        }
    }

    @Test(
        "CASE-76: Owner and manager see the time in each state, others only where policy says so",
        arguments: Engine.available)
    func timeInState(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            try await marta.act("assign", on: number, ["assignee": "@me"])
            server.desk.clock.advance(seconds: 600)
            try await marta.act("change_status", on: number, ["status": "investigating"])
            server.desk.clock.advance(seconds: 300)
            let path = "/api/v1/cases/\(number)/time_in_state"
            for member in [Cast.marta, .otto, .ines] {
                let times = try await server.program(member).get(path).json
                #expect(times["seconds"]?.integer == 900)
                #expect(times["parts"]?.array?.map { $0["seconds"]?.integer } == [600, 300])
            }
            let jonas = try await CaseClient(server, .jonas)
            #expect(try await jonas.program.get(path).status == 403)
            #expect(try await jonas.read(number)["time_in_state"] == nil)
            #expect(try await server.browser(.otto).get("/cases/\(number)").body.contains("Time in state"))
            #expect(try await !server.browser(.jonas).get("/cases/\(number)").body.contains("Time in state"))
            let portal = "/api/v1/portal/cases/\(number)/time_in_state"
            #expect(try await server.program(.daniel).get(portal).status == 403)
            let document = Policy.defaultDocument.replacing(
                "customers_see_time_in_state: false", with: "customers_see_time_in_state: true")
            try await server.desk.perform(
                "policy.change", as: .samira, ["document": .text(document), "reason": "Open"])
            try await server.desk.services.policy.refresh(from: server.desk.services.database)
            let told = try await server.program(.daniel).get(portal).json
            #expect(told["parts"]?.array?.map { $0["state"] } == ["Received", "Being investigated"])
            #expect(try await server.program(.sofia).get(portal).status == 404)
            let page = try await server.browser(.daniel).get("/portal/cases/\(number)").body
            #expect(page.contains("How long it took so far") && page.contains("15 min"))
        }
    }
}
