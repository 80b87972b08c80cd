import Diagnosis
import Domain

/// Single lines of evidence, as people see them.
enum EvidenceLines {
    /// Lines of a text, or of a log inside an archive, by their numbers; those that are not there are left out.
    ///
    /// The reading is on record where policy wants it so. O(the last line).
    static func read(
        _ numbers: [Int], of found: Evidence, member: String, for actor: Actor, _ services: Services
    ) async throws -> [Int: String] {
        let store = services.evidence
        if member.isEmpty {
            let file = try await EvidenceReadPages.open(found, way: "preview", for: actor, services).file
            return try await store.working { try pick(numbers, of: file) }
        }
        // An archive stays as it is; what is shown of it does not.
        _ = try await EvidenceReadPages.open(found, way: "preview", for: actor, services)
        let redactor =
            EvidenceReadPages.isSealed(found, for: actor, services)
            ? try await RedactionDirectory.redactor(of: found.caseID, services) : nil
        let name = "\(found.name)/\(member)"
        return try await store.working {
            guard let file = try store.open(found.hash) else { return [:] }
            var lines: [Int: String] = [:]
            var reader = ArchiveReader()
            try reader.read(file, name: found.name) { one in
                if one.name == name { lines = try pick(numbers) { one.read(into: $0) } }
            }
            return lines.mapValues { redactor?.redact($0) ?? $0 }
        }
    }

    /// Picks lines out of a file.
    static func pick(
        _ numbers: [Int], of file: any LogBytes, watch: AnalysisWatch? = nil
    ) throws -> [Int: String] {
        var place: Int64 = 0
        return try pick(numbers, watch: watch) { buffer in
            let bytes = try file.read(at: place, count: buffer.count)
            place += Int64(bytes.count)
            buffer.copyBytes(from: bytes)
            return bytes.count
        }
    }

    /// Picks lines out of what is read piece by piece.
    /// - Parameter read: fills a buffer; 0 at the end.
    static func pick(
        _ numbers: [Int], watch: AnalysisWatch? = nil,
        _ read: (UnsafeMutableRawBufferPointer) throws -> Int
    ) throws -> [Int: String] {
        var picker = LinePicker(numbers.sorted())
        var transcoder: LogTranscoder?
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        var isFirst = true
        while !picker.isDone {
            let count = try buffer.withUnsafeMutableBytes { try read($0) }
            if count == 0 { break }
            try watch?.reach(0)
            if isFirst { transcoder = LogTranscoder(beginning: Array(buffer[..<count])) }
            isFirst = false
            if let text = transcoder?.text(of: Array(buffer[..<count])) {
                text.withUnsafeBytes { picker.feed($0) }
            } else {
                buffer.withUnsafeBytes { picker.feed(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            }
        }
        return picker.finish()
    }
}
