import Domain
import HTTPTypes
import Storage
import Web

/// The pages of runs: how far one is, and the latest ones.
enum BulkPages {
    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let id = call.request.parameter("id")
        let (run, progress, refused) = try await services.database.read { tx in
            let run = try BulkOperations.find(id, for: call.actor, in: tx)
            return (
                run, try BulkProgress(of: run.id, in: tx),
                try tx.all(BulkStore.items(of: run.id, in: .refused, limit: 200), BulkStore.readItem)
            )
        }
        let now = services.clock()
        let main: HTML = """
            <nav class="crumb" aria-label="Breadcrumb"><a href="/cases">Queue</a><span aria-hidden="true">/</span><a href="/bulk">Changes of many cases</a></nav>
            <h1>\(run.summary): \(words(progress.total))</h1>
            \(state(run, progress, now, newIdentifier(at: now)))\(refusals(refused, progress))
            """
        var response = services.page(Page(run.summary, here: "/cases", main: main), for: call)
        // Works without script, too; nothing is typed on this page.
        if run.endedAt == nil { response.headers[.refresh] = "1" }
        return response
    }

    private static func words(_ count: Int) -> String { count == 1 ? "1 case" : "\(grouped(count)) cases" }

    private static func state(
        _ run: BulkRun, _ progress: BulkProgress, _ now: Timestamp, _ key: String
    ) -> HTML {
        let counts: [(BulkItem.State, String)] = [
            (.done, "changed"), (.unchanged, "so already"), (.refused, "not done"), (.waiting, "still to do"),
        ]
        let parts = counts.compactMap { state, words -> HTML? in
            let count = progress.counts[state] ?? 0
            guard count > 0 else { return nil }
            return "<b>\(grouped(count))</b> \(words)"
        }
        let headline: HTML
        if run.endedAt == nil, run.isStopped {
            headline = "Stopping after \(grouped(progress.settled)) of \(grouped(progress.total))"
        } else if run.endedAt == nil {
            headline = "\(grouped(progress.settled)) of \(grouped(progress.total)) done"
        } else if run.isStopped {
            headline = "Stopped after \(grouped(progress.settled)) of \(grouped(progress.total))"
        } else {
            headline = "Done"
        }
        let act: HTML
        if run.endedAt == nil, run.isStopped {
            act = .empty
        } else if run.endedAt == nil {
            act = button("/bulk/\(run.id)/stop", "Stop", key)
        } else if let back = progress.undoneBy {
            act = "<p><a href=\"/bulk/\(back)\">It was taken back</a></p>"
        } else if progress.undoable > 0, run.undoes == nil,
            now.seconds(since: run.begunAt) < UndoOffer.seconds
        {
            act = button("/bulk/\(run.id)/undo", "Undo all \(grouped(progress.undoable))", key)
        } else {
            act = .empty
        }
        let when: HTML =
            run.endedAt.map { "Begun \(time(run.begunAt, now: now)), ended \(time($0, now: now))." }
            ?? "Begun \(time(run.begunAt, now: now)). It goes on when you leave this page."
        return """
            <section class="card pad" role="status"><h2>\(headline)</h2><progress max="\(String(max(1, progress.total)))" value="\(String(progress.settled))" aria-label="How far it is"></progress><p>\(HTML.joined(parts, by: ", "))</p><p class="by">\(when)</p><div class="btns">\(act)<a class="btn bare" href="/cases">Go to the queue</a><a class="btn bare" href="/bulk">All changes of many cases</a></div></section>
            """
    }

    private static func button(_ action: String, _ words: String, _ key: String) -> HTML {
        "<form method=\"post\" action=\"\(action)\">\(FormView.hidden(key: key, base: nil))<button class=\"btn\">\(words)</button></form>"
    }

    private static func refusals(_ refused: [BulkItem], _ progress: BulkProgress) -> HTML {
        guard !refused.isEmpty else { return .empty }
        let rows = refused.map { item in
            "<li><a href=\"/cases/\(item.number)\">\(item.number)</a> <span>\(item.message ?? "")</span></li>"
                as HTML
        }
        let rest = (progress.counts[.refused] ?? 0) - refused.count
        let more: HTML = rest > 0 ? "<p class=\"by\">And \(grouped(rest)) more.</p>" : .empty
        return """
            <section aria-labelledby="refused"><div class="sec"><h2 id="refused">Not done</h2></div><div class="card clip"><ul class="plain-list">\(rows)</ul></div>\(more)</section>
            """
    }

    static func list(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let runs = try await services.database.read { tx in
            try tx.all(BulkStore.runs(of: call.actor.id, limit: 50), BulkStore.readRun).map {
                ($0, try BulkProgress(of: $0.id, in: tx))
            }
        }
        let now = services.clock()
        let rows = runs.map { run, progress -> HTML in
            let state = run.endedAt == nil ? "running" : run.isStopped ? "stopped" : "done"
            return """
                <li><a href="/bulk/\(run.id)">\(run.summary)</a> \(words(progress.total)), \(state) \(time(run.begunAt, now: now, class: "at"))</li>
                """
        }
        let content: HTML =
            rows.isEmpty
            ? "<div class=\"card\"><div class=\"empty\"><h2>Nothing yet</h2><p>Tick cases in the queue, or all that a search finds, and choose what is done with them.</p><div class=\"btns\"><a class=\"btn\" href=\"/cases\">Go to the queue</a></div></div></div>"
            : "<div class=\"card clip\"><ul class=\"plain-list\">\(rows)</ul></div>"
        let main: HTML = """
            <nav class="crumb" aria-label="Breadcrumb"><a href="/cases">Queue</a><span aria-hidden="true">/</span><span>Changes of many cases</span></nav>
            <h1>Changes of many cases</h1>
            <p class="by">Yours, of the last \(String(BulkStore.days)) days.</p>
            \(content)
            """
        return services.page(Page("Changes of many cases", here: "/cases", main: main), for: call)
    }
}

extension HTTPField.Name {
    fileprivate static let refresh: HTTPField.Name = {
        guard let name = HTTPField.Name("Refresh") else { preconditionFailure("“Refresh” is a header name") }
        return name
    }()
}
