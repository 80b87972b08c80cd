/// Parts of a window that hold escapes, as they read decoded, and where each byte came from.
///
/// A secret that is percent-encoded, escaped in JSON or in XML is found in the decoded text by the same rules
/// and then replaced in the original. Text that was encoded twice or three times is decoded as often.
struct DecodedRuns {
    /// Percent escapes, JSON escapes of ASCII, and references of XML.
    static let expression =
        "(?:%[2-7][0-9A-Fa-f]|\\\\u00[2-7][0-9A-Fa-f]|&(?:quot|amp|apos|lt|gt|#[0-9]{2}|#x[0-9A-Fa-f]{2});)"
    /// How far a run reaches to the left and to the right of its first escape.
    static let limits = (left: 2_048, right: 8_192)

    private(set) var bytes: [UInt8] = [0x0A]
    /// The offset in the window of what each byte was made of.
    private var origins: [UInt32] = [0]
    /// The offset in the window behind the last run.
    private(set) var end: Int

    /// - Parameter end: the offset behind the last run of an earlier part.
    init(after end: Int) { self.end = end }

    /// Adds the text without blanks around an escape that ends at `place`, unless it was added already.
    mutating func add(_ window: UnsafeBufferPointer<UInt8>, around place: Int) {
        guard place > end else { return }
        var start = place
        while start > max(0, place - Self.limits.left), !Self.endsRun(window[start - 1]) { start -= 1 }
        var last = place
        while last < min(window.count, place + Self.limits.right), !Self.endsRun(window[last]) { last += 1 }
        end = last
        var text = Array(window[start..<last])
        var places = (start...last).map { UInt32($0) }
        for _ in 0..<3 {
            let count = text.count
            (text, places) = Self.decode(text, places)
            if text.count == count { break }
        }
        bytes.append(contentsOf: text)
        bytes.append(0x0A)
        origins.append(contentsOf: places)
    }

    private static func endsRun(_ byte: UInt8) -> Bool { byte <= 0x20 }

    /// The range of the window that a range of the decoded bytes was made of.
    func origin(of range: Range<Int>) -> Range<Int> {
        Int(origins[range.lowerBound])..<Int(origins[range.upperBound])
    }

    /// Decodes once; `places` has an entry for each byte and one for the end.
    private static func decode(_ text: [UInt8], _ places: [UInt32]) -> (text: [UInt8], places: [UInt32]) {
        var decoded: [UInt8] = []
        var origins: [UInt32] = []
        decoded.reserveCapacity(text.count)
        origins.reserveCapacity(places.count)
        text.withUnsafeBufferPointer { bytes in
            var offset = 0
            while offset < bytes.count {
                let unit = Escapes.character(bytes, at: offset) ?? (bytes[offset], 1)
                decoded.append(unit.byte)
                origins.append(places[offset])
                offset += unit.length
            }
        }
        origins.append(places[text.count])
        return (decoded, origins)
    }
}
