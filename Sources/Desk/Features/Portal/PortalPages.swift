import Domain
import Storage
import Web

/// The pages of customers: state in words, what we need from them, what was written.
enum PortalPages {
    private static let pageSize = 50

    /// What a reader of the list asked for.
    private struct Selection {
        var isShowingDone: Bool
        var organisation: ID<Organisation>
        /// Whether it is the reader's own organisation.
        var isOwn: Bool
        var after: CasePosition?
        /// What is looked for; then open and solved cases alike are shown.
        var text: String

        init(_ call: SignedInCall) throws {
            guard let own = call.actor.organisation else {
                throw Refusal(
                    .denied, "no_organisation",
                    "Your account belongs to no organisation. Ask your support team.")
            }
            isShowingDone = call.request.query("show") == "solved"
            text = try CaseSearchText.checked(call.request.query("q") ?? "", field: "q").trimmingWhitespace
            let asked = call.request.query("for").map { ID<Organisation>($0) }
            organisation = asked.flatMap { call.actor.may(.view, for: $0) ? $0 : nil } ?? own
            isOwn = organisation == own
            if let parts = try Cursor.parts(call.request.query("cursor"), count: 2) {
                guard let moment = Int64(parts[0]) else { throw Cursor.notOurs }
                after = CasePosition(changedAt: moment, id: parts[1])
            }
        }

        func address(done: Bool, cursor: String? = nil, keeping: Bool = false) -> String {
            let pairs = [
                keeping && !text.isEmpty ? "q=\(percentEncoded(text))" : nil, done ? "show=solved" : nil,
                isOwn ? nil : "for=\(percentEncoded(organisation.raw))",
                cursor.map { "cursor=\($0)" },
            ].compactMap { $0 }
            return "/portal" + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
        }
    }

    private struct Listed: Sendable {
        var cases: [SupportCase]
        var openCount: Int
        var doneCount: Int
        var names: [String: String]
        /// The organisations for which the reader acts, by identifier.
        var delegated: [(id: ID<Organisation>, name: String)]
        /// What is wrong with the search.
        var problem: SearchProblem?
        /// How many cases the search finds.
        var foundCount = 0
    }

    static func list(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let policy = services.policy.current
        let selection = try Selection(call)
        let (organisation, after, isShowingDone) = (
            selection.organisation, selection.after, selection.isShowingDone
        )
        let now = services.clock()
        let listed = try await services.database.read { tx in
            var listed = try find(organisation, isShowingDone, after, policy, call.actor, in: tx)
            guard !selection.text.isEmpty else { return listed }
            switch try CaseSearchText(selection.text, for: call.actor, policy: policy, now: now).meaning(
                in: tx)
            {
            case .problem(let problem): (listed.cases, listed.problem) = ([], problem)
            case .found(_, var filter):
                (filter.organisation, filter.order) = (organisation, .updatedDescending)
                listed.cases = try CaseDirectory.list(
                    filter, for: call.actor, after: after, limit: pageSize + 1, in: tx)
                listed.foundCount = try CaseDirectory.count(filter, for: call.actor, in: tx)
            }
            return listed
        }
        let page = listed.cases.prefix(pageSize)
        let items = page.map { item($0, listed.names, policy, now) }
        let list: HTML =
            page.isEmpty
            ? selection.text.isEmpty ? empty(isShowingDone) : nothing(listed)
            : "<ul class=\"card clip mine\" id=\"mine\" data-live>\n\(items)</ul>"
        let older: HTML =
            listed.cases.count > pageSize
            ? page.last.map { last -> HTML in
                let cursor = Cursor.text([String(last.publiclyChangedAt.microseconds), last.id.raw])
                return """
                    <p class="more"><a class="btn" href="\(selection.address(done: isShowingDone, cursor: cursor, keeping: true))">Show older cases</a></p>
                    """
            } ?? .empty : .empty
        let main: HTML = """
            <div class="sec"><h1>Your cases</h1><div class="btns"><a class="btn go" href="/portal/cases/new">Report a problem</a></div></div>
            \(searchBox(listed, selection))\(forWhom(listed, selection, call.actor))<nav class="views" aria-label="Show"><a href="\(selection.address(done: false))"\(isShowingDone || !selection.text.isEmpty ? .empty : " aria-current=\"true\"")>Open <span>\(listed.openCount)</span></a><a href="\(selection.address(done: true))"\(isShowingDone && selection.text.isEmpty ? " aria-current=\"true\"" : .empty)>Solved <span>\(listed.doneCount)</span></a></nav>
            \(list)\(older)
            """
        return services.page(Page("Your cases", here: "/portal", main: main), for: call)
    }

    private static func searchBox(_ listed: Listed, _ selection: Selection) -> HTML {
        let whom: HTML =
            selection.isOwn
            ? .empty : "<input type=\"hidden\" name=\"for\" value=\"\(selection.organisation.raw)\">"
        let said: HTML =
            if let problem = listed.problem {
                "<p class=\"q-err\" id=\"q-said\" role=\"alert\">Column \(String(problem.column)): \(problem.message)</p>"
            } else if selection.text.isEmpty {
                .empty
            } else {
                "<p class=\"by\" id=\"q-said\">\(grouped(listed.foundCount)) found · <a href=\"\(selection.address(done: false))\">Show all open cases</a></p>"
            }
        return """
            <form class="filters" role="search" action="/portal"><div class="seek">\(icon("search"))<label class="sr" for="q">Search your cases</label><input class="input" id="q" name="q" type="search" value="\(selection.text)" placeholder="Words, or a case number" autocomplete="off" dir="auto"\(selection.text.isEmpty ? .empty : " aria-describedby=\"q-said\"")></div>\(whom)<button class="btn">Search</button></form>
            \(said)
            """
    }

    private static func nothing(_ listed: Listed) -> HTML {
        guard listed.problem == nil else { return .empty }
        return """
            <div class="card" id="mine" data-live><div class="empty"><h2>No case matches</h2><p>Words are looked for in what you and we wrote to each other, in subjects and in the files that you sent. Fewer or shorter words find more.</p></div></div>
            """
    }

    private static func find(
        _ organisation: ID<Organisation>, _ isShowingDone: Bool, _ after: CasePosition?, _ policy: Policy,
        _ actor: Actor, in tx: borrowing Transaction
    ) throws -> Listed {
        var filter = CaseFilter()
        filter.organisation = organisation
        filter.statuses = policy.statuses(in: [.resolved, .closed])
        let solved = filter
        filter.statuses = policy.statuses(in: [.open, .waiting, .mitigated, .verifying])
        let cases = try CaseDirectory.list(
            isShowingDone ? solved : filter, for: actor, after: after, limit: pageSize + 1, in: tx)
        return Listed(
            cases: cases, openCount: try CaseDirectory.count(filter, for: actor, in: tx),
            doneCount: try CaseDirectory.count(solved, for: actor, in: tx),
            names: try PeopleDirectory.names(of: cases.compactMap { $0.spokesperson?.raw }, in: tx),
            delegated: try CustomerDirectory.names(of: Array(actor.delegations.keys), in: tx)
                .map { ($0.key, $0.value.name) }.sorted { $0.1 < $1.1 })
    }

    /// For people who act for several organisations: whose cases are shown, and where they report for them.
    private static func forWhom(_ listed: Listed, _ selection: Selection, _ actor: Actor) -> HTML {
        guard !listed.delegated.isEmpty else { return .empty }
        let links = listed.delegated.map { one in
            """
            <a href="/portal?for=\(percentEncoded(one.id.raw))"\(one.id == selection.organisation ? " aria-current=\"true\"" : .empty)>\(isolated(one.name))</a>
            """ as HTML
        }
        let report: HTML =
            actor.delegations.values.contains { $0.contains(.report) }
            ? "<a href=\"/portal/delegated/new\">Report for one of them</a>" : .empty
        return """
            <nav class="views" aria-label="For whom"><a href="/portal"\(selection.isOwn ? " aria-current=\"true\"" : .empty)>Your organisation</a>\(links)\(report)</nav>
            """
    }

    private static func item(
        _ this: SupportCase, _ names: [String: String], _ policy: Policy, _ now: Timestamp
    ) -> HTML {
        let ask: HTML =
            policy.phase(of: this.status) == .waiting && policy.status(this.status)?.onCustomerReply != nil
            ? " <span class=\"ask\">We need an answer from you.</span>" : .empty
        return """
            <li><a href="/portal/cases/\(this.number)" dir="auto">\(this.subject)</a><p>\(words(this, names, policy))\(next(this, now))\(ask)</p><span class="at">\(this.number) · \(time(this.publiclyChangedAt, now: now))</span></li>

            """
    }

    /// When they hear from us next, where that was promised.
    private static func next(_ this: SupportCase, _ now: Timestamp) -> HTML {
        guard let due = this.arrangement.nextUpdateAt, due >= now else { return .empty }
        return " We write again by \(zonedTime(due, now: now))."
    }

    private static func words(_ this: SupportCase, _ names: [String: String], _ policy: Policy) -> HTML {
        let state = policy.status(this.status)?.customerWords ?? "Received"
        guard let speaker = this.spokesperson.flatMap({ names[$0.raw] }) else { return "\(state)." }
        return "\(state). \(isolated(speaker)) wrote to you last."
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

    /// The place of problems that we know of and that more than one customer may meet.
    static func known(_ call: SignedInCall, _ services: Services) -> WebResponse {
        let main: HTML = """
            <div class="sec"><h1>Known issues</h1></div>
            <div class="card"><div class="empty"><h2>No known issue is published</h2><p>That does not mean that nothing is wrong: if something fails for you, report it, and a person looks at it.</p><a class="btn go" href="/portal/cases/new">Report a problem</a></div></div>
            """
        return services.page(Page("Known issues", here: "/portal/known", main: main), for: call)
    }

    // MARK: One case

    struct Content: Sendable {
        var this: SupportCase
        /// The latest public facts, newest first.
        var entries: [Recorded<CaseFact>]
        /// Their numbers among the public ones.
        var numbers: [Version: Int]
        var names: [String: String]
        var draft: (text: String, savedAt: Timestamp)?
        var parts: HTML
        var sentences: CaseSentence
        var standing: CustomerStanding
        /// Who looks, with the rights that are left at this case.
        var actor: Actor
        var isPurged: Bool
        /// The organisation, where it is not the reader's own.
        var organisation: String?
    }

    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let reference = call.request.parameter("id")
        let (policy, now, parts) = (services.policy.current, services.clock(), services.catalog.caseParts)
        let content = try await services.database.read { [journal = services.journal] tx in
            let this = try CaseDirectory.find(reference, for: call.actor, in: tx)
            let all = try journal.latestFacts(
                of: this.ref, kinds: CaseFact.publicKinds, limit: 300, as: CaseFact.self, in: tx)
            let entries = try OutwardDirectory.readable(
                all, of: this, by: call.actor.id, policy: policy, in: tx)
            let names = try PeopleDirectory.names(
                of: entries.map(\.actor) + [this.spokesperson?.raw, this.requester?.raw].compactMap { $0 },
                in: tx)
            let context = try CasePartContext(this, for: call, policy: policy, now: now, in: tx)
            return Content(
                this: this, entries: entries,
                numbers: Dictionary(
                    zip(all.map(\.version), (0..<all.count).map { this.publicVersion.number - $0 })
                ) { first, _ in first }, names: names,
                draft: try DraftStore.find(key: "portal/\(this.id)/reply", of: call.actor, in: tx),
                parts: try parts.portal(context, in: tx),
                sentences: CaseSentence(policy: policy, names: names, parts: parts),
                standing: context.history.standing, actor: context.actor, isPurged: context.isPurged,
                organisation: try this.organisation.flatMap { id in
                    id == call.actor.organisation
                        ? nil : try CustomerDirectory.names(of: [id], in: tx)[id]?.name
                })
        }
        if let number = CaseAlias.target(call, content.this) {
            return .seeOther("/portal/cases/\(number)?from=\(reference)")
        }
        let view = PortalCaseView(
            content: content, policy: services.policy.current, now: services.clock(), me: content.actor,
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
    let me: Actor
    let key: String

    private var this: SupportCase { content.this }
    private var status: Policy.Status? { policy.status(this.status) }
    private var isDone: Bool { [.resolved, .closed].contains(policy.phase(of: this.status)) }

    var main: HTML {
        """
        <nav class="crumb" aria-label="Breadcrumb"><a href="/portal">Your cases</a><span aria-hidden="true">/</span><span>\(this.number)</span></nav>
        <div class="stack"><h1 dir="auto">\(this.subject)</h1>\(content.organisation.map { "<p class=\"lede\">For \(isolated($0))</p>" as HTML } ?? .empty)
        \(standing)\(need)\(fix)\(content.parts)\(answerForm)
        <section aria-labelledby="so-far"><div class="sec"><h2 id="so-far">So far</h2></div><div class="thread" id="thread" data-live>
        \(content.entries.map(entry))</div></section></div>
        """
    }

    private var standing: HTML {
        let speaker = this.spokesperson.flatMap { content.names[$0.raw] }
        let who: HTML =
            if content.isPurged {
                "<p>Its time is over, and what was written in it is gone for good. If it happens again, open a new case.</p>"
            } else if isDone {
                "<p>If it is not solved for you, say so and the case opens again with its whole history.</p>"
            } else if let speaker {
                "<p>\(isolated(speaker)) wrote to you last.</p>"
            } else {
                "<p>Nobody has written to you yet. The answer comes from a person, on this page.</p>"
            }
        return """
            <section class="card now" id="now" aria-label="Where it stands" data-live><p>\(status?.customerWords ?? "Received").</p>\(who)</section>

            """
    }

    /// Whether it works again: asked while there is something to try, thanked for once they said so.
    private var fix: HTML {
        guard this.canConfirmFix(policy), me.may("portal.confirm"), me.may(.reply, for: this.organisation)
        else { return "<section id=\"fix\" data-live hidden></section>" }
        if let (by, at, _) = content.standing.confirmation {
            let who: HTML = by == me.id ? "You" : isolated(content.names[by] ?? "Your colleague")
            return """
                <section class="card now" id="fix" aria-label="Whether it works" data-live><p>\(who) confirmed that it works again.</p><p>\(zonedTime(at, now: now)). If it comes back, say so below.</p></section>

                """
        }
        return """
            <section class="need" id="fix" aria-labelledby="fix-h" data-live><h2 id="fix-h">Does it work again?</h2><p>Please try it. If it still fails, say below what you see.</p><form method="post" action="/portal/cases/\(this.number)/confirm" data-enhance>\(FormView.hidden(key: key + "-fix", base: nil))<p class="form-error" data-form-error role="alert"></p><div class="btns"><button class="btn go">Yes, it works again</button></div></form></section>

            """
    }

    /// The last message of staff, where the case waits for the customer.
    private var need: HTML {
        guard policy.phase(of: this.status) == .waiting, status?.onCustomerReply != nil else {
            return "<section id=\"need\" data-live hidden></section>"
        }
        let question = content.entries.lazy.compactMap { entry -> String? in
            switch entry.body {
            case .replied(let text, fromCustomer: false), .outward(.executiveUpdate(let text)): text
            default: nil
            }
        }.first
        return """
            <section class="need" id="need" aria-labelledby="need-h" data-live><h2 id="need-h">What we need from you</h2><p class="text" dir="auto">\(question ?? "An answer, so that we can go on.")</p></section>

            """
    }

    private var answerForm: HTML {
        guard !content.isPurged else { return .empty }
        guard me.may(.reply, for: this.organisation) else {
            return "<p class=\"lede\">You may read this case. Answering was not delegated to you.</p>"
        }
        let isTried = [.mitigated, .verifying].contains(policy.phase(of: this.status))
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
            \(content.draft?.text ?? "")</textarea></div><p class="form-error" data-form-error role="alert"></p><div class="btns"><button class="btn\(isDone ? "" : " go")">\(button)</button>\(isTried ? stillFails : .empty)<span class="draft-state" data-draft-state role="status"></span></div></form>

            """
    }

    /// The same words, sent as “it still fails”.
    private var stillFails: HTML {
        "<button class=\"btn\" formaction=\"/portal/cases/\(this.number)/reopen\">It still fails</button>"
    }

    private func entry(_ entry: Recorded<CaseFact>) -> HTML {
        switch entry.body {
        case .opened(let opening): reported(entry, opening)
        case .replied(let text, let fromCustomer): message(entry, text, isFromCustomer: fromCustomer)
        case .resolved(let resolution):
            if let summary = resolution.customerSummary {
                message(entry, summary, isFromCustomer: false) + line(entry, "Resolved")
            } else {
                line(entry, "Resolved")
            }
        case .outward(.reminded(let text, _, _, _)), .outward(.executiveUpdate(let text)):
            message(entry, text, isFromCustomer: false)
        case .retitled(let subject): line(entry, "Now called “\(isolated(subject))”")
        case .statusChanged(let status, _, _, _):
            line(entry, "\(policy.status(ID(status))?.customerWords ?? "In work")")
        case .reopened: line(entry, "Opened again")
        case .closed: line(entry, "Closed")
        case .imported: line(entry, "Taken over from an earlier system")
        default: ofPart(entry)
        }
    }

    /// The report: by whoever asked, even where a colleague of ours wrote it down; of monitoring only that it was that.
    private func reported(_ entry: Recorded<CaseFact>, _ opening: CaseFact.Opening) -> HTML {
        if opening.channel == "alert" { return line(entry, "Our monitoring noticed it before anybody wrote") }
        guard let requester = opening.requester, requester != entry.actor else {
            return message(entry, opening.symptom, isFromCustomer: opening.requester == entry.actor)
        }
        let who = requester == me.id ? "You" : content.names[requester] ?? "Your colleague"
        let writer = content.names[entry.actor] ?? policy.organisation
        return message(
            entry, opening.symptom, isFromCustomer: true, by: who,
            aside: "<span class=\"dim\">written down by \(isolated(writer))</span>")
    }

    /// The entry's number among the public ones; that among all would tell how much was done inside the house.
    private func number(_ entry: Recorded<CaseFact>) -> Int { content.numbers[entry.version] ?? 0 }

    private func ofPart(_ entry: Recorded<CaseFact>) -> HTML {
        guard let (_, sentence) = content.sentences.ofPart(entry, isForCustomer: true) else { return .empty }
        let who = entry.actor == me.id ? "You" : content.names[entry.actor] ?? policy.organisation
        return line(entry, "<b>\(who)</b> \(sentence)")
    }

    private func line(_ entry: Recorded<CaseFact>, _ words: HTML) -> HTML {
        "<p class=\"fact\"><span>\(words)</span>\(time(entry.occurredAt, now: now, class: "at"))</p>\n"
    }

    private func message(
        _ entry: Recorded<CaseFact>, _ text: String, isFromCustomer: Bool, by name: String? = nil,
        aside: HTML? = nil
    ) -> HTML {
        let who =
            name ?? (entry.actor == me.id ? "You" : content.names[entry.actor])
            ?? (isFromCustomer ? "Your colleague" : policy.organisation)
        let house: HTML =
            aside ?? (isFromCustomer ? .empty : "<span class=\"dim\">\(policy.organisation)</span>")
        return """
            <article class="msg \(isFromCustomer ? "in" : "out")" id="m-\(number(entry))"><header><b>\(who)</b>\(house)\(time(entry.occurredAt, now: now, class: "at"))</header><div class="text" dir="auto">\(text)</div></article>

            """
    }
}
