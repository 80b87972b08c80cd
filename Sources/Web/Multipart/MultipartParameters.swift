/// A header value with parameters: `form-data; name="a"; filename=b.txt`.
struct MultipartParameters {
    /// The text does not follow the grammar.
    struct Malformed: Error {}

    /// What stands before the parameters, in lower case.
    private(set) var value: String
    private var items: [(name: String, value: [UInt8])] = []

    /// The parameter named `name`, which is in lower case.
    subscript(name: String) -> [UInt8]? {
        items.first { $0.name == name }?.value
    }

    /// Reads a header value; a parameter that appears twice is refused.
    init(parsing bytes: ArraySlice<UInt8>) throws(Malformed) {
        let semicolon = UInt8(ascii: ";")
        let head = bytes.prefix { $0 != semicolon }
        value = String(decoding: Self.trimmed(head), as: UTF8.self).lowercased()
        var rest = bytes.dropFirst(head.count)
        while true {
            rest = rest.drop { $0 == semicolon || Self.isSpace($0) }
            guard !rest.isEmpty else { return }
            let name = rest.prefix(while: Self.isTokenByte)
            rest = rest.dropFirst(name.count)
            guard !name.isEmpty, rest.popFirst() == UInt8(ascii: "=") else { throw Malformed() }
            let value = try rest.first == 0x22 ? Self.quoted(&rest) : Self.plain(&rest)
            let key = String(decoding: name, as: UTF8.self).lowercased()
            guard self[key] == nil else { throw Malformed() }
            items.append((key, value))
        }
    }

    /// Reads a value in quotes.
    ///
    /// A backslash escapes a quote and itself. Before anything else it stands for itself, since old
    /// browsers send paths with backslashes as they are.
    private static func quoted(_ rest: inout ArraySlice<UInt8>) throws(Malformed) -> [UInt8] {
        rest = rest.dropFirst()
        var value: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case 0x22:
                rest = rest.drop(while: isSpace)
                guard rest.isEmpty || rest.first == UInt8(ascii: ";") else { throw Malformed() }
                return value
            case UInt8(ascii: "\\"):
                guard let next = rest.first, next == 0x22 || next == byte else {
                    value.append(byte)
                    continue
                }
                value.append(next)
                rest = rest.dropFirst()
            default: value.append(byte)
            }
        }
        throw Malformed()
    }

    /// Reads a value without quotes.
    private static func plain(_ rest: inout ArraySlice<UInt8>) throws(Malformed) -> [UInt8] {
        let raw = rest.prefix { $0 != UInt8(ascii: ";") }
        rest = rest.dropFirst(raw.count)
        let value = trimmed(raw)
        guard !value.isEmpty, !value.contains(0x22) else { throw Malformed() }
        return Array(value)
    }

    /// `bytes` without spaces at either end.
    static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var bytes = bytes.drop(while: isSpace)
        while let last = bytes.last, isSpace(last) { bytes.removeLast() }
        return bytes
    }

    /// Whether a boundary may be so written (RFC 2046, section 5.1.1).
    static func isValidBoundary(_ boundary: [UInt8]) -> Bool {
        guard (1...70).contains(boundary.count), boundary.last != 0x20 else { return false }
        return boundary.allSatisfy { byte in
            isAlphanumeric(byte) || " '()+_,-./:=?".utf8.contains(byte)
        }
    }

    /// Whether `byte` may stand in the name of a header or a parameter.
    static func isTokenByte(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
