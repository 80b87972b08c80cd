import Desk
import Diagnosis
import Domain
import Foundation
import HTTPTypes
import Storage
import TestSupport
import Testing
import Web

/// What everybody may ask for.
///
/// The expectation is written down in `Goldens/access.txt` and reviewed by people; it is not computed from the
/// rights that it checks.
@Suite("Access")
struct AccessTests {
    @Test(
        "Every address answers every role as the reviewed list says, and every denial is on record",
        arguments: Engine.available)
    func everyAddressAndEveryRole(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let walk = try await AccessWalk(server)
            let visitors = try await Visitor.all(server)
            let routes = server.desk.services.catalog.routes(server.desk.services)
            var lines: [String] = []
            var denials: [Cast: Int] = [:]
            for route in routes {
                var line = "\(route.method.rawValue) \(route.path) "
                for visitor in visitors {
                    let outcome = try await walk.outcome(of: route, for: visitor)
                    line += " \(visitor.name):\(outcome)"
                    if outcome == "denied", let member = visitor.member { denials[member, default: 0] += 1 }
                }
                lines.append(line)
            }
            try Golden("access.txt").compare(lines)
            for visitor in visitors {
                guard let member = visitor.member else { continue }
                let recorded = try await Self.denials(of: member, server.desk)
                #expect(recorded.count == denials[member] ?? 0, "\(member)")
                #expect(recorded.allSatisfy { !$0.right.isEmpty && !$0.request.isEmpty }, "\(member)")
            }
        }
    }

    @Test("The list of addresses is the reviewed one")
    func theListOfAddresses() throws {
        try Golden("routes.txt").compare(RouteList.lines())
    }

    @Test(
        "A customer of somebody else cannot tell a case of Halden from one that does not exist",
        arguments: Engine.available)
    func casesOfOthersDoNotExist(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let id = try await server.desk.found(number).id.raw
            let browser = try await server.browser(.sofia)
            let program = try await server.program(.sofia)
            for path in ["", "/timeline"] {
                for reference in [number, id] {
                    let hidden = try await program.get("/api/v1/portal/cases/\(reference)\(path)")
                    let absent = try await program.get("/api/v1/portal/cases/TL-999999\(path)")
                    #expect((hidden.status, absent.status) == (404, 404))
                    #expect(Self.shape(hidden, number, id) == Self.shape(absent, "TL-999999", id))
                }
            }
            for path in ["", "/events", "/reply", "/reopen"] {
                let hidden = try await browser.get("/portal/cases/\(number)\(path)")
                let absent = try await browser.get("/portal/cases/TL-999999\(path)")
                #expect((hidden.status, absent.status) == (404, 404))
                #expect(Self.shape(hidden, number, id) == Self.shape(absent, "TL-999999", id), "\(path)")
            }
            for verb in ["reply", "reopen"] {
                let hidden = try await browser.submit("/portal/cases/\(number)/\(verb)", ["text": "Mine now"])
                let absent = try await browser.submit("/portal/cases/TL-999999/\(verb)", ["text": "Mine now"])
                #expect((hidden.status, absent.status) == (404, 404))
                #expect(Self.shape(hidden, number, id) == Self.shape(absent, "TL-999999", id))
                let called = try await program.post(
                    "/api/v1/portal/cases/\(number)/\(verb)", json: ["text": "Mine"])
                #expect(called.status == 404)
            }
            #expect(try await server.desk.found(number).version == Version(1), "nothing was written")
            let list = try await program.get("/api/v1/portal/cases")
            #expect(list.json["items"]?.array?.isEmpty == true)
            #expect(try await !browser.get("/portal").body.contains(number))
        }
    }

    @Test("Colleagues of a customer read and answer the same cases", arguments: Engine.available)
    func colleaguesShareCases(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase(by: .daniel)
            let aino = try await server.browser(.aino)
            #expect(try await aino.get("/portal").body.contains(number))
            #expect(try await aino.get("/portal/cases/\(number)").status == 200)
            let answer = try await aino.submit("/portal/cases/\(number)/reply", ["text": "I see it as well."])
            #expect(answer.status == 303)
        }
    }

    @Test("What was denied is on record with the right, the address and the request that the page names")
    func denialsNameTheRequest() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let lea = try await server.browser(.lea)
            let number = try await server.desk.reportedCase()
            let answer = try await lea.submit(
                "/cases/\(number)/resolve", ["narrative": "x", "verdict": "data"])
            #expect(answer.status == 403)
            let request = answer.headers["x-request-id"] ?? "none"
            #expect(answer.body.contains(request))
            let denial = try #require(try await Self.denials(of: .lea, server.desk).last)
            #expect(denial.right == "case.resolve")
            #expect(denial.what == "POST /cases/\(number)/resolve")
            #expect(denial.request == request)
            #expect(try await server.desk.found(number).version == Version(1))
        }
    }

    @Test("An operation that is denied behind every page is on record as well", arguments: Engine.available)
    func deniedOperationsAreOnRecord(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let number = try await desk.reportedCase()
            await #expect(throws: Refusal.self) {
                try await desk.perform(
                    "case.erase_entry", as: .otto,
                    ["id": .text(number), "sequence": .integer(1), "reason": "x"])
            }
            let denial = try #require(try await Self.denials(of: .otto, desk).last)
            #expect(denial.what == "case.erase_entry")
        }
    }

    @Test(
        "A denial that a page itself says, and a forged form, are on record too", arguments: Engine.available)
    func otherDenialsAreOnRecord(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await server.browser(.marta)
            let forged = try await marta.submit("/cases", ["subject": "x"], site: "cross-site")
            #expect(forged.status == 403)
            let denial = try #require(try await Self.denials(of: .marta, server.desk).last)
            #expect(denial.what == "POST /cases" && denial.right == "cross_site")
            #expect(denial.request == forged.headers["x-request-id"])
        }
    }

    /// What stands on record as denied to somebody.
    static func denials(
        of member: Cast, _ desk: TestDesk
    ) async throws -> [(what: String, right: String, request: String)] {
        guard let person = desk.people[member] else { return [] }
        return try await desk.services.database.read { [journal = desk.services.journal] tx in
            try journal.facts(of: person.ref, as: PersonFact.self, in: tx).compactMap { fact in
                guard case .accessDenied(let what, let right, let request) = fact.body else { return nil }
                return (what, right, request)
            }
        }
    }

    /// An answer without what differs between any two requests.
    private static func shape(_ response: TestResponse, _ number: String, _ id: String) -> String {
        let body = response.lasting.replacing(number, with: "X").replacing(id, with: "X")
        return "\(response.status) \(response.headers["content-type"] ?? "") \(body)"
    }
}

extension RawValue: ExpressibleByStringLiteral {
    package init(stringLiteral value: String) { self = .text(value) }
}
