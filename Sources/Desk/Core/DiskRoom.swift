import Glibc

/// How much room a disk has.
enum DiskRoom {
    /// The bytes that are free for this program on the disk of a folder; nil where there is no such folder.
    static func free(of folder: String) -> Int64? {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return nil }
        return Int64(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
    }
}
