import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// What customers are asked for, in how many rounds, and what was promised to them, through the public door.
@Suite("Asked and promised")
struct AskedTests {
    @Test(
        "CASE-08: Every request to the customer says what, why, when it was asked and answered and in which round; a template of policy asks for all of it in one step",
        arguments: Engine.available)
    func rounds(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let number = try await desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            try await marta.act("assign", on: number, ["assignee": "@me"])
            try await marta.act("change_status", on: number, ["status": "investigating"])
            try await marta.act("edit", on: number, ["category": "fault"])
            func asked() async throws -> [JSON] {
                try await marta.read(number)["information_requests"]?.array ?? []
            }
            #expect(try await marta.read(number)["information_rounds"] == 0)

            // One step, and one round, for all that is usually needed.
            try await marta.act("request_evidence", on: number, ["template": "failing_request"])
            let first = try #require(try await asked().first)
            #expect(first["way"] == "evidence" && first["number"] == "R1" && first["round"] == 1)
            #expect(first["template"] == "failing_request" && first["what"]?.array?.count == 4)
            #expect(first["why"]?.string?.contains("follow through all systems") ?? false)
            #expect(first["asked_at"] == "2026-03-02T09:00:00Z" && first["answered_at"] == .null)
            let empty = try await marta.act("request_evidence", on: number, [:], expecting: 422)
            #expect(empty.fieldCodes == ["reason:missing", "items:missing"])

            // Asked before they said anything: still the first round.
            desk.clock.advance(seconds: 600)
            try await marta.act("ask_customer", on: number, ["questions": ["steps", "scope"]])
            #expect(try await asked().map { $0["round"] } == [1, 1])
            desk.clock.advance(seconds: 600)
            try await desk.perform(
                "portal.reply", as: .daniel, ["id": .text(number), "text": "The log comes tomorrow."])
            desk.clock.advance(seconds: 600)
            try await marta.act(
                "reply", on: number,
                ["text": "Thank you. Which release do you run?", "status": "waiting_on_customer"])
            #expect(try await asked().map { $0["way"] } == ["evidence", "questions", "message"])
            #expect(try await asked().last?["round"] == 2)
            desk.clock.advance(seconds: 600)
            try await desk.perform(
                "portal.reply", as: .daniel, ["id": .text(number), "text": "4.18.0"])
            try await desk.perform(
                "portal.answer_questions", as: .daniel,
                [
                    "id": .text(number),
                    "answers": .members(["steps": "Pay by card", "scope": "Three kiosks"]),
                ])
            for item in ["R1.1", "R1.2", "R1.3", "R1.4"] {
                try await marta.act(
                    "settle_evidence_item", on: number, ["item": .string(item), "as": "received"])
            }
            let all = try await asked()
            #expect(all.allSatisfy { $0["answered_at"] == "2026-03-02T09:40:00Z" }, "\(all)")
            #expect(try await marta.read(number)["information_rounds"] == 2)
            let page = try await server.browser(.marta).get("/cases/\(number)").body
            #expect(page.contains("Asked of the customer") && page.contains("3 times, in 2 rounds"))
            #expect(page.contains("Which release do you run?") && page.contains("after 40 min"))

            let form = try await server.browser(.marta).get("/cases/\(number)/request_evidence").body
            #expect(form.contains("Fits this case: A request that fails"))
            #expect(form.contains("Template: Something is slow"))
            let filled = try await server.browser(.marta)
                .get("/cases/\(number)/request_evidence?template=slow_request").body
            #expect(filled.contains("We compare a slow time with a good one"))
            #expect(try await desk.findings() == [])
        }
    }

    @Test("A template that asks for nothing, or fits what there is not, is refused with the line")
    func mistakes() {
        func problems(_ old: String, _ new: String) -> [String] {
            let document = Policy.defaultDocument.replacing(old, with: new)
            #expect(document != Policy.defaultDocument)
            return Policy.routingMistakes(document)
        }
        #expect(
            problems("id: slow_request", "id: failing_request").contains {
                $0.contains("“failing_request” is the name of two templates")
            })
        #expect(
            problems("categories: [performance]", "categories: [performence]").contains {
                $0.contains("did you mean “performance”")
            })
    }

    @Test(
        "CASE-18: A case of a customer shows them and us the promised time of the next update; missing it raises an alert, once, and is measured",
        arguments: Engine.available)
    func promises(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let number = try await desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            try await marta.act("assign", on: number, ["assignee": "@me"])
            #expect(
                try await server.browser(.marta).get("/cases/\(number)").body.contains("Not promised."))
            try await marta.act(
                "write_update", on: number,
                ["known": "Three kiosks fail.", "next_update_at": "2026-03-02T10:00:00Z"])
            let shown = try await marta.read(number)["next_update_at"]
            #expect(shown == "2026-03-02T10:00:00Z")
            #expect(
                try await server.browser(.daniel).get("/portal/cases/\(number)").body
                    .contains("We write again by"))
            #expect(try await server.browser(.daniel).get("/portal").body.contains("We write again by"))
            #expect(try await marta.find("q=is:late") == [])

            desk.clock.advance(seconds: 3700)
            for _ in 0..<2 { try await ServiceLevelsJobs(desk.services).finish() }
            #expect(try await marta.find("q=is:late") == [number])
            let page = try await server.browser(.marta).get("/cases/\(number)").body
            #expect(page.contains("not written"))
            #expect(
                try await server.browser(.daniel).get("/portal/cases/\(number)").body
                    .contains("have not yet"))
            #expect(
                try await server.browser(.ines).get("/attention").body.contains("A promised update is late"))
            let told = try await server.browser(.marta).get("/notifications").body
            #expect(told.contains("The update that the customer was promised is late"))
            let leads = try await server.browser(.ines).get("/notifications").body
            #expect(leads.contains("Promised update: missed"))

            // Written late, it stays missed: by how much is measured, and a kept one counts beside it.
            try await marta.act(
                "write_update", on: number,
                ["known": "Still three.", "next_update_at": "2026-03-02T12:00:00Z"])
            desk.clock.advance(seconds: 60)
            try await marta.act("reply", on: number, ["text": "Two of them work again since ten."])
            try await ServiceLevelsJobs(desk.services).finish()
            let csv = try await server.browser(.marta).get("/cases/\(number)/clocks.csv").body
            #expect(csv.contains("promised_update"), "\(csv)")
            #expect(
                try await server.browser(.marta).get("/cases/\(number)").body
                    .contains("1 kept before, 1 missed"))
            #expect(try await desk.findings() == [])
        }
    }
}
