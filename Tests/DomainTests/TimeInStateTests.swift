import Domain
import Testing

/// How long a case was in each of its states: parts that add up to the whole, whatever happened.
struct TimeInStateTests {
    private static let start = Timestamp(microseconds: 1_772_442_000_000_000)

    private func fact(_ version: Int, _ seconds: Double, _ body: CaseFact) -> Recorded<CaseFact> {
        let at = Timestamp(microseconds: Self.start.microseconds + Int64(seconds * 1_000_000))
        return Recorded(
            sequence: Int64(version), subject: SupportCase.ref("c"), version: Version(version), actor: "p",
            occurredAt: at, recordedAt: at, body: body)
    }

    private func opened(_ version: Int, _ seconds: Double) -> Recorded<CaseFact> {
        fact(
            version, seconds,
            .opened(
                .init(
                    number: "TL-1", subject: "s", symptom: "s", requester: nil, organisation: nil,
                    channel: "portal", requestType: "incident", severity: "sev1", status: "new")))
    }

    private func moved(_ version: Int, _ seconds: Double, _ status: String) -> Recorded<CaseFact> {
        fact(version, seconds, .statusChanged(status: status, phase: .open, reason: nil))
    }

    @Test("CASE-76: Each state has the time of all its stays, and the parts add up to the whole")
    func parts() {
        let now = Timestamp(microseconds: Self.start.microseconds + 100_000_000)
        let times = TimeInState(
            [opened(1, 0), moved(2, 10, "working"), moved(3, 40, "waiting"), moved(4, 60, "working")],
            until: now, isOver: { $0 == "closed" })
        #expect(times.parts.map(\.status) == ["new", "working", "waiting"])
        #expect(times.parts.map(\.seconds) == [10, 70, 20])
        #expect(times.parts.map(\.stays) == [1, 2, 1])
        #expect(times.seconds == 100)
    }

    @Test("CASE-76: The time stops when the case is closed, and goes on when it comes back")
    func closed() {
        let now = Timestamp(microseconds: Self.start.microseconds + 1_000_000_000)
        let facts = [opened(1, 0), moved(2, 10, "working"), fact(3, 30, .closed(status: "closed"))]
        let over = TimeInState(facts, until: now, isOver: { $0 == "closed" })
        #expect(over.seconds == 30)
        let again = facts + [fact(4, 50, .reopened(status: "working", reason: "r"))]
        let open = TimeInState(again, until: now, isOver: { $0 == "closed" })
        #expect(open.seconds == 1000)
        #expect(open.parts.first { $0.status == "closed" }?.seconds == 20)
    }

    @Test("CASE-76: Facts count by when they were true, not by when they were entered")
    func backdated() {
        let now = Timestamp(microseconds: Self.start.microseconds + 100_000_000)
        let times = TimeInState(
            [opened(1, 0), moved(2, 50, "waiting"), moved(3, 20, "working")], until: now,
            isOver: { _ in false })
        #expect(times.parts.map(\.status) == ["new", "working", "waiting"])
        #expect(times.parts.map(\.seconds) == [20, 30, 50])
    }

    @Test("CASE-76: Nothing happened yet, so there is nothing to show")
    func nothing() {
        let times = TimeInState([], until: Self.start, isOver: { _ in false })
        #expect(times.parts.isEmpty && times.seconds == 0 && times.from == nil)
    }

    @Test("CASE-76: For any history the parts are the whole, to the microsecond and in whole seconds")
    func partsSumToTheWhole() {
        var seed: UInt64 = 42
        func next(_ limit: UInt64) -> UInt64 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (seed >> 33) % limit
        }
        let statuses = ["new", "working", "waiting", "mitigated", "resolved", "closed"]
        for _ in 0..<2000 {
            var facts = [opened(1, Double(next(1000)) / 7)]
            for version in 2..<(2 + Int(next(30))) {
                let status = statuses[Int(next(6))]
                let seconds = Double(next(5_000_000)) / 997
                switch next(4) {
                case 0: facts.append(fact(version, seconds, .closed(status: "closed")))
                case 1: facts.append(fact(version, seconds, .reopened(status: status, reason: "r")))
                case 2: facts.append(fact(version, seconds, .noted(text: "n")))
                default: facts.append(moved(version, seconds, status))
                }
            }
            let now = Timestamp(microseconds: Self.start.microseconds + Int64(next(6_000_000_000)))
            let times = TimeInState(facts, until: now, isOver: { $0 == "closed" })
            #expect(times.parts.allSatisfy { $0.microseconds >= 0 && $0.seconds >= 0 && $0.stays > 0 })
            #expect(times.parts.reduce(0) { $0 + $1.microseconds } == times.microseconds)
            #expect(times.parts.reduce(0) { $0 + $1.seconds } == times.seconds)
            #expect(Set(times.parts.map(\.status)).count == times.parts.count)
        }
    }
}
