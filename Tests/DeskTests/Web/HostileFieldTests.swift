import Diagnosis
import Domain
import Foundation
import HTTPTypes
import NIOHTTP1
import TestSupport
import Testing
import Web

@testable import Desk

/// Every field of every operation meets values that nobody meant it for, alone and beside values that make sense.
@Suite("Hostile values")
struct HostileFieldTests {
    /// What is sent into each field.
    private static let hostile: [JSON] = [
        .null, .bool(true), .integer(-1), .integer(.min), .integer(.max), .number(1e308), "", " \t\r\n ",
        "\u{202E}\u{2066}x\u{FEFF}", "<script>alert(1)</script>", "'; DROP TABLE support_case; --", "%00%ff",
        "TL-1", "H1", "E1", "#1", "@me", "9999-12-31T23:59:60Z", "0001-01-01T00:00:00+23:59",
        .string(String(repeating: "ä", count: 60_000)), .string(String(repeating: "x\n", count: 20_000)),
        [], ["", "", .null, 7], .array((0..<2000).map { .string("#\($0)") }), [["a"], ["b": []]],
        .object(JSONObject()),
        ["id": "TL-1", "": .null],
    ]

    /// Values that make sense, by field, so that the hostile one beside them is what decides.
    private static let sensible: [String: JSON] = [
        "reason": "Because", "text": "Words", "subject": "A subject", "symptom": "A symptom",
        "statement": "It is the clock", "hypothesis": "H1", "state": "supported", "action": "Try it",
        "observed": "Nothing", "bearing": "contradicts", "information": "high", "cost": "low", "of": "H1",
        "name": "A name", "purpose": "To help", "questions": ["region"], "answers": ["region": "eu"],
        "relation": "related", "status": "investigating", "severity": "sev2", "assignee": "@me",
        "narrative": "Done", "verdict": "misuse", "kind": "defect", "key": "ENG-1", "items": "One\nTwo",
        "entries": ["1"], "decision": "We wait", "options": ["a", "b"],
    ]

    /// A case with something of each kind on it, so that rules are reached and not only the reading of fields.
    private static func furnished(_ server: TestServer) async throws -> (number: String, evidence: String) {
        let desk = server.desk
        let number = try await desk.reportedCase()
        let id = RawValue.text(number)
        try await desk.perform("case.assign", as: .samira, ["id": id, "assignee": "@me"])
        try await desk.perform("case.add_hypothesis", as: .samira, ["id": id, "statement": "One"])
        try await desk.perform(
            "case.record_workaround", as: .samira,
            ["id": id, "text": "x", "data_loss": "none", "side_effects": "none", "rollback": "x"])
        try await desk.perform("case.record_fix", as: .samira, ["id": id, "text": "x"])
        let added = try await Evidences.add("words of \(number)", to: number, as: .samira, [:], desk)
        return (number, added["id"]?.string ?? "none")
    }

    private static func body(
        _ operation: AnyOperation, _ field: FieldDescription, _ value: JSON, isAlone: Bool
    ) -> JSON {
        var object = JSONObject()
        if !isAlone {
            for other in operation.fields where other.name != "id" && other.name != field.name {
                if let fitting = sensible[other.name] { object[other.name] = fitting }
            }
        }
        object[field.name] = value
        return .object(object)
    }

    @Test(
        "No value in any field of any operation makes a fault, and the journal stays whole",
        arguments: Engine.available)
    func everyField(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let (samira, daniel) = (try await server.program(.samira), try await server.program(.daniel))
            let person = desk.people[.lea]?.id.raw ?? "none"
            let organisation = desk.people[.daniel]?.organisation?.raw ?? "none"
            var turn = 0
            for operation in desk.services.catalog.operations {
                let furnished = try await Self.furnished(server)
                let path = operation.place.apiPath
                let id =
                    path.contains("/cases/") || path.contains("/portal/")
                    ? furnished.number
                    : path.contains("/evidence/")
                        ? furnished.evidence
                        : path.contains("/people/")
                            ? person
                            : path.contains("/organisations/") ? organisation : "none"
                let client = operation.name.hasPrefix("portal.") ? daniel : samira
                for field in operation.fields where field.name != "id" {
                    // Every field meets a third of the values; which third moves on with each field.
                    for (index, value) in Self.hostile.enumerated() where (index + turn) % 3 == 0 {
                        let answer = try await client.post(
                            path.replacing("{id}", with: id),
                            json: Self.body(operation, field, value, isAlone: index % 2 == 0))
                        #expect(
                            answer.status < 500,
                            "\(operation.name).\(field.name) = \(value.text.prefix(80)): \(answer.body)")
                        #expect(!answer.body.contains(".swift"), "\(operation.name).\(field.name)")
                    }
                    turn += 1
                }
            }
            #expect(turn > 250, "the fields of all operations were met")
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "No header, name, field or offset of an upload makes a fault, and nothing is left of a refused one",
        arguments: Engine.available)
    func uploads(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let program = try await server.program(.marta)
            let browser = try await server.browser(.marta)
            let odd = [
                "", "-1", "0", "99999999999999999999", "1e9", "x", "\u{202E}", "../..", "a=b&c",
                String(repeating: "y", count: 5000), "{}", "UTC+99", "2026-13-45T00:00:00Z",
            ]
            let fields = AddEvidence.input.descriptions.map(\.name).filter { $0 != "id" }
            for (turn, field) in (fields + ["sha256", "unknown", "_key", "pasted", "name"]).enumerated() {
                for (index, value) in odd.enumerated() {
                    let bytes = Array("\(turn)/\(index)".utf8)
                    let query = "\(percentEncoded(field))=\(percentEncoded(value))"
                    let put = try await program.send(
                        .PUT, "/api/v1/cases/\(number)/evidence/a.log?\(query)", bytes)
                    #expect(put.status < 500, "\(query): \(put.body)")
                    for client in [program, browser] {
                        let path = "/cases/\(number)/evidence"
                        let form = try await client.send(
                            files: [(value.replacing("\"", with: "'"), bytes + [1])], fields: [:],
                            to: client.headers.first?.0 == "Cookie" ? path : "/api/v1" + path)
                        #expect(form.status < 500, "\(value): \(form.body.prefix(300))")
                    }
                }
            }
            let headers: [[(String, String)]] =
                odd.map { [("Upload-Length", $0)] }
                + odd.map { [("Upload-Length", "5"), ("Upload-Metadata", $0)] }
                + odd.map {
                    let value = Data($0.utf8).base64EncodedString()
                    return [
                        ("Upload-Length", "5"),
                        ("Upload-Metadata", "filename \(value),type \(value),covers_from \(value)"),
                    ]
                }
            for (turn, more) in headers.enumerated()
            where more.allSatisfy({ $0.1.utf8.allSatisfy { $0 < 127 } }) {
                let made = try await program.send(.POST, "/api/v1/cases/\(number)/uploads", [], more)
                #expect(made.status < 500, "\(more): \(made.body)")
                guard let place = made.headers["location"] else { continue }
                for offset in ["-1", "x", "6", "9223372036854775808", ""] {
                    let sent = try await program.send(
                        .PATCH, place, [1, 2],
                        [("Content-Type", "application/offset+octet-stream"), ("Upload-Offset", offset)])
                    #expect((400..<500).contains(sent.status), "\(offset): \(sent.body)")
                }
                let longer = try await program.send(
                    .PATCH, place, [UInt8](repeating: 1, count: 50),
                    [("Content-Type", "application/offset+octet-stream"), ("Upload-Offset", "0")])
                #expect(longer.status == 413 || longer.status < 300, "\(longer.body)")
                let typed = try await program.send(
                    .PATCH, place, [UInt8(truncatingIfNeeded: made.body.count)], [("Upload-Offset", "0")])
                #expect((400..<500).contains(typed.status))
                let whole = try await program.send(
                    .PATCH, place, Array("u\(1000 + turn)".utf8),
                    [("Content-Type", "application/offset+octet-stream"), ("Upload-Offset", "0")])
                #expect(whole.status < 500, "\(more): \(whole.body)")
                for method in [HTTPMethod.HEAD, .DELETE, .DELETE, .HEAD] {
                    let answer = try await program.send(method, place)
                    #expect(answer.status < 500, "\(method)")
                }
            }
            #expect(EvidenceUploadTests.partials(server.desk) == [])
            #expect(try await server.desk.findings() == [])
        }
    }
}
