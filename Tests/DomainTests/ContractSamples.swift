import Domain

extension FactGoldenTests {
    /// One value a kind of the facts of contracts, defects and services.
    static let contractSamples: [any Fact] = {
        let day = CalendarDay(Timestamp(microseconds: 1_772_614_800_000_000))
        var terms = Amendment.Terms(document: "d", from: day, until: day)
        terms.targets = [
            .init(clock: .resolution, severity: nil, seconds: 5400),
            .init(clock: .triage, severity: "sev1", seconds: 61),
        ]
        (terms.waitsForChanges, terms.replaces, terms.note) = ([.resolution, .mitigation], "A1", "n")
        terms.credits = CreditTerms(
            fee: Money("EUR 10000"), period: .year, cap: .share(2050),
            credits: [
                .init(clock: .resolution, severity: "sev1", amount: .share(255)),
                .init(clock: .nextReply, severity: nil, amount: .money(Money(currency: "EUR", amount: 7))),
            ])
        let organisations: [OrganisationFact] = [
            .amendmentProposed(number: "A2", terms),
            .amendmentProposed(number: "A3", .init(document: "d", from: day)),
            .amendmentApproved(number: "A2", note: "n"), .amendmentApproved(number: "A2", note: nil),
            .amendmentRefused(number: "A3", way: .withdrawn, reason: "r"),
            .amendmentEnded(number: "A2", until: day, reason: "r"),
            .changeCalendarSet(
                .init(
                    zone: "UTC", windows: ["mon 10:00-12:00"],
                    freezes: [.init(days: "12-24", name: "Eve"), .init(days: "2026-12-24", name: "")])),
            .changeCalendarSet(.init(zone: "UTC")),
        ]
        let moment = Timestamp(microseconds: 1_772_614_800_000_000)
        let defects: [DefectFact] = [
            .decided(.init(defect: "D-1", isAccepted: true, plannedFor: moment, reason: "r")),
            .decided(.init(defect: "D-1", isAccepted: false, reason: "r")),
            .delivered(.init(defect: "D-1", version: "1", text: "t")),
            .delivered(.init(defect: "D-1", text: "t")),
        ]
        let outages: [OutageFact] = [
            .recorded(.init(service: "s", from: moment, until: moment, source: "x", note: "n")),
            .recorded(.init(service: "s", from: moment, until: moment, source: "x", note: nil)),
            .withdrawn(reason: "r"),
        ]
        var opening = CaseFact.Opening(
            number: "TL-1", subject: "s", symptom: "y", requester: nil, organisation: nil, channel: "c",
            requestType: "q", severity: "sev1", status: "new")
        (opening.service, opening.department) = ("accounts", "finance")
        var applied = ClockRecordFact.Applied(
            level: "l", policy: 1, severity: "s", tier: nil, reason: .account, cause: nil)
        (applied.amendments, applied.changeCalendar) = (["A1"], 1)
        return organisations + defects.map { CaseFact.defect($0) } + outages
            + [CaseFact.opened(opening), ClockRecordFact.levelApplied(applied)]
    }()
}
