/// Where in the lines of a log the message begins: a decision tree over the fields in a line's head.
///
/// It is learnt from a sample by `LayoutLearner` and says the same of every line that it said in the
/// sample. Lines of several formats part at the first stamp; rare lines take the longest known head that
/// fits them, and failing that lose leading stamps and levels only.
struct LogLayout: Sendable {
    /// One step of the tree; `next` and `branches` are places in `nodes`.
    struct Node: Sendable {
        enum Step: UInt8 {
            /// The message begins at `column`.
            case message
            /// Column `column` holds one of `classes`; else the message begins at `from`.
            case anchor
            /// Column `column` holds a tag, or one of several words that ends in a process number.
            case tag
            /// The first field of `classes` behind `from` has the text `hash`; it usually stands in `column`.
            case sign
            /// The class of the field at `column` decides; `next` is where the places for each class begin in
            /// `branches`.
            case branch
        }
        var step: Step
        var column: Int32
        var from: Int32 = 0
        var classes: FieldClasses = []
        var hash: UInt64 = 0
        var next: Int32 = -1
    }

    /// A head that several lines share, as the classes of its fields.
    struct Head: Sendable {
        var classes: [FieldClass]
        var lines: Int
        var example: String
    }

    /// Where the first stamp stands and what it looks like.
    struct Part: Hashable, Sendable {
        var column: Int
        var shape: UInt64
        /// The lines without a stamp that begin with a tag and a process number.
        static let tagged = Part(column: -1, shape: 1)
        /// All other lines without a stamp.
        static let bare = Part(column: -1, shape: 0)
    }

    var nodes: [Node] = []
    /// For each node that branches: a node for each class of field, or -1.
    var branches: [Int32] = []
    var roots: [Part: Int32] = [:]
    /// The same as a list, most frequent first, for reading.
    var entries: [Entry] = []

    /// Where reading the lines of a part begins.
    struct Entry: Sendable {
        var part: Part
        var root: Int32
        var footer: LineFooter?
    }
    /// What stands behind the message in each part.
    var footers: [Part: LineFooter] = [:]
    /// Heads for rare lines, longest first.
    var heads: [Head] = []
    var takesTrailingYear = true
    var options = LayoutRules()

    /// What the head of one line turned out to be.
    struct Reading {
        /// The offset of the message.
        var start: Int
        /// The offset behind the message.
        var end: Int
        /// How many fields the head has.
        var columns: Int
        /// Whether a learnt format fits the line.
        var isKnown: Bool
    }

    /// The message's place in the line that `scanner` was given.
    @inline(__always)
    func reading(_ scanner: inout FieldScanner) -> Reading {
        let part = part(&scanner)
        for entry in entries where entry.part.shape == part.shape && entry.part.column == part.column {
            var reading = walk(from: entry.root, &scanner)
            if let footer = entry.footer { reading.end = max(reading.start, footer.start(in: scanner.line)) }
            return reading
        }
        return rare(&scanner)
    }

    func part(_ scanner: inout FieldScanner) -> Part {
        for column in 0..<8 {
            let field = scanner.field(column)
            switch field.kind {
            case .stamp:
                return Part(column: column, shape: Self.shape(scanner.line, field))
            case .tag:
                return FieldText.endsInNumber(scanner.line, scanner.field(0)) ? .tagged : .bare
            case .end:
                return .bare
            default: break
            }
        }
        return .bare
    }

    /// A stamp's look: digits as 0, letters as a, no blanks.
    static func shape(_ line: LineBytes, _ field: Field) -> UInt64 {
        var hash: UInt64 = 7
        var last: UInt8 = 0
        let base = line.base
        var offset = Int(field.start)
        let end = Int(field.end)
        while offset < end {
            var byte = base[offset]
            offset &+= 1
            if byte.isDigit {
                if last == 0x30 { continue }
                byte = 0x30
            } else if byte == 0x20 {
                continue
            } else if byte.isLetter {
                if last == 0x61 { continue }
                byte = 0x61
            }
            last = byte
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        return hash
    }

    func walk(from root: Int32, _ scanner: inout FieldScanner) -> Reading {
        var place = Int(root)
        var shift = 0
        while true {
            let node = nodes[place]
            let column = Int(node.column)
            switch node.step {
            case .message:
                return reading(cutAt: column + shift, &scanner)
            case .anchor:
                guard node.classes.has(scanner.field(column + shift).kind) else {
                    return reading(cutAt: Int(node.from) + shift, &scanner)
                }
            case .tag:
                if scanner.field(column + shift).kind != .tag {
                    var extra = 0
                    for more in 1...3 where extra == 0 {
                        let field = scanner.field(column + shift + more)
                        if FieldText.endsInNumber(scanner.line, field) { extra = more }
                    }
                    guard extra > 0 else { return reading(cutAt: column + shift, &scanner) }
                    shift += extra
                }
            case .sign:
                let from = Int(node.from)
                var first = -1
                for at in from..<min(from + 6, FieldScanner.limit - 2)
                where first < 0 && node.classes.has(scanner.field(at + shift).kind) {
                    first = at
                }
                guard first >= 0,
                    FieldText.hash(scanner.line, scanner.field(first + shift)) == node.hash
                else { return reading(cutAt: from + shift, &scanner) }
                shift += first - column
            case .branch:
                let kind = Int32(scanner.field(column + shift).kind.rawValue)
                let next = branches[Int(node.next + kind)]
                if next < 0 { return reading(cutAt: column + shift, &scanner) }
                place = Int(next)
                continue
            }
            place = Int(node.next)
        }
    }

    private func reading(cutAt column: Int, _ scanner: inout FieldScanner) -> Reading {
        if let start = scanner.start(of: column) {
            return Reading(start: start, end: scanner.line.count, columns: column, isKnown: true)
        }
        guard column > 0, scanner.count > 0, scanner.count < FieldScanner.limit else {
            return Reading(start: 0, end: scanner.line.count, columns: 0, isKnown: true)
        }
        return Reading(
            start: Int(scanner.field(scanner.count - 1).end), end: scanner.line.count, columns: scanner.count,
            isKnown: true)
    }

    /// The reading of a line whose kind was too rare to learn from.
    func rare(_ scanner: inout FieldScanner) -> Reading {
        for head in heads {
            var fits = true
            for (column, kind) in head.classes.enumerated() where scanner.field(column).kind != kind {
                fits = false
                break
            }
            if fits {
                var reading = reading(cutAt: head.classes.count, &scanner)
                reading.isKnown = false
                return reading
            }
        }
        var column = 0
        while column < FieldScanner.limit {
            let kind = scanner.field(column).kind
            let isTag = column > 0 && kind == .tag && scanner.field(column - 1).kind != .tag
            guard kind == .stamp || kind == .level || isTag else { break }
            column += 1
        }
        var reading = reading(cutAt: column, &scanner)
        reading.isKnown = false
        return reading
    }
}

/// Questions about the text of a field.
enum FieldText {
    /// Whether a tag ends in a number in brackets, `name[12]:` or `name(12):`.
    static func endsInNumber(_ line: LineBytes, _ field: Field) -> Bool {
        guard field.kind == .tag else { return false }
        var end = Int(field.end)
        while end > Int(field.start), line[end - 1] == UInt8(ascii: ":") { end -= 1 }
        guard end - Int(field.start) > 2 else { return false }
        let last = line[end - 1]
        return (last == UInt8(ascii: "]") || last == UInt8(ascii: ")")) && line[end - 2].isDigit
    }

    static func hash(_ line: LineBytes, _ field: Field) -> UInt64 {
        StableHash.bytes(line.base + Int(field.start), Int(field.end - field.start))
    }
}
