import Diagnosis
import Testing

@Suite("Findings in logs") struct FindingTests {
    private static func quiet(_ seconds: Int = 3600, seed: UInt64 = 7) -> InventedLog {
        var log = InventedLog(seed: seed)
        log.traffic(0..<seconds)
        return log
    }

    @Test("A quiet, healthy log gives no finding", arguments: [1, 2, 3, 4, 5] as [UInt64])
    func healthy(seed: UInt64) {
        let examined = Examining(Self.quiet(seed: seed).text)
        #expect(examined.findings.isEmpty, "\(examined.findings.map(\.title))")
    }

    @Test("Words about trouble that did not happen are no trouble")
    func denials() {
        var log = Self.quiet()
        for second in stride(from: 10, to: 3600, by: 50) {
            log.add(second, "INFO", "Health check passed: 0 errors, no timeouts, 0 failed")
            log.add(second, "INFO", "Connection pool: timeout=30s, max retries=3, retry policy exponential")
            log.add(second, "DEBUG", "Request timeout set to 30 seconds")
            log.add(second, "INFO", "Deadlock detection enabled")
        }
        let examined = Examining(log.text)
        #expect(examined.findings.isEmpty, "\(examined.findings.map(\.title))")
    }

    private static func steady(_ message: String, lines: Int = 50) -> String {
        (0..<lines).map { "2026-11-20 09:00:\($0 < 10 ? "0" : "")\($0) INFO  \(message) \($0)\n" }.joined()
    }

    @Test("The one line of a log that says something else keeps its first word", arguments: [5, 20, 50])
    func firstWord(lines: Int) {
        let examined = Examining(
            Self.steady("request served in ms", lines: lines)
                + "2026-11-20 09:30:00 ERROR disk full on /var\n")
        #expect(examined.kinds.contains("log.disk"), "\(examined.kinds)")
        #expect(examined.lies() == [])
    }

    @Test(
        "DIAG-07 part: The last words of a program that dies are found, though they stand without a head",
        arguments: [
            ("java.lang.OutOfMemoryError: Java heap space", "log.memory"),
            ("Segmentation fault (core dumped)", "log.crash"),
            ("write error: No space left on device", "log.disk"),
        ])
    func lastWords(words: String, kind: String) throws {
        let examined = Examining(Self.steady("worker tick ok") + words + "\n")
        let finding = try #require(examined.finding(kind), "\(examined.kinds)")
        #expect(examined.text(try #require(finding.citations.first)) == words)
    }

    @Test("The first error is the first in time, in whatever order logs are given")
    func firstInTime() throws {
        func log(_ hour: String, _ message: String) -> String {
            (10..<60).map {
                "2026-11-20T\(hour):\($0):00Z \($0 == 40 ? "ERROR \(message)" : "INFO tick \($0)")\n"
            }
            .joined()
        }
        let logs = [("a.log", log("10", "cache was refused")), ("b.log", log("09", "ledger is locked"))]
        for order in [logs, logs.reversed()] {
            let finding = try #require(Examining(order).finding("log.errors"))
            #expect(finding.title == "The first error: ledger is locked")
        }
    }

    @Test(
        "A stamp that is cut or damaged is no time, so it makes no clock go back",
        arguments: [
            "2026-11-2", "2026-11-20 09\u{FF}22:43 late", "2026-02-30 09:00:10 INFO  worker tick ok 1",
            "2026-11-20 25:61:00 x",
        ])
    func damagedStamp(line: String) {
        let examined = Examining(Self.steady("worker tick ok") + line)
        #expect(examined.findings.isEmpty, "\(examined.findings.map(\.title))")
    }

    @Test("Lines of containers are read behind their head, and a whole line is no fatal one")
    func containers() {
        func log(_ body: (Int) -> String) -> String {
            (10..<60).map {
                "2026-11-20T09:00:\($0).000000001+01:00 stdout \($0 % 9 == 0 ? "P" : "F") \(body($0))\n"
            }
            .joined()
        }
        let plain = Examining(log { "order \($0) created" })
        #expect(plain.findings.isEmpty)
        #expect(plain.diagnosis.templates.templates.map(\.text) == ["order <*> created"])
        let errors = Examining(log { $0 == 50 ? "ERROR ledger is locked" : "INFO order \($0) created" })
        #expect(errors.finding("log.errors")?.count == 1)
    }

    @Test("Characters that turn the direction of reading are shown, in titles and in cited lines")
    func directions() throws {
        let examined = Examining(
            Self.steady("worker tick ok") + "2026-11-20 09:30:00 ERROR \u{202E}evil\u{1B}[31m was refused\n")
        let finding = try #require(examined.finding("log.errors"))
        let shown = finding.title + finding.citations.compactMap(\.excerpt).joined()
        #expect(!shown.contains("\u{202E}") && !shown.contains("\u{1B}") && shown.contains("⟨U+202E⟩"))
    }

    @Test("When errors begin is found to the second, and the line is cited")
    func onset() throws {
        var log = Self.quiet()
        for second in 2400..<3600 where second % 2 == 0 {
            log.add(second, "ERROR", "Order \(log.below(90_000)) could not be stored: relation is locked")
        }
        let examined = Examining(log.text)
        let finding = try #require(examined.finding("log.errors"))
        #expect(finding.title.hasPrefix("Errors begin at 2026-03-02T08:40:00Z"))
        #expect(examined.text(try #require(finding.citations.first)).contains("2026-03-02T08:40:00"))
        #expect(examined.lies() == [])
    }

    @Test(
        "DIAG-07 part: Known trouble is named by its kind",
        arguments: [
            ("log.timeout", "Call to inventory timed out after 3000 ms"),
            ("log.rate-limit", "Upstream answered 429: too many requests"),
            ("log.tls", "PKIX path building failed: certificate has expired"),
            ("log.memory", "java.lang.OutOfMemoryError: Java heap space"),
            ("log.disk", "write /var/lib/shop/orders: no space left on device"),
            ("log.file-handles", "accept: too many open files"),
            ("log.connections", "FATAL: sorry, too many clients already"),
            ("log.connections", "could not acquire connection from pool within 5000 ms"),
            ("log.connectivity", "Connection broken for id 188978561024, my id = 1"),
            ("log.threads", "unable to create new native thread"),
            ("log.deadlock", "deadlock detected while updating stock"),
            ("log.oom-kill", "Memory cgroup out of memory: Killed process 4711 (shopd)"),
            ("log.connectivity", "dial tcp 10.0.0.4:5432: connection refused"),
            ("log.authentication", "password authentication failed for user shop"),
            ("log.crash", "shopd[17]: segfault at 0 ip 0 sp 0 error 4"),
        ])
    func signals(kind: String, message: String) throws {
        var log = Self.quiet()
        for second in stride(from: 2000, to: 2100, by: 9) { log.add(second, "ERROR", message) }
        let examined = Examining(log.text)
        let finding = try #require(examined.finding(kind), "\(examined.kinds)")
        #expect(finding.count == 12)
        #expect(examined.lies() == [])
    }

    @Test("Retries are a finding only where they become a storm")
    func retries() throws {
        var log = Self.quiet()
        for second in [100, 900, 2500] { log.add(second, "WARN", "Retrying call to inventory, attempt 2") }
        #expect(Examining(log.text).finding("log.retry") == nil)
        for second in 3000..<3060 {
            for attempt in 1...5 { log.add(second, "WARN", "Retrying call to inventory, attempt \(attempt)") }
        }
        let examined = Examining(log.text)
        let finding = try #require(examined.finding("log.retry"))
        #expect(finding.why.contains("2026-03-02T08:50:00Z"))
        #expect(examined.lies() == [])
    }

    @Test("DIAG-04 part: Against a good day, what is new, gone and risen is told; what is grave first")
    func comparison() throws {
        var before = Self.quiet(seed: 11)
        for second in stride(from: 0, to: 3600, by: 60) {
            before.add(second, "INFO", "Nightly export wrote \(second) rows")
        }
        for second in stride(from: 0, to: 3600, by: 600) {
            before.add(second, "WARN", "Slow answer of the tax service")
        }
        var now = Self.quiet(seed: 12)
        for second in stride(from: 0, to: 3600, by: 20) {
            now.add(second, "WARN", "Slow answer of the tax service")
        }
        now.add(1800, "INFO", "Feature flags were reloaded")
        now.add(1801, "ERROR", "Price list is missing the currency")
        let examined = Examining(now.text, baseline: before.text)
        let new = try #require(examined.finding("log.new-pattern"))
        #expect(new.title.hasPrefix("Never before: Price list is missing the currency"))
        #expect(
            try #require(examined.finding("log.vanished")).title.contains("Nightly export wrote <*> rows"))
        #expect(try #require(examined.finding("log.vanished")).citations[0].source == "before.log")
        #expect(try #require(examined.finding("log.rising")).title.contains("Slow answer of the tax service"))
        #expect(examined.lies() == [])
    }

    @Test("The time before the window is what it is compared with")
    func window() throws {
        var log = Self.quiet()
        log.add(3000, "WARN", "Tax table was replaced by an empty one")
        var options = ExaminationOptions()
        let start = Int64(InventedLog.start) * 1_000_000
        options.window = start + 2_700_000_000..<start + 3_300_000_000
        let examined = Examining(log.text, options: options)
        #expect(try #require(examined.finding("log.new-pattern")).title.contains("Tax table was replaced"))
        #expect(examined.diagnosis.lines.outside > 0)
        #expect(examined.lies() == [])
    }

    @Test("A regular message that stops is told with its last line")
    func stops() throws {
        var log = Self.quiet()
        for second in stride(from: 0, to: 2400, by: 15) {
            log.add(second, "INFO", "Watchdog of the printer is well")
        }
        let examined = Examining(log.text)
        let finding = try #require(examined.finding("log.vanished"))
        #expect(examined.text(finding.citations[0]).contains("Watchdog of the printer"))
        #expect(finding.citations[0].excerpt?.contains("2026-03-02T08:39:45") == true)
        #expect(examined.lies() == [])
    }

    @Test("DIAG-05 part: A silence is told with the lines around it; the usual pauses are not")
    func silence() throws {
        var log = InventedLog()
        log.traffic(0..<1500)
        log.traffic(1800..<3600)
        let examined = Examining(log.text)
        let finding = try #require(examined.finding("log.silence"))
        #expect(finding.title.hasPrefix("Nothing is written for 5 min"))
        #expect(finding.citations.count == 2)
        #expect(finding.citations[1].lines.lowerBound == finding.citations[0].lines.lowerBound + 1)
        #expect(examined.lies() == [])
    }

    @Test("A clock that goes back is told where it does")
    func clock() throws {
        var first = InventedLog()
        first.traffic(0..<1200)
        var second = InventedLog(seed: 8)
        second.traffic(840..<2400)
        let examined = Examining(first.text + second.text)
        let finding = try #require(examined.finding("log.clock"))
        #expect(finding.title.hasPrefix("The clock goes back by 5 min 5"))
        #expect(examined.lies() == [])
    }

    @Test("DIAG-11: Spikes of three seconds every twelve minutes are found with period, phase and amplitude")
    func spikes() throws {
        var log = Self.quiet(6 * 3600)
        for second in stride(from: 250, to: 6 * 3600, by: 720) {
            log.add(
                second + log.below(3), "INFO",
                "Payment of order \(log.below(90_000)) was captured in \(2900 + log.below(250)) ms")
        }
        let examined = Examining(log.text)
        let finding = try #require(examined.finding("log.periodic"), "\(examined.findings.map(\.title))")
        let period = try #require(finding.details["period_seconds"]?.double)
        #expect(abs(period - 720) < 1)
        let phase = try #require(finding.details["phase_seconds_past_hour"]?.double)
        #expect(abs(phase - 251) < 3)
        let amplitude = try #require(finding.details["amplitude"]?.double)
        #expect(abs(amplitude - 3_025_000) < 150_000)
        #expect(examined.lies() == [])
    }

    @Test("Trouble that comes back at equal intervals is told as such; random trouble is not")
    func periodicTrouble() throws {
        var log = Self.quiet(4 * 3600)
        for second in stride(from: 600, to: 4 * 3600, by: 900) {
            for _ in 0..<4 { log.add(second + log.below(2), "WARN", "Stock service answered late") }
        }
        #expect(Examining(log.text).finding("log.periodic")?.title.hasPrefix("Every 15 min") == true)
        var random = Self.quiet(4 * 3600, seed: 9)
        for _ in 0..<40 { random.add(random.below(4 * 3600), "WARN", "Stock service answered late") }
        #expect(Examining(random.text).finding("log.periodic") == nil)
    }

    @Test("DIAG-07 part: Starts without a shutdown before, and a new version, are told")
    func restarts() throws {
        var log = Self.quiet()
        for (second, version) in [(0, "4.1.0"), (1000, "4.1.0"), (2000, "4.2.0"), (3000, "4.2.0")] {
            log.add(second, "INFO", "Shop server version \(version) starting up")
        }
        let examined = Examining(log.text)
        let restart = try #require(examined.finding("log.restart"))
        #expect(restart.title.contains("3 times"))
        #expect(restart.severity == .high)
        let version = try #require(examined.finding("log.version-change"))
        #expect(version.title == "The version changes from 4.1.0 to 4.2.0 at 2026-03-02T08:33:20Z")
        #expect(examined.lies() == [])
    }

    @Test(
        "DIAG-08 part: Errors without the identifier that other lines have, and a message of two levels, are told"
    )
    func gaps() throws {
        var text = ""
        for index in 0..<600 {
            let isError = index % 20 == 0
            let at = InventedLog.stamp(index)
            text +=
                isError
                ? "{\"time\":\"\(at)\",\"level\":\"error\",\"msg\":\"stock is not known\",\"part\":\"a\"}\n"
                : "{\"time\":\"\(at)\",\"level\":\"\(index % 40 < 3 ? "error" : "info")\",\"msg\":\"order was changed\",\"request_id\":\"r\(index * 7)\",\"part\":\"b\"}\n"
        }
        let examined = Examining(text)
        #expect(examined.finding("log.gap-correlation") == nil)
        let bare = Examining(
            text.replacing("\"level\":\"error\",\"msg\":\"order", with: "\"level\":\"info\",\"msg\":\"order"))
        let finding = try #require(bare.finding("log.gap-correlation"), "\(bare.kinds)")
        #expect(bare.text(finding.citations[0]).contains("stock is not known"))
        var mixed = Self.quiet(900)
        for second in stride(from: 0, to: 900, by: 15) {
            mixed.add(second, second % 2 == 0 ? "INFO" : "ERROR", "Order \(second) was put aside")
        }
        let levels = Examining(mixed.text)
        #expect(levels.finding("log.gap-level")?.title.contains("was put aside") == true)
        #expect(bare.lies() == [] && levels.lies() == [])
    }

    @Test("DIAG-03 part: An identifier is followed through several logs in order of time, with stack traces")
    func trail() {
        let logs = [
            (
                "a.log",
                "2026-03-02 08:00:01 INFO gate - r-17 taken\n2026-03-02 08:00:05 INFO gate - r-17 done\n2026-03-02 08:00:06 INFO gate - r-171 taken\n"
            ),
            (
                "b.log",
                (0..<20).map { _ in "2026-03-02 08:00:02 INFO orders - stored\n" }.joined()
                    + "2026-03-02 08:00:03 ERROR orders - r-17 failed\njava.lang.IllegalStateException: no\n\tat com.example.A.b(A.java:1)\n"
            ),
        ]
        var trail = LogTrail(id: "r-17")
        for (name, text) in logs {
            let bytes = Array(text.utf8)
            let format = LogFormat(learningFrom: [.init(offset: 0, bytes: bytes)])
            var reader = LogTrailReader(format, name: name, id: "r-17")
            bytes.withUnsafeBytes { reader.feed($0) }
            trail.append(reader.finish(), continuing: false)
        }
        trail.sort()
        #expect(trail.records.map(\.source) == ["a.log", "b.log", "a.log"])
        #expect(trail.records.map(\.line) == [1, 21, 2])
        #expect(trail.records[1].text.contains("A.java:1"))
    }

    @Test("How a log is cut into pieces and parts makes no difference to what is found")
    func pieces() throws {
        var log = Self.quiet()
        for second in 2400..<3600 where second % 3 == 0 {
            log.add(second, "ERROR", "Order \(second) timed out")
        }
        let whole = Examining(log.text)
        let small = Examining([("app.log", log.text)], piece: 997)
        #expect(whole.findings == small.findings)
        let bytes = Array(log.text.utf8)
        let format = LogFormat(learningFrom: [.init(offset: 0, bytes: bytes)])
        let middle = try #require(bytes[(bytes.count / 2)...].firstIndex(of: 0x0A)) + 1
        var digest = LogDigest()
        for range in [0..<middle, middle..<bytes.count] {
            var examiner = LogExaminer(format, name: "app.log", from: range.lowerBound)
            bytes[range].withUnsafeBytes { examiner.feed($0) }
            digest.append(examiner.finish(), continuing: range.lowerBound > 0)
        }
        var parts = LogDiagnosis(digest)
        #expect(parts.sources.count == 1)
        parts.fill { _, _ in nil }
        func bare(_ findings: [Finding]) -> [Finding] {
            findings.map { finding in
                var finding = finding
                for index in finding.citations.indices { finding.citations[index].excerpt = nil }
                return finding
            }
        }
        #expect(bare(parts.findings) == bare(whole.findings))
    }

    @Test(
        "Empty and meaningless input gives no finding and no crash",
        arguments: ["", "\n", "\n\n\n", "1\n2\n3\n", "x"])
    func nothing(text: String) {
        let examined = Examining(text)
        #expect(examined.findings.isEmpty)
    }
}
