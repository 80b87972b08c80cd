/// Private keys in their text forms, over many lines or, escaped, in one.
enum PrivateKey {
    /// The end of a line such as `-----BEGIN RSA PRIVATE KEY-----` (RFC 7468), or of a PGP block.
    static let expression = "-----BEGIN [A-Z0-9 ]{0,20}PRIVATE KEY"
    /// The key part of PuTTY's form.
    static let puttyExpression = "Private-Lines: [0-9]"

    /// Claims the lines of the body, one by one, so that the lines stay and what stands before them, as a
    /// logger's header, does too.
    ///
    /// The body ends at the `-----END`. Where that is missing it ends at the first line without key data.
    ///
    /// - Returns: how far the body was followed.
    static func find(in text: TextView, at end: Int, into spans: inout [RedactionSpan]) -> Int {
        var offset = end
        if text.has(" BLOCK", at: offset) { offset += 6 }
        if text.has("-----", at: offset) { offset += 5 }
        var empty = 0
        var isFirst = true
        while offset < text.upper {
            let line = lineEnd(text, offset)
            let body = text.has("-----END", within: offset..<line.end)
            let claimed = claim(text, offset..<(body ?? line.end), isFirst: isFirst, into: &spans)
            if body != nil { return line.end }
            empty = claimed ? 0 : empty + 1
            // Headers as `Proc-Type` and `Version` and an empty line stand before the body.
            guard empty < (isFirst ? 8 : 3) else { return line.end }
            if claimed { isFirst = false }
            offset = line.next
        }
        return offset
    }

    /// Claims the lines that `Private-Lines: n` counts.
    static func findPuTTY(in text: TextView, at end: Int, into spans: inout [RedactionSpan]) {
        var offset = text.end(of: .digits, from: end)
        offset = lineEnd(text, offset).next
        while offset < text.upper {
            let line = lineEnd(text, offset)
            let last = text.end(of: .base64, from: offset)
            guard last == line.end, last > offset else { return }
            spans.append(RedactionSpan(offset, last, .privateKey))
            offset = line.next
        }
    }

    /// Where the line ends that begins at `offset`, and where the next one begins.
    ///
    /// The escapes `\n` and `\r\n` of a quoted string end a line too, however often they are escaped.
    private static func lineEnd(_ text: TextView, _ offset: Int) -> (end: Int, next: Int) {
        var place = offset
        while place < text.upper {
            let byte = text[place]
            if byte == 0x0A { return (place, place + 1) }
            if byte == 0x0D, text[place + 1] == 0x0A { return (place, place + 2) }
            if byte == UInt8(ascii: "\\") {
                var letter = place
                while text[letter] == UInt8(ascii: "\\") { letter += 1 }
                if text[letter] == UInt8(ascii: "n") { return (place, letter + 1) }
                if text[letter] == UInt8(ascii: "r") { return (place, letter + 1) }
            }
            place += 1
        }
        return (text.upper, text.upper)
    }

    /// Claims the runs of base64 characters of a line that can be key data.
    private static func claim(
        _ text: TextView, _ range: Range<Int>, isFirst: Bool, into spans: inout [RedactionSpan]
    ) -> Bool {
        var isClaimed = false
        var last = range.lowerBound..<range.lowerBound
        var offset = range.lowerBound
        while offset < range.upperBound {
            let end = min(text.end(of: .base64, from: offset), range.upperBound)
            if end - offset >= 24 {
                spans.append(RedactionSpan(offset, end, .privateKey))
                isClaimed = true
            }
            if end > offset { last = offset..<end }
            offset = max(end, offset) + 1
        }
        if isClaimed || isFirst { return isClaimed }
        // The last line of a body may be short, and then stands alone on its line.
        let isAlone = last.lowerBound == range.lowerBound || isSpace(text[last.lowerBound - 1])
        guard last.upperBound == range.upperBound, isAlone, last.count >= 2 else { return false }
        spans.append(RedactionSpan(last.lowerBound, last.upperBound, .privateKey))
        return true
    }
}

extension TextView {
    /// Where a text begins in a range, or nil.
    func has(_ text: StaticString, within range: Range<Int>) -> Int? {
        var offset = range.lowerBound
        while offset + text.utf8CodeUnitCount <= range.upperBound {
            if self[offset] == text.utf8Start[0], has(text, at: offset) { return offset }
            offset += 1
        }
        return nil
    }
}
