/// A QR code of a short text: byte mode, error correction level M, versions 1 to 40.
///
/// Source: ISO/IEC 18004:2015; clauses are named where a rule comes from there.
package struct QRCode: Sendable {
    /// Modules a side, without the quiet zone: 21 to 177.
    package let size: Int
    /// 1 to 40.
    package let version: Int
    /// The mask that was chosen, 0 to 7.
    package let mask: Int
    private var dark: [Bool]

    /// The code of a text, with the mask that the standard's penalties choose.
    ///
    /// O(size²) for each of eight masks: a few milliseconds.
    /// - Parameters:
    ///   - version: the smallest version allowed.
    ///   - mask: a mask to take whatever its penalty; nil for the best.
    /// - Returns: nil where the text has more than 2,331 bytes.
    package init?(_ text: String, version least: Int = 1, mask wanted: Int? = nil) {
        let bytes = Array(text.utf8)
        guard let version = (least...40).first(where: { bytes.count <= Self.capacity($0) }) else {
            return nil
        }
        self.version = version
        var canvas = Canvas(version: version)
        canvas.drawFunctionPatterns()
        canvas.draw(codewords: Self.interleaved(Self.dataCodewords(bytes, version), version))
        var best: (mask: Int, penalty: Int, canvas: Canvas)?
        for mask in wanted.map({ $0...$0 }) ?? 0...7 {
            var masked = canvas
            masked.apply(mask: mask)
            masked.drawFormat(mask: mask)
            let penalty = masked.penalty
            if penalty < best?.penalty ?? .max { best = (mask, penalty, masked) }
        }
        guard let best else { return nil }
        (size, mask, dark) = (canvas.size, best.mask, best.canvas.dark)
    }

    /// Whether the module in this row and column is dark.
    package func isDark(row: Int, column: Int) -> Bool { dark[row * size + column] }

    /// The code as inline SVG with the quiet zone of four modules: one path, drawn in rows.
    ///
    /// It is dark on light in both themes, since many readers take no inverted code.
    /// - Parameter label: what it is, for people who do not see it.
    package func svg(label: String) -> HTML {
        var path = ""
        for row in 0..<size {
            var column = 0
            while column < size {
                let start = column
                while column < size, isDark(row: row, column: column) { column += 1 }
                if column > start {
                    path += "M\(start + 4) \(row + 4)h\(column - start)v1h-\(column - start)z"
                }
                column += 1
            }
        }
        let side = String(size + 8)
        return """
            <svg class="qr" role="img" aria-label="\(label)" viewBox="0 0 \(side) \(side)" shape-rendering="crispEdges"><rect width="\(side)" height="\(side)" fill="#fff"/><path fill="#000" d="\(path)"/></svg>
            """
    }

    // MARK: Codewords (clause 7.4, 7.5)

    /// Error correction codewords of a block at level M, by version (table 9).
    private static let correction = [
        10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26, 28, 28, 28, 28,
        28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28,
    ]
    /// Blocks at level M, by version (table 9).
    private static let blocks = [
        1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21, 23, 25, 26, 28,
        29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49,
    ]

    /// Data codewords of a version.
    private static func dataCount(_ version: Int) -> Int {
        Canvas.codewordCount(version) - correction[version - 1] * blocks[version - 1]
    }

    /// Bytes of text that fit: 4 bits say the mode, 8 or 16 the length.
    private static func capacity(_ version: Int) -> Int { dataCount(version) - (version < 10 ? 2 : 3) }

    private static func dataCodewords(_ bytes: [UInt8], _ version: Int) -> [UInt8] {
        var nibbles: [UInt8] = [0b0100]
        func halves(_ byte: UInt8) -> [UInt8] { [byte >> 4, byte & 15] }
        if version >= 10 { nibbles += halves(UInt8(bytes.count >> 8)) }
        nibbles += halves(UInt8(bytes.count & 255))
        for byte in bytes { nibbles += halves(byte) }
        nibbles.append(0)
        var words = stride(from: 0, to: nibbles.count, by: 2).map { nibbles[$0] << 4 | nibbles[$0 + 1] }
        var padding: UInt8 = 0xEC
        while words.count < dataCount(version) {
            words.append(padding)
            padding ^= 0xEC ^ 0x11
        }
        return words
    }

    /// Data and error correction, block by block and then a codeword of each block in turn (clause 7.6).
    private static func interleaved(_ data: [UInt8], _ version: Int) -> [UInt8] {
        let (count, length) = (blocks[version - 1], correction[version - 1])
        let short = data.count / count
        let longs = data.count % count
        let divisor = GaloisField.divisor(degree: length)
        var parts: [(data: [UInt8], check: [UInt8])] = []
        var start = 0
        for block in 0..<count {
            let end = start + short + (block >= count - longs ? 1 : 0)
            let part = Array(data[start..<end])
            parts.append((part, GaloisField.remainder(of: part, by: divisor)))
            start = end
        }
        var words: [UInt8] = []
        for index in 0...short { words += parts.compactMap { index < $0.data.count ? $0.data[index] : nil } }
        for index in 0..<length { words += parts.map { $0.check[index] } }
        return words
    }
}

/// Arithmetic of Reed-Solomon codes: GF(256) with the polynomial x⁸+x⁴+x³+x²+1 (clause 7.5.2).
private enum GaloisField {
    static func product(_ left: UInt8, _ right: UInt8) -> UInt8 {
        var (sum, left, right) = (UInt8(0), left, right)
        while right != 0 {
            if right & 1 != 0 { sum ^= left }
            left = left << 1 ^ (left & 0x80 != 0 ? 0x1D : 0)
            right >>= 1
        }
        return sum
    }

    /// The product of (x - 2⁰)...(x - 2ⁿ⁻¹), highest power first, without the leading 1.
    static func divisor(degree: Int) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: degree - 1) + [1]
        var root: UInt8 = 1
        for _ in 0..<degree {
            for index in 0..<degree {
                result[index] = product(result[index], root) ^ (index + 1 < degree ? result[index + 1] : 0)
            }
            root = product(root, 2)
        }
        return result
    }

    static func remainder(of data: [UInt8], by divisor: [UInt8]) -> [UInt8] {
        var rest = [UInt8](repeating: 0, count: divisor.count)
        for byte in data {
            let factor = byte ^ rest.removeFirst()
            rest.append(0)
            for index in rest.indices { rest[index] ^= product(divisor[index], factor) }
        }
        return rest
    }
}

/// The modules while they are drawn.
private struct Canvas {
    let version: Int
    let size: Int
    var dark: [Bool]
    /// Modules that are no data: patterns, format and version.
    private var isFixed: [Bool]

    init(version: Int) {
        self.version = version
        size = 17 + 4 * version
        dark = [Bool](repeating: false, count: size * size)
        isFixed = dark
    }

    /// Codewords that a version holds, data and correction together.
    static func codewordCount(_ version: Int) -> Int {
        var modules = (16 * version + 128) * version + 64
        if version >= 2 {
            let count = version / 7 + 2
            modules -= (25 * count - 10) * count - 55
            if version >= 7 { modules -= 36 }
        }
        return modules / 8
    }

    private mutating func fix(_ row: Int, _ column: Int, _ isDark: Bool) {
        dark[row * size + column] = isDark
        isFixed[row * size + column] = true
    }

    // MARK: Patterns (clause 6.3)

    mutating func drawFunctionPatterns() {
        for index in 0..<size {
            fix(6, index, index % 2 == 0)
            fix(index, 6, index % 2 == 0)
        }
        for (row, column) in [(3, 3), (3, size - 4), (size - 4, 3)] { drawFinder(row, column) }
        let centres = alignmentCentres
        for row in centres {
            for column in centres where !isAtFinder(row, column, centres) {
                for (down, right) in offsets(2) {
                    fix(row + down, column + right, max(abs(down), abs(right)) != 1)
                }
            }
        }
        drawFormat(mask: 0)
        drawVersion()
    }

    private func offsets(_ reach: Int) -> [(Int, Int)] {
        (-reach...reach).flatMap { down in (-reach...reach).map { (down, $0) } }
    }

    private mutating func drawFinder(_ row: Int, _ column: Int) {
        for (down, right) in offsets(4) {
            let (y, x) = (row + down, column + right)
            guard (0..<size).contains(y), (0..<size).contains(x) else { continue }
            let ring = max(abs(down), abs(right))
            fix(y, x, ring != 2 && ring != 4)
        }
    }

    /// Annex E: evenly spaced from the lower right, the first at 6.
    private var alignmentCentres: [Int] {
        guard version > 1 else { return [] }
        let gaps = version / 7 + 1
        let step = version == 32 ? 26 : (4 * version + 4 + 2 * gaps - 1) / (2 * gaps) * 2
        return [6] + (0..<gaps).map { size - 7 - step * $0 }.reversed()
    }

    private func isAtFinder(_ row: Int, _ column: Int, _ centres: [Int]) -> Bool {
        let (first, last) = (centres[0], centres[centres.count - 1])
        return row == first && (column == first || column == last) || row == last && column == first
    }

    /// Level M and the mask, with their BCH code, on both places (clause 7.9).
    mutating func drawFormat(mask: Int) {
        var rest = mask
        for _ in 0..<10 { rest = rest << 1 ^ (rest >> 9) * 0x537 }
        let bits = (mask << 10 | rest) ^ 0x5412
        func bit(_ index: Int) -> Bool { bits >> index & 1 != 0 }
        for index in 0...5 { fix(index, 8, bit(index)) }
        fix(7, 8, bit(6))
        fix(8, 8, bit(7))
        fix(8, 7, bit(8))
        for index in 9..<15 { fix(8, 14 - index, bit(index)) }
        for index in 0..<8 { fix(8, size - 1 - index, bit(index)) }
        for index in 8..<15 { fix(size - 15 + index, 8, bit(index)) }
        fix(size - 8, 8, true)
    }

    /// The version with its BCH code, from version 7 on (clause 7.10).
    private mutating func drawVersion() {
        guard version >= 7 else { return }
        var rest = version
        for _ in 0..<12 { rest = rest << 1 ^ (rest >> 11) * 0x1F25 }
        let bits = version << 12 | rest
        for index in 0..<18 {
            let isDark = bits >> index & 1 != 0
            fix(size - 11 + index % 3, index / 3, isDark)
            fix(index / 3, size - 11 + index % 3, isDark)
        }
    }

    // MARK: Data (clause 7.7)

    mutating func draw(codewords: [UInt8]) {
        var index = 0
        for pair in 0..<(size - 1) / 2 {
            // Pairs of columns from the right, up and down in turn; the timing column is stepped over.
            let right = size - 1 - 2 * pair - (pair >= (size - 7) / 2 ? 1 : 0)
            for step in 0..<size {
                let row = pair % 2 == 0 ? size - 1 - step : step
                for column in [right, right - 1] where !isFixed[row * size + column] {
                    guard index < codewords.count * 8 else { continue }
                    dark[row * size + column] = codewords[index / 8] >> (7 - index % 8) & 1 != 0
                    index += 1
                }
            }
        }
    }

    /// Table 10.
    mutating func apply(mask: Int) {
        for row in 0..<size {
            for column in 0..<size where !isFixed[row * size + column] {
                let flips =
                    switch mask {
                    case 0: (row + column) % 2 == 0
                    case 1: row % 2 == 0
                    case 2: column % 3 == 0
                    case 3: (row + column) % 3 == 0
                    case 4: (row / 2 + column / 3) % 2 == 0
                    case 5: row * column % 2 + row * column % 3 == 0
                    case 6: (row * column % 2 + row * column % 3) % 2 == 0
                    default: ((row + column) % 2 + row * column % 3) % 2 == 0
                    }
                if flips { dark[row * size + column].toggle() }
            }
        }
    }

    // MARK: Penalty (clause 7.8.3)

    var penalty: Int {
        var total = 0
        for line in 0..<size {
            total += penalty(of: (0..<size).map { dark[line * size + $0] })
            total += penalty(of: (0..<size).map { dark[$0 * size + line] })
        }
        for row in 0..<size - 1 {
            for column in 0..<size - 1 {
                let corner = dark[row * size + column]
                if dark[row * size + column + 1] == corner, dark[(row + 1) * size + column] == corner,
                    dark[(row + 1) * size + column + 1] == corner
                {
                    total += 3
                }
            }
        }
        let share = dark.count { $0 } * 100 / dark.count
        return total + abs(share - 50) / 5 * 10
    }

    /// Long runs of one colour, and what looks like a finder pattern with light on one side.
    private func penalty(of line: [Bool]) -> Int {
        var (total, run) = (0, 1)
        for index in 1..<line.count {
            run = line[index] == line[index - 1] ? run + 1 : 1
            if run == 5 { total += 3 } else if run > 5 { total += 1 }
        }
        let finder = [true, false, true, true, true, false, true]
        for start in 0...(line.count - 7) where Array(line[start..<start + 7]) == finder {
            let before = line[max(0, start - 4)..<start]
            let after = line[start + 7..<min(line.count, start + 11)]
            if !before.contains(true) || !after.contains(true) { total += 40 }
        }
        return total
    }
}
