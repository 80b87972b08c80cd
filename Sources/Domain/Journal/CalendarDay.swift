/// A day of the calendar without a time: "2027-03-31".
package struct CalendarDay: Hashable, Comparable, Sendable {
    /// The day as it is stored.
    package var text: String

    /// Reads "2027-03-31"; nil for a day that does not exist.
    package init?(_ text: String) {
        let trimmed = text.trimmingWhitespace
        guard trimmed.utf8.count == 10, Timestamp("\(trimmed)T00:00:00Z")?.day == trimmed else { return nil }
        self.text = trimmed
    }

    /// The day, in UTC, on which a moment lies.
    package init(_ moment: Timestamp) { text = moment.day }

    package static func < (left: Self, right: Self) -> Bool { left.text < right.text }

    /// The first moment of the day, in UTC.
    package var start: Timestamp { Timestamp("\(text)T00:00:00Z") ?? Timestamp(microseconds: 0) }

    /// Whole days from `other` to this day; negative where it lies before.
    package func days(since other: CalendarDay) -> Int {
        Int(start.seconds(since: other.start) / 86_400)
    }
}
