/// One line of a log as it was read; its bytes are valid only while the receiver runs.
public struct LogLine {
    /// The number of the line, from 1.
    public let number: Int
    /// The byte of the log at which the line begins.
    public let offset: Int
    /// The line without its end; of a very long line only the beginning.
    public let bytes: UnsafeRawBufferPointer
    /// Where in `bytes` the message stands.
    public let message: Range<Int>
    /// Microseconds since 1970 in UTC, where the line says when it was written.
    public let time: Int64?
    /// How grave the line says that it is.
    public let level: LogLevel?
    /// Whether the line goes on the record of the line before, as those of a stack trace do.
    public let goesOn: Bool
    /// The place of the line's pattern in the tally; see `LogTemplates.template(ofPattern:)`.
    public let pattern: Int

    /// The line as text; what is not UTF-8 becomes U+FFFD.
    public var text: String { String(decoding: bytes, as: UTF8.self) }
}
