import Foundation
import Testing

@testable import Web

/// QR codes are those that another encoder makes of the same text.
@Suite("QR codes")
struct QRCodeTests {
    /// A line a code: version, mask, bytes of text, FNV-1a of the modules as 0 and 1 (made with python-qrcode 8.2).
    private static let golden: [(version: Int, mask: Int, length: Int, digest: String)] = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Goldens/qr-codes.txt")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""  // an empty list fails the test
        return text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count == 4, let version = Int(words[0]), let mask = Int(words[1]),
                let length = Int(words[2])
            else { return nil }
            return (version, mask, length, String(words[3]))
        }
    }()

    @Test("Every version from 1 to 40 is the one that another encoder makes, module by module")
    func versions() throws {
        #expect(Self.golden.count == 68)
        for code in Self.golden {
            let text = String(
                String(repeating: "otpauth://totp/\(code.version)?", count: 200).prefix(code.length))
            let made = try #require(QRCode(text, mask: code.mask))
            #expect(made.version == code.version && made.size == 17 + 4 * code.version)
            var bits: [UInt8] = []
            for row in 0..<made.size {
                for column in 0..<made.size {
                    bits.append(made.isDark(row: row, column: column) ? 49 : 48)
                }
            }
            #expect(digest(bits) == code.digest, "version \(code.version), mask \(code.mask)")
        }
    }

    @Test("The mask is the one with the smallest penalty")
    func mask() throws {
        let text =
            "otpauth://totp/Halden%20Support:marta%40cast.example?secret=JBSWY3DPEHPK3PXP&issuer=Halden%20Support"
        let code = try #require(QRCode(text))
        #expect((code.version, code.mask) == (6, 7))
    }

    @Test("As an image it has its quiet zone and a name, and nothing that a content policy would stop")
    func image() throws {
        let svg = try #require(QRCode("A")).svg(label: "Key & code").text
        #expect(svg.contains("viewBox=\"0 0 29 29\"") && svg.contains("aria-label=\"Key &amp; code\""))
        #expect(!svg.contains("style"))
        #expect(svg.contains("d=\"M4 4h7v1h-7z"), "the upper left corner stands four modules in")
    }

    @Test("A text that fits no code has none")
    func tooLong() {
        #expect(QRCode(String(repeating: "a", count: 2331))?.version == 40)
        #expect(QRCode(String(repeating: "a", count: 2332)) == nil)
    }

    /// FNV-1a, 64 bits.
    private func digest(_ bytes: [UInt8]) -> String {
        let value = bytes.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        let text = String(value, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }
}
