/// What stands between `://` and the path of a URL (RFC 3986, section 3.2): user, password, host.
enum URLAuthority {
    /// Slashes are escaped in the JSON of some writers.
    static let expression = ":(?://|\\\\/\\\\/)[^\\s/\\\\]"

    /// Claims the password, the user name before it, and the name of the host.
    static func find(in text: TextView, at end: Int, into spans: inout [RedactionSpan]) {
        let start = end - 1
        var colon: Int?
        var at: Int?
        var offset = start
        let limit = min(text.upper, start + 1_024)
        // A password may hold nearly anything that is not escaped as it should be; the last `@` before the
        // path ends it.
        while offset < limit {
            let byte = text[offset]
            if byte == UInt8(ascii: ":"), colon == nil { colon = offset }
            if byte == UInt8(ascii: "@") { at = offset }
            if endsAuthority(byte) { break }
            offset += 1
        }
        if let at {
            claimUser(text, start, colon: colon.flatMap { $0 < at ? $0 : nil }, at: at, into: &spans)
        }
        claimHost(text, (at ?? start - 1) + 1, into: &spans)
    }

    private static func endsAuthority(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "\""), UInt8(ascii: "\\"),
            UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "'"), UInt8(ascii: "`"), UInt8(ascii: " "):
            true
        default: byte < 0x20
        }
    }

    private static func claimUser(
        _ text: TextView, _ start: Int, colon: Int?, at: Int, into spans: inout [RedactionSpan]
    ) {
        let userEnd = colon ?? at
        if let colon, at > colon + 1, !Placeholder.isOne(text, colon + 1..<at) {
            spans.append(RedactionSpan(colon + 1, at, .urlPassword, form(text, colon + 1..<at)))
        }
        guard userEnd > start, !Placeholder.isOne(text, start..<userEnd) else { return }
        // A token may stand in the user's place: `https://TOKEN@host`.
        if colon == nil, Entropy.looksRandom(text.bytes(start..<userEnd), atLeast: 16) {
            spans.append(RedactionSpan(start, userEnd, .urlSecret, form(text, start..<userEnd)))
        } else if !SystemAccount.isOne(text, start..<userEnd) {
            spans.append(RedactionSpan(start, userEnd, .urlUser, form(text, start..<userEnd)))
        }
    }

    private static func form(_ text: TextView, _ range: Range<Int>) -> RedactionSpan.Form {
        text.bytes(range).contains(UInt8(ascii: "%")) ? .percentEncoded : .text
    }

    private static func claimHost(_ text: TextView, _ start: Int, into spans: inout [RedactionSpan]) {
        let end = Hostname.end(text, start)
        guard end > start, Hostname.mayBeRedacted(text, start..<end) else { return }
        spans.append(RedactionSpan(start, end, .urlHost))
    }
}
