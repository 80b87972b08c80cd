extension JSON {
    /// The compact JSON text, members in their order.
    public var text: String {
        var bytes: [UInt8] = []
        write(into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the compact JSON text to `bytes`, members in their order.
    ///
    /// Reading the text again gives an equal value. JSON has no infinity and no "not a number"; those
    /// are written as `null`.
    public func write(into bytes: inout [UInt8]) {
        switch self {
        case .null: Self.append("null", to: &bytes)
        case .bool(true): Self.append("true", to: &bytes)
        case .bool(false): Self.append("false", to: &bytes)
        case .integer(let value): Self.append(value, to: &bytes)
        case .number(let value): bytes.append(contentsOf: (value.isFinite ? "\(value)" : "null").utf8)
        case .string(let value): Self.append(quoted: value, to: &bytes)
        case .array(let elements): Self.append(elements, to: &bytes)
        case .object(let object): Self.append(object, to: &bytes)
        }
    }

    private static func append(_ elements: [JSON], to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "["))
        var first = true
        for element in elements {
            if !first { bytes.append(UInt8(ascii: ",")) }
            first = false
            element.write(into: &bytes)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private static func append(_ object: JSONObject, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "{"))
        var first = true
        for member in object.members {
            if !first { bytes.append(UInt8(ascii: ",")) }
            first = false
            append(quoted: member.key, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            member.value.write(into: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private static func append(_ text: StaticString, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private static func append(_ value: Int64, to bytes: inout [UInt8]) {
        if (0..<10).contains(value) {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value))
        } else {
            bytes.append(contentsOf: "\(value)".utf8)
        }
    }

    /// Appends a string in quotes.
    ///
    /// Escapes what the grammar demands, and the two line separators U+2028 and U+2029, which older
    /// JavaScript takes for ends of lines.
    private static func append(quoted text: String, to bytes: inout [UInt8]) {
        var text = text
        bytes.append(UInt8(ascii: "\""))
        text.withUTF8 { input in
            var start = 0
            var index = 0
            while index < input.count {
                let length = escapedLength(input, at: index)
                if length == 0 {
                    index += 1
                    continue
                }
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: input[start..<index]))
                appendEscape(of: input, at: index, to: &bytes)
                index += length
                start = index
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: input[start...]))
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// How many bytes at `index` must be written as an escape, most often none.
    @inline(__always)
    private static func escapedLength(_ input: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
        let byte = input[index]
        if byte < 0x20 || byte == 0x22 || byte == 0x5C { return 1 }
        guard byte == 0xE2, input.count - index >= 3, input[index + 1] == 0x80 else { return 0 }
        return input[index + 2] & 0xFE == 0xA8 ? 3 : 0
    }

    private static func appendEscape(
        of input: UnsafeBufferPointer<UInt8>, at index: Int, to bytes: inout [UInt8]
    ) {
        switch input[index] {
        case 0x22: append(#"\""#, to: &bytes)
        case 0x5C: append(#"\\"#, to: &bytes)
        case 0x08: append(#"\b"#, to: &bytes)
        case 0x09: append(#"\t"#, to: &bytes)
        case 0x0A: append(#"\n"#, to: &bytes)
        case 0x0C: append(#"\f"#, to: &bytes)
        case 0x0D: append(#"\r"#, to: &bytes)
        case 0xE2: append(input[index + 2] == 0xA8 ? #"\u2028"# : #"\u2029"#, to: &bytes)
        case let byte:
            let digits: StaticString = "0123456789abcdef"
            append(#"\u00"#, to: &bytes)
            bytes.append(digits.utf8Start[Int(byte >> 4)])
            bytes.append(digits.utf8Start[Int(byte & 0x0F)])
        }
    }
}
