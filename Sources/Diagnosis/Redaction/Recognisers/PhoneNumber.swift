/// Telephone numbers: international ones (ITU-T E.164) and those of North America.
enum PhoneNumber {
    /// A plus and what follows it, eight characters in all.
    static let internationalExpression = "\\+[1-9][0-9 .()-]{6}"
    static let internationalWidth = 8
    static let northAmericanExpression = "[2-9][0-9]{2}(?:\\) ?|[-.])[2-9][0-9]{2}[-. ][0-9]{4}"

    /// A code in parentheses and two groups, as many countries write numbers.
    static let parenthesisedExpression = "\\(0?[0-9]{2,3}\\) ?[0-9]{3,4}[- ][0-9]{3,4}"
    /// A number with the prefix of international dialling and groups.
    static let dialledExpression = "00[1-9][0-9]{0,2}[- ][0-9]{2,4}[- ][0-9]{3,4}"

    /// Claims a number whose beginning ends at `end`, and which begins with a parenthesis or two zeros.
    static func findGrouped(in text: TextView, at end: Int, into spans: inout [RedactionSpan]) {
        let start = text.start(of: .phone, before: end, limit: 20)
        var first = start
        while first < end, text[first] != UInt8(ascii: "("), !text.has("00", at: first) { first += 1 }
        guard first < end, text.isWordStart(first), text[first - 1] != UInt8(ascii: "_") else { return }
        guard let (last, digits) = digits(text, first, limit: 17), last >= end, digits.count >= 8 else {
            return
        }
        spans.append(RedactionSpan(first, last, .phoneGrouped))
    }

    static func findInternational(in text: TextView, at end: Int, into spans: inout [RedactionSpan]) {
        let start = end - internationalWidth
        let before = text[start - 1]
        guard !isAlphanumeric(before) || text.endsEscape(start), before != UInt8(ascii: "+") else { return }
        guard let (last, digits) = digits(text, start + 1, limit: 15) else { return }
        guard isInternational(digits) else { return }
        spans.append(RedactionSpan(start, last, .phoneInternational))
    }

    /// The digits of a number and where it ends: single separators between groups, and an extension.
    static func digits(_ text: TextView, _ start: Int, limit: Int) -> (end: Int, digits: [UInt8])? {
        var digits: [UInt8] = []
        var offset = start
        var end = start
        var separators = 0
        // Where the groups before the last one end, and how many digits they have.
        var earlier: (end: Int, count: Int)?
        while true {
            let byte = text[offset]
            if isDigit(byte) {
                if separators > 0, end > start { earlier = (end, digits.count) }
                digits.append(byte & 0x0F)
                guard digits.count <= limit else { return nil }
                separators = 0
                end = offset + 1
            } else if ByteSet.phone.contains(byte), separators < 2 {
                separators += 1
            } else {
                break
            }
            offset += 1
        }
        let after = text[end]
        if after == UInt8(ascii: "x"), isDigit(text[end + 1]) {
            end = text.end(of: .digits, from: end + 1, limit: 6)
        } else if isAlphanumeric(after) || after == UInt8(ascii: "_") || after == UInt8(ascii: "%") {
            // The last group belongs to the word behind it: “555 0100 2nd”.
            guard let earlier else { return nil }
            return (earlier.end, Array(digits.prefix(earlier.count)))
        } else if text.hasCaseless(" x", at: end), isDigit(text[end + 2]) {
            end = text.end(of: .digits, from: end + 2, limit: 6)
        } else if text.hasCaseless(" ext", at: end) {
            var number = end + 4
            while number < end + 7, !isDigit(text[number]) { number += 1 }
            if isDigit(text[number]) { end = text.end(of: .digits, from: number, limit: 6) }
        }
        return (end, digits)
    }

    private static func isInternational(_ digits: [UInt8]) -> Bool {
        switch digits.first {
        case 1: return digits.count == 11 && isNorthAmerican(digits.dropFirst())
        case 7: return digits.count == 11
        default: break
        }
        guard (9...15).contains(digits.count) else { return false }
        let code = Int(digits[0]) * 10 + Int(digits[1])
        switch code {
        case 20, 27, 30...34, 36, 39...41, 43...49, 51...58, 60...66, 81, 82, 84, 86, 90...95, 98: return true
        case 21...26, 29, 35, 37, 38, 42, 50, 59, 67...69, 85, 87, 88, 96, 97:
            return !unassigned.contains(code * 10 + Int(digits[2]))
        default: return false
        }
    }

    /// Country codes of three digits that nobody has.
    private static let unassigned: Set<Int> = [
        210, 214, 215, 217, 219, 259, 292, 293, 294, 295, 296, 384, 388, 422, 424, 425, 426, 427, 428, 429,
        671,
        684, 693, 694, 695, 696, 697, 698, 699, 851, 854, 857, 858, 859, 871, 872, 873, 874, 875, 876, 877,
        879,
        884, 885, 887, 889, 969, 978, 990, 997,
    ]

    private static func isNorthAmerican(_ digits: ArraySlice<UInt8>) -> Bool {
        let digits = Array(digits)
        guard digits.count == 10, digits[0] >= 2, digits[3] >= 2 else { return false }
        // Codes of services such as 911 are no area and no exchange.
        return !(digits[1] == 1 && digits[2] == 1) && !(digits[4] == 1 && digits[5] == 1)
    }

    static func findNorthAmerican(in text: TextView, at end: Int, into spans: inout [RedactionSpan]) {
        var start = end - 12
        if text[end - 9] == UInt8(ascii: " "), text[end - 10] == UInt8(ascii: ")") { start -= 1 }
        let hasParenthesis = text[start + 3] == UInt8(ascii: ")")
        if hasParenthesis {
            guard text[start - 1] == UInt8(ascii: "(") else { return }
            start -= 1
        } else {
            // The same sign between all groups, else these are three numbers.
            guard text[start + 3] == text[start + 7] else { return }
        }
        let before = text[start - 1]
        switch before {
        case UInt8(ascii: "#"), UInt8(ascii: "_"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "+"),
            UInt8(ascii: "="):
            return
        case UInt8(ascii: "-"), UInt8(ascii: " "):
            // The country's one before it; a plus before that makes it the other rule's.
            if text[start - 2] == UInt8(ascii: "1"), !isAlphanumeric(text[start - 3]) {
                if text[start - 3] == UInt8(ascii: "+") { return }
                start -= 2
            } else if before == UInt8(ascii: "-") {
                return
            }
        default: guard text.isWordStart(start) else { return }
        }
        guard !namesAnIdentifier(text, before: start) else { return }
        guard let (last, digits) = digits(text, start, limit: 11), last >= end else { return }
        let number = digits.count == 11 ? digits.dropFirst() : digits[...]
        guard isNorthAmerican(number) else { return }
        spans.append(RedactionSpan(start, last, .phoneNorthAmerica))
    }

    /// Whether the words just before say that the number identifies something other than a line.
    private static func namesAnIdentifier(_ text: TextView, before start: Int) -> Bool {
        var end = start
        while end > text.lower, start - end < 4, !isAlphanumeric(text[end - 1]), text[end - 1] >= 0x20 {
            end -= 1
        }
        let words: [StaticString] = [
            "id", "order", "ticket", "ref", "reference", "invoice", "sku", "serial", "case", "part", "number",
            "item", "build", "batch", "version", "code",
        ]
        return words.contains { word in
            text.hasCaseless(word, before: end) && !isLetter(text[end - word.utf8CodeUnitCount - 1])
        }
    }
}
