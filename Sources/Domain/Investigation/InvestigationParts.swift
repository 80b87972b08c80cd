/// Where a hypothesis stands.
package enum HypothesisState: String, Sendable, CaseIterable {
    /// Put up, not decided.
    case open
    /// What was seen speaks for it.
    case supported
    /// What was seen speaks against it: it stays, so that nobody tries it again.
    case refuted
    /// Proved by evidence and a method of verification.
    case confirmed
    /// Set aside for now.
    case parked

    /// The word on pages; everything that is not confirmed is no more than suspected.
    package var words: String {
        switch self {
        case .open: "Suspected"
        case .supported: "Supported"
        case .refuted: "Refuted"
        case .confirmed: "Confirmed"
        case .parked: "Parked"
        }
    }
}

/// How much of something, roughly: the grain in which people can judge.
package enum Level: String, Sendable, CaseIterable {
    /// Little.
    case low
    /// Some.
    case medium
    /// Much.
    case high

    /// 1 to 3.
    package var points: Int {
        switch self {
        case .low: 1
        case .medium: 2
        case .high: 3
        }
    }
}

/// What an observation says about what was expected.
package enum Bearing: String, Sendable, CaseIterable {
    /// It speaks for it.
    case supports
    /// It speaks against it.
    case contradicts
    /// It says nothing either way.
    case inconclusive

    /// The words on pages.
    package var words: String {
        switch self {
        case .supports: "speaks for it"
        case .contradicts: "speaks against it"
        case .inconclusive: "says nothing either way"
        }
    }
}

/// Who wrote something down, when, and as which entry of the timeline.
package struct Attribution: Equatable, Sendable {
    /// The person.
    package var by: String
    /// When it was true.
    package var at: Timestamp
    /// The entry of the case's timeline.
    package var entry: Int

    /// An attribution with all parts.
    package init(by: String, at: Timestamp, entry: Int) { (self.by, self.at, self.entry) = (by, at, entry) }

    init(_ fact: Recorded<CaseFact>) {
        self.init(by: fact.actor, at: fact.occurredAt, entry: fact.version.number)
    }
}

/// A hypothesis in words.
package struct HypothesisWording: Equatable, Sendable {
    /// What is thought to be so, in a sentence.
    package var statement: String
    /// Why it is thought.
    package var reasoning: String?
    /// What must be seen if it is so.
    package var predicts: String?
    /// Until when it is followed before somebody looks again.
    package var dueAt: Timestamp?

    /// A wording with all parts.
    package init(
        statement: String, reasoning: String? = nil, predicts: String? = nil, dueAt: Timestamp? = nil
    ) {
        (self.statement, self.reasoning, self.predicts, self.dueAt) = (statement, reasoning, predicts, dueAt)
    }
}

/// What somebody makes of a hypothesis.
package struct HypothesisJudgement: Equatable, Sendable {
    /// Where it stands from now on.
    package var state: HypothesisState
    /// How sure they are.
    package var confidence: Level?
    /// Why.
    package var reason: String?
    /// How it was verified: a term of policy; needed to confirm.
    package var method: String?
    /// What was done and seen to verify it; needed to confirm.
    package var verification: String?
    /// The root cause that it confirms: a term of policy.
    package var rootCause: String?
    /// The evidence that it rests on.
    package var evidence: [String]

    /// A judgement with all parts.
    package init(
        state: HypothesisState, confidence: Level? = nil, reason: String? = nil, method: String? = nil,
        verification: String? = nil, rootCause: String? = nil, evidence: [String] = []
    ) {
        (self.state, self.confidence, self.reason, self.method) = (state, confidence, reason, method)
        (self.verification, self.rootCause, self.evidence) = (verification, rootCause, evidence)
    }
}

/// What was seen.
package struct InvestigationResult: Equatable, Sendable {
    /// What was seen, in words.
    package var observed: String
    /// What it says about what was expected.
    package var bearing: Bearing
    /// The evidence for it.
    package var evidence: [String]

    /// A result with all parts.
    package init(observed: String, bearing: Bearing, evidence: [String] = []) {
        (self.observed, self.bearing, self.evidence) = (observed, bearing, evidence)
    }
}

/// A test that is planned.
package struct TestPlan: Equatable, Sendable {
    /// The hypothesis that it is about; nil for one that looks around.
    package var hypothesis: String?
    /// What is done.
    package var action: String
    /// What each outcome would tell.
    package var expected: String?
    /// How much the outcome is expected to tell.
    package var information: Level
    /// What it costs in time and risk.
    package var cost: Level
    /// Until when.
    package var dueAt: Timestamp?

    /// A plan with all parts.
    package init(
        hypothesis: String?, action: String, expected: String? = nil, information: Level, cost: Level,
        dueAt: Timestamp? = nil
    ) {
        (self.hypothesis, self.action, self.expected) = (hypothesis, action, expected)
        (self.information, self.cost, self.dueAt) = (information, cost, dueAt)
    }

    /// Its turn: what tells most for least comes first.
    package var rank: Int { information.points * 10 / cost.points }
}

/// What was weighed against what.
package enum DecisionKind: String, Sendable, CaseIterable {
    /// Anything else.
    case general
    /// A way around now, or the fix.
    case workaroundOrFix = "workaround_or_fix"
    /// Fast, or safe.
    case speedOrSafety = "speed_or_safety"

    /// The words on pages.
    package var words: String {
        switch self {
        case .general: "Decision"
        case .workaroundOrFix: "Workaround or fix"
        case .speedOrSafety: "Speed or safety"
        }
    }

    /// Whether the customer has a say in it.
    package var needsAgreement: Bool { self != .general }
}

/// A decision, with what else could have been done.
package struct CaseDecision: Equatable, Sendable {
    /// What was weighed against what.
    package var kind: DecisionKind
    /// What is done.
    package var decision: String
    /// What could have been done, this choice among it.
    package var options: [String]
    /// Why.
    package var reason: String
    /// The person who decided.
    package var decider: String
    /// The decision that it takes the place of.
    package var replaces: String?

    /// A decision with all parts.
    package init(
        kind: DecisionKind, decision: String, options: [String], reason: String, decider: String,
        replaces: String? = nil
    ) {
        (self.kind, self.decision, self.options) = (kind, decision, options)
        (self.reason, self.decider, self.replaces) = (reason, decider, replaces)
    }
}

/// What the customer said to a decision.
package struct CustomerAgreement: Equatable, Sendable {
    /// Whether they agree.
    package var agreed: Bool
    /// Who of them said so.
    package var who: String
    /// How, and in which words.
    package var words: String?

    /// An agreement with all parts.
    package init(agreed: Bool, who: String, words: String?) {
        (self.agreed, self.who, self.words) = (agreed, who, words)
    }
}

/// A question that bounds a problem.
package enum BoundaryQuestion: String, Sendable, CaseIterable {
    /// What is concerned, and what might be but is not.
    case what
    /// Where it shows, and where it might but does not.
    case whereabouts = "where"
    /// When it shows, and when it might but does not.
    case time = "when"
    /// How much is concerned, and how much might be but is not.
    case extent

    /// The word on pages.
    package var words: String {
        switch self {
        case .what: "What"
        case .whereabouts: "Where"
        case .time: "When"
        case .extent: "Extent"
        }
    }
}

/// The answer to a question that bounds the problem.
package struct Boundary: Equatable, Sendable {
    /// What it is.
    package var holds: String?
    /// What it could be but is not.
    package var holdsNot: String?
    /// What is different between the two.
    package var different: String?

    /// A boundary with all parts.
    package init(holds: String? = nil, holdsNot: String? = nil, different: String? = nil) {
        (self.holds, self.holdsNot, self.different) = (holds, holdsNot, different)
    }

    /// Whether nothing is answered.
    package var isEmpty: Bool { self == Boundary() }
}

/// A part of a structured note.
package enum NotePart: String, Sendable, CaseIterable {
    /// What is wrong.
    case problem
    /// What it does to whom.
    case impact
    /// What was done so far.
    case actions
    /// What was found.
    case findings
    /// What was kept: files, queries, links.
    case artifacts
    /// Where things stand.
    case status = "current_status"
    /// What comes next.
    case nextStep = "next_step"

    /// The name on pages.
    package var words: String {
        switch self {
        case .problem: "Problem statement"
        case .impact: "Impact"
        case .actions: "Actions taken"
        case .findings: "Findings"
        case .artifacts: "Artifacts"
        case .status: "Current status"
        case .nextStep: "Next step"
        }
    }
}

/// A way around the problem that leaves its cause as it is.
package struct Workaround: Equatable, Sendable {
    /// What to do.
    package var text: String
    /// What data may be lost or become wrong.
    package var dataLoss: String
    /// What else it does.
    package var sideEffects: String
    /// Where it was tried.
    package var testedIn: String?
    /// To which customers and set-ups it applies.
    package var appliesTo: String?
    /// How it is taken back.
    package var rollback: String

    /// A workaround with all parts.
    package init(
        text: String, dataLoss: String, sideEffects: String, testedIn: String?, appliesTo: String?,
        rollback: String
    ) {
        (self.text, self.dataLoss, self.sideEffects) = (text, dataLoss, sideEffects)
        (self.testedIn, self.appliesTo, self.rollback) = (testedIn, appliesTo, rollback)
    }
}

/// A test of a fix.
package struct FixTest: Equatable, Sendable {
    /// What was tested.
    package var tested: String
    /// In which environment: a term of policy.
    package var environment: String
    /// What was seen.
    package var observed: String
    /// Whether the fix holds.
    package var holds: Bool
    /// The evidence for it.
    package var evidence: [String]

    /// A test with all parts.
    package init(tested: String, environment: String, observed: String, holds: Bool, evidence: [String]) {
        (self.tested, self.environment, self.observed) = (tested, environment, observed)
        (self.holds, self.evidence) = (holds, evidence)
    }
}

/// Who says that a fix works.
package enum FixWitness: String, Sendable, CaseIterable {
    /// The customer.
    case customer
    /// What is measured.
    case monitoring

    /// The word on pages.
    package var words: String {
        switch self {
        case .customer: "Customer"
        case .monitoring: "Monitoring"
        }
    }
}

/// That a judgement of a hypothesis was a mistake, and what holds again.
package struct JudgementWithdrawal: Equatable, Sendable {
    /// What the case's root cause is set to with it.
    package enum RootCause: Equatable, Sendable {
        /// It is not set.
        case unset
        /// It is this one.
        case set(String)
    }

    /// Why.
    package var reason: String
    /// The root cause that the hypothesis confirms again; nil where it confirms none.
    package var confirms: String?
    /// What the case's root cause is set to; nil where it stays as it is.
    package var rootCause: RootCause?

    /// A withdrawal with all parts.
    package init(reason: String, confirms: String? = nil, rootCause: RootCause? = nil) {
        (self.reason, self.confirms, self.rootCause) = (reason, confirms, rootCause)
    }
}
