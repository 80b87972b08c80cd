package import Diagnosis

/// What happens to a change of policy that others must agree to.
package enum ProposalFact: Fact {
    /// Somebody wants a document to come into force in place of a version.
    case made(Proposed)
    /// Somebody agrees; `rules` names those under which they count.
    case approved(rules: [String], comment: String?)
    /// Somebody who may agree does not.
    case refused(reason: String)
    /// Its author wants it no more.
    case withdrawn(reason: String?)
    /// Enough agreed: it is in force as this version.
    case enacted(version: Int)

    /// A change as it was proposed.
    package struct Proposed: Equatable, Sendable {
        /// The whole document.
        package var document: String
        /// Why.
        package var reason: String
        /// The version in whose place it comes.
        package var base: Int
        /// Who must agree, as policy said at the time.
        package var rules: [Policy.ApprovalRule]
        /// Until when.
        package var lapsesAt: Timestamp

        /// A change with all parts.
        package init(
            document: String, reason: String, base: Int, rules: [Policy.ApprovalRule], lapsesAt: Timestamp
        ) {
            (self.document, self.reason, self.base) = (document, reason, base)
            (self.rules, self.lapsesAt) = (rules, lapsesAt)
        }
    }

    package static let erasableFields: Set<String> = []

    package var edits: Set<Aspect> { ["proposal"] }

    package var kind: String {
        switch self {
        case .made: "proposal.made"
        case .approved: "proposal.approved"
        case .refused: "proposal.refused"
        case .withdrawn: "proposal.withdrawn"
        case .enacted: "proposal.enacted"
        }
    }

    package var body: JSON {
        switch self {
        case .made(let made):
            [
                "document": .string(made.document), "reason": .string(made.reason),
                "base": .integer(Int64(made.base)), "rules": .array(made.rules.map(\.json)),
                "lapses_at": made.lapsesAt.json,
            ]
        case .approved(let rules, let comment):
            .fields(["rules": .array(rules.map(JSON.string)), "comment": comment.map(JSON.string)])
        case .refused(let reason): ["reason": .string(reason)]
        case .withdrawn(let reason): .fields(["reason": reason.map(JSON.string)])
        case .enacted(let version): ["version": .integer(Int64(version))]
        }
    }

    package init(kind: String, body: FactBody) throws {
        switch kind {
        case "proposal.made":
            guard let lapsesAt = body.time("lapses_at") else {
                throw FactProblem("the body has no time “lapses_at”")
            }
            self = .made(
                Proposed(
                    document: try body.text("document"), reason: try body.text("reason"),
                    base: body.integer("base") ?? 0,
                    rules: (body.members["rules"]?.array ?? []).compactMap(Policy.ApprovalRule.init),
                    lapsesAt: lapsesAt))
        case "proposal.approved":
            self = .approved(rules: body.texts("rules"), comment: body.optionalText("comment"))
        case "proposal.refused": self = .refused(reason: try body.text("reason"))
        case "proposal.withdrawn": self = .withdrawn(reason: body.optionalText("reason"))
        case "proposal.enacted": self = .enacted(version: body.integer("version") ?? 0)
        default: throw FactProblem("“\(kind)” is not a kind of proposal fact")
        }
    }
}

extension Policy.ApprovalRule {
    /// The rule as it is stored.
    package var json: JSON {
        [
            "id": .string(id), "name": .string(name), "parts": .array(parts.map(JSON.string)),
            "roles": .array(roles.map(JSON.string)), "approvers": .integer(Int64(approvers)),
            "days": .integer(Int64(days)),
        ]
    }

    /// The rule that was stored; nil where that is none.
    package init?(_ json: JSON) {
        guard let id = json["id"]?.string else { return nil }
        func texts(_ name: String) -> [String] { (json[name]?.array ?? []).compactMap(\.string) }
        self.init(
            id: id, name: json["name"]?.string ?? id, parts: texts("parts"), roles: texts("roles"),
            approvers: json["approvers"]?.integer.map { Int($0) } ?? 1,
            days: json["days"]?.integer.map { Int($0) } ?? 7)
    }
}

/// A change of policy that others must agree to before it comes into force.
package struct PolicyProposal: Subject, Equatable {
    package static let kind = "proposal"

    /// What became of a proposal.
    package enum Outcome: String, Sendable, CaseIterable {
        /// It is in force.
        case enacted
        /// Somebody who was asked did not agree.
        case refused
        /// Its author took it back.
        case withdrawn
    }

    /// Somebody who agreed.
    package struct Approval: Equatable, Sendable {
        /// Who.
        package var person: String
        /// When.
        package var at: Timestamp
        /// The rules under which they count.
        package var rules: [String]
        /// What they said to it.
        package var comment: String?

        /// An approval with all parts.
        package init(person: String, at: Timestamp, rules: [String], comment: String?) {
            (self.person, self.at, self.rules, self.comment) = (person, at, rules, comment)
        }
    }

    /// Its identifier.
    package var id: ID<PolicyProposal>
    /// Its latest fact.
    package var version: Version
    /// What is proposed.
    package var made: ProposalFact.Proposed
    /// Who proposed it.
    package var author: String
    /// When.
    package var madeAt: Timestamp
    /// Who agreed, in order.
    package var approvals: [Approval] = []
    /// What became of it; nil while it waits.
    package var outcome: Outcome?
    /// When that was.
    package var settledAt: Timestamp?
    /// By whom.
    package var settledBy: String?
    /// Why it was refused or taken back.
    package var words: String?
    /// The version that it became.
    package var enacted: Int?

    /// How facts refer to it.
    package var ref: SubjectRef { SubjectRef(kind: Self.kind, id: id.raw) }

    /// A proposal that waits.
    package init(
        id: ID<PolicyProposal>, version: Version, made: ProposalFact.Proposed, author: String,
        madeAt: Timestamp
    ) {
        (self.id, self.version, self.made) = (id, version, made)
        (self.author, self.madeAt) = (author, madeAt)
    }

    package init(first fact: Recorded<ProposalFact>) {
        let none = ProposalFact.Proposed(
            document: "", reason: "", base: 0, rules: [], lapsesAt: fact.occurredAt)
        self.init(
            id: ID(fact.subject.id), version: fact.version, made: none, author: fact.actor,
            madeAt: fact.occurredAt)
        apply(fact)
    }

    package mutating func apply(_ fact: Recorded<ProposalFact>) {
        version = fact.version
        switch fact.body {
        case .made(let made): self.made = made
        case .approved(let rules, let comment):
            approvals.append(
                Approval(person: fact.actor, at: fact.occurredAt, rules: rules, comment: comment))
        case .refused(let reason): settle(.refused, fact, reason)
        case .withdrawn(let reason): settle(.withdrawn, fact, reason)
        case .enacted(let version):
            settle(.enacted, fact, nil)
            enacted = version
        }
    }

    private mutating func settle(_ outcome: Outcome, _ fact: Recorded<ProposalFact>, _ words: String?) {
        (self.outcome, settledAt, settledBy) = (outcome, fact.occurredAt, fact.actor)
        self.words = words
    }
}

extension PolicyProposal {
    /// Why nobody can agree any more although nobody settled it.
    package enum Obstacle: Equatable, Sendable {
        /// Another version came into force meanwhile: what was read is no longer what would change.
        case overtaken(by: Int)
        /// Nobody agreed in time.
        case lapsed
    }

    /// What stands in the way at a moment; nil where it can still be agreed to.
    package func obstacle(inForce version: Int, at now: Timestamp) -> Obstacle? {
        guard outcome == nil else { return nil }
        if version != made.base { return .overtaken(by: version) }
        return now > made.lapsesAt ? .lapsed : nil
    }

    /// Where it stands, on the wire and in lists.
    package enum Standing: String, Sendable {
        /// Those who were asked have not all agreed yet.
        case waiting
        /// It came into force.
        case enacted
        /// Somebody who was asked did not agree.
        case refused
        /// Its author took it back.
        case withdrawn
        /// Another version came into force meanwhile.
        case overtaken
        /// Nobody agreed in time.
        case lapsed
    }

    /// Where it stands at a moment.
    package func standing(inForce version: Int, at now: Timestamp) -> Standing {
        switch outcome {
        case .enacted: return .enacted
        case .refused: return .refused
        case .withdrawn: return .withdrawn
        case nil: break
        }
        return switch obstacle(inForce: version, at: now) {
        case .overtaken: .overtaken
        case .lapsed: .lapsed
        case nil: .waiting
        }
    }

    /// How many more must agree under a rule.
    package func missing(_ rule: Policy.ApprovalRule) -> Int {
        max(0, rule.approvers - approvals.count { $0.rules.contains(rule.id) })
    }

    /// The rules under which somebody with these roles would be the next to agree.
    package func open(to person: String, roles: some Collection<String>) -> [Policy.ApprovalRule] {
        guard person != author, !approvals.contains(where: { $0.person == person }) else { return [] }
        return made.rules.filter { missing($0) > 0 && !Set($0.roles).isDisjoint(with: roles) }
    }

    private func refuseSettled(inForce version: Int, at now: Timestamp) throws(Refusal) {
        switch outcome {
        case .enacted: throw Refusal(.conflict, "settled", "This change is in force already.")
        case .refused: throw Refusal(.conflict, "settled", "This change was refused already.")
        case .withdrawn: throw Refusal(.conflict, "settled", "Its author took this change back.")
        case nil: break
        }
        switch obstacle(inForce: version, at: now) {
        case .overtaken(let version):
            throw Refusal(
                .conflict, "overtaken",
                "Version \(version) of the policy came into force after this was proposed. It has to be proposed anew."
            )
        case .lapsed:
            throw Refusal(
                .conflict, "lapsed", "The time to agree to this change is over. It has to be proposed anew.")
        case nil: break
        }
    }

    /// The facts of somebody agreeing, and whether it comes into force by that.
    /// - Parameter version: that of the policy in force.
    package func approved(
        by actor: Actor, comment: String?, inForce version: Int, at now: Timestamp
    ) throws(Refusal) -> (facts: [ProposalFact], isEnough: Bool) {
        try refuseSettled(inForce: version, at: now)
        try refuseOwn(actor, "agree to it")
        guard !approvals.contains(where: { $0.person == actor.id }) else {
            throw Refusal(.conflict, "agreed_already", "You agreed to this change already.")
        }
        let rules = open(to: actor.id, roles: actor.roles)
        guard !rules.isEmpty else { throw Self.notAsked(made.rules) }
        var after = self
        after.approvals.append(
            Approval(person: actor.id, at: now, rules: rules.map(\.id), comment: comment))
        let isEnough = made.rules.allSatisfy { after.missing($0) == 0 }
        var facts: [ProposalFact] = [.approved(rules: rules.map(\.id), comment: comment)]
        if isEnough { facts.append(.enacted(version: version + 1)) }
        return (facts, isEnough)
    }

    /// The fact of somebody who was asked not agreeing.
    package func refused(
        by actor: Actor, reason: String, inForce version: Int, at now: Timestamp
    ) throws(Refusal) -> ProposalFact {
        try refuseSettled(inForce: version, at: now)
        try refuseOwn(actor, "refuse it; take it back instead")
        guard made.rules.contains(where: { !Set($0.roles).isDisjoint(with: actor.roles) }) else {
            throw Self.notAsked(made.rules)
        }
        return .refused(reason: reason)
    }

    /// The fact of its author taking it back.
    package func withdrawn(by actor: Actor, reason: String?) throws(Refusal) -> ProposalFact {
        guard outcome == nil else {
            throw Refusal(.conflict, "settled", "This change is settled already: \(outcome?.rawValue ?? "").")
        }
        guard actor.id == author else {
            throw Refusal(.denied, "not_yours", "Only whoever proposed a change takes it back.")
        }
        return .withdrawn(reason: reason)
    }

    private func refuseOwn(_ actor: Actor, _ what: String) throws(Refusal) {
        guard actor.id == author else { return }
        throw Refusal(.denied, "own_proposal", "You proposed this change, so you cannot \(what).")
    }

    private static func notAsked(_ rules: [Policy.ApprovalRule]) -> Refusal {
        let roles = Set(rules.flatMap(\.roles)).sorted().joined(separator: ", ")
        return Refusal(
            .denied, "not_asked",
            "Your role is not asked for this change, or enough of it agreed. Asked are: \(roles).")
    }
}
