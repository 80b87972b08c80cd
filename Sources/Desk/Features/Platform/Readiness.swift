import Diagnosis
import Domain
import HTTPTypes
import Logging
import Storage
import Web

/// Whether this node can take work: each check and its verdict.
struct Readiness: Sendable {
    /// One thing that must hold.
    struct Check: Sendable {
        var name: String
        var isGood: Bool
        var detail: String
        /// Whether the node takes no work without it; what is not vital is only told.
        var isVital = true
    }

    var checks: [Check]

    var isReady: Bool { checks.allSatisfy { $0.isGood || !$0.isVital } }

    /// 200 where all holds, else 503; the verdict of each check either way.
    var response: WebResponse {
        let verdicts = checks.map { check -> JSON in
            ["name": .string(check.name), "ok": .bool(check.isGood), "detail": .string(check.detail)]
        }
        return .json(
            ["ready": .bool(isReady), "checks": .array(verdicts)], status: isReady ? .ok : .serviceUnavailable
        )
    }

    static func check(_ services: Services) async -> Readiness {
        var checks = [await canWrite(services), await schema(services), room(services)]
        if let told = await backup(services) { checks.append(told) }
        return Readiness(checks: checks)
    }

    /// Thrown after the row was written, so that the row does not stay.
    private struct RolledBack: Error {}

    /// Writes a row in a transaction and takes it back.
    private static func canWrite(_ services: Services) async -> Check {
        let now = services.clock()
        do {
            try await services.database.write { tx in
                try tx.execute(
                    JournalStore.insertReceipt(
                        actor: "system", key: "readiness/\(newIdentifier(at: now))", operation: "readiness",
                        inputDigest: [], answer: "{}", at: now))
                throw RolledBack()
            }
        } catch  where !(error is RolledBack) {
            return failed("database", "No row can be written; the reason is in the log.", error, services)
        } catch {
            // It was written, and taken back as it should be.
        }
        return Check(name: "database", isGood: true, detail: "A row can be written.")
    }

    /// Compares the schema of the database with the one that this program needs.
    private static func schema(_ services: Services) async -> Check {
        let newest = services.migrator.newest
        do {
            let current = try await services.database.read { tx in
                try tx.first(SchemaVersionStore.newest()) { Int($0.integer(0)) } ?? 0
            }
            let detail =
                current == newest
                ? "The schema is at \(newest), as this program needs it."
                : "The schema is at \(current); this program needs \(newest). Run thirdline migrate with the newer program."
            return Check(name: "schema", isGood: current == newest, detail: detail)
        } catch {
            return failed("schema", "The schema cannot be read; the reason is in the log.", error, services)
        }
    }

    /// Less than this is as good as nothing: the next large upload takes it.
    private static let leastRoom: Int64 = 16_000_000

    /// Looks how much room the disks have left.
    private static func room(_ services: Services) -> Check {
        let rooms = services.folders.compactMap { folder in DiskRoom.free(of: folder).map { (folder, $0) } }
        guard let least = rooms.min(by: { $0.1 < $1.1 }) else {
            return Check(name: "disk", isGood: true, detail: "No folder of ours is on a disk here.")
        }
        return Check(
            name: "disk", isGood: least.1 >= leastRoom,
            detail: "\(least.1 / 1_000_000) MB are free where there is least.")
    }

    /// Looks whether scheduled backups are made.
    private static func backup(_ services: Services) async -> Check? {
        guard let settings = services.backups else { return nil }
        do {
            let status = try await services.database.read { try BackupStatus.read(in: $0) }
            let warning = status.warning(settings.schedule, at: services.clock())
            return Check(
                name: "backup", isGood: warning == nil,
                detail: warning == nil
                    ? "The last backup was restored and verified."
                    : "The last backup failed or is overdue; the page of backups and the log say more.",
                isVital: false)
        } catch {
            var check = failed("backup", "The list of backups cannot be read.", error, services)
            check.isVital = false
            return check
        }
    }

    private static func failed(
        _ name: String, _ detail: String, _ error: any Error, _ services: Services
    ) -> Check {
        services.logger.error(
            "not ready", metadata: ["check": "\(name)", "error": "\(String(reflecting: error))"])
        return Check(name: name, isGood: false, detail: detail)
    }
}
