import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// Where cases go that are not for a team alone, and how they are worked off by time.
@Suite("Destinations")
struct DestinationTests {
    @Test(
        "ROUTE-03: a case goes to the right kind of destination by rule or by hand; its page says what it is and who answers, and arriving there starts its clock",
        arguments: Engine.available)
    func destinations(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            try await RoutingDesk.apply(
                RoutingDesk.document(
                    ("assign: push", "assign: pull"),
                    (
                        "{id: vendor, name: Vendor}",
                        """
                        {id: vendor, name: Vendor, kind: vendor, answered_by: Their desk}
                            - {id: product, name: Product, kind: engineering, team: day}
                            - {id: reliability, name: Reliability, kind: sre, answered_by: The pager}
                            - {id: fire, name: Incident desk, kind: incident, answered_by: Whoever commands}
                            - {id: guards, name: Security, kind: security, answered_by: The guards, clock: engineering}
                        """
                    )), on: desk)
            let number = try await desk.reportedCase(symptom: "It says SIGNATURE_MISMATCH since noon.")
            func running() async throws -> Set<String> {
                let items = try await server.program(.ines).get("/api/v1/cases/\(number)/clocks").json[
                    "items"]?
                    .array
                return Set(
                    (items ?? []).filter { $0["state"]?.string == "running" }.compactMap {
                        $0["clock"]?.string
                    }
                ).intersection(["engineering", "vendor_chase"])
            }
            try await RoutingJobs(desk.services).work()
            let page = try await server.browser(.ines).get("/cases/\(number)").body
            #expect(page.contains("Vendor<br>Answered by <bdi>Their desk</bdi>"))
            #expect(try await running() == ["vendor_chase"], "by the rule")
            for (queue, clocks) in [
                ("product", ["engineering"]), ("reliability", ["engineering"]), ("fire", []),
                ("guards", ["engineering"]), ("general", []),
            ] as [(String, Set<String>)] {
                try await desk.perform(
                    "case.route", as: .ines,
                    ["id": .text(number), "queue": .text(queue), "reason": "It belongs there"])
                #expect(try await running() == clocks, "\(queue)")
            }
            let json = try await server.program(.ines).get("/api/v1/routing").json
            let kinds = (json["queues"]?.array ?? []).compactMap { $0["kind"]?.string }
            #expect(
                Set(kinds).isSuperset(of: ["support", "vendor", "engineering", "sre", "incident", "security"])
            )
            try await ServiceLevelsJobs(desk.services).finish()
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "ROUTE-03 part: a destination where nobody would answer, or with an unknown clock, is refused with its line"
    )
    func emptyDestinations() {
        let found = Policy.routingMistakes(
            RoutingDesk.document(
                (
                    "{id: vendor, name: Vendor}",
                    "{id: vendor, name: Vendor, kind: vendor, clock: vendor_chaise}"
                )))
        #expect(found.contains { $0.contains("nobody would answer there") })
        #expect(found.contains { $0.contains("did you mean “vendor_chase”?") })
    }

    @Test(
        "ROUTE-07: cases are pulled by “take the next case”, pushed to whoever has the least to do, and stand on a board by the time that is left",
        arguments: Engine.available)
    func pullAndPush(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            try await RoutingDesk.apply(RoutingDesk.document(("assign: push", "assign: pull")), on: desk)
            let (first, second) = (try await desk.reportedCase(), try await desk.reportedCase())
            try await desk.perform(
                "case.change_severity", as: .ines,
                ["id": .text(second), "severity": "sev1", "reason": "All kiosks"])
            try await RoutingJobs(desk.services).work()
            try await ServiceLevelsJobs(desk.services).finish()
            #expect(try await desk.found(first).owner == nil, "pull leaves it there")
            let board = try await server.browser(.marta).get("/deadlines").body
            let grave = try #require(board.firstRange(of: "/cases/\(second)\"")).lowerBound
            #expect(grave < (try #require(board.firstRange(of: "/cases/\(first)\"")).lowerBound))
            #expect(board.contains("Within the hour") && board.contains("Within four hours"))
            let narrowed = try await server.browser(.marta).get("/deadlines?queue=payments").body
            #expect(!narrowed.contains("/cases/\(first)\""))
            #expect(try await server.browser(.marta).get("/deadlines?queue=paymints").status == 422)
            let claimed = try await desk.perform("case.claim_next", as: .marta).answer["number"]?.string
            #expect(claimed == second, "the most pressing one")
            try await RoutingDesk.apply(RoutingDesk.document(), on: desk)
            try await RoutingJobs(desk.services).work()
            #expect(try await desk.found(first).owner == desk.people[.jonas]?.id, "push gives it away")
        }
    }
}
