/// On which side of a comparison lines stand.
public enum LogRole: Sendable {
    /// What is to be diagnosed.
    case subject
    /// What it is compared with: another file, or the time before.
    case baseline
}

/// What an examination pays attention to.
public struct ExaminationOptions: Sendable {
    /// The time that is to be diagnosed, in microseconds since 1970; what is before it is compared with.
    public var window: Range<Int64>?
    /// The time that it is compared with, where that is not all that stands before the window; the rest is left out.
    ///
    /// Of what is compared with as a whole, only this time counts.
    public var baselineWindow: Range<Int64>?
    /// What is own code in stack traces.
    public var ownership = CodeOwnership()
    /// How much is kept in memory.
    public var limits = LogLimits()

    /// Makes options: everything is diagnosed.
    public init() {}
}

/// One file, or one file inside an archive, of those that were examined together.
public struct LogSourceSummary: Sendable {
    /// Its path as people know it.
    public internal(set) var name: String
    /// Whether it is diagnosed or compared with.
    public internal(set) var role: LogRole
    /// How many lines the sources before it have.
    public internal(set) var linesBefore: Int
    /// What was read of it.
    public internal(set) var counts: LogCounts
    /// What times rest on, and what else had to be inferred or left out, in sentences.
    public internal(set) var notes: [String]
    /// Of which form its lines are, for people: `JSON`, `S L W text`.
    public internal(set) var form: String
    var clock = ClockWatch()
    /// How many lines carry an identifier of a request, of all and of those at error level.
    var correlated = (all: 0, errors: 0)
    var errors = 0
    var structured = 0

    /// The first and last time in it, in microseconds since 1970.
    public var times: ClosedRange<Int64>? {
        guard let first = clock.first?.time, let last = clock.latest?.time else { return nil }
        return min(first, last)...max(first, last)
    }
}

/// What an examination of one or more logs holds: patterns and their course, traces, durations, outcomes.
///
/// Lines are counted through all sources, in their order. Digests of parts of a log, and of several logs, add
/// up. Memory is bounded whatever was read.
public struct LogDigest: Sendable {
    /// The sources, in the order in which they were added.
    public internal(set) var sources: [LogSourceSummary] = []
    var tally: LogTally
    /// What was seen of each pattern on the two sides.
    var subject: [LogTally.Sight] = [LogTally.Sight()]
    var baseline: [LogTally.Sight] = [LogTally.Sight()]
    /// Lines outside of the time that was asked for.
    var outside = 0
    var sides = SideCounts()
    var activity = ActivitySeries()
    /// The course of the lines at error level alone.
    var errors = ActivitySeries(limit: 1 << 19)
    var traces = TraceTally()
    var latency = LatencyWatch()
    var outcomes = OutcomeSample()
    var notes = LineNotes()
    /// Codes of errors that were named, on the side that is diagnosed.
    var codes = CodeTally()

    /// How much each side has.
    struct SideCounts: Sendable {
        var subjectLines = 0
        var baselineLines = 0
        var subjectTimes: ClosedRange<Int64>?
        var baselineTimes: ClosedRange<Int64>?

        mutating func add(_ other: SideCounts) {
            subjectLines += other.subjectLines
            baselineLines += other.baselineLines
            subjectTimes = Self.union(subjectTimes, other.subjectTimes)
            baselineTimes = Self.union(baselineTimes, other.baselineTimes)
        }

        static func union(_ first: ClosedRange<Int64>?, _ second: ClosedRange<Int64>?) -> ClosedRange<Int64>?
        {
            guard let first else { return second }
            guard let second else { return first }
            return min(first.lowerBound, second.lowerBound)...max(first.upperBound, second.upperBound)
        }
    }

    /// Makes a digest of nothing.
    public init(limits: LogLimits = LogLimits()) { tally = LogTally(limits: limits) }

    /// Adds what follows: the next part of the last source, or other sources.
    /// - Parameter continuing: whether its first source goes on the last one here.
    public mutating func append(_ next: LogDigest, continuing: Bool = false) {
        let lines = tally.counts.lines
        let places = tally.append(next.tally)
        func add(_ sights: [LogTally.Sight], to mine: inout [LogTally.Sight]) {
            while mine.count < tally.sights.count { mine.append(LogTally.Sight()) }
            for (index, sight) in sights.enumerated() where sight.count > 0 {
                mine[Int(places[index])].add(sight, lines: lines)
            }
        }
        add(next.subject, to: &subject)
        add(next.baseline, to: &baseline)
        outside += next.outside
        sides.add(next.sides)
        activity.append(next.activity, places: places, lines: lines)
        errors.append(next.errors, places: places, lines: lines)
        traces.append(next.traces, lines: lines)
        latency.append(next.latency, places: places, lines: lines)
        outcomes.append(next.outcomes, places: places, lines: lines)
        notes.append(next.notes, places: places, lines: lines)
        codes.append(next.codes, lines: lines)
        for (index, source) in next.sources.enumerated() {
            var moved = source
            moved.linesBefore += lines
            moved.clock = source.clock.moved(by: lines)
            if continuing, index == 0, let last = sources.indices.last {
                sources[last].add(moved)
            } else {
                sources.append(moved)
            }
        }
    }

    /// The source of a line, and its number there; nil beyond the end.
    func place(of line: Int) -> (source: Int, line: Int)? {
        var (low, high) = (0, sources.count)
        while low < high {
            let middle = (low + high) / 2
            if sources[middle].linesBefore < line { low = middle + 1 } else { high = middle }
        }
        guard low > 0, line >= 1 else { return nil }
        return (low - 1, line - sources[low - 1].linesBefore)
    }
}

extension LogSourceSummary {
    /// Adds the part that follows.
    mutating func add(_ next: LogSourceSummary) {
        counts.add(next.counts)
        clock.append(next.clock)
        correlated.all += next.correlated.all
        correlated.errors += next.correlated.errors
        errors += next.errors
        structured += next.structured
        for note in next.notes where !notes.contains(note) { notes.append(note) }
    }
}

/// The text of single lines of rare patterns whose values matter: versions, starts, kills.
struct LineNotes: Sendable {
    /// One line.
    struct Note: Sendable {
        var line: Int
        var time: Int64?
        var text: String
    }

    /// More lines than that are no rare event.
    static let perPattern = 48
    private static let limit = 6000

    private(set) var notes: [Int32: [Note]] = [:]
    private var count = 0

    mutating func add(_ pattern: Int, _ note: Note) {
        let key = Int32(truncatingIfNeeded: pattern)
        guard count < Self.limit, notes[key, default: []].count < Self.perPattern else { return }
        count += 1
        notes[key, default: []].append(note)
    }

    mutating func append(_ next: LineNotes, places: [Int32], lines: Int) {
        for (pattern, list) in next.notes.sorted(by: { $0.key < $1.key }) {
            for note in list {
                var note = note
                note.line += lines
                add(Int(places[Int(pattern)]), note)
            }
        }
    }
}
