import Diagnosis
import Testing

@Suite("Records of a log")
struct LogRecordsTests {
    @Test("Stack traces go on the record that they belong to")
    func stackTraces() {
        var lines: [String] = []
        var goesOn: [Bool] = []
        for index in 0..<60 {
            lines.append("2024-03-07 09:05:01,123 ERROR [main] com.acme.Pool - request \(index) failed")
            goesOn.append(false)
            guard index % 5 == 0 else { continue }
            let trace = [
                "java.lang.IllegalStateException: pool is closed",
                "\tat com.acme.Pool.take(Pool.java:\(index))",
                "\tat com.acme.Main.main(Main.java:12)", "Caused by: java.io.IOException: reset",
                "\t... 12 more",
            ]
            lines += trace
            goesOn += trace.map { _ in true }
        }
        let reading = LogReading(lines.joined(separator: "\n"))
        #expect(reading.lines.map(\.goesOn) == goesOn)
        #expect(reading.templates.counts.records == 60)
        #expect(reading.templates.counts.continuations == 60)
        #expect(reading.template(of: reading.lines[0])?.continuations == 0)
        #expect(reading.template(of: reading.lines[2])?.continuations == 24)
    }

    @Test(
        "Of journald’s export each message is a record with the time and priority of its entry, also one of several lines after its length in bytes",
        arguments: [10, 20, 200, 266, 300])
    func journaldExport(_ length: Int) throws {
        func entry(_ second: Int, _ priority: Int, _ message: [UInt8]) -> [UInt8] {
            Array(
                "__CURSOR=s=1;i=\(second)\n__REALTIME_TIMESTAMP=\(1_772_438_400_000_000 + second * 1_000_000)\nPRIORITY=\(priority)\n"
                    .utf8) + message + Array("\n_PID=417\n\n".utf8)
        }
        // The length 266 holds a byte that ends lines elsewhere.
        let text =
            "panic: no\n"
            + String(
                ("\n\nPRIORITY=7\nMESSAGE=forged\n" + String(repeating: "x", count: length)).prefix(
                    length - 10))
        let value =
            Array("MESSAGE\n".utf8) + withUnsafeBytes(of: UInt64(length).littleEndian, Array.init)
            + Array(text.utf8)
        let bytes =
            entry(0, 6, Array("COREDUMP\n\u{3}\0\0\0\0\0\0\0a\n\n\nMESSAGE=Started unit".utf8))
            + entry(1, 3, value)
            + entry(2, 6, Array("MESSAGE=Stopped unit".utf8))
        let reading = LogReading(bytes: bytes)
        let records = reading.lines.filter { !$0.goesOn }
        #expect(records.map(\.message) == ["Started unit", "panic: no", "Stopped unit"])
        #expect(records.map(\.level) == [.info, .error, .info])
        #expect(records.compactMap(\.time).map { $0 - 1_772_438_400_000_000 } == [0, 1_000_000, 2_000_000])
        #expect(reading.templates.counts.records == 3)
        #expect(reading.format.time.notes.isEmpty)
    }

    @Test("A log of nothing but headless lines has a record a line")
    func headless() {
        let reading = LogReading("one\ntwo\nthree\n")
        #expect(reading.lines.allSatisfy { !$0.goesOn })
    }

    @Test("CRLF, a byte order mark and a missing last line end make no difference")
    func lineEnds() {
        let lines = (0..<40).map { "2024-03-07 09:05:01 INFO request \($0) done" }
        let plain = LogReading(lines.joined(separator: "\n") + "\n")
        for other in [lines.joined(separator: "\r\n"), "\u{FEFF}" + lines.joined(separator: "\n")] {
            let reading = LogReading(other)
            #expect(reading.ids == plain.ids)
            #expect(reading.lines.map(\.message) == plain.lines.map(\.message))
            #expect(reading.lines.map(\.time) == plain.lines.map(\.time))
        }
    }

    @Test("However a log is cut into pieces, the outcome is the same", arguments: [1, 2, 3, 7, 64, 1000])
    func pieces(_ size: Int) {
        let text = InventedMessages.messages(120, seed: 2).map { "2024-03-07 09:05:01 INFO \($0.text)\r\n" }
            .joined()
        #expect(LogReading(text, piece: size).lines == LogReading(text).lines)
    }

    @Test("Broken UTF-8 and NUL bytes are counted, and their lines read")
    func brokenBytes() {
        var bytes: [UInt8] = []
        for index in 0..<40 {
            bytes += Array("2024-03-07 09:05:01 INFO user ".utf8)
            switch index % 4 {
            case 0: bytes += [0xC3, 0x28]
            case 1: bytes += [0x61, 0x00, 0x62]
            case 2: bytes += Array("Zoë".utf8)
            default: bytes += [0xFF]
            }
            bytes += Array(" logged in\n".utf8)
        }
        let reading = LogReading(bytes: bytes)
        #expect(reading.templates.counts.invalid == 20)
        #expect(reading.templates.counts.withNUL == 10)
        #expect(reading.lines.count == 40)
        #expect(reading.lines.allSatisfy { $0.at == "2024-03-07T09:05:01Z" })
    }

    @Test("JSON lines and key-value lines are read by their message, time and level")
    func structured() {
        let objects = (0..<40).map { index in
            "{\"timestamp\":\"2024-03-07T09:05:01Z\",\"level\":\"warn\",\"n\":\(index),"
                + "\"message\":\"no \\\"route\\\" to host \(index)\\n\\tat x\"}\n"
        }
        let json = LogReading(objects.joined())
        #expect(json.lines.allSatisfy { $0.level == .warning && $0.at == "2024-03-07T09:05:01Z" })
        #expect(json.patterns == ["no \"route\" to host <*>"])
        let pairs = (0..<40).map {
            "time=2024-03-07T09:05:01Z level=warn msg=\"lost peer \($0)\" peer=\($0)\n"
        }
        let logfmt = LogReading(pairs.joined())
        #expect(logfmt.lines.allSatisfy { $0.level == .warning && $0.at == "2024-03-07T09:05:01Z" })
        #expect(logfmt.patterns == ["lost peer <*>"])
    }

    @Test("A log of nothing, of blank lines, of binary or of brackets is read to its end")
    func oddities() {
        #expect(LogReading("").templates.templates.isEmpty)
        let blank = LogReading("\n\n   \n")
        #expect(blank.templates.counts.lines == 3)
        #expect(blank.templates.counts.empty == 3)
        var random = SeededGenerator(seed: 3)
        let noise = (0..<50_000).map { _ in UInt8(random.below(256)) }
        let binary = LogReading(bytes: noise)
        #expect(binary.templates.counts.bytes == noise.count)
        #expect(binary.templates.templates.reduce(0) { $0 + $1.count } == binary.templates.counts.lines)
        for unit in ["(", "[{", "'\"", "=", "a=b ", "1 ", "\\", "<<", "::", "2024-03-07 ", "{\"a\":"] {
            let text = String(repeating: unit, count: 5000) + "\n" + String(repeating: unit, count: 5000)
            #expect(LogReading(text).templates.counts.lines == 2)
        }
    }

    @Test("Any bytes at all are counted to the last", arguments: 0..<60)
    func anyBytes(_ seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed) + 77)
        let alphabet = Array("2024-03:07 ERROR[x]{\"a\"=}<*>|\t,;/.\\'`@%#\n\r\u{0}é".utf8)
        let bytes = (0..<4000).map { _ in alphabet[random.below(alphabet.count)] }
        let reading = LogReading(bytes: bytes, piece: random.below(500) + 1)
        let counts = reading.templates.counts
        #expect(counts.bytes == bytes.count)
        #expect(counts.records + counts.continuations == counts.lines)
        #expect(reading.templates.templates.reduce(0) { $0 + $1.count } == counts.lines)
    }
}
