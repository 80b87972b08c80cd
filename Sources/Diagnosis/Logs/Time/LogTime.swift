/// Times of log lines as text.
public enum LogTime {
    /// A time by RFC 3339 in UTC, with microseconds where there are some.
    /// - Parameter microseconds: since 1970.
    public static func text(_ microseconds: Int64) -> String {
        var bytes: [UInt8] = []
        write(microseconds, into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads a date with or without a time, as people and logs write them; nil where it is none.
    /// - Parameter zone: seconds east of Greenwich for text that names no zone.
    /// - Returns: microseconds since 1970.
    public static func parse(_ text: String, zone: Int32 = 0) -> Int64? {
        text.withLineBytes { line in
            let line = line.trimmed
            guard let stamp = Stamp.parse(line, at: 0, takesTrailingYear: true), stamp.end == line.count,
                stamp.parts.isSuperset(of: [.year, .date]) || stamp.parts.contains(.epoch)
            else { return nil }
            var basis = LogTimeBasis()
            basis.assumedZone = zone
            var reader = TimeReader(basis)
            return reader.time(stamp)
        }
    }

    /// Appends a time by RFC 3339 in UTC.
    public static func write(_ microseconds: Int64, into bytes: inout [UInt8]) {
        let perDay = CivilTime.microsecondsPerDay
        var days = microseconds / perDay
        var rest = microseconds % perDay
        if rest < 0 {
            days -= 1
            rest += perDay
        }
        let date = CivilTime.date(days: days)
        append(Int64(date.year), 4, &bytes)
        bytes.append(0x2D)
        append(Int64(date.month), 2, &bytes)
        bytes.append(0x2D)
        append(Int64(date.day), 2, &bytes)
        bytes.append(0x54)
        let seconds = rest / 1_000_000
        append(seconds / 3600, 2, &bytes)
        bytes.append(0x3A)
        append(seconds / 60 % 60, 2, &bytes)
        bytes.append(0x3A)
        append(seconds % 60, 2, &bytes)
        let fraction = rest % 1_000_000
        if fraction > 0 {
            bytes.append(0x2E)
            if fraction % 1000 == 0 {
                append(fraction / 1000, 3, &bytes)
            } else {
                append(fraction, 6, &bytes)
            }
        }
        bytes.append(0x5A)
    }

    private static func append(_ number: Int64, _ digits: Int, _ bytes: inout [UInt8]) {
        var divisor: Int64 = 1
        for _ in 1..<digits { divisor *= 10 }
        var rest = max(0, number)
        while divisor > 0 {
            bytes.append(UInt8(0x30 + rest / divisor % 10))
            rest %= divisor
            divisor /= 10
        }
    }
}
