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
            Cookies.find(text, name: nameStart..<nameEnd, into: &spans)
            return
        default: break
        }
        guard let value = FieldValue.find(text, name: nameStart..<nameEnd) else {
            if field.judgement.isNational { findInProse(text, nameEnd, field, into: &spans) }
            if case .phone = field.judgement { findPhoneInProse(text, nameEnd, into: &spans) }
            return
        }
        guard let range = range(of: value, text, field), !Placeholder.isOne(text, range) else { return }
        spans.append(
            RedactionSpan(range.lowerBound, range.upperBound, field.rule, form(of: range, value, text, field))
        )
    }

    /// Claims a number beside its name in a sentence, where its check digits are right.
    private static func findInProse(
        _ text: TextView, _ nameEnd: Int, _ field: FieldName, into spans: inout [RedactionSpan]
    ) {
        var start = nameEnd
        while start < nameEnd + 24, !isDigit(text[start]), text[start] >= 0x20 { start += 1 }
        start = text.start(of: .alphanumeric, before: start, limit: 3)
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
        while start < nameEnd + 24, !isDigit(text[start]), text[start] >= 0x20 { start += 1 }
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
        let isNumber = value.isNameQuoted && range.allSatisfy { isNumeric(text[$0]) }
        if case .coordinate = field.judgement { return .decimal }
        if isNumber { return text.bytes(range).contains(UInt8(ascii: ".")) ? .decimal : .number }
        return text.bytes(range).contains(UInt8(ascii: "%")) ? .percentEncoded : .text
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
    /// What generated secrets are written with.
    static let secret = ByteSet("+/=_-.~:%!*", letters: true, digits: true)
}
