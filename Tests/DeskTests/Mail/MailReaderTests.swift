import Desk
import Domain
import Testing

/// Bytes of mail as they come, good and bad, made into values.
@Suite("Reading mail") struct MailReaderTests {
    private func read(_ text: String) -> InboundMessage { MailReader.read(Array(text.utf8)).message }

    private let head = "From: Ana <ana@halden.example>\nTo: support@desk.example\nSubject: Payments fail\n"

    @Test("A plain message is read with all its fields")
    func plain() {
        let message = read(
            """
            Return-Path: <ana@halden.example>
            Authentication-Results: mx.desk.example;
             dmarc=pass header.from=halden.example
            Delivered-To: support+tl-42.abc@desk.example
            From: =?UTF-8?Q?Ana_Ru=C3=ADz?= <Ana@Halden.Example>
            To: Support <support@desk.example>, other@x.example
            Cc: "B, C" <bc@halden.example>
            Reply-To: ana2@halden.example
            Subject: =?UTF-8?B?w4RyZ2Vy?= mit Zahlungen
            Date: Mon, 2 Mar 2026 09:00:00 +0100
            Message-ID: <m2@halden.example>
            In-Reply-To: <m1@desk.example>
            References: <m0@desk.example>
             <m1@desk.example>
            Content-Type: text/plain; charset=utf-8

            It fails.
            """)
        #expect(message.from == [MailAddress("Ana@halden.example", name: "Ana Ruíz")])
        #expect(message.to.map(\.address) == ["support@desk.example", "other@x.example"])
        #expect(message.cc == [MailAddress("bc@halden.example", name: "B, C")])
        #expect(message.deliveredTo.map(\.address) == ["support+tl-42.abc@desk.example"])
        #expect(message.subject == "Ärger mit Zahlungen")
        #expect(message.date == Timestamp("2026-03-02T08:00:00Z"))
        #expect(message.messageID == "m2@halden.example")
        #expect(message.inReplyTo == ["m1@desk.example"])
        #expect(message.references == ["m0@desk.example", "m1@desk.example"])
        #expect(message.returnPath == "ana@halden.example")
        #expect(message.authentication.count == 1)
        #expect(message.text.written == "It fails.")
        #expect(message.problems.isEmpty && !message.isBroken)
    }

    @Test("A name that hides an address in an encoded word stays a name")
    func nameIsNoAddress() {
        let message = read("From: =?utf-8?q?boss=40desk=2Eexample=2C?= <ana@halden.example>\nSubject: x\n\nx")
        #expect(message.from.map(\.address) == ["ana@halden.example"])
        #expect(message.from.first?.name == "boss@desk.example,")
    }

    @Test("Two senders are seen as two, whether in one field or in two")
    func twoSenders() {
        #expect(read("From: a@x.example, b@y.example\nSubject: x\n\nx").from.count == 2)
        #expect(read("From: a@x.example\nFrom: b@y.example\nSubject: x\n\nx").from.count == 2)
    }

    @Test("Of several forms of the same words the plain one is shown; files beside them are kept")
    func alternative() {
        let message = read(
            head + """
                MIME-Version: 1.0
                Content-Type: multipart/mixed; boundary="o"

                --o
                Content-Type: multipart/alternative; boundary=i

                --i
                Content-Type: text/plain; charset=iso-8859-1
                Content-Transfer-Encoding: quoted-printable

                Gr=FC=DFe
                --i
                Content-Type: text/html

                <p>Gr&uuml;&szlig;e</p>
                --i--
                --o
                Content-Type: text/plain; name="a.log"
                Content-Disposition: attachment; filename*=UTF-8''%E2%82%AC.log
                Content-Transfer-Encoding: base64

                RVJST1IgMQo=
                --o--
                """)
        #expect(message.text.written == "Grüße")
        #expect(message.attachments.map(\.name) == ["€.log"])
        #expect(message.attachments.first?.bytes == Array("ERROR 1\n".utf8))
    }

    @Test("HTML alone becomes its words")
    func htmlOnly() {
        let message = read(
            head + "Content-Type: text/html; charset=utf-8\n\n<p>It <b>fails</b></p><script>x()</script>")
        #expect(message.text.written == "It fails")
    }

    @Test("An empty plain form does not hide the words of the other one")
    func emptyPlain() {
        let message = read(
            head
                + "Content-Type: multipart/alternative; boundary=i\n\n--i\nContent-Type: text/plain\n\n \n--i\nContent-Type: text/html\n\n<p>Here</p>\n--i--\n"
        )
        #expect(message.text.written == "Here")
    }

    @Test("A bounce says whom it did not reach, why, and which message it was")
    func bounce() {
        let message = read(
            """
            From: MAILER-DAEMON@mx.halden.example
            To: support@desk.example
            Subject: Undelivered
            Content-Type: multipart/report; report-type=delivery-status; boundary=b

            --b
            Content-Type: text/plain

            Sorry.
            --b
            Content-Type: message/delivery-status

            Reporting-MTA: dns; mx.halden.example

            Final-Recipient: rfc822; ana@halden.example
            Action: failed
            Status: 5.1.1
            Diagnostic-Code: smtp; 550 5.1.1
             no such user

            --b
            Content-Type: message/rfc822

            Message-ID: <tl.9@desk.example>
            Subject: Re: Payments fail

            Hello
            --b--
            """)
        #expect(message.isReport)
        #expect(message.report?.isFailure == true)
        #expect(message.report?.recipient == "ana@halden.example")
        #expect(message.report?.diagnostic == "550 5.1.1 no such user")
        #expect(message.threadIDs.contains("tl.9@desk.example"))
        #expect(MailKind(of: message, loops: []) == .bounce)
    }

    @Test("freescout#4740: a message without an identifier is read like any other")
    func noIdentifier() {
        for field in ["", "Message-ID:\n", "Message-ID: <>\n"] {
            let message = read(head + field + "\nIt fails.")
            #expect(message.messageID == nil)
            #expect(message.text.written == "It fails.")
        }
    }

    @Test("Mail that is no mail is shown as far as it goes, with the reason, and never lost")
    func noMail() {
        for text in ["just words", "\u{0}\u{1}\u{2}", String(repeating: "x", count: 100_000), "\n\n\n"] {
            let message = read(text)
            #expect(message.isBroken || !message.text.written.isEmpty)
            #expect(!message.problems.isEmpty || !message.isBroken)
        }
    }

    @Test("Parts within parts, as deep as somebody likes, end somewhere")
    func nested() {
        for depth in [10, 40, 119, 5000] {
            var text = head
            for level in 0..<depth {
                text += "Content-Type: multipart/mixed; boundary=b\(level)\n\n--b\(level)\n"
            }
            text += "Content-Type: text/plain\n\nDeep\n"
            let message = read(text)
            #expect(!message.from.isEmpty || message.isBroken, "\(depth)")
        }
        var inner = "From: x@x.example\n\nInnermost"
        for _ in 0..<100 { inner = "From: x@x.example\nContent-Type: message/rfc822\n\n" + inner }
        #expect(read(inner).from.count == 1)
    }

    @Test("More parts than anybody sends are counted, and the rest is said to be in the original")
    func manyParts() {
        let part =
            "--b\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename=x\n\nx\n"
        let text =
            head + "Content-Type: multipart/mixed; boundary=b\n\n" + String(repeating: part, count: 1000)
            + "--b--\n"
        let message = read(text)
        #expect(message.attachments.count == 100)
        #expect(message.problems.contains { $0.contains("in the original") })
    }

    @Test("A head without end is not gone through")
    func longHead() {
        let message = read(String(repeating: "X-A: b\n", count: 2000) + "\nWords")
        #expect(message.isBroken)
        #expect(!message.problems.isEmpty)
    }

    @Test("Words in an unknown or wrong character set are still words")
    func characterSets() {
        func words(_ charset: String, _ body: [UInt8]) -> String {
            MailReader.read(Array((head + "Content-Type: text/plain; charset=\(charset)\n\n").utf8) + body)
                .message.text.written
        }
        #expect(words("utf-8", [71, 114, 0xFC, 0xDF, 101]) == "Grüße")
        #expect(words("x-unknown", [71, 114, 0xFC, 0xDF, 101]) == "Grüße")
        #expect(words("shift_jis", [0x93, 0xFA, 0x96, 0x7B]) == "日本")
        #expect(words("us-ascii", Array("Grüße".utf8)) == "Grüße")
    }

    @Test("The same message has the same key however it came, and another one has another")
    func contentKeys() {
        func key(_ text: String) -> String { MailReader.read(Array(text.utf8)).contentKey }
        let one = "Message-ID: <m1@x>\nFrom: a@x.example\nSubject: x\n\nHello\n"
        #expect(key(one) == key("Received: by mx\nDelivered-To: s@desk.example\n" + one))
        #expect(key(one) == key(one.replacing("\n", with: "\r\n")))
        #expect(key(one) == key("From ana Mon Mar 2 2026\n" + one + "\n\n"))
        #expect(key(one) != key(one.replacing("Hello", with: "Goodbye")))
        #expect(key(one) != key(one.replacing("m1@x", with: "m2@x")))
        #expect(key(one) != key(one.replacing("a@x", with: "b@x")))
    }
}
