extension JSONParser {
    /// Reads the number that begins here.
    mutating func number() throws(Fault) -> JSON {
        let start = position
        let negative = current == UInt8(ascii: "-")
        if negative { position += 1 }
        var digits = Digits()
        if current == UInt8(ascii: "0") {
            position += 1
            if let byte = current, Self.isDigit(byte) {
                throw Fault(message: "a number begins with a needless zero", offset: start)
            }
        } else {
            try readDigits(into: &digits, "a digit")
        }
        var whole = true
        if current == UInt8(ascii: ".") {
            whole = false
            position += 1
            let before = position
            try readDigits(into: &digits, "a digit after the point")
            digits.exponent = before - position
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            whole = false
            digits.exponent += try exponent()
        }
        if whole, let integer = digits.integer(negative: negative) { return .integer(integer) }
        return .number(try double(from: start, digits: digits, negative: negative))
    }

    private mutating func readDigits(into digits: inout Digits, _ expected: String) throws(Fault) {
        guard let first = current, Self.isDigit(first) else { throw unexpected(expected) }
        while let byte = current, Self.isDigit(byte) {
            digits.append(byte & 0x0F)
            position += 1
        }
    }

    /// Reads an exponent, whose letter stands here; a huge one stops growing far
    /// beyond what as many digits after the point could make up for.
    private mutating func exponent() throws(Fault) -> Int {
        position += 1
        let negative = current == UInt8(ascii: "-")
        if negative || current == UInt8(ascii: "+") { position += 1 }
        guard let first = current, Self.isDigit(first) else { throw unexpected("a digit of the exponent") }
        var value = 0
        while let byte = current, Self.isDigit(byte) {
            if value < 1 << 56 { value = value * 10 + Int(byte & 0x0F) }
            position += 1
        }
        return negative ? -value : value
    }

    /// The double nearest to the number that ends here.
    private func double(from start: Int, digits: Digits, negative: Bool) throws(Fault) -> Double {
        if let exact = digits.exactDouble { return negative ? -exact : exact }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let value = Double(text), value.isFinite else {
            throw Fault(message: "a number is beyond the range of a double", offset: start)
        }
        return value
    }

    @inline(__always)
    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
}

/// The digits of a number as they are read: a value of 64 bits times a power of ten.
private struct Digits {
    var significand: UInt64 = 0
    var exponent = 0
    var overflows = false

    @inline(__always)
    mutating func append(_ digit: UInt8) {
        let (product, high) = significand.multipliedReportingOverflow(by: 10)
        let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
        significand = sum
        if high || carry { overflows = true }
    }

    /// The value as an integer, or nil when it does not fit or is minus zero.
    func integer(negative: Bool) -> Int64? {
        guard !overflows else { return nil }
        guard negative else { return Int64(exactly: significand) }
        guard significand != 0, significand <= UInt64(1) << 63 else { return nil }
        return Int64(truncatingIfNeeded: 0 &- significand)
    }

    /// The value where one correctly rounded step gives it: both parts are exact as doubles.
    var exactDouble: Double? {
        guard !overflows, significand <= 1 << 53, (-22...22).contains(exponent) else { return nil }
        let value = Double(significand)
        return exponent < 0 ? value / Self.powers[-exponent] : value * Self.powers[exponent]
    }

    private static let powers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
        1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]
}
