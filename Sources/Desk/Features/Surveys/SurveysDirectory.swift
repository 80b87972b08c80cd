import Domain
import Storage

/// Looks up whom customers’ surveys went to and what came of them, for this feature and others.
package enum SurveysDirectory {
    // MARK: The table

    /// The tables, as the case's projection writes them.
    static let tables = [SurveysQueries.table]

    /// Brings the table up to a fact.
    static func project(_ fact: Recorded<CaseFact>, in tx: borrowing Transaction) throws {
        guard case .survey(let body) = fact.body else { return }
        let (id, at) = (fact.subject.id, fact.occurredAt)
        switch body {
        case .sent(let sending, let occasion):
            try tx.execute(
                SurveysQueries.save(
                    sending.survey, of: id, person: sending.person, rule: nil, until: sending.until, occasion,
                    by: fact.actor, at: at))
        case .withheld(let number, let rule, let person, _, let occasion):
            try tx.execute(
                SurveysQueries.save(
                    number, of: id, person: person, rule: rule, until: nil, occasion, by: fact.actor, at: at))
        case .answered(let answer): try tx.execute(SurveysQueries.answer(answer, of: id, at: at))
        case .followUpOpened(let number, let owner, let due):
            try tx.execute(SurveysQueries.openFollowUp(number, of: id, owner: owner, due: due))
        case .reviewed(let review): try tx.execute(SurveysQueries.review(review.survey, of: id, at: at))
        case .themed: break
        }
    }

    /// Removes a case's rows.
    static func forget(_ id: ID<SupportCase>, in tx: borrowing Transaction) throws {
        try tx.execute(SurveysQueries.forget(of: id.raw))
    }

    // MARK: Deciding

    /// The facts that a decision about a survey depends on, and what they make.
    package static func surveys(of id: ID<SupportCase>, in tx: borrowing Transaction) throws -> Surveys {
        Surveys(try CaseDirectory.facts(of: id, kinds: SurveyFact.kinds, in: tx))
    }

    /// The facts of a case that a decision to ask is taken by.
    static func material(
        of id: ID<SupportCase>, in tx: borrowing Transaction
    ) throws -> [Recorded<CaseFact>] {
        try CaseDirectory.facts(
            of: id, kinds: SurveyFact.kinds + ["case.handover_offered", "case.status_changed"], in: tx)
    }

    /// The tier of the customer of a case.
    static func tier(of this: SupportCase, in tx: borrowing Transaction) throws -> String? {
        try this.organisation.flatMap { try CustomerDirectory.find($0.raw, in: tx)?.tier }
    }

    /// Whom a survey about a case would go to.
    static func contact(
        of this: SupportCase, in tx: borrowing Transaction
    ) throws -> SupportCase.SurveyContact {
        guard let id = this.requester?.raw, let person = try PeopleDirectory.find(id, in: tx) else {
            return .init(person: nil, hasOptedOut: false, lastAsked: nil)
        }
        let last = try tx.first(SurveysQueries.lastAsked(id)) { $0.optionalInteger(0) } ?? nil
        return .init(
            person: person, hasOptedOut: try !wantsSurveys(person, in: tx),
            lastAsked: last.map { Timestamp(microseconds: $0) })
    }

    /// Whether a contact wants to be asked; everybody does who said nothing.
    static func wantsSurveys(_ person: Person, in tx: borrowing Transaction) throws -> Bool {
        let last = try tx.first(
            JournalStore.latestFacts(
                of: person.ref, before: .max, kinds: ["person.surveys_chosen"], limit: 1)
        ) { try JournalStore.fact($0).decoded(as: PersonFact.self) }
        if case .surveysChosen(let wanted)? = last?.body { return wanted }
        return true
    }

    /// For so long back resolutions are looked at that nobody decided about.
    private static let memory: Int64 = 30 * 86_400

    /// Decides about the resolutions that wait for it, within a transaction.
    /// - Returns: how many decisions were recorded.
    static func decide(
        at now: Timestamp, policy: Policy, journal: Journal, limit: Int, in tx: borrowing Transaction
    ) throws -> Int {
        guard let terms = policy.survey else { return 0 }
        let end = now.adding(seconds: -Int64(terms.afterMinutes) * 60)
        let start = now.adding(seconds: -memory)
        guard start < end else { return 0 }
        let waiting = try CaseDirectory.resolved(
            in: start..<Timestamp(microseconds: end.microseconds + 1), without: SurveysQueries.isDecided,
            limit: limit, in: tx)
        var count = 0
        for this in waiting {
            let facts = this.surveying(
                try contact(of: this, in: tx), facts: try material(of: this.id, in: tx),
                tier: try tier(of: this, in: tx), now: now, policy: policy)
            guard !facts.isEmpty else { continue }
            var decision = Decision()
            decision.record(facts, on: this.ref)
            _ = try journal.append(decision.entries, by: Actor.system.id, at: now, in: tx)
            count += 1
        }
        return count
    }

    // MARK: Reading

    /// A decision with its case and the words of it.
    struct Listed: Sendable {
        var this: SupportCase
        var row: SurveysQueries.SurveyRow
        var survey: Surveys.Survey
    }

    /// All that a page or a file of a period shows.
    struct Report: Sendable {
        var period: ReportPeriod
        var figures: SurveyFigures
        var decisions: [Listed]
        /// Resolutions of the period about which nothing is decided yet.
        var undecided: Int
        /// Whether there were more decisions than one page takes.
        var isCut: Bool
        /// Low scores that wait, what is due first on top.
        var followUps: [Listed]
        var names: [String: String]
    }

    /// So many decisions are read for a page or a file.
    static let most = 5000

    /// What surveys of a period say to somebody; cases that they may not know of count nowhere.
    static func report(
        _ period: ReportPeriod, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> Report {
        let rows = try tx.all(
            SurveysQueries.decided(in: period.range, limit: most + 1), SurveysQueries.read)
        let decisions = try listed(Array(rows.prefix(most)), for: actor, in: tx)
        let undecided = try CaseDirectory.resolved(
            in: period.range, without: SurveysQueries.isDecided, limit: most, in: tx
        ).filter { $0.isVisible(to: actor) }
        let followUps = try listed(
            try tx.all(SurveysQueries.toFollowUp(limit: 200), SurveysQueries.read), for: actor, in: tx)
        let people = (decisions + followUps).flatMap { one in
            [one.row.person, one.row.owner, one.row.decidedBy, one.row.followUpOwner, one.survey.reviewedBy]
                .compactMap { $0 }
        }
        return Report(
            period: period, figures: SurveyFigures(decisions.map(\.row.item)), decisions: decisions,
            undecided: undecided.count, isCut: rows.count > most, followUps: followUps,
            names: try PeopleDirectory.names(of: people, in: tx))
    }

    private static func listed(
        _ rows: [SurveysQueries.SurveyRow], for actor: Actor, in tx: borrowing Transaction
    ) throws -> [Listed] {
        var byID: [ID<SupportCase>: SupportCase] = [:]
        let ids = Array(Set(rows.map(\.this)))
        for start in stride(from: 0, to: ids.count, by: 500) {
            let some = Array(ids[start..<min(start + 500, ids.count)])
            for this in try CaseDirectory.visible(some, to: actor, in: tx) { byID[this.id] = this }
        }
        var known: [ID<SupportCase>: Surveys] = [:]
        return try rows.compactMap { row in
            guard let this = byID[row.this] else { return nil }
            let all = try known[this.id] ?? surveys(of: this.id, in: tx)
            known[this.id] = all
            return all.survey(row.number).map { Listed(this: this, row: row, survey: $0) }
        }
    }
}
