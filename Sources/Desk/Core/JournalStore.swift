import Diagnosis
import Domain
import Storage

/// The journal's tables.
///
/// Nothing else writes them.
package enum JournalStore {
    static func insertFact(_ fact: StoredFact, salt: [UInt8], bodyDigest: [UInt8], chain: [UInt8]) -> SQL {
        """
        INSERT INTO fact (sequence, subject_kind, subject_id, version, occurred_at, recorded_at, actor, kind, salt,
            body, body_digest, chain, written_by)
        VALUES (\(fact.sequence), \(fact.subject.kind), \(fact.subject.id), \(fact.version.number),
            \(fact.occurredAt.microseconds), \(fact.recordedAt.microseconds), \(fact.actor), \(fact.kind), \(salt),
            \(fact.body), \(bodyDigest), \(chain), \(SQL.transactionNumber))
        """
    }

    static func head(of subject: SubjectRef) -> SQL {
        "SELECT version, chain FROM subject WHERE kind = \(subject.kind) AND id = \(subject.id)"
    }

    /// The version of a subject, as a part of another statement.
    static func version(of subject: SubjectRef) -> SQL {
        "SELECT version FROM subject WHERE kind = \(subject.kind) AND id = \(subject.id)"
    }

    static func setHead(of subject: SubjectRef, version: Version, chain: [UInt8]) -> SQL {
        """
        INSERT INTO subject (kind, id, version, chain)
        VALUES (\(subject.kind), \(subject.id), \(version.number), \(chain))
        ON CONFLICT (kind, id) DO UPDATE SET version = excluded.version, chain = excluded.chain
        """
    }

    private static let factColumns: SQL =
        "sequence, subject_kind, subject_id, version, occurred_at, recorded_at, actor, kind, body"

    static func facts(of subject: SubjectRef, after version: Version) -> SQL {
        """
        SELECT \(factColumns) FROM fact
        WHERE subject_kind = \(subject.kind) AND subject_id = \(subject.id) AND version > \(version.number)
        ORDER BY version
        """
    }

    static func latestFacts(of subject: SubjectRef, before version: Int, kinds: [String], limit: Int) -> SQL {
        let ofKind: SQL = kinds.isEmpty ? "" : " AND kind IN (\(anyOf: kinds))"
        return """
            SELECT \(factColumns) FROM fact
            WHERE subject_kind = \(subject.kind) AND subject_id = \(subject.id) AND version < \(version)\(ofKind)
            ORDER BY version DESC LIMIT \(limit)
            """
    }

    /// The version of the nth fact of some kinds.
    static func version(ofFact number: Int, of subject: SubjectRef, kinds: [String]) -> SQL {
        """
        SELECT version FROM fact
        WHERE subject_kind = \(subject.kind) AND subject_id = \(subject.id) AND kind IN (\(anyOf: kinds))
        ORDER BY version LIMIT 1 OFFSET \(number - 1)
        """
    }

    static func earliestFacts(of subject: SubjectRef, after version: Version, kinds: [String], limit: Int)
        -> SQL
    {
        let ofKind: SQL = kinds.isEmpty ? "" : " AND kind IN (\(anyOf: kinds))"
        return """
            SELECT \(factColumns) FROM fact
            WHERE subject_kind = \(subject.kind) AND subject_id = \(subject.id) AND version > \(version.number)\(ofKind)
            ORDER BY version LIMIT \(limit)
            """
    }

    static func facts(of subject: SubjectRef, except kinds: [String]) -> SQL {
        """
        SELECT \(factColumns) FROM fact
        WHERE subject_kind = \(subject.kind) AND subject_id = \(subject.id) AND kind NOT IN (\(anyOf: kinds))
        ORDER BY version
        """
    }

    /// The latest facts of several subjects of a kind, newest first, of some kinds of change or of all.
    static func latestFacts(
        of subjectKind: String, ids: [String], kinds: [String], before sequence: Int64, limit: Int
    ) -> SQL {
        let ofKind: SQL = kinds.isEmpty ? "" : " AND kind IN (\(anyOf: kinds))"
        return """
            SELECT \(factColumns) FROM fact
            WHERE subject_kind = \(subjectKind) AND subject_id IN (\(anyOf: ids)) AND sequence < \(sequence)\(ofKind)
            ORDER BY sequence DESC LIMIT \(limit)
            """
    }

    static func count(of subject: SubjectRef, kinds: [String]) -> SQL {
        let ofKind: SQL = kinds.isEmpty ? "" : " AND kind IN (\(anyOf: kinds))"
        return """
            SELECT COUNT(*) FROM fact WHERE subject_kind = \(subject.kind) AND subject_id = \(subject.id)\(ofKind)
            """
    }

    /// The facts after a position, in their order.
    ///
    /// Two searches of one index. Told as one comparison of rows, SQLite reads the index from its beginning.
    static func settledFacts(after position: JournalPosition, limit: Int) -> SQL {
        let sameTransaction: SQL = "written_by = \(position.transaction) AND sequence > \(position.sequence)"
        let laterOnes: SQL = "written_by > \(position.transaction)"
        func found(_ condition: SQL) -> SQL {
            """
            SELECT \(factColumns), written_by FROM fact WHERE \(condition) AND written_by < \(SQL.settledBefore)
            ORDER BY written_by, sequence LIMIT \(limit)
            """
        }
        return """
            SELECT * FROM (\(found(sameTransaction))) AS of_same_transaction
            UNION ALL SELECT * FROM (\(found(laterOnes))) AS of_later_ones
            ORDER BY written_by, sequence LIMIT \(limit)
            """
    }

    static func settledEnd() -> SQL {
        """
        SELECT written_by, sequence FROM fact WHERE written_by < \(SQL.settledBefore)
        ORDER BY written_by DESC, sequence DESC LIMIT 1
        """
    }

    static func allFacts(after sequence: Int64, limit: Int) -> SQL {
        """
        SELECT \(factColumns), salt, body_digest, chain FROM fact WHERE sequence > \(sequence)
        ORDER BY sequence LIMIT \(limit)
        """
    }

    static func heads(after subject: SubjectRef, limit: Int) -> SQL {
        """
        SELECT kind, id, version, chain FROM subject WHERE (kind, id) > (\(subject.kind), \(subject.id))
        ORDER BY kind, id LIMIT \(limit)
        """
    }

    static func headsAsOf(_ sequence: Int64, after subject: SubjectRef, limit: Int) -> SQL {
        """
        SELECT f.subject_kind, f.subject_id, f.version, f.chain FROM fact f
        JOIN (SELECT subject_kind, subject_id, MAX(version) AS version FROM fact
              WHERE sequence <= \(sequence) AND (subject_kind, subject_id) > (\(subject.kind), \(subject.id))
              GROUP BY subject_kind, subject_id ORDER BY subject_kind, subject_id LIMIT \(limit)) h
          ON f.subject_kind = h.subject_kind AND f.subject_id = h.subject_id AND f.version = h.version
        ORDER BY f.subject_kind, f.subject_id
        """
    }

    /// The subjects of a kind of which these people recorded a fact, as a query with one column.
    static func subjects(_ kind: String, touchedBy people: [String]) -> SQL {
        "SELECT subject_id FROM fact WHERE subject_kind = \(kind) AND actor IN (\(anyOf: people))"
    }

    /// A query that has a row where a subject has a fact of a kind.
    /// - Parameter id: the column of the outer query that names the subject.
    static func anyFact(of subjectKind: String, id: SQL, kind: String) -> SQL {
        """
        SELECT 1 FROM fact WHERE subject_kind = \(subjectKind) AND subject_id = \(id) AND kind = \(kind)
        """
    }

    /// The link of a fact in the chain of its subject.
    static func chain(of sequence: Int64) -> SQL { "SELECT chain FROM fact WHERE sequence = \(sequence)" }

    /// The facts with these sequences.
    static func facts(sequences: [Int64]) -> SQL {
        "SELECT \(factColumns) FROM fact WHERE sequence IN (\(anyOf: sequences))"
    }

    static func lastSequence() -> SQL { "SELECT COALESCE(MAX(sequence), 0), COUNT(*) FROM fact" }

    /// The last sequence below which no fact can still appear: waits for writers that hold a lower one.
    static func settledSequence(on connection: any Connection) throws -> Int64 {
        var last: Int64 = 0
        switch connection.dialect {
        case .sqlite: try connection.rows(lastSequence()) { last = $0.integer(0) }
        case .postgreSQL:
            try connection.run(script: "BEGIN")
            // It only read; a lost connection ends it as well.
            defer { try? connection.run(script: "COMMIT") }
            // The same lock as in `nextNumber`: a writer may have a number before it has a row.
            try connection.run(script: "SELECT pg_advisory_xact_lock(7417418)")
            try connection.rows(lastSequence()) { last = $0.integer(0) }
        }
        return last
    }

    static func factCount(upTo sequence: Int64) -> SQL {
        "SELECT COUNT(*) FROM fact WHERE sequence <= \(sequence)"
    }

    static func insertCheckpoint(_ point: Checkpoint) -> SQL {
        """
        INSERT INTO checkpoint (sequence, recorded_at, facts, subjects, root, key_id, signature)
        VALUES (\(point.sequence), \(point.recordedAt.microseconds), \(point.facts), \(point.subjects),
            \(point.root), \(point.keyID), \(point.signature))
        ON CONFLICT (sequence) DO NOTHING
        """
    }

    static func checkpoints() -> SQL {
        """
        SELECT sequence, recorded_at, facts, subjects, root, key_id, signature FROM checkpoint ORDER BY sequence
        """
    }

    static func receipt(actor: String, key: String) -> SQL {
        "SELECT operation, input_digest, answer FROM receipt WHERE actor = \(actor) AND key = \(key)"
    }

    static func insertReceipt(
        actor: String, key: String, operation: String, inputDigest: [UInt8], answer: String, at now: Timestamp
    ) -> SQL {
        """
        INSERT INTO receipt (actor, key, operation, input_digest, answer, recorded_at)
        VALUES (\(actor), \(key), \(operation), \(inputDigest), \(answer), \(now.microseconds))
        """
    }

    static func deleteReceipts(before moment: Timestamp) -> SQL {
        "DELETE FROM receipt WHERE recorded_at < \(moment.microseconds)"
    }

    static func eraseBody(of sequence: Int64, body: String) -> SQL {
        "UPDATE fact SET body = \(body), salt = \([UInt8]()) WHERE sequence = \(sequence)"
    }

    static func body(of sequence: Int64, subject: SubjectRef) -> SQL {
        """
        SELECT body FROM fact
        WHERE sequence = \(sequence) AND subject_kind = \(subject.kind) AND subject_id = \(subject.id)
        """
    }

    /// Every statement, with sample values, to be prepared on both engines.
    package static let samples: [SQL] = {
        let subject = SubjectRef(kind: "case", id: "x")
        let moment = Timestamp(microseconds: 0)
        let fact = StoredFact(
            sequence: 1, subject: subject, version: Version(1), occurredAt: moment, recordedAt: moment,
            actor: "a",
            kind: "k", body: "{}")
        let point = Checkpoint(
            sequence: 1, recordedAt: moment, facts: 1, subjects: 1, root: [], keyID: "k", signature: [])
        return [
            subjects("x", touchedBy: ["x"]), anyFact(of: "x", id: "'x'", kind: "x"), facts(sequences: [1]),
            chain(of: 1),
            latestFacts(of: "x", ids: ["x"], kinds: ["x"], before: 1, limit: 1),
            insertFact(fact, salt: [], bodyDigest: [], chain: []), head(of: subject),
            setHead(of: subject, version: Version(1), chain: []), facts(of: subject, after: .none),
            latestFacts(of: subject, before: 9, kinds: [], limit: 1),
            version(ofFact: 1, of: subject, kinds: ["a"]),
            latestFacts(of: subject, before: 9, kinds: ["a"], limit: 1),
            earliestFacts(of: subject, after: .none, kinds: ["a"], limit: 1),
            count(of: subject, kinds: ["a"]), facts(of: subject, except: ["a"]),
            settledFacts(after: JournalPosition(transaction: 0, sequence: 0), limit: 1), settledEnd(),
            allFacts(after: 0, limit: 1), heads(after: subject, limit: 1),
            headsAsOf(1, after: subject, limit: 1), lastSequence(), factCount(upTo: 1),
            insertCheckpoint(point),
            checkpoints(), receipt(actor: "a", key: "k"),
            insertReceipt(actor: "a", key: "k", operation: "o", inputDigest: [], answer: "{}", at: moment),
            deleteReceipts(before: moment), eraseBody(of: 1, body: "{}"), body(of: 1, subject: subject),
        ]
    }()

    static func fact(_ row: any Row) -> StoredFact {
        StoredFact(
            sequence: row.integer(0), subject: SubjectRef(kind: row.text(1), id: row.text(2)),
            version: Version(Int(row.integer(3))), occurredAt: Timestamp(microseconds: row.integer(4)),
            recordedAt: Timestamp(microseconds: row.integer(5)), actor: row.text(6), kind: row.text(7),
            body: row.text(8))
    }
}

/// How far somebody has read the journal, in the order in which facts became visible.
///
/// On PostgreSQL a lower sequence may commit after a higher one. Ordered by (transaction, sequence), and read only
/// below the oldest transaction that is still open, nothing is ever skipped.
package struct JournalPosition: Hashable, Sendable {
    /// The number of the writing transaction; 0 on SQLite, where the sequence alone is the order.
    package var transaction: Int64
    /// The fact's sequence.
    package var sequence: Int64

    /// A position in the journal.
    package init(transaction: Int64, sequence: Int64) {
        (self.transaction, self.sequence) = (transaction, sequence)
    }

    /// Before the first fact.
    package static let start = JournalPosition(transaction: -1, sequence: 0)
}
