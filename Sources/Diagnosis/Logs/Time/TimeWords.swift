/// The names of months, days and zones in time stamps.
enum TimeWords {
    /// Lower-cased letters at `start`, packed low byte first; 0 for more than eight.
    @inline(__always)
    static func packed(_ line: LineBytes, _ start: Int, _ end: Int) -> UInt64 {
        guard end - start <= 8 else { return 0 }
        var word: UInt64 = 0
        var offset = start
        while offset < end {
            word |= UInt64(line[offset] | 0x20) << UInt64(8 * (offset - start))
            offset += 1
        }
        return word
    }

    private static func pack(_ text: StaticString) -> UInt64 {
        packed(LineBytes(base: text.utf8Start, count: text.utf8CodeUnitCount), 0, text.utf8CodeUnitCount)
    }

    private static let months: [UInt64] = [
        pack("jan"), pack("feb"), pack("mar"), pack("apr"), pack("may"), pack("jun"), pack("jul"),
        pack("aug"), pack("sep"), pack("oct"), pack("nov"), pack("dec"),
    ]
    private static let longMonths: [UInt64] = [
        pack("january"), pack("february"), pack("march"), pack("april"), pack("may"), pack("june"),
        pack("july"), pack("august"), pack("september"), pack("october"), pack("november"), pack("december"),
    ]
    private static let days: [UInt64] = [
        pack("mon"), pack("tue"), pack("wed"), pack("thu"), pack("fri"), pack("sat"), pack("sun"),
    ]
    private static let longDays: [UInt64] = [
        pack("monday"), pack("tuesday"), pack("thursday"), pack("friday"), pack("saturday"), pack("sunday"),
    ]

    /// The month, 1 to 12, that the letters in `start..<end` name, or 0.
    static func month(_ line: LineBytes, _ start: Int, _ end: Int) -> Int32 {
        let length = end - start
        guard length >= 3 else { return 0 }
        if length == 9 {
            return packed(line, start, start + 8) == pack("septembe") && line[end - 1] | 0x20 == 0x72 ? 9 : 0
        }
        let word = packed(line, start, end)
        guard word != 0 else { return 0 }
        if length == 3, let index = months.firstIndex(of: word) { return Int32(index + 1) }
        if length == 4, word == pack("sept") { return 9 }
        if let index = longMonths.firstIndex(of: word) { return Int32(index + 1) }
        return 0
    }

    /// Whether the letters in `start..<end` name a day of the week.
    static func isDay(_ line: LineBytes, _ start: Int, _ end: Int) -> Bool {
        if end - start == 9 { return packed(line, start, start + 8) == pack("wednesda") }
        let word = packed(line, start, end)
        guard word != 0, end - start >= 3 else { return false }
        return end - start == 3 ? days.contains(word) : longDays.contains(word)
    }

    /// The offset in seconds of a zone's name in capitals, or nil.
    ///
    /// Abbreviations are not unique; these are the readings of RFC 5322 and of the IANA database's most
    /// populous zones.
    static func zone(_ line: LineBytes, _ start: Int, _ end: Int) -> Int32? {
        for offset in start..<end where !line[offset].isUppercase { return nil }
        if end - start == 1 { return line[start] == UInt8(ascii: "Z") ? 0 : nil }
        guard (3...5).contains(end - start) else { return nil }
        return zones[packed(line, start, end)]
    }

    private static let zones: [UInt64: Int32] = {
        let hours: [(StaticString, Double)] = [
            ("UTC", 0), ("GMT", 0), ("EST", -5), ("EDT", -4), ("CST", -6), ("CDT", -5), ("MST", -7),
            ("MDT", -6), ("PST", -8), ("PDT", -7), ("AKST", -9), ("AKDT", -8), ("HST", -10), ("AST", -4),
            ("ADT", -3), ("NST", -3.5), ("NDT", -2.5), ("BRT", -3), ("BRST", -2), ("ART", -3), ("CLT", -4),
            ("WET", 0), ("WEST", 1), ("BST", 1), ("CET", 1), ("CEST", 2), ("MEZ", 1), ("MESZ", 2),
            ("EET", 2), ("EEST", 3), ("SAST", 2), ("CAT", 2), ("EAT", 3), ("WAT", 1), ("MSK", 3), ("TRT", 3),
            ("GST", 4), ("PKT", 5), ("IST", 5.5), ("ICT", 7), ("WIB", 7), ("HKT", 8), ("SGT", 8),
            ("MYT", 8), ("PHT", 8), ("AWST", 8), ("JST", 9), ("KST", 9), ("ACST", 9.5), ("ACDT", 10.5),
            ("AEST", 10), ("AEDT", 11), ("NZST", 12), ("NZDT", 13),
        ]
        var zones: [UInt64: Int32] = [:]
        for (name, offset) in hours { zones[pack(name)] = Int32(offset * 3600) }
        return zones
    }()
}
