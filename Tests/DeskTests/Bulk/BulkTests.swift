import Diagnosis
import Domain
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Desk

/// One act on many cases: CASE-67.
@Suite("Many cases at once")
struct BulkTests {
    /// Begins a run and works it off; returns it as the API tells of it.
    private func run(
        _ server: TestServer, _ document: JSON, as member: Cast = .marta
    ) async throws -> JSON {
        let program = try await server.program(member)
        let begun = try await program.post("/api/v1/bulk", json: document)
        let id = try #require(begun.json["id"]?.string, "\(begun.body)")
        return try await finished(id, server, program)
    }

    private func finished(_ id: String, _ server: TestServer, _ program: TestClient) async throws -> JSON {
        while true {
            _ = try await BulkJobs(server.desk.services).work()
            let run = try await program.get("/api/v1/bulk/\(id)").json
            if run["ended_at"] != .null { return run }
            await Task.yield()
        }
    }

    @Test(
        "CASE-67 part: All cases that a search finds are changed by one act, each by the operation it would take alone, and taken back by one more",
        arguments: Engine.available)
    func allThatMatch(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            var numbers: [String] = []
            for _ in 0..<70 { numbers.append(try await desk.reportedCase()) }
            try await desk.perform("case.assign", as: .jonas, ["id": .text(numbers[3]), "assignee": "@me"])
            let done = try await run(
                server,
                [
                    "operation": "case.assign", "search": "is:open", "expected": 70,
                    "fields": ["assignee": .string(try #require(desk.people[.jonas]?.id.raw))],
                ])
            #expect(done["done"]?.integer == 69 && done["unchanged"]?.integer == 1)
            #expect(done["refused"]?.integer == 0 && done["can_be_undone"]?.integer == 69)
            for number in numbers { #expect(try await desk.found(number).owner == desk.people[.jonas]?.id) }
            // Somebody works on one of them; that stays when the rest is taken back.
            try await desk.perform("case.assign", as: .ines, ["id": .text(numbers[9]), "assignee": "@me"])
            let program = try await server.program(.marta)
            let id = try #require(done["id"]?.string)
            let undo = try await program.post("/api/v1/bulk/\(id)/undo", json: [:])
            let back = try await finished(try #require(undo.json["id"]?.string), server, program)
            #expect(back["done"]?.integer == 68 && back["refused"]?.integer == 1)
            #expect(back["refusals"]?.array?.first?["case"]?.string == numbers[9])
            #expect(try await desk.found(numbers[0]).owner == nil)
            #expect(try await desk.found(numbers[3]).owner == desk.people[.jonas]?.id)
            #expect(try await desk.found(numbers[9]).owner == desk.people[.ines]?.id)
            let again = try await program.post("/api/v1/bulk/\(id)/undo", json: [:])
            #expect(again.status == 409 && again.json["code"]?.string == "already_undone")
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "What cannot be done to a case is told of that case, and the others are done",
        arguments: Engine.available)
    func refusals(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let (open, closed) = (try await desk.reportedCase(), try await desk.reportedCase())
            let marta = try await CaseClient(server, .marta)
            try await marta.act("assign", on: closed, ["assignee": "@me"])
            try await marta.act("resolve", on: closed, ["narrative": "Done", "verdict": "data"])
            try await desk.perform("case.close", as: .ines, ["id": .text(closed), "exception": "Old."])
            let done = try await run(
                server,
                [
                    "operation": "case.assign", "cases": .array([.string(open), .string(closed)]),
                    "fields": ["assignee": "@me"],
                ])
            #expect(done["done"]?.integer == 1 && done["refused"]?.integer == 1)
            #expect(done["refusals"]?.array?.first?["case"]?.string == closed)
            #expect(try await desk.found(open).owner == desk.people[.marta]?.id)
        }
    }

    @Test(
        "CASE-67 part: The preview says what would happen before anything does, and names the field that is wrong",
        arguments: Engine.available)
    func preview(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let numbers = [try await desk.reportedCase(), try await desk.reportedCase()]
            try await desk.perform("case.assign", as: .marta, ["id": .text(numbers[0]), "assignee": "@me"])
            let browser = try await server.browser(.marta)
            let queue = try await browser.get("/cases?q=is:open").body
            #expect(queue.contains("data-pick-bar") && queue.contains("value=\"\(numbers[0])\""))
            let form = try await browser.get("/bulk/preview?act=case.assign&all=1&q=is:open")
            #expect(
                form.status == 200 && form.body.contains("2 cases")
                    && !form.body.contains("What would happen"))
            let filled = try await browser.submit(
                "/bulk/preview",
                ["act": "case.assign", "all": "1", "q": "is:open", "_filled": "1", "assignee": "@me"])
            #expect(
                filled.body.contains("<b>1</b> would change, <b>1</b> is so already, <b>0</b> cannot be done")
            )
            #expect(try await desk.found(numbers[1]).owner == nil, "nothing was done yet")
            let wrong = try await browser.submit(
                "/bulk/preview",
                ["act": "case.change_severity", "case": numbers[0], "_filled": "1", "severity": "sev9"])
            #expect(wrong.status == 422 && wrong.body.contains("aria-invalid"))
            let begun = try await browser.submit(
                "/bulk",
                [
                    "operation": "case.assign", "search": "is:open", "expected": "2",
                    "fields.assignee": "@me",
                    "_key": "k",
                ])
            let address = try #require(begun.headers["location"])
            #expect(begun.status == 303 && address.hasPrefix("/bulk/"))
            let id = try #require(address.split(separator: "/").last.map(String.init))
            _ = try await finished(id, server, try await server.program(.marta))
            let page = try await browser.get(address).body
            #expect(page.contains("<h2>Done</h2>") && page.contains("Undo all 1"))
            #expect(filled.body.contains("data-preview") && !page.contains("It goes on when you leave"))
            let named = try await browser.submit(
                "/bulk/preview",
                [
                    "act": "case.assign", "all": "1", "q": "is:open", "_filled": "1",
                    "assignee": try #require(desk.people[.jonas]?.id.raw),
                ])
            #expect(
                named.body.contains("<dd dir=\"auto\">\(Cast.jonas.name)</dd>"),
                "the preview names who gets them")
            #expect(try await desk.found(numbers[1]).owner == desk.people[.marta]?.id)
            #expect(try await server.browser(.jonas).get(address).status == 404, "a run is its owner’s")
        }
    }

    @Test("A run that was begun is not begun where something is wrong with it", arguments: Engine.available)
    func beginnings(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let program = try await server.program(.marta)
            let base: JSON = ["operation": "case.note", "search": "is:open", "fields": ["text": "x"]]
            for (document, status, code) in [
                (with(base, "expected", 5), 409, "other_count"),
                (with(base, "seen", .string(String(repeating: "a", count: 64))), 409, "other_cases"),
                (with(base, "search", "is:open component:"), 422, ""),
                (with(base, "operation", "case.erase_entry"), 422, "unknown_choice"),
                (with(base, "fields", [:]), 422, ""),
                (["operation": "case.note", "fields": ["text": "x"]], 422, "missing"),
                (
                    ["operation": "case.note", "cases": ["TL-999999"], "fields": ["text": "x"]], 404,
                    "not_found"
                ),
                (with(base, "search", "is:closed"), 409, "nothing_found"),
            ] as [(JSON, Int, String)] {
                let answer = try await program.post("/api/v1/bulk", json: document)
                #expect(answer.status == status, "\(document.text): \(answer.body)")
                if !code.isEmpty { #expect(answer.body.contains("\"\(code)\""), "\(answer.body)") }
            }
            #expect(try await server.program(.daniel).post("/api/v1/bulk", json: base).status == 403)
            #expect(try await server.desk.found(number).version.number == 1)
        }
    }

    @Test(
        "All cases can be meant without a search, and a run that is stopped ends before it is taken back",
        arguments: Engine.available)
    func stopping(_ engine: Engine) async throws {
        // Without a server, whose own worker could be done before the run is stopped.
        try await TestDesk.run(on: engine) { desk in
            let number = try await desk.reportedCase()
            let receipt = try await desk.perform(
                "bulk.begin", as: .jonas,
                ["operation": "case.assign", "all": .bool(true), "fields": .members(["assignee": "@me"])])
            let id = RawValue.text(receipt.answer["id"]?.string ?? "")
            try await desk.perform("bulk.stop", as: .jonas, ["id": id])
            let early = await #expect(throws: Refusal.self) {
                try await desk.perform("bulk.undo", as: .jonas, ["id": id])
            }
            #expect(early?.code == "running")
            while try await BulkJobs(desk.services).work() {}
            let run = try await desk.services.database.read { tx in
                try tx.first(BulkStore.run(id: receipt.answer["id"]?.string ?? ""), BulkStore.readRun)
            }
            #expect(run?.isStopped == true && run?.endedAt != nil)
            let waiting = try await desk.services.database.read { tx in
                try tx.all(
                    BulkStore.items(of: receipt.answer["id"]?.string ?? "", in: .waiting, limit: 10),
                    BulkStore.readItem)
            }
            #expect(waiting.map(\.number) == [number])
            #expect(try await desk.found(number).owner == nil)
        }
    }

    @Test("A run that was interrupted goes on, and nothing is done twice", arguments: Engine.available)
    func interrupted(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let numbers = [try await desk.reportedCase(), try await desk.reportedCase()]
            let program = try await server.program(.marta)
            let begun = try await program.post(
                "/api/v1/bulk",
                json: [
                    "operation": "case.note", "search": "is:open", "fields": ["text": "Known since Monday."],
                ])
            let id = try #require(begun.json["id"]?.string)
            _ = try await finished(id, server, program)
            // As a kill leaves it after the notes were written and before that was noted.
            try await desk.services.database.write { tx in
                let input = JSON.object(["text": "Known since Monday."]).text
                try tx.execute("UPDATE bulk_run SET ended_at = NULL, input = \(input) WHERE id = \(id)")
                try tx.execute("UPDATE bulk_item SET state = 'waiting' WHERE run_id = \(id)")
            }
            let run = try await finished(id, server, program)
            #expect(run["done"]?.integer == 2)
            for number in numbers { #expect(try await desk.found(number).version.number == 2) }
        }
    }

    @Test("A short run is done before a long one that was begun earlier", arguments: Engine.available)
    func turns(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            for _ in 0..<140 { _ = try await desk.reportedCase() }
            let last = try await desk.reportedCase()
            let note: JSON = ["text": "Known since Monday."]
            let runs = Mutex<(long: String, short: String)>(("", ""))
            try await TestServer.serve(desk) { server in
                let program = try await server.program(.marta)
                let long = try await program.post(
                    "/api/v1/bulk", json: ["operation": "case.note", "search": "is:open", "fields": note])
                let short = try await program.post(
                    "/api/v1/bulk",
                    json: ["operation": "case.note", "cases": [.string(last)], "fields": note])
                let ids = (long.json["id"]?.string ?? "", short.json["id"]?.string ?? "")
                runs.withLock { $0 = ids }
            }
            // The server’s own worker may have done some of it, or all. Now there is none, and both begin again.
            let (long, short) = runs.withLock { $0 }
            desk.clock.advance(seconds: 60)
            try await desk.services.database.write { tx in
                let input = note.text
                try tx.execute("UPDATE bulk_run SET ended_at = NULL, input = \(input)")
                try tx.execute("UPDATE bulk_item SET state = 'waiting'")
            }
            func hasEnded(_ run: String) async throws -> Bool {
                try await desk.services.database.read { tx in
                    try tx.first(BulkStore.run(id: run), BulkStore.readRun)?.endedAt != nil
                }
            }
            while try await !hasEnded(short) { #expect(try await BulkJobs(desk.services).work()) }
            #expect(try await !hasEnded(long))
            while try await !hasEnded(long) { #expect(try await BulkJobs(desk.services).work()) }
            let settled = try await desk.services.database.read { tx in
                try tx.all(BulkStore.items(of: long, in: .done, limit: 200), BulkStore.readItem).count
            }
            #expect(settled == 141)
        }
    }

    @Test(
        "What a killed node had changed already is told of when the run is stopped before another goes on",
        arguments: Engine.available)
    func stoppedAfterAKill(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let numbers = [try await desk.reportedCase(), try await desk.reportedCase()]
            let program = try await server.program(.marta)
            let begun = try await program.post(
                "/api/v1/bulk",
                json: ["operation": "case.assign", "search": "is:open", "fields": ["assignee": "@me"]])
            let id = try #require(begun.json["id"]?.string)
            let first = try await finished(id, server, program)
            #expect(first["done"]?.integer == 2, "\(first.text)")
            // As a kill leaves it, and somebody who stops it: changed, not noted yet. In one step, for the server’s own
            // worker looks at any time.
            try await desk.services.database.write { tx in
                try tx.execute("UPDATE bulk_run SET ended_at = NULL, is_stopped = 1 WHERE id = \(id)")
                try tx.execute("UPDATE bulk_item SET state = 'waiting', undo = NULL WHERE run_id = \(id)")
            }
            let run = try await finished(id, server, program)
            #expect(run["done"]?.integer == 2 && run["waiting"]?.integer == 0, "\(run.text)")
            #expect(run["can_be_undone"]?.integer == 2)
            for number in numbers { #expect(try await desk.found(number).version.number == 2) }
        }
    }

    @Test("Who chose no case is told how to choose some, on a page of the desk", arguments: Engine.available)
    func nothingChosen(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let browser = try await server.browser(.marta)
            let none = try await browser.get("/bulk/preview?act=case.assign")
            #expect(none.status == 200 && none.body.contains("No case was chosen"))
            #expect(none.body.contains("Back to the queue") && none.body.contains("<nav"))
            let gone = try await browser.get(
                "/bulk/preview?act=case.assign&all=1&q=component%3Aapi%20is%3Aopen")
            #expect(gone.status == 409 && gone.body.contains("No case matches any more"))
            #expect(
                gone.body.contains("href=\"/cases?q=component%3Aapi%20is%3Aopen\""), "the search is not lost")
        }
    }

    @Test("Whoever lost their rights since does nothing more through a run", arguments: Engine.available)
    func lostRights(_ engine: Engine) async throws {
        // Without a server, whose own worker could be done before the rights are gone.
        try await TestDesk.run(on: engine) { desk in
            let number = try await desk.reportedCase()
            let receipt = try await desk.perform(
                "bulk.begin", as: .jonas,
                [
                    "operation": "case.note", "search": "is:open", "fields": .members(["text": "x"]),
                ])
            let id = try #require(receipt.answer["id"]?.string)
            let jonas = try #require(desk.people[.jonas]?.id.raw)
            try await desk.perform("person.deactivate", as: .samira, ["id": .text(jonas), "reason": "Left"])
            while try await BulkJobs(desk.services).work() {}
            let items = try await desk.services.database.read { tx in
                try tx.all(BulkStore.items(of: id, in: .refused, limit: 10), BulkStore.readItem)
            }
            #expect(items.map(\.number) == [number])
            #expect(try await desk.found(number).version.number == 1)
        }
    }
}
