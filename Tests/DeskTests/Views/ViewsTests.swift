import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// Searches under a name: CASE-67.
@Suite("Saved views")
struct ViewsTests {
    /// Saves a view and returns its identifier.
    private func saved(
        _ desk: TestDesk, _ name: String, _ search: String, shared: Bool = false, as member: Cast = .marta
    ) async throws -> String {
        let receipt = try await desk.perform(
            "view.save", as: member, ["name": .text(name), "search": .text(search), "shared": .bool(shared)])
        return try #require(receipt.answer["id"]?.string)
    }

    /// The names and counts of the views above the queue, as the page shows them.
    private func strip(_ page: String) -> [String] {
        guard let row = page.firstMatch(of: /<nav class="saved"[^>]*>(.*?)<\/nav>/)?.output.1 else {
            return []
        }
        return row.matches(of: /<span dir="auto">(.*?)<\/span><span class="n[^>]*>(.*?)<\/span>/).map {
            "\($0.output.1) \($0.output.2)"
        }
    }

    @Test(
        "CASE-67 part: A saved view stands above the queue with its count, shows its search, and belongs to whoever saved it until it is shared",
        arguments: Engine.available)
    func saving(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let first = try await desk.reportedCase()
            _ = try await desk.reportedCase()
            try await desk.perform("case.assign", as: .marta, ["id": .text(first), "assignee": "@me"])
            let mine = try await saved(desk, "On my desk", "is:open owner:@me")
            let all = try await saved(desk, "Without owner", "is:open owner:none", shared: true, as: .ines)
            let (marta, jonas) = (try await server.browser(.marta), try await server.browser(.jonas))
            #expect(strip(try await marta.get("/cases").body) == ["On my desk 1", "Without owner 1"])
            #expect(strip(try await jonas.get("/cases").body) == ["Without owner 1"])
            #expect(try await jonas.get("/cases?view=\(mine)").status == 404)
            let page = try await marta.get("/cases?view=\(mine)").body
            #expect(page.contains("<h1>On my desk</h1>") && page.contains("value=\"is:open owner:@me\""))
            #expect(page.contains("/cases/\(first)\"") && !page.contains("Save to"))
            // `@me` is whoever looks.
            let other = try await jonas.get("/cases?view=\(all)").body
            #expect(other.contains("<h1>Without owner</h1>") && !other.contains("/cases/\(first)\""))
            // Customers have no views.
            #expect(try await server.browser(.daniel).get("/views").status == 403)
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "A search that is looked at can be kept, and a changed one put back into its view",
        arguments: Engine.available)
    func keeping(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await server.browser(.marta)
            #expect(try await marta.get("/cases?q=is:open+sev:1").body.contains("Save as a view"))
            #expect(try await !marta.get("/cases").body.contains("Save as a view"))
            let made = try await marta.submit(
                "/views", ["name": "Top", "search": "is:open sev:1", "_key": "k1"])
            let address = try #require(made.headers["location"])
            #expect(made.status == 303 && address.hasPrefix("/cases?view="))
            let id = try #require(address.firstMatch(of: /view=([0-9a-f-]+)/)?.output.1)
            let page = try await marta.get("/cases?q=is:open+sev:1,2&view=\(id)").body
            #expect(page.contains("Save to “"))
            let kept = try await marta.submit(
                "/views/\(id)/revise", ["name": "Top", "search": "is:open sev:1,2", "shared": "false"])
            #expect(kept.status == 303)
            #expect(try await marta.get("/cases?view=\(id)").body.contains("value=\"is:open sev:1,2\""))
        }
    }

    @Test(
        "A view can be the first thing that the queue shows, and the queue stays within reach",
        arguments: Engine.available)
    func first(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let (one, two) = (
                try await saved(desk, "One", "is:open sev:1"), try await saved(desk, "Two", "is:open sev:2")
            )
            try await desk.perform("view.choose", as: .marta, ["id": .text(one)])
            let second = try await desk.perform("view.choose", as: .marta, ["id": .text(two)])
            let marta = try await server.browser(.marta)
            #expect(try await marta.get("/cases").body.contains("<h1>Two</h1>"))
            #expect(try await marta.get("/cases?view=none").body.contains("<h1>Queue</h1>"))
            #expect(try await marta.get("/cases?q=is:open").body.contains("<h1>Queue</h1>"))
            #expect(try await server.browser(.jonas).get("/cases").body.contains("<h1>Queue</h1>"))
            let offer = try #require(second.answer["undo"]?.string)
            try await desk.perform("undo.apply", as: .marta, ["id": .text(offer)])
            #expect(try await marta.get("/cases").body.contains("<h1>One</h1>"))
            // A view that is gone is no longer first.
            try await desk.perform("view.delete", as: .marta, ["id": .text(one)])
            #expect(try await marta.get("/cases").body.contains("<h1>Queue</h1>"))
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "Who may share, change and delete views: leads for everybody, each for themselves",
        arguments: Engine.available)
    func rights(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let refused = await #expect(throws: Refusal.self) {
                try await saved(desk, "For all", "is:open", shared: true)
            }
            #expect(refused?.problems.map(\.field) == ["shared"])
            let shared = try await saved(desk, "For all", "is:open", shared: true, as: .ines)
            let mine = try await saved(desk, "Mine", "is:open owner:@me")
            for (operation, view, member) in [
                ("view.delete", shared, Cast.marta), ("view.revise", shared, .jonas),
                ("view.delete", mine, .ines),
            ] {
                let refusal = await #expect(throws: Refusal.self) {
                    var fields: [String: RawValue] = ["id": .text(view)]
                    if operation == "view.revise" {
                        fields.merge(["name": "x", "search": "is:open"]) { $1 }
                    }
                    try await desk.perform(operation, as: member, fields)
                }
                #expect(["not_yours", "not_found"].contains(refusal?.code), "\(operation)")
            }
            let deleted = try await desk.perform("view.delete", as: .otto, ["id": .text(shared)])
            let offer = try #require(deleted.answer["undo"]?.string)
            try await desk.perform("undo.apply", as: .otto, ["id": .text(offer)])
            let views = try await desk.services.database.read { tx in
                try ViewDirectory.all(for: try desk.actor(.marta), in: tx).map(\.content.name)
            }
            #expect(views == ["Mine", "For all"])
        }
    }

    @Test(
        "CASE-67 part: A view whose field is gone says so at its place, and nothing else breaks",
        arguments: Engine.available)
    func goneField(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let refused = await #expect(throws: Refusal.self) {
                try await saved(desk, "Broken", "is:open component:nowhere")
            }
            #expect(refused?.problems.first?.field == "search")
            #expect(refused?.message.contains("Column ") ?? false)
            let id = try await saved(desk, "By reason", "is:open component:billing")
            let document = Policy.defaultDocument.replacing(
                "{id: billing, name: Billing and payments}", with: "{id: books, name: Books}"
            ).replacing("components: [billing], slo", with: "components: [books], slo")
            try await desk.perform(
                "policy.change", as: .otto, ["document": .text(document), "reason": "Other words"])
            let marta = try await server.browser(.marta)
            #expect(strip(try await marta.get("/cases").body) == ["By reason !"])
            let page = try await marta.get("/cases?view=\(id)")
            #expect(page.status == 422 && page.body.contains("id=\"q-err\""))
            #expect(page.body.contains("value=\"is:open component:billing\""), "the search is kept")
            let list = try await marta.get("/views")
            #expect(list.status == 200 && list.body.contains("cannot be read, column"))
            let item = try await server.program(.marta).get("/api/v1/views/\(id)").json
            #expect(item["count"] == .null && item["problem"]?.string?.hasPrefix("Column ") ?? false)
        }
    }
}
