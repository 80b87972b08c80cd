import Diagnosis
import Foundation
import Synchronization

/// Examines files, folders, archives and streams on all processors, in bounded memory.
struct LogExamination: Sendable {
    var options = ExaminationOptions()
    /// Seconds east of Greenwich for times that name no zone.
    var zone: Int32 = 0
    var jobs: Int
    var progress: ProgressBar?
    /// An identifier whose records are collected instead of a diagnosis.
    var trailID: String?
    /// A field whose values are counted instead of a diagnosis.
    var field: String?

    /// What was read, and what was left out.
    struct Result: Sendable {
        var digest: LogDigest
        var problems: [String]
        var trail = LogTrail(id: "")
        var values = FieldValues(field: "")

        mutating func append(_ next: Result, continuing: Bool) {
            digest.append(next.digest, continuing: continuing)
            problems += next.problems
            trail.append(next.trail, continuing: continuing)
            values.append(next.values)
        }
    }

    /// Reads one part of a log for what is wanted of it.
    private struct Reading: ~Copyable {
        private var examiner: LogExaminer?
        private var trail: LogTrailReader?
        private var values: FieldValues?

        init(_ format: LogFormat, name: String, as role: LogRole, from offset: Int, _ job: LogExamination) {
            if let id = job.trailID {
                trail = LogTrailReader(format, name: name, id: id, from: offset)
            } else if let field = job.field {
                values = FieldValues(field: field, in: format)
            } else {
                examiner = LogExaminer(format, name: name, as: role, from: offset, options: job.options)
            }
        }

        mutating func feed(_ bytes: UnsafeRawBufferPointer) {
            examiner?.feed(bytes)
            trail?.feed(bytes)
            values?.feed(bytes)
        }

        consuming func finish() -> Result {
            var result = Result(digest: LogDigest(), problems: [])
            if let examiner { result.digest = examiner.finish() }
            if let trail { result.trail = trail.finish() }
            if var values {
                values.finish()
                result.values = values
            }
            return result
        }
    }

    /// A piece of work whose digest is appended in order.
    private enum Unit: Sendable {
        case part(LogSource, LogFormat, start: Int, end: Int)
        case stream(LogSource)
        case archive(String)
    }

    /// Larger files are read in parts at the same time.
    private static let smallest = 8 << 20

    /// Examines what the paths name.
    func run(_ paths: [String], as role: LogRole) async throws -> Result {
        let inputs = try LogInputs(paths)
        var units: [(unit: Unit, continues: Bool)] = []
        for input in inputs.inputs {
            switch input {
            case .file(let source): units += try parts(of: source)
            case .stream(let source): units.append((.stream(source), false))
            case .archive(let path): units.append((.archive(path), false))
            }
        }
        var result = Result(digest: LogDigest(limits: options.limits), problems: inputs.problems)
        let all = units
        try await withThrowingTaskGroup(of: (Int, Result).self) { group in
            var next = 0
            var merged = 0
            var waiting: [Int: Result] = [:]
            func start() {
                guard next < all.count else { return }
                let (index, unit) = (next, all[next].unit)
                group.addTask { (index, try examine(unit, as: role)) }
                next += 1
            }
            for _ in 0..<max(1, jobs) { start() }
            while let (index, part) = try await group.next() {
                waiting[index] = part
                while let part = waiting.removeValue(forKey: merged) {
                    result.append(part, continuing: all[merged].continues)
                    merged += 1
                }
                // Not far ahead of what is merged, so that few digests wait in memory.
                while next < all.count, next - merged < max(1, jobs) { start() }
            }
        }
        return result
    }

    private func assumptions(_ writtenAt: Int64?) -> LogFormat.Assumptions {
        var assumptions = LogFormat.Assumptions()
        assumptions.writtenAt = writtenAt
        assumptions.zone = zone
        return assumptions
    }

    /// A file in parts that begin at lines; one in UTF-16 is read as a stream.
    private func parts(of source: LogSource) throws -> [(unit: Unit, continues: Bool)] {
        let descriptor = try source.open()
        defer { close(descriptor) }
        let size = source.size ?? 0
        let head = try source.bytes(descriptor, at: 0, count: 4096)
        guard LogTranscoder(beginning: head) == nil else { return [(.stream(source), false)] }
        progress?.expect(size)
        let format = LogFormat(
            learningFrom: try source.samples(descriptor, size: size), assuming: assumptions(source.writtenAt))
        var starts = [0]
        let count = format.isReadInOrder ? 1 : max(1, min(jobs * 2, size / Self.smallest))
        for part in 1..<max(2, count) where count > 1 {
            let start = try source.lineStart(descriptor, after: size / count * part, size: size)
            if start > starts[starts.count - 1], start < size { starts.append(start) }
        }
        let ends = starts.dropFirst() + [size]
        return zip(starts, ends).map { start, end in
            (.part(source, format, start: start, end: end), start > 0)
        }
    }

    private func examine(_ unit: Unit, as role: LogRole) throws -> Result {
        switch unit {
        case .part(let source, let format, let start, let end):
            let descriptor = try source.open()
            defer { close(descriptor) }
            var reading = Reading(format, name: source.path, as: role, from: start, self)
            try source.read(descriptor, from: start, to: end) { bytes in
                reading.feed(bytes)
                progress?.add(bytes.count)
            }
            return reading.finish()
        case .stream(let source): return try stream(source, as: role)
        case .archive(let path): return try archive(path, as: role)
        }
    }

    private func stream(_ source: LogSource, as role: LogRole) throws -> Result {
        let descriptor = try source.open()
        defer { close(descriptor) }
        let name = source.path == "-" ? "standard input" : source.path
        var head: [UInt8] = []
        while head.count < 512, try source.append(from: descriptor, to: &head) {}
        if ArchiveReader.isArchive(head) {
            var reader = ArchiveReader()
            return try members(of: &reader, descriptor, name, head, as: role)
        }
        return try examine(name, written: source.writtenAt, as: role, head) { bytes in
            try source.append(from: descriptor, to: &bytes)
        }
    }

    private func archive(_ path: String, as role: LogRole) throws -> Result {
        let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw LogFault.system("Cannot open", path) }
        defer { close(descriptor) }
        var reader = ArchiveReader()
        return try members(of: &reader, descriptor, path, [], as: role)
    }

    private func members(
        of reader: inout ArchiveReader, _ descriptor: Int32, _ name: String, _ head: [UInt8], as role: LogRole
    ) throws -> Result {
        var result = Result(digest: LogDigest(limits: options.limits), problems: [])
        try reader.read(descriptor, name: name, head: head) { member in
            let part = try examine(member.name, written: member.modified, as: role, []) { bytes in
                let start = bytes.count
                bytes.append(contentsOf: repeatElement(0, count: 1 << 18))
                let count = bytes.withUnsafeMutableBytes { buffer in
                    member.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[start...]))
                }
                bytes.removeLast((1 << 18) - count)
                return count > 0
            }
            result.append(part, continuing: false)
        }
        result.problems += reader.problems
        return result
    }

    /// Examines a stream, whose beginning says how it is written.
    private func examine(
        _ name: String, written: Int64?, as role: LogRole, _ begun: [UInt8],
        _ more: (inout [UInt8]) throws -> Bool
    ) throws -> Result {
        let length = 4 << 20
        var piece = begun
        var isOver = false
        while piece.count < length, !isOver { isOver = try !more(&piece) }
        var transcoder = LogTranscoder(beginning: piece)
        if let text = transcoder?.text(of: piece) { piece = text }
        let format = LogFormat(
            learningFrom: [.init(offset: 0, bytes: piece)], assuming: assumptions(written))
        var reading = Reading(format, name: name, as: role, from: 0, self)
        while true {
            piece.withUnsafeBytes { reading.feed($0) }
            progress?.add(piece.count)
            if isOver { break }
            piece.removeAll(keepingCapacity: true)
            isOver = try !more(&piece)
            if let text = transcoder?.text(of: piece) { piece = text }
        }
        return reading.finish()
    }
}

/// Reads cited lines a second time, to show them.
enum CitedLines {
    /// The text of each wanted line of each source that can be read again.
    static func read(_ paths: [String], _ wanted: [String: [Int]]) throws -> [String: [Int: String]] {
        var found: [String: [Int: String]] = [:]
        guard !wanted.isEmpty else { return found }
        for input in try LogInputs(paths).inputs {
            switch input {
            case .stream: continue
            case .file(let source):
                guard let lines = wanted[source.path] else { continue }
                let descriptor = try source.open()
                defer { close(descriptor) }
                var picker = LinePicker(lines)
                let head = try source.bytes(descriptor, at: 0, count: 4096)
                var transcoder = LogTranscoder(beginning: head)
                try source.read(descriptor, from: 0, to: source.size ?? 0) { bytes in
                    guard !picker.isDone else { return }
                    if let text = transcoder?.text(of: Array(bytes)) {
                        text.withUnsafeBytes { picker.feed($0) }
                    } else {
                        picker.feed(bytes)
                    }
                }
                found[source.path] = picker.finish()
            case .archive(let path):
                guard wanted.keys.contains(where: { $0 == path || $0.hasPrefix(path + "/") }) else {
                    continue
                }
                let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC)
                guard descriptor >= 0 else { continue }
                defer { close(descriptor) }
                var reader = ArchiveReader()
                var buffer = Array(repeating: UInt8(0), count: 1 << 18)
                reader.read(descriptor, name: path) { member in
                    guard let lines = wanted[member.name] else { return }
                    var picker = LinePicker(lines)
                    var transcoder: LogTranscoder?
                    var isFirst = true
                    while !picker.isDone {
                        let count = buffer.withUnsafeMutableBytes { member.read(into: $0) }
                        if count == 0 { break }
                        if isFirst { transcoder = LogTranscoder(beginning: Array(buffer[..<count])) }
                        isFirst = false
                        if let text = transcoder?.text(of: Array(buffer[..<count])) {
                            text.withUnsafeBytes { picker.feed($0) }
                        } else {
                            buffer.withUnsafeBytes {
                                picker.feed(UnsafeRawBufferPointer(rebasing: $0[..<count]))
                            }
                        }
                    }
                    found[member.name] = picker.finish()
                }
            }
        }
        return found
    }
}

/// How far reading has come, on a terminal: share, rate and time left, on standard error.
final class ProgressBar: Sendable {
    private struct State {
        var done = 0
        var expected = 0
        var shownAt = ContinuousClock.now
    }

    private let state = Mutex(State())
    private let start = ContinuousClock.now

    /// A bar where standard error is a terminal that can redraw a line; nil elsewhere.
    init?() {
        let environment = ProcessInfo.processInfo.environment
        guard isatty(2) == 1, environment["TERM", default: "dumb"] != "dumb" else { return nil }
    }

    func expect(_ bytes: Int) { state.withLock { $0.expected += bytes } }

    func add(_ bytes: Int) {
        let line = state.withLock { state -> String? in
            state.done += bytes
            let now = ContinuousClock.now
            guard now - state.shownAt > .milliseconds(100) else { return nil }
            state.shownAt = now
            return Self.text(done: state.done, expected: state.expected, seconds: (now - start) / .seconds(1))
        }
        if let line { FileHandle.standardError.write(Data("\r\(line)\u{1B}[K".utf8)) }
    }

    /// What the bar says: `42 %  1.2 GB  310 MB/s  4 s left`.
    static func text(done: Int, expected: Int, seconds: Double) -> String {
        let rate = Double(done) / max(seconds, 0.001)
        var parts = ["\(amount(Double(done)))", "\(amount(rate))/s"]
        if expected > done, done > 0 {
            parts.insert("\(done * 100 / expected) %", at: 0)
            parts.append("\(Int(Double(expected - done) / max(rate, 1)) + 1) s left")
        }
        return parts.joined(separator: "  ")
    }

    private static func amount(_ bytes: Double) -> String {
        bytes >= 1e9 ? String(format: "%.1f GB", bytes / 1e9) : String(format: "%.0f MB", bytes / 1e6)
    }

    /// Takes the bar away.
    func finish() { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
}
