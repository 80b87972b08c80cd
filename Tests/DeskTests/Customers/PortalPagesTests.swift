import Diagnosis
import Domain
import TestSupport
import Testing

@testable import Desk

/// The customer's pages: what they ask for, what they say when something is refused, and who said what.
@Suite("Pages of the portal")
struct PortalPagesTests {
    @Test(
        "CASE-77 part: a file that is refused is named with the reason, the form stands there again, and what came through is said",
        arguments: Engine.available)
    func refusedFile(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            try await server.desk.perform(
                "case.request_evidence", as: .marta,
                ["id": .text(number), "reason": "To compare.", "items": "The export\nThe trace"])
            let browser = try await server.browser(.daniel)
            let place = "/portal/cases/\(number)/evidence"
            _ = try await browser.send(files: [("first.csv", [1])], fields: ["item": "R1.1"], to: place)
            let refused = try await browser.send(
                files: [("second.csv", [2]), ("again.csv", [1])], fields: ["item": "R1.1"], to: place)
            #expect(refused.status == 409, "\(refused.body)")
            for words in [
                "Received: <bdi>second.csv</bdi>. You need not send it again.",
                "<bdi>again.csv</bdi> was not taken", "its bytes are those of “first.csv”",
                "For: The export", "type=\"file\"", "action=\"\(place)\"",
            ] { #expect(refused.body.contains(words), "\(words)") }
            let empty = try await browser.send(files: [], fields: ["item": "R1.2"], to: place)
            #expect(empty.status == 422 && empty.body.contains("No file was sent"))
            let page = try await browser.get("/portal/cases/\(number)").body
            #expect(page.contains("second.csv") && !page.contains("again.csv"))
        }
    }

    @Test(
        "CASE-77 part: the page says of each thing that was asked for whether it is here",
        arguments: Engine.available)
    func receivedState(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            try await server.desk.perform(
                "case.request_evidence", as: .marta,
                ["id": .text(number), "reason": "To compare.", "items": "The export\nThe trace"])
            let browser = try await server.browser(.daniel)
            func states() async throws -> [String] {
                let page = try await browser.get("/portal/cases/\(number)").body
                return page.matches(of: /<p class="dim">(Not here yet|Received|Cannot be had)<\/p>/).map {
                    String($0.output.1)
                }
            }
            #expect(try await states() == ["Not here yet", "Not here yet"])
            _ = try await browser.send(
                files: [("a.csv", [1])], fields: ["item": "R1.1"], to: "/portal/cases/\(number)/evidence")
            #expect(try await states() == ["Received", "Not here yet"])
            try await server.desk.perform(
                "case.settle_evidence_item", as: .marta,
                ["id": .text(number), "item": "R1.2", "as": "received", "note": "NOTE-SECRET"])
            let page = try await browser.get("/portal/cases/\(number)").body
            #expect(!page.contains("What we need from you: files") && !page.contains("NOTE-SECRET"))
        }
    }

    @Test(
        "CASE-02 part: what somebody of the staff wrote down is the customer’s report, and says who wrote it down",
        arguments: Engine.available)
    func onBehalf(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let opened = try await server.desk.perform(
                "case.open", as: .marta,
                [
                    "organisation": "Halden Travel", "requester": "aino@cast.example",
                    "subject": "By phone", "symptom": "It fails.",
                ])
            let number = opened.answer["number"]?.string ?? ""
            let theirs = try await server.browser(.aino).get("/portal/cases/\(number)").body
            #expect(theirs.contains("<b>You</b>") && theirs.contains("written down by <bdi>Marta</bdi>"))
            let colleague = try await server.browser(.daniel).get("/portal/cases/\(number)").body
            #expect(colleague.contains("<b>Aino</b>"))
            #expect(try await server.browser(.aino).get("/portal").body.contains("By phone"))
        }
    }

    @Test(
        "CASE-02 part: of a case that monitoring opened, customers see that it is known, and nothing that monitoring said",
        arguments: Engine.available)
    func fromMonitoring(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await server.program(.marta)
            let alert = try await marta.post(
                "/api/v1/alerts",
                json: [
                    "key": "k", "title": "Payments are slow", "organisation": "Halden Travel",
                    "labels": ["host": "INTERNAL-HOST"],
                ])
            let number = try #require(alert.json["number"]?.string)
            let page = try await server.browser(.daniel).get("/portal/cases/\(number)").body
            #expect(page.contains("Our monitoring noticed it") && page.contains("Payments are slow"))
            let program = try await server.program(.daniel)
            for path in ["", "/\(number)", "/\(number)/timeline"] {
                let answer = try await program.get("/api/v1/portal/cases\(path)")
                #expect(answer.status == 200 && !answer.body.contains("INTERNAL-HOST"), "\(path)")
            }
            #expect(!page.contains("INTERNAL-HOST"))
        }
    }

    @Test(
        "CASE-77 part: customers read when we write again, that we are late, and nothing once we wrote",
        arguments: Engine.available)
    func promisedUpdate(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let promise: [String: RawValue] = [
                "id": .text(number), "next_update_at": "2026-03-02T15:00:00Z",
            ]
            try await server.desk.perform("case.promise_update", as: .marta, promise)
            let (browser, program) = (
                try await server.browser(.daniel), try await server.program(.daniel)
            )
            func due() async throws -> JSON? {
                try await program.get("/api/v1/portal/cases/\(number)").json["next_update_at"]
            }
            for path in ["/portal", "/portal/cases/\(number)"] {
                #expect(try await browser.get(path).body.contains("We write again by"), "\(path)")
            }
            #expect(try await due() == Timestamp("2026-03-02T15:00:00Z")?.json)
            server.desk.clock.advance(seconds: 7 * 3600)
            let late = try await server.browser(.daniel).get("/portal/cases/\(number)").body
            #expect(late.contains("and have not yet"))
            try await server.desk.perform(
                "case.reply", as: .marta, ["id": .text(number), "text": "Here we are."])
            let after = try await server.browser(.daniel).get("/portal/cases/\(number)").body
            #expect(!after.contains("We write again by") && !after.contains("have not yet"))
            #expect(after.contains("<bdi>Marta</bdi> wrote to you last"))
            #expect(try await due() == .null)
        }
    }

    @Test("CASE-77 part: known issues have their place, and it says so where there are none")
    func knownIssues() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let browser = try await server.browser(.daniel)
            let page = try await browser.get("/portal/known")
            #expect(page.status == 200 && page.body.contains("No known issue is published"))
            #expect(try await browser.get("/portal").body.contains("href=\"/portal/known\""))
        }
    }

    @Test(
        "An account lists its cases by what was promised soonest, then by severity, and says who reported them",
        arguments: Engine.available)
    func promisesFirst(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            var numbers: [String] = []
            for (index, subject) in ["Quiet", "Grave", "Late", "Soon"].enumerated() {
                server.desk.clock.advance(seconds: 60)
                numbers.append(
                    try await server.desk.reportedCase(by: index == 3 ? .aino : .daniel, subject: subject))
            }
            try await server.desk.perform(
                "case.change_severity", as: .marta,
                ["id": .text(numbers[1]), "severity": "sev1", "reason": "Grows."])
            for (number, due) in [(numbers[2], "2026-03-04T09:00:00Z"), (numbers[3], "2026-03-02T15:00:00Z")]
            {
                try await server.desk.perform(
                    "case.promise_update", as: .marta, ["id": .text(number), "next_update_at": .text(due)])
            }
            let page = try await server.browser(.otto).get("/organisations/Halden%20Travel").body
            let rows = page.matches(of: /data-row-open>([A-Za-z]+)</).map { String($0.output.1) }
            #expect(rows == ["Soon", "Late", "Grave", "Quiet"])
            #expect(page.contains("by <bdi>Aino</bdi>"))
            #expect(page.contains("reported <a href=\"/cases/\(numbers[3])\">\(numbers[3])</a>"))
        }
    }
}
