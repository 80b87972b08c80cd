import Diagnosis
import Domain
import Testing

/// When something reaches a person, by which way.
@Suite("Choices of notifications")
struct NotificationChoicesTests {
    private typealias Moment = NotificationChoices.Moment

    private func choices(_ change: (inout NotificationChoices) -> Void = { _ in }) -> NotificationChoices {
        var choices = NotificationChoices.usual
        choices.zone = "Europe/Berlin"
        change(&choices)
        return choices
    }

    private func mail(
        _ choices: NotificationChoices, at text: String, isUrgent: Bool = false
    ) -> Moment? {
        choices.ways(of: .assigned, isUrgent: isUrgent, at: utc(text), zones: ZoneFiles.table)[.mail]
    }

    @Test("Whoever chose nothing is told of everything on the page, and of what they must not miss by mail")
    func usual() {
        for kind in NotificationKind.allCases {
            let ways = NotificationChoices.usual.ways(
                of: kind, isUrgent: false, at: utc("2026-03-02T03:00:00Z"), zones: .utcOnly)
            #expect(ways[.page] == .now, "\(kind)")
        }
        #expect(NotificationChoices.usual[.changed] == [.page])
        #expect(NotificationChoices.usual[.promiseMissed].contains(.mail))
    }

    @Test("What is unticked is not told, and what is ticked for no way is told nowhere")
    func unticked() {
        let none = choices { $0.channels[.assigned] = [] }
        #expect(
            none.ways(of: .assigned, isUrgent: true, at: utc("2026-03-02T09:00:00Z"), zones: .utcOnly).isEmpty
        )
    }

    @Test(
        "ADMIN-06 part: In quiet hours mail waits for their end on the clocks of the person, over midnight and over quiet days",
        .enabled(if: ZoneFiles.arePresent),
        arguments: [
            // Berlin is an hour ahead; 2026-03-02 is a Monday.
            ("2026-03-02T09:00:00Z", nil), ("2026-03-02T17:59:00Z", nil),
            ("2026-03-02T18:00:00Z", "2026-03-03T06:00:00Z"),
            ("2026-03-02T23:30:00Z", "2026-03-03T06:00:00Z"),
            ("2026-03-02T05:59:59Z", "2026-03-02T06:00:00Z"), ("2026-03-02T06:00:00Z", nil),
            // Friday evening to Monday morning.
            ("2026-03-06T18:30:00Z", "2026-03-09T06:00:00Z"),
            ("2026-03-07T12:00:00Z", "2026-03-09T06:00:00Z"),
            // Clocks are put forward in the night to Sunday 2026-03-29, and back to 2026-10-25.
            ("2026-03-27T19:00:00Z", "2026-03-30T05:00:00Z"),
            ("2026-10-23T19:00:00Z", "2026-10-26T06:00:00Z"),
        ])
    func quietHours(_ moment: String, _ end: String?) {
        let quiet = choices { $0.quiet = QuietHours(from: 19 * 60, until: 7 * 60, days: [5, 6]) }
        #expect(mail(quiet, at: moment) == (end.map { .together(at: utc($0)) } ?? .now))
        // What is urgent waits for nothing, and the page is never quiet.
        #expect(mail(quiet, at: moment, isUrgent: true) == .now)
        let ways = quiet.ways(of: .assigned, isUrgent: false, at: utc(moment), zones: ZoneFiles.table)
        #expect(ways[.page] == .now)
        #expect((ways[.browser] == .now) == (end == nil))
    }

    @Test(
        "ADMIN-06 part: A digest goes out at the next full hour or once a day at the time chosen, not in quiet hours",
        .enabled(if: ZoneFiles.arePresent))
    func digests() {
        let hourly = choices { $0.mail = .hourly }
        #expect(mail(hourly, at: "2026-03-02T09:10:00Z") == .together(at: utc("2026-03-02T10:00:00Z")))
        #expect(mail(hourly, at: "2026-03-02T10:00:00Z") == .together(at: utc("2026-03-02T11:00:00Z")))
        let kathmandu = choices { ($0.mail, $0.zone) = (.hourly, "Asia/Kathmandu") }
        #expect(mail(kathmandu, at: "2026-03-02T09:10:00Z") == .together(at: utc("2026-03-02T09:15:00Z")))
        let daily = choices { ($0.mail, $0.dailyAt) = (.daily, 8 * 60) }
        #expect(mail(daily, at: "2026-03-02T06:59:00Z") == .together(at: utc("2026-03-02T07:00:00Z")))
        #expect(mail(daily, at: "2026-03-02T07:00:00Z") == .together(at: utc("2026-03-03T07:00:00Z")))
        #expect(mail(daily, at: "2026-03-02T07:00:00Z", isUrgent: true) == .now)
        let weekdays = choices {
            ($0.mail, $0.dailyAt) = (.daily, 8 * 60)
            $0.quiet = QuietHours(from: nil, until: nil, days: [5, 6])
        }
        #expect(mail(weekdays, at: "2026-03-06T12:00:00Z") == .together(at: utc("2026-03-08T23:00:00Z")))
        // 02:30 is left out on 2026-03-29: the digest goes out when clocks jump over it.
        let night = choices { ($0.mail, $0.dailyAt) = (.daily, 2 * 60 + 30) }
        #expect(mail(night, at: "2026-03-28T12:00:00Z") == .together(at: utc("2026-03-29T01:00:00Z")))
        #expect(
            choices { ($0.chat, $0.mail) = (.hourly, .atOnce) }.ways(
                of: .assigned, isUrgent: false, at: utc("2026-03-02T09:10:00Z"), zones: ZoneFiles.table)[
                    .chat]
                == .together(at: utc("2026-03-02T10:00:00Z")))
    }

    @Test("Choices that can never be kept are refused in words that name the field")
    func problems() {
        func fields(_ change: (inout NotificationChoices) -> Void) -> [String] {
            choices(change).problems(zones: ZoneFiles.table).map(\.field)
        }
        #expect(fields { $0.zone = "Europe/Nowhere" } == ["zone"])
        #expect(fields { $0.quiet.from = 600 } == ["quiet_until"])
        #expect(fields { $0.quiet = QuietHours(from: 600, until: 600, days: []) } == ["quiet_until"])
        #expect(fields { $0.quiet.days = Set(0...6) } == ["quiet_days"])
        #expect(fields { $0.quiet = QuietHours(from: 1140, until: 420, days: [5, 6]) }.isEmpty)
        #expect(["08:30", "8:05", "23:59", "00:00"].map(NotificationChoices.minutes) == [510, 485, 1439, 0])
        #expect(
            ["24:00", "8", "8:5", "-1:00", "", "ab:cd", "08:60"].allSatisfy {
                NotificationChoices.minutes($0) == nil
            })
    }

    @Test("Choices survive being stored, and what they do not know is as usual")
    func stored() {
        var some = choices { $0.quiet = QuietHours(from: 1140, until: 420, days: [5, 6]) }
        (some.mail, some.urgentFrom) = (.daily, "sev1")
        some.channels[.replied] = []
        #expect(NotificationChoices(some.json) == some)
        #expect(
            NotificationChoices(["told": ["replied": []]])[.assigned] == NotificationChoices.usual[.assigned])
    }

    // MARK: Addresses

    @Test(
        "An address of a chat that could lead into the inner network is refused",
        arguments: [
            "http://hooks.example.com/x", "ftp://hooks.example.com/x", "https://localhost/x",
            "https://intranet/x", "https://127.0.0.1/x", "https://10.1.2.3/x", "https://[::1]/x",
            "https://[::ffff:10.0.0.1]/x", "https://169.254.169.254/latest", "https://2130706433/x",
            "https://0x7f.0.0.1/x", "https://017700000001/x", "https://127.1/x",
            "https://user:pw@hooks.example.com/x", "https://hooks.example.com:8443/x", "https:///x",
            "https://db.internal/x", "https://printer.local/x", "hooks.example.com/x", "javascript://x",
            "https://hooks.example.com\\@10.0.0.1/x", "https://hooks.example.com/\nHost: x", "https://a b/x",
            "",
        ])
    func refusedAddresses(_ text: String) {
        #expect(throws: Refusal.self) { try WebhookAddress(text, trusted: []) }
    }

    @Test("An address on the public network is taken, and one of the own network where policy names its host")
    func addresses() throws {
        let slack = try WebhookAddress(" https://hooks.slack.com/services/T0/B0/abc?x=1 ", trusted: [])
        #expect(slack.host == "hooks.slack.com" && !slack.isTrusted)
        #expect(
            try WebhookAddress("https://Example.webhook.office.com./a", trusted: []).host
                == "example.webhook.office.com")
        let own = try WebhookAddress("http://chat.corp:8065/hooks/a", trusted: ["chat.corp"])
        #expect(own.isTrusted && own.host == "chat.corp")
        #expect(try WebhookAddress("http://[fd00::1]:8065/a", trusted: ["fd00::1"]).isTrusted)
        #expect(throws: Refusal.self) { try WebhookAddress("http://chat.corp/a", trusted: ["chat.other"]) }
    }

    @Test(
        "No address of a private network, of this machine or one that leads there counts as public",
        arguments: [
            "0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1", "192.168.1.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1",
            "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:192.168.0.1", "64:ff9b::10.0.0.1",
            "2002:a00:1::", "2001:0:1::1", "2001:db8::1", "100::1",
        ])
    func privateAddresses(_ text: String) {
        #expect(NetworkAddress(text)?.isPublic == false)
    }

    @Test(
        "Addresses of the public network are public",
        arguments: [
            "1.1.1.1", "100.63.0.1", "172.15.0.1", "172.32.0.1", "192.0.1.1", "2606:4700::1111",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8", "2001:4860:4860::8888", "2002:808:808::",
        ])
    func publicAddresses(_ text: String) {
        #expect(NetworkAddress(text)?.isPublic == true)
    }

    // MARK: Words

    private func letter(_ subject: String?, words: String? = nil) -> NotificationLetter {
        NotificationLetter(
            parts: [
                .init(
                    number: "TL-1", subject: subject, link: "https://desk.example/cases/TL-1",
                    lines: [
                        .init(time: "Mon 09:00", sentence: "Daniel replied for the customer", words: words)
                    ])
            ], isDigest: false, takesAnswers: true, organisation: "Desk",
            choices: "https://desk.example/account/notifications")
    }

    @Test("A letter says what happened, in plain text and in HTML in which nothing of anybody is markup")
    func letters() {
        let one = letter("Pay <b>now</b>", words: "Line & one\n<script>")
        #expect(one.subject == "[TL-1] Pay <b>now</b>")
        #expect(
            one.text.contains("- Mon 09:00  Daniel replied for the customer\n  > Line & one\n  > <script>"))
        #expect(one.text.contains("Choose what you are told: https://desk.example/account/notifications"))
        #expect(one.html.contains("Pay &lt;b&gt;now&lt;/b&gt;") && !one.html.contains("<script>"))
        #expect(one.html.contains("Line &amp; one<br>"))
        #expect(letter(nil).subject == "[TL-1]")
    }

    @Test("No subject calls a whole channel of a chat, or becomes a link or a command there")
    func chats() {
        let words = letter("@channel <!here> [x](https://evil.example) *b*").chat
        #expect(!words.contains("@channel") && !words.contains("<!here>") && !words.contains("[x]("))
        #expect(words.contains("&lt;!here&gt;") && words.contains("https://desk.example/cases/TL-1"))
        #expect(!letter("S", words: "a secret").chat.contains("secret"))
    }
}
