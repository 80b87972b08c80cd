/// A log of any size that can be read at any place, by its index.
///
/// Every reading touches a block of some kilobytes, or as many as it was told. It is a value that any number of tasks
/// may use at the same time.
public struct IndexedLog: Sendable {
    /// How many bytes of a line are shown before it is cut.
    public static let shownBytes = 2048
    /// How many lines of a record a search gives before it is cut.
    public static let shownLines = 40
    /// How many bytes of lines are given at once, whatever their number.
    static let pageBytes = 1 << 20

    /// One line.
    public struct Line: Sendable {
        /// Its number, from 1.
        public var number: Int64
        /// The byte at which it begins.
        public var offset: Int64
        /// How many bytes it has, without its end.
        public var length: Int64
        /// Its bytes, or their beginning.
        public var bytes: [UInt8]
        /// When it says that it was written, in microseconds since 1970.
        public var time: Int64?
        /// How grave it says that it is.
        public var level: LogLevel?
        /// Whether it goes on the record of the line before.
        public var goesOn: Bool
        /// What a query found in `bytes`, in their order, apart from each other.
        public var marks: [Range<Int>] = []
        /// How often it was found beyond `bytes`, at least.
        public var marksBeyond = 0
        /// Whether only its beginning is here.
        public var isCut: Bool { Int64(bytes.count) < length }
    }

    /// Its index.
    public let index: LogIndex
    /// How its lines are written.
    public let format: LogFormat
    /// How it is encoded.
    public let encoding: DecodedText.Encoding
    let source: any LogBytes
    private let reader: LineInterpreter

    /// Opens a log with its index; the format must be the one that the index was made with.
    public init(_ source: any LogBytes, index: LogIndex, format: LogFormat, encoding: DecodedText.Encoding) {
        (self.source, self.index, self.format, self.encoding) = (source, index, format, encoding)
        reader = LineInterpreter(format)
    }

    // MARK: Lines

    /// At most `count` lines from a number on, fewer at the end and where they are long; what a query finds is marked.
    public func lines(from number: Int64, count: Int, marking query: LogQuery? = nil) throws -> [Line] {
        guard var block = index.block(ofLine: max(1, number)), count > 0 else { return [] }
        var lines: [Line] = []
        var bytes = 0
        while block < index.blocks.count, lines.count < count, bytes < Self.pageBytes {
            try walk(block, finding: query) { line in
                if line.number >= number { lines.append(line.cut) }
                if line.number >= number { bytes += min(line.bytes.count, Self.shownBytes) }
                return lines.count < count && bytes < Self.pageBytes
            }
            block += 1
        }
        return lines
    }

    /// A part of a long line.
    /// - Returns: the bytes, and how many the line has; nil where there is no such line.
    public func part(ofLine number: Int64, at byte: Int64, count: Int) throws -> (
        bytes: [UInt8], length: Int64
    )? {
        guard let block = index.block(ofLine: number), byte >= 0 else { return nil }
        var found: Line?
        try walk(block, finding: nil) { line in
            if line.number == number { found = line }
            return line.number < number
        }
        guard let found else { return nil }
        guard byte < found.length else { return ([], found.length) }
        let wanted = Int(min(Int64(count), found.length - byte))
        return (try source.read(at: found.offset + byte, count: wanted), found.length)
    }

    /// The first line that was written at a moment or later; nil where all that say a time are earlier.
    public func line(atOrAfter time: Int64) throws -> Int64? {
        for block in index.blocks.indices where index.blocks[block].last >= time && hasTimes(block) {
            var found: Int64?
            try walk(block, finding: nil) { line in
                if let written = line.time, written >= time { found = line.number }
                return found == nil
            }
            if let found { return found }
        }
        return nil
    }

    private func hasTimes(_ block: Int) -> Bool { index.blocks[block].first <= index.blocks[block].last }

    /// The first line of the record that a line belongs to, where it is not too far above.
    public func recordStart(of number: Int64) throws -> Int64 {
        guard let block = index.block(ofLine: number) else { return number }
        var start = index.blocks[block].line + 1
        try walk(block, finding: nil) { line in
            if !line.goesOn { start = line.number }
            return line.number < number
        }
        return min(start, number)
    }

    // MARK: Blocks

    /// The bytes of a block, but of a very long last line only the beginning.
    ///
    /// All lines but the last end within four times what a block has at least: the indexer sees to it.
    func bytes(ofBlock block: Int) throws -> [UInt8] {
        let start = index.blocks[block].offset
        let most = 4 * index.blockBytes + Int64(LogIndexer.lineBytes)
        return try source.read(at: start, count: Int(min(index.end(ofBlock: block) - start, most)))
    }

    /// Hands out the lines of a block in their order until `each` says false; the bytes of each may be many.
    func walk(_ block: Int, finding query: LogQuery?, _ each: (Line) throws -> Bool) throws {
        let bytes = try bytes(ofBlock: block)
        try walk(block, bytes, query?.matches(in: bytes) ?? [], each)
    }

    func walk(
        _ block: Int, _ bytes: [UInt8], _ matches: [Range<Int>], _ each: (Line) throws -> Bool
    ) throws {
        let start = index.blocks[block]
        var scanner = FieldScanner()
        scanner.takesTrailingYear = format.layout.takesTrailingYear
        var clock = TimeReader(format.time, start.clock)
        var number = start.line
        let lastNumber = index.lastLine(ofBlock: block)
        var at = 0
        var nextMatch = 0
        try bytes.withUnsafeBytes { raw in
            guard let base = raw.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
            while at < raw.count, number < lastNumber {
                number += 1
                let end = raw.firstOffset(of: 0x0A, from: at)
                var content = (end ?? raw.count) - at
                var length = Int64(content)
                if end == nil {
                    // The rest of the line lies behind what was read; it ends where the block does.
                    length = index.end(ofBlock: block) - start.offset - Int64(at)
                    if length > Int64(content), try endsWithLine(block) { length -= 1 }
                    content = Int(min(Int64(content), length))
                }
                if content > 0, Int64(content) == length, base[at + content - 1] == 0x0D {
                    content -= 1
                    length -= 1
                }
                let looked = LineBytes(base: base + at, count: min(content, LogIndexer.lineBytes))
                    .withoutMark(
                        at: Int(start.offset) + at)
                var interpreted = looked.count
                while interpreted > 0, looked.base[interpreted - 1] == 0x0D { interpreted -= 1 }
                let read = reader.read(
                    LineBytes(base: looked.base, count: interpreted), &scanner, &clock,
                    isFirst: start.line == 0 && at == 0)
                var marks: [Range<Int>] = []
                while nextMatch < matches.count, matches[nextMatch].lowerBound < at + content {
                    let match = matches[nextMatch]
                    if match.lowerBound >= at, match.upperBound <= at + content {
                        marks.append(match.lowerBound - at..<match.upperBound - at)
                    }
                    nextMatch += 1
                }
                let line = Line(
                    number: number, offset: start.offset + Int64(at), length: length,
                    bytes: Array(UnsafeBufferPointer(start: base + at, count: content)),
                    time: read.time, level: LogLevel(rawValue: read.level), goesOn: read.goesOn, marks: marks)
                if try !each(line) { return }
                guard let end else { return }
                at = end + 1
            }
        }
    }

    /// Whether the last byte of a block is the end of a line.
    private func endsWithLine(_ block: Int) throws -> Bool {
        if block + 1 < index.blocks.count { return true }
        return try source.read(at: index.size - 1, count: 1) == [0x0A]
    }
}

extension IndexedLog.Line {
    /// The line with no more bytes than are shown, cut between characters.
    var cut: IndexedLog.Line {
        guard bytes.count > IndexedLog.shownBytes else { return self }
        var end = IndexedLog.shownBytes
        while end > IndexedLog.shownBytes - 4, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        var line = self
        line.bytes = Array(bytes[..<end])
        line.marksBeyond += marks.count { $0.upperBound > end }
        line.marks = marks.compactMap { $0.lowerBound < end ? $0.lowerBound..<min($0.upperBound, end) : nil }
        return line
    }

    /// The text in parts: what was found stands at the odd places, what lies between at the even ones.
    ///
    /// Characters that cannot be seen, or that turn the direction of reading, are made visible.
    public func parts(in encoding: DecodedText.Encoding) -> [String] {
        var parts: [String] = []
        var at = 0
        for mark in marks {
            parts.append(Self.text(bytes[at..<mark.lowerBound], encoding))
            parts.append(Self.text(bytes[mark], encoding))
            at = mark.upperBound
        }
        parts.append(Self.text(bytes[at...], encoding))
        return parts
    }

    /// Bytes of a line as text that can be seen.
    public static func text(_ bytes: ArraySlice<UInt8>, _ encoding: DecodedText.Encoding) -> String {
        DecodedText(Array(bytes), as: encoding).visible
    }
}
