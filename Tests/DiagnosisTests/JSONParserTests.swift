import Diagnosis
import Testing

@Suite("Reading JSON")
struct JSONParserTests {
    @Test("Every kind of value is read")
    func kinds() throws {
        let text = #" { "a" : [ 1 , -2.5 , true , false , null ] , "b" : { } , "c" : [ ] , "d" : "x" } "#
        let value = try JSON(parsing: text)
        #expect(value == ["a": [1, -2.5, true, false, nil], "b": [:], "c": [], "d": "x"])
        #expect(value.object?.map(\.key) == ["a", "b", "c", "d"])
    }

    @Test(
        "Whole numbers of 64 bits are integers and all others are doubles",
        arguments: [
            ("0", JSON.integer(0)), ("7", .integer(7)), ("-7", .integer(-7)),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .number(0x1p63)), ("-9223372036854775809", .number(-0x1p63)),
            ("18446744073709551616", .number(0x1p64)), ("1.0", .number(1)), ("1e2", .number(100)),
            ("1E+2", .number(100)), ("5e-324", .number(.leastNonzeroMagnitude)), ("1e-999", .number(0)),
            ("0.1", .number(0.1)), ("123456789.125", .number(123_456_789.125)), ("1e23", .number(1e23)),
            ("9007199254740993.0", .number(9_007_199_254_740_992)),
            ("1.7976931348623157e308", .number(.greatestFiniteMagnitude)),
            ("0e999999999999999999999", .number(0)),
        ])
    func numbers(text: String, expected: JSON) throws {
        #expect(try JSON(parsing: text) == expected)
    }

    @Test("Minus zero keeps its sign")
    func minusZero() throws {
        let value = try JSON(parsing: "-0")
        #expect(value.double?.sign == .minus)
        #expect(value.integer == 0)
    }

    @Test("A fraction as long as its exponent is not mistaken for a small number")
    func longFraction() {
        let text = "0." + String(repeating: "0", count: 1_000_000) + "5e10000001"
        #expect(throws: JSONSyntaxError.self) { try JSON(parsing: text) }
    }

    @Test(
        "Escapes are decoded",
        arguments: [
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""a\u0041\u00e9""#, "aA\u{E9}"),
            (#""\ud83d\ude00""#, "\u{1F600}"), (#""\uDBFF\uDFFF""#, "\u{10FFFF}"), (#""\u0000""#, "\0"),
            (#""text of more than eight bytes\tand on""#, "text of more than eight bytes\tand on"),
            ("\"\u{7F}\u{E9}\u{2028}\u{1F600}\"", "\u{7F}\u{E9}\u{2028}\u{1F600}"),
        ])
    func escapes(text: String, expected: String) throws {
        #expect(try JSON(parsing: text).string == expected)
    }

    @Test(
        "What is not JSON is refused with its place",
        arguments: [
            ("", 1, 1, "there is no value; the text is empty"),
            (" \n ", 2, 2, "there is no value; the text is empty"),
            ("\u{FEFF}1", 1, 1, "the text begins with a byte order mark; write UTF-8 without one"),
            ("[1] 2", 1, 5, "something follows after the end of the value"),
            ("nulll", 1, 5, "something follows after the end of the value"),
            ("[1,]", 1, 4, "found \"]\" where a value should be"),
            ("[1 2]", 1, 4, "found \"2\" where a comma or the end of the array should be"),
            ("[", 1, 2, "the text ends where a value should be"),
            ("{\"a\":1,}", 1, 8, "found \"}\" where a key in quotes should be"),
            ("{a:1}", 1, 2, "found \"a\" where a key in quotes should be"),
            ("{\"a\"}", 1, 5, "found \"}\" where a colon after the key should be"),
            ("'a'", 1, 1, "found \"'\" where a value should be"),
            ("[1,\n \u{E9}\u{E9}]", 2, 2, "found a character outside ASCII where a value should be"),
            ("\u{0}", 1, 1, "found the byte 0 where a value should be"),
            ("tru", 1, 1, "found \"t\" where a value should be"),
            ("NaN", 1, 1, "found \"N\" where a value should be"),
            ("01", 1, 1, "a number begins with a needless zero"),
            ("-", 1, 2, "the text ends where a digit should be"),
            ("+1", 1, 1, "found \"+\" where a value should be"),
            ("[1.]", 1, 4, "found \"]\" where a digit after the point should be"),
            ("1e+", 1, 4, "the text ends where a digit of the exponent should be"),
            ("1e999", 1, 1, "a number is beyond the range of a double"),
            ("[\"\u{E9}\u{E9}\", \"abc", 1, 8, "a string that begins here is never closed"),
            ("\"a\nb\"", 1, 3, "a string holds the control character 10; write it as an escape"),
            (#""\x""#, 1, 2, "a backslash is followed by something that is no escape"),
            (#""\u12g4""#, 1, 2, #"\u is not followed by four hexadecimal digits"#),
            (#""\"#, 1, 2, "the text ends inside an escape"),
            (#""\ud83d""#, 1, 2, "an escape names half of a surrogate pair"),
            (#""\ude00""#, 1, 2, "an escape names half of a surrogate pair"),
            (#""\ud83d\u0041""#, 1, 2, "an escape names half of a surrogate pair"),
            ("{\"a\":1,\"b\":2,\"a\":3}", 1, 14, "the key \"a\" appears twice in this object"),
            ("{\"a\":1,\"\\u0061\":3}", 1, 8, "the key \"a\" appears twice in this object"),
        ])
    func refusals(text: String, line: Int, column: Int, message: String) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSON(parsing: text) }
        #expect(error?.description == "line \(line), column \(column): \(message)")
    }

    @Test(
        "Bytes that are not UTF-8 are refused where they stand",
        arguments: [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80],
            [0xF5, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98],
            [0xFF],
            [0xF0, 0x80, 0x80, 0x80],
        ] as [[UInt8]])
    func invalidUTF8(bad: [UInt8]) {
        let error = #expect(throws: JSONSyntaxError.self) {
            try JSON(parsing: Array("\"\u{E9}good".utf8) + bad + [UInt8(ascii: "\"")])
        }
        #expect(error?.message == "a string holds bytes that are not UTF-8")
        #expect(error?.offset == 7)
        #expect(error?.column == 7)
    }

    @Test("UTF-16 is named as such")
    func utf16() {
        let error = #expect(throws: JSONSyntaxError.self) { try JSON(parsing: [0xFF, 0xFE, 0x31, 0x00]) }
        #expect(error?.message == "the text is UTF-16; write it as UTF-8")
    }

    @Test("A repeated key is found among many, and in another normalization")
    func manyKeys() throws {
        let keys = (0..<500).map { "\"key \($0)\":\($0)" }
        #expect(try JSON(parsing: "{" + keys.joined(separator: ",") + "}").object?.count == 500)
        let error = #expect(throws: JSONSyntaxError.self) {
            try JSON(parsing: "{" + (keys + ["\"key 3\":0"]).joined(separator: ",") + "}")
        }
        #expect(error?.message == "the key \"key 3\" appears twice in this object")
        #expect(throws: JSONSyntaxError.self) { try JSON(parsing: "{\"\u{E9}\":1,\"e\u{301}\":2}") }
    }

    @Test("A key is not shown at any length")
    func longKey() {
        let key = "\"" + String(repeating: "k", count: 10_000) + "\":1"
        let error = #expect(throws: JSONSyntaxError.self) { try JSON(parsing: "{\(key),\(key)}") }
        #expect((error?.message.utf8.count ?? 0) < 120)
    }

    @Test("Nesting and length have limits", arguments: ["[", "{\"a\":"])
    func limits(opening: String) throws {
        let closing = opening == "[" ? "]" : "}"
        func nested(_ depth: Int) -> String {
            String(repeating: opening, count: depth) + "1" + String(repeating: closing, count: depth)
        }
        _ = try JSON(parsing: nested(64))
        let deep = #expect(throws: JSONSyntaxError.self) { try JSON(parsing: nested(65)) }
        #expect(deep?.message == "values are nested deeper than the limit of 64")
        _ = try JSON(parsing: nested(512), limits: JSONLimits(depth: .max))
        #expect(throws: JSONSyntaxError.self) {
            try JSON(parsing: String(repeating: opening, count: 1_000_000), limits: JSONLimits(depth: .max))
        }
        let long = #expect(throws: JSONSyntaxError.self) {
            try JSON(parsing: "\"123456789\"", limits: JSONLimits(bytes: 10))
        }
        #expect(long?.message == "the text has 11 bytes; the limit is 10")
    }

    @Test("Every beginning of a text is refused")
    func truncated() throws {
        let text = #"{"key":["a\u00e9\ud83d\ude00é",-1.5e+10,true,false,null,{"x":{}}]}"#
        let bytes = Array(text.utf8)
        _ = try JSON(parsing: bytes)
        for length in 0..<bytes.count {
            #expect(throws: JSONSyntaxError.self) { try JSON(parsing: Array(bytes[..<length])) }
        }
    }
}
