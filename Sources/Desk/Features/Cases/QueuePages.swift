import Domain
import Storage
import Web

/// The queue: what is open, what has no owner, what is yours.
enum QueuePages {
    /// What the address asks for.
    struct View: Sendable {
        var filter = CaseFilter()
        var state = "open"
        var owner = ""
        var next = ""
        var isFiltered = false
        var after: CasePosition?
    }

    struct Group: Sendable {
        var title: String
        var count: Int
        var cases: [SupportCase]
        var hasMore = false
    }

    struct Names: Sendable {
        var people: [String: String]
        var organisations: [ID<Organisation>: (name: String, tier: String)]
        var replying: [String: String] = [:]
    }

    private static let pageSize = 50

    static func queue(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let policy = services.policy.current
        let now = services.clock()
        let view = try view(of: call, policy, now: now)
        let (groups, names, total, needs) = try await services.database.read {
            [counts = services.caseCounts] tx in
            let total = try counts.count(view.filter, for: call.actor, in: tx)
            let groups = try self.groups(view, call.actor, total: total, counts, in: tx)
            let shown = groups.flatMap(\.cases)
            var names = try self.names(of: shown, in: tx)
            names.replying = try PresenceStore.replying(
                on: shown.map(\.id), for: call.actor, at: services.clock(), in: tx)
            return (
                groups, names, total,
                try Needs(view, call.actor, policy, now: now, counts, in: tx)
            )
        }
        let isMine = view.owner == "me"
        let title = isMine ? "My cases" : "Queue"
        let table: HTML =
            total == 0
            ? empty(view, call.actor)
            : """
            <div class="card clip" id="queue" data-live><table class="queue" role="table" aria-label="Cases, latest change first">
            \(tableHead)\(groups.filter { !$0.cases.isEmpty }.map { group($0, names, policy, now) })</table></div>
            \(more(groups, call))
            """
        var page = Page(
            title, here: isMine ? "/cases?owner=me" : "/cases",
            main: """
                <div class="q-head"><h1>\(title)</h1><span class="dim nowrap" id="q-count" data-live>\(grouped(total)) \(view.state == "open" ? "open" : "found")</span>\(newCaseButton(call.actor))</div>
                \(filters(view, call, policy))\(needs.html)\(table)
                \(hints)
                """)
        page.events = "/events"
        return services.page(page, for: call)
    }

    private static func view(of call: SignedInCall, _ policy: Policy, now: Timestamp) throws -> View {
        var view = View()
        view.state = call.request.query("state") ?? "open"
        switch view.state {
        case "open": view.filter.statuses = policy.statuses(in: [.open, .waiting, .mitigated, .verifying])
        case "all": view.filter.statuses = nil
        default:
            guard policy.status(ID(view.state)) != nil else {
                throw Refusal(
                    .invalid, "unknown_state", "There is no state “\(view.state)”. Choose one in the filters."
                )
            }
            view.filter.statuses = [ID(view.state)]
        }
        if let text = call.request.query("severity") {
            guard let severity = policy.severity(named: text) else {
                throw Refusal(
                    .invalid, "unknown_severity", "There is no severity “\(text)”. Choose one in the filters."
                )
            }
            view.filter.severity = severity.id
        }
        view.filter.component = call.request.query("component")
        view.filter.text = try call.request.query("q").map(checkedSearch)
        view.owner = call.request.query("owner") ?? ""
        switch view.owner {
        case "me": view.filter.owner = .person(ID(call.actor.id))
        case "none": view.filter.owner = .nobody
        default: break
        }
        view.next = call.request.query("next") ?? ""
        view.filter.nextAction = try nextAction(view.next, now: now)
        view.filter.blocked = try blocked(call.request.query("blocked"), policy)
        if let parts = try Cursor.parts(call.request.query("cursor"), count: 2) {
            guard let moment = Int64(parts[0]) else {
                throw Refusal(.invalid, "bad_cursor", "This page link is not one of ours.")
            }
            view.after = CasePosition(changedAt: moment, id: parts[1])
        }
        view.isFiltered =
            view.filter.text != nil || view.filter.severity != nil || view.filter.component != nil
            || view.state != "open" || !view.owner.isEmpty || !view.next.isEmpty
            || view.filter.blocked != .any
        return view
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
        _ view: View, _ actor: Actor, total: Int, _ counts: CaseCounts, in tx: borrowing Transaction
    ) throws -> [Group] {
        guard !view.isFiltered, view.after == nil else {
            let cases = try CaseDirectory.list(
                view.filter, for: actor, after: view.after, limit: pageSize + 1, in: tx)
            let title = view.owner == "me" ? "Yours" : view.isFiltered ? "Found" : "All"
            return [
                Group(
                    title: title, count: total, cases: Array(cases.prefix(pageSize)),
                    hasMore: cases.count > pageSize)
            ]
        }
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
        let unowned = try group("Unowned", .nobody, limit: 20)
        let yours = try group("Yours", .person(me), limit: 20)
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
            organisations: try CustomerDirectory.names(of: cases.compactMap(\.organisation), in: tx))
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
            guard view.owner.isEmpty else { return }
            func count(_ change: (inout CaseFilter) -> Void) throws -> Int {
                var filter = view.filter
                change(&filter)
                return try counts.count(filter, for: actor, in: tx)
            }
            unowned = try count { $0.owner = .nobody }
            lacking = try count { $0.nextAction = .lacking }
            overdue = try count { $0.nextAction = .overdue(now) }
            unchecked = try CaseDirectory.count(
                SeverityCheckPages.filter(policy, now: now, isUnchecked: true), for: actor, in: tx)
        }

        var html: HTML {
            let lines = [
                (unowned, "/cases?owner=none", "none", "without owner"),
                (lacking, "/cases?next=none", "alert", "without next action"),
                (overdue, "/cases?next=overdue", "clock", "overdue"),
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

    private static func filters(_ view: View, _ call: SignedInCall, _ policy: Policy) -> HTML {
        let states =
            [FieldChoice("open", "All open"), FieldChoice("all", "All")]
            + policy.statuses.map { FieldChoice($0.id.raw, $0.name) }
        let severities =
            [FieldChoice("", "Any severity")] + policy.severities.map { FieldChoice($0.id.raw, $0.name) }
        let components = [FieldChoice("", "Any component")] + policy.components.choices
        let owners = [FieldChoice("", "Any owner"), FieldChoice("me", "Me"), FieldChoice("none", "No owner")]
        let next: HTML =
            view.next.isEmpty
            ? .empty : "<input type=\"hidden\" name=\"next\" value=\"\(view.next)\">"
        return """
            <form class="filters" role="search" action="/cases"><div class="seek">\(icon("search"))<label class="sr" for="q">Search cases</label><input class="input" id="q" name="q" type="search" value="\(view.filter.text ?? "")" placeholder="Subject, number, problem or words of the reporter" autocomplete="off" spellcheck="false" data-search aria-keyshortcuts="/"></div>
            <button class="btn filter-btn" type="button" popovertarget="filter-set">Filters</button><div class="filter-set" id="filter-set" popover><h2>Filters</h2>\(select("state", "State", states, view.state, standard: "open"))\(select("severity", "Severity", severities, view.filter.severity?.raw ?? ""))\(select("component", "Component", components, view.filter.component ?? ""))\(select("owner", "Owner", owners, view.owner))\(next)<button class="btn">Apply</button></div></form>

            """
    }

    private static func select(
        _ name: String, _ label: String, _ choices: [FieldChoice], _ value: String, standard: String = ""
    ) -> HTML {
        let options = choices.map {
            "<option value=\"\($0.value)\"\(.flag("selected", $0.value == value))>\($0.label)</option>"
                as HTML
        }
        return """
            <label class="sr" for="f-\(name)">\(label)</label><select class="input\(value == standard ? "" : " on")" id="f-\(name)" name="\(name)">\(options)</select>
            """
    }

    static let tableHead: HTML = """
        <thead role="rowgroup"><tr role="row"><th class="c-sev" scope="col" role="columnheader">Sev</th><th scope="col" role="columnheader">Case</th><th class="c-next" scope="col" role="columnheader">Next action</th><th class="c-state" scope="col" role="columnheader">State</th><th class="c-owner" scope="col" role="columnheader">Owner</th><th class="c-upd" scope="col" role="columnheader">Updated</th></tr></thead>

        """

    private static func group(_ group: Group, _ names: Names, _ policy: Policy, _ now: Timestamp) -> HTML {
        let count = group.hasMore ? "\(group.cases.count) of \(grouped(group.count))" : grouped(group.count)
        return """
            <tbody role="rowgroup"><tr class="group" role="row"><th colspan="6" scope="rowgroup" role="rowheader">\(group.title) <span>\(count)</span></th></tr>
            \(group.cases.map { row($0, names, policy, now) })</tbody>

            """
    }

    static func row(_ this: SupportCase, _ names: Names, _ policy: Policy, _ now: Timestamp) -> HTML {
        let isWaitingForUs = this.unansweredSince != nil && policy.phase(of: this.status) != .closed
        let news: HTML =
            if let writer = names.replying[this.id.raw] {
                "<span class=\"news\">\(isolated(writer)) is replying</span> · "
            } else if isWaitingForUs {
                "<span class=\"news\">\(news(of: this, policy))</span> · "
            } else { .empty }
        let organisation = this.organisation.flatMap { names.organisations[$0] }
        var parts: [String] = []
        if let organisation {
            parts += [organisation.name, policy.name(of: organisation.tier, in: \.tiers)]
        } else {
            parts.append("Internal request")
        }
        if let component = this.classification[.component] {
            parts.append(policy.name(of: component, in: \.components))
        }
        let about = HTML.joined(parts.map(isolated), by: " · ")
        return """
            <tr class="row\(isWaitingForUs ? " new" : "")" id="r-\(this.number)" role="row" data-row>
            <td class="c-sev" role="cell">\(severity(this.severity, policy))</td>
            <td class="c-case" role="cell"><a class="one subject" dir="auto" href="/cases/\(this.number)" data-row-open>\(this.subject)</a><span class="two">\(this.number) · \(news)\(about)</span></td>
            \(next(this, names, policy, now))<td class="c-state" role="cell">\(state(this.status, policy))<span class="two">\(waiting(this, policy))for \(durationWords(seconds: now.seconds(since: this.statusSince)))</span></td>
            <td class="c-owner" role="cell">\(owner(this, names))<a class="sr" href="/cases/\(this.number)/assign" data-row-assign tabindex="-1" aria-hidden="true">Assign \(this.number)</a></td>
            <td class="c-upd" role="cell">\(time(this.updatedAt, now: now))</td>
            </tr>

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

    private static func owner(_ this: SupportCase, _ names: Names) -> HTML {
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

    private static func more(_ groups: [Group], _ call: SignedInCall) -> HTML {
        guard let last = groups.last, last.hasMore, let end = last.cases.last else { return .empty }
        let cursor = Cursor.text([String(end.updatedAt.microseconds), end.id.raw])
        let query = call.request.query.filter { $0.name != "cursor" }.map {
            "\($0.name)=\(percentEncoded($0.value))"
        }
        let address = "/cases?" + (query + ["cursor=\(cursor)"]).joined(separator: "&")
        return "<p class=\"more\"><a class=\"btn\" href=\"\(address)\">Show older</a></p>\n"
    }

    private static func empty(_ view: View, _ actor: Actor) -> HTML {
        if view.isFiltered {
            let what: HTML = view.filter.text.map { " “\($0)”" } ?? .empty
            return """
                <div class="card" id="queue" data-live><div class="empty"><h2>No case matches\(what)</h2><p>Words are matched in number, subject, problem statement and the reporter’s own words.</p><div class="btns"><a class="btn" href="/cases">Clear filters</a><a class="btn" href="/cases?state=all\(view.filter.text.map { "&q=\(percentEncoded($0))" } ?? "")">Look in all states</a></div></div></div>
                """
        }
        let action: HTML =
            actor.may("case.open")
            ? "<a class=\"btn go\" href=\"/cases/new\">\(icon("plus"))New case</a>" : .empty
        return """
            <div class="card" id="queue" data-live><div class="empty"><h2>No open cases</h2><p>Cases that customers report or that your team opens stand here, those without an owner first.</p>\(action)<p class="eg">For example: “Refunds stay pending after a partial one”, Sev2.</p></div></div>
            """
    }

    private static let hints: HTML = """
        <p class="hints"><span><kbd data-cap="j">j</kbd><kbd data-cap="k">k</kbd> move</span><span><kbd>Enter</kbd> open</span><span><kbd data-cap="a">a</kbd> assign</span><span><kbd data-cap="c">c</kbd> new case</span><span><kbd data-cap="/">/</kbd> search</span><span><kbd>Ctrl K</kbd> do anything</span><span><kbd data-cap="?">?</kbd> all keys</span><span>Times are UTC</span></p>
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
            <div class="card clip"><table class="queue" role="table" aria-label="Cases, latest change first">\(QueuePages.tableHead)<tbody role="rowgroup">\(cases.map { QueuePages.row($0, names, policy, now) })</tbody></table></div>
            """
    }
}
