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

    @inline(__always)
    private static func find(_ line: LineBytes, _ start: Int, _ end: Int) -> Meaning? {
        if end - start > 8 { return findLong(line, start, end) }
        return switch TimeWords.packed(line, start, end) {
        // info inf
        case 0x6F666E69, 0x666E69: Meaning(level: .info, isSure: true)
        // warn wrn
        case 0x6E726177, 0x6E7277: Meaning(level: .warning, isSure: true)
        // error severe failure fail
        case 0x726F727265, 0x657265766573, 0x6572756C696166, 0x6C696166: Meaning(level: .error, isSure: false)
        // debug dbg dbug
        case 0x6775626564, 0x676264, 0x67756264: Meaning(level: .debug, isSure: true)
        // warning
        case 0x676E696E726177: Meaning(level: .warning, isSure: false)
        // trace vrb trc trce
        case 0x6563617274, 0x627276, 0x637274, 0x65637274: Meaning(level: .trace, isSure: true)
        // notice audit note
        case 0x656369746F6E, 0x7469647561, 0x65746F6E: Meaning(level: .notice, isSure: false)
        // fatal ftl
        case 0x6C61746166, 0x6C7466: Meaning(level: .critical, isSure: true)
        // err
        case 0x727265: Meaning(level: .error, isSure: true)
        // crit critical panic fault
        case 0x74697263, 0x6C61636974697263, 0x63696E6170, 0x746C756166:
            Meaning(level: .critical, isSure: false)
        // alert
        case 0x7472656C61: Meaning(level: .alert, isSure: false)
        // emerg
        case 0x6772656D65: Meaning(level: .emergency, isSure: false)
        // fine finer config
        case 0x656E6966, 0x72656E6966, 0x6769666E6F63: Meaning(level: .debug, isSure: false)
        // finest verbose verb
        case 0x7473656E6966, 0x65736F62726576, 0x62726576: Meaning(level: .trace, isSure: false)
        // log default
        case 0x676F6C, 0x746C7561666564: Meaning(level: .info, isSure: false)
        default: nil
        }
    }

    private static func findLong(_ line: LineBytes, _ start: Int, _ end: Int) -> Meaning? {
        let tail = TimeWords.packed(line, start + 8, end)
        return switch (TimeWords.packed(line, start, start + 8), tail) {
        // information
        case (0x74616D726F666E69, 0x6E6F69): Meaning(level: .info, isSure: false)
        // emergency
        case (0x636E656772656D65, 0x79): Meaning(level: .emergency, isSure: false)
        default: nil
        }
    }
}
