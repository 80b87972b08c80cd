/// Trouble that programs name in words: timeouts, exhaustion, refused credentials and the like.
enum SignalDetector {
    static func findings(_ evidence: LogEvidence) -> [Finding] {
        var places: [Signal: [Int]] = [:]
        for (place, pattern) in evidence.patterns.enumerated() {
            if let signal = pattern.signal, pattern.subject.count > 0 {
                places[signal, default: []].append(place)
            }
        }
        return Signal.allCases.compactMap { signal in
            places[signal].flatMap { finding(signal, $0, evidence) }
        }
    }

    private static func finding(_ signal: Signal, _ places: [Int], _ evidence: LogEvidence) -> Finding? {
        let meaning = signal.meaning
        let places = places.sorted {
            (evidence.patterns[$1].subject.count, $0) < (evidence.patterns[$0].subject.count, $1)
        }
        let patterns = places.map { evidence.patterns[$0] }
        let count = patterns.reduce(0) { $0 + $1.subject.count }
        let worst = patterns.compactMap(\.worst).max()
        let isGrave = worst.map { $0 >= .error } ?? false
        guard isGrave && signal != .retry || count >= meaning.least else { return nil }
        let course = evidence.course(of: places)
        let burst = evidence.span.flatMap { Burst.find(course, in: $0, width: evidence.width) }
        // Trying again is what programs should do; only a storm of it is a finding.
        if signal == .retry, burst.map({ $0.count < 20 }) ?? true, !isStubborn(patterns) { return nil }
        var why = meaning.why
        why += " \(Phrase.count(count, "line says", "lines say")) so"
        if patterns.count > 1 { why += ", in \(patterns.count) patterns" }
        why += "; the words are “\(patterns[0].says ?? signal.rawValue)”."
        if let before = baselineSentence(places, count, evidence) { why += " " + before }
        let times = evidence.times(of: places)
        if let burst, burst.score > 12, let span = evidence.span,
            burst.from > span.lowerBound + evidence.width
        {
            let hasBefore = course.contains { $0.time < burst.from }
            why += " From \(Phrase.time(burst.from)) on \(Phrase.rate(burst.inside))"
            why += hasBefore ? " instead of \(Phrase.rate(burst.outside))." : ", none before."
        }
        var citations = places.prefix(3).compactMap { place -> Citation? in
            guard var citation = evidence.cite(first: place) else { return nil }
            citation.says = evidence.patterns[place].says
            return citation
        }
        if let burst, burst.score > 12, let start = evidence.cite(burst.line) {
            if !citations.contains(where: { $0.source == start.source && $0.lines == start.lines }) {
                citations.append(start)
            }
        }
        guard !citations.isEmpty else { return nil }
        var severity = meaning.severity
        if !isGrave, worst.map({ $0 <= .notice }) ?? false, severity > .low {
            severity = severity == .critical ? .high : severity == .high ? .medium : .low
        }
        let title = "\(meaning.name): \(Phrase.clip(patterns[0].text, 80))"
        return Finding(
            kind: "log.\(signal.rawValue)", title: title, severity: severity,
            confidence: isGrave ? 0.95 : worst == .warning ? 0.9 : worst == nil ? 0.85 : 0.6, why: why,
            nextTest: meaning.nextTest, times: times, count: count, subjects: patterns.map(\.id),
            citations: citations,
            details: JSONObject(members: [
                ("lines", .init(integerLiteral: Int64(count))),
                ("patterns", .init(integerLiteral: Int64(patterns.count))),
            ]))
    }

    /// Whether attempts were given up.
    private static func isStubborn(_ patterns: [LogEvidence.Pattern]) -> Bool {
        patterns.contains { pattern in
            guard let says = pattern.says, (pattern.worst ?? .error) >= .warning else { return false }
            return says.hasPrefix("giving up") || says.contains(bytesOf: "exhausted")
                || says.contains(bytesOf: "exceeded")
        }
    }

    static func baselineSentence(_ places: [Int], _ count: Int, _ evidence: LogEvidence) -> String? {
        guard evidence.hasBaseline else { return nil }
        let before = places.reduce(0) { $0 + evidence.patterns[$1].baseline.count }
        let scale =
            Double(max(1, evidence.digest.sides.subjectLines))
            / Double(max(1, evidence.digest.sides.baselineLines))
        if before == 0 { return "None of it is in what this is compared with." }
        let expected = Double(before) * scale
        return "By what it is compared with, \(Phrase.short(expected)) were to be expected."
    }
}

/// The first error, and when errors rise.
enum ErrorDetector {
    static func findings(_ evidence: LogEvidence) -> [Finding] {
        let patterns = evidence.patterns
        let places = patterns.indices.filter { patterns[$0].errors > 0 }
        guard !places.isEmpty else { return [] }
        let count = places.reduce(0) { $0 + patterns[$1].errors }
        let isStated =
            places.contains { (patterns[$0].worst ?? .info) >= .error }
            || evidence.digest.errors.entries.count > 0
        let firsts = places.map { place in
            (
                place,
                evidence.errorCourses[place].min(by: LogEvidence.isEarlier)
                    ?? .init(time: 0, line: patterns[place].firstError, count: 0)
            )
        }
        guard let first = firsts.min(by: { LogEvidence.isEarlier($0.1, $1.1) })?.0,
            let firstCitation = evidence.cite(patterns[first].firstError, pattern: patterns[first].id)
        else { return [] }
        let course = LogEvidence.merged(places.flatMap { evidence.errorCourses[$0] })
        let burst = evidence.span.flatMap { Burst.find(course, in: $0, width: evidence.width) }
        let often = places.sorted { (patterns[$1].errors, $0) < (patterns[$0].errors, $1) }
        var citations = [firstCitation]
        let lines = max(1, evidence.digest.sides.subjectLines)
        var details: [(String, JSON)] = [
            ("errors", .init(integerLiteral: Int64(count))),
            ("share", .init(floatLiteral: Double(count) / Double(lines))),
            ("patterns", .init(integerLiteral: Int64(places.count))),
        ]
        let firstText = Phrase.clip(patterns[first].text, 90)
        if let burst, let span = evidence.span, burst.score > 15, burst.count >= 10,
            burst.inside > 4 * burst.outside, burst.from > span.lowerBound + 2 * evidence.width
        {
            // The pattern that begins there and says most.
            let leading = often.max {
                inWindow(evidence.errorCourses[$0], burst) < inWindow(evidence.errorCourses[$1], burst)
            }
            if let start = evidence.cite(burst.line) { citations.insert(start, at: 0) }
            let before = course.filter { $0.time < burst.from }.reduce(0) { $0 + $1.count }
            let isLasting = burst.to >= span.upperBound - max((burst.to - burst.from) / 10, evidence.width)
            let name = before == 0 ? "Errors begin" : isLasting ? "Errors rise" : "A burst of errors"
            details.append(("begins_at", .string(LogTime.text(burst.from))))
            details.append(("rate_inside_per_second", .init(floatLiteral: burst.inside)))
            details.append(("rate_outside_per_second", .init(floatLiteral: burst.outside)))
            var why =
                "\(Phrase.count(burst.count, "error")) between \(Phrase.time(burst.from)) and \(Phrase.time(burst.to)): "
                + "\(Phrase.rate(burst.inside)), "
            why += before == 0 ? "none before." : "\(Phrase.rate(burst.outside)) otherwise."
            if before > 0 { why += " The very first error of all is “\(firstText)”." }
            return [
                Finding(
                    kind: "log.errors",
                    title:
                        "\(name) at \(Phrase.time(burst.from)), most with: \(Phrase.clip(patterns[leading ?? first].text, 70))",
                    severity: .high, confidence: isStated ? 0.95 : 0.75, why: why,
                    nextTest:
                        "Read on from the cited line upwards: what changed in the minute before (deployment, configuration, load, a neighbour)?",
                    times: burst.from...burst.to, count: burst.count,
                    subjects: [patterns[leading ?? first].id] + often.prefix(4).map { patterns[$0].id },
                    citations: citations, details: JSONObject(members: details))
            ]
        }
        for place in often.prefix(2) where place != first {
            if let citation = evidence.cite(patterns[place].firstError, pattern: patterns[place].id) {
                citations.append(citation)
            }
        }
        let isFirstLine = places.allSatisfy { place in
            evidence.errorCourses[place].allSatisfy { $0.line >= patterns[first].firstError }
        }
        let linesBefore = isFirstLine ? patterns[first].firstError - 1 : 0
        var why = "\(Phrase.count(count, "line")) of \(Phrase.grouped(lines)) "
        why += isStated ? "are at error level or worse" : "tell of errors by their words"
        why += ", in \(Phrase.count(places.count, "pattern"))."
        if places.count > 1 {
            why +=
                " The most frequent: “\(Phrase.clip(patterns[often[0]].text, 90))”, \(Phrase.grouped(patterns[often[0]].errors)) times."
        }
        if linesBefore > 20 { why += " The \(Phrase.grouped(linesBefore)) lines before the first have none." }
        if let sentence = SignalDetector.baselineSentence(places, count, evidence) { why += " " + sentence }
        return [
            Finding(
                kind: "log.errors", title: "The first error: \(firstText)",
                severity: isStated ? .medium : .low, confidence: isStated ? 0.9 : 0.6, why: why,
                nextTest: "Read the lines above the first error; later errors are often its consequences.",
                times: evidence.times(of: places), count: count,
                subjects: [patterns[first].id] + often.prefix(4).map { patterns[$0].id },
                citations: citations,
                details: JSONObject(members: details))
        ]
    }

    private static func inWindow(_ course: [LogEvidence.Slot], _ burst: Burst) -> Int {
        course.reduce(0) { $0 + ($1.time >= burst.from && $1.time < burst.to ? $1.count : 0) }
    }
}

/// Stack traces, each kind once.
enum TraceDetector {
    /// More kinds than that are told in one finding.
    private static let shown = 6

    static func findings(_ evidence: LogEvidence) -> [Finding] {
        let groups = evidence.digest.traces.groups.values.sorted {
            ($1.count, $0.lines.lowerBound) < ($0.count, $1.lines.lowerBound)
        }
        return groups.prefix(shown).compactMap { group in
            let trace = group.trace
            guard
                let citation = evidence.cite(
                    group.lines.lowerBound, to: group.lines.upperBound, says: nil),
                let header = evidence.cite(group.headerLine, says: says(trace))
            else { return nil }
            let own = trace.ownFrame
            var title = "\(trace.shortType)"
            if let own { title += " at \(Phrase.clip(own.text, 90))" }
            var why = "\(Phrase.count(group.count, "stack trace")) with this fingerprint"
            if !trace.message.isEmpty { why += "; the first says “\(Phrase.clip(trace.message, 120))”" }
            why += "."
            if let root = trace.causes.last { why += " The cause at its root is \(root)." }
            if own == nil { why += " No call in it is known to be own code." }
            let isFatal =
                trace.type == "panic" || trace.type.hasPrefix("fatal") || trace.type.hasPrefix("Fatal")
            return Finding(
                kind: "log.stack-trace", title: title,
                severity: isFatal ? .high : group.count >= 10 ? .high : .medium,
                confidence: 0.95, why: why,
                nextTest: own.map {
                    "Open \($0.text) at the version that ran, and see which value it did not expect."
                }
                    ?? "See who calls the first frame; name own packages with --own to find own code.",
                times: group.firstTime.flatMap { first in group.lastTime.map { first...max(first, $0) } },
                count: group.count, subjects: [trace.id],
                citations: header.lines.lowerBound == citation.lines.lowerBound
                    ? [merged(citation, header)] : [header, citation],
                details: details(group))
        }
    }

    private static func merged(_ citation: Citation, _ header: Citation) -> Citation {
        var citation = citation
        citation.says = header.says
        return citation
    }

    /// Words of the header that stand in its line as they are.
    static func says(_ trace: StackTrace) -> String {
        switch trace.language {
        case .rust: "panicked at"
        case .go: trace.type == "panic" ? "panic: " : "fatal error: "
        default: trace.type
        }
    }

    private static func details(_ group: TraceTally.Group) -> JSONObject {
        let trace = group.trace
        return JSONObject(members: [
            ("language", .string(trace.language.rawValue)), ("type", .string(trace.type)),
            ("message", .string(trace.message)), ("fingerprint", .string(trace.id)),
            ("causes", .array(trace.causes.map { .string($0) })),
            ("own_frame", trace.ownFrame.map { .string($0.text) } ?? .null),
            ("frames", .array(trace.frames.prefix(30).map { .string($0.text) })),
        ])
    }
}
