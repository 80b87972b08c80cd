import Domain
import Glibc

/// A data folder while a server serves it: one server at a time, where the database is a file in it.
///
/// Two would each keep its own sessions of uploads, its own pace of sign-ins and its own backups of one database. The
/// hold ends with the process, however that ends.
package final class ServedFolder: Sendable {
    private let descriptor: Int32

    /// Takes the folder of an installation; nil where a database server coordinates any number of nodes.
    ///
    /// - Throws: a `Refusal` that says which process serves the folder.
    package static func hold(_ installation: Installation) throws -> ServedFolder? {
        guard installation.databaseURL == nil else { return nil }
        try installation.makeFolder()
        return try ServedFolder(installation.folder)
    }

    private init(_ folder: String) throws {
        let path = "\(folder)/serve.lock"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Refusal(
                .unavailable, "folder_unusable",
                "\(path) cannot be written: \(String(cString: strerror(errno))).")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let process = Self.line(of: descriptor)
            throw Refusal(
                .conflict, "folder_served",
                "\(folder) is served already\(process.map { ", by process \($0)" } ?? ""). Stop that server first, or give this one a folder of its own with --data. Several servers need PostgreSQL."
            )
        }
        let line = Array("\(getpid())\n".utf8)
        // Only a word for whoever comes second: the hold itself is the lock.
        if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, line, line.count, 0) }
    }

    deinit { close(descriptor) }

    private static func line(of descriptor: Int32) -> String? {
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n").first.map(String.init)
    }
}
