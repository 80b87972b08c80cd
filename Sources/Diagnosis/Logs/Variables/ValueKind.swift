/// What single values are, by their looks.
enum ValueKind {
    /// A value's kind, and its number in the kind's base unit.
    struct Reading {
        var kind: LogVariable.Kind
        var number: Double?
    }

    /// The kind of a value.
    static func reading(_ value: LineBytes) -> Reading {
        let value = value.trimmed
        guard value.count > 0 else { return Reading(kind: .text) }
        let first = value[0]
        let last = value[value.count - 1]
        if first == 0x22 || first == 0x27 || first == 0x60, value.count > 1, last == 0x22 || last == 0x27 {
            return Reading(kind: .quoted)
        }
        if let number = number(value) { return number }
        if isUUID(value) { return Reading(kind: .uuid) }
        if let address = address(value) { return Reading(kind: address) }
        if let stamp = Stamp.parse(value, at: 0, takesTrailingYear: true), stamp.end == value.count {
            return Reading(kind: .time)
        }
        if isHex(value) { return Reading(kind: .hex) }
        if contains(value, "://") { return Reading(kind: .url) }
        if value.offset(of: 0x20, from: 0, to: value.count) < 0 {
            if isPath(value) { return Reading(kind: .path) }
            let at = value.offset(of: UInt8(ascii: "@"), from: 1, to: value.count)
            if at > 0, value.offset(of: 0x2E, from: at, to: value.count) > 0 { return Reading(kind: .email) }
        }
        if value.offset(of: 0x2C, from: 0, to: value.count) > 0 { return Reading(kind: .list) }
        return Reading(kind: .text)
    }

    /// Units with what one of them is in seconds or bytes.
    private static let durations: [String: Double] = [
        "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "msec": 1e-3, "s": 1, "sec": 1, "secs": 1,
        "second": 1,
        "seconds": 1, "min": 60, "mins": 60, "minute": 60, "minutes": 60, "h": 3600, "hour": 3600,
        "hours": 3600,
        "d": 86_400, "day": 86_400, "days": 86_400,
    ]
    private static let sizes: [String: Double] = [
        "b": 1, "byte": 1, "bytes": 1, "kb": 1e3, "kib": 1024, "k": 1024, "mb": 1e6, "mib": 1_048_576,
        "m": 1_048_576, "gb": 1e9, "gib": 1_073_741_824, "g": 1_073_741_824, "tb": 1e12,
        "tib": 1_099_511_627_776,
    ]

    /// A number, alone or with a unit.
    private static func number(_ value: LineBytes) -> Reading? {
        var at = 0
        var sign = 1.0
        if value[0] == 0x2D || value[0] == 0x2B {
            if value[0] == 0x2D { sign = -1 }
            at = 1
        }
        if value[at] == UInt8(ascii: "<") || value[at] == UInt8(ascii: "~") { at += 1 }
        guard value[at].isDigit else { return nil }
        if value[at] == 0x30, value[at + 1] | 0x20 == UInt8(ascii: "x") {
            for offset in at + 2..<max(at + 2, value.count) where !value[offset].isHexDigit { return nil }
            return value.count > at + 2 ? Reading(kind: .hex) : nil
        }
        var whole = 0.0
        while value[at].isDigit {
            whole = whole * 10 + Double(value[at] & 15)
            at += 1
        }
        if value[at] == 0x2E, value[at + 1].isDigit {
            at += 1
            var scale = 0.1
            while value[at].isDigit {
                whole += scale * Double(value[at] & 15)
                scale /= 10
                at += 1
            }
        }
        whole *= sign
        if at == value.count { return Reading(kind: .number, number: whole) }
        if value[at] == UInt8(ascii: "%"), at + 1 == value.count {
            return Reading(kind: .percentage, number: whole)
        }
        while value[at].isBlank { at += 1 }
        guard value.count - at <= 8 else { return nil }
        let unit = value.slice(at, value.count).text.lowercased()
        if let seconds = durations[unit] { return Reading(kind: .duration, number: whole * seconds) }
        if let bytes = sizes[unit] { return Reading(kind: .size, number: whole * bytes) }
        return nil
    }

    private static func isUUID(_ value: LineBytes) -> Bool {
        guard value.count == 36 else { return false }
        for offset in 0..<36 {
            let isDash = offset == 8 || offset == 13 || offset == 18 || offset == 23
            if isDash ? value[offset] != 0x2D : !value[offset].isHexDigit { return false }
        }
        return true
    }

    /// An IP address with or without port or prefix length, or a MAC address.
    private static func address(_ value: LineBytes) -> LogVariable.Kind? {
        var at = value[0] == UInt8(ascii: "/") ? 1 : 0
        var colons = 0
        var groups = 0
        for offset in at..<value.count {
            let byte = value[offset]
            if byte == 0x3A {
                colons += 1
            } else if !byte.isHexDigit, byte != 0x2E, byte != 0x2F {
                return nil
            }
        }
        if colons == 5, value.count == 17 { return .mac }
        if colons >= 2 { return .address }
        while groups < 4 {
            var number = 0
            let start = at
            while value[at].isDigit, at - start < 3 {
                number = number * 10 + Int(value[at] & 15)
                at += 1
            }
            guard at > start, number < 256 else { return nil }
            groups += 1
            if groups < 4 {
                guard value[at] == 0x2E else { return nil }
                at += 1
            }
        }
        if at == value.count { return .address }
        guard value[at] == 0x3A || value[at] == UInt8(ascii: "/") else { return nil }
        for offset in at + 1..<max(at + 1, value.count) where !value[offset].isDigit { return nil }
        return .address
    }

    private static func isHex(_ value: LineBytes) -> Bool {
        guard value.count >= 6 else { return false }
        var digits = 0
        for offset in 0..<value.count {
            if !value[offset].isHexDigit { return false }
            if value[offset].isDigit { digits += 1 }
        }
        return digits > 0 || value.count >= 16
    }

    private static func isPath(_ value: LineBytes) -> Bool {
        let first = value[0]
        if first == UInt8(ascii: "/") || first == UInt8(ascii: "~") { return value.count > 1 }
        if first == 0x2E, value[1] == UInt8(ascii: "/") { return true }
        return first.isLetter && value[1] == 0x3A && (value[2] == 0x5C || value[2] == UInt8(ascii: "/"))
    }

    private static func contains(_ value: LineBytes, _ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard value.count >= count else { return false }
        for start in 0...value.count - count {
            var isEqual = true
            for offset in 0..<count where value[start + offset] != text.utf8Start[offset] {
                isEqual = false
                break
            }
            if isEqual { return true }
        }
        return false
    }
}
