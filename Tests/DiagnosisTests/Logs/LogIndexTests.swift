import Testing

@testable import Diagnosis

/// A log in memory that counts what is read of it.
struct MemoryLog: LogBytes {
    let bytes: [UInt8]
    var size: Int64 { Int64(bytes.count) }
    func read(at place: Int64, count: Int) -> [UInt8] {
        Array(bytes[min(bytes.count, Int(place))..<min(bytes.count, Int(place) + count)])
    }
}

@Suite("Logs with an index")
struct LogIndexTests {
    private static func open(_ bytes: [UInt8], blockBytes: Int64? = nil, piece: Int = 7777) throws
        -> IndexedLog
    {
        let source = MemoryLog(bytes: bytes)
        let format = try LogFormat(learningFrom: source)
        var indexer = LogIndexer(format, size: source.size, blockBytes: blockBytes)
        for start in stride(from: 0, to: bytes.count, by: piece) {
            bytes[start..<min(bytes.count, start + piece)].withUnsafeBytes { indexer.feed($0) }
        }
        return IndexedLog(
            source, index: indexer.finish(), format: format,
            encoding: DecodedText.encoding(of: Array(bytes.prefix(4096))) ?? .utf8)
    }

    /// Lines as programs write them, with stack traces, blank lines and both ends of lines.
    private static func sample(_ count: Int) -> [String] {
        var random = SeededGenerator(seed: 11)
        var lines: [String] = []
        for number in 0..<count {
            let (hour, minute, second) = (number / 3600 % 24, number / 60 % 60, number % 60)
            func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
            let level = ["INFO", "INFO", "INFO", "WARN", "DEBUG", "ERROR"][random.below(6)]
            lines.append(
                "2026-03-07 \(two(hour)):\(two(minute)):\(two(second)) \(level) worker \(random.below(40)): order \(number) took \(random.below(900)) ms"
            )
            if level == "ERROR" {
                lines.append("java.lang.IllegalStateException: order \(number) is gone")
                for depth in 0..<random.below(5) {
                    lines.append("\tat com.example.Orders.take(Orders.java:\(depth))")
                }
            }
        }
        return lines
    }

    @Test("DIAG-02 part: each line of a log is found by its number, whatever the blocks and pieces")
    func everyLine() throws {
        let lines = Self.sample(2000)
        for (end, blockBytes, piece) in [
            ("\n", 64, 1), ("\r\n", 500, 999), ("\n", 4096, 1 << 20), ("\r\n", 1 << 16, 13),
        ] {
            let text = lines.joined(separator: end)
            let log = try Self.open(Array(text.utf8), blockBytes: Int64(blockBytes), piece: piece)
            #expect(log.index.lines == Int64(lines.count))
            #expect(log.index.size == Int64(text.utf8.count))
            for from in [1, 2, 999, lines.count - 30] {
                let found = try log.lines(from: Int64(from), count: 60)
                let wanted = lines[(from - 1)..<min(lines.count, from + 59)]
                #expect(found.map { String(decoding: $0.bytes, as: UTF8.self) } == Array(wanted))
                #expect(found.map(\.number) == wanted.indices.map { Int64($0 + 1) })
            }
            #expect(try log.lines(from: Int64(lines.count + 1), count: 5).isEmpty)
        }
    }

    @Test("Times, levels and what goes on a record are read in the middle as from the beginning")
    func sameInTheMiddle() throws {
        var lines = Self.sample(900)
        // Without a year, over the turn of one.
        lines += (1...400).map { "Dec 31 23:\(10 + $0 / 60):\(10 + $0 % 50) host app[7]: tick \($0)" }
        lines += (1...400).map { "Jan  1 00:\(10 + $0 / 60):\(10 + $0 % 50) host app[7]: tick \($0)" }
        let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
        let whole = try Self.open(bytes, blockBytes: 1 << 30)
        let parts = try Self.open(bytes, blockBytes: 200)
        #expect(parts.index.blocks.count > 50)
        #expect(whole.index.lines == Int64(lines.count), "an end of line at the end begins no other line")
        let (first, second) = (
            try whole.lines(from: 1, count: 5000), try parts.lines(from: 1, count: 5000)
        )
        #expect(first.map(\.time) == second.map(\.time))
        #expect(first.map(\.level) == second.map(\.level))
        #expect(first.map(\.goesOn) == second.map(\.goesOn))
        #expect(whole.index.records == parts.index.records && whole.index.timed == parts.index.timed)
        #expect(whole.index.activity == parts.index.activity)
    }

    @Test(
        "DIAG-02 part: a filter gives what reading every line gives, forwards and backwards, with whole records"
    )
    func filters() throws {
        let lines = Self.sample(1500)
        let log = try Self.open(Array(lines.joined(separator: "\n").utf8), blockBytes: 900)
        let all = try log.lines(from: 1, count: 10_000)
        var records: [[IndexedLog.Line]] = []
        for line in all {
            if line.goesOn { records[records.count - 1].append(line) } else { records.append([line]) }
        }
        let from = LogTime.parse("2026-03-07 00:05:00") ?? 0
        let to = LogTime.parse("2026-03-07 00:15:00") ?? 0
        func holds(_ record: [IndexedLog.Line], _ text: String) -> Bool {
            record.contains { String(decoding: $0.bytes, as: UTF8.self).lowercased().contains(text) }
        }
        let queries: [(LogQuery, ([IndexedLog.Line]) -> Bool)] = [
            (LogQuery(level: .error), { $0[0].level == .error }),
            (LogQuery(level: .warning), { ($0[0].level ?? .trace) >= .warning }),
            (LogQuery(from: from, to: to), { $0[0].time.map { $0 >= from && $0 <= to } ?? false }),
            (try LogQuery(finding: "ORDER 12"), { holds($0, "order 12") }),
            (try LogQuery(finding: "/Orders\\.take\\(.*:3\\)$/"), { holds($0, "orders.java:3") }),
            (
                try LogQuery(finding: "is gone", level: .error, from: from, to: to),
                { $0[0].level == .error && $0[0].time.map { $0 >= from && $0 <= to } ?? false }
            ),
        ]
        for (query, fits) in queries {
            let wanted = records.filter(fits).map { $0[0].number }
            #expect(!wanted.isEmpty)
            for budget: Int64 in [1, 5000, 1 << 40] {
                var (found, next): ([IndexedLog.Record], Int64?) = ([], 1)
                while let from = next {
                    let some = try log.find(query, from: from, most: 7, budget: budget)
                    #expect(some.records.count <= 7)
                    found += some.records
                    next = some.next
                }
                #expect(found.compactMap { $0.lines.first?.number } == wanted)
                #expect(
                    found.allSatisfy { record in
                        record.lineCount == records.first { $0[0].number == record.lines[0].number }?.count
                    })
                (found, next) = ([], log.index.lines + 1)
                while let from = next {
                    let some = try log.find(query, from: from, .back, most: 7, budget: budget)
                    found = some.records + found
                    next = some.next
                }
                #expect(found.compactMap { $0.lines.first?.number } == wanted)
            }
        }
        let errors = all.filter { !$0.goesOn && $0.level == .error }.count
        #expect(log.index.records(atLeast: .error) == Int64(errors))
    }

    @Test("What is found is marked, cut into parts, and never goes over the end of a line")
    func marks() throws {
        let log = try Self.open(Array("aab b\naab\nxx".utf8))
        let query = try LogQuery(finding: "/a+b/")
        let lines = try log.lines(from: 1, count: 3, marking: query)
        #expect(lines.map { $0.parts(in: .utf8) } == [["", "aab", " b"], ["", "aab", ""], ["xx"]])
        let across = try LogQuery(finding: "/b\\s+a/")
        #expect(try log.lines(from: 1, count: 3, marking: across).allSatisfy { $0.marks.isEmpty })
        #expect(try log.find(across, from: 1, most: 9, budget: 1 << 20).records.isEmpty)
        let sign = try Self.open(Array("price 12 \u{20AC}\na\u{202E}b\u{7}".utf8))
        let found = try sign.find(LogQuery(finding: "\u{20AC}"), from: 1, most: 9, budget: 1 << 20)
        #expect(found.records.map { $0.lines[0].number } == [1])
        let second = try #require(try sign.lines(from: 2, count: 1).first)
        #expect(second.parts(in: .utf8) == ["a⟨U+202E⟩b␇"], "what turns the direction of reading can be seen")
        let western = try Self.open([0x70, 0x20, 0x80, 0xE9, 10, 0x71], blockBytes: 10)
        #expect(western.encoding == .windows1252)
        let euro = try LogQuery(finding: "\u{20AC}É".lowercased(), in: .windows1252)
        let line = try #require(try western.lines(from: 1, count: 1, marking: euro).first)
        #expect(line.parts(in: .windows1252) == ["p ", "€é", ""])
    }

    @Test("An expression that cannot be used is refused in words: broken, empty, too long")
    func badQueries() {
        for (text, words) in [
            ("/a(/", "not understood"), ("/x*/", "matches no text"), ("/(?=a)b/", "not understood"),
            (String(repeating: "a", count: 1001), "longer than 1,000"), ("a\nb", "more than one line"),
        ] {
            do throws(LogQuery.Problem) {
                _ = try LogQuery(finding: text)
                Issue.record("\(text) was taken")
            } catch {
                #expect(error.message.contains(words), "\(text): \(error.message)")
            }
        }
    }

    @Test("A line of many megabytes costs its beginning, is searched to its end, and is read in parts")
    func longLine() throws {
        var bytes = Array("2026-03-07 09:05:01 INFO start\n2026-03-07 09:05:02 ERROR ".utf8)
        bytes += [UInt8](repeating: 0x78, count: 9_000_000) + Array("needle".utf8) + [10]
        bytes += Array("2026-03-07 09:05:03 INFO end".utf8)
        let log = try Self.open(bytes, blockBytes: 1000, piece: 1 << 20)
        #expect(log.index.lines == 3)
        let lines = try log.lines(from: 1, count: 9)
        #expect(lines.map(\.number) == [1, 2, 3])
        #expect(
            lines[1].isCut && lines[1].length == 9_000_032 && lines[1].bytes.count == IndexedLog.shownBytes)
        #expect(String(decoding: lines[2].bytes, as: UTF8.self) == "2026-03-07 09:05:03 INFO end")
        let found = try log.find(LogQuery(finding: "needle"), from: 1, most: 5, budget: 1 << 40)
        #expect(found.records.map { $0.lines[0].number } == [2])
        let end = try #require(try log.part(ofLine: 2, at: 9_000_020, count: 100))
        #expect(String(decoding: end.bytes, as: UTF8.self) == "xxxxxxneedle" && end.length == 9_000_032)
        #expect(try log.part(ofLine: 2, at: 9_000_032, count: 100)?.bytes == [])
        #expect(try log.part(ofLine: 4, at: 0, count: 100) == nil)
        let alone = try Self.open([UInt8](repeating: 0x78, count: 3_000_000), blockBytes: 100)
        #expect(alone.index.lines == 1)
        #expect(try alone.lines(from: 1, count: 1).first?.length == 3_000_000)
    }

    @Test("The first line at or after a moment is found, past lines without a time")
    func jump() throws {
        let lines = Self.sample(1200)
        let log = try Self.open(Array(lines.joined(separator: "\n").utf8), blockBytes: 700)
        let moment = try #require(LogTime.parse("2026-03-07 00:10:00"))
        let line = try #require(try log.line(atOrAfter: moment))
        #expect(lines[Int(line) - 1].hasPrefix("2026-03-07 00:10:00"))
        #expect(try log.line(atOrAfter: 0) == 1)
        #expect(try log.line(atOrAfter: .max) == nil)
        let trace = try #require(lines.firstIndex { $0.hasPrefix("\tat") })
        let start = try log.recordStart(of: Int64(trace + 1))
        #expect(lines[Int(start) - 1].contains("ERROR"))
    }

    @Test("DIAG-02 part: the histogram counts every record that has a time once, all of it and a stretch")
    func histogram() throws {
        let lines = Self.sample(4000)
        let log = try Self.open(Array(lines.joined(separator: "\n").utf8), blockBytes: 700)
        let chart = log.index.activity.chart(most: 50)
        #expect(chart.bins.count <= 50 && chart.bins.count > 20)
        #expect(chart.bins.reduce(0) { $0 + $1.all } == 4000)
        #expect(chart.bins.reduce(0) { $0 + $1.errors } == lines.filter { $0.contains(" ERROR ") }.count)
        #expect(chart.bins.reduce(0) { $0 + $1.warnings } == lines.filter { $0.contains(" WARN ") }.count)
        let from = try #require(LogTime.parse("2026-03-07 00:30:00"))
        let stretch = log.index.activity.chart(of: from...(from + 59_000_000), most: 61)
        #expect(stretch.width == 1_000_000 && stretch.bins.reduce(0) { $0 + $1.all } == 60)
        var wide = LogActivity()
        for step in 0..<20_000 { wide.add(Int64(step) * 7_000_000_000, level: 0) }
        wide.add(-5_000_000, level: LogLevel.error.rawValue)
        wide.settle()
        #expect(wide.bins.count <= LogActivity.limit)
        #expect(wide.bins.reduce(0) { $0 + $1.all } == 20_001)
        #expect(wide.chart(most: 100).bins.count <= 100)
        #expect(wide.chart(most: 100).bins.reduce(0) { $0 + $1.all } == 20_001)
    }

    @Test("DIAG-02 part: the histogram of a filter counts what the filter finds, and says how far it looked")
    func course() throws {
        let lines = Self.sample(4000)
        let log = try Self.open(Array(lines.joined(separator: "\n").utf8), blockBytes: 700)
        let errors = try log.course(of: LogQuery(level: .error), budget: .max)
        #expect(errors.records == lines.filter { $0.contains(" ERROR ") }.count && errors.next == nil)
        #expect(errors.activity.total == errors.records && errors.untimed == 0)
        let words = try log.course(of: try LogQuery(finding: "order 7"), budget: .max)
        let found = try log.find(try LogQuery(finding: "order 7"), from: 1, most: 10_000, budget: .max)
        #expect(words.records == found.records.count)
        let part = try log.course(of: LogQuery(level: .trace), budget: 2000)
        let next = try #require(part.next)
        #expect(part.records == lines.prefix(Int(next) - 1).filter { $0.hasPrefix("2026") }.count)
    }

    @Test("An index is read back as it was, and not where it was cut, changed or is of another version")
    func asBytes() throws {
        let log = try Self.open(Array(Self.sample(500).joined(separator: "\n").utf8), blockBytes: 300)
        let bytes = log.index.encoded
        #expect(LogIndex(decoding: bytes) == log.index)
        for place in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 200)) {
            var broken = bytes
            broken[place] ^= 4
            #expect(LogIndex(decoding: broken) == nil, "byte \(place)")
            #expect(LogIndex(decoding: Array(bytes[..<place])) == nil)
        }
    }

    @Test("Nothing, an empty line, zeros and broken bytes make an index too")
    func oddities() throws {
        let nothing = try Self.open([])
        #expect(nothing.index.lines == 0 && nothing.index.span == nil)
        #expect(try nothing.lines(from: 1, count: 5).isEmpty)
        #expect(try nothing.find(LogQuery(level: .error), from: 1, most: 5, budget: 9).next == nil)
        #expect(LogIndex(decoding: nothing.index.encoded) == nothing.index)
        let blank = try Self.open([10, 10, 13, 10])
        #expect(blank.index.lines == 3)
        #expect(try blank.lines(from: 1, count: 5).map(\.length) == [0, 0, 0])
        var random = SeededGenerator(seed: 3)
        let noise = (0..<200_000).map { _ in UInt8(truncatingIfNeeded: random.below(256)) }
        let log = try Self.open(noise, blockBytes: 512)
        let ends = noise.filter { $0 == 10 }.count + (noise.last == 10 ? 0 : 1)
        #expect(log.index.lines == Int64(ends))
        let read = try log.lines(from: 1, count: 10_000)
        #expect(read.count == ends)
        _ = try log.find(LogQuery(finding: "ab"), from: 1, most: 1000, budget: 1 << 30)
    }
}
