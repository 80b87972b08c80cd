import Domain

/// One thing that a new policy changes, in words.
struct PolicyEffect: Hashable, Sendable {
    /// The kinds of change.
    enum Kind: Sendable {
        /// Something new.
        case comes
        /// Something that goes.
        case goes
        /// Something that is different.
        case changes
    }

    var kind: Kind
    var words: String

    /// The icon that stands before the words.
    var icon: String {
        switch kind {
        case .comes: "plus"
        case .goes: "x"
        case .changes: "edit"
        }
    }

    /// What the new policy changes, in the order of the document.
    static func between(_ old: Policy, _ new: Policy) -> [PolicyEffect] {
        var effects = values(old, new)
        effects += named(
            "Severity", old.severities.map { ($0.id.raw, $0.name) },
            new.severities.map { ($0.id.raw, $0.name) })
        effects += named(
            "Status", old.statuses.map { ($0.id.raw, $0.name) }, new.statuses.map { ($0.id.raw, $0.name) })
        effects += transitions(old, new)
        for (before, after) in zip(PolicyLists.named(old), PolicyLists.named(new)) {
            let label = after.key.split(separator: "_").joined(separator: " ")
            effects += named(
                "In \(label)", before.terms.map { ($0.id, $0.name) }, after.terms.map { ($0.id, $0.name) })
        }
        effects += named(
            "Request type", old.requestTypes.map { ($0.id, $0.name) },
            new.requestTypes.map { ($0.id, $0.name) })
        effects += named(
            "Confidentiality", old.confidentiality.map { ($0.id, $0.name) },
            new.confidentiality.map { ($0.id, $0.name) })
        effects += routing(old.routing, new.routing)
        effects += named("Role", old.roles.map { ($0.id, $0.name) }, new.roles.map { ($0.id, $0.name) })
        return effects + rights(old, new)
    }

    private static func named(
        _ label: String, _ old: [(id: String, name: String)], _ new: [(id: String, name: String)]
    ) -> [PolicyEffect] {
        var effects: [PolicyEffect] = []
        for entry in new {
            guard let before = old.first(where: { $0.id == entry.id }) else {
                effects.append(
                    PolicyEffect(kind: .comes, words: "\(label): “\(entry.name)” (\(entry.id)) comes"))
                continue
            }
            if before.name != entry.name {
                effects.append(
                    PolicyEffect(
                        kind: .changes, words: "\(label): “\(before.name)” is called “\(entry.name)”"))
            }
        }
        for entry in old where !new.contains(where: { $0.id == entry.id }) {
            effects.append(
                PolicyEffect(
                    kind: .goes, words: "\(label): “\(entry.name)” (\(entry.id)) cannot be chosen any more"))
        }
        return effects
    }

    private static func routing(_ old: RoutingRules, _ new: RoutingRules) -> [PolicyEffect] {
        func changed<Part: Equatable>(
            _ label: String, _ before: [Part], _ after: [Part], _ id: (Part) -> String,
            _ name: (Part) -> String
        ) -> [PolicyEffect] {
            let effects = named(label, before.map { (id($0), name($0)) }, after.map { (id($0), name($0)) })
            return effects
                + after.compactMap { part in
                    guard let earlier = before.first(where: { id($0) == id(part) }), earlier != part,
                        name(earlier) == name(part)
                    else { return nil }
                    return PolicyEffect(kind: .changes, words: "\(label): “\(name(part))” works differently")
                }
        }
        var effects = changed("Team", old.teams, new.teams, \.id, \.name)
        effects += changed("Queue", old.queues, new.queues, \.id, \.name)
        effects += changed("Routing rule", old.rules, new.rules, \.id, \.name)
        let kept = Set(old.rules.map(\.id)).intersection(new.rules.map(\.id))
        if old.rules.map(\.id).filter(kept.contains) != new.rules.map(\.id).filter(kept.contains) {
            effects.append(PolicyEffect(kind: .changes, words: "Routing rules stand in another order"))
        }
        if old.mode != new.mode {
            effects.append(
                PolicyEffect(
                    kind: .changes,
                    words: "How cases come to an owner: \(old.mode.rawValue) becomes \(new.mode.rawValue)"))
        }
        return effects
    }

    private static func transitions(_ old: Policy, _ new: Policy) -> [PolicyEffect] {
        new.statuses.flatMap { status -> [PolicyEffect] in
            guard let before = old.status(status.id) else { return [] }
            func name(_ id: ID<Policy.Status>) -> String {
                (new.status(id) ?? old.status(id))?.name ?? id.raw
            }
            var effects = status.next.filter { !before.next.contains($0) }.map {
                PolicyEffect(kind: .comes, words: "“\(status.name)” may go to “\(name($0))”")
            }
            effects += before.next.filter { !status.next.contains($0) }.map {
                PolicyEffect(kind: .goes, words: "“\(status.name)” may no longer go to “\(name($0))”")
            }
            return effects
        }
    }

    private static func rights(_ old: Policy, _ new: Policy) -> [PolicyEffect] {
        new.roles.flatMap { role -> [PolicyEffect] in
            guard let before = old.role(role.id) else { return [] }
            var effects: [PolicyEffect] = []
            if role.requiresSecondFactor != before.requiresSecondFactor {
                effects = [
                    role.requiresSecondFactor
                        ? PolicyEffect(
                            kind: .comes,
                            words:
                                "\(role.name) signs in with a second factor; who has none sets one up at the next sign-in, and sessions without one end"
                        )
                        : PolicyEffect(
                            kind: .goes, words: "\(role.name) may sign in without a second factor")
                ]
            }
            return effects
                + role.rights.subtracting(before.rights).sorted().map {
                    PolicyEffect(kind: .comes, words: "\(role.name) gets the right \($0)")
                }
                + before.rights.subtracting(role.rights).sorted().map {
                    PolicyEffect(kind: .goes, words: "\(role.name) loses the right \($0)")
                }
        }
    }

    private static func values(_ old: Policy, _ new: Policy) -> [PolicyEffect] {
        let pairs: [(label: String, before: String, after: String)] = [
            ("Organisation", old.organisation, new.organisation),
            ("Prefix of case numbers", old.caseNumberPrefix, new.caseNumberPrefix),
            ("Severity where nobody chose one", old.defaultSeverity.raw, new.defaultSeverity.raw),
            ("Status of a case that came back", old.reopenedStatus.raw, new.reopenedStatus.raw),
            ("Days in which a case reopens", "\(old.reopenWindowDays)", "\(new.reopenWindowDays)"),
            ("Needed before a case is resolved", conditions(old), conditions(new)),
            (
                "Words shared with a note that hold a reply", "\(old.internalQuoteWords)",
                "\(new.internalQuoteWords)"
            ),
            (
                "Characters of a password", "\(old.signIn.minimumPasswordLength)",
                "\(new.signIn.minimumPasswordLength)"
            ),
            (
                "Sign-in attempts an account", "\(old.signIn.attemptsPerAccount)",
                "\(new.signIn.attemptsPerAccount)"
            ),
            (
                "Sign-in attempts an address", "\(old.signIn.attemptsPerAddress)",
                "\(new.signIn.attemptsPerAddress)"
            ),
            (
                "Minutes until an unused session ends", "\(old.signIn.idleMinutes)",
                "\(new.signIn.idleMinutes)"
            ),
            ("Hours until a session ends", "\(old.signIn.sessionHours)", "\(new.signIn.sessionHours)"),
        ]
        return pairs.filter { $0.before != $0.after }.map {
            PolicyEffect(kind: .changes, words: "\($0.label): \($0.before) becomes \($0.after)")
        }
    }

    private static func conditions(_ policy: Policy) -> String {
        policy.resolutionRequires.isEmpty
            ? "nothing" : policy.resolutionRequires.map(\.rawValue).joined(separator: ", ")
    }
}
