import Domain
import Foundation
import Glibc
import Logging
import ServiceLifecycle
import Storage

/// Where scheduled backups go, and how.
package struct BackupSettings: Sendable {
    /// The folder.
    package var folder: String
    /// When they are made.
    package var schedule: BackupSchedule
    /// The file with the passphrase; nil for backups that are not encrypted.
    package var passphraseFile: String?

    /// Backups in a folder.
    package init(folder: String, schedule: BackupSchedule = BackupSchedule(), passphraseFile: String? = nil) {
        (self.folder, self.schedule, self.passphraseFile) = (folder, schedule, passphraseFile)
    }
}

/// How it stands with scheduled backups.
struct BackupStatus: Sendable {
    /// The newest one that was made and proved.
    var good: BackupRun?
    /// The newest one.
    var last: BackupRun?

    static func read(in tx: borrowing Transaction) throws -> BackupStatus {
        BackupStatus(
            good: try tx.first(BackupQueries.lastGood(), BackupQueries.read),
            last: try tx.first(BackupQueries.latest(limit: 1), BackupQueries.read))
    }

    /// What somebody must know, in words; nil where all is well.
    func warning(_ schedule: BackupSchedule, at now: Timestamp) -> String? {
        if let problem = last?.problem { return "The last backup failed: \(problem)" }
        guard schedule.isOverdue(good: good?.begunAt, at: now), last?.endedAt != nil || last == nil else {
            return nil
        }
        return good.map { "The last good backup is of \($0.begunAt.rfc3339)." } ?? "There is no backup yet."
    }
}

/// Makes backups by itself, proves each by restoring and verifying it, and keeps the newest ones.
enum BackupJobs {
    /// What the files of scheduled backups are called; nothing else in the folder is ever removed.
    private static func name(at now: Timestamp) -> String {
        let stamp = now.rfc3339.prefix(19).replacing(":", with: "").replacing("-", with: "")
        return "thirdline-\(stamp)Z.backup"
    }

    private static func isOurs(_ name: String) -> Bool {
        guard name.hasPrefix("thirdline-"), name.hasSuffix("Z.backup"), name.utf8.count == 33 else {
            return false
        }
        return name.dropFirst(10).prefix(15).allSatisfy { $0.isNumber || $0 == "T" }
    }

    /// Makes a backup if one is due and no other node is at it.
    /// - Returns: what was done; nil where nothing had to be.
    static func runIfDue(_ services: Services) async throws -> BackupRun? {
        guard let settings = services.backups else { return nil }
        let isDue: @Sendable () async throws -> Bool = {
            let status = try await services.database.read { try BackupStatus.read(in: $0) }
            return settings.schedule.isDue(
                good: status.good?.begunAt, tried: status.last?.begunAt, at: services.clock())
        }
        guard try await isDue() else { return nil }
        return try await services.whileHolding("scheduled-backup") { () -> BackupRun? in
            // Another node may have made it between the two looks.
            guard try await isDue() else { return nil }
            return try await run(settings, services)
        } ?? nil
    }

    private static func run(_ settings: BackupSettings, _ services: Services) async throws -> BackupRun {
        let begun = services.clock()
        var run = BackupRun(
            id: newIdentifier(at: begun), begunAt: begun, node: ProcessInfo.processInfo.hostName,
            file: name(at: begun))
        try await services.database.write { [run] tx in
            try tx.execute(
                BackupQueries.settleUnended("The server ended while it was being made.", at: begun))
            try tx.execute(BackupQueries.forget(before: begun.adding(seconds: -400 * 86_400)))
            try tx.execute(BackupQueries.save(run))
        }
        do {
            let made = try await make(run.file, settings, services)
            (run.bytes, run.rows) = (made.bytes, made.manifest.rows)
            (run.evidenceFiles, run.verifiedAt) = (made.manifest.evidenceFiles, services.clock())
            let lost = made.missing.count + made.damaged.count
            if lost > 0 {
                run.problem =
                    "\(lost) files of evidence were missing or damaged already: \((made.missing + made.damaged).prefix(3).joined(separator: ", "))"
            }
            try removeOld(settings)
        } catch {
            run.problem = (error as? Refusal)?.message ?? "\(error)"
            services.logger.error("the scheduled backup failed", metadata: ["error": "\(error)"])
        }
        run.endedAt = services.clock()
        _ = try await services.database.write { [run] in try $0.execute(BackupQueries.save(run)) }
        return run
    }

    private static func make(_ name: String, _ settings: BackupSettings, _ services: Services) async throws
        -> BackupSummary
    {
        let passphrase = try settings.passphraseFile.map { try Settings.passphrase(inFile: $0) }
        try FileManager.default.createDirectory(
            atPath: settings.folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700]
        )
        let path = "\(settings.folder)/\(name)"
        let made = try await BackupWriter(services, passphrase: passphrase).write(to: path)
        do {
            try await prove(BackupPlace(path, passphrase: passphrase), in: settings.folder, services)
        } catch {
            // Not counted among the good ones, and not thrown away either: somebody may want to know why.
            rename(path, path + ".failed")
            throw error
        }
        return made
    }

    /// Restores a backup into a file of its own, verifies that, and removes it.
    private static func prove(_ place: BackupPlace, in folder: String, _ services: Services) async throws {
        let check = "\(folder)/check-\(newIdentifier(at: services.clock()))"
        try FileManager.default.createDirectory(
            atPath: check, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: check) }  // a left-over folder only takes room
        let database = try SQLiteDatabase(path: check + "/thirdline.db", readers: 1)
        let (leftOut, now) = (services.catalog.passingTables, services.clock())
        try await database.exclusively { connection in
            let filling = BackupFilling(
                connection: connection, store: nil, leftOut: leftOut, now: now, progress: { _ in })
            do {
                try connection.run(script: "BEGIN")
                _ = try filling.run(place)
                try connection.run(script: "COMMIT")
            } catch {
                // The first error is the one to tell.
                try? connection.run(script: "ROLLBACK")
                throw error
            }
        }
        let report = try await Verification(
            journal: services.journal, keys: services.keys, migrator: services.migrator
        ).run(database)
        try await database.close()
        guard let first = report.findings.first else { return }
        throw Refusal(
            .conflict, "backup_not_proved",
            "What was restored from it has \(report.findings.count + report.uncounted) findings, the first: \(first)"
        )
    }

    /// Removes all but the newest scheduled backups.
    private static func removeOld(_ settings: BackupSettings) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: settings.folder).filter(isOurs)
            .sorted()
        for name in names.dropLast(settings.schedule.keep) { unlink("\(settings.folder)/\(name)") }
    }
}

/// Looks every minute whether a backup is due.
struct BackupWorker: Service {
    private let services: Services
    init(_ services: Services) { self.services = services }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do { _ = try await BackupJobs.runIfDue(services) } catch {
                    if !Task.isCancelled {
                        services.logger.error("no scheduled backup", metadata: ["error": "\(error)"])
                    }
                }
                try? await Task.sleep(for: .seconds(60))  // a cancelled sleep only ends early
            }
        }
    }
}
