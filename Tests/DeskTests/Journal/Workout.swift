import Desk
import Diagnosis
import Domain
import Foundation
import Storage
import TestSupport

/// A day of a small support team through the operations: every kind of subject gets facts.
struct Workout {
    /// The case that went from report to closing.
    var number = ""
    /// The same case's identifier.
    var id = ""
    /// A second case with two facts, the last of them a note.
    var quiet = ""
    /// The sequence of the note on the first case.
    var note: Int64 = 0

    static func run(on desk: TestDesk) async throws -> Workout {
        var work = Workout()
        work.number = try await desk.reportedCase(
            subject: "Kiosk payments fail", symptom: "Card 4929 is declined since nine.")
        work.id = try await desk.found(work.number).id.raw
        try await work.firstRound(desk)
        try await work.secondRound(desk)
        let other = try await desk.perform(
            "case.open", as: .lea,
            ["subject": "A quiet one", "symptom": "Nothing much.", "takes_it": .bool(true)])
        work.quiet = other.answer["number"]?.string ?? ""
        desk.clock.advance(seconds: 60)
        try await desk.perform("case.note", as: .lea, ["id": .text(work.quiet), "text": "Looked at it."])
        return work
    }

    private mutating func firstRound(_ desk: TestDesk) async throws {
        let id = RawValue.text(number)
        desk.clock.advance(seconds: 60)
        try await desk.perform("case.assign", as: .marta, ["id": id, "assignee": "@me"])
        note = try await desk.perform(
            "case.note", as: .marta, ["id": id, "text": "Ana Berg, +47 555 0101, saw it first."]
        ).lastSequence
        try await desk.perform("case.reply", as: .marta, ["id": id, "text": "We look into it until noon."])
        try await desk.perform(
            "case.change_severity", as: .marta,
            ["id": id, "severity": "P1", "reason": "Everybody is affected."])
        try await desk.perform(
            "case.edit", as: .marta,
            [
                "id": id, "subject": "Kiosk payments fail since nine", "component": "billing",
                "problem_statement": "The certificate of the kiosk gateway ran out.",
            ])
        try await desk.perform(
            "case.record_impact", as: .marta,
            ["id": id, "accounts": .integer(12), "share_percent": .number(0.3), "workaround": "no"])
        try await desk.perform(
            "case.record_times", as: .marta, ["id": id, "began_at": "2026-03-02T07:00:00Z"])
        for status in ["investigating", "mitigated"] {
            try await desk.perform("case.change_status", as: .marta, ["id": id, "status": .text(status)])
        }
    }

    private func secondRound(_ desk: TestDesk) async throws {
        let id = RawValue.text(number)
        desk.clock.advance(seconds: 3600)
        let resolution: [String: RawValue] = [
            "id": id, "narrative": "Renewed the certificate.", "verdict": "configuration",
            "customer_summary": "It works again.",
        ]
        try await desk.perform("case.resolve", as: .marta, resolution)
        try await desk.perform("portal.reply", as: .daniel, ["id": id, "text": "One kiosk still fails."])
        try await desk.perform("case.resolve", as: .marta, resolution)
        try await desk.perform(
            "case.close", as: .marta, ["id": id, "exception": "Enough for the workout."])
        try await desk.perform(
            "person.rename", as: .samira, ["id": .text(try desk.actor(.aino).id), "name": "Aino Laine"])
        try await desk.perform(
            "organisation.rename", as: .samira, ["id": "Orrin Foods", "name": "Orrin Foods AS"])
        let document = Policy.defaultDocument.replacing(
            "reopen_window_days: 14", with: "reopen_window_days: 21")
        try await desk.perform(
            "policy.change", as: .otto, ["document": .text(document), "reason": "Longer."])
        // Refused, and so a denial is on record.
        _ = try? await desk.perform("case.note", as: .daniel, ["id": id, "text": "May I?"])
    }
}

extension TestDesk {
    /// Takes away what stops a plain UPDATE or DELETE of facts, as somebody who owns the database can.
    func dropTriggers() async throws {
        let place = services.database.dialect == .sqlite ? "" : " ON fact"
        try await tamper("DROP TRIGGER fact_is_frozen\(place); DROP TRIGGER fact_is_kept\(place);")
    }

    /// What `verify` finds apart from the triggers, which are found to be away each time.
    func otherFindings() async throws -> [String] {
        try await findings().filter { !$0.hasPrefix("trigger ") }
    }

    /// The facts of a case, oldest first.
    func facts(_ id: String) async throws -> [Recorded<CaseFact>] {
        try await services.database.read { [journal = services.journal] tx in
            try journal.facts(of: SupportCase.ref(ID(id)), as: CaseFact.self, in: tx)
        }
    }

    /// How many facts there are about everything.
    func factCount() async throws -> Int {
        try await services.database.read { tx in
            try tx.first("SELECT COUNT(*) FROM fact") { Int($0.integer(0)) } ?? 0
        }
    }

    /// Another node: services of their own over the same database, with the same keys and clock.
    func secondNode() throws -> Services {
        try Services(
            database: services.database, keys: services.keys, logger: services.logger, clock: { clock.now })
    }
}
