import Domain
import Storage
import Web

/// What clocks add to the timeline of a case: promises that were missed, and on its own view all that is on record.
enum ClockTimelinePages {
    /// - Parameter view: the view of the timeline that is looked at.
    static func asides(
        _ context: CasePartContext, _ view: String, in tx: borrowing Transaction
    ) throws -> [CaseAside] {
        switch view {
        case "clocks":
            try ServiceLevelsDirectory.records(of: context.this.id, in: tx).compactMap { aside($0, context) }
        case "all", "story": missed(context)
        default: []
        }
    }

    /// Promises that are late or were missed, as the clocks stand now: what was entered late is taken in.
    private static func missed(_ context: CasePartContext) -> [CaseAside] {
        let ended = context.clocks.summary.missed.filter { $0.clock.clock.isPromise }.map { one in
            aside(
                one.clock, at: one.due, "kept \(durationWords(seconds: one.late / 1_000_000)) late", context)
        }
        let late = context.clocks.running.compactMap { line -> CaseAside? in
            guard line.clock.clock.clock.isPromise, let due = line.clock.due, due <= context.now else {
                return nil
            }
            return aside(line.clock.clock, at: due, "not kept yet", context)
        }
        return ended + late
    }

    private static func aside(
        _ clock: CaseClockID, at moment: Timestamp, _ outcome: String, _ context: CasePartContext
    ) -> CaseAside {
        CaseAside(
            at: moment, icon: "alert",
            "<span class=\"bad\">\(clock.label) was due</span>, \(outcome). <a href=\"\(context.path)/clocks\">Explain</a>"
        )
    }

    private static func aside(
        _ record: Recorded<ClockRecordFact>, _ context: CasePartContext
    ) -> CaseAside? {
        switch record.body {
        case .levelApplied(let applied):
            return CaseAside(at: record.occurredAt, icon: "rank", words(applied, context))
        case .warned(let firing, let percent):
            guard !firing.isOvertaken else { return nil }
            return CaseAside(
                at: record.occurredAt, icon: "clock",
                "\(String(percent)) % of the time of \(label(firing)) was gone\(due(firing, context))")
        case .breached(let firing):
            return CaseAside(
                at: record.occurredAt, icon: "alert",
                "<span class=\"bad\">The time of \(label(firing)) was over</span>")
        }
    }

    private static func label(_ firing: ClockRecordFact.Firing) -> String {
        CaseClockID(text: firing.clock)?.label ?? firing.clock
    }

    private static func due(_ firing: ClockRecordFact.Firing, _ context: CasePartContext) -> HTML {
        firing.due.map { ", due \(zonedTime($0, now: context.now))" } ?? .empty
    }

    private static func words(_ applied: ClockRecordFact.Applied, _ context: CasePartContext) -> HTML {
        let policy = context.policy
        let level = policy.serviceLevels.level(applied.level)?.name ?? applied.level
        let severity = policy.severity(ID(applied.severity))?.name ?? applied.severity
        let because =
            switch applied.reason {
            case .opened: "the case was opened"
            case .changed: "the case changed"
            case .account: "the customer’s tier, contract or products changed"
            case .policy: "the policy changed to version \(applied.policy)"
            }
        let shifts = applied.shifts.map { shift -> HTML in
            let label = CaseClockID(text: shift.clock)?.label ?? shift.clock
            func moment(_ moment: Timestamp?) -> HTML {
                moment.map { zonedTime($0, now: context.now) } ?? "no due time"
            }
            return "\(label) \(moment(shift.before)) became \(moment(shift.after))"
        }
        let moved: HTML = shifts.isEmpty ? .empty : ": \(HTML.joined(shifts, by: "; "))"
        return "Service level <bdi>\(level)</bdi> for \(severity), because \(because)\(moved)"
    }
}
