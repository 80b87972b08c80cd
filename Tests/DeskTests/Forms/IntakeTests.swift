import Diagnosis
import Domain
import TestSupport
import Testing

@testable import Desk

/// What must be known of a case before anybody can work, and how it comes to be known.
@Suite("The intake of a case")
struct IntakeTests {
    /// The least that must be known, as the default policy has it.
    static let minimum = [
        "symptom_type", "environment", "product_version", "region", "steps", "expected", "actual", "began",
        "scope", "recent_changes", "error_text", "request_ids",
    ]

    static let answers: JSON = [
        "symptom_type": "api_error", "environment": "production", "product_version": "7.4",
        "region": "eu-north", "steps": "1. Pay by card", "expected": "A receipt", "actual": "A pause",
        "began": "2026-03-01T08:00:00Z", "scope": "6 of 2000 payments", "recent_changes": "A certificate",
        "error_text": "SIGNATURE_MISMATCH", "request_ids": "req-81",
    ]

    @Test(
        "CASE-04: The intake asks for the minimum information, by product area where policy has a form for it",
        arguments: Engine.available)
    func minimumInformation(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            let intake = try await marta.intake(number)
            #expect(intake.needed == Self.minimum)
            #expect(intake.json["complete"] == false && intake.json["percent"] == 0)
            let page = try await server.browser(.marta).get("/cases/\(number)/intake")
            #expect(page.body.contains("12 of 12 missing"))
            for id in Self.minimum { #expect(page.body.contains("name=\"answers.\(id)\""), "\(id)") }
            let document = Policy.defaultDocument.replacing(
                "  - id: environment\n",
                with: """
                      - id: payments
                        name: Payments intake
                        use: intake
                        product_areas: [payments]
                        fields:
                          - {id: acquirer, label: Which acquirer?, needed_to: hand_off}

                      - id: environment

                    """)
            try await server.desk.perform(
                "policy.change", as: .samira, ["document": .text(document), "reason": "Payments ask more"])
            try await marta.act("edit", on: number, ["product_area": "payments"])
            #expect(try await marta.intake(number).needed == ["acquirer"])
            try await marta.act("edit", on: number, ["product_area": "reporting"])
            #expect(try await marta.intake(number).needed == Self.minimum)
        }
    }

    @Test(
        "CASE-05: The score rises with each answer, and the list of what is missing shortens",
        arguments: Engine.available)
    func scoring(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            var before = (percent: 0, missing: 12)
            for (name, value) in Self.answers.object?.members ?? [] where name != "symptom_type" {
                let answer = try await marta.act("intake", on: number, ["answers": [name: value]])
                let now = try await marta.intake(number)
                #expect(now.percent > before.percent && now.needed.count == before.missing - 1, "\(name)")
                #expect(answer["percent"]?.integer == Int64(now.percent))
                before = (now.percent, now.needed.count)
            }
            #expect(try await marta.intake(number).needed == ["symptom_type"])
            let read = try await marta.read(number)
            #expect(read["environment"] == "production" && read["began_at"] == "2026-03-01T08:00:00Z")
            try await marta.act("intake", on: number, ["answers": ["region": ""]])
            #expect(try await marta.intake(number).needed == ["symptom_type", "region"])
            let page = try await server.browser(.marta).get("/cases/\(number)")
            #expect(
                page.body.contains(/<aside[^>]*id="side"[^>]*data-live>[\s\S]*id="intake"/),
                "the score on an open page follows the answers")
            #expect(page.body.contains("\(before.percent < 100 ? "In which region?" : "-")"))
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test(
        "CASE-06: Each type of symptom brings questions of its own, which go when the type changes",
        arguments: Engine.available)
    func followUps(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            let expected: [(String, [String])] = [
                ("login", ["login_way", "login_step", "login_clock"]),
                ("api_error", ["api_call", "api_status", "api_share"]),
                ("webhook", ["webhook_address", "webhook_events", "webhook_answer"]),
                ("sync", ["sync_direction", "sync_last_good", "sync_records"]),
                ("slowness", ["slow_action", "slow_times", "slow_when"]),
                ("data_mismatch", ["mismatch_record", "mismatch_values", "mismatch_source"]),
                ("ui", ["ui_page", "browser", "ui_console"]), ("other", []),
            ]
            for (type, questions) in expected {
                let answer = try await marta.act(
                    "intake", on: number,
                    ["answers": ["symptom_type": .string(type)], "shown": "symptom_type steps"])
                let intake = try await marta.intake(number)
                #expect(intake.optional == questions, "\(type)")
                let new = (answer["new_questions"]?.array ?? []).compactMap { $0["id"]?.string }
                #expect(questions.allSatisfy(new.contains), "the caller is told: \(type)")
            }
            let browser = try await server.browser(.marta)
            let again = try await browser.submit(
                "/cases/\(number)/intake",
                ["answers.symptom_type": "webhook", "shown": "symptom_type", "form_version": "x"])
            #expect(again.status == 303)
            #expect(again.headers["location"] == "/cases/\(number)/intake?done=more_questions")
            let page = try await browser.get("/cases/\(number)/intake").body
            #expect(
                page.contains("Which events are missing or late?") && page.contains("New since this form"))
        }
    }

    @Test(
        "CASE-05: Handing on waits for the minimum information, or for somebody who says why not",
        arguments: Engine.available)
    func handOff(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            try await marta.act("assign", on: number, ["assignee": "@me"])
            try await marta.act("change_status", on: number, ["status": "investigating"])
            let up: JSON = ["status": "waiting_on_engineering"]
            let refused = try await marta.act("change_status", on: number, up, expecting: 422)
            #expect(refused.fieldCodes == ["exception:intake_incomplete"])
            #expect(refused["detail"]?.string?.contains("12 things are missing") == true)
            let reply = try await marta.act(
                "reply", on: number, ["text": "We ask our engineers.", "status": "waiting_on_engineering"],
                expecting: 422)
            #expect(reply.fieldCodes == ["exception:intake_incomplete"])
            #expect(try await marta.read(number)["status"] == "investigating")
            try await marta.act(
                "change_status", on: number,
                ["status": "waiting_on_engineering", "exception": "Sev1 at night"])
            let signed = try await marta.timeline(number).first { $0["kind"] == "case.exception_signed" }
            #expect(signed?["data"]?["reason"] == "Sev1 at night")
            #expect(signed?["actor"]?["id"]?.string == server.desk.people[.marta]?.id.raw)
            #expect(signed?["data"]?["missing"]?.array?.count == 12)
            try await marta.act("change_status", on: number, ["status": "investigating"])
            try await marta.act("change_status", on: number, up)
            try await marta.act("change_status", on: number, ["status": "investigating"])
            try await marta.act("intake", on: number, ["answers": Self.answers])
            try await marta.act("change_status", on: number, up)
            let signatures = try await marta.timeline(number).filter { $0["kind"] == "case.exception_signed" }
            #expect(signatures.count == 1, "nothing is missing any more, so nothing is signed")
        }
    }

    @Test(
        "CASE-09: Facts of the customer’s environment are fields, shared with the intake",
        arguments: Engine.available)
    func environment(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            let facts: JSON = [
                "tenant_type": "dedicated", "region": "eu-north", "product_version": "7.4", "sdk": "Kiosk",
                "sdk_version": "3.1", "browser": "Chromium 140, Linux", "identity_provider": "Entra ID",
                "network": "Proxy with TLS inspection", "connectors": "SAP", "deployment": "Agent 2.8",
                "feature_flags": "new_ledger",
            ]
            try await marta.act("environment", on: number, ["answers": facts])
            let read = try await marta.read(number)["forms"]
            #expect(read?["environment"]?["answers"]?.object == facts.object)
            #expect(read?["environment"]?["percent"] == 100)
            #expect(read?["intake"]?["answers"]?["region"] == "eu-north", "asked once, known everywhere")
            let page = try await server.browser(.ravi).get("/cases/\(number)").body
            for words in ["Dedicated", "Proxy with TLS inspection", "Entra ID", "new_ledger"] {
                #expect(page.contains(words), "\(words)")
            }
            let wrong = try await marta.act(
                "environment", on: number,
                ["answers": ["tenant_type": "castle", "sdkk": "x", "region": ["a"]]], expecting: 422)
            #expect(
                wrong.fieldCodes == [
                    "answers.tenant_type:unknown_choice", "answers.region:wrong_type",
                    "answers.sdkk:unknown_question",
                ])
        }
    }

    @Test("Two people who answer the same question differently are both asked", arguments: Engine.available)
    func clash(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            let version = try await marta.read(number)["version"] ?? .null
            try await CaseClient(server, .jonas).act(
                "intake", on: number, ["answers": ["region": "eu-north"]])
            let stale = try await marta.act(
                "intake", on: number, ["answers": ["region": "eu-south"], "base_version": version],
                expecting: 412)
            let clash = stale["conflicts"]?.array?.first
            #expect(clash?["aspect"] == "answers.region" && clash?["field"] == "answers.region")
            #expect(clash?["theirs"] == "eu-north" && clash?["yours"] == "eu-south")
            try await marta.act(
                "intake", on: number, ["answers": ["sdk": "x"], "base_version": version], expecting: 422)
            try await marta.act(
                "intake", on: number, ["answers": ["steps": "1."], "base_version": version])
        }
    }

    @Test("Answers of questions that are not there, of others’ cases and in odd shapes are refused in words")
    func oddAnswers() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            for (answers, code) in [
                ("text" as JSON, "answers:wrong_type"), (["a": "b"], "answers.a:unknown_question"),
                (
                    ["error_text": .string(String(repeating: "x", count: 100_001))],
                    "answers.error_text:too_long"
                ),
            ] {
                let refused = try await marta.act("intake", on: number, ["answers": answers], expecting: 422)
                #expect(refused.fieldCodes == [code])
            }
            let sofia = try await server.program(.sofia)
            let theirs = try await sofia.post(
                "/api/v1/portal/cases/\(number)/answers", json: ["answers": ["region": "x"]])
            #expect(theirs.status == 404)
            let daniel = try await server.program(.daniel)
            let staff = try await daniel.post(
                "/api/v1/cases/\(number)/intake", json: ["answers": ["region": "x"]])
            #expect(staff.status == 403)
            let ravi = try await server.program(.ravi)
            let reader = try await ravi.post(
                "/api/v1/cases/\(number)/intake", json: ["answers": ["region": "x"]])
            #expect(reader.status == 403)
        }
    }
}

/// The intake of a case as JSON shows it.
struct Intake {
    var json: JSON
    var percent: Int { Int(json["percent"]?.integer ?? -1) }
    var missing: [JSON] { json["missing"]?.array ?? [] }
    var needed: [String] { missing.filter { $0["needed_to"] != nil }.compactMap { $0["id"]?.string } }
    var optional: [String] { missing.filter { $0["needed_to"] == nil }.compactMap { $0["id"]?.string } }
}

extension CaseClient {
    /// The intake of a case.
    func intake(_ number: String) async throws -> Intake {
        Intake(json: try await read(number)["forms"]?["intake"] ?? .null)
    }
}
