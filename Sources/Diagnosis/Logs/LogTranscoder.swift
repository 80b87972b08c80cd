/// Turns the pieces of a log in UTF-16 or UTF-32 into UTF-8.
public struct LogTranscoder: Sendable {
    private let encoding: DecodedText.Encoding
    /// What does not make a whole character yet.
    private var rest: [UInt8] = []

    /// A transcoder for a log by its beginning; nil where it is read as it is.
    public init?(beginning bytes: [UInt8]) {
        let head = Array(bytes.prefix(4096))
        guard let encoding = DecodedText.encoding(of: head), encoding.unit > 1 else { return nil }
        self.encoding = encoding
    }

    /// The text of the next piece.
    public mutating func text(of piece: [UInt8]) -> [UInt8] {
        rest += piece
        var count = rest.count / encoding.unit * encoding.unit
        // A high surrogate waits for the low one.
        if encoding.unit == 2, count >= 2 {
            let high = rest[count - (encoding == .utf16LittleEndian ? 1 : 2)]
            if (0xD8...0xDB).contains(high) { count -= 2 }
        }
        let text = DecodedText(Array(rest[..<count]), as: encoding).text
        rest.removeFirst(count)
        return Array(text.utf8)
    }
}
