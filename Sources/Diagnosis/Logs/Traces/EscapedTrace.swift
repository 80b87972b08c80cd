/// Stack traces inside a value of JSON or a line, whose line ends are written `\n`.
enum EscapedTrace {
    /// The first `\n` that a mark of traces may follow; nil for nearly all lines, quickly.
    @inline(__always)
    static func firstBreak(_ line: LineBytes) -> Int? {
        var from = 0
        while let at = ByteSearch.first(0x5C, in: line, from: from) {
            let next = line[at + 1]
            if next == UInt8(ascii: "n") || next == UInt8(ascii: "r") {
                return mayFollow(line, at) ? at : nil
            }
            from = at + 2
        }
        return nil
    }

    /// Whether behind the first breaks something looks like a call.
    private static func mayFollow(_ line: LineBytes, _ first: Int) -> Bool {
        line.offset(of: "at ", from: first) > 0 || line.offset(of: "File ", from: first) > 0
            || line.offset(of: "goroutine ", from: first) > 0 || line.offset(of: ":in ", from: first) > 0
            || line.offset(of: "#0 ", from: first) > 0 || line.offset(of: "panicked at", from: first) > 0
    }

    /// Reads the value around a break as lines of a trace.
    static func read(
        _ line: LineBytes, around place: Int, number: Int, time: Int64?, _ reader: consuming TraceReader
    ) -> TraceReader.Found? {
        // The value begins behind the last quote before the break, that is no escape itself.
        var start = place
        while start > 0 {
            if line[start - 1] == UInt8(ascii: "\""), start < 2 || line[start - 2] != 0x5C { break }
            start -= 1
        }
        var end = place
        while end < line.count, line[end] != UInt8(ascii: "\"") { end += line[end] == 0x5C ? 2 : 1 }
        let value = line.slice(start, min(end, line.count))
        var text: [UInt8] = []
        var reader = reader
        var found: TraceReader.Found?
        var isFirst = true
        func flush() {
            text.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                let part = LineBytes(base: base, count: buffer.count)
                if isFirst, !FrameLine.mayBe(part) {
                    reader.begin(part.trimmed, number: number, time: time)
                } else {
                    let ended = reader.add(part, number: number, isNew: false, time: time)
                    found = found ?? ended
                }
                isFirst = false
            }
            text.removeAll(keepingCapacity: true)
        }
        var at = 0
        while at < value.count {
            let byte = value[at]
            guard byte == 0x5C else {
                text.append(byte)
                at += 1
                continue
            }
            switch value[at + 1] {
            case UInt8(ascii: "n"): flush()
            case UInt8(ascii: "t"): text.append(0x09)
            case UInt8(ascii: "r"): break
            default: text.append(value[at + 1])
            }
            at += 2
        }
        flush()
        return found ?? reader.close()
    }
}

extension TraceReader {
    /// A reader with the same rules that has read nothing.
    func fresh() -> TraceReader { TraceReader(rules) }
}
