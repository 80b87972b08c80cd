import Logging
import Diagnosis
import Crypto
import Domain
import Foundation
import Glibc
import Storage
import Synchronization

/// Makes a backup of an installation beside its running servers.
///
/// The file is a gzip-compressed tar that any system can unpack: `manifest.json`, the rows of each table as lines of
/// JSON, the files of evidence under their SHA-256, `SHA256SUMS` with the digest of every entry, and `END.json`, whose
/// digest of that list shows that nothing is missing. All rows are of one state of the database. Evidence that this
/// state names is kept from being swept until the backup is done.
///
/// Memory: a few megabytes, and 250 bytes a file of evidence.
package struct BackupWriter: Sendable {
    private let services: Services
    private let passphrase: String?
    private let progress: @Sendable (BackupProgress) -> Void

    /// A writer of backups, encrypted where there is a passphrase.
    package init(
        _ services: Services, passphrase: String? = nil,
        progress: @escaping @Sendable (BackupProgress) -> Void = { _ in }
    ) {
        (self.services, self.passphrase, self.progress) = (services, passphrase, progress)
    }

    /// Bytes of rows in one entry of the archive.
    private static let partSize = 4 << 20

    /// Writes a backup to a file that is not there yet, or to standard output for `-`.
    ///
    /// Until it is whole the file is called `FILE.partial`.
    package func write(to path: String) async throws -> BackupSummary {
        if path == "-" { return try await write(FileSink(descriptor: 1, name: "standard output")) }
        guard access(path, F_OK) != 0 else {
            throw Refusal(
                .conflict, "file_exists",
                "\(path) is there already. Give the backup a name of its own, or move that file away.")
        }
        let partial = path + ".partial"
        unlink(partial)
        do {
            let summary = try await write(try FileSink(path: partial))
            guard rename(partial, path) == 0 else { throw ArchiveFault.system("cannot rename \(partial)") }
            try Self.syncFolder(of: path)
            return summary
        } catch {
            unlink(partial)
            throw error
        }
    }

    private static func syncFolder(of path: String) throws {
        let folder = (path as NSString).deletingLastPathComponent
        let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ArchiveFault.system("cannot open \(folder)") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw ArchiveFault.system("cannot sync \(folder)") }
    }

    private func write(_ sink: sending FileSink) async throws -> BackupSummary {
        let archive = try BackupArchive(sink, passphrase: passphrase, at: services.clock())
        do {
            let name = EvidenceDirectory.hold + newIdentifier(at: services.clock())
            let done = try await services.whileHolding(name) { try await fill(archive) }
            guard let done else { throw ArchiveFault("somebody else has the name \(name)", isDamage: false) }
            return done
        } catch let fault as StorageFault where fault.isTemporary {
            // A full or read-only disk takes no lease. Then nobody can remove evidence either: the sweep begins with
            // a write, and so does taking a piece away.
            guard archive.isEmpty else { throw fault }
            return try await fill(archive)
        }
    }

    private func fill(_ archive: BackupArchive) async throws -> BackupSummary {
        let now = services.clock()
        let (manifest, evidence) = try await services.database.read { tx in
            try writeTables(archive, at: now, tx)
        }
        return try await services.evidence.working {
            var summary = BackupSummary(manifest: manifest, digest: "")
            var done: Int64 = 0
            for (hash, size) in evidence {
                try writeEvidence(hash, archive, &summary)
                done += size
                progress(BackupProgress(part: .evidence, done: done, total: manifest.evidenceBytes))
            }
            (summary.digest, summary.bytes) = try archive.finish(summary)
            return summary
        }
    }

    private func writeTables(
        _ archive: BackupArchive, at now: Timestamp, _ tx: borrowing Transaction
    ) throws -> (BackupManifest, [(hash: String, size: Int64)]) {
        let leftOut = services.catalog.passingTables
        let shapes = try tx.tables().filter { !leftOut.contains($0.name) }
        let evidence = try EvidenceDirectory.keptFiles(with: services.catalog.heldFiles, in: tx)
        let schema = try tx.first(SchemaVersionStore.newest()) { Int($0.integer(0)) } ?? 0
        var counters: [Counter: Int64] = [:]
        for counter in Counter.allCases { counters[counter] = try tx.value(of: counter) }
        var tables: [BackupManifest.Table] = []
        for shape in shapes { tables.append(.init(shape: shape, rows: try tx.count(of: shape))) }
        let manifest = BackupManifest(
            program: Thirdline.version, madeAt: now, engine: tx.dialect.rawValue, schema: schema,
            counters: counters, keyID: services.keys.currentID,
            keyCheck: hex(services.keys.digest(of: BackupManifest.checkedWords)), tables: tables,
            evidenceFiles: Int64(evidence.count), evidenceBytes: evidence.reduce(0) { $0 + $1.size })
        try archive.add("manifest.json", Array((manifest.json.text + "\n").utf8))
        var done: Int64 = 0
        for table in tables {
            var bytes: [UInt8] = []
            var part = 0
            func flush() throws {
                part += 1
                try archive.add("tables/\(table.shape.name)/\(pad(part, 6)).jsonl", bytes)
                bytes.removeAll(keepingCapacity: true)
                progress(BackupProgress(part: .rows, done: done, total: manifest.rows))
            }
            let columns = table.shape.columns
            try tx.eachRow(of: table.shape, columns: columns.map(\.name)) { row in
                BackupRow.append(row, columns, to: &bytes)
                done += 1
                if bytes.count >= Self.partSize { try flush() }
            }
            if !bytes.isEmpty { try flush() }
        }
        return (manifest, evidence)
    }

    /// Writes a file of evidence; one that is gone or not what it was is named and stops nothing.
    private func writeEvidence(_ hash: String, _ archive: BackupArchive, _ summary: inout BackupSummary)
        throws
    {
        let file: EvidenceFile
        do {
            guard let found = try services.evidence.open(hash) else {
                summary.missing.append(hash)
                return
            }
            file = found
        } catch {
            let words = (error as? Refusal)?.message ?? "\(error)"
            services.logger.error(
                "evidence cannot be read", metadata: ["hash": "\(hash)", "error": "\(words)"])
            summary.missing.append(hash)
            return
        }
        try archive.begin("evidence/\(hash)", size: file.size)
        var place: Int64 = 0
        var isRead = true
        while place < file.size {
            var bytes = [UInt8]()
            if isRead {
                do {
                    bytes = try file.read(at: place, count: Int(min(1 << 20, file.size - place)))
                } catch {
                    services.logger.error(
                        "evidence cannot be read", metadata: ["hash": "\(hash)", "error": "\(error)"])
                }
            }
            if bytes.isEmpty {
                isRead = false
                bytes = [UInt8](repeating: 0, count: Int(min(1 << 20, file.size - place)))
            }
            place += Int64(bytes.count)
            try archive.write(bytes)
        }
        if try archive.end() != hash { summary.damaged.append(hash) }
    }
}

/// An archive that is being written: entries, and the digest of each.
final class BackupArchive: Sendable {
    private struct State {
        var tar: TarWriter
        var file: FileSink
        var name = ""
        var hasher = SHA256()
        var sums: [UInt8] = []
        var entries = 0
    }

    private let state: Mutex<State>
    private let time: Int64

    init(_ sink: sending FileSink, passphrase: String?, at now: Timestamp) throws {
        var generator = SystemRandomNumberGenerator()
        let salt = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let sealed: any ByteSink =
            try passphrase.map { try SealingSink(sink, passphrase: $0, salt: salt) } ?? sink
        state = Mutex(State(tar: TarWriter(try GzipSink(sealed)), file: sink))
        time = now.microseconds / 1_000_000
    }

    /// Whether no entry was begun yet.
    var isEmpty: Bool { state.withLock { $0.name.isEmpty } }

    func add(_ name: String, _ bytes: [UInt8]) throws {
        try begin(name, size: Int64(bytes.count))
        try write(bytes)
        _ = try end()
    }

    func begin(_ name: String, size: Int64) throws {
        try state.withLock { state in
            try state.tar.begin(name, size: size, time: time)
            (state.name, state.hasher) = (name, SHA256())
        }
    }

    func write(_ bytes: [UInt8]) throws {
        try state.withLock { state in
            state.hasher.update(data: bytes)
            try state.tar.write(bytes)
        }
    }

    /// Ends an entry and gives its digest.
    func end() throws -> String {
        state.withLock { state in
            let digest = hex(Array(state.hasher.finalize()))
            state.sums += Array("\(digest)  \(state.name)\n".utf8)
            state.entries += 1
            return digest
        }
    }

    /// Adds the list of digests and the end, and closes the file.
    func finish(_ summary: BackupSummary) throws -> (digest: String, bytes: Int64) {
        try state.withLock { state in
            let digest = hex(sha256(state.sums))
            try state.tar.begin("SHA256SUMS", size: Int64(state.sums.count), time: time)
            try state.tar.write(state.sums)
            let end = BackupEnd(
                entries: state.entries, digest: digest, missing: summary.missing, damaged: summary.damaged)
            let bytes = Array((end.json.text + "\n").utf8)
            try state.tar.begin("END.json", size: Int64(bytes.count), time: time)
            try state.tar.write(bytes)
            try state.tar.finish()
            return (digest, state.file.size)
        }
    }
}
