import Testing
import Web

@Suite("Boundaries and file names of form data")
struct MultipartHeaderTests {
    @Test(
        "The boundary is found in the content type",
        arguments: [
            ("multipart/form-data; boundary=abc", "abc"),
            ("multipart/form-data;boundary=\"a b:c\"", "a b:c"),
            (
                "Multipart/Form-Data; charset=utf-8; BOUNDARY=----WebKitFormBoundaryx8hQ2sVZ9mYfEw1K ;",
                "----WebKitFormBoundaryx8hQ2sVZ9mYfEw1K"
            ),
            ("multipart/form-data; boundary==_x", "=_x"),
            (
                "multipart/form-data; boundary=" + String(repeating: "x", count: 70),
                String(repeating: "x", count: 70)
            ),
        ])
    func boundaries(contentType: String, expected: String) throws {
        #expect(try MultipartReader.boundary(fromContentType: contentType) == expected)
    }

    @Test(
        "A content type without one valid boundary is refused",
        arguments: [
            ("", MultipartError.notFormData),
            ("application/json", .notFormData),
            ("multipart/mixed; boundary=a", .notFormData),
            ("multipart/form-data", .badBoundary),
            ("multipart/form-data; boundary=", .badBoundary),
            ("multipart/form-data; boundary=\"\"", .badBoundary),
            ("multipart/form-data; boundary=\"a", .badBoundary),
            ("multipart/form-data; boundary=\"a \"", .badBoundary),
            ("multipart/form-data; boundary=a; boundary=b", .badBoundary),
            ("multipart/form-data; boundary=\"a\r\nb\"", .badBoundary),
            ("multipart/form-data; boundary=ü", .badBoundary),
            ("multipart/form-data; boundary=" + String(repeating: "x", count: 71), .badBoundary),
        ])
    func badBoundaries(contentType: String, error: MultipartError) {
        #expect(throws: error) { try MultipartReader.boundary(fromContentType: contentType) }
    }

    @Test("A reader made with a boundary that is not allowed says so", arguments: ["", "a\r\nb", "ü", "a "])
    func readerWithBadBoundary(boundary: String) {
        #expect(MultipartTranscript("--\(boundary)--", boundary: boundary).error == .badBoundary)
    }

    @Test(
        "A file name is kept as sent but for its path and what could mislead",
        arguments: [
            ("filename=\"log.txt\"", "log.txt"),
            ("filename=log.txt", "log.txt"),
            ("filename=my log.txt", "my log.txt"),
            ("FileName=\"größe \u{1F600}.log\"", "größe \u{1F600}.log"),
            ("filename=\"a;b=c.txt\"", "a;b=c.txt"),
            ("filename=\"C:\\Users\\me\\log.txt\"", "log.txt"),
            ("filename=\"../../etc/passwd\"", "passwd"),
            ("filename=\"/etc/\"", ""), ("filename=\"..\"", ""), ("filename=\"a\\..\"", ""),
            ("filename=\"say \\\"hi\\\".txt\"", "say \"hi\".txt"),
            ("filename=\"say %22hi%22.txt\"", "say \"hi\".txt"),
            ("filename=\"100%25 %2F%zz%.txt\"", "100%25 %2F%zz%.txt"),
            ("filename=\"two%0D%0Alines.txt\"", "twolines.txt"),
            ("filename=\"bell\u{7}\u{7F}\u{85}.txt\"", "bell.txt"),
            ("filename=\"\u{202E}txt.exe\"", "txt.exe"),
            ("filename*=UTF-8''na%C3%AFve.txt", "naïve.txt"),
            ("filename*=utf-8'en'na%c3%afve.txt; filename=\"naive.txt\"", "naïve.txt"),
            ("filename=\"naive.txt\"; filename*=iso-8859-1''na%EFve.txt", "naïve.txt"),
            ("filename*=UTF-8''..%2F..%5Cx%00%0A.txt", "x.txt"),
        ])
    func filenames(parameter: String, expected: String) {
        let header = "Content-Disposition: form-data; name=\"a\"; \(parameter)"
        let transcript = MultipartTranscript("--b\r\n\(header)\r\n\r\nx\r\n--b--")
        #expect(transcript.error == nil)
        #expect(transcript.parts.first?.filename == expected)
        #expect(transcript.parts.first?.name == "a")
    }

    @Test("A field name keeps quotes and letters of any script")
    func names() {
        let names = [
            "a%22b": "a\"b", "a\\\"b": "a\"b", "größe": "größe", "a[0].b": "a[0].b", "a\\b": "a\\b",
        ]
        for (sent, expected) in names {
            let text = "--b\r\nContent-Disposition: form-data; name=\"\(sent)\"\r\n\r\nx\r\n--b--"
            #expect(MultipartTranscript(text).parts.map(\.name) == [expected])
        }
    }

    @Test("The content type is handed out as sent, and other headers are passed over")
    func contentType() {
        let header = """
            X-Other: ä;"
            content-type:  text/plain; charset=utf-8\u{20}
            Content-Disposition: form-data; name=a
            """.withCRLF
        let transcript = MultipartTranscript("--b\r\n\(header)\r\n\r\nx\r\n--b--")
        #expect(transcript.parts.first?.contentType == "text/plain; charset=utf-8")
    }
}
