import ArgumentParser
import Diagnosis

extension Logs {
    /// The command `thirdline logs compare`.
    struct Compare: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compare two logs pattern by pattern: what is new, gone, more or less.",
            discussion: """
                EXAMPLES
                  thirdline logs compare yesterday.log today.log
                  thirdline logs compare good/ bad/ --json

                EXIT CODES
                  0 done, 2 wrong usage or unreadable input
                """)

        @Argument(help: "The log, folder or archive from before.") var before: String
        @Argument(help: "The log, folder or archive from now.") var now: String
        @Option(help: "How many patterns to show of each kind; 0 for all.") var top = 20
        @OptionGroup var options: LogReadingOptions

        func validate() throws {
            if top < 0 { throw ValidationError("--top takes 0 or more.") }
            if before == "-", now == "-" { throw ValidationError("Standard input can be read once only.") }
        }

        func run() async throws {
            try await withLogFaults {
                let diagnosis = try await options.diagnosis([now], baseline: [before])
                let groups = Self.groups(diagnosis)
                try Output.write(options.json ? Self.json(groups) : text(groups, diagnosis))
            }
        }

        /// Patterns of one kind of change.
        private typealias Group = (name: String, title: String, patterns: [ComparedPattern])

        private static func groups(_ diagnosis: LogDiagnosis) -> [Group] {
            let all = diagnosis.comparison
            let scale = Double(max(1, diagnosis.lines.subject)) / Double(max(1, diagnosis.lines.baseline))
            func ratio(_ pattern: ComparedPattern) -> Double {
                Double(pattern.now) / (Double(pattern.before) * scale)
            }
            let both = all.filter { $0.now > 0 && $0.before > 0 }
            let more = both.filter { ratio($0) >= 2 && $0.now >= 5 }.sorted { ratio($0) > ratio($1) }
            let less = both.filter { ratio($0) <= 0.5 && $0.before >= 5 }.sorted { ratio($0) < ratio($1) }
            return [
                ("new", "Only in the second", all.filter { $0.before == 0 }),
                ("gone", "Only in the first", all.filter { $0.now == 0 }),
                ("more", "Twice as often or more, by the number of lines", more),
                ("less", "Half as often or less, by the number of lines", less),
            ]
        }

        private static func json(_ groups: [Group]) -> String {
            var document = JSONObject()
            for group in groups {
                document.members.append(
                    (
                        group.name,
                        .array(
                            group.patterns.map { pattern in
                                [
                                    "id": .string(pattern.id), "template": .string(pattern.text),
                                    "before": .count(pattern.before), "now": .count(pattern.now),
                                    "level": pattern.level.map { .string($0.name) } ?? .null,
                                ]
                            })
                    ))
            }
            return JSON.object(document).text + "\n"
        }

        private func text(_ groups: [Group], _ diagnosis: LogDiagnosis) -> String {
            let paint = Paint()
            var text = "\(diagnosis.lines.baseline) lines before, \(diagnosis.lines.subject) lines now\n"
            for group in groups where !group.patterns.isEmpty {
                text += "\n\(group.title): \(group.patterns.count)\n   before      now\n"
                for pattern in top == 0 ? group.patterns[...] : group.patterns.prefix(top) {
                    let level = pattern.level.map { $0 >= .warning ? $0.name + " " : "" } ?? ""
                    text +=
                        "\(LogText.right("\(pattern.before)", 9)) \(LogText.right("\(pattern.now)", 8))  \(paint.level(level, pattern.level))"
                    text += String(LogText.clean(pattern.text).prefix(200)) + "\n"
                }
                if top > 0, group.patterns.count > top {
                    text += "   and \(group.patterns.count - top) more; --top 0 shows all\n"
                }
            }
            if groups.allSatisfy({ $0.patterns.isEmpty }) { text += "\nThe same patterns in like shares.\n" }
            return text
        }
    }
}
