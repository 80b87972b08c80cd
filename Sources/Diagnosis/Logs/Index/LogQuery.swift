/// What somebody looks for in a log: words or an expression, records from a level on, a stretch of time.
public struct LogQuery: Sendable {
    /// Why a query cannot be used, in a sentence for people.
    public struct Problem: Error, Hashable, Sendable {
        /// The sentence.
        public var message: String
    }

    /// What records must hold; nil for anything.
    let pattern: PatternDatabase?
    /// Only records that say that they are so grave, or graver.
    public var level: LogLevel?
    /// Only records from this moment on, in microseconds since 1970.
    public var from: Int64?
    /// Only records up to this moment, in microseconds since 1970.
    public var to: Int64?

    /// A query for a level and a time alone.
    public init(level: LogLevel? = nil, from: Int64? = nil, to: Int64? = nil) {
        (pattern, self.level, self.from, self.to) = (nil, level, from, to)
    }

    /// A query for a text: `/…/` is an expression in Hyperscan's syntax, `/…/i` one for which case does not matter,
    /// and everything else stands for itself, whatever the case of the letters A to Z.
    /// - Throws: where the expression is not understood, or matches no text at all and so everywhere.
    public init(
        finding text: String, in encoding: DecodedText.Encoding = .utf8, level: LogLevel? = nil,
        from: Int64? = nil, to: Int64? = nil
    ) throws(Problem) {
        (self.level, self.from, self.to) = (level, from, to)
        guard !text.isEmpty else {
            pattern = nil
            return
        }
        guard text.utf8.count <= 1000 else {
            throw Problem(message: "It is longer than 1,000 bytes. Shorten it.")
        }
        guard !text.utf8.contains(0x0A) else { throw Problem(message: "It goes over more than one line.") }
        guard !text.utf8.contains(0) else { throw Problem(message: "It holds a NUL character.") }
        let pattern: PatternDatabase.Pattern
        if let expression = Self.expression(text) {
            // Lines end within what is scanned, so that ^ and $ must mean theirs.
            pattern = .init(expression: "(?m)" + expression.body, isCaseless: expression.isCaseless)
        } else {
            pattern = .init(expression: Self.escaped(text, encoding), isCaseless: true)
        }
        do throws(PatternDatabase.Problem) {
            self.pattern = try PatternDatabase([pattern], findsStarts: true)
        } catch {
            guard !error.message.hasPrefix("Pattern matches empty buffer") else {
                throw Problem(
                    message: "This expression matches no text at all, and so everywhere. Make it say more.")
            }
            throw Problem(message: "This expression is not understood: \(Self.words(error.message))")
        }
    }

    /// Whether only some records are meant whatever they hold.
    public var isNarrow: Bool { level != nil || from != nil || to != nil }
    /// Whether a text is looked for.
    public var hasText: Bool { pattern != nil }

    static func expression(_ text: String) -> (body: String, isCaseless: Bool)? {
        guard text.hasPrefix("/"), text.utf8.count > 2 else { return nil }
        if text.hasSuffix("/") { return (String(text.dropFirst().dropLast()), false) }
        if text.hasSuffix("/i"), text.utf8.count > 3 { return (String(text.dropFirst().dropLast(2)), true) }
        return nil
    }

    /// Each byte of the text as an expression that stands for it alone.
    private static func escaped(_ text: String, _ encoding: DecodedText.Encoding) -> String {
        var bytes = Array(text.utf8)
        if encoding == .windows1252 {
            var found: [UInt8] = []
            for scalar in text.unicodeScalars {
                // A character that the code page lacks is looked for as it is, and not found.
                guard let byte = DecodedText.windows1252Byte(scalar) else {
                    found = Array(text.utf8)
                    break
                }
                found.append(byte)
            }
            bytes = found
        }
        return bytes.map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "\\x0\(digits)" : "\\x\(digits)"
        }.joined()
    }

    /// A message of Hyperscan's with its place counted from what was typed.
    private static func words(_ message: String) -> String {
        guard let range = message.range(ofLast: " at index "),
            let place = Int(message[range.upperBound...].prefix { $0.isNumber })
        else { return message }
        return "\(message[..<range.lowerBound]) at character \(max(1, place - 4 + 1))."
    }
}

extension String {
    fileprivate func range(ofLast text: String) -> Range<String.Index>? {
        var at = endIndex
        while at > startIndex {
            at = index(before: at)
            if self[at...].hasPrefix(text) { return at..<index(at, offsetBy: text.count) }
        }
        return nil
    }
}
