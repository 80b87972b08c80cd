import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// How long things are kept, and what may not be taken away: PRIV-09.
@Suite("Retention and legal holds")
struct RetentionTests {
    private static let days = 3650

    /// A closed case with words, evidence and a hypothesis.
    private func closedCase(_ desk: TestDesk, text: String = "SECRET-WORDS of Daniel") async throws -> String
    {
        let number = try await desk.reportedCase()
        let id = RawValue.text(number)
        try await desk.perform("case.assign", as: .marta, ["id": id, "assignee": "@me"])
        // What was written first is in what would take the second back.
        for words in [text, "Payments fail"] {
            try await desk.perform("case.edit", as: .marta, ["id": id, "problem_statement": .text(words)])
        }
        try await desk.perform("case.note", as: .marta, ["id": id, "text": .text(text)])
        try await desk.perform("case.reply", as: .marta, ["id": id, "text": .text("\(text), we are on it")])
        try await desk.perform(
            "case.add_hypothesis", as: .marta,
            ["id": id, "statement": .text("\(text) is the cause"), "test": "x"])
        try await Evidences.add("\(text)\n", name: "SECRET-WORDS.log", to: number, as: .marta, [:], desk)
        try await desk.perform(
            "case.resolve", as: .marta, ["id": id, "narrative": .text(text), "verdict": "data"])
        try await desk.perform("case.close", as: .marta, ["id": id, "exception": .text(text)])
        return number
    }

    private func refusal(_ operation: String, as member: Cast, _ fields: [String: RawValue], _ desk: TestDesk)
        async
        -> String?
    {
        await #expect(throws: Refusal.self) { try await desk.perform(operation, as: member, fields) }?.code
    }

    @Test(
        "PRIV-09: A closed case is kept as long as policy says by its kind, contract and region, then listed, and purged with a certificate that the journal proves",
        arguments: Engine.available)
    func purging(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let number = try await closedCase(desk)
            let purge: [String: RawValue] = ["id": .text(number), "confirm": .bool(true)]
            #expect(await refusal("case.purge", as: .samira, purge, desk) == "not_over")
            desk.clock.advance(seconds: Int64(Self.days) * 86_400 + 60)
            let program = try await server.program(.samira)
            let due = try await program.get("/api/v1/retention/due").json
            #expect(due["items"]?.array?.map { $0["case"]?.string } == [number])
            #expect(due["items"]?.array?.first?["rule"]?.string == "standard")
            #expect(await refusal("case.purge", as: .otto, purge, desk) == "not_allowed")
            #expect(await refusal("case.purge", as: .samira, ["id": .text(number)], desk) == "not_confirmed")
            let pages = ["/cases/\(number)", "/cases/\(number)?show=all", "/retention"]
            let browser = try await server.browser(.samira)
            #expect(try await browser.get("/retention").body.contains("/cases/\(number)/purge"))
            try await desk.perform("case.purge", as: .samira, purge)
            for path in pages {
                let page = try await browser.get(path)
                #expect(page.status == 200 && !page.body.contains("SECRET-WORDS"), "\(path)")
            }
            let left = try await browser.get("/cases/\(number)").body
            #expect(left.contains("This case was purged"))
            for verb in ["reply", "note", "reopen", "edit", "intake", "assign", "add_hypothesis"] {
                #expect(!left.contains("/cases/\(number)/\(verb)\""), "nothing is left to \(verb)")
            }
            for path in ["", "/timeline?limit=500", "/evidence", "/investigation"] {
                let answer = try await program.get("/api/v1/cases/\(number)\(path)")
                #expect(answer.status == 200 && !answer.body.contains("SECRET-WORDS"), "\(path)")
            }
            #expect(try await program.get("/api/v1/cases?q=SECRET-WORDS").json["items"]?.array == [])
            let lines = try await desk.services.database.read { tx in
                try tx.all("SELECT body FROM fact") { $0.text(0) }
            }
            #expect(!lines.contains { $0.contains("SECRET-WORDS") }, "no word is left in the journal")
            let offers = try await desk.services.database.read { tx in
                try tx.all("SELECT input FROM undo_offer") { $0.text(0) }
            }
            #expect(!offers.contains { $0.contains("SECRET-WORDS") }, "no undo brings a word back")
            #expect(
                try await browser.get("/cases/\(number)/purge_certificate").json["rule"]?.string == "standard"
            )
            let certificate = try await program.get("/api/v1/cases/\(number)/purge_certificate").json
            #expect(
                certificate["rule"]?.string == "standard" && certificate["entries"]?.array?.isEmpty == false)
            #expect(certificate["files_sha256"]?.array?.count == 1)
            #expect(certificate["journal"]?["chain"]?.string?.utf8.count == 64)
            #expect(try await program.get("/api/v1/retention/due").json["items"]?.array == [])
            #expect(try await desk.findings() == [], "the journal still proves itself")
        }
    }

    @Test(
        "PRIV-09: A legal hold keeps a case and its evidence from every way of going, until it is lifted",
        arguments: Engine.available)
    func holding(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let number = try await closedCase(desk)
            let piece = try await server.program(.samira).get("/api/v1/cases/\(number)/evidence").json
            let evidence = RawValue.text(piece["items"]?.array?.first?["id"]?.string ?? "")
            let placed = try await desk.perform(
                "hold.place", as: .otto,
                [
                    "name": "Halden v. Orrin", "reason": "Letter of counsel",
                    "organisations": .list(["Halden Travel"]),
                ])
            let hold = RawValue.text(try #require(placed.answer["id"]?.string))
            desk.clock.advance(seconds: Int64(Self.days) * 86_400 + 60)
            let note = try await desk.services.database.read { tx in
                try CaseDirectory.facts(
                    of: try CaseDirectory.findItself(number, for: .system, in: tx).id, kinds: ["case.noted"],
                    in: tx
                ).last?.sequence ?? 0
            }
            for (operation, fields) in [
                ("case.purge", ["id": .text(number), "confirm": .bool(true)]),
                ("case.erase_entry", ["id": .text(number), "sequence": .integer(note), "reason": "x"]),
                ("evidence.remove", ["id": evidence, "reason": "x"]),
            ] as [(String, [String: RawValue])] {
                #expect(await refusal(operation, as: .samira, fields, desk) == "legal_hold", "\(operation)")
            }
            let browser = try await server.browser(.otto)
            #expect(try await browser.get("/cases/\(number)").body.contains("Under legal hold"))
            #expect(try await browser.get("/retention").body.contains("Held: "))
            // Whoever may not know of holds does not.
            #expect(try await !server.browser(.marta).get("/cases/\(number)").body.contains("legal hold"))
            #expect(try await server.browser(.marta).get("/holds").status == 403)
            try await desk.perform("hold.lift", as: .otto, ["id": hold, "reason": "Settled"])
            try await desk.perform("case.purge", as: .samira, ["id": .text(number), "confirm": .bool(true)])
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "PRIV-09: What was merged into a case is held with it and goes with it, and not before",
        arguments: Engine.available)
    func merged(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let part = try await closedCase(desk)
            let whole = try await closedCase(desk, text: "Other words")
            try await desk.perform(
                "case.merge", as: .samira, ["id": .text(part), "into": .text(whole), "reason": "The same"])
            let placed = try await desk.perform(
                "hold.place", as: .otto, ["name": "Matter", "reason": "x", "cases": .list([.text(part)])])
            desk.clock.advance(seconds: Int64(Self.days) * 86_400 + 60)
            func purge(_ number: String) -> [String: RawValue] {
                ["id": .text(number), "confirm": .bool(true)]
            }
            #expect(await refusal("case.purge", as: .samira, purge(part), desk) == "merged")
            #expect(await refusal("case.purge", as: .samira, purge(whole), desk) == "legal_hold")
            let rules = desk.services.policy.current.retention
            let due = try await desk.services.database.read { [now = desk.clock.now] tx in
                try RetentionDirectory.due(rules, at: now, limit: 10, in: tx).map {
                    ($0.found.number, $0.holds.count)
                }
            }
            #expect(due.map(\.0) == [whole] && due.map(\.1) == [1])
            let hold = RawValue.text(placed.answer["id"]?.string ?? "")
            try await desk.perform("hold.lift", as: .otto, ["id": hold, "reason": "Settled"])
            try await desk.perform("case.purge", as: .samira, purge(whole))
            let lines = try await desk.services.database.read { tx in
                try tx.all("SELECT body FROM fact") { $0.text(0) }
            }
            #expect(!lines.contains { $0.contains("SECRET-WORDS") || $0.contains("Other words") })
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "Whoever may not know of a case learns nothing of it from a legal hold", arguments: Engine.available)
    func hiddenHolds(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            try await server.desk.perform(
                "case.restrict", as: .samira, ["id": .text(number), "level": "security", "reason": "Keys"])
            try await server.desk.perform(
                "hold.place", as: .samira,
                ["name": "Keys of Halden", "reason": "x", "cases": .list([.text(number)])])
            let seen = try await server.program(.ada).get("/api/v1/holds")
            #expect(seen.status == 200 && seen.json["items"]?.array == [])
            #expect(try await !server.browser(.ada).get("/holds").body.contains("Keys of Halden"))
        }
    }

    @Test(
        "PRIV-09: Where policy says that it goes by itself, cases and evidence that are over and not held go, and diagnostics sooner",
        arguments: Engine.available)
    func automatic(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let (held, free) = (try await closedCase(desk), try await closedCase(desk))
            let open = try await desk.reportedCase()
            let har = try await Evidences.add(name: "a.har", to: open, as: .marta, ["type": "har"], desk)
            let log = try await Evidences.add("other\n", name: "b.log", to: open, as: .marta, [:], desk)
            try await desk.perform(
                "hold.place", as: .otto, ["name": "Matter", "reason": "x", "cases": .list([.text(held)])])
            let jobs = RetentionJobs(desk.services)
            desk.clock.advance(seconds: 91 * 86_400)
            #expect(try await jobs.sweep() == 0, "nothing goes by itself unless policy says so")
            let document = Policy.defaultDocument.replacing("automatic: false", with: "automatic: true")
            try await desk.perform(
                "policy.change", as: .otto, ["document": .text(document), "reason": "The law"])
            while try await jobs.sweep() > 0 {}
            func isRemoved(_ piece: JSONObject) async throws -> Bool {
                try await desk.services.database.read { tx in
                    try EvidenceDirectory.itself(ID(piece["id"]?.string ?? ""), in: tx)?.isRemoved ?? false
                }
            }
            #expect(try await isRemoved(har) == true)
            #expect(try await isRemoved(log) == false)
            desk.clock.advance(seconds: Int64(Self.days) * 86_400)
            while try await jobs.sweep() > 0 {}
            let purged = try await desk.services.database.read { tx in
                try [held, free, open].map { number in
                    let found = try CaseDirectory.findItself(number, for: .system, in: tx)
                    return try !CaseDirectory.facts(of: found.id, kinds: ["case.purged"], in: tx).isEmpty
                }
            }
            #expect(purged == [false, true, false])
            #expect(try await desk.findings() == [])
        }
    }

    @Test("The first rule that fits a case counts, and where none fits it is kept for ever")
    func rules() {
        var rules = RetentionRules(
            isAutomatic: false,
            cases: [
                .init(id: "eu", name: "EU", days: 10, regions: ["emea"]),
                .init(id: "questions", name: "Questions", days: 20, requestTypes: ["question"]),
                .init(id: "gold", name: "Gold", days: 30, contracts: ["gold"]),
            ])
        var account = AccountRecord()
        func name(_ type: String) -> String? {
            let opening = CaseFact.Opening(
                number: "TL-1", subject: "x", symptom: "x", requester: nil, organisation: "o1",
                channel: "portal", requestType: type, severity: "sev1", status: "new")
            let found = SupportCase(
                first: Recorded(
                    sequence: 1, subject: SupportCase.ref("c1"), version: Version(1), actor: "p1",
                    occurredAt: TestDesk.start, recordedAt: TestDesk.start, body: .opened(opening)))
            return rules.rule(for: found, of: account)?.id
        }
        #expect(name("incident") == nil)
        #expect(name("question") == "questions")
        account.details[.contract] = ["gold"]
        #expect(name("incident") == "gold")
        account.details[.region] = ["emea"]
        #expect(name("question") == "eu")
        rules.cases.append(.init(id: "rest", name: "Rest", days: 1))
        account = AccountRecord()
        #expect(name("incident") == "rest")
    }
}
