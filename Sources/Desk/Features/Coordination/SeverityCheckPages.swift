import Domain
import Storage
import Web

/// New cases of high severity, looked at again for severity, owner and next action.
enum SeverityCheckPages {
    /// The open cases that the list is about; `isUnchecked` leaves those of which something is missing.
    static func filter(_ policy: Policy, now: Timestamp, isUnchecked: Bool) -> CaseFilter {
        var filter = CaseFilter()
        filter.statuses = policy.statuses(in: [.open, .waiting, .mitigated, .verifying])
        filter.severities = policy.coordination.checkedSeverities
        filter.openedSince = now.adding(seconds: -3600 * Int64(policy.coordination.checkHours))
        filter.isUnchecked = isUnchecked
        return filter
    }

    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (policy, now) = (services.policy.current, services.clock())
        let all = filter(policy, now: now, isUnchecked: false)
        let (cases, names) = try await services.database.read { tx in
            let cases = try CaseDirectory.list(all, for: call.actor, limit: 200, in: tx)
            return (cases, try QueuePages.names(of: cases, in: tx))
        }
        let open = cases.filter { !isChecked($0) }
        let view = View(
            names: names, policy: policy, now: now, actor: call.actor,
            newKey: { newIdentifier(at: services.clock()) })
        let severities = policy.coordination.checkedSeverities.map { policy.severity($0)?.name ?? $0.raw }
        let content: HTML =
            cases.isEmpty
            ? empty(severities, policy) : table((open + cases.filter(isChecked)).map(view.row))
        let main: HTML = """
            <div class="q-head"><h1>Severity check</h1><span class="dim nowrap" id="check-n" data-live>\(cases.count - open.count) of \(cases.count) checked</span></div>
            <p class="lede">Open cases of \(severities.joined(separator: " and ")) from the last \(policy.coordination.checkHours) hours. Is the severity right, is there an owner, is there a next action?</p>
            <div id="check" data-live>\(content)</div>
            """
        var page = Page("Severity check", here: "/cases/check", main: main)
        page.events = "/events"
        return services.page(page, for: call)
    }

    static func isChecked(_ this: SupportCase) -> Bool {
        this.arrangement.severityConfirmedAt != nil && this.owner != nil
            && this.arrangement.nextAction != nil
    }

    private static func table(_ rows: [HTML]) -> HTML {
        """
        <div class="card clip"><table class="tbl" role="table" aria-label="Cases to check"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Case</th><th scope="col" role="columnheader">Severity right?</th><th scope="col" role="columnheader">Owner?</th><th scope="col" role="columnheader">Next action?</th></tr></thead><tbody role="rowgroup">\(rows)</tbody></table></div>
        """
    }

    private static func empty(_ severities: [String], _ policy: Policy) -> HTML {
        let what = severities.isEmpty ? "No severity is checked by policy." : "Nothing new of that severity."
        return """
            <div class="card"><div class="empty"><h2>Nothing to check</h2><p>\(what)</p><a class="btn" href="/cases">To the queue</a></div></div>
            """
    }

    private struct View {
        let names: QueuePages.Names
        let policy: Policy
        let now: Timestamp
        let actor: Actor
        let newKey: () -> String

        func row(_ this: SupportCase) -> HTML {
            """
            <tr role="row" id="c-\(this.number)" data-row><th scope="row" role="rowheader">\(QueuePages.severity(this.severity, policy)) <a href="/cases/\(this.number)" data-row-open dir="auto">\(this.subject)</a><span class="two">\(this.number), \(durationWords(seconds: now.seconds(since: this.openedAt))) old</span></th><td role="cell" data-label="Severity right?">\(severity(this))</td><td role="cell" data-label="Owner?">\(owner(this))</td><td role="cell" data-label="Next action?">\(next(this))</td></tr>

            """
        }

        private func press(
            _ this: SupportCase, _ verb: String, _ field: String, _ value: String, _ title: String
        ) -> HTML {
            """
            <form method="post" action="/cases/\(this.number)/\(verb)" data-enhance>\(FormView.hidden(key: newKey(), base: this.version))<input type="hidden" name="_return" value="/cases/check"><input type="hidden" name="\(field)" value="\(value)"><button class="btn small">\(title)<span class="sr">: \(this.number)</span></button></form>
            """
        }

        private func severity(_ this: SupportCase) -> HTML {
            let name = policy.severity(this.severity)?.name ?? this.severity.raw
            if let moment = this.arrangement.severityConfirmedAt {
                return
                    "<span><span class=\"tag good\">\(icon("check"))\(name)</span> \(time(moment, now: now, class: "dim"))</span>"
            }
            guard actor.may("case.confirm_severity") else {
                return actor.may("case.recommend_severity")
                    ? "<span class=\"warn\">not confirmed</span> <a href=\"/cases/\(this.number)/recommend_severity\">Recommend</a>"
                    : "<span class=\"warn\">not confirmed</span>"
            }
            return """
                <div class="btns">\(press(this, "confirm_severity", "severity", this.severity.raw, "\(name) is right"))<a class="btn small bare" href="/cases/\(this.number)/confirm_severity">Another<span class="sr">: \(this.number)</span></a></div>
                """
        }

        private func owner(_ this: SupportCase) -> HTML {
            if let owner = this.owner {
                return
                    "<span class=\"tag good\">\(icon("check"))\(isolated(names.people[owner.raw] ?? "Somebody"))</span>"
            }
            guard actor.may("case.assign") else { return "<span class=\"warn\">No owner</span>" }
            return """
                <div class="btns">\(press(this, "assign", "assignee", "@me", "Take it"))<a class="btn small bare" href="/cases/\(this.number)/assign">Give<span class="sr">: \(this.number)</span></a></div>
                """
        }

        private func next(_ this: SupportCase) -> HTML {
            if let action = this.arrangement.nextAction {
                return "<span dir=\"auto\">\(action)</span>"
            }
            guard actor.may("case.coordinate") else { return "<span class=\"warn\">None</span>" }
            return """
                <a class="btn small" href="/cases/\(this.number)/set_next_action">Set it<span class="sr">: \(this.number)</span></a>
                """
        }
    }
}

/// What cases wait for.
enum BacklogPages {
    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (policy, now) = (services.policy.current, services.clock())
        var filter = CaseFilter()
        filter.statuses = policy.statuses(in: [.waiting])
        let waiting = filter
        let lines = try await services.database.read { tx in
            try CaseDirectory.backlog(waiting, for: call.actor, in: tx)
        }
        let total = lines.reduce(0) { $0 + $1.count }
        let rows = lines.map { line in
            let name = line.reason.isEmpty ? "No reason given" : policy.blockName(line.reason)
            let link = line.reason.isEmpty ? "none" : line.reason
            let share = total == 0 ? 0 : line.count * 100 / total
            return """
                <tr role="row" data-row><th scope="row" role="rowheader"><a href="/cases?blocked=\(percentEncoded(link))" data-row-open>\(name)</a></th><td role="cell" data-label="Cases">\(grouped(line.count))</td><td role="cell" data-label="Share">\(share) % of \(grouped(total))</td><td role="cell" data-label="Longest in its state">\(durationWords(seconds: now.seconds(since: line.oldest)))</td></tr>

                """ as HTML
        }
        let content: HTML =
            lines.isEmpty
            ? "<div class=\"card\"><div class=\"empty\"><h2>Nothing waits</h2><p>Cases that wait for a customer, a vendor or anything else are counted here by what they wait for.</p><a class=\"btn\" href=\"/cases\">To the queue</a></div></div>"
            : """
            <div class="card clip"><table class="tbl" role="table" aria-label="Waiting cases by reason"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Waits for</th><th scope="col" role="columnheader">Cases</th><th scope="col" role="columnheader">Share</th><th scope="col" role="columnheader">Longest in its state</th></tr></thead><tbody role="rowgroup">\(rows)</tbody></table></div>
            """
        let main: HTML = """
            <div class="q-head"><h1>Backlog</h1><span class="dim nowrap" id="backlog-n" data-live>\(grouped(total)) waiting</span></div><p class="lede">What open cases wait for. Each line leads to its cases. <a href="/cases/reopens">What came back</a> after it was resolved.</p><div id="backlog" data-live>\(content)</div>
            """
        var page = Page("Backlog", here: "/cases/backlog", main: main)
        page.events = "/events"
        return services.page(page, for: call)
    }
}
