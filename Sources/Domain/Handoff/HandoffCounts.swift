/// How often a case changed hands, and how long it waited for the house itself: the replay of its facts.
package struct HandoffCounts: Equatable, Sendable {
    /// Offers that were accepted.
    package private(set) var handOffs = 0
    /// Offers that came back with a reason.
    package private(set) var returned = 0
    /// Changes from one owner to another, accepted offers among them; the first owner is none.
    package private(set) var reassignments = 0
    /// Seconds during which the open case waited for somebody of the house: it had no owner, it waited for a reason that
    /// policy does not count as outside, or it was offered to another tier and not accepted.
    package private(set) var internalWait: Int64 = 0

    /// Counts facts, oldest first, up to a moment.
    ///
    /// O(facts). Facts count by when they were true in the world.
    package init(_ facts: some Sequence<Recorded<CaseFact>>, policy: Policy, until now: Timestamp) {
        var owner: String?
        var phase = Policy.Phase.open
        var reason: String?
        var isOfferedUp = false
        var isMerged = false
        var last: Timestamp?
        func move(to status: String) {
            phase = policy.phase(of: ID(status))
            reason = phase == .waiting ? policy.status(ID(status))?.blockedBy ?? "" : nil
        }
        func isWaiting() -> Bool {
            guard !isMerged, phase != .resolved, phase != .closed else { return false }
            if owner == nil || isOfferedUp { return true }
            return reason.map { !policy.handover.outsideReasons.contains($0) } ?? false
        }
        func take(_ row: CaseFact.ImportedRow) {
            if let status = row.set["status"] { move(to: status) }
            if let new = row.set["owner"] { owner = new.isEmpty ? nil : new }
        }
        for fact in facts.sorted(by: { ($0.occurredAt, $0.version) < ($1.occurredAt, $1.version) })
        where fact.occurredAt <= now {
            if let last, isWaiting() { internalWait += max(0, fact.occurredAt.seconds(since: last)) }
            last = fact.occurredAt
            switch fact.body {
            case .opened(let opening): move(to: opening.status)
            case .imported(_, let row), .changeImported(let row): take(row)
            case .ownerChanged(let new, _):
                if let owner, owner != new { reassignments += 1 }
                (owner, isOfferedUp) = (new, false)
            case .ownerLeft: owner = nil
            case .statusChanged(let status, _, _, _), .reopened(let status, _), .closed(let status):
                move(to: status)
            case .resolved(let resolution): move(to: resolution.status)
            case .coordination(.blocked(let by, _)): if phase == .waiting { reason = by }
            case .relation(.mergedInto): isMerged = true
            case .relation(.unmerged): isMerged = false
            case .handoff(.offered(let offer)): isOfferedUp = offer.way == .tier
            case .handoff(.accepted): (handOffs, isOfferedUp) = (handOffs + 1, false)
            case .handoff(.returned): (returned, isOfferedUp) = (returned + 1, false)
            case .handoff(.withdrawn): isOfferedUp = false
            default: break
            }
        }
        if let last, isWaiting() { internalWait += max(0, now.seconds(since: last)) }
    }
}
