import Testing

@testable import Diagnosis

@Suite("Wide text") struct WideTextTests {
    @Test(
        "UTF-16 comes back from UTF-8 whatever the pieces, and broken halves are marked",
        arguments: [true, false])
    func wideTextComesBack(isHighFirst: Bool) {
        let text = "\u{FEFF}a é \u{20AC} \u{1F600} password=hunter2\r\n"
        let bytes = text.utf16.flatMap { unit in
            let parts = [UInt8(truncatingIfNeeded: unit >> 8), UInt8(truncatingIfNeeded: unit)]
            return isHighFirst ? parts : parts.reversed()
        }
        for size in 1...7 {
            var wide = WideText(isHighFirst: isHighFirst)
            var narrow: [UInt8] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                Array(bytes[start..<min(start + size, bytes.count)]).withUnsafeBytes {
                    narrow += wide.narrow($0)
                }
            }
            narrow += wide.endNarrowing()
            #expect(String(decoding: narrow, as: UTF8.self) == text)
            var back: [UInt8] = []
            for start in stride(from: 0, to: narrow.count, by: size) {
                Array(narrow[start..<min(start + size, narrow.count)]).withUnsafeBytes {
                    back += wide.widen($0)
                }
            }
            #expect(back == bytes)
        }
        var broken = WideText(isHighFirst: true)
        let lone: [UInt8] = [0xD8, 0x3D, 0, 0x61, 0xDC, 0]
        #expect(lone.withUnsafeBytes { broken.narrow($0) } == Array("\u{FFFD}a\u{FFFD}".utf8))
    }
}
