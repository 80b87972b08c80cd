import Diagnosis
import Domain
import NIOHTTP1
import Storage
import TestSupport
import Testing

@testable import Desk

/// Sessions, links and what ends them.
@Suite("Sessions and links")
struct SessionTests {
    private static func isOut(_ client: TestClient) async throws -> Bool {
        let answer = try await client.get("/account")
        return answer.status == 303 && answer.headers["location"]?.hasPrefix("/sign-in?next=") == true
    }

    private static func sessions(of member: Cast, _ desk: TestDesk) async throws -> [Session] {
        let id = desk.people[member]?.id.raw ?? ""
        return try await desk.services.database.read { tx in
            try tx.all(PeopleQueries.sessions(of: id), PeopleQueries.readSession)
        }
    }

    @Test(
        "Sessions are listed, and one that is ended is out with its next request", arguments: Engine.available
    )
    func endedSession(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let first = try await server.browser(.marta)
            let known = try await Self.sessions(of: .marta, server.desk).map(\.id)
            server.desk.clock.advance(seconds: 120)
            let second = try await server.browser(.marta)
            let other = try #require(
                try await Self.sessions(of: .marta, server.desk).first { !known.contains($0.id) }?.id)
            let page = try await first.get("/account").body
            #expect(page.contains("This session"))
            #expect(page.contains("/account/sessions/\(other)/end"))
            #expect(try await first.submit("/account/sessions/\(other)/end", [:]).status == 303)
            #expect(try await Self.isOut(second))
            #expect(try await !Self.isOut(first))
            let again = try await first.submit("/account/sessions/\(other)/end", [:])
            #expect(again.status == 404)
        }
    }

    @Test("Nobody but an administrator ends the session of somebody else", arguments: Engine.available)
    func sessionsOfOthers(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await server.browser(.marta)
            let session = try #require(try await Self.sessions(of: .marta, server.desk).first?.id)
            let jonas = try await server.browser(.jonas)
            #expect(try await jonas.submit("/account/sessions/\(session)/end", [:]).status == 404)
            #expect(try await !Self.isOut(marta))
            let id = server.desk.people[.marta]?.id.raw ?? ""
            let samira = try await server.browser(.samira)
            #expect(
                try await samira.get("/people/\(id)").body.contains("/people/\(id)/sessions/\(session)/end"))
            #expect(try await samira.submit("/people/\(id)/sessions/\(session)/end", [:]).status == 303)
            #expect(try await Self.isOut(marta))
        }
    }

    @Test("Signing out ends the session and takes the cookie away", arguments: Engine.available)
    func signOut(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await server.browser(.marta)
            let answer = try await marta.submit("/sign-out", [:])
            #expect(answer.status == 303)
            #expect(answer.headers["set-cookie"]?.contains("Max-Age=0") == true)
            #expect(try await Self.isOut(marta))
        }
    }

    @Test("A session ends after twelve hours without use, and use keeps it", arguments: Engine.available)
    func idle(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await server.browser(.marta)
            for _ in 0..<4 {
                server.desk.clock.advance(seconds: 11 * 3600)
                #expect(try await !Self.isOut(marta))
            }
            server.desk.clock.advance(seconds: 12 * 3600)
            #expect(try await Self.isOut(marta))
        }
    }

    @Test("No session lives longer than two weeks, however much it is used", arguments: Engine.available)
    func absolute(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await server.browser(.marta)
            for _ in 0..<33 {
                server.desk.clock.advance(seconds: 10 * 3600)
                #expect(try await !Self.isOut(marta))
            }
            server.desk.clock.advance(seconds: 6 * 3600 - 1)
            #expect(try await !Self.isOut(marta))
            server.desk.clock.advance(seconds: 1)
            #expect(try await Self.isOut(marta))
        }
    }

    @Test(
        "A deactivated account stops at once: session, token and password; active again, it works again",
        arguments: Engine.available)
    func deactivation(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let browser = try await server.browser(.jonas)
            let program = try await server.program(.jonas)
            let id = RawValue.text(server.desk.people[.jonas]?.id.raw ?? "")
            #expect(try await program.get("/api/v1/me").status == 200)
            try await server.desk.perform("person.deactivate", as: .samira, ["id": id, "reason": "Left"])
            #expect(try await Self.isOut(browser))
            #expect(try await program.get("/api/v1/me").status == 401)
            #expect(
                try await SignInTests.signIn(server, Cast.jonas.email, TestServer.password).status == 422)
            try await server.desk.perform("person.reactivate", as: .samira, ["id": id])
            #expect(try await program.get("/api/v1/me").status == 200)
        }
    }

    @Test("A new password ends the other sessions and needs the old one", arguments: Engine.available)
    func passwordChange(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let here = try await server.browser(.marta)
            let there = try await server.browser(.marta)
            let wrong = try await here.submit(
                "/account/password", ["current": "not it at all", "password": "another long sentence"])
            #expect(wrong.status == 422)
            #expect(wrong.body.contains("The current password is not right. Nothing was changed."))
            let short = try await here.submit(
                "/account/password", ["current": TestServer.password, "password": "short"])
            #expect(short.status == 422)
            #expect(try await !Self.isOut(there))
            let changed = try await here.submit(
                "/account/password", ["current": TestServer.password, "password": "another long sentence"])
            #expect(changed.status == 303)
            #expect(try await !Self.isOut(here))
            #expect(try await Self.isOut(there))
            #expect(try await SignInTests.signIn(server, Cast.marta.email, TestServer.password).status == 422)
            #expect(
                try await SignInTests.signIn(server, Cast.marta.email, "another long sentence").status == 303)
        }
    }

    @Test(
        "Guessing the current password on the page of the account is limited as signing in is, and on record",
        arguments: Engine.available)
    func guessedCurrentPassword(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let found = try await server.browser(.marta)
            for number in 0..<10 {
                let wrong = try await found.submit(
                    "/account/password",
                    ["current": "guess \(number)", "password": "another long sentence"])
                #expect(wrong.status == 422)
            }
            let right = try await found.submit(
                "/account/password", ["current": TestServer.password, "password": "another long sentence"])
            #expect(right.status == 429)
            #expect(right.body.contains("Too many failed attempts. Wait 15 min"))
            #expect(
                try await SignInTests.signIn(server, Cast.marta.email, TestServer.password).status == 429,
                "it is the same account, and the same count")
            let failures = try await SignInTests.facts(of: .marta, server.desk).filter {
                $0.kind == "person.sign_in_failed"
            }
            #expect(failures.count == 10)
            server.desk.clock.advance(seconds: 900)
            let later = try await found.submit(
                "/account/password", ["current": TestServer.password, "password": "another long sentence"])
            #expect(later.status == 303)
        }
    }

    @Test(
        "The link for a new password works once, ends all sessions, and is shown to administrators alone",
        arguments: Engine.available)
    func resetLink(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await server.browser(.marta)
            let samira = try await server.browser(.samira)
            let id = server.desk.people[.marta]?.id.raw ?? ""
            let page = try await samira.submit("/people/\(id)/reset_password", [:]).body
            let link = try #require(
                page.firstMatch(of: /http:\/\/127\.0\.0\.1:\d+(\/password\/[0-9a-f]+)/)?.output.1)
            let path = String(link)
            #expect(try await !samira.get("/people/\(id)").body.contains(path))
            #expect(try await server.stranger.get(path).body.contains("New password for Marta"))
            let weak = try await server.stranger.submit(path, ["password": "short"])
            #expect(weak.status == 422)
            #expect(try await !Self.isOut(marta))
            #expect(
                try await server.stranger.submit(path, ["password": "a fresh long sentence"]).status == 303)
            #expect(try await Self.isOut(marta))
            #expect(try await server.stranger.get(path).status == 404)
            #expect(
                try await server.stranger.submit(path, ["password": "yet another sentence"]).status == 404)
            #expect(
                try await SignInTests.signIn(server, Cast.marta.email, "a fresh long sentence").status == 303)
            #expect(
                try await SignInTests.signIn(server, Cast.marta.email, "yet another sentence").status == 422)
        }
    }

    @Test(
        "A link for a new password ends after a day, and a newer one replaces it", arguments: Engine.available
    )
    func resetLinkEnds(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let accounts = Accounts(server.desk.services)
            let marta = try #require(server.desk.people[.marta])
            let old = try await accounts.makeLink(purpose: "password", person: marta.id, hours: 24)
            let new = try await accounts.makeLink(purpose: "password", person: marta.id, hours: 24)
            #expect(try await server.stranger.get("/password/\(old)").status == 404)
            #expect(try await server.stranger.get("/setup/\(new)").status == 404, "it is for one purpose")
            server.desk.clock.advance(seconds: 24 * 3600 - 1)
            #expect(try await server.stranger.get("/password/\(new)").status == 200)
            server.desk.clock.advance(seconds: 1)
            #expect(try await server.stranger.get("/password/\(new)").status == 404)
            let late = try await server.stranger.submit(
                "/password/\(new)", ["password": "a fresh long sentence"])
            #expect(late.status == 404)
            #expect(try await !accounts.hasPassword(marta))
        }
    }

    @Test(
        "The first administrator’s link works once, even where it is used by several at the same moment",
        arguments: Engine.available)
    func setupLink(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let secret = try await Accounts(server.desk.services).makeLink(
                purpose: "setup", person: nil, hours: 1)
            let weak = try await server.stranger.submit(
                "/setup/\(secret)", ["name": "Root", "email": "root@x.example", "password": "short"])
            #expect(weak.status == 422)
            #expect(weak.body.contains("value=\"Root\"") && weak.body.contains("value=\"root@x.example\""))
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<6 {
                    group.addTask {
                        try await server.stranger.submit(
                            "/setup/\(secret)",
                            [
                                "name": "Root \(number)", "email": "root\(number)@x.example",
                                "password": "a sentence of some length",
                            ]
                        ).status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.sorted() == [303, 404, 404, 404, 404, 404])
            let people = try await server.desk.services.allPeople().filter { $0.name.hasPrefix("Root") }
            #expect(people.count == 1 && people[0].roles == ["administrator"])
        }
    }

    @Test(
        "A link for a new password that several use at the same moment sets one password",
        arguments: Engine.available)
    func resetLinkOnce(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try #require(server.desk.people[.marta])
            let secret = try await Accounts(server.desk.services).makeLink(
                purpose: "password", person: marta.id, hours: 1)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<6 {
                    group.addTask {
                        try await server.stranger.submit(
                            "/password/\(secret)", ["password": "sentence number \(number) of six"]
                        ).status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.sorted() == [303, 404, 404, 404, 404, 404])
            let facts = try await SignInTests.facts(of: .marta, server.desk)
            #expect(facts.filter { $0.kind == "person.password_set" }.count == 1)
        }
    }

    @Test("The last administrator can be neither demoted nor deactivated", arguments: Engine.available)
    func lastAdministrator(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            _ = try await server.browser(.samira)
            let program = try await server.program(.samira)
            let id = server.desk.people[.samira]?.id.raw ?? ""
            let demoted = try await program.post(
                "/api/v1/people/\(id)/change_roles", json: ["roles": ["engineer"]])
            #expect(demoted.status == 422)
            #expect(demoted.json.fieldCodes == ["roles:last_administrator"])
            let own = try await program.post("/api/v1/people/\(id)/deactivate", json: [:])
            #expect(own.status == 409 && own.json["code"] == "own_account")
            let ines = server.desk.people[.ines]?.id.raw ?? ""
            let promoted = try await program.post(
                "/api/v1/people/\(ines)/change_roles", json: ["roles": ["lead", "administrator"]])
            #expect(promoted.status == 200)
            _ = try await server.browser(.ines)
            let now = try await program.post(
                "/api/v1/people/\(id)/change_roles", json: ["roles": ["engineer"]])
            #expect(now.status == 200)
            let again = try await program.post(
                "/api/v1/people/\(id)/change_roles", json: ["roles": ["administrator"]])
            #expect(again.status == 403, "the change holds with the next request")
        }
    }

    @Test(
        "A customer never holds a role of the staff, and belongs to an organisation",
        arguments: Engine.available)
    func rolesFit(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let program = try await server.program(.samira)
            for (fields, code) in [
                (
                    ["roles": ["customer", "engineer"], "organisation": "Halden Travel"] as JSON,
                    "roles:customer_and_staff"
                ),
                (["roles": ["customer"]], "organisation:missing"), (["roles": []], "roles:missing"),
                (
                    ["roles": ["engineer"], "organisation": "Halden Travel"],
                    "organisation:staff_in_organisation"
                ),
                (["roles": ["wizard"]], "roles:unknown_choice"),
            ] {
                var object = fields.object ?? [:]
                (object["name"], object["email"]) = ("New", "new@cast.example")
                let refused = try await program.post("/api/v1/people", json: .object(object))
                #expect(refused.status == 422)
                #expect(refused.json.fieldCodes == [code])
            }
            let taken = try await program.post(
                "/api/v1/people", json: ["name": "Two", "email": "MARTA@cast.example", "roles": ["engineer"]])
            #expect(taken.json.fieldCodes == ["email:taken"])
        }
    }

    @Test("Single-key shortcuts are switched off and on by each person", arguments: Engine.available)
    func shortcuts(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await server.browser(.marta)
            #expect(try await !marta.get("/cases").body.contains("data-keys=\"off\""))
            #expect(try await marta.submit("/account/shortcuts", ["on": "false"]).status == 303)
            #expect(try await marta.get("/cases").body.contains("data-keys=\"off\""))
            #expect(try await !server.browser(.jonas).get("/cases").body.contains("data-keys=\"off\""))
            #expect(try await marta.submit("/account/shortcuts", ["on": "true"]).status == 303)
            #expect(try await !marta.get("/cases").body.contains("data-keys=\"off\""))
        }
    }
}
