/// Base64 of both alphabets (RFC 4648), for looking into what a token says of itself.
enum Base64 {
    /// The bytes that the characters stand for, up to `limit`; stops at the first that is not of the alphabet.
    static func decode(_ characters: UnsafeBufferPointer<UInt8>, limit: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(limit, characters.count * 3 / 4 + 3))
        var bits: UInt32 = 0
        var count = 0
        for character in characters {
            guard let value = value(of: character), bytes.count < limit else { break }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return bytes
    }

    private static func value(of character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - 71
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character + 4
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
