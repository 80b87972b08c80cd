extension SearchExpression {
    /// The search as one would type it; reading it gives the same tree.
    package var text: String {
        if case .every(let parts) = self {
            return parts.map { $0.written(inside: .every) }.joined(separator: " ")
        }
        return written(inside: .every)
    }

    private enum Surroundings { case every, any, not }

    private func written(inside outer: Surroundings) -> String {
        switch self {
        case .text(let words): return Self.written(words: words)
        case .filter(let filter):
            let values = filter.values.map { Self.written(value: $0.text) }.joined(separator: ",")
            return "\(filter.field.rawValue):\(filter.comparison.rawValue)\(values)"
        case .every(let parts):
            return "(" + parts.map { $0.written(inside: .every) }.joined(separator: " ") + ")"
        case .any(let parts):
            return "(" + parts.map { $0.written(inside: .any) }.joined(separator: " OR ") + ")"
        case .not(let inner): return "NOT " + inner.written(inside: .not)
        }
    }

    private static func written(words: String) -> String {
        if isPlainWord(words) { return words }
        let isPlain = (try? SearchParser.parse(words)) == .text(words)  // what does not read is quoted
        return isPlain ? words : quoted(words)
    }

    /// Whether these are letters and digits that mean nothing else, which a look at their bytes settles: the links of a
    /// page write the same search many times.
    private static func isPlainWord(_ words: String) -> Bool {
        guard let first = words.utf8.first, first != UInt8(ascii: "-"), !["AND", "OR", "NOT"].contains(words)
        else { return false }
        return words.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"): true
            default: false
            }
        }
    }

    private static func written(value: String) -> String {
        // Most values are words of policy, which a look at their bytes settles.
        let isWord = value.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"): true
            case UInt8(ascii: "@"), UInt8(ascii: "."): true
            default: false
            }
        }
        let isPlain = isWord || !value.contains { $0.isWhitespace || "(),\"“”„<>=".contains($0) }
        return isPlain ? value : quoted(value)
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for character in text {
            if "\"“”„\\".contains(character) { quoted.append("\\") }
            quoted.append(character)
        }
        return quoted + "\""
    }

    // MARK: Filters at the top

    private var parts: [SearchExpression] { if case .every(let parts) = self { parts } else { [self] } }

    private static func joined(_ parts: [SearchExpression]) -> SearchExpression {
        parts.count == 1 ? parts[0] : .every(parts)
    }

    /// What the search asks of a field outside of brackets, if that is one filter; its values as typed.
    package func values(of field: SearchField) -> [String] {
        parts.flatMap { part -> [String] in
            guard case .filter(let filter) = part, filter.field == field, filter.comparison == .equal else {
                return []
            }
            return filter.values.map(\.text)
        }
    }

    /// The same search with this value of a field, or with none, instead of what it asks of the field now.
    package func setting(_ field: SearchField, _ value: String?) -> SearchExpression {
        var kept = parts.filter { part in
            if case .filter(let filter) = part { filter.field != field } else { true }
        }
        if let value {
            kept.insert(.filter(.init(field, .equal, [.init(value, column: 1)], column: 1)), at: 0)
        }
        return Self.joined(kept)
    }

    /// The same search with a word such as `is:overdue` more, or without it where it stands there.
    package func toggling(_ field: SearchField, _ value: String) -> SearchExpression {
        let has = { (part: SearchExpression) -> Bool in
            guard case .filter(let filter) = part else { return false }
            return filter.field == field && filter.comparison == .equal
                && filter.values.map(\.text) == [value]
        }
        guard !parts.contains(where: has) else { return Self.joined(parts.filter { !has($0) }) }
        return Self.joined(parts + [.filter(.init(field, .equal, [.init(value, column: 1)], column: 1))])
    }
}
