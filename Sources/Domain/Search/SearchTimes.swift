/// Reads what a search says of time: days, months, moments, ranges and ages.
struct SearchTimes {
    let now: Timestamp

    /// The stretch that a value and its comparison mean; the end does not belong to it.
    ///
    /// An age is measured backwards from now: `<2d` is younger than two days, `>2d` older. For what lies ahead (due,
    /// promised) it is measured forwards: `<2d` is within the next two days.
    func stretch(
        _ comparison: SearchExpression.Comparison, _ value: SearchExpression.Value, isAhead: Bool
    ) throws(SearchProblem) -> (from: Timestamp?, until: Timestamp?) {
        if let range = try range(value) {
            guard comparison == .equal else {
                throw SearchProblem("range_compared", "A range takes no < or >.", column: value.column)
            }
            return range
        }
        if let seconds = Self.seconds(value.text) {
            return age(seconds, comparison, isAhead: isAhead)
        }
        guard let span = span(value.text) else { throw notATime(value) }
        return switch comparison {
        case .equal: (span.from, span.until)
        case .below: (nil, span.from)
        case .atMost: (nil, span.until)
        case .above: (span.until, nil)
        case .atLeast: (span.from, nil)
        }
    }

    private func age(
        _ seconds: Int64, _ comparison: SearchExpression.Comparison, isAhead: Bool
    ) -> (from: Timestamp?, until: Timestamp?) {
        let edge = now.adding(seconds: isAhead ? seconds : -seconds)
        let isWithin = comparison == .below || comparison == .atMost || comparison == .equal
        if isAhead { return isWithin ? (now, edge) : (edge, nil) }
        return isWithin ? (edge, nil) : (nil, edge)
    }

    private func range(
        _ value: SearchExpression.Value
    ) throws(SearchProblem) -> (from: Timestamp?, until: Timestamp?)? {
        guard let dots = value.text.firstRange(of: "..") else { return nil }
        let sides = [value.text[..<dots.lowerBound], value.text[dots.upperBound...]].map(String.init)
        let open = ["", "*"]
        let spans = sides.map { open.contains($0) ? nil : span($0) }
        for (side, span) in zip(sides, spans) where span == nil && !open.contains(side) {
            throw notATime(value)
        }
        if let from = spans[0]?.from, let until = spans[1]?.until, from >= until {
            throw SearchProblem("empty_range", "This range ends before it begins.", column: value.column)
        }
        return (spans[0]?.from, spans[1]?.until)
    }

    /// A day, a month, a year, a named day or a moment as a stretch; a moment lasts a second, or as long as was said.
    private func span(_ text: String) -> (from: Timestamp, until: Timestamp)? {
        let today = Timestamp(
            microseconds: now.microseconds - Self.remainder(now.microseconds, 86_400_000_000))
        switch text.lowercased() {
        case "today": return (today, today.adding(seconds: 86_400))
        case "yesterday": return (today.adding(seconds: -86_400), today)
        case "tomorrow": return (today.adding(seconds: 86_400), today.adding(seconds: 2 * 86_400))
        case "now": return (now, now)
        default: break
        }
        let numbers = text.split(separator: "-").map { Int($0) }
        switch (text.count, numbers.count) {
        case (4, 1): return years(numbers[0])
        case (7, 2): return months(numbers[0], numbers[1])
        case (10, 3):
            guard let day = Timestamp(text + "T00:00:00Z") else { return nil }
            return (day, day.adding(seconds: 86_400))
        default:
            guard let moment = Timestamp(text) else { return nil }
            return (moment, moment.adding(seconds: text.count <= 16 ? 60 : 1))
        }
    }

    private func years(_ year: Int?) -> (from: Timestamp, until: Timestamp)? {
        guard let year, let from = Timestamp("\(pad(year, 4))-01-01T00:00:00Z"),
            let until = Timestamp("\(pad(year + 1, 4))-01-01T00:00:00Z")
        else { return nil }
        return (from, until)
    }

    private func months(_ year: Int?, _ month: Int?) -> (from: Timestamp, until: Timestamp)? {
        guard let year, let month, let from = Timestamp("\(pad(year, 4))-\(pad(month, 2))-01T00:00:00Z")
        else {
            return nil
        }
        let next = month == 12 ? (year + 1, 1) : (year, month + 1)
        return Timestamp("\(pad(next.0, 4))-\(pad(next.1, 2))-01T00:00:00Z").map { (from, $0) }
    }

    /// The seconds of an age such as "90m", "36h", "2d" or "3w".
    static func seconds(_ text: String) -> Int64? {
        let units: [Character: Int64] = ["m": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": 31_536_000]
        guard let last = text.last, let unit = units[last], let count = Int64(text.dropLast()), count >= 0,
            count < 100_000
        else { return nil }
        return count * unit
    }

    private static func remainder(_ value: Int64, _ divisor: Int64) -> Int64 {
        let rest = value % divisor
        return rest < 0 ? rest + divisor : rest
    }

    private func notATime(_ value: SearchExpression.Value) -> SearchProblem {
        SearchProblem(
            "not_a_time",
            "“\(value.text)” is not a time. Write 2026-11-20, 2026-11, 2026-11-01..2026-11-15, today, or an age such as <2d.",
            column: value.column)
    }
}
