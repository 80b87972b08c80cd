import Diagnosis
import Domain
import Storage

/// Makes the copy of a text without what is private.
///
/// It blocks, in bounded memory, as `LogWork` does.
struct RedactionWork {
    /// Takes out what is private, by the case's own key.
    var redactor: Redactor
    /// Who is told how far it is.
    var watch: AnalysisWatch

    /// What became of a file.
    struct Copy: Sendable {
        /// The digest of the copy; that of the original where nothing was replaced.
        var hash: String
        /// How many bytes it has.
        var size: Int64
        /// How many values were replaced, by kind.
        var replaced: [String: Int]
    }

    /// Whether a file is a text, which has a copy.
    static func isText(head: [UInt8], mediaType: String) -> Bool {
        guard !mediaType.hasPrefix("image/"), !head.isEmpty, !ArchiveReader.isArchive(head) else {
            return false
        }
        return DecodedText.encoding(of: Array(head.prefix(4096))) != nil
    }

    /// Writes the copy into the store; nil where the file is no text.
    func copy(
        of hash: String, mediaType: String, in store: EvidenceStore, named id: String, at now: Timestamp
    ) throws -> Copy? {
        guard let file = try store.open(hash) else { return nil }
        let head = try file.read(at: 0, count: 4096)
        guard Self.isText(head: head, mediaType: mediaType) else { return nil }
        let part = try store.begin(id)
        do {
            let replaced = try write(file, head: head, to: part)
            guard !replaced.isEmpty else {
                store.discard(id)
                return Copy(hash: hash, size: file.size, replaced: [:])
            }
            let kept = try store.keep(part, at: now)
            return Copy(hash: kept.hash, size: kept.size, replaced: replaced)
        } catch {
            store.discard(id)
            throw error
        }
    }

    private func write(_ file: EvidenceFile, head: [UInt8], to part: EvidencePart) throws -> [String: Int] {
        // What is not UTF-8 or alike becomes it: rules read bytes.
        var transcoder = LogTranscoder(beginning: head)
        var stream = redactor.stream()
        var place: Int64 = 0
        while true {
            let bytes = try file.read(at: place, count: 1 << 20)
            if bytes.isEmpty { break }
            try (transcoder?.text(of: bytes) ?? bytes).withUnsafeBytes {
                try stream.feed($0) { try part.write($0) }
            }
            place += Int64(bytes.count)
            try watch.reach(place)
        }
        try stream.finish { try part.write($0) }
        var replaced: [String: Int] = [:]
        for (rule, count) in stream.replaced { replaced[rule.kind.rawValue, default: 0] += count }
        return replaced
    }
}
