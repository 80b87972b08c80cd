/// How grave a line says that it is.
public enum LogLevel: UInt8, Comparable, Hashable, Sendable, CaseIterable {
    case trace = 1
    case debug
    case info
    case notice
    case warning
    case error
    case critical
    case alert
    case emergency

    /// The name in small letters.
    public var name: String {
        switch self {
        case .trace: "trace"
        case .debug: "debug"
        case .info: "info"
        case .notice: "notice"
        case .warning: "warning"
        case .error: "error"
        case .critical: "critical"
        case .alert: "alert"
        case .emergency: "emergency"
        }
    }

    /// Whether `first` is less grave than `second`.
    public static func < (first: LogLevel, second: LogLevel) -> Bool { first.rawValue < second.rawValue }

    /// The level of RFC 5424's severity, 0 to 7.
    init(severity: Int) {
        let levels: [LogLevel] = [
            .emergency, .alert, .critical, .error, .warning, .notice, .info, .debug,
        ]
        self = levels[severity & 7]
    }

    /// The level that a single capital letter stands for.
    @inline(__always)
    init?(letter: UInt8) {
        switch letter {
        case UInt8(ascii: "V"), UInt8(ascii: "T"): self = .trace
        case UInt8(ascii: "D"): self = .debug
        case UInt8(ascii: "I"): self = .info
        case UInt8(ascii: "N"): self = .notice
        case UInt8(ascii: "W"): self = .warning
        case UInt8(ascii: "E"): self = .error
        case UInt8(ascii: "F"), UInt8(ascii: "C"): self = .critical
        default: return nil
        }
    }
}

/// The words by which programs name levels.
enum LevelWords {
    /// What a word says, if it names a level.
    struct Meaning {
        var level: LogLevel
        /// Whether the word hardly begins an English sentence.
        var isSure: Bool
    }

    /// The level that the letters in `start..<end` name.
    @inline(__always)
    static func meaning(_ line: LineBytes, _ start: Int, _ end: Int) -> Meaning? {
        let length = end - start
        guard length >= 3, length <= 11 else { return nil }
        switch line[start] | 0x20 {
        case UInt8(ascii: "t"), UInt8(ascii: "d"), UInt8(ascii: "i"), UInt8(ascii: "n"), UInt8(ascii: "w"),
            UInt8(ascii: "e"), UInt8(ascii: "c"), UInt8(ascii: "a"), UInt8(ascii: "f"), UInt8(ascii: "s"),
            UInt8(ascii: "v"), UInt8(ascii: "p"), UInt8(ascii: "l"):
            break
        default: return nil
        }
        for offset in start..<end where !line[offset].isLetter { return nil }
        return find(line, start, end)
    }

    private static func find(_ line: LineBytes, _ start: Int, _ end: Int) -> Meaning? {
        for word in words where word.length == end - start {
            if word.low == TimeWords.packed(line, start, min(end, start + 8)),
                word.high == (end - start > 8 ? TimeWords.packed(line, start + 8, end) : 0)
            {
                return word.meaning
            }
        }
        return nil
    }

    private struct Word {
        var length: Int
        var low: UInt64
        var high: UInt64
        var meaning: Meaning

        init(_ text: StaticString, _ level: LogLevel, isSure: Bool = false) {
            length = text.utf8CodeUnitCount
            let line = LineBytes(base: text.utf8Start, count: length)
            low = TimeWords.packed(line, 0, min(length, 8))
            high = length > 8 ? TimeWords.packed(line, 8, length) : 0
            meaning = Meaning(level: level, isSure: isSure)
        }
    }

    private static let words: [Word] = [
        Word("info", .info, isSure: true), Word("warn", .warning, isSure: true),
        Word("error", .error), Word("debug", .debug, isSure: true), Word("warning", .warning),
        Word("trace", .trace, isSure: true), Word("notice", .notice), Word("fatal", .critical, isSure: true),
        Word("err", .error, isSure: true), Word("crit", .critical), Word("critical", .critical),
        Word("information", .info), Word("alert", .alert), Word("emerg", .emergency),
        Word("emergency", .emergency), Word("severe", .error), Word("failure", .error), Word("fine", .debug),
        Word("finer", .debug), Word("finest", .trace), Word("verbose", .trace), Word("panic", .critical),
        Word("log", .info), Word("audit", .notice), Word("config", .debug), Word("note", .notice),
        Word("inf", .info, isSure: true), Word("wrn", .warning, isSure: true),
        Word("dbg", .debug, isSure: true), Word("dbug", .debug, isSure: true),
        Word("vrb", .trace, isSure: true), Word("verb", .trace), Word("trc", .trace, isSure: true),
        Word("trce", .trace, isSure: true), Word("ftl", .critical, isSure: true), Word("fail", .error),
        Word("fault", .critical), Word("default", .info),
    ]
}
