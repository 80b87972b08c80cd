import Domain
import Storage
import Web

/// The page “My work”: what needs one now, what comes next, what waits, and what took one away.
enum BoardPages {
    /// Whose board is asked for: one's own, or that of somebody whom one may give work.
    static func person(_ call: SignedInCall, in tx: borrowing Transaction) throws -> Person {
        guard let of = call.request.query("of"), of != call.actor.id else {
            guard let own = try PeopleDirectory.find(call.actor.id, in: tx) else {
                throw Refusal(.conflict, "no_person", "Only people have a board; sign in as one.")
            }
            return own
        }
        guard call.actor.may(BoardFeature.othersRight),
            let found = try PeopleDirectory.find(of, in: tx),
            found.organisation == nil
        else { throw Refusal.notFound("person") }
        return found
    }

    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (policy, now) = (services.policy.current, services.clock())
        let content = try await services.database.read { tx in try read(call, policy, now, in: tx) }
        let (person, board) = (content.person, content.board)
        let isOwn = person.id.raw == call.actor.id
        let rows = BoardRows(
            names: content.names, policy: policy, now: now, actor: call.actor, showsOwner: false)
        let title = isOwn ? "My work" : "Work of \(person.name)"
        let heading: HTML = isOwn ? "My work" : "Work of \(isolated(person.name))"
        let main: HTML = """
            <div class="q-head"><h1>\(heading)</h1>\(isOwn ? own(person, call, policy, services) : .empty)</div>
            <div id="board" data-live>\(away(person, isOwn, now))\(load(board.load, isOwn))\(places(board, rows, isOwn))\(interruptions(board, content.numbers, isOwn, now))</div>
            """
        var page = Page(title, here: isOwn ? "/board" : "/people", main: main)
        page.events = "/events"
        return services.page(page, for: call)
    }

    /// What one does from one's own board: take the next case, or say that one is away.
    private static func own(
        _ person: Person, _ call: SignedInCall, _ policy: Policy, _ services: Services
    ) -> HTML {
        let next: HTML =
            policy.routing.isOn && call.actor.may("case.assign")
            ? "<form method=\"post\" action=\"/routing/claim_next\" data-enhance>\(FormView.hidden(key: newIdentifier(at: services.clock()), base: nil))<button class=\"btn small go\">Take the next case</button></form>"
            : .empty
        return
            "<div class=\"btns\">\(next)<a class=\"btn small bare\" href=\"/account/away\">Away?</a></div>"
    }

    private static func away(_ person: Person, _ isOwn: Bool, _ now: Timestamp) -> HTML {
        guard let until = person.away(at: now) else { return .empty }
        let who: HTML = isOwn ? "You are away" : "\(isolated(person.name)) is away"
        let back: HTML = isOwn ? " <a href=\"/account/away\">Say that you are back</a>." : .empty
        return
            "<div class=\"notice warn\" role=\"status\">\(icon("alert"))<div><p><b>\(who)</b> until \(zonedTime(until, now: now)); no case is routed here before.\(back)</p></div></div>"
    }

    private struct Content: Sendable {
        var person: Person
        var board: Board
        var names: QueuePages.Names
        /// The numbers of cases that interruptions were about, as far as the reader may know of them.
        var numbers: [String: String]
    }

    private static func read(
        _ call: SignedInCall, _ policy: Policy, _ now: Timestamp, in tx: borrowing Transaction
    ) throws -> Content {
        let person = try person(call, in: tx)
        let board = try BoardDirectory.board(of: person.id, for: call.actor, policy: policy, now: now, in: tx)
        var numbers: [String: String] = [:]
        for id in Set(board.interruptions.compactMap(\.about)) {
            do {
                numbers[id] = try CaseDirectory.find(id, for: call.actor, in: tx).number
            } catch let refusal as Refusal where refusal.reason == .notFound { continue }
        }
        return Content(
            person: person, board: board, names: try QueuePages.names(of: board.lines.map(\.this), in: tx),
            numbers: numbers)
    }

    private static func load(_ load: Workload, _ isOwn: Bool) -> HTML {
        let limit = load.limit.map { " of \($0) that are enough" } ?? ""
        let lede: HTML = """
            <p class="lede">\(load.inHand) in hand\(limit), \(load.open - load.inHand) with somebody else.</p>
            """
        guard load.excess > 0 else { return lede }
        return """
            \(lede)<div class="notice warn" role="note">\(icon("alert"))<div><b>\(load.excess == 1 ? "One case" : "\(load.excess) cases") too many.</b> \(isOwn ? "Finish what is nearly done, hand one on, or tell your lead." : "Give one to somebody with less in hand.")</div></div>

            """
    }

    private static func places(_ board: Board, _ rows: BoardRows, _ isOwn: Bool) -> HTML {
        guard !board.lines.isEmpty else {
            return """
                <div class="card"><div class="empty"><h2>Nothing in hand</h2><p>\(isOwn ? "You own no open case." : "No open case is owned here.") The gravest that nobody owns stand first in the queue.</p><a class="btn go" href="/cases">To the queue</a></div></div>

                """
        }
        let titles: [(WorkItem.Place, String)] = [
            (.now, "Now"), (.next, "Next"), (.waiting, "With somebody else"),
        ]
        let sections = titles.map { place, title -> HTML in
            let lines = board.lines.filter { $0.item.place == place }
            guard !lines.isEmpty || place == .now else { return .empty }
            let id = "place-\(place.rawValue)"
            let table: HTML =
                lines.isEmpty
                ? "<p class=\"dim\">Nothing is late or due soon.</p>" : rows.table(lines, labelledBy: id)
            return """
                <section aria-labelledby="\(id)"><div class="sec"><h2 id="\(id)">\(title)</h2><span class="dim">\(lines.count)</span></div>\(table)</section>

                """
        }
        let more: HTML =
            board.hasMore
            ? "<p class=\"by\">Only the first \(BoardDirectory.most) cases stand here; <a href=\"/cases?q=owner%3A%40me\">the queue has all</a>.</p>"
            : .empty
        return "\(sections)\(more)"
    }

    private static func interruptions(
        _ board: Board, _ numbers: [String: String], _ isOwn: Bool, _ now: Timestamp
    ) -> HTML {
        let minutes = board.interruptions.reduce(0) { $0 + $1.minutes }
        let lines = board.interruptions.map { one -> HTML in
            let about: HTML =
                one.about.flatMap { numbers[$0] }.map { ", <a href=\"/cases/\($0)\">\($0)</a>" } ?? .empty
            return
                "<li><span>\(zonedTime(one.at, now: now)) <span dir=\"auto\">\(one.what)</span>, \(one.minutes) min\(about)</span></li>"
        }
        let sum: HTML =
            lines.isEmpty
            ? "<p class=\"dim\">None in the last 24 hours.</p>"
            : "<p class=\"dim\">\(durationWords(seconds: Int64(minutes) * 60)) in the last 24 hours</p><ul class=\"plain-list\">\(lines)</ul>"
        let log: HTML =
            isOwn
            ? "<a class=\"btn small\" href=\"/board/interruption\">\(icon("plus"))Log an interruption</a>"
            : .empty
        return """
            <section aria-labelledby="interruptions"><div class="sec"><h2 id="interruptions">Interruptions</h2>\(log)</div>\(sum)</section>

            """
    }
}

/// Rows of cases with what they need and the step that does it.
struct BoardRows {
    let names: QueuePages.Names
    let policy: Policy
    let now: Timestamp
    let actor: Actor
    let showsOwner: Bool
    /// All that is due by then is shown; nil for what is due first.
    var until: Timestamp?
    /// How a case without owner is taken; nil where it is only given.
    var taking: (@Sendable (SupportCase) -> HTML)?

    func table(_ lines: [BoardLine], labelledBy id: String) -> HTML {
        let second = showsOwner ? "Owner" : "Priority"
        return """
            <div class="card clip"><table class="tbl board" role="table" aria-labelledby="\(id)"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Case</th><th scope="col" role="columnheader">Needs</th><th scope="col" role="columnheader">\(second)</th><th scope="col" role="columnheader">State</th><th scope="col" role="columnheader">Next step</th></tr></thead><tbody role="rowgroup">\(lines.map(row))</tbody></table></div>
            """
    }

    private func row(_ line: BoardLine) -> HTML {
        let this = line.this
        let customer: HTML =
            this.organisation.flatMap { names.organisations[$0]?.name }.map { " · \(isolated($0))" } ?? .empty
        let risk: HTML =
            line.risks.first.map {
                "<span class=\"two warn\">At risk: <span dir=\"auto\">\($0)</span></span>"
            } ?? .empty
        let second: HTML =
            if showsOwner {
                this.owner.map { isolated(names.people[$0.raw] ?? "Somebody") }
                    ?? "<span class=\"warn\">Nobody</span>"
            } else {
                "<div><b>\(line.priority.score)</b> <span class=\"two\">\(why(line.priority))</span></div>"
            }
        return """
            <tr role="row" data-row><th scope="row" role="rowheader">\(QueuePages.severity(this.severity, policy)) <a href="/cases/\(this.number)" data-row-open dir="auto">\(this.subject)</a><span class="two">\(this.number)\(customer)</span>\(risk)</th><td role="cell" data-label="Needs">\(needs(line))</td><td role="cell" data-label="\(showsOwner ? "Owner" : "Priority")">\(second)</td><td role="cell" data-label="State">\(QueuePages.state(this.status, policy))</td><td role="cell" data-label="Next step">\(step(line))</td></tr>

            """
    }

    /// The two reasons that count most, and what the others count together.
    private func why(_ priority: WorkingPriority) -> String {
        if let override = priority.override { return "set by hand: \(override.reason)" }
        let parts = priority.parts.filter { $0.points > 0 }.sorted { $0.points > $1.points }
        let others = parts.dropFirst(2).reduce(0) { $0 + $1.points }
        return
            (parts.prefix(2).map { "\($0.name.lowercased()) \($0.points)" }
            + (others > 0 ? ["others \(others)"] : [])).joined(separator: ", ")
    }

    /// What is due first, and what after it: all that is due before `until`, but three at least.
    private func needs(_ line: BoardLine) -> HTML {
        let needs = line.item.needs
        guard !needs.isEmpty else { return "<span class=\"dim\">Nothing is due</span>" }
        let due = needs.filter { need in until.map { until in need.due.map { $0 <= until } ?? false } ?? false
        }
        let lines = needs.prefix(max(3, due.count)).map { need in
            "<li><span dir=\"auto\">\(need.what)</span> \(left(need, line))</li>" as HTML
        }
        return "<ul>\(lines)</ul>"
    }

    /// How long there is, by the hours that count: the same number that the case shows.
    private func left(_ need: WorkItem.Need, _ line: BoardLine) -> HTML {
        guard let due = need.due else { return .empty }
        let clock = line.clocks.running.first { $0.clock.clock == need.clock && $0.clock.due == due }
        let seconds = clock.map { $0.left / 1_000_000 } ?? due.seconds(since: now)
        let isWorking = clock.map { $0.hours !== WorkingHours.always } ?? false
        // How late it is counts all time, as everywhere; what is left may be working time alone, and says so then.
        let length =
            due <= now
            ? durationWords(seconds: now.seconds(since: due))
            : isWorking ? workingWords(seconds) : durationWords(seconds: seconds)
        let words: HTML =
            due <= now ? "<b class=\"bad\">\(length) late</b>" : "<b>\(length) left</b>"
        let moment: HTML =
            due <= now ? "was due \(zonedTime(due, now: now))" : "due \(zonedTime(due, now: now))"
        return "\(words) <span class=\"two\">\(moment)</span>"
    }

    /// Working time in hours: eight of them are a day's work, not a third of a day.
    private func workingWords(_ seconds: Int64) -> String {
        seconds < 86_400
            ? "\(durationWords(seconds: seconds)) of working time" : "\(seconds / 3600) working hours"
    }

    private func step(_ line: BoardLine) -> HTML {
        if line.this.owner == nil, let taking { return taking(line.this) }
        return CaseStep.link(
            line.this.owner == nil ? .assign : line.item.needs.first?.step, at: line.this, for: actor)
    }
}
