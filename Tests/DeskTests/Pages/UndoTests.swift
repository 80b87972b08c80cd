import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// Taking back what one just did: by one key on pages, by one call over the API.
@Suite("Undo")
struct UndoTests {
    /// Carries an operation out and takes it back; returns the case afterwards.
    private func thereAndBack(
        _ desk: TestDesk, _ number: String, _ operation: String, _ fields: [String: RawValue]
    ) async throws -> SupportCase {
        var all = fields
        all["id"] = .text(number)
        let receipt = try await desk.perform(operation, as: .marta, all)
        let offer = try #require(receipt.answer["undo"]?.string, "\(operation) offers no undo")
        try await desk.perform("undo.apply", as: .marta, ["id": .text(offer)])
        return try await desk.found(number)
    }

    @Test("What can be undone is as it was before, and the record tells both", arguments: Engine.available)
    func everything(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let number = try await desk.reportedCase()
            #expect(
                try await thereAndBack(desk, number, "case.assign", ["assignee": .text("@me")]).owner == nil)
            try await desk.perform(
                "case.assign", as: .marta, ["id": .text(number), "assignee": .text("@me")])
            let marta = try #require(desk.people[.marta]?.id), jonas = try #require(desk.people[.jonas]?.id)
            let given = try await thereAndBack(desk, number, "case.assign", ["assignee": .text(jonas.raw)])
            #expect(given.owner == marta)
            #expect(try await thereAndBack(desk, number, "case.release", [:]).owner == marta)
            let before = try await desk.found(number)
            let severity = try await thereAndBack(
                desk, number, "case.change_severity", ["severity": .text("sev1"), "reason": .text("All")])
            #expect(severity.severity == before.severity)
            let edited = try await thereAndBack(
                desk, number, "case.edit",
                ["subject": .text("Other"), "problem_statement": .text("It is the bridge.")])
            #expect(edited.subject == before.subject && edited.problemStatement == nil)
            let impact = try await thereAndBack(desk, number, "case.record_impact", ["users": .integer(5)])
            #expect(impact.impact == before.impact)
            let times = try await thereAndBack(
                desk, number, "case.record_times", ["began_at": .text("2026-03-01T08:00:00Z")])
            #expect(times.beganAt == nil && times.reportedAt == before.reportedAt)
            let watched = try await desk.perform("case.watch", as: .marta, ["id": .text(number)])
            let offer = try #require(watched.answer["undo"]?.string)
            try await desk.perform("undo.apply", as: .marta, ["id": .text(offer)])
            let facts = try await desk.services.database.read { tx in
                try CaseDirectory.facts(of: before.id, kinds: ["case.undone"], in: tx).map(\.body)
            }
            #expect(facts.count == 8)
            #expect(
                facts.first
                    == .story(.undone(what: "Give the case to somebody", fromVersion: 2, toVersion: 2)))
            #expect(try await desk.findings() == [])
        }
    }

    @Test("A link and a merge are taken back, and what came between stays", arguments: Engine.available)
    func relations(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let (number, other) = (try await desk.reportedCase(), try await desk.reportedCase())
            let linked = try await thereAndBack(
                desk, number, "case.link", ["relation": "related", "to": .text(other)])
            let record = try await thereAndBack(
                desk, number, "case.link_record", ["kind": "defect", "key": "ENG-7"])
            let links = try await desk.services.database.read { [actor = try desk.actor(.marta)] tx in
                try RelationsDirectory.links(of: record.id, for: actor, in: tx)
            }
            #expect(links.isEmpty && linked.id == record.id)
            let receipt = try await desk.perform(
                "case.merge", as: .ines, ["id": .text(number), "into": .text(other), "reason": "The same"])
            let offer = RawValue.text(try #require(receipt.answer["undo"]?.string))
            try await desk.perform(
                "case.note", as: .jonas, ["id": .text(number), "text": "Goes to the other"])
            try await desk.perform("undo.apply", as: .ines, ["id": offer])
            let (source, target) = (try await desk.found(number), try await desk.found(other))
            #expect(source.number == number && source.mergedInto == nil)
            let notes = try await desk.services.database.read { tx in
                try CaseDirectory.facts(of: target.id, kinds: ["case.noted"], in: tx).map(\.body)
            }
            #expect(notes == [.noted(text: "Goes to the other")])
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "A split is taken back by one key: the new case is part of the old one again",
        arguments: Engine.available)
    func split(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let number = try await desk.reportedCase()
            try await desk.perform(
                "case.note", as: .marta, ["id": .text(number), "text": "Two things at once."])
            let split = try await desk.perform(
                "case.split", as: .samira,
                [
                    "id": .text(number), "entries": .list([.text("2")]), "subject": "Another problem",
                    "symptom": "The report is empty too.", "reason": "Two causes",
                ])
            let new = try #require(split.answer["number"]?.string)
            // What is written to the new case meanwhile is not lost by taking the split back.
            try await desk.perform("case.note", as: .marta, ["id": .text(new), "text": "Seen on staging."])
            let offer = try #require(split.answer["undo"]?.string)
            let back = try await desk.perform("undo.apply", as: .samira, ["id": .text(offer)])
            #expect(back.answer["number"]?.string == number)
            let target = try await desk.services.database.read { tx in
                try CaseDirectory.findItself(new, for: try desk.actor(.samira), in: tx).mergedInto
            }
            #expect(target == (try await desk.found(number)).id)
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "What was said of a hypothesis by mistake is taken back: its words, its judgement, and that it was put up",
        arguments: Engine.available)
    func hypotheses(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let number = try await desk.reportedCase()
            func investigation() async throws -> Investigation {
                let id = try await desk.found(number).id
                return try await desk.services.database.read { tx in
                    try InvestigationDirectory.investigation(of: id, in: tx)
                }
            }
            try await desk.perform(
                "case.add_hypothesis", as: .marta,
                [
                    "id": .text(number), "statement": "The key is old", "predicts": "401 on one host",
                    "test": "Compare keys", "confidence": "low",
                ])
            let first = try #require(try await investigation().hypotheses.first)
            for (operation, fields) in [
                ("case.add_hypothesis", ["statement": "The clock is wrong", "test": "Ask ntpq"]),
                (
                    "case.revise_hypothesis",
                    ["hypothesis": "H1", "statement": "The key is new", "predicts": ""]
                ),
                (
                    "case.judge_hypothesis",
                    ["hypothesis": "h1", "state": "refuted", "confidence": "high", "reason": "No"]
                ),
            ] as [(String, [String: RawValue])] {
                _ = try await thereAndBack(desk, number, operation, fields)
                let now = try await investigation()
                #expect(now.hypotheses == [first] && now.tests.map(\.id) == ["T1"], "\(operation)")
            }
            // A root cause that a colleague set meanwhile is theirs.
            let judged = try await desk.perform(
                "case.judge_hypothesis", as: .marta,
                ["id": .text(number), "hypothesis": "H1", "state": "parked"])
            try await desk.perform(
                "case.edit", as: .ines, ["id": .text(number), "root_cause": "code_defect"])
            try await desk.perform(
                "undo.apply", as: .marta, ["id": .text(judged.answer["undo"]?.string ?? "")])
            #expect(try await desk.found(number).classification[.rootCause] == "code_defect")
            #expect(try await investigation().hypotheses == [first])
            // A number that was given once is not given again.
            let third = try await desk.perform(
                "case.add_hypothesis", as: .marta, ["id": .text(number), "statement": "The proxy is slow"])
            #expect(third.answer["item"]?.string == "H3")
            // Once somebody built on it, it stays: a dead end is worth as much as a lead.
            try await desk.perform(
                "case.record_result", as: .jonas,
                ["id": .text(number), "of": "H3", "observed": "Slow at night", "bearing": "supports"])
            let offer = RawValue.text(third.answer["undo"]?.string ?? "")
            let refusal = await #expect(throws: Refusal.self) {
                try await desk.perform("undo.apply", as: .marta, ["id": offer])
            }
            #expect(refusal?.code == "already_worked_on")
            let fourth = try await desk.perform(
                "case.add_hypothesis", as: .marta, ["id": .text(number), "statement": "The disk is full"])
            try await desk.perform(
                "case.plan_test", as: .ines,
                [
                    "id": .text(number), "action": "Look at df", "hypothesis": "H4", "information": "high",
                    "cost": "low",
                ])
            let kept = await #expect(throws: Refusal.self) {
                try await desk.perform(
                    "undo.apply", as: .marta, ["id": .text(fourth.answer["undo"]?.string ?? "")])
            }
            #expect(kept?.code == "already_worked_on", "what a colleague planned for it stays")
            #expect(try await investigation().hypotheses.map(\.id) == ["H1", "H3", "H4"])
            #expect(try await desk.findings() == [])
        }
    }

    @Test("The description of evidence is taken back, and who sees it as well", arguments: Engine.available)
    func evidence(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let number = try await desk.reportedCase()
            let piece = try await Evidences.add(to: number, as: .marta, ["source": "app01"], desk)
            let name = try #require(piece["number"]?.string)
            let client = try await EvidenceClient(server, .marta)
            let before = try await client.read(name, of: number)
            let receipt = try await desk.perform(
                "evidence.describe", as: .marta,
                [
                    "id": .text(piece["id"]?.string ?? ""), "source": "", "covers_from": "2026-03-01 10:00",
                    "zone": "Europe/Berlin", "customer_sees": "yes", "environment": "staging",
                ])
            let changed = try await client.read(name, of: number)
            #expect(changed["source"]?.string == nil && changed["environment"]?.string == "staging")
            let offer = try #require(receipt.answer["undo"]?.string)
            let browser = try await server.browser(.marta)
            let page = try await browser.submit("/undo/\(offer)/apply", [:])
            #expect(page.status == 303)
            #expect(page.headers["location"] == "/cases/\(number)/evidence/\(name)?done=undone")
            let after = try await client.read(name, of: number)
            #expect(with(after, "version", .null) == with(before, "version", .null))
            #expect(try await desk.findings() == [])
        }
    }

    @Test("A status goes back only where policy has the way", arguments: Engine.available)
    func status(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let number = try await desk.reportedCase()
            try await desk.perform(
                "case.assign", as: .marta, ["id": .text(number), "assignee": .text("@me")])
            let there = try await desk.perform(
                "case.change_status", as: .marta,
                ["id": .text(number), "status": .text("investigating")])
            let policy = desk.services.policy.current
            let isWayBack = policy.status("investigating")?.next.contains("new") ?? false
            #expect((there.answer["undo"] != nil) == isWayBack)
            let receipt = try await desk.perform(
                "case.change_status", as: .marta,
                ["id": .text(number), "status": .text("waiting_on_customer")])
            let offer = try #require(receipt.answer["undo"]?.string)
            try await desk.perform("undo.apply", as: .marta, ["id": .text(offer)])
            #expect(try await desk.found(number).status == "investigating")
        }
    }

    @Test(
        "Taking back is refused in words where anybody changed the same thing since, and not where it was another",
        arguments: Engine.available)
    func changedSince(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let number = try await desk.reportedCase()
            let before = try await desk.found(number).severity
            func change(_ severity: String, as member: Cast) async throws -> String {
                let receipt = try await desk.perform(
                    "case.change_severity", as: member,
                    ["id": .text(number), "severity": .text(severity), "reason": .text("Looked again")])
                return receipt.answer["undo"]?.string ?? ""
            }
            let first = try await change("sev1", as: .marta)
            _ = try await change("sev4", as: .jonas)
            let refusal = await #expect(throws: Refusal.self) {
                try await desk.perform("undo.apply", as: .marta, ["id": .text(first)])
            }
            #expect(refusal?.code == "changed_since")
            #expect(refusal?.message.contains("Jonas changed the same thing since") ?? false)
            #expect(try await desk.found(number).severity == "sev4")
            let second = try await change("sev2", as: .marta)
            try await desk.perform("case.edit", as: .jonas, ["id": .text(number), "subject": .text("Else")])
            try await desk.perform("undo.apply", as: .marta, ["id": .text(second)])
            let now = try await desk.found(number)
            #expect(now.severity == "sev4" && now.subject == "Else" && now.severity != before)
        }
    }

    @Test("An offer is for the one who acted, for an hour, and once", arguments: Engine.available)
    func limits(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let number = try await desk.reportedCase()
            func offer() async throws -> String {
                let severity = try await desk.found(number).severity == "sev1" ? "sev2" : "sev1"
                let receipt = try await desk.perform(
                    "case.change_severity", as: .marta,
                    ["id": .text(number), "severity": .text(severity), "reason": .text("x")])
                return receipt.answer["undo"]?.string ?? ""
            }
            func refused(_ offer: String, as member: Cast) async -> String? {
                await #expect(throws: Refusal.self) {
                    try await desk.perform("undo.apply", as: member, ["id": .text(offer)])
                }?.code
            }
            let first = try await offer()
            #expect(await refused(first, as: .jonas) == "not_found")
            #expect(await refused("no such offer", as: .marta) == "not_found")
            try await desk.perform("undo.apply", as: .marta, ["id": .text(first)])
            #expect(await refused(first, as: .marta) == "already_undone")
            let second = try await offer()
            desk.clock.advance(seconds: 3601)
            #expect(await refused(second, as: .marta) == "undo_too_late")
        }
    }

    @Test("Without script the page after an act has a button that takes it back", arguments: Engine.available)
    func button(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let browser = try await server.browser(.marta)
            let done = try await browser.submit(
                "/cases/\(number)/change_severity", ["severity": "sev1", "reason": "All of them"])
            let address = try #require(done.headers["location"])
            let page = try await browser.get(address).body
            let action = try #require(page.firstMatch(of: /action="(\/undo\/[0-9a-f-]+\/apply)"/)?.output.1)
            #expect(page.contains("Undo<kbd>z</kbd>"))
            let back = try await browser.submit(String(action), ["_return": "/cases/\(number)?show=notes"])
            #expect(
                back.headers["location"] == "/cases/\(number)?show=notes&done=undone"
                    || back.headers["location"]?.hasPrefix("/cases/\(number)?show=notes&done=undone&undo=")
                        ?? false
            )
            #expect(try await server.desk.found(number).severity != "sev1")
            let again = try await browser.submit(String(action), [:])
            #expect(again.status == 409 && again.body.contains("This was taken back already."))
        }
    }
}
