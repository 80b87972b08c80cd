/// How a case changed hands and who was stuck: the replay of its facts.
package struct Handoffs: Equatable, Sendable {
    /// What became of an offer.
    package enum Outcome: String, Sendable, CaseIterable {
        /// The receiver owns the case.
        case accepted
        /// The receiver gave it back, with a reason.
        case returned
        /// It was taken back before it was answered.
        case withdrawn
        /// It was offered anew, to somebody else or in other words.
        case replaced
        /// The case changed hands otherwise, or there is nothing left to do.
        case overtaken
    }

    /// A case that was offered, and what became of it.
    package struct Handover: Equatable, Sendable {
        /// To whom and with which words.
        package var offer: HandoffFact.Offer
        /// Who offered it: the owner, or somebody in their place.
        package var offeredBy: String
        /// When.
        package var offeredAt: Timestamp
        /// What became of it; nil while nobody answered.
        package var outcome: Outcome?
        /// When that was.
        package var settledAt: Timestamp?
        /// By whom.
        package var settledBy: String?
        /// Why it was returned or taken back, or what the receiver said to it.
        package var words: String?
        /// What was missing, where it was returned.
        package var lacking: [String] = []

        /// The number in the case: "O1".
        package var number: String { offer.handover }

        /// Whether nobody answered although the time for it is over.
        package func isLate(at now: Timestamp) -> Bool { outcome == nil && offer.acceptBy < now }

        /// Whether somebody is meant by it.
        package func isOffered(to actor: Actor) -> Bool {
            guard outcome == nil, actor.id != offer.from else { return false }
            if let person = offer.person { return person == actor.id }
            return offer.role.map(actor.roles.contains) ?? false
        }
    }

    /// Somebody who was stuck, and what became of it.
    package struct UnblockRequest: Equatable, Sendable {
        /// What does not go on, and what was tried.
        package var asked: HandoffFact.Stuck
        /// Who was stuck.
        package var askedBy: String
        /// Since when.
        package var askedAt: Timestamp
        /// How it goes on.
        package var answer: String?
        /// Whether the answer is of use to others.
        package var isReusable = false
        /// Why no answer was needed any more.
        package var withdrawnReason: String?
        /// Who answered, or took it back.
        package var settledBy: String?
        /// When.
        package var settledAt: Timestamp?

        /// The number in the case: "U1".
        package var number: String { asked.request }
        /// Whether somebody waits for the answer.
        package var isOpen: Bool { settledAt == nil }

        /// Seconds from asking to the answer, or until now.
        package func seconds(at now: Timestamp) -> Int64 {
            max(0, (settledAt ?? now).seconds(since: askedAt))
        }
    }

    /// Every offer, oldest first.
    package private(set) var handovers: [Handover] = []
    /// Every request for help, oldest first.
    package private(set) var requests: [UnblockRequest] = []

    /// The kinds of fact that the replay needs.
    package static let kinds =
        HandoffFact.kinds + [
            "case.owner_changed", "case.owner_left", "case.resolved", "case.closed", "case.merged_into",
            "case.imported", "case.change_imported",
        ]

    /// What these facts make, oldest first; those of other kinds change nothing.
    package init(_ facts: some Sequence<Recorded<CaseFact>> = []) { for fact in facts { apply(fact) } }

    /// The offer that nobody answered yet.
    package var open: Handover? { handovers.last.flatMap { $0.outcome == nil ? $0 : nil } }

    /// The requests that nobody answered yet, oldest first.
    package var openRequests: [UnblockRequest] { requests.filter(\.isOpen) }

    /// The number of the next offer.
    package var nextHandover: String { "O\(handovers.count + 1)" }

    /// The number of the next request.
    package var nextRequest: String { "U\(requests.count + 1)" }

    /// The request of this number.
    package func request(_ number: String) -> UnblockRequest? {
        requests.first { $0.number == number.trimmingWhitespace.uppercased() }
    }

    /// Everybody who is named, for their names on pages.
    package var people: [String] {
        handovers.flatMap {
            [$0.offer.from, $0.offeredBy, $0.offer.person, $0.settledBy].compactMap { $0 }
        } + requests.flatMap { [$0.askedBy, $0.settledBy].compactMap { $0 } }
    }

    /// Takes in the next fact.
    package mutating func apply(_ fact: Recorded<CaseFact>) {
        switch fact.body {
        case .handoff(let change): take(change, fact)
        case .ownerChanged(let owner, _): if open?.offer.from != owner { settle(.overtaken, fact) }
        case .changeImported(let row):
            if let owner = row.set["owner"], owner != open?.offer.from { settle(.overtaken, fact) }
        case .ownerLeft, .resolved, .closed, .relation(.mergedInto): settle(.overtaken, fact)
        default: break
        }
    }

    private mutating func settle(
        _ outcome: Outcome, _ fact: Recorded<CaseFact>, words: String? = nil, lacking: [String] = []
    ) {
        guard let last = handovers.indices.last, handovers[last].outcome == nil else { return }
        (handovers[last].outcome, handovers[last].settledAt) = (outcome, fact.occurredAt)
        (handovers[last].settledBy, handovers[last].words) = (fact.actor, words)
        handovers[last].lacking = lacking
    }

    private mutating func take(_ change: HandoffFact, _ fact: Recorded<CaseFact>) {
        switch change {
        case .offered(let offer):
            settle(.replaced, fact)
            handovers.append(Handover(offer: offer, offeredBy: fact.actor, offeredAt: fact.occurredAt))
        case .accepted(_, let comment): settle(.accepted, fact, words: comment)
        case .returned(_, let reason, let lacking):
            settle(.returned, fact, words: reason, lacking: lacking)
        case .withdrawn(_, let reason): settle(.withdrawn, fact, words: reason)
        case .unblockAsked(let stuck):
            requests.append(UnblockRequest(asked: stuck, askedBy: fact.actor, askedAt: fact.occurredAt))
        case .unblockAnswered(let request, let answer, let isReusable):
            settle(request, fact) { ($0.answer, $0.isReusable) = (answer, isReusable) }
        case .unblockWithdrawn(let request, let reason):
            settle(request, fact) { $0.withdrawnReason = reason }
        case .answerMarked(let request, let isReusable):
            guard let index = requests.firstIndex(where: { $0.number == request }) else { return }
            requests[index].isReusable = isReusable
        }
    }

    private mutating func settle(
        _ request: String, _ fact: Recorded<CaseFact>, _ change: (inout UnblockRequest) -> Void
    ) {
        guard let index = requests.firstIndex(where: { $0.number == request }) else { return }
        change(&requests[index])
        (requests[index].settledBy, requests[index].settledAt) = (fact.actor, fact.occurredAt)
    }
}
