import Domain
import Storage
import Web

/// The views beside the queue, as far as a page shows them.
struct ViewStrip: Sendable {
    /// A view and how many cases it finds.
    struct Entry: Sendable {
        var view: SavedView
        var count: ViewCount
    }

    /// The views that stand beside the queue.
    var entries: [Entry] = []
    /// How many there are besides.
    var rest = 0
    /// The one that the page shows; nil where it shows none.
    var current: SavedView?
    /// Whether the page shows the current one with another search.
    var isChanged = false

    /// As many as a row takes; the rest stands on the page of all views.
    static let width = 8

    /// The views of somebody, counted.
    init(
        for actor: Actor, current: SavedView?, policy: Policy, now: Timestamp, counts: CaseCounts,
        in tx: borrowing Transaction
    ) throws {
        self.current = current
        var views = try ViewDirectory.all(for: actor, in: tx)
        // The one that is looked at is among those in sight.
        if let place = views.firstIndex(where: { $0.id == current?.id }), place >= Self.width {
            views.insert(views.remove(at: place), at: Self.width - 1)
        }
        rest = max(0, views.count - Self.width)
        entries = try views.prefix(Self.width).map { view in
            Entry(
                view: view,
                count: try ViewDirectory.count(
                    view, for: actor, policy: policy, now: now, counts: counts, in: tx))
        }
    }

    /// No views.
    init() {}
}

/// The page of all views, and what stands beside the queue.
enum ViewsPages {
    /// The row of views above the search box.
    static func strip(_ strip: ViewStrip, isQueue: Bool) -> HTML {
        guard !strip.entries.isEmpty else { return .empty }
        let links = strip.entries.map { entry -> HTML in
            let isHere = entry.view.id == strip.current?.id
            let count: HTML =
                entry.count.words.map { "<span class=\"n\">\($0)</span>" }
                ?? "<span class=\"n bad\" title=\"The search cannot be read any more\">!</span>"
            return """
                <a href="/cases?view=\(entry.view.id.raw)"\(isHere ? " aria-current=\"page\"" : .empty)><span dir="auto">\(entry.view.content.name)</span>\(count)</a>
                """
        }
        let rest: HTML = strip.rest == 0 ? "All views" : "\(strip.rest) more"
        return """
            <nav class="saved" id="views" aria-label="Views" data-live><a href="/cases?view=none"\(isQueue ? " aria-current=\"page\"" : .empty)>Queue</a>\(links)<a class="dim" href="/views">\(rest)</a></nav>
            """
    }

    /// What can be done with the search that the page shows: kept as a view, or put into the view that it came from.
    static func keeping(_ search: String, _ strip: ViewStrip, for actor: Actor, _ newKey: () -> String)
        -> HTML
    {
        let share: HTML =
            actor.may(SavedView.sharing)
            ? "<div class=\"fld\"><label class=\"tick\"><input type=\"checkbox\" name=\"shared\" value=\"true\"><span>All colleagues see it</span></label></div>"
            : .empty
        var update: HTML = .empty
        if let view = strip.current {
            guard strip.isChanged else { return .empty }
            if view.isEditable(by: actor) {
                update = """
                    <form method="post" action="/views/\(view.id.raw)/revise">\(FormView.hidden(key: newKey(), base: view.version))<input type="hidden" name="name" value="\(view.content.name)"><input type="hidden" name="search" value="\(search)"><input type="hidden" name="shared" value="\(view.content.isShared ? "true" : "false")"><button class="btn small"><span>Save to “\(isolated(view.content.name))”</span></button></form>
                    """
            }
        }
        return """
            <div class="keep" id="keep">\(update)<details><summary>Save as a view</summary><form class="form" method="post" action="/views" data-enhance>\(FormView.hidden(key: newKey(), base: nil))<input type="hidden" name="search" value="\(search)"><div class="fld"><label for="view-name">Name</label><input class="input" id="view-name" name="name" required maxlength="60" dir="auto" autocomplete="off" placeholder="Payments, top severities"></div>\(share)<p class="form-error" data-form-error role="alert"></p><div class="btns"><button class="btn go">Save view</button></div></form></details></div>
            """
    }

    // MARK: The page of all views

    static func list(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (policy, now, counts) = (services.policy.current, services.clock(), services.caseCounts)
        let (entries, first, names) = try await services.database.read { tx in
            let views = try ViewDirectory.all(for: call.actor, in: tx)
            let entries = try views.map { view in
                ViewStrip.Entry(
                    view: view,
                    count: try ViewDirectory.count(
                        view, for: call.actor, policy: policy, now: now, counts: counts, in: tx))
            }
            return (
                entries, try ViewDirectory.first(for: call.actor, in: tx)?.id,
                try PeopleDirectory.names(of: views.map(\.owner.raw), in: tx)
            )
        }
        let rows = entries.map { row($0, first, names, call.actor) }
        let content: HTML =
            entries.isEmpty
            ? """
            <div class="card"><div class="empty"><h2>No views yet</h2><p>Search for what you look at every day, then “Save as a view”. It stands above the queue with its count.</p><p class="eg">For example: is:open sev:1,2 owner:none</p><div class="btns"><a class="btn go" href="/cases?q=\(percentEncoded("is:open sev:1,2 owner:none"))">Search for that</a></div></div></div>
            """
            : """
            <div class="card clip"><table class="tbl" role="table" aria-label="Views, your own first"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Name</th><th scope="col" role="columnheader">Search</th><th scope="col" role="columnheader">Cases</th><th scope="col" role="columnheader">Of</th><th scope="col" role="columnheader"><span class="sr">What can be done</span></th></tr></thead>
            <tbody role="rowgroup">\(rows)</tbody></table></div>
            """
        let main: HTML = """
            <nav class="crumb" aria-label="Breadcrumb"><a href="/cases">Queue</a><span aria-hidden="true">/</span><span>Views</span></nav>
            <div class="q-head"><h1>Views</h1><span class="dim">\(entries.count)</span><div class="btns"><a class="btn" href="/views/new">\(icon("plus"))New view</a></div></div>
            \(content)
            """
        return services.page(Page("Views", here: "/cases", main: main), for: call)
    }

    private static func row(
        _ entry: ViewStrip.Entry, _ first: ID<SavedView>?, _ names: [String: String], _ actor: Actor
    ) -> HTML {
        let (view, path) = (entry.view, "/views/\(entry.view.id.raw)")
        let whose: HTML =
            view.owner.raw == actor.id
            ? view.content.isShared ? "You, for everybody" : "You"
            : isolated(names[view.owner.raw] ?? "Somebody")
        let isFirst = view.id == first
        let tag: HTML = isFirst ? " <span class=\"tag\">Shown first</span>" : .empty
        let count: HTML
        switch entry.count {
        case .cases: count = "\(entry.count.words ?? "")"
        case .problem(let problem):
            count =
                "<span class=\"bad\">cannot be read, column \(String(problem.column)): \(problem.message)</span>"
        }
        var acts: [HTML] = [
            isFirst
                ? "<a href=\"\(path)/release\">Show the queue first</a>"
                : "<a href=\"\(path)/choose\">Show first</a>"
        ]
        if view.isEditable(by: actor) {
            acts += ["<a href=\"\(path)/revise\">Change</a>", "<a href=\"\(path)/delete\">Delete</a>"]
        }
        return """
            <tr role="row" id="v-\(view.id.raw)" data-row><th scope="row" role="rowheader"><a href="/cases?view=\(view.id.raw)" data-row-open>\(isolated(view.content.name))</a>\(tag)</th><td role="cell" data-label="Search"><code dir="auto">\(view.content.search)</code></td><td role="cell" data-label="Cases">\(count)</td><td role="cell" data-label="Of">\(whose)</td><td role="cell"><span class="ways">\(acts)</span></td></tr>

            """
    }
}
