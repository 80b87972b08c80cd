/// Finds values by the names of their fields.
enum FieldRecogniser {
    /// Claims the value of the field whose name ends before the byte at `end - 1`.
    static func find(in text: TextView, at end: Int, field: FieldName, into spans: inout [RedactionSpan]) {
        let nameEnd = end - 1
        guard let word = field.start(text, endingAt: nameEnd) else { return }
        // The kind in a token may read like the name of a field.
        guard !text.has("REDACTED-", at: word - 9) else { return }
        let nameStart = text.start(of: .fieldName, before: word, limit: 64)
        switch field.judgement {
        case .authorization:
            Authorization.find(text, name: nameStart..<nameEnd, into: &spans)
            return
        case .cookie:
            _ = Cookies.find(in: text, at: end, field: field, into: &spans)
            return
        default: break
        }
        guard let value = FieldValue.find(text, name: nameStart..<nameEnd) else {
            guard
                text[nameEnd] == UInt8(ascii: " ") || text[nameEnd] == UInt8(ascii: ":")
                    || text[nameEnd] == UInt8(ascii: ".")
            else { return }
            if case .cardCode = field.judgement { findCodeInProse(text, nameEnd + 1, into: &spans) }
            if field.judgement.isNational { findInProse(text, nameEnd, field, into: &spans) }
            if case .phone = field.judgement { findPhoneInProse(text, nameEnd, into: &spans) }
            return
        }
        if value.isLine, field.rule == .fieldPassword || field.rule == .fieldSecret,
            claimBlock(text, value.range, nameStart, field, into: &spans)
        {
            return
        }
        var following: FieldValue? = value
        while let value = following {
            claim(value, text, field, into: &spans)
            following = value.next(text)
        }
    }

    private static func claim(
        _ value: FieldValue, _ text: TextView, _ field: FieldName, into spans: inout [RedactionSpan]
    ) {
        guard let range = range(of: value, text, field), !Placeholder.isOne(text, range) else { return }
        // What holds a token was looked at before.
        guard text.has("REDACTED-", within: range) == nil, text.has(".redacted.invalid", within: range) == nil
        else {
            return
        }
        // What is cut off by the end of what may be seen is no name and no address.
        let isCut = range.upperBound == text.upper && range.count > 300
        guard !isCut || BuiltInRule.isSecret(field.rule) else { return }
        var span = RedactionSpan(
            range.lowerBound, range.upperBound, field.rule, form(of: range, value, text, field))
        span.quote = value.quote
        span.escapes = value.escapes
        spans.append(span)
    }

    /// Claims the lines of a block of YAML: those below `name: |` that are indented deeper than the name.
    private static func claimBlock(
        _ text: TextView, _ mark: Range<Int>, _ nameStart: Int, _ field: FieldName,
        into spans: inout [RedactionSpan]
    ) -> Bool {
        let isMark = text[mark.lowerBound] == UInt8(ascii: "|") || text[mark.lowerBound] == UInt8(ascii: ">")
        guard isMark, mark.count <= 3 else { return false }
        let indentation = nameStart - text.start(of: .blanks, before: nameStart)
        var line = text.end(of: .line, from: mark.upperBound) + 1
        while line < text.upper {
            let start = text.end(of: .blanks, from: line)
            var end = text.end(of: .line, from: start)
            let next = end + 1
            if end > start, text[end - 1] == 0x0D { end -= 1 }
            guard end > start else {
                line = next
                continue
            }
            guard start - line > indentation else { break }
            if !Placeholder.isOne(text, start..<end) { spans.append(RedactionSpan(start, end, field.rule)) }
            line = next
        }
        return true
    }

    /// Claims a number beside its name in a sentence, where its check digits are right.
    private static func findInProse(
        _ text: TextView, _ nameEnd: Int, _ field: FieldName, into spans: inout [RedactionSpan]
    ) {
        var start = nameEnd
        while start < nameEnd + 24, !isDigit(text[start]), text[start] >= 0x20,
            text[start] != UInt8(ascii: "\"")
        { start += 1 }
        start = text.start(of: .alphanumeric, before: start, limit: 6)
        var end = start
        while end < start + 24, isAlphanumeric(text[end]) || isGlue(text, end) { end += 1 }
        guard end - start >= 8, NationalNumber.isValid(Array(text.bytes(start..<end)), field.rule) else {
            return
        }
        spans.append(RedactionSpan(start, end, field.rule))
    }

    /// Claims a telephone number in groups within a few words behind the word for one.
    private static func findPhoneInProse(_ text: TextView, _ nameEnd: Int, into spans: inout [RedactionSpan])
    {
        var start = nameEnd
        while start < nameEnd + 24, !isDigit(text[start]), text[start] >= 0x20,
            text[start] != UInt8(ascii: "\"")
        { start += 1 }
        if text[start - 1] == UInt8(ascii: "(") || text[start - 1] == UInt8(ascii: "+") { start -= 1 }
        guard text.isWordStart(start), isDigit(text[start]) || isDigit(text[start + 1]) else { return }
        guard let (end, digits) = PhoneNumber.digits(text, start, limit: 15), (7...15).contains(digits.count)
        else {
            return
        }
        // Without groups it may be any number, unless it is as long as few others are.
        guard end - start > digits.count || digits.count >= 10 else { return }
        spans.append(RedactionSpan(start, end, .fieldPhone))
    }

    /// Claims the three or four digits right behind the word for a card's code.
    private static func findCodeInProse(_ text: TextView, _ start: Int, into spans: inout [RedactionSpan]) {
        let end = text.end(of: .digits, from: start, limit: 5)
        guard (3...4).contains(end - start), !isAlphanumeric(text[end]) else { return }
        spans.append(RedactionSpan(start, end, .fieldCard))
    }

    /// Whether a sign stands between two groups of a number.
    private static func isGlue(_ text: TextView, _ offset: Int) -> Bool {
        switch text[offset] {
        case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"):
            isDigit(text[offset + 1])
        default: false
        }
    }

    /// How the token must be written so that the document stays what it is.
    private static func form(
        of range: Range<Int>, _ value: FieldValue, _ text: TextView, _ field: FieldName
    ) -> RedactionSpan.Form {
        if value.isQuoted { return text.bytes(range).contains(UInt8(ascii: "\\")) ? .escaped : .text }
        if case .coordinate = field.judgement { return .decimal }
        if let number = numberForm(of: range, value, text) { return number }
        return text.bytes(range).contains(UInt8(ascii: "%")) ? .percentEncoded : .text
    }

    /// The form of a token where a value is a number of JSON: behind a name in quotes, and in none itself.
    static func numberForm(of range: Range<Int>, _ value: FieldValue, _ text: TextView) -> RedactionSpan.Form?
    {
        guard value.isNameQuoted, !value.isQuoted, range.allSatisfy({ isNumeric(text[$0]) }) else {
            return nil
        }
        return text.bytes(range).contains(UInt8(ascii: ".")) ? .decimal : .number
    }

    private static func isNumeric(_ byte: UInt8) -> Bool {
        isDigit(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
            || byte | 0x20 == UInt8(ascii: "e")
            || byte == UInt8(ascii: "+")
    }

    /// The part of a value that is private, or nil where none is.
    private static func range(of value: FieldValue, _ text: TextView, _ field: FieldName) -> Range<Int>? {
        let range = value.range
        let isFirm = value.isAssigned || value.isQuoted || value.isNameQuoted
        switch field.judgement {
        case .anything:
            let whole = value.toLineEnd(text)
            // In a sentence a colon may follow any word.
            guard isFirm || value.isLine || hasOddSign(text, range) else { return nil }
            return isStructure(text, whole, value) ? nil : whole
        case .noWord:
            guard range.count >= 4, !isStructure(text, range, value) else { return nil }
            guard isFirm && range.count >= 8 || hasOddSign(text, range) && range.count >= 6 else {
                return nil
            }
            return isReference(text, range) ? nil : range
        case .random(let minimum):
            return isRandom(text, range, minimum) ? range : nil
        case .code:
            let isCode = (4...8).contains(range.count) && range.allSatisfy { isDigit(text[$0]) }
            return isCode || isRandom(text, range, 12) ? range : nil
        case .coordinate: return Coordinates.isFraction(text, range) ? range : nil
        default: return PersonalField.range(of: value, text, field.judgement, isFirm: isFirm)
        }
    }

    static func isRandom(_ text: TextView, _ range: Range<Int>, _ minimum: Int) -> Bool {
        guard range.allSatisfy({ ByteSet.secret.contains(text[$0]) }) else { return false }
        // A number in hexadecimal is an address or a handle.
        if text.hasCaseless("0x", at: range.lowerBound), range.count <= 18 { return false }
        return Entropy.looksRandom(text.bytes(range), atLeast: minimum)
    }

    /// Whether the text is more than letters: a digit or a sign stands in it.
    private static func hasOddSign(_ text: TextView, _ range: Range<Int>) -> Bool {
        range.contains {
            !isLetter(text[$0]) && text[$0] != UInt8(ascii: ".") && text[$0] != UInt8(ascii: ",")
        }
    }

    /// Whether an unquoted value opens a structure or calls something, and is no value itself.
    private static func isStructure(_ text: TextView, _ range: Range<Int>, _ value: FieldValue) -> Bool {
        guard !value.isQuoted else { return false }
        switch text[range.lowerBound] {
        case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "("): return true
        case UInt8(ascii: "|"), UInt8(ascii: ">"): return range.count <= 2
        default: break
        }
        // A call such as `getPassword()`.
        return text[range.upperBound - 1] == UInt8(ascii: "(") || text[range.upperBound] == UInt8(ascii: "(")
    }

    /// Whether a value is a path or the name of a class or variable and not a secret.
    private static func isReference(_ text: TextView, _ range: Range<Int>) -> Bool {
        if text[range.lowerBound] == UInt8(ascii: "/") && range.count < 30 { return true }
        return range.allSatisfy {
            isLetter(text[$0]) || text[$0] == UInt8(ascii: ".") || text[$0] == UInt8(ascii: "_")
        }
            && range.contains { text[$0] == UInt8(ascii: ".") }
    }
}

extension FieldName.Judgement {
    var isNational: Bool {
        if case .national = self { true } else { false }
    }
}

extension ByteSet {
    static let blanks = ByteSet(" \t")
    static let line = complement("\n")
    /// What generated secrets are written with.
    static let secret = ByteSet("+/=_-.~:%!*", letters: true, digits: true)
}
