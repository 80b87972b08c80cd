/// The bytes of one line, read without bounds checks; from the end on every byte reads as 0.
///
/// The memory belongs to the caller and must outlive the value. Offsets are never negative.
struct LineBytes {
    let base: UnsafePointer<UInt8>
    let count: Int

    @inline(__always)
    init(base: UnsafePointer<UInt8>, count: Int) {
        self.base = base
        self.count = count
    }

    @inline(__always)
    subscript(_ offset: Int) -> UInt8 { offset < count ? base[offset] : 0 }

    /// A part of the line.
    @inline(__always)
    func slice(_ start: Int, _ end: Int) -> LineBytes {
        LineBytes(base: base + start, count: end - start)
    }

    /// The line without blanks at both ends.
    var trimmed: LineBytes {
        var start = 0
        var end = count
        while start < end, base[start].isSpace { start += 1 }
        while end > start, base[end - 1].isSpace { end -= 1 }
        return slice(start, end)
    }

    /// The line without the byte order mark that may stand at the beginning of a file.
    @inline(__always)
    func withoutMark(at offset: Int) -> LineBytes {
        guard offset == 0, count >= 3, base[0] == 0xEF, base[1] == 0xBB, base[2] == 0xBF else { return self }
        return slice(3, count)
    }

    /// Whether it begins with a text of ASCII letters.
    @inline(__always)
    func starts(with text: StaticString) -> Bool {
        guard count >= text.utf8CodeUnitCount else { return false }
        for offset in 0..<text.utf8CodeUnitCount where base[offset] != text.utf8Start[offset] { return false }
        return true
    }

    /// The text; what is not UTF-8 becomes U+FFFD.
    var text: String {
        String(decoding: UnsafeBufferPointer(start: base, count: count), as: UTF8.self)
    }

    /// The first place of `byte` in `start..<end`, or -1.
    @inline(__always)
    func offset(of byte: UInt8, from start: Int, to end: Int) -> Int {
        var offset = start
        let limit = min(end, count)
        while offset < limit {
            if base[offset] == byte { return offset }
            offset += 1
        }
        return -1
    }
}

extension UInt8 {
    @inline(__always) init(ascii scalar: Unicode.Scalar) { self = UInt8(truncatingIfNeeded: scalar.value) }

    @inline(__always) var isDigit: Bool { self &- 0x30 < 10 }
    /// A letter; every byte beyond ASCII counts as one.
    @inline(__always) var isLetter: Bool { (self | 0x20) &- 0x61 < 26 || self >= 0x80 }
    @inline(__always) var isAlphanumeric: Bool { isLetter || isDigit }
    /// A letter, a digit or an underscore.
    @inline(__always) var isWord: Bool { isLetter || isDigit || self == 0x5F }
    @inline(__always) var isUppercase: Bool { self &- 0x41 < 26 }
    @inline(__always) var isLowercase: Bool { self &- 0x61 < 26 }
    @inline(__always) var isHexLetter: Bool { (self | 0x20) &- 0x61 < 6 }
    @inline(__always) var isHexDigit: Bool { isDigit || isHexLetter }
    @inline(__always) var isBlank: Bool { self == 0x20 || self == 0x09 }
    /// A blank or a control character that ends words in text.
    @inline(__always) var isSpace: Bool { self == 0x20 || self &- 0x09 < 5 || self &- 0x1C < 4 }
    @inline(__always) var lowercased: UInt8 { isUppercase ? self | 0x20 : self }
}
