import Diagnosis
import Domain
import Storage
import TestSupport
import Testing
import Web

@testable import Desk

/// Signing in with a code beside the password: setting it up, using it, losing it.
@Suite("Second factor")
struct SecondFactorTests {
    /// Somebody's app, and the paper with the recovery codes.
    struct App: Sendable {
        var secret: [UInt8]
        var recovery: [String]
        /// The code that it shows now.
        func code(_ server: TestServer, later steps: Int64 = 0) -> String {
            OneTimeCode.code(secret, step: SecondFactor.step(at: server.desk.clock.now) + steps)
        }
    }

    /// The value of a hidden field, or the text of an element, of a page.
    private static func offered(_ page: String) throws -> (carried: String, secret: [UInt8]) {
        let carried = try #require(page.firstMatch(of: /name="offer_secret" value="([^"]+)"/)?.1)
        let key = try #require(page.firstMatch(of: /id="key">([A-Z2-7 ]+)</)?.1)
        return (String(carried), decoded(String(key)))
    }

    private static func decoded(_ key: String) -> [UInt8] {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        let bits = key.filter { $0 != " " }.flatMap { letter -> [UInt8] in
            let value = letters.firstIndex(of: letter) ?? 0
            return (0..<5).map { UInt8(value >> (4 - $0) & 1) }
        }
        return stride(from: 0, to: bits.count - 7, by: 8).map { start in
            bits[start..<start + 8].reduce(0) { $0 << 1 | $1 }
        }
    }

    private static func recovery(_ page: String) -> [String] {
        page.matches(of: /<li><code>([0-9a-z-]{19})<\/code>/).map { String($0.1) }
    }

    /// Sets a second factor up on the page of the account.
    static func setUp(_ server: TestServer, _ browser: TestClient) async throws -> App {
        let (carried, secret) = try offered(try await browser.get("/account/second_factor").body)
        var app = App(secret: secret, recovery: [])
        let answer = try await browser.submit(
            "/account/second_factor",
            ["offer_secret": carried, "code": app.code(server), "current": TestServer.password])
        #expect(answer.status == 200)
        app.recovery = recovery(answer.body)
        server.desk.clock.advance(seconds: 31)
        return app
    }

    private static func with(_ cookie: String, _ server: TestServer) -> TestClient {
        var client = server.stranger
        client.headers = [("Cookie", cookie)]
        return client
    }

    /// The first step: the password; returns somebody who waits for the second.
    static func password(_ server: TestServer, _ member: Cast, next: String = "") async throws -> (
        TestClient, to: String?
    ) {
        let answer = try await SignInTests.signIn(server, member.email, TestServer.password, next: next)
        #expect(answer.status == 303)
        let cookie = String((answer.headers["set-cookie"] ?? "").prefix { $0 != ";" })
        return (
            with(cookie, server), answer.headers["location"]
        )
    }

    private static func kinds(of member: Cast, _ desk: TestDesk) async throws -> [String] {
        let id = desk.people[member]?.id.raw ?? ""
        return try await desk.services.database.read { tx in
            try tx.all("SELECT kind FROM fact WHERE subject_id = \(id) ORDER BY sequence") { $0.text(0) }
        }
    }

    private static func require(_ role: String, _ desk: TestDesk) async throws {
        let document = Policy.defaultDocument.replacing(
            "- id: \(role)\n", with: "- id: \(role)\n    second_factor: required\n")
        try await desk.perform(
            "policy.change", as: .samira, ["document": .text(document), "reason": "Codes for all."])
    }

    @Test("Codes are those of RFC 6238")
    func vectors() {
        let secret = Array("12345678901234567890".utf8)
        let vectors: [(Int64, String)] = [
            (59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924"),
            (2_000_000_000, "279037"), (20_000_000_000, "353130"),
        ]
        for (seconds, code) in vectors {
            let step = SecondFactor.step(at: Timestamp(microseconds: seconds * 1_000_000))
            #expect(OneTimeCode.code(secret, step: step) == code)
        }
    }

    @Test(
        "ADMIN-02 part: Once set up, the password alone opens nothing, and the code of the app opens the page that was wanted",
        arguments: Engine.available)
    func signingIn(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let app = try await Self.setUp(server, try await server.browser(.marta))
            #expect(app.recovery.count == 10 && Set(app.recovery).count == 10)
            let (waiting, to) = try await Self.password(server, .marta, next: "/cases?view=mine")
            #expect(to == "/sign-in/code?next=%2Fcases%3Fview%3Dmine")
            #expect(try await waiting.get("/cases").status == 303, "the password alone is no session")
            #expect(try await waiting.get("/sign-in/code").body.contains("Code of your app"))
            let done = try await waiting.submit(
                "/sign-in/code", ["code": app.code(server), "next": "/cases?view=mine"])
            #expect(done.status == 303 && done.headers["location"] == "/cases?view=mine")
            #expect(done.headers["set-cookie"] != nil)
            let again = try await waiting.submit("/sign-in/code", ["code": app.code(server, later: 1)])
            #expect(again.headers["location"] == "/sign-in?late=1", "a sign-in is finished once")
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test("A code is accepted once, even by two who type it at the same moment", arguments: Engine.available)
    func once(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let app = try await Self.setUp(server, try await server.browser(.marta))
            let code = app.code(server)
            let first = try await Self.password(server, .marta).0
            let second = try await Self.password(server, .marta).0
            async let one = first.submit("/sign-in/code", ["code": code])
            async let other = second.submit("/sign-in/code", ["code": code])
            #expect(try await [one.status, other.status].sorted() == [303, 422])
        }
    }

    @Test(
        "Wrong codes count with wrong passwords, and a right password between them forgives none",
        arguments: Engine.available)
    func limits(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let app = try await Self.setUp(server, try await server.browser(.marta))
            for _ in 0..<5 {
                server.desk.clock.advance(seconds: 1)
                let waiting = try await Self.password(server, .marta).0
                server.desk.clock.advance(seconds: 1)
                #expect(try await waiting.submit("/sign-in/code", ["code": "000000"]).status == 422)
                #expect(try await waiting.submit("/sign-in/code", ["code": "no code"]).status == 422)
            }
            let blocked = try await SignInTests.signIn(server, Cast.marta.email, TestServer.password)
            #expect(blocked.status == 429)
            server.desk.clock.advance(seconds: 901)
            let waiting = try await Self.password(server, .marta).0
            #expect(try await waiting.submit("/sign-in/code", ["code": app.code(server)]).status == 303)
        }
    }

    @Test("A recovery code signs in once, and says how many are left", arguments: Engine.available)
    func recoveryCodes(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await server.browser(.marta)
            let app = try await Self.setUp(server, marta)
            let code = try #require(app.recovery.dropFirst(3).first)
            let waiting = try await Self.password(server, .marta).0
            #expect(
                try await waiting.submit("/sign-in/code", ["code": code.uppercased()]).status == 303)
            let again = try await Self.password(server, .marta).0
            #expect(try await again.submit("/sign-in/code", ["code": code]).status == 422)
            let page = try await marta.get("/account/second_factor").body
            #expect(page.contains("9 recovery codes left"))
            #expect(try await marta.get("/account").body.contains("with a recovery code"))
        }
    }

    @Test("A sign-in waits ten minutes for its code", arguments: Engine.available)
    func tooLate(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let app = try await Self.setUp(server, try await server.browser(.marta))
            let waiting = try await Self.password(server, .marta).0
            server.desk.clock.advance(seconds: 601)
            let answer = try await waiting.submit("/sign-in/code", ["code": app.code(server)])
            #expect(answer.headers["location"] == "/sign-in?late=1")
            #expect(try await server.stranger.get("/sign-in?late=1").body.contains("took too long"))
        }
    }

    @Test(
        "Where policy asks for it, sessions without one end, and who has none sets it up and can do nothing else",
        arguments: Engine.available)
    func required(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let before = try await server.browser(.marta)
            let program = try await server.program(.marta)
            #expect(try await before.get("/cases").status == 200)
            try await Self.require("engineer", server.desk)
            #expect(try await before.get("/cases").status == 303, "the session is not enough any more")
            #expect(try await program.get("/api/v1/me").status == 200, "tokens are not affected")
            let (waiting, to) = try await Self.password(server, .marta)
            #expect(to == "/sign-in/second_factor")
            for path in ["/cases", "/account", "/account/second_factor"] {
                #expect(try await waiting.get(path).status == 303)
            }
            #expect(try await waiting.get("/sign-in/code").status == 303)
            let (carried, secret) = try Self.offered(try await waiting.get("/sign-in/second_factor").body)
            let app = App(secret: secret, recovery: [])
            let wrong = try await waiting.submit(
                "/sign-in/second_factor", ["offer_secret": carried, "code": "000000"])
            #expect(wrong.status == 422 && wrong.body.contains(carried), "the key stays the same")
            let done = try await waiting.submit(
                "/sign-in/second_factor", ["offer_secret": carried, "code": app.code(server)])
            #expect(done.status == 200 && Self.recovery(done.body).count == 10)
            let cookie = try #require(done.headers["set-cookie"])
            #expect(cookie.contains("thirdline-pending=;") || cookie.contains("thirdline="))
            server.desk.clock.advance(seconds: 31)
            let next = try await Self.password(server, .marta)
            #expect(next.to == "/sign-in/code")
            let off = try await Self.signedIn(server, next.0, app)
            let refused = try await off.submit(
                "/account/second_factor/switch_off", ["code": app.code(server, later: 1)])
            #expect(refused.status == 409 && refused.body.contains("not switch it off"))
        }
    }

    /// Finishes a sign-in with the code of the app.
    private static func signedIn(_ server: TestServer, _ waiting: TestClient, _ app: App) async throws
        -> TestClient
    {
        let answer = try await waiting.submit("/sign-in/code", ["code": app.code(server)])
        let session = try #require(answer.allCookies.first { $0.hasPrefix("thirdline=") })
        return with(session, server)
    }

    @Test(
        "Switching off, new recovery codes and another app each ask for a code again",
        arguments: Engine.available)
    func changing(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await server.browser(.marta)
            let app = try await Self.setUp(server, marta)
            let renewed = try await marta.submit(
                "/account/second_factor/recovery_codes", ["code": app.code(server)])
            let codes = Self.recovery(renewed.body)
            #expect(codes.count == 10 && Set(codes).isDisjoint(with: app.recovery))
            for path in ["recovery_codes", "switch_off"] {
                let used = try await marta.submit(
                    "/account/second_factor/\(path)", ["code": app.code(server)])
                #expect(used.status == 422, "\(path) takes no code that was used")
            }
            let (carried, secret) = try Self.offered(try await marta.get("/account/second_factor").body)
            var new = App(secret: secret, recovery: [])
            let unproven = try await marta.submit(
                "/account/second_factor",
                ["offer_secret": carried, "code": new.code(server), "current": TestServer.password])
            #expect(unproven.status == 422, "the password is not enough to move it")
            let moved = try await marta.submit(
                "/account/second_factor",
                ["offer_secret": carried, "code": new.code(server), "current_code": codes[0]])
            #expect(moved.status == 200)
            new.recovery = Self.recovery(moved.body)
            server.desk.clock.advance(seconds: 31)
            let old = try await marta.submit(
                "/account/second_factor/switch_off", ["code": app.code(server)])
            #expect(old.status == 422, "the app before has no say any more")
            let off = try await marta.submit(
                "/account/second_factor/switch_off", ["code": new.code(server)])
            #expect(off.status == 303)
            #expect(
                try await SignInTests.signIn(server, Cast.marta.email, TestServer.password).headers[
                    "location"] == "/home")
            let kinds = try await Self.kinds(of: .marta, server.desk)
            #expect(
                kinds.filter { $0.contains("second_factor") || $0.contains("recovery") } == [
                    "person.second_factor_added", "person.recovery_codes_made", "person.recovery_code_used",
                    "person.second_factor_added", "person.second_factor_removed",
                ])
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test(
        "An administrator resets a lost second factor: sessions end, and the person is told who did it",
        arguments: Engine.available)
    func reset(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await server.browser(.marta)
            _ = try await Self.setUp(server, marta)
            let id = server.desk.people[.marta]?.id.raw ?? ""
            let samira = try await server.browser(.samira)
            #expect(try await samira.get("/people/\(id)").body.contains("reset_second_factor"))
            let done = try await samira.submit(
                "/people/\(id)/reset_second_factor", ["reason": "Phone lost, called back"])
            #expect(done.status == 303)
            #expect(try await marta.get("/account").status == 303, "her sessions are over")
            let account = try await server.browser(.marta).get("/account").body
            #expect(account.contains("Your second factor was reset") && account.contains("Samira"))
            let rows = try await server.desk.services.database.read { tx in
                try tx.first("SELECT COUNT(*) FROM second_factor") { $0.integer(0) }
            }
            #expect(rows == 0, "the secret is gone")
            #expect(try await server.desk.findings() == [])
            let own = try await samira.submit(
                "/people/\(server.desk.people[.samira]?.id.raw ?? "")/reset_second_factor", ["reason": "x"])
            #expect(own.status == 409)
        }
    }

    @Test("A word that policy does not know for second factors is named with its line")
    func unknownWord() async throws {
        try await TestDesk.run(on: .sqlite) { desk in
            let document = Policy.defaultDocument.replacing(
                "- id: lead\n", with: "- id: lead\n    second_factor: always\n")
            let refusal = await #expect(throws: Refusal.self) {
                try await desk.perform(
                    "policy.change", as: .samira, ["document": .text(document), "reason": "Codes"])
            }
            let words = refusal?.problems.map(\.message).joined() ?? ""
            #expect(words.contains("second_factor: “always” is not one of required, optional"), "\(words)")
        }
    }

    @Test("What is stored opens nothing: the secret is sealed for its person", arguments: Engine.available)
    func sealed(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let app = try await Self.setUp(server, try await server.browser(.marta))
            let marta = server.desk.people[.marta]?.id.raw ?? ""
            let row = try await server.desk.services.database.read { tx in
                try tx.first(PeopleQueries.secondFactor(of: marta)) {
                    KeyRing.Sealed(keyID: $0.text(0), bytes: $0.blob(1))
                }
            }
            let sealed = try #require(row)
            #expect(sealed.keyID == "k1" && sealed.bytes.count == 12 + 20 + 16)
            let keys = server.desk.services.keys
            #expect(try keys.open(sealed, for: "second_factor/\(marta)") == app.secret)
            #expect(throws: SealProblem.damaged) { try keys.open(sealed, for: "second_factor/other") }
        }
    }
}
