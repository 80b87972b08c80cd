import Domain
import Storage
import Web

/// A change of policy that others must agree to: what it changes, who agreed, who is still asked.
enum ProposalPages {
    private struct Read: Sendable {
        var proposal: PolicyProposal
        var inForce: Version
        var base: PolicyReading.Document
        var names: [String: String]
        /// Those under which the reader would be the next to agree.
        var open: [Policy.ApprovalRule]
    }

    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let id = call.request.parameter("id")
        let journal = services.journal
        let read = try await services.database.read { tx in
            let found = try ProposalDirectory.find(id, in: tx)
            let current = try PolicyReading.inForce(in: tx)
            let base = try PolicyReading.document(of: Version(found.made.base), journal, in: tx) ?? current
            let people = [found.author, found.settledBy].compactMap { $0 } + found.approvals.map(\.person)
            let person = try PeopleDirectory.find(call.actor.id, in: tx)
            return Read(
                proposal: found, inForce: current.version, base: base,
                names: try PeopleDirectory.names(of: people, in: tx),
                open: found.open(to: call.actor.id, roles: person?.roles ?? []))
        }
        let changes = try await PolicyComparisonPages.changes(
            from: read.base.text, to: read.proposal.made.document, for: call.actor, services)
        let now = services.clock()
        let main: HTML = """
            <nav class="crumb" aria-label="Breadcrumb"><a href="/policy">Policy</a><span aria-hidden="true">/</span><span>Proposed change</span></nav>
            <div class="head"><div><h1>Proposed change of policy</h1><p class="lede">\(isolated(read.proposal.made.reason))</p><div class="meta"><span>By \(isolated(read.names[read.proposal.author] ?? "Somebody"))</span><span>\(time(read.proposal.madeAt, now: now))</span><span>In place of version \(read.proposal.made.base)</span></div></div>\(acts(read, call.actor, now))</div>
            \(standing(read, now: now))
            <div class="stack">\(rules(read, now: now))\(changes)</div>
            """
        return services.page(Page("Proposed change", here: "/policy", main: main), for: call)
    }

    private static func acts(_ read: Read, _ actor: Actor, _ now: Timestamp) -> HTML {
        let (proposal, path) = (read.proposal, "/policy/proposals/\(read.proposal.id.raw)")
        guard proposal.outcome == nil else { return .empty }
        let isOver = proposal.obstacle(inForce: read.inForce.number, at: now) != nil
        var buttons: [HTML] = []
        if !isOver, !read.open.isEmpty, actor.may(Policy.approveRight) {
            buttons.append("<a class=\"btn go\" href=\"\(path)/approve\">Agree</a>")
            buttons.append("<a class=\"btn\" href=\"\(path)/refuse\">Refuse</a>")
        }
        if actor.id == proposal.author {
            if isOver {
                buttons.append(
                    "<a class=\"btn go\" href=\"/policy?proposal=\(proposal.id.raw)#editor\">Propose it anew</a>"
                )
            }
            buttons.append("<a class=\"btn\" href=\"\(path)/withdraw\">Take back</a>")
        }
        return "<div class=\"btns\">\(buttons)</div>"
    }

    /// What became of it, or what it waits for.
    private static func standing(_ read: Read, now: Timestamp) -> HTML {
        let proposal = read.proposal
        let by: HTML = proposal.settledBy.map { isolated(read.names[$0] ?? "Somebody") } ?? "Somebody"
        let why: HTML = proposal.words.map { ": “\(isolated($0))”" } ?? .empty
        switch (proposal.outcome, proposal.obstacle(inForce: read.inForce.number, at: now)) {
        case (.enacted, _):
            let version = proposal.enacted ?? 0
            return notice(
                "info", "check",
                "In force as <a href=\"/policy?version=\(version)\">version \(version)</a> since \(by) agreed."
            )
        case (.refused, _): return notice("warn", "x", "Not in force: \(by) refused it\(why)")
        case (.withdrawn, _): return notice("info", "info", "\(by) took it back\(why)")
        case (nil, .overtaken(let version)):
            return notice(
                "warn", "alert",
                "<a href=\"/policy?version=\(version)\">Version \(version)</a> came into force meanwhile, so what was read is no longer what would change. It has to be proposed anew."
            )
        case (nil, .lapsed):
            return notice("warn", "alert", "Nobody agreed in time. It has to be proposed anew.")
        case (nil, nil):
            return notice(
                "info", "info",
                "Not in force yet. It lapses \(zonedTime(proposal.made.lapsesAt, now: now)) unless those agree who are asked."
            )
        }
    }

    private static func notice(_ kind: HTML, _ sign: String, _ words: HTML) -> HTML {
        "<div class=\"notice \(kind)\" role=\"status\" id=\"standing\">\(icon(sign))<div>\(words)</div></div>"
    }

    private static func rules(_ read: Read, now: Timestamp) -> HTML {
        let rows = read.proposal.made.rules.map { rule -> HTML in
            let agreed = read.proposal.approvals.filter { $0.rules.contains(rule.id) }.map { one -> HTML in
                let comment: HTML = one.comment.map { ": “\(isolated($0))”" } ?? .empty
                return
                    "<li>\(isolated(read.names[one.person] ?? "Somebody")), \(time(one.at, now: now))\(comment)</li>"
            }
            let missing = read.proposal.missing(rule)
            let open: HTML =
                missing == 0
                ? "<span class=\"tag good\">Enough</span>"
                : "\(missing) more of: \(rule.roles.joined(separator: ", "))"
            return """
                <tr role="row"><th scope="row" role="rowheader">\(isolated(rule.name))<span class="two">guards \(rule.parts.joined(separator: ", "))</span></th><td role="cell" data-label="Agreed"><ul>\(agreed)</ul></td><td role="cell" data-label="Asked">\(open)</td></tr>

                """
        }
        return """
            <section class="card clip" aria-labelledby="who-h"><div class="sec"><h2 id="who-h">Who must agree</h2></div><table class="tbl" role="table" aria-labelledby="who-h"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">For</th><th scope="col" role="columnheader">Agreed</th><th scope="col" role="columnheader">Asked</th></tr></thead><tbody role="rowgroup">\(rows)</tbody></table></section>
            """
    }

    // MARK: On the page of the policy

    /// What waits for somebody, and what became of what was proposed last.
    static func section(
        _ proposals: [PolicyProposal], inForce: Version, _ names: [String: String], now: Timestamp
    ) -> HTML {
        guard !proposals.isEmpty else { return .empty }
        let rows = proposals.map { one -> HTML in
            let state: HTML =
                switch one.standing(inForce: inForce.number, at: now) {
                case .enacted: "<span class=\"tag good\">Version \(one.enacted ?? 0)</span>"
                case .refused: "<span class=\"tag bad\">Refused</span>"
                case .withdrawn: "<span class=\"tag\">Taken back</span>"
                case .overtaken: "<span class=\"tag\">Overtaken</span>"
                case .lapsed: "<span class=\"tag\">Lapsed</span>"
                case .waiting: "<span class=\"tag warn\">Waits</span>"
                }
            return """
                <tr role="row" data-row><th scope="row" role="rowheader"><a href="/policy/proposals/\(one.id.raw)" data-row-open dir="auto">\(one.made.reason)</a></th><td role="cell" data-label="By">\(isolated(names[one.author] ?? "Somebody"))</td><td role="cell" data-label="Proposed">\(time(one.madeAt, now: now))</td><td role="cell" data-label="State">\(state)</td></tr>

                """
        }
        return """
            <section id="proposals" aria-labelledby="prop-h"><div class="sec"><h2 id="prop-h">Proposed changes</h2></div><div class="card clip"><table class="tbl" role="table" aria-labelledby="prop-h"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Change</th><th scope="col" role="columnheader">By</th><th scope="col" role="columnheader">Proposed</th><th scope="col" role="columnheader">State</th></tr></thead><tbody role="rowgroup">\(rows)</tbody></table></div></section>
            """
    }
}
