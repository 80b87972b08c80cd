import Desk
import Diagnosis
import Domain
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Storage
import Synchronization
import Web

/// A desk behind a real socket, and clients that talk to it as browsers and programs do.
package struct TestServer: Sendable {
    /// The desk.
    package let desk: TestDesk
    /// The port it listens on.
    package let port: Int

    /// Runs a test against a served desk.
    package static func run(
        on engine: Engine, _ body: @escaping @Sendable (TestServer) async throws -> Void
    ) async throws {
        try await TestDesk.run(on: engine) { desk in try await serve(desk, body) }
    }

    /// Serves a desk for the time of a test.
    package static func serve(
        _ desk: TestDesk, _ body: @escaping @Sendable (TestServer) async throws -> Void
    ) async throws {
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await DeskServer(desk.services).run(host: "127.0.0.1", port: 0, isBench: false) { port in
                    continuation.yield(port)
                    continuation.finish()
                }
            }
            group.addTask {
                for await port in ports { try await body(TestServer(desk: desk, port: port)) }
            }
            try await group.next()
            group.cancelAll()
        }
    }

    /// What everybody of the cast signs in with, once `browser` was asked for.
    package static let password = "a long sentence nobody guesses"

    /// A browser that is signed in as a member of the cast.
    package func browser(_ member: Cast) async throws -> TestClient {
        guard let person = desk.people[member] else { throw Refusal.notFound("person") }
        let accounts = Accounts(desk.services)
        let password = Self.password
        if try await !accounts.hasPassword(person) {
            try await accounts.setPassword(password, of: person, by: person.id.raw, byReset: false)
        }
        let outcome = try await accounts.signIn(
            email: member.email, password: password, address: "127.0.0.1", device: "test")
        guard case .session(let secret, _) = outcome else {
            throw StorageFault("\(member) signs in with a second factor")
        }
        return TestClient(port: port, headers: [("Cookie", "\(accounts.cookieName)=\(secret)")])
    }

    /// A program with a token of a member of the cast.
    package func program(_ member: Cast, scopes: [String] = []) async throws -> TestClient {
        let token = try await desk.token(for: member, scopes: scopes)
        return TestClient(port: port, headers: [("Authorization", "Bearer \(token)")])
    }

    /// Sends bytes as they are and gives everything that comes until the server closes.
    package func answers(to text: String) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: text))
            var received = ByteBuffer()
            for try await buffer in inbound { received.writeImmutableBuffer(buffer) }
            return String(buffer: received)
        }
    }

    /// Somebody who is not signed in.
    package var stranger: TestClient { TestClient(port: port, headers: []) }
}

/// What came back.
package struct TestResponse: Sendable {
    /// The status code.
    package var status: Int
    /// The header fields, names in small letters.
    package var headers: [String: String]
    /// The body.
    package var body: String
    /// The body's bytes, as they came.
    package var bytes: [UInt8] = []

    /// Every cookie that was set, as `name=value`.
    package var allCookies: [String] = []

    /// The body without what is new in every answer: the request's number, the nonce, fresh keys, and the mark of when
    /// the page was asked for, which is a time on a clock of the node and nothing else.
    package var lasting: String {
        (headers["x-request-id"].map { body.replacing($0, with: "R") } ?? body)
            .replacing(/nonce="[0-9a-f]+"/, with: "nonce")
            .replacing(/name="_key" value="[^"]*"/, with: "key")
            .replacing(/data-mark="[0-9a-z]+\.[0-9]+"/, with: "mark")
    }

    /// The body as JSON; null where it is none.
    package var json: JSON { (try? JSON(parsing: body)) ?? .null }
}

/// A client of a served desk: one connection a request, redirects not followed.
package struct TestClient: Sendable {
    let port: Int
    /// What every request carries.
    package var headers: [(String, String)]

    /// Reads.
    package func get(_ path: String, _ more: [(String, String)] = []) async throws -> TestResponse {
        try await send(.GET, path, [], more)
    }

    /// Sends JSON.
    package func post(
        _ path: String, json: JSON, _ more: [(String, String)] = []
    ) async throws -> TestResponse {
        try await send(.POST, path, Array(json.text.utf8), [("Content-Type", "application/json")] + more)
    }

    /// Sends bytes that say they are JSON.
    package func post(
        _ path: String, raw: [UInt8], type: String, _ more: [(String, String)] = []
    ) async throws -> TestResponse { try await send(.POST, path, raw, [("Content-Type", type)] + more) }

    /// Sends a form as a browser does from a page of the site.
    package func submit(
        _ path: String, _ fields: KeyValuePairs<String, String>, site: String? = "same-origin"
    ) async throws -> TestResponse {
        let body = fields.map { "\(percentEncoded($0.key))=\(percentEncoded($0.value))" }.joined(
            separator: "&")
        var more = [("Content-Type", "application/x-www-form-urlencoded")]
        if let site { more.append(("Sec-Fetch-Site", site)) }
        return try await send(.POST, path, Array(body.utf8), more)
    }

    /// Sends any request.
    package func send(
        _ method: HTTPMethod, _ path: String, _ body: [UInt8] = [], _ more: [(String, String)] = []
    ) async throws -> TestResponse {
        try await named("\(method) \(path)") {
            try await sent(method, path, body, more)
        }
    }

    /// Says of which request an error is.
    private func named<T>(_ request: String, _ body: () async throws -> T) async throws -> T {
        do { return try await body() } catch {
            throw StorageFault("\(request): \(error)")
        }
    }

    private func sent(
        _ method: HTTPMethod, _ path: String, _ body: [UInt8], _ more: [(String, String)]
    ) async throws -> TestResponse {
        try await exchange(method, path, body, more) { inbound in
            var response = TestResponse(status: 0, headers: [:], body: "")
            var bytes: [UInt8] = []
            for try await part in inbound {
                switch part {
                case .head(let head):
                    response.status = Int(head.status.code)
                    for (name, value) in head.headers { response.headers[name.lowercased()] = value }
                    response.allCookies = head.headers["set-cookie"].map { String($0.prefix { $0 != ";" }) }
                case .body(let buffer): bytes += buffer.readableBytesView
                case .end:
                    response.body = String(decoding: bytes, as: UTF8.self)
                    response.bytes = bytes
                    return response
                }
            }
            throw StorageFault("the server closed the connection before it answered")
        }
    }

    /// Reads lines of an answer that goes on, until `isEnough` says so or it ends.
    package func lines(
        _ path: String, _ headers: [(String, String)] = [],
        until isEnough: @escaping @Sendable (String) async throws -> Bool
    ) async throws {
        try await exchange(.GET, path, [], headers) { inbound in
            var rest = ""
            for try await part in inbound {
                if case .end = part { return }
                guard case .body(let buffer) = part else { continue }
                rest += String(buffer: buffer)
                while let end = rest.firstIndex(of: "\n") {
                    let line = String(rest[..<end])
                    rest = String(rest[rest.index(after: end)...])
                    if try await isEnough(line) { return }
                }
            }
        }
    }

    private typealias Inbound = NIOAsyncChannelInboundStream<HTTPClientResponsePart>

    private func exchange<T: Sendable>(
        _ method: HTTPMethod, _ path: String, _ body: [UInt8], _ more: [(String, String)],
        _ read: @escaping @Sendable (Inbound) async throws -> T
    ) async throws -> T {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    return try NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>(
                        wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var head = HTTPRequestHead(version: .http1_1, method: method, uri: path)
            head.headers.add(name: "Host", value: "127.0.0.1:\(port)")
            for (name, value) in headers + more {
                // A request has one host.
                if name == "Host" { head.headers.remove(name: name) }
                head.headers.add(name: name, value: value)
            }
            if !body.isEmpty || method == .POST || method == .PUT {
                head.headers.add(name: "Content-Length", value: String(body.count))
            }
            try await outbound.write(.head(head))
            if !body.isEmpty { try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: body)))) }
            try await outbound.write(.end(nil))
            return try await read(inbound)
        }
    }
}
