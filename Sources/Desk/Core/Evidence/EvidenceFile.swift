import Diagnosis
import Domain
import Glibc
import Synchronization

/// The bytes of a piece of evidence, opened for reading; what is encrypted is decrypted on the way.
package final class EvidenceFile: Sendable {
    private enum Source: Sendable {
        case descriptor(Int32)
        case object(Bucket, key: String)
    }

    private struct State {
        /// What was fetched last from a bucket; who reads on finds the next bytes here.
        var window: [UInt8] = []
        var windowStart: Int64 = 0
        /// Which state of the object in the bucket this is.
        var tag: String?
        /// How it is encrypted; nil where it is not.
        var seal: EvidenceSeal?
        var position: Int64 = 0
        /// Where the bytes begin.
        var offset: Int64 { seal == nil ? 0 : Int64(EvidenceSeal.headerSize) }
    }

    private let source: Source
    private let keys: KeyRing?
    private let state: Mutex<State>
    /// The number of bytes.
    package let size: Int64

    /// Opens a file; nil where there is none.
    convenience init?(path: String, keys: KeyRing?) throws {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw EvidenceStore.fault("open \(path)")
        }
        do {
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw EvidenceStore.fault("open \(path)") }
            self.init(
                .descriptor(descriptor), State(seal: try Self.seal(descriptor, keys)),
                raw: Int64(status.st_size), keys)
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// An object in a bucket; nil where there is none.
    convenience init?(_ bucket: Bucket, _ key: String, keys: KeyRing?) throws {
        guard let (state, raw) = try Self.begin(bucket, key, keys) else { return nil }
        self.init(.object(bucket, key: key), state, raw: raw, keys)
    }

    private init(_ source: Source, _ state: sending State, raw: Int64, _ keys: KeyRing?) {
        size = raw - state.offset
        (self.source, self.keys) = (source, keys)
        self.state = Mutex(state)
    }

    deinit { if case .descriptor(let descriptor) = source { close(descriptor) } }

    /// Behind the bytes that were read last: how far it was read by whoever reads it in order.
    var position: Int64 { state.withLock { $0.position } }

    /// At most `count` bytes from a place; fewer at the end.
    package func read(at place: Int64, count: Int) throws -> [UInt8] {
        let wanted = Int(min(Int64(count), max(0, size - place)))
        switch source {
        case .descriptor(let descriptor):
            let (seal, offset) = state.withLock { ($0.seal, $0.offset) }
            let bytes = try Self.read(descriptor, at: place + offset, count: wanted)
            state.withLock { $0.position = place + Int64(bytes.count) }
            return try seal.map { seal in try bytes.withUnsafeBytes { try seal.applied(to: $0, at: place) } }
                ?? bytes
        case .object(let bucket, let key):
            return try state.withLock { state in
                state.position = place + Int64(wanted)
                return try self.read(at: place, count: wanted, &state, bucket, key)
            }
        }
    }

    private static func seal(_ descriptor: Int32, _ keys: KeyRing?) throws -> EvidenceSeal? {
        func header() throws -> [UInt8] { try read(descriptor, at: 0, count: EvidenceSeal.headerSize) }
        do { return try EvidenceSeal(header: header(), with: keys) } catch is Refusal {
            // It may have been written anew while it was read.
            return try EvidenceSeal(header: header(), with: keys)
        }
    }

    static func read(_ descriptor: Int32, at place: Int64, count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let read = pread(
                    descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, Int(place) + filled)
                if read < 0, errno == EINTR { continue }
                guard read >= 0 else { throw EvidenceStore.fault("read") }
                if read == 0 { break }
                filled += read
            }
        }
    }

    // MARK: In a bucket

    /// As much is fetched at least: a request costs more than its bytes.
    private static let least = 1 << 20

    private static func begin(_ bucket: Bucket, _ key: String, _ keys: KeyRing?) throws -> (State, Int64)? {
        for _ in 1...5 {
            guard let found = try bucket.find(key) else { return nil }
            let count = Int(min(found.size, Int64(least)))
            // It may be written anew, or be taken away, between the two requests.
            guard case .bytes(let bytes) = try bucket.get(key, from: 0, count: count, tag: found.tag)
            else { continue }
            guard bytes.count == count else { throw endsEarly(key) }
            var state = State(window: bytes, tag: found.tag)
            state.seal = try EvidenceSeal(
                header: Array(bytes.prefix(EvidenceSeal.headerSize)), with: keys)
            return (state, found.size)
        }
        throw EvidenceFault(description: "\(key) is written anew in the bucket again and again")
    }

    private func read(
        at place: Int64, count: Int, _ state: inout State, _ bucket: Bucket, _ key: String
    ) throws -> [UInt8] {
        while true {
            let start = place + state.offset
            let from = Int(start - state.windowStart)
            if from >= 0, from + count <= state.window.count {
                return try state.window.withUnsafeBytes { window in
                    let bytes = UnsafeRawBufferPointer(rebasing: window[from..<from + count])
                    return try state.seal?.applied(to: bytes, at: place) ?? Array(bytes)
                }
            }
            let most = Int(min(Int64(max(count, Self.least)), max(0, size + state.offset - start)))
            switch try bucket.get(key, from: start, count: most, tag: state.tag) {
            case .bytes(let bytes):
                guard bytes.count == most else { throw Self.endsEarly(key) }
                (state.windowStart, state.window) = (start, bytes)
            case .changed:
                // The same bytes were kept once more, and are encrypted with a key of their own.
                guard let (fresh, raw) = try Self.begin(bucket, key, keys), raw - fresh.offset == size else {
                    throw Self.endsEarly(key)
                }
                state = fresh
            }
        }
    }

    private static func endsEarly(_ key: String) -> EvidenceFault {
        EvidenceFault(description: "\(key) ends before its end in the bucket")
    }
}

extension EvidenceFile: LogBytes {}
