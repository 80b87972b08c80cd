/// How much JSON a reader accepts.
public struct JSONLimits: Sendable {
    /// How many arrays and objects may stand inside one another; a value over 512 counts as 512.
    public var depth = 64
    /// How many bytes the text may have.
    public var bytes = 16 << 20

    /// Makes limits.
    public init(depth: Int = 64, bytes: Int = 16 << 20) {
        self.depth = depth
        self.bytes = bytes
    }
}
