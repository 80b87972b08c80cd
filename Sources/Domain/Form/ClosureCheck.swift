/// A point of the closure checklist that the software looks at by itself.
package enum ClosureCheck: String, Sendable, CaseIterable {
    /// What was wrong and what was done is written.
    case narrative
    /// The root cause is tagged, and confirmed where anything was suspected.
    case rootCause = "root_cause"
    /// The category is set.
    case category
    /// Nothing that was asked for is still to come.
    case evidence
    /// The customer said that it is fixed, or had time enough to say that it is not.
    case customer
    /// An article is linked.
    case article
    /// A problem or defect is linked.
    case prevention

    /// Whether only the state of things counts; otherwise a person may answer where the software sees nothing.
    package var isBySystemAlone: Bool {
        switch self {
        case .narrative, .rootCause, .category: true
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
    /// Whether causes were suspected and none is confirmed yet.
    package var hasOnlySuspects = false
    /// The category in words.
    package var category: String?
    /// What of the evidence is complete, in words; nil where that cannot be said.
    package var evidence: String?
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
        case .rootCause: hasOnlySuspects ? nil : rootCause
        case .category: category
        case .evidence: evidence
        case .customer: customer
        case .article: article
        case .prevention: prevention
        }
    }

    /// What to do where a check does not hold.
    package func advice(_ check: ClosureCheck) -> String? {
        switch check {
        case .narrative: "Write what was wrong and what was done."
        case .rootCause:
            hasOnlySuspects
                ? "A cause is suspected and none is confirmed yet. Confirm it in the investigation."
                : "Set the root cause with “Edit problem and fields”."
        case .category: "Set the category with “Edit problem and fields”."
        case .prevention where hasWorkaroundOnly:
            "A way around is recorded and no tested fix. Link the problem or defect, or record the fix and its test."
        case .evidence, .customer, .article, .prevention: nil
        }
    }
}
