import Desk
import Domain
import Testing

/// Policy documents as people write them: every mistake is told with its line.
struct PolicyTextTests {
    private let holder: PolicyHolder

    init() throws { holder = try PolicyHolder(knownRights: FeatureCatalog().rights) }

    private func problems(_ text: String) -> [ConfigProblem] {
        guard case .failure(let found) = holder.check(text) else { return [] }
        return found.problems
    }

    private func changed(_ old: String, _ new: String) -> String {
        Policy.defaultDocument.replacing(old, with: new)
    }

    /// The line of the default document that holds a text.
    private func line(of text: String) throws -> Int {
        let lines = Policy.defaultDocument.split(separator: "\n", omittingEmptySubsequences: false)
        return try #require(lines.firstIndex { $0.contains(text) }) + 1
    }

    @Test("The built-in document is valid and gives every role what it names")
    func defaults() {
        #expect(problems(Policy.defaultDocument) == [])
        let policy = holder.current
        #expect(policy.severities.map(\.alias) == ["P1", "P2", "P3", "P4"])
        #expect(policy.statuses.first?.id == "new" && policy.reopenWindowDays == 14)
        #expect(policy.role("administrator")?.rights == FeatureCatalog().rights)
        #expect(
            policy.role("customer")?.rights.allSatisfy {
                $0.name.hasPrefix("portal.") || $0 == "account.manage"
            } == true)
    }

    @Test(
        "A mistake in the text is told with the line on which it stands",
        arguments: [
            ("weight: 45", "weight: heavy", "severities[2].weight", "whole number"),
            (
                "reopen_window_days: 14", "reopen_window_days: 2 weeks", "reopen_window_days",
                "between 0 and 3650"
            ),
            ("phase: mitigated", "phase: mitigatd", "statuses[6].phase", "is not one of"),
            (
                "{id: web, name: Web application}", "{id: api, name: Web application}", "components[1].id",
                "twice"
            ),
            (
                "{id: web, name: Web application}", "{id: web, nmae: Web}", "components[1].nmae",
                "did you mean “name”?"
            ),
            (
                "policy.view, journal.view", "policy.view, jurnal.view", "roles[7].rights",
                "did you mean “journal.view”?"
            ),
        ])
    func lines(_ old: String, _ new: String, _ key: String, _ words: String) throws {
        let found = problems(changed(old, new))
        let line = try line(of: old)
        #expect(
            found.contains { $0.line == line && $0.key.hasPrefix(key) && $0.message.contains(words) },
            "line \(line) of \(found)")
    }

    @Test(
        "What is no document is refused with a line",
        arguments: [
            "", "   \n", "# only words\n", "just words", "- a\n- b\n", "a: [1, 2", "a: b: c", "\t- x",
            "a: 1\na: 2\n", "%\u{0}",
        ])
    func noDocuments(_ text: String) {
        let found = problems(text)
        #expect(!found.isEmpty)
        #expect(found.allSatisfy { $0.line >= 1 && !$0.message.isEmpty })
    }

    @Test("Aliases that stand for billions of values are refused at once")
    func billionLaughs() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...30 {
            text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1), *a\(level - 1), *a\(level - 1)]\n"
        }
        #expect(!problems(text).isEmpty)
    }

    @Test("Lines are those of the text, whatever its line breaks")
    func lineBreaks() throws {
        let text = changed("weight: 45", "weight: heavy").replacing("\n", with: "\r\n")
        #expect(problems(text).first?.line == (try line(of: "weight: 45")))
    }
}
