import CZlib

/// The header that every stream begins with here: deflate, no name, no time, whatever machine.
///
/// Nothing in it can differ, so a changed bit in it is noticed too. Source: RFC 1952, 2.3.
private let gzipHeader: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]

/// Compresses what it takes as one gzip stream (RFC 1952) and passes it on.
final class GzipSink: ByteSink {
    private let next: any ByteSink
    private let stream: UnsafeMutablePointer<z_stream>
    private var checksum = crc32(0, nil, 0)
    private var size: UInt32 = 0

    init(_ next: any ByteSink) throws {
        self.next = next
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let begun = deflateInit2_(
            stream, 3, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard begun == Z_OK else { throw ArchiveFault("zlib has no memory", isDamage: false) }
        try next.write(gzipHeader)
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    func write(_ bytes: [UInt8]) throws {
        guard !bytes.isEmpty else { return }
        bytes.withUnsafeBufferPointer { checksum = crc32(checksum, $0.baseAddress, uInt($0.count)) }
        size &+= UInt32(truncatingIfNeeded: bytes.count)
        try deflate(bytes, Z_NO_FLUSH)
    }

    func finish() throws {
        try deflate([], Z_FINISH)
        var end: [UInt8] = []
        for number in [UInt32(truncatingIfNeeded: checksum), size] {
            for shift: UInt32 in [0, 8, 16, 24] { end.append(UInt8(truncatingIfNeeded: number >> shift)) }
        }
        try next.write(end)
        try next.finish()
    }

    private func deflate(_ bytes: [UInt8], _ flush: Int32) throws {
        var input = bytes
        var output = [UInt8](repeating: 0, count: 65_536)
        try input.withUnsafeMutableBufferPointer { input in
            stream.pointee.next_in = input.baseAddress
            stream.pointee.avail_in = uInt(input.count)
            repeat {
                let made = output.withUnsafeMutableBufferPointer { output in
                    stream.pointee.next_out = output.baseAddress
                    stream.pointee.avail_out = uInt(output.count)
                    // Only a buffer without room can fail here, and then nothing is made.
                    _ = CZlib.deflate(stream, flush)
                    return output.count - Int(stream.pointee.avail_out)
                }
                if made > 0 { try next.write(Array(output[..<made])) }
            } while stream.pointee.avail_out == 0
        }
    }
}

/// Reads one gzip stream as `GzipSink` writes it; what comes after its end is damage.
final class GzipSource: ByteSource {
    private let previous: any ByteSource
    private let stream: UnsafeMutablePointer<z_stream>
    private var input: [UInt8] = []
    private var position = 0
    private var checksum = crc32(0, nil, 0)
    private var size: UInt32 = 0
    private var isDone = false

    init(_ previous: any ByteSource) throws {
        self.previous = previous
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard inflateInit2_(stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw ArchiveFault("zlib has no memory", isDamage: false)
        }
        guard try previous.read(exactly: gzipHeader.count) == gzipHeader else {
            throw ArchiveFault("it does not begin as a backup does")
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    func read(atMost count: Int) throws -> [UInt8] {
        guard count > 0 else { return [] }
        var output = [UInt8](repeating: 0, count: count)
        var made = 0
        while made == 0, !isDone {
            if position == input.count {
                input = try previous.read(atMost: 65_536)
                position = 0
                if input.isEmpty { throw ArchiveFault("it is cut short") }
            }
            let code = input.withUnsafeMutableBufferPointer { input in
                output.withUnsafeMutableBufferPointer { output in
                    stream.pointee.next_in = input.baseAddress.map { $0 + position }
                    stream.pointee.avail_in = uInt(input.count - position)
                    stream.pointee.next_out = output.baseAddress
                    stream.pointee.avail_out = uInt(output.count)
                    let code = inflate(stream, Z_NO_FLUSH)
                    position = input.count - Int(stream.pointee.avail_in)
                    made = output.count - Int(stream.pointee.avail_out)
                    return code
                }
            }
            guard [Z_OK, Z_STREAM_END, Z_BUF_ERROR].contains(code) else {
                throw ArchiveFault("its bytes were changed")
            }
            output.withUnsafeBufferPointer { checksum = crc32(checksum, $0.baseAddress, uInt(made)) }
            size &+= UInt32(truncatingIfNeeded: made)
            if code == Z_STREAM_END { try end() }
        }
        output.removeSubrange(made...)
        return output
    }

    /// Checks the checksum and the length, and that nothing follows.
    private func end() throws {
        isDone = true
        let rest = PrefixedSource(Array(input[position...]), then: previous)
        let end = try rest.read(exactly: 8)
        guard end.count == 8 else { throw ArchiveFault("it is cut short") }
        func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
            bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
        }
        guard number(end[0..<4]) == UInt32(truncatingIfNeeded: checksum), number(end[4..<8]) == size else {
            throw ArchiveFault("its bytes were changed")
        }
        guard try rest.read(atMost: 1).isEmpty else { throw ArchiveFault("it goes on behind its end") }
    }
}
