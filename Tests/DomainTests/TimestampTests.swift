import Domain
import Foundation
import Testing

struct TimestampTests {
    @Test(
        "A time reads the same whatever zone and fraction it is written with",
        arguments: [
            ("2026-11-21T09:30:00Z", "2026-11-21T09:30:00Z"),
            ("2026-11-21t09:30:00z", "2026-11-21T09:30:00Z"),
            ("2026-11-21 09:30:00Z", "2026-11-21T09:30:00Z"), ("2026-11-21T09:30", "2026-11-21T09:30:00Z"),
            ("2026-11-21T09:30:00+01:00", "2026-11-21T08:30:00Z"),
            ("2026-11-21T00:30:00+05:45", "2026-11-20T18:45:00Z"),
            ("2026-12-31T23:30:00-03:30", "2027-01-01T03:00:00Z"),
            ("2026-11-21T09:30:00.5Z", "2026-11-21T09:30:00.500000Z"),
            ("2026-11-21T09:30:00.123456789Z", "2026-11-21T09:30:00.123456Z"),
            ("2024-02-29T12:00:00Z", "2024-02-29T12:00:00Z"),
            ("2000-02-29T12:00:00Z", "2000-02-29T12:00:00Z"),
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
            ("1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"),
            ("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
            ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
        ])
    func reads(_ text: String, _ expected: String) throws {
        let time = try #require(Timestamp(text))
        #expect(time.rfc3339 == expected)
        #expect(Timestamp(time.rfc3339) == time)
    }

    @Test(
        "What is no time is not read",
        arguments: [
            "", "2026", "2026-11-21", "2026-11-21T", "2026-11-21T09", "2026-11-21T09:3",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z",
            "2026-11-00T00:00:00Z", "2026-11-21T24:00:00Z", "2026-11-21T09:60:00Z", "2026-11-21T09:30:61Z",
            "2026-11-21T09:30:00.Z", "2026-11-21T09:30:00ZZ", "2026-11-21T09:30:00 Z",
            "2026-11-21T09:30:00+1:00",
            "2026-11-21T09:30:00+24:00", "2026-11-21T09:30:00+01:60", "2026-11-21T09:30:00+0100",
            "20261121T093000Z", "-026-11-21T09:30:00Z", "+026-11-21T09:30:00Z", "0000-01-01T00:00:00Z",
            "２０２６-11-21T09:30:00Z", "2026-11-21T09:30:00Z\u{0}", " 2026-11-21T09:30:00Z", "yesterday",
            "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-00:01",
        ])
    func refuses(_ text: String) { #expect(Timestamp(text) == nil) }

    @Test("Any day from 1900 to 2200 is the day that Foundation's calendar says")
    func agreesWithFoundation() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        var random = Seeded(state: 41)
        let first = -2_208_988_800  // 1900-01-01
        let last = 7_289_654_400  // 2201-01-01
        for _ in 0..<4000 {
            let second = Int.random(in: first..<last, using: &random)
            let microsecond = Int.random(in: 0..<1_000_000, using: &random)
            let time = Timestamp(microseconds: Int64(second) * 1_000_000 + Int64(microsecond))
            let theirs = calendar.dateComponents(
                [.year, .month, .day, .hour, .minute, .second, .weekday],
                from: Date(timeIntervalSince1970: TimeInterval(second)))
            let ours = time.parts
            #expect(
                ours.year == theirs.year && ours.month == theirs.month && ours.day == theirs.day, "\(second)")
            #expect(
                ours.hour == theirs.hour && ours.minute == theirs.minute && ours.second == theirs.second,
                "\(second)")
            #expect(ours.weekday + 1 == theirs.weekday && ours.microsecond == microsecond, "\(second)")
            #expect(Timestamp(time.rfc3339) == time)
            #expect(
                Timestamp(
                    year: ours.year, month: ours.month, day: ours.day, hour: ours.hour, minute: ours.minute,
                    second: ours.second, microsecond: microsecond) == time)
        }
    }

    @Test(
        "The first and last moments that a database can hold have parts",
        arguments: [Int64.min, -1, 0, Int64.max])
    func extremes(_ microseconds: Int64) {
        let parts = Timestamp(microseconds: microseconds).parts
        #expect(
            (1...12).contains(parts.month) && (1...31).contains(parts.day) && (0...6).contains(parts.weekday))
        #expect((0...23).contains(parts.hour) && (0...999_999).contains(parts.microsecond))
    }

    @Test("Times compare, add and show themselves")
    func arithmetic() throws {
        let time = try #require(Timestamp("2026-02-28T23:59:59Z"))
        #expect(time.adding(seconds: 1).day == "2026-03-01")
        #expect(time < time.adding(seconds: 1))
        #expect(time.adding(seconds: 90).seconds(since: time) == 90)
        #expect(
            time.clock == "23:59" && time.fieldText == "2026-02-28T23:59"
                && "\(time)" == "2026-02-28T23:59:59Z")
    }
}

/// Random numbers that are the same in every run (SplitMix64).
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
