/// How the times of one source go on: the longest silences, and how far clocks went back.
struct ClockWatch: Sendable {
    /// A silence between two lines that follow each other.
    struct Gap: Sendable {
        /// The line before it and the one behind it.
        var before: Int
        var after: Int
        var from: Int64
        var to: Int64
        var length: Int64 { to - from }
    }

    /// A line that was written before the latest one above it.
    struct StepBack: Sendable {
        var line: Int
        /// The latest time above and that of the line.
        var from: Int64
        var to: Int64
        var length: Int64 { from - to }
        /// The line that has the latest time above.
        var latestLine: Int
    }

    private static let kept = 24

    var timed = 0
    /// Lines that are earlier than the latest above by at least a second.
    var late = 0
    var first: (time: Int64, line: Int)?
    /// The line with the latest time so far.
    var latest: (time: Int64, line: Int)?
    private var previous: (time: Int64, line: Int)?
    /// The longest silences, unordered.
    var gaps: [Gap] = []
    private var shortestGap: Int64 = 0
    /// The farthest steps back from one line to the next.
    var steps: [StepBack] = []
    private var shortestStep: Int64 = 0

    @inline(__always)
    mutating func add(_ time: Int64, line: Int) {
        timed &+= 1
        guard let last = previous, let top = latest else {
            first = (time, line)
            latest = (time, line)
            previous = (time, line)
            return
        }
        if time >= top.time {
            if time - top.time > shortestGap {
                note(Gap(before: top.line, after: line, from: top.time, to: time))
            }
            latest = (time, line)
        } else if top.time - time >= 1_000_000 {
            late &+= 1
            if last.time - time > shortestStep, last.time - time >= 1_000_000 {
                note(StepBack(line: line, from: last.time, to: time, latestLine: last.line))
            }
        }
        previous = (time, line)
    }

    private mutating func note(_ gap: Gap) {
        gaps.append(gap)
        if gaps.count >= 2 * Self.kept {
            gaps.sort { $0.length > $1.length }
            gaps.removeSubrange(Self.kept...)
            shortestGap = gaps[Self.kept - 1].length
        }
    }

    private mutating func note(_ step: StepBack) {
        steps.append(step)
        if steps.count >= 2 * Self.kept {
            steps.sort { $0.length > $1.length }
            steps.removeSubrange(Self.kept...)
            shortestStep = steps[Self.kept - 1].length
        }
    }

    /// The watch with its lines `lines` further down.
    func moved(by lines: Int) -> ClockWatch {
        var watch = self
        watch.first?.line += lines
        watch.latest?.line += lines
        watch.previous?.line += lines
        for index in watch.gaps.indices {
            watch.gaps[index].before += lines
            watch.gaps[index].after += lines
        }
        for index in watch.steps.indices {
            watch.steps[index].line += lines
            watch.steps[index].latestLine += lines
        }
        return watch
    }

    /// Adds what the following part of the same source shows.
    mutating func append(_ next: ClockWatch) {
        guard let from = latest, let to = next.first, let end = next.latest else { return }
        if to.time > from.time {
            note(Gap(before: from.line, after: to.line, from: from.time, to: to.time))
        }
        for gap in next.gaps where gap.length > shortestGap { note(gap) }
        for step in next.steps where step.length > shortestStep { note(step) }
        timed += next.timed
        late += next.late
        previous = next.previous
        if end.time > from.time { latest = end }
    }
}
