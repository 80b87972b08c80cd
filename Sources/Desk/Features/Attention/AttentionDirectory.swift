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
    /// What is done about each case first, where the check leaves that to the case.
    var steps: [ID<SupportCase>: AttentionCheck.Step] = [:]
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
            if check.step == nil {
                finding.steps = try steps(of: finding.cases, policy: policy, now: now, in: tx)
            }
            findings.append(finding)
        }
        return findings
    }

    /// The step of what each case needs first.
    private static func steps(
        of cases: [SupportCase], policy: Policy, now: Timestamp, in tx: borrowing Transaction
    ) throws -> [ID<SupportCase>: AttentionCheck.Step] {
        let clocks = try ServiceLevelsDirectory.standing(of: cases, policy: policy, at: now, in: tx)
        var steps: [ID<SupportCase>: AttentionCheck.Step] = [:]
        for this in cases {
            let running = clocks[this.id]?.summary.running ?? []
            steps[this.id] =
                this.owner == nil
                ? .assign : WorkItem(of: this, clocks: running, policy: policy, now: now).needs.first?.step
        }
        return steps
    }
}
