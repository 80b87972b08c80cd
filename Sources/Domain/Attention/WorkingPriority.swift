/// How pressing a case is for whoever chooses what to work on next: 0 to 100, with the parts that make it.
///
/// Severity says how bad the effect is and is confirmed by people; this is an ordering score, computed when it is
/// looked at, and never stored.
package struct WorkingPriority: Equatable, Sendable {
    /// One reason.
    package struct Part: Equatable, Sendable {
        /// What it is: "Severity".
        package var name: String
        /// Why it counts so much: "Sev2".
        package var why: String
        /// What it counts.
        package var points: Int
        /// What it can count at most.
        package var most: Int
    }

    /// What a person set instead.
    package struct Override: Equatable, Sendable {
        /// The score, 0 to 100.
        package var points: Int
        /// Why.
        package var reason: String
        /// Who set it.
        package var by: String
        /// When.
        package var at: Timestamp

        /// A score that somebody set.
        package init(points: Int, reason: String, by: String, at: Timestamp) {
            (self.points, self.reason, self.by, self.at) = (points, reason, by, at)
        }
    }

    /// Something that is owed, as a clock of the case counts it.
    package struct Deadline: Equatable, Sendable {
        /// What is owed: "Promised update".
        package var what: String
        /// The seconds that are left of the time that counts; negative once it is over.
        package var left: Int64
        /// The calendar by which time counts; nil where all time does.
        package var hours: String?

        /// Something that is owed.
        package init(_ what: String, left: Int64, hours: String? = nil) {
            (self.what, self.left, self.hours) = (what, left, hours)
        }
    }

    /// The reasons, in the order of what they can count.
    package var parts: [Part]
    /// What a person set instead; nil where nobody did.
    package var override: Override?

    /// What the parts make together.
    package var computed: Int { min(100, parts.reduce(0) { $0 + $1.points }) }
    /// What counts.
    package var score: Int { override?.points ?? computed }

    /// The priority of a case at a moment.
    /// - Parameters:
    ///   - deadlines: what is owed; the one with the least time left counts.
    package init(
        of this: SupportCase, tier: String?, contract: String?, deadlines: [Deadline], override: Override?,
        policy: Policy, now: Timestamp
    ) {
        let weights = policy.priority
        parts = [
            Self.severity(this, policy, weights.severity),
            Self.time(deadlines, weights), Self.impact(this.impact, weights.impact),
            Self.term(tier, "Customer tier", "none", policy.tiers, weights.tier),
            Self.age(this, policy, now, weights),
            Self.term(contract, "Contract", "none", policy.contracts, weights.contract),
        ].filter { $0.most > 0 }
        self.override = override
    }

    private static func severity(_ this: SupportCase, _ policy: Policy, _ most: Int) -> Part {
        let found = policy.severity(this.severity)
        return Part(
            name: "Severity", why: found?.name ?? this.severity.raw,
            points: (found?.weight ?? 0) * most / 100,
            most: most)
    }

    private static func term(
        _ id: String?, _ name: String, _ none: String, _ terms: [Policy.Term], _ most: Int
    ) -> Part {
        let found = terms.first { $0.id == id }
        return Part(
            name: name, why: found?.name ?? id ?? none, points: (found?.weight ?? 0) * most / 100, most: most)
    }

    /// Nothing a window before the end, all from the end on.
    private static func time(_ deadlines: [Deadline], _ weights: Policy.PriorityWeights) -> Part {
        guard let next = deadlines.min(by: { $0.left < $1.left }) else {
            return Part(name: "Time left", why: "nothing is owed", points: 0, most: weights.timeLeft)
        }
        let (left, window) = (next.left, Int64(weights.windowHours) * 3600)
        let hours = next.hours.map { " in \($0)" } ?? ""
        if left <= 0 {
            return Part(
                name: "Time left", why: "\(next.what) \(durationWords(seconds: -left)) late\(hours)",
                points: weights.timeLeft, most: weights.timeLeft)
        }
        let points = left >= window ? 0 : Int((window - left) * Int64(weights.timeLeft) / window)
        return Part(
            name: "Time left", why: "\(next.what): \(durationWords(seconds: left))\(hours)", points: points,
            most: weights.timeLeft)
    }

    /// A third each for money, for rules and law, and for work that stands still without a way around.
    private static func impact(_ impact: Impact, _ most: Int) -> Part {
        var reasons: [String] = []
        if let money = impact.moneyAtRisk { reasons.append("\(money) at risk") }
        if impact.compliance != nil { reasons.append("compliance") }
        if impact.blockedProcess != nil || impact.hasWorkaround == false {
            reasons.append(impact.blockedProcess.map { "\($0) stands still" } ?? "no way around")
        }
        return Part(
            name: "Revenue and compliance",
            why: reasons.isEmpty ? "nothing recorded" : reasons.joined(separator: ", "),
            points: most * reasons.count / 3, most: most)
    }

    /// The older an open case, the more it counts, so that none is passed over for ever.
    private static func age(
        _ this: SupportCase, _ policy: Policy, _ now: Timestamp, _ weights: Policy.PriorityWeights
    ) -> Part {
        let seconds = max(0, now.seconds(since: this.openedAt))
        let whole = Int64(weights.ageDays) * 86_400
        return Part(
            name: "Age", why: "open for \(durationWords(seconds: seconds))",
            points: Int(min(seconds, whole) * Int64(weights.age) / whole), most: weights.age)
    }
}

extension Policy {
    /// What each reason can count in the working priority; together 100.
    package struct PriorityWeights: Hashable, Sendable {
        /// How bad the effect is, by the severity's own weight.
        package var severity = 45
        /// How soon something is owed.
        package var timeLeft = 20
        /// Money, rules and law, work that stands still.
        package var impact = 12
        /// The customer's tier, by its own weight.
        package var tier = 10
        /// How long the case has been open.
        package var age = 8
        /// The customer's contract, by its own weight.
        package var contract = 5
        /// Time left counts from so many hours before the end.
        package var windowHours = 24
        /// Age counts in full after so many days.
        package var ageDays = 14

        /// What holds where a document says nothing.
        package init() {}
    }

    static func readPriority(_ root: inout ConfigReader, _ problems: inout [ConfigProblem]) -> PriorityWeights
    {
        var weights = PriorityWeights()
        guard let node = root.child("priority") else { return weights }
        var reader = ConfigReader(node, at: "priority", problems: &problems)
        weights.severity = reader.integer("severity", 0...100, default: weights.severity, &problems)
        weights.timeLeft = reader.integer("time_left", 0...100, default: weights.timeLeft, &problems)
        weights.impact = reader.integer("impact", 0...100, default: weights.impact, &problems)
        weights.tier = reader.integer("tier", 0...100, default: weights.tier, &problems)
        weights.age = reader.integer("age", 0...100, default: weights.age, &problems)
        weights.contract = reader.integer("contract", 0...100, default: weights.contract, &problems)
        weights.windowHours = reader.integer("window_hours", 1...720, default: weights.windowHours, &problems)
        weights.ageDays = reader.integer("age_days", 1...365, default: weights.ageDays, &problems)
        reader.refuseUnknownKeys(&problems)
        let total =
            weights.severity + weights.timeLeft + weights.impact + weights.tier + weights.age
            + weights.contract
        if total != 100 {
            problems.append(
                .init(line: node.line, key: "priority", message: "the parts add up to \(total), not to 100"))
        }
        return weights
    }
}

extension SupportCase {
    /// The facts of a priority that somebody sets in place of the computed one, or takes away again.
    package func overridingPriority(
        _ points: Int?, reason: String, now override: WorkingPriority.Override?, policy: Policy
    ) throws(Refusal) -> [CaseFact] {
        guard ![.resolved, .closed].contains(policy.phase(of: status)) else {
            throw Refusal(.conflict, "case_done", "\(number) is done; nobody chooses it for work any more.")
        }
        if points == override?.points, points == nil || reason == override?.reason { return [] }
        return [.coordination(.priorityOverridden(points: points, reason: reason))]
    }
}
