import Domain
import Storage
import Web

/// Who may do what: every right and the roles that have it.
enum PolicyRightsPages {
    static func rights(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let policy = try await services.database.read { [policy = services.policy] tx in
            try policy.inForce(in: tx)
        }
        let operations = Dictionary(grouping: services.catalog.operations, by: \.right)
        let rows = services.catalog.rights.sorted().map { row($0, operations[$0] ?? [], policy) }
        let headers = policy.roles.map { "<th scope=\"col\" role=\"columnheader\">\($0.id)</th>" as HTML }
        let main: HTML = """
            <nav class="crumb" aria-label="Breadcrumb"><a href="/policy">Policy</a><span aria-hidden="true">/</span><span>Roles and rights</span></nav>
            <div class="head"><div><h1>Roles and rights</h1><p class="lede">What each role may do, as the policy in force says. A person with several roles has the rights of all of them.</p></div></div>
            <div class="stack">\(roles(policy))
            <section class="card clip" aria-labelledby="rights-h"><div class="sec"><h2 id="rights-h">Rights</h2></div><table class="tbl" role="table" aria-labelledby="rights-h"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Right</th>\(headers)</tr></thead>
            <tbody role="rowgroup">\(rows)</tbody></table></section></div>
            """
        return services.page(Page("Roles and rights", here: "/policy", main: main), for: call)
    }

    private static func roles(_ policy: Policy) -> HTML {
        let items = policy.roles.map { role in
            "<dt>\(role.id)</dt><dd>\(isolated(role.name)), \(role.rights.count == 1 ? "1 right" : "\(role.rights.count) rights")\(role.requiresSecondFactor ? ", second factor required" : "")</dd>"
                as HTML
        }
        return """
            <section class="card pad" aria-labelledby="roles-h"><h2 id="roles-h">Roles</h2><dl class="pairs">\(items)</dl></section>
            """
    }

    private static func row(_ right: Right, _ operations: [AnyOperation], _ policy: Policy) -> HTML {
        let uses = operations.map(\.summary).joined(separator: ", ")
        let cells = policy.roles.map { role -> HTML in
            let mark: HTML =
                role.rights.contains(right)
                ? "\(icon("check"))<span class=\"sr\">Yes</span>"
                : "<span class=\"dim\" aria-hidden=\"true\">–</span><span class=\"sr\">No</span>"
            return "<td role=\"cell\" data-label=\"\(role.id)\">\(mark)</td>"
        }
        return """
            <tr role="row"><th scope="row" role="rowheader">\(right.name)\(uses.isEmpty ? .empty : "<br><span class=\"dim f12\">\(uses)</span>" as HTML)</th>\(cells)</tr>

            """
    }
}
