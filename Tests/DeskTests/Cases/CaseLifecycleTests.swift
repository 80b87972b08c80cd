import Diagnosis
import Domain
import TestSupport
import Testing

@testable import Desk

/// How a case moves and who has it: CASE-19, CASE-20 and CASE-22.
@Suite("The life of a case")
struct CaseLifecycleTests {
    private static let statuses = [
        "new", "triaging", "investigating", "waiting_on_customer", "waiting_on_engineering",
        "waiting_on_third_party",
        "mitigated", "verifying_fix", "resolved", "closed", "reopened",
    ]

    @Test(
        "CASE-19: A case goes through every status of the lifecycle, and each step is stamped",
        arguments: Engine.available)
    func everyStatus(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            try await marta.act("assign", on: number, ["assignee": "@me"])
            var seen = ["new"]
            for status in Self.statuses[1...7] {
                server.desk.clock.advance(seconds: 60)
                try await marta.act(
                    "change_status", on: number,
                    ["status": .string(status), "reason": "On we go", "exception": "In a hurry"])
                seen.append(try await marta.read(number)["status"]?.string ?? "")
            }
            for (verb, fields) in [
                ("resolve", ["narrative": "Done.", "verdict": "data"] as JSON), ("close", [:]),
                ("reopen", ["reason": "It is back."]),
            ] {
                server.desk.clock.advance(seconds: 60)
                try await marta.act(verb, on: number, fields)
                seen.append(try await marta.read(number)["status"]?.string ?? "")
            }
            #expect(seen == Self.statuses)
            let stamped = try await marta.timeline(number).filter {
                ["case.status_changed", "case.resolved", "case.closed", "case.reopened"].contains(
                    $0["kind"]?.string ?? "")
            }
            #expect(stamped.count == 10)
            #expect(stamped.first?["occurred_at"] == "2026-03-02T09:01:00Z")
            #expect(stamped.last?["occurred_at"] == "2026-03-02T09:10:00Z")
        }
    }

    @Test(
        "CASE-19: A transition that policy does not allow is refused with those that it does",
        arguments: Engine.available)
    func transitionsAreConfigured(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            try await marta.act("assign", on: number, ["assignee": "@me"])
            let form = try await server.browser(.marta).get("/cases/\(number)/change_status").body
            let offered = form.matches(of: /<option value="([a-z_]+)"/).map { String($0.output.1) }
            #expect(
                offered.filter { Self.statuses.contains($0) } == [
                    "new", "triaging", "investigating", "waiting_on_customer",
                ], "nothing is offered that would be refused")
            let refused = try await marta.act(
                "change_status", on: number, ["status": "verifying_fix"], expecting: 422)
            #expect(refused.fieldCodes == ["status:transition_not_allowed"])
            #expect(
                refused["detail"]?.string?.contains("Triaging, Investigating, Waiting on customer, Resolved")
                    == true)
            let document = Policy.defaultDocument.replacing(
                "to: [triaging, investigating, waiting_on_customer, resolved]",
                with: "to: [triaging, verifying_fix, investigating, waiting_on_customer, resolved]")
            try await server.desk.perform(
                "policy.change", as: .samira, ["document": .text(document), "reason": "Straight to proving"])
            try await marta.act("change_status", on: number, ["status": "verifying_fix"])
        }
    }

    @Test(
        "CASE-20: Resolved has conditions, all of which are named at once, and resolving is the only way there",
        arguments: Engine.available)
    func resolvedHasConditions(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            let refused = try await marta.act("resolve", on: number, [:], expecting: 422)
            #expect(
                refused.fieldCodes == [
                    "owner:needed_to_resolve", "narrative:needed_to_resolve", "verdict:needed_to_resolve",
                ])
            try await marta.act("assign", on: number, ["assignee": "@me"])
            for (status, code) in [("resolved", "resolve_instead"), ("closed", "transition_not_allowed")] {
                let instead = try await marta.act(
                    "change_status", on: number, ["status": .string(status)], expecting: 422)
                #expect(instead.fieldCodes == ["status:\(code)"])
            }
            #expect(try await marta.read(number)["resolved_at"] == .null)
            try await marta.act(
                "resolve", on: number, ["narrative": "  ", "verdict": "data"], expecting: 422)
            try await marta.act("resolve", on: number, ["narrative": "Fixed.", "verdict": "data"])
            #expect(try await marta.read(number)["resolved_at"] == "2026-03-02T09:00:00Z")
        }
    }

    @Test("CASE-20: The conditions are policy", arguments: Engine.available)
    func conditionsArePolicy(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let document = Policy.defaultDocument.replacing(
                "resolution_requires: [owner, narrative, verdict]",
                with:
                    "resolution_requires: [owner, narrative, verdict, root_cause, component, problem_statement]"
            )
            try await server.desk.perform(
                "policy.change", as: .samira, ["document": .text(document), "reason": "More"])
            let marta = try await CaseClient(server, .marta)
            try await marta.act("assign", on: number, ["assignee": "@me"])
            let refused = try await marta.act(
                "resolve", on: number, ["narrative": "Done.", "verdict": "data"], expecting: 422)
            #expect(
                refused.fieldCodes == [
                    "root_cause:needed_to_resolve", "component:needed_to_resolve",
                    "problem_statement:needed_to_resolve",
                ])
        }
    }

    @Test(
        "CASE-20: Mitigated, resolved and closed are three moments, each with its own time",
        arguments: Engine.available)
    func threeMoments(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            try await marta.act("assign", on: number, ["assignee": "@me"])
            try await marta.act("close", on: number, expecting: 409)
            try await marta.act("change_status", on: number, ["status": "investigating"])
            server.desk.clock.advance(seconds: 60)
            try await marta.act("change_status", on: number, ["status": "mitigated"])
            #expect(try await Self.moments(marta, number) == ["2026-03-02T09:01:00Z", "", ""])
            server.desk.clock.advance(seconds: 60)
            try await marta.act("resolve", on: number, ["narrative": "Fixed.", "verdict": "data"])
            #expect(
                try await Self.moments(marta, number) == ["2026-03-02T09:01:00Z", "2026-03-02T09:02:00Z", ""])
            server.desk.clock.advance(seconds: 60)
            try await marta.act("close", on: number)
            #expect(
                try await Self.moments(marta, number) == [
                    "2026-03-02T09:01:00Z", "2026-03-02T09:02:00Z", "2026-03-02T09:03:00Z",
                ])
            let again = try await marta.act(
                "resolve", on: number, ["narrative": "Again.", "verdict": "data"], expecting: 409)
            #expect(again["code"] == "already_resolved")
        }
    }

    private static func moments(_ client: CaseClient, _ number: String) async throws -> [String] {
        let found = try await client.read(number)
        return ["mitigated_at", "resolved_at", "closed_at"].map { found[$0]?.string ?? "" }
    }

    @Test(
        "A customer’s answer takes a waiting case back to work and reopens a resolved one within the window",
        arguments: Engine.available)
    func answersMoveTheCase(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            let daniel = try await server.browser(.daniel)
            try await marta.act("assign", on: number, ["assignee": "@me"])
            try await marta.act(
                "reply", on: number, ["text": "Which browser?", "status": "waiting_on_customer"])
            #expect(try await daniel.get("/portal/cases/\(number)").body.contains("What we need from you"))
            #expect(
                try await daniel.submit("/portal/cases/\(number)/reply", ["text": "Firefox."]).status == 303)
            #expect(try await marta.read(number)["status"] == "investigating")
            try await marta.act("resolve", on: number, ["narrative": "Fixed.", "verdict": "data"])
            #expect(
                try await daniel.submit("/portal/cases/\(number)/reopen", ["text": "Not solved."]).status
                    == 303)
            let back = try await marta.read(number)
            #expect(back["status"] == "reopened" && back["reopen_count"] == 1 && back["resolved_at"] == .null)
            try await marta.act("resolve", on: number, ["narrative": "Fixed again.", "verdict": "data"])
            server.desk.clock.advance(seconds: 15 * 86_400)
            let late = try await server.browser(.daniel).submit(
                "/portal/cases/\(number)/reopen", ["text": "Late."])
            #expect(late.status == 409)
            #expect(late.body.contains("Late."), "what was typed is kept")
            #expect(try await marta.read(number)["status"] == "resolved")
        }
    }

    @Test(
        "CASE-22: Exactly one person owns a case from the first step of work on, and only giving it changes that",
        arguments: Engine.available)
    func oneOwner(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            let unowned = try await marta.act(
                "change_status", on: number, ["status": "investigating"], expecting: 409)
            #expect(unowned["code"] == "no_owner")
            try await marta.act("assign", on: number, ["assignee": "@me"])
            let owner = try await marta.read(number)["owner"]
            #expect(owner?.string == server.desk.people[.marta]?.id.raw)
            for status in [
                "investigating", "waiting_on_engineering", "waiting_on_third_party", "waiting_on_customer",
            ] {
                try await marta.act(
                    "change_status", on: number, ["status": .string(status), "exception": "In a hurry"])
                #expect(try await marta.read(number)["owner"] == owner, "\(status)")
            }
            for nobody in ["", "nobody@cast.example", "daniel@cast.example"] {
                try await marta.act("assign", on: number, ["assignee": .string(nobody)], expecting: 422)
            }
            try await marta.act("assign", on: number, ["assignee": .null], expecting: 422)
            try await marta.act("assign", on: number, ["assignee": ["a", "b"]], expecting: 422)
            #expect(try await marta.read(number)["owner"] == owner)
            try await marta.act(
                "assign", on: number, ["assignee": "jonas@cast.example", "reason": "On call"])
            #expect(try await marta.read(number)["owner"]?.string == server.desk.people[.jonas]?.id.raw)
            try await marta.act("resolve", on: number, ["narrative": "Fixed.", "verdict": "data"])
            try await marta.act("close", on: number)
            #expect(try await marta.read(number)["owner"]?.string == server.desk.people[.jonas]?.id.raw)
            let closed = try await marta.act("assign", on: number, ["assignee": "@me"], expecting: 409)
            #expect(closed["code"] == "case_closed")
        }
    }

    @Test("CASE-22: Whoever left cannot be given a case", arguments: Engine.available)
    func inactiveCannotOwn(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let jonas = server.desk.people[.jonas]?.id.raw ?? ""
            try await server.desk.perform("person.deactivate", as: .samira, ["id": .text(jonas)])
            let refused = try await CaseClient(server, .marta).act(
                "assign", on: number, ["assignee": .string(jonas)], expecting: 422)
            #expect(refused.fieldCodes == ["assignee:inactive"])
        }
    }

    @Test("An owner may work on cases: nobody else is offered, or taken", arguments: Engine.available)
    func owners(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let number = try await server.desk.reportedCase()
            let refusal = try await marta.act(
                "assign", on: number, ["assignee": .string(Cast.ada.email)], expecting: 422)
            #expect(refusal.fieldCodes == ["assignee:cannot_work"])
            let form = try await server.browser(.marta).get("/cases/\(number)/assign")
            #expect(form.status == 200 && form.body.contains(server.desk.people[.jonas]?.id.raw ?? "no id"))
            #expect(!form.body.contains(server.desk.people[.ada]?.id.raw ?? ""))
        }
    }
}
