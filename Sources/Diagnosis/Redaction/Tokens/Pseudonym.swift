/// How tokens look, and how they are told from values.
enum Pseudonym {
    /// The first half of the hardware addresses of tokens: locally administered, and `TL` in ASCII.
    static let macPrefix: UInt64 = 0x02_54_4C
    /// Characters of digests in tokens: none that are easily confused.
    private static let alphabet: StaticString = "0123456789abcdefghjkmnpqrstvwxyz"
    /// What numbers as tokens begin with.
    ///
    /// No telephone, card or account number does.
    static let numberPrefix: StaticString = "990"
    /// Degrees that no circle has.
    static let decimalPrefix: StaticString = "999."

    /// Appends ten characters (50 bits) of a digest.
    static func append(_ digest: [UInt8], to token: inout [UInt8]) {
        var bits = digest.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        for _ in 0..<10 {
            token.append(alphabet.utf8Start[Int(bits >> 59)])
            bits <<= 5
        }
    }

    /// Appends so many decimal digits of a digest.
    static func appendDigits(_ digest: [UInt8], _ count: Int, to token: inout [UInt8]) {
        var number = digest.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        for _ in 0..<count {
            token.append(UInt8(ascii: "0") + UInt8(number % 10))
            number /= 10
        }
    }

    /// Whether a text is a token, whoever's key it was made with.
    static func isToken(_ text: TextView, _ range: Range<Int>) -> Bool {
        if text.has("REDACTED-", at: range.lowerBound) { return range.count >= 21 && isWord(text, range) }
        if text.hasCaseless(".redacted.invalid", before: range.upperBound) { return range.count > 17 }
        if text.has(numberPrefix, at: range.lowerBound), range.count == 15 {
            return range.allSatisfy { isDigit(text[$0]) }
        }
        if text.has(decimalPrefix, at: range.lowerBound), range.count == 12 {
            return range.dropFirst(4).allSatisfy { isDigit(text[$0]) }
        }
        return isAddress(text, range)
    }

    /// Whether a text is the token of an internet address or of a hardware address.
    private static func isAddress(_ text: TextView, _ range: Range<Int>) -> Bool {
        switch text[range.lowerBound] {
        case UInt8(ascii: "2"):
            if text.has("2001:db8:", at: range.lowerBound) { return IPAddress.groups(text, range) != nil }
            let parts = text.bytes(range).split(
                separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            let numbers = parts.compactMap { UInt8(String(decoding: $0, as: UTF8.self)) }
            return parts.count == 4 && numbers.count == 4 && (240...250).contains(numbers[0])
        case UInt8(ascii: "0"):
            guard (14...17).contains(range.count) else { return false }
            let digits = range.filter { isHex(text[$0]) }.map { hexValue(text[$0]) }
            return digits.count == 12
                && digits.prefix(6).reduce(UInt64(0)) { $0 << 4 | UInt64($1) } == macPrefix
        default: return false
        }
    }

    /// Whether a text is `REDACTED-`, a kind, and ten characters.
    private static func isWord(_ text: TextView, _ range: Range<Int>) -> Bool {
        let tail = range.upperBound - 10
        guard tail > range.lowerBound + 10, text[tail - 1] == UInt8(ascii: "-") else { return false }
        let isKind = (range.lowerBound + 9..<tail).allSatisfy {
            isLowercase(text[$0]) || isDigit(text[$0]) || text[$0] == UInt8(ascii: "-")
        }
        return isKind && (tail..<range.upperBound).allSatisfy { isLowercase(text[$0]) || isDigit(text[$0]) }
    }
}
