import Diagnosis
import Domain
import Storage

/// The working papers of analyses: how far each is, what came out, what cases have in common, redacted copies, and the
/// keys under which what is private gets its pseudonyms.
enum AnalysisQueries {
    // MARK: Analyses

    private static let columns: SQL = """
        evidence, case_id, state, tries, asked_at, begun_at, ended_at, done_bytes, all_bytes, is_stopping, message, log
        """

    /// Asks for an analysis, anew where there was one.
    static func ask(_ evidence: String, of caseID: String, size: Int64, at now: Timestamp) -> SQL {
        """
        INSERT INTO evidence_analysis (evidence, case_id, state, tries, asked_at, done_bytes, all_bytes, is_stopping)
        VALUES (\(evidence), \(caseID), 'waiting', 0, \(now.microseconds), 0, \(size), 0)
        ON CONFLICT (evidence) DO UPDATE SET state = 'waiting', tries = 0, asked_at = excluded.asked_at,
            begun_at = NULL, ended_at = NULL, done_bytes = 0, is_stopping = 0, message = NULL
        """
    }

    static func analysis(of evidence: String) -> SQL {
        "SELECT \(columns) FROM evidence_analysis WHERE evidence = \(evidence)"
    }

    static func analyses(ofCase id: String) -> SQL {
        "SELECT \(columns) FROM evidence_analysis WHERE case_id = \(id) ORDER BY asked_at, evidence LIMIT 200"
    }

    /// What is not at its end, the oldest first.
    static func unfinished(limit: Int) -> SQL {
        """
        SELECT evidence, case_id, state, tries, asked_at, begun_at, ended_at, done_bytes, all_bytes, is_stopping, message,
            NULL
        FROM evidence_analysis WHERE state IN ('waiting', 'running') ORDER BY asked_at, evidence LIMIT \(limit)
        """
    }

    /// What moves, or ended since a moment: the case, and how far it is.
    static func moving(since moment: Timestamp) -> SQL {
        """
        SELECT case_id, evidence, state, done_bytes FROM evidence_analysis
        WHERE state IN ('waiting', 'running') OR ended_at > \(moment.microseconds) LIMIT 500
        """
    }

    static func begin(_ evidence: String, size: Int64, at now: Timestamp) -> SQL {
        """
        UPDATE evidence_analysis SET state = 'running', tries = tries + 1, begun_at = \(now.microseconds),
            done_bytes = 0, all_bytes = \(size), message = NULL
        WHERE evidence = \(evidence)
        """
    }

    static func reach(_ done: Int64, of evidence: String) -> SQL {
        "UPDATE evidence_analysis SET done_bytes = \(done) WHERE evidence = \(evidence) AND state = 'running'"
    }

    static func end(
        _ evidence: String, as state: EvidenceAnalysis.State, message: String?, log: String?,
        at now: Timestamp
    ) -> SQL {
        """
        UPDATE evidence_analysis SET state = \(state.rawValue), message = \(message), log = \(log), is_stopping = 0,
            done_bytes = all_bytes, ended_at = \(now.microseconds)
        WHERE evidence = \(evidence)
        """
    }

    /// Ends it without what came out, which stays as it was.
    static func stop(_ evidence: String, at now: Timestamp) -> SQL {
        """
        UPDATE evidence_analysis SET state = 'stopped', is_stopping = 0, ended_at = \(now.microseconds)
        WHERE evidence = \(evidence)
        """
    }

    /// Lets another one begin it, as if this one never had.
    static func letGo(_ evidence: String) -> SQL {
        """
        UPDATE evidence_analysis SET state = 'waiting', tries = tries - 1, done_bytes = 0
        WHERE evidence = \(evidence) AND state = 'running'
        """
    }

    static func askToStop(_ evidence: String) -> SQL {
        """
        UPDATE evidence_analysis SET is_stopping = 1
        WHERE evidence = \(evidence) AND state IN ('waiting', 'running')
        """
    }

    /// Whether somebody asked to stop it; no row where it is forgotten.
    static func isStopping(_ evidence: String) -> SQL {
        "SELECT is_stopping FROM evidence_analysis WHERE evidence = \(evidence)"
    }

    static func forget(_ evidence: String) -> SQL {
        "DELETE FROM evidence_analysis WHERE evidence = \(evidence)"
    }

    /// After a backup was restored all evidence is analysed anew.
    static func askForAll() -> SQL {
        """
        INSERT INTO evidence_analysis (evidence, case_id, state, tries, asked_at, done_bytes, all_bytes, is_stopping)
        SELECT id, case_id, 'waiting', 0, added_at, 0, size, 0 FROM evidence WHERE removed_reason IS NULL
        ON CONFLICT (evidence) DO NOTHING
        """
    }

    static func read(_ row: any Row) throws -> EvidenceAnalysis {
        var analysis = EvidenceAnalysis(
            evidence: ID(row.text(0)), caseID: ID(row.text(1)), size: row.integer(8),
            askedAt: Timestamp(microseconds: row.integer(4)))
        analysis.state = EvidenceAnalysis.State(rawValue: row.text(2)) ?? .failed
        analysis.tries = Int(row.integer(3))
        analysis.begunAt = row.optionalInteger(5).map { Timestamp(microseconds: $0) }
        analysis.endedAt = row.optionalInteger(6).map { Timestamp(microseconds: $0) }
        analysis.doneBytes = row.integer(7)
        (analysis.isStopping, analysis.message) = (row.flag(9), row.optionalText(10))
        analysis.log = try row.optionalText(11).map { LogAnalysis(try JSON(parsing: $0)) }
        return analysis
    }

    // MARK: What cases have in common

    static func forgetMarks(of evidence: String) -> SQL {
        "DELETE FROM evidence_mark WHERE evidence = \(evidence)"
    }

    static func insert(_ mark: SimilarCases.Mark, of evidence: String, in caseID: String) -> SQL {
        """
        INSERT INTO evidence_mark (evidence, kind, mark, case_id, words)
        VALUES (\(evidence), \(mark.kind.rawValue), \(mark.id), \(caseID), \(mark.words))
        ON CONFLICT (evidence, kind, mark) DO NOTHING
        """
    }

    /// The marks of a case that others have too, with each of those: kind, mark, words, the other case.
    static func shared(with caseID: String, limit: Int) -> SQL {
        """
        SELECT own.kind, own.mark, MIN(own.words), other.case_id
        FROM evidence_mark own JOIN evidence_mark other
            ON other.mark = own.mark AND other.kind = own.kind AND other.case_id <> own.case_id
        WHERE own.case_id = \(caseID)
        GROUP BY own.kind, own.mark, other.case_id
        ORDER BY own.kind DESC, own.mark, other.case_id LIMIT \(limit)
        """
    }

    /// The codes of errors that a case and others name: kind, code, words, the other case.
    static func sharedCodes(with caseID: String, limit: Int) -> SQL {
        """
        SELECT 'code', own.code, own.code, other.case_id
        FROM evidence_code own JOIN evidence_code other ON other.code = own.code AND other.case_id <> own.case_id
        WHERE own.case_id = \(caseID)
        GROUP BY own.code, other.case_id ORDER BY own.code, other.case_id LIMIT \(limit)
        """
    }

    /// Marks of other cases among these: kind, mark, words, the case.
    static func marked(_ marks: [String], besides caseID: String, limit: Int) -> SQL {
        """
        SELECT kind, mark, MIN(words), case_id FROM evidence_mark
        WHERE mark IN (\(anyOf: marks)) AND case_id <> \(caseID)
        GROUP BY kind, mark, case_id ORDER BY kind DESC, mark, case_id LIMIT \(limit)
        """
    }

    /// Codes of other cases among these: kind, code, words, the case.
    static func coded(_ codes: [String], besides caseID: String, limit: Int) -> SQL {
        """
        SELECT 'code', code, code, case_id FROM evidence_code
        WHERE code IN (\(anyOf: codes)) AND case_id <> \(caseID)
        GROUP BY code, case_id ORDER BY code, case_id LIMIT \(limit)
        """
    }

    // MARK: Redacted copies

    static func copy(of evidence: String) -> SQL {
        "SELECT hash, size, replaced FROM evidence_copy WHERE evidence = \(evidence)"
    }

    static func keep(
        _ copy: RedactionWork.Copy, of evidence: String, in caseID: String, at now: Timestamp
    ) -> SQL {
        let replaced = JSON.object(
            JSONObject(
                members: copy.replaced.sorted { $0.key < $1.key }.map { ($0.key, .integer(Int64($0.value))) })
        ).text
        return """
            INSERT INTO evidence_copy (evidence, case_id, hash, size, replaced, made_at)
            VALUES (\(evidence), \(caseID), \(copy.hash), \(copy.size), \(replaced), \(now.microseconds))
            ON CONFLICT (evidence) DO UPDATE SET hash = excluded.hash, size = excluded.size,
                replaced = excluded.replaced, made_at = excluded.made_at
            """
    }

    static func forgetCopy(of evidence: String) -> SQL {
        "DELETE FROM evidence_copy WHERE evidence = \(evidence)"
    }

    static func usedCopies(hashes: [String]) -> SQL {
        "SELECT DISTINCT hash FROM evidence_copy WHERE hash IN (\(anyOf: hashes))"
    }

    /// None: a copy is made again after a backup was restored.
    static func keptCopies() -> SQL { "SELECT hash, size FROM evidence_copy WHERE hash IS NULL" }

    static func readCopy(_ row: any Row) throws -> RedactionWork.Copy {
        var replaced: [String: Int] = [:]
        for (kind, count) in try JSON(parsing: row.text(2)).object?.members ?? [] {
            replaced[kind] = Int(count.integer ?? 0)
        }
        return RedactionWork.Copy(hash: row.text(0), size: row.integer(1), replaced: replaced)
    }

    // MARK: Keys of cases

    static func key(of caseID: String) -> SQL {
        "SELECT key_id, secret FROM redaction_key WHERE case_id = \(caseID)"
    }

    static func insertKey(_ sealed: KeyRing.Sealed, of caseID: String) -> SQL {
        """
        INSERT INTO redaction_key (case_id, key_id, secret) VALUES (\(caseID), \(sealed.keyID), \(sealed.bytes))
        ON CONFLICT (case_id) DO NOTHING
        """
    }

    /// The keys of cases.
    static let sealed = SealedTable(
        name: "keys of redaction", row: { "redaction_key/\($0)" },
        countsByKey: { "SELECT key_id, COUNT(*) FROM redaction_key GROUP BY key_id ORDER BY key_id" },
        others: { key, after, limit in
            """
            SELECT case_id, key_id, secret FROM redaction_key
            WHERE key_id <> \(key) AND case_id > \(after) ORDER BY case_id LIMIT \(limit)
            """
        },
        replace: { caseID, old, new in
            """
            UPDATE redaction_key SET key_id = \(new.keyID), secret = \(new.bytes)
            WHERE case_id = \(caseID) AND secret = \(old.bytes)
            """
        })

    /// Every statement, with sample values, to be prepared on both engines.
    static let samples: [SQL] = {
        let zero = Timestamp(microseconds: 0)
        let secret = KeyRing.Sealed(keyID: "x", bytes: [0])
        return [
            ask("x", of: "x", size: 0, at: zero), analysis(of: "x"), analyses(ofCase: "x"),
            unfinished(limit: 1),
            moving(since: zero), begin("x", size: 0, at: zero), reach(0, of: "x"),
            end("x", as: .done, message: nil, log: nil, at: zero), stop("x", at: zero), letGo("x"),
            askToStop("x"), isStopping("x"), forget("x"), askForAll(), forgetMarks(of: "x"),
            insert(.init(kind: .trace, id: "x", words: "x"), of: "x", in: "x"), shared(with: "x", limit: 1),
            sharedCodes(with: "x", limit: 1), marked(["x"], besides: "x", limit: 1),
            coded(["x"], besides: "x", limit: 1),
            copy(of: "x"), keep(.init(hash: "x", size: 0, replaced: [:]), of: "x", in: "x", at: zero),
            forgetCopy(of: "x"), usedCopies(hashes: ["x"]), keptCopies(), key(of: "x"),
            insertKey(secret, of: "x"),
            sealed.countsByKey(), sealed.others("x", "x", 1), sealed.replace("x", secret, secret),
        ]
    }()
}
