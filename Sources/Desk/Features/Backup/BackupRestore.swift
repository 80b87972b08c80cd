import Domain
import Foundation
import Glibc
import Storage

/// Puts a backup in the place of what an installation holds, into either engine.
///
/// Every digest is checked on the way, and until all of them were right nothing is visible: on SQLite a new file is
/// filled beside the old one and takes its place in one step, on PostgreSQL all of it is one transaction. Evidence
/// stands under the digest of its bytes, so a file that nothing names yet changes nothing.
package struct BackupRestore: Sendable {
    private let installation: Installation
    private let leftOut: Set<String>
    private let clock: @Sendable () -> Timestamp
    private let progress: @Sendable (BackupProgress) -> Void

    /// What came out of it.
    package struct Outcome: Sendable {
        /// The backup.
        package var summary: BackupSummary
        /// Where what was there before is kept now; nil where there was nothing, or the engine is PostgreSQL.
        package var kept: String?
        /// The steps of the schema that the backup did not have yet.
        package var migrated: [Int] = []
        /// Whether the installation's key file holds the key that the backup's installation used; nil where there is
        /// no key file yet.
        package var hasKey: Bool?
    }

    /// A restoration into an installation that nobody serves meanwhile.
    package init(
        _ installation: Installation, clock: @escaping @Sendable () -> Timestamp = { .now },
        progress: @escaping @Sendable (BackupProgress) -> Void = { _ in }
    ) {
        (self.installation, self.clock, self.progress) = (installation, clock, progress)
        leftOut = FeatureCatalog().passingTables
    }

    /// Restores a backup.
    /// - Parameter isReplacing: whether data that is there already is to go.
    /// - Throws: a refusal that says what is there, who uses it, or where the backup is damaged; all is then as before.
    package func run(_ place: BackupPlace, isReplacing: Bool) async throws -> Outcome {
        try installation.makeFolder()
        let outcome =
            installation.databaseURL == nil
            ? try await intoSQLite(place, isReplacing) : try await intoPostgreSQL(place, isReplacing)
        return try checkingKeys(outcome)
    }

    // MARK: SQLite

    private func intoSQLite(_ place: BackupPlace, _ isReplacing: Bool) async throws -> Outcome {
        let path = installation.databaseFile
        if let user = SQLiteFile.user(of: path) {
            throw Refusal(
                .conflict, "in_use",
                "\(path) is in use by process \(user). Stop the server first: what it confirmed from now on would be lost."
            )
        }
        let isThere = access(path, F_OK) == 0
        if isThere, let words = await contents(ofFile: path), !isReplacing { throw Self.refusal(path, words) }
        let stamp = clock().rfc3339.prefix(19).replacing(":", with: "").replacing("-", with: "")
        let fresh = "\(path).restoring-\(stamp)"
        Self.removeDatabase(fresh)
        do {
            let database = try SQLiteDatabase(path: fresh, readers: 1)
            var outcome = try await fill(database, from: place) { _ in }
            try await database.close()
            let kept = "\(installation.folder)/replaced-\(stamp)"
            try SQLiteFile.replace(path, with: fresh, keeping: kept)
            Self.removeDatabase(fresh)
            if isThere { outcome.kept = kept }
            return outcome
        } catch {
            Self.removeDatabase(fresh)
            throw error
        }
    }

    private static func removeDatabase(_ path: String) {
        for ending in ["", "-wal", "-shm"] { unlink(path + ending) }
    }

    private static func refusal(_ place: String, _ words: String) -> Refusal {
        Refusal(
            .conflict, "holds_data",
            "\(place) holds data: \(words). Nothing was changed. Say --replace to have the backup take its place, or name another folder or database."
        )
    }

    /// What a file holds, in words; nil where it is an empty installation.
    private func contents(ofFile path: String) async -> String? {
        do {
            let database = try SQLiteDatabase(path: path, readers: 1)
            let words = try await database.read { tx in try Self.contents(tx) }
            try await database.close()
            return words
        } catch {
            return "a file that cannot be read as a database (\(error))"
        }
    }

    /// What a database holds, in words; nil where there are no facts.
    private static func contents(_ tx: borrowing Transaction) throws -> String? {
        let names = Set(try tx.tables().map(\.name))
        if names.isEmpty { return nil }
        guard names.contains("schema_version") else {
            return "tables that are not Thirdline’s (\(names.sorted().prefix(5).joined(separator: ", ")))"
        }
        guard names.contains("subject") else { return nil }
        return try tx.first(SchemaVersionStore.contents()) { row in
            guard row.integer(1) > 0 else { return nil }
            let last = Timestamp(microseconds: row.integer(2)).rfc3339
            return "\(row.integer(1)) facts about \(row.integer(0)) subjects, the last of \(last)"
        } ?? nil
    }

    // MARK: PostgreSQL

    private func intoPostgreSQL(_ place: BackupPlace, _ isReplacing: Bool) async throws -> Outcome {
        let database = try await installation.openDatabase()
        do {
            let outcome = try await fill(database, from: place) { tx in
                let others = try tx.otherConnections()
                guard others == 0 else {
                    throw Refusal(
                        .conflict, "in_use",
                        "\(others) other connection\(others == 1 ? " uses" : "s use") this database. Stop every server first: what they confirmed from now on would be lost."
                    )
                }
                let names = Set(try tx.tables().map(\.name))
                if let words = try Self.contents(tx), !isReplacing || !names.contains("schema_version") {
                    throw Self.refusal("The database", words)
                }
                try tx.dropEverything()
            }
            try await database.close()
            return outcome
        } catch {
            // The first error is the one to tell.
            try? await database.close()
            throw error
        }
    }

    // MARK: Both

    /// Fills a database with all of a backup, in one transaction on PostgreSQL.
    /// - Parameter prepare: looks at what is there and makes room, in the same transaction.
    private func fill(
        _ database: any Database, from place: BackupPlace,
        _ prepare: @escaping @Sendable (borrowing Transaction) throws -> Void
    ) async throws -> Outcome {
        let store = try installation.evidenceStore()
        return try await database.exclusively { connection in
            let filling = BackupFilling(
                connection: connection, store: store, leftOut: leftOut, now: clock(), progress: progress)
            do {
                try connection.run(script: "BEGIN")
                try prepare(Transaction(connection))
                let outcome = try filling.run(place)
                try connection.run(script: "COMMIT")
                return outcome
            } catch {
                // The first error is the one to tell; a lost connection has rolled back by itself.
                try? connection.run(script: "ROLLBACK")
                filling.removeEvidence()
                throw error
            }
        }
    }

    private func checkingKeys(_ outcome: Outcome) throws -> Outcome {
        guard FileManager.default.fileExists(atPath: installation.keyPlace) else { return outcome }
        var outcome = outcome
        let keys = try KeyRing(file: installation.keyPlace)
        outcome.hasKey = keys.digests(of: BackupManifest.checkedWords).map { hex($0) }
            .contains(outcome.summary.manifest.keyCheck)
        return outcome
    }
}

/// One database while it is being filled from a backup.
final class BackupFilling {
    let connection: any Connection
    /// Where evidence goes; nil where it is only checked.
    let store: EvidenceStore?
    let leftOut: Set<String>
    let now: Timestamp
    let progress: (BackupProgress) -> Void
    private var written: [String] = []
    private var current: String?
    private var sinceCommit = 0
    private let migrator = Migrator(Schema.migrations)

    init(
        connection: any Connection, store: EvidenceStore?, leftOut: Set<String>, now: Timestamp,
        progress: @escaping (BackupProgress) -> Void
    ) {
        (self.connection, self.store, self.leftOut) = (connection, store, leftOut)
        (self.now, self.progress) = (now, progress)
    }

    /// Reads everything and brings the schema up to date, inside the transaction that is open.
    func run(_ place: BackupPlace) throws -> BackupRestore.Outcome {
        var shapes: [String: TableShape] = [:]
        var manifest: BackupManifest?
        var handlers = BackupReader.Handlers()
        handlers.progress = progress
        handlers.manifest = { said in
            manifest = said
            shapes = try self.begin(said)
        }
        handlers.rows = { table, rows in
            guard let shape = shapes[table.shape.name] else { return }
            try self.insert(rows, table.shape, into: shape)
        }
        if store != nil { handlers.evidence = { hash, _ in try self.take(hash) } }
        let summary = try BackupReader.read(place, handlers)
        guard let manifest else { throw ArchiveFault("it has no manifest") }
        for (counter, value) in manifest.counters { try Transaction(connection).set(counter, to: value) }
        var outcome = BackupRestore.Outcome(summary: summary)
        try migrator.run(from: manifest.schema + 1, to: migrator.newest, on: connection) {
            outcome.migrated.append($0.number)
        }
        for statement in FeatureCatalog().afterRestore { try Transaction(connection).execute(statement) }
        return outcome
    }

    /// Makes the tables as the backup has them; gives their shapes.
    private func begin(_ manifest: BackupManifest) throws -> [String: TableShape] {
        guard manifest.schema <= migrator.newest else {
            throw Refusal(
                .conflict, "newer_backup",
                "This backup has schema \(manifest.schema), made by a newer Thirdline (\(manifest.program)); this program knows schemas up to \(migrator.newest). Nothing was changed. Restore it with the newer program."
            )
        }
        try migrator.run(from: 1, to: manifest.schema, on: connection)
        let tx = Transaction(connection)
        let shapes = Dictionary(try tx.tables().map { ($0.name, $0) }) { first, _ in first }
        var found: [String: TableShape] = [:]
        for table in manifest.tables where !leftOut.contains(table.shape.name) {
            guard let shape = shapes[table.shape.name] else {
                throw ArchiveFault("schema \(manifest.schema) has no table \(table.shape.name)")
            }
            for column in table.shape.columns where !shape.columns.contains(column) {
                throw ArchiveFault(
                    "schema \(manifest.schema) has no column \(column.name) in table \(table.shape.name)")
            }
            // A step of the schema may have put rows there; they stand in the backup too, perhaps changed.
            try tx.deleteAll(of: shape)
            found[shape.name] = shape
        }
        return found
    }

    private func insert(_ rows: [[SQLValue]], _ from: TableShape, into shape: TableShape) throws {
        var rows = rows
        // Numbers of transactions mean something in the database alone in which they ran. Everything that was
        // restored was there before any of them.
        if shape.name == "fact", let index = from.columns.firstIndex(where: { $0.name == "written_by" }) {
            for row in rows.indices { rows[row][index] = .integer(0) }
        }
        try Transaction(connection).insert(rows, into: shape.name, columns: from.columns.map(\.name))
        sinceCommit += rows.count
        // Nobody sees the file before it is whole, and a shorter log is quicker.
        if connection.dialect == .sqlite, sinceCommit > 50_000 {
            try connection.run(script: "COMMIT")
            try connection.run(script: "BEGIN")
            sinceCommit = 0
        }
    }

    /// Begins a file of evidence; one that is there already with the right bytes stays.
    private func take(_ hash: String) throws -> BackupReader.EvidenceTaker {
        guard let store else { return BackupReader.EvidenceTaker() }
        // Whether it can be opened is no matter: what is there may be sealed with a key that is lost.
        if try !store.has(hash) { written.append(hash) }
        current = hash
        let name = "restore-\(hash)"
        store.discard(name)
        let part = try store.begin(name)
        return BackupReader.EvidenceTaker(
            write: { bytes in try bytes.withUnsafeBytes { try part.write($0) } },
            end: { [now] isSound in
                // What was damaged before is not put under the name of what it is not.
                guard isSound else { return store.discard(name) }
                _ = try store.keep(part, at: now)
            })
    }

    /// Takes away the files of evidence that were not there before.
    func removeEvidence() {
        // The error that led here is the one to tell; what stays is swept later.
        for hash in written { try? store?.remove(hash) }
        if let current { store?.discard("restore-\(current)") }
    }
}
