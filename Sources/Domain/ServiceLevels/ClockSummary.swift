package import Diagnosis

/// What a page shows of a case's clocks without reading its facts: those that run, and how the others ended.
///
/// It does not depend on when it is made, so it can be kept until something changes. What it says at a moment is what
/// the replay says (`CaseClocks`), to the second.
package struct ClockSummary: Equatable, Sendable {
    /// A clock that runs.
    package struct Running: Equatable, Sendable {
        /// Which one.
        package var clock: CaseClockID
        /// Which of its cycles: 1 for the first.
        package var number: Int
        /// The time that is allowed, in microseconds.
        package var target: Int64
        /// The calendar that says when time counts.
        package var calendar: String
        /// When the time is over, or was; nil while it is paused with time left.
        package var due: Timestamp?
        /// Since when it does what it does now.
        package var since: Timestamp
        /// What was left then, in microseconds; negative once it was over.
        package var leftThen: Int64
        /// The reason for which it is paused; nil where time counts.
        package var pause: String?
        /// Which change calendar of the customer it waits for; nil for none.
        package var changes: Int?
    }

    /// A clock that ended too late.
    package struct Missed: Equatable, Sendable {
        /// Which one.
        package var clock: CaseClockID
        /// Which of its cycles: 1 for the first.
        package var number: Int
        /// When it was due.
        package var due: Timestamp
        /// By how much it was late, in microseconds of the time that counts.
        package var late: Int64
    }

    /// The level that counts; empty where none does.
    package var level: String
    /// Those that run, first the one that is due first, last those that are paused.
    package var running: [Running]
    /// Those that ended too late, oldest first; what was promised to the customer or among colleagues.
    package var missed: [Missed]
    /// How many ended in time.
    package var met: Int

    /// Nothing runs.
    package init() { (level, running, missed, met) = ("", [], [], 0) }

    /// The summary of a replay.
    package init(_ clocks: CaseClocks) {
        self.init()
        level = clocks.current?.level.id ?? ""
        for entry in clocks.cycles {
            let cycle = entry.cycle
            guard let end = cycle.end else {
                if let one = Running(entry.id, entry.number, cycle) { running.append(one) }
                continue
            }
            let reading = cycle.reading(at: end.cause.occurredAt)
            switch reading.standing {
            case .met: met += 1
            case .missed:
                missed.append(
                    Missed(
                        clock: entry.id, number: entry.number, due: reading.due ?? reading.asOf,
                        late: -reading.left))
            default: break
            }
        }
        running.sort {
            ($0.due ?? Self.never, $0.clock) < ($1.due ?? Self.never, $1.clock)
        }
    }

    private static let never = Timestamp(microseconds: .max)
}

extension ClockSummary.Running {
    fileprivate init?(_ id: CaseClockID, _ number: Int, _ cycle: ClockCycle) {
        guard let last = cycle.stretches.last else { return nil }
        let since = max(last.from, cycle.countsFrom)
        let pause: String? = if case .paused(let reason) = last.state { reason } else { nil }
        self.init(
            clock: id, number: number, target: cycle.terms.target, calendar: cycle.terms.hours.id,
            due: cycle.due,
            since: since, leftThen: cycle.reading(at: since).left, pause: pause,
            changes: cycle.terms.changes?.version)
    }

    /// What is left at a moment, in microseconds; negative once it is over.
    /// - Parameter hours: the calendar made ready.
    package func left(at now: Timestamp, _ hours: WorkingHours) -> Int64 {
        guard pause == nil, now > since else { return leftThen }
        return leftThen - hours.time(from: since.wholeSecond, to: now.wholeSecond)
    }

    /// Whether its time is over.
    package func isLate(at now: Timestamp) -> Bool { due.map { $0 <= now } ?? false }

    /// How it stands at a moment.
    /// - Parameter changes: when the customer allows changes, where it waits for that.
    package func standing(
        at now: Timestamp, _ hours: WorkingHours, changes: WorkingHours? = nil
    ) -> ClockReading.Standing {
        if let pause { return .paused(pause) }
        if let changes, !changes.isOpen(at: now) { return .paused(ClockTerms.closedForChanges) }
        return hours.isOpen(at: now) ? .running : .outsideHours(until: hours.nextOpening(from: now))
    }
}

extension ClockSummary {
    /// As it is stored.
    package var json: JSON {
        [
            "level": .string(level), "met": .integer(Int64(met)),
            "running": .array(
                running.map { one in
                    .fields([
                        "clock": .string(one.clock.text), "cycle": .integer(Int64(one.number)),
                        "target": .integer(one.target),
                        "calendar": .string(one.calendar), "due": one.due.map { .integer($0.microseconds) },
                        "since": .integer(one.since.microseconds), "left": .integer(one.leftThen),
                        "pause": one.pause.map(JSON.string),
                        "changes": one.changes.map { .integer(Int64($0)) },
                    ])
                }),
            "missed": .array(
                missed.map { one in
                    [
                        "clock": .string(one.clock.text), "cycle": .integer(Int64(one.number)),
                        "due": .integer(one.due.microseconds), "late": .integer(one.late),
                    ]
                }),
        ]
    }

    /// Reads what `json` stores; nil for anything else.
    package init?(_ json: JSON) {
        guard let level = json["level"]?.string, let met = json["met"]?.integer,
            let running = json["running"]?.array, let missed = json["missed"]?.array
        else { return nil }
        self.init()
        (self.level, self.met) = (level, Int(met))
        for item in running {
            guard let one = Running(item) else { return nil }
            self.running.append(one)
        }
        for item in missed {
            guard let clock = item["clock"]?.string.flatMap({ CaseClockID(text: $0) }),
                let number = item["cycle"]?.integer, let due = item["due"]?.integer,
                let late = item["late"]?.integer
            else { return nil }
            self.missed.append(
                Missed(clock: clock, number: Int(number), due: Timestamp(microseconds: due), late: late))
        }
    }
}

extension ClockSummary.Running {
    fileprivate init?(_ json: JSON) {
        guard let clock = json["clock"]?.string.flatMap({ CaseClockID(text: $0) }),
            let number = json["cycle"]?.integer, let target = json["target"]?.integer,
            let calendar = json["calendar"]?.string,
            let since = json["since"]?.integer, let left = json["left"]?.integer
        else { return nil }
        self.init(
            clock: clock, number: Int(number), target: target, calendar: calendar,
            due: json["due"]?.integer.map { Timestamp(microseconds: $0) },
            since: Timestamp(microseconds: since), leftThen: left, pause: json["pause"]?.string,
            changes: json["changes"]?.integer.map { Int($0) })
    }
}
