import Domain
import Storage
import Web

/// All that happened to a case, for staff or for the customer, as pages show it.
struct CaseTimeline {
    /// How many entries a page shows at once; older ones are a link away.
    static let pageSize = 100

    /// Which entries a page shows, and in which order.
    struct Selection: Sendable {
        var show = "all"
        var isOldestFirst = false
        var before = Int.max

        init(_ request: WebRequest) {
            if let show = request.query("show"), Self.kindsByName[show] != nil { self.show = show }
            isOldestFirst = request.query("order") == "oldest"
            if let before = request.query("before").flatMap({ Int($0) }), before > 0 { self.before = before }
        }

        private static let kindsByName: [String: [String]] = [
            "all": [],
            "messages": ["case.opened", "case.replied", "case.resolved", "case.reopened"],
            "notes": ["case.noted"],
            "facts": [
                "case.owner_changed", "case.severity_changed", "case.status_changed", "case.retitled",
                "case.problem_stated", "case.classified", "case.impact_recorded", "case.times_recorded",
                "case.resolved", "case.reopened", "case.closed", "case.imported", "case.change_imported",
                "case.entry_erased",
            ],
        ]

        /// The kinds of fact; all where empty.
        var kinds: [String] { Self.kindsByName[show] ?? [] }
    }

    let entries: [Recorded<CaseFact>]
    let names: [String: String]
    let policy: Policy
    let now: Timestamp
    let selection: Selection
    let path: String
    let organisation: String?
    let parts: [CasePart]

    private var shown: [Recorded<CaseFact>] {
        let sorted = entries.prefix(Self.pageSize).sorted {
            ($0.occurredAt, $0.version) > ($1.occurredAt, $1.version)
        }
        return selection.isOldestFirst ? sorted.reversed() : sorted
    }

    /// The entries, with a mark for each day.
    var list: HTML {
        guard !entries.isEmpty else {
            return
                "<ol class=\"tl\" id=\"timeline\" data-live><li class=\"dim\">Nothing of this kind yet.</li></ol>"
        }
        var html: HTML = ""
        var day = ""
        for entry in shown {
            if entry.occurredAt.day != day {
                day = entry.occurredAt.day
                html += "<li class=\"day\">\(dayWords(for: entry.occurredAt, now: now))</li>\n"
            }
            html += item(entry)
        }
        let label = selection.isOldestFirst ? "Timeline, oldest first" : "Timeline, newest first"
        return "<ol class=\"tl\" id=\"timeline\" aria-label=\"\(label)\" data-live>\(html)</ol>\n"
    }

    /// The way to older entries.
    var older: HTML {
        guard entries.count > Self.pageSize, let last = entries.prefix(Self.pageSize).last else {
            return .empty
        }
        return """
            <p class="more"><a class="btn" href="\(path)?show=\(selection.show)&amp;before=\(last.version.number)">Show older entries</a></p>
            """
    }

    private func name(_ id: String) -> String { names[id] ?? "Somebody" }

    private func item(_ entry: Recorded<CaseFact>) -> HTML {
        switch entry.body {
        case .replied(let text, let fromCustomer): message(entry, text, isFromCustomer: fromCustomer)
        case .noted(let text): note(entry, text)
        case .resolved(let resolution): resolved(entry, resolution)
        default: ofPart(entry) ?? fact(entry)
        }
    }

    private var sentences: CaseSentence { CaseSentence(policy: policy, names: names, parts: parts) }

    /// The entry as the feature shows it whose fact it is, where it is more than a line.
    private func ofPart(_ entry: Recorded<CaseFact>) -> HTML? {
        guard entry.body.family != nil else { return nil }
        let sentences = sentences
        return parts.lazy.compactMap { $0.entry(entry, sentences) }.first
    }

    private func anchor(_ entry: Recorded<CaseFact>) -> HTML {
        """
        <a class="at" href="#e-\(entry.version.number)"><time datetime="\(entry.occurredAt.rfc3339)">\(entry.occurredAt.clock)</time></a>
        """
    }

    /// Says so where an entry was made later than what it tells of.
    private func late(_ entry: Recorded<CaseFact>) -> HTML {
        guard entry.recordedAt.seconds(since: entry.occurredAt) > 60 else { return .empty }
        if case .imported = entry.body { return .empty }
        if case .changeImported = entry.body { return .empty }
        return "<span class=\"late\">entered later, \(words(for: entry.recordedAt, now: now))</span>"
    }

    private func message(_ entry: Recorded<CaseFact>, _ text: String, isFromCustomer: Bool) -> HTML {
        let who = name(entry.actor)
        let way: HTML =
            isFromCustomer
            ? "<span class=\"dim\">\(organisation ?? "customer")</span>"
            : "<span class=\"way\">\(icon("send"))Reply to \(organisation ?? "the customer")</span>"
        return """
            <li id="e-\(entry.version.number)"><span class="node"><span class="av\(isFromCustomer ? " cust" : "")" aria-hidden="true">\(Person.initials(of: who))</span></span><article class="msg \(isFromCustomer ? "in" : "out")"><header><b>\(who)</b>\(way)\(late(entry))\(anchor(entry))</header><div class="text" dir="auto">\(text)</div></article></li>

            """
    }

    private func note(_ entry: Recorded<CaseFact>, _ text: String) -> HTML {
        let who = name(entry.actor)
        return """
            <li id="e-\(entry.version.number)"><span class="node"><span class="av" aria-hidden="true">\(Person.initials(of: who))</span></span><article class="msg int"><header><b>\(who)</b><span class="way">\(icon("lock"))Internal note</span>\(late(entry))\(anchor(entry))</header><div class="text" dir="auto">\(text)</div></article></li>

            """
    }

    private func resolved(_ entry: Recorded<CaseFact>, _ resolution: CaseFact.Resolution) -> HTML {
        let verdict = policy.name(of: resolution.verdict, in: \.verdicts)
        let summary: HTML =
            resolution.customerSummary.map {
                "<dl class=\"pairs\"><dt>Told the customer</dt><dd class=\"text\" dir=\"auto\">\($0)</dd></dl>"
            } ?? .empty
        return """
            <li id="e-\(entry.version.number)"><span class="node">\(icon("s-done"))</span><article class="msg turn"><header><b>Resolved by \(name(entry.actor))</b><span class="tag good">\(icon("check"))Verdict: \(verdict)</span>\(anchor(entry))</header><div class="text" dir="auto">\(resolution.narrative)</div>\(summary)</article></li>

            """
    }

    private func fact(_ entry: Recorded<CaseFact>) -> HTML {
        let before = entries.first { $0.version.number == entry.version.number - 1 }
        let (symbol, sentence) = sentences.line(entry, after: before)
        return """
            <li id="e-\(entry.version.number)"><span class="node">\(icon(symbol))</span><p class="fact"><span>\(sentence)\(late(entry))</span><time class="at" datetime="\(entry.occurredAt.rfc3339)">\(entry.occurredAt.clock)</time></p></li>

            """
    }
}

/// What happened, in a sentence.
package struct CaseSentence: Sendable {
    /// The policy in force, for the names of its terms.
    package let policy: Policy
    /// Names of people, by identifier.
    package let names: [String: String]
    let parts: [CasePart]

    /// The name of a person.
    package func name(_ id: String) -> String { names[id] ?? "Somebody" }

    /// An icon and a sentence for a fact that is not a message.
    func line(_ entry: Recorded<CaseFact>, after before: Recorded<CaseFact>? = nil) -> (icon: String, HTML) {
        let who: HTML = "<b>\(name(entry.actor))</b>"
        if let (icon, sentence) = ofPart(entry, isForCustomer: false) { return (icon, "\(who) \(sentence)") }
        switch entry.body {
        case .opened(let opening):
            let severity = policy.severity(ID(opening.severity))?.name ?? opening.severity
            return (
                "queue",
                "\(who) opened the case, \(severity), \(policy.name(of: opening.channel, in: \.channels))"
            )
        case .imported(let number, let row):
            return ("queue", "\(who) imported the case as \(number) from \(row.source)\(changes(row))")
        case .changeImported(let row):
            let sentence = changes(row, since: before?.body.importedSet)
            return ("edit", "Imported from \(row.source)\(sentence)")
        case .ownerChanged(let owner, let reason):
            let sentence: HTML =
                owner == entry.actor
                ? "\(who) took the case" : "\(who) gave the case to <b>\(name(owner))</b>"
            return ("me", sentence + because(reason))
        case .severityChanged(let severity, let reason):
            let label = policy.severity(ID(severity))?.name ?? severity
            return ("rank", "\(who) set severity to <b>\(label)</b>\(because(reason))")
        case .statusChanged(let status, _, let reason):
            return (
                QueuePages.stateIcon(ID(status), policy),
                "\(who) moved the case to <b>\(statusName(status))</b>\(because(reason))"
            )
        case .reopened(_, let reason): return ("s-again", "\(who) reopened the case\(because(reason))")
        case .closed: return ("s-closed", "\(who) closed the case")
        default: return ("edit", edit(entry, who))
        }
    }

    /// The sentence of a fact that belongs to another feature, without who did it.
    func ofPart(_ entry: Recorded<CaseFact>, isForCustomer: Bool) -> CasePart.Line? {
        guard entry.body.family != nil else { return nil }
        return parts.lazy.compactMap { $0.sentence(entry, self, isForCustomer) }.first
    }

    private func edit(_ entry: Recorded<CaseFact>, _ who: HTML) -> HTML {
        switch entry.body {
        case .retitled(let subject): return "\(who) changed the subject to “\(isolated(subject))”"
        case .problemStated(let text):
            guard let text else { return "\(who) took the problem statement away" }
            return "\(who) stated the problem: “\(isolated(String(text.prefix(300))))”"
        case .classified(let field, let value):
            guard let value else { return "\(who) took \(field.label.lowercased()) away" }
            return
                "\(who) set \(field.label.lowercased()) to <b>\(policy.name(of: value, in: field.terms))</b>"
        case .impactRecorded(let impact):
            let words = impact.words.map { "\($0.label) \($0.value)" }.joined(separator: ", ")
            return "\(who) recorded the impact: \(isolated(words.isEmpty ? "none known" : words))"
        case .timesRecorded(let began, let noticed, let reported):
            let times = [("began", began), ("noticed", noticed), ("reported", reported)]
            let words = times.compactMap { name, moment in moment.map { "\(name) \($0.day) \($0.clock)" } }
            return "\(who) recorded the times: \(words.joined(separator: ", "))"
        case .entryErased(let sequence, _, _, let reason):
            return "\(who) erased the words of entry \(String(sequence))\(because(reason))"
        default: return "\(who) changed the case"
        }
    }

    /// A reason as it ends a sentence; nothing where there is none.
    package func because(_ reason: String?) -> HTML {
        guard let reason, !reason.isEmpty else { return .empty }
        return ": “\(isolated(reason))”"
    }

    private func statusName(_ id: String) -> String { policy.status(ID(id))?.name ?? id }

    /// What an imported row says; where the row before it is known, only what is new in it.
    private func changes(_ row: CaseFact.ImportedRow, since before: [String: String]? = nil) -> HTML {
        let new = row.set.filter { before?[$0.key] != $0.value }
        var words: [String] = []
        if let status = new["status"] { words.append(statusName(status)) }
        if let severity = new["severity"] { words.append(policy.severity(ID(severity))?.name ?? severity) }
        if let owner = new["owner"] { words.append(owner.isEmpty ? "no owner" : "owner \(name(owner))") }
        let told: Set<String> = ["status", "severity", "owner"]
        if before != nil {
            words += new.keys.filter { !told.contains($0) }.sorted().map {
                $0.replacing("_", with: " ") + " changed"
            }
            if words.isEmpty { words.append("nothing that is shown here changed") }
        }
        guard !words.isEmpty else { return .empty }
        return ": \(isolated(words.joined(separator: ", ")))"
    }
}

/// The whole timeline as Markdown, oldest first: for colleagues, with everything.
enum CaseExport {
    static func markdown(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let policy = services.policy.current
        let reference = call.request.parameter("id")
        let (this, entries, names) = try await services.database.read { [journal = services.journal] tx in
            let this = try CaseDirectory.find(reference, for: call.actor, in: tx)
            let entries = try journal.facts(of: this.ref, as: CaseFact.self, in: tx)
            let people = entries.flatMap { [$0.actor] + $0.body.people }
            return (this, entries, try PeopleDirectory.names(of: people, in: tx))
        }
        var text =
            "# \(this.number) \(this.subject)\n\nTimes are UTC. Internal: do not send to the customer.\n\n"
        let sentences = CaseSentence(policy: policy, names: names, parts: services.catalog.caseParts)
        for entry in entries.sorted(by: { ($0.occurredAt, $0.version) < ($1.occurredAt, $1.version) }) {
            text += section(entry, sentences)
        }
        return .download(
            Array(text.utf8), name: "\(this.number)-timeline.md", type: "text/markdown; charset=utf-8")
    }

    private static func section(_ entry: Recorded<CaseFact>, _ sentences: CaseSentence) -> String {
        let policy = sentences.policy
        let who = sentences.name(entry.actor)
        let late =
            entry.recordedAt.seconds(since: entry.occurredAt) > 60
            ? " (entered later, \(entry.recordedAt.rfc3339))" : ""
        let title = "## \(entry.occurredAt.rfc3339), entry \(entry.sequence)\(late)\n\n"
        switch entry.body {
        case .opened(let opening):
            return title + "\(who) opened the case: \(opening.subject)\n\n" + quoted(opening.symptom)
        case .replied(let text, let fromCustomer):
            return title + "\(who) wrote\(fromCustomer ? "" : " to the customer"):\n\n" + quoted(text)
        case .noted(let text): return title + "Internal note of \(who):\n\n" + quoted(text)
        case .resolved(let resolution):
            let verdict = policy.name(of: resolution.verdict, in: \.verdicts)
            return title + "\(who) resolved the case. Verdict: \(verdict).\n\n" + quoted(resolution.narrative)
        default:
            let sentence = sentences.line(entry).1
            return title + PlainText.of(sentence) + "\n\n"
        }
    }

    private static func quoted(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { "> \($0)" }.joined(
            separator: "\n") + "\n\n"
    }
}

/// Markup of ours as plain text: for exports that reuse sentences of pages.
enum PlainText {
    static func of(_ html: HTML) -> String {
        var text = ""
        var isTag = false
        for character in html.text {
            switch character {
            case "<": isTag = true
            case ">" where isTag: isTag = false
            case _ where isTag: continue
            default: text.append(character)
            }
        }
        for (entity, plain) in [
            ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&"),
        ] {
            text = text.replacing(entity, with: plain)
        }
        return text
    }
}
