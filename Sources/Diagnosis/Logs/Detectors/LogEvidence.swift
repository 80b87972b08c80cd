/// What detectors look at: the patterns of a digest with their course, and ways to cite their lines.
struct LogEvidence {
    /// One pattern with what was seen of it.
    struct Pattern {
        var id: String
        var text: String
        /// The text in small letters.
        var words: [UInt8]
        var subject: LogTally.Sight
        var baseline: LogTally.Sight
        var worst: LogLevel?
        /// The places of its shapes in the tally.
        var shapes: [Int]
        var signal: Signal?
        /// The words that name the signal.
        var says: String?
        /// Whether most of its lines are about something that went wrong.
        var isTrouble: Bool
        /// How many of its lines in the subject tell of an error, and the first of them.
        var errors = 0
        var firstError = 0
        /// Whether its lines mostly go on records before them.
        var isContinuation: Bool
    }

    /// What happened in one slot of time.
    struct Slot {
        var time: Int64
        var line: Int
        var count: Int
    }

    let digest: LogDigest
    let templates: LogTemplates
    let patterns: [Pattern]
    /// For each pattern its course, in order of time.
    let courses: [[Slot]]
    /// For each pattern the course of its lines that tell of an error.
    let errorCourses: [[Slot]]
    /// Microseconds of a slot.
    let width: Int64
    let hasBaseline: Bool
    /// From the first to the last time of the subject.
    let span: ClosedRange<Int64>?

    init(_ digest: LogDigest, _ templates: LogTemplates) {
        self.digest = digest
        self.templates = templates
        hasBaseline = digest.sides.baselineLines > 0
        width = digest.activity.width
        span = digest.sides.subjectTimes
        var patterns: [Pattern] = templates.templates.map { template in
            Pattern(
                id: template.id, text: template.text, words: Self.lowercased(template.text),
                subject: LogTally.Sight(), baseline: LogTally.Sight(), worst: nil, shapes: [],
                isTrouble: false, isContinuation: false)
        }
        for shape in digest.tally.sights.indices {
            guard let place = templates.template(ofPattern: shape) else { continue }
            patterns[place].shapes.append(shape)
            if shape < digest.subject.count { patterns[place].subject.add(digest.subject[shape], lines: 0) }
            if shape < digest.baseline.count {
                patterns[place].baseline.add(digest.baseline[shape], lines: 0)
            }
        }
        let all = Self.courses(digest.activity, templates)
        var errors = Self.courses(digest.errors, templates)
        for place in patterns.indices {
            Self.classify(&patterns[place])
            let count = errors[place].reduce(0) { $0 + $1.count }
            if count > 0 {
                patterns[place].errors = count
                patterns[place].firstError = errors[place].min(by: Self.isEarlier)?.line ?? 0
            } else if patterns[place].isTrouble {
                // Words alone say so: all its lines do.
                patterns[place].errors = patterns[place].subject.count
                patterns[place].firstError = patterns[place].subject.firstLine
                errors[place] = all[place]
            }
        }
        self.patterns = patterns
        courses = all
        errorCourses = errors
    }

    private static func lowercased(_ text: String) -> [UInt8] { text.utf8.map(\.lowercased) }

    private static func classify(_ pattern: inout Pattern) {
        let sight = pattern.subject.count > 0 ? pattern.subject : pattern.baseline
        pattern.isContinuation = sight.continuations * 2 > sight.count
        pattern.worst = worst(sight)
        let level = pattern.worst
        guard !pattern.isContinuation else {
            // A program that dies writes its last words without a head.
            if level == nil, let (signal, says) = Signal.find(in: pattern.words, level: nil),
                signal.isLastWord
            {
                (pattern.signal, pattern.says) = (signal, says)
            }
            return
        }
        guard level.map({ $0 >= .info }) ?? true, pattern.text != "<*>" else { return }
        let status = AccessLine.status(of: pattern.text)
        // Words of a route say what is asked for, not how it went.
        let found = status.map(AccessLine.signal) ?? Signal.find(in: pattern.words, level: level)
        if let (signal, says) = found {
            pattern.signal = signal
            pattern.says = says
        }
        if let level, level >= .error {
            pattern.isTrouble = true
        } else if level == nil, status == nil {
            pattern.isTrouble =
                pattern.signal.map { $0 != .retry } ?? false
                || pattern.words.withUnsafeBufferPointer { buffer in
                    buffer.baseAddress.map {
                        Words.isTrouble(LineBytes(base: $0, count: buffer.count))
                    } ?? false
                }
        }
    }

    /// The gravest level that at least a fifth of the lines have or exceed.
    static func worst(_ sight: LogTally.Sight) -> LogLevel? {
        let levels = sight.levels
        let counts = [
            levels.1, levels.2, levels.3, levels.4, levels.5, levels.6, levels.7, levels.8, levels.9,
        ]
        let all = counts.reduce(0) { $0 + Int($1) }
        guard all > 0 else { return nil }
        var sum = 0
        for (place, count) in counts.enumerated().reversed() {
            sum += Int(count)
            if sum * 5 >= all { return LogLevel(rawValue: UInt8(place + 1)) }
        }
        return nil
    }

    private static func courses(_ series: ActivitySeries, _ templates: LogTemplates) -> [[Slot]] {
        var courses = Array(repeating: [Slot](), count: templates.templates.count)
        let width = series.width
        for entry in series.entries {
            guard let place = templates.template(ofPattern: Int(entry.pattern)) else { continue }
            courses[place].append(Slot(time: entry.slot * width, line: entry.line, count: Int(entry.count)))
        }
        for place in courses.indices where courses[place].count > 1 {
            courses[place] = merged(courses[place])
        }
        return courses
    }

    /// By time, those without one last, and then by line.
    static func isEarlier(_ left: Slot, _ right: Slot) -> Bool {
        (left.time == 0 ? .max : left.time, left.line) < (right.time == 0 ? .max : right.time, right.line)
    }

    /// Slots in order, each time once.
    static func merged(_ slots: [Slot]) -> [Slot] {
        var result: [Slot] = []
        for slot in slots.sorted(by: { ($0.time, $0.line) < ($1.time, $1.line) }) {
            if let last = result.last, last.time == slot.time {
                result[result.count - 1].count += slot.count
                result[result.count - 1].line = min(last.line, slot.line)
            } else {
                result.append(slot)
            }
        }
        return result
    }

    /// The course of several patterns together.
    func course(of places: [Int]) -> [Slot] {
        places.count == 1 ? courses[places[0]] : Self.merged(places.flatMap { courses[$0] })
    }

    /// Seconds that the subject covers.
    var seconds: Double {
        guard let span else { return 0 }
        return Double(span.upperBound - span.lowerBound) / 1e6
    }

    // MARK: Citing

    /// Cites one line.
    func cite(_ line: Int, to last: Int? = nil, pattern: String? = nil, says: String? = nil, at: Int64? = nil)
        -> Citation?
    {
        guard let place = digest.place(of: line) else { return nil }
        let source = digest.sources[place.source]
        let end = max(place.line, min((last ?? line) - source.linesBefore, source.counts.lines))
        return Citation(
            source: source.name, lines: place.line...end, pattern: pattern, says: says, at: at)
    }

    /// The log and the number there of the first line that was seen; nil where none was.
    func place(first sight: LogTally.Sight) -> (source: String, line: Int)? {
        guard sight.count > 0, let place = digest.place(of: sight.firstLine) else { return nil }
        return (digest.sources[place.source].name, place.line)
    }

    /// Cites the first line of a pattern in the subject, or in what it is compared with.
    func cite(first place: Int, inBaseline: Bool = false) -> Citation? {
        let pattern = patterns[place]
        let sight = inBaseline ? pattern.baseline : pattern.subject
        guard sight.count > 0 else { return nil }
        return cite(sight.firstLine, pattern: pattern.id, says: nil)
    }

    /// Cites the last line of a pattern in the subject.
    func cite(last place: Int) -> Citation? {
        let pattern = patterns[place]
        guard pattern.subject.count > 0 else { return nil }
        return cite(pattern.subject.lastLine, pattern: pattern.id)
    }

    /// First and last time of patterns in the subject.
    func times(of places: [Int]) -> ClosedRange<Int64>? {
        let sights = places.map { patterns[$0].subject }.filter { $0.firstTime <= $0.lastTime }
        guard let first = sights.map(\.firstTime).min(), let last = sights.map(\.lastTime).max() else {
            return nil
        }
        return first...last
    }
}

/// Words for people.
enum Phrase {
    /// `1 line`, `5 lines`.
    static func count(_ count: Int, _ noun: String, _ plural: String? = nil) -> String {
        "\(grouped(count)) \(count == 1 ? noun : plural ?? noun + "s")"
    }

    /// A number with its thousands apart.
    static func grouped(_ number: Int) -> String {
        var text = ""
        let digits = String(abs(number))
        for (place, digit) in digits.enumerated() {
            if place > 0, (digits.count - place) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return number < 0 ? "-" + text : text
    }

    /// A duration in its two largest units: `2 h 5 min`, `850 ms`.
    static func duration(_ microseconds: Int64) -> String {
        let value = abs(microseconds)
        if value < 1000 { return "\(value) µs" }
        if value < 1_000_000 { return "\(value / 1000) ms" }
        let seconds = value / 1_000_000
        if seconds < 10 {
            let tenths = value % 1_000_000 / 100_000
            return tenths > 0 ? "\(seconds).\(tenths) s" : "\(seconds) s"
        }
        func two(_ large: Int64, _ first: String, _ small: Int64, _ second: String) -> String {
            small > 0 ? "\(large) \(first) \(small) \(second)" : "\(large) \(first)"
        }
        if seconds < 60 { return "\(seconds) s" }
        if seconds < 3600 { return two(seconds / 60, "min", seconds % 60, "s") }
        if seconds < 86_400 { return two(seconds / 3600, "h", seconds % 3600 / 60, "min") }
        return two(seconds / 86_400, "d", seconds % 86_400 / 3600, "h")
    }

    /// A time without its fraction.
    static func time(_ microseconds: Int64) -> String {
        LogTime.text(microseconds / 1_000_000 * 1_000_000)
    }

    /// A share in percent with two figures.
    static func percent(_ share: Double) -> String {
        let value = share * 100
        if value >= 9.95 { return "\(Int(value.rounded())) %" }
        let digits = value >= 0.995 ? 10.0 : value >= 0.0995 ? 100 : 1000
        return "\((value * digits).rounded() / digits) %"
    }

    /// A rate in whatever unit is readable.
    static func rate(_ perSecond: Double) -> String {
        for (factor, unit) in [(1.0, "a second"), (60, "a minute"), (3600, "an hour")] {
            let value = perSecond * factor
            if value >= 1 { return "\(short(value)) \(unit)" }
        }
        return "\(short(perSecond * 86_400)) a day"
    }

    /// A number with about two figures.
    static func short(_ value: Double) -> String {
        if value >= 10 { return grouped(Int(value.rounded())) }
        let rounded = (value * 10).rounded() / 10
        return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
    }

    /// A text that fits one line.
    static func clip(_ text: String, _ length: Int = 110) -> String {
        DecodedText.visible(text.count > length ? text.prefix(length - 1) + "…" : text)
    }
}
