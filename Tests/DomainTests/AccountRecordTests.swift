import Diagnosis
import Domain
import Testing

/// What is kept of an account, as values.
struct AccountRecordTests {
    private func record(_ facts: [OrganisationFact]) -> AccountRecord {
        var record = AccountRecord()
        for (index, body) in facts.enumerated() {
            record.apply(
                Recorded(
                    sequence: Int64(index), subject: SubjectRef(kind: "organisation", id: "o"),
                    version: Version(index + 1), actor: "p1", occurredAt: Self.moment,
                    recordedAt: Self.moment, body: body))
        }
        return record
    }

    private static let moment = Timestamp("2026-03-02T09:00:00Z") ?? Timestamp(microseconds: 0)

    @Test("Money is read in the ways in which people write it, and nothing else is")
    func money() {
        for text in ["EUR 480,000", "480000 EUR", "€ 480 000", "eur480000"] {
            #expect(Money(text)?.text == "EUR 480000", "\(text)")
        }
        #expect(Money("$ 12")?.words == "$ 12")
        for text in ["480000", "EUR", "EUR -5", "EUR 1.5", "EURO 5", "EUR 99999999999999999999", "€€ 5", ""] {
            #expect(Money(text) == nil, "\(text)")
        }
    }

    @Test("A day is one that the calendar has")
    func days() {
        #expect(CalendarDay("2028-02-29") != nil)
        for text in ["2027-02-29", "2027-13-01", "2027-3-1", "31.03.2027", "2027-03-31T00", ""] {
            #expect(CalendarDay(text) == nil, "\(text)")
        }
        let (early, late) = (CalendarDay("2026-12-31"), CalendarDay("2027-03-01"))
        #expect(late?.days(since: early ?? CalendarDay(Self.moment)) == 60)
    }

    @Test("A record survives being stored")
    func recordIsKept() throws {
        let full = record([
            .detailChanged(detail: .products, values: ["platform"]),
            .contactDescribed(person: "p2", AccountContact(roles: ["security"], isNamed: true, note: "n")),
            .delegated(person: "p3", AccountDelegation(rights: [.report], until: CalendarDay("2027-01-01"))),
            .riskRaised(
                number: "R1",
                .init(level: "watch", reason: "r", owner: "p1", expires: CalendarDay("2026-04-01"))),
            .riskCleared(number: "R1", reason: "over"),
            .commitmentMade(
                number: "C1",
                .init(text: "t", promisedBy: "p1", promisedTo: nil, due: Self.moment, caseNumber: "TL-1")),
            .commitmentSettled(number: "C1", outcome: .kept, note: "n"),
        ])
        let read = try AccountRecord(JSON(parsing: full.json.text))
        #expect(read == full)
        #expect(read.risks.first?.cleared?.reason == "over")
        #expect(read.commitments.first?.settled?.outcome == .kept)
    }

    @Test("CUST-06 part: a risk flag expires the day after its last day, and one that was taken off stays so")
    func riskStates() throws {
        let last = try #require(CalendarDay("2026-03-31"))
        let next = try #require(CalendarDay("2026-04-01"))
        let flag = RiskFlag(
            number: "R1", .init(level: "watch", reason: "r", owner: "p", expires: last), raisedBy: "p",
            at: Self.moment)
        #expect(flag.state(on: last) == .active)
        #expect(flag.state(on: next) == .expired)
        var cleared = flag
        cleared.cleared = .init(reason: "r", by: "p", at: Self.moment)
        #expect(cleared.state(on: last) == .cleared && cleared.state(on: next) == .cleared)
    }

    @Test(
        "CUST-02 part: each gap between a report and the contract is found, and nothing where nothing is agreed"
    )
    func gaps() throws {
        let today = try #require(CalendarDay("2026-03-02"))
        func gaps(
            _ facts: [OrganisationFact], requester: String? = "p2", severity: String = "sev1",
            channel: String = "portal"
        ) -> [Entitlement.Gap] {
            Entitlement.gaps(
                in: record(facts), requester: requester, severity: severity, channel: channel, on: today)
        }
        #expect(gaps([]) == [])
        #expect(gaps([.detailChanged(detail: .renewal, values: ["2026-03-01"])]) == [.contract])
        #expect(gaps([.detailChanged(detail: .renewal, values: ["2026-03-02"])]) == [])
        let limited = OrganisationFact.detailChanged(detail: .namedContacts, values: ["1"])
        #expect(gaps([limited]) == [.contact])
        #expect(gaps([limited], requester: nil) == [])
        #expect(gaps([limited, .contactDescribed(person: "p2", AccountContact(isNamed: true))]) == [])
        #expect(gaps([limited, .delegated(person: "p2", AccountDelegation(rights: []))]) == [])
        #expect(gaps([.detailChanged(detail: .severities, values: ["sev3"])]) == [.severity])
        #expect(gaps([.detailChanged(detail: .severities, values: ["sev1"])]) == [])
        let channels = OrganisationFact.detailChanged(detail: .channels, values: ["phone"])
        #expect(gaps([channels]) == [.channel])
        #expect(gaps([channels], channel: "alert") == [], "our own machines are no breach of the customer’s")
    }

    @Test("A delegation holds until the end of its last day and always lets its holder read")
    func delegations() throws {
        let last = try #require(CalendarDay("2026-03-31"))
        let one = AccountDelegation(rights: [.reply], until: last)
        #expect(one.rights == [.reply, .view])
        #expect(one.holds(on: last))
        #expect(!one.holds(on: try #require(CalendarDay("2026-04-01"))))
    }
}
