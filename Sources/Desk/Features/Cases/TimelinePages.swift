import Domain
import Storage
import Web

/// All that happened to a case, for staff or for the customer, as pages show it.
struct CaseTimeline {
    /// How many entries a page shows at once; older ones are a link away.
    static let pageSize = 100

    /// Which entries a page shows, and in which order.
    struct Selection: Sendable {
        /// A part of the log that can be looked at by itself.
        struct View: Sendable {
            var id: String
            var title: String
            var kinds: [String]
        }

        var show = "all"
        var by: String?
        var isOldestFirst = false
        var before = Int.max
        var after = 0

        init(_ request: WebRequest) {
            if let show = request.query("show"),
                show == "story" || Self.views.contains(where: { $0.id == show })
            {
                self.show = show
            }
            by = request.query("by").flatMap { $0.isEmpty || $0.utf8.count > 100 ? nil : $0 }
            isOldestFirst = request.query("order") == "oldest"
            if let before = request.query("before").flatMap({ Int($0) }), before > 0 { self.before = before }
            if let after = request.query("after").flatMap({ Int($0) }), after > 0 { self.after = after }
        }

        static let views = [
            View(id: "all", title: "Everything", kinds: []),
            View(id: "messages", title: "Messages", kinds: messages),
            View(id: "notes", title: "Notes", kinds: notes),
            View(
                id: "facts", title: "Facts",
                kinds: CaseFact.allKinds.filter { !["case.replied", "case.noted"].contains($0) }),
            View(id: "investigation", title: "Investigation", kinds: InvestigationFact.kinds),
            View(id: "evidence", title: "Evidence", kinds: CaseEvidenceFact.kinds),
            View(id: "people", title: "People and promises", kinds: CoordinationFact.kinds),
            View(id: "huddles", title: "Huddles", kinds: HuddleFact.kinds),
            View(id: "links", title: "Links", kinds: RelationFact.kinds),
            View(id: "forms", title: "Forms", kinds: CaseFormFact.kinds),
            View(id: "customer", title: "Contract and alerts", kinds: CaseCustomerFact.kinds),
            View(id: "mail", title: "Mail", kinds: CaseMailFact.kinds),
            View(id: "clocks", title: "Clocks", kinds: ClockFact.kinds),
            View(id: "hands", title: "Hand-overs", kinds: HandoffFact.kinds),
            View(id: "outward", title: "Reviews and reminders", kinds: OutwardFact.kinds),
            View(id: "routing", title: "Triage and routing", kinds: RoutingFact.kinds),
            View(id: "watches", title: "Watched fixes", kinds: FixWatchFact.kinds),
            View(id: "quality", title: "Reviews of quality", kinds: QualityFact.kinds),
            View(id: "surveys", title: "Surveys", kinds: SurveyFact.kinds),
            View(id: "notices", title: "Notices by law and contract", kinds: NoticeFact.kinds),
            View(id: "defects", title: "Answers of engineering", kinds: DefectFact.kinds),
        ]

        /// What went between us and the customer.
        private static let messages = [
            "case.opened", "case.replied", "case.resolved", "case.reopened", "case.customer_asked",
            "case.customer_answered", "case.customer_confirmed", "case.evidence_requested",
            "case.evidence_given", "case.answer_reminded",
        ]

        /// What colleagues wrote for each other.
        private static let notes = [
            "case.noted", "case.note_structured", "case.call_noted", "case.huddle_noted",
        ]

        /// Which facts the page asks for.
        func filter(_ story: Story) -> EntryFilter {
            var filter = EntryFilter()
            if show == "story" {
                filter.kinds = Story.kinds
                (filter.also, filter.except) = (story.pinned.sorted(), story.unpinned.sorted())
            } else {
                filter.kinds = Self.views.first { $0.id == show }?.kinds ?? []
            }
            filter.actor = by
            return filter
        }

        /// The query of this selection with some parts exchanged, as it stands in an address.
        func query(show: String? = nil, isOldestFirst: Bool? = nil, _ more: String = "") -> String {
            var parts = ["show=\(show ?? self.show)"]
            if let by { parts.append("by=\(percentEncoded(by))") }
            if isOldestFirst ?? self.isOldestFirst { parts.append("order=oldest") }
            if !more.isEmpty { parts.append(more) }
            return parts.joined(separator: "&")
        }
    }

    let entries: [Recorded<CaseFact>]
    let sentences: CaseSentence
    let now: Timestamp
    let selection: Selection
    let path: String
    let organisation: String?
    var story = Story()
    /// Whether the reader may put entries into the story and leave them out.
    var mayCurate = false
    /// Who reads, and up to where they had read when they last looked.
    var reader = ""
    var seen: (at: Timestamp, version: Int)?
    /// The versions of entries that the reader may not see.
    var hidden: Set<Int> = []
    /// What stands beside entries, by version.
    var marks: [Int: HTML] = [:]
    /// What stands between entries, by its time.
    var asides: [CaseAside] = []

    private var shown: [Recorded<CaseFact>] {
        let sorted = entries.prefix(Self.pageSize).filter { !hidden.contains($0.version.number) }.sorted {
            ($0.occurredAt, $0.version) > ($1.occurredAt, $1.version)
        }
        return selection.isOldestFirst ? sorted.reversed() : sorted
    }

    /// The entries, with a mark for each day and one for what is new to the reader.
    var list: HTML {
        let shown = shown
        let asides = asides(among: shown)
        guard !shown.isEmpty || !asides.isEmpty else {
            return
                "<ol class=\"tl\" id=\"timeline\" data-live><li class=\"dim\">Nothing of this kind yet.</li></ol>"
        }
        let mark = placeOfMark(in: shown)
        var items = shown.enumerated().map { index, entry in
            let new: HTML = if index == mark, let seen { newMark(seen.at) } else { .empty }
            return (at: entry.occurredAt, html: item(entry), before: new)
        }
        for aside in asides {
            let place = items.firstIndex {
                selection.isOldestFirst ? $0.at > aside.at : $0.at <= aside.at
            }
            items.insert((aside.at, item(aside), .empty), at: place ?? items.count)
        }
        var html: HTML = ""
        var day = ""
        for item in items {
            html += item.before
            if item.at.day != day {
                day = item.at.day
                html += "<li class=\"day\" data-day>\(dayWords(for: item.at, now: now))</li>\n"
            }
            html += item.html
        }
        let label = selection.isOldestFirst ? "Timeline, oldest first" : "Timeline, newest first"
        return "<ol class=\"tl\" id=\"timeline\" aria-label=\"\(label)\" data-live>\(html)</ol>\n"
    }

    /// Those that lie within the time that this page of the timeline shows, in its order.
    private func asides(among shown: [Recorded<CaseFact>]) -> [CaseAside] {
        let times = shown.map(\.occurredAt)
        let goesOn = entries.count > Self.pageSize
        let (isFirst, isOldest) = (selection.before == .max && selection.after == 0, selection.isOldestFirst)
        let hasOlder = isOldest ? !isFirst : goesOn
        let hasNewer = isOldest ? goesOn : !isFirst
        return asides.filter { aside in
            (!hasOlder || times.min().map { aside.at >= $0 } ?? true)
                && (!hasNewer || times.max().map { aside.at < $0 } ?? true)
        }.sorted { isOldest ? $0.at < $1.at : $0.at > $1.at }
    }

    private func item(_ aside: CaseAside) -> HTML {
        """
        <li><span class="node">\(icon(aside.icon))</span><p class="fact"><span>\(aside.words)</span>\(clockTime(aside.at, class: "at"))</p></li>

        """
    }

    private func isNew(_ entry: Recorded<CaseFact>) -> Bool {
        guard let seen else { return false }
        return entry.version.number > seen.version && entry.actor != reader
    }

    /// Where what the reader saw before meets what is new; nil where all or nothing is new.
    private func placeOfMark(in shown: [Recorded<CaseFact>]) -> Int? {
        guard seen != nil else { return nil }
        let place =
            selection.isOldestFirst
            ? shown.firstIndex(where: isNew) : shown.lastIndex(where: isNew).map { $0 + 1 }
        guard let place, place > 0, place < shown.count else { return nil }
        return place
    }

    private func newMark(_ moment: Timestamp) -> HTML {
        let words = selection.isOldestFirst ? "New below" : "New above"
        return """
            <li class="seen" id="seen">\(words), you last looked at \(time(moment, now: now))</li>

            """
    }

    /// The way to the entries that follow.
    var older: HTML {
        guard entries.count > Self.pageSize, let last = entries.prefix(Self.pageSize).last else {
            return .empty
        }
        let number = last.version.number
        let (query, words) =
            selection.isOldestFirst
            ? (selection.query("after=\(number)"), "Show later entries")
            : (selection.query("before=\(number)"), "Show older entries")
        return """
            <p class="more" id="more"><a class="btn" href="\(path)?\(query)" data-more="timeline">\(words)</a></p>
            """
    }

    private func name(_ id: String) -> String { sentences.name(id) }

    private func item(_ entry: Recorded<CaseFact>) -> HTML {
        switch entry.body {
        case .replied(let text, let fromCustomer): message(entry, text, isFromCustomer: fromCustomer)
        case .noted(let text): note(entry, text)
        case .resolved(let resolution): resolved(entry, resolution)
        default: ofPart(entry) ?? fact(entry)
        }
    }

    /// The entry as the feature shows it whose fact it is, where it is more than a line.
    private func ofPart(_ entry: Recorded<CaseFact>) -> HTML? {
        guard entry.body.family != nil else { return nil }
        for part in sentences.parts {
            if let html = part.entry(entry, sentences) { return html }
        }
        return nil
    }

    /// Puts the entry into the story, or leaves it out.
    private func pin(_ entry: Recorded<CaseFact>) -> HTML {
        let isTold = story.tells(entry.sequence, kind: entry.body.kind)
        guard mayCurate else { return .empty }
        if case .story = entry.body { return .empty }
        let (verb, words) =
            isTold ? ("unpin_entry", "In the story, leave it out") : ("pin_entry", "Put into the story")
        return """
            <button class="pin" form="pins" formaction="\(path)/\(verb)" name="entry" value="\(String(entry.sequence))" title="\(words)" aria-label="\(words): entry \(String(entry.sequence))" aria-pressed="\(isTold ? "true" : "false")">\(icon("pin"))</button>
            """
    }

    /// Words that people typed; of very long ones the beginning, and the way to all of them.
    private func prose(_ text: String, of entry: Recorded<CaseFact>) -> HTML {
        guard let cut = LongText.beginning(of: text) else {
            return "<div class=\"text\" dir=\"auto\">\(text)</div>"
        }
        return """
            <div class="text" dir="auto">\(cut)</div><p class="rest"><a href="\(path)/entries/\(String(entry.sequence))">All of it (\(LongText.size(of: text)))</a></p>
            """
    }

    private func anchor(_ entry: Recorded<CaseFact>) -> HTML {
        """
        <a class="at" href="#e-\(entry.version.number)">\(clockTime(entry.occurredAt))</a>
        """
    }

    /// Says so where an entry was made later than what it tells of.
    private func late(_ entry: Recorded<CaseFact>) -> HTML {
        let mark = marks[entry.version.number] ?? .empty
        guard entry.isLate else { return mark }
        return mark + "<span class=\"late\">entered later, \(time(entry.recordedAt, now: now))</span>"
    }

    private func message(_ entry: Recorded<CaseFact>, _ text: String, isFromCustomer: Bool) -> HTML {
        let who = name(entry.actor)
        let way: HTML =
            isFromCustomer
            ? "<span class=\"dim\">\(organisation ?? "customer")</span>"
            : "<span class=\"way\">\(icon("send"))Reply to \(organisation ?? "the customer")</span>"
        return """
            <li id="e-\(entry.version.number)"><span class="node"><span class="av\(isFromCustomer ? " cust" : "")" aria-hidden="true">\(Person.initials(of: who))</span></span><article class="msg \(isFromCustomer ? "in" : "out")"><header><b>\(who)</b>\(way)\(late(entry))\(anchor(entry))\(pin(entry))</header>\(prose(text, of: entry))</article></li>

            """
    }

    private func note(_ entry: Recorded<CaseFact>, _ text: String) -> HTML {
        let who = name(entry.actor)
        return """
            <li id="e-\(entry.version.number)"><span class="node"><span class="av" aria-hidden="true">\(Person.initials(of: who))</span></span><article class="msg int"><header><b>\(who)</b><span class="way">\(icon("lock"))Internal note</span>\(late(entry))\(anchor(entry))\(pin(entry))</header>\(prose(text, of: entry))</article></li>

            """
    }

    private func resolved(_ entry: Recorded<CaseFact>, _ resolution: CaseFact.Resolution) -> HTML {
        let verdict = sentences.policy.name(of: resolution.verdict, in: \.verdicts)
        let summary: HTML =
            resolution.customerSummary.map {
                "<dl class=\"pairs\"><dt>Told the customer</dt><dd class=\"text\" dir=\"auto\">\($0)</dd></dl>"
            } ?? .empty
        return """
            <li id="e-\(entry.version.number)"><span class="node">\(icon("s-done"))</span><article class="msg turn"><header><b>Resolved by \(name(entry.actor))</b><span class="tag good">\(icon("check"))Verdict: \(verdict)</span>\(anchor(entry))\(pin(entry))</header>\(prose(resolution.narrative, of: entry))\(summary)</article></li>

            """
    }

    private func fact(_ entry: Recorded<CaseFact>) -> HTML {
        let before = entries.first { $0.version.number == entry.version.number - 1 }
        let (symbol, sentence) = sentences.line(entry, after: before)
        return """
            <li id="e-\(entry.version.number)"><span class="node">\(icon(symbol))</span><p class="fact"><span>\(sentence)\(late(entry))</span>\(clockTime(entry.occurredAt, class: "at"))\(pin(entry))</p></li>

            """
    }
}

/// Words that are too long for a page among others.
enum LongText {
    /// More than anybody writes by hand; what is pasted can be far longer.
    static let mostBytes = 6000
    static let mostLines = 80

    /// The beginning of a long text, ending with a whole line where it can; nil for a text that is not long.
    static func beginning(of text: String) -> String? {
        var lines = 0
        var bytes = 0
        var end = text.startIndex
        for index in text.utf8.indices {
            bytes += 1
            if text.utf8[index] == 10 {
                lines += 1
                end = index
            }
            if lines >= mostLines || bytes > mostBytes {
                if end == text.startIndex { end = text.utf8.index(text.startIndex, offsetBy: mostBytes - 8) }
                // A place between two bytes of one character is moved to the character's beginning.
                return String(
                    text[..<(end.samePosition(in: text) ?? text.index(text.startIndex, offsetBy: 1000))])
            }
        }
        return nil
    }

    /// How long a text is, in words.
    static func size(of text: String) -> String {
        let lines = text.utf8.reduce(1) { $0 + ($1 == 10 ? 1 : 0) }
        return "\(grouped(lines)) \(lines == 1 ? "line" : "lines"), \(grouped(text.utf8.count)) bytes"
    }
}
