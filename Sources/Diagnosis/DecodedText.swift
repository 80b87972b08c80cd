/// Text out of bytes of which nobody said how they are encoded.
public struct DecodedText: Hashable, Sendable {
    /// The encodings that are told apart.
    public enum Encoding: String, Sendable, CaseIterable {
        /// UTF-8, which nearly everything is.
        case utf8 = "UTF-8"
        /// UTF-16, low byte first.
        case utf16LittleEndian = "UTF-16LE"
        /// UTF-16, high byte first.
        case utf16BigEndian = "UTF-16BE"
        /// UTF-32, low byte first.
        case utf32LittleEndian = "UTF-32LE"
        /// The Western code page of Windows, of which ISO 8859-1 is a part.
        case windows1252 = "Windows-1252"

        /// How many bytes a unit has: text may only be cut between units.
        public var unit: Int {
            switch self {
            case .utf8, .windows1252: 1
            case .utf16LittleEndian, .utf16BigEndian: 2
            case .utf32LittleEndian: 4
            }
        }
    }

    /// The text.
    public var text: String
    /// How it was encoded.
    public var encoding: Encoding

    /// Decodes the beginning of a file; nil where it is no text.
    public init?(guessing bytes: [UInt8]) {
        guard let encoding = Self.encoding(of: bytes) else { return nil }
        self.init(bytes, as: encoding)
    }

    /// Decodes bytes of a known encoding; what does not decode becomes U+FFFD.
    public init(_ bytes: [UInt8], as encoding: Encoding) {
        self.encoding = encoding
        switch encoding {
        case .utf8: text = String(decoding: bytes, as: UTF8.self)
        case .utf16LittleEndian: text = String(decoding: Self.units(bytes, highFirst: false), as: UTF16.self)
        case .utf16BigEndian: text = String(decoding: Self.units(bytes, highFirst: true), as: UTF16.self)
        case .utf32LittleEndian:
            var scalars = String.UnicodeScalarView()
            for place in stride(from: 0, to: bytes.count - 3, by: 4) {
                let value = (0..<4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32(bytes[place + $1]) }
                scalars.append(Unicode.Scalar(value) ?? "\u{FFFD}")
            }
            text = String(scalars)
        case .windows1252:
            var scalars = String.UnicodeScalarView()
            for byte in bytes { scalars.append(Self.windows1252(byte)) }
            text = String(scalars)
        }
        if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
    }

    /// The encoding of a file by its beginning; nil where it is no text.
    public static func encoding(of bytes: [UInt8]) -> Encoding? {
        if bytes.starts(with: [0xFF, 0xFE, 0, 0]) { return .utf32LittleEndian }
        if bytes.starts(with: [0xFF, 0xFE]) { return .utf16LittleEndian }
        if bytes.starts(with: [0xFE, 0xFF]) { return .utf16BigEndian }
        // An entry of journald says in bytes how long a value is that is no line of text.
        if bytes.starts(with: "__CURSOR=".utf8) { return .utf8 }
        if bytes.contains(0) { return withZeros(bytes) }
        if isUTF8(bytes) { return hasOddControls(bytes) ? nil : .utf8 }
        return hasOddControls(bytes) ? nil : .windows1252
    }

    /// Text with zero bytes is UTF-16 where nearly every second byte is zero, and no text otherwise.
    private static func withZeros(_ bytes: [UInt8]) -> Encoding? {
        var zeros = (even: 0, odd: 0)
        for (place, byte) in bytes.enumerated() where byte == 0 {
            if place % 2 == 0 { zeros.even += 1 } else { zeros.odd += 1 }
        }
        let pairs = bytes.count / 2
        if zeros.odd * 10 >= pairs * 7, zeros.even * 20 <= pairs { return .utf16LittleEndian }
        if zeros.even * 10 >= pairs * 7, zeros.odd * 20 <= pairs { return .utf16BigEndian }
        return nil
    }

    /// Whether it is UTF-8 but for a last character that was cut off.
    private static func isUTF8(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { all in
            if UTF8Text.isValid(all) { return true }
            return (1...3).contains { cut in
                guard all.count > cut, all[all.count - cut] >= 0xC2 else { return false }
                return UTF8Text.isValid(UnsafeRawBufferPointer(rebasing: all[0..<(all.count - cut)]))
            }
        }
    }

    /// Control characters that no log has; escape sequences of terminals are usual.
    private static func hasOddControls(_ bytes: [UInt8]) -> Bool {
        let usual: Set<UInt8> = [7, 8, 9, 10, 12, 13, 0x1B]
        let odd = bytes.reduce(0) { $0 + ($1 < 0x20 && !usual.contains($1) ? 1 : 0) }
        return odd * 50 > bytes.count
    }

    private static func units(_ bytes: [UInt8], highFirst: Bool) -> [UInt16] {
        stride(from: 0, to: bytes.count - 1, by: 2).map { place in
            let (first, second) = (UInt16(bytes[place]), UInt16(bytes[place + 1]))
            return highFirst ? first << 8 | second : second << 8 | first
        }
    }

    /// Unicode, "Windows-1252 to Unicode table" (WHATWG Encoding Standard): only 0x80 to 0x9F differ from Latin-1.
    private static let upper: [UInt32] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152,
        0x8D, 0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122,
        0x0161, 0x203A, 0x0153, 0x9D, 0x017E, 0x0178,
    ]

    private static func windows1252(_ byte: UInt8) -> Unicode.Scalar {
        guard (0x80...0x9F).contains(byte) else { return Unicode.Scalar(byte) }
        return Unicode.Scalar(upper[Int(byte) - 0x80]) ?? "\u{FFFD}"
    }

    /// The byte of a character in the Western code page of Windows; nil where it has none.
    static func windows1252Byte(_ scalar: Unicode.Scalar) -> UInt8? {
        if scalar.value < 0x80 || (0xA0...0xFF).contains(scalar.value) { return UInt8(scalar.value) }
        return upper.firstIndex(of: scalar.value).map { UInt8(0x80 + $0) }
    }

    /// The text with characters that cannot be seen, or that turn the direction of reading, made visible.
    public var visible: String { Self.visible(text) }

    /// A text with characters that cannot be seen, or that turn the direction of reading, made visible.
    public static func visible(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var scalars = text.unicodeScalars.makeIterator()
        var next = scalars.next()
        while let scalar = next {
            next = scalars.next()
            switch scalar.value {
            case 0x0D where next == "\n": continue
            case 0x09, 0x0A: result.append(scalar)
            case 0x00...0x1F: result.append(Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}")
            case 0x7F: result.append("\u{2421}")
            case 0x80...0x9F, 0x202A...0x202E, 0x2066...0x2069, 0x200E, 0x200F, 0x061C, 0x2028, 0x2029:
                let digits = String(scalar.value, radix: 16, uppercase: true)
                result.append(
                    contentsOf: "⟨U+\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)⟩"
                        .unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
