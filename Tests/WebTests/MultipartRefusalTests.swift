import Testing
import Web

@Suite("Form data that is refused")
struct MultipartRefusalTests {
    @Test(
        "A body that is not whole form data is refused",
        arguments: [
            ("", MultipartError.missingBoundary),
            ("a=1&b=2", .missingBoundary),
            ("--other\r\n\r\n--other--", .missingBoundary),
            ("x--b\r\n", .missingBoundary),
            ("--b\n", .missingBoundary),
            ("--b", .missingBoundary),
            ("--b\r\n", .truncated),
            ("--b\r\nContent-Disposition: form-data; name=a", .truncated),
            ("--b\r\nContent-Disposition: form-data; name=a\r\n\r\ntext\r\n--b", .truncated),
            ("--b\r\nContent-Disposition: form-data; name=a\r\n\r\ntext\r\n--b-", .truncated),
        ])
    func incomplete(text: String, error: MultipartError) {
        #expect(MultipartTranscript(text).error == error)
    }

    @Test(
        "A header that cannot be trusted is refused",
        arguments: [
            ("", MultipartError.noName(part: 1)),
            ("Content-Type: text/plain\r\n", .noName(part: 1)),
            ("Content-Disposition: form-data\r\n", .noName(part: 1)),
            ("Content-Disposition: form-data; name=\"\"\r\n", .noName(part: 1)),
            ("Content-Disposition: attachment; name=\"a\"\r\n", .noName(part: 1)),
            ("Content-Disposition: form-data; name\r\n", .malformedHeader(part: 1)),
            ("Content-Disposition: form-data; name=\r\n", .malformedHeader(part: 1)),
            ("Content-Disposition: form-data; name=\"a\r\n", .malformedHeader(part: 1)),
            ("Content-Disposition: form-data; name=\"a\"x\r\n", .malformedHeader(part: 1)),
            ("Content-Disposition: form-data; name=a; name=b\r\n", .malformedHeader(part: 1)),
            (
                "Content-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b\r\n",
                .malformedHeader(part: 1)
            ),
            ("Content-Disposition : form-data; name=a\r\n", .malformedHeader(part: 1)),
            ("no colon\r\n", .malformedHeader(part: 1)),
            (": nothing\r\n", .malformedHeader(part: 1)),
            (" folded first\r\n", .malformedHeader(part: 1)),
            ("Content-Disposition: form-data; name=\"a\0b\"\r\n", .badCharacters(part: 1)),
            ("Content-Disposition: form-data; name=\"a%0D%0Ab\"\r\n", .badCharacters(part: 1)),
            ("Content-Disposition: form-data; name=\"a\rb\"\r\n", .badCharacters(part: 1)),
            ("Content-Disposition: form-data; name=\"a\"\nX: y\r\n", .badCharacters(part: 1)),
            ("Content-Disposition: form-data; name=a\r\nContent-Type: a\u{7}b\r\n", .badCharacters(part: 1)),
            ("Content-Disposition: form-data; name=a; filename*=UTF-8''%FF\r\n", .badCharacters(part: 1)),
            ("Content-Disposition: form-data; name=a; filename*=UTF-8''%4\r\n", .badCharacters(part: 1)),
            ("Content-Disposition: form-data; name=a; filename*=KOI8-R''a\r\n", .badCharacters(part: 1)),
            ("Content-Disposition: form-data; name=a; filename*=plain\r\n", .badCharacters(part: 1)),
            (
                "Content-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64\r\n",
                .encodedPart(part: 1)
            ),
        ])
    func headers(header: String, error: MultipartError) {
        let transcript = MultipartTranscript("--b\r\n\(header)\r\ntext\r\n--b--\r\n")
        #expect(transcript.error == error)
        #expect(transcript.parts.isEmpty)
    }

    @Test("A header that is not UTF-8 is refused")
    func invalidUTF8() {
        let start = Array("--b\r\nContent-Disposition: form-data; name=\"a".utf8)
        let transcript = MultipartTranscript(start + [0xFF] + Array("\"\r\n\r\n\r\n--b--".utf8))
        #expect(transcript.error == .badCharacters(part: 1))
    }

    @Test("A header that is too long is refused before it is complete, in whatever pieces")
    func longHeader() {
        let header = "Content-Disposition: form-data; name=\"a\"\r\n\r\n"
        let text = "--b\r\n\(header)x\r\n--b--"
        let length = header.utf8.count
        #expect(MultipartTranscript(text, limits: MultipartLimits(headerBytes: length)).error == nil)
        let bytes = Array(text.utf8)
        for cut in 0...bytes.count {
            let limits = MultipartLimits(headerBytes: length - 1)
            let error = MultipartTranscript(bytes, limits: limits, cuts: [cut]).error
            #expect(error == .headerTooLong(part: 1, limit: length - 1))
        }
        let endless = "--b\r\nX: " + String(repeating: "x", count: 100_000)
        #expect(MultipartTranscript(endless).error == .headerTooLong(part: 1, limit: 16 << 10))
    }

    @Test("Ten thousand tiny parts are refused by the limit")
    func manyParts() {
        let part = "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n"
        let transcript = MultipartTranscript(String(repeating: part, count: 10_000) + "--b--")
        #expect(transcript.error == .tooManyParts(limit: 1_000))
        #expect(transcript.parts.count == 1_000)
        let few = String(repeating: part, count: 3) + "--b--"
        #expect(MultipartTranscript(few, limits: MultipartLimits(parts: 3)).error == nil)
    }

    @Test("After an error every use fails alike, and what a receiver throws comes through")
    func afterwards() {
        struct Stop: Error {}
        let bytes = Array("--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--b--".utf8)
        var stopped = MultipartReader(boundary: "b", limits: MultipartLimits())
        #expect(throws: Stop.self) {
            try bytes.withUnsafeBytes { try stopped.feed($0) { _ in throw Stop() } }
        }
        #expect(throws: MultipartError.self) { try stopped.finish() }
        var failed = MultipartReader(boundary: "b", limits: MultipartLimits(parts: 0))
        for _ in 0..<2 {
            #expect(throws: MultipartError.tooManyParts(limit: 0)) {
                try bytes.withUnsafeBytes { try failed.feed($0) { _ in } }
            }
        }
        #expect(throws: MultipartError.tooManyParts(limit: 0)) { try failed.finish() }
    }

    @Test("Every error is a sentence")
    func sentences() {
        let errors: [MultipartError] = [
            .notFormData, .badBoundary, .missingBoundary, .truncated, .tooManyParts(limit: 3),
            .headerTooLong(part: 1, limit: 2), .badCharacters(part: 1), .malformedHeader(part: 1),
            .noName(part: 1), .encodedPart(part: 1),
        ]
        for error in errors {
            #expect(error.description.hasSuffix("."))
            #expect(error.description.first?.isUppercase == true)
        }
    }
}
