/// What stands where a value would, and is none.
enum Placeholder {
    private static let words = WordList(
        """
        null none nil true false undefined empty hidden masked redacted filtered removed omitted required \
        optional missing invalid incorrect wrong expired failed denied changed unchanged set unset unknown \
        n/a na yes no ok string text password secret token value example todo on off default enabled \
        disabled auto not is was has the for and with from (null) (none) nan 0 void anonymous \
        [filtered] [redacted] [hidden] [masked] [removed] [secret] [secure] <redacted> <hidden> <secret>
        """)

    /// Whether a value is empty, masked, a variable's name, or a token of an earlier redaction.
    static func isOne(_ text: TextView, _ range: Range<Int>) -> Bool {
        guard let first = range.first else { return true }
        if words.contains(text, range) { return true }
        let byte = text[first]
        let last = text[range.upperBound - 1]
        switch byte {
        case UInt8(ascii: "$"):
            // `${NAME}`, `$(command)`, `$NAME`; a password may begin with a dollar but then goes on otherwise.
            let second = text[first + 1]
            if second == UInt8(ascii: "{") || second == UInt8(ascii: "(") { return true }
            return range.dropFirst().allSatisfy { isUppercase(text[$0]) || text[$0] == UInt8(ascii: "_") }
                && range.count > 3
        case UInt8(ascii: "{"), UInt8(ascii: "<"):
            if text[first + 1] == byte || byte == UInt8(ascii: "<") && last == UInt8(ascii: ">") {
                return true
            }
        case UInt8(ascii: "%"):
            if last == UInt8(ascii: "%") || range.count <= 3 && !isHex(text[first + 1]) { return true }
        default: break
        }
        if isMask(text, range) { return true }
        return Pseudonym.isToken(text, range)
    }

    /// Whether a value is the same sign over and over: stars, dots, dashes, `x`.
    private static func isMask(_ text: TextView, _ range: Range<Int>) -> Bool {
        let byte = text[range.lowerBound]
        let isSign = byte < 0x80 && !isAlphanumeric(byte) || byte | 0x20 == UInt8(ascii: "x")
        if isSign, range.allSatisfy({ text[$0] == byte }) { return true }
        // Bullets and the ellipsis are signs of three bytes.
        return byte == 0xE2 && range.allSatisfy { text[$0] >= 0x80 }
    }
}
