import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// Colleagues meet about a case or about several, and each case keeps what was said: CASE-24.
@Suite("Huddles")
struct HuddleTests {
    /// Two linked cases of which Marta has the first.
    private func linked(_ server: TestServer, _ marta: CaseClient) async throws -> (String, String) {
        let first = try await server.desk.reportedCase(subject: "Tills in Oslo stop", symptom: "At noon.")
        let second = try await server.desk.reportedCase(subject: "Tills in Bergen stop", symptom: "At one.")
        try await marta.act("assign", on: first, ["assignee": "@me"])
        try await marta.act("link", on: first, ["relation": "related", "to": .string(second)])
        return (first, second)
    }

    @Test(
        "CASE-24: A huddle is called for one case and for a group: who is invited is told, and notes and actions stand in each",
        arguments: Engine.available)
    func group(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let jonas = try await CaseClient(server, .jonas)
            let (first, second) = try await linked(server, marta)
            let huddle = "\(first)-H1"
            let called = try await marta.act(
                "convene_huddle", on: first,
                [
                    "topic": "Why do tills stop?", "cases": [.string(second)],
                    "people": [.string(Cast.jonas.email), .string(Cast.marta.email)],
                    "join_link": "https://meet.example/42", "agenda": "What both have in common",
                ])
            #expect(called["huddle"]?.string == huddle)
            for number in [first, second] {
                let found = try await jonas.read(number)["huddles"]?[0]
                #expect(found?["topic"] == "Why do tills stop?" && found?["state"] == "planned")
                #expect(found?["starts_at"] == "2026-03-02T09:00:00Z", "now, where nobody says when")
                #expect(found?["cases"] == [.string(first), .string(second)])
            }
            let browser = try await server.browser(.jonas)
            let told = try await browser.get("/notifications").body
            #expect(told.ranges(of: "invites you to a huddle").count == 1, "once, of two cases")

            try await jonas.act("note_huddle", on: second, ["huddle": .string(huddle), "text": "Gateway B."])
            let added = try await marta.act(
                "add_huddle_action", on: first,
                [
                    "huddle": .string(huddle), "text": "Compare the traces",
                    "owner": .string(Cast.jonas.email),
                    "due_at": "2026-03-02T12:00:00Z",
                ])
            #expect(added["item"] == "A1")
            for number in [first, second] {
                let found = try await marta.read(number)["huddles"]?[0]
                #expect(found?["notes"]?[0]?["text"] == "Gateway B.")
                #expect(found?["notes"]?[0]?["by"]?.string == server.desk.people[.jonas]?.id.raw)
                #expect(found?["actions"]?[0]?["text"] == "Compare the traces")
                #expect(found?["actions"]?[0]?["done_at"] == nil)
                let page = try await browser.get("/cases/\(number)/huddles/\(huddle)").body
                #expect(page.contains("Gateway B.") && page.contains("Compare the traces"))
                #expect(page.contains("What both have in common") && page.contains("https://meet.example/42"))
                #expect(page.contains("/cases/\(first)") && page.contains("/cases/\(second)"))
                #expect(try await browser.get("/cases/\(number)").body.contains("\(huddle): "))
            }
            try await jonas.act(
                "finish_huddle_action", on: second,
                ["huddle": .string(huddle), "item": "a1", "outcome": "The same fault"])
            try await marta.act(
                "end_huddle", on: first,
                ["huddle": .string(huddle), "outcome": "held", "summary": "One cause for both"])
            for number in [first, second] {
                let found = try await marta.read(number)["huddles"]?[0]
                #expect(found?["actions"]?[0]?["done_at"]?.string != nil)
                #expect(found?["actions"]?[0]?["outcome"] == "The same fault")
                #expect(found?["state"] == "held" && found?["summary"] == "One cause for both")
                let kinds = try await marta.timeline(number).compactMap { $0["kind"]?.string }
                #expect(
                    kinds.filter { $0.hasPrefix("case.huddle") } == [
                        "case.huddle_convened", "case.huddle_noted", "case.huddle_action_added",
                        "case.huddle_action_done", "case.huddle_ended",
                    ])
            }
            #expect(try await marta.find("q=%22gateway%20b%22").sorted() == [first, second].sorted())
            let portal = try await server.browser(.daniel).get("/portal/cases/\(first)").body
            #expect(!portal.contains("Gateway B.") && !portal.contains("tills stop?"))
            #expect(try await server.desk.findings().isEmpty)
        }
    }

    @Test(
        "CASE-24: The form proposes who works on the case, what is linked to it and open, and an agenda from what the cases say",
        arguments: Engine.available)
    func proposal(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let (first, second) = try await linked(server, marta)
            let done = try await server.desk.reportedCase(subject: "Done long ago")
            try await marta.act("link", on: first, ["relation": "related", "to": .string(done)])
            try await marta.act("assign", on: done, ["assignee": "@me"])
            try await marta.act("resolve", on: done, ["narrative": "Done.", "verdict": "data"])
            try await marta.act(
                "set_next_action", on: first,
                ["text": "Read the gateway’s log", "due_at": "2026-03-02T11:00:00Z"])
            let form = try await server.browser(.marta).get("/cases/\(first)/convene_huddle").body
            #expect(form.contains("Tills in Oslo stop") && form.contains("Read the gateway’s log"))
            #expect(form.contains("\(second) Tills in Bergen stop"))
            #expect(!form.contains("Done long ago"), "what is resolved is not proposed")
            let marked = try #require(server.desk.people[.marta]?.id.raw)
            #expect(
                form.contains(/value="\#(marked)"[^>]*checked/)
                    || form.contains("value=\"\(marked)\" checked"))
        }
    }

    @Test(
        "A huddle that cannot be so is refused at its field, and one that is over stays so",
        arguments: Engine.available)
    func refusals(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let (first, second) = try await linked(server, marta)
            func refused(_ fields: JSON) async throws -> [String] {
                var members: [(String, JSON)] = [("topic", "Why?")]
                for member in fields.object?.members ?? [] { members.append((member.key, member.value)) }
                return try await marta.act(
                    "convene_huddle", on: first, .object(JSONObject(members: members)), expecting: 422
                ).fieldCodes
            }
            #expect(try await refused(["cases": ["TL-999"]]) == ["cases:not_found"])
            #expect(try await refused(["people": ["nobody@cast.example"]]) == ["people:not_found"])
            #expect(try await refused(["people": [.string(Cast.daniel.email)]]) == ["people:not_staff"])
            #expect(try await refused(["join_link": "http://meet.example"]) == ["join_link:not_a_link"])
            try await marta.act("restrict", on: second, ["level": "security", "reason": "A key leaked"])
            #expect(try await refused(["cases": [.string(second)]]) == ["cases:kept_apart"])
            let alone = try await marta.act(
                "convene_huddle", on: second,
                ["topic": "The key", "people": [.string(Cast.jonas.email)]], expecting: 422)
            #expect(alone.fieldCodes == ["people:not_admitted"])
            #expect(try await marta.read(first)["huddles"] == [], "what was refused leaves nothing")

            try await marta.act("convene_huddle", on: first, ["topic": "Why?"])
            let huddle: JSON = .string("\(first)-H1")
            let unknown = try await marta.act(
                "note_huddle", on: first, ["huddle": "TL-1-H9", "text": "x"], expecting: 422)
            #expect(unknown.fieldCodes == ["huddle:not_found"])
            let nothing = try await marta.act(
                "finish_huddle_action", on: first, ["huddle": huddle, "item": "A7"], expecting: 422)
            #expect(nothing.fieldCodes == ["item:not_found"])
            try await marta.act("end_huddle", on: first, ["huddle": huddle, "outcome": "cancelled"])
            for (verb, fields) in [
                ("end_huddle", ["huddle": huddle, "outcome": "held"]),
                ("note_huddle", ["huddle": huddle, "text": "x"]),
                ("add_huddle_action", ["huddle": huddle, "text": "x"]),
            ] as [(String, JSON)] {
                let code = try await marta.act(verb, on: first, fields, expecting: 409)["code"]?.string ?? ""
                #expect(["huddle_over", "huddle_cancelled"].contains(code))
            }
            let next = try await marta.act("convene_huddle", on: first, ["topic": "Again"])
            #expect(next["huddle"]?.string == "\(first)-H2")
        }
    }

    @Test(
        "What is said about a case that was restricted since stays in it", arguments: Engine.available)
    func restrictedSince(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let (first, second) = try await linked(server, marta)
            let huddle: JSON = .string("\(first)-H1")
            try await marta.act(
                "convene_huddle", on: first, ["topic": "Why?", "cases": [.string(second)]])
            try await marta.act("restrict", on: first, ["level": "security", "reason": "A key leaked"])
            try await marta.act("note_huddle", on: first, ["huddle": huddle, "text": "The key was B-17."])
            #expect(try await marta.read(second)["huddles"]?[0]?["notes"] == [])
            #expect(try await marta.read(first)["huddles"]?[0]?["notes"]?.array?.count == 1)
            let jonas = try await CaseClient(server, .jonas)
            #expect(try await jonas.read(second)["huddles"]?[0]?["cases"] == [.string(second)])
        }
    }
}
