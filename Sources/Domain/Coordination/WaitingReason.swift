/// For what a case waits, as its facts go by: the status says it, or somebody who said it with the move.
package struct WaitingReason: Equatable, Sendable {
    /// The reason, as policy names it; nil while the case does not wait, "" where nobody said for what.
    package private(set) var reason: String?

    private var isInWaitingStatus = false
    private var said: (reason: String, at: Timestamp)?

    /// Nothing is waited for.
    package init() {}

    /// Takes in the next fact, in the order in which they were true in the world.
    package mutating func take(_ fact: Recorded<CaseFact>, policy: Policy) {
        switch fact.body {
        case .opened(let opening): move(to: opening.status, fact.occurredAt, policy)
        case .imported(_, let row), .changeImported(let row):
            if let status = row.set["status"] { move(to: status, fact.occurredAt, policy) }
        case .statusChanged(let status, _, _, _), .reopened(let status, _), .closed(let status):
            move(to: status, fact.occurredAt, policy)
        case .resolved(let resolution): move(to: resolution.status, fact.occurredAt, policy)
        case .relation(.mergedInto): (reason, isInWaitingStatus) = (nil, false)
        case .coordination(.blocked(let by, _)):
            said = (by, fact.occurredAt)
            if isInWaitingStatus { reason = by }
        default: break
        }
    }

    private mutating func move(to status: String, _ at: Timestamp, _ policy: Policy) {
        isInWaitingStatus = policy.phase(of: ID(status)) == .waiting
        guard isInWaitingStatus else {
            reason = nil
            return
        }
        // What it waits for may be said together with the move, before it or after.
        let named = said.flatMap { $0.at == at ? $0.reason : nil }
        reason = named ?? policy.status(ID(status))?.blockedBy ?? ""
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.reason == right.reason && left.isInWaitingStatus == right.isInWaitingStatus
            && left.said?.reason == right.said?.reason && left.said?.at == right.said?.at
    }
}
