/// When somebody works: hours of a day, by the clock of where they are, on Monday to Friday or every day.
package struct Shift: Hashable, Sendable {
    /// How many minutes the clock there is ahead of UTC.
    package var offset: Int
    /// The first minute of the day.
    package var begins: Int
    /// The minute after the last.
    package var ends: Int
    /// Whether Saturday and Sunday are days of work.
    package var isWeekendToo: Bool

    /// A shift of a zone, from nine to half past five unless said otherwise.
    package init(offset: Int, begins: Int = 9 * 60, ends: Int = 17 * 60 + 30, isWeekendToo: Bool = false) {
        (self.offset, self.begins, self.ends, self.isWeekendToo) = (offset, begins, ends, isWeekendToo)
    }

    private static let minute: Int64 = 60_000_000

    /// The first moment at or after another one at which somebody of this shift is there.
    package func next(from moment: Timestamp) -> Timestamp {
        var (day, minutes) = local(moment)
        if minutes < begins {
            minutes = begins
        } else if minutes < ends, isWorked(day) {
            return moment
        } else if minutes >= ends {
            (day, minutes) = (day + 1, begins)
        }
        while !isWorked(day) { (day, minutes) = (day + 1, begins) }
        let rest = moment.microseconds % Self.minute
        return Timestamp(
            microseconds: (Int64(day) * 1440 + Int64(minutes - offset)) * Self.minute + max(0, rest))
    }

    /// The moment at which so many minutes of the shift have passed since another one.
    package func adding(minutes: Int, to moment: Timestamp) -> Timestamp {
        var now = next(from: moment)
        var rest = minutes
        while true {
            let left = ends - local(now).minutes
            if rest < left { return now.adding(seconds: Int64(rest) * 60) }
            rest -= left
            now = next(from: now.adding(seconds: Int64(left) * 60))
        }
    }

    /// Whether somebody of this shift is there.
    package func covers(_ moment: Timestamp) -> Bool { next(from: moment) == moment }

    private func isWorked(_ day: Int) -> Bool {
        // The first of January 1970 was a Thursday.
        isWeekendToo || ((day % 7) + 10) % 7 < 5
    }

    private func local(_ moment: Timestamp) -> (day: Int, minutes: Int) {
        let minutes = Int((moment.microseconds / Self.minute)) + offset
        let day = minutes >= 0 ? minutes / 1440 : (minutes - 1439) / 1440
        return (day, minutes - day * 1440)
    }
}
