import Domain
import Storage

/// Which customers were asked how we did, or why not, and the scores; the words stand in the facts alone.
enum SurveysQueries {
    /// A decision as lists and figures need it.
    struct SurveyRow: Sendable {
        var this: ID<SupportCase>
        var number: String
        var decidedAt: Timestamp
        var decidedBy: String
        var person: String?
        var owner: String?
        var answeredAt: Timestamp?
        var followUpOwner: String?
        var followUpDue: Timestamp?
        var reviewedAt: Timestamp?
        var item: SurveyFigures.Item
    }

    private static let columns: SQL = """
        id, case_id, number, decided_at, decided_by, resolved_at, person, rule, owner, severity, tier, escalated,
        until_at, answered_at, score, scale, follow_up_owner, follow_up_due, reviewed_at
        """

    // MARK: Reading

    /// The decisions of a stretch of time, the latest first.
    static func decided(in period: Range<Timestamp>, limit: Int) -> SQL {
        """
        SELECT \(columns) FROM survey
        WHERE decided_at >= \(period.lowerBound.microseconds) AND decided_at < \(period.upperBound.microseconds)
        ORDER BY decided_at DESC, id DESC LIMIT \(limit)
        """
    }

    /// Low scores that nobody followed up on yet, what is due first on top.
    static func toFollowUp(limit: Int) -> SQL {
        """
        SELECT \(columns) FROM survey WHERE follow_up_due IS NOT NULL AND reviewed_at IS NULL
        ORDER BY follow_up_due, id LIMIT \(limit)
        """
    }

    /// When somebody was last asked.
    static func lastAsked(_ person: String) -> SQL {
        "SELECT MAX(decided_at) FROM survey WHERE person = \(person) AND rule IS NULL"
    }

    /// That there is a decision about the latest resolution of a `support_case`.
    static let isDecided: SQL = """
        EXISTS (SELECT 1 FROM survey s
            WHERE s.case_id = support_case.id AND s.resolved_at = support_case.resolved_at)
        """

    static func read(_ row: any Row) -> SurveyRow {
        func time(_ column: Int) -> Timestamp? {
            row.optionalInteger(column).map { Timestamp(microseconds: $0) }
        }
        return SurveyRow(
            this: ID(row.text(1)), number: row.text(2), decidedAt: Timestamp(microseconds: row.integer(3)),
            decidedBy: row.text(4), person: row.optionalText(6), owner: row.optionalText(8),
            answeredAt: time(13), followUpOwner: row.optionalText(16), followUpDue: time(17),
            reviewedAt: time(18),
            item: SurveyFigures.Item(
                rule: row.optionalText(7).flatMap(SurveyFact.Rule.init),
                score: row.optionalInteger(14).map { Int($0) },
                scale: row.optionalText(15).flatMap(SurveyFact.Scale.init), severity: row.text(9),
                tier: row.optionalText(10), isEscalated: row.integer(11) == 1))
    }

    // MARK: Writing

    /// A decision, to ask or not.
    static func save(
        _ number: String, of id: String, person: String?, rule: SurveyFact.Rule?, until: Timestamp?,
        _ occasion: SurveyFact.Occasion, by actor: String, at moment: Timestamp
    ) -> SQL {
        """
        INSERT INTO survey (\(columns))
        VALUES (\("\(id)/\(number)"), \(id), \(number), \(moment.microseconds), \(actor),
            \(occasion.resolvedAt.microseconds), \(person), \(rule?.rawValue), \(occasion.owner),
            \(occasion.severity), \(occasion.tier), \(occasion.isEscalated ? 1 : 0), \(until?.microseconds),
            NULL, NULL, NULL, NULL, NULL, NULL)
        """
    }

    static func answer(_ answer: SurveyFact.Answer, of id: String, at moment: Timestamp) -> SQL {
        """
        UPDATE survey SET answered_at = COALESCE(answered_at, \(moment.microseconds)), score = \(answer.score),
            scale = \(answer.scale.rawValue)
        WHERE id = \("\(id)/\(answer.survey)")
        """
    }

    static func openFollowUp(_ number: String, of id: String, owner: String?, due: Timestamp) -> SQL {
        """
        UPDATE survey SET follow_up_owner = \(owner), follow_up_due = \(due.microseconds)
        WHERE id = \("\(id)/\(number)")
        """
    }

    static func review(_ number: String, of id: String, at moment: Timestamp) -> SQL {
        "UPDATE survey SET reviewed_at = \(moment.microseconds) WHERE id = \("\(id)/\(number)")"
    }

    static func forget(of id: String) -> SQL { "DELETE FROM survey WHERE case_id = \(id)" }

    private static func page(after id: String, limit: Int) -> SQL {
        "SELECT \(columns) FROM survey WHERE id > \(id) ORDER BY id LIMIT \(limit)"
    }

    static let table = ProjectedTable(
        "survey",
        columns: [
            "id", "case_id", "number", "decided_at", "decided_by", "resolved_at", "person", "rule", "owner",
            "severity", "tier", "escalated", "until_at", "answered_at", "score", "scale", "follow_up_owner",
            "follow_up_due", "reviewed_at",
        ], page: page(after:limit:))

    /// Every statement, with sample values, to be prepared on both engines.
    static let samples: [SQL] = {
        let (first, last) = (Timestamp(microseconds: 0), Timestamp(microseconds: 1))
        let occasion = SurveyFact.Occasion(
            resolvedAt: first, owner: nil, severity: "x", tier: nil, isEscalated: false)
        let answer = SurveyFact.Answer(
            survey: "S1", score: 1, scale: .five, version: "x", answers: [], isByLink: false)
        return [
            decided(in: first..<last, limit: 1), toFollowUp(limit: 1), lastAsked("x"),
            "SELECT 1 FROM support_case WHERE NOT \(isDecided)",
            save(
                "S1", of: "x", person: nil, rule: .merged, until: nil, occasion, by: "x", at: first),
            SurveysQueries.answer(answer, of: "x", at: first),
            openFollowUp("S1", of: "x", owner: nil, due: first), review("S1", of: "x", at: first),
            forget(of: "x"), page(after: "", limit: 1),
        ]
    }()
}
