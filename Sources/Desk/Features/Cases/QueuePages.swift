import Domain
import Storage
import Web

/// The queue: what is open, what has no owner, what is yours.
enum QueuePages {
    /// What the address asks for.
    struct View: Sendable {
        /// The search as it stands in the box.
        var text = ""
        /// The search as a tree; empty where it cannot be read.
        var tree = SearchExpression.every([])
        var filter = CaseFilter()
        /// What is wrong with the search.
        var problem: SearchProblem?
        /// Whether nothing was asked for: the queue as it is.
        var isPlain = false
        /// The saved view that is asked for.
        var savedID: String?
        /// Whether a search stands in the address.
        var isTyped = false
        var isMine = false
        var isWatched = false
        /// Whether all cases are asked for, for which an empty search says nothing.
        var isAll = false
        var page = CasePage(limit: pageSize + 1)
        var isLastPage = false
        var isCountedExactly = false

        /// The order, in words that go after a list's name.
        var orderWords: String {
            switch filter.order {
            case .updatedDescending: "latest change first"
            case .updatedAscending: "oldest change first"
            case .openedDescending: "newest first"
            case .openedAscending: "oldest first"
            case .breachAscending: "first to breach first"
            case .gravest: "gravest first"
            }
        }
    }

    struct Group: Sendable {
        var title: String
        var count: Int
        var isExact = true
        var cases: [SupportCase]
        var hasMore = false
        /// Where all of them are listed; nil where the page goes on by itself.
        var address: String?
    }

    /// What a page of the queue shows.
    private struct Content: Sendable {
        var view: View
        var groups: [Group] = []
        var names = Names(people: [:], organisations: [:])
        var total = CaseTotal(0)
        var needs: Needs?
        var strip = ViewStrip()
        var snippets: [String: CaseSnippet] = [:]
        var filling: (done: Int64, until: Int64)?
        var skipped = 0
        /// The case whose number was typed.
        var exact: SupportCase?
        /// Whether the page does not begin with the first case.
        var hasNewer = false
    }

    struct Names: Sendable {
        var people: [String: String]
        var organisations: [ID<Organisation>: (name: String, tier: String)]
        var replying: [String: String] = [:]
        var deadlines: [ID<SupportCase>: ServiceLevelsDirectory.Deadline] = [:]
    }

    static let pageSize = 50

    static func queue(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let policy = services.policy.current
        let now = services.clock()
        let typed = try QueueSearchPages.view(of: call, policy)
        let content = try await services.database.read { [counts = services.caseCounts] tx in
            try read(typed, call, policy, now: now, counts, in: tx)
        }
        let view = content.view
        let title =
            content.strip.current?.content.name
            ?? (view.isMine ? "My cases" : view.isWatched ? "Cases you watch" : "Queue")
        let table: HTML =
            view.problem != nil
            ? .empty
            : content.groups.allSatisfy(\.cases.isEmpty)
                ? empty(view, call.actor)
                : """
                <div class="card clip" id="queue" data-live><table class="queue" role="table" aria-label="Cases, \(view.orderWords)">
                \(tableHead)\(content.groups.filter { !$0.cases.isEmpty }.map { group($0, content.names, policy, now, content.snippets) })</table></div>
                \(bulkBar(content, BulkAct.all(for: call.actor, services.catalog)))\(pager(content))
                """
        let isKept = view.isPlain || view.problem != nil || view.text.isEmpty
        let keeping: HTML =
            isKept
            ? .empty
            : ViewsPages.keeping(view.text, content.strip, for: call.actor) { newIdentifier(at: now) }
        var page = Page(
            title,
            here: view.isMine ? "/cases?owner=me" : view.isWatched ? "/cases?watch=me" : "/cases",
            main: """
                <div class="q-head"><h1>\(title)</h1>\(countWords(content))\(newCaseButton(call.actor))</div>
                \(ViewsPages.strip(content.strip, isQueue: view.isPlain))\(QueueSearchPages.box(view, policy, isOf: content.strip.current))\(keeping)\(content.needs?.html ?? .empty)\(notes(content))\(table)
                \(hints)
                """)
        page.events = "/events"
        return services.page(page, for: call, status: view.problem == nil ? 200 : 422)
    }

    private static func read(
        _ typed: View, _ call: SignedInCall, _ policy: Policy, now: Timestamp, _ counts: CaseCounts,
        in tx: borrowing Transaction
    ) throws -> Content {
        var view = typed
        let saved = try saved(&view, call.actor, in: tx)
        let strip = try ViewStrip(
            for: call.actor, current: saved, policy: policy, now: now, counts: counts, in: tx)
        switch try CaseSearchText(view.text, for: call.actor, policy: policy, now: now).meaning(in: tx) {
        case .problem(let problem):
            view.problem = problem
            return Content(view: view, strip: changed(strip, view))
        case .found(let tree, let filter): (view.tree, view.filter) = (tree, filter)
        }
        var content = Content(view: view, strip: changed(strip, view))
        content.needs = try Needs(view, call.actor, policy, now: now, counts, in: tx)
        if view.isPlain, view.page.after == nil, !view.isLastPage {
            let total = try counts.count(view.filter, for: call.actor, in: tx)
            content.total = CaseTotal(total)
            content.groups = try groups(view, call.actor, policy, total: total, counts, in: tx)
        } else {
            let found = try CaseDirectory.search(
                view.filter, for: call.actor, view.page, isExact: view.isCountedExactly, counts: counts,
                in: tx)
            content.total = found.total
            let isReversed = view.page.isBackwards
            let hasMore = found.cases.count > pageSize
            let shown = Array(isReversed ? found.cases.suffix(pageSize) : found.cases.prefix(pageSize))
            content.hasNewer = isReversed ? hasMore : view.page.after != nil
            let title =
                view.isMine
                ? "Yours" : view.isWatched ? "Watched" : view.isPlain || view.isAll ? "All" : "Found"
            content.groups = [
                Group(
                    title: title, count: found.total.number, isExact: found.total.isExact, cases: shown,
                    hasMore: isReversed ? view.page.after != nil : hasMore)
            ]
        }
        content.exact = try CaseDirectory.numbered(view.text, for: call.actor, policy: policy, in: tx)
        let shown = content.groups.flatMap(\.cases)
        content.names = try names(of: shown, in: tx)
        content.names.replying = try PresenceStore.replying(
            on: shown.map(\.id), for: call.actor, at: now, in: tx)
        if view.filter.condition?.worded != nil {
            content.snippets = try CaseDirectory.snippets(of: view.filter, in: shown, for: call.actor, in: tx)
            content.filling = try SearchDirectory.filling(in: tx)
            content.skipped = try SearchDirectory.skippedCount(in: tx)
        }
        return content
    }

    /// The saved view that the address asks for, or that the reader wants to see first; its search is the page's then.
    private static func saved(
        _ view: inout View, _ actor: Actor, in tx: borrowing Transaction
    ) throws -> SavedView? {
        guard view.isPlain || view.savedID != nil, view.savedID != "none" else { return nil }
        let saved =
            try view.savedID.map { try ViewDirectory.find($0, for: actor, in: tx) }
            ?? ViewDirectory.first(for: actor, in: tx)
        guard let saved else { return nil }
        view.savedID = saved.id.raw
        if !view.isTyped { (view.text, view.isPlain) = (saved.content.search, false) }
        return saved
    }

    private static func changed(_ strip: ViewStrip, _ view: View) -> ViewStrip {
        var strip = strip
        strip.isChanged = strip.current.map { $0.content.search != view.text } ?? false
        return strip
    }

    /// What a list is asked to show by next action: "none", "overdue" or nothing.
    static func nextAction(_ text: String?, now: Timestamp) throws -> CaseFilter.NextAction {
        switch text {
        case nil, "": .any
        case "none": .lacking
        case "overdue": .overdue(now)
        case let text?:
            throw Refusal(
                .invalid, "unknown_next", "There is no view “\(text)” of next actions. Use none or overdue.")
        }
    }

    /// What a list is asked to show by what cases wait for: a reason of policy, "none" or nothing.
    static func blocked(_ text: String?, _ policy: Policy) throws -> CaseFilter.Blocked {
        switch text {
        case nil, "": return .any
        case "none": return .unnamed
        case let text?:
            // A reason that policy no longer has may still stand in cases, so any word is looked for.
            return .by(try checkedSearch(text))
        }
    }

    static func checkedSearch(_ text: String) throws -> String {
        let text = text.trimmingWhitespace
        guard text.utf8.count <= 1000 else {
            throw Refusal(
                .invalid, "search_too_long", "A search has at most 1,000 bytes. Use the rarest part of it.")
        }
        guard !text.utf8.contains(0) else {
            throw Refusal(.invalid, "nul", "A search cannot hold a NUL character.")
        }
        return text
    }

    private static func groups(
        _ view: View, _ actor: Actor, _ policy: Policy, total: Int, _ counts: CaseCounts,
        in tx: borrowing Transaction
    ) throws -> [Group] {
        let me = ID<Person>(actor.id)
        func group(_ title: String, _ owner: CaseFilter.Owner, limit: Int, of rest: Int? = nil) throws
            -> Group
        {
            var filter = view.filter
            filter.owner = owner
            let cases = try CaseDirectory.list(filter, for: actor, limit: limit + 1, in: tx)
            let count =
                try cases.count <= limit
                ? cases.count : rest ?? counts.count(filter, for: actor, in: tx)
            return Group(
                title: title, count: count, cases: Array(cases.prefix(limit)), hasMore: cases.count > limit)
        }
        // What waits for somebody: the gravest first, and of those the latest.
        func gravest(_ title: String, _ owner: CaseFilter.Owner, _ address: String) throws -> Group {
            let limit = 20
            var filter = view.filter
            filter.owner = owner
            let count = try counts.count(filter, for: actor, in: tx)
            guard count > limit else {
                let rank = Dictionary(
                    policy.severities.enumerated().map { ($0.element.id, $0.offset) }, uniquingKeysWith: min)
                var all = try group(title, owner, limit: limit)
                all.cases.sort {
                    (rank[$0.severity] ?? .max, $1.updatedAt) < (rank[$1.severity] ?? .max, $0.updatedAt)
                }
                return all
            }
            var found = Group(title: title, count: count, cases: [], hasMore: true, address: address)
            for severity in policy.severities where found.cases.count < limit {
                filter.severity = severity.id
                guard try counts.count(filter, for: actor, in: tx) > 0 else { continue }
                found.cases += try CaseDirectory.list(
                    filter, for: actor, limit: limit - found.cases.count, in: tx)
            }
            return found
        }
        let unowned = try gravest("Unowned", .nobody, QueueSearchPages.address("is:open owner:none"))
        let yours = try gravest("Yours", .person(me), "/cases?owner=me")
        // Every case is in one of the three.
        let others = try group(
            "Others", .others(me), limit: pageSize, of: total - unowned.count - yours.count)
        return [unowned, yours, others]
    }

    static func names(of cases: [SupportCase], in tx: borrowing Transaction) throws -> Names {
        Names(
            people: try PeopleDirectory.names(
                of: cases.flatMap { [$0.owner?.raw, $0.arrangement.nextActionOwner?.raw] }.compactMap { $0 },
                in: tx),
            organisations: try CustomerDirectory.names(of: cases.compactMap(\.organisation), in: tx),
            deadlines: try ServiceLevelsDirectory.deadlines(of: cases.map(\.id), in: tx))
    }

    // MARK: Parts

    private static func newCaseButton(_ actor: Actor) -> HTML {
        guard actor.may("case.open") else { return .empty }
        return """
            <div class="btns"><a class="btn go" href="/cases/new" data-key="c" aria-keyshortcuts="c">\(icon("plus"))New case<kbd>c</kbd></a></div>
            """
    }

    /// What needs somebody now, counted.
    private struct Needs: Sendable {
        var unowned = 0
        var lacking = 0
        var overdue = 0
        var unchecked = 0

        init(
            _ view: View, _ actor: Actor, _ policy: Policy, now: Timestamp, _ counts: CaseCounts,
            in tx: borrowing Transaction
        ) throws {
            // The numbers are those of the open cases, and links to what they count.
            guard view.isPlain else { return }
            func count(_ change: (inout CaseFilter) -> Void) throws -> Int {
                var filter = view.filter
                change(&filter)
                return try counts.count(filter, for: actor, isSteady: true, in: tx)
            }
            // Counted once a minute, not once a page.
            let minute = Timestamp(microseconds: now.microseconds - now.microseconds % 60_000_000)
            unowned = try count { $0.owner = .nobody }
            lacking = try count { $0.nextAction = .lacking }
            overdue = try count { $0.nextAction = .overdue(minute) }
            unchecked = try counts.count(
                SeverityCheckPages.filter(policy, now: minute, isUnchecked: true), for: actor, isSteady: true,
                in: tx)
        }

        var html: HTML {
            let lines = [
                (unowned, QueueSearchPages.address("is:open owner:none"), "none", "without owner"),
                (lacking, QueueSearchPages.address("is:open no:next_action"), "alert", "without next action"),
                (overdue, QueueSearchPages.address("is:open is:overdue"), "clock", "overdue"),
                (unchecked, "/cases/check", "rank", "to check for severity"),
            ]
            let links = lines.filter { $0.0 > 0 }.map { count, link, symbol, words in
                "<a class=\"warn\" href=\"\(link)\">\(icon(symbol))<span><b>\(grouped(count))</b> \(words)</span></a>"
                    as HTML
            }
            return """
                <nav class="needs" id="needs" aria-label="Needs you now" data-live>\(links)</nav>
                """
        }
    }

    static let tableHead: HTML = """
        <thead role="rowgroup"><tr role="row"><th class="c-sev" scope="col" role="columnheader">Sev</th><th scope="col" role="columnheader">Case</th><th class="c-next" scope="col" role="columnheader">Next action</th><th class="c-state" scope="col" role="columnheader">State</th><th class="c-owner" scope="col" role="columnheader">Owner</th><th class="c-upd" scope="col" role="columnheader">Updated</th></tr></thead>

        """

    private static func group(
        _ group: Group, _ names: Names, _ policy: Policy, _ now: Timestamp, _ snippets: [String: CaseSnippet]
    ) -> HTML {
        let all = grouped(group.count) + (group.isExact ? "" : "+")
        let count = group.count > group.cases.count ? "\(group.cases.count) of \(all)" : all
        let more: HTML =
            group.address.flatMap { address in
                group.count > group.cases.count ? " <a href=\"\(address)\">Show all \(all)</a>" : nil
            } ?? .empty
        return """
            <tbody role="rowgroup"><tr class="group" role="row"><th colspan="6" scope="rowgroup" role="rowheader">\(group.title) <span>\(count)</span>\(more)</th></tr>
            \(rows(group.cases, names, policy, now, snippets, isPickable: true))</tbody>

            """
    }

    /// The rows of some cases.
    static func rows(
        _ cases: [SupportCase], _ names: Names, _ policy: Policy, _ now: Timestamp,
        _ snippets: [String: CaseSnippet] = [:], isPickable: Bool = false
    ) -> HTML {
        var pieces = Pieces()
        var html: HTML = ""
        for this in cases {
            html += row(this, names, policy, now, snippets[this.id.raw], isPickable: isPickable, &pieces)
        }
        return html
    }

    /// Pieces of rows that are alike in many of them, made once a list.
    private struct Pieces {
        private enum Kind: Hashable {
            case severity(ID<Policy.Severity>)
            case state(ID<Policy.Status>)
            case owner(ID<Person>?)
            case about(ID<Organisation>?, component: String?)
        }

        private var made: [Kind: HTML] = [:]

        private mutating func piece(_ kind: Kind, _ make: () -> HTML) -> HTML {
            if let known = made[kind] { return known }
            let html = make()
            made[kind] = html
            return html
        }

        mutating func severity(of this: SupportCase, _ policy: Policy) -> HTML {
            piece(.severity(this.severity)) { QueuePages.severity(this.severity, policy) }
        }

        mutating func state(of this: SupportCase, _ policy: Policy) -> HTML {
            piece(.state(this.status)) { QueuePages.state(this.status, policy) }
        }

        mutating func owner(of this: SupportCase, _ names: Names) -> HTML {
            piece(.owner(this.owner)) { QueuePages.owner(this, names) }
        }

        /// Whose case it is and which part of the product it is about.
        mutating func about(_ this: SupportCase, _ names: Names, _ policy: Policy) -> HTML {
            piece(.about(this.organisation, component: this.classification[.component])) {
                var parts: [String] = []
                if let organisation = this.organisation.flatMap({ names.organisations[$0] }) {
                    parts += [organisation.name, policy.name(of: organisation.tier, in: \.tiers)]
                } else {
                    parts.append("Internal request")
                }
                if let component = this.classification[.component] {
                    parts.append(policy.name(of: component, in: \.components))
                }
                return HTML.joined(parts.map(isolated), by: " · ")
            }
        }
    }

    private static func row(
        _ this: SupportCase, _ names: Names, _ policy: Policy, _ now: Timestamp, _ snippet: CaseSnippet?,
        isPickable: Bool, _ pieces: inout Pieces
    ) -> HTML {
        let isWaitingForUs = this.unansweredSince != nil && policy.phase(of: this.status) != .closed
        let news: HTML =
            if let writer = names.replying[this.id.raw] {
                "<span class=\"news\">\(isolated(writer)) is replying</span> · "
            } else if isWaitingForUs {
                "<span class=\"news\">\(news(of: this, policy))</span> · "
            } else { .empty }
        return """
            <tr class="row\(isWaitingForUs ? " new" : "")" id="r-\(this.number)" role="row" data-row>
            <td class="c-sev" role="cell">\(isPickable ? tick(this.number) : .empty)\(pieces.severity(of: this, policy))</td>
            <td class="c-case" role="cell"><a class="one subject" dir="auto" href="/cases/\(this.number)" data-row-open>\(this.subject)</a><span class="two">\(this.number) · \(deadline(names.deadlines[this.id], now).map { "\($0) · " } ?? .empty)\(news)\(pieces.about(this, names, policy))</span>\(snippet.map(QueueSearchPages.snippet) ?? .empty)</td>
            \(next(this, names, policy, now))<td class="c-state" role="cell">\(pieces.state(of: this, policy))<span class="two">\(waiting(this, policy))for \(durationWords(seconds: now.seconds(since: this.statusSince)))</span></td>
            <td class="c-owner" role="cell">\(pieces.owner(of: this, names))<a class="sr" href="/cases/\(this.number)/assign" data-row-assign tabindex="-1" aria-hidden="true">Assign \(this.number)</a></td>
            <td class="c-upd" role="cell">\(time(this.updatedAt, now: now))</td>
            </tr>

            """
    }

    /// Chooses the row for what is done to many cases at once.
    private static func tick(_ number: String) -> HTML {
        """
        <input class="pick-row" type="checkbox" name="case" value="\(number)" id="pick-\(number)" form="bulk" aria-label="Select \(number)" data-pick>
        """
    }

    /// What can be done to the rows that are ticked, or to all that the search finds.
    private static func bulkBar(_ content: Content, _ acts: [AnyOperation]) -> HTML {
        guard !acts.isEmpty else { return .empty }
        let (view, total) = (content.view, content.total)
        let options = acts.map { "<option value=\"\($0.name)\">\($0.summary)</option>" as HTML }
        let words = grouped(total.number) + (total.isExact ? "" : "+")
        let shown = content.groups.reduce(0) { $0 + $1.cases.count }
        let all: HTML =
            total.number > shown || !total.isExact
            ? "<label class=\"tick\"><input type=\"checkbox\" name=\"all\" value=\"1\"><span>All \(words) that match</span></label>"
            : .empty
        return """
            <form class="bulkbar" id="bulk" method="get" action="/bulk/preview" aria-label="Change many cases" data-pick-bar><input type="hidden" name="q" value="\(view.text)"><label class="tick js"><input type="checkbox" data-pick-page><span>All on this page</span></label>\(all)<span class="dim" data-pick-count role="status"></span><label class="sr" for="bulk-act">What is done</label><select class="input" id="bulk-act" name="act">\(options)</select><button class="btn go">Next</button></form>
            """
    }

    /// What is done next, by whom and until when; a dash where the case is done.
    private static func next(
        _ this: SupportCase, _ names: Names, _ policy: Policy, _ now: Timestamp
    ) -> HTML {
        let arranged = this.arrangement
        guard let text = arranged.nextAction, let due = arranged.nextActionDueAt else {
            let isDone = [.resolved, .closed].contains(policy.phase(of: this.status))
            return isDone
                ? "<td class=\"c-next\" role=\"cell\"></td>"
                : "<td class=\"c-next\" role=\"cell\"><span class=\"dim\">No next action</span></td>"
        }
        let name = arranged.nextActionOwner.flatMap { names.people[$0.raw] } ?? "Somebody"
        let when: HTML =
            due < now
            ? "<span class=\"bad\">was due \(time(due, now: now))</span>" : "due \(time(due, now: now))"
        return """
            <td class="c-next" role="cell"><span class="one" dir="auto">\(text)</span><span class="two">\(isolated(name)) · \(when)</span></td>
            """
    }

    /// The promise that ends first, where that is within a day or was missed.
    static func deadline(_ deadline: ServiceLevelsDirectory.Deadline?, _ now: Timestamp) -> HTML? {
        guard let deadline, deadline.at < now.adding(seconds: 86_400) else { return nil }
        let isLate = deadline.at <= now
        return
            "<span class=\"\(isLate ? "bad" : "soon")\">\(deadline.clock.label) due \(distance(deadline.at, now: now))</span>"
    }

    private static func waiting(_ this: SupportCase, _ policy: Policy) -> HTML {
        guard let reason = this.arrangement.blockedBy, policy.phase(of: this.status) == .waiting,
            policy.status(this.status)?.blockedBy != reason
        else { return .empty }
        return "\(policy.blockName(reason)), "
    }

    private static func news(of this: SupportCase, _ policy: Policy) -> String {
        if this.firstReplyAt != nil { return "customer wrote" }
        return this.status == policy.statuses.first?.id ? "new" : "not answered yet"
    }

    static func severity(_ id: ID<Policy.Severity>, _ policy: Policy) -> HTML {
        let rank = (policy.severities.firstIndex { $0.id == id } ?? 3) + 1
        return """
            <span class="sev s\(min(rank, 4))"><span class="sr">Severity </span>S\(rank)</span>
            """
    }

    static func state(_ id: ID<Policy.Status>, _ policy: Policy) -> HTML {
        "<span class=\"state\">\(icon(stateIcon(id, policy)))\(policy.status(id)?.name ?? id.raw)</span>"
    }

    static func stateIcon(_ id: ID<Policy.Status>, _ policy: Policy) -> String {
        if id == policy.statuses.first?.id { return "s-new" }
        if id == policy.reopenedStatus { return "s-again" }
        switch policy.phase(of: id) {
        case .open: return id.raw == "triaging" ? "s-triage" : "s-work"
        case .waiting: return "s-wait"
        case .mitigated, .verifying: return "s-most"
        case .resolved: return "s-done"
        case .closed: return "s-closed"
        }
    }

    static func owner(_ this: SupportCase, _ names: Names) -> HTML {
        guard let owner = this.owner else {
            return """
                <span class="owner"><span class="av none" aria-hidden="true">?</span><span class="one name warn" aria-hidden="true">No owner</span><span class="sr">No owner</span></span>
                """
        }
        let name = names.people[owner.raw] ?? "Somebody"
        return """
            <span class="owner"><span class="av" aria-hidden="true">\(Person.initials(of: name))</span><span class="one name" aria-hidden="true">\(name)</span><span class="sr">\(name)</span></span>
            """
    }

    /// How many there are.
    private static func countWords(_ content: Content) -> HTML {
        guard content.view.problem == nil else { return .empty }
        let number = grouped(content.total.number) + (content.total.isExact ? "" : "+")
        let words = content.view.isPlain ? "open" : "found"
        let all: HTML =
            content.total.isExact
            ? .empty
            : " · <a href=\"\(QueueSearchPages.address(content.view, ["count": "exact"]))\">Count all</a>"
        return """
            <span class="dim nowrap" id="q-count" data-live>\(number) \(words)\(all)</span>
            """
    }

    /// What a reader should know of a search: what is not searched yet, and what is not searched at all.
    private static func notes(_ content: Content) -> HTML {
        var notes: [HTML] = []
        if let meant = content.exact {
            notes.append(
                """
                <p class="notice" id="q-exact">\(icon("search"))<span><a href="/cases/\(meant.number)">\(meant.number)</a> <span dir="auto">\(meant.subject)</span></span></p>
                """)
        }
        let words = content.view.text.split(separator: " ")
        if let small = words.first(where: { ["or", "and", "not"].contains($0) }), words.count > 1 {
            notes.append(
                """
                <p class="by" id="q-small">“\(String(small))” was looked for as a word. Write \(small.uppercased()) in capitals to join what you look for.</p>
                """)
        }
        if let (done, until) = content.filling {
            notes.append(
                """
                <p class="notice" id="q-filling" data-live>Older words are still being made findable: \(String(100 * done / max(1, until))) % are. What was written lately is found already.</p>
                """)
        }
        if content.skipped > 0 {
            let number = content.skipped > 10_000 ? "10,000+" : grouped(content.skipped)
            notes.append(
                """
                <p class="by" id="q-skipped">\(number) \(content.skipped == 1 ? "attachment is" : "attachments are") not searched, or not as a whole; each says why on its page.</p>
                """)
        }
        return "\(notes)"
    }

    /// Links to the other pages of the list.
    private static func pager(_ content: Content) -> HTML {
        guard let last = content.groups.last, content.hasNewer || last.hasMore else { return .empty }
        let view = content.view
        func link(_ words: String, _ more: [String: String]) -> HTML {
            "<a class=\"btn\" href=\"\(QueueSearchPages.address(view, more))\">\(words)</a>"
        }
        func cursor(_ this: SupportCase) -> String {
            Cursor.text([
                String(CasePosition(this, in: view.filter.order, for: .system).changedAt), this.id.raw,
            ])
        }
        var links: [HTML] = []
        if content.hasNewer, let first = last.cases.first {
            links.append(link("First page", [:]))
            links.append(link("Show newer", ["before": cursor(first)]))
        }
        if last.hasMore, let end = last.cases.last {
            links.append(link("Show older", ["cursor": cursor(end)]))
            links.append(link("Last page", ["page": "last"]))
        }
        return "<nav class=\"more\" aria-label=\"Pages\">\(links)</nav>\n"
    }

    private static func empty(_ view: View, _ actor: Actor) -> HTML {
        if view.isWatched {
            return """
                <div class="card" id="queue" data-live><div class="empty"><h2>You watch no open case</h2><p>“Watch” on the page of a case puts it here, so that you can follow what you do not own.</p><div class="btns"><a class="btn" href="/cases">Go to the queue</a></div></div></div>
                """
        }
        if !view.isPlain { return QueueSearchPages.nothing(view) }
        let action: HTML =
            actor.may("case.open")
            ? "<a class=\"btn go\" href=\"/cases/new\">\(icon("plus"))New case</a>" : .empty
        return """
            <div class="card" id="queue" data-live><div class="empty"><h2>No open cases</h2><p>Cases that customers report or that your team opens stand here, those without an owner first.</p>\(action)<p class="eg">For example: “Refunds stay pending after a partial one”, Sev2.</p></div></div>
            """
    }

    private static let hints: HTML = """
        <p class="hints"><span><kbd data-cap="j">j</kbd><kbd data-cap="k">k</kbd> move</span><span><kbd>Enter</kbd> open</span><span><kbd data-cap="a">a</kbd> assign</span><span><kbd data-cap="x">x</kbd> select</span><span><kbd data-cap="b">b</kbd> change selected</span><span><kbd data-cap="c">c</kbd> new case</span><span><kbd data-cap="/">/</kbd> search</span><span><kbd>Ctrl K</kbd> do anything</span><span><kbd data-cap="?">?</kbd> all keys</span><span>Times are in \(zoneName)</span></p>
        """
}

extension CaseDirectory {
    /// The cases of an organisation as the rows of a queue, for its page.
    package static func rows(
        ofOrganisation id: ID<Organisation>, _ call: SignedInCall, _ services: Services
    ) async throws -> HTML {
        var filter = CaseFilter()
        filter.organisation = id
        let found = filter
        let (cases, names, total) = try await services.database.read { tx in
            let cases = try list(found, for: call.actor, limit: 50, in: tx)
            return (
                cases, try QueuePages.names(of: cases, in: tx), try count(found, for: call.actor, in: tx)
            )
        }
        guard total > 0 else {
            return
                "<div class=\"card\"><div class=\"empty\"><h2>No cases yet</h2><p>What this customer reports stands here.</p></div></div>"
        }
        let policy = services.policy.current
        let now = services.clock()
        return """
            <div class="card clip"><table class="queue" role="table" aria-label="Cases, latest change first">\(QueuePages.tableHead)<tbody role="rowgroup">\(QueuePages.rows(cases, names, policy, now))</tbody></table></div>
            """
    }
}
