import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// Logs of two cases, or two stretches of one log, side by side.
@Suite("Logs are compared")
struct ComparisonTests {
    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// Ten minutes of orders from an hour on, with what only this customer has.
    private static func log(hour: Int, retries: Int, _ more: [String]) -> String {
        let orders = (0..<600).map { second in
            "2026-03-01 \(two(hour)):\(two(second / 60)):\(two(second % 60)) INFO shop - "
                + (second % 600 < retries ? "Retried payment of order \(second)" : "Accepted order \(second)")
        }
        let rest = more.enumerated().map {
            "2026-03-01 \(two(hour)):0\($0.offset % 10):59 \($0.element)"
        }
        return (orders + rest).sorted().joined(separator: "\n") + "\n"
    }

    private static let own = log(
        hour: 14, retries: 300,
        (0..<20).map { "ERROR shop - Ledger \($0) is locked for alice.smith@halden.example" })
    private static let other = log(
        hour: 9, retries: 6, (0..<30).map { "INFO shop - Heartbeat of node \($0) seen" })

    private static func compare(
        _ piece: String, _ input: [String: String], _ server: TestServer, as member: Cast = .marta
    ) async throws -> JSON {
        let program = try await server.program(member)
        let fields = JSONObject(members: input.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
        return try await program.post("/api/v1/evidence/\(piece)/compare", json: .object(fields)).json
    }

    /// A comparison once it is made.
    private static func result(
        _ answer: JSON, _ server: TestServer, as member: Cast = .marta
    ) async throws -> (path: String, json: JSON) {
        let parts = ["case", "evidence", "id"].map { answer[$0]?.string ?? "" }
        try #require(!parts.contains(""), "\(answer)")
        let path = "/cases/\(parts[0])/evidence/\(parts[1])/comparisons/\(parts[2])"
        let program = try await server.program(member)
        for _ in 0..<200 {
            _ = try await AnalysisJobs(server.desk.services).work()
            let json = try await program.get("/api/v1" + path).json
            if !["waiting", "running"].contains(json["state"]?.string) { return (path, json) }
        }
        return (path, .null)
    }

    private static func templates(_ change: String, _ json: JSON) -> [String] {
        let groups = json["result"]?["changes"]?.array ?? []
        return groups.first { $0["change"]?.string == change }?["patterns"]?.array?
            .compactMap { $0["template"]?.string } ?? []
    }

    @Test(
        "DIAG-04: new, rising and vanished templates are shown between the logs of two customers’ cases",
        arguments: Engine.available)
    func twoCustomers(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let mine = try await server.desk.reportedCase(subject: "Ledger locked")
            let theirs = try await server.desk.reportedCase(by: .sofia, subject: "All is well here")
            try await Evidences.add(Self.own, name: "own.log", to: mine, [:], server.desk)
            try await Evidences.add(Self.other, name: "other.log", to: theirs, [:], server.desk)
            try await Logs.analyse(server.desk)
            let (path, json) = try await Self.result(
                try await Self.compare("\(mine).E1", ["with": "\(theirs).E1"], server), server)
            #expect(json["state"]?.string == "done", "\(json)")
            #expect(json["result"]?["now_lines"]?.integer == 620)
            #expect(json["result"]?["before_lines"]?.integer == 630)
            #expect(Self.templates("new", json).first?.contains("is locked for") == true)
            #expect(Self.templates("gone", json).first?.hasPrefix("Heartbeat of node") == true)
            #expect(Self.templates("more", json).first?.hasPrefix("Retried payment of order") == true)
            #expect(json["before"]?["case"]?.string == theirs)
            #expect(json["now"]?["customer"]?.string != json["before"]?["customer"]?.string)
            let page = try await server.browser(.marta).get(path).body
            for words in [
                "New", "Rising", "Vanished", "Halden", "Orrin", "is locked for", "Heartbeat of node",
            ] {
                #expect(page.contains(words), "\(words)")
            }
            // Nothing private is kept, and each pattern leads to its first line.
            #expect(!page.contains("alice") && page.contains("/cases/\(mine)/evidence/E1/log?line="))
            #expect(page.contains("/cases/\(theirs)/evidence/E1/log?line="))
            let piece = try await server.browser(.marta).get("/cases/\(mine)/evidence/E1").body
            #expect(piece.contains("/comparisons/") && piece.contains("Compare with another log"))
        }
    }

    @Test("DIAG-04: new, rising and vanished templates are shown between two windows of time of one log")
    func twoWindows() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let number = try await server.desk.reportedCase()
            try await Evidences.add(Self.other + Self.own, name: "shop.log", to: number, [:], server.desk)
            try await Logs.analyse(server.desk)
            for input in [
                ["from": "2026-03-01 14:00", "to": "2026-03-01 15:00"],
                [
                    "from": "2026-03-01 14:00", "before_from": "2026-03-01 09:00",
                    "before_to": "2026-03-01T09:30:00Z",
                ],
            ] {
                let (path, json) = try await Self.result(
                    try await Self.compare("\(number).E1", input, server), server)
                #expect(json["result"]?["now_lines"]?.integer == 620, "\(json)")
                #expect(json["result"]?["before_lines"]?.integer == 630)
                #expect(Self.templates("new", json).count == 1 && Self.templates("more", json).count == 1)
                #expect(Self.templates("gone", json).first?.hasPrefix("Heartbeat of node") == true)
                let page = try await server.browser(.marta).get(path).body
                #expect(page.contains("two stretches of time") && page.contains("2026-03-01 14:00"))
            }
        }
    }

    @Test("DIAG-04 part: bad input names its field, and what holds no line says so")
    func badInput() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let number = try await server.desk.reportedCase()
            try await Evidences.add(Self.own, to: number, [:], server.desk)
            try await Logs.analyse(server.desk)
            for (input, field) in [
                ([:], "from"), (["with": "E7"], "with"), (["with": "TL-9999.E1"], "with"),
                (["from": "soon"], "from"), (["to": "2026-03-01 14:05"], "before_from"),
                (["from": "2026-03-01 14:05", "to": "2026-03-01 14:00"], "to"),
                (["from": "2026-03-01 14:05", "before_to": "2026-03-01 14:06"], "before_from"),
            ] {
                let answer = try await Self.compare("\(number).E1", input, server)
                let fields = answer["errors"]?.array?.compactMap { $0["field"]?.string } ?? []
                #expect(fields.contains(field), "\(input): \(answer)")
            }
            let (_, json) = try await Self.result(
                try await Self.compare("\(number).E1", ["from": "2027-01-01 00:00"], server), server)
            #expect(json["state"]?.string == "failed")
            #expect(json["message"]?.string?.contains("there is no line") == true, "\(json)")
        }
    }

    @Test("DIAG-04 part: nobody compares with, or reads of, what they may not know of")
    func hidden() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let mine = try await server.desk.reportedCase()
            let theirs = try await server.desk.reportedCase(by: .sofia, subject: "The hidden one")
            for number in [mine, theirs] { try await Evidences.add(Self.own, to: number, [:], server.desk) }
            try await Logs.analyse(server.desk)
            let (path, json) = try await Self.result(
                try await Self.compare("\(mine).E1", ["with": "\(theirs).E1"], server), server)
            #expect(json["state"]?.string == "done")
            try await server.desk.perform(
                "case.restrict", as: .ines, ["id": .text(theirs), "level": "security", "reason": "A leak"])
            let marta = try await server.browser(.marta)
            #expect(try await marta.get(path).status == 404)
            #expect(try await !marta.get("/cases/\(mine)/evidence/E1").body.contains("/comparisons/"))
            let answer = try await Self.compare("\(mine).E1", ["with": "\(theirs).E1"], server)
            #expect(answer["errors"]?[0]?["field"]?.string == "with", "\(answer)")
            #expect(try await server.browser(.daniel).get(path).status >= 403)
            // What is taken away takes its comparisons along.
            let (second, _) = try await Self.result(
                try await Self.compare("\(mine).E1", ["from": "2026-03-01 14:05"], server), server)
            try await server.desk.perform(
                "evidence.remove", as: .ines, ["id": .text("\(mine).E1"), "reason": "Asked to"])
            #expect(try await marta.get(second).status >= 400)
            let left = try await server.desk.services.database.read { tx in
                try tx.first("SELECT COUNT(*) FROM evidence_comparison") { $0.integer(0) }
            }
            #expect(left == 0)
        }
    }
}
