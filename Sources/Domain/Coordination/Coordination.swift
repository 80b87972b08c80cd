/// How the work on a case is arranged: the replay of its facts.
package struct Coordination: Equatable, Sendable {
    /// A severity that somebody stood up for.
    package struct Judgement: Equatable, Sendable {
        /// The severity.
        package var severity: ID<Policy.Severity>
        /// Who judged.
        package var by: String
        /// When.
        package var at: Timestamp
        /// Why.
        package var reason: String?
    }

    /// What is done next.
    package struct NextAction: Equatable, Sendable {
        /// What is done.
        package var text: String
        /// Who does it.
        package var owner: ID<Person>
        /// Until when.
        package var dueAt: Timestamp
        /// Who set it.
        package var setBy: String
        /// When it was set.
        package var setAt: Timestamp
    }

    /// What the case waits for.
    package struct Block: Equatable, Sendable {
        /// The reason, as policy names it.
        package var by: String
        /// More about it.
        package var detail: String?
        /// Since when.
        package var since: Timestamp
    }

    /// Somebody who helps.
    package struct Specialist: Equatable, Sendable {
        /// Who.
        package var person: ID<Person>
        /// With what.
        package var contribution: String
        /// Since when.
        package var since: Timestamp
    }

    /// A moment by which the customer was told we write again.
    package struct Promise: Equatable, Sendable {
        /// What became of it.
        package enum Standing: String, Sendable {
            /// Its time has not come.
            case open
            /// We wrote in time.
            case kept
            /// We did not write in time.
            case missed
            /// Another time was promised before this one came.
            case replaced
        }

        /// The promised moment.
        package var dueAt: Timestamp
        /// Who promised.
        package var by: String
        /// When it was promised.
        package var madeAt: Timestamp
        /// When we wrote, if we did since.
        package var answeredAt: Timestamp?
        /// When another moment was promised instead.
        package var replacedAt: Timestamp?

        /// What became of it by a moment.
        package func standing(at now: Timestamp) -> Standing {
            if let answeredAt { return answeredAt <= dueAt ? .kept : .missed }
            if let replacedAt { return replacedAt <= dueAt ? .replaced : .missed }
            return now <= dueAt ? .open : .missed
        }
    }

    /// A call with the customer.
    package struct Call: Equatable, Sendable {
        /// Where a call stands.
        package enum State: String, Sendable {
            /// Not over yet.
            case planned
            /// It took place.
            case held
            /// It did not take place.
            case cancelled
        }

        /// Something that was written down during a call.
        package struct Note: Equatable, Sendable {
            /// What.
            package var text: String
            /// By whom.
            package var by: String
            /// When.
            package var at: Timestamp
        }

        /// How it was planned.
        package var plan: CoordinationFact.CallPlan
        /// Who planned it.
        package var plannedBy: String
        /// Whether it took place.
        package var state = State.planned
        /// What came of it, or why it did not take place.
        package var summary: String?
        /// When it was over.
        package var endedAt: Timestamp?
        /// What was written down, oldest first.
        package var notes: [Note] = []
        /// The number in the case: "C1".
        package var number: String { plan.call }
    }

    /// Something that a call left to be done.
    package struct FollowUp: Equatable, Sendable {
        /// What, by whom, until when.
        package var plan: CoordinationFact.FollowUpPlan
        /// Who wrote it down.
        package var addedBy: String
        /// When it was written down.
        package var addedAt: Timestamp
        /// When it was done.
        package var doneAt: Timestamp?
        /// What came of it.
        package var outcome: String?
        /// The number in the case: "F1".
        package var item: String { plan.item }
    }

    /// The latest recommendation.
    package var recommended: Judgement?
    /// The latest confirmation.
    package var confirmed: Judgement?
    /// What is done next.
    package var nextAction: NextAction?
    /// What the case waits for.
    package var block: Block?
    /// Who helps, in the order in which they came.
    package var specialists: [Specialist] = []
    /// Who coordinates the technical work.
    package var coordinator: ID<Person>?
    /// Who follows the case.
    package var watchers: [ID<Person>] = []
    /// The working priority that somebody set in place of the computed one.
    package var priorityOverride: WorkingPriority.Override?
    /// Every moment that was promised, oldest first.
    package var promises: [Promise] = []
    /// Calls, in the order of planning.
    package var calls: [Call] = []
    /// What calls left to be done, oldest first.
    package var followUps: [FollowUp] = []

    /// The kinds of fact that the replay needs, beside replies where an update was promised.
    package static let kinds =
        CoordinationFact.kinds + [
            "case.severity_changed", "case.status_changed", "case.status_moved", "case.resolved",
            "case.reopened", "case.closed",
        ]

    /// What these facts make, oldest first; those of other kinds change nothing.
    package init(_ facts: some Sequence<Recorded<CaseFact>> = []) { for fact in facts { apply(fact) } }

    /// Everybody who is named, for their names on pages.
    package var people: [String] {
        var ids = [recommended?.by, confirmed?.by, nextAction?.owner.raw, coordinator?.raw].compactMap { $0 }
        ids += specialists.map(\.person.raw) + watchers.map(\.raw) + promises.suffix(1).map(\.by)
        ids += calls.flatMap { [$0.plannedBy] + $0.notes.map(\.by) }
        return ids + followUps.flatMap { [$0.plan.owner, $0.addedBy] }
    }

    /// The call of this number.
    package func call(_ number: String) -> Call? {
        calls.first { $0.number == number.trimmingWhitespace.uppercased() }
    }

    /// The follow-up of this number.
    package func followUp(_ item: String) -> FollowUp? {
        followUps.first { $0.item == item.trimmingWhitespace.uppercased() }
    }

    /// The number of the next call.
    package var nextCall: String { "C\(calls.count + 1)" }

    /// The number of the next follow-up.
    package var nextFollowUp: String { "F\(followUps.count + 1)" }
}

extension Coordination {
    /// Takes in the next fact.
    package mutating func apply(_ fact: Recorded<CaseFact>) {
        switch fact.body {
        case .coordination(let change): take(change, fact)
        case .replied(_, fromCustomer: false): answer(at: fact.occurredAt)
        case .severityChanged(let severity, _):
            if confirmed?.severity.raw != severity { confirmed = nil }
        case .statusChanged(_, let phase, _, _): if phase != .waiting { block = nil }
        case .reopened: block = nil
        case .resolved, .closed:
            answer(at: fact.occurredAt)
            (block, nextAction) = (nil, nil)
        default: break
        }
    }

    private mutating func answer(at moment: Timestamp) {
        guard let last = promises.indices.last, promises[last].answeredAt == nil else { return }
        promises[last].answeredAt = moment
    }

    private mutating func take(_ change: CoordinationFact, _ fact: Recorded<CaseFact>) {
        let (by, at) = (fact.actor, fact.occurredAt)
        switch change {
        case .severityRecommended(let severity, let reason):
            recommended = Judgement(severity: ID(severity), by: by, at: at, reason: reason)
        case .severityConfirmed(let severity, let reason):
            confirmed = Judgement(severity: ID(severity), by: by, at: at, reason: reason)
        case .nextActionSet(let text, let owner, let dueAt):
            nextAction = NextAction(text: text, owner: ID(owner), dueAt: dueAt, setBy: by, setAt: at)
        case .nextActionDone: nextAction = nil
        case .blocked(let reason, let detail):
            block = Block(
                by: reason, detail: detail,
                since: block.flatMap { $0.by == reason ? $0.since : nil } ?? at)
        case .specialistAdded(let person, let contribution):
            specialists.removeAll { $0.person.raw == person }
            specialists.append(Specialist(person: ID(person), contribution: contribution, since: at))
        case .specialistLeft(let person, _):
            specialists.removeAll { $0.person.raw == person }
            if coordinator?.raw == person { coordinator = nil }
        case .coordinatorNamed(let person): coordinator = person.map { ID($0) }
        case .watched(let person):
            if !watchers.contains(ID(person)) { watchers.append(ID(person)) }
        case .unwatched(let person): watchers.removeAll { $0.raw == person }
        case .updatePromised(let moment):
            if let last = promises.indices.last, promises[last].answeredAt == nil {
                promises[last].replacedAt = at
            }
            promises.append(Promise(dueAt: moment, by: by, madeAt: at))
        case .priorityOverridden(let points, let reason):
            priorityOverride = points.map { .init(points: $0, reason: reason, by: by, at: at) }
        default: takeCall(change, fact)
        }
    }

    private mutating func takeCall(_ change: CoordinationFact, _ fact: Recorded<CaseFact>) {
        let (by, at) = (fact.actor, fact.occurredAt)
        switch change {
        case .callScheduled(let plan):
            if let index = calls.firstIndex(where: { $0.number == plan.call }) {
                calls[index].plan = plan
            } else {
                calls.append(Call(plan: plan, plannedBy: by))
            }
        case .callMoved(let number, let startsAt, _):
            guard let index = calls.firstIndex(where: { $0.number == number }) else { return }
            calls[index].plan.startsAt = startsAt
        case .callNoted(let number, let text):
            guard let index = calls.firstIndex(where: { $0.number == number }) else { return }
            calls[index].notes.append(Call.Note(text: text, by: by, at: at))
        case .callEnded(let number, let isHeld, let summary):
            guard let index = calls.firstIndex(where: { $0.number == number }) else { return }
            calls[index].state = isHeld ? .held : .cancelled
            (calls[index].summary, calls[index].endedAt) = (summary, at)
        case .followUpAdded(let plan):
            followUps.append(FollowUp(plan: plan, addedBy: by, addedAt: at))
        case .followUpDone(let item, let outcome):
            guard let index = followUps.firstIndex(where: { $0.item == item }) else { return }
            (followUps[index].doneAt, followUps[index].outcome) = (at, outcome)
        default: break
        }
    }
}
