/// How cases flow through a queue: how long they wait there for somebody, and how old those are that lie there.
package struct QueueFlow: Equatable, Sendable {
    /// A case in the queue, from its coming to its going.
    package struct Stay: Equatable, Sendable {
        /// The case's number.
        package var number: String
        /// When it came.
        package var enteredAt: Timestamp
        /// When somebody took it; nil while nobody has.
        package var takenAt: Timestamp?
        /// When it went elsewhere, or was resolved; nil while it is there.
        package var leftAt: Timestamp?

        /// Whether it is there and nobody took it.
        package var isWaiting: Bool { takenAt == nil && leftAt == nil }

        /// Seconds from its coming until somebody took it, or until it went without.
        package func wait(until now: Timestamp) -> Int64 {
            max(0, (takenAt ?? leftAt ?? now).seconds(since: enteredAt))
        }

        /// Seconds from its coming until it went.
        package func age(until now: Timestamp) -> Int64 {
            max(0, (leftAt ?? now).seconds(since: enteredAt))
        }
    }

    /// The waits of the cases that came on a day.
    package struct Day: Equatable, Sendable {
        /// The day.
        package var day: CalendarDay
        /// How many came.
        package var entered: Int
        /// How many went.
        package var left: Int
        /// Half of them waited no longer, in seconds; nil where none came.
        package var median: Int64?
        /// Nine in ten waited no longer.
        package var ninetieth: Int64?
    }

    /// The days, oldest first.
    package var days: [Day]
    /// What lies there, the oldest first.
    package var present: [Stay]
    /// Half of all waited no longer, in seconds; nil where none came.
    package var median: Int64?
    /// Nine in ten waited no longer.
    package var ninetieth: Int64?
    /// How many lie there for longer than policy allows.
    package var overAge: Int

    /// The stays of a case in a queue, by the replay of its facts, oldest first.
    package static func stays(
        of number: String, in queue: String, _ facts: some Sequence<Recorded<CaseFact>>
    ) -> [Stay] {
        var (stays, current): ([Stay], Stay?) = ([], nil)
        func close(at moment: Timestamp) {
            guard var stay = current else { return }
            stay.leftAt = moment
            stays.append(stay)
            current = nil
        }
        for fact in facts {
            switch fact.body {
            case .routing(.routed(let route)):
                if route.queue != queue {
                    close(at: fact.occurredAt)
                } else if current == nil {
                    current = Stay(number: number, enteredAt: fact.occurredAt)
                }
            case .ownerChanged: if current?.takenAt == nil { current?.takenAt = fact.occurredAt }
            case .resolved, .closed, .relation(.mergedInto): close(at: fact.occurredAt)
            default: break
            }
        }
        return stays + [current].compactMap { $0 }
    }

    /// The kinds of fact that the replay needs.
    package static let kinds = [
        "case.routed", "case.owner_changed", "case.resolved", "case.closed", "case.merged_into",
    ]

    /// The flow of some days until a moment.
    /// - Parameter limit: the age in hours from which a case is too old; nil where none is.
    package init(_ stays: [Stay], days count: Int, limit: Int?, now: Timestamp) {
        let today = CalendarDay(now)
        var days: [Day] = []
        for back in (0..<max(1, count)).reversed() {
            let day = CalendarDay(today.start.adding(seconds: -Int64(back) * 86_400))
            let came = stays.filter { CalendarDay($0.enteredAt) == day }
            let waits = came.map { $0.wait(until: now) }.sorted()
            days.append(
                Day(
                    day: day, entered: came.count,
                    left: stays.count { $0.leftAt.map { CalendarDay($0) == day } ?? false },
                    median: Self.percentile(50, of: waits), ninetieth: Self.percentile(90, of: waits)))
        }
        self.days = days
        let from = days[0].day.start
        let waits = stays.filter { $0.enteredAt >= from }.map { $0.wait(until: now) }.sorted()
        (median, ninetieth) = (Self.percentile(50, of: waits), Self.percentile(90, of: waits))
        let present = stays.filter { $0.leftAt == nil }.sorted {
            ($0.enteredAt, $0.number) < ($1.enteredAt, $1.number)
        }
        overAge =
            limit.map { hours in present.count { $0.age(until: now) > Int64(hours) * 3600 } } ?? 0
        self.present = present
    }

    /// The value that so many percent of sorted values do not exceed: the nearest rank; nil where there is none.
    static func percentile(_ percent: Int, of sorted: [Int64]) -> Int64? {
        guard !sorted.isEmpty else { return nil }
        return sorted[max(0, (percent * sorted.count + 99) / 100 - 1)]
    }
}

/// Who looks after a queue, shift by shift.
package struct Captaincy: Sendable {
    /// A shift with its captain.
    package struct Shift: Equatable, Sendable {
        /// When it begins.
        package var from: Timestamp
        /// When it ends.
        package var until: Timestamp
        /// The address of its captain; nil where all of them are away.
        package var captain: String?
    }

    private let queue: RoutingRules.Queue
    private let hours: WorkingHours?

    /// The captains of a queue; its shifts are those of its team, else whole days.
    package init(of queue: RoutingRules.Queue, policy: Policy) {
        self.queue = queue
        hours = policy.routing.team(of: queue.id).flatMap { policy.serviceLevels.hours[$0.calendar] }
    }

    /// The shift of a moment, or the next one, and those after it.
    ///
    /// Captains take turns day by day in the order of policy; whoever is away when a shift begins is passed over.
    /// - Parameter away: until when each is away, by address.
    package func shifts(from now: Timestamp, count: Int, away: [String: Timestamp]) -> [Shift] {
        guard !queue.captains.isEmpty else { return [] }
        var (shifts, moment) = ([Shift](), now)
        while shifts.count < count {
            guard let (from, until) = span(at: moment) else { break }
            let seen = max(from, now)
            let number = Int(until.microseconds - 1) / 86_400_000_000
            let order = queue.captains.indices.map { queue.captains[($0 + number) % queue.captains.count] }
            let captain = order.first { one in away[one].map { $0 <= seen } ?? true }
            shifts.append(Shift(from: from, until: until, captain: captain))
            moment = until
        }
        return shifts
    }

    private func span(at moment: Timestamp) -> (from: Timestamp, until: Timestamp)? {
        let day = CalendarDay(moment).start
        guard let hours, let opening = hours.nextOpening(from: moment),
            let closing = hours.nextClosing(from: opening)
        else { return (day, day.adding(seconds: 86_400)) }
        return (opening, closing)
    }
}
