/// What one customer's own contract says of clocks: amendments, and when changes are allowed.
package struct AccountContract: Sendable {
    /// All amendments, also those that nobody approved: the clocks refuse them.
    package var amendments: [Amendment]
    /// The change calendars, oldest first; one that cannot be read is left out.
    package var changes: [ChangeHours]

    /// A contract with all parts.
    package init(amendments: [Amendment] = [], changes: [ChangeHours] = []) {
        (self.amendments, self.changes) = (amendments, changes)
    }

    /// Nothing beyond the service level.
    package static let none = AccountContract()

    /// What an account's record says.
    /// - Parameter zones: where the zones of change calendars are looked up.
    package init(_ record: AccountRecord, zones: ZoneTable) {
        amendments = record.amendments
        changes = record.changeCalendars.enumerated().compactMap { index, calendar in
            // A zone that this machine does not know any more makes no clock wait.
            do throws(CalendarProblem) {
                return try ChangeHours(calendar, version: index + 1, zones: zones)
            } catch { return nil }
        }
    }

    /// When changes are allowed now; nil where they always are.
    package var changesNow: ChangeHours? { changes.last }

    /// What counts of it for a case: the numbers of the amendments, and which change calendar clocks wait for.
    func counting(_ level: ServiceLevel?, _ traits: CaseTraits) -> (amendments: [String], calendar: Int?) {
        guard !amendments.isEmpty || !changes.isEmpty, let day = traits.openedOn else { return ([], nil) }
        let approved = amendments.counting(on: day).approved.filter(\.changesClocks)
        let waits =
            level?.targets.values.contains { $0.waitsForChanges } == true
            || approved.contains { !$0.terms.waitsForChanges.isEmpty }
        return (approved.map(\.number), waits ? changesNow?.version : nil)
    }

    /// Why amendments that would be for a case do not count, a sentence each.
    func refused(for traits: CaseTraits) -> [String] {
        traits.openedOn.map { amendments.counting(on: $0).refused } ?? []
    }

    /// The terms that a level that was applied names.
    func terms(
        of applied: ClockRecordFact.Applied
    ) -> (amendments: [ApprovedTerms], changes: ChangeHours?) {
        (
            amendments.approved(applied.amendments),
            applied.changeCalendar.flatMap { wanted in changes.first { $0.version == wanted } }
        )
    }
}

extension ServiceLevels {
    /// The terms of a clock that would begin for a case now; nil where nothing is promised.
    package func terms(_ clock: CaseClock, for traits: CaseTraits, _ contract: AccountContract) -> ClockTerms?
    {
        guard let level = level(for: traits) else { return nil }
        let amendments = contract.amendments.approved(contract.counting(level, traits).amendments)
        return terms(
            clock, level.amended(by: amendments, for: traits.severity), severity: traits.severity, policy: 0)
    }
}

extension ServiceLevel {
    /// The level with what was agreed with one customer in its place; of several amendments the later one counts.
    func amended(by amendments: [ApprovedTerms], for severity: String) -> ServiceLevel {
        var level = self
        for amendment in amendments {
            for clock in Set(amendment.terms.targets.map(\.clock)) {
                guard let seconds = amendment.seconds(clock, severity: severity) else { continue }
                var target = level.targets[clock] ?? .usual(for: clock)
                target.seconds[severity] = seconds
                level.targets[clock] = target
            }
            for clock in amendment.terms.waitsForChanges {
                guard var target = level.targets[clock], !target.isRegulatory else { continue }
                target.waitsForChanges = true
                level.targets[clock] = target
            }
        }
        return level
    }
}

extension ServiceLevel.Target {
    /// A target as a level has it that says nothing but the time.
    static func usual(for clock: CaseClock) -> ServiceLevel.Target {
        ServiceLevel.Target(
            seconds: [:], calendar: nil, pauses: clock.usualPauses, warnings: ServiceLevel.usualWarnings,
            change: .fromStart, begins: .creation, isRegulatory: false)
    }
}
