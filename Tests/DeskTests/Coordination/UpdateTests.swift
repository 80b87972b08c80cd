import Diagnosis
import Domain
import TestSupport
import Testing

@testable import Desk

/// Updates in parts, through the public door.
@Suite("Updates in parts")
struct UpdateTests {
    @Test(
        "CASE-51: An update has what is known, what is examined, what helps meanwhile, what is needed and when the next one comes; the next begins with the last",
        arguments: Engine.available)
    func parts(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let number = try await desk.reportedCase()
            let browser = try await server.browser(.marta)
            #expect(try await browser.get("/cases/\(number)").body.contains("/cases/\(number)/write_update"))
            let next = desk.clock.now.adding(seconds: 3600)
            let sent = try await browser.submit(
                "/cases/\(number)/write_update",
                [
                    "_key": "k1", "known": "Captures fail at three kiosks since 08:10.",
                    "examined": "We compare the signatures of both releases.", "mitigation": "",
                    "needed": "The serial numbers of the kiosks.", "next_update_at": next.fieldText,
                ])
            #expect(sent.status == 303)
            let portal = try await server.browser(.daniel).get("/portal/cases/\(number)").body
            for words in [
                "What we know", "Captures fail at three kiosks", "What we are examining",
                "What we need from you", "Next update", "We write again by",
            ] { #expect(portal.contains(words), "\(words)") }
            #expect(!portal.contains("What helps meanwhile"), "a part without words is left out")
            let board = try await server.program(.marta).get("/api/v1/cases/\(number)").json
            #expect(board["next_update_at"]?.string == next.rfc3339, "\(board.text)")

            let form = try await browser.get("/cases/\(number)/write_update").body
            #expect(form.contains("Captures fail at three kiosks since 08:10.</textarea>"))
            #expect(form.contains("hold what your last update said"))

            let program = try await CaseClient(server, .marta)
            let refused = try await program.act(
                "write_update", on: number,
                [
                    "known": "The cause was a full disk.", "needed": "It will be fixed by Friday.",
                    "next_update_at": .string(next.adding(seconds: 3600).rfc3339),
                ], expecting: 422)
            #expect(refused.fieldCodes == ["known:states_unconfirmed_cause", "needed:pre_send_date"])
            let late = try await program.act(
                "write_update", on: number,
                ["known": "It goes on.", "next_update_at": .string(desk.clock.now.rfc3339)], expecting: 422)
            #expect(late.fieldCodes == ["next_update_at:in_the_past"])
            let empty = try await program.act("write_update", on: number, [:], expecting: 422)
            #expect(empty.fieldCodes == ["known:missing", "next_update_at:missing"])
        }
    }

    @Test("A message is read back into its parts only where it was written in them")
    func readBack() throws {
        let moment = try #require(Timestamp("2026-03-02T09:00:00Z"))
        let update = CustomerUpdate([
            .known: "It fails.\n\nSince eight.", .needed: "- the log", .examined: " ",
        ])
        #expect(CustomerUpdate(text: update.text(next: moment)) == update)
        #expect(CustomerUpdate(text: "Hello Daniel,\nWhat we know\nlittle") == nil)
        #expect(CustomerUpdate(text: "What we know\nlittle") == nil)
        #expect(CustomerUpdate(text: "") == nil)
    }
}
