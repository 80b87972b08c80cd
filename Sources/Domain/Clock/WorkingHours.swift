import Synchronization

/// A business calendar made ready to be asked: how much working time lies in a span, and when so much has passed.
///
/// An instant is working time if the clocks of the zone show a time that is open on the day they show. So an hour that
/// comes twice in autumn counts twice, one that is left out in spring does not count, and a day that a zone left out
/// has no working time.
///
/// Each year of UTC is worked out when it is first asked for, as sorted spans with running sums, and kept; so answers
/// are binary searches. What is kept is a function of the calendar alone, and at most `years` of it.
package final class WorkingHours: Sendable {
    /// An open span, in microseconds since 1970, and the working time of its year before it.
    private struct Span: Sendable {
        var start: Int64
        var end: Int64
        var before: Int64
    }

    private struct Year: Sendable {
        var spans: [Span]
        var total: Int64
    }

    private enum Source: Sendable {
        case always
        case weekly(BusinessCalendar.Week, ZoneRules)
        case union([WorkingHours])
        case both(WorkingHours, WorkingHours)
    }

    /// The years that have hours; before and after them everything is closed.
    package static let years = 1970...2199

    /// The calendar.
    package let calendar: BusinessCalendar
    private let source: Source
    private let made: Mutex<[Year?]>

    /// Its identifier: "business_hours".
    package var id: String { calendar.id }

    private init(_ calendar: BusinessCalendar, _ source: Source) {
        (self.calendar, self.source) = (calendar, source)
        made = Mutex(Array(repeating: nil, count: Self.years.count))
    }

    /// The calendar that never closes.
    package static let always = WorkingHours(.always, .always)

    /// Whether they are open at the same times, as far as what they are made of says: a union by its members, whatever their
    /// names.
    package func areOpen(like other: WorkingHours) -> Bool {
        if self === other { return true }
        switch (source, other.source) {
        case (.always, .always): return true
        case (.weekly, .weekly): return calendar.opening == other.calendar.opening
        case (.union(let ours), .union(let theirs)):
            return ours.count == theirs.count && zip(ours, theirs).allSatisfy { $0.areOpen(like: $1) }
        case (.both(let one, let two), .both(let three, let four)):
            return one.areOpen(like: three) && two.areOpen(like: four)
        default: return false
        }
    }

    /// The part of these hours that lies in others; it goes by the name of these.
    package func limited(to others: WorkingHours) -> WorkingHours {
        WorkingHours(calendar, .both(self, others))
    }

    /// Calendars made ready, by identifier.
    ///
    /// `always` is among them, whatever the others are.
    /// - Parameter zones: where the zones are looked up that weeks name.
    /// - Throws: the first mistake: an unknown zone, a calendar without hours, overlapping hours or holidays, a union
    ///   of what there is not or of itself.
    package static func compile(
        _ calendars: [BusinessCalendar], zones: ZoneTable
    ) throws(CalendarProblem) -> [String: WorkingHours] {
        var ready = [always.id: always]
        var waiting = calendars
        while !waiting.isEmpty {
            var left: [BusinessCalendar] = []
            for calendar in waiting {
                if case .union(let names) = calendar.opening, names.contains(where: { ready[$0] == nil }),
                    names.allSatisfy({ name in calendars.contains { $0.id == name } || ready[name] != nil }),
                    !names.contains(calendar.id)
                {
                    left.append(calendar)
                    continue
                }
                ready[calendar.id] = WorkingHours(calendar, try source(of: calendar, ready, zones))
            }
            if left.count == waiting.count, let first = left.first {
                throw CalendarProblem(first.id, "is a union that leads back to itself")
            }
            waiting = left
        }
        return ready
    }

    private static func source(
        of calendar: BusinessCalendar, _ ready: [String: WorkingHours], _ zones: ZoneTable
    ) throws(CalendarProblem) -> Source {
        switch calendar.opening {
        case .always: return .always
        case .union(let names):
            guard !names.isEmpty else { throw CalendarProblem(calendar.id, "is a union of nothing") }
            var members: [WorkingHours] = []
            for name in names {
                guard name != calendar.id else {
                    throw CalendarProblem(calendar.id, "is a union that leads back to itself")
                }
                guard let member = ready[name] else {
                    throw CalendarProblem(calendar.id, "unites “\(name)”, which is not a calendar")
                }
                members.append(member)
            }
            return .union(members)
        case .weekly(let week):
            guard let zone = zones[week.zone] else {
                throw CalendarProblem(
                    calendar.id,
                    "“\(week.zone)” is not a time zone that this machine knows; write a name such as Europe/Berlin"
                )
            }
            try check(week, of: calendar)
            return .weekly(week, zone)
        }
    }

    private static func check(
        _ week: BusinessCalendar.Week, of calendar: BusinessCalendar
    ) throws(CalendarProblem) {
        guard week.days.count == 7, week.days.contains(where: { !$0.isEmpty }) else {
            throw CalendarProblem(calendar.id, "has no open hours, so no clock on it would ever end")
        }
        for (index, hours) in week.days.enumerated() where overlap(hours) {
            throw CalendarProblem(
                calendar.id, "has hours that overlap on \(BusinessCalendar.weekdays[index])")
        }
        for (index, holiday) in week.holidays.enumerated() {
            if overlap(holiday.hours) {
                throw CalendarProblem(calendar.id, "has hours that overlap on “\(holiday.name)”")
            }
            for other in week.holidays[(index + 1)...] {
                guard let day = holiday.day.shared(with: other.day) else { continue }
                let words = if case .yearly = holiday.day { String(day.text.dropFirst(5)) } else { day.text }
                throw CalendarProblem(
                    calendar.id, "has two holidays on \(words): “\(holiday.name)” and “\(other.name)”")
            }
        }
    }

    private static func overlap(_ hours: [BusinessCalendar.Minutes]) -> Bool {
        let sorted = hours.sorted { $0.lowerBound < $1.lowerBound }
        return zip(sorted, sorted.dropFirst()).contains { $0.upperBound > $1.lowerBound }
    }

    // MARK: Asking

    /// The working time between two moments, in microseconds; 0 where the second is not after the first.
    ///
    /// O(log spans of a year) and one step for each year between.
    package func time(from start: Timestamp, to end: Timestamp) -> Int64 {
        guard start < end else { return 0 }
        let (start, end) = (start.microseconds, end.microseconds)
        if case .always = source { return end - start }
        let (first, last) = (Self.year(of: start), Self.year(of: end))
        let before = Self.passed(in: year(first), at: start)
        if first == last { return Self.passed(in: year(first), at: end) - before }
        var sum = year(first).total - before
        if last - first > 1 {
            for between in max(first + 1, Self.years.lowerBound)..<min(last, Self.years.upperBound + 1) {
                sum += year(between).total
            }
        }
        return sum + Self.passed(in: year(last), at: end)
    }

    /// The earliest moment at which so much working time has passed; `start` itself for none.
    /// - Parameter working: microseconds.
    /// - Returns: nil where that lies after the last of `years`.
    package func date(after working: Int64, from start: Timestamp) -> Timestamp? {
        guard working > 0 else { return start }
        if case .always = source {
            let (end, overflow) = start.microseconds.addingReportingOverflow(working)
            return overflow ? nil : Timestamp(microseconds: end)
        }
        var number = max(Self.year(of: start.microseconds), Self.years.lowerBound)
        var wanted = working + Self.passed(in: year(number), at: start.microseconds)
        while number <= Self.years.upperBound {
            let year = year(number)
            if wanted <= year.total {
                let span = year.spans[Self.last(in: year.spans) { $0.before < wanted }]
                return Timestamp(microseconds: span.start + wanted - span.before)
            }
            wanted -= year.total
            number += 1
        }
        return nil
    }

    /// Whether a moment is working time.
    package func isOpen(at moment: Timestamp) -> Bool {
        if case .always = source { return true }
        let year = year(Self.year(of: moment.microseconds))
        let index = Self.last(in: year.spans) { $0.start <= moment.microseconds }
        return index >= 0 && moment.microseconds < year.spans[index].end
    }

    /// When it next opens, from a moment at which it is closed; the moment itself where it is open.
    package func nextOpening(from moment: Timestamp) -> Timestamp? {
        if isOpen(at: moment) { return moment }
        return date(after: 1, from: moment).map { Timestamp(microseconds: $0.microseconds - 1) }
    }

    /// When it next closes, from a moment at which it is open; the moment itself where it is closed, nil for never.
    package func nextClosing(from moment: Timestamp) -> Timestamp? {
        if case .always = source { return nil }
        var end = moment.microseconds
        // A span ends with its year, and goes on in the next one.
        for _ in Self.years {
            let year = year(Self.year(of: end))
            let index = Self.last(in: year.spans) { $0.start <= end }
            guard index >= 0, end < year.spans[index].end else { return Timestamp(microseconds: end) }
            end = year.spans[index].end
        }
        return nil
    }

    /// The index of the last span of which something holds that holds of all before it; -1 where it holds of none.
    private static func last(in spans: [Span], where holds: (Span) -> Bool) -> Int {
        var (low, high) = (0, spans.count)
        while low < high {
            let middle = (low + high) / 2
            if holds(spans[middle]) { low = middle + 1 } else { high = middle }
        }
        return low - 1
    }

    private static func passed(in year: Year, at moment: Int64) -> Int64 {
        let index = last(in: year.spans) { $0.start <= moment }
        guard index >= 0 else { return 0 }
        let span = year.spans[index]
        return span.before + min(moment, span.end) - span.start
    }

    private static func year(of microseconds: Int64) -> Int {
        var days = microseconds / 86_400_000_000
        if days * 86_400_000_000 > microseconds { days -= 1 }
        return civil(fromDays: Int(days)).year
    }

    // MARK: Making years

    private func year(_ number: Int) -> Year {
        guard Self.years.contains(number) else { return Year(spans: [], total: 0) }
        let index = number - Self.years.lowerBound
        if let year = made.withLock({ $0[index] }) { return year }
        // Worked out outside the lock: whoever comes at the same time works out the same.
        let year = Self.year(of: spans(of: number))
        made.withLock { $0[index] = year }
        return year
    }

    private static func year(of spans: [Range<Int64>]) -> Year {
        var sum: Int64 = 0
        var made: [Span] = []
        made.reserveCapacity(spans.count)
        for span in spans {
            made.append(Span(start: span.lowerBound, end: span.upperBound, before: sum))
            sum += span.upperBound - span.lowerBound
        }
        return Year(spans: made, total: sum)
    }

    private static func microseconds(of year: Int) -> Range<Int64> {
        Int64(daysFromCivil(year, 1, 1)) * 86_400_000_000..<Int64(daysFromCivil(year + 1, 1, 1))
            * 86_400_000_000
    }

    /// The open spans of a year, sorted and apart from each other.
    private func spans(of number: Int) -> [Range<Int64>] {
        let whole = Self.microseconds(of: number)
        switch source {
        case .always: return [whole]
        case .both(let first, let second):
            return Self.shared(first.spans(of: number), second.spans(of: number))
        case .union(let members):
            return Self.merged(
                members.flatMap { $0.year(number).spans.map { $0.start..<$0.end } }.sorted {
                    $0.lowerBound < $1.lowerBound
                })
        case .weekly(let week, let zone):
            let seconds = whole.lowerBound / 1_000_000..<whole.upperBound / 1_000_000
            return Self.merged(zone.stretches(in: seconds).flatMap { Self.spans(of: week, in: $0) })
        }
    }

    /// What is open while one offset holds: there the local clocks run on without a jump.
    private static func spans(of week: BusinessCalendar.Week, in stretch: ZoneRules.Stretch) -> [Range<Int64>]
    {
        let local = stretch.seconds.lowerBound + stretch.offset..<stretch.seconds.upperBound + stretch.offset
        let first = Int((Double(local.lowerBound) / 86_400).rounded(.down))
        let last = Int((Double(local.upperBound - 1) / 86_400).rounded(.down))
        var spans: [Range<Int64>] = []
        for day in first...max(first, last) {
            let date = civil(fromDays: day)
            let holiday = week.holidays.first {
                $0.day.holds(day, month: date.month, dayOfMonth: date.day)
            }
            // 1 January 1970 was a Thursday.
            let hours = holiday?.hours ?? week.days[((day + 3) % 7 + 7) % 7]
            for minutes in hours.sorted(by: { $0.lowerBound < $1.lowerBound }) {
                let start = Int64(day) * 86_400 + Int64(minutes.lowerBound) * 60 - stretch.offset
                let end = Int64(day) * 86_400 + Int64(minutes.upperBound) * 60 - stretch.offset
                let open =
                    max(
                        start, stretch.seconds.lowerBound)..<max(
                        max(start, stretch.seconds.lowerBound), min(end, stretch.seconds.upperBound))
                if !open.isEmpty { spans.append(open.lowerBound * 1_000_000..<open.upperBound * 1_000_000) }
            }
        }
        return spans
    }

    /// What lies in both of two sorted lists of spans.
    private static func shared(_ left: [Range<Int64>], _ right: [Range<Int64>]) -> [Range<Int64>] {
        var (spans, first, second): ([Range<Int64>], Int, Int) = ([], 0, 0)
        while first < left.count, second < right.count {
            let common = left[first].clamped(to: right[second])
            if !common.isEmpty { spans.append(common) }
            if left[first].upperBound < right[second].upperBound { first += 1 } else { second += 1 }
        }
        return spans
    }

    private static func merged(_ sorted: [Range<Int64>]) -> [Range<Int64>] {
        var spans: [Range<Int64>] = []
        for span in sorted {
            if let last = spans.last, span.lowerBound <= last.upperBound {
                spans[spans.count - 1] = last.lowerBound..<max(last.upperBound, span.upperBound)
            } else {
                spans.append(span)
            }
        }
        return spans
    }
}

/// A calendar that cannot be used, and why.
package struct CalendarProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// Which calendar.
    package var calendar: String
    /// What is wrong, as the end of a sentence about it.
    package var message: String

    /// A mistake of a calendar.
    package init(_ calendar: String, _ message: String) {
        (self.calendar, self.message) = (calendar, message)
    }

    package var description: String { "the calendar “\(calendar)” \(message)" }
}
