import Domain
import Foundation
import Testing

/// Business calendars: working time in a span, and when so much has passed.
struct WorkingHoursTests {
    typealias Week = BusinessCalendar.Week
    static let nineToFive = BusinessCalendar.workingDays([540..<1020])

    static func ready(_ opening: BusinessCalendar.Opening) throws -> WorkingHours {
        let made = try WorkingHours.compile(
            [BusinessCalendar(id: "own", name: "Own", opening: opening)], zones: ZoneFiles.table)
        return try #require(made["own"])
    }

    static func week(_ zone: String, _ days: [[BusinessCalendar.Minutes]] = nineToFive) throws -> WorkingHours
    {
        try ready(.weekly(Week(zone: zone, days: days)))
    }

    /// The slow, obvious way: look at the clocks of the zone once a minute.
    static func oracle(
        _ week: Week, _ zone: ZoneRules, from start: Timestamp, to end: Timestamp
    ) -> Int64 {
        var open: Int64 = 0
        var minute = start.microseconds / 60_000_000
        while minute < end.microseconds / 60_000_000 {
            let local = Timestamp(microseconds: (minute * 60 + zone.offset(at: minute * 60)) * 1_000_000)
                .parts
            let day = Timestamp(microseconds: (minute * 60 + zone.offset(at: minute * 60)) * 1_000_000)
            let number = Int((Double(day.microseconds) / 86_400_000_000).rounded(.down))
            let holiday = week.holidays.first {
                switch $0.day {
                case .dates(let days): days.contains(number)
                case .yearly(let month, let dayOfMonth): month == local.month && dayOfMonth == local.day
                }
            }
            let hours = holiday?.hours ?? week.days[(local.weekday + 6) % 7]
            if hours.contains(where: { $0.contains(local.hour * 60 + local.minute) }) { open += 60_000_000 }
            minute += 1
        }
        return open
    }

    @Test("A night and a weekend lie outside the hours")
    func outsideHours() throws {
        let hours9 = try Self.week("UTC")
        #expect(hours9.time(from: utc("2026-11-20T16:00:00Z"), to: utc("2026-11-23T10:00:00Z")) == hours(2))
        #expect(
            hours9.date(after: hours(2), from: utc("2026-11-20T16:00:00Z")) == utc("2026-11-23T10:00:00Z"))
        #expect(
            hours9.date(after: hours(1), from: utc("2026-11-20T16:00:00Z")) == utc("2026-11-20T17:00:00Z"))
        #expect(!hours9.isOpen(at: utc("2026-11-21T12:00:00Z")))
        #expect(hours9.nextOpening(from: utc("2026-11-21T12:00:00Z")) == utc("2026-11-23T09:00:00Z"))
        #expect(hours9.isOpen(at: utc("2026-11-20T09:00:00Z")))
        #expect(!hours9.isOpen(at: utc("2026-11-20T17:00:00Z")))
    }

    @Test("chatwoot#14009, frappe#2212: several working intervals a day, so lunch is not working time")
    func lunch() throws {
        let office = try Self.week("UTC", BusinessCalendar.workingDays([480..<720, 780..<1020]))
        #expect(office.time(from: utc("2026-11-20T11:00:00Z"), to: utc("2026-11-20T14:00:00Z")) == hours(2))
        #expect(
            office.date(after: hours(2), from: utc("2026-11-20T11:00:00Z")) == utc("2026-11-20T14:00:00Z"))
    }

    @Test(
        "osTicket#1168, #2131, #4166, #4969: a holiday has no working time, and a shortened day has its own")
    func holidays() throws {
        let eve = BusinessCalendar.Holiday(
            name: "Christmas Eve", day: try #require(.init("12-24")), hours: [540..<720])
        let christmas = BusinessCalendar.Holiday(
            name: "Christmas", day: try #require(.init("2026-12-25..2026-12-26")))
        let office = try Self.ready(
            .weekly(Week(zone: "UTC", days: Self.nineToFive, holidays: [eve, christmas])))
        #expect(office.time(from: utc("2026-12-24T00:00:00Z"), to: utc("2026-12-28T00:00:00Z")) == hours(3))
        #expect(office.time(from: utc("2025-12-24T00:00:00Z"), to: utc("2025-12-25T00:00:00Z")) == hours(3))
        #expect(office.time(from: utc("2025-12-25T00:00:00Z"), to: utc("2025-12-26T00:00:00Z")) == hours(8))
    }

    @Test("zammad#390: deadlines move for the holidays of the calendar and for no others")
    func onlyOwnHolidays() throws {
        let office = try Self.week("Europe/Berlin")
        #expect(
            office.date(after: hours(8), from: utc("2026-11-11T08:00:00Z")) == utc("2026-11-11T16:00:00Z"))
    }

    @Test(
        "SLA-05 part: an hour that comes twice counts twice, one that is left out does not count",
        .enabled(if: ZoneFiles.arePresent, "this machine has no time zones in /usr/share/zoneinfo"))
    func daylightSaving() throws {
        let nights = try Self.week("Europe/Berlin", Array(repeating: [0..<360], count: 7))
        #expect(nights.time(from: utc("2026-10-24T22:00:00Z"), to: utc("2026-10-25T12:00:00Z")) == hours(7))
        #expect(nights.time(from: utc("2026-03-28T23:00:00Z"), to: utc("2026-03-29T12:00:00Z")) == hours(5))
        let days = try Self.week("Europe/Berlin")
        #expect(days.date(after: hours(8), from: utc("2026-03-27T08:00:00Z")) == utc("2026-03-27T16:00:00Z"))
        #expect(days.date(after: hours(8), from: utc("2026-03-30T00:00:00Z")) == utc("2026-03-30T15:00:00Z"))
    }

    @Test(
        "SLA-05 part: Lord Howe's half hour, Apia's missing day and Casablanca's winter in spring are right",
        .enabled(if: ZoneFiles.arePresent, "this machine has no time zones in /usr/share/zoneinfo"))
    func oddZones() throws {
        let whole = Array(repeating: [0..<1440], count: 7)
        let lordHowe = try #require(ZoneFiles.table["Australia/Lord_Howe"])
        #expect(lordHowe.offset(at: 1_767_225_600) == 39_600)
        #expect(lordHowe.offset(at: 1_782_864_000) == 37_800)
        let nights = try Self.week("Australia/Lord_Howe", Array(repeating: [60..<180], count: 7))
        #expect(
            nights.time(from: utc("2026-04-04T12:00:00Z"), to: utc("2026-04-05T00:00:00Z")) == hours(2.5))
        #expect(
            nights.time(from: utc("2026-10-03T12:00:00Z"), to: utc("2026-10-04T00:00:00Z")) == hours(1.5))
        // Friday 30 December 2011 did not happen in Apia: from Thursday noon to Saturday noon is one day.
        let friday = try Self.week("Pacific/Apia", [[], [], [], [], [0..<1440], [], []])
        #expect(friday.time(from: utc("2011-12-25T00:00:00Z"), to: utc("2012-01-01T00:00:00Z")) == 0)
        let always = try Self.week("Pacific/Apia", whole)
        #expect(
            always.time(from: utc("2011-12-29T00:00:00Z"), to: utc("2012-01-01T00:00:00Z")) == hours(72))
        // Ramadan 2026: Casablanca is at UTC from 15 February to 22 March, an hour ahead before and after.
        let casablanca = try #require(ZoneFiles.table["Africa/Casablanca"])
        #expect(casablanca.offset(at: utc("2026-02-10T00:00:00Z").microseconds / 1_000_000) == 3600)
        #expect(casablanca.offset(at: utc("2026-03-01T00:00:00Z").microseconds / 1_000_000) == 0)
        #expect(casablanca.offset(at: utc("2026-03-25T00:00:00Z").microseconds / 1_000_000) == 3600)
    }

    @Test(
        "SLA-05 part: follow the sun is open wherever one of its calendars is, and counts no hour twice",
        .enabled(if: ZoneFiles.arePresent, "this machine has no time zones in /usr/share/zoneinfo"))
    func followTheSun() throws {
        let calendars = [
            BusinessCalendar(id: "sun", name: "Sun", opening: .union(["berlin", "tokyo", "newyork"])),
            BusinessCalendar(
                id: "berlin", name: "B", opening: .weekly(Week(zone: "Europe/Berlin", days: Self.nineToFive))),
            BusinessCalendar(
                id: "tokyo", name: "T", opening: .weekly(Week(zone: "Asia/Tokyo", days: Self.nineToFive))),
            BusinessCalendar(
                id: "newyork", name: "N",
                opening: .weekly(Week(zone: "America/New_York", days: Self.nineToFive))),
        ]
        let made = try WorkingHours.compile(calendars, zones: ZoneFiles.table)
        let sun = try #require(made["sun"])
        // A Wednesday in winter: Tokyo 0 to 8, Berlin 8 to 16, New York 14 to 22.
        #expect(sun.time(from: utc("2026-01-14T00:00:00Z"), to: utc("2026-01-15T00:00:00Z")) == hours(22))
        #expect(sun.date(after: hours(23), from: utc("2026-01-14T00:00:00Z")) == utc("2026-01-15T01:00:00Z"))
    }

    @Test(
        "SLA-05: a policy has hours by zone with holidays, days around the clock and unions that follow the sun, right where clocks are changed",
        .enabled(if: ZoneFiles.arePresent, "this machine has no time zones in /usr/share/zoneinfo"))
    func policyCalendars() throws {
        let office: Tree = ["mon-fri": ["09:00-12:00", "13:00-17:00"]]
        let tree = TestPolicy.tree.setting(
            ["calendars"],
            [
                [
                    "id": "berlin", "name": "Berlin", "zone": "Europe/Berlin", "hours": office,
                    "holidays": [
                        ["date": "2026-04-03", "name": "Good Friday"],
                        ["date": "12-24", "name": "Christmas Eve", "hours": ["09:00-12:00"]],
                    ],
                ],
                ["id": "tokyo", "name": "Tokyo", "zone": "Asia/Tokyo", "hours": office],
                ["id": "sun", "name": "Follow the sun", "union": ["berlin", "tokyo"]],
            ])
        var line = 1
        let policy = try Policy.read(
            tree.node(&line), knownRights: TestPolicy.rights, zones: ZoneFiles.table
        ).get()
        let hours = policy.serviceLevels.hours
        func open(_ calendar: String, _ from: String, _ to: String) throws -> Int64 {
            try #require(hours[calendar]).time(from: utc(from), to: utc(to)) / 3_600_000_000
        }
        #expect(try open("always", "2026-03-28T00:00:00Z", "2026-03-30T00:00:00Z") == 48)
        // Berlin's Friday is at UTC+1, its Monday at UTC+2: nine o’clock is eight and then seven.
        #expect(hours["berlin"]?.isOpen(at: utc("2026-03-27T07:30:00Z")) == false)
        #expect(hours["berlin"]?.isOpen(at: utc("2026-03-30T07:30:00Z")) == true)
        #expect(try open("berlin", "2026-03-27T00:00:00Z", "2026-03-31T00:00:00Z") == 14)
        #expect(try open("berlin", "2026-04-02T00:00:00Z", "2026-04-04T00:00:00Z") == 7, "Good Friday is off")
        #expect(try open("berlin", "2026-12-24T00:00:00Z", "2026-12-25T00:00:00Z") == 3)
        #expect(try open("sun", "2026-03-30T00:00:00Z", "2026-03-31T00:00:00Z") == 13, "they share an hour")
    }

    @Test(
        "Calendars agree with a look at the clocks once a minute",
        .enabled(if: ZoneFiles.arePresent, "this machine has no time zones in /usr/share/zoneinfo"))
    func agreesWithTheOracle() throws {
        var generator = SeededGenerator(seed: 5)
        let zones = [
            "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca",
            "Asia/Kathmandu", "America/St_Johns", "Pacific/Chatham", "Europe/Dublin", "America/Sao_Paulo",
            "UTC",
        ]
        for round in 0..<66 {
            let name = zones[round % zones.count]
            let zone = try #require(ZoneFiles.table[name])
            let days = (0..<7).map { _ in Self.someHours(&generator) }
            guard days.contains(where: { !$0.isEmpty }) else { continue }
            let start = Timestamp(
                microseconds: Int64.random(in: 21_000_000...33_000_000, using: &generator) * 60_000_000)
            let number = Int(start.microseconds / 86_400_000_000)
            let holiday = BusinessCalendar.Holiday(
                name: "Off", day: .dates(number + 1...number + 2), hours: Self.someHours(&generator))
            let week = Week(zone: name, days: days, holidays: [holiday])
            let ready = try Self.ready(.weekly(week))
            // Two weeks around a change of clocks, where the zone has one near.
            let near = zone.changes.first { $0.at * 1_000_000 > start.microseconds }?.at ?? 0
            let from =
                round % 2 == 0 || near > 2_100_000_000 || near == 0
                ? start : Timestamp(microseconds: (near / 60 * 60 - 5 * 86_400) * 1_000_000)
            let to = from.adding(seconds: Int64.random(in: 1...20_000, using: &generator) * 60)
            let expected = Self.oracle(week, zone, from: from, to: to)
            #expect(ready.time(from: from, to: to) == expected, "\(name) \(from) \(to) \(week)")
            if expected > 0 {
                let date = try #require(ready.date(after: expected, from: from))
                #expect(date <= to)
                #expect(ready.time(from: from, to: date) == expected)
                #expect(
                    ready.time(from: from, to: Timestamp(microseconds: date.microseconds - 1)) == expected - 1
                )
            }
        }
    }

    static func someHours(_ generator: inout SeededGenerator) -> [BusinessCalendar.Minutes] {
        var ends = (0..<Int.random(in: 0...2, using: &generator) * 2).map { _ in
            Int.random(in: 0...1440, using: &generator)
        }.sorted()
        if Bool.random(using: &generator), ends.count > 1 { ends[ends.count - 1] = 1440 }
        return stride(from: 0, to: ends.count, by: 2).compactMap {
            ends[$0] < ends[$0 + 1] ? ends[$0]..<ends[$0 + 1] : nil
        }
    }

    @Test("Mistakes of a calendar are said plainly")
    func mistakes() throws {
        func problem(_ opening: BusinessCalendar.Opening) -> String? {
            do {
                _ = try Self.ready(opening)
                return nil
            } catch { return "\(error)" }
        }
        #expect(
            problem(.weekly(Week(zone: "Europe/Atlantis", days: Self.nineToFive)))
                == "the calendar “own” “Europe/Atlantis” is not a time zone that this machine knows; write a name such as Europe/Berlin"
        )
        #expect(
            problem(.weekly(Week(zone: "UTC", days: Array(repeating: [], count: 7))))
                == "the calendar “own” has no open hours, so no clock on it would ever end")
        #expect(
            problem(.weekly(Week(zone: "UTC", days: BusinessCalendar.workingDays([540..<800, 780..<900]))))
                == "the calendar “own” has hours that overlap on mon")
        #expect(
            problem(
                .weekly(
                    Week(
                        zone: "UTC", days: Self.nineToFive,
                        holidays: [
                            .init(name: "A", day: try #require(.init("2026-12-24..2026-12-26"))),
                            .init(name: "B", day: try #require(.init("12-25"))),
                        ])))
                == "the calendar “own” has two holidays on 2026-12-25: “A” and “B”")
        #expect(problem(.union(["own"])) == "the calendar “own” is a union that leads back to itself")
        #expect(problem(.union(["x"])) == "the calendar “own” unites “x”, which is not a calendar")
        #expect(BusinessCalendar.minutes("09:00-17:30") == 540..<1050)
        #expect(BusinessCalendar.minutes("22:00-06:00") == nil)
        #expect(BusinessCalendar.minutes("9-17") == nil)
        #expect(BusinessCalendar.minutes("00:00-24:00") == 0..<1440)
        #expect(BusinessCalendar.days("sat-mon") == [5, 6, 0])
        #expect(BusinessCalendar.Holiday.Day("2026-13-01") == nil)
    }

    @Test("Files that are no time zones are refused, and rules of POSIX are read")
    func zoneFiles() throws {
        #expect(throws: ZoneProblem.self) { try ZoneRules(name: "x", tzif: []) }
        #expect(throws: ZoneProblem.self) { try ZoneRules(name: "x", tzif: Array("TZif".utf8)) }
        #expect(throws: ZoneProblem.self) {
            try ZoneRules(name: "x", tzif: Array(repeating: UInt8(ascii: "x"), count: 400))
        }
    }

    @Test("No working time is never a date, and nothing lies before the start")
    func edges() throws {
        let office = try Self.week("UTC")
        let start = utc("2026-11-21T12:00:00Z")
        #expect(office.date(after: 0, from: start) == start)
        #expect(office.time(from: start, to: start.adding(seconds: -5)) == 0)
        #expect(office.date(after: .max / 2, from: start) == nil)
        #expect(WorkingHours.always.date(after: .max, from: start) == nil)
        #expect(
            office.time(from: utc("2020-01-01T00:00:00Z"), to: utc("2030-01-01T00:00:00Z")) == hours(8 * 2609)
        )
    }
}
