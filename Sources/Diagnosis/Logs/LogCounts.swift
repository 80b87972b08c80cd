/// What was read of a log, and what could not be.
public struct LogCounts: Sendable, Equatable {
    /// All lines, empty ones too.
    public var lines = 0
    /// Lines that begin a record.
    public var records = 0
    /// Lines that go on the record before them.
    public var continuations = 0
    /// Lines without a byte, or of blanks only.
    public var empty = 0
    /// Bytes, line ends included.
    public var bytes = 0
    /// Lines that say when they were written.
    public var timed = 0
    /// Lines of which only the beginning was looked at.
    public var cut = 0
    /// Lines that are not UTF-8.
    public var invalid = 0
    /// Lines that hold a NUL byte.
    public var withNUL = 0
    /// Lines whose pattern there was no room for.
    public var overflow = 0

    /// Makes counts of nothing.
    public init() {}

    /// Adds the counts of another part.
    public mutating func add(_ other: LogCounts) {
        lines += other.lines
        records += other.records
        continuations += other.continuations
        empty += other.empty
        bytes += other.bytes
        timed += other.timed
        cut += other.cut
        invalid += other.invalid
        withNUL += other.withNUL
        overflow += other.overflow
    }
}
