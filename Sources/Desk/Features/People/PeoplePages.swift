import Domain
import HTTPTypes
import Storage
import Web

/// The people of an installation, for those who may see and manage them.
enum PeoplePages {
    static func routes(_ accounts: Accounts) -> [Route] {
        let services = accounts.services
        return [
            .signedIn(.get, "/people", .right("people.view")) { call in try await list(call, services) },
            .signedIn(.get, "/people/{id}", .right("people.view")) { call in
                try await show(call, services, link: nil)
            },
            .signedIn(.post, "/people/{id}/reset_password", .right("people.manage")) { call in
                let person = try await find(call, services)
                let secret = try await accounts.makeLink(purpose: "password", person: person.id, hours: 24)
                return try await show(call, services, link: secret)
            },
            .signedIn(.post, "/people/{id}/sessions/{session}/end", .right("people.manage")) { call in
                let person = try await find(call, services)
                try await accounts.endSession(
                    call.request.parameter("session"), of: person.id.raw, by: call.actor)
                return .seeOther("/people/\(person.id.raw)?done=saved")
            },
        ]
    }

    private static func find(_ call: SignedInCall, _ services: Services) async throws -> Person {
        let id = call.request.parameter("id")
        guard let person = try await services.database.read({ tx in try PeopleDirectory.find(id, in: tx) })
        else {
            throw Refusal.notFound("person")
        }
        return person
    }

    private static func list(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let text = (call.request.query("q") ?? "").lowercased()
        let parts = try Cursor.parts(call.request.query("cursor"), count: 1)
        guard let start = Int(parts?.first ?? "0"), start >= 0 else { throw Cursor.notOurs }
        let (found, count) = try await services.database.read { tx in
            (
                try tx.all(
                    PeopleQueries.people(matching: text, limit: pageSize + 1, offset: start),
                    PeopleQueries.readPerson),
                try tx.first(PeopleQueries.count(matching: text)) { Int($0.integer(0)) } ?? 0
            )
        }
        let people = Array(found.prefix(pageSize))
        let next: HTML = found.count > pageSize ? nextLink(start + pageSize, text) : .empty
        let policy = services.policy.current
        let add: HTML =
            call.actor.may("people.manage")
            ? "<div class=\"btns\"><a class=\"btn go\" href=\"/people/new\">\(icon("plus"))Add person</a></div>"
            : .empty
        let rows = people.map { row($0, policy) }
        let table: HTML =
            people.isEmpty
            ? "<div class=\"card\"><div class=\"empty\"><h2>Nobody found</h2><p>Names and addresses are searched.</p></div></div>"
            : """
            <div class="card clip"><table class="tbl" role="table" aria-label="People"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Name</th><th scope="col" role="columnheader">E-mail</th><th scope="col" role="columnheader">Roles</th><th scope="col" role="columnheader">State</th></tr></thead><tbody role="rowgroup">\(rows)</tbody></table></div>
            """
        let main: HTML = """
            <div class="q-head"><h1>People</h1><span class="dim">\(grouped(count))</span>\(add)</div>
            <form class="filters" role="search" action="/people"><div class="seek">\(icon("search"))<label class="sr" for="q">Search people</label><input class="input" id="q" name="q" type="search" value="\(text)" placeholder="Name or address" autocomplete="off" data-search></div><button class="btn">Search</button></form>
            \(table)\(next)
            """
        return services.page(Page("People", here: "/people", main: main), for: call)
    }

    private static let pageSize = 200

    private static func nextLink(_ start: Int, _ text: String) -> HTML {
        let search = text.isEmpty ? "" : "&q=\(percentEncoded(text))"
        return """
            <p class="more"><a class="btn" href="/people?cursor=\(Cursor.text([String(start)]))\(search)">Show more people</a></p>
            """
    }

    private static func roleTags(_ person: Person, _ policy: Policy) -> HTML {
        let tags = person.roles.map { "<span class=\"tag\">\(policy.role($0)?.name ?? $0)</span>" as HTML }
        return "<span class=\"roles\">\(tags)</span>"
    }

    private static func row(_ person: Person, _ policy: Policy) -> HTML {
        """
        <tr class="row\(person.isActive ? "" : " off")" id="p-\(person.id.raw)" role="row" data-row><td role="cell"><a href="/people/\(person.id.raw)" data-row-open>\(isolated(person.name))</a></td><td role="cell" data-label="E-mail">\(person.email ?? "none")</td><td role="cell" data-label="Roles">\(roleTags(person, policy))</td><td role="cell" data-label="State">\(person.isActive ? "Active" : "Not active")</td></tr>

        """
    }

    private static func show(_ call: SignedInCall, _ services: Services, link: String?) async throws
        -> WebResponse
    {
        let person = try await find(call, services)
        let canManage = call.actor.may("people.manage")
        try await VisitStore.keep(
            Visit(after: nil, version: person.version.number, at: services.clock()), kind: Person.kind,
            id: person.id.raw, of: call.actor, services)
        let (sessions, organisation) = try await services.database.read { tx in
            (
                try tx.all(PeopleQueries.sessions(of: person.id.raw), PeopleQueries.readSession),
                try person.organisation.flatMap { try CustomerDirectory.names(of: [$0], in: tx)[$0]?.name }
            )
        }
        let now = services.clock()
        let path = "/people/\(person.id.raw)"
        let manage: HTML =
            canManage
            ? """
            <section class="card" aria-labelledby="ss"><div class="sec"><h2 id="ss">Sessions</h2></div>\(SessionList.html(sessions, own: call.means, path: "\(path)/sessions", now: now))</section>
            \(access(person, path, now))
            """ : .empty
        let main: HTML = """
            <nav class="crumb" aria-label="Breadcrumb"><a href="/people">People</a><span aria-hidden="true">/</span><span>\(isolated(person.name))</span></nav>
            <div class="narrow stack"><div class="head"><div><h1 dir="auto">\(person.name)</h1><div class="meta"><span>\(person.email ?? "no address")</span><span>\(person.isActive ? "Active" : "Not active")</span>\(organisation.map { "<span>\(isolated($0))</span>" as HTML } ?? .empty)</div></div></div>
            \(link.map { linkNotice($0, call, services) } ?? .empty)
            <section class="card" aria-labelledby="rl"><div class="sec"><h2 id="rl">Roles</h2>\(canManage ? "<div class=\"btns\"><a class=\"btn small\" href=\"\(path)/change_roles\">Change</a></div>" : .empty)</div><div class="pad">\(roleTags(person, services.policy.current))</div></section>
            \(manage)</div>
            """
        return services.page(Page(person.name, here: "/people", main: main), for: call)
    }

    private static func linkNotice(_ secret: String, _ call: SignedInCall, _ services: Services) -> HTML {
        let address = "\(services.publicURL ?? "http://\(call.request.host)")/password/\(secret)"
        return """
            <div class="notice" role="status">\(icon("check"))<div><b>Link for a new password made.</b> It works once and ends in 24 hours. Hand it over yourself; it is not shown again.<div class="secret"><code id="reset">\(address)</code><button class="btn small" type="button" data-copy="reset">Copy</button></div></div></div>
            """
    }

    private static func secondFactor(_ person: Person, _ path: String, _ now: Timestamp) -> HTML {
        guard let since = person.secondFactorAt else {
            let reset: HTML =
                person.secondFactorReset.map { "; reset \(time($0.at, now: now))" } ?? .empty
            return "<li><div>Second factor<small>Not set up\(reset)</small></div></li>"
        }
        return """
            <li><div>Second factor<small>In use since \(time(since, now: now))</small></div><a class="btn small danger" href="\(path)/reset_second_factor">Reset</a></li>
            """
    }

    private static func access(_ person: Person, _ path: String, _ now: Timestamp) -> HTML {
        let onOff: HTML =
            person.isActive
            ? """
            <li><div>Deactivate<small>Ends all use at once. Owned cases stay until you reassign them.</small></div><a class="btn small danger" href="\(path)/deactivate">Deactivate</a></li>
            """
            : "<li><div>Activate<small>The person can sign in again.</small></div><a class=\"btn small\" href=\"\(path)/reactivate\">Activate</a></li>"
        return """
            <section class="card" aria-labelledby="pw"><div class="sec"><h2 id="pw">Access</h2></div><ul class="items"><li><div>Name<small>\(isolated(person.name))</small></div><a class="btn small" href="\(path)/rename">Change</a></li><li><div>Password<small>A link to set a new one, which you hand over</small></div><form method="post" action="\(path)/reset_password"><button class="btn small">Make a link</button></form></li>\(secondFactor(person, path, now))\(onOff)</ul></section>
            """
    }
}
