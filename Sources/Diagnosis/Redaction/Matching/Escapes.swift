/// Escapes that writers of URLs, of quoted strings and of markup use.
enum Escapes {
    /// The character of ASCII that an escape at an offset stands for, and how many bytes the escape takes.
    ///
    /// Escapes that only keep a string together, as `\"` and `\n`, are not among them.
    static func character(
        _ text: UnsafeBufferPointer<UInt8>, at offset: Int
    ) -> (byte: UInt8, length: Int)? {
        let rest = text.count - offset
        switch text[offset] {
        case UInt8(ascii: "%"):
            guard rest >= 3, isHex(text[offset + 1]), isHex(text[offset + 2]) else { return nil }
            return (hexValue(text[offset + 1]) << 4 | hexValue(text[offset + 2]), 3)
        case UInt8(ascii: "\\"):
            if rest >= 2, text[offset + 1] == UInt8(ascii: "/") { return (UInt8(ascii: "/"), 2) }
            guard rest >= 6, text[offset + 1] == UInt8(ascii: "u") else { return nil }
            guard let value = number(text, offset + 2..<offset + 6, radix: 16), value < 0x80 else {
                return nil
            }
            return (UInt8(value), 6)
        case UInt8(ascii: "&"): return reference(text, at: offset)
        default: return nil
        }
    }

    private static func number(
        _ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, radix: UInt32
    ) -> UInt32? {
        var value: UInt32 = 0
        for offset in range {
            guard isHex(text[offset]), hexValue(text[offset]) < radix else { return nil }
            value = value &* radix &+ UInt32(hexValue(text[offset]))
        }
        return range.isEmpty ? nil : value
    }

    /// A reference of XML: `&quot;`, `&#34;`, `&#x22;`.
    private static func reference(
        _ text: UnsafeBufferPointer<UInt8>, at offset: Int
    ) -> (byte: UInt8, length: Int)? {
        var end = offset + 1
        while end < min(text.count, offset + 8), text[end] != UInt8(ascii: ";") { end += 1 }
        guard end < text.count, text[end] == UInt8(ascii: ";"), end > offset + 2 else { return nil }
        let length = end + 1 - offset
        if text[offset + 1] == UInt8(ascii: "#") {
            let isHexadecimal = text[offset + 2] | 0x20 == UInt8(ascii: "x")
            let digits = offset + (isHexadecimal ? 3 : 2)..<end
            guard !digits.isEmpty, let value = number(text, digits, radix: isHexadecimal ? 16 : 10) else {
                return nil
            }
            return value < 0x80 ? (UInt8(value), length) : nil
        }
        let names: [(StaticString, Character)] = [
            ("quot", "\""), ("amp", "&"), ("apos", "'"), ("lt", "<"), ("gt", ">"),
        ]
        for (name, character) in names where name.utf8CodeUnitCount == length - 2 {
            let isName = (0..<name.utf8CodeUnitCount).allSatisfy {
                text[offset + 1 + $0] == name.utf8Start[$0]
            }
            if isName, let byte = character.asciiValue { return (byte, length) }
        }
        return nil
    }

    /// What one character or escape of a value stands for, and how many bytes it takes.
    static func unit(_ text: UnsafeBufferPointer<UInt8>, at offset: Int) -> (bytes: [UInt8], length: Int) {
        if let character = character(text, at: offset) { return ([character.byte], character.length) }
        let rest = text.count - offset
        guard text[offset] == UInt8(ascii: "\\"), rest >= 2 else { return ([text[offset]], 1) }
        switch text[offset + 1] {
        case UInt8(ascii: "u") where rest >= 6:
            guard let value = number(text, offset + 2..<offset + 6, radix: 16) else {
                return ([text[offset]], 1)
            }
            return (Array(String(Unicode.Scalar(value) ?? "\u{FFFD}").utf8), 6)
        case UInt8(ascii: "n"): return ([0x0A], 2)
        case UInt8(ascii: "r"): return ([0x0D], 2)
        case UInt8(ascii: "t"): return ([0x09], 2)
        case UInt8(ascii: "b"): return ([0x08], 2)
        case UInt8(ascii: "f"): return ([0x0C], 2)
        case let other: return ([other], 2)
        }
    }
}
