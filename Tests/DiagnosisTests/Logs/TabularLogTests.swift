import Diagnosis
import Testing

/// Logs that are tables: the first line names the columns.
@Suite("Logs that are tables")
struct TabularLogTests {
    private static func rows(_ count: Int, _ row: (Int) -> String) -> String {
        (0..<count).map { row($0) + "\n" }.joined()
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    @Test(
        "DIAG-02 part: time, level and message of a table are found by its header, whatever separates its columns"
    )
    func columns() throws {
        for (delimiter, head) in [
            (",", "timestamp,severity,host,message"), (";", "Date/Time;Level;Machine;Message"),
            ("\t", "@timestamp\tlog.level\thost.name\tmessage"),
        ] {
            let text =
                head.replacing("log.level", with: "level") + "\n"
                + Self.rows(300) { row in
                    [
                        "2026-03-02T08:\(Self.two(row / 60)):\(Self.two(row % 60))Z",
                        row % 10 == 0 ? "ERROR" : "INFO",
                        "web\(row % 3)",
                        "\"Order \(row) of \"\"Ada\"\"\(delimiter == "\t" ? "," : delimiter) stored\"",
                    ].joined(separator: delimiter)
                }
            let examined = Examining(text)
            let source = try #require(examined.diagnosis.sources.first)
            #expect(source.form == "CSV" && source.counts.lines == 301, "\(head)")
            #expect(source.times.map { LogTime.text($0.lowerBound) } == "2026-03-02T08:00:00Z")
            let template = try #require(examined.diagnosis.templates.templates.first)
            #expect(template.text.hasPrefix("Order <*> of ") && template.count == 300, "\(template.text)")
            #expect(template.levels[.error] == 30 && template.levels[.info] == 270)
        }
    }

    @Test("Fields of a table are named fields: what failed rows have in common is found by them")
    func fields() throws {
        let text =
            "time,level,region,tenant,message\n"
            + Self.rows(3000) { row in
                let failed = row % 7 == 3 && row % 3 == 0
                return
                    "2026-03-02 08:\(Self.two(row / 60)):\(Self.two(row % 60)),\(failed ? "error" : "info"),\(row % 3 == 0 ? "eu" : "us"),t\(row % 50),\(failed ? "Order \(row) was not stored" : "Order \(row) is stored")"
            }
        let cohort = try #require(Examining(text).finding("log.cohort"))
        #expect("\(cohort.title) \(cohort.why)".contains("region"), "\(cohort.title)")
    }

    @Test("A message over several lines goes on its record, and commas in quotes separate nothing")
    func severalLines() throws {
        let text =
            "Time,Level,Message,Source\n"
            + Self.rows(60) { row in
                row == 30
                    ? "2026-03-02 08:00:30,ERROR,\"Order 30 failed\njava.lang.IllegalStateException: no stock\n\tat com.example.Stock.take(Stock.java:41)\n\tat com.example.Orders.store(Orders.java:9)\",shop"
                    : "2026-03-02 08:00:\(Self.two(row)),INFO,\"Order \(row), stored\",shop"
            }
        let examined = Examining(text)
        let source = try #require(examined.diagnosis.sources.first)
        #expect(source.counts.continuations == 3)
        let trace = try #require(examined.finding("log.stack-trace"))
        #expect(trace.title.contains("IllegalStateException at com.example.Stock.take"))
    }

    @Test("Day and hour in columns of their own are one time", arguments: ["Date,Time", "Time,Date"])
    func dayAndHour(head: String) throws {
        let text =
            "\(head),Level,Message\n"
            + Self.rows(120) { row in
                let (day, hour) = ("2026-03-02", "08:\(Self.two(row / 60)):\(Self.two(row % 60))")
                return
                    "\(head == "Date,Time" ? "\(day),\(hour)" : "\(hour),\(day)"),INFO,\"Order \(row), stored\""
            }
        let times = try #require(Examining(text).diagnosis.sources.first?.times)
        #expect(LogTime.text(times.lowerBound) == "2026-03-02T08:00:00Z")
        #expect(LogTime.text(times.upperBound) == "2026-03-02T08:01:59Z")
    }

    @Test("A text with commas, and a table without messages, are read as before")
    func others() {
        let prose = "Hello, world, it is me\n" + Self.rows(50) { "Line \($0), and more, of it" }
        #expect(Examining(prose).diagnosis.sources.first?.form != "CSV")
        let metrics =
            "time,cpu,memory\n" + Self.rows(50) { "2026-03-02T08:00:\(Self.two($0))Z,0.\($0),\($0)" }
        #expect(Examining(metrics).diagnosis.sources.first?.form != "CSV")
    }
}
