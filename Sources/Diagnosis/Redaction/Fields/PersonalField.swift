/// What a value must look like to be what the name of its field says.
enum PersonalField {
    /// The private part of a value, or nil where it is none.
    static func range(
        of value: FieldValue, _ text: TextView, _ judgement: FieldName.Judgement, isFirm: Bool
    ) -> Range<Int>? {
        let range = value.range
        switch judgement {
        case .name: return name(value, text)
        case .user: return user(value, text)
        case .birthDate: return isDate(text, range) ? range : nil
        case .address:
            let whole = value.toLineEnd(text)
            let isWritten = whole.contains { isLetter(text[$0]) } && whole.count >= 4
            return (value.isQuoted || value.isLine || value.isAssigned) && isWritten ? whole : nil
        case .phone: return digits(text, range, value, least: 6, most: 15)
        case .national:
            return digits(text, range, value, least: 4, most: 18).flatMap { $0.count >= 6 ? $0 : nil }
        case .card: return digits(text, range, value, least: 12, most: 19)
        case .cardCode: return isFirm ? digits(text, range, value, least: 3, most: 4) : nil
        case .account: return digits(text, range, value, least: 6, most: 30)
        case .health: return isFirm && range.count >= 3 && !isName(text, range) ? range : nil
        case .host: return host(value, text)
        default: return nil
        }
    }

    /// A value of digits and the signs between them, where so many digits are in it.
    private static func digits(
        _ text: TextView, _ range: Range<Int>, _ value: FieldValue, least: Int, most: Int
    ) -> Range<Int>? {
        var end = range.upperBound
        // Groups with blanks between them, where no quotes hold them together.
        if !value.isQuoted {
            while text[end] == UInt8(ascii: " "), isDigit(text[end + 1]) || text[end + 1] == UInt8(ascii: "(")
            {
                let group = text.end(of: .phone, from: end + 1, limit: 20)
                guard !isAlphanumeric(text[group]), text[group] != UInt8(ascii: "=") else { break }
                end = group
                while end > range.upperBound, !isDigit(text[end - 1]) { end -= 1 }
                break
            }
        }
        let whole = range.lowerBound..<end
        var count = 0
        var letters = 0
        for offset in whole {
            let byte = text[offset]
            if isDigit(byte) {
                count += 1
            } else if isLetter(byte) {
                letters += 1
            } else if !ByteSet.phone.contains(byte), byte != UInt8(ascii: "+") {
                return nil
            }
        }
        return (least...most).contains(count) && letters <= 8 && letters <= count ? whole : nil
    }

    private static func isName(_ text: TextView, _ range: Range<Int>) -> Bool {
        range.allSatisfy { isLowercase(text[$0]) || text[$0] == UInt8(ascii: "_") }
    }

    /// A name of letters; in quotes the whole value, and otherwise as many words as are written large.
    private static func name(_ value: FieldValue, _ text: TextView) -> Range<Int>? {
        let range = value.range
        let isLetters = range.allSatisfy { offset in
            let byte = text[offset]
            return isLetter(byte) || byte >= 0x80 || byte == UInt8(ascii: " ") || byte == UInt8(ascii: "'")
                || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "\\")
                || byte == UInt8(ascii: ",") || isDigit(byte) || byte == UInt8(ascii: "+")
                || byte == UInt8(ascii: "%")
        }
        if value.isQuoted {
            return range.count <= 128 && range.contains { isLetter(text[$0]) || text[$0] >= 0x80 }
                ? range : nil
        }
        guard isLetters, range.count >= 2 else { return nil }
        guard isLetter(text[range.lowerBound]) || text[range.lowerBound] >= 0x80 else { return nil }
        if value.isAssigned { return range }
        // `Full name: Ada Lovelace logged in`
        guard isUppercase(text[range.lowerBound]) || text[range.lowerBound] >= 0x80 || value.isLine else {
            return nil
        }
        var end = range.upperBound
        while text[end] == UInt8(ascii: " "), isUppercase(text[end + 1]) || text[end + 1] >= 0x80 {
            let word = text.end(of: .nameWord, from: end + 1, limit: 40)
            guard text[word] != UInt8(ascii: "="), text[word] != UInt8(ascii: ":") else { break }
            end = word
        }
        return range.lowerBound..<end
    }

    private static func user(_ value: FieldValue, _ text: TextView) -> Range<Int>? {
        let range = value.range
        guard value.isAssigned || value.isQuoted, (2...128).contains(range.count) else { return nil }
        guard range.contains(where: { isLetter(text[$0]) || text[$0] >= 0x80 }) else { return nil }
        let isAccount = range.allSatisfy { offset in
            let byte = text[offset]
            return ByteSet.account.contains(byte) || byte == UInt8(ascii: " ") && value.isQuoted
        }
        return isAccount && !SystemAccount.isOne(text, range) ? range : nil
    }

    private static func host(_ value: FieldValue, _ text: TextView) -> Range<Int>? {
        var range = value.range
        guard value.isAssigned || value.isQuoted || value.isNameQuoted || value.isLine else { return nil }
        let end = Hostname.end(text, range.lowerBound)
        // A port may follow, and nothing else.
        if end < range.upperBound, text[end] == UInt8(ascii: ":") { range = range.lowerBound..<end }
        guard end >= range.upperBound, range.count <= 253 else { return nil }
        guard isLetter(text[range.lowerBound]) || isDigit(text[range.lowerBound]) else { return nil }
        // A product (`Server: nginx`) is a word; the name of a computer has a digit, a dot or a dash.
        let isMachine = range.contains { offset in
            isDigit(text[offset]) || text[offset] == UInt8(ascii: ".") || text[offset] == UInt8(ascii: "-")
        }
        guard isMachine || value.isAssigned || value.isNameQuoted else { return nil }
        return Hostname.mayBeRedacted(text, range) && !isAddress(text, range) ? range : nil
    }

    private static func isAddress(_ text: TextView, _ range: Range<Int>) -> Bool {
        range.allSatisfy { isDigit(text[$0]) || text[$0] == UInt8(ascii: ".") }
    }

    /// Whether a text is a day: three numbers, or eight digits, or a day with the name of its month.
    private static func isDate(_ text: TextView, _ range: Range<Int>) -> Bool {
        guard (6...32).contains(range.count) else { return false }
        var digits = 0
        for offset in range {
            let byte = text[offset]
            if isDigit(byte) {
                digits += 1
            } else if !isLetter(byte), byte != UInt8(ascii: "-"), byte != UInt8(ascii: "/"),
                byte != UInt8(ascii: "."),
                byte != UInt8(ascii: " "), byte != UInt8(ascii: ","), byte != UInt8(ascii: ":"),
                byte != UInt8(ascii: "\\")
            {
                return false
            }
        }
        return (3...20).contains(digits)
    }
}

extension ByteSet {
    static let nameWord = ByteSet("'-.", letters: true, beyondASCII: true)
    static let account = ByteSet("._-@\\+$'%", letters: true, digits: true, beyondASCII: true)
}
