import Domain
import Storage

/// The words of cases and their index.
///
/// A case's words lie side by side: the number of an entry is that of its case, 24 bits up, and its part. Parts from
/// `firstInternal` on are for colleagues alone; from `firstFile` on in each half lies what stands in attachments.
enum WordsQueries {
    static let partBits: Int64 = 24
    static let firstInternal: Int64 = 1 << 23
    static let firstFile: Int64 = 1 << 22
    private static let mostParts: Int64 = 1 << 24

    private static func all(of doc: Int64) -> SQL {
        "BETWEEN \(doc << partBits) AND \((doc << partBits) + mostParts - 1)"
    }

    // MARK: Saving

    static func insertEntry(_ id: Int64, kind: String, source: String, text: String) -> SQL {
        """
        INSERT INTO search_entry (id, kind, source, text) VALUES (\(id), \(kind), \(source), \(text))
        ON CONFLICT (id) DO NOTHING
        """
    }

    /// Lets an entry be found at once: on SQLite it waits with its text, on PostgreSQL it is in the index.
    static func insertPending(_ id: Int64, of doc: Int64, text: String, tokens: String) -> SQL {
        .engines(
            sqlite: """
                INSERT INTO search_pending (id, doc, text) VALUES (\(id), \(doc), \(text))
                ON CONFLICT (id) DO NOTHING
                """,
            postgreSQL: """
                WITH waiting AS (
                    INSERT INTO search_pending (id, doc, text) VALUES (\(id), \(doc), '') ON CONFLICT (id) DO NOTHING)
                INSERT INTO search_term (id, tokens) VALUES (\(id), \(tokens)) ON CONFLICT (id) DO NOTHING
                """)
    }

    /// The number of a case.
    static func doc(of caseID: String) -> SQL { "SELECT doc FROM search_case WHERE case_id = \(caseID)" }

    /// The entries of a case that the index holds.
    static func indexedTexts(of doc: Int64) -> SQL {
        """
        SELECT text FROM search_entry
        WHERE id \(all(of: doc)) AND id NOT IN (SELECT id FROM search_pending WHERE id \(all(of: doc))) ORDER BY id
        """
    }

    /// Takes a case out of the index, of which SQLite must be told what it holds.
    static func unindex(_ doc: Int64, tokens: String) -> SQL {
        .engines(
            sqlite:
                "INSERT INTO search_term (search_term, rowid, tokens) VALUES ('delete', \(doc), \(tokens))",
            postgreSQL: "DELETE FROM search_term WHERE id \(all(of: doc))")
    }

    static func deletePending(of doc: Int64) -> SQL { "DELETE FROM search_pending WHERE id \(all(of: doc))" }

    /// Deletes the entries that facts made, not those that stand in attachments.
    static func deleteFactEntries(of doc: Int64) -> SQL {
        """
        DELETE FROM search_entry WHERE id \(all(of: doc)) AND (id & \(WordsQueries.firstFile)) = 0
        """
    }

    static func deleteEntries(of doc: Int64, source: String) -> SQL {
        "DELETE FROM search_entry WHERE id \(all(of: doc)) AND source = \(source)"
    }

    static func entries(of doc: Int64) -> SQL {
        "SELECT id, text FROM search_entry WHERE id \(all(of: doc)) ORDER BY id"
    }

    static func entryCount(of doc: Int64, source: String) -> SQL {
        "SELECT COUNT(*) FROM search_entry WHERE id \(all(of: doc)) AND source = \(source)"
    }

    /// The last part of a case in a stretch of parts.
    static func lastPart(of doc: Int64, from first: Int64, through last: Int64) -> SQL {
        """
        SELECT MAX(id) FROM search_entry
        WHERE id BETWEEN \((doc << partBits) + first) AND \((doc << partBits) + last)
        """
    }

    // MARK: Folding

    static func pendingCount(atMost limit: Int) -> SQL {
        "SELECT COUNT(*) FROM (SELECT 1 FROM search_pending LIMIT \(limit)) AS counted"
    }

    static func pending(limit: Int) -> SQL {
        "SELECT id, doc, text FROM search_pending ORDER BY id LIMIT \(limit)"
    }

    static func index(_ doc: Int64, tokens: String) -> SQL {
        .engines(
            sqlite: "INSERT INTO search_term (rowid, tokens) VALUES (\(doc), \(tokens))",
            postgreSQL: """
                INSERT INTO search_term (id, tokens) VALUES (\((doc << partBits) + mostParts - 1), \(tokens))
                ON CONFLICT (id) DO UPDATE SET tokens = excluded.tokens
                """)
    }

    static func deletePending(through id: Int64) -> SQL { "DELETE FROM search_pending WHERE id <= \(id)" }

    /// Cases of which several rows of the index should be one: with many, or that were quiet for long.
    static func scattered(quietSince moment: Timestamp, rows: Int, limit: Int) -> SQL {
        """
        SELECT p.doc FROM search_pending p JOIN search_case c ON c.doc = p.doc
        GROUP BY p.doc HAVING COUNT(*) >= \(rows) OR MAX(c.updated_at) < \(moment.microseconds)
        ORDER BY p.doc LIMIT \(limit)
        """
    }

    // MARK: Filling

    static func states() -> SQL { "SELECT name, value FROM search_state" }

    static func setState(_ name: String, _ value: Int64) -> SQL {
        """
        INSERT INTO search_state (name, value) VALUES (\(name), \(value))
        ON CONFLICT (name) DO UPDATE SET value = excluded.value
        """
    }

    /// Lets the words of all facts that there are be taken in again.
    static func fillFromStart() -> SQL {
        """
        UPDATE search_state SET value = CASE WHEN name = 'facts_done' THEN 0
            ELSE (SELECT COALESCE(MAX(sequence), 0) FROM fact) END
        """
    }

    /// Lets the text of all evidence be read again.
    static func awaitAllFiles() -> SQL {
        """
        INSERT INTO search_skipped (case_id, source, reason, detail)
        SELECT case_id, id, 'waiting', '' FROM evidence WHERE removed_reason IS NULL
        ON CONFLICT (case_id, source) DO NOTHING
        """
    }

    /// The number that each of some cases has.
    static func docs(of caseIDs: [String]) -> SQL {
        "SELECT case_id, doc FROM search_case WHERE case_id IN (\(anyOf: caseIDs))"
    }

    // MARK: What was left out

    static func skip(_ source: String, of caseID: String, reason: String, detail: String) -> SQL {
        """
        INSERT INTO search_skipped (case_id, source, reason, detail)
        VALUES (\(caseID), \(source), \(reason), \(detail))
        ON CONFLICT (case_id, source) DO UPDATE SET reason = excluded.reason, detail = excluded.detail
        """
    }

    static func unskip(_ source: String, of caseID: String) -> SQL {
        "DELETE FROM search_skipped WHERE case_id = \(caseID) AND source = \(source)"
    }

    static func skipped(of caseID: String) -> SQL {
        "SELECT source, reason, detail FROM search_skipped WHERE case_id = \(caseID) ORDER BY source"
    }

    static func skippedCount() -> SQL {
        "SELECT COUNT(*) FROM (SELECT 1 FROM search_skipped LIMIT 10001) AS counted"
    }

    /// What waits to be read, of any case.
    static func awaited(limit: Int) -> SQL {
        "SELECT case_id, source FROM search_skipped WHERE reason = 'waiting' ORDER BY source LIMIT \(limit)"
    }

    // MARK: Finding

    /// Holds of a case `c` where one of its texts that the reader may read holds one of some folded words.
    ///
    /// - Parameter kinds: the kinds of text to look in; all where empty.
    static func holds(anyOf folded: [String], kinds: [String], isPublic: Bool) -> SQL {
        let found = folded.map { SQL.holds("e.text", $0) }
        let last = (isPublic ? firstInternal : mostParts) - 1
        let ofKind: SQL = kinds.isEmpty ? "" : " AND e.kind IN (\(anyOf: kinds))"
        return """
            EXISTS (SELECT 1 FROM search_entry e
                WHERE e.id BETWEEN (c.doc << 24) AND ((c.doc << 24) + \(last))\(ofKind)
                AND \(SQL.any(found)))
            """
    }

    /// The cases of which an entry that the index does not hold yet has one of the texts, as a query with one column.
    ///
    /// On PostgreSQL there are none.
    static func touched(by folded: [String]) -> SQL {
        let holds = folded.map { SQL.holds("text", $0) }
        return .engines(
            sqlite: "SELECT DISTINCT doc FROM search_pending WHERE \(SQL.any(holds))",
            postgreSQL: "SELECT doc FROM search_pending WHERE 1 = 0")
    }

    /// The texts of a case that hold any of some folded words, the latest first.
    static func texts(of doc: Int64, holdingAnyOf folded: [String], isPublic: Bool, limit: Int) -> SQL {
        let last = (doc << partBits) + (isPublic ? firstInternal : mostParts) - 1
        let found = folded.map { SQL.holds("text", $0) }
        return """
            SELECT kind, source, text FROM search_entry
            WHERE id BETWEEN \(doc << partBits) AND \(last) AND \(SQL.any(found))
            ORDER BY id LIMIT \(limit)
            """
    }

    static func page(after key: String, limit: Int) -> SQL {
        // Nineteen digits each, so that the order of the texts is that of the numbers.
        let id = (Int64(key) ?? Int64.min + offset) - offset
        return """
            SELECT CAST(id + \(offset) AS TEXT), kind, source, text FROM search_entry
            WHERE id > \(id) AND (id & \(WordsQueries.firstFile)) = 0 ORDER BY id LIMIT \(limit)
            """
    }

    private static let offset: Int64 = 1_000_000_000_000_000_000

    /// Every statement, with sample values, to be prepared on both engines.
    static let samples: [SQL] = [
        insertEntry(1, kind: "x", source: "x", text: "x"), insertPending(1, of: 1, text: "x", tokens: "x"),
        doc(of: "x"), indexedTexts(of: 1), unindex(1, tokens: "x"), deletePending(of: 1),
        deleteFactEntries(of: 1),
        deleteEntries(of: 1, source: "x"), entries(of: 1), entryCount(of: 1, source: "x"),
        lastPart(of: 1, from: 0, through: 1), pendingCount(atMost: 1), pending(limit: 1),
        index(1, tokens: "x"),
        deletePending(through: 1), scattered(quietSince: Timestamp(microseconds: 0), rows: 1, limit: 1),
        states(), fillFromStart(), awaitAllFiles(),
        setState("x", 1), docs(of: ["x"]), skip("x", of: "x", reason: "x", detail: "x"), unskip("x", of: "x"),
        skipped(of: "x"), skippedCount(), awaited(limit: 1),
        "SELECT 1 FROM search_case c WHERE " + holds(anyOf: ["x"], kinds: ["x"], isPublic: true),
        touched(by: ["x", "y"]), texts(of: 1, holdingAnyOf: ["x"], isPublic: false, limit: 1),
        page(after: "", limit: 1),
        SQL.searching,
    ]
}
