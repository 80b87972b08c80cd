package import Diagnosis

/// What the software records about the clocks of a case: beside the case and not in its history, for it is no work on it.
package enum ClockRecordFact: Fact {
    /// Another service level, or the same for another severity or by another version of policy, counts from now on.
    case levelApplied(Applied)
    /// So much of a clock's time is gone.
    case warned(Firing, percent: Int)
    /// A clock's time is over.
    case breached(Firing)

    /// Which level counts, and why.
    package struct Applied: Equatable, Sendable {
        /// Why a level was chosen.
        package enum Reason: String, Sendable {
            /// The case was opened.
            case opened
            /// The case changed: its severity, area or customer.
            case changed = "case_changed"
            /// The customer changed: the tier, the contract or the products.
            case account
            /// The policy changed.
            case policy
        }

        /// What a change did to a clock.
        package struct Shift: Equatable, Sendable {
            /// The clock: "resolution".
            package var clock: String
            /// When it was due before; nil while it was paused or not there.
            package var before: Timestamp?
            /// When it is due since; nil while it is paused or no longer there.
            package var after: Timestamp?

            /// A shift with all parts.
            package init(clock: String, before: Timestamp?, after: Timestamp?) {
                (self.clock, self.before, self.after) = (clock, before, after)
            }
        }

        /// The level.
        package var level: String
        /// The version of the policy that says what it promises; 0 is the built-in one.
        package var policy: Int
        /// The severity that it was chosen for.
        package var severity: String
        /// The customer's tier at that time.
        package var tier: String?
        /// Why.
        package var reason: Reason
        /// The sequence of the case's fact that caused it; nil where another subject did.
        package var cause: Int64?
        /// What it did to the clocks that ran.
        package var shifts: [Shift]
        /// The approved amendments of the customer's contract by which clocks count: "A1".
        package var amendments: [String] = []
        /// Which of the customer's change calendars clocks wait for; nil where none does.
        package var changeCalendar: Int?

        /// Whether the customer's own contract says the same as in another choice.
        func hasSameContract(as other: Applied) -> Bool {
            amendments == other.amendments && changeCalendar == other.changeCalendar
        }

        /// A choice with all parts.
        package init(
            level: String, policy: Int, severity: String, tier: String?, reason: Reason, cause: Int64?,
            shifts: [Shift] = []
        ) {
            (self.level, self.policy, self.severity, self.tier) = (level, policy, severity, tier)
            (self.reason, self.cause, self.shifts) = (reason, cause, shifts)
        }
    }

    /// Which clock fired.
    package struct Firing: Equatable, Sendable {
        /// The clock: "resolution", "evidence_request.R1".
        package var clock: String
        /// The sequence of the fact that began its cycle.
        package var cycle: Int64
        /// How often its terms had changed.
        package var revision: Int
        /// When the time is over, or was.
        package var due: Timestamp?
        /// Whether something later of the same clock fired with it: then nobody is told twice.
        package var isOvertaken: Bool

        /// A firing with all parts.
        package init(
            clock: String, cycle: Int64, revision: Int, due: Timestamp?, isOvertaken: Bool = false
        ) {
            (self.clock, self.cycle, self.revision) = (clock, cycle, revision)
            (self.due, self.isOvertaken) = (due, isOvertaken)
        }
    }

    package static let erasableFields: Set<String> = []

    package var edits: Set<Aspect> { [] }

    package var kind: String {
        switch self {
        case .levelApplied: "clock.level_applied"
        case .warned: "clock.warned"
        case .breached: "clock.breached"
        }
    }

    package var body: JSON {
        switch self {
        case .levelApplied(let applied): applied.json
        case .warned(let firing, let percent): firing.json(percent: percent)
        case .breached(let firing): firing.json(percent: nil)
        }
    }

    package init(kind: String, body: FactBody) throws {
        switch kind {
        case "clock.level_applied": self = .levelApplied(try Applied(body))
        case "clock.warned":
            guard let percent = body.integer("percent") else {
                throw FactProblem("the body has no number “percent”")
            }
            self = .warned(try Firing(body), percent: percent)
        case "clock.breached": self = .breached(try Firing(body))
        default: throw FactProblem("“\(kind)” is not a kind of clock fact")
        }
    }
}

/// The record of a case's clocks: which level counts, and what fired.
package struct ClockRecord: Subject, Equatable {
    package static let kind = "clock"

    /// The case.
    package var id: ID<SupportCase>
    /// Its latest fact.
    package var version: Version
    /// The level that counts.
    package var level = ""
    /// The version of policy that says what it promises.
    package var policy = 0
    /// How many warnings there were.
    package var warnings = 0
    /// How many breaches there were.
    package var breaches = 0
    /// When a clock was last breached.
    package var breachedAt: Timestamp?

    /// How facts refer to the record of a case.
    package static func ref(_ id: ID<SupportCase>) -> SubjectRef { SubjectRef(kind: kind, id: id.raw) }

    /// A record without anything in it.
    package init(id: ID<SupportCase>, version: Version) { (self.id, self.version) = (id, version) }

    package init(first fact: Recorded<ClockRecordFact>) {
        self.init(id: ID(fact.subject.id), version: fact.version)
        apply(fact)
    }

    package mutating func apply(_ fact: Recorded<ClockRecordFact>) {
        version = fact.version
        switch fact.body {
        case .levelApplied(let applied): (level, policy) = (applied.level, applied.policy)
        case .warned: warnings += 1
        case .breached:
            breaches += 1
            breachedAt = fact.occurredAt
        }
    }
}

extension ClockRecordFact.Applied {
    fileprivate var json: JSON {
        .fields([
            "level": .string(level), "policy": .integer(Int64(policy)), "severity": .string(severity),
            "tier": tier.map(JSON.string), "because": .string(reason.rawValue),
            "cause": cause.map(JSON.integer),
            "due": shifts.isEmpty
                ? nil
                : .array(
                    shifts.map {
                        .fields([
                            "clock": .string($0.clock), "before": $0.before?.json, "after": $0.after?.json,
                        ])
                    }),
            "amendments": amendments.isEmpty ? nil : .array(amendments.map(JSON.string)),
            "change_calendar": changeCalendar.map { .integer(Int64($0)) },
        ])
    }

    fileprivate init(_ body: FactBody) throws {
        guard let policy = body.integer("policy") else {
            throw FactProblem("the body has no number “policy”")
        }
        let shifts = (body.members["due"]?.array ?? []).compactMap { item -> Shift? in
            guard let clock = item["clock"]?.string else { return nil }
            return Shift(
                clock: clock, before: item["before"]?.string.flatMap { Timestamp($0) },
                after: item["after"]?.string.flatMap { Timestamp($0) })
        }
        self.init(
            level: try body.text("level"), policy: policy, severity: try body.text("severity"),
            tier: body.optionalText("tier"),
            reason: body.optionalText("because").flatMap { Reason(rawValue: $0) } ?? .changed,
            cause: body.members["cause"]?.integer, shifts: shifts)
        (amendments, changeCalendar) = (body.texts("amendments"), body.integer("change_calendar"))
    }
}

extension ClockRecordFact.Firing {
    fileprivate func json(percent: Int?) -> JSON {
        .fields([
            "clock": .string(clock), "cycle": .integer(cycle), "revision": .integer(Int64(revision)),
            "percent": percent.map { .integer(Int64($0)) }, "due_at": due?.json,
            "overtaken": isOvertaken ? .bool(true) : nil,
        ])
    }

    fileprivate init(_ body: FactBody) throws {
        guard let cycle = body.members["cycle"]?.integer else {
            throw FactProblem("the body has no number “cycle”")
        }
        self.init(
            clock: try body.text("clock"), cycle: cycle, revision: body.integer("revision") ?? 0,
            due: body.time("due_at"), isOvertaken: body.bool("overtaken") ?? false)
    }
}
