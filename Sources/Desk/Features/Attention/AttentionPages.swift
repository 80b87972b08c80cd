import Domain
import Storage
import Web

/// The page of what falls through.
enum AttentionPages {
    /// As many cases of a check are shown; the queue has the others.
    private static let shown = 10

    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (policy, now, counts) = (services.policy.current, services.clock(), services.caseCounts)
        let isMine = call.request.query("of") == "me"
        let (findings, names) = try await services.database.read { tx in
            let findings = try AttentionDirectory.findings(
                for: call.actor, policy: policy, isMine: isMine, limit: shown, now: now, counts: counts,
                in: tx)
            return (findings, try QueuePages.names(of: findings.flatMap(\.cases), in: tx))
        }
        let view = View(
            names: names, policy: policy, now: now, actor: call.actor,
            newKey: { newIdentifier(at: services.clock()) }, here: isMine ? "/attention?of=me" : "/attention")
        let main: HTML = """
            <div class="q-head"><h1>Nothing falls through</h1>\(scope(isMine))</div>
            <p class="lede">What nobody would look for: each check is a search of policy, and each line has the step that mends it. Promises end by the hours of their service level; other times are plain hours.</p>
            <div id="attention" data-live>\(view.body(findings))</div>
            """
        var page = Page("Nothing falls through", here: "/attention", main: main)
        page.events = "/events"
        return services.page(page, for: call)
    }

    private static func scope(_ isMine: Bool) -> HTML {
        func link(_ path: String, _ title: String, _ isHere: Bool) -> HTML {
            isHere
                ? "<a class=\"btn small\" href=\"\(path)\" aria-current=\"page\">\(title)</a>"
                : "<a class=\"btn small bare\" href=\"\(path)\">\(title)</a>"
        }
        return """
            <nav class="btns" aria-label="Whose cases">\(link("/attention", "All cases", !isMine))\(link("/attention?of=me", "Mine", isMine))</nav>
            """
    }

    private struct View {
        let names: QueuePages.Names
        let policy: Policy
        let now: Timestamp
        let actor: Actor
        let newKey: () -> String
        let here: String

        func body(_ findings: [AttentionFinding]) -> HTML {
            let found = findings.filter { $0.total.number > 0 || $0.problem != nil }
            let clear = findings.filter { $0.total.number == 0 && $0.problem == nil }
            guard !findings.isEmpty else {
                return """
                    <div class="card"><div class="empty"><h2>Nothing is looked for</h2><p>The policy lists no checks under “attention”.</p><a class="btn" href="/cases">To the queue</a></div></div>
                    """
            }
            let top: HTML =
                found.isEmpty
                ? "<div class=\"card\"><div class=\"empty\"><h2>All is in hand</h2><p>None of \(findings.count) checks finds a case.</p><a class=\"btn\" href=\"/cases\">To the queue</a></div></div>"
                : .empty
            return "\(top)\(found.map(section))\(rest(clear, isAll: found.isEmpty))"
        }

        private func section(_ finding: AttentionFinding) -> HTML {
            let id = "check-\(finding.check.id)"
            let address = QueueSearchPages.address(finding.search)
            if let problem = finding.problem {
                return """
                    <section aria-labelledby="\(id)"><div class="sec"><h2 id="\(id)">\(finding.check.name)</h2></div><div class="notice warn">\(icon("alert"))<div><p>This check cannot be made: \(problem.message) Its search is in the policy: <code>\(finding.check.search)</code></p></div></div></section>
                    """
            }
            let all = grouped(finding.total.number) + (finding.total.isExact ? "" : "+")
            let more: HTML =
                finding.total.number > finding.cases.count
                ? "<p class=\"by\"><a href=\"\(address)\">All \(all) in the queue</a></p>" : .empty
            return """
                <section aria-labelledby="\(id)"><div class="sec"><h2 id="\(id)"><a href="\(address)">\(finding.check.name)</a></h2><span class="dim">\(all)</span></div><div class="card clip"><table class="tbl" role="table" aria-labelledby="\(id)"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Case</th><th scope="col" role="columnheader">Owner</th><th scope="col" role="columnheader">State</th><th scope="col" role="columnheader">Last change</th><th scope="col" role="columnheader">Next step</th></tr></thead><tbody role="rowgroup">\(finding.cases.map { row($0, finding) })</tbody></table></div>\(more)</section>
                """
        }

        private func row(_ this: SupportCase, _ finding: AttentionFinding) -> HTML {
            let customer: HTML =
                this.organisation.flatMap { names.organisations[$0]?.name }.map { " · \(isolated($0))" }
                ?? .empty
            let due: HTML =
                QueuePages.deadline(names.deadlines[this.id], now).map { " · \($0)" } ?? .empty
            let owner: HTML =
                this.owner.map { isolated(names.people[$0.raw] ?? "Somebody") }
                ?? "<span class=\"warn\">Nobody</span>"
            return """
                <tr role="row" data-row><th scope="row" role="rowheader">\(QueuePages.severity(this.severity, policy)) <a href="/cases/\(this.number)" data-row-open dir="auto">\(this.subject)</a><span class="two">\(this.number)\(due)\(customer)</span></th><td role="cell" data-label="Owner">\(owner)</td><td role="cell" data-label="State">\(QueuePages.state(this.status, policy))</td><td role="cell" data-label="Last change">\(time(this.updatedAt, now: now))</td><td role="cell" data-label="Next step">\(step(this, finding.check.step ?? finding.steps[this.id]))</td></tr>

                """
        }

        /// What is done first: at once where that needs no more words, else on its form.
        private func step(_ this: SupportCase, _ step: AttentionCheck.Step?) -> HTML {
            step == .assign
                ? CaseStep.taking(this, for: actor, key: newKey(), backTo: here)
                : CaseStep.link(step, at: this, for: actor)
        }

        private func rest(_ clear: [AttentionFinding], isAll: Bool) -> HTML {
            guard !clear.isEmpty else { return .empty }
            let lines = clear.map { finding in
                "<li>\(icon("check")) <a href=\"\(QueueSearchPages.address(finding.search))\">\(finding.check.name)</a>: none</li>"
                    as HTML
            }
            return """
                <section aria-labelledby="clear"><div class="sec"><h2 id="clear">\(isAll ? "Looked for" : "Looked for, and nothing found")</h2></div><ul class="plain-list dim">\(lines)</ul></section>
                """
        }
    }
}

/// The link to what is done about a case first.
enum CaseStep {
    /// Takes a case that nobody owns, or gives it to somebody; afterwards one is where one was.
    static func taking(_ this: SupportCase, for actor: Actor, key: String, backTo here: String) -> HTML {
        guard actor.may("case.assign") else { return .empty }
        return """
            <div class="btns"><form method="post" action="/cases/\(this.number)/assign" data-enhance>\(FormView.hidden(key: key, base: this.version))<input type="hidden" name="_return" value="\(here)"><input type="hidden" name="assignee" value="@me"><button class="btn small" data-step>Take it<span class="sr">: \(this.number)</span></button></form><a class="btn small bare" href="/cases/\(this.number)/assign">Give<span class="sr">: \(this.number)</span></a></div>
            """
    }

    /// The form of a step, for whoever may take it; the case itself where there is none.
    static func link(_ step: AttentionCheck.Step?, at this: SupportCase, for actor: Actor) -> HTML {
        func link(_ right: Right, _ verb: String, _ title: String) -> HTML {
            actor.may(right)
                ? "<a class=\"btn small\" href=\"/cases/\(this.number)/\(verb)\" data-step>\(title)<span class=\"sr\">: \(this.number)</span></a>"
                : .empty
        }
        switch step {
        case nil:
            return
                "<a class=\"btn small\" href=\"/cases/\(this.number)\" data-step>Look<span class=\"sr\">: \(this.number)</span></a>"
        case .assign: return link("case.assign", "assign", "Give")
        case .reply: return link("case.reply", "reply", "Reply")
        case .setNextAction: return link("case.coordinate", "set_next_action", "Set next action")
        case .triage: return link("case.edit", "triage", "Triage")
        case .classify: return link("case.edit", "edit", "Classify")
        case .promiseUpdate: return link("case.coordinate", "promise_update", "Promise update")
        case .changeStatus: return link("case.change_status", "change_status", "Change status")
        case .note: return link("case.note", "note", "Write a note")
        case .handOver: return link("case.hand_over", "hand_over", "Offer it anew")
        case .unblock: return link("case.unblock", "unblock", "Unblock")
        }
    }
}
