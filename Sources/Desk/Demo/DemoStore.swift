import Domain
import Storage

/// How far a simulated organisation has been written: a receipt, since each batch is acknowledged like a request.
enum DemoStore {
    /// Whose receipt it is.
    static let actor = "simulation"

    static func position() -> SQL {
        "SELECT operation, answer FROM receipt WHERE actor = \(actor) AND key = 'position'"
    }

    static func savePosition(_ answer: String, of name: String, at now: Timestamp) -> SQL {
        """
        INSERT INTO receipt (actor, key, operation, input_digest, answer, recorded_at)
        VALUES (\(actor), 'position', \(name), \([UInt8]()), \(answer), \(now.microseconds))
        ON CONFLICT (actor, key) DO UPDATE SET answer = excluded.answer, recorded_at = excluded.recorded_at
        """
    }

    /// The numbers of all cases, in the order in which they were opened.
    static func caseNumbers() -> SQL { "SELECT number FROM support_case ORDER BY opened_at, id" }

    /// Every statement, with sample values, to be prepared on both engines.
    static let samples: [SQL] = [
        position(), savePosition("{}", of: "x", at: Timestamp(microseconds: 0)), caseNumbers(),
    ]
}
