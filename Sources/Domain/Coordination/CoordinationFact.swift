/// What happens around the work on a case: who does what next, who helps, what blocks it, what was promised.
package enum CoordinationFact: CaseFactFamily {
    /// Somebody holds another severity to be right, and says why.
    case severityRecommended(severity: String, reason: String)
    /// Somebody who may do so holds this severity to be right.
    case severityConfirmed(severity: String, reason: String?)
    /// What is done next, by whom and until when.
    case nextActionSet(text: String, owner: String, dueAt: Timestamp)
    /// The next action is done; `outcome` is what came of it.
    case nextActionDone(outcome: String?)
    /// What the case waits for, as policy names it.
    case blocked(by: String, detail: String?)
    /// Somebody helps with a stated contribution.
    case specialistAdded(person: String, contribution: String)
    /// A specialist leaves the case.
    case specialistLeft(person: String, reason: String?)
    /// One person coordinates the technical work; nil for nobody.
    case coordinatorNamed(person: String?)
    /// Somebody follows the case.
    case watched(person: String)
    /// Somebody no longer follows the case.
    case unwatched(person: String)
    /// The customer was told when we write again.
    case updatePromised(at: Timestamp)
    /// Somebody set the working priority, for a reason; without points the computed one holds again.
    case priorityOverridden(points: Int?, reason: String)
    /// A call with the customer is planned.
    case callScheduled(CallPlan)
    /// A planned call was moved to another time.
    case callMoved(call: String, startsAt: Timestamp, reason: String?)
    /// What was said on a call, while it went on.
    case callNoted(call: String, text: String)
    /// The call is over, or does not take place.
    case callEnded(call: String, isHeld: Bool, summary: String?)
    /// Something is to be done because of a call; `isPromised` says that the customer was told so.
    case followUpAdded(FollowUpPlan)
    /// A follow-up is done.
    case followUpDone(item: String, outcome: String?)

    /// How a call is planned.
    package struct CallPlan: Equatable, Sendable {
        /// The number in the case: "C1".
        package var call: String
        /// What it is about.
        package var topic: String
        /// When it begins.
        package var startsAt: Timestamp
        /// Where to join.
        package var joinLink: String?
        /// Who takes part: names or addresses, as written.
        package var attendees: [String]

        /// A plan with all parts.
        package init(call: String, topic: String, startsAt: Timestamp, joinLink: String?, attendees: [String])
        {
            (self.call, self.topic, self.startsAt) = (call, topic, startsAt)
            (self.joinLink, self.attendees) = (joinLink, attendees)
        }
    }

    /// What a call leaves to be done.
    package struct FollowUpPlan: Equatable, Sendable {
        /// The number in the case: "F1".
        package var item: String
        /// The call that it comes from.
        package var call: String
        /// What is to be done.
        package var text: String
        /// Who does it.
        package var owner: String
        /// Until when; nil for no time.
        package var dueAt: Timestamp?
        /// Whether the customer was promised it.
        package var isPromised: Bool

        /// A plan with all parts.
        package init(
            item: String, call: String, text: String, owner: String, dueAt: Timestamp?, isPromised: Bool
        ) {
            (self.item, self.call, self.text) = (item, call, text)
            (self.owner, self.dueAt, self.isPromised) = (owner, dueAt, isPromised)
        }
    }

    package static let erasableFields: Set<String> = [
        "text", "reason", "outcome", "detail", "contribution", "topic", "join_link", "attendees", "summary",
    ]

    /// Customers see what they were promised and when we call them.
    package static let publicKinds = ["case.update_promised", "case.call_scheduled", "case.call_moved"]

    package var edits: Set<Aspect> {
        switch self {
        case .severityConfirmed: ["severity"]
        case .nextActionSet, .nextActionDone: ["next_action"]
        case .blocked: ["blocked_by"]
        case .coordinatorNamed: ["coordinator"]
        case .updatePromised: ["next_update"]
        case .priorityOverridden: ["priority"]
        case .callMoved(let call, _, _): [Aspect("call.\(call)")]
        case .severityRecommended, .specialistAdded, .specialistLeft, .watched, .unwatched, .callScheduled,
            .callNoted, .callEnded, .followUpAdded, .followUpDone:
            []
        }
    }

    package var people: [String] {
        switch self {
        case .nextActionSet(_, let owner, _): [owner]
        case .specialistAdded(let person, _), .specialistLeft(let person, _), .watched(let person),
            .unwatched(let person):
            [person]
        case .coordinatorNamed(let person): [person].compactMap { $0 }
        case .followUpAdded(let plan): [plan.owner]
        default: []
        }
    }
}
