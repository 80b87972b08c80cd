import Diagnosis
import Domain
import HTTPTypes
import NIOHTTP1
import TestSupport
import Testing
import Web

@testable import Desk

/// Every refusal has one shape as JSON and one as a page, and names its request.
@Suite("Answers")
struct AnswerTests {
    @Test(
        "A refused call is problem+json with a stable code, a sentence, and the request that the header names"
    )
    func problemJSON() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let program = try await server.program(.marta)
            let number = try await server.desk.reportedCase()
            let customer = try await server.program(.daniel)
            let answers: [(TestResponse, Int, String)] = [
                (try await server.stranger.get("/api/v1/cases"), 401, "not_signed_in"),
                (try await customer.get("/api/v1/cases"), 403, "not_allowed"),
                (try await program.get("/api/v1/cases/TL-99"), 404, "not_found"),
                (try await program.get("/api/v1/nowhere"), 404, "not_found"),
                (try await program.send(.DELETE, "/api/v1/cases"), 405, "method_not_allowed"),
                (try await program.post("/api/v1/cases/\(number)/close", json: [:]), 409, "not_resolved"),
                (
                    try await program.post("/api/v1/cases", raw: Array("x".utf8), type: "text/plain"), 415,
                    "unsupported_media_type"
                ),
                (try await program.post("/api/v1/cases", json: [:]), 422, "invalid_input"),
                (try await program.get("/api/v1/cases?limit=0"), 422, "out_of_range"),
            ]
            for (answer, status, code) in answers {
                #expect(answer.status == status, "\(code)")
                #expect(
                    answer.headers["content-type"] == "application/problem+json; charset=utf-8", "\(code)")
                #expect(answer.json["status"] == .integer(Int64(status)))
                #expect(answer.json["code"] == .string(code))
                #expect(answer.json["type"] == .string("urn:thirdline:problem:\(code)"))
                #expect(answer.json["title"]?.string?.isEmpty == false)
                #expect(answer.json["detail"]?.string?.hasSuffix(".") == true, "\(answer.body)")
                #expect(answer.json["request_id"]?.string == answer.headers["x-request-id"])
            }
        }
    }

    @Test(
        "A browser gets the same refusals as pages in the frame of the person, and a program that asks gets JSON"
    )
    func pages() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let marta = try await server.browser(.marta)
            let page = try await marta.get("/cases/TL-99")
            #expect(page.status == 404)
            #expect(page.headers["content-type"] == "text/html; charset=utf-8")
            #expect(page.body.contains("<h1>Not found</h1>") && page.body.contains("Marta"))
            #expect(page.body.contains("Request <code>\(page.headers["x-request-id"] ?? "-")</code>"))
            let asked = try await marta.get("/cases/TL-99", [("Accept", "application/json")])
            #expect(asked.status == 404 && asked.json["code"] == "not_found")
            let both = try await marta.get("/cases/TL-99", [("Accept", "text/html, application/json")])
            #expect(both.headers["content-type"] == "text/html; charset=utf-8")
            let lost = try await server.stranger.get("/nowhere")
            #expect(lost.status == 404 && lost.body.contains("There is nothing at this address."))
        }
    }

    @Test("An address that takes another method says which")
    func allowed() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let marta = try await server.browser(.marta)
            for (method, path, allow) in [
                (HTTPMethod.DELETE, "/cases", "GET, POST"), (.POST, "/cases/TL-1", "GET"),
                (.GET, "/drafts", "PUT"),
                (.PATCH, "/api/v1/cases/TL-1/note", "POST"), (.PUT, "/api/v1/openapi.json", "GET"),
                (.GET, "/people/x/reset_password", "POST"),
            ] {
                let answer = try await marta.send(method, path, [], [("Sec-Fetch-Site", "same-origin")])
                #expect(answer.status == 405, "\(method) \(path)")
                #expect(answer.headers["allow"] == allow, "\(method) \(path)")
            }
        }
    }

    @Test("HEAD answers like GET, without the body")
    func head() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await server.browser(.marta)
            for path in ["/cases", "/cases/\(number)", "/account", "/healthz", "/nowhere", "/cases/TL-99"] {
                let get = try await marta.get(path)
                let head = try await marta.send(.HEAD, path)
                #expect(head.status == get.status, "\(path)")
                #expect(head.body.isEmpty)
                #expect(head.headers["content-type"] == get.headers["content-type"])
            }
        }
    }

    @Test("A body that is too large is refused before it is read")
    func tooLarge() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let program = try await server.program(.marta)
            let body = [UInt8](repeating: 32, count: 25_000_000)
            let answer = try await program.post("/api/v1/cases", raw: body, type: "application/json")
            #expect(answer.status == 413)
            #expect(answer.json["code"] == "body_too_large")
        }
    }

    @Test("A script that sends a form gets the next address instead of a redirect")
    func enhanced() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await server.browser(.marta)
            let answer = try await marta.send(
                .POST, "/cases/\(number)/note", Array("text=x".utf8),
                [
                    ("Content-Type", "application/x-www-form-urlencoded"), ("Sec-Fetch-Site", "same-origin"),
                    ("X-Enhance", "1"),
                ])
            #expect(answer.status == 200)
            #expect(answer.headers["x-location"] == "/cases/\(number)?done=noted")
            #expect(answer.headers["location"] == nil)
        }
    }

    @Test("Every JSON address stands in the OpenAPI document that is served, with its method and an answer")
    func openAPI() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let refused = try await server.stranger.get("/api/v1/openapi.json")
            #expect(refused.status == 401)
            let answer = try await server.program(.sofia).get("/api/v1/openapi.json")
            #expect(answer.status == 200 && answer.json["openapi"]?.string?.hasPrefix("3.1.") == true)
            let paths = answer.json["paths"]
            let routes = server.desk.services.catalog.routes(server.desk.services)
            for route in routes where route.path.hasPrefix("/api/") {
                let entry = paths?[route.path]?[route.method.rawValue.lowercased()]
                #expect(entry?["operationId"]?.string?.isEmpty == false, "\(route.method) \(route.path)")
                #expect(entry?["responses"]?.object?.isEmpty == false, "\(route.path)")
                for name in route.path.matches(of: /\{([a-z]+)\}/).map({ String($0.output.1) }) {
                    let known =
                        (entry?["parameters"]?.array ?? []) + (paths?[route.path]?["parameters"]?.array ?? [])
                    let found = known.contains { $0["name"]?.string == name || $0["$ref"] != nil }
                    #expect(found, "\(route.path) lacks {\(name)}")
                }
            }
            #expect(answer.json["info"]?["title"]?.string?.isEmpty == false)
        }
    }
}
