import Diagnosis

/// What became of one cycle of a clock, for whoever counts: kept or missed, decided once and for all times.
///
/// A cycle is decided by the moment at which what was waited for came in time, or at which the time for it was over. What
/// was cancelled, and what still has time, is not decided and counts nowhere.
package struct ClockOutcome: Equatable, Sendable {
    /// How much of the allowed time went by in a state of the case.
    package struct Share: Equatable, Sendable {
        /// The state.
        package var status: String
        /// Seconds of the time that counts.
        package var seconds: Int64

        /// A share with all parts.
        package init(status: String, seconds: Int64) { (self.status, self.seconds) = (status, seconds) }
    }

    /// The clock.
    package var clock: CaseClockID
    /// The sequence of the fact that began the cycle.
    package var cycle: Int64
    /// Which of its cycles: 1 for the first.
    package var number: Int
    /// When it began.
    package var startedAt: Timestamp
    /// When it was due; nil where it was stopped while it stood still with time left.
    package var dueAt: Timestamp?
    /// When what was waited for came; nil where it has not come yet.
    package var endedAt: Timestamp?
    /// Whether it came in time.
    package var isKept: Bool
    /// When that was decided: the moment that says to which period it belongs.
    package var decidedAt: Timestamp
    /// The time that was allowed, in seconds.
    package var target: Int64
    /// The time that counted, in seconds; nil while it goes on.
    package var spent: Int64?
    /// The whole time, in seconds; nil while it goes on.
    package var raw: Int64?
    /// The service level that counted.
    package var level: String
    /// The severity that it was measured for.
    package var severity: String
    /// The customer's tier that it was measured for.
    package var tier: String?
    /// Where the allowed time went, the largest share first; empty where it was kept.
    package var shares: [Share]
    /// Why it was missed, as somebody recorded it.
    package var cause: String?
    /// Whether the customer was told, as somebody recorded it.
    package var isCustomerTold: Bool?

    /// An outcome with all parts.
    package init(
        clock: CaseClockID, cycle: Int64, number: Int, startedAt: Timestamp, dueAt: Timestamp?,
        endedAt: Timestamp?, isKept: Bool, decidedAt: Timestamp, target: Int64, spent: Int64?, raw: Int64?,
        level: String, severity: String, tier: String?, shares: [Share] = [], cause: String? = nil,
        isCustomerTold: Bool? = nil
    ) {
        (self.clock, self.cycle, self.number) = (clock, cycle, number)
        (self.startedAt, self.dueAt, self.endedAt) = (startedAt, dueAt, endedAt)
        (self.isKept, self.decidedAt, self.target) = (isKept, decidedAt, target)
        (self.spent, self.raw, self.level, self.severity, self.tier) = (spent, raw, level, severity, tier)
        (self.shares, self.cause, self.isCustomerTold) = (shares, cause, isCustomerTold)
    }

    /// The shares as they are stored.
    package var sharesText: String {
        JSON.array(shares.map { [.string($0.status), .integer($0.seconds)] }).text
    }

    /// Reads what `sharesText` wrote; none of anything else.
    package static func shares(_ text: String) -> [Share] {
        guard let items = (try? JSON(parsing: text))?.array else { return [] }
        return items.compactMap { item in
            guard let parts = item.array, parts.count == 2, let status = parts[0].string,
                let seconds = parts[1].integer
            else { return nil }
            return Share(status: status, seconds: seconds)
        }
    }
}

extension CaseClocks {
    /// What became of all cycles that are decided, by clock and then oldest first.
    ///
    /// O(cycles x (stretches + states)).
    /// - Parameter pending: the events that are still to come: a cycle whose end is among them has time left.
    package func outcomes(
        pending: [(id: CaseClockID, cycle: ClockCycle, event: ClockEvent)]
    ) -> [ClockOutcome] {
        var waited: Set<Fired> = []
        for one in pending where one.event.what == .breach {
            waited.insert(
                Fired(
                    clock: one.id.text, cycle: one.event.cycle, revision: one.event.revision, what: .breach))
        }
        return cycles.compactMap { entry in
            let key = Fired(
                clock: entry.id.text, cycle: entry.cycle.start.sequence,
                revision: entry.cycle.revisions.count, what: .breach)
            return outcome(entry.id, entry.number, entry.cycle, hasTime: waited.contains(key))
        }
    }

    private func outcome(
        _ id: CaseClockID, _ number: Int, _ cycle: ClockCycle, hasTime: Bool
    ) -> ClockOutcome? {
        let ended = cycle.end
        if ended?.way == .cancelled || id.clock.endsByItself { return nil }
        let due = cycle.due
        if ended == nil, hasTime || due == nil { return nil }
        let reading = cycle.reading(at: ended?.cause.occurredAt ?? due ?? cycle.start.occurredAt)
        let isKept = reading.standing == .met
        let decided = isKept ? reading.asOf : due ?? reading.asOf
        let terms = applied.last { $0.at <= decided } ?? applied.first
        let record = isKept ? nil : breach(id, cycle)
        return ClockOutcome(
            clock: id, cycle: cycle.start.sequence, number: number, startedAt: cycle.start.occurredAt,
            dueAt: due, endedAt: ended?.cause.occurredAt, isKept: isKept, decidedAt: decided,
            target: cycle.terms.target / 1_000_000, spent: ended.map { _ in reading.spent / 1_000_000 },
            raw: ended.map { _ in reading.raw / 1_000_000 },
            level: cycle.terms.level ?? terms?.level.level ?? "", severity: terms?.level.severity ?? "",
            tier: terms?.level.tier, shares: isKept ? [] : shares(of: cycle, until: decided),
            cause: record?.cause, isCustomerTold: record?.isCustomerTold)
    }

    /// What somebody recorded about a cycle that was missed.
    package func breach(_ id: CaseClockID, _ cycle: ClockCycle) -> ClockFact.BreachRecord? {
        breaches.last { $0.clock == id.text && $0.cycle == cycle.start.sequence }
    }

    /// In which states of the case the counted time of a cycle went by, the largest share first.
    /// - Parameters:
    ///   - start: from when on; from the moment from which the cycle counts where it is left out.
    ///   - end: until when.
    package func shares(
        of cycle: ClockCycle, from start: Timestamp? = nil, until end: Timestamp
    ) -> [ClockOutcome.Share] {
        var shares: [ClockOutcome.Share] = []
        for (index, stretch) in cycle.stretches.enumerated() where stretch.state == .running {
            let from = max(stretch.from, cycle.countsFrom, start ?? cycle.countsFrom)
            let until = index + 1 < cycle.stretches.count ? min(cycle.stretches[index + 1].from, end) : end
            for (place, stay) in stays.enumerated() {
                let leaves = place + 1 < stays.count ? stays[place + 1].from : until
                let (begins, ends) = (max(from, stay.from).wholeSecond, min(until, leaves).wholeSecond)
                guard begins < ends else { continue }
                let seconds = cycle.terms.hours.time(from: begins, to: ends) / 1_000_000
                guard seconds > 0 else { continue }
                if let known = shares.firstIndex(where: { $0.status == stay.status }) {
                    shares[known].seconds += seconds
                } else {
                    shares.append(ClockOutcome.Share(status: stay.status, seconds: seconds))
                }
            }
        }
        return shares.sorted { ($1.seconds, $0.status) < ($0.seconds, $1.status) }
    }
}
