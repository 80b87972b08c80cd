/// What the fields of an entry of journald said so far, as `journalctl -o export` writes it: a field a line, an empty line
/// between entries.
///
/// “Journal Export Formats” (systemd.io): a field is `NAME=value` or, where the value is not one line of text, `NAME`, and
/// on the next line eight bytes that say how long the value is, low byte first, and the value. Of an entry the message is
/// the record. A priority that stands behind the message is not taken in; journald mostly writes it before.
struct JournaldEntry: Hashable, Sendable {
    /// Microseconds since 1970; nil before it was said.
    var time: Int64?
    /// A level's raw value, or 0.
    var level: UInt8 = 0
    /// How many bytes of the length of a value are still to come.
    var lengthBytes: UInt8 = 0
    /// The length as far as it was read, and then how much of the value is left.
    var length: UInt64 = 0
    /// Whether the value is the message.
    var isMessage = false

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
        if Self.begins(line) {
            // Whatever a length said: an entry begins here.
            self = JournaldEntry()
            return nil
        }
        if lengthBytes > 0 { return value(line) }
        if length > 0 {
            length -= min(length, UInt64(line.count) + 1)
            return nil
        }
        if let message = Self.message(in: line) { return message }
        if line.starts(with: "__REALTIME_TIMESTAMP=") {
            time = number(line, from: 21)
        } else if line.starts(with: "PRIORITY="), let value = number(line, from: 9), value < 8 {
            level = LogLevel(severity: Int(value)).rawValue
        } else if isName(line) {
            (lengthBytes, length, isMessage) = (8, 0, line.count == 7 && line.starts(with: "MESSAGE"))
        }
        return nil
    }

    /// The line after a name: the length, of which a byte may look like the end of a line, and the value or its beginning.
    private mutating func value(_ line: LineBytes) -> Range<Int>? {
        var at = 0
        while lengthBytes > 0 {
            let byte = at < line.count ? line.base[at] : 0x0A
            length |= UInt64(byte) << UInt64(8 * (8 - lengthBytes))
            lengthBytes -= 1
            at += 1
            if at > line.count { return nil }
        }
        length -= min(length, UInt64(line.count - at) + 1)
        return isMessage ? at..<line.count : nil
    }

    private func isName(_ line: LineBytes) -> Bool {
        guard (1...64).contains(line.count) else { return false }
        for offset in 0..<line.count {
            let byte = line.base[offset]
            guard byte.isUppercase || byte.isDigit || byte == 0x5F else { return false }
        }
        return true
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
