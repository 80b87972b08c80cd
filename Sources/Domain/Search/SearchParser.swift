/// Reads the search language: words, "phrases", `field:value`, AND, OR, NOT, `-` and brackets.
///
/// Words that stand side by side must all hold; a comma between values means or, and so does the same field named
/// twice side by side, as in Zendesk. Whatever is no known field is text to be found as typed, so that URLs
/// (`https://…`), error codes (`ORA-00600:`) and stack frames (`Pool.java:42`) can be pasted.
package struct SearchParser {
    /// The longest search that is read, in characters.
    package static let mostCharacters = 2_000
    /// The most terms of one search.
    package static let mostTerms = 64
    /// The deepest nesting of brackets and negations.
    package static let deepest = 16

    private let characters: [Character]
    private var place = 0
    private var depth = 0
    private var terms = 0

    private init(_ characters: [Character]) { self.characters = characters }

    /// The tree of a search; `.every([])` where nothing but space was typed.
    package static func parse(_ text: String) throws(SearchProblem) -> SearchExpression {
        guard text.utf8.count <= mostCharacters * 4, text.count <= mostCharacters else {
            throw SearchProblem(
                "search_too_long", "A search has at most \(mostCharacters) characters. Shorten it.",
                column: mostCharacters + 1)
        }
        var parser = SearchParser(Array(text))
        parser.skipSpace()
        guard parser.place < parser.characters.count else { return .every([]) }
        let tree = try parser.alternatives()
        guard parser.place == parser.characters.count else {
            throw parser.problem(
                "unopened_bracket", "This bracket closes nothing. Take it away, or quote it.")
        }
        return tree
    }

    // MARK: Grammar

    /// Terms with OR between them.
    private mutating func alternatives() throws(SearchProblem) -> SearchExpression {
        var options = [try sequence()]
        while takeWord("OR") { options.append(try sequence(after: "OR")) }
        return options.count == 1 ? options[0] : .any(options)
    }

    /// Terms side by side, or with AND between them.
    private mutating func sequence(after operation: String? = nil) throws(SearchProblem) -> SearchExpression {
        var parts: [SearchExpression] = []
        var isJoined = false
        while true {
            skipSpace()
            if atEnd || characters[place] == ")" || isWord("OR") { break }
            if takeWord("AND") {
                guard !parts.isEmpty, !isJoined else { throw nothingBeside("AND") }
                isJoined = true
                continue
            }
            let next = try negated()
            if !isJoined, let merged = Self.merged(parts.last, next) {
                parts[parts.count - 1] = merged
            } else {
                parts.append(next)
            }
            isJoined = false
        }
        if isJoined { throw nothingBeside("AND") }
        guard !parts.isEmpty else { throw nothingBeside(operation ?? (isWord("OR") ? "OR" : "bracket")) }
        return parts.count == 1 ? parts[0] : .every(parts)
    }

    private mutating func negated() throws(SearchProblem) -> SearchExpression {
        let start = place
        let isNegation = takeWord("NOT") || takeMinus()
        guard isNegation else { return try term() }
        skipSpace()
        guard !atEnd, characters[place] != ")", !isWord("OR"), !isWord("AND") else {
            place = start
            throw nothingBeside("NOT")
        }
        try enter()
        let inner = try negated()
        depth -= 1
        return .not(inner)
    }

    private mutating func term() throws(SearchProblem) -> SearchExpression {
        if characters[place] == "(" { return try bracketed() }
        terms += 1
        guard terms <= Self.mostTerms else {
            throw problem("too_many_terms", "A search has at most \(Self.mostTerms) terms.")
        }
        if isQuote(characters[place]) { return .text(try quoted()) }
        return try filter() ?? .text(word())
    }

    private mutating func bracketed() throws(SearchProblem) -> SearchExpression {
        let opening = place
        try enter()
        place += 1
        skipSpace()
        guard !atEnd, characters[place] != ")" else {
            place = opening
            throw problem("empty_bracket", "There is nothing in this bracket.")
        }
        let inner = try alternatives()
        guard !atEnd, characters[place] == ")" else {
            place = opening
            throw problem("unclosed_bracket", "This bracket is not closed.")
        }
        place += 1
        depth -= 1
        return inner
    }

    // MARK: Fields

    /// A field with its values, or nil where text stands that only looks like one.
    private mutating func filter() throws(SearchProblem) -> SearchExpression? {
        var end = place
        while end < characters.count, isNameCharacter(characters[end]) { end += 1 }
        guard end > place, end < characters.count, ":<>=".contains(characters[end]) else { return nil }
        let name = String(characters[place..<end])
        guard let field = SearchField(named: name) else {
            if characters[end] == ":", !looksLikeText(after: end + 1), let meant = SearchField.meant(by: name)
            {
                throw problem(
                    "unknown_field",
                    "There is no field “\(name)”. Did you mean “\(meant)”? Quote it to find the words.")
            }
            return nil
        }
        // A pasted line such as “message: connection reset” names no field.
        if field.kind == .text, end + 1 == characters.count || characters[end + 1].isWhitespace { return nil }
        let column = place + 1
        place = end
        if characters[place] == ":" { place += 1 }
        let comparison = takeComparison()
        let values = try values(of: name)
        return .filter(.init(field, comparison, values, column: column))
    }

    private mutating func takeComparison() -> SearchExpression.Comparison {
        for comparison: SearchExpression.Comparison in [.atMost, .atLeast, .below, .above] {
            let sign = Array(comparison.rawValue)
            if characters[place...].starts(with: sign) {
                place += sign.count
                return comparison
            }
        }
        if !atEnd, characters[place] == "=" { place += 1 }
        return .equal
    }

    private mutating func values(of name: String) throws(SearchProblem) -> [SearchExpression.Value] {
        var values: [SearchExpression.Value] = []
        repeat {
            if !values.isEmpty { place += 1 }
            let start = place
            let isQuoted = !atEnd && isQuote(characters[place])
            let text = isQuoted ? try quoted() : bareValue()
            guard !text.isEmpty else {
                place = min(start, max(0, characters.count - 1))
                throw problem("missing_value", "“\(name)” needs a value, such as \(name):something.")
            }
            values.append(.init(text, column: start + 1))
        } while !atEnd && characters[place] == ","
        return values
    }

    private mutating func bareValue() -> String {
        take { $0.isWhitespace || $0 == ")" || $0 == "," || $0 == "(" }
    }

    /// The same field twice side by side means either, as nothing can have two owners.
    private static func merged(_ left: SearchExpression?, _ right: SearchExpression) -> SearchExpression? {
        guard case .filter(var first) = left, case .filter(let second) = right, first.field == second.field,
            first.comparison == .equal, second.comparison == .equal,
            ![.word, .time, .text].contains(first.field.kind)
        else { return nil }
        first.values += second.values
        return .filter(first)
    }

    // MARK: Characters

    private var atEnd: Bool { place >= characters.count }

    private func isQuote(_ character: Character) -> Bool { "\"“”„".contains(character) }

    private func isNameCharacter(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character == "_" || character == "-")
    }

    /// Whether what follows a colon shows that it is no field: a URL's slashes, a line number, a path.
    private func looksLikeText(after place: Int) -> Bool {
        guard place < characters.count else { return true }
        return characters[place].isWhitespace || "/\\:".contains(characters[place])
            || characters[place].isNumber
    }

    private mutating func skipSpace() { _ = take { !$0.isWhitespace } }

    private mutating func take(until isEnd: (Character) -> Bool) -> String {
        let start = place
        while !atEnd, !isEnd(characters[place]) { place += 1 }
        return String(characters[start..<place])
    }

    /// A word up to the next space; brackets inside it are its own where they balance, as in `run(Pool.java:42)`.
    private mutating func word() -> String {
        let start = place
        var open = 0
        while !atEnd, !characters[place].isWhitespace {
            if characters[place] == "(" { open += 1 }
            if characters[place] == ")" {
                if open == 0 { break }
                open -= 1
            }
            place += 1
        }
        return String(characters[start..<place])
    }

    /// What stands between quotes; a backslash takes the special meaning of the next quote or backslash.
    private mutating func quoted() throws(SearchProblem) -> String {
        let opening = place
        place += 1
        var text = ""
        while !atEnd, !isQuote(characters[place]) {
            if characters[place] == "\\", place + 1 < characters.count,
                isQuote(characters[place + 1]) || characters[place + 1] == "\\"
            {
                place += 1
            }
            text.append(characters[place])
            place += 1
        }
        guard !atEnd else {
            place = opening
            throw problem(
                "unclosed_quote", "This quote is not closed. Close it, or write \\\" to find a quote.")
        }
        place += 1
        guard text.contains(where: { !$0.isWhitespace }) else {
            place = opening
            throw problem("empty_quote", "There is nothing between these quotes.")
        }
        return text
    }

    private func isWord(_ word: String) -> Bool {
        let end = place + word.count
        guard end <= characters.count, String(characters[place..<end]) == word else { return false }
        return end == characters.count || characters[end].isWhitespace || "()".contains(characters[end])
    }

    /// Takes an operator, which is written in capitals, and the space after it.
    private mutating func takeWord(_ word: String) -> Bool {
        guard isWord(word) else { return false }
        place += word.count
        return true
    }

    private mutating func takeMinus() -> Bool {
        guard characters[place] == "-", place + 1 < characters.count else { return false }
        let next = characters[place + 1]
        guard next.isLetter || next == "(" || isQuote(next) else { return false }
        place += 1
        return true
    }

    private mutating func enter() throws(SearchProblem) {
        depth += 1
        guard depth <= Self.deepest else {
            throw problem("too_deep", "Brackets are nested more than \(Self.deepest) deep here.")
        }
    }

    private func problem(_ code: String, _ message: String) -> SearchProblem {
        SearchProblem(code, message, column: place + 1)
    }

    private func nothingBeside(_ operation: String) -> SearchProblem {
        problem("missing_term", "\(operation) needs something on both sides, or on its right.")
    }
}
