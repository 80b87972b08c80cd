import Diagnosis
import Domain
import Foundation
import Storage
import TestSupport
import Testing

@testable import Desk

/// Logs are read beside the work, and what they say stands on the evidence and on the case.
@Suite("Evidence is analysed")
struct AnalysisTests {
    @Test(
        "DIAG-01 part: a log is analysed after its upload; findings cite lines, and stand on its page and on the case",
        arguments: Engine.available)
    func findings(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            try await Evidences.add(Logs.failing, name: "bridge.log", to: number, [:], server.desk)
            try await Logs.analyse(server.desk)
            let program = try await server.program(.marta)
            let json = try await program.get("/api/v1/cases/\(number)/evidence/E1/analysis").json
            #expect(json["state"]?.string == "done")
            #expect(json["log"]?["lines"]?.integer == 1194)
            let findings = json["log"]?["findings"]?.array ?? []
            let timeout = try #require(findings.first { $0["kind"]?.string == "log.timeout" })
            #expect(timeout["citations"]?[0]?["first_line"]?.integer == 601)
            #expect(timeout["citations"]?[0]?["lines"]?[0]?.string?.contains("timed out") == true)
            #expect(json["log"]?["traces"]?[0]?["title"]?.string?.contains("IllegalStateException") == true)
            #expect(
                (json["log"]?["histogram"]?["slots"]?.array ?? []).contains { $0["errors"]?.integer ?? 0 > 0 }
            )
            let browser = try await server.browser(.marta)
            let page = try await browser.get("/cases/\(number)/evidence/E1").body
            #expect(page.contains("id=\"F1\"") && page.contains("Next test:"))
            #expect(page.contains("/cases/\(number)/evidence/E1/log?line=601#L601"))
            #expect(page.contains("Lines per") && page.contains("Same figures as a table"))
            #expect(page.contains("IllegalStateException at com.halden.pay.Signer.sign"))
            let whole = try await browser.get("/cases/\(number)").body
            #expect(whole.contains("What the logs say") && whole.contains("/evidence/E1#F"))
        }
    }

    @Test("DIAG-02 part: archives of logs are analysed member by member, and what could not be read is said")
    func archives() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let number = try await server.desk.reportedCase()
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }  // a folder that stays harms nobody
            try Data(Logs.failing.utf8).write(to: folder.appendingPathComponent("bridge.log"))
            try Data([0, 1, 2, 3, 0, 0, 9]).write(to: folder.appendingPathComponent("core.bin"))
            let tar = Process()
            tar.executableURL = URL(fileURLWithPath: "/bin/tar")
            tar.arguments = ["czf", "bundle.tar.gz", "bridge.log", "core.bin"]
            tar.currentDirectoryURL = folder
            try tar.run()
            tar.waitUntilExit()
            let bytes = Array(try Data(contentsOf: folder.appendingPathComponent("bundle.tar.gz")))
            let marta = try await EvidenceClient(server, .marta)
            _ = try await marta.upload(bytes, name: "bundle.tar.gz", to: number)
            try await Logs.analyse(server.desk)
            let log = try #require(try await Logs.analysis(number, server.desk)?.log)
            #expect(log.sources.map(\.name) == ["bridge.log"])
            #expect(log.problems.contains { $0.contains("core.bin") })
            let cite = try #require(log.findings.first { $0.kind == "log.timeout" }?.cites.first)
            #expect(cite.member == "bridge.log" && cite.first == 601 && !cite.lines.isEmpty)
            let page = try await server.browser(.marta).get("/cases/\(number)/evidence/E1").body
            #expect(page.contains("log?line=601&amp;member=bridge.log#L601"))
        }
    }

    @Test("What is no text is said to be none, and the page of the case is silent about it")
    func unsuited() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await EvidenceClient(server, .marta)
            _ = try await marta.upload([0, 1, 2, 3, 250, 0, 0, 7], name: "core.bin", to: number)
            try await Logs.analyse(server.desk)
            #expect(try await Logs.analysis(number, server.desk)?.state == .unsuited)
            let page = try await server.browser(.marta).get("/cases/\(number)").body
            #expect(!page.contains("What the logs say"))
        }
    }

    @Test("An analysis is stopped and asked for again by whoever describes evidence, and by nobody else")
    func stoppedAndAgain() async throws {
        try await TestDesk.run(on: .sqlite) { desk in
            let number = try await desk.reportedCase()
            try await Evidences.add(Logs.failing, to: number, [:], desk)
            let piece: [String: RawValue] = ["id": .text("\(number).E1")]
            try await desk.perform("evidence.stop_analysis", as: .marta, piece)
            try await Logs.analyse(desk)
            #expect(try await Logs.analysis(number, desk)?.state == .stopped)
            await #expect(throws: Refusal.self) {
                try await desk.perform("evidence.stop_analysis", as: .marta, piece)
            }
            await #expect(throws: Refusal.self) {
                try await desk.perform("evidence.analyse", as: .ada, piece)
            }
            try await desk.perform("evidence.analyse", as: .lea, piece)
            await #expect(throws: Refusal.self) {
                try await desk.perform("evidence.analyse", as: .lea, piece)
            }
            try await Logs.analyse(desk)
            #expect(try await Logs.analysis(number, desk)?.state == .done)
        }
    }

    @Test("What a node began that died is begun again from the top, and given up once that came too often")
    func afterAKill() async throws {
        try await TestDesk.run(on: .sqlite) { desk in
            let number = try await desk.reportedCase()
            try await Evidences.add(Logs.failing, to: number, [:], desk)
            // As a node leaves it that was killed in the middle.
            try await desk.tamper(
                "UPDATE evidence_analysis SET state = 'running', tries = 1, done_bytes = 7, begun_at = 1")
            try await Logs.analyse(desk)
            let done = try #require(try await Logs.analysis(number, desk))
            #expect(done.state == .done && done.tries == 2 && done.log?.lines == 1194)
            try await desk.tamper("UPDATE evidence_analysis SET state = 'running', tries = 3")
            try await Logs.analyse(desk)
            let given = try #require(try await Logs.analysis(number, desk))
            #expect(given.state == .failed && given.message?.contains("3 times") == true)
        }
    }

    @Test("An analysis that runs says how far it is, and stops when it is asked to")
    func watched() async throws {
        try await TestDesk.run(on: .sqlite) { desk in
            let number = try await desk.reportedCase()
            try await Evidences.add(Logs.failing, to: number, [:], desk)
            let watch = AnalysisWatch()
            let part = AnalysisWatch(following: watch, from: 100)
            try part.reach(50)
            #expect(watch.done == 150 && part.done == 50)
            watch.stop()
            #expect(throws: AnalysisWatch.Stopped.self) { try part.reach(60) }
            var analysis = EvidenceAnalysis(
                evidence: "e", caseID: "c", size: 1000, askedAt: desk.clock.now)
            (analysis.state, analysis.begunAt, analysis.doneBytes) = (.running, desk.clock.now, 250)
            let later = desk.clock.now.adding(seconds: 5)
            #expect(analysis.rate(at: later) == 50 && analysis.secondsLeft(at: later) == 15)
        }
    }

    @Test("Nobody reads of an analysis what they may not read of the evidence", arguments: Engine.available)
    func restricted(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            try await Evidences.add(
                Logs.failing, name: "secret.log", to: number, ["sensitivity": "restricted"], server.desk)
            try await Logs.analyse(server.desk)
            let address = "/api/v1/cases/\(number)/evidence/E1/analysis"
            #expect(try await server.program(.lea).get(address).status == 403)
            #expect(try await server.program(.marta).get(address).status == 409)
            let browser = try await server.browser(.marta)
            #expect(try await !browser.get("/cases/\(number)").body.contains("What the logs say"))
            #expect(try await !browser.get("/cases/\(number)/evidence/E1").body.contains("id=\"F1\""))
            _ = try await browser.submit("/evidence/\(number).E1/open", ["reason": "Looking for the gap"])
            #expect(try await browser.get("/cases/\(number)/evidence/E1").body.contains("id=\"F1\""))
            #expect(try await server.program(.marta).get(address).status == 200)
            // A customer has no such address at all.
            #expect(try await server.program(.daniel).get(address).status == 403)
        }
    }

    @Test("What is taken away takes its analysis, its copy and its marks along; nothing of them stays")
    func takenAway() async throws {
        try await TestDesk.run(on: .sqlite) { desk in
            let number = try await desk.reportedCase()
            try await Evidences.add(Logs.failing, to: number, [:], desk)
            try await Logs.analyse(desk)
            let counts: [SQL] = [
                "SELECT COUNT(*) FROM evidence_analysis", "SELECT COUNT(*) FROM evidence_copy",
                "SELECT COUNT(*) FROM evidence_mark",
            ]
            func rows() async throws -> [Int64] {
                try await desk.services.database.read { tx in
                    try counts.map { try tx.first($0) { $0.integer(0) } ?? 0 }
                }
            }
            #expect(try await !rows().contains(0))
            try await desk.perform(
                "evidence.remove", as: .ines, ["id": .text("\(number).E1"), "reason": "Not ours"])
            #expect(try await rows() == [0, 0, 0])
            #expect(try await desk.findings().isEmpty)
        }
    }

    @Test(
        "A finding is cited into a note, a reply, a result of a hypothesis, or becomes one with its next test"
    )
    func cited() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let number = try await server.desk.reportedCase()
            try await Evidences.add(Logs.failing, name: "bridge.log", to: number, [:], server.desk)
            try await Logs.analyse(server.desk)
            let browser = try await server.browser(.marta)
            let page = try await browser.get("/cases/\(number)/evidence/E1").body
            #expect(page.contains("data-key=\"q\"") && page.contains("data-key=\"h\""))
            try await server.desk.perform(
                "case.add_hypothesis", as: .marta,
                ["id": .text(number), "statement": "The database went away"])
            let cite = try await browser.get("/cases/\(number)/evidence/E1/cite?finding=F1").body
            for way in ["record_result?of=H1", "add_hypothesis?statement=", "/note?text=", "/reply?text="] {
                let place = try #require(cite.range(of: way), "\(way)").lowerBound
                let begin = try #require(cite[..<place].lastIndex(of: "\""))
                let end = try #require(cite[place...].firstIndex(of: "\""))
                let address = String(cite[cite.index(after: begin)..<end]).replacing("&amp;", with: "&")
                let form = try await browser.get(address)
                #expect(form.status == 200, "\(way)")
                #expect(form.body.contains("E1, F1") || form.body.contains("F1:"), "\(way)")
            }
            #expect(try await browser.get("/cases/\(number)/evidence/E1/cite?finding=F99").status == 404)
            let line = try await browser.get("/cases/\(number)/evidence/E1/cite?line=601").body
            #expect(line.contains("E1, line 601:") && line.contains("timed out after 5000 ms"))
            #expect(!line.contains("alice"))
            #expect(try await browser.get("/cases/\(number)/evidence/E1/cite?line=99999").status == 404)
        }
    }
}
