import ArgumentParser
import Diagnosis

extension Logs {
    /// The command `thirdline logs compare`.
    struct Compare: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compare two logs, or two stretches of time, pattern by pattern.",
            discussion: """
                Says which patterns are new, gone, more or less. With one log, two stretches of its time are compared:
                --from and --to say the one, --before-from and --before-to the other (without them: all before --from).
                With two logs, such as those of two customers, the first is from before.

                EXAMPLES
                  thirdline logs compare yesterday.log today.log
                  thirdline logs compare good/ bad/ --json
                  thirdline logs compare app.log --from "2026-11-21 14:00" --to "2026-11-21 15:00"
                  thirdline logs compare app.log --before-to "2026-11-21 14:00" --from "2026-11-21 15:00"

                EXIT CODES
                  0 done, 2 wrong usage or unreadable input
                """)

        @Argument(help: "The log, folder or archive from before, and that from now; or one for both.")
        var paths: [String]
        @Option(help: "Of the log from now, only what is not before this time (2026-11-21 14:00).")
        var from: String?
        @Option(help: "Of the log from now, only what is before this time.") var to: String?
        @Option(help: "Of the log from before, only what is not before this time.") var beforeFrom: String?
        @Option(help: "Of the log from before, only what is before this time.") var beforeTo: String?
        @Option(help: "How many patterns to show of each kind; 0 for all.") var top = 20
        @OptionGroup var options: LogReadingOptions

        func validate() throws {
            if top < 0 { throw ValidationError("--top takes 0 or more.") }
            guard (1...2).contains(paths.count) else {
                throw ValidationError("Name two logs, or one and with --from and --to a stretch of its time.")
            }
            if paths.filter({ $0 == "-" }).count > 1 {
                throw ValidationError("Standard input can be read once only.")
            }
            let now = try stretch(from, to, "from", "to")
            let before = try stretch(beforeFrom, beforeTo, "before-from", "before-to")
            guard paths.count == 1 else { return }
            guard let now else {
                throw ValidationError(
                    "Say with --from and --to which stretch of time to compare with another.")
            }
            guard let before else { return }
            if now.overlaps(before) {
                throw ValidationError("The two stretches of time share a part; choose them apart.")
            }
        }

        /// The time between two options; nil where neither is given.
        private func stretch(
            _ from: String?, _ to: String?, _ first: String, _ last: String
        ) throws -> Range<Int64>? {
            guard from != nil || to != nil else { return nil }
            let start = try options.time(from, first) ?? .min
            let end = try options.time(to, last) ?? .max
            guard start < end else { throw ValidationError("--\(first) has to be before --\(last).") }
            return start..<end
        }

        func run() async throws {
            try await withLogFaults {
                let now = try stretch(from, to, "from", "to")
                let before = try stretch(beforeFrom, beforeTo, "before-from", "before-to")
                var (one, other) = (ExaminationOptions(), ExaminationOptions())
                (one.window, one.baselineWindow) = (now, before)
                other.baselineWindow = before
                let diagnosis: LogDiagnosis
                if paths.count == 1 {
                    diagnosis = try await options.diagnosis(paths, one)
                } else {
                    // What is outside of the time asked for is compared with nothing.
                    one.baselineWindow = now.map { $0.lowerBound..<$0.lowerBound }
                    diagnosis = try await options.diagnosis([paths[1]], one, baseline: [paths[0]], other)
                }
                let comparison = LogComparison(diagnosis)
                try Output.write(options.json ? Self.json(comparison) : text(comparison, diagnosis))
            }
        }

        private static func title(_ change: LogComparison.Change) -> String {
            switch change {
            case .new: "Only in the second"
            case .gone: "Only in the first"
            case .more: "Twice as often or more, by the number of lines"
            case .less: "Half as often or less, by the number of lines"
            }
        }

        private static func json(_ comparison: LogComparison) -> String {
            func place(_ place: (source: String, line: Int)?) -> JSON {
                place.map { ["source": .string($0.source), "line": .count($0.line)] } ?? .null
            }
            var document: JSONObject = [
                "before_lines": .count(comparison.lines.before), "now_lines": .count(comparison.lines.now),
                "shared": .init(floatLiteral: (comparison.shared * 1000).rounded() / 1000),
            ]
            for change in LogComparison.Change.allCases {
                document[change.rawValue] = .array(
                    comparison[change].map { pattern in
                        [
                            "id": .string(pattern.id), "template": .string(pattern.text),
                            "before": .count(pattern.before), "now": .count(pattern.now),
                            "level": pattern.level.map { .string($0.name) } ?? .null,
                            "trouble": .bool(pattern.isTrouble), "first_now": place(pattern.firstNow),
                            "first_before": place(pattern.firstBefore),
                        ]
                    })
            }
            return JSON.object(document).text + "\n"
        }

        private func text(_ comparison: LogComparison, _ diagnosis: LogDiagnosis) -> String {
            let paint = Paint()
            var text = "\(comparison.lines.before) lines before, \(comparison.lines.now) lines now"
            if diagnosis.lines.outside > 0 { text += ", \(diagnosis.lines.outside) outside of these times" }
            text += "\n"
            if comparison.isAlien {
                text += "They have so little in common that they may be of different programs.\n"
            }
            for change in LogComparison.Change.allCases where !comparison[change].isEmpty {
                let patterns = comparison[change]
                text += "\n\(Self.title(change)): \(patterns.count)\n   before      now\n"
                for pattern in top == 0 ? patterns[...] : patterns.prefix(top) {
                    let level = pattern.level.map { $0 >= .warning ? $0.name + " " : "" } ?? ""
                    text +=
                        "\(LogText.right("\(pattern.before)", 9)) \(LogText.right("\(pattern.now)", 8))  \(paint.level(level, pattern.level))"
                    text += String(LogText.clean(pattern.text).prefix(200)) + "\n"
                }
                if top > 0, patterns.count > top {
                    text += "   and \(patterns.count - top) more; --top 0 shows all\n"
                }
            }
            if comparison.changes.isEmpty { text += "\nThe same patterns in like shares.\n" }
            return text
        }
    }
}
