/// The records of several logs that name one identifier.
public struct LogTrail: Sendable {
    /// One record with the lines that go on it.
    public struct Record: Sendable {
        /// When it was written, in microseconds since 1970.
        public var time: Int64?
        /// The log, and the number of the record's first line in it.
        public var source: String
        /// The number of the record's first line in it, from 1.
        public var line: Int
        /// How grave it says that it is.
        public var level: LogLevel?
        /// Its lines; of very long ones the beginning.
        public var text: String
    }

    /// How many records are kept.
    static let limit = 50_000

    /// The identifier.
    public let id: String
    /// The records, in the order in which they were read until `sort` is called.
    public private(set) var records: [Record] = []
    /// Records for which there was no room.
    public private(set) var leftOut = 0
    /// How many lines the last log has so far.
    var lines = 0

    /// Makes an empty trail.
    public init(id: String) { self.id = id }

    mutating func add(_ record: Record) {
        if records.count < Self.limit { records.append(record) } else { leftOut += 1 }
    }

    /// Adds a line to the last record.
    mutating func go(on text: String) {
        guard let last = records.indices.last, records[last].text.utf8.count < 16_384 else { return }
        records[last].text += "\n" + text
    }

    /// Adds the trail of what follows: the next part of the last log, or another log.
    public mutating func append(_ next: LogTrail, continuing: Bool) {
        for record in next.records {
            var record = record
            if continuing { record.line += lines }
            add(record)
        }
        leftOut += next.leftOut
        lines = continuing ? lines + next.lines : next.lines
    }

    /// Brings the records into the order of time; those without a time stay behind the one they follow.
    public mutating func sort() {
        var last = Int64.min
        let keyed = records.enumerated().map { offset, record -> (key: Int64, offset: Int, record: Record) in
            last = record.time ?? last
            return (last, offset, record)
        }
        records = keyed.sorted { ($0.key, $0.offset) < ($1.key, $1.offset) }.map(\.record)
    }

    /// The time from one record to the next, for people.
    public static func pause(_ microseconds: Int64) -> String { "+" + Phrase.duration(microseconds) }
}

/// Collects the records of one log that name an identifier.
public struct LogTrailReader: ~Copyable {
    private var miner: LogMiner
    private var collector: Collector

    private struct Collector {
        var trail: LogTrail
        let name: String
        let needle: [UInt8]
        var isIn = false

        mutating func add(_ line: LogLine) {
            if line.goesOn {
                if isIn {
                    trail.go(on: String(line.text.prefix(4000)))
                    return
                }
            } else {
                isIn = false
            }
            guard names(line.bytes) else { return }
            isIn = true
            trail.add(
                .init(
                    time: line.time, source: name, line: line.number, level: line.level,
                    text: String(line.text.prefix(4000))))
        }

        /// Whether a line holds the identifier as a whole, not as a part of a longer one.
        func names(_ bytes: UnsafeRawBufferPointer) -> Bool {
            let line = LineBytes(bytes)
            var at = 0
            while let found = ByteSearch.first(needle[0], in: line, from: at) {
                at = found + 1
                guard found + needle.count <= line.count else { return false }
                var isSame = true
                for offset in 1..<max(1, needle.count) where line.base[found + offset] != needle[offset] {
                    isSame = false
                    break
                }
                if isSame, found == 0 || !line.base[found - 1].isWord, !line[found + needle.count].isWord {
                    return true
                }
            }
            return false
        }
    }

    /// Makes a reader for the part of a log that begins at `offset`; `id` must not be empty.
    public init(_ format: LogFormat, name: String, id: String, from offset: Int = 0) {
        miner = LogMiner(format, from: offset)
        collector = Collector(trail: LogTrail(id: id), name: name, needle: Array(id.utf8))
    }

    /// Reads the next piece.
    public mutating func feed(_ bytes: UnsafeRawBufferPointer) { Self.feed(&miner, &collector, bytes) }

    private static func feed(
        _ miner: inout LogMiner, _ collector: inout Collector, _ bytes: UnsafeRawBufferPointer
    ) {
        miner.feed(bytes) { collector.add($0) }
    }

    /// Ends the part and returns what was found.
    public consuming func finish() -> LogTrail {
        Self.finish(&miner, &collector)
        collector.trail.lines = miner.tally.counts.lines
        return collector.trail
    }

    private static func finish(_ miner: inout LogMiner, _ collector: inout Collector) {
        miner.finish { collector.add($0) }
    }
}

/// How often each value of a field occurs in the lines of logs.
///
/// Memory is bounded: of more than some 100,000 different values, later ones are counted as others.
public struct FieldValues: Sendable {
    private let name: [UInt8]
    private let csv: CSVHead?
    private var pairs: [UInt8] = []
    private var texts = TextPool(budget: 16 << 20)
    private var counts: [Int] = []
    private var held: [UInt8] = []
    /// How many lines were read, and how many have the field.
    public private(set) var lines = 0
    /// How many lines have the field.
    public private(set) var total = 0

    private static let longest = 1 << 20

    /// Counts the values of a member of JSON, of a `key=value` pair, or of a column of a table.
    /// - Parameter format: the log's format, by which tables are known.
    public init(field: String, in format: LogFormat? = nil) { (name, csv) = (Array(field.utf8), format?.csv) }

    /// How many different values there are.
    public var distinct: Int { counts.count }

    /// Reads the next piece of a log.
    public mutating func feed(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        var start = 0
        while let end = bytes.firstOffset(of: 0x0A, from: start) {
            if held.isEmpty {
                take(LineBytes(base: base + start, count: min(end - start, Self.longest)))
            } else {
                hold(base + start, end - start)
                finish()
            }
            start = end + 1
            if start >= bytes.count { return }
        }
        hold(base + start, bytes.count - start)
    }

    private mutating func hold(_ base: UnsafePointer<UInt8>, _ count: Int) {
        held.append(
            contentsOf: UnsafeBufferPointer(start: base, count: max(0, min(count, Self.longest - held.count)))
        )
    }

    /// Reads what stands behind the last line end.
    public mutating func finish() {
        guard !held.isEmpty else { return }
        var line: [UInt8] = []
        swap(&line, &held)
        line.withUnsafeBufferPointer { buffer in
            if let base = buffer.baseAddress { take(LineBytes(base: base, count: buffer.count)) }
        }
    }

    private mutating func take(_ line: LineBytes) {
        lines += 1
        guard let csv else { return count(line) }
        guard csv.read(line) != nil else { return }
        var text: [UInt8] = []
        swap(&text, &pairs)
        csv.pairs(of: line, into: &text)
        text.withUnsafeBytes { count(LineBytes($0)) }
        swap(&text, &pairs)
    }

    private mutating func count(_ line: LineBytes) {
        var found = -1
        FieldWalk.each(line) { key, value in
            guard found < 0, key.count == name.count, value.count <= 256 else { return }
            for offset in 0..<key.count where key.base[offset] != name[offset] { return }
            guard let number = texts.number(value) else { return }
            found = Int(number)
        }
        guard found >= 0 else { return }
        total += 1
        while counts.count <= found { counts.append(0) }
        counts[found] += 1
    }

    /// Adds what was counted elsewhere.
    public mutating func append(_ next: FieldValues) {
        let numbers = texts.adopt(next.texts)
        for (place, count) in next.counts.enumerated() {
            guard let number = numbers[place] else { continue }
            while counts.count <= Int(number) { counts.append(0) }
            counts[Int(number)] += count
        }
        lines += next.lines
        total += next.total
    }

    /// The most frequent values.
    public func top(_ count: Int) -> [(value: String, count: Int)] {
        counts.indices.sorted { (counts[$1], $0) < (counts[$0], $1) }.prefix(count).map {
            (texts.text(UInt32($0)), counts[$0])
        }
    }
}
