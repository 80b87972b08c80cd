/// What makes a log of any size readable at any place: the beginning of each block of lines, with its times and levels.
///
/// There are some 30,000 blocks however large the log is, so an index has a few megabytes at most. It holds no text.
public struct LogIndex: Sendable, Equatable {
    /// A stretch of whole lines that begins with a record, but where one record alone is larger than blocks are.
    struct Block: Sendable, Equatable {
        /// The byte at which it begins.
        var offset: Int64
        /// How many lines lie before it.
        var line: Int64
        /// The first and the last time of its records; where none has one, those of the records before.
        var first = Int64.max
        var last = Int64.min
        /// How the times of its lines are read on.
        var clock: TimeReader.State
        /// The level of the record that goes on from the block before, or 0.
        var carried: UInt8 = 0
    }

    /// Counts for each level, as its raw value; the first is of records that name none.
    static let levels = 10

    /// How many bytes the log has.
    public internal(set) var size: Int64 = 0
    /// How many lines.
    public internal(set) var lines: Int64 = 0
    /// How many records: lines that go on the record before are none of their own.
    public internal(set) var records: Int64 = 0
    /// How many records say when they were written.
    public internal(set) var timed: Int64 = 0
    /// How many lines are no UTF-8.
    public internal(set) var invalid: Int64 = 0
    /// When the log was written, by its lines.
    public internal(set) var activity = LogActivity()
    var blockBytes: Int64 = 0
    var blocks: [Block] = []
    /// For each block, how many of its records have each level.
    var counts: [UInt32] = []

    init() {}

    /// The first and the last time of its records, in microseconds since 1970; nil where none has one.
    public var span: ClosedRange<Int64>? {
        guard timed > 0, let first = blocks.map(\.first).min(), let last = blocks.map(\.last).max(),
            first <= last
        else { return nil }
        return first...last
    }

    /// How many records say that they are so grave, or graver.
    public func records(atLeast level: LogLevel) -> Int64 {
        blocks.indices.reduce(0) { $0 + Int64(count(atLeast: level, inBlock: $1)) }
    }

    /// How many records name a level.
    public var levelled: Int64 { records(atLeast: .trace) }

    func count(atLeast level: LogLevel, inBlock block: Int) -> Int {
        var count = 0
        for raw in Int(level.rawValue)..<Self.levels { count += Int(counts[block * Self.levels + raw]) }
        return count
    }

    /// The byte behind a block.
    func end(ofBlock block: Int) -> Int64 { block + 1 < blocks.count ? blocks[block + 1].offset : size }

    /// The number of the last line of a block.
    func lastLine(ofBlock block: Int) -> Int64 { block + 1 < blocks.count ? blocks[block + 1].line : lines }

    /// The block that has a line, by the line's number from 1.
    func block(ofLine number: Int64) -> Int? {
        guard number >= 1, number <= lines else { return nil }
        var (low, high) = (0, blocks.count - 1)
        while low < high {
            let middle = (low + high + 1) / 2
            if blocks[middle].line < number { low = middle } else { high = middle - 1 }
        }
        return low
    }
}

// MARK: As bytes

extension LogIndex {
    /// Anything else that a file begins with is no index, or one of another version, and is made anew.
    static let magic = Array("thirdline log index 2\n".utf8)

    /// The index as the content of a file.
    public var encoded: [UInt8] {
        var writer = IndexWriter()
        writer.bytes.reserveCapacity(blocks.count * 129 + 200_000)
        writer.bytes += Self.magic
        for number in [size, lines, records, timed, invalid, blockBytes] { writer.put(number) }
        let bins = activity.bins
        writer.put(activity.width)
        writer.put(Int64(bins.count))
        for bin in bins {
            for number in [bin.time, Int64(bin.all), Int64(bin.warnings), Int64(bin.errors)] {
                writer.put(number)
            }
        }
        writer.put(Int64(blocks.count))
        for block in blocks {
            for number in [
                block.offset, block.line, block.first, block.last, Int64(block.clock.year), block.clock.day,
                block.clock.lastInYear, block.clock.lastInDay, Int64(block.carried),
                block.clock.entry.time ?? -1, Int64(block.clock.entry.level),
                Int64(block.clock.entry.lengthBytes) | (block.clock.entry.isMessage ? 16 : 0),
                Int64(bitPattern: block.clock.entry.length),
            ] { writer.put(number) }
        }
        for count in counts { writer.put(count) }
        writer.put(Int64(bitPattern: Self.digest(writer.bytes)))
        return writer.bytes
    }

    /// Reads an index back; nil where the bytes are cut off, were changed, or are those of another version.
    public init?(decoding bytes: [UInt8]) {
        guard bytes.starts(with: Self.magic), bytes.count >= Self.magic.count + 8 else { return nil }
        var reader = IndexReader(bytes: bytes, at: bytes.count - 8)
        guard UInt64(bitPattern: reader.number()) == Self.digest(Array(bytes.dropLast(8))) else { return nil }
        reader.at = Self.magic.count
        self.init()
        (size, lines, records) = (reader.number(), reader.number(), reader.number())
        (timed, invalid, blockBytes) = (reader.number(), reader.number(), reader.number())
        let width = reader.number()
        let binCount = reader.number()
        guard (0...Int64(LogActivity.limit)).contains(binCount) else { return nil }
        activity = LogActivity(
            width: width,
            bins: (0..<binCount).map { _ in
                .init(
                    time: reader.number(), all: Int(reader.number()), warnings: Int(reader.number()),
                    errors: Int(reader.number()))
            })
        let blockCount = Int(reader.number())
        guard blockCount >= 0, blockCount <= bytes.count / 104 else { return nil }
        blocks = (0..<blockCount).map { _ in
            var block = Block(
                offset: reader.number(), line: reader.number(), first: reader.number(), last: reader.number(),
                clock: .init(year: 0, day: 0, lastInYear: 0, lastInDay: 0))
            block.clock = .init(
                year: Int32(truncatingIfNeeded: reader.number()), day: reader.number(),
                lastInYear: reader.number(), lastInDay: reader.number())
            block.carried = UInt8(truncatingIfNeeded: reader.number())
            let (time, level, length) = (reader.number(), reader.number(), reader.number())
            block.clock.entry = JournaldEntry(
                time: time < 0 ? nil : time, level: UInt8(truncatingIfNeeded: level),
                lengthBytes: UInt8(length & 15), length: UInt64(bitPattern: reader.number()),
                isMessage: length & 16 != 0)
            return block
        }
        counts = (0..<blockCount * Self.levels).map { _ in reader.small() }
        guard reader.at == bytes.count - 8 else { return nil }
    }

    private static func digest(_ bytes: [UInt8]) -> UInt64 {
        bytes.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { StableHash.bytes($0, buffer.count) } ?? 0
        }
    }
}

private struct IndexWriter {
    var bytes: [UInt8] = []

    mutating func put<Number: FixedWidthInteger>(_ number: Number) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }
}

/// Reads numbers one behind the other; past the end they are 0.
private struct IndexReader {
    let bytes: [UInt8]
    var at: Int

    mutating func number() -> Int64 { read() }
    mutating func small() -> UInt32 { read() }

    private mutating func read<Number: FixedWidthInteger>() -> Number {
        let size = MemoryLayout<Number>.size
        defer { at += size }
        guard at + size <= bytes.count else { return 0 }
        return bytes.withUnsafeBytes {
            Number(littleEndian: $0.loadUnaligned(fromByteOffset: at, as: Number.self))
        }
    }
}
