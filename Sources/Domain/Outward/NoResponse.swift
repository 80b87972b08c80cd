/// A case that waits for the customer's answer: how often they were reminded, and what comes next.
///
/// The replay of its facts.
package struct NoResponse: Equatable, Sendable {
    /// The reason for waiting that it is about.
    package static let reason = "customer"

    /// Something that the software does while nobody answers.
    package struct Step: Equatable, Sendable {
        /// What it does.
        package enum What: Equatable, Sendable {
            /// Asks again, for the so manieth time.
            case reminder(Int)
            /// Resolves the case as unconfirmed.
            case resolve
        }

        /// What is done.
        package var what: What
        /// When; for a step that was taken, when it was.
        package var at: Timestamp
        /// Whether it was taken.
        package var isDone: Bool
    }

    /// Who stopped the reminders, when and why.
    package struct Stop: Equatable, Sendable {
        /// Why.
        package var reason: String
        /// Who.
        package var by: String
        /// When.
        package var at: Timestamp
    }

    /// Since when the customer owes us an answer: since the case waits for it, or since we last wrote; nil where they
    /// owe none.
    package private(set) var since: Timestamp?
    /// When they were reminded since.
    package private(set) var reminders: [Timestamp] = []
    /// Who stopped it, for as long as the case waits; nil while it runs.
    package private(set) var stopped: Stop?

    /// What these facts make, in any order; they count by when they were true in the world.
    ///
    /// O(facts log facts).
    package init(_ facts: some Sequence<Recorded<CaseFact>>, policy: Policy) {
        var waiting = WaitingReason()
        for fact in facts.sorted(by: { ($0.occurredAt, $0.version) < ($1.occurredAt, $1.version) }) {
            // What was imported or entered later waits from when we learnt of it: nobody is reminded for the past.
            let at = max(fact.occurredAt, fact.recordedAt)
            let waited = waiting.reason == Self.reason
            waiting.take(fact, policy: policy)
            let waits = waiting.reason == Self.reason
            if waits, !waited { begin(at) }
            if waited, !waits { (since, reminders, stopped) = (nil, [], nil) }
            guard waits else { continue }
            switch fact.body {
            case .replied(_, fromCustomer: false), .evidence(.requested), .form(.customerAsked): begin(at)
            case .replied(_, fromCustomer: true), .form(.customerAnswered), .evidence(.given):
                // They wrote: now it is our turn, whatever the status still says.
                (since, reminders) = (nil, [])
            case .outward(.reminded): if since != nil { reminders.append(at) }
            case .outward(.remindersStopped(let reason)):
                stopped = Stop(reason: reason, by: fact.actor, at: at)
            case .outward(.remindersResumed):
                stopped = nil
                if since != nil { begin(at) }
            default: break
            }
        }
    }

    private mutating func begin(_ at: Timestamp) { (since, reminders) = (at, []) }

    // MARK: What comes

    /// Why nobody is reminded by the software although the case waits; nil where somebody is.
    package enum Rest: Equatable, Sendable {
        /// Policy leaves out this severity.
        case severity
        /// Somebody stopped it.
        case stopped(Stop)
    }

    /// Why it rests; nil where it runs, or where there is nothing to wait for.
    package func rest(of this: SupportCase, policy: Policy) -> Rest? {
        guard since != nil, let terms = policy.noResponse else { return nil }
        if terms.except.contains(this.severity.raw) { return .severity }
        return stopped.map(Rest.stopped)
    }

    /// The steps, those that were taken first; empty where nobody is reminded.
    ///
    /// A step counts from when the one before was taken, so that after a long silence of ours one comes after the other.
    package func steps(of this: SupportCase, policy: Policy) -> [Step] {
        guard let since, let terms = policy.noResponse, this.organisation != nil, this.restriction == nil,
            rest(of: this, policy: policy) == nil
        else { return [] }
        let hours = policy.serviceLevels.hours[terms.calendar] ?? .always
        var steps = reminders.enumerated().map {
            Step(what: .reminder($0.offset + 1), at: $0.element, isDone: true)
        }
        var last = reminders.last ?? since
        for number in (reminders.count..<max(terms.reminders.count, reminders.count)) {
            guard let at = hours.date(after: Int64(terms.reminders[number]) * 1_000_000, from: last) else {
                return steps
            }
            steps.append(Step(what: .reminder(number + 1), at: at, isDone: false))
            last = at
        }
        if let at = hours.date(after: Int64(terms.resolveAfter) * 1_000_000, from: last) {
            steps.append(Step(what: .resolve, at: at, isDone: false))
        }
        return steps
    }

    /// The next step; nil where none comes.
    package func next(of this: SupportCase, policy: Policy) -> Step? {
        steps(of: this, policy: policy).first { !$0.isDone }
    }
}
