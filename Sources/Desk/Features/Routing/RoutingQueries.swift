import Domain
import Storage

/// The table of where cases are: what their facts of routing and triage make.
enum RoutingQueries {
    private static let columns: SQL = """
        case_id, queue, rule, policy, routed_at, moves, triaged_at, effort, reproduction_at, cover_person,
        cover_cause, cover_key, cover_until, cover_at, match_case, match_at
        """

    static func route(of id: String) -> SQL { "SELECT \(columns) FROM case_route WHERE case_id = \(id)" }

    static func routes(of ids: [String]) -> SQL {
        "SELECT \(columns) FROM case_route WHERE case_id IN (\(anyOf: ids))"
    }

    /// The cases in some queues, as a query with one column.
    static func cases(in queues: [String]) -> SQL {
        "SELECT case_id FROM case_route WHERE queue IN (\(anyOf: queues))"
    }

    /// The cases that went to a queue before a moment and lie there, as a query with one column.
    static func cases(in queue: String, routedBefore moment: Timestamp) -> SQL {
        "SELECT case_id FROM case_route WHERE queue = \(queue) AND routed_at < \(moment.microseconds)"
    }

    /// The cases of which triage is complete, as a query with one column.
    static func triaged() -> SQL { "SELECT case_id FROM case_route WHERE triaged_at IS NOT NULL" }

    /// The cases that went between queues more often, as a query with one column.
    static func moved(moreOftenThan most: Int) -> SQL {
        "SELECT case_id FROM case_route WHERE moves > \(most)"
    }

    static func save(_ route: CaseRoute, of id: String) -> SQL {
        """
        INSERT INTO case_route (\(columns))
        VALUES (\(id), \(route.queue), \(route.rule), \(route.policy), \(route.routedAt?.microseconds),
            \(route.moves), \(route.triagedAt?.microseconds), \(route.effort),
            \(route.reproductionAt?.microseconds), \(route.cover?.person), \(route.cover?.cause.rawValue),
            \(route.cover?.key), \(route.cover?.until?.microseconds), \(route.coverAt?.microseconds),
            \(route.match), \(route.matchAt?.microseconds))
        ON CONFLICT (case_id) DO UPDATE SET queue = excluded.queue, rule = excluded.rule,
            policy = excluded.policy, routed_at = excluded.routed_at, moves = excluded.moves,
            triaged_at = excluded.triaged_at, effort = excluded.effort,
            reproduction_at = excluded.reproduction_at, cover_person = excluded.cover_person,
            cover_cause = excluded.cover_cause, cover_key = excluded.cover_key,
            cover_until = excluded.cover_until, cover_at = excluded.cover_at,
            match_case = excluded.match_case, match_at = excluded.match_at
        """
    }

    /// The cases for which somebody has to stand in, as a query with one column.
    static func covered() -> SQL { "SELECT case_id FROM case_route WHERE cover_person IS NOT NULL" }

    /// That the owner of a row `c` of `search_case` is called away, and it is offered to nobody.
    static let isUncovered: SQL = """
        EXISTS (SELECT 1 FROM case_route r WHERE r.case_id = c.case_id AND r.cover_person = c.owner)
        """

    /// The cases that wait for somebody to say whether they are what they look like, as a query with one column.
    static func matched() -> SQL { "SELECT case_id FROM case_route WHERE match_case IS NOT NULL" }

    static func forget(_ id: String) -> SQL { "DELETE FROM case_route WHERE case_id = \(id)" }

    static func page(after id: String, limit: Int) -> SQL {
        "SELECT \(columns) FROM case_route WHERE case_id > \(id) ORDER BY case_id LIMIT \(limit)"
    }

    static func read(_ row: any Row) -> (id: ID<SupportCase>, route: CaseRoute) {
        func moment(_ column: Int) -> Timestamp? {
            row.optionalInteger(column).map { Timestamp(microseconds: $0) }
        }
        var route = CaseRoute()
        (route.queue, route.rule) = (row.optionalText(1), row.optionalText(2))
        (route.policy, route.routedAt) = (Int(row.integer(3)), moment(4))
        (route.moves, route.triagedAt) = (Int(row.integer(5)), moment(6))
        (route.effort, route.reproductionAt) = (row.optionalText(7), moment(8))
        if let person = row.optionalText(9),
            let cause = row.optionalText(10).flatMap(RoutingFact.Cover.Cause.init)
        {
            route.cover = .init(
                person: person, cause: cause, key: row.optionalText(11) ?? "", until: moment(12))
        }
        (route.coverAt, route.match, route.matchAt) = (moment(13), row.optionalText(14), moment(15))
        return (ID(row.text(0)), route)
    }

    /// Every statement, with sample values, to be prepared on both engines.
    static let samples: [SQL] = [
        route(of: "x"), routes(of: ["x"]), cases(in: ["x"]), triaged(),
        cases(in: "x", routedBefore: Timestamp(microseconds: 0)), moved(moreOftenThan: 2),
        save(CaseRoute(), of: "x"), forget("x"), page(after: "", limit: 1), covered(), matched(),
        "SELECT 1 FROM search_case c WHERE \(isUncovered)",
    ]

    static let table = ProjectedTable(
        "case_route",
        columns: [
            "case_id", "queue", "rule", "policy", "routed_at", "moves", "triaged_at", "effort",
            "reproduction_at", "cover_person", "cover_cause", "cover_key", "cover_until", "cover_at",
            "match_case", "match_at",
        ], page: page(after:limit:))
}
