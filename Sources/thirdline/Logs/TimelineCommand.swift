import ArgumentParser
import Diagnosis

extension Logs {
    /// The command `thirdline logs timeline`.
    struct Timeline: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show how many lines were written when, and how grave they are.",
            discussion: """
                EXAMPLES
                  thirdline logs timeline server.log
                  thirdline logs timeline logs/ --json

                EXIT CODES
                  0 done, 2 wrong usage or unreadable input
                """)

        @Argument(help: "Logs, folders, archives, or - for standard input.") var paths: [String]
        @OptionGroup var options: LogReadingOptions

        func run() async throws {
            try await withLogFaults {
                let diagnosis = try await options.diagnosis(paths)
                try Output.write(options.json ? Self.json(diagnosis) : Self.text(diagnosis))
            }
        }

        private static func json(_ diagnosis: LogDiagnosis) -> String {
            let histogram = diagnosis.histogram
            let document: JSON = [
                "slot_seconds": .init(floatLiteral: Double(histogram.width) / 1e6),
                "lines": .count(diagnosis.lines.subject),
                "slots": .array(
                    histogram.slots.map { slot in
                        [
                            "at": .string(LogTime.text(slot.time)), "all": .count(slot.all),
                            "warnings": .count(slot.warnings), "errors": .count(slot.errors),
                        ]
                    }),
            ]
            return document.text + "\n"
        }

        private static func text(_ diagnosis: LogDiagnosis) -> String {
            let paint = Paint()
            // A terminal shows some forty rows; neighbours are added up.
            let slots = diagnosis.histogram.slots
            guard let most = slots.map(\.all).max(), most > 0 else { return "No line has a time.\n" }
            let step = max(1, (slots.count + 39) / 40)
            var rows: [LogHistogram.Slot] = []
            for start in stride(from: 0, to: slots.count, by: step) {
                var row = slots[start]
                for slot in slots[start..<min(start + step, slots.count)].dropFirst() {
                    row.all += slot.all
                    row.warnings += slot.warnings
                    row.errors += slot.errors
                }
                rows.append(row)
            }
            let top = max(1, rows.map(\.all).max() ?? 1)
            var text = "\(LogText.left("from", 20))  lines  warnings  errors\n"
            for row in rows {
                let length = (row.all * 40 + top - 1) / top
                let errors = min(length, row.errors == 0 ? 0 : max(1, row.errors * 40 / top))
                let warnings = min(length - errors, row.warnings == 0 ? 0 : max(1, row.warnings * 40 / top))
                let bar =
                    paint.level(String(repeating: "█", count: errors), .error)
                    + paint.level(String(repeating: "▓", count: warnings), .warning)
                    + String(repeating: "░", count: max(0, length - errors - warnings))
                text +=
                    "\(LogTime.text(row.time)) \(LogText.right("\(row.all)", 6)) \(LogText.right("\(row.warnings)", 9)) \(LogText.right("\(row.errors)", 7))  \(bar)\n"
            }
            return text
        }
    }
}
