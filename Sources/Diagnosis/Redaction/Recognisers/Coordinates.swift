/// Latitude and longitude as decimal fractions, near a word that says so.
enum Coordinates {
    /// Two numbers with four decimals or more and a comma between them.
    static let expression = "[0-9]\\.[0-9]{4,16}[ ]?,[ ]?-?[0-9]{1,3}\\.[0-9]{4}"

    static func find(in text: TextView, at end: Int, into spans: inout [RedactionSpan]) {
        guard let second = number(text, endingIn: end) else { return }
        var comma = second.lowerBound - 1
        while isBlank(text[comma]) { comma -= 1 }
        guard text[comma] == UInt8(ascii: ",") else { return }
        var firstEnd = comma
        while isBlank(text[firstEnd - 1]) { firstEnd -= 1 }
        guard let first = number(text, endingIn: firstEnd), isNamed(text, first.lowerBound) else { return }
        guard value(text, first) <= 180, value(text, second) <= 180 else { return }
        spans.append(RedactionSpan(first.lowerBound, first.upperBound, .coordinates, .decimal))
        spans.append(RedactionSpan(second.lowerBound, second.upperBound, .coordinates, .decimal))
    }

    private static func number(_ text: TextView, endingIn end: Int) -> Range<Int>? {
        let last = text.end(of: .digits, from: end, limit: 20)
        let point = text.start(of: .digits, before: end, limit: 20) - 1
        guard text[point] == UInt8(ascii: ".") else { return nil }
        var start = text.start(of: .digits, before: point, limit: 4)
        guard (1...3).contains(point - start), text[last] != UInt8(ascii: ".") else { return nil }
        if text[start - 1] == UInt8(ascii: "-") { start -= 1 }
        return start..<last
    }

    /// The number without its sign and fraction.
    private static func value(_ text: TextView, _ range: Range<Int>) -> Int {
        var value = 0
        for offset in range {
            if text[offset] == UInt8(ascii: ".") { break }
            if isDigit(text[offset]) { value = value * 10 + Int(text[offset] & 0x0F) }
        }
        return value
    }

    /// Whether a word of places stands within a few bytes before, on the same line.
    private static func isNamed(_ text: TextView, _ start: Int) -> Bool {
        let words: [StaticString] = [
            "lat", "geo", "gps", "loc", "coord", "position", "point", "center", "near", "ll=", "place",
        ]
        var offset = start
        while offset > text.lower, start - offset < 32, text[offset - 1] != 0x0A {
            offset -= 1
            if text[offset] == UInt8(ascii: "@"), offset == start - 1 { return true }
            if words.contains(where: { text.hasCaseless($0, at: offset) }) { return true }
        }
        return false
    }

    /// Whether a text in a field of this name is a coordinate: a fraction within a circle.
    static func isFraction(_ text: TextView, _ range: Range<Int>) -> Bool {
        var digits = (before: 0, after: 0)
        var hasPoint = false
        for offset in range {
            let byte = text[offset]
            switch byte {
            case UInt8(ascii: "-"), UInt8(ascii: "+"):
                guard offset == range.lowerBound else { return false }
            case UInt8(ascii: "."):
                guard !hasPoint else { return false }
                hasPoint = true
            default:
                guard isDigit(byte) else { return false }
                if hasPoint { digits.after += 1 } else { digits.before += 1 }
            }
        }
        return (1...3).contains(digits.before) && digits.after >= 2 && value(text, range) <= 180
    }
}
