/// What a clock measures against: so much working time, in these hours, with these warnings.
package struct ClockTerms: Sendable {
    /// What a change of terms makes of a clock that runs already.
    package enum ChangeRule: String, Sendable, CaseIterable {
        /// The whole cycle is counted anew, as though the new terms had held from its start.
        case fromStart = "from_start"
        /// The new time begins with the change; what ran before it does not count.
        case fromChange = "from_change"
    }

    /// The working time that is allowed, in microseconds.
    package var target: Int64
    /// When time counts.
    package var hours: WorkingHours
    /// The parts of the target, in percent, at which somebody is warned.
    package var warnings: [Int]
    /// What becomes of a running clock when these terms replace others.
    package var change: ChangeRule
    /// The service level that they come from; nil for a moment that somebody named.
    package var level: String?
    /// The version of the policy that they come from; nil where none had a say.
    package var policy: Int?
    /// When the customer allows changes, where the time stands while they allow none; nil where it does not.
    package private(set) var changes: ChangeHours?

    /// The reason for which a clock stands while the customer allows no changes.
    package static let closedForChanges = "customer_change_window"

    /// The same, in hours in which the customer allows changes.
    package func waiting(for changes: ChangeHours) -> ClockTerms {
        var terms = self
        (terms.hours, terms.changes) = (hours.limited(to: changes.hours), changes)
        return terms
    }

    /// Terms with all parts.
    package init(
        target: Int64, hours: WorkingHours, warnings: [Int] = [], change: ChangeRule = .fromStart,
        level: String? = nil, policy: Int? = nil
    ) {
        (self.target, self.hours, self.warnings) = (max(0, target), hours, warnings.sorted())
        (self.change, self.level, self.policy) = (change, level, policy)
    }

    /// Terms for a moment that was named: all time counts, whatever the hours.
    package static func until(_ moment: Timestamp, from start: Timestamp, warnings: [Int] = []) -> ClockTerms
    {
        ClockTerms(
            target: moment.microseconds - start.microseconds, hours: .always, warnings: warnings)
    }

    /// Whether two terms ask for the same, wherever they come from.
    package func asksTheSame(as other: ClockTerms) -> Bool {
        guard target == other.target, warnings == other.warnings, hours.areOpen(like: other.hours) else {
            return false
        }
        switch (changes, other.changes) {
        case (nil, nil): return true
        case (let ours?, let theirs?): return ours.hours.areOpen(like: theirs.hours)
        default: return false
        }
    }
}

/// The fact that moved a clock: what an explanation points at.
package struct ClockCause: Hashable, Sendable {
    /// Its place in the journal.
    package var sequence: Int64
    /// Its kind: "case.replied".
    package var kind: String
    /// Who did it.
    package var actor: String
    /// When it was true in the world: the time that counts.
    package var occurredAt: Timestamp
    /// When we learnt it: later for what was entered or imported afterwards.
    package var recordedAt: Timestamp

    /// The cause that a fact is.
    package init(_ fact: Recorded<some Fact>) {
        (sequence, kind, actor) = (fact.sequence, fact.body.kind, fact.actor)
        (occurredAt, recordedAt) = (fact.occurredAt, fact.recordedAt)
    }

    /// A cause with all parts.
    package init(
        sequence: Int64, kind: String, actor: String, occurredAt: Timestamp, recordedAt: Timestamp
    ) {
        (self.sequence, self.kind, self.actor) = (sequence, kind, actor)
        (self.occurredAt, self.recordedAt) = (occurredAt, recordedAt)
    }
}

extension ClockCause {
    /// What happened, in words.
    package var words: String {
        Self.known[kind]
            ?? (kind.split(separator: ".").last.map { String($0).replacing("_", with: " ") } ?? kind)
    }

    private static let known = [
        "case.opened": "the case was opened", "case.imported": "the case was imported",
        "case.change_imported": "a change was imported", "case.status_changed": "the status changed",
        "case.resolved": "the case was resolved", "case.reopened": "the case was reopened",
        "case.closed": "the case was closed", "case.replied": "a message",
        "case.customer_answered": "the customer answered questions",
        "case.severity_changed": "the severity changed", "case.classified": "the case was classified",
        "case.owner_changed": "the owner changed", "case.owner_left": "the owner left",
        "case.blocked": "what it waits for was said", "case.next_action_set": "the next action was set",
        "case.next_action_done": "the next action was done", "case.update_promised": "an update was promised",
        "case.follow_up_added": "a follow-up was planned", "case.follow_up_done": "the follow-up was done",
        "case.handover_offered": "the case was offered", "case.handover_accepted": "the offer was accepted",
        "case.handover_returned": "the offer was returned",
        "case.handover_withdrawn": "the offer was taken back", "case.triaged": "the case was triaged",
        "case.routed": "the case was routed",
        "case.cadence_agreed": "other updates were agreed on", "case.merged_into": "the case was merged",
        "case.unmerged": "the merge was undone",
        "case.hypothesis_proposed": "a hypothesis was proposed",
        "case.hypothesis_revised": "a hypothesis was revised",
        "case.hypothesis_judged": "a hypothesis was judged", "case.test_planned": "a test was planned",
        "case.result_recorded": "a result was recorded", "case.evidence_requested": "evidence was asked for",
        "clock.level_applied": "another service level counted",
    ]
}

/// What a fact does to a clock.
package enum ClockSignal: Sendable {
    /// A cycle begins, unless one is under way.
    case start(ClockTerms)
    /// Other terms hold from now on.
    case change(ClockTerms)
    /// Time does not count for this reason, in this cycle and in those that begin before `resume`.
    case pause(String)
    /// Time counts again.
    case resume
    /// What was waited for has happened.
    case stop
    /// What was waited for is no longer wanted.
    case cancel
}

/// A countdown on something, derived from facts and never counted along.
///
/// Each clock is a state machine of its own with pauses of its own, so that one clock of a case may stand while another
/// runs. Signals come in the order in which their facts were true in the world. A clock that is started again begins a
/// new cycle and keeps those before.
package struct Clock: Sendable {
    /// Its cycles, oldest first.
    package private(set) var cycles: [ClockCycle] = []
    private var pause: String?

    /// A clock that never ran.
    package init() {}

    /// The cycle that is under way.
    package var current: ClockCycle? { cycles.last.flatMap { $0.end == nil ? $0 : nil } }

    /// Takes in the next signal.
    package mutating func take(_ signal: ClockSignal, because cause: ClockCause) {
        switch signal {
        case .start(let terms):
            if current == nil { cycles.append(ClockCycle(terms, because: cause, pause: pause)) }
        case .change(let terms): changeCurrent { $0.change(terms, because: cause) }
        case .pause(let reason):
            guard pause != reason else { return }
            pause = reason
            changeCurrent { $0.move(to: .paused(reason), because: cause) }
        case .resume:
            guard pause != nil else { return }
            pause = nil
            changeCurrent { $0.move(to: .running, because: cause) }
        case .stop: changeCurrent { $0.finish(.stopped, because: cause) }
        case .cancel: changeCurrent { $0.finish(.cancelled, because: cause) }
        }
    }

    private mutating func changeCurrent(_ edit: (inout ClockCycle) -> Void) {
        guard let last = cycles.indices.last, cycles[last].end == nil else { return }
        edit(&cycles[last])
    }
}

/// One run of a clock, from its start to what ended it.
package struct ClockCycle: Sendable {
    /// What a clock does during a stretch of time.
    package enum State: Hashable, Sendable {
        /// Time counts, as far as it is working time.
        case running
        /// Time does not count, for this reason.
        case paused(String)
    }

    /// A stretch of time in one state; the next one begins where it ends.
    package struct Stretch: Sendable {
        /// When it begins.
        package var from: Timestamp
        /// The fact that began it.
        package var cause: ClockCause
        /// What the clock does.
        package var state: State
    }

    /// How it ended.
    package struct End: Sendable {
        /// The ways to end.
        package enum Way: String, Sendable {
            /// What was waited for has happened.
            case stopped
            /// It is no longer wanted.
            case cancelled
        }

        /// How.
        package var way: Way
        /// The fact that ended it.
        package var cause: ClockCause
    }

    /// A change of terms, with what it did to the due time.
    package struct Revision: Sendable {
        /// The fact that changed them.
        package var cause: ClockCause
        /// When it was due before; nil while it was paused.
        package var dueBefore: Timestamp?
        /// When it was due after; nil while it was paused.
        package var dueAfter: Timestamp?
    }

    /// The fact that began it; its sequence tells the cycle from all others, whatever is entered later.
    package let start: ClockCause
    /// The terms in force.
    package private(set) var terms: ClockTerms
    /// Stretches in order; the last one lasts to the end, or goes on.
    package private(set) var stretches: [Stretch]
    /// The changes of terms, oldest first.
    package private(set) var revisions: [Revision] = []
    /// How it ended; nil while it is under way.
    package private(set) var end: End?
    /// Time before this moment does not count: the start, or a change that begins anew.
    package private(set) var countsFrom: Timestamp

    init(_ terms: ClockTerms, because cause: ClockCause, pause: String?) {
        (start, self.terms, countsFrom) = (cause, terms, cause.occurredAt)
        stretches = [
            Stretch(from: cause.occurredAt, cause: cause, state: pause.map { .paused($0) } ?? .running)
        ]
    }

    mutating func move(to state: State, because cause: ClockCause) {
        stretches.append(Stretch(from: cause.occurredAt, cause: cause, state: state))
        // What the same fact pauses or lets go on belongs to its change.
        if let last = revisions.indices.last, revisions[last].cause.sequence == cause.sequence {
            revisions[last].dueAfter = due
        }
    }

    mutating func change(_ terms: ClockTerms, because cause: ClockCause) {
        let (before, moments, old) = (due, moments, self.terms)
        self.terms = terms
        // Terms that move nothing, since they come from a later policy or have other holidays in another year, neither count
        // anew nor fire again.
        if old.target == terms.target, old.warnings == terms.warnings, moments == self.moments { return }
        if terms.change == .fromChange { countsFrom = cause.occurredAt }
        if let last = stretches.last {
            stretches.append(Stretch(from: cause.occurredAt, cause: cause, state: last.state))
        }
        revisions.append(Revision(cause: cause, dueBefore: before, dueAfter: due))
    }

    mutating func finish(_ way: End.Way, because cause: ClockCause) { end = End(way: way, cause: cause) }

    /// The moment at which so much time had counted, or will have if nothing changes; nil while that cannot be said.
    ///
    /// It does not depend on what time it is now. O(stretches), a binary search each.
    /// - Parameter counted: microseconds.
    package func moment(of counted: Int64) -> Timestamp? {
        var left = counted
        if left <= 0 { return countsFrom }
        for (index, stretch) in stretches.enumerated() where stretch.state == .running {
            let from = max(stretch.from, countsFrom)
            guard index + 1 < stretches.count else { return terms.hours.date(after: left, from: from) }
            let end = stretches[index + 1].from
            let spent = terms.hours.time(from: from, to: end)
            if spent >= left { return terms.hours.date(after: left, from: from) }
            left -= spent
        }
        return nil
    }

    /// When the target is reached; nil while it is paused with time left.
    package var due: Timestamp? { moment(of: terms.target) }

    /// When each warning and the breach come, as far as that is known.
    private var moments: [Timestamp?] { terms.warnings.map { moment(of: counted(at: $0)) } + [due] }

    /// The working time after which so many percent of the target are gone.
    private func counted(at percent: Int) -> Int64 {
        let (high, low) = terms.target.quotientAndRemainder(dividingBy: 100)
        return high * Int64(percent) + low * Int64(percent) / 100
    }

    /// What fires, in order: each warning and the breach, with its moment, as far as that is known.
    ///
    /// What would have come after the end of the cycle is not among it. A moment before the last change of terms counts
    /// as that of the change: nothing fires before it was so.
    package var events: [ClockEvent] {
        var events: [ClockEvent] = []
        let earliest = revisions.last?.cause.occurredAt ?? start.occurredAt
        func add(_ what: ClockEvent.What, _ counted: Int64) {
            guard let moment = moment(of: counted) else { return }
            let at = max(moment, earliest)
            if let end, moment >= end.cause.occurredAt || at >= end.cause.occurredAt { return }
            events.append(ClockEvent(cycle: start.sequence, revision: revisions.count, what: what, at: at))
        }
        for percent in terms.warnings { add(.warning(percent), counted(at: percent)) }
        add(.breach, terms.target)
        return events
    }
}

/// Something that a clock makes happen: a warning or the breach.
package struct ClockEvent: Hashable, Sendable {
    /// What happens.
    package enum What: Hashable, Sendable {
        /// So many percent of the time are gone.
        case warning(Int)
        /// The time is over.
        case breach
    }

    /// The sequence of the fact that began the cycle.
    package var cycle: Int64
    /// How often the terms had changed: after a change the same percentage is another event.
    package var revision: Int
    /// What happens.
    package var what: What
    /// When.
    package var at: Timestamp

    /// An event with all parts.
    package init(cycle: Int64, revision: Int, what: What, at: Timestamp) {
        (self.cycle, self.revision, self.what, self.at) = (cycle, revision, what, at)
    }
}
