import Diagnosis
import Domain
import TestSupport
import Testing

@testable import Desk

/// From what is thought to what is found out: CASE-30, CASE-32, CASE-34, CASE-36 and CASE-37.
@Suite("The investigation of a case")
struct InvestigationTests {
    /// A case with one hypothesis, H1.
    private func suspectedCase(_ server: TestServer, _ marta: CaseClient) async throws -> String {
        let number = try await server.desk.reportedCase()
        let made = try await marta.act(
            "add_hypothesis", on: number,
            [
                "statement": "4.18.0 trims zeros of the signed time", "reasoning": "The formatter changed",
                "predicts": "0.3 % fail, all with .000", "test": "Replay 50 refused payments",
                "confidence": "medium", "due_at": "2026-03-02T12:00:00Z",
            ])
        #expect(made["item"]?.string == "H1")
        return number
    }

    private func investigation(_ client: CaseClient, _ number: String) async throws -> JSON {
        try await client.program.get("/api/v1/cases/\(number)/investigation").json
    }

    private func page(_ server: TestServer, _ path: String) async throws -> String {
        try await server.browser(.marta).get(path).body
    }

    @Test(
        "CASE-32: A hypothesis has statement, reasoning, prediction, test, result, evidence, state and confidence",
        arguments: Engine.available)
    func board(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let number = try await suspectedCase(server, marta)
            let proof = try await attachedEvidence(server, number)
            try await marta.act(
                "record_result", on: number,
                [
                    "of": "T1", "observed": "50 of 50 fail on 4.18.0", "bearing": "supports",
                    "evidence": [.string(proof)],
                ])
            try await marta.act(
                "judge_hypothesis", on: number,
                ["hypothesis": "H1", "state": "supported", "confidence": "high", "reason": "The replay"])
            let one = try #require(try await investigation(marta, number)["hypotheses"]?.array?.first)
            #expect(one["statement"]?.string == "4.18.0 trims zeros of the signed time")
            #expect(one["reasoning"]?.string == "The formatter changed")
            #expect(one["predicts"]?.string == "0.3 % fail, all with .000")
            #expect(one["results"]?.array?.first?["test"]?.string == "T1")
            #expect(one["results"]?.array?.first?["observed"]?.string == "50 of 50 fail on 4.18.0")
            #expect(one["evidence"]?.array?.compactMap(\.string) == [proof])
            #expect(one["state"]?.string == "supported")
            #expect(one["confidence"]?.string == "high")
            #expect(one["due_at"]?.string == "2026-03-02T12:00:00Z")
            for state in ["open", "parked", "refuted"] {
                try await marta.act(
                    "judge_hypothesis", on: number,
                    ["hypothesis": "H1", "state": .string(state), "reason": "r"])
                let now = try await investigation(marta, number)["hypotheses"]?.array?.first
                #expect(now?["state"]?.string == state)
            }
            let html = try await page(server, "/cases/\(number)")
            #expect(html.contains("conf refuted") && html.contains("4.18.0 trims zeros"))
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test("The likeliest hypothesis stands first, what is refuted last", arguments: Engine.available)
    func order(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let number = try await suspectedCase(server, marta)
            for text in ["Clock skew", "An old key on one host"] {
                try await marta.act(
                    "add_hypothesis", on: number, ["statement": .string(text), "confidence": "low"])
            }
            try await marta.act(
                "judge_hypothesis", on: number,
                ["hypothesis": "H1", "state": "refuted", "reason": "Fails on 4.17.9 too"])
            try await marta.act("judge_hypothesis", on: number, ["hypothesis": "H3", "state": "supported"])
            let ids = try await investigation(marta, number)["hypotheses"]?.array?.map {
                $0["id"]?.string ?? ""
            }
            #expect(ids == ["H3", "H2", "H1"])
        }
    }

    @Test(
        "CASE-34: The plan orders tests by what they tell for their cost, and dead ends stay and are not repeated",
        arguments: Engine.available)
    func plan(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let number = try await server.desk.reportedCase()
            let tests: [(String, String, String)] = [
                ("Read all code", "high", "high"), ("Compare clocks", "medium", "low"),
                ("Replay", "high", "low"), ("Ask around", "low", "high"),
            ]
            for (action, information, cost) in tests {
                try await marta.act(
                    "plan_test", on: number,
                    [
                        "action": .string(action), "information": .string(information),
                        "cost": .string(cost),
                    ])
            }
            let plan = { (json: JSON) in json["plan"]?.array?.compactMap { $0["id"]?.string } ?? [] }
            #expect(plan(try await investigation(marta, number)) == ["T3", "T2", "T1", "T4"])
            try await marta.act(
                "record_result", on: number,
                ["of": "T2", "observed": "Largest offset 3 ms", "bearing": "contradicts"])
            let now = try await investigation(marta, number)
            #expect(plan(now) == ["T3", "T1", "T4"])
            #expect(now["tests_done"]?.array?.first?["is_dead_end"] == .bool(true))
            let again = try await marta.act(
                "plan_test", on: number,
                ["action": "compare clocks!", "information": "high", "cost": "low"], expecting: 422)
            #expect(again.fieldCodes == ["action:already_tried"])
            #expect(again["detail"]?.string?.contains("Largest offset 3 ms") == true)
            let html = try await page(server, "/cases/\(number)/investigation")
            #expect(html.contains("Dead end") && html.contains("Largest offset 3 ms"))
        }
    }

    @Test(
        "CASE-30: A structured note has seven parts, each stamped with its author and time, all on the timeline",
        arguments: Engine.available)
    func notes(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let (marta, jonas) = (try await CaseClient(server, .marta), try await CaseClient(server, .jonas))
            let number = try await server.desk.reportedCase()
            let parts = [
                "problem", "impact", "actions", "findings", "artifacts", "current_status", "next_step",
            ]
            var fields: JSON = ["occurred_at": "2026-03-02T08:00:00Z"]
            for part in parts { fields = with(fields, part, .string("marta on \(part)")) }
            try await marta.act("write_structured_note", on: number, fields)
            server.desk.clock.advance(seconds: 60)
            try await jonas.act("write_structured_note", on: number, ["next_step": "jonas replays"])
            let notes = try await investigation(marta, number)["notes"]?.array ?? []
            #expect(notes.compactMap { $0["part"]?.string } == parts)
            #expect(notes.first?["written"]?["at"]?.string == "2026-03-02T08:00:00Z")
            #expect(notes.first?["written"]?["by"]?.string == server.desk.people[.marta]?.id.raw)
            #expect(notes.last?["text"]?.string == "jonas replays")
            #expect(notes.last?["written"]?["by"]?.string == server.desk.people[.jonas]?.id.raw)
            let html = try await page(server, "/cases/\(number)")
            for part in parts { #expect(html.contains("marta on \(part)")) }
            #expect(html.contains("entered later"))
            let export = try await page(server, "/cases/\(number)/timeline.md")
            #expect(export.contains("marta on artifacts") && export.contains("marta on next_step"))
            let empty = try await marta.act("write_structured_note", on: number, [:], expecting: 422)
            #expect(empty.fieldCodes == ["findings:missing"])
            let ahead = try await marta.act(
                "write_structured_note", on: number,
                ["findings": "f", "occurred_at": "2031-01-01T00:00:00Z"], expecting: 422)
            #expect(ahead.fieldCodes == ["occurred_at:in_the_future"])
        }
    }

    @Test(
        "A reply that repeats a structured note word by word is held back", arguments: Engine.available)
    func notesStayInside(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let number = try await server.desk.reportedCase()
            let words = "the vendor told us in confidence that their bridge drops zeros since Tuesday"
            try await marta.act("write_structured_note", on: number, ["findings": .string(words)])
            let refused = try await marta.act(
                "reply", on: number, ["text": .string("News: \(words).")], expecting: 422)
            #expect(refused.fieldCodes == ["text:repeats_internal_note"])
        }
    }

    @Test(
        "CASE-36: A case is resolved with one of ten verdicts that policy lists", arguments: Engine.available)
    func verdicts(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let verdicts = [
                "product_defect", "configuration", "misuse", "environment", "third_party", "capacity", "data",
                "documentation_gap", "confusing_ux", "expected_behaviour",
            ]
            for verdict in verdicts {
                let number = try await server.desk.reportedCase()
                try await marta.act("assign", on: number, ["assignee": "@me"])
                try await marta.act(
                    "resolve", on: number, ["narrative": "Done.", "verdict": .string(verdict)])
                #expect(try await marta.read(number)["verdict"]?.string == verdict)
            }
            let number = try await server.desk.reportedCase()
            let odd = try await marta.act(
                "resolve", on: number, ["narrative": "Done.", "verdict": "gremlins"], expecting: 422)
            #expect(odd.fieldCodes == ["verdict:unknown_choice"])
        }
    }

    @Test(
        "CASE-37: The fault layer is recorded from the seven that policy lists", arguments: Engine.available)
    func faultLayers(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let number = try await server.desk.reportedCase()
            let layers = [
                "application", "infrastructure", "network", "identity", "integration", "data", "client",
            ]
            for layer in layers {
                try await marta.act("edit", on: number, ["fault_layer": .string(layer)])
                #expect(try await marta.read(number)["fault_layer"]?.string == layer)
            }
            let html = try await page(server, "/cases/\(number)")
            #expect(html.contains("Fault layer") && html.contains("Client"))
            let odd = try await marta.act("edit", on: number, ["fault_layer": "aether"], expecting: 422)
            #expect(odd.fieldCodes == ["fault_layer:unknown_choice"])
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test(
        "The problem is bounded by what, where, when and extent: is, is not, and what is different",
        arguments: Engine.available)
    func bounds(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let (marta, jonas) = (try await CaseClient(server, .marta), try await CaseClient(server, .jonas))
            let number = try await server.desk.reportedCase()
            let base = try await marta.read(number)["version"]?.integer ?? 0
            try await marta.act(
                "bound_problem", on: number,
                [
                    "where_is": "eu-west", "where_is_not": "us-east", "where_different": "4.18.0",
                    "extent_is": "0.3 %",
                ])
            // Another respect does not clash, the same one does.
            try await jonas.act(
                "bound_problem", on: number, ["when_is": "Since 11 Nov", "base_version": .integer(base)])
            let clash = try await jonas.act(
                "bound_problem", on: number, ["where_is": "everywhere", "base_version": .integer(base)],
                expecting: 412)
            #expect(clash["conflicts"]?.array?.first?["theirs"]?.string?.contains("us-east") == true)
            let rows = try await investigation(marta, number)["boundaries"]?.array ?? []
            #expect(rows.compactMap { $0["question"]?.string } == ["what", "where", "when", "extent"])
            #expect(rows[1]["is_not"]?.string == "us-east" && rows[1]["different"]?.string == "4.18.0")
            #expect(rows[2]["is"]?.string == "Since 11 Nov" && rows[3]["is"]?.string == "0.3 %")
            #expect(rows[0]["is"] == .null)
        }
    }

    @Test(
        "What cannot be so is refused in words, and nothing is recorded", arguments: Engine.available)
    func badInput(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let number = try await suspectedCase(server, marta)
            let before = try await marta.read(number)["version"]?.integer
            let tries: [(String, JSON, [String])] = [
                (
                    "add_hypothesis", ["statement": "4.18.0 TRIMS zeros, of the signed time"],
                    ["statement:already_there"]
                ),
                ("judge_hypothesis", ["hypothesis": "H9", "state": "parked"], ["hypothesis:not_found"]),
                ("judge_hypothesis", ["hypothesis": "H1", "state": "refuted"], ["reason:missing"]),
                ("judge_hypothesis", ["hypothesis": "H1", "state": "certain"], ["state:unknown_choice"]),
                ("record_result", ["of": "T7", "observed": "o", "bearing": "supports"], ["of:not_found"]),
                (
                    "record_result",
                    ["of": "T1", "observed": "o", "bearing": "supports", "evidence": ["../etc"]],
                    ["evidence:no_such_evidence"]
                ),
                (
                    "plan_test", ["action": "Look", "hypothesis": "H4", "information": "low", "cost": "low"],
                    ["hypothesis:not_found"]
                ),
                (
                    "add_hypothesis", ["statement": .string(String(repeating: "x", count: 501))],
                    ["statement:too_long"]
                ),
            ]
            for (verb, fields, codes) in tries {
                #expect(
                    try await marta.act(verb, on: number, fields, expecting: 422).fieldCodes == codes,
                    "\(verb)")
            }
            #expect(try await marta.read(number)["version"]?.integer == before)
        }
    }

    @Test("A customer learns nothing of the investigation", arguments: Engine.available)
    func hiddenFromCustomers(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let number = try await suspectedCase(server, marta)
            let daniel = try await server.browser(.daniel)
            let shown = try await daniel.get("/portal/cases/\(number)").body
            #expect(!shown.contains("trims zeros") && !shown.contains("ypothesis"))
            #expect(try await daniel.get("/cases/\(number)/investigation").status == 403)
            let program = try await CaseClient(server, .daniel).program
            #expect(try await program.get("/api/v1/cases/\(number)/investigation").status == 403)
            let entries = try await program.get("/api/v1/portal/cases/\(number)/timeline").body
            #expect(!entries.contains("trims"))
        }
    }
}

/// The JSON object with one more member.
func with(_ json: JSON, _ key: String, _ value: JSON) -> JSON {
    var object = json.object ?? JSONObject()
    object[key] = value
    return .object(object)
}

/// Uploads a piece of evidence to a case, as a program does, and returns how it is cited: "E1".
func attachedEvidence(
    _ server: TestServer, _ number: String, by member: Cast = .marta, query: String = ""
) async throws -> String {
    // Bytes that are there already are refused, so each piece has its own.
    let bytes = Array("proof \(newIdentifier(at: server.desk.clock.now))\n".utf8)
    let kept = try await EvidenceClient(server, member).upload(
        bytes, name: "proof.log", to: number, query: query)
    return try #require(kept["number"]?.string)
}
