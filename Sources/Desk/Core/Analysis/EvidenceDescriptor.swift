import Diagnosis
import Domain
import Glibc

/// An open file of evidence that libraries read by its descriptor, from its beginning.
final class EvidenceDescriptor: Sendable {
    /// The open file.
    let number: Int32
    /// How many bytes it has.
    let size: Int64

    private init(_ number: Int32, size: Int64) { (self.number, self.size) = (number, size) }

    deinit { close(number) }

    /// How far the file was read by whoever reads it in order.
    var position: Int64 { max(0, Int64(lseek(number, 0, SEEK_CUR))) }

    /// At most so many bytes from a place; fewer at the end.
    func read(at place: Int64, count: Int) throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let read = buffer.withUnsafeMutableBytes {
                pread(number, $0.baseAddress.map { $0 + filled }, count - filled, Int(place) + filled)
            }
            if read < 0, errno == EINTR { continue }
            guard read >= 0 else { throw EvidenceStore.fault("read") }
            if read == 0 { break }
            filled += read
        }
        if filled < count { buffer.removeSubrange(filled...) }
        return buffer
    }

    /// Opens the bytes of a digest; nil where they are gone.
    ///
    /// What lies in a bucket is brought into a file without a name, which goes when it is closed.
    static func open(_ hash: String, in store: EvidenceStore) throws -> EvidenceDescriptor? {
        guard let file = try store.open(hash) else { return nil }
        let number = try file.descriptor(
            spooledAt: "\(store.folder)/.analysis-\(newIdentifier(at: Timestamp(microseconds: 0)))")
        return EvidenceDescriptor(number, size: file.size)
    }
}

extension EvidenceDescriptor: LogBytes {}
