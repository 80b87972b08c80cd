/// Markup as a value.
///
/// What is interpolated is escaped unless it is markup itself; literal markup can only come from source text.
package struct HTML: ExpressibleByStringInterpolation, Sendable {
    /// The markup, ready to send.
    package private(set) var text: String

    /// No markup.
    package static let empty = HTML(raw: "")

    private init(raw: String) { text = raw }

    package init(stringLiteral text: StaticString) {
        self.text = text.withUTF8Buffer { String(decoding: $0, as: UTF8.self) }
    }

    package init(stringInterpolation interpolation: StringInterpolation) { text = interpolation.text }

    /// Text as markup: every character that could be read as markup is escaped.
    package init(_ plain: String) { text = Self.escaped(plain) }

    /// Collects a literal.
    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""
        package init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + 32 * interpolationCount)
        }
        package mutating func appendLiteral(_ literal: StaticString) {
            literal.withUTF8Buffer { text += String(decoding: $0, as: UTF8.self) }
        }
        /// Text, escaped.
        package mutating func appendInterpolation(_ plain: String) { text += HTML.escaped(plain) }
        /// A number.
        package mutating func appendInterpolation(_ number: Int) { text += String(number) }
        /// Markup, as it is.
        package mutating func appendInterpolation(_ html: HTML) { text += html.text }
        /// Markup, or nothing.
        package mutating func appendInterpolation(_ html: HTML?) { if let html { text += html.text } }
        /// Pieces of markup, one after the other.
        package mutating func appendInterpolation(_ pieces: [HTML]) {
            for piece in pieces { text += piece.text }
        }
    }

    package static func += (left: inout HTML, right: HTML) { left.text += right.text }
    package static func + (left: HTML, right: HTML) -> HTML { HTML(raw: left.text + right.text) }

    /// The pieces with `separator` between them.
    package static func joined(_ pieces: [HTML], by separator: HTML) -> HTML {
        HTML(raw: pieces.map(\.text).joined(separator: separator.text))
    }

    /// ` name="value"`, escaped; nothing where the value is nil.
    package static func attribute(_ name: StaticString, _ value: String?) -> HTML {
        guard let value else { return .empty }
        return HTML(
            raw: " " + name.withUTF8Buffer { String(decoding: $0, as: UTF8.self) } + "=\"" + escaped(value)
                + "\"")
    }

    /// ` name` where `isSet`.
    package static func flag(_ name: StaticString, _ isSet: Bool) -> HTML {
        guard isSet else { return .empty }
        return HTML(raw: " " + name.withUTF8Buffer { String(decoding: $0, as: UTF8.self) })
    }

    private static func escaped(_ plain: String) -> String {
        let needsEscape = plain.utf8.contains { byte in
            byte == 38 || byte == 60 || byte == 62 || byte == 34 || byte == 39
        }
        guard needsEscape else { return plain }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(plain.utf8.count + 32)
        for byte in plain.utf8 {
            switch byte {
            case 38: bytes += Array("&amp;".utf8)
            case 60: bytes += Array("&lt;".utf8)
            case 62: bytes += Array("&gt;".utf8)
            case 34: bytes += Array("&quot;".utf8)
            case 39: bytes += Array("&#39;".utf8)
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Text that somebody typed, isolated so that its direction cannot disturb what stands around it.
package func isolated(_ plain: String) -> HTML { "<bdi>\(plain)</bdi>" }
