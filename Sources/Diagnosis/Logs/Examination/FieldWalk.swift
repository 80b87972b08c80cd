/// Hands out the fields of a line: members of JSON, or `key=value` anywhere in it.
enum FieldWalk {
    /// Hands each key with its value to `body`; values without their quotes.
    @inline(__always)
    static func each(_ line: LineBytes, _ body: (_ key: LineBytes, _ value: LineBytes) -> Void) {
        var at = 0
        while line[at].isBlank { at += 1 }
        if line[at] == UInt8(ascii: "{"), line[at + 1] == UInt8(ascii: "\"") || line[at + 1].isBlank {
            json(line, from: at, body)
        } else {
            pairs(line, from: at, body)
        }
    }

    /// The members of JSON by their own names, three levels deep.
    @inline(__always)
    private static func json(_ line: LineBytes, from start: Int, _ body: (LineBytes, LineBytes) -> Void) {
        var at = start
        var depth = 0
        var key = 0..<0
        let count = line.count
        while at < count {
            let byte = line.base[at]
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                key = 0..<0
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: "\""):
                let open = at + 1
                at = open
                while at < count, line.base[at] != UInt8(ascii: "\"") {
                    at += line.base[at] == 0x5C ? 2 : 1
                }
                let end = min(at, count)
                var next = at + 1
                while line[next].isBlank { next += 1 }
                if key.isEmpty, line[next] == UInt8(ascii: ":") {
                    key = open..<end
                    at = next
                } else if !key.isEmpty {
                    if depth <= 3 { body(line.slice(key.lowerBound, key.upperBound), line.slice(open, end)) }
                    key = 0..<0
                }
            case UInt8(ascii: ","): key = 0..<0
            default:
                if !key.isEmpty, byte.isAlphanumeric || byte == UInt8(ascii: "-") {
                    let open = at
                    while at < count, line.base[at] != UInt8(ascii: ","), line.base[at] != UInt8(ascii: "}"),
                        line.base[at] != UInt8(ascii: "]"), !line.base[at].isSpace
                    {
                        at += 1
                    }
                    if depth <= 3 { body(line.slice(key.lowerBound, key.upperBound), line.slice(open, at)) }
                    key = 0..<0
                    continue
                }
            }
            at += 1
        }
    }

    /// `key=value`, `key="some value"`.
    @inline(__always)
    private static func pairs(_ line: LineBytes, from start: Int, _ body: (LineBytes, LineBytes) -> Void) {
        var at = start
        let count = line.count
        while at < count {
            guard let equals = ByteSearch.first(0x3D, in: line, from: at) else { return }
            var open = equals
            while open > at, isKey(line.base[open - 1]) { open -= 1 }
            let first = equals + 1
            guard open < equals, line.base[open].isLetter || line.base[open] == 0x5F, first < count else {
                at = first
                continue
            }
            var end = first
            var value = line.slice(first, first)
            let quote = line.base[first]
            if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
                end = first + 1
                while end < count, line.base[end] != quote { end += line.base[end] == 0x5C ? 2 : 1 }
                end = min(end, count)
                value = line.slice(first + 1, max(first + 1, end))
                end += 1
            } else {
                while end < count, !endsValue(line.base[end]) { end += 1 }
                value = line.slice(first, end)
            }
            if value.count > 0 { body(line.slice(open, equals), value) }
            at = max(end, first)
        }
    }

    @inline(__always)
    private static func isKey(_ byte: UInt8) -> Bool {
        byte.isWord || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "@")
    }

    @inline(__always)
    private static func endsValue(_ byte: UInt8) -> Bool {
        byte.isSpace || byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";") || byte == UInt8(ascii: ")")
            || byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "&")
            || byte == UInt8(ascii: "\"")
    }
}

/// Searches for single bytes.
enum ByteSearch {
    /// The first place of `byte` from `start` on.
    @inline(__always)
    static func first(_ byte: UInt8, in line: LineBytes, from start: Int) -> Int? {
        guard start < line.count else { return nil }
        return UnsafeRawBufferPointer(start: line.base, count: line.count).firstOffset(of: byte, from: start)
    }
}
