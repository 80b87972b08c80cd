import Diagnosis
import Domain
import TestSupport
import Testing

@testable import Desk

/// Cases over the API, as a program of one person works with them.
struct CaseClient: Sendable {
    let program: TestClient

    init(_ server: TestServer, _ member: Cast) async throws { program = try await server.program(member) }

    /// Carries out an operation on a case.
    @discardableResult
    func act(
        _ verb: String, on number: String, _ fields: JSON = [:], _ headers: [(String, String)] = [],
        expecting status: Int = 200, location: SourceLocation = #_sourceLocation
    ) async throws -> JSON {
        let answer = try await program.post("/api/v1/cases/\(number)/\(verb)", json: fields, headers)
        #expect(answer.status == status, "\(verb): \(answer.body)", sourceLocation: location)
        return answer.json
    }

    /// Opens a case.
    func open(
        _ fields: JSON, expecting status: Int = 201, location: SourceLocation = #_sourceLocation
    ) async throws -> JSON {
        let answer = try await program.post("/api/v1/cases", json: fields)
        #expect(answer.status == status, "\(answer.body)", sourceLocation: location)
        return answer.json
    }

    /// A case as it stands.
    func read(_ number: String) async throws -> JSON { try await program.get("/api/v1/cases/\(number)").json }

    /// The numbers of the cases that a query finds.
    func find(_ query: String) async throws -> [String] {
        let answer = try await program.get("/api/v1/cases?\(query)")
        return (answer.json["items"]?.array ?? []).compactMap { $0["number"]?.string }
    }

    /// Everything that happened to a case, oldest first.
    func timeline(_ number: String) async throws -> [JSON] {
        try await program.get("/api/v1/cases/\(number)/timeline").json["items"]?.array ?? []
    }
}

extension JSON {
    /// The codes of the fields that a problem names, as "field:code".
    var fieldCodes: [String] {
        (self["errors"]?.array ?? []).map { "\($0["field"]?.string ?? ""):\($0["code"]?.string ?? "")" }
    }
}
