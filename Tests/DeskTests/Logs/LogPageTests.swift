import Diagnosis
import Domain
import Foundation
import Storage
import TestSupport
import Testing
import Web

@testable import Desk

/// Logs in a case: read line by line, searched and filtered where they lie.
@Suite("The page of a log")
struct LogPageTests {
    /// A log of so many records, an error with a trace at every hundredth.
    private static func text(_ count: Int) -> String {
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return (1...count).map { number in
            let time = "2026-01-10 \(two(8 + number / 3600)):\(two(number / 60 % 60)):\(two(number % 60))"
            guard number % 100 == 0 else { return "\(time) INFO worker: order \(number) <taken>\n" }
            return
                "\(time) ERROR worker: order \(number) refused\njava.lang.Refused: no\n\tat com.example.A.b(A.java:7)\n"
        }.joined()
    }

    /// Asks until what is made beside the work is there.
    private static func ready(_ client: TestClient, _ path: String) async throws -> JSON {
        for _ in 0..<2000 {
            let answer = try await client.get(path)
            if answer.json["state"] != "making" { return answer.json }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("it is made for ever")
        return .null
    }

    @Test(
        "DIAG-02 part: a log is read line by line, with times and levels, from any line and any moment",
        arguments: Engine.available)
    func lines(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            try await Evidences.add(Self.text(3000), to: number, [:], server.desk)
            let marta = try await server.program(.marta)
            let base = "/api/v1/cases/\(number)/evidence/E1"
            let first = try await marta.get("\(base)/lines?count=2").json
            #expect(
                first["state"] == "ready" && first["total_lines"] == 3060 && first["total_records"] == 3000)
            #expect(first["lines"]?[0]?["text"] == "2026-01-10 08:00:01 INFO worker: order 1 <taken>")
            #expect(
                first["lines"]?[0]?["time"] == "2026-01-10T08:00:01Z"
                    && first["lines"]?[0]?["level"] == "info")
            #expect(first["next"] == 3 && first["complete"] == false)
            let middle = try await marta.get("\(base)/lines?from=100&count=4").json["lines"]
            #expect(
                middle?[0]?["level"] == "error" && middle?[1]?["goes_on"] == true
                    && middle?[2]?["goes_on"] == true)
            #expect(middle?[3]?["line"] == 103 && middle?[3]?["goes_on"] == false)
            let moment = try await marta.get("\(base)/lines?time=2026-01-10T08:10:00Z&count=1").json[
                "lines"]?[0]
            #expect(moment?["text"]?.string?.hasPrefix("2026-01-10 08:10:00 ERROR") == true)
            #expect(try await marta.get("\(base)/lines?from=9999").json["lines"]?.array?.isEmpty == true)
            let back = try await marta.get("\(base)/lines?from=11&direction=back&count=10").json["lines"]
            #expect(back?[0]?["line"] == 1 && back?[9]?["line"] == 10)
            for (query, field, words) in [
                ("from=x", "from", "no number"), ("count=0", "count", "from 1 to 1,000"),
                ("level=loud", "level", "There are trace"), ("q=/a(/", "q", "not understood"),
                ("q=/a*/", "q", "no text at all"), ("time=soon", "time", "not a time"),
                ("direction=up", "direction", "forward or back"), ("size=3", "size", "no parameter"),
            ] {
                let answer = try await marta.get("\(base)/lines?\(query)")
                #expect(answer.status == 422 && answer.body.contains(words), "\(query): \(answer.body)")
                #expect(answer.json.fieldCodes.first?.hasPrefix(field) == true, "\(answer.body)")
            }
            let chart = try await marta.get("\(base)/histogram?bins=60").json
            let bins = chart["bins"]?.array ?? []
            #expect(bins.count <= 60 && bins.compactMap { $0["records"]?.integer }.reduce(0, +) == 3000)
            #expect(bins.compactMap { $0["errors"]?.integer }.reduce(0, +) == 30)
            let errors = try await marta.get("\(base)/histogram?level=error").json
            #expect(errors["records"] == 30 && errors["complete"] == true)
            #expect(errors["bins"]?.array?.compactMap { $0["records"]?.integer }.reduce(0, +) == 30)
            let held = try await marta.get("\(base)/histogram?q=order%201000&only=1").json
            #expect(held["records"] == 1, "\(held)")
            let page = try await server.browser(.marta).get("/cases/\(number)/evidence/E1/log?level=error")
            #expect(page.body.contains("The filter finds 30 records. "))
            let stretch = try await marta.get(
                "\(base)/histogram?from_time=2026-01-10T08:10:00Z&to_time=2026-01-10T08:10:59Z"
            ).json
            #expect(stretch["bins"]?.array?.compactMap { $0["records"]?.integer }.reduce(0, +) == 60)
        }
    }

    @Test("DIAG-02 part: a log is filtered by level, words, expression and time, and gives whole records")
    func filters() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let number = try await server.desk.reportedCase()
            try await Evidences.add(Self.text(3000), to: number, [:], server.desk)
            let marta = try await server.program(.marta)
            let base = "/api/v1/cases/\(number)/evidence/E1/lines"
            let errors = try await marta.get("\(base)?level=error").json
            #expect(
                errors["lines"]?.array?.count == 90 && errors["complete"] == true && errors["next"] == .null)
            let trace = try await marta.get("\(base)?q=A.java:7&only=1&count=2").json
            #expect(
                trace["lines"]?.array?.compactMap { $0["line"]?.integer } == [100, 101, 102, 202, 203, 204])
            #expect(trace["lines"]?[2]?["parts"] == ["\tat com.example.A.b(", "A.java:7", ")"])
            #expect(trace["next"] == 205 && trace["complete"] == false)
            let back = try await marta.get("\(base)?q=A.java:7&only=1&count=1&direction=back&from=202").json
            #expect(back["lines"]?[0]?["line"] == 100)
            let marked = try await marta.get("\(base)?q=ORDER%209&count=10").json["lines"]
            #expect(
                marked?.array?.count == 10 && marked?[8]?["parts"]?[1] == "order 9",
                "words are marked, no line is left out")
            let expression = try await marta.get("\(base)?q=/order%201%5B0-4%5D7%20/&only=1").json["lines"]
            #expect(expression?.array?.count == 5)
            let wrong = try await server.browser(.marta).get(
                "/cases/\(number)/evidence/E1/log?q=/fai(led/&only=1")
            #expect(wrong.status == 200 && wrong.body.contains("value=\"/fai(led/\""))
            #expect(wrong.body.contains("id=\"q-e\" role=\"alert\"") && wrong.body.contains("order 1 "))
            let time = try await marta.get(
                "\(base)?level=error&from_time=2026-01-10T08:10:00Z&to_time=2026-01-10T08:20:00Z"
            ).json["lines"]
            #expect(time?.array?.filter { $0["goes_on"] == false }.count == 7)
        }
    }

    @Test("A search looks through a bounded part of a log, says up to where, and goes on from there")
    func boundedSearch() async throws {
        try await TestDesk.run(
            on: .sqlite,
            adjust: { settings, _ in settings.logLimits.scanned = 70_000 }
        ) { desk in
            try await TestServer.serve(desk) { server in
                let number = try await server.desk.reportedCase()
                try await Evidences.add(
                    Self.text(9000) + "2026-01-10 12:00:00 INFO found it\n", to: number, [:], server.desk)
                let marta = try await server.program(.marta)
                var (from, requests, hit): (Int64, Int, Int64?) = (1, 0, nil)
                while hit == nil, requests < 50 {
                    let answer = try await marta.get(
                        "/api/v1/cases/\(number)/evidence/E1/lines?q=found+it&only=1&from=\(from)"
                    ).json
                    requests += 1
                    hit = answer["lines"]?[0]?["line"]?.integer
                    guard hit == nil, let next = answer["next"]?.integer else { break }
                    #expect(next > from && answer["scanned_bytes"]?.integer ?? 0 > 0)
                    from = next
                }
                #expect(hit == 9181 && requests > 3)
                let browser = try await server.browser(.marta)
                let place = "/cases/\(number)/evidence/E1/log"
                let missed = try await browser.get("\(place)?q=found+it&line=1&find=next")
                #expect(missed.status == 303)
                let page = try await browser.get(missed.headers["location"] ?? "").body
                #expect(page.contains("was not found up to line") && page.contains("Go on from there"))
                let nowhere = try await browser.get("\(place)?q=nowhere&line=9100&find=next")
                #expect(
                    try await browser.get(nowhere.headers["location"] ?? "").body.contains(
                        "stands nowhere further down"))
            }
        }
    }

    @Test("DIAG-02 part: the page works without script: pages of lines, jumps, matches, a chart, all escaped")
    func page() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let number = try await server.desk.reportedCase()
            try await Evidences.add(Self.text(3000), to: number, [:], server.desk)
            let browser = try await server.browser(.marta)
            let place = "/cases/\(number)/evidence/E1/log"
            let page = try await browser.get(place).body
            #expect(page.contains("3,060 lines") && page.contains("3,000 records"))
            #expect(page.contains("order 7 &lt;taken&gt;") && !page.contains("<taken>"))
            #expect(page.contains("id=\"L200\"") && !page.contains("id=\"L201\""))
            #expect(page.contains("Lines 1 to 200 of 3,060") && page.contains("line=201"))
            #expect(page.contains("error and worse: 30"))
            #expect(page.contains("Peak ") && page.contains("The same as a table"))
            #expect(try await browser.get("/cases/\(number)/evidence/E1").body.contains("href=\"\(place)\""))
            #expect(try await browser.get("\(place)?line=2,950").body.contains("id=\"L3060\""))
            let match = try await browser.get("\(place)?line=1&q=refused&find=next")
            #expect(match.headers["location"] == "\(place)?line=100&q=refused#L100")
            let previous = try await browser.get("\(place)?line=202&q=refused&find=previous")
            #expect(previous.headers["location"]?.hasSuffix("line=100&q=refused#L100") == true)
            let moment = try await browser.get("\(place)?time=2026-01-10T08:10:00Z")
            #expect(moment.headers["location"] == "\(place)?line=610#L610")
            let filtered = try await browser.get("\(place)?level=error&q=refused").body
            #expect(
                filtered.contains("30 records, from line 100") && filtered.contains("<mark>refused</mark>"))
            #expect(filtered.contains("grep -naiF -e refused -- "), "DIAG-09: the same in a shell")
            #expect(!page.contains("in a shell"))
            #expect(
                try await browser.get("\(place)?q=nothing+at+all&only=1").body.contains("No record fits."))
            let wrong = try await browser.get("\(place)?q=/a(/")
            #expect(wrong.status == 200 && wrong.body.contains("value=\"/a(/\" "))
            let jonas = try await server.browser(.jonas)
            #expect(try await jonas.get("/cases/\(number)/evidence/E9/log").status == 404)
            #expect(try await server.browser(.daniel).get(place).status == 403)
        }
    }

    @Test(
        "PRIV-07 part: reading a log of restricted evidence takes right and reason, and is on record once an hour",
        arguments: Engine.available)
    func restricted(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            try await Evidences.add(
                "secret line\n", name: "cards.log", to: number, as: .marta, ["sensitivity": "restricted"],
                server.desk)
            let place = "/cases/\(number)/evidence/E1"
            let lea = try await server.browser(.lea)
            #expect(try await lea.get(place + "/log").status == 403)
            #expect(try await server.program(.lea).get("/api/v1\(place)/lines").status == 403)
            #expect(try await server.program(.lea).get("/api/v1\(place)/histogram").status == 403)
            let jonas = try await server.browser(.jonas)
            #expect(
                try await jonas.get(place + "/log").headers["location"] == place,
                "there the reason is asked for")
            #expect(try await jonas.get(place + "/log/lines").status == 409)
            _ = try await jonas.submit("/evidence/\(number).E1/open", ["reason": "Comparing"])
            for _ in 0..<5 { #expect(try await jonas.get(place + "/log/lines").body.contains("secret line")) }
            #expect(try await jonas.get(place + "/log").body.contains("secret line"))
            let ada = try await server.browser(.ada)
            let reads = try await ada.get("/cases/\(number)/evidence/reads").body
            #expect(reads.components(separatedBy: "Read it as a log").count == 2)
            server.desk.clock.advance(seconds: 3601)
            #expect(try await jonas.get(place + "/log/lines").status == 409)
            _ = try await jonas.submit("/evidence/\(number).E1/open", ["reason": "Again"])
            _ = try await jonas.get(place + "/log/lines")
            let later = try await ada.get("/cases/\(number)/evidence/reads").body
            #expect(later.components(separatedBy: "Read it as a log").count == 3)
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test(
        "Archives are read by member, compressed files and wide encodings as they are, and what is no log says why"
    )
    func kinds() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let number = try await server.desk.reportedCase()
            let client = try await EvidenceClient(server, .marta)
            let marta = client.program
            func place(_ count: Int) -> String { "/api/v1/cases/\(number)/evidence/E\(count)/lines" }
            let text = Self.text(200)
            let packed = Self.gzip(text)
            _ = try await client.upload(packed, name: "app.log.gz", to: number)
            let one = try await Self.ready(marta, place(1))
            #expect(one["total_lines"] == 204 && one["lines"]?[0]?["line"] == 1)

            _ = try await client.upload(
                Self.tar([("a/app.log", text), ("b.txt", "alone\n"), ("../up.log", "x\n")]),
                name: "bundle.tar", to: number)
            let members = try await Self.ready(marta, place(2))
            #expect(members["state"] == "members" && members["members"] == ["a/app.log", "b.txt"])
            #expect(members["problems"]?[0]?.string?.contains("leads out of the archive") == true)
            let member = try await Self.ready(marta, place(2) + "?member=b.txt")
            #expect(member["lines"]?[0]?["text"] == "alone")
            let missing = try await Self.ready(marta, place(2) + "?member=c.txt")
            #expect(missing["reason"]?.string?.contains("no such text") == true)
            let long = try await Self.ready(marta, place(2) + "?member=a%2Fapp.log")
            #expect(long["total_lines"] == 204)
            let browser = try await server.browser(.marta)
            let choice = try await browser.get("/cases/\(number)/evidence/E2/log").body
            #expect(choice.contains("Choose a file of the archive") && choice.contains("member=a%2Fapp.log"))
            #expect(choice.contains("leads out of the archive"))
            #expect(
                try await browser.get("/cases/\(number)/evidence/E2/log?member=a%2Fapp.log&line=100").body
                    .contains("id=\"L100\""))

            let wide = "\u{FEFF}2026-01-10 08:00:01 INFO Grüße 🎈\r\nzwei\r\n"
            _ = try await client.upload(
                wide.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }, name: "wide.log", to: number)
            let read = try await Self.ready(marta, place(3))
            #expect(
                read["lines"]?[0]?["text"] == "2026-01-10 08:00:01 INFO Grüße 🎈" && read["total_lines"] == 2)

            _ = try await client.upload(
                [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0] + [UInt8](repeating: 0, count: 64), name: "core",
                to: number)
            let binary = try await Self.ready(marta, place(4))
            #expect(binary["state"] == "none" && binary["reason"]?.string?.contains("program (ELF)") == true)
            #expect(try await browser.get("/cases/\(number)/evidence/E4/log").body.contains("No log to read"))

            _ = try await client.upload(
                Array(packed.prefix(300)), name: "cut.log.gz", to: number)
            let cut = try await Self.ready(marta, place(5))
            #expect(cut["state"] == "ready" || cut["reason"] != nil || cut["problems"] != nil, "\(cut)")
        }
    }

    @Test("A long line is cut, says so, and is read in parts")
    func longLine() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let number = try await server.desk.reportedCase()
            let long = "2026-01-10 08:00:01 INFO " + String(repeating: "é", count: 100_000)
            try await Evidences.add("one\n\(long)\nthree\n", to: number, [:], server.desk)
            let marta = try await server.program(.marta)
            let base = "/api/v1/cases/\(number)/evidence/E1/lines"
            let line = try await marta.get("\(base)?from=2&count=1").json["lines"]?[0]
            #expect(line?["cut"] == true && line?["length"] == 200_025)
            var text = line?["text"]?.string ?? ""
            var byte = line?["next_byte"]?.integer
            while let from = byte {
                let part = try await marta.get("\(base)?from=2&byte=\(from)").json
                text += part["text"]?.string ?? ""
                byte = part["next_byte"]?.integer
            }
            #expect(text == long)
            let browser = try await server.browser(.marta)
            let page = try await browser.get("/cases/\(number)/evidence/E1/log").body
            #expect(page.contains("more bytes</a>"))
            let part = try await browser.get("/cases/\(number)/evidence/E1/log?line=2&byte=2047").body
            #expect(part.contains("From byte 2,047 to") && part.contains("of 200,025"))
        }
    }

    @Test("A match in the part of a long line that is not shown is told with that part")
    func matchBeyond() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let number = try await server.desk.reportedCase()
            let long =
                "2026-01-10 08:00:01 INFO " + String(repeating: "x", count: 5000) + " needle and needle"
            try await Evidences.add("one\n\(long)\nthree\n", to: number, [:], server.desk)
            let path = "/cases/\(number)/evidence/E1/log?q=needle"
            let page = try await server.browser(.marta).get(path).body
            #expect(page.contains("more bytes, <mark>2 matches in them</mark>"))
            let program = try await server.program(.marta)
            for only in ["", "&only=yes"] {
                let json = try await program.get("/api/v1/cases/\(number)/evidence/E1/lines?q=needle\(only)")
                    .json
                let counts = json["lines"]?.array?.compactMap { $0["matches_beyond"]?.integer }
                #expect(counts == [2], "\(only)")
            }
            #expect(
                try await !server.browser(.marta).get("/cases/\(number)/evidence/E1/log?q=one").body.contains(
                    "in them"))
        }
    }

    @Test("An index is kept beside the evidence, made again where it is damaged, and goes with the bytes")
    func index() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let desk = server.desk
            let number = try await desk.reportedCase()
            try await Evidences.add(Self.text(500), to: number, [:], desk)
            let base = "/api/v1/cases/\(number)/evidence/E1"
            let marta = try await server.program(.marta)
            #expect(try await marta.get("\(base)/lines").json["total_lines"] == 510)
            let folder = desk.services.logs.folder
            let files = try FileManager.default.contentsOfDirectory(atPath: folder)
            let file = try #require(files.first { $0.hasSuffix(".index") })
            #expect(files.count == 1)
            let keys = desk.services.keys
            func index() throws -> [UInt8] {
                let made = try EvidenceFile(path: "\(folder)/\(file)", keys: keys)
                return try made?.read(at: 0, count: 1 << 20) ?? []
            }
            let (whole, raw) = try (index(), Data(contentsOf: URL(filePath: "\(folder)/\(file)")))
            // Another process has nothing of it in memory; what it finds on the disk is broken.
            try raw.prefix(600).write(to: URL(filePath: "\(folder)/\(file)"))
            let found = try await desk.services.database.read { tx in
                let this = try CaseDirectory.find(number, for: .system, in: tx)
                return try EvidenceDirectory.find("E1", of: this.id, for: .system, in: tx)
            }
            let source = try await EvidenceText.source(
                of: try #require(found), for: try desk.actor(.marta), desk.services)
            let other = LogShelf(folder: String(folder.dropLast("/derived".count)), keys: keys)
            let shown = try other.look(
                at: source.file, source.hash, member: nil, source.assumptions, now: desk.clock.now)
            guard case .log(let log) = shown else {
                Issue.record("it is not made again")
                return
            }
            #expect(log.index.lines == 510)
            #expect(try index() == whole)
            let samira = try await server.browser(.samira)
            let removed = try await samira.submit(
                "/evidence/\(number).E1/remove", ["reason": "Sent by mistake"])
            #expect(removed.status == 303)
            #expect(try await marta.get("\(base)/lines").status == 409)
            _ = try await EvidenceJobs.sweep(desk.services)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }
    }

    @Test("A large log is made readable beside the work, and the page says how far it is")
    func beside() async throws {
        try await TestDesk.run(on: .sqlite, adjust: { settings, _ in settings.logLimits.atOnce = 100 }) {
            desk in
            let number = try await desk.reportedCase()
            try await Evidences.add(Self.text(500), to: number, [:], desk)
            let found = try await desk.services.database.read { tx in
                let this = try CaseDirectory.find(number, for: .system, in: tx)
                return try EvidenceDirectory.find("E1", of: this.id, for: .system, in: tx)
            }
            let source = try await EvidenceText.source(
                of: try #require(found), for: try desk.actor(.marta), desk.services)
            let shown = try desk.services.logs.look(
                at: source.file, source.hash, member: nil, source.assumptions, now: desk.clock.now)
            guard case .making(0, .some) = shown else {
                Issue.record("it is not made beside the work: \(shown)")
                return
            }
            try await TestServer.serve(desk) { server in
                let marta = try await server.program(.marta)
                let answer = try await Self.ready(marta, "/api/v1/cases/\(number)/evidence/E1/lines?count=1")
                #expect(answer["total_lines"] == 510)
            }
        }
    }

    /// A text of less than 64 KB as gzip has it, stored.
    private static func gzip(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        var check: UInt32 = .max
        for byte in bytes {
            check ^= UInt32(byte)
            for _ in 0..<8 { check = check & 1 == 1 ? check >> 1 ^ 0xEDB8_8320 : check >> 1 }
        }
        func little(_ number: UInt32, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * UInt32($0))) }
        }
        let length = UInt32(bytes.count)
        return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1] + little(length, 2) + little(~length, 2) + bytes
            + little(~check, 4) + little(length, 4)
    }

    /// A tar archive of small texts.
    private static func tar(_ files: [(name: String, text: String)]) -> [UInt8] {
        var bytes: [UInt8] = []
        for file in files {
            var head = [UInt8](repeating: 0, count: 512)
            func put(_ text: String, at place: Int) {
                for (index, byte) in text.utf8.enumerated() { head[place + index] = byte }
            }
            func octal(_ number: Int, _ digits: Int) -> String {
                let text = String(number, radix: 8)
                return String(repeating: "0", count: digits - text.count) + text
            }
            put(file.name, at: 0)
            put("0000644", at: 100)
            put(octal(file.text.utf8.count, 11), at: 124)
            put(octal(1_767_225_600, 11), at: 136)
            put("        ", at: 148)
            put("0", at: 156)
            put("ustar\u{0}00", at: 257)
            put(octal(head.reduce(0) { $0 + Int($1) }, 6) + "\u{0} ", at: 148)
            bytes += head + Array(file.text.utf8)
            bytes += [UInt8](repeating: 0, count: (512 - file.text.utf8.count % 512) % 512)
        }
        return bytes + [UInt8](repeating: 0, count: 1024)
    }
}
