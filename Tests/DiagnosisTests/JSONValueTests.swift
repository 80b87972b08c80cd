import Diagnosis
import Testing

@Suite("JSON values and their text")
struct JSONValueTests {
    @Test("Members are found, replaced, added and removed in place")
    func members() {
        var object: JSONObject = ["a": 1, "b": 2]
        object["a"] = "one"
        object["c"] = nil as JSON?
        object["d"] = .null
        object["b"] = nil as JSON?
        #expect(JSON.object(object).text == #"{"a":"one","d":null}"#)
        #expect(object["d"] == .null)
        #expect(object["b"] == nil)
        #expect(object.count == 2)
    }

    @Test("A key written twice in a literal keeps its last value")
    func literalWithDoubleKey() {
        #expect(JSON.object(["a": 1, "a": 2]).text == #"{"a":2}"#)
        #expect((["a": 1, "a": 2] as JSON).text == #"{"a":2}"#)
    }

    @Test("The order of members does not count when objects are compared")
    func equality() {
        let left: JSON = ["a": 1, "b": [1, 2]]
        let right: JSON = ["b": [1, 2], "a": 1]
        #expect(left == right)
        #expect(Set([left, right]).count == 1)
        #expect(left != ["a": 1, "b": [2, 1]])
        #expect(left != ["a": 1])
        #expect(JSON.integer(1) != JSON.number(1))
    }

    @Test("A value of another kind reads as nil")
    func wrongKind() {
        let value: JSON = "text"
        #expect(value["a"] == nil)
        #expect(value.integer == nil)
        #expect(value.double == nil)
        #expect(value.bool == nil)
        #expect(value.array == nil)
        #expect(value.object == nil)
        #expect(JSON.null.string == nil)
        #expect(JSON.null.isNull)
    }

    @Test("A whole double reads as an integer only where it is exact")
    func wholeDoubles() {
        #expect(JSON.number(3).integer == 3)
        #expect(JSON.number(3.5).integer == nil)
        #expect(JSON.number(-0x1p53).integer == -9_007_199_254_740_992)
        #expect(JSON.number(0x1p60).integer == nil)
        #expect(JSON.number(.infinity).integer == nil)
        #expect(JSON.number(.nan).integer == nil)
        #expect(JSON.integer(2).double == 2)
    }

    @Test("Text is escaped where it must be, and where line separators would harm")
    func escaping() {
        let controls = "\"\\\u{8}\t\n\u{C}\r\u{1}\u{1F}"
        let value = JSON.string(controls + "\u{7F}/\u{E9}\u{2027}\u{2028}\u{2029}\u{202A}\u{1F600}")
        let expected =
            #""\"\\\b\t\n\f\r\u0001\u001f"# + "\u{7F}/\u{E9}\u{2027}" + #"\u2028\u2029"#
            + "\u{202A}\u{1F600}\""
        #expect(value.text == expected)
        #expect(JSON.object(["a\nb": 1]).text == #"{"a\nb":1}"#)
    }

    @Test("Numbers are written so that they read back alike, and what JSON cannot hold becomes null")
    func numberText() throws {
        let numbers: [Double] = [
            1, -0.0, 0.1, 1e22, 1e-7, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 0x1p63, 123.456,
        ]
        for number in numbers {
            let back = try JSON(parsing: JSON.number(number).text)
            guard case .number(let value) = back else {
                Issue.record("\(number) came back as \(back)")
                continue
            }
            #expect(value.bitPattern == number.bitPattern)
        }
        for integer in [0, 9, 10, -1, .max, .min] as [Int64] {
            #expect(try JSON(parsing: JSON.integer(integer).text) == .integer(integer))
        }
        let beyond = JSON.array([.number(.nan), .number(.infinity), .number(-.infinity)])
        #expect(beyond.text == "[null,null,null]")
    }

    @Test("Writing appends to what is there")
    func appending() {
        var bytes = Array("x=".utf8)
        (["a": [1, true, nil, "b"]] as JSON).write(into: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == #"x={"a":[1,true,null,"b"]}"#)
    }
}
