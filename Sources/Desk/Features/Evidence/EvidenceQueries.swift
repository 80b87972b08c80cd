import Diagnosis
import Domain
import Storage

/// The tables of evidence: its pieces, who read them, uploads on their way, and links that were tried in vain.
package enum EvidenceQueries {
    private static let columns: SQL = """
        id, version, case_id, organisation, number, name, given_name, hash, size, media_type, from_customer, item,
        details, added_at, added_by, removed_reason
        """

    static func evidence(id: String) -> SQL { "SELECT \(columns) FROM evidence WHERE id = \(id)" }

    static func evidence(number: Int, of caseID: String) -> SQL {
        "SELECT \(columns) FROM evidence WHERE case_id = \(caseID) AND number = \(number)"
    }

    static func evidence(of caseID: String) -> SQL {
        "SELECT \(columns) FROM evidence WHERE case_id = \(caseID) ORDER BY number"
    }

    /// Evidence that was there at a moment and whose bytes are there, oldest first.
    static func old(before moment: Timestamp, limit: Int) -> SQL {
        """
        SELECT \(columns) FROM evidence WHERE removed_reason IS NULL AND added_at <= \(moment.microseconds)
        ORDER BY added_at, id LIMIT \(limit)
        """
    }

    static func latest(of caseID: String, limit: Int) -> SQL {
        "SELECT \(columns) FROM evidence WHERE case_id = \(caseID) ORDER BY number DESC LIMIT \(limit)"
    }

    /// The cases that have evidence, as a query with one column.
    static func casesWithEvidence() -> SQL { "SELECT case_id FROM evidence WHERE removed_reason IS NULL" }

    static func count(of caseID: String) -> SQL {
        "SELECT COUNT(*) FROM evidence WHERE case_id = \(caseID)"
    }

    static func lastNumber(in caseID: String) -> SQL {
        "SELECT COALESCE(MAX(number), 0) FROM evidence WHERE case_id = \(caseID)"
    }

    /// Which of these digests rows name.
    static func used(hashes: [String]) -> SQL {
        "SELECT DISTINCT hash FROM evidence WHERE hash IN (\(anyOf: hashes)) AND removed_reason IS NULL"
    }

    /// Each file that rows name, once, with its size.
    static func keptFiles() -> SQL {
        "SELECT hash, MAX(size) FROM evidence WHERE removed_reason IS NULL GROUP BY hash ORDER BY hash"
    }

    static func save(_ this: Evidence) -> SQL {
        """
        INSERT INTO evidence (id, version, case_id, organisation, number, name, given_name, hash, size, media_type,
            from_customer, item, details, added_at, added_by, removed_reason)
        VALUES (\(this.id.raw), \(this.version.number), \(this.caseID.raw), \(this.organisation?.raw),
            \(this.ordinal), \(this.name), \(this.givenName), \(this.hash), \(this.size), \(this.mediaType),
            \(this.isFromCustomer), \(this.item), \(details(this)), \(this.addedAt.microseconds),
            \(this.addedBy), \(this.removedReason))
        ON CONFLICT (id) DO UPDATE SET version = excluded.version, details = excluded.details,
            removed_reason = excluded.removed_reason
        """
    }

    private static func details(_ this: Evidence) -> String {
        var object = JSONObject()
        for field in EvidenceField.allCases {
            if let value = this.details[field] { object[field.rawValue] = .string(value) }
        }
        return JSON.object(object).text
    }

    static func forget(id: String) -> SQL { "DELETE FROM evidence WHERE id = \(id)" }

    static func page(after id: String, limit: Int) -> SQL {
        "SELECT \(columns) FROM evidence WHERE id > \(id) ORDER BY id LIMIT \(limit)"
    }

    static func read(_ row: any Row) throws -> Evidence {
        var details: [EvidenceField: String] = [:]
        for (key, value) in try JSON(parsing: row.text(12)).object?.members ?? [] {
            if let field = EvidenceField(rawValue: key) { details[field] = value.string }
        }
        return Evidence(
            id: ID(row.text(0)), version: Version(Int(row.integer(1))),
            adding: .init(
                caseID: row.text(2), organisation: row.optionalText(3), number: Int(row.integer(4)),
                name: row.text(5), givenName: row.optionalText(6), hash: row.text(7), size: row.integer(8),
                mediaType: row.text(9), isFromCustomer: row.flag(10), item: row.optionalText(11),
                details: details),
            addedAt: Timestamp(microseconds: row.integer(13)), addedBy: row.text(14),
            removedReason: row.optionalText(15))
    }

    // MARK: Readings

    private static let readingColumns: SQL = """
        id, evidence, case_id, organisation, number, reader, visitor, way, reason, share, read_at
        """

    static func insertReading(_ this: EvidenceReading) -> SQL {
        """
        INSERT INTO evidence_read (id, evidence, case_id, organisation, number, reader, visitor, way, reason, share,
            read_at)
        VALUES (\(this.id), \(this.evidence), \(this.caseID), \(this.organisation), \(this.number),
            \(this.reader), \(this.visitor), \(this.way), \(this.reason), \(this.share),
            \(this.at.microseconds))
        """
    }

    static func forgetReadings(of evidence: String) -> SQL {
        "DELETE FROM evidence_read WHERE evidence = \(evidence)"
    }

    static func readingPage(after id: String, limit: Int) -> SQL {
        "SELECT \(readingColumns) FROM evidence_read WHERE id > \(id) ORDER BY id LIMIT \(limit)"
    }

    /// Who read what of a case, or of a customer's cases, newest first.
    static func readings(caseID: String?, organisation: String?, limit: Int) -> SQL {
        var conditions: [SQL] = []
        if let caseID { conditions.append("case_id = \(caseID)") }
        if let organisation { conditions.append("organisation = \(organisation)") }
        return """
            SELECT \(readingColumns) FROM evidence_read WHERE \(SQL.all(conditions))
            ORDER BY read_at DESC, id DESC LIMIT \(limit)
            """
    }

    /// How often a share of a case was used.
    static func uses(of share: String, in caseID: String) -> SQL {
        "SELECT COUNT(*) FROM evidence_read WHERE case_id = \(caseID) AND share = \(share)"
    }

    /// The last time that somebody read a piece of evidence in one way.
    static func lastReading(of evidence: String, by reader: String, way: String) -> SQL {
        """
        SELECT COALESCE(MAX(read_at), 0) FROM evidence_read
        WHERE evidence = \(evidence) AND reader = \(reader) AND way = \(way)
        """
    }

    /// The last time that somebody gave a reason for reading a piece of evidence.
    static func lastReason(of reader: String, for evidence: String) -> SQL {
        """
        SELECT COALESCE(MAX(read_at), 0) FROM evidence_read
        WHERE evidence = \(evidence) AND reader = \(reader) AND reason IS NOT NULL
        """
    }

    static func readReading(_ row: any Row) -> EvidenceReading {
        EvidenceReading(
            id: row.text(0), evidence: row.text(1), caseID: row.text(2), organisation: row.optionalText(3),
            number: Int(row.integer(4)), reader: row.text(5), visitor: row.optionalText(6), way: row.text(7),
            reason: row.optionalText(8), share: row.optionalText(9),
            at: Timestamp(microseconds: row.integer(10)))
    }

    // MARK: Uploads on their way

    static func insertUpload(_ this: EvidenceUpload) -> SQL {
        """
        INSERT INTO evidence_upload (id, person, case_id, fields, length, received, created_at, updated_at)
        VALUES (\(this.id), \(this.person), \(this.caseID), \(this.fields), \(this.length), \(this.received),
            \(this.createdAt.microseconds), \(this.createdAt.microseconds))
        """
    }

    static func upload(id: String) -> SQL {
        """
        SELECT id, person, case_id, fields, length, received, created_at FROM evidence_upload
        WHERE id = \(id)
        """
    }

    static func setReceived(_ received: Int64, of id: String, at now: Timestamp) -> SQL {
        """
        UPDATE evidence_upload SET received = \(received), updated_at = \(now.microseconds)
        WHERE id = \(id)
        """
    }

    static func deleteUpload(id: String) -> SQL { "DELETE FROM evidence_upload WHERE id = \(id)" }

    static func deleteUploads(before moment: Timestamp) -> SQL {
        "DELETE FROM evidence_upload WHERE updated_at < \(moment.microseconds)"
    }

    static func uploads() -> SQL { "SELECT id FROM evidence_upload" }

    static func readUpload(_ row: any Row) -> EvidenceUpload {
        EvidenceUpload(
            id: row.text(0), person: row.text(1), caseID: row.text(2), fields: row.text(3),
            length: row.integer(4), received: row.integer(5),
            createdAt: Timestamp(microseconds: row.integer(6)))
    }

    // MARK: Links tried in vain

    static func insertFailure(of source: String, at now: Timestamp) -> SQL {
        "INSERT INTO link_failure (source, failed_at) VALUES (\(source), \(now.microseconds))"
    }

    static func failures(of source: String, since moment: Timestamp) -> SQL {
        "SELECT COUNT(*) FROM link_failure WHERE source = \(source) AND failed_at > \(moment.microseconds)"
    }

    static func deleteFailures(before moment: Timestamp) -> SQL {
        "DELETE FROM link_failure WHERE failed_at < \(moment.microseconds)"
    }

    /// Every statement, with sample values, to be prepared on both engines.
    package static let samples: [SQL] = {
        let zero = Timestamp(microseconds: 0)
        let adding = EvidenceFact.Adding(
            caseID: "x", organisation: nil, number: 1, name: "x", givenName: nil, hash: "x", size: 0,
            mediaType: "x", isFromCustomer: false, item: nil, details: [:])
        let reading = EvidenceReading(
            id: "x", evidence: "x", caseID: "x", organisation: nil, number: 1, reader: "x", visitor: nil,
            way: "x", reason: nil, share: nil, at: zero)
        let onItsWay = EvidenceUpload(
            id: "x", person: "x", caseID: "x", fields: "{}", length: 0, received: 0, createdAt: zero)
        return [
            evidence(id: "x"), evidence(number: 1, of: "x"), evidence(of: "x"),
            latest(of: "x", limit: 1), count(of: "x"), lastNumber(in: "x"), casesWithEvidence(),
            old(before: zero, limit: 1),
            used(hashes: ["x"]), keptFiles(), forget(id: "x"), page(after: "", limit: 1),
            save(Evidence(id: "x", version: Version(1), adding: adding, addedAt: zero, addedBy: "x")),
            insertReading(reading), forgetReadings(of: "x"), readingPage(after: "", limit: 1),
            readings(caseID: "x", organisation: nil, limit: 1),
            readings(caseID: nil, organisation: "x", limit: 1), uses(of: "S1", in: "x"),
            lastReason(of: "x", for: "x"), lastReading(of: "x", by: "x", way: "log"), insertUpload(onItsWay),
            upload(id: "x"),
            setReceived(0, of: "x", at: zero), deleteUpload(id: "x"), deleteUploads(before: zero), uploads(),
            insertFailure(of: "x", at: zero), failures(of: "x", since: zero), deleteFailures(before: zero),
        ]
    }()

    static let subject = SubjectType(
        Evidence.self,
        tables: [
            ProjectedTable(
                "evidence",
                columns: [
                    "id", "version", "case_id", "organisation", "number", "name", "given_name", "hash",
                    "size", "media_type", "from_customer", "item", "details", "added_at", "added_by",
                    "removed_reason",
                ], page: page(after:limit:)),
            ProjectedTable(
                "evidence_read",
                columns: [
                    "id", "evidence", "case_id", "organisation", "number", "reader", "visitor", "way",
                    "reason", "share", "read_at",
                ], page: readingPage(after:limit:)),
        ],
        load: { id, tx in try tx.first(evidence(id: id), read) },
        save: { this, fact, tx in
            try tx.execute(save(this))
            try EvidenceDirectory.search(this, after: fact.body, in: tx)
            if let reading = EvidenceReading(fact, of: this) { try tx.execute(insertReading(reading)) }
        },
        forget: { id, tx in
            try tx.execute(forgetReadings(of: id))
            try tx.execute(forget(id: id))
        },
        describe: { aspect, this, policy, _ in
            guard let field = EvidenceField(rawValue: aspect.name) else { return (aspect.name, "") }
            return (field.label, EvidenceWords.value(of: field, in: this, policy))
        })
}

/// That somebody read a piece of evidence.
package struct EvidenceReading: Sendable {
    /// Its key: the piece and the version of the fact.
    package var id: String
    /// The piece.
    package var evidence: String
    /// Its case.
    package var caseID: String
    /// The customer of the case when the piece was added.
    package var organisation: String?
    /// The number of the piece in the case.
    package var number: Int
    /// Who: a person, or "system" for a visitor.
    package var reader: String
    /// Who it was, where it was nobody with an account.
    package var visitor: String?
    /// What was done: "preview", "download", "image" or "share".
    package var way: String
    /// Why.
    package var reason: String?
    /// The share by which a visitor came.
    package var share: String?
    /// When.
    package var at: Timestamp
}

extension EvidenceReading {
    /// The reading that a fact tells of; nil for other facts.
    init?(_ fact: Recorded<EvidenceFact>, of this: Evidence) {
        guard case .read(let way, let reason, let share, let visitor) = fact.body else { return nil }
        self.init(
            id: "\(this.id.raw)/\(pad(fact.version.number, 8))", evidence: this.id.raw,
            caseID: this.caseID.raw, organisation: this.organisation?.raw, number: this.ordinal,
            reader: fact.actor, visitor: visitor, way: way, reason: reason, share: share, at: fact.occurredAt)
    }
}

/// An upload in pieces that is on its way.
struct EvidenceUpload: Sendable {
    var id: String
    var person: String
    var caseID: String
    /// What was said of the file, as a JSON object.
    var fields: String
    /// How many bytes there will be.
    var length: Int64
    /// How many are durable.
    var received: Int64
    var createdAt: Timestamp
}

/// Looks evidence up, with regard to who may see it.
///
/// The caller has found the case through `CaseDirectory` for the same actor.
package enum EvidenceDirectory {
    /// The cases that have evidence, as a query with one column.
    static var casesWithEvidence: SQL { EvidenceQueries.casesWithEvidence() }

    /// What the name of a lease begins with that keeps the bytes of evidence from being swept.
    static let hold = "evidence-hold/"

    /// Each file that evidence names, once, with its size, by digest.
    ///
    /// What other tables name stands behind that of evidence.
    static func keptFiles(
        with others: [HeldFiles] = [], in tx: borrowing Transaction
    ) throws -> [(hash: String, size: Int64)] {
        var seen: Set<String> = []
        return try ([EvidenceQueries.keptFiles()] + others.map { $0.kept() }).flatMap { statement in
            try tx.all(statement) { (hash: $0.text(0), size: $0.integer(1)) }
        }.filter { seen.insert($0.hash).inserted }
    }

    /// The evidence of a case, by number, as far as the actor may see it.
    ///
    /// Customers get what is theirs to see; names of restricted evidence are hidden from whoever may not read it.
    /// Evidence whose bytes were removed is there with the reason.
    package static func all(
        of id: ID<SupportCase>, for actor: Actor, in tx: borrowing Transaction
    ) throws -> [Evidence] {
        try tx.all(EvidenceQueries.evidence(of: id.raw), EvidenceQueries.read).compactMap {
            visible($0, to: actor)
        }
    }

    /// The newest pieces of evidence of a case, newest first, as staff sees them, and how many there are.
    static func latest(
        of id: ID<SupportCase>, limit: Int, for actor: Actor, in tx: borrowing Transaction
    ) throws -> (pieces: [Evidence], count: Int) {
        let pieces = try tx.all(EvidenceQueries.latest(of: id.raw, limit: limit), EvidenceQueries.read)
        guard pieces.count == limit else {
            return (pieces.compactMap { visible($0, to: actor) }, pieces.count)
        }
        let count = try tx.first(EvidenceQueries.count(of: id.raw)) { Int($0.integer(0)) } ?? 0
        return (pieces.compactMap { visible($0, to: actor) }, count)
    }

    /// Keeps what a search finds in a piece of evidence in step with who may read it.
    fileprivate static func search(
        _ this: Evidence, after fact: EvidenceFact, in tx: borrowing Transaction
    ) throws {
        switch fact {
        case .added: try SearchDirectory.awaitText(of: this, in: tx)
        case .removed: try SearchDirectory.removeText(of: this.id, in: this.caseID, in: tx)
        case .described(let set) where set.keys.contains(.restricted) || set.keys.contains(.sensitivity):
            try SearchDirectory.removeText(of: this.id, in: this.caseID, in: tx)
            try SearchDirectory.awaitText(of: this, in: tx)
        case .described, .read: break
        }
    }

    /// A piece of evidence as nobody but the program sees it.
    static func itself(_ id: ID<Evidence>, in tx: borrowing Transaction) throws -> Evidence? {
        try tx.first(EvidenceQueries.evidence(id: id.raw), EvidenceQueries.read)
    }

    /// The piece of evidence of a case with this number, "E1" or "1"; for customers with this identifier.
    ///
    /// The numbers count what colleagues added as well, so customers are told none.
    package static func find(
        _ number: String, of id: ID<SupportCase>, for actor: Actor, in tx: borrowing Transaction
    ) throws -> Evidence? {
        if actor.isCustomer {
            return try tx.first(EvidenceQueries.evidence(id: number), EvidenceQueries.read).flatMap {
                $0.caseID == id ? visible($0, to: actor) : nil
            }
        }
        let digits = number.uppercased().hasPrefix("E") ? String(number.dropFirst()) : number
        guard let ordinal = Int(digits), ordinal > 0,
            let found = try tx.first(
                EvidenceQueries.evidence(number: ordinal, of: id.raw), EvidenceQueries.read)
        else { return nil }
        return visible(found, to: actor)
    }

    /// The piece of evidence with this identifier or human name ("TL-10.E1"), and its case.
    /// - Throws: `notFound` where there is none, and just the same where the actor may not know of it.
    package static func find(
        _ reference: String, for actor: Actor, in tx: borrowing Transaction
    ) throws -> (this: SupportCase, evidence: Evidence) {
        if let dot = reference.lastIndex(of: ".") {
            let this = try CaseDirectory.find(String(reference[..<dot]), for: actor, in: tx)
            let number = String(reference[reference.index(after: dot)...])
            if let found = try find(number, of: this.id, for: actor, in: tx) { return (this, found) }
        } else if let found = try tx.first(EvidenceQueries.evidence(id: reference), EvidenceQueries.read),
            let evidence = visible(found, to: actor)
        {
            let this = try CaseDirectory.find(found.caseID.raw, for: actor, in: tx)
            return (this, evidence)
        }
        throw Refusal.notFound("piece of evidence")
    }

    /// What was asked for, given and shared in a case.
    package static func state(
        of id: ID<SupportCase>, in tx: borrowing Transaction
    ) throws -> CaseEvidence {
        CaseEvidence(try CaseDirectory.facts(of: id, kinds: CaseEvidenceFact.kinds, in: tx))
    }

    private static func visible(_ found: Evidence, to actor: Actor) -> Evidence? {
        if actor.isCustomer { return found.isPublic && !found.isRemoved ? found : nil }
        return found.wasRestricted && !actor.may(Evidence.restrictedRight) ? found.masked : found
    }
}
