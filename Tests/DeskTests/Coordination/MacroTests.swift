import Diagnosis
import Domain
import TestSupport
import Testing

@testable import Desk

/// Replies that are written once and used often.
@Suite("Templates")
struct MacroTests {
    private func add(_ client: TestClient, _ fields: JSON) async throws -> TestResponse {
        try await client.post("/api/v1/macros", json: fields)
    }

    @Test(
        "CASE-50: A template has an owner and versions, and an unknown variable is named with its place",
        arguments: Engine.available)
    func versions(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await server.program(.marta)
            let bad = try await add(marta, ["name": "Ask", "text": "Hello {{customer.nam}}"])
            #expect(bad.status == 422 && bad.json.fieldCodes == ["text:unknown_variable"])
            #expect(bad.json["detail"]?.string?.contains("Line 1, column 7") == true)
            let made = try await add(marta, ["name": "Ask", "text": "Hello {{customer.name}}"])
            #expect(made.status == 201)
            let id = made.json["id"]?.string ?? ""
            let taken = try await add(marta, ["name": "ask", "text": "x"])
            #expect(taken.json.fieldCodes == ["name:taken"])
            let revised = try await marta.post(
                "/api/v1/macros/\(id)/revise",
                json: ["name": "Ask", "text": "Dear {{customer.name}}", "reason": "Kinder"])
            #expect(revised.status == 200)
            try await server.desk.perform(
                "macro.change_owner", as: .ines, ["id": .text(id), "owner": .text("@me")])
            let macro = try await marta.get("/api/v1/macros/\(id)").json
            #expect(macro["revision"] == 2 && macro["text"] == "Dear {{customer.name}}")
            #expect(macro["owner"]?.string == server.desk.people[.ines]?.id.raw)
            let page = try await server.browser(.marta).get("/macros/\(id)").body
            #expect(
                page.contains("made version 2") && page.contains("Kinder") && page.contains("made version 1"))
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test(
        "CASE-50: A template is previewed, put into the draft, and its actions go with the reply",
        arguments: Engine.available)
    func use(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase(subject: "Payments <fail>")
            try await server.desk.perform(
                "case.assign", as: .marta, ["id": .text(number), "assignee": .text("@me")])
            let receipt = try await server.desk.perform(
                "macro.add", as: .marta,
                [
                    "name": .text("Ask for a request ID"),
                    "text": .text("Hello {{customer.name}}, {{case.number}}: {{case.component}}"),
                    "status": .text("waiting_on_customer"), "next_action": .text("Read {{case.number}}"),
                    "next_action_hours": .text("4"),
                ])
            let id = receipt.answer["id"]?.string ?? ""
            let browser = try await server.browser(.marta)
            let preview = try await browser.get("/cases/\(number)/templates?template=\(id)").body
            #expect(preview.contains("Hello Daniel, \(number)"))
            #expect(preview.contains("Not known in this case: {{case.component}}"))
            #expect(preview.contains("Waiting on customer") && preview.contains("Read \(number)"))
            let insert = try await browser.submit("/cases/\(number)/templates", ["template": id])
            #expect(insert.status == 303)
            let place = insert.headers["location"] ?? ""
            let page = try await browser.get(String(place.prefix { $0 != "#" })).body
            #expect(page.contains("Hello Daniel, \(number): {{case.component}}"))
            #expect(page.contains("name=\"template\" value=\"\(id)\""))
            let marta = try await CaseClient(server, .marta)
            let held = try await marta.act(
                "reply", on: number, ["text": "Hello {{customer.name}}"], expecting: 422)
            #expect(held.fieldCodes == ["text:unfilled_variable"])
            let sent = try await browser.submit(
                "/cases/\(number)/reply",
                [
                    "text": "Hello Daniel, \(number)", "status": "waiting_on_customer", "template": id,
                    "next_action": "Read \(number)", "next_action_due_at": "2026-03-02T13:00",
                    "next_update_at": "", "_key": "k1",
                ])
            #expect(sent.status == 303)
            let found = try await marta.read(number)
            #expect(found["status"] == "waiting_on_customer" && found["blocked_by"] == "customer")
            #expect(found["next_action"]?["text"]?.string == "Read \(number)")
            let macro = try await marta.program.get("/api/v1/macros/\(id)").json
            #expect(macro["uses"] == 1 && macro["cases"] == 1 && macro["cases_resolved"] == 0)
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test(
        "CASE-50: What became of the cases in which a template was used is counted",
        arguments: Engine.available)
    func outcomes(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let id =
                try await desk.perform(
                    "macro.add", as: .marta, ["name": .text("Thanks"), "text": .text("Thank you.")]
                ).answer["id"]?.string ?? ""
            for index in 0..<3 {
                let number = try await desk.reportedCase()
                try await desk.perform(
                    "case.assign", as: .marta, ["id": .text(number), "assignee": .text("@me")])
                for _ in 0..<2 {
                    try await desk.perform(
                        "case.reply", as: .marta,
                        ["id": .text(number), "text": .text("Thank you."), "template": .text("Thanks")])
                }
                desk.clock.advance(seconds: 60)
                guard index < 2 else { continue }
                try await desk.perform(
                    "case.resolve", as: .marta,
                    ["id": .text(number), "narrative": .text("Done."), "verdict": .text("data")])
                desk.clock.advance(seconds: 60)
                guard index < 1 else { continue }
                try await desk.perform(
                    "case.reopen", as: .marta, ["id": .text(number), "reason": .text("Back")])
            }
            let macro = try await server.program(.marta).get("/api/v1/macros/\(id)").json
            #expect(macro["uses"] == 6 && macro["cases"] == 3)
            #expect(macro["cases_resolved"] == 2 && macro["cases_reopened"] == 1)
            let page = try await server.browser(.marta).get("/macros").body
            #expect(page.contains("2 of 3 cases resolved, 1 reopened"))
        }
    }

    @Test("A retired template is offered no more, and can come back", arguments: Engine.available)
    func retired(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let number = try await desk.reportedCase()
            let id =
                try await desk.perform(
                    "macro.add", as: .marta, ["name": .text("Old"), "text": .text("x")]
                ).answer["id"]?.string ?? ""
            try await desk.perform("macro.retire", as: .marta, ["id": .text(id), "reason": .text("Old")])
            await #expect(throws: Refusal.self) {
                try await desk.perform(
                    "case.reply", as: .marta,
                    ["id": .text(number), "text": .text("x"), "template": .text(id)])
            }
            try await desk.perform("macro.restore", as: .marta, ["id": .text(id)])
            try await desk.perform(
                "case.reply", as: .marta, ["id": .text(number), "text": .text("x"), "template": .text(id)])
            #expect(try await desk.findings() == [])
        }
    }
}
