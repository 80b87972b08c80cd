import Domain
import Storage
import Web

/// The pages of organisations.
enum CustomersPages {
    // MARK: List

    private struct Entry: Sendable {
        var organisation: Organisation
        var contacts: Int
    }

    static func list(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let text = call.request.query("q") ?? ""
        let actor = call.actor
        let after = try Cursor.parts(call.request.query("cursor"), count: 2).map {
            CustomerPlace(name: $0[0], id: $0[1])
        }
        let (entries, next, count) = try await services.database.read { tx in
            let page = try CustomerList.page(matching: text, after: after, limit: 100, for: actor, in: tx)
            let contacts = try PeopleDirectory.contactCounts(of: page.organisations.map(\.id), in: tx)
            let entries = page.organisations.map { Entry(organisation: $0, contacts: contacts[$0.id] ?? 0) }
            return (entries, page.next, try CustomerList.count(matching: text, for: actor, in: tx))
        }
        let policy = services.policy.current
        let content: HTML
        if !entries.isEmpty {
            content = table(entries, policy, actor, CalendarDay(services.clock())) + nextLink(next, text)
        } else {
            content = text.isEmpty ? noneYet(actor) : noneFound(text)
        }
        let isEmptyHouse = entries.isEmpty && text.isEmpty
        let main: HTML = """
            <div class="q-head"><h1>Organisations</h1>\(isEmptyHouse ? .empty : countMark(count))\(isEmptyHouse ? .empty : addButtons(actor))</div>
            \(isEmptyHouse ? .empty : searchForm(text))
            \(content)
            """
        return services.page(Page("Organisations", here: "/organisations", main: main), for: call)
    }

    private static func countMark(_ count: Int) -> HTML { "<span class=\"dim\">\(count)</span>" }

    private static func addButtons(_ actor: Actor) -> HTML {
        actor.may("organisation.edit") ? "<div class=\"btns\">\(addLink)</div>" : .empty
    }

    private static let addLink: HTML = """
        <a class="btn go" href="/organisations/new">\(icon("plus"))New organisation</a>
        """

    private static func searchForm(_ text: String) -> HTML {
        """
        <form class="filters" role="search" action="/organisations"><div class="seek">\(icon("search"))<label class="sr" for="q">Search organisations</label><input class="input" id="q" name="q" type="search" value="\(text)" placeholder="Name" dir="auto" autocomplete="off" data-search></div><button class="btn">Search</button></form>
        """
    }

    private static func table(
        _ entries: [Entry], _ policy: Policy, _ actor: Actor, _ today: CalendarDay
    ) -> HTML {
        let internalHeads: HTML =
            actor.isCustomer
            ? .empty
            : "<th scope=\"col\" role=\"columnheader\">Risk</th><th scope=\"col\" role=\"columnheader\">Renewal</th>"
        return """
            <div class="card clip"><table class="tbl" role="table" aria-label="Organisations"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Name</th><th scope="col" role="columnheader">Tier</th><th scope="col" role="columnheader">Contacts</th>\(internalHeads)</tr></thead>
            <tbody role="rowgroup">\(entries.map { row($0, policy, actor, today) })</tbody></table></div>
            """
    }

    private static func row(
        _ entry: Entry, _ policy: Policy, _ actor: Actor, _ today: CalendarDay
    ) -> HTML {
        let organisation = entry.organisation
        return """
            <tr role="row" id="o-\(organisation.id.raw)" data-row><th scope="row" role="rowheader"><a href="/organisations/\(organisation.id.raw)" data-row-open>\(isolated(organisation.name))</a></th><td role="cell" data-label="Tier">\(policy.name(of: organisation.tier, in: \.tiers))</td><td role="cell" data-label="Contacts">\(entry.contacts)</td>\(actor.isCustomer ? .empty : standing(organisation.record, policy, today))</tr>

            """
    }

    private static func standing(_ record: AccountRecord, _ policy: Policy, _ today: CalendarDay) -> HTML {
        let levels = policy.riskLevels.map(\.id)
        let worst = record.risks.filter { $0.state(on: today) == .active }.map(\.terms.level).max {
            (levels.firstIndex(of: $0) ?? -1) < (levels.firstIndex(of: $1) ?? -1)
        }
        let risk: HTML =
            worst.map { "<span class=\"tag warn\">\(policy.name(of: $0, in: \.riskLevels))</span>" }
            ?? "<span class=\"dim\">None</span>"
        let renewal: HTML =
            record.first(.renewal).map { "\($0)" } ?? "<span class=\"dim\">Not set</span>"
        return """
            <td role="cell" data-label="Risk">\(risk)</td><td role="cell" data-label="Renewal">\(renewal)</td>
            """
    }

    private static func nextLink(_ next: CustomerPlace?, _ text: String) -> HTML {
        guard let next else { return .empty }
        let cursor = Cursor.text([next.name, next.id])
        let search = text.isEmpty ? "" : "&q=\(percentEncoded(text))"
        return
            "<p class=\"by\"><a href=\"/organisations?cursor=\(cursor)\(search)\">Next organisations</a></p>"
    }

    private static func noneYet(_ actor: Actor) -> HTML {
        """
        <div class="card"><div class="empty"><h2>No organisations yet</h2><p>A case belongs to an organisation, and its contacts see only what is theirs. Add the first by hand, or import them with cases.</p>\(actor.may("organisation.edit") ? addLink : .empty)<p class="eg">For example: Halden Travel, Enterprise, contact Daniel Roth.</p></div></div>
        """
    }

    private static func noneFound(_ text: String) -> HTML {
        """
        <div class="card"><div class="empty"><h2>No organisation matches</h2><p>No name holds “\(isolated(text))”.</p><a class="btn" href="/organisations">Show all organisations</a></div></div>
        """
    }
}
