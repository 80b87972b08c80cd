/// One record of a CSV file.
public struct CSVRecord: Hashable, Sendable {
    /// The line on which the record begins, from 1; a record with quoted line ends covers several.
    public var line: Int
    /// The byte at which the record begins, from 0.
    public var offset: Int
    /// The values, with quotes resolved.
    public var fields: [String]

    /// Makes a record.
    public init(line: Int, offset: Int, fields: [String]) {
        self.line = line
        self.offset = offset
        self.fields = fields
    }
}
