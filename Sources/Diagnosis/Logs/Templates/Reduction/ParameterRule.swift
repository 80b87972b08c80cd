/// Decides from the words that fill one place of otherwise equal signatures whether they are a parameter.
///
/// Many values in one place are data; few are an enumeration that carries meaning and is kept apart.
/// What counts as many depends on the kinds of the words and on what stands beside them.
struct ParameterRule: Sendable {
    /// Names by their looks: dotted, quoted, numbered.
    var names = 2
    /// The same in first place.
    var namesFirst = 4
    /// Behind a noun that introduces a name.
    var label = 2
    /// Behind `=` or `:`, alone in brackets, and identifiers.
    var keyed = 4
    var preposition = 3
    var plain = 6
    /// In first place, where the subject or the action stands.
    var first = 12
    /// All capitals: states.
    var states = 6

    /// The kinds of a set of fills.
    struct Fills {
        var count = 0
        var kinds:
            (
                value: Int, quoted: Int, opposite: Int, null: Int, sign: Int, numbered: Int, dotted: Int,
                state: Int,
                identifier: Int, verb: Int, word: Int
            ) = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)

        mutating func add(_ kind: TokenKind) {
            count += 1
            switch kind {
            case .value: kinds.value += 1
            case .quoted: kinds.quoted += 1
            case .opposite: kinds.opposite += 1
            case .null: kinds.null += 1
            case .sign: kinds.sign += 1
            case .numbered: kinds.numbered += 1
            case .dotted: kinds.dotted += 1
            case .state: kinds.state += 1
            case .identifier: kinds.identifier += 1
            case .verb: kinds.verb += 1
            case .word: kinds.word += 1
            }
        }

        /// How many are names by their looks.
        var named: Int { kinds.dotted + kinds.quoted + kinds.numbered }
    }

    /// Where in a signature the place is.
    struct Place {
        var isFirst: Bool
        /// How many words and names the signature has, this one included.
        var words: Int
        /// The traits of the token before; empty in first place.
        var left: Token.Traits
        /// Whether a value stands before the token before.
        var isBehindValue: Bool
        /// Whether `=` follows without a blank.
        var isKey: Bool
        /// Whether `)` or `]` follows without a blank.
        var isClosed: Bool
    }

    static let words = TokenKinds([
        .word, .state, .verb, .identifier, .dotted, .quoted, .opposite, .null, .numbered,
    ])

    static func words(in tokens: [Int32], _ pool: borrowing TokenPool) -> Int {
        var count = 0
        for token in tokens where words.has(pool[token].kind) { count += 1 }
        return count
    }

    static func place(_ index: Int, in tokens: [Int32], words: Int, _ pool: borrowing TokenPool) -> Place {
        var isKey = false
        var isClosed = false
        if index + 1 < tokens.count {
            let right = pool[tokens[index + 1]]
            isKey = right.traits.contains(.equals) && !right.followsBlank
            isClosed =
                right.traits.contains(.closing) && !right.followsBlank && (right.pair == 1 || right.pair == 2)
        }
        return Place(
            isFirst: index == 0, words: words, left: index > 0 ? pool[tokens[index - 1]].traits : [],
            isBehindValue: index > 1 && tokens[index - 2] == TokenPool.value, isKey: isKey, isClosed: isClosed
        )
    }

    /// Whether the fills of a place are one parameter.
    /// - Parameter recurs: whether several of the words fill another place too.
    func isParameter(_ fills: Fills, at place: Place, recurs: Bool = false) -> Bool {
        let (count, kinds, named) = (fills.count, fills.kinds, fills.named)
        let isAssigned = place.left.contains(.equals) || place.left.contains(.colon)
        if kinds.opposite > 0, count < 3 * plain, !(isAssigned && count - kinds.opposite > 2) { return false }
        if kinds.sign > 0 { return false }
        if place.isKey { return count >= keyed && kinds.dotted + kinds.value == count }
        let constant = place.isFirst ? (named < count ? 2 : 1) : 0
        if place.words - 1 < constant || count < 2 { return false }
        if kinds.value > 0 {
            return (!place.isFirst || named == count - 1) && kinds.verb * 3 <= count
        }
        if named == count { return count >= (place.isFirst ? namesFirst : names) }
        if named > kinds.numbered, !place.isFirst, kinds.verb == 0 { return true }
        if kinds.verb * 3 > count { return count >= 2 * plain }
        if place.left.contains(.label) { return count >= label }
        if kinds.state * 2 > count { return count >= states }
        if place.isFirst { return count >= first }
        if recurs, count >= 3 { return true }
        // One more element of a list of values.
        if place.left.contains(.comma) || place.left.contains(.semicolon), place.isBehindValue {
            return count >= keyed
        }
        if isAssigned || kinds.identifier * 2 > count || place.left.contains(.round) && place.isClosed {
            return count >= keyed
        }
        if place.left.contains(.preposition) { return count >= preposition }
        return count >= plain
    }

    /// Whether what fills a span of several tokens is one parameter.
    func isParameter(span fills: [ArraySlice<Int32>], _ kind: SpanKind, _ pool: borrowing TokenPool) -> Bool {
        let count = fills.count
        guard count >= 2 else { return false }
        var hasEmpty = false
        var hasValue = false
        var areNames = true
        for fill in fills {
            guard let first = fill.first else {
                hasEmpty = true
                continue
            }
            guard fill.count == 1 else {
                areNames = false
                continue
            }
            switch pool[first].kind {
            case .opposite: return false
            case .value: hasValue = true
            case .null: hasEmpty = true
            case .dotted, .quoted, .numbered: break
            default: areNames = false
            }
        }
        switch kind {
        case .tail:
            let lengths = Set(fills.map(\.count))
            return count >= (hasValue ? keyed : plain) && lengths.count > 1
                && !fills.contains { $0.contains { pool[$0].traits.contains(.equals) } }
        case .list:
            guard count >= keyed else { return false }
            var words: Set<Int32> = []
            for fill in fills {
                guard fill.count % 2 == 1 else { return false }
                for (offset, token) in fill.enumerated() {
                    if offset % 2 == 1, !pool[token].traits.contains(.comma) { return false }
                    words.insert(token)
                }
            }
            return words.count > 4
        case .keyed:
            return hasEmpty || hasValue || count >= keyed || areNames
        case .bracketed:
            if areNames { return true }
            return count >= plain
                && !fills.contains {
                    $0.contains { pool[$0].traits.contains(.equals) && !pool[$0].followsBlank }
                }
        }
    }
}
