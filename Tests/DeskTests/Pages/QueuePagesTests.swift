import Diagnosis
import Domain
import Foundation
import TestSupport
import Testing

@testable import Desk

/// What the list of cases shows first, and how a case is found in it by its number.
@Suite("The queue")
struct QueuePagesTests {
    @Test(
        "The gravest case that nobody owns stands first, however many came after it, and all of them are a click away",
        arguments: Engine.available)
    func gravestFirst(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let grave = try await desk.reportedCase(subject: "All kiosks are down")
            let marta = try await CaseClient(server, .marta)
            try await marta.act("change_severity", on: grave, ["severity": "sev1", "reason": "All kiosks"])
            for _ in 0..<25 {
                desk.clock.advance(seconds: 60)
                _ = try await desk.reportedCase()
            }
            let page = try await server.browser(.marta).get("/cases").body
            let table = try #require(page.firstRange(of: "<tbody"))
            let first = try #require(page[table.upperBound...].firstMatch(of: /href="\/cases\/(TL-\d+)"/))
            #expect(String(first.1) == grave)
            #expect(page.contains("20 of 26") && page.contains("Show all 26"))
            for _ in 0..<3 {
                let mine = try await desk.reportedCase()
                try await desk.perform("case.assign", as: .jonas, ["id": .text(mine), "assignee": "@me"])
            }
            let own = try await desk.reportedCase(subject: "Grave and mine")
            try await desk.perform("case.assign", as: .jonas, ["id": .text(own), "assignee": "@me"])
            try await marta.act("change_severity", on: own, ["severity": "sev2", "reason": "Half of them"])
            desk.clock.advance(seconds: 60)
            let later = try await desk.reportedCase(subject: "Late and mine")
            try await desk.perform("case.assign", as: .jonas, ["id": .text(later), "assignee": "@me"])
            let his = try await server.browser(.jonas).get("/cases").body
            let yours = try #require(his.firstRange(of: "Yours"))
            let top = try #require(his[yours.upperBound...].firstMatch(of: /href="\/cases\/(TL-\d+)"/))
            #expect(String(top.1) == own)
        }
    }

    @Test(
        "A number finds its case first, however it is written",
        arguments: ["TL-2", "tl-2", "tl2", "TL 2", "#tl-2"])
    func byNumber(_ typed: String) async throws {
        try await TestServer.run(on: .sqlite) { server in
            for _ in 0..<3 { _ = try await server.desk.reportedCase() }
            let browser = try await server.browser(.marta)
            let query = try #require(typed.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
            let page = try await browser.get("/cases?q=\(query)").body
            let found = try #require(page.firstRange(of: "id=\"q-exact\""))
            #expect(page[found.upperBound...].prefix(600).contains("href=\"/cases/TL-2\""))
            #expect(
                !(try await browser.get("/cases?q=TL-9").body.contains("id=\"q-exact\"")), "there is none")
        }
    }

    @Test("A small “or” is told to be a word, not what joins others", arguments: Engine.available)
    func smallWords(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let browser = try await server.browser(.marta)
            #expect(
                try await browser.get("/cases?q=timeout%20or%20refused").body.contains("id=\"q-small\"")
            )
            #expect(
                !(try await browser.get("/cases?q=timeout%20OR%20refused").body.contains("id=\"q-small\"")))
        }
    }
}
