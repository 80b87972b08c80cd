import Domain
import Storage
import Web

/// The page of one account: what somebody must know before they call.
enum OrganisationPages {
    /// What the page is made of.
    struct Content: Sendable {
        var this: Organisation
        var contacts: [Person]
        var cases: [SupportCase]
        var openCount: Int
        var doneCount: Int
        var names: [String: String]
        var entries: [OrganisationTimeline.Entry]
    }

    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let selection = try OrganisationTimeline.Selection(call.request)
        let content = try await load(call, selection, services)
        let view = OrganisationView(
            content: content, policy: services.policy.current, actor: call.actor, now: services.clock(),
            selection: selection)
        return services.page(Page(content.this.name, here: "/organisations", main: view.main), for: call)
    }

    private static func load(
        _ call: SignedInCall, _ selection: OrganisationTimeline.Selection, _ services: Services
    ) async throws -> Content {
        let (reference, actor) = (call.request.parameter("id"), call.actor)
        let policy = services.policy.current
        return try await services.database.read { tx in
            let this = try CustomerDirectory.find(reference, seenBy: actor, in: tx)
            let contacts = try PeopleDirectory.contacts(of: this.id, in: tx)
            var (cases, openCount, doneCount): ([SupportCase], Int, Int) = ([], 0, 0)
            if actor.may("case.view") {
                var filter = CaseFilter()
                filter.organisation = this.id
                filter.statuses = policy.statuses(in: [.resolved, .closed])
                doneCount = try CaseDirectory.count(filter, for: actor, in: tx)
                filter.statuses = policy.statuses(in: [.open, .waiting, .mitigated, .verifying])
                openCount = try CaseDirectory.count(filter, for: actor, in: tx)
                cases = try CaseDirectory.listByPromise(
                    filter, for: actor, severities: policy.severities.map(\.id), limit: 50, in: tx)
            }
            let isStaff = !actor.isCustomer
            let entries = isStaff ? try OrganisationTimeline.entries(of: this, selection, actor, in: tx) : []
            var people = this.record.people + entries.flatMap(\.people)
            for one in cases {
                people += [one.owner, one.requester].compactMap { $0?.raw }
            }
            let names = try PeopleDirectory.names(of: people, in: tx)
            return Content(
                this: this, contacts: contacts, cases: cases, openCount: openCount, doneCount: doneCount,
                names: names, entries: entries)
        }
    }
}

extension AccountRecord {
    /// Everybody whom the record names.
    var people: [String] {
        self[.successManager] + self[.technicalManager] + Array(delegations.keys)
            + risks.flatMap { [$0.terms.owner, $0.raisedBy] + [$0.cleared?.by].compactMap { $0 } }
            + commitments.flatMap { [$0.promise.promisedBy] + [$0.settled?.by].compactMap { $0 } }
            + negotiators
    }

    /// Who proposed and decided about amendments.
    private var negotiators: [String] {
        amendments.flatMap { one in [one.proposedBy] + [one.verdict?.by].compactMap { $0 } }
    }
}

/// The parts of the page of one account.
struct OrganisationView {
    let content: OrganisationPages.Content
    let policy: Policy
    let actor: Actor
    let now: Timestamp
    let selection: OrganisationTimeline.Selection

    private var this: Organisation { content.this }
    private var record: AccountRecord { content.this.record }
    private var path: String { "/organisations/\(this.id.raw)" }
    private var today: CalendarDay { CalendarDay(now) }
    private var isStaff: Bool { !actor.isCustomer }

    private func name(_ id: String) -> String { content.names[id] ?? "Somebody" }

    var main: HTML {
        """
        <nav class="crumb" aria-label="Breadcrumb"><a href="/organisations">Organisations</a><span aria-hidden="true">/</span><span>\(isolated(this.name))</span></nav>
        \(head)\(isStaff ? risks : .empty)
        <div class="case account"><div class="stack">\(isStaff ? brief : .empty)\(cases)\(isStaff ? commitments + amendments : .empty)\(isStaff ? timeline : .empty)</div>
        <aside class="card clip" aria-label="Details">\(contacts)\(isStaff ? profile + changes + entitlement + delegations : .empty)\(actions)</aside></div>
        """
    }

    private var head: HTML {
        let places = [AccountDetail.segment, .region].compactMap { $0.words(record[$0], policy) }
        let meta = HTML.joined(
            ([policy.name(of: this.tier, in: \.tiers)] + (isStaff ? places : [])).map {
                "<span>\($0)</span>" as HTML
            }, by: .empty)
        var buttons: HTML = .empty
        if isStaff, actor.may("organisation.edit") {
            buttons += "<a class=\"btn\" href=\"\(path)/edit\">\(icon("edit"))Edit account</a>"
        }
        if actor.may("case.open") {
            buttons += """
                <a class="btn go" href="/cases/new?organisation=\(this.id.raw)" data-key="c" aria-keyshortcuts="c">\(icon("plus"))New case<kbd>c</kbd></a>
                """
        }
        return """
            <div class="head"><div><h1>\(isolated(this.name))</h1><div class="meta">\(meta)<span class="dim">As of \(zonedTime(now, now: now)), \(today.text)</span></div></div><div class="btns">\(buttons)</div></div>

            """
    }

    // MARK: Risk

    private var risks: HTML {
        let shown = record.risks.filter { $0.state(on: today) != .cleared }.reversed()
        let standing = shown.filter { $0.state(on: today) == .active }
        let expired = shown.filter { $0.state(on: today) == .expired }
        guard !shown.isEmpty else { return .empty }
        return """
            <section class="risks" id="risks" aria-label="Risk flags">\(standing.map { risk($0, isExpired: false) })\(expired.map { risk($0, isExpired: true) })</section>

            """
    }

    private func risk(_ flag: RiskFlag, isExpired: Bool) -> HTML {
        let level = policy.name(of: flag.terms.level, in: \.riskLevels)
        let isWorst = flag.terms.level == policy.riskLevels.last?.id
        let style: String = isExpired ? "notice info" : isWorst ? "notice bad" : "notice warn"
        let end: HTML =
            if let day = flag.terms.expires {
                isExpired ? "Expired on \(day.text); decide anew." : "Until \(day.text)."
            } else {
                "No last day."
            }
        let acts: HTML =
            actor.may("organisation.flag_risk")
            ? " <a href=\"\(path)/change_risk?risk=\(flag.number)\">Change<span class=\"sr\"> \(flag.number)</span></a> <a href=\"\(path)/clear_risk?risk=\(flag.number)\">Take off<span class=\"sr\"> \(flag.number)</span></a>"
            : .empty
        return """
            <div class="\(style)">\(icon("alert"))<div><b>\(flag.number) \(isExpired ? "Expired: " : .empty)\(level).</b> <span class="text" dir="auto">\(flag.terms.reason)</span><p class="by">\(isolated(name(flag.terms.owner))) looks after it. Raised \(time(flag.raisedAt, now: now)) by \(isolated(name(flag.raisedBy))). \(end)\(acts)</p></div></div>
            """
    }

    // MARK: Brief

    private var brief: HTML {
        var pairs: [HTML] = [
            fact("Contract", contractWords), fact("Renewal", renewal),
            fact("Coverage", AccountDetail.coverage.words(record[.coverage], policy).map { "\($0)" }),
        ]
        if actor.may("organisation.view_terms") {
            pairs.append(
                fact("Revenue a year", AccountDetail.revenue.words(record[.revenue], policy).map { "\($0)" }))
        }
        pairs += [
            fact("Success manager", record.first(.successManager).map { isolated(name($0)) }),
            fact("Technical account manager", record.first(.technicalManager).map { isolated(name($0)) }),
            fact("Products", AccountDetail.products.words(record[.products], policy).map { "\($0)" }),
            fact(
                "Environments",
                AccountDetail.environments.words(record[.environments], policy).map { "\($0)" }),
        ]
        let terms: HTML =
            actor.may("organisation.view_terms")
            ? record.first(.contractTerms).map {
                "<div class=\"wide\"><h3>Contract terms</h3><p class=\"text\" dir=\"auto\">\($0)</p></div>"
            } ?? .empty : .empty
        return """
            <section class="card pad" id="account" aria-labelledby="ac"><h2 id="ac" class="sr">Account</h2><dl class="facts">\(pairs)</dl>\(terms)</section>

            """
    }

    private func fact(_ label: String, _ value: HTML?) -> HTML {
        "<div><dt>\(label)</dt><dd>\(value ?? "<span class=\"none\">Not set</span>")</dd></div>"
    }

    private var contractWords: HTML? {
        AccountDetail.contract.words(record[.contract], policy).map { "\($0)" }
    }

    private var renewal: HTML? {
        guard let day = record.first(.renewal).flatMap({ CalendarDay($0) }) else { return nil }
        let days = day.days(since: today)
        let far: HTML =
            switch days {
            case ..<0: "<span class=\"bad\">over for \(-days) \(days == -1 ? "day" : "days")</span>"
            case 0: "<span class=\"warn\">today</span>"
            case 1...60: "<span class=\"warn\">in \(days) \(days == 1 ? "day" : "days")</span>"
            default: "<small>in \(days) days</small>"
            }
        return "\(day.text) \(far)"
    }

    // MARK: Cases

    private var cases: HTML {
        guard actor.may("case.view") else { return .empty }
        let rows: HTML =
            content.cases.isEmpty
            ? "<div class=\"card\"><div class=\"empty\"><h2>No open cases</h2><p>What this customer reports stands here, with who has it and what was promised.</p></div></div>"
            : """
            <div class="card clip"><table class="tbl" role="table" aria-label="Open cases"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Sev</th><th scope="col" role="columnheader">Case</th><th scope="col" role="columnheader">State</th><th scope="col" role="columnheader">Owner</th><th scope="col" role="columnheader">Next</th></tr></thead><tbody role="rowgroup">\(content.cases.map(caseRow))</tbody></table></div>
            """
        let more: HTML =
            content.openCount > content.cases.count
            ? "<p class=\"by\">\(content.cases.count) of \(grouped(content.openCount)) open cases are shown.</p>"
            : .empty
        return """
            <section id="cases" aria-labelledby="oc"><div class="sec"><h2 id="oc">Open cases</h2><span class="dim f13">\(grouped(content.openCount)) open, \(grouped(content.doneCount)) done</span></div>\(rows)\(more)</section>

            """
    }

    private func caseRow(_ one: SupportCase) -> HTML {
        let owner: HTML =
            one.owner.map { isolated(name($0.raw)) } ?? "<span class=\"warn\">No owner</span>"
        return """
            <tr role="row" data-row><td role="cell" data-label="Severity">\(QueuePages.severity(one.severity, policy))</td><th scope="row" role="rowheader"><a href="/cases/\(one.number)" dir="auto" data-row-open>\(one.subject)</a><span class="two">\(one.number) · opened \(time(one.openedAt, now: now))\(reporter(one))</span></th><td role="cell" data-label="State">\(QueuePages.state(one.status, policy))<span class="two">for \(durationWords(seconds: now.seconds(since: one.statusSince)))</span></td><td role="cell" data-label="Owner">\(owner)</td><td role="cell" data-label="Next">\(next(one))</td></tr>

            """
    }

    private func reporter(_ one: SupportCase) -> HTML {
        one.requester.map { ", by \(isolated(name($0.raw)))" } ?? .empty
    }

    /// What is done next, and when the customer was told we write again.
    private func next(_ one: SupportCase) -> HTML {
        let arranged = one.arrangement
        let action: HTML = arranged.nextAction.map { "<span dir=\"auto\">\($0)</span>" } ?? .empty
        let promise: HTML =
            switch arranged.nextUpdateAt {
            case nil: "<span class=\"dim\">No update promised</span>"
            case let due? where due < now:
                "<span class=\"bad\">Update overdue since \(time(due, now: now))</span>"
            case let due?: "<span>Update by \(time(due, now: now))</span>"
            }
        return "<span class=\"next\">\(action)\(promise)</span>"
    }

    // MARK: Commitments

    private var commitments: HTML {
        let open = record.commitments.filter { $0.settled == nil }.sorted { $0.promise.due < $1.promise.due }
        let settled = record.commitments.filter { $0.settled != nil }.reversed()
        let add: HTML =
            actor.may("organisation.commit")
            ? "<div class=\"btns\"><a class=\"btn small\" href=\"\(path)/make_commitment\">\(icon("plus"))Add commitment</a></div>"
            : .empty
        let list: HTML =
            open.isEmpty
            ? "<p class=\"pad dim\">Nothing open is written down.</p>"
            : "<ul class=\"items\">\(open.map(commitment))</ul>"
        let past: HTML =
            settled.isEmpty
            ? .empty
            : "<details class=\"pad\"><summary>\(settled.count) settled</summary><ul class=\"items\">\(settled.map(commitment))</ul></details>"
        return """
            <section id="commitments" aria-labelledby="cm"><div class="sec"><h2 id="cm">Commitments</h2><span class="dim f13">\(open.count) open\(keptWords)</span>\(add)</div><div class="card clip">\(list)\(past)</div></section>

            """
    }

    private var keptWords: String {
        let settled = record.commitments.compactMap(\.settled?.outcome).filter { $0 != .withdrawn }
        guard !settled.isEmpty else { return "" }
        return ", \(settled.filter { $0 == .kept }.count) of \(settled.count) settled ones kept"
    }

    private func commitment(_ one: Commitment) -> HTML {
        let isLate = one.isOverdue(at: now)
        let state: HTML =
            if let settled = one.settled {
                "<span class=\"tag \(settled.outcome == .kept ? "good" : settled.outcome == .notKept ? "bad" : "")\">\(settled.outcome.label)</span>"
            } else if isLate {
                "<span class=\"tag bad\">Overdue \(durationWords(seconds: now.seconds(since: one.promise.due)))</span>"
            } else {
                "<span class=\"tag\">Due \(time(one.promise.due, now: now))</span>"
            }
        let to: HTML = one.promise.promisedTo.map { " to \(isolated($0))" } ?? .empty
        let about: HTML =
            one.promise.caseNumber.map { " · <a href=\"/cases/\($0)\">\($0)</a>" } ?? .empty
        let note: HTML =
            one.settled?.note.map { "<small class=\"text\" dir=\"auto\">\($0)</small>" } ?? .empty
        let due: HTML = one.settled == nil && !isLate ? .empty : " · due \(time(one.promise.due, now: now))"
        let settle: HTML =
            one.settled == nil && actor.may("organisation.commit")
            ? "<a class=\"btn small\" href=\"\(path)/settle_commitment?commitment=\(one.number)\">Settle<span class=\"sr\"> \(one.number)</span></a>"
            : .empty
        return """
            <li><div><b>\(one.number)</b> <span class="text" dir="auto">\(one.promise.text)</span><small>\(isolated(name(one.promise.promisedBy)))\(to)\(due)\(about)</small>\(note)</div>\(state)\(settle)</li>
            """
    }

    // MARK: Timeline

    private var timeline: HTML {
        OrganisationTimeline.html(
            content.entries, selection, names: content.names, policy: policy, path: path, now: now)
    }
}
