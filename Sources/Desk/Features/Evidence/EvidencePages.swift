import Diagnosis
import Domain
import HTTPTypes
import NIOCore
import Storage
import Web

/// The pages of evidence: all of a case, and one piece.
enum EvidencePages {
    static func routes(_ services: Services) -> [Route] {
        let view = Access.right("case.view")
        return [
            .signedIn(.get, "/cases/{id}/evidence", view) { call in try await list(call, services) },
            .signedIn(.get, "/cases/{id}/evidence/{number}", view) { call in
                try await EvidencePreviewPages.show(call, services)
            },
            .signedIn(.get, "/cases/{id}/evidence/{number}/content", view) { call in
                try await EvidenceReadPages.content(call, services)
            },
            .signedIn(.get, "/api/v1/cases/{id}/evidence/{number}/content", view) { call in
                try await EvidenceReadPages.content(call, services)
            },
            .signedIn(.get, "/portal/cases/{id}/evidence/{number}/content", .right("portal.view")) { call in
                try await EvidenceReadPages.content(call, services)
            },
            .signedIn(.get, "/cases/{id}/evidence/reads", .right("evidence.audit")) { call in
                try await EvidenceReadPages.ofCase(call, services)
            },
            .signedIn(.get, "/organisations/{id}/evidence_reads", .right("evidence.audit")) { call in
                try await EvidenceReadPages.ofOrganisation(call, services)
            },
        ]
    }

    /// What stands under the name of a piece: kind, size, time range, environment, sensitivity, where it comes from.
    static func facts(_ this: Evidence, _ policy: Policy, withRange: Bool = true) -> [HTML] {
        if let reason = this.removedReason { return ["Taken away: “\(isolated(reason))”"] }
        var facts: [HTML] = [
            "\(policy.evidence.name(ofType: policy.evidence.type(of: this)))",
            "\(EvidenceWords.size(this.size))",
        ]
        if withRange, let range = range(this) { facts.append(range) }
        if let environment = this.details[.environment] {
            facts.append("\(policy.name(of: environment, in: \.environments))")
        }
        let sensitivity = policy.evidence.sensitivity(of: this)
        if sensitivity.id != policy.evidence.sensitivities.first?.id || this.wasRestricted {
            facts.append("<b>\(sensitivity.name)</b>")
        }
        if let collector = this.details[.collector] { facts.append("by \(isolated(collector))") }
        if this.isFromCustomer { facts.append("from the customer") }
        if !this.clockFlags.isEmpty { facts.append("<span class=\"warn\">check its clock</span>") }
        return facts
    }

    /// The time that a piece covers, in UTC.
    static func range(_ this: Evidence) -> HTML? {
        // With the day in any case: evidence is read on other days than it is added.
        func stamp(_ moment: Timestamp) -> HTML {
            let added = this.addedAt
            return universalTime(moment, now: moment.day == added.day ? added.adding(seconds: 86_400) : added)
        }
        switch (this.coversFrom, this.coversTo) {
        case (let from?, let to?):
            let end = from.day == to.day ? universalTime(to, now: from) : stamp(to)
            return from == to ? stamp(from) : "\(stamp(from)) to \(end)"
        case (let from?, nil): return "from \(stamp(from))"
        case (nil, let to?): return "to \(stamp(to))"
        case (nil, nil): return nil
        }
    }

    // MARK: All evidence of a case

    struct Content: Sendable {
        var this: SupportCase
        var all: [Evidence]
        var state: CaseEvidence
        var names: [String: String]
        var uses: [String: Int]
    }

    static func list(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (actor, reference) = (call.actor, call.request.parameter("id"))
        let content = try await services.database.read { tx in
            let this = try CaseDirectory.find(reference, for: actor, in: tx)
            let all = try EvidenceDirectory.all(of: this.id, for: actor, in: tx)
            let state = try EvidenceDirectory.state(of: this.id, in: tx)
            var uses: [String: Int] = [:]
            for share in state.shares.map(\.sharing.share) {
                uses[share] = try tx.first(EvidenceQueries.uses(of: share, in: this.id.raw)) {
                    Int($0.integer(0))
                }
            }
            let people = all.map(\.addedBy) + state.requests.map(\.by) + state.shares.map(\.by)
            return Content(
                this: this, all: all, state: state, names: try PeopleDirectory.names(of: people, in: tx),
                uses: uses)
        }
        let view = EvidenceListView(
            content: content, policy: services.policy.current, now: services.clock(), actor: actor,
            links: CaseLinks(services, request: call.request))
        var page = Page("Evidence: \(content.this.number)", here: "/cases", main: view.main)
        page.events = "/cases/\(content.this.number)/events"
        return services.page(page, for: call)
    }
}

/// The page of all evidence of a case.
struct EvidenceListView {
    let content: EvidencePages.Content
    let policy: Policy
    let now: Timestamp
    let actor: Actor
    let links: CaseLinks

    private var this: SupportCase { content.this }
    private var path: String { "/cases/\(this.number)/evidence" }
    private func person(_ id: String) -> String { content.names[id] ?? "Thirdline" }

    var main: HTML {
        """
        <nav class="crumb" aria-label="Breadcrumb"><a href="/cases">Queue</a><span aria-hidden="true">/</span><a href="/cases/\(this.number)">\(this.number)</a><span aria-hidden="true">/</span><span>Evidence</span></nav>
        <div class="head"><div><h1>Evidence: \(this.number)</h1><p class="lede" dir="auto">\(this.subject)</p></div><div class="btns">\(buttons)</div></div>
        <div class="stack evidence-page">\(axis)\(table)\(expected)\(requests)\(shares)</div>
        """
    }

    private var buttons: [HTML] {
        var buttons: [HTML] = []
        if actor.may("evidence.audit") {
            buttons.append("<a class=\"btn\" href=\"\(path)/reads\">\(icon("key"))Who read what</a>")
        }
        if actor.may("evidence.request"), this.organisation != nil {
            buttons.append(
                "<a class=\"btn\" href=\"/cases/\(this.number)/request_evidence\">\(icon("send"))Request evidence</a>"
            )
        }
        if actor.may(AddEvidence.right) {
            buttons.append("<a class=\"btn go\" href=\"\(path)/new\">\(icon("plus"))Add evidence</a>")
        }
        return buttons
    }

    private var table: HTML {
        guard !content.all.isEmpty else {
            return """
                <div class="card" id="pieces" data-live><div class="empty"><h2>No evidence yet</h2><p>Log extracts, screenshots, traces, configuration: each is kept as it came, with its source, its time range and a checksum, so that a cause can be proved from it.</p><p class="eg">For example: acquirer-bridge.log, 19 Nov 00:00 to 20 Nov 09:30 UTC, production.</p></div></div>
                """
        }
        return """
            <div class="card clip" id="pieces" data-live><table class="tbl" role="table" aria-label="Evidence, newest first"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">No.</th><th scope="col" role="columnheader">File</th><th scope="col" role="columnheader">Covers, UTC</th><th scope="col" role="columnheader">From</th><th scope="col" role="columnheader">Added</th></tr></thead>
            <tbody role="rowgroup">\(content.all.reversed().map(row))</tbody></table></div>
            """
    }

    private func row(_ piece: Evidence) -> HTML {
        let facts = EvidencePages.facts(piece, policy, withRange: false).map { "<span>\($0)</span>" as HTML }
        let source = piece.details[.source] ?? ""
        return """
            <tr role="row" id="\(piece.number)" data-row><th scope="row" role="rowheader"><span class="ref">\(piece.number)</span></th><td role="cell"><a href="\(path)/\(piece.number)" data-row-open>\(isolated(piece.name))</a><p class="facts-line">\(facts)</p></td><td role="cell" data-label="Covers">\(EvidencePages.range(piece) ?? "<span class=\"dim\">not said</span>")</td><td role="cell" data-label="From">\(source.isEmpty ? "<span class=\"dim\">not said</span>" : isolated(source))</td><td role="cell" data-label="Added">\(time(piece.addedAt, now: now)), \(isolated(person(piece.addedBy)))</td></tr>

            """
    }

    // MARK: One time axis

    /// What each piece covers, and when it began and was reported, on one axis in UTC.
    private var axis: HTML {
        let pieces = content.all.filter { !$0.isRemoved && $0.coversFrom != nil && $0.coversTo != nil }
            .suffix(40)
        guard !pieces.isEmpty else { return .empty }
        let marks = [("Began", this.beganAt), ("Noticed", this.noticedAt), ("Reported", this.reportedAt)]
            .compactMap { name, moment in moment.map { (name: name, at: $0) } }
        let moments = pieces.flatMap { [$0.coversFrom, $0.coversTo].compactMap { $0 } } + marks.map(\.at)
        guard let first = moments.min(), let last = moments.max() else { return .empty }
        let span = Double(max(1, last.microseconds - first.microseconds))
        func x(_ moment: Timestamp) -> Double {
            2 + 96 * Double(moment.microseconds - first.microseconds) / span
        }
        let bars = pieces.enumerated().map { index, piece in bar(piece, y: 6 + 18 * index, x) }
        let height = 18 * pieces.count + 20 + 14 * marks.count
        let lines = marks.enumerated().map { index, mark -> HTML in
            let place = x(mark.at)
            let end: HTML = place > 60 ? " class=\"end\"" : .empty
            return """
                <line x1="\(percent(place))" x2="\(percent(place))" y1="0" y2="\(18 * pieces.count + 8 + 14 * index)"/><text x="\(percent(place))" y="\(18 * pieces.count + 20 + 14 * index)"\(end)>\(mark.name)</text>
                """
        }
        let listed = pieces.map { piece -> HTML in
            "<li>\(piece.number), \(isolated(piece.name)): \(EvidencePages.range(piece) ?? .empty)</li>"
        }
        return """
            <figure class="card pad axis" id="axis" data-live><figcaption class="lbl">What the evidence covers, \(words(for: first, now: now)) to \(words(for: last, now: now)) UTC</figcaption><svg role="img" aria-label="Time ranges of \(pieces.count) pieces of evidence on one axis" width="100%" height="\(height)">\(bars)\(lines)</svg><details class="fold"><summary>The same as a list</summary><ul>\(listed)</ul></details></figure>
            """
    }

    private func bar(_ piece: Evidence, y: Int, _ x: (Timestamp) -> Double) -> HTML {
        guard let from = piece.coversFrom, let to = piece.coversTo else { return .empty }
        let (left, right) = (x(from), x(to))
        let label: HTML =
            left > 60
            ? "<text class=\"end\" x=\"\(percent(left - 0.6))\" y=\"\(y + 10)\">\(piece.number)</text>"
            : "<text x=\"\(percent(max(right, left + 0.6) + 0.6))\" y=\"\(y + 10)\">\(piece.number)</text>"
        return """
            <rect x="\(percent(left))" y="\(y)" width="\(percent(max(0.6, right - left)))" height="12" rx="2"\(piece.clockFlags.isEmpty ? .empty : " class=\"off\"" as HTML)/>\(right > 92 && left <= 60 ? "<text x=\"\(percent(left + 0.6))\" y=\"\(y + 10)\" class=\"in\">\(piece.number)</text>" : label)
            """
    }

    private func percent(_ value: Double) -> String { "\((value * 100).rounded() / 100)%" }

    // MARK: Expected, requested, shared

    private var expected: HTML {
        let all = content.state.completeness(of: this, policy: policy)
        guard !all.isEmpty else { return .empty }
        let rows = all.map { one -> HTML in
            let state: HTML =
                switch one.state {
                case "present":
                    "<span class=\"tag good\">\(icon("check"))Present</span> \(one.evidence.joined(separator: ", "))"
                case "impossible":
                    "<span class=\"tag\">Cannot be had</span> \(isolated(one.impossible?.reason ?? ""))"
                default: "<span class=\"tag warn\">Absent</span>"
                }
            let act: HTML =
                one.evidence.isEmpty && actor.may(ExpectEvidence.right)
                ? "<a href=\"/cases/\(this.number)/expect_evidence?type=\(one.type)\">\(one.impossible == nil ? "Cannot be had" : "Change")<span class=\"sr\">: \(one.name)</span></a>"
                : .empty
            return """
                <tr role="row"><th scope="row" role="rowheader">\(one.name)</th><td role="cell" data-label="State">\(state)</td><td role="cell" class="end">\(act)</td></tr>
                """
        }
        return """
            <section id="expected" aria-labelledby="ex-h" data-live><div class="sec"><h2 id="ex-h">Expected of this case</h2></div><div class="card clip"><table class="tbl" role="table" aria-labelledby="ex-h"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Kind</th><th scope="col" role="columnheader">State</th><th scope="col" role="columnheader"><span class="sr">Act</span></th></tr></thead><tbody role="rowgroup">\(rows)</tbody></table></div></section>
            """
    }

    private var requests: HTML {
        guard !content.state.requests.isEmpty else { return .empty }
        return """
            <section aria-labelledby="rq-h" id="requests" data-live><div class="sec"><h2 id="rq-h">Asked of the customer</h2></div><div class="stack">\(content.state.requests.reversed().map(request))</div></section>
            """
    }

    private func request(_ request: CaseEvidence.Request) -> HTML {
        let state: HTML =
            if request.withdrawnReason != nil {
                "<span class=\"tag\">Withdrawn</span>"
            } else if request.openCount == 0 {
                "<span class=\"tag good\">\(icon("check"))All here</span>"
            } else if request.isOpen(at: now) {
                "<span class=\"tag act\">\(request.openCount) of \(request.items.count) not here yet</span>"
            } else {
                "<span class=\"tag warn\">Link ended, \(request.openCount) not here</span>"
            }
        let items = request.items.map { item -> HTML in
            let note: HTML = item.note.map { " <span class=\"dim\">\(isolated($0))</span>" } ?? .empty
            let given: HTML = item.given.isEmpty ? .empty : " <b>\(item.given.joined(separator: ", "))</b>"
            return """
                <li><span class="ref">\(item.number)</span><div><p class="text" dir="auto">\(item.text)</p><p class="facts-line"><span>\(item.state)\(given)\(note)</span></p></div></li>
                """
        }
        let reminded: HTML =
            request.reminders.isEmpty
            ? .empty
            : "<span>reminded \(request.reminders.count == 1 ? "once" : "\(request.reminders.count) times"), last \(time(request.reminders.last ?? request.at, now: now))</span>"
        return """
            <article class="card clip" id="\(request.number)"><header class="pad"><h3>\(request.number): <span dir="auto">\(request.asking.reason)</span></h3><p class="facts-line"><span>\(isolated(person(request.by))), \(time(request.at, now: now))</span>\(reminded)\(state)</p>\(requestLink(request))</header><ul class="pieces">\(items)</ul></article>
            """
    }

    private func requestLink(_ request: CaseEvidence.Request) -> HTML {
        guard request.isOpen(at: now), actor.may("evidence.request") else { return .empty }
        let id = "\(request.number)-link"
        let base = "/cases/\(this.number)"
        return """
            <p class="f13 soft">Link for uploading without an account, until \(time(request.asking.until, now: now)):</p><p class="copyable"><code id="\(id)">\(links.give(this.id, request.number))</code><button class="btn small" type="button" data-copy="\(id)">Copy</button></p><p class="btns f13"><a href="\(base)/remind_of_evidence?request=\(request.number)">Remind</a><a href="\(base)/settle_evidence_item">Settle an item by hand</a><a href="\(base)/withdraw_evidence_request?request=\(request.number)">Withdraw</a></p>
            """
    }

    private var shares: HTML {
        guard !content.state.shares.isEmpty else { return .empty }
        return """
            <section aria-labelledby="sh-h" id="shares" data-live><div class="sec"><h2 id="sh-h">Shared outwards</h2></div><div class="card clip"><ul class="pieces">\(content.state.shares.reversed().map(share))</ul></div></section>
            """
    }

    private func share(_ share: CaseEvidence.Share) -> HTML {
        let sharing = share.sharing
        let uses = content.uses[sharing.share] ?? 0
        let limit = sharing.limit.map { " of \($0)" } ?? ""
        let isUsedUp = sharing.limit.map { uses >= $0 } ?? false
        let state: HTML =
            if share.endedAt != nil {
                "<span class=\"tag\">Ended</span>"
            } else if !share.isOpen(at: now) || isUsedUp {
                "<span class=\"tag\">\(isUsedUp ? "Used up" : "Out of date")</span>"
            } else {
                "<span class=\"tag act\">Open until \(time(sharing.until, now: now))</span>"
            }
        let link: HTML =
            share.isOpen(at: now) && !isUsedUp && actor.may("evidence.share")
            ? """
            <p class="copyable"><code id="\(sharing.share)-link">\(links.shared(this.id, sharing.share))</code><button class="btn small" type="button" data-copy="\(sharing.share)-link">Copy</button></p>\(sharing.hasPasscode ? "<p class=\"f13\">Passcode <b class=\"mono\">\(links.passcode(this.id, sharing.share))</b>. Send it another way than the link.</p>" : .empty)<p class="f13"><a href="/cases/\(this.number)/end_share?share=\(sharing.share)">End it now</a></p>
            """ : .empty
        return """
            <li id="\(sharing.share)"><span class="ref">\(sharing.share)</span><div><p><a href="\(path)/\(sharing.evidence)">\(sharing.evidence)</a>: \(isolated(sharing.purpose))</p><p class="facts-line"><span>\(isolated(person(share.by))), \(time(share.at, now: now))</span><span>\(uses)\(limit) downloads</span>\(state)</p>\(link)</div></li>
            """
    }
}
