extension TemplateReducer {
    /// What a round has decided for one signature.
    struct Changes {
        /// Tokens that become a value.
        var values: [Int] = []
        /// Spans that become one value.
        var spans: [Range<Int>] = []
        /// Pairs, and lists of one, that become values; they apply where no span took the token.
        var late: [Int] = []
        /// What an action is done to.
        var object: Range<Int>?
        var isEmpty: Bool { values.isEmpty && spans.isEmpty && late.isEmpty && object == nil }
    }

    /// Hashes of all beginnings and ends of a signature.
    struct Edges {
        /// `prefix[i]` is of the tokens before `i`.
        var prefix: [UInt64]
        /// `suffix[i]` is of the tokens from `i`.
        var suffix: [UInt64]

        init(_ tokens: [Int32], _ pool: borrowing TokenPool) {
            let count = tokens.count
            prefix = Array(repeating: 0x1F, count: count + 1)
            suffix = Array(repeating: 0x2F, count: count + 1)
            for index in 0..<count {
                prefix[index + 1] = StableHash.mix(prefix[index], pool[tokens[index]].hash)
            }
            for index in stride(from: count - 1, through: 0, by: -1) {
                suffix[index] = StableHash.mix(suffix[index + 1], pool[tokens[index]].hash)
            }
        }
    }

    /// One round over the whole set.
    mutating func round() -> [[Piece]?] {
        let edges = signatures.map { Edges($0, pool) }
        var changes = Array(repeating: Changes(), count: signatures.count)
        markWords(edges, &changes)
        markSpans(edges, &changes)
        markPairs(edges, &changes)
        markObjects(edges, &changes)
        return signatures.indices.map { index in
            changes[index].isEmpty ? nil : rewrite(signatures[index], changes[index])
        }
    }

    /// Applies the changes in the order of their kinds.
    private func rewrite(_ tokens: [Int32], _ changes: Changes) -> [Piece] {
        enum Slot {
            case token(Int32), taken
        }
        var slots = tokens.map { Slot.token($0) }
        var ends = Array(tokens.indices.map { $0 + 1 })
        var insertBehind: Set<Int> = []
        for index in changes.values { slots[index] = .token(TokenPool.value) }
        for span in changes.spans {
            if span.isEmpty {
                if span.lowerBound > 0 { insertBehind.insert(span.lowerBound - 1) }
                continue
            }
            for index in span { slots[index] = .taken }
            slots[span.lowerBound] = .token(TokenPool.value)
            ends[span.lowerBound] = span.upperBound
        }
        for index in changes.late {
            if case .taken = slots[index] { continue }
            slots[index] = .token(TokenPool.value)
        }
        if let object = changes.object {
            for index in object { slots[index] = .taken }
            slots[object.lowerBound] = .token(TokenPool.value)
            ends[object.lowerBound] = object.upperBound
        }
        var pieces: [Piece] = []
        for (index, slot) in slots.enumerated() {
            if case .token(let token) = slot {
                pieces.append(Piece(token: token, from: Int32(index), to: Int32(ends[index])))
            }
            if insertBehind.contains(index) {
                pieces.append(Piece(token: TokenPool.value, from: Int32(index + 1), to: Int32(index + 1)))
            }
        }
        return Collapse.fold(pieces, pool)
    }
}
