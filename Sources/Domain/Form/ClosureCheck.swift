/// A point of the closure checklist that the software looks at by itself.
package enum ClosureCheck: String, Sendable, CaseIterable {
    /// What was wrong and what was done is written.
    case narrative
    /// The root cause is tagged, and a confirmed hypothesis stands for it.
    case rootCause = "root_cause"
    /// The category is set.
    case category
    /// What the case should have is there or cannot be had, and nothing that was asked for is still to come.
    case evidence
    /// The customer said that it is fixed, or had time enough to say that it is not.
    case customer
    /// An article is linked.
    case article
    /// How it is prevented is decided: a problem or defect is linked, or a person says how.
    case prevention
    /// A problem or defect is linked; nobody's word stands for the link.
    case preventionLink = "prevention_link"

    /// Whether only the state of things counts; otherwise a person may answer where the software sees nothing.
    package var isBySystemAlone: Bool {
        switch self {
        case .narrative, .rootCause, .category, .preventionLink: true
        case .evidence, .customer, .article, .prevention: false
        }
    }
}

/// What the software sees of a case that is about to end.
package struct ClosureState: Equatable, Sendable {
    /// Whether what was wrong and what was done is written.
    package var hasNarrative = false
    /// The root cause in words.
    package var rootCause: String?
    /// Whether evidence and a verification confirm that root cause.
    package var isRootCauseConfirmed = false
    /// The category in words.
    package var category: String?
    /// What of the evidence is complete, in words; nil where that cannot be said.
    package var evidence: String?
    /// What of the evidence is known to be missing, each in words.
    package var evidenceGaps: [String] = []
    /// How the customer agreed, in words; nil where they did not yet.
    package var customer: String?
    /// The article that is linked; nil where none is.
    package var article: String?
    /// The problem or defect that is linked; nil where none is.
    package var prevention: String?
    /// Whether the case ends on a way around alone.
    package var hasWorkaroundOnly = false

    /// Nothing seen.
    package init() {}

    /// What the software answers to a check, in words; nil where it sees that it is not so, or does not know.
    package func answer(_ check: ClosureCheck) -> String? {
        switch check {
        case .narrative: hasNarrative ? "Written" : nil
        case .rootCause: isRootCauseConfirmed ? rootCause.map { "\($0) (confirmed)" } : nil
        case .category: category
        case .evidence: evidence
        case .customer: customer
        case .article: article
        case .prevention, .preventionLink: prevention
        }
    }

    /// What to do where a check does not hold.
    package func advice(_ check: ClosureCheck) -> String? {
        switch check {
        case .narrative: "Write what was wrong and what was done."
        case .rootCause:
            rootCause.map {
                "The root cause is \($0) (suspected). Confirm a hypothesis that stands for it: with evidence, and how it was verified."
            }
                ?? "No root cause is set. Confirm a hypothesis with evidence, how it was verified, and its root cause."
        case .category: "Set the category with “Edit problem and fields”."
        case .preventionLink where hasWorkaroundOnly:
            "A way around is recorded and no tested fix. Link the problem or defect with “Link a record”, or record the fix and its test."
        case .preventionLink: "Link the problem or defect with “Link a record”."
        case .evidence where !evidenceGaps.isEmpty:
            "Evidence is missing: \(evidenceGaps.joined(separator: "; ")). Add it, or say on the evidence page why it cannot be had or is no longer needed."
        case .evidence, .customer, .article, .prevention: nil
        }
    }
}
