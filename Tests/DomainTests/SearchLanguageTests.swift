import Testing

@testable import Domain

@Suite("The search language")
struct SearchLanguageTests {
    private func tree(_ text: String) throws -> SearchExpression { try SearchParser.parse(text) }

    private func problem(_ text: String) -> SearchProblem? {
        do {
            _ = try SearchParser.parse(text)
            return nil
        } catch { return error }
    }

    @Test("CASE-67 part: Words side by side must all hold, and a phrase is one piece")
    func words() throws {
        #expect(
            try tree("timeout  \"connection reset\"")
                == .every([.text("timeout"), .text("connection reset")]))
        #expect(try tree("   ") == .every([]))
    }

    @Test("CASE-67 part: OR binds looser than AND, and brackets bind tightest")
    func precedence() throws {
        #expect(try tree("a b OR c") == .any([.every([.text("a"), .text("b")]), .text("c")]))
        #expect(try tree("a AND (b OR c)") == .every([.text("a"), .any([.text("b"), .text("c")])]))
        #expect(try tree("NOT a -b") == .every([.not(.text("a")), .not(.text("b"))]))
    }

    @Test(
        "CASE-67 part: What is pasted is found as typed",
        arguments: [
            "https://api.acme.example/v2/pay?id=7", "ORA-00600:", "at com.acme.Pool.take(Pool.java:42)",
            "C:\\logs\\a.txt",
            "level=error", "0x7ffe", "std::bad_alloc", "host:8080",
        ])
    func pasted(_ text: String) throws {
        let expected = text.split(separator: " ").map { SearchExpression.text(String($0)) }
        #expect(try tree(text) == (expected.count == 1 ? expected[0] : .every(expected)))
    }

    @Test("CASE-67 part: A comma means or, and so does the same field twice")
    func several() throws {
        let both = SearchExpression.filter(
            .init(.owner, .equal, [.init("@me", column: 7), .init("jonas", column: 11)], column: 1))
        #expect(try tree("owner:@me,jonas") == both)
        guard case .filter(let filter) = try tree("status:new status:open") else {
            Issue.record("The two are not one filter")
            return
        }
        #expect(filter.values.map(\.text) == ["new", "open"])
    }

    @Test(
        "CASE-67 part: An error points at the column",
        arguments: [
            ("a \"b", "unclosed_quote", 3), ("(a b", "unclosed_bracket", 1), ("a) b", "unopened_bracket", 2),
            ("owner:", "missing_value", 6), ("x onwer:me", "unknown_field", 3), ("a OR", "missing_term", 5),
            ("AND a", "missing_term", 4), ("a ()", "empty_bracket", 3), ("NOT", "missing_term", 1),
        ])
    func columns(_ text: String, _ code: String, _ column: Int) {
        #expect(problem(text)?.code == code)
        #expect(problem(text)?.column == column)
    }

    @Test("A search of 100 kB, of many terms or of deep brackets is refused in words")
    func bounds() {
        #expect(problem(String(repeating: "a", count: 100_000))?.code == "search_too_long")
        #expect(problem(String(repeating: "a ", count: 65))?.code == "too_many_terms")
        #expect(problem(String(repeating: "(", count: 500) + "a")?.code == "too_deep")
        #expect(problem(String(repeating: "NOT ", count: 400) + "a")?.code == "too_deep")
    }

    @Test("No text breaks the parser")
    func anything() {
        var seed: UInt64 = 7
        let pieces = [
            "a", "\"", "(", ")", " ", "OR", "AND", "NOT", "-", ":", "is:", "sev:<", ",", "\\", "é", "=", "\n",
        ]
        for _ in 0..<20_000 {
            var text = ""
            for _ in 0..<8 {
                seed = seed &* 6_364_136_223_846_793_005 &+ 1
                text += pieces[Int(seed >> 33) % pieces.count]
            }
            if let problem = problem(text) {
                #expect(problem.column >= 1 && problem.column <= text.count + 1, "\(text)")
            }
        }
    }

    @Test("CASE-67 part: A search is written as it is read")
    func written() throws {
        for text in [
            "is:open sev:1,2 -timeout", "(a OR b) c", "\"connection reset\" NOT (x y)",
            "owner:\"Jonas Weber\"",
            "\"is:open\"", "a OR (b c)", "updated:<2d", "https://a.example/b?c=d", "NOT NOT a",
            "\"a \\\"b\\\\\"",
        ] {
            let tree = try tree(text)
            #expect(
                stripped(try SearchParser.parse(tree.text)) == stripped(tree), "\(text) became \(tree.text)")
        }
    }

    /// The tree without the columns, which writing it anew may change.
    private func stripped(_ tree: SearchExpression) -> SearchExpression {
        switch tree {
        case .text: tree
        case .filter(let filter):
            .filter(
                .init(
                    filter.field, filter.comparison, filter.values.map { .init($0.text, column: 0) },
                    column: 0))
        case .every(let parts): .every(parts.map(stripped))
        case .any(let parts): .any(parts.map(stripped))
        case .not(let inner): .not(stripped(inner))
        }
    }

    @Test("CASE-67 part: A filter that is chosen takes the place of the one before")
    func chosen() throws {
        let tree = try tree("is:open sev:1 timeout")
        #expect(tree.setting(.severity, "sev2").text == "severity:sev2 is:open timeout")
        #expect(tree.setting(.severity, nil).text == "is:open timeout")
        #expect(tree.toggling(.state, "overdue").text == "is:open severity:1 timeout is:overdue")
        #expect(tree.toggling(.state, "open").text == "severity:1 timeout")
    }

    @Test("CASE-67 part: Text is folded alike wherever it stands")
    func folding() {
        #expect(SearchText.fold("  Größe\n\tORA-12541\u{0}x ") == "größe ora-12541 x")
        #expect(SearchText.tokens(of: ["ab1 c#"]) == "ab1 b1 c \u{E063}\u{E023}")
        #expect(SearchText.tokens(of: ["abc", "xbc"]) == "abc bc xbc")
    }

    @Test("CASE-67 part: Whatever stands in a text, the index holds the terms of each part of it")
    func terms() {
        let pieces = [
            "a", "b", "_", "1", ".", "-", "/", " ", ":", "#", "\"", "é", "中", "B", "'", "(", "\u{1F600}",
            "abcabcabcabcabcabcabc", "—", "\u{E023}", "\u{7F}", "ǆ", "İ",
        ]
        var seed: UInt64 = 3
        func roll(_ sides: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % sides
        }
        for _ in 0..<3000 {
            let text = SearchText.fold((0..<(1 + roll(20))).map { _ in pieces[roll(pieces.count)] }.joined())
            // By characters of Unicode: a combining one at the start of a token joins the blank before it.
            let tokens = SearchText.tokens(of: [text]).unicodeScalars.split(separator: " ").map { Array($0) }
            let letters = Array(text.unicodeScalars)
            guard !letters.isEmpty else { continue }
            let start = roll(letters.count)
            var part = String.UnicodeScalarView()
            part.append(contentsOf: letters[start..<min(letters.count, start + 1 + roll(24))])
            let wanted = SearchText.fold(String(part))
            for term in SearchText.terms(of: wanted).terms {
                let needed = Array(term.text.unicodeScalars)
                #expect(
                    tokens.contains { term.isPrefix ? $0.starts(with: needed) : $0 == needed },
                    "“\(wanted)” in “\(text)” needs “\(term.text)”")
            }
        }
    }

    @Test("CASE-67 part: A snippet shows the words as they were written")
    func snippets() throws {
        let text =
            "The nightly job fails.\nORA-12541:  TNS no\tlistener, since the host was moved to another rack."
        let snippet = try #require(
            SearchText.snippet(of: SearchText.fold("ora-12541: tns NO LISTENER"), in: text, radius: 36))
        #expect(snippet.found == "ORA-12541:  TNS no\tlistener")
        #expect(snippet.before == "…job fails.\n")
        #expect(snippet.after.hasPrefix(", since") && snippet.after.hasSuffix("…"))
        #expect(SearchText.snippet(of: "nowhere", in: text) == nil)
    }
}
