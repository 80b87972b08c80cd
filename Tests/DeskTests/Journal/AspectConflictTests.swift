import Desk
import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

/// Two who edit the same thing meet; two who do not never do.
struct AspectConflictTests {
    private func edit(
        _ desk: TestDesk, _ number: String, as member: Cast, of operation: String = "case.edit",
        _ fields: [String: RawValue], base: Int?
    ) async throws {
        var fields = fields
        fields["id"] = .text(number)
        try await desk.perform(operation, as: member, fields, base: base)
    }

    @Test("The second edit of the same aspect is refused with both values", arguments: Engine.available)
    func sameAspect(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let number = try await desk.reportedCase(subject: "Payments fail")
            let base = try await desk.found(number).version.number
            try await edit(desk, number, as: .marta, ["subject": "Card payments fail"], base: base)
            let facts = try await desk.factCount()
            let refusal = try #require(
                await #expect(throws: Refusal.self) {
                    try await edit(desk, number, as: .jonas, ["subject": "All payments fail"], base: base)
                })
            #expect(refusal.reason == .stale && refusal.code == "edited_by_others")
            #expect(refusal.currentVersion == base + 1)
            let clash = try #require(refusal.clashes.first)
            #expect(refusal.clashes.count == 1)
            #expect(clash.aspect == "subject" && clash.field == "subject")
            #expect(clash.theirs == "Card payments fail" && clash.yours == "All payments fail")
            let marta = try desk.actor(.marta).id
            #expect(clash.by == marta && clash.at == TestDesk.start)
            #expect(try await desk.factCount() == facts)
            #expect(try await desk.found(number).subject == "Card payments fail")
            try await edit(
                desk, number, as: .jonas, ["subject": "All payments fail"], base: refusal.currentVersion)
            #expect(try await desk.found(number).subject == "All payments fail")
        }
    }

    @Test(
        "Every aspect that two people can edit is held against the version they saw",
        arguments: Engine.available,
        [
            ["case.assign", "assignee", "marta@cast.example", "jonas@cast.example", "owner"],
            ["case.change_severity", "severity", "sev1", "sev2", "severity"],
            ["case.change_status", "status", "investigating", "waiting_on_customer", "status"],
            ["case.edit", "component", "api", "web", "component"],
            ["case.edit", "problem_statement", "This.", "That.", "problem_statement"],
            ["case.record_times", "began_at", "2026-03-01T00:00:00Z", "2026-03-01T01:00:00Z", "times"],
            ["case.record_impact", "users", "5", "6", "impact"],
        ])
    func everyAspect(_ engine: Engine, _ one: [String]) async throws {
        try await TestDesk.run(on: engine) { desk in
            let number = try await desk.reportedCase()
            try await desk.perform("case.assign", as: .ines, ["id": .text(number), "assignee": "@me"])
            let base = try await desk.found(number).version.number
            var fields: [String: RawValue] = [one[1]: .text(one[2])]
            if one[0] == "case.change_severity" { fields["reason"] = "So it is." }
            try await edit(desk, number, as: .marta, of: one[0], fields, base: base)
            fields[one[1]] = .text(one[3])
            let second = fields
            let refusal = await #expect(throws: Refusal.self) {
                try await edit(desk, number, as: .jonas, of: one[0], second, base: base)
            }
            #expect(refusal?.reason == .stale)
            #expect(refusal?.clashes.map(\.aspect) == [one[4]])
            #expect(refusal?.clashes.allSatisfy { $0.theirs != $0.yours && !$0.label.isEmpty } == true)
        }
    }

    @Test("Two who edit different aspects never meet a conflict", arguments: Engine.available)
    func differentAspects(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let number = try await desk.reportedCase()
            let base = try await desk.found(number).version.number
            try await edit(desk, number, as: .marta, ["subject": "Card payments fail"], base: base)
            try await edit(desk, number, as: .jonas, ["component": "billing"], base: base)
            try await edit(
                desk, number, as: .ines, of: "case.change_severity", ["severity": "sev2", "reason": "Many."],
                base: base)
            try await edit(desk, number, as: .lea, of: "case.assign", ["assignee": "@me"], base: base)
            let found = try await desk.found(number)
            #expect(found.subject == "Card payments fail" && found.classification[.component] == "billing")
            let lea = try desk.actor(.lea).id
            #expect(found.severity == "sev2" && found.owner?.raw == lea)
        }
    }

    @Test("Replies and notes never meet a conflict, whatever happened meanwhile", arguments: Engine.available)
    func repliesAndNotes(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let number = try await desk.reportedCase()
            let base = try await desk.found(number).version.number
            try await edit(desk, number, as: .marta, of: "case.note", ["text": "Mine."], base: base)
            try await edit(desk, number, as: .marta, ["subject": "Other"], base: base)
            try await edit(desk, number, as: .jonas, of: "case.note", ["text": "Mine too."], base: base)
            try await edit(desk, number, as: .jonas, of: "case.reply", ["text": "Hello."], base: base)
            try await edit(desk, number, as: .ines, of: "case.reply", ["text": "Hello again."], base: 1)
        }
    }

    @Test(
        "Two who edit the same aspect at the same time: one gets in, one is asked",
        arguments: Engine.available)
    func atTheSameTime(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            for round in 1...5 {
                let number = try await desk.reportedCase()
                let base = try await desk.found(number).version.number
                let outcomes = await withTaskGroup(of: String.self) { group in
                    for member in [Cast.marta, .jonas, .ines, .lea] {
                        group.addTask {
                            do {
                                try await edit(
                                    desk, number, as: member, ["subject": .text("\(member) \(round)")],
                                    base: base)
                                return "in"
                            } catch let refusal as Refusal {
                                return refusal.reason.rawValue
                            } catch {
                                return "\(error)"
                            }
                        }
                    }
                    return await group.reduce(into: [String]()) { $0.append($1) }
                }
                #expect(outcomes.sorted() == ["in", "stale", "stale", "stale"])
            }
        }
    }

    @Test(
        "Policy is one aspect: the second change of the same document is asked", arguments: Engine.available)
    func policyConflict(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            for days in [15, 16] {
                let document = Policy.defaultDocument.replacing("days: 14", with: "days: \(days)")
                let change: [String: RawValue] = ["document": .text(document), "reason": "Try."]
                if days == 15 {
                    try await desk.perform("policy.change", as: .otto, change, base: 0)
                } else {
                    let refusal = await #expect(throws: Refusal.self) {
                        try await desk.perform("policy.change", as: .samira, change, base: 0)
                    }
                    #expect(refusal?.reason == .stale && refusal?.clashes.count == 1)
                }
            }
        }
    }
}
