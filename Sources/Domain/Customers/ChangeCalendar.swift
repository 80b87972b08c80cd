package import Diagnosis

/// When a customer allows changes to what it runs: windows of the week, and freezes in which nothing may change.
package struct ChangeCalendar: Equatable, Sendable {
    /// Days on which nothing may change.
    package struct Freeze: Hashable, Sendable {
        /// The days: "2026-12-15..2027-01-05", or "12-24" for every year.
        package var days: String
        /// What people call it.
        package var name: String

        /// A freeze with all parts.
        package init(days: String, name: String) { (self.days, self.name) = (days, name) }

        /// As people write it: "2026-12-15..2027-01-05 Year-end freeze".
        package var text: String { name.isEmpty ? days : "\(days) \(name)" }

        /// Reads what people write; nil where it does not begin with days.
        package init?(text: String) {
            let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
            guard let days = parts.first, BusinessCalendar.Holiday.Day(days) != nil else { return nil }
            self.init(days: days, name: parts.count > 1 ? parts[1] : "")
        }
    }

    /// The zone of the customer's days: "Europe/Berlin".
    package var zone: String
    /// The windows, as they are written: "sat-sun 20:00-24:00"; any time where there are none.
    package var windows: [String]
    /// The freezes.
    package var freezes: [Freeze]

    /// A calendar with all parts.
    package init(zone: String, windows: [String] = [], freezes: [Freeze] = []) {
        (self.zone, self.windows, self.freezes) = (zone, windows, freezes)
    }

    /// The windows and freezes, as they are written.
    package var parts: [String] { windows + freezes.map(\.text) }

    /// Whether changes are allowed at any time.
    package var isEmpty: Bool { windows.isEmpty && freezes.isEmpty }

    /// Days and hours of a window; nil where it is not written as “sat-sun 20:00-24:00”.
    package static func window(_ text: String) -> (days: [Int], minutes: BusinessCalendar.Minutes)? {
        let parts = text.split(separator: " ").map(String.init)
        guard parts.count == 2, let days = BusinessCalendar.days(parts[0].lowercased()),
            let minutes = BusinessCalendar.minutes(parts[1])
        else { return nil }
        return (days, minutes)
    }

    /// The hours in which changes are allowed, as a calendar that clocks can be asked by.
    /// - Parameter version: which of the customer's change calendars it is.
    package func calendar(version: Int) -> BusinessCalendar {
        var days: [[BusinessCalendar.Minutes]] = Array(repeating: windows.isEmpty ? [0..<1440] : [], count: 7)
        for window in windows.compactMap(Self.window) {
            for day in window.days { days[day].append(window.minutes) }
        }
        let holidays = freezes.compactMap { freeze in
            BusinessCalendar.Holiday.Day(freeze.days).map {
                BusinessCalendar.Holiday(name: freeze.name, day: $0)
            }
        }
        return BusinessCalendar(
            id: "change_calendar_\(version)", name: "Change windows",
            opening: .weekly(.init(zone: zone, days: days, holidays: holidays)))
    }

    /// The calendar as it is stored.
    package var json: JSON {
        [
            "zone": .string(zone), "windows": .array(windows.map(JSON.string)),
            "freezes": .array(freezes.map { .string($0.text) }),
        ]
    }

    /// The calendar that was stored with these members.
    package init(_ body: FactBody) throws {
        self.init(
            zone: try body.text("zone"), windows: body.texts("windows"),
            freezes: body.texts("freezes").compactMap { Freeze(text: $0) })
    }
}

/// A customer's change calendar made ready to be asked.
package struct ChangeHours: Sendable {
    /// Which of the customer's change calendars it is, from 1.
    package let version: Int
    /// When changes are allowed.
    package let hours: WorkingHours
    private let calendar: ChangeCalendar
    private let zone: ZoneRules

    /// Makes a calendar ready.
    /// - Throws: what is wrong with it: an unknown zone, hours that overlap, a day that is in two freezes.
    package init(_ calendar: ChangeCalendar, version: Int, zones: ZoneTable) throws(CalendarProblem) {
        let made = calendar.calendar(version: version)
        guard let hours = try WorkingHours.compile([made], zones: zones)[made.id],
            let zone = zones[calendar.zone]
        else { throw CalendarProblem(made.id, "cannot be read") }
        (self.version, self.hours, self.calendar, self.zone) = (version, hours, calendar, zone)
    }

    /// Why nothing may change at a moment, and when it may again; nil where changes are allowed.
    package func closure(at moment: Timestamp) -> Closure? {
        guard !hours.isOpen(at: moment) else { return nil }
        let seconds = moment.microseconds / 1_000_000
        let local = Timestamp(microseconds: (seconds + zone.offset(at: seconds)) * 1_000_000)
        let (parts, number) = (local.parts, Int(CalendarDay(local).start.microseconds / 86_400_000_000))
        let freeze = calendar.freezes.first {
            BusinessCalendar.Holiday.Day($0.days)?.holds(number, month: parts.month, dayOfMonth: parts.day)
                ?? false
        }
        return Closure(freeze: freeze, opensAt: hours.nextOpening(from: moment))
    }

    /// Why nothing may change.
    package struct Closure: Equatable, Sendable {
        /// The freeze; nil where it is only outside the windows.
        package var freeze: ChangeCalendar.Freeze?
        /// When changes are allowed again; nil where that is never.
        package var opensAt: Timestamp?

        /// In words: "the freeze “Year end”", "outside their change windows".
        package var words: String {
            guard let freeze else { return "outside their change windows" }
            return freeze.name.isEmpty ? "in a freeze" : "in the freeze “\(freeze.name)”"
        }
    }
}
