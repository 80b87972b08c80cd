/// Markup as a value.
///
/// What is interpolated is escaped unless it is markup itself; literal markup can only come from source text.
package struct HTML: ExpressibleByStringInterpolation, Sendable {
    /// The markup as UTF-8, ready to send.
    ///
    /// Bytes and not a `String`, because appending one to the other then is a plain copy.
    package private(set) var bytes: [UInt8]

    /// The markup as text.
    package var text: String { String(decoding: bytes, as: UTF8.self) }
    /// Whether there is none.
    package var isEmpty: Bool { bytes.isEmpty }

    /// No markup.
    package static let empty = HTML(raw: [])

    private init(raw: [UInt8]) { bytes = raw }

    package init(stringLiteral text: StaticString) {
        bytes = text.withUTF8Buffer { [UInt8]($0) }
    }

    package init(stringInterpolation interpolation: StringInterpolation) { bytes = interpolation.bytes }

    /// Text as markup: every character that could be read as markup is escaped.
    package init(_ plain: String) {
        bytes = []
        Self.append(escaping: plain, to: &bytes)
    }

    /// Collects a literal.
    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var bytes: [UInt8] = []
        package init(literalCapacity: Int, interpolationCount: Int) {
            bytes.reserveCapacity(literalCapacity + 32 * interpolationCount)
        }
        package mutating func appendLiteral(_ literal: StaticString) {
            literal.withUTF8Buffer { bytes.append(contentsOf: $0) }
        }
        /// Text, escaped.
        package mutating func appendInterpolation(_ plain: String) {
            HTML.append(escaping: plain, to: &bytes)
        }
        /// A number.
        package mutating func appendInterpolation(_ number: Int) {
            bytes.append(contentsOf: String(number).utf8)
        }
        /// Markup, as it is.
        package mutating func appendInterpolation(_ html: HTML) { bytes.append(contentsOf: html.bytes) }
        /// Markup, or nothing.
        package mutating func appendInterpolation(_ html: HTML?) {
            if let html { bytes.append(contentsOf: html.bytes) }
        }
        /// Pieces of markup, one after the other.
        package mutating func appendInterpolation(_ pieces: [HTML]) {
            bytes.reserveCapacity(bytes.count + pieces.reduce(0) { $0 + $1.bytes.count })
            for piece in pieces { bytes.append(contentsOf: piece.bytes) }
        }
    }

    package static func += (left: inout HTML, right: HTML) { left.bytes.append(contentsOf: right.bytes) }
    package static func + (left: HTML, right: HTML) -> HTML {
        var both = left
        both += right
        return both
    }

    /// The pieces with `separator` between them.
    package static func joined(_ pieces: [HTML], by separator: HTML) -> HTML {
        var whole = HTML.empty
        for (index, piece) in pieces.enumerated() {
            if index > 0 { whole += separator }
            whole += piece
        }
        return whole
    }

    /// ` name="value"`, escaped; nothing where the value is nil.
    package static func attribute(_ name: StaticString, _ value: String?) -> HTML {
        guard let value else { return .empty }
        return " \(HTML(stringLiteral: name))=\"\(value)\""
    }

    /// ` name` where `isSet`.
    package static func flag(_ name: StaticString, _ isSet: Bool) -> HTML {
        isSet ? " \(HTML(stringLiteral: name))" : .empty
    }

    /// Appends text; the stretches between characters that must be escaped are copied as they are.
    private static func append(escaping plain: String, to bytes: inout [UInt8]) {
        var plain = plain
        plain.withUTF8 { text in
            var start = 0
            for index in text.indices {
                guard let entity = entity(of: text[index]) else { continue }
                bytes.append(contentsOf: text[start..<index])
                entity.withUTF8Buffer { bytes.append(contentsOf: $0) }
                start = index + 1
            }
            bytes.append(contentsOf: text[start...])
        }
    }

    @inline(__always)
    private static func entity(of byte: UInt8) -> StaticString? {
        // All five lie below this one, as do few other characters of a text.
        guard byte <= 62 else { return nil }
        switch byte {
        case 38: return "&amp;"
        case 60: return "&lt;"
        case 62: return "&gt;"
        case 34: return "&quot;"
        case 39: return "&#39;"
        default: return nil
        }
    }
}

/// Text that somebody typed, isolated so that its direction cannot disturb what stands around it.
package func isolated(_ plain: String) -> HTML { "<bdi>\(plain)</bdi>" }
