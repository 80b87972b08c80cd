extension Stamp.Reader {
    @inline(__always)
    func letters(_ start: Int) -> Int {
        var offset = start
        while line[offset].isLetter, line[offset] < 0x80 { offset += 1 }
        return offset
    }

    /// What `digits` digits behind a decimal sign are in microseconds.
    func fraction(_ start: Int, _ digits: Int) -> Int32 {
        var value = number(start, min(digits, 6))
        var missing = 6 - digits
        while missing > 0 {
            value *= 10
            missing -= 1
        }
        return value
    }

    /// The end of a decimal fraction at `at`, or `at`.
    ///
    /// Behind a comma or colon only 3, 6 or 9 digits (1 to 3 behind a colon) are one: more or fewer are
    /// the next field.
    mutating func fraction(_ at: Int, commaCounts: Bool) -> Int {
        let sign = line[at]
        guard sign == 0x2E || commaCounts && (sign == 0x2C || sign == 0x3A), line[at + 1].isDigit else {
            return at
        }
        let count = digits(at + 1)
        switch sign {
        case 0x2C where count != 3 && count != 6 && count != 9 && line[at + 1 + count] != 0x2B: return at
        case 0x3A where count > 3 && count != 6 && count != 9: return at
        default: break
        }
        stamp.microsecond =
            sign == 0x3A && count < 3 ? number(at + 1, count) * 1000 : fraction(at + 1, count)
        return at + 1 + count
    }

    /// Six digits hhmmss.
    mutating func compactTime(_ at: Int) -> Int {
        setTime(number(at, 2), number(at + 2, 2), number(at + 4, 2)) ? at + 6 : 0
    }

    mutating func setTime(_ hour: Int32, _ minute: Int32, _ second: Int32) -> Bool {
        guard hour <= 24, minute < 60, second <= 60 else { return false }
        (stamp.hour, stamp.minute, stamp.second) = (hour, minute, second)
        stamp.parts.insert(.time)
        return true
    }

    mutating func dottedTime(_ at: Int) -> Int {
        guard digits(at) == 2, line[at + 2] == 0x2E, digits(at + 3) == 2, line[at + 5] == 0x2E,
            digits(at + 6) == 2, setTime(number(at, 2), number(at + 3, 2), number(at + 6, 2))
        else { return 0 }
        return fraction(at + 8, commaCounts: false)
    }

    /// `h:mm[:ss[fraction]] [AM|PM] [zone]` at `start`; returns its end, or 0.
    mutating func time(_ start: Int) -> Int {
        let hourDigits = digits(start)
        guard (1...2).contains(hourDigits), line[start + hourDigits] == 0x3A,
            digits(start + hourDigits + 1) == 2
        else { return 0 }
        let hour = number(start, hourDigits)
        let minute = number(start + hourDigits + 1, 2)
        var end = start + hourDigits + 3
        var second: Int32 = 0
        var hasSeconds = false
        if line[end] == 0x3A, digits(end + 1) == 2 {
            second = number(end + 1, 2)
            end += 3
            hasSeconds = true
        }
        guard setTime(hour, minute, second) else { return 0 }
        if hasSeconds { end = fraction(end, commaCounts: true) }
        return zoneBehind(halfDay(end))
    }

    mutating func halfDay(_ end: Int) -> Int {
        let at = line[end].isBlank ? end + 1 : end
        let isAfternoon = line[at] | 0x20 == 0x70
        guard isAfternoon || line[at] | 0x20 == 0x61, line[at + 1] | 0x20 == 0x6D, !line[at + 2].isWord,
            (1...12).contains(stamp.hour)
        else { return end }
        stamp.hour = stamp.hour % 12 + (isAfternoon ? 12 : 0)
        return at + 2
    }

    /// The end of a zone at `end`, with or without a blank before it, or `end`.
    mutating func zoneBehind(_ end: Int) -> Int {
        let at = line[end].isBlank ? end + 1 : end
        let sign = line[at]
        if sign == 0x2B || sign == 0x2D {
            var count = digits(at + 1)
            var length = count
            var minutes: Int32 = 0
            if count == 2, line[at + 3] == 0x3A, digits(at + 4) == 2 {
                minutes = number(at + 4, 2)
                length = 5
                count = 4
            } else if count == 4 {
                minutes = number(at + 3, 2)
            } else if count != 2 || at != end {
                return end
            }
            let hours = number(at + 1, 2)
            guard count == 2 || count == 4, hours <= 15, minutes < 60, !line[at + 1 + length].isWord
            else {
                return end
            }
            stamp.zoneSeconds = (hours * 3600 + minutes * 60) * (sign == 0x2D ? -1 : 1)
            stamp.parts.insert(.zone)
            return at + 1 + length
        }
        guard sign.isUppercase else { return end }
        let close = letters(at)
        guard !line[close].isWord, let seconds = TimeWords.zone(line, at, close) else { return end }
        stamp.zoneSeconds = seconds
        stamp.parts.insert(.zone)
        return close
    }

    /// The end of a time that stands behind a date at `end`, or `end`.
    mutating func timeBehind(_ end: Int) -> Int {
        var at = end
        switch line[at] {
        case UInt8(ascii: "T"), UInt8(ascii: "_"), 0x3A, 0x2D: at += 1
        case 0x20, 0x09: while line[at].isBlank { at += 1 }
        default: return end
        }
        guard line[at].isDigit else { return end }
        let count = digits(at)
        let next = line[at + count]
        var close = 0
        if count <= 2, next == 0x3A {
            close = time(at)
        } else if count == 2, next == 0x2E {
            close = dottedTime(at)
            if close > 0 { close = zoneBehind(close) }
        } else if count == 6, line[end] == UInt8(ascii: "T") || line[end] == 0x5F || line[end] == 0x2D {
            close = compactTime(at)
            if close > 0 { close = zoneBehind(fraction(close, commaCounts: true)) }
        }
        return close > 0 && !line[close].isWord ? close : end
    }
}
