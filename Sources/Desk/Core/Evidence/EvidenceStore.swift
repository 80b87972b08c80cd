import Dispatch
import Domain
import Glibc
import Storage

/// The bytes of evidence, in a folder or a bucket: each file stands under the SHA-256 of its bytes, once, and never
/// changes.
///
/// A file is durable before `keep` returns, so a row that names it can be committed: synced, and its folder too, or
/// taken by the bucket. What was not kept lies in `partial` and is swept, as are files that no row names. Nodes share
/// the folder or the bucket; with a bucket, each has a folder of its own in which files are put together.
///
/// With keys, each file is encrypted where it lies, unfinished ones too; files from before are read as they are.
package struct EvidenceStore: Sendable {
    /// The folder.
    package let folder: String
    /// The bucket that has the files; nil where the folder does.
    let bucket: Bucket?
    /// What opens the files, and with what new ones are encrypted; nil where they are not.
    let keys: KeyRing?

    /// The store in a folder, or in a bucket with a folder to put files together in; nothing is made before it is
    /// needed.
    package init(folder: String, bucket: Bucket? = nil, keys: KeyRing?) {
        (self.folder, self.bucket, self.keys) = (folder, bucket, keys)
    }

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
    /// - Parameter isLasting: whether the unfinished file survives a power cut, and the loss of this node where nodes
    ///   share a bucket, so that a row can say how much of it is there.
    func begin(_ id: String, lasting isLasting: Bool = false) throws -> EvidencePart {
        try makePlaceForParts()
        guard let bucket else {
            let part = try EvidencePart(path: partialPath(id), isNew: true, keys: keys)
            if isLasting { try Self.sync(folder: "\(folder)/partial") }
            return part
        }
        let pieces = isLasting ? EvidencePieces(bucket, id, keys: keys) : nil
        try pieces?.begin()
        return try EvidencePart(path: partialPath(id), isNew: true, pieces: pieces, keys: keys)
    }

    /// Goes on with a file, of which so many bytes are known to be there; nil where they are gone.
    func resume(_ id: String, at size: Int64) throws -> EvidencePart? {
        guard let there = try self.size(ofPartial: id), there >= size else { return nil }
        guard let bucket else {
            let part = try EvidencePart(path: partialPath(id), isNew: false, keys: keys)
            try part.cut(to: size)
            return part
        }
        try makePlaceForParts()
        // What an earlier request left here is in the bucket, or was never acknowledged.
        unlink(partialPath(id))
        return try EvidencePart(
            path: partialPath(id), isNew: true, pieces: EvidencePieces(bucket, id, keys: keys), after: size,
            keys: keys)
    }

    /// Makes a file durable in its place; afterwards a row may name it.
    /// - Parameter isLeaving: whether the unfinished file stays too, until `discard`: what is done with the file
    ///   can then be done again if the server dies on the way.
    func keep(_ part: EvidencePart, at now: Timestamp, leaving isLeaving: Bool = false) throws -> Kept {
        let kept = try part.finish(at: now)
        if let bucket {
            // Also where the bucket has these bytes: the object is then as fresh as the row that will name it, and
            // the sweep leaves what is fresh alone.
            try part.send(to: bucket, Self.key(of: kept.hash))
            unlink(part.path)
            return kept
        }
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
    func discard(_ id: String) {
        unlink(partialPath(id))
        // What cannot be taken away now goes with the sweep.
        if let bucket { try? EvidencePieces(bucket, id, keys: keys).discard() }
    }

    /// Takes a file away that no row names; one that is not there is no matter.
    func remove(_ hash: String) throws {
        guard let bucket else {
            unlink(path(of: hash))
            return
        }
        try bucket.delete(Self.key(of: hash))
        try bucket.delete(Self.asideKey(of: hash))
    }

    /// Opens the bytes for reading; nil where they are gone.
    package func open(_ hash: String) throws -> EvidenceFile? {
        guard let bucket else { return try EvidenceFile(path: path(of: hash), keys: keys) }
        return try EvidenceFile(bucket, Self.key(of: hash), keys: keys)
            ?? EvidenceFile(bucket, Self.asideKey(of: hash), keys: keys)
    }

    /// Whether the bytes are there, with whatever key they are encrypted.
    func has(_ hash: String) throws -> Bool {
        guard let bucket else { return access(path(of: hash), F_OK) == 0 }
        return try bucket.size(of: Self.key(of: hash)) != nil
            || bucket.size(of: Self.asideKey(of: hash)) != nil
    }

    /// How many bytes of an unfinished file there are; nil where there is none.
    func size(ofPartial id: String) throws -> Int64? {
        if let bucket { return try EvidencePieces(bucket, id, keys: keys).size() }
        return try EvidenceFile(path: partialPath(id), keys: keys)?.size
    }

    /// Where the bytes of a digest are in a bucket.
    static func key(of hash: String) -> String { "\(hash.prefix(2))/\(hash)" }

    /// Where they are while the sweep makes sure that nobody needs them.
    static func asideKey(of hash: String) -> String { "aside/\(hash)" }

    // MARK: Folders and faults

    private func makePlaceForParts() throws {
        try Self.makeFolder(folder)
        try Self.makeFolder("\(folder)/partial")
    }

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
