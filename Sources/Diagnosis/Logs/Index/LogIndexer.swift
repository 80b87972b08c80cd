/// Makes the index of a log that is read once, from its beginning to its end, in pieces of any size.
///
/// Memory is that of the index and of the beginning of one line.
public struct LogIndexer: ~Copyable {
    private var index = LogIndex()
    private let reader: LineInterpreter
    private var scanner = FieldScanner()
    private var clock: TimeReader
    private var held: [UInt8] = []
    private var heldLength = 0
    private var offset: Int64 = 0
    /// The level of the last record.
    private var level: UInt8 = 0
    private var last: LogIndex.Block?
    private var blockCounts: [UInt32] = Array(repeating: 0, count: LogIndex.levels)
    private var lastTime: Int64?

    /// As many bytes of a line are looked at.
    static let lineBytes = 64 << 10

    /// Makes an indexer.
    /// - Parameter size: how many bytes the log has, by which the blocks are made so large that they stay few.
    /// - Parameter blockBytes: for tests; how many bytes a block has at least.
    public init(_ format: LogFormat, size: Int64, blockBytes: Int64? = nil) {
        reader = LineInterpreter(format)
        scanner.takesTrailingYear = format.layout.takesTrailingYear
        clock = TimeReader(format.time)
        index.blockBytes = blockBytes ?? max(64 << 10, size / 32_768)
    }

    /// Reads the next piece.
    public mutating func feed(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        let isPlain = ByteScan.isPlainText(bytes)
        var start = 0
        while start < bytes.count {
            let end = bytes.firstOffset(of: 0x0A, from: start)
            let length = (end ?? bytes.count) - start
            if heldLength > 0 || end == nil {
                heldLength += length
                let room = Self.lineBytes - held.count
                held.append(
                    contentsOf: UnsafeBufferPointer(start: base + start, count: max(0, min(room, length))))
                guard end != nil else { return }
                takeHeld(lineEnd: 1)
            } else {
                take(
                    LineBytes(base: base + start, count: min(length, Self.lineBytes)), length: length,
                    lineEnd: 1, isPlain: isPlain)
            }
            start += length + 1
        }
    }

    /// Reads what stands behind the last line end and returns the index.
    public mutating func finish() -> LogIndex {
        if heldLength > 0 { takeHeld(lineEnd: 0) }
        close()
        index.size = offset
        index.activity.settle()
        return index
    }

    private mutating func takeHeld(lineEnd: Int) {
        // Taken out, so that the bytes stay in place while the indexer changes.
        var line: [UInt8] = []
        swap(&line, &held)
        let length = heldLength
        heldLength = 0
        line.withUnsafeBufferPointer { buffer in
            if let base = buffer.baseAddress {
                take(
                    LineBytes(base: base, count: buffer.count), length: length, lineEnd: lineEnd,
                    isPlain: false)
            }
        }
        line.removeAll(keepingCapacity: true)
        swap(&line, &held)
    }

    @inline(__always)
    private mutating func take(_ whole: LineBytes, length: Int, lineEnd: Int, isPlain: Bool) {
        var end = whole.count
        while end > 0, whole.base[end - 1] == 0x0D { end -= 1 }
        let line = LineBytes(base: whole.base, count: end).withoutMark(at: Int(offset))
        let isFull = last.map { offset - $0.offset >= index.blockBytes } ?? true
        let before = isFull ? clock.state : nil
        let read = reader.read(line, &scanner, &clock, isFirst: index.records == 0)
        if let before, last.map({ !read.goesOn || offset - $0.offset >= 4 * index.blockBytes }) ?? true {
            close()
            last = LogIndex.Block(
                offset: offset, line: index.lines, clock: before, carried: read.goesOn ? level : 0)
        }
        if !isPlain, !UTF8Text.isValid(UnsafeRawBufferPointer(start: line.base, count: line.count)) {
            // The cut of a long line may have gone through a character.
            if length == whole.count || !isValidButForItsEnd(line) { index.invalid += 1 }
        }
        index.lines += 1
        offset += Int64(length + lineEnd)
        guard !read.goesOn else { return }
        level = read.level
        index.records += 1
        blockCounts[Int(read.level)] += 1
        guard let time = read.time else { return }
        index.timed += 1
        lastTime = time
        index.activity.add(time, level: read.level)
        if let first = last?.first, time < first { last?.first = time }
        if let latest = last?.last, time > latest { last?.last = time }
    }

    private func isValidButForItsEnd(_ line: LineBytes) -> Bool {
        (1...3).contains { cut in
            line.count > cut
                && UTF8Text.isValid(UnsafeRawBufferPointer(start: line.base, count: line.count - cut))
        }
    }

    private mutating func close() {
        guard var block = last else { return }
        if block.first > block.last, let lastTime { (block.first, block.last) = (lastTime, lastTime) }
        index.blocks.append(block)
        index.counts += blockCounts
        for place in blockCounts.indices { blockCounts[place] = 0 }
        last = nil
    }
}
