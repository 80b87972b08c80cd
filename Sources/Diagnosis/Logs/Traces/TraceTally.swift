/// The different stack traces of a log, by fingerprint, with how often and where each stands.
struct TraceTally: Sendable {
    /// Traces with one fingerprint.
    struct Group: Sendable {
        /// The first of them.
        var trace: StackTrace
        var count: Int
        /// The lines of the first, and the line that names the error.
        var lines: ClosedRange<Int>
        var headerLine: Int
        var lastLine: Int
        var firstTime: Int64?
        var lastTime: Int64?
    }

    private static let limit = 4000

    private(set) var groups: [UInt64: Group] = [:]
    /// Traces for whose kind there was no room.
    private(set) var others = 0

    mutating func add(_ found: TraceReader.Found) {
        let key = found.trace.fingerprint
        add(
            Group(
                trace: found.trace, count: 1, lines: found.lines, headerLine: found.headerLine,
                lastLine: found.lines.upperBound, firstTime: found.time, lastTime: found.time), key)
    }

    private mutating func add(_ group: Group, _ key: UInt64) {
        guard var known = groups[key] else {
            if groups.count < Self.limit { groups[key] = group } else { others += group.count }
            return
        }
        known.count += group.count
        known.lastLine = max(known.lastLine, group.lastLine)
        known.firstTime = [known.firstTime, group.firstTime].compactMap { $0 }.min()
        known.lastTime = [known.lastTime, group.lastTime].compactMap { $0 }.max()
        if group.lines.lowerBound < known.lines.lowerBound {
            (known.trace, known.lines, known.headerLine) = (group.trace, group.lines, group.headerLine)
        }
        groups[key] = known
    }

    /// Adds the traces of the part that follows, whose lines are `lines` further down.
    mutating func append(_ next: TraceTally, lines: Int) {
        for (key, group) in next.groups {
            var group = group
            group.lines = group.lines.lowerBound + lines...group.lines.upperBound + lines
            group.headerLine += lines
            group.lastLine += lines
            add(group, key)
        }
        others += next.others
    }
}
