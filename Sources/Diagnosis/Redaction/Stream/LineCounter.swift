/// Counts lines and columns over pieces of text.
struct LineCounter {
    /// The line of the next byte, from 1.
    private(set) var line = 1
    /// The column of the next byte, in bytes from 1.
    private(set) var column = 1

    /// Goes on behind a piece.
    mutating func count(_ text: UnsafeBufferPointer<UInt8>) {
        var feeds = 0
        for byte in text { feeds &+= byte == 0x0A ? 1 : 0 }
        guard feeds > 0, let last = text.lastIndex(of: 0x0A) else {
            column += text.count
            return
        }
        line += feeds
        column = text.count - last
    }
}
