/// Why a record of a CSV file cannot be read.
public struct CSVProblem: Error, Hashable, Sendable {
    /// The ways in which a record can be wrong.
    public enum Kind: Hashable, Sendable {
        case quoteNeverClosed
        case textAfterClosingQuote
        case quoteInsideField
        case invalidUTF8
        case nulByte
        case tooManyColumns(limit: Int)
        case fieldTooLong(limit: Int)
        case recordTooLong(limit: Int)
    }

    /// What is wrong.
    public var kind: Kind
    /// The line to look at, from 1: for a quoted field the one where its quote opens.
    public var line: Int
    /// The line on which the record begins, from 1.
    public var recordLine: Int
    /// The byte at which the record begins, from 0.
    public var offset: Int

    /// Makes a problem.
    public init(kind: Kind, line: Int, recordLine: Int, offset: Int) {
        self.kind = kind
        self.line = line
        self.recordLine = recordLine
        self.offset = offset
    }
}

extension CSVProblem: CustomStringConvertible {
    /// The line and what is wrong there, in one sentence.
    public var description: String { "line \(line): \(message)" }

    /// What is wrong, without the line.
    public var message: String {
        switch kind {
        case .quoteNeverClosed: "a quote opened here is never closed"
        case .textAfterClosingQuote: "a quoted field that begins here goes on after its closing quote"
        case .quoteInsideField: "a quote stands inside a field that does not begin with one"
        case .invalidUTF8: "the text is not UTF-8"
        case .nulByte: "the text holds a NUL byte"
        case .tooManyColumns(let limit): "the record has more than \(limit) columns"
        case .fieldTooLong(let limit): "a field that begins here is longer than \(limit) bytes"
        case .recordTooLong(let limit): "the record is longer than \(limit) bytes"
        }
    }
}
