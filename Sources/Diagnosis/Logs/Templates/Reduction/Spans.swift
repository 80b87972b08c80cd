/// Why several tokens in a row may be one parameter.
enum SpanKind: UInt8 {
    /// What stands in a pair of brackets.
    case bracketed
    /// A list of words.
    case list
    /// The value behind `=`, up to the next comma, key or bracket.
    case keyed
    /// The value behind the last `=`, to the end.
    case tail
}

/// Tokens `from..<to` of a signature that may be one parameter.
struct Span {
    var from: Int
    var to: Int
    var kind: SpanKind

    private static let elements = TokenKinds([.word, .state, .identifier, .dotted, .quoted, .value])

    static func all(in tokens: [Int32], _ pool: borrowing TokenPool) -> [Span] {
        var spans: [Span] = []
        var open: [(pair: UInt8, at: Int)] = []
        let count = tokens.count
        var lastEquals = -1
        for (index, token) in tokens.enumerated() where pool[token].traits.contains(.equals) {
            lastEquals = index
        }
        for (index, token) in tokens.enumerated() {
            let (traits, pair) = (pool[token].traits, pool[token].pair)
            if traits.contains(.opening) {
                open.append((pair, index))
            } else if traits.contains(.closing), let last = open.last, last.pair == pair {
                open.removeLast()
                spans.append(Span(from: last.at + 1, to: index, kind: .bracketed))
            }
            if traits.contains(.comma), index > 0, index < count - 1,
                index < 2 || !pool[tokens[index - 2]].traits.contains(.comma)
            {
                var end = index
                while end < count - 1, pool[tokens[end]].traits.contains(.comma),
                    elements.has(pool[tokens[end + 1]].kind)
                {
                    end += 2
                }
                if end > index, elements.has(pool[tokens[index - 1]].kind) {
                    spans.append(Span(from: index - 1, to: min(end, count), kind: .list))
                }
            }
            if traits.contains(.equals) {
                spans.append(Span(from: index + 1, to: valueEnd(behind: index, tokens, pool), kind: .keyed))
                if index == lastEquals { spans.append(Span(from: index + 1, to: count, kind: .tail)) }
            }
        }
        return spans
    }

    /// The end of one token behind `=` and of what is glued to it, brackets whole.
    private static func valueEnd(behind equals: Int, _ tokens: [Int32], _ pool: borrowing TokenPool) -> Int {
        var end = equals + 1
        var depth = 0
        while end < tokens.count {
            let token = pool[tokens[end]]
            if depth == 0 {
                let isNextKey =
                    end + 1 < tokens.count && pool[tokens[end + 1]].traits.contains(.equals)
                    && token.followsBlank
                if end > equals + 1 && token.followsBlank || isNextKey { break }
            }
            if token.traits.contains(.opening) {
                depth += 1
            } else if token.traits.contains(.closing) {
                if depth == 0 { break }
                depth -= 1
            } else if depth == 0,
                !token.traits.isDisjoint(with: [.comma, .semicolon, .quote])
            {
                break
            }
            end += 1
        }
        return end
    }
}
