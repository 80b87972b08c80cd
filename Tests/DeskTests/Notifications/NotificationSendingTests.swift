import Diagnosis
import Domain
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Desk

/// What leaves the desk for colleagues: by mail and in a chat, once, when they want it, and nothing that they may not know.
@Suite("Notifications that leave")
struct NotificationSendingTests {
    /// A way out that does what a test says, and keeps what it was given.
    private final class Way: OutboxChannel {
        let name: String
        let mail: NotificationMailChannel
        let chat: NotificationChatChannel
        private let state: Mutex<(told: [DeliveryFailure?], keys: [String], texts: [String])>

        init(_ desk: TestDesk, _ way: NotificationSending.Way = .mail, _ told: [DeliveryFailure?] = []) {
            name = way.rawValue
            mail = NotificationMailChannel(
                services: desk.services,
                delivery: MailDelivery(
                    server: .init(url: "smtp://none", user: nil, password: nil, needsTLS: true),
                    client: TransferClient(), evidence: desk.services.evidence))
            chat = NotificationChatChannel(services: desk.services, client: TransferClient())
            state = Mutex((told, [], []))
        }

        var texts: [String] { state.withLock { $0.texts } }
        var keys: [String] { state.withLock { $0.keys } }

        func deliver(_ item: OutboxItem) async throws {
            let text: String
            if name == NotificationSending.Way.mail.rawValue {
                text = String(decoding: try await mail.message(of: item).bytes, as: UTF8.self)
            } else {
                guard case .bytes(let bytes) = try await chat.request(of: item).body else { return }
                text = String(decoding: bytes, as: UTF8.self)
            }
            let failure = state.withLock { state in
                state.keys.append(item.key)
                state.texts.append(text)
                return state.told.isEmpty ? nil : state.told.removeFirst()
            }
            if let failure { throw failure }
        }

        func giveUp(_ item: OutboxItem, reason: String, marking: SQL) async throws {
            try await mail.giveUp(item, reason: reason, marking: marking)
        }
    }

    private static func desk(
        on engine: Engine, _ body: @escaping @Sendable (TestDesk) async throws -> Void
    ) async throws {
        try await TestDesk.run(
            on: engine, adjust: { settings, _ in settings.publicURL = "https://desk.example" }
        ) {
            desk in try await body(try await MailDesk(desk).desk)
        }
    }

    /// A case of Marta's; nothing of it waits to be sent.
    private func owned(_ desk: TestDesk, by member: Cast = .marta) async throws -> String {
        let number = try await desk.reportedCase()
        try await desk.perform(
            "case.assign", as: .ines, ["id": .text(number), "assignee": .text(member.email)])
        return number
    }

    private func reply(_ desk: TestDesk, _ number: String, _ text: String) async throws {
        try await desk.perform("portal.reply", as: .daniel, ["id": .text(number), "text": .text(text)])
    }

    private func choose(
        _ desk: TestDesk, _ fields: [String: RawValue], as member: Cast = .marta
    ) async throws {
        try await desk.perform("notification.choose", as: member, fields)
    }

    private func items(
        _ desk: TestDesk, _ way: NotificationSending.Way = .mail
    ) async throws -> [OutboxItem] {
        try await desk.services.database.read { tx in
            try tx.all(
                OutboxStore.list(way.rawValue, states: OutboxItem.State.allCases.map(\.rawValue), limit: 200),
                OutboxStore.read)
        }
    }

    /// Sends what is due until nothing is.
    private func send(_ desk: TestDesk, _ way: Way) async throws {
        let worker = OutboxWorker(desk.services, channel: way)
        while try await worker.round() > 0 {}
    }

    private static let all: RawValue = .list(NotificationKind.allCases.map { .text($0.rawValue) })

    @Test(
        "ADMIN-06 part: Several things that happen to a case within a minute are one mail, and the next mail joins its thread",
        arguments: Engine.available)
    func oneMail(_ engine: Engine) async throws {
        try await Self.desk(on: engine) { desk in
            try await choose(desk, ["mail": Self.all])
            let number = try await owned(desk)
            desk.clock.advance(seconds: 20)
            try await reply(desk, number, "It is back.\nReally.")
            let way = Way(desk)
            try await send(desk, way)
            #expect(way.texts.isEmpty, "more may come")
            desk.clock.advance(seconds: 60)
            try await send(desk, way)
            #expect(way.texts.count == 1)
            let text = try #require(way.texts.first)
            for line in [
                "To: \"Marta\" <marta@cast.example>", "Subject: [\(number)] Payments fail",
                "Auto-Submitted: auto-generated", "Precedence: bulk", "X-Auto-Response-Suppress: All",
                "List-Unsubscribe: <https://desk.example/account/notifications>",
                "Content-Type: multipart/alternative",
            ] { #expect(text.contains(line), "\(line)") }
            let read = MailReader.read(Array(text.utf8)).message
            #expect(read.problems.isEmpty)
            #expect(read.text.written.contains("Ines assigned the case to you"))
            #expect(read.text.written.contains("It is back."))
            #expect(read.text.written.contains("https://desk.example/cases/\(number)"))
            // Its own mail that comes back is nobody's words.
            #expect(try await MailIntake(desk.services).take(Array(text.utf8)).outcome == "stored")
            try await reply(desk, number, "And again.")
            desk.clock.advance(seconds: 61)
            try await send(desk, way)
            #expect(way.texts.count == 2 && Set(way.keys).count == 2)
            let threads = way.texts.compactMap { $0.firstMatch(of: /References: <(notify[^>]+)>/)?.output.1 }
            #expect(threads.count == 2 && Set(threads).count == 1)
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "Whoever was told and died before noting it sends the same message again, and nothing is told twice",
        arguments: Engine.available)
    func diedOnTheWay(_ engine: Engine) async throws {
        try await Self.desk(on: engine) { desk in
            _ = try await owned(desk)
            desk.clock.advance(seconds: 61)
            let item = try #require(try await items(desk).first)
            let (now, services) = (desk.clock.now, desk.services)
            let dead = Way(desk)
            let took = try await services.database.write { tx in
                try tx.execute(
                    OutboxStore.claim(item.id, for: "dead", until: now.adding(seconds: 90), at: now))
            }
            #expect(took == 1)
            try await dead.deliver(item)
            let way = Way(desk)
            try await send(desk, way)
            #expect(way.texts.isEmpty, "somebody has it")
            desk.clock.advance(seconds: 91)
            try await send(desk, way)
            #expect(way.keys == dead.keys && way.texts == dead.texts)
            #expect(try await items(desk).map(\.state) == [.sent])
            try await send(desk, way)
            #expect(way.keys.count == 1)
        }
    }

    @Test(
        "What happens while a message is being sent goes into the next one, and is in exactly one",
        arguments: Engine.available)
    func meanwhile(_ engine: Engine) async throws {
        try await Self.desk(on: engine) { desk in
            try await choose(desk, ["mail": Self.all])
            let number = try await owned(desk)
            desk.clock.advance(seconds: 61)
            let busy = DeliveryFailure("451 come again", isPermanent: false)
            let way = Way(desk, .mail, [busy])
            try await send(desk, way)
            try await reply(desk, number, "Meanwhile.")
            desk.clock.advance(seconds: 120)
            try await send(desk, way)
            #expect(try await items(desk).map(\.state) == [.sent, .sent])
            #expect(way.texts.count == 3)
            #expect(way.texts.count { $0.contains("Meanwhile.") } == 1)
            #expect(way.keys.count { $0 == way.keys[0] } == 2, "the same key on each try")
        }
    }

    @Test(
        "ADMIN-06 part: Quiet hours hold mail back until they end, then it comes together; a top severity comes through",
        arguments: Engine.available)
    func quiet(_ engine: Engine) async throws {
        try await Self.desk(on: engine) { desk in
            // It is Monday, 09:00 UTC: 18:00 in Tokyo.
            try await choose(
                desk,
                [
                    "zone": "Asia/Tokyo", "quiet_from": "17:30", "quiet_until": "08:00", "urgent_from": "P1",
                ])
            let (one, two) = (try await owned(desk), try await owned(desk))
            let way = Way(desk)
            desk.clock.advance(seconds: 600)
            try await send(desk, way)
            #expect(way.texts.isEmpty)
            try await desk.perform(
                "case.change_severity", as: .jonas,
                ["id": .text(two), "severity": "sev1", "reason": "Nobody can pay"])
            try await desk.perform(
                "case.note", as: .jonas, ["id": .text(two), "text": "@marta please come"])
            desk.clock.advance(seconds: 61)
            try await send(desk, way)
            #expect(way.texts.count == 1 && way.texts[0].contains("named you in a note"))
            desk.clock.advance(seconds: 14 * 3600 - 661)
            try await send(desk, way)
            #expect(way.texts.count == 2)
            let digest = try #require(way.texts.last)
            #expect(digest.contains("Subject: News in 2 cases"))
            #expect(digest.contains(one) && digest.contains(two))
        }
    }

    @Test(
        "ADMIN-06 part: A digest gathers the hour, and what was read before it goes out is not told again",
        arguments: Engine.available)
    func digest(_ engine: Engine) async throws {
        try await Self.desk(on: engine) { desk in
            try await choose(desk, ["mail_when": "hourly"])
            let (one, two) = (try await owned(desk), try await owned(desk))
            try await desk.perform("notification.read", as: .marta, ["case": .text(one)])
            let way = Way(desk)
            desk.clock.advance(seconds: 3600)
            try await send(desk, way)
            #expect(way.texts.count == 1 && way.texts[0].contains("Subject: News in \(two)"))
            #expect(!way.texts[0].contains("\(one) "))
            try await desk.perform(
                "case.note", as: .jonas, ["id": .text(one), "text": "@marta look"])
            try await desk.perform("notification.read", as: .marta, [:])
            desk.clock.advance(seconds: 3600)
            try await send(desk, way)
            #expect(way.texts.count == 1)
            let last = try #require(try await items(desk).first)
            #expect(last.state == .dropped && last.problem == "It was read before it was sent.")
        }
    }

    @Test(
        "Of a restricted case no words leave, and nothing at all to whoever may no longer know of it",
        arguments: Engine.available)
    func restricted(_ engine: Engine) async throws {
        try await Self.desk(on: engine) { desk in
            for member in [Cast.marta, .jonas] { try await choose(desk, ["mail": Self.all], as: member) }
            let number = try await owned(desk)
            try await desk.perform("case.watch", as: .jonas, ["id": .text(number)])
            desk.clock.advance(seconds: 61)
            try await send(desk, Way(desk))
            try await reply(desk, number, "The key is hunter2.")
            try await desk.perform(
                "case.restrict", as: .ines,
                ["id": .text(number), "level": "security", "reason": "A leaked key"])
            desk.clock.advance(seconds: 61)
            let way = Way(desk)
            try await send(desk, way)
            #expect(way.texts.count == 1)
            let text = try #require(way.texts.first)
            #expect(text.contains("marta@cast.example") && text.contains("Subject: [\(number)]\r\n"))
            #expect(!text.contains("hunter2") && !text.contains("Payments fail"))
            // Between the fact and the sending: nothing was taken away, and it is asked again.
            try await reply(desk, number, "More.")
            try await desk.perform(
                "person.deactivate", as: .samira,
                ["id": .text(desk.people[.marta]?.id.raw ?? ""), "reason": "Left"])
            desk.clock.advance(seconds: 61)
            try await send(desk, way)
            #expect(way.texts.count == 1)
        }
    }

    @Test(
        "Whether somebody may know of a case is asked again when the message is sent",
        arguments: Engine.available)
    func askedAgain(_ engine: Engine) async throws {
        try await Self.desk(on: engine) { desk in
            func roles(_ role: String) async throws {
                try await desk.perform(
                    "person.change_roles", as: .samira,
                    ["id": .text(desk.people[.jonas]?.id.raw ?? ""), "roles": .list([.text(role)])])
            }
            // Two can sign in as administrators, so Jonas need not stay one.
            for member in [Cast.samira, .jonas] {
                let person = try #require(desk.people[member])
                try await Accounts(desk.services).setPassword(
                    "a lantern in the harbour", of: person, by: person.id.raw, byReset: false)
            }
            try await choose(desk, ["mail": Self.all], as: .jonas)
            let number = try await owned(desk)
            try await desk.perform("case.watch", as: .jonas, ["id": .text(number)])
            try await roles("administrator")
            try await desk.perform(
                "case.restrict", as: .ines,
                ["id": .text(number), "level": "security", "reason": "A leaked key"])
            try await reply(desk, number, "The key is hunter2.")
            try await roles("engineer")
            desk.clock.advance(seconds: 61)
            let way = Way(desk)
            try await send(desk, way)
            #expect(way.texts.allSatisfy { !$0.contains("jonas@") })
            let item = try #require(try await items(desk).first { $0.recipient == Cast.jonas.email })
            #expect(item.state == .dropped && item.problem == "The person may not know of the case.")
        }
    }

    @Test(
        "SLA-12 part: Of one clock only the latest stands, on the page and in the mail",
        arguments: Engine.available)
    func oneOfEachClock(_ engine: Engine) async throws {
        try await Self.desk(on: engine) { desk in
            try await choose(desk, ["mail": Self.all])
            let number = try await owned(desk)
            try await desk.perform(
                "case.change_severity", as: .jonas,
                ["id": .text(number), "severity": "sev1", "reason": "Nobody can pay"])
            let jobs = ServiceLevelsJobs(desk.services)
            try await jobs.finish()
            for minutes in [8, 4, 2, 2] as [Int64] {
                desk.clock.advance(seconds: minutes * 60)
                try await jobs.finish()
            }
            for member in [Cast.marta, .ines] {
                let actor = try desk.actor(member)
                let told = try await desk.services.database.read { tx in
                    try NotificationsDirectory.news(for: actor, in: tx).flatMap(\.items).map(\.detail)
                }
                #expect(told.filter { $0.hasPrefix("first_response") } == ["first_response"], "\(member)")
            }
        }
    }

    @Test("Many cases at once are a few mails and then one", arguments: Engine.available)
    func storm(_ engine: Engine) async throws {
        try await Self.desk(on: engine) { desk in
            for _ in 0..<20 { _ = try await owned(desk) }
            desk.clock.advance(seconds: 1000)
            let way = Way(desk)
            try await send(desk, way)
            #expect(way.texts.count == NotificationSending.mostInHour + 1)
            #expect(way.texts.contains { $0.contains("Subject: News in 8 cases") })
        }
    }

    @Test("An unticked way is kept to at sending as well", arguments: Engine.available)
    func unticked(_ engine: Engine) async throws {
        try await Self.desk(on: engine) { desk in
            _ = try await owned(desk)
            try await choose(desk, ["mail": .list([])])
            desk.clock.advance(seconds: 61)
            let way = Way(desk)
            try await send(desk, way)
            #expect(way.texts.isEmpty)
            #expect(try await items(desk).map(\.state) == [.dropped])
            _ = try await owned(desk)
            #expect(try await items(desk).count == 1, "nothing is put to mail any more")
            try await choose(desk, ["page": .list([]), "browser": .list([])])
            let number = try await owned(desk)
            #expect(try await told(.marta, desk).contains(number) == false)
        }
    }

    private func told(_ member: Cast, _ desk: TestDesk) async throws -> [String] {
        let actor = try desk.actor(member)
        return try await desk.services.database.read { tx in
            try NotificationsDirectory.news(for: actor, in: tx).map(\.found.number)
        }
    }

    @Test(
        "What cannot be sent is given up with the reason, an administrator sees it and sends it again",
        arguments: Engine.available)
    func deadLetters(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = try await MailDesk(server.desk).desk
            let number = try await owned(desk)
            desk.clock.advance(seconds: 61)
            let gone = DeliveryFailure("550 5.1.1 no such user", isPermanent: true)
            let way = Way(desk, .mail, [gone])
            try await send(desk, way)
            let item = try #require(try await items(desk).first)
            #expect(item.state == .dead)
            let samira = try await server.browser(.samira)
            #expect(try await samira.get("/notifications").body.contains("What went out: 1 given up"))
            let page = try await samira.get("/notifications/deliveries").body
            #expect(page.contains("1 given up") && page.contains("550 5.1.1 no such user"))
            #expect(
                page.contains("1 notification in \(number)") && page.contains("/deliveries/\(item.id)/retry"))
            #expect(try await server.browser(.marta).get("/notifications/deliveries").status == 403)
            let json = try await server.program(.samira).get("/api/v1/deliveries").json
            #expect(json["items"]?.array?.first?["state"] == "dead")
            _ = try await samira.submit("/deliveries/\(item.id)/retry", [:])
            try await send(desk, way)
            #expect(try await items(desk).map(\.state) == [.sent])
            #expect(Set(way.keys).count == 1)
            await #expect(throws: Refusal.self) {
                try await desk.perform("delivery.drop", as: .samira, ["id": .text(item.id)])
            }
        }
    }

    // MARK: The page of choices

    @Test(
        "ADMIN-06 part: Everybody chooses on a page and over the API what they are told; a mistake keeps what was typed",
        arguments: Engine.available)
    func choosing(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await server.browser(.marta)
            let page = try await marta.get("/account/notifications")
            #expect(page.status == 200)
            #expect(page.body.contains("name=\"mail\" value=\"assigned\" checked"))
            #expect(!page.body.contains("name=\"mail\" value=\"changed\" checked"))
            let wrong = try await marta.submit(
                "/account/notifications",
                ["page": "assigned", "zone": "Europe/Nowhere", "quiet_from": "19:00", "mail_when": "hourly"])
            #expect(wrong.status == 422 && wrong.body.contains("Europe/Nowhere"))
            #expect(
                wrong.body.contains("value=\"19:00\"") && wrong.body.contains("value=\"hourly\" selected"))
            let saved = try await marta.submit(
                "/account/notifications",
                [
                    "page": "assigned", "page": "named", "mail": "changed", "mail_when": "daily",
                    "chat_when": "at_once", "daily_at": "07:30", "zone": "Europe/Berlin",
                    "quiet_days": "sun", "urgent_from": "sev1", "quiet_from": "", "quiet_until": "",
                ])
            #expect(saved.status == 303)
            let program = try await server.program(.marta)
            let choices = try await program.get("/api/v1/notifications/choices").json["choices"]
            #expect(choices?["told"]?["assigned"] == ["page"] && choices?["told"]?["changed"] == ["mail"])
            #expect(choices?["told"]?["replied"] == [] && choices?["zone"] == "Europe/Berlin")
            #expect(choices?["quiet_days"] == ["sun"] && choices?["daily_at"] == "07:30")
            // What is not sent stays as it is.
            let changed = try await program.post(
                "/api/v1/notifications/choices", json: ["mail_when": "hourly"])
            #expect(changed.status == 200)
            let after = try await program.get("/api/v1/notifications/choices").json["choices"]
            #expect(after?["mail_when"] == "hourly" && after?["told"]?["changed"] == ["mail"])
            let bad = try await program.post("/api/v1/notifications/choices", json: ["daily_at": "25:00"])
            #expect(bad.status == 422 && bad.body.contains("25:00"))
            #expect(try await server.browser(.daniel).get("/account/notifications").status == 403)
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test("A test by mail goes out at once, and says where it cannot", arguments: Engine.available)
    func testMail(_ engine: Engine) async throws {
        try await Self.desk(on: engine) { desk in
            try await desk.perform("notification.test", as: .marta, ["channel": "mail"])
            let way = Way(desk)
            try await send(desk, way)
            #expect(way.texts.count == 1 && way.texts[0].contains("A test of your notifications"))
            await #expect(throws: Refusal.self) {
                try await desk.perform("notification.test", as: .marta, ["channel": "chat"])
            }
        }
    }

    // MARK: Chat

    private func setChat(_ desk: TestDesk, _ url: String, as member: Cast = .marta) async throws {
        _ = try await desk.services.operations.run(
            NotificationChoicesPages.chatOperation(url, keys: desk.services.keys),
            OperationRequest(actor: try desk.actor(member), raw: RawInput(), requestID: "test"))
    }

    private static let slack = "https://hooks.slack.com/services/T0/B0/s3cr3t"

    @Test(
        "ADMIN-06 part: A chat hears what happened and where, never what somebody wrote",
        arguments: Engine.available)
    func chat(_ engine: Engine) async throws {
        try await Self.desk(on: engine) { desk in
            try await setChat(desk, Self.slack)
            try await choose(desk, ["chat": Self.all])
            let number = try await owned(desk)
            try await reply(desk, number, "The key is hunter2. @channel")
            desk.clock.advance(seconds: 16)
            let way = Way(desk, .chat)
            try await send(desk, way)
            #expect(way.texts.count == 1)
            let body = try #require(try JSON(parsing: way.texts[0])["text"]?.string)
            #expect(body.contains(number) && body.contains("Daniel replied for the customer"))
            #expect(body.contains("https://desk.example/cases/\(number)") && !body.contains("hunter2"))
            let again = try await owned(desk)
            let item = try #require(try await items(desk, .chat).first)
            let request = try await way.chat.request(of: item)
            #expect(request.url == Self.slack && request.staysPublic && request.isWeb)
            #expect(request.headers.contains("Idempotency-Key: \(item.key)"))
            #expect(try await desk.findings() == [])
            // Taken away, nothing more goes there.
            try await setChat(desk, "")
            try await desk.perform("case.note", as: .ines, ["id": .text(again), "text": "@marta look"])
            #expect(try await items(desk, .chat).count == 2)
            desk.clock.advance(seconds: 16)
            try await send(desk, way)
            #expect(way.texts.count == 1)
            #expect(try await items(desk, .chat).first?.state == .dropped)
        }
    }

    @Test(
        "The address of a chat is checked, kept sealed, counted with the keys and never shown again",
        arguments: Engine.available)
    func chatAddress(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await server.browser(.marta)
            let bad = try await marta.submit(
                "/account/notifications/chat", ["url": "https://169.254.169.254/latest"])
            #expect(bad.status == 422 && bad.body.contains("inner network"))
            #expect(try await marta.submit("/account/notifications/chat", ["url": Self.slack]).status == 303)
            let page = try await marta.get("/account/notifications").body
            #expect(page.contains("hooks.slack.com") && !page.contains("s3cr3t"))
            let uses = try await server.desk.services.uses().byKey.values.flatMap { $0 }
            #expect(uses.contains { $0.name == "chat addresses" && $0.count == 1 })
            #expect(try await server.desk.findings() == [])
            #expect(try await marta.submit("/account/notifications/chat", ["url": ""]).status == 303)
            #expect(try await !marta.get("/account/notifications").body.contains("hooks.slack.com"))
        }
    }

    @Test(
        "A name that leads into the inner network is refused when it is connected to, and given up with the reason",
        arguments: Engine.available)
    func rebinding(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            var request = Transfer("POST", url: "http://127.0.0.1:\(server.port)/hooks/x")
            request.isWeb = true
            // Away from the threads that the server answers with.
            func send(_ transfer: Transfer) async throws -> TransferAnswer {
                try await desk.services.evidence.working { try TransferClient().perform(transfer) }
            }
            #expect(try await send(request).status >= 400, "it is reached")
            request.staysPublic = true
            let guarded = request
            await #expect {
                try await send(guarded)
            } throws: { ($0 as? TransferFault)?.isRefusedAddress == true }
            // A host that policy names may lie anywhere; its answer of 4xx is final. The server's own worker sends it.
            try await desk.perform(
                "policy.change", as: .samira,
                [
                    "document": .text(
                        Policy.defaultDocument.replacing("chat_hosts: []", with: "chat_hosts: [127.0.0.1]")),
                    "reason": "Chat",
                ])
            try await setChat(desk, request.url)
            _ = try await owned(desk)
            desk.clock.advance(seconds: 16)
            var item = try #require(try await items(desk, .chat).first)
            while [.waiting, .sending].contains(item.state) {
                try await Task.sleep(for: .milliseconds(50))
                item = try #require(try await items(desk, .chat).first)
            }
            #expect(item.state == .dead && item.problem?.hasPrefix("The chat answered 4") == true)
        }
    }

    // MARK: Hand-overs

    @Test(
        "CASE-57 part: An offer, its answer, and being stuck reach whom they concern",
        arguments: Engine.available)
    func handovers(_ engine: Engine) async throws {
        try await Self.desk(on: engine) { desk in
            func kinds(_ member: Cast) async throws -> [String] {
                let actor = try desk.actor(member)
                return try await desk.services.database.read { tx in
                    try NotificationsDirectory.news(for: actor, in: tx).flatMap(\.items).map {
                        "\($0.kind.rawValue) \($0.detail)".trimmingWhitespace
                    }
                }
            }
            let number = try await owned(desk)
            try await desk.perform(
                "case.hand_over", as: .marta, ["id": .text(number), "to": .text(Cast.jonas.email)])
            #expect(try await kinds(.jonas) == ["offered"])
            try await desk.perform(
                "case.return_handover", as: .jonas, ["id": .text(number), "reason": "No logs"])
            #expect(try await kinds(.marta).first == "handover returned")
            try await desk.perform(
                "case.ask_unblock", as: .marta,
                ["id": .text(number), "stuck": "No access", "tried": "Asked twice"])
            #expect(try await kinds(.ines).first == "unblock_asked")
            try await desk.perform(
                "case.unblock", as: .ines, ["id": .text(number), "request": "U1", "answer": "Use the role"])
            #expect(try await kinds(.marta).first == "unblock_answered")
            desk.clock.advance(seconds: 61)
            let way = Way(desk)
            try await send(desk, way)
            #expect(
                way.texts.contains { $0.contains("is stuck and asks for help") && $0.contains("No access") })
            #expect(way.texts.contains { $0.contains("Use the role") })
        }
    }
}
