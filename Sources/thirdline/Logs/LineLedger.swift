import Diagnosis
import Foundation

/// What each line of a log said, in the order of lines; what does not fit in memory goes to a file.
///
/// Only one task at a time adds to it, and it is handed on when that task is over.
final class LineLedger: @unchecked Sendable {
    // Safe to hand to another thread: nothing is shared, each ledger has one owner at a time.

    /// One line: pattern, level, time.
    private struct Mark {
        var time: Int64
        var pattern: Int32
        var level: UInt8
    }

    /// How many lines are kept in memory.
    private static let limit = 1 << 20

    private var marks: [Mark] = []
    private var spill: UnsafeMutablePointer<FILE>?
    private var spilled = 0
    /// Ledgers of the parts that follow, with the places of their patterns here.
    private var next: [(ledger: LineLedger, places: [Int32])] = []

    init() throws {}

    deinit {
        if let spill { fclose(spill) }
    }

    func add(_ line: LogLine) throws {
        marks.append(
            Mark(
                time: line.time ?? .min, pattern: Int32(truncatingIfNeeded: line.pattern),
                level: line.level?.rawValue ?? 0))
        if marks.count == Self.limit { try flush() }
    }

    private func flush() throws {
        if spill == nil { spill = tmpfile() }
        guard let spill else {
            throw LogFault.system("Cannot make a file in", "the folder for temporary files")
        }
        let written = marks.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, spill) }
        guard written == marks.count * MemoryLayout<Mark>.stride else {
            throw LogFault.system("Cannot write to", "the folder for temporary files")
        }
        spilled += marks.count
        marks.removeAll(keepingCapacity: true)
    }

    /// Adds the ledger of the part that follows.
    func append(_ ledger: LineLedger?, places: [Int32]) {
        if let ledger { next.append((ledger, places)) }
    }

    private func each(_ body: (Mark) throws -> Void) throws {
        if let spill, spilled > 0 {
            guard fflush(spill) == 0, fseek(spill, 0, SEEK_SET) == 0 else {
                throw LogFault.system("Cannot read", "a temporary file")
            }
            var block = Array(repeating: Mark(time: 0, pattern: 0, level: 0), count: 1 << 16)
            var left = spilled
            while left > 0 {
                let count = min(left, block.count)
                let read = block.withUnsafeMutableBytes { buffer in
                    fread(buffer.baseAddress, MemoryLayout<Mark>.stride, count, spill)
                }
                guard read == count else { throw LogFault.system("Cannot read", "a temporary file") }
                for mark in block[..<count] { try body(mark) }
                left -= count
            }
        }
        for mark in marks { try body(mark) }
    }

    /// Writes a row a line: number, ID and text of the template, time, level.
    func write(to path: String, _ templates: LogTemplates) throws {
        let output = try FileOutput(path: path)
        try output.write(Array("line,template_id,template,time,level\n".utf8))
        let texts = templates.templates.map { template in
            Array("\(template.id),\(Self.quoted(template.text)),".utf8)
        }
        let levels = (0...9).map { Array((LogLevel(rawValue: UInt8($0))?.name ?? "").utf8 + [0x0A]) }
        var number = 0
        var row: [UInt8] = []
        func put(_ mark: Mark, _ pattern: Int) throws {
            number += 1
            row.removeAll(keepingCapacity: true)
            row.append(contentsOf: String(number).utf8)
            row.append(0x2C)
            if let place = templates.template(ofPattern: pattern) { row.append(contentsOf: texts[place]) }
            if mark.time > .min { LogTime.write(mark.time, into: &row) }
            row.append(0x2C)
            row.append(contentsOf: levels[Int(mark.level)])
            try output.write(row)
        }
        try each { try put($0, Int($0.pattern)) }
        for (ledger, places) in next { try ledger.each { try put($0, Int(places[Int($0.pattern)])) } }
        try output.close()
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
    }
}

/// A file that is written in large pieces.
final class FileOutput {
    private let path: String
    private var file: UnsafeMutablePointer<FILE>?

    init(path: String) throws {
        self.path = path
        file = fopen(path, "w")
        if file == nil { throw LogFault.system("Cannot write", path) }
    }

    deinit {
        if let file { fclose(file) }
    }

    func write(_ bytes: [UInt8]) throws {
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else {
            throw LogFault.system("Cannot write", path)
        }
    }

    func close() throws {
        guard let file else { return }
        self.file = nil
        if fclose(file) != 0 { throw LogFault.system("Cannot write", path) }
    }
}
