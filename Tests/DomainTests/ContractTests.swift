import Domain
import Testing

/// What single customers agreed on: amounts, limits, and when they allow changes.
@Suite("Contracts of single customers")
struct ContractTests {
    private func moment(_ text: String) -> Timestamp { Timestamp(text) ?? Timestamp(microseconds: 0) }

    @Test(
        "An amount reads as a share or as money, and as nothing else",
        arguments: [
            ("5%", "5%"), ("2.5 %", "2.5%"), ("0.25%", "0.25%"), ("100%", "100%"), ("EUR 500", "EUR 500"),
            ("€ 1,200", "EUR 1200"), ("0%", nil), ("101%", nil), ("5.125%", nil), ("-5%", nil), ("%", nil),
            ("five", nil), ("500", nil),
        ] as [(String, String?)])
    func amounts(_ text: String, _ expected: String?) {
        #expect(CreditTerms.Amount(text)?.text == expected)
    }

    @Test("Times of amendments survive being written", arguments: [1, 59, 60, 3600, 5400, 86_399, 864_000])
    func durations(_ seconds: Int) {
        #expect(ServiceLevels.seconds(ServiceLevels.durationText(seconds)) == seconds)
    }

    @Test(
        "A limit fills from the beginning of its quarter, whichever months are shown, and begins anew with the next"
    )
    func quarters() throws {
        var terms = Amendment.Terms(document: "d", from: try #require(CalendarDay("2026-01-01")))
        terms.credits = CreditTerms(
            fee: Money("EUR 1000"), period: .quarter, cap: .money(Money(currency: "EUR", amount: 250)),
            credits: [.init(clock: .resolution, severity: nil, amount: .share(1000))])
        var amendment = Amendment(number: "A1", terms, proposedBy: "p1", at: moment("2026-01-01T00:00:00Z"))
        let misses = ["2026-01-10", "2026-02-10", "2026-03-10", "2026-04-10"].enumerated().map { index, day in
            Exposure.Miss(
                caseNumber: "TL-\(index)", clock: CaseClockID(.resolution), severity: "sev1",
                at: moment("\(day)T12:00:00Z"))
        }
        let shown = moment("2026-03-01T00:00:00Z")..<moment("2026-05-01T00:00:00Z")
        #expect(Exposure(misses, by: [amendment], shown: shown).lines.isEmpty, "nobody approved it")
        amendment.verdict = .init(way: .approved, by: "p2", at: moment("2026-01-02T00:00:00Z"), note: nil)
        let exposure = Exposure(misses, by: [amendment], shown: shown)
        #expect(
            exposure.lines.map(\.counted) == [5000, 10_000],
            "hundredths: fifty of the limit were left in March")
        #expect(exposure.lines.map(\.period) == ["2026-Q1", "2026-Q2"])
        #expect(exposure.sums.map(\.period) == ["2026-03", "2026-04"])
        #expect(Exposure.money(1250, "EUR") == "€ 12.50")
    }

    @Test("Hours that are limited to others are open where both are, and know when they close")
    func limited() throws {
        let week = BusinessCalendar(
            id: "week", name: "Week",
            opening: .weekly(.init(zone: "UTC", days: BusinessCalendar.workingDays([540..<1020]))))
        let hours = try #require(try WorkingHours.compile([week], zones: .utcOnly)["week"])
        let calendar = ChangeCalendar(
            zone: "UTC", windows: ["mon-fri 12:00-24:00"],
            freezes: [.init(days: "2026-03-04", name: "Stock-taking")])
        let changes = try ChangeHours(calendar, version: 1, zones: .utcOnly)
        let both = hours.limited(to: changes.hours)
        let start = moment("2026-03-02T00:00:00Z")
        // Five hours of each working day but the Wednesday.
        #expect(both.time(from: start, to: start.adding(seconds: 7 * 86_400)) == 4 * 5 * 3_600_000_000)
        #expect(both.date(after: 11 * 3_600_000_000, from: start) == moment("2026-03-05T13:00:00Z"))
        #expect(both.nextClosing(from: moment("2026-03-02T13:00:00Z")) == moment("2026-03-02T17:00:00Z"))
        let closure = try #require(changes.closure(at: moment("2026-03-04T13:00:00Z")))
        #expect(
            closure.words == "in the freeze “Stock-taking”"
                && closure.opensAt == moment("2026-03-05T12:00:00Z"))
        #expect(changes.closure(at: moment("2026-03-02T08:00:00Z"))?.words == "outside their change windows")
        #expect(changes.closure(at: moment("2026-03-02T12:00:00Z")) == nil)
        #expect(WorkingHours.always.nextClosing(from: start) == nil)
    }

    @Test("A freeze over the end of a year is one closed stretch")
    func newYear() throws {
        let calendar = ChangeCalendar(zone: "UTC", freezes: [.init(days: "2026-12-30..2027-01-02", name: "")])
        let changes = try ChangeHours(calendar, version: 1, zones: .utcOnly)
        #expect(
            changes.hours.nextClosing(from: moment("2026-06-01T00:00:00Z")) == moment("2026-12-30T00:00:00Z"))
        #expect(
            changes.closure(at: moment("2026-12-31T12:00:00Z"))?.opensAt == moment("2027-01-03T00:00:00Z"))
        // What is open from a year into the next one closes in the next one.
        let yearly = ChangeCalendar(zone: "UTC", freezes: [.init(days: "06-01", name: "")])
        let other = try ChangeHours(yearly, version: 1, zones: .utcOnly)
        #expect(
            other.hours.nextClosing(from: moment("2026-06-02T00:00:00Z")) == moment("2027-06-01T00:00:00Z"))
    }

    @Test(
        "An error budget counts a minute once, cuts what lies outside of its window, and knows what is left")
    func budgets() {
        let now = moment("2026-03-31T00:00:00Z")
        func bad(_ from: String, _ until: String?) -> ErrorBudget.BadTime {
            .init(from: moment(from), until: until.map(moment), source: .recorded("x"), words: "x")
        }
        let budget = ErrorBudget(
            ServiceObjective(target: 99_000, days: 30),
            [
                bad("2026-02-28T22:00:00Z", "2026-03-01T01:00:00Z"),
                bad("2026-03-10T10:00:00Z", "2026-03-10T11:00:00Z"),
                bad("2026-03-10T10:30:00Z", "2026-03-10T11:30:00Z"), bad("2026-03-30T23:30:00Z", nil),
                bad("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
            ], at: now)
        #expect(budget.objective.allowed == 25_920)
        #expect(budget.spent == 3600 + 5400 + 1800 && budget.left == 15_120 && budget.leftPercent == 58)
        #expect(budget.availability == 99_583)
        #expect(budget.burn(last: 3600) == 500, "half of the hour, a hundredth allowed")
        #expect(budget.lasts(byLast: 3600) == 30_240)
        let over = ErrorBudget(
            ServiceObjective(target: 99_900, days: 1), [bad("2026-03-30T00:00:00Z", nil)], at: now)
        #expect(over.left < 0 && over.leftPercent < 0 && over.lasts(byLast: 3600) == nil)
        #expect(
            ServiceObjective.thousandths("99.95") == 99_950 && ServiceObjective.percent(99_950) == "99.95")
        #expect(ServiceObjective.thousandths("100") == nil && ServiceObjective.thousandths("99.9999") == nil)
    }
}
