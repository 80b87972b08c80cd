import Diagnosis
import Domain
import TestSupport
import Testing

@testable import Desk

/// The customer is asked once for all that is missing, and answers in fields.
@Suite("Asking the customer once")
struct AskingTests {
    @Test(
        "CASE-05: One message asks for what is missing, and asking for the same again warns",
        arguments: Engine.available)
    func askedOnce(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            try await marta.act("assign", on: number, ["assignee": "@me"])
            try await marta.act("change_status", on: number, ["status": "investigating"])
            try await marta.act("intake", on: number, ["answers": ["region": "eu-north"]])
            let form = try await server.browser(.marta).get("/cases/\(number)/ask_customer").body
            #expect(form.contains("value=\"steps\" checked") && !form.contains("value=\"region\""))
            try await marta.act(
                "ask_customer", on: number, ["questions": ["steps", "scope", "sdk"]])
            let asked = try await marta.read(number)
            #expect(asked["status"] == "waiting_on_customer")
            #expect(
                asked["forms"]?["asked"]?.array?.compactMap { $0["id"]?.string } == ["scope", "sdk", "steps"])
            let messages = try await marta.timeline(number).filter { $0["kind"] == "case.replied" }
            #expect(messages.count == 1)
            let text = messages.first?["data"]?["text"]?.string ?? ""
            for part in ["1. Which steps lead to it?", "2. Who is affected", "3. SDK"] {
                #expect(text.contains(part), "\(text)")
            }
            let again = try await marta.act(
                "ask_customer", on: number, ["questions": ["steps", "error_text"]], expecting: 422)
            #expect(again.fieldCodes == ["again:asked_before"])
            #expect(
                again["detail"]?.string?.contains("“Which steps lead to it?” is still open since") == true)
            try await marta.act("ask_customer", on: number, ["questions": ["error_text"]])
            try await marta.act("ask_customer", on: number, ["questions": ["steps"], "again": true])
            let times = try await marta.read(number)["forms"]?["asked"]?.array ?? []
            #expect(times.first { $0["id"] == "steps" }?["times"] == 2)
        }
    }

    @Test(
        "CASE-05: The customer answers in fields, the answers are facts, and the case comes back",
        arguments: Engine.available)
    func answered(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            try await marta.act("assign", on: number, ["assignee": "@me"])
            try await marta.act("ask_customer", on: number, ["questions": ["steps", "scope"]])
            let daniel = try await server.browser(.daniel)
            let mine = try await daniel.get("/portal/cases/\(number)").body
            #expect(mine.contains("2 answers are still open"))
            let form = try await daniel.get("/portal/cases/\(number)/answers").body
            #expect(form.contains("id=\"answers.steps\"") && form.contains("id=\"answers.region\""))
            #expect(!form.contains("closure") && !form.contains("+8"), "no score, nothing internal")
            let sent = try await daniel.submit(
                "/portal/cases/\(number)/answers",
                [
                    "answers.steps": "1. Pay", "answers.scope": "", "answers.began": "2026-03-01T08:00",
                    "form_version": "x",
                ])
            #expect(sent.status == 303)
            let read = try await marta.read(number)
            #expect(read["status"] == "investigating" && read["began_at"] == "2026-03-01T08:00:00Z")
            #expect(read["forms"]?["intake"]?["answers"]?["steps"] == "1. Pay")
            #expect(read["forms"]?["asked"]?.array?.compactMap { $0["id"]?.string } == ["scope"])
            #expect(read["unanswered_since"] != .null)
            let thread = try await daniel.get("/portal/cases/\(number)").body
            #expect(thread.contains("1. Pay") && thread.contains("One answer is still open"))
            let other = try await server.browser(.aino).get("/portal/cases/\(number)/answers").body
            #expect(other.contains("1. Pay"), "a colleague goes on where the other stopped")
            #expect(try await server.browser(.sofia).get("/portal/cases/\(number)/answers").status == 404)
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test(
        "A form that changed while it was filled in keeps what was typed and says what is new",
        arguments: Engine.available)
    func changedForm(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let daniel = try await server.browser(.daniel)
            let before =
                try await CaseClient(server, .marta).intake(number).json["form_version"]?.string ?? ""
            let document = Policy.defaultDocument.replacing(
                "      - {id: region, label: In which region?, help: \"The region or data centre of your tenant.\", needed_to: hand_off}\n",
                with: "      - {id: tenant, label: Which tenant?, needed_to: hand_off}\n")
            #expect(document != Policy.defaultDocument)
            try await server.desk.perform(
                "policy.change", as: .samira, ["document": .text(document), "reason": "Tenants, not regions"])
            let sent = try await daniel.submit(
                "/portal/cases/\(number)/answers",
                [
                    "answers.region": "eu-north", "answers.steps": "1. Pay",
                    "shown": (IntakeTests.minimum).joined(separator: " "), "form_version": before,
                ])
            #expect(sent.headers["location"] == "/portal/cases/\(number)/answers?done=form_changed")
            let page = try await daniel.get("/portal/cases/\(number)/answers").body
            #expect(page.contains("New since this form was last filled in: “Which tenant?”"))
            #expect(page.contains("1. Pay"))
            let kept = try await CaseClient(server, .marta).timeline(number)
                .last { $0["kind"] == "case.customer_answered" }
            #expect(kept?["data"]?["answers"]?.array?.contains { $0["value"] == "eu-north" } == true)
            let wrong = try await daniel.submit(
                "/portal/cases/\(number)/answers",
                [
                    "answers.region": "eu-north", "answers.began": "yesterday",
                    "form_version": before,
                ])
            #expect(wrong.status == 422)
            #expect(wrong.body.contains("No longer asked (region)") && wrong.body.contains("yesterday"))
        }
    }

    @Test("What cannot be asked or answered is refused in words", arguments: Engine.available)
    func refusals(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            for (fields, code) in [
                (["questions": []] as JSON, "questions:missing"),
                (["questions": ["nonsense"]], "questions:unknown_question"),
                (["questions": ["cause"]], "questions:unknown_question"),
            ] {
                let refused = try await marta.act("ask_customer", on: number, fields, expecting: 422)
                #expect(refused.fieldCodes == [code])
            }
            let secret = "the acquirer rotated its key without telling us about it"
            try await marta.act("note", on: number, ["text": .string(secret)])
            let quoting = try await marta.act(
                "ask_customer", on: number, ["questions": ["steps"], "introduction": .string(secret)],
                expecting: 422)
            #expect(quoting.fieldCodes == ["introduction:repeats_internal_note"])
            let daniel = try await server.program(.daniel)
            let path = "/api/v1/portal/cases/\(number)/answers"
            #expect(try await daniel.post(path, json: [:]).json["code"] == "nothing_new")
            let closure = try await daniel.post(path, json: ["answers": ["customer_agreed": "confirmed"]])
            #expect(closure.json.fieldCodes == ["answers.customer_agreed:unknown_question"])
            try await marta.act("assign", on: number, ["assignee": "@me"])
            try await marta.act("resolve", on: number, ["narrative": "Done.", "verdict": "data"])
            let late = try await daniel.post(path, json: ["answers": ["region": "x"]])
            #expect(late.json["code"] == "already_solved")
            let request = try await marta.open(
                ["subject": "Tokens", "symptom": "Please.", "request_type": "internal_question"])
            let colleague = try await marta.act(
                "ask_customer", on: request["number"]?.string ?? "", ["questions": ["steps"]],
                expecting: 409)
            #expect(colleague["code"] == "no_customer")
        }
    }
}
