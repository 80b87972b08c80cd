import Domain
import Storage

/// A backup that was made by itself, as the table of them has it.
struct BackupRun: Equatable, Sendable {
    /// Its identifier.
    var id: String
    /// When it began.
    var begunAt: Timestamp
    /// When it ended; nil where it is being made, or the server ended in the middle.
    var endedAt: Timestamp?
    /// The node that made it.
    var node: String
    /// The name of the file.
    var file: String
    /// How many bytes the file has.
    var bytes: Int64?
    /// How many rows are in it.
    var rows: Int64?
    /// How many files of evidence are in it.
    var evidenceFiles: Int64?
    /// When it had been restored and verified.
    var verifiedAt: Timestamp?
    /// What went wrong.
    var problem: String?

    /// Whether it was made and proved.
    var isGood: Bool { verifiedAt != nil && problem == nil }
}

/// The table of backups that were made by themselves.
enum BackupQueries {
    private static let columns: SQL =
        "id, begun_at, ended_at, node, file, bytes, rows_kept, evidence_files, verified_at, problem"

    static func save(_ run: BackupRun) -> SQL {
        """
        INSERT INTO backup_run (id, begun_at, ended_at, node, file, bytes, rows_kept, evidence_files, verified_at, problem)
        VALUES (\(run.id), \(run.begunAt.microseconds), \(run.endedAt?.microseconds), \(run.node), \(run.file),
            \(run.bytes), \(run.rows), \(run.evidenceFiles), \(run.verifiedAt?.microseconds), \(run.problem))
        ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at, bytes = excluded.bytes,
            rows_kept = excluded.rows_kept, evidence_files = excluded.evidence_files,
            verified_at = excluded.verified_at, problem = excluded.problem
        """
    }

    /// The latest ones, newest first.
    static func latest(limit: Int) -> SQL {
        "SELECT \(columns) FROM backup_run ORDER BY begun_at DESC, id DESC LIMIT \(limit)"
    }

    /// The newest one that was made and proved.
    static func lastGood() -> SQL {
        """
        SELECT \(columns) FROM backup_run WHERE verified_at IS NOT NULL AND problem IS NULL
        ORDER BY begun_at DESC, id DESC LIMIT 1
        """
    }

    /// Says of those that were never ended what became of them.
    static func settleUnended(_ problem: String, at now: Timestamp) -> SQL {
        "UPDATE backup_run SET ended_at = \(now.microseconds), problem = \(problem) WHERE ended_at IS NULL"
    }

    static func forget(before moment: Timestamp) -> SQL {
        "DELETE FROM backup_run WHERE begun_at < \(moment.microseconds)"
    }

    static func read(_ row: any Row) -> BackupRun {
        BackupRun(
            id: row.text(0), begunAt: Timestamp(microseconds: row.integer(1)),
            endedAt: row.optionalInteger(2).map { Timestamp(microseconds: $0) }, node: row.text(3),
            file: row.text(4), bytes: row.optionalInteger(5), rows: row.optionalInteger(6),
            evidenceFiles: row.optionalInteger(7),
            verifiedAt: row.optionalInteger(8).map { Timestamp(microseconds: $0) },
            problem: row.optionalText(9))
    }

    /// Every statement, with sample values, to be prepared on both engines.
    static let samples: [SQL] = {
        let moment = Timestamp(microseconds: 0)
        return [
            save(BackupRun(id: "x", begunAt: moment, node: "x", file: "x")), latest(limit: 1), lastGood(),
            settleUnended("x", at: moment), forget(before: moment),
        ]
    }()
}
