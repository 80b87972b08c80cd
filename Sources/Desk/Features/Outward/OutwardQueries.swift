import Domain
import Storage

/// The messages that wait for a review; the words stand in the facts alone.
enum OutwardQueries {
    private static let columns: SQL = "id, case_id, number, writer, review_by"

    /// The messages that wait and that somebody did not write, those first that should be reviewed first.
    static func waiting(notBy writer: String, limit: Int) -> SQL {
        """
        SELECT case_id, number FROM message_review WHERE writer <> \(writer)
        ORDER BY review_by, id LIMIT \(limit)
        """
    }

    static func read(_ row: any Row) -> (this: ID<SupportCase>, number: String) {
        (ID(row.text(0)), row.text(1))
    }

    /// That a message to the customer of a case `c` of a list waits for its review.
    static let isInReview: SQL = "EXISTS (SELECT 1 FROM message_review m WHERE m.case_id = c.case_id)"

    static func save(_ held: OutwardFact.Held, of id: String, by writer: String) -> SQL {
        """
        INSERT INTO message_review (\(columns))
        VALUES (\("\(id)/\(held.message)"), \(id), \(held.message), \(writer), \(held.reviewBy.microseconds))
        """
    }

    static func settle(_ number: String, of id: String) -> SQL {
        "DELETE FROM message_review WHERE id = \("\(id)/\(number)")"
    }

    static func forget(of id: String) -> SQL { "DELETE FROM message_review WHERE case_id = \(id)" }

    private static func page(after id: String, limit: Int) -> SQL {
        "SELECT \(columns) FROM message_review WHERE id > \(id) ORDER BY id LIMIT \(limit)"
    }

    static let table = ProjectedTable(
        "message_review", columns: ["id", "case_id", "number", "writer", "review_by"],
        page: page(after:limit:))

    /// Every statement, with sample values, to be prepared on both engines.
    static let samples: [SQL] = {
        let held = OutwardFact.Held(message: "M1", text: "x", reviewBy: Timestamp(microseconds: 0))
        return [
            waiting(notBy: "x", limit: 1), "SELECT 1 FROM search_case c WHERE \(isInReview)",
            save(held, of: "x", by: "x"), settle("M1", of: "x"), forget(of: "x"), page(after: "", limit: 1),
        ]
    }()
}
