import Diagnosis
import Domain
import Foundation
import Storage
import TestSupport
import Testing

@testable import Desk

/// The server makes backups by itself, proves each, keeps the newest, and says when something is wrong.
struct ScheduledBackupTests {
    private func run(
        on engine: Engine, keep: Int = 2, _ body: @escaping @Sendable (TestDesk, String) async throws -> Void
    ) async throws {
        try await TestDesk.run(
            on: engine,
            adjust: { settings, folder in
                settings.backups = BackupSettings(
                    folder: folder + "/backups", schedule: BackupSchedule(keep: keep))
            }
        ) { desk in
            _ = try await Workout.run(on: desk)
            let number = try await desk.reportedCase()
            try await Evidences.add(to: number, [:], desk)
            try await body(desk, desk.services.backups?.folder ?? "")
        }
    }

    private func files(_ folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }

    @Test(
        "ADMIN-08 part: A due backup is made, restored and verified; only the newest are kept, and other files are left alone",
        arguments: Engine.available)
    func kept(_ engine: Engine) async throws {
        try await run(on: engine) { desk, folder in
            let first = try await BackupJobs.runIfDue(desk.services)
            #expect(first?.isGood == true && first?.problem == nil)
            #expect(try await BackupJobs.runIfDue(desk.services) == nil, "nothing is due twice")
            #expect(files(folder) == [first?.file ?? ""])
            try Data().write(to: URL(fileURLWithPath: folder + "/thirdline-mine.backup"))
            for _ in 1...3 {
                desk.clock.advance(seconds: 86_400)
                #expect(try await BackupJobs.runIfDue(desk.services)?.isGood == true)
            }
            #expect(files(folder).count == 3, "two backups and the file that is not ours")
            #expect(!files(folder).contains(first?.file ?? ""))
        }
    }

    @Test("Two nodes make one backup", arguments: Engine.available)
    func oneNode(_ engine: Engine) async throws {
        try await run(on: engine) { desk, folder in
            let other = desk.services
            async let one = BackupJobs.runIfDue(desk.services)
            async let two = BackupJobs.runIfDue(other)
            let made = try await [one, two].compactMap { $0 }
            #expect(made.count == 1)
            #expect(files(folder).count == 1)
        }
    }

    @Test("A backup that fails is told on /readyz, /metrics and the page, and is tried again after an hour")
    func fails() async throws {
        try await run(on: .sqlite) { desk, folder in
            // A file stands where the folder should be.
            try Data().write(to: URL(fileURLWithPath: folder))
            #expect(try await BackupJobs.runIfDue(desk.services)?.problem != nil)
            #expect(try await BackupJobs.runIfDue(desk.services) == nil)
            try await TestServer.serve(desk) { server in
                let ready = try await server.stranger.get("/readyz")
                #expect(ready.status == 200, "a node without backups still works")
                #expect(ready.body.contains("failed or is overdue"))
                let metrics = try await server.stranger.get("/metrics").body
                #expect(metrics.contains("\nthirdline_backup_problem 1\n"))
                let page = try await server.browser(.samira).get("/backups")
                #expect(page.body.contains("The last backup failed"))
                #expect(try await server.browser(.marta).get("/backups").status == 403)
            }
            try FileManager.default.removeItem(atPath: folder)
            desk.clock.advance(seconds: 3600)
            #expect(try await BackupJobs.runIfDue(desk.services)?.isGood == true)
            try await TestServer.serve(desk) { server in
                let metrics = try await server.stranger.get("/metrics").body
                #expect(metrics.contains("\nthirdline_backup_problem 0\n"))
                #expect(metrics.contains("\nthirdline_backup_last_verified_timestamp_seconds "))
                let page = try await server.browser(.samira).get("/backups")
                #expect(page.body.contains("Restored and verified"))
                let list = try await server.program(.samira).get("/api/v1/backups").json
                #expect(list["items"]?.array?.first?["is_good"]?.bool == true)
            }
        }
    }

    @Test("A backup of a journal that was tampered with does not count as good, and its file is set aside")
    func tampered() async throws {
        try await run(on: .sqlite) { desk, folder in
            try await desk.tamper("UPDATE support_case SET subject = 'Another'")
            let made = try await BackupJobs.runIfDue(desk.services)
            #expect(made?.isGood == false)
            #expect(made?.problem?.contains("findings") == true)
            #expect(files(folder) == ["\(made?.file ?? "").failed"])
        }
    }
}
