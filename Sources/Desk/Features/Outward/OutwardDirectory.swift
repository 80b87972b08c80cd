import Diagnosis
import Domain
import Storage

/// Looks up what waits to be sent to customers, for this feature and others.
enum OutwardDirectory {
    // MARK: The table

    /// The table, as the case's projection writes it.
    static let table = OutwardQueries.table

    /// Brings the table up to a fact.
    static func project(_ fact: Recorded<CaseFact>, in tx: borrowing Transaction) throws {
        let id = fact.subject.id
        switch fact.body {
        case .outward(.held(let held)):
            if let old = held.replaces { try tx.execute(OutwardQueries.settle(old, of: id)) }
            try tx.execute(OutwardQueries.save(held, of: id, by: fact.actor))
        case .outward(.approved(let message, _, _)), .outward(.returned(let message, _)),
            .outward(.withdrawn(let message, _)), .outward(.released(let message, _, _)):
            try tx.execute(OutwardQueries.settle(message, of: id))
        case .resolved, .closed, .relation(.mergedInto): try tx.execute(OutwardQueries.forget(of: id))
        default: break
        }
    }

    /// Removes a case's rows.
    static func forget(_ id: ID<SupportCase>, in tx: borrowing Transaction) throws {
        try tx.execute(OutwardQueries.forget(of: id.raw))
    }

    /// That a message to the customer of a case `c` of a list waits for its review.
    static let isInReview = OutwardQueries.isInReview

    // MARK: Reading

    /// The messages of a case that were held, by the replay of its facts.
    static func reviews(
        of id: ID<SupportCase>, in tx: borrowing Transaction
    ) throws -> MessageReviews {
        MessageReviews(try CaseDirectory.facts(of: id, kinds: MessageReviews.kinds, in: tx))
    }

    /// Who of the house answers for the customer of a case: their managers.
    static func accountTeam(
        of id: ID<SupportCase>, in tx: borrowing Transaction
    ) throws -> [ID<Person>] {
        guard let found = try CaseDirectory.any(id, in: tx),
            let organisation = try found.organisation.flatMap({ try CustomerDirectory.find($0.raw, in: tx) })
        else { return [] }
        let managers: [AccountDetail] = [.successManager, .technicalManager]
        return managers.compactMap { organisation.record.first($0).map { ID($0) } }
    }

    /// What of the public facts of a case somebody of the customer reads.
    static func readable(
        _ facts: [Recorded<CaseFact>], of this: SupportCase, by person: String, policy: Policy,
        in tx: borrowing Transaction
    ) throws -> [Recorded<CaseFact>] {
        let hasTwo = facts.contains { $0.body.kind == "case.executive_update" }
        guard hasTwo else { return facts }
        let organisation = try this.organisation.flatMap { try CustomerDirectory.find($0.raw, in: tx) }
        return CustomerAudience(of: person, in: organisation, policy: policy).readable(facts)
    }

    /// A message that waits, with its case.
    struct Waiting: Sendable {
        var this: SupportCase
        var review: MessageReviews.Review
    }

    /// The messages that somebody may review, those first that should be reviewed first.
    static func toReview(
        for actor: Actor, limit: Int, in tx: borrowing Transaction
    ) throws -> [Waiting] {
        guard actor.may(Policy.reviewRight) else { return [] }
        let rows = try tx.all(
            OutwardQueries.waiting(notBy: actor.id, limit: limit), OutwardQueries.read)
        let cases = try CaseDirectory.visible(Array(Set(rows.map(\.this))), to: actor, in: tx)
        let byID = Dictionary(cases.map { ($0.id, $0) }) { first, _ in first }
        return try rows.compactMap { row in
            guard let this = byID[row.this] else { return nil }
            return try reviews(of: this.id, in: tx).open.first { $0.number == row.number }
                .map { Waiting(this: this, review: $0) }
        }
    }

    /// How long the customer of a case has not answered, and what comes of it.
    /// - Parameter facts: what was read of the case already; messages are read here where they are missing.
    static func silence(
        of this: SupportCase, _ facts: [Recorded<CaseFact>], policy: Policy, in tx: borrowing Transaction
    ) throws -> NoResponse {
        var facts = facts
        if policy.phase(of: this.status) == .waiting,
            !facts.contains(where: { $0.body.kind == "case.replied" })
        {
            facts += try CaseDirectory.facts(of: this.id, kinds: ["case.replied"], in: tx)
        }
        return NoResponse(facts, policy: policy)
    }
}

/// What a review of a message needs to know.
struct ReviewMaterial: Sendable {
    /// The messages that were held before.
    var reviews: MessageReviews
    /// When clocks end that only a message to the customer stops.
    var owed: [Timestamp]

    private static let stoppedByMessage: Set<CaseClock> = [
        .firstResponse, .promisedUpdate, .updateCadence, .nextReply,
    ]

    /// Reads it; nil where nobody reviews what is written to the customer of this case.
    init?(of found: SupportCase, policy: Policy, in tx: borrowing Transaction) throws {
        guard found.needsReview(by: policy) else { return nil }
        try self.init(anyOf: found, policy: policy, in: tx)
    }

    /// The same whether or not policy wants a review now.
    init(anyOf found: SupportCase, policy: Policy, in tx: borrowing Transaction) throws {
        reviews = try OutwardDirectory.reviews(of: found.id, in: tx)
        let clocks = try ServiceLevelsDirectory.standing(
            of: [found], policy: policy, at: found.updatedAt, in: tx)
        owed =
            clocks[found.id]?.summary.running.filter { Self.stoppedByMessage.contains($0.clock.clock) }
            .compactMap(\.due) ?? []
    }

    /// The decision that a message waits for its review.
    func holding(
        _ message: OutwardMessage, replacing: String? = nil, on found: SupportCase, in context: Context
    ) throws(Refusal) -> Decision {
        let facts = try found.holding(
            message, replacing: replacing, now: reviews, owed: owed, in: context)
        var decision = ReplyToCase.answer(facts, on: found)
        for case .outward(.held(let held)) in facts {
            decision.answer["held"] = .string(held.message)
            decision.answer["review_by"] = held.reviewBy.json
        }
        return decision
    }

    /// The notice after an act: whether words were sent, or wait.
    static func done(_ answer: JSONObject) -> String { answer["held"] == nil ? "sent" : "held" }

    /// Says in a form that a second person reads first what is written there.
    static func advise(_ form: inout OperationForm, _ found: SupportCase, _ policy: Policy) {
        guard found.needsReview(by: policy) else { return }
        let name = policy.severity(found.severity)?.name ?? found.severity.raw
        let terms = policy.messageReview
        let end =
            terms.whenOver == .send
            ? "; if nobody has read it after \(terms.minutes) minutes, or when a promise ends before, it is sent all the same"
            : ""
        form.hints.append("\(name): a second person reads this before it is sent\(end).")
    }
}
