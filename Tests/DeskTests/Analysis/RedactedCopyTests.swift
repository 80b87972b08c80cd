import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// People see texts without what is private; the original is another step, on record.
@Suite("Evidence without what is private")
struct RedactedCopyTests {
    private static let line =
        "2026-03-01 14:00:01 ERROR login failed for alice.smith@halden.example from 10.20.30.40\n"

    @Test(
        "PRIV-03 part: of a text everybody reads the copy without what is private; the original takes a right and a reason, on record",
        arguments: Engine.available)
    func original(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            try await Evidences.add(Self.line, name: "login.log", to: number, [:], server.desk)
            let place = "/cases/\(number)/evidence/E1"
            let marta = try await server.browser(.marta)
            for path in [place, place + "/content"] {
                let body = try await marta.get(path).body
                #expect(!body.contains("alice.smith") && !body.contains("10.20.30.40"), "\(path)")
                #expect(body.contains("login failed for"), "\(path)")
            }
            let content = try await marta.get(place + "/content")
            #expect(content.headers["content-disposition"]?.contains("redacted-login.log") == true)
            #expect(try await marta.get(place + "/content?show=original").status == 409)
            let lea = try await server.browser(.lea)
            #expect(try await lea.get(place + "/content?show=original").status == 403)
            #expect(try await !lea.get(place).body.contains("Open the original"))
            #expect(try await marta.get(place).body.contains("Open the original"))
            _ = try await marta.submit("/evidence/\(number).E1/open", ["reason": "Which account was it?"])
            // The copy is still what is shown; the original is asked for each time.
            #expect(try await !marta.get(place).body.contains("alice.smith"))
            #expect(try await marta.get(place + "?show=original").body.contains("alice.smith@halden.example"))
            #expect(try await marta.get(place + "/content?show=original").body == Self.line)
            let log = try await server.browser(.ada).get("/cases/\(number)/evidence/reads").body
            #expect(log.contains("Which account was it?") && log.contains("Read the original"))
            server.desk.clock.advance(seconds: 3601)
            #expect(try await marta.get(place + "/content?show=original").status == 409)
            // The bytes stay as they came, for proof.
            let json = try await server.program(.marta).get("/api/v1" + place).json
            #expect(json["sha256"]?.string == hex(sha256(Array(Self.line.utf8))))
            // The customer reads their own file as it is, and colleagues' findings not at all.
            #expect(try await server.desk.findings().isEmpty)
        }
    }

    @Test("PRIV-02: the same value has the same token through a case, and another one in another case")
    func tokens() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let first = try await server.desk.reportedCase()
            let second = try await server.desk.reportedCase(subject: "Another one")
            try await Evidences.add(Self.line, name: "a.log", to: first, [:], server.desk)
            try await Evidences.add("again \(Self.line)", name: "b.log", to: first, [:], server.desk)
            try await Evidences.add(Self.line, name: "a.log", to: second, [:], server.desk)
            let marta = try await server.browser(.marta)
            func tail(_ number: String, _ piece: Int) async throws -> String {
                let body = try await marta.get("/cases/\(number)/evidence/E\(piece)/content").body
                return String(body.split(separator: "failed for ").last ?? "")
            }
            let one = try await tail(first, 1)
            #expect(try await tail(first, 2) == one)
            #expect(try await tail(second, 1) != one)
            #expect(!one.contains("@halden.example") || !one.contains("alice"))
        }
    }

    @Test("What is kept of an analysis holds nothing private: no line, no title, no value of a pattern")
    func analysis() async throws {
        try await TestDesk.run(on: .sqlite) { desk in
            let number = try await desk.reportedCase()
            try await Evidences.add(Logs.failing, to: number, [:], desk)
            try await Logs.analyse(desk)
            let kept = try #require(try await Logs.analysis(number, desk)?.log).json.text
            #expect(!kept.contains("alice") && !kept.contains("10.20.30.40"))
            #expect(kept.contains("timed out") && kept.contains("5000"))
        }
    }

    @Test(
        "Policy shows the originals of kinds and sensitivities that it names, and a text without anything private is as it came"
    )
    func policy() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let number = try await server.desk.reportedCase()
            let plain = "nothing in here\nbut words\n"
            try await Evidences.add(plain, name: "plain.txt", to: number, [:], server.desk)
            try await Evidences.add(
                Self.line, name: "login.log", to: number, ["type": "log_extract"], server.desk)
            let marta = try await server.browser(.marta)
            let content = try await marta.get("/cases/\(number)/evidence/E1/content")
            #expect(content.body == plain)
            #expect(content.headers["content-disposition"]?.contains("filename=\"plain.txt\"") == true)
            let document = Policy.defaultDocument
            let changed = document.replacing("unredacted_types: []", with: "unredacted_types: [log_extract]")
            try #require(changed != document)
            try await server.desk.perform(
                "policy.change", as: .samira,
                ["document": .text(changed), "reason": "Logs hold nothing here"])
            #expect(try await marta.get("/cases/\(number)/evidence/E2/content").body == Self.line)
        }
    }

    @Test(
        "PRIV-03 part: an archive is downloaded with its texts without what is private, and with what was left out named",
        arguments: Engine.available)
    func archive(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let bytes = try Archives.tar([
                "logs/login.log": Array(Self.line.utf8), "notes/Größe.txt": Array("nothing in here\n".utf8),
                "core.bin": [0, 1, 2, 3, 250, 0, 0, 7],
            ])
            let marta = try await EvidenceClient(server, .marta)
            _ = try await marta.upload(bytes, name: "bundle.tar.gz", to: number)
            let place = "/cases/\(number)/evidence/E1"
            let browser = try await server.browser(.marta)
            let got = try await browser.get(place + "/content")
            #expect(got.headers["content-disposition"]?.contains("redacted-bundle.tar.gz.zip") == true)
            let members = try Archives.members(of: got.bytes)
            #expect(members.keys.sorted() == ["LEFT-OUT.txt", "logs/login.log", "notes/Größe.txt"])
            let text = members["logs/login.log"] ?? ""
            #expect(
                text.contains("login failed for") && !text.contains("alice.smith")
                    && !text.contains("10.20.30.40"))
            #expect(members["LEFT-OUT.txt"]?.contains("core.bin") == true)
            // What is read as a log is the archive itself, line by line without what is private.
            let program = try await server.program(.marta)
            var lines = ""
            for _ in 0..<400 where !lines.contains("login failed for") {
                lines = try await program.get("/api/v1" + place + "/lines?member=logs%2Flogin.log").body
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(lines.contains("login failed for") && !lines.contains("alice.smith"))
            let lea = try await server.browser(.lea)
            #expect(try await lea.get(place + "/content?show=original").status == 403)
            _ = try await browser.submit("/evidence/\(number).E1/open", ["reason": "The core is needed"])
            #expect(try await browser.get(place + "/content?show=original").bytes == bytes)
            try await server.desk.perform(
                "evidence.share", as: .marta, ["id": .text("\(number).E1"), "purpose": "For the acquirer"])
            let list = try await browser.get("/cases/\(number)/evidence").body
            let link = String(try #require(list.firstMatch(of: /\/shared\/[A-Za-z0-9_.-]+/)).output)
            let shared = try await server.stranger.submit(link, [:])
            #expect(
                try Archives.members(of: shared.bytes)["logs/login.log"]?.contains("alice.smith") == false)
        }
    }

    @Test("PRIV-03 part: What is private in the names of an archive’s files is taken out of them, too")
    func namesInAnArchive() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let number = try await server.desk.reportedCase()
            let bytes = try Archives.tar([
                "mail/alice.smith@halden.io/inbox.txt": Array("nothing in here\n".utf8)
            ])
            _ = try await EvidenceClient(server, .marta).upload(bytes, name: "bundle.tar.gz", to: number)
            let got = try await server.browser(.marta).get("/cases/\(number)/evidence/E1/content")
            let names = try Archives.members(of: got.bytes).keys.sorted()
            #expect(names.count == 1 && names[0].hasPrefix("mail/") && names[0].hasSuffix("/inbox.txt"))
            #expect(!names.joined().contains("alice"))
        }
    }

    @Test("PRIV-03 part: An archive that breaks off is never handed out as though nothing private were in it")
    func brokenArchive() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let number = try await server.desk.reportedCase()
            let whole = try Archives.tar(["logs/login.log": Array(Self.line.utf8)])
            let bytes = Array(whole.prefix(whole.count / 2))
            _ = try await EvidenceClient(server, .marta).upload(bytes, name: "bundle.tar.gz", to: number)
            let place = "/cases/\(number)/evidence/E1"
            let browser = try await server.browser(.marta)
            let got = try await browser.get(place + "/content")
            #expect(got.bytes != bytes)
            #expect(try Archives.members(of: got.bytes)["LEFT-OUT.txt"]?.contains("bundle.tar.gz") == true)
            let page = try await browser.get(place).body
            #expect(
                !page.contains("nothing private was found") && page.contains("could not be looked through"))
            #expect(try await browser.get(place + "/content?show=original").status >= 400, "nobody said why")
        }
    }

    @Test("Whoever gets a link gets the copy, and its digest is what the page names")
    func links() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let number = try await server.desk.reportedCase()
            try await Evidences.add(Self.line, name: "login.log", to: number, [:], server.desk)
            try await server.desk.perform(
                "evidence.share", as: .marta, ["id": .text("\(number).E1"), "purpose": "For the acquirer"])
            let list = try await server.browser(.marta).get("/cases/\(number)/evidence").body
            let link = String(try #require(list.firstMatch(of: /\/shared\/[A-Za-z0-9_.-]+/)).output)
            let page = try await server.stranger.get(link).body
            #expect(!page.contains(hex(sha256(Array(Self.line.utf8)))))
            let got = try await server.stranger.submit(link, [:])
            #expect(got.status == 200 && !got.body.contains("alice.smith"))
            #expect(page.contains(hex(sha256(Array(got.body.utf8)))))
        }
    }
}
