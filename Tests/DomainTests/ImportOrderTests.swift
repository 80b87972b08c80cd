import Domain
import Testing

/// What is odd about a file's order is named, by definitions that anybody can check by hand.
struct ImportOrderTests {
    private func oddities(_ numbers: [String]) -> [String] {
        var order = ImportOrder()
        for (index, text) in numbers.enumerated() { order.note("A", text: text, time: nil, line: index + 2) }
        return order.oddities.map { "\($0.kind.rawValue): \($0.detail)" }
    }

    @Test("Numbers that rise by one are not odd, wherever they begin")
    func evenNumbers() {
        #expect(oddities(["0", "1", "2"]).isEmpty)
        #expect(oddities(["7", "8"]).isEmpty)
        #expect(oddities([]).isEmpty)
    }

    @Test("Missing numbers are a gap and are listed as ranges")
    func gaps() {
        #expect(oddities(["0", "2", "3", "7"]) == ["gap: 1, 4–6 missing"])
    }

    @Test("A number that stands twice is a double, next to itself or not")
    func doubles() {
        #expect(oddities(["0", "1", "1", "2"]) == ["double: 1 more than once"])
        #expect(
            oddities(["2", "1", "2", "3"]) == [
                "double: 2 more than once", "backwards: from 2 to 1 in line 3",
            ])
    }

    @Test("A late number that fills a gap is a step back and leaves no gap")
    func filledGap() {
        #expect(oddities(["0", "2", "1", "3"]) == ["backwards: from 2 to 1 in line 4"])
    }

    @Test("What is no number is named by its line")
    func unreadable() {
        #expect(oddities(["0", "", "x", "1"]) == ["unreadable: line 3, 4"])
        #expect(oddities(["99999999999999999999"]) == ["unreadable: line 2"])
    }

    @Test("Time that runs backwards is named, and cases stay apart")
    func time() throws {
        var order = ImportOrder()
        let early = try #require(Timestamp("2016-02-29T01:00:00Z"))
        order.note("A", text: nil, time: early.adding(seconds: 60), line: 2)
        order.note("B", text: nil, time: early, line: 3)
        order.note("A", text: nil, time: early, line: 4)
        #expect(order.oddities.map(\.number) == ["A"])
        #expect(order.oddities.map(\.kind) == [.timeBackwards])
        #expect(order.oddities.first?.detail == "from 2016-02-29T01:01:00Z to 2016-02-29T01:00:00Z in line 4")
    }
}

/// Moments as other systems write them.
struct ImportTimeFormatTests {
    @Test(
        "Day-first moments are read with any of the usual signs between the parts",
        arguments: [
            ("29-02-2016 01:16", "2016-02-29T01:16:00Z"), ("29/02/2016 01:16:30", "2016-02-29T01:16:30Z"),
            ("3.4.2016", "2016-04-03T00:00:00Z"), ("03-04-2016 9:05", "2016-04-03T09:05:00Z"),
        ])
    func dayFirst(_ text: String, _ expected: String) {
        #expect(ImportTimeFormat(.dayFirst).moment(text)?.rfc3339 == expected)
    }

    @Test(
        "Month-first moments know AM and PM",
        arguments: [
            ("02/29/2016 01:16 PM", "2016-02-29T13:16:00Z"), ("2/29/2016 12:05 AM", "2016-02-29T00:05:00Z"),
            ("2/29/2016 12:05 PM", "2016-02-29T12:05:00Z"), ("2/29/2016 14:00", "2016-02-29T14:00:00Z"),
        ])
    func monthFirst(_ text: String, _ expected: String) {
        #expect(ImportTimeFormat(.monthFirst).moment(text)?.rfc3339 == expected)
    }

    @Test(
        "What is no moment is none",
        arguments: [
            "", "29-02-2015 01:16", "02-29-2016 01:16", "29-02-16 01:16", "29-02-2016 25:00",
            "29-02-2016 01:16 PMX",
            "29-02-2016 13:16 PM", "29-02-2016 01", "29-02-2016 1:2:3:4", "2016-02-29", "29--2016",
            "٢٩-02-2016",
        ])
    func noMoment(_ text: String) {
        #expect(ImportTimeFormat(.dayFirst).moment(text) == nil)
    }

    @Test("The zone of the file counts only where a moment does not name its own")
    func zone() {
        let format = ImportTimeFormat(.rfc3339, offsetMinutes: 60)
        #expect(format.moment("2016-02-29T01:16:00Z")?.rfc3339 == "2016-02-29T01:16:00Z")
        #expect(format.moment("2016-02-29T01:16:00-05:00")?.rfc3339 == "2016-02-29T06:16:00Z")
        #expect(format.moment("2016-02-29 01:16")?.rfc3339 == "2016-02-29T00:16:00Z")
        #expect(format.moment("2016-02-29")?.rfc3339 == "2016-02-28T23:00:00Z")
        #expect(
            ImportTimeFormat(.dayFirst, offsetMinutes: -300).moment("29-02-2016 01:16")?.rfc3339
                == "2016-02-29T06:16:00Z")
    }

    @Test("A text is shortened at a word, and only where it is too long")
    func shortened() {
        #expect("one two three".shortened(to: 13) == "one two three")
        #expect("one two three".shortened(to: 10) == "one two…")
        #expect("unbreakable".shortened(to: 5) == "unbr…")
    }
}
