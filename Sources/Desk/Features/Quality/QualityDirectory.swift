import Domain
import Storage

/// Looks up how well cases are documented and how they were reviewed, for this feature and others.
package enum QualityDirectory {
    // MARK: The table

    /// The tables, as the case's projection writes them.
    static let tables = [QualityQueries.table]

    /// Brings the table up to a fact.
    static func project(
        _ fact: Recorded<CaseFact>, on this: SupportCase, in tx: borrowing Transaction
    ) throws {
        guard case .quality(let body) = fact.body else { return }
        let (id, at) = (fact.subject.id, fact.occurredAt)
        switch body {
        case .reviewed(let review):
            try tx.execute(QualityQueries.save(review, of: this, by: fact.actor, at: at))
        case .answered(let number, _, _): try tx.execute(QualityQueries.answer(number, of: id, at: at))
        case .withdrawn(let number, _, _): try tx.execute(QualityQueries.withdraw(number, of: id))
        }
    }

    /// Removes a case's rows.
    static func forget(_ id: ID<SupportCase>, in tx: borrowing Transaction) throws {
        try tx.execute(QualityQueries.forget(of: id.raw))
    }

    // MARK: Reviews

    /// The reviews of a case, by the replay of its facts.
    package static func reviews(
        of id: ID<SupportCase>, in tx: borrowing Transaction
    ) throws -> QualityReviews {
        QualityReviews(try CaseDirectory.facts(of: id, kinds: QualityReviews.kinds, in: tx))
    }

    /// A review with the case that it is about.
    struct Listed: Sendable {
        var this: SupportCase
        var review: QualityReviews.Review
    }

    /// So many reviews are read for a page or a file.
    static let most = 2000

    /// The reviews of a stretch of time that somebody may read, the latest first.
    /// - Parameter person: whose alone; nil for everybody's.
    static func reviews(
        in period: Range<Timestamp>, of person: String?, for actor: Actor, in tx: borrowing Transaction
    ) throws -> [Listed] {
        let own = actor.may(QualityReviews.viewRight) ? person : actor.id
        let rows = try tx.all(
            QualityQueries.reviews(in: period, of: own, limit: most), QualityQueries.read
        ).filter { person == nil || $0.reviewed == person || $0.reviewer == person }
        let cases = try CaseDirectory.visible(Array(Set(rows.map(\.this))), to: actor, in: tx)
        let byID = Dictionary(cases.map { ($0.id, $0) }) { first, _ in first }
        var known: [ID<SupportCase>: QualityReviews] = [:]
        return try rows.compactMap { row in
            guard let this = byID[row.this] else { return nil }
            let all = try known[this.id] ?? reviews(of: this.id, in: tx)
            known[this.id] = all
            return all.readable(by: actor).first { $0.number == row.number }
                .map { Listed(this: this, review: $0) }
        }
    }

    /// The ended cases that are to be reviewed by somebody, those that ended first on top: in the sample of policy, without
    /// a review that counts, and none that they own.
    static func toReview(
        by actor: Actor, policy: Policy, now: Timestamp, in tx: borrowing Transaction
    ) throws -> [SupportCase] {
        let start = now.adding(seconds: -Int64(policy.quality.withinDays) * 86_400)
        let ended = try CaseDirectory.resolved(
            in: start..<now.adding(seconds: 1), for: actor, limit: most, in: tx
        ).filter { this in
            this.isReviewable(policy: policy) && this.owner != nil && this.owner?.raw != actor.id
                && policy.quality.samples(this) && policy.form(.quality, for: this) != nil
        }
        var done: Set<String> = []
        for start in stride(from: 0, to: ended.count, by: 500) {
            let ids = ended[start..<min(start + 500, ended.count)].map(\.id.raw)
            done.formUnion(try tx.all(QualityQueries.reviewed(ids)) { $0.text(0) })
        }
        return ended.filter { !done.contains($0.id.raw) }.reversed()
    }

    // MARK: The meter

    /// What the software sees of a case's documentation; nil where policy has no rubric, and once the case has ended.
    static func meter(
        of this: SupportCase, _ history: CaseHistory, _ forms: CaseForms, policy: Policy,
        in tx: borrowing Transaction
    ) throws -> DocumentationMeter? {
        guard ![.resolved, .closed].contains(policy.phase(of: this.status)), this.mergedInto == nil,
            let rubric = policy.form(.quality, for: this)
        else { return nil }
        let hasNotes =
            try this.firstReplyAt != nil
            || !CaseDirectory.latestFacts(of: this.id, kinds: ["case.noted"], limit: 1, for: .system, in: tx)
                .isEmpty
        return DocumentationMeter(
            rubric,
            DocumentationState(
                this, history.investigation, history.evidence,
                isIntakeComplete: forms.score(.intake)?.missing(for: .handOff).isEmpty, hasNotes: hasNotes,
                policy: policy))
    }

    /// An open case with its meter.
    struct Metered: Sendable {
        var this: SupportCase
        var meter: DocumentationMeter
    }

    /// The open cases that somebody owns, the least documented first.
    static func metered(
        of actor: Actor, policy: Policy, limit: Int, in tx: borrowing Transaction
    ) throws -> [Metered] {
        var filter = CaseFilter()
        filter.statuses = policy.statuses(in: [.open, .waiting, .mitigated, .verifying])
        filter.owner = .person(ID(actor.id))
        let cases = try CaseDirectory.list(filter, for: actor, limit: limit, in: tx)
        return try cases.compactMap { this in
            let history = try CaseHistory(of: this.id, in: tx)
            let forms = try FormsDirectory.forms(of: this, history, [], for: actor, policy: policy, in: tx)
            return try meter(of: this, history, forms, policy: policy, in: tx)
                .map { Metered(this: this, meter: $0) }
        }.sorted { ($0.meter.percent ?? 101, $0.this.id.raw) < ($1.meter.percent ?? 101, $1.this.id.raw) }
    }
}
