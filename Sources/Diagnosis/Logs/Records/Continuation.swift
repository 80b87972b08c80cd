/// Which lines go on the record before them: stack traces, wrapped text, dumps.
enum Continuation {
    /// Whether a line without a head looks like part of what stands above it.
    static func looksContinued(_ line: LineBytes) -> Bool {
        let first = line[0]
        if first.isBlank { return true }
        if begins(line, "at ") || begins(line, "Caused by:") || begins(line, "Traceback (")
            || begins(line, "Suppressed:") || begins(line, "goroutine ") || begins(line, "... ")
            || begins(line, "stack backtrace:") || begins(line, "-- ")
        {
            return true
        }
        // A closing bracket alone ends a dump.
        return line.count <= 2
            && (first == UInt8(ascii: "}") || first == UInt8(ascii: "]") || first == UInt8(ascii: ")"))
    }

    private static func begins(_ line: LineBytes, _ text: StaticString) -> Bool {
        guard line.count >= text.utf8CodeUnitCount else { return false }
        for offset in 0..<text.utf8CodeUnitCount where line[offset] != text.utf8Start[offset] { return false }
        return true
    }
}
