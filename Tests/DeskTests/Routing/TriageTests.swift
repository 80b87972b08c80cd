import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// Triage in one step.
@Suite("Triage")
struct TriageTests {
    private func due(_ desk: TestDesk) -> RawValue { .text(desk.clock.now.adding(seconds: 3600).rfc3339) }

    @Test(
        "CASE-13: Triage proposes the severity from reach and urgency, apart from the confirmed one, sets component, owner and next action, and is stamped; a reproduction is a stamp of its own",
        arguments: Engine.available)
    func triage(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            try await RoutingDesk.apply(RoutingDesk.document(("assign: push", "assign: pull")), on: desk)
            let number = try await desk.reportedCase(by: .sofia)
            try await desk.perform(
                "case.record_impact", as: .lea, ["id": .text(number), "users": "6412", "workaround": "no"])
            let form = try await server.browser(.lea).get("/cases/\(number)/triage").body
            #expect(form.contains("Proposed: Sev1.") && form.contains("6,412 people, from 1,000 on"))
            #expect(form.contains("In force: Sev3, not confirmed."))
            #expect(form.contains("href=\"/cases/\(number)/routing\""))
            let receipt = try await desk.perform(
                "case.triage", as: .lea,
                [
                    "id": .text(number), "impact": "everybody", "urgency": "now", "component": "billing",
                    "category": "fault", "effort": "large", "next_action": "Read the gateway’s log",
                    "next_action_due_at": due(desk),
                ])
            #expect(receipt.answer["proposed_severity"]?.string == "sev1")
            #expect(receipt.answer["severity"]?.string == "sev3", "frontline proposes and does not set it")
            #expect(receipt.answer["queue"]?.string == "payments")
            let found = try await desk.found(number)
            #expect(found.owner == desk.people[.marta]?.id && found.classification[.component] == "billing")
            #expect(found.arrangement.nextAction == "Read the gateway’s log")
            #expect(found.arrangement.nextActionOwner == desk.people[.marta]?.id)
            var json = try await server.program(.ines).get("/api/v1/cases/\(number)").json
            #expect(json["triaged_at"]?.string == desk.clock.now.rfc3339)
            #expect(json["proposed_severity"]?.string == "sev1" && json["effort"]?.string == "large")
            #expect(json["reproduction_at"] == .null)
            let clock = try await server.program(.ines).get("/api/v1/cases/\(number)/clocks").json
            let triage = clock["clocks"]?.array?.first { $0["clock"]?.string == "triage" }
            #expect(
                triage?["cycles"]?.array?.first?["state"]?.string != "running",
                "\(String(describing: triage))")

            desk.clock.advance(seconds: 60)
            try await desk.perform(
                "case.triage", as: .ines,
                ["id": .text(number), "impact": "everybody", "urgency": "now", "confirms": "true"])
            let confirmed = try await desk.found(number)
            #expect(confirmed.severity == "sev1" && confirmed.arrangement.severityConfirmedAt != nil)

            try await desk.perform(
                "case.record_reproduction", as: .marta,
                ["id": .text(number), "outcome": "not_reproduced", "text": "100 payments on staging."])
            json = try await server.program(.ines).get("/api/v1/cases/\(number)").json
            #expect(json["reproduction_at"]?.string == desk.clock.now.rfc3339)
            let page = try await server.browser(.marta).get("/cases/\(number)?view=all").body
            #expect(page.contains("tried to see it: <b>it did not happen</b>"))
            #expect(page.contains("completed triage: <b>Sev1</b>, proposed Sev1"))
            let story = try await server.browser(.marta).get("/cases/\(number)?view=story").body
            #expect(story.contains("completed triage"))
            let portal = try await server.browser(.sofia).get("/portal/cases/\(number)").body
            #expect(!portal.contains("completed triage") && !portal.contains("tried to see it"))
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "Triage that leaves something out is refused with all that is missing, and another severity needs a reason"
    )
    func gaps() async throws {
        try await TestDesk.run(on: .sqlite) { desk in
            let number = try await desk.reportedCase()
            func refused(_ member: Cast, _ fields: [String: RawValue]) async throws -> Refusal {
                let refusal = await #expect(throws: Refusal.self) {
                    try await desk.perform(
                        "case.triage", as: member,
                        ["id": .text(number)].merging(fields) { _, new in new })
                }
                return try #require(refusal)
            }
            let empty = try await refused(.marta, ["impact": "many"])
            #expect(Set(empty.problems.map(\.field)) == ["component", "next_action", "urgency"])
            let whole: [String: RawValue] = [
                "impact": "many", "urgency": "now", "component": "api", "next_action": "Ask for the log",
                "next_action_due_at": due(desk),
            ]
            let other = try await refused(.marta, whole.merging(["severity": "sev3"]) { $1 })
            #expect(other.problems.map(\.field) == ["severity_reason"])
            #expect(other.message.contains("say Sev2"))
            let early = try await refused(
                .marta, whole.merging(["next_action_due_at": .text(desk.clock.now.rfc3339)]) { $1 })
            #expect(early.problems.map(\.field) == ["next_action_due_at"])
            let confirming = try await refused(.marta, whole.merging(["confirms": "true"]) { $1 })
            #expect(confirming.problems.map(\.field) == ["confirms"])
            let nobody = try await refused(.marta, whole.merging(["owner": "nobody@cast.example"]) { $1 })
            #expect(nobody.problems.map(\.field) == ["owner"])
            try await desk.perform(
                "case.triage", as: .marta,
                ["id": .text(number), "owner": "@me"].merging(
                    whole.merging(["severity": "sev3", "severity_reason": "One kiosk only"]) { $1 }
                ) { $1 })
            let found = try await desk.found(number)
            #expect(found.severity == "sev3" && found.owner == desk.people[.marta]?.id)
            try await desk.perform(
                "case.resolve", as: .marta,
                ["id": .text(number), "narrative": "It was the proxy.", "verdict": "configuration"])
            #expect(try await refused(.marta, whole).code == "case_done")
        }
    }

    @Test("A new case’s clock for triage leads to the form for it, and the stamp stops it without a category")
    func clock() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let desk = server.desk
            let number = try await desk.reportedCase()
            try await desk.perform("case.assign", as: .marta, ["id": .text(number), "assignee": "@me"])
            try await ServiceLevelsJobs(desk.services).finish()
            func steps() async throws -> [String] {
                let items = try await server.program(.marta).get("/api/v1/board").json["items"]?.array ?? []
                return items.flatMap { $0["needs"]?.array ?? [] }.compactMap { $0["step"]?.string }
            }
            #expect(try await steps().contains("triage"))
            try await desk.perform(
                "case.triage", as: .marta,
                [
                    "id": .text(number), "component": "api", "next_action": "Ask for the log",
                    "next_action_due_at": due(desk),
                ])
            try await ServiceLevelsJobs(desk.services).finish()
            #expect(!(try await steps().contains("triage")))
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "Whoever triages a case that routing moved meanwhile is not asked whose queue counts: a person’s word does; a colleague’s still does not vanish",
        arguments: Engine.available)
    func routedMeanwhile(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            try await RoutingDesk.apply(on: desk)
            let number = try await desk.reportedCase(by: .sofia)
            let read = try await desk.found(number).version.number
            try await RoutingJobs(desk.services).work()
            #expect(try await desk.found(number).version.number > read)
            let fields: [String: RawValue] = [
                "id": .text(number), "impact": "many", "urgency": "soon", "component": "billing",
                "category": "fault", "effort": "small", "next_action": "Read the log",
                "next_action_due_at": due(desk),
            ]
            let triaged = try await desk.perform("case.triage", as: .lea, fields, base: read)
            #expect(triaged.answer["queue"]?.string == "payments")
            let clash = await #expect(throws: Refusal.self) {
                try await desk.perform("case.triage", as: .ines, fields, base: read)
            }
            #expect(clash?.code == "edited_by_others")
        }
    }
}
