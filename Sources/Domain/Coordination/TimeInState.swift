/// How long a case was in each of its states: parts that add up to the whole.
package struct TimeInState: Equatable, Sendable {
    /// The time in one state.
    package struct Part: Equatable, Sendable {
        /// The state.
        package var status: ID<Policy.Status>
        /// All stays together, in microseconds.
        package var microseconds: Int64
        /// How many stays there were.
        package var stays: Int
        /// All stays together, in whole seconds that add up to those of the whole.
        package var seconds: Int64 = 0
    }

    /// The states, in the order in which the case first came to them.
    package private(set) var parts: [Part] = []
    /// When the time begins to count.
    package private(set) var from: Timestamp?
    /// Up to when it counts.
    package private(set) var until: Timestamp?

    /// The whole, in microseconds.
    package var microseconds: Int64 {
        guard let from, let until else { return 0 }
        return until.microseconds - from.microseconds
    }

    /// The whole, in whole seconds.
    package var seconds: Int64 { microseconds / 1_000_000 }

    /// The breakdown that these facts make.
    ///
    /// Time counts from the first fact to `now`, and stops while the case is in a status that `isOver` names, such
    /// as closed. Facts count by when they were true in the world. O(facts log facts).
    package init(
        _ facts: some Sequence<Recorded<CaseFact>>, until now: Timestamp,
        isOver: (ID<Policy.Status>) -> Bool
    ) {
        let moves = facts.compactMap { fact in
            fact.body.statusReached.map { (at: fact.occurredAt, version: fact.version, status: $0) }
        }.sorted { ($0.at, $0.version) < ($1.at, $1.version) }
        guard let first = moves.first, let last = moves.last else { return }
        from = first.at
        let end = isOver(last.status) ? last.at : max(now, last.at)
        until = end
        for (index, move) in moves.enumerated() {
            let leaves = index + 1 < moves.count ? moves[index + 1].at : end
            let isNewStay = index == 0 || moves[index - 1].status != move.status
            add(move.status, leaves.microseconds - move.at.microseconds, isNewStay: isNewStay)
        }
        var sum: Int64 = 0
        for index in parts.indices {
            let before = sum / 1_000_000
            sum += parts[index].microseconds
            parts[index].seconds = sum / 1_000_000 - before
        }
    }

    private mutating func add(_ status: ID<Policy.Status>, _ microseconds: Int64, isNewStay: Bool) {
        if let index = parts.firstIndex(where: { $0.status == status }) {
            parts[index].microseconds += microseconds
            if isNewStay { parts[index].stays += 1 }
        } else {
            parts.append(Part(status: status, microseconds: microseconds, stays: 1))
        }
    }

    /// The kinds of fact that move a case.
    package static let kinds = [
        "case.opened", "case.imported", "case.change_imported", "case.status_changed", "case.status_moved",
        "case.resolved", "case.reopened", "case.closed",
    ]
}

extension CaseFact {
    /// The status that the case has from this fact on; nil where it says nothing of it.
    var statusReached: ID<Policy.Status>? {
        switch self {
        case .opened(let opening): ID(opening.status)
        case .imported(_, let row), .changeImported(let row): row.set["status"].map { ID($0) }
        case .statusChanged(let status, _, _, _), .reopened(let status, _), .closed(let status): ID(status)
        case .resolved(let resolution): ID(resolution.status)
        default: nil
        }
    }
}
