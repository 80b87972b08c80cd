extension SupportCase {
    /// How the work on a case is arranged, as far as lists across cases ask for it.
    package struct Arrangement: Equatable, Sendable {
        /// What is done next.
        package var nextAction: String?
        /// Who does it.
        package var nextActionOwner: ID<Person>?
        /// Until when.
        package var nextActionDueAt: Timestamp?
        /// What the case waits for, as policy names it.
        package var blockedBy: String?
        /// When the customer was told we write again; nil once we did.
        package var nextUpdateAt: Timestamp?
        /// When somebody who may do so last held the severity in force to be right.
        package var severityConfirmedAt: Timestamp?

        /// Who watches the case, in the order in which they began to.
        package var watchers: [ID<Person>] = []

        /// Nothing is arranged.
        package init() {}

        mutating func take(_ fact: CaseFact, at moment: Timestamp) {
            switch fact {
            case .coordination(let change): take(change, at: moment)
            case .replied(_, fromCustomer: false): nextUpdateAt = nil
            case .severityChanged: severityConfirmedAt = nil
            case .statusChanged(_, let phase, _, _): if phase != .waiting { blockedBy = nil }
            case .reopened: blockedBy = nil
            case .resolved, .closed:
                (nextUpdateAt, blockedBy) = (nil, nil)
                clearNextAction()
            case .imported(_, let row), .changeImported(let row):
                if row.set["severity"] != nil { severityConfirmedAt = nil }
            default: break
            }
        }

        private mutating func take(_ change: CoordinationFact, at moment: Timestamp) {
            switch change {
            case .nextActionSet(let text, let owner, let dueAt):
                (nextAction, nextActionOwner, nextActionDueAt) = (text, ID(owner), dueAt)
            case .nextActionDone: clearNextAction()
            case .blocked(let by, _): blockedBy = by
            case .updatePromised(let due): nextUpdateAt = due
            case .severityConfirmed: severityConfirmedAt = moment
            case .watched(let person):
                if !watchers.contains(ID(person)) { watchers.append(ID(person)) }
            case .unwatched(let person): watchers.removeAll { $0.raw == person }
            default: break
            }
        }

        private mutating func clearNextAction() {
            (nextAction, nextActionOwner, nextActionDueAt) = (nil, nil, nil)
        }
    }
}
