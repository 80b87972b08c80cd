import Diagnosis
import Dispatch
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// Several nodes over one database: policy, and who reads along.
struct NodesTests {
    private func document(_ changes: (String, String)...) -> RawValue {
        // The service that names the component which some of them replace.
        let policy = Policy.defaultDocument.replacing("[api, web, identity]", with: "[web, identity]")
        return .text(changes.reduce(policy) { $0.replacing($1.0, with: $1.1) })
    }

    @Test(
        "A change of policy is a fact and holds on every node at the next operation",
        arguments: Engine.available)
    func policyEverywhere(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let other = try desk.secondNode()
            let number = try await desk.reportedCase()
            try await desk.perform(
                "policy.change", as: .otto,
                [
                    "document": document(
                        ("case_number_prefix: TL", "case_number_prefix: HX"),
                        ("{id: api, name: API}", "{id: kiosk, name: Kiosk}")),
                    "reason": "A new product.",
                ])
            let opened = try await other.call(
                "case.open", RawInput(["subject": "New", "symptom": "New."]), as: "marta@cast.example")
            #expect(opened.answer["number"]?.string?.hasPrefix("HX-") == true)
            #expect(other.policy.current.caseNumberPrefix == "HX")
            let facts = try await desk.services.database.read { [journal = desk.services.journal] tx in
                try journal.facts(of: PolicyRecord.ref, as: PolicyFact.self, in: tx)
            }
            let otto = try desk.actor(.otto).id
            #expect(facts.count == 1 && facts.first?.actor == otto)
            // A third node, which has not done anything since: a choice that only the new policy knows.
            let third = try desk.secondNode()
            _ = try await third.call(
                "case.edit", RawInput(["id": .text(number), "component": "kiosk"]), as: "marta@cast.example")
            #expect(try await desk.found(number).classification[.component] == "kiosk")
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "A choice that policy no longer knows is refused on a node that had not heard of it",
        arguments: Engine.available)
    func oldChoice(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let other = try desk.secondNode()
            let number = try await desk.reportedCase()
            try await desk.perform(
                "policy.change", as: .otto,
                [
                    "document": document(("{id: api, name: API}", "{id: kiosk, name: Kiosk}")),
                    "reason": "Gone.",
                ])
            let refusal = await #expect(throws: Refusal.self) {
                try await other.call(
                    "case.edit", RawInput(["id": .text(number), "component": "api"]), as: "marta@cast.example"
                )
            }
            #expect(refusal?.problems.first?.code == "unknown_choice")
        }
    }

    @Test("A wrong policy is refused with line and key, and nothing changes", arguments: Engine.available)
    func wrongPolicy(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let facts = try await desk.factCount()
            let refusal = try #require(
                await #expect(throws: Refusal.self) {
                    try await desk.perform(
                        "policy.change", as: .otto,
                        [
                            "document": document(
                                ("on_customer_reply: investigating", "on_customer_reply: investigatng")),
                            "reason": "Typo.",
                        ])
                })
            #expect(refusal.reason == .invalid && refusal.code == "bad_policy")
            let message = try #require(refusal.problems.first?.message)
            #expect(message.hasPrefix("Line ") && message.contains("statuses[3]"))
            #expect(message.contains("did you mean “investigating”?"))
            #expect(try await desk.factCount() == facts)
            #expect(desk.services.policy.document.version == .none)
        }
    }

    @Test(
        "A status or role that is in use cannot be left out, and the refusal says by how many",
        arguments: Engine.available)
    func policyInUse(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            _ = try await desk.reportedCase()
            _ = try await desk.reportedCase()
            let auditor = "  - id: auditor\n"
            try await desk.perform(
                "policy.change", as: .otto,
                [
                    "document": document(
                        (auditor, "  - id: trainer\n    name: Trainer\n    rights: [case.view]\n" + auditor)),
                    "reason": "A new role.",
                ])
            try await desk.perform(
                "person.change_roles", as: .samira,
                ["id": .text(desk.people[.ravi]?.id.raw ?? ""), "roles": "developer,trainer"])
            let changed = document(("  - id: new\n", "  - id: fresh\n"))
            let refusal = try #require(
                await #expect(throws: Refusal.self) {
                    try await desk.perform(
                        "policy.change", as: .otto, ["document": changed, "reason": "Tidy."])
                })
            #expect(refusal.code == "policy_in_use", "\(refusal)")
            #expect(
                refusal.problems.map(\.message) == [
                    "statuses: 2 cases have the status “new”. Keep it in the document, or change those first.",
                    "roles: 1 person has the role “trainer”. Keep it in the document, or change those first.",
                ])
            #expect(desk.services.policy.document.version == Version(1))
        }
    }

    @Test("The follower on PostgreSQL never skips a lower sequence that commits later")
    func followerSkipsNothing() async throws {
        guard let engine = Engine.available.first(where: { $0 == .postgreSQL }) else { return }
        try await TestDesk.run(on: engine) { desk in
            let start = try await settledEnd(desk)
            let url = try #require(desk.store.url)
            let (first, second) = (try PostgreSQLDatabase(url: url), try PostgreSQLDatabase(url: url))
            let (inserted, mayCommit) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
            defer { mayCommit.signal() }  // whatever fails, nobody waits for ever
            async let low = Self.append(to: first, subject: "follow-a", desk) {
                inserted.signal()
                mayCommit.wait()
            }
            await Self.wait(for: inserted)
            let high = try await Self.append(to: second, subject: "follow-b", desk) {}
            let early = try await page(after: start, desk)
            mayCommit.signal()
            #expect(early.isEmpty, "B is committed, but A, which is older, is still open")
            let both = [try await low, high]
            #expect(both == both.sorted())
            #expect(try await pages(after: start, until: 2, desk) == both)
            try await first.close()
            try await second.close()
        }
    }

    @Test("A follower that has read B does not miss A, which took a lower sequence and wrote later")
    func followerAcrossPages() async throws {
        guard let engine = Engine.available.first(where: { $0 == .postgreSQL }) else { return }
        try await TestDesk.run(on: engine) { desk in
            let start = try await settledEnd(desk)
            let low = try await desk.services.database.write { try $0.nextNumber(of: .fact) }
            _ = try await desk.reportedCase()
            let seen = try await pages(after: start, until: 1, desk)
            #expect(seen.allSatisfy { $0 > low })
            let position = try #require(try await page(after: start, desk).last).position
            let late = StoredFact(
                sequence: low, subject: SubjectRef(kind: "case", id: "late"), version: Version(1),
                occurredAt: desk.clock.now, recordedAt: desk.clock.now, actor: "a", kind: "case.noted",
                body: "{}")
            _ = try await desk.services.database.write {
                try $0.execute(JournalStore.insertFact(late, salt: [], bodyDigest: [], chain: []))
            }
            #expect(try await pages(after: position, until: 1, desk) == [low])
        }
    }

    @Test("A checkpoint on PostgreSQL waits for whoever has a number and no row yet")
    func checkpointWaits() async throws {
        guard let engine = Engine.available.first(where: { $0 == .postgreSQL }) else { return }
        try await TestDesk.run(on: engine) { desk in
            let number = try await desk.reportedCase()
            let found = try await desk.found(number)
            let (numbered, mayGoOn) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
            let (database, journal, now) = (desk.services.database, desk.services.journal, desk.clock.now)
            async let late: Void = database.write { tx in
                // The number of a fact that is lost, as between taking it and writing the row.
                _ = try tx.nextNumber(of: .fact)
                numbered.signal()
                mayGoOn.wait()
                var decision = Decision()
                decision.record(CaseFact.noted(text: "Late."), on: found.ref)
                _ = try journal.append(decision.entries, by: "operator", at: now, in: tx)
            }
            await Self.wait(for: numbered)
            async let checkpoint: Void = desk.services.makeCheckpoint()
            var isWaiting = false
            for _ in 0..<5000 where !isWaiting {
                isWaiting = try await database.read { tx in
                    try tx.first(
                        """
                        SELECT COUNT(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
                        WHERE l.locktype = 'advisory' AND NOT l.granted AND d.datname = current_database()
                        """
                    ) { $0.integer(0) > 0 } ?? false
                }
                await Task.yield()
            }
            mayGoOn.signal()
            #expect(isWaiting, "the checkpoint did not wait")
            try await late
            try await checkpoint
            #expect(try await desk.findings() == [])
        }
    }

    private func settledEnd(_ desk: TestDesk) async throws -> JournalPosition {
        try await desk.services.database.read { tx in
            try tx.first(
                "SELECT written_by, sequence FROM fact ORDER BY written_by DESC, sequence DESC LIMIT 1"
            ) {
                JournalPosition(transaction: $0.integer(0), sequence: $0.integer(1))
            } ?? .start
        }
    }

    private func page(
        after position: JournalPosition, _ desk: TestDesk
    ) async throws -> [(sequence: Int64, position: JournalPosition)] {
        try await desk.services.database.read { tx in
            try tx.all(JournalStore.settledFacts(after: position, limit: 100)) { row in
                (row.integer(0), JournalPosition(transaction: row.integer(9), sequence: row.integer(0)))
            }
        }
    }

    @Test("A look for what is new begins where the last one ended, not at the journal's beginning")
    func looksStartWhereTheLastEnded() async throws {
        try await TestDesk.run(on: .sqlite) { desk in
            let position = JournalPosition(transaction: 0, sequence: 7)
            let plan = try await desk.services.database.read { tx in
                try tx.all("EXPLAIN QUERY PLAN " + JournalStore.settledFacts(after: position, limit: 10)) {
                    $0.text(3)
                }
            }
            let searches = plan.filter { $0.contains("fact") }
            #expect(
                searches == [
                    "SEARCH fact USING INDEX fact_in_order (written_by=? AND sequence>?)",
                    "SEARCH fact USING INDEX fact_in_order (written_by>? AND written_by<?)",
                ])
        }
    }

    /// What is delivered after a position, once it is so many facts: a transaction of another test may hold it up.
    private func pages(after position: JournalPosition, until count: Int, _ desk: TestDesk) async throws
        -> [Int64]
    {
        var found: [Int64] = []
        for _ in 0..<5000 {
            found = try await page(after: position, desk).map(\.sequence)
            if found.count >= count { break }
            await Task.yield()
        }
        return found
    }

    private static func wait(for semaphore: DispatchSemaphore) async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                semaphore.wait()
                continuation.resume()
            }
        }
    }

    /// Inserts a fact in a transaction of its own and returns its sequence; `beforeCommit` may hold it open.
    private static func append(
        to database: PostgreSQLDatabase, subject: String, _ desk: TestDesk,
        beforeCommit: @escaping @Sendable () -> Void
    ) async throws -> Int64 {
        let now = desk.clock.now
        return try await database.exclusively { connection in
            try connection.run(script: "BEGIN")
            var sequence: Int64 = 0
            try connection.rows("SELECT nextval('fact_sequence')") { sequence = $0.integer(0) }
            let fact = StoredFact(
                sequence: sequence, subject: SubjectRef(kind: "case", id: subject), version: Version(1),
                occurredAt: now, recordedAt: now, actor: "a", kind: "case.noted", body: "{}")
            try connection.execute(JournalStore.insertFact(fact, salt: [], bodyDigest: [], chain: []))
            beforeCommit()
            try connection.run(script: "COMMIT")
            return sequence
        }
    }
}
