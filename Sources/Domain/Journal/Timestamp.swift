/// A moment in UTC, in whole microseconds since 1970, as the database keeps it.
///
/// Text is RFC 3339. The arithmetic is Howard Hinnant's days-from-civil algorithm, so that neither parsing nor
/// printing needs a calendar or a formatter.
package struct Timestamp: Hashable, Comparable, Sendable {
    /// Microseconds since 1970-01-01T00:00:00Z.
    package var microseconds: Int64

    /// The moment so many microseconds after 1970.
    package init(microseconds: Int64) { self.microseconds = microseconds }

    package static func < (left: Self, right: Self) -> Bool { left.microseconds < right.microseconds }

    /// The moment `seconds` later; negative for earlier.
    package func adding(seconds: Int64) -> Self { Self(microseconds: microseconds + seconds * 1_000_000) }

    /// Whole seconds from `earlier` to here.
    package func seconds(since earlier: Timestamp) -> Int64 {
        (microseconds - earlier.microseconds) / 1_000_000
    }

    /// The parts of the moment on the UTC calendar.
    package struct Parts: Sendable {
        /// Calendar year.
        package var year: Int
        /// 1 to 12.
        package var month: Int
        /// 1 to 31.
        package var day: Int
        /// 0 to 23.
        package var hour: Int
        /// 0 to 59.
        package var minute: Int
        /// 0 to 59.
        package var second: Int
        /// 0 to 999,999.
        package var microsecond: Int
        /// 0 for Sunday to 6 for Saturday.
        package var weekday: Int
    }

    /// The moment on the UTC calendar.
    package var parts: Parts {
        var (days, rest) = microseconds.quotientAndRemainder(dividingBy: 86_400_000_000)
        if rest < 0 { (days, rest) = (days - 1, rest + 86_400_000_000) }
        let (year, month, day) = civil(fromDays: Int(days))
        let second = Int(rest / 1_000_000)
        return Parts(
            year: year, month: month, day: day, hour: second / 3600, minute: second / 60 % 60,
            second: second % 60, microsecond: Int(rest % 1_000_000),
            weekday: Int(((days % 7) + 11) % 7))
    }

    /// The moment with these parts on the UTC calendar, or nil where there is no such day or time.
    package init?(
        year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0, microsecond: Int = 0
    ) {
        guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day),
            (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second),
            day <= daysInMonth(month, of: year)
        else { return nil }
        let days = Int64(daysFromCivil(year, month, day))
        let seconds = days * 86_400 + Int64(hour * 3600 + minute * 60 + second)
        microseconds = seconds * 1_000_000 + Int64(microsecond)
    }

    /// Reads RFC 3339 (`2026-11-21T09:30:00Z`, `...+01:00`, fractions), and the `2026-11-21T09:30` that a
    /// browser's time field sends, which counts as UTC.
    package init?(_ text: some StringProtocol) {
        var scan = DigitScan(text)
        guard let year = scan.number(4), scan.skip("-"), let month = scan.number(2), scan.skip("-"),
            let day = scan.number(2), scan.skip("T") || scan.skip("t") || scan.skip(" "),
            let hour = scan.number(2), scan.skip(":"), let minute = scan.number(2)
        else { return nil }
        var second = 0
        var fraction = 0
        if scan.skip(":") {
            guard let whole = scan.number(2) else { return nil }
            second = whole
            if scan.skip(".") {
                guard let digits = scan.fraction() else { return nil }
                fraction = digits
            }
        }
        var offset = 0
        if !scan.isAtEnd, !scan.skip("Z"), !scan.skip("z") {
            let isWest = scan.skip("-")
            guard isWest || scan.skip("+"), let hours = scan.number(2), hours <= 23, scan.skip(":"),
                let minutes = scan.number(2), minutes <= 59
            else { return nil }
            offset = (hours * 60 + minutes) * (isWest ? -60 : 60)
        }
        guard scan.isAtEnd,
            let local = Timestamp(
                year: year, month: month, day: day, hour: hour, minute: minute, second: second,
                microsecond: fraction)
        else { return nil }
        let moment = local.adding(seconds: Int64(-offset))
        // What could not be written as RFC 3339 again is not taken.
        guard (1...9999).contains(moment.parts.year) else { return nil }
        self = moment
    }

    /// RFC 3339 in UTC, with a fraction only where there is one.
    package var rfc3339: String {
        let parts = parts
        var digits = Digits(capacity: 27)
        digits.add(day: parts)
        digits.add("T")
        digits.add(clock: parts)
        digits.add(":")
        digits.add(parts.second, 2)
        if parts.microsecond > 0 {
            digits.add(".")
            digits.add(parts.microsecond, 6)
        }
        digits.add("Z")
        return digits.text
    }

    /// `14:06`, in UTC.
    package var clock: String {
        var digits = Digits(capacity: 5)
        digits.add(clock: parts)
        return digits.text
    }

    /// `2026-11-21`, in UTC.
    package var day: String {
        var digits = Digits(capacity: 10)
        digits.add(day: parts)
        return digits.text
    }

    /// Whether both moments are on the same day, in UTC.
    package func isSameDay(as other: Timestamp) -> Bool {
        func day(_ moment: Timestamp) -> Int64 {
            let (days, rest) = moment.microseconds.quotientAndRemainder(dividingBy: 86_400_000_000)
            return rest < 0 ? days - 1 : days
        }
        return day(self) == day(other)
    }

    /// `2026-11-21T14:06`, the value of a browser's `datetime-local` field.
    package var fieldText: String { "\(day)T\(clock)" }
}

extension Timestamp: CustomStringConvertible {
    package var description: String { rfc3339 }
}

/// A text of digits that is put together in one place: a page has hundreds of moments.
private struct Digits {
    private var bytes: [UInt8] = []

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    mutating func add(_ character: Unicode.Scalar) { bytes.append(UInt8(ascii: character)) }

    mutating func add(_ number: Int, _ width: Int) {
        var (divisor, rest) = (1, number)
        for _ in 1..<width { divisor *= 10 }
        // A moment of another age, which nobody can enter, is still written as it is.
        guard number >= 0, number / divisor < 10 else {
            return bytes.append(contentsOf: pad(number, width).utf8)
        }
        while divisor > 0 {
            bytes.append(48 + UInt8(rest / divisor))
            (divisor, rest) = (divisor / 10, rest % divisor)
        }
    }

    mutating func add(day parts: Timestamp.Parts) {
        add(parts.year, 4)
        add("-")
        add(parts.month, 2)
        add("-")
        add(parts.day, 2)
    }

    mutating func add(clock parts: Timestamp.Parts) {
        add(parts.hour, 2)
        add(":")
        add(parts.minute, 2)
    }
}

private struct DigitScan {
    private var rest: ArraySlice<UInt8>
    init(_ text: some StringProtocol) { rest = Array(text.utf8)[...] }
    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ character: Character) -> Bool {
        guard let byte = character.asciiValue, rest.first == byte else { return false }
        rest = rest.dropFirst()
        return true
    }

    mutating func number(_ digits: Int) -> Int? {
        guard rest.count >= digits else { return nil }
        var value = 0
        for byte in rest.prefix(digits) {
            guard (48...57).contains(byte) else { return nil }
            value = value * 10 + Int(byte - 48)
        }
        rest = rest.dropFirst(digits)
        return value
    }

    mutating func fraction() -> Int? {
        let digits = rest.prefix { (48...57).contains($0) }
        guard !digits.isEmpty else { return nil }
        rest = rest.dropFirst(digits.count)
        var value = 0
        for place in 0..<6 {
            let digit = place < digits.count ? Int(digits[digits.startIndex + place] - 48) : 0
            value = value * 10 + digit
        }
        return value
    }
}

/// `number` with leading zeros, at least `width` digits.
package func pad(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return digits.count >= width ? digits : String(repeating: "0", count: width - digits.count) + digits
}

func daysInMonth(_ month: Int, of year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
}

func daysFromCivil(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
}

func civil(fromDays days: Int) -> (year: Int, month: Int, day: Int) {
    let z = days + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthIndex = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthIndex + 2) / 5 + 1
    let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
}
