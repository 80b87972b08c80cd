import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// Messages that a second person reads before the customer does, through the public door.
@Suite("Message reviews")
struct MessageReviewTests {
    /// The built-in policy with reviews at the two top severities.
    static func document(whenOver: String = "send", minutes: Int = 10) -> String {
        Policy.defaultDocument
            .replacing(
                "message_review:\n  severities: []", with: "message_review:\n  severities: [sev1, sev2]"
            )
            .replacing(
                "minutes: 10\n  when_over: send", with: "minutes: \(minutes)\n  when_over: \(whenOver)")
    }

    /// A case of the worst severity, under a policy with reviews.
    static func worst(_ desk: TestDesk, _ document: String = document()) async throws -> String {
        #expect(document != Policy.defaultDocument)
        try await RoutingDesk.apply(document, on: desk)
        let number = try await desk.reportedCase()
        try await desk.perform(
            "case.change_severity", as: .ines,
            ["id": .text(number), "severity": "sev1", "reason": "Nobody can pay"])
        try await ServiceLevelsJobs(desk.services).finish()
        return number
    }

    private func replies(_ client: CaseClient, _ number: String) async throws -> [JSON] {
        try await client.timeline(number).filter { $0["kind"] == "case.replied" }
    }

    @Test(
        "CASE-53: An update on a top severity waits for a second person; whoever wrote it and whoever may review it see it, and once it is approved the customer reads exactly these words of whoever wrote them",
        arguments: Engine.available)
    func approved(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let number = try await Self.worst(desk)
            let browser = try await server.browser(.marta)
            #expect(
                try await browser.get("/cases/\(number)/write_update").body
                    .contains("a second person reads this before it is sent"))
            let next = desk.clock.now.adding(seconds: 3600)
            let sent = try await browser.submit(
                "/cases/\(number)/write_update",
                [
                    "_key": "k1", "known": "Captures fail at three kiosks.", "examined": "", "mitigation": "",
                    "needed": "", "next_update_at": next.fieldText,
                ])
            #expect(sent.status == 303 && sent.headers["location"]?.contains("done=held") ?? false)
            let portal = try await server.browser(.daniel)
            #expect(!(try await portal.get("/portal/cases/\(number)").body.contains("three kiosks")))
            let own = try await browser.get("/cases/\(number)").body
            #expect(own.contains("it is not sent yet") && own.contains("Captures fail at three kiosks."))
            #expect(own.contains("/withdraw_message") && !own.contains("/approve_message"))

            let lead = try await server.browser(.ines)
            let today = try await lead.get("/home").body
            #expect(today.contains("Messages to review") && today.contains("wrote to the customer"))
            #expect(
                try await lead.get("/notifications").body.contains("a second person has to read it first"))
            #expect(try await lead.get("/cases/\(number)").body.contains("/approve_message"))
            let marta = try await CaseClient(server, .marta)
            let ines = try await CaseClient(server, .ines)
            #expect(try await ines.find("q=is:in_review") == [number])
            try await marta.act("approve_message", on: number, expecting: 403)

            let approved = try await lead.submit(
                "/cases/\(number)/approve_message", ["_key": "k2", "message": "M1", "comment": "Good."])
            #expect(approved.status == 303)
            let read = try await portal.get("/portal/cases/\(number)").body
            #expect(read.contains("Captures fail at three kiosks.") && read.contains("We write again by"))
            #expect(read.contains("<b>Marta</b>") && !read.contains("Good."))
            let case_ = try await ines.read(number)
            let review = case_["message_reviews"]?.array?.first
            #expect(review?["outcome"] == "approved" && review?["words"] == "Good.")
            #expect(case_["next_update_at"]?.string == next.rfc3339)
            let all = try await replies(marta, number)
            #expect(all.count == 1 && all.first?["actor"]?["id"]?.string == desk.people[.marta]?.id.raw)
            #expect(try await browser.get("/notifications").body.contains("approved your message"))
            #expect(try await ines.find("q=is:in_review") == [])
            #expect(try await desk.findings() == [])

            // Nobody is their own second person, and a lighter severity needs none.
            try await ines.act("reply", on: number, ["text": "We found the release that did it."])
            let mine = try await ines.act("approve_message", on: number, expecting: 403)
            #expect(mine["code"] == "own_message")
            let light = try await desk.reportedCase()
            try await marta.act("reply", on: light, ["text": "Which kiosks are they?"])
            #expect(try await replies(marta, light).count == 1)
        }
    }

    @Test(
        "CASE-53: A message comes back with words, each change asks again, and what was read is what is sent",
        arguments: Engine.available)
    func returnedAndChanged(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let number = try await Self.worst(desk)
            let marta = try await CaseClient(server, .marta)
            let ines = try await CaseClient(server, .ines)
            let held = try await marta.act("reply", on: number, ["text": "Three kiosks fail."])
            #expect(held["held"] == "M1" && held["review_by"]?.string == "2026-03-02T09:10:00Z")
            let twice = try await marta.act(
                "reply", on: number, ["text": "Three kiosks fail."], expecting: 409)
            #expect(twice["code"] == "held_already")
            let empty = try await ines.act("return_message", on: number, ["message": "M1"], expecting: 422)
            #expect(empty.fieldCodes == ["reason:missing"])
            try await ines.act("return_message", on: number, ["message": "M1", "reason": "Say which ones."])
            let page = try await server.browser(.marta).get("/cases/\(number)").body
            #expect(page.contains("gave M1 of") && page.contains("Say which ones."))
            let form = try await server.browser(.marta).get("/cases/\(number)/revise_message?message=M1").body
            #expect(form.contains("Three kiosks fail.</textarea>") && form.contains("came back"))

            try await marta.act(
                "revise_message", on: number, ["message": "M1", "text": "Kiosks 4, 5 and 6 fail."])
            let gone = try await ines.act(
                "approve_message", on: number, ["message": "M1"], expecting: 409)
            #expect(gone["code"] == "review_over")
            try await marta.act(
                "revise_message", on: number, ["message": "M2", "text": "Kiosks 4 and 5 fail."])
            let changed = try await ines.act(
                "approve_message", on: number, ["message": "M2"], expecting: 409)
            #expect(changed["detail"]?.string?.contains("M3 stands in its place") ?? false, "\(changed.text)")
            #expect(try await replies(marta, number).isEmpty, "nothing was sent by now")
            let bad = try await marta.act(
                "revise_message", on: number, ["message": "M3", "text": "This is guaranteed."],
                expecting: 422)
            #expect(bad.fieldCodes == ["text:pre_send_guarantee"])

            try await ines.act("approve_message", on: number, ["message": "M3"])
            #expect(
                try await replies(marta, number).compactMap { $0["data"]?["text"]?.string } == [
                    "Kiosks 4 and 5 fail."
                ])
            let outcomes = try await marta.read(number)["message_reviews"]?.array?.compactMap {
                $0["outcome"]?.string
            }
            #expect(outcomes == ["returned", "replaced", "approved"])
            let none = try await ines.act("approve_message", on: number, expecting: 409)
            #expect(none["code"] == "nothing_to_review")
            try await marta.act("reply", on: number, ["text": "One more thing."])
            let jonas = try await CaseClient(server, .jonas)
            try await jonas.act("withdraw_message", on: number, expecting: 403)
            try await marta.act("withdraw_message", on: number, ["reason": "Said on the phone."])
            #expect(try await replies(marta, number).count == 1)
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "CASE-53: The review has a clock of its own; when it runs out the message is sent once, on any number of nodes, before a promise to the customer is missed, and that stands on record",
        arguments: Engine.available)
    func runsOut(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let number = try await Self.worst(desk)
            let marta = try await CaseClient(server, .marta)
            let next = desk.clock.now.adding(seconds: 18 * 60)
            try await marta.act(
                "reply", on: number,
                [
                    "text": "Captures fail at three kiosks since eight.",
                    "next_update_at": .string(next.rfc3339),
                ])
            desk.clock.advance(seconds: 9 * 60)
            try await ServiceLevelsJobs(desk.services).finish()
            #expect(try await replies(marta, number).isEmpty)
            let clocks = try await marta.read(number)["clocks"]?.text ?? ""
            #expect(clocks.contains("review.M1"), "\(clocks)")
            desk.clock.advance(seconds: 61)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { _ = try await ServiceLevelsJobs(desk.services).finish() } }
                try await group.waitForAll()
            }
            let sent = try await replies(marta, number)
            #expect(sent.count == 1 && sent.first?["actor"]?["id"]?.string == desk.people[.marta]?.id.raw)
            let released = try await marta.timeline(number).filter { $0["kind"] == "case.message_released" }
            #expect(released.count == 1 && released.first?["actor"]?["id"] == "system")
            #expect(released.first?["data"]?["policy"] == 1)
            let after = try await marta.read(number)
            #expect(after["message_reviews"]?.array?.first?["outcome"] == "released")
            #expect(after["next_update_at"]?.string == next.rfc3339)
            let portal = try await server.browser(.daniel).get("/portal/cases/\(number)").body
            #expect(portal.contains("Captures fail at three kiosks since eight."))
            #expect(
                try await server.browser(.marta).get("/notifications").body
                    .contains("nobody reviewed it in time"))

            // The promise ends in 8 minutes, so the review ends before: the cadence holds.
            let second = try await marta.act("reply", on: number, ["text": "We replayed one of them."])
            #expect(second["review_by"]?.string == next.adding(seconds: -120).rfc3339)
            desk.clock.advance(seconds: 6 * 60 + 1)
            try await ServiceLevelsJobs(desk.services).finish()
            #expect(try await replies(marta, number).count == 2)
            let missed = try await marta.timeline(number).filter {
                $0["kind"] == "clock.breached" && $0.text.contains("promised_update")
            }
            #expect(missed.isEmpty)
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "CASE-53: Where policy says so a message waits on after its time, and what no longer fits is left out when it is sent",
        arguments: Engine.available)
    func waitsOn(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let number = try await Self.worst(desk, Self.document(whenOver: "wait", minutes: 5))
            let marta = try await CaseClient(server, .marta)
            let ines = try await CaseClient(server, .ines)
            try await marta.act(
                "reply", on: number,
                [
                    "text": "Three kiosks fail.",
                    "next_update_at": .string(desk.clock.now.adding(seconds: 600).rfc3339),
                ])
            desk.clock.advance(seconds: 3600)
            try await ServiceLevelsJobs(desk.services).finish()
            #expect(try await replies(marta, number).isEmpty)
            #expect(
                try await server.browser(.ines).get("/cases/\(number)").body
                    .contains("It should have been reviewed by"))
            try await ines.act("approve_message", on: number)
            let review = try await ines.read(number)["message_reviews"]?.array?.first
            #expect(review?["left_out"] == ["next_update_at"])
            #expect(try await replies(marta, number).count == 1)

            // A case that is over before anybody read a message takes it along.
            try await marta.act("reply", on: number, ["text": "And two more."])
            try await ines.act("assign", on: number, ["assignee": "@me"])
            try await ines.act("change_status", on: number, ["status": "triaging"])
            try await ines.act("change_status", on: number, ["status": "investigating"])
            try await desk.perform(
                "case.resolve", as: .ines,
                [
                    "id": .text(number), "narrative": "Rolled back.", "verdict": "product_defect",
                    "exception": "The customer is satisfied.",
                ])
            let last = try await ines.read(number)["message_reviews"]?.array?.last
            #expect(last?["outcome"] == "overtaken")
            #expect(try await desk.findings() == [])
        }
    }

    @Test("A policy of reviews that contradicts itself is refused, with the line and what would be right")
    func mistakes() {
        func problems(_ old: String, _ new: String) -> [String] {
            Policy.routingMistakes(Self.document().replacing(old, with: new))
        }
        #expect(Policy.routingMistakes(Self.document()) == [])
        #expect(
            problems("severities: [sev1, sev2]\n  minutes", "severities: [sev7]\n  minutes").contains {
                $0.contains("message_review.severities[0]: “sev7” is not a severity")
            })
        #expect(
            problems("when_over: send", "when_over: drop").contains {
                $0.contains("message_review.when_over: “drop” is not one of send, wait")
            })
        #expect(
            problems("case.review_message, ", "").contains {
                $0.contains("give one the right case.review_message")
            })
        #expect(
            problems("minutes: 10", "minutes: 0").contains { $0.contains("message_review.minutes") })
    }
}
