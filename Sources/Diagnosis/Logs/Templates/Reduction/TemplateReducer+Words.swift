extension TemplateReducer {
    /// A token in its context: the signature without it.
    private struct Occurrence {
        var context: UInt64
        var token: Int32
        var signature: Int32
        var index: Int32
    }

    /// Marks words that vary in otherwise equal signatures and are a parameter.
    func markWords(_ edges: [Edges], _ changes: inout [Changes]) {
        var filter = CountingFilter(expecting: signatures.reduce(0) { $0 + $1.count })
        for (index, tokens) in signatures.enumerated() {
            for at in tokens.indices where pool[tokens[at]].kind != .sign {
                filter.add(StableHash.mix(edges[index].prefix[at], edges[index].suffix[at + 1]))
            }
        }
        var all: [Occurrence] = []
        for (index, tokens) in signatures.enumerated() {
            for at in tokens.indices where pool[tokens[at]].kind != .sign {
                let context = StableHash.mix(edges[index].prefix[at], edges[index].suffix[at + 1])
                guard filter.count(context) > 1 else { continue }
                all.append(
                    Occurrence(context: context, token: tokens[at], signature: Int32(index), index: Int32(at))
                )
            }
        }
        all.sort { ($0.context, $0.signature) < ($1.context, $1.signature) }
        let groups = groups(of: all)
        let recurring = recurring(
            groups.map { group in (all[group.lowerBound].context, all[group].map(\.token)) })
        for group in groups {
            var fills = ParameterRule.Fills()
            for occurrence in all[group] { fills.add(pool[occurrence.token].kind) }
            let model = all[group.lowerBound]
            guard let sample = all[group].first(where: { $0.token != TokenPool.value }) else { continue }
            let tokens = signatures[Int(sample.signature)]
            let place = ParameterRule.place(
                Int(sample.index), in: tokens, words: ParameterRule.words(in: tokens, pool), pool)
            guard rule.isParameter(fills, at: place, recurs: recurring.contains(model.context)) else {
                continue
            }
            for occurrence in all[group] where occurrence.token != TokenPool.value {
                changes[Int(occurrence.signature)].values.append(Int(occurrence.index))
            }
        }
    }

    /// Runs of two or more occurrences in one context; in one context no two signatures are equal, so the
    /// tokens differ.
    private func groups(of all: [Occurrence]) -> [Range<Int>] {
        var groups: [Range<Int>] = []
        var start = 0
        while start < all.count {
            var end = start + 1
            while end < all.count, all[end].context == all[start].context { end += 1 }
            if end - start > 1 { groups.append(start..<end) }
            start = end
        }
        return groups
    }

    /// Contexts that share three plain words or more with another: a set of names that turns up in several
    /// places is a set of names wherever it stands.
    private func recurring(_ contexts: [(context: UInt64, tokens: [Int32])]) -> Set<UInt64> {
        func plain(_ tokens: [Int32]) -> [Int32] {
            var seen: Set<Int32> = []
            for token in tokens where pool[token].kind == .word || pool[token].kind == .identifier {
                seen.insert(pool[token].bare)
            }
            return Array(seen)
        }
        let sets = contexts.filter { $0.tokens.count > 2 }.map { plain($0.tokens) }
        let keys = contexts.filter { $0.tokens.count > 2 }.map(\.context)
        var places: [Int32: [Int]] = [:]
        for (index, set) in (sets + known.map(plain)).enumerated() where set.count > 2 {
            for word in set where places[word, default: []].count < 64 {
                places[word, default: []].append(index)
            }
        }
        var recurring: Set<UInt64> = []
        for (index, set) in sets.enumerated() where set.count > 2 {
            var shared: [Int: Int] = [:]
            for word in set {
                for other in places[word] ?? [] where other != index { shared[other, default: 0] += 1 }
            }
            if shared.values.contains(where: { $0 > 2 }) { recurring.insert(keys[index]) }
        }
        return recurring
    }
}

/// Counts of hashes, a little too high at times, in a bounded table.
struct CountingFilter {
    private var counts: [UInt8]
    private let mask: UInt64

    init(expecting count: Int) {
        var size = 1024
        while size < 4 * count, size < 1 << 24 { size *= 2 }
        counts = Array(repeating: 0, count: size)
        mask = UInt64(size - 1)
    }

    @inline(__always)
    mutating func add(_ hash: UInt64) {
        let place = Int(hash & mask)
        if counts[place] < 255 { counts[place] += 1 }
    }

    /// At least the number of times that `hash` was added, up to 255.
    @inline(__always)
    func count(_ hash: UInt64) -> Int { Int(counts[Int(hash & mask)]) }
}
