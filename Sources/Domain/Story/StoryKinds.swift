extension InvestigationFact {
    /// What was found out, weighed and decided; not each step on the way.
    package static let storyKinds = [
        "case.hypothesis_judged", "case.decided", "case.agreement_recorded", "case.workaround_recorded",
        "case.workaround_withdrawn", "case.fix_recorded", "case.fix_confirmed", "case.customer_confirmed",
    ]
}

extension CoordinationFact {
    /// What was held to be bad, and what was promised.
    package static let storyKinds = ["case.severity_confirmed", "case.update_promised"]
}

extension RelationFact {
    /// Where the case went, or came from.
    package static let storyKinds = [
        "case.merged_into", "case.unmerged", "case.split_from", "case.split_off",
    ]
}
