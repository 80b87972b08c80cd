import Domain
import Storage
import Web

/// The pages of macros: the list, and one with its history.
enum MacrosPages {
    static func list(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let text = try call.request.query("q").map(QueuePages.checkedSearch) ?? ""
        let (macros, outcomes, names) = try await services.database.read { tx in
            let macros = try tx.all(
                MacrosQueries.macros(matching: text, offeredOnly: false, limit: 500), MacrosQueries.read)
            return (
                macros, try MacroOutcome.all(in: tx),
                try PeopleDirectory.names(of: macros.map(\.owner.raw), in: tx)
            )
        }
        let add: HTML =
            call.actor.may("macro.edit")
            ? "<div class=\"btns\"><a class=\"btn go\" href=\"/macros/new\">\(icon("plus"))New template</a></div>"
            : .empty
        let search: HTML = """
            <form class="filters" role="search" action="/macros"><div class="seek">\(icon("search"))<label class="sr" for="q">Search templates</label><input class="input" id="q" name="q" type="search" value="\(text)" placeholder="Name or words" dir="auto" autocomplete="off" data-search></div><button class="btn">Search</button></form>
            """
        let now = services.clock()
        let rows = macros.map { row($0, outcomes[$0.id.raw] ?? MacroOutcome(), names, now) }
        let content: HTML = macros.isEmpty ? empty(text) : table(rows)
        let main: HTML = """
            <div class="q-head"><h1>Templates</h1><span class="dim">\(macros.count)</span>\(add)</div>
            \(macros.isEmpty && text.isEmpty ? .empty : search)\(content)
            """
        return services.page(Page("Templates", here: "/macros", main: main), for: call)
    }

    private static func table(_ rows: [HTML]) -> HTML {
        """
        <div class="card clip"><table class="tbl" role="table" aria-label="Templates, the most used first"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Name</th><th scope="col" role="columnheader">Owner</th><th scope="col" role="columnheader">Version</th><th scope="col" role="columnheader">Used</th><th scope="col" role="columnheader">After use</th></tr></thead>
        <tbody role="rowgroup">\(rows)</tbody></table></div>
        """
    }

    private static func row(
        _ macro: Macro, _ outcome: MacroOutcome, _ names: [String: String], _ now: Timestamp
    ) -> HTML {
        let state: HTML = macro.isOffered ? .empty : " <span class=\"tag\">Retired</span>"
        return """
            <tr role="row" id="m-\(macro.id.raw)" data-row\(.attribute("class", macro.isOffered ? nil : "off"))><th scope="row" role="rowheader"><a href="/macros/\(macro.id.raw)" data-row-open>\(isolated(macro.content.name))</a>\(state)</th><td role="cell" data-label="Owner">\(isolated(names[macro.owner.raw] ?? "Somebody"))</td><td role="cell" data-label="Version"><span>\(macro.revision), \(time(macro.revisedAt, now: now))</span></td><td role="cell" data-label="Used">\(macro.uses == 1 ? "once" : "\(macro.uses) times")</td><td role="cell" data-label="After use">\(outcome.words)</td></tr>

            """
    }

    private static func empty(_ text: String) -> HTML {
        guard text.isEmpty else {
            return """
                <div class="card"><div class="empty"><h2>No template matches</h2><p>No name and no text holds “\(isolated(text))”.</p><a class="btn" href="/macros">Show all templates</a></div></div>
                """
        }
        return """
            <div class="card"><div class="empty"><h2>No templates yet</h2><p>A template is a reply that is written once. It fills in names and numbers by itself, and can set the status and the next action with it.</p><p class="eg">For example: “Hello {{customer.first_name}}, please send us the request ID of one failed payment.”</p></div></div>
            """
    }

    // MARK: One template

    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let id = call.request.parameter("id")
        let (macro, outcome, facts, names) = try await services.database.read {
            [journal = services.journal] tx in
            guard let macro = try tx.first(MacrosQueries.macro(id: id), MacrosQueries.read) else {
                throw Refusal.notFound("template")
            }
            let facts = try journal.latestFacts(
                of: macro.ref,
                kinds: [
                    "macro.added", "macro.revised", "macro.owner_changed", "macro.retired", "macro.restored",
                ], limit: 100, as: MacroFact.self, in: tx)
            return (
                macro, try MacroOutcome.all(in: tx)[id] ?? MacroOutcome(), facts,
                try PeopleDirectory.names(of: facts.map(\.actor) + [macro.owner.raw], in: tx)
            )
        }
        let (policy, now) = (services.policy.current, services.clock())
        let main: HTML = """
            <nav class="crumb" aria-label="Breadcrumb"><a href="/macros">Templates</a><span aria-hidden="true">/</span><span>\(isolated(macro.content.name))</span></nav>
            <div class="head"><div><h1>\(isolated(macro.content.name))</h1><div class="meta"><span>Version \(macro.revision)</span><span>\(macro.uses == 1 ? "used once" : "used \(macro.uses) times")</span>\(macro.isOffered ? .empty : "<span class=\"tag\">Retired</span>")</div></div></div>
            <div class="case"><div class="stack"><section class="card" aria-labelledby="mt"><div class="panel"><h2 class="lbl" id="mt">Reply</h2><p class="text" dir="auto">\(marked(macro.content.text))</p></div></section>
            <section aria-labelledby="mv"><div class="sec"><h2 id="mv">Versions</h2></div><div class="card clip"><ol class="plain-list">\(versions(facts, macro, names, now))</ol></div></section></div>
            \(side(macro, outcome, names, policy, call.actor))</div>
            """
        return services.page(Page(macro.content.name, here: "/macros", main: main), for: call)
    }

    /// The text with its variables marked.
    static func marked(_ text: String) -> HTML {
        var html: HTML = ""
        for piece in ReplyTemplate.pieces(of: text) {
            switch piece {
            case .words(let words): html += "\(words)"
            case .variable(let name, _, _): html += "<mark class=\"var\">{{\(name)}}</mark>"
            }
        }
        return html
    }

    private static func versions(
        _ facts: [Recorded<MacroFact>], _ macro: Macro, _ names: [String: String], _ now: Timestamp
    ) -> [HTML] {
        var number = macro.revision
        return facts.map { fact in
            let who = names[fact.actor] ?? "Somebody"
            let what: HTML
            switch fact.body {
            case .added, .revised:
                what = "made version \(number)"
                number -= 1
            case .ownerChanged(let owner): what = "gave it to \(isolated(names[owner] ?? "somebody"))"
            case .retired(let reason): what = "retired it: “\(isolated(reason))”"
            case .restored: what = "offered it again"
            case .used: what = "used it"
            }
            var reason: HTML = .empty
            if case .revised(_, let words?) = fact.body { reason = ": “\(isolated(words))”" }
            return
                "<li><b>\(isolated(who))</b> \(what)\(reason) \(time(fact.occurredAt, now: now, class: "at"))</li>"
        }
    }

    private static func side(
        _ macro: Macro, _ outcome: MacroOutcome, _ names: [String: String], _ policy: Policy, _ actor: Actor
    ) -> HTML {
        let content = macro.content
        let status = content.status.map { policy.status(ID($0))?.name ?? $0 } ?? "stays as it is"
        let action =
            content.nextAction.map { text in
                content.nextActionHours.map { "\(text), within \($0) h" } ?? text
            } ?? "none"
        let path = "/macros/\(macro.id.raw)"
        let again: HTML =
            macro.isOffered
            ? "<a href=\"\(path)/retire\">\(icon("x"))Retire</a>"
            : "<a href=\"\(path)/restore\">\(icon("check"))Offer again</a>"
        let actions: HTML =
            actor.may("macro.edit")
            ? """
            <section class="panel"><header><h2>Actions</h2></header><nav class="acts" aria-label="Template actions"><a href="\(path)/revise">\(icon("edit"))Revise</a><a href="\(path)/change_owner">\(icon("me"))Change owner</a>\(again)</nav></section>
            """ : .empty
        return """
            <aside class="card clip" aria-label="Details">\(actions)<section class="panel"><header><h2>Template</h2></header><dl class="pairs"><dt>Owner</dt><dd>\(isolated(names[macro.owner.raw] ?? "Somebody"))</dd><dt>Status</dt><dd>\(status)</dd><dt>Next action</dt><dd dir="auto">\(action)</dd><dt>After use</dt><dd>\(outcome.words)</dd></dl></section></aside>
            """
    }
}
