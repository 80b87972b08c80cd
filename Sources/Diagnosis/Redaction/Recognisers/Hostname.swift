/// Names of computers in the domain name system (RFC 1123).
enum Hostname {
    /// The dot before the top of a domain and the top, as far as no file, class or unit ends so.
    static let expression =
        "[A-Za-z0-9]\\.(?:com|net|org|edu|gov|mil|io|dev|cloud|info|biz|internal|intranet|corp|lan|home|arpa|de|uk|fr|nl|jp|cn|br|ru|au|eu|ch|se|kr|tw|cz|dk|be|ie|nz|za|pt|hu|ua|tr|ar|mx|ca|us)[^A-Za-z0-9_]"

    /// Hosts of standards and examples.
    ///
    /// They are the same for everybody, and namespaces break without them.
    private static let known = WordList(
        """
        www.w3.org w3.org schemas.xmlsoap.org schemas.microsoft.com schemas.openxmlformats.org xmlns.com \
        purl.org json-schema.org schema.org www.ietf.org tools.ietf.org www.iana.org maven.apache.org \
        logging.apache.org www.apache.org java.sun.com xmlns.jcp.org jakarta.ee www.springframework.org \
        localhost example.com www.example.com example.org example.net www.sitemaps.org opentelemetry.io \
        kubernetes.io k8s.io docs.oracle.com slf4j.org www.slf4j.org
        """)
    private static let words = WordList(
        "localhost localhost.localdomain unknown none null default local true false any all undefined "
            + "localdomain string host hostname self this http https tcp udp ok error down up")
    /// First labels of packages, which are domains written backwards.
    private static let packages = WordList(
        "com org net io de uk fr jp cn edu gov java javax jakarta kotlin scala sun android androidx "
            + "ch nl se ru dev akka play spring springfox reactor")

    /// Claims the name whose top ends before the byte at `end - 1`.
    static func find(in text: TextView, at end: Int, into spans: inout [RedactionSpan]) {
        let last = end - 1
        let after = text[last]
        // More labels follow, so this was not the top; or a call or a path of a program.
        if after == UInt8(ascii: "."), isAlphanumeric(text[end]) { return }
        guard after != UInt8(ascii: "("), after != UInt8(ascii: "-") else { return }
        let start = text.start(of: .hostname, before: last, limit: 253)
        guard text.isWordStart(start) else { return }
        let before = text[start - 1]
        // A mail address, a URL, a path or a variable: their own rules decide.
        switch before {
        case UInt8(ascii: "@"), UInt8(ascii: "_"), UInt8(ascii: "/"), UInt8(ascii: "$"), UInt8(ascii: "%"):
            return
        case UInt8(ascii: "+"), 0x80...: return
        default: break
        }
        var first = start
        while first < last, !isAlphanumeric(text[first]) { first += 1 }
        guard isName(text, first..<last), mayBeRedacted(text, first..<last) else { return }
        spans.append(RedactionSpan(first, last, .hostname))
    }

    private static func isName(_ text: TextView, _ range: Range<Int>) -> Bool {
        var labels = 1
        var label = range.lowerBound
        for offset in range where text[offset] == UInt8(ascii: ".") {
            guard offset > label, text[label] != UInt8(ascii: "-"), offset - label <= 63 else { return false }
            guard !isIdentifier(text, label..<offset) else { return false }
            if labels == 1, packages.contains(text, label..<offset) { return false }
            labels += 1
            label = offset + 1
        }
        return labels >= 2
    }

    /// Whether a label is written as names of classes and members are: `NetUtils`, `getHost`, `System`.
    private static func isIdentifier(_ text: TextView, _ label: Range<Int>) -> Bool {
        var hasUpper = false
        var hasLower = false
        for offset in label {
            let byte = text[offset]
            if isDigit(byte) || byte == UInt8(ascii: "-") { return false }
            if isUppercase(byte) { hasUpper = true } else { hasLower = true }
        }
        return hasUpper && hasLower
    }

    /// Where a name ends that begins at `start`.
    static func end(_ text: TextView, _ start: Int) -> Int {
        var end = start
        while end < start + 253,
            ByteSet.hostname.contains(text[end]) || text[end] == UInt8(ascii: "_")
                || text[end] >= 0x80
        { end += 1 }
        while end > start, !isAlphanumeric(text[end - 1]), text[end - 1] < 0x80 { end -= 1 }
        return end
    }

    /// Whether a name is a computer's own: no address, no standard's, no word for this machine, no token.
    static func mayBeRedacted(_ text: TextView, _ range: Range<Int>) -> Bool {
        guard range.count >= 2, range.contains(where: { isLetter(text[$0]) || text[$0] >= 0x80 }) else {
            return false
        }
        guard !words.contains(text, range), !known.contains(text, range) else { return false }
        guard !text.hasCaseless("redacted.invalid", before: range.upperBound) else { return false }
        return !Pseudonym.isToken(text, range)
    }
}
