/// What stands behind the message at the end of a line: a level or a name in brackets, or a bare level.
enum LineFooter: Sendable {
    case bracketed
    case level

    /// The offset at which the footer of a line begins; the line's end where it has none.
    func start(in line: LineBytes) -> Int {
        var end = line.count
        while end > 0, line[end - 1].isSpace { end -= 1 }
        var start = end
        switch self {
        case .bracketed:
            guard end > 2 else { return line.count }
            let close = line[end - 1]
            let open: UInt8
            switch close {
            case UInt8(ascii: "]"): open = UInt8(ascii: "[")
            case UInt8(ascii: ")"): open = UInt8(ascii: "(")
            default: return line.count
            }
            start = end - 2
            while start > max(0, end - 80), line[start] != open, line[start] != close { start -= 1 }
            guard line[start] == open else { return line.count }
        case .level:
            while start > 0, line[start - 1].isUppercase { start -= 1 }
            guard LevelWords.meaning(line, start, end) != nil else { return line.count }
        }
        guard start > 0, line[start - 1].isBlank else { return line.count }
        return start
    }
}

extension LayoutLearner {
    /// The footer of a part's lines, if nearly all have one that says nothing of the text before it.
    func footer(_ group: [Int], _ root: Int32, _ scanner: inout FieldScanner) -> LineFooter? {
        for footer in [LineFooter.bracketed, .level] {
            var column = ContextColumn()
            var tokenizer = Tokenizer()
            var without = 0
            for index in group.prefix(4000) {
                let line = lines[index]
                scanner.begin(line)
                let reading = layout.walk(from: root, &scanner)
                let end = footer.start(in: line)
                guard end < line.count, end > reading.start else {
                    without += 1
                    continue
                }
                column.add(
                    line.slice(end, line.count).trimmed, rest: line.slice(reading.start, end).trimmed,
                    &tokenizer)
            }
            guard without * 20 <= min(4000, group.count), column.exact.count > 1 else { continue }
            if isIndependent(column), Set(column.masked).count > 1 { return footer }
        }
        return nil
    }
}
