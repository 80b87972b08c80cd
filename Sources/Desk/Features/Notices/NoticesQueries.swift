import Domain
import Storage

/// The register of notices: what is owed, and when it was given; the words stand in the facts alone.
enum NoticesQueries {
    /// A line of the register.
    struct NoticeRow: Sendable {
        var this: ID<SupportCase>
        var number: String
    }

    private static let columns: SQL = """
        id, case_id, number, kind, owner, aware_at, due_at, given_at, waived_at
        """

    /// What is still to be given, what is due first on top.
    static func open(limit: Int) -> SQL {
        """
        SELECT case_id, number FROM notice WHERE given_at IS NULL AND waived_at IS NULL
        ORDER BY due_at, id LIMIT \(limit)
        """
    }

    /// What was given or waived, of what we became aware of in a stretch of time, the latest first.
    static func settled(in period: Range<Timestamp>, limit: Int) -> SQL {
        """
        SELECT case_id, number FROM notice
        WHERE (given_at IS NOT NULL OR waived_at IS NOT NULL)
            AND aware_at >= \(period.lowerBound.microseconds) AND aware_at < \(period.upperBound.microseconds)
        ORDER BY aware_at DESC, id DESC LIMIT \(limit)
        """
    }

    /// Who sees to a notice.
    static func owner(_ number: String, of id: String) -> SQL {
        "SELECT owner FROM notice WHERE id = \("\(id)/\(number)")"
    }

    static func read(_ row: any Row) -> NoticeRow { NoticeRow(this: ID(row.text(0)), number: row.text(1)) }

    static func save(_ duty: NoticeFact.Duty, of id: String, awareAt: Timestamp) -> SQL {
        """
        INSERT INTO notice (\(columns))
        VALUES (\("\(id)/\(duty.notice)"), \(id), \(duty.notice), \(duty.kind), \(duty.owner),
            \(awareAt.microseconds), \(duty.dueAt.microseconds), NULL, NULL)
        """
    }

    static func reassign(_ number: String, of id: String, to owner: String) -> SQL {
        "UPDATE notice SET owner = \(owner) WHERE id = \("\(id)/\(number)")"
    }

    static func give(_ number: String, of id: String, at moment: Timestamp) -> SQL {
        "UPDATE notice SET given_at = \(moment.microseconds) WHERE id = \("\(id)/\(number)")"
    }

    static func waive(_ number: String, of id: String, at moment: Timestamp) -> SQL {
        "UPDATE notice SET waived_at = \(moment.microseconds) WHERE id = \("\(id)/\(number)")"
    }

    static func forget(of id: String) -> SQL { "DELETE FROM notice WHERE case_id = \(id)" }

    private static func page(after id: String, limit: Int) -> SQL {
        "SELECT \(columns) FROM notice WHERE id > \(id) ORDER BY id LIMIT \(limit)"
    }

    static let table = ProjectedTable(
        "notice",
        columns: [
            "id", "case_id", "number", "kind", "owner", "aware_at", "due_at", "given_at", "waived_at",
        ], page: page(after:limit:))

    /// Every statement, with sample values, to be prepared on both engines.
    static let samples: [SQL] = {
        let (first, last) = (Timestamp(microseconds: 0), Timestamp(microseconds: 1))
        return [
            open(limit: 1), settled(in: first..<last, limit: 1), owner("N1", of: "x"),
            save(.init(notice: "N1", kind: "x", dueAt: last, owner: "x"), of: "x", awareAt: first),
            reassign("N1", of: "x", to: "x"), give("N1", of: "x", at: first),
            waive("N1", of: "x", at: first), forget(of: "x"), page(after: "", limit: 1),
        ]
    }()
}
