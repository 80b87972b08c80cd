/// Turns stamps into microseconds since 1970 in UTC, line by line in the order of the log.
///
/// Lines without a year turn the year when the month jumps back by half a year; lines without a date turn
/// the day when the time of day jumps back by half a day. A second 60 is the first of the next minute.
struct TimeReader {
    private let zone: Int64
    private let order: DateOrder?
    private let hasTimeOfDay: Bool
    private var year: Int32
    private var day: Int64
    /// The last place in the year or in the day, in microseconds; negative before the first.
    private var lastInYear: Int64 = -1
    private var lastInDay: Int64 = -1
    private var cachedDate: (year: Int32, month: Int32, day: Int32) = (0, 0, 0)
    private var cachedDays: Int64?

    /// What the entry of journald said so far in which the reader stands.
    var entry = JournaldEntry()

    private static let dayLength = CivilTime.microsecondsPerDay

    /// A reader from `offset` of the log on.
    init(_ basis: LogTimeBasis, from offset: Int = 0) {
        zone = Int64(basis.assumedZone) * 1_000_000
        order = basis.dateOrder
        hasTimeOfDay = basis.hasTimeOfDay
        let anchor = basis.anchors.last { $0.offset <= offset } ?? basis.anchors.first
        year = anchor?.year ?? 1970
        day = anchor?.day ?? 0
        if let anchor, anchor.offset <= offset {
            if basis.day == .withoutYear { lastInYear = anchor.last }
            if basis.day == .withoutDate { lastInDay = anchor.last }
        }
    }

    /// Everything that decides how the next line is read, so that reading can begin again in the middle.
    struct State: Hashable, Sendable {
        var year: Int32
        var day: Int64
        var lastInYear: Int64
        var lastInDay: Int64
        var entry = JournaldEntry()
    }

    /// A reader that goes on where another one stood.
    init(_ basis: LogTimeBasis, _ state: State) {
        zone = Int64(basis.assumedZone) * 1_000_000
        order = basis.dateOrder
        hasTimeOfDay = basis.hasTimeOfDay
        (year, day) = (state.year, state.day)
        (lastInYear, lastInDay) = (state.lastInYear, state.lastInDay)
        entry = state.entry
    }

    /// Where this reader stands.
    var state: State {
        State(year: year, day: day, lastInYear: lastInYear, lastInDay: lastInDay, entry: entry)
    }

    /// Year in force, day in force and the last place in them, to go on from elsewhere.
    func anchor(at offset: Int, _ kind: LogTimeBasis.Day) -> LogTimeBasis.Anchor {
        .init(offset: offset, year: year, day: day, last: kind == .withoutYear ? lastInYear : lastInDay)
    }

    /// Days since 1970; nil for a day that the month does not have.
    @inline(__always)
    private mutating func days(_ year: Int32, _ month: Int32, _ day: Int32) -> Int64? {
        if cachedDate == (year, month, day) { return cachedDays }
        cachedDate = (year, month, day)
        let days = CivilTime.days(year: year, month: month, day: day)
        cachedDays = day <= 28 || CivilTime.date(days: days).day == Int(day) ? days : nil
        return cachedDays
    }

    /// The time of a line by the stamps in its head, or nil where none says one.
    @inline(__always)
    mutating func time(_ scanner: borrowing FieldScanner, columns: Int) -> Int64? {
        let count = scanner.stamps(before: columns)
        guard count > 0 else { return nil }
        if count == 1 { return time(scanner.stamp(0)) }
        return time(best(scanner, count))
    }

    /// The stamp of several that says most; a date and a time apart are put together.
    private func best(_ scanner: borrowing FieldScanner, _ count: Int) -> Stamp {
        var best = scanner.stamp(0)
        var bestRank = rank(best)
        for index in 1..<count {
            let next = scanner.stamp(index)
            let rank = rank(next)
            if bestRank <= 2, best.parts.contains(.date) != next.parts.contains(.date),
                best.parts.contains(.date) || next.parts.contains(.date),
                best.parts.contains(.time) != next.parts.contains(.time)
            {
                var date = best.parts.contains(.date) ? best : next
                let time = best.parts.contains(.time) ? best : next
                (date.hour, date.minute, date.second) = (time.hour, time.minute, time.second)
                (date.microsecond, date.zoneSeconds) = (time.microsecond, time.zoneSeconds)
                date.parts.formUnion(time.parts)
                return date
            }
            if rank > bestRank { (best, bestRank) = (next, rank) }
        }
        return best
    }

    private func rank(_ stamp: Stamp) -> Int {
        if stamp.parts.isSuperset(of: [.date, .time, .year]) { return stamp.microsecond > 0 ? 6 : 5 }
        if stamp.parts.contains(.epoch) { return 4 }
        if stamp.parts.isSuperset(of: [.date, .time]) { return 3 }
        if stamp.parts.contains(.date) { return 2 }
        return stamp.parts.contains(.time) ? 1 : 0
    }

    /// The time that one stamp says; nil where it is damaged: a date alone where dates stand with times, or no such day.
    @inline(__always)
    mutating func time(_ stamp: Stamp) -> Int64? {
        if stamp.parts.contains(.epoch) || stamp.parts.contains(.uptime) { return stamp.count }
        let seconds = Int64(stamp.hour) * 3600 + Int64(stamp.minute) * 60 + Int64(stamp.second)
        let inDay = seconds * 1_000_000 + Int64(stamp.microsecond)
        let shift = stamp.parts.contains(.zone) ? Int64(stamp.zoneSeconds) * 1_000_000 : zone
        guard stamp.parts.contains(.date) else { return timeOfDay(inDay) - shift }
        if hasTimeOfDay, !stamp.parts.contains(.time) { return nil }
        var (year, month, day) = (stamp.year, stamp.month, stamp.day)
        if stamp.parts.contains(.isAmbiguous), let order, let date = order.date(stamp.numbers) {
            (month, day) = (date.month, date.day)
            if stamp.parts.contains(.year) { year = date.year }
        }
        if !stamp.parts.contains(.year) { year = yearOf(month, day, inDay) }
        return days(year, month, day).map { $0 * Self.dayLength + inDay - shift }
    }

    private mutating func yearOf(_ month: Int32, _ day: Int32, _ inDay: Int64) -> Int32 {
        let half = 183 * Self.dayLength
        let place = (Int64(month - 1) * 31 + Int64(day - 1)) * Self.dayLength + inDay
        defer { lastInYear = place }
        guard lastInYear >= 0 else { return year }
        if place < lastInYear - half {
            year += 1
        } else if place > lastInYear + half {
            // A straggler from before the turn.
            year -= 1
        }
        return year
    }

    private mutating func timeOfDay(_ inDay: Int64) -> Int64 {
        let half = Self.dayLength / 2
        defer { lastInDay = inDay }
        if lastInDay >= 0 {
            if inDay < lastInDay - half {
                day += 1
            } else if inDay > lastInDay + half {
                day -= 1
            }
        }
        return day * Self.dayLength + inDay
    }
}
