/// Hardware addresses of 48 bits, in the three ways of writing them.
enum MediaAccessAddress {
    static let colonExpression =
        "[0-9A-Fa-f]:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}"
    static let dashExpression =
        "[0-9A-Fa-f]-[0-9A-Fa-f]{2}-[0-9A-Fa-f]{2}-[0-9A-Fa-f]{2}-[0-9A-Fa-f]{2}-[0-9A-Fa-f]{2}"
    static let dotExpression = "[0-9A-Fa-f]{4}\\.[0-9A-Fa-f]{4}\\.[0-9A-Fa-f]{4}"

    /// Claims six pairs of digits that end at `end`, joined by colons or dashes.
    static func find(in text: TextView, at end: Int, into spans: inout [RedactionSpan]) {
        let start = end - 17
        let separator = text[end - 3]
        guard isHex(text[start]), isEdge(text, start, end, separator) else { return }
        append(text, start, end, into: &spans)
    }

    /// Claims three groups of four digits that end at `end`.
    static func findDotted(in text: TextView, at end: Int, into spans: inout [RedactionSpan]) {
        let start = end - 14
        guard isEdge(text, start, end, UInt8(ascii: ".")) else { return }
        // Four digits each are more often decimal numbers than an address.
        guard (start..<end).contains(where: { isLetter(text[$0]) }) else { return }
        append(text, start, end, into: &spans)
    }

    private static func isEdge(_ text: TextView, _ start: Int, _ end: Int, _ separator: UInt8) -> Bool {
        guard text.isWordStart(start), text[start - 1] != separator else { return false }
        let after = text[end]
        return !isAlphanumeric(after) && !(after == separator && isHex(text[end + 1]))
    }

    private static func append(
        _ text: TextView, _ start: Int, _ end: Int, into spans: inout [RedactionSpan]
    ) {
        var value: UInt64 = 0
        for offset in start..<end where isHex(text[offset]) {
            value = value << 4 | UInt64(hexValue(text[offset]))
        }
        // None and everybody are no one's address; the prefix is a token's.
        guard value != 0, value != 0xFFFF_FFFF_FFFF, value >> 24 != Pseudonym.macPrefix else { return }
        spans.append(RedactionSpan(start, end, .mac))
    }
}
