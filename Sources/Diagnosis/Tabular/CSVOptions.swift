/// How a CSV file is written, and how much of it is accepted.
public struct CSVOptions: Hashable, Sendable {
    /// What stands between two fields.
    public enum Delimiter: UInt8, Hashable, Sendable, CaseIterable {
        case comma = 0x2C
        case semicolon = 0x3B
        case tab = 0x09
    }

    /// What stands between two fields.
    public var delimiter = Delimiter.comma
    /// How many bytes one field may have.
    public var fieldBytes = 16 << 20
    /// How many fields one record may have.
    public var columns = 1_000
    /// How many bytes one record may have, which bounds the memory of the reader.
    public var recordBytes = 64 << 20

    /// Makes options for a comma-separated file with the usual limits.
    public init() {}

    /// The same options, with limits that can be counted with.
    var clamped: CSVOptions {
        var options = self
        options.fieldBytes = min(max(fieldBytes, 0), 1 << 40)
        options.recordBytes = min(max(recordBytes, 0), 1 << 40)
        return options
    }
}
