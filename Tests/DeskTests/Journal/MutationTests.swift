import Desk
import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

/// Whatever single thing is changed in the tables of the record, `verify` says so.
struct MutationTests {
    /// A table with all columns of which verify answers for; `written_by` only orders delivery to open pages.
    private struct Table {
        var name: String
        var key: [Int]
        var columns: [String]
        var all: SQL
    }

    private static let tables = [
        Table(
            name: "fact", key: [0],
            columns: [
                "sequence", "subject_kind", "subject_id", "version", "occurred_at", "recorded_at", "actor",
                "kind",
                "salt", "body", "body_digest", "chain",
            ],
            all: """
                SELECT sequence, subject_kind, subject_id, version, occurred_at, recorded_at, actor, kind, salt,
                    body, body_digest, chain FROM fact ORDER BY sequence
                """),
        Table(
            name: "subject", key: [0, 1], columns: ["kind", "id", "version", "chain"],
            all: "SELECT kind, id, version, chain FROM subject ORDER BY kind, id"),
        Table(
            name: "support_case", key: [0],
            columns: [
                "id", "version", "number", "subject", "symptom", "problem_statement", "requester",
                "organisation",
                "channel", "request_type", "severity", "status", "status_since", "owner", "component",
                "verdict",
                "impact", "began_at", "reported_at", "narrative", "opened_at", "first_reply_at",
                "mitigated_at",
                "resolved_at", "closed_at", "reopen_count", "unanswered_since", "updated_at",
            ],
            all: """
                SELECT id, version, number, subject, symptom, problem_statement, requester, organisation, channel,
                    request_type, severity, status, status_since, owner, component, verdict, impact, began_at,
                    reported_at, narrative, opened_at, first_reply_at, mitigated_at, resolved_at, closed_at,
                    reopen_count, unanswered_since, updated_at FROM support_case ORDER BY id
                """),
        Table(
            name: "person", key: [0],
            columns: [
                "id", "version", "name", "email", "roles", "organisation", "is_active", "uses_shortcuts",
                "added_at",
            ],
            all: """
                SELECT id, version, name, email, roles, organisation, is_active, uses_shortcuts, added_at
                FROM person ORDER BY id
                """),
        Table(
            name: "checkpoint", key: [0],
            columns: ["sequence", "recorded_at", "facts", "subjects", "root", "key_id", "signature"],
            all: """
                SELECT sequence, recorded_at, facts, subjects, root, key_id, signature FROM checkpoint
                ORDER BY sequence
                """),
    ]

    private struct Mutation {
        var what: String
        var change: String
        var undo: String
    }

    private func literal(_ value: SQLValue) -> String {
        switch value {
        case .null: "NULL"
        case .integer(let number): number == .min ? "(-9223372036854775807 - 1)" : "\(number)"
        case .real(let number): "\(number)"
        case .text(let text): "CAST(X'\(hex(text.utf8))' AS TEXT)"
        case .blob(let bytes): "X'\(hex(bytes))'"
        }
    }

    private func flipped(_ value: SQLValue, _ random: inout SeededGenerator) -> String? {
        func flip(_ bytes: [UInt8]) -> [UInt8] {
            var bytes = bytes
            let bit = random.below(bytes.count * 8)
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            return bytes
        }
        switch value {
        case .null, .real: return nil
        case .integer(let number):
            return literal(.integer(number ^ (1 << Int64(random.below(64)))))
        case .text(let text): return text.isEmpty ? nil : "CAST(X'\(hex(flip(Array(text.utf8))))' AS TEXT)"
        case .blob(let bytes): return bytes.isEmpty ? "X'01'" : "X'\(hex(flip(bytes)))'"
        }
    }

    private func mutation(of table: Table, _ row: [SQLValue], _ random: inout SeededGenerator) -> Mutation? {
        let place = table.key.map { "\(table.columns[$0]) = \(literal(row[$0]))" }.joined(separator: " AND ")
        let column = random.below(table.columns.count)
        let name = "\(table.name) where \(place)"
        guard let new = flipped(row[column], &random) else { return nil }
        let back = table.key.map { key in
            "\(table.columns[key]) = \(key == column ? new : literal(row[key]))"
        }.joined(separator: " AND ")
        return Mutation(
            what: "\(table.columns[column]) = \(new) in \(name)",
            change: "UPDATE \(table.name) SET \(table.columns[column]) = \(new) WHERE \(place)",
            undo: "UPDATE \(table.name) SET \(table.columns[column]) = \(literal(row[column])) WHERE \(back)")
    }

    /// Runs a change inside a savepoint's worth of copies: the row is kept in a side table and put back.
    private func deletion(of table: Table, _ row: [SQLValue]) -> Mutation {
        let place = table.key.map { "\(table.columns[$0]) = \(literal(row[$0]))" }.joined(separator: " AND ")
        return Mutation(
            what: "deleted from \(table.name) where \(place)",
            change: """
                CREATE TABLE kept_row AS SELECT * FROM \(table.name) WHERE \(place);
                DELETE FROM \(table.name) WHERE \(place);
                """,
            undo: "INSERT INTO \(table.name) SELECT * FROM kept_row; DROP TABLE kept_row;")
    }

    private func rows(of table: Table, _ desk: TestDesk) async throws -> [[SQLValue]] {
        try await desk.services.database.read { tx in
            try tx.all(table.all) { row in table.columns.indices.map { row.value($0) } }
        }
    }

    @Test("Three hundred random changes and deletions are each found", arguments: [1, 2, 3] as [UInt64])
    func everyMutationIsFound(_ seed: UInt64) async throws {
        try await TestDesk.run(on: .sqlite) { desk in
            let work = try await Workout.run(on: desk)
            try await desk.perform(
                "case.erase_entry", as: .samira,
                ["id": .text(work.number), "sequence": .integer(work.note), "reason": "Private."])
            try await desk.services.makeCheckpoint()
            try await desk.dropTriggers()
            try await desk.tamper("PRAGMA synchronous = OFF")
            var random = SeededGenerator(seed: seed)
            var missed: [String] = []
            var count = 0
            while count < 100 {
                // Facts are what matters most: half of the changes go there.
                let table =
                    random.below(2) == 0 ? Self.tables[0] : Self.tables[random.below(Self.tables.count)]
                let rows = try await rows(of: table, desk)
                let row = rows[random.below(rows.count)]
                // A deleted checkpoint leaves no trace inside; that is what exporting one is for.
                let isDeletion = table.name != "checkpoint" && random.below(6) == 0
                guard let one = isDeletion ? deletion(of: table, row) : mutation(of: table, row, &random)
                else { continue }
                // It fails where the key is taken by another row.
                do { try await desk.tamper(one.change) } catch { continue }
                let findings = try await desk.otherFindings()
                if findings.isEmpty { missed.append(one.what) }
                try await desk.tamper(one.undo)
                count += 1
            }
            #expect(missed == [])
            #expect(try await desk.otherFindings() == [], "every change was taken back")
        }
    }
}

/// Random numbers that are the same in every run (SplitMix64).
private struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &self) }
}
