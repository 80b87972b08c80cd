import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// The technical summary for customers, through the public door.
@Suite("Technical summary")
struct SummaryTests {
    @Test(
        "CASE-47: The summary is drafted from what the case has on record, says what is missing instead of making it up, is edited by a person, checked, and kept or sent",
        arguments: Engine.available)
    func draftedAndSent(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let number = try await desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            let browser = try await server.browser(.marta)
            let bare = try await browser.get("/cases/\(number)/write_summary").body
            for missing in [
                "the problem is not stated", "no cause is named", "When the effect began is not recorded",
                "neither a way around nor a fix is recorded", "no fix was tested and held",
            ] { #expect(bare.contains(missing), "\(missing)") }

            try await marta.act("assign", on: number, ["assignee": "@me"])
            try await marta.act(
                "edit", on: number, ["problem_statement": "Captures fail at kiosks of release 4.18.0."])
            try await marta.act("record_times", on: number, ["began_at": "2026-03-02T08:10:00Z"])
            try await marta.act(
                "record_impact", on: number, ["share_percent": 12, "share_of": "card payments"])
            try await marta.act(
                "record_workaround", on: number,
                [
                    "text": "Create a new payment", "data_loss": "none", "side_effects": "a second hold",
                    "rollback": "Stop doing so",
                ])
            try await marta.act("record_fix", on: number, ["text": "Keep the zeros", "version": "4.18.1"])
            try await marta.act(
                "test_fix", on: number,
                [
                    "fix": "F1", "tested": "Replay of 50", "environment": "staging",
                    "observed": "0 of 50 fail", "holds": "yes",
                ])
            let draft = try await browser.get("/cases/\(number)/write_summary").body
            for part in [
                "Captures fail at kiosks of release 4.18.0.",
                "Since 2026-03-02 08:10 UTC; it is not over yet.",
                "Affected: 12 % of card payments.", "Way around: Create a new payment.",
                "Fix, delivered in 4.18.1: Keep the zeros.",
                "Keep the zeros. It was tested in staging and held.", "no cause is named",
            ] { #expect(draft.contains(part), "\(part)") }

            let kept: JSON = [
                "what_happened": "Kiosks of release 4.18.0 lost leading zeros.",
                "impact_window": "Since 08:10.",
                "what_helped": "A new payment works.", "what_prevents": "Release 4.18.1 keeps the zeros.",
            ]
            try await marta.act("write_summary", on: number, kept)
            #expect(try await marta.read(number)["technical_summary"]?["sent"] == false)
            #expect(try await browser.get("/cases/\(number)").body.contains("kept, not sent"))
            let portal = try await server.browser(.daniel)
            #expect(!(try await portal.get("/portal/cases/\(number)").body.contains("leading zeros")))
            #expect(
                try await browser.get("/cases/\(number)/write_summary").body
                    .contains("Kiosks of release 4.18.0 lost leading zeros.</textarea>"))

            let claim = try await marta.act(
                "write_summary", on: number,
                [
                    "what_happened": "The cause was a full disk.", "what_prevents": "Guaranteed.",
                    "send": true,
                ],
                expecting: 422)
            #expect(
                claim.fieldCodes == [
                    "what_happened:states_unconfirmed_cause", "what_prevents:pre_send_guarantee",
                ])
            let none = try await marta.act("write_summary", on: number, ["send": true], expecting: 422)
            #expect(none.fieldCodes == ["what_happened:missing"])
            try await marta.act("write_summary", on: number, kept.adding("send", true))
            let read = try await portal.get("/portal/cases/\(number)").body
            #expect(read.contains("What happened") && read.contains("lost leading zeros"))
            #expect(try await marta.read(number)["technical_summary"]?["sent"] == true)
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "CASE-47: On a top severity the summary waits for its review as every message does",
        arguments: Engine.available)
    func reviewed(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await MessageReviewTests.worst(server.desk)
            let marta = try await CaseClient(server, .marta)
            let held = try await marta.act(
                "write_summary", on: number, ["what_happened": "Three kiosks failed.", "send": true])
            #expect(held["held"] == "M1")
            #expect(try await marta.read(number)["technical_summary"]?["sent"] == false)
            let ines = try await CaseClient(server, .ines)
            try await ines.act("approve_message", on: number)
            #expect(
                try await server.browser(.daniel).get("/portal/cases/\(number)").body
                    .contains("Three kiosks failed."))
        }
    }
}

extension JSON {
    /// The same object with one more member.
    fileprivate func adding(_ key: String, _ value: JSON) -> JSON {
        var object = object ?? JSONObject()
        object[key] = value
        return .object(object)
    }
}
