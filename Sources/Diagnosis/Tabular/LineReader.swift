/// A reader of lines, such as the records of an NDJSON file, that is fed with pieces of the file.
///
/// Lines end in LF or CRLF. A byte order mark at the start and empty lines are skipped, but counted. How
/// the file is cut into pieces makes no difference. A line that is too long is handed out as a problem as
/// soon as that is known, and reading goes on with the next. When a receiver throws, the rest of the
/// piece is left unread and the reader is to be thrown away.
public struct LineReader {
    /// One line; its bytes are valid only while the receiver runs.
    public struct Line {
        /// The number of the line, from 1.
        public let number: Int
        /// The byte at which the line begins, from 0.
        public let offset: Int
        /// The content without the line end.
        public let bytes: UnsafeRawBufferPointer
    }

    /// A line that cannot be handed out.
    public struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
        /// The number of the line, from 1.
        public let line: Int
        /// The byte at which the line begins, from 0.
        public let offset: Int
        /// How many bytes a line may have.
        public let limit: Int

        /// The line and what is wrong there, in one sentence.
        public var description: String { "line \(line): \(message)" }

        /// What is wrong, without the line.
        public var message: String { "the line is longer than \(limit) bytes" }
    }

    private let maximumLength: Int
    /// The beginning of a line whose end has not come yet.
    private var held: [UInt8] = []
    /// Whether the line here was too long and its rest is passed over.
    private var isSkipping = false
    private var number = 1
    private var lineStart = 0
    private var position = 0

    /// Makes a reader for one file.
    /// - Parameter maximumLength: how many bytes a line may have, a CR at its end included.
    public init(maximumLength: Int = 16 << 20) {
        self.maximumLength = maximumLength
    }

    /// Reads the next piece of the file and hands out every line that ends in it.
    public mutating func feed(
        _ bytes: UnsafeRawBufferPointer, _ each: (Result<Line, Problem>) throws -> Void
    ) rethrows {
        var start = 0
        while let end = bytes.firstOffset(of: 0x0A, from: start) {
            try take(bytes[start..<end], endsLine: true, each)
            start = end + 1
        }
        try take(bytes[start...], endsLine: false, each)
    }

    /// Hands out what stands after the last line end; the file is complete.
    public mutating func finish(_ each: (Result<Line, Problem>) throws -> Void) rethrows {
        try take(UnsafeRawBufferPointer(start: nil, count: 0)[...], endsLine: true, each)
    }

    /// Takes a part of a line, which may be the last of it.
    private mutating func take(
        _ part: Slice<UnsafeRawBufferPointer>, endsLine: Bool, _ each: (Result<Line, Problem>) throws -> Void
    ) rethrows {
        let part = UnsafeRawBufferPointer(rebasing: part)
        let (number, start, wasSkipping) = (number, lineStart, isSkipping)
        let isTooLong = !wasSkipping && held.count + part.count > maximumLength
        position += part.count
        if endsLine {
            position += 1
            self.number += 1
            lineStart = position
            isSkipping = false
        } else if isTooLong {
            isSkipping = true
        }
        if wasSkipping { return }
        if isTooLong {
            held = []
            try each(.failure(Problem(line: number, offset: start, limit: maximumLength)))
        } else if !endsLine {
            held.append(contentsOf: part)
        } else if held.isEmpty {
            try handOut(part, number: number, offset: start, each)
        } else {
            var line: [UInt8] = []
            swap(&line, &held)
            line.append(contentsOf: part)
            try line.withUnsafeBytes { try handOut($0, number: number, offset: start, each) }
            line.removeAll(keepingCapacity: true)
            held = line
        }
    }

    private func handOut(
        _ content: UnsafeRawBufferPointer, number: Int, offset: Int,
        _ each: (Result<Line, Problem>) throws -> Void
    ) rethrows {
        let mark = number == 1 && content.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        let end = content.last == 0x0D ? content.count - 1 : content.count
        guard mark < end else { return }
        let bytes = UnsafeRawBufferPointer(rebasing: content[mark..<end])
        try each(.success(Line(number: number, offset: offset + mark, bytes: bytes)))
    }
}

extension UnsafeRawBufferPointer {
    /// The place of the first `byte` at or after `start`, found eight bytes at a time.
    func firstOffset(of byte: UInt8, from start: Int) -> Int? {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let pattern = ones &* UInt64(byte)
        var offset = start
        while count - offset >= 8 {
            let word = UInt64(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt64.self)) ^ pattern
            // The lowest marked byte is exact; a borrow can mark only bytes above it.
            let marks = (word &- ones) & ~word & 0x8080_8080_8080_8080
            if marks != 0 { return offset + marks.trailingZeroBitCount / 8 }
            offset += 8
        }
        while offset < count {
            if self[offset] == byte { return offset }
            offset += 1
        }
        return nil
    }
}
