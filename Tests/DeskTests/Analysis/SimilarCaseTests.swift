import Diagnosis
import Domain
import TestSupport
import Testing

@testable import Desk

/// Cases whose logs have something rare in common find each other.
@Suite("Cases with similar logs")
struct SimilarCaseTests {
    @Test(
        "CASE-68 part: a case names others that share patterns and stack traces of their logs, says why, and how they ended",
        arguments: Engine.available)
    func similar(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let old = try await server.desk.reportedCase(subject: "Capture stops at night")
            let new = try await server.desk.reportedCase(by: .sofia, subject: "Payments refused")
            let other = try await server.desk.reportedCase(subject: "Cannot sign in")
            try await Evidences.add(Logs.failing, name: "old.log", to: old, [:], server.desk)
            // Other times, numbers and lines; the same pattern and trace.
            let shifted = Logs.failing.replacing("2026-03-01 14:", with: "2026-03-02 09:")
                .replacing("Signer.java:44", with: "Signer.java:47").replacing("5000 ms", with: "7000 ms")
            try await Evidences.add(shifted, name: "new.log", to: new, [:], server.desk)
            try await Evidences.add(
                "2026-03-01 10:00:00 INFO all is well\n", name: "x.log", to: other, [:], server.desk)
            try await Logs.analyse(server.desk)
            let program = try await server.program(.marta)
            let items = try await program.get("/api/v1/cases/\(new)/similar").json["items"]?.array ?? []
            #expect(items.map { $0["case"]?.string } == [old])
            let reasons = items.first?["reasons"]?.array?.compactMap(\.string) ?? []
            #expect(reasons.first?.contains("stack trace “IllegalStateException") == true)
            #expect(reasons.contains { $0.contains("pattern") && $0.contains("seen in 2 cases") })
            let page = try await server.browser(.marta).get("/cases/\(new)").body
            #expect(page.contains("Cases with similar logs") && page.contains("Capture stops at night"))
            #expect(!page.contains("Cannot sign in"))
        }
    }

    @Test(
        "CASE-26: a report with pasted log lines names duplicates and cases of likely the same cause, with why, as soon as it is open",
        arguments: Engine.available)
    func atIntake(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let same = try await server.desk.reportedCase(subject: "Capture stops at night")
            let other = try await server.desk.reportedCase(by: .sofia, subject: "Payments refused")
            let text = Logs.failing.replacing("Capture failed", with: "Capture failed: PAY-1043")
            for number in [same, other] { try await Evidences.add(text, to: number, [:], server.desk) }
            try await Logs.analyse(server.desk)
            let symptom = """
                Since this morning we see this again and again:
                2026-04-02 08:10:11 ERROR [worker-7] Capture failed: PAY-1043
                java.lang.IllegalStateException: no key for host
                \tat com.halden.pay.Signer.sign(Signer.java:49)
                \tat com.halden.pay.Capture.run(Capture.java:120)
                """
            let daniel = try await server.browser(.daniel)
            let number = try await server.desk.reportedCase(subject: "It fails again", symptom: symptom)
            let marta = try await server.browser(.marta)
            let page = try await marta.get("/cases/\(number)").body
            let panel = String(page.split(separator: "id=\"similar\"").last ?? "")
            #expect(panel.contains("Capture stops at night") && panel.contains("May be a duplicate"))
            #expect(panel.contains("Payments refused") && panel.contains("Likely the same cause"))
            #expect(panel.contains("stack trace “IllegalStateException"))
            let items = try await server.program(.marta).get("/api/v1/cases/\(number)/similar").json["items"]
            #expect(items?.array?.compactMap { $0["case"]?.string }.sorted() == [same, other].sorted())
            let duplicates = items?.array?.filter { $0["duplicate"]?.bool == true }
            #expect(duplicates?.compactMap { $0["case"]?.string } == [same])
            let reasons = items?[0]?["reasons"]?.array?.compactMap(\.string) ?? []
            #expect(reasons.contains { $0.contains("error code “PAY-1043”") }, "\(reasons)")
            // The customer is told nothing of others.
            #expect(try await !daniel.get("/portal/cases/\(number)").body.contains("Payments refused"))
        }
    }

    @Test("CASE-26 part: nobody is told of a similar case that they may not know of")
    func hidden() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let one = try await server.desk.reportedCase()
            let two = try await server.desk.reportedCase(subject: "The hidden one")
            for number in [one, two] { try await Evidences.add(Logs.failing, to: number, [:], server.desk) }
            try await Logs.analyse(server.desk)
            try await server.desk.perform(
                "case.restrict", as: .ines,
                ["id": .text(two), "level": "security", "reason": "A leak"])
            let items = try await server.program(.marta).get("/api/v1/cases/\(one)/similar").json["items"]
            #expect(items?.array?.isEmpty == true)
            #expect(try await !server.browser(.marta).get("/cases/\(one)").body.contains("The hidden one"))
        }
    }
}
