import Desk
import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

/// `verify` finds what somebody with the database's password changed, and names it.
struct VerifyTests {
    private func worked(
        on engine: Engine, _ body: @escaping @Sendable (TestDesk, Workout) async throws -> Void
    ) async throws {
        try await TestDesk.run(on: engine) { desk in
            let work = try await Workout.run(on: desk)
            try await desk.dropTriggers()
            try await body(desk, work)
        }
    }

    private func expect(
        _ desk: TestDesk, checkpoint: String? = nil, _ words: String...,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let findings = try await desk.findings(checkpoint: checkpoint)
        let isNamed = findings.contains { finding in words.allSatisfy { finding.contains($0) } }
        #expect(isNamed, "\(words) is not in \(findings)", sourceLocation: sourceLocation)
    }

    @Test("Verify is clean after a day's work through the operations", arguments: Engine.available)
    func cleanAfterWork(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            _ = try await Workout.run(on: desk)
            try await desk.services.makeCheckpoint()
            let text = try await desk.services.exportCheckpoint()
            #expect(try await desk.findings(checkpoint: text) == [])
            let report = try await Verification(
                journal: desk.services.journal, keys: desk.services.keys, migrator: desk.services.migrator
            ).run(desk.services.database)
            #expect(report.facts > 30 && report.subjects > 10 && report.rows > 10)
        }
    }

    @Test(
        "The chain of a subject has no gap, and each link follows from the one before",
        arguments: Engine.available)
    func chainsAreWhole(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let work = try await Workout.run(on: desk)
            let facts = try await desk.facts(work.id)
            #expect(facts.map(\.version.number) == Array(1...facts.count))
            #expect(facts.map(\.sequence) == facts.map(\.sequence).sorted())
            #expect(try await desk.found(work.number).version.number == facts.count)
        }
    }

    @Test("A plain UPDATE or DELETE of a fact is refused by the database", arguments: Engine.available)
    func triggersHold(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let work = try await Workout.run(on: desk)
            for change in [
                "DELETE FROM fact WHERE sequence = \(work.note)",
                "UPDATE fact SET actor = 'somebody' WHERE sequence = \(work.note)",
                "UPDATE fact SET kind = 'case.replied' WHERE sequence = \(work.note)",
                "UPDATE fact SET occurred_at = 0 WHERE sequence = \(work.note)",
                "UPDATE fact SET version = 99 WHERE sequence = \(work.note)",
            ] {
                let refused = await #expect(throws: StorageFault.self, "\(change)") {
                    try await desk.tamper(change)
                }
                #expect(refused?.description.contains("cannot be") == true)
            }
            #expect(try await desk.findings() == [])
        }
    }

    @Test("Verify names a fact whose body was changed", arguments: Engine.available)
    func changedBody(_ engine: Engine) async throws {
        try await worked(on: engine) { desk, work in
            try await desk.tamper(
                "UPDATE fact SET body = '{\"text\":\"Nobody saw it.\"}' WHERE sequence = \(work.note)")
            try await expect(desk, "fact \(work.note)", "case.noted", work.id, "its body was changed")
        }
    }

    @Test(
        "Verify names a fact whose actor, times or kind were changed", arguments: Engine.available,
        [
            "actor = 'somebody'", "occurred_at = occurred_at - 1", "recorded_at = recorded_at + 1",
            "kind = 'case.replied'",
        ])
    func changedColumns(_ engine: Engine, _ change: String) async throws {
        try await worked(on: engine) { desk, work in
            try await desk.tamper("UPDATE fact SET \(change) WHERE sequence = \(work.note)")
            try await expect(desk, "fact \(work.note)", work.id, "was changed")
        }
    }

    @Test("Verify names a fact deleted from the middle", arguments: Engine.available)
    func deletedMiddle(_ engine: Engine) async throws {
        try await worked(on: engine) { desk, work in
            try await desk.tamper("DELETE FROM fact WHERE sequence = \(work.note)")
            try await expect(desk, "case \(work.id)", "a fact is missing")
        }
    }

    @Test("Verify names a subject whose last fact was deleted", arguments: Engine.available)
    func deletedLast(_ engine: Engine) async throws {
        try await worked(on: engine) { desk, work in
            let id = try await desk.found(work.quiet).id.raw
            try await desk.tamper("DELETE FROM fact WHERE subject_id = '\(id)' AND kind = 'case.noted'")
            try await expect(desk, "case \(id)", "the last 1 were deleted")
        }
    }

    @Test(
        "A last fact deleted with head and row set back is found by a checkpoint alone",
        arguments: Engine.available)
    func deletedLastAndHead(_ engine: Engine) async throws {
        try await worked(on: engine) { desk, work in
            let exported = try await desk.services.exportCheckpoint()
            let id = try await desk.found(work.quiet).id.raw
            try await desk.tamper(
                """
                DELETE FROM search_entry WHERE source IN (SELECT CAST(sequence AS TEXT) FROM fact
                    WHERE subject_id = '\(id)' AND kind = 'case.noted');
                DELETE FROM fact WHERE subject_id = '\(id)' AND kind = 'case.noted';
                UPDATE subject SET version = 2, chain =
                    (SELECT chain FROM fact WHERE subject_id = '\(id)' AND version = 2) WHERE id = '\(id)';
                UPDATE support_case SET version = 2, updated_at =
                    (SELECT occurred_at FROM fact WHERE subject_id = '\(id)' AND version = 2) WHERE id = '\(id)';
                UPDATE search_case SET updated_at =
                    (SELECT occurred_at FROM fact WHERE subject_id = '\(id)' AND version = 2)
                    WHERE case_id = '\(id)';
                """)
            #expect(try await desk.otherFindings() == [])
            try await expect(
                desk, checkpoint: exported, "exported checkpoint", "case \(id)", "the last were deleted")
        }
    }

    @Test(
        "A checkpoint kept inside finds a last fact deleted with all its traces", arguments: Engine.available)
    func deletedLastAgainstInternalCheckpoint(_ engine: Engine) async throws {
        try await worked(on: engine) { desk, work in
            try await desk.services.makeCheckpoint()
            let id = try await desk.found(work.quiet).id.raw
            try await desk.tamper(
                """
                DELETE FROM search_entry WHERE source IN (SELECT CAST(sequence AS TEXT) FROM fact
                    WHERE subject_id = '\(id)' AND kind = 'case.noted');
                DELETE FROM fact WHERE subject_id = '\(id)' AND kind = 'case.noted';
                UPDATE subject SET version = 2, chain =
                    (SELECT chain FROM fact WHERE subject_id = '\(id)' AND version = 2) WHERE id = '\(id)';
                UPDATE support_case SET version = 2, updated_at =
                    (SELECT occurred_at FROM fact WHERE subject_id = '\(id)' AND version = 2) WHERE id = '\(id)';
                UPDATE search_case SET updated_at =
                    (SELECT occurred_at FROM fact WHERE subject_id = '\(id)' AND version = 2)
                    WHERE case_id = '\(id)';
                """)
            try await expect(desk, "checkpoint of", "1 are missing")
        }
    }

    private func removeWhole(_ id: String, _ desk: TestDesk) async throws {
        try await desk.tamper(
            """
            DELETE FROM search_entry WHERE id >> 24 = (SELECT doc FROM search_case WHERE case_id = '\(id)');
            DELETE FROM search_case WHERE case_id = '\(id)';
            DELETE FROM fact WHERE subject_id = '\(id)';
            DELETE FROM subject WHERE id = '\(id)';
            DELETE FROM support_case WHERE id = '\(id)';
            """)
    }

    @Test(
        "A whole subject deleted with all its rows is named by an exported checkpoint",
        arguments: Engine.available)
    func deletedSubject(_ engine: Engine) async throws {
        try await worked(on: engine) { desk, work in
            let exported = try await desk.services.exportCheckpoint()
            try await removeWhole(work.id, desk)
            #expect(try await desk.otherFindings() == [])
            try await expect(desk, checkpoint: exported, "case \(work.id)", "gone as a whole")
        }
    }

    @Test(
        "A whole subject deleted with all its rows is found by a checkpoint kept inside",
        arguments: Engine.available)
    func deletedSubjectAgainstInternalCheckpoint(_ engine: Engine) async throws {
        try await worked(on: engine) { desk, work in
            try await desk.services.makeCheckpoint()
            try await removeWhole(work.id, desk)
            try await expect(desk, "checkpoint of", "are missing")
            try await expect(desk, "subjects, now there are")
        }
    }

    @Test("Verify names an edited, an extra and a missing row", arguments: Engine.available)
    func tableRows(_ engine: Engine) async throws {
        try await worked(on: engine) { desk, work in
            try await desk.tamper("UPDATE support_case SET severity = 'sev4' WHERE id = '\(work.id)'")
            try await expect(
                desk, "support_case", work.id, "column severity", "“sev4”", "the facts make “sev1”")
            try await desk.tamper(
                """
                UPDATE support_case SET severity = 'sev1' WHERE id = '\(work.id)';
                INSERT INTO organisation (id, version, name, tier, origin, added_at, record)
                VALUES ('zz-extra', 1, 'Ghost', 'standard', NULL, 0, '{}');
                """)
            try await expect(desk, "organisation", "“zz-extra”", "stands there without facts")
            let aino = try desk.actor(.aino).id
            try await desk.tamper(
                "DELETE FROM organisation WHERE id = 'zz-extra'; DELETE FROM person WHERE id = '\(aino)'")
            try await expect(desk, "person", aino, "is missing")
            #expect(try await desk.otherFindings().count == 1)
        }
    }

    @Test(
        "An edit that only swaps a letter for one that looks and compares the same is found",
        arguments: Engine.available)
    func canonicallyEqualText(_ engine: Engine) async throws {
        try await worked(on: engine) { desk, work in
            // U+212A KELVIN SIGN is canonically equal to K.
            try await desk.tamper(
                "UPDATE support_case SET subject = '\u{212A}iosk payments fail since nine' WHERE id = '\(work.id)'"
            )
            try await expect(desk, "support_case", work.id, "column subject")
        }
    }

    @Test("An added fact below every other sequence is found", arguments: Engine.available)
    func negativeSequence(_ engine: Engine) async throws {
        try await worked(on: engine) { desk, work in
            try await desk.tamper(
                """
                INSERT INTO fact (sequence, subject_kind, subject_id, version, occurred_at, recorded_at, actor, kind,
                    salt, body, body_digest, chain, written_by)
                SELECT -5, subject_kind, subject_id, 900, occurred_at, recorded_at, actor, kind, salt, body,
                    body_digest, chain, written_by FROM fact WHERE sequence = \(work.note);
                """)
            try await expect(desk, "fact -5")
        }
    }

    @Test("Keys that are no UTF-8 are found, and verify comes to an end")
    func keysThatAreNoText() async throws {
        try await worked(on: .sqlite) { desk, work in
            try await desk.services.makeCheckpoint()
            for (table, kind) in [
                ("subject", "kind"), ("subject", "id"), ("support_case", "id"), ("fact", "subject_id"),
            ] {
                let key = table == "fact" ? "subject_id" : "id"
                let change = "UPDATE \(table) SET \(kind) = CAST(X'ff41' AS TEXT) WHERE \(key) = '\(work.id)'"
                try await desk.tamper(
                    "CREATE TABLE kept AS SELECT * FROM \(table) WHERE \(key) = '\(work.id)'")
                try await desk.tamper(change)
                #expect(try await !desk.otherFindings().isEmpty, "\(change)")
                try await desk.tamper(
                    """
                    DELETE FROM \(table) WHERE \(kind) = CAST(X'ff41' AS TEXT);
                    INSERT INTO \(table) SELECT * FROM kept; DROP TABLE kept;
                    """)
                #expect(try await desk.otherFindings().isEmpty, "\(change) was taken back")
            }
        }
    }

    @Test("A forged checkpoint is named", arguments: Engine.available)
    func forgedCheckpoint(_ engine: Engine) async throws {
        try await worked(on: engine) { desk, work in
            try await desk.services.makeCheckpoint()
            try await removeWhole(work.id, desk)
            try await desk.tamper("UPDATE checkpoint SET facts = (SELECT COUNT(*) FROM fact)")
            try await expect(desk, "checkpoint of 2026-", "was changed")
        }
    }

    @Test("A changed export is refused, and so is one signed with another key", arguments: Engine.available)
    func changedExport(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let work = try await Workout.run(on: desk)
            let exported = try await desk.services.exportCheckpoint()
            let shorter = exported.split(separator: "\n", omittingEmptySubsequences: false)
                .filter { !$0.contains(work.id) }.joined(separator: "\n")
            let longer = exported.replacing("\nsignature", with: "\nhead case x 1 00\nsignature")
            for text in [
                shorter, longer, "", "thirdline-checkpoint 1\n",
                exported.replacing("sequence", with: "Sequence"),
            ] {
                let problem = await #expect(throws: FactProblem.self) {
                    try await desk.findings(checkpoint: text)
                }
                #expect(problem?.description.contains("checkpoint file") == true)
            }
            let foreign = Verification(
                journal: desk.services.journal, keys: KeyRing(key: [UInt8](repeating: 8, count: 32)),
                migrator: desk.services.migrator)
            await #expect(throws: FactProblem.self) {
                _ = try await foreign.run(desk.services.database, checkpoint: exported)
            }
        }
    }

    @Test("A checkpoint stays true after more work", arguments: Engine.available)
    func checkpointsStayTrue(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let work = try await Workout.run(on: desk)
            try await desk.services.makeCheckpoint()
            let exported = try await desk.services.exportCheckpoint()
            try await desk.perform("case.note", as: .lea, ["id": .text(work.quiet), "text": "Later."])
            _ = try await desk.reportedCase()
            #expect(try await desk.findings(checkpoint: exported) == [])
        }
    }

    @Test("Verify beside running writers finds nothing that is not there", arguments: Engine.available)
    func verifyBesideWriters(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let work = try await Workout.run(on: desk)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for round in 1... {
                        if Task.isCancelled { return }
                        try await desk.perform(
                            "case.edit", as: .jonas,
                            ["id": .text(work.quiet), "subject": .text("Round \(round)")])
                        _ = try await desk.reportedCase(by: .aino)
                    }
                }
                for _ in 1...6 {
                    let findings = try await desk.findings()
                    #expect(findings == [])
                }
                group.cancelAll()
            }
        }
    }

    @Test("A trigger that is dropped, switched off or emptied is found", arguments: Engine.available)
    func droppedTriggers(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            _ = try await Workout.run(on: desk)
            #expect(try await desk.findings() == [])
            let place = engine == .sqlite ? "" : " ON fact"
            if engine == .postgreSQL {
                try await desk.tamper("ALTER TABLE fact DISABLE TRIGGER fact_is_kept")
                #expect(
                    try await desk.findings() == [
                        "trigger fact_is_kept on fact is missing or switched off: facts could be changed or deleted"
                    ])
                try await desk.tamper("ALTER TABLE fact ENABLE TRIGGER fact_is_kept")
                #expect(try await desk.findings() == [])
            }
            try await desk.tamper("DROP TRIGGER fact_is_kept\(place)")
            #expect(
                try await desk.findings() == [
                    "trigger fact_is_kept on fact is missing or switched off: facts could be changed or deleted"
                ])
            try await desk.tamper(
                engine == .sqlite
                    ? "CREATE TRIGGER fact_is_kept BEFORE DELETE ON fact BEGIN SELECT 1; END"
                    : """
                    CREATE FUNCTION let_pass() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$;
                    CREATE TRIGGER fact_is_kept BEFORE DELETE ON fact FOR EACH ROW EXECUTE FUNCTION let_pass();
                    """)
            #expect(
                try await desk.findings() == ["trigger fact_is_kept on fact does not do what it was made for"]
            )
        }
    }
}
