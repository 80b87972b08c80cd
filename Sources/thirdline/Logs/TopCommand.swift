import ArgumentParser
import Diagnosis
import Foundation

extension Logs {
    /// The command `thirdline logs top`.
    struct Top: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what occurs most: patterns with trouble, or the values of a field.",
            discussion: """
                EXAMPLES
                  thirdline logs top server.log                 the most frequent patterns that warn or fail
                  thirdline logs top server.log --field status  the most frequent values of a field
                  thirdline logs top logs/ --all --count 100

                EXIT CODES
                  0 done, 2 wrong usage or unreadable input
                """)

        @Argument(help: "Logs, folders, archives, or - for standard input.") var paths: [String]
        @Option(help: "A field of JSON or key=value lines whose values are counted.") var field: String?
        @Flag(help: "Patterns of any level, not only those with trouble.") var all = false
        @Option(help: "How many to show.") var count = 20
        @OptionGroup var options: LogReadingOptions

        func validate() throws {
            if count < 1 { throw ValidationError("--count takes 1 or more.") }
            if field != nil, all { throw ValidationError("Choose one of --field and --all.") }
        }

        func run() async throws {
            try await withLogFaults {
                if let field {
                    try await values(of: field)
                } else {
                    try await patterns()
                }
            }
        }

        private func patterns() async throws {
            let diagnosis = try await options.diagnosis(paths)
            let chosen = diagnosis.comparison.filter {
                all || $0.isTrouble || ($0.level ?? .info) >= .warning
            }
            .sorted { ($1.now, $0.text) < ($0.now, $1.text) }
            let shown = chosen.prefix(count)
            if options.json {
                let rows = shown.map { pattern -> JSON in
                    [
                        "id": .string(pattern.id), "template": .string(pattern.text),
                        "count": .count(pattern.now),
                        "level": pattern.level.map { .string($0.name) } ?? .null,
                    ]
                }
                try Output.write(JSON.object(["patterns": .array(Array(rows))]).text + "\n")
                return
            }
            let paint = Paint()
            var text = ""
            for pattern in shown {
                let level = LogText.left(pattern.level?.name ?? "", 9)
                text +=
                    "\(LogText.right("\(pattern.now)", 9))  \(paint.level(level, pattern.level))  \(String(LogText.clean(pattern.text).prefix(200)))\n"
            }
            if shown.isEmpty { text = "No pattern warns or fails; --all shows all.\n" }
            if chosen.count > shown.count { text += "and \(chosen.count - shown.count) more patterns\n" }
            try Output.write(text)
        }

        /// The same with common tools, where the logs are files of their own.
        private func shellCommand(_ field: String) -> String? {
            let first = paths.first.flatMap { FileHandle(forReadingAtPath: $0) }
            defer { try? first?.close() }  // nothing was written
            guard !paths.contains("-"), let head = try? first?.read(upToCount: 1), !head.isEmpty else {
                return nil
            }
            return ShellEquivalent.values(
                of: field, in: paths, isJSON: head.first == UInt8(ascii: "{"), count: count)
        }

        private func values(of field: String) async throws {
            var examination = options.examination()
            examination.field = field
            let result = try await examination.run(paths, as: .subject)
            examination.progress?.finish()
            for problem in result.problems { complain("Note: \(problem)") }
            let values = result.values
            let shown = values.top(count)
            if options.json {
                let document: JSON = [
                    "field": .string(field), "lines": .count(values.lines),
                    "with_field": .count(values.total),
                    "distinct": .count(values.distinct),
                    "values": .array(shown.map { ["value": .string($0.value), "count": .count($0.count)] }),
                ]
                try Output.write(document.text + "\n")
                return
            }
            var text =
                "\(values.total) of \(values.lines) lines have the field, with \(values.distinct) different values\n"
            for value in shown {
                text += "\(LogText.right("\(value.count)", 9))  \(LogText.clean(value.value))\n"
            }
            if let command = shellCommand(field) { text += "\nThe same in a shell:\n  \(command)\n" }
            if values.total == 0 { text += "Known names are those of JSON members and of key=value pairs.\n" }
            try Output.write(text)
        }
    }
}
