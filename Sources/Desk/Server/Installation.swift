import Domain
import Foundation
import Logging
import Storage

/// Where an installation keeps its things, and how it is opened.
package struct Installation: Sendable {
    /// The folder of the data: the database file, unless there is a database server, and the key file, unless it is
    /// kept elsewhere.
    package var folder: String
    /// The address of a PostgreSQL database; nil for SQLite in the folder.
    package var databaseURL: String?
    /// The key file; nil for the one in the folder.
    package var keyFile: String?
    /// The folder of evidence; nil for the one in the folder.
    package var evidenceFolder: String?
    /// Whether a database server may commit without full durability.
    package var allowsWeakDurability = false
    /// Settings that are not policy.
    package var settings = DeskSettings()

    /// An installation in a folder.
    package init(folder: String, databaseURL: String? = nil, keyFile: String? = nil) {
        (self.folder, self.databaseURL, self.keyFile) = (folder, databaseURL, keyFile)
    }

    /// Opens the database as it is, without migrating it.
    package func openDatabase() async throws -> any Database {
        if let databaseURL {
            guard databaseURL.hasPrefix("postgres://") || databaseURL.hasPrefix("postgresql://") else {
                throw Refusal(
                    .invalid, "bad_database_url",
                    "The database is given as postgres://USER@HOST/NAME; without one, SQLite in the data folder is used."
                )
            }
            var options = PostgreSQLDatabase.Options()
            options.connections = 10
            let database = try PostgreSQLDatabase(url: databaseURL, options: options)
            let weak = try await database.weakSettings()
            guard weak.isEmpty || allowsWeakDurability else {
                throw Refusal(
                    .conflict, "weak_durability",
                    "PostgreSQL runs with \(weak.joined(separator: ", ")), so a power cut could lose what was confirmed. "
                        + "Change the setting, or start with --allow-weak-durability.")
            }
            return database
        }
        try makeFolder()
        return try openSQLite()
    }

    /// The file of the SQLite database.
    package var databaseFile: String { "\(folder)/thirdline.db" }

    /// Where the key file is.
    package var keyPlace: String { keyFile ?? "\(folder)/thirdline.keys" }

    /// Where the files of evidence are.
    package var evidencePlace: String { evidenceFolder ?? "\(folder)/evidence" }

    /// The store of evidence; without a key file, what is written there is not encrypted.
    package func evidenceStore() throws -> EvidenceStore {
        let isThere = FileManager.default.fileExists(atPath: keyPlace)
        return EvidenceStore(
            folder: evidencePlace, bucket: settings.evidenceBucket.map { Bucket($0) },
            keys: isThere ? try KeyRing(file: keyPlace) : nil)
    }

    /// Files up to this size are looked through before they are used: that takes a tenth of a second at most.
    private static let quicklyChecked: Int64 = 64 << 20

    private func openSQLite() throws -> any Database {
        let size = SQLiteFile.size(of: databaseFile)
        do {
            if let size, size > 0, size <= Self.quicklyChecked {
                let damage = SQLiteFile.damage(of: databaseFile)
                if !damage.isEmpty { throw Self.damaged(databaseFile, damage) }
            }
            return try SQLiteDatabase(path: databaseFile)
        } catch let fault as StorageFault where fault.isDamage {
            throw Self.damaged(databaseFile, [fault.description])
        }
    }

    /// What to do about a file whose pages do not belong together.
    private static func damaged(_ file: String, _ findings: [String]) -> Refusal {
        let words = findings.prefix(5).joined(separator: "; ").replacing("\n", with: " ")
        return Refusal(
            .unavailable, "database_damaged",
            "\(file) is damaged: \(words). Nothing was changed. Put the latest backup in its place with thirdline restore FILE --replace, which keeps this file too; then look at the disk."
        )
    }

    /// Makes the folder of the data where it is missing.
    func makeFolder() throws {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw Refusal(
                .unavailable, "no_data_folder", "The data folder \(folder) cannot be made or opened.")
        }
    }

    /// Whether there may be data to open: a database file, or the address of a database server.
    package var mayHaveData: Bool {
        databaseURL != nil || FileManager.default.fileExists(atPath: databaseFile)
    }

    private var noData: Refusal {
        Refusal(
            .notFound, "no_data",
            "There are no data in \(databaseURL == nil ? "the folder \(folder)" : "this database"). "
                + "Name the right place with --data or --database; `thirdline serve` begins a new one.")
    }

    private var noKeys: Refusal {
        Refusal(
            .notFound, "no_key_file",
            "There is no key file \(keyPlace), so signatures cannot be checked and sealed secrets not be read. Nothing was changed. "
                + "Put the one of these data there, or name it with --key-file. If it is lost, see “When the key file is lost” in the admin guide."
        )
    }

    /// Opens everything, brings the schema up to date, and takes over the policy in force.
    ///
    /// Where nothing is there yet, it is made, unless `isMadeIfMissing` is false: then it is refused and nothing is
    /// written, so that a mistyped folder does not pass for an empty installation.
    package func open(
        logger: Logger, clock: @escaping @Sendable () -> Timestamp = { .now }, isMadeIfMissing: Bool = true,
        progress: @Sendable (Migration) -> Void = { _ in }
    ) async throws -> Services {
        guard isMadeIfMissing || mayHaveData else { throw noData }
        try makeFolder()
        let database = try await openDatabase()
        if !isMadeIfMissing, try await Migrator(Schema.migrations).current(of: database) == 0 {
            try await database.close()
            throw noData
        }
        guard isMadeIfMissing || FileManager.default.fileExists(atPath: keyPlace) else {
            try await database.close()
            throw noKeys
        }
        let keys = try KeyRing(file: keyPlace)
        try await Migrator(Schema.migrations).migrate(database, progress: progress)
        // A run that filled the database may have been interrupted.
        try await SuspendedIndexes.restore(in: database)
        var settings = settings
        settings.evidenceFolder = evidencePlace
        settings.folders = [folder, evidencePlace] + (settings.backups.map { [$0.folder] } ?? [])
        let services = try Services(
            database: database, keys: keys, settings: settings, logger: logger, clock: clock)
        try await services.policy.refresh(from: database)
        return services
    }
}
