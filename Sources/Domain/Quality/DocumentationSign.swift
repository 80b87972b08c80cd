/// Something that the software can see of how well a case is documented, and that somebody can do about it.
package enum DocumentationSign: String, Sendable, CaseIterable {
    /// The problem is stated in our own words.
    case problemStatement = "problem_statement"
    /// Somebody of the staff wrote down what was seen or done.
    case notes
    /// What happens next is set.
    case nextAction = "next_action"
    /// What may be the cause is written down.
    case hypothesis
    /// What policy needs of the intake is there.
    case intake
    /// A piece of evidence is attached.
    case evidence
    /// All that is expected or was asked for is there, or cannot be had.
    case expectedEvidence = "expected_evidence"
    /// A hypothesis was judged.
    case judgement
    /// When the effect began is recorded.
    case times
    /// The customer's last message is answered.
    case answered
    /// The customer knows when we write again.
    case promise
    /// Whom and what it affects is recorded.
    case impact
    /// Somebody who may do so held the severity to be right.
    case severityConfirmed = "severity_confirmed"
    /// The category is set.
    case category
    /// The component is set.
    case component
    /// A way around or a fix is recorded.
    case remedy
    /// What was wrong and what was done is written.
    case narrative
    /// The root cause is tagged, and a confirmed hypothesis stands for it.
    case rootCause = "root_cause"

    /// What is so where it is there.
    package var label: String {
        switch self {
        case .problemStatement: "The problem is stated in our own words"
        case .notes: "What was seen and done is noted"
        case .nextAction: "The next action is set"
        case .hypothesis: "A hypothesis is written down"
        case .intake: "The intake has what is needed"
        case .evidence: "Evidence is attached"
        case .expectedEvidence: "All expected evidence is here or cannot be had"
        case .judgement: "A hypothesis is judged"
        case .times: "When it began is recorded"
        case .answered: "The customer’s last message is answered"
        case .promise: "The customer knows when we write again"
        case .impact: "The impact is recorded"
        case .severityConfirmed: "The severity is confirmed"
        case .category: "The category is set"
        case .component: "The component is set"
        case .remedy: "A way around or a fix is recorded"
        case .narrative: "What was wrong and what was done is written"
        case .rootCause: "The root cause is tagged and confirmed"
        }
    }

    /// What to do where it is missing.
    package var step: String {
        switch self {
        case .problemStatement: "State the problem"
        case .notes: "Write a note"
        case .nextAction: "Set the next action"
        case .hypothesis: "Add a hypothesis"
        case .intake: "Fill in the intake"
        case .evidence: "Add evidence"
        case .expectedEvidence: "Add what is expected, or say why it cannot be had"
        case .judgement: "Judge a hypothesis"
        case .times: "Record when it began"
        case .answered: "Answer the customer"
        case .promise: "Promise the next update"
        case .impact: "Record the impact"
        case .severityConfirmed: "Have the severity confirmed"
        case .category: "Set the category"
        case .component: "Set the component"
        case .remedy: "Record the way around or the fix"
        case .narrative: "Write what was wrong and what was done"
        case .rootCause: "Confirm a cause"
        }
    }
}

/// What the software sees of how well a case is documented at a moment.
package struct DocumentationState: Equatable, Sendable {
    /// What there is to be seen, and whether it is there; what does not apply to the case as it stands is left out.
    package var seen: [DocumentationSign: Bool]

    /// What is seen, as it is told.
    package init(_ seen: [DocumentationSign: Bool]) { self.seen = seen }

    /// What is seen of a case.
    /// - Parameters:
    ///   - isIntakeComplete: whether the intake has what is needed; nil where policy has no intake.
    ///   - hasNotes: whether somebody of the staff wrote a note or a message.
    package init(
        _ this: SupportCase, _ investigation: Investigation, _ evidence: CaseEvidence,
        isIntakeComplete: Bool?, hasNotes: Bool, policy: Policy
    ) {
        let phase = policy.phase(of: this.status)
        let isEnding = phase != .open && phase != .waiting
        let isDone = phase == .resolved || phase == .closed
        let expected = evidence.completeness(of: this, policy: policy)
        // What policy wants evidence of is looked into; a question is merely answered.
        let isFault = !expected.isEmpty || !investigation.hypotheses.isEmpty
        var seen: [DocumentationSign: Bool] = [
            .problemStatement: this.problemStatement != nil, .notes: hasNotes,
            .category: this.classification[.category] != nil,
            .component: this.classification[.component] != nil,
        ]
        seen[.intake] = isIntakeComplete
        if !isDone {
            let arrangement = this.arrangement
            seen[.nextAction] = arrangement.nextAction != nil
            if this.organisation != nil {
                seen[.answered] = this.unansweredSince == nil
                seen[.promise] = arrangement.nextUpdateAt != nil
            }
        }
        if isFault {
            seen[.hypothesis] = !investigation.hypotheses.isEmpty
            seen[.times] = this.beganAt != nil
            seen[.impact] = !this.impact.isEmpty
            seen[.evidence] = !evidence.present.isEmpty
            if !investigation.hypotheses.isEmpty {
                seen[.judgement] = investigation.hypotheses.contains { $0.state != .open }
            }
        }
        if !expected.isEmpty || !evidence.requests.isEmpty {
            seen[.expectedEvidence] = evidence.gaps(of: this, policy: policy).isEmpty
        }
        if policy.coordination.checkedSeverities.contains(this.severity) {
            seen[.severityConfirmed] = this.arrangement.severityConfirmedAt != nil
        }
        if isEnding, isFault {
            seen[.remedy] = !investigation.fixes.isEmpty || !investigation.workarounds.isEmpty
        }
        if isDone {
            seen[.narrative] = !(this.narrative ?? "").isEmpty
            if isFault { seen[.rootCause] = this.isRootCauseConfirmed }
        }
        self.seen = seen
    }
}
