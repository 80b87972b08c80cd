/// The recognition of one delimiter line, byte by byte.
///
/// A delimiter is a line end, two hyphens and the boundary, then either two hyphens more or, after
/// optional spaces, a line end. A CR stands only at the start of what is compared, so after a mismatch
/// the byte at hand is the first that can begin another delimiter.
struct MultipartDelimiter {
    enum Step {
        /// The byte belongs to the delimiter in progress.
        case more
        /// There is no delimiter; the byte is to be offered again.
        case mismatch
        /// The byte completes the delimiter before a part.
        case part
        /// The byte completes the closing delimiter.
        case close
    }

    /// How many spaces may follow the boundary; a line with more is content.
    private static let paddingLimit = 64

    private let pattern: [UInt8]
    private var matched = 2
    /// How many of the matched bytes were read before the content began, being the end of the line there.
    private var borrowed = 2
    /// What was read after the boundary.
    private var tail: [UInt8] = []

    /// Makes a recognition that stands at the start of a line.
    init(boundary: String) {
        pattern = Array("\r\n--\(boundary)".utf8)
    }

    /// Whether the bytes last taken may turn out to be a delimiter.
    var isInProgress: Bool { matched > 0 }

    /// The content bytes among those last taken, should there be no delimiter.
    var held: [UInt8] {
        guard matched > borrowed else { return [] }
        return pattern[borrowed..<matched] + tail
    }

    /// Starts over at the start of a line.
    mutating func beginAtLineStart() {
        matched = 2
        borrowed = 2
        tail.removeAll(keepingCapacity: true)
    }

    /// Takes the next byte.
    mutating func take(_ byte: UInt8) -> Step {
        guard matched == pattern.count else {
            guard byte == pattern[matched] else { return stop(.mismatch) }
            matched += 1
            return .more
        }
        switch (tail.last, byte) {
        case (0x2D, 0x2D): return stop(.close)
        case (0x0D, 0x0A): return stop(.part)
        case (nil, 0x2D), (nil, 0x0D), (0x20, 0x0D), (0x09, 0x0D): break
        case (nil, 0x20), (nil, 0x09), (0x20, 0x20), (0x20, 0x09), (0x09, 0x20), (0x09, 0x09):
            guard tail.count < Self.paddingLimit else { return stop(.mismatch) }
        default: return stop(.mismatch)
        }
        tail.append(byte)
        return .more
    }

    private mutating func stop(_ step: Step) -> Step {
        matched = 0
        borrowed = 0
        tail.removeAll(keepingCapacity: true)
        return step
    }
}
