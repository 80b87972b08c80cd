import Diagnosis
import Testing

@Suite("Templates of log lines")
struct LogTemplatesTests {
    @Test("Lines that differ in values share a template, others do not")
    func grouping() {
        let messages = InventedMessages.messages(400, seed: 1)
        let reading = LogReading(messages.map { "2024-03-07 09:05:01 INFO \($0.text)\n" }.joined())
        var textOfKind: [Int: Set<String>] = [:]
        for (message, text) in zip(messages, reading.texts) {
            textOfKind[message.kind, default: []].insert(text)
        }
        #expect(textOfKind.values.allSatisfy { $0.count == 1 })
        #expect(reading.templates.templates.count == InventedMessages.kinds)
        #expect(reading.patterns.contains("Closed connection from <*> after <*>"))
    }

    @Test(
        "Opposites stay apart",
        arguments: [
            ("started", "stopped"), ("up", "down"), ("allowed", "denied"), ("enabled", "disabled"),
            ("opened", "closed"), ("accepted", "rejected"), ("succeeded", "failed"), ("true", "false"),
        ])
    func opposites(_ first: String, _ second: String) {
        var random = SeededGenerator(seed: 4)
        let lines = (0..<200).map { index in
            "Mar  7 09:05:01 host netd[12]: link eth\(random.below(90)) is \(index % 2 == 0 ? first : second)\n"
        }
        let reading = LogReading(lines.joined())
        #expect(reading.templates.templates.count == 2)
        #expect(reading.ids[0] == reading.ids[2])
        #expect(reading.ids[0] != reading.ids[1])
    }

    @Test("A parameter of several words is one parameter")
    func severalWords() {
        let objects = [
            "Network Manager", "Load Kernel Modules", "Login Service", "Cron Daemon",
            "Name Service Cache Daemon",
            "Journal Service", "Time Synchronization", "Disk Manager Daemon",
        ]
        let lines = objects.flatMap { object in
            ["Starting \(object)...", "Started \(object).", "Stopped \(object)."]
        }
        let reading = LogReading((lines + lines).map { "Mar  7 09:05:01 host systemd[1]: \($0)\n" }.joined())
        #expect(Set(reading.patterns) == ["Starting <*>..", "Started <*>.", "Stopped <*>."])
    }

    @Test("Lists count as one value, however long they are")
    func lists() {
        let lines = ["1", "1, 2", "1, 2, 3", "4, 5, 6, 7"].map {
            "2024-03-07 09:05:01 moved shards \($0) away\n"
        }
        let reading = LogReading(lines.joined())
        #expect(reading.patterns == ["moved shards <*> away"])
    }

    @Test("The order of lines makes no difference, to any template or ID", arguments: 0..<5)
    func orderIndependence(_ seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let lines = InventedMessages.messages(300, seed: 7).map { "2024-03-07 09:05:01 INFO \($0.text)\n" }
        let shuffled = lines.shuffled(using: &random)
        #expect(summary(LogReading(lines.joined())) == summary(LogReading(shuffled.joined())))
    }

    @Test("Parts read apart add up to the whole, in any order")
    func parts() {
        let lines = InventedMessages.messages(900, seed: 9).map { "2024-03-07 09:05:01 INFO \($0.text)\n" }
        let whole = LogReading(lines.joined())
        var tallies = (0..<3).map { part in
            let text = stride(from: part, to: lines.count, by: 3).map { lines[$0] }.joined()
            let bytes = Array(text.utf8)
            var miner = LogMiner(LogFormat(learningFrom: [.init(offset: 0, bytes: bytes)]))
            bytes.withUnsafeBytes { miner.feed($0) }
            miner.finish()
            return miner.tally
        }
        tallies.swapAt(0, 2)
        var sum = LogTally()
        for tally in tallies { sum.append(tally) }
        let templates = LogTemplates(sum)
        #expect(templates.templates.map { "\($0.id) \($0.count) \($0.text)" }.sorted() == summary(whole))
        #expect(templates.counts.lines == 900)
    }

    @Test("A pattern has the same ID in another layout, as JSON and in the next release")
    func stableIDs() {
        let message = "Worker 17 started in zone eu-west-1 after 31 ms"
        let layouts = [
            "2024-03-07 09:05:01,123 INFO [main] com.acme.Pool - ", "Mar  7 09:05:01 host pool[7]: ",
            "I0307 09:05:01.123456 12 pool.go:7] ",
        ]
        var ids = Set(
            layouts.flatMap { layout in LogReading((0..<40).map { _ in layout + message + "\n" }.joined()).ids
            })
        let object = "{\"ts\":\"2024-03-07T09:05:01Z\",\"level\":\"info\",\"msg\":\"\(message)\"}\n"
        ids.formUnion(LogReading(String(repeating: object, count: 40)).ids)
        #expect(ids == ["d8d953dae8152e41"])
    }

    @Test("A template tells how often, where, when and how gravely its lines were written")
    func facts() throws {
        let reading = LogReading(
            """
            2024-03-07 09:05:01 INFO disk 1 is slow
            2024-03-07 09:05:02 INFO ready
            2024-03-07 09:05:03 ERROR disk 7 is slow

            """)
        let template = try #require(reading.template(of: reading.lines[0]))
        #expect(template.count == 2)
        #expect(template.lines == 1...3)
        #expect(template.times.map { LogTime.text($0.upperBound) } == "2024-03-07T09:05:03Z")
        #expect(template.levels == [.info: 1, .error: 1])
        #expect(template.worst == .error)
    }

    private func summary(_ reading: LogReading) -> [String] {
        reading.templates.templates.map { "\($0.id) \($0.count) \($0.text)" }.sorted()
    }
}
