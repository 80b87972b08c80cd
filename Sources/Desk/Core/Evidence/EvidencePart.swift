import Crypto
import Domain
import Glibc
import Storage
import Synchronization

/// A file of evidence that is being written; its digest is computed on the way.
final class EvidencePart: Sendable {
    private struct State {
        var descriptor: Int32
        var hasher = SHA256()
        var size: Int64 = 0
        var head: [UInt8] = []
        /// Whether bytes were there before, which the digest has not seen.
        var isResumed = false
        /// How many of the bytes are in the bucket and not in the file.
        var sent: Int64 = 0
        /// How the file is encrypted; nil where it is not.
        var seal: EvidenceSeal?
        /// Where the bytes begin in the file.
        var offset: Int64 { seal == nil ? 0 : Int64(EvidenceSeal.headerSize) }
    }

    /// As many first bytes as are kept in memory, to see what the file is.
    static let headSize = 65_536

    let path: String
    private let state: Mutex<State>

    /// Where what is durable goes before the file is whole; nil where the file itself is durable.
    private let pieces: EvidencePieces?

    private let keys: KeyRing?

    /// - Parameters:
    ///   - sent: how many bytes are among the pieces already.
    ///   - keys: with what a new file is encrypted; nil where it is not.
    init(path: String, isNew: Bool, pieces: EvidencePieces? = nil, after sent: Int64 = 0, keys: KeyRing?)
        throws
    {
        (self.path, self.pieces, self.keys) = (path, pieces, keys)
        let flags = isNew ? O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC : O_RDWR | O_CLOEXEC
        let descriptor = Glibc.open(path, flags, 0o600)
        guard descriptor >= 0 else { throw EvidenceStore.fault("open \(path)") }
        var state = State(descriptor: descriptor, size: sent, isResumed: sent > 0, sent: sent)
        do {
            if isNew {
                try Self.beginSeal(&state, keys)
            } else {
                state.seal = try EvidenceSeal(header: Self.header(of: descriptor), with: keys)
            }
        } catch {
            close(descriptor)
            throw error
        }
        self.state = Mutex(state)
    }

    /// Begins an empty file: with a key of its own, if it is to be encrypted.
    private static func beginSeal(_ state: inout State, _ keys: KeyRing?) throws {
        state.seal = try keys.map { try EvidenceSeal(with: $0) }
        try state.seal?.header.withUnsafeBytes { try append($0, to: state.descriptor) }
    }

    private static func header(of descriptor: Int32) throws -> [UInt8] {
        var header: [UInt8] = []
        try eachBlock(of: descriptor, count: min(Int64(EvidenceSeal.headerSize), rawSize(of: descriptor))) {
            header += $0
        }
        return header
    }

    private static func rawSize(of descriptor: Int32) throws -> Int64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw EvidenceStore.fault("look at a file") }
        return Int64(status.st_size)
    }

    deinit { state.withLock { if $0.descriptor >= 0 { close($0.descriptor) } } }

    /// The number of bytes so far.
    var size: Int64 { state.withLock { $0.size } }

    /// The digest of a file that was written in one go, in hexadecimal.
    var hash: String { state.withLock { hex(Array($0.hasher.finalize())) } }

    /// Forgets what lies behind `size`: it may not have reached the disk.
    func cut(to size: Int64) throws {
        try state.withLock { state in
            // Of a file of which nothing was acknowledged, not even the header need have reached it.
            if size == 0, state.seal == nil, keys != nil {
                guard ftruncate(state.descriptor, 0) == 0, lseek(state.descriptor, 0, SEEK_SET) == 0 else {
                    throw EvidenceStore.fault("truncate \(path)")
                }
                try Self.beginSeal(&state, keys)
            }
            let end = Int(size + state.offset)
            guard ftruncate(state.descriptor, end) == 0, lseek(state.descriptor, end, SEEK_SET) == end else {
                throw EvidenceStore.fault("truncate \(path)")
            }
            (state.size, state.isResumed) = (size, true)
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        try state.withLock { state in
            try Self.append(bytes, at: state.size - state.sent, state)
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
            if let pieces { return try Self.send(&state, to: pieces, keys) }
            guard fdatasync(state.descriptor) == 0 else { throw EvidenceStore.fault("sync \(path)") }
        }
    }

    /// Syncs the file and says what it is.
    ///
    /// A file that was written in pieces is read once more.
    func finish(at now: Timestamp) throws -> EvidenceStore.Kept {
        try state.withLock { state in
            if let pieces, state.sent > 0 {
                try Self.send(&state, to: pieces, keys)
                try Self.bringBack(&state, pieces, keys)
            }
            if state.isResumed { try Self.readAgain(&state) }
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

    /// Writes the finished file into a bucket.
    func send(to bucket: Bucket, _ key: String) throws {
        try state.withLock { state in
            try bucket.put(
                key, file: state.descriptor, count: state.size + state.offset,
                digest: try Self.digest(of: state.descriptor))
        }
    }

    /// SHA-256 of a file as it lies, in hexadecimal.
    private static func digest(of descriptor: Int32) throws -> String {
        var digest = SHA256()
        try eachBlock(of: descriptor) { digest.update(bufferPointer: $0) }
        return hex(Array(digest.finalize()))
    }

    /// Makes what is in the file a piece, and the file empty.
    private static func send(_ state: inout State, to pieces: EvidencePieces, _ keys: KeyRing?) throws {
        let count = state.size - state.sent
        guard count > 0 else { return }
        try pieces.add(
            state.descriptor, count: count + state.offset, at: state.sent,
            digest: try digest(of: state.descriptor),
            sealed: state.seal != nil)
        try empty(&state, keys)
        (state.sent, state.isResumed) = (state.size, true)
    }

    /// Empties the file.
    ///
    /// What comes next is encrypted with another key: two texts under one key tell of each other.
    private static func empty(_ state: inout State, _ keys: KeyRing?) throws {
        guard ftruncate(state.descriptor, 0) == 0, lseek(state.descriptor, 0, SEEK_SET) == 0 else {
            throw EvidenceStore.fault("truncate")
        }
        try beginSeal(&state, keys)
    }

    /// Puts the file together again from its pieces.
    private static func bringBack(_ state: inout State, _ pieces: EvidencePieces, _ keys: KeyRing?) throws {
        try empty(&state, keys)
        var place: Int64 = 0
        try pieces.read(upTo: state.size) { bytes in
            try append(bytes, at: place, state)
            place += Int64(bytes.count)
        }
        state.sent = 0
    }

    /// Writes bytes of a place at the end of the file.
    private static func append(_ bytes: UnsafeRawBufferPointer, at place: Int64, _ state: State) throws {
        guard let seal = state.seal else { return try append(bytes, to: state.descriptor) }
        try seal.applied(to: bytes, at: place).withUnsafeBytes { try append($0, to: state.descriptor) }
    }

    /// Writes all bytes at the end of an open file.
    static func append(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw EvidenceStore.fault("write")
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Reads a stretch of a file, a megabyte at a time; to the file's end where `count` is nil.
    /// - Throws: where the file ends before the stretch does.
    static func eachBlock(
        of descriptor: Int32, from offset: Int64 = 0, count: Int64? = nil,
        _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var place = offset
        while true {
            let wanted = Int(min(Int64(buffer.count), count.map { offset + $0 - place } ?? .max))
            if wanted == 0 { return }
            let read = buffer.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, wanted, Int(place)) }
            guard read > 0 || read == 0 && count == nil else { throw EvidenceStore.fault("read") }
            if read == 0 { return }
            try buffer.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[0..<read])) }
            place += Int64(read)
        }
    }

    private static func readAgain(_ state: inout State) throws {
        (state.hasher, state.head, state.size) = (SHA256(), [], 0)
        try eachBlock(of: state.descriptor, from: state.offset) { raw in
            let bytes = try state.seal?.applied(to: raw, at: state.size) ?? Array(raw)
            bytes.withUnsafeBytes { state.hasher.update(bufferPointer: $0) }
            if state.head.count < headSize { state.head += bytes.prefix(headSize - state.head.count) }
            state.size += Int64(bytes.count)
        }
        state.isResumed = false
    }
}
