extension JSON {
    /// Reads one JSON text, strictly by RFC 8259.
    ///
    /// Beyond the grammar it refuses what two readers could understand differently: invalid UTF-8, half
    /// surrogate pairs, a key that appears twice (also in another Unicode normalization, since lookups
    /// cannot tell those apart), a byte order mark, and numbers beyond the range of a double.
    public init(parsing bytes: UnsafeRawBufferPointer, limits: JSONLimits = .init()) throws(JSONSyntaxError) {
        var parser = JSONParser(bytes: bytes, limits: limits)
        do {
            self = try parser.document()
        } catch {
            throw JSONSyntaxError(message: error.message, offset: error.offset, in: bytes)
        }
    }

    /// Reads one JSON text, strictly by RFC 8259.
    public init(parsing bytes: [UInt8], limits: JSONLimits = .init()) throws(JSONSyntaxError) {
        let result = bytes.withUnsafeBytes { Self.result(parsing: $0, limits: limits) }
        self = try result.get()
    }

    /// Reads one JSON text, strictly by RFC 8259.
    public init(parsing text: String, limits: JSONLimits = .init()) throws(JSONSyntaxError) {
        var text = text
        let result = text.withUTF8 { Self.result(parsing: UnsafeRawBufferPointer($0), limits: limits) }
        self = try result.get()
    }

    private static func result(
        parsing bytes: UnsafeRawBufferPointer, limits: JSONLimits
    ) -> Result<JSON, JSONSyntaxError> {
        do {
            return .success(try JSON(parsing: bytes, limits: limits))
        } catch {
            return .failure(error)
        }
    }
}

/// A walk through the bytes of one JSON text.
struct JSONParser {
    /// What is wrong at which byte; the position is turned into line and column once, at the end.
    struct Fault: Error {
        var message: String
        var offset: Int
    }

    let bytes: UnsafeRawBufferPointer
    let depthLimit: Int
    let byteLimit: Int
    var position = 0
    /// Holds a string with escapes while it is put together.
    var scratch: [UInt8] = []

    init(bytes: UnsafeRawBufferPointer, limits: JSONLimits) {
        self.bytes = bytes
        depthLimit = min(limits.depth, 512)
        byteLimit = limits.bytes
    }

    /// Reads the whole text as one value.
    mutating func document() throws(Fault) -> JSON {
        guard bytes.count <= byteLimit else {
            throw Fault(message: "the text has \(bytes.count) bytes; the limit is \(byteLimit)", offset: 0)
        }
        try refuseByteOrderMark()
        skipSpace()
        guard position < bytes.count else {
            throw Fault(message: "there is no value; the text is empty", offset: position)
        }
        let value = try value(depth: 0)
        skipSpace()
        guard position == bytes.count else {
            throw Fault(message: "something follows after the end of the value", offset: position)
        }
        return value
    }

    private func refuseByteOrderMark() throws(Fault) {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            throw Fault(message: "the text begins with a byte order mark; write UTF-8 without one", offset: 0)
        }
        let start = bytes.prefix(2)
        if start.elementsEqual([0xFF, 0xFE]) || start.elementsEqual([0xFE, 0xFF]) {
            throw Fault(message: "the text is UTF-16; write it as UTF-8", offset: 0)
        }
    }

    /// The byte at the position, or nil at the end.
    @inline(__always)
    var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    @inline(__always)
    mutating func skipSpace() {
        while position < bytes.count {
            let byte = bytes[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            position += 1
        }
    }

    /// Reads the value that begins here.
    mutating func value(depth: Int) throws(Fault) -> JSON {
        guard let byte = current else { throw unexpected("a value") }
        switch byte {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return .object(try object(depth: depth + 1))
        case UInt8(ascii: "["): return .array(try array(depth: depth + 1))
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: throw unexpected("a value")
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSON) throws(Fault) -> JSON {
        let length = text.utf8CodeUnitCount
        guard bytes.count - position >= length else { throw unexpected("a value") }
        for index in 0..<length where bytes[position + index] != text.utf8Start[index] {
            throw unexpected("a value")
        }
        position += length
        return value
    }

    private mutating func array(depth: Int) throws(Fault) -> [JSON] {
        try enter(depth)
        var elements: [JSON] = []
        if current == UInt8(ascii: "]") {
            position += 1
            return elements
        }
        while true {
            elements.append(try value(depth: depth))
            skipSpace()
            guard let byte = current, byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") else {
                throw unexpected("a comma or the end of the array")
            }
            position += 1
            if byte == UInt8(ascii: "]") { return elements }
            skipSpace()
        }
    }

    private mutating func object(depth: Int) throws(Fault) -> JSONObject {
        try enter(depth)
        var object = JSONObject()
        var seen = JSONKeySet()
        if current == UInt8(ascii: "}") {
            position += 1
            return object
        }
        while true {
            let start = position
            guard current == UInt8(ascii: "\"") else { throw unexpected("a key in quotes") }
            let key = try string()
            guard seen.insert(key, into: object) else {
                throw Fault(
                    message: "the key \(Self.quoted(key)) appears twice in this object", offset: start)
            }
            skipSpace()
            guard current == UInt8(ascii: ":") else { throw unexpected("a colon after the key") }
            position += 1
            skipSpace()
            object.members.append((key, try value(depth: depth)))
            skipSpace()
            guard let byte = current, byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") else {
                throw unexpected("a comma or the end of the object")
            }
            position += 1
            if byte == UInt8(ascii: "}") { return object }
            skipSpace()
        }
    }

    /// Steps over an opening bracket.
    private mutating func enter(_ depth: Int) throws(Fault) {
        guard depth <= depthLimit else {
            throw Fault(
                message: "values are nested deeper than the limit of \(depthLimit)", offset: position)
        }
        position += 1
        skipSpace()
    }

    /// The fault of meeting something else than `expected` here.
    @inline(never)
    func unexpected(_ expected: String) -> Fault {
        guard let byte = current else {
            return Fault(message: "the text ends where \(expected) should be", offset: position)
        }
        let found: String
        switch byte {
        case 0x21...0x7E: found = "\"\(Character(UnicodeScalar(byte)))\""
        case 0x80...: found = "a character outside ASCII"
        default: found = "the byte \(byte)"
        }
        return Fault(message: "found \(found) where \(expected) should be", offset: position)
    }

    /// A key as shown in a message: as JSON writes it, and not at any length.
    private static func quoted(_ key: String) -> String {
        guard key.unicodeScalars.count > 60 else { return JSON.string(key).text }
        var short = String.UnicodeScalarView()
        short.append(contentsOf: key.unicodeScalars.prefix(60))
        return JSON.string(String(short) + "...").text
    }
}
