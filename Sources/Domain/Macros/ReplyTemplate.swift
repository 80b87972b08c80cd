/// Text with variables in double braces, such as `{{customer.name}}`.
package enum ReplyTemplate {
    /// The variables that a reply can use, and what stands in their place.
    package static let variables: [(name: String, meaning: String)] = [
        ("case.number", "The number of the case"), ("case.subject", "The subject of the case"),
        ("case.status", "Where it stands, in the customer’s words"),
        ("case.severity", "The severity"), ("case.component", "The component"),
        ("customer.name", "Who reported it"), ("customer.first_name", "The first name of who reported it"),
        ("customer.organisation", "The customer"), ("owner.name", "Who owns the case"),
        ("me.name", "Who sends the reply"), ("next_update", "When we promised to write again"),
        ("cause", "What the investigation says of the cause: suspected, or confirmed"),
        ("organisation.name", "Our own name"),
    ]

    /// A piece of a template.
    package enum Piece: Equatable, Sendable {
        /// Words as they stand.
        case words(String)
        /// A variable, by the name between the braces, and where it begins.
        case variable(name: String, line: Int, column: Int)
    }

    /// A template in pieces.
    ///
    /// Braces that are not closed on their line are words. O(length).
    package static func pieces(of text: String) -> [Piece] {
        var pieces: [Piece] = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if number > 0 { add("\n", to: &pieces) }
            var rest = line
            while let open = rest.firstRange(of: "{{") {
                guard let close = rest[open.upperBound...].firstRange(of: "}}") else { break }
                add(String(rest[..<open.lowerBound]), to: &pieces)
                let column = line.distance(from: line.startIndex, to: open.lowerBound) + 1
                pieces.append(
                    .variable(
                        name: String(rest[open.upperBound..<close.lowerBound]).trimmingWhitespace,
                        line: number + 1, column: column))
                rest = rest[close.upperBound...]
            }
            add(String(rest), to: &pieces)
        }
        return pieces
    }

    private static func add(_ words: String, to pieces: inout [Piece]) {
        guard !words.isEmpty else { return }
        if case .words(let before) = pieces.last {
            pieces[pieces.count - 1] = .words(before + words)
        } else {
            pieces.append(.words(words))
        }
    }

    /// What is wrong with a template: every unknown variable with its place.
    package static func problems(in text: String) -> [String] {
        let known = variables.map(\.name)
        return pieces(of: text).compactMap { piece in
            guard case .variable(let name, let line, let column) = piece, !known.contains(name) else {
                return nil
            }
            let hint = nearest(to: name, in: known).map { " Did you mean “{{\($0)}}”?" } ?? ""
            return "Line \(line), column \(column): there is no variable “{{\(name)}}”.\(hint)"
        }
    }

    /// A template with its variables filled in.
    package struct Filled: Equatable, Sendable {
        /// The words; a variable without a value stands there as it was.
        package var text: String
        /// The variables without a value here, each once.
        package var missing: [String]
    }

    /// Fills a template with the values that are known here.
    package static func fill(_ text: String, _ values: [String: String]) -> Filled {
        var filled = Filled(text: "", missing: [])
        for piece in pieces(of: text) {
            switch piece {
            case .words(let words): filled.text += words
            case .variable(let name, _, _):
                if let value = values[name] {
                    filled.text += value
                } else {
                    filled.text += "{{\(name)}}"
                    if !filled.missing.contains(name) { filled.missing.append(name) }
                }
            }
        }
        return filled
    }

    /// The first known variable that still stands in a text that is about to be sent; nil where there is none.
    package static func leftOver(in text: String) -> String? {
        let known = variables.map(\.name)
        for case .variable(let name, _, _) in pieces(of: text) where known.contains(name) { return name }
        return nil
    }
}
