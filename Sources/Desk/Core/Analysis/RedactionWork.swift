import Diagnosis
import Domain
import Storage

/// Makes the copy of a text, or of an archive of texts, without what is private.
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

    /// Whether a file is an archive, or a compressed file; what is shown of one is made without a copy.
    static func isArchive(head: [UInt8], mediaType: String) -> Bool {
        !mediaType.hasPrefix("image/") && ArchiveReader.isArchive(head)
    }

    /// Writes the copy into the store; nil where the file is neither text nor archive.
    func copy(
        of hash: String, name: String, mediaType: String, in store: EvidenceStore, as id: String,
        at now: Timestamp
    ) throws -> Copy? {
        guard let file = try store.open(hash) else { return nil }
        let head = try file.read(at: 0, count: 4096)
        let isArchive = Self.isArchive(head: head, mediaType: mediaType)
        guard isArchive || Self.isText(head: head, mediaType: mediaType) else { return nil }
        let part = try store.begin(id)
        do {
            let (replaced, isWhole) =
                isArchive
                ? try writeArchive(hash, name: name, in: store, to: part)
                : (try write(file, head: head, to: part), true)
            // What could not be looked through is never handed out as though nothing private were in it.
            guard !replaced.isEmpty || !isWhole else {
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
        return Self.counts(stream)
    }

    private static func counts(_ stream: borrowing RedactionStream) -> [String: Int] {
        var replaced: [String: Int] = [:]
        for (rule, count) in stream.replaced { replaced[rule.kind.rawValue, default: 0] += count }
        return replaced
    }

    // MARK: Archives

    /// What was left out of an archive, as a file in it.
    static let leftOut = "LEFT-OUT.txt"

    /// Writes a ZIP archive with the texts of another archive, each under its path.
    ///
    /// What is no text, or cannot be read, is left out and named: nobody can say what is in it.
    /// - Returns: what was replaced, and whether nothing was left out.
    private func writeArchive(
        _ hash: String, name: String, in store: EvidenceStore, to part: EvidencePart
    ) throws -> (replaced: [String: Int], isWhole: Bool) {
        guard let file = try store.open(hash) else { return ([:], true) }
        let writer = try ArchiveWriter { try part.write($0) }
        var replaced: [String: Int] = [:]
        var reader = ArchiveReader()
        try reader.read(file, name: name) { member in
            // A compressed file has one member, which has its name; others stand behind the archive's own.
            let path =
                member.name.hasPrefix(name + "/")
                ? String(member.name.dropFirst(name.utf8.count + 1))
                : name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
            // Folders are named after people and hosts, too.
            let shown = redactor.redact(Array(path.utf8)) {
                replaced[$0.rule.kind.rawValue, default: 0] += 1
            }
            try writer.begin(String(decoding: shown, as: UTF8.self), modified: member.modified)
            let counts = try write(member, to: writer, of: file)
            replaced.merge(counts) { $0 + $1 }
        }
        let problems = reader.problems.map { redactor.redact($0) }
        if !problems.isEmpty {
            try writer.begin(Self.leftOut)
            let text =
                "This copy is without what is private. Left out of it:\n\n"
                + problems.map { "- \($0)\n" }.joined()
            try Array(text.utf8).withUnsafeBytes { try writer.write($0) }
        }
        try writer.finish()
        return (replaced, problems.isEmpty)
    }

    private func write(
        _ member: ArchiveMember, to writer: ArchiveWriter, of file: EvidenceFile
    ) throws -> [String: Int] {
        var stream = redactor.stream()
        var transcoder: LogTranscoder?
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        var isFirst = true
        while true {
            let count = buffer.withUnsafeMutableBytes { member.read(into: $0) }
            if count == 0 { break }
            let bytes = Array(buffer[..<count])
            if isFirst { transcoder = LogTranscoder(beginning: bytes) }
            isFirst = false
            try (transcoder?.text(of: bytes) ?? bytes).withUnsafeBytes {
                try stream.feed($0) { try writer.write($0) }
            }
            try watch.reach(min(file.size, file.position))
        }
        try stream.finish { try writer.write($0) }
        return Self.counts(stream)
    }
}
