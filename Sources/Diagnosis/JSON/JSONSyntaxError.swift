/// Why a text is not JSON, and where.
public struct JSONSyntaxError: Error, Equatable, Sendable {
    /// What is wrong, as a clause without position: `the key "id" appears twice in this object`.
    public var message: String
    /// The line of the fault, from 1.
    public var line: Int
    /// The character of the fault in its line, from 1.
    public var column: Int
    /// The byte of the fault, from 0.
    public var offset: Int

    /// Makes an error at a known position.
    public init(message: String, line: Int, column: Int, offset: Int) {
        self.message = message
        self.line = line
        self.column = column
        self.offset = offset
    }

    /// Makes an error at `offset` of `bytes`, counting its line and column there.
    init(message: String, offset: Int, in bytes: UnsafeRawBufferPointer) {
        var line = 1
        var column = 1
        for byte in bytes.prefix(offset) {
            if byte == 0x0A {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        self.init(message: message, line: line, column: column, offset: offset)
    }
}

extension JSONSyntaxError: CustomStringConvertible {
    /// The position and the message in one line.
    public var description: String { "line \(line), column \(column): \(message)" }
}
