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
            let entries = try page.organisations.map {
                Entry(organisation: $0, contacts: try PeopleDirectory.contacts(of: $0.id, in: tx).count)
            }
            return (entries, page.next, try CustomerList.count(matching: text, for: actor, in: tx))
        }
        let policy = services.policy.current
        let content: HTML
        if !entries.isEmpty {
            content = table(entries, policy) + nextLink(next, text)
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

    private static func table(_ entries: [Entry], _ policy: Policy) -> HTML {
        """
        <div class="card clip"><table class="tbl" role="table" aria-label="Organisations"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Name</th><th scope="col" role="columnheader">Tier</th><th scope="col" role="columnheader">Contacts</th></tr></thead>
        <tbody role="rowgroup">\(entries.map { row($0, policy) })</tbody></table></div>
        """
    }

    private static func row(_ entry: Entry, _ policy: Policy) -> HTML {
        let organisation = entry.organisation
        return """
            <tr role="row" id="o-\(organisation.id.raw)" data-row><th scope="row" role="rowheader"><a href="/organisations/\(organisation.id.raw)" data-row-open>\(isolated(organisation.name))</a></th><td role="cell" data-label="Tier">\(policy.name(of: organisation.tier, in: \.tiers))</td><td role="cell" data-label="Contacts">\(entry.contacts)</td></tr>

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

    // MARK: One organisation

    static func organisation(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (id, actor) = (call.request.parameter("id"), call.actor)
        let (organisation, contacts) = try await services.database.read { tx in
            let organisation = try CustomerDirectory.find(id, seenBy: actor, in: tx)
            return (organisation, try PeopleDirectory.contacts(of: organisation.id, in: tx))
        }
        let tier = services.policy.current.name(of: organisation.tier, in: \.tiers)
        let cases = try await caseSection(organisation, call, services)
        let main: HTML = """
            <nav class="crumb" aria-label="Breadcrumb"><a href="/organisations">Organisations</a><span aria-hidden="true">/</span><span>\(isolated(organisation.name))</span></nav>
            \(head(organisation, tier, contacts.count, call, now: services.clock()))
            <div class="case"><div class="stack">
            \(cases)
            \(contactSection(organisation, contacts, actor))</div>
            \(details(organisation, tier, actor))</div>
            """
        return services.page(Page(organisation.name, here: "/organisations", main: main), for: call)
    }

    private static func caseSection(
        _ organisation: Organisation, _ call: SignedInCall, _ services: Services
    ) async throws -> HTML {
        guard call.actor.may("case.view") else { return .empty }
        let rows = try await CaseDirectory.rows(ofOrganisation: organisation.id, call, services)
        return
            "<section aria-labelledby=\"oc\"><div class=\"sec\"><h2 id=\"oc\">Cases</h2></div>\(rows)</section>"
    }

    private static func head(
        _ organisation: Organisation, _ tier: String, _ contacts: Int, _ call: SignedInCall, now: Timestamp
    ) -> HTML {
        let newCase: HTML = """
            <a class="btn go" href="/cases/new?organisation=\(organisation.id.raw)" data-key="c" aria-keyshortcuts="c">\(icon("plus"))New case<kbd>c</kbd></a>
            """
        return """
            <div class="head"><div><h1>\(isolated(organisation.name))</h1><div class="meta"><span>\(tier)</span><span>\(contacts == 1 ? "1 contact" : "\(contacts) contacts")</span><span>Added \(time(organisation.addedAt, now: now))</span></div></div>\(call.actor.may("case.open") ? "<div class=\"btns\">\(newCase)</div>" : .empty)</div>
            """
    }

    private static func contactSection(
        _ organisation: Organisation, _ contacts: [Person], _ actor: Actor
    ) -> HTML {
        let add: HTML = """
            <a class="btn small" href="/people/new?roles=customer&organisation=\(organisation.id.raw)">\(icon("plus"))Add contact</a>
            """
        let content: HTML = contacts.isEmpty ? noContacts(organisation) : contactTable(contacts, actor)
        return """
            <section aria-labelledby="ct"><div class="sec"><h2 id="ct">Contacts</h2><span class="dim f13">\(contacts.count)</span>\(actor.may("people.manage") ? "<div class=\"btns\">\(add)</div>" : .empty)</div><div class="card clip">\(content)</div></section>
            """
    }

    private static func noContacts(_ organisation: Organisation) -> HTML {
        """
        <div class="empty"><h2>No contacts yet</h2><p>Contacts of \(isolated(organisation.name)) sign in to the portal, report cases and see only the cases of their organisation. An administrator adds them.</p></div>
        """
    }

    private static func contactTable(_ contacts: [Person], _ actor: Actor) -> HTML {
        """
        <table class="tbl" role="table" aria-label="Contacts"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Name</th><th scope="col" role="columnheader">E-mail</th><th scope="col" role="columnheader">State</th></tr></thead>
        <tbody role="rowgroup">\(contacts.map { contact($0, actor) })</tbody></table>
        """
    }

    private static func contact(_ person: Person, _ actor: Actor) -> HTML {
        let name: HTML =
            actor.may("people.view")
            ? "<a href=\"/people/\(person.id.raw)\" data-row-open>\(isolated(person.name))</a>"
            : isolated(person.name)
        let state: HTML =
            person.isActive
            ? "<span class=\"tag good\">Active</span>" : "<span class=\"tag\">Switched off</span>"
        return """
            <tr role="row" id="p-\(person.id.raw)" data-row\(.attribute("class", person.isActive ? nil : "off"))><th scope="row" role="rowheader">\(name)</th><td role="cell" data-label="E-mail">\(person.email.map(isolated) ?? "None")</td><td role="cell" data-label="State">\(state)</td></tr>

            """
    }

    private static func details(_ organisation: Organisation, _ tier: String, _ actor: Actor) -> HTML {
        let path = "/organisations/\(organisation.id.raw)"
        let mayEdit = actor.may("organisation.edit")
        let editName: HTML =
            mayEdit ? " <a href=\"\(path)/rename\">Edit<span class=\"sr\"> name</span></a>" : .empty
        let editTier: HTML =
            mayEdit ? " <a href=\"\(path)/change_tier\">Edit<span class=\"sr\"> tier</span></a>" : .empty
        let origin: HTML =
            organisation.origin.map { "<dt>Imported as</dt><dd>\(isolated($0))</dd>" } ?? .empty
        return """
            <aside class="card clip" aria-label="Details"><section class="panel"><header><h2>Organisation</h2></header><dl class="pairs"><dt>Name</dt><dd>\(isolated(organisation.name))\(editName)</dd><dt>Tier</dt><dd>\(tier)\(editTier)</dd>\(origin)</dl></section></aside>
            """
    }
}
