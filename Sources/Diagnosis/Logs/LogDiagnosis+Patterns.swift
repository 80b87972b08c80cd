/// One of the patterns of a diagnosis that people look at first, with its course.
public struct NotablePattern: Sendable {
    /// The pattern: its ID, text, counts and variables.
    public var template: LogTemplate
    /// The gravest level that a fair share of its lines have.
    public var level: LogLevel?
    /// Whether it tells of something that went wrong.
    public var isTrouble: Bool
    /// How many of its lines fall into each slot of equal length, from the first to the last time of all lines;
    /// empty where no line has a time.
    public var course: [Int]
}

/// Stack traces with one fingerprint.
public struct KnownTrace: Sendable {
    /// Sixteen hexadecimal digits, the same for this trace in every file, host and case.
    public var id: String
    /// The error's type, and the first call of own code where there is one.
    public var title: String
    /// How often it stands there.
    public var count: Int
}

/// Chooses what of the patterns and traces is shown.
enum NotablePatterns {
    /// The troubled patterns and those that findings are about, then the most frequent ones.
    static func choose(
        _ evidence: LogEvidence, subjects: Set<String>, most: Int, slots: Int
    ) -> [NotablePattern] {
        guard most > 0 else { return [] }
        let all = evidence.patterns.indices.filter {
            !evidence.patterns[$0].isContinuation && evidence.patterns[$0].subject.count > 0
                && evidence.patterns[$0].text != "<*>"
        }
        func isTrouble(_ place: Int) -> Bool {
            evidence.patterns[place].isTrouble || evidence.patterns[place].signal != nil
        }
        func byCount(_ first: Int, _ second: Int) -> Bool {
            let (one, two) = (evidence.patterns[first], evidence.patterns[second])
            return (two.subject.count, one.id) < (one.subject.count, two.id)
        }
        let told = all.filter { subjects.contains(evidence.patterns[$0].id) || isTrouble($0) }
        let rest = all.filter { !subjects.contains(evidence.patterns[$0].id) && !isTrouble($0) }
        let chosen =
            told.sorted(by: byCount).prefix(most * 2 / 3)
            + rest.sorted(by: byCount).prefix(most - min(told.count, most * 2 / 3))
        return chosen.map { place in
            NotablePattern(
                template: evidence.templates.templates[place], level: evidence.patterns[place].worst,
                isTrouble: isTrouble(place), course: course(evidence.courses[place], evidence, slots: slots))
        }
    }

    private static func course(_ all: [LogEvidence.Slot], _ evidence: LogEvidence, slots: Int) -> [Int] {
        guard let span = evidence.span, slots > 0 else { return [] }
        var counts = Array(repeating: 0, count: slots)
        let width = Double(max(1, span.upperBound - span.lowerBound))
        for slot in all {
            let share = Double(slot.time - span.lowerBound) / width
            counts[max(0, min(slots - 1, Int(share * Double(slots))))] += slot.count
        }
        return counts
    }

    /// The stack traces, the most frequent first.
    static func traces(_ digest: LogDigest, most: Int) -> [KnownTrace] {
        let groups = digest.traces.groups.values.sorted {
            ($1.count, $0.lines.lowerBound) < ($0.count, $1.lines.lowerBound)
        }
        return groups.prefix(most).map { group in
            let own = group.trace.ownFrame.map { " at \(Phrase.clip($0.function, 90))" } ?? ""
            return KnownTrace(id: group.trace.id, title: group.trace.shortType + own, count: group.count)
        }
    }
}
