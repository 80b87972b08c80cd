import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// Customers who do not answer: reminders, the end of waiting, and how one reply brings the case back.
@Suite("No response")
struct NoResponseTests {
    /// A case of Marta that waits for its customer since Monday 09:00.
    private func waiting(_ server: TestServer, _ marta: CaseClient) async throws -> String {
        let number = try await server.desk.reportedCase()
        try await marta.act("assign", on: number, ["assignee": "@me"])
        try await marta.act("change_status", on: number, ["status": "triaging"])
        try await marta.act("change_status", on: number, ["status": "investigating"])
        try await marta.act(
            "reply", on: number, ["text": "Which kiosks are they?", "status": "waiting_on_customer"])
        try await ServiceLevelsJobs(server.desk.services).finish()
        return number
    }

    /// Lets the time of a moment come, with several nodes at work.
    private func go(to moment: String, _ desk: TestDesk) async throws {
        let end = try #require(Timestamp(moment))
        desk.clock.advance(seconds: end.seconds(since: desk.clock.now))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 { group.addTask { _ = try await ServiceLevelsJobs(desk.services).finish() } }
            try await group.waitForAll()
        }
    }

    private func kinds(_ kind: String, _ client: CaseClient, _ number: String) async throws -> [JSON] {
        try await client.timeline(number).filter { $0["kind"]?.string == kind }
    }

    @Test(
        "CASE-49: A customer who does not answer is reminded at working-time intervals, then the case is resolved as unconfirmed, and one reply revives it",
        arguments: Engine.available)
    func wholeFlow(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let marta = try await CaseClient(server, .marta)
            let number = try await waiting(server, marta)
            let steps = try await marta.read(number)["no_response"]?["steps"]?.array ?? []
            #expect(
                steps.compactMap { $0["at"]?.string } == [
                    "2026-03-03T17:00:00Z", "2026-03-05T17:00:00Z", "2026-03-09T17:00:00Z",
                    "2026-03-11T17:00:00Z",
                ], "16 working hours each, over a weekend")
            let page = try await server.browser(.marta).get("/cases/\(number)").body
            #expect(page.contains("reminder 1 of 3") && page.contains("resolved as unconfirmed"))
            #expect(page.contains("/stop_reminders"))

            try await go(to: "2026-03-03T16:59:00Z", desk)
            #expect(try await kinds("case.answer_reminded", marta, number).isEmpty)
            try await go(to: "2026-03-03T17:00:30Z", desk)
            let first = try await kinds("case.answer_reminded", marta, number)
            #expect(first.count == 1 && first.first?["actor"]?["id"] == "system", "\(first)")
            let portal = try await server.browser(.daniel).get("/portal/cases/\(number)").body
            #expect(portal.contains("We still need your answer"))
            #expect(portal.contains("we close this case on 2026-03-11"))
            #expect(
                try await server.browser(.marta).get("/cases/\(number)").body
                    .contains("reminded 1 of 3 times"))

            try await go(to: "2026-03-05T17:01:00Z", desk)
            try await go(to: "2026-03-09T17:02:00Z", desk)
            #expect(try await kinds("case.answer_reminded", marta, number).count == 3)
            try await go(to: "2026-03-11T17:05:00Z", desk)
            let over = try await marta.read(number)
            #expect(over["status"] == "resolved" && over["verdict"] == "unconfirmed", "\(over.text)")
            #expect(over["no_response"] == .null)
            let given = try await kinds("case.answer_given_up", marta, number)
            #expect(given.count == 1 && given.first?["actor"]?["id"] == "system")
            let closed = try await server.browser(.daniel).get("/portal/cases/\(number)").body
            #expect(closed.contains("one reply opens it again"))

            try await server.desk.perform(
                "portal.reply", as: .daniel, ["id": .text(number), "text": "Kiosks 4 and 5, sorry."])
            let back = try await marta.read(number)
            #expect(back["status"] == "reopened" && back["no_response"] == .null)
            try await go(to: "2026-04-20T12:00:00Z", desk)
            #expect(try await marta.read(number)["status"] == "reopened", "nothing goes on by itself")
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "CASE-49: Reminders stop at once when the customer writes, when somebody stops them for a reason, and at a severity that policy leaves out; after a long silence of ours they do not come all at once",
        arguments: Engine.available)
    func stops(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let marta = try await CaseClient(server, .marta)
            let answered = try await waiting(server, marta)
            let stopped = try await waiting(server, marta)
            let grave = try await waiting(server, marta)
            let late = try await waiting(server, marta)
            let asked = try await waiting(server, marta)
            try await desk.perform(
                "portal.reply", as: .daniel, ["id": .text(answered), "text": "Kiosk 4."])
            let why = try await marta.act("stop_reminders", on: stopped, expecting: 422)
            #expect(why.fieldCodes == ["reason:missing"])
            try await marta.act("stop_reminders", on: stopped, ["reason": "Away until the 20th"])
            try await desk.perform(
                "case.change_severity", as: .ines,
                ["id": .text(grave), "severity": "sev1", "reason": "Nobody can pay"])
            let page = try await server.browser(.marta).get("/cases/\(stopped)").body
            #expect(page.contains("Away until the 20th") && page.contains("/resume_reminders"))
            let rests = try await marta.read(grave)["no_response"]?["rests"]
            #expect(rests == "severity")
            let nothing = try await marta.act(
                "stop_reminders", on: answered, ["reason": "x"], expecting: 409)
            #expect(nothing["code"] == "no_reminders")

            // Nobody worked for three weeks: each case gets one reminder, not all of them and its end.
            desk.clock.advance(seconds: 2 * 86_400)
            try await marta.act("reply", on: asked, ["text": "One more question: which release?"])
            try await go(to: "2026-03-23T12:00:00Z", desk)
            for number in [answered, stopped, grave] {
                #expect(try await kinds("case.answer_reminded", marta, number).isEmpty, "\(number)")
            }
            #expect(try await kinds("case.answer_reminded", marta, late).count == 1)
            #expect(try await marta.read(late)["status"] == "waiting_on_customer")
            let next = try await marta.read(late)["no_response"]?["steps"]?.array?.dropFirst().first
            #expect(next?["at"] == "2026-03-25T12:00:00Z", "it counts from the reminder that was sent")
            try await marta.act("resume_reminders", on: stopped)
            #expect(
                try await marta.read(stopped)["no_response"]?["steps"]?.array?.first?["at"]
                    == "2026-03-25T12:00:00Z")
            #expect(try await desk.findings() == [])
        }
    }

    @Test("A policy of reminders that contradicts itself is refused, with the line and what would be right")
    func mistakes() {
        func problems(_ old: String, _ new: String) -> [String] {
            let document = Policy.defaultDocument.replacing(old, with: new)
            #expect(document != Policy.defaultDocument)
            return Policy.routingMistakes(document)
        }
        #expect(problems("reminders: [16h, 16h, 16h]", "reminders: []") == [])
        #expect(
            problems("reminders: [16h, 16h, 16h]", "reminders: [2 days]").contains {
                $0.contains("no_response.reminders[0]: “2 days” must be a working time")
            })
        #expect(
            problems("calendar: business_hours\n  except", "calendar: bussiness_hours\n  except").contains {
                $0.contains("no_response.calendar") && $0.contains("did you mean “business_hours”")
            })
        #expect(
            problems("verdict: unconfirmed", "verdict: unconfirmd").contains {
                $0.contains("no_response.verdict") && $0.contains("did you mean “unconfirmed”")
            })
        #expect(
            problems("to: [closed, reopened]\n    on_customer_reply: reopened", "to: [closed, reopened]")
                .contains { $0.contains("a reply could not revive a case") })
    }
}
