import Diagnosis
import Domain
import TestSupport
import Testing

@testable import Desk

/// The check of text for customers before it is sent, through the public door.
@Suite("Before sending")
struct PreSendTests {
    @Test(
        "CASE-52: A reply that states an unconfirmed cause or a date, guarantees, blames, leaves no next step, names what is internal or private is held with the reason at its words; what policy only warns of goes once confirmed",
        arguments: Engine.available)
    func replies(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            func held(_ text: String, confirmed: Bool = false) async throws -> [String] {
                let answer = try await marta.act(
                    "reply", on: number, ["text": .string(text), "confirm_public": .bool(confirmed)],
                    expecting: 422)
                #expect(answer["title"] != .null)
                return answer.fieldCodes
            }
            #expect(try await held("The cause was a full disk.") == ["text:states_unconfirmed_cause"])
            #expect(try await held("It will be fixed by Friday.") == ["text:pre_send_date"])
            #expect(try await held("This is guaranteed to hold.") == ["text:pre_send_guarantee"])
            #expect(try await held("That was user error.") == ["text:pre_send_blame"])
            #expect(try await held("We are looking into it.") == ["text:pre_send_vague"])
            #expect(try await held("See db1.pay.internal.") == ["text:pre_send_internal_name"])
            #expect(try await held("Your card is 4111 1111 1111 1111.") == ["text:pre_send_personal_data"])
            let secret = "The key is " + "AKIA" + "IOSFODNN7EXAMPLE."
            #expect(try await held(secret) == ["text:pre_send_secrets"])
            #expect(try await held(secret, confirmed: true) == ["text:pre_send_secrets"], "this blocks")
            #expect(
                try await held("It will be fixed by Friday, guaranteed.") == [
                    "text:pre_send_date", "text:pre_send_guarantee",
                ], "all at once")
            let words = try await marta.act(
                "reply", on: number, ["text": "See db1.pay.internal."], expecting: 422
            ).text
            #expect(words.contains("db1.pay.internal") && words.contains("only colleagues know"))
            #expect(try await server.desk.found(number).firstReplyAt == nil, "nothing was sent")

            try await marta.act(
                "reply", on: number, ["text": "It will be fixed by Friday.", "confirm_public": true])
            try await marta.act(
                "reply", on: number,
                [
                    "text": "We are looking into it.",
                    "next_update_at": .string(server.desk.clock.now.adding(seconds: 3600).rfc3339),
                ])
            let page = try await server.browser(.marta).submit(
                "/cases/\(number)/reply", ["text": "This is guaranteed <b>now</b>.", "_key": "k"])
            #expect(
                page.status == 422 && page.body.contains("This is guaranteed &lt;b&gt;now"),
                "the words are kept")
            #expect(
                page.body.contains("confirm_public") && page.body.contains("Nobody can keep this for certain")
            )
        }
    }

    @Test(
        "Questions, requests for evidence and the closing summary are looked through as replies are",
        arguments: Engine.available)
    func otherTexts(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            let asked = try await marta.act(
                "request_evidence", on: number, ["reason": "See db1.pay.internal", "items": "The log"],
                expecting: 422
            )
            #expect(asked.fieldCodes == ["reason:pre_send_internal_name"])
        }
    }
}
