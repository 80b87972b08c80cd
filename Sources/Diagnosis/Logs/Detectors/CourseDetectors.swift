/// Patterns that are new, gone or far more frequent than in what the log is compared with.
enum ComparisonDetector {
    static func findings(_ evidence: LogEvidence) -> [Finding] {
        guard evidence.hasBaseline, evidence.digest.sides.subjectLines > 0 else { return [] }
        return [new(evidence), vanished(evidence), rising(evidence)].compactMap { $0 }
    }

    /// How many lines of the subject one of the baseline stands for: by time where both have it, else by lines.
    private static func scale(_ evidence: LogEvidence) -> Double {
        let sides = evidence.digest.sides
        if let subject = sides.subjectTimes, let baseline = sides.baselineTimes {
            let (one, other) = (
                subject.upperBound - subject.lowerBound, baseline.upperBound - baseline.lowerBound
            )
            if one > 10_000_000, other > 10_000_000 { return Double(one) / Double(other) }
        }
        return Double(sides.subjectLines) / Double(max(1, sides.baselineLines))
    }

    private static func new(_ evidence: LogEvidence) -> Finding? {
        let patterns = evidence.patterns
        let found = patterns.indices.filter {
            patterns[$0].baseline.count == 0 && patterns[$0].subject.count > 0 && !patterns[$0].isContinuation
                && !patterns[$0].text.isEmpty && patterns[$0].text != "<*>"
        }
        guard !found.isEmpty else { return nil }
        // What is grave first, then what is frequent.
        let ordered = found.sorted { first, second in
            let (a, b) = (patterns[first], patterns[second])
            let ranks = (
                (a.isTrouble ? 2 : 0) + (a.signal != nil ? 1 : 0),
                (b.isTrouble ? 2 : 0) + (b.signal != nil ? 1 : 0)
            )
            if ranks.0 != ranks.1 { return ranks.0 > ranks.1 }
            return (b.subject.count, a.subject.firstLine) < (a.subject.count, b.subject.firstLine)
        }
        let troubled = found.filter { patterns[$0].isTrouble || patterns[$0].signal != nil }
        let count = found.reduce(0) { $0 + patterns[$1].subject.count }
        let lead = patterns[ordered[0]]
        let share = Double(count) / Double(max(1, evidence.digest.sides.subjectLines))
        // Between two logs of different systems nearly all is new, and says nothing.
        let isAlien = share > 0.9 && found.count > 5
        var why =
            "\(Phrase.count(found.count, "pattern")) with \(Phrase.count(count, "line")) (\(Phrase.percent(share))) "
            + "\(found.count == 1 ? "is" : "are") not in what this is compared with"
        why += troubled.isEmpty ? "." : "; \(Phrase.count(troubled.count, "tells", "tell")) of trouble."
        if isAlien { why += " So much is new that the two logs may not be of the same system." }
        return Finding(
            kind: "log.new-pattern",
            title: "Never before: \(Phrase.clip(lead.text, 90))"
                + (found.count > 1 ? ", and \(found.count - 1) more" : ""),
            severity: troubled.isEmpty ? .low : .high,
            confidence: isAlien ? 0.3 : troubled.isEmpty ? 0.6 : 0.9, why: why,
            nextTest:
                "See what was deployed or changed just before \(evidence.times(of: Array(ordered.prefix(1))).map { Phrase.time($0.lowerBound) } ?? "the cited line").",
            times: evidence.times(of: Array(ordered.prefix(1))), count: count,
            subjects: ordered.prefix(20).map { patterns[$0].id },
            citations: ordered.prefix(5).compactMap { evidence.cite(first: $0) },
            details: JSONObject(members: [
                ("patterns", .init(integerLiteral: Int64(found.count))),
                ("troubled", .init(integerLiteral: Int64(troubled.count))),
            ]))
    }

    private static func vanished(_ evidence: LogEvidence) -> Finding? {
        let patterns = evidence.patterns
        let scale = scale(evidence)
        let found = patterns.indices.filter {
            patterns[$0].subject.count == 0 && !patterns[$0].isTrouble && patterns[$0].signal == nil
                && Double(patterns[$0].baseline.count) * scale >= 20 && !patterns[$0].isContinuation
        }
        .sorted { (patterns[$1].baseline.count, $0) < (patterns[$0].baseline.count, $1) }
        let usual = patterns.filter { Double($0.baseline.count) * scale >= 20 }
        guard let first = found.first, found.count * 10 < usual.count * 9 else { return nil }
        let expected = Double(patterns[first].baseline.count) * scale
        return Finding(
            kind: "log.vanished",
            title: "No longer written: \(Phrase.clip(patterns[first].text, 90))"
                + (found.count > 1 ? ", and \(found.count - 1) more" : ""),
            severity: .medium, confidence: 0.85,
            why:
                "By what this is compared with, \(Phrase.short(expected)) such lines were to be expected; there is none.",
            nextTest: "See whether the part that writes it still runs, and what it waits for.",
            count: patterns[first].baseline.count, subjects: found.prefix(20).map { patterns[$0].id },
            citations: found.prefix(3).compactMap { evidence.cite(first: $0, inBaseline: true) },
            details: JSONObject(members: [
                ("patterns", .init(integerLiteral: Int64(found.count))),
                ("expected", .init(floatLiteral: expected)),
            ]))
    }

    private static func rising(_ evidence: LogEvidence) -> Finding? {
        let patterns = evidence.patterns
        let scale = scale(evidence)
        let found = patterns.indices.compactMap { place -> (place: Int, ratio: Double)? in
            let pattern = patterns[place]
            guard pattern.baseline.count > 0, pattern.subject.count >= 10, !pattern.isContinuation else {
                return nil
            }
            let expected = (Double(pattern.baseline.count) + 1) * scale
            let ratio = Double(pattern.subject.count) / expected
            guard ratio >= (pattern.isTrouble || pattern.signal != nil ? 3 : 8),
                Chance.logPoissonTail(atLeast: Double(pattern.subject.count), expected: expected * 1.5) < -20
            else { return nil }
            return (place, ratio)
        }
        .sorted { first, second in
            let (a, b) = (patterns[first.place], patterns[second.place])
            if a.isTrouble != b.isTrouble { return a.isTrouble }
            return (second.ratio, first.place) < (first.ratio, second.place)
        }
        guard let first = found.first else { return nil }
        let pattern = patterns[first.place]
        let isTrouble = found.contains { patterns[$0.place].isTrouble || patterns[$0.place].signal != nil }
        return Finding(
            kind: "log.rising",
            title: "\(Phrase.short(first.ratio)) times as often as before: \(Phrase.clip(pattern.text, 80))"
                + (found.count > 1 ? ", and \(found.count - 1) more" : ""),
            severity: isTrouble ? .high : .low, confidence: 0.85,
            why:
                "\(Phrase.grouped(pattern.subject.count)) lines, where \(Phrase.short(Double(pattern.subject.count) / first.ratio)) were to be expected by what this is compared with.",
            nextTest: "See whether the load rose likewise; if not, what the cited lines have in common.",
            times: evidence.times(of: [first.place]), count: pattern.subject.count,
            subjects: found.prefix(20).map { patterns[$0.place].id },
            citations: found.prefix(3).compactMap { evidence.cite(first: $0.place) },
            details: JSONObject(members: [("ratio", .init(floatLiteral: first.ratio))]))
    }
}

/// Patterns that change within the log: begin late, burst, or stop.
enum CourseDetector {
    static func findings(_ evidence: LogEvidence, covered: Set<String>) -> [Finding] {
        guard let span = evidence.span, evidence.seconds >= 30 else { return [] }
        var findings: [Finding] = []
        if let finding = bursts(evidence, span, covered) { findings.append(finding) }
        if !evidence.hasBaseline, let finding = stopped(evidence, span) { findings.append(finding) }
        return findings
    }

    private static func bursts(_ evidence: LogEvidence, _ span: ClosedRange<Int64>, _ covered: Set<String>)
        -> Finding?
    {
        let patterns = evidence.patterns
        let lines = evidence.digest.sides.subjectLines
        let found = patterns.indices.compactMap { place -> (place: Int, burst: Burst)? in
            let pattern = patterns[place]
            let isWarning = pattern.isTrouble || pattern.signal != nil || (pattern.worst ?? .info) >= .warning
            // An ordinary message bursts with the load; it is told only where it floods the log.
            guard isWarning || pattern.subject.count * 10 > lines, pattern.subject.count >= 20,
                !pattern.isContinuation, !covered.contains(pattern.id),
                let burst = Burst.find(evidence.courses[place], in: span, width: evidence.width),
                burst.score > (isWarning ? 30 : 200), burst.inside > (isWarning ? 6 : 15) * burst.outside,
                isWarning || burst.count >= 200 && burst.count * 10 > lines,
                burst.from > span.lowerBound + 2 * evidence.width
            else { return nil }
            return (place, burst)
        }
        .sorted { ($1.burst.score, $0.place) < ($0.burst.score, $1.place) }
        guard let first = found.first,
            let citation = evidence.cite(first.burst.line, pattern: patterns[first.place].id)
        else { return nil }
        let burst = first.burst
        let others = found.dropFirst().prefix(2).compactMap { item in
            evidence.cite(item.burst.line, pattern: patterns[item.place].id)
        }
        let isWarning = (patterns[first.place].worst ?? .info) >= .warning || patterns[first.place].isTrouble
        return Finding(
            kind: "log.burst",
            title: "A burst at \(Phrase.time(burst.from)): \(Phrase.clip(patterns[first.place].text, 80))"
                + (found.count > 1 ? ", and \(found.count - 1) more" : ""),
            severity: isWarning ? .medium : .low, confidence: 0.8,
            why:
                "\(Phrase.count(burst.count, "line")) in \(Phrase.duration(burst.to - burst.from)): \(Phrase.rate(burst.inside)), otherwise \(Phrase.rate(burst.outside)).",
            nextTest: "Compare with what else begins at that time; see who or what sends most in the burst.",
            times: burst.from...burst.to, count: burst.count,
            subjects: found.prefix(10).map { patterns[$0.place].id },
            citations: [citation] + others)
    }

    private static func stopped(_ evidence: LogEvidence, _ span: ClosedRange<Int64>) -> Finding? {
        let patterns = evidence.patterns
        let found = patterns.indices.compactMap { place -> (place: Int, expected: Double)? in
            let pattern = patterns[place]
            let course = evidence.courses[place]
            guard pattern.subject.count >= 40, course.count >= 30, !pattern.isTrouble,
                !pattern.isContinuation,
                let first = course.first?.time, let last = course.last?.time
            else { return nil }
            let active = Double(last - first) / 1e6
            let silent = Double(span.upperBound - last) / 1e6
            // It came evenly for most of the time, and then for a good while no more.
            guard active > 60, silent > 0.1 * evidence.seconds, active > silent,
                Double(first - span.lowerBound) / 1e6 < active / 4
            else { return nil }
            let pauses = zip(course, course.dropFirst()).map { Double($1.time - $0.time) / 1e6 }
            guard let longest = pauses.max(), silent > 12 * longest else { return nil }
            // What stops because the whole log thins out is no finding of its own.
            return (place, Double(pattern.subject.count) / active * silent)
        }
        .sorted { ($1.expected, $0.place) < ($0.expected, $1.place) }
        guard let first = found.first, let citation = evidence.cite(last: first.place) else { return nil }
        let pattern = patterns[first.place]
        return Finding(
            kind: "log.vanished",
            title:
                "Written no more after \(Phrase.time(pattern.subject.lastTime)): \(Phrase.clip(pattern.text, 80))"
                + (found.count > 1 ? ", and \(found.count - 1) more" : ""),
            severity: .medium, confidence: 0.85,
            why:
                "It came \(Phrase.grouped(pattern.subject.count)) times without a long pause; in the \(Phrase.duration(span.upperBound - pattern.subject.lastTime)) behind, \(Phrase.short(first.expected)) more were to be expected.",
            nextTest: "See whether the part that writes it still runs, and what it did last.",
            times: pattern.subject.firstTime...pattern.subject.lastTime, count: pattern.subject.count,
            subjects: found.prefix(10).map { patterns[$0.place].id },
            citations: [citation] + found.dropFirst().prefix(2).compactMap { evidence.cite(last: $0.place) })
    }
}

/// Silences, and clocks that go back.
enum ClockDetector {
    static func findings(_ evidence: LogEvidence) -> [Finding] {
        let sources = evidence.digest.sources.filter { $0.role == .subject }
        return best(sources.compactMap { silence($0, evidence) })
            + best(sources.compactMap { back($0, evidence) })
    }

    /// The gravest few; many files say the same.
    private static func best(_ findings: [Finding]) -> [Finding] {
        Array(findings.sorted { ($1.score, $0.title) < ($0.score, $1.title) }.prefix(2))
    }

    private static func silence(_ source: LogSourceSummary, _ evidence: LogEvidence) -> Finding? {
        let watch = source.clock
        guard watch.timed >= 200, let times = source.times else { return nil }
        let gaps = watch.gaps.sorted { ($1.length, $0.before) < ($0.length, $1.before) }
        guard let first = gaps.first, first.length >= 30_000_000 else { return nil }
        // One, two or three silences that stand out from all others; the ratio guards against bursty logs.
        var several = 1
        while several < 3, several < gaps.count, gaps[several].length * 3 > first.length { several += 1 }
        let rest = several < gaps.count ? gaps[several].length : 1_000_000
        guard first.length >= 8 * max(rest, 1_000_000) else { return nil }
        let silent = gaps.prefix(several).reduce(0) { $0 + $1.length }
        let active = Double(times.upperBound - times.lowerBound - silent) / 1e6
        guard active > 0 else { return nil }
        let expected = Double(watch.timed) / active * Double(first.length) / 1e6
        guard expected >= 30, Double(silent) / 1e6 < active else { return nil }
        guard let before = evidence.cite(first.before, at: first.from),
            let after = evidence.cite(first.after, at: first.to)
        else { return nil }
        var more = ""
        if several > 1 {
            more =
                " There \(several == 2 ? "is one more silence" : "are \(several - 1) more silences") of this kind."
        }
        return Finding(
            kind: "log.silence",
            title:
                "Nothing is written for \(Phrase.duration(first.length)) from \(Phrase.time(first.from)) on",
            severity: .medium, confidence: 0.85,
            why:
                "At the usual rate \(Phrase.short(expected)) lines were to be expected; the longest silence but for this is \(Phrase.duration(rest)).\(more)",
            nextTest:
                "See whether the process hung, the host slept or was cut off, or lines were lost on their way; compare with a neighbour's log.",
            times: first.from...first.to, count: several, citations: [before, after],
            details: JSONObject(members: [
                ("seconds", .init(floatLiteral: Double(first.length) / 1e6)),
                ("expected_lines", .init(floatLiteral: expected)),
            ]))
    }

    private static func back(_ source: LogSourceSummary, _ evidence: LogEvidence) -> Finding? {
        let watch = source.clock
        guard let step = watch.steps.max(by: { ($0.length, $1.line) < ($1.length, $0.line) }),
            step.length >= 30_000_000,
            watch.timed >= 20
        else { return nil }
        guard let line = evidence.cite(step.line, at: step.to),
            let before = evidence.cite(step.latestLine, at: step.from)
        else { return nil }
        let share = Double(watch.late) / Double(watch.timed)
        let hour: Int64 = 3_600_000_000
        let isHour =
            abs(step.length - hour) < 120_000_000
            || step.length > hour && step.length % hour < 60_000_000 && step.length < 15 * hour
        let isMixed = watch.steps.filter { $0.length * 2 > step.length }.count > 3
        let title: String
        let why: String
        let next: String
        if isMixed || share > 0.02 && share < 0.98 && watch.steps.count > 4 {
            title = "Lines are out of order, by up to \(Phrase.duration(step.length))"
            why =
                "\(Phrase.count(watch.late, "line")) (\(Phrase.percent(share))) \(watch.late == 1 ? "is" : "are") older than a line above, by a second or more."
            next =
                "Several writers or hosts with different clocks may share the file: sort by time before reading it, and compare their clocks."
        } else if isHour {
            title = "Times go back by \(Phrase.duration(step.length)) at \(Phrase.time(step.from))"
            why = "A step of whole hours is usually a change of time zone or the end of summer time."
            next =
                "See whether the writer logs local time; read times behind this line with the other offset."
        } else {
            title = "The clock goes back by \(Phrase.duration(step.length)) at \(Phrase.time(step.from))"
            why =
                "The next line says \(Phrase.time(step.to)). \(Phrase.count(watch.late, "line")) \(watch.late == 1 ? "is" : "are") older than a line above."
            next =
                "Look for a change of the clock (ntp, chrony, a paused virtual machine), or for files put one behind the other."
        }
        return Finding(
            kind: "log.clock", title: title, severity: isMixed ? .low : .medium, confidence: 0.8, why: why,
            nextTest: next, times: min(step.from, step.to)...max(step.from, step.to), count: watch.late,
            citations: [before, line],
            details: JSONObject(members: [
                ("seconds", .init(floatLiteral: Double(step.length) / 1e6)),
                ("late_lines", .init(integerLiteral: Int64(watch.late))),
            ]))
    }
}
