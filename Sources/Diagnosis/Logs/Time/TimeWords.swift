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

    /// The first three letters at `start`, packed.
    @inline(__always)
    static func packedThree(_ line: LineBytes, _ start: Int) -> UInt64 {
        UInt64(line[start] | 0x20) | UInt64(line[start + 1] | 0x20) << 8 | UInt64(line[start + 2] | 0x20)
            << 16
    }

    /// The month, 1 to 12, whose name begins with three packed letters, or 0.
    @inline(__always)
    private static func month(packed: UInt64) -> Int32 {
        switch packed {
        case 0x6E616A: 1  // jan
        case 0x626566: 2  // feb
        case 0x72616D: 3  // mar
        case 0x727061: 4  // apr
        case 0x79616D: 5  // may
        case 0x6E756A: 6  // jun
        case 0x6C756A: 7  // jul
        case 0x677561: 8  // aug
        case 0x706573: 9  // sep
        case 0x74636F: 10  // oct
        case 0x766F6E: 11  // nov
        case 0x636564: 12  // dec
        default: 0
        }
    }

    @inline(__always)
    private static func isDay(packed: UInt64) -> Bool {
        switch packed {
        // mon tue wed thu fri sat sun
        case 0x6E6F6D, 0x657574, 0x646577, 0x756874, 0x697266, 0x746173, 0x6E7573: true
        default: false
        }
    }

    /// Whether the letters at `start` may begin the name of a month or day.
    @inline(__always)
    static func mayBegin(_ line: LineBytes, _ start: Int) -> Bool {
        let packed = packedThree(line, start)
        return month(packed: packed) > 0 || isDay(packed: packed)
    }

    /// The month, 1 to 12, that the letters in `start..<end` name, or 0.
    static func month(_ line: LineBytes, _ start: Int, _ end: Int) -> Int32 {
        let length = end - start
        guard length >= 3 else { return 0 }
        let month = month(packed: packedThree(line, start))
        if length == 3 || month == 0 { return month }
        if length == 4, month == 9, line[end - 1] | 0x20 == UInt8(ascii: "t") { return 9 }
        return matches(longMonths[Int(month) - 1], line, start, end) ? month : 0
    }

    /// Whether the letters in `start..<end` name a day of the week.
    static func isDay(_ line: LineBytes, _ start: Int, _ end: Int) -> Bool {
        guard end - start >= 3, isDay(packed: packedThree(line, start)) else { return false }
        return end - start == 3 || longDays.contains { matches($0, line, start, end) }
    }

    private static func matches(_ word: StaticString, _ line: LineBytes, _ start: Int, _ end: Int) -> Bool {
        guard word.utf8CodeUnitCount == end - start else { return false }
        for offset in 0..<end - start where line[start + offset] | 0x20 != word.utf8Start[offset] {
            return false
        }
        return true
    }

    private static let longMonths: [StaticString] = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
        "november", "december",
    ]
    private static let longDays: [StaticString] = [
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
    ]

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
        for (name, offset) in hours {
            let line = LineBytes(base: name.utf8Start, count: name.utf8CodeUnitCount)
            zones[packed(line, 0, line.count)] = Int32(offset * 3600)
        }
        return zones
    }()
}
