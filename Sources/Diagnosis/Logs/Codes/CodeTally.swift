/// The codes of errors that a log names, with how often and where each stands first.
struct CodeTally: Sendable {
    /// What was seen of one code.
    struct Sight: Sendable {
        var count: Int
        var firstLine: Int
        var firstTime: Int64?
        var lastTime: Int64?
    }

    /// More codes than that are no codes.
    private static let limit = 4000

    private(set) var sights: [String: Sight] = [:]

    mutating func add(_ code: String, line: Int, time: Int64?) {
        add(code, Sight(count: 1, firstLine: line, firstTime: time, lastTime: time))
    }

    private mutating func add(_ code: String, _ sight: Sight) {
        guard var known = sights[code] else {
            if sights.count < Self.limit { sights[code] = sight }
            return
        }
        known.count += sight.count
        known.firstLine = min(known.firstLine, sight.firstLine)
        known.firstTime = [known.firstTime, sight.firstTime].compactMap { $0 }.min()
        known.lastTime = [known.lastTime, sight.lastTime].compactMap { $0 }.max()
        sights[code] = known
    }

    /// Adds the codes of the part that follows, whose lines are `lines` further down.
    mutating func append(_ next: CodeTally, lines: Int) {
        for (code, sight) in next.sights.sorted(by: { $0.key < $1.key }) {
            var sight = sight
            sight.firstLine += lines
            add(code, sight)
        }
    }

    /// The most frequent codes.
    func known(_ most: Int, place: (Int) -> (source: String, line: Int)?) -> [KnownCode] {
        sights.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.prefix(most).map {
            code, sight in
            KnownCode(
                code: code, count: sight.count, first: place(sight.firstLine),
                times: sight.firstTime.flatMap { first in sight.lastTime.map { first...max(first, $0) } })
        }
    }
}

/// A code by which a log names errors: `ORA-00942`.
public struct KnownCode: Sendable {
    /// The code as it stands there.
    public var code: String
    /// How many records at warning level or worse name it.
    public var count: Int
    /// The log of its first record, and the line's number there.
    public var first: (source: String, line: Int)?
    /// The first and last time of those records, in microseconds since 1970.
    public var times: ClosedRange<Int64>?
}
