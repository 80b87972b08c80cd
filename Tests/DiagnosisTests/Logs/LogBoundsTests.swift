import Diagnosis
import Testing

@Suite("Logs that want more memory than there is")
struct LogBoundsTests {
    @Test("Endless variety is counted together from the limit on, and said")
    func endlessVariety() {
        var random = SeededGenerator(seed: 5)
        let letters = Array("abcdefghijklmnopqrstuvwxyz")
        func word() -> String { String((0..<8).map { _ in letters[random.below(26)] }) }
        let lines = (0..<3000).map { _ in "2024-03-07 09:05:01 INFO \(word()) \(word()) \(word())\n" }
        var limits = LogLimits()
        limits.patterns = 500
        let reading = LogReading(lines.joined(), limits: limits)
        #expect(reading.templates.templates.count <= 500)
        #expect(reading.templates.counts.overflow == 3000 - (reading.templates.templates.count - 1))
        #expect(reading.templates.templates.reduce(0) { $0 + $1.count } == 3000)
        #expect(reading.lines.allSatisfy { reading.template(of: $0) != nil })
    }

    @Test("Of a line without end only the beginning is held, and the next line is read")
    func endlessLine() {
        var limits = LogLimits()
        limits.lineBytes = 1024
        let format = LogFormat(learningFrom: [])
        var miner = LogMiner(format, limits: limits)
        let piece = [UInt8](repeating: 0x61, count: 1 << 16)
        for _ in 0..<500 { piece.withUnsafeBytes { miner.feed($0) } }
        let last = Array("\n2024-03-07 09:05:01 INFO done\n".utf8)
        var seen: [Int] = []
        last.withUnsafeBytes { miner.feed($0) { seen.append($0.bytes.count) } }
        miner.finish()
        #expect(
            miner.tally.counts.bytes == 500 << 16 + last.count
                || miner.tally.counts.bytes == (500 << 16) + last.count)
        #expect(miner.tally.counts.cut == 1)
        #expect(seen == [1024, 29])
    }
}
