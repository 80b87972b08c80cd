/// Learns from a sample of lines where their messages begin.
///
/// Only the evidence of columns counts (what share of the lines has which class of field there), never
/// the words of a line. Lines are first parted by the place and look of their first stamp; each part is
/// walked column by column. When in doubt a word stays in the message: one constant word too many does
/// not hurt the grouping of lines, one too few may.
struct LayoutLearner: ~Copyable {
    static let limit = FieldScanner.limit

    let rules: LayoutRules
    private(set) var layout = LogLayout()
    /// `limit` fields a line.
    private var fields: [Field] = []
    private var counts: [Int] = []
    private(set) var lines: [LineBytes] = []
    /// Columns that a line has more than its group: an optional column, a name of two words.
    private var shift: [Int] = []
    private let support: Double

    /// The layout of a log of which `lines` are a sample.
    static func layout(of lines: [LineBytes], rules: LayoutRules = LayoutRules()) -> LogLayout {
        var learner = LayoutLearner(lines: lines, rules: rules)
        return learner.learn()
    }

    private init(lines: [LineBytes], rules: LayoutRules) {
        self.lines = lines
        self.rules = rules
        support = max(3, min(Double(rules.support), 0.3 * Double(lines.count)))
    }

    private mutating func learn() -> LogLayout {
        var scanner = FieldScanner()
        layout.takesTrailingYear = TrailingYear.isYear(in: lines, &scanner)
        scanner.takesTrailingYear = layout.takesTrailingYear
        fields.reserveCapacity(lines.count * Self.limit)
        shift = Array(repeating: 0, count: lines.count)
        var parts: [LogLayout.Part: [Int]] = [:]
        for (index, line) in lines.enumerated() {
            scanner.begin(line)
            for column in 0..<Self.limit { fields.append(scanner.field(column)) }
            counts.append(scanner.count)
            parts[layout.part(&scanner), default: []].append(index)
        }
        let ordered = parts.sorted {
            ($0.key.column, $0.key.shape) < ($1.key.column, $1.key.shape)
        }
        for (part, group) in ordered {
            let share = Double(group.count)
            if share < support || part == .bare && share < 0.3 * Double(lines.count) { continue }
            let root = grow(group, 0, isTagged: false)
            layout.roots[part] = root
            layout.footers[part] = footer(group, root, &scanner)
        }
        layout.entries = layout.roots.map { part, root in
            .init(part: part, root: root, footer: layout.footers[part])
        }
        .sorted {
            let (first, second) = (parts[$0.part]?.count ?? 0, parts[$1.part]?.count ?? 0)
            return (second, $0.part.column, $0.part.shape) < (first, $1.part.column, $1.part.shape)
        }
        collectHeads()
        return layout
    }

    /// Notes the heads that a hundredth of the lines have, for lines that are rare.
    private mutating func collectHeads() {
        var scanner = FieldScanner()
        scanner.takesTrailingYear = layout.takesTrailingYear
        var heads: [[FieldClass]: LogLayout.Head] = [:]
        for line in lines {
            scanner.begin(line)
            guard let root = layout.roots[layout.part(&scanner)] else { continue }
            let reading = layout.walk(from: root, &scanner)
            guard reading.columns > 0 else { continue }
            let classes = (0..<reading.columns).map { scanner.field($0).kind }
            let example = heads[classes] == nil ? line.slice(0, min(reading.start, 200)).text : ""
            heads[classes, default: .init(classes: classes, lines: 0, example: example)].lines += 1
        }
        layout.heads = heads.values.filter { Double($0.lines) >= 0.01 * Double(lines.count) }
            .sorted {
                ($1.classes.count, $1.lines, $0.example) < ($0.classes.count, $0.lines, $1.example)
            }
    }

    // MARK: Looking at a group

    func field(_ line: Int, _ column: Int) -> Field {
        let at = column + shift[line]
        return at < Self.limit ? fields[line * Self.limit + at] : .behindLast
    }

    func kind(_ line: Int, _ column: Int) -> FieldClass { field(line, column).kind }

    private func isNumbered(_ line: Int, _ column: Int) -> Bool {
        FieldText.endsInNumber(lines[line], field(line, column))
    }

    private func share(_ group: [Int], _ column: Int, _ classes: FieldClasses) -> Double {
        var hits = 0
        for line in group where classes.has(kind(line, column)) { hits += 1 }
        return Double(hits) / Double(group.count)
    }

    // MARK: Growing

    private mutating func add(_ node: LogLayout.Node) -> Int32 {
        layout.nodes.append(node)
        return Int32(layout.nodes.count - 1)
    }

    private mutating func message(at column: Int) -> Int32 {
        add(.init(step: .message, column: Int32(column)))
    }

    /// The tree for `group`, whose columns before `column` are settled.
    private mutating func grow(_ group: [Int], _ column: Int, isTagged: Bool) -> Int32 {
        guard column < Self.limit - 2, Double(group.count) >= support else { return message(at: column) }
        let line = group[0]
        let hasLevel = (0..<column).contains { column in
            let kind = fields[line * Self.limit + column].kind
            return kind == .level || kind == .levelWord
        }
        if let node = anchor(group, column, isTagged: isTagged, hasLevel: hasLevel) { return node }
        if !isTagged {
            if let node = tag(group, column) { return node }
            if let node = sign(group, column, of: .delimiter) ?? sign(group, column, of: .sign) {
                return node
            }
            if let node = bracket(group, column) { return node }
            if isPadded(group, column) { return grow(group, column + 1, isTagged: false) }
            if let width = contextWidth(group, column) { return grow(group, column + width, isTagged: false) }
        } else if let node = sign(group, column, of: .sign, within: 2) {
            return node
        }
        return branch(group, column, isTagged: isTagged, hasLevel: hasLevel)
    }

    /// A stamp, level or delimiter that nearly every line has in one column closes all columns before it.
    private mutating func anchor(_ group: [Int], _ column: Int, isTagged: Bool, hasLevel: Bool) -> Int32? {
        let anchors: FieldClasses =
            hasLevel ? [.stamp, .delimiter] : [.stamp, .level, .levelWord, .delimiter]
        let last = min(Self.limit - 2, column + 6)
        for at in stride(from: last, through: column, by: -1)
        where isTagged && at > column
            ? !hasLevel && share(group, at, .level) >= rules.anchorBehindTag
            : share(group, at, anchors) >= rules.anchor
        {
            let rest = group.filter { anchors.has(kind($0, at)) }
            let next = grow(rest, at + 1, isTagged: isTagged)
            return add(
                .init(step: .anchor, column: Int32(at), from: Int32(column), classes: anchors, next: next))
        }
        return nil
    }

    /// A column of tags closes the words before it (host, facility).
    private mutating func tag(_ group: [Int], _ column: Int) -> Int32? {
        for at in column..<min(column + 4, Self.limit - 2)
        where share(group, at, [.tag]) >= rules.tag
            && (at == column || share(group, column, [.word, .bracketed, .number, .sign]) >= 0.95)
        {
            var rest: [Int] = []
            for line in group {
                if kind(line, at) != .tag {
                    guard let extra = (1...3).first(where: { isNumbered(line, at + $0) }) else { continue }
                    shift[line] += extra
                }
                if kind(line, at) == .tag { rest.append(line) }
            }
            return add(.init(step: .tag, column: Int32(at), next: grow(rest, at + 1, isTagged: true)))
        }
        return nil
    }

    /// Brackets or levels in one column close the words before it: `host app 12 [sd id="7"] message`.
    private mutating func bracket(_ group: [Int], _ column: Int) -> Int32? {
        let classes: FieldClasses = [.bracketed, .level, .stamp]
        for at in stride(from: min(Self.limit - 3, column + 5), through: column, by: -1) {
            var square = 0
            for line in group {
                let field = field(line, at)
                let isSquare = lines[line][Int(field.start)] == UInt8(ascii: "[")
                if classes.has(field.kind), isSquare { square += 1 }
            }
            guard Double(square) >= rules.bracket * Double(group.count) else { continue }
            let rest = group.filter { classes.has(kind($0, at)) }
            let next = grow(rest, at + 1, isTagged: false)
            return add(
                .init(step: .anchor, column: Int32(at), from: Int32(column), classes: classes, next: next))
        }
        return nil
    }

    /// The same lone sign in every line, as in ` - `, closes all before it.
    private mutating func sign(_ group: [Int], _ column: Int, of sign: FieldClass, within reach: Int = 6)
        -> Int32?
    {
        if let node = signColumn(group, column, of: sign, within: reach) { return node }
        var first: [Int] = []
        var texts: [UInt64: Int] = [:]
        for line in group {
            let at = (column..<min(column + reach, Self.limit - 2)).first { kind(line, $0) == sign } ?? -1
            first.append(at)
            if at >= 0 { texts[FieldText.hash(lines[line], field(line, at)), default: 0] += 1 }
        }
        guard let most = texts.max(by: { ($0.value, $0.key) < ($1.value, $1.key) }),
            Double(most.value) >= rules.sign * Double(group.count)
        else { return nil }
        var rest: [Int] = []
        var lowest = Self.limit
        for (line, at) in zip(group, first)
        where at >= 0 && FieldText.hash(lines[line], field(line, at)) == most.key {
            rest.append(line)
            lowest = min(lowest, at)
        }
        for (line, at) in zip(group, first)
        where at >= 0 && FieldText.hash(lines[line], field(line, at)) == most.key {
            shift[line] += at - lowest
        }
        let next = grow(rest, lowest + 1, isTagged: reach < 6)
        return add(
            .init(
                step: .sign, column: Int32(lowest), from: Int32(column), classes: FieldClasses(sign),
                hash: most.key, next: next))
    }

    /// The same for a sign that stands in one column, whatever signs stand before it.
    private mutating func signColumn(
        _ group: [Int], _ column: Int, of sign: FieldClass, within reach: Int
    ) -> Int32? {
        for at in column..<min(column + reach, Self.limit - 2)
        where share(group, at, FieldClasses(sign)) >= rules.sign {
            let text = FieldText.hash(lines[group[0]], field(group[0], at))
            let rest = group.filter { FieldText.hash(lines[$0], field($0, at)) == text }
            guard rest.count == group.count else { continue }
            let next = grow(rest, at + 1, isTagged: reach < 6)
            return add(
                .init(
                    step: .anchor, column: Int32(at), from: Int32(column), classes: FieldClasses(sign),
                    next: next
                ))
        }
        return nil
    }

    /// Whether the next field starts at one place though widths differ.
    private func isPadded(_ group: [Int], _ column: Int) -> Bool {
        guard column > 0, group.count >= 20, share(group, column + 1, [.end]) < 0.02 else { return false }
        var places: [Int32: (lines: Int, widths: Set<Int32>)] = [:]
        for line in group {
            let (this, next) = (field(line, column), field(line, column + 1))
            places[next.start - this.start, default: (0, [])].lines += 1
            places[next.start - this.start]?.widths.insert(this.end - this.start)
        }
        // A line that has another word and no padding says nothing of the widths that were padded.
        guard let most = places.max(by: { ($0.value.lines, $0.key) < ($1.value.lines, $1.key) }),
            let widest = most.value.widths.max()
        else { return false }
        return Double(most.value.lines) >= rules.padding * Double(group.count)
            && (most.value.widths.count > 1 || most.key > widest + 1)
    }

    /// Parts the group by the class of the field at `column`.
    private mutating func branch(_ group: [Int], _ column: Int, isTagged: Bool, hasLevel: Bool) -> Int32 {
        var parts: [FieldClass: [Int]] = [:]
        for line in group { parts[kind(line, column), default: []].append(line) }
        var branches = Array(repeating: Int32(-1), count: Int(FieldClass.end.rawValue) + 1)
        for (kind, part) in parts.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            let share = Double(part.count) / Double(group.count)
            if isHead(kind, part, of: group, column, isTagged: isTagged, hasLevel: hasLevel) {
                branches[Int(kind.rawValue)] = grow(part, column + 1, isTagged: isTagged || kind == .tag)
            } else if !isTagged, share >= 0.05, share < 1, Double(part.count) >= support,
                hasAnchorAhead(part, column, hasLevel: hasLevel)
            {
                // Two formats that share a stamp: this part has an anchor of its own.
                branches[Int(kind.rawValue)] = grow(part, column, isTagged: false)
            }
        }
        if branches.allSatisfy({ $0 < 0 }) { return message(at: column) }
        layout.branches += branches
        let first = Int32(layout.branches.count - branches.count)
        return add(.init(step: .branch, column: Int32(column), next: first))
    }

    /// Whether `part`, the lines of `group` with a field of `kind` at `column`, has it as a part of the head.
    private func isHead(
        _ kind: FieldClass, _ part: [Int], of group: [Int], _ column: Int, isTagged: Bool, hasLevel: Bool
    ) -> Bool {
        let share = Double(part.count) / Double(group.count)
        switch kind {
        case .stamp, .level, .delimiter:
            return share >= (kind == .level ? 0.2 : 0.05) && !(kind == .level && hasLevel) && !isTagged
                && column < 8
        case .sign:
            return share >= 0.05 && !isTagged && column > 0
        case .bracketed:
            if isTagged { return share >= 0.95 }
            if column + 2 >= Self.limit { return share >= 0.8 }
            let behind = [FieldClasses.tag, FieldClasses.sign, FieldClasses.bracketed]
            let closed = behind.map { self.share(part, column + 1, $0) }.max() ?? 0
            return share >= (closed < 0.9 ? 0.8 : 0.3)
        case .tag:
            var numbered = 0
            for line in part where isNumbered(line, column) || hasDot(line, column) { numbered += 1 }
            let least = isTagged ? 0.95 : Double(numbered) > 0.5 * Double(part.count) ? 0.3 : 0.6
            return share >= least && part.count >= 20
        case .number:
            return share >= 0.95 && group.count >= 50
        case .word:
            // Words closed by a bracket: logger [thread].
            guard !isTagged, share >= 0.9 else { return false }
            for at in [column + 1, column + 2] where at < Self.limit - 2 {
                if self.share(part, at, .bracketed) >= 0.95 { return true }
            }
            return false
        case .levelWord, .end:
            return false
        }
    }

    private func hasDot(_ line: Int, _ column: Int) -> Bool {
        let field = field(line, column)
        return lines[line].offset(of: 0x2E, from: Int(field.start), to: Int(field.end)) >= 0
    }

    private func hasAnchorAhead(_ part: [Int], _ column: Int, hasLevel: Bool) -> Bool {
        let anchors: FieldClasses = hasLevel ? [.stamp, .delimiter] : [.stamp, .level, .delimiter]
        for at in column + 1..<column + 5 where at < Self.limit - 2 {
            if share(part, at, anchors) >= 0.9 { return true }
            var numbered = 0
            for line in part where isNumbered(line, at) { numbered += 1 }
            if Double(numbered) >= 0.8 * Double(part.count) { return true }
        }
        return false
    }
}
