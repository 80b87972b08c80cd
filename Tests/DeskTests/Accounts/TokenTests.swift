import Diagnosis
import Domain
import TestSupport
import Testing

@testable import Desk

/// Tokens for programs: narrower than their person, never wider.
@Suite("API tokens")
struct TokenTests {
    @Test("A token without the scope is refused, and that is on record", arguments: Engine.available)
    func scopes(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let narrow = try await server.program(.marta, scopes: ["case.view"])
            #expect(try await narrow.get("/api/v1/cases/\(number)").status == 200)
            let refused = try await narrow.post("/api/v1/cases/\(number)/note", json: ["text": "x"])
            #expect(refused.status == 403)
            #expect(refused.json["code"] == "not_allowed")
            #expect(refused.json["detail"]?.string?.contains("case.note") == true)
            let denial = try #require(try await AccessTests.denials(of: .marta, server.desk).last)
            #expect(denial.right == "case.note" && denial.what == "POST /api/v1/cases/\(number)/note")
            #expect(denial.request == refused.json["request_id"]?.string)
            #expect(try await server.desk.found(number).version == Version(1))
        }
    }

    @Test(
        "A token cannot do more than its person, whatever its scopes say, also after the person lost a role",
        arguments: Engine.available)
    func neverWider(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let wide = try await server.program(.lea, scopes: ["people.manage", "case.resolve", "case.view"])
            #expect(try await wide.get("/api/v1/people").status == 403)
            #expect(try await wide.get("/api/v1/cases").status == 200)
            #expect(try await wide.get("/api/v1/me").json["rights"] == ["case.view"])
            let marta = try await server.program(.marta, scopes: ["case.resolve"])
            #expect(try await marta.get("/api/v1/me").json["rights"] == ["case.resolve"])
            try await server.desk.perform(
                "person.change_roles", as: .samira,
                ["id": .text(server.desk.people[.marta]?.id.raw ?? ""), "roles": .list(["auditor"])])
            #expect(try await marta.get("/api/v1/me").json["rights"] == [])
        }
    }

    @Test("A customer’s token sees what the customer sees", arguments: Engine.available)
    func customersToken(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let daniel = try await server.program(.daniel, scopes: ["portal.view"])
            #expect(try await daniel.get("/api/v1/portal/cases/\(number)").status == 200)
            #expect(try await daniel.get("/api/v1/cases/\(number)").status == 403)
            let reply = try await daniel.post("/api/v1/portal/cases/\(number)/reply", json: ["text": "x"])
            #expect(reply.status == 403)
            #expect(try await server.program(.sofia).get("/api/v1/portal/cases/\(number)").status == 404)
        }
    }

    @Test(
        "A token is made with scopes of one’s own rights, shown once, used, and withdrawn",
        arguments: Engine.available)
    func lifeOfAToken(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await server.browser(.marta)
            let none = try await marta.submit("/account/tokens", ["name": "Report"])
            #expect(none.status == 422)
            #expect(none.body.contains("name=\"name\" value=\"Report\""), "what was typed is still there")
            let foreign = try await marta.submit(
                "/account/tokens", ["name": "Report", "scopes": "people.manage", "scopes": "case.view"])
            #expect(foreign.status == 422)
            #expect(foreign.body.contains("value=\"case.view\" checked"))
            #expect(!foreign.body.contains("value=\"case.note\" checked"))
            let page = try await marta.submit(
                "/account/tokens", ["name": "Report", "scopes": "case.view", "scopes": "case.note"])
            #expect(page.status == 200)
            let token = try #require(page.body.firstMatch(of: /tl_[0-9a-f]{64}/)).output
            #expect(try await !marta.get("/account/tokens").body.contains(token))
            let bearer = [("Authorization", "Bearer \(token)")]
            #expect(
                try await server.stranger.get("/api/v1/me", bearer).json["rights"] == [
                    "case.note", "case.view",
                ])
            let list = try await marta.get("/account/tokens").body
            #expect(list.contains("Report") && list.contains("case.view, case.note"))
            let revoke = try #require(list.firstMatch(of: /\/account\/tokens\/[^"\/]+\/revoke/)).output
            let jonas = try await server.browser(.jonas)
            #expect(try await jonas.submit(String(revoke), [:]).status == 404)
            #expect(try await server.stranger.get("/api/v1/me", bearer).status == 200)
            #expect(try await marta.submit(String(revoke), [:]).status == 303)
            let out = try await server.stranger.get("/api/v1/me", bearer)
            #expect(out.status == 401)
            #expect(out.headers["www-authenticate"] == "Bearer")
            #expect(try await marta.submit(String(revoke), [:]).status == 404, "it is withdrawn once")
        }
    }

    @Test(
        "What is not a token of ours signs nobody in, and a cookie opens no API", arguments: Engine.available)
    func notAToken(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let good = try await server.desk.token(for: .marta)
            for header in [
                "Bearer", "Bearer ", "Bearer x", "Basic bWFydGE6eA==",
                "Bearer tl_\(String(repeating: "0", count: 64))",
                "Bearer \(good)0", "Bearer \(good.dropLast())", good,
            ] {
                let answer = try await server.stranger.get("/api/v1/me", [("Authorization", header)])
                #expect(answer.status == 401, "\(header.prefix(12))")
            }
            #expect(
                try await server.stranger.get("/api/v1/me", [("Authorization", "bearer  \(good)")]).status
                    == 200)
            #expect(try await server.browser(.marta).get("/api/v1/me").status == 401)
            let mixed = try await server.browser(.marta).get("/cases", [("Authorization", "Bearer x")])
            #expect(mixed.status == 303, "a bad token is not made good by a cookie")
        }
    }
}
