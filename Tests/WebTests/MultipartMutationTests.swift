import Testing
import Web

/// A little fuzzing in every run; `Fuzz` does it at length.
@Suite("Damaged form data")
struct MultipartMutationTests {
    @Test(
        "Whatever is damaged, any pieces give the outcome of the whole and nothing traps",
        arguments: [1, 2, 3, 4] as [UInt64])
    func mutations(seed: UInt64) {
        var random = MultipartRandom(state: seed)
        let samples = [
            (MultipartSamples.requests, "4f1c2f0d8f6e4b0a9d3c"),
            (MultipartSamples.email, "===============7330845974216740156=="),
            (MultipartSamples.browser, "----WebKitFormBoundaryx8hQ2sVZ9mYfEw1K"),
        ]
        let limits = MultipartLimits(parts: 6, headerBytes: 250)
        for _ in 0..<1_000 {
            let (text, boundary) = samples[random.below(samples.count)]
            var bytes = Array(text.utf8)
            for _ in 0...random.below(4) { random.damage(&bytes, boundary: boundary) }
            let whole = MultipartTranscript(bytes, boundary: boundary, limits: limits)
            let cuts = (0..<random.below(12)).map { _ in random.below(bytes.count + 1) }.sorted()
            let other = MultipartTranscript(bytes, boundary: boundary, limits: limits, cuts: cuts)
            #expect(!whole.isDisordered)
            #expect(whole == other, "cuts \(cuts) of \(String(decoding: bytes, as: UTF8.self))")
        }
    }
}

/// Random numbers that are the same in every run (SplitMix64), and the damage done with them.
private struct MultipartRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ limit: Int) -> Int {
        Int.random(in: 0..<limit, using: &self)
    }

    mutating func damage(_ bytes: inout [UInt8], boundary: String) {
        let pieces = [
            "\r", "\n", "\r\n", "-", "--", "\r\n--\(boundary)", "\r\n--\(boundary)--",
            "\r\n--\(boundary)\r\n", "\"",
            "%", "%22", "\\", ";", "=", "'", ":", " ", "\t", "\0", "filename*=", "UTF-8''%F", "é",
        ]
        let place = below(bytes.count + 1)
        let end = min(bytes.count, place + 1 + below(30))
        switch below(5) {
        case 0: bytes.removeSubrange(place..<end)
        case 1: bytes.insert(contentsOf: Array(pieces[below(pieces.count)].utf8), at: place)
        case 2: bytes.insert(contentsOf: bytes[place..<end], at: below(bytes.count + 1))
        case 3 where place < bytes.count: bytes[place] = UInt8(truncatingIfNeeded: next())
        default: bytes.removeSubrange(place..<min(end, place + 1))
        }
    }
}
