/// A reader of CSV by RFC 4180 that is fed with pieces of a file and hands out its records.
///
/// Lines may end in CRLF, LF or CR; a byte order mark at the start and empty lines are skipped. How the
/// file is cut into pieces makes no difference.
///
/// A record that cannot be read is handed out as a problem, and reading goes on:
/// - after wrong text or too many columns, with the next record;
/// - after a quote that is never closed, or goes wrong, with the line after the one where it opened, so
///   that one stray quote does not swallow the records behind it. Lines of a broken field with line ends
///   may then look like records; whoever imports them checks their number of columns.
///
/// No byte is read more than a few times, whatever the file holds. When a receiver throws, the rest of
/// the piece is left unread and the reader is to be thrown away.
public struct CSVReader {
    private let options: CSVOptions
    private let isPlain: [Bool]
    /// What is not yet handed out; indexes below count in it.
    private var buffer: [UInt8] = []
    private var bufferOffset = 0
    private var isAtStart = true
    private var position = CSVPosition()

    /// Makes a reader for one file.
    public init(options: CSVOptions = CSVOptions()) {
        self.options = options.clamped
        var isPlain = Array(repeating: true, count: 256)
        for byte in [0x00, 0x0A, 0x0D, CSVByte.quote, options.delimiter.rawValue] {
            isPlain[Int(byte)] = false
        }
        self.isPlain = isPlain
    }

    /// Reads the next piece of the file and hands out every record that ends in it.
    public mutating func feed(
        _ bytes: UnsafeRawBufferPointer, _ each: (Result<CSVRecord, CSVProblem>) throws -> Void
    ) rethrows {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(1 << 18)
            rest = rest.dropFirst(piece.count)
            buffer.append(contentsOf: UnsafeRawBufferPointer(rebasing: piece))
            try scan(isLast: false, each)
        }
    }

    /// Hands out what stands after the last line end; the file is complete.
    public mutating func finish(_ each: (Result<CSVRecord, CSVProblem>) throws -> Void) rethrows {
        try scan(isLast: true, each)
    }

    private mutating func scan(
        isLast: Bool, _ each: (Result<CSVRecord, CSVProblem>) throws -> Void
    ) rethrows {
        guard skipByteOrderMark(isLast: isLast) else { return }
        // Taken out, so that the bytes can be walked through while `position` changes.
        var all: [UInt8] = []
        swap(&all, &buffer)
        defer {
            swap(&all, &buffer)
            dropConsumed()
        }
        try all.withUnsafeBytes { bytes in
            let walk = CSVWalk(
                options: options, isPlain: isPlain, bytes: bytes, bufferOffset: bufferOffset)
            while true {
                while position.cursor < bytes.count {
                    if let outcome = walk.advance(&position) { try each(outcome) }
                }
                guard isLast, let outcome = walk.conclude(&position) else { return }
                try each(outcome)
            }
        }
    }

    /// Skips a byte order mark; false when more bytes must come to tell whether there is one.
    private mutating func skipByteOrderMark(isLast: Bool) -> Bool {
        guard isAtStart else { return true }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        if buffer.starts(with: mark) {
            buffer.removeFirst(mark.count)
            bufferOffset = mark.count
        } else if !isLast && mark.starts(with: buffer) {
            return false
        }
        isAtStart = false
        return true
    }

    private mutating func dropConsumed() {
        let count = position.consumed
        guard count > 0 else { return }
        buffer.removeFirst(count)
        bufferOffset += count
        position.shift(by: count)
    }
}

/// The bytes with a meaning in every CSV file.
enum CSVByte {
    static let quote = UInt8(ascii: "\"")
    static let newline: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
}

/// How far a reader has come: the state of its machine and the record in the making.
struct CSVPosition {
    enum State {
        /// Before a record or an empty line.
        case recordStart
        /// Before a field.
        case fieldStart
        /// In a field without quotes.
        case plain
        /// Between the quotes of a field.
        case quoted
        /// After a quote that closes the field or is the first of two.
        case quoteSeen
        /// On the rest of a line that is given up.
        case skipping
    }

    /// Where a field stands in the buffer.
    struct Span {
        var range: Range<Int>
        var line: Int
        var hasDoubledQuotes: Bool
    }

    var state = State.recordStart
    var cursor = 0
    var line = 1
    /// Whether the byte before the record is a CR, so that an LF here belongs to it.
    var followsReturn = false
    var recordStart = 0
    var recordLine = 1
    var fieldStart = 0
    var fieldLine = 1
    var hasDoubledQuotes = false
    var spans: [Span] = []
    /// The first thing wrong with the text of this record.
    var fault: (kind: CSVProblem.Kind, line: Int)?

    /// How many bytes at the start of the buffer are no longer needed.
    var consumed: Int { state == .recordStart || state == .skipping ? cursor : recordStart }

    mutating func shift(by count: Int) {
        cursor -= count
        recordStart -= count
        fieldStart -= count
        for index in spans.indices {
            let range = spans[index].range
            spans[index].range = range.lowerBound - count..<range.upperBound - count
        }
    }
}
