import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// One update in several wordings, each for its own readers, through the public door.
@Suite("Audiences")
struct AudienceTests {
    /// Makes Aino an executive of Halden and Otto the manager of that account.
    private func describe(_ server: TestServer) async throws {
        let ines = try await server.program(.ines)
        let organisation = try #require(server.desk.people[.daniel]?.organisation?.raw)
        let contact = try await ines.post(
            "/api/v1/organisations/\(organisation)/describe_contact",
            json: ["contact": .string(Cast.aino.email), "roles": ["executive"]])
        #expect(contact.status == 200, "\(contact.body)")
        let account = try await ines.post(
            "/api/v1/organisations/\(organisation)/edit",
            json: ["success_manager": .string(Cast.otto.email)])
        #expect(account.status == 200, "\(account.body)")
    }

    private let update: JSON = [
        "known": "Captures fail at three kiosks since 08:10 UTC.",
        "executives": "Card payments at three kiosks are at risk until noon; cash works.",
        "account_team": "Daniel is angry: call him before noon.", "note": "See the hypothesis on the pool.",
        "next_update_at": "2026-03-02T10:00:00Z",
    ]

    @Test(
        "CASE-54: What an update says to the customer's engineers, their executives, our account team and colleagues is written side by side, and each of them reads their own words alone",
        arguments: Engine.available)
    func sideBySide(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            try await describe(server)
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            let form = try await server.browser(.marta).get("/cases/\(number)/write_update").body
            for label in ["For their executives", "For our account team", "For colleagues"] {
                #expect(form.contains(label), "\(label)")
            }
            try await marta.act("write_update", on: number, update)

            let (technical, short) = ("three kiosks since 08:10", "at risk until noon; cash works")
            let ours = ["Daniel is angry", "hypothesis on the pool"]
            let engineer = try await server.browser(.daniel).get("/portal/cases/\(number)").body
            #expect(engineer.contains(technical) && !engineer.contains(short))
            let executive = try await server.browser(.aino).get("/portal/cases/\(number)").body
            #expect(executive.contains(short) && !executive.contains(technical))
            #expect(executive.contains("Next update by 2026-03-02 10:00 UTC"))
            for text in ours { #expect(!engineer.contains(text) && !executive.contains(text), "\(text)") }
            for member in [Cast.daniel, .aino] {
                let read = try await server.program(member)
                    .get("/api/v1/portal/cases/\(number)/timeline").body
                #expect(read.contains(technical) == (member == .daniel), "\(member)")
                #expect(read.contains(short) == (member == .aino), "\(member)")
                for text in ours { #expect(!read.contains(text), "\(member): \(text)") }
            }
            let staff = try await server.browser(.jonas).get("/cases/\(number)").body
            for text in [technical, short] + ours { #expect(staff.contains(text), "\(text)") }
            let told = try await server.browser(.otto).get("/notifications").body
            #expect(told.contains("with a part for you who answer for the customer"))
            #expect(
                !(try await server.browser(.jonas).get("/notifications").body.contains("with a part for you"))
            )

            // A message without a version of its own is for everybody of the customer.
            try await marta.act("reply", on: number, ["text": "The kiosks work again. Please try one."])
            #expect(
                try await server.browser(.aino).get("/portal/cases/\(number)").body
                    .contains("The kiosks work again"))
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test(
        "CASE-54: Each outward wording passes the check before sending by itself, and a review shows all of them",
        arguments: Engine.available)
    func checkedAndReviewed(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            try await describe(server)
            let number = try await MessageReviewTests.worst(server.desk)
            let marta = try await CaseClient(server, .marta)
            let held = try await marta.act(
                "write_update", on: number,
                [
                    "known": "It goes on.", "executives": "This is guaranteed to hold.",
                    "account_team": "It is guaranteed, I think.", "next_update_at": "2026-03-02T10:00:00Z",
                ], expecting: 422)
            #expect(held.fieldCodes == ["executives:pre_send_guarantee"])

            try await marta.act("write_update", on: number, update)
            let page = try await server.browser(.ines).get("/cases/\(number)").body
            for text in ["Their executives read instead", "cash works", "Our account team reads"] {
                #expect(page.contains(text), "\(text)")
            }
            #expect(
                !(try await server.browser(.aino).get("/portal/cases/\(number)").body.contains("cash works")))
            let ines = try await CaseClient(server, .ines)
            try await ines.act("approve_message", on: number)
            let read = try await server.browser(.aino).get("/portal/cases/\(number)").body
            #expect(read.contains("cash works") && !read.contains("since 08:10"))
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test("An audience of a role that no contact can have is refused with the line")
    func mistakes() {
        let document = Policy.defaultDocument.replacing(
            "executives: [executive]", with: "executives: [executve]")
        #expect(
            Policy.routingMistakes(document).contains {
                $0.contains("audiences.executives[0]") && $0.contains("did you mean “executive”")
            })
    }
}
