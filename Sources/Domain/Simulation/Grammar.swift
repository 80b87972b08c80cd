/// Sentences put together from parts: `{name}` is a fact that is given, or one of the texts of a rule, drawn anew.
///
/// `{#4}` draws four digits, `{hex8}` eight hexadecimal ones; other braces stay as they are. A rule may name rules.
package struct Grammar: Sendable {
    private enum Piece: Sendable {
        case text(String)
        case name(String)
        case digits(Int)
        case hex(Int)
    }

    private let rules: [String: [[Piece]]]

    /// A grammar of these rules.
    package init(_ rules: [String: [String]]) { self.rules = rules.mapValues { $0.map(Self.pieces) } }

    /// The names of the rules that texts name and nobody gives, so that a test finds mistakes.
    ///
    /// - Parameter facts: the names that are given.
    package func unknownNames(facts: Set<String>) -> Set<String> {
        var unknown: Set<String> = []
        for case .name(let name) in rules.values.joined().joined()
        where rules[name] == nil && !facts.contains(name) {
            unknown.insert(name)
        }
        return unknown
    }

    /// One text of a rule; empty where there is no such rule.
    package func text(
        _ rule: String, _ facts: [String: String], using chance: inout SeededGenerator
    ) -> String {
        var text = ""
        add(rule, to: &text, facts, &chance)
        return text
    }

    private func add(
        _ name: String, to text: inout String, _ facts: [String: String], _ chance: inout SeededGenerator
    ) {
        if let fact = facts[name] {
            text += fact
            return
        }
        guard let texts = rules[name] else { return }
        for piece in chance.pick(texts) {
            switch piece {
            case .text(let words): text += words
            case .name(let name): add(name, to: &text, facts, &chance)
            case .digits(let count):
                for place in 0..<count { text += String(chance.number((place == 0 ? 1 : 0)...9)) }
            case .hex(let count): for _ in 0..<count { text.append(Self.hexDigits[chance.below(16)]) }
            }
        }
    }

    private static let hexDigits = Array("0123456789abcdef")

    private static func pieces(_ text: String) -> [Piece] {
        var pieces: [Piece] = []
        var words = ""
        var rest = text[...]
        while let character = rest.first {
            if character == "{", let close = rest.firstIndex(of: "}"),
                let piece = piece(rest[rest.index(after: rest.startIndex)..<close])
            {
                if !words.isEmpty { pieces.append(.text(words)) }
                words = ""
                pieces.append(piece)
                rest = rest[rest.index(after: close)...]
            } else {
                words.append(character)
                rest = rest.dropFirst()
            }
        }
        if !words.isEmpty { pieces.append(.text(words)) }
        return pieces
    }

    /// What stands between braces; nil where they are a part of the text.
    private static func piece(_ name: Substring) -> Piece? {
        guard !name.isEmpty,
            name.unicodeScalars.allSatisfy({
                $0.properties.isAlphabetic || "0123456789.#".unicodeScalars.contains($0)
            })
        else { return nil }
        if name.hasPrefix("#"), let count = Int(name.dropFirst()) { return .digits(count) }
        if name.hasPrefix("hex"), let count = Int(name.dropFirst(3)) { return .hex(count) }
        return .name(String(name))
    }
}
