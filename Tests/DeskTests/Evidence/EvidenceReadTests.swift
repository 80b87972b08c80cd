import Diagnosis
import Domain
import Foundation
import Storage
import TestSupport
import Testing

@testable import Desk

/// Evidence is read by whom it is for, and never runs.
@Suite("Evidence is read")
struct EvidenceReadTests {
    private static let png: [UInt8] =
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8)
        + [0, 0, 0, 2, 0, 0, 0, 3, 8, 6, 0, 0, 0, 1, 2, 3, 4]

    @Test("Nothing that could run is shown: an SVG with script, HTML, a program that calls itself an image")
    func nothingRuns() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await EvidenceClient(server, .marta)
            let browser = try await server.browser(.marta)
            let files: [(name: String, bytes: [UInt8])] = [
                (
                    "a.svg",
                    Array("<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".utf8)
                ),
                ("b.html", Array("<!doctype html><script>alert(2)</script>".utf8)),
                ("c.png", [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0] + [UInt8](repeating: 0, count: 64)),
                ("d.png", Self.png),
            ]
            for (index, file) in files.enumerated() {
                _ = try await marta.upload(file.bytes, name: file.name, to: number)
                let place = "/cases/\(number)/evidence/E\(index + 1)"
                let page = try await browser.get(place)
                #expect(page.status == 200)
                #expect(!page.body.contains("<script>alert"), "\(file.name)")
                let isImage = file.name == "d.png"
                #expect(page.body.contains("<img") == isImage, "\(file.name)")
                for query in ["", "?show=image"] {
                    let content = try await browser.get(place + "/content" + query)
                    let inline = isImage && !query.isEmpty
                    #expect(
                        content.headers["content-type"] == (inline ? "image/png" : "application/octet-stream")
                    )
                    #expect(
                        content.headers["content-disposition"]?.hasPrefix(inline ? "inline" : "attachment")
                            == true)
                    #expect(content.headers["content-security-policy"]?.contains("sandbox") == true)
                    #expect(content.headers["x-content-type-options"] == "nosniff")
                }
            }
            let liar = try await browser.get("/cases/\(number)/evidence/E3").body
            #expect(liar.contains("Its name says PNG image, but its bytes are a program (ELF)"))
        }
    }

    @Test("Text of any encoding is shown escaped, a hundred thousand lines window by window")
    func texts() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await EvidenceClient(server, .marta)
            let browser = try await server.browser(.marta)
            let words = "Größe <b>fett</b> \u{1B}[31mrot"
            let utf16: [UInt8] = [0xFF, 0xFE] + words.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
            let latin: [UInt8] = words.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
            for (index, bytes) in [Array(words.utf8), utf16, latin].enumerated() {
                _ = try await marta.upload(bytes, name: "t\(index).txt", to: number)
                let page = try await browser.get("/cases/\(number)/evidence/E\(index + 1)").body
                #expect(page.contains("Größe &lt;b&gt;fett&lt;/b&gt; ␛[31mrot"), "\(index)")
            }
            let long = (1...100_000).map { "line \($0) of the log\n" }.joined()
            _ = try await marta.upload(Array(long.utf8), name: "long.log", to: number)
            let page = try await browser.get("/cases/\(number)/evidence/E4").body
            #expect(page.contains("line 1 of the log") && !page.contains("line 99999 of the log"))
            #expect(page.utf8.count < 120_000)
            let match = try #require(page.firstMatch(of: /\/E4\?from=(\d+)/))
            let next = try await browser.get("/cases/\(number)/evidence/E4?from=\(match.1)").body
            #expect(next.contains("Go on") && next.contains("From the start"))
            let end = try await browser.get("/cases/\(number)/evidence/E4?from=\(long.utf8.count - 1000)")
                .body
            #expect(end.contains("line 100000 of the log"))
            _ = try await marta.upload(Array("{\"a\":[1,{\"b\":\"<i>\"}]}".utf8), name: "x.json", to: number)
            let json = try await browser.get("/cases/\(number)/evidence/E5").body
            #expect(
                json.contains("formatted for reading")
                    && json.contains("&quot;b&quot;: &quot;&lt;i&gt;&quot;"))
        }
    }

    @Test(
        "PRIV-08 part: who read restricted evidence, when and why is on record and shown per case and customer",
        arguments: Engine.available)
    func restricted(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let secret = "card numbers here"
            try await Evidences.add(
                secret, name: "cards.txt", to: number, as: .marta, ["sensitivity": "restricted"], server.desk)
            let lea = try await server.browser(.lea)
            let place = "/cases/\(number)/evidence/E1"
            for path in [place, "/cases/\(number)/evidence", "/cases/\(number)", "/api/v1/cases/\(number)"] {
                let client = path.hasPrefix("/api") ? try await server.program(.lea) : lea
                let body = try await client.get(path).body
                #expect(!body.contains("cards.txt") && !body.contains(secret), "\(path)")
            }
            #expect(try await lea.get(place + "/content").status == 403)
            let jonas = try await server.browser(.jonas)
            #expect(try await jonas.get(place + "/content").status == 409)
            #expect(try await !jonas.get(place).body.contains(secret))
            let opened = try await jonas.submit(
                "/evidence/\(number).E1/open", ["reason": "Comparing the refused cards"])
            #expect(opened.status == 303)
            #expect(try await jonas.get(place).body.contains(secret))
            #expect(try await jonas.get(place + "/content").body == secret)
            let ada = try await server.browser(.ada)
            let organisation = server.desk.people[.daniel]?.organisation?.raw ?? ""
            for path in ["/cases/\(number)/evidence/reads", "/organisations/\(organisation)/evidence_reads"] {
                let log = try await ada.get(path).body
                #expect(log.contains("Jonas") && log.contains("Comparing the refused cards"))
                #expect(log.contains("Downloaded it") && log.contains("Looked at it"))
                #expect(try await jonas.get(path).status == 403)
            }
            server.desk.clock.advance(seconds: 3601)
            #expect(try await jonas.get(place + "/content").status == 409, "the reason holds for an hour")
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test(
        "PRIV-14 part: customers see what they gave and what is meant for them, and nothing of others",
        arguments: Engine.available)
    func customersSeeTheirs(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            try await Evidences.add("internal", name: "internal.log", to: number, [:], server.desk)
            try await Evidences.add("ours", name: "ours.log", to: number, as: .daniel, [:], server.desk)
            try await Evidences.add(
                "meant", name: "meant.log", to: number, as: .marta, ["customer_sees": "yes"], server.desk)
            let daniel = try await server.browser(.daniel)
            let page = try await daniel.get("/portal/cases/\(number)").body
            #expect(page.contains("ours.log") && page.contains("meant.log") && !page.contains("internal.log"))
            let place = "/portal/cases/\(number)/evidence"
            for number in ["E1", "E2", "1", "2"] {
                let answer = try await daniel.get("\(place)/\(number)/content")
                #expect(answer.status == 404, "numbers count what colleagues have: \(number)")
            }
            let links = page.matches(of: /href="(\/portal\/cases\/[^"]+\/content)"/).map {
                String($0.output.1)
            }
            #expect(links.count == 2)
            #expect(try await daniel.get(links.first ?? "").body == "ours")
            let sofia = try await server.browser(.sofia)
            #expect(try await sofia.get(links.first ?? "").status == 404)
            let forged = try await sofia.send(files: [("x.log", [1])], to: place)
            #expect(forged.status == 404)
            let same = try await daniel.send(files: [("copy.log", Array("internal".utf8))], to: place)
            #expect(same.status == 303, "a copy of what colleagues have tells nothing")
        }
    }

    @Test(
        "CASE-39: times are kept in UTC with the original beside them, aligned on one axis, and skew is flagged",
        arguments: Engine.available)
    func timesInOneZone(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await EvidenceClient(server, .marta)
            _ = try await marta.upload(
                [1], name: "berlin.log", to: number,
                query: "covers_from=2026-01-10%2010:00&covers_to=2026-01-10%2011:30&zone=Europe/Berlin")
            var read = try await marta.read("E1", of: number)
            #expect(
                read["covers_from"] == "2026-01-10T09:00:00Z" && read["covers_to"] == "2026-01-10T10:30:00Z")
            #expect(read["covers_from_given"] == "2026-01-10 10:00" && read["zone"] == "Europe/Berlin")
            _ = try await marta.upload(
                [2], name: "fast.log", to: number,
                query: "covers_from=2026-01-10T09:00:30Z&covers_to=2026-01-10T10:00:30Z&clock_offset=30")
            read = try await marta.read("E2", of: number)
            #expect(read["covers_from"] == "2026-01-10T09:00:00Z")
            #expect(read["clock_flags"]?[0]?.string?.contains("30 s ahead") == true)
            _ = try await marta.upload(
                [3], name: "future.log", to: number,
                query:
                    "collected_at=2026-03-02T08:00:00Z&covers_from=2026-03-02T07:00:00Z&covers_to=2026-03-02T09:00:00Z"
            )
            read = try await marta.read("E3", of: number)
            #expect(read["clock_flags"]?[0]?.string?.contains("after it was collected") == true)
            let page = try await server.browser(.marta).get("/cases/\(number)/evidence").body
            #expect(page.contains("Time ranges of 3 pieces of evidence on one axis"))
            #expect(page.contains("check its clock"))
            let one = try await server.browser(.marta).get("/cases/\(number)/evidence/E1").body
            #expect(one.contains("2026-01-10 09:00 UTC") && one.contains("2026-01-10 10:00"))
            for (query, code) in [
                ("covers_from=2026-03-29%2002:30&zone=Europe/Berlin", "covers_from:unclear_time"),
                ("covers_from=2025-10-26%2002:30&zone=Europe/Berlin", "covers_from:unclear_time"),
                ("covers_from=2026-01-10%2010:00&zone=Mars/Base", "zone:unknown_zone"),
                ("covers_from=yesterday", "covers_from:not_a_time"),
                ("covers_from=2026-01-02T00:00Z&covers_to=2026-01-01T00:00Z", "covers_to:ends_before"),
            ] {
                let refused = try await marta.upload([9], name: "x", to: number, query: query, expecting: 422)
                #expect(refused.fieldCodes == [code], "\(query)")
            }
        }
    }

    @Test(
        "A description is edited afterwards, as facts, and two people are told of a clash",
        arguments: Engine.available)
    func describing(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let number = try await desk.reportedCase()
            let added = try await Evidences.add(to: number, [:], desk)
            let id = RawValue.text(added["id"]?.string ?? "")
            try await desk.perform(
                "evidence.describe", as: .marta, ["id": id, "type": "trace", "source": "bridge-1"], base: 1)
            try await desk.perform(
                "evidence.describe", as: .jonas, ["id": id, "environment": "staging"], base: 1)
            await #expect(throws: Refusal.self) {
                try await desk.perform("evidence.describe", as: .jonas, ["id": id, "type": "har"], base: 1)
            }
            let actor = try desk.actor(.marta)
            let this = try await desk.found(number)
            let found = try await desk.services.database.read { tx in
                try EvidenceDirectory.find("E1", of: this.id, for: actor, in: tx)
            }
            #expect(found?.details == [.type: "trace", .source: "bridge-1", .environment: "staging"])
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "Evidence is kept until the day that policy says; what is over is marked and listed for who may take it away",
        arguments: Engine.available)
    func retention(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            try await Evidences.add("short", to: number, ["retention": "ninety_days"], server.desk)
            try await Evidences.add("usual", to: number, [:], server.desk)
            try await Evidences.add(
                "secret", name: "keys.txt", to: number,
                ["retention": "ninety_days", "sensitivity": "restricted"], server.desk)
            let program = try await server.program(.ines)
            let client = try await EvidenceClient(server, .ines)
            #expect(try await client.read("E1", of: number)["keep_until"] == "2026-05-31T09:00:00Z")
            #expect(try await program.get("/api/v1/evidence/due").json["items"] == [])
            server.desk.clock.advance(seconds: 90 * 86_400)
            func due() async throws -> [String] {
                let items = try await program.get("/api/v1/evidence/due").json["items"]?.array ?? []
                return items.map { "\($0["case"]?.string ?? "") \($0["number"]?.string ?? "")" }
            }
            #expect(try await due() == ["\(number) E1", "\(number) E3"])
            let browser = try await server.browser(.ines)
            let page = try await browser.get("/evidence/due").body
            #expect(page.contains("/evidence/\(number).E1/remove") && page.contains("2 due"))
            #expect(!page.contains("E2</a>"))
            let piece = try await browser.get("/cases/\(number)/evidence/E1").body
            #expect(piece.contains("Kept until") && piece.contains("over"))
            try await server.desk.perform(
                "evidence.remove", as: .ines, ["id": .text("\(number).E1"), "reason": "Its time is over"])
            #expect(try await due() == ["\(number) E3"])
            #expect(try await server.browser(.marta).get("/evidence/due").status == 403)
            try await server.desk.perform(
                "case.restrict", as: .ines,
                [
                    "id": .text(number), "level": "security", "reason": "r",
                ])
            let other = try await server.program(.otto).get("/api/v1/evidence/due")
            #expect(other.status == 200 && other.json["items"] == [], "a hidden case shows nothing of itself")
        }
    }
}
