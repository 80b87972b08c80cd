/// The watches of a case after its fixes: the replay of its facts.
package struct FixWatches: Equatable, Sendable {
    /// A watch, and what became of it.
    package struct Watch: Equatable, Sendable {
        /// What is watched for, and until when.
        package var plan: FixWatchFact.Plan
        /// Who started it.
        package var startedBy: String
        /// When.
        package var startedAt: Timestamp
        /// The fact that started it; what happens later counts.
        package var sequence: Int64
        /// The signal that the symptom is back; nil where none came.
        package var signal: FixWatchFact.Signal?
        /// How it ended without a signal; nil while it goes on or where one came.
        package var outcome: FixWatchFact.Outcome?
        /// When it was over.
        package var endedAt: Timestamp?

        /// Whether it goes on.
        package var isOpen: Bool { endedAt == nil }
    }

    /// Every watch, oldest first.
    package private(set) var watches: [Watch] = []

    /// The watches that these facts make.
    package init(_ facts: some Sequence<Recorded<CaseFact>>) {
        for fact in facts {
            guard case .fixWatch(let change) = fact.body else { continue }
            switch change {
            case .started(let plan):
                watches.append(
                    Watch(
                        plan: plan, startedBy: fact.actor, startedAt: fact.occurredAt,
                        sequence: fact.sequence))
            case .recurred(let watch, let signal, _, _):
                alter(watch) { ($0.signal, $0.endedAt) = (signal, fact.occurredAt) }
            case .ended(let watch, let outcome, _):
                alter(watch) { ($0.outcome, $0.endedAt) = (outcome, fact.occurredAt) }
            }
        }
    }

    private mutating func alter(_ number: String, _ edit: (inout Watch) -> Void) {
        guard let index = watches.lastIndex(where: { $0.plan.watch == number }) else { return }
        edit(&watches[index])
    }

    /// The watch that goes on.
    package var open: Watch? { watches.last.flatMap { $0.isOpen ? $0 : nil } }

    /// The number of the next one.
    package var nextNumber: String { "W\(watches.count + 1)" }
}

extension SupportCase {
    /// The phases in which a fix can be watched: the effect is gone, or said to be.
    package static let watchedPhases: Set<Policy.Phase> = [.mitigated, .verifying, .resolved]

    /// The facts of watching a fix until a moment.
    ///
    /// A watch that goes on already is replaced by this one.
    package func watchingFix(
        until: Timestamp, signals: [FixWatchFact.Signal], words: [String], note: String?,
        now watches: FixWatches, in context: Context
    ) throws(Refusal) -> [CaseFact] {
        guard Self.watchedPhases.contains(context.policy.phase(of: status)) else {
            throw Refusal(
                .conflict, "no_fix_yet",
                "\(number) is still worked on. Watch the fix once the effect is gone: mitigated, being verified or resolved."
            )
        }
        guard until > context.now else {
            throw Refusal(field: "until", "past", "This time is over already. Name one that is to come.")
        }
        guard until <= context.now.adding(seconds: 366 * 86_400) else {
            throw Refusal(field: "until", "too_far", "A fix is watched for at most a year.")
        }
        if signals.contains(.similarCase), words.isEmpty {
            throw Refusal(field: "words", "missing", "Name the words that a new case would have.")
        }
        var facts: [CaseFact] = []
        if let open = watches.open {
            facts.append(
                .fixWatch(.ended(watch: open.plan.watch, outcome: .stopped, reason: "Watched anew")))
        }
        let plan = FixWatchFact.Plan(
            watch: watches.nextNumber, until: until,
            signals: FixWatchFact.Signal.allCases.filter { $0 == .report || signals.contains($0) },
            words: words, note: note)
        return facts + [.fixWatch(.started(plan))]
    }

    /// The facts of a symptom that is back: the watch is over and the case returns to work.
    ///
    /// A case that was resolved too long ago to come back as itself stays as it is, and the signal stands on record.
    package func recurred(
        _ watch: FixWatches.Watch, signal: FixWatchFact.Signal, words: String?, other: RelationFact.Other?,
        at now: Timestamp, policy: Policy
    ) -> [CaseFact] {
        let fact = CaseFact.fixWatch(
            .recurred(watch: watch.plan.watch, signal: signal, words: words, other: other))
        let reason = "The symptom came back: \(signal.label)."
        switch policy.phase(of: status) {
        case .resolved, .closed:
            guard isWithinReopenWindow(at: now, policy: policy) else { return [fact] }
            return [fact, .reopened(status: policy.reopenedStatus.raw, reason: reason)]
        case .mitigated, .verifying:
            let next = policy.status(status)?.next.first { policy.phase(of: $0) == .open }
            return [fact, statusChange(to: next ?? policy.reopenedStatus, reason: reason, policy: policy)]
        case .open, .waiting: return [fact]
        }
    }
}
