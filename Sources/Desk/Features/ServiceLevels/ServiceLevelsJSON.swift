import Diagnosis
import Domain
import Storage
import Web

/// Clocks on the wire: the same rows as on the page, as JSON and as CSV.
enum ServiceLevelsJSON {
    static let reads = [
        APIRead(
            "case.clocks", "The clocks of a case: what is due, what was met, and why",
            path: "/cases/{id}/clocks", access: .right("case.view"),
            parameters: [.init("clock", "One clock alone, by its name: first_response, resolution …")]
        ) { call, services in
            let explained = try await ClockExplanation.read(call, services)
            return json(explained)
        },
        APIRead(
            "clock.progress", "How many cases have clocks, and how many wait to be worked out anew",
            path: "/clocks/progress", access: .right("policy.view")
        ) { _, services in
            try await services.database.read { tx in
                let version = try ServiceLevelsDirectory.policyVersion(in: tx)
                let counts = try tx.first(ServiceLevelsQueries.progress(policy: version)) {
                    (all: $0.integer(0), waiting: $0.integer(1))
                }
                return [
                    "policy_version": .integer(Int64(version)), "cases": .integer(counts?.all ?? 0),
                    "waiting": .integer(counts?.waiting ?? 0),
                ]
            }
        },
    ]

    static func json(_ explained: ClockExplanation) -> JSON {
        .fields([
            "case": .string(explained.number), "as_of": explained.now.json,
            "service_level": explained.level.map { level in
                .fields([
                    "id": .string(level.applied.level), "name": .string(level.name),
                    "policy_version": .integer(Int64(level.applied.policy)),
                    "severity": .string(level.applied.severity), "tier": level.applied.tier.map(JSON.string),
                    "because": .string(level.applied.reason.rawValue),
                    "amendments": .array(level.applied.amendments.map(JSON.string)),
                    "change_calendar": level.applied.changeCalendar.map { .integer(Int64($0)) },
                ])
            },
            "refused_terms": .array(explained.clocks.refusedTerms.map(JSON.string)),
            "items": .array(explained.entries.map { item($0, explained.breach(of: $0)) }),
        ])
    }

    private static func item(_ entry: ClockExplanation.Entry, _ breach: ClockFact.BreachRecord?) -> JSON {
        let reading = entry.reading
        return .fields([
            "clock": .string(entry.id.clock.rawValue), "item": entry.id.item.map(JSON.string),
            "name": .string(entry.id.label), "cycle": .integer(Int64(entry.number)),
            "state": .string(entry.state), "reason": entry.reason.map(JSON.string),
            "open_again_at": entry.opensAt?.json,
            "started_at": entry.cycle.start.occurredAt.json, "due_at": reading.due?.json,
            "ended_at": entry.cycle.end?.cause.occurredAt.json, "breached_at": reading.breachedAt?.json,
            "target_seconds": seconds(reading.target), "spent_seconds": seconds(reading.spent),
            "left_seconds": seconds(reading.left), "raw_seconds": seconds(reading.raw),
            "paused_seconds": seconds(reading.paused), "calendar": .string(entry.cycle.terms.hours.id),
            "service_level": entry.cycle.terms.level.map(JSON.string),
            "policy_version": entry.cycle.terms.policy.map { .integer(Int64($0)) },
            "changes": .array(
                entry.cycle.revisions.map {
                    .fields([
                        "at": $0.cause.occurredAt.json, "due_before": $0.dueBefore?.json,
                        "due_after": $0.dueAfter?.json,
                    ])
                }),
            "breach": breach.map { record in
                .fields([
                    "cause": .string(record.cause), "correction": record.correction.map(JSON.string),
                    "customer_told": .bool(record.isCustomerTold), "notice": record.notice.map(JSON.string),
                ])
            },
            "time_by_state": reading.breachedAt == nil
                ? nil
                : .array(
                    entry.shares.map { ["state": .string($0.status), "seconds": .integer($0.seconds)] }),
            "intervals": .array(entry.rows.map(row)),
        ])
    }

    private static func row(_ row: ClockExplanation.Row) -> JSON {
        .fields([
            "from": row.from.json, "to": row.to.json, "state": .string(row.state),
            "reason": row.reason.map(JSON.string), "entry": .integer(row.cause.sequence),
            "kind": .string(row.cause.kind), "by": .string(row.cause.actor),
            "recorded_at": row.cause.recordedAt.json, "calendar": .string(row.calendar),
            "policy_version": row.policy.map { .integer(Int64($0)) },
            "seconds": .integer(row.raw), "counted_seconds": .integer(row.counted),
            "outside_hours_seconds": .integer(row.outside), "paused_seconds": .integer(row.paused),
            "not_counted_seconds": .integer(row.discounted),
        ])
    }

    private static func seconds(_ microseconds: Int64) -> JSON { .integer(microseconds / 1_000_000) }

    /// One line an interval: identifiers for programs, and beside them the words that the page has.
    static func csv(
        _ explained: ClockExplanation, _ policy: Policy, _ names: [String: String]
    ) -> [[String]] {
        var lines = [
            [
                "case", "clock", "item", "cycle", "from", "to", "state", "reason", "entry", "kind", "by",
                "recorded_at", "calendar", "policy_version", "seconds", "counted_seconds",
                "outside_hours_seconds", "paused_seconds", "not_counted_seconds", "clock_name", "state_name",
                "because", "by_name", "calendar_name",
            ]
        ]
        for entry in explained.entries {
            for row in entry.rows {
                lines.append([
                    explained.number, entry.id.clock.rawValue, entry.id.item ?? "", "\(entry.number)",
                    row.from.rfc3339, row.to.rfc3339, row.state, row.reason ?? "", "\(row.cause.sequence)",
                    row.cause.kind, row.cause.actor, row.cause.recordedAt.rfc3339, row.calendar,
                    row.policy.map(String.init) ?? "", "\(row.raw)", "\(row.counted)", "\(row.outside)",
                    "\(row.paused)", "\(row.discounted)", entry.id.label, row.words(policy),
                    row.cause.words, names[row.cause.actor] ?? "Somebody",
                    entry.cycle.terms.hours.calendar.name,
                ])
            }
        }
        return lines
    }
}

/// The clocks of a case with their reasons, as page, JSON and CSV show them.
struct ClockExplanation: Sendable {
    /// One interval of a cycle, in whole seconds that add up.
    struct Row: Sendable {
        var from: Timestamp
        var to: Timestamp
        var state: String
        var reason: String?
        var cause: ClockCause
        var calendar: String
        var policy: Int?
        var raw: Int64
        var counted: Int64
        var outside: Int64
        var paused: Int64
        var discounted: Int64

        init(_ interval: ClockReading.Interval) {
            (from, to, cause) = (interval.from, interval.to, interval.cause)
            (calendar, policy) = (interval.calendar, interval.policy)
            switch interval.state {
            case .running where interval.discounted > 0: state = "not_counted"
            case .running: state = "running"
            case .paused(let why): (state, reason) = ("paused", why)
            }
            func seconds(_ microseconds: Int64) -> Int64 { microseconds / 1_000_000 }
            (raw, counted) = (seconds(interval.raw), seconds(interval.counted))
            (outside, paused) = (seconds(interval.outside), seconds(interval.paused))
            discounted = seconds(interval.discounted)
        }

        /// What the clock did, in words.
        func words(_ policy: Policy) -> String {
            switch state {
            case "paused": "Paused: waits for \(policy.blockName(reason ?? ""))"
            case "not_counted": "Before the terms changed"
            default: "Running"
            }
        }
    }

    /// A cycle of a clock.
    struct Entry: Sendable {
        var id: CaseClockID
        var number: Int
        var cycle: ClockCycle
        var reading: ClockReading
        /// Where the allowed time went by state of the case; empty where it was not missed.
        var shares: [ClockOutcome.Share]
        /// Where the time went that it took longer; empty where it was not missed.
        var lateShares: [ClockOutcome.Share]

        init(_ id: CaseClockID, _ number: Int, _ cycle: ClockCycle, _ clocks: CaseClocks, at now: Timestamp) {
            (self.id, self.number, self.cycle) = (id, number, cycle)
            reading = cycle.reading(at: now)
            guard let over = reading.breachedAt else {
                (shares, lateShares) = ([], [])
                return
            }
            shares = clocks.shares(of: cycle, until: over)
            lateShares = clocks.shares(of: cycle, from: over, until: reading.asOf)
        }

        var rows: [Row] { reading.intervals.map(Row.init) }

        /// How it stands, on the wire.
        var state: String {
            switch reading.standing {
            case .running: reading.breachedAt == nil ? "running" : "late"
            case .outsideHours: reading.breachedAt == nil ? "outside_hours" : "late"
            case .paused: "paused"
            case .met: "met"
            case .missed: "missed"
            case .cancelled: "cancelled"
            }
        }

        /// Why it stands still.
        var reason: String? { if case .paused(let reason) = reading.standing { reason } else { nil } }

        /// When its hours begin again.
        var opensAt: Timestamp? {
            if case .outsideHours(let until) = reading.standing { until } else { nil }
        }
    }

    /// The case.
    var number: String
    /// The moment that it is about.
    var now: Timestamp
    /// The level that counts.
    var level: (applied: ClockRecordFact.Applied, name: String)?
    /// All cycles, by clock and then oldest first.
    var entries: [Entry]
    /// The clocks themselves.
    var clocks: CaseClocks

    init(_ this: SupportCase, _ clocks: CaseClocks, only one: CaseClock?, at now: Timestamp) {
        (number, self.now, self.clocks) = (this.number, now, clocks)
        level = clocks.current.map { ($0.applied, $0.level.name) }
        entries = clocks.cycles.filter { one == nil || $0.id.clock == one }.map {
            Entry($0.id, $0.number, $0.cycle, clocks, at: now)
        }
    }

    /// Why a cycle was missed, where somebody said so.
    func breach(of entry: Entry) -> ClockFact.BreachRecord? {
        clocks.breach(entry.id, entry.cycle)
    }

    /// The names of those who moved the clocks, by identifier.
    static func names(_ explained: ClockExplanation, _ services: Services) async throws -> [String: String] {
        let ids = Set(explained.entries.flatMap { entry in entry.rows.map(\.cause.actor) })
        return try await services.database.read { tx in
            try PeopleDirectory.names(of: Array(ids), in: tx)
        }
    }

    /// All clocks of the case, or the one that the address names.
    static func read(_ call: SignedInCall, _ services: Services) async throws -> ClockExplanation {
        let (policy, now) = (services.policy.current, services.clock())
        let reference = call.request.parameter("id")
        let one = try call.request.query("clock").map(clock(named:))
        return try await services.database.read { tx in
            let this = try CaseDirectory.find(reference, for: call.actor, in: tx)
            let clocks = try ServiceLevelsDirectory.clocks(of: this, policy: policy, at: now, in: tx)
            return ClockExplanation(this, clocks, only: one, at: now)
        }
    }

    private static func clock(named name: String) throws(Refusal) -> CaseClock {
        guard let clock = CaseClock(rawValue: name) else {
            let names = CaseClock.allCases.map(\.rawValue)
            let hint = nearest(to: name, in: names).map { " Did you mean “\($0)”?" } ?? ""
            throw Refusal(
                field: "clock", "unknown_clock",
                "There is no clock “\(name)”.\(hint) The clocks are \(names.joined(separator: ", ")).")
        }
        return clock
    }
}
