import Domain
import HTTPTypes
import Storage
import Web

/// The page of one case: what is known, who has it, what to write, and all that happened.
enum CasePages {
    struct Content: Sendable {
        var this: SupportCase
        var entries: [Recorded<CaseFact>]
        var entryCount: Int
        var names: [String: String]
        var story: Story
        var authors: [(id: String, count: Int)]
        /// The versions of entries that name cases which the reader may not know of.
        var hidden: Set<Int>
        /// What stands beside entries, by version: where they were split off to.
        var marks: [Int: HTML]
        /// What stands between entries.
        var asides: [CaseAside]
        var seen: Visit?
        var presence: HTML
        var requester: Person?
        var organisation: (name: String, tier: String)?
        var contacts: Int
        var replyDraft: (text: String, savedAt: Timestamp)?
        var noteDraft: (text: String, savedAt: Timestamp)?
        var lastSequence: Int64
        var parts: [CasePart]
        var actions: [CaseAction]
        /// Who looks, with the rights that are left at this case.
        var actor: Actor
        var notices: HTML
        var brief: HTML
        var work: HTML
        var side: HTML
    }

    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let show = CaseTimeline.Selection(call.request)
        let content = try await load(call, show, services)
        if let number = CaseAlias.target(call, content.this) {
            return .seeOther("/cases/\(number)?from=\(call.request.parameter("id"))")
        }
        var reading = call
        reading.actor = content.actor
        let view = CaseView(
            content: content, policy: services.policy.current, now: services.clock(), call: reading,
            selection: show,
            newKey: { newIdentifier(at: services.clock()) })
        var page = Page("\(content.this.number) \(content.this.subject)", here: "/cases", main: view.main)
        page.events = "/cases/\(content.this.number)/events"
        page.presence = "/cases/\(content.this.number)/presence"
        page.bar = view.actionBar
        try await VisitStore.keep(
            content.seen, kind: SupportCase.kind, id: content.this.id.raw, of: call.actor, services)
        var shown = call
        shown.preferences.unread = try await NotificationsDirectory.noteLook(
            at: content.this, by: call.actor, unread: call.preferences.unread, services)
        return services.page(page, for: shown)
    }

    private static func load(
        _ call: SignedInCall, _ selection: CaseTimeline.Selection, _ services: Services
    ) async throws -> Content {
        let (policy, now, parts) = (services.policy.current, services.clock(), services.catalog.caseParts)
        return try await services.database.read { tx in
            let this = try CaseAlias.find(call, in: tx)
            let context = try CasePartContext(this, for: call, policy: policy, now: now, in: tx)
            let story = Story(context.history.facts.map(\.body))
            let filter = selection.filter(story)
            // What the history holds is not read from its text once more.
            let known = Dictionary(context.history.facts.map { ($0.sequence, $0) }) { first, _ in first }
            let entries = try tx.all(
                EntryStore.entries(
                    of: this.ref, filter, after: selection.after, before: selection.before,
                    limit: CaseTimeline.pageSize + 1, isOldestFirst: selection.isOldestFirst)
            ) { try known[$0.integer(0)] ?? JournalStore.fact($0).decoded(as: CaseFact.self) }
            let authors = try tx.all(EntryStore.actors(of: this.ref)) {
                (id: $0.text(0), count: Int($0.integer(1)))
            }
            let people =
                entries.flatMap { [$0.actor] + $0.body.people } + authors.map(\.id)
                + [this.owner?.raw].compactMap { $0 }
            return Content(
                this: this, entries: entries,
                entryCount: filter.isAll
                    ? this.version.number
                    : try tx.first(EntryStore.entryCount(of: this.ref, filter)) { Int($0.integer(0)) } ?? 0,
                names: try PeopleDirectory.names(of: people, in: tx),
                story: story, authors: authors,
                hidden: try CaseDirectory.hidden(entries, from: call.actor, in: tx),
                marks: try RelationStrands.marks(context, in: tx),
                asides: selection.by == nil
                    ? try parts.asides(context, view: selection.show, in: tx) : [],
                seen: try VisitStore.look(
                    kind: SupportCase.kind, id: this.id.raw, version: this.version.number, of: call.actor,
                    at: now, in: tx),
                presence: try PresenceStore.words(on: this.id, for: call.actor, at: now, in: tx),
                requester: try this.requester.flatMap { try PeopleDirectory.find($0.raw, in: tx) },
                organisation: context.organisation.map { ($0.name, $0.tier) },
                contacts: try this.organisation.flatMap {
                    try PeopleDirectory.contactCounts(of: [$0], in: tx)[$0]
                } ?? 0,
                replyDraft: try DraftStore.find(key: "case/\(this.id)/reply", of: call.actor, in: tx),
                noteDraft: try DraftStore.find(key: "case/\(this.id)/note", of: call.actor, in: tx),
                lastSequence: entries.map(\.sequence).max() ?? 0,
                parts: parts, actions: parts.flatMap { $0.actions(context) }, actor: context.actor,
                notices: try parts.html(.notice, context, in: tx),
                brief: try parts.html(.brief, context, in: tx),
                work: try parts.html(.work, context, in: tx), side: try parts.html(.side, context, in: tx))
        }
    }
}

extension CaseFact {
    /// What an imported row says about the case; nil for other facts.
    var importedSet: [String: String]? {
        switch self {
        case .imported(_, let row), .changeImported(let row): row.set
        default: nil
        }
    }

    /// The people whom the fact names, beside who did it.
    var people: [String] {
        switch self {
        case .ownerChanged(let owner, _): [owner]
        case .imported(_, let row), .changeImported(let row): [row.set["owner"]].compactMap { $0 }
        default: family?.people ?? []
        }
    }
}

/// The parts of the case page, made from what was loaded.
struct CaseView {
    let content: CasePages.Content
    let policy: Policy
    let now: Timestamp
    let call: SignedInCall
    let selection: CaseTimeline.Selection
    let newKey: () -> String

    private var this: SupportCase { content.this }
    private var path: String { "/cases/\(this.number)" }
    private var actor: Actor { call.actor }

    private var mayReply: Bool {
        actor.may("case.reply") && this.organisation != nil && this.maySpeak(actor)
    }

    private func person(_ id: String?) -> String { id.flatMap { content.names[$0] } ?? "Somebody" }

    var main: HTML {
        let timeline = timeline
        return """
            <nav class="crumb" aria-label="Breadcrumb"><a href="/cases">Queue</a><span aria-hidden="true">/</span><span>\(this.number)</span></nav>
            \(head)\(content.notices)<div class="case"><div class="work">
            \(brief)\(content.work)
            <section class="stack" aria-labelledby="tl-h"><div><div class="sec"><h2 id="tl-h">Timeline</h2><span class="dim f13" id="tl-n" data-live>\(grouped(content.entryCount)) entries, times in \(zoneName)</span>\(timelineViews)</div>
            \(composer)</div>
            \(pinForm)\(timeline.list)\(timeline.older)</section></div>
            \(side)</div>
            """
    }

    private var timeline: CaseTimeline {
        CaseTimeline(
            entries: content.entries,
            sentences: CaseSentence(policy: policy, names: content.names, parts: content.parts), now: now,
            selection: selection, path: path, organisation: content.organisation?.name, story: content.story,
            mayCurate: actor.may("case.note"), reader: actor.id, seen: content.seen?.before,
            hidden: content.hidden, marks: content.marks, asides: content.asides)
    }

    /// Carries the buttons of all entries, which stand outside of it.
    private var pinForm: HTML {
        guard actor.may("case.note") else { return .empty }
        return """
            <form id="pins" method="post" action="\(path)/pin_entry" data-enhance="stay" data-land="timeline"><input type="hidden" name="_return" value="\(path)?\(selection.query())"><p class="form-error" data-form-error role="alert"></p></form>
            """
    }

    private var timelineViews: HTML {
        func link(_ show: String, _ title: String) -> HTML {
            """
            <a href="\(path)?\(selection.query(show: show))#tl-h"\(show == selection.show ? " aria-current=\"true\"" : .empty)>\(title)</a>
            """
        }
        let order = selection.query(isOldestFirst: !selection.isOldestFirst)
        return """
            <nav class="views" aria-label="Show">\(link("story", "Story"))\(link("all", "Everything"))<a href="\(path)?\(order)#tl-h">\(selection.isOldestFirst ? "Newest first" : "Oldest first")</a></nav>\(timelineFilter)\(exports)
            """
    }

    private var timelineFilter: HTML {
        let views = CaseTimeline.Selection.views.map { view -> HTML in
            "<option value=\"\(view.id)\"\(.flag("selected", view.id == selection.show))>\(view.title)</option>"
        }
        let story: HTML =
            selection.show == "story" ? "<option value=\"story\" selected>The story</option>" : .empty
        let people = content.authors.map { author -> HTML in
            "<option value=\"\(author.id)\"\(.flag("selected", author.id == selection.by))>\(person(author.id)) (\(author.count))</option>"
        }
        let order: HTML =
            selection.isOldestFirst ? "<input type=\"hidden\" name=\"order\" value=\"oldest\">" : .empty
        return """
            <details class="menu" id="tl-filter"><summary>Filter</summary><form class="menu-box" action="\(path)#tl-h">\(order)<label for="tl-show">Kind</label><select class="input" id="tl-show" name="show">\(story)\(views)</select><label for="tl-by">By</label><select class="input" id="tl-by" name="by"><option value="">Anybody</option>\(people)</select><button class="btn">Show</button></form></details>
            """
    }

    private var exports: HTML {
        func link(_ format: String, _ query: String, _ title: String) -> HTML {
            "<li><a href=\"\(path)/timeline.\(format)\(query)\" download>\(title)</a></li>"
        }
        return """
            <details class="menu" id="tl-export"><summary>Export</summary><div class="menu-box"><p>For colleagues, with everything</p><ul>\(link("md", "?layer=story", "Story, Markdown"))\(link("json", "?layer=story", "Story, JSON"))\(link("md", "", "Whole log, Markdown"))\(link("json", "", "Whole log, JSON"))</ul><p>For the customer, nothing internal</p><ul>\(link("md", "?for=customer", "Markdown"))\(link("json", "?for=customer", "JSON"))</ul></div></details>
            """
    }

    private var head: HTML {
        let owner: HTML =
            this.owner == nil
            ? "<span class=\"warn\">No owner</span>" : "<span>Owner \(person(this.owner?.raw))</span>"
        let organisation: HTML =
            if let id = this.organisation, let found = content.organisation {
                "<a href=\"/organisations/\(id.raw)\">\(found.name)</a>"
            } else {
                "<span>Internal request</span>"
            }
        return """
            <div class="head" id="case-head" data-live><div><h1 dir="auto">\(this.subject)</h1>
            <div class="meta"><span class="sev s\(severityRank)">\(severityName)</span>\(QueuePages.state(this.status, policy))\(owner)\(organisation)\(reopened)</div></div>
            <div class="btns wide-only">\(resolveButton)\(composeButtons)</div></div>

            """
    }

    private var severityRank: Int {
        min((policy.severities.firstIndex { $0.id == this.severity } ?? 3) + 1, 4)
    }
    private var severityName: String { policy.severity(this.severity)?.name ?? this.severity.raw }

    private var reopened: HTML {
        guard this.reopenCount > 0 else { return .empty }
        return
            "<span class=\"dim\">reopened \(this.reopenCount == 1 ? "once" : "\(this.reopenCount) times")</span>"
    }

    private var isDone: Bool { [.resolved, .closed].contains(policy.phase(of: this.status)) }

    private var resolveButton: HTML {
        guard this.mergedInto == nil else { return .empty }
        if isDone {
            guard actor.may("case.reopen") else { return .empty }
            return "<a class=\"btn\" href=\"\(path)/reopen\">Reopen</a>"
        }
        guard actor.may("case.resolve") else { return .empty }
        return "<a class=\"btn\" href=\"\(path)/resolve\">Resolve</a>"
    }

    private var composeButtons: HTML {
        guard this.mergedInto == nil else { return .empty }
        let note: HTML =
            actor.may("case.note")
            ? "<a class=\"btn\" href=\"?as=note#compose\" data-compose=\"note\">\(icon("lock"))Note<kbd>n</kbd></a>"
            : .empty
        let reply: HTML =
            mayReply
            ? "<a class=\"btn go\" href=\"?as=reply#compose\" data-compose=\"reply\">\(icon("send"))Reply<kbd>r</kbd></a>"
            : .empty
        return note + reply
    }

    var actionBar: HTML {
        guard actor.may("case.note"), this.mergedInto == nil else { return .empty }
        let reply: HTML =
            mayReply
            ? "<a class=\"btn go\" href=\"?as=reply#compose\" data-compose=\"reply\">\(icon("send"))Reply</a>"
            : .empty
        return """
            <nav class="actbar" aria-label="Write or act">\(reply)<a class="btn" href="?as=note#compose" data-compose="note">\(icon("lock"))Note</a><a class="btn" href="#side" aria-label="More actions">\(icon("more"))</a></nav>
            """
    }

    // MARK: Brief

    private var brief: HTML {
        let edit: HTML =
            actor.may("case.edit")
            ? " <a href=\"\(path)/edit\">Edit<span class=\"sr\"> problem statement</span></a>" : .empty
        let problem: HTML =
            this.problemStatement.map { "<p class=\"text\" dir=\"auto\">\($0)</p>" }
            ?? "<p class=\"dim\">Not stated yet. Write in your own words what is really wrong.</p>"
        return """
            <section class="card brief" id="brief" aria-label="Brief" data-live>
            <div><h2 class="lbl">Problem\(edit)</h2>\(problem)</div>
            <div><h2 class="lbl">In the reporter’s words</h2><blockquote class="verbatim text" dir="auto">\(symptom)</blockquote><p class="by">\(reportedBy)</p></div>
            \(content.brief)\(facts)
            </section>

            """
    }

    /// Long words of the reporter are folded after some lines, never cut.
    private var symptom: HTML {
        let limit = 1200
        guard this.symptom.count > limit else { return "\(this.symptom)" }
        if let beginning = LongText.beginning(of: this.symptom) {
            return """
                \(String(beginning.prefix(limit))) … <a href="\(path)/entries/first">All of it (\(LongText.size(of: this.symptom)))</a>
                """
        }
        let end = this.symptom.index(this.symptom.startIndex, offsetBy: limit)
        return """
            \(String(this.symptom[..<end]))<details><summary>All of it (\(grouped(this.symptom.count)) characters)</summary>\(String(this.symptom[end...]))</details>
            """
    }

    private var reportedBy: HTML {
        let name = content.requester?.name ?? (this.organisation == nil ? "A colleague" : "The customer")
        return "\(name), \(time(this.reportedAt, now: now)), \(policy.name(of: this.channel, in: \.channels))"
    }

    private var facts: HTML {
        var pairs: [HTML] = this.impact.words(policy).map {
            "<div><dt>\($0.label)</dt><dd dir=\"auto\">\($0.value)</dd></div>"
        }
        for (label, moment) in [
            ("Began", this.beganAt), ("First noticed", this.noticedAt), ("Reported", this.reportedAt),
        ] {
            guard let moment else { continue }
            pairs.append("<div><dt>\(label)</dt><dd>\(time(moment, now: now))</dd></div>")
        }
        return "<dl class=\"facts\">\(pairs)</dl>"
    }

    // MARK: Composer

    private var composer: HTML {
        guard actor.may("case.note"), this.mergedInto == nil else { return .empty }
        let canReply = mayReply
        let asNote = !canReply || call.request.query("as") == "note"
        let replyChoice: HTML =
            canReply
            ? """
            <label><input type="radio" name="as" id="as-reply" value="reply" data-key="r" data-key-focus="reply-text" aria-keyshortcuts="r"\(.flag("checked", !asNote))>\(icon("send"))Reply to customer</label>
            """ : .empty
        return """
            <div class="compose" id="compose">\(content.presence)<div class="who-reads" role="radiogroup" aria-label="Who will read this">\(replyChoice)<label><input type="radio" name="as" id="as-note" value="note" data-key="n" data-key-focus="note-text" aria-keyshortcuts="n"\(.flag("checked", asNote))>\(icon("lock"))Internal note</label></div>
            \(canReply ? replyForm : .empty)\(noteForm)</div>
            """
    }

    private func draftField(_ name: String, _ draft: (text: String, savedAt: Timestamp)?, placeholder: String)
        -> HTML
    {
        """
        <textarea class="input" id="\(name)-text" name="text" rows="4" autocomplete="off"\(fieldDirection(of: draft?.text ?? "")) required placeholder="\(placeholder)" data-draft="case/\(this.id.raw)/\(name)" data-draft-at="\(draft.map { String($0.savedAt.microseconds / 1000) } ?? "")">
        \(draft?.text ?? "")</textarea><input type="hidden" name="_draft" value="case/\(this.id.raw)/\(name)">
        """
    }

    private var replyForm: HTML {
        let organisation = content.organisation?.name ?? "the customer"
        let others = content.contacts - (content.requester == nil ? 0 : 1)
        let readers: String = {
            guard let requester = content.requester?.name else {
                return content.contacts == 1 ? "1 person" : "\(grouped(content.contacts)) people"
            }
            return others > 0 ? "\(requester) and \(others) \(others == 1 ? "other" : "others")" : requester
        }()
        let next = (policy.status(this.status)?.next ?? []).filter {
            [.open, .waiting, .mitigated, .verifying].contains(policy.phase(of: $0))
        }
        let chosen = call.request.query("status")
        let options = next.compactMap { policy.status($0) }.map {
            "<option value=\"\($0.id.raw)\"\(.flag("selected", $0.id.raw == chosen))>\($0.name)</option>"
                as HTML
        }
        let current = policy.status(this.status)?.name ?? this.status.raw
        return """
            <form class="as-reply" id="reply" method="post" action="\(path)/reply" data-enhance data-land="compose">\(FormView.hidden(key: newKey(), base: nil))<p class="audience">\(icon("globe"))<span><b>Public.</b> Read by \(readers) at \(organisation), in their portal</span></p>
            <label class="sr" for="reply-text">Reply to \(organisation)</label>\(draftField("reply", content.replyDraft, placeholder: "Say what is known, what you need from them and when you write again"))
            <p class="form-error" data-form-error role="alert"></p>
            \(fromTemplate)<div class="send"><span class="draft-state" data-draft-state role="status"></span><a href="\(path)/templates">Insert template</a><a href="\(path)/write_update">Write in parts</a><label for="next-update">We write again by <input class="input time" id="next-update" name="next_update_at" placeholder="2026-11-20T09:30" size="16" autocomplete="off"> <span class="dim f13">\(zoneName)</span></label><label for="then">Then <select class="input" id="then" name="status"><option value="">leave it \(current)</option>\(options)</select></label><button class="btn go">Send to \(organisation)<kbd>Ctrl ↵</kbd></button></div></form>

            """
    }

    /// What a template brings along beside its words, in fields, so that nothing happens unseen.
    private var fromTemplate: HTML {
        guard let template = call.request.query("template") else { return .empty }
        let hidden: HTML = "<input type=\"hidden\" name=\"template\" value=\"\(template)\">"
        guard let action = call.request.query("next_action") else { return hidden }
        return """
            \(hidden)<div class="send"><label for="next-text">Next action <input class="input" id="next-text" name="next_action" value="\(action)" dir="auto" autocomplete="off"></label><label for="next-due">due <input class="input time" id="next-due" name="next_action_due_at" value="\(call.request.query("next_action_due_at") ?? "")" size="16" autocomplete="off"></label></div>

            """
    }

    private var noteForm: HTML {
        """
        <form class="as-note" id="note" method="post" action="\(path)/note" data-enhance data-land="compose">\(FormView.hidden(key: newKey(), base: nil))<p class="audience">\(icon("lock"))<span><b>Internal.</b> Only \(policy.organisation) reads this. It never leaves the house and is never shown in the portal.</span></p>
        <label class="sr" for="note-text">Internal note</label>\(draftField("note", content.noteDraft, placeholder: "What you saw, tried or were told"))
        <p class="form-error" data-form-error role="alert"></p>
        <div class="send"><span class="draft-state" data-draft-state role="status"></span><label for="happened">Happened at <input class="input time" id="happened" name="occurred_at" placeholder="now" size="16" autocomplete="off"> <span class="dim f13">\(zoneName)</span></label><button class="btn internal">Save internal note<kbd>Ctrl ↵</kbd></button></div></form>
        """
    }

    // MARK: Side

    private var side: HTML {
        """
        <aside class="card clip" id="side" aria-label="Details" data-live>
        \(actions)\(customer)\(content.side)\(details)
        </aside>
        """
    }

    /// What is done often in sight, the rest folded by what it is about; all of it is in the palette too.
    private var actions: HTML {
        guard this.mergedInto == nil else { return .empty }
        let groups = Dictionary(grouping: allActions.filter { actor.may($0.right) }, by: \.group)
        let folded = CaseAction.Group.allCases.filter { $0 != .often }.compactMap { group -> HTML? in
            groups[group].map { actions in
                "<details class=\"more-acts\" id=\"acts-\(String(describing: group))\"><summary>\(group.rawValue)</summary>\(actions.map(link(to:)))</details>"
            }
        }
        guard !groups.isEmpty else { return .empty }
        return """
            <section class="panel"><header><h2>Actions</h2></header><nav class="acts" aria-label="Case actions">\((groups[.often] ?? []).map(link(to:)))\(folded)</nav></section>

            """
    }

    private func link(to action: CaseAction) -> HTML {
        let key: HTML = action.key.map { " data-key=\"\($0)\" aria-keyshortcuts=\"\($0)\"" } ?? .empty
        let cap: HTML = action.key.map { "<kbd>\($0)</kbd>" } ?? .empty
        return "<a href=\"\(path)/\(action.verb)\"\(key)>\(icon(action.icon))\(action.title)\(cap)</a>"
    }

    private var allActions: [CaseAction] {
        var all: [CaseAction] = []
        if policy.phase(of: this.status) != .closed {
            all.append(CaseAction("case.assign", "assign", icon: "me", "Assign", key: "a"))
        }
        if !isDone {
            all.append(CaseAction("case.change_status", "change_status", icon: "s-work", "Change status"))
        }
        all += [
            CaseAction("case.edit", "edit", icon: "edit", "Edit problem and fields"),
            CaseAction(
                "case.change_severity", "change_severity", icon: "rank", "Change severity", in: .effect),
            CaseAction("case.edit", "record_impact", icon: "edit", "Record impact", in: .effect),
            CaseAction("case.edit", "record_times", icon: "clock", "Record when it began", in: .effect),
        ]
        all += content.actions
        if isDone {
            if policy.phase(of: this.status) == .resolved {
                all.append(CaseAction("case.close", "close", icon: "s-closed", "Close"))
            }
            all.append(CaseAction("case.reopen", "reopen", icon: "s-again", "Reopen"))
        } else {
            all.append(CaseAction("case.resolve", "resolve", icon: "check", "Resolve"))
        }
        return all
    }

    private func pair(_ label: String, _ value: String?) -> HTML {
        guard let value else { return "<dt>\(label)</dt><dd class=\"dim\">not set</dd>" }
        return "<dt>\(label)</dt><dd dir=\"auto\">\(value)</dd>"
    }

    private var details: HTML {
        // The catalogue is for requests of colleagues.
        let fields = CaseFact.ClassifyingField.allCases.filter {
            ![.service, .department].contains($0) || this.organisation == nil && !policy.catalogue.isEmpty
        }
        let words = fields.map { field in
            (
                label: field.label,
                value: field == .rootCause
                    ? this.rootCauseWords(policy)
                    : this.classification[field].map { policy.name(of: $0, in: field.terms) }
            )
        }
        let known = words.filter { $0.value != nil }.map { pair($0.label, $0.value) }
        let missing = words.filter { $0.value == nil }.map(\.label)
        let unset: HTML =
            missing.isEmpty
            ? .empty : "<p class=\"by\">Not set: \(missing.joined(separator: ", ").lowercased())</p>"
        let kind = policy.requestTypes.first { $0.id == this.requestType }?.name ?? this.requestType
        return """
            <section class="panel"><header><h2>Case</h2></header><dl class="pairs">\(pair("Number", this.number))\(pair("Severity", "\(severityName) (\(policy.severity(this.severity)?.alias ?? ""))"))\(pair("Kind", kind))\(pair("Channel", policy.name(of: this.channel, in: \.channels)))\(known)\(stamps)</dl>\(unset)</section>

            """
    }

    private var stamps: HTML {
        let stamps: [(String, Timestamp?)] = [
            ("Opened", this.openedAt), ("First reply", this.firstReplyAt), ("Mitigated", this.mitigatedAt),
            ("Resolved", this.resolvedAt), ("Closed", this.closedAt),
        ]
        return HTML.joined(
            stamps.compactMap { label, moment in
                moment.map { "<dt>\(label)</dt><dd>\(time($0, now: now))</dd>" as HTML }
            }, by: .empty)
    }

    private var customer: HTML {
        guard let id = this.organisation, let found = content.organisation else { return .empty }
        return """
            <section class="panel"><header><h2>Customer</h2><a href="/organisations/\(id.raw)">Account</a></header><dl class="pairs"><dt>Name</dt><dd><b>\(found.name)</b></dd>\(pair("Tier", policy.name(of: found.tier, in: \.tiers)))\(pair("Contact", content.requester?.name))</dl></section>

            """
    }
}
