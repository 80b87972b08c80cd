import Diagnosis
import Domain
import HTTPTypes
import NIOHTTP1
import TestSupport
import Testing
import Web

@testable import Desk

/// Random bodies for every address that takes one.
///
/// The same seeds give the same requests.
@Suite("Random requests")
struct RequestFuzzTests {
    @Test("No random body makes a fault, and the journal stays whole", arguments: Engine.available)
    func randomBodies(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            var random = Random(state: 20_260_302)
            let number = try await server.desk.reportedCase()
            let samira = try await server.browser(.samira)
            let program = try await server.program(.samira)
            let (browser, customer) = (try await server.browser(.daniel), try await server.program(.daniel))
            let routes = server.desk.services.catalog.routes(server.desk.services).filter {
                [.post, .put, .patch, .delete].contains($0.method) && $0.path != "/sign-out"
                    && !$0.path.contains("/deactivate")
            }
            let names = Set(server.desk.services.catalog.operations.flatMap { $0.fields.map(\.name) })
                .sorted()
            for route in routes {
                let isAPI = route.path.hasPrefix("/api/")
                let isPortal = route.path.contains("/portal/")
                let client = isAPI ? (isPortal ? customer : program) : (isPortal ? browser : samira)
                for _ in 0..<12 {
                    let path = route.path.replacing(
                        "{id}", with: random.one(of: [number, "x", "%00", "%FF", "TL-9"])
                    )
                    .replacing(/\{[a-z]+\}/, with: "x")
                    let (type, body) = random.body(names)
                    let answer = try await client.send(
                        Self.method(of: route), path, body,
                        [("Content-Type", type), ("Sec-Fetch-Site", "same-origin")])
                    #expect(
                        answer.status < 500,
                        "\(route.path) \(type) \(String(decoding: body.prefix(300), as: UTF8.self))")
                    #expect(!answer.body.contains(".swift"))
                }
            }
            #expect(try await server.desk.findings() == [])
        }
    }

    private static func method(of route: Route) -> HTTPMethod {
        switch route.method {
        case .put: .PUT
        case .patch: .PATCH
        case .delete: .DELETE
        default: .POST
        }
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014), so that a failure can be repeated.
private struct Random {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    mutating func below(_ count: Int) -> Int { Int(next() % UInt64(count)) }
    mutating func one<T>(of values: [T]) -> T { values[below(values.count)] }
    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }

    private mutating func value() -> String {
        one(of: [
            "", "x", "true", "-1", "99999999999999999999", "sev1", "P1", "new", "resolved", "@me", "\u{0}",
            "\u{202E}",
            "2026-01-01T00:00:00Z", "9999-99-99", "{}", "[]", "%", "TL-1", "data", "<b>", "\r\n", "é",
            "1e999",
            String(repeating: "a", count: 5000),
        ])
    }

    private mutating func json(_ depth: Int) -> JSON {
        switch below(depth > 3 ? 6 : 9) {
        case 0: .null
        case 1: .bool(true)
        case 2: .integer(Int64(bitPattern: next()))
        case 3: .number(Double(below(1_000_000)) * 1e300)
        case 4, 5: .string(value())
        case 6: .array((0..<below(4)).map { _ in json(depth + 1) })
        default: .object(JSONObject(members: [("a", json(depth + 1)), ("b", json(depth + 1))]))
        }
    }

    mutating func body(_ names: [String]) -> (type: String, bytes: [UInt8]) {
        let chosen = Set(
            (0..<below(8)).map { _ in
                one(of: names + ["_base", "_key", "_take.subject", "was.subject", "_draft"])
            })
        switch below(6) {
        case 0:
            return (one(of: ["application/json", "application/x-www-form-urlencoded"]), bytes(below(200)))
        case 1, 2:
            let members = chosen.sorted().map { (key: $0, value: json(0)) }
            return ("application/json", Array(JSON.object(JSONObject(members: members)).text.utf8))
        case 3:
            let text =
                "--B\r\nContent-Disposition: form-data; name=\"\(one(of: names))\"\r\n\r\n\(value())\r\n--B--"
            return ("multipart/form-data; boundary=B", Array(text.utf8) + bytes(below(3)))
        default:
            let text = chosen.sorted().map { "\($0)=\(percentEncoded(value()))" }.joined(separator: "&")
            return ("application/x-www-form-urlencoded", Array(text.utf8))
        }
    }
}
