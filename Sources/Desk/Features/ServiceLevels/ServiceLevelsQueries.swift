import Diagnosis
import Domain
import Storage

/// The tables of clocks: what must fire next, and the record of what was applied and fired.
///
/// `case_clock` holds nothing that could not be made anew: of each open case when its next clock fires, when the next one
/// is over, and what its page shows. A change of the case, its customer or the policy only marks the row; the job works it out.
enum ServiceLevelsQueries {
    /// Stands where nothing is due.
    static let never = Int64.max
    /// Stands for the version of policy where the case is over, so that no later version makes it be worked out anew.
    static let ended = Int(Int32.max)

    // MARK: What must fire next

    /// Notes that something of a case changed.
    static func touch(_ id: String) -> SQL {
        """
        INSERT INTO case_clock (case_id, mark, settled, policy, deadline_at, summary)
        VALUES (\(id), 1, 0, 0, \(never), '{}')
        ON CONFLICT (case_id) DO UPDATE SET mark = case_clock.mark + 1
        """
    }

    /// Notes that something changed of the customer of open cases.
    static func touch(organisation: String) -> SQL {
        """
        UPDATE case_clock SET mark = mark + 1
        WHERE case_id IN (SELECT case_id FROM search_case WHERE organisation = \(organisation))
        """
    }

    static func unsettled(limit: Int) -> SQL {
        "SELECT case_id FROM case_clock WHERE mark <> settled ORDER BY case_id LIMIT \(limit)"
    }

    /// Cases whose clocks were worked out by an earlier version of policy.
    static func outdated(policy: Int, limit: Int) -> SQL {
        "SELECT case_id FROM case_clock WHERE policy < \(policy) ORDER BY policy, case_id LIMIT \(limit)"
    }

    static func overdue(at now: Timestamp, limit: Int) -> SQL {
        """
        SELECT case_id FROM case_clock WHERE fire_at <= \(now.microseconds)
        ORDER BY fire_at, case_id LIMIT \(limit)
        """
    }

    /// How many cases there are, and how many of them wait to be worked out.
    ///
    /// Restricted cases are left out, so that a number tells nobody that there are any.
    static func progress(policy: Int) -> SQL {
        """
        SELECT COUNT(*), COALESCE(SUM(CASE WHEN k.mark <> k.settled OR k.policy < \(policy) THEN 1 ELSE 0 END), 0)
        FROM case_clock k JOIN search_case c ON c.case_id = k.case_id WHERE c.confidentiality IS NULL
        """
    }

    /// What changes whenever something happens to a case, and how many facts are on record of its clocks.
    static func state(of id: String) -> SQL {
        """
        SELECT mark, COALESCE((SELECT version FROM clock_record WHERE clock_record.case_id = case_clock.case_id), 0)
        FROM case_clock WHERE case_id = \(id)
        """
    }

    static func rows(after id: String, limit: Int) -> SQL {
        """
        SELECT case_id, mark, settled, policy, fire_at, deadline_at, deadline_clock, summary, counted
        FROM case_clock WHERE case_id > \(id) ORDER BY case_id LIMIT \(limit)
        """
    }

    /// Cases that nobody would work out, which there are none of.
    static func missing(limit: Int) -> SQL {
        """
        SELECT id FROM support_case WHERE NOT EXISTS (SELECT 1 FROM case_clock WHERE case_id = support_case.id)
        ORDER BY id LIMIT \(limit)
        """
    }

    static func settle(_ id: String, mark: Int64, policy: Int, _ next: NextFiring) -> SQL {
        """
        UPDATE case_clock SET settled = \(mark), counted = \(mark), policy = \(policy), fire_at = \(next.fireAt?.microseconds),
            deadline_at = \(next.deadlineAt?.microseconds ?? never), deadline_clock = \(next.deadlineClock),
            summary = \(next.summary?.json.text ?? "{}")
        WHERE case_id = \(id)
        """
    }

    /// Leaves a case alone until it changes again.
    static func skip(_ id: String, policy: Int) -> SQL {
        "UPDATE case_clock SET settled = mark, counted = mark, fire_at = NULL, policy = \(policy) WHERE case_id = \(id)"
    }

    static func forget(_ id: String) -> SQL { "DELETE FROM case_clock WHERE case_id = \(id)" }

    /// Notes that nothing is left to do for closed cases, after many were written at once.
    static func settleClosed() -> SQL {
        """
        UPDATE case_clock SET settled = mark, policy = \(ended), fire_at = NULL
        WHERE settled = 0 AND case_id IN (SELECT id FROM support_case WHERE closed_at IS NOT NULL)
        """
    }

    /// Cases that are settled and whose outcomes nobody has counted yet: those of a time before there were any.
    static func uncounted(limit: Int) -> SQL {
        "SELECT case_id FROM case_clock WHERE counted <> settled AND mark = settled ORDER BY case_id LIMIT \(limit)"
    }

    /// Whether the outcomes that are stored of a case are those of its facts.
    static func isCounted(_ id: String) -> SQL {
        """
        SELECT CASE WHEN mark = settled AND counted = settled THEN 1 ELSE 0 END FROM case_clock WHERE case_id = \(id)
        """
    }

    /// Notes that the outcomes of a case are counted.
    static func noteCounted(_ id: String) -> SQL {
        "UPDATE case_clock SET counted = settled WHERE case_id = \(id)"
    }

    /// How many cases wait to be counted.
    static func uncountedTotal() -> SQL {
        "SELECT COUNT(*) FROM case_clock WHERE counted <> settled OR mark <> settled"
    }

    /// What runs of a case, and whether that is how it stands now.
    static func standing(of id: String) -> SQL {
        """
        SELECT summary, CASE WHEN mark = settled
            AND policy >= COALESCE((\(JournalStore.version(of: PolicyRecord.ref))), 0) THEN 1 ELSE 0 END
        FROM case_clock WHERE case_id = \(id)
        """
    }

    /// The same of some cases.
    static func standing(ids: [String]) -> SQL {
        """
        SELECT case_id, summary FROM case_clock WHERE case_id IN (\(anyOf: ids)) AND mark = settled
            AND policy >= COALESCE((\(JournalStore.version(of: PolicyRecord.ref))), 0)
        """
    }

    /// When the next clock of some cases is over, with its name.
    static func deadlines(ids: [String]) -> SQL {
        """
        SELECT case_id, deadline_at, deadline_clock FROM case_clock WHERE case_id IN (\(anyOf: ids))
        """
    }

    /// The condition that a case `c` has a clock that is over in a stretch of time.
    static func isDue(from: Timestamp?, until: Timestamp?) -> SQL {
        var parts: [SQL] = ["k.case_id = c.case_id", "k.deadline_at < \(never)"]
        if let from { parts.append("k.deadline_at >= \(from.microseconds)") }
        if let until { parts.append("k.deadline_at < \(until.microseconds)") }
        return "EXISTS (SELECT 1 FROM case_clock k WHERE \(SQL.all(parts)))"
    }

    /// When the next promise of a case ends.
    static func deadline(ofCase id: SQL) -> SQL {
        "COALESCE((SELECT d.deadline_at FROM case_clock d WHERE d.case_id = \(id)), \(never))"
    }

    static func epoch() -> SQL { "SELECT at FROM clock_epoch WHERE id = 'main'" }

    static func setEpoch(_ moment: Timestamp) -> SQL {
        """
        INSERT INTO clock_epoch (id, at) VALUES ('main', \(moment.microseconds))
        ON CONFLICT (id) DO UPDATE SET at = excluded.at
        """
    }

    // MARK: The record

    private static let columns: SQL = "case_id, version, level, policy, warnings, breaches, breached_at"

    static func record(of id: String) -> SQL {
        "SELECT \(columns) FROM clock_record WHERE case_id = \(id)"
    }

    static func page(after id: String, limit: Int) -> SQL {
        "SELECT \(columns) FROM clock_record WHERE case_id > \(id) ORDER BY case_id LIMIT \(limit)"
    }

    static func save(_ record: ClockRecord) -> SQL {
        """
        INSERT INTO clock_record (case_id, version, level, policy, warnings, breaches, breached_at)
        VALUES (\(record.id.raw), \(record.version.number), \(record.level), \(record.policy), \(record.warnings),
            \(record.breaches), \(record.breachedAt?.microseconds))
        ON CONFLICT (case_id) DO UPDATE SET version = excluded.version, level = excluded.level,
            policy = excluded.policy, warnings = excluded.warnings, breaches = excluded.breaches,
            breached_at = excluded.breached_at
        """
    }

    static func forgetRecord(of id: String) -> SQL { "DELETE FROM clock_record WHERE case_id = \(id)" }

    static func read(_ row: any Row) -> ClockRecord {
        var record = ClockRecord(id: ID(row.text(0)), version: Version(Int(row.integer(1))))
        (record.level, record.policy) = (row.text(2), Int(row.integer(3)))
        (record.warnings, record.breaches) = (Int(row.integer(4)), Int(row.integer(5)))
        record.breachedAt = row.optionalInteger(6).map { Timestamp(microseconds: $0) }
        return record
    }

    /// Every statement, with sample values, to be prepared on both engines.
    static let samples: [SQL] = {
        let moment = Timestamp(microseconds: 0)
        return [
            touch("x"), touch(organisation: "x"), unsettled(limit: 1), outdated(policy: 1, limit: 1),
            overdue(at: moment, limit: 1), progress(policy: 1), state(of: "x"),
            rows(after: "", limit: 1), missing(limit: 1), settle("x", mark: 1, policy: 1, NextFiring()),
            skip("x", policy: 1),
            forget("x"), settleClosed(), uncounted(limit: 1), noteCounted("x"), isCounted("x"),
            uncountedTotal(), standing(of: "x"), standing(ids: ["x"]),
            deadlines(ids: ["x"]),
            "SELECT 1 FROM search_case c WHERE \(isDue(from: moment, until: moment))",
            "SELECT \(deadline(ofCase: "c.case_id")) FROM search_case c", epoch(),
            setEpoch(moment), record(of: "x"), page(after: "", limit: 1),
            save(ClockRecord(id: "x", version: Version(1))), forgetRecord(of: "x"),
        ]
    }()

    static let subject = SubjectType(
        ClockRecord.self,
        tables: [
            ProjectedTable(
                "clock_record",
                columns: ["case_id", "version", "level", "policy", "warnings", "breaches", "breached_at"],
                page: page(after:limit:))
        ],
        load: { id, tx in try tx.first(record(of: id), read) },
        save: { record, _, tx in try tx.execute(save(record)) },
        forget: { id, tx in try tx.execute(forgetRecord(of: id)) },
        describe: { _, record, _, _ in ("Service level", record.level) })
}

/// What of a case's clocks must happen next.
struct NextFiring: Equatable, Sendable {
    /// When the next warning or breach is to be recorded.
    var fireAt: Timestamp?
    /// When the next promise is over, or was.
    var deadlineAt: Timestamp?
    /// Which one that is: "resolution".
    var deadlineClock: String?
    /// What a page shows without reading the facts; nil where that was not worked out.
    var summary: ClockSummary?

    /// Nothing.
    init() {}
}
