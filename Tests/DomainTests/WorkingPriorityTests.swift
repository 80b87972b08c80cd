import Domain
import Testing

/// The working priority: what it is made of, and what a person puts in its place.
struct WorkingPriorityTests {
    private static let start = Timestamp(microseconds: 1_772_442_000_000_000)

    private func priority(
        hoursOpen: Int64 = 0, deadlines: [(String, Int64)] = [], impact: Impact = Impact(),
        tier: String? = nil,
        override: WorkingPriority.Override? = nil
    ) -> WorkingPriority {
        var this = SupportCase(id: "c", version: Version(1), number: "TL-1", at: Self.start)
        (this.severity, this.impact) = ("sev2", impact)
        let now = Self.start.adding(seconds: hoursOpen * 3600)
        return WorkingPriority(
            of: this, tier: tier, contract: nil,
            deadlines: deadlines.map { .init($0.0, left: $0.1) }, override: override,
            policy: TestPolicy.make(), now: now)
    }

    private func points(_ name: String, _ priority: WorkingPriority) -> Int? {
        priority.parts.first { $0.name == name }?.points
    }

    @Test("Severity and tier count by their own weights")
    func weights() {
        let fresh = priority(tier: "gold")
        #expect(points("Severity", fresh) == 22, "half of 45")
        #expect(points("Customer tier", fresh) == 10 && fresh.score == 32)
        #expect(points("Customer tier", priority(tier: "unknown")) == 0)
    }

    @Test(
        "Time left counts from a day before what is owed first, and in full once that is late",
        arguments: [(Int64(90_000), 0), (86_400, 0), (43_200, 10), (4320, 19), (0, 20), (-7200, 20)])
    func timeLeft(_ seconds: Int64, _ expected: Int) {
        let found = priority(deadlines: [("Next action", 500_000), ("Promised update", seconds)])
        #expect(points("Time left", found) == expected)
    }

    @Test("What is late says by how much, and what is ahead how long there is")
    func words() {
        func why(_ seconds: Int64) -> String? {
            priority(deadlines: [("Promised update", seconds)]).parts.first { $0.name == "Time left" }?.why
        }
        #expect(why(-7200) == "Promised update 2 h late")
        #expect(why(5400) == "Promised update: 1 h 30 min")
        #expect(priority().parts.first { $0.name == "Time left" }?.why == "nothing is owed")
    }

    @Test("Money, rules and work that stands still count a third each")
    func impact() {
        var impact = Impact()
        #expect(points("Revenue and compliance", priority(impact: impact)) == 0)
        impact.moneyAtRisk = "€ 221,400"
        #expect(points("Revenue and compliance", priority(impact: impact)) == 4)
        (impact.compliance, impact.hasWorkaround) = ("PSD2", false)
        #expect(points("Revenue and compliance", priority(impact: impact)) == 12)
    }

    @Test("An old case counts more than a new one like it, up to two weeks")
    func age() {
        #expect([0, 7, 14, 400].map { points("Age", priority(hoursOpen: $0 * 24)) } == [0, 4, 8, 8])
    }

    @Test("What a person sets counts in place of all parts, which stay to be seen")
    func override() {
        let set = WorkingPriority.Override(points: 95, reason: "Board", by: "p", at: Self.start)
        let found = priority(override: set)
        #expect(found.score == 95 && found.computed == 22)
    }
}
