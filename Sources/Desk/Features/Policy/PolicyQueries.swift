import Diagnosis
import Domain
import Storage

/// The table of proposed changes of policy.
enum PolicyQueries {
    private static let columns: SQL = """
        id, version, made, author, made_at, approvals, outcome, settled_at, settled_by, words, enacted
        """

    static func proposal(id: String) -> SQL { "SELECT \(columns) FROM policy_proposal WHERE id = \(id)" }

    /// Those that nobody settled, oldest first.
    static func waiting(limit: Int) -> SQL {
        """
        SELECT \(columns) FROM policy_proposal WHERE outcome IS NULL ORDER BY made_at, id LIMIT \(limit)
        """
    }

    /// The latest, newest first.
    static func latest(limit: Int) -> SQL {
        "SELECT \(columns) FROM policy_proposal ORDER BY made_at DESC, id DESC LIMIT \(limit)"
    }

    /// Those that became versions.
    static func enacted(as versions: [Int]) -> SQL {
        "SELECT \(columns) FROM policy_proposal WHERE enacted IN (\(anyOf: versions))"
    }

    static func page(after id: String, limit: Int) -> SQL {
        "SELECT \(columns) FROM policy_proposal WHERE id > \(id) ORDER BY id LIMIT \(limit)"
    }

    static func save(_ proposal: PolicyProposal) -> SQL {
        """
        INSERT INTO policy_proposal (\(columns))
        VALUES (\(proposal.id.raw), \(proposal.version.number), \(ProposalFact.made(proposal.made).body.text),
            \(proposal.author), \(proposal.madeAt.microseconds), \(approvals(proposal).text),
            \(proposal.outcome?.rawValue), \(proposal.settledAt?.microseconds), \(proposal.settledBy),
            \(proposal.words), \(proposal.enacted))
        ON CONFLICT (id) DO UPDATE SET version = excluded.version, approvals = excluded.approvals,
            outcome = excluded.outcome, settled_at = excluded.settled_at, settled_by = excluded.settled_by,
            words = excluded.words, enacted = excluded.enacted
        """
    }

    static func forget(id: String) -> SQL { "DELETE FROM policy_proposal WHERE id = \(id)" }

    private static func approvals(_ proposal: PolicyProposal) -> JSON {
        .array(
            proposal.approvals.map { one in
                .fields([
                    "person": .string(one.person), "at": .integer(one.at.microseconds),
                    "rules": .array(one.rules.map(JSON.string)), "comment": one.comment.map(JSON.string),
                ])
            })
    }

    static func read(_ row: any Row) throws -> PolicyProposal {
        guard
            case .made(let made) = try ProposalFact(
                kind: "proposal.made", body: FactBody(try JSON(parsing: row.text(2)).object ?? JSONObject()))
        else { throw FactProblem("a proposal without a document") }
        var proposal = PolicyProposal(
            id: ID(row.text(0)), version: Version(Int(row.integer(1))), made: made, author: row.text(3),
            madeAt: Timestamp(microseconds: row.integer(4)))
        proposal.approvals = (try JSON(parsing: row.text(5)).array ?? []).map { one in
            .init(
                person: one["person"]?.string ?? "",
                at: Timestamp(microseconds: one["at"]?.integer ?? 0),
                rules: (one["rules"]?.array ?? []).compactMap(\.string), comment: one["comment"]?.string)
        }
        proposal.outcome = row.optionalText(6).flatMap(PolicyProposal.Outcome.init)
        proposal.settledAt = row.optionalInteger(7).map { Timestamp(microseconds: $0) }
        (proposal.settledBy, proposal.words) = (row.optionalText(8), row.optionalText(9))
        proposal.enacted = row.optionalInteger(10).map { Int($0) }
        return proposal
    }

    /// Every statement, with sample values, to be prepared on both engines.
    static let samples: [SQL] = {
        let zero = Timestamp(microseconds: 0)
        let sample = PolicyProposal(
            id: "x", version: Version(1),
            made: .init(document: "", reason: "", base: 0, rules: [], lapsesAt: zero), author: "x",
            madeAt: zero)
        return [
            proposal(id: "x"), waiting(limit: 1), latest(limit: 1), enacted(as: [1]),
            page(after: "", limit: 1), save(sample), forget(id: "x"),
        ]
    }()

    static let subject = SubjectType(
        PolicyProposal.self,
        tables: [
            ProjectedTable(
                "policy_proposal",
                columns: [
                    "id", "version", "made", "author", "made_at", "approvals", "outcome", "settled_at",
                    "settled_by", "words", "enacted",
                ], page: page(after:limit:))
        ],
        load: { id, tx in try tx.first(proposal(id: id), read) },
        save: { proposal, _, tx in try tx.execute(save(proposal)) },
        forget: { id, tx in try tx.execute(forget(id: id)) },
        describe: { _, proposal, _, _ in
            ("Proposed change", proposal.outcome?.rawValue ?? "\(proposal.approvals.count) agreed")
        })
}

/// Looks up proposed changes of policy.
enum ProposalDirectory {
    /// A proposal by its identifier.
    static func find(_ id: String, in tx: borrowing Transaction) throws -> PolicyProposal {
        guard let found = try tx.first(PolicyQueries.proposal(id: id), PolicyQueries.read) else {
            throw Refusal.notFound("proposed change")
        }
        return found
    }

    /// Those that can still be agreed to, oldest first.
    static func open(at now: Timestamp, in tx: borrowing Transaction) throws -> [PolicyProposal] {
        let version = try PolicyReading.inForce(in: tx).version.number
        return try tx.all(PolicyQueries.waiting(limit: 1000), PolicyQueries.read)
            .filter { $0.obstacle(inForce: version, at: now) == nil }
    }

    /// The latest, newest first.
    static func latest(limit: Int, in tx: borrowing Transaction) throws -> [PolicyProposal] {
        try tx.all(PolicyQueries.latest(limit: limit), PolicyQueries.read)
    }

    /// By version, the proposals that became one.
    static func enacted(as versions: [Int], in tx: borrowing Transaction) throws -> [Int: PolicyProposal] {
        guard !versions.isEmpty else { return [:] }
        let found = try tx.all(PolicyQueries.enacted(as: versions), PolicyQueries.read)
        return Dictionary(found.compactMap { one in one.enacted.map { ($0, one) } }) { first, _ in first }
    }
}
