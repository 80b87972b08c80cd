import Diagnosis
import Testing

@Suite("Variables of templates")
struct LogVariablesTests {
    @Test(
        "A variable knows what its values are",
        arguments: [
            ("17", "18", LogVariable.Kind.number), ("17 ms", "18 ms", .duration), ("1.5 GB", "2 MB", .size),
            ("17%", "18%", .percentage), ("10.0.0.1", "10.0.0.2:80", .address),
            ("fe80::1:2:3:4", "::1:2:3:4:5", .address),
            ("00:1b:44:11:3a:b7", "00:1b:44:11:3a:b8", .mac),
            ("1b4e28ba-2fa1-11d2-883f-0016d3cca427", "1b4e28ba-2fa1-11d2-883f-0016d3cca428", .uuid),
            ("/var/log/a", "/etc/b.conf", .path), ("https://a.example/1", "https://b.example/2", .url),
            ("ann@a.example", "bob@b.example", .email), ("0x7f3c2c7f", "0x7f3c2c80", .hex),
            ("\"two words\"", "\"three more words\"", .quoted),
            ("2024-03-07 10:11:12", "2024-03-08 10:11:12", .time),
        ])
    func kinds(_ first: String, _ second: String, _ kind: LogVariable.Kind) throws {
        let lines = (0..<40).map { "2024-03-07 09:05:01 INFO took \($0 % 4 == 0 ? first : second) off\n" }
        let others = (0..<20).map { "2024-03-07 09:05:01 INFO idle for round \($0)\n" }
        let reading = LogReading((lines + others).joined())
        let template = try #require(reading.templates.templates.first)
        #expect(template.text == "took <*> off")
        let variable = try #require(template.variables.first)
        #expect(variable.kind == kind)
        #expect(variable.top.map(\.text) == [second, first])
        #expect(variable.top.map(\.count) == [30, 10])
        #expect(variable.distinct == 2)
    }

    @Test("Numbers have a spread; durations count in seconds, sizes in bytes")
    func spread() throws {
        let lines = (1...100).map { "2024-03-07 09:05:01 INFO query took \($0) ms\n" }
        let reading = LogReading(lines.joined())
        let spread = try #require(reading.templates.templates.first?.variables.first?.spread)
        #expect(
            [spread.minimum, spread.median, spread.ninetyFifth, spread.maximum] == [0.001, 0.05, 0.095, 0.1])
    }

    @Test("A few words in many lines are an enumeration, and a name with a number shows as it is written")
    func enumeration() throws {
        let users = ["root", "ann", "bob", "eve", "www-data", "nobody"]
        let lines = (0..<300).map {
            "Mar  7 09:05:01 host sshd[7]: session for user \(users[$0 % 6]) via ssh2\n"
        }
        let reading = LogReading(lines.joined())
        #expect(reading.patterns == ["session for user <*> via ssh2"])
        let variable = try #require(reading.templates.templates.first?.variables.first)
        #expect(variable.kind == .enumeration)
        #expect(variable.distinct == 6)
    }
}
