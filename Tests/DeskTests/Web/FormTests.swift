import Diagnosis
import Domain
import NIOHTTP1
import TestSupport
import Testing
import Web

@testable import Desk

/// Forms lose nothing that was typed, drafts outlive a crash, and open pages hear of what others do.
@Suite("Forms, drafts and open pages")
struct FormTests {
    @Test(
        "A refused form comes back with everything that was typed, and names each field",
        arguments: Engine.available)
    func keepsWhatWasTyped(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await server.browser(.marta)
            let answer = try await marta.submit(
                "/cases",
                [
                    "subject": "TYPED \"subject\"", "symptom": "", "began_at": "yesterday",
                    "severity": "sev9",
                    "environment": "staging", "takes_it": "true", "_key": "k",
                ])
            #expect(answer.status == 422)
            for text in [
                "value=\"TYPED &quot;subject&quot;\"", "value=\"yesterday\"", "value=\"staging\" selected",
                "3 fields need your attention", "href=\"#symptom\"", "href=\"#began-at\"",
                "href=\"#severity\"",
                "aria-invalid=\"true\"", "What you typed is kept below.",
            ] { #expect(answer.body.contains(text), "\(text)") }
            #expect(answer.body.contains("name=\"takes_it\" value=\"true\" checked"))
            #expect(try await server.program(.marta).get("/api/v1/cases").json["items"] == [])
        }
    }

    @Test(
        "A draft is kept, shown again with its time, and forgotten once it is sent",
        arguments: Engine.available)
    func drafts(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let id = try await server.desk.found(number).id.raw
            let marta = try await server.browser(.marta)
            let key = "case/\(id)/reply"
            let kept = try await marta.send(
                .PUT, "/drafts", Array(#"{"key":"\#(key)","text":"HALF A <b>SENTENCE"}"#.utf8),
                [("Content-Type", "application/json"), ("Sec-Fetch-Site", "same-origin")])
            #expect(kept.status == 204)
            let stamp = String(TestDesk.start.microseconds / 1000)
            #expect(kept.headers["x-draft-at"] == stamp)
            let page = try await marta.get("/cases/\(number)").body
            #expect(page.contains("HALF A &lt;b&gt;SENTENCE"))
            #expect(page.contains("data-draft-at=\"\(stamp)\""))
            #expect(try await !server.browser(.jonas).get("/cases/\(number)").body.contains("HALF A"))
            let refused = try await marta.submit("/cases/\(number)/reply", ["text": "", "_draft": "\(key)"])
            #expect(refused.status == 422)
            #expect(try await marta.get("/cases/\(number)").body.contains("HALF A"), "nothing was sent yet")
            let sent = try await marta.submit(
                "/cases/\(number)/reply", ["text": "Whole.", "_draft": "\(key)"])
            #expect(sent.status == 303)
            #expect(try await !marta.get("/cases/\(number)").body.contains("HALF A"))
        }
    }

    @Test("A customer’s draft of an answer is kept as well", arguments: Engine.available)
    func customersDrafts(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let key = "portal/\(try await server.desk.found(number).id.raw)/reply"
            let daniel = try await server.browser(.daniel)
            let kept = try await daniel.send(
                .PUT, "/drafts", Array("key=\(key)&text=HALF".utf8),
                [("Content-Type", "application/x-www-form-urlencoded"), ("Sec-Fetch-Site", "same-origin")])
            #expect(kept.status == 204)
            #expect(try await daniel.get("/portal/cases/\(number)").body.contains("HALF"))
            #expect(try await !server.browser(.aino).get("/portal/cases/\(number)").body.contains("HALF"))
            _ = try await daniel.submit(
                "/portal/cases/\(number)/reply", ["text": "Whole.", "_draft": "\(key)"])
            #expect(try await !daniel.get("/portal/cases/\(number)").body.contains("HALF"))
        }
    }

    @Test(
        "Of one person’s drafts the latest are kept, so that nobody can fill the disk",
        arguments: Engine.available)
    func draftsAreLimited(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let key = "case/\(try await server.desk.found(number).id.raw)/reply"
            let (marta, jonas) = (try await server.browser(.marta), try await server.browser(.jonas))
            func keep(_ browser: TestClient, _ key: String, _ text: String) async throws {
                server.desk.clock.advance(seconds: 1)
                let kept = try await browser.send(
                    .PUT, "/drafts", Array("key=\(key)&text=\(text)".utf8),
                    [
                        ("Content-Type", "application/x-www-form-urlencoded"),
                        ("Sec-Fetch-Site", "same-origin"),
                    ])
                #expect(kept.status == 204)
            }
            try await keep(jonas, key, "THEIRS")
            try await keep(marta, key, "OLDEST")
            for other in 1..<DraftStore.most { try await keep(marta, "other/\(other)", "x") }
            #expect(try await marta.get("/cases/\(number)").body.contains("OLDEST"))
            try await keep(marta, "one/too/many", "x")
            #expect(try await !marta.get("/cases/\(number)").body.contains("OLDEST"))
            #expect(try await jonas.get("/cases/\(number)").body.contains("THEIRS"))
        }
    }

    @Test("An open page hears of another person’s change", arguments: Engine.available)
    func events(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let other = try await server.desk.reportedCase()
            // What the software says of their clocks was said before anybody listens.
            try await ServiceLevelsJobs(server.desk.services).finish()
            let marta = try await server.browser(.marta)
            let heard = try await Self.listen(marta, "/cases/\(number)/events") { attempt in
                try await server.desk.perform(
                    "case.note", as: .jonas, ["id": .text(other), "text": .text("elsewhere \(attempt)")])
                try await server.desk.perform(
                    "case.note", as: .jonas, ["id": .text(number), "text": .text("here \(attempt)")])
            }
            // A node that follows the journal late hears of the clocks' first facts only now.
            #expect(heard.filter { $0 != "data: clock.level_applied" } == ["data: case.noted"])
        }
    }

    @Test("A customer’s open page hears of replies and never of notes", arguments: Engine.available)
    func customersEvents(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let daniel = try await server.browser(.daniel)
            let heard = try await Self.listen(daniel, "/portal/cases/\(number)/events") { attempt in
                let id = RawValue.text(number)
                try await server.desk.perform("case.note", as: .jonas, ["id": id, "text": "NOTE"])
                try await server.desk.perform(
                    "case.edit", as: .jonas, ["id": id, "problem_statement": .text("STATEMENT \(attempt)")])
                try await server.desk.perform("case.reply", as: .jonas, ["id": id, "text": "REPLY"])
            }
            #expect(heard == ["data: case.replied"])
        }
    }

    @Test(
        "An open page hears nothing more once its person may see nothing more", .timeLimit(.minutes(60)),
        arguments: Engine.available)
    func streamsEndWithTheAccount(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await server.browser(.marta)
            let heard = Heard()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await marta.lines("/cases/\(number)/events") { line in
                        await heard.add(line)
                        return false
                    }
                }
                while await heard.count == 0 {
                    try await server.desk.perform(
                        "case.note", as: .jonas, ["id": .text(number), "text": "Heard?"])
                }
                try await server.desk.perform(
                    "person.deactivate", as: .samira,
                    ["id": .text(server.desk.people[.marta]?.id.raw ?? "")])
                try await group.waitForAll()
            }
            #expect(try await marta.get("/cases/\(number)/events").status == 303)
        }
    }

    @Test(
        "A page that comes late hears first of what it missed, and of nothing else",
        arguments: Engine.available)
    func lateListeners(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let (changed, other) = (
                try await server.desk.reportedCase(), try await server.desk.reportedCase()
            )
            let early = try await server.desk.reportedCase()
            try await ServiceLevelsJobs(server.desk.services).finish()
            let marta = try await server.browser(.marta)
            let note = { @Sendable (number: String) in
                try await server.desk.perform(
                    "case.note", as: .jonas, ["id": .text(number), "text": "Heard?"])
            }
            // Once something is heard, the journal is followed.
            _ = try await Self.listen(marta, "/cases/\(early)/events") { _ in _ = try await note(early) }
            try await marta.lines("/cases/\(other)/events") { line in
                if line.hasPrefix("retry:") { _ = try await note(other) }
                return line == "data: case.noted"
            }
            let page = try await marta.get("/cases/\(changed)").body
            let mark = try #require(page.firstMatch(of: /data-mark="([^"]+)"/)).1
            try await marta.lines("/cases/\(changed)/events") { line in
                if line.hasPrefix("retry:") { _ = try await note(changed) }
                return line == "data: case.noted"
            }
            let missed = try await Self.firstHeard(marta, "/cases/\(changed)/events?since=\(mark)")
            #expect(missed.data == "data: ")
            // Nothing happened to the other case meanwhile: what it hears first is what happens now.
            let fresh = try await Self.firstHeard(marta, "/cases/\(other)/events?since=\(mark)") {
                _ = try await note(other)
            }
            #expect(fresh.data == "data: case.noted")
            // Whoever is cut off comes back with what they heard last, and no other node knows what this one told.
            let back = [("Last-Event-ID", fresh.id)]
            let after = try await Self.firstHeard(marta, "/cases/\(other)/events", back) {
                _ = try await server.desk.perform(
                    "case.reply", as: .jonas, ["id": .text(other), "text": "We look at it."])
            }
            #expect(after.data == "data: case.replied")
            let moved = try await Self.firstHeard(marta, "/cases/\(other)/events?since=elsewhere.1")
            #expect(moved.data == "data: ")
        }
    }

    /// The first event that a reader hears, and the last mark of what came before or with it.
    private static func firstHeard(
        _ client: TestClient, _ path: String, _ headers: [(String, String)] = [],
        change: @escaping @Sendable () async throws -> Void = {}
    ) async throws -> (data: String, id: String) {
        let heard = Heard()
        try await client.lines(path, headers) { line in
            if line.hasPrefix("retry:") { try await change() }
            await heard.add(line)
            return line.hasPrefix("data:")
        }
        let lines = await heard.lines
        return (
            lines.last { $0.hasPrefix("data:") } ?? "",
            String(lines.last { $0.hasPrefix("id: ") }?.dropFirst(4) ?? "")
        )
    }

    /// What an open page hears, while changes are made again and again until it hears the first.
    private static func listen(
        _ client: TestClient, _ path: String, _ change: @escaping @Sendable (Int) async throws -> Void
    ) async throws -> Set<String> {
        try await withThrowingTaskGroup(of: Set<String>.self) { group in
            group.addTask {
                let heard = Heard()
                // A page that is cut off comes back: the sign-in itself may still be on its way to open pages.
                while await heard.count < 3 {
                    try await client.lines(path) { line in
                        // So may the opening.
                        if line.hasPrefix("data: "), line != "data: case.opened" { await heard.add(line) }
                        return await heard.count >= 3
                    }
                }
                return Set(await heard.lines)
            }
            group.addTask {
                var attempt = 0
                while !Task.isCancelled {
                    attempt += 1
                    try await change(attempt)
                }
                return []
            }
            let heard = try await group.next() ?? []
            group.cancelAll()
            return heard
        }
    }

    private actor Heard {
        var lines: [String] = []
        var count: Int { lines.count }
        func add(_ line: String) { lines.append(line) }
    }
}
