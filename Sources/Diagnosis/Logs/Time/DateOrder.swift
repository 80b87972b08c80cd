/// In which order the numbers of a date stand.
public enum DateOrder: String, Sendable, CaseIterable {
    case yearMonthDay = "year-month-day"
    case dayMonthYear = "day-month-year"
    case monthDayYear = "month-day-year"

    /// Year, month and day of three numbers in this order, if they are a date.
    func date(_ numbers: (Int32, Int32, Int32)) -> (year: Int32, month: Int32, day: Int32)? {
        let (first, second, third) = numbers
        let date =
            switch self {
            case .yearMonthDay: (first, second, third)
            case .dayMonthYear: (third, second, first)
            case .monthDayYear: (third, first, second)
            }
        guard (1...12).contains(date.1), (1...31).contains(date.2) else { return nil }
        return (date.0 < 100 ? 2000 + date.0 : date.0, date.1, date.2)
    }

    /// The order in which dates were most probably written.
    ///
    /// An order that makes a wrong date of one of them is out. Of the others days change more often than
    /// months and months more often than years; what that leaves open is settled by habit: dots and dashes
    /// with the day first, slashes with the month first, two-digit years in front where they can be.
    /// - Parameter hasDots: whether dots stand between the numbers.
    static func likely(_ dates: [(Int32, Int32, Int32)], hasDots: Bool) -> DateOrder {
        let isYearLast = dates.contains { $0.2 > 99 }
        let isYearless = dates.allSatisfy { $0.2 == 0 }
        let habits: [DateOrder] =
            isYearLast || isYearless
            ? (hasDots ? [.dayMonthYear, .monthDayYear] : [.monthDayYear, .dayMonthYear])
            : [.yearMonthDay, .dayMonthYear, .monthDayYear]
        var changes = (0, 0, 0)
        for (last, next) in zip(dates, dates.dropFirst()) {
            if last.0 != next.0 { changes.0 += 1 }
            if last.1 != next.1 { changes.1 += 1 }
            if last.2 != next.2 { changes.2 += 1 }
        }
        var best = habits[0]
        var bestScore = Int.min
        for order in habits where dates.allSatisfy({ order.date($0) != nil }) {
            let score =
                switch order {
                case .yearMonthDay: changes.2 - changes.0
                case .dayMonthYear: changes.0 - max(changes.1, changes.2)
                case .monthDayYear: changes.1 - max(changes.0, changes.2)
                }
            if score > bestScore { (best, bestScore) = (order, score) }
        }
        return best
    }
}
