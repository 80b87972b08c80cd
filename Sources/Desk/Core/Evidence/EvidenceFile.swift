import Diagnosis
import Glibc
import Synchronization

/// The bytes of a piece of evidence, opened for reading.
package final class EvidenceFile: Sendable {
    private enum Source: Sendable {
        case descriptor(Int32)
        case object(Bucket, key: String)
    }

    /// What was fetched last from a bucket; who reads on finds the next bytes here.
    private struct Window {
        var start: Int64 = 0
        var bytes: [UInt8] = []
    }

    private let source: Source
    private let window = Mutex(Window())
    /// The number of bytes.
    package let size: Int64

    /// Opens a file; nil where there is none.
    convenience init?(path: String) throws {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw EvidenceStore.fault("open \(path)")
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let fault = EvidenceStore.fault("open \(path)")
            close(descriptor)
            throw fault
        }
        self.init(.descriptor(descriptor), size: Int64(status.st_size))
    }

    /// An object in a bucket.
    convenience init(_ bucket: Bucket, _ key: String, size: Int64) {
        self.init(.object(bucket, key: key), size: size)
    }

    private init(_ source: Source, size: Int64) { (self.source, self.size) = (source, size) }

    deinit { if case .descriptor(let descriptor) = source { close(descriptor) } }

    /// At most `count` bytes from a place; fewer at the end.
    package func read(at place: Int64, count: Int) throws -> [UInt8] {
        switch source {
        case .descriptor(let descriptor):
            var buffer = [UInt8](repeating: 0, count: count)
            let read = buffer.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress, $0.count, Int(place))
            }
            guard read >= 0 else { throw EvidenceStore.fault("read") }
            if read < count { buffer.removeSubrange(read...) }
            return buffer
        case .object(let bucket, let key):
            return try window.withLock { try Self.read(at: place, count: count, of: size, &$0, bucket, key) }
        }
    }

    /// A descriptor of its own at the beginning of the bytes, for a library that reads by itself; the caller closes it.
    ///
    /// What lies in a bucket is brought into a file first, which is gone once the descriptor is closed.
    func descriptor(spooledAt path: String) throws -> Int32 {
        if case .descriptor(let own) = source {
            let descriptor = Glibc.open("/proc/self/fd/\(own)", O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw EvidenceStore.fault("open again") }
            return descriptor
        }
        let descriptor = Glibc.open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw EvidenceStore.fault("open \(path)") }
        unlink(path)
        do {
            var place: Int64 = 0
            while place < size {
                let bytes = try read(at: place, count: 1 << 20)
                guard !bytes.isEmpty else { throw EvidenceFault(description: "\(path) ends before its end") }
                try bytes.withUnsafeBytes { try EvidencePart.append($0, to: descriptor) }
                place += Int64(bytes.count)
            }
        } catch {
            close(descriptor)
            throw error
        }
        lseek(descriptor, 0, SEEK_SET)
        return descriptor
    }

    /// As much is fetched at least: a request costs more than its bytes.
    private static let least = 1 << 20

    private static func read(
        at place: Int64, count: Int, of size: Int64, _ window: inout Window, _ bucket: Bucket, _ key: String
    ) throws -> [UInt8] {
        let wanted = Int(min(Int64(count), max(0, size - place)))
        let end = window.start + Int64(window.bytes.count)
        if place < window.start || place + Int64(wanted) > end {
            let more = Int(min(Int64(max(wanted, least)), max(0, size - place)))
            guard let bytes = try bucket.get(key, from: place, count: more), bytes.count == more else {
                throw EvidenceFault(description: "\(key) ends before its end in the bucket")
            }
            window = Window(start: place, bytes: bytes)
        }
        let offset = Int(place - window.start)
        return Array(window.bytes[offset..<offset + wanted])
    }
}

extension EvidenceFile: LogBytes {}
