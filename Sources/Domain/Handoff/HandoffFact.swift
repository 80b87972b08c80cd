/// How a case changes hands, and how somebody who is stuck gets on.
package enum HandoffFact: CaseFactFamily {
    /// Whoever owns the case offers it to somebody; until that is accepted it stays theirs.
    case offered(Offer)
    /// The receiver takes the case; that they own it from now on is a fact of its own.
    case accepted(handover: String, comment: String?)
    /// The receiver does not take the case, for a reason; `lacking` names what is missing.
    case returned(handover: String, reason: String, lacking: [String])
    /// The offer is taken back before it was answered.
    case withdrawn(handover: String, reason: String?)
    /// Somebody says that they do not get on.
    case unblockAsked(Stuck)
    /// Somebody says how it goes on; `isReusable` where others would meet the same.
    case unblockAnswered(request: String, answer: String, isReusable: Bool)
    /// Whoever was stuck gets on without an answer.
    case unblockWithdrawn(request: String, reason: String)
    /// An answer is of use to others, or no longer is.
    case answerMarked(request: String, isReusable: Bool)

    /// Where a case goes.
    package enum Way: String, Sendable, CaseIterable {
        /// To a colleague, or to those who come next.
        case colleague
        /// Up, to those who know more.
        case tier
    }

    /// A case that is offered.
    package struct Offer: Equatable, Sendable {
        /// The number in the case: "O1".
        package var handover: String
        /// Where it goes.
        package var way: Way
        /// Whose it is.
        package var from: String
        /// To whom it is offered; nil where it goes to a role.
        package var person: String?
        /// The role of which anybody may take it; nil where it goes to a person.
        package var role: String?
        /// What the receiver reads, as it was sent.
        package var brief: String
        /// What the case itself said, where it was edited before it was sent; nil where it was sent as it was.
        package var generated: String?
        /// Until when it should be accepted.
        package var acceptBy: Timestamp

        /// An offer with all parts.
        package init(
            handover: String, way: Way, from: String, person: String?, role: String?, brief: String,
            generated: String?, acceptBy: Timestamp
        ) {
            (self.handover, self.way, self.from) = (handover, way, from)
            (self.person, self.role, self.brief) = (person, role, brief)
            (self.generated, self.acceptBy) = (generated, acceptBy)
        }
    }

    /// What somebody is stuck with.
    package struct Stuck: Equatable, Sendable {
        /// The number in the case: "U1".
        package var request: String
        /// What does not go on.
        package var stuck: String
        /// What was tried.
        package var tried: String

        /// A request with all parts.
        package init(request: String, stuck: String, tried: String) {
            (self.request, self.stuck, self.tried) = (request, stuck, tried)
        }
    }

    package static let kinds = [
        "case.handover_offered", "case.handover_accepted", "case.handover_returned",
        "case.handover_withdrawn", "case.unblock_asked", "case.unblock_answered", "case.unblock_withdrawn",
        "case.answer_marked",
    ]

    package static let erasableFields: Set<String> = [
        "brief", "generated", "comment", "reason", "lacking", "stuck", "tried", "answer",
    ]

    package var edits: Set<Aspect> {
        switch self {
        case .offered, .accepted, .returned, .withdrawn: ["handover"]
        case .unblockAsked: []
        case .unblockAnswered(let request, _, _), .unblockWithdrawn(let request, _),
            .answerMarked(let request, _):
            [Aspect("unblock.\(request)")]
        }
    }

    package var people: [String] {
        if case .offered(let offer) = self { [offer.from, offer.person].compactMap { $0 } } else { [] }
    }

    /// What became of an offer or a request, for whoever did something about it at the same time.
    package func words(of aspect: Aspect) -> (label: String, value: String)? {
        switch self {
        case .offered: ("Hand-over", "offered")
        case .accepted: ("Hand-over", "accepted")
        case .returned(_, let reason, _): ("Hand-over", "returned: \(reason)")
        case .withdrawn: ("Hand-over", "taken back")
        case .unblockAsked: nil
        case .unblockAnswered(let request, let answer, _): ("Request \(request)", "answered: \(answer)")
        case .unblockWithdrawn(let request, let reason): ("Request \(request)", "taken back: \(reason)")
        case .answerMarked(let request, let isReusable):
            ("Answer to \(request)", isReusable ? "of use to others" : "of use here alone")
        }
    }
}
