/// Who of a customer reads: the engineers who work on it, or the executives who answer for it.
package enum CustomerAudience: String, Sendable, CaseIterable {
    /// Whoever was not named otherwise.
    case engineers
    /// Those whose role among the contacts policy counts as one.
    case executives

    /// The audience that a contact of an organisation belongs to.
    package init(of person: String, in organisation: Organisation?, policy: Policy) {
        let roles = organisation?.record.contacts[person]?.roles ?? []
        self = policy.executiveRoles.isDisjoint(with: roles) ? .engineers : .executives
    }

    /// What of the public facts of a case the audience reads, in the order in which they came.
    ///
    /// Executives read what was written for them in place of the message that follows it; nobody else reads that.
    /// - Parameter facts: in the order of their versions, either way.
    package func readable(_ facts: [Recorded<CaseFact>]) -> [Recorded<CaseFact>] {
        let replaced = Set(
            facts.compactMap { fact in
                if case .outward(.executiveUpdate) = fact.body { fact.version.number + 1 } else { nil }
            })
        return facts.filter { fact in
            switch fact.body {
            case .outward(.executiveUpdate): self == .executives
            case .replied(_, fromCustomer: false):
                self == .engineers || !replaced.contains(fact.version.number)
            default: true
            }
        }
    }
}

extension Policy {
    static func readExecutiveRoles(
        _ root: inout ConfigReader, _ policy: Policy, _ problems: inout [ConfigProblem]
    ) -> Set<String> {
        guard let node = root.child("audiences") else { return [] }
        var reader = ConfigReader(node, at: "audiences", problems: &problems)
        let roles = reader.texts("executives", &problems)
        let known = policy.contactRoles.map(\.id)
        for (index, role) in roles.enumerated() where !known.contains(role.text) {
            let hint = nearest(to: role.text, in: known).map { "; did you mean “\($0)”?" } ?? ""
            problems.append(
                .init(
                    line: role.line, key: "audiences.executives[\(index)]",
                    message: "“\(role.text)” is not in contact_roles\(hint)"))
        }
        reader.refuseUnknownKeys(&problems)
        return Set(roles.map(\.text))
    }
}
