/// Cookies (RFC 6265): the values go, the names and attributes stay.
enum Cookies {
    private static let attributes = WordList(
        "path domain expires max-age samesite secure httponly priority partitioned version comment")

    /// Claims the cookies of the field whose name ends before the byte at `end - 1`.
    ///
    /// - Returns: how far the field was followed.
    static func find(
        in text: TextView, at end: Int, field: FieldName, into spans: inout [RedactionSpan]
    ) -> Int {
        guard let word = field.start(text, endingAt: end - 1) else { return end }
        let name = text.start(of: .fieldName, before: word, limit: 64)..<end - 1
        guard let value = FieldValue.find(text, name: name) else {
            return findList(text, name, into: &spans)
        }
        if !value.isQuoted,
            text[value.range.lowerBound] == UInt8(ascii: "[")
                || text[value.range.lowerBound] == UInt8(ascii: "{")
        {
            return findList(text, name, into: &spans)
        }
        var offset = value.range.lowerBound
        let limit = value.isQuoted ? value.range.upperBound : text.upper
        while offset < limit {
            let nameEnd = text.end(of: .cookieName, from: offset, limit: 256)
            guard text[nameEnd] == UInt8(ascii: "="), nameEnd > offset else { return offset }
            let start = nameEnd + 1
            let end = min(text.end(of: .cookieValue, from: start), limit)
            if !attributes.contains(text, offset..<nameEnd) {
                if !Placeholder.isOne(text, start..<end) {
                    let form: RedactionSpan.Form =
                        text.bytes(start..<end).contains(UInt8(ascii: "%")) ? .percentEncoded : .text
                    spans.append(RedactionSpan(start, end, .fieldCookie, form))
                }
                offset = end
            } else {
                // A date of expiry holds blanks and a comma.
                offset = text.end(of: .cookieAttribute, from: start)
            }
            // Attributes without a value.
            while text[offset] == UInt8(ascii: ";") {
                offset = FieldValue.skipBlanks(text, offset + 1, limit: 8)
                let word = text.end(of: .cookieName, from: offset, limit: 256)
                guard text[word] == UInt8(ascii: ";") else { break }
                offset = word
            }
            guard text[offset - 1] == UInt8(ascii: ";") || isBlank(text[offset - 1]) else { return offset }
        }
        return offset
    }

    /// The values of a list of cookies as HAR has it: `"cookies": [{"name": ..., "value": ...}]`.
    private static func findList(_ text: TextView, _ name: Range<Int>, into spans: inout [RedactionSpan])
        -> Int
    {
        var offset = name.upperBound
        while offset < name.upperBound + 16, text[offset] != UInt8(ascii: "[") {
            let byte = text[offset]
            guard
                isSpace(byte) || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "\"")
                    || byte == UInt8(ascii: "\\")
            else { return offset }
            offset += 1
        }
        guard text[offset] == UInt8(ascii: "[") else { return offset }
        var depth = 0
        while offset < text.upper {
            let byte = text[offset]
            if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") {
                depth += 1
            } else if byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") {
                depth -= 1
                if depth == 0 { return offset }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                offset = string(text, offset, into: &spans)
                continue
            }
            offset += 1
        }
        return offset
    }

    /// Passes a string, and claims the value if it was the name `value`; returns where to go on.
    private static func string(_ text: TextView, _ start: Int, into spans: inout [RedactionSpan]) -> Int {
        var escapes = 0
        while text[start + escapes] == UInt8(ascii: "\\") { escapes += 1 }
        let open = start + escapes + 1
        guard text[open - 1] == UInt8(ascii: "\"") else { return open }
        let end = FieldValue.quotedEnd(text, open, quote: UInt8(ascii: "\""), escapes: escapes)
        guard end - open == 5, text.has("value", at: open) else { return end + escapes + 1 }
        guard let value = FieldValue.find(text, name: open..<end), value.isQuoted else {
            return end + escapes + 1
        }
        if !Placeholder.isOne(text, value.range) {
            let form: RedactionSpan.Form =
                text.bytes(value.range).contains(UInt8(ascii: "\\")) ? .escaped : .text
            spans.append(RedactionSpan(value.range.lowerBound, value.range.upperBound, .fieldCookie, form))
        }
        return value.range.upperBound + escapes + 1
    }
}

extension ByteSet {
    static let cookieName = ByteSet("!#$%&'*+-.^_`|~:/", letters: true, digits: true)
    static let cookieValue = complement(";,\" \\'\t\n\r<>}")
    static let cookieAttribute = complement(";\"\\'\n\r<>}")
}
