import Domain
import Storage

/// What is done regularly for evidence.
enum EvidenceJobs {
    /// Removes bytes that no row names, uploads that nobody goes on with, and old failed attempts of links.
    static func sweep(_ services: Services) async throws -> Int {
        let (now, database) = (services.clock(), services.database)
        let others = services.catalog.heldFiles
        let unfinished = try await database.write { tx in
            try tx.execute(
                EvidenceQueries.deleteUploads(before: now.adding(seconds: -ResumableUploadPages.patience)))
            try tx.execute(EvidenceQueries.deleteFailures(before: now.adding(seconds: -86_400)))
            return Set(try tx.all(EvidenceQueries.uploads()) { $0.text(0) })
        }
        let used: @Sendable ([String]) async throws -> Set<String> = { hashes in
            try await database.read { tx in
                // A backup reads the files that were named when it began.
                let held = try tx.first(LeaseStore.running(prefix: EvidenceDirectory.hold, at: now)) {
                    $0.integer(0) > 0
                }
                if held == true { return Set(hashes) }
                var used = Set(try tx.all(EvidenceQueries.used(hashes: hashes)) { $0.text(0) })
                for held in others { used.formUnion(try tx.all(held.used(hashes)) { $0.text(0) }) }
                return used
            }
        }
        return try await services.evidence.sweep(at: now, used: used, unfinished: unfinished)
            + services.logs.sweep(at: now, used: used)
    }
}

extension Services {
    /// Reads every file of evidence that is kept or named, and says which are gone, cannot be opened, or have other
    /// bytes than they had.
    /// - Parameter progress: told after some files how many were read.
    package func checkEvidence(progress: @Sendable (Int) -> Void = { _ in }) async throws
        -> EvidenceStore.Checked
    {
        let others = catalog.heldFiles
        @Sendable func named() async throws -> [String] {
            try await database.read { try EvidenceDirectory.keptFiles(with: others, in: $0).map(\.hash) }
        }
        var checked = try await evidence.check(try await named(), progress: progress)
        if !checked.gone.isEmpty {
            // Some may have been taken away by somebody while the others were read.
            checked.gone = Set(checked.gone).intersection(try await named()).sorted()
        }
        checked.findings = (checked.findings + checked.gone.map { "evidence \($0) is gone" }).sorted()
        return checked
    }
}
