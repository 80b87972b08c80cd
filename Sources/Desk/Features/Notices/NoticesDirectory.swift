import Domain
import Storage

/// Looks up which notices are owed and which were given, for this feature and others.
enum NoticesDirectory {
    // MARK: The table

    /// The table, as the case's projection writes it.
    static let table = NoticesQueries.table

    /// Brings the table up to a fact.
    static func project(_ fact: Recorded<CaseFact>, in tx: borrowing Transaction) throws {
        guard case .notice(let change) = fact.body else { return }
        let (id, at) = (fact.subject.id, fact.occurredAt)
        switch change {
        case .owed(let duty): try tx.execute(NoticesQueries.save(duty, of: id, awareAt: at))
        case .reassigned(let number, let owner):
            try tx.execute(NoticesQueries.reassign(number, of: id, to: owner))
        case .given(let receipt): try tx.execute(NoticesQueries.give(receipt.notice, of: id, at: at))
        case .waived(let number, _): try tx.execute(NoticesQueries.waive(number, of: id, at: at))
        }
    }

    /// Removes a case's rows.
    static func forget(_ id: ID<SupportCase>, in tx: borrowing Transaction) throws {
        try tx.execute(NoticesQueries.forget(of: id.raw))
    }

    // MARK: Reading

    /// The notices of a case, by the replay of its facts.
    static func notices(of id: ID<SupportCase>, in tx: borrowing Transaction) throws -> Notices {
        Notices(try CaseDirectory.facts(of: id, kinds: NoticeFact.kinds, in: tx))
    }

    /// Who sees to a notice of a case; nil where there is none of this number.
    static func owner(
        of number: String, on id: ID<SupportCase>, in tx: borrowing Transaction
    ) throws -> ID<Person>? {
        try tx.first(NoticesQueries.owner(number, of: id.raw)) { ID($0.text(0)) }
    }

    /// A notice with its case.
    struct Listed: Sendable {
        var this: SupportCase
        var notice: Notices.Notice
    }

    /// The register.
    struct Register: Sendable {
        /// What is still to be given, what is due first on top.
        var open: [Listed]
        /// What was given or waived in the period, the latest first.
        var settled: [Listed]
        /// What people are called.
        var names: [String: String]
        /// The period.
        var period: ReportPeriod
    }

    /// So many lines of each part are read.
    static let most = 500

    /// The notices of the cases that somebody may know of.
    static func register(
        _ period: ReportPeriod, for actor: Actor, in tx: borrowing Transaction
    ) throws -> Register {
        let open = try listed(NoticesQueries.open(limit: most), for: actor, in: tx)
        let settled = try listed(
            NoticesQueries.settled(in: period.range, limit: most), for: actor, in: tx)
        let people = (open + settled).flatMap { [$0.notice.duty.owner, $0.notice.recordedBy ?? ""] }
        return Register(
            open: open, settled: settled,
            names: try PeopleDirectory.names(of: people.filter { !$0.isEmpty }, in: tx), period: period)
    }

    private static func listed(
        _ query: SQL, for actor: Actor, in tx: borrowing Transaction
    ) throws -> [Listed] {
        let rows = try tx.all(query, NoticesQueries.read)
        var cases: [String: (this: SupportCase, notices: Notices)] = [:]
        for id in Set(rows.map(\.this.raw)) {
            guard let this = try CaseDirectory.any(ID(id), in: tx), CaseDirectory.isVisible(this, to: actor)
            else { continue }
            cases[id] = (this, try notices(of: this.id, in: tx))
        }
        return rows.compactMap { row in
            guard let found = cases[row.this.raw] else { return nil }
            return found.notices.notices.first { $0.duty.notice == row.number }
                .map { Listed(this: found.this, notice: $0) }
        }
    }
}
