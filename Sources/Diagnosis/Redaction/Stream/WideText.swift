/// Turns UTF-16 into UTF-8 and back, piece by piece, so that rules made for bytes read it.
///
/// Halves of characters that have no other half become U+FFFD; nothing else changes.
public struct WideText {
    private let isHighFirst: Bool
    private var odd: UInt8?
    private var high: UInt16?
    private var partial: [UInt8] = []

    /// Begins a text.
    ///
    /// - Parameter isHighFirst: whether the high byte of a unit comes first (UTF-16BE).
    public init(isHighFirst: Bool) { self.isHighFirst = isHighFirst }

    /// The next bytes of UTF-16 as UTF-8; what a character still lacks is kept back.
    public mutating func narrow(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count / 2 + 4)
        for byte in bytes {
            guard let first = odd else {
                odd = byte
                continue
            }
            odd = nil
            let unit = isHighFirst ? UInt16(first) << 8 | UInt16(byte) : UInt16(byte) << 8 | UInt16(first)
            append(unit, to: &output)
        }
        return output
    }

    private mutating func append(_ unit: UInt16, to output: inout [UInt8]) {
        if let high {
            self.high = nil
            if unit & 0xFC00 == 0xDC00 {
                let value = 0x10000 + (UInt32(high & 0x3FF) << 10 | UInt32(unit & 0x3FF))
                output.append(contentsOf: Self.utf8(value))
                return
            }
            output.append(contentsOf: Self.utf8(0xFFFD))
        }
        switch unit & 0xFC00 {
        case 0xD800: high = unit
        case 0xDC00: output.append(contentsOf: Self.utf8(0xFFFD))
        default:
            if unit < 0x80 {
                output.append(UInt8(unit))
            } else {
                output.append(contentsOf: Self.utf8(UInt32(unit)))
            }
        }
    }

    /// What was kept back of UTF-16, at its end.
    public mutating func endNarrowing() -> [UInt8] {
        defer {
            odd = nil
            high = nil
        }
        return odd == nil && high == nil ? [] : Self.utf8(0xFFFD)
    }

    private static func utf8(_ value: UInt32) -> [UInt8] {
        Array(String(Unicode.Scalar(value) ?? "\u{FFFD}").utf8)
    }

    /// The next bytes of UTF-8 as UTF-16; what a character still lacks is kept back.
    public mutating func widen(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        partial.append(contentsOf: bytes)
        var whole = partial.count
        // A character has at most four bytes; its first tells how many.
        for back in 1...4 where back <= partial.count {
            let byte = partial[partial.count - back]
            guard byte & 0xC0 != 0x80 else { continue }
            let length = byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
            if length > back { whole = partial.count - back }
            break
        }
        defer { partial.removeFirst(whole) }
        var output: [UInt8] = []
        output.reserveCapacity(whole * 2)
        for unit in String(decoding: partial[..<whole], as: UTF8.self).utf16 {
            let low = UInt8(truncatingIfNeeded: unit)
            let high = UInt8(truncatingIfNeeded: unit >> 8)
            output.append(isHighFirst ? high : low)
            output.append(isHighFirst ? low : high)
        }
        return output
    }
}
