import Diagnosis
import Domain
import Storage

/// The whole journal as text: a line of JSON for each fact, in the order of the sequence.
///
/// What a line holds is all that the chain covers, so that somebody else can check it: `docs/journal.md` says how.
package enum JournalExport {
    /// Gives each line to `write`, without the line break.
    ///
    /// Holds a thousand facts at a time.
    package static func run(
        _ database: any Database, write: @escaping @Sendable (String) throws -> Void
    ) async throws {
        var last: Int64 = 0
        while true {
            let lines = try await database.read { [last] tx in
                try tx.all(JournalStore.allFacts(after: last, limit: 1000)) { row in
                    (sequence: row.integer(0), text: line(row))
                }
            }
            for line in lines { try write(line.text) }
            guard let end = lines.last?.sequence else { return }
            last = end
        }
    }

    private static func line(_ row: any Row) -> String {
        let fact = JournalStore.fact(row)
        var object = JSONObject()
        object["sequence"] = .integer(fact.sequence)
        object["subject"] = .string("\(fact.subject.kind)/\(fact.subject.id)")
        object["version"] = .integer(Int64(fact.version.number))
        object["occurred_at"] = .string(fact.occurredAt.rfc3339)
        object["recorded_at"] = .string(fact.recordedAt.rfc3339)
        object["actor"] = .string(fact.actor)
        object["kind"] = .string(fact.kind)
        // The text as it was digested, not what it means.
        object["body"] = .string(fact.body)
        object["salt"] = .string(hex(row.blob(9)))
        object["body_digest"] = .string(hex(row.blob(10)))
        object["chain"] = .string(hex(row.blob(11)))
        return JSON.object(object).text
    }
}
