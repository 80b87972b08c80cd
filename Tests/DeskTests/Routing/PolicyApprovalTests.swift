import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// Changes of routing and queues that others must agree to.
@Suite("Approval of policy changes")
struct PolicyApprovalTests {
    private static let approvals = """
        approvals:
          - {id: routing, name: Routing and queues, parts: [routing, triage], roles: [lead, manager], approvers: 2, days: 3}
        """

    private static func document(_ changes: (from: String, to: String)...) -> String {
        var text = RoutingDesk.document() + Self.approvals + "\n"
        for change in changes { text = text.replacing(change.from, with: change.to) }
        return text
    }

    private static let change = (from: "kiosk], queue: general", to: "kiosk], queue: vendor")

    private func inForce(_ server: TestServer) async throws -> Int64? {
        try await server.program(.ines).get("/api/v1/policy").json["version"]?.integer
    }

    private func propose(
        _ document: String, _ server: TestServer, by member: Cast = .samira
    ) async throws -> String {
        let answer = try await server.program(member).post(
            "/api/v1/policy/change",
            json: ["document": .string(document), "reason": "Kiosks go to the vendor."])
        #expect(answer.status == 200, "\(answer.body)")
        return answer.json["proposal"]?.string ?? ""
    }

    @Test(
        "ROUTE-14: A change of routing rules waits for those who must agree, none of them its author; then it is a version that says who did, and versions are listed and compared",
        arguments: Engine.available)
    func agreed(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            try await RoutingDesk.apply(Self.document(), on: server.desk)
            let samira = try await server.browser(.samira)
            let sent = try await samira.submit(
                "/policy", ["document": Self.document(Self.change), "reason": "Kiosks go to the vendor."])
            #expect(sent.status == 303)
            let location = try #require(sent.headers["location"])
            #expect(location.hasPrefix("/policy/proposals/") && location.hasSuffix("?done=proposed"))
            #expect(try await inForce(server) == 1, "nothing is in force yet")
            let rules = try await server.program(.ines).get("/api/v1/routing").json["rules"]?.array ?? []
            #expect(rules.first { $0["id"]?.string == "kiosks" }?["queue"]?.string == "general")

            let id = String(location.dropFirst("/policy/proposals/".count).prefix(36))
            let page = try await server.browser(.ines).get("/policy/proposals/\(id)").body
            #expect(page.contains("Kiosks go to the vendor.") && page.contains("2 more of: lead, manager"))
            #expect(
                page.contains("Routing rule: “Kiosks” works differently") && page.contains("queue: vendor"))
            #expect(page.contains("href=\"/policy/proposals/\(id)/approve\""))
            #expect(!(try await samira.get("/policy/proposals/\(id)").body.contains("/approve\"")))
            #expect(try await server.browser(.otto).get("/policy").body.contains("Waits"))

            let own = try await server.program(.samira).post(
                "/api/v1/policy/proposals/\(id)/approve", json: [:])
            #expect(own.status == 403 && own.json["code"]?.string == "own_proposal")
            let ines = try await server.program(.ines).post(
                "/api/v1/policy/proposals/\(id)/approve", json: ["comment": "Agreed with the vendor."])
            #expect(ines.status == 200 && ines.json["in_force"]?.bool == false)
            #expect(try await inForce(server) == 1, "one of two")
            let again = try await server.program(.ines).post(
                "/api/v1/policy/proposals/\(id)/approve", json: [:])
            #expect(again.status == 409 && again.json["code"]?.string == "agreed_already")
            let otto = try await server.browser(.otto).submit(
                "/policy/proposals/\(id)/approve", ["comment": ""])
            #expect(otto.status == 303)
            #expect(try await inForce(server) == 2)
            let after = try await server.program(.ines).get("/api/v1/routing").json["rules"]?.array ?? []
            #expect(after.first { $0["id"]?.string == "kiosks" }?["queue"]?.string == "vendor")

            let versions = try await server.program(.ada).get("/api/v1/policy/versions").json["items"]?.array
            let newest = try #require(versions?.first)
            #expect(newest["version"]?.integer == 2 && newest["proposal"]?.string == id)
            let people = server.desk.people
            #expect(newest["changed_by"]?.string == people[.samira]?.id.raw, "its author")
            #expect(
                newest["approved_by"]?.array?.map(\.string) == [people[.ines]?.id.raw, people[.otto]?.id.raw])
            let history = try await server.browser(.ada).get("/policy").body
            #expect(history.contains("agreed</a>: <bdi>Ines</bdi>, <bdi>Otto</bdi>"))
            let compared = try await server.browser(.ada).get("/policy/compare?from=1&to=2").body
            #expect(compared.contains("Routing rule: “Kiosks” works differently"))
            let json = try await server.program(.ada).get("/api/v1/policy/compare?from=1&to=2").json
            #expect(json["lines"]?.array?.count == 2)
            #expect(try await server.program(.ada).get("/api/v1/policy/compare?to=99").status == 404)
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test(
        "ROUTE-14 part: What is not asked is refused in words, a newer version voids what was agreed to, time runs out, and refusing and taking back say why",
        arguments: Engine.available)
    func refused(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            try await RoutingDesk.apply(Self.document(), on: server.desk)
            let (ines, otto) = (try await server.program(.ines), try await server.program(.otto))
            let first = try await propose(Self.document(Self.change), server)
            let denied = try await server.program(.marta).post(
                "/api/v1/policy/proposals/\(first)/approve", json: [:])
            #expect(denied.status == 403)
            #expect(try await ines.post("/api/v1/policy/proposals/\(first)/approve", json: [:]).status == 200)
            // A part that nobody guards comes into force at once, and voids what was agreed to.
            let other = Self.document((from: "reopen_window_days: 14", to: "reopen_window_days: 21"))
            let direct = try await server.program(.samira).post(
                "/api/v1/policy/change", json: ["document": .string(other), "reason": "Three weeks."])
            #expect(direct.status == 200 && direct.json["proposal"] == nil)
            #expect(try await inForce(server) == 2)
            let late = try await otto.post("/api/v1/policy/proposals/\(first)/approve", json: [:])
            #expect(late.status == 409 && late.json["code"]?.string == "overtaken")
            let anew = try await server.browser(.samira).get("/policy?proposal=\(first)").body
            #expect(anew.contains("Starts from the proposed change"))

            server.desk.clock.advance(seconds: 60)
            let second = try await propose(
                Self.document(
                    (from: "reopen_window_days: 14", to: "reopen_window_days: 21"), Self.change), server)
            let silent = try await ines.post("/api/v1/policy/proposals/\(second)/refuse", json: [:])
            #expect(silent.status == 422 && silent.json.fieldCodes == ["reason:missing"])
            let refused = try await ines.post(
                "/api/v1/policy/proposals/\(second)/refuse", json: ["reason": "The vendor takes no kiosks."])
            #expect(refused.status == 200)
            let page = try await server.browser(.samira).get("/policy/proposals/\(second)").body
            #expect(
                page.contains("Not in force: <bdi>Ines</bdi> refused it: “<bdi>The vendor takes no kiosks."))
            let settled = try await otto.post("/api/v1/policy/proposals/\(second)/approve", json: [:])
            #expect(settled.status == 409 && settled.json["code"]?.string == "settled")

            server.desk.clock.advance(seconds: 60)
            let third = try await propose(
                Self.document(
                    (from: "reopen_window_days: 14", to: "reopen_window_days: 21"), Self.change), server,
                by: .otto)
            let foreign = try await server.program(.samira).post(
                "/api/v1/policy/proposals/\(third)/withdraw", json: [:])
            #expect(foreign.status == 403 && foreign.json["code"]?.string == "not_yours")
            server.desk.clock.advance(seconds: 4 * 86_400)
            let lapsed = try await ines.post("/api/v1/policy/proposals/\(third)/approve", json: [:])
            #expect(lapsed.status == 409 && lapsed.json["code"]?.string == "lapsed")
            #expect(
                try await otto.post("/api/v1/policy/proposals/\(third)/withdraw", json: [:]).status == 200)
            let states = try await ines.get("/api/v1/policy/proposals").json["items"]?.array?.map {
                $0["state"]?.string
            }
            #expect(states == ["withdrawn", "refused", "overtaken"])
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test(
        "ROUTE-14 part: The guard itself cannot be taken away without those whom it asks; mistakes in it name their line"
    )
    func guarded() throws {
        let policy = try PolicyDocument.read(Self.document()).get()
        let bare = RoutingDesk.document() + "\n"
        func rules(_ text: String) -> [String] {
            PolicyText.approvals(under: policy, from: Self.document(), to: text).map(\.id)
        }
        #expect(rules(bare) == ["routing"], "the part “approvals” goes")
        #expect(rules(Self.document(Self.change)) == ["routing"])
        #expect(rules(Self.document() + "# A comment says nothing.\n") == [])
        #expect(
            rules(Self.document((from: "organisation: Technical support", to: "organisation: Desk"))) == [])
        let wrong = Self.document(
            (from: "parts: [routing, triage]", to: "parts: [rooting]"),
            (from: "[lead, manager]", to: "[engineer]"))
        let mistakes = Policy.routingMistakes(wrong)
        #expect(
            mistakes.contains {
                $0.contains("“rooting” is not a key of this document; did you mean “routing”?")
            })
        #expect(mistakes.contains { $0.contains("none of these roles has the right “policy.approve”") })
    }
}
