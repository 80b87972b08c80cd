import Glibc

/// Takes bytes in order: the end of a pipe of writers.
protocol ByteSink: AnyObject {
    /// Takes bytes.
    func write(_ bytes: [UInt8]) throws
    /// Ends the stream: whatever was held back is written, and a file is synced.
    func finish() throws
}

/// Gives bytes in order: the beginning of a pipe of readers.
protocol ByteSource: AnyObject {
    /// Some of the next bytes, at most so many; none at the end of the stream.
    func read(atMost count: Int) throws -> [UInt8]
}

extension ByteSource {
    /// The next bytes, as many as were asked for; fewer only at the end of the stream.
    func read(exactly count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let more = try read(atMost: count - bytes.count)
            if more.isEmpty { break }
            bytes += more
        }
        return bytes
    }
}

/// A file or a pipe that is written from its beginning.
final class FileSink: ByteSink {
    private let descriptor: Int32
    private let name: String
    /// How many bytes were written.
    private(set) var size: Int64 = 0

    /// Writes to an open descriptor, which it closes in the end.
    init(descriptor: Int32, name: String) { (self.descriptor, self.name) = (descriptor, name) }

    /// Makes a new file that only its owner can read.
    init(path: String) throws {
        descriptor = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        name = path
        guard descriptor >= 0 else { throw ArchiveFault.system("cannot write \(path)") }
    }

    deinit { close(descriptor) }

    func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { buffer in
            var rest = buffer
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if count < 0 {
                    if errno == EINTR { continue }
                    throw ArchiveFault.system("cannot write \(name)")
                }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
        }
        size += Int64(bytes.count)
    }

    func finish() throws {
        // A pipe has nothing to sync.
        guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP else {
            throw ArchiveFault.system("cannot sync \(name)")
        }
    }
}

/// A file or a pipe that is read from its beginning.
final class FileSource: ByteSource {
    private let descriptor: Int32
    private let name: String

    /// Reads from an open descriptor, which it closes in the end.
    init(descriptor: Int32, name: String) { (self.descriptor, self.name) = (descriptor, name) }

    /// Opens a file.
    init(path: String) throws {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        name = path
        guard descriptor >= 0 else { throw ArchiveFault.system("cannot read \(path)") }
    }

    deinit { close(descriptor) }

    func read(atMost count: Int) throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: count)
        while true {
            let read = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if read < 0, errno == EINTR { continue }
            guard read >= 0 else { throw ArchiveFault.system("cannot read \(name)") }
            if read < count { buffer.removeSubrange(read...) }
            return buffer
        }
    }
}

/// Gives some bytes first that were read already, then the rest of a source.
final class PrefixedSource: ByteSource {
    private var first: [UInt8]
    private let rest: any ByteSource

    init(_ first: [UInt8], then rest: any ByteSource) { (self.first, self.rest) = (first, rest) }

    func read(atMost count: Int) throws -> [UInt8] {
        if first.isEmpty { return try rest.read(atMost: count) }
        defer { first.removeFirst(min(count, first.count)) }
        return Array(first.prefix(count))
    }
}

/// Why an archive cannot be written or read.
struct ArchiveFault: Error, CustomStringConvertible {
    /// What is wrong, in words.
    var description: String
    /// Whether the bytes themselves are wrong: cut short, changed, or no such archive at all.
    var isDamage = true

    init(_ description: String, isDamage: Bool = true) {
        (self.description, self.isDamage) = (description, isDamage)
    }

    /// What the system just answered.
    static func system(_ what: String) -> ArchiveFault {
        ArchiveFault("\(what): \(String(cString: strerror(errno)))", isDamage: false)
    }
}
