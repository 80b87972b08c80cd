import Diagnosis
import Testing

@Suite("Reading lines")
struct LineReaderTests {
    @Test("Lines come with their number and place; empty ones are counted but not handed out")
    func lines() {
        let text = "\u{FEFF}{\"a\":1}\r\n\n{}\n\r\nlast"
        #expect(read(text) == ["1@3 {\"a\":1}", "3@13 {}", "5@18 last"])
        #expect(read("").isEmpty)
        #expect(read("\u{FEFF}").isEmpty)
        #expect(read("\u{FEFF}\n\n").isEmpty)
        #expect(read("a\rb\n") == ["1@0 a\rb"])
    }

    @Test("A line that is too long is named and the next is read")
    func tooLong() {
        let text =
            "12345678\n123456789\n1234567\r\n12345678\r\n" + String(repeating: "x", count: 1_000) + "\nend"
        #expect(
            read(text, limit: 8) == [
                "1@0 12345678", "line 2: the line is longer than 8 bytes", "3@19 1234567",
                "line 4: the line is longer than 8 bytes", "line 5: the line is longer than 8 bytes",
                "6@1039 end",
            ])
    }

    @Test("However a file is cut into pieces, the outcome is the same")
    func everySplit() {
        let texts = [
            "\u{FEFF}{}\r\n\n123456789\nabc\r\n12345678\r\n1234567\r\nlonglonglong", "\r", "\u{FEFF}", "a\n",
        ]
        for text in texts {
            let whole = read(text, limit: 8)
            let count = text.utf8.count
            for first in 0...count {
                for second in first...count {
                    #expect(read(text, limit: 8, cuts: [first, second]) == whole)
                }
            }
            #expect(read(text, limit: 8, cuts: Array(0..<count)) == whole)
        }
    }

    @Test("What a receiver throws comes through")
    func throwing() {
        struct Stop: Error {}
        var reader = LineReader()
        #expect(throws: Stop.self) {
            try Array("a\nb\n".utf8).withUnsafeBytes { try reader.feed($0) { _ in throw Stop() } }
        }
    }

    /// What a reader hands out for `text` in the pieces between `cuts`, as words.
    private func read(_ text: String, limit: Int = 1_000, cuts: [Int] = []) -> [String] {
        var reader = LineReader(maximumLength: limit)
        var words: [String] = []
        func take(_ result: Result<LineReader.Line, LineReader.Problem>) {
            switch result {
            case .success(let line):
                words.append("\(line.number)@\(line.offset) \(String(decoding: line.bytes, as: UTF8.self))")
            case .failure(let problem): words.append(problem.description)
            }
        }
        let bytes = Array(text.utf8)
        var start = 0
        for end in cuts + [bytes.count] {
            Array(bytes[start..<end]).withUnsafeBytes { reader.feed($0, take) }
            start = end
        }
        reader.finish(take)
        return words
    }
}
