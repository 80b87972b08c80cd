import Domain
import Testing

@testable import Desk

@Suite("The meaning of a search")
struct SearchReadingTests {
    private let now = Timestamp("2026-11-20T12:00:00Z") ?? Timestamp(microseconds: 0)
    private let policy: Policy

    init() throws { policy = try PolicyHolder(knownRights: FeatureCatalog().rights).current }

    private func meaning(_ text: String, isForCustomer: Bool = false) throws -> SearchCondition {
        let reading = SearchReading(
            policy: policy, now: now, me: "marta", people: ["jonas": ["jonas"], "Weber": ["jonas", "anna"]],
            organisations: ["acme": ["acme-id"]], isForCustomer: isForCustomer)
        return try reading.read(try SearchParser.parse(text)).condition
    }

    private func misreading(_ text: String, isForCustomer: Bool = false) -> SearchProblem? {
        do {
            _ = try meaning(text, isForCustomer: isForCustomer)
            return nil
        } catch { return error as? SearchProblem }
    }

    @Test("CASE-67 part: Severities compare by their numbers, by any of their names")
    func severities() throws {
        #expect(try meaning("sev:<=2") == .oneOf(.severity, ["sev1", "sev2"]))
        #expect(try meaning("sev:S2") == .oneOf(.severity, ["sev2"]), "as the badges of lists say it")
        #expect(try meaning("priority:P1") == .oneOf(.severity, ["sev1"]))
        #expect(try meaning("sev>3") == .oneOf(.severity, ["sev4"]))
    }

    @Test("CASE-67 part: Zendesk's spellings are understood")
    func zendesk() throws {
        let unsolved = policy.statuses.filter { ![.resolved, .closed].contains($0.phase) }.map(\.id.raw)
        #expect(try meaning("status<solved") == .oneOf(.status, unsolved))
        #expect(try meaning("is:open") == .oneOf(.status, unsolved))
        #expect(
            try meaning("organization:acme assignee:none")
                == .every([
                    .oneOf(.organisation, ["acme-id"]), .not(.has(.owner)),
                ]))
    }

    @Test("CASE-67 part: Times are days, ranges or ages")
    func times() throws {
        func at(_ text: String) -> Timestamp? { Timestamp(text) }
        #expect(try meaning("updated:<2d") == .during(.updated, from: at("2026-11-18T12:00:00Z"), until: nil))
        #expect(try meaning("updated:>2d") == .during(.updated, from: nil, until: at("2026-11-18T12:00:00Z")))
        #expect(
            try meaning("created>2026-11-01")
                == .during(.opened, from: at("2026-11-02T00:00:00Z"), until: nil))
        #expect(try meaning("due:<2d") == .during(.due, from: now, until: at("2026-11-22T12:00:00Z")))
        #expect(
            try meaning("created:2026-12")
                == .during(
                    .opened, from: at("2026-12-01T00:00:00Z"), until: at("2027-01-01T00:00:00Z")))
        #expect(
            try meaning("created:2026-11-01..2026-11-03")
                == .during(
                    .opened, from: at("2026-11-01T00:00:00Z"), until: at("2026-11-04T00:00:00Z")))
    }

    @Test("CASE-67 part: A value that does not exist is named, with those that do")
    func values() {
        #expect(misreading("is:opne")?.column == 4)
        #expect(misreading("component:nothing")?.message.contains("There are:") == true)
        #expect(misreading("updated:soon")?.code == "not_a_time")
        #expect(misreading("created:2026-02-30")?.code == "not_a_time")
        #expect(misreading("owner:karl")?.code == "unknown_person")
        #expect(misreading("owner:<karl")?.code == "not_comparable")
        #expect(misreading("created:2026-11-03..2026-11-01")?.code == "empty_range")
    }

    @Test("CASE-67 part: Customers ask for nothing that is done inside the house")
    func customers() throws {
        #expect(try meaning("is:open subject:kiosk", isForCustomer: true) != .every([]))
        for text in [
            "owner:@me", "note:x", "has:hypothesis", "verdict:bug", "is:overdue", "a OR NOT involves:@me",
        ] {
            let problem = misreading(text, isForCustomer: true)
            #expect(problem != nil, "\(text) is answered")
        }
    }
}
