import Diagnosis
import Domain
import NIOHTTP1
import TestSupport
import Testing
import Web

@testable import Desk

/// Two people at the same thing: the second sees both values and chooses; at different things nobody notices.
@Suite("Conflicts by aspect")
struct ConflictTests {
    @Test(
        "The second form to edit the same thing shows both values and offers the choice",
        arguments: Engine.available)
    func formShowsBoth(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let (number, page) = try await Self.clash(server)
            #expect(page.status == 412)
            #expect(page.body.contains("Jonas changed the same thing while you were writing"))
            #expect(page.body.contains("JONAS-WORDS") && page.body.contains("MARTA-WORDS"))
            #expect(page.body.contains("name=\"_take.problem_statement\" value=\"mine\""))
            #expect(page.body.contains("name=\"_take.problem_statement\" value=\"theirs\""))
            #expect(try await server.desk.found(number).problemStatement == "JONAS-WORDS")
            #expect(try await server.desk.found(number).classification[.component] == nil, "all or nothing")
        }
    }

    @Test(
        "Choosing one’s own value saves it over the other’s, which stays in the history",
        arguments: Engine.available)
    func choosingMine(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let (number, page) = try await Self.clash(server)
            let marta = try await server.browser(.marta)
            var fields = Self.hidden(page.body)
            fields["_take.problem_statement"] = "mine"
            #expect(fields["problem_statement"] == "MARTA-WORDS")
            let saved = try await marta.send(form: "/cases/\(number)/edit", fields)
            #expect(saved.status == 303)
            let found = try await server.desk.found(number)
            #expect(found.problemStatement == "MARTA-WORDS")
            #expect(found.classification[.component] == "api")
            let entries = try await CaseClient(server, .marta).timeline(number)
            let texts = entries.filter { $0["kind"] == "case.problem_stated" }.compactMap {
                $0["data"]?["text"]?.string
            }
            #expect(texts == ["JONAS-WORDS", "MARTA-WORDS"])
        }
    }

    @Test("Choosing the other’s value leaves it and saves the rest", arguments: Engine.available)
    func choosingTheirs(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let (number, page) = try await Self.clash(server)
            let marta = try await server.browser(.marta)
            var fields = Self.hidden(page.body)
            fields["_take.problem_statement"] = "theirs"
            let saved = try await marta.send(form: "/cases/\(number)/edit", fields)
            #expect(saved.status == 303)
            let found = try await server.desk.found(number)
            #expect(found.problemStatement == "JONAS-WORDS")
            #expect(found.classification[.component] == "api")
        }
    }

    @Test(
        "Leaving the other’s value of something that is one whole changes nothing",
        arguments: ["record_impact", "record_times", "assign", "change_severity"])
    func leavingAWhole(_ verb: String) async throws {
        try await TestServer.run(on: .sqlite) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await server.browser(.marta)
            let form = Self.hidden(try await marta.get("/cases/\(number)/\(verb)").body)
            let jonas = try await CaseClient(server, .jonas)
            let theirs: [String: JSON] = [
                "record_impact": ["accounts": 7], "record_times": ["began_at": "2026-02-01T00:00:00Z"],
                "assign": ["assignee": "@me"], "change_severity": ["severity": "sev1", "reason": "x"],
            ]
            let mine: [String: [String: String]] = [
                "record_impact": ["accounts": "9"], "record_times": ["began_at": "2026-02-05T00:00:00Z"],
                "assign": ["assignee": server.desk.people[.marta]?.id.raw ?? ""],
                "change_severity": ["severity": "sev2", "reason": "y"],
            ]
            try await jonas.act(verb, on: number, theirs[verb] ?? [:])
            let before = try await server.desk.found(number)
            let path = "/cases/\(number)/\(verb)"
            let page = try await marta.send(form: path, form.merging(mine[verb] ?? [:]) { $1 })
            #expect(page.status == 412)
            let names = Set(page.body.matches(of: /name="(_take\.[a-z_]+)"/).map { String($0.output.1) })
            #expect(names.count == 1)
            var leave = Self.hidden(page.body)
            var take = leave
            for name in names { (leave[name], take[name]) = ("theirs", "mine") }
            #expect(try await marta.send(form: path, leave).status == 303)
            #expect(try await server.desk.found(number) == before)
            #expect(try await marta.send(form: path, take).status == 303)
            #expect(try await server.desk.found(number) != before)
        }
    }

    @Test("People who edit different things, or write, never meet a conflict", arguments: Engine.available)
    func differentThings(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await server.browser(.marta)
            var form = Self.hidden(try await marta.get("/cases/\(number)/edit").body)
            let jonas = try await CaseClient(server, .jonas)
            try await jonas.act("assign", on: number, ["assignee": "@me"])
            try await jonas.act("edit", on: number, ["component": "web", "subject": "Jonas’ subject"])
            try await jonas.act("reply", on: number, ["text": "Hello"])
            try await jonas.act("note", on: number, ["text": "Note"])
            form["problem_statement"] = "Marta’s statement"
            let saved = try await marta.send(form: "/cases/\(number)/edit", form)
            #expect(saved.status == 303)
            let found = try await server.desk.found(number)
            #expect(found.problemStatement == "Marta’s statement")
            #expect(found.subject == "Jonas’ subject" && found.classification[.component] == "web")
        }
    }

    @Test(
        "JSON: an old If-Match is refused with both values and the version to answer with",
        arguments: Engine.available)
    func ifMatch(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            let jonas = try await CaseClient(server, .jonas)
            let tag = try await marta.program.get("/api/v1/cases/\(number)").headers["etag"] ?? ""
            #expect(tag == "\"1\"")
            try await jonas.act("change_severity", on: number, ["severity": "sev1", "reason": "Everybody"])
            let fields: JSON = ["severity": "sev4", "reason": "Nobody"]
            let refused = try await marta.act(
                "change_severity", on: number, fields, [("If-Match", tag)], expecting: 412)
            #expect(refused["code"] == "edited_by_others")
            #expect(refused["current_version"] == 2)
            let conflict = refused["conflicts"]?.array?.first
            #expect(conflict?["aspect"] == "severity" && conflict?["field"] == "severity")
            #expect(conflict?["theirs"] == "Sev1" && conflict?["yours"] == "Sev4")
            #expect(conflict?["by"]?.string == server.desk.people[.jonas]?.id.raw)
            try await marta.act("edit", on: number, ["component": "api"], [("If-Match", tag)])
            try await marta.act("change_severity", on: number, fields, [("If-Match", "\"2\"")])
            #expect(try await marta.read(number)["severity"] == "sev4")
            var old = fields.object ?? [:]
            old["base_version"] = 1
            old["severity"] = "sev2"
            try await jonas.act("change_severity", on: number, .object(old), expecting: 412)
            try await jonas.act(
                "change_severity", on: number, fields, [("If-Match", "\"x\"")], expecting: 422)
        }
    }

    @Test("The same form sent twice is carried out once", arguments: Engine.available)
    func sentTwice(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await server.browser(.marta)
            let form = ["text": "Once", "_key": "the-key"]
            for _ in 0..<3 {
                #expect(try await marta.send(form: "/cases/\(number)/note", form).status == 303)
            }
            let program = try await CaseClient(server, .marta)
            for _ in 0..<3 {
                let answer = try await program.act(
                    "note", on: number, ["text": "Twice"], [("Idempotency-Key", "k")])
                #expect(answer["version"] == 3)
            }
            #expect(try await server.desk.found(number).version == Version(3))
            let other = try await program.act(
                "note", on: number, ["text": "Other"], [("Idempotency-Key", "k")], expecting: 409)
            #expect(other["code"] == "idempotency_key_reused")
        }
    }

    /// Marta opens the form, Jonas states the problem, Marta states it otherwise.
    private static func clash(_ server: TestServer) async throws -> (number: String, page: TestResponse) {
        let number = try await server.desk.reportedCase()
        let marta = try await server.browser(.marta)
        var form = hidden(try await marta.get("/cases/\(number)/edit").body)
        try await CaseClient(server, .jonas).act("edit", on: number, ["problem_statement": "JONAS-WORDS"])
        form["problem_statement"] = "MARTA-WORDS"
        form["component"] = "api"
        return (number, try await marta.send(form: "/cases/\(number)/edit", form))
    }

    /// The hidden fields of the form on a page.
    private static func hidden(_ page: String) -> [String: String] {
        var fields: [String: String] = [:]
        for match in page.matches(of: /<input type="hidden" name="([^"]*)" value="([^"]*)">/) {
            fields[String(match.output.1)] = String(match.output.2)
        }
        return fields
    }
}

extension TestClient {
    /// Sends a form of these fields as a browser does.
    func send(form path: String, _ fields: [String: String]) async throws -> TestResponse {
        let body = fields.sorted { $0.key < $1.key }
            .map { "\(percentEncoded($0.key))=\(percentEncoded($0.value))" }.joined(separator: "&")
        return try await send(
            .POST, path, Array(body.utf8),
            [("Content-Type", "application/x-www-form-urlencoded"), ("Sec-Fetch-Site", "same-origin")])
    }
}
