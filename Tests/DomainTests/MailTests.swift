import Domain
import Testing

/// What the words and the head of a message say, and what may be believed of it.
@Suite("Mail, read and judged") struct MailTests {
    private let ana = MailAddress("ana@halden.example", name: "Ana")

    // MARK: Addresses

    @Test("The reply address of a case reads as it was written, and nothing else reads as one")
    func replyAddresses() throws {
        let desk = try #require(MailAddress("support@desk.example"))
        let token = ReplyAddress.token(of: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
        #expect(token.count == 16)
        let written = ReplyAddress(number: "TL-42", token: token).written(for: desk)
        #expect(written == "support+tl-42.\(token)@desk.example")
        let read = try ReplyAddress(#require(MailAddress(written.uppercased())), of: desk)
        #expect(read == ReplyAddress(number: "TL-42", token: token))
        for other in [
            "support@desk.example", "support+tl-42@desk.example", "support+tl-42.@desk.example",
            "support+.abc@desk.example", "support+tl-42.abc@evil.example", "supporter+tl-42.abc@desk.example",
            "support+a.b.c@desk.example",
        ] {
            #expect(try ReplyAddress(#require(MailAddress(other)), of: desk) == nil, "\(other)")
        }
    }

    @Test(
        "What can be no address is none",
        arguments: ["", "ana", "@x", "a@", "a b@x.example", "a@x\u{202E}.example", "<a@x>"])
    func notAnAddress(_ text: String) { #expect(MailAddress(text) == nil) }

    // MARK: Kinds

    private func kind(_ marks: [String: [String]], returnPath: String? = "ana@halden.example") -> MailKind {
        var message = InboundMessage()
        message.from = [ana].compactMap { $0 }
        (message.marks, message.returnPath) = (marks, returnPath)
        return MailKind(of: message, loops: ["abcd"])
    }

    @Test("FreeScout misread it: Auto-Submitted: no is a person")
    func autoSubmittedNo() {
        #expect(kind(["auto-submitted": ["no"]]) == .person)
        #expect(kind(["auto-submitted": ["No"]]) == .person)
        #expect(kind([:]) == .person)
    }

    @Test(
        "osTicket#1041, alga-psa#2705: an out-of-office note is automatic",
        arguments: [
            ("auto-submitted", "auto-replied"), ("auto-submitted", "auto-generated; type=x"),
            ("x-auto-response-suppress", "DR, OOF, AutoReply"), ("x-auto-response-suppress", "All"),
            ("precedence", "auto_reply"), ("x-autoreply", "yes"), ("x-autorespond", "Away"),
            ("x-loop", "desk"),
        ])
    func outOfOffice(_ name: String, _ value: String) { #expect(kind([name: [value]]) == .autoReply) }

    @Test(
        "Lists and newsletters are mail to many",
        arguments: [
            ("list-id", "<x.list>"), ("list-unsubscribe", "<mailto:x>"), ("precedence", "bulk"),
            ("x-precedence", "List"), ("precedence", "junk"), ("feedback-id", "1:2:3"),
        ])
    func lists(_ name: String, _ value: String) { #expect(kind([name: [value]]) == .bulk) }

    @Test("Mail that wants no reports is automatic, and a mailer daemon reports")
    func reports() {
        #expect(kind([:], returnPath: "") == .autoReply)
        #expect(kind([:], returnPath: nil) == .person)
        var message = InboundMessage()
        message.from = [MailAddress("MAILER-DAEMON@mx.example")].compactMap { $0 }
        #expect(MailKind(of: message, loops: []) == .bounce)
    }

    @Test("freescout#2445: our own mail that comes back is known by its mark")
    func ownLoop() {
        #expect(kind(["x-thirdline-loop": ["ABCD"]]) == .own)
        #expect(kind(["x-thirdline-loop": ["other"]]) == .person)
    }

    // MARK: Trust

    private func trust(_ fields: [String], servers: Set<String> = ["mx.desk.example"]) -> MailTrust {
        MailTrust(of: ana, fields: fields, servers: servers)
    }

    @Test("A sender is believed only on the word of a server that policy names")
    func onlyNamedServers() {
        let pass = "mx.desk.example; dmarc=pass header.from=halden.example"
        #expect(trust([pass]) == .verified)
        #expect(trust([pass], servers: []) == .unverified)
        #expect(trust(["mx.evil.example; dmarc=pass header.from=halden.example"]) == .unverified)
        #expect(trust([]) == .unverified)
        #expect(trust(["mx.desk.example; none"]) == .unverified)
    }

    @Test("A forged field under a trusted name makes nothing better: the worst word counts")
    func forgedField() {
        let real = "mx.desk.example; dmarc=fail header.from=halden.example"
        let forged = "mx.desk.example; dmarc=pass header.from=halden.example"
        #expect(trust([real, forged]) == .failed)
        #expect(trust([forged, real]) == .failed)
    }

    @Test("A pass counts for the sender’s own domain alone")
    func alignment() {
        #expect(trust(["mx.desk.example; dmarc=pass header.from=evil.example"]) == .unverified)
        #expect(trust(["mx.desk.example; dkim=pass header.d=evil.example"]) == .unverified)
        #expect(trust(["mx.desk.example; dkim=pass header.d=halden.example"]) == .verified)
        #expect(trust(["mx.desk.example; dkim=pass header.i=@halden.example"]) == .verified)
        #expect(
            trust(["mx.desk.example; dkim=pass header.d=example"]) == .unverified, "a domain of one label")
        #expect(trust(["mx.desk.example; spf=pass smtp.mailfrom=bounce@halden.example"]) == .verified)
        #expect(trust(["mx.desk.example; spf=pass smtp.mailfrom=ana@evil.example"]) == .unverified)
        #expect(trust(["mx.desk.example; spf=fail smtp.mailfrom=ana@halden.example"]) == .failed)
    }

    @Test("Comments and quoted text in a result are not results")
    func comments() {
        let sly =
            "mx.desk.example (dmarc=pass); spf=none (x; dmarc=pass header.from=halden.example) smtp.mailfrom=x"
        #expect(trust([sly]) == .unverified)
        let field = AuthenticationResults(
            "mx.desk.example 1; dkim=pass (2048-bit key) header.d=\"halden.example\"")
        #expect(field?.server == "mx.desk.example")
        #expect(field?.results.first?.properties["header.d"] == "halden.example")
    }

    // MARK: Words

    @Test(
        "chatwoot#9718: what is repeated at the end is folded, not lost",
        arguments: [
            "It fails again.\n\nOn Mon, 2 Mar 2026 at 09:00, Support <support@desk.example> wrote:\n> Please try.\n> Bye",
            "It fails again.\n\nAm 02.03.2026 um 09:00 schrieb Support <support@desk.example>:\n\n> Bitte",
            "It fails again.\n\nOn Mon, 2 Mar 2026 at 09:00, Support\n<support@desk.example> wrote:\n\n> Please",
            "It fails again.\n\n-----Original Message-----\nFrom: Support\nPlease try.",
            "It fails again.\n\n________________________________\nFrom: Support\nSent: Monday\nTo: Ana\n\nPlease",
            "It fails again.\n\nVon: Support\nGesendet: Montag\nAn: Ana\nBetreff: x\n\nBitte",
        ])
    func quotedHistory(_ text: String) {
        let words = MailText(text)
        #expect(words.written == "It fails again.")
        #expect(!words.quoted.isEmpty)
    }

    @Test("Answers between quoted lines stay with them")
    func inlineAnswers() {
        let text = "> Which version?\n4.2\n> Since when?\nYesterday"
        #expect(MailText(text).written == text)
        #expect(MailText(text).quoted.isEmpty)
    }

    @Test("A message that is nothing but a quotation keeps its words")
    func onlyQuotation() {
        let words = MailText("> The error is 42\n> Bye")
        #expect(words.written == "> The error is 42\n> Bye")
        #expect(words.quoted.isEmpty)
    }

    @Test("glpi#5020: thanks are thanks, and trouble is trouble")
    func thanks() {
        for text in [
            "Thanks!", "Thank you very much, it works now.\n\nAna", "Vielen Dank!", "Merci beaucoup",
        ] {
            #expect(MailText(text).isOnlyThanks, "\(text)")
        }
        for text in [
            "Thanks, but it fails again", "Thank you. It is still broken", "Thanks! When?", "It works", "",
        ] {
            #expect(!MailText(text).isOnlyThanks, "\(text)")
        }
    }

    @Test("Marks that turn the direction of text and control characters go")
    func cleanWords() {
        #expect(MailText("a\u{202E}b\u{0}c\u{7}").written == "abc")
        #expect(MailText.line("a\r\nBcc: x\u{2066}") == "a Bcc: x")
    }

    @Test("HTML becomes words: nothing of it runs, nothing is hidden behind a link")
    func html() {
        let page = """
            <html><head><title>x</title><style>p{}</style></head><body><p>Hello&nbsp;&amp; welcome</p>
            <script>alert("</p>")</script><div>One<br>two</div><ul><li>a<li>b</ul>
            <a href="https://evil.example/x">https://bank.example</a> <a href="javascript:x()">run</a>
            <img src="https://spy.example/p.gif" alt="Logo"><!-- <p>hidden</p> -->
            <blockquote>Old <b>words</b><br>more</blockquote></body></html>
            """
        let text = HTMLText.plain(page)
        #expect(text.contains("Hello & welcome"))
        #expect(text.contains("One\ntwo"))
        #expect(text.contains("- a\n- b"))
        #expect(text.contains("https://bank.example <https://evil.example/x>"))
        #expect(text.contains("> Old words\n> more"))
        for gone in ["alert", "javascript", "hidden", "p{}", "spy.example", "<p>"] {
            #expect(!text.contains(gone), "\(gone)")
        }
    }

    @Test(
        "Broken HTML still gives its words, in time",
        arguments: [
            "<", "<a", "<p>a<", "&", "&#xZZ;", "<!--", "<a href='x>b", "<<<<p>x", "</",
            "<blockquote></blockquote></blockquote>",
        ])
    func brokenHTML(_ text: String) { _ = HTMLText.plain(String(repeating: text, count: 2000)) }

    // MARK: Subjects

    @Test("freescout#2445: a subject does not grow from turn to turn")
    func stems() {
        #expect(MailSorting.stem(of: "Re: AW: [TL-42] RE: Refunds", prefix: "TL") == "Refunds")
        #expect(MailSorting.stem(of: "Fwd: Refunds [x]", prefix: "TL") == "Refunds [x]")
    }

    @Test("A number in a subject is read as a word of its own")
    func numbers() {
        #expect(MailSorting.numbers(in: "Re: [TL-42] and tl-7", prefix: "TL") == ["TL-42", "TL-7"])
        #expect(MailSorting.numbers(in: "XTL-42 TL-42b TL- TL-1234567890123", prefix: "TL") == [])
    }
}
