import Testing

@testable import Diagnosis

@Suite("Custom rules of redaction") struct CustomRuleTests {
    private func redact(_ text: String, _ custom: [RedactionRules.Custom], kinds: Set<RedactionKind> = [])
        throws -> String
    {
        Redactor(rules: try RedactionRules(kinds: kinds, custom: custom), key: Redacting.key).redact(text)
    }

    @Test("PRIV-01 part: what an expression matches is replaced, whole and once")
    func expressionsAreApplied() throws {
        let rule = RedactionRules.Custom(name: "customer", expression: "CUST-[0-9]+")
        let text = "from CUST-123456 to CUST-7\nand CUST-123456"
        let redacted = try redact(text, [rule])
        #expect(!redacted.contains("CUST"))
        let tokens = redacted.split(whereSeparator: { $0 == " " || $0 == "\n" }).filter {
            $0.hasPrefix("REDACTED-custom-")
        }
        #expect(tokens.count == 3 && tokens[0] == tokens[2] && tokens[0] != tokens[1])
        #expect(try redact(redacted, [rule]) == redacted)
    }

    @Test("A rule that matches anything up to the end of a line keeps to the line")
    func linesAreKept() throws {
        let rule = RedactionRules.Custom(name: "note", expression: "note:.*", isCaseless: true)
        #expect(try redact("a\nNote: one two\nb", [rule]).split(separator: "\n").count == 3)
    }

    @Test("Kinds that are not asked for stay")
    func kindsAreChosen() throws {
        let text = "ada@mail.acme-corp.com from 203.0.113.77"
        #expect(try redact(text, [], kinds: [.ipv4]).hasPrefix("ada@mail.acme-corp.com from 2"))
        #expect(try redact(text, [], kinds: []) == text)
    }

    @Test("A bad expression is refused with its name and place")
    func badExpressionsAreNamed() throws {
        do {
            _ = try RedactionRules(custom: [
                .init(name: "fine", expression: "a+"), .init(name: "broken", expression: "abc(def"),
            ])
            Issue.record("accepted")
        } catch {
            guard case .badExpression(let name, let expression, let message, let offset) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(name == "broken" && expression == "abc(def" && !message.isEmpty)
            #expect(offset == 3, "\(message)")
        }
        #expect(throws: RedactionRules.Problem.matchesNothing(name: "all", expression: "a*")) {
            try RedactionRules(custom: [.init(name: "all", expression: "a*")])
        }
        #expect(throws: RedactionRules.Problem.self) {
            try RedactionRules(custom: [.init(name: "look", expression: "(?<=a)b")])
        }
    }
}
