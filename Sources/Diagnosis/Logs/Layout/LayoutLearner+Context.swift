extension LayoutLearner {
    /// The most lines that are compared for one column.
    private static let sampleSize = 4000

    /// How many columns from `column` on are context (a node, a logger, a thread, an ID): values that say
    /// nothing of the text behind them.
    ///
    /// A word that belongs to the message stands before its own continuations; a host or logger stands
    /// before all of them. A column of one word only counts with a context column behind it.
    func contextWidth(_ group: [Int], _ column: Int) -> Int? {
        guard column > 0 else { return nil }
        let stride = max(1, group.count / Self.sampleSize)
        let sample = group.indices.filter { $0 % stride == 0 }.map { group[$0] }
        for width in 1...3 where column + width < Self.limit - 2 {
            var isContext = true
            var varies = false
            for at in column..<column + width where isContext {
                let found = self.column(sample, at, restFrom: column + width)
                let count = sample.count - found.missing
                guard found.missing * 50 <= sample.count, count >= 20 else { return nil }
                // One name of a host or device in all lines is context; one plain word may be the message's.
                guard found.exact.count > 1 else {
                    let isName = found.dotted == count || found.numbered == count
                    if isName, Set(found.rests).count >= rules.rests { varies = true }
                    continue
                }
                let isNamed = Double(found.dotted) >= rules.dotted * Double(count)
                isContext = isNamed || isIndependent(found)
                varies = true
            }
            if isContext, varies { return width }
        }
        return nil
    }

    func isIndependent(_ column: ContextColumn) -> Bool {
        guard !column.hasVerbs else { return false }
        let distinct = Set(column.masked).count
        var values: [UInt64: Set<UInt64>] = [:]
        var counts: [UInt64: Int] = [:]
        for (masked, rest) in zip(column.masked, column.rests) {
            counts[rest, default: 0] += 1
            values[rest, default: []].insert(masked)
        }
        var covered = 0
        var mixed = 0
        var rests = 0
        for (rest, count) in counts where count >= rules.frequent {
            rests += 1
            covered += count
            if (values[rest]?.count ?? 0) >= min(3, distinct) { mixed += count }
        }
        return rests >= rules.rests && Double(covered) >= rules.coverage * Double(column.rests.count)
            && Double(mixed) >= rules.independence * Double(covered)
    }

    private func column(_ sample: [Int], _ column: Int, restFrom behind: Int) -> ContextColumn {
        var found = ContextColumn()
        var tokenizer = Tokenizer()
        for index in sample {
            let (this, next) = (field(index, column), field(index, behind))
            guard this.kind != .end, next.kind != .end else {
                found.missing += 1
                continue
            }
            let line = lines[index]
            found.add(
                line.slice(Int(this.start), Int(this.end)),
                rest: line.slice(Int(next.start), line.count).trimmed, &tokenizer)
        }
        return found
    }
}

/// What one column's values and the text around them say of each other.
struct ContextColumn {
    /// For each line: the column's text with values alike.
    private(set) var masked: [UInt64] = []
    /// The different texts as they are.
    private(set) var exact: Set<UInt64> = []
    /// For each line: the shape of the rest.
    private(set) var rests: [UInt64] = []
    /// How many lines hold a name with dots or double colons inside.
    private(set) var dotted = 0
    /// How many lines hold a word with digits in it.
    private(set) var numbered = 0
    /// Whether a value is an English verb form or one of a pair of opposites.
    private(set) var hasVerbs = false
    var missing = 0

    mutating func add(_ text: LineBytes, rest: LineBytes, _ tokenizer: inout Tokenizer) {
        masked.append(Self.key(text) ?? tokenizer.shape(of: text))
        rests.append(tokenizer.shape(of: rest))
        if Self.isDotted(text) { dotted += 1 }
        for offset in 0..<text.count where text[offset].isDigit {
            numbered += 1
            break
        }
        if exact.insert(StableHash.bytes(text.base, text.count)).inserted, Self.isVerb(text) {
            hasVerbs = true
        }
    }

    /// The hash of `key=` where the text is a key and a value.
    private static func key(_ text: LineBytes) -> UInt64? {
        var end = 0
        while end < text.count, text[end].isWord { end += 1 }
        guard end > 0, text[end] == UInt8(ascii: "=") else { return nil }
        return StableHash.bytes(text.base, end + 1)
    }

    private static func isVerb(_ text: LineBytes) -> Bool {
        var core = text
        while core.count > 0, !core[core.count - 1].isAlphanumeric { core = core.slice(0, core.count - 1) }
        for offset in 0..<core.count where !core[offset].isLetter { return false }
        let token = TokenWords.token(
            String(decoding: core.text.utf8.map(\.lowercased), as: UTF8.self), hash: 0)
        return token.kind == .verb || token.kind == .opposite
    }

    /// `net/server.go:12`: a file with an extension, and a line.
    private static func isSourceLine(_ text: LineBytes) -> Bool {
        let colon = text.offset(of: UInt8(ascii: ":"), from: 1, to: text.count)
        guard colon > 2, text[colon + 1].isDigit else { return false }
        var dot = colon - 1
        while dot > 0, colon - dot < 6, text[dot].isLetter { dot -= 1 }
        return dot > 0 && dot < colon - 1 && text[dot] == UInt8(ascii: ".") && text[dot - 1].isWord
    }

    /// `com.acme.Engine`, `app::net`, `engine.go:12`; no path, no key and no number.
    private static func isDotted(_ text: LineBytes) -> Bool {
        guard text.count > 3, text[0].isLetter else { return false }
        if isSourceLine(text) { return true }
        var signs = 0
        for offset in 1..<text.count - 1 {
            switch text[offset] {
            case UInt8(ascii: "="), UInt8(ascii: "/"), UInt8(ascii: "\\"), UInt8(ascii: "@"): return false
            case UInt8(ascii: "."):
                if text[offset + 1].isLetter { signs += 1 }
            case UInt8(ascii: ":"):
                if text[offset + 1] == UInt8(ascii: ":") { signs += 1 }
            default: break
            }
        }
        return signs > 0
    }
}
