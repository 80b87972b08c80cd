import Diagnosis
import Domain
import Storage

/// What is private in evidence, taken out: the case's own key, and the copies that people see.
package enum RedactionDirectory {
    /// Files up to this size get their copy when it is first asked for; larger ones from the worker alone.
    static let atOnce: Int64 = 8 << 20
    /// Archives likewise, which may hold many times as much.
    static let archiveAtOnce: Int64 = 1 << 20

    /// The rules, compiled once.
    private static let rules = Result { () throws(RedactionRules.Problem) in try RedactionRules() }

    /// The key of a case, under which the same value has the same token; it is made when it is first needed.
    static func key(of caseID: ID<SupportCase>, _ services: Services) async throws -> RedactionKey {
        let (keys, row) = (services.keys, AnalysisQueries.sealed.row(caseID.raw))
        let known = try await services.database.read { tx in try find(caseID, in: tx) }
        let sealed: KeyRing.Sealed
        if let known {
            sealed = known
        } else {
            var generator = SystemRandomNumberGenerator()
            let fresh = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            let new = try keys.seal(fresh, for: row)
            // Two nodes may make one at a time: the first stays.
            sealed = try await services.database.write { tx in
                try tx.execute(AnalysisQueries.insertKey(new, of: caseID.raw))
                return try find(caseID, in: tx) ?? new
            }
        }
        guard let key = RedactionKey(try keys.open(sealed, for: row)) else {
            throw StorageFault("the key of redaction of \(caseID) is too short")
        }
        return key
    }

    private static func find(
        _ caseID: ID<SupportCase>, in tx: borrowing Transaction
    ) throws -> KeyRing.Sealed? {
        try tx.first(AnalysisQueries.key(of: caseID.raw)) {
            KeyRing.Sealed(keyID: $0.text(0), bytes: $0.blob(1))
        }
    }

    /// Takes out of texts of a case what is private.
    static func redactor(of caseID: ID<SupportCase>, _ services: Services) async throws -> Redactor {
        Redactor(rules: try rules.get(), key: try await key(of: caseID, services))
    }

    /// The copy of a piece of evidence; nil where it has none, or none yet.
    static func copy(of evidence: ID<Evidence>, in tx: borrowing Transaction) throws -> RedactionWork.Copy? {
        try tx.first(AnalysisQueries.copy(of: evidence.raw), AnalysisQueries.readCopy)
    }

    /// Makes the copy of a piece of evidence where it is not there; nil where the piece is no text.
    static func make(
        of found: Evidence, watch: AnalysisWatch, _ services: Services
    ) async throws -> RedactionWork.Copy? {
        if let copy = try await services.database.read({ tx in try copy(of: found.id, in: tx) }) {
            return copy
        }
        let now = services.clock()
        let work = RedactionWork(redactor: try await redactor(of: found.caseID, services), watch: watch)
        let (store, id) = (services.evidence, newIdentifier(at: now))
        let made = try await store.working {
            try work.copy(
                of: found.hash, name: found.name, mediaType: found.mediaType, in: store, as: id, at: now)
        }
        guard let made else { return nil }
        try await services.database.write { tx in
            // It may have been taken away meanwhile.
            guard let now = try EvidenceDirectory.itself(found.id, in: tx), !now.isRemoved else { return }
            try tx.execute(
                AnalysisQueries.keep(made, of: found.id.raw, in: found.caseID.raw, at: services.clock()))
        }
        return made
    }

    /// The bytes that people see of a piece: the redacted copy; nil where that is the piece itself.
    ///
    /// What is shown of an archive is made without its copy, which is there to be downloaded.
    /// - Throws: a refusal where the copy of a large file is still being made.
    static func shown(
        of found: Evidence, downloading isDownload: Bool, _ services: Services
    ) async throws -> RedactionWork.Copy? {
        let known = try await services.database.read { tx in try copy(of: found.id, in: tx) }
        if let known, isDownload || known.hash == found.hash || FileKind.isText(found.mediaType) {
            return known
        }
        let store = services.evidence
        let head = try await store.working { try store.open(found.hash)?.read(at: 0, count: 4096) }
        guard let head else { return known }
        let isArchive = RedactionWork.isArchive(head: head, mediaType: found.mediaType)
        guard isArchive ? isDownload : RedactionWork.isText(head: head, mediaType: found.mediaType) else {
            return nil
        }
        if let known { return known }
        guard found.size <= (isArchive ? archiveAtOnce : atOnce) else {
            var refusal = Refusal(
                .unavailable, "copy_on_its_way",
                "The redacted copy of \(found.number) is still being made. Try again in a moment; its page says how far it is."
            )
            refusal.retryAfter = 10
            throw refusal
        }
        return try await make(of: found, watch: AnalysisWatch(), services)
    }
}
