/// Runs the matcher over a part of a window and asks the recognisers about what it found.
struct CandidateFinder: ~Copyable {
    private let rules: RedactionRules
    private let recognisers = Anchor.all.map(\.recogniser)
    private let scratch: PatternDatabase.Scratch?
    private let customScratch: PatternDatabase.Scratch?
    private var matches: [PatternDatabase.Match] = []
    /// The offset behind the last text that was looked at decoded.
    private var decoded = 0
    /// How far the last private key and the last list of cookies were followed.
    private var keyEnd = 0
    private var listEnd = 0
    private static let escape = UInt32(Anchor.escape)

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
        var runs = DecodedRuns(after: decoded)
        for match in matches {
            let place = first + Int(match.end)
            // What ends before was looked at already; what lies within a long value belongs to it.
            guard place > start, place > passed else { continue }
            guard match.pattern != Self.escape else {
                runs.add(window, around: place)
                continue
            }
            let recogniser = recognisers[Int(match.pattern)]
            let text = TextView(
                base: base, lower: max(0, place - RedactionStream.lookBehind),
                upper: min(window.count, place + recogniser.reach))
            let known = spans.count
            find(recogniser, in: text, at: place, into: &spans)
            if spans.count > known { dropTokens(text, &spans, from: known) }
            for new in known..<spans.count where spans[new].end == text.upper && text.upper < window.count {
                spans[new].isOpen = true
            }
            if spans.count > known, let last = spans.last, last.end - last.start > 1_024 { passed = last.end }
        }
        decoded = runs.end
        findDecoded(runs, window, beside: claimed, into: &spans)
        keepApplied(&spans, from: claimed)
        findCustom(in: window, from: start, to: end, into: &spans)
    }

    /// Looks at what was escaped, as it reads decoded, and claims the original.
    ///
    /// What was claimed as it stands counts for more: decoded quotes and slashes can look like the ends of a
    /// value. A decoded claim is kept where nothing else is, or where it covers the other and holds an escape.
    private mutating func findDecoded(
        _ runs: DecodedRuns, _ window: UnsafeBufferPointer<UInt8>, beside first: Int,
        into spans: inout [RedactionSpan]
    ) {
        guard runs.bytes.count > 1 else { return }
        matches.removeAll(keepingCapacity: true)
        var found: [RedactionSpan] = []
        runs.bytes.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return }
            scan(bytes)
            for match in matches where match.pattern != Self.escape {
                let place = Int(match.end)
                let recogniser = recognisers[Int(match.pattern)]
                if case .url = recogniser,
                    Self.isPlainURL(window, runs.origin(of: place - 1..<place).lowerBound)
                {
                    continue
                }
                let text = TextView(
                    base: base, lower: max(0, place - RedactionStream.lookBehind),
                    upper: min(bytes.count, place + min(recogniser.reach, DecodedRuns.limits.right)))
                recogniser.find(in: text, at: place, into: &found)
            }
        }
        var claims: [RedactionSpan] = []
        for var span in found where span.end > span.start && span.end < runs.bytes.count {
            let origin = runs.origin(of: span.start..<span.end)
            let isEscaped = origin.count != span.end - span.start
            span.start = origin.lowerBound
            span.end = origin.upperBound
            if isEscaped {
                span.form = window[origin].contains(UInt8(ascii: "%")) ? .percentEncoded : .escaped
            }
            claims.append(span)
        }
        let known = Self.covered(spans[first...])
        var next = 0
        for claim in claims.sorted(by: { $0.start < $1.start }) {
            while next < known.count, known[next].upperBound <= claim.start { next += 1 }
            var isKept = true
            var other = next
            while other < known.count, known[other].lowerBound < claim.end {
                let covers = claim.start <= known[other].lowerBound && claim.end >= known[other].upperBound
                if !covers || claim.form == .text { isKept = false }
                other += 1
            }
            if isKept { spans.append(claim) }
        }
    }

    /// Whether the authority of a URL that is not escaped itself begins at an offset.
    ///
    /// Its escapes are read after it was parted, never before (RFC 3986, section 2.4): `%2F` in a password ends no host.
    private static func isPlainURL(_ window: UnsafeBufferPointer<UInt8>, _ offset: Int) -> Bool {
        offset >= 3 && window[offset - 3..<offset].elementsEqual("://".utf8)
    }

    /// The ranges that spans cover together, in order and apart.
    private static func covered(_ spans: ArraySlice<RedactionSpan>) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        for span in spans.sorted(by: { $0.start < $1.start }) where span.end > span.start {
            if let last = ranges.last, span.start < last.upperBound {
                ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, span.end)
            } else {
                ranges.append(span.start..<span.end)
            }
        }
        return ranges
    }

    /// The window moves: what was at an offset is now so many bytes before.
    mutating func shift(by count: Int) {
        decoded = max(0, decoded - count)
        keyEnd = max(0, keyEnd - count)
        listEnd = max(0, listEnd - count)
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

    /// Asks a recogniser, unless one of its kind went over the place before.
    ///
    /// Bodies of keys and lists of cookies are long. What begins within one is a part of it.
    private mutating func find(
        _ recogniser: Anchor.Recogniser, in text: TextView, at place: Int, into spans: inout [RedactionSpan]
    ) {
        switch recogniser {
        case .privateKey:
            guard place > keyEnd else { return }
            keyEnd = PrivateKey.find(in: text, at: place, into: &spans)
        case .field(let field) where field.rule == .fieldCookie:
            guard place > listEnd else { return }
            listEnd = Cookies.find(in: text, at: place, field: field, into: &spans)
        default: recogniser.find(in: text, at: place, into: &spans)
        }
    }

    private mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let scratch else { return }
        rules.builtIn.scan(bytes, scratch: scratch, into: &matches)
    }

    /// Drops spans that are a part of a token of an earlier redaction.
    private func dropTokens(_ text: TextView, _ spans: inout [RedactionSpan], from first: Int) {
        var kept = first
        for place in first..<spans.count {
            let span = spans[place]
            let start = text.start(of: .tokenWord, before: span.start, limit: 64)
            let end = text.end(of: .tokenWord, from: span.end, limit: 64)
            guard end - start > 96 || !Pseudonym.isToken(text, start..<end) else { continue }
            spans[kept] = span
            kept += 1
        }
        spans.removeLast(spans.count - kept)
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

extension ByteSet {
    /// What tokens are made of that are words: `REDACTED-...` and `u...@h....redacted.invalid`.
    fileprivate static let tokenWord = ByteSet("@.-", letters: true, digits: true)
}
