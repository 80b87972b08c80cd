import Domain
import Storage

/// Who reviewed whose work on which case; marks and words stand in the facts alone.
enum QualityQueries {
    /// A review as lists need it.
    struct ReviewRow: Sendable {
        var this: ID<SupportCase>
        var number: String
        var reviewer: String
        var reviewed: String
        var at: Timestamp
        var score: Int?
        var severity: String
        var isCalibration: Bool
        var isWithdrawn: Bool
        var answeredAt: Timestamp?
    }

    private static let columns: SQL = """
        id, case_id, number, reviewer, reviewed, reviewed_at, score, severity, calibration, withdrawn, answered_at
        """

    // MARK: Reading

    /// The reviews of a stretch of time, the latest first.
    /// - Parameter person: those that somebody made or that judge their work; nil for all.
    static func reviews(in period: Range<Timestamp>, of person: String?, limit: Int) -> SQL {
        var all: [SQL] = [
            "reviewed_at >= \(period.lowerBound.microseconds)",
            "reviewed_at < \(period.upperBound.microseconds)",
        ]
        if let person { all.append("(reviewed = \(person) OR reviewer = \(person))") }
        return """
            SELECT \(columns) FROM quality_review WHERE \(SQL.all(all))
            ORDER BY reviewed_at DESC, id DESC LIMIT \(limit)
            """
    }

    /// Of these cases those that have a review that counts.
    static func reviewed(_ ids: [String]) -> SQL {
        """
        SELECT DISTINCT case_id FROM quality_review
        WHERE case_id IN (\(anyOf: ids)) AND withdrawn = 0 AND calibration = 0
        """
    }

    static func read(_ row: any Row) -> ReviewRow {
        ReviewRow(
            this: ID(row.text(1)), number: row.text(2), reviewer: row.text(3), reviewed: row.text(4),
            at: Timestamp(microseconds: row.integer(5)), score: row.optionalInteger(6).map { Int($0) },
            severity: row.text(7), isCalibration: row.integer(8) == 1, isWithdrawn: row.integer(9) == 1,
            answeredAt: row.optionalInteger(10).map { Timestamp(microseconds: $0) })
    }

    // MARK: Writing

    static func save(
        _ review: QualityFact.Review, of this: SupportCase, by reviewer: String, at moment: Timestamp
    ) -> SQL {
        """
        INSERT INTO quality_review (\(columns))
        VALUES (\("\(this.id.raw)/\(review.review)"), \(this.id.raw), \(review.review), \(reviewer),
            \(review.reviewed), \(moment.microseconds), \(review.score), \(this.severity.raw),
            \(review.isCalibration ? 1 : 0), 0, NULL)
        """
    }

    static func answer(_ number: String, of id: String, at moment: Timestamp) -> SQL {
        "UPDATE quality_review SET answered_at = \(moment.microseconds) WHERE id = \("\(id)/\(number)")"
    }

    static func withdraw(_ number: String, of id: String) -> SQL {
        "UPDATE quality_review SET withdrawn = 1 WHERE id = \("\(id)/\(number)")"
    }

    static func forget(of id: String) -> SQL { "DELETE FROM quality_review WHERE case_id = \(id)" }

    private static func page(after id: String, limit: Int) -> SQL {
        "SELECT \(columns) FROM quality_review WHERE id > \(id) ORDER BY id LIMIT \(limit)"
    }

    static let table = ProjectedTable(
        "quality_review",
        columns: [
            "id", "case_id", "number", "reviewer", "reviewed", "reviewed_at", "score", "severity",
            "calibration", "withdrawn", "answered_at",
        ], page: page(after:limit:))

    /// Every statement, with sample values, to be prepared on both engines.
    static let samples: [SQL] = {
        let (first, last) = (Timestamp(microseconds: 0), Timestamp(microseconds: 1))
        let review = QualityFact.Review(
            review: "Q1", form: "x", version: "x", reviewed: "x", marks: [], remarks: [], comment: nil,
            isCalibration: false)
        return [
            reviews(in: first..<last, of: nil, limit: 1), reviews(in: first..<last, of: "x", limit: 1),
            reviewed(["x"]),
            save(
                review, of: SupportCase(id: "x", version: Version(1), number: "x", at: first), by: "x",
                at: first), answer("Q1", of: "x", at: first), withdraw("Q1", of: "x"), forget(of: "x"),
            page(after: "", limit: 1),
        ]
    }()
}
