/// What history says about where a case belongs: each part and word of a case votes for the queues in which
/// cases with it were resolved, and counts the more the less evenly they were spread.
///
/// It judges only where no rule with a condition does, says how sure it is and why, and leaves the rest to people.
package struct RoutingModel: Sendable {
    /// What it thinks of a case.
    package struct Suggestion: Equatable, Sendable {
        /// The queue.
        package var queue: String
        /// How sure it is, in percent.
        package var percent: Int
        /// What speaks most for it, the strongest first.
        package var reasons: [String]
    }

    /// A case that was resolved, and where.
    package struct Example: Sendable {
        /// What is known of it.
        var features: Set<String>
        /// The queue in which it was resolved.
        var queue: String

        /// A case as routing looks at it, and the queue in which it was resolved.
        package init(_ routed: RoutedCase, queue: String) {
            (features, self.queue) = (RoutingModel.features(of: routed), queue)
        }
    }

    private var cases: [String: Int] = [:]
    private var counts: [String: [String: Int]] = [:]
    private var totals: [String: Int] = [:]

    /// How many cases it learned from.
    package private(set) var learned = 0
    /// Of the latest fifth of the cases, judged by what the others teach: how many it would be sure enough of, and how many
    /// of those it would have sent where they were resolved.
    package private(set) var trial: (judged: Int, sure: Int, right: Int) = (0, 0, 0)

    /// Learns from cases, oldest first; knows nothing where there are too few.
    package init(_ examples: [Example], terms: RoutingRules.LearnedTerms) {
        guard examples.count >= terms.leastCases else { return }
        let split = examples.count * 4 / 5
        for example in examples[..<split] { learn(example) }
        for example in examples[split...] {
            trial.judged += 1
            guard let found = suggestion(example.features), found.percent >= terms.percent else { continue }
            trial.sure += 1
            if found.queue == example.queue { trial.right += 1 }
        }
        for example in examples[split...] { learn(example) }
    }

    private mutating func learn(_ example: Example) {
        learned += 1
        cases[example.queue, default: 0] += 1
        for feature in example.features {
            counts[example.queue, default: [:]][feature, default: 0] += 1
            totals[feature, default: 0] += 1
        }
    }

    /// Where a case belongs; nil where nothing was learned.
    package func suggestion(for routed: RoutedCase) -> Suggestion? { suggestion(Self.features(of: routed)) }

    private func suggestion(_ features: Set<String>) -> Suggestion? {
        let known = features.filter { (totals[$0] ?? 0) > 1 }
        guard learned > 0 else { return nil }
        let prior = cases.mapValues { Double($0) / Double(learned) }
        var votes = prior.mapValues { $0 * Self.weightOfPrior }
        var whole = Self.weightOfPrior
        var weights: [(feature: String, weight: Double, shares: [String: Double])] = []
        for feature in known.sorted() {
            let shares = shares(of: feature, prior)
            // What all queues have alike says nothing; what only one has says much.
            let apart = shares.reduce(0) { $0 + abs($1.value - (prior[$1.key] ?? 0)) } / 2
            let weight = apart * apart
            weights.append((feature, weight, shares))
            whole += weight
            for (queue, share) in shares { votes[queue, default: 0] += weight * share }
        }
        let ranked = votes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        guard let best = ranked.first else { return nil }
        let reasons = weights.filter { ($0.shares[best.key] ?? 0) > (prior[best.key] ?? 0) }
            .sorted { ($1.weight, $0.feature) < ($0.weight, $1.feature) }.prefix(4).map {
                Self.words($0.feature)
            }
        return Suggestion(queue: best.key, percent: Int(100 * best.value / whole), reasons: reasons)
    }

    /// What the cases as a whole count beside what is known of one.
    private static let weightOfPrior = 0.05

    /// In which queues the cases with a feature were resolved, as shares that add up to one.
    private func shares(of feature: String, _ prior: [String: Double]) -> [String: Double] {
        let seen = Double(totals[feature] ?? 0)
        return prior.reduce(into: [:]) { shares, one in
            let here = Double(counts[one.key]?[feature] ?? 0)
            shares[one.key] = (here + one.value) / (seen + 1)
        }
    }

    /// What a case is judged by: its values, and the words of its text.
    private static func features(of routed: RoutedCase) -> Set<String> {
        var features: Set<String> = []
        for (dimension, values) in routed.values where dimension != .severities && dimension != .accounts {
            for value in values { features.insert("\(dimension.rawValue)=\(value)") }
        }
        for word in CaseMatch.Marks.words(in: routed.text).sorted().prefix(200) {
            features.insert("word=\(word)")
        }
        return features
    }

    private static func words(_ feature: String) -> String {
        let parts = feature.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return feature }
        if parts[0] == "word" { return "“\(parts[1])”" }
        let label = RoutingRules.Dimension(rawValue: parts[0])?.label.lowercased() ?? parts[0]
        return "\(label) \(parts[1])"
    }
}

extension RoutingRules {
    /// The identifier of what stands for a rule where history routed a case, or where a person has to.
    package static let learnedRule = "learned"

    /// The rules with one for a case in front that history judges, where none with a condition takes it.
    ///
    /// Below the confidence that policy asks for a person judges it.
    package func judged(_ routed: RoutedCase, by model: RoutingModel?) -> RoutingRules {
        guard let terms = learned, let model, let rule = RoutingDecision.rule(for: routed, in: self),
            rule.wanted.isEmpty, let found = model.suggestion(for: routed)
        else { return self }
        let isSure = found.percent >= terms.percent && queue(found.queue) != nil
        let why = found.reasons.isEmpty ? "" : " (\(found.reasons.joined(separator: ", ")))"
        var rules = self
        rules.rules.insert(
            Rule(
                id: Self.learnedRule,
                name: isSure
                    ? "Learned from history, \(found.percent) % sure\(why)"
                    : "For a person to judge: history says \(queueName(found.queue)), only \(found.percent) % sure",
                wanted: [:], queue: isSure ? found.queue : terms.triage),
            at: self.rules.firstIndex(of: rule) ?? 0)
        return rules
    }
}
