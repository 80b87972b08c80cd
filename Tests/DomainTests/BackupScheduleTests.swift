import Testing

@testable import Domain

/// When a backup is due, and when somebody must look after it.
struct BackupScheduleTests {
    private func at(_ text: String) -> Timestamp { Timestamp(text) ?? Timestamp(microseconds: 0) }

    @Test("The moments are counted from the time of day that was said")
    func moments() {
        let daily = BackupSchedule(hours: 24, minute: 150)
        #expect(daily.moment(before: at("2026-03-02T02:29:59Z")) == at("2026-03-01T02:30:00Z"))
        #expect(daily.moment(before: at("2026-03-02T02:30:00Z")) == at("2026-03-02T02:30:00Z"))
        let often = BackupSchedule(hours: 6, minute: 60)
        #expect(often.moment(before: at("2026-03-02T12:59:00Z")) == at("2026-03-02T07:00:00Z"))
        #expect(daily.moment(before: at("1969-12-31T23:00:00Z")) == at("1969-12-31T02:30:00Z"))
    }

    @Test("One is due at once where there is none, and then once for each moment")
    func due() {
        let daily = BackupSchedule()
        let now = at("2026-03-02T12:00:00Z")
        #expect(daily.isDue(good: nil, tried: nil, at: now))
        #expect(!daily.isDue(good: at("2026-03-02T02:00:00Z"), tried: at("2026-03-02T02:00:00Z"), at: now))
        #expect(
            daily.isDue(
                good: at("2026-03-02T02:00:01Z"), tried: at("2026-03-02T02:00:01Z"),
                at: at("2026-03-03T02:00:00Z")))
    }

    @Test("A failed one is tried again after an hour; a clock that was put back stops nothing")
    func triedAgain() {
        let daily = BackupSchedule()
        let (good, tried) = (at("2026-03-01T02:00:00Z"), at("2026-03-02T02:00:00Z"))
        #expect(!daily.isDue(good: good, tried: tried, at: at("2026-03-02T02:59:59Z")))
        #expect(daily.isDue(good: good, tried: tried, at: at("2026-03-02T03:00:00Z")))
        #expect(daily.isDue(good: good, tried: at("2026-03-02T09:00:00Z"), at: at("2026-03-02T02:10:00Z")))
    }

    @Test("Overdue is what is older than one and a half of the times between")
    func overdue() {
        let daily = BackupSchedule()
        let good = at("2026-03-01T02:00:00Z")
        #expect(!daily.isOverdue(good: good, at: at("2026-03-02T14:00:00Z")))
        #expect(daily.isOverdue(good: good, at: at("2026-03-02T14:00:01Z")))
        #expect(daily.isOverdue(good: nil, at: good))
    }
}
