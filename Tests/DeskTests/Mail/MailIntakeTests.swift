import Diagnosis
import Domain
import Foundation
import Storage
import TestSupport
import Testing

@testable import Desk

/// Messages that come in at a whole desk, on both engines.
@Suite("Mail that comes in") struct MailIntakeTests {
    /// A desk with an address, which believes the server mx.desk.example.
    private static func desk(
        on engine: Engine, _ more: String = "", _ body: @escaping @Sendable (MailDesk) async throws -> Void
    ) async throws {
        try await TestDesk.run(on: engine) { desk in try await body(try await MailDesk(desk, more)) }
    }

    @Test(
        "CASE-02 part: mail of a known customer opens a case with the channel, and its files are evidence",
        arguments: Engine.available)
    func opens(_ engine: Engine) async throws {
        try await Self.desk(on: engine) { mail in
            let result = try await mail.take(
                from: .daniel, subject: "Re: Payments fail", id: "m1",
                fields: "Content-Type: multipart/mixed; boundary=b\n",
                "--b\nContent-Type: text/plain\n\nSince nine.\n--b\nContent-Type: text/plain; name=a.log\nContent-Disposition: attachment; filename=a.log\n\nERROR 1\n--b--\n"
            )
            #expect(result.outcome == "opened")
            let number = try #require(result.number)
            let found = try await mail.desk.found(number)
            #expect(found.channel == "email")
            #expect(found.subject == "Payments fail")
            #expect(found.symptom == "Since nine.")
            #expect(found.requester == mail.desk.people[.daniel]?.id)
            #expect(found.organisation == mail.desk.people[.daniel]?.organisation)
            let actor = try mail.desk.actor(.marta)
            let pieces = try await mail.desk.services.database.read { tx in
                try EvidenceDirectory.all(of: found.id, for: actor, in: tx)
            }
            #expect(pieces.map(\.name) == ["a.log"])
            #expect(pieces.first?.isFromCustomer == true)
            #expect(try await mail.desk.findings() == [])
        }
    }

    @Test("The reply address of a case leads to it, a made-up one waits", arguments: Engine.available)
    func replyAddress(_ engine: Engine) async throws {
        try await Self.desk(on: engine) { mail in
            let number = try await mail.desk.reportedCase()
            let address = try await mail.replyAddress(of: number)
            // Who was written to knows the address, so nobody has to have checked the sender.
            let result = try await mail.take(from: .daniel, to: address, id: "m1", isChecked: false, "More.")
            #expect(result.outcome == "replied")
            #expect(result.number == number)
            let forged = address.replacing(/\.[a-z2-7]{16}@/, with: ".aaaaaaaaaaaaaaaa@")
            let made = try await mail.take(from: .daniel, to: forged, id: "m2", "More.")
            #expect(made.reasons == [.forgedAddress])
            #expect(made.number == nil)
        }
    }

    @Test(
        "zammad#5716: any identifier ever seen in References leads to the case, in whichever order mail comes",
        arguments: Engine.available)
    func references(_ engine: Engine) async throws {
        try await Self.desk(on: engine) { mail in
            // The answer comes first, and both know a message that never came here.
            let first = try await mail.take(
                from: .aino, subject: "Re: x", id: "m2", fields: "References: <m0@else> <m1@cast.example>\n",
                "Me too.")
            #expect(first.outcome == "opened")
            let original = try await mail.take(from: .daniel, subject: "x", id: "m1", "It fails.")
            #expect(original.number == first.number)
            let sibling = try await mail.take(
                from: .daniel, subject: "Re: y", id: "m3", fields: "References: <m0@else>\n", "And again.")
            #expect(sibling.outcome == "replied")
            #expect(sibling.number == first.number)
        }
    }

    @Test(
        "The same message twice is one message; another one under its identifier is kept apart",
        arguments: Engine.available)
    func idempotent(_ engine: Engine) async throws {
        try await Self.desk(on: engine) { mail in
            let first = try await mail.take(from: .daniel, id: "m1", "It fails.")
            // glpi#24760: read again by every run.
            let again = try await mail.take(
                from: .daniel, id: "m1", fields: "Received: by mx2\n", "It fails.")
            #expect(again.outcome == "duplicate")
            #expect(again.id == first.id)
            #expect(again.number == first.number)
            let other = try await mail.take(from: .daniel, subject: "Else", id: "m1", "Something else.")
            #expect(other.outcome == "opened")
            #expect(other.number != first.number)
            let found = try await mail.desk.found(try #require(first.number))
            #expect(found.version.number == 2)
        }
    }

    @Test("Handed in by several at once, a message is taken once", arguments: Engine.available)
    func atOnce(_ engine: Engine) async throws {
        try await Self.desk(on: engine) { mail in
            let outcomes = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<6 {
                    group.addTask { try await mail.take(from: .daniel, id: "m1", "It fails.").outcome }
                }
                return try await group.reduce(into: [String]()) { $0.append($1) }
            }
            #expect(outcomes.sorted() == Array(repeating: "duplicate", count: 5) + ["opened"])
        }
    }

    @Test(
        "alga-psa#2705: an out-of-office note is kept in the case, and moves and reopens nothing",
        arguments: Engine.available)
    func outOfOffice(_ engine: Engine) async throws {
        try await Self.desk(on: engine) { mail in
            let number = try await mail.resolvedCase()
            let before = try await mail.desk.found(number)
            let result = try await mail.take(
                from: .daniel, to: try await mail.replyAddress(of: number), id: "m1",
                fields: "Auto-Submitted: auto-replied\n", "I am away.")
            #expect(result.outcome == "stored")
            #expect(result.number == number)
            let after = try await mail.desk.found(number)
            #expect(after.status == before.status)
            #expect(after.reopenCount == 0)
            #expect(after.unansweredSince == before.unansweredSince)
            #expect(try await mail.kinds(of: number).last == "case.mail_stored")
            // A list and a newsletter belong to no case.
            let list = try await mail.take(from: .daniel, id: "m2", fields: "List-Id: <x.list>\n", "Hello")
            #expect(list.outcome == "stored")
            #expect(list.number == nil)
        }
    }

    @Test("A bounce tells the case what did not arrive", arguments: Engine.available)
    func bounce(_ engine: Engine) async throws {
        try await Self.desk(on: engine) { mail in
            let number = try await mail.desk.reportedCase()
            let address = try await mail.replyAddress(of: number)
            let result = try await mail.take(
                raw: """
                    From: MAILER-DAEMON@mx.cast.example
                    To: \(address)
                    Subject: Undelivered
                    Content-Type: multipart/report; report-type=delivery-status; boundary=b

                    --b
                    Content-Type: message/delivery-status

                    Reporting-MTA: dns; mx

                    Final-Recipient: rfc822; daniel@cast.example
                    Action: failed
                    Status: 5.1.1
                    Diagnostic-Code: smtp; 550 no such user
                    --b--
                    """)
            #expect(result.outcome == "stored")
            #expect(try await mail.kinds(of: number).last == "case.mail_undelivered")
        }
    }

    @Test(
        "A reply takes a resolved case up again; thanks alone do not (glpi#5020)", arguments: Engine.available
    )
    func reopening(_ engine: Engine) async throws {
        try await Self.desk(on: engine) { mail in
            let number = try await mail.resolvedCase()
            let address = try await mail.replyAddress(of: number)
            let thanks = try await mail.take(from: .daniel, to: address, id: "m1", "Thank you, it works!")
            #expect(thanks.outcome == "replied")
            #expect(try await mail.desk.found(number).reopenCount == 0)
            let trouble = try await mail.take(
                from: .daniel, to: address, id: "m2", "Thanks, but it fails again.")
            #expect(trouble.outcome == "replied")
            #expect(try await mail.desk.found(number).reopenCount == 1)
        }
    }

    @Test(
        "A reply to a case that can no longer be reopened goes on in a follow-up, and the next one there too",
        arguments: Engine.available)
    func followUp(_ engine: Engine) async throws {
        try await Self.desk(on: engine) { mail in
            let number = try await mail.resolvedCase()
            let address = try await mail.replyAddress(of: number)
            mail.desk.clock.advance(seconds: 60 * 86_400)
            let first = try await mail.take(from: .daniel, to: address, id: "m1", "It is back.")
            #expect(first.outcome == "opened")
            #expect(first.number != number)
            let next = try await mail.desk.found(try #require(first.number))
            #expect(next.followUpOf != nil)
            #expect(next.channel == "email")
            let second = try await mail.take(from: .daniel, to: address, id: "m2", "And still.")
            #expect(second.number == first.number)
            #expect(second.outcome == "replied")
        }
    }

    @Test(
        "frappe#2539: mail to a merged case goes to the one that it leads to, and opens nothing",
        arguments: Engine.available)
    func merged(_ engine: Engine) async throws {
        try await Self.desk(on: engine) { mail in
            let (old, new) = (try await mail.desk.reportedCase(), try await mail.desk.reportedCase())
            let address = try await mail.replyAddress(of: old)
            try await mail.desk.perform(
                "case.merge", as: .marta, ["id": .text(old), "into": .text(new), "reason": .text("Same")])
            let result = try await mail.take(from: .daniel, to: address, id: "m1", "More.")
            #expect(result.outcome == "replied")
            #expect(result.number == new)
        }
    }

    @Test(
        "Who may not know of a case writes nothing into it, whatever they know of it",
        arguments: Engine.available)
    func notTheirs(_ engine: Engine) async throws {
        try await Self.desk(on: engine) { mail in
            let number = try await mail.desk.reportedCase()
            let address = try await mail.replyAddress(of: number)
            #expect(
                try await mail.take(from: .sofia, to: address, id: "m1", "Hi").reasons == [.notAParticipant])
            // The number alone says nothing: their mail opens a case of their own.
            let other = try await mail.take(from: .sofia, subject: "About \(number)", id: "m2", "Hi")
            #expect(other.outcome == "opened")
            #expect(other.number != number)
            let own = try await mail.take(from: .aino, subject: "About \(number)", id: "m3", "Hi")
            #expect(own.outcome == "replied")
            #expect(own.number == number)
        }
    }

    @Test(
        "Unknown, unchecked, forged and unreadable senders wait, each with the reason",
        arguments: Engine.available)
    func quarantine(_ engine: Engine) async throws {
        try await Self.desk(on: engine) { mail in
            let unknown = try await mail.take(
                raw: "From: New <new@cast.example>\nSubject: Hello\nMessage-ID: <u1>\n\nMay I?")
            #expect(unknown.reasons == [.unknownSender])
            #expect(
                try await mail.take(from: .daniel, id: "m1", isChecked: false, "x").reasons == [
                    .uncheckedSender
                ])
            let forged = try await mail.take(
                raw:
                    "Authentication-Results: mx.desk.example; dmarc=fail header.from=cast.example\nFrom: daniel@cast.example\n\nx"
            )
            #expect(forged.reasons == [.forgedSender])
            let own =
                "Authentication-Results: mx.evil.example; dmarc=pass header.from=cast.example\nFrom: daniel@cast.example\n\ny"
            #expect(try await mail.take(raw: own).reasons == [.uncheckedSender])
            #expect(
                try await mail.take(raw: "From: a@cast.example, b@cast.example\nSubject: x\n\nx").reasons == [
                    .noSender
                ])
            #expect(try await mail.take(raw: "no mail at all").reasons.contains(.broken))
            // A colleague proves who they are, or waits.
            #expect(
                try await mail.take(from: .marta, id: "m3", isChecked: false, "x").reasons == [
                    .uncheckedSender
                ])
            #expect(try await mail.desk.findings() == [])
        }
    }

    @Test(
        "A colleague’s mail to a case is a note, which the customer never sees", arguments: Engine.available)
    func colleague(_ engine: Engine) async throws {
        try await Self.desk(on: engine) { mail in
            let number = try await mail.desk.reportedCase()
            let result = try await mail.take(
                from: .marta, to: try await mail.replyAddress(of: number), id: "m1", "Restart the gateway.")
            #expect(result.outcome == "noted")
            #expect(try await mail.kinds(of: number).contains("case.noted"))
        }
    }

    @Test("freescout#2445: two desks that answer each other are stopped", arguments: Engine.available)
    func loops(_ engine: Engine) async throws {
        try await Self.desk(on: engine, "  most_per_sender: 3\n") { mail in
            var results: [MailIntake.Result] = []
            for turn in 1...5 {
                results.append(try await mail.take(from: .daniel, id: "m\(turn)", "Turn \(turn)"))
            }
            #expect(results.map(\.outcome) == ["opened", "opened", "opened", "waiting", "waiting"])
            #expect(results.last?.reasons == [.tooManyFromSender])
            mail.desk.clock.advance(seconds: 3700)
            #expect(try await mail.take(from: .daniel, id: "m9", "Later").outcome == "opened")
        }
    }

    @Test(
        "One key lets an unknown sender’s mail through: a contact, a case, its files",
        arguments: Engine.available)
    func release(_ engine: Engine) async throws {
        try await Self.desk(on: engine) { mail in
            let halden = try #require(mail.desk.people[.daniel]?.organisation)
            let waiting = try await mail.take(
                raw:
                    "From: New Hand <new@halden.example>\nSubject: Hello\nMessage-ID: <u1>\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nMay I?\n--b\nContent-Disposition: attachment; filename=a.log\n\nERROR\n--b--\n"
            )
            #expect(waiting.outcome == "waiting")
            // Nobody is known under the address, so a customer must be chosen.
            await #expect(throws: Refusal.self) {
                try await mail.desk.perform("mail.release", as: .lea, ["id": .text(waiting.id)])
            }
            let receipt = try await mail.desk.perform(
                "mail.release", as: .lea, ["id": .text(waiting.id), "organisation": .text(halden.raw)])
            let number = try #require(receipt.answer["number"]?.string)
            let found = try await mail.desk.found(number)
            #expect(found.symptom == "May I?")
            #expect(found.organisation == halden)
            #expect(try await mail.kinds(of: number).contains("case.evidence_given"))
            // From now on the sender is known, and their thread leads to the case.
            let next = try await mail.take(
                raw:
                    "Authentication-Results: mx.desk.example; dmarc=pass header.from=halden.example\nFrom: new@halden.example\nSubject: Re: Hello\nMessage-ID: <u2>\nIn-Reply-To: <u1>\n\nMore"
            )
            #expect(next.outcome == "replied")
            #expect(next.number == number)
            await #expect(throws: Refusal.self) {
                try await mail.desk.perform("mail.release", as: .lea, ["id": .text(waiting.id)])
            }
            #expect(try await mail.desk.findings() == [])
        }
    }

    @Test(
        "What was discarded can be taken back for two weeks, and then its bytes are gone",
        arguments: Engine.available)
    func discard(_ engine: Engine) async throws {
        try await Self.desk(on: engine) { mail in
            let waiting = try await mail.take(raw: "From: x@spam.example\nSubject: Buy\n\nNow")
            try await mail.desk.perform("mail.discard", as: .lea, ["id": .text(waiting.id)])
            try await mail.desk.perform("mail.restore", as: .lea, ["id": .text(waiting.id)])
            try await mail.desk.perform("mail.discard", as: .lea, ["id": .text(waiting.id)])
            #expect(try await MailJobs.sweep(mail.desk.services) == 0)
            mail.desk.clock.advance(seconds: 15 * 86_400)
            #expect(try await MailJobs.sweep(mail.desk.services) == 1)
            await #expect(throws: Refusal.self) {
                try await mail.desk.perform("mail.restore", as: .lea, ["id": .text(waiting.id)])
            }
            #expect(try await mail.desk.findings() == [])
        }
    }

    @Test(
        "The page of a message shows words and reasons, runs nothing, and is closed to who may not know the case"
    )
    func pages() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let mail = try await MailDesk(server.desk)
            let waiting = try await mail.take(
                raw:
                    "From: <x@spam.example>\nSubject: <b>Buy</b>\nContent-Type: text/html\n\n<p>Now</p><script>alert(1)</script><img src=https://spy.example/x>"
            )
            let lea = try await server.browser(.lea)
            let list = try await lea.get("/mail")
            #expect(list.status == 200)
            #expect(list.body.contains("&lt;b&gt;Buy"))
            let page = try await lea.get("/mail/\(waiting.id)")
            #expect(page.body.contains("Now"))
            #expect(page.body.contains(MailReason.unknownSender.sentence.replacing("’", with: "’")))
            #expect(!page.body.contains("alert(1)") && !page.body.contains("spy.example"))
            let original = try await lea.get("/mail/\(waiting.id)/original")
            #expect(original.headers["content-disposition"]?.hasPrefix("attachment") == true)
            #expect(try await server.browser(.daniel).get("/mail").status == 403)
            #expect(try await server.browser(.daniel).get("/mail/\(waiting.id)").status == 403)
        }
    }
}

/// A desk to which mail comes.
struct MailDesk: Sendable {
    let desk: TestDesk

    init(_ desk: TestDesk, _ more: String = "") async throws {
        self.desk = desk
        let policy = Policy.defaultDocument.replacing(
            /mail:\n( +)# address: support@example.com/,
            with: { match in
                "mail:\n\(match.output.1)address: support@desk.example\n\(match.output.1)# -"
            }
        ).replacing("authentication_servers: []", with: "authentication_servers: [mx.desk.example]")
        let text =
            more.isEmpty
            ? policy
            : policy.replacing("most_per_sender: 30\n", with: more.trimmingCharacters(in: .whitespaces))
        try await desk.perform(
            "policy.change", as: .samira, ["document": .text(text), "reason": .text("Mail")])
    }

    /// Takes in what somebody of the cast sends.
    func take(
        from member: Cast, to address: String = "support@desk.example", subject: String = "Payments fail",
        id: String,
        fields: String = "", isChecked: Bool = true, _ body: String
    ) async throws -> MailIntake.Result {
        let checked = "Authentication-Results: mx.desk.example; dmarc=pass header.from=cast.example\n"
        return try await take(
            raw: (isChecked ? checked : "")
                + "From: \(member.name) <\(member.email)>\nTo: \(address)\nSubject: \(subject)\nMessage-ID: <\(id)@cast.example>\n\(fields)\n\(body)"
        )
    }

    /// Takes in a message.
    func take(raw text: String) async throws -> MailIntake.Result {
        try await MailIntake(desk.services).take(Array(text.utf8))
    }

    /// The address that answers about a case go to.
    func replyAddress(of number: String) async throws -> String {
        let found = try await desk.found(number)
        let desk = try #require(desk.services.policy.current.mail.address)
        let token = MailKnowledge.token(of: found.id, self.desk.services.keys)
        return ReplyAddress(number: found.number, token: token).written(for: desk)
    }

    /// A case of Daniel's that was resolved.
    func resolvedCase() async throws -> String {
        let number = try await desk.reportedCase()
        try await desk.perform("case.assign", as: .marta, ["id": .text(number), "assignee": "@me"])
        try await desk.perform(
            "case.resolve", as: .marta,
            [
                "id": .text(number), "narrative": "Done.", "verdict": "data",
                "customer_summary": "It works again.",
            ])
        return number
    }

    /// The kinds of the facts of a case, oldest first.
    func kinds(of number: String) async throws -> [String] {
        let found = try await desk.found(number)
        return try await desk.services.database.read { tx in
            try CaseDirectory.facts(of: found.id, in: tx).map(\.body.kind)
        }
    }
}
