/// How much of what is known of each part of the product only one person has, and who could learn it.
package struct Concentration: Equatable, Sendable {
    /// What somebody did about a part.
    package struct Share: Equatable, Sendable {
        /// Who.
        package var person: ID<Person>
        /// Their name.
        package var name: String
        /// The cases of the part that they resolved.
        package var solved: Int
    }

    /// Somebody who could learn a part, or stand by for it.
    package struct Suggestion: Equatable, Sendable {
        /// Who.
        package var person: ID<Person>
        /// Their name.
        package var name: String
        /// Why them, in words.
        package var reason: String
    }

    /// A part of the product.
    package struct Part: Equatable, Sendable {
        /// The component.
        package var component: String
        /// Who can take its cases by the rules: in the team, with the skills.
        package var able: [RoutingPerson]
        /// What its cases ask for.
        package var skills: [String]
        /// Who resolved its cases, the most first.
        package var shares: [Share]
        /// How many cases of it were resolved.
        package var solved: Int { shares.reduce(0) { $0 + $1.solved } }
        /// Why it hangs on one person; nil where it does not.
        package var finding: String?
        /// Who could learn it.
        package var training: Suggestion?
        /// Who stands by when the one is not there.
        package var secondary: Suggestion?
    }

    /// The parts, those that hang on one person first, and of these the busiest.
    package var parts: [Part]

    /// From so many resolved cases on their shares say something.
    private static let leastCases = 4
    /// From such a share on, in percent, one person carries a part.
    private static let most = 80

    /// What policy and history say of each component.
    /// - Parameters:
    ///   - solved: how many cases of a component each person resolved.
    package init(
        policy: Policy, people: [RoutingPerson], names: [ID<Person>: String],
        solved: [String: [ID<Person>: Int]]
    ) {
        let staff = people.filter(\.worksHere)
        parts = policy.components.map { component in
            let shares = (solved[component.id] ?? [:]).map { id, count in
                Share(person: id, name: names[id] ?? "Somebody", solved: count)
            }.sorted { ($1.solved, $0.name) < ($0.solved, $1.name) }
            return Self.part(component.id, shares, staff, policy)
        }
        parts = parts.enumerated().sorted { left, right in
            let ranks = [left, right].map {
                ($0.element.finding == nil ? 1 : 0, -$0.element.solved, $0.offset)
            }
            return ranks[0] < ranks[1]
        }.map(\.element)
    }

    private static func part(
        _ component: String, _ shares: [Share], _ staff: [RoutingPerson], _ policy: Policy
    ) -> Part {
        let typical = RoutedCase(key: component, text: "", values: [.components: [component]])
        let rule = RoutingDecision.rule(for: typical, in: policy.routing)
        let members: [RoutingRules.Member] =
            rule.map { rule in
                let chain = policy.routing.chain(from: rule.queue).compactMap {
                    $0.team.flatMap { policy.routing.team($0) }
                }
                return chain.flatMap(\.members)
            } ?? []
        let skills = Set(rule?.skills ?? [])
        func lacks(_ person: RoutingPerson) -> Set<String> {
            let own = members.filter { $0.person == person.email }.flatMap(\.skills)
            return skills.subtracting(own)
        }
        let team = staff.filter { person in members.contains { $0.person == person.email } }
        let able = team.filter { lacks($0).isEmpty }
        var part = Part(
            component: component, able: able, skills: skills.sorted(), shares: shares, finding: nil)
        part.finding = finding(part, hasTeam: !members.isEmpty)
        guard part.finding != nil else { return part }
        let expert = shares.first.map(\.person) ?? able.first?.id
        func solved(_ person: RoutingPerson) -> Int { shares.first { $0.person == person.id }?.solved ?? 0 }
        let others = (team.isEmpty ? staff : team).filter { $0.id != expert }
        let byKnowledge = others.sorted {
            (lacks($0).count, -solved($0), $0.load, $0.email) < (
                lacks($1).count, -solved($1), $1.load, $1.email
            )
        }
        part.secondary = byKnowledge.first { lacks($0).isEmpty || solved($0) > 0 }.map { person in
            Suggestion(
                person: person.id, name: person.name,
                reason: solved(person) > 0
                    ? "resolved \(solved(person)) of its cases" : "has the skills, though no case of it yet")
        }
        let learner = byKnowledge.first { $0.id != part.secondary?.person } ?? byKnowledge.first
        part.training = learner.map { person in
            let missing = lacks(person).sorted().map { policy.skillName($0) }
            let what =
                missing.isEmpty
                ? "by working beside whoever knows it" : "in \(missing.joined(separator: ", "))"
            return Suggestion(
                person: person.id, name: person.name,
                reason: "\(what); has a load of \(loadWords(person.load))")
        }
        return part
    }

    private static func finding(_ part: Part, hasTeam: Bool) -> String? {
        if hasTeam, part.able.isEmpty { return "nobody can take its cases by the rules" }
        if let only = part.able.first, part.able.count == 1 {
            return "only \(only.name) can take its cases by the rules"
        }
        guard let first = part.shares.first, part.solved >= leastCases else { return nil }
        let percent = first.solved * 100 / part.solved
        if part.shares.count == 1 {
            return "only \(first.name) ever resolved one of its \(part.solved) cases"
        }
        return percent >= most ? "\(first.name) resolved \(percent) % of its \(part.solved) cases" : nil
    }
}
