import Diagnosis
import Domain
import TestSupport
import Testing

@testable import Desk

/// The palette, the search page and the keys that people choose.
@Suite("Palette, search and keys")
struct PaletteTests {
    private func groups(_ client: TestClient, _ query: String) async throws -> [(
        title: String, items: [JSON]
    )] {
        let answer = try await client.get("/palette?\(query)")
        #expect(answer.status == 200, "\(answer.body)")
        return (answer.json["groups"]?.array ?? []).map {
            ($0["title"]?.string ?? "", $0["items"]?.array ?? [])
        }
    }

    private func addresses(_ client: TestClient, _ query: String) async throws -> [String] {
        try await groups(client, query).flatMap(\.items).compactMap { $0["href"]?.string }
    }

    @Test(
        "On the page of a case the palette offers what the person may do to it", arguments: Engine.available)
    func actions(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let (marta, ravi) = (try await server.browser(.marta), try await server.browser(.ravi))
            let here = try await groups(marta, "on=/cases/\(number)")
            #expect(here.first?.title == "On \(number)")
            let assign = "/cases/\(number)/assign"
            #expect(try await addresses(marta, "on=/cases/\(number)").contains(assign))
            #expect(try await !addresses(ravi, "on=/cases/\(number)").contains(assign))
            #expect(try await !addresses(marta, "on=/cases").contains(assign))
            #expect(
                try await addresses(marta, "q=severity&on=/cases/\(number)").contains(
                    "/cases/\(number)/change_severity"))
            #expect(try await addresses(marta, "q=%3Enew+case").first == "/cases/new")
            #expect(try await addresses(marta, "on=/cases/TL-999").allSatisfy { !$0.contains("TL-999") })
        }
    }

    @Test("Every operation of a role is in the palette on a case", arguments: Engine.available)
    func whole(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let ines = try await server.browser(.ines)
            let found = Set(try await addresses(ines, "q=%3E&on=/cases/\(number)"))
            let actor = try server.desk.actor(.ines)
            for operation in server.desk.services.catalog.operations where actor.may(operation.right) {
                if case .act(in: "cases", let verb) = operation.place {
                    #expect(found.contains("/cases/\(number)/\(verb)"), "\(operation.name)")
                }
            }
        }
    }

    @Test("The search finds cases by number and text, people and organisations", arguments: Engine.available)
    func search(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let first = try await server.desk.reportedCase(subject: "Vouchers vanish", symptom: "At noon.")
            let second = try await server.desk.reportedCase(
                subject: "Exports are empty", symptom: "Vouchers too.")
            let marta = try await server.browser(.marta)
            #expect(
                try await Set(addresses(marta, "q=vouchers")).isSuperset(of: [
                    "/cases/\(first)", "/cases/\(second)",
                ]))
            let digits = String(first.drop { !$0.isNumber })
            #expect(try await addresses(marta, "q=%23\(digits)").first == "/cases/\(first)")
            #expect(try await addresses(marta, "q=\(first.lowercased())").first == "/cases/\(first)")
            let run = first.lowercased().filter { $0 != "-" }
            #expect(try await addresses(marta, "q=\(run)").first == "/cases/\(first)", "written in one")
            let people = try await groups(marta, "q=@jon")
            #expect(people.map(\.title) == ["People"] || people.map(\.title) == ["People", "Organisations"])
            #expect(people.first?.items.first?["title"] == "Jonas")
            #expect(try await groups(marta, "q=halden").contains { $0.title == "Organisations" })
            let page = try await marta.get("/search?q=vouchers").body
            #expect(page.contains("href=\"/cases/\(first)\"") && page.contains("href=\"/cases/\(second)\""))
            #expect(try await marta.get("/search?q=qqqqq").body.contains("Nothing matches “qqqqq”"))
            #expect(try await marta.get("/palette?q=\(String(repeating: "x", count: 1001))").status == 422)
            let lea = try await server.browser(.lea)
            #expect(try await !groups(lea, "q=jonas").contains { $0.title == "People" })
            #expect(try await server.browser(.daniel).get("/palette?q=vouchers").status == 403)
        }
    }

    @Test("What one looked at last stands first, for oneself alone", arguments: Engine.available)
    func recent(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let (marta, jonas) = (try await server.browser(.marta), try await server.browser(.jonas))
            _ = try await marta.get("/cases/\(number)")
            let jonasID = server.desk.people[.jonas]?.id.raw ?? ""
            _ = try await marta.get("/people/\(jonasID)")
            let lately = try await groups(marta, "").first { $0.title == "Looked at lately" }
            #expect(
                lately?.items.compactMap { $0["href"]?.string } == ["/cases/\(number)", "/people/\(jonasID)"])
            #expect(try await !groups(jonas, "").contains { $0.title == "Looked at lately" })
        }
    }

    @Test(
        "Keys can be chosen, are named where two actions want one, and go back to the usual",
        arguments: Engine.available)
    func keys(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await server.browser(.marta)
            #expect(try await !marta.get("/cases").body.contains("data-keymap"))
            let taken = try await marta.submit("/account/keys", ["key.assign": "r"])
            #expect(taken.status == 422)
            #expect(taken.body.contains("“r” does “Reply” already"))
            #expect(taken.body.contains("value=\"r\""))
            let saved = try await marta.submit("/account/keys", ["key.assign": "Y", "key.note": ""])
            #expect(saved.headers["location"] == "/account/keys?done=saved")
            let page = try await marta.get("/cases").body
            #expect(page.contains("data-keymap=\"=n y=a\"") || page.contains("data-keymap=\"y=a =n\""))
            #expect(page.contains("<dt>Assign</dt><dd><kbd>y</kbd></dd>"))
            #expect(page.contains("<dt>Internal note</dt><dd><span class=\"dim\">no key</span></dd>"))
            #expect(try await !server.browser(.jonas).get("/cases").body.contains("data-keymap"))
            _ = try await marta.submit("/account/keys", ["reset": "yes"])
            #expect(try await !marta.get("/cases").body.contains("data-keymap"))
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test("Every single key on the pages of staff stands in the registry", arguments: Engine.available)
    func everyKey(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let samira = try await server.browser(.samira)
            for path in [
                "/cases", "/cases/\(number)",
                "/cases/\(number)?done=saved&undo=01a1dc5e-3ea0-7c34-a071-f027810b3672",
            ] {
                let page = try await samira.get(path).body
                for match in page.matches(of: /data-key="([^"]+)"/) {
                    #expect(
                        KeyMap.actions.contains { $0.key == match.output.1 }, "\(match.output.1) on \(path)")
                }
            }
        }
    }
}
