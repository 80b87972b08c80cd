extension Stamp.Reader {
    /// A stamp that begins with a letter or a sign; returns its end, or 0.
    mutating func named(_ start: Int) -> Int {
        var at = start
        if line[at] == 0x40 { return externalLabel(at) }
        if line[at] == 0x2A { at += 1 }
        let wordEnd = letters(at)
        if wordEnd == at + 1, line[wordEnd].isDigit { return severityDate(at) }
        guard wordEnd - at >= 3, TimeWords.mayBegin(line, at) else { return 0 }
        var month = TimeWords.month(line, at, wordEnd)
        at = wordEnd
        if month == 0 {
            guard TimeWords.isDay(line, start, wordEnd) else { return 0 }
            if line[at] == 0x2C || line[at] == 0x2E { at += 1 }
            guard line[at].isBlank else { return 0 }
            while line[at].isBlank { at += 1 }
            if line[at].isDigit {
                let count = digits(at)
                if count == 4 { return yearFirst(at, line[at + 4]) }
                guard count <= 2 else { return 0 }
                return dayMonthYear(at, count)
            }
            let end = letters(at)
            month = TimeWords.month(line, at, end)
            guard month > 0 else { return 0 }
            at = end
        }
        if line[at] == 0x2E { at += 1 }
        guard line[at].isBlank || line[at] == 0x2D || line[at] == 0x2F else { return 0 }
        repeat { at += 1 } while line[at].isBlank
        let dayDigits = digits(at)
        guard (1...2).contains(dayDigits), setDate(0, month, number(at, dayDigits), hasYear: false) else {
            return 0
        }
        return yearAndTime(at + dayDigits)
    }

    /// What may follow `Mar 7`: a year and a time in either order, or nothing.
    mutating func yearAndTime(_ dayEnd: Int) -> Int {
        var at = dayEnd
        if line[at] == 0x2C || line[at] == 0x2F || line[at] == 0x2D { at += 1 }
        while line[at].isBlank { at += 1 }
        if digits(at) == 4, (1900...2199).contains(number(at, 4)), !line[at + 4].isLetter {
            stamp.year = number(at, 4)
            stamp.parts.insert(.year)
            return timeBehind(at + 4)
        }
        let end = timeBehind(dayEnd)
        guard end > dayEnd else { return dayEnd }
        if line[end].isBlank, digits(end + 1) == 4, (1900...2199).contains(number(end + 1, 4)),
            !line[end + 5].isWord, line[end + 5] != 0x2E
        {
            stamp.parts.insert(.trailingYear)
            if takesTrailingYear {
                stamp.year = number(end + 1, 4)
                stamp.parts.insert(.year)
                return end + 5
            }
        }
        return end
    }

    /// `I0307 09:05:01.123456`: severity, month and day of klog and glog.
    mutating func severityDate(_ at: Int) -> Int {
        let letter = line[at]
        guard letter.isUppercase else { return 0 }
        let count = digits(at + 1)
        if count == 8 {
            // glog since 0.6 writes the year too.
            guard setDate(number(at + 1, 4), number(at + 5, 2), number(at + 7, 2)) else { return 0 }
        } else {
            guard count == 4, setDate(0, number(at + 1, 2), number(at + 3, 2), hasYear: false) else {
                return 0
            }
        }
        let end = timeBehind(at + 1 + count)
        guard end > at + 1 + count else { return 0 }
        stamp.severity = letter
        return end
    }

    /// `@400000005f2d...`: the external labels TAI64 and TAI64N.
    mutating func externalLabel(_ at: Int) -> Int {
        var end = at + 1
        var value: UInt64 = 0
        while end < at + 17, line[end].isHexDigit {
            value = value << 4 | UInt64(line[end].isDigit ? line[end] & 15 : (line[end] | 0x20) - 0x57)
            end += 1
        }
        guard end == at + 17, value >> 62 == 1 else { return 0 }
        var nanoseconds: Int64 = 0
        while end < at + 25, line[end].isHexDigit {
            nanoseconds =
                nanoseconds << 4 | Int64(line[end].isDigit ? line[end] & 15 : (line[end] | 0x20) - 0x57)
            end += 1
        }
        guard end == at + 17 || end == at + 25 else { return 0 }
        // TAI runs ahead of UTC by 10 s and the leap seconds since 1972; 37 s since 2017.
        let seconds = Int64(value & 0x3FFF_FFFF_FFFF_FFFF)
        guard seconds < 1 << 40 else { return 0 }
        stamp.count = (seconds - 37) * 1_000_000 + nanoseconds / 1000
        stamp.parts = .epoch
        return end
    }
}
