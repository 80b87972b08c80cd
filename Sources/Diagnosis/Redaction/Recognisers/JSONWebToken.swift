/// JSON Web Tokens: signed in three parts (RFC 7515) or encrypted in five (RFC 7516).
enum JSONWebToken {
    /// The beginning of base64url data whose first byte is `{`, and a few more letters of it.
    static let expression = "e(?:yJ|yA|wo)[A-Za-z0-9_-]{9}"
    static let width = 12

    /// Claims a token that begins where the expression did.
    ///
    /// The header must decode to an object that names an algorithm; so other base64 data stays.
    static func find(in text: TextView, at end: Int, into spans: inout [RedactionSpan]) {
        let start = end - width
        guard text.isWordStart(start) else { return }
        let headerEnd = text.end(of: .base64URL, from: start, limit: 4_096)
        guard text[headerEnd] == UInt8(ascii: "."), namesAlgorithm(text, start..<headerEnd) else { return }
        var last = headerEnd
        var parts = 1
        // A detached payload or key is empty: two dots in a row.
        while parts < 5, text[last] == UInt8(ascii: ".") {
            let next = text.end(of: .base64URL, from: last + 1)
            if next == last + 1 && text[next] != UInt8(ascii: ".") { break }
            last = next
            parts += 1
        }
        guard parts >= 2 else { return }
        spans.append(RedactionSpan(start, last, .jwt))
    }

    private static func namesAlgorithm(_ text: TextView, _ range: Range<Int>) -> Bool {
        let header = Base64.decode(text.bytes(range), limit: 3_072)
        guard header.first == UInt8(ascii: "{") else { return false }
        let marks: [StaticString] = ["\"alg\"", "\"enc\"", "\"typ\"", "\"kid\""]
        return header.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return false }
            let view = TextView(base: base, lower: 0, upper: bytes.count)
            return (0..<bytes.count).contains { place in
                bytes[place] == UInt8(ascii: "\"") && marks.contains { view.has($0, at: place) }
            }
        }
    }
}
