package import Domain

/// Under which heading an entry of the main navigation stands, in the order in which they stand.
package enum NavigationGroup: String, CaseIterable, Sendable {
    /// What everybody does all day; it stands first, without a heading.
    case work
    /// Cases that need somebody to look after them.
    case care
    /// How a team is doing.
    case team
    /// Where things are looked up.
    case reference
    /// What is set up once.
    case installation

    /// What people read; nil for what needs no heading.
    var title: HTML? {
        switch self {
        case .work: nil
        case .care: "Needs care"
        case .team: "Team"
        case .reference: "Look up"
        case .installation: "Set-up"
        }
    }
}

/// One entry of the main navigation.
package struct NavigationItem: Sendable {
    /// Where it leads.
    package var path: String
    /// What people read.
    package var title: String
    /// The icon's name in the sprite.
    package var icon: String
    /// Who sees it.
    package var access: Access
    /// Under which heading it stands.
    package var group: NavigationGroup
    /// Whether the customers' pages show it rather than the staff's.
    package var isForCustomers: Bool

    /// An entry of the navigation.
    package init(
        path: String, title: String, icon: String, access: Access, group: NavigationGroup = .work,
        isForCustomers: Bool = false
    ) {
        (self.path, self.title, self.icon) = (path, title, icon)
        (self.access, self.group, self.isForCustomers) = (access, group, isForCustomers)
    }

    /// Whether the navigation of this person shows the entry.
    package func isVisible(to actor: Actor) -> Bool {
        guard actor.isCustomer == isForCustomers else { return false }
        switch access {
        case .everyone, .signedIn: return true
        case .right(let right): return actor.may(right)
        case .anyRight(let rights): return rights.contains(where: actor.may)
        }
    }
}

/// The frame around the content of a page.
package struct Page: Sendable {
    /// What stands in the browser's tab.
    package var title: String
    /// The content.
    package var main: HTML
    /// The address of the navigation entry that is current.
    package var here = ""
    /// Where the page hears of changes: a path of server-sent events.
    package var events: LocalPath?
    /// The moment of what the page shows, which it names where it hears of changes.
    package var mark: String?
    /// Where the page says that somebody looks at it or writes.
    package var presence: LocalPath?
    /// What stands fixed at the bottom of a small screen.
    package var bar = HTML.empty
    /// Scripts beside the one that every page has.
    package var scripts: [Asset] = []
    /// A sentence on top, after something was done.
    package var notice: String?
    /// How to take back what was done.
    package var undo: UndoLink?

    /// An offer to take back what was done, and the page to show then.
    package struct UndoLink: Sendable {
        var offer: String
        var back: String

        /// An offer of this name.
        package init(offer: String, back: String) { (self.offer, self.back) = (offer, back) }
    }

    /// A page with this title and content.
    package init(_ title: String, here: String = "", main: HTML) {
        (self.title, self.here, self.main) = (title, here, main)
    }
}

/// What the frame says about the house and its people.
package struct PageFrame: Sendable {
    /// The navigation.
    package var navigation: [NavigationItem]
    /// The name of the support organisation.
    package var organisation: String

    /// A frame with these parts.
    package init(navigation: [NavigationItem], organisation: String) {
        (self.navigation, self.organisation) = (navigation, organisation)
    }

    /// The whole document for a signed-in person.
    package func document(_ page: Page, for caller: Caller, nonce: String) -> HTML {
        caller.actor.isCustomer
            ? customerDocument(page, for: caller, nonce) : staffDocument(page, for: caller, nonce)
    }

    private func staffDocument(_ page: Page, for caller: Caller, _ nonce: String) -> HTML {
        let groups = NavigationGroup.allCases.map { group(of: $0, on: page, for: caller) }
        return """
            \(head(page, caller.preferences, nonce, user: caller.actor.id))\(bodyTag(page, caller, class: page.bar.isEmpty ? nil : "has-bar"))
            \(offline)
            <header class="top"><button class="btn bare" type="button" popovertarget="rail" aria-label="Menu">\(icon("menu"))</button>\(brand("/"))<a class="btn bare" href="/search" data-palette aria-label="Search or do">\(icon("search"))</a>\(bell(caller, page, id: "bell-top"))<a class="btn bare" href="/cases/new" aria-label="New case">\(icon("plus"))</a></header>
            <div class="frame">
            <nav class="rail" id="rail" popover aria-label="Main">
            \(brand("/"))
            <a class="find" href="/search" data-search data-palette aria-keyshortcuts="Control+K">\(icon("search"))Search or do<kbd>Ctrl K</kbd></a>
            <div class="nav" id="nav">\(bell(caller, page, id: "bell"))\(groups)</div>
            \(selfPanel(caller))
            </nav>
            <main class="page" id="main" tabindex="-1">
            \(notice(page))\(page.main)
            </main>
            </div>
            \(page.bar)\(Page.keys(caller.preferences))
            <div id="live" class="sr" aria-live="polite"></div>
            </body>
            </html>
            """
    }

    /// The entries under one heading, folded where somebody folded them; never where the page is one of them.
    private func group(of group: NavigationGroup, on page: Page, for caller: Caller) -> HTML {
        let items = navigation.filter { $0.group == group && $0.isVisible(to: caller.actor) }
        let links = items.map { item in
            "<a href=\"\(item.path)\"\(current(item, page))>\(icon(item.icon))\(item.title)</a>" as HTML
        }
        guard let title = group.title, !items.isEmpty else { return "\(links)" }
        let isHere = items.contains { $0.path == page.here }
        let isOpen: HTML = isHere || group == .care ? " open" : .empty
        let fold: HTML = isHere ? .empty : " data-fold=\"\(group.rawValue)\""
        return "<details\(isOpen)\(fold)><summary>\(title)</summary>\(links)</details>"
    }

    /// The way to what somebody was told, with the number of cases that have news.
    private func bell(_ caller: Caller, _ page: Page, id: String) -> HTML {
        guard caller.actor.may("case.view") else { return .empty }
        let unread = caller.preferences.unread
        let words = unread > 99 ? "99+" : String(unread)
        let number: HTML =
            unread == 0
            ? .empty
            : "<span class=\"n warn\">\(words)<span class=\"sr\"> unread</span></span>"
        let isTop = id == "bell-top"
        let word: HTML = isTop ? "<span class=\"sr\">Notifications</span>" : "Notifications"
        let look: HTML = isTop ? " class=\"btn bare bell\"" : .empty
        let here: HTML = page.here == "/notifications" ? " aria-current=\"page\"" : .empty
        return
            "<a id=\"\(id)\" data-live\(look) href=\"/notifications\"\(here)>\(icon("bell"))\(word)\(number)</a>"
    }

    private func selfPanel(_ caller: Caller) -> HTML {
        """
        <div class="self"><a href="/account"><span class="av" aria-hidden="true">\(Person.initials(of: caller.actor.name))</span><span>\(caller.actor.name)<small>\(caller.actor.roles.sorted().joined(separator: ", "))</small></span></a><div><button class="link" type="button" data-theme-toggle>Theme: <span data-theme-label>\(caller.preferences.theme ?? "system")</span></button><form method="post" action="/sign-out" data-sign-out><button class="link">Sign out</button></form></div></div>
        """
    }

    private func customerDocument(_ page: Page, for caller: Caller, _ nonce: String) -> HTML {
        let items = navigation.filter { $0.isVisible(to: caller.actor) }
        let links = items.map { "<a href=\"\($0.path)\"\(current($0, page))>\($0.title)</a>" as HTML }
        return """
            \(head(page, caller.preferences, nonce, user: caller.actor.id))\(bodyTag(page, caller, class: "portal"))
            \(offline)
            <header><div><a class="org" href="/portal">\(organisation)</a><nav class="menu" aria-label="Main">\(links)<a href="/account"\(page.here == "/account" ? " aria-current=\"page\"" : .empty)>\(caller.actor.name)</a><form method="post" action="/sign-out" data-sign-out><button class="link">Sign out</button></form></nav></div></header>
            <main class="page" id="main" tabindex="-1">
            \(notice(page))\(page.main)
            </main>
            <footer>Times are in \(zoneName).</footer>
            <div id="live" class="sr" aria-live="polite"></div>
            </body>
            </html>
            """
    }

    /// The whole document for somebody who is not signed in.
    package func gate(
        _ title: String, _ main: HTML, nonce: String, preferences: Preferences = Preferences(),
        scripts: [Asset] = []
    ) -> HTML {
        var page = Page(title, main: main)
        page.scripts = scripts
        return """
            \(head(page, preferences, nonce))<body class="gate-page">
            <a class="skip" href="#main">Skip to content</a>
            \(Icons.sprite)
            <main class="gate" id="main" tabindex="-1">
            \(brand("/"))
            \(main)
            </main>
            <div id="live" class="sr" aria-live="polite"></div>
            </body>
            </html>
            """
    }

    private func head(
        _ page: Page, _ preferences: Preferences, _ nonce: String, user: String? = nil
    ) -> HTML {
        """
        <!doctype html>
        <html lang="en"\(.attribute("data-theme", preferences.theme))\(.attribute("data-keys", preferences.usesShortcuts ? nil : "off"))\(.attribute("data-keymap", preferences.keys.isEmpty ? nil : KeyMap.script(preferences.keys)))\(.attribute("data-user", user))>
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>\(page.title) · Thirdline</title>
        <link rel="stylesheet" href="\(Assets.style.path)">
        <script src="\(Assets.script.path)" nonce="\(nonce)" defer></script>\(page.scripts.map { "\n<script src=\"\($0.path)\" nonce=\"\(nonce)\" defer></script>" as HTML })
        <link rel="icon" href="/favicon.svg" type="image/svg+xml">
        </head>

        """
    }

    private func bodyTag(_ page: Page, _ caller: Caller, class name: String?) -> HTML {
        """
        <body\(.attribute("class", name))\(.attribute("data-events", page.events?.text))\(.attribute("data-mark", page.mark))\(.attribute("data-presence", page.presence?.text))>
        <a class="skip" href="#main">Skip to content</a>
        \(Icons.sprite)
        """
    }

    private func current(_ item: NavigationItem, _ page: Page) -> HTML {
        item.path == page.here ? " aria-current=\"page\"" : .empty
    }

    private func notice(_ page: Page) -> HTML {
        guard let notice = page.notice else { return .empty }
        guard let undo = page.undo else {
            return "<div class=\"notice\" role=\"status\">\(icon("check"))<div>\(notice)</div></div>\n"
        }
        return """
            <div class="notice" data-toast>\(icon("check"))<div role="status">\(notice)</div><form method="post" action="/undo/\(undo.offer)/apply" data-enhance="stay"><input type="hidden" name="_return" value="\(undo.back)"><button class="link" data-key="z" aria-keyshortcuts="z">Undo<kbd>z</kbd></button><p class="form-error" data-form-error role="alert"></p></form></div>

            """
    }

    private var offline: HTML {
        """
        <div class="offline" data-offline role="status" hidden>\(icon("alert"))Not connected. This page may be out of date; it catches up by itself.</div>
        """
    }

    private func brand(_ path: String) -> HTML {
        """
        <a class="brand" href="\(path)"><svg viewBox="0 0 20 20" aria-hidden="true"><rect class="a" x="2" y="3.5" width="16" height="2.5" rx="1.25"/><rect class="a" x="2" y="8.75" width="11" height="2.5" rx="1.25"/><rect class="b" x="2" y="14" width="16" height="2.5" rx="1.25"/></svg>Thirdline</a>
        """
    }
}

extension Page {
    /// What single keys do for this person, as a list that "?" opens.
    static func keys(_ preferences: Preferences) -> HTML {
        let own = KeyMap.actions.map { action -> HTML in
            let key = KeyMap.key(of: action, in: preferences.keys)
            let more: HTML = action.id == "open" ? "<kbd>Enter</kbd>" : .empty
            return row(
                action.title, more + (key.map { "<kbd>\($0)</kbd>" } ?? "<span class=\"dim\">no key</span>"))
        }
        let fixed = [
            row("Search or do anything", "<kbd>Ctrl</kbd><kbd>K</kbd>"),
            row("Send or save", "<kbd>Ctrl</kbd><kbd>Enter</kbd>"), row("Leave a field", "<kbd>Esc</kbd>"),
        ]
        let state: HTML =
            preferences.usesShortcuts ? .empty : "<p class=\"by\"><b>Single keys are switched off.</b></p>"
        return """
            <dialog id="keys" aria-labelledby="keys-h"><div class="head"><h2 id="keys-h">Keys</h2><form class="btns" method="dialog"><button class="btn small">Close<kbd>Esc</kbd></button></form></div>
            \(state)<dl class="keys">\(own)\(fixed)</dl>
            <p class="by">Change or switch off single keys in <a href="/account/keys">your account</a>.</p></dialog>
            """
    }

    private static func row(_ title: String, _ keys: HTML) -> HTML {
        "<div><dt>\(title)</dt><dd>\(keys)</dd></div>"
    }
}

extension KeyMap {
    /// What the page's script needs: for each key that means something else now, the key that the page was made with.
    ///
    /// `x=a` says that x does what a does in the registry; `=a` that nothing does it.
    static func script(_ map: [String: String]) -> String {
        actions.compactMap { action in map[action.id].map { "\($0)=\(action.key)" } }.joined(separator: " ")
    }
}

/// An icon of the sprite, hidden from screen readers: a word always stands beside it.
package func icon(_ name: String) -> HTML {
    "<svg class=\"i\" aria-hidden=\"true\"><use href=\"#i-\(name)\"/></svg>"
}

/// A moment for the reader, without its zone: a clock time today, else with the day.
///
/// Written in UTC; the page's script shows it in the reader's zone. The page says once which that is (`zoneName`), and
/// the markup has the exact time.
package func time(_ moment: Timestamp, now: Timestamp, class name: String? = nil) -> HTML {
    "<time datetime=\"\(moment.rfc3339)\" data-zoned=\"bare\"\(.attribute("class", name))>\(words(for: moment, now: now))</time>"
}

/// A clock time under the heading of its day; the page's script shows both in the reader's zone.
package func clockTime(_ moment: Timestamp, class name: String? = nil) -> HTML {
    "<time datetime=\"\(moment.rfc3339)\" data-zoned=\"clock\"\(.attribute("class", name))>\(moment.clock)</time>"
}

/// A moment for the reader and the zone with it, for sentences and for what somebody must keep.
package func zonedTime(_ moment: Timestamp, now: Timestamp) -> HTML {
    "<time datetime=\"\(moment.rfc3339)\" data-zoned>\(words(for: moment, now: now)) UTC</time>"
}

/// A moment as logs have it: in UTC for every reader, so that it can be compared with their lines.
package func universalTime(_ moment: Timestamp, now: Timestamp) -> HTML {
    "<time datetime=\"\(moment.rfc3339)\">\(words(for: moment, now: now))</time>"
}

/// The zone in which the page shows moments and takes them.
package let zoneName: HTML = "<span data-zone>UTC</span>"

/// How far a moment lies ahead or behind, in short: “in 40 min”, “2 h ago”; the exact time is in the markup.
package func distance(_ moment: Timestamp, now: Timestamp) -> HTML {
    let seconds = moment.seconds(since: now)
    let words = durationWords(seconds: abs(seconds))
    return "<time datetime=\"\(moment.rfc3339)\">\(seconds > 0 ? "in \(words)" : "\(words) ago")</time>"
}

/// `10:31`, `19 Nov 16:22` or `19 Nov 2024`.
package func words(for moment: Timestamp, now: Timestamp) -> String {
    let parts = moment.parts
    if moment.isSameDay(as: now) { return moment.clock }
    let day = "\(parts.day) \(monthNames[parts.month - 1])"
    return parts.year == now.parts.year ? "\(day) \(moment.clock)" : "\(day) \(parts.year) \(moment.clock)"
}

/// `Today, 20 Nov` or `Wednesday, 19 Nov`.
package func dayWords(for moment: Timestamp, now: Timestamp) -> String {
    let parts = moment.parts
    let day =
        "\(parts.day) \(monthNames[parts.month - 1])" + (parts.year == now.parts.year ? "" : " \(parts.year)")
    return moment.isSameDay(as: now) ? "Today, \(day)" : "\(weekdayNames[parts.weekday]), \(day)"
}

private let monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
private let weekdayNames = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
