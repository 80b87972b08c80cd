/// How a template is written, and the ID that it has in every file.
struct TemplateText {
    let pool: TokenPool

    /// The version of the rules; it goes into every ID, so that IDs of other rules are not mistaken.
    static let version: UInt64 = 1

    private static let masked = TokenKinds([.dotted, .quoted, .numbered])

    /// The template with values as `<*>`.
    ///
    /// - Parameter literals: how tokens with numbers in them are written, by their places.
    func text(of tokens: [Int32], literals: [Int: String] = [:]) -> String {
        var text = ""
        for (place, token) in tokens.enumerated() {
            if token == TokenPool.value {
                if let last = text.utf8.last,
                    last.isAlphanumeric || last == 0x2C || last == 0x3B || last == 0x29 || last == 0x5D
                        || last == 0x22
                {
                    text += " "
                }
            } else if pool[token].followsBlank, !text.isEmpty {
                text += " "
            }
            text += literals[place] ?? pool[token].text
        }
        return text
    }

    /// A hash of what is constant: a name or a word with a number in it is a value in the next file, so
    /// they are masked except in first place.
    func id(of tokens: [Int32]) -> UInt64 {
        var hash = StableHash.mix(0x7E39, Self.version)
        for (index, token) in tokens.enumerated() {
            let isMasked = index > 0 && Self.masked.has(pool[token].kind)
            hash = StableHash.mix(hash, isMasked ? pool[TokenPool.value].hash : pool[token].hash)
        }
        return hash
    }

    /// An ID as sixteen hexadecimal digits.
    static func name(ofID id: UInt64) -> String {
        let digits = String(id, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
