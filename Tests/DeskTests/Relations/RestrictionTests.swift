import Desk
import Diagnosis
import Domain
import Foundation
import HTTPTypes
import Storage
import TestSupport
import Testing
import Web

/// Cases of which only some may know: CASE-72 and PRIV-14.
@Suite("Restricted cases")
struct RestrictionTests {
    static func restrict(
        _ number: String, _ desk: TestDesk, as member: Cast = .ines, people: [Cast] = [],
        level: String = "security", hidesFromRequester: Bool = true
    ) async throws {
        try await desk.perform(
            "case.restrict", as: member,
            [
                "id": .text(number), "level": .text(level),
                "people": .list(people.map { .text($0.email) }),
                "hides_from_requester": .bool(hidesFromRequester), "reason": "A leaked key",
            ])
    }

    @Test(
        "PRIV-14 part: Whoever is named, the owner, the security owner, the roles of the level and the right see a restricted case; nobody else does",
        arguments: Engine.available)
    func whoSeesIt(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let number = try await desk.reportedCase()
            try await desk.perform("case.assign", as: .marta, ["id": .text(number), "assignee": "@me"])
            try await Self.restrict(number, desk, people: [.lea], hidesFromRequester: false)
            let sees: Set<Cast> = [.marta, .lea, .ines, .samira, .daniel]
            for member in Cast.allCases {
                let actor = try desk.actor(member)
                let (found, listed, count) = try await desk.services.database.read { tx in
                    (
                        // Not found is the answer.
                        (try? CaseDirectory.find(number, for: actor, in: tx)) != nil,
                        try CaseDirectory.list(CaseFilter(), for: actor, limit: 10, in: tx).count,
                        try CaseDirectory.count(CaseFilter(), for: actor, in: tx)
                    )
                }
                let expected = sees.contains(member)
                #expect(found == expected, "\(member)")
                #expect(listed == (expected ? 1 : 0) && count == listed, "\(member)")
            }
            var actor = try desk.actor(.jonas)
            actor.roles = ["security"]
            let colleague = actor
            let seen = try await desk.services.database.read { tx in
                try CaseDirectory.count(CaseFilter(), for: colleague, in: tx)
            }
            #expect(seen == 1, "the role of the level")
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "CASE-72 part: Restricting and lifting are on record with reasons, and only the security owner decides",
        arguments: Engine.available)
    func restrictingAndLifting(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let (ines, marta) = (try await CaseClient(server, .ines), try await CaseClient(server, .marta))
            try await ines.act(
                "restrict", on: number,
                ["level": "security", "people": ["marta@cast.example"], "reason": "A leaked key"])
            let refused = try await marta.act(
                "lift_restriction", on: number, ["reason": "x"], expecting: 403)
            #expect(refused["code"] == "security_owner_decides")
            let jonas = try await CaseClient(server, .jonas)
            try await jonas.act("lift_restriction", on: number, ["reason": "x"], expecting: 404)
            try await ines.act("lift_restriction", on: number, ["reason": "The key is withdrawn"])
            let facts = try await ines.timeline(number)
            #expect(
                facts.map { $0["kind"]?.string } == ["case.opened", "case.restricted", "case.unrestricted"])
            #expect(facts[1]["data"]?["reason"] == "A leaked key")
            #expect(facts[2]["data"]?["reason"] == "The key is withdrawn")
            #expect(try await jonas.read(number)["number"] == .string(number))
            let again = try await ines.act("lift_restriction", on: number, ["reason": "x"], expecting: 409)
            #expect(again["code"] == "not_restricted")
        }
    }

    @Test(
        "CASE-72 part: On a restricted case only the security owner writes to the customer, by reply or by resolving",
        arguments: Engine.available)
    func whoSpeaks(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let (ines, marta) = (try await CaseClient(server, .ines), try await CaseClient(server, .marta))
            try await marta.act("assign", on: number, ["assignee": "@me"])
            try await ines.act("restrict", on: number, ["level": "security", "reason": "x"])
            let reply = try await marta.act("reply", on: number, ["text": "Hello"], expecting: 403)
            #expect(reply["code"] == "security_owner_speaks")
            try await marta.act(
                "resolve", on: number,
                ["narrative": "n", "verdict": "data", "customer_summary": "Hello"], expecting: 403)
            try await marta.act("note", on: number, ["text": "For the security owner"])
            let page = try await server.browser(.marta).get("/cases/\(number)").body
            #expect(!page.contains("id=\"reply\"") && page.contains("Restricted: Security-sensitive."))
            try await ines.act("reply", on: number, ["text": "Hello"])
            _ = try await server.program(.daniel).post(
                "/api/v1/portal/cases/\(number)/reply", json: ["text": "Thank you"])
            let kinds = try await ines.timeline(number).compactMap { $0["kind"]?.string }
            #expect(kinds.filter { $0 == "case.replied" }.count == 2, "the reporter may answer")
        }
    }

    @Test(
        "CASE-72 part: A security report is restricted from its first moment, and what follows from a restricted case is restricted too",
        arguments: Engine.available)
    func bornRestricted(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let (ines, jonas) = (try await CaseClient(server, .ines), try await CaseClient(server, .jonas))
            let opened = try await ines.open([
                "organisation": "Halden Travel", "subject": "Key in a public log", "symptom": "We saw it.",
                "request_type": "security", "takes_it": true,
            ])
            let number = try #require(opened["number"]?.string)
            #expect(try await jonas.find("") == [])
            #expect(try await jonas.read(number)["status"] == 404)
            try await ines.act("note", on: number, ["text": "About another key"])
            let entry = try await ines.timeline(number).last?["version"]?.integer ?? 0
            let split = try await ines.act(
                "split", on: number,
                [
                    "entries": [.string(String(entry))], "subject": "Another key", "symptom": "s",
                    "reason": "r",
                ])
            let second = try #require(split["number"]?.string)
            #expect(try await jonas.read(second)["status"] == 404)
            try await ines.act("resolve", on: number, ["narrative": "n", "verdict": "data"])
            server.desk.clock.advance(seconds: 15 * 86_400)
            let more = try await ines.act("follow_up", on: number, ["text": "Again"])
            let third = try #require(more["number"]?.string)
            #expect(try await jonas.read(third)["status"] == 404)
            #expect(try await ines.read(third)["confidentiality"]?["level"] == "security")
            let open = try await server.desk.reportedCase()
            let mixed = try await ines.act(
                "merge", on: second, ["into": .string(open), "reason": "x"], expecting: 422)
            #expect(mixed.fieldCodes == ["into:other_restriction"])
        }
    }

    @Test(
        "CASE-72 part: A target that is restricted takes the cases merged into it along",
        arguments: Engine.available)
    func mergedCasesAreRestrictedToo(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let (a, b) = (try await server.desk.reportedCase(), try await server.desk.reportedCase())
            let (ines, jonas) = (try await CaseClient(server, .ines), try await CaseClient(server, .jonas))
            try await ines.act("merge", on: a, ["into": .string(b), "reason": "x"])
            try await Self.restrict(b, server.desk)
            for reference in ["\(a)", "\(a)?as=itself", "\(b)"] {
                #expect(try await jonas.program.get("/api/v1/cases/\(reference)").status == 404)
            }
            try await ines.act("unmerge", on: a, ["reason": "x"])
            #expect(try await jonas.program.get("/api/v1/cases/\(a)").status == 404)
        }
    }

    @Test(
        "CASE-72 part: A link to a restricted case is refused as if there were none, and one that stood is not shown, counted or told",
        arguments: Engine.available)
    func linksToTheHidden(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let (open, hidden) = (try await server.desk.reportedCase(), try await server.desk.reportedCase())
            let (ines, jonas) = (try await CaseClient(server, .ines), try await CaseClient(server, .jonas))
            try await jonas.act("link", on: open, ["relation": "related", "to": .string(hidden)])
            try await Self.restrict(hidden, server.desk)
            for verb in ["link", "merge"] {
                var answers: [String] = []
                for number in [hidden, "TL-999999"] {
                    let fields: JSON =
                        verb == "link"
                        ? ["to": .string(number), "relation": "child_of"]
                        : ["into": .string(number), "reason": "x"]
                    let answer = try await jonas.act(verb, on: open, fields, expecting: 422)
                    answers.append(
                        answer.text.replacing(number, with: "N").replacing(/"request_id":"[^"]*"/, with: ""))
                }
                #expect(answers[0] == answers[1])
            }
            for path in ["/cases/\(open)", "/cases/\(open)/graph", "/cases/\(open)/timeline.md"] {
                let body = try await server.browser(.jonas).get(path).body
                #expect(!body.contains(hidden), "\(path)")
            }
            for path in ["", "/links", "/timeline"] {
                let body = try await jonas.program.get("/api/v1/cases/\(open)\(path)").body
                #expect(!body.contains(hidden), "\(path)")
            }
            #expect(try await ines.read(open)["links"]?.array?.count == 1)
            #expect(try await jonas.read(open)["links"]?.array?.count == 0)
            // Linked while hidden: the open case's own history does not change at all.
            let before = try await server.desk.found(open).version
            try await ines.act("link", on: open, ["relation": "caused_by", "to": .string(hidden)])
            #expect(try await server.desk.found(open).version == before)
            #expect(try await ines.read(open)["links"]?.array?.count == 2)
            #expect(try await ines.read(hidden)["links"]?.array?.count == 2)
            try await ines.act("unlink", on: open, ["link": .string("caused_by/case/\(hidden)")])
            #expect(try await ines.read(hidden)["links"]?.array?.count == 1)
            #expect(try await server.desk.found(open).version == before)
            #expect(try await server.desk.findings() == [])
        }
    }
}
