import Diagnosis
import Foundation

/// A log to read: a file that may be read in parts, or a stream.
struct LogSource: Sendable {
    let path: String
    /// Bytes of a file, or nil for a stream.
    let size: Int?
    /// When a file was last written, for a stream now, in microseconds since 1970.
    let writtenAt: Int64

    /// Opens `path`, or standard input for `-`.
    init(path: String) throws {
        self.path = path
        let name = path == "-" ? "/dev/stdin" : path
        var status = stat()
        guard (path == "-" ? fstat(0, &status) : stat(name, &status)) == 0 else {
            throw LogFault.system("Cannot open", path)
        }
        let kind = status.st_mode & S_IFMT
        if kind == S_IFDIR { throw LogFault("\(path) is a folder; name a file.") }
        size = kind == S_IFREG ? Int(status.st_size) : nil
        // A pipe was written to when somebody last wrote into it.
        writtenAt = Int64(status.st_mtim.tv_sec) * 1_000_000 + Int64(status.st_mtim.tv_nsec) / 1000
    }

    /// Opens the log for reading; the caller closes it.
    func open() throws -> Int32 {
        if path == "-" { return dup(0) }
        let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw LogFault.system("Cannot open", path) }
        return descriptor
    }

    /// Hands the bytes from `start` to `end` out in pieces.
    func read(
        _ descriptor: Int32, from start: Int, to end: Int, _ each: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let length = 1 << 20
        let buffer = UnsafeMutableRawPointer.allocate(byteCount: length, alignment: 64)
        defer { buffer.deallocate() }
        var offset = start
        while offset < end {
            let count = pread(descriptor, buffer, min(length, end - offset), off_t(offset))
            if count < 0 {
                if errno == EINTR { continue }
                throw LogFault.system("Cannot read", path)
            }
            // The file was cut while it was read: what is left is all there is.
            if count == 0 { return }
            try each(UnsafeRawBufferPointer(start: buffer, count: count))
            offset += count
        }
    }

    /// Appends what a stream has; false at its end.
    func append(from descriptor: Int32, to bytes: inout [UInt8]) throws -> Bool {
        let length = 1 << 18
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: length))
        while true {
            let count = bytes.withUnsafeMutableBytes { buffer in
                Foundation.read(descriptor, buffer.baseAddress.map { $0 + start }, length)
            }
            if count < 0, errno == EINTR { continue }
            bytes.removeLast(length - max(0, count))
            if count < 0 { throw LogFault.system("Cannot read", path) }
            return count > 0
        }
    }

    /// The bytes from `start` on, up to `count`.
    func bytes(_ descriptor: Int32, at start: Int, count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try read(descriptor, from: start, to: start + count) { bytes.append(contentsOf: $0) }
        return bytes
    }

    /// Parts from all over a file, to learn its format from.
    func samples(_ descriptor: Int32, size: Int) throws -> [LogFormat.Sample] {
        let head = 1 << 20
        var samples = [
            LogFormat.Sample(offset: 0, bytes: try bytes(descriptor, at: 0, count: min(size, head)))
        ]
        guard size > head else { return samples }
        let (parts, length) = (63, 32 << 10)
        let step = (size - head) / parts
        if step <= length {
            samples.append(.init(offset: head, bytes: try bytes(descriptor, at: head, count: size - head)))
            return samples
        }
        for part in 0..<parts {
            let offset = head + part * step
            samples.append(.init(offset: offset, bytes: try bytes(descriptor, at: offset, count: length)))
        }
        return samples
    }

    /// The first line that begins at or behind `offset`.
    func lineStart(_ descriptor: Int32, after offset: Int, size: Int) throws -> Int {
        var at = offset
        var found: Int?
        while found == nil, at < size {
            let piece = try bytes(descriptor, at: at, count: min(1 << 16, size - at))
            if piece.isEmpty { return size }
            if let index = piece.firstIndex(of: 0x0A) { found = at + index + 1 }
            at += piece.count
        }
        return min(found ?? size, size)
    }
}
