/// What the times of a log rest on: what the lines say, and what had to be inferred.
public struct LogTimeBasis: Sendable, Equatable {
    /// What lines say of their day.
    public enum Day: String, Sendable {
        /// Year, month and day.
        case stated
        /// Month and day; the year comes from the reference time.
        case withoutYear
        /// Only a time of day; the day comes from the reference time.
        case withoutDate
        /// Seconds since a start that nobody names; times count from 1970.
        case sinceStart
        /// No time at all.
        case none
    }

    /// What most lines say of their day.
    public var day = Day.none
    /// Whether some lines name a zone.
    public var hasZone = false
    /// Whether some lines with a time name no zone, so that `assumedZone` holds for them.
    public var lacksZone = false
    /// Whether dates stand with a time of day, so that one without it is damaged or something else.
    var hasTimeOfDay = false
    /// Seconds east of Greenwich for lines that name no zone.
    public var assumedZone: Int32 = 0
    /// The order of dates that are three numbers, where there are such.
    public var dateOrder: DateOrder?
    /// What times without year or day were set against: when the file was written, or now.
    public var reference: Int64?

    /// Where in the file which year or day was in force, so that parts can be read apart.
    var anchors: [Anchor] = []
    struct Anchor: Sendable, Equatable {
        var offset: Int
        /// The year of lines without one.
        var year: Int32
        /// Days since 1970 of lines without a date.
        var day: Int64
        /// Month and day, or the time of day, of the last line before.
        var last: Int64
    }

    /// What was inferred, in sentences for people.
    public var notes: [String] {
        var notes: [String] = []
        switch day {
        case .stated: break
        case .withoutYear:
            notes.append(
                reference == nil
                    ? "Lines name no year, and nothing else does: years are counted from 1970."
                    : "Lines name no year: it is inferred from when the log was written.")
        case .withoutDate:
            notes.append(
                reference == nil
                    ? "Lines name no date: days are counted from 1970-01-01."
                    : "Lines name no date: it is inferred from when the log was written.")
        case .sinceStart: notes.append("Times count from a start that the log does not name.")
        case .none: notes.append("No line begins with a time.")
        }
        if lacksZone, day != .sinceStart, day != .none {
            let zone = assumedZone == 0 ? "UTC" : Self.name(ofZone: assumedZone)
            notes.append(
                hasZone
                    ? "Some lines name no time zone: those are read as \(zone)."
                    : "No line names a time zone: times are read as \(zone).")
        }
        if let dateOrder { notes.append("Dates are read as \(dateOrder.rawValue).") }
        return notes
    }

    private static func name(ofZone seconds: Int32) -> String {
        let minutes = abs(seconds) / 60
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(seconds < 0 ? "-" : "+")\(two(minutes / 60)):\(two(minutes % 60))"
    }
}
