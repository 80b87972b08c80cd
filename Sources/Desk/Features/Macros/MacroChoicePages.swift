import Domain
import Storage
import Web

/// Choosing a template for a reply: what it would say in this case, then into the draft.
enum MacroChoicePages {
    static func choose(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let reference = call.request.parameter("id")
        let text = try call.request.query("q").map(QueuePages.checkedSearch) ?? ""
        let chosen = try call.request.query("template").map(QueuePages.checkedSearch)
        let (policy, now) = (services.policy.current, services.clock())
        let (this, macros, preview) = try await services.database.read { tx in
            let this = try CaseDirectory.find(reference, for: call.actor, in: tx)
            let values = try MacroDirectory.values(
                for: this, actor: call.actor, policy: policy, now: now, in: tx)
            let preview = try chosen.map { id -> Preview in
                let macro = try MacroDirectory.find(id, in: tx)
                return Preview(macro, values, now: now)
            }
            return (this, try MacroDirectory.offered(matching: text, in: tx), preview)
        }
        let path = "/cases/\(this.number)"
        let items = macros.map { macro in
            """
            <li><a href="\(path)/templates?template=\(macro.id.raw)"\(preview?.macro.id == macro.id ? " aria-current=\"true\"" : .empty)>\(isolated(macro.content.name))</a><p>\(isolated(first(macro.content.text)))</p></li>
            """ as HTML
        }
        let list: HTML =
            macros.isEmpty
            ? "<div class=\"card\"><div class=\"empty\"><h2>No template found</h2><p>Templates are written under “Templates”.</p></div></div>"
            : "<ul class=\"card clip plain-list\" aria-label=\"Templates\">\(items)</ul>"
        let main: HTML = """
            <nav class="crumb" aria-label="Breadcrumb"><a href="\(path)">\(this.number)</a><span aria-hidden="true">/</span><span>Insert template</span></nav>
            <h1>Insert a template</h1><p class="lede">It goes into the draft of your reply, where you can still change it. Nothing is sent yet.</p>
            <div class="stack"><form class="filters" role="search" action="\(path)/templates"><div class="seek">\(icon("search"))<label class="sr" for="q">Search templates</label><input class="input" id="q" name="q" type="search" value="\(text)" placeholder="Name or words" dir="auto" autocomplete="off" data-search></div><button class="btn">Search</button></form>
            \(preview.map { card($0, this, policy, now) } ?? .empty)\(list)</div>
            """
        return services.page(Page("Insert a template: \(this.number)", here: "/cases", main: main), for: call)
    }

    private static func first(_ text: String) -> String {
        let line = text.split(separator: "\n").first.map(String.init) ?? ""
        return line.count > 120 ? line.prefix(119) + "…" : line
    }

    /// A template as it would read in a case.
    private struct Preview: Sendable {
        var macro: Macro
        var filled: ReplyTemplate.Filled
        var nextAction: String?
        var dueAt: Timestamp?

        init(_ macro: Macro, _ values: [String: String], now: Timestamp) {
            self.macro = macro
            filled = ReplyTemplate.fill(macro.content.text, values)
            nextAction = macro.content.nextAction.map { ReplyTemplate.fill($0, values).text }
            if nextAction != nil {
                dueAt = now.adding(seconds: Int64(macro.content.nextActionHours ?? 24) * 3600)
            }
        }
    }

    private static func card(
        _ preview: Preview, _ this: SupportCase, _ policy: Policy, _ now: Timestamp
    ) -> HTML {
        let missing: HTML =
            preview.filled.missing.isEmpty
            ? .empty
            : """
            <div class="notice warn" role="status">\(icon("alert"))<div><p>Not known in this case: \(preview.filled.missing.map { "{{\($0)}}" }.joined(separator: ", ")). Write what belongs there before you send it.</p></div></div>
            """
        var steps: [HTML] = []
        if let status = preview.macro.content.status {
            steps.append("<dt>Status</dt><dd>\(policy.status(ID(status))?.name ?? status)</dd>")
        }
        if let action = preview.nextAction, let due = preview.dueAt {
            steps.append(
                "<dt>Next action</dt><dd dir=\"auto\">\(action), due \(zonedTime(due, now: now))</dd>")
        }
        let beside: HTML = steps.isEmpty ? .empty : "<dl class=\"pairs\">\(steps)</dl>"
        return """
            <section class="card preview" aria-labelledby="pv"><h2 id="pv">\(isolated(preview.macro.content.name))</h2>\(missing)<p class="text" dir="auto">\(MacrosPages.marked(preview.filled.text))</p>\(beside)
            <form method="post" action="/cases/\(this.number)/templates"><input type="hidden" name="template" value="\(preview.macro.id.raw)"><div class="btns"><button class="btn go">Put it into the reply</button><a class="btn bare" href="/cases/\(this.number)?as=reply#compose">Cancel</a></div></form></section>

            """
    }

    /// Puts the filled template behind what stands in the draft, and goes back to it.
    static func insert(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let reference = call.request.parameter("id")
        let chosen = try QueuePages.checkedSearch(try await call.request.input()["template"].typed)
        let (policy, now) = (services.policy.current, services.clock())
        let (this, preview, draft) = try await services.database.read { tx in
            let this = try CaseDirectory.find(reference, for: call.actor, in: tx)
            let values = try MacroDirectory.values(
                for: this, actor: call.actor, policy: policy, now: now, in: tx)
            let preview = Preview(try MacroDirectory.find(chosen, in: tx), values, now: now)
            let draft = try DraftStore.find(key: "case/\(this.id)/reply", of: call.actor, in: tx)
            return (this, preview, draft?.text ?? "")
        }
        let text = draft.isEmpty ? preview.filled.text : "\(draft)\n\n\(preview.filled.text)"
        try await DraftStore.save(key: "case/\(this.id)/reply", text: text, of: call.actor, services)
        var query = "as=reply&template=\(preview.macro.id.raw)"
        if let status = preview.macro.content.status, status != this.status.raw {
            query += "&status=\(percentEncoded(status))"
        }
        if let action = preview.nextAction, let due = preview.dueAt {
            query += "&next_action=\(percentEncoded(action))&next_action_due_at=\(due.fieldText)"
        }
        return .seeOther("/cases/\(this.number)?\(query)#compose")
    }
}
