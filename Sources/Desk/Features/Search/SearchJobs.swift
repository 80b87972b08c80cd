import Diagnosis
import Domain
import Logging
import ServiceLifecycle
import Storage

/// Keeps the index of words in shape beside the work: takes in what waits, and what is older than the index.
///
/// Nothing is found later for its sake: what waits is searched by its text. It only costs speed if this is late.
package struct SearchJobs: Service {
    private let services: Services

    /// The entries that one write takes in: enough that FTS5 writes one segment, few enough that nobody waits.
    static let batch = 64
    /// The bytes of an entry as they mostly are; a write takes in no more than its entries would have.
    private static let usualBytes = 1500
    /// The rows of a case on PostgreSQL that are made one, and how long it was quiet before fewer are.
    private static let (rows, quiet) = (12, Int64(86_400))

    /// The jobs of an installation.
    package init(_ services: Services) { self.services = services }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var idle = 0
            while !Task.isCancelled {
                do {
                    if try await fill() { continue }
                    if try await readAttachment() { continue }
                    let waiting = try await count()
                    // A few entries wait a moment for others to come along.
                    let isDue = waiting >= Self.batch || (waiting > 0 && idle >= 8)
                    if isDue, try await takeIn() > 0 {
                        idle = 0
                        continue
                    }
                    idle += 1
                } catch {
                    services.logger.error("search index", metadata: ["error": "\(error)"])
                    try? await Task.sleep(for: .seconds(5))  // a cancelled sleep only ends early
                }
                try? await Task.sleep(for: .milliseconds(250))  // a cancelled sleep only ends early
            }
        }
    }

    /// Fills and takes in until nothing is left: after a bulk load, and in tests.
    /// - Returns: how many writes that took.
    @discardableResult package func finish() async throws -> Int {
        var writes = 0
        while try await fill() { writes += 1 }
        while try await readAttachment() { writes += 1 }
        while try await takeIn(most: 4096, isFinal: true) > 0 { writes += 1 }
        return writes
    }

    private func count() async throws -> Int {
        try await services.database.read { tx in try SearchDirectory.waiting(atMost: Self.batch, in: tx) }
    }

    /// Takes some waiting entries into the index; returns how many cases that were.
    func takeIn(most: Int = Self.batch, isFinal: Bool = false) async throws -> Int {
        switch services.database.dialect {
        case .sqlite:
            return try await services.database.write { tx in try Self.fold(most: most, in: tx) }
        case .postgreSQL:
            // Looked up apart, so that no save waits for this or must run again.
            let moment =
                isFinal ? Timestamp(microseconds: .max) : services.clock().adding(seconds: -Self.quiet)
            let docs = try await services.database.read { tx in
                try tx.all(
                    WordsQueries.scattered(quietSince: moment, rows: Self.rows, limit: Self.batch)
                ) { $0.integer(0) }
            }
            for doc in docs {
                try await services.database.write { tx in try Self.join(doc, in: tx) }
            }
            return docs.count
        }
    }

    private static func fold(most: Int, in tx: borrowing Transaction) throws -> Int {
        var rows: [(Int64, Int64, String)] = []
        var bytes = 0
        for row in try tx.all(
            WordsQueries.pending(limit: most), { ($0.integer(0), $0.integer(1), $0.text(2)) })
        where bytes < most * Self.usualBytes {
            rows.append(row)
            bytes += row.2.utf8.count
        }
        guard let last = rows.last else { return 0 }
        var texts: [Int64: [String]] = [:]
        for (_, doc, text) in rows { texts[doc, default: []].append(text) }
        // Rising numbers make one segment, falling ones one each.
        for (doc, texts) in texts.sorted(by: { $0.key < $1.key }) {
            try tx.execute(WordsQueries.index(doc, tokens: SearchText.tokens(of: texts)))
        }
        try tx.execute(WordsQueries.deletePending(through: last.0))
        return texts.count
    }

    private static func join(_ doc: Int64, in tx: borrowing Transaction) throws {
        let texts = try tx.all(WordsQueries.entries(of: doc)) { $0.text(1) }
        try tx.execute(WordsQueries.unindex(doc, tokens: ""))
        try tx.execute(WordsQueries.index(doc, tokens: SearchText.tokens(of: texts)))
        try tx.execute(WordsQueries.deletePending(of: doc))
    }

    /// The most bytes of a file that are searched.
    static let mostBytes: Int64 = 4 << 20

    /// Reads one attachment that waits to be searched; false where none does.
    func readAttachment() async throws -> Bool {
        let waiting = try await services.database.read { tx in
            try SearchDirectory.awaited(limit: 1, in: tx).first.map {
                (
                    caseID: $0.caseID, id: $0.evidence,
                    evidence: try EvidenceDirectory.itself($0.evidence, in: tx)
                )
            }
        }
        guard let waiting else { return false }
        let id = waiting.id
        guard let evidence = waiting.evidence, !evidence.isRemoved, !evidence.wasRestricted else {
            // There is nothing to read, or not for everybody.
            try await services.database.write { tx in
                try SearchDirectory.unskip(id, of: waiting.caseID, in: tx)
                guard let now = try EvidenceDirectory.itself(id, in: tx), !now.isRemoved else { return }
                try SearchDirectory.awaitText(of: now, in: tx)
            }
            return true
        }
        // A search shows words beside what it finds, so it knows a text as people read it.
        let redactor =
            services.policy.current.evidence.showsRedacted(evidence)
            ? try await RedactionDirectory.redactor(of: evidence.caseID, services) : nil
        let text = try await services.evidence.working { [store = services.evidence] in
            try Self.text(of: evidence, in: store, redactor)
        }
        try await services.database.write { tx in
            // It may have been taken away, or be for some people alone, since it was read.
            guard let now = try EvidenceDirectory.itself(id, in: tx), !now.isRemoved, !now.wasRestricted
            else { return }
            switch text {
            case .pieces(let pieces, let isWhole):
                try SearchDirectory.addText(
                    of: id, in: now.caseID, pieces, isPublic: now.isFromCustomer, in: tx)
                if isWhole {
                    try SearchDirectory.unskip(id, of: now.caseID, in: tx)
                } else {
                    try SearchDirectory.skip(
                        id, of: now.caseID, reason: "long", detail: "Only its first 4 MiB are searched.",
                        in: tx)
                }
            case .none(let reason, let detail):
                try SearchDirectory.skip(id, of: now.caseID, reason: reason, detail: detail, in: tx)
            }
        }
        return true
    }

    private enum FileText: Sendable {
        case pieces([String], isWhole: Bool)
        case none(reason: String, detail: String)
    }

    private static func text(
        of evidence: Evidence, in store: EvidenceStore, _ redactor: Redactor?
    ) throws -> FileText {
        let file: EvidenceFile
        do {
            guard let found = try store.open(evidence.hash) else {
                return .none(reason: "missing", detail: "Its bytes are not in the store.")
            }
            file = found
        } catch let refusal as Refusal {
            // No key opens it: the others behind it are read all the same.
            return .none(reason: "missing", detail: refusal.message)
        }
        let bytes = try file.read(at: 0, count: Int(min(file.size, mostBytes)))
        guard !bytes.isEmpty else { return .pieces([], isWhole: true) }
        guard let encoding = DecodedText.encoding(of: Array(bytes.prefix(64 << 10))) else {
            return .none(
                reason: "not_text",
                detail: "It is not a text file: \(FileKind(sniffing: Array(bytes.prefix(64 << 10))).name).")
        }
        let whole = bytes.count - bytes.count % encoding.unit
        let decoded = DecodedText(Array(bytes.prefix(whole)), as: encoding).text
        let text = redactor?.redact(decoded) ?? decoded
        return .pieces(SearchText.pieces(of: text), isWhole: Int64(bytes.count) == file.size)
    }

    /// Takes in words of facts that are older than the index; false once there are none left.
    func fill() async throws -> Bool {
        guard let state = try await services.database.read({ tx in try SearchDirectory.filling(in: tx) })
        else { return false }
        try await services.database.write { tx in
            // Another node may have been here.
            guard let now = try SearchDirectory.filling(in: tx), now.done == state.done else { return }
            let facts = try tx.all(
                JournalStore.allFacts(after: now.done, limit: 500), JournalStore.fact)
            for fact in facts where fact.sequence <= now.until && fact.subject.kind == SupportCase.kind {
                try SearchDirectory.project(try fact.decoded(as: CaseFact.self), in: tx)
            }
            let done = facts.count < 500 ? now.until : min(facts.last?.sequence ?? now.until, now.until)
            try tx.execute(WordsQueries.setState("facts_done", done))
        }
        // What was taken in is folded at once, so that little waits while the next facts come.
        if services.database.dialect == .sqlite { while try await takeIn(most: 256) > 0 {} }
        return true
    }
}
