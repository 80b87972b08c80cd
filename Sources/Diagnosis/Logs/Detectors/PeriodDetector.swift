/// Trouble, and slowness, that comes back at equal intervals.
enum PeriodDetector {
    static func findings(_ evidence: LogEvidence) -> [Finding] {
        let slow = slowness(evidence)
        let trouble = troubles(evidence)
        return Array((slow + trouble).sorted { ($1.score, $0.title) < ($0.score, $1.title) }.prefix(3))
    }

    // MARK: Durations

    private static func slowness(_ evidence: LogEvidence) -> [Finding] {
        var spreads: [Int: LatencyWatch.Spread] = [:]
        for (shape, spread) in evidence.digest.latency.spreads.sorted(by: { $0.key < $1.key }) {
            guard let place = evidence.templates.template(ofPattern: Int(shape)) else { continue }
            if spreads[place] == nil {
                spreads[place] = spread
            } else {
                spreads[place]?.merge(spread, lines: 0)
            }
        }
        return spreads.sorted { $0.key < $1.key }.compactMap { place, spread in
            slow(place, spread, evidence)
        }
    }

    private static func slow(_ place: Int, _ spread: LatencyWatch.Spread, _ evidence: LogEvidence) -> Finding?
    {
        guard spread.count >= 50 else { return nil }
        let median = spread.quantile(0.5)
        // Spikes are rare, and a good deal above what nine in ten take.
        let limit = max(3 * median, 1.5 * spread.quantile(0.9), 50_000)
        let spikes = spread.longest.filter { $0.microseconds >= limit && $0.time != nil }
            .sorted { ($0.microseconds, $1.line) > ($1.microseconds, $0.line) }
        guard spikes.count >= 5 else { return nil }
        // With fewer and longer ones the period may be clearer.
        for count in [spikes.count, spikes.count / 2, spikes.count / 4] where count >= 5 {
            let chosen = spikes.prefix(count)
            let times = chosen.compactMap(\.time)
            guard let period = Period(of: times, resolution: 1000), period.length >= 2_000_000,
                period.hits >= 5,
                let top = chosen.min(by: { $0.line < $1.line })
            else { continue }
            let height = Chance.median(chosen.map(\.microseconds))
            let pattern = evidence.patterns[place]
            let citations = chosen.sorted { $0.line < $1.line }.prefix(3).compactMap {
                evidence.cite($0.line, pattern: pattern.id, at: $0.time)
            }
            guard !citations.isEmpty else { return nil }
            return finding(
                period,
                title:
                    "Every \(Phrase.duration(period.length)) it takes \(Phrase.duration(Int64(height))): \(Phrase.clip(pattern.text, 70))",
                what:
                    "\(Phrase.count(chosen.count, "duration")) of about \(Phrase.duration(Int64(height))), where half take less than \(Phrase.duration(Int64(median)))",
                amplitude: height, count: chosen.count, pattern: pattern.id, citations: citations,
                severity: .medium,
                first: top.time ?? period.phase)
        }
        return nil
    }

    // MARK: Trouble

    private static func troubles(_ evidence: LogEvidence) -> [Finding] {
        let patterns = evidence.patterns
        return patterns.indices.compactMap { place -> Finding? in
            let pattern = patterns[place]
            let isTrouble = pattern.isTrouble || pattern.signal != nil || (pattern.worst ?? .info) >= .warning
            guard isTrouble, pattern.subject.count >= 6, !pattern.isContinuation else { return nil }
            let course = evidence.courses[place]
            guard course.count >= 6, course.count <= 20_000,
                let period = Period(of: course.map(\.time), resolution: evidence.width),
                period.length >= 8 * evidence.width, period.hits >= 6
            else { return nil }
            let citations = course.prefix(3).compactMap { evidence.cite($0.line, pattern: pattern.id) }
            guard !citations.isEmpty else { return nil }
            let each = Double(pattern.subject.count) / Double(max(1, period.hits))
            return finding(
                period, title: "Every \(Phrase.duration(period.length)): \(Phrase.clip(pattern.text, 90))",
                what: "\(Phrase.count(pattern.subject.count, "line")), some \(Phrase.short(each)) each time",
                amplitude: each,
                count: pattern.subject.count, pattern: pattern.id, citations: citations,
                severity: pattern.isTrouble || pattern.signal != nil ? .medium : .low,
                first: course[0].time)
        }
    }

    // MARK: Saying it

    private static func finding(
        _ period: Period, title: String, what: String, amplitude: Double, count: Int, pattern: String,
        citations: [Citation], severity: Finding.Severity, first: Int64
    ) -> Finding {
        let day = CivilTime.microsecondsPerDay
        let inDay = ((period.phase % day) + day) % day
        let inHour = inDay % 3_600_000_000
        let phase = "\(Phrase.duration(inHour)) past the hour"
        var why =
            "\(what). The grid of \(Phrase.duration(period.length)) is met at \(period.hits) of \(period.places) places, within \(Phrase.duration(max(period.jitter, 1000))) in the middle case; the first is \(phase)."
        let tolerance = max(2 * period.jitter, 2_000_000)
        let cleanInterval = [
            60, 120, 300, 600, 720, 900, 1200, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400,
        ].first {
            abs(period.length - Int64($0) * 1_000_000) < max(tolerance / 10, Int64($0) * 2000)
        }
        let isOnMinute = inHour % 60_000_000 < tolerance || inHour % 60_000_000 > 60_000_000 - tolerance
        var candidates: [String]
        if cleanInterval != nil, isOnMinute {
            candidates = ["a cron job or timer of the clock", "a batch job", "a scheduled backup or report"]
        } else if cleanInterval != nil {
            candidates = [
                "a cache or token that expires", "a timer that counts from the start of the process",
                "a health check or poller",
            ]
        } else {
            candidates = [
                "a pause with a fixed delay behind each run",
                "a garbage collection or buffer that fills at an even rate", "a retry with a fixed wait",
            ]
        }
        why += " Candidates: \(candidates.joined(separator: ", "))."
        candidates.append("")
        return Finding(
            kind: "log.periodic", title: title, severity: severity,
            confidence: min(0.95, 0.6 + Double(period.hits) * 0.02),
            why: why,
            nextTest:
                "List what runs every \(Phrase.duration(period.length)) (crontab -l, systemctl list-timers, schedulers, cache lifetimes); the next is due at \(Phrase.time(period.phase + Int64(period.places) * period.length)).",
            times: first...max(first, period.phase + Int64(period.places - 1) * period.length), count: count,
            subjects: [pattern], citations: citations,
            details: JSONObject(members: [
                ("period_seconds", .init(floatLiteral: Double(period.length) / 1e6)),
                ("phase_seconds_past_hour", .init(floatLiteral: Double(inHour) / 1e6)),
                ("phase", .string(LogTime.text(period.phase))), ("amplitude", .init(floatLiteral: amplitude)),
                ("jitter_seconds", .init(floatLiteral: Double(period.jitter) / 1e6)),
                ("hits", .init(integerLiteral: Int64(period.hits))),
                ("places", .init(integerLiteral: Int64(period.places))),
            ]))
    }
}
