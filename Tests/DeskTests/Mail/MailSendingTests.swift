import Diagnosis
import Domain
import Foundation
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Desk

/// Mail that leaves: what goes out, to whom, and that it goes out once whatever happens on the way.
@Suite("Mail that goes out") struct MailSendingTests {
    /// A way out that does what a test says, and keeps what it was given.
    private final class Way: OutboxChannel {
        let name = MailSending.channel
        let inner: MailChannel
        private let state: Mutex<(told: [DeliveryFailure?], seen: [OutboxItem], bytes: [[UInt8]])>

        init(_ desk: TestDesk, _ told: [DeliveryFailure?] = []) {
            inner = MailChannel(
                services: desk.services,
                delivery: MailDelivery(
                    server: .init(url: "smtp://none", user: nil, password: nil, needsTLS: true),
                    client: TransferClient(), evidence: desk.services.evidence))
            state = Mutex((told, [], []))
        }

        var seen: [OutboxItem] { state.withLock { $0.seen } }
        var bytes: [[UInt8]] { state.withLock { $0.bytes } }
        var texts: [String] { bytes.map { String(decoding: $0, as: UTF8.self) } }

        func deliver(_ item: OutboxItem) async throws {
            let message = try await inner.message(of: item)
            let failure = state.withLock { state in
                state.seen.append(item)
                state.bytes.append(message.bytes)
                return state.told.isEmpty ? nil : state.told.removeFirst()
            }
            if let failure { throw failure }
        }

        func giveUp(_ item: OutboxItem, reason: String, marking: SQL) async throws {
            try await inner.giveUp(item, reason: reason, marking: marking)
        }
    }

    private static func desk(
        on engine: Engine, _ body: @escaping @Sendable (MailDesk) async throws -> Void
    ) async throws {
        try await TestDesk.run(on: engine) { desk in try await body(try await MailDesk(desk)) }
    }

    private func items(_ mail: MailDesk) async throws -> [OutboxItem] {
        try await mail.desk.services.database.read { tx in
            try tx.all(
                OutboxStore.list("mail", states: OutboxItem.State.allCases.map(\.rawValue), limit: 100),
                OutboxStore.read)
        }
    }

    @Test(
        "A reply goes out once, to whoever asked, with an address that leads back to the case",
        arguments: Engine.available)
    func reply(_ engine: Engine) async throws {
        try await Self.desk(on: engine) { mail in
            let number = try await mail.desk.reportedCase(subject: "Zahlungen hängen")
            try await mail.desk.perform(
                "case.reply", as: .marta, ["id": .text(number), "text": .text("Bitte neu starten.\nGrüße")])
            let way = Way(mail.desk)
            let worker = OutboxWorker(mail.desk.services, channel: way)
            #expect(try await worker.round() == 1)
            #expect(try await worker.round() == 0)
            let text = try #require(way.texts.first)
            let address = try await mail.replyAddress(of: number)
            #expect(text.contains("Reply-To: \(address)\r\n"))
            #expect(text.contains("To: \"Daniel\" <daniel@cast.example>\r\n"))
            #expect(!text.contains("Auto-Submitted"))
            let read = MailReader.read(Array(text.utf8)).message
            #expect(read.subject == "[\(number)] Zahlungen hängen")
            #expect(read.text.written.hasPrefix("Bitte neu starten.\nGrüße"))
            #expect(read.problems.isEmpty)
            // The answer finds its way back by its identifier alone.
            let answer = try await mail.take(
                from: .aino, subject: "Re: x", id: "m1",
                fields: "In-Reply-To: <\(try #require(read.messageID))>\n", "Done.")
            #expect(answer.number == number)
            #expect(try await items(mail).map(\.state) == [.sent])
            #expect(try await mail.desk.findings() == [])
        }
    }

    @Test(
        "glpi#16785, osTicket#1041: what comes back of our own, and what machines write, is never answered",
        arguments: Engine.available)
    func noLoops(_ engine: Engine) async throws {
        try await Self.desk(on: engine) { mail in
            let first = try await mail.take(from: .daniel, id: "m1", "It fails.")
            let way = Way(mail.desk)
            let worker = OutboxWorker(mail.desk.services, channel: way)
            #expect(try await worker.round() == 1)
            let acknowledgement = try #require(way.texts.first)
            #expect(acknowledgement.contains("Auto-Submitted: auto-generated"))
            #expect(acknowledgement.contains(try #require(first.number)))
            // The acknowledgement comes back, under another envelope.
            let back = try await MailIntake(mail.desk.services).take(
                Array(("Received: by x\r\n" + acknowledgement).utf8))
            #expect(back.outcome == "stored")
            _ = try await mail.take(
                from: .daniel, id: "m2", fields: "Auto-Submitted: auto-replied\n", "Away.")
            #expect(try await worker.round() == 0)
        }
    }

    @Test(
        "What a node left when it died goes out with the same identifier and the same bytes",
        arguments: Engine.available)
    func diedOnTheWay(_ engine: Engine) async throws {
        try await Self.desk(on: engine) { mail in
            let number = try await mail.desk.reportedCase()
            try await mail.desk.perform("case.reply", as: .marta, ["id": .text(number), "text": "One"])
            let dead = Way(mail.desk)
            let item = try #require(try await items(mail).first)
            // A node takes the row, hands the message over, and dies before it says so.
            let (now, services) = (mail.desk.clock.now, mail.desk.services)
            let took = try await services.database.write { tx in
                try tx.execute(
                    OutboxStore.claim(item.id, for: "dead", until: now.adding(seconds: 90), at: now))
            }
            #expect(took == 1)
            try await dead.deliver(item)
            try await mail.desk.perform("case.reply", as: .marta, ["id": .text(number), "text": "Two"])
            let way = Way(mail.desk)
            let worker = OutboxWorker(services, channel: way)
            #expect(try await worker.round() == 1)
            #expect(way.seen.first?.id != item.id)
            mail.desk.clock.advance(seconds: 91)
            #expect(try await worker.round() == 1)
            #expect(way.seen.last?.key == item.key)
            #expect(way.bytes.last == dead.bytes.first)
            #expect(try await worker.round() == 0)
        }
    }

    @Test("Two nodes send each message once", arguments: Engine.available)
    func twoNodes(_ engine: Engine) async throws {
        try await Self.desk(on: engine) { mail in
            let number = try await mail.desk.reportedCase()
            for turn in 0..<12 {
                try await mail.desk.perform(
                    "case.reply", as: .marta, ["id": .text(number), "text": .text("Turn \(turn)")])
            }
            let way = Way(mail.desk)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<2 {
                    let worker = OutboxWorker(mail.desk.services, channel: way)
                    group.addTask { while try await worker.round() > 0 {} }
                }
                try await group.waitForAll()
            }
            #expect(way.seen.count == 12)
            #expect(Set(way.seen.map(\.key)).count == 12)
        }
    }

    @Test(
        "What fails is tried again later and later, and then given up with the reason on the case",
        arguments: Engine.available)
    func retries(_ engine: Engine) async throws {
        try await Self.desk(on: engine) { mail in
            let number = try await mail.desk.reportedCase()
            try await mail.desk.perform("case.reply", as: .marta, ["id": .text(number), "text": "One"])
            let busy = DeliveryFailure("451 come again", isPermanent: false)
            let way = Way(mail.desk, Array(repeating: busy, count: 50))
            let worker = OutboxWorker(mail.desk.services, channel: way)
            for delay in DeliverySchedule.delays {
                #expect(try await worker.round() == 1)
                #expect(try await worker.round() == 0)
                mail.desk.clock.advance(seconds: delay)
            }
            #expect(try await worker.round() == 1)
            let item = try #require(try await items(mail).first)
            #expect(item.state == .dead)
            #expect(item.problem == "451 come again")
            #expect(Set(way.seen.map(\.key)).count == 1)
            #expect(try await mail.kinds(of: number).last == "case.mail_undelivered")
            try await mail.desk.perform("outgoing.retry", as: .lea, ["id": .text(item.id)])
            #expect(try await items(mail).first?.state == .waiting)
            try await mail.desk.perform("outgoing.drop", as: .lea, ["id": .text(item.id)])
            #expect(try await worker.round() == 0)
            #expect(try await mail.desk.findings() == [])
        }
    }

    @Test("A bounce marks the message that came back", arguments: Engine.available)
    func bounce(_ engine: Engine) async throws {
        try await Self.desk(on: engine) { mail in
            let number = try await mail.desk.reportedCase()
            try await mail.desk.perform("case.reply", as: .marta, ["id": .text(number), "text": "One"])
            let way = Way(mail.desk)
            _ = try await OutboxWorker(mail.desk.services, channel: way).round()
            let key = try #require(way.seen.first?.key)
            let result = try await mail.take(
                raw:
                    "From: MAILER-DAEMON@mx.cast.example\nTo: support@desk.example\nContent-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; daniel@cast.example\nAction: failed\nStatus: 5.2.2\n\n--b\nContent-Type: message/rfc822\n\nMessage-ID: <\(key)>\n\nOne\n--b--\n"
            )
            #expect(result.number == number)
            #expect(try await items(mail).first?.state == .returned)
            #expect(try await mail.kinds(of: number).last == "case.mail_undelivered")
        }
    }

    @Test(
        "Erased words leave no more, and a restricted case says only that there is news",
        arguments: Engine.available)
    func silence(_ engine: Engine) async throws {
        try await Self.desk(on: engine) { mail in
            let number = try await mail.desk.reportedCase()
            let receipt = try await mail.desk.perform(
                "case.reply", as: .marta, ["id": .text(number), "text": "The password is hunter2"])
            let version = try #require(receipt.answer["version"]?.integer)
            let sequence = try await mail.desk.services.database.read { tx in
                let found = try CaseDirectory.find(number, for: .system, in: tx)
                return try CaseDirectory.facts(of: found.id, in: tx).first {
                    $0.version.number == Int(version)
                }?.sequence
            }
            try await mail.desk.perform(
                "case.erase_entry", as: .samira,
                ["id": .text(number), "sequence": .integer(try #require(sequence)), "reason": "A secret"])
            let way = Way(mail.desk)
            _ = try await OutboxWorker(mail.desk.services, channel: way).round()
            #expect(way.bytes.isEmpty)
            #expect(try await items(mail).first?.state == .dead)
        }
    }

    @Test("Without an address in the policy nothing is written to be sent", arguments: Engine.available)
    func off(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let number = try await desk.reportedCase()
            try await desk.perform("case.reply", as: .marta, ["id": .text(number), "text": "One"])
            let count = try await desk.services.database.read { tx in
                try tx.first(OutboxStore.count("mail", states: ["waiting"])) { $0.integer(0) }
            }
            #expect(count == 0)
        }
    }
}
