import Diagnosis
import Domain
import HTTPTypes
import Storage
import Web

/// The codes by which errors are named: what they mean by policy, where they were seen, and which nobody documented.
enum AnalysisCodePages {
    static func routes(_ services: Services) -> [Route] {
        [
            .signedIn(.get, "/error-codes", .right("case.view")) { call in
                let words = (call.request.query("q") ?? "").trimmingWhitespace
                let listing = try await listing(for: call.actor, services)
                let main = AnalysisCodeView(listing: listing, words: words, now: services.clock()).main
                return services.page(Page("Error codes", here: "/error-codes", main: main), for: call)
            }
        ]
    }

    /// A code that evidence names.
    struct Seen: Sendable {
        var code: String
        var lines: Int
        /// The cases, the newest first.
        var cases: [SupportCase]
        var lastAt: Timestamp
    }

    /// The taxonomy, and what was seen.
    struct Listing: Sendable {
        var taxonomy: ErrorTaxonomy
        /// The most widespread first.
        var seen: [Seen]

        /// What nobody documented.
        var undocumented: [Seen] { seen.filter { taxonomy.entry($0.code) == nil } }

        /// Where a documented code was seen.
        func seen(_ entry: ErrorTaxonomy.Entry) -> [Seen] {
            seen.filter { taxonomy.entry($0.code) == entry }
        }
    }

    /// What was seen in evidence of cases that the actor may know of.
    static func listing(for actor: Actor, _ services: Services) async throws -> Listing {
        let seen = try await services.database.read { tx in
            var found: [String: (lines: Int, cases: [String], lastAt: Int64)] = [:]
            try tx.each(AnalysisCodeQueries.seen(by: actor, limit: 20_000)) { row in
                var one = found[row.text(0)] ?? (0, [], 0)
                one.lines += Int(row.integer(2))
                one.cases.append(row.text(1))
                one.lastAt = max(one.lastAt, row.integer(3))
                found[row.text(0)] = one
            }
            let ordered = found.sorted {
                ($1.value.cases.count, $1.value.lines, $0.key) < (
                    $0.value.cases.count, $0.value.lines, $1.key
                )
            }.prefix(1000)
            let ids = Set(ordered.flatMap { $0.value.cases })
            let cases = try CaseDirectory.visible(ids.sorted().map { ID($0) }, to: actor, in: tx)
            let byID = Dictionary(cases.map { ($0.id.raw, $0) }) { first, _ in first }
            return ordered.map { code, one in
                Seen(
                    code: code, lines: one.lines, cases: one.cases.compactMap { byID[$0] },
                    lastAt: Timestamp(microseconds: one.lastAt))
            }
        }
        return Listing(taxonomy: services.policy.current.errorCodes, seen: seen)
    }

    /// What a code means, for the findings and the lists of a case.
    static func meaning(_ code: String, _ taxonomy: ErrorTaxonomy) -> HTML {
        guard let entry = taxonomy.entry(code) else {
            return
                "<a class=\"mono\" href=\"/error-codes?q=\(percentEncoded(code))\">\(code)</a> <span class=\"dim\">not documented</span>"
        }
        return "<b class=\"mono\">\(code)</b> \(meaning(entry))"
    }

    /// What an entry says.
    static func meaning(_ entry: ErrorTaxonomy.Entry) -> HTML {
        let component: HTML = entry.component.map { " <span class=\"dim\">\(isolated($0))</span>" } ?? .empty
        let link: HTML =
            entry.link.map {
                " <a href=\"\($0)\" rel=\"noopener noreferrer external\">Documentation<span class=\"sr\"> of \(entry.code)</span></a>"
            } ?? .empty
        return "\(isolated(entry.meaning))\(component)\(link)"
    }
}

/// The page of the codes.
struct AnalysisCodeView {
    let listing: AnalysisCodePages.Listing
    let words: String
    let now: Timestamp

    var main: HTML {
        """
        <h1>Error codes</h1><p class="lede">What codes mean stands in policy; what was seen, in the logs of cases that you may know of.</p>
        <form class="filters" role="search" action="/error-codes"><div class="seek">\(icon("search"))<label class="sr" for="q">Look up a code</label><input class="input" id="q" name="q" type="search" value="\(words)" placeholder="A code, or words of its meaning" autocomplete="off" spellcheck="false"></div><button class="btn">Look up</button></form>
        <div class="stack">\(words.isEmpty ? "\(undocumented)\(documented)" : found)</div>
        """
    }

    // MARK: What is looked up

    private var found: HTML {
        let entries = listing.taxonomy.search(words).prefix(50)
        let key = words.uppercased()
        let unknown = listing.undocumented.filter { $0.code.uppercased().contains(key) }
        if entries.isEmpty, unknown.isEmpty {
            return """
                <div class="card"><div class="empty"><h2>Nobody knows “\(words)”</h2><p>It stands neither in policy nor in the logs of cases that you may know of. Codes are documented in policy, under <code>error_codes</code>.</p></div></div>
                """
        }
        let known: HTML =
            entries.isEmpty
            ? .empty
            : table(
                "Documented", "er-k",
                entries.map { entry in
                    row(entry.code, AnalysisCodePages.meaning(entry), listing.seen(entry))
                })
        let open: HTML =
            unknown.isEmpty
            ? .empty
            : table(
                "Seen, not documented", "er-u",
                unknown.prefix(50).map {
                    row($0.code, "<span class=\"dim\">not documented</span>", [$0])
                })
        return "\(known)\(open)"
    }

    // MARK: What was seen

    private var undocumented: HTML {
        let all = listing.undocumented
        guard !all.isEmpty else {
            return """
                <section aria-labelledby="er-u"><div class="sec"><h2 id="er-u">Seen, not documented</h2></div><div class="card"><div class="empty"><h3>Nothing is missing</h3><p>Codes that logs of cases name and policy does not explain stand here, with how often and where.</p></div></div></section>
                """
        }
        return table(
            "Seen, not documented", "er-u",
            all.prefix(200).map {
                row($0.code, "<span class=\"dim\">not documented</span>", [$0])
            }, count: all.count)
    }

    private var documented: HTML {
        let all = listing.taxonomy.entries
        guard !all.isEmpty else {
            return """
                <section aria-labelledby="er-k"><div class="sec"><h2 id="er-k">Documented</h2></div><div class="card"><div class="empty"><h3>No code is documented yet</h3><p>List them in policy under <code>error_codes</code>, or bring a table in with <code>thirdline policy codes FILE.csv</code>.</p></div></div></section>
                """
        }
        let rows = all.map { entry in (entry, listing.seen(entry)) }
            .sorted { $1.1.reduce(0) { $0 + $1.lines } < $0.1.reduce(0) { $0 + $1.lines } }.prefix(200)
        return table(
            "Documented", "er-k",
            rows.map { entry, seen in
                row(entry.code, AnalysisCodePages.meaning(entry), seen)
            }, count: all.count)
    }

    private func table(_ title: HTML, _ id: HTML, _ rows: [HTML], count: Int? = nil) -> HTML {
        let words: HTML =
            count.map { $0 > rows.count ? "the first \(rows.count) of \(grouped($0))" : "\(grouped($0))" }
            ?? .empty
        return """
            <section aria-labelledby="\(id)"><div class="sec"><h2 id="\(id)">\(title)</h2><span class="dim f13">\(words)</span></div><div class="card clip"><table class="tbl" role="table" aria-labelledby="\(id)"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Code</th><th scope="col" role="columnheader">Meaning</th><th scope="col" class="num" role="columnheader">Lines</th><th scope="col" role="columnheader">Cases</th><th scope="col" role="columnheader">Last evidence</th></tr></thead><tbody role="rowgroup">\(rows)</tbody></table></div></section>

            """
    }

    private func row(_ code: String, _ meaning: HTML, _ seen: [AnalysisCodePages.Seen]) -> HTML {
        let lines = seen.reduce(0) { $0 + $1.lines }
        var known: Set<String> = []
        let cases = seen.flatMap(\.cases).filter { known.insert($0.number).inserted }
        let links = HTML.joined(
            cases.prefix(5).map { "<a href=\"/cases/\($0.number)\">\($0.number)</a>" as HTML }, by: ", ")
        let more: HTML = cases.count > 5 ? " and \(cases.count - 5) more" : .empty
        let last: HTML =
            seen.map(\.lastAt).max().map { "\(time($0, now: now))" } ?? "<span class=\"dim\">not seen</span>"
        return """
            <tr role="row"><th scope="row" role="rowheader"><span class="mono">\(code)</span></th><td role="cell" data-label="Meaning">\(meaning)</td><td role="cell" class="num" data-label="Lines">\(grouped(lines))</td><td role="cell" data-label="Cases">\(cases.isEmpty ? "<span class=\"dim\">none</span>" : links)\(more)</td><td role="cell" data-label="Last evidence">\(last)</td></tr>

            """
    }
}
