/// What a structured line (a JSON object, or keys and values) says of its message, time and level.
struct LineProjection {
    /// The message inside the line, or an empty range where there is none.
    var message = 0..<0
    var time = 0..<0
    var level = 0..<0
    /// The hour, where it does not stand with the day.
    var hour = 0..<0
    /// Whether the message stands there as it is, without escapes.
    var isPlain = false

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

    /// The keys by which programs name message, time and level, by hash.
    private struct Keys: Sendable {
        let messages: Set<UInt64>
        let times: Set<UInt64>
        let levels: Set<UInt64>
        /// A bit for each key's hash, to pass over other keys quickly.
        let filter: UInt64

        init() {
            func set(_ names: String) -> Set<UInt64> {
                Set(names.utf8.split(separator: 0x20).map { StableHash.text(String(Substring($0))) })
            }
            messages = set(
                "message msg log @message short_message textpayload body event text rendered renderedmessage @m @mt"
            )
            times = set(
                "time ts timestamp @timestamp @t t datetime date asctime eventtime __realtime_timestamp timemillis "
                    + "start_time instant")
            levels = set(
                "level severity lvl loglevel log.level levelname priority @l severitytext log_level level_name "
                    + "severity_text")
            filter = messages.union(times).union(levels).reduce(0) { $0 | 1 << ($1 & 63) }
        }

        static let shared = Keys()
    }

    private mutating func take(_ line: LineBytes, key: Range<Int>, value: Range<Int>) {
        guard key.count <= 24 else { return }
        let hash = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 24) { lowered in
            for (place, offset) in key.enumerated() { lowered[place] = line[offset].lowercased }
            return lowered.baseAddress.map { StableHash.bytes($0, key.count) } ?? 0
        }
        let keys = Keys.shared
        guard keys.filter >> (hash & 63) & 1 == 1 else { return }
        if message.isEmpty, keys.messages.contains(hash) {
            message = value
        } else if time.isEmpty, keys.times.contains(hash) {
            time = value
        } else if level.isEmpty, keys.levels.contains(hash) {
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

    /// The first line of a message with its escapes resolved, as `\"`, `\t` and `\u00e9` are.
    static func unescape(_ text: LineBytes, into bytes: inout [UInt8]) {
        bytes.removeAll(keepingCapacity: true)
        var at = 0
        while at < text.count {
            let byte = text[at]
            guard byte == 0x5C else {
                bytes.append(byte)
                at += 1
                continue
            }
            let next = text[at + 1]
            at += 2
            switch next {
            case UInt8(ascii: "n"), UInt8(ascii: "r"):
                // Below the first line stands a stack trace or the like.
                if !bytes.isEmpty { return }
            case UInt8(ascii: "t"): bytes.append(0x09)
            case UInt8(ascii: "b"), UInt8(ascii: "f"): bytes.append(0x20)
            case UInt8(ascii: "u"):
                var value: UInt32 = 0
                for offset in at..<at + 4 {
                    let digit = text[offset]
                    value = value << 4 | UInt32(digit.isDigit ? digit & 15 : ((digit | 0x20) &- 0x57) & 15)
                }
                at += 4
                let scalar = Unicode.Scalar(value) ?? "\u{FFFD}"
                bytes.append(contentsOf: Array(String(Character(scalar)).utf8))
            default: bytes.append(next)
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
        guard hour.isEmpty else {
            let text = time.map { line[$0] } + [0x20] + hour.map { line[$0] }
            return text.withUnsafeBytes {
                Stamp.parse(LineBytes($0), at: 0, takesTrailingYear: true)
            }
        }
        return Stamp.parse(line.slice(0, time.upperBound), at: time.lowerBound, takesTrailingYear: true)
    }
}
