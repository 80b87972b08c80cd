import GRDB
import GRDBSQLite
import Glibc

/// A SQLite database as a file among files: who has it open, and how another one takes its place.
package enum SQLiteFile {
    /// Another process that has the file open; nil where there is none.
    ///
    /// Whoever has a database open in the mode of the write-ahead log holds a lock on a few bytes behind its first
    /// gigabyte. Source: https://www.sqlite.org/src/file/src/os.h, PENDING_BYTE.
    ///
    /// Call it only where this process has not opened the file itself: closing it here would take that one's locks.
    package static func user(of path: String) -> Int32? {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        lock.l_start = 0x4000_0000
        lock.l_len = 512
        guard fcntl(descriptor, F_GETLK, &lock) == 0, lock.l_type != Int16(F_UNLCK) else { return nil }
        return lock.l_pid
    }

    /// What is wrong with the pages of a file, a sentence a finding; none where they belong together.
    ///
    /// Reads the whole file on a connection of its own with little memory, beside whoever else uses it: about a
    /// second a gigabyte. What a page says is not looked at; `verify` does that.
    package static func damage(of path: String) -> [String] {
        var handle: OpaquePointer?
        defer { sqlite3_close_v2(handle) }
        guard sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK else {
            return damage(handle)
        }
        sqlite3_busy_timeout(handle, 10_000)
        sqlite3_exec(handle, "PRAGMA cache_size = -2000; PRAGMA mmap_size = 0", nil, nil, nil)
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        guard sqlite3_prepare_v2(handle, "PRAGMA quick_check(20)", -1, &statement, nil) == SQLITE_OK else {
            return damage(handle)
        }
        var findings: [String] = []
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW:
                let text = sqlite3_column_text(statement, 0).map { String(cString: $0) } ?? ""
                if text != "ok" { findings.append(text) }
            case SQLITE_DONE: return findings
            default: return findings + damage(handle)
            }
        }
    }

    /// The last error, where it is about the pages; a busy or read-only disk says nothing about them.
    private static func damage(_ handle: OpaquePointer?) -> [String] {
        guard [SQLITE_CORRUPT, SQLITE_NOTADB].contains(sqlite3_errcode(handle) & 0xff) else { return [] }
        return [sqlite3_errmsg(handle).map { String(cString: $0) } ?? "it is no database"]
    }

    /// How many bytes a file has; nil where there is none.
    package static func size(of path: String) -> Int64? {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : nil
    }

    /// Puts a closed database in the place of another one, in one step; the other one is kept in a folder.
    ///
    /// The other one's write-ahead log is brought into it first, if it is whole enough, since a log that is left
    /// behind would be taken for the new one's.
    /// - Throws: a fault where somebody has the other one open, or a name cannot be changed. The place then holds
    ///   what it held before.
    package static func replace(_ path: String, with new: String, keeping folder: String) throws {
        if let user = user(of: path) {
            throw StorageFault("\(path) is in use by process \(user)", isTemporary: true)
        }
        var status = stat()
        guard stat(new + "-wal", &status) != 0 || status.st_size == 0 else {
            throw StorageFault("\(new) was not closed: its write-ahead log still holds pages")
        }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let parent = path.hasSuffix(name) ? String(path.dropLast(name.utf8.count)) : ""
        if access(path, F_OK) == 0 {
            guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw fault("mkdir \(folder)") }
            settle(path)
            for ending in ["-wal", "-shm"] where access(path + ending, F_OK) == 0 {
                guard rename(path + ending, "\(folder)/\(name)\(ending)") == 0 else {
                    throw fault("rename \(path)\(ending)")
                }
            }
            guard link(path, "\(folder)/\(name)") == 0 || errno == EEXIST else { throw fault("link \(path)") }
        }
        guard rename(new, path) == 0 else { throw fault("rename \(new)") }
        for place in [folder, parent.isEmpty ? "." : parent] {
            let descriptor = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard descriptor >= 0 else { continue }
            defer { close(descriptor) }
            guard fsync(descriptor) == 0 else { throw fault("sync \(place)") }
        }
    }

    /// Brings what stands in the write-ahead log into the file; a damaged file stays as it is.
    private static func settle(_ path: String) {
        var handle: OpaquePointer?
        defer { sqlite3_close_v2(handle) }
        guard sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK else { return }
        sqlite3_exec(handle, "PRAGMA wal_checkpoint(TRUNCATE)", nil, nil, nil)
    }

    private static func fault(_ what: String) -> StorageFault {
        StorageFault("\(what): \(String(cString: strerror(errno)))", isTemporary: true)
    }
}
