import Domain
import Storage

/// The words of cases: kept as they are written, found in the moment in which they are saved.
package enum SearchDirectory {
    /// What of a case is not searched, and why.
    package struct Skipped: Sendable, Equatable {
        /// Whose words: the identifier of a piece of evidence.
        package var source: String
        /// Why, as a stable word.
        package var reason: String
        /// Why, in words.
        package var detail: String
    }

    /// A place where words were found.
    package struct Place: Sendable {
        /// The kind of text.
        package var kind: SearchWords.Kind
        /// Where it stands: the sequence of a fact, or the identifier of a piece of evidence.
        package var source: String
        /// The folded text.
        package var text: String
    }

    // MARK: Writing

    /// Keeps the words of a fact of a case.
    static func project(_ fact: Recorded<CaseFact>, in tx: borrowing Transaction) throws {
        let words = fact.body.searchWords
        guard !words.isEmpty, let doc = try doc(of: fact.subject.id, in: tx) else { return }
        for (slot, words) in words.enumerated() {
            let part = Int64(fact.version.number * CaseFact.mostWords + slot)
            // More facts than a case can have numbers for: nobody writes four million.
            guard part < WordsQueries.firstFile else { continue }
            try add(
                words, of: doc, part: (words.isPublic ? 0 : WordsQueries.firstInternal) + part,
                source: String(fact.sequence), in: tx)
        }
    }

    private static func add(
        _ words: SearchWords, of doc: Int64, part: Int64, source: String, in tx: borrowing Transaction
    ) throws {
        let folded = SearchText.fold(words.text)
        guard !folded.isEmpty else { return }
        let id = (doc << WordsQueries.partBits) + part
        let entry = WordsQueries.insertEntry(id, kind: words.kind.rawValue, source: source, text: folded)
        guard try tx.execute(entry) > 0 else { return }
        try wait(id, of: doc, folded, in: tx)
    }

    private static func wait(
        _ id: Int64, of doc: Int64, _ folded: String, in tx: borrowing Transaction
    ) throws {
        let tokens = tx.dialect == .postgreSQL ? SearchText.tokens(of: [folded]) : ""
        try tx.execute(WordsQueries.insertPending(id, of: doc, text: folded, tokens: tokens))
    }

    /// Takes the words of a case's facts out, before they are made anew; those of its attachments stay.
    static func forget(_ id: ID<SupportCase>, in tx: borrowing Transaction) throws {
        guard let doc = try doc(of: id.raw, in: tx) else { return }
        try reindexing(doc, in: tx) { tx in try tx.execute(WordsQueries.deleteFactEntries(of: doc)) }
    }

    /// Takes a case out of the index, changes its entries, and lets what is left be found again.
    private static func reindexing(
        _ doc: Int64, in tx: borrowing Transaction, _ change: (borrowing Transaction) throws -> Void
    ) throws {
        var tokens = ""
        if tx.dialect == .sqlite {
            tokens = SearchText.tokens(of: try tx.all(WordsQueries.indexedTexts(of: doc)) { $0.text(0) })
        }
        if !tokens.isEmpty || tx.dialect == .postgreSQL {
            try tx.execute(WordsQueries.unindex(doc, tokens: tokens))
        }
        try tx.execute(WordsQueries.deletePending(of: doc))
        try change(tx)
        for (id, text) in try tx.all(WordsQueries.entries(of: doc), { ($0.integer(0), $0.text(1)) }) {
            try wait(id, of: doc, text, in: tx)
        }
    }

    private static func doc(of caseID: String, in tx: borrowing Transaction) throws -> Int64? {
        try tx.first(WordsQueries.doc(of: caseID)) { $0.integer(0) }
    }

    // MARK: Attachments

    /// Keeps what stands in an attachment, in pieces.
    package static func addText(
        of evidence: ID<Evidence>, in caseID: ID<SupportCase>, _ pieces: [String], isPublic: Bool,
        in tx: borrowing Transaction
    ) throws {
        guard let doc = try doc(of: caseID.raw, in: tx) else { return }
        let known =
            try tx.first(WordsQueries.entryCount(of: doc, source: evidence.raw)) { $0.integer(0) } ?? 0
        guard known == 0 else { return }
        let first = (isPublic ? 0 : WordsQueries.firstInternal) + WordsQueries.firstFile
        let last = first + WordsQueries.firstFile - 1
        let used = try tx.first(WordsQueries.lastPart(of: doc, from: first, through: last)) {
            $0.optionalInteger(0)
        }
        var part = (used ?? nil).map { $0 - (doc << WordsQueries.partBits) + 1 } ?? first
        for piece in pieces where part <= last {
            try add(
                .init(.file, piece, isPublic: isPublic), of: doc, part: part, source: evidence.raw, in: tx)
            part += 1
        }
    }

    /// Lets an attachment be read, beside the work, unless only some may read it.
    static func awaitText(of evidence: Evidence, in tx: borrowing Transaction) throws {
        if evidence.wasRestricted {
            try skip(
                evidence.id, of: evidence.caseID, reason: "restricted",
                detail: "Only some people may read it.",
                in: tx)
        } else {
            try skip(
                evidence.id, of: evidence.caseID, reason: "waiting", detail: "It is about to be read.", in: tx
            )
        }
    }

    /// Remembers that all of an attachment is searched.
    static func unskip(_ evidence: ID<Evidence>, of caseID: ID<SupportCase>, in tx: borrowing Transaction)
        throws
    {
        try tx.execute(WordsQueries.unskip(evidence.raw, of: caseID.raw))
    }

    /// Attachments that wait to be read.
    static func awaited(
        limit: Int, in tx: borrowing Transaction
    ) throws -> [(caseID: ID<SupportCase>, evidence: ID<Evidence>)] {
        try tx.all(WordsQueries.awaited(limit: limit)) { (ID($0.text(0)), ID($0.text(1))) }
    }

    /// Takes the text of an attachment out of the search.
    package static func removeText(
        of evidence: ID<Evidence>, in caseID: ID<SupportCase>, in tx: borrowing Transaction
    ) throws {
        try tx.execute(WordsQueries.unskip(evidence.raw, of: caseID.raw))
        guard let doc = try doc(of: caseID.raw, in: tx),
            try tx.first(WordsQueries.entryCount(of: doc, source: evidence.raw), { $0.integer(0) }) ?? 0 > 0
        else { return }
        try reindexing(doc, in: tx) { tx in
            try tx.execute(WordsQueries.deleteEntries(of: doc, source: evidence.raw))
        }
    }

    /// Remembers that something of a case is not searched, or not all of it.
    package static func skip(
        _ evidence: ID<Evidence>, of caseID: ID<SupportCase>, reason: String, detail: String,
        in tx: borrowing Transaction
    ) throws {
        try tx.execute(
            WordsQueries.skip(evidence.raw, of: caseID.raw, reason: reason, detail: detail))
    }

    /// What of a case is not searched.
    package static func skipped(
        of caseID: ID<SupportCase>, in tx: borrowing Transaction
    ) throws -> [Skipped] {
        try tx.all(WordsQueries.skipped(of: caseID.raw)) {
            Skipped(source: $0.text(0), reason: $0.text(1), detail: $0.text(2))
        }
    }

    /// How many attachments are not searched, or not as a whole; at most 10,001.
    package static func skippedCount(in tx: borrowing Transaction) throws -> Int {
        try tx.first(WordsQueries.skippedCount()) { Int($0.integer(0)) } ?? 0
    }

    // MARK: Finding

    /// Prepares a transaction for searches.
    static func begin(in tx: borrowing Transaction) throws { try tx.each(SQL.searching) { _ in } }

    /// How many entries wait for the index, at most so many.
    static func waiting(atMost limit: Int, in tx: borrowing Transaction) throws -> Int {
        try tx.first(WordsQueries.pendingCount(atMost: limit)) { Int($0.integer(0)) } ?? 0
    }

    /// Of a case `c`: one of its texts that the reader may read holds the folded words.
    static func holds(anyOf folded: [String], kinds: [String], isPublic: Bool) -> SQL {
        WordsQueries.holds(anyOf: folded, kinds: kinds, isPublic: isPublic)
    }

    /// The cases on which the index may be behind as to some texts, as a query with one column, `doc`.
    static func touched(by folded: [String]) -> SQL { WordsQueries.touched(by: folded) }

    /// A text of a case that holds any of some folded words; nil where there is none that the reader may read.
    static func place(
        ofAny folded: [String], in caseID: ID<SupportCase>, isPublic: Bool, tx: borrowing Transaction
    ) throws -> Place? {
        guard !folded.isEmpty, let doc = try doc(of: caseID.raw, in: tx) else { return nil }
        return try tx.first(
            WordsQueries.texts(of: doc, holdingAnyOf: folded, isPublic: isPublic, limit: 1)
        ) { row in
            Place(
                kind: SearchWords.Kind(rawValue: row.text(0)) ?? .entry, source: row.text(1),
                text: row.text(2))
        }
    }

    /// How much of the facts that are older than the index is in it; nil once all are.
    package static func filling(in tx: borrowing Transaction) throws -> (done: Int64, until: Int64)? {
        var states: [String: Int64] = [:]
        try tx.each(WordsQueries.states()) { states[$0.text(0)] = $0.integer(1) }
        let (done, until) = (states["facts_done"] ?? 0, states["facts_until"] ?? 0)
        return done < until ? (done, until) : nil
    }

    /// The table of words as `verify` compares it, once it is filled; what stands in attachments follows from no fact.
    static let table = ProjectedTable(
        "search_entry", columns: ["id", "kind", "source", "text"], page: WordsQueries.page(after:limit:),
        isComplete: { tx in try filling(in: tx) == nil })
}
