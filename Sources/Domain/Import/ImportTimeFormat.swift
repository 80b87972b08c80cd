/// How a file writes moments.
package struct ImportTimeFormat: Equatable, Sendable {
    /// The order of the parts.
    package enum Order: String, Sendable, CaseIterable {
        /// `2016-02-29T01:16:00Z`
        case rfc3339
        /// `29-02-2016 01:16`
        case dayFirst = "day_first"
        /// `2/29/2016 1:16 PM`
        case monthFirst = "month_first"
    }

    /// The order of the parts.
    package var order = Order.rfc3339
    /// Minutes that the file's clock is ahead of UTC, where a moment does not say so itself.
    package var offsetMinutes = 0

    /// RFC 3339 in UTC.
    package init() {}

    /// Moments in this order, on a clock so many minutes ahead of UTC.
    package init(_ order: Order, offsetMinutes: Int = 0) {
        (self.order, self.offsetMinutes) = (order, offsetMinutes)
    }

    /// An example, for messages.
    package var example: String {
        switch order {
        case .rfc3339: "2016-02-29T01:16:00Z"
        case .dayFirst: "29-02-2016 01:16"
        case .monthFirst: "02/29/2016 01:16 PM"
        }
    }

    /// The moment that `text` names, or nil.
    package func moment(_ text: String) -> Timestamp? {
        let text = text.trimmingWhitespace
        switch order {
        case .rfc3339:
            let full = text.utf8.count == 10 ? text + "T00:00" : text
            guard let moment = Timestamp(full) else { return nil }
            return saysItsZone(full) ? moment : moment.adding(seconds: Int64(-offsetMinutes * 60))
        case .dayFirst, .monthFirst:
            return parts(text)?.adding(seconds: Int64(-offsetMinutes * 60))
        }
    }

    private func saysItsZone(_ text: String) -> Bool {
        guard let last = text.last else { return false }
        return last == "Z" || last == "z" || text.dropFirst(10).contains { $0 == "+" || $0 == "-" }
    }

    /// Reads three numbers of a date, then perhaps two or three of a time, then perhaps AM or PM.
    private func parts(_ text: String) -> Timestamp? {
        let words = text.split(whereSeparator: { $0 == " " || $0 == "T" })
        guard let date = words.first.flatMap({ Self.numbers($0, separators: "-/.") }), date.count == 3,
            date[2] >= 1000, words.count <= 3
        else { return nil }
        var time = [0, 0, 0]
        if words.count > 1 {
            guard let given = Self.numbers(words[1], separators: ":"), (2...3).contains(given.count) else {
                return nil
            }
            time = given + (given.count == 2 ? [0] : [])
        }
        if words.count == 3 {
            guard (1...12).contains(time[0]) else { return nil }
            switch words[2].lowercased() {
            case "am": time[0] %= 12
            case "pm": time[0] = time[0] % 12 + 12
            default: return nil
            }
        }
        let (day, month) = order == .dayFirst ? (date[0], date[1]) : (date[1], date[0])
        return Timestamp(
            year: date[2], month: month, day: day, hour: time[0], minute: time[1], second: time[2])
    }

    private static func numbers(_ text: Substring, separators: String) -> [Int]? {
        var numbers: [Int] = []
        for part in text.split(omittingEmptySubsequences: false, whereSeparator: { separators.contains($0) })
        {
            guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy({ (48...57).contains($0) }),
                let number = Int(part)
            else { return nil }
            numbers.append(number)
        }
        return numbers
    }
}
