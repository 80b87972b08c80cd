/// Payment card numbers (ISO/IEC 7812) with Luhn's check digit.
enum PaymentCard {
    /// Thirteen digits in one piece, or three groups of a card's four.
    static let plainExpression = "[^0-9.][2-6][0-9]{12}"
    static let groupedExpression = "[3-6][0-9]{3}[ -][0-9]{4}[ -][0-9]{4}[ -][0-9]"
    static let amexExpression = "3[47][0-9]{2}[ -][0-9]{6}[ -][0-9]{5}"

    /// Claims a number that begins at the place where the expression of this width did.
    static func find(in text: TextView, at end: Int, width: Int, into spans: inout [RedactionSpan]) {
        let start = end - width
        guard text.isWordStart(start), text[start - 1] != UInt8(ascii: "_") else { return }
        let separator = width == 13 ? 0 : text[start + 4]
        var offset = start
        var digits: [UInt8] = []
        while digits.count < 20 {
            let byte = text[offset]
            if isDigit(byte) {
                digits.append(byte & 0x0F)
            } else if byte != separator || !isDigit(text[offset + 1]) {
                break
            }
            offset += 1
        }
        let after = text[offset]
        guard !isAlphanumeric(after), after != UInt8(ascii: "_") else { return }
        // A decimal fraction, or a part of a longer number with dashes, such as a UUID.
        guard !(after == UInt8(ascii: ".") && isDigit(text[offset + 1])) else { return }
        guard text[start - 1] != UInt8(ascii: "-") || isBlank(text[start - 2]) else { return }
        guard !(after == UInt8(ascii: "-") && isAlphanumeric(text[offset + 1])) else { return }
        guard isNumber(digits) else { return }
        let isPlain = separator == 0
        spans.append(
            RedactionSpan(
                start, offset, .card, isPlain && text.isJSONNumber(start..<offset) ? .number : .text))
    }

    /// Whether digits have a length and a beginning that are in use, and the right check digit.
    static func isNumber(_ digits: [UInt8]) -> Bool {
        digits.count >= 13 && isIssued(digits) && CheckDigits.luhn(digits)
    }

    private static func isIssued(_ digits: [UInt8]) -> Bool {
        let head = digits.prefix(4).reduce(0) { $0 * 10 + Int($1) }
        switch (head, digits.count) {
        case (4000...4999, 13), (4000...4999, 16), (4000...4999, 19): return true
        case (5100...5599, 16), (2221...2720, 16): return true
        case (3400...3499, 15), (3700...3799, 15): return true
        case (3000...3059, 14), (3600...3699, 14...19), (3800...3999, 14...19): return true
        case (6011, 16...19), (6440...6599, 16...19), (6221...6229, 16...19): return true
        case (3528...3589, 16...19), (6200...6299, 16...19), (8100...8171, 16...19): return true
        case (5018, 13...19), (5020, 13...19), (5038, 13...19), (5893, 13...19), (6304, 13...19),
            (6759, 13...19), (6761...6763, 13...19):
            return true
        case (6521...6522, 16), (6060...6069, 16), (2200...2204, 16...19), (9792, 16): return true
        default: return false
        }
    }
}
