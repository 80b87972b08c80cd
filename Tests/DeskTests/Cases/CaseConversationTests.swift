import Diagnosis
import Domain
import TestSupport
import Testing

@testable import Desk

/// What is written on a case and who reads it: CASE-28 and CASE-29.
@Suite("Timeline, replies and notes")
struct CaseConversationTests {
    @Test(
        "CASE-28 part: The timeline is made of everything that happened, messages and system events together",
        arguments: Engine.available)
    func timelineOfEverything(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase(symptom: "Since this morning.")
            let marta = try await CaseClient(server, .marta)
            try await marta.act("assign", on: number, ["assignee": "@me", "reason": "On call"])
            try await marta.act("note", on: number, ["text": "Saw it in the log."])
            try await marta.act("reply", on: number, ["text": "We see it too."])
            try await marta.act("change_severity", on: number, ["severity": "sev2", "reason": "Many"])
            try await marta.act("change_status", on: number, ["status": "investigating"])
            let daniel = try await server.browser(.daniel)
            _ = try await daniel.submit("/portal/cases/\(number)/reply", ["text": "Thank you."])
            let kinds = [
                "case.opened", "case.owner_changed", "case.noted", "case.replied", "case.severity_changed",
                "case.status_changed", "case.replied",
            ]
            #expect(try await marta.timeline(number).compactMap { $0["kind"]?.string } == kinds)
            let browser = try await server.browser(.marta)
            let page = try await browser.get("/cases/\(number)").body
            for words in [
                "Saw it in the log.", "We see it too.", "took the case", "On call",
                "set severity to <b>Sev2</b>",
                "moved the case to <b>Investigating</b>", "Thank you.", "Since this morning.",
            ] { #expect(page.contains(words), "\(words)") }
            let notes = try await browser.get("/cases/\(number)?show=notes").body
            #expect(notes.contains("Saw it in the log.") && !notes.contains("We see it too."))
        }
    }

    @Test(
        "CASE-28 part: An entry about an earlier time stands at that time and is marked as entered later",
        arguments: Engine.available)
    func backDatedEntries(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            server.desk.clock.advance(seconds: 7200)
            try await marta.act("note", on: number, ["text": "Now."])
            try await marta.act(
                "note", on: number, ["text": "Before.", "occurred_at": "2026-03-02T10:00:00Z"])
            let entries = try await marta.timeline(number)
            #expect(entries.last?["occurred_at"] == "2026-03-02T10:00:00Z")
            #expect(entries.last?["recorded_at"] == "2026-03-02T11:00:00Z")
            let page = try await server.browser(.marta).get("/cases/\(number)?order=oldest").body
            let before = try #require(page.firstRange(of: "Before."))
            let now = try #require(page.firstRange(of: "Now."))
            #expect(before.lowerBound < now.lowerBound)
            #expect(page.components(of: "entered later") == 1)
            let future = try await marta.act(
                "note", on: number, ["text": "x", "occurred_at": "2026-03-03T00:00:00Z"], expecting: 422)
            #expect(future.fieldCodes == ["occurred_at:in_the_future"])
        }
    }

    @Test(
        "CASE-28 part: The timeline is exported whole, oldest first, and marked as internal",
        arguments: Engine.available)
    func export(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase(symptom: "# Not a heading")
            let marta = try await CaseClient(server, .marta)
            server.desk.clock.advance(seconds: 7200)
            try await marta.act("note", on: number, ["text": "Internal words."])
            try await marta.act(
                "note", on: number, ["text": "Before.", "occurred_at": "2026-03-02T10:00:00Z"])
            let answer = try await server.browser(.marta).get("/cases/\(number)/timeline.md")
            #expect(answer.headers["content-type"] == "text/markdown; charset=utf-8")
            #expect(answer.headers["content-disposition"] == "attachment; filename=\"\(number)-timeline.md\"")
            #expect(answer.body.contains("Internal: do not send to the customer."))
            #expect(answer.body.contains("> # Not a heading"))
            #expect(answer.body.contains("> Internal words."))
            #expect(answer.body.contains("(entered later, 2026-03-02T11:00:00Z)"))
            let before = try #require(answer.body.firstRange(of: "> Before."))
            let words = try #require(answer.body.firstRange(of: "> Internal words."))
            #expect(before.lowerBound < words.lowerBound)
        }
    }

    @Test(
        "CASE-29: A note and a reply cannot be mistaken for each other, in the composer and in the timeline",
        arguments: Engine.available)
    func notesLookDifferent(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            try await marta.act("note", on: number, ["text": "Only for us."])
            try await marta.act("reply", on: number, ["text": "For everybody."])
            let page = try await server.browser(.marta).get("/cases/\(number)").body
            #expect(
                page.contains("<b>Public.</b> Read by Daniel and 1 other at Halden Travel, in their portal"))
            #expect(page.contains("<b>Internal.</b> Only Technical support reads this."))
            #expect(page.contains("Send to Halden Travel") && page.contains("Save internal note"))
            let note = try #require(
                page.firstMatch(of: /<article class="msg int">.*?<\/article>/.dotMatchesNewlines()))
            #expect(note.output.contains("Internal note") && note.output.contains("Only for us."))
            let reply = try #require(
                page.firstMatch(of: /<article class="msg out">.*?<\/article>/.dotMatchesNewlines()))
            #expect(
                reply.output.contains("Reply to Halden Travel") && reply.output.contains("For everybody."))
            #expect(!reply.output.contains("Internal note"))
            #expect(
                try await marta.timeline(number).compactMap { $0["is_public"]?.bool } == [true, false, true])
        }
    }

    @Test(
        "CASE-29: A reply that repeats an internal note is held back until it is confirmed",
        arguments: Engine.available)
    func guardAgainstQuotes(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            try await marta.act(
                "note", on: number, ["text": "The card vault at node seven has been down since Sunday night."]
            )
            let quote = "Hello, the card vault AT node seven\nhas been down since Sunday. Sorry!"
            let held = try await marta.act("reply", on: number, ["text": .string(quote)], expecting: 422)
            #expect(held.fieldCodes == ["text:repeats_internal_note"])
            #expect(
                try await server.browser(.daniel).get("/portal/cases/\(number)").body.contains("vault")
                    == false)
            let browser = try await server.browser(.marta)
            let page = try await browser.submit("/cases/\(number)/reply", ["text": "\(quote)", "_key": "k1"])
            #expect(page.status == 422)
            #expect(page.body.contains("stands in an internal note"))
            #expect(page.body.contains("has been down since Sunday. Sorry!"), "what was typed is kept")
            #expect(page.body.contains("name=\"confirm_public\""))
            let summary = try await marta.act("assign", on: number, ["assignee": "@me"])
            #expect(summary["version"] != nil)
            let told = try await marta.act(
                "resolve", on: number,
                ["narrative": "x", "verdict": "data", "customer_summary": .string(quote)], expecting: 422)
            #expect(told.fieldCodes == ["customer_summary:repeats_internal_note"])
            try await marta.act("reply", on: number, ["text": .string(quote), "confirm_public": true])
            #expect(try await server.browser(.daniel).get("/portal/cases/\(number)").body.contains("vault"))
        }
    }

    @Test(
        "CASE-29: Text for the customer that names restricted evidence is held back, wherever it is written",
        arguments: Engine.available)
    func guardOfRestrictedEvidence(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let ines = try await CaseClient(server, .ines)
            try await Evidences.add(name: "open.log", to: number, as: .ines, [:], server.desk)
            try await Evidences.add(
                "the keys\n", name: "vault-keys.txt", to: number, as: .ines, ["sensitivity": "restricted"],
                server.desk)
            for text in ["See E2, please.", "It is in (VAULT-keys.txt)."] {
                for (act, field, others) in [
                    ("reply", "text", [:]),
                    ("resolve", "customer_summary", ["narrative": "x", "verdict": "data"]),
                    ("ask_customer", "introduction", ["questions": ["steps"]]),
                    ("request_evidence", "items", ["reason": "To compare"]),
                    ("request_evidence", "reason", ["items": "The log"]),
                ] as [(String, String, JSON)] {
                    let held = try await ines.act(
                        act, on: number, with(others, field, .string(text)), expecting: 422)
                    #expect(held.fieldCodes == ["\(field):names_restricted_evidence"], "\(act): \(text)")
                }
            }
            // Whoever may not read it is held back by its number, and learns nothing by guessing its name.
            let lea = try await CaseClient(server, .lea)
            let held = try await lea.act("reply", on: number, ["text": "E2 says so."], expecting: 422)
            #expect(held.fieldCodes == ["text:names_restricted_evidence"])
            try await lea.act("reply", on: number, ["text": "Is it vault-keys.txt?"])
            // What is not restricted, and words that only look like it, pass.
            try await ines.act("reply", on: number, ["text": "See E1, open.log and E22."])
            try await ines.act("reply", on: number, ["text": "E2 it is.", "confirm_public": true])
            #expect(
                try await server.browser(.daniel).get("/portal/cases/\(number)").body.contains("E2 it is."))
        }
    }

    @Test(
        "CASE-29: A note never reaches the customer, whoever writes it and whatever the customer asks for",
        arguments: Engine.available)
    func notesStay(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            for member in [Cast.marta, .lea, .ravi] {
                try await server.desk.perform(
                    "case.note", as: member, ["id": .text(number), "text": "XYZZY-INTERNAL"])
            }
            let browser = try await server.browser(.daniel)
            let program = try await server.program(.daniel)
            for path in ["/portal", "/portal/cases/\(number)", "/portal/cases/\(number)?show=notes"] {
                #expect(try await !browser.get(path).body.contains("XYZZY"))
            }
            for path in ["", "/timeline", "/timeline?limit=500"] {
                #expect(
                    try await !program.get("/api/v1/portal/cases/\(number)\(path)").body.contains("XYZZY"))
            }
            #expect(try await browser.get("/cases/\(number)/timeline.md").status == 403)
            #expect(try await program.get("/api/v1/cases/\(number)/timeline").status == 403)
        }
    }

    @Test(
        "Nobody writes to a customer in a request of a colleague, and not in a closed case either",
        arguments: Engine.available)
    func repliesNeedAReader(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let opened = try await marta.open(["subject": "Internal", "symptom": "x", "takes_it": true])
            let number = opened["number"]?.string ?? ""
            let page = try await server.browser(.marta).get("/cases/\(number)").body
            #expect(!page.contains("Reply to customer"))
            try await marta.act("resolve", on: number, ["narrative": "x", "verdict": "data"])
            try await marta.act("close", on: number)
            let refused = try await marta.act("reply", on: number, ["text": "Hello"], expecting: 409)
            #expect(refused["code"] == "case_closed")
        }
    }
}

extension String {
    /// How often `text` stands in the text.
    func components(of text: String) -> Int { ranges(of: text).count }
}
