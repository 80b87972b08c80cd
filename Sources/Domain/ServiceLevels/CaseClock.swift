/// The kinds of clock that a case has.
package enum CaseClock: String, Sendable, CaseIterable {
    /// Until somebody of the staff writes something of substance to whoever asked.
    case firstResponse = "first_response"
    /// Until the case is classified and its next action is set.
    case triage
    /// Until the moment by which the customer was told we write again.
    case promisedUpdate = "promised_update"
    /// From one message to the customer to the next.
    case updateCadence = "update_cadence"
    /// From the oldest unanswered message of the customer to our answer.
    case nextReply = "next_reply"
    /// Until the effect is gone.
    case mitigation
    /// Until the case is resolved.
    case resolution
    /// While the case waits for engineering: what they promised us.
    case engineering
    /// While it waits for a third party: until somebody asks them again.
    case vendorChase = "vendor_chase"
    /// While it waits for the customer: until somebody asks again, or lets it rest.
    case noResponse = "no_response"
    /// Until the next action is done.
    case nextAction = "next_action"
    /// Until a follow-up of a call is done.
    case followUp = "follow_up"
    /// Until the customer has given what was asked for.
    case evidenceRequest = "evidence_request"
    /// Until a hypothesis or a test is looked at again.
    case timeBox = "time_box"
    /// Until whoever the case is offered to accepts it or gives it back.
    case handover
    /// Until a case that was handed on and came back is taken up again.
    case takeBack = "take_back"
    /// Until a fix was watched long enough.
    case postFixWatch = "post_fix_watch"
    /// Until a second person has read a message to the customer.
    case review
    /// Until somebody follows up on a low score of the customer.
    case surveyFollowUp = "survey_follow_up"
    /// Until somebody whom law or contract names was told of an incident; it never stands still.
    case notice
    /// From the link to a defect until engineering has decided what becomes of it.
    case defectDecision = "defect_decision"
    /// From the link to a defect until engineering has delivered the fix.
    case defectFix = "defect_fix"

    /// Shown on pages.
    package var label: String {
        switch self {
        case .firstResponse: "First response"
        case .triage: "Triage"
        case .promisedUpdate: "Promised update"
        case .updateCadence: "Regular update"
        case .nextReply: "Next reply"
        case .mitigation: "Mitigation"
        case .resolution: "Resolution"
        case .engineering: "Answer of engineering"
        case .vendorChase: "Ask the third party again"
        case .noResponse: "Customer’s answer"
        case .nextAction: "Next action"
        case .followUp: "Follow-up"
        case .evidenceRequest: "Evidence asked for"
        case .timeBox: "Time-box"
        case .handover: "Hand-over accepted"
        case .takeBack: "Taken up again"
        case .postFixWatch: "Watch of the fix"
        case .review: "Review of a message"
        case .surveyFollowUp: "Follow-up of a low score"
        case .notice: "Notice owed"
        case .defectDecision: "Decision on the defect"
        case .defectFix: "Fix of the defect"
        }
    }

    /// What stops it, for whoever reads an explanation.
    package var stops: String {
        switch self {
        case .firstResponse: "a message of substance to whoever asked"
        case .triage: "triage, or a category and a next action"
        case .promisedUpdate: "a message to the customer"
        case .updateCadence: "the next message to the customer"
        case .nextReply: "our answer"
        case .mitigation: "a status that says the effect is gone"
        case .resolution: "resolving the case"
        case .engineering, .vendorChase, .noResponse: "the end of waiting"
        case .nextAction, .followUp: "doing it"
        case .evidenceRequest: "all that was asked for, or taking the request back"
        case .timeBox: "a judgement or a result"
        case .handover: "accepting it or giving it back"
        case .takeBack: "a message, the next action, another status, or handing it on"
        case .postFixWatch: "the end of its time"
        case .review: "approving the message or giving it back"
        case .surveyFollowUp: "following up"
        case .notice: "giving the notice, or saying that none is needed"
        case .defectDecision: "the decision of engineering, or the fix"
        case .defectFix: "the fix, or the decision that there will be none"
        }
    }

    /// Whether policy says how long it may take; the others run to a moment that somebody named.
    package var hasTarget: Bool {
        switch self {
        case .firstResponse, .triage, .updateCadence, .nextReply, .mitigation, .resolution, .engineering,
            .vendorChase, .noResponse, .handover, .takeBack, .defectDecision, .defectFix:
            true
        case .promisedUpdate, .nextAction, .followUp, .evidenceRequest, .timeBox, .postFixWatch, .review,
            .surveyFollowUp, .notice:
            false
        }
    }

    /// Whether it runs on when the case is resolved or closed, for it is about something that outlasts it.
    package var outlivesCase: Bool { [.postFixWatch, .defectDecision, .defectFix].contains(self) }

    /// Whether reaching its end is what is wanted, so that it is never missed.
    package var endsByItself: Bool { self == .postFixWatch }

    /// Whether it is a promise to the customer, and missing it a breach of the service level.
    package var isPromise: Bool {
        switch self {
        case .firstResponse, .promisedUpdate, .updateCadence, .nextReply, .mitigation, .resolution: true
        default: false
        }
    }

    /// The reason for waiting during which it runs; nil for clocks that do not run while something is waited for.
    package var waitsFor: String? {
        switch self {
        case .engineering: "engineering"
        case .vendorChase: "vendor"
        case .noResponse: "customer"
        default: nil
        }
    }

    /// The reasons for waiting that stop the time unless policy says otherwise.
    package var usualPauses: [String] {
        switch self {
        case .updateCadence: ["customer"]
        case .mitigation: ["customer", "change_window"]
        case .resolution: ["customer", "vendor", "change_window"]
        default: []
        }
    }
}

/// A clock of a case: its kind, and which of several where there are several.
package struct CaseClockID: Hashable, Sendable, Comparable {
    /// The kind.
    package var clock: CaseClock
    /// The number of the follow-up, request, hypothesis or test that it is about: "R1".
    package var item: String?

    /// A clock of a case.
    package init(_ clock: CaseClock, item: String? = nil) { (self.clock, self.item) = (clock, item) }

    /// Reads “evidence_request.R1”, as `text` writes it; nil for anything else.
    package init?(text: String) {
        let parts = text.split(separator: ".", maxSplits: 1).map(String.init)
        guard let first = parts.first, let clock = CaseClock(rawValue: first) else { return nil }
        self.init(clock, item: parts.count > 1 ? parts[1] : nil)
    }

    /// As it is stored and sent: "evidence_request.R1".
    package var text: String { item.map { "\(clock.rawValue).\($0)" } ?? clock.rawValue }

    /// Shown on pages: "Evidence asked for R1".
    package var label: String { item.map { "\(clock.label) \($0)" } ?? clock.label }

    private var rank: Int { CaseClock.allCases.firstIndex(of: clock) ?? 0 }

    package static func < (left: Self, right: Self) -> Bool {
        (left.rank, left.item ?? "") < (right.rank, right.item ?? "")
    }
}
