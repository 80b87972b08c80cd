import Testing
import Web

@Suite("Reading form data")
struct MultipartReaderTests {
    private typealias Part = MultipartTranscript.Part

    @Test("What Python's requests sends is read")
    func requests() {
        let transcript = MultipartTranscript(MultipartSamples.requests, boundary: "4f1c2f0d8f6e4b0a9d3c")
        #expect(transcript.error == nil)
        #expect(
            transcript.parts == [
                Part(name: "subject", content: Array("Größe".utf8), isComplete: true),
                Part(name: "note", isComplete: true),
                Part(
                    name: "file", filename: "a \"b\".txt", contentType: "text/plain",
                    content: Array("one\r\n--two\r\n".utf8), isComplete: true),
                Part(
                    name: "empty", filename: "leer.bin", contentType: "application/octet-stream",
                    isComplete: true),
            ])
    }

    @Test("What Python's email writes is read, folded headers and extended names too")
    func email() {
        let transcript = MultipartTranscript(
            MultipartSamples.email, boundary: "===============7330845974216740156==")
        #expect(transcript.error == nil)
        #expect(transcript.parts.map(\.name) == ["title", "data"])
        #expect(transcript.parts.map(\.filename) == [nil, "naïve report of the second outage.txt"])
        #expect(transcript.parts.map(\.text) == ["Café\r\n", "größe\r\n--=\r\n"])
    }

    @Test("What a browser sends is read, and a file that was not chosen has an empty name")
    func browser() {
        let transcript = MultipartTranscript(
            MultipartSamples.browser, boundary: "----WebKitFormBoundaryx8hQ2sVZ9mYfEw1K")
        #expect(transcript.error == nil)
        #expect(transcript.parts.map(\.filename) == ["", nil])
        #expect(transcript.parts.map(\.text) == ["", "a\r\nb"])
    }

    @Test(
        "Content that looks like a boundary, or ends in parts of one, comes through unchanged",
        arguments: [
            "", "\r\n", "\r", "\n", "\r\n\r\n", "\r\r\n", "-", "--", "\r\n--", "\r\n-", "--bound",
            "\r\n--bound",
            "\r\n--boundar\r\n--boundar", "--boundaryX", "\r\n--boundaryX\r\n", "\r\n--boundary-",
            "\r\n--boundary \t x",
            "\r\n--boundary\rx", "\r\n--boundary-\r\n", "\r\n--boundary \r\r\n", "\r\n-\r\n--\r\n---",
            "x--boundary--",
            "\r\n --boundary\r\n", "\n--boundary\r\n", "\r\n--boundary\n", "\r\n--BOUNDARY\r\n",
            "\r\n--boundary- -",
            "\r\n--boundary" + String(repeating: " ", count: 65) + "\r\n", "\0\u{1}\u{FFFD}",
        ])
    func boundaryLikeContent(content: String) {
        let text = form("boundary", [("a", content), ("b", content)])
        let transcript = MultipartTranscript(text, boundary: "boundary")
        #expect(transcript.error == nil)
        #expect(transcript.parts.map(\.text) == [content, content])
        expectSameInAnyPieces(Array(text.utf8), boundary: "boundary")
    }

    @Test("Spaces after a boundary, text before the first and after the last are passed over")
    func paddingAndSurroundings() {
        let text =
            "before\r\n--bX\r\n-\r\n--b \t\r\ncontent-disposition:form-data;name=a\r\n\r\n"
            + "1\r\n--b--\t\r\nafter\r\n--b\r\n"
        let transcript = MultipartTranscript(text)
        #expect(transcript.error == nil)
        #expect(transcript.parts == [Part(name: "a", content: [0x31], isComplete: true)])
        expectSameInAnyPieces(Array(text.utf8))
    }

    @Test("A form without parts is empty, and a part may end right after its header")
    func emptyForms() {
        #expect(MultipartTranscript("--b--").error == nil)
        #expect(MultipartTranscript("--b--\r\n").parts.isEmpty)
        let text = "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n--b--"
        #expect(MultipartTranscript(text).parts == [Part(name: "a", isComplete: true)])
        expectSameInAnyPieces(Array(text.utf8))
    }

    @Test("However a body is cut into pieces, the outcome is the same")
    func everySplit() {
        expectSameInAnyPieces(
            Array(MultipartSamples.requests.utf8), boundary: "4f1c2f0d8f6e4b0a9d3c", pairs: false)
        let boundary = "===============7330845974216740156=="
        expectSameInAnyPieces(Array(MultipartSamples.email.utf8), boundary: boundary, pairs: false)
        let short = form("b", [("a", "\r\n--b\r"), ("b", "\r\n")])
        expectSameInAnyPieces(Array(short.utf8))
    }

    @Test("What is held back is no more than a delimiter")
    func heldBack() throws {
        let content = (0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* 7) } + Array("\r\n--boundar".utf8)
        let header = "--boundary\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n"
        var reader = MultipartReader(boundary: "boundary", limits: MultipartLimits())
        var handedOut = 0
        func count(_ event: MultipartEvent) {
            if case .body(let bytes) = event { handedOut += bytes.count }
        }
        try Array(header.utf8).withUnsafeBytes { try reader.feed($0, count) }
        for (index, byte) in content.enumerated() {
            try withUnsafeBytes(of: byte) { try reader.feed($0, count) }
            #expect(index + 1 - handedOut <= "\r\n--boundary".utf8.count)
        }
    }

    @Test("A large file passes in large pieces")
    func largeFile() throws {
        let line = Array("2026-01-02T03:04:05Z a line of a log file\r\n".utf8)
        let content = (0..<50_000).flatMap { _ in line }
        let body = Array(form("b", [("a", String(decoding: content, as: UTF8.self))]).utf8)
        var reader = MultipartReader(boundary: "b", limits: MultipartLimits())
        var pieces = 0
        var total = 0
        try body.withUnsafeBytes { bytes in
            for start in stride(from: 0, to: bytes.count, by: 65_536) {
                let piece = bytes[start..<min(start + 65_536, bytes.count)]
                try reader.feed(UnsafeRawBufferPointer(rebasing: piece)) { event in
                    guard case .body(let bytes) = event else { return }
                    pieces += 1
                    total += bytes.count
                }
            }
        }
        try reader.finish()
        #expect(total == content.count)
        #expect(pieces <= 2 * (body.count / 65_536 + 1))
    }

    /// Checks that cuts of every kind lead to the outcome of reading in one piece.
    private func expectSameInAnyPieces(
        _ bytes: [UInt8], boundary: String = "b", pairs: Bool = true,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let whole = MultipartTranscript(bytes, boundary: boundary)
        #expect(!whole.isDisordered, sourceLocation: sourceLocation)
        var differing: [[Int]] = []
        func check(_ cuts: [Int]) {
            let other = MultipartTranscript(bytes, boundary: boundary, cuts: cuts)
            if other != whole { differing.append(cuts) }
        }
        for first in 0...bytes.count {
            check([first])
            guard pairs else { continue }
            for second in first...min(first + 3, bytes.count) { check([first, second]) }
        }
        check(Array(0..<bytes.count))
        check(Array(stride(from: 0, to: bytes.count, by: 2)))
        #expect(differing.isEmpty, sourceLocation: sourceLocation)
    }

    /// Form data with a field for every pair.
    private func form(_ boundary: String, _ fields: [(name: String, content: String)]) -> String {
        fields.map { name, content in
            "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(content)\r\n"
        }.joined() + "--\(boundary)--\r\n"
    }
}
