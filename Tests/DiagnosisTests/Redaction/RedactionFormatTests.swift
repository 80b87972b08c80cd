import Foundation
import Testing

@testable import Diagnosis

@Suite("Redaction keeps formats whole") struct RedactionFormatTests {
    /// A document with private values as strings, numbers, and JSON within JSON.
    private func document(_ random: inout SeededGenerator, depth: Int) -> JSON {
        let values: [JSON] = [
            "ada@mail.acme-corp.com", "203.0.113.77", 4_111_111_111_111_111, 52.520008, "p\"a\\ss\nword", "",
            nil, true,
            123_456_789, "https://bob:s3c%22ret@db.acme-corp.com/x?api_key=9f8e7d6c5b4a39281706", -13.404954,
            4711,
            "sid=31d4d96e407a; Path=/; theme=dark1", "Bearer abcdef1234567890abXY", "Ada \u{1F600} Lovelace",
            "-----BEGIN PRIVATE KEY-----\nMIIEowIBAAKCAQEAzcXn2T5s1kq3u0QbIYpOUr0k\nabc=\n-----END PRIVATE KEY-----\n",
            "password=hunter2&user=x", "C:\\Users\\jdoe\\x", "415-555-2671", "plain", "2026-11-21T16:35:43Z",
            1_700_000_000_000,
        ]
        let names = [
            "password", "email", "ip", "ssn", "latitude", "lon", "first_name", "pin", "card_number", "cookie",
            "authorization",
            "api_key", "host", "user", "name", "value", "phone", "ts", "msg", "dob", "address1", "session_id",
            "count",
        ]
        var members: [(key: String, value: JSON)] = []
        for _ in 0..<(1 + random.below(6)) {
            let name = names[random.below(names.count)]
            guard !members.contains(where: { $0.key == name }) else { continue }
            switch depth > 0 ? random.below(6) : 9 {
            case 0: members.append((name, document(&random, depth: depth - 1)))
            case 1:
                members.append(
                    (name, .array((0..<random.below(4)).map { _ in values[random.below(values.count)] })))
            case 2: members.append((name, .string(document(&random, depth: depth - 1).text)))
            default: members.append((name, values[random.below(values.count)]))
            }
        }
        return .object(JSONObject(members: members))
    }

    private func shape(_ json: JSON) -> String {
        switch json {
        case .object(let object):
            "{" + object.members.map { "\($0.key):\(shape($0.value))" }.joined(separator: ",") + "}"
        case .array(let items): "[" + items.map(shape).joined(separator: ",") + "]"
        case .string: "s"
        case .integer, .number: "n"
        default: json.text
        }
    }

    @Test("JSON stays JSON with the same keys and types, at any depth of JSON within JSON")
    func jsonStaysJSON() throws {
        var random = SeededGenerator(seed: 21)
        let redactor = Redactor(rules: try Redacting.rules(), key: Redacting.key)
        for _ in 0..<4_000 {
            let json = document(&random, depth: 3)
            let redacted = redactor.redact(json.text)
            let after = try #require(try? JSON(parsing: redacted), "\(json.text)\n\(redacted)")
            #expect(shape(after) == shape(json), "\(json.text)\n\(redacted)")
            #expect(
                !redacted.contains("ada@mail") && !redacted.contains("s3c%22"), "\(json.text)\n\(redacted)")
            let again = Redactor(rules: try Redacting.rules(), key: Redacting.key(8)).redact(redacted)
            #expect(again == redacted, "\(json.text)\n\(redacted)\n\(again)")
        }
    }

    @Test("Indented JSON and HAR keep their lines, and values on the line below their name are found")
    func indentedJSONIsRedacted() throws {
        let text = """
            {
              "log": { "entries": [ { "request": {
                "url": "https://shop.acme-corp.com/a?token=9f8e7d6c5b4a39281706",
                "headers": [
                  {
                    "name": "Authorization",
                    "value": "Bearer abcdef1234567890ab"
                  },
                  {
                    "name": "X-Api-Key",
                    "value": "9f8e7d6c5b4a39281706"
                  }
                ],
                "cookies": [
                  {
                    "name": "sid",
                    "value": "plainword",
                    "path": "/"
                  }
                ],
                "postData": { "params": [ { "name": "password", "value": "hunter2" } ] }
              } } ] }
            }
            """
        let redacted = try Redacting.redact(text)
        #expect(try shape(JSON(parsing: redacted)) == shape(JSON(parsing: text)))
        #expect(redacted.split(separator: "\n").count == text.split(separator: "\n").count)
        for secret in ["acme", "9f8e", "abcdef1234567890ab", "plainword", "hunter2"] {
            #expect(!redacted.contains(secret), "\(redacted)")
        }
        #expect(redacted.contains("\"path\": \"/\"") && redacted.contains("\"name\": \"sid\""))
    }

    @Test("XML, YAML, logfmt and forms stay well-formed, and what is between the values stays")
    func otherFormatsStayWhole() throws {
        let cases: [(text: String, kept: String)] = [
            (
                "<users xmlns=\"http://www.w3.org/2001/XMLSchema\"><user mail=\"ada@mail.acme-corp.com\"><password>a&amp;b</password></user></users>",
                "<users xmlns=\"http://www.w3.org/2001/XMLSchema\"><user mail=\"|\"><password>|</password></user></users>"
            ),
            (
                "db:\n  password: 's3 cr''et'\n  host: db-1.acme.internal # main\n",
                "db:\n  password: '|'\n  host: | # main\n"
            ),
            ("level=info user=jdoe password=\"a b\" took=3ms", "level=info user=| password=\"|\" took=3ms"),
            ("user=jdoe&password=a%26b&x=1", "user=|&password=|&x=1"),
            ("[db]\npassword = hunter2 ; not this\nport = 1\n", "[db]\npassword = |\nport = 1\n"),
        ]
        for (text, kept) in cases {
            let redacted = try Redacting.redact(text)
            var rest = Substring(redacted)
            for part in kept.split(separator: "|") {
                let place = try #require(rest.firstRange(of: part), "\(redacted)")
                rest = rest[place.upperBound...]
            }
            #expect(!redacted.contains("ada@") && !redacted.contains("jdoe") && !redacted.contains("hunter2"))
        }
    }

    @Test("Bytes that are no text, carriage returns and an empty input pass")
    func anyBytesPass() throws {
        #expect(try Redacting.redact("") == "")
        var random = SeededGenerator(seed: 5)
        let redactor = Redactor(rules: try Redacting.rules(), key: Redacting.key)
        for _ in 0..<50 {
            let bytes = (0..<5_000).map { _ in UInt8.random(in: 0...255, using: &random) }
            let output = redactor.redact(bytes)
            #expect(output.filter { $0 == 0x0A }.count == bytes.filter { $0 == 0x0A }.count)
        }
        let zeros = [UInt8](repeating: 0, count: 100_000)
        #expect(redactor.redact(zeros) == zeros)
    }

    @Test("The report says where and what kind, and never the value")
    func reportHoldsNoValues() throws {
        var writer = RedactionReportWriter()
        writer.begin(file: "a.log")
        let text = "x\nlogin password=hunter2 from 203.0.113.77\n"
        _ = Redactor(rules: try Redacting.rules(), key: Redacting.key).redact(Array(text.utf8)) {
            writer.add($0)
        }
        writer.endFile()
        let report = String(decoding: writer.finish(), as: UTF8.self)
        #expect(!report.contains("hunter2") && !report.contains("203.0.113"))
        let json = try JSON(parsing: report)
        #expect(json["replaced"] == 2)
        guard case .array(let entries)? = json["replacements"] else {
            Issue.record("\(report)")
            return
        }
        #expect(entries.map { $0["line"] } == [2, 2])
        #expect(entries[0]["column"] == 16 && entries[0]["length"] == 7 && entries[0]["kind"] == "password")
    }
}
