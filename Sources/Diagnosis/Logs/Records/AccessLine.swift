/// The request of an access log's line: method, route and status, whatever the order of the other fields.
///
/// Apache, Nginx, HAProxy, load balancers, CDNs and W3C logs write a method, a target and a status somewhere
/// between addresses, times, sizes and quoted text. A line with words of its own (`status: 200`) is a message
/// and no such record.
struct AccessLine {
    /// Where the method stands.
    var method: Range<Int>
    /// Where the path stands, without scheme, host and query.
    var path: Range<Int>
    var status: Int

    /// Reads a line; nil where it is no record of a request.
    @inline(__always)
    static func read(_ line: LineBytes) -> AccessLine? {
        var at = 0
        while let found = ByteSearch.first(UInt8(ascii: "/"), in: line, from: at) {
            at = found + 1
            // The target begins a word; behind a scheme or a host it is no beginning.
            guard found > 0 else { continue }
            let before = line.base[found - 1]
            guard before.isBlank || before == UInt8(ascii: "/") else { continue }
            if before == UInt8(ascii: "/") {
                guard let start = schemeStart(line, found - 1) else { continue }
                return read(line, target: start)
            }
            if let record = read(line, target: found) { return record }
        }
        return nil
    }

    /// The beginning of `https://`, whose second slash stands at `slash + 1`.
    private static func schemeStart(_ line: LineBytes, _ slash: Int) -> Int? {
        guard slash > 4, line.base[slash - 1] == UInt8(ascii: ":") else { return nil }
        var start = slash - 1
        while start > 0, line.base[start - 1].isLowercase { start -= 1 }
        return slash - 1 - start >= 4 && start > 0 && line.base[start - 1].isBlank ? start : nil
    }

    private static func read(_ line: LineBytes, target: Int) -> AccessLine? {
        // The method stands before it, in some logs with a host between.
        var end = target - 1
        guard let method = methodBefore(line, &end) else { return nil }
        var stop = target
        while stop < line.count, !line.base[stop].isSpace, line.base[stop] != UInt8(ascii: "\"") { stop += 1 }
        var first = target
        if line.base[first] != UInt8(ascii: "/") {
            // Behind scheme and host.
            guard let double = ByteSearch.first(UInt8(ascii: "/"), in: line, from: first) else { return nil }
            first = ByteSearch.first(UInt8(ascii: "/"), in: line, from: double + 2) ?? stop
            first = min(first, stop)
        }
        var query = first
        while query < stop, line.base[query] != UInt8(ascii: "?"), line.base[query] != UInt8(ascii: ";") {
            query += 1
        }
        guard let status = statusBehind(line, stop) ?? statusBefore(line, method.lowerBound) else {
            return nil
        }
        return AccessLine(method: method, path: first..<query, status: status)
    }

    private static func methodBefore(_ line: LineBytes, _ end: inout Int) -> Range<Int>? {
        for _ in 0..<2 {
            while end > 0, line.base[end].isBlank { end -= 1 }
            let stop = end + 1
            var start = end
            while start > 0, !line.base[start - 1].isSpace, line.base[start - 1] != UInt8(ascii: "\"") {
                start -= 1
            }
            if isMethod(line, start, stop) { return start..<stop }
            // A host between method and path, as in logs of CDNs.
            guard start > 1, line.offset(of: UInt8(ascii: "."), from: start, to: stop) > 0 else { return nil }
            end = start - 1
        }
        return nil
    }

    private static func isMethod(_ line: LineBytes, _ start: Int, _ end: Int) -> Bool {
        guard end - start >= 3, end - start <= 9 else { return false }
        for offset in start..<end where !line[offset].isUppercase { return false }
        switch line.slice(start, end).text {
        case "GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS", "CONNECT", "TRACE", "PROPFIND",
            "REPORT", "PURGE":
            return true
        default: return false
        }
    }

    /// Statuses that are assigned, so that a port or a size is not taken for one.
    private static func isAssigned(_ status: Int) -> Bool {
        switch status {
        case 100...103, 200...208, 226, 300...308, 400...418, 421...426, 428, 429, 431, 451, 460, 494...499,
            500...511,
            520...530, 561:
            true
        default: false
        }
    }

    private static func lone(_ line: LineBytes, _ at: Int) -> Int? {
        guard at == 0 || line.base[at - 1].isBlank, line[at].isDigit, line[at + 1].isDigit,
            line[at + 2].isDigit,
            at + 3 >= line.count || line[at + 3].isBlank, let status = line.number(from: at),
            isAssigned(status)
        else { return nil }
        return status
    }

    /// The status behind the target; nil also where words with a colon or an equals sign stand before it.
    private static func statusBehind(_ line: LineBytes, _ start: Int) -> Int? {
        var at = start
        while at < line.count {
            let byte = line.base[at]
            if byte == UInt8(ascii: "\"") {
                // The end of the request, or a quoted field.
                if at == start || line[at + 1].isBlank || at + 1 == line.count {
                    at += 1
                    continue
                }
                guard let close = ByteSearch.first(byte, in: line, from: at + 1) else { return nil }
                at = close + 1
                continue
            }
            if byte.isLetter, line[at - 1].isBlank {
                var end = at
                while line[end].isWord { end += 1 }
                if line[end] == UInt8(ascii: ":") || line[end] == UInt8(ascii: "=") { return nil }
                at = end
                continue
            }
            if byte.isDigit, let status = lone(line, at) { return status }
            at += 1
        }
        return nil
    }

    /// The last status before the method that the fields before it name first.
    private static func statusBefore(_ line: LineBytes, _ end: Int) -> Int? {
        guard end > 0, line.base[end - 1] == UInt8(ascii: "\"") else { return nil }
        var at = 0
        while at + 3 < end {
            if line.base[at].isDigit, let status = lone(line, at) { return status }
            at += 1
        }
        return nil
    }

    // MARK: Shape

    /// Hands out the parts of the route: text that is constant, or nil for one that identifies something.
    @inline(__always)
    func eachSegment(_ line: LineBytes, _ body: (_ text: LineBytes?) -> Void) {
        var at = path.lowerBound
        var count = 0
        while at < path.upperBound, count < 12 {
            let start = at + 1
            var end = start
            while end < path.upperBound, line.base[end] != UInt8(ascii: "/") { end += 1 }
            if end > start {
                let segment = line.slice(start, end)
                body(Self.isValue(segment) ? nil : segment)
                count += 1
            }
            at = end
        }
    }

    /// Whether a part of a path identifies something: numbers, hashes, escapes, long words.
    private static func isValue(_ segment: LineBytes) -> Bool {
        if segment.count > 40 { return true }
        var digits = 0
        var isHex = true
        for offset in 0..<segment.count {
            let byte = segment.base[offset]
            if byte.isDigit { digits += 1 }
            if byte == UInt8(ascii: "%") || byte == UInt8(ascii: "=") || byte >= 0x80 { return true }
            if !byte.isHexDigit, byte != UInt8(ascii: "-") { isHex = false }
        }
        if digits == 0 { return isHex && segment.count >= 12 }
        // v1, oauth2, s3: a short name with a number behind it.
        return
            !(digits <= 2 && segment.count <= 10 && segment[0].isLetter && segment[segment.count - 1].isDigit)
    }

    /// A hash of method, route and status.
    @inline(__always)
    func shape(_ line: LineBytes) -> UInt64 {
        var hash = StableHash.mix(0xACCE, UInt64(truncatingIfNeeded: status))
        hash = StableHash.mix(hash, StableHash.bytes(line.base + method.lowerBound, method.count))
        eachSegment(line) { segment in
            hash = StableHash.mix(hash, segment.map { StableHash.bytes($0.base, $0.count) } ?? 0x56)
        }
        return hash
    }

    /// The status at the end of a pattern such as `GET /orders/<*> 404`; nil for any other pattern.
    static func status(of text: String) -> String? {
        guard let blank = text.utf8.lastIndex(of: 0x20), text.utf8.first.map({ $0.isUppercase }) ?? false,
            text.contains(bytesOf: " /")
        else { return nil }
        let status = String(text[text.index(after: blank)...])
        return status.utf8.count == 3 && status.utf8.allSatisfy(\.isDigit) ? status : nil
    }

    /// The trouble that a status names, and the status as it is written.
    static func signal(of status: String) -> (Signal, String)? {
        switch status {
        case "429": return (.rateLimit, status)
        case "504", "524", "522": return (.timeout, status)
        case "502", "503", "521", "523": return (.connectivity, status)
        case "507": return (.disk, status)
        default: return nil
        }
    }
}
