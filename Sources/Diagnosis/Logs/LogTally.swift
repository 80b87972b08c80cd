/// The different patterns of a log or of a part of one, with what was seen of each.
///
/// Tallies of parts add up to the tally of the whole in any order: shards and days give the same templates
/// with the same IDs. Memory is bounded by `LogLimits`.
public struct LogTally: Sendable {
    /// What was seen of one pattern.
    struct Sight: Sendable {
        var count = 0
        var continuations = 0
        var firstLine = Int.max
        var lastLine = 0
        var firstTime = Int64.max
        var lastTime = Int64.min
        /// How many lines had each level; the first is of lines without one.
        var levels:
            (
                UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32
            ) = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0)

        @inline(__always)
        mutating func count(level: UInt8) {
            switch level {
            case 1: levels.1 &+= 1
            case 2: levels.2 &+= 1
            case 3: levels.3 &+= 1
            case 4: levels.4 &+= 1
            case 5: levels.5 &+= 1
            case 6: levels.6 &+= 1
            case 7: levels.7 &+= 1
            case 8: levels.8 &+= 1
            case 9: levels.9 &+= 1
            default: levels.0 &+= 1
            }
        }

        /// Adds what another part saw, `lines` lines further down.
        mutating func add(_ other: Sight, lines: Int) {
            count += other.count
            continuations += other.continuations
            if other.firstLine < Int.max { firstLine = min(firstLine, other.firstLine + lines) }
            if other.lastLine > 0 { lastLine = max(lastLine, other.lastLine + lines) }
            firstTime = min(firstTime, other.firstTime)
            lastTime = max(lastTime, other.lastTime)
            levels.0 &+= other.levels.0
            levels.1 &+= other.levels.1
            levels.2 &+= other.levels.2
            levels.3 &+= other.levels.3
            levels.4 &+= other.levels.4
            levels.5 &+= other.levels.5
            levels.6 &+= other.levels.6
            levels.7 &+= other.levels.7
            levels.8 &+= other.levels.8
            levels.9 &+= other.levels.9
        }
    }

    /// What was read.
    public internal(set) var counts = LogCounts()
    var table: SignatureTable
    var sights: [Sight] = [Sight()]
    var samples: SampleStore

    /// Makes an empty tally.
    public init(limits: LogLimits = LogLimits()) {
        table = SignatureTable(
            limits: .init(shapes: limits.patterns, tokens: limits.patterns * 32, words: limits.patterns * 320)
        )
        samples = SampleStore(budget: limits.sampleBytes)
    }

    /// Adds the tally of the part that follows; returns the place here of each of its patterns.
    @discardableResult
    public mutating func append(_ next: LogTally) -> [Int32] {
        let places = table.merge(next.table)
        while sights.count < table.signatureOfShape.count { sights.append(Sight()) }
        for (index, place) in places.enumerated() {
            sights[Int(place)].add(next.sights[index], lines: counts.lines)
            if place == SignatureTable.overflow, index != 0 { counts.overflow += next.sights[index].count }
        }
        samples.merge(next.samples, places: places)
        counts.add(next.counts)
        return places
    }
}

/// How much of a log is kept in memory.
public struct LogLimits: Sendable {
    /// How many different patterns are told apart; lines of more are counted together.
    public var patterns = 80_000
    /// Bytes of lines that are kept as examples of their patterns.
    public var sampleBytes = 16 << 20
    /// How many bytes of a line are looked at.
    public var lineBytes = 64 << 10

    /// Makes the usual limits, with which memory stays under 300 MB.
    public init() {}

    /// Limits for what holds no patterns itself.
    init(patterns: Int) { self.patterns = patterns }
}
