/// Runs the matcher over a part of a window and asks the recognisers about what it found.
struct CandidateFinder: ~Copyable {
    private let rules: RedactionRules
    private let anchors = Anchor.all
    private let scratch: PatternDatabase.Scratch?
    private let customScratch: PatternDatabase.Scratch?
    private var matches: [PatternDatabase.Match] = []

    init(rules: RedactionRules) {
        self.rules = rules
        scratch = rules.builtIn.makeScratch()
        customScratch = rules.custom?.makeScratch()
    }

    /// Appends what is claimed by patterns that end behind `start` and up to `end`.
    ///
    /// The window holds as much before `start` and behind `end` as recognisers may see, or the text ends there.
    mutating func find(
        in window: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int, into spans: inout [RedactionSpan]
    ) {
        guard let base = window.baseAddress, end > start else { return }
        let first = max(0, start - RedactionStream.patternWidth)
        let claimed = spans.count
        matches.removeAll(keepingCapacity: true)
        scan(UnsafeBufferPointer(rebasing: window[first..<end]))
        var passed = 0
        for match in matches {
            let place = first + Int(match.end)
            // What ends before was looked at already; what lies within a long value belongs to it.
            guard place > start, place > passed else { continue }
            let text = TextView(
                base: base, lower: max(0, place - RedactionStream.lookBehind),
                upper: min(window.count, place + RedactionStream.lookAhead))
            let known = spans.count
            anchors[Int(match.pattern)].find(in: text, at: place, into: &spans)
            for new in known..<spans.count where spans[new].end == text.upper && text.upper < window.count {
                spans[new].isOpen = true
            }
            if spans.count > known, let last = spans.last, last.end - last.start > 1_024 { passed = last.end }
        }
        keepApplied(&spans, from: claimed)
        findCustom(in: window, from: start, to: end, into: &spans)
    }

    /// Claims the longest match of each of the caller's rules that begins in the range.
    private mutating func findCustom(
        in window: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int, into spans: inout [RedactionSpan]
    ) {
        guard let custom = rules.custom, let customScratch else { return }
        let first = max(0, start - RedactionStream.lookBehind)
        let last = min(window.count, end + RedactionStream.lookAhead)
        matches.removeAll(keepingCapacity: true)
        custom.scan(
            UnsafeBufferPointer(rebasing: window[first..<last]), scratch: customScratch, into: &matches)
        let firstRule = UInt16(RedactionRules.builtInRules.count)
        var longest: [Place: Int] = [:]
        for match in matches {
            let place = Place(pattern: match.pattern, start: first + Int(match.start))
            guard place.start >= start, place.start < end else { continue }
            longest[place] = max(longest[place] ?? 0, first + Int(match.end))
        }
        for (place, matchEnd) in longest where matchEnd > place.start {
            let line = window[place.start..<matchEnd].firstIndex(of: 0x0A) ?? matchEnd
            guard line > place.start, !isToken(window, place.start..<line) else { continue }
            spans.append(
                RedactionSpan(start: place.start, end: line, rule: firstRule + UInt16(place.pattern)))
        }
    }

    /// Where a rule of the caller matched.
    private struct Place: Hashable {
        var pattern: UInt32
        var start: Int
    }

    private func isToken(_ window: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Bool {
        guard let base = window.baseAddress else { return false }
        return Pseudonym.isToken(TextView(base: base, lower: 0, upper: window.count), range)
    }

    private mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let scratch else { return }
        rules.builtIn.scan(bytes, scratch: scratch, into: &matches)
    }

    /// Drops spans of rules that are not applied, and any that came out empty.
    private func keepApplied(_ spans: inout [RedactionSpan], from first: Int) {
        var kept = first
        for place in first..<spans.count {
            let span = spans[place]
            guard rules.isApplied[Int(span.rule)], span.end > span.start else { continue }
            spans[kept] = span
            kept += 1
        }
        spans.removeLast(spans.count - kept)
    }
}
