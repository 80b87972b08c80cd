extension JSONParser {
    /// Reads the string whose opening quote stands here.
    ///
    /// Text without escapes is copied once, straight from the input.
    mutating func string() throws(Fault) -> String {
        let opening = position
        position += 1
        var start = position
        var escaped = false
        while true {
            skipPlainText()
            guard let byte = current else {
                throw Fault(message: "a string that begins here is never closed", offset: opening)
            }
            switch byte {
            case UInt8(ascii: "\""):
                let rest = UnsafeRawBufferPointer(rebasing: bytes[start..<position])
                position += 1
                guard escaped else { return String(decoding: rest, as: UTF8.self) }
                scratch.append(contentsOf: rest)
                return String(decoding: scratch, as: UTF8.self)
            case UInt8(ascii: "\\"):
                if !escaped { scratch.removeAll(keepingCapacity: true) }
                escaped = true
                scratch.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[start..<position]))
                try escape()
                start = position
            case 0x80...:
                guard let length = UTF8Text.sequenceLength(in: bytes, at: position) else {
                    throw Fault(message: "a string holds bytes that are not UTF-8", offset: position)
                }
                position += length
            default:
                throw Fault(
                    message: "a string holds the control character \(byte); write it as an escape",
                    offset: position)
            }
        }
    }

    /// Moves to the next byte that is not plain ASCII text, or to the end.
    @inline(__always)
    private mutating func skipPlainText() {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let high: UInt64 = 0x8080_8080_8080_8080
        while bytes.count - position >= 8 {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            let quote = word ^ (ones &* 0x22)
            let backslash = word ^ (ones &* 0x5C)
            // The lowest marked byte is exact; a borrow can mark only bytes above it.
            let low = (word &- (ones &* 0x20)) | (quote &- ones) | (backslash &- ones)
            let marks = (low | word) & high
            if marks == 0 {
                position += 8
                continue
            }
            position += marks.trailingZeroBitCount / 8
            break
        }
        while position < bytes.count {
            let byte = bytes[position]
            guard byte >= 0x20, byte < 0x80, byte != 0x22, byte != 0x5C else { return }
            position += 1
        }
    }

    /// Reads one escape, whose backslash stands here, into `scratch`.
    private mutating func escape() throws(Fault) {
        let start = position
        position += 1
        guard let byte = current else {
            throw Fault(message: "the text ends inside an escape", offset: start)
        }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): scratch.append(byte)
        case UInt8(ascii: "b"): scratch.append(0x08)
        case UInt8(ascii: "f"): scratch.append(0x0C)
        case UInt8(ascii: "n"): scratch.append(0x0A)
        case UInt8(ascii: "r"): scratch.append(0x0D)
        case UInt8(ascii: "t"): scratch.append(0x09)
        case UInt8(ascii: "u"): scratch.append(contentsOf: UTF8Text.encoded(try escapedScalar(start)))
        default:
            throw Fault(message: "a backslash is followed by something that is no escape", offset: start)
        }
    }

    /// Reads the four digits after `\u`, and a second escape where the first is half of a pair.
    private mutating func escapedScalar(_ start: Int) throws(Fault) -> Unicode.Scalar {
        let first = try fourHexDigits(start)
        if let scalar = Unicode.Scalar(first) { return scalar }
        let half = Fault(message: "an escape names half of a surrogate pair", offset: start)
        guard first < 0xDC00, bytes.count - position >= 2,
            bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u")
        else { throw half }
        position += 2
        let second = try fourHexDigits(position - 2)
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x1_0000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw half }
        return scalar
    }

    private mutating func fourHexDigits(_ start: Int) throws(Fault) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = current.flatMap(UTF8Text.hexDigit) else {
                throw Fault(message: "\\u is not followed by four hexadecimal digits", offset: start)
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}
