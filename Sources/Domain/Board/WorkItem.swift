/// A case as the work of whoever owns it: what it needs next, until when, and where that puts it on a board.
package struct WorkItem: Equatable, Sendable {
    /// Where a case stands on a board.
    package enum Place: String, Sendable, CaseIterable {
        /// Something is late or due soon, or the customer waits for an answer.
        case now
        /// Work that goes on.
        case next
        /// Somebody else has it, and nothing is due soon.
        case waiting
    }

    /// Something that the case needs.
    package struct Need: Equatable, Sendable {
        /// What it is: "Promised update", or the next action in its own words.
        package var what: String
        /// Until when; nil where no clock says.
        package var due: Timestamp?
        /// What is done about it first; nil where the case itself says.
        package var step: AttentionCheck.Step?
        /// Which clock says so; nil where none does.
        package var clock: CaseClockID?

        /// Something that is needed until a moment.
        package init(
            _ what: String, due: Timestamp?, step: AttentionCheck.Step? = nil, clock: CaseClockID? = nil
        ) {
            (self.what, self.due, self.step, self.clock) = (what, due, step, clock)
        }

        /// Whether it should have been done by now.
        package func isLate(at now: Timestamp) -> Bool { due.map { $0 <= now } ?? false }
    }

    /// Where it stands.
    package var place: Place
    /// What it needs, that first which is due first; empty where nothing was said.
    package var needs: [Need]

    /// A case as work.
    /// - Parameter clocks: those of its clocks that run.
    package init(of this: SupportCase, clocks: [ClockSummary.Running], policy: Policy, now: Timestamp) {
        var needs: [Need] = []
        for clock in clocks
        where clock.pause == nil && clock.due != nil && !clock.clock.clock.endsByItself {
            let kind = clock.clock.clock
            needs.append(
                Need(
                    kind == .nextAction
                        ? this.arrangement.nextAction ?? clock.clock.label : clock.clock.label,
                    due: clock.due, step: kind.step, clock: clock.clock))
        }
        // An answer is owed even where no service level says until when.
        let isAnswered = clocks.contains { [.firstResponse, .nextReply].contains($0.clock.clock) }
        let waits = this.unansweredSince != nil
        if waits, !isAnswered { needs.append(Need("Answer to the customer", due: nil, step: .reply)) }
        needs.sort { ($0.due ?? now) < ($1.due ?? now) }
        let phase = policy.phase(of: this.status)
        if needs.isEmpty, phase != .waiting {
            needs.append(Need("Say what happens next", due: nil, step: .setNextAction))
        }
        self.needs = needs
        let soon = now.adding(seconds: Int64(policy.work.soonMinutes) * 60)
        place =
            if waits || needs.contains(where: { $0.due.map { $0 <= soon } ?? false }) {
                .now
            } else if phase
                == .waiting
            { .waiting } else { .next }
    }
}

extension CaseClock {
    /// What is done about it first.
    fileprivate var step: AttentionCheck.Step? {
        switch self {
        case .firstResponse, .promisedUpdate, .updateCadence, .nextReply, .noResponse: .reply
        case .triage: .triage
        case .engineering, .vendorChase: .note
        case .mitigation: .changeStatus
        case .handover: .handOver
        case .takeBack: .setNextAction
        case .resolution, .nextAction, .followUp, .evidenceRequest, .timeBox, .postFixWatch, .review,
            .surveyFollowUp, .notice, .defectDecision, .defectFix:
            nil
        }
    }
}

/// What took somebody away from their work.
package struct Interruption: Equatable, Sendable {
    /// What it was.
    package var what: String
    /// For how long.
    package var minutes: Int
    /// The identifier of the case that it was about; nil where it was about none.
    package var about: String?
    /// When it was over.
    package var at: Timestamp

    /// An interruption with all parts.
    package init(what: String, minutes: Int, about: String?, at moment: Timestamp) {
        (self.what, self.minutes, self.about, self.at) = (what, minutes, about, moment)
    }
}

/// How much one person has in hand, against what policy holds to be enough.
package struct Workload: Equatable, Sendable {
    /// Open cases that the person owns.
    package var open: Int
    /// Those of them that are theirs to act on: not waiting for somebody else.
    package var inHand: Int
    /// What policy holds to be enough; nil where it says nothing.
    package var limit: Int?

    /// The work of somebody who owns these cases.
    /// - Parameter email: whose; a member of a team may have a limit of their own.
    package init(_ cases: some Sequence<SupportCase>, of email: String? = nil, policy: Policy) {
        (open, inHand) = (0, 0)
        for this in cases {
            let phase = policy.phase(of: this.status)
            if [.resolved, .closed].contains(phase) { continue }
            open += 1
            if phase != .waiting { inHand += 1 }
        }
        let most = email.flatMap { policy.routing.member($0)?.member.limit } ?? policy.work.limit
        limit = most == 0 ? nil : most
    }

    /// By how many cases more than enough are in hand; 0 where it is not too much.
    package var excess: Int { limit.map { max(0, inHand - $0) } ?? 0 }
}

extension Policy {
    /// What holds for the work of one person.
    package struct WorkRules: Hashable, Sendable {
        /// So many cases in hand are enough for one person; 0 for no limit.
        package var limit = 8
        /// What is due within so many minutes comes now.
        package var soonMinutes = 120

        /// What holds where a document says nothing.
        package init() {}
    }

    static func readWork(_ root: inout ConfigReader, _ problems: inout [ConfigProblem]) -> WorkRules {
        var rules = WorkRules()
        guard let node = root.child("work") else { return rules }
        var reader = ConfigReader(node, at: "work", problems: &problems)
        rules.limit = reader.integer("limit", 0...1000, default: rules.limit, &problems)
        rules.soonMinutes = reader.integer("soon_minutes", 1...10_080, default: rules.soonMinutes, &problems)
        reader.refuseUnknownKeys(&problems)
        return rules
    }
}
