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
    /// Of each promise to the customer that was missed it is recorded why.
    case breachRecords = "breach_records"

    /// Whether only the state of things counts; otherwise a person may answer where the software sees nothing.
    package var isBySystemAlone: Bool {
        switch self {
        case .narrative, .rootCause, .category, .preventionLink, .breachRecords: true
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
    /// How many promises to the customer were missed.
    package var missedPromises = 0
    /// Those of them of which nobody recorded why, each in words.
    package var unexplained: [String] = []

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
        case .breachRecords:
            unexplained.isEmpty
                ? (missedPromises == 0 ? "None was missed" : "\(missedPromises) recorded") : nil
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
        case .breachRecords where !unexplained.isEmpty:
            "Record why it was missed: \(unexplained.joined(separator: ", "))."
        case .evidence, .customer, .article, .prevention, .breachRecords: nil
        }
    }
}
