/// Sums up what sampled lines held in the varying parts of a template.
struct VariableSummary {
    /// How many values are listed.
    static let topCount = 10
    /// The most bytes of a value that are shown.
    static let valueLength = 200

    /// The values of one variable with the weight of each sampled line.
    private struct Slot {
        var counts: [String: Double] = [:]
        var kinds: [LogVariable.Kind: Double] = [:]
        var numbers: [LogVariable.Kind: [(value: Double, weight: Double)]] = [:]
        var weight = 0.0
        var lines = 0
    }

    /// A template as it is shown, and what was seen of its variables.
    struct Result {
        /// The tokens with numbered words that vary as values.
        var tokens: [Int32]
        /// For each token that is a numbered word and never varied: how it was written.
        var literals: [Int: String] = [:]
        var variables: [LogVariable] = []
    }

    /// What was seen of each variable of a template.
    /// - Parameters:
    ///   - patterns: the patterns that make the template.
    ///   - tokens: the template.
    ///   - isDetailed: whether variables are summed up, or only numbered words are looked at.
    static func result(
        of patterns: [Int], tokens: [Int32], tally: LogTally, reducer: TemplateReducer, isDetailed: Bool
    ) -> Result {
        var result = Result(tokens: tokens)
        let pool = tally.table.pool
        let places = tokens.indices.filter {
            let kind = pool[tokens[$0]].kind
            return kind == .numbered || isDetailed && kind == .value
        }
        guard !places.isEmpty else { return result }
        var slots = Array(repeating: Slot(), count: places.count)
        var tokenizer = Tokenizer()
        for pattern in patterns where pattern != Int(SignatureTable.overflow) {
            let signature = Int(tally.table.signatureOfShape[pattern])
            let pieces = reducer.pieces[signature]
            let messages = tally.samples.count(of: pattern)
            guard messages > 0, pieces.count == tokens.count else { continue }
            let weight = Double(tally.sights[pattern].count) / Double(messages)
            tally.samples.each(of: pattern) { message in
                let raw = tokenizer.record(message)
                let folded = tally.table.fold(raw, message)
                for (slot, place) in places.enumerated() {
                    guard let range = range(pieces[place], folded, raw) else { continue }
                    note(message.slice(range.lowerBound, range.upperBound), weight, &slots[slot])
                }
            }
        }
        for (slot, place) in places.enumerated() {
            if pool[tokens[place]].kind == .numbered {
                if slots[slot].counts.count == 1, let only = slots[slot].counts.first {
                    result.literals[place] = only.key
                    continue
                }
                result.tokens[place] = TokenPool.value
            }
            if isDetailed { result.variables.append(variable(slots[slot])) }
        }
        return result
    }

    /// The bytes that a piece of the template stands for.
    private static func range(_ piece: Piece, _ folded: [Piece], _ raw: [RawToken]) -> Range<Int>? {
        guard piece.to > piece.from, Int(piece.to) <= folded.count else { return nil }
        let first = Int(folded[Int(piece.from)].from)
        let last = Int(folded[Int(piece.to) - 1].to) - 1
        guard first <= last, last < raw.count else { return nil }
        var start = Int(raw[first].start)
        var end = Int(raw[last].end)
        // The range of a quoted word is that of the word.
        if raw[first].kind == .quoted { start -= 1 }
        if raw[last].kind == .quoted { end += 1 }
        return start < end ? start..<end : nil
    }

    private static func note(_ value: LineBytes, _ weight: Double, _ slot: inout Slot) {
        let reading = ValueKind.reading(value)
        slot.lines += 1
        slot.weight += weight
        slot.kinds[reading.kind, default: 0] += weight
        if let number = reading.number { slot.numbers[reading.kind, default: []].append((number, weight)) }
        slot.counts[value.slice(0, min(value.count, valueLength)).text, default: 0] += weight
    }

    private static func variable(_ slot: Slot) -> LogVariable {
        var kind = slot.kinds.max { ($0.value, $1.key.rawValue) < ($1.value, $0.key.rawValue) }?.key ?? .text
        if kind == .text, slot.lines >= 20, slot.counts.count <= max(3, slot.lines / 10) {
            kind = .enumeration
        }
        let scale = slot.weight > 0 ? Double(slot.lines) / slot.weight : 1
        let top = slot.counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(topCount)
        return LogVariable(
            kind: kind,
            top: top.map { .init(text: $0.key, count: max(1, Int(($0.value * scale).rounded()))) },
            distinct: slot.counts.count, sampled: slot.lines, spread: spread(slot.numbers[kind] ?? []))
    }

    private static func spread(_ numbers: [(value: Double, weight: Double)]) -> LogVariable.Spread? {
        guard !numbers.isEmpty else { return nil }
        let sorted = numbers.sorted { $0.value < $1.value }
        let total = sorted.reduce(0) { $0 + $1.weight }
        func quantile(_ share: Double) -> Double {
            var seen = 0.0
            for number in sorted {
                seen += number.weight
                if seen >= share * total { return number.value }
            }
            return sorted[sorted.count - 1].value
        }
        return LogVariable.Spread(
            minimum: sorted[0].value, median: quantile(0.5), ninetyFifth: quantile(0.95),
            maximum: sorted[sorted.count - 1].value)
    }
}
