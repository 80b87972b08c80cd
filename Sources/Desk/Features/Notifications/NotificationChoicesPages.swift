import Diagnosis
import Domain
import Storage
import Web

/// The page on which people choose what they are told, by which ways and when.
enum NotificationChoicesPages {
    /// Why a way leads nowhere.
    static func nowhere(_ way: NotificationSending.Way, _ policy: Policy) -> String {
        if way == .chat { return "Save the address of a chat first." }
        return policy.mail.address == nil
            ? "No mail goes out: an administrator has to name an address in the policy (mail.address)."
            : "Your account has no address of mail."
    }

    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        try await page(call, services, typed: nil, refusal: nil)
    }

    static func save(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let sent = try await call.request.input()
        var raw = RawInput()
        for name in ["page", "browser", "mail", "chat", "quiet_days"] { raw[name] = .list(list(sent[name])) }
        for name in [
            "mail_when", "chat_when", "daily_at", "quiet_from", "quiet_until", "urgent_from", "zone",
        ] {
            raw[name] = .text(sent[name].typed)
        }
        do {
            _ = try await services.operations.run(
                AnyOperation(ChooseNotifications.self),
                OperationRequest(actor: call.actor, raw: raw, requestID: call.request.id))
            return .seeOther("/account/notifications?done=saved")
        } catch let refusal as Refusal where refusal.reason == .invalid {
            return try await page(call, services, typed: raw, refusal: refusal)
        }
    }

    private static func list(_ value: RawValue) -> [RawValue] {
        switch value {
        case .list(let values): values.filter { !$0.typed.isEmpty }
        case .text(let text) where !text.isEmpty: [value]
        default: []
        }
    }

    /// Keeps the address of a chat, or takes it away where none is sent.
    static func saveChat(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let text = try await call.request.input()["url"].typed.trimmingWhitespace
        do {
            _ = try await services.operations.run(
                chatOperation(text, keys: services.keys),
                OperationRequest(actor: call.actor, raw: RawInput(), requestID: call.request.id))
            return .seeOther("/account/notifications?done=saved")
        } catch let refusal as Refusal where refusal.reason == .invalid {
            return try await page(call, services, typed: nil, refusal: refusal, url: text)
        }
    }

    /// Keeping the address of a chat, as an operation like any other; it needs the keys, so it stands in no list.
    static func chatOperation(_ text: String, keys: KeyRing) -> AnyOperation {
        AnyOperation(
            name: "notification.set_chat", summary: "Keep the address of a chat", verb: "Save",
            right: "case.view", place: .single(path: "account/notifications/chat"), fields: [],
            file: #fileID, destination: { _, _ in "/account/notifications" },
            form: { _, _, _, _ in OperationForm(back: "/account/notifications") },
            check: { (_: RawInput, _: Policy) throws(Refusal) in },
            decide: { _, context, tx in
                let person = context.actor.id
                let settings = try NotificationsDirectory.settings(of: [person], in: tx)[person]
                var decision = Decision()
                let subject = NotificationSettings.ref(of: person)
                guard !text.isEmpty else {
                    try tx.execute(NotificationSettingsQueries.forgetChatAddress(of: person))
                    if settings?.chatHost != nil {
                        decision.record(NotificationFact.chatRemoved, on: subject)
                    }
                    return decision
                }
                let address = try WebhookAddress(text, trusted: context.policy.chatHosts)
                let sealed = try keys.seal(
                    Array(address.url.utf8), for: NotificationSettingsQueries.row(of: person))
                try tx.execute(NotificationSettingsQueries.saveChatAddress(of: person, sealed))
                decision.record(NotificationFact.chatSet(host: address.host), on: subject)
                return decision
            })
    }

    // MARK: The page

    private static func page(
        _ call: SignedInCall, _ services: Services, typed: RawInput?, refusal: Refusal?, url: String = ""
    ) async throws -> WebResponse {
        let (id, policy) = (call.actor.id, services.policy.current)
        let (settings, person) = try await services.database.read { tx in
            (
                try NotificationsDirectory.settings(of: [id], in: tx)[id],
                try PeopleDirectory.people([id], in: tx)[id]
            )
        }
        var raw = typed ?? ChooseNotifications.values(of: settings?.choices ?? .usual)
        // Whoever has chosen nothing is asked with the zone of the browser.
        if typed == nil, settings == nil { raw["zone"] = .text("") }
        let problem: HTML = refusal.map(summary) ?? .empty
        let ways = [
            policy.mail.address == nil || person?.email == nil ? "Mail" : nil,
            settings?.chatHost == nil ? "Chat" : nil,
        ].compactMap { $0 }
        let missing: HTML =
            ways.isEmpty
            ? .empty
            : "<span class=\"dim f13\">\(ways.joined(separator: " and ")) not set up yet, see below</span>"
        let main: HTML = """
            <nav class="crumb" aria-label="Breadcrumb"><a href="/account">Your account</a><span aria-hidden="true">/</span><span>Notifications</span></nav>
            <h1>What you are told</h1><p class="lede">Choose what reaches you and how. You are never told of what you did yourself, and never of a case that you may not see.</p>
            \(problem)<div class="narrow stack told-choices"><form class="form" method="post" action="/account/notifications" data-enhance>
            <section class="card" aria-labelledby="n1"><div class="sec"><h2 id="n1">What, and by which way</h2>\(missing)</div>\(matrix(raw))</section>
            \(times(raw, refusal))\(quiet(raw, policy, refusal))
            <p class="form-error" data-form-error role="alert"></p><div class="foot"><button class="btn go">Save</button><a class="btn bare" href="/account">Cancel</a></div></form>
            \(browser)\(mail(person, services))\(chat(settings?.chatHost, refusal, url))</div>
            """
        return services.page(
            Page("What you are told", here: "/account", main: main), for: call,
            status: refusal == nil ? 200 : 422)
    }

    private static func summary(_ refusal: Refusal) -> HTML {
        let items = refusal.problems.map {
            "<li><a href=\"#\($0.field)\">\($0.message)</a></li>" as HTML
        }
        return """
            <div class="problem" role="alert" tabindex="-1"><h2>Not saved</h2><ul>\(items)</ul></div>
            """
    }

    private static func matrix(_ raw: RawInput) -> HTML {
        let heads = NotificationChannel.allCases.map { "<th scope=\"col\">\($0.label)</th>" as HTML }
        let ticked = NotificationChannel.allCases.map { channel in
            (channel, Set(list(raw[channel.rawValue]).map(\.typed)))
        }
        let rows = NotificationKind.allCases.map { kind -> HTML in
            let cells = ticked.map { channel, kinds -> HTML in
                """
                <td><label class="box"><span class="sr">\(kind.label): \(channel.label)</span><input type="checkbox" name="\(channel.rawValue)" value="\(kind.rawValue)"\(.flag("checked", kinds.contains(kind.rawValue)))></label></td>
                """
            }
            return "<tr><th scope=\"row\">\(kind.label)</th>\(cells)</tr>\n"
        }
        return """
            <table class="tbl keep told-by"><thead><tr><th scope="col">When</th>\(heads)</tr></thead><tbody>\(rows)</tbody></table>
            """
    }

    private static func select(
        _ name: String, _ label: String, _ choices: [FieldChoice], _ value: String, help: String? = nil
    ) -> HTML {
        let options = choices.map {
            "<option value=\"\($0.value)\"\(.flag("selected", $0.value == value))>\($0.label)</option>"
                as HTML
        }
        let text: HTML = help.map { "<p class=\"help\" id=\"\(name)-h\">\($0)</p>" } ?? .empty
        return """
            <div class="fld"><label for="\(name)">\(label)</label>\(text)<select class="input mid" id="\(name)" name="\(name)"\(.attribute("aria-describedby", help == nil ? nil : "\(name)-h"))>\(options)</select></div>
            """
    }

    private static func field(
        _ name: String, _ label: String, _ value: String, type: String, _ refusal: Refusal?,
        help: String? = nil, extra: HTML = .empty
    ) -> HTML {
        let problem = refusal?.problems.first { $0.field == name }
        let error: HTML =
            problem.map { "<p class=\"err\" id=\"\(name)-err\">\(icon("alert"))\($0.message)</p>" } ?? .empty
        let text: HTML = help.map { "<p class=\"help\" id=\"\(name)-h\">\($0)</p>" } ?? .empty
        let described = [help == nil ? nil : "\(name)-h", problem == nil ? nil : "\(name)-err"].compactMap {
            $0
        }
        let invalid: HTML = problem == nil ? .empty : " aria-invalid=\"true\""
        return """
            <div class="fld"><label for="\(name)">\(label)</label>\(text)<input class="input mid" id="\(name)" name="\(name)" type="\(type)" value="\(value)"\(.attribute("aria-describedby", described.isEmpty ? nil : described.joined(separator: " ")))\(invalid)\(extra)>\(error)</div>
            """
    }

    private static func times(_ raw: RawInput, _ refusal: Refusal?) -> HTML {
        let rhythms = [
            FieldChoice("at_once", "At once, each case by itself"),
            FieldChoice("hourly", "Every hour, together"),
            FieldChoice("daily", "Once a day, together"),
        ]
        return """
            <section class="card" aria-labelledby="n2"><div class="sec"><h2 id="n2">When it goes out</h2></div><div class="pad stack">\(select("mail_when", "Mail", rhythms, raw["mail_when"].typed))\(select("chat_when", "Chat", rhythms, raw["chat_when"].typed))\(field("daily_at", "Once a day at", raw["daily_at"].typed, type: "time", refusal))\(field("zone", "Your time zone", raw["zone"].typed, type: "text", refusal, help: "Such as Europe/Berlin; UTC where it is empty. These times and the quiet hours are on its clocks.", extra: " autocomplete=\"off\" spellcheck=\"false\" data-own-zone"))</div></section>
            """
    }

    private static func quiet(_ raw: RawInput, _ policy: Policy, _ refusal: Refusal?) -> HTML {
        let ticked = Set(list(raw["quiet_days"]).map(\.typed))
        let days = zip(BusinessCalendar.weekdays, NotificationChoices.dayNames).map { day, name -> HTML in
            """
            <label class="tick"><input type="checkbox" name="quiet_days" value="\(day)"\(.flag("checked", ticked.contains(day)))><span>\(name)</span></label>
            """
        }
        let problem = refusal?.problems.first { $0.field == "quiet_days" }
        let error: HTML = problem.map { "<p class=\"err\">\(icon("alert"))\($0.message)</p>" } ?? .empty
        let severities =
            [FieldChoice("", "Everything waits")]
            + policy.severities.enumerated().map { index, severity in
                FieldChoice(
                    severity.id.raw,
                    index == 0
                        ? "Only \(severity.name) comes through" : "\(severity.name) and graver come through")
            }
        return """
            <section class="card" aria-labelledby="n3"><div class="sec"><h2 id="n3">Quiet hours</h2><span class="dim f13">The page tells on; the rest waits</span></div><div class="pad stack"><div class="row-2">\(field("quiet_from", "From", raw["quiet_from"].typed, type: "time", refusal))\(field("quiet_until", "Until", raw["quiet_until"].typed, type: "time", refusal))</div><fieldset class="fld" id="quiet_days"><legend>Quiet all day on</legend><div class="choices across">\(days)</div>\(error)</fieldset>\(select("urgent_from", "In quiet hours, and before a digest", severities, raw["urgent_from"].typed, help: "What comes through is told at once by every way that you ticked."))</div></section>
            """
    }

    private static let browser: HTML = """
        <section class="card" aria-labelledby="n4"><div class="sec"><h2 id="n4">This browser</h2><span class="dim f13" data-notify-state role="status">Needs JavaScript</span></div><div class="pad stack"><p>Shows notifications while a page of Thirdline is open in any tab, also behind other windows. Each browser is switched on by itself.</p><div class="btns"><button class="btn" type="button" data-notify="on" hidden>Switch on</button><button class="btn" type="button" data-notify="test" hidden>Show a test</button><button class="btn bare" type="button" data-notify="off" hidden>Switch off</button></div></div></section>
        """

    private static func test(_ way: NotificationSending.Way) -> HTML {
        let name = way.channel.rawValue
        return """
            <form method="post" action="/notifications/test"><input type="hidden" name="channel" value="\(name)"><button class="btn">Send me a test<span class="sr"> by \(name)</span></button></form>
            """
    }

    private static func mail(_ person: Person?, _ services: Services) -> HTML {
        let policy = services.policy.current
        let email = person?.email
        let isPossible = email != nil && policy.mail.address != nil
        let words: HTML =
            isPossible
            ? "<p>Goes to \(isolated(email ?? "")). An answer to such a mail becomes an internal note of the case.</p>"
            : "<p>\(nowhere(.mail, policy))</p>"
        let act: HTML = isPossible ? "<div class=\"btns\">\(test(.mail))</div>" : .empty
        return """
            <section class="card" aria-labelledby="n5"><div class="sec"><h2 id="n5">Mail</h2></div><div class="pad stack">\(words)\(act)</div></section>
            """
    }

    private static func chat(_ host: String?, _ refusal: Refusal?, _ url: String) -> HTML {
        let stands: HTML =
            host.map {
                """
                <p>Goes to a chat at <b>\(isolated($0))</b>. The address is kept sealed and is not shown again.</p><div class="btns">\(test(.chat))<form method="post" action="/account/notifications/chat"><input type="hidden" name="url" value=""><button class="btn danger">Remove</button></form></div>
                """ as HTML
            } ?? .empty
        let own = refusal?.problems.contains { $0.field == "url" } == true ? refusal : nil
        return """
            <section class="card" aria-labelledby="n6"><div class="sec"><h2 id="n6">Chat</h2><span class="dim f13">\(host == nil ? "Not set up" : "Set up")</span></div><div class="pad stack">\(stands)<form class="form" method="post" action="/account/notifications/chat">\(field("url", host == nil ? "Address of an incoming webhook" : "Another address", url, type: "url", own, help: "Slack, Mattermost and Microsoft Teams give you one. What happened and the case’s subject go there, never what somebody wrote.", extra: " autocomplete=\"off\" maxlength=\"2000\" required"))<div class="btns"><button class="btn">Save the address</button></div></form></div></section>
            """
    }
}
