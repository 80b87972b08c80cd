import Testing

@testable import Diagnosis

@Suite("Redaction of streams") struct RedactionStreamTests {
    /// A text with values of many kinds, on lines or in one.
    private func text(_ random: inout SeededGenerator, bytes: Int, isOneLine: Bool) -> [UInt8] {
        let pieces = [
            "password=hunter2%21x ", "from 203.0.113.77:5432 ", "ada@mail.example-corp.org, ",
            "{\"name\": \"Authorization\", \"value\": \"Bearer abcdef1234567890ab\"} ",
            "Cookie: sid=31d4d96e407a; b=c2 ",
            "paid 4111 1111 1111 1111 ", "key AKIAIOSFODNN7EXAMPLE ", "mac 00:1b:44:11:3a:b7 ",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U ",
            "https://bob:s3cr3t@db-7.prod.acme-corp.com:8443/x?api_key=9f8e7d6c5b4a39281706&y=1 ",
            "2a00:1450:4001:81b::200e ", "{\"latitude\": 52.520008, \"longitude\": 13.404954} ",
            "plain words that say nothing 12345 ", "at 2026-11-21T16:35:43.123Z ", "a.b.c.d.e=f ",
            "callback=https%3A%2F%2Fx.acme-corp.com%2F%3Fmail%3Dada%40mail.example-corp.org ",
        ]
        var bytesOut: [UInt8] = []
        while bytesOut.count < bytes {
            bytesOut.append(contentsOf: pieces[random.below(pieces.count)].utf8)
            if !isOneLine, random.below(4) == 0 { bytesOut.append(0x0A) }
        }
        return bytesOut
    }

    private func redact(_ bytes: [UInt8], window: Int, pieces: () -> Int) throws -> [UInt8] {
        var stream = RedactionStream(rules: try Redacting.rules(), key: Redacting.key, windowSize: window)
        var output: [UInt8] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(pieces()))
            rest = rest.dropFirst(piece.count)
            piece.withUnsafeBytes { stream.feed($0) { output.append(contentsOf: $0) } }
        }
        stream.finish { output.append(contentsOf: $0) }
        return output
    }

    @Test(
        "Neither the pieces of the input nor the size of the window change the output",
        arguments: [true, false])
    func piecesMakeNoDifference(isOneLine: Bool) throws {
        var random = SeededGenerator(seed: isOneLine ? 1 : 2)
        let bytes = text(&random, bytes: 1_500_000, isOneLine: isOneLine)
        let whole = try redact(bytes, window: 4 << 20) { bytes.count }
        #expect(whole != bytes)
        for window in [1 << 18, 300_001, 1 << 20] {
            for most in [1, 700, 100_000] {
                if most == 1, window != 1 << 18 { continue }
                let pieces = try redact(bytes, window: window) { most == 1 ? 1 : 1 + random.below(most) }
                #expect(pieces == whole, "window \(window), pieces of up to \(most)")
            }
        }
    }

    @Test("A value at every offset around the end of a window is found")
    func edgesHideNothing() throws {
        let value = "AKIAIOSFODNN7EXAMPLE"
        for filler in ["x ", "word\n"] {
            for shift in stride(from: 0, to: 48, by: 3) {
                let start = (1 << 18) - RedactionStream.lookAhead - 40 + shift
                let count = filler.utf8.count
                var text =
                    String(repeating: filler, count: start / count)
                    + String(repeating: " ", count: start % count)
                text += value + " " + String(repeating: filler, count: 100_000)
                let output = try redact(Array(text.utf8), window: 1 << 18) { 1 << 20 }
                #expect(!String(decoding: output, as: UTF8.self).contains(value), "at \(start)")
            }
        }
    }

    @Test("A value longer than any window is replaced whole, and what follows it is still looked at")
    func longValuesAreReplaced() throws {
        let long = String(repeating: "Zm9vYmFy0123", count: 200_000)
        let text = "password=\(long) user=jdoe from 203.0.113.77\npassword=\"\(long)\" 203.0.113.77\n"
        let output = try redact(Array(text.utf8), window: 1 << 18) { 70_001 }
        let redacted = String(decoding: output, as: UTF8.self)
        #expect(redacted.utf8.count < 400)
        #expect(
            !redacted.contains("203.0.113.77") && !redacted.contains("jdoe") && !redacted.contains("Zm9v"))
        #expect(redacted.split(separator: "\n").count == 2)
        #expect(
            redacted
                == String(decoding: try redact(Array(text.utf8), window: 1 << 20) { 1 << 20 }, as: UTF8.self))
    }

    @Test("A long value in quotes ends at its quote, however often it is escaped and wherever it is cut")
    func longQuotedValuesEndAtTheirQuote() throws {
        for length in [3_900, 4_000, 4_080, 4_096, 5_000, 70_000, 300_000] {
            for part in ["ab c\"d\\e ", "\\\\a", "\"b", "xy"] {
                let value = JSON.string(String(repeating: part, count: length / part.utf8.count))
                let inner = JSON.object(JSONObject(members: [("password", value), ("next", 1)]))
                let outer = JSON.object(
                    JSONObject(members: [("body", .string(inner.text)), ("ip", "203.0.113.77")]))
                for json in [inner, outer] {
                    let output = try redact(Array(json.text.utf8), window: 1 << 18) { 9_999 }
                    let text = String(decoding: output, as: UTF8.self)
                    #expect(throws: Never.self, "\(length) \(part)") { try JSON(parsing: text) }
                    #expect(text.utf8.count < 200, "\(length) \(part)")
                }
            }
        }
    }

    @Test("Redacting what is redacted changes nothing and finds nothing, whatever the key")
    func redactionIsIdempotent() throws {
        var random = SeededGenerator(seed: 3)
        for isOneLine in [true, false] {
            let bytes = text(&random, bytes: 200_000, isOneLine: isOneLine)
            let once = Redactor(rules: try Redacting.rules(), key: Redacting.key).redact(bytes)
            for key in [Redacting.key, Redacting.key(77)] {
                var again: [String] = []
                let twice = Redactor(rules: try Redacting.rules(), key: key).redact(once) { redaction in
                    again.append(
                        "\(redaction.rule.name): \(String(decoding: redaction.value, as: UTF8.self))")
                }
                #expect(twice == once)
                #expect(Set(again) == [])
            }
        }
    }

    @Test("Lines and columns of the report are those of the original, and lines stay")
    func placesAreTrue() throws {
        let text = "one\n\ntwo 203.0.113.77 x\r\n  mail ada@mail.example-corp.org and 203.0.113.77\nend"
        let found = try Redacting.found(text)
        #expect(found.map(\.line) == [3, 4, 4])
        #expect(found.map(\.column) == [5, 8, 38])
        #expect(found[0].token == found[2].token)
        let redacted = try Redacting.redact(text)
        #expect(redacted.utf8.filter { $0 == 10 }.count == 4)
        #expect(redacted.contains("x\r\n  mail "))
    }
}
