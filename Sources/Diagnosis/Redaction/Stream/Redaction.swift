/// A value that was replaced, as an observer of a stream sees it.
///
/// It is only valid during the call.
public struct Redaction: ~Copyable {
    /// The rule that found it.
    public let rule: RedactionRule
    /// The line, counted from 1.
    ///
    /// Redaction keeps lines, so it is the same before and after.
    public let line: Int
    /// The column of the first byte in the original, counted in bytes from 1.
    public let column: Int
    /// The offset of the first byte in the original, counted from 0.
    public let offset: Int
    /// How many bytes the value had.
    public let length: Int
    /// The token that stands in its place.
    public let token: String
    /// The value.
    ///
    /// Only what seals a mapping or shows a preview to who may see the original should read it.
    public let value: UnsafeRawBufferPointer
}
