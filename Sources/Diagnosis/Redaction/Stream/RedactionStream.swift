import Glibc

/// Redacts a stream of bytes of any length in bounded memory.
///
/// Bytes are collected in a window of fixed size. The window is searched up to the last line that has enough
/// behind it for every rule to see as far as it may; so what is found depends on the bytes alone, never on the
/// pieces they came in. What a rule sees is bounded by ``lookBehind`` and ``lookAhead``: a single value that is
/// longer is replaced as a whole, and its token made of its beginning.
///
/// Costs a few nanoseconds a byte; memory is about two windows.
public struct RedactionStream: ~Copyable {
    /// How many bytes before a candidate a rule may look at.
    static let lookBehind = 4_096
    /// How many bytes behind a candidate a rule may look at.
    static let lookAhead = 65_536
    /// How far before the place where a pattern ended its match may begin.
    static let patternWidth = 512

    private let rules: RedactionRules
    private var finder: CandidateFinder
    private var pseudonymiser: Pseudonymiser
    private let window: UnsafeMutableBufferPointer<UInt8>
    /// How many bytes of the window hold input.
    private var filled = 1
    /// What was given out, up to here.
    private var committed = 1
    /// What was searched, up to here.
    private var searched = 1
    /// The offset in the file of the window's first byte; a line feed stands before the file.
    private var base = -1
    /// Claimed and not given out yet, by their beginning.
    private var pending: [RedactionSpan] = []
    private var output: [UInt8] = []
    private var lines = LineCounter()
    /// Whether the rest of a value is passed over that is longer than rules look ahead.
    private var longValue: LongValue?

    /// How many values each rule replaced, in the order of the rules.
    private var counts: [Int]

    /// Begins a stream.
    ///
    /// - Parameter windowSize: bytes that are held; at least four times the look-ahead.
    public init(rules: RedactionRules, key: RedactionKey, windowSize: Int = 1 << 20) {
        self.rules = rules
        finder = CandidateFinder(rules: rules)
        pseudonymiser = Pseudonymiser(key: key)
        let size = max(windowSize, 4 * Self.lookAhead)
        window = UnsafeMutableBufferPointer.allocate(capacity: size)
        window[0] = 0x0A
        counts = Array(repeating: 0, count: rules.rules.count)
    }

    deinit { window.deallocate() }

    /// How many values each rule replaced so far; rules without any are left out.
    public var replaced: [(rule: RedactionRule, count: Int)] {
        zip(rules.rules, counts).filter { $0.1 > 0 }.map { (rule: $0.0, count: $0.1) }
    }

    /// Takes the next bytes and gives out what is settled.
    ///
    /// - Parameters:
    ///   - bytes: the next piece of the input.
    ///   - observe: is told of each value that was replaced, in order.
    ///   - write: gets the next piece of the output.
    public mutating func feed(
        _ bytes: UnsafeRawBufferPointer, observe: ((borrowing Redaction) -> Void)? = nil,
        write: (UnsafeRawBufferPointer) throws -> Void
    ) rethrows {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = min(rest.count, window.count - filled)
            let target = UnsafeMutableRawBufferPointer(
                rebasing: UnsafeMutableRawBufferPointer(window)[filled...])
            target.copyBytes(from: rest.prefix(count))
            filled += count
            rest = rest.dropFirst(count)
            if filled == window.count { try step(isLast: false, observe: observe, write: write) }
        }
    }

    /// Takes the end of the input and gives out the rest.
    ///
    /// Nothing may be fed afterwards.
    public mutating func finish(
        observe: ((borrowing Redaction) -> Void)? = nil, write: (UnsafeRawBufferPointer) throws -> Void
    ) rethrows {
        try step(isLast: true, observe: observe, write: write)
    }

    /// Searches the window as far as its content allows, gives out what is settled, and makes room.
    private mutating func step(
        isLast: Bool, observe: ((borrowing Redaction) -> Void)?,
        write: (UnsafeRawBufferPointer) throws -> Void
    ) rethrows {
        passValue()
        var limit = max(searched, isLast ? filled : filled - Self.lookAhead)
        var isWholeLine = isLast
        if !isLast, let line = lastLineEnd(before: limit) {
            limit = line
            isWholeLine = true
        }
        finder.find(
            in: UnsafeBufferPointer(rebasing: window[..<filled]), from: searched, to: limit, into: &pending)
        searched = limit
        // In the middle of a line a later candidate may still claim bytes before its pattern's end.
        let settled = isWholeLine ? limit : max(committed, limit - Self.lookBehind)
        replace(upTo: settled, observe: observe)
        try output.withUnsafeBytes(write)
        output.removeAll(keepingCapacity: true)
        makeRoom()
    }

    private func lastLineEnd(before limit: Int) -> Int? {
        guard limit > searched else { return nil }
        return window[searched..<limit].lastIndex(of: 0x0A).map { $0 + 1 }
    }

    /// Drops what was given out and is not looked at any more.
    private mutating func makeRoom() {
        let keep = max(0, committed - Self.lookBehind - Self.patternWidth)
        guard keep > 0, let start = window.baseAddress else { return }
        memmove(start, start + keep, filled - keep)
        filled -= keep
        committed -= keep
        searched -= keep
        base += keep
        finder.shift(by: keep)
        for place in pending.indices {
            pending[place].start -= keep
            pending[place].end -= keep
        }
    }

    /// Gives out the text up to an offset, with tokens in place of what is claimed.
    private mutating func replace(upTo settled: Int, observe: ((borrowing Redaction) -> Void)?) {
        pending.sort { ($0.start, $1.end, $0.rule) < ($1.start, $0.end, $1.rule) }
        var limit = settled
        var next = 0
        while next < pending.count, pending[next].start < limit {
            var span = pending[next]
            span.start = max(span.start, committed)
            guard span.end > span.start else {
                next += 1
                continue
            }
            var following = next + 1
            // Two tokens in a row without anything between could not be told apart.
            while following < pending.count, pending[following].start <= span.end {
                span.unite(with: pending[following], rules.kindOfRule)
                following += 1
            }
            if span.end > limit, span.start > committed, limit < filled {
                // More may be claimed of it by what was not searched yet.
                limit = span.start
                break
            }
            emit(span, observe: observe)
            limit = max(limit, span.end)
            next = following
        }
        pending.removeFirst(next)
        append(upTo: max(limit, committed))
    }

    /// Passes over the rest of a value that is longer than rules look ahead; its token was given out.
    private mutating func passValue() {
        guard let value = longValue else { return }
        var end = committed
        // The cut may have fallen between backslashes and what they escape.
        var slashes = 0
        while slashes < 64, slashes < committed, window[committed - 1 - slashes] == UInt8(ascii: "\\") {
            slashes += 1
        }
        var isEnded = false
        while end < filled, !isEnded {
            let byte = window[end]
            if byte == UInt8(ascii: "\\"), value.quote != 0 {
                slashes += 1
            } else {
                isEnded = value.isEnded(by: byte, after: slashes)
                if !isEnded { slashes = 0 }
            }
            if !isEnded { end += 1 }
        }
        // Backslashes before the last quote belong to it, and those at the edge wait for what follows.
        if !isEnded || value.escapes > 0 { end = max(committed, end - slashes) }
        longValue = isEnded ? nil : value
        lines.count(UnsafeBufferPointer(rebasing: window[committed..<end]))
        committed = end
        searched = max(searched, end)
    }

    private mutating func append(upTo end: Int) {
        guard end > committed else { return }
        let text = UnsafeBufferPointer(rebasing: window[committed..<end])
        output.append(contentsOf: text)
        lines.count(text)
        committed = end
    }

    private mutating func emit(_ span: RedactionSpan, observe: ((borrowing Redaction) -> Void)?) {
        append(upTo: span.start)
        let value = UnsafeBufferPointer(rebasing: window[span.start..<span.end])
        let before = output.count
        pseudonymiser.append(value, rules.kindOfRule[Int(span.rule)], span.form, to: &output)
        counts[Int(span.rule)] += 1
        if let observe {
            observe(
                Redaction(
                    rule: rules.rules[Int(span.rule)], line: lines.line, column: lines.column,
                    offset: base + span.start,
                    length: value.count, token: String(decoding: output[before...], as: UTF8.self),
                    value: UnsafeRawBufferPointer(value)))
        }
        lines.count(value)
        committed = span.end
        longValue = span.isOpen ? LongValue(quote: span.quote, escapes: span.escapes) : nil
        passValue()
    }
}

/// What ends a value that is longer than rules look ahead.
private struct LongValue {
    var quote: UInt8
    var escapes: Int

    func isEnded(by byte: UInt8, after slashes: Int) -> Bool {
        if byte == 0x0A || byte == 0x0D { return true }
        guard quote != 0 else { return ByteSet.endOfLongValue.contains(byte) }
        return byte == quote && (escapes == 0 ? slashes % 2 == 0 : slashes <= escapes)
    }
}

extension ByteSet {
    /// What ends a value without quotes of many thousand bytes: a blank, a quote, markup.
    fileprivate static let endOfLongValue = ByteSet(" \t\"'<>`")
}

extension RedactionSpan {
    /// Covers another span that overlaps this one; the more specific rule names both.
    fileprivate mutating func unite(with other: RedactionSpan, _ kinds: [RedactionKind]) {
        let isWithin = other.end <= end
        let isSame = start == other.start && end == other.end
        let isMoreSpecific = kinds[Int(other.rule)].rank < kinds[Int(rule)].rank
        if isSame && isMoreSpecific {
            rule = other.rule
            form = other.form == .text ? form : other.form
        } else if !isWithin {
            // Of two that only overlap the secret names both.
            let isSecret = kinds[Int(other.rule)].category == .secret
            if isSecret, kinds[Int(rule)].category != .secret { rule = other.rule }
            end = other.end
            isOpen = other.isOpen
            quote = other.quote
            escapes = other.escapes
            if form != other.form { form = .text }
        }
    }
}
