/// When work is done: hours of a week in a zone, with holidays; always; or wherever one of several is open.
///
/// A calendar is what policy says. `WorkingHours` is the same, ready to be asked.
package struct BusinessCalendar: Sendable, Hashable {
    /// Minutes of a local day: 540..<1020 for nine to five.
    ///
    /// The day ends at 1440.
    package typealias Minutes = Range<Int>

    /// What opens it.
    package enum Opening: Sendable, Hashable {
        /// Around the clock, every day.
        case always
        /// Hours of a week.
        case weekly(Week)
        /// Whenever one of these calendars is open: follow the sun.
        case union([String])
    }

    /// The hours of a week in a zone.
    package struct Week: Sendable, Hashable {
        /// The name of the zone.
        package var zone: String
        /// The hours of each day from Monday to Sunday; none where it is closed.
        package var days: [[Minutes]]
        /// The days on which other hours count.
        package var holidays: [Holiday]

        /// A week with all parts.
        package init(zone: String, days: [[Minutes]], holidays: [Holiday] = []) {
            (self.zone, self.days, self.holidays) = (zone, days, holidays)
        }
    }

    /// Days on which other hours count than those of the week: none, or shorter ones.
    package struct Holiday: Sendable, Hashable {
        /// When it is.
        package enum Day: Sendable, Hashable {
            /// From one day to another, both counted, as days since 1970.
            case dates(ClosedRange<Int>)
            /// The same day each year.
            case yearly(month: Int, day: Int)
        }

        /// What people call it.
        package var name: String
        /// When it is.
        package var day: Day
        /// The hours that are left; none where nobody works.
        package var hours: [Minutes]

        /// A holiday with all parts.
        package init(name: String, day: Day, hours: [Minutes] = []) {
            (self.name, self.day, self.hours) = (name, day, hours)
        }
    }

    /// Stored and sent: "business_hours".
    package var id: String
    /// Shown.
    package var name: String
    /// What opens it.
    package var opening: Opening

    /// A calendar with all parts.
    package init(id: String, name: String, opening: Opening) {
        (self.id, self.name, self.opening) = (id, name, opening)
    }

    /// The calendar that never closes, which every policy may name.
    package static let always = BusinessCalendar(id: "always", name: "Around the clock", opening: .always)

    /// Hours from Monday to Friday.
    package static func workingDays(_ hours: [Minutes]) -> [[Minutes]] {
        Array(repeating: hours, count: 5) + [[], []]
    }
}

extension BusinessCalendar {
    /// Minutes written as “09:00-17:30”; nil where they are not.
    ///
    /// “24:00” is the end of the day.
    package static func minutes(_ text: some StringProtocol) -> Minutes? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let start = minute(ends[0]), let end = minute(ends[1]), start < end else {
            return nil
        }
        return start..<end
    }

    private static func minute(_ text: some StringProtocol) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...2).contains(parts[0].count), parts[1].count == 2,
            let hour = Int(parts[0]), let minute = Int(parts[1]), (0..<60).contains(minute),
            (0...24).contains(hour), hour * 60 + minute <= 1440
        else { return nil }
        return hour * 60 + minute
    }

    /// The days from Monday as they are written in policy.
    package static let weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    /// The days that “mon”, “mon-fri” or “sat-sun” names, 0 for Monday; nil where it names none.
    package static func days(_ text: String) -> [Int]? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map {
            weekdays.firstIndex(of: String($0))
        }
        guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2 else { return nil }
        return first <= last ? Array(first...last) : Array(first...6) + Array(0...last)
    }
}

extension BusinessCalendar.Holiday.Day {
    /// Reads “2026-12-25”, “2026-12-24..2026-12-31”, or “12-25” for every year; nil for anything else.
    package init?(_ text: String) {
        if let yearly = Self.yearly(text) {
            self = yearly
            return
        }
        let parts = text.replacing("..", with: "\u{1F}").split(
            separator: "\u{1F}", omittingEmptySubsequences: false)
        let days = parts.map { CalendarDay(String($0)).map(Self.number) }
        guard (1...2).contains(days.count), let first = days.first ?? nil, let last = days.last ?? nil,
            first <= last, last - first < 366
        else { return nil }
        self = .dates(first...last)
    }

    private static func yearly(_ text: String) -> Self? {
        guard text.utf8.count == 5, let day = CalendarDay("2000-\(text)") else { return nil }
        let parts = day.start.parts
        return .yearly(month: parts.month, day: parts.day)
    }

    private static func number(_ day: CalendarDay) -> Int {
        Int(day.start.microseconds / 86_400_000_000)
    }

    /// Whether a day, counted from 1970, belongs to it.
    func holds(_ day: Int, month: Int, dayOfMonth: Int) -> Bool {
        switch self {
        case .dates(let days): days.contains(day)
        case .yearly(let wantedMonth, let wantedDay): wantedMonth == month && wantedDay == dayOfMonth
        }
    }

    /// A day that belongs to this one and to another; nil where they share none.
    func shared(with other: Self) -> CalendarDay? {
        switch (self, other) {
        case (.dates(let mine), .dates(let theirs)):
            mine.overlaps(theirs) ? Self.day(max(mine.lowerBound, theirs.lowerBound)) : nil
        case (.yearly(let month, let day), .yearly(let otherMonth, let otherDay)):
            month == otherMonth && day == otherDay
                ? CalendarDay("2000-\(pad(month, 2))-\(pad(day, 2))") : nil
        case (.dates(let days), .yearly(let month, let day)), (.yearly(let month, let day), .dates(let days)):
            days.first { number in
                let date = civil(fromDays: number)
                return date.month == month && date.day == day
            }.flatMap(Self.day)
        }
    }

    private static func day(_ number: Int) -> CalendarDay? {
        CalendarDay(Timestamp(microseconds: Int64(number) * 86_400_000_000))
    }
}
