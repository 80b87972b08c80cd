/// What a cycle of a clock says at a moment, and why: intervals that add up to the number shown.
package struct ClockReading: Sendable {
    /// A stretch of the cycle in which one thing was so.
    ///
    /// `counted`, `outside`, `paused` and `discounted` add up to the whole of it.
    package struct Interval: Sendable {
        /// When it begins.
        package var from: Timestamp
        /// When it ends.
        package var to: Timestamp
        /// The fact that began it.
        package var cause: ClockCause
        /// What the clock did.
        package var state: ClockCycle.State
        /// The calendar that decided what is working time.
        package var calendar: String
        /// The version of the policy that the terms come from.
        package var policy: Int?
        /// Microseconds that count.
        package var counted: Int64
        /// Microseconds outside the hours.
        package var outside: Int64
        /// Microseconds in which the clock stood, within hours and without.
        package var paused: Int64
        /// Microseconds before a change of terms that began anew.
        package var discounted: Int64

        /// All of it, in microseconds.
        package var raw: Int64 { to.microseconds - from.microseconds }
    }

    /// How a cycle stands.
    package enum Standing: Hashable, Sendable {
        /// Time counts now.
        case running
        /// It would count, but nobody works now; again from this moment.
        case outsideHours(until: Timestamp?)
        /// It stands for this reason.
        case paused(String)
        /// What was waited for came in time.
        case met
        /// It came too late.
        case missed
        /// It is no longer wanted.
        case cancelled
    }

    /// The intervals, in order and without gaps, from the start to the end or to now, in whole seconds.
    package var intervals: [Interval]
    /// The time that is allowed, in microseconds.
    package var target: Int64
    /// How it stands.
    package var standing: Standing
    /// When the target is reached, or was, or would have been; nil while it is paused with time left.
    package var due: Timestamp?
    /// When the time was over, where it was over before the end or is over now.
    package var breachedAt: Timestamp?
    /// The moment up to which it counts.
    package var asOf: Timestamp

    /// The time that counts, in microseconds: the adjusted duration.
    package var spent: Int64 { intervals.reduce(0) { $0 + $1.counted } }
    /// The whole time, in microseconds: the raw duration.
    package var raw: Int64 { intervals.reduce(0) { $0 + $1.raw } }
    /// The time in which it stood, in microseconds.
    package var paused: Int64 { intervals.reduce(0) { $0 + $1.paused } }
    /// What is left of the target, in microseconds; negative once it is over.
    package var left: Int64 { target - spent }
    /// Whether the cycle is under way.
    package var isOpen: Bool {
        switch standing {
        case .running, .outsideHours, .paused: true
        case .met, .missed, .cancelled: false
        }
    }
}

extension ClockCycle {
    /// What the cycle says at a moment.
    ///
    /// Facts of later than that are expected not to be in it.
    ///
    /// O(stretches), a binary search each.
    package func reading(at now: Timestamp) -> ClockReading {
        let until = end?.cause.occurredAt ?? max(now, start.occurredAt)
        var intervals: [ClockReading.Interval] = []
        intervals.reserveCapacity(stretches.count)
        for (index, stretch) in stretches.enumerated() {
            let to = index + 1 < stretches.count ? stretches[index + 1].from : until
            // A stretch before a change that begins anew is cut where the counting begins.
            let cut = min(max(countsFrom, stretch.from), to)
            if stretch.from < cut { intervals.append(interval(stretch, stretch.from, cut, counts: false)) }
            if cut < to || stretch.from == to { part(stretch, cut, to, into: &intervals) }
        }
        let due = due
        let isLate = due.map { end == nil ? $0 <= until : $0 < until } ?? false
        return ClockReading(
            intervals: intervals, target: terms.target, standing: standing(at: until, isLate: isLate),
            due: due, breachedAt: isLate && end?.way != .cancelled ? due : nil, asOf: until)
    }

    /// A stretch in which time counts, parted where the customer allows changes no longer, or again.
    private func part(
        _ stretch: Stretch, _ from: Timestamp, _ to: Timestamp, into parts: inout [ClockReading.Interval]
    ) {
        guard let changes = terms.changes?.hours, stretch.state == .running, from < to else {
            parts.append(interval(stretch, from, to, counts: true))
            return
        }
        var start = from
        while start < to {
            let isOpen = changes.isOpen(at: start)
            let next = isOpen ? changes.nextClosing(from: start) : changes.nextOpening(from: start)
            let end = min(next ?? to, to)
            var part = stretch
            if !isOpen { part.state = .paused(ClockTerms.closedForChanges) }
            parts.append(interval(part, start, end, counts: true))
            start = end
        }
    }

    private func interval(
        _ stretch: Stretch, _ from: Timestamp, _ to: Timestamp, counts: Bool
    ) -> ClockReading.Interval {
        // In whole seconds, so that what is shown adds up; hours begin and end on seconds anyway.
        let (from, to) = (from.wholeSecond, to.wholeSecond)
        let raw = to.microseconds - from.microseconds
        var made = ClockReading.Interval(
            from: from, to: to, cause: stretch.cause, state: stretch.state, calendar: terms.hours.id,
            policy: terms.policy, counted: 0, outside: 0, paused: 0, discounted: 0)
        switch (counts, stretch.state) {
        case (false, _): made.discounted = raw
        case (true, .paused): made.paused = raw
        case (true, .running):
            made.counted = terms.hours.time(from: from, to: to)
            made.outside = raw - made.counted
        }
        return made
    }

    private func standing(at moment: Timestamp, isLate: Bool) -> ClockReading.Standing {
        switch end?.way {
        case .stopped: return isLate ? .missed : .met
        case .cancelled: return .cancelled
        case nil: break
        }
        if case .paused(let reason)? = stretches.last?.state { return .paused(reason) }
        guard !terms.hours.isOpen(at: moment) else { return .running }
        if let changes = terms.changes, !changes.hours.isOpen(at: moment) {
            return .paused(ClockTerms.closedForChanges)
        }
        return .outsideHours(until: terms.hours.nextOpening(from: moment))
    }
}

extension Timestamp {
    /// The moment without the part of a second.
    var wholeSecond: Timestamp {
        var seconds = microseconds / 1_000_000
        if seconds * 1_000_000 > microseconds { seconds -= 1 }
        return Timestamp(microseconds: seconds * 1_000_000)
    }
}
