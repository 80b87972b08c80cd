import Domain
import Storage

/// What a check of policy finds.
struct AttentionFinding: Sendable {
    /// The check.
    var check: AttentionCheck
    /// The search that was made: the check's, narrowed to whom it was asked for.
    var search: String
    /// How many cases there are.
    var total = CaseTotal(0)
    /// The first of them: those whose promise ends first, or that waited longest.
    var cases: [SupportCase] = []
    /// Why nothing can be found; nil where all is well.
    var problem: SearchProblem?
}

/// Looks for what falls through.
enum AttentionDirectory {
    /// What each check finds, in the order of policy.
    /// - Parameter isMine: whether only cases of the asker's own are looked for.
    static func findings(
        for actor: Actor, policy: Policy, isMine: Bool, limit: Int, now: Timestamp, counts: CaseCounts,
        in tx: borrowing Transaction
    ) throws -> [AttentionFinding] {
        var findings: [AttentionFinding] = []
        for check in policy.attention {
            let search = isMine ? "owner:@me (\(check.search))" : check.search
            var finding = AttentionFinding(check: check, search: search)
            switch try CaseSearchText(search, for: actor, policy: policy, now: now).meaning(in: tx) {
            case .problem(let problem): finding.problem = problem
            case .found(_, var filter):
                filter.order = check.isAboutPromises ? .breachAscending : .updatedAscending
                (finding.cases, finding.total) = try CaseDirectory.search(
                    filter, for: actor, CasePage(limit: limit), counts: counts, in: tx)
            }
            findings.append(finding)
        }
        return findings
    }
}
