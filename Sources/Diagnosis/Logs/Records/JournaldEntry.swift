/// What the fields of an entry of journald said so far, as `journalctl -o export` writes it: a field a line, an empty line
/// between entries.
///
/// “Journal Export Formats” (systemd.io): a field is `NAME=value` or, where the value is not one line of text, `NAME`, and
/// on the next line eight bytes that say how long the value is, low byte first, and the value. Of an entry the message is
/// the record; time and priority come before it, for journald writes what entries share first.
struct JournaldEntry: Hashable, Sendable {
    /// Microseconds since 1970; nil before it was said.
    var time: Int64?
    /// A level's raw value, or 0.
    var level: UInt8 = 0
    /// How many bytes of the length of the message are still to come.
    var lengthBytes: UInt8 = 0

    /// Whether a line begins an entry.
    static func begins(_ line: LineBytes) -> Bool { line.starts(with: "__CURSOR=") }

    /// Where a line holds the message.
    static func message(in line: LineBytes) -> Range<Int>? {
        line.starts(with: "MESSAGE=") ? 8..<line.count : nil
    }

    /// Takes in the next line.
    /// - Returns: where its message stands; nil for all other lines.
    @inline(__always)
    mutating func read(_ line: LineBytes) -> Range<Int>? {
        if lengthBytes > 0 {
            // A byte of the length may look like the end of a line.
            guard line.count >= lengthBytes else {
                lengthBytes -= UInt8(line.count + 1)
                return nil
            }
            defer { lengthBytes = 0 }
            return Int(lengthBytes)..<line.count
        }
        switch line[0] {
        case 0: if line.count == 0 { self = JournaldEntry() }
        case UInt8(ascii: "M"):
            if let message = Self.message(in: line) { return message }
            if line.count == 7, line.starts(with: "MESSAGE") { lengthBytes = 8 }
        case UInt8(ascii: "_"):
            if line.starts(with: "__REALTIME_TIMESTAMP=") { time = number(line, from: 21) }
        case UInt8(ascii: "P"):
            if line.starts(with: "PRIORITY="), let value = number(line, from: 9), value < 8 {
                level = LogLevel(severity: Int(value)).rawValue
            }
        default: break
        }
        return nil
    }

    private func number(_ line: LineBytes, from start: Int) -> Int64? {
        guard start < line.count, line.count - start <= 18 else { return nil }
        var value: Int64 = 0
        for offset in start..<line.count {
            guard line[offset].isDigit else { return nil }
            value = value * 10 + Int64(line[offset] & 15)
        }
        return value
    }
}
