import Desk
import Diagnosis
import Domain
import NIOHTTP1
import Storage
import Synchronization
import TestSupport
import Testing

/// Customers cannot tell that anybody works inside the house: not by a number, an order, a time or a wake-up.
@Suite("What customers cannot tell")
struct PublicFaceTests {
    /// Everything that the portal shows of a case and beside it, without what is new on every page.
    private struct Face {
        let browser: TestClient
        let program: TestClient
        let number: String

        init(_ server: TestServer, _ number: String) async throws {
            (browser, program) = (try await server.browser(.daniel), try await server.program(.daniel))
            self.number = number
        }

        func shown() async throws -> [String: String] {
            var shown: [String: String] = [:]
            for path in ["", "?show=solved"]
                + ["", "/answers", "/reply", "/reopen", "/confirm"].map({ "/cases/\(number)\($0)" })
            {
                let page = try await browser.get("/portal\(path)")
                #expect(page.status == 200, "\(path)")
                shown["page \(path)"] = page.lasting
            }
            for path in ["", "/\(number)", "/\(number)/timeline", "/\(number)/timeline?limit=1"] {
                let answer = try await program.get("/api/v1/portal/cases\(path)")
                #expect(answer.status == 200, "\(path)")
                shown["document \(path)"] = "\(answer.headers["etag"] ?? "") \(answer.body)"
            }
            return shown
        }
    }

    /// What colleagues do among themselves.
    private static func work(on number: String, _ desk: TestDesk) async throws {
        let id = RawValue.text(number)
        let acts: [(String, Cast, [String: RawValue])] = [
            ("case.note", .marta, ["text": "Looks like the bridge."]),
            ("case.assign", .ines, ["assignee": "jonas@cast.example", "reason": "Knows it."]),
            ("case.change_severity", .marta, ["severity": "sev1", "reason": "Grows."]),
            ("case.edit", .marta, ["problem_statement": "Signatures are wrong."]),
            ("case.record_impact", .marta, ["users": .integer(12)]),
            ("case.add_hypothesis", .marta, ["statement": "Zeros are trimmed.", "confidence": "low"]),
            ("case.watch", .otto, [:]),
            (
                "case.set_next_action", .jonas,
                ["text": "Compare.", "due_at": "2026-03-02T12:00:00Z", "owner": "@me"]
            ),
            (
                "case.change_status", .jonas,
                ["status": "waiting_on_engineering", "blocked_by": "engineering", "exception": "At night."]
            ),
        ]
        for (name, member, fields) in acts {
            try await desk.perform(name, as: member, fields.merging(["id": id]) { first, _ in first })
        }
        try await Evidences.add("internal", name: "internal.log", to: number, [:], desk)
    }

    /// A case in work, and a younger one that stands above it in the list.
    private static func twoCases(_ desk: TestDesk) async throws -> String {
        let number = try await desk.reportedCase(subject: "The older one")
        let id = RawValue.text(number)
        try await desk.perform("case.assign", as: .marta, ["id": id, "assignee": "@me"])
        try await desk.perform(
            "case.change_status", as: .marta, ["id": id, "status": "investigating", "exception": "Begun."])
        try await desk.perform("case.reply", as: .marta, ["id": id, "text": "We look."])
        desk.clock.advance(seconds: 60)
        _ = try await desk.reportedCase(subject: "The younger one")
        desk.clock.advance(seconds: 60)
        return number
    }

    @Test(
        "Internal work leaves every page and document of the portal as it was, to the byte",
        arguments: Engine.available)
    func nothingShows(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await Self.twoCases(server.desk)
            let face = try await Face(server, number)
            let before = try await face.shown()
            let version = try await server.desk.found(number).version
            try await Self.work(on: number, server.desk)
            #expect(try await server.desk.found(number).version.number >= version.number + 10)
            let after = try await face.shown()
            for (place, text) in before.sorted(by: { $0.key < $1.key }) {
                #expect(after[place] == text, "\(place) changed")
            }
            let list = try await face.program.get("/api/v1/portal/cases").json["items"]?.array ?? []
            #expect(list.first?["subject"] == "The younger one")

            try await server.desk.perform(
                "case.reply", as: .jonas, ["id": .text(number), "text": "Found it."])
            let told = try await face.program.get("/api/v1/portal/cases").json["items"]?.array ?? []
            #expect(told.first?["subject"] == "The older one")
            #expect(told.first?["updated_at"]?.string == server.desk.clock.now.rfc3339)
            let one = try await face.program.get("/api/v1/portal/cases/\(number)")
            #expect(one.headers["etag"] == "\"4\"", "one report, one state, two replies")
            #expect(try await face.browser.get("/portal/cases/\(number)").body.contains("Jonas"))
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test(
        "Internal work wakes no page of the portal, and what is public says no number",
        arguments: Engine.available)
    func nothingIsHeard(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await Self.twoCases(server.desk)
            let browser = try await server.browser(.daniel)
            // A follower that began late still tells of what was before, and may end the stream over it. What comes
            // after the new title is about what was done after it.
            let heard = Mutex<[String]>([])
            let isCaughtUp = Mutex(false)
            while !isCaughtUp.withLock({ $0 }) {
                let isOpen = Mutex(false)
                try await browser.lines("/portal/cases/\(number)/events") { line in
                    if isOpen.withLock({ isOpen in
                        defer { isOpen = true }; return !isOpen
                    }) {
                        let title = "Refused cards, as of \(newIdentifier(at: server.desk.clock.now))"
                        try await server.desk.perform(
                            "case.edit", as: .jonas, ["id": .text(number), "subject": .text(title)])
                    } else if isCaughtUp.withLock({ $0 }) {
                        heard.withLock { $0.append(line) }
                    } else if line == "data: case.retitled" {
                        isCaughtUp.withLock { $0 = true }
                        try await Self.work(on: number, server.desk)
                        try await server.desk.perform(
                            "case.reply", as: .jonas, ["id": .text(number), "text": "Found it."])
                    }
                    return isCaughtUp.withLock { $0 } && line == "data: case.replied"
                }
            }
            let kinds = Set(heard.withLock { $0 }.filter { $0.hasPrefix("data: ") }.map { $0.dropFirst(6) })
            #expect(
                kinds.contains("case.replied") && kinds.isSubset(of: ["case.replied", "case.retitled"]),
                "\(kinds)")
            // What an event is called is when it was told, on a clock of the node, and no number of the journal.
            let names = heard.withLock { $0 }.filter { $0.hasPrefix("id:") }
            #expect(names.allSatisfy { $0.wholeMatch(of: /id: [0-9a-z]+\.[0-9]+/) != nil }, "\(names)")
        }
    }

    @Test(
        "A customer’s own acts are answered with their version, and two of them who answer the same thing choose",
        arguments: Engine.available)
    func ownVersions(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await Self.twoCases(server.desk)
            let (daniel, aino) = (try await server.program(.daniel), try await server.program(.aino))
            let path = "/api/v1/portal/cases/\(number)"
            let base = try await daniel.get(path).json["version"] ?? .null
            #expect(base == 3)
            try await Self.work(on: number, server.desk)
            let first = try await daniel.post(
                "\(path)/answers", json: ["answers": ["expected": "Paid."], "base_version": base])
            #expect(first.status == 200, "\(first.body)")
            #expect(first.json["version"] == 4 && first.headers["etag"] == "\"4\"")
            let second = try await aino.post(
                "\(path)/answers", json: ["answers": ["expected": "Declined."], "base_version": base])
            #expect(second.status == 412, "\(second.body)")
            #expect(second.json["current_version"] == 4)
            let third = try await aino.post(
                "\(path)/answers", json: ["answers": ["expected": "Declined."], "base_version": 4])
            #expect(third.status == 200 && third.json["version"] == 5)
            let sent = try await daniel.send(.POST, "\(path)/evidence?name=a.log", [1])
            #expect(sent.status == 201)
            #expect(sent.json["number"] == nil && sent.json["version"] == 6, "\(sent.body)")
        }
    }

    @Test(
        "Evidence that is shown to the customer, and taken back, is told to them", arguments: Engine.available
    )
    func shownEvidence(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await Self.twoCases(server.desk)
            let program = try await server.program(.daniel)
            func version() async throws -> Int64 {
                try await program.get("/api/v1/portal/cases/\(number)").json["version"]?.integer ?? 0
            }
            try await Evidences.add("x", name: "build.txt", to: number, [:], server.desk)
            #expect(try await version() == 3)
            let evidence: RawValue = .text("\(number).E1")
            try await server.desk.perform(
                "evidence.describe", as: .marta, ["id": evidence, "customer_sees": "yes"])
            #expect(try await version() == 4)
            let browser = try await server.browser(.daniel)
            let page = try await browser.get("/portal/cases/\(number)").body
            #expect(page.contains("gave you a file “<bdi>build.txt</bdi>”"))
            try await server.desk.perform(
                "evidence.describe", as: .marta, ["id": evidence, "customer_sees": "no"])
            #expect(try await version() == 5)
            #expect(try await browser.get("/portal/cases/\(number)").body.contains("took a file back"))
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test("How long a case was in its states counts for customers only what reads differently to them")
    func timesInState() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let document = Policy.defaultDocument.replacing(
                "customers_see_time_in_state: false", with: "customers_see_time_in_state: true")
            try await server.desk.perform(
                "policy.change", as: .samira, ["document": .text(document), "reason": "They asked."])
            try await server.desk.services.policy.refresh(from: server.desk.services.database)
            let number = try await Self.twoCases(server.desk)
            let program = try await server.program(.daniel)
            let path = "/api/v1/portal/cases/\(number)/time_in_state"
            let before = try await program.get(path)
            #expect(before.status == 200)
            try await Self.work(on: number, server.desk)
            #expect(try await program.get(path).body == before.body)
        }
    }
}
