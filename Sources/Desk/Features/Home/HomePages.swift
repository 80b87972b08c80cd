import Domain
import Storage
import Web

/// The page on which a day begins: what needs one now, section by section, each line with its next step.
enum HomePages {
    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (policy, now, counts) = (services.policy.current, services.clock(), services.caseCounts)
        let (parts, view) = try await services.database.read { tx in
            let parts = try HomeDirectory.parts(
                for: call.actor, policy: policy, now: now, counts: counts, in: tx)
            let view = try HomeView(
                parts, policy: policy, now: now, actor: call.actor,
                newKey: { newIdentifier(at: now) }, in: tx)
            return (parts, view)
        }
        let main: HTML = """
            <div class="q-head"><h1>Today</h1></div>
            <div id="home" data-live>\(view.body(parts))</div>
            """
        var page = Page("Today", here: "/home", main: main)
        page.events = "/events"
        return services.page(page, for: call)
    }
}

extension HomeSection {
    /// The page that has all of it.
    var path: LocalPath {
        switch self {
        case .work: "/board"
        case .offered: "/handover"
        case .news: "/notifications"
        case .unowned: "/cases?q=is%3Aopen%20no%3Aowner"
        case .severityCheck: "/cases/check"
        case .risk: "/risk"
        case .stuck: "/unblock"
        case .review: "/cases?q=is%3Ain_review"
        case .attention: "/attention"
        case .engineering: "/cases?blocked=engineering"
        case .backlog: "/cases/backlog"
        case .escalations: "/cases?q=is%3Aopen%20sev%3A%3C%3D2"
        case .ageing: "/cases?q=is%3Aopen%20sort%3Aopened-asc"
        case .coverage: "/routing"
        case .levels: "/levels"
        case .approvals, .prevention: "/home"
        }
    }

    /// Why there is nothing to do, where there is nothing.
    fileprivate var whenEmpty: String {
        switch self {
        case .work: "nothing of yours is late or due soon"
        case .offered: "nobody offers you a case"
        case .news: "no news"
        case .unowned: "every case has an owner"
        case .severityCheck: "every grave case was looked at again"
        case .risk: "nothing more is missed before the shift ends"
        case .stuck: "nobody is stuck"
        case .review: "no message waits for you to review it"
        case .attention: "nothing falls through"
        case .engineering: "nothing waits for engineering"
        case .backlog: "nothing waits"
        case .escalations: "no grave case is open"
        case .ageing: "no case is open"
        case .coverage: "no team is named"
        case .levels: "nothing was promised for this month yet"
        case .prevention: "no step of prevention is yours"
        case .approvals: "no change waits for your agreement"
        }
    }
}

/// Home pages in markup.
private struct HomeView {
    private let policy: Policy
    private let now: Timestamp
    private let actor: Actor
    private let newKey: @Sendable () -> String
    private let names: QueuePages.Names
    private let people: [String: String]

    init(
        _ parts: [HomePart], policy: Policy, now: Timestamp, actor: Actor,
        newKey: @escaping @Sendable () -> String, in tx: borrowing Transaction
    ) throws {
        (self.policy, self.now, self.actor, self.newKey) = (policy, now, actor, newKey)
        var (cases, people): ([SupportCase], [String]) = ([], [])
        for part in parts {
            switch part.content {
            case .cases(let lines): cases += lines.map(\.this)
            case .offers(let offers): people += offers.map(\.handover.offer.from)
            case .news(let news): people += news.flatMap { $0.items.map(\.actor) }
            case .stuck(let stuck): people += stuck.map(\.request.askedBy)
            case .reviews(let waiting): people += waiting.map(\.review.writer)
            case .approvals(let waiting): people += waiting.map(\.author)
            case .checks, .waiting, .figures, .steps: break
            }
        }
        names = try QueuePages.names(of: cases, in: tx)
        self.people = try PeopleDirectory.names(of: people, in: tx)
    }

    func body(_ parts: [HomePart]) -> HTML {
        let (full, empty) = (parts.filter { $0.count > 0 }, parts.filter { $0.count == 0 })
        let calm = empty.map(\.section.whenEmpty).joined(separator: ", ")
        let sentence = calm.prefix(1).uppercased() + calm.dropFirst()
        let rest: HTML = empty.isEmpty ? .empty : "<p class=\"by\">\(sentence).</p>"
        guard !full.isEmpty else {
            return """
                <div class="card"><div class="empty"><h2>All is in hand</h2><p>Nothing needs you now.</p><a class="btn go" href="/cases">To the queue</a></div></div>\(rest)
                """
        }
        return "\(full.map(section))\(rest)"
    }

    private func section(_ part: HomePart) -> HTML {
        let id = "home-\(part.section.rawValue)"
        let count = grouped(part.count) + (part.isAtLeast ? "+" : "")
        let shown: Int
        let content: HTML
        switch part.content {
        case .cases(let lines):
            (shown, content) = (lines.count, rows(part.section).table(lines, labelledBy: id))
        case .offers(let offers): (shown, content) = (offers.count, list(offers.map(offer)))
        case .news(let news): (shown, content) = (news.count, list(news.map(told)))
        case .stuck(let stuck): (shown, content) = (stuck.count, list(stuck.map(isStuck)))
        case .reviews(let waiting): (shown, content) = (waiting.count, list(waiting.map(review)))
        case .checks(let found): (shown, content) = (found.count, checks(found))
        case .waiting(let lines): (shown, content) = (part.count, waiting(lines))
        case .figures(let figures): (shown, content) = (figures.count, self.figures(figures))
        case .steps(let steps): (shown, content) = (steps.count, list(steps.map(self.step)))
        case .approvals(let waiting): (shown, content) = (waiting.count, list(waiting.map(approval)))
        }
        // The number of figures is none of them.
        let isCounted = if case .figures = part.content { false } else { true }
        let more: HTML =
            part.count > shown || part.isAtLeast
            ? "<p class=\"by\"><a href=\"\(part.section.path.text)\">All \(count)</a></p>" : .empty
        return """
            <section aria-labelledby="\(id)"><div class="sec"><h2 id="\(id)"><a href="\(part.section.path.text)">\(part.section.title)</a></h2>\(isCounted ? "<span class=\"dim\">\(count)</span>" : .empty)</div>\(content)\(more)</section>

            """
    }

    private func rows(_ section: HomeSection) -> BoardRows {
        BoardRows(
            names: names, policy: policy, now: now, actor: actor, showsOwner: section != .work,
            taking: { [actor, newKey] in
                CaseStep.taking($0, for: actor, key: newKey(), backTo: "/home")
            })
    }

    private func name(_ id: String) -> HTML { isolated(people[id] ?? "Somebody") }

    private func list(_ lines: [HTML]) -> HTML { "<ul class=\"card lines\">\(lines)</ul>" }

    private func line(_ this: SupportCase, _ words: HTML, _ act: HTML) -> HTML {
        """
        <li data-row><div>\(QueuePages.severity(this.severity, policy)) <a href="/cases/\(this.number)" data-row-open dir="auto">\(this.subject)</a><span class="two">\(this.number) · \(words)</span></div>\(act)</li>

        """
    }

    private func step(_ path: String, _ title: String, _ this: SupportCase) -> HTML {
        "<a class=\"btn small\" href=\"\(path)\" data-step>\(title)<span class=\"sr\">: \(this.number)</span></a>"
    }

    private func offer(_ one: HandoffDirectory.Offered) -> HTML {
        let by = one.handover.offer.acceptBy
        let words: HTML =
            one.handover.isLate(at: now)
            ? "\(name(one.handover.offer.from)) offers it, <span class=\"bad\">was to be accepted by \(zonedTime(by, now: now))</span>"
            : "\(name(one.handover.offer.from)) offers it, to be accepted by \(zonedTime(by, now: now))"
        return line(one.this, words, step("/handover", "Read and accept", one.this))
    }

    private func told(_ one: NotificationsDirectory.News) -> HTML {
        let words: HTML =
            one.items.first.map { item in
                "\(isolated(NotificationWords.sentence(item, people, policy))), \(time(item.createdAt, now: now))"
            } ?? .empty
        return line(one.found, words, step("/cases/\(one.found.number)", "Look", one.found))
    }

    private func isStuck(_ one: HandoffDirectory.Stuck) -> HTML {
        let length = durationWords(seconds: one.request.seconds(at: now))
        let act: HTML =
            actor.may("case.unblock") && one.request.askedBy != actor.id
            ? step(
                "/cases/\(one.this.number)/unblock?request=\(one.request.number)", "Unblock", one.this)
            : .empty
        return line(
            one.this,
            "\(name(one.request.askedBy)) is stuck for \(length): <span dir=\"auto\">\(String(one.request.asked.stuck.prefix(160)))</span>",
            act)
    }

    private func review(_ one: OutwardDirectory.Waiting) -> HTML {
        let by = one.review.held.reviewBy
        let due: HTML =
            one.review.isLate(at: now)
            ? "<span class=\"bad\">to be reviewed by \(zonedTime(by, now: now))</span>"
            : "to be reviewed by \(zonedTime(by, now: now))"
        return line(
            one.this, "\(name(one.review.writer)) wrote to the customer, \(due)",
            step("/cases/\(one.this.number)#reviews", "Read it", one.this))
    }

    private func checks(_ found: [AttentionFinding]) -> HTML {
        let items = found.map { finding -> HTML in
            let count =
                finding.problem == nil
                ? grouped(finding.total.number) + (finding.total.isExact ? "" : "+") : "cannot be made"
            return
                "<li><a href=\"/attention#check-\(finding.check.id)\">\(finding.check.name)</a> <b class=\"num\">\(count)</b></li>"
        }
        return "<ul class=\"tally\">\(items)</ul>"
    }

    private func figures(_ figures: [HomeFigure]) -> HTML {
        let items = figures.map { figure -> HTML in
            let look: HTML = figure.isBad ? " bad" : .empty
            return
                "<li><a href=\"\(figure.path)\">\(isolated(figure.name))</a> <b class=\"num\(look)\">\(figure.value)</b></li>"
        }
        return "<ul class=\"tally\">\(items)</ul>"
    }

    private func step(_ step: PreventionStep) -> HTML {
        let due: HTML =
            step.isLate(at: now)
            ? "<span class=\"bad\">was due \(zonedTime(step.plan.dueAt, now: now))</span>"
            : "due \(zonedTime(step.plan.dueAt, now: now))"
        return """
            <li data-row><div><span dir="auto">\(step.plan.text)</span><span class="two">\(due)</span></div><a class="btn small" href="/prevention/\(step.id.raw)/end" data-row-open data-step>Done or dropped</a></li>

            """
    }

    private func approval(_ one: HomeApproval) -> HTML {
        let what: HTML =
            one.organisation.map { "amends the contract of \(isolated($0))" } ?? "changes the policy"
        let lapses: HTML = one.until.map { ", lapses \(zonedTime($0, now: now))" } ?? .empty
        return """
            <li data-row><div><a href="\(one.path)" data-row-open dir="auto">\(one.title)</a><span class="two">\(name(one.author)) \(what), proposed \(time(one.at, now: now))\(lapses)</span></div><a class="btn small" href="\(one.path)" data-step>Read and decide<span class="sr">: \(one.title)</span></a></li>

            """
    }

    private func waiting(_ lines: [(reason: String, count: Int, oldest: Timestamp)]) -> HTML {
        let items = lines.map { line -> HTML in
            let name = line.reason.isEmpty ? "No reason given" : policy.blockName(line.reason)
            let value = line.reason.isEmpty ? "none" : line.reason
            return
                "<li><a href=\"/cases?blocked=\(percentEncoded(value))\">\(name)</a> <b class=\"num\">\(grouped(line.count))</b></li>"
        }
        return "<ul class=\"tally\">\(items)</ul>"
    }
}
