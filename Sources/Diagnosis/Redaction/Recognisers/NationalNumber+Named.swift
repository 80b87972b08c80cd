/// Numbers that are only digits, and are believed beside their name.
extension NationalNumber {
    /// Whether the characters can be a number of the rule's kind, check digits included.
    static func isValid(_ text: [UInt8], _ rule: BuiltInRule) -> Bool {
        let signs = text.filter { isAlphanumeric($0) }
        let numbers = digits(signs)
        switch rule {
        case .nationalUS: return isUS(numbers)
        case .nationalDE: return numbers.count == 11 && numbers[0] != 0 && CheckDigits.mod11And10(numbers)
        case .nationalFR: return isFR(signs)
        case .nationalES: return isES(signs)
        case .nationalIT: return isIT(signs)
        case .nationalGB:
            return signs.count == 9 && numbers.count == 6 && isLetter(signs[0]) && isLetter(signs[8])
        case .nationalNHS: return isNHS(numbers)
        case .nationalNL: return isNL(numbers)
        case .nationalBE: return isBE(numbers)
        case .nationalPL: return isPL(numbers)
        case .nationalSE:
            return (numbers.count == 10 || numbers.count == 12) && CheckDigits.luhn(numbers.suffix(10))
        case .nationalNO: return isNO(numbers)
        case .nationalDK: return numbers.count == 10
        case .nationalCH: return isCH(numbers)
        case .nationalPT: return isPT(numbers)
        case .nationalBR: return isBR(numbers)
        case .nationalIN: return numbers.count == 12 && numbers[0] > 1 && CheckDigits.verhoeff(numbers)
        case .nationalPAN: return signs.count == 10 && numbers.count == 4
        case .nationalCA: return numbers.count == 9 && CheckDigits.luhn(numbers)
        case .nationalAU:
            return numbers.count == 9
                && CheckDigits.weighted(numbers[...], [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 == 0
        case .nationalJP: return isJP(numbers)
        case .nationalTR: return isTR(numbers)
        case .nationalZA: return numbers.count == 13 && CheckDigits.luhn(numbers)
        default: return numbers.count >= 6
        }
    }

    /// The Spanish number and that of foreigners in Spain.
    private static func isES(_ text: [UInt8]) -> Bool {
        guard text.count == 9, let last = text.last else { return false }
        var text = text
        let first = text[0] & 0xDF
        if (UInt8(ascii: "X")...UInt8(ascii: "Z")).contains(first) {
            text[0] = 0x30 + (first - UInt8(ascii: "X"))
        }
        let numbers = digits(text.prefix(8))
        guard numbers.count == 8 else { return false }
        return Array("TRWAGMYFPDXBNJZSQVHLCKE".utf8)[CheckDigits.number(numbers[...]) % 23] == last & 0xDF
    }

    private static func isNHS(_ digits: [UInt8]) -> Bool {
        guard digits.count == 10 else { return false }
        let check = 11 - CheckDigits.weighted(digits[0..<9], Array((2...10).reversed())) % 11
        return check % 11 == Int(digits[9])
    }

    private static func isNL(_ digits: [UInt8]) -> Bool {
        guard digits.count == 9 else { return false }
        return CheckDigits.weighted(digits[...], [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 == 0
    }

    private static func isPL(_ digits: [UInt8]) -> Bool {
        guard digits.count == 11 else { return false }
        return CheckDigits.weighted(digits[...], [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 == 0
    }

    private static func isNO(_ digits: [UInt8]) -> Bool {
        guard digits.count == 11 else { return false }
        return CheckDigits.weighted(digits[...], [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 == 0
            && CheckDigits.weighted(digits[...], [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0
    }

    private static func isPT(_ digits: [UInt8]) -> Bool {
        guard digits.count == 9 else { return false }
        let check = 11 - CheckDigits.weighted(digits[0..<8], [9, 8, 7, 6, 5, 4, 3, 2]) % 11
        return (check > 9 ? 0 : check) == Int(digits[8])
    }

    private static func isJP(_ digits: [UInt8]) -> Bool {
        guard digits.count == 12 else { return false }
        let rest = CheckDigits.weighted(digits[0..<11], [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
        return (rest <= 1 ? 0 : 11 - rest) == Int(digits[11])
    }

    private static func isTR(_ digits: [UInt8]) -> Bool {
        guard digits.count == 11, digits[0] != 0 else { return false }
        let odd = stride(from: 0, through: 8, by: 2).reduce(0) { $0 + Int(digits[$1]) }
        let even = stride(from: 1, through: 7, by: 2).reduce(0) { $0 + Int(digits[$1]) }
        guard (odd * 7 - even + 70) % 10 == Int(digits[9]) else { return false }
        return digits[0..<10].reduce(0) { $0 + Int($1) } % 10 == Int(digits[10])
    }
}
