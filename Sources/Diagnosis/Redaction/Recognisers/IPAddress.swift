/// Internet addresses of both versions.
enum IPAddress {
    /// The first digit of the last of four groups.
    static let version4Expression = "[0-9]\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]"
    /// Two colons in a row, beside a digit.
    static let shortExpression = "(?:[0-9A-Fa-f]::|::[0-9A-Fa-f])"
    /// Five groups; the whole address has eight.
    static let version6Expression = "[0-9A-Fa-f](?::[0-9A-Fa-f]{1,4}){5}:[0-9A-Fa-f]"

    static func findVersion4(in text: TextView, at end: Int, into spans: inout [RedactionSpan]) {
        let last = text.end(of: .digits, from: end, limit: 3)
        var place = last
        var octets: UInt32 = 0
        var start = last
        for group in 0..<4 {
            if group > 0 {
                place -= 1
                guard text[place] == UInt8(ascii: ".") else { return }
            }
            let first = text.start(of: .digits, before: place, limit: 4)
            let count = place - first
            guard (1...3).contains(count), count == 1 || text[first] != UInt8(ascii: "0") else { return }
            var value: UInt32 = 0
            for offset in first..<place { value = value * 10 + UInt32(text[offset] - 0x30) }
            guard value < 256 else { return }
            octets |= value << UInt32(8 * group)
            place = first
            start = first
        }
        findNamed(in: text, before: start, end: last, into: &spans)
        guard isAddress(octets), !isPartOfMore(text, start, last), !Version.isOne(text, start, last, octets)
        else { return }
        spans.append(RedactionSpan(start, last, .ipv4))
    }

    /// Claims the name in `name/1.2.3.4:port`, as Java writes addresses.
    private static func findNamed(
        in text: TextView, before start: Int, end: Int, into spans: inout [RedactionSpan]
    ) {
        guard text[start - 1] == UInt8(ascii: "/"), text[start - 2] != UInt8(ascii: "/") else { return }
        let name = text.start(of: .hostname, before: start - 1, limit: 253)
        guard name < start - 2, text.isWordStart(name), isLetter(text[name]) || isDigit(text[name]) else {
            return
        }
        let range = name..<start - 1
        // `Chrome/120.0.0.0` is a product; a computer's name has a digit or a dash, or a port follows.
        let isMachine = range.contains { isDigit(text[$0]) || text[$0] == UInt8(ascii: "-") }
        let hasPort = text[end] == UInt8(ascii: ":") && isDigit(text[end + 1])
        guard isMachine || hasPort, Hostname.mayBeRedacted(text, range) else { return }
        spans.append(RedactionSpan(range.lowerBound, range.upperBound, .fieldHost))
    }

    /// Whether an address is a computer's: not this one, not everybody, no mask, no group, and no token.
    private static func isAddress(_ octets: UInt32) -> Bool {
        switch octets >> 24 {
        case 0, 127, 224...255: false
        default: true
        }
    }

    private static func isPartOfMore(_ text: TextView, _ start: Int, _ end: Int) -> Bool {
        let before = text[start - 1]
        if text.isInEscape(start) { return true }
        if isAlphanumeric(before) && !text.endsEscape(start) || before == UInt8(ascii: "_") { return true }
        if before == UInt8(ascii: "."), isAlphanumeric(text[start - 2]) { return true }
        let after = text[end]
        if isAlphanumeric(after) || after == UInt8(ascii: "_") { return true }
        return after == UInt8(ascii: ".") && isAlphanumeric(text[end + 1]) && isDigit(text[end + 1])
    }

    static func findVersion6(in text: TextView, at end: Int, into spans: inout [RedactionSpan]) {
        let start = text.start(of: .colonHex, before: end, limit: 48)
        var last = text.end(of: .colonHex, from: end, limit: 48)
        let before = text[start - 1]
        guard !isAlphanumeric(before) || text.endsEscape(start), before != UInt8(ascii: "_") else { return }
        guard !text.isInEscape(start), before != UInt8(ascii: "."),
            !(before == UInt8(ascii: ">") && text[start] == UInt8(ascii: ":"))
        else { return }
        let after = text[last]
        if after == UInt8(ascii: "."), isDigit(text[last + 1]) {
            // The dotted end of a mapped address is an address of version 4, and is claimed as one.
            return
        }
        guard !isAlphanumeric(after), after != UInt8(ascii: "_") else { return }
        if text[last - 1] == UInt8(ascii: ":"), text[last - 2] != UInt8(ascii: ":") { last -= 1 }
        guard let groups = groups(text, start..<last), isAddress(groups) else { return }
        spans.append(RedactionSpan(start, last, .ipv6))
    }

    /// The eight groups of an address; nil where the text is none.
    static func groups(_ text: TextView, _ range: Range<Int>) -> [UInt16]? {
        var groups: [UInt16] = []
        var gap: Int?
        var offset = range.lowerBound
        if text[offset] == UInt8(ascii: ":") {
            guard text[offset + 1] == UInt8(ascii: ":") else { return nil }
            gap = 0
            offset += 2
        }
        while offset < range.upperBound {
            var value: UInt16 = 0
            var count = 0
            while offset < range.upperBound, isHex(text[offset]) {
                guard count < 4 else { return nil }
                value = value << 4 | UInt16(hexValue(text[offset]))
                count += 1
                offset += 1
            }
            guard count > 0, groups.count < 8 else { return nil }
            groups.append(value)
            guard offset < range.upperBound else { break }
            offset += 1  // a colon: the range holds nothing else
            if offset < range.upperBound, text[offset] == UInt8(ascii: ":") {
                guard gap == nil else { return nil }
                gap = groups.count
                offset += 1
            } else if offset == range.upperBound {
                return nil
            }
        }
        guard let gap else { return groups.count == 8 ? groups : nil }
        guard groups.count < 8 else { return nil }
        groups.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: gap)
        return groups
    }

    /// Whether an address is a computer's: not unspecified, not this one, no group, and no token.
    private static func isAddress(_ groups: [UInt16]) -> Bool {
        if groups[0] == 0x2001, groups[1] == 0x0DB8 { return false }
        if groups[0] >> 8 == 0xFF { return false }
        // `::1`, `::` and what is written like the scope of a name in a program, as `::a`.
        return !groups[0..<7].allSatisfy { $0 == 0 }
    }
}

extension ByteSet {
    static let colonHex = ByteSet(":abcdefABCDEF", digits: true)
}

/// Four numbers with dots between them that are a version.
private enum Version {
    static func isOne(_ text: TextView, _ start: Int, _ end: Int, _ octets: UInt32) -> Bool {
        let before = text[start - 1]
        let after = text[end]
        // `lib-1.2.3.4` and `1.2.3.4-beta`; an address may stand before a dash with a digit (a range).
        if before == UInt8(ascii: "-"), isLetter(text[start - 2]) || isDigit(text[start - 2]) {
            return !looksRouted(octets) || isLetter(after)
        }
        if after == UInt8(ascii: "-"), isLetter(text[end + 1]) { return !looksRouted(octets) }
        // `name-1.2.3.4.jar`
        if after == UInt8(ascii: "."), isLetter(text[end + 1]) { return !looksRouted(octets) }
        if before == UInt8(ascii: "/"), isLetter(text[start - 2]) || isDigit(text[start - 2]) {
            return octets & 0xFFFF == 0 || !looksRouted(octets)
        }
        return followsWord(text, start)
    }

    /// Whether an address looks like a computer's rather than a release's: some number is large.
    private static func looksRouted(_ octets: UInt32) -> Bool {
        if octets >> 24 == 10 { return true }
        return (0..<4).contains { octets >> UInt32(8 * $0) & 0xFF > 40 }
    }

    /// Whether a word such as `version` stands just before.
    private static func followsWord(_ text: TextView, _ start: Int) -> Bool {
        var end = start
        while end > text.lower, start - end < 6 {
            switch text[end - 1] {
            case UInt8(ascii: " "), UInt8(ascii: "="), UInt8(ascii: ":"), UInt8(ascii: "\""),
                UInt8(ascii: "'"),
                UInt8(ascii: "("), UInt8(ascii: "\\"):
                end -= 1
                continue
            default: break
            }
            break
        }
        guard isLetter(text[end - 1]) else { return false }
        let words: [StaticString] = [
            "version", "ver", "release", "build", "revision", "rev", "firmware", "upgrade to", "upgraded to",
            "update to", "updated to", "driver", "sdk", "jre", "jdk", "kernel", "agent version", "oid",
        ]
        return words.contains { word in
            text.hasCaseless(word, before: end) && !isLetter(text[end - word.utf8CodeUnitCount - 1])
        }
    }
}
