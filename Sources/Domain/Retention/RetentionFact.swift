package import Diagnosis

/// What became of a case whose time was over.
package enum RetentionFact: CaseFactFamily {
    /// Every word of the case and every byte of its evidence was taken away for good.
    case purged(Purge)

    /// What was taken away, and why.
    package struct Purge: Equatable, Sendable {
        /// The rule by which the time was over.
        package var rule: String
        /// Until when the case was to be kept.
        package var keptUntil: Timestamp
        /// The entries whose words went, with the digest of what is left of each.
        package var entries: [Entry]
        /// The digests of the files that went.
        package var files: [String]

        /// A purge with all parts.
        package init(rule: String, keptUntil: Timestamp, entries: [Entry], files: [String]) {
            (self.rule, self.keptUntil, self.entries, self.files) = (rule, keptUntil, entries, files)
        }
    }

    /// An entry whose words went.
    package struct Entry: Equatable, Sendable {
        /// Its place in the journal.
        package var sequence: Int64
        /// SHA-256 of the body that is left, in hexadecimal.
        package var digest: String

        /// An entry and what is left of it.
        package init(sequence: Int64, digest: String) { (self.sequence, self.digest) = (sequence, digest) }
    }

    package static let kinds = ["case.purged"]
    package static let erasableFields: Set<String> = []

    package var kind: String { "case.purged" }
    package var edits: Set<Aspect> { ["existence"] }

    package var body: JSON {
        switch self {
        case .purged(let purge):
            [
                "rule": .string(purge.rule), "kept_until": .string(purge.keptUntil.rfc3339),
                "entries": .array(
                    purge.entries.map {
                        ["sequence": .integer($0.sequence), "body_sha256": .string($0.digest)]
                    }),
                "files": .array(purge.files.map(JSON.string)),
            ]
        }
    }

    package init(kind: String, body: FactBody) throws {
        guard kind == "case.purged" else { throw FactProblem("“\(kind)” is not a kind of RetentionFact") }
        guard let keptUntil = body.time("kept_until") else {
            throw FactProblem("the body has no time “kept_until”")
        }
        let entries = try (body.members["entries"]?.array ?? []).map { entry -> Entry in
            guard let sequence = entry["sequence"]?.integer, let digest = entry["body_sha256"]?.string else {
                throw FactProblem("an entry of the body has no sequence or no digest")
            }
            return Entry(sequence: sequence, digest: digest)
        }
        self = .purged(
            Purge(
                rule: try body.text("rule"), keptUntil: keptUntil, entries: entries,
                files: body.texts("files")))
    }
}
