/// Redacts whole texts that are in memory.
///
/// ``RedactionStream`` does the same for files of any size.
public struct Redactor: Sendable {
    private let rules: RedactionRules
    private let key: RedactionKey

    /// Makes a redactor of a case.
    public init(rules: RedactionRules, key: RedactionKey) {
        self.rules = rules
        self.key = key
    }

    /// The same for what is too large to be in memory, piece by piece.
    public func stream() -> RedactionStream { RedactionStream(rules: rules, key: key) }

    /// The text with tokens in place of what is private.
    public func redact(_ text: String) -> String {
        String(decoding: redact(Array(text.utf8)), as: UTF8.self)
    }

    /// The bytes with tokens in place of what is private; an observer is told of each.
    public func redact(_ bytes: [UInt8], observe: ((borrowing Redaction) -> Void)? = nil) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count + bytes.count / 8)
        var stream = RedactionStream(rules: rules, key: key, windowSize: min(bytes.count + 262_145, 1 << 20))
        bytes.withUnsafeBytes { stream.feed($0, observe: observe) { output.append(contentsOf: $0) } }
        stream.finish(observe: observe) { output.append(contentsOf: $0) }
        return output
    }
}
