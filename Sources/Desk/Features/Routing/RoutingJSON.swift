import Diagnosis
import Domain
import Storage
import Web

/// Routing for programs.
enum RoutingJSON {
    static let reads = [overview, explain, attempt, dryRun]

    private static let overview = APIRead(
        "routing.read", "Routing: rules, queues with their counts, and people with load and state",
        path: "/routing", access: .right("policy.view")
    ) { call, services in
        let (policy, now) = (services.policy.current, services.clock())
        return try await services.database.read { tx in
            let counts = try RoutingDirectory.counts(policy: policy, for: call.actor, in: tx)
            let people = try RoutingDirectory.people(policy: policy, for: call.actor, in: tx)
            return [
                "assign": .string(policy.routing.mode.rawValue),
                "rules": .array(policy.routing.rules.map(json)),
                "queues": .array(
                    policy.routing.queues.map { queue in
                        .fields([
                            "id": .string(queue.id), "name": .string(queue.name),
                            "team": queue.team.map(JSON.string), "fallback": queue.fallback.map(JSON.string),
                            "kind": .string(queue.kind.rawValue),
                            "answered_by": queue.answers.map(JSON.string),
                            "clock": queue.clock.map { .string($0.rawValue) },
                            "open": .integer(Int64(counts[queue.id]?.open ?? 0)),
                            "unowned": .integer(Int64(counts[queue.id]?.unowned ?? 0)),
                        ])
                    }),
                "people": .array(policy.routing.people.map { person($0, people, policy, now) }),
                "surges": .array(policy.routing.surges.map { surge($0, now) }),
                "learned": try learned(policy, now, in: tx),
            ]
        }
    }

    private static let explain = APIRead(
        "routing.explain",
        "Where a case would go now: each rule with why it does not count, each person with what stands in the way",
        path: "/cases/{id}/routing", access: .right("case.view")
    ) { call, services in
        let (policy, now) = (services.policy.current, services.clock())
        return try await services.database.read { tx in
            let this = try CaseDirectory.find(call.request.parameter("id"), for: call.actor, in: tx)
            var situation = try RoutingDirectory.situation(
                of: this, policy: policy, for: call.actor, in: tx)
            situation.model = try RoutingDirectory.model(policy: policy, now: now, in: tx)
            let standing = situation.standing
            return .fields([
                "number": .string(this.number), "queue": standing.queue.map(JSON.string),
                "rule": standing.rule.map(JSON.string), "policy": .integer(Int64(standing.policy)),
                "routed_at": standing.routedAt?.json, "moves": .integer(Int64(standing.moves)),
                "triaged_at": standing.triagedAt?.json, "effort": standing.effort.map(JSON.string),
                "now": decision(situation.decide(policy, at: now), policy, now),
            ])
        }
    }

    private static let attempt = APIRead(
        "routing.try", "Where a case with these values would go now", path: "/routing/try",
        access: .right("policy.view"),
        parameters: RoutingDimensions.all.map {
            .init($0.name, "\($0.dimension.label) of the case")
        } + [.init("text", "the reporter’s words")]
    ) { call, services in
        let (policy, now) = (services.policy.current, services.clock())
        let routed = RoutingDimensions.routed(call.request)
        return try await services.database.read { tx in
            let people = try RoutingDirectory.people(policy: policy, for: call.actor, in: tx)
            return decision(
                RoutingDecision(of: routed, people: people, policy: policy, now: now), policy, now)
        }
    }

    private static let dryRun = APIRead(
        "routing.dry_run", "Which cases of the last days another version of the policy would send elsewhere",
        path: "/routing/dry_run", access: .right("policy.view"),
        parameters: [
            .init("from", "the version to compare from; the one before `to` where it is left out"),
            .init("to", "the version to compare to; the one in force where it is left out"),
            .init("days", "how many days back, 1 to 365; 30 where it is left out"),
        ]
    ) { call, services in
        let days = try number("days", 1...365, call) ?? 30
        let (from, to) = (try number("from", 0...1_000_000, call), try number("to", 0...1_000_000, call))
        let since = services.clock().adding(seconds: -Int64(days) * 86_400)
        return try await services.database.read { tx in
            try compare(from: from, to: to, since: since, for: call.actor, services, in: tx)
        }
    }

    private static func number(
        _ name: String, _ range: ClosedRange<Int>, _ call: SignedInCall
    ) throws(Refusal) -> Int? {
        guard let text = call.request.query(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw Refusal(
                field: name, "out_of_range",
                "“\(name)” is a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }

    private static func compare(
        from: Int?, to: Int?, since: Timestamp, for actor: Actor, _ services: Services,
        in tx: borrowing Transaction
    ) throws -> JSON {
        let newest = try PolicyReading.inForce(in: tx).version.number
        let after = to ?? newest
        let before = from ?? max(0, after - 1)
        let run = try RoutingDirectory.dryRun(
            from: try policy(before, "from", services, in: tx),
            to: try policy(after, "to", services, in: tx), since: since, for: actor, in: tx)
        return json(run, from: before, to: after)
    }

    private static func policy(
        _ version: Int, _ name: String, _ services: Services, in tx: borrowing Transaction
    ) throws -> Policy {
        guard let found = try PolicyReading.document(of: Version(version), services.journal, in: tx) else {
            throw Refusal(field: name, "not_found", "There is no version \(version).")
        }
        return try services.policy.check(found.text).get()
    }

    private static func json(_ run: RoutingDirectory.DryRun, from: Int, to: Int) -> JSON {
        [
            "from": .integer(Int64(from)), "to": .integer(Int64(to)),
            "cases": .integer(Int64(run.cases)), "is_cut": .bool(run.isCut),
            "moves": .array(
                run.moves.map { move in
                    .fields([
                        "number": .string(move.number), "queue_before": move.before.map { .string($0.queue) },
                        "rule_before": move.before.map { .string($0.id) },
                        "queue_after": move.after.map { .string($0.queue) },
                        "rule_after": move.after.map { .string($0.id) },
                    ])
                }),
        ]
    }

    private static func json(_ rule: RoutingRules.Rule) -> JSON {
        .fields([
            "id": .string(rule.id), "name": .string(rule.name), "queue": .string(rule.queue),
            "conditions": .array(
                RoutingRules.Dimension.allCases.compactMap { dimension in
                    rule.wanted[dimension].map { values in
                        [
                            "condition": .string(dimension.rawValue),
                            "any_of": .array(values.sorted().map(JSON.string)),
                        ]
                    }
                }),
            "people": .array(rule.people.map(JSON.string)), "skills": .array(rule.skills.map(JSON.string)),
        ])
    }

    private static func surge(_ surge: RoutingRules.Surge, _ now: Timestamp) -> JSON {
        [
            "id": .string(surge.id), "name": .string(surge.name), "from": surge.from.json,
            "until": surge.until.json, "is_on": .bool(surge.isOn(at: now)),
            "queues": .array(surge.queues.map { .string($0.id) }), "rules": .array(surge.rules.map(json)),
            "staff": .array(
                surge.staff.map {
                    ["team": .string($0.team), "people": .array($0.members.map { .string($0.person) })]
                }),
        ]
    }

    /// What history teaches, and how well that went with the latest cases.
    private static func learned(
        _ policy: Policy, _ now: Timestamp, in tx: borrowing Transaction
    ) throws -> JSON {
        guard let terms = policy.routing.learned,
            let model = try RoutingDirectory.model(policy: policy, now: now, in: tx)
        else { return .null }
        return [
            "percent": .integer(Int64(terms.percent)), "triage": .string(terms.triage),
            "cases": .integer(Int64(model.learned)), "judged": .integer(Int64(model.trial.judged)),
            "sure": .integer(Int64(model.trial.sure)), "right": .integer(Int64(model.trial.right)),
        ]
    }

    private static func person(
        _ email: String, _ people: [RoutingPerson], _ policy: Policy, _ now: Timestamp
    ) -> JSON {
        let found = people.first { $0.email == email }
        let state = RoutingPersonState(email, found, policy, now)
        return .fields([
            "email": .string(email), "id": found.map { .string($0.id.raw) },
            "name": found.map { .string($0.name) }, "state": .string(state.name),
            "state_until": state.until?.json, "load": found.map { .string(loadWords($0.load)) },
            "in_hand": found.map { .integer(Int64($0.inHand)) },
            "limit": state.limit.map { .integer(Int64($0)) },
            "present": found.map { .bool($0.isPresent(at: now)) },
            "away_until": found?.awayUntil.flatMap { $0 > now ? $0.json : nil },
        ])
    }

    /// A decision with all its reasons.
    static func decision(_ decision: RoutingDecision, _ policy: Policy, _ now: Timestamp) -> JSON {
        .fields([
            "rule": decision.rule.map { $0.id.isEmpty ? .null : .string($0.id) },
            "queue": decision.queue.map { .string($0.id) },
            "person": decision.person.map { .string($0.id.raw) },
            "summary": .string(decision.summary(policy) { $0.stamped }),
            "rules": .array(
                decision.trials.map { trial in
                    .fields([
                        "id": .string(trial.rule.id), "name": .string(trial.rule.name),
                        "counts": .bool(trial.counts), "passed_over": .bool(trial.isPassedOver),
                        "failures": .array(
                            trial.failures.map { failure in
                                [
                                    "condition": .string(failure.dimension.rawValue),
                                    "wanted": .array(failure.wanted.map(JSON.string)),
                                    "found": .array(failure.found.map(JSON.string)),
                                    "words": .string(failure.words(policy)),
                                ]
                            }),
                    ])
                }),
            "people": .array(
                decision.candidates.map { one in
                    .fields([
                        "email": .string(one.email), "name": .string(one.name),
                        "chosen": .bool(one.isChosen), "source": .string(one.source.name),
                        "load": one.person.map { .string(loadWords($0.load)) },
                        "in_hand": one.person.map { .integer(Int64($0.inHand)) },
                        "present": one.person.map { .bool($0.isPresent(at: now)) },
                        "hindrances": .array(
                            one.hindrances.map { hindrance in
                                [
                                    "kind": .string(hindrance.name),
                                    "words": .string(hindrance.words(policy) { $0.stamped }),
                                ]
                            }),
                    ])
                }),
        ])
    }
}

extension RoutingDecision.Candidate.Source {
    /// The name on the wire.
    var name: String {
        switch self {
        case .named: "named"
        case .team: "team"
        case .fallback: "fallback"
        }
    }
}

/// The conditions of rules as one may type them to try them.
enum RoutingDimensions {
    /// Each with the name of its field; words and signatures are looked for in the text.
    static let all: [(name: String, dimension: RoutingRules.Dimension)] = [
        ("severity", .severities), ("product_area", .productAreas), ("component", .components),
        ("category", .categories), ("service", .services), ("environment", .environments), ("tier", .tiers),
        ("contract", .contracts), ("account", .accounts), ("channel", .channels),
        ("request_type", .requestTypes), ("language", .languages),
    ]

    /// The case that a request describes.
    static func routed(_ request: WebRequest) -> RoutedCase {
        var values: [RoutingRules.Dimension: Set<String>] = [:]
        for (name, dimension) in all {
            guard let text = request.query(name)?.trimmingWhitespace, !text.isEmpty else { continue }
            values[dimension] = [dimension == .accounts ? text.lowercased() : text]
        }
        return RoutedCase(key: "typed", text: request.query("text") ?? "", values: values)
    }
}

/// Whether somebody could take a case at a moment, whatever case it is.
struct RoutingPersonState {
    /// The name on the wire: "here", "away", "off_shift", "at_limit", "left", "unknown".
    var name = "here"
    /// Until when; nil where nobody knows.
    var until: Timestamp?
    /// So many cases in hand are enough; nil for no limit.
    var limit: Int?
    /// When they work; nil where the policy does not say it.
    var calendar: String?

    init(_ email: String, _ person: RoutingPerson?, _ policy: Policy, _ now: Timestamp) {
        let home = policy.routing.member(email)
        let most = home?.member.limit ?? policy.work.limit
        limit = most == 0 ? nil : most
        calendar = home.map { $0.member.calendar ?? $0.team.calendar }
        guard let person else {
            name = "unknown"
            return
        }
        let hours = calendar.flatMap { policy.serviceLevels.hours[$0] }
        if !person.worksHere {
            name = "left"
        } else if let away = person.awayUntil, away > now {
            (name, until) = ("away", away)
        } else if let hours, !hours.isOpen(at: now) {
            (name, until) = ("off_shift", hours.nextOpening(from: now))
        } else if let limit, person.inHand >= limit {
            name = "at_limit"
        }
    }
}
