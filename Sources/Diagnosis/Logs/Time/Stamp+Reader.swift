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

        mutating func setDate(_ year: Int32, _ month: Int32, _ day: Int32, hasYear: Bool = true)
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
        mutating func numeric(_ start: Int) -> Int {
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
        mutating func yearFirst(_ start: Int, _ separator: UInt8) -> Int {
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

        mutating func weekDate(_ year: Int32, week: Int32, day: Int32, end: Int) -> Int {
            guard (1...53).contains(week), (1...7).contains(day) else { return 0 }
            // Week 1 holds 4 January; 1970-01-01 was a Thursday.
            let fourth = CivilTime.days(year: year, month: 1, day: 4)
            let monday = fourth - (fourth + 3 + 700_000 * 7) % 7
            let date = CivilTime.date(days: monday + Int64(week - 1) * 7 + Int64(day - 1))
            guard setDate(date.year, date.month, date.day) else { return 0 }
            return timeBehind(end)
        }

        mutating func dayOfYear(_ year: Int32, _ day: Int32, end: Int) -> Int {
            guard (1...366).contains(day) else { return 0 }
            let date = CivilTime.date(days: CivilTime.days(year: year, month: 1, day: 1) + Int64(day - 1))
            guard setDate(date.year, date.month, date.day) else { return 0 }
            let behind = timeBehind(end)
            // Three digits behind a year are a date only where a time follows: 2024-067 alone is a number.
            return behind > end ? behind : 0
        }

        /// `7/3/2024`, `07-Mar-2024`, `03-17 16:13:38`, `17.03.24`, or a dotted time.
        mutating func shortDate(_ start: Int, _ count: Int, _ separator: UInt8) -> Int {
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
        mutating func ambiguousDate(_ first: Int32, _ second: Int32, _ last: Int32, _ lastDigits: Int)
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
        mutating func dayMonthYear(_ start: Int, _ count: Int) -> Int {
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
        mutating func sixDigits(_ start: Int, _ next: UInt8) -> Int {
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

        func twoDigitDate(_ start: Int) -> (Int32, Int32, Int32)? {
            let date = (number(start, 2), number(start + 2, 2), number(start + 4, 2))
            return (1...12).contains(date.1) && (1...31).contains(date.2) ? date : nil
        }

        /// `20240307` where a time follows.
        mutating func eightDigits(_ start: Int, _ next: UInt8) -> Int {
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

        static func closes(_ byte: UInt8) -> Bool {
            byte == UInt8(ascii: "]") || byte == UInt8(ascii: ")") || byte == UInt8(ascii: ">")
                || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "\"")
        }

        /// A count since 1970, or fourteen digits from year to second.
        mutating func long(_ start: Int, _ count: Int, _ next: UInt8) -> Int {
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
