import Diagnosis
import Domain
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Desk

/// What people are told, where they see it, and how they have read it.
@Suite("Notifications")
struct NotificationsTests {
    /// What somebody is told: "TL-1 replied", unread with a star, as the page's data has it.
    private func told(_ member: Cast, _ desk: TestDesk) async throws -> [String] {
        let actor = try desk.actor(member)
        return try await desk.services.database.read { tx in
            try NotificationsDirectory.news(for: actor, in: tx).flatMap { news in
                news.items.map { "\(news.found.number) \($0.kind.rawValue)\($0.isRead ? "" : "*")" }
            }
        }
    }

    private func owned(_ desk: TestDesk) async throws -> String {
        let number = try await desk.reportedCase()
        try await desk.perform(
            "case.assign", as: .ines, ["id": .text(number), "assignee": .text(Cast.marta.email)])
        return number
    }

    @Test(
        "Whoever gets a case, whom the customer answers and whom a note names is told, and nobody of their own deed",
        arguments: Engine.available)
    func telling(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let number = try await owned(desk)
            #expect(try await told(.marta, desk) == ["\(number) assigned*"])
            #expect(try await told(.ines, desk).isEmpty)
            try await desk.perform("case.watch", as: .jonas, ["id": .text(number)])
            try await desk.perform("portal.reply", as: .daniel, ["id": .text(number), "text": "It is back."])
            try await desk.perform(
                "case.note", as: .marta, ["id": .text(number), "text": "@ines, do you know this? @marta"])
            #expect(
                try await told(.marta, desk) == ["\(number) replied*", "\(number) assigned*"])
            #expect(try await told(.jonas, desk) == ["\(number) replied*"])
            #expect(try await told(.ines, desk) == ["\(number) named*"])
            #expect(try await told(.daniel, desk).isEmpty)
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "SLA-12 part: warnings at fractions of a clock, then its breach, are told to the owner and the lead, the latest alone, and to the manager once it is missed",
        arguments: Engine.available)
    func clocks(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let number = try await owned(desk)
            try await desk.perform(
                "case.change_severity", as: .marta,
                ["id": .text(number), "severity": "sev1", "reason": "Nobody can pay"])
            let jobs = ServiceLevelsJobs(desk.services)
            try await jobs.finish()
            for (minutes, owners, managers) in [(8, 1, 0), (4, 1, 0), (2, 1, 0), (2, 1, 1)]
                as [(Int64, Int, Int)]
            {
                desk.clock.advance(seconds: minutes * 60)
                try await jobs.finish()
                func count(_ member: Cast, _ detail: String) async throws -> Int {
                    let actor = try desk.actor(member)
                    return try await desk.services.database.read { tx in
                        try NotificationsDirectory.news(for: actor, in: tx).flatMap(\.items).count {
                            $0.detail.hasPrefix(detail)
                        }
                    }
                }
                #expect(try await count(.marta, "first_response") == owners)
                #expect(try await count(.ines, "first_response") == owners)
                #expect(try await count(.otto, "first_response") == managers)
                #expect(try await count(.jonas, "first_response") == 0)
            }
        }
    }

    @Test(
        "The bell counts cases with news on each page; opening the case reads them, and so does a click, up to what was seen",
        arguments: Engine.available)
    func reading(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let (one, two) = (try await owned(desk), try await owned(desk))
            try await desk.perform(
                "portal.reply", as: .daniel, ["id": .text(one), "text": "Still <b>there</b>."])
            let marta = try await server.browser(.marta)
            func unread(_ path: String) async throws -> String? {
                try await marta.get(path).body.firstMatch(
                    of: /<span class="n warn">(\d+)<span class="sr"> unread/
                )
                .map { String($0.output.1) }
            }
            #expect(try await unread("/cases") == "2")
            let page = try await marta.get("/notifications").body
            #expect(page.contains("2 unread") && page.contains("Daniel") && !page.contains("Still"))
            #expect(page.contains("href=\"/cases/\(one)\" data-row-open"))
            // Looking at the case reads its news, and the page itself says so already.
            #expect(try await unread("/cases/\(one)") == "1")
            #expect(try await told(.marta, desk).contains("\(one) replied"))
            // What comes after the page was made stays unread.
            let until = try #require(page.firstMatch(of: /name="until" value="(\d+)"/)?.output.1)
            try await desk.perform("portal.reply", as: .daniel, ["id": .text(two), "text": "And now?"])
            let answer = try await marta.submit("/notifications/read", ["until": String(until)])
            #expect(answer.status == 303 && answer.headers["location"] == "/notifications")
            #expect(try await told(.marta, desk).filter { $0.hasSuffix("*") } == ["\(two) replied*"])
            let json = try await server.program(.marta).get("/api/v1/notifications").body
            #expect(json.contains("\"unread\":1") && json.contains("\"case\":\"\(two)\""))
            _ = try await marta.submit("/notifications/read", ["case": two])
            #expect(try await unread("/cases") == nil)
            #expect(try await marta.get("/notifications").body.contains("nothing unread"))
            #expect(try await server.browser(.jonas).get("/notifications").body.contains("Nothing yet"))
            #expect(try await server.browser(.daniel).get("/notifications").status == 403)
        }
    }

    @Test(
        "The bell counts to 99 and then says that there are more; a case without news leaves the count alone",
        arguments: Engine.available)
    func manyNews(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let quiet = try await desk.reportedCase()
            var last = ""
            for _ in 0..<100 { last = try await owned(desk) }
            let marta = try await server.browser(.marta)
            let many = #"<span class="n warn">99+<span class="sr"> unread"#
            #expect(try await marta.get("/cases").body.contains(many))
            #expect(try await marta.get("/cases/\(quiet)").body.contains(many))
            #expect(
                try await marta.get("/cases/\(last)").body.contains(
                    #"<span class="n warn">99<span class="sr"> unread"#))
        }
    }

    @Test(
        "Of a case that was restricted nothing stays with whoever may no longer know of it",
        arguments: Engine.available)
    func restricted(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let number = try await owned(desk)
            try await desk.perform("case.watch", as: .jonas, ["id": .text(number)])
            try await desk.perform(
                "portal.reply", as: .daniel, ["id": .text(number), "text": "A key leaked."])
            #expect(try await told(.jonas, desk) == ["\(number) replied*"])
            try await desk.perform(
                "case.restrict", as: .ines,
                ["id": .text(number), "level": "security", "reason": "A leaked key"])
            try await desk.perform("portal.reply", as: .daniel, ["id": .text(number), "text": "More."])
            #expect(try await told(.jonas, desk).isEmpty)
            let jonas = try await server.browser(.jonas)
            #expect(try await !jonas.get("/cases").body.contains("unread</span>"))
            // Its owner is told on.
            #expect(try await told(.marta, desk).count { $0 == "\(number) replied*" } == 2)
        }
    }

    @Test(
        "A page that is open anywhere hears at once that its reader was told something",
        arguments: Engine.available)
    func live(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let marta = try await server.browser(.marta)
            #expect(try await marta.get("/account").body.contains("data-events=\"/notifications/events\""))
            let number = try await desk.reportedCase()
            let isHeard = Mutex(false)
            while !isHeard.withLock({ $0 }) {
                try await marta.lines("/notifications/events") { line in
                    if line.hasPrefix("retry:") {
                        // The stream is open: a note that names nobody is not heard, and the case that comes is.
                        try await desk.perform("case.note", as: .ines, ["id": .text(number), "text": "Hm."])
                        for member in [Cast.jonas, .marta] {
                            try await desk.perform(
                                "case.assign", as: .ines,
                                ["id": .text(number), "assignee": .text(member.email)])
                        }
                    }
                    if line.hasPrefix("data:") { #expect(line == "data: notification") }
                    if line == "data: notification" { isHeard.withLock { $0 = true } }
                    return line == "data: notification"
                }
            }
        }
    }
}
