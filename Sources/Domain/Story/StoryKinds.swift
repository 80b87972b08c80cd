extension InvestigationFact {
    /// What was found out, weighed and decided; not each step on the way.
    package static let storyKinds = [
        "case.hypothesis_judged", "case.judgement_withdrawn", "case.decided", "case.agreement_recorded",
        "case.note_structured",
        "case.workaround_recorded", "case.workaround_withdrawn", "case.fix_recorded", "case.fix_confirmed",
    ]
}

extension CoordinationFact {
    /// What was held to be bad, what was promised, and how calls ended.
    package static let storyKinds = [
        "case.severity_confirmed", "case.update_promised", "case.coordinator_named", "case.call_ended",
    ]
}

extension RelationFact {
    /// Where the case went, or came from.
    package static let storyKinds = [
        "case.merged_into", "case.absorbed", "case.unmerged", "case.released", "case.split_from",
        "case.split_off",
    ]
}

extension CaseEvidenceFact {
    /// What the customer was asked for and gave, and what was lost; colleagues attach far more than a story can tell.
    package static let storyKinds = [
        "case.evidence_requested", "case.evidence_given", "case.evidence_removed",
    ]
}

extension CaseFormFact {
    /// What the customer was asked and answered, and what somebody signed.
    package static let storyKinds = [
        "case.customer_asked", "case.customer_answered", "case.exception_signed",
    ]
}

extension CaseCustomerFact {
    /// What the customer said, and what was settled about the contract.
    package static let storyKinds = ["case.customer_confirmed", "case.contract_settled"]
}

extension CaseMailFact {
    /// What the customer wrote by mail, and that ours did not reach them.
    package static let storyKinds = ["case.mail_received", "case.mail_undelivered"]
}

extension ClockFact {
    /// Why a promise was not kept.
    package static let storyKinds = ["case.breach_explained"]
}

extension HandoffFact {
    /// Into whose hands the case came, or why it did not, and what helped whoever was stuck.
    package static let storyKinds = [
        "case.handover_accepted", "case.handover_returned", "case.unblock_answered",
    ]
}

extension OutwardFact {
    /// What was sent though nobody had read it, that the customer never answered, and how it was summed up for them.
    package static let storyKinds = [
        "case.message_released", "case.answer_given_up", "case.summary_written",
    ]
}

extension SurveyFact {
    /// What the customer said of the work, and what came of a low score.
    package static let storyKinds = ["case.survey_answered", "case.survey_reviewed"]
}

extension RetentionFact {
    /// That nothing is left to read.
    package static let storyKinds = ["case.purged"]
}
