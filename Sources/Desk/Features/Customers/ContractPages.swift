import Domain
import Web

extension OrganisationView {
    // MARK: Amendments

    /// What is promised to this customer alone, with what was only proposed marked as such.
    var amendments: HTML {
        guard actor.may("organisation.view_terms") else { return .empty }
        let all = content.this.record.amendments.reversed()
        let add: HTML =
            actor.may(AmendmentRights.propose)
            ? "<div class=\"btns\"><a class=\"btn small\" href=\"/organisations/\(content.this.id.raw)/propose_amendment\">\(icon("plus"))Propose amendment</a></div>"
            : .empty
        let list: HTML =
            all.isEmpty
            ? "<p class=\"pad dim\">None: the service level alone says what is promised, and nothing was agreed about credits.</p>"
            : "<ul class=\"items\">\(all.map(amendment))</ul>"
        let waiting = all.count { $0.verdict == nil }
        let words = waiting == 0 ? "" : "\(waiting) \(waiting == 1 ? "waits" : "wait") for approval"
        return """
            <section id="amendments" aria-labelledby="am"><div class="sec"><h2 id="am">Contract amendments</h2><span class="dim f13">\(words)</span>\(add)</div><div class="card clip">\(list)</div></section>

            """
    }

    private func name(_ id: String) -> HTML { isolated(content.names[id] ?? "Somebody") }

    private func amendment(_ one: Amendment) -> HTML {
        let state = one.state(on: CalendarDay(now))
        let look = ["in force": "good", "proposed": "warn", "declined": "bad"][state] ?? ""
        let until = one.ended?.day ?? one.terms.until
        let span = "from \(one.terms.from.text)\(until.map { " to \($0.text)" } ?? "")"
        let replaces = one.terms.replaces.map { ", in place of \($0)" } ?? ""
        let verdict: HTML =
            one.verdict.map { verdict -> HTML in
                let why: HTML = verdict.note.map { ": \(isolated($0))" } ?? .empty
                return " · \(verdict.way.rawValue) by \(name(verdict.by)) \(time(verdict.at, now: now))\(why)"
            } ?? " · no clock and no credit counts by it until somebody else approves it"
        let ended: HTML = one.ended.map { " · ended: \(isolated($0.reason))" } ?? .empty
        let note: HTML =
            one.terms.note.map { "<small class=\"text\" dir=\"auto\">\($0)</small>" } ?? .empty
        return """
            <li><div><b>\(one.number)</b> <span class="text" dir="auto">\(one.terms.document)</span><small>\(span)\(replaces). \(terms(one.terms))</small><small>Proposed by \(name(one.proposedBy)) \(time(one.proposedAt, now: now))\(verdict)\(ended)</small>\(note)</div><span class="tag \(look)">\(state)</span>\(acts(one))</li>
            """
    }

    private func terms(_ terms: Amendment.Terms) -> String {
        func severity(_ id: String?) -> String {
            id.map { policy.severity(ID($0))?.name ?? $0 } ?? "every severity"
        }
        var parts = terms.targets.map {
            "\($0.clock.label) \(severity($0.severity)) within \(durationWords(seconds: Int64($0.seconds)))"
        }
        parts += CaseClock.allCases.filter(terms.waitsForChanges.contains).map {
            "\($0.label) stands while they allow no changes"
        }
        if let credits = terms.credits {
            parts += credits.credits.map {
                "\($0.clock.label) missed, \(severity($0.severity)): \($0.amount.words)"
            }
            if let fee = credits.fee { parts.append("fee \(fee.words) a \(credits.period.rawValue)") }
            if let cap = credits.cap { parts.append("at most \(cap.words) a \(credits.period.rawValue)") }
        }
        return parts.joined(separator: "; ") + "."
    }

    private func acts(_ one: Amendment) -> HTML {
        let path = "/organisations/\(content.this.id.raw)"
        func link(_ verb: String, _ words: String) -> HTML {
            "<a class=\"btn small\" href=\"\(path)/\(verb)?amendment=\(one.number)\">\(words)<span class=\"sr\"> \(one.number)</span></a>"
        }
        guard one.verdict == nil else {
            let mayEnd =
                one.verdict?.way == .approved && one.ended == nil && actor.may(AmendmentRights.approve)
            return mayEnd ? link("end_amendment", "End") : .empty
        }
        let isOwn = one.proposedBy == actor.id
        var links: HTML = .empty
        if actor.may(AmendmentRights.approve), !isOwn { links += link("approve_amendment", "Approve") }
        if actor.may(AmendmentRights.propose), isOwn || actor.may(AmendmentRights.approve) {
            links += link("decline_amendment", isOwn ? "Withdraw" : "Decline")
        }
        return links
    }

    // MARK: Change windows

    /// When the customer allows changes.
    var changes: HTML {
        let edit: HTML =
            actor.may("organisation.edit")
            ? "<a href=\"/organisations/\(content.this.id.raw)/set_change_calendar\">Edit<span class=\"sr\"> change windows and freezes</span></a>"
            : .empty
        guard let calendar = content.this.record.changeCalendars.last, !calendar.isEmpty else {
            return """
                <section class="panel" id="changes-allowed"><header><h2>Change windows</h2>\(edit)</header><p class="dim">Nothing noted: changes are taken to be welcome at any time.</p></section>

                """
        }
        let windows = calendar.windows.isEmpty ? ["any time"] : calendar.windows
        let items = calendar.freezes.map { "<li><bdi>\($0.text)</bdi></li>" as HTML }
        let freezes: HTML =
            items.isEmpty ? "none" : "<ul class=\"plain-list\">\(items)</ul>"
        return """
            <section class="panel" id="changes-allowed"><header><h2>Change windows</h2>\(edit)</header>\(now.closed(by: calendar))<dl class="pairs"><dt>Windows</dt><dd>\(windows.joined(separator: ", "))</dd><dt>Freezes</dt><dd>\(freezes)</dd><dt>Zone</dt><dd>\(calendar.zone)</dd></dl></section>

            """
    }
}

extension Timestamp {
    /// That changes are not allowed now, where a calendar says so.
    fileprivate func closed(by calendar: ChangeCalendar) -> HTML {
        // A calendar that this machine cannot read closes nothing.
        guard let hours = try? ChangeHours(calendar, version: 1, zones: .machine),
            let closure = hours.closure(at: self)
        else { return .empty }
        let until: HTML = closure.opensAt.map { " until \(zonedTime($0, now: self))" } ?? .empty
        return "<p class=\"warn\">No changes now: \(closure.words)\(until).</p>"
    }
}
