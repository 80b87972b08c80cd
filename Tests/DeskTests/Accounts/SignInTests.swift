import Diagnosis
import Domain
import HTTPTypes
import NIOHTTP1
import Storage
import TestSupport
import Testing
import Web

@testable import Desk

/// Signing in with a password, and what stops guessing.
@Suite("Signing in")
struct SignInTests {
    private static let right = TestServer.password

    /// Tries to sign in as a browser does; nothing else than the form is sent.
    static func signIn(
        _ server: TestServer, _ email: String, _ password: String, next: String = ""
    ) async throws -> TestResponse {
        try await server.stranger.submit("/sign-in", ["email": email, "password": password, "next": next])
    }

    @Test(
        "The right password begins a session, whose cookie no script reads and no other site sends",
        arguments: Engine.available)
    func rightPassword(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            _ = try await server.browser(.marta)
            let answer = try await Self.signIn(server, " Marta@CAST.example ", Self.right)
            #expect(answer.status == 303)
            #expect(answer.headers["location"] == "/home")
            let cookie = try #require(answer.headers["set-cookie"])
            #expect(
                cookie.wholeMatch(
                    of: /thirdline=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=1209600/) != nil,
                "\(cookie)")
            let secret = String(cookie.prefix { $0 != ";" })
            let page = try await server.stranger.get("/cases", [("Cookie", "theme=dark; \(secret)")])
            #expect(page.status == 200 && page.body.contains("Marta"))
            _ = try await server.browser(.daniel)
            #expect(
                try await Self.signIn(server, Cast.daniel.email, Self.right).headers["location"] == "/portal")
        }
    }

    @Test(
        "A wrong password, an unknown address, no password and a deactivated account get the same words",
        arguments: Engine.available)
    func sameWords(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            _ = try await server.browser(.marta)
            _ = try await server.browser(.jonas)
            try await server.desk.perform(
                "person.deactivate", as: .samira, ["id": .text(server.desk.people[.jonas]?.id.raw ?? "")])
            var bodies: Set<String> = []
            for (email, password) in [
                (Cast.marta.email, "not the password at all"), ("nobody@cast.example", Self.right),
                (Cast.lea.email, Self.right), (Cast.jonas.email, Self.right), (Cast.marta.email, ""),
            ] {
                let answer = try await Self.signIn(server, email, password)
                #expect(answer.status == 422)
                #expect(answer.headers["set-cookie"] == nil)
                #expect(answer.body.contains("value=\"\(email)\""), "the address is kept")
                #expect(password.isEmpty || !answer.body.contains(password), "the password is not")
                bodies.insert(answer.lasting.replacing(email, with: "E"))
            }
            #expect(bodies.count == 1)
        }
    }

    @Test(
        "After ten failures an account waits, says how long, and is free again after 15 minutes",
        arguments: Engine.available)
    func accountWaits(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            _ = try await server.browser(.marta)
            for _ in 0..<10 {
                #expect(try await Self.signIn(server, Cast.marta.email, "wrong").status == 422)
            }
            server.desk.clock.advance(seconds: 60)
            let limited = try await Self.signIn(server, Cast.marta.email, Self.right)
            #expect(limited.status == 429)
            #expect(limited.headers["retry-after"] == "840")
            #expect(limited.headers["set-cookie"] == nil)
            #expect(try await Self.signIn(server, "MARTA@cast.example", Self.right).status == 429)
            _ = try await server.browser(.jonas)
            #expect(
                try await Self.signIn(server, Cast.jonas.email, Self.right).status == 303,
                "others are not held up")
            server.desk.clock.advance(seconds: 839)
            #expect(try await Self.signIn(server, Cast.marta.email, Self.right).status == 429)
            server.desk.clock.advance(seconds: 1)
            #expect(try await Self.signIn(server, Cast.marta.email, Self.right).status == 303)
        }
    }

    @Test(
        "Forty guesses at once are counted as they come, so ten of them are tried",
        arguments: Engine.available)
    func guessesAtOnce(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            _ = try await server.browser(.marta)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        try await Self.signIn(server, Cast.marta.email, "guess \(number)").status
                    }
                }
                return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(statuses == [422: 10, 429: 30])
        }
    }

    @Test("Who signs in does not use up the attempts of their place", arguments: Engine.available)
    func successesDoNotCount(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            _ = try await server.browser(.marta)
            for _ in 0..<60 {
                server.desk.clock.advance(seconds: 1)
                #expect(try await Self.signIn(server, Cast.marta.email, Self.right).status == 303)
            }
        }
    }

    @Test("An address that is not known waits just like one that is", arguments: Engine.available)
    func unknownWaitsToo(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            var statuses: [Int] = []
            for _ in 0..<11 {
                statuses.append(try await Self.signIn(server, "nobody@x.example", "wrong").status)
            }
            #expect(statuses == [Int](repeating: 422, count: 10) + [429])
        }
    }

    @Test(
        "After fifty failures the place they come from waits, whichever accounts it tried",
        arguments: Engine.available)
    func placeWaits(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            _ = try await server.browser(.marta)
            for number in 0..<50 {
                #expect(try await Self.signIn(server, "someone\(number)@x.example", "wrong").status == 422)
            }
            let limited = try await Self.signIn(server, Cast.marta.email, Self.right)
            #expect(limited.status == 429)
            #expect(limited.headers["retry-after"] == "900")
            server.desk.clock.advance(seconds: 900)
            #expect(try await Self.signIn(server, Cast.marta.email, Self.right).status == 303)
        }
    }

    @Test("Failures and successes are facts about the person", arguments: Engine.available)
    func attemptsAreFacts(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            _ = try await server.browser(.marta)
            _ = try await Self.signIn(server, Cast.marta.email, "wrong")
            _ = try await Self.signIn(server, Cast.marta.email, Self.right)
            let kinds = try await Self.facts(of: .marta, server.desk).map(\.kind)
            #expect(kinds.suffix(2) == ["person.sign_in_failed", "person.signed_in"])
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test("After signing in people come to the page they asked for, and never to another site")
    func nextStaysHere() async throws {
        try await TestServer.run(on: .sqlite) { server in
            _ = try await server.browser(.marta)
            let asked = try await server.stranger.get("/cases/TL-1")
            #expect(asked.status == 303 && asked.headers["location"] == "/sign-in?next=%2Fcases%2FTL-1")
            let form = try await server.stranger.get("/sign-in?next=%2Fcases%2FTL-1").body
            #expect(form.contains("name=\"next\" value=\"/cases/TL-1\""))
            for (next, place) in [
                ("/cases/TL-1", "/cases/TL-1"), ("//evil.example", "/home"),
                ("https://evil.example", "/home"),
                ("/\\evil.example", "/home"), ("\\\\evil.example", "/home"),
                ("javascript:alert(1)", "/home"),
                ("/x\r\nSet-Cookie: a=b", "/home"), (" //evil.example", "/home"),
                ("/\t/evil.example", "/home"),
                ("", "/home"), ("evil.example", "/home"), ("/a%0d%0aX: y", "/home"),
            ] {
                let answer = try await Self.signIn(server, Cast.marta.email, Self.right, next: next)
                #expect(answer.status == 303)
                #expect(answer.headers["location"] == place, "\(next)")
            }
            let number = try await server.desk.reportedCase()
            let marta = try await server.browser(.marta)
            let away = try await marta.submit(
                "/cases/\(number)/note", ["text": "x", "_return": "//evil.example/", "_key": "k"])
            #expect(away.headers["location"] == "/cases/\(number)?done=noted")
        }
    }

    @Test("Weak passwords are refused with the reason", arguments: Engine.available)
    func weakPasswords(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let accounts = Accounts(desk.services)
            let marta = try #require(desk.people[.marta])
            for (password, code) in [
                ("short", "too_short"), ("elevenchars", "too_short"), ("aaaaaaaaaaaaaaaa", "too_common"),
                ("password1234", "too_common"), ("Qwertyuiop12", "too_common"),
                ("i am MARTA of cast", "too_common"),
                (String(repeating: "long words ", count: 100), "too_long"),
            ] {
                let refusal = await #expect(throws: Refusal.self, "\(password)") {
                    try await accounts.setPassword(password, of: marta, by: marta.id.raw, byReset: false)
                }
                #expect(refusal?.code == code, "\(password)")
                #expect(refusal?.message.contains(password) == false)
            }
            #expect(try await !accounts.hasPassword(marta))
            try await accounts.setPassword("鍵 and tiny words", of: marta, by: marta.id.raw, byReset: false)
            #expect(try await accounts.hasPassword(marta))
        }
    }

    @Test(
        "No page, document or fact holds a password, a hash or the secret of a session or token",
        arguments: Engine.available)
    func noSecretsAnywhere(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let samira = try await server.browser(.samira)
            let program = try await server.program(.samira)
            let token = try await server.desk.token(for: .samira)
            let session = try #require(samira.headers.first?.1.split(separator: "=").last.map(String.init))
            _ = try await Self.signIn(server, Cast.samira.email, "a guess that is wrong")
            let id = server.desk.people[.samira]?.id.raw ?? ""
            var texts: [String] = []
            for path in ["/people", "/people/\(id)", "/account", "/account/tokens"] {
                texts.append(try await samira.get(path).body)
            }
            for path in ["/me", "/people", "/people/\(id)"] {
                texts.append(try await program.get("/api/v1\(path)").body)
            }
            for member in Cast.allCases { texts += try await Self.facts(of: member, server.desk).map(\.text) }
            let hash = try await server.desk.services.database.read { tx in
                try tx.first(PeopleQueries.credential(of: id)) { $0.text(0) } ?? "none"
            }
            for secret in [Self.right, "a guess that is wrong", token, session, hash, "scrypt"] {
                #expect(!texts.contains { $0.contains(secret) }, "\(secret.prefix(6))")
            }
        }
    }

    /// The facts about somebody, in order, as text.
    static func facts(of member: Cast, _ desk: TestDesk) async throws -> [(kind: String, text: String)] {
        guard let person = desk.people[member] else { return [] }
        return try await desk.services.database.read { [journal = desk.services.journal] tx in
            try journal.facts(of: person.ref, as: PersonFact.self, in: tx).map {
                ($0.body.kind, $0.body.body.text)
            }
        }
    }
}
