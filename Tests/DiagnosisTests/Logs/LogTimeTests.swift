import Diagnosis
import Testing

@Suite("Times of log lines")
struct LogTimeTests {
    @Test(
        "A time is read in whatever way it is written",
        arguments: [
            ("2024-03-07 09:05:01", "2024-03-07T09:05:01Z"),
            ("2024-03-07T09:05:01.123456789Z", "2024-03-07T09:05:01.123456Z"),
            ("2024-03-07T09:05:01,5+02:00", "2024-03-07T07:05:01.500Z"),
            ("2024-03-07 09:05:01.25 +0530", "2024-03-07T03:35:01.250Z"),
            ("2024/03/07 09:05:01 CET", "2024-03-07T08:05:01Z"),
            ("20240307T090501Z", "2024-03-07T09:05:01Z"),
            ("20240307 09:05:01", "2024-03-07T09:05:01Z"),
            ("2024-W10-4T09:05:01Z", "2024-03-07T09:05:01Z"),
            ("2024-067T09:05:01Z", "2024-03-07T09:05:01Z"),
            ("07/Mar/2024:09:05:01 -0100", "2024-03-07T10:05:01Z"),
            ("07-Mar-2024 09:05:01.007", "2024-03-07T09:05:01.007Z"),
            ("Thu, 07 Mar 2024 09:05:01 GMT", "2024-03-07T09:05:01Z"),
            ("Thu Mar  7 09:05:01 2024", "2024-03-07T09:05:01Z"),
            ("Mar 7, 2024 9:05:01 PM", "2024-03-07T21:05:01Z"),
            ("12/31/2024 12:05:01 AM", "2024-12-31T00:05:01Z"),
            ("31.12.2024 09:05:01", "2024-12-31T09:05:01Z"),
            ("240307  9:05:01", "2024-03-07T09:05:01Z"),
            ("081109 203615", "2008-11-09T20:36:15Z"),
            ("2005-06-03-15.42.50.675872", "2005-06-03T15:42:50.675872Z"),
            ("1709802301", "2024-03-07T09:05:01Z"),
            ("1709802301.25", "2024-03-07T09:05:01.250Z"),
            ("1709802301123", "2024-03-07T09:05:01.123Z"),
            ("1709802301123456", "2024-03-07T09:05:01.123456Z"),
            ("1709802301123456789", "2024-03-07T09:05:01.123456Z"),
            ("@4000000065e983622a000000", "2024-03-07T09:05:01.704643Z"),
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
            ("2024-02-29 00:00:00", "2024-02-29T00:00:00Z"),
            ("2024-13-07 09:05:01", nil), ("2024-03-07 25:61:01", nil),
        ] as [(String, String?)])
    func shapes(_ stamp: String, _ expected: String?) {
        let reading = LogReading((0..<30).map { "\(stamp) request \($0) done\n" }.joined())
        if expected == nil, stamp.hasPrefix("2024") {
            #expect(reading.lines[0].at?.contains(":61:") != true)
        } else {
            #expect(reading.lines[0].at == expected)
        }
    }

    @Test("Years that lines do not name come from when the log was written, and turn with the year")
    func yearTurn() {
        let text = """
            Dec 30 23:00:00 host app[1]: request 1 done
            Dec 31 23:59:59 host app[1]: request 2 done
            Jan  1 00:00:01 host app[1]: request 3 done
            Dec 31 23:59:58 host app[1]: request 4 done
            Jan  2 08:00:00 host app[1]: request 5 done

            """
        var assumptions = LogFormat.Assumptions()
        assumptions.writtenAt = 1_704_182_400_000_000  // 2024-01-02T08:00:00Z
        let reading = LogReading(text, assuming: assumptions)
        #expect(
            reading.lines.map { $0.at?.prefix(10) } == [
                "2023-12-30", "2023-12-31", "2024-01-01", "2023-12-31", "2024-01-02",
            ])
        #expect(reading.format.time.day == .withoutYear)
        #expect(reading.format.time.notes.contains { $0.contains("year") })
    }

    @Test("A log whose last day lies behind the day it was written is of the year before")
    func yearBefore() {
        var assumptions = LogFormat.Assumptions()
        assumptions.writtenAt = 1_709_802_301_000_000  // 2024-03-07
        let text = (1...9).map { "Nov \($0 + 10) 08:00:00 host app[1]: request \($0) done\n" }.joined()
        #expect(LogReading(text, assuming: assumptions).lines[0].at == "2023-11-11T08:00:00Z")
    }

    @Test("Lines with a time of day only turn the day at midnight")
    func midnight() {
        var assumptions = LogFormat.Assumptions()
        assumptions.writtenAt = 1_709_802_301_000_000  // 2024-03-07T09:05:01Z
        let text = (0..<30).map { index in
            index < 15
                ? "23:59:\((index * 2).padded) request \(index) done\n"
                : "00:00:\(index.padded) request \(index) done\n"
        }
        let reading = LogReading(text.joined(), assuming: assumptions)
        #expect(reading.lines[0].at == "2024-03-06T23:59:00Z")
        #expect(reading.lines[29].at == "2024-03-07T00:00:29Z")
    }

    @Test("A zone may be assumed for lines that name none, without summer time")
    func assumedZone() {
        var assumptions = LogFormat.Assumptions()
        assumptions.zone = 19_800
        let text = (0..<30).map { "2024-0\($0 % 9 + 1)-07 09:05:01 request \($0) done\n" }.joined()
        let reading = LogReading(text, assuming: assumptions)
        #expect(reading.lines.allSatisfy { $0.at?.hasSuffix("03:35:01Z") ?? false })
        #expect(reading.format.time.notes.contains("No line names a time zone: times are read as +05:30."))
    }

    @Test("Numbers in a date are put in the order that makes all of them dates")
    func dateOrder() {
        let dayFirst = (1...28).map { "\($0.padded)/03/2024 09:05:01 request \($0) done\n" }.joined()
        #expect(LogReading(dayFirst).lines[4].at == "2024-03-05T09:05:01Z")
        let monthFirst = (1...28).map { "03/\($0.padded)/2024 09:05:01 request \($0) done\n" }.joined()
        #expect(LogReading(monthFirst).lines[4].at == "2024-03-05T09:05:01Z")
        let yearFirst = (1...28).map { "24/03/\($0.padded) 09:05:01 request \($0) done\n" }.joined()
        #expect(LogReading(yearFirst).lines[4].at == "2024-03-05T09:05:01Z")
    }

    @Test("A process number with the digits of a year is no year")
    func yearLikeNumbers() {
        var random = SeededGenerator(seed: 2)
        var assumptions = LogFormat.Assumptions()
        assumptions.writtenAt = 1_709_802_301_000_000
        let text = (0..<200).map { "Mar  7 09:05:01 \(random.below(299) + 1900) worker \($0) ready\n" }
            .joined()
        let reading = LogReading(text, assuming: assumptions)
        #expect(reading.lines.allSatisfy { $0.at == "2024-03-07T09:05:01Z" })
    }

    @Test("Every microsecond that can be written can be read back", arguments: 0..<200)
    func roundTrip(_ seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let time = Int64(random.below(4_000_000_000)) * 1_000_000 + Int64(random.below(1_000_000))
        let text = LogTime.text(time)
        #expect(LogReading("\(text) ready\n\(text) steady\n\(text) go\n").lines[1].time == time)
    }
}
