import Domain
import Storage
import Web

/// The board by time left: open cases in the order in which their promises to customers end.
enum DeadlinePages {
    private static let groups: [(id: String, title: String, hours: Int64?)] = [
        ("late", "Over", 0), ("hour", "Within the hour", 1), ("four", "Within four hours", 4),
        ("day", "Within a day", 24), ("later", "Later", nil),
    ]

    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (policy, now) = (services.policy.current, services.clock())
        let queue = call.request.query("queue")
        if let queue, policy.routing.queue(queue) == nil {
            throw Refusal(field: "queue", "unknown_choice", "“\(queue)” is no queue of the policy.")
        }
        var filter = CaseFilter(
            .every(
                [.during(.breach, from: nil, until: nil)] + (queue.map { [.oneOf(.queue, [$0])] } ?? [])),
            order: .breachAscending)
        filter.statuses = policy.statuses(in: BoardDirectory.unfinished)
        let asked = filter
        let (lines, deadlines, names) = try await services.database.read { tx in
            let found = try CaseDirectory.list(
                asked, for: call.actor, limit: BoardDirectory.most + 1, in: tx)
            let lines = try BoardDirectory.lines(found, policy: policy, now: now, in: tx)
            return (
                lines, try ServiceLevelsDirectory.deadlines(of: found.map(\.id), in: tx),
                try QueuePages.names(of: found, in: tx)
            )
        }
        let rows = BoardRows(names: names, policy: policy, now: now, actor: call.actor, showsOwner: true)
        let shown = lines.prefix(BoardDirectory.most)
        func group(_ line: BoardLine) -> String {
            guard let at = deadlines[line.this.id]?.at else { return "later" }
            let left = at.seconds(since: now)
            return groups.first { group in group.hours.map { left <= $0 * 3600 } ?? true }?.id ?? "later"
        }
        let sections = groups.map { id, title, _ -> HTML in
            let own = shown.filter { group($0) == id }
            guard !own.isEmpty else { return .empty }
            return """
                <section aria-labelledby="due-\(id)"><div class="sec"><h2 id="due-\(id)">\(title)</h2><span class="dim">\(own.count)</span></div>\(rows.table(own, labelledBy: "due-\(id)"))</section>

                """
        }
        let empty: HTML =
            shown.isEmpty
            ? "<div class=\"card\"><div class=\"empty\"><h2>Nothing is promised</h2><p>No open case that you may know of has a promise that ends.</p></div></div>"
            : .empty
        let more: HTML =
            lines.count > BoardDirectory.most
            ? "<p class=\"by\">Only the first \(BoardDirectory.most) stand here; <a href=\"/cases?q=is%3Aopen%20sort%3Abreach\">the queue has all</a>.</p>"
            : .empty
        let main: HTML = """
            <div class="q-head"><h1>By time left</h1></div>\(queues(queue, policy))
            <p class="lede">Open cases by the promise to the customer that ends first, in the hours of its service level.</p>
            <div id="deadlines" data-live>\(empty)\(sections)\(more)</div>
            """
        var page = Page("By time left", here: "/deadlines", main: main)
        page.events = "/events"
        return services.page(page, for: call)
    }

    private static func queues(_ chosen: String?, _ policy: Policy) -> HTML {
        guard policy.routing.isOn else { return .empty }
        func link(_ path: String, _ title: String, _ isHere: Bool) -> HTML {
            let here: HTML = isHere ? " aria-current=\"page\"" : .empty
            return "<a href=\"\(path)\"\(here)>\(isolated(title))</a>"
        }
        let links = policy.routing.queues.map {
            link("/deadlines?queue=\(percentEncoded($0.id))", $0.name, chosen == $0.id)
        }
        return """
            <nav class="saved" aria-label="Queue">\(link("/deadlines", "All queues", chosen == nil))\(links)</nav>
            """
    }
}
