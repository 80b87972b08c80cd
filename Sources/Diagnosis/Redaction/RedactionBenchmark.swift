import Glibc

/// Compares redaction with the bare matcher on the same bytes.
public enum RedactionBenchmark {
    /// What was measured, in CPU seconds of one thread.
    public struct Result: Sendable, CustomStringConvertible {
        /// How many bytes were read.
        public var bytes: Int
        /// The matcher with the same patterns, in block mode, counting matches.
        public var matcherSeconds: Double
        /// The whole of redaction: search, recognition, tokens, and copying out.
        public var redactionSeconds: Double
        /// How many candidates the matcher reported.
        public var candidates: Int
        /// How many values were replaced.
        public var replaced: Int

        /// Rates in MB (10^6 bytes) a CPU second.
        public var description: String {
            let size = Double(bytes) / 1_000_000
            let matcher = size / matcherSeconds
            let redaction = size / redactionSeconds
            return """
                \(Int(size)) MB, \(candidates) candidates, \(replaced) replaced
                Hyperscan alone, same patterns  \(Int(matcher)) MB/s
                redaction                       \(Int(redaction)) MB/s
                share                           \((redaction / matcher * 100).rounded() / 100)
                """
        }
    }

    /// Measures both, one after the other.
    public static func measure(_ bytes: UnsafeRawBufferPointer) throws(RedactionRules.Problem) -> Result {
        let rules = try RedactionRules()
        guard let key = RedactionKey(repeatElement(7, count: 32)), let scratch = rules.builtIn.makeScratch()
        else {
            throw .unavailable("no memory for a scan")
        }
        var start = cpuSeconds()
        var candidates = 0
        let characters = bytes.bindMemory(to: UInt8.self)
        // Blocks of the size that redaction scans, so that neither has the better cache.
        for offset in stride(from: 0, to: characters.count, by: 1 << 20) {
            let block = UnsafeBufferPointer(
                rebasing: characters[offset..<min(offset + (1 << 20), characters.count)])
            candidates += rules.builtIn.count(block, scratch: scratch)
        }
        let matcher = cpuSeconds() - start
        start = cpuSeconds()
        var stream = RedactionStream(rules: rules, key: key)
        var written = 0
        for offset in stride(from: 0, to: bytes.count, by: 1 << 20) {
            let piece = UnsafeRawBufferPointer(rebasing: bytes[offset..<min(offset + (1 << 20), bytes.count)])
            stream.feed(piece) { written += $0.count }
        }
        stream.finish { written += $0.count }
        return Result(
            bytes: bytes.count, matcherSeconds: matcher, redactionSeconds: cpuSeconds() - start,
            candidates: candidates, replaced: stream.replaced.reduce(0) { $0 + $1.count })
    }

    private static func cpuSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
