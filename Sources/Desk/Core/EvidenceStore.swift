import Crypto
import Dispatch
import Domain
import Glibc
import Storage
import Synchronization

/// The bytes of evidence, in a folder: each file stands under the SHA-256 of its bytes, once, and never changes.
///
/// A file is synced, and its folder too, before `keep` returns, so a row that names it can be committed. What was not
/// kept lies in `partial` and is swept, as are files that no row names. Nodes may share the folder.
package struct EvidenceStore: Sendable {
    /// The folder.
    package let folder: String

    /// The store in a folder; nothing is made before it is needed.
    package init(folder: String) { self.folder = folder }

    /// What was kept.
    package struct Kept: Sendable, Equatable {
        /// SHA-256 of the bytes, in hexadecimal.
        package var hash: String
        /// The number of bytes.
        package var size: Int64
        /// The first bytes.
        package var head: [UInt8]
    }

    private static let queue = DispatchQueue(label: "thirdline.evidence", attributes: .concurrent)

    /// Does work with files beside the threads that answer requests, which must never wait for a disk.
    package func working<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            Self.queue.async { continuation.resume(with: Result { try body() }) }
        }
    }

    func path(of hash: String) -> String { "\(folder)/\(hash.prefix(2))/\(hash)" }

    func partialPath(_ id: String) -> String { "\(folder)/partial/\(id)" }

    /// Begins a file.
    /// - Parameter isLasting: whether the unfinished file survives a power cut, so that a row can say how much of it
    ///   is there.
    func begin(_ id: String, lasting isLasting: Bool = false) throws -> EvidencePart {
        try Self.makeFolder(folder)
        try Self.makeFolder("\(folder)/partial")
        let part = try EvidencePart(path: partialPath(id), isNew: true)
        if isLasting { try Self.sync(folder: "\(folder)/partial") }
        return part
    }

    /// Goes on with a file, of which so many bytes are known to be there; nil where they are gone.
    func resume(_ id: String, at size: Int64) throws -> EvidencePart? {
        guard let there = self.size(ofPartial: id), there >= size else { return nil }
        let part = try EvidencePart(path: partialPath(id), isNew: false)
        try part.cut(to: size)
        return part
    }

    /// Syncs a file and puts it in its place; afterwards a row may name it.
    /// - Parameter isLeaving: whether the unfinished file stays too, until `discard`: what is done with the file
    ///   can then be done again if the server dies on the way.
    func keep(_ part: EvidencePart, at now: Timestamp, leaving isLeaving: Bool = false) throws -> Kept {
        let kept = try part.finish(at: now)
        let place = "\(folder)/\(kept.hash.prefix(2))"
        try Self.makeFolder(place)
        if isLeaving, try Self.putSecondName(on: part.path, path(of: kept.hash)) {
            try Self.sync(folder: place)
            return kept
        }
        // The same bytes take the place of themselves: the file is as fresh as the row that will name it, and the
        // sweep leaves what is fresh alone.
        guard rename(part.path, path(of: kept.hash)) == 0 else { throw Self.fault("rename \(part.path)") }
        try Self.sync(folder: place)
        return kept
    }

    /// Gives the file a second name, in place of whatever has it; false where the disk knows no second names.
    private static func putSecondName(on path: String, _ name: String) throws -> Bool {
        let between = path + ".kept"
        unlink(between)
        guard link(path, between) == 0 else {
            if [EPERM, EOPNOTSUPP, EMLINK, ENOSYS].contains(errno) { return false }
            throw fault("link \(path)")
        }
        // Where the name stands for these very bytes already, a rename leaves both; one goes.
        defer { unlink(between) }
        guard rename(between, name) == 0 else { throw fault("rename \(between)") }
        return true
    }

    /// Takes an unfinished file away; one that is not there is no matter.
    func discard(_ id: String) { unlink(partialPath(id)) }

    /// Takes a file away that no row names; one that is not there is no matter.
    func remove(_ hash: String) { unlink(path(of: hash)) }

    /// Opens the bytes for reading; nil where they are gone.
    package func open(_ hash: String) throws -> EvidenceFile? { try EvidenceFile(path: path(of: hash)) }

    /// How many bytes of an unfinished file there are; nil where there is none.
    func size(ofPartial id: String) -> Int64? {
        var status = stat()
        return stat(partialPath(id), &status) == 0 ? Int64(status.st_size) : nil
    }

    // MARK: Folders and faults

    private static func makeFolder(_ path: String) throws {
        if mkdir(path, 0o700) == 0 {
            let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
            try sync(folder: parent.isEmpty ? "." : parent.joined(separator: "/"))
        } else if errno != EEXIST {
            throw fault("mkdir \(path)")
        }
    }

    private static func sync(folder: String) throws {
        let descriptor = Glibc.open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY)
        guard descriptor >= 0 else { throw fault("open \(folder)") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw fault("sync \(folder)") }
    }

    static func fault(_ what: String) -> any Error {
        let code = errno
        if code == ENOSPC || code == EDQUOT {
            return Refusal(
                .full, "disk_full",
                "There is no room for this file right now, and nothing of it was kept. Tell an administrator."
            )
        }
        return EvidenceFault(description: "\(what): \(String(cString: strerror(code)))")
    }
}

/// Something that the folder of evidence could not do.
struct EvidenceFault: Error, CustomStringConvertible {
    var description: String
}

/// A file of evidence that is being written; its digest is computed on the way.
final class EvidencePart: Sendable {
    private struct State {
        var descriptor: Int32
        var hasher = SHA256()
        var size: Int64 = 0
        var head: [UInt8] = []
        /// Whether bytes were there before, which the digest has not seen.
        var isResumed = false
    }

    /// As many first bytes as are kept in memory, to see what the file is.
    static let headSize = 65_536

    let path: String
    private let state: Mutex<State>

    init(path: String, isNew: Bool) throws {
        self.path = path
        let flags = isNew ? O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC : O_RDWR | O_CLOEXEC
        let descriptor = Glibc.open(path, flags, 0o600)
        guard descriptor >= 0 else { throw EvidenceStore.fault("open \(path)") }
        state = Mutex(State(descriptor: descriptor))
    }

    deinit { state.withLock { if $0.descriptor >= 0 { close($0.descriptor) } } }

    /// The number of bytes so far.
    var size: Int64 { state.withLock { $0.size } }

    /// The digest of a file that was written in one go, in hexadecimal.
    var hash: String { state.withLock { hex(Array($0.hasher.finalize())) } }

    /// Forgets what lies behind `size`: it may not have reached the disk.
    func cut(to size: Int64) throws {
        try state.withLock { state in
            guard ftruncate(state.descriptor, Int(size)) == 0,
                lseek(state.descriptor, Int(size), SEEK_SET) == Int(size)
            else { throw EvidenceStore.fault("truncate \(path)") }
            (state.size, state.isResumed) = (size, true)
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        try state.withLock { state in
            var rest = bytes
            while !rest.isEmpty {
                let count = Glibc.write(state.descriptor, rest.baseAddress, rest.count)
                if count < 0 {
                    if errno == EINTR { continue }
                    throw EvidenceStore.fault("write \(path)")
                }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
            if !state.isResumed {
                state.hasher.update(bufferPointer: bytes)
                if state.head.count < Self.headSize {
                    state.head += bytes.prefix(Self.headSize - state.head.count)
                }
            }
            state.size += Int64(bytes.count)
        }
    }

    /// Makes what was written so far durable.
    func sync() throws {
        try state.withLock { state in
            guard fdatasync(state.descriptor) == 0 else { throw EvidenceStore.fault("sync \(path)") }
        }
    }

    /// Syncs the file and says what it is.
    ///
    /// A file that was written in pieces is read once more.
    func finish(at now: Timestamp) throws -> EvidenceStore.Kept {
        try state.withLock { state in
            if state.isResumed { try Self.readAgain(&state, path) }
            var moment = timespec()
            moment.tv_sec = Int(now.microseconds / 1_000_000)
            var times = [moment, moment]
            guard futimens(state.descriptor, &times) == 0, fsync(state.descriptor) == 0 else {
                throw EvidenceStore.fault("sync \(path)")
            }
            return EvidenceStore.Kept(
                hash: hex(Array(state.hasher.finalize())), size: state.size, head: state.head)
        }
    }

    private static func readAgain(_ state: inout State, _ path: String) throws {
        (state.hasher, state.head) = (SHA256(), [])
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var place = 0
        while true {
            let count = buffer.withUnsafeMutableBytes {
                pread(state.descriptor, $0.baseAddress, $0.count, place)
            }
            guard count >= 0 else { throw EvidenceStore.fault("read \(path)") }
            if count == 0 { break }
            buffer.withUnsafeBytes {
                state.hasher.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[0..<count]))
            }
            if state.head.count < headSize {
                state.head += buffer[0..<min(count, headSize - state.head.count)]
            }
            place += count
        }
        (state.size, state.isResumed) = (Int64(place), false)
    }
}

/// The bytes of a piece of evidence, opened for reading.
package final class EvidenceFile: Sendable {
    private let descriptor: Int32
    /// The number of bytes.
    package let size: Int64

    fileprivate init?(path: String) throws {
        descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
            size = 0
            if errno == ENOENT { return nil }
            throw EvidenceStore.fault("open \(path)")
        }
        size = Int64(status.st_size)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// At most `count` bytes from a place; fewer at the end.
    package func read(at place: Int64, count: Int) throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: count)
        let read = buffer.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, Int(place)) }
        guard read >= 0 else { throw EvidenceStore.fault("read") }
        if read < count { buffer.removeSubrange(read...) }
        return buffer
    }
}

extension EvidenceStore {
    /// Files that nothing names are left alone so long: the row that names them may be on its way.
    static let grace: Int64 = 3600
    /// Unfinished files are left alone so long after they were last written.
    static let partialGrace: Int64 = 86_400

    /// Removes old files that no row names, and old unfinished ones.
    ///
    /// A file is moved aside first and looked at again, so that one which is kept anew in that moment is never lost.
    /// - Parameters:
    ///   - used: which of these digests rows name.
    ///   - unfinished: the unfinished files that somebody may go on with.
    /// - Returns: how many files were removed.
    package func sweep(
        at now: Timestamp, used: @Sendable ([String]) async throws -> Set<String>, unfinished: Set<String>
    ) async throws -> Int {
        var removed = 0
        for place in try await working({ self.names(in: self.folder) }) where place.utf8.count == 2 {
            let old = try await working {
                self.names(in: "\(self.folder)/\(place)").filter {
                    self.age(of: "\(self.folder)/\(place)/\($0)", at: now) > Self.grace
                }
            }
            for start in stride(from: 0, to: old.count, by: 500) {
                let some = Array(old[start..<min(start + 500, old.count)])
                for hash in Set(some).subtracting(try await used(some)).sorted() {
                    removed += try await remove(hash, at: now, used: used)
                }
            }
        }
        return try await removed
            + working {
                self.names(in: "\(self.folder)/partial").filter { name in
                    let path = self.partialPath(name)
                    guard !unfinished.contains(name), self.age(of: path, at: now) > Self.partialGrace else {
                        return false
                    }
                    return unlink(path) == 0
                }.count
            }
    }

    private func remove(
        _ hash: String, at now: Timestamp, used: @Sendable ([String]) async throws -> Set<String>
    ) async throws -> Int {
        let aside = partialPath("aside-\(hash)")
        let isOld = try await working {
            guard rename(self.path(of: hash), aside) == 0 else { return false }
            return self.age(of: aside, at: now) > Self.grace
        }
        if isOld, try await used([hash]).isEmpty { return try await working { unlink(aside) == 0 ? 1 : 0 } }
        // Somebody kept it anew: back to its place, unless a newer file is there already.
        _ = try await working { link(aside, self.path(of: hash)) }
        return try await working { unlink(aside) == 0 ? 0 : 0 }
    }

    private func names(in folder: String) -> [String] {
        guard let list = opendir(folder) else { return [] }
        defer { closedir(list) }
        var names: [String] = []
        while let entry = readdir(list) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    private func age(of path: String, at now: Timestamp) -> Int64 {
        var status = stat()
        guard stat(path, &status) == 0 else { return 0 }
        return now.microseconds / 1_000_000 - Int64(status.st_mtim.tv_sec)
    }
}
