import Diagnosis
import Domain
import NIOHTTP1
import TestSupport
import Testing
import Web

@testable import Desk

/// Markup that people type is text on every page.
@Suite("Markup in every field")
struct MarkupTests {
    private static let markup = "<script>alert(1)</script>\"'><img src=x onerror=1>"

    @Test("No page gives back as markup what was typed as text", arguments: Engine.available)
    func escapedEverywhere(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let world = try await Self.fill(server)
            let samira = try await server.browser(.samira)
            let customer = try await server.browser(.daniel)
            var pages: [(String, TestResponse)] = []
            for path in Self.pages(world) { pages.append((path, try await samira.get(path))) }
            for path in ["/portal", "/portal?show=solved", "/portal/cases/\(world.number)", "/account"] {
                pages.append((path, try await customer.get(path)))
            }
            let typed = Self.markup
            for path in [
                "/cases", "/cases/\(world.number)/note", "/cases/\(world.number)/edit", "/organisations",
            ] {
                let fields = ["subject": typed, "text": "", "name": typed, "tier": typed, "component": typed]
                pages.append((path, try await samira.send(form: path, fields)))
            }
            pages.append(
                ("sign-in", try await server.stranger.submit("/sign-in", ["email": typed, "next": typed])))
            let encoded = percentEncoded(typed)
            for path in [
                "/cases?q=\(encoded)", "/cases?state=\(encoded)", "/cases/\(encoded)", "/people?q=\(encoded)",
                "/organisations?q=\(encoded)", "/cases/new?subject=\(encoded)&organisation=\(encoded)",
                "/cases?done=\(encoded)", "/sign-in?next=\(encoded)", "/\(encoded)",
                "/cases?severity=\(encoded)",
            ] { pages.append((path, try await samira.get(path))) }
            for (path, page) in pages {
                #expect(page.status < 500, "\(path)")
                #expect(!page.body.contains("<script>alert"), "\(path)")
                #expect(!page.body.contains("<img src=x"), "\(path)")
                #expect(!page.body.contains("\"'><"), "\(path)")
            }
            let page = try await samira.get("/cases/\(world.number)").body
            #expect(page.components(of: "&lt;script&gt;alert(1)&lt;/script&gt;") > 8, "it is shown as text")
        }
    }

    private struct World {
        var number: String
        var organisation: String
        var person: String
    }

    /// Stores the markup in every field that takes it.
    private static func fill(_ server: TestServer) async throws -> World {
        let (desk, text) = (server.desk, RawValue.text(markup))
        let organisation =
            try await desk.perform(
                "organisation.add", as: .samira, ["name": text, "tier": "premium"]
            ).answer["id"]?.string ?? ""
        let person =
            try await desk.perform(
                "person.add", as: .samira,
                ["name": text, "email": "x@cast.example", "roles": .list(["engineer"])]
            ).answer["id"]?.string ?? ""
        let halden = RawValue.text(desk.people[.daniel]?.organisation?.raw ?? "")
        try await desk.perform(
            "organisation.rename", as: .samira, ["id": halden, "name": .text(markup + "2")])
        try await desk.perform(
            "person.rename", as: .samira, ["id": .text(desk.people[.daniel]?.id.raw ?? ""), "name": text])
        try await desk.perform(
            "person.rename", as: .samira, ["id": .text(desk.people[.marta]?.id.raw ?? ""), "name": text])
        let number = try await desk.reportedCase(subject: markup, symptom: markup)
        let id = RawValue.text(number)
        try await desk.perform("case.assign", as: .marta, ["id": id, "assignee": "@me", "reason": text])
        try await desk.perform("case.edit", as: .marta, ["id": id, "problem_statement": text])
        try await desk.perform("case.note", as: .marta, ["id": id, "text": text])
        try await desk.perform(
            "case.record_impact", as: .marta,
            [
                "id": id, "share_percent": "1", "share_of": text, "money_at_risk": text, "compliance": text,
                "blocked_process": text,
            ])
        try await desk.perform(
            "case.change_severity", as: .marta, ["id": id, "severity": "sev1", "reason": text])
        try await desk.perform(
            "case.change_status", as: .marta, ["id": id, "status": "investigating", "reason": text])
        try await desk.perform("case.reply", as: .marta, ["id": id, "text": text, "confirm_public": "true"])
        try await desk.perform(
            "case.resolve", as: .marta,
            ["id": id, "narrative": text, "customer_summary": "<img src=x onerror=1>", "verdict": "data"])
        try await desk.perform("case.reopen", as: .marta, ["id": id, "reason": text])
        let samira = try await server.browser(.samira)
        _ = try await samira.submit("/account/tokens", ["name": markup, "scopes": "case.view"])
        let case1 = try await desk.found(number).id.raw
        _ = try await samira.submit("/account/tokens", ["name": "plain", "scopes": markup])
        _ = try await samira.send(
            .PUT, "/drafts", Array("key=case/\(case1)/reply&text=\(percentEncoded(markup))".utf8),
            [("Content-Type", "application/x-www-form-urlencoded"), ("Sec-Fetch-Site", "same-origin")])
        _ = try await samira.get("/", [("User-Agent", markup)])
        _ = try await server.stranger.send(
            .POST, "/sign-in",
            Array("email=samira@cast.example&password=\(percentEncoded(TestServer.password))".utf8),
            [
                ("Content-Type", "application/x-www-form-urlencoded"), ("Sec-Fetch-Site", "same-origin"),
                ("User-Agent", markup),
            ])
        return World(number: number, organisation: organisation, person: person)
    }

    private static func pages(_ world: World) -> [String] {
        let number = world.number
        let verbs = [
            "assign", "change_severity", "change_status", "edit", "record_impact", "record_times", "resolve",
            "close",
            "reopen", "reply", "note", "erase_entry",
        ]
        return [
            "/cases", "/cases?owner=me", "/cases?state=all", "/cases/\(number)",
            "/cases/\(number)?show=notes",
            "/cases/\(number)?order=oldest", "/organisations", "/organisations/\(world.organisation)",
            "/people",
            "/people/\(world.person)", "/people/\(world.person)/rename", "/people/\(world.person)/deactivate",
            "/organisations/\(world.organisation)/rename", "/cases/new", "/people/new", "/account",
            "/account/tokens",
            "/policy", "/policy/rights",
        ] + verbs.map { "/cases/\(number)/\($0)" }
    }
}
