import Diagnosis
import Domain
import NIOHTTP1
import TestSupport
import Testing
import Web

@testable import Desk

/// Writes that another site makes in somebody's browser, and the headers that keep pages to themselves.
@Suite("Other sites")
struct CrossSiteTests {
    private static let form = ("Content-Type", "application/x-www-form-urlencoded")

    @Test(
        "A form that no page of this site sent is refused, and nothing is done", arguments: Engine.available)
    func forgedForms(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await server.browser(.marta)
            let forged: [[(String, String)]] = [
                [], [("Sec-Fetch-Site", "cross-site")], [("Sec-Fetch-Site", "same-site")],
                [("Origin", "https://evil.example")], [("Origin", "null")],
                [("Origin", "http://127.0.0.1:1")],
                [("Sec-Fetch-Site", "cross-site"), ("Origin", "http://127.0.0.1:\(server.port)")],
                [("Origin", "http://127.0.0.1:\(server.port).evil.example")], [("Origin", "")],
                [("Referer", "http://127.0.0.1:\(server.port)/cases")],
            ]
            for headers in forged {
                let body = Array("text=forged&_key=k".utf8)
                let answer = try await marta.send(.POST, "/cases/\(number)/note", body, [Self.form] + headers)
                #expect(answer.status == 403, "\(headers)")
                #expect(answer.body.contains("did not come from a page of this site"), "\(headers)")
                let draft = try await marta.send(
                    .PUT, "/drafts", Array("key=k&text=t".utf8), [Self.form] + headers)
                #expect(draft.status == 403)
                let out = try await marta.send(.POST, "/sign-out", [], [Self.form] + headers)
                #expect(out.status == 403)
            }
            #expect(try await server.desk.found(number).version == Version(1))
            #expect(try await marta.get("/cases").status == 200, "nobody was signed out")
        }
    }

    @Test("A form of this site passes, by Fetch Metadata or by Origin, and so does a program with its token")
    func ownForms() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await server.browser(.marta)
            let own: [[(String, String)]] = [
                [("Sec-Fetch-Site", "same-origin")], [("Sec-Fetch-Site", "none")],
                [("Origin", "http://127.0.0.1:\(server.port)")],
            ]
            for headers in own {
                let answer = try await marta.send(
                    .POST, "/cases/\(number)/note", Array("text=mine".utf8), [Self.form] + headers)
                #expect(answer.status == 303, "\(headers)")
            }
            let program = try await server.program(.marta)
            let answer = try await program.post(
                "/api/v1/cases/\(number)/note", json: ["text": "x"], [("Sec-Fetch-Site", "cross-site")])
            #expect(answer.status == 200)
        }
    }

    @Test("Signing in from another site is refused")
    func foreignSignIn() async throws {
        try await TestServer.run(on: .sqlite) { server in
            _ = try await server.browser(.marta)
            let body = Array("email=marta@cast.example&password=\(TestServer.password)".utf8)
            let answer = try await server.stranger.send(
                .POST, "/sign-in", body, [Self.form, ("Origin", "https://evil.example")])
            #expect(answer.status == 403 && answer.headers["set-cookie"] == nil)
        }
    }

    @Test("Every answer forbids frames, foreign scripts, sniffing and caching, refusals and faults too")
    func headersOfEveryAnswer() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await server.browser(.marta)
            let program = try await server.program(.marta)
            let answers = [
                try await marta.get("/cases"), try await marta.get("/cases/\(number)"),
                try await marta.get("/nowhere"),
                try await marta.get("/cases/none"), try await marta.submit("/cases/\(number)/note", [:]),
                try await marta.submit("/cases/\(number)/note", [:], site: "cross-site"),
                try await marta.send(.DELETE, "/cases"), try await server.stranger.get("/cases"),
                try await server.stranger.get("/sign-in"), try await program.get("/api/v1/cases"),
                try await program.get("/api/v1/nowhere"), try await program.get("/api/v1/cases?cursor=x"),
                try await server.stranger.get("/healthz"), try await server.stranger.get(Assets.style.path),
                try await server.stranger.get("/cases/%"), try await marta.send(.HEAD, "/cases"),
            ]
            var nonces: Set<String> = []
            var requests: Set<String> = []
            for answer in answers {
                let policy = answer.headers["content-security-policy"] ?? ""
                for part in [
                    "default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'",
                    "object-src 'none'", "style-src 'self'", "require-trusted-types-for 'script'",
                ] { #expect(policy.contains(part), "\(part)") }
                #expect(!policy.contains("unsafe"))
                #expect(answer.headers["x-content-type-options"] == "nosniff")
                #expect(answer.headers["referrer-policy"] == "same-origin")
                #expect(answer.headers["cross-origin-opener-policy"] == "same-origin")
                #expect(answer.headers["cross-origin-resource-policy"] == "same-origin")
                #expect(answer.headers["cache-control"] != nil)
                #expect(answer.headers["server"] == nil)
                if let nonce = policy.firstMatch(of: /'nonce-([0-9a-f]+)'/)?.output.1 {
                    nonces.insert(String(nonce))
                }
                requests.insert(answer.headers["x-request-id"] ?? "")
                #expect(!answer.body.contains(" onclick=") && !answer.body.contains(" style="))
            }
            #expect(nonces.count == answers.count, "no two answers share a nonce")
            #expect(requests.count == answers.count && !requests.contains(""))
            let page = answers[0]
            let nonce = try #require(
                page.headers["content-security-policy"]?.firstMatch(of: /'nonce-([0-9a-f]+)'/)?.output.1)
            #expect(page.body.contains("nonce=\"\(nonce)\""))
        }
    }
}
