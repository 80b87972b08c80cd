import Diagnosis
import Foundation

/// Reads a whole log on all processors.
enum LogMining {
    /// What was read.
    struct Run: Sendable {
        var format: LogFormat
        var tally: LogTally
        /// What each line said, where that was asked for.
        var ledger: LineLedger?
    }

    /// Smaller logs are read by one processor.
    private static let smallest = 8 << 20

    static func run(
        _ source: LogSource, _ assumptions: LogFormat.Assumptions, jobs: Int, keepsLines: Bool
    ) async throws -> Run {
        let descriptor = try source.open()
        defer { close(descriptor) }
        guard let size = source.size,
            LogTranscoder(beginning: try source.bytes(descriptor, at: 0, count: 4096)) == nil
        else {
            return try stream(source, descriptor, assumptions, keepsLines: keepsLines)
        }
        let format = LogFormat(
            learningFrom: try source.samples(descriptor, size: size), assuming: assumptions)
        var starts = [0]
        let count = format.isReadInOrder ? 1 : max(1, min(jobs, size / smallest))
        for part in 1..<max(2, count) where count > 1 {
            let start = try source.lineStart(descriptor, after: size / count * part, size: size)
            if start > starts[starts.count - 1], start < size { starts.append(start) }
        }
        let ends = starts.dropFirst() + [size]
        let parts = try await withThrowingTaskGroup(of: (Int, Part).self) { group in
            for (index, (start, end)) in zip(starts, ends).enumerated() {
                group.addTask {
                    let part = try read(source, format, from: start, to: end, keepsLines: keepsLines)
                    return (index, part)
                }
            }
            var parts = [Part?](repeating: nil, count: starts.count)
            for try await (index, part) in group { parts[index] = part }
            return parts.compactMap { $0 }
        }
        guard var first = parts.first else { return Run(format: format, tally: LogTally(), ledger: nil) }
        for part in parts.dropFirst() {
            let places = first.tally.append(part.tally)
            first.ledger?.append(part.ledger, places: places)
        }
        return Run(format: format, tally: first.tally, ledger: first.ledger)
    }

    /// What one processor read.
    private struct Part: Sendable {
        var tally: LogTally
        var ledger: LineLedger?
    }

    private static func read(
        _ source: LogSource, _ format: LogFormat, from start: Int, to end: Int, keepsLines: Bool
    ) throws -> Part {
        let descriptor = try source.open()
        defer { close(descriptor) }
        var miner = LogMiner(format, from: start)
        guard keepsLines else {
            try source.read(descriptor, from: start, to: end) { miner.feed($0) }
            miner.finish()
            return Part(tally: miner.tally, ledger: nil)
        }
        let ledger = try LineLedger()
        try source.read(descriptor, from: start, to: end) { try miner.feed($0, ledger.add) }
        try miner.finish(ledger.add)
        return Part(tally: miner.tally, ledger: ledger)
    }

    /// Reads a stream, whose beginning says how it is written.
    private static func stream(
        _ source: LogSource, _ descriptor: Int32, _ assumptions: LogFormat.Assumptions, keepsLines: Bool
    ) throws -> Run {
        let length = 4 << 20
        var head: [UInt8] = []
        var isOver = false
        while head.count < length, !isOver {
            isOver = try !source.append(from: descriptor, to: &head)
        }
        var transcoder = LogTranscoder(beginning: head)
        if let text = transcoder?.text(of: head) { head = text }
        let format = LogFormat(learningFrom: [.init(offset: 0, bytes: head)], assuming: assumptions)
        var miner = LogMiner(format)
        let ledger = keepsLines ? try LineLedger() : nil
        var piece = head
        var isLast = false
        repeat {
            try piece.withUnsafeBytes { bytes in
                if let ledger { try miner.feed(bytes, ledger.add) } else { miner.feed(bytes) }
            }
            isLast = isOver
            piece.removeAll(keepingCapacity: true)
            if !isOver { isOver = try !source.append(from: descriptor, to: &piece) }
            if let text = transcoder?.text(of: piece) { piece = text }
        } while !isLast
        if let ledger { try miner.finish(ledger.add) } else { miner.finish() }
        return Run(format: format, tally: miner.tally, ledger: ledger)
    }
}
