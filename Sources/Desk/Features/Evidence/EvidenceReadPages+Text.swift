import Diagnosis
import Domain
import Storage

/// The bytes of evidence that people read as text: the one place that decides which they are, and who may.
enum EvidenceText {
    /// What is read.
    struct Source: Sendable {
        /// The bytes.
        var file: EvidenceFile
        /// Their digest, under which everything made from them is kept.
        var hash: String
        /// What takes out what is private of texts that are unpacked from it; nil where they are read as they are.
        var redaction: LogShelf.Redaction?
        /// What its lines do not say of their times, by what is known of the evidence.
        var assumptions: LogFormat.Assumptions
    }

    /// The bytes of a piece, for somebody who may read them; one entry on record stands for an hour of reading.
    /// - Throws: a refusal where they were taken away, are gone, or are not open to the actor.
    static func source(of found: Evidence, for actor: Actor, _ services: Services) async throws -> Source {
        let opened = try await EvidenceReadPages.open(
            found, way: "log", for: actor, isOngoing: true, services)
        var source = Source(file: opened.file, hash: opened.hash, assumptions: assumptions(of: found))
        if EvidenceReadPages.isSealed(found, for: actor, services) {
            source.redaction = LogShelf.Redaction(
                redactor: try await RedactionDirectory.redactor(of: found.caseID, services),
                name: found.caseID.raw)
        }
        return source
    }

    private static func assumptions(of found: Evidence) -> LogFormat.Assumptions {
        var assumptions = LogFormat.Assumptions()
        let written = found.coversTo ?? found.collectedAt ?? found.addedAt
        assumptions.writtenAt = written.microseconds
        let local = "\(written.day) \(written.clock)"
        guard let zone = found.details[.zone] else { return assumptions }
        // A zone that nobody knows, or a time that comes twice, leaves the log in UTC, and its page says so.
        let moments = try? [zone, nil].map { try ZonedTime.moment(local, zone: $0, field: "zone") }
        if let moments { assumptions.zone = Int32(clamping: moments[1].seconds(since: moments[0])) }
        return assumptions
    }
}
