import Domain
import Storage

/// The watches that go on, for the job that looks for signals; what they say stands in the facts alone.
enum FixWatchQueries {
    static func open(limit: Int) -> SQL {
        "SELECT case_id FROM fix_watch ORDER BY until, case_id LIMIT \(limit)"
    }

    static func save(_ plan: FixWatchFact.Plan, of id: String, sequence: Int64) -> SQL {
        """
        INSERT INTO fix_watch (case_id, watch, until, started)
        VALUES (\(id), \(plan.watch), \(plan.until.microseconds), \(sequence))
        ON CONFLICT (case_id) DO UPDATE SET watch = excluded.watch, until = excluded.until,
            started = excluded.started
        """
    }

    static func forget(_ id: String) -> SQL { "DELETE FROM fix_watch WHERE case_id = \(id)" }

    private static func page(after id: String, limit: Int) -> SQL {
        """
        SELECT case_id, watch, until, started FROM fix_watch WHERE case_id > \(id) ORDER BY case_id LIMIT \(limit)
        """
    }

    static let table = ProjectedTable(
        "fix_watch", columns: ["case_id", "watch", "until", "started"], page: page(after:limit:))

    /// Every statement, with sample values, to be prepared on both engines.
    static let samples: [SQL] = [
        open(limit: 1), forget("x"), page(after: "", limit: 1),
        save(
            .init(watch: "W1", until: Timestamp(microseconds: 0), signals: [], words: [], note: nil), of: "x",
            sequence: 1),
    ]
}
