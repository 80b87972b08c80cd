import Diagnosis
import Domain
import Storage
import TestSupport
import Testing
import Web

@testable import Desk

/// Finding cases, through the doors that people and programs use.
@Suite("Finding cases")
struct SearchTests {
    @Test(
        "CASE-67 part: One box finds cases by words anywhere in them and by fields, in the moment they are saved",
        arguments: Engine.available)
    func findsEverywhere(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let number = try await server.desk.reportedCase(
                by: .daniel, subject: "Listener is gone",
                symptom: "ORA-12541: TNS no listener since https://db.halden.example/a?b=c")
            let other = try await server.desk.reportedCase(
                by: .sofia, subject: "Nothing alike", symptom: "All else.")
            try await marta.act("note", on: number, ["text": "Saw Pool.java:42 take(0x7ffe) in the heap"])
            try await marta.act("reply", on: number, ["text": "We restart the gateway tonight."])
            try await marta.act(
                "add_hypothesis", on: number,
                ["statement": "The quorum lost a member", "confidence": "low"])
            for query in [
                "ora-12541", "RA-1254", "\"no listener\"", "https://db.halden.example/a?b=c",
                "Pool.java:42",
                "7ff", "gateway", "quorum member", "listener -nowhere", "nowhere OR quorum",
                "(nowhere OR gateway) is:open", "note:heap", "message:gateway",
                "is:open heap",
                "account:Halden heap", "has:hypothesis", "updated:<2d quorum",
                "status<solved quorum",
            ] {
                #expect(try await marta.find("q=\(percentEncoded(query))") == [number], "\(query)")
            }
            for query in ["note:gateway", "heap -heap", "\"heap gateway\"", "is:solved heap"] {
                #expect(try await marta.find("q=\(percentEncoded(query))") == [], "\(query)")
            }
            #expect(try await Set(marta.find("q=-quorum%20is%3Aopen")) == [other])
            #expect(try await marta.find("q=\(number.lowercased())") == [number])
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test(
        "CASE-67 part: Customers find public words of their own organisation's cases, and nothing else tells them more",
        arguments: Engine.available)
    func customers(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let number = try await server.desk.reportedCase(
                by: .daniel, subject: "Kiosk", symptom: "It flickers.")
            try await marta.act("note", on: number, ["text": "internalword"])
            try await marta.act("reply", on: number, ["text": "publicword"])
            let daniel = try await server.program(.daniel)
            let sofia = try await server.program(.sofia)
            func found(_ client: TestClient, _ query: String) async throws -> Int {
                try await client.get("/api/v1/portal/cases?q=\(query)").json["items"]?.array?.count ?? -1
            }
            #expect(try await found(daniel, "publicword") == 1)
            #expect(try await found(daniel, "flickers") == 1)
            #expect(try await found(daniel, "internalword") == 0)
            #expect(try await found(daniel, "-internalword") == 1)
            #expect(try await found(sofia, "publicword") == 0)
            #expect(try await found(sofia, "-publicword") == 0)
            #expect(try await daniel.get("/api/v1/portal/cases?q=note%3Ax").status == 422)
            let page = try await server.browser(.daniel).get("/portal?q=publicword").body
            #expect(page.contains("1 found") && page.contains(number))
            #expect(
                try await server.browser(.daniel).get("/portal?q=internalword").body.contains(
                    "No case matches"))
        }
    }

    @Test(
        "CASE-67 part: Erased words are found no more, and what is left of the case still is",
        arguments: Engine.available)
    func erased(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let number = try await server.desk.reportedCase(subject: "Kiosk", symptom: "It flickers.")
            try await marta.act("note", on: number, ["text": "secretnumber 555"])
            try await SearchJobs(server.desk.services).finish()
            #expect(try await marta.find("q=secretnumber") == [number])
            let note = try #require(try await marta.timeline(number).last?["entry"]?.integer)
            try await server.desk.perform(
                "case.erase_entry", as: .samira,
                ["id": .text(number), "sequence": .text(String(note)), "reason": "Private."])
            #expect(try await marta.find("q=secretnumber") == [])
            #expect(try await marta.find("q=secretnumbe") == [])
            #expect(try await marta.find("q=flickers") == [number])
            try await SearchJobs(server.desk.services).finish()
            #expect(try await marta.find("q=secret") == [])
            #expect(try await marta.find("q=flickers") == [number])
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test(
        "CASE-67 part: A search that cannot be read keeps the text, marks the character and says what to do",
        arguments: [
            ("a \"b", "column 3"), ("onwer:me", "Did you mean “owner”"), ("is:opne", "is not a state"),
            ("(a", "is not closed"), ("sev:", "needs a value"), ("updated:soon", "is not a time"),
        ])
    func problems(_ text: String, _ words: String) async throws {
        try await TestServer.run(on: .sqlite) { server in
            let marta = try await server.browser(.marta)
            let page = try await marta.get("/cases?q=\(percentEncoded(text))")
            #expect(page.status == 422)
            #expect(page.body.contains(words) && page.body.contains("<mark>"), "\(page.body)")
            #expect(page.body.contains("value=\"\(HTML("\(text)").text)\""), "the text is kept")
        }
    }

    @Test("CASE-67 part: A search of 100 kB is answered in words")
    func enormous() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let marta = try await server.browser(.marta)
            let answer = try await marta.get("/cases?q=\(String(repeating: "x", count: 60_000))")
            #expect(answer.status == 422)
            #expect(answer.body.contains("at most 2000 characters"))
        }
    }

    @Test(
        "CASE-67 part: The text of an attachment is found, and what is not searched says why",
        arguments: Engine.available)
    func attachments(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let marta = try await CaseClient(server, .marta)
            let number = try await desk.reportedCase(subject: "Kiosk", symptom: "It flickers.")
            let long = String(repeating: "filler line\n", count: 3000) + "NEEDLE-4711 at the end\n"
            try await Evidences.add(long, name: "heapdump.log", to: number, [:], desk)
            try await Evidences.add(
                "\u{0}\u{1}\u{2}\u{0}\u{0}binary", name: "core.bin", to: number, [:], desk)
            #expect(try await marta.find("q=heapdump") == [number], "the name is found at once")
            try await SearchJobs(desk.services).finish()
            #expect(try await marta.find("q=needle-4711") == [number])
            #expect(try await marta.find("q=attachment%3Aneedle") == [number])
            let browser = try await server.browser(.marta)
            #expect(try await browser.get("/cases?q=needle").body.contains("1 attachment is not searched"))
            #expect(try await browser.get("/cases/\(number)/evidence/E2").body.contains("Not searched"))
            try await desk.perform(
                "evidence.remove", as: .samira, ["id": .text("\(number).E1"), "reason": "Not ours."])
            #expect(try await marta.find("q=needle-4711") == [])
        }
    }

    @Test(
        "CASE-67 part: Words of facts that are older than the index are taken in, and it is known how far that is",
        arguments: Engine.available)
    func filling(_ engine: Engine) async throws {
        // Without a server, which would take them in meanwhile.
        try await TestDesk.run(on: engine) { desk in
            let number = try await desk.reportedCase(subject: "Kiosk", symptom: "It flickers.")
            try await desk.perform("case.note", as: .marta, ["id": .text(number), "text": "olderword"])
            try await desk.tamper(
                """
                DELETE FROM search_entry; DELETE FROM search_pending;
                UPDATE search_state SET value = (SELECT MAX(sequence) FROM fact) WHERE name = 'facts_until';
                UPDATE search_state SET value = 0 WHERE name = 'facts_done';
                """)
            if engine != .sqlite { try await desk.tamper("DELETE FROM search_term") }
            let marta = try desk.actor(.marta)
            func state() async throws -> (found: [String], isFilling: Bool) {
                try await desk.services.database.read { tx in
                    let filter = CaseFilter(.text("olderword", .anywhere))
                    let found = try CaseDirectory.list(filter, for: marta, limit: 10, in: tx).map(\.number)
                    return (found, try SearchDirectory.filling(in: tx) != nil)
                }
            }
            let before = try await state()
            #expect(before.found == [] && before.isFilling)
            #expect(try await desk.findings() == [], "what is not filled yet is no difference")
            while try await SearchJobs(desk.services).fill() {}
            let after = try await state()
            #expect(after.found == [number] && !after.isFilling)
            #expect(try await desk.findings() == [])
        }
    }

    @Test("CASE-67 part: A list is read in pages from both ends, and its number is said")
    func pages() async throws {
        try await TestServer.run(on: .sqlite) { server in
            var numbers: [String] = []
            for index in 0..<53 {
                server.desk.clock.advance(seconds: 60)
                numbers.append(
                    try await server.desk.reportedCase(subject: "Kiosk \(index)", symptom: "It flickers."))
            }
            let marta = try await server.browser(.marta)
            let first = try await marta.get("/cases?q=flickers").body
            #expect(first.contains("53 found") && first.contains("50 of 53"))
            #expect(
                first.contains("Show older") && first.contains("Last page") && !first.contains("First page"))
            #expect(first.contains("r-\(numbers[52])") && !first.contains("r-\(numbers[0])\""))
            let last = try await marta.get("/cases?q=flickers&page=last").body
            #expect(last.contains("r-\(numbers[0])\"") && !last.contains("r-\(numbers[52])"))
            #expect(
                last.contains("First page") && last.contains("Show newer") && !last.contains("Show older"))
            let program = try await server.program(.marta)
            let counted = try await program.get("/api/v1/cases?q=flickers&count=yes&limit=2").json
            #expect(counted["total"]?.integer == 53 && counted["total_is_exact"] == .bool(true))
        }
    }

    @Test(
        "CASE-67 part: A list stands in the order that is asked for, page after page; customers know none of the house’s orders",
        arguments: Engine.available)
    func orders(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            var numbers: [String: String] = [:]
            for (name, severity) in [
                ("a", "sev3"), ("b", "sev1"), ("c", "sev4"), ("d", "sev2"), ("e", "sev3"),
            ] {
                desk.clock.advance(seconds: 60)
                let number = try await desk.perform(
                    "case.open", as: .marta,
                    [
                        "organisation": "Orrin Foods", "subject": "Kiosk", "symptom": "It flickers.",
                        "severity": .text(severity),
                    ]
                ).answer["number"]?.string
                numbers[number ?? ""] = name
            }
            let program = try await server.program(.marta)
            func listed(_ order: String, typed: Bool) async throws -> String {
                var (names, cursor) = ("", "")
                repeat {
                    let asked = typed ? "q=flickers%20sort:\(order)" : "q=flickers&sort=\(order)"
                    let page = try await program.get("/api/v1/cases?\(asked)&limit=2\(cursor)").json
                    for item in page["items"]?.array ?? [] {
                        names += numbers[item["number"]?.string ?? ""] ?? "?"
                    }
                    cursor = page["next"]?.string.map { "&cursor=\($0)" } ?? ""
                } while !cursor.isEmpty
                return names
            }
            for typed in [true, false] {
                #expect(try await listed("opened-asc", typed: typed) == "abcde")
                #expect(try await listed("opened-desc", typed: typed) == "edcba")
                #expect(try await listed("severity", typed: typed) == "bdaec", "the older of two alike first")
            }
            #expect(try await listed("prio", typed: true) == "bdaec")
            let page = try await server.browser(.marta).get("/cases?q=is:open%20sort:sev").body
            func place(_ name: String) throws -> Int {
                let number = try #require(numbers.first { $0.value == name }?.key)
                return try #require(page.ranges(of: "r-\(number)\"").first).lowerBound.utf16Offset(in: page)
            }
            #expect(try place("b") < place("c") && page.contains("gravest first"))
            let wrong = try await server.program(.marta).get("/api/v1/cases?sort=colour")
            #expect(wrong.status == 422 && wrong.body.contains("breach, severity"))
            let portal = try await server.browser(.daniel).get("/portal?q=sort:severity").body
            #expect(portal.contains("updated-desc") && !portal.contains("breach"))
        }
    }

    @Test(
        "CASE-67 part: Where nothing is found, it is said what was asked for, and each part can be left out")
    func nothing() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let page = try await server.browser(.marta).get("/cases?q=is%3Aopen%20nowhere").body
            #expect(page.contains("No case matches") && page.contains("<code>is:open</code>"))
            #expect(
                page.contains("href=\"/cases?q=nowhere\"") && page.contains("href=\"/cases?q=is%3Aopen\""))
        }
    }
}
