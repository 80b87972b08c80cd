import Domain
import Storage
import Web

/// The search box of the queue: what stands in it, what helps, and what is said where nothing was found.
enum QueueSearchPages {
    // MARK: Addresses

    /// What the address asks for.
    ///
    /// A search as typed, or the lists that have addresses of their own, written as a search.
    static func view(of call: SignedInCall, _ policy: Policy) throws -> QueuePages.View {
        let request = call.request
        var view = QueuePages.View()
        let typed = try CaseSearchText.checked(request.query("q") ?? "", field: "q").trimmingWhitespace
        let named = try named(request, policy)
        view.isAll = request.query("state") == "all" && typed.isEmpty
        let hasNames = request.query("state") != nil || !named.isEmpty
        view.isTyped = !typed.isEmpty || hasNames
        view.savedID = request.query("view").flatMap { $0.isEmpty ? nil : $0 }
        if typed.isEmpty, !hasNames {
            view.isPlain = true
            view.text = "is:open"
        } else if named.isEmpty {
            view.text = typed
        } else {
            view.text = joined(named, typed)
        }
        view.isMine = request.query("owner") == "me" && typed.isEmpty
        view.isWatched = request.query("watch") == "me" && typed.isEmpty
        view.isCountedExactly = request.query("count") == "exact"
        switch request.query("page") {
        case nil, ""?: break
        case "last"?: (view.isLastPage, view.page.isBackwards) = (true, true)
        case let other?:
            throw Refusal(
                .invalid, "unknown_page", "There is no page “\(other)”. Use last, or go through the pages.")
        }
        if let after = try CasePosition(cursor: request.query("cursor")) {
            (view.page.after, view.page.isBackwards) = (after, false)
        } else if let before = try CasePosition(cursor: request.query("before")) {
            (view.page.after, view.page.isBackwards) = (before, true)
        }
        return view
    }

    /// The lists that have addresses of their own: as they stand in links, bookmarks and the navigation.
    private static func named(_ request: WebRequest, _ policy: Policy) throws -> [String] {
        var parts: [String] = []
        func value(_ text: String) -> String {
            SearchExpression.filter(.init(.component, .equal, [.init(text, column: 1)], column: 1)).text
                .replacing("component:", with: "")
        }
        switch request.query("state") {
        case nil, "", "open": break
        case "all": break
        case let state?:
            guard policy.status(ID(state)) != nil else {
                throw Refusal(
                    .invalid, "unknown_state", "There is no state “\(state)”. Choose one in the filters.")
            }
            parts.append("status:\(value(state))")
        }
        if let severity = request.query("severity"), !severity.isEmpty {
            guard let found = policy.severity(named: severity) else {
                throw Refusal(
                    .invalid, "unknown_severity",
                    "There is no severity “\(severity)”. Choose one in the filters.")
            }
            parts.append("severity:\(value(found.id.raw))")
        }
        if let component = request.query("component"), !component.isEmpty {
            parts.append("component:\(value(component))")
        }
        switch request.query("owner") {
        case "me": parts.append("owner:@me")
        case "none": parts.append("owner:none")
        default: break
        }
        switch request.query("next") {
        case nil, "": break
        case "none": parts.append("no:next_action")
        case "overdue": parts.append("is:overdue")
        case let text?:
            throw Refusal(
                .invalid, "unknown_next", "There is no view “\(text)” of next actions. Use none or overdue.")
        }
        if let watch = request.query("watch"), !watch.isEmpty {
            guard watch == "me" else {
                throw Refusal(
                    .invalid, "unknown_watch", "There is no list “\(watch)” of watched cases. Use me.")
            }
            parts.append("is:watched")
        }
        if let reason = request.query("blocked"), !reason.isEmpty {
            parts.append(reason == "none" ? "no:blocker" : "waits:\(value(reason))")
        }
        let state = request.query("state")
        let isOpen = state == "open" || (state == nil && (request.query("q") ?? "").isEmpty && !parts.isEmpty)
        return (isOpen ? ["is:open"] : []) + parts
    }

    /// What was named and what was typed as one search.
    private static func joined(_ named: [String], _ typed: String) -> String {
        let start = named.joined(separator: " ")
        guard !typed.isEmpty else { return start }
        // An OR that was typed is no OR with what was named; what cannot be read is told later.
        let tree = try? SearchParser.parse(typed)  // see above
        if case .any? = tree { return "\(start) (\(typed))" }
        return "\(start) \(typed)"
    }

    /// The address of a search.
    static func address(_ text: String) -> String {
        text.isEmpty ? "/cases?state=all" : "/cases?q=\(percentEncoded(text))"
    }

    /// The address of what a page shows, with more.
    static func address(_ view: QueuePages.View, _ more: [String: String] = [:]) -> String {
        let base = view.isPlain ? "/cases" : address(view.text)
        var more = more
        if let saved = view.savedID { more["view"] = saved }
        let pairs = more.sorted { $0.key < $1.key }.map { "\($0.key)=\(percentEncoded($0.value))" }
        guard !pairs.isEmpty else { return base }
        return base + (base.contains("?") ? "&" : "?") + pairs.joined(separator: "&")
    }

    // MARK: The box

    static func box(_ view: QueuePages.View, _ policy: Policy, isOf saved: SavedView?) -> HTML {
        let from: HTML =
            saved.map { "<input type=\"hidden\" name=\"view\" value=\"\($0.id.raw)\">" } ?? .empty
        let described: HTML = view.problem == nil ? "q-help" : "q-err q-help"
        let invalid: HTML = view.problem == nil ? .empty : " aria-invalid=\"true\""
        return """
            <form class="filters" role="search" action="/cases"><div class="seek">\(icon("search"))<label class="sr" for="q">Search cases</label><input class="input" id="q" name="q" type="search" maxlength="\(String(SearchParser.mostCharacters))" value="\(view.text)" placeholder="Words, a number, or is:open sev:1 owner:@me" autocomplete="off" autocapitalize="off" spellcheck="false" data-search aria-keyshortcuts="/" aria-describedby="\(described)"\(invalid)></div>\(from)<button class="btn">Search</button></form>
            \(problem(view))\(quick(view, policy))\(help)
            """
    }

    /// What is wrong, and where: the search with the character marked.
    private static func problem(_ view: QueuePages.View) -> HTML {
        guard let problem = view.problem else { return .empty }
        let characters = Array(view.text)
        let place = max(0, min(problem.column - 1, characters.count))
        // The line is long only where the search is; what is far from the place is left out.
        let (from, until) = (max(0, place - 60), min(characters.count, place + 60))
        let before = (from > 0 ? "…" : "") + String(characters[from..<place])
        let at = place < characters.count ? String(characters[place]) : " "
        let after =
            place < until
            ? String(characters[(place + 1)..<max(until, place + 1)]) + (until < characters.count ? "…" : "")
            : ""
        return """
            <div class="q-err" id="q-err" role="alert"><p>\(icon("alert"))<span>\(problem.message)</span></p><p class="q-at"><code>\(before)<mark>\(at)</mark>\(after)</code> <span class="dim">column \(String(problem.column))</span></p></div>
            """
    }

    /// Filters that write the search for whoever does not want to.
    private static func quick(_ view: QueuePages.View, _ policy: Policy) -> HTML {
        let tree = view.tree
        func link(_ name: String, _ next: SearchExpression, isOn: Bool) -> HTML {
            """
            <a href="\(address(next.text))"\(isOn ? " aria-current=\"true\"" : .empty)>\(name)</a>
            """
        }
        func word(_ name: String, _ field: SearchField, _ value: String) -> HTML {
            link(name, tree.toggling(field, value), isOn: tree.values(of: field).contains(value))
        }
        func choice(_ name: String, _ field: SearchField, _ value: String) -> HTML {
            let isOn = tree.values(of: field) == [value]
            return link(name, tree.setting(field, isOn ? nil : value), isOn: isOn)
        }
        func list(_ title: String, _ links: [HTML]) -> HTML {
            "<div class=\"pick\"><h3>\(title)</h3>\(links)</div>"
        }
        let severities = policy.severities.map { choice($0.name, .severity, $0.id.raw) }
        let orders: [(String, SearchOrder)] = [
            ("Gravest first", .gravest), ("First to breach", .breachAscending), ("Newest", .openedDescending),
            ("Oldest", .openedAscending), ("Longest unchanged", .updatedAscending),
        ]
        let more: [HTML] = [
            list("Order", orders.map { choice($0.0, .sort, $0.1.rawValue) }),
            list(
                "State",
                [link("All cases", .every([]), isOn: view.isAll)]
                    + policy.statuses.map { choice($0.name, .status, $0.id.raw) }),
            list("Severity", severities),
            list("Component", policy.components.map { choice($0.name, .component, $0.id) }),
            list("Tier", policy.tiers.map { choice($0.name, .tier, $0.id) }),
            list(
                "Has",
                [("Evidence", "evidence"), ("Workaround", "workaround"), ("Cause", "cause"), ("Fix", "fix")]
                    .map {
                        word($0.0, .has, $0.1)
                    }),
        ]
        return """
            <div class="q-quick"><nav class="views" aria-label="Quick filters">\(word("Open", .state, "open"))\(choice("Mine", .owner, "@me"))\(choice("No owner", .owner, "none"))\(word("Waiting", .state, "waiting"))\(word("Overdue", .state, "overdue"))\(word("Solved", .state, "solved"))</nav>
            <details class="q-more"><summary>More filters</summary><div class="picks">\(more)</div></details></div>
            """
    }

    private static let help: HTML = {
        let examples: [(String, String)] = [
            ("ORA-12541", "words, codes, URLs and parts of words, as they stand there"),
            ("\"connection reset\"", "words in this order"),
            ("is:open sev:1,2 owner:@me", "open, one of two severities, yours"),
            ("account:acme tier:enterprise", "of a customer, or of a tier"),
            ("updated:<2d opened:2026-11", "changed in the last two days; opened in a month"),
            ("breach:<2h sort:breach", "a promise ends within two hours; the first on top"),
            ("is:open sort:severity", "the gravest on top, and of those what must be done first"),
            ("is:breached", "a promise to a customer is over; also is:late, is:overdue, is:stuck"),
            ("is:behind", "a clock among ourselves is over, such as the answer of engineering"),
            ("is:unexplained", "a promise was missed and nobody recorded why; is:missed finds all"),
            ("timeout -proxy", "the one word and not the other"),
            ("(refund OR invoice) no:workaround", "either, in brackets; and what a case lacks"),
            ("has:evidence attachment:heapdump", "by what is attached"),
            ("status<solved sort:opened-asc", "Zendesk’s spellings work too; oldest first"),
        ]
        let rows = examples.map { text, words in
            "<li><a href=\"\(address(text))\"><code>\(text)</code></a> <span>\(words)</span></li>" as HTML
        }
        let fields = SearchField.allCases.map { "<code>\($0.rawValue):</code> " as HTML }
        return """
            <details class="q-help" id="q-help"><summary>How to search</summary><ul class="q-eg">\(rows)</ul><p class="by">Fields: \(fields)</p><p class="by">Words are looked for in numbers, subjects, messages, notes, hypotheses and all else that stands in the timeline, and in names and text of attachments. What stands side by side must all be there; <b>AND</b>, <b>OR</b> and <b>NOT</b> are written in capitals; a comma means or.</p></details>
            """
    }()

    // MARK: What was found

    static func snippet(_ snippet: CaseSnippet) -> HTML {
        let place =
            switch snippet.kind {
            case .subject: "Subject"
            case .message: "Message"
            case .note: "Note"
            case .attachment: "Attachment"
            case .file: "In a file"
            case .entry: "Timeline"
            }
        let (before, found, after) = snippet.parts
        return """
            <span class="found" dir="auto"><b>\(place)</b> \(before)<mark>\(found)</mark>\(after)</span>
            """
    }

    /// Nothing was found: what was asked for, and what can be left out.
    static func nothing(_ view: QueuePages.View) -> HTML {
        var parts: [SearchExpression] = [view.tree]
        if case .every(let all) = view.tree { parts = all }
        let looser =
            parts.count < 2
            ? []
            : parts.indices.map { index -> HTML in
                var rest = parts
                rest.remove(at: index)
                let text = SearchExpression.every(rest).text
                return """
                    <li><a href="\(address(text))">without <code>\(SearchExpression.every([parts[index]]).text)</code></a></li>
                    """
            }
        let loosen: HTML = looser.isEmpty ? .empty : "<p>Look again:</p><ul class=\"looser\">\(looser)</ul>"
        let understood = parts.map { "<code>\(SearchExpression.every([$0]).text)</code>" as HTML }
        return """
            <div class="card" id="queue" data-live><div class="empty"><h2>No case matches</h2><p>Asked for: \(HTML.joined(understood, by: " and "))</p>\(loosen)<div class="btns"><a class="btn" href="/cases">Go to the queue</a></div></div></div>
            """
    }
}
