import Diagnosis
import Testing

@Suite("Reading CSV")
struct CSVReaderTests {
    @Test(
        "Well-formed text gives its fields",
        arguments: [
            ("a,b\nc,d\n", [["a", "b"], ["c", "d"]]),
            ("a,b\r\nc,d", [["a", "b"], ["c", "d"]]),
            ("a,b\rc,d\r", [["a", "b"], ["c", "d"]]),
            ("\u{FEFF}a,b\n", [["a", "b"]]),
            ("\u{FEFF}\"a\",b\n", [["a", "b"]]),
            ("a,\u{FEFF}b\n", [["a", "\u{FEFF}b"]]),
            ("a,,\n,\n", [["a", "", ""], ["", ""]]),
            ("\"\"\n", [[""]]),
            ("\"\"", [[""]]),
            ("\"a\"\"b\"\"\"\n", [["a\"b\""]]),
            ("\"\"\"\"\"\"", [["\"\""]]),
            ("\"a\nb\r\nc\rd\",x\n", [["a\nb\r\nc\rd", "x"]]),
            (" a , \"\u{A0}b", nil),
            ("\n\r\n\ra\n\n\nb\n", [["a"], ["b"]]),
            ("größe,\u{1F600}\n", [["größe", "\u{1F600}"]]),
            ("a;b\tc\n", [["a;b\tc"]]),
            (" a, b \n", [[" a", " b "]]),
            ("", []), ("\u{FEFF}", []), ("\n\n", []), ("a,", [["a", ""]]),
        ] as [(String, [[String]]?)])
    func wellFormed(text: String, expected: [[String]]?) {
        let outcomes = CSVOutcome.read(text)
        if let expected {
            #expect(outcomes.compactMap(\.fields) == expected)
            #expect(outcomes.compactMap(\.problem).isEmpty)
        } else {
            #expect(outcomes.compactMap(\.problem).count == 1)
        }
    }

    @Test("Semicolons and tabs part fields where they are chosen")
    func delimiters() {
        var options = CSVOptions()
        options.delimiter = .semicolon
        #expect(CSVOutcome.read("a;\"b;c\";1,5\n", options).compactMap(\.fields) == [["a", "b;c", "1,5"]])
        options.delimiter = .tab
        #expect(
            CSVOutcome.read("a\t\"b\tc\"\t1,5\n", options).compactMap(\.fields) == [["a", "b\tc", "1,5"]])
    }

    @Test("Each record knows the line and the byte where it begins")
    func places() {
        let text = "\u{FEFF}a,b\r\n\r\n\"x\ny\r\nz\",1\rc\n\"q\"\n"
        let places = CSVOutcome.read(text).compactMap { outcome -> [Int]? in
            guard case .record(let record) = outcome else { return nil }
            return [record.line, record.offset]
        }
        #expect(places == [[1, 3], [3, 10], [6, 21], [7, 23]])
    }

    @Test(
        "A bad record is named and the next line is read",
        arguments: [
            ("a\n1,\"open\nb\nc\n", "line 2: a quote opened here is never closed", ["a", "b", "c"]),
            ("a\n\"open", "line 2: a quote opened here is never closed", ["a"]),
            (
                "a\n\"x\"y,\"z\"\nb\n",
                "line 2: a quoted field that begins here goes on after its closing quote", ["a", "b"]
            ),
            (
                "a\n\"stray\nb\n\"c\"\n",
                "line 2: a quoted field that begins here goes on after its closing quote", ["a", "b", "c"]
            ),
            (
                "a\r\n5\" pipe,2\r\nb\r\n",
                "line 2: a quote stands inside a field that does not begin with one", ["a", "b"]
            ),
            ("a\nx\0y\nb\n", "line 2: the text holds a NUL byte", ["a", "b"]),
            ("a\n\"x\ny\0\nz\"\nb\n", "line 3: the text holds a NUL byte", ["a", "b"]),
            ("a\n1,2,3,4,5,\"6\n7\"\nb\n", "line 2: the record has more than 4 columns", ["a", "b"]),
            (
                "a\n1,12345678901\nb\n", "line 2: a field that begins here is longer than 10 bytes",
                ["a", "b"]
            ),
            (
                "a\n\"12345678901\"\nb\n", "line 2: a field that begins here is longer than 10 bytes",
                ["a", "b"]
            ),
            (
                "a\n\"1234\n678901\nb", "line 2: a field that begins here is longer than 10 bytes",
                ["a", "678901", "b"]
            ),
            (
                "a\n1234567890,1234567890,12345678,9\nb\n", "line 2: the record is longer than 30 bytes",
                ["a", "b"]
            ),
        ])
    func problems(text: String, description: String, others: [String]) {
        var options = CSVOptions()
        options.columns = 4
        options.fieldBytes = 10
        options.recordBytes = 30
        let outcomes = CSVOutcome.read(text, options)
        #expect(outcomes.compactMap(\.problem?.description) == [description])
        #expect(outcomes.compactMap { $0.fields?.first } == others)
    }

    @Test("A field and a record of just the allowed length are read")
    func exactLimits() {
        var options = CSVOptions()
        options.columns = 3
        options.fieldBytes = 10
        options.recordBytes = 25
        for text in ["1234567890,1234567890,123", "\"1234567890\",1\n", "\"12345678\"\"\",1\n", "1,2,3\n"] {
            #expect(CSVOutcome.read(text, options).compactMap(\.problem).isEmpty, "\(text)")
        }
    }

    @Test("Bytes that are not UTF-8 spoil only their record, and the line is named")
    func invalidUTF8() {
        let bytes =
            Array("a\n\"x\r\ny".utf8) + [0xC3, 0x28] + Array("\"\nb,".utf8) + [0xFF] + Array("\nc\n".utf8)
        let outcomes = CSVOutcome.read(bytes)
        #expect(
            outcomes.compactMap(\.problem?.description) == [
                "line 3: the text is not UTF-8", "line 4: the text is not UTF-8",
            ])
        #expect(outcomes.compactMap(\.problem?.recordLine) == [2, 4])
        #expect(outcomes.compactMap(\.fields) == [["a"], ["c"]])
    }

    @Test("What a receiver throws comes through")
    func throwing() {
        struct Stop: Error {}
        var reader = CSVReader()
        #expect(throws: Stop.self) {
            try Array("a\nb\n".utf8).withUnsafeBytes { try reader.feed($0) { _ in throw Stop() } }
        }
    }

    @Test("However a file is cut into pieces, the outcome is the same")
    func everySplit() {
        let texts = [
            "\u{FEFF}\"a\"\"é\",b\r\n\r\n\"x\r\ny\",\"\"\r\r\n1,2,3,4,5\n5\" x\n\"bad\"x\n"
                + "\"12345678901\"\nq\0,é\r\n\"open\nc,d",
            "\u{FEFF}", "\r\n\r\n", "\"\r\n", "a,", "\"a\"", "\"a\"\"", "12345678901\r\nb",
            "\"a\n\n\"\n\"\"\"",
        ]
        var options = CSVOptions()
        options.columns = 4
        options.fieldBytes = 10
        options.recordBytes = 30
        for bytes in texts.map({ Array($0.utf8) }) + [[0xEF, 0xBB], [0xEF, 0xBB, 0x61, 0x0A, 0xC3]] {
            let whole = CSVOutcome.read(bytes, options)
            for first in 0...bytes.count {
                for second in first...bytes.count {
                    #expect(CSVOutcome.read(bytes, options, cuts: [first, second]) == whole)
                }
            }
            #expect(CSVOutcome.read(bytes, options, cuts: Array(0..<bytes.count)) == whole)
        }
    }

    @Test("Random bytes give the same outcome in any pieces", arguments: [1, 2, 3, 4] as [UInt64])
    func randomBytes(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let alphabet = Array("a1,,\"\"\"\n\r\u{0}é".utf8) + [0xFF]
        var options = CSVOptions()
        options.columns = 4
        options.fieldBytes = 12
        options.recordBytes = 30
        for _ in 0..<2_000 {
            let bytes = (0..<random.below(80)).map { _ in alphabet[random.below(alphabet.count)] }
            let whole = CSVOutcome.read(bytes, options)
            let cuts = (0..<random.below(10)).map { _ in random.below(bytes.count + 1) }.sorted()
            #expect(CSVOutcome.read(bytes, options, cuts: cuts) == whole, "\(bytes)")
        }
    }

    @Test("What is written by the rules is read back", arguments: [1, 2, 3, 4] as [UInt64])
    func roundTrip(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let pieces = ["a", "word ", "é", "\u{1F600}", ",", ";", "\"", "\n", "\r\n", "\r", "\t", ""]
        for _ in 0..<200 {
            let end = ["\n", "\r\n", "\r"][random.below(3)]
            var text = ""
            var records: [[String]] = []
            for _ in 0..<random.below(6) {
                let fields = (0...random.below(5)).map { _ in
                    (0..<random.below(5)).map { _ in pieces[random.below(pieces.count)] }.joined()
                }
                records.append(fields)
                text +=
                    fields.map {
                        "\""
                            + $0.split(separator: "\"", omittingEmptySubsequences: false)
                            .joined(separator: "\"\"") + "\""
                    }.joined(separator: ",") + end
            }
            #expect(CSVOutcome.read(text).compactMap(\.fields) == records)
        }
    }

    @Test("Many stray quotes do not make reading slow")
    func manyStrayQuotes() {
        let lines = 20_000
        for line in ["\"a\n", "\"\"\"x\n", "a,\"\n", "\"\n\"\"\n", "x\"\n"] {
            let text =
                String(repeating: line, count: lines) + "\"" + String(repeating: "\"\"\n", count: lines)
            #expect(CSVOutcome.read(text).count >= lines)
        }
    }
}

/// What a reader hands out, as a value to compare.
private enum CSVOutcome: Equatable {
    case record(CSVRecord)
    case problem(CSVProblem)

    var fields: [String]? {
        guard case .record(let record) = self else { return nil }
        return record.fields
    }

    var problem: CSVProblem? {
        guard case .problem(let problem) = self else { return nil }
        return problem
    }

    static func read(_ text: String, _ options: CSVOptions = CSVOptions()) -> [CSVOutcome] {
        read(Array(text.utf8), options)
    }

    /// Feeds `bytes` in the pieces between `cuts`.
    static func read(
        _ bytes: [UInt8], _ options: CSVOptions = CSVOptions(), cuts: [Int] = []
    ) -> [CSVOutcome] {
        var reader = CSVReader(options: options)
        var outcomes: [CSVOutcome] = []
        func take(_ result: Result<CSVRecord, CSVProblem>) {
            switch result {
            case .success(let record): outcomes.append(.record(record))
            case .failure(let problem): outcomes.append(.problem(problem))
            }
        }
        var start = 0
        for end in cuts + [bytes.count] {
            // A copy of its own, so that reading past the piece would be found.
            Array(bytes[start..<end]).withUnsafeBytes { reader.feed($0, take) }
            start = end
        }
        reader.finish(take)
        return outcomes
    }
}
