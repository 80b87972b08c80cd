import Domain
import Storage
import Web

/// What past cases would have come to by another policy: their facts are replayed as though it had always held.
package struct PolicyReplay: Sendable {
    /// A case of which something else would have been kept or missed.
    package struct Change: Sendable {
        /// The number of the case.
        package var caseNumber: String
        /// What would have been missed and was not.
        package var missed: [String]
        /// What would have been kept and was not.
        package var kept: [String]
    }

    /// From when until when promises were decided.
    package var period: Range<Timestamp>
    /// How many cases were replayed.
    package var cases: Int
    /// Whether there were more, of which only the latest were replayed.
    package var isCut: Bool
    /// What was kept by the policies that counted.
    package var before = Attainment()
    /// What would have been kept.
    package var after = Attainment()
    /// The cases with a difference, the latest first.
    package var changes: [Change] = []

    /// At most so many cases are replayed.
    package static let most = 1000

    /// Replays the cases of which a promise was decided in the last days.
    ///
    /// Clocks count by the draft from the first fact on, with its levels, calendars and rules; the facts are as they are, so
    /// what people would have done otherwise is not foreseen. Only cases count that the actor may know of.
    package static func of(
        _ draft: Policy, days: Int, for actor: Actor, at now: Timestamp, in tx: borrowing Transaction
    ) throws -> PolicyReplay {
        var asked = AttainmentQuery(period: now.adding(seconds: -Int64(days) * 86_400)..<now)
        asked.clocks = CaseClock.allCases.filter(\.isPromise)
        let rows = try AttainmentDirectory.rows(asked, for: actor, policy: draft, limit: most * 10, in: tx)
        var (cases, seen): ([SupportCase], Set<ID<SupportCase>>) = ([], [])
        for row in rows where seen.insert(row.this.id).inserted { cases.append(row.this) }
        var replay = PolicyReplay(
            period: asked.period, cases: min(cases.count, most), isCut: cases.count > most)
        var basis = try ClockBasis(draft, isDraft: true, in: tx)
        for this in cases.prefix(most) {
            let old = try AttainmentDirectory.outcomes(of: this.id.raw, in: tx)
            let new = try outcomes(of: this, &basis, at: now, in: tx)
            replay.take(this, old, new)
        }
        return replay
    }

    private static func outcomes(
        of this: SupportCase, _ basis: inout ClockBasis, at now: Timestamp, in tx: borrowing Transaction
    ) throws -> [ClockOutcome] {
        let facts = try ServiceLevelsDirectory.facts(of: this.id, in: tx)
        // Without what was recorded of the clocks, the draft chooses the level from the first fact on.
        let clocks = CaseClocks(facts, [], try basis.rules(for: this, naming: [], in: tx), at: now)
        return clocks.outcomes(pending: clocks.events(after: now))
    }

    private mutating func take(_ this: SupportCase, _ old: [ClockOutcome], _ new: [ClockOutcome]) {
        func counted(_ outcomes: [ClockOutcome]) -> [ClockOutcome] {
            outcomes.filter { $0.clock.clock.isPromise && period.contains($0.decidedAt) }
        }
        let (old, new) = (counted(old), counted(new))
        for outcome in old { before.add(line(this, outcome)) }
        for outcome in new { after.add(line(this, outcome)) }
        func names(_ outcomes: [ClockOutcome], isKept: Bool, unlike others: [ClockOutcome]) -> [String] {
            outcomes.filter { one in
                one.isKept == isKept
                    && !others.contains {
                        $0.clock == one.clock && $0.cycle == one.cycle && $0.isKept == isKept
                    }
            }.map(\.clock.label)
        }
        let change = Change(
            caseNumber: this.number, missed: names(new, isKept: false, unlike: old),
            kept: names(new, isKept: true, unlike: old))
        if !change.missed.isEmpty || !change.kept.isEmpty { changes.append(change) }
    }

    private func line(_ this: SupportCase, _ outcome: ClockOutcome) -> Attainment.Line {
        Attainment.Line(
            caseID: this.id.raw, clock: outcome.clock.clock, isKept: outcome.isKept,
            segments: [.severity: outcome.severity], cause: nil, shares: [])
    }

    /// What it comes to, a line each: for pages and the command line.
    package var words: [String] {
        func share(_ tally: Attainment.Tally) -> String {
            tally.permille.map { "\($0 / 10).\($0 % 10) % of \(tally.count)" } ?? "none"
        }
        var lines = [
            "\(cases) \(cases == 1 ? "case" : "cases") with a promise decided from \(period.lowerBound.day) to \(period.upperBound.day)\(isCut ? ", the latest of more" : "")."
        ]
        lines += Attainment.Measure.allCases.map {
            "\($0.label): \(share(before.all[$0])) kept, \(share(after.all[$0])) by the draft"
        }
        lines += CaseClock.allCases.compactMap { clock -> String? in
            let (old, new) = (before.clocks[clock] ?? .init(), after.clocks[clock] ?? .init())
            guard old != new, clock != .firstResponse, clock != .resolution else { return nil }
            return "\(clock.label): \(share(old)) kept, \(share(new)) by the draft"
        }
        lines += changes.prefix(20).map { change -> String in
            let parts = [
                change.missed.isEmpty ? nil : "missed \(change.missed.joined(separator: ", "))",
                change.kept.isEmpty ? nil : "kept \(change.kept.joined(separator: ", "))",
            ].compactMap { $0 }
            return "\(change.caseNumber): would have \(parts.joined(separator: " and "))"
        }
        if changes.count > 20 { lines.append("and \(changes.count - 20) more cases") }
        return lines
    }
}
