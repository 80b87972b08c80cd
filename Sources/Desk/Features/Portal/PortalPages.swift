import Domain
import Storage
import Web

/// The pages of customers: state in words, what we need from them, what was written.
enum PortalPages {
    static func list(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let policy = services.policy.current
        let isShowingDone = call.request.query("show") == "solved"
        let done = policy.statuses(in: [.resolved, .closed])
        let open = policy.statuses(in: [.open, .waiting, .mitigated, .verifying])
        guard let organisation = call.actor.organisation else {
            throw Refusal(
                .denied, "no_organisation", "Your account belongs to no organisation. Ask your support team.")
        }
        let (cases, openCount, doneCount, names) = try await services.database.read { tx in
            var filter = CaseFilter()
            filter.organisation = organisation
            filter.statuses = done
            let doneCount = try CaseDirectory.count(filter, for: call.actor, in: tx)
            let solved = filter
            filter.statuses = open
            let openCount = try CaseDirectory.count(filter, for: call.actor, in: tx)
            let cases = try CaseDirectory.list(
                isShowingDone ? solved : filter, for: call.actor, limit: 100, in: tx)
            return (
                cases, openCount, doneCount,
                try PeopleDirectory.names(of: cases.compactMap { $0.owner?.raw }, in: tx)
            )
        }
        let now = services.clock()
        let items = cases.map { item($0, names, policy, now) }
        let list: HTML =
            cases.isEmpty
            ? empty(isShowingDone) : "<ul class=\"card clip mine\" id=\"mine\" data-live>\n\(items)</ul>"
        let main: HTML = """
            <div class="sec"><h1>Your cases</h1><div class="btns"><a class="btn go" href="/portal/cases/new">Report a problem</a></div></div>
            <nav class="views" aria-label="Show"><a href="/portal"\(isShowingDone ? .empty : " aria-current=\"true\"")>Open <span>\(openCount)</span></a><a href="/portal?show=solved"\(isShowingDone ? " aria-current=\"true\"" : .empty)>Solved <span>\(doneCount)</span></a></nav>
            \(list)
            """
        return services.page(Page("Your cases", here: "/portal", main: main), for: call)
    }

    private static func item(
        _ this: SupportCase, _ names: [String: String], _ policy: Policy, _ now: Timestamp
    ) -> HTML {
        let ask: HTML =
            policy.phase(of: this.status) == .waiting && policy.status(this.status)?.onCustomerReply != nil
            ? " <span class=\"ask\">We need an answer from you.</span>" : .empty
        return """
            <li><a href="/portal/cases/\(this.number)" dir="auto">\(this.subject)</a><p>\(words(this, names, policy))\(ask)</p><span class="at">\(this.number) · \(time(this.updatedAt, now: now))</span></li>

            """
    }

    private static func words(_ this: SupportCase, _ names: [String: String], _ policy: Policy) -> HTML {
        let state = policy.status(this.status)?.customerWords ?? "Received"
        guard let owner = this.owner.flatMap({ names[$0.raw] }) else { return "\(state)." }
        return "\(state). \(isolated(owner)) has it."
    }

    private static func empty(_ isShowingDone: Bool) -> HTML {
        if isShowingDone {
            return
                "<div class=\"card\"><div class=\"empty\"><h2>Nothing solved yet</h2><p>Solved cases stay here with all that was written.</p></div></div>"
        }
        return """
            <div class="card"><div class="empty"><h2>No open cases</h2><p>What you or your colleagues report stands here, with where it stands and what happens next.</p><a class="btn go" href="/portal/cases/new">Report a problem</a></div></div>
            """
    }

    // MARK: One case

    struct Content: Sendable {
        var this: SupportCase
        var entries: [Recorded<CaseFact>]
        var names: [String: String]
        var draft: (text: String, savedAt: Timestamp)?
        var parts: HTML
        var sentences: CaseSentence
    }

    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let reference = call.request.parameter("id")
        let (policy, now, parts) = (services.policy.current, services.clock(), services.catalog.caseParts)
        let content = try await services.database.read { [journal = services.journal] tx in
            let this = try CaseDirectory.find(reference, for: call.actor, in: tx)
            let entries = try journal.latestFacts(
                of: this.ref, kinds: CaseFact.publicKinds, limit: 300, as: CaseFact.self, in: tx)
            let names = try PeopleDirectory.names(
                of: entries.map(\.actor) + [this.owner?.raw].compactMap { $0 }, in: tx)
            let context = CasePartContext(
                this: this, actor: call.actor, policy: policy, now: now, request: call.request,
                newKey: { newIdentifier(at: now) })
            return Content(
                this: this, entries: entries, names: names,
                draft: try DraftStore.find(key: "portal/\(this.id)/reply", of: call.actor, in: tx),
                parts: try parts.portal(context, in: tx),
                sentences: CaseSentence(policy: policy, names: names, parts: parts))
        }
        if let number = CaseAlias.target(call, content.this) {
            return .seeOther("/portal/cases/\(number)?from=\(reference)")
        }
        let view = PortalCaseView(
            content: content, policy: services.policy.current, now: services.clock(), me: call.actor.id,
            key: newIdentifier(at: services.clock()))
        var page = Page(content.this.subject, here: "/portal", main: view.main)
        page.events = "/portal/cases/\(content.this.number)/events"
        page.presence = "/portal/cases/\(content.this.number)/presence"
        return services.page(page, for: call)
    }
}

/// The parts of a customer's case page.
struct PortalCaseView {
    let content: PortalPages.Content
    let policy: Policy
    let now: Timestamp
    let me: String
    let key: String

    private var this: SupportCase { content.this }
    private var status: Policy.Status? { policy.status(this.status) }
    private var isDone: Bool { [.resolved, .closed].contains(policy.phase(of: this.status)) }

    var main: HTML {
        """
        <nav class="crumb" aria-label="Breadcrumb"><a href="/portal">Your cases</a><span aria-hidden="true">/</span><span>\(this.number)</span></nav>
        <div class="stack"><h1 dir="auto">\(this.subject)</h1>
        \(standing)\(need)\(content.parts)\(answerForm)
        <section aria-labelledby="so-far"><div class="sec"><h2 id="so-far">So far</h2></div><div class="thread" id="thread" data-live>
        \(content.entries.map(entry))</div></section></div>
        """
    }

    private var standing: HTML {
        let owner = this.owner.flatMap { content.names[$0.raw] }
        let who: HTML =
            if isDone {
                "<p>If it is not solved for you, say so and the case opens again with its whole history.</p>"
            } else if let owner {
                "<p>\(isolated(owner)) has your case.</p>"
            } else {
                "<p>We will name a person for it shortly.</p>"
            }
        return """
            <section class="card now" id="now" aria-label="Where it stands" data-live><p>\(status?.customerWords ?? "Received").</p>\(who)</section>

            """
    }

    /// The last message of staff, where the case waits for the customer.
    private var need: HTML {
        guard policy.phase(of: this.status) == .waiting, status?.onCustomerReply != nil else {
            return "<section id=\"need\" data-live hidden></section>"
        }
        let question = content.entries.lazy.compactMap { entry -> String? in
            if case .replied(let text, fromCustomer: false) = entry.body { text } else { nil }
        }.first
        return """
            <section class="need" id="need" aria-labelledby="need-h" data-live><h2 id="need-h">What we need from you</h2><p class="text" dir="auto">\(question ?? "An answer, so that we can go on.")</p></section>

            """
    }

    private var answerForm: HTML {
        let verb = isDone ? "reopen" : "reply"
        let label = isDone ? "What still fails?" : "Your answer"
        let button = isDone ? "Not solved, open it again" : "Send answer"
        guard !isDone || this.isWithinReopenWindow(at: now, policy: policy) else {
            return """
                <section id="reply" data-live><p class="lede">This was solved more than \(policy.reopenWindowDays) days ago. If it is back, <a href="/portal/cases/\(this.number)/follow_up">report it again</a>: the new case is linked to this one, so you need not repeat what stands here.</p></section>
                """
        }
        return """
            <form class="form" id="reply" method="post" action="/portal/cases/\(this.number)/\(verb)" data-enhance>\(FormView.hidden(key: key, base: nil))<input type="hidden" name="_draft" value="portal/\(this.id.raw)/reply"><div class="fld"><label for="reply-text">\(label)</label><p class="help" id="reply-text-h">Goes to the people who work on it, and to your colleagues on this case.</p>
            <textarea class="input" id="reply-text" name="text" rows="5" required autocomplete="off"\(fieldDirection(of: content.draft?.text ?? "")) aria-describedby="reply-text-h" data-draft="portal/\(this.id.raw)/reply" data-draft-at="\(content.draft.map { String($0.savedAt.microseconds / 1000) } ?? "")">
            \(content.draft?.text ?? "")</textarea></div><p class="form-error" data-form-error role="alert"></p><div class="btns"><button class="btn\(isDone ? "" : " go")">\(button)</button><span class="draft-state" data-draft-state role="status"></span></div></form>

            """
    }

    private func entry(_ entry: Recorded<CaseFact>) -> HTML {
        switch entry.body {
        case .opened(let opening): message(entry, opening.symptom, isFromCustomer: true)
        case .replied(let text, let fromCustomer): message(entry, text, isFromCustomer: fromCustomer)
        case .resolved(let resolution):
            if let summary = resolution.customerSummary {
                message(entry, summary, isFromCustomer: false) + line(entry, "Resolved")
            } else {
                line(entry, "Resolved")
            }
        case .statusChanged(let status, _, _):
            line(entry, "\(policy.status(ID(status))?.customerWords ?? "In work")")
        case .reopened: line(entry, "Opened again")
        case .closed: line(entry, "Closed")
        case .imported: line(entry, "Taken over from an earlier system")
        default: ofPart(entry)
        }
    }

    private func ofPart(_ entry: Recorded<CaseFact>) -> HTML {
        guard let (_, sentence) = content.sentences.ofPart(entry, isForCustomer: true) else { return .empty }
        let who = entry.actor == me ? "You" : content.names[entry.actor] ?? policy.organisation
        return line(entry, "<b>\(who)</b> \(sentence)")
    }

    private func line(_ entry: Recorded<CaseFact>, _ words: HTML) -> HTML {
        "<p class=\"fact\"><span>\(words)</span>\(time(entry.occurredAt, now: now, class: "at"))</p>\n"
    }

    private func message(_ entry: Recorded<CaseFact>, _ text: String, isFromCustomer: Bool) -> HTML {
        let who =
            entry.actor == me
            ? "You" : content.names[entry.actor] ?? (isFromCustomer ? "Your colleague" : policy.organisation)
        let house: HTML = isFromCustomer ? .empty : "<span class=\"dim\">\(policy.organisation)</span>"
        return """
            <article class="msg \(isFromCustomer ? "in" : "out")" id="e-\(entry.version.number)"><header><b>\(who)</b>\(house)\(time(entry.occurredAt, now: now, class: "at"))</header><div class="text" dir="auto">\(text)</div></article>

            """
    }
}
