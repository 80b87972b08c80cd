/// Which lines go on the record before them: stack traces, wrapped text, dumps.
enum Continuation {
    /// Whether a line without a head looks like part of what stands above it.
    static func looksContinued(_ line: LineBytes) -> Bool {
        let first = line[0]
        if first.isBlank { return true }
        if line.starts(with: "at ") || line.starts(with: "Caused by:") || line.starts(with: "Traceback (")
            || line.starts(with: "Suppressed:") || line.starts(with: "goroutine ")
            || line.starts(with: "... ")
            || line.starts(with: "stack backtrace:") || line.starts(with: "-- ")
        {
            return true
        }
        // A closing bracket alone ends a dump.
        return line.count <= 2
            && (first == UInt8(ascii: "}") || first == UInt8(ascii: "]") || first == UInt8(ascii: ")"))
    }
}
