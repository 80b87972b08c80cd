import Domain
import Storage

/// The latest offer of each case, and who was stuck where; the words stand in the facts alone.
enum HandoffQueries {
    /// The latest offer of a case.
    struct OfferRow: Sendable {
        var this: ID<SupportCase>
        var acceptBy: Timestamp
        var state: String
    }

    /// Somebody who was stuck.
    struct StuckRow: Sendable {
        var this: ID<SupportCase>
        var number: String
    }

    private static let offerColumns: SQL = """
        case_id, number, way, from_person, to_person, to_role, offered_at, accept_by, state, settled_at
        """
    private static let stuckColumns: SQL =
        "id, case_id, number, asked_by, asked_at, settled_at, answered, reusable"

    // MARK: Reading

    /// The open offers that mean somebody, those that should be accepted first on top.
    static func offered(to person: String, roles: [String], limit: Int) -> SQL {
        """
        SELECT case_id, accept_by, state FROM handover
        WHERE state = 'open' AND from_person <> \(person)
            AND (to_person = \(person) OR to_role IN (\(anyOf: roles)))
        ORDER BY accept_by, case_id LIMIT \(limit)
        """
    }

    /// The open offers of somebody, and those that came back to them since a moment.
    static func offered(by person: String, returnedSince moment: Timestamp, limit: Int) -> SQL {
        """
        SELECT case_id, accept_by, state FROM handover
        WHERE from_person = \(person)
            AND (state = 'open' OR (state = 'returned' AND settled_at >= \(moment.microseconds)))
        ORDER BY accept_by, case_id LIMIT \(limit)
        """
    }

    static func readOffer(_ row: any Row) -> OfferRow {
        OfferRow(
            this: ID(row.text(0)), acceptBy: Timestamp(microseconds: row.integer(1)), state: row.text(2))
    }

    /// Who is stuck, the longest first.
    static func stuck(limit: Int) -> SQL {
        "SELECT case_id, number FROM unblock_request WHERE settled_at IS NULL ORDER BY asked_at, id LIMIT \(limit)"
    }

    /// The answers that are of use to others, the latest first.
    static func reusable(limit: Int) -> SQL {
        """
        SELECT case_id, number FROM unblock_request WHERE reusable = 1 ORDER BY settled_at DESC, id LIMIT \(limit)
        """
    }

    static func readStuck(_ row: any Row) -> StuckRow { StuckRow(this: ID(row.text(0)), number: row.text(1)) }

    // MARK: Conditions of searches

    /// That a case `c` of a list is offered to somebody, and should have been accepted in a stretch of time.
    static func isOffered(from: Timestamp? = nil, until: Timestamp? = nil) -> SQL {
        var parts: [SQL] = ["h.case_id = c.case_id", "h.state = 'open'"]
        if let from { parts.append("h.accept_by >= \(from.microseconds)") }
        if let until { parts.append("h.accept_by < \(until.microseconds)") }
        return "EXISTS (SELECT 1 FROM handover h WHERE \(SQL.all(parts)))"
    }

    /// That somebody is stuck at a case `c` of a list.
    static let isStuck: SQL =
        "EXISTS (SELECT 1 FROM unblock_request u WHERE u.case_id = c.case_id AND u.settled_at IS NULL)"

    /// That a case `c` of a list has an answer that is of use to others.
    static let hasReusable: SQL =
        "EXISTS (SELECT 1 FROM unblock_request u WHERE u.case_id = c.case_id AND u.reusable = 1)"

    // MARK: Writing

    static func saveOffer(_ offer: HandoffFact.Offer, of id: String, at moment: Timestamp) -> SQL {
        """
        INSERT INTO handover (\(offerColumns))
        VALUES (\(id), \(offer.handover), \(offer.way.rawValue), \(offer.from), \(offer.person), \(offer.role),
            \(moment.microseconds), \(offer.acceptBy.microseconds), 'open', NULL)
        ON CONFLICT (case_id) DO UPDATE SET number = excluded.number, way = excluded.way,
            from_person = excluded.from_person, to_person = excluded.to_person, to_role = excluded.to_role,
            offered_at = excluded.offered_at, accept_by = excluded.accept_by, state = 'open', settled_at = NULL
        """
    }

    /// The end of the open offer of a case.
    /// - Parameter owner: whose offers stay open; nil for nobody's.
    static func settleOffer(
        _ id: String, as outcome: Handoffs.Outcome, at moment: Timestamp, exceptOf owner: String? = nil
    ) -> SQL {
        let others: SQL = owner.map { "AND from_person <> \($0)" } ?? ""
        return """
            UPDATE handover SET state = \(outcome.rawValue), settled_at = \(moment.microseconds)
            WHERE case_id = \(id) AND state = 'open' \(others)
            """
    }

    static func saveStuck(_ number: String, of id: String, by person: String, at moment: Timestamp) -> SQL {
        """
        INSERT INTO unblock_request (\(stuckColumns))
        VALUES (\("\(id)/\(number)"), \(id), \(number), \(person), \(moment.microseconds), NULL, 0, 0)
        """
    }

    static func settleStuck(
        _ number: String, of id: String, isAnswered: Bool, isReusable: Bool, at moment: Timestamp
    ) -> SQL {
        """
        UPDATE unblock_request SET settled_at = \(moment.microseconds), answered = \(isAnswered ? 1 : 0),
            reusable = \(isReusable ? 1 : 0)
        WHERE id = \("\(id)/\(number)")
        """
    }

    static func markStuck(_ number: String, of id: String, isReusable: Bool) -> SQL {
        "UPDATE unblock_request SET reusable = \(isReusable ? 1 : 0) WHERE id = \("\(id)/\(number)")"
    }

    static func forgetOffer(of id: String) -> SQL { "DELETE FROM handover WHERE case_id = \(id)" }

    static func forgetStuck(of id: String) -> SQL { "DELETE FROM unblock_request WHERE case_id = \(id)" }

    private static func offerPage(after id: String, limit: Int) -> SQL {
        "SELECT \(offerColumns) FROM handover WHERE case_id > \(id) ORDER BY case_id LIMIT \(limit)"
    }

    private static func stuckPage(after id: String, limit: Int) -> SQL {
        "SELECT \(stuckColumns) FROM unblock_request WHERE id > \(id) ORDER BY id LIMIT \(limit)"
    }

    static let tables = [
        ProjectedTable(
            "handover",
            columns: [
                "case_id", "number", "way", "from_person", "to_person", "to_role", "offered_at", "accept_by",
                "state", "settled_at",
            ], page: offerPage(after:limit:)),
        ProjectedTable(
            "unblock_request",
            columns: [
                "id", "case_id", "number", "asked_by", "asked_at", "settled_at", "answered", "reusable",
            ], page: stuckPage(after:limit:)),
    ]

    /// Every statement, with sample values, to be prepared on both engines.
    static let samples: [SQL] = {
        let moment = Timestamp(microseconds: 0)
        let offer = HandoffFact.Offer(
            handover: "O1", way: .tier, from: "x", person: nil, role: "x", brief: "x", generated: nil,
            acceptBy: moment)
        return [
            offered(to: "x", roles: ["x"], limit: 1), offered(by: "x", returnedSince: moment, limit: 1),
            stuck(limit: 1), reusable(limit: 1),
            "SELECT 1 FROM search_case c WHERE \(isOffered(from: moment, until: moment))",
            "SELECT 1 FROM search_case c WHERE \(isStuck) AND \(hasReusable)",
            saveOffer(offer, of: "x", at: moment), settleOffer("x", as: .accepted, at: moment),
            settleOffer("x", as: .overtaken, at: moment, exceptOf: "x"),
            saveStuck("U1", of: "x", by: "x", at: moment),
            settleStuck("U1", of: "x", isAnswered: true, isReusable: false, at: moment),
            markStuck("U1", of: "x", isReusable: true), forgetOffer(of: "x"), forgetStuck(of: "x"),
            offerPage(after: "", limit: 1), stuckPage(after: "", limit: 1),
        ]
    }()
}
