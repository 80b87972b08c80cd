import Domain
import Storage
import Web

/// The page of the policy: the document, its history and, for those who may change it, the editor.
enum PolicyPages {
    private static let historyLimit = 20

    static func policy(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let wanted = try version(call.request)
        let before = try number(call.request, "before") ?? .max
        let journal = services.journal
        let read = try await services.database.read { [policy = services.policy] tx in
            _ = try policy.inForce(in: tx)  // so that whoever just changed it meets the new one on every page
            let shown = try document(wanted, journal, in: tx)
            let history = try PolicyReading.history(before: before, limit: historyLimit + 1, journal, in: tx)
            let proposals = before == .max ? try ProposalDirectory.latest(limit: 10, in: tx) : []
            let enacted = try ProposalDirectory.enacted(
                as: (history + [shown]).map(\.version.number), in: tx)
            let again = try call.request.query("proposal").map { try ProposalDirectory.find($0, in: tx) }
            let people =
                (history + [shown]).compactMap(\.changedBy) + proposals.map(\.author)
                + enacted.values.flatMap { $0.approvals.map(\.person) }
            return Read(
                shown: shown, inForce: try PolicyReading.inForce(in: tx).version, history: history,
                proposals: proposals, enacted: enacted, again: again,
                names: try PeopleDirectory.names(of: people, in: tx))
        }
        let mayChange = call.actor.may("policy.change")
        let now = services.clock()
        let main: HTML = """
            \(head(read, mayChange, now: now))
            \(pastNotice(read))
            <div class="stack">
            <section class="card clip" id="in-force" aria-labelledby="doc-h"><div class="sec"><h2 id="doc-h">Document</h2><span class="dim f13">\(lines(read.shown.text).count) lines</span></div>\(listing(read.shown.text))</section>
            \(ProposalPages.section(read.proposals, inForce: read.inForce, read.names, now: now))
            \(history(read, now: now))
            \(mayChange ? PolicyEditorPages.editor(startingFrom: read.shown, base: read.inForce, services, proposal: read.again) : .empty)
            </div>
            """
        return services.page(Page("Policy", here: "/policy", main: main), for: call)
    }

    /// What the page shows.
    private struct Read: Sendable {
        var shown: PolicyReading.Document
        var inForce: Version
        var history: [PolicyReading.Document]
        var proposals: [PolicyProposal]
        /// The proposals that became versions, by version.
        var enacted: [Int: PolicyProposal]
        /// A proposal that the editor starts from.
        var again: PolicyProposal?
        var names: [String: String]
    }

    /// The version that the request asks for; nil for the one in force.
    static func version(_ request: WebRequest) throws(Refusal) -> Version? {
        try number(request, "version").map { Version($0) }
    }

    private static func number(_ request: WebRequest, _ name: String) throws(Refusal) -> Int? {
        guard let text = request.query(name) else { return nil }
        guard let number = Int(text), number >= 0 else {
            throw Refusal(field: name, "wrong_type", "\(name) must be the number of a version.")
        }
        return number
    }

    /// The document of a version, or the one in force where none is asked for.
    static func document(
        _ wanted: Version?, _ journal: Journal, in tx: borrowing Transaction
    ) throws -> PolicyReading.Document {
        guard let wanted else {
            let current = try PolicyReading.inForce(in: tx)
            return try PolicyReading.document(of: current.version, journal, in: tx) ?? current
        }
        guard let found = try PolicyReading.document(of: wanted, journal, in: tx) else {
            throw Refusal.notFound("version of the policy")
        }
        return found
    }

    // MARK: Parts

    private static func head(_ read: Read, _ mayChange: Bool, now: Timestamp) -> HTML {
        let edit: HTML = mayChange ? "<a class=\"btn\" href=\"#editor\">\(icon("edit"))Edit</a>" : .empty
        return """
            <div class="head"><div><h1>Policy</h1><p class="lede">Severities, statuses, components, verdicts, roles and rights. A new version takes effect at once, everywhere, and is on record.</p><div class="meta"><span>Version \(read.shown.version.number)</span>\(origin(read, now: now))</div></div><div class="btns"><a class="btn" href="/policy/rights">Roles and rights</a><a class="btn" href="#history">History</a>\(edit)</div></div>
            """
    }

    private static func origin(_ read: Read, now: Timestamp) -> HTML {
        guard let at = read.shown.changedAt, let by = read.shown.changedBy else {
            return "<span>The built-in default; nobody has changed it</span>"
        }
        let reason: HTML = read.shown.reason.map { "<span>\(isolated($0))</span>" } ?? .empty
        return "<span>\(isolated(read.names[by] ?? by))</span><span>\(time(at, now: now))</span>\(reason)"
    }

    private static func pastNotice(_ read: Read) -> HTML {
        guard read.shown.version != read.inForce else { return .empty }
        return """
            <div class="notice info">\(icon("info"))<div>Version \(read.shown.version.number) is not in force. <a href="/policy">Version \(read.inForce.number) is.</a></div></div>
            """
    }

    private static func history(_ read: Read, now: Timestamp) -> HTML {
        let shown = read.history.prefix(historyLimit)
        let hasMore = read.history.count > historyLimit
        let rows = shown.map { row($0, read, now: now) } + (hasMore ? [] : [row(.builtIn, read, now: now)])
        let older: HTML =
            hasMore
            ? "<p class=\"by\"><a href=\"/policy?before=\(shown.last?.version.number ?? 0)#history\">Older versions</a></p>"
            : .empty
        return """
            <section id="history" aria-labelledby="hist-h"><div class="sec"><h2 id="hist-h">History</h2></div><div class="card clip"><table class="tbl" role="table" aria-labelledby="hist-h"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Version</th><th scope="col" role="columnheader">Since</th><th scope="col" role="columnheader">By</th><th scope="col" role="columnheader">Reason</th></tr></thead>
            <tbody role="rowgroup">\(rows)</tbody></table></div>\(older)</section>
            """
    }

    private static func row(_ entry: PolicyReading.Document, _ read: Read, now: Timestamp) -> HTML {
        let number = entry.version.number
        let inForce: HTML =
            entry.version == read.inForce ? " <span class=\"tag good\">In force</span>" : .empty
        let since: HTML = entry.changedAt.map { time($0, now: now) } ?? "Always"
        let agreed =
            read.enacted[number]?.approvals.map { isolated(read.names[$0.person] ?? "Somebody") } ?? []
        let approved: HTML =
            agreed.isEmpty
            ? .empty
            : "<span class=\"two\"><a href=\"/policy/proposals/\(read.enacted[number]?.id.raw ?? "")\">agreed</a>: \(HTML.joined(agreed, by: ", "))</span>"
        let by: HTML = entry.changedBy.map { "\(isolated(read.names[$0] ?? $0))\(approved)" } ?? "Thirdline"
        let compare: HTML =
            number == 0
            ? .empty
            : "<span class=\"two\"><a href=\"/policy/compare?from=\(number - 1)&amp;to=\(number)\">Compare<span class=\"sr\"> version \(number) with the one before</span></a></span>"
        let reason: HTML = entry.reason.map(isolated) ?? "The built-in default"
        return """
            <tr role="row" id="v-\(number)" data-row><th scope="row" role="rowheader"><a href="/policy?version=\(number)" data-row-open>Version \(number)</a>\(inForce)</th><td role="cell" data-label="Since">\(since)</td><td role="cell" data-label="By">\(by)</td><td role="cell" data-label="Reason">\(reason)\(compare)</td></tr>

            """
    }

    // MARK: Listing

    static func lines(_ text: String) -> [Substring] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    /// A document with numbered lines; each mistake stands under its line.
    static func listing(
        _ text: String, problems: [ConfigProblem] = [], comparedWith earlier: String? = nil
    ) -> HTML {
        let messages = Dictionary(grouping: problems, by: \.line)
        let known = earlier.map { Set(lines($0)) }
        let items = lines(text).enumerated().map { index, line -> HTML in
            let number = index + 1
            let wrong = messages[number] ?? []
            let isNew = known.map { !$0.contains(line) } ?? false
            let mark = wrong.isEmpty ? (isNew ? "added" : nil) : "wrong"
            return """
                <li id="L\(number)"\(.attribute("class", mark))><code>\(String(line))</code>\(wrong.map(message))</li>

                """
        }
        return "<ol class=\"listing\">\(items)</ol>"
    }

    private static func message(_ problem: ConfigProblem) -> HTML {
        "<p class=\"err\">\(problem.sentence)</p>"
    }
}
