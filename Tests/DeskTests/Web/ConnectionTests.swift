import Diagnosis
import Foundation
import TestSupport
import Testing
import Web

@testable import Desk

/// What malformed, endless and compressed requests are answered, through a real socket.
struct ConnectionTests {
    private func count(_ text: String, in answer: String) -> Int {
        answer.components(separatedBy: text).count - 1
    }

    private static let smuggled = "GET /healthz HTTP/1.1\r\nHost: desk.example\r\n\r\n"

    @Test(
        "A request that two servers could read differently is refused once, and nothing behind it is done",
        arguments: [
            (
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "400"
            ),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd", "400"),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", "501"),
            ("GET / HTTP/1.1\r\n\r\n", "400"), ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400"),
            ("GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n", "400"),
        ])
    func smuggling(_ raw: String, _ status: String) async throws {
        try await TestServer.run(on: .sqlite) { server in
            let answer = try await server.answers(to: raw + Self.smuggled)
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(answer.prefix(200))")
            #expect(count("HTTP/1.1 ", in: answer) == 1, "\(answer)")
            #expect(answer.lowercased().contains("connection: close"))
        }
    }

    @Test("What came before a malformed request is answered, then the refusal")
    func pipelined() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let answer = try await server.answers(to: Self.smuggled + "nonsense\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
            #expect(count("HTTP/1.1 ", in: answer) == 2)
            #expect(answer.contains("HTTP/1.1 400 "))
            #expect(answer.contains("This is not a request in HTTP/1.1."))
        }
    }

    @Test("A body with broken chunks is one request with one answer")
    func brokenChunks() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let token = try await server.desk.token(for: .marta, scopes: [])
            for line in ["", "Authorization: Bearer \(token)\r\n"] {
                let head =
                    "POST /api/v1/cases HTTP/1.1\r\nHost: a\r\n\(line)Content-Type: application/json\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\nzz\r\n"
                let answer = try await server.answers(to: head + Self.smuggled)
                #expect(
                    answer.hasPrefix(line.isEmpty ? "HTTP/1.1 401 " : "HTTP/1.1 422 "), "\(answer.prefix(80))"
                )
                #expect(count("HTTP/1.1 ", in: answer) == 1)
            }
        }
    }

    @Test("An address or header lines without end are refused with the limit in words")
    func endlessHead() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let long = String(repeating: "x", count: HeadLimits.bytes + 1)
            let lines = (0...HeadLimits.lines).map { "X-\($0): 1\r\n" }.joined()
            for raw in [
                "GET /cases?q=\(long) HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX: \(long)\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n",
            ] {
                let answer = try await server.answers(to: raw)
                #expect(answer.hasPrefix("HTTP/1.1 431 "), "\(answer.prefix(80))")
                #expect(answer.contains("64 kB"))
            }
        }
    }

    @Test("Whoever sends a body too slowly is told so and cut off, and the other requests go on")
    func slowBody() async throws {
        try await TestDesk.run(on: .sqlite, adjust: { settings, _ in settings.pace.stall = .seconds(1) }) {
            desk in
            try await TestServer.serve(desk) { server in
                let token = try await desk.token(for: .marta, scopes: [])
                let head =
                    "POST /api/v1/cases HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(token)\r\n"
                    + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
                let answer = try await server.answers(to: head)
                #expect(answer.hasPrefix("HTTP/1.1 408 "), "\(answer.prefix(80))")
                let other = try await server.stranger.get("/healthz")
                #expect(other.status == 200)
            }
        }
    }

    @Test("A connection on which nobody asks for anything is closed")
    func idle() async throws {
        try await TestDesk.run(
            on: .sqlite,
            adjust: { settings, _ in settings.pace = .init(idle: .seconds(1), stall: .seconds(1)) }
        ) { desk in
            try await TestServer.serve(desk) { server in
                for unfinished in ["", "GET /healthz HTTP/1.1\r\nX-Never"] {
                    let answer = try await server.answers(to: unfinished)
                    #expect(answer.isEmpty)
                }
                let answer = try await server.answers(to: Self.smuggled)
                #expect(answer.hasPrefix("HTTP/1.1 200 "))
            }
        }
    }

    @Test("A compressed body is refused before it grows")
    func compressed() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let program = try await server.program(.marta)
            let number = try await server.desk.reportedCase()
            for path in ["/api/v1/cases", "/api/v1/cases/\(number)/evidence"] {
                let answer = try await program.post(
                    path, raw: [0x1f, 0x8b, 8, 0], type: "application/json", [("Content-Encoding", "gzip")])
                #expect(answer.status == 415)
                #expect(answer.json["code"] == "unsupported_content_encoding")
            }
        }
    }

    @Test("A JSON object with more names than a form may have is refused at once")
    func manyNames() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let body = "{" + (0..<3000).map { "\"a\($0)\":1" }.joined(separator: ",") + "}"
            let answer = try await server.program(.marta).post(
                "/api/v1/cases", raw: Array(body.utf8), type: "application/json")
            #expect(answer.status == 422 && answer.json["code"] == "too_many_fields")
        }
    }

    @Test("A version that nothing ever has is refused, in the body and in If-Match")
    func impossibleVersion() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let number = try await server.desk.reportedCase()
            let program = try await server.program(.marta)
            let path = "/api/v1/cases/\(number)/note"
            let inBody = try await program.post(path, json: ["text": "A note", "base_version": -1])
            #expect(inBody.status == 422 && inBody.json["code"] == "wrong_type")
            let inHeader = try await program.post(
                path, json: ["text": "A note"], [("If-Match", "\"99999999999\"")])
            #expect(inHeader.status == 422 && inHeader.json["code"] == "bad_if_match")
        }
    }

    @Test("The metrics are read on this machine alone, or with their token")
    func metrics() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let stranger = server.stranger
            let here = try await stranger.get("/metrics")
            #expect(here.status == 200)
            for header in [
                ("X-Forwarded-For", "203.0.113.9"), ("Forwarded", "for=203.0.113.9"), ("Via", "1.1 proxy"),
                ("Host", "support.example.com"),
            ] {
                let answer = try await stranger.get("/metrics", [header])
                #expect(answer.status == 403, "\(header)")
                #expect(!answer.body.contains("thirdline_facts_total"))
            }
        }
        try await TestDesk.run(
            on: .sqlite, adjust: { settings, _ in settings.metricsToken = "a-token-of-metrics" }
        ) { desk in
            try await TestServer.serve(desk) { server in
                let stranger = server.stranger
                for headers in [[], [("Authorization", "Bearer another")]] {
                    let refused = try await stranger.get(
                        "/metrics", headers + [("Accept", "application/json")])
                    #expect(refused.status == 401)
                }
                let told = [("Authorization", "Bearer a-token-of-metrics"), ("Host", "support.example.com")]
                let answer = try await stranger.get("/metrics", told)
                #expect(answer.body.contains("thirdline_facts_total"))
            }
        }
    }
}
