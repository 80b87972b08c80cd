import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// Who else is on the page of a case, and what is new since one last looked.
@Suite("Presence and visits")
struct PresenceTests {
    private func sign(_ client: TestClient, _ path: String, _ state: String) async throws -> Int {
        try await client.submit(path, ["state": state]).status
    }

    @Test("Colleagues see who looks and who writes, and it ends by itself", arguments: Engine.available)
    func words(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let (marta, jonas) = (try await server.browser(.marta), try await server.browser(.jonas))
            let path = "/cases/\(number)/presence"
            #expect(try await sign(jonas, path, "replying") == 204)
            #expect(try await marta.get(path).body == "Jonas is writing a reply.")
            #expect(try await jonas.get(path).body == "")
            #expect(try await marta.get("/cases").body.contains("Jonas</bdi> is replying"))
            #expect(try await marta.get("/cases/\(number)").body.contains("Jonas is writing a reply."))
            #expect(try await sign(jonas, path, "noting") == 204)
            #expect(try await marta.get(path).body == "Jonas is writing a note.")
            #expect(try await !marta.get("/cases").body.contains("is replying"))
            #expect(try await sign(jonas, path, "gone") == 204)
            #expect(try await marta.get(path).body == "")
            #expect(try await sign(jonas, path, "looking") == 204)
            server.desk.clock.advance(seconds: 46)
            #expect(try await marta.get(path).body == "")
            #expect(try await sign(jonas, path, "dancing") == 422)
        }
    }

    @Test(
        "Of customers it is said only that they look, and to them nothing is said",
        arguments: Engine.available)
    func customers(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let (marta, daniel) = (try await server.browser(.marta), try await server.browser(.daniel))
            #expect(try await sign(daniel, "/portal/cases/\(number)/presence", "replying") == 204)
            #expect(try await marta.get("/cases/\(number)/presence").body == "The customer is looking.")
            #expect(try await !marta.get("/cases").body.contains("is replying"))
            #expect(try await sign(marta, "/cases/\(number)/presence", "replying") == 204)
            #expect(try await daniel.get("/cases/\(number)/presence").status == 403)
            #expect(try await !daniel.get("/portal/cases/\(number)").body.contains("writing"))
            let sofia = try await server.browser(.sofia)
            #expect(try await sign(sofia, "/portal/cases/\(number)/presence", "looking") == 404)
            #expect(try await sign(daniel, "/cases/\(number)/presence", "looking") == 403)
        }
    }

    @Test("An open page hears that somebody writes, whichever node they are on", arguments: Engine.available)
    func live(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let (marta, jonas) = (try await server.browser(.marta), try await server.browser(.jonas))
            let id = try await server.desk.found(number).id.raw
            let jonasID = server.desk.people[.jonas]?.id.raw ?? ""
            try await marta.lines("/cases/\(number)/events") { line in
                if line.hasPrefix("retry:") {
                    // As another node writes it: into the table that both share.
                    let now = server.desk.clock.now
                    _ = try await server.desk.services.database.write { tx in
                        try tx.execute(
                            PresenceStore.upsert(
                                .init(caseID: id, person: jonasID, state: .replying), at: now))
                    }
                }
                return line == "event: presence"
            }
            #expect(try await marta.get("/cases/\(number)/presence").body == "Jonas is writing a reply.")
            _ = jonas
        }
    }

    @Test("What came since the last look is marked, with the time of that look", arguments: Engine.available)
    func newAbove(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let (marta, jonas) = (try await server.browser(.marta), try await CaseClient(server, .jonas))
            #expect(try await !marta.get("/cases/\(number)").body.contains("you last looked"))
            server.desk.clock.advance(seconds: 3600)
            try await jonas.act("note", on: number, ["text": "Found something."])
            let page = try await marta.get("/cases/\(number)").body
            #expect(
                page.contains(
                    "New above, you last looked at <time datetime=\"2026-03-02T09:00:00Z\" data-zoned=\"bare\">09:00</time>"
                ))
            let mark = try #require(page.firstRange(of: "New above")).lowerBound
            #expect(try #require(page.firstRange(of: "Found something.")).lowerBound < mark)
            server.desk.clock.advance(seconds: 60)
            #expect(try await marta.get("/cases/\(number)").body.contains("New above"))
            server.desk.clock.advance(seconds: 3600)
            #expect(try await !marta.get("/cases/\(number)").body.contains("New above"))
            let own = try await CaseClient(server, .marta)
            server.desk.clock.advance(seconds: 3600)
            try await own.act("note", on: number, ["text": "My own."])
            #expect(try await !marta.get("/cases/\(number)").body.contains("New above"))
        }
    }
}
