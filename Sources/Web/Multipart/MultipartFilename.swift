/// The ways in which a file name is written, and what of it is kept.
enum MultipartFilename {
    /// A quoted name without the escapes of browsers, who write `"` as `%22`, CR as `%0D`, LF as `%0A`
    /// and leave a percent sign alone.
    static func unescaped(_ bytes: [UInt8]) -> String {
        var result: [UInt8] = []
        var rest = bytes[...]
        while let byte = rest.first {
            let digits = rest.dropFirst().prefix(2)
            if byte == UInt8(ascii: "%"), let value = hexByte(digits), [0x22, 0x0D, 0x0A].contains(value) {
                result.append(value)
                rest = rest.dropFirst(3)
            } else {
                result.append(byte)
                rest = rest.dropFirst()
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// A name as RFC 5987 writes it, `UTF-8'en'na%C3%AFve.txt`; nil when it is not so written.
    static func decodedExtended(_ bytes: [UInt8]) -> String? {
        let pieces = bytes.split(
            separator: UInt8(ascii: "'"), maxSplits: 2, omittingEmptySubsequences: false)
        guard pieces.count == 3 else { return nil }
        var value: [UInt8] = []
        var rest = pieces[2]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                guard let decoded = hexByte(rest.prefix(2)) else { return nil }
                value.append(decoded)
                rest = rest.dropFirst(2)
            } else {
                value.append(byte)
            }
        }
        switch String(decoding: pieces[0], as: UTF8.self).lowercased() {
        case "utf-8": return String(validating: value, as: UTF8.self)
        case "iso-8859-1":
            var text = String.UnicodeScalarView()
            text.append(contentsOf: value.map { Unicode.Scalar($0) })
            return String(text)
        default: return nil
        }
    }

    /// The last component of a path with either separator, without control characters.
    ///
    /// Marks that turn the direction of text are removed too, since they can make one ending look like
    /// another.
    static func stripped(_ text: String) -> String {
        var name = ""
        for scalar in text.unicodeScalars {
            if scalar == "/" || scalar == "\\" {
                name = ""
            } else if !isControl(scalar) && !turnsDirection(scalar) {
                name.unicodeScalars.append(scalar)
            }
        }
        return name == "." || name == ".." ? "" : name
    }

    /// Whether `scalar` is a control character or ends a line.
    static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar.value == 0x2028
            || scalar.value == 0x2029
    }

    private static func turnsDirection(_ scalar: Unicode.Scalar) -> Bool {
        (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
    }

    private static func hexByte(_ digits: ArraySlice<UInt8>) -> UInt8? {
        guard digits.count == 2 else { return nil }
        var value: UInt8 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | (digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | (digit - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | (digit - UInt8(ascii: "A") + 10)
            default: return nil
            }
        }
        return value
    }
}
