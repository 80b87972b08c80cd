import Diagnosis
import Testing

@Suite("Access logs") struct AccessLogTests {
    /// Notations of requests with a place for method, path and status.
    struct Notation: Sendable, CustomTestStringConvertible {
        var name: String
        var line: @Sendable (_ second: Int, _ method: String, _ path: String, _ status: Int) -> String
        var testDescription: String { name }
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    private static func clock(_ second: Int) -> String {
        "\(two(8 + second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
    }

    static let notations = [
        Notation(name: "common") { second, method, path, status in
            "10.0.0.\(second % 250) - - [02/Mar/2026:\(clock(second)) +0000] \"\(method) \(path) HTTP/1.1\" \(status) \(second * 37)"
        },
        Notation(name: "combined") { second, method, path, status in
            "10.0.0.\(second % 250) - ada [02/Mar/2026:\(clock(second)) +0000] \"\(method) \(path) HTTP/2.0\" \(status) \(second * 37) \"https://shop.example/\(second)\" \"Mozilla/5.0 (X11; Linux x86_64; rv:\(second))\""
        },
        Notation(name: "load balancer") { second, method, path, status in
            "2026-03-02T\(clock(second)).123456Z shop-lb 203.0.113.\(second % 250):\(40_000 + second) 10.0.1.7:8080 0.00005 0.00\(10 + second % 80) 0.00004 \(status) \(status) 0 \(second * 37) \"\(method) https://shop.example:443\(path) HTTP/1.1\" \"curl/8.5\" - -"
        },
        Notation(name: "HAProxy") { second, method, path, status in
            "Mar  2 \(clock(second)) lb1 haproxy[1430]: 203.0.113.9:\(40_000 + second) [02/Mar/2026:\(clock(second)).655] front back/web\(second % 3) 10/0/30/69/\(100 + second % 90) \(status) \(second * 37) - - ---- 1/1/1/1/0 0/0 {shop.example} {} \"\(method) \(path) HTTP/1.1\""
        },
        Notation(name: "W3C") { second, method, path, status in
            "2026-03-02 \(clock(second)) 10.0.1.7 \(method) \(path) - 443 - 203.0.113.\(second % 250) Mozilla/5.0+(Windows+NT+10.0) - \(status) 0 0 \(second % 300)"
        },
        Notation(name: "CDN") { second, method, path, status in
            "2026-03-02\t\(clock(second))\tFRA2\t\(second * 37)\t203.0.113.\(second % 250)\t\(method)\tshop.example\t\(path)\t\(status)\t-\tcurl/8.5\t-\t-\tHit\t\(second)\tshop.example\thttps"
        },
    ]

    @Test(
        "Requests are patterns by method, route and status in every notation, with the same IDs",
        arguments: notations)
    func patterns(notation: Notation) throws {
        var text = ""
        for second in 0..<600 {
            let (method, path, status) =
                switch second % 6 {
                case 0: ("GET", "/", 200)
                case 1: ("GET", "/api/v2/users/\(second * 7)/orders?page=\(second)", 200)
                case 2: ("GET", "/api/v2/users/\(second * 7)", 404)
                case 3: ("POST", "/login", 302)
                case 4: ("POST", "/login", 504)
                default: ("DELETE", "/carts/3f2a\(second)11aa4bcd9e", 204)
                }
            text += notation.line(second, method, path, status) + "\n"
        }
        let reading = LogReading(text)
        #expect(
            reading.patterns == [
                "DELETE /carts/<*> 204", "GET / 200", "GET /api/v2/users/<*> 404",
                "GET /api/v2/users/<*>/orders 200",
                "POST /login 302", "POST /login 504",
            ])
        #expect(
            reading.lines[0].at == "2026-03-02T08:00:00Z"
                || reading.lines[0].at?.hasPrefix("2026-03-02T08:00:00.") == true)
        #expect(reading.lines[4].level == .error)
        #expect(reading.lines[1].level == nil)
        let common = LogReading(
            (0..<300).map { Self.notations[0].line($0, "POST", $0 % 2 == 0 ? "/login" : "/", 504) }.joined(
                separator: "\n"))
        #expect(reading.ids[4] == common.ids[0])
        let examined = Examining(text)
        #expect(examined.finding("log.timeout")?.title.contains("POST /login 504") == true)
        #expect(examined.lies() == [])
    }

    @Test("Statuses and methods stay apart however many there are")
    func statuses() {
        let all = [200, 201, 204, 301, 302, 304, 400, 401, 403, 404, 409, 429, 500, 502, 503, 504]
        let text = (0..<800).map { Self.notations[0].line($0, "GET", "/orders/\($0)", all[$0 % all.count]) }
        #expect(LogReading(text.joined(separator: "\n")).patterns.count == all.count)
    }

    @Test("A message that tells of a request with words of its own stays a message")
    func messages() {
        let text = (0..<300).map {
            "2026-03-02 08:00:\($0 % 60 + 10) INFO wsgi [req-\($0)] 10.0.0.1 \"GET /v2/\($0 * 7)/servers HTTP/1.1\" status: 200 len: \($0) time: 0.24\n"
        }.joined()
        #expect(LogReading(text).patterns.allSatisfy { $0.contains("status:") })
    }
}
