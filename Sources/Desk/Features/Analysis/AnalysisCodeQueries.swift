import Domain
import Storage

/// The codes of errors that evidence names: what follows from the bytes, like analyses.
enum AnalysisCodeQueries {
    static func insert(_ code: LogAnalysis.Code, of found: Evidence) -> SQL {
        """
        INSERT INTO evidence_code (evidence, code, case_id, hits, seen_at)
        VALUES (\(found.id.raw), \(code.code), \(found.caseID.raw), \(code.count), \(found.addedAt.microseconds))
        ON CONFLICT (evidence, code) DO NOTHING
        """
    }

    static func forget(of evidence: String) -> SQL {
        "DELETE FROM evidence_code WHERE evidence = \(evidence)"
    }

    /// The codes of cases that somebody may know of: code, case, lines, when the newest evidence with it was added.
    static func seen(by actor: Actor, limit: Int) -> SQL {
        """
        SELECT k.code, k.case_id, SUM(k.hits), MAX(k.seen_at)
        FROM evidence_code k JOIN support_case c ON c.id = k.case_id
        WHERE \(SQL.all(["1 = 1"] + CaseDirectory.isVisible(to: actor)))
        GROUP BY k.code, k.case_id ORDER BY MAX(k.seen_at) DESC, k.code, k.case_id LIMIT \(limit)
        """
    }

    /// Every statement, with sample values, to be prepared on both engines.
    static let samples: [SQL] = [
        insert(
            .init(code: "x", count: 1, member: "", line: 1),
            of: Evidence(
                id: "x", version: Version(1),
                adding: .init(
                    caseID: "x", organisation: nil, number: 1, name: "x", givenName: nil, hash: "x", size: 0,
                    mediaType: "x", isFromCustomer: false, item: nil, details: [:]),
                addedAt: Timestamp(microseconds: 0), addedBy: "x")),
        forget(of: "x"), seen(by: .system, limit: 1),
    ]
}
