import Glibc
import Testing

@testable import Diagnosis

@Suite("Effort of redaction") struct RedactionEffortTests {
    @Test(
        "Text that is made to be slow costs in step with its length",
        arguments: [
            "password=", "password=\"", "eyJhbGciOiJIUzI1NiJ9.", "://a:b@", "a@b.", "4111", "1.2.3.4.", "ab:",
            "%2541",
            "cookie: a=b;", "\"cookies\":[{", "-----BEGIN PRIVATE KEY", "-----BEGIN PRIVATE KEY-----\\n",
            "user=",
            "authorization: bearer x,y=", "+49 ", "\"name\":\"password\",\"value\":", "&quot;", "token:[[[",
            "phone ",
            "password: |\n  a\n", "DE89 3704 ", "a.com.", "lat 1.23456,", "first_name: A ",
        ])
    func effortIsBounded(piece: String) throws {
        let redactor = Redactor(rules: try Redacting.rules(), key: Redacting.key)
        func seconds(forBytes count: Int) -> Double {
            let text = Array(String(repeating: piece, count: count / piece.utf8.count).utf8)
            let start = cpuSeconds()
            let output = redactor.redact(text)
            let time = cpuSeconds() - start
            #expect(output.count(where: { $0 == 0x0A }) == text.count(where: { $0 == 0x0A }))
            return time
        }
        _ = seconds(forBytes: 1000)
        // Eight times the length: in step with it 8, in step with its square 64. Each is the best of three.
        let short = (0..<3).map { _ in seconds(forBytes: 50_000) }.min() ?? 0
        let long = (0..<3).map { _ in seconds(forBytes: 400_000) }.min() ?? 0
        #expect(long / max(short, 0.001) < 28, "\(short) s, then \(long) s")
    }

    /// The time that this thread has worked, which does not depend on what else runs.
    private func cpuSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
