/// Writes entries one after the other in the form of tar, which every system can unpack.
///
/// Source: POSIX.1-2017, pax, "ustar Interchange Format"; sizes from 8 GiB on in base 256, as GNU tar and libarchive
/// read them.
final class TarWriter {
    private let sink: any ByteSink
    private var rest: Int64 = 0
    private var padding = 0

    init(_ sink: any ByteSink) { self.sink = sink }

    /// Begins an entry; its `size` bytes must follow.
    /// - Parameters:
    ///   - name: at most 100 bytes.
    ///   - time: seconds since 1970.
    func begin(_ name: String, size: Int64, time: Int64) throws {
        try end()
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, _ place: Int) {
            for (index, byte) in text.utf8.enumerated() { header[place + index] = byte }
        }
        precondition(name.utf8.count <= 100, "names of entries are chosen here")
        put(name, 0)
        put("0000600\0", 100)
        put("0000000\0", 108)
        put("0000000\0", 116)
        if size < 0x2_0000_0000 {
            put(Self.octal(size, 11), 124)
        } else {
            header[124] = 0x80
            for index in 0..<8 {
                header[135 - index] = UInt8(truncatingIfNeeded: size >> (8 * Int64(index)))
            }
        }
        put(Self.octal(max(0, time), 11), 136)
        header[156] = UInt8(ascii: "0")
        put("ustar\u{0}00", 257)
        put("thirdline", 265)
        put("thirdline", 297)
        for index in 148..<156 { header[index] = 32 }
        let sum = header.reduce(0) { $0 + Int64($1) }
        put(Self.octal(sum, 6) + "\u{0} ", 148)
        try sink.write(header)
        (rest, padding) = (size, Int((512 - size % 512) % 512))
    }

    /// Writes bytes of the entry.
    func write(_ bytes: [UInt8]) throws {
        rest -= Int64(bytes.count)
        guard rest >= 0 else { throw ArchiveFault("more bytes than were announced", isDamage: false) }
        try sink.write(bytes)
    }

    /// How many bytes of the entry are still to come.
    var missing: Int64 { rest }

    /// Ends the archive.
    func finish() throws {
        try end()
        try sink.write([UInt8](repeating: 0, count: 1024))
        try sink.finish()
    }

    private func end() throws {
        guard rest == 0 else { throw ArchiveFault("fewer bytes than were announced", isDamage: false) }
        if padding > 0 { try sink.write([UInt8](repeating: 0, count: padding)) }
        padding = 0
    }

    private static func octal(_ number: Int64, _ digits: Int) -> String {
        let text = String(number, radix: 8)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
}

/// Reads entries as `TarWriter` writes them.
final class TarReader {
    /// An entry that begins.
    struct Entry: Equatable {
        /// Its name.
        var name: String
        /// How many bytes it has.
        var size: Int64
    }

    private let source: any ByteSource
    private var rest: Int64 = 0
    private var padding = 0

    init(_ source: any ByteSource) { self.source = source }

    /// The next entry; nil at the end of the archive.
    ///
    /// What is left of the one before is skipped.
    func next() throws -> Entry? {
        while try !read(atMost: 1 << 20).isEmpty {}
        guard try source.read(exactly: padding).allSatisfy({ $0 == 0 }) else { throw Self.changed }
        padding = 0
        let header = try source.read(exactly: 512)
        guard header.count == 512 else { throw ArchiveFault("it is cut short") }
        if header.allSatisfy({ $0 == 0 }) {
            let end = try source.read(exactly: 512)
            guard end.count == 512 else { throw ArchiveFault("it is cut short") }
            guard end.allSatisfy({ $0 == 0 }), try source.read(atMost: 1).isEmpty else { throw Self.changed }
            return nil
        }
        var sum = header.reduce(0) { $0 + Int64($1) }
        for index in 148..<156 { sum += 32 - Int64(header[index]) }
        guard Self.octal(header[148..<154]) == sum, Array(header[257..<262]) == Array("ustar".utf8) else {
            throw Self.changed
        }
        var size: Int64 = 0
        if header[124] == 0x80 {
            for byte in header[128..<136] { size = size << 8 | Int64(byte) }
        } else {
            guard let octal = Self.octal(header[124..<135]) else { throw Self.changed }
            size = octal
        }
        guard size >= 0 else { throw Self.changed }
        (rest, padding) = (size, Int((512 - size % 512) % 512))
        return Entry(name: String(decoding: header[0..<100].prefix { $0 != 0 }, as: UTF8.self), size: size)
    }

    /// Some of the next bytes of the entry; none at its end.
    func read(atMost count: Int) throws -> [UInt8] {
        guard rest > 0 else { return [] }
        let bytes = try source.read(exactly: Int(min(Int64(count), rest)))
        guard Int64(bytes.count) == min(Int64(count), rest) else { throw ArchiveFault("it is cut short") }
        rest -= Int64(bytes.count)
        return bytes
    }

    private static let changed = ArchiveFault("its bytes were changed")

    private static func octal(_ digits: ArraySlice<UInt8>) -> Int64? {
        var number: Int64 = 0
        for digit in digits {
            guard (48...55).contains(digit) else { return nil }
            number = number << 3 | Int64(digit - 48)
        }
        return number
    }
}
