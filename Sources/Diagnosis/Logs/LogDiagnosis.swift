/// What is wrong in logs: findings, the gravest and surest first, with what they rest on.
public struct LogDiagnosis: Sendable {
    /// The findings in the order in which they help.
    public internal(set) var findings: [Finding]
    /// The patterns of all logs together.
    public let templates: LogTemplates
    /// What was read, log by log.
    public let sources: [LogSourceSummary]
    /// Lines that were diagnosed, lines that they were compared with, and lines outside of the time asked for.
    public let lines: (subject: Int, baseline: Int, outside: Int)
    /// From the first to the last time that was diagnosed, in microseconds since 1970.
    public let span: ClosedRange<Int64>?
    /// How many lines of each kind were written over time.
    public let histogram: LogHistogram
    /// Each pattern with how often it is in what was diagnosed and in what that is compared with.
    public let comparison: [ComparedPattern]
    /// The patterns that people look at first, as many as were asked for: troubled ones, then the most frequent.
    public let notable: [NotablePattern]
    /// The stack traces by fingerprint, the most frequent first; at most 200.
    public let traces: [KnownTrace]
    /// The codes by which errors are named, the most frequent first; at most 500.
    public let codes: [KnownCode]

    /// Diagnoses what an examination gathered.
    /// - Parameter most: how many patterns are kept with their variables and their course.
    /// - Complexity: linear in patterns and slots of time.
    public init(_ digest: LogDigest, notable most: Int = 0) {
        templates = LogTemplates(digest.tally, variables: most > 0)
        sources = digest.sources
        lines = (digest.sides.subjectLines, digest.sides.baselineLines, digest.outside)
        span = digest.sides.subjectTimes
        let evidence = LogEvidence(digest, templates)
        histogram = LogHistogram(evidence)
        comparison = evidence.patterns.map { pattern in
            ComparedPattern(
                id: pattern.id, text: pattern.text, level: pattern.worst,
                isTrouble: pattern.isTrouble || pattern.signal != nil,
                isContinuation: pattern.isContinuation, now: pattern.subject.count,
                before: pattern.baseline.count,
                firstNow: evidence.place(first: pattern.subject),
                firstBefore: evidence.place(first: pattern.baseline))
        }
        var found = SignalDetector.findings(evidence)
        found += TraceDetector.findings(evidence)
        found += ErrorDetector.findings(evidence)
        found += ComparisonDetector.findings(evidence)
        found += PeriodDetector.findings(evidence)
        found += CohortDetector.findings(evidence)
        found += CourseDetector.findings(evidence, covered: Set(found.flatMap(\.subjects)))
        found += ClockDetector.findings(evidence)
        found += LifeDetector.findings(evidence)
        found += LoggingGapDetector.findings(evidence)
        for index in found.indices { found[index].citations = Self.once(found[index].citations) }
        notable = NotablePatterns.choose(
            evidence, subjects: Set(found.flatMap(\.subjects)), most: most, slots: 24)
        traces = NotablePatterns.traces(digest, most: 200)
        codes = digest.codes.known(500) {
            digest.place(of: $0).map { (digest.sources[$0.source].name, $0.line) }
        }
        findings = found.sorted {
            ($1.score, $0.times?.lowerBound ?? .max, $0.title) < (
                $0.score, $1.times?.lowerBound ?? .max, $1.title
            )
        }
    }

    /// Citations without those of lines that another one before them cites.
    private static func once(_ citations: [Citation]) -> [Citation] {
        var kept: [Citation] = []
        for citation in citations {
            if let same = kept.firstIndex(where: {
                $0.source == citation.source && $0.lines == citation.lines
            }) {
                kept[same].pattern = kept[same].pattern ?? citation.pattern
                kept[same].says = kept[same].says ?? citation.says
                kept[same].at = kept[same].at ?? citation.at
            } else {
                kept.append(citation)
            }
        }
        return kept
    }

    /// The gravest severity among the findings.
    public var worst: Finding.Severity? { findings.map(\.severity).max() }

    /// Puts the text of cited lines into the citations.
    /// - Parameter text: the line of a source by its number, from 1; nil where it cannot be read again.
    public mutating func fill(_ text: (_ source: String, _ line: Int) -> String?) {
        for finding in findings.indices {
            for place in findings[finding].citations.indices {
                let citation = findings[finding].citations[place]
                let lines = citation.lines.prefix(12).compactMap { text(citation.source, $0) }
                if !lines.isEmpty {
                    findings[finding].citations[place].excerpt = DecodedText.visible(
                        lines.joined(separator: "\n"))
                }
            }
        }
    }

    /// The lines that citations need, for each source in order.
    public var citedLines: [String: [Int]] {
        var lines: [String: Set<Int>] = [:]
        for citation in findings.flatMap(\.citations) {
            lines[citation.source, default: []].formUnion(citation.lines.prefix(12))
        }
        return lines.mapValues { $0.sorted() }
    }
}

/// One pattern on the two sides of a comparison.
public struct ComparedPattern: Sendable {
    /// The ID of the pattern.
    public var id: String
    /// The message with `<*>` for each variable.
    public var text: String
    /// The gravest level of its lines.
    public var level: LogLevel?
    /// Whether it tells of something that went wrong.
    public var isTrouble: Bool
    /// Whether its lines mostly go on records before them, as those of stack traces do.
    public var isContinuation: Bool
    /// How many lines have it in what was diagnosed.
    public var now: Int
    /// How many lines have it in what that is compared with.
    public var before: Int
    /// The log of its first line in what was diagnosed, and that line's number there.
    public var firstNow: (source: String, line: Int)?
    /// The log of its first line in what that is compared with, and that line's number there.
    public var firstBefore: (source: String, line: Int)?
}

/// How many lines were written in each of up to some hundred slots of time, by how grave they are.
public struct LogHistogram: Sendable {
    /// One slot.
    public struct Slot: Sendable {
        /// When it begins, in microseconds since 1970.
        public var time: Int64
        /// All lines.
        public var all = 0
        /// Lines that warn.
        public var warnings = 0
        /// Lines that tell of errors.
        public var errors = 0
    }

    /// Microseconds of a slot.
    public private(set) var width: Int64 = 1
    /// The slots without a gap; empty where no line has a time.
    public private(set) var slots: [Slot] = []

    init(_ evidence: LogEvidence, most: Int = 120) {
        guard let span = evidence.span else { return }
        let steps: [Int64] = [
            1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
            172_800,
            604_800, 1_209_600, 2_592_000, 7_776_000, 31_536_000,
        ]
        let length = span.upperBound - span.lowerBound
        width = max(
            evidence.width,
            (steps.first { $0 * 1_000_000 * Int64(most) > length }
                ?? max(1, length / Int64(most) / 1_000_000 + 1)) * 1_000_000)
        let first = span.lowerBound / width * width
        let count = Int((span.upperBound - first) / width) + 1
        guard count > 0, count <= 10_000 else { return }
        slots = (0..<count).map { Slot(time: first + Int64($0) * width) }
        for (place, course) in evidence.courses.enumerated() {
            let pattern = evidence.patterns[place]
            let isWarning =
                !pattern.isTrouble && ((pattern.worst ?? .info) == .warning || pattern.signal != nil)
            for slot in course {
                // The slot of the first time may begin before it.
                let index = max(0, Int((slot.time - first) / width))
                guard slots.indices.contains(index) else { continue }
                slots[index].all += slot.count
                if isWarning { slots[index].warnings += slot.count }
            }
            for slot in evidence.errorCourses[place] {
                let index = max(0, Int((slot.time - first) / width))
                if slots.indices.contains(index) { slots[index].errors += slot.count }
            }
        }
    }
}
