import Crypto
import Domain
import Glibc
import Storage
import Synchronization

extension EvidenceStore {
    // MARK: What is there

    /// Every file that is kept, by its digest; some at a time.
    private func eachBatch(_ body: @Sendable ([String]) async throws -> Void) async throws {
        for first in 0..<256 {
            let place = hex([UInt8(first)])
            let hashes = try await working {
                guard let bucket else {
                    return names(in: "\(folder)/\(place)").filter { $0.utf8.count == 64 }
                }
                return try bucket.objects(prefix: "\(place)/").map { String($0.key.dropFirst(3)) }
            }
            for start in stride(from: 0, to: hashes.count, by: 100) {
                try await body(Array(hashes[start..<min(start + 100, hashes.count)]))
            }
        }
    }

    /// The first bytes of a file as it lies; nil where it is gone.
    private func header(of hash: String) throws -> [UInt8]? {
        if let bucket {
            guard
                case .bytes(let bytes) = try bucket.get(
                    Self.key(of: hash), from: 0, count: EvidenceSeal.headerSize)
            else { return nil }
            return bytes
        }
        let descriptor = Glibc.open(path(of: hash), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw Self.fault("open \(path(of: hash))")
        }
        defer { close(descriptor) }
        return try EvidenceFile.read(descriptor, at: 0, count: EvidenceSeal.headerSize)
    }

    // MARK: Keys

    /// How many files each key opens, by the key's identifier; "" counts those that are not encrypted.
    ///
    /// Reads the beginning of every file.
    package func countsByKey() async throws -> [String: Int] {
        let counts = Tally()
        try await eachBatch { hashes in
            try await working {
                for hash in hashes {
                    guard let header = try header(of: hash) else { continue }
                    counts.add(EvidenceSeal.keyID(of: header) ?? "")
                }
            }
        }
        return counts.all
    }

    /// What encrypting everything anew did.
    package struct Rewrapped: Sendable {
        /// Files that the key in use opens now.
        package var done = 0
        /// Files that could not be opened, or are not what their name says, and stay as they are.
        package var unreadable = 0
    }

    /// Has the key in use open every file: gives those that another opens a new header, and encrypts those that are not.
    ///
    /// Works beside running servers; an interrupted run goes on where it ended. In a bucket each such file is read and
    /// written once.
    /// - Parameter progress: told after some files what was done so far.
    package func rewrap(
        at now: Timestamp, progress: @Sendable (Rewrapped) -> Void = { _ in }
    ) async throws -> Rewrapped {
        guard let keys else { return Rewrapped() }
        let tally = Tally()
        @Sendable func whole() -> Rewrapped {
            Rewrapped(done: tally["done"], unreadable: tally["unreadable"])
        }
        try await eachBatch { hashes in
            let before = tally["done"]
            try await working {
                for hash in hashes {
                    guard let header = try header(of: hash),
                        EvidenceSeal.keyID(of: header) != keys.currentID
                    else { continue }
                    tally.add(try rewrap(hash, header, with: keys, at: now) ? "done" : "unreadable")
                }
            }
            if tally["done"] > before { progress(whole()) }
        }
        return whole()
    }

    private func rewrap(_ hash: String, _ header: [UInt8], with keys: KeyRing, at now: Timestamp) throws
        -> Bool
    {
        let seal: EvidenceSeal?
        do { seal = try EvidenceSeal(header: header, with: keys) } catch is Refusal { return false }
        if let seal, bucket == nil {
            // One block of the disk: a reader sees the old one or the new, and both open the same bytes.
            let descriptor = Glibc.open(path(of: hash), O_WRONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw Self.fault("open \(path(of: hash))") }
            defer { close(descriptor) }
            let fresh = try seal.rewrapped(with: keys).header
            let written = fresh.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
            guard written == fresh.count, fdatasync(descriptor) == 0 else {
                throw Self.fault("write \(path(of: hash))")
            }
            return true
        }
        guard let file = try open(hash) else { return true }
        let id = "rewrap-\(hash)"
        discard(id)
        let part = try begin(id)
        do {
            try file.eachBlock { try part.write($0) }
            guard part.hash == hash else {
                discard(id)
                return false
            }
            _ = try keep(part, at: now)
            return true
        } catch {
            discard(id)
            throw error
        }
    }

    // MARK: Bytes

    /// What checking the files found.
    package struct Checked: Sendable {
        /// How many files were read.
        package var files = 0
        /// What is wrong, a sentence a file.
        package var findings: [String] = []
    }

    /// Reads every file that is kept or named, and says which are gone, cannot be opened, or have other bytes than
    /// their digest says.
    /// - Parameters:
    ///   - named: the digests that rows name.
    ///   - progress: told after some files how many were read.
    package func check(
        _ named: [String], progress: @Sendable (Int) -> Void = { _ in }
    ) async throws -> Checked {
        let tally = Tally()
        let (seen, findings) = (Gathered(), Gathered())
        try await eachBatch { hashes in
            try await working {
                for hash in hashes {
                    seen.add(hash)
                    if let finding = try finding(on: hash) { findings.add(finding) }
                    tally.add("files")
                }
            }
            progress(tally["files"])
        }
        // What the sweep has put aside is found by its name all the same.
        for hash in Set(named).subtracting(seen.all).sorted() {
            let found = try await working { try finding(on: hash, isNamed: true) }
            if let found { findings.add(found) } else { tally.add("files") }
        }
        return Checked(files: tally["files"], findings: findings.all.sorted())
    }

    private func finding(on hash: String, isNamed: Bool = false) throws -> String? {
        do {
            guard let file = try open(hash) else { return isNamed ? "evidence \(hash) is gone" : nil }
            var digest = SHA256()
            try file.eachBlock { digest.update(bufferPointer: $0) }
            return hex(Array(digest.finalize())) == hash
                ? nil : "evidence \(hash) has other bytes than it had"
        } catch let refusal as Refusal {
            return "evidence \(hash): \(refusal.message)"
        }
    }
}

extension EvidenceFile {
    /// All bytes in order, a megabyte at a time.
    func eachBlock(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        var place: Int64 = 0
        while place < size {
            let bytes = try read(at: place, count: 1 << 20)
            guard !bytes.isEmpty else { throw EvidenceFault(description: "a file ends before its end") }
            try bytes.withUnsafeBytes(body)
            place += Int64(bytes.count)
        }
    }
}

/// Counts by name, from several threads.
private final class Tally: Sendable {
    private let counts = Mutex<[String: Int]>([:])
    var all: [String: Int] { counts.withLock { $0 } }
    subscript(name: String) -> Int { counts.withLock { $0[name] ?? 0 } }
    func add(_ name: String) { counts.withLock { $0[name, default: 0] += 1 } }
}

/// Texts that are gathered from several threads.
private final class Gathered: Sendable {
    private let texts = Mutex<[String]>([])
    var all: [String] { texts.withLock { $0 } }
    func add(_ text: String) { texts.withLock { $0.append(text) } }
}
