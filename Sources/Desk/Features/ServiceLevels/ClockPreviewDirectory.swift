import Domain
import Storage
import Web

/// What a change would do to clocks, before anybody makes it: the same replay with the change in it.
enum ClockPreviewDirectory {
    /// A clock with another due time.
    struct Shift: Sendable {
        var clock: String
        var before: Timestamp?
        var after: Timestamp?
    }

    /// What another severity would do to the clocks of a case, by the level that would then count.
    static func shifts(
        of this: SupportCase, to severity: ID<Policy.Severity>, policy: Policy, at now: Timestamp,
        in tx: borrowing Transaction
    ) throws -> [Shift] {
        let facts = try ServiceLevelsDirectory.facts(of: this.id, in: tx)
        let before = try ServiceLevelsDirectory.clocks(
            of: this, facts: facts, policy: policy, at: now, in: tx)
        let last = facts.map(\.sequence).max() ?? 0
        let change = Recorded(
            sequence: last + 1, subject: this.ref, version: Version(this.version.number + 1),
            actor: Actor.system.id, occurredAt: now, recordedAt: now,
            body: CaseFact.severityChanged(severity: severity.raw, reason: ""))
        let after = try ServiceLevelsDirectory.clocks(
            of: this, facts: facts + [change], policy: policy, at: now, in: tx)
        return shifts(from: before, to: after)
    }

    private static func shifts(from before: CaseClocks, to after: CaseClocks) -> [Shift] {
        func dues(_ clocks: CaseClocks) -> [CaseClockID: Timestamp?] {
            clocks.clocks.reduce(into: [:]) { dues, entry in
                if let current = entry.value.current { dues[entry.key] = .some(current.due) }
            }
        }
        let (old, new) = (dues(before), dues(after))
        return Set(old.keys).union(new.keys).sorted().compactMap { id in
            let (was, becomes) = (old[id] ?? nil, new[id] ?? nil)
            return was == becomes ? nil : Shift(clock: id.label, before: was, after: becomes)
        }
    }

    /// What each other severity would do to the clocks of a case, a sentence each.
    static func words(
        of this: SupportCase, policy: Policy, at now: Timestamp, in tx: borrowing Transaction
    ) throws -> [String] {
        try policy.severities.filter { $0.id != this.severity }.map { severity in
            let shifts = try shifts(of: this, to: severity.id, policy: policy, at: now, in: tx)
            guard !shifts.isEmpty else { return "\(severity.name): no clock changes." }
            return "\(severity.name): \(shifts.map { words($0, now) }.joined(separator: "; "))."
        }
    }

    private static func words(_ shift: Shift, _ now: Timestamp) -> String {
        func moment(_ moment: Timestamp?) -> String {
            moment.map { "\(Web.words(for: $0, now: now)) UTC" } ?? "no due time"
        }
        return "\(shift.clock) due \(moment(shift.before)) becomes \(moment(shift.after))"
    }

    // MARK: Another policy

    /// At most so many open cases are worked out for the check of a policy.
    static let most = 400

    /// What another policy would do to the due times of open cases, in words; nothing where it promises the same.
    static func effects(
        from before: Policy, to after: Policy, for actor: Actor, _ services: Services
    ) async throws -> [PolicyEffect] {
        guard before.serviceLevels.promisesOthers(than: after.serviceLevels) else { return [] }
        let now = services.clock()
        var filter = CaseFilter()
        filter.statuses = before.statuses(in: [.open, .waiting, .mitigated, .verifying])
        filter.order = .breachAscending
        let asked = filter
        return try await services.database.read { tx in
            let cases = try CaseDirectory.list(asked, for: actor, limit: most + 1, in: tx)
            var (moved, late): ([(this: SupportCase, shifts: [Shift])], Int) = ([], 0)
            for this in cases.prefix(most) {
                let facts = try ServiceLevelsDirectory.facts(of: this.id, in: tx)
                let old = try ServiceLevelsDirectory.clocks(
                    of: this, facts: facts, policy: before, at: now, in: tx)
                let new = try ServiceLevelsDirectory.clocks(
                    of: this, facts: facts, policy: after, isDraft: true, at: now, in: tx)
                let shifts = shifts(from: old, to: new)
                guard !shifts.isEmpty else { continue }
                moved.append((this, shifts))
                late += shifts.count { shift in
                    (shift.after.map { $0 <= now } ?? false) && !(shift.before.map { $0 <= now } ?? false)
                }
            }
            let looked = cases.count > most ? "the \(most) open cases due first" : "\(cases.count) open cases"
            let count = moved.reduce(0) { $0 + $1.shifts.count }
            var effects = [
                PolicyEffect(
                    kind: .changes,
                    words:
                        "Clocks: of \(looked) \(moved.count) get other due times (\(count) clocks, \(late) of them late at once)"
                )
            ]
            effects += moved.prefix(10).map { one in
                let shifts = one.shifts.map { words($0, now) }.joined(separator: "; ")
                return PolicyEffect(kind: .changes, words: "\(one.this.number): \(shifts)")
            }
            if moved.count > 10 {
                effects.append(PolicyEffect(kind: .changes, words: "and \(moved.count - 10) more cases"))
            }
            return effects
        }
    }
}
