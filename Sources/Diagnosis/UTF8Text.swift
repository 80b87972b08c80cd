/// What the readers of this module need to know of UTF-8.
enum UTF8Text {
    /// The length of the valid UTF-8 sequence at `offset`, or nil when there is none.
    ///
    /// By Unicode table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF.
    @inline(__always)
    static func sequenceLength(in bytes: UnsafeRawBufferPointer, at offset: Int) -> Int? {
        let lead = bytes[offset]
        let left = bytes.count - offset
        func follows(_ index: Int) -> Bool { bytes[offset + index] & 0xC0 == 0x80 }
        switch lead {
        case 0x00...0x7F: return 1
        case 0xC2...0xDF: return left >= 2 && follows(1) ? 2 : nil
        case 0xE0...0xEF:
            guard left >= 3, follows(1), follows(2) else { return nil }
            let second = bytes[offset + 1]
            if lead == 0xE0 && second < 0xA0 || lead == 0xED && second > 0x9F { return nil }
            return 3
        case 0xF0...0xF4:
            guard left >= 4, follows(1), follows(2), follows(3) else { return nil }
            let second = bytes[offset + 1]
            if lead == 0xF0 && second < 0x90 || lead == 0xF4 && second > 0x8F { return nil }
            return 4
        default: return nil
        }
    }

    /// Whether all of `bytes` is UTF-8.
    static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var offset = 0
        while offset < bytes.count {
            if bytes.count - offset >= 8,
                bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
            {
                offset += 8
                continue
            }
            guard let length = sequenceLength(in: bytes, at: offset) else { return false }
            offset += length
        }
        return true
    }

    /// The UTF-8 bytes of `scalar`.
    static func encoded(_ scalar: Unicode.Scalar) -> Unicode.UTF8.EncodedScalar {
        UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
    }

    /// The value of a hexadecimal digit.
    static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
