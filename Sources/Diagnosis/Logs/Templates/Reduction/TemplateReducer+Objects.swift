extension TemplateReducer {
    /// What may be the object of an action in a short message: a few words behind the first.
    private struct Middle {
        var context: UInt64
        var content: UInt64
        var range: Range<Int>
        /// Length before and behind the object, of which the longer is the surer.
        var frame: (Int, Int, Int)
    }

    private static let actions = TokenKinds([.word, .state, .verb, .identifier, .opposite])
    private static let nouns = TokenKinds([.word, .state, .verb, .identifier])

    /// Marks fills of several words that come again behind other words: what actions are done to, as in
    /// `Starting X...`, `Started X.`, `Stopped X`.
    mutating func markObjects(_ edges: [Edges], _ changes: inout [Changes]) {
        struct Fill {
            var signature: Int
            var range: Range<Int>
        }
        var contexts: [UInt64: [UInt64: Fill]] = [:]
        let short = signatures.indices.filter { signatures[$0].count < 14 }
        for index in short {
            for middle in middles(signatures[index], edges[index]) {
                contexts[middle.context, default: [:]][middle.content] = Fill(
                    signature: index, range: middle.range)
            }
        }
        contexts = contexts.filter { $0.value.count >= rule.plain }
        if contexts.isEmpty { return }
        var verbs: [UInt64: Set<Int32>] = [:]
        for fills in contexts.values {
            for (content, fill) in fills { verbs[content, default: []].insert(signatures[fill.signature][0]) }
        }
        var found: [UInt64: Set<UInt64>] = [:]
        for (context, fills) in contexts {
            let again = Set(fills.keys.filter { (verbs[$0]?.count ?? 0) > 1 || objects.contains($0) })
            let allVerbs = fills.keys.reduce(into: Set<Int32>()) { $0.formUnion(verbs[$1] ?? []) }
            // Few actions, many objects; an object does not begin with a verb.
            if 2 * allVerbs.count > fills.count || again.count < rule.keyed { continue }
            let beginsWithVerb = fills.values.contains { fill in
                let kind = pool[signatures[fill.signature][fill.range.lowerBound]].kind
                return kind == .verb || kind == .opposite
            }
            if beginsWithVerb || again.filter({ (fills[$0]?.range.count ?? 0) > 1 }).count < 3 { continue }
            found[context] = 2 * again.count >= fills.count ? Set(fills.keys) : again
        }
        if found.isEmpty { return }
        for fills in found.values { objects.formUnion(fills) }
        for index in short {
            let fitting = middles(signatures[index], edges[index])
                .filter { found[$0.context]?.contains($0.content) ?? false }
            if let best = fitting.max(by: { $0.frame < $1.frame }) { changes[index].object = best.range }
        }
    }

    private func middles(_ tokens: [Int32], _ edges: Edges) -> [Middle] {
        guard let first = tokens.first, Self.actions.has(pool[first].kind) else { return [] }
        var middles: [Middle] = []
        let count = tokens.count
        for before in 1...3 {
            for behind in [2, 1, 0] {
                let end = count - behind
                guard end > before, end - before < 9 else { continue }
                let range = before..<end
                guard tokens[range].contains(where: { Self.nouns.has(pool[$0].kind) }),
                    tokens[before...].allSatisfy({ pool[$0].traits.isDisjoint(with: [.equals, .colon]) })
                else { continue }
                middles.append(
                    Middle(
                        context: StableHash.mix(edges.prefix[before], edges.suffix[end]),
                        content: hash(of: Array(tokens[range])), range: range,
                        frame: (before + behind, before, behind)))
            }
        }
        return middles
    }
}
