import Diagnosis
import Domain
import TestSupport
import Testing

@testable import Desk

/// The two layers of a timeline, its filters and its exports.
@Suite("Story and log")
struct StoryPagesTests {
    private func entry(_ kind: String, _ client: CaseClient, _ number: String) async throws -> Int64 {
        try await client.timeline(number).first { $0["kind"]?.string == kind }?["entry"]?.integer ?? 0
    }

    @Test(
        "CASE-28 part: People put entries of the log into the story and leave others out, and both are on record",
        arguments: Engine.available)
    func story(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            try await marta.act("note", on: number, ["text": "A passing thought."])
            try await marta.act("reply", on: number, ["text": "We are on it."])
            try await marta.act("change_severity", on: number, ["severity": "sev1", "reason": "All of them"])
            let browser = try await server.browser(.marta)
            let before = try await browser.get("/cases/\(number)?show=story").body
            #expect(before.contains("A passing thought.") && before.contains("We are on it."))
            #expect(!before.contains("set severity to"))
            let severity = try await entry("case.severity_changed", marta, number)
            let note = try await entry("case.noted", marta, number)
            try await marta.act("pin_entry", on: number, ["entry": .integer(severity)])
            try await marta.act("unpin_entry", on: number, ["entry": .integer(note)])
            let after = try await browser.get("/cases/\(number)?show=story").body
            #expect(!after.contains("A passing thought.") && after.contains("We are on it."))
            #expect(after.contains("set severity to <b>Sev1</b>"))
            let whole = try await browser.get("/cases/\(number)").body
            #expect(
                whole.contains("A passing thought.") && whole.contains("put entry \(severity) into the story")
            )
            let wrong = try await marta.act("pin_entry", on: number, ["entry": 999_999], expecting: 422)
            #expect(wrong.fieldCodes == ["entry:not_found"])
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test("CASE-28 part: The timeline is filtered by kind and by person", arguments: Engine.available)
    func filters(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let (marta, jonas) = (try await CaseClient(server, .marta), try await CaseClient(server, .jonas))
            try await marta.act("note", on: number, ["text": "Of Marta."])
            try await jonas.act("note", on: number, ["text": "Of Jonas."])
            try await jonas.act("reply", on: number, ["text": "To the customer."])
            let browser = try await server.browser(.marta)
            let id = server.desk.people[.jonas]?.id.raw ?? ""
            let his = try await browser.get("/cases/\(number)?by=\(id)").body
            #expect(
                his.contains("Of Jonas.") && his.contains("To the customer.") && !his.contains("Of Marta."))
            let notes = try await browser.get("/cases/\(number)?by=\(id)&show=notes").body
            #expect(notes.contains("Of Jonas.") && !notes.contains("To the customer."))
            #expect(notes.contains("1 entries") || notes.contains("1 entry"))
            let nobody = try await browser.get("/cases/\(number)?by=nobody").body
            #expect(nobody.contains("Nothing of this kind yet."))
        }
    }

    @Test(
        "CASE-28 part: Story and log are exported as Markdown and JSON, and for the customer without anything internal",
        arguments: Engine.available)
    func exports(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase(symptom: "Since this morning.")
            let marta = try await CaseClient(server, .marta)
            server.desk.clock.advance(seconds: 7200)
            try await marta.act("assign", on: number, ["assignee": "@me", "reason": "SECRET-1"])
            try await marta.act(
                "note", on: number, ["text": "SECRET-2", "occurred_at": "2026-03-02T10:00:00Z"])
            try await marta.act("change_severity", on: number, ["severity": "sev1", "reason": "SECRET-3"])
            try await marta.act(
                "change_status", on: number, ["status": "investigating", "reason": "SECRET-4"])
            try await marta.act("reply", on: number, ["text": "We see it too."])
            try await marta.act(
                "resolve", on: number,
                ["narrative": "SECRET-5", "verdict": "product_defect", "customer_summary": "It is fixed."])
            let browser = try await server.browser(.marta)
            let customer = try await browser.get("/cases/\(number)/timeline.md?for=customer")
            #expect(
                customer.headers["content-disposition"]?.contains("\(number)-timeline-customer.md") ?? false)
            for words in ["Since this morning.", "We see it too.", "It is fixed."] {
                #expect(customer.body.contains(words), "\(words)")
            }
            let json = try await browser.get("/cases/\(number)/timeline.json?for=customer")
            for text in [customer.body, json.body] {
                #expect(!text.contains("SECRET") && !text.lowercased().contains("sev1"), "\(text)")
                #expect(!text.contains("nternal: do not"))
            }
            #expect(json.json["audience"] == "customer")
            let story = try await browser.get("/cases/\(number)/timeline.md?layer=story").body
            #expect(story.contains("SECRET-2") && story.contains("SECRET-5") && !story.contains("SECRET-3"))
            let log = try await browser.get("/cases/\(number)/timeline.json").json
            let entries = log["entries"]?.array ?? []
            #expect(entries.count == 7 || entries.count > 7)
            #expect(entries.first?["kind"] == "case.opened")
            #expect(entries.filter { $0["entered_later"] == true }.count == 1)
            #expect(entries.first { $0["kind"] == "case.severity_changed" }?["in_story"] == false)
            let times = entries.compactMap { $0["occurred_at"]?.string }
            #expect(times == times.sorted())
            let other = try await server.browser(.daniel).get("/cases/\(number)/timeline.json")
            #expect(other.status == 403)
        }
    }

    @Test(
        "CASE-28 part: Of a long timeline a page shows a part, in either order", arguments: Engine.available)
    func pages(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase(symptom: "The first words.")
            for index in 1...120 {
                try await server.desk.perform(
                    "case.note", as: .marta, ["id": .text(number), "text": .text("Note \(index).")])
            }
            let browser = try await server.browser(.marta)
            let newest = try await browser.get("/cases/\(number)").body
            #expect(
                newest.contains("Note 120.") && newest.contains("Note 21.") && !newest.contains("Note 20."))
            #expect(newest.contains("121 entries"))
            let link = try #require(newest.firstMatch(of: /href="([^"]+)" data-more/)?.output.1)
            let older = try await browser.get(String(link).replacing("&amp;", with: "&")).body
            #expect(older.contains("Note 20.") && !older.contains("Note 21.") && !older.contains("data-more"))
            let oldest = try await browser.get("/cases/\(number)?order=oldest").body
            #expect(oldest.contains("Note 1.") && !oldest.contains("Note 120."))
            let next = try #require(oldest.firstMatch(of: /href="([^"]+)" data-more/)?.output.1)
            let later = try await browser.get(String(next).replacing("&amp;", with: "&")).body
            #expect(later.contains("Note 120.") && !later.contains("Note 99."))
        }
    }

    @Test("Very long words stand on a page of their own, whole", arguments: Engine.available)
    func longWords(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            let lines = (1...100_000).map { "line \($0)" }.joined(separator: "\n")
            let short = String(lines.prefix(900_000))
            try await marta.act("note", on: number, ["text": .string(short)])
            let browser = try await server.browser(.marta)
            let page = try await browser.get("/cases/\(number)").body
            #expect(page.contains("line 79") && !page.contains("line 500\n") && page.utf8.count < 200_000)
            let link = try #require(page.firstMatch(of: /href="(\/cases\/[^"]+\/entries\/[0-9]+)"/)?.output.1)
            let whole = try await browser.get(String(link))
            #expect(whole.status == 200 && whole.body.contains("line 50000\n"))
            let tooLong = lines + lines
            let refused = try await browser.submit("/cases/\(number)/note", ["text": tooLong])
            #expect(refused.status == 422 && refused.body.contains("at most 1000000 are kept"))
            #expect(refused.body.contains("line 100000"))
            #expect(try await server.browser(.daniel).get(String(link)).status == 403)
            #expect(try await browser.get("/cases/\(number)/entries/nonsense").status == 404)
        }
    }
}
