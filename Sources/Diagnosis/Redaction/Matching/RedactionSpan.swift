/// A stretch of text that a recogniser claims.
struct RedactionSpan {
    /// The offset of its first byte.
    var start: Int
    /// The offset behind its last byte.
    var end: Int
    /// The rule, as an index into the rules of a ``RedactionRules``.
    var rule: UInt16
    /// How the value is written, which decides on how its token is.
    var form = Form.text
    /// Whether the value goes on beyond what its recogniser could see.
    var isOpen = false
    /// The quote that ends the value, where one does, and the backslashes that stand before it.
    var quote: UInt8 = 0
    var escapes = 0

    /// Ways in which a value is written.
    enum Form: UInt8 {
        /// Characters, as they are.
        case text
        /// Digits that may be a JSON number: the token is a number too, so that the document stays valid.
        case number
        /// A decimal fraction that may be a JSON number.
        case decimal
        /// Characters with percent escapes (RFC 3986, section 2.1).
        case percentEncoded
        /// A quoted string with backslash escapes (RFC 8259, section 7).
        case escaped
    }

    init(_ start: Int, _ end: Int, _ rule: BuiltInRule, _ form: Form = .text) {
        self.init(start: start, end: end, rule: rule.rawValue, form: form)
    }

    init(start: Int, end: Int, rule: UInt16, form: Form = .text) {
        self.start = start
        self.end = end
        self.rule = rule
        self.form = form
    }
}
