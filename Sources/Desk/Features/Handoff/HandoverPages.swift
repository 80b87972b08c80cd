import Domain
import Storage
import Web

/// The end of a shift: what is offered to me, what I offered, what came back, and what I would hand over.
enum HandoverPages {
    /// For so long a case that came back stands in the list of whoever offered it.
    private static let returnedSeconds: Int64 = 24 * 3600

    private struct Content: Sendable {
        var offered: [HandoffDirectory.Offered]
        var mine: [HandoffDirectory.Offered]
        var cases: [SupportCase]
        var deadlines: [ID<SupportCase>: ServiceLevelsDirectory.Deadline]
        var names: [String: String]
    }

    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (policy, now, actor) = (services.policy.current, services.clock(), call.actor)
        let content = try await services.database.read { tx in
            let offered = try HandoffDirectory.offered(to: actor, limit: Shift.most, in: tx)
            let mine = try HandoffDirectory.offered(
                by: actor, returnedSince: now.adding(seconds: -returnedSeconds), limit: Shift.most, in: tx)
            let away = Set(mine.filter { $0.handover.outcome == nil }.map(\.this.id))
            let cases = try Shift.cases(of: actor, policy: policy, in: tx).filter { !away.contains($0.id) }
            let people = (offered + mine).flatMap { one in
                [one.handover.offer.from, one.handover.offer.person, one.handover.settledBy]
                    .compactMap { $0 }
            }
            return Content(
                offered: offered, mine: mine, cases: cases,
                deadlines: try ServiceLevelsDirectory.deadlines(of: cases.map(\.id), in: tx),
                names: try PeopleDirectory.names(of: people, in: tx))
        }
        let view = View(
            content: content, policy: policy, now: now, actor: actor,
            newKey: { newIdentifier(at: services.clock()) })
        let main: HTML = """
            <div class="q-head"><h1>Hand-over</h1><div class="btns">\(policy.routing.sun == nil ? "" : "<a class=\"btn\" href=\"/handover/regions\">Regions</a>" as HTML)\(view.send)</div></div>
            <p class="lede">A case stays with its owner until somebody accepts it.</p>
            <div id="shift" data-live>\(view.body)</div>
            """
        var page = Page("Hand-over", here: "/handover", main: main)
        page.events = "/events"
        return services.page(page, for: call)
    }

    private struct View {
        let content: Content
        let policy: Policy
        let now: Timestamp
        let actor: Actor
        let newKey: () -> String

        var send: HTML {
            content.cases.isEmpty
                ? .empty : "<a class=\"btn go\" href=\"/handover/send\">Hand over my shift</a>"
        }

        var body: HTML { "\(offered)\(waiting)\(returned)\(cases)" }

        private func name(_ id: String?) -> HTML { isolated(id.flatMap { content.names[$0] } ?? "Somebody") }

        private func section(_ id: String, _ title: String, _ act: HTML = .empty, _ body: HTML) -> HTML {
            """
            <section aria-labelledby="\(id)"><div class="sec"><h2 id="\(id)">\(title)</h2>\(act)</div>\(body)</section>
            """
        }

        private func title(_ this: SupportCase) -> HTML {
            """
            \(QueuePages.severity(this.severity, policy)) <a href="/cases/\(this.number)" data-row-open dir="auto">\(this.subject)</a><span class="two">\(this.number)</span>
            """
        }

        private func post(_ this: SupportCase, _ verb: String, _ title: String, isMain: Bool = false) -> HTML
        {
            """
            <form method="post" action="/cases/\(this.number)/\(verb)" data-enhance>\(FormView.hidden(key: newKey(), base: nil))<input type="hidden" name="_return" value="/handover"><button class="btn small\(isMain ? " go" : "")">\(title)<span class="sr">: \(this.number)</span></button></form>
            """
        }

        private func link(_ this: SupportCase, _ verb: String, _ title: String) -> HTML {
            "<a class=\"btn small\" href=\"/cases/\(this.number)/\(verb)\">\(title)<span class=\"sr\">: \(this.number)</span></a>"
        }

        private func by(_ one: Handoffs.Handover) -> HTML {
            one.isLate(at: now)
                ? "<span class=\"bad\">was to be accepted by \(zonedTime(one.offer.acceptBy, now: now))</span>"
                : "to be accepted by \(zonedTime(one.offer.acceptBy, now: now))"
        }

        private func card(_ one: HandoffDirectory.Offered, _ said: HTML, _ acts: [HTML], isOpen: Bool) -> HTML
        {
            """
            <div class="card handed"><p>\(title(one.this))</p><p class="by">\(said)</p><details class="more-acts" id="brief-\(one.this.number)"\(.flag("open", isOpen))><summary>Brief<span class="sr"> of \(one.this.number)</span></summary><div class="text">\(HandoffView.lines(one.handover.offer.brief))</div></details><div class="btns">\(acts)</div></div>

            """
        }

        private var offered: HTML {
            guard !content.offered.isEmpty else { return .empty }
            let inputs = content.offered.map {
                "<input type=\"hidden\" name=\"cases\" value=\"\($0.this.number)\">" as HTML
            }
            let all: HTML =
                content.offered.count > 1
                ? """
                <form method="post" action="/handover/accept" data-enhance>\(FormView.hidden(key: newKey(), base: nil))\(inputs)<button class="btn small">Accept all \(content.offered.count)</button></form>
                """ : .empty
            let cards = content.offered.map { one in
                card(
                    one, "\(name(one.handover.offer.from)) offers it, \(by(one.handover))",
                    [
                        post(one.this, "accept_handover", "Accept", isMain: true),
                        link(one.this, "return_handover", "Return"),
                    ], isOpen: true)
            }
            return section("to-me", "Offered to me", all, "\(cards)")
        }

        private var waiting: HTML {
            let open = content.mine.filter { $0.handover.outcome == nil }
            guard !open.isEmpty else { return .empty }
            let cards = open.map { one in
                let offer = one.handover.offer
                let to: HTML =
                    offer.person.map { name($0) }
                    ?? "everybody of the role \(offer.role.map { policy.role($0)?.name ?? $0 } ?? "")"
                return card(
                    one, "Offered to \(to), \(by(one.handover))",
                    [
                        post(one.this, "withdraw_handover", "Take back"),
                        link(one.this, "hand_over", "Offer anew"),
                    ], isOpen: false)
            }
            return section("from-me", "Not accepted yet", .empty, "\(cards)")
        }

        private var returned: HTML {
            let back = content.mine.filter { $0.handover.outcome == .returned }
            guard !back.isEmpty else { return .empty }
            let cards = back.map { one in
                let missing = one.handover.lacking.joined(separator: ", ")
                let lacking: HTML = missing.isEmpty ? .empty : " Missing: \(isolated(missing))"
                return card(
                    one,
                    "\(name(one.handover.settledBy)) gave it back: “\(isolated(one.handover.words ?? ""))”\(lacking)",
                    [link(one.this, "hand_over", "Offer anew")], isOpen: false)
            }
            return section("back", "Came back to me", .empty, "\(cards)")
        }

        private var cases: HTML {
            guard !content.cases.isEmpty else {
                return """
                    <div class="card"><div class="empty"><h2>Nothing to hand over</h2><p>You own no open case that is not offered already.</p><a class="btn" href="/cases">To the queue</a></div></div>
                    """
            }
            return section(
                "mine", "My open cases, the riskiest first", .empty,
                """
                <div class="card clip"><table class="tbl" role="table" aria-labelledby="mine"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Case</th><th scope="col" role="columnheader">Due first</th><th scope="col" role="columnheader">Promised</th><th scope="col" role="columnheader">Next action</th><th scope="col" role="columnheader">Waits for</th><th scope="col" role="columnheader">Hand over</th></tr></thead><tbody role="rowgroup">\(content.cases.map(row))</tbody></table></div>
                """)
        }

        private func due(_ moment: Timestamp?, _ words: String = "") -> HTML {
            guard let moment else { return "<span class=\"dim\">nothing</span>" }
            let when = time(moment, now: now)
            let what: HTML = words.isEmpty ? .empty : "<span class=\"two\">\(words)</span>"
            return moment <= now ? "<span class=\"bad\">\(when)</span>\(what)" : "\(when)\(what)"
        }

        private func row(_ this: SupportCase) -> HTML {
            let (arranged, deadline) = (this.arrangement, content.deadlines[this.id])
            let waits: HTML =
                arranged.blockedBy.map { "\(policy.blockName($0))" } ?? "<span class=\"dim\">nobody</span>"
            return """
                <tr role="row" data-row><th scope="row" role="rowheader">\(title(this))</th><td role="cell" data-label="Due first">\(due(deadline?.at, deadline?.clock.label ?? ""))</td><td role="cell" data-label="Promised">\(due(arranged.nextUpdateAt))</td><td role="cell" data-label="Next action">\(due(arranged.nextActionDueAt, arranged.nextAction ?? ""))</td><td role="cell" data-label="Waits for">\(waits)</td><td role="cell" data-label="Hand over">\(link(this, "hand_over", "Hand over"))</td></tr>

                """
        }
    }
}
