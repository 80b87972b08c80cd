import Domain
import Storage
import Web

/// What happened around an account: its own facts and those of its cases, newest first.
enum OrganisationTimeline {
    static let pageSize = 30

    /// What the reader wants to see.
    struct Selection: Sendable {
        /// The kinds of entry that can be chosen.
        enum Show: String, Sendable, CaseIterable {
            case all
            case cases
            case commitments
            case contract
            case risk
            case account

            var title: String {
                switch self {
                case .all: "All"
                case .cases: "Cases"
                case .commitments: "Commitments"
                case .contract: "Contract"
                case .risk: "Risk"
                case .account: "Account"
                }
            }
        }

        var show: Show
        /// Only what was recorded before this fact.
        var before: Int64

        init(_ request: WebRequest) throws {
            show = request.query("show").flatMap { Show(rawValue: $0) } ?? .all
            guard let before = Int64(request.query("before") ?? String(Int64.max)) else {
                throw Cursor.notOurs
            }
            self.before = before
        }

        var organisationKinds: [String] {
            switch show {
            case .all: []
            case .cases: ["none"]
            case .commitments: ["organisation.commitment_made", "organisation.commitment_settled"]
            case .contract:
                [
                    "organisation.amendment_proposed", "organisation.amendment_approved",
                    "organisation.amendment_refused", "organisation.amendment_ended",
                    "organisation.change_calendar_set",
                ]
            case .risk:
                ["organisation.risk_raised", "organisation.risk_changed", "organisation.risk_cleared"]
            case .account:
                [
                    "organisation.added", "organisation.renamed", "organisation.tier_changed",
                    "organisation.detail_changed", "organisation.contact_described",
                    "organisation.delegated", "organisation.delegation_ended",
                ]
            }
        }

        var caseKinds: [String] {
            guard show == .all || show == .cases else { return [] }
            return [
                "case.opened", "case.imported", "case.severity_changed", "case.resolved", "case.reopened",
                "case.closed", "case.customer_confirmed", "case.fix_confirmed", "case.beyond_contract",
            ]
        }
    }

    /// One thing that happened.
    enum Entry: Sendable {
        case ofAccount(Recorded<OrganisationFact>)
        case ofCase(Recorded<CaseFact>, SupportCase)

        var sequence: Int64 {
            switch self {
            case .ofAccount(let fact): fact.sequence
            case .ofCase(let fact, _): fact.sequence
            }
        }

        var occurredAt: Timestamp {
            switch self {
            case .ofAccount(let fact): fact.occurredAt
            case .ofCase(let fact, _): fact.occurredAt
            }
        }

        var actor: String {
            switch self {
            case .ofAccount(let fact): fact.actor
            case .ofCase(let fact, _): fact.actor
            }
        }

        /// Everybody whom the entry names.
        var people: [String] {
            guard case .ofAccount(let fact) = self else { return [actor] }
            switch fact.body {
            case .contactDescribed(let person, _), .delegated(let person, _), .delegationEnded(let person, _):
                return [actor, person]
            case .riskRaised(_, let terms), .riskChanged(_, let terms): return [actor, terms.owner]
            case .commitmentMade(_, let promise): return [actor, promise.promisedBy]
            case .detailChanged(let detail, let values)
            where [.successManager, .technicalManager].contains(detail):
                return [actor] + values
            default: return [actor]
            }
        }
    }

    /// The newest entries, one more than a page.
    ///
    /// Of the cases, the 300 that changed last and that the actor may see.
    static func entries(
        of this: Organisation, _ selection: Selection, _ actor: Actor, in tx: borrowing Transaction
    ) throws -> [Entry] {
        var entries = try tx.all(
            JournalStore.latestFacts(
                of: Organisation.kind, ids: [this.id.raw], kinds: selection.organisationKinds,
                before: selection.before, limit: pageSize + 1)
        ) { Entry.ofAccount(try JournalStore.fact($0).decoded(as: OrganisationFact.self)) }
        guard actor.may("case.view"), !selection.caseKinds.isEmpty else { return entries }
        var filter = CaseFilter()
        filter.organisation = this.id
        let cases = Dictionary(
            try CaseDirectory.list(filter, for: actor, limit: 300, in: tx).map { ($0.id.raw, $0) },
            uniquingKeysWith: { first, _ in first })
        guard !cases.isEmpty else { return entries }
        entries += try tx.all(
            JournalStore.latestFacts(
                of: SupportCase.kind, ids: cases.keys.sorted(), kinds: selection.caseKinds,
                before: selection.before, limit: pageSize + 1)
        ) { try JournalStore.fact($0).decoded(as: CaseFact.self) }.compactMap { fact in
            cases[fact.subject.id].map { .ofCase(fact, $0) }
        }
        return Array(entries.sorted { $0.sequence > $1.sequence }.prefix(pageSize + 1))
    }

    static func html(
        _ entries: [Entry], _ selection: Selection, names: [String: String], policy: Policy, path: String,
        now: Timestamp
    ) -> HTML {
        let views = Selection.Show.allCases.map { show in
            """
            <a href="\(path)?show=\(show.rawValue)#changes"\(show == selection.show ? " aria-current=\"true\"" : .empty)>\(show.title)</a>
            """ as HTML
        }
        let page = entries.prefix(pageSize)
        var items: [HTML] = []
        var day = ""
        for entry in page {
            if entry.occurredAt.day != day {
                day = entry.occurredAt.day
                items.append("<li class=\"day\">\(dayWords(for: entry.occurredAt, now: now))</li>")
            }
            let sentence = OrganisationSentence(names: names, policy: policy).words(entry)
            items.append(
                """
                <li><span class="node">\(icon(sentence.icon))</span><p class="fact"><span>\(sentence.words)</span>\(time(entry.occurredAt, now: now, class: "at"))</p></li>

                """)
        }
        let list: HTML =
            items.isEmpty
            ? "<p class=\"dim\">Nothing of this kind has happened yet.</p>" : "<ol class=\"tl\">\(items)</ol>"
        let older: HTML =
            entries.count > pageSize
            ? "<p class=\"more\"><a class=\"btn\" href=\"\(path)?show=\(selection.show.rawValue)&amp;before=\(String(page.last?.sequence ?? 0))#changes\">Show older</a></p>"
            : .empty
        return """
            <section id="changes" aria-labelledby="ch"><div class="sec"><h2 id="ch">What changed</h2><span class="dim f13">times in \(zoneName)</span><nav class="views" aria-label="Show">\(views)</nav></div>\(list)\(older)</section>

            """
    }
}

/// Facts of an account in sentences.
struct OrganisationSentence {
    let names: [String: String]
    let policy: Policy

    private func name(_ id: String) -> HTML { isolated(names[id] ?? "Somebody") }

    func words(_ entry: OrganisationTimeline.Entry) -> (icon: String, words: HTML) {
        let (symbol, rest) =
            switch entry {
            case .ofAccount(let fact): words(fact.body)
            case .ofCase(let fact, let this): words(fact.body, this)
            }
        return (symbol, "<b>\(name(entry.actor))</b> \(rest)")
    }

    private func words(_ fact: OrganisationFact) -> (String, HTML) {
        switch fact {
        case .added: ("org", "added the organisation")
        case .renamed(let name): ("edit", "changed the name to \(isolated(name))")
        case .tierChanged(let tier, let reason):
            ("rank", "moved it to \(policy.name(of: tier, in: \.tiers))\(because(reason))")
        case .detailChanged(let detail, let values): ("edit", changed(detail, values))
        case .contactDescribed(let person, let contact):
            (
                "people",
                "noted of \(name(person)): \(contact.roles.map { policy.name(of: $0, in: \.contactRoles) }.joined(separator: ", "))\(contact.isNamed ? ", named in the contract" : "")"
            )
        case .delegated(let person, let one):
            (
                "people",
                "let \(name(person)) act for them: \(AccountDelegation.Right.allCases.filter(one.rights.contains).map(\.label).joined(separator: ", "))"
            )
        case .delegationEnded(let person, let reason):
            ("people", "ended that \(name(person)) acts for them\(because(reason))")
        case .riskRaised(let number, let terms):
            (
                "alert",
                "raised \(number), \(policy.name(of: terms.level, in: \.riskLevels)), for \(name(terms.owner)): \(isolated(terms.reason))"
            )
        case .riskChanged(let number, let terms):
            (
                "alert",
                "changed \(number) to \(policy.name(of: terms.level, in: \.riskLevels)), for \(name(terms.owner)): \(isolated(terms.reason))"
            )
        case .riskCleared(let number, let reason): ("check", "took \(number) off\(because(reason))")
        case .commitmentMade(let number, let promise):
            ("clock", "wrote \(number) down: \(isolated(promise.text)), due \(promise.due.day)")
        case .commitmentSettled(let number, let outcome, let note):
            ("check", "settled \(number): \(outcome.label.lowercased())\(because(note))")
        // Why is commercial, and the timeline is read by more people than the terms.
        case .amendmentProposed(let number, let terms):
            ("doc", "proposed the contract amendment \(number) from \(terms.from.text)")
        case .amendmentApproved(let number, _): ("check", "approved the contract amendment \(number)")
        case .amendmentRefused(let number, let way, _):
            ("x", "\(way == .withdrawn ? "withdrew" : "declined") the contract amendment \(number)")
        case .amendmentEnded(let number, let until, _):
            ("x", "ended the contract amendment \(number) on \(until.text)")
        case .changeCalendarSet(let calendar):
            (
                "clock",
                calendar.isEmpty
                    ? "noted that changes are welcome at any time"
                    : "set the change windows and freezes: \(isolated(calendar.parts.joined(separator: "; ")))"
            )
        }
    }

    /// A commercial detail is only said to have changed: the timeline is read by more people than the terms.
    private func changed(_ detail: AccountDetail, _ values: [String]) -> HTML {
        if detail.isCommercial { return "changed \(detail.label.lowercased())" }
        if values.isEmpty { return "took away \(detail.label.lowercased())" }
        if [.successManager, .technicalManager].contains(detail) {
            return "set \(detail.label.lowercased()) to \(name(values[0]))"
        }
        if AccountDetail.profile.contains(detail) { return "changed \(detail.label.lowercased())" }
        return "set \(detail.label.lowercased()) to \(detail.words(values, policy) ?? "")"
    }

    private func because(_ reason: String?) -> HTML {
        reason.map { ". \(isolated($0))" } ?? .empty
    }

    private func words(_ fact: CaseFact, _ this: SupportCase) -> (String, HTML) {
        let link: HTML = "<a href=\"/cases/\(this.number)\">\(this.number)</a> \(isolated(this.subject))"
        switch fact {
        case .opened, .imported: return ("plus", "opened \(link)")
        case .severityChanged(let severity, let reason):
            return (
                "rank",
                "set the severity of \(link) to \(policy.severity(ID(severity))?.name ?? severity). \(isolated(reason))"
            )
        case .resolved: return ("check", "resolved \(link)")
        case .reopened(_, let reason): return ("s-again", "reopened \(link). \(isolated(reason))")
        case .closed: return ("s-closed", "closed \(link)")
        case .customer(.fixConfirmed): return ("check", "confirmed the fix of \(link)")
        case .customer(.beyondContract):
            return ("alert", "reported \(link) beyond what the contract allows")
        default: return ("edit", "changed \(link)")
        }
    }
}
