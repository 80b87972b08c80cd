import Domain
import Glibc
import Storage
import Synchronization

extension EvidenceStore {
    /// How the keys of the installation open the files.
    package struct KeyUses: Sendable {
        /// How many files each key opens, unfinished ones too, by the key's identifier.
        package var counts: [String: Int] = [:]
        /// How many kept files are not encrypted.
        package var plain = 0
        /// How many files could not be looked at.
        package var unreadable = 0
    }

    /// How many files each key opens.
    ///
    /// Reads the beginning of every file: in a bucket a request each.
    package func keyUses() async throws -> KeyUses {
        let uses = Mutex(KeyUses())
        @Sendable func count(_ isKept: Bool, _ header: () throws -> [UInt8]?) {
            let found: [UInt8]?
            do { found = try header() } catch {
                uses.withLock { $0.unreadable += 1 }
                return
            }
            guard let found else { return }
            uses.withLock { uses in
                if let key = EvidenceSeal.keyID(of: found) {
                    uses.counts[key, default: 0] += 1
                } else if isKept {
                    uses.plain += 1
                }
            }
        }
        try await eachBatch { hashes in
            try await working {
                for hash in hashes { count(true) { try header(of: place(of: hash)) } }
            }
        }
        try await working {
            for place in try unfinished() { count(false) { try header(of: place) } }
        }
        return uses.withLock { $0 }
    }

    /// A key that opens kept files and is not known here; nil where some of each part of the folder are looked at and
    /// all can be opened.
    ///
    /// Of a bucket nothing is looked at: it is asked before the server answers anybody.
    package func missingKey() async throws -> String? {
        guard bucket == nil else { return nil }
        let known = Set(keys?.activeIDs ?? [])
        return try await working {
            for first in 0..<256 {
                let names = names(in: "\(folder)/\(hex([UInt8(first)]))")
                guard let hash = names.first(where: { $0.utf8.count == 64 }),
                    let header = try header(of: place(of: hash)), let key = EvidenceSeal.keyID(of: header)
                else { continue }
                if !known.contains(key) { return key }
            }
            return nil
        }
    }

    // MARK: Sealing anew

    /// What encrypting everything anew did.
    package struct Rewrapped: Sendable {
        /// Files that the key in use opens now.
        package var done = 0
        /// Files that could not be opened, or are not what their name says, and stay as they are.
        package var unreadable = 0
    }

    /// Has the key in use open every file: gives those that another opens a new header, and encrypts those that are not.
    ///
    /// Works beside running servers; an interrupted run goes on where it ended. Of an encrypted file in the folder 512
    /// bytes are written; one in a bucket, and one that is not encrypted, is read and written once.
    /// - Parameter progress: told after some files what was done so far.
    /// - Throws: where there is no room; what else befalls a file is counted.
    package func rewrap(
        clock: @escaping @Sendable () -> Timestamp, progress: @Sendable (Rewrapped) -> Void = { _ in }
    ) async throws -> Rewrapped {
        guard let keys else { return Rewrapped() }
        let whole = Mutex(Rewrapped())
        @Sendable func count(_ body: () throws -> Standing) throws {
            let standing: Standing
            do { standing = try body() } catch let refusal as Refusal where refusal.code == "disk_full" {
                throw refusal
            } catch { standing = .unreadable }
            whole.withLock { whole in
                if standing == .rewrapped { whole.done += 1 }
                if standing == .unreadable { whole.unreadable += 1 }
            }
        }
        try await eachBatch { hashes in
            let before = whole.withLock { $0.done }
            try await working {
                for hash in hashes { try count { try rewrap(hash, with: keys, at: clock()) } }
            }
            let now = whole.withLock { $0 }
            if now.done > before { progress(now) }
        }
        if bucket == nil {
            try await working {
                for name in names(in: "\(folder)/partial") {
                    try count { try rewrapInPlace(partialPath(name), with: keys) }
                }
            }
        }
        return whole.withLock { $0 }
    }

    /// How a file stands to the key in use.
    private enum Standing {
        case gone, plain, current, rewrapped, unreadable
    }

    private func rewrap(_ hash: String, with keys: KeyRing, at now: Timestamp) throws -> Standing {
        if bucket == nil {
            let standing = try rewrapInPlace(path(of: hash), with: keys)
            guard standing == .plain else { return standing }
        } else {
            guard let header = try header(of: place(of: hash)) else { return .gone }
            if EvidenceSeal.keyID(of: header) == keys.currentID { return .current }
        }
        guard let file = try open(hash) else { return .gone }
        // A name of its own: another run may be at the same file.
        let id = "rewrap-\(newIdentifier(at: now))"
        let part = try begin(id)
        do {
            try file.eachBlock { try part.write($0) }
            guard part.hash == hash else {
                discard(id)
                return .unreadable
            }
            _ = try keep(part, at: now)
            return .rewrapped
        } catch {
            discard(id)
            throw error
        }
    }

    /// Gives an encrypted file in the folder a new header.
    ///
    /// It is read and written through one descriptor: a file that takes the place of this one meanwhile has a key of its
    /// own.
    private func rewrapInPlace(_ path: String, with keys: KeyRing) throws -> Standing {
        let descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return .gone }
            throw Self.fault("open \(path)")
        }
        defer { close(descriptor) }
        let header = try EvidenceFile.read(descriptor, at: 0, count: EvidenceSeal.headerSize)
        guard let key = EvidenceSeal.keyID(of: header) else { return .plain }
        if key == keys.currentID { return .current }
        guard let seal = try EvidenceSeal(header: header, with: keys) else { return .plain }
        let fresh = try seal.rewrapped(with: keys).header
        let written = fresh.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        guard written == fresh.count, fdatasync(descriptor) == 0 else { throw Self.fault("write \(path)") }
        return .rewrapped
    }

    // MARK: What is there

    /// Where the bytes of a file lie: in the folder, or in the bucket.
    private struct Place {
        var path: String
        var key: String
    }

    private func place(of hash: String) -> Place { Place(path: path(of: hash), key: Self.key(of: hash)) }

    /// Every file that is kept, by its digest; some at a time.
    func eachBatch(_ body: @Sendable ([String]) async throws -> Void) async throws {
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

    /// What is unfinished, or put aside by the sweep.
    private func unfinished() throws -> [Place] {
        guard let bucket else {
            return names(in: "\(folder)/partial").map { Place(path: partialPath($0), key: "") }
        }
        return try ["partial/", "aside/"].flatMap { try bucket.objects(prefix: $0) }.filter { $0.size > 0 }
            .map { Place(path: "", key: $0.key) }
    }

    /// The first bytes of a file as it lies; nil where it is gone.
    private func header(of place: Place) throws -> [UInt8]? {
        if let bucket {
            guard
                case .bytes(let bytes) = try bucket.get(place.key, from: 0, count: EvidenceSeal.headerSize)
            else { return nil }
            return bytes
        }
        let descriptor = Glibc.open(place.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw Self.fault("open \(place.path)")
        }
        defer { close(descriptor) }
        return try EvidenceFile.read(descriptor, at: 0, count: EvidenceSeal.headerSize)
    }
}
