/// Numbers that states and insurers give to people, where their form or their check digits give them away.
///
/// What is only so many digits is looked for beside its name alone: see ``FieldName``.
enum NationalNumber {
    /// An expression of one width, the rule, and what its characters must fulfil.
    final class Form: Sendable {
        let rule: BuiltInRule
        let expression: String
        let width: Int
        let isValid: @Sendable ([UInt8]) -> Bool

        init(
            rule: BuiltInRule, expression: String, width: Int, isValid: @escaping @Sendable ([UInt8]) -> Bool
        ) {
            self.rule = rule
            self.expression = expression
            self.width = width
            self.isValid = isValid
        }
    }

    static let forms: [Form] = [
        Form(rule: .nationalUS, expression: "[0-8][0-9]{2}-[0-9]{2}-[0-9]{4}", width: 11) {
            isUS(digits($0))
        },
        Form(
            rule: .nationalFR, expression: "[12] [0-9]{2} [0-9]{2} [0-9][0-9AB] [0-9]{3} [0-9]{3} [0-9]{2}",
            width: 21
        ) {
            isFR($0.filter { $0 != 0x20 })
        },
        Form(rule: .nationalIT, expression: "[A-Z]{6}[0-9]{2}[A-Z][0-9]{2}[A-Z][0-9]{3}[A-Z]", width: 16) {
            isIT($0)
        },
        Form(
            rule: .nationalGB,
            expression: "[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] [0-9]{2} [0-9]{2} [0-9]{2} [A-D]", width: 13
        ) {
            _ in true
        },
        Form(rule: .nationalBE, expression: "[0-9]{2}\\.[0-9]{2}\\.[0-9]{2}-[0-9]{3}\\.[0-9]{2}", width: 15) {
            isBE(digits($0))
        },
        Form(rule: .nationalFI, expression: "[0-3][0-9][01][0-9]{3}[-+A][0-9]{3}[0-9A-Y]", width: 11) {
            isFI($0)
        },
        Form(rule: .nationalCH, expression: "756\\.[0-9]{4}\\.[0-9]{4}\\.[0-9]{2}", width: 16) {
            isCH(digits($0))
        },
        Form(rule: .nationalBR, expression: "[0-9]{3}\\.[0-9]{3}\\.[0-9]{3}-[0-9]{2}", width: 14) {
            isBR(digits($0))
        },
        Form(
            rule: .nationalCN, expression: "[1-9][0-9]{5}(?:19|20)[0-9]{2}[01][0-9][0-3][0-9]{4}[0-9Xx]",
            width: 18
        ) { isCN($0) },
        Form(rule: .nationalKR, expression: "[0-9]{2}[01][0-9][0-3][0-9]-[1-8][0-9]{6}", width: 14) {
            isKR(digits($0))
        },
        Form(rule: .nationalSG, expression: "[STFGM][0-9]{7}[A-Z]", width: 9) { isSG($0) },
        Form(rule: .nationalMX, expression: "[A-Z]{4}[0-9]{6}[HMX][A-Z]{5}[0-9A-Z][0-9]", width: 18) {
            isMX($0)
        },
    ]

    /// Claims the number that ends at `end`.
    static func find(in text: TextView, at end: Int, form: Form, into spans: inout [RedactionSpan]) {
        let start = end - form.width
        guard text.isWordStart(start), !joins(text[start - 1]) else { return }
        let after = text[end]
        guard !isAlphanumeric(after), after != UInt8(ascii: "_") else { return }
        // A longer number or name goes on behind a dash or a dot.
        if after == UInt8(ascii: "-") || after == UInt8(ascii: "."), isAlphanumeric(text[end + 1]) { return }
        guard form.isValid(Array(text.bytes(start..<end))) else { return }
        spans.append(
            RedactionSpan(
                start, end, form.rule,
                form.rule == .nationalCN && text.isJSONNumber(start..<end) ? .number : .text))
    }

    private static func joins(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
            || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "+")
    }

    /// The values of the digits in a text.
    static func digits(_ text: some Sequence<UInt8>) -> [UInt8] {
        text.filter { isDigit($0) }.map { $0 & 0x0F }
    }

    private static func isDate(day: Int, month: Int) -> Bool {
        (1...31).contains(day) && (1...12).contains(month)
    }

    static func isUS(_ digits: [UInt8]) -> Bool {
        guard digits.count == 9 else { return false }
        let area = CheckDigits.number(digits[0..<3])
        return area != 0 && area != 666 && area < 900 && CheckDigits.number(digits[3..<5]) != 0
            && CheckDigits.number(digits[5..<9]) != 0
    }

    /// The number of the French statistics office; Corsica's departments hold a letter.
    static func isFR(_ text: [UInt8]) -> Bool {
        guard text.count == 15, text[0] == 0x31 || text[0] == 0x32 else { return false }
        var text = text
        var shift = 0
        if text[6] == UInt8(ascii: "A") || text[6] == UInt8(ascii: "B") {
            shift = text[6] == UInt8(ascii: "A") ? 1_000_000 : 2_000_000
            text[6] = 0x30
        }
        let digits = digits(text)
        guard digits.count == 15 else { return false }
        let number = CheckDigits.number(digits[0..<13]) - shift
        return 97 - number % 97 == CheckDigits.number(digits[13..<15])
    }

    static func isIT(_ text: [UInt8]) -> Bool {
        guard text.count == 16 else { return false }
        let odd = [
            1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
        ]
        var sum = 0
        for (place, byte) in text.dropLast().enumerated() {
            let value = isDigit(byte) ? Int(byte & 0x0F) : Int(byte) - 65
            guard (0..<26).contains(value) else { return false }
            sum += place % 2 == 0 ? odd[value] : value
        }
        return sum % 26 == Int(text[15]) - 65
    }

    static func isBE(_ digits: [UInt8]) -> Bool {
        guard digits.count == 11 else { return false }
        let number = CheckDigits.number(digits[0..<9])
        let check = CheckDigits.number(digits[9..<11])
        return 97 - number % 97 == check || 97 - (2_000_000_000 + number) % 97 == check
    }

    static func isFI(_ text: [UInt8]) -> Bool {
        let numbers = digits(text.prefix(10))
        guard text.count == 11, numbers.count == 9 else { return false }
        guard isDate(day: CheckDigits.number(numbers[0..<2]), month: CheckDigits.number(numbers[2..<4]))
        else {
            return false
        }
        let signs = Array("0123456789ABCDEFHJKLMNPRSTUVWXY".utf8)
        return signs[CheckDigits.number(numbers[0..<9]) % 31] == text[10]
    }

    static func isCH(_ digits: [UInt8]) -> Bool {
        guard digits.count == 13 else { return false }
        let sum = CheckDigits.weighted(digits[0..<13], [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1])
        return sum % 10 == 0
    }

    static func isBR(_ digits: [UInt8]) -> Bool {
        guard digits.count == 11, Set(digits).count > 1 else { return false }
        let first = CheckDigits.weighted(digits[0..<9], Array((2...10).reversed())) * 10 % 11 % 10
        let second = CheckDigits.weighted(digits[0..<10], Array((2...11).reversed())) * 10 % 11 % 10
        return first == Int(digits[9]) && second == Int(digits[10])
    }

    static func isCN(_ text: [UInt8]) -> Bool {
        let numbers = digits(text.prefix(17))
        guard text.count == 18, numbers.count == 17 else { return false }
        guard isDate(day: CheckDigits.number(numbers[12..<14]), month: CheckDigits.number(numbers[10..<12]))
        else {
            return false
        }
        let sum = CheckDigits.weighted(
            numbers[0..<17], [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
        return Array("10X98765432".utf8)[sum % 11] == text[17] & (text[17] > 0x60 ? 0xDF : 0xFF)
    }

    static func isKR(_ digits: [UInt8]) -> Bool {
        guard digits.count == 13 else { return false }
        guard isDate(day: CheckDigits.number(digits[4..<6]), month: CheckDigits.number(digits[2..<4])) else {
            return false
        }
        let sum = CheckDigits.weighted(digits[0..<12], [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5])
        return (11 - sum % 11) % 10 == Int(digits[12])
    }

    static func isSG(_ text: [UInt8]) -> Bool {
        let numbers = digits(text)
        guard text.count == 9, numbers.count == 7 else { return false }
        var sum = CheckDigits.weighted(numbers[0..<7], [2, 7, 6, 5, 4, 3, 2])
        switch text[0] {
        case UInt8(ascii: "T"), UInt8(ascii: "G"): sum += 4
        case UInt8(ascii: "M"): sum += 3
        default: break
        }
        let signs: String =
            switch text[0] {
            case UInt8(ascii: "S"), UInt8(ascii: "T"): "JZIHGFEDCBA"
            case UInt8(ascii: "M"): "KLJNPQRTUWX"
            default: "XWUTRQPNMLK"
            }
        let place = text[0] == UInt8(ascii: "M") ? 10 - sum % 11 : sum % 11
        return Array(signs.utf8)[place] == text[8]
    }

    static func isMX(_ text: [UInt8]) -> Bool {
        guard text.count == 18 else { return false }
        guard
            isDate(
                day: CheckDigits.number(digits(text[8..<10])[...]),
                month: CheckDigits.number(digits(text[6..<8])[...]))
        else { return false }
        var sum = 0
        for (place, byte) in text.prefix(17).enumerated() {
            // The alphabet holds Ñ between N and O.
            let value = isDigit(byte) ? Int(byte & 0x0F) : Int(byte) - 55 + (byte > UInt8(ascii: "N") ? 1 : 0)
            sum += value * (18 - place)
        }
        return (10 - sum % 10) % 10 == Int(text[17] & 0x0F)
    }
}
