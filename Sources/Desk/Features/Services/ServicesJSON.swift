import Diagnosis
import Domain
import Storage
import Web

/// Services on the wire.
enum ServicesJSON {
    static let reads = [
        APIRead(
            "service.list", "Services with what is left of their error budgets", path: "/services",
            access: .right(ServicesFeature.viewRight)
        ) { call, services in
            let (policy, now) = (services.policy.current, services.clock())
            let standing = try await services.database.read { tx in
                try ServicesDirectory.standing(for: call.actor, policy: policy, at: now, in: tx)
            }
            return ["items": .array(standing.map { json($0) })]
        },
        APIRead(
            "service.read", "A service, its error budget and what spent it", path: "/services/{id}",
            access: .right(ServicesFeature.viewRight)
        ) { call, services in
            let one = try await ServicesPages.read(call, services, at: services.clock())
            var object = json(one).object ?? JSONObject()
            object["bad_times"] = .array(one.bad.map(bad))
            return .object(object)
        },
    ]

    /// A service with its budget.
    static func json(_ one: ServicesDirectory.Standing) -> JSON {
        let budget = one.budget
        func rate(_ seconds: Int64) -> JSON { .number(Double(budget.burn(last: seconds)) / 10) }
        return .fields([
            "service": .string(one.service.id), "name": .string(one.service.name),
            "target_percent": .string(ServiceObjective.percent(budget.objective.target)),
            "window_days": .integer(Int64(budget.objective.days)),
            "availability_percent": .string(ServiceObjective.percent(budget.availability)),
            "allowed_seconds": .integer(budget.objective.allowed), "spent_seconds": .integer(budget.spent),
            "left_seconds": .integer(budget.left), "left_percent": .integer(budget.leftPercent),
            "burn_rate": ["1h": rate(3600), "6h": rate(21_600), "3d": rate(259_200)],
            "lasts_seconds": budget.lasts(byLast: 21_600).map(JSON.integer),
        ])
    }

    private static func bad(_ one: ErrorBudget.BadTime) -> JSON {
        var members: [(key: String, value: JSON)] = [
            (key: "from", value: one.from.json), (key: "until", value: one.until?.json ?? .null),
            (key: "words", value: .string(one.words)),
        ]
        switch one.source {
        case .ofCase(let number): members.append((key: "case", value: .string(number)))
        case .recorded(let id): members.append((key: "outage", value: .string(id)))
        }
        return .object(JSONObject(members: members))
    }
}
