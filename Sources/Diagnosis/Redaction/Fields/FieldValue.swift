/// The value of a field, found behind its name, in whichever notation.
///
/// Understood are `name=value`, `name: value`, JSON at any depth of escaping, XML elements and attributes,
/// property lists, pairs of `name` and `value` (HAR, Kubernetes), flags of commands, and SQL's literals.
struct FieldValue {
    var range: Range<Int>
    /// Whether quotes stand around it.
    var isQuoted = false
    /// Whether the name stood in quotes, as in JSON.
    var isNameQuoted = false
    /// Whether a sign of assignment stood between them, and not only a colon or a blank.
    var isAssigned = false
    /// Whether the name is the first thing of its line, as in a configuration.
    var isLine = false
    /// Whether it is the first of a list.
    var isFirstOfList = false
    /// How many backslashes stand before its quotes.
    var escapes = 0
    /// The quote around it, or zero.
    var quote: UInt8 = 0

    /// Finds the value behind a name.
    ///
    /// - Parameter nameStart: where the whole name begins, prefixes included.
    static func find(_ text: TextView, name: Range<Int>) -> FieldValue? {
        var value = FieldValue(range: name.upperBound..<name.upperBound)
        var offset = name.upperBound
        var escapes = 0
        while text[offset + escapes] == UInt8(ascii: "\\"), escapes < 32 { escapes += 1 }
        if isQuote(text[offset + escapes]) {
            value.isNameQuoted = true
            offset += escapes + 1
        } else if text[offset] == UInt8(ascii: "]") {
            offset += 1
        }
        guard let start = value.start(text, after: offset, name: name, escapes: escapes) else { return nil }
        value.isLine = value.isLine || !value.isNameQuoted && beginsLine(text, name.lowerBound)
        guard value.take(text, from: start) else { return nil }
        return value
    }

    static func isQuote(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "`")
    }

    /// Where the value begins, behind what stands between it and the name.
    private mutating func start(
        _ text: TextView, after nameEnd: Int, name: Range<Int>, escapes: Int
    ) -> Int? {
        let offset = Self.skipBlanks(text, nameEnd, limit: 8)
        switch text[offset] {
        case UInt8(ascii: "="):
            isAssigned = true
            let next = text[offset + 1]
            if next == UInt8(ascii: "=") { return nil }
            return Self.skipBlanks(text, offset + (next == UInt8(ascii: ">") ? 2 : 1), limit: 16)
        case UInt8(ascii: ":"):
            let next = text[offset + 1]
            if next == UInt8(ascii: ":") { return nil }
            if next == UInt8(ascii: "=") { isAssigned = true }
            return Self.skipBlanks(text, offset + (next == UInt8(ascii: "=") ? 2 : 1), limit: 16)
        case UInt8(ascii: ",") where isNameQuoted:
            return pairedValue(text, offset + 1, escapes: escapes)
        case UInt8(ascii: ">"):
            isAssigned = true
            return isNameQuoted || isElement(text, name.lowerBound) ? offset + 1 : nil
        case UInt8(ascii: "<") where text.has("</key>", at: offset):
            let element = Self.skipSpaces(text, offset + 6)
            isAssigned = true
            return text.has("<string>", at: element) ? element + 8 : nil
        case UInt8(ascii: "(") where Self.isQuote(text[offset + 1]):
            // The argument of a call, as `setPassword("...")`.
            isAssigned = true
            return offset + 1
        case 0x0A, 0x0D:
            return yamlPair(text, offset, name: name)
        case UInt8(ascii: "v") where isNameQuoted && text.has("value=", at: offset):
            isAssigned = true
            return offset + 6
        case UInt8(ascii: "'"), UInt8(ascii: "\""):
            return offset > nameEnd && !isNameQuoted ? offset : nil
        default:
            guard offset > nameEnd, !isNameQuoted, isFlag(text, name.lowerBound) else { return nil }
            isAssigned = true
            return offset
        }
    }

    /// The value of `"name": "...", "value": "..."`, which may stand on two lines.
    private mutating func pairedValue(_ text: TextView, _ start: Int, escapes: Int) -> Int? {
        var offset = Self.skipSpaces(text, start)
        for _ in 0..<escapes where text[offset] == UInt8(ascii: "\\") { offset += 1 }
        guard Self.isQuote(text[offset]), text.has("value", at: offset + 1) else { return nil }
        offset += 6
        for _ in 0..<escapes where text[offset] == UInt8(ascii: "\\") { offset += 1 }
        guard Self.isQuote(text[offset]) else { return nil }
        offset = Self.skipBlanks(text, offset + 1, limit: 8)
        guard text[offset] == UInt8(ascii: ":") else { return nil }
        isAssigned = true
        return Self.skipBlanks(text, offset + 1, limit: 8)
    }

    /// The value of `- name: NAME` with `value: ...` on the next line.
    private mutating func yamlPair(_ text: TextView, _ lineEnd: Int, name: Range<Int>) -> Int? {
        guard text.hasCaseless("name: ", before: name.lowerBound) else { return nil }
        let offset = Self.skipSpaces(text, lineEnd)
        guard text.has("value:", at: offset) else { return nil }
        isAssigned = true
        isLine = true
        return Self.skipBlanks(text, offset + 6, limit: 8)
    }

    private func isElement(_ text: TextView, _ nameStart: Int) -> Bool {
        if text[nameStart - 1] == UInt8(ascii: "<") { return true }
        guard text[nameStart - 1] == UInt8(ascii: ":") else { return false }
        return text[text.start(of: .fieldName, before: nameStart - 1, limit: 32) - 1] == UInt8(ascii: "<")
    }

    /// Whether the name is a flag of a command: `--password VALUE`; the dashes belong to the name.
    private func isFlag(_ text: TextView, _ nameStart: Int) -> Bool {
        text[nameStart] == UInt8(ascii: "-") && text[nameStart + 1] == UInt8(ascii: "-")
    }

    private static func beginsLine(_ text: TextView, _ nameStart: Int) -> Bool {
        var offset = nameStart
        while offset > text.lower, nameStart - offset < 64, isBlank(text[offset - 1]) { offset -= 1 }
        if text.hasCaseless("export", before: offset) { offset -= 6 }
        return text[offset - 1] == 0x0A && offset > text.lower || offset == text.lower
    }

    static func skipBlanks(_ text: TextView, _ start: Int, limit: Int) -> Int {
        var offset = start
        while offset < start + limit, isBlank(text[offset]) { offset += 1 }
        return offset
    }

    private static func skipSpaces(_ text: TextView, _ start: Int) -> Int {
        var offset = start
        while offset < min(text.upper, start + 160), isSpace(text[offset]) { offset += 1 }
        return offset
    }

    /// Takes the value that begins at `start`.
    private mutating func take(_ text: TextView, from start: Int) -> Bool {
        var offset = start
        // Literals of Python, and lists whose first value is taken.
        if text[offset] == UInt8(ascii: "b") || text[offset] == UInt8(ascii: "u"),
            Self.isQuote(text[offset + 1])
        {
            offset += 1
        } else if text[offset] == UInt8(ascii: "[") {
            let first = Self.skipSpaces(text, offset + 1)
            if text[first] == UInt8(ascii: "\"") || text[first] == UInt8(ascii: "\\") {
                offset = first
                isFirstOfList = true
            }
        }
        var escapes = 0
        while text[offset + escapes] == UInt8(ascii: "\\"), escapes < 32 { escapes += 1 }
        let quote = text[offset + escapes]
        if Self.isQuote(quote) {
            isQuoted = true
            self.escapes = escapes
            self.quote = quote
            offset += escapes + 1
            range = offset..<Self.quotedEnd(text, offset, quote: quote, escapes: escapes)
        } else if text.has("&quot;", at: offset) {
            isQuoted = true
            range = offset + 6..<text.end(of: .noMarkup, from: offset + 6)
        } else if text.has("<![CDATA[", at: offset) {
            isQuoted = true
            range = offset + 9..<text.end(of: .noBracket, from: offset + 9)
        } else {
            range = offset..<unquotedEnd(text, offset)
        }
        return !range.isEmpty
    }

    /// The next value of a list of quoted values, or nil at its end.
    func next(_ text: TextView) -> FieldValue? {
        guard isFirstOfList else { return nil }
        var offset = Self.skipSpaces(text, range.upperBound + escapes + 1)
        guard text[offset] == UInt8(ascii: ",") else { return nil }
        offset = Self.skipSpaces(text, offset + 1) + escapes
        guard text[offset] == UInt8(ascii: "\"") else { return nil }
        var next = self
        next.range = offset + 1..<Self.quotedEnd(text, offset + 1, quote: text[offset], escapes: escapes)
        return next
    }

    /// Where a quoted value ends: at a quote behind as many backslashes as stood before the first one.
    static func quotedEnd(_ text: TextView, _ start: Int, quote: UInt8, escapes: Int) -> Int {
        var offset = start
        var slashes = 0
        while offset < text.upper {
            let byte = text[offset]
            if byte == 0x0A || byte == 0x0D { return offset }
            if byte == UInt8(ascii: "\\") {
                slashes += 1
            } else {
                if byte == quote {
                    // In a string that is not escaped an even number of backslashes is backslashes.
                    if escapes == 0 ? slashes % 2 == 0 : slashes <= escapes {
                        return offset - (escapes == 0 ? 0 : slashes)
                    }
                }
                slashes = 0
            }
            offset += 1
        }
        return offset
    }

    /// Where a value without quotes ends.
    ///
    /// Blanks and quotes end it. Commas, semicolons, ampersands and brackets end it only where what follows
    /// looks like the next field or the end of a list, because passwords hold such signs too.
    private func unquotedEnd(_ text: TextView, _ start: Int) -> Int {
        var offset = start
        // The mark of a block in YAML.
        if text[offset] == UInt8(ascii: "|") || text[offset] == UInt8(ascii: ">") { offset += 1 }
        while offset < text.upper {
            let byte = text[offset]
            switch byte {
            case 0x00...0x20, UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: "`"): return offset
            case UInt8(ascii: "'"):
                // An apostrophe stands between two letters, as in a name.
                if !isLetter(text[offset - 1]) || !isLetter(text[offset + 1]) { return offset }
            case UInt8(ascii: "\\"):
                let next = text[offset + 1]
                if next == UInt8(ascii: "\"") || next == UInt8(ascii: "\\") || next == UInt8(ascii: "'") {
                    return offset
                }
                if next == UInt8(ascii: "n") || next == UInt8(ascii: "r") || next == UInt8(ascii: "t") {
                    return offset
                }
            case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "&"), UInt8(ascii: "|"):
                if Self.endsField(text, offset + 1) { return offset }
            case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: ">"):
                if !isAlphanumeric(text[offset + 1]) { return offset }
            default: break
            }
            offset += 1
        }
        return offset
    }

    /// Whether a sign before `offset` stands between two fields.
    private static func endsField(_ text: TextView, _ offset: Int) -> Bool {
        let byte = text[offset]
        if byte <= 0x20 || isQuote(byte) || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]")
            || byte == UInt8(ascii: "\\")
        {
            return true
        }
        var end = offset
        while end < offset + 48, ByteSet.fieldName.contains(text[end]) || text[end] == UInt8(ascii: " ") {
            end += 1
        }
        return end > offset && (text[end] == UInt8(ascii: "=") || text[end] == UInt8(ascii: ":"))
    }

    /// The value, where it goes on to the end of its line as values of configurations do.
    func toLineEnd(_ text: TextView) -> Range<Int> {
        guard !isQuoted, isLine else { return range }
        var end = range.upperBound
        while end < text.upper, text[end] != 0x0A, text[end] != 0x0D {
            if isBlank(text[end]) {
                // A comment, or the next field of a line of fields.
                let next = Self.skipBlanks(text, end, limit: 64)
                if text[next] == UInt8(ascii: "#") || text[next] == 0x0A || text[next] == 0x0D { break }
                let word = text.end(of: .fieldName, from: next)
                if text[word] == UInt8(ascii: "=") && word > next { break }
            }
            end += 1
        }
        while end > range.upperBound, isBlank(text[end - 1]) || text[end - 1] == UInt8(ascii: ",") {
            end -= 1
        }
        return range.lowerBound..<end
    }
}

extension ByteSet {
    static let noMarkup = complement("&<\n\r")
    static let noBracket = complement("]\n\r")

    /// All bytes but these.
    static func complement(_ characters: StaticString) -> ByteSet {
        ByteSet(characters).inverted
    }
}
