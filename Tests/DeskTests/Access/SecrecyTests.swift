import Desk
import Diagnosis
import Domain
import TestSupport
import Testing

/// What is internal stays internal: no page, document or stream of the portal tells customers of it.
@Suite("What customers never read")
struct SecrecyTests {
    private static let secrets = [
        "NOTE-SECRET", "STATEMENT-SECRET", "NARRATIVE-SECRET", "REASON-SECRET", "MONEY-SECRET", "Sev1",
        "sev1",
        "waiting_on_engineering", "Waiting on engineering", "investigating", "product_defect",
        "Product defect",
        "code_defect", "Code defect", "Investigating",
    ]

    /// A case in which everything that is internal has been written.
    private static func richCase(_ desk: TestDesk) async throws -> String {
        let number = try await desk.reportedCase()
        let id = RawValue.text(number)
        try await desk.perform(
            "case.assign", as: .marta, ["id": id, "assignee": "@me", "reason": "REASON-SECRET"])
        try await desk.perform("case.note", as: .marta, ["id": id, "text": "NOTE-SECRET"])
        try await desk.perform("case.edit", as: .marta, ["id": id, "problem_statement": "STATEMENT-SECRET"])
        try await desk.perform(
            "case.change_severity", as: .marta, ["id": id, "severity": "sev1", "reason": "REASON-SECRET"])
        try await desk.perform("case.record_impact", as: .marta, ["id": id, "money_at_risk": "MONEY-SECRET"])
        for status in ["investigating", "waiting_on_engineering"] {
            try await desk.perform(
                "case.change_status", as: .marta,
                ["id": id, "status": .text(status), "reason": "REASON-SECRET", "exception": "REASON-SECRET"])
        }
        try await desk.perform("case.reply", as: .marta, ["id": id, "text": "PUBLIC-ANSWER"])
        try await desk.perform(
            "case.resolve", as: .marta,
            [
                "id": id, "narrative": "NARRATIVE-SECRET", "customer_summary": "PUBLIC-SUMMARY",
                "verdict": "product_defect", "root_cause": "code_defect",
            ])
        return number
    }

    @Test(
        "No page or document of the portal holds a note, a severity, a status’ own name, a narrative or a verdict",
        arguments: Engine.available)
    func portalHoldsNothingInternal(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await Self.richCase(server.desk)
            let browser = try await server.browser(.daniel)
            let program = try await server.program(.daniel)
            var answers: [(String, TestResponse)] = []
            for path in [
                "/portal", "/portal?show=solved", "/portal/cases/\(number)", "/portal/cases/\(number)/reply",
                "/portal/cases/\(number)/reopen", "/account",
            ] { answers.append((path, try await browser.get(path))) }
            for path in ["", "/\(number)", "/\(number)/timeline"] {
                answers.append((path, try await program.get("/api/v1/portal/cases\(path)")))
            }
            let owner = server.desk.people[.marta]?.id.raw ?? "none"
            for (path, answer) in answers {
                #expect(answer.status == 200, "\(path)")
                for secret in Self.secrets + [owner] where answer.body.contains(secret) {
                    Issue.record("\(path) tells customers “\(secret)”")
                }
            }
            let page = try await browser.get("/portal/cases/\(number)").body
            #expect(page.contains("PUBLIC-ANSWER") && page.contains("PUBLIC-SUMMARY"))
            let timeline = try await program.get("/api/v1/portal/cases/\(number)/timeline")
            #expect(timeline.body.contains("PUBLIC-ANSWER") && timeline.body.contains("PUBLIC-SUMMARY"))
        }
    }

    @Test("A customer’s case and timeline have these members and no others", arguments: Engine.available)
    func portalDocumentsHaveFixedMembers(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await Self.richCase(server.desk)
            let program = try await server.program(.daniel)
            let one = try await program.get("/api/v1/portal/cases/\(number)").json
            #expect(
                Self.names(one) == [
                    "id", "next_update_at", "number", "opened_at", "resolved_at", "state", "subject",
                    "symptom",
                    "updated_at", "version",
                ])
            #expect(one["state"] == "Resolved")
            let items =
                try await program.get("/api/v1/portal/cases/\(number)/timeline").json["items"]?.array ?? []
            #expect(
                items.compactMap { $0["kind"]?.string } == [
                    "case.opened", "case.status_changed", "case.replied", "case.resolved",
                ])
            for item in items {
                #expect(
                    Self.names(item) == [
                        "actor", "data", "entry", "kind", "occurred_at", "recorded_at", "version",
                    ])
                #expect(Self.names(item["actor"] ?? .null) == ["name"])
            }
            #expect(items.compactMap { $0["version"]?.integer } == [1, 2, 3, 4])
            #expect(one["version"] == 4)
            #expect(items[1]["data"] == ["state": "Being investigated"])
            #expect(items[3]["data"] == ["state": "Resolved", "summary": "PUBLIC-SUMMARY"])
        }
    }

    private static func names(_ json: JSON) -> [String] { json.object?.members.map(\.key).sorted() ?? [] }
}
