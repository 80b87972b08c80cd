/// What a field in the head of a line looks like.
enum FieldClass: UInt8 {
    case stamp
    case level
    /// A word that names a level but is ordinary English too, such as `error` or `failure`.
    case levelWord
    case bracketed
    /// `name:`, `name[12]:`, `file.go:7]`.
    case tag
    case number
    case sign
    case delimiter
    case word
    /// Behind the last field.
    case end

    /// One letter for messages and tests.
    var letter: UInt8 {
        switch self {
        case .stamp: UInt8(ascii: "S")
        case .level: UInt8(ascii: "L")
        case .levelWord: UInt8(ascii: "l")
        case .bracketed: UInt8(ascii: "B")
        case .tag: UInt8(ascii: "T")
        case .number: UInt8(ascii: "N")
        case .sign: UInt8(ascii: "P")
        case .delimiter: UInt8(ascii: "D")
        case .word: UInt8(ascii: "W")
        case .end: UInt8(ascii: "$")
        }
    }
}

/// A set of field classes.
struct FieldClasses: OptionSet {
    let rawValue: UInt16
    init(rawValue: UInt16) { self.rawValue = rawValue }
    init(_ classes: FieldClass...) {
        rawValue = classes.reduce(0) { $0 | 1 << UInt16($1.rawValue) }
    }

    static let stamp = FieldClasses(.stamp)
    static let level = FieldClasses(.level)
    static let levelWord = FieldClasses(.levelWord)
    static let bracketed = FieldClasses(.bracketed)
    static let tag = FieldClasses(.tag)
    static let number = FieldClasses(.number)
    static let sign = FieldClasses(.sign)
    static let delimiter = FieldClasses(.delimiter)
    static let word = FieldClasses(.word)
    static let end = FieldClasses(.end)

    @inline(__always)
    func has(_ one: FieldClass) -> Bool { rawValue >> UInt16(one.rawValue) & 1 == 1 }
}

/// One field in the head of a line.
struct Field {
    var kind: FieldClass
    var start: Int32
    var end: Int32

    static let behindLast = Field(kind: .end, start: 0, end: 0)
}

/// Splits the head of a line into fields, only as far as somebody asks.
///
/// It keeps its memory from line to line and must not be shared between threads.
struct FieldScanner: ~Copyable {
    /// How many fields of a line are looked at.
    static let limit = 14

    private(set) var line: LineBytes
    private let fields: UnsafeMutablePointer<Field>
    private let stamps: UnsafeMutablePointer<Stamp>
    private(set) var count = 0
    private(set) var stampCount = 0
    private var position = 0
    /// A comma or semicolon that separates values in this line, or 0.
    private var separator: UInt8 = 0
    /// The level of the first field that names one, or 0.
    private(set) var level: UInt8 = 0
    /// Which field that was.
    private(set) var levelColumn = 0
    var takesTrailingYear = true
    private let table = ByteTable.shared

    init() {
        fields = .allocate(capacity: Self.limit)
        stamps = .allocate(capacity: Self.limit)
        line = LineBytes(
            base: UnsafePointer(UnsafeRawPointer(fields).assumingMemoryBound(to: UInt8.self)), count: 0)
    }

    deinit {
        fields.deallocate()
        stamps.deallocate()
    }

    @inline(__always)
    mutating func begin(_ line: LineBytes) {
        self.line = line
        count = 0
        stampCount = 0
        position = 0
        separator = 0
        level = 0
    }

    /// The field at `index`; one of class `end` behind the last.
    @inline(__always)
    mutating func field(_ index: Int) -> Field {
        while count <= index {
            guard count < Self.limit, scan() else { return .behindLast }
        }
        return index < 0 ? .behindLast : fields[index]
    }

    /// Where the field at `index` begins, without looking at it; nil behind the last field.
    @inline(__always)
    mutating func start(of index: Int) -> Int? {
        if index == count, index < Self.limit {
            while line[position] == 0x20 || count == 0 && line[position] == 0x09 { position += 1 }
            return position < line.count ? position : nil
        }
        let field = field(index)
        return field.kind == .end ? nil : Int(field.start)
    }

    /// The stamp that field `index` of class `stamp` holds.
    func stamp(ofField index: Int) -> Stamp? {
        guard index < count else { return nil }
        var seen = 0
        for other in 0..<index where fields[other].kind == .stamp { seen += 1 }
        return seen < stampCount ? stamps[seen] : nil
    }

    /// How many of the stamps seen stand in the first `columns` fields.
    @inline(__always)
    func stamps(before columns: Int) -> Int {
        var seen = 0
        for index in 0..<min(columns, count) where fields[index].kind == .stamp { seen += 1 }
        return min(seen, stampCount)
    }

    /// The stamp at `order` among those of the line.
    @inline(__always)
    func stamp(_ order: Int) -> Stamp { stamps[order] }

    @inline(__always)
    private mutating func add(_ kind: FieldClass, _ start: Int, _ end: Int) {
        fields[count] = Field(
            kind: kind, start: Int32(truncatingIfNeeded: start), end: Int32(truncatingIfNeeded: end))
        count += 1
        position = end
    }

    private mutating func add(_ stamp: Stamp, _ start: Int, _ end: Int) {
        stamps[stampCount] = stamp
        stampCount += 1
        if stamp.severity != 0, let known = LogLevel(letter: stamp.severity) { setLevel(known) }
        add(.stamp, start, end)
    }

    private mutating func setLevel(_ found: LogLevel) {
        guard level == 0 else { return }
        level = found.rawValue
        levelColumn = count
    }

    @inline(__always)
    private func isDelimiter(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "|") || byte == 0x09 || separator != 0 && byte == separator
    }

    /// Adds the next field; false at the end of the line.
    private mutating func scan() -> Bool {
        while line[position] == 0x20 || count == 0 && line[position] == 0x09 { position += 1 }
        let start = position
        guard start < line.count else { return false }
        let first = line[start]
        if isDelimiter(first) {
            add(.delimiter, start, start + 1)
            return true
        }
        if let stamp = Stamp.parse(line, at: start, takesTrailingYear: takesTrailingYear) {
            add(stamp, start, stamp.end)
            let next = line[position]
            if next == UInt8(ascii: ",") || next == UInt8(ascii: ";") {
                if position + 1 < line.count, line[position + 1] != 0x20 {
                    if separator == 0 { separator = next }
                } else {
                    position += 1
                }
            } else if next == UInt8(ascii: ":") {
                position += 1
            }
            return true
        }
        switch first {
        case UInt8(ascii: "["), UInt8(ascii: "("), UInt8(ascii: "<"):
            if bracketed(start) { return true }
        case UInt8(ascii: "{"):
            if line[start + 1].isAlphanumeric, bracketed(start) { return true }
        case UInt8(ascii: "\""):
            if quoted(start) { return true }
        default:
            if first.isUppercase && gluedLevel(start) || first.isDigit && gluedNumber(start) { return true }
        }
        word(start)
        return true
    }

    /// Adds a balanced group; false where there is none that stands alone.
    private mutating func bracketed(_ start: Int) -> Bool {
        var depth = 0
        var end = start
        let limit = min(line.count, start + 1024)
        while end < limit {
            switch line[end] {
            case UInt8(ascii: "["), UInt8(ascii: "("), UInt8(ascii: "<"), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: ")"), UInt8(ascii: ">"), UInt8(ascii: "}"): depth -= 1
            default: break
            }
            if depth <= 0 { break }
            end += 1
        }
        guard end < limit else { return false }
        end += 1
        let next = line[end]
        var close = end
        switch next {
        case 0 where end >= line.count: break
        case 0x20, UInt8(ascii: "|"), 0x09, UInt8(ascii: "["), UInt8(ascii: "-"): break
        case UInt8(ascii: ":"): close = end + 1
        case UInt8(ascii: ","), UInt8(ascii: ";"):
            if separator != next { close = end + 1 }
        case UInt8(ascii: ">"):
            guard line[end + 1] == 0x20 else { return false }
            close = end + 1
        default: return false
        }
        var from = start + 1
        var to = end - 1
        while from < to, line[from].isBlank { from += 1 }
        while to > from, line[to - 1].isBlank { to -= 1 }
        if next == UInt8(ascii: ",") || next == UInt8(ascii: ";"), close > end, line[close] != 0x20 {
            // Separated values, if the first of them is the time.
            guard separator == 0,
                let stamp = Stamp.parse(line, at: from, takesTrailingYear: takesTrailingYear),
                stamp.end == to
            else { return false }
            separator = next
            add(stamp, start, end)
            return true
        }
        if let known = LevelWords.meaning(line, from, to)?.level ?? Self.letterLevel(line, from, to) {
            setLevel(known)
            add(.level, start, close)
        } else if let stamp = Stamp.parse(line, at: from, takesTrailingYear: takesTrailingYear),
            stamp.end == to
        {
            add(stamp, start, close)
        } else if let stamp = Self.uptime(line, from, to) {
            add(stamp, start, close)
        } else {
            add(.bracketed, start, close)
        }
        return true
    }

    /// Seconds since a start, as kernels and virtual machines write them in brackets.
    private static func uptime(_ line: LineBytes, _ from: Int, _ to: Int) -> Stamp? {
        var at = from
        var whole: Int64 = 0
        while at < to, line[at].isDigit, whole < 1 << 40 {
            whole = whole * 10 + Int64(line[at] & 15)
            at += 1
        }
        guard at > from, line[at] == 0x2E || line[at] == 0x2C, line[at + 1].isDigit else { return nil }
        var close = at + 1
        while close < to, line[close].isDigit { close += 1 }
        let parser = Stamp.Reader(line: line)
        var stamp = Stamp()
        stamp.count = whole * 1_000_000 + Int64(parser.fraction(at + 1, close - at - 1))
        stamp.parts = .uptime
        stamp.end = close
        if close < to, line[close] == UInt8(ascii: "s") { close += 1 }
        return close == to ? stamp : nil
    }

    /// Adds a quoted stamp or, among separated values, a quoted field.
    private mutating func quoted(_ start: Int) -> Bool {
        if let stamp = Stamp.parse(line, at: start + 1, takesTrailingYear: takesTrailingYear),
            line[stamp.end] == UInt8(ascii: "\"")
        {
            add(stamp, start, stamp.end + 1)
            let next = line[position]
            if separator == 0, next == UInt8(ascii: ",") || next == UInt8(ascii: ";") { separator = next }
            return true
        }
        guard separator != 0 else { return false }
        let close = line.offset(of: UInt8(ascii: "\""), from: start + 1, to: start + 200)
        guard close > 0, line[close + 1] == separator else { return false }
        if let meaning = LevelWords.meaning(line, start + 1, close) {
            setLevel(meaning.level)
            add(.level, start, close + 1)
        } else {
            add(.word, start, close + 1)
        }
        return true
    }

    /// Adds the level of `ERROR:root:text`, and next to it the name as a tag.
    private mutating func gluedLevel(_ start: Int) -> Bool {
        var end = start
        while line[end].isUppercase { end += 1 }
        guard line[end] == UInt8(ascii: ":"), line[end + 1].isLetter,
            let meaning = LevelWords.meaning(line, start, end)
        else { return false }
        var close = end + 1
        while line[close].isWord || line[close] == 0x2E || line[close] == 0x2D { close += 1 }
        guard line[close] == UInt8(ascii: ":"), line[close + 1].isLetter, count + 1 < Self.limit else {
            return false
        }
        setLevel(meaning.level)
        add(.level, start, end + 1)
        add(.tag, end + 1, close + 1)
        return true
    }

    /// Adds the number of `4711:20240307:090501.123 text`, behind which a stamp is glued.
    private mutating func gluedNumber(_ start: Int) -> Bool {
        var end = start
        while line[end].isDigit { end += 1 }
        guard line[end] == UInt8(ascii: ":"), line[end + 1].isDigit,
            let stamp = Stamp.parse(line, at: end + 1, takesTrailingYear: takesTrailingYear),
            stamp.parts.isSuperset(of: [.date, .time])
        else { return false }
        add(.number, start, end + 1)
        return true
    }

    /// Adds what reaches to the next blank or delimiter.
    private mutating func word(_ start: Int) {
        var end = start
        var flags: UInt8 = 0
        while true {
            end = plainEnd(end, &flags)
            guard end < line.count, line[end] != 0x20, !isDelimiter(line[end]) else { break }
            let byte = line[end]
            if byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";"), separator == 0, separatesStamp(end) {
                separator = byte
                break
            }
            if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "(") {
                // Brackets may hold blanks: name[a b]:
                let close = line.offset(
                    of: byte == UInt8(ascii: "(") ? UInt8(ascii: ")") : UInt8(ascii: "]"), from: end,
                    to: end + 80)
                if close > 0, line.offset(of: UInt8(ascii: "="), from: end, to: close) < 0 { end = close }
            } else if byte == UInt8(ascii: "{"), end > start, line[start].isLetter {
                // The fields of a span: request{id=7 method=GET}:
                let close = line.offset(of: UInt8(ascii: "}"), from: end, to: end + 200)
                if close > 0, line[close + 1] == UInt8(ascii: ":") { end = close }
            }
            end += 1
            if line[end - 1] == UInt8(ascii: "]"), line[end] == UInt8(ascii: "[") { break }
        }
        let close = separator != 0 ? line.offset(of: separator, from: start, to: end) : -1
        if close > start { end = close }
        add(wordClass(start, end, flags), start, end)
    }

    /// Whether a date and time stand behind the comma or semicolon at `place`, which then separates values.
    private func separatesStamp(_ place: Int) -> Bool {
        var at = place + 1
        switch line[at] {
        case UInt8(ascii: "["), UInt8(ascii: "("), UInt8(ascii: "<"), UInt8(ascii: "{"), UInt8(ascii: "\""):
            at += 1
        default: break
        }
        guard let stamp = Stamp.parse(line, at: at, takesTrailingYear: takesTrailingYear) else {
            return false
        }
        return stamp.parts.isSuperset(of: [.date, .time])
    }

    /// Whether a lone capital says that a line of a container is whole or a part: `stdout F text`, as container runtimes
    /// write it (the CRI log format of Kubernetes).
    private static func endsContainerHead(_ line: LineBytes, _ start: Int, _ end: Int) -> Bool {
        guard end == start + 1, line[start] == UInt8(ascii: "F") || line[start] == UInt8(ascii: "P") else {
            return false
        }
        let before = line.slice(0, start).trimmed
        return before.ends("stdout") || before.ends("stderr")
    }

    /// The level that a lone capital stands for; not those that are more often something else.
    private static func letterLevel(_ line: LineBytes, _ start: Int, _ end: Int) -> LogLevel? {
        guard end == start + 1 else { return nil }
        switch line[start] {
        case UInt8(ascii: "V"), UInt8(ascii: "D"), UInt8(ascii: "I"), UInt8(ascii: "W"), UInt8(ascii: "E"),
            UInt8(ascii: "F"):
            return LogLevel(letter: line[start])
        default: return nil
        }
    }

    /// The next byte from `start` at which a word may end; notes what the bytes before it are.
    @inline(__always)
    private func plainEnd(_ start: Int, _ flags: inout UInt8) -> Int {
        let (base, count, table) = (line.base, line.count, table.base)
        var end = start
        var seen = flags
        while end < count {
            let kind = table[Int(base[end])]
            if kind & ByteTable.special != 0 { break }
            seen |= kind
            end &+= 1
        }
        flags = seen
        return end
    }

    /// - Parameter flags: those of the bytes that are no brackets.
    private mutating func wordClass(_ start: Int, _ end: Int, _ flags: UInt8) -> FieldClass {
        var coreEnd = end
        while coreEnd > start, Self.isTrailing(line[coreEnd - 1]) { coreEnd -= 1 }
        if flags & ByteTable.digit == 0, let meaning = LevelWords.meaning(line, start, coreEnd) {
            var isUpper = true
            for offset in start..<coreEnd where !line[offset].isUppercase { isUpper = false }
            let close = line[coreEnd]
            let isColon = close == UInt8(ascii: ":")
            let isClosed = close == UInt8(ascii: ",") || close == UInt8(ascii: ">") || isColon
            if isUpper || end == coreEnd || end == coreEnd + 1 && isClosed {
                // `Warning: text` may be a sentence of the message.
                let isSure = isUpper || meaning.isSure && !(isColon && end > coreEnd)
                setLevel(meaning.level)
                return isSure ? .level : .levelWord
            }
        }
        if Self.endsContainerHead(line, start, end) { return .delimiter }
        if end == coreEnd, let known = Self.letterLevel(line, start, coreEnd) {
            setLevel(known)
            return .level
        }
        switch line[end - 1] {
        case UInt8(ascii: ":"), UInt8(ascii: "]"), UInt8(ascii: ")"): if isTag(start, end) { return .tag }
        default: break
        }
        let letters = ByteTable.lowercase | ByteTable.uppercase
        if flags & letters == 0, isNumber(start, coreEnd) { return .number }
        if flags & (letters | ByteTable.digit) != 0 { return .word }
        for offset in start..<end where line[offset].isAlphanumeric { return .word }
        return .sign
    }

    @inline(__always)
    private static func isTrailing(_ byte: UInt8) -> Bool {
        byte == 0x2C || byte == 0x3A || byte == 0x3B || byte == 0x3E
    }

    private func isNumber(_ start: Int, _ end: Int) -> Bool {
        var from = start
        switch line[start] {
        case UInt8(ascii: "*"), UInt8(ascii: "#"), UInt8(ascii: "+"), UInt8(ascii: "-"): from += 1
        default: break
        }
        guard end > from else { return false }
        for offset in from..<end where !line[offset].isDigit { return false }
        return true
    }

    private func isTag(_ start: Int, _ end: Int) -> Bool {
        guard end - start > 1 else { return false }
        let last = line[end - 1]
        if last == UInt8(ascii: ":") {
            var colons = 0
            for offset in start + 1..<end where line[offset] == UInt8(ascii: ":") {
                // The two of `module::name` are one sign.
                if line[offset + 1] != UInt8(ascii: ":"), line[offset - 1] != UInt8(ascii: ":") {
                    colons += 1
                }
            }
            if line[start].isAlphanumeric, colons < 3 { return true }
        }
        if Self.isNumbered(line, start, end) { return true }
        guard line[start].isAlphanumeric else { return false }
        if last == UInt8(ascii: "]") { return line.offset(of: UInt8(ascii: "["), from: start, to: end) < 0 }
        if last == UInt8(ascii: ")") { return line.offset(of: UInt8(ascii: "("), from: start, to: end) < 0 }
        return false
    }

    /// `name[12]` or `name[12]:`.
    private static func isNumbered(_ line: LineBytes, _ start: Int, _ end: Int) -> Bool {
        let close = line[end - 1] == UInt8(ascii: ":") ? end - 1 : end
        guard close - 1 > start, line[close - 1] == UInt8(ascii: "]") else { return false }
        var open = close - 2
        while open > start, line[open].isDigit { open -= 1 }
        guard open > start, open < close - 2, line[open] == UInt8(ascii: "[") else { return false }
        return line.offset(of: UInt8(ascii: "["), from: start, to: open) < 0
    }
}
