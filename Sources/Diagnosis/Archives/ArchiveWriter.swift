import CArchive

/// Writes a ZIP archive, piece by piece: memory does not grow with what is inside.
public final class ArchiveWriter {
    /// The archive could not be written; why, in words of the library.
    public struct Fault: Error {
        /// What went wrong.
        public var message: String
    }

    /// Where the bytes go, and what went wrong there.
    private final class Sink {
        let write: (UnsafeRawBufferPointer) throws -> Void
        var fault: (any Error)?

        init(_ write: @escaping (UnsafeRawBufferPointer) throws -> Void) { self.write = write }
    }

    private static let regularFile: UInt32 = 0o100000

    private let handle: OpaquePointer
    private let sink: Sink
    private var names: Set<String> = []

    /// Begins an archive.
    /// - Parameter write: takes its bytes, in order.
    public init(_ write: @escaping (UnsafeRawBufferPointer) throws -> Void) throws {
        sink = Sink(write)
        guard let handle = archive_write_new() else {
            throw Fault(message: "there is no memory for an archive")
        }
        self.handle = handle
        try check(archive_write_set_format_zip(handle))
        // What it cannot say of a name in this system's character set is no reason to fail.
        _ = archive_write_set_options(handle, "hdrcharset=UTF-8")
        try check(archive_write_set_bytes_in_last_block(handle, 1))
        // The sink outlives the handle: this object holds both.
        let opened = archive_write_open(
            handle, Unmanaged.passUnretained(sink).toOpaque(), nil,
            { _, context, buffer, length in
                guard let context else { return -1 }
                let sink = Unmanaged<Sink>.fromOpaque(context).takeUnretainedValue()
                do {
                    try sink.write(UnsafeRawBufferPointer(start: buffer, count: length))
                    return length
                } catch {
                    sink.fault = error
                    return -1
                }
            }, nil)
        try check(opened)
    }

    deinit { archive_write_free(handle) }

    /// Begins a file; what is written next belongs to it.
    ///
    /// A name that was used before gets a number.
    /// - Parameter modified: when it was last written, in microseconds since 1970.
    public func begin(_ name: String, modified: Int64? = nil) throws {
        guard let entry = archive_entry_new() else { throw Fault(message: "there is no memory for a file") }
        defer { archive_entry_free(entry) }
        var (unused, number) = (name, 2)
        while !names.insert(unused).inserted {
            unused = "\(name).\(number)"
            number += 1
        }
        _ = archive_entry_update_pathname_utf8(entry, unused)
        archive_entry_set_filetype(entry, Self.regularFile)
        archive_entry_set_perm(entry, 0o644)
        if let modified { archive_entry_set_mtime(entry, Int(modified / 1_000_000), 0) }
        try check(archive_write_header(handle, entry))
    }

    /// Writes bytes of the file that was begun last.
    public func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while !rest.isEmpty {
            let count = archive_write_data(handle, rest.baseAddress, rest.count)
            guard count > 0 else { throw fault }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Ends the archive.
    public func finish() throws { try check(archive_write_close(handle)) }

    private func check(_ status: Int32) throws {
        if status < ARCHIVE_WARN { throw fault }
    }

    /// What went wrong last.
    private var fault: any Error {
        if let fault = sink.fault { return fault }
        let words = archive_error_string(handle).map { String(cString: $0) } ?? "it could not be written"
        return Fault(message: words)
    }
}
