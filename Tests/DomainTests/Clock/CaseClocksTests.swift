import Diagnosis
import Domain
import Testing

/// A case as its facts tell it, for tests of its clocks; times are minutes from nine o’clock on a Monday.
struct ClockedCase {
    static let start = utc("2026-03-02T09:00:00Z")
    var facts: [Recorded<CaseFact>] = []
    var records: [Recorded<ClockRecordFact>] = []
    var policy = TestPolicy.make("service_levels", Self.levels)
    var version = 1
    var earlier: [Int: Policy] = [:]
    var account = CaseTraits.Account(tier: "tin")
    var programs: Set<String> = []

    static let levels: Tree = [
        "levels": [
            [
                "id": "gold", "name": "Gold", "tiers": ["gold"],
                "clocks": [
                    "first_response": ["sev1": "5m", "sev2": "10m"],
                    "resolution": ["sev1": "2h", "sev2": "4h"],
                ],
            ],
            [
                "id": "all", "name": "All",
                "clocks": [
                    "first_response": ["sev1": "15m", "sev2": "1h"],
                    "triage": ["sev1": "30m", "sev2": "2h"],
                    "update_cadence": ["sev1": "30m", "sev2": "4h"],
                    "next_reply": ["sev1": "30m", "sev2": "2h"],
                    "mitigation": ["sev1": "4h", "sev2": "8h"],
                    "resolution": ["sev1": "8h", "sev2": "24h"],
                    "engineering": ["sev1": "4h", "sev2": "8h"],
                    "vendor_chase": ["sev1": "4h", "sev2": "8h"],
                    "no_response": ["sev1": "8h", "sev2": "16h"],
                ],
            ],
        ]
    ]

    init(severity: String = "sev2", organisation: String? = "o1", type: String = "incident") {
        add(
            0,
            .opened(
                .init(
                    number: "TL-1", subject: "s", symptom: "s", requester: "c", organisation: organisation,
                    channel: "one", requestType: type, severity: severity, status: "new")), by: "c")
    }

    static func at(_ minute: Int) -> Timestamp { start.adding(seconds: Int64(minute) * 60) }

    @discardableResult mutating func add(
        _ minute: Int, _ body: CaseFact, by actor: String = "p", recorded: Int? = nil
    ) -> Int64 {
        let number = facts.count + records.count + 1
        facts.append(
            Recorded(
                sequence: Int64(100 + number), subject: SupportCase.ref("c"),
                version: Version(facts.count + 1),
                actor: actor, occurredAt: Self.at(minute), recordedAt: Self.at(recorded ?? minute), body: body
            ))
        return Int64(100 + number)
    }

    mutating func record(_ minute: Int, _ body: ClockRecordFact) {
        let number = facts.count + records.count + 1
        records.append(
            Recorded(
                sequence: Int64(100 + number), subject: ClockRecord.ref("c"),
                version: Version(records.count + 1), actor: "system", occurredAt: Self.at(minute),
                recordedAt: Self.at(minute), body: body))
    }

    /// Records the levels that count, as the software does.
    mutating func settle(_ minute: Int) {
        for (level, moment) in clocks(at: minute).pending {
            record(Int(moment.seconds(since: Self.start) / 60), .levelApplied(level))
        }
    }

    mutating func reply(_ minute: Int, _ text: String = "We found the failing node and drain it now.") {
        add(minute, .replied(text: text, fromCustomer: false))
    }
    mutating func write(_ minute: Int) {
        add(minute, .replied(text: "Any news?", fromCustomer: true), by: "c")
    }
    mutating func wait(_ minute: Int, for reason: String = "customer") {
        add(minute, .statusChanged(status: "waiting", phase: .waiting, reason: nil))
        add(minute, .coordination(.blocked(by: reason, detail: nil)))
    }
    mutating func work(_ minute: Int) {
        add(minute, .statusChanged(status: "working", phase: .open, reason: nil))
    }
    mutating func resolve(_ minute: Int) {
        add(
            minute,
            .resolved(
                .init(
                    status: "resolved", narrative: "n", customerSummary: nil, verdict: "one", rootCause: nil))
        )
    }
    mutating func reopen(_ minute: Int) { add(minute, .reopened(status: "reopened", reason: "r")) }

    func clocks(at minute: Int) -> CaseClocks {
        CaseClocks(
            facts, records,
            .init(
                policy: policy, version: version, earlier: earlier, account: account, programs: programs),
            at: Self.at(minute))
    }

    func cycles(_ clock: CaseClock, at minute: Int) -> [ClockReading] {
        clocks(at: minute).clocks[CaseClockID(clock)]?.cycles.map { $0.reading(at: Self.at(minute)) } ?? []
    }

    func reading(_ clock: CaseClock, at minute: Int) throws -> ClockReading {
        try #require(cycles(clock, at: minute).last)
    }
}

/// The clocks of a case.
struct CaseClocksTests {
    private func at(_ minute: Int) -> Timestamp { ClockedCase.at(minute) }

    @Test("SLA-02: each target runs by itself and is due by itself")
    func independent() throws {
        var this = ClockedCase()
        this.add(5, .classified(field: .category, value: "one"))
        this.add(6, .coordination(.nextActionSet(text: "t", owner: "p", dueAt: at(300))))
        this.reply(20)
        this.add(100, .statusChanged(status: "mitigated", phase: .mitigated, reason: nil))
        let now = 120
        #expect(try this.reading(.triage, at: now).standing == .met)
        #expect(try this.reading(.firstResponse, at: now).spent == minutes(20))
        #expect(try this.reading(.mitigation, at: now).standing == .met)
        #expect(try this.reading(.resolution, at: now).due == at(24 * 60))
        #expect(try this.reading(.updateCadence, at: now).due == at(20 + 240))
        #expect(try this.reading(.nextAction, at: now).due == at(300))
    }

    @Test(
        "SLA-07 part: only a person’s message of substance stops the first response, and a reviewer may overrule"
    )
    func meaningful() throws {
        var this = ClockedCase()
        this.add(
            1, .replied(text: "We have received your request number 42.", fromCustomer: false), by: "system")
        this.add(2, .noted(text: "We found the failing node and drain it now."))
        this.reply(3, "Thanks, looking!")
        #expect(try this.reading(.firstResponse, at: 30).standing == .running)
        #expect(this.clocks(at: 30).overlooked.count == 2)
        this.reply(40)
        let last = try #require(this.facts.last?.sequence)
        #expect(try this.reading(.firstResponse, at: 50).spent == minutes(40))
        this.add(60, .clock(.responseJudged(sequence: last, counts: false, reason: "A stock phrase")))
        #expect(
            try this.reading(.firstResponse, at: 70).standing == .missed
                || this.reading(.firstResponse, at: 70).isOpen)
        this.add(80, .clock(.responseJudged(sequence: last - 1, counts: true, reason: "He rang them up")))
        #expect(try this.reading(.firstResponse, at: 90).spent == minutes(3))
    }

    @Test("SLA-07 part: a program’s message stops no first response, unless a reviewer says that it does")
    func byAProgram() throws {
        var this = ClockedCase()
        this.programs = ["bot"]
        let sent = this.add(
            5, .replied(text: "We found the failing node and drain it now.", fromCustomer: false), by: "bot")
        #expect(try this.reading(.firstResponse, at: 30).isOpen)
        #expect(this.clocks(at: 30).overlooked.map(\.reason) == ["It was sent by a program."])
        this.add(40, .clock(.responseJudged(sequence: sent, counts: true, reason: "She wrote it there")))
        #expect(try this.reading(.firstResponse, at: 50).spent == minutes(5))
    }

    private static let narrow: Tree = [
        "levels": [
            [
                "id": "all", "name": "All",
                "clocks": [
                    "first_response": ["sev1": "15m", "sev2": "1h"],
                    "triage": ["sev1": "30m", "sev2": "2h"],
                    "mitigation": ["sev1": "4h", "sev2": "none"],
                    "resolution": ["sev1": "8h", "sev2": "24h"],
                ],
            ]
        ]
    ]

    @Test(
        "SLA-12 part: a clock that a change begins is the same before and after that change is on record, so nothing fires twice"
    )
    func namedOnce() throws {
        var this = ClockedCase()
        this.policy = TestPolicy.make("service_levels", Self.narrow)
        this.settle(0)
        let change = this.add(60, .severityChanged(severity: "sev1", reason: "r"))
        func cycle() -> Int64? {
            this.clocks(at: 200).clocks[CaseClockID(.mitigation)]?.cycles.last?.start.sequence
        }
        #expect(cycle() == change)
        let before = this.clocks(at: 200).events(after: at(0)).map(\.event)
        this.settle(200)
        #expect(this.clocks(at: 200).pending.isEmpty)
        #expect(cycle() == change)
        #expect(this.clocks(at: 200).events(after: at(0)).map(\.event) == before)
        let levels = this.clocks(at: 200).applied
        #expect(levels.map(\.level.severity) == ["sev2", "sev1"] && levels.map(\.at) == [at(0), at(60)])
    }

    @Test("SLA-18 part: of facts of one moment the order stays as it was once their level is on record")
    func oneMoment() throws {
        var this = ClockedCase()
        this.settle(0)
        this.add(10, .coordination(.nextActionSet(text: "t", owner: "p", dueAt: at(300))))
        this.add(60, .severityChanged(severity: "sev1", reason: "r"))
        this.add(60, .classified(field: .category, value: "one"))
        let before = this.cycles(.triage, at: 90)
        #expect(before.count == 1 && before[0].standing == .missed, "it had half an hour from the start")
        this.settle(90)
        let after = this.cycles(.triage, at: 90)
        #expect(after.count == 1 && after[0].standing == .missed && after[0].spent == before[0].spent)
    }

    @Test(
        "SLA-10 part: the due times of a change are those after it: of clocks that go on with it, and of those that it begins"
    )
    func dueAfterTheChange() throws {
        var this = ClockedCase()
        this.policy = TestPolicy.make(
            "service_levels",
            [
                "levels": [
                    [
                        "id": "calm", "name": "Calm", "severities": ["sev2"],
                        "clocks": [
                            "first_response": ["sev1": "1h", "sev2": "1h"],
                            "resolution": ["sev1": "24h", "sev2": "24h", "pauses": ["vendor"]],
                        ],
                    ],
                    [
                        "id": "grave", "name": "Grave",
                        "clocks": [
                            "first_response": ["sev1": "15m", "sev2": "15m"],
                            "mitigation": ["sev1": "4h", "sev2": "4h"],
                            "resolution": ["sev1": "8h", "sev2": "8h", "pauses": ["customer"]],
                        ],
                    ],
                ]
            ])
        this.settle(0)
        this.wait(60, for: "vendor")
        #expect(try this.reading(.resolution, at: 90).due == nil, "it stands")
        this.add(120, .severityChanged(severity: "sev1", reason: "r"))
        let clocks = this.clocks(at: 130)
        let resolution = clocks.clocks[CaseClockID(.resolution)]?.current
        let change = try #require(resolution?.revisions.last)
        #expect(change.dueBefore == nil && change.dueAfter == at(60 + 8 * 60))
        let shifts = try #require(clocks.pending.last).level.shifts
        #expect(shifts.contains { $0.clock == "resolution" && $0.before == nil && $0.after == at(540) })
        #expect(shifts.contains { $0.clock == "mitigation" && $0.before == nil && $0.after == at(120 + 240) })
    }

    @Test(
        "SLA-08: waiting for the customer, a third party or a change window stops the clocks that policy names, with reason and person, and both durations are kept"
    )
    func pauses() throws {
        for reason in ["customer", "vendor", "change_window"] {
            var this = ClockedCase()
            this.wait(60, for: reason)
            this.work(180)
            let pauses: [(CaseClock, Int64)] = [(.resolution, 120), (.firstResponse, 0), (.triage, 0)]
            for (clock, paused) in pauses {
                let reading = try this.reading(clock, at: 240)
                #expect(reading.paused == minutes(paused), "\(clock) while waiting for \(reason)")
                #expect(reading.raw == minutes(240) && reading.spent == minutes(240 - paused))
            }
            #expect(try this.reading(.mitigation, at: 240).paused == minutes(reason == "vendor" ? 0 : 120))
            let stood = try this.reading(.resolution, at: 240).intervals.first { $0.paused > 0 }
            #expect(stood?.state == .paused(reason) && stood?.cause.actor == "p")
        }
    }

    @Test("Both durations of a pause are kept")
    func durations() throws {
        var this = ClockedCase()
        this.wait(60, for: "customer")
        this.work(180)
        let reading = try this.reading(.resolution, at: 240)
        #expect(reading.spent == minutes(120))
        #expect(reading.raw == minutes(240))
        #expect(reading.paused == minutes(120))
        let pause = try #require(reading.intervals.first { $0.state == .paused("customer") && $0.raw > 0 })
        #expect(pause.cause.actor == "p")
        #expect(try this.reading(.firstResponse, at: 240).paused == 0)
    }

    @Test(
        "SLA-10 part: another severity, tier or policy counts from the start or from the change, and the due times are logged"
    )
    func changes() throws {
        var this = ClockedCase()
        this.reply(10)
        this.add(60, .severityChanged(severity: "sev1", reason: "r"))
        let clocks = this.clocks(at: 70)
        #expect(try this.reading(.resolution, at: 70).due == at(480))
        let pending = try #require(clocks.pending.last)
        #expect(pending.at == at(60))
        #expect(pending.level.severity == "sev1")
        #expect(
            pending.level.shifts.contains(.init(clock: "resolution", before: at(1440), after: at(480))))
        // Once it is on record, nothing more is to be said, and the clocks stay as they were.
        this.settle(70)
        #expect(this.clocks(at: 80).pending.isEmpty)
        #expect(try this.reading(.resolution, at: 80).due == at(480))
        this.account.tier = "gold"
        let tier = try #require(this.clocks(at: 90).pending.last)
        #expect(tier.level.reason == .account)
        #expect(tier.level.level == "gold")
        #expect(tier.at == at(90))
        #expect(try this.reading(.resolution, at: 100).due == at(120))
    }

    @Test("SLA-01 part: the policy version of a measurement is kept, and a closed case keeps its own")
    func versions() throws {
        var this = ClockedCase()
        this.settle(0)
        this.reply(30)
        this.earlier[1] = this.policy
        this.policy = TestPolicy.make(
            "service_levels",
            [
                "levels": [
                    ["id": "all", "name": "All", "clocks": ["resolution": ["sev1": "1h", "sev2": "2h"]]]
                ]
            ])
        this.version = 2
        #expect(try this.reading(.firstResponse, at: 60).intervals.first?.policy == 1)
        let running = try this.reading(.resolution, at: 60)
        #expect(running.due == at(120))
        #expect(running.intervals.last?.policy == 2)
        this.resolve(45)
        #expect(try this.reading(.resolution, at: 60).target == hours(24))
        #expect(this.clocks(at: 60).pending.isEmpty)
    }

    @Test(
        "SLA-11: Sev1 hears from us within the hour, each severity by its own cadence, each update begins it anew, and another one may be agreed for a reason"
    )
    func cadence() throws {
        let usual = ServiceLevels.standard(for: TestPolicy.make().severities)
        let seconds = usual.levels.first?.targets[.updateCadence]?.seconds ?? [:]
        #expect((1800...3600).contains(seconds["sev1"] ?? 0) && seconds["sev2"] ?? 0 > seconds["sev1"] ?? 0)
        var calm = ClockedCase(severity: "sev2")
        calm.reply(10)
        #expect(try calm.reading(.updateCadence, at: 40).due == at(10 + 240))
        var this = ClockedCase(severity: "sev1")
        #expect(this.cycles(.updateCadence, at: 5).isEmpty)
        this.reply(10)
        this.reply(35)
        #expect(this.cycles(.updateCadence, at: 40).map(\.standing) == [.met, .running])
        #expect(try this.reading(.updateCadence, at: 40).due == at(65))
        this.add(40, .clock(.cadenceAgreed(minutes: 120, reason: "Asked for by their on-call")))
        #expect(try this.reading(.updateCadence, at: 50).due == at(35 + 120))
    }

    @Test(
        "SLA-01: a level is for a severity, tier, contract, product, channel and days; the first that fits counts and is kept with the version of policy"
    )
    func choice() throws {
        var this = ClockedCase()
        this.policy = TestPolicy.make(
            "service_levels",
            [
                "levels": [
                    [
                        "id": "narrow", "name": "Narrow", "severities": ["sev2"], "tiers": ["gold"],
                        "channels": ["one"], "from": "2026-03-01", "until": "2026-03-31",
                        "clocks": ["resolution": ["sev1": "1h", "sev2": "2h"]],
                    ], ["id": "all", "name": "All", "clocks": ["resolution": ["sev1": "8h", "sev2": "8h"]]],
                ]
            ])
        var level = try #require(this.policy.serviceLevels.levels.first)
        (level.match.wanted[.contracts], level.match.wanted[.products]) = (["yearly"], ["kiosk"])
        this.policy.serviceLevels.levels[0] = level
        this.account = .init(tier: "gold", contracts: ["yearly"], products: ["kiosk", "till"])
        this.version = 7
        let applied = try #require(this.clocks(at: 1).pending.first?.level)
        #expect(applied.level == "narrow" && applied.policy == 7)
        #expect(applied.severity == "sev2" && applied.tier == "gold")
        #expect(try this.reading(.resolution, at: 1).due == at(120))
        let fitting = CaseTraits(
            severity: "sev2", channel: "one", requestType: "incident", tier: "gold", contracts: ["yearly"],
            products: ["kiosk"], openedOn: CalendarDay("2026-03-31"))
        func other(_ change: (inout CaseTraits) -> Void) -> String? {
            var traits = fitting
            change(&traits)
            return this.policy.serviceLevels.level(for: traits)?.id
        }
        #expect(other { _ in } == "narrow")
        #expect(other { $0.severity = "sev1" } == "all")
        #expect(other { $0.tier = "tin" } == "all")
        #expect(other { $0.contracts = [] } == "all")
        #expect(other { $0.products = ["till"] } == "all")
        #expect(other { $0.channel = "two" } == "all")
        #expect(other { $0.openedOn = CalendarDay("2026-02-28") } == "all")
        #expect(other { $0.openedOn = CalendarDay("2026-04-01") } == "all")
    }

    @Test(
        "A level that its days keep from ever counting, and days that no level is for, are mistakes of the policy"
    )
    func days() {
        func problems(_ levels: Tree) -> [String] {
            guard
                case .failure(let problems) = TestPolicy.read(
                    TestPolicy.tree.setting(["service_levels"], ["levels": levels]))
            else { return [] }
            return problems.problems.map(\.message)
        }
        let clocks: Tree = ["resolution": ["sev1": "8h", "sev2": "8h"]]
        #expect(
            problems([
                ["id": "a", "name": "A", "clocks": clocks],
                ["id": "b", "name": "B", "from": "2027-01-01", "clocks": clocks],
            ]) == ["“b” is never reached: levels above it take every case that it asks for"])
        #expect(
            problems([["id": "b", "name": "B", "from": "2027-01-01", "clocks": clocks]]).first?.contains(
                "opened on 2026-12-31") == true)
        #expect(
            problems([
                ["id": "b", "name": "B", "from": "2027-02-01", "until": "2027-01-01", "clocks": clocks],
                ["id": "a", "name": "A", "clocks": clocks],
            ]).contains("“2027-01-01” lies before “from”, so the level would be for no case"))
    }

    @Test(
        "SLA-06: a clock begins with the creation, or where policy says so with the assignment or the escalation, and the measurement says with which",
        arguments: ["creation", "assignment", "escalation"])
    func beginnings(_ beginning: String) throws {
        var this = ClockedCase()
        let begins = try #require(ServiceLevel.Target.Beginning(rawValue: beginning))
        let last = this.policy.serviceLevels.levels.count - 1
        #expect(
            this.policy.serviceLevels.levels[last].targets[.firstResponse]?.begins == .creation, "unless said"
        )
        this.policy.serviceLevels.levels[last].targets[.firstResponse]?.begins = begins
        let upward = this.policy.statuses.firstIndex { $0.id == "working" } ?? 0
        this.policy.statuses[upward].isUpward = true
        this.add(10, .ownerChanged(owner: "p", reason: nil))
        this.work(25)
        this.add(30, .ownerChanged(owner: "q", reason: nil))
        let cycles = try #require(this.clocks(at: 40).clocks[CaseClockID(.firstResponse)]?.cycles)
        let expected = [
            "creation": (0, "case.opened"), "assignment": (10, "case.owner_changed"),
            "escalation": (25, "case.status_changed"),
        ]
        let (minute, kind) = try #require(expected[beginning])
        #expect(cycles.count == 1 && cycles.first?.start.occurredAt == at(minute))
        #expect(cycles.first?.start.kind == kind && cycles.first?.due == at(minute + 60))
    }

    @Test(
        "SLA-09: a pause or a lighter severity just before a breach, and going to waiting again and again, are signs"
    )
    func signs() {
        func kinds(_ make: (inout ClockedCase) -> Void) -> Set<ClockSign.Kind> {
            var this = ClockedCase(severity: "sev1")
            make(&this)
            return Set(this.clocks(at: 600).signs.map(\.kind))
        }
        #expect(kinds { $0.wait(100) } == [], "early enough")
        #expect(kinds { $0.wait(470) }.contains(.pausedJustBefore), "10 minutes of 8 hours are left")
        #expect(
            kinds { $0.add(470, .severityChanged(severity: "sev2", reason: "r")) }.contains(
                .relievedJustBefore))
        #expect(
            !kinds { $0.add(100, .severityChanged(severity: "sev2", reason: "r")) }.contains(
                .relievedJustBefore))
        func bounced(_ times: Int) -> Set<ClockSign.Kind> {
            kinds { this in
                for turn in 0..<times {
                    this.wait(10 + turn * 20)
                    this.work(20 + turn * 20)
                }
            }
        }
        #expect(!bounced(3).contains(.bounced) && bounced(4).contains(.bounced))
    }

    @Test("SLA-21 part: a regulatory clock never stands still, whatever the case waits for")
    func regulatory() throws {
        var this = ClockedCase()
        let last = this.policy.serviceLevels.levels.count - 1
        this.policy.serviceLevels.levels[last].targets[.resolution]?.isRegulatory = true
        this.policy.serviceLevels.levels[last].targets[.resolution]?.pauses = []
        this.wait(10)
        #expect(try this.reading(.resolution, at: 100).spent == minutes(100))
        let both = TestPolicy.tree.setting(
            ["service_levels"],
            [
                "levels": [
                    [
                        "id": "a", "name": "A",
                        "clocks": [
                            "resolution": [
                                "sev1": "8h", "sev2": "8h", "regulatory": "true", "pauses": ["customer"],
                            ]
                        ],
                    ]
                ]
            ])
        guard case .failure(let problems) = TestPolicy.read(both) else {
            Issue.record("a regulatory clock with pauses was taken")
            return
        }
        #expect(
            problems.problems.map(\.message) == [
                "a regulatory clock never stands still; take out one of the two"
            ])
    }

    @Test("What is kept of the clocks says at every moment what the replay of the facts says")
    func summary() throws {
        var generator = SeededGenerator(seed: 9)
        let office = try OfficeHours.policy()
        for round in 0..<80 {
            var this = ClockedCase(severity: Bool.random(using: &generator) ? "sev1" : "sev2")
            if round % 2 == 0 { this.policy = office }
            var minute = 0
            for _ in 0..<Int.random(in: 1...14, using: &generator) {
                minute += Int.random(in: 1...700, using: &generator)
                switch Int.random(in: 0..<9, using: &generator) {
                case 0: this.reply(minute)
                case 1: this.write(minute)
                case 2: this.wait(minute)
                case 3: this.wait(minute, for: "vendor")
                case 4: this.work(minute)
                case 5: this.add(minute, .severityChanged(severity: "sev1", reason: "r"))
                case 6: this.add(minute, .coordination(.updatePromised(at: at(minute + 90))))
                case 7:
                    this.resolve(minute)
                    this.reopen(minute + 5)
                    minute += 5
                default: this.account.tier = this.account.tier == "gold" ? "tin" : "gold"
                }
                this.settle(minute)
            }
            let made = ClockSummary(this.clocks(at: minute))
            let kept = try #require(ClockSummary(try JSON(parsing: made.json.text)))
            #expect(kept == made)
            for later in [0, 1, 61, 1500, 4321] {
                let now = at(minute + later).adding(seconds: 7)
                let replayed = this.clocks(at: minute + later).cycles
                #expect(kept.running.count == replayed.count { $0.cycle.end == nil })
                for one in kept.running {
                    let cycle = try #require(
                        replayed.first { $0.id == one.clock && $0.number == one.number }?.cycle)
                    let reading = cycle.reading(at: now)
                    let hours = this.policy.serviceLevels.hours[one.calendar] ?? .always
                    #expect(one.left(at: now, hours) == reading.left, "\(one.clock.text) in round \(round)")
                    #expect(one.standing(at: now, hours) == reading.standing)
                    #expect(one.due == reading.due && one.isLate(at: now) == (reading.breachedAt != nil))
                }
                let ended = replayed.filter { $0.cycle.end != nil }.map { $0.cycle.reading(at: now).standing }
                #expect(
                    kept.met == ended.count { $0 == .met }
                        && kept.missed.count == ended.count { $0 == .missed })
            }
        }
    }

    @Test("SLA-12 part: warnings come at their fractions and then the breach, each once")
    func events() {
        var this = ClockedCase(severity: "sev1")
        let events = this.clocks(at: 0).events(after: ClockedCase.start).filter {
            $0.id.clock == .firstResponse
        }
        #expect(events.map(\.event.what) == [.warning(50), .warning(75), .warning(90), .breach])
        #expect(events.last?.event.at == at(15))
        for entry in events.prefix(2) {
            guard case .warning(let percent) = entry.event.what else { continue }
            let firing = ClockRecordFact.Firing(
                clock: entry.id.text, cycle: entry.event.cycle, revision: entry.event.revision, due: at(15))
            this.record(12, .warned(firing, percent: percent))
        }
        let left = this.clocks(at: 13).events(after: ClockedCase.start).filter {
            $0.id.clock == .firstResponse
        }
        #expect(left.map(\.event.what) == [.warning(90), .breach])
        #expect(
            this.clocks(at: 13).events(after: at(15).adding(seconds: 1)).allSatisfy {
                $0.id.clock != .firstResponse
            })
    }

    @Test("SLA-18 part: facts that were entered late count by when they were true")
    func late() throws {
        var this = ClockedCase()
        this.add(90, .noted(text: "x"))
        this.add(
            30, .replied(text: "We rang them and asked for the logs.", fromCustomer: false), recorded: 100)
        let reading = try this.reading(.firstResponse, at: 120)
        #expect(reading.standing == .met)
        #expect(reading.spent == minutes(30))
    }

    @Test("Colleagues are promised an answer by their kind of request, and no update is owed to them")
    func colleagues() throws {
        let this = ClockedCase(organisation: nil, type: "internal")
        #expect(try this.reading(.firstResponse, at: 10).due == at(8 * 60))
        #expect(this.cycles(.updateCadence, at: 10).isEmpty)
    }

    @Test("A clock that a level does not promise begins when one does, and ends when none does any more")
    func promisedLater() throws {
        var this = ClockedCase()
        this.account.tier = "gold"
        #expect(this.cycles(.mitigation, at: 10).isEmpty)
        this.settle(0)
        this.account.tier = "tin"
        #expect(try this.reading(.mitigation, at: 30).due == at(30 + 480))
    }
}

/// What went wrong elsewhere, each once.
struct ClockRegressionTests {
    private func at(_ minute: Int) -> Timestamp { ClockedCase.at(minute) }

    @Test("osTicket#3034, #6524: waiting for a third party stops the clocks that policy names, and no others")
    func osTicket3034() throws {
        var this = ClockedCase()
        this.wait(60, for: "vendor")
        #expect(try this.reading(.resolution, at: 600).spent == minutes(60))
        #expect(try this.reading(.mitigation, at: 300).spent == minutes(300))
        #expect(try this.reading(.vendorChase, at: 300).due == at(60 + 480))
    }

    @Test("osTicket#407: no case goes without an update for longer than promised")
    func osTicket407() throws {
        var this = ClockedCase()
        this.reply(10)
        for round in 1...5 { this.reply(10 + round * 100) }
        #expect(this.cycles(.updateCadence, at: 600).count == 6)
        #expect(try this.reading(.updateCadence, at: 600).due == at(510 + 240))
        #expect(try this.reading(.updateCadence, at: 800).breachedAt == at(750))
    }

    @Test("zammad#3140: an answer in time means that the update clock is not missed")
    func zammad3140() {
        var this = ClockedCase()
        this.reply(10)
        this.write(20)
        this.reply(200)
        #expect(this.cycles(.updateCadence, at: 400).map(\.standing) == [.met, .running])
    }

    @Test("zammad#5177: the time between updates does not overrule the first response")
    func zammad5177() throws {
        let this = ClockedCase(severity: "sev1")
        #expect(this.cycles(.updateCadence, at: 100).isEmpty)
        #expect(try this.reading(.firstResponse, at: 5).due == at(15))
    }

    @Test("zammad#5624: the update clock ends where the new level promises none")
    func zammad5624() {
        var this = ClockedCase()
        this.reply(10)
        this.settle(10)
        this.account.tier = "gold"
        #expect(this.cycles(.updateCadence, at: 60).map(\.standing) == [.cancelled])
        #expect(
            this.clocks(at: 60).events(after: ClockedCase.start).allSatisfy { $0.id.clock != .updateCadence })
    }

    @Test("zammad#2579, #4516, #4777: how long it took is there for every clock that ended")
    func zammad2579() throws {
        var this = ClockedCase()
        this.reply(42)
        this.resolve(100)
        #expect(try this.reading(.firstResponse, at: 500).spent == minutes(42))
        #expect(try this.reading(.resolution, at: 500).left == minutes(24 * 60 - 100))
    }

    @Test("zammad#3551: an answer and a wait in one save are a first response and a pause")
    func zammad3551() throws {
        var this = ClockedCase()
        this.reply(30)
        this.wait(30)
        #expect(try this.reading(.firstResponse, at: 100).standing == .met)
        #expect(try this.reading(.resolution, at: 100).standing == .paused("customer"))
        var other = ClockedCase()
        other.wait(30)
        other.reply(30)
        #expect(try other.reading(.firstResponse, at: 100).spent == minutes(30))
        #expect(try other.reading(.resolution, at: 100).spent == minutes(30))
    }

    @Test("zammad#1620: an internal note is no first response, what the customer reads is one")
    func zammad1620() throws {
        var this = ClockedCase()
        this.add(10, .noted(text: "We found the failing node and drain it now."))
        #expect(try this.reading(.firstResponse, at: 20).isOpen)
        this.reply(30)
        #expect(try this.reading(.firstResponse, at: 40).spent == minutes(30))
    }

    @Test("zammad#904: a merged case fires no more, and goes on as if it never was when the merge is undone")
    func zammad904() throws {
        var this = ClockedCase()
        this.add(10, .relation(.mergedInto(.init(id: "x", number: "TL-2"), reason: "same")))
        #expect(this.clocks(at: 20).cycles.allSatisfy { $0.cycle.end?.way == .cancelled })
        #expect(this.clocks(at: 20).events(after: at(11)).isEmpty)
        this.add(60, .relation(.unmerged(from: .init(id: "x", number: "TL-2"), reason: "other")))
        let resolution = try this.reading(.resolution, at: 70)
        #expect(resolution.isOpen && resolution.spent == minutes(70))
    }

    @Test("zammad#4432: what runs in business hours fires in business hours")
    func zammad4432() throws {
        var this = ClockedCase()
        this.policy = try OfficeHours.policy()
        let events = this.clocks(at: 0).events(after: ClockedCase.start)
        #expect(!events.isEmpty)
        for entry in events {
            let parts = entry.event.at.parts
            #expect((9...17).contains(parts.hour) && (1...5).contains(parts.weekday), "\(entry.event)")
        }
    }

    @Test("zammad#3928: every clock is shown, not only the one that is due first")
    func zammad3928() {
        var this = ClockedCase()
        this.add(1, .coordination(.updatePromised(at: at(90))))
        let open = this.clocks(at: 10).cycles.filter { $0.cycle.end == nil }.map(\.id.clock)
        #expect(open == [.firstResponse, .triage, .promisedUpdate, .mitigation, .resolution])
    }

    @Test("glpi#24481: while a case waits for a reason that stops the time, nothing is missed")
    func glpi24481() throws {
        var this = ClockedCase()
        this.reply(5)
        this.wait(10)
        let reading = try this.reading(.resolution, at: 60 * 24 * 30)
        #expect(reading.breachedAt == nil)
        #expect(
            this.clocks(at: 60 * 24 * 30).events(after: ClockedCase.start).allSatisfy {
                $0.id.clock != .resolution
            })
    }

    @Test("glpi#6902, #15605: changing the service level keeps the paused time")
    func glpi6902() throws {
        var this = ClockedCase()
        this.wait(60)
        this.work(360)
        this.add(400, .severityChanged(severity: "sev1", reason: "r"))
        let reading = try this.reading(.resolution, at: 420)
        #expect(reading.paused == minutes(300))
        #expect(reading.spent == minutes(120))
        #expect(reading.due == at(480 + 300))
    }

    @Test("glpi#10594: a pause over a weekend gives back only its working time")
    func glpi10594() throws {
        var this = ClockedCase()
        this.policy = try OfficeHours.policy()
        // Monday 9:00 to Friday 16:00 is 39 of 40 hours; then a wait until Monday 10:00.
        this.wait(4 * 1440 + 420)
        this.work(7 * 1440 + 60)
        let reading = try this.reading(.resolution, at: 7 * 1440 + 90)
        #expect(reading.spent == hours(39) + minutes(30))
        #expect(reading.due == at(7 * 1440 + 120))
    }

    @Test("glpi#23359: time in which a case was resolved is neither paused nor counted after it comes back")
    func glpi23359() throws {
        var this = ClockedCase()
        this.reply(10)
        this.resolve(60)
        this.reopen(5000)
        let cycles = this.cycles(.resolution, at: 5010)
        #expect(cycles.map(\.spent) == [minutes(60), minutes(10)])
        #expect(cycles.map(\.paused) == [0, 0])
    }

    @Test(
        "glpi#1911, #1912: each wait for engineering is a cycle of its own, and its time has no pauses in it")
    func glpi1911() {
        var this = ClockedCase()
        this.wait(10, for: "engineering")
        this.work(100)
        this.wait(200, for: "engineering")
        let cycles = this.cycles(.engineering, at: 230)
        #expect(cycles.map(\.spent) == [minutes(90), minutes(30)])
        #expect(cycles.map(\.standing) == [.met, .running])
    }

    @Test("glpi#3576: a clock that was met does not look missed later")
    func glpi3576() throws {
        var this = ClockedCase()
        this.reply(30)
        #expect(try this.reading(.firstResponse, at: 100_000).standing == .met)
        #expect(try this.reading(.firstResponse, at: 100_000).breachedAt == nil)
    }

    @Test(
        "frappe#1554, #1542: what is shown as paused does not tick, and a reply does not end the resolution")
    func frappe1554() throws {
        var this = ClockedCase()
        this.reply(10)
        this.wait(30)
        let (early, late) = (try this.reading(.resolution, at: 40), try this.reading(.resolution, at: 400))
        #expect(early.standing == .paused("customer"))
        #expect(early.left == late.left)
        #expect(late.isOpen)
    }

    @Test("Late warnings and the breach of one clock come in order, so that they can be told as one")
    func frappe2967() {
        let this = ClockedCase(severity: "sev1")
        let due = this.clocks(at: 1000).events(after: ClockedCase.start).filter {
            $0.id.clock == .firstResponse && $0.event.at <= at(1000)
        }
        #expect(due.map(\.event.what) == [.warning(50), .warning(75), .warning(90), .breach])
    }
}

/// The test's levels in business hours.
enum OfficeHours {
    static func policy() throws -> Policy {
        var policy = TestPolicy.make("service_levels", ClockedCase.levels)
        let week = BusinessCalendar.Week(zone: "UTC", days: BusinessCalendar.workingDays([540..<1020]))
        policy.serviceLevels.calendars = [
            BusinessCalendar(id: "office", name: "Office", opening: .weekly(week))
        ]
        policy.serviceLevels.hours = try WorkingHours.compile(policy.serviceLevels.calendars, zones: .utcOnly)
        for index in policy.serviceLevels.levels.indices {
            policy.serviceLevels.levels[index].calendar = "office"
            policy.serviceLevels.levels[index].targets[.resolution]?.seconds = [
                "sev1": 144_000, "sev2": 144_000,
            ]
        }
        return policy
    }
}
