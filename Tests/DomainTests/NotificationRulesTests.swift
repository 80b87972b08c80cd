import Domain
import Testing

/// Which fact is told to whom.
@Suite("Rules of notifications")
struct NotificationRulesTests {
    private let now = Timestamp(microseconds: 1_800_000_000_000_000)

    private func person(_ id: String, _ name: String, role: String = "engineer", isActive: Bool = true)
        -> Person
    {
        Person(
            id: ID(id), version: Version(1), name: name, email: "\(id)@example.com", roles: [role],
            organisation: nil, isActive: isActive, usesShortcuts: true, origin: nil, addedAt: now)
    }

    private var staff: [Person] {
        [
            person("marta", "Marta Lindqvist"), person("jonas", "Jonas Berg"),
            person("jo2", "Jonas Falk"), person("ines", "Ines Duarte", role: "lead"),
            person("gone", "Greta Gone", isActive: false),
        ]
    }

    private func told(
        _ event: NotificationRules.Event, owner: String? = "marta", watchers: [String] = [], by actor: String
    ) -> [String] {
        var found = SupportCase(id: "c", version: Version(1), number: "TL-1", at: now)
        found.owner = owner.map { ID($0) }
        found.arrangement.watchers = watchers.map { ID($0) }
        return NotificationRules.notices(
            of: event, on: found, by: actor, staff: { staff },
            rights: { person in
                person.roles == ["lead"]
                    ? [
                        NotificationRules.warningRight, NotificationRules.breachRight,
                        NotificationRules.helpRight,
                    ] : []
            }, queueLead: { nil }, noticeOwner: { _ in "paula" }
        ).map { "\($0.person.raw) \($0.kind.rawValue) \($0.detail)".trimmingWhitespace }
    }

    @Test("SLA-21 part: whoever sees to a notice hears of its clock, and so does the owner of the case")
    func notices() {
        let clock = CaseClockID(.notice, item: "N1")
        #expect(
            told(.warned(clock, percent: 90), by: "system") == [
                "paula warned notice.N1 90", "marta warned notice.N1 90",
            ])
        #expect(told(.noticeOwed(by: "paula"), by: "ines") == ["paula notice_owed"])
    }

    @Test("Each event is told to whom it concerns, to each person once and to nobody of their own deed")
    func events() {
        #expect(told(.assigned(to: "jonas"), owner: "jonas", by: "ines") == ["jonas assigned"])
        #expect(told(.assigned(to: "jonas"), owner: "jonas", by: "jonas").isEmpty)
        #expect(
            told(.replied, watchers: ["marta", "jonas"], by: "daniel") == ["marta replied", "jonas replied"])
        #expect(told(.replied, owner: nil, by: "daniel").isEmpty)
        #expect(
            told(.status("waiting"), watchers: ["jonas"], by: "marta") == ["jonas changed status waiting"])
    }

    private func offer(to person: String?, role: String? = nil) -> HandoffFact.Offer {
        .init(
            handover: "O1", way: .colleague, from: "marta", person: person, role: role, brief: "b",
            generated: nil, acceptBy: now)
    }

    /// What a fact of a hand-off tells whom, after others.
    private func told(_ facts: [(HandoffFact, by: String)]) -> [String] {
        let recorded = facts.enumerated().map { index, fact in
            Recorded(
                sequence: Int64(index + 1), subject: SupportCase.ref("c"), version: Version(index + 1),
                actor: fact.by, occurredAt: now, recordedAt: now, body: CaseFact.handoff(fact.0))
        }
        guard let last = recorded.last,
            let event = NotificationRules.event(
                of: last.body, handoffs: { Handoffs(recorded) }, reviews: { MessageReviews(recorded) },
                accountTeam: { [] }, qualityReviews: { QualityReviews() })
        else { return [] }
        return told(event, by: last.actor)
    }

    @Test(
        "CASE-57 part: An offer is told to the person or the role that it goes to, and what became of it to whoever offered"
    )
    func handovers() {
        let offered = HandoffFact.offered(offer(to: "jonas"))
        #expect(told([(offered, "marta")]) == ["jonas offered"])
        #expect(told([(offered, "ines")]) == ["jonas offered"])
        #expect(
            told([(.offered(offer(to: nil, role: "engineer")), "marta")]) == ["jonas offered", "jo2 offered"])
        #expect(
            told([(offered, "ines"), (.accepted(handover: "O1", comment: nil), "jonas")])
                == ["marta handover accepted", "ines handover accepted"])
        #expect(
            told([(offered, "marta"), (.returned(handover: "O1", reason: "r", lacking: []), "jonas")])
                == ["marta handover returned"])
        #expect(
            told([(offered, "marta"), (.withdrawn(handover: "O1", reason: nil), "marta")])
                == ["jonas handover withdrawn"])
    }

    @Test("CASE-80 part: Whoever may help hears who is stuck, and whoever was stuck hears the answer")
    func stuck() {
        let asked = HandoffFact.unblockAsked(.init(request: "U1", stuck: "s", tried: "t"))
        #expect(told([(asked, "marta")]) == ["ines unblock_asked"])
        #expect(told([(asked, "ines")]).isEmpty)
        #expect(
            told([
                (asked, "marta"), (.unblockAnswered(request: "U1", answer: "a", isReusable: false), "ines"),
            ])
                == ["marta unblock_answered"])
        #expect(told([(asked, "marta"), (.unblockWithdrawn(request: "U1", reason: "r"), "marta")]).isEmpty)
    }

    @Test(
        "SLA-12 part: Whoever answers for the team hears of promises to customers, and of no clock of the house"
    )
    func houseClocks() {
        let triage = CaseClockID(.triage)
        #expect(told(.warned(triage, percent: 75), by: "system") == ["marta warned triage 75"])
        #expect(told(.breached(triage), by: "system") == ["marta breached triage"])
        #expect(told(.breached(triage), owner: nil, by: "system").isEmpty)
        #expect(told(.breached(CaseClockID(.handover)), owner: nil, by: "system").isEmpty)
    }

    @Test("SLA-12 part: The owner and whoever answers for the team are told of warnings and breaches")
    func clocks() {
        let first = CaseClockID(.firstResponse)
        #expect(
            told(.warned(first, percent: 75), by: "system")
                == ["marta warned first_response 75", "ines team_clock first_response 75"])
        #expect(told(.breached(first), owner: nil, by: "system") == ["ines team_clock first_response"])
        #expect(told(.breached(first), owner: "ines", by: "system") == ["ines breached first_response"])
        #expect(
            told(.breached(CaseClockID(.promisedUpdate)), by: "system").first
                == "marta promise_missed promised_update")
    }

    @Test("A clock that fired several times at once tells only the last of it")
    func overtaken() {
        let firing = ClockRecordFact.Firing(
            clock: "first_response", cycle: 1, revision: 0, due: now, isOvertaken: true)
        #expect(NotificationRules.event(of: .warned(firing, percent: 50)) == nil)
        var last = firing
        last.isOvertaken = false
        #expect(NotificationRules.event(of: .breached(last)) == .breached(CaseClockID(.firstResponse)))
    }

    @Test(
        "A note names colleagues by address, name or a first name that only one has",
        arguments: [
            ("@marta, please look", ["marta"]), ("See @ines.duarte and @InesDuarte.", ["ines"]),
            ("ask @jonas@example.com.", ["jonas"]), ("(@Ines)", ["ines"]),
            ("write to marta@example.com", []), ("@gone has left", []), ("@nobody @", []),
            ("@Jonas", ["jonas"]), ("@marta @jo2 @marta", ["marta", "jo2"]), ("a@@marta", []),
        ])
    func mentions(_ text: String, _ people: [String]) {
        #expect(Mentions.people(in: text, of: staff).map(\.raw) == people)
    }
}
