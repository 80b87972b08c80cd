import Domain
import Storage

/// The table of what became of promises, which holds nothing that could not be made anew from the facts.
enum AttainmentQueries {
    private static let columns: SQL = """
        o.clock, o.cycle, o.number, o.started_at, o.due_at, o.ended_at, o.is_kept, o.decided_at, o.target, o.spent,
        o.raw, o.level, o.severity, o.tier, o.shares, o.cause, o.customer_told
        """

    static func outcomes(of id: String) -> SQL {
        "SELECT \(columns) FROM clock_outcome o WHERE o.case_id = \(id) ORDER BY o.clock, o.cycle"
    }

    static func forget(_ id: String) -> SQL { "DELETE FROM clock_outcome WHERE case_id = \(id)" }

    static func save(_ outcome: ClockOutcome, of id: String) -> SQL {
        """
        INSERT INTO clock_outcome (case_id, clock, cycle, kind, number, started_at, due_at, ended_at, is_kept,
            decided_at, target, spent, raw, level, severity, tier, shares, cause, customer_told)
        VALUES (\(id), \(outcome.clock.text), \(outcome.cycle), \(outcome.clock.clock.rawValue), \(outcome.number),
            \(outcome.startedAt.microseconds), \(outcome.dueAt?.microseconds), \(outcome.endedAt?.microseconds),
            \(outcome.isKept), \(outcome.decidedAt.microseconds), \(outcome.target), \(outcome.spent), \(outcome.raw),
            \(outcome.level), \(outcome.severity), \(outcome.tier), \(outcome.sharesText), \(outcome.cause),
            \(outcome.isCustomerTold))
        """
    }

    static func read(_ row: any Row) -> ClockOutcome { read(row, from: 0) }

    private static func read(_ row: any Row, from first: Int) -> ClockOutcome {
        func moment(_ column: Int) -> Timestamp? {
            row.optionalInteger(first + column).map { Timestamp(microseconds: $0) }
        }
        return ClockOutcome(
            clock: CaseClockID(text: row.text(first)) ?? CaseClockID(.resolution),
            cycle: row.integer(first + 1), number: Int(row.integer(first + 2)),
            startedAt: Timestamp(microseconds: row.integer(first + 3)), dueAt: moment(4), endedAt: moment(5),
            isKept: row.integer(first + 6) == 1,
            decidedAt: Timestamp(microseconds: row.integer(first + 7)), target: row.integer(first + 8),
            spent: row.optionalInteger(first + 9), raw: row.optionalInteger(first + 10),
            level: row.text(first + 11), severity: row.text(first + 12), tier: row.optionalText(first + 13),
            shares: ClockOutcome.shares(row.text(first + 14)), cause: row.optionalText(first + 15),
            isCustomerTold: row.optionalInteger(first + 16).map { $0 == 1 })
    }

    // MARK: Counting

    /// What is counted: outcomes decided in a period, of cases for which conditions hold.
    /// - Parameter conditions: what holds of the case, whose columns need no name before them.
    private static func counted(_ asked: AttainmentQuery, _ conditions: [SQL]) -> [SQL] {
        var all: [SQL] = [
            "o.decided_at >= \(asked.period.lowerBound.microseconds)",
            "o.decided_at < \(asked.period.upperBound.microseconds)",
        ]
        if let severity = asked.severity { all.append("o.severity = \(severity)") }
        if let tier = asked.tier { all.append("o.tier = \(tier)") }
        if let area = asked.productArea { all.append("s.product_area = \(area)") }
        if let account = asked.account { all.append("s.organisation = \(account)") }
        if let department = asked.department { all.append("s.department = \(department)") }
        if let queues = asked.queues { all.append("r.queue IN (\(anyOf: queues))") }
        return all + conditions
    }

    private static let tables: SQL = """
        clock_outcome o \(SQL.joinedTo) support_case s ON s.id = o.case_id
        LEFT JOIN case_route r ON r.case_id = o.case_id
        """

    /// Each outcome of a period, as it is counted; cases that were merged into others are left out.
    static func lines(_ asked: AttainmentQuery, visible conditions: [SQL]) -> SQL {
        """
        SELECT o.case_id, o.kind, o.is_kept, o.severity, o.tier, s.product_area, s.organisation, r.queue, o.cause,
            CASE WHEN o.is_kept = 0 THEN o.shares ELSE '[]' END, s.department
        FROM \(tables) WHERE \(SQL.all(counted(asked, conditions + ["s.merged_into IS NULL"])))
        """
    }

    /// How many cases of a period are left out since they were merged into others.
    static func merged(_ asked: AttainmentQuery, visible conditions: [SQL]) -> SQL {
        """
        SELECT COUNT(DISTINCT o.case_id) FROM \(tables)
        WHERE \(SQL.all(counted(asked, conditions + ["s.merged_into IS NOT NULL"])))
        """
    }

    /// The outcomes behind a number, the latest first.
    static func rows(_ asked: AttainmentQuery, visible conditions: [SQL], limit: Int) -> SQL {
        var all = counted(asked, conditions + ["s.merged_into IS NULL"])
        if !asked.clocks.isEmpty { all.append("o.kind IN (\(anyOf: asked.clocks.map(\.rawValue)))") }
        if let isKept = asked.isKept {
            all.append(asked.isByCase ? anyMissed(asked, isKept) : "o.is_kept = \(isKept)")
        }
        switch asked.cause {
        case .any: break
        case .none: all.append("o.cause IS NULL")
        case .one(let cause): all.append("o.cause = \(cause)")
        }
        if let status = asked.status {
            all.append("o.shares LIKE \(SQL.containing("[\"\(status)\",")) ESCAPE '\\'")
        }
        return """
            SELECT \(columns), o.case_id FROM \(tables)
            WHERE \(SQL.all(all)) ORDER BY o.decided_at DESC, o.case_id, o.clock, o.cycle LIMIT \(limit)
            """
    }

    /// That of the clocks that are asked for none was missed in the case, or one was.
    private static func anyMissed(_ asked: AttainmentQuery, _ isKept: Bool) -> SQL {
        var all: [SQL] = [
            "x.case_id = o.case_id", "x.is_kept = 0", "x.kind IN (\(anyOf: asked.clocks.map(\.rawValue)))",
            "x.decided_at >= \(asked.period.lowerBound.microseconds)",
            "x.decided_at < \(asked.period.upperBound.microseconds)",
        ]
        if let severity = asked.severity { all.append("x.severity = \(severity)") }
        if let tier = asked.tier { all.append("x.tier = \(tier)") }
        let one: SQL = "EXISTS (SELECT 1 FROM clock_outcome x WHERE \(SQL.all(all)))"
        return isKept ? "NOT \(one)" : one
    }

    static func readRow(_ row: any Row) -> (id: ID<SupportCase>, outcome: ClockOutcome) {
        (ID(row.text(17)), read(row, from: 0))
    }

    // MARK: Conditions of searches

    private static let promises = CaseClock.allCases.filter(\.isPromise).map(\.rawValue)
    private static let internals = CaseClock.allCases.filter { !$0.isPromise }.map(\.rawValue)

    /// The cases of which a promise to the customer was missed, as a query with one column.
    /// - Parameter isUnexplained: only where nobody said why.
    static func missed(isUnexplained: Bool) -> SQL {
        let cause: SQL = isUnexplained ? "AND cause IS NULL" : ""
        return "SELECT case_id FROM clock_outcome WHERE is_kept = 0 AND kind IN (\(anyOf: promises)) \(cause)"
    }

    /// The cases in which a clock among ourselves is over and goes on, as a query with one column.
    static func behind() -> SQL {
        "SELECT case_id FROM clock_outcome WHERE is_kept = 0 AND ended_at IS NULL AND kind IN (\(anyOf: internals))"
    }

    // MARK: Steps of prevention

    private static let stepColumns: SQL =
        "id, version, period, text, owner, due_at, cause, planned_at, outcome, result, ended_at"

    static func step(_ id: String) -> SQL { "SELECT \(stepColumns) FROM prevention_step WHERE id = \(id)" }

    static func steps(after id: String, limit: Int) -> SQL {
        "SELECT \(stepColumns) FROM prevention_step WHERE id > \(id) ORDER BY id LIMIT \(limit)"
    }

    /// The steps of some months, and those of earlier ones that are still to be done.
    static func steps(of periods: [String], openBefore period: String) -> SQL {
        """
        SELECT \(stepColumns) FROM prevention_step
        WHERE period IN (\(anyOf: periods)) OR outcome IS NULL AND period < \(period)
        ORDER BY due_at, id
        """
    }

    /// What somebody has to do, what is due first on top.
    static func steps(of owner: String, limit: Int) -> SQL {
        """
        SELECT \(stepColumns) FROM prevention_step WHERE owner = \(owner) AND outcome IS NULL
        ORDER BY due_at, id LIMIT \(limit)
        """
    }

    static func save(_ step: PreventionStep) -> SQL {
        """
        INSERT INTO prevention_step (\(stepColumns))
        VALUES (\(step.id.raw), \(step.version.number), \(step.plan.period), \(step.plan.text),
            \(step.plan.owner.raw), \(step.plan.dueAt.microseconds), \(step.plan.cause),
            \(step.plannedAt.microseconds), \(step.outcome?.rawValue), \(step.result),
            \(step.endedAt?.microseconds))
        ON CONFLICT (id) DO UPDATE SET version = excluded.version, period = excluded.period, text = excluded.text,
            owner = excluded.owner, due_at = excluded.due_at, cause = excluded.cause, outcome = excluded.outcome,
            result = excluded.result, ended_at = excluded.ended_at
        """
    }

    static func forgetStep(_ id: String) -> SQL { "DELETE FROM prevention_step WHERE id = \(id)" }

    static func readStep(_ row: any Row) -> PreventionStep {
        PreventionStep(
            id: ID(row.text(0)), version: Version(Int(row.integer(1))),
            plan: PreventionStep.Plan(
                period: row.text(2), text: row.text(3), owner: ID(row.text(4)),
                dueAt: Timestamp(microseconds: row.integer(5)), cause: row.optionalText(6)),
            plannedAt: Timestamp(microseconds: row.integer(7)),
            outcome: row.optionalText(8).flatMap(PreventionStep.Outcome.init), result: row.optionalText(9),
            endedAt: row.optionalInteger(10).map { Timestamp(microseconds: $0) })
    }

    /// Every statement, with sample values, to be prepared on both engines.
    static let samples: [SQL] = {
        let moment = Timestamp(microseconds: 0)
        var asked = AttainmentQuery(period: moment..<moment.adding(seconds: 1))
        (asked.severity, asked.tier, asked.productArea, asked.account) = ("x", "x", "x", "x")
        asked.department = "x"
        (asked.queues, asked.clocks, asked.isKept) = (["x"], [.resolution], false)
        (asked.cause, asked.status) = (.one("x"), "x")
        var unexplained = asked
        unexplained.cause = .none
        var byCase = asked
        byCase.isByCase = true
        let outcome = ClockOutcome(
            clock: CaseClockID(.resolution), cycle: 1, number: 1, startedAt: moment, dueAt: nil, endedAt: nil,
            isKept: false, decidedAt: moment, target: 1, spent: nil, raw: nil, level: "x", severity: "x",
            tier: nil)
        let step = PreventionStep(
            id: "x", version: Version(1),
            plan: .init(period: "2026-02", text: "x", owner: "x", dueAt: moment, cause: nil),
            plannedAt: moment)
        return [
            outcomes(of: "x"), forget("x"), save(outcome, of: "x"), lines(asked, visible: []),
            merged(asked, visible: []), rows(asked, visible: [], limit: 1),
            rows(unexplained, visible: [], limit: 1), rows(byCase, visible: [], limit: 1),
            missed(isUnexplained: true), missed(isUnexplained: false), behind(), Self.step("x"),
            steps(after: "", limit: 1), steps(of: ["x"], openBefore: "x"), steps(of: "x", limit: 1),
            save(step), forgetStep("x"),
        ]
    }()

    static let subject = SubjectType(
        PreventionStep.self,
        tables: [
            ProjectedTable(
                "prevention_step",
                columns: [
                    "id", "version", "period", "text", "owner", "due_at", "cause", "planned_at", "outcome",
                    "result", "ended_at",
                ], page: steps(after:limit:))
        ],
        load: { id, tx in try tx.first(step(id), readStep) },
        save: { step, _, tx in try tx.execute(save(step)) },
        forget: { id, tx in try tx.execute(forgetStep(id)) },
        describe: { aspect, step, policy, _ in
            aspect.name == "outcome"
                ? ("State", step.outcome?.label ?? "to be done") : ("Step", step.plan.text)
        })
}

/// Which outcomes are counted, or stand behind a number.
struct AttainmentQuery: Sendable, Equatable {
    /// Which recorded causes count.
    enum Cause: Sendable, Equatable {
        case any
        case none
        case one(String)
    }

    /// When they were decided; the end does not belong to it.
    var period: Range<Timestamp>
    /// The severity that they were measured for.
    var severity: String?
    /// The customer's tier that they were measured for.
    var tier: String?
    /// The area of the product.
    var productArea: String?
    /// The customer.
    var account: String?
    /// The department that asked.
    var department: String?
    /// The team, by its identifier.
    var team: String?
    /// The queues of the team.
    var queues: [String]?
    /// Behind a number: of these clocks; empty for all.
    var clocks: [CaseClock] = []
    /// Behind a number: only kept, or only missed ones.
    var isKept: Bool?
    /// Behind a number: whether `isKept` asks for cases of which all was kept, or not.
    var isByCase = false
    /// Behind a number: missed for this cause.
    var cause = Cause.any
    /// Behind a number: missed with time that went in this state.
    var status: String?

    init(period: Range<Timestamp>) { self.period = period }
}
