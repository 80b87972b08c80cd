import Glibc

/// A stretch of time in which something comes far oftener than otherwise.
struct Burst {
    var from: Int64
    var to: Int64
    /// The first line in it.
    var line: Int
    var count: Int
    /// How many a second inside and outside.
    var inside: Double
    var outside: Double
    /// How much likelier the counts are with the burst than without, as a logarithm.
    var score: Double

    /// The strongest burst of a course within a span, or nil where the course is even or always bursty.
    ///
    /// - Complexity: linear in the number of slots.
    static func find(_ course: [LogEvidence.Slot], in span: ClosedRange<Int64>, width: Int64) -> Burst? {
        // Lines without a time stand at nought.
        let course = course.filter { $0.time > span.lowerBound - width && $0.time <= span.upperBound }
        guard let best = strongest(course, in: span, width: width) else { return nil }
        // What comes in such bursts all the time is no event. The rest is looked at without the best one.
        let rest = course.filter { $0.time < best.from || $0.time > best.to }
        if let second = strongest(rest, in: span, width: width), second.score > best.score / 2 {
            let third = rest.filter { $0.time < second.from || $0.time > second.to }
            if let third = strongest(third, in: span, width: width), third.score > best.score / 3 {
                return nil
            }
        }
        return best
    }

    /// The interval that is likeliest to have a rate of its own (a scan statistic by Kadane's algorithm).
    private static func strongest(
        _ course: [LogEvidence.Slot], in span: ClosedRange<Int64>, width: Int64
    ) -> Burst? {
        let total = course.reduce(0) { $0 + $1.count }
        let length = Double(span.upperBound - span.lowerBound + width) / 1e6
        guard total >= 8, length > 0, course.count >= 1 else { return nil }
        var best: Burst?
        var outside = Double(total) / length
        for _ in 0..<4 {
            guard let found = scan(course, rate: outside) else { break }
            let from = course[found.first].time
            let to = course[found.last].time + width
            let duration = Double(to - from) / 1e6
            let restTime = length - duration
            guard restTime > 0 else { return nil }
            // Half an event more, so that a rate is never nought.
            let rest = (Double(total - found.count) + 0.5) / restTime
            let inside = Double(found.count) / duration
            let score =
                Double(found.count) * log(max(inside, 1e-9) / (Double(total) / length))
                + (Double(total - found.count) > 0
                    ? Double(total - found.count) * log(max(rest, 1e-9) / (Double(total) / length)) : 0)
            best = Burst(
                from: from, to: to, line: course[found.first].line, count: found.count, inside: inside,
                outside: rest, score: score)
            if abs(rest - outside) < outside / 100 { break }
            outside = rest
        }
        return best
    }

    private static func scan(_ course: [LogEvidence.Slot], rate: Double) -> (
        first: Int, last: Int, count: Int
    )? {
        // Each event speaks for a rate four times as high, each second against it.
        let gain = log(4.0)
        let loss = 3 * rate
        var best: (score: Double, first: Int, last: Int) = (0, 0, -1)
        var score = 0.0
        var first = 0
        for (index, slot) in course.enumerated() {
            if index > 0 {
                score -= loss * Double(slot.time - course[index - 1].time) / 1e6
            }
            if score <= 0 {
                score = 0
                first = index
            }
            score += gain * Double(slot.count)
            if score > best.score { best = (score, first, index) }
        }
        guard best.last >= best.first else { return nil }
        let count = course[best.first...best.last].reduce(0) { $0 + $1.count }
        return (best.first, best.last, count)
    }
}
