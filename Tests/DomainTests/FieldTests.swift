import Diagnosis
import Domain
import Testing

/// What fields take and refuse, one by one.
struct FieldTests {
    private let policy = TestPolicy.make()

    @Test("An input that was kept as JSON reads as it was, named values included")
    func keptInput() {
        let input = RawInput([
            "text": .text("x"), "count": .integer(3), "list": .list([.text("a"), .bool(true)]), "none": .null,
            "answers": .members(["steps": .text("one"), "more": .members(["deep": .integer(1)])]),
        ])
        #expect(RawInput(input.json) == input)
        #expect(RawInput(.null) == RawInput())
    }

    private func problem<Value>(_ field: Field<Value>, _ raw: RawValue) -> Refusal.Problem? {
        guard case .failure(let problems) = field.read(raw, policy) else { return nil }
        return problems.problems.first
    }

    private func value<Value>(_ field: Field<Value>, _ raw: RawValue) -> Value? {
        try? field.read(raw, policy).get()  // nil is what the test expects to be none
    }

    @Test(
        "A missing, null or empty value of a needed field is named by its label",
        arguments: [RawValue.missing, .null, .text("")])
    func missing(_ raw: RawValue) {
        let found = [
            problem(.line("f", "Subject"), raw), problem(.text("f", "Subject"), raw),
            problem(.secret("f", "Subject"), raw), problem(.integer("f", "Subject", 0...9), raw),
            problem(.number("f", "Subject", 0...9), raw), problem(.time("f", "Subject"), raw),
            problem(Field<String>.choice("f", "Subject", from: { $0.tiers.choices }), raw),
            problem(Field<String>.reference("f", "Subject", to: "case"), raw),
        ]
        for problem in found {
            #expect(problem == .init(field: "f", code: "missing", message: "Subject is needed."))
        }
        #expect(
            problem(Field<String>.line("f", "Subject"), .text(" \u{a0}\t "))
                ?? .init(field: "", code: "", message: "")
                == .init(field: "f", code: "missing", message: "Subject is needed."))
    }

    @Test(
        "A value of another type is refused, never bent into shape",
        arguments: [RawValue.members([:]), .list([.text("a")]), .bool(true)])
    func wrongTypes(_ raw: RawValue) {
        let codes = [
            problem(Field<String>.line("f", "F"), raw), problem(Field<String>.text("f", "F"), raw),
            problem(Field<String>.secret("f", "F"), raw), problem(.integer("f", "F", 0...9), raw),
            problem(.number("f", "F", 0...9), raw), problem(.time("f", "F"), raw),
            problem(Field<String>.choice("f", "F", from: { $0.tiers.choices }), raw),
            problem(Field<String>.reference("f", "F", to: "case"), raw),
        ].map { $0?.code }
        #expect(codes == Array(repeating: "wrong_type", count: codes.count))
        for number in [RawValue.integer(5), .number(5)] {
            #expect(problem(Field<String>.line("f", "F"), number)?.code == "wrong_type")
            #expect(problem(Field<String>.text("f", "F"), number)?.code == "wrong_type")
        }
    }

    @Test("Text that is too long is refused with its length and the limit in bytes")
    func tooLong() {
        let field = Field<String>.text("f", "Text", maxBytes: 10)
        #expect(value(field, .text("0123456789")) == "0123456789")
        let found = problem(field, .text("øøøøøø"))
        #expect(found?.code == "too_long")
        #expect(found?.message.contains("12 bytes") == true && found?.message.contains("10") == true)
        #expect(problem(Field<String>.line("f", "Line", maxBytes: 5), .text("123456"))?.code == "too_long")
        #expect(problem(Field<String>.secret("f", "S", maxBytes: 5), .text("123456"))?.code == "too_long")
        #expect(
            problem(Field<String>.text("f", "T"), .text(String(repeating: "a", count: 10_000_000)))?.code
                == "too_long")
    }

    @Test("NUL is refused in every text", arguments: ["a\u{0}b", "\u{0}"])
    func nul(_ text: String) {
        #expect(problem(Field<String>.text("f", "F"), .text(text))?.code == "nul")
        #expect(problem(Field<String>.line("f", "F"), .text(text)) != nil)
        #expect(problem(Field<String>.secret("f", "F"), .text(text))?.code == "nul")
        #expect(problem(Field<String>.reference("f", "F", to: "case"), .text(text))?.code == "nul")
    }

    @Test(
        "Characters that reverse the reading direction are refused in a line and kept in a text",
        arguments: [
            "\u{202A}", "\u{202B}", "\u{202C}", "\u{202D}", "\u{202E}", "\u{2066}", "\u{2067}", "\u{2068}",
            "\u{2069}",
        ])
    func directionOverrides(_ mark: String) {
        #expect(
            problem(Field<String>.line("f", "F"), .text("invoice\(mark)gpj.exe"))?.code == "direction_control"
        )
        #expect(
            value(Field<String>.text("f", "F"), .text("invoice\(mark)gpj.exe")) == "invoice\(mark)gpj.exe")
        #expect(value(Field<String>.line("f", "F"), .text("שלום, مرحبا")) == "שלום, مرحبا")
    }

    @Test(
        "A line break has no place in a line",
        arguments: ["\n", "\r", "\r\n", "\u{85}", "\u{2028}", "\u{2029}", "\u{b}", "\u{c}"])
    func lineBreaks(_ lineBreak: String) {
        let read = Field<String>.line("f", "F").read(.text("one\(lineBreak)two"), policy)
        switch read {
        case .failure(let problems): #expect(problems.problems.first?.field == "f")
        case .success(let line):
            #expect(
                !line.unicodeScalars.contains { $0.isLineBreak || $0.value < 32 }, "\(line.debugDescription)")
        }
    }

    @Test("A text keeps its lines and its spaces; CRLF of a form is LF")
    func texts() {
        #expect(
            value(Field<String>.text("f", "F"), .text("  one\r\n\ttwo\rthree\n")) == "  one\n\ttwo\nthree\n")
        #expect(value(Field<String>.line("f", "F"), .text("  one two ")) == "one two")
        #expect(value(Field<String>.secret("f", "F"), .text("  a b ")) == "  a b ")
    }

    @Test("Whole numbers are read as people and programs write them, within their range")
    func integers() {
        let field = Field<Int>.integer("f", "Users", 0...8_000_000_000)
        #expect(value(field, .integer(7)) == 7)
        #expect(value(field, .text(" 6,412 ")) == 6412)
        for raw in [
            RawValue.text("6.5"), .text("six"), .number(6.5), .text("0x10"), .text("9999999999999999999999"),
        ] {
            #expect(problem(field, raw)?.code == "wrong_type", "\(raw)")
        }
        for raw in [RawValue.integer(-1), .text("8000000001"), .integer(.max)] {
            #expect(problem(field, raw)?.code == "out_of_range", "\(raw)")
        }
        #expect(problem(field, .integer(-1))?.message.contains("0 and 8000000000") == true)
    }

    @Test("Numbers are read with or without a percent sign; what is no number is not")
    func numbers() {
        let field = Field<Double>.number("f", "Share", 0...100)
        #expect(value(field, .number(0.3)) == 0.3 && value(field, .integer(12)) == 12)
        #expect(value(field, .text("0.3 %")) == 0.3)
        for raw in [
            RawValue.text("nan"), .text("inf"), .text("-inf"), .text("much"), .number(.infinity),
            .number(.nan),
        ] {
            #expect(problem(field, raw)?.code == "wrong_type", "\(raw)")
        }
        #expect(problem(field, .number(100.01))?.code == "out_of_range")
    }

    @Test("A flag that is not sent is no, and anything but yes and no is refused")
    func flags() {
        let field = Field<Bool>.flag("f", "Sure")
        for raw in [RawValue.missing, .null, .text(""), .bool(false), .text("No"), .text("0")] {
            #expect(value(field, raw) == false, "\(raw)")
        }
        for raw in [RawValue.bool(true), .text("on"), .text("TRUE"), .text("yes")] {
            #expect(value(field, raw) == true)
        }
        for raw in [RawValue.text("perhaps"), .integer(1), .members([:]), .list([])] {
            #expect(problem(field, raw)?.code == "wrong_type", "\(raw)")
        }
    }

    @Test("Times need a form that says when")
    func times() {
        #expect(value(.time("f", "F"), .text(" 2026-11-21T09:30 ")) == Timestamp("2026-11-21T09:30:00Z"))
        #expect(
            problem(.time("f", "F"), .text("21/11/2026"))?.message.contains("2026-11-21T14:06:00Z") == true)
    }

    @Test("A choice is one of policy's, or another spelling of it, and the refusal lists them")
    func choices() {
        let field = Field<String>.choice(
            "severity", "Severity", from: { $0.severities.map { FieldChoice($0.id.raw, $0.name) } },
            resolve: { text, policy in policy.severity(named: text)?.id.raw })
        for text in ["sev1", "Sev1", "P1", "p1"] { #expect(value(field, .text(text)) == "sev1") }
        let found = problem(field, .text("urgent"))
        #expect(found?.code == "unknown_choice" && found?.message == "Severity must be one of: sev1, sev2.")
    }

    @Test("A list takes ticked boxes, lines or one value, each once and not too many")
    func lists() {
        let field = Field<[String]>.list(of: .line("f", "F", maxBytes: 5), maxCount: 3)
        #expect(value(field, .missing) == [] && value(field, .null) == [])
        #expect(value(field, .list([.text("a"), .text(""), .text("b"), .text("a")])) == ["a", "b"])
        #expect(value(field, .text("a\nb, c")) == ["a", "b", "c"])
        #expect(problem(field, .text("a,b,c,d"))?.code == "too_many")
        #expect(problem(field, .list([.text("a"), .integer(5)]))?.code == "wrong_type")
        #expect(problem(field, .list([.text("123456")]))?.code == "too_long")
    }

    @Test("In an edit, not sent is unchanged, empty takes away, and a value sets")
    func edits() {
        let field = Field<Edit<String>>.edit(.line("f", "F", maxBytes: 5))
        #expect(value(field, .missing) == .unchanged)
        #expect(value(field, .null) == .cleared && value(field, .text("")) == .cleared)
        #expect(value(field, .text("new")) == .set("new"))
        #expect(problem(field, .text("too long"))?.code == "too_long")
        #expect(field.description.isEdit && !field.description.isRequired)
        let optional = Field<String?>.optional(.line("f", "F"))
        #expect(value(optional, .missing) == .some(nil) && value(optional, .text("x")) == .some("x"))
        #expect(problem(optional, .integer(5))?.code == "wrong_type")
    }

    private struct Pair: Sendable {
        var subject: String
        var count: Int?
    }

    @Test("All problems of an input are told at once, unknown names with a hint")
    func wholeInputs() throws {
        let fields = Fields(
            Pair.init, .line("subject", "Subject"), .optional(.integer("count", "Count", 0...9)))
        let pair = try fields.parse(RawInput(["subject": .text("Hello"), "count": .text("5")]), policy)
        #expect(pair.subject == "Hello" && pair.count == 5)
        let refusal = try #require(
            #expect(throws: Refusal.self) {
                try fields.parse(
                    RawInput(["subjct": .text("Hello"), "count": .text("many"), "zzzzzzzzzz": .null]), policy)
            })
        #expect(refusal.reason == .invalid)
        #expect(refusal.problems.map(\.field) == ["subject", "count", "subjct", "zzzzzzzzzz"])
        #expect(refusal.problems.map(\.code) == ["missing", "wrong_type", "unknown_field", "unknown_field"])
        #expect(refusal.problems[2].message.contains("Did you mean “subject”?"))
        #expect(!refusal.problems[3].message.contains("Did you mean"))
    }

    @Test("What was typed can be shown again")
    func typed() {
        #expect(
            RawValue.text("a").typed == "a" && RawValue.integer(5).typed == "5"
                && RawValue.bool(true).typed == "true")
        #expect(RawValue.list([.text("a"), .text("b")]).typed == "a\nb" && RawValue.null.typed == "")
    }
}
