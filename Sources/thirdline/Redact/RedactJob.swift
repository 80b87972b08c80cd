import Diagnosis
import Foundation

/// Redacts files, folders and standard input one after the other.
struct RedactJob {
    var rules: RedactionRules
    var key: RedactionKey
    var output: String?
    var isForced: Bool
    var progress: RedactProgress

    /// What was done, for people.
    struct Summary {
        var files = 0
        var bytes = 0
        var replaced = 0
        var counts: [RedactionKind: Int] = [:]
        var skipped: [String] = []
        /// Whether something was left out that may hold what is private.
        var isIncomplete = false

        var text: String {
            let kinds = counts.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
                .map { "\($0.value) \($0.key.rawValue)" }.joined(separator: ", ")
            let head = "\(replaced) replaced in \(files) \(files == 1 ? "file" : "files"), \(bytes) bytes"
            return ([kinds.isEmpty ? head + "." : head + ": \(kinds)."] + skipped).joined(separator: "\n")
        }
    }

    private struct Item {
        /// Whether somebody named the file itself, not the folder that it lies in.
        var isNamed: Bool
        var path: String
        var target: String?
    }

    func run(_ paths: [String], report: ReportFile?) throws -> Summary {
        var summary = Summary()
        let items = try items(paths, &summary)
        let inputs = Set(items.compactMap { InputFile.identity(of: $0.path) })
        for item in items { try redact(item, inputs, report, &summary) }
        progress.clear()
        return summary
    }

    private func redact(
        _ item: Item, _ inputs: Set<InputFile.Identity>, _ report: ReportFile?, _ summary: inout Summary
    ) throws {
        let input = try InputFile(path: item.path)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        var count = try input.read(into: buffer)
        // What is packed hides from every rule, and would not be an archive any more where a byte was replaced.
        if ArchiveReader.isArchive(Array(buffer.prefix(min(count, 4_096)))) {
            let words =
                "\(input.name) is an archive or compressed: unpack it first, and redact what comes out."
            guard item.isNamed else {
                summary.skipped.append("\(words) It was left out.")
                summary.isIncomplete = true
                return
            }
            throw RedactProblem(words)
        }
        if let target = item.target { try makeFolder(of: target) }
        let out = try OutputFile(path: item.target, isForced: isForced, inputs: inputs)
        var stream = RedactionStream(rules: rules, key: key)
        report?.writer.begin(file: item.path == "-" ? "-" : item.path)
        let observe: ((borrowing Redaction) -> Void)? = report.map { report in { report.writer.add($0) } }
        let encoding = DecodedText.encoding(of: Array(buffer.prefix(min(count, 4_096))))
        var wide = try wideText(encoding, input.name)
        if encoding == nil, count > 0 {
            summary.skipped.append("\(input.name) is no text: it was read as bytes.")
        }
        let write: (UnsafeRawBufferPointer) throws -> Void = { bytes in
            guard wide != nil else { return try out.write(bytes) }
            try wide?.widen(bytes).withUnsafeBytes(out.write)
        }
        while count > 0 {
            let piece = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            if var text = wide {
                let narrow = text.narrow(piece)
                wide = text
                try narrow.withUnsafeBytes { try stream.feed($0, observe: observe, write: write) }
            } else {
                try stream.feed(piece, observe: observe, write: write)
            }
            try report?.flush()
            summary.bytes += count
            progress.show(file: input.name, bytes: summary.bytes, of: input.size)
            count = try input.read(into: buffer)
        }
        if var text = wide {
            let rest = text.endNarrowing()
            wide = text
            try rest.withUnsafeBytes { try stream.feed($0, observe: observe, write: write) }
        }
        try stream.finish(observe: observe, write: write)
        try out.finish()
        report?.writer.endFile()
        try report?.flush()
        summary.files += 1
        for (rule, count) in stream.replaced {
            summary.counts[rule.kind, default: 0] += count
            summary.replaced += count
        }
    }

    /// What reads text whose characters have two bytes or more; nil for any other.
    private func wideText(_ encoding: DecodedText.Encoding?, _ name: String) throws -> WideText? {
        switch encoding {
        case .utf16LittleEndian: return WideText(isHighFirst: false)
        case .utf16BigEndian: return WideText(isHighFirst: true)
        case .utf32LittleEndian:
            throw RedactProblem("\(name) is UTF-32 text, which cannot be redacted; convert it to UTF-8.")
        default: return nil
        }
    }

    /// The files that the paths stand for, and where their copies go.
    private func items(_ paths: [String], _ summary: inout Summary) throws -> [Item] {
        let manager = FileManager.default
        var items: [Item] = []
        for path in paths {
            var isFolder: ObjCBool = false
            guard path != "-", manager.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue
            else {
                let target = paths.count == 1 ? output : try copy(of: path)
                items.append(Item(isNamed: true, path: path, target: target))
                continue
            }
            guard let output else { throw RedactProblem("\(path) is a folder: -o says where the copies go.") }
            guard let names = manager.enumerator(atPath: path) else {
                throw RedactProblem("\(path) cannot be read.")
            }
            for case let name as String in names {
                let full = path + "/" + name
                var status = stat()
                guard lstat(full, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else { continue }
                guard status.st_mode & S_IFMT == S_IFREG else {
                    summary.skipped.append("\(full) was left out: it is a link or no file.")
                    continue
                }
                items.append(Item(isNamed: false, path: full, target: output + "/" + name))
            }
        }
        return items.sorted { $0.path < $1.path }
    }

    private func copy(of path: String) throws -> String {
        guard let output else { throw RedactProblem("Several files need -o, the folder for their copies.") }
        return output + "/" + (path == "-" ? "standard-input" : URL(fileURLWithPath: path).lastPathComponent)
    }

    private func makeFolder(of path: String) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw RedactProblem("The folder \(folder.path) cannot be made: \(error.localizedDescription)")
        }
    }
}

/// A report that is written while files are redacted.
final class ReportFile {
    var writer = RedactionReportWriter()
    private let file: OutputFile

    init(path: String, isForced: Bool) throws {
        file = try OutputFile(path: path == "-" ? nil : path, isForced: isForced)
    }

    /// Writes what has come together.
    func flush() throws { try writer.take().withUnsafeBytes { try file.write($0) } }

    /// Ends the document.
    func close() throws {
        try writer.finish().withUnsafeBytes { try file.write($0) }
        try file.finish()
    }
}

/// A line on the terminal that says how far it is.
final class RedactProgress {
    private let isShown: Bool
    private let start = ContinuousClock.now
    private var last = ContinuousClock.now
    private var isOnScreen = false

    init(isShown: Bool) { self.isShown = isShown }

    /// Shows rate, share and time left, at most ten times a second.
    func show(file: String, bytes: Int, of size: Int?) {
        let now = ContinuousClock.now
        guard isShown, now - last > .milliseconds(100) else { return }
        last = now
        let seconds = (now - start) / .seconds(1)
        let rate = Double(bytes) / max(seconds, 0.001)
        var text = "\(file): \(bytes / 1_000_000) MB, \(Int(rate / 1_000_000)) MB/s"
        if let size, size > bytes {
            text += ", \(bytes * 100 / size) %, \(Int(Double(size - bytes) / rate) + 1) s left"
        }
        FileHandle.standardError.write(Data(("\r\u{1B}[K" + text).utf8))
        isOnScreen = true
    }

    /// Takes the line away.
    func clear() {
        guard isOnScreen else { return }
        FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
        isOnScreen = false
    }
}
