/// Reads one time stamp by its lexical shape.
///
/// Dates: year first (also ISO weeks and days of the year), day or month first, month names in any usual
/// order, RFC 5322 and ctime, compact digits. Times: `hh:mm[:ss[fraction]]`, dotted, compact, AM/PM, zones
/// by offset or name. Counts since 1970 in seconds to nanoseconds, TAI64N, klog's `I0307`. A number that
/// could not be part of a date (month 13, minute 61) makes no stamp.
extension Stamp {
    struct Reader {
        let line: LineBytes
        /// Whether a number of four digits behind `Mar 7 09:05:01` is the year (and no process number).
        var takesTrailingYear = true
        var stamp = Stamp()

        // MARK: Numbers

        @inline(__always)
        func digits(_ start: Int) -> Int {
            var offset = start
            while line[offset].isDigit { offset += 1 }
            return offset - start
        }

        @inline(__always)
        func number(_ start: Int, _ count: Int) -> Int32 {
            var value: Int32 = 0
            for offset in start..<start + count { value = value &* 10 &+ Int32(line[offset] & 15) }
            return value
        }

        private mutating func setDate(_ year: Int32, _ month: Int32, _ day: Int32, hasYear: Bool = true)
            -> Bool
        {
            guard (1...12).contains(month), (1...31).contains(day), !hasYear || (1...9999).contains(year)
            else {
                return false
            }
            (stamp.year, stamp.month, stamp.day) = (year, month, day)
            stamp.parts.formUnion(hasYear ? [.year, .date] : .date)
            return true
        }

        /// A stamp that begins with a digit; returns its end, or 0.
        fileprivate mutating func numeric(_ start: Int) -> Int {
            let count = digits(start)
            let next = line[start + count]
            switch count {
            case 1, 2:
                if next == UInt8(ascii: ":") { return time(start) }
                if next == UInt8(ascii: "-") || next == UInt8(ascii: "/") || next == UInt8(ascii: ".") {
                    return shortDate(start, count, next)
                }
                if next == 0x20, line[start + count + 1].isLetter { return dayMonthYear(start, count) }
                return 0
            case 4:
                return yearFirst(start, next)
            case 6:
                return sixDigits(start, next)
            case 8:
                return eightDigits(start, next)
            case 10, 13, 14, 16, 19:
                return long(start, count, next)
            default:
                return 0
            }
        }

        /// `2024-03-07`, `2024/3/7`, `2024-W10-4`, `2024-067`, and a time behind it.
        private mutating func yearFirst(_ start: Int, _ separator: UInt8) -> Int {
            guard
                separator == UInt8(ascii: "-") || separator == UInt8(ascii: "/")
                    || separator == UInt8(ascii: ".")
            else { return 0 }
            let year = number(start, 4)
            var at = start + 5
            if separator == UInt8(ascii: "-"), line[at] == UInt8(ascii: "W"), digits(at + 1) == 2,
                line[at + 3] == UInt8(ascii: "-"), digits(at + 4) == 1
            {
                return weekDate(year, week: number(at + 1, 2), day: number(at + 4, 1), end: at + 5)
            }
            let monthDigits = digits(at)
            if separator == UInt8(ascii: "-"), monthDigits == 3 {
                return dayOfYear(year, number(at, 3), end: at + 3)
            }
            var month = number(at, min(monthDigits, 2))
            if monthDigits == 0, line[at].isLetter {
                let end = letters(at)
                month = TimeWords.month(line, at, end)
                at = end
            } else if monthDigits <= 2 {
                at += monthDigits
            } else {
                return 0
            }
            guard
                line[at] == UInt8(ascii: "-") || line[at] == UInt8(ascii: "/")
                    || line[at] == UInt8(ascii: ".")
            else { return 0 }
            let dayDigits = digits(at + 1)
            guard (1...2).contains(dayDigits), setDate(year, month, number(at + 1, dayDigits)) else {
                return 0
            }
            return timeBehind(at + 1 + dayDigits)
        }

        private mutating func weekDate(_ year: Int32, week: Int32, day: Int32, end: Int) -> Int {
            guard (1...53).contains(week), (1...7).contains(day) else { return 0 }
            // Week 1 holds 4 January; 1970-01-01 was a Thursday.
            let fourth = CivilTime.days(year: year, month: 1, day: 4)
            let monday = fourth - (fourth + 3 + 700_000 * 7) % 7
            let date = CivilTime.date(days: monday + Int64(week - 1) * 7 + Int64(day - 1))
            guard setDate(date.year, date.month, date.day) else { return 0 }
            return timeBehind(end)
        }

        private mutating func dayOfYear(_ year: Int32, _ day: Int32, end: Int) -> Int {
            guard (1...366).contains(day) else { return 0 }
            let date = CivilTime.date(days: CivilTime.days(year: year, month: 1, day: 1) + Int64(day - 1))
            guard setDate(date.year, date.month, date.day) else { return 0 }
            let behind = timeBehind(end)
            // Three digits behind a year are a date only where a time follows: 2024-067 alone is a number.
            return behind > end ? behind : 0
        }

        /// `7/3/2024`, `07-Mar-2024`, `03-17 16:13:38`, `17.03.24`, or a dotted time.
        private mutating func shortDate(_ start: Int, _ count: Int, _ separator: UInt8) -> Int {
            let first = number(start, count)
            var at = start + count + 1
            if line[at].isLetter { return dayMonthYear(start, count) }
            let middleDigits = digits(at)
            guard (1...2).contains(middleDigits) else { return 0 }
            let second = number(at, middleDigits)
            at += middleDigits
            let next = line[at]
            if next == UInt8(ascii: "-") || next == UInt8(ascii: "/") || next == UInt8(ascii: ".") {
                let lastDigits = digits(at + 1)
                if lastDigits == 2 || lastDigits == 4 {
                    let last = number(at + 1, lastDigits)
                    let isDate = ambiguousDate(first, second, last, lastDigits)
                    // 15.42.50 is no date in any order, but a time.
                    let behind = at + 1 + lastDigits
                    if isDate, line[behind] != 0x2E || !line[behind + 1].isDigit { return timeBehind(behind) }
                    stamp.parts = []
                }
                return separator == UInt8(ascii: ".") && count == 2 ? dottedTime(start) : 0
            }
            // Month and day alone are a date only before a time.
            guard next == 0x20 || next == UInt8(ascii: "T"), line[at + 1].isDigit else { return 0 }
            let hourDigits = digits(at + 1)
            let sign = line[at + 1 + hourDigits]
            guard hourDigits <= 2, sign == UInt8(ascii: ":") || sign == UInt8(ascii: ".") else { return 0 }
            stamp.numbers = (first, second, 0)
            stamp.parts.insert(.isAmbiguous)
            let isDayFirst = separator == UInt8(ascii: ".") || first > 12
            guard
                setDate(0, isDayFirst ? second : first, isDayFirst ? first : second, hasYear: false)
                    || setDate(0, isDayFirst ? first : second, isDayFirst ? second : first, hasYear: false)
            else { return 0 }
            let end = timeBehind(at)
            return end > at ? end : 0
        }

        /// Three numbers whose order may be year, month, day in several ways.
        private mutating func ambiguousDate(_ first: Int32, _ second: Int32, _ last: Int32, _ lastDigits: Int)
            -> Bool
        {
            stamp.numbers = (first, second, last)
            if lastDigits == 4 {
                stamp.parts.insert(.isAmbiguous)
                if first <= 12 && !(second <= 12 && first > 12) && second <= 31 && second > 12 {
                    return setDate(last, first, second)
                }
                return setDate(last, second, first) || setDate(last, first, second)
            }
            stamp.parts.insert(.isAmbiguous)
            // Which it is shows over many lines; here any order that is a date will do.
            return setDate(2000 + first, second, last) || setDate(2000 + last, second, first)
                || setDate(2000 + last, first, second)
        }

        /// `7-Mar-2024`, `07/Mar/2024:09:05:01`, `7 Mar 2024`.
        private mutating func dayMonthYear(_ start: Int, _ count: Int) -> Int {
            let at = start + count + 1
            let monthEnd = letters(at)
            let month = TimeWords.month(line, at, monthEnd)
            guard month > 0 else { return 0 }
            let sign = line[monthEnd]
            guard sign == 0x20 || sign == UInt8(ascii: "-") || sign == UInt8(ascii: "/") else { return 0 }
            let yearDigits = digits(monthEnd + 1)
            if sign == 0x20, line[monthEnd + 1 + yearDigits] == UInt8(ascii: ":"),
                (1...2).contains(yearDigits)
            {
                guard setDate(0, month, number(start, count), hasYear: false) else { return 0 }
                return timeBehind(monthEnd)
            }
            guard yearDigits == 2 || yearDigits == 4 else { return 0 }
            let year = number(monthEnd + 1, yearDigits)
            guard setDate(yearDigits == 2 ? 2000 + year : year, month, number(start, count)) else { return 0 }
            return timeBehind(monthEnd + 1 + yearDigits)
        }

        /// `240307 9:05:01` and `081109 203615`.
        private mutating func sixDigits(_ start: Int, _ next: UInt8) -> Int {
            guard next.isBlank, let date = twoDigitDate(start) else { return 0 }
            var at = start + 7
            while line[at].isBlank { at += 1 }
            let count = digits(at)
            if (1...2).contains(count), line[at + count] == UInt8(ascii: ":") {
                guard setDate(2000 + date.0, date.1, date.2) else { return 0 }
                return time(at)
            }
            guard at == start + 7, count == 6, line[at + 6].isBlank || at + 6 >= line.count,
                compactTime(at) > 0
            else { return 0 }
            _ = setDate(2000 + date.0, date.1, date.2)
            stamp.numbers = (date.0, date.1, date.2)
            return at + 6
        }

        private func twoDigitDate(_ start: Int) -> (Int32, Int32, Int32)? {
            let date = (number(start, 2), number(start + 2, 2), number(start + 4, 2))
            return (1...12).contains(date.1) && (1...31).contains(date.2) ? date : nil
        }

        /// `20240307` where a time follows.
        private mutating func eightDigits(_ start: Int, _ next: UInt8) -> Int {
            let year = number(start, 4)
            guard (1900...2199).contains(year),
                next == 0x20 || next == 0x2D || next == 0x5F || next == UInt8(ascii: "T")
                    || next == UInt8(ascii: ":"), line[start + 9].isDigit,
                setDate(year, number(start + 4, 2), number(start + 6, 2))
            else { return 0 }
            let at = start + 9
            if digits(at) == 6, line[at + 6] != 0x3A {
                let end = compactTime(at)
                return end > 0 ? zoneBehind(fraction(end, commaCounts: true)) : 0
            }
            let end = timeBehind(start + 8)
            return end > start + 8 ? end : (next == 0x5F ? 0 : start + 8)
        }

        private static func closes(_ byte: UInt8) -> Bool {
            byte == UInt8(ascii: "]") || byte == UInt8(ascii: ")") || byte == UInt8(ascii: ">")
                || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "\"")
        }

        /// A count since 1970, or fourteen digits from year to second.
        private mutating func long(_ start: Int, _ count: Int, _ next: UInt8) -> Int {
            let isEnded =
                next == 0 || next.isBlank || next == UInt8(ascii: "|") || next == UInt8(ascii: ",")
                || next == UInt8(ascii: ";") || next == UInt8(ascii: ":") && !line[start + count + 1].isDigit
                || Self.closes(next)
            if count == 14 {
                let year = number(start, 4)
                guard (1970...2199).contains(year), isEnded || next == UInt8(ascii: "."),
                    compactTime(start + 8) > 0, setDate(year, number(start + 4, 2), number(start + 6, 2))
                else { return 0 }
                return fraction(start + 14, commaCounts: false)
            }
            guard line[start] == 0x31 else { return 0 }
            var value: Int64 = 0
            for offset in start..<start + count { value = value &* 10 &+ Int64(line[offset] & 15) }
            var end = start + count
            if count == 10 {
                value *= 1_000_000
                if next == UInt8(ascii: "."), line[end + 1].isDigit {
                    let digits = digits(end + 1)
                    value += Int64(fraction(end + 1, digits))
                    end += 1 + digits
                    let behind = line[end]
                    guard behind == 0 || behind.isBlank || behind == 0x7C || behind == 0x2C || behind == 0x3A
                    else {
                        return 0
                    }
                } else if !isEnded {
                    return 0
                }
            } else {
                guard isEnded else { return 0 }
                if count == 13 { value *= 1000 } else if count == 19 { value /= 1000 }
            }
            stamp.count = value
            stamp.parts = .epoch
            return end
        }

        // MARK: Times

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
        private mutating func fraction(_ at: Int, commaCounts: Bool) -> Int {
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
        private mutating func compactTime(_ at: Int) -> Int {
            setTime(number(at, 2), number(at + 2, 2), number(at + 4, 2)) ? at + 6 : 0
        }

        private mutating func setTime(_ hour: Int32, _ minute: Int32, _ second: Int32) -> Bool {
            guard hour <= 24, minute < 60, second <= 60 else { return false }
            (stamp.hour, stamp.minute, stamp.second) = (hour, minute, second)
            stamp.parts.insert(.time)
            return true
        }

        private mutating func dottedTime(_ at: Int) -> Int {
            guard digits(at) == 2, line[at + 2] == 0x2E, digits(at + 3) == 2, line[at + 5] == 0x2E,
                digits(at + 6) == 2, setTime(number(at, 2), number(at + 3, 2), number(at + 6, 2))
            else { return 0 }
            return fraction(at + 8, commaCounts: false)
        }

        /// `h:mm[:ss[fraction]] [AM|PM] [zone]` at `start`; returns its end, or 0.
        private mutating func time(_ start: Int) -> Int {
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

        private mutating func halfDay(_ end: Int) -> Int {
            let at = line[end].isBlank ? end + 1 : end
            let isAfternoon = line[at] | 0x20 == 0x70
            guard isAfternoon || line[at] | 0x20 == 0x61, line[at + 1] | 0x20 == 0x6D, !line[at + 2].isWord,
                (1...12).contains(stamp.hour)
            else { return end }
            stamp.hour = stamp.hour % 12 + (isAfternoon ? 12 : 0)
            return at + 2
        }

        /// The end of a zone at `end`, with or without a blank before it, or `end`.
        private mutating func zoneBehind(_ end: Int) -> Int {
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
        private mutating func timeBehind(_ end: Int) -> Int {
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

        // MARK: Names

        /// A stamp that begins with a letter or a sign; returns its end, or 0.
        fileprivate mutating func named(_ start: Int) -> Int {
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
        private mutating func yearAndTime(_ dayEnd: Int) -> Int {
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
        private mutating func severityDate(_ at: Int) -> Int {
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
        private mutating func externalLabel(_ at: Int) -> Int {
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

    /// The stamp that begins at `start`, if one does.
    @inline(__always)
    static func parse(_ line: LineBytes, at start: Int, takesTrailingYear: Bool) -> Stamp? {
        let first = line[start]
        if !first.isDigit {
            let isName =
                (first | 0x20) &- 0x61 < 26 && (line[start + 1].isDigit || TimeWords.mayBegin(line, start))
            guard isName || first == 0x2A || first == 0x40 else { return nil }
        }
        var parser = Reader(line: line, takesTrailingYear: takesTrailingYear)
        let end = first.isDigit ? parser.numeric(start) : parser.named(start)
        guard end > 0, !line[end].isWord else { return nil }
        // 10.10.10.5 and 12-10-08-77 are no dates.
        if line[end + 1].isDigit, line[end] == 0x2E || line[end] == 0x2D || line[end] == 0x2F { return nil }
        parser.stamp.end = end
        return parser.stamp
    }
}
