import Diagnosis
import Domain
import HTTPTypes
import NIOHTTP1
import TestSupport
import Testing
import Web

@testable import Desk

/// What a case holds: CASE-01, CASE-03, CASE-07, CASE-10, CASE-11 and CASE-12.
@Suite("The record of a case")
struct CaseRecordTests {
    @Test(
        "CASE-01: A case holds number, requester, account, classification, owner, channel and every timestamp",
        arguments: Engine.available)
    func oneDurableObject(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let halden = server.desk.people[.daniel]?.organisation?.raw ?? ""
            let daniel = server.desk.people[.daniel]?.id.raw ?? ""
            let opened = try await marta.open([
                "organisation": "Halden Travel", "requester": "daniel@cast.example",
                "subject": "Refunds hang",
                "symptom": "They stay pending.", "severity": "sev2", "product_area": "payments",
                "component": "billing",
                "environment": "production", "channel": "phone", "takes_it": true,
            ])
            let number = opened["number"]?.string ?? ""
            #expect(number == "TL-1")
            server.desk.clock.advance(seconds: 60)
            try await marta.act("edit", on: number, ["category": "fault", "root_cause": "code_defect"])
            try await marta.act("change_status", on: number, ["status": "investigating"])
            try await marta.act("reply", on: number, ["text": "We look."])
            try await marta.act("change_status", on: number, ["status": "mitigated"])
            server.desk.clock.advance(seconds: 60)
            try await marta.act("resolve", on: number, ["narrative": "Fixed.", "verdict": "product_defect"])
            server.desk.clock.advance(seconds: 60)
            try await marta.act("close", on: number, ["exception": "Enough for a record."])
            let found = try await marta.read(number)
            let expected: [(String, JSON)] = [
                ("requester", .string(daniel)), ("organisation", .string(halden)),
                ("product_area", "payments"),
                ("component", "billing"), ("environment", "production"), ("severity", "sev2"),
                ("status", "closed"),
                ("owner", .string(server.desk.people[.marta]?.id.raw ?? "")), ("channel", "phone"),
                ("category", "fault"), ("root_cause", "code_defect"), ("verdict", "product_defect"),
                ("opened_at", "2026-03-02T09:00:00Z"), ("reported_at", "2026-03-02T09:00:00Z"),
                ("first_reply_at", "2026-03-02T09:01:00Z"), ("mitigated_at", "2026-03-02T09:01:00Z"),
                ("resolved_at", "2026-03-02T09:02:00Z"), ("closed_at", "2026-03-02T09:03:00Z"),
                ("status_since", "2026-03-02T09:03:00Z"), ("updated_at", "2026-03-02T09:03:00Z"),
            ]
            for (name, value) in expected { #expect(found[name] == value, "\(name)") }
            let page = try await server.browser(.marta).get("/cases/\(number)").body
            #expect(page.contains("id=\"priority\""))
        }
    }

    @Test(
        "CASE-01: History only grows, and nothing that anybody may do removes a case",
        arguments: Engine.available)
    func historyOnlyGrows(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase(subject: "First", symptom: "One")
            let marta = try await CaseClient(server, .marta)
            try await marta.act("edit", on: number, ["subject": "Second"])
            let before = try await marta.timeline(number)
            try await marta.act("edit", on: number, ["subject": "Third"])
            let after = try await marta.timeline(number)
            #expect(Array(after.prefix(before.count)) == before)
            #expect(after.count == before.count + 1)
            #expect(before.first?["data"]?["subject"] == "First")
            let routes = server.desk.services.catalog.routes(server.desk.services)
            // What is being uploaded is no part of the case yet.
            let deletions = routes.filter { $0.method == .delete }.map(\.path)
            #expect(deletions == ["/api/v1/uploads/{upload}"])
            #expect(try await server.program(.samira).send(.DELETE, "/api/v1/cases/\(number)").status == 405)
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test(
        "CASE-03 part: Colleagues open cases with kinds of request of their own and no customer",
        arguments: Engine.available)
    func internalRequests(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let lea = try await CaseClient(server, .lea)
            let opened = try await lea.open([
                "subject": "Access to staging", "symptom": "I need it.", "request_type": "internal_access",
            ])
            let found = try await lea.read(opened["number"]?.string ?? "")
            #expect(found["organisation"] == .null)
            #expect(found["request_type"] == "internal_access")
            #expect(found["requester"]?.string == server.desk.people[.lea]?.id.raw)
            let plain = try await lea.open(["subject": "How does it work?", "symptom": "Tell me."])
            #expect(try await lea.read(plain["number"]?.string ?? "")["request_type"] == "internal_question")
            let wrong = try await lea.open(
                ["subject": "x", "symptom": "x", "request_type": "incident"], expecting: 422)
            #expect(wrong.fieldCodes == ["request_type:wrong_audience"])
            let mixed = try await lea.open(
                [
                    "subject": "x", "symptom": "x", "request_type": "internal_access",
                    "organisation": "Halden Travel",
                ], expecting: 422)
            #expect(mixed.fieldCodes == ["request_type:wrong_audience"])
            let page = try await server.browser(.lea).get("/cases/\(opened["number"]?.string ?? "")").body
            #expect(page.contains("Internal request"))
            let customer = try await server.program(.daniel).get("/api/v1/portal/cases")
            #expect(customer.json["items"]?.array?.isEmpty == true)
        }
    }

    @Test(
        "CASE-03 part: A customer’s own report is a customer’s kind of request", arguments: Engine.available)
    func customerRequests(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let found = try await desk.found(try await desk.reportedCase())
            #expect(found.requestType == "incident")
            #expect(found.channel == "portal")
            #expect(found.requester == desk.people[.daniel]?.id)
        }
    }

    @Test(
        "CASE-07: The reporter’s words stay as they were, beside the engineer’s statement of the problem",
        arguments: Engine.available)
    func wordsStay(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let words = "  It fails!\n\n\tHinundwieder – é, 日本, \u{1F4A5}; 50% <b>off</b>  "
            let number = try await server.desk.reportedCase(symptom: words)
            let marta = try await CaseClient(server, .marta)
            try await marta.act("edit", on: number, ["problem_statement": "The gateway drops 3DS answers."])
            try await marta.act(
                "edit", on: number, ["problem_statement": "The gateway drops one answer in ten."])
            var found = try await marta.read(number)
            #expect(found["symptom"] == .string(words))
            #expect(found["problem_statement"] == "The gateway drops one answer in ten.")
            let refused = try await marta.act("edit", on: number, ["symptom": "Other words"], expecting: 422)
            #expect(refused.fieldCodes == ["symptom:unknown_field"])
            try await marta.act("edit", on: number, ["problem_statement": ""])
            found = try await marta.read(number)
            #expect(found["problem_statement"] == .null)
            #expect(found["symptom"] == .string(words))
        }
    }

    @Test(
        "CASE-07: Both the reporter’s words and the problem statement are found by search",
        arguments: Engine.available)
    func bothAreSearchable(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase(symptom: "Der Bezahlknopf tut nichts.")
            _ = try await server.desk.reportedCase(subject: "Other", symptom: "Something else")
            let marta = try await CaseClient(server, .marta)
            try await marta.act("edit", on: number, ["problem_statement": "Webhook 402 is swallowed."])
            #expect(try await marta.find("q=bezahlKNOPF") == [number])
            #expect(try await marta.find("q=webhook%20402") == [number])
            #expect(try await marta.find("q=nothing%20holds%20this") == [])
            #expect(try await marta.find("q=100%25") == [])
            let page = try await server.browser(.marta).get("/cases?q=swallowed").body
            #expect(page.contains("/cases/\(number)") && !page.contains("TL-2"))
        }
    }

    @Test(
        "CASE-10: Impact is data: accounts, users, share, money, compliance, way around, blocked process",
        arguments: Engine.available)
    func impactIsData(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            try await marta.act(
                "record_impact", on: number,
                [
                    "accounts": 12, "users": "6,412", "share_percent": 0.3, "share_of": "card payments",
                    "money_at_risk": "EUR 221,400", "compliance": "PSD2", "workaround": "no",
                    "blocked_process": "Month-end close",
                ])
            let impact = try await marta.read(number)["impact"]
            #expect(
                impact == [
                    "accounts": 12, "users": 6412, "share_percent": 0.3, "share_of": "card payments",
                    "money_at_risk": "EUR 221,400", "compliance": "PSD2", "has_workaround": false,
                    "blocked_process": "Month-end close",
                ])
            let page = try await server.browser(.marta).get("/cases/\(number)").body
            for words in [
                "Share of card payments", "0.3 %", "6,412", "EUR 221,400", "Month-end close", "PSD2",
            ] {
                #expect(page.contains(words), "\(words)")
            }
            let refused = try await marta.act(
                "record_impact", on: number, ["accounts": -1, "share_percent": 101, "workaround": "perhaps"],
                expecting: 422)
            #expect(
                refused.fieldCodes == [
                    "accounts:out_of_range", "share_percent:out_of_range", "workaround:unknown_choice",
                ])
            #expect(try await marta.read(number)["impact"] == impact)
        }
    }

    @Test(
        "CASE-11: When it began, was first noticed and was reported are three times",
        arguments: Engine.available)
    func threeTimes(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            try await marta.act(
                "record_times", on: number,
                ["began_at": "2026-02-01T06:00:00Z", "noticed_at": "2026-02-20T12:00:00+01:00"])
            let found = try await marta.read(number)
            #expect(found["began_at"] == "2026-02-01T06:00:00Z")
            #expect(found["noticed_at"] == "2026-02-20T11:00:00Z")
            #expect(found["reported_at"] == "2026-03-02T09:00:00Z")
            #expect(found["opened_at"] == "2026-03-02T09:00:00Z")
            let refused = try await marta.act(
                "record_times", on: number,
                [
                    "began_at": "2026-02-10T00:00:00Z", "noticed_at": "2026-02-09T00:00:00Z",
                    "reported_at": "2027-01-01T00:00:00Z",
                ], expecting: 422)
            #expect(
                refused.fieldCodes.sorted() == ["noticed_at:before_it_began", "reported_at:in_the_future"])
            let page = try await server.browser(.marta).get("/cases/\(number)").body
            for label in ["Began", "First noticed", "Reported"] {
                #expect(page.contains("<dt>\(label)</dt>"))
            }
        }
    }

    @Test(
        "CASE-12: Four severities by default, with definitions and examples on screen, and P labels understood",
        arguments: Engine.available)
    func severityScheme(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            let form = try await server.browser(.marta).get("/cases/\(number)/change_severity").body
            for words in [
                "Sev1 (P1)", "Sev2 (P2)", "Sev3 (P3)", "Sev4 (P4)",
                "Production is down, or data is being lost",
                "Nobody can sign in", "An export drops a column",
            ] { #expect(form.contains(words), "\(words)") }
            for (label, id) in [("P1", "sev1"), ("Sev2", "sev2"), ("p4", "sev4"), ("sev3", "sev3")] {
                try await marta.act(
                    "change_severity", on: number, ["severity": .string(label), "reason": "As agreed"])
                #expect(try await marta.read(number)["severity"]?.string == id, "\(label)")
            }
            #expect(try await marta.find("severity=P3") == [number])
            let refused = try await marta.act(
                "change_severity", on: number, ["severity": "P9", "reason": "x"], expecting: 422)
            #expect(refused.fieldCodes == ["severity:unknown_choice"])
        }
    }

    @Test("CASE-12: The scheme is policy: another one takes effect at once", arguments: Engine.available)
    func severitySchemeIsPolicy(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let document = Policy.defaultDocument
                .replacing("name: Sev1", with: "name: Severe").replacing("alias: P1", with: "alias: Level 1")
            try await server.desk.perform(
                "policy.change", as: .samira, ["document": .text(document), "reason": "Other words"])
            let marta = try await CaseClient(server, .marta)
            try await marta.act("change_severity", on: number, ["severity": "Level 1", "reason": "Now so"])
            #expect(try await marta.read(number)["severity"] == "sev1")
            #expect(
                try await server.browser(.marta).get("/cases/\(number)").body.contains("Severe (Level 1)"))
        }
    }
}
