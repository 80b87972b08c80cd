import Foundation
import Diagnosis
import Domain
import Storage

/// What the journal held at one moment: how many facts, of how many subjects, and a root over all their chains.
///
/// Signed with the installation's key. Exported together with every subject's head, it shows later what is missing,
/// even where somebody who can write the database has removed a tail or a whole subject and all its traces.
package struct Checkpoint: Equatable, Sendable {
    /// The last fact it covers.
    package var sequence: Int64
    /// When it was made.
    package var recordedAt: Timestamp
    /// How many facts there were up to `sequence`.
    package var facts: Int64
    /// How many subjects.
    package var subjects: Int64
    /// SHA-256 over all heads, in the order of kind and identifier.
    package var root: [UInt8]
    /// The key that signed it.
    package var keyID: String
    /// HMAC-SHA-256 over the rest.
    package var signature: [UInt8]

    /// A checkpoint with all parts.
    package init(
        sequence: Int64, recordedAt: Timestamp, facts: Int64, subjects: Int64, root: [UInt8], keyID: String,
        signature: [UInt8]
    ) {
        (self.sequence, self.recordedAt, self.facts, self.subjects) = (sequence, recordedAt, facts, subjects)
        (self.root, self.keyID, self.signature) = (root, keyID, signature)
    }

    /// What the signature covers.
    var signedBytes: [UInt8] {
        Array("\(sequence) \(recordedAt.microseconds) \(facts) \(subjects) \(hex(root)) \(keyID)".utf8)
    }

    /// The last fact of a subject at that moment.
    package struct Head: Equatable, Sendable {
        /// The subject.
        package var subject: SubjectRef
        /// Its version.
        package var version: Int
        /// The link of its chain.
        package var chain: [UInt8]

        var line: String { "\(subject.kind) \(subject.id) \(version) \(hex(chain))" }
    }

    /// Computes the checkpoint of everything up to the last fact.
    ///
    /// O(subjects); gives each head to `each`.
    static func make(
        at now: Timestamp, upTo sequence: Int64, keys: KeyRing, in tx: borrowing Transaction,
        each: (Head) throws -> Void = { _ in }
    ) throws -> Checkpoint {
        let facts = try tx.first(JournalStore.factCount(upTo: sequence)) { $0.integer(0) } ?? 0
        var digest = RootDigest()
        try headsAsOf(sequence, in: tx) { head in
            digest.add(head)
            try each(head)
        }
        var point = Checkpoint(
            sequence: sequence, recordedAt: now, facts: facts, subjects: digest.count, root: digest.value,
            keyID: keys.currentID, signature: [])
        point.signature = keys.signature(of: point.signedBytes)
        return point
    }

    static func headsAsOf(
        _ sequence: Int64, in tx: borrowing Transaction, _ each: (Head) throws -> Void
    ) throws {
        var last = SubjectRef(kind: "", id: "")
        while true {
            let page = try tx.all(JournalStore.headsAsOf(sequence, after: last, limit: 2000)) {
                Head(
                    subject: SubjectRef(kind: $0.text(0), id: $0.text(1)), version: Int($0.integer(2)),
                    chain: $0.blob(3))
            }
            for head in page { try each(head) }
            // A key that is no UTF-8 reads as another one, from which the same page would follow for ever.
            guard let end = page.last, last.precedes(end.subject) else { return }
            last = end.subject
        }
    }
}

/// SHA-256 over the lines of heads, folded in as they come.
struct RootDigest {
    private(set) var value: [UInt8] = []
    private(set) var count: Int64 = 0

    mutating func add(_ head: Checkpoint.Head) {
        value = sha256(value + Array(head.line.utf8))
        count += 1
    }
}

extension Checkpoint {
    /// The checkpoint and every head as text that can be kept elsewhere: a head line each, and a signature over all.
    static func export(at now: Timestamp, keys: KeyRing, in tx: borrowing Transaction) throws -> String {
        let last = try tx.first(JournalStore.lastSequence()) { $0.integer(0) } ?? 0
        var lines: [String] = []
        let point = try make(at: now, upTo: last, keys: keys, in: tx) { lines.append($0.line) }
        var text = "thirdline-checkpoint 1\n"
        text += "sequence \(point.sequence)\nrecorded_at \(point.recordedAt.rfc3339)\nfacts \(point.facts)\n"
        text += "subjects \(point.subjects)\nroot \(hex(point.root))\n"
        for line in lines { text += "head \(line)\n" }
        return text + "signature \(keys.currentID) \(hex(keys.signature(of: Array(text.utf8))))\n"
    }

    /// Reads an exported checkpoint and checks its signature.
    static func read(export text: String, keys: KeyRing) throws -> (sequence: Int64, heads: [Head]) {
        guard let mark = text.range(of: "\nsignature ") else {
            throw FactProblem("the checkpoint file has no signature line")
        }
        let signed = String(text[..<mark.lowerBound]) + "\n"
        let parts = text[mark.upperBound...].split(whereSeparator: { $0 == " " || $0 == "\n" })
        guard signed.hasPrefix("thirdline-checkpoint 1\n"), parts.count == 2,
            let signature = bytes(fromHex: parts[1]),
            keys.isValid(signature, of: Array(signed.utf8), keyID: String(parts[0]))
        else {
            throw FactProblem(
                "the checkpoint file was changed, or signed with a key that is not in the key file")
        }
        var sequence: Int64 = 0
        var heads: [Head] = []
        for line in signed.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.first == "sequence", words.count == 2 { sequence = Int64(words[1]) ?? 0 }
            if words.first == "head", words.count == 5, let version = Int(words[3]),
                let chain = bytes(fromHex: words[4])
            {
                heads.append(
                    Head(
                        subject: SubjectRef(kind: String(words[1]), id: String(words[2])), version: version,
                        chain: chain))
            }
        }
        return (sequence, heads)
    }
}

extension SubjectRef {
    /// Whether this comes before another in the order of the tables of both engines, which is that of bytes.
    func precedes(_ other: SubjectRef) -> Bool {
        kind.utf8.elementsEqual(other.kind.utf8)
            ? id.utf8.lexicographicallyPrecedes(other.id.utf8)
            : kind.utf8.lexicographicallyPrecedes(other.kind.utf8)
    }
}
