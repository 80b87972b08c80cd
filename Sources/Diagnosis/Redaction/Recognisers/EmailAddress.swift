/// Mail addresses (RFC 5321), as they are written in practice.
enum EmailAddress {
    /// The `@` with a character of an address on both sides.
    static let expression = "[A-Za-z0-9._+'\\x80-\\xFF-]@[A-Za-z0-9\\x80-\\xFF]"

    static func find(in text: TextView, at end: Int, into spans: inout [RedactionSpan]) {
        let at = end - 2
        var start = text.start(of: .mailLocal, before: at, limit: 64)
        // An escape such as `\n` leaves its letter at the beginning; quotes and dots do not begin an address.
        if text[start - 1] == UInt8(ascii: "\\"), start < at { start += 1 }
        while start < at, !isAlphanumeric(text[start]), text[start] < 0x80, text[start] != UInt8(ascii: "_") {
            start += 1
        }
        guard start < at else { return }
        // `user:password@host` is a URL's, escapes in the password or not; its own recogniser claims it.
        var outer = start
        while outer > text.lower, start - outer < 128,
            text[outer - 1] == UInt8(ascii: "%") || ByteSet.mailLocal.contains(text[outer - 1])
        {
            outer -= 1
        }
        guard text[outer - 1] != UInt8(ascii: ":") || !isInURL(text, outer) else { return }
        guard let last = domainEnd(text, at + 1) else { return }
        guard !(text[last] == UInt8(ascii: ":") && at - start == 3 && text.hasCaseless("git", at: start))
        else { return }
        guard !text.hasCaseless("redacted.invalid", before: last) else { return }
        spans.append(RedactionSpan(start, last, .email))
    }

    private static func isInURL(_ text: TextView, _ start: Int) -> Bool {
        var offset = start - 1
        while offset > text.lower, start - offset < 128 {
            let byte = text[offset - 1]
            if byte == UInt8(ascii: "/") { return true }
            if byte <= 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "<") { return false }
            offset -= 1
        }
        return false
    }

    /// Where the domain ends that begins at `start`; nil where it is none.
    private static func domainEnd(_ text: TextView, _ start: Int) -> Int? {
        var end = start
        while end < start + 253, ByteSet.hostname.contains(text[end]) || text[end] >= 0x80 { end += 1 }
        while end > start, !isAlphanumeric(text[end - 1]), text[end - 1] < 0x80 { end -= 1 }
        var dot = end
        while dot > start, text[dot - 1] != UInt8(ascii: ".") { dot -= 1 }
        guard dot > start + 1, text[dot - 2] != UInt8(ascii: ".") else { return nil }
        let top = dot..<end
        guard (2...24).contains(top.count), top.allSatisfy({ isLetter(text[$0]) || text[$0] >= 0x80 }) else {
            // Internationalised domains in their ASCII form.
            return text.hasCaseless("xn--", at: dot) ? end : nil
        }
        return FileExtension.isCommon(text, top) ? nil : end
    }
}
