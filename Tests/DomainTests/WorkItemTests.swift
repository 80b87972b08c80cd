import Testing

@testable import Domain

/// What a case needs next of whoever owns it, and where that puts it on a board.
struct WorkItemTests {
    private static let now = Timestamp(microseconds: 1_772_442_000_000_000)

    private func clock(_ clock: CaseClock, minutes: Int64?, pause: String? = nil) -> ClockSummary.Running {
        ClockSummary.Running(
            clock: CaseClockID(clock), number: 1, target: 3_600_000_000, calendar: "always",
            due: minutes.map { Self.now.adding(seconds: $0 * 60) }, since: Self.now, leftThen: 0, pause: pause
        )
    }

    private func item(
        _ clocks: [ClockSummary.Running], status: ID<Policy.Status>? = nil, unanswered: Bool = false,
        nextAction: String? = nil, category: String? = nil
    ) -> WorkItem {
        let policy = TestPolicy.make()
        var this = SupportCase(id: "c", version: Version(1), number: "TL-1", at: Self.now)
        this.status = status ?? policy.statuses[0].id
        this.unansweredSince = unanswered ? Self.now.adding(seconds: -60) : nil
        this.arrangement.nextAction = nextAction
        this.classification[.category] = category
        return WorkItem(of: this, clocks: clocks, policy: policy, now: Self.now)
    }

    @Test(
        "What is late or due within two hours comes now, what is due later comes next",
        arguments: [(Int64(-60), WorkItem.Place.now), (0, .now), (119, .now), (120, .now), (121, .next)])
    func soon(_ minutes: Int64, _ place: WorkItem.Place) {
        #expect(item([clock(.resolution, minutes: minutes)]).place == place)
    }

    @Test("What is due first stands first, in the words of the next action where it is that")
    func order() {
        let found = item(
            [
                clock(.promisedUpdate, minutes: 300), clock(.nextAction, minutes: 200),
                clock(.triage, minutes: 400),
            ],
            nextAction: "Compare the clocks")
        #expect(found.needs.map(\.what) == ["Compare the clocks", "Promised update", "Triage"])
        #expect(found.needs.map(\.step) == [nil, .reply, .triage])
        #expect(found.place == .next)
    }

    @Test("Triage leads to the one form for it, whatever the case lacks")
    func triage() {
        #expect(item([clock(.triage, minutes: 1)]).needs.first?.step == .triage)
        #expect(item([clock(.triage, minutes: 1)], category: "defect").needs.first?.step == .triage)
    }

    @Test("A paused clock presses nobody")
    func paused() {
        let found = item([clock(.resolution, minutes: nil, pause: "customer"), clock(.triage, minutes: 600)])
        #expect(found.needs.map(\.what) == ["Triage"] && found.place == .next)
    }

    @Test("A customer who waits comes now, also where no service level says until when")
    func unanswered() {
        let found = item([], unanswered: true)
        #expect(
            found.place == .now && found.needs == [.init("Answer to the customer", due: nil, step: .reply)])
        let promised = item([clock(.nextReply, minutes: 600)], unanswered: true)
        #expect(promised.place == .now && promised.needs.map(\.what) == ["Next reply"])
    }

    @Test(
        "A case of which nobody said what happens next says so, and one that waits for somebody else does not"
    )
    func aimless() throws {
        #expect(item([]).needs == [.init("Say what happens next", due: nil, step: .setNextAction)])
        let waiting = try #require(TestPolicy.make().statuses.first { $0.phase == .waiting })
        let found = item([], status: waiting.id)
        #expect(found.place == .waiting && found.needs == [])
        #expect(item([clock(.vendorChase, minutes: 30)], status: waiting.id).place == .now)
    }

    @Test("The load of one person counts what is theirs to act on, and says by how much it is too much")
    func load() throws {
        let policy = TestPolicy.make("work", .map([("limit", .text("2"))]))
        let waiting = try #require(policy.statuses.first { $0.phase == .waiting })
        let closed = try #require(policy.statuses.first { $0.phase == .closed })
        func cases(_ statuses: [ID<Policy.Status>]) -> [SupportCase] {
            statuses.map { status in
                var this = SupportCase(id: "c", version: Version(1), number: "TL-1", at: Self.now)
                this.status = status
                return this
            }
        }
        let open = policy.statuses[0].id
        let load = Workload(cases([open, open, open, waiting.id, closed.id]), policy: policy)
        #expect(load.open == 4 && load.inHand == 3 && load.limit == 2 && load.excess == 1)
        #expect(Workload(cases([open, open]), policy: policy).excess == 0)
        let unlimited = TestPolicy.make("work", .map([("limit", .text("0"))]))
        let many = Workload(cases(Array(repeating: open, count: 99)), policy: unlimited)
        #expect(many.limit == nil && many.excess == 0)
    }
}
