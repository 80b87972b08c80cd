import Domain
import Storage
import Web

/// What a notification says, in plain text for pages, JSON and mail.
enum NotificationWords {
    static func sentence(
        _ item: StoredNotification, _ names: [String: String], _ policy: Policy
    ) -> String {
        let who =
            item.actor == Actor.system.id ? "Thirdline" : names[item.actor] ?? "Somebody"
        let parts = item.detail.split(separator: " ", maxSplits: 1).map(String.init)
        let clock = parts.first.flatMap { CaseClockID(text: $0) }?.label ?? "A clock"
        switch item.kind {
        case .assigned: return "\(who) assigned the case to you"
        case .offered: return "\(who) offers you the case"
        case .invited: return "\(who) invites you to a huddle"
        case .coverNeeded:
            let cause = RoutingFact.Cover.Cause(rawValue: item.detail)?.words ?? "is called away"
            return "Cover is needed: its owner \(cause)"
        case .handover:
            switch Handoffs.Outcome(rawValue: item.detail) {
            case .accepted: return "\(who) accepted the case that you offered"
            case .returned: return "\(who) returned the case that you offered"
            case .withdrawn: return "\(who) took back the case that was offered to you"
            default: return "\(who) answered the offer"
            }
        case .unblockAsked: return "\(who) is stuck and asks for help"
        case .unblockAnswered: return "\(who) says how it goes on"
        case .lowScore: return "The customer is not satisfied; somebody is to follow up"
        case .noticeOwed: return "\(who) says that you are to give a notice by law or contract"
        case .qualityReviewed: return "\(who) wrote in a review of the quality of this case"
        case .accountUpdate: return "\(who) wrote an update, with a part for you who answer for the customer"
        case .reviewAsked: return "\(who) wrote to the customer, and a second person has to read it first"
        case .reviewed:
            switch MessageReviews.Outcome(rawValue: item.detail) {
            case .approved: return "\(who) approved your message, and it was sent"
            case .returned: return "\(who) gave your message back"
            default: return "Your message was sent: nobody reviewed it in time"
            }
        case .named: return "\(who) named you in a note"
        case .replied: return "\(who) replied for the customer"
        case .promiseMissed: return "The update that the customer was promised is late"
        case .breached: return "\(clock): missed"
        case .warned: return "\(clock): \(parts.last ?? "") % of the time is gone"
        case .teamClock:
            return parts.count == 1 ? "\(clock): missed" : "\(clock): \(parts[1]) % of the time is gone"
        case .changed:
            let value = parts.last ?? ""
            if parts.first == "severity" {
                return "\(who) changed the severity to \(policy.severity(ID(value))?.name ?? value)"
            }
            return "\(who) changed the status to \(policy.status(ID(value))?.name ?? value)"
        }
    }
}

/// The page of notifications.
enum NotificationsPages {
    /// So many lines stand at a case; the others are on its page.
    private static let lines = 4

    static func list(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (policy, now) = (services.policy.current, services.clock())
        let (news, names, trouble) = try await services.database.read { tx in
            let news = try NotificationsDirectory.news(for: call.actor, in: tx)
            return (
                news, try PeopleDirectory.names(of: news.flatMap { $0.items.map(\.actor) }, in: tx),
                try DeliveryPages.trouble(for: call.actor, in: tx)
            )
        }
        let unread = news.filter(\.isUnread)
        let read = news.filter { !$0.isUnread }
        let until = news.flatMap(\.items).map(\.sequence).max() ?? 0
        let all: HTML =
            unread.isEmpty
            ? .empty
            : """
            <form method="post" action="/notifications/read"><input type="hidden" name="until" value="\(String(until))"><button class="btn">Mark all as read</button></form>
            """
        let content: HTML =
            news.isEmpty
            ? """
            <div class="card"><div class="empty"><h2>Nothing yet</h2><p>You are told here when a case is assigned to you, a customer replies on it, its time runs out, a colleague writes @ and your name in a note, or a case that you watch changes.</p><div class="btns"><a class="btn" href="/cases">Go to the queue</a></div></div></div>
            """
            : "\(table("Unread", unread, names, policy, now, until))\(table("Read", read, names, policy, now, until))"
        let words = unread.isEmpty ? "nothing unread" : "\(unread.count) unread"
        let main: HTML = """
            <div id="notifications" data-live><div class="q-head"><h1>Notifications</h1><span class="dim">\(words)</span><div class="btns">\(all)\(ways(call, trouble))</div></div>
            \(content)</div>
            """
        return services.page(Page("Notifications", here: "/notifications", main: main), for: call)
    }

    private static func ways(_ call: SignedInCall, _ trouble: Int) -> HTML {
        let deliveries: HTML =
            call.actor.may(DeliveryPages.right)
            ? "<a class=\"btn\" href=\"/notifications/deliveries\">What went out\(trouble > 0 ? ": \(trouble) given up" : "")</a>"
            : .empty
        let choices: HTML =
            call.actor.may("account.manage")
            ? "<a class=\"btn\" href=\"/account/notifications\">Choose what you are told</a>" : .empty
        return "\(choices)\(deliveries)"
    }

    private static func table(
        _ title: String, _ news: [NotificationsDirectory.News], _ names: [String: String], _ policy: Policy,
        _ now: Timestamp, _ until: Int64
    ) -> HTML {
        guard !news.isEmpty else { return .empty }
        let rows = news.map { row($0, names, policy, now, until) }
        return """
            <h2 class="told-h">\(title)</h2><div class="card clip"><table class="tbl" role="table" aria-label="\(title)"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Case</th><th scope="col" role="columnheader">What happened</th><th scope="col" role="columnheader">Last</th><th scope="col" role="columnheader"><span class="sr">What can be done</span></th></tr></thead>
            <tbody role="rowgroup">\(rows)</tbody></table></div>
            """
    }

    private static func row(
        _ news: NotificationsDirectory.News, _ names: [String: String], _ policy: Policy, _ now: Timestamp,
        _ until: Int64
    ) -> HTML {
        let number = news.found.number
        let shown = news.isUnread ? news.items.filter { !$0.isRead } : news.items
        let items = shown.prefix(lines).map { item -> HTML in
            "<li>\(isolated(NotificationWords.sentence(item, names, policy)))</li>"
        }
        let rest: HTML =
            shown.count > lines ? "<li class=\"dim\">and \(String(shown.count - lines)) more</li>" : .empty
        let act: HTML =
            news.isUnread
            ? """
            <form method="post" action="/notifications/read"><input type="hidden" name="case" value="\(number)"><input type="hidden" name="until" value="\(String(until))"><button class="link">Mark as read<span class="sr"> (\(number))</span></button></form>
            """ : .empty
        return """
            <tr role="row" id="t-\(number)" data-row><th scope="row" role="rowheader"><a href="/cases/\(number)" data-row-open>\(number)</a> \(isolated(news.found.subject))</th><td role="cell" data-label="What happened"><ul class="told">\(Array(items))\(rest)</ul></td><td role="cell" data-label="Last">\(time(news.latest, now: now))</td><td role="cell">\(act)</td></tr>

            """
    }
}
