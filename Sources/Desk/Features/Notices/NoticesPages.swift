import Domain
import Storage
import Web

/// What notices add to the page of a case.
enum NoticeParts {
    static func actions(_ context: CasePartContext) -> [CaseAction] {
        guard !context.policy.notices.isEmpty else { return [] }
        return [
            CaseAction(
                OweNotice.right, "owe_notice", icon: "send", "Record a notice that is owed", in: .questions)
        ]
    }

    /// What is still to be given, with what to do about it.
    static func notice(_ context: CasePartContext, in tx: borrowing Transaction) throws -> HTML {
        let open = context.actor.isCustomer ? [] : Notices(context.history.facts).open
        guard !open.isEmpty else { return "<div id=\"notices\" data-live hidden></div>" }
        let names = try PeopleDirectory.names(of: open.map(\.duty.owner), in: tx)
        let items = open.map { one -> HTML in
            let duty = one.duty
            let who: HTML =
                duty.owner == context.actor.id
                ? "You see to it" : "<b>\(isolated(names[duty.owner] ?? "Somebody"))</b> sees to it"
            let late = one.isLate(at: context.now)
            let due: HTML =
                late
                ? "<b class=\"bad\">It was due \(zonedTime(duty.dueAt, now: context.now)).</b>"
                : "Until \(zonedTime(duty.dueAt, now: context.now))."
            let note: HTML = duty.note.map { "<p class=\"text\" dir=\"auto\">\($0)</p>" } ?? .empty
            let acts: HTML =
                context.actor.may(GiveNotice.right)
                ? """
                <p class="ways"><a class="btn small" href="\(context.path)/give_notice?notice=\(duty.notice)">It was given<span class="sr">: \(duty.notice)</span></a> <a href="\(context.path)/reassign_notice?notice=\(duty.notice)">Somebody else<span class="sr"> sees to \(duty.notice)</span></a> <a href="\(context.path)/waive_notice?notice=\(duty.notice)">Not needed<span class="sr">: \(duty.notice)</span></a></p>
                """ : .empty
            return """
                <div class="notice \(late ? "bad" : "warn")">\(icon("send"))<div><p><b>\(context.policy.noticeName(duty.kind))</b> has to be told (\(duty.notice)). \(due) \(who).</p>\(note)\(acts)</div></div>

                """
        }
        return "<div id=\"notices\" data-live>\(items)</div>"
    }

    static func sentence(
        _ entry: Recorded<CaseFact>, _ words: CaseSentence, isForCustomer: Bool
    ) -> CasePart.Line? {
        guard case .notice(let fact) = entry.body, !isForCustomer else { return nil }
        func name(_ id: String) -> HTML { "<b>\(isolated(words.name(id)))</b>" }
        switch fact {
        case .owed(let duty):
            return (
                "send",
                "recorded that <b>\(words.policy.noticeName(duty.kind))</b> has to be told until \(zonedTime(duty.dueAt, now: entry.recordedAt)); \(name(duty.owner)) sees to it\(words.because(duty.note))"
            )
        case .reassigned(let notice, let owner):
            return ("send", "gave notice \(notice) to \(name(owner)) to see to")
        case .given(let receipt):
            let evidence: HTML =
                receipt.evidence.isEmpty ? .empty : " (\(receipt.evidence.joined(separator: ", ")))"
            return (
                "check",
                "gave notice \(receipt.notice): <b>\(isolated(receipt.recipient))</b> was told\(evidence)\(words.because(receipt.proof))"
            )
        case .waived(let notice, let reason):
            return ("x", "said that notice \(notice) is not needed\(words.because(reason))")
        }
    }
}

/// The register of notices.
enum NoticesPages {
    static func register(_ call: SignedInCall, _ services: Services) async throws -> NoticesDirectory.Register
    {
        let (actor, period) = (call.actor, try ReportPeriod(call.request, now: services.clock()))
        return try await services.database.read { tx in
            try NoticesDirectory.register(period, for: actor, in: tx)
        }
    }

    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (policy, now) = (services.policy.current, services.clock())
        let register = try await register(call, services)
        let main: HTML = """
            <div class="q-head"><h1>Notices owed</h1><div class="btns"><a class="btn" href="/notices.csv?days=\(register.period.days)">\(icon("doc"))CSV</a></div></div>
            <p class="lede">Whom law and contracts want to be told of incidents, until when, and the evidence that they were. These clocks never stand still.</p>
            <section aria-labelledby="open-h"><div class="sec"><h2 id="open-h">Still to be given</h2></div>\(open(register, policy, now))</section>
            <section aria-labelledby="settled-h"><div class="sec"><h2 id="settled-h">Given and waived</h2></div>\(register.period.links("/notices"))\(settled(register, policy, now))</section>
            """
        return services.page(Page("Notices owed", here: "/notices", main: main), for: call)
    }

    static func file(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let register = try await register(call, services)
        return CSVText.response(
            NoticesJSON.csv(register, services.policy.current, at: services.clock()), name: "notices.csv")
    }

    private static func told(_ one: NoticesDirectory.Listed, _ policy: Policy) -> HTML {
        let source = policy.notices.first { $0.id == one.notice.duty.kind }?.source
        let under: HTML = source.map { "<span class=\"two\">\($0)</span>" } ?? .empty
        return "<div>\(policy.noticeName(one.notice.duty.kind))\(under)</div>"
    }

    private static func cell(_ one: NoticesDirectory.Listed) -> HTML {
        """
        <th scope="row"><a href="/cases/\(one.this.number)?show=notices">\(one.this.number) \(one.notice.duty.notice)</a> <span class="two" dir="auto">\(one.this.subject)</span></th>
        """
    }

    private static func open(
        _ register: NoticesDirectory.Register, _ policy: Policy, _ now: Timestamp
    ) -> HTML {
        guard !register.open.isEmpty else {
            let hint: HTML =
                policy.notices.isEmpty
                ? "The policy in force names none: add the section <code>notices</code>."
                : "Where an incident of security or privacy has to be told to somebody, record it on its case: “Record a notice that is owed”."
            return "<div class=\"card\"><div class=\"empty\"><h2>None is owed</h2><p>\(hint)</p></div></div>"
        }
        let rows = register.open.map { one -> HTML in
            let late: HTML = one.notice.isLate(at: now) ? " <b class=\"bad\">late</b>" : .empty
            return """
                <tr>\(cell(one))<td data-label="Who is told">\(told(one, policy))</td><td data-label="Sees to it">\(isolated(register.names[one.notice.duty.owner] ?? "Somebody"))</td><td data-label="Aware">\(time(one.notice.awareAt, now: now))</td><td data-label="Until">\(time(one.notice.duty.dueAt, now: now))\(late)</td></tr>

                """
        }
        return """
            <div class="card clip"><table class="tbl"><caption class="sr">Notices that are still to be given, what is due first on top</caption><thead><tr><th scope="col">Case</th><th scope="col">Who is told</th><th scope="col">Sees to it</th><th scope="col">Aware</th><th scope="col">Until</th></tr></thead><tbody>\(rows)</tbody></table></div>
            """
    }

    private static func settled(
        _ register: NoticesDirectory.Register, _ policy: Policy, _ now: Timestamp
    ) -> HTML {
        guard !register.settled.isEmpty else {
            return "<p class=\"dim\">None in this time.</p>"
        }
        let rows = register.settled.map { one -> HTML in
            let outcome: HTML
            if let receipt = one.notice.receipt {
                let evidence: HTML =
                    receipt.evidence.isEmpty ? .empty : " (\(receipt.evidence.joined(separator: ", ")))"
                let given: HTML = one.notice.givenAt.map { time($0, now: now) } ?? .empty
                let look: HTML = one.notice.isLate(at: now) ? "bad" : "good"
                let words = one.notice.isLate(at: now) ? "late" : "in time"
                outcome = """
                    <div><b class="\(look)">\(words)</b>, \(given) to \(isolated(receipt.recipient))<span class="two" dir="auto">\(receipt.proof)\(evidence)</span></div>
                    """
            } else {
                outcome = """
                    <div>Not needed<span class="two" dir="auto">\(one.notice.waiver ?? "")</span></div>
                    """
            }
            return """
                <tr>\(cell(one))<td data-label="Who is told">\(told(one, policy))</td><td data-label="Until">\(time(one.notice.duty.dueAt, now: now))</td><td data-label="Outcome">\(outcome)</td></tr>

                """
        }
        return """
            <div class="card clip"><table class="tbl"><caption class="sr">Notices that were given or waived, the latest first</caption><thead><tr><th scope="col">Case</th><th scope="col">Who is told</th><th scope="col">Until</th><th scope="col">Outcome</th></tr></thead><tbody>\(rows)</tbody></table></div>
            """
    }
}
