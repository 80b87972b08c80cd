import Diagnosis
import Domain
import TestSupport
import Testing

@testable import Desk

/// A case ends once what policy wants settled is settled, or somebody signs that it is not.
@Suite("The closure checklist")
struct ClosureTests {
    /// A case of a severity, resolved with no more than resolving needs.
    private static func resolvedCase(_ server: TestServer, severity: String) async throws -> String {
        let number = try await server.desk.reportedCase()
        let marta = try await CaseClient(server, .marta)
        try await marta.act("assign", on: number, ["assignee": "@me"])
        if severity != "sev3" {
            try await marta.act(
                "change_severity", on: number, ["severity": .string(severity), "reason": "By effect"])
        }
        try await marta.act("resolve", on: number, ["narrative": "Fixed.", "verdict": "product_defect"])
        return number
    }

    @Test(
        "CASE-46: A grave case closes when the whole checklist is settled, by the software where it can see",
        arguments: Engine.available)
    func wholeChecklist(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await Self.resolvedCase(server, severity: "sev1")
            let marta = try await CaseClient(server, .marta)
            let refused = try await marta.act("close", on: number, expecting: 422)
            #expect(refused.fieldCodes == ["exception:closure_incomplete"])
            let words = refused["detail"]?.string ?? ""
            for label in [
                "The root cause is tagged and confirmed", "The category is set", "Evidence is complete",
                "The customer agrees", "What we learnt is findable", "The case ends on",
                "How it is prevented",
            ] { #expect(words.contains(label), "\(label)") }
            #expect(
                !words.contains("What was wrong and what was done"), "the software sees that it is written")
            let form = try await server.browser(.marta).get("/cases/\(number)/close").body
            #expect(form.contains("Set the category with") && form.contains("Log extract is expected"))
            for seen in ["category", "cause", "evidence"] {
                #expect(!form.contains("id=\"answers.\(seen)\""), "no tick stands for what the case says")
            }
            let ticked = try await marta.act(
                "closure", on: number, ["answers": ["cause": "yes", "category": "yes"]])
            #expect(ticked["version"] == (try await marta.read(number))["version"])
            try await marta.act("close", on: number, expecting: 422)
            try await marta.act(
                "edit", on: number, ["root_cause": "configuration", "category": "fault"])
            let suspected = try await marta.act("close", on: number, expecting: 422)
            #expect(
                suspected["detail"]?.string?.contains("The root cause is tagged and confirmed") == true,
                "a tag alone confirms nothing")
            let proof = try await attachedEvidence(server, number, query: "type=log_extract")
            try await marta.act("add_hypothesis", on: number, ["statement": "The limit stood at 500"])
            try await marta.act(
                "judge_hypothesis", on: number,
                [
                    "hypothesis": "H1", "state": "confirmed", "method": "replayed", "verification": "v",
                    "root_cause": "configuration", "evidence": [.string(proof)],
                ])
            try await Self.completeEvidence(of: number, marta)
            try await marta.act(
                "closure", on: number, ["answers": ["customer_agreed": "confirmed", "ended_by": "fix"]])
            let last = try await marta.act(
                "close", on: number, ["answers": ["knowledge": "gap", "prevention": "fixed"]], expecting: 422)
            #expect(last["detail"]?.string?.contains("Where the article or the gap is") == true)
            try await marta.act(
                "close", on: number,
                ["answers": ["knowledge": "gap", "knowledge_at": "KB-7", "prevention": "fixed"]])
            let read = try await marta.read(number)
            #expect(read["status"] == "closed" && read["forms"]?["closure"]?["complete"] == true)
            let page = try await server.browser(.ravi).get("/cases/\(number)").body
            #expect(page.contains("Nothing holds the end up") && page.contains("seen by Thirdline"))
            #expect(try await server.desk.findings() == [])
        }
    }

    /// Says of all evidence that an incident should have beside a log why it cannot be had.
    private static func completeEvidence(of number: String, _ client: CaseClient) async throws {
        for type in ["deploy_history", "metric_snapshot"] {
            try await client.act(
                "expect_evidence", on: number, ["type": .string(type), "impossible": "Kept for three days"])
        }
    }

    @Test(
        "CASE-46: Evidence is complete when what is expected is here or cannot be had and what was asked for came",
        arguments: Engine.available)
    func evidenceComplete(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await Self.resolvedCase(server, severity: "sev1")
            let marta = try await CaseClient(server, .marta)
            func answer() async throws -> JSON? {
                try await marta.read(number)["forms"]?["closure"]?["answers"]?["evidence"]
            }
            func advice() async throws -> String {
                try await server.browser(.marta).get("/cases/\(number)/close").body
            }
            try await marta.act("closure", on: number, ["answers": ["evidence": "yes"]])
            #expect(try await answer() == nil, "a tick does not stand for what is known to be missing")
            #expect(
                try await advice().contains(
                    "Log extract is expected; Deploy history is expected; Metric snapshot is expected"))
            let piece = try await attachedEvidence(server, number, query: "type=log_extract")
            try await Self.completeEvidence(of: number, marta)
            #expect(try await answer() == "1 are here, 2 cannot be had")
            try await marta.act(
                "request_evidence", on: number, ["reason": "To compare", "items": "A HAR of one refusal"])
            #expect(try await answer() == nil)
            #expect(try await advice().contains("R1.1 was asked for: “A HAR of one refusal”"))
            try await marta.act(
                "withdraw_evidence_request", on: number, ["request": "R1", "reason": "Found it in the log"])
            #expect(try await answer() == "1 are here, 2 cannot be had")
            try await server.desk.perform(
                "evidence.remove", as: .ines, ["id": .text("\(number).\(piece)"), "reason": "Card numbers"])
            #expect(try await answer() == nil, "what was taken away is missing again")
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test("CASE-46: Policy decides which points are needed, and at which step", arguments: Engine.available)
    func pointsArePolicy(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let simple = try await Self.resolvedCase(server, severity: "sev3")
            let marta = try await CaseClient(server, .marta)
            try await marta.act("close", on: simple)
            let document = Policy.defaultDocument.replacing(
                "label: The category is set, checked_by: category, needed_to: close, needed_when: {severity: [sev1, sev2]}",
                with: "label: The category is set, checked_by: category, needed_to: resolve")
            #expect(document != Policy.defaultDocument)
            try await server.desk.perform(
                "policy.change", as: .samira, ["document": .text(document), "reason": "Always a category"])
            let number = try await server.desk.reportedCase()
            try await marta.act("assign", on: number, ["assignee": "@me"])
            let refused = try await marta.act(
                "resolve", on: number, ["narrative": "Fixed.", "verdict": "data"], expecting: 422)
            #expect(refused.fieldCodes == ["exception:closure_incomplete"])
            try await marta.act("edit", on: number, ["category": "fault"])
            try await marta.act("resolve", on: number, ["narrative": "Fixed.", "verdict": "data"])
        }
    }

    @Test(
        "CASE-46: An exception is signed by whoever may, with its reason, and stays on record",
        arguments: Engine.available)
    func signedException(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await Self.resolvedCase(server, severity: "sev2")
            let document = Policy.defaultDocument.replacing(
                "case.sign_exception, ", with: "", maxReplacements: 1)
            try await server.desk.perform(
                "policy.change", as: .samira, ["document": .text(document), "reason": "Leads sign"])
            let refused = try await CaseClient(server, .marta).act(
                "close", on: number, ["exception": "I want to"], expecting: 422)
            #expect(refused.fieldCodes == ["exception:not_allowed"])
            let ines = try await CaseClient(server, .ines)
            try await ines.act("close", on: number, ["exception": "  "], expecting: 422)
            try await ines.act("close", on: number, ["exception": "The customer left us."])
            let read = try await ines.read(number)
            let signed = read["forms"]?["exceptions"]?.array?.first
            #expect(read["status"] == "closed" && signed?["reason"] == "The customer left us.")
            #expect(signed?["by"]?.string == server.desk.people[.ines]?.id.raw && signed?["gate"] == "close")
            let export = try await server.browser(.ada).get("/cases/\(number)/timeline.md").body
            #expect(export.contains("signed an exception") && export.contains("The customer left us."))
        }
    }

    @Test("CASE-46: A customer who had time enough to say no agrees", arguments: Engine.available)
    func timedOut(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await Self.resolvedCase(server, severity: "sev2")
            let marta = try await CaseClient(server, .marta)
            func agrees() async throws -> JSON? {
                try await marta.read(number)["forms"]?["closure"]?["answers"]?["customer_agreed"]
            }
            #expect(try await agrees() == nil)
            server.desk.clock.advance(seconds: 15 * 86_400)
            #expect(try await agrees() == "They had 14 days and did not reopen it")
        }
    }

    @Test(
        "CASE-43: A case that ends on a way around alone needs its problem or defect, or a signature",
        arguments: Engine.available)
    func workaroundAlone(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            for linked in [true, false] {
                let number = try await Self.resolvedCase(server, severity: "sev3")
                let refused = try await marta.act(
                    "close", on: number, ["answers": ["ended_by": "workaround"]], expecting: 422)
                #expect(refused["detail"]?.string?.contains("The problem or defect") == true)
                #expect(try await marta.read(number)["status"] == "resolved")
                // Nobody's word stands for the link.
                try await marta.act(
                    "close", on: number,
                    ["answers": ["ended_by": "workaround", "prevention_at": "PAY-8812"]], expecting: 422)
                if linked {
                    try await marta.act("link_record", on: number, ["kind": "defect", "key": "PAY-8812"])
                    try await marta.act("close", on: number, ["answers": ["ended_by": "workaround"]])
                } else {
                    try await marta.act(
                        "close", on: number,
                        ["answers": ["ended_by": "workaround"], "exception": "Product is withdrawn."])
                }
                let read = try await marta.read(number)
                #expect(read["status"] == "closed")
                #expect(read["forms"]?["exceptions"]?.array?.count == (linked ? 0 : 1))
            }
        }
    }

    @Test(
        "CASE-43: A recorded way around without a tested fix needs the link, whatever anybody ticks; a tested fix or the link ends that",
        arguments: Engine.available)
    func recordedWorkaround(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            for way in ["link", "fix"] {
                let number = try await Self.resolvedCase(server, severity: "sev3")
                try await marta.act(
                    "record_workaround", on: number,
                    [
                        "text": "Create a new payment", "data_loss": "none", "side_effects": "a second hold",
                        "rollback": "Stop doing so",
                    ])
                let refused = try await marta.act(
                    "close", on: number, ["answers": ["ended_by": "fix"]], expecting: 422)
                #expect(refused.fieldCodes == ["exception:closure_incomplete"])
                let form = try await server.browser(.marta).get("/cases/\(number)/close").body
                #expect(form.contains("A way around is recorded and no tested fix."))
                if way == "link" {
                    try await marta.act("link_record", on: number, ["kind": "article", "key": "KB-1"])
                    try await marta.act("close", on: number, expecting: 422)
                    try await marta.act("link_record", on: number, ["kind": "problem", "key": "PRB-9"])
                } else {
                    try await marta.act("record_fix", on: number, ["text": "Keep the zeros"])
                    try await marta.act("close", on: number, expecting: 422)
                    try await marta.act(
                        "test_fix", on: number,
                        [
                            "fix": "F1", "tested": "Replay", "environment": "staging", "observed": "0 fail",
                            "holds": "yes",
                        ])
                }
                try await marta.act("close", on: number)
                #expect(try await marta.read(number)["status"] == "closed")
            }
            #expect(try await server.desk.findings() == [])
        }
    }
}
