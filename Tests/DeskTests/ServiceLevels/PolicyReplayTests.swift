import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// Past cases by a policy that is not in force.
@Suite("Replay by a draft")
struct PolicyReplayTests {
    private static let draft = Policy.defaultDocument.replacing(
        "first_response: {sev1: 15m, sev2: 30m, sev3: 2h, sev4: 8h}",
        with: "first_response: {sev1: 15m, sev2: 30m, sev3: 30m, sev4: 8h}")

    @Test(
        "SLA-23: past cases are replayed by a draft of the policy before it is published: what was kept, what would have been, and in which cases, with nothing changed",
        arguments: Engine.available)
    func replay(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let words = "The bridge drops every second call; we restart it now."
            var numbers: [String] = []
            for minutes in [10, 60, 180] {
                let number = try await desk.reportedCase()
                numbers.append(number)
                desk.clock.advance(seconds: Int64(minutes) * 60)
                try await desk.perform("case.reply", as: .marta, ["id": .text(number), "text": .text(words)])
            }
            try await ServiceLevelsJobs(desk.services).finish()
            let program = try await server.program(.otto)
            let before = try await program.get("/api/v1/levels?from=2026-03-01&to=2026-03-31").json

            let actor = try desk.actor(.otto)
            let draft = try desk.services.policy.check(Self.draft).get()
            let replay = try await desk.services.database.read { tx in
                try PolicyReplay.of(draft, days: 90, for: actor, at: desk.clock.now, in: tx)
            }
            #expect(replay.cases == 3 && !replay.isCut)
            #expect(replay.before.all[.response] == .init(kept: 2, missed: 1))
            #expect(
                replay.after.all[.response] == .init(kept: 1, missed: 2), "an hour is too long by the draft")
            #expect(replay.changes.map(\.caseNumber) == [numbers[1]])

            let browser = try await server.browser(.otto)
            let page = try await browser.submit("/policy/replay", ["document": Self.draft, "reason": ""])
            #expect(page.status == 200)
            #expect(page.body.contains("First response: 66.6 % of 3 kept, 33.3 % of 3 by the draft"))
            #expect(page.body.contains("\(numbers[1]): would have missed First response"))
            let after = try await program.get("/api/v1/levels?from=2026-03-01&to=2026-03-31").json
            #expect(after == before, "nothing is in force and nothing is recorded")
            #expect(try await program.get("/api/v1/policy").json["version"]?.integer == 0)

            let wrong = try await browser.submit(
                "/policy/replay", ["document": "severities: 5", "reason": ""])
            #expect(wrong.status == 422 && !wrong.body.contains("would have come to"))
            #expect(
                try await server.browser(.marta).submit("/policy/replay", ["document": Self.draft]).status
                    == 403)
            #expect(try await desk.findings() == [])
        }
    }

    @Test("SLA-23 part: a replay counts only cases that the reader may know of, and leaves out what is older")
    func limits() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let desk = server.desk
            let number = try await desk.reportedCase()
            desk.clock.advance(seconds: 3 * 3600)
            try await ServiceLevelsJobs(desk.services).finish()
            try await desk.perform(
                "case.restrict", as: .marta, ["id": .text(number), "level": "security", "reason": "A breach"])
            let draft = try desk.services.policy.check(Self.draft).get()
            func count(_ member: Cast, days: Int) async throws -> Int {
                let actor = try desk.actor(member)
                return try await desk.services.database.read { tx in
                    try PolicyReplay.of(draft, days: days, for: actor, at: desk.clock.now, in: tx).cases
                }
            }
            #expect(try await count(.otto, days: 90) == 0)
            #expect(try await count(.samira, days: 90) == 1)
            desk.clock.advance(seconds: 5 * 86_400)
            #expect(try await count(.samira, days: 3) == 0)
        }
    }
}
