import Diagnosis
import Domain
import HTTPTypes
import Storage
import Web

/// What is new, gone, more and less between two logs.
enum AnalysisComparisonPages {
    static func routes(_ services: Services) -> [Route] {
        [
            .signedIn(
                .get, "/cases/{id}/evidence/{number}/comparisons/{comparison}", .right("case.view")
            ) { call in
                let content = try await find(call, services)
                let view = AnalysisComparisonView(content: content, now: services.clock())
                var page = Page(view.title, here: "/cases", main: view.main)
                page.events = "/cases/\(content.this.number)/events"
                return services.page(page, for: call)
            }
        ]
    }

    /// A comparison with the two pieces and their cases.
    struct Content: Sendable {
        var comparison: EvidenceComparison
        var this: SupportCase
        var found: Evidence
        var otherCase: SupportCase
        var other: Evidence
        /// The customers of the two cases.
        var customers: (own: String?, other: String?)
    }

    /// The comparison that a request names, for whoever may read both pieces now.
    static func find(_ call: SignedInCall, _ services: Services) async throws -> Content {
        let (this, found) = try await EvidenceReadPages.find(call, services)
        let (actor, id) = (call.actor, call.request.parameter("comparison"))
        try await EvidenceReadPages.refuseUnlessOpen(found, for: actor, services)
        let content = try await services.database.read { tx in
            guard
                let comparison = try tx.first(
                    AnalysisComparisonQueries.comparison(id, of: found.id.raw), AnalysisComparisonQueries.read
                )
            else { throw Refusal.notFound("comparison") }
            let (otherCase, other) = try EvidenceDirectory.find(comparison.other.raw, for: actor, in: tx)
            return Content(
                comparison: comparison, this: this, found: found, otherCase: otherCase, other: other,
                customers: (
                    try customer(of: this, for: actor, in: tx),
                    try customer(of: otherCase, for: actor, in: tx)
                ))
        }
        try await EvidenceReadPages.refuseUnlessOpen(content.other, for: actor, services)
        return content
    }

    private static func customer(
        of this: SupportCase, for actor: Actor, in tx: borrowing Transaction
    ) throws -> String? {
        try this.organisation.map { try CustomerDirectory.find($0.raw, seenBy: actor, in: tx).name }
    }

    /// The comparisons of a piece, on its page.
    static func section(
        of found: Evidence, in this: SupportCase, for actor: Actor, _ services: Services
    ) async throws -> HTML {
        let all = try await services.database.read { tx in
            try tx.all(
                AnalysisComparisonQueries.comparisons(of: found.id.raw, limit: 6),
                AnalysisComparisonQueries.read
            ).compactMap { one -> (comparison: EvidenceComparison, name: String)? in
                // What is compared with a piece that the reader may not know of is left out.
                guard let (otherCase, other) = try? EvidenceDirectory.find(one.other.raw, for: actor, in: tx)
                else { return nil }
                return (
                    one,
                    one.isOfOne
                        ? found.number
                        : otherCase.id == this.id ? other.number : "\(otherCase.number) \(other.number)"
                )
            }
        }
        let may = actor.may(AnalysisOperations.right)
        guard may || !all.isEmpty else { return .empty }
        let now = services.clock()
        let items = all.map { one, name -> HTML in
            let words: HTML =
                one.isOfOne ? "another time" : "\(isolated(name))"
            return """
                <li><span class="ref">\(one.state == .done ? "done" : one.state.isOver ? "failed" : "waits")</span><div><a href="/cases/\(this.number)/evidence/\(found.number)/comparisons/\(one.id)">With \(words)</a><p class="facts-line"><span>\(AnalysisComparisonView.stretches(one))</span><span>asked for \(time(one.askedAt, now: now))</span></p></div></li>
                """
        }
        let act: HTML =
            may
            ? "<a class=\"btn small\" href=\"/evidence/\(this.number).\(found.number)/compare\">Compare with another log</a>"
            : .empty
        let list: HTML =
            items.isEmpty
            ? "<p class=\"pad dim f13\">What is new, rising or gone against another log, another customer’s, or another time.</p>"
            : "<ul class=\"pieces\">\(items)</ul>"
        return """
            <section id="comparisons" aria-labelledby="co-h"><div class="sec"><h2 id="co-h">Comparisons</h2>\(act)</div><div class="card clip">\(list)</div></section>
            """
    }
}

/// A comparison as its page shows it.
struct AnalysisComparisonView {
    let content: AnalysisComparisonPages.Content
    let now: Timestamp

    private var one: EvidenceComparison { content.comparison }
    private var isOfTwoCases: Bool { content.this.id != content.otherCase.id }

    private var otherName: String {
        isOfTwoCases ? "\(content.otherCase.number) \(content.other.number)" : content.other.number
    }

    var title: String {
        one.isOfOne
            ? "\(content.found.number): two stretches of time, \(content.this.number)"
            : "\(content.found.number) compared with \(otherName), \(content.this.number)"
    }

    var main: HTML {
        let heading: HTML =
            one.isOfOne
            ? "\(content.found.number): two stretches of time"
            : "\(content.found.number) compared with \(otherName)"
        return """
            <nav class="crumb" aria-label="Breadcrumb"><a href="/cases/\(content.this.number)">\(content.this.number)</a><span aria-hidden="true">/</span><a href="\(path(of: content.this, content.found))">\(content.found.number)</a><span aria-hidden="true">/</span><span>Comparison</span></nav>
            <h1>\(heading)</h1><div class="stack" id="comparison" data-live>\(sides)\(outcome)</div>
            """
    }

    private func path(of this: SupportCase, _ found: Evidence) -> String {
        "/cases/\(this.number)/evidence/\(found.number)"
    }

    // MARK: What is compared

    private var sides: HTML {
        let result = one.result
        return """
            <div class="card clip"><table class="tbl" role="table" aria-label="What is compared"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Side</th><th scope="col" role="columnheader">Log</th><th scope="col" role="columnheader">Customer</th><th scope="col" role="columnheader">Time, UTC</th><th scope="col" class="num" role="columnheader">Lines</th></tr></thead><tbody role="rowgroup">\(side("Now", content.this, content.found, content.customers.own, one.now, result?.linesNow))\(side("Before", content.otherCase, content.other, content.customers.other, before, result?.linesBefore))</tbody></table></div>
            """
    }

    /// What it is compared with; of the same log, what came before, where nothing else was said.
    private var before: EvidenceComparison.Stretch {
        one.isOfOne && one.before.isAll ? .init(to: one.now.from) : one.before
    }

    private func side(
        _ name: HTML, _ this: SupportCase, _ found: Evidence, _ customer: String?,
        _ stretch: EvidenceComparison.Stretch, _ lines: Int?
    ) -> HTML {
        """
        <tr role="row"><th scope="row" role="rowheader">\(name)</th><td role="cell" data-label="Log"><a href="\(path(of: this, found))">\(this.number) \(found.number), \(isolated(found.name))</a></td><td role="cell" data-label="Customer">\(customer.map { isolated($0) } ?? "<span class=\"dim\">none</span>")</td><td role="cell" data-label="Time">\(Self.words(stretch))</td><td role="cell" class="num" data-label="Lines">\(lines.map { grouped($0) } ?? "")</td></tr>
        """
    }

    private static func words(_ stretch: EvidenceComparison.Stretch) -> String {
        func moment(_ at: Timestamp) -> String { "\(at.day) \(at.clock)" }
        return switch (stretch.from, stretch.to) {
        case (nil, nil): "all of it"
        case (let from?, nil): "from \(moment(from))"
        case (nil, let to?): "before \(moment(to))"
        case (let from?, let to?): "\(moment(from)) to \(moment(to))"
        }
    }

    /// The times that are compared, in words.
    static func stretches(_ one: EvidenceComparison) -> String {
        one.now.isAll && one.before.isAll
            ? "all of both"
            : "\(words(one.now)), against \(one.before.isAll && one.isOfOne ? "what came before" : words(one.before))"
    }

    // MARK: What came out

    private var outcome: HTML {
        switch one.state {
        case .waiting, .running:
            return """
                <section class="card pad working"><h2>Comparing</h2><p>Both logs are being read. What came out stands here as soon as it is known.</p></section>
                """
        case .failed, .stopped, .unsuited:
            return """
                <div class="notice warn">\(icon("alert"))<div><p>\(isolated(one.message ?? "It could not be compared."))</p><p><a href="/evidence/\(content.this.number).\(content.found.number)/compare">Compare again</a></p></div></div>
                """
        case .done: break
        }
        guard let result = one.result else { return .empty }
        return "\(facts(result))\(groups(result))"
    }

    private func facts(_ result: ComparedLogs) -> HTML {
        let alien: HTML =
            result.isAlien
            ? "<div class=\"notice\">\(icon("info"))<div><p>So little is common to both that they may not be logs of the same program.</p></div></div>"
            : .empty
        let outside: HTML =
            result.linesOutside > 0
            ? "<span>\(AnalysisPages.count(result.linesOutside, "line")) outside of these times</span>"
            : .empty
        let problems: HTML =
            result.problems.isEmpty
            ? .empty
            : "<details class=\"fold\" id=\"co-problems\"><summary>Not read</summary><ul class=\"f13\">\(result.problems.map { "<li>\(isolated($0))</li>" as HTML })</ul></details>"
        let share = Double(result.sharedPerMille) / 10
        return """
            <div class="ev-facts"><span>\("\(share)") % of the lines now have a pattern that stood there before</span>\(outside)</div>\(alien)\(problems)
            """
    }

    private static let titles: [String: (title: HTML, help: HTML)] = [
        "new": ("New", "they stand in what is looked at alone"),
        "more": ("Rising", "twice as often or more, by the share of lines"),
        "gone": ("Vanished", "they stand in what it is compared with alone"),
        "less": ("Falling", "half as often or less, by the share of lines"),
    ]

    private func groups(_ result: ComparedLogs) -> HTML {
        let shown = ["new", "more", "gone", "less"].compactMap { change in
            result.groups.first { $0.change == change && $0.count > 0 }
        }
        guard !shown.isEmpty else {
            return """
                <div class="card"><div class="empty"><h2>Nothing changed</h2><p>Both have the same patterns in like shares.</p></div></div>
                """
        }
        return "\(shown.map(group))"
    }

    private func group(_ group: ComparedLogs.Group) -> HTML {
        let (title, help) = Self.titles[group.change] ?? ("Changed", "")
        let rows = group.patterns.prefix(60).map { row($0, isGone: group.change == "gone") }
        let count: HTML =
            group.count > rows.count
            ? "the first \(rows.count) of \(grouped(group.count)); " : "\(grouped(group.count)); "
        return """
            <section aria-labelledby="co-\(group.change)"><div class="sec"><h2 id="co-\(group.change)">\(title)</h2><span class="dim f13">\(count)\(help)</span></div>
            <div class="card clip"><table class="pt" role="table" aria-labelledby="co-\(group.change)"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Pattern</th><th class="p-d" scope="col" role="columnheader">First line</th><th class="p-c num" scope="col" role="columnheader">Before</th><th class="p-c num" scope="col" role="columnheader">Now</th></tr></thead><tbody role="rowgroup">\(rows)</tbody></table></div></section>

            """
    }

    private func row(_ pattern: ComparedLogs.Pattern, isGone: Bool) -> HTML {
        let place = isGone ? pattern.firstBefore : pattern.firstNow
        let link: HTML =
            place.map { place in
                let member = place.member.isEmpty ? "" : "&member=\(percentEncoded(place.member))"
                let log =
                    isGone
                    ? path(of: content.otherCase, content.other) : path(of: content.this, content.found)
                return
                    "<a href=\"\(log)/log?line=\(place.line)\(member)#L\(place.line)\"><span class=\"sr\">line </span>\(grouped(place.line))</a>"
            } ?? .empty
        let parts = pattern.text.split(separator: "<*>", omittingEmptySubsequences: false).map {
            "\(String($0))" as HTML
        }
        let level: HTML =
            pattern.isTrouble ? "<span class=\"tag bad\">\(pattern.level ?? "trouble")</span> " : .empty
        return """
            <tr role="row"><td role="cell">\(level)<span class="pat">\(HTML.joined(parts, by: "<span class=\"v\">value</span>"))</span></td><td class="p-d" role="cell">\(link)</td><td class="p-c num" role="cell">\(grouped(pattern.before))</td><td class="p-c num" role="cell">\(grouped(pattern.now))</td></tr>

            """
    }
}
