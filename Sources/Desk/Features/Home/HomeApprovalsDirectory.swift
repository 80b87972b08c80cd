import Domain
import Storage

/// A change that counts only once somebody else agrees, and waits for whoever reads the page.
struct HomeApproval: Sendable {
    /// What is to be changed.
    enum Kind: String, Sendable {
        /// A document of policy.
        case policy
        /// What is promised to one customer alone.
        case contract
    }

    /// What it is.
    var kind: Kind
    /// What it says: why policy is to change, or what was signed.
    var title: String
    /// The customer; nil for policy.
    var organisation: String?
    /// Who proposed it.
    var author: String
    /// When.
    var at: Timestamp
    /// When it lapses; nil where it does not.
    var until: Timestamp?
    /// Where it is read and decided about.
    var path: String

    /// As many stand on the page: it is the only list of all kinds.
    static let most = 50

    /// What waits for somebody, oldest first.
    static func waiting(
        for actor: Actor, at now: Timestamp, in tx: borrowing Transaction
    ) throws -> [HomeApproval] {
        try (proposals(for: actor, at: now, in: tx) + amendments(for: actor, in: tx)).sorted {
            ($0.at, $0.path) < ($1.at, $1.path)
        }
    }

    private static func proposals(
        for actor: Actor, at now: Timestamp, in tx: borrowing Transaction
    ) throws -> [HomeApproval] {
        guard actor.may(Policy.approveRight), actor.may("policy.view") else { return [] }
        return try ProposalDirectory.open(at: now, in: tx)
            .filter { !$0.open(to: actor.id, roles: actor.roles).isEmpty }
            .map {
                HomeApproval(
                    kind: .policy, title: $0.made.reason, author: $0.author, at: $0.madeAt,
                    until: $0.made.lapsesAt, path: "/policy/proposals/\($0.id.raw)")
            }
    }

    private static func amendments(
        for actor: Actor, in tx: borrowing Transaction
    ) throws -> [HomeApproval] {
        // Where it is approved, its terms are read: without that right it says nothing.
        guard actor.may(AmendmentRights.approve), actor.may("organisation.view_terms") else { return [] }
        return try CustomerDirectory.withOpenAmendments(in: tx).flatMap { found in
            found.record.amendments.filter { $0.verdict == nil && $0.proposedBy != actor.id }.map {
                HomeApproval(
                    kind: .contract, title: $0.terms.document, organisation: found.name,
                    author: $0.proposedBy, at: $0.proposedAt,
                    path: "/organisations/\(found.id.raw)#amendments")
            }
        }
    }
}
