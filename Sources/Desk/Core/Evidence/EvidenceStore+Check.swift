import Crypto
import Domain
import Storage
import Synchronization

extension EvidenceStore {
    /// What checking the files found.
    package struct Checked: Sendable {
        /// How many files were read.
        package var files = 0
        /// What is wrong, a sentence a file.
        package var findings: [String] = []
        /// The digests of files that rows name and that are gone.
        package var gone: [String] = []
    }

    /// Reads every file that is kept or named, and says which are gone, cannot be read, or have other bytes than their
    /// digest says.
    /// - Parameters:
    ///   - named: the digests that rows name.
    ///   - progress: told after some files how many were read.
    package func check(
        _ named: [String], progress: @Sendable (Int) -> Void = { _ in }
    ) async throws -> Checked {
        let checked = Mutex(Checked())
        let seen = Mutex(Set<String>())
        @Sendable func read(_ hash: String, isNamed: Bool) {
            let state = state(of: hash)
            checked.withLock { checked in
                switch state {
                case .whole: break
                case .wrong(let finding): checked.findings.append(finding)
                case .gone:
                    if isNamed { checked.gone.append(hash) }
                    return
                }
                checked.files += 1
            }
        }
        try await eachBatch { hashes in
            try await working {
                seen.withLock { $0.formUnion(hashes) }
                for hash in hashes { read(hash, isNamed: false) }
            }
            progress(checked.withLock { $0.files })
        }
        // What the sweep has put aside is found by its name all the same.
        let others = Set(named).subtracting(seen.withLock { $0 }).sorted()
        try await working { for hash in others { read(hash, isNamed: true) } }
        return checked.withLock { $0 }
    }

    private enum State {
        case whole, gone
        case wrong(String)
    }

    private func state(of hash: String) -> State {
        do {
            guard let file = try open(hash) else { return .gone }
            var digest = SHA256()
            try file.eachBlock { digest.update(bufferPointer: $0) }
            return hex(Array(digest.finalize())) == hash
                ? .whole : .wrong("evidence \(hash) has other bytes than it had")
        } catch let refusal as Refusal {
            return .wrong("evidence \(hash): \(refusal.message)")
        } catch {
            return .wrong("evidence \(hash) cannot be read: \(error)")
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
