import Diagnosis
import Domain
import Storage

/// The working papers of comparisons: what was asked, how far it is, what came out.
enum AnalysisComparisonQueries {
    private static let columns: SQL = """
        id, case_id, evidence, other, now_from, now_to, before_from, before_to, state, tries, asked_by, asked_at,
            ended_at, message
        """

    static func insert(_ one: EvidenceComparison) -> SQL {
        """
        INSERT INTO evidence_comparison (id, case_id, evidence, other, now_from, now_to, before_from, before_to, state,
            tries, asked_by, asked_at)
        VALUES (\(one.id), \(one.caseID.raw), \(one.evidence.raw), \(one.other.raw), \(one.now.from?.microseconds),
            \(one.now.to?.microseconds), \(one.before.from?.microseconds), \(one.before.to?.microseconds), 'waiting', 0,
            \(one.askedBy), \(one.askedAt.microseconds))
        """
    }

    static func comparison(_ id: String, of evidence: String) -> SQL {
        "SELECT \(columns), result FROM evidence_comparison WHERE id = \(id) AND evidence = \(evidence)"
    }

    /// What was compared with a piece, the newest first, without what came out.
    static func comparisons(of evidence: String, limit: Int) -> SQL {
        """
        SELECT \(columns), NULL FROM evidence_comparison WHERE evidence = \(evidence)
        ORDER BY asked_at DESC, id DESC LIMIT \(limit)
        """
    }

    /// What is not at its end, the oldest first.
    static func unfinished(limit: Int) -> SQL {
        """
        SELECT \(columns), NULL FROM evidence_comparison WHERE state IN ('waiting', 'running')
        ORDER BY asked_at, id LIMIT \(limit)
        """
    }

    /// What moves, or ended since a moment: the case, the piece, and how far it is.
    static func moving(since moment: Timestamp) -> SQL {
        """
        SELECT case_id, evidence, state FROM evidence_comparison
        WHERE asked_at > \(moment.adding(seconds: -86_400).microseconds)
            AND (state IN ('waiting', 'running') OR ended_at > \(moment.microseconds)) LIMIT 200
        """
    }

    static func begin(_ id: String) -> SQL {
        "UPDATE evidence_comparison SET state = 'running', tries = tries + 1 WHERE id = \(id)"
    }

    static func letGo(_ id: String) -> SQL {
        "UPDATE evidence_comparison SET state = 'waiting', tries = tries - 1 WHERE id = \(id) AND state = 'running'"
    }

    static func end(
        _ id: String, as state: EvidenceAnalysis.State, message: String?, result: String?, at now: Timestamp
    ) -> SQL {
        """
        UPDATE evidence_comparison SET state = \(state.rawValue), message = \(message), result = \(result),
            ended_at = \(now.microseconds)
        WHERE id = \(id)
        """
    }

    /// Takes away what a piece has to do with.
    static func forget(of evidence: String) -> SQL {
        "DELETE FROM evidence_comparison WHERE evidence = \(evidence) OR other = \(evidence)"
    }

    /// Takes away all but the newest of a piece.
    static func forgetOld(of evidence: String, keeping most: Int) -> SQL {
        """
        DELETE FROM evidence_comparison WHERE evidence = \(evidence) AND id NOT IN (
            SELECT id FROM evidence_comparison WHERE evidence = \(evidence) ORDER BY asked_at DESC, id DESC LIMIT \(most))
        """
    }

    static func read(_ row: any Row) throws -> EvidenceComparison {
        func moment(_ column: Int) -> Timestamp? {
            row.optionalInteger(column).map { Timestamp(microseconds: $0) }
        }
        var one = EvidenceComparison(
            id: row.text(0), caseID: ID(row.text(1)), evidence: ID(row.text(2)), other: ID(row.text(3)),
            now: .init(from: moment(4), to: moment(5)), before: .init(from: moment(6), to: moment(7)),
            askedBy: row.text(10), askedAt: Timestamp(microseconds: row.integer(11)))
        one.state = EvidenceAnalysis.State(rawValue: row.text(8)) ?? .failed
        one.tries = Int(row.integer(9))
        (one.endedAt, one.message) = (moment(12), row.optionalText(13))
        one.result = try row.optionalText(14).map { ComparedLogs(try JSON(parsing: $0)) }
        return one
    }

    /// Every statement, with sample values, to be prepared on both engines.
    static let samples: [SQL] = {
        let zero = Timestamp(microseconds: 0)
        let one = EvidenceComparison(
            id: "x", caseID: "x", evidence: "x", other: "x", now: .init(), before: .init(), askedBy: "x",
            askedAt: zero)
        return [
            insert(one), comparison("x", of: "x"), comparisons(of: "x", limit: 1), unfinished(limit: 1),
            moving(since: zero), begin("x"), letGo("x"),
            end("x", as: .done, message: nil, result: nil, at: zero), forget(of: "x"),
            forgetOld(of: "x", keeping: 1),
        ]
    }()
}
