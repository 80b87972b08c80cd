import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// A fix is watched for a time; the case comes back by itself when the symptom does.
@Suite("The watch after a fix")
struct FixWatchTests {
    /// A case of Marta that is being verified, watched for a day.
    private func watched(
        _ desk: TestDesk, _ more: [String: RawValue] = [:], status: String = "verifying_fix"
    ) async throws -> String {
        let number = try await desk.reportedCase()
        try await desk.perform("case.assign", as: .marta, ["id": .text(number), "assignee": "@me"])
        if status == "resolved" {
            try await desk.perform(
                "case.resolve", as: .marta,
                ["id": .text(number), "narrative": "New release.", "verdict": "product_defect"])
        } else {
            try await desk.perform(
                "case.change_status", as: .marta, ["id": .text(number), "status": "investigating"])
            try await desk.perform(
                "case.change_status", as: .marta, ["id": .text(number), "status": .text(status)])
        }
        var fields: [String: RawValue] = ["id": .text(number), "until": "2026-03-03T09:00:00Z"]
        fields.merge(more) { $1 }
        try await desk.perform("case.watch_fix", as: .marta, fields)
        return number
    }

    private func clock(_ number: String, _ server: TestServer) async throws -> JSON? {
        try await server.program(.marta).get("/api/v1/cases/\(number)/clocks").json["items"]?.array?
            .last { $0["clock"]?.string == "post_fix_watch" }
    }

    private func status(_ number: String, _ desk: TestDesk) async throws -> String {
        try await desk.found(number).status.raw
    }

    @Test(
        "CASE-45: a quiet watch ends by itself when its time is over and leaves the case as it is, with its clock met and no alarm",
        arguments: Engine.available)
    func quiet(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let jobs = FixWatchJobs(desk.services)
            let number = try await watched(desk, ["on_reply": .bool(true)])
            let page = try await server.browser(.marta).get("/cases/\(number)").body
            #expect(page.contains("The fix is watched until") && page.contains("the customer writes"))
            #expect(page.contains("/cases/\(number)/report_recurrence"))
            #expect(try await clock(number, server)?["state"]?.string == "running")
            #expect(try await jobs.work() == 0)
            desk.clock.advance(seconds: 26 * 3600)
            try await ServiceLevelsJobs(desk.services).finish()
            try await jobs.work()
            try await ServiceLevelsJobs(desk.services).finish()
            #expect(try await status(number, desk) == "verifying_fix")
            let clock = try #require(try await clock(number, server))
            #expect(clock["state"]?.string == "met")
            #expect(clock["ended_at"]?.string == "2026-03-03T09:00:00Z", "its own end, not when it was seen")
            let json = try await server.program(.marta).get("/api/v1/cases/\(number)").json
            #expect(json["fix_watches"]?.array?.first?["outcome"]?.string == "quiet")
            let story = try await server.browser(.marta).get("/cases/\(number)?show=clocks").body
            #expect(!story.contains("The time of Watch of the fix"))
            #expect(try await jobs.work() == 0)
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "CASE-45: the case returns to work by itself when the customer writes, a case is linked or a new case has the words, and at once by a person’s word",
        arguments: Engine.available)
    func recurs(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let jobs = FixWatchJobs(desk.services)
            let byReply = try await watched(desk, ["on_reply": .bool(true)])
            let byLink = try await watched(desk, ["on_link": .bool(true)])
            let byWords = try await watched(desk, ["words": .text("E-4711")])
            let byPerson = try await watched(desk)
            let deaf = try await watched(desk)
            try await desk.perform(
                "portal.reply", as: .daniel, ["id": .text(byReply), "text": "It fails again."])
            try await desk.perform(
                "portal.reply", as: .daniel, ["id": .text(deaf), "text": "Thank you, all well."])
            let again = try await desk.reportedCase(
                by: .sofia, subject: "Tills", symptom: "They show E-4711 since noon.")
            try await desk.perform(
                "case.link", as: .marta,
                ["id": .text(byLink), "to": .text(again), "relation": "related"])
            try await jobs.work()
            for number in [byReply, byLink, byWords] {
                #expect(try await status(number, desk) == "investigating", "\(number)")
                #expect(try await clock(number, server)?["state"]?.string == "cancelled")
            }
            #expect(try await status(deaf, desk) == "verifying_fix", "only chosen signals count")
            let page = try await server.browser(.marta).get("/cases/\(byWords)?show=watches").body
            #expect(page.contains("found that the symptom came back") && page.contains("/cases/\(again)\""))
            try await desk.perform(
                "case.report_recurrence", as: .jonas,
                ["id": .text(byPerson), "words": "The error rate rose at noon."])
            #expect(try await status(byPerson, desk) == "investigating")
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "CASE-45: a resolved case that is watched is reopened by the symptom, and a watch ends where the case is worked on anyway",
        arguments: Engine.available)
    func resolved(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let jobs = FixWatchJobs(desk.services)
            let number = try await watched(desk, ["on_link": .bool(true)], status: "resolved")
            #expect(
                try await clock(number, server)?["state"]?.string == "running", "also while it is resolved")
            let other = try await desk.reportedCase()
            try await desk.perform(
                "case.link", as: .marta,
                ["id": .text(number), "to": .text(other), "relation": "has_duplicate"])
            try await jobs.work()
            #expect(try await status(number, desk) == "reopened")

            let busy = try await watched(desk)
            try await desk.perform(
                "case.change_status", as: .marta, ["id": .text(busy), "status": "investigating"])
            try await jobs.work()
            let json = try await server.program(.marta).get("/api/v1/cases/\(busy)").json
            #expect(json["fix_watches"]?.array?.first?["outcome"]?.string == "stopped")
            #expect(try await desk.findings() == [])
        }
    }

    @Test("A watch that makes no sense is refused with the field, and what was typed stays")
    func refused() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let desk = server.desk
            let open = try await desk.reportedCase()
            let marta = try await server.browser(.marta)
            let early = try await marta.submit(
                "/cases/\(open)/watch_fix", ["until": "2026-03-03T09:00", "note": "The error rate"])
            #expect(early.status == 409 && early.body.contains("still worked on"))
            #expect(early.body.contains("The error rate"))
            let number = try await watched(desk)
            let past = try await marta.submit(
                "/cases/\(number)/watch_fix", ["until": "2026-03-01T09:00", "note": "The error rate"])
            #expect(past.status == 422 && past.body.contains("is over already"))
            #expect(past.body.contains("The error rate"))
            try await desk.perform(
                "case.end_fix_watch", as: .marta, ["id": .text(number), "reason": "Enough"])
            await #expect(throws: Refusal.self) {
                try await desk.perform(
                    "case.report_recurrence", as: .marta, ["id": .text(number), "words": "Again"])
            }
            #expect(
                try await server.browser(.daniel).get("/portal/cases/\(number)").body.contains("watch")
                    == false)
        }
    }

    @Test(
        "A case that only some may know of is no signal to another one, by its words or by a link, and is named nowhere"
    )
    func secrecy() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let desk = server.desk
            let number = try await watched(desk, ["on_link": .bool(true), "words": .text("E-4711")])
            let secret = try await desk.reportedCase(
                by: .sofia, subject: "Ledger", symptom: "Somebody read the ledger, E-4711.")
            try await desk.perform(
                "case.restrict", as: .marta,
                ["id": .text(secret), "level": "security", "reason": "A breach"])
            #expect(try await FixWatchJobs(desk.services).work() == 0, "it is no signal by its words")
            try await desk.perform(
                "case.link", as: .marta,
                ["id": .text(number), "to": .text(secret), "relation": "related"])
            // The link stands on the restricted case alone, so nothing happened to the other one.
            #expect(try await FixWatchJobs(desk.services).work() == 0)
            #expect(try await status(number, desk) == "verifying_fix")
            let page = try await server.browser(.jonas).get("/cases/\(number)?show=all").body
            #expect(!page.contains("found that the symptom came back") && !page.contains(secret))
        }
    }
}
