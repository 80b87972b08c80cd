import Diagnosis
import Domain
import HTTPTypes
import NIOHTTP1
import Storage
import TestSupport
import Testing
import Web

@testable import Desk

/// Evidence for tests, put into cases by the same operation as uploads.
enum Evidences {
    /// Adds a piece of evidence without a server.
    @discardableResult
    static func add(
        _ text: String = "line one\nline two\n", name: String = "app.log", to number: String,
        as member: Cast = .marta, _ fields: [String: RawValue] = [:], _ desk: TestDesk
    ) async throws -> JSONObject {
        let store = desk.services.evidence
        let now = desk.clock.now
        let kept = try await store.working {
            let part = try store.begin(newIdentifier(at: now))
            try Array(text.utf8).withUnsafeBytes { try part.write($0) }
            return try store.keep(part, at: now)
        }
        let actor = try desk.actor(member)
        let this = try await desk.services.database.read { tx in
            try CaseDirectory.find(number, for: actor, in: tx)
        }
        let operation =
            actor.isCustomer ? AnyOperation(GiveEvidence.self) : AnyOperation(AddEvidence.self)
        return try await EvidenceUploadPages.add(
            ReceivedFile(kept: kept, name: SafeFileName(name)), RawInput(fields), to: this, operation,
            as: actor, key: nil, request: "test", desk.services
        ).answer
    }
}

/// Evidence over the API, as a program of one person works with it.
struct EvidenceClient: Sendable {
    let program: TestClient

    init(_ server: TestServer, _ member: Cast) async throws { program = try await server.program(member) }

    /// Uploads bytes as `curl -T` does.
    func upload(
        _ bytes: [UInt8], name: String, to number: String, query: String = "",
        expecting status: Int = 201, location: SourceLocation = #_sourceLocation
    ) async throws -> JSON {
        let path =
            "/api/v1/cases/\(number)/evidence/\(percentEncoded(name))\(query.isEmpty ? "" : "?" + query)"
        let answer = try await program.send(.PUT, path, bytes)
        #expect(answer.status == status, "\(answer.body)", sourceLocation: location)
        return answer.json
    }

    /// A piece of evidence as it stands.
    func read(_ number: String, of caseNumber: String) async throws -> JSON {
        try await program.get("/api/v1/cases/\(caseNumber)/evidence/\(number)").json
    }
}

extension TestClient {
    /// Sends a form with files as a browser does.
    func send(
        files: [(name: String, bytes: [UInt8])], fields: KeyValuePairs<String, String> = [:],
        to path: String
    ) async throws -> TestResponse {
        let boundary = "----test-7f3a"
        var body: [UInt8] = []
        for (name, value) in fields {
            body += Array(
                "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8)
        }
        for file in files {
            body += Array(
                "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(file.name)\"\r\nContent-Type: application/octet-stream\r\n\r\n"
                    .utf8)
            body += file.bytes + [13, 10]
        }
        body += Array("--\(boundary)--\r\n".utf8)
        return try await send(
            .POST, path, body,
            [
                ("Content-Type", "multipart/form-data; boundary=\(boundary)"),
                ("Sec-Fetch-Site", "same-origin"),
            ])
    }
}

extension JSON {
    /// An element of an array.
    subscript(index: Int) -> JSON? {
        guard let all = array, all.indices.contains(index) else { return nil }
        return all[index]
    }
}
