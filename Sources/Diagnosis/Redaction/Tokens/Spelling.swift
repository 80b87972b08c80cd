/// Brings the ways of writing a value to one, so that they have one token.
enum Spelling {
    /// The value without the escapes of the text that it stood in.
    static func plain(_ value: UnsafeBufferPointer<UInt8>, _ form: RedactionSpan.Form) -> [UInt8] {
        switch form {
        case .text, .number, .decimal: return Array(value)
        case .percentEncoded, .escaped:
            var plain: [UInt8] = []
            plain.reserveCapacity(value.count)
            var offset = 0
            while offset < value.count {
                let unit = Escapes.unit(value, at: offset)
                plain.append(contentsOf: unit.bytes)
                offset += unit.length
            }
            return plain
        }
    }

    /// One spelling of a plain value of a kind.
    static func canonical(_ plain: [UInt8], _ kind: RedactionKind) -> [UInt8] {
        switch kind {
        case .email, .hostname, .user: return plain.map { lowercased($0) }
        case .mac: return plain.filter { isHex($0) }.map { lowercased($0) }
        case .phone: return phone(plain)
        case .card, .iban, .nationalID: return plain.filter { isAlphanumeric($0) }.map { lowercased($0) }
        case .ipv4: return octets(plain)
        case .ipv6: return groups(plain)
        case .privateKey: return plain.filter { !isSpace($0) }
        default: return plain
        }
    }

    /// The digits, without the zeros or the plus of international dialling.
    private static func phone(_ plain: [UInt8]) -> [UInt8] {
        let digits = plain.filter { isDigit($0) }
        let isDialled = digits.count > 9 && digits.starts(with: [0x30, 0x30])
        return Array(digits.dropFirst(isDialled ? 2 : 0))
    }

    private static func octets(_ plain: [UInt8]) -> [UInt8] {
        plain.split(separator: UInt8(ascii: ".")).map { $0.reduce(0) { $0 &* 10 &+ ($1 & 0x0F) } }
    }

    private static func groups(_ plain: [UInt8]) -> [UInt8] {
        plain.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return [] }
            let text = TextView(base: base, lower: 0, upper: bytes.count)
            return (IPAddress.groups(text, 0..<bytes.count) ?? []).flatMap {
                [UInt8($0 >> 8), UInt8($0 & 0xFF)]
            }
        }
    }
}
