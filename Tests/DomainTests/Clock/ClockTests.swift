import Domain
import Testing

/// The state machine of a clock, held against a minute-by-minute oracle.
struct ClockTests {
    static let start = utc("2026-03-02T08:00:00Z")

    static func cause(_ minute: Int, _ sequence: Int64 = 0) -> ClockCause {
        let at = start.adding(seconds: Int64(minute) * 60)
        return ClockCause(sequence: sequence, kind: "test", actor: "p", occurredAt: at, recordedAt: at)
    }

    static func office() throws -> WorkingHours {
        let week = BusinessCalendar.Week(
            zone: "UTC", days: BusinessCalendar.workingDays([540..<720, 780..<1020]))
        return try #require(
            try WorkingHours.compile(
                [BusinessCalendar(id: "office", name: "Office", opening: .weekly(week))], zones: .utcOnly)[
                    "office"])
    }

    @Test("A clock agrees with counting each minute, whatever pauses it and whenever it ends")
    func agreesWithTheOracle() throws {
        let office = try Self.office()
        var generator = SeededGenerator(seed: 41)
        for _ in 0..<200 {
            let target = Int64.random(in: 30...3000, using: &generator)
            var clock = Clock()
            clock.take(
                .start(ClockTerms(target: minutes(target), hours: office, warnings: [50])),
                because: Self.cause(0))
            var (minute, counted, isPaused) = (0, Int64(0), false)
            var reached: Int?
            for step in 1...Int.random(in: 1...12, using: &generator) {
                let next = minute + Int.random(in: 1...2000, using: &generator)
                for one in minute..<next where !isPaused {
                    let at = Self.start.adding(seconds: Int64(one) * 60)
                    if counted == target, reached == nil { reached = one }
                    if office.isOpen(at: at) { counted += 1 }
                }
                minute = next
                isPaused = Bool.random(using: &generator)
                clock.take(
                    isPaused ? .pause(step % 2 == 0 ? "customer" : "vendor") : .resume,
                    because: Self.cause(minute, Int64(step)))
            }
            clock.take(.stop, because: Self.cause(minute, 99))
            let cycle = try #require(clock.cycles.first)
            let reading = cycle.reading(at: Self.start)
            #expect(reading.spent == minutes(counted))
            #expect(reading.raw == minutes(Int64(minute)))
            #expect(
                reading.intervals.allSatisfy { $0.counted + $0.outside + $0.paused + $0.discounted == $0.raw }
            )
            #expect(zip(reading.intervals, reading.intervals.dropFirst()).allSatisfy { $0.to == $1.from })
            #expect((reading.standing == .missed) == (counted > target))
            if counted > target {
                let due = try #require(reading.breachedAt)
                #expect(cycle.moment(of: minutes(target)) == due)
                if let reached { #expect(due <= Self.start.adding(seconds: Int64(reached) * 60)) }
                #expect(cycle.events.map(\.what) == [.warning(50), .breach])
            }
        }
    }

    @Test("What is due does not depend on when somebody asks, and a pause makes it unknown")
    func due() throws {
        var clock = Clock()
        clock.take(.start(ClockTerms(target: hours(4), hours: .always)), because: Self.cause(0))
        #expect(clock.current?.due == Self.start.adding(seconds: 4 * 3600))
        clock.take(.pause("customer"), because: Self.cause(60))
        #expect(clock.current?.due == nil)
        #expect(clock.current?.events.isEmpty == true)
        let paused = try #require(clock.current?.reading(at: Self.start.adding(seconds: 100 * 3600)))
        #expect(paused.left == hours(3))
        #expect(paused.standing == .paused("customer"))
        clock.take(.resume, because: Self.cause(600))
        #expect(clock.current?.due == Self.start.adding(seconds: 13 * 3600))
    }

    @Test("A clock that is started again keeps its past cycles")
    func cycles() {
        var clock = Clock()
        let terms = ClockTerms(target: hours(1), hours: .always)
        clock.take(.start(terms), because: Self.cause(0, 1))
        clock.take(.start(terms), because: Self.cause(10, 2))
        clock.take(.stop, because: Self.cause(30, 3))
        clock.take(.start(terms), because: Self.cause(100, 4))
        clock.take(.cancel, because: Self.cause(500, 5))
        #expect(clock.cycles.map(\.start.sequence) == [1, 4])
        #expect(clock.cycles.map { $0.reading(at: Self.start).standing } == [.met, .cancelled])
        #expect(clock.cycles[1].reading(at: Self.start).breachedAt == nil)
    }

    @Test("SLA-10 part: a change counts anew from the start, or begins with itself, as its rule says")
    func changes() throws {
        let old = ClockTerms(target: hours(8), hours: .always, policy: 1)
        func changed(_ rule: ClockTerms.ChangeRule) throws -> ClockCycle {
            var clock = Clock()
            clock.take(.start(old), because: Self.cause(0))
            clock.take(.pause("customer"), because: Self.cause(60))
            clock.take(.resume, because: Self.cause(120))
            let new = ClockTerms(target: hours(2), hours: .always, change: rule, policy: 2)
            clock.take(.change(new), because: Self.cause(150))
            return try #require(clock.current)
        }
        let anew = try changed(.fromStart)
        #expect(anew.due == Self.start.adding(seconds: 3 * 3600))
        #expect(anew.revisions.first?.dueBefore == Self.start.adding(seconds: 9 * 3600))
        #expect(anew.revisions.first?.dueAfter == anew.due)
        let later = try changed(.fromChange)
        #expect(later.due == Self.start.adding(seconds: 150 * 60 + 2 * 3600))
        let reading = later.reading(at: Self.start.adding(seconds: 200 * 60))
        #expect(reading.spent == minutes(50))
        #expect(reading.raw == minutes(200))
        #expect(reading.intervals.map(\.discounted).reduce(0, +) == minutes(150))
        // What is over by the new terms fires with the change and not before it.
        var clock = Clock()
        clock.take(.start(old), because: Self.cause(0))
        clock.take(.change(ClockTerms(target: hours(1), hours: .always)), because: Self.cause(150))
        #expect(clock.current?.due == Self.start.adding(seconds: 3600))
        #expect(clock.current?.events.map(\.at) == [Self.cause(150).occurredAt])
    }

    @Test(
        "SLA-10 part: terms that ask for the same under a later policy neither begin anew nor fire what has fired",
        arguments: ClockTerms.ChangeRule.allCases)
    func sameTerms(_ rule: ClockTerms.ChangeRule) throws {
        var clock = Clock()
        clock.take(
            .start(ClockTerms(target: hours(1), hours: .always, warnings: [50], policy: 1)),
            because: Self.cause(0))
        let before = try #require(clock.current)
        clock.take(
            .change(ClockTerms(target: hours(1), hours: .always, warnings: [50], change: rule, policy: 2)),
            because: Self.cause(90))
        let after = try #require(clock.current)
        #expect(after.events == before.events)
        #expect(after.due == before.due && after.revisions.isEmpty)
        #expect(after.terms.policy == 2, "it says which policy counts")
    }

    @Test(
        "SLA-10 part: a calendar with other hours behind the same name moves a clock, one with another name or far holidays does not",
        .enabled(if: ZoneFiles.arePresent, "this machine has no time zones in /usr/share/zoneinfo"))
    func otherCalendars() throws {
        func sun(_ name: String, until hour: Int, hasFair: Bool = false) throws -> WorkingHours {
            var week = BusinessCalendar.Week(
                zone: "Europe/Berlin", days: BusinessCalendar.workingDays([480..<(hour * 60)]))
            if hasFair { week.holidays = [.init(name: "Fair of a later year", day: .dates(22_000...22_001))] }
            let made = try WorkingHours.compile(
                [
                    BusinessCalendar(id: "sun", name: name, opening: .union(["berlin"])),
                    BusinessCalendar(id: "berlin", name: "Berlin", opening: .weekly(week)),
                ], zones: ZoneFiles.table)
            return try #require(made["sun"])
        }
        func changed(to other: WorkingHours) throws -> ClockCycle {
            var clock = Clock()
            let old = ClockTerms(target: hours(10), hours: try sun("Sun", until: 17), policy: 1)
            clock.take(.start(old), because: Self.cause(0))
            clock.take(
                .change(ClockTerms(target: hours(10), hours: other, policy: 2)), because: Self.cause(30))
            return try #require(clock.current)
        }
        let before = try changed(to: try sun("Sun", until: 17))
        #expect(before.revisions.isEmpty)
        #expect(try changed(to: try sun("Follow the sun", until: 17)).revisions.isEmpty)
        #expect(try changed(to: try sun("Sun", until: 17, hasFair: true)).revisions.isEmpty)
        let shorter = try changed(to: try sun("Sun", until: 12))
        #expect(shorter.revisions.count == 1 && shorter.due != before.due)
        #expect(!(try sun("Sun", until: 17)).areOpen(like: try sun("Sun", until: 12)))
        #expect(try sun("Sun", until: 17).areOpen(like: try sun("Other", until: 17)))
    }

    @Test("Outside the hours is not paused, and says when it goes on")
    func outside() throws {
        var clock = Clock()
        clock.take(.start(ClockTerms(target: hours(4), hours: try Self.office())), because: Self.cause(0))
        let night = utc("2026-03-02T20:00:00Z")
        let reading = try #require(clock.current?.reading(at: night))
        #expect(reading.standing == .outsideHours(until: utc("2026-03-03T09:00:00Z")))
        #expect(reading.paused == 0)
        #expect(reading.spent == hours(7))
    }
}
