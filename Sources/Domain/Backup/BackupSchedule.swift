/// When backups are made by themselves, and how many are kept.
///
/// The moments are the same on every node: from a time of the day in UTC on, so many hours apart.
package struct BackupSchedule: Hashable, Sendable {
    /// Hours between two backups.
    package var hours: Int
    /// The minute of the day, in UTC, that the moments are counted from.
    package var minute: Int
    /// How many are kept.
    package var keep: Int

    /// A schedule of these parts.
    package init(hours: Int = 24, minute: Int = 120, keep: Int = 7) {
        (self.hours, self.minute, self.keep) = (hours, minute, keep)
    }

    /// A failed backup is tried again after so many seconds.
    package static let patience: Int64 = 3600

    /// The latest moment at which a backup should have begun.
    package func moment(before now: Timestamp) -> Timestamp {
        let (step, first) = (Int64(hours) * 3_600_000_000, Int64(minute) * 60_000_000)
        let since = now.microseconds - first
        // Rounded down, before 1970 too.
        let steps = since >= 0 ? since / step : -((step - 1 - since) / step)
        return Timestamp(microseconds: first + steps * step)
    }

    /// Whether one should begin now.
    /// - Parameters:
    ///   - good: when the last one began that was made and proved.
    ///   - tried: when the last one began, whatever became of it.
    package func isDue(good: Timestamp?, tried: Timestamp?, at now: Timestamp) -> Bool {
        let moment = moment(before: now)
        if let good, good >= moment { return false }
        // A clock that was put back must not stop backups for as long.
        if let tried, tried >= moment, tried <= now, now.seconds(since: tried) < Self.patience {
            return false
        }
        return true
    }

    /// Whether somebody must look after it: the last good one is older than one and a half of the times between.
    package func isOverdue(good: Timestamp?, at now: Timestamp) -> Bool {
        guard let good else { return true }
        return now.seconds(since: good) > Int64(hours) * 5400
    }
}
