import Diagnosis
import Foundation
import Testing

/// One story, written in many formats: traffic, and from the four hundredth second on calls that time out.
@Suite("Reports of each format") struct ReportGoldenTests {
    struct Format: Sendable, CustomTestStringConvertible {
        var name: String
        /// What stands in the first line of a file.
        var head = ""
        var line: @Sendable (_ second: Int, _ isError: Bool, _ message: String) -> String
        var testDescription: String { name }
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    private static func clock(_ second: Int) -> String { "08:\(two(second / 60)):\(two(second % 60))" }

    /// A request with the words and the number of a message; 504 where it failed.
    private static func request(_ message: String) -> String {
        let words = message.split { !$0.isLetter }.prefix(2).map { $0.lowercased() }
        return "/\(words.joined(separator: "/"))/\(message.split { !$0.isNumber }.first ?? "0")"
    }
    private static func status(_ isError: Bool) -> Int { isError ? 504 : 200 }

    static let requests = [
        Format(name: "access-common") { second, isError, message in
            "10.0.0.\(second % 250) - - [02/Mar/2026:\(clock(second)) +0000] \"GET \(request(message)) HTTP/1.1\" \(status(isError)) \(second * 37)"
        },
        Format(name: "access-combined") { second, isError, message in
            "10.0.0.\(second % 250) - ada [02/Mar/2026:\(clock(second)) +0000] \"GET \(request(message)) HTTP/2.0\" \(status(isError)) \(second * 37) \"https://shop.example/\(second)\" \"Mozilla/5.0 (X11; Linux x86_64)\""
        },
        Format(name: "access-haproxy") { second, isError, message in
            "Mar  2 \(clock(second)) lb1 haproxy[1430]: 203.0.113.9:\(40_000 + second) [02/Mar/2026:\(clock(second)).655] front back/web\(second % 3) 10/0/30/69/\(100 + second % 90) \(status(isError)) \(second * 37) - - ---- 1/1/1/1/0 0/0 {shop.example} {} \"GET \(request(message)) HTTP/1.1\""
        },
        Format(name: "access-load-balancer") { second, isError, message in
            "2026-03-02T\(clock(second)).123456Z shop-lb 203.0.113.\(second % 250):\(40_000 + second) 10.0.1.7:8080 0.00005 0.00\(10 + second % 80) 0.00004 \(status(isError)) \(status(isError)) 0 \(second * 37) \"GET https://shop.example:443\(request(message)) HTTP/1.1\" \"curl/8.5\" - -"
        },
        Format(name: "access-cdn") { second, isError, message in
            "2026-03-02\t\(clock(second))\tFRA2\t\(second * 37)\t203.0.113.\(second % 250)\tGET\tshop.example\t\(request(message))\t\(status(isError))\t-\tcurl/8.5\t-\t-\tHit\t\(second)\tshop.example\thttps"
        },
    ]

    static let formats = [
        Format(name: "csv", head: "Event Time,Level,Host,Message") { second, isError, message in
            "2026-03-02 \(clock(second)).\(100 + second % 900),\(isError ? "Error" : "Information"),web\(second % 3),\"\(message), as asked\""
        },
        Format(name: "journald") { second, isError, message in
            "{\"__REALTIME_TIMESTAMP\":\"\(1_772_438_400_000_000 + second * 1_000_000)\",\"PRIORITY\":\"\(isError ? 3 : 6)\",\"_HOSTNAME\":\"web1\",\"SYSLOG_IDENTIFIER\":\"shopd\",\"MESSAGE\":\"\(message)\"}"
        },
        Format(name: "journald-export") { second, isError, message in
            """
            __CURSOR=s=6b1d;i=\(second);t=61
            __REALTIME_TIMESTAMP=\(1_772_438_400_000_000 + second * 1_000_000)
            __MONOTONIC_TIMESTAMP=\(90_000_000 + second * 1_000_000)
            _BOOT_ID=0d4a6b6a2f4c4f0b9c1e6f7a8b9c0d1e
            PRIORITY=\(isError ? 3 : 6)
            _HOSTNAME=web1
            SYSLOG_IDENTIFIER=shopd
            MESSAGE=\(message)
            _PID=417

            """
        },
        Format(name: "windows-event") { second, isError, message in
            "\(isError ? "Error" : "Information")\t3/2/2026 8:\(two(second / 60)):\(two(second % 60)) AM\tShopService\t\(isError ? 1004 : 1000)\tNone\t\(message)"
        },
        Format(name: "gc") { second, isError, message in
            "[2026-03-02T\(clock(second)).\(100 + second % 900)+0000][\(isError ? "error" : "info ")][gc,heap] GC(\(second)) \(message)"
        },
        Format(name: "log4j") { second, isError, message in
            "2026-03-02 \(clock(second)),\(100 + second % 900) \(isError ? "ERROR" : "INFO ") [worker-\(second % 4)] com.example.shop.Orders - \(message)"
        },
        Format(name: "python") { second, isError, message in
            "2026-03-02 \(clock(second)),\(100 + second % 900) - shop.orders - \(isError ? "ERROR" : "INFO") - \(message)"
        },
        Format(name: "syslog-3164") { second, isError, message in
            "<\(isError ? 131 : 134)>Mar  2 \(clock(second)) web\(second % 3) shopd[417]: \(message)"
        },
        Format(name: "syslog-5424") { second, isError, message in
            "<\(isError ? 131 : 134)>1 2026-03-02T\(clock(second)).\(100 + second % 900)Z web1 shopd 417 ID\(second % 9) - \(message)"
        },
        Format(name: "json") { second, isError, message in
            "{\"time\":\"2026-03-02T\(clock(second))Z\",\"level\":\"\(isError ? "error" : "info")\",\"msg\":\"\(message)\",\"worker\":\(second % 4)}"
        },
        Format(name: "logfmt") { second, isError, message in
            "time=2026-03-02T\(clock(second))Z level=\(isError ? "error" : "info") msg=\"\(message)\" worker=\(second % 4)"
        },
        Format(name: "klog") { second, isError, message in
            "\(isError ? "E" : "I")0302 \(clock(second)).\(100_000 + second * 7)       1 orders.go:\(isError ? 112 : 88)] \(message)"
        },
        Format(name: "zap") { second, isError, message in
            "2026-03-02T\(clock(second)).\(100 + second % 900)Z\t\(isError ? "ERROR" : "INFO")\torders/store.go:88\t\(message)"
        },
        Format(name: "slog") { second, isError, message in
            "time=2026-03-02T\(clock(second)).\(100 + second % 900)Z level=\(isError ? "ERROR" : "INFO") msg=\"\(message)\""
        },
        Format(name: "dotnet") { second, isError, message in
            "[\(clock(second)) \(isError ? "ERR" : "INF")] \(message)"
        },
        Format(name: "postgresql") { second, isError, message in
            "2026-03-02 \(clock(second)).\(100 + second % 900) UTC [417] shop@shop \(isError ? "ERROR" : "LOG"):  \(message)"
        },
        Format(name: "mysql") { second, isError, message in
            "2026-03-02T\(clock(second)).\(100_000 + second)Z \(second % 9) [\(isError ? "ERROR" : "Note")] \(message)"
        },
        Format(name: "rails") { second, isError, message in
            "\(isError ? "E" : "I"), [2026-03-02T\(clock(second)).\(100_000 + second) #417] \(isError ? "ERROR" : " INFO") -- : \(message)"
        },
        Format(name: "docker") { second, isError, message in
            "{\"log\":\"\(isError ? "ERROR" : "INFO") \(message)\\n\",\"stream\":\"\(isError ? "stderr" : "stdout")\",\"time\":\"2026-03-02T\(clock(second)).\(100_000_000 + second)Z\"}"
        },
        Format(name: "kubernetes") { second, isError, message in
            "2026-03-02T\(clock(second)).\(100_000_000 + second)Z \(isError ? "stderr" : "stdout") F \(isError ? "ERROR" : "INFO") \(message)"
        },
        Format(name: "logcat") { second, isError, message in
            "03-02 \(clock(second)).\(100 + second % 900)  417  \(430 + second % 4) \(isError ? "E" : "I") ShopOrders: \(message)"
        },
        Format(name: "pipes") { second, isError, message in
            "\(clock(second)).\(100 + second % 900)|\(isError ? "FATAL" : "INFO")|shop|worker-\(second % 4)|\(message)"
        },
    ]

    private static func log(_ format: Format) -> String {
        var random = SeededGenerator(seed: 31)
        var text = format.head.isEmpty ? "" : format.head + "\n"
        for second in 0..<600 {
            for _ in 0..<(1 + random.below(3)) {
                let message =
                    switch random.below(4) {
                    case 0: "Accepted order \(random.below(90_000)) of customer \(random.below(900))"
                    case 1: "Payment of order \(random.below(90_000)) was captured"
                    case 2: "Mail to customer \(random.below(900)) was queued"
                    default: "Stock of product \(random.below(400)) is \(random.below(50))"
                    }
                text += format.line(second, false, message) + "\n"
            }
            if second >= 400, second % 2 == 0 {
                text +=
                    format.line(second, true, "Call to inventory for order \(random.below(90_000)) timed out")
                    + "\n"
            }
        }
        return text
    }

    @Test(
        "The same story gives the same report in each format, as its golden says",
        arguments: formats + requests)
    func report(format: Format) throws {
        let examined = Examining(Self.log(format))
        var text = ""
        for source in examined.diagnosis.sources {
            text += "\(source.counts.lines) lines, \(source.form)\n"
            if let times = source.times {
                text += "\(LogTime.text(times.lowerBound)) to \(LogTime.text(times.upperBound))\n"
            }
        }
        for template in examined.diagnosis.templates.templates {
            text += "\(template.count) \(template.id) \(template.text)\n"
        }
        for finding in examined.findings {
            text += "\n\(finding.kind) \(finding.severity.rawValue): \(finding.title)\n\(finding.why)\n"
            for citation in finding.citations {
                text += "  \(citation.lines.lowerBound): \(citation.excerpt ?? "")\n"
            }
        }
        #expect(examined.lies() == [])
        #expect(examined.findings.contains { $0.kind == "log.timeout" })
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../Goldens/reports/\(format.name).txt").standardized
        if ProcessInfo.processInfo.environment["THIRDLINE_GOLDENS"] == "write" {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        let golden = try String(contentsOf: file, encoding: .utf8)
        #expect(
            text == golden,
            "If the new report is right: THIRDLINE_GOLDENS=write swift test --filter ReportGoldenTests")
    }
}
