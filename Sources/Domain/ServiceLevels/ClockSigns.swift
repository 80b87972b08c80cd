/// A sign that a clock may have been held back rather than the work done: for leads to look at, never proof.
package struct ClockSign: Hashable, Sendable {
    /// The kinds of sign.
    package enum Kind: String, Sendable, CaseIterable {
        /// The clock was paused when almost no time was left.
        case pausedJustBefore = "paused_just_before"
        /// The case went to waiting again and again.
        case bounced
        /// The severity became lighter when almost no time was left.
        case relievedJustBefore = "relieved_just_before"
    }

    /// What was seen.
    package var kind: Kind
    /// The clock.
    package var clock: CaseClockID
    /// The fact that shows it.
    package var cause: ClockCause
    /// What was seen, in a sentence.
    package var words: String
}

extension CaseClocks {
    /// The share of a clock's time below which a pause or a lighter severity is a sign, in percent.
    package static let nearPercent: Int64 = 10
    /// From how many pauses of a cycle on they are a sign.
    package static let bounces = 4

    /// Signs of clocks that were held back, oldest first.
    ///
    /// O(cycles x stretches).
    package var signs: [ClockSign] {
        cycles.filter { $0.id.clock.isPromise }.flatMap { signs(of: $0.cycle, $0.id) }.sorted {
            ($0.cause.occurredAt, $0.cause.sequence) < ($1.cause.occurredAt, $1.cause.sequence)
        }
    }

    private func signs(of cycle: ClockCycle, _ id: CaseClockID) -> [ClockSign] {
        var found: [ClockSign] = []
        var pauses = 0
        for (index, stretch) in cycle.stretches.enumerated() {
            guard case .paused(let reason) = stretch.state, index > 0 else { continue }
            if case .paused = cycle.stretches[index - 1].state { continue }
            pauses += 1
            if let minutes = cycle.nearlyOver(at: stretch.from) {
                found.append(
                    ClockSign(
                        kind: .pausedJustBefore, clock: id, cause: stretch.cause,
                        words: "\(id.label) was paused (\(reason)) with \(minutes) minutes left."))
            }
            if pauses == Self.bounces {
                found.append(
                    ClockSign(
                        kind: .bounced, clock: id, cause: stretch.cause,
                        words: "\(id.label) was paused \(pauses) times."))
            }
        }
        for revision in cycle.revisions {
            guard let due = revision.dueBefore,
                let cause = relieved.first(where: { $0.occurredAt == revision.cause.occurredAt })
            else { continue }
            let left = due.microseconds - cause.occurredAt.microseconds
            let whole = due.microseconds - cycle.start.occurredAt.microseconds
            if left >= 0, left * 100 <= whole * Self.nearPercent {
                found.append(
                    ClockSign(
                        kind: .relievedJustBefore, clock: id, cause: cause,
                        words:
                            "The severity became lighter when \(id.label) had \(left / 60_000_000) minutes left."
                    ))
            }
        }
        return found
    }
}

extension ClockCycle {
    /// The minutes that were left at a moment, where that was almost nothing; nil otherwise.
    fileprivate func nearlyOver(at moment: Timestamp) -> Int64? {
        var spent: Int64 = 0
        for (index, stretch) in stretches.enumerated() where stretch.state == .running {
            let from = max(stretch.from, countsFrom)
            let end = index + 1 < stretches.count ? min(stretches[index + 1].from, moment) : moment
            if from < end { spent += terms.hours.time(from: from, to: end) }
        }
        let left = terms.target - spent
        return left >= 0 && left * 100 <= terms.target * CaseClocks.nearPercent ? left / 60_000_000 : nil
    }
}
