import Desk
import Diagnosis
import Domain
import TestSupport
import Testing

/// Links between cases and to records elsewhere: CASE-25.
@Suite("Links")
struct LinkTests {
    private static func links(_ client: CaseClient, _ number: String) async throws -> [String] {
        let answer = try await client.program.get("/api/v1/cases/\(number)/links").json
        return (answer["items"]?.array ?? []).compactMap { $0["link"]?.string }
    }

    @Test(
        "CASE-25: Cases are linked as duplicate, related, parent and child, and to incidents, problems, defects, changes, releases, articles and vendor tickets; each end shows its side",
        arguments: Engine.available)
    func linksOfEveryKind(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let (a, b) = (try await server.desk.reportedCase(), try await server.desk.reportedCase())
            let marta = try await CaseClient(server, .marta)
            for (relation, inverse) in [
                ("duplicate_of", "has_duplicate"), ("related", "related"), ("child_of", "parent_of"),
            ] {
                try await marta.act("link", on: a, ["relation": .string(relation), "to": .string(b)])
                #expect(try await Self.links(marta, a).contains("\(relation)/case/\(b)"))
                #expect(try await Self.links(marta, b).contains("\(inverse)/case/\(a)"))
            }
            for (kind, link) in [
                ("incident", "part_of"), ("problem", "tracked_by"), ("defect", "tracked_by"),
                ("change", "related"), ("release", "fixed_by"), ("article", "described_by"),
                ("vendor_ticket", "tracked_by"),
            ] {
                try await marta.act(
                    "link_record", on: a,
                    [
                        "kind": .string(kind), "key": "ENG-812", "url": "https://tracker.example/ENG-812",
                        "title": "Key cached too long",
                    ])
                #expect(try await Self.links(marta, a).contains("\(link)/\(kind)/ENG-812"))
            }
            let behind = try await marta.program.get("/api/v1/records/defect:eng-812/cases").json
            #expect(behind["items"]?.array?.compactMap { $0["number"]?.string } == [a])
            let page = try await server.browser(.marta).get("/cases/\(a)").body
            #expect(page.contains("Duplicate of") && page.contains("https://tracker.example/ENG-812"))
            let graph = try await server.browser(.marta).get("/cases/\(a)/graph")
            #expect(graph.status == 200 && graph.body.contains("Key cached too long"))
            let kinds = try await marta.timeline(b).compactMap { $0["kind"]?.string }
            #expect(kinds.filter { $0 == "case.linked" }.count == 3, "both histories tell of it")
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test("CASE-25 part: A link is taken away on both ends", arguments: Engine.available)
    func unlinking(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let (a, b) = (try await server.desk.reportedCase(), try await server.desk.reportedCase())
            let marta = try await CaseClient(server, .marta)
            try await marta.act("link", on: a, ["relation": "caused_by", "to": .string(b)])
            try await marta.act("link_record", on: a, ["kind": "release", "key": "2026.3"])
            try await marta.act("unlink", on: b, ["link": .string("causes/case/\(a)"), "reason": "No."])
            try await marta.act("unlink", on: a, ["link": "fixed_by/release/2026.3"])
            #expect(try await Self.links(marta, a) == [])
            #expect(try await Self.links(marta, b) == [])
            let again = try await marta.act(
                "unlink", on: a, ["link": "fixed_by/release/2026.3"], expecting: 422)
            #expect(again.fieldCodes == ["link:not_found"])
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test(
        "CASE-25 part: A link to itself, a second one, a circle and an address that is a program are refused in words",
        arguments: Engine.available)
    func badLinks(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let a = try await server.desk.reportedCase()
            let b = try await server.desk.reportedCase()
            let c = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            func link(_ from: String, _ relation: String, _ to: String, _ status: Int) async throws
                -> [String]
            {
                try await marta.act(
                    "link", on: from, ["relation": .string(relation), "to": .string(to)], expecting: status
                ).fieldCodes
            }
            #expect(try await link(a, "related", a, 422) == ["to:link_to_itself"])
            #expect(try await link(a, "child_of", b, 200) == [])
            #expect(try await link(a, "child_of", b, 422) == ["to:linked_already"])
            #expect(try await link(b, "parent_of", a, 422) == ["to:linked_already"])
            #expect(try await link(b, "child_of", c, 200) == [])
            #expect(try await link(c, "child_of", a, 422) == ["to:link_circle"])
            #expect(try await link(a, "parent_of", c, 422) == ["to:link_circle"])
            #expect(try await link(a, "related", "TL-999", 422) == ["to:not_found"])
            for url in [
                "javascript:alert(1)", "https://", "https://me:secret@host.example/", "ftp://x.example",
                "https://x.example/\"onload",
            ] {
                let answer = try await marta.act(
                    "link_record", on: a, ["kind": "defect", "key": "E-1", "url": .string(url)],
                    expecting: 422)
                #expect(answer.fieldCodes == ["url:bad_url"], "\(url)")
            }
            try await marta.act("link_record", on: a, ["kind": "defect", "key": "E-1"])
            let twice = try await marta.act(
                "link_record", on: a, ["kind": "defect", "key": "e-1"], expecting: 422)
            #expect(twice.fieldCodes == ["key:linked_already"])
        }
    }
}
