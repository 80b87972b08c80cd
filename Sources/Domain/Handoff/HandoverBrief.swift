/// What a receiver must know of a case, as the case itself says it: where it stands, what is thought, what comes next,
/// what was promised, who is waited for, what is about to be missed.
package struct HandoverBrief: Equatable, Sendable {
    /// What a line is about.
    package enum Topic: String, Sendable, CaseIterable {
        case state, problem, cause, hypothesis, refuted
        case lastAction = "last_action"
        case nextAction = "next_action"
        case promise, waits, pending, clock, risk

        /// Stands before the line.
        package var label: String {
            switch self {
            case .state: "Where it stands"
            case .problem: "Problem"
            case .cause: "Cause"
            case .hypothesis: "Hypothesis"
            case .refuted: "Refuted"
            case .lastAction: "Last action"
            case .nextAction: "Next action"
            case .promise: "Promised to the customer"
            case .waits: "Waits for"
            case .pending: "Pending"
            case .clock: "Clock"
            case .risk: "Risk"
            }
        }
    }

    /// One thing to know.
    package struct Line: Equatable, Sendable {
        /// What it is about.
        package var topic: Topic
        /// In words.
        package var text: String

        /// A line.
        package init(_ topic: Topic, _ text: String) { (self.topic, self.text) = (topic, text) }
    }

    /// What is known of a case.
    package struct Sources: Sendable {
        /// The case.
        package var this: SupportCase
        /// What is known of its cause.
        package var investigation: Investigation
        /// How the work is arranged.
        package var coordination: Coordination
        /// What the customer was asked for.
        package var evidence: CaseEvidence
        /// Who is stuck.
        package var handoffs: Handoffs
        /// The clocks that run, with what is due when.
        package var clocks: [(label: String, due: Timestamp, isNear: Bool)]
        /// What was last done, by whom and when.
        package var lastAction: (at: Timestamp, by: String, words: String)?
        /// Names of people, by identifier.
        package var names: [String: String]
        /// The customer's name.
        package var customer: String?

        /// What is known, with all parts.
        package init(
            this: SupportCase, investigation: Investigation, coordination: Coordination,
            evidence: CaseEvidence, handoffs: Handoffs,
            clocks: [(label: String, due: Timestamp, isNear: Bool)],
            lastAction: (at: Timestamp, by: String, words: String)?, names: [String: String],
            customer: String?
        ) {
            (self.this, self.investigation, self.coordination) = (this, investigation, coordination)
            (self.evidence, self.handoffs, self.clocks) = (evidence, handoffs, clocks)
            (self.lastAction, self.names, self.customer) = (lastAction, names, customer)
        }

        fileprivate func name(_ id: String) -> String { names[id] ?? "Somebody" }
    }

    /// The lines, in the order of reading.
    package private(set) var lines: [Line] = []

    /// What the case says of itself at a moment.
    ///
    /// Times are written out, so that a brief reads the same whenever it is read.
    package init(_ sources: Sources, policy: Policy, at now: Timestamp) {
        let this = sources.this
        add(.state, Self.standing(sources, policy))
        add(.problem, Self.short(this.problemStatement ?? this.subject))
        think(sources.investigation)
        if let last = sources.lastAction {
            add(.lastAction, "\(Self.moment(last.at)), \(sources.name(last.by)) \(last.words)")
        }
        arrange(sources, policy, now)
        wait(sources, now)
        for clock in sources.clocks where clock.due <= now {
            add(.clock, "\(clock.label) was due \(Self.moment(clock.due)): missed")
        }
        for clock in sources.clocks where clock.due > now && clock.isNear {
            add(.clock, "\(clock.label) is due \(Self.moment(clock.due))")
        }
        warn(sources, policy, now)
    }

    /// The lines as text, one below the other, to be edited.
    package var text: String {
        lines.map { "\($0.topic.label): \($0.text)" }.joined(separator: "\n")
    }

    private mutating func add(_ topic: Topic, _ text: String) { lines.append(Line(topic, text)) }

    private static func standing(_ sources: Sources, _ policy: Policy) -> String {
        let this = sources.this
        let severity = policy.severity(this.severity)?.name ?? this.severity.raw
        let isConfirmed = this.arrangement.severityConfirmedAt != nil
        let status = policy.status(this.status)?.name ?? this.status.raw
        let customer = sources.customer.map { ", customer \($0)" } ?? ""
        return
            "\(status) since \(moment(this.statusSince)), \(severity)\(isConfirmed ? ", confirmed" : "")\(customer)"
    }

    private mutating func think(_ investigation: Investigation) {
        let wording = investigation.causeWording
        if wording.isConfirmed, let cause = wording.cause { add(.cause, "confirmed: \(Self.short(cause))") }
        for one in investigation.ranked.prefix(5) where one.state != .confirmed {
            let sure = one.judgement.confidence.map { ", confidence \($0.rawValue)" } ?? ""
            add(
                .hypothesis,
                "\(one.id) (\(one.state.words.lowercased())\(sure)) \(Self.short(one.wording.statement))")
        }
        for one in investigation.refuted.suffix(3) {
            add(.refuted, "\(one.id) \(Self.short(one.wording.statement))")
        }
    }

    private mutating func arrange(_ sources: Sources, _ policy: Policy, _ now: Timestamp) {
        if let next = sources.coordination.nextAction {
            let late = next.dueAt <= now ? ", overdue" : ""
            add(
                .nextAction,
                "\(next.text) (\(sources.name(next.owner.raw)), due \(Self.moment(next.dueAt))\(late))")
        } else {
            add(.nextAction, "none is set")
        }
        if let promise = sources.coordination.promises.last {
            switch promise.standing(at: now) {
            case .open:
                add(
                    .promise,
                    "an update by \(Self.moment(promise.dueAt)), promised by \(sources.name(promise.by))")
            case .missed where promise.answeredAt == nil:
                add(.promise, "an update by \(Self.moment(promise.dueAt)), not written yet")
            default: break
            }
        }
        if policy.phase(of: sources.this.status) == .waiting, let block = sources.coordination.block {
            let detail = block.detail.map { ": \(Self.short($0))" } ?? ""
            add(.waits, "\(policy.blockName(block.by)) since \(Self.moment(block.since))\(detail)")
        }
    }

    private mutating func wait(_ sources: Sources, _ now: Timestamp) {
        for request in sources.evidence.requests where request.openCount > 0 {
            add(
                .pending,
                "the customer has still to give \(request.openCount) of \(request.items.count) asked for in \(request.number), until \(Self.moment(request.asking.until))"
            )
        }
        for one in sources.coordination.followUps where one.doneAt == nil {
            let due = one.plan.dueAt.map { ", due \(Self.moment($0))" } ?? ""
            add(
                .pending,
                "\(one.item) \(Self.short(one.plan.text)) (\(sources.name(one.plan.owner))\(due))\(one.plan.isPromised ? ", promised" : "")"
            )
        }
        for call in sources.coordination.calls where call.state == .planned {
            add(
                .pending,
                "call \(call.number) on \(Self.moment(call.plan.startsAt)): \(Self.short(call.plan.topic))")
        }
        for one in sources.investigation.openQuestions.prefix(5) {
            add(
                .pending,
                "question \(one.question.id), asked \(Self.moment(one.question.asked.at)): \(Self.short(one.question.text))"
            )
        }
        for one in sources.handoffs.openRequests {
            add(
                .pending,
                "\(sources.name(one.askedBy)) is stuck (\(one.number)): \(Self.short(one.asked.stuck))")
        }
    }

    private mutating func warn(_ sources: Sources, _ policy: Policy, _ now: Timestamp) {
        let this = sources.this
        if let since = this.unansweredSince {
            add(.risk, "the customer waits for an answer since \(Self.moment(since))")
        }
        if let recommended = sources.coordination.recommended, recommended.severity != this.severity {
            let name = policy.severity(recommended.severity)?.name ?? recommended.severity.raw
            add(.risk, "\(sources.name(recommended.by)) holds \(name) to be right")
        }
        if this.reopenCount > 0 {
            add(.risk, "it came back \(this.reopenCount == 1 ? "once" : "\(this.reopenCount) times")")
        }
        if this.restriction != nil { add(.risk, "only some may know of it") }
    }

    private static func moment(_ moment: Timestamp) -> String { "\(moment.day) \(moment.clock) UTC" }

    /// One line of at most 240 characters.
    private static func short(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ").trimmingWhitespace
        return line.count > 240 ? "\(line.prefix(239))…" : line
    }

    /// Words of a message or note as they stand in a brief.
    package static func quoted(_ text: String) -> String { "“\(short(text))”" }
}
