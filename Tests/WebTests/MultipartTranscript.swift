import Web

/// What a multipart reader handed out, with the bytes of each part put together.
struct MultipartTranscript: Equatable {
    struct Part: Equatable {
        var name: String
        var filename: String?
        var contentType: String?
        var content: [UInt8] = []
        var isComplete = false

        var text: String { String(decoding: content, as: UTF8.self) }
    }

    var parts: [Part] = []
    var error: MultipartError?
    /// The events came in an order that a reader may not produce.
    var isDisordered = false

    /// Reads `bytes` in the pieces between `cuts`.
    init(
        _ bytes: [UInt8], boundary: String = "b", limits: MultipartLimits = MultipartLimits(),
        cuts: [Int] = []
    ) {
        var reader = MultipartReader(boundary: boundary, limits: limits)
        do {
            var start = 0
            for end in cuts + [bytes.count] {
                // A copy of its own, so that reading past the piece would be found.
                try Array(bytes[start..<end]).withUnsafeBytes { try reader.feed($0) { note($0) } }
                start = end
            }
            try reader.finish()
        } catch {
            self.error = error as? MultipartError
            isDisordered = isDisordered || self.error == nil
        }
    }

    /// Reads `text` in one piece.
    init(_ text: String, boundary: String = "b", limits: MultipartLimits = MultipartLimits()) {
        self.init(Array(text.utf8), boundary: boundary, limits: limits)
    }

    private mutating func note(_ event: MultipartEvent) {
        let isOpen = parts.last.map { !$0.isComplete } ?? false
        switch event {
        case .part(let name, let filename, let contentType):
            isDisordered = isDisordered || isOpen
            parts.append(Part(name: name, filename: filename, contentType: contentType))
        case .body(let bytes):
            isDisordered = isDisordered || !isOpen || bytes.isEmpty
            if isOpen { parts[parts.count - 1].content += bytes }
        case .end:
            isDisordered = isDisordered || !isOpen
            if isOpen { parts[parts.count - 1].isComplete = true }
        }
    }
}

/// Form data as known clients write it.
enum MultipartSamples {
    /// By Python's requests.
    static let requests = """
        --4f1c2f0d8f6e4b0a9d3c
        Content-Disposition: form-data; name="subject"

        Größe
        --4f1c2f0d8f6e4b0a9d3c
        Content-Disposition: form-data; name="note"


        --4f1c2f0d8f6e4b0a9d3c
        Content-Disposition: form-data; name="file"; filename="a %22b%22.txt"
        Content-Type: text/plain

        one
        --two

        --4f1c2f0d8f6e4b0a9d3c
        Content-Disposition: form-data; name="empty"; filename="leer.bin"
        Content-Type: application/octet-stream


        --4f1c2f0d8f6e4b0a9d3c--

        """.withCRLF

    /// By Python's email, which folds headers and writes names in the extended way.
    static let email = """
        --===============7330845974216740156==
        Content-Type: text/plain; charset="utf-8"
        Content-Transfer-Encoding: 8bit
        Content-Disposition: form-data; name="title"

        Café

        --===============7330845974216740156==
        Content-Type: text/plain; charset="utf-8"
        Content-Transfer-Encoding: 8bit
        Content-Disposition: form-data; name="data";
         filename*=utf-8''na%C3%AFve%20report%20of%20the%20second%20outage.txt

        größe
        --=

        --===============7330845974216740156==--

        """.withCRLF

    /// As a browser writes a form whose file was not chosen.
    static let browser = """
        ------WebKitFormBoundaryx8hQ2sVZ9mYfEw1K
        Content-Disposition: form-data; name="attachment"; filename=""
        Content-Type: application/octet-stream


        ------WebKitFormBoundaryx8hQ2sVZ9mYfEw1K
        Content-Disposition: form-data; name="text"

        a
        b
        ------WebKitFormBoundaryx8hQ2sVZ9mYfEw1K--

        """.withCRLF
}

extension String {
    /// The text with every line ended by CRLF.
    var withCRLF: String {
        split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
    }
}
