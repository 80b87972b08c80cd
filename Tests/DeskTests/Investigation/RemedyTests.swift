import Diagnosis
import Domain
import TestSupport
import Testing

@testable import Desk

/// What was decided and done about a cause: CASE-31, CASE-42, CASE-44, CASE-81 and CASE-82.
@Suite("Decisions, workarounds, fixes and parties")
struct RemedyTests {
    private func investigation(_ client: CaseClient, _ number: String) async throws -> JSON {
        try await client.program.get("/api/v1/cases/\(number)/investigation").json
    }

    @Test(
        "CASE-31 part: A decision of a case holds what, which options, why, by whom and when",
        arguments: Engine.available)
    func decisions(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let number = try await server.desk.reportedCase()
            try await marta.act(
                "record_decision", on: number,
                [
                    "decision": "No rollback yet", "options": ["Roll back 4.18.0", "Patch, then deploy"],
                    "reason": "A rollback brings double captures back", "decider": "ines@cast.example",
                    "occurred_at": "2026-03-02T08:30:00Z",
                ])
            let one = try #require(try await investigation(marta, number)["decisions"]?.array?.first)
            #expect(one["decision"]?.string == "No rollback yet")
            #expect(
                one["options"]?.array?.compactMap(\.string) == ["Roll back 4.18.0", "Patch, then deploy"])
            #expect(one["reason"]?.string == "A rollback brings double captures back")
            #expect(one["decider"]?.string == server.desk.people[.ines]?.id.raw)
            #expect(one["recorded"]?["by"]?.string == server.desk.people[.marta]?.id.raw)
            #expect(one["recorded"]?["at"]?.string == "2026-03-02T08:30:00Z")
            try await marta.act(
                "record_decision", on: number,
                ["decision": "Roll back", "options": ["Roll back"], "reason": "Rates rise", "replaces": "D1"])
            let both = try await investigation(marta, number)["decisions"]?.array ?? []
            #expect(both.count == 2 && both[0]["replaced_by"]?.string == "D2")
            let page = try await server.browser(.marta).get("/cases/\(number)").body
            #expect(page.contains("No rollback yet") && page.contains("Patch, then deploy"))
            let customer = try await marta.act(
                "record_decision", on: number,
                ["decision": "x", "reason": "y", "decider": "daniel@cast.example"], expecting: 422)
            #expect(customer.fieldCodes == ["decider:not_found"])
        }
    }

    @Test(
        "CASE-82: Workaround versus fix and speed versus safety are decisions with the customer’s agreement",
        arguments: Engine.available)
    func tradeOffs(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let number = try await server.desk.reportedCase()
            for kind in ["workaround_or_fix", "speed_or_safety"] {
                let alone = try await marta.act(
                    "record_decision", on: number,
                    ["kind": .string(kind), "decision": "d", "options": ["d"], "reason": "r"], expecting: 422)
                #expect(alone.fieldCodes == ["options:too_few"])
                try await marta.act(
                    "record_decision", on: number,
                    [
                        "kind": .string(kind), "decision": .string("Chosen \(kind)"), "options": ["a", "b"],
                        "reason": "r",
                    ])
            }
            var both = try await investigation(marta, number)["decisions"]?.array ?? []
            #expect(both.map { $0["lacks_agreement"] } == [.bool(true), .bool(true)])
            let page = try await server.browser(.marta).get("/cases/\(number)").body
            #expect(page.contains("The customer has not agreed yet"))
            try await marta.act(
                "record_agreement", on: number,
                ["decision": "D1", "agreed": "yes", "who": "Daniel Roth", "words": "By phone: go on"])
            try await marta.act(
                "record_agreement", on: number, ["decision": "d2", "agreed": "no", "who": "Daniel Roth"])
            both = try await investigation(marta, number)["decisions"]?.array ?? []
            #expect(both.map { $0["lacks_agreement"] } == [.bool(false), .bool(false)])
            #expect(both.map { $0["customer_agreement"]?["agreed"] } == [.bool(true), .bool(false)])
            #expect(both[0]["customer_agreement"]?["who"]?.string == "Daniel Roth")
            #expect(both[0]["customer_agreement"]?["words"]?.string == "By phone: go on")
            #expect(both[0]["customer_agreement"]?["recorded"]?["at"]?.string == "2026-03-02T09:00:00Z")
            let nobody = try await marta.act(
                "record_decision", on: number,
                [
                    "kind": "speed_or_safety", "decision": "d", "options": ["a", "b"], "reason": "r",
                    "agreed": "yes",
                ], expecting: 422)
            #expect(nobody.fieldCodes == ["agreed_by:missing"])
        }
    }

    @Test(
        "CASE-42: A workaround is a record apart from the fix, with its risk, where tried, for whom, and rollback",
        arguments: Engine.available)
    func workarounds(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let number = try await server.desk.reportedCase()
            let careless = try await marta.act(
                "record_workaround", on: number, ["text": "Create a new payment"], expecting: 422)
            #expect(
                careless.fieldCodes == ["data_loss:missing", "side_effects:missing", "rollback:missing"])
            let fields: JSON = [
                "text": "Create a new payment", "data_loss": "none", "side_effects": "a second hold",
                "tested_in": "Staging, 20 Nov", "applies_to": "Enterprise in eu-west",
                "rollback": "Stop doing so",
            ]
            try await marta.act("record_workaround", on: number, fields)
            try await marta.act("record_fix", on: number, ["text": "Keep the zeros", "version": "4.18.1"])
            var all = try await investigation(marta, number)
            let one = try #require(all["workarounds"]?.array?.first)
            for (key, value) in fields.object?.members ?? [] { #expect(one[key] == value) }
            #expect(
                all["fixes"]?.array?.count == 1
                    && all["fixes"]?.array?.first?["text"]?.string == "Keep the zeros")
            #expect(all["has_workaround_only"] == .bool(true))
            try await marta.act(
                "revise_workaround", on: number, ["workaround": "W1", "side_effects": "none seen"])
            try await marta.act(
                "withdraw_workaround", on: number, ["workaround": "W1", "reason": "Charges twice"])
            all = try await investigation(marta, number)
            #expect(all["workarounds"]?.array?.first?["side_effects"]?.string == "none seen")
            #expect(all["workarounds"]?.array?.first?["withdrawn_because"]?.string == "Charges twice")
            #expect(all["has_workaround_only"] == .bool(false))
            let late = try await marta.act(
                "revise_workaround", on: number, ["workaround": "W1", "text": "t"], expecting: 409)
            #expect(late["code"]?.string == "workaround_withdrawn")
        }
    }

    @Test(
        "CASE-44: A fix is verified by a test, its environment and result, the customer, and monitoring",
        arguments: Engine.available)
    func verification(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let number = try await server.desk.reportedCase()
            try await marta.act("record_fix", on: number, ["text": "Keep the zeros"])
            let missing = { (json: JSON) in
                json["fixes"]?.array?.first?["verification"]?["missing"]?.array?.count ?? -1
            }
            #expect(missing(try await investigation(marta, number)) == 3)
            try await marta.act(
                "test_fix", on: number,
                [
                    "fix": "F1", "tested": "Replay of 50", "environment": "staging",
                    "observed": "3 of 50 fail", "holds": "no",
                ])
            #expect(missing(try await investigation(marta, number)) == 3)
            try await marta.act(
                "test_fix", on: number,
                [
                    "fix": "F1", "tested": "Replay of 50", "environment": "staging",
                    "observed": "0 of 50 fail", "holds": "yes",
                ])
            try await marta.act(
                "confirm_fix", on: number,
                ["fix": "F1", "by": "customer", "holds": "yes", "words": "No refusal since noon"])
            #expect(missing(try await investigation(marta, number)) == 1)
            try await marta.act(
                "confirm_fix", on: number,
                ["fix": "F1", "by": "monitoring", "holds": "yes", "words": "0 of 12,000 in 24 h"])
            let fix = try await investigation(marta, number)["fixes"]?.array?.first
            #expect(fix?["verification"]?["is_complete"] == .bool(true))
            let test = fix?["tests"]?.array?.last
            #expect(test?["tested"]?.string == "Replay of 50" && test?["environment"]?.string == "staging")
            #expect(test?["observed"]?.string == "0 of 50 fail")
            let said = fix?["confirmations"]?.array?.compactMap { $0["words"]?.string }
            #expect(said == ["No refusal since noon", "0 of 12,000 in 24 h"])
            let read = try await marta.read(number)["investigation"]
            #expect(read?["fix_verification"]?["is_complete"] == .bool(true))
            let page = try await server.browser(.marta).get("/cases/\(number)").body
            #expect(page.contains("Verified"))
            let none = try await marta.act(
                "confirm_fix", on: number, ["fix": "F2", "by": "customer", "holds": "yes", "words": "w"],
                expecting: 422)
            #expect(none.fieldCodes == ["fix:not_found"])
        }
    }

    @Test(
        "CASE-81: Every party’s component is listed with evidence for and against, who was asked what, and answers",
        arguments: Engine.available)
    func parties(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let number = try await server.desk.reportedCase()
            try await marta.act(
                "list_party", on: number,
                ["name": "Acme Acquiring", "component": "Bridge", "contact": "noc@acme.example"])
            try await marta.act("list_party", on: number, ["name": "Us", "component": "Signer"])
            for bearing in ["supports", "contradicts"] {
                try await marta.act(
                    "weigh_party", on: number,
                    [
                        "party": "P1", "observed": .string("Seen: \(bearing)"), "bearing": .string(bearing),
                        "evidence": [.string(try await attachedEvidence(server, number))],
                    ])
            }
            let asked = try await marta.act(
                "ask_party", on: number, ["party": "P1", "text": "Do you normalise times?"])
            #expect(asked["item"]?.string == "Q1")
            let page = try await server.browser(.marta).get("/cases/\(number)/investigation").body
            #expect(page.contains("No answer yet"))
            server.desk.clock.advance(seconds: 3600)
            try await marta.act(
                "record_party_answer", on: number, ["question": "Q1", "text": "No, since 3 Nov."])
            let parties = try await investigation(marta, number)["parties"]?.array ?? []
            #expect(parties.compactMap { $0["component"]?.string } == ["Bridge", "Signer"])
            let weighed = parties[0]["weighed"]?.array ?? []
            #expect(weighed.compactMap { $0["bearing"]?.string } == ["supports", "contradicts"])
            #expect(weighed[0]["evidence"]?.array?.isEmpty == false)
            let question = parties[0]["questions"]?.array?.first
            #expect(question?["text"]?.string == "Do you normalise times?")
            #expect(question?["answer"]?.string == "No, since 3 Nov.")
            #expect(question?["answered"]?["at"]?.string == "2026-03-02T10:00:00Z")
            let twice = try await marta.act(
                "list_party", on: number, ["name": "ACME Acquiring", "component": "bridge"], expecting: 422)
            #expect(twice.fieldCodes == ["name:already_there"])
            let nobody = try await marta.act(
                "record_party_answer", on: number, ["question": "Q9", "text": "x"], expecting: 422)
            #expect(nobody.fieldCodes == ["question:not_found"])
            #expect(try await server.desk.findings() == [])
        }
    }
}
