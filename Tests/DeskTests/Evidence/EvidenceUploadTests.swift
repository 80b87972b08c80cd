import Diagnosis
import Domain
import Foundation
import NIOHTTP1
import Storage
import TestSupport
import Testing

@testable import Desk

/// Files come in by every way, whole or not at all.
@Suite("Evidence comes in")
struct EvidenceUploadTests {
    @Test(
        "CASE-38: every kind of evidence carries source, collector, times, environment, sensitivity and hash",
        arguments: Engine.available)
    func typedEvidence(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await EvidenceClient(server, .marta)
            let kinds = [
                "log_extract", "metric_snapshot", "trace", "network_capture", "query_plan", "config_snapshot",
                "api_exchange", "har", "screenshot", "query_result", "deploy_history", "stack_trace",
                "cluster_bundle",
            ]
            for (index, kind) in kinds.enumerated() {
                let query =
                    "type=\(kind)&source=bridge-2&collector=Ana&collected_at=2026-03-02T08:59:00Z"
                    + "&covers_from=2026-03-01T00:00:00Z&covers_to=2026-03-02T08:00:00Z"
                    + "&environment=production&sensitivity=confidential&retention=ninety_days"
                let added = try await marta.upload(
                    Array("evidence \(index)".utf8), name: "\(kind).bin", to: number, query: query)
                #expect(added["number"]?.string == "E\(index + 1)")
                let read = try await marta.read("E\(index + 1)", of: number)
                #expect(read["type"]?.string == kind)
                #expect(read["source"] == "bridge-2" && read["collector"] == "Ana")
                #expect(read["collected_at"] == "2026-03-02T08:59:00Z")
                #expect(read["covers_from"] == "2026-03-01T00:00:00Z")
                #expect(read["covers_to"] == "2026-03-02T08:00:00Z")
                #expect(read["environment"] == "production" && read["sensitivity"] == "confidential")
                #expect(read["keep_until"] == "2026-05-31T09:00:00Z")
                #expect(read["sha256"]?.string == hex(sha256(Array("evidence \(index)".utf8))))
            }
            let unknown = try await marta.upload(
                [1], name: "x", to: number, query: "type=rumour", expecting: 422)
            #expect(unknown.fieldCodes == ["type:unknown_choice"])
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test(
        "A browser's form takes several files and pasted text at once, and a repeated form adds nothing",
        arguments: Engine.available)
    func formWithFiles(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let browser = try await server.browser(.marta)
            let path = "/cases/\(number)/evidence"
            #expect(try await browser.get(path + "/new").body.contains("type=\"file\""))
            for _ in 1...2 {
                let answer = try await browser.send(
                    files: [("a.log", Array("aaa".utf8)), ("b.bin", [0, 1, 2, 255])],
                    fields: ["_key": "k1", "type": "log_extract", "pasted": "pasted words"], to: path)
                #expect(answer.status == 303)
            }
            let program = try await server.program(.marta)
            let items = try await program.get("/api/v1/cases/\(number)/evidence").json["items"]?.array ?? []
            #expect(items.compactMap { $0["name"]?.string } == ["pasted.txt", "a.log", "b.bin"])
            let bytes = try await program.get("/api/v1/cases/\(number)/evidence/E1/content")
            #expect(bytes.body == "pasted words")
            let list = try await browser.get(path)
            #expect(list.body.contains("a.log") && list.body.contains("E3"))
        }
    }

    @Test("The same bytes are stored once, and offered again are named", arguments: Engine.available)
    func sameBytes(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let first = try await server.desk.reportedCase()
            let second = try await server.desk.reportedCase()
            let marta = try await EvidenceClient(server, .marta)
            let bytes = Array("the same log".utf8)
            _ = try await marta.upload(bytes, name: "a.log", to: first)
            _ = try await marta.upload(bytes, name: "b.log", to: second)
            let again = try await marta.upload(bytes, name: "c.log", to: first, expecting: 409)
            #expect(again["code"]?.string == "already_here")
            #expect(again["detail"]?.string?.contains("E1") == true)
            #expect(Self.files(server.desk).count == 1)
            #expect(Self.partials(server.desk) == [])
        }
    }

    @Test("A checksum that does not fit, a refused ending and a file that is too large leave nothing behind")
    func refusedFiles() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await EvidenceClient(server, .marta)
            let good = hex(sha256([1, 2, 3]))
            let wrong = try await marta.upload(
                [1, 2, 4], name: "x", to: number, query: "sha256=\(good)", expecting: 422)
            #expect(wrong["code"]?.string == "checksum_mismatch")
            _ = try await marta.upload([1, 2, 3], name: "x", to: number, query: "sha256=\(good)")
            let document = Policy.defaultDocument.replacing(
                "refused_endings: []", with: "refused_endings: [exe]"
            ).replacing("most_megabytes: 20480", with: "most_megabytes: 1")
            try await server.desk.perform(
                "policy.change", as: .samira, ["document": .text(document), "reason": "Smaller"])
            let program = try await marta.upload([77, 90], name: "Setup.EXE", to: number, expecting: 422)
            #expect(program["code"]?.string == "refused_ending")
            let large = try await marta.upload(
                [UInt8](repeating: 65, count: 1_000_001), name: "x.log", to: number, expecting: 413)
            #expect(large["detail"]?.string?.contains("1 MB") == true)
            let empty = try await marta.upload([], name: "x.log", to: number, expecting: 422)
            #expect(empty["code"]?.string == "empty_file")
            let items = try await marta.program.get("/api/v1/cases/\(number)/evidence").json["items"]?.array
            #expect(items?.count == 1)
            #expect(Self.files(server.desk).count == 1)
            #expect(Self.partials(server.desk) == [])
        }
    }

    @Test("A form that ends early leaves nothing that anybody sees", arguments: Engine.available)
    func brokenForm(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let browser = try await server.browser(.marta)
            let body = Array(
                "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.log\"\r\n\r\nhalf of".utf8
            )
            let answer = try await browser.send(
                .POST, "/cases/\(number)/evidence", body,
                [("Content-Type", "multipart/form-data; boundary=b"), ("Sec-Fetch-Site", "same-origin")])
            #expect(answer.status == 422)
            #expect(answer.body.contains("cut off"))
            #expect(Self.partials(server.desk) == [])
            #expect(Self.files(server.desk) == [])
        }
    }

    @Test(
        "An upload in pieces goes on where it broke off, and is the same file at the end",
        arguments: Engine.available)
    func resumable(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let program = try await server.program(.marta)
            let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
            let name = Data("big.log".utf8).base64EncodedString()
            let digest = Data(hex(sha256(bytes)).utf8).base64EncodedString()
            let made = try await program.send(
                .POST, "/api/v1/cases/\(number)/uploads", [],
                [
                    ("Tus-Resumable", "1.0.0"), ("Upload-Length", "3000000"),
                    ("Upload-Metadata", "filename \(name),sha256 \(digest)"),
                ])
            #expect(made.status == 201)
            let place = try #require(made.headers["location"])
            func patch(_ from: Int, _ to: Int) async throws -> TestResponse {
                try await program.send(
                    .PATCH, place, Array(bytes[from..<to]),
                    [
                        ("Content-Type", "application/offset+octet-stream"), ("Upload-Offset", "\(from)"),
                    ])
            }
            let first = try await patch(0, 1_500_001)
            #expect(first.status == 204 && first.headers["upload-offset"] == "1500001")
            let wrong = try await patch(0, 10)
            #expect(wrong.status == 409 && wrong.body.contains("1500001"))
            // What lies behind the durable part is not trusted: as after a power cut.
            let partial = try #require(Self.partials(server.desk).first)
            let handle = try FileHandle(
                forWritingTo: URL(fileURLWithPath: "\(Self.folder(server.desk))/partial/\(partial)"))
            try handle.seekToEnd()
            try handle.write(contentsOf: Data([9, 9, 9, 9]))
            try handle.close()
            #expect(try await program.send(.HEAD, place).headers["upload-offset"] == "1500001")
            let other = try await server.program(.jonas)
            #expect(try await other.send(.HEAD, place).status == 404)
            let last = try await patch(1_500_001, 3_000_000)
            #expect(last.status == 204 && last.headers["evidence-number"] == "E1")
            let read = try await program.get("/api/v1/cases/\(number)/evidence/E1").json
            #expect(read["sha256"]?.string == hex(sha256(bytes)) && read["name"] == "big.log")
            #expect(Self.partials(server.desk) == [])
        }
    }

    @Test(
        "CASE-38 part: an upload in pieces whose last answer was lost is finished when its client asks, and only once",
        arguments: Engine.available)
    func finishedAfterACrash(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let program = try await server.program(.marta)
            let (store, database) = (server.desk.services.evidence, server.desk.services.database)
            // As a crash leaves it: all bytes durable, their number noted, no evidence recorded; once before the
            // file is in its place, once after.
            for isInPlace in [false, true] {
                let bytes = Array("the whole file, \(isInPlace)".utf8)
                let made = try await program.send(
                    .POST, "/api/v1/cases/\(number)/uploads", [],
                    [("Upload-Length", "\(bytes.count)"), ("Upload-Metadata", "filename YS5sb2c=")])
                let place = try #require(made.headers["location"])
                let id = try #require(place.split(separator: "/").last.map(String.init))
                let now = server.desk.clock.now
                try await store.working {
                    let part = try #require(try store.resume(id, at: 0))
                    try bytes.withUnsafeBytes { try part.write($0) }
                    if isInPlace { _ = try store.keep(part, at: now, leaving: true) } else { try part.sync() }
                }
                _ = try await database.write {
                    try $0.execute(EvidenceQueries.setReceived(Int64(bytes.count), of: id, at: now))
                }
                let asked = try await program.send(.HEAD, place, [], [("Tus-Resumable", "1.0.0")])
                #expect(asked.status == 200 && asked.headers["upload-offset"] == "\(bytes.count)")
                let piece = try #require(asked.headers["evidence-number"])
                let content = try await program.get("/api/v1/cases/\(number)/evidence/\(piece)/content")
                #expect(content.body == String(decoding: bytes, as: UTF8.self))
                #expect(try await program.send(.HEAD, place).status == 404)
            }
            let items = try await program.get("/api/v1/cases/\(number)/evidence").json["items"]?.array
            #expect(items?.count == 2)
            #expect(Self.partials(server.desk) == [])
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test(
        "CASE-38 part: an upload in pieces whose bytes are gone, in part or all, is told to begin anew",
        arguments: Engine.available)
    func bytesAreGone(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let program = try await server.program(.marta)
            let piece = [("Content-Type", "application/offset+octet-stream")]
            // As a restored backup leaves it: the row is there, and the unfinished file is not, or is an older one.
            for (method, isWhole) in [
                (HTTPMethod.HEAD, true), (.HEAD, false), (.PATCH, true), (.PATCH, false),
            ] {
                let made = try await program.send(
                    .POST, "/api/v1/cases/\(number)/uploads", [],
                    [("Upload-Length", "9"), ("Upload-Metadata", "filename YS5sb2c=")])
                let place = try #require(made.headers["location"])
                let first = try await program.send(
                    .PATCH, place, Array("same".utf8), piece + [("Upload-Offset", "0")])
                #expect(first.headers["upload-offset"] == "4")
                let partial = try #require(Self.partials(server.desk).first)
                let path = "\(Self.folder(server.desk))/partial/\(partial)"
                if isWhole {
                    try FileManager.default.removeItem(atPath: path)
                } else {
                    try FileHandle(forWritingTo: URL(fileURLWithPath: path)).truncate(atOffset: 2)
                }
                let answer =
                    method == .HEAD
                    ? try await program.send(.HEAD, place)
                    : try await program.send(
                        .PATCH, place, Array(" file".utf8), piece + [("Upload-Offset", "4")])
                #expect(answer.status == 404, "\(method): \(answer.body)")
                #expect(try await program.send(.HEAD, place).status == 404)
                #expect(Self.partials(server.desk) == [])
            }
            #expect(Self.files(server.desk) == [])
        }
    }

    @Test(
        "An upload in pieces of what the case has already names the piece, and leaves nothing",
        arguments: Engine.available)
    func piecesOfTheSame(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let program = try await server.program(.marta)
            for (turn, status) in [(1, 204), (2, 409)] {
                let made = try await program.send(
                    .POST, "/api/v1/cases/\(number)/uploads", [],
                    [("Upload-Length", "9"), ("Upload-Metadata", "filename YS5sb2c=")])
                let place = try #require(made.headers["location"])
                let sent = try await program.send(
                    .PATCH, place, Array("same file".utf8),
                    [("Content-Type", "application/offset+octet-stream"), ("Upload-Offset", "0")])
                #expect(sent.status == status, "turn \(turn): \(sent.body)")
                if turn == 2 { #expect(sent.body.contains("E1")) }
                #expect(try await program.send(.HEAD, place).status == 404)
            }
            #expect(Self.partials(server.desk) == [])
            #expect(Self.files(server.desk).count == 1)
        }
    }

    @Test("A name with a path, control characters or marks that turn text is made safe, and that is said")
    func unsafeNames() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await EvidenceClient(server, .marta)
            let cases = [
                ("../../etc/passwd", "passwd"), ("C:\\Users\\a\\app.log", "app.log"),
                ("in\u{202E}gpj.exe", "ingpj.exe"), ("a\r\nSet-Cookie: x.log", "a__Set-Cookie_ x.log"),
                ("...", "upload"), ("<script>.txt", "_script_.txt"),
            ]
            for (index, (sent, kept)) in cases.enumerated() {
                let added = try await marta.upload([UInt8(index), 1, 2], name: sent, to: number)
                #expect(added["name"]?.string == kept)
                #expect(added["notice"]?.string?.contains(kept) == true)
            }
            let page = try await server.browser(.marta).get("/cases/\(number)/evidence/E3")
            #expect(page.body.contains("was changed") && !page.body.contains("\u{202E}"))
            let content = try await marta.program.get("/api/v1/cases/\(number)/evidence/E4/content")
            #expect(content.headers["set-cookie"] == nil)
        }
    }

    @Test(
        "Bytes that no row names are swept after an hour, and what is named stays",
        arguments: Engine.available)
    func sweeping(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let number = try await desk.reportedCase()
            try await Evidences.add("named", to: number, [:], desk)
            let gone = try await Evidences.add("secret", name: "b.log", to: number, [:], desk)
            #expect(Self.files(desk).count == 2)
            try await desk.perform(
                "evidence.remove", as: .ines,
                ["id": .text(gone["id"]?.string ?? ""), "reason": "It held a password."])
            #expect(try await EvidenceJobs.sweep(desk.services) == 0, "too fresh")
            desk.clock.advance(seconds: 3700)
            #expect(try await EvidenceJobs.sweep(desk.services) == 1)
            #expect(Self.files(desk) == [hex(sha256(Array("named".utf8)))])
            #expect(try await EvidenceJobs.sweep(desk.services) == 0)
            #expect(try await desk.findings() == [])
        }
    }

    static func folder(_ desk: TestDesk) -> String { desk.services.evidence.folder }

    /// The digests of the files in the store.
    static func files(_ desk: TestDesk) -> [String] {
        let all = FileManager.default.enumerator(atPath: folder(desk))?.compactMap { $0 as? String } ?? []
        return all.filter { !$0.hasPrefix("partial") && $0.contains("/") }.map { String($0.dropFirst(3)) }
            .sorted()
    }

    /// The unfinished files.
    static func partials(_ desk: TestDesk) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder(desk) + "/partial")) ?? []
    }
}
