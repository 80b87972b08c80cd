import Diagnosis
import Domain
import Storage
import Web

/// Saved views on the wire.
enum ViewsJSON {
    static let reads = [
        APIRead(
            "view.list", "Views that you see, with how many cases they find", path: "/views",
            access: .right("case.view")
        ) {
            call, services in
            let (policy, now, counts) = (services.policy.current, services.clock(), services.caseCounts)
            return try await services.database.read { tx in
                let first = try ViewDirectory.first(for: call.actor, in: tx)?.id
                let views = try ViewDirectory.all(for: call.actor, in: tx)
                return [
                    "items": .array(
                        try views.map { view in
                            let count = try ViewDirectory.count(
                                view, for: call.actor, policy: policy, now: now, counts: counts, in: tx)
                            return json(view, count, isFirst: view.id == first)
                        })
                ]
            }
        },
        APIRead("view.read", "One view", path: "/views/{id}", access: .right("case.view")) { call, services in
            let (policy, now, counts) = (services.policy.current, services.clock(), services.caseCounts)
            let id = call.request.parameter("id")
            return try await services.database.read { tx in
                let view = try ViewDirectory.find(id, for: call.actor, in: tx)
                let count = try ViewDirectory.count(
                    view, for: call.actor, policy: policy, now: now, counts: counts, in: tx)
                return json(
                    view, count, isFirst: try ViewDirectory.first(for: call.actor, in: tx)?.id == view.id)
            }
        },
    ]

    private static func json(_ view: SavedView, _ count: ViewCount, isFirst: Bool) -> JSON {
        var (number, isExact, problem): (JSON, JSON, JSON) = (.null, .null, .null)
        switch count {
        case .cases(let total): (number, isExact) = (.integer(Int64(total.number)), .bool(total.isExact))
        case .problem(let found): problem = .string("Column \(found.column): \(found.message)")
        }
        return [
            "id": .string(view.id.raw), "version": .integer(Int64(view.version.number)),
            "name": .string(view.content.name), "search": .string(view.content.search),
            "shared": .bool(view.content.isShared), "owner": .string(view.owner.raw),
            "shown_first": .bool(isFirst), "count": number, "count_is_exact": isExact, "problem": problem,
        ]
    }
}
