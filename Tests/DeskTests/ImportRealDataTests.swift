import Desk
import Diagnosis
import Domain
import Foundation
import Testing

/// The folder with real files, which are not part of this repository.
private let samples = ProcessInfo.processInfo.environment["THIRDLINE_SAMPLE_DATA"].map {
    URL(fileURLWithPath: $0)
}

private func sample(_ name: String) -> String? {
    guard let path = samples?.appendingPathComponent("cases/\(name)").path,
        FileManager.default.fileExists(atPath: path)
    else { return nil }
    return path
}

private let incidents = sample("servicenow_incident_event_log.csv")
private let tickets = sample("it_service_tickets.csv")
private let absent: Comment = "set THIRDLINE_SAMPLE_DATA to the folder that holds cases/*.csv to run this"

/// The import of real files, whole.
@Suite(.timeLimit(.minutes(60)), .serialized)
struct ImportRealDataTests {
    /// The rows of the incident log as an independent reader sees them.
    private struct Rows {
        var rows: [[String: String]] = []

        init(_ path: String) throws {
            var reader = CSVReader()
            var header: [String] = []
            var rows: [[String: String]] = []
            let take = { (outcome: Result<CSVRecord, CSVProblem>) in
                guard case .success(let record) = outcome else { return }
                if header.isEmpty {
                    header = record.fields
                } else {
                    rows.append(Dictionary(zip(header, record.fields)) { first, _ in first })
                }
            }
            try Data(contentsOf: URL(fileURLWithPath: path)).withUnsafeBytes { reader.feed($0, take) }
            reader.finish(take)
            self.rows = rows
        }
    }

    private func utc(_ dayFirst: String?) -> String? {
        guard let text = dayFirst, text != "?" else { return nil }
        let parts = text.split { "- :".contains($0) }
        return "\(parts[2])-\(parts[1])-\(parts[0])T\(parts[3]):\(parts[4]):00Z"
    }

    private static let statuses = [
        "New": "new", "Active": "investigating", "Awaiting User Info": "waiting_on_customer",
        "Awaiting Evidence": "waiting_on_customer", "Awaiting Problem": "waiting_on_engineering",
        "Awaiting Vendor": "waiting_on_third_party", "Resolved": "resolved", "Closed": "closed",
    ]
    private static let severities = [
        "1 - Critical": "sev1", "2 - High": "sev2", "3 - Moderate": "sev3", "4 - Low": "sev4",
    ]

    @Test(
        "The incident log becomes 890 cases of 5,998 facts, killed in the middle and run again",
        .enabled(if: incidents != nil, absent))
    func incidentLog() async throws {
        struct Stop: Error {}
        let path = try #require(incidents)
        let desk = try await ImportDesk()
        let mapping = try desk.example("servicenow-incident-log.yml")
        let dry = try await desk.run(mapping, path, isDryRun: true)
        #expect(dry.counts(\.read, \.imported, \.cases, \.rejected) == [5998, 5998, 890, 0])
        #expect(try await desk.factCount() == 0)
        await #expect(throws: Stop.self) {
            try await desk.run(mapping, path) { if $0.report.imported >= 2600 { throw Stop() } }
        }
        #expect(try await desk.factCount() == 2600)
        let rest = try await desk.run(mapping, path)
        #expect(
            rest.counts(\.read, \.imported, \.alreadyThere, \.late, \.rejected) == [
                5998, 3398, 2600, 0, 0,
            ])
        let again = try await desk.run(mapping, path)
        #expect(again.counts(\.imported, \.alreadyThere, \.cases, \.people) == [0, 5998, 0, 0])
        for report in [dry, rest, again] {
            #expect(report.cases(with: [.gap, .double]).count == 395)
            #expect(report.cases(with: [.gap]).count == 390)
            #expect(report.cases(with: [.double]).count == 5)
            #expect(
                report.cases(with: [.backwards]) == ["INC0000130", "INC0000134", "INC0000135", "INC0000164"])
        }
        try await compare(desk, try Rows(path).rows)
        #expect(try await desk.findings() == [])
        try await desk.remove()
    }

    private func compare(_ desk: ImportDesk, _ rows: [[String: String]]) async throws {
        let cases = try await desk.cases()
        #expect(cases.count == 890)
        #expect(try await desk.factCount() == 5998)
        let histories = Dictionary(grouping: rows) { $0["number"] ?? "" }
        let people = try await desk.names(
            cases.values.flatMap { [$0.owner?.raw, $0.requester?.raw].compactMap(\.self) })
        for (number, history) in histories {
            let found = try #require(cases[number])
            let last = try #require(history.last)
            let facts = try await desk.facts(found.ref)
            #expect(facts.map(\.occurredAt.rfc3339) == history.map { utc($0["sys_updated_at"]) })
            #expect(found.status.raw == Self.statuses[last["incident_state"] ?? ""])
            #expect(found.severity.raw == Self.severities[last["priority"] ?? ""])
            #expect(found.owner.flatMap { people[$0.raw] } ?? "?" == last["assigned_to"])
            #expect(found.requester.flatMap { people[$0.raw] } == last["caller_id"])
            #expect(found.closedAt?.rfc3339 == utc(last["closed_at"]))
            #expect(found.resolvedAt?.rfc3339 == utc(last["resolved_at"]))
            #expect(found.reportedAt.rfc3339 == utc(last["opened_at"]))
            #expect(String(found.reopenCount) == last["reopen_count"])
        }
    }

    @Test("The 3,000 ticket texts become 3,000 cases, once", .enabled(if: tickets != nil, absent))
    func ticketTexts() async throws {
        let path = try #require(tickets)
        let desk = try await ImportDesk()
        let mapping = try desk.example("tickets.yml")
        let report = try await desk.run(mapping, path)
        #expect(report.counts(\.read, \.imported, \.cases, \.rejected) == [3000, 3000, 3000, 0])
        #expect(try await desk.run(mapping, path).alreadyThere == 3000)
        let texts = Set(try Rows(path).rows.compactMap { $0["Document"] })
        let cases = try await desk.cases()
        #expect(cases.count == 3000)
        #expect(Set(cases.values.map(\.symptom)) == texts)
        #expect(cases.values.allSatisfy { !$0.subject.isEmpty && $0.subject.count <= 80 })
        try await desk.remove()
    }
}
