/// What a structured line (a JSON object, or keys and values) says of its message, time and level.
struct LineProjection {
    /// The message inside the line, or an empty range where there is none.
    var message = 0..<0
    var time = 0..<0
    var level = 0..<0

    /// Whether a line is written so.
    enum Form: Sendable { case json, logfmt }

    /// The form of a line by its first bytes, or nil.
    @inline(__always)
    static func form(of line: LineBytes) -> Form? {
        var at = 0
        while line[at].isBlank { at += 1 }
        let first = line[at]
        if first == UInt8(ascii: "{") {
            at += 1
            while line[at].isBlank { at += 1 }
            return line[at] == UInt8(ascii: "\"") ? .json : nil
        }
        guard first.isLetter || first == UInt8(ascii: "@") else { return nil }
        at += 1
        while line[at].isWord || line[at] == 0x2E || line[at] == 0x2D { at += 1 }
        return line[at] == UInt8(ascii: "=") ? .logfmt : nil
    }

    /// The projection of a line of `form`; nil where no message is found.
    static func read(_ line: LineBytes, _ form: Form) -> LineProjection? {
        var projection = LineProjection()
        switch form {
        case .json: projection.readJSON(line)
        case .logfmt: projection.readPairs(line)
        }
        return projection.message.isEmpty ? nil : projection
    }

    private static let messages: Set<String> = [
        "message", "msg", "log", "@message", "short_message", "textpayload", "body", "event", "text",
        "rendered",
        "renderedmessage", "@m", "@mt",
    ]
    private static let times: Set<String> = [
        "time", "ts", "timestamp", "@timestamp", "@t", "t", "datetime", "date", "asctime", "eventtime",
        "__realtime_timestamp", "timemillis", "start_time", "instant",
    ]
    private static let levels: Set<String> = [
        "level", "severity", "lvl", "loglevel", "log.level", "levelname", "priority", "@l", "severitytext",
        "log_level", "level_name", "severity_text",
    ]

    private mutating func take(_ line: LineBytes, key: Range<Int>, value: Range<Int>) {
        guard key.count <= 24 else { return }
        let name = String(
            decoding: UnsafeBufferPointer(start: line.base + key.lowerBound, count: key.count)
                .map(\.lowercased), as: UTF8.self)
        if message.isEmpty, Self.messages.contains(name) {
            message = value
        } else if time.isEmpty, Self.times.contains(name) {
            time = value
        } else if level.isEmpty, Self.levels.contains(name) {
            level = value
        }
    }

    /// Reads the members of the outermost object, by their quotes and brackets.
    private mutating func readJSON(_ line: LineBytes) {
        var at = 0
        var depth = 0
        var key = 0..<0
        while at < line.count {
            switch line[at] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: "\""):
                let start = at + 1
                at = start
                while at < line.count, line[at] != UInt8(ascii: "\"") { at += line[at] == 0x5C ? 2 : 1 }
                if depth == 1 {
                    let text = start..<min(at, line.count)
                    var next = at + 1
                    while line[next].isBlank { next += 1 }
                    if line[next] == UInt8(ascii: ":") {
                        key = text
                        at = next
                    } else if !key.isEmpty {
                        take(line, key: key, value: text)
                        key = 0..<0
                    }
                }
            case UInt8(ascii: ","): if depth == 1 { key = 0..<0 }
            case let byte where depth == 1 && !key.isEmpty && byte.isDigit:
                let start = at
                while line[at + 1].isAlphanumeric || line[at + 1] == 0x2E { at += 1 }
                take(line, key: key, value: start..<at + 1)
                key = 0..<0
            default: break
            }
            at += 1
        }
    }

    /// Reads `key=value` and `key="value"` pairs.
    private mutating func readPairs(_ line: LineBytes) {
        var at = 0
        while at < line.count {
            while line[at].isBlank { at += 1 }
            let start = at
            while line[at].isWord || line[at] == 0x2E || line[at] == 0x2D || line[at] == 0x40 { at += 1 }
            guard at > start, line[at] == UInt8(ascii: "=") else {
                while at < line.count, !line[at].isBlank { at += 1 }
                continue
            }
            let key = start..<at
            at += 1
            if line[at] == UInt8(ascii: "\"") {
                let open = at + 1
                at = open
                while at < line.count, line[at] != UInt8(ascii: "\"") { at += line[at] == 0x5C ? 2 : 1 }
                at = min(at, line.count)
                take(line, key: key, value: open..<at)
                at += 1
            } else {
                let open = at
                while at < line.count, !line[at].isBlank { at += 1 }
                take(line, key: key, value: open..<at)
            }
        }
    }

    /// The level that the level's text names, also as a number of syslog, Bunyan or pino.
    func level(in line: LineBytes) -> LogLevel? {
        guard !level.isEmpty else { return nil }
        if let word = LevelWords.meaning(line, level.lowerBound, level.upperBound) { return word.level }
        guard level.allSatisfy({ line[$0].isDigit }), level.count <= 2 else { return nil }
        let number = level.reduce(0) { $0 * 10 + Int(line[$1] & 15) }
        if number < 8 { return LogLevel(severity: number) }
        switch number {
        case 10: return .trace
        case 20: return .debug
        case 30: return .info
        case 40: return .warning
        case 50: return .error
        case 60: return .critical
        default: return nil
        }
    }

    /// The stamp that the time's text is.
    func stamp(in line: LineBytes) -> Stamp? {
        guard !time.isEmpty else { return nil }
        return Stamp.parse(line.slice(0, time.upperBound), at: time.lowerBound, takesTrailingYear: true)
    }
}
