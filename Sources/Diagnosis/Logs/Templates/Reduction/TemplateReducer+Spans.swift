extension TemplateReducer {
    /// A span in its context: the signature without it.
    private struct Occurrence {
        var context: UInt64
        var content: UInt64
        var signature: Int32
        var from: Int32
        var to: Int32
        var kind: SpanKind
        /// Whether this is a single element where other signatures have a list.
        var isLone: Bool
    }

    private static let elements = TokenKinds([.word, .state, .identifier, .dotted, .quoted, .value])

    /// Longer spans are no single parameter.
    private static let longest = 60

    private static func context(_ edges: Edges, _ from: Int, _ to: Int, _ kind: SpanKind) -> UInt64 {
        StableHash.mix(
            StableHash.mix(edges.prefix[from], edges.suffix[to]), UInt64(kind.rawValue) + 0x5A)
    }

    /// Marks bracket contents, values behind `=` and lists that vary in otherwise equal signatures.
    func markSpans(_ edges: [Edges], _ changes: inout [Changes]) {
        var all: [Occurrence] = []
        var lists: Set<UInt64> = []
        for (index, tokens) in signatures.enumerated() {
            for span in Span.all(in: tokens, pool) where span.to - span.from <= Self.longest {
                let context = Self.context(edges[index], span.from, span.to, span.kind)
                if span.kind == .list { lists.insert(context) }
                all.append(
                    Occurrence(
                        context: context, content: hash(of: Array(tokens[span.from..<span.to])),
                        signature: Int32(index), from: Int32(span.from), to: Int32(span.to), kind: span.kind,
                        isLone: false))
            }
        }
        if !lists.isEmpty {
            for (index, tokens) in signatures.enumerated() {
                for at in tokens.indices where Self.elements.has(pool[tokens[at]].kind) {
                    let context = Self.context(edges[index], at, at + 1, .list)
                    guard lists.contains(context) else { continue }
                    all.append(
                        Occurrence(
                            context: context, content: hash(of: [tokens[at]]), signature: Int32(index),
                            from: Int32(at), to: Int32(at + 1), kind: .list, isLone: true))
                }
            }
        }
        all.sort {
            ($0.context, $0.content, $0.signature, $0.from) < ($1.context, $1.content, $1.signature, $1.from)
        }
        var marks: [(order: Int32, signature: Int32, from: Int32, to: Int32, isLone: Bool)] = []
        var start = 0
        while start < all.count {
            var end = start + 1
            while end < all.count, all[end].context == all[start].context { end += 1 }
            defer { start = end }
            guard end - start > 1 else { continue }
            var fills: [ArraySlice<Int32>] = []
            for index in start..<end where index == start || all[index].content != all[index - 1].content {
                let one = all[index]
                fills.append(signatures[Int(one.signature)][Int(one.from)..<Int(one.to)])
            }
            guard fills.count > 1, rule.isParameter(span: fills, all[start].kind, pool) else { continue }
            for one in all[start..<end] {
                marks.append((one.from, one.signature, one.from, one.to, one.isLone))
            }
        }
        marks.sort { ($0.signature, $0.from, $1.to) < ($1.signature, $1.from, $0.to) }
        for mark in marks {
            let signature = Int(mark.signature)
            let range = Int(mark.from)..<Int(mark.to)
            if range.count == 1, signatures[signature][range.lowerBound] == TokenPool.value { continue }
            if mark.isLone {
                changes[signature].late.append(range.lowerBound)
            } else {
                changes[signature].spans.append(range)
            }
        }
    }
}
