import Foundation

/// A file that is read from its beginning to its end.
final class InputFile {
    let name: String
    /// Its size when it was opened; nil for what has none, as a pipe.
    let size: Int?
    private let descriptor: Int32

    /// Which file it is, whatever its name.
    struct Identity: Hashable {
        var device: UInt64
        var number: UInt64
    }

    /// Opens a file, or standard input for `-`.
    init(path: String) throws {
        name = path == "-" ? "standard input" : path
        descriptor = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw RedactProblem("\(name) cannot be read: \(String(cString: strerror(errno))).")
        }
        var status = stat()
        fstat(descriptor, &status)
        let format = status.st_mode & S_IFMT
        size = format == S_IFREG ? Int(status.st_size) : nil
        guard format != S_IFDIR else { throw RedactProblem("\(name) is a folder.") }
    }

    deinit { close(descriptor) }

    /// Which file stands at a path; nil where none does.
    static func identity(of path: String) -> Identity? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Identity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
    }

    /// Reads the next bytes into a buffer; zero at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        while true {
            let count = Foundation.read(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            guard errno == EINTR else {
                throw RedactProblem("\(name) cannot be read further: \(String(cString: strerror(errno))).")
            }
        }
    }

    /// The whole content, if it is no larger than the limit.
    func readAll(limit: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= limit {
            let count = try buffer.withUnsafeMutableBytes { try read(into: $0) }
            if count == 0 { return bytes }
            bytes.append(contentsOf: buffer[..<count])
        }
        throw RedactProblem("\(name) is larger than \(limit) bytes.")
    }
}

/// A file that appears under its name only when it is complete, or standard output.
final class OutputFile {
    private let path: String?
    private var descriptor: Int32

    /// Begins a file beside its final place; nil is standard output.
    init(path: String?, isForced: Bool, inputs: Set<InputFile.Identity> = []) throws {
        self.path = path
        guard let path else {
            descriptor = dup(STDOUT_FILENO)
            return
        }
        var status = stat()
        if stat(path, &status) == 0 {
            let identity = InputFile.Identity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
            guard !inputs.contains(identity) else {
                throw RedactProblem("\(path) is the input; the copy needs a place of its own.")
            }
            guard isForced || status.st_mode & S_IFMT != S_IFREG else {
                throw RedactProblem("\(path) exists already; --force overwrites it.")
            }
        }
        descriptor = open(path + ".partial", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw RedactProblem("\(path) cannot be written: \(String(cString: strerror(errno))).")
        }
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        // What is not complete must not be taken for a safe copy.
        if let path { unlink(path + ".partial") }
    }

    /// Writes bytes to the end.
    func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let count = Foundation.write(descriptor, part.baseAddress, part.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw RedactProblem(
                    "\(path ?? "Standard output") cannot be written: \(String(cString: strerror(errno))).")
            }
            rest = rest.dropFirst(count)
        }
    }

    /// Puts the complete file into its place.
    func finish() throws {
        let code = close(descriptor)
        descriptor = -1
        guard let path else { return }
        guard code == 0, rename(path + ".partial", path) == 0 else {
            throw RedactProblem("\(path) cannot be written: \(String(cString: strerror(errno))).")
        }
    }
}
