import Domain
import Storage
import Web

/// The page “Before the shift ends”: what would be missed by then, whose it is, and which customers are at risk.
enum RiskPages {
    private static let choices = [2, 4, 8, 12, 24]

    /// How many hours are looked ahead.
    static func hours(_ call: SignedInCall) throws -> Int {
        guard let text = call.request.query("hours") else { return 8 }
        guard let hours = Int(text), (1...72).contains(hours) else {
            throw Refusal(field: "hours", "out_of_range", "“hours” is a whole number from 1 to 72.")
        }
        return hours
    }

    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (policy, now) = (services.policy.current, services.clock())
        let hours = try hours(call)
        let until = now.adding(seconds: Int64(hours) * 3600)
        let (risk, names) = try await services.database.read { tx in
            let risk = try BoardDirectory.risk(
                until: until, for: call.actor, policy: policy, now: now, in: tx)
            return (risk, try QueuePages.names(of: (risk.due + risk.customers).map(\.this), in: tx))
        }
        let rows = BoardRows(
            names: names, policy: policy, now: now, actor: call.actor, showsOwner: true, until: until)
        let main: HTML = """
            <div class="q-head"><h1>Before the shift ends</h1>\(horizon(hours))</div>
            <p class="lede">What is missed by \(zonedTime(until, now: now)) if nobody does anything.</p>
            <div id="risk" data-live>\(owners(risk, names, call.actor))\(body(risk, rows))</div>
            """
        var page = Page("Before the shift ends", here: "/risk", main: main)
        page.events = "/events"
        return services.page(page, for: call)
    }

    private static func horizon(_ hours: Int) -> HTML {
        let links = choices.map { choice -> HTML in
            choice == hours
                ? "<a class=\"btn small\" href=\"/risk?hours=\(choice)\" aria-current=\"page\">\(choice) h</a>"
                : "<a class=\"btn small bare\" href=\"/risk?hours=\(choice)\">\(choice) h</a>"
        }
        return "<nav class=\"btns\" aria-label=\"How far ahead\">\(links)</nav>"
    }

    /// Who has how many of them, so that a lead sees where help is needed.
    private static func owners(_ risk: ShiftRisk, _ names: QueuePages.Names, _ actor: Actor) -> HTML {
        guard !risk.owners.isEmpty else { return .empty }
        let items = risk.owners.prefix(12).map { owner, count -> HTML in
            let name: HTML =
                owner.map { isolated(names.people[$0.raw] ?? "Somebody") }
                ?? "<span class=\"warn\">Nobody</span>"
            let shown: HTML =
                owner.flatMap { actor.may(BoardFeature.othersRight) ? $0.raw : nil }
                .map { "<a href=\"/board?of=\($0)\">\(name)</a>" } ?? name
            return "<li>\(shown) <b class=\"num\">\(count)</b></li>"
        }
        return "<ul class=\"tally\" aria-label=\"Cases at risk by owner\">\(items)</ul>\n"
    }

    private static func body(_ risk: ShiftRisk, _ rows: BoardRows) -> HTML {
        guard !risk.due.isEmpty || !risk.customers.isEmpty else {
            return """
                <div class="card"><div class="empty"><h2>Nothing is at risk</h2><p>No clock is over by then, and no open case is of a customer at risk.</p><a class="btn" href="/cases">To the queue</a></div></div>

                """
        }
        func section(_ id: String, _ title: String, _ lines: [BoardLine], empty: String) -> HTML {
            let table: HTML =
                lines.isEmpty ? "<p class=\"dim\">\(empty)</p>" : rows.table(lines, labelledBy: id)
            return """
                <section aria-labelledby="\(id)"><div class="sec"><h2 id="\(id)">\(title)</h2><span class="dim">\(lines.count)</span></div>\(table)</section>

                """
        }
        func isLate(_ line: BoardLine) -> Bool { line.item.needs.first?.isLate(at: rows.now) ?? false }
        let late = risk.due.filter(isLate).sorted(by: BoardDirectory.isMorePressing)
        let due = risk.due.filter { !isLate($0) }
        let more: HTML =
            risk.hasMore
            ? "<p class=\"by\">Only the first \(BoardDirectory.most) stand here; <a href=\"/cases?q=sort%3Adeadline\">the queue has all</a>.</p>"
            : .empty
        return section("due", "Due before then", due, empty: "Nothing new is due before then.")
            + section("late", "Late already, the most pressing first", late, empty: "Nothing is late.") + more
            + section(
                "at-risk", "Other open cases of customers at risk", risk.customers,
                empty: "There are none.")
    }
}
