import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// Counts that are remembered say what counting anew says.
@Suite("Counts of lists")
struct CaseCountsTests {
    private static var filters: [CaseFilter] {
        var (nobody, open, closed, lacking, found) = (
            CaseFilter(), CaseFilter(), CaseFilter(), CaseFilter(), CaseFilter()
        )
        nobody.owner = .nobody
        open.statuses = ["new", "investigating"]
        closed.statuses = ["closed"]
        lacking.nextAction = .lacking
        found.condition = .text("payments", .anywhere)
        return [CaseFilter(), nobody, open, closed, lacking, found]
    }

    /// Each filter's count for some people, remembered and counted anew.
    private func counts(_ desk: TestDesk) async throws -> (remembered: [Int], anew: [Int]) {
        let actors = try [Cast.marta, .samira, .ravi, .daniel].map { try desk.actor($0) }
        return try await desk.services.database.read { [counts = desk.services.caseCounts] tx in
            var (remembered, anew): ([Int], [Int]) = ([], [])
            for actor in actors {
                for filter in Self.filters {
                    remembered.append(try counts.count(filter, for: actor, in: tx))
                    anew.append(try CaseDirectory.count(filter, for: actor, in: tx))
                }
            }
            return (remembered, anew)
        }
    }

    @Test(
        "After every change a count is again what counting says, for everybody", arguments: Engine.available)
    func fresh(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            var seen: [[Int]] = []
            func compare() async throws {
                for _ in 1...2 {
                    let (remembered, anew) = try await counts(desk)
                    #expect(remembered == anew)
                    seen.append(anew)
                }
            }
            try await compare()
            let number = try await desk.reportedCase()
            try await compare()
            _ = try await desk.reportedCase(subject: "Exports are slow")
            try await compare()
            try await desk.perform("case.assign", as: .marta, ["id": .text(number), "assignee": "@me"])
            try await compare()
            try await desk.perform(
                "case.restrict", as: .samira,
                [
                    "id": .text(number), "level": "security", "hides_from_requester": "true", "reason": "x",
                ])
            try await compare()
            #expect(Set(seen).count >= 5, "each of these changes is seen in some count")
        }
    }
}
