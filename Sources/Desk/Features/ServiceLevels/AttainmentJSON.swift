import Diagnosis
import Domain
import Storage
import Web

/// The review of service levels on the wire: the numbers of the page, and the outcomes behind them.
enum AttainmentJSON {
    static let reads = [
        APIRead(
            "level.review",
            "How much of what was promised was kept in a time, by measure, clock and segment, and why the rest was missed",
            path: "/levels", access: .right(AttainmentPages.right), parameters: AttainmentQuery.narrowing
        ) { call, services in
            let (policy, review) = try await review(call, services)
            return json(review, policy)
        },
        APIRead(
            "level.outcomes",
            "The clocks that were decided in a time: what stands behind a number of the review",
            path: "/levels/cases", access: .right(AttainmentPages.right),
            parameters: AttainmentQuery.parameters
        ) { call, services in
            let rows = try await rows(call, services, limit: 500)
            return ["items": .array(rows.map(json))]
        },
    ]

    private static func review(
        _ call: SignedInCall, _ services: Services
    ) async throws -> (Policy, AttainmentReview) {
        let (policy, now) = (services.policy.current, services.clock())
        let asked = try AttainmentQuery(call.request, policy, now: now)
        let review = try await services.database.read { tx in
            try AttainmentReview(asked, for: call.actor, policy: policy, now: now, in: tx)
        }
        return (policy, review)
    }

    private static func rows(
        _ call: SignedInCall, _ services: Services, limit: Int
    ) async throws -> [AttainmentDirectory.Row] {
        let (policy, now) = (services.policy.current, services.clock())
        let asked = try AttainmentQuery(call.request, policy, now: now)
        return try await services.database.read { tx in
            try AttainmentDirectory.rows(asked, for: call.actor, policy: policy, limit: limit, in: tx)
        }
    }

    // MARK: JSON

    private static func json(_ tally: Attainment.Tally) -> JSON {
        .fields([
            "kept": .integer(Int64(tally.kept)), "missed": .integer(Int64(tally.missed)),
            "count": .integer(Int64(tally.count)),
            "kept_permille": tally.permille.map { .integer(Int64($0)) },
            "too_few": .bool(tally.isSmall),
        ])
    }

    private static func json(_ group: Attainment.Group) -> JSON {
        var object = JSONObject()
        for measure in Attainment.Measure.allCases { object[measure.rawValue] = json(group[measure]) }
        return .object(object)
    }

    private static func json(_ review: AttainmentReview, _ policy: Policy) -> JSON {
        let counts = review.counts
        var clocks = JSONObject()
        for clock in CaseClock.allCases {
            if let tally = counts.clocks[clock] { clocks[clock.rawValue] = json(tally) }
        }
        let segments = Attainment.Segment.allCases.flatMap { segment in
            review.values(of: segment).map { value, group -> JSON in
                .fields([
                    "segment": .string(segment.rawValue), "value": value.isEmpty ? nil : .string(value),
                    "name": .string(review.name(value, of: segment, policy)), "measures": json(group),
                ])
            }
        }
        return .fields([
            "from": review.asked.period.lowerBound.json, "to": review.asked.period.upperBound.json,
            "cases": .integer(Int64(counts.caseCount)), "merged_left_out": .integer(Int64(review.merged)),
            "waiting_to_be_counted": .integer(Int64(review.waiting)),
            "target_percent": .integer(Int64(policy.serviceLevels.attainmentPercent)),
            "measures": json(counts.all), "clocks": .object(clocks), "segments": .array(segments),
            "causes": .array(
                counts.causes.sorted { ($1.value, $0.key ?? "") < ($0.value, $1.key ?? "") }.map {
                    .fields(["cause": $0.key.map(JSON.string), "missed": .integer(Int64($0.value))])
                }),
            "states": .array(
                counts.states.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
                    ["state": .string($0.key), "seconds": .integer($0.value)]
                }),
            "services": .array(review.services.map { ServicesJSON.json($0) }),
            "prevention": .array(review.steps.map(json)),
        ])
    }

    static func json(_ step: PreventionStep) -> JSON {
        .fields([
            "id": .string(step.id.raw), "version": .integer(Int64(step.version.number)),
            "period": .string(step.plan.period), "text": .string(step.plan.text),
            "owner": .string(step.plan.owner.raw), "due_at": step.plan.dueAt.json,
            "cause": step.plan.cause.map(JSON.string), "outcome": step.outcome.map { .string($0.rawValue) },
            "result": step.result.map(JSON.string), "ended_at": step.endedAt?.json,
        ])
    }

    private static func json(_ row: AttainmentDirectory.Row) -> JSON {
        let one = row.outcome
        return .fields([
            "case": .string(row.this.number), "clock": .string(one.clock.clock.rawValue),
            "item": one.clock.item.map(JSON.string), "cycle": .integer(Int64(one.number)),
            "kept": .bool(one.isKept), "decided_at": one.decidedAt.json, "started_at": one.startedAt.json,
            "due_at": one.dueAt?.json, "ended_at": one.endedAt?.json, "target_seconds": .integer(one.target),
            "spent_seconds": one.spent.map(JSON.integer), "raw_seconds": one.raw.map(JSON.integer),
            "service_level": .string(one.level), "severity": .string(one.severity),
            "tier": one.tier.map(JSON.string), "cause": one.cause.map(JSON.string),
            "customer_told": one.isCustomerTold.map(JSON.bool),
            "correction": row.record?.correction.map(JSON.string),
            "notice": row.record?.notice.map(JSON.string),
            "time_by_state": .array(
                one.shares.map { ["state": .string($0.status), "seconds": .integer($0.seconds)] }),
        ])
    }

    // MARK: CSV

    static func csv(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (policy, review) = try await review(call, services)
        var lines = [["segment", "value", "measure", "kept", "missed", "count", "kept_permille"]]
        func add(_ segment: String, _ value: String, _ name: String, _ tally: Attainment.Tally) {
            guard tally.count > 0 else { return }
            lines.append([
                segment, value, name, "\(tally.kept)", "\(tally.missed)", "\(tally.count)",
                tally.permille.map(String.init) ?? "",
            ])
        }
        for measure in Attainment.Measure.allCases {
            add("All", "", measure.label, review.counts.all[measure])
        }
        for clock in CaseClock.allCases {
            add("Clock", clock.label, clock.label, review.counts.clocks[clock] ?? .init())
        }
        for segment in Attainment.Segment.allCases {
            for (value, group) in review.values(of: segment) {
                for measure in Attainment.Measure.allCases {
                    add(
                        segment.label, review.name(value, of: segment, policy), measure.label, group[measure])
                }
            }
        }
        return CSVText.response(lines, name: "service-levels-\(review.asked.period.lowerBound.day).csv")
    }

    static func casesCSV(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let policy = services.policy.current
        let rows = try await rows(call, services, limit: 100_000)
        var lines = [
            [
                "case", "subject", "clock", "cycle", "kept", "due_at", "ended_at", "target_seconds",
                "spent_seconds", "severity", "tier", "service_level", "cause", "correction", "customer_told",
                "notice", "time_by_state",
            ]
        ]
        for row in rows {
            let one = row.outcome
            let states = one.shares.map { share in
                "\(policy.status(ID(share.status))?.name ?? share.status) \(durationWords(seconds: share.seconds))"
            }
            lines.append([
                row.this.number, row.this.subject, one.clock.label, "\(one.number)",
                one.isKept ? "yes" : "no",
                one.dueAt?.rfc3339 ?? "", one.endedAt?.rfc3339 ?? "", "\(one.target)",
                one.spent.map { "\($0)" } ?? "", policy.severity(ID(one.severity))?.name ?? one.severity,
                one.tier.map { policy.name(of: $0, in: \.tiers) } ?? "",
                policy.serviceLevels.level(one.level)?.name ?? one.level,
                one.cause.map { policy.name(of: $0, in: \.breachCauses) } ?? "", row.record?.correction ?? "",
                one.isCustomerTold.map { $0 ? "yes" : "no" } ?? "", row.record?.notice ?? "",
                states.joined(separator: "; "),
            ])
        }
        return CSVText.response(lines, name: "service-level-cases.csv")
    }
}
