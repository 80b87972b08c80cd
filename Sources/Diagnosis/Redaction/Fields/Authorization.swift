/// Credentials of HTTP (RFC 9110, section 11): in an `Authorization` header, or their scheme alone.
enum Authorization {
    static let bearerExpression = "bearer[ +][A-Za-z0-9._~+/-]{16}"
    static let bearerWidth = 23
    static let basicExpression = "basic [A-Za-z0-9+/]{8}"
    static let basicWidth = 14

    /// The credentials that curl and its like are given: `-u user:password`.
    static let userExpression = "[ '\"]-u[ '\"]{1,3}[A-Za-z0-9._@%+-]{1,64}:[^ \\t\\r\\n]"

    private static let schemes = WordList(
        "basic bearer digest negotiate ntlm token apikey api-key hawk oauth aws4-hmac-sha256 sso-key key dpop "
            + "sharedaccesssignature sharedkey bot jwt mac")

    /// Claims what follows the scheme in the header's value; the scheme stays.
    static func find(_ text: TextView, name: Range<Int>, into spans: inout [RedactionSpan]) {
        guard let value = FieldValue.find(text, name: name) else { return }
        let range = value.isQuoted ? value.range : value.range.lowerBound..<lineEnd(text, value.range)
        guard !Placeholder.isOne(text, range) else { return }
        var scheme = range.lowerBound
        while scheme < range.upperBound, ByteSet.fieldName.contains(text[scheme]) { scheme += 1 }
        if text[scheme] == UInt8(ascii: " ") || text[scheme] == UInt8(ascii: "+"),
            schemes.contains(text, range.lowerBound..<scheme)
        {
            claimParameters(text, scheme + 1..<range.upperBound, into: &spans)
        } else {
            let single =
                range.lowerBound..<min(range.upperBound, text.end(of: .token, from: range.lowerBound))
            let isFirm = value.isAssigned || value.isQuoted || value.isNameQuoted
            guard !Placeholder.isOne(text, single), single.count >= 8 || isFirm && single.count >= 4 else {
                return
            }
            guard isFirm || Entropy.looksRandom(text.bytes(single), atLeast: 8) else { return }
            guard single.upperBound == range.upperBound || !value.isQuoted else {
                spans.append(RedactionSpan(range.lowerBound, range.upperBound, .fieldAuthorization))
                return
            }
            spans.append(
                RedactionSpan(
                    single.lowerBound, single.upperBound, .fieldAuthorization,
                    FieldRecogniser.numberForm(of: single, value, text) ?? .text))
        }
    }

    /// The header's end: that of the line, or the quote of a command line.
    private static func lineEnd(_ text: TextView, _ value: Range<Int>) -> Int {
        var end = value.lowerBound
        while end < text.upper, end < value.lowerBound + 8_192 {
            let byte = text[end]
            if let close = parameterEnd(text, end) {
                end = close
                continue
            }
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'")
                || byte == UInt8(ascii: "\\")
            {
                break
            }
            end += 1
        }
        return end
    }

    /// The offset behind the quotes of a parameter, as `username="anna"`, where they begin at an offset; nil elsewhere.
    private static func parameterEnd(_ text: TextView, _ offset: Int) -> Int? {
        guard text[offset - 1] == UInt8(ascii: "=") else { return nil }
        let isEscaped = text[offset] == UInt8(ascii: "\\")
        var close = isEscaped ? offset + 1 : offset
        guard text[close] == UInt8(ascii: "\"") else { return nil }
        close += 1
        while close < text.upper, text[close] >= 0x20, text[close] != UInt8(ascii: "\"") { close += 1 }
        guard text[close] == UInt8(ascii: "\"") else { return nil }
        return close + 1
    }

    /// Claims one token, or the secret parameters of a list such as Digest's.
    private static func claimParameters(
        _ text: TextView, _ range: Range<Int>, into spans: inout [RedactionSpan]
    ) {
        let end = min(text.end(of: .token, from: range.lowerBound), range.upperBound)
        // A parameter's value may begin with an escaped quote where the header stands in JSON.
        let isList =
            range.contains { text[$0] == UInt8(ascii: ",") }
            && text.bytes(range.lowerBound..<end).contains(UInt8(ascii: "="))
            && (text[end] == UInt8(ascii: "\"") || text[end] == UInt8(ascii: "\\")
                || text[end] == UInt8(ascii: ","))
        if !isList {
            guard end > range.lowerBound, !Placeholder.isOne(text, range.lowerBound..<end) else { return }
            spans.append(RedactionSpan(range.lowerBound, end, .fieldAuthorization))
            return
        }
        var offset = range.lowerBound
        while offset < range.upperBound {
            let name = text.end(of: .fieldName, from: offset)
            guard text[name] == UInt8(ascii: "="), name > offset else {
                offset = max(name, offset) + 1
                continue
            }
            var start = name + 1
            while text[start] == UInt8(ascii: "\\") || text[start] == UInt8(ascii: "\"") { start += 1 }
            let last = min(text.end(of: .token, from: start), range.upperBound)
            if isSecretParameter(text, offset..<name), last > start, !Placeholder.isOne(text, start..<last) {
                spans.append(RedactionSpan(start, last, .fieldAuthorization))
            }
            offset = max(last, start) + 1
        }
    }

    private static func isSecretParameter(_ text: TextView, _ range: Range<Int>) -> Bool {
        let names = WordList(
            "response nonce cnonce opaque username signature credential token oauth_token oauth_signature "
                + "oauth_consumer_key oauth_nonce mac id sig")
        return names.contains(text, range)
    }

    /// Claims the password of `-u user:password`.
    static func findUser(in text: TextView, at end: Int, into spans: inout [RedactionSpan]) {
        let last = text.end(of: .word, from: end)
        guard !Placeholder.isOne(text, end - 1..<last) else { return }
        spans.append(RedactionSpan(end - 1, last, .fieldPassword))
    }

    /// Claims the token behind a `Bearer` outside of a header.
    static func findBearer(in text: TextView, at end: Int, into spans: inout [RedactionSpan]) {
        let start = end - bearerWidth + 7
        guard text.isWordStart(start - 7) else { return }
        let last = text.end(of: .token, from: start)
        guard Entropy.looksRandom(text.bytes(start..<last), atLeast: 16),
            !Pseudonym.isToken(text, start..<last)
        else {
            return
        }
        spans.append(RedactionSpan(start, last, .bearer))
    }

    /// Claims the credentials behind a `Basic`, where they decode to a name, a colon and a password.
    static func findBasic(in text: TextView, at end: Int, into spans: inout [RedactionSpan]) {
        let start = end - basicWidth + 6
        guard text.isWordStart(start - 6) else { return }
        let last = text.end(of: .base64, from: start)
        let decoded = Base64.decode(text.bytes(start..<last), limit: 512)
        guard decoded.contains(UInt8(ascii: ":")), decoded.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            return
        }
        spans.append(RedactionSpan(start, last, .basic))
    }
}

extension ByteSet {
    /// A word of a command line.
    fileprivate static let word = complement(" \t\r\n\"'\\")
}
