import Crypto
import Diagnosis
import Domain
import Storage

/// The last entry of a backup.
struct BackupEnd: Equatable {
    /// How many entries the list of digests has.
    var entries: Int
    /// SHA-256 of the list of digests.
    var digest: String
    /// Evidence that was gone when the backup was made.
    var missing: [String]
    /// Evidence that was damaged when the backup was made.
    var damaged: [String]

    var json: JSON {
        [
            "entries": .integer(Int64(entries)), "sha256sums": .string(digest),
            "missing_evidence": .array(missing.map(JSON.string)),
            "damaged_evidence": .array(damaged.map(JSON.string)),
        ]
    }
}

extension BackupEnd {
    init(_ bytes: [UInt8]) throws {
        guard let json = try? JSON(parsing: bytes, limits: JSONLimits(bytes: 1 << 29)),
            let entries = json["entries"]?.integer,
            let digest = json["sha256sums"]?.string
        else { throw ArchiveFault("its last entry is not whole") }
        func names(_ key: String) -> [String] { json[key]?.array?.compactMap(\.string) ?? [] }
        self.init(
            entries: Int(clamping: entries), digest: digest, missing: names("missing_evidence"),
            damaged: names("damaged_evidence"))
    }
}

/// Where a backup is read from: a file, or standard input for `-`.
package struct BackupPlace: Sendable {
    /// The path.
    package var path: String
    /// What an encrypted backup is opened with.
    package var passphrase: String?

    /// A backup at a path.
    package init(_ path: String, passphrase: String? = nil) {
        (self.path, self.passphrase) = (path, passphrase)
    }

    /// Reads everything, checks every digest, and says what is in it.
    package func check(progress: @escaping (BackupProgress) -> Void = { _ in }) throws -> BackupSummary {
        var handlers = BackupReader.Handlers()
        handlers.progress = progress
        return try BackupReader.read(self, handlers)
    }

    /// The stream of entries.
    func open() throws -> TarReader {
        let file =
            path == "-" ? FileSource(descriptor: 0, name: "standard input") : try FileSource(path: path)
        let head = try file.read(exactly: Sealing.magic.count)
        guard head == Sealing.magic else {
            return TarReader(try GzipSource(PrefixedSource(head, then: file)))
        }
        guard let passphrase else {
            throw Refusal(
                .invalid, "passphrase_missing",
                "\(path) is encrypted. Give its passphrase with --passphrase-file FILE or in THIRDLINE_BACKUP_PASSPHRASE."
            )
        }
        return TarReader(try GzipSource(try SealedSource(file, passphrase: passphrase)))
    }
}

/// Reads a backup from its beginning to its end and checks every digest on the way.
///
/// What it hands over has not been proved whole before it returns: whoever takes it must not show it to anybody
/// before. Memory: a few megabytes, whatever the size.
struct BackupReader {
    /// What is done with each part.
    struct Handlers {
        var manifest: (BackupManifest) throws -> Void = { _ in }
        /// Rows of a table, in order.
        var rows: (BackupManifest.Table, [[SQLValue]]) throws -> Void = { _, _ in }
        /// Begins a file of evidence.
        var evidence: (String, Int64) throws -> EvidenceTaker = { _, _ in EvidenceTaker() }
        var progress: (BackupProgress) -> Void = { _ in }
    }

    /// Takes the bytes of one file of evidence.
    struct EvidenceTaker {
        var write: ([UInt8]) throws -> Void = { _ in }
        /// Ends it; the answer to whether its bytes are those of its name.
        var end: (_ isSound: Bool) throws -> Void = { _ in }
    }

    private let place: BackupPlace
    private let handlers: Handlers
    private var part = "its beginning"
    /// SHA-256 over the lines of the list of digests as they should stand in it.
    private var running = SHA256()
    private var entries = 0
    private var sums: [String: String] = [:]
    /// Evidence whose bytes are not those of its name, with what they are.
    private var strange: [String: String] = [:]
    private var done: (rows: Int64, evidence: Int64) = (0, 0)
    private var rows: [String: Int64] = [:]

    private init(_ place: BackupPlace, _ handlers: Handlers) {
        (self.place, self.handlers) = (place, handlers)
    }

    /// Reads everything.
    /// - Throws: a refusal that names the part where the backup is damaged or cut short.
    static func read(_ place: BackupPlace, _ handlers: Handlers = Handlers()) throws -> BackupSummary {
        var reader = BackupReader(place, handlers)
        do {
            return try reader.run()
        } catch let fault as ArchiveFault where fault.isDamage {
            throw Refusal(
                .invalid, "damaged_backup",
                "\(place.path) cannot be used: \(fault.description) (noticed in \(reader.part)). Nothing was changed. Take another backup."
            )
        } catch let fault as ArchiveFault {
            throw Refusal(.unavailable, "backup_unreadable", "\(place.path): \(fault.description).")
        } catch let error as JSONSyntaxError {
            throw Refusal(
                .invalid, "damaged_backup",
                "\(place.path) cannot be used: its bytes were changed (noticed in \(reader.part): \(error.message)). Nothing was changed. Take another backup."
            )
        }
    }

    private mutating func run() throws -> BackupSummary {
        let tar = try place.open()
        guard let first = try tar.next(), first.name == "manifest.json", first.size < 1 << 24 else {
            throw ArchiveFault("it is no backup of Thirdline")
        }
        part = first.name
        let manifest = try BackupManifest(try whole(tar, first))
        try handlers.manifest(manifest)
        let tables = Dictionary(manifest.tables.map { ($0.shape.name, $0) }) { first, _ in first }
        while let entry = try tar.next() {
            part = entry.name
            let names = entry.name.split(separator: "/").map(String.init)
            if names.count == 3, names[0] == "tables" {
                guard let table = tables[names[1]], entry.size < 1 << 30 else {
                    throw ArchiveFault("its manifest knows no table \(names[1])")
                }
                try readRows(try whole(tar, entry), table, manifest)
            } else if names.count == 2, names[0] == "evidence" {
                try readEvidence(names[1], tar, entry, manifest)
            } else if entry.name == "SHA256SUMS" {
                return try finish(tar, entry, manifest)
            } else {
                throw ArchiveFault("nobody knows this part")
            }
        }
        throw ArchiveFault("it is cut short")
    }

    private mutating func note(_ digest: String, _ name: String) {
        running.update(data: Array("\(digest)  \(name)\n".utf8))
        entries += 1
    }

    /// A small entry as a whole.
    private mutating func whole(_ tar: TarReader, _ entry: TarReader.Entry) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let some = try tar.read(atMost: 1 << 20)
            if some.isEmpty { break }
            bytes += some
        }
        let digest = hex(sha256(bytes))
        note(digest, entry.name)
        sums[entry.name] = digest
        return bytes
    }

    private mutating func readRows(
        _ bytes: [UInt8], _ table: BackupManifest.Table, _ manifest: BackupManifest
    ) throws {
        var some: [[SQLValue]] = []
        var start = 0
        while start < bytes.count {
            guard let end = bytes[start...].firstIndex(of: 10) else { throw ArchiveFault("it is cut short") }
            some.append(try BackupRow.read(bytes[start..<end], table.shape.columns))
            start = end + 1
            if some.count == 1000 || start == bytes.count {
                try handlers.rows(table, some)
                rows[table.shape.name, default: 0] += Int64(some.count)
                done.rows += Int64(some.count)
                some.removeAll(keepingCapacity: true)
                handlers.progress(BackupProgress(part: .rows, done: done.rows, total: manifest.rows))
            }
        }
    }

    private mutating func readEvidence(
        _ hash: String, _ tar: TarReader, _ entry: TarReader.Entry, _ manifest: BackupManifest
    ) throws {
        guard hash.utf8.count == 64, bytes(fromHex: hash) != nil else {
            throw ArchiveFault("it is no name of evidence")
        }
        let taker = try handlers.evidence(hash, entry.size)
        var hasher = SHA256()
        while true {
            let some = try tar.read(atMost: 1 << 20)
            if some.isEmpty { break }
            hasher.update(data: some)
            try taker.write(some)
        }
        let digest = hex(Array(hasher.finalize()))
        note(digest, entry.name)
        if digest != hash { strange[entry.name] = digest }
        try taker.end(digest == hash)
        done.evidence += entry.size
        handlers.progress(
            BackupProgress(part: .evidence, done: done.evidence, total: manifest.evidenceBytes))
    }

    /// Holds everything that was read against the list of digests, and the list against the end.
    private mutating func finish(
        _ tar: TarReader, _ entry: TarReader.Entry, _ manifest: BackupManifest
    ) throws -> BackupSummary {
        let computed = hex(Array(running.finalize()))
        var hasher = SHA256()
        var line: [UInt8] = []
        while true {
            let some = try tar.read(atMost: 1 << 20)
            if some.isEmpty { break }
            hasher.update(data: some)
            for byte in some {
                if byte != 10 {
                    line.append(byte)
                    continue
                }
                try compare(String(decoding: line, as: UTF8.self))
                line.removeAll(keepingCapacity: true)
            }
        }
        let listed = hex(Array(hasher.finalize()))
        part = "END.json"
        guard let last = try tar.next(), last.name == "END.json" else {
            throw ArchiveFault("it is cut short")
        }
        var bytes: [UInt8] = []
        while case let some = try tar.read(atMost: 1 << 20), !some.isEmpty { bytes += some }
        let end = try BackupEnd(bytes)
        guard end.digest == listed, listed == computed, end.entries == entries, try tar.next() == nil else {
            part = "SHA256SUMS"
            throw ArchiveFault("its parts are not those that it lists")
        }
        for table in manifest.tables where rows[table.shape.name, default: 0] != table.rows {
            part = "tables/\(table.shape.name)"
            throw ArchiveFault(
                "\(rows[table.shape.name, default: 0]) rows are there instead of \(table.rows)")
        }
        return BackupSummary(
            manifest: manifest, digest: computed, missing: end.missing, damaged: end.damaged)
    }

    /// Compares a line of the list with what was read.
    private mutating func compare(_ line: String) throws {
        let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw ArchiveFault("its bytes were changed") }
        let (digest, name) = (String(parts[0]), String(parts[1].dropFirst()))
        let read = sums[name] ?? strange[name] ?? name.split(separator: "/").last.map(String.init)
        guard read == digest else {
            part = name
            throw ArchiveFault("its bytes were changed")
        }
    }
}
