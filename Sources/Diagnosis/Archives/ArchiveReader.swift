import CArchive
import Glibc

/// How much of an archive is read.
public struct ArchiveLimits: Sendable {
    /// How many times larger than what was read of the outermost file its content may be.
    public var ratio = 400
    /// From how many bytes of content on the ratio counts; small files may be as dense as they like.
    public var ratioFrom = 256 << 20
    /// How many archives may lie inside each other.
    public var depth = 4
    /// How many members are looked at.
    public var members = 100_000

    /// Makes the usual limits.
    public init() {}
}

/// One text file inside an archive, read from its beginning to its end.
public struct ArchiveMember {
    /// The path, through all archives: `bundle.zip/logs.tar.gz/app.log`.
    public let name: String
    /// When it was last written, in microseconds since 1970, where the archive says so.
    public let modified: Int64?
    fileprivate let stream: ArchiveStream

    /// Reads the next bytes; 0 at the end, also where the archive breaks off.
    public func read(into buffer: UnsafeMutableRawBufferPointer) -> Int { stream.read(into: buffer) }
    /// Why it could not be read to its end, in a sentence; ask when reading is over.
    public var fault: String? { stream.fault }
    /// Whether it was cut off because the archive expands out of all proportion; ask when reading is over.
    public var isCutOff: Bool { stream.isCutOff }
}

/// Reads zip, tar, 7-Zip, cpio and single files compressed by gzip, bzip2, xz, lz4 or zstd, also inside each other,
/// as streams: nothing is written, and memory does not grow with what is inside.
///
/// What is refused or skipped is named: links, devices, names that lead out of the archive, encrypted and binary
/// files, content that is out of all proportion, archives that lie too deep.
public struct ArchiveReader {
    /// What was not read and why, in sentences.
    public private(set) var problems: [String] = []
    private let limits: ArchiveLimits
    private var members = 0
    private var binaries: [String] = []

    /// Makes a reader.
    public init(limits: ArchiveLimits = ArchiveLimits()) { self.limits = limits }

    /// Whether a file that begins like this is an archive or compressed.
    public static func isArchive(_ head: [UInt8]) -> Bool {
        let magics: [[UInt8]] = [
            [0x50, 0x4B, 0x03, 0x04], [0x50, 0x4B, 0x05, 0x06], [0x1F, 0x8B, 0x08], [0x28, 0xB5, 0x2F, 0xFD],
            [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C],
            [0x04, 0x22, 0x4D, 0x18],
            Array("070701".utf8), Array("!<arch>\n".utf8),
        ]
        if magics.contains(where: { head.starts(with: $0) }) { return true }
        if head.starts(with: [0x42, 0x5A, 0x68]), head.count > 9,
            head[4..<10].elementsEqual([0x31, 0x41, 0x59, 0x26, 0x53, 0x59])
        {
            return true
        }
        return head.count >= 262 && head[257..<262].elementsEqual("ustar".utf8)
    }

    /// Hands out the text files of an archive.
    /// - Parameter descriptor: the open file; for a regular one at its beginning.
    /// - Parameter head: bytes that were read from the descriptor already, where it is a stream.
    public mutating func read<Failure: Error>(
        _ descriptor: Int32, name: String, head: [UInt8] = [], _ each: (ArchiveMember) throws(Failure) -> Void
    ) throws(Failure) {
        let origin = ArchiveOrigin(limits: limits)
        let input = ArchiveInput(head: head) { buffer in
            while true {
                let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                if count < 0, errno == EINTR { continue }
                if count > 0 { origin.taken += count }
                return count
            }
        }
        origin.taken = head.count
        defer { withExtendedLifetime(input) {} }
        // Archives with their index at the end are read by it, where the file can be sought in.
        try walk(
            { handle in
                head.isEmpty ? archive_read_open_fd(handle, descriptor, 1 << 16) : input.open(handle)
            }, name: name, modified: nil, depth: 1, origin, each)
        nameBinaries()
    }

    /// Hands out the text files of an archive whose bytes can be read at any place.
    /// - Throws: what `each` throws, and what the bytes throw when they cannot be read.
    public mutating func read(
        _ bytes: any LogBytes, name: String, _ each: (ArchiveMember) throws -> Void
    ) throws {
        let input = SeekableInput(bytes)
        defer { withExtendedLifetime(input) {} }
        do {
            try walk(
                { input.open($0) }, name: name, modified: nil, depth: 1, ArchiveOrigin(limits: limits), each)
        } catch {
            throw input.fault ?? error
        }
        if let fault = input.fault { throw fault }
        nameBinaries()
    }

    private mutating func nameBinaries() {
        if !binaries.isEmpty {
            let named = binaries.prefix(5).joined(separator: ", ")
            let more = binaries.count > 5 ? " and \(binaries.count - 5) more" : ""
            problems.append("Not text, skipped: \(named)\(more).")
        }
        binaries = []
    }

    /// - Parameter open: has the library read from an input, which must be there until the walk is over.
    private mutating func walk<Failure: Error>(
        _ open: (OpaquePointer) -> Int32, name: String, modified: Int64?, depth: Int,
        _ origin: ArchiveOrigin,
        _ each: (ArchiveMember) throws(Failure) -> Void
    ) throws(Failure) {
        guard let handle = archive_read_new() else { return }
        defer { archive_read_free(handle) }
        archive_read_support_filter_all(handle)
        archive_read_support_format_tar(handle)
        archive_read_support_format_zip(handle)
        archive_read_support_format_7zip(handle)
        archive_read_support_format_cpio(handle)
        archive_read_support_format_ar(handle)
        archive_read_support_format_empty(handle)
        archive_read_support_format_raw(handle)
        origin.handles.append(handle)
        defer { origin.handles.removeLast() }
        guard open(handle) == ARCHIVE_OK else {
            problems.append("\(name) cannot be opened as an archive: \(Self.message(handle)).")
            return
        }
        while true {
            var entry: OpaquePointer?
            let status = archive_read_next_header(handle, &entry)
            if status == ARCHIVE_EOF { return }
            guard status >= ARCHIVE_WARN, let entry else {
                if status != ARCHIVE_RETRY {
                    problems.append("\(name) is damaged or breaks off: \(Self.message(handle)).")
                    return
                }
                continue
            }
            members += 1
            guard members <= limits.members else {
                problems.append("\(name) has more than \(limits.members) members; the rest is left out.")
                return
            }
            let isRaw = archive_format(handle) == ARCHIVE_FORMAT_RAW
            let own =
                isRaw
                ? ""
                : archive_entry_pathname_utf8(entry).map { String(cString: $0) } ?? archive_entry_pathname(
                    entry
                ).map { String(cString: $0) } ?? "?"
            let path = isRaw ? name : "\(name)/\(Self.printable(own))"
            guard isRaw || takes(entry, own, path) else { continue }
            let seconds = archive_entry_mtime_is_set(entry) != 0 ? Int64(archive_entry_mtime(entry)) : nil
            let stream = ArchiveStream(handle, origin, path)
            try member(stream, path, seconds.map { $0 * 1_000_000 } ?? modified, depth, origin, each)
            if origin.isExhausted {
                problems.append(
                    "\(path) expands to more than \(limits.ratio) times its size; it is read no further, nor is what follows in the archive."
                )
                return
            }
            if let fault = stream.fault, stream.isFatal {
                problems.append(fault)
                return
            }
        }
    }

    /// Whether a member is a file to read; says why not.
    private mutating func takes(_ entry: OpaquePointer, _ own: String, _ path: String) -> Bool {
        let kind = archive_entry_filetype(entry)
        if kind == S_IFDIR { return false }
        if archive_entry_hardlink(entry) != nil || kind == S_IFLNK {
            problems.append("\(path) is a link, skipped.")
            return false
        }
        if kind != S_IFREG, kind != 0 {
            problems.append("\(path) is no file, skipped.")
            return false
        }
        let parts = own.split(whereSeparator: { $0 == "/" || $0 == "\\" })
        if own.hasPrefix("/") || own.hasPrefix("\\") || parts.contains("..")
            || own.dropFirst().hasPrefix(":\\")
        {
            problems.append("\(path) has a name that leads out of the archive, skipped.")
            return false
        }
        if archive_entry_is_encrypted(entry) != 0 {
            problems.append("\(path) is encrypted, skipped.")
            return false
        }
        // What systems add for themselves is no content.
        return !own.hasPrefix("__MACOSX/") && !own.hasSuffix("/.DS_Store")
    }

    private mutating func member<Failure: Error>(
        _ stream: ArchiveStream, _ path: String, _ modified: Int64?, _ depth: Int, _ origin: ArchiveOrigin,
        _ each: (ArchiveMember) throws(Failure) -> Void
    ) throws(Failure) {
        var head = Array(repeating: UInt8(0), count: 4096)
        let count = head.withUnsafeMutableBytes { stream.fill($0) }
        head.removeLast(4096 - count)
        if Self.isArchive(head) {
            guard depth < limits.depth else {
                problems.append("\(path) lies more than \(limits.depth) archives deep, skipped.")
                return
            }
            let input = ArchiveInput(head: head) { stream.fill($0) }
            defer { withExtendedLifetime(input) {} }
            try walk(
                { input.open($0) }, name: path, modified: modified, depth: depth + 1, origin, each)
            return
        }
        guard head.isEmpty || DecodedText.encoding(of: head) != nil else {
            if let fault = stream.fault { problems.append(fault) } else { binaries.append(path) }
            return
        }
        stream.unread(head)
        try each(ArchiveMember(name: path, modified: modified, stream: stream))
        if let fault = stream.fault, !stream.isFatal { problems.append(fault) }
    }

    fileprivate static func message(_ handle: OpaquePointer) -> String {
        archive_error_string(handle).map { String(cString: $0) } ?? "unknown reason"
    }

    private static func printable(_ name: String) -> String {
        String(
            String.UnicodeScalarView(
                name.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "\u{FFFD}" : $0 }))
    }
}

/// The outermost file, whose size all content is held against.
private final class ArchiveOrigin {
    let limits: ArchiveLimits
    /// Bytes taken through the input; files that are sought in count by the library.
    var taken = 0
    /// Bytes of content of all members.
    var given = 0
    var handles: [OpaquePointer] = []
    private(set) var isExhausted = false

    init(limits: ArchiveLimits) { self.limits = limits }

    /// Counts content; false where it is out of all proportion.
    func give(_ count: Int) -> Bool {
        given += count
        guard given > limits.ratioFrom, let outermost = handles.first else { return true }
        let read = max(taken, Int(archive_filter_bytes(outermost, -1)), 1)
        if given / read > limits.ratio { isExhausted = true }
        return !isExhausted
    }
}

/// The content of one member.
private final class ArchiveStream {
    private let handle: OpaquePointer
    private let origin: ArchiveOrigin
    private let name: String
    private var held: [UInt8] = []
    private(set) var fault: String?
    private(set) var isFatal = false
    private var isOver = false
    var isCutOff: Bool { origin.isExhausted }

    init(_ handle: OpaquePointer, _ origin: ArchiveOrigin, _ name: String) {
        (self.handle, self.origin, self.name) = (handle, origin, name)
    }

    /// Puts bytes back, to be read once more.
    func unread(_ bytes: [UInt8]) { held = bytes }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard !held.isEmpty else { return take(buffer) }
        let count = min(held.count, buffer.count)
        buffer.copyBytes(from: held[..<count])
        held.removeFirst(count)
        return count
    }

    /// Fills the buffer as far as there is content.
    func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        var filled = 0
        while filled < buffer.count {
            let count = take(UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
            if count == 0 { break }
            filled += count
        }
        return filled
    }

    private func take(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        while !isOver {
            let count = archive_read_data(handle, buffer.baseAddress, buffer.count)
            if count > 0 {
                if !origin.give(count) { isOver = true }
                return count
            }
            if count == 0 { break }
            if count == Int(ARCHIVE_RETRY) { continue }
            let isEncrypted = archive_read_has_encrypted_entries(handle) == 1
            fault =
                isEncrypted
                ? "\(name) is encrypted, skipped."
                : "\(name) breaks off: \(ArchiveReader.message(handle)); it is read up to there."
            isFatal = count == Int(ARCHIVE_FATAL) && !isEncrypted
            break
        }
        isOver = true
        return 0
    }
}

/// Bytes for the library to read.
private final class ArchiveInput {
    private var head: [UInt8]
    private let fill: (UnsafeMutableRawBufferPointer) -> Int
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 64)

    init(head: [UInt8], _ fill: @escaping (UnsafeMutableRawBufferPointer) -> Int) {
        self.head = head
        self.fill = fill
    }

    deinit { buffer.deallocate() }

    private func next() -> Int {
        guard head.isEmpty else {
            let count = min(head.count, buffer.count)
            buffer.copyBytes(from: head[..<count])
            head.removeFirst(count)
            return count
        }
        return fill(buffer)
    }

    func open(_ handle: OpaquePointer) -> Int32 {
        // The input outlives the handle: whoever walks holds it until the handle is freed.
        archive_read_open(
            handle, Unmanaged.passUnretained(self).toOpaque(), nil,
            { _, context, result in
                guard let context else { return -1 }
                let input = Unmanaged<ArchiveInput>.fromOpaque(context).takeUnretainedValue()
                let count = input.next()
                result?.pointee = UnsafeRawPointer(input.buffer.baseAddress)
                return count
            }, nil)
    }
}

/// Bytes that the library reads at any place.
private final class SeekableInput {
    private let bytes: any LogBytes
    private var place: Int64 = 0
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 64)
    /// Why they could not be read.
    private(set) var fault: (any Error)?

    init(_ bytes: any LogBytes) { self.bytes = bytes }

    deinit { buffer.deallocate() }

    private func next() -> Int {
        do {
            let some = try bytes.read(at: place, count: buffer.count)
            buffer.copyBytes(from: some)
            place += Int64(some.count)
            return some.count
        } catch {
            fault = error
            return -1
        }
    }

    private func move(by count: Int64) -> Int64 {
        let new = min(max(0, place + count), bytes.size)
        defer { place = new }
        return new - place
    }

    private func move(to offset: Int64, from whence: Int32) -> Int64 {
        let origin = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? place : bytes.size
        place = min(max(0, origin + offset), bytes.size)
        return place
    }

    func open(_ handle: OpaquePointer) -> Int32 {
        // The input outlives the handle, as that of `ArchiveInput` does.
        archive_read_set_callback_data(handle, Unmanaged.passUnretained(self).toOpaque())
        archive_read_set_read_callback(handle) { _, context, result in
            guard let context else { return -1 }
            let input = Unmanaged<SeekableInput>.fromOpaque(context).takeUnretainedValue()
            let count = input.next()
            result?.pointee = UnsafeRawPointer(input.buffer.baseAddress)
            return count
        }
        archive_read_set_skip_callback(handle) { _, context, count in
            guard let context else { return 0 }
            return Unmanaged<SeekableInput>.fromOpaque(context).takeUnretainedValue().move(by: count)
        }
        archive_read_set_seek_callback(handle) { _, context, offset, whence in
            guard let context else { return Int64(ARCHIVE_FATAL) }
            return Unmanaged<SeekableInput>.fromOpaque(context).takeUnretainedValue().move(
                to: offset, from: whence)
        }
        return archive_read_open1(handle)
    }
}
