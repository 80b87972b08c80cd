/// The bytes around a candidate that a recogniser may look at.
///
/// Reading outside gives a line feed, so loops end at the edge without a check of their own, and no read
/// leaves the memory. How far a view reaches is a constant left and right of the candidate, never the place
/// where a buffer happens to end: so the pieces that a file is read in cannot change what is found.
struct TextView {
    private let base: UnsafePointer<UInt8>
    /// The first offset that holds a byte of the text.
    let lower: Int
    /// The offset behind the last byte of the text.
    let upper: Int

    init(base: UnsafePointer<UInt8>, lower: Int, upper: Int) {
        self.base = base
        self.lower = lower
        self.upper = upper
    }

    /// The byte at an offset, and a line feed outside.
    @inline(__always) subscript(_ offset: Int) -> UInt8 {
        offset >= lower && offset < upper ? base[offset] : 0x0A
    }

    /// The bytes of a range inside the view.
    func bytes(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
        let clamped = range.clamped(to: lower..<upper)
        return UnsafeBufferPointer(start: base + clamped.lowerBound, count: clamped.count)
    }

    /// The first offset from `start` on whose byte is not in the set.
    @inline(__always) func end(of set: ByteSet, from start: Int, limit: Int = .max) -> Int {
        var offset = start
        let last = limit == .max ? upper : min(upper, start + limit)
        while offset < last, set.contains(base[offset]) { offset += 1 }
        return offset
    }

    /// The offset where the run of bytes of the set begins that ends before `end`.
    @inline(__always) func start(of set: ByteSet, before end: Int, limit: Int = 256) -> Int {
        var offset = end
        let first = max(lower, end - limit)
        while offset > first, set.contains(base[offset - 1]) { offset -= 1 }
        return offset
    }

    /// Whether the text at an offset is these characters of ASCII, letter for letter.
    func has(_ text: StaticString, at offset: Int) -> Bool {
        for place in 0..<text.utf8CodeUnitCount where self[offset + place] != text.utf8Start[place] {
            return false
        }
        return true
    }

    /// Whether the text at an offset is these lower-case characters, in any case.
    func hasCaseless(_ text: StaticString, at offset: Int) -> Bool {
        for place in 0..<text.utf8CodeUnitCount {
            guard lowercased(self[offset + place]) == text.utf8Start[place] else { return false }
        }
        return true
    }

    /// Whether the text just before an offset is these lower-case characters, in any case.
    func hasCaseless(_ text: StaticString, before offset: Int) -> Bool {
        hasCaseless(text, at: offset - text.utf8CodeUnitCount)
    }

    /// Whether a word may begin at an offset: the byte before is no letter or digit, or ends an escape such
    /// as the `\n` of a JSON string.
    @inline(__always) func isWordStart(_ offset: Int) -> Bool {
        let before = self[offset - 1]
        return (!isAlphanumeric(before) || endsEscape(offset)) && !isInEscape(offset)
    }

    /// Whether the two digits of a percent escape begin at the offset.
    func isInEscape(_ offset: Int) -> Bool {
        self[offset - 1] == UInt8(ascii: "%") && isHex(self[offset]) && isHex(self[offset + 1])
    }

    /// Whether digits stand where a number of JSON does: behind a colon, a comma or a bracket, and before a comma
    /// or the end of a list or an object.
    func isJSONNumber(_ range: Range<Int>) -> Bool {
        var before = range.lowerBound - 1
        while before > range.lowerBound - 16, isBlank(self[before]) { before -= 1 }
        var after = range.upperBound
        while after < range.upperBound + 16, isSpace(self[after]) { after += 1 }
        let isBehind = [UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: "[")].contains(self[before])
        let isBefore = [UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]")].contains(self[after])
        return (isBehind || self[before] == 0x0A) && isBefore
    }

    /// Whether `\n`, `\t`, `\r`, `\b` or `\f` ends just before the offset.
    func endsEscape(_ offset: Int) -> Bool {
        guard self[offset - 2] == UInt8(ascii: "\\") else { return false }
        switch self[offset - 1] {
        case UInt8(ascii: "n"), UInt8(ascii: "t"), UInt8(ascii: "r"), UInt8(ascii: "b"), UInt8(ascii: "f"):
            return true
        default: return false
        }
    }
}

@inline(__always) func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
@inline(__always) func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }
@inline(__always) func isUppercase(_ byte: UInt8) -> Bool { byte &- 0x41 < 26 }
@inline(__always) func isLowercase(_ byte: UInt8) -> Bool { byte &- 0x61 < 26 }
@inline(__always) func isAlphanumeric(_ byte: UInt8) -> Bool { isDigit(byte) || isLetter(byte) }
@inline(__always) func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
@inline(__always) func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte &- 0x09 < 5 }
@inline(__always) func isHex(_ byte: UInt8) -> Bool { isDigit(byte) || (byte | 0x20) &- 0x61 < 6 }
@inline(__always) func lowercased(_ byte: UInt8) -> UInt8 { isUppercase(byte) ? byte | 0x20 : byte }

/// The value of a hexadecimal digit.
@inline(__always) func hexValue(_ byte: UInt8) -> UInt8 {
    isDigit(byte) ? byte &- 0x30 : (byte | 0x20) &- 0x57
}
