import Diagnosis
import Domain
import Storage
import Web

/// Cases on the wire, as their customer may read them.
enum PortalJSON {
    static let reads = [
        APIRead(
            "portal.list", "Your organisation’s cases, latest change first", path: "/portal/cases",
            access: .right("portal.view"),
            parameters: [
                .init(
                    "q",
                    "Words in what you and we wrote, “phrases”, is:open, is:solved, AND, OR, NOT, brackets"),
                .init("limit", "At most so many, 1 to 200"), .init("cursor", "Where the page before ended"),
            ]
        ) { call, services in try await list(call, services) },
        APIRead("portal.read", "One of your cases", path: "/portal/cases/{id}", access: .right("portal.view"))
        {
            call, services in
            let reference = call.request.parameter("id")
            let policy = services.policy.current
            return json(
                try await services.database.read { tx in
                    try CaseDirectory.find(reference, for: call.actor, in: tx)
                }, policy)
        },
        APIRead(
            "portal.timeline", "What was written and what changed, oldest first",
            path: "/portal/cases/{id}/timeline",
            access: .right("portal.view"),
            parameters: [
                .init("limit", "At most so many, 1 to 500"), .init("cursor", "Where the page before ended"),
            ]
        ) { call, services in try await timeline(call, services) },
    ]

    private static func list(_ call: SignedInCall, _ services: Services) async throws -> JSON {
        let limit = try CasesJSON.limit(call.request, most: 200, usual: 50)
        var after: CasePosition?
        if let parts = try Cursor.parts(call.request.query("cursor"), count: 2) {
            guard let moment = Int64(parts[0]) else { throw Cursor.notOurs }
            after = CasePosition(changedAt: moment, id: parts[1])
        }
        guard let organisation = call.actor.organisation else { return ["items": [], "next": .null] }
        let search = CaseSearchText(
            try CaseSearchText.checked(call.request.query("q") ?? "", field: "q"), for: call.actor,
            policy: services.policy.current, now: services.clock())
        let position = after
        let cases = try await services.database.read { tx in
            var found = try search.meaning(in: tx).get()
            (found.organisation, found.order) = (organisation, .updatedDescending)
            return try CaseDirectory.list(found, for: call.actor, after: position, limit: limit + 1, in: tx)
        }
        let page = cases.prefix(limit)
        let next =
            cases.count > limit
            ? page.last.map { Cursor.text([String($0.publiclyChangedAt.microseconds), $0.id.raw]) } : nil
        let policy = services.policy.current
        return ["items": .array(page.map { json($0, policy) }), "next": next.map(JSON.string) ?? .null]
    }

    /// The public entries, numbered among themselves: gaps would tell how much was done between them.
    private static func timeline(_ call: SignedInCall, _ services: Services) async throws -> JSON {
        let limit = try CasesJSON.limit(call.request, most: 500, usual: 100)
        let cursor = try Cursor.parts(call.request.query("cursor"), count: 1)?.first
        guard let start = Int(cursor ?? "0"), start >= 0 else { throw Cursor.notOurs }
        let policy = services.policy.current
        let reference = call.request.parameter("id")
        let (facts, names) = try await services.database.read { tx in
            let this = try CaseDirectory.find(reference, for: call.actor, in: tx)
            let facts = try OutwardDirectory.readable(
                CaseDirectory.facts(of: this.id, kinds: CaseFact.publicKinds, in: tx), of: this,
                by: call.actor.id, policy: policy, in: tx)
            return (facts, try PeopleDirectory.names(of: facts.map(\.actor), in: tx))
        }
        let page = Array(zip(1..., facts).dropFirst(start).prefix(limit))
        let end = start + page.count
        return [
            "items": .array(page.map { CasesJSON.publicEntry($0.1, number: $0.0, names, policy) }),
            "next": end < facts.count ? .string(Cursor.text([String(end)])) : .null,
        ]
    }

    /// No internal status, severity, owner or classification: only what the portal's pages say.
    private static func json(_ this: SupportCase, _ policy: Policy) -> JSON {
        [
            "id": .string(this.id.raw), "number": .string(this.number), "subject": .string(this.subject),
            "symptom": this.channel == "alert" ? .null : .string(this.symptom),
            "version": .integer(Int64(this.publicVersion.number)),
            "state": .string(policy.status(this.status)?.customerWords ?? ""),
            "opened_at": this.openedAt.json,
            "next_update_at": this.arrangement.nextUpdateAt.map(\.json) ?? .null,
            "resolved_at": this.resolvedAt.map(\.json) ?? .null, "updated_at": this.publiclyChangedAt.json,
        ]
    }
}
