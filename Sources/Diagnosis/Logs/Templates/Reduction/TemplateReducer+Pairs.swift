extension TemplateReducer {
    /// Two words of a signature in their context: the signature without them.
    private struct Occurrence {
        var context: UInt64
        var signature: Int32
        var first: Int32
        var second: Int32
    }

    private static let counted = TokenKinds([
        .word, .state, .identifier, .dotted, .numbered, .verb, .opposite,
    ])

    /// Marks two words that vary freely and apart from each other.
    func markPairs(_ edges: [Edges], _ changes: inout [Changes]) {
        let least = 2 * rule.plain
        var total = 0
        eachPair(edges) { _ in total += 1 }
        var filter = CountingFilter(expecting: total)
        eachPair(edges) { filter.add($0.context) }
        var all: [Occurrence] = []
        eachPair(edges) { if filter.count($0.context) >= least { all.append($0) } }
        all.sort { ($0.context, $0.signature) < ($1.context, $1.signature) }
        var start = 0
        while start < all.count {
            var end = start + 1
            while end < all.count, all[end].context == all[start].context { end += 1 }
            defer { start = end }
            guard end - start >= least else { continue }
            let group = all[start..<end]
            let first = Set(group.map { signatures[Int($0.signature)][Int($0.first)] })
            let second = Set(group.map { signatures[Int($0.signature)][Int($0.second)] })
            guard min(first.count, second.count) >= rule.keyed else { continue }
            let tokens = signatures[Int(all[start].signature)]
            let words = ParameterRule.words(in: tokens, pool)
            guard isParameter(first, Int(all[start].first), tokens, words),
                isParameter(second, Int(all[start].second), tokens, words)
            else { continue }
            for one in group { changes[Int(one.signature)].late += [Int(one.first), Int(one.second)] }
        }
    }

    private func isParameter(_ fills: Set<Int32>, _ index: Int, _ tokens: [Int32], _ words: Int) -> Bool {
        var kinds = ParameterRule.Fills()
        for token in fills { kinds.add(pool[token].kind) }
        return rule.isParameter(kinds, at: ParameterRule.place(index, in: tokens, words: words, pool))
    }

    private func eachPair(_ edges: [Edges], _ each: (Occurrence) -> Void) {
        var places: [Int] = []
        for (signature, tokens) in signatures.enumerated() where tokens.count < 60 {
            places.removeAll(keepingCapacity: true)
            for index in tokens.indices where Self.counted.has(pool[tokens[index]].kind) {
                places.append(index)
            }
            guard places.count > 3, places.count < 20 else { continue }
            for (order, first) in places.enumerated() {
                if isFixed(tokens[first]) { continue }
                var middle: UInt64 = 0x3F
                var at = first + 1
                for second in places[(order + 1)...] {
                    while at < second {
                        middle = StableHash.mix(middle, pool[tokens[at]].hash)
                        at += 1
                    }
                    if isFixed(tokens[second]) { continue }
                    let outer = StableHash.mix(
                        edges[signature].prefix[first], edges[signature].suffix[second + 1])
                    each(
                        Occurrence(
                            context: StableHash.mix(outer, middle), signature: Int32(signature),
                            first: Int32(first), second: Int32(second)))
                }
            }
        }
    }

    private func isFixed(_ token: Int32) -> Bool {
        pool[token].kind == .verb || pool[token].kind == .opposite
    }
}
