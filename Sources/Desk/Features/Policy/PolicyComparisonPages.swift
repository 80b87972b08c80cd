import Domain
import Storage
import Web

/// Two documents side by side: what the second changes in words, and the lines that go and come.
enum PolicyComparisonPages {
    static func compare(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let journal = services.journal
        let wanted = (from: try number(call.request, "from"), to: try number(call.request, "to"))
        let (before, after, newest) = try await services.database.read { tx in
            let newest = try PolicyReading.inForce(in: tx).version
            let to = wanted.to ?? newest
            let from = wanted.from ?? Version(max(0, to.number - 1))
            return (
                try PolicyPages.document(from, journal, in: tx),
                try PolicyPages.document(to, journal, in: tx),
                newest
            )
        }
        let main: HTML = """
            <nav class="crumb" aria-label="Breadcrumb"><a href="/policy">Policy</a><span aria-hidden="true">/</span><span>Compare</span></nav>
            <div class="head"><div><h1>Version \(before.version.number) and version \(after.version.number)</h1><p class="lede">What version \(after.version.number) says otherwise.</p></div></div>
            <form class="filters" action="/policy/compare"><div class="fld"><label for="from">From version</label><input class="input" type="number" id="from" name="from" min="0" max="\(newest.number)" value="\(before.version.number)"></div><div class="fld"><label for="to">To version</label><input class="input" type="number" id="to" name="to" min="0" max="\(newest.number)" value="\(after.version.number)"></div><button class="btn">Compare</button></form>
            <div class="stack">\(try await changes(from: before.text, to: after.text, for: call.actor, services))</div>
            """
        return services.page(Page("Compare versions", here: "/policy", main: main), for: call)
    }

    private static func number(_ request: WebRequest, _ name: String) throws(Refusal) -> Version? {
        guard let text = request.query(name), !text.isEmpty else { return nil }
        guard let number = Int(text), number >= 0 else {
            throw Refusal(field: name, "wrong_type", "\(name) must be the number of a version.")
        }
        return Version(number)
    }

    /// What one document changes of another, in words.
    static func effects(
        from before: String, to after: String, for actor: Actor, _ services: Services
    ) async throws -> [PolicyEffect] {
        // An old document may name rights that are gone, and then only its lines can be compared.
        guard case .success(let old) = services.policy.check(before),
            case .success(let new) = services.policy.check(after)
        else { return [] }
        var effects = PolicyEffect.between(old, new)
        effects += try await RoutingDirectory.effects(from: old, to: new, for: actor, services)
        effects += try await ClockPreviewDirectory.effects(from: old, to: new, for: actor, services)
        return effects
    }

    /// The changes as two cards: in words, and line by line.
    static func changes(
        from before: String, to after: String, for actor: Actor, _ services: Services
    ) async throws -> HTML {
        let effects = try await effects(from: before, to: after, for: actor, services)
        let items = effects.map { "<li>\(icon($0.icon))<span>\($0.words)</span></li>" as HTML }
        let said: HTML =
            items.isEmpty
            ? "<p class=\"f13 soft pad-h\">Nothing that has a name of its own; see the lines.</p>"
            : "<ul class=\"effects\">\(items)</ul>"
        let lines = LineDiff.lines(from: before, to: after)
        let rows = lines.map { line -> HTML in
            let mark: HTML = line.isNew ? "added" : "gone"
            let sign: HTML = line.isNew ? "New" : "Gone"
            return
                "<li class=\"\(mark)\"><span class=\"sr\">\(sign), line \(line.number): </span><code>\(line.isNew ? "+" : "−") \(line.text)</code></li>\n"
        }
        let listed: HTML =
            rows.isEmpty
            ? "<p class=\"f13 soft pad-h\">No line differs.</p>"
            : "<ul class=\"listing plain\" tabindex=\"0\" aria-labelledby=\"lines-h\">\(rows)</ul>"
        return """
            <section class="card pad" aria-labelledby="says-h" id="changes"><h2 id="says-h">What would change</h2>\(said)</section>
            <section class="card clip" aria-labelledby="lines-h" id="lines"><div class="sec"><h2 id="lines-h">Lines</h2><span class="dim f13">\(lines.count)</span></div>\(listed)</section>
            """
    }
}
