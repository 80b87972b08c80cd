import ArgumentParser
import Diagnosis
import Foundation

extension Logs {
    /// The command `thirdline logs follow`.
    struct Follow: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Follow an identifier through all logs on one timeline.",
            discussion: """
                Shows every record that names the identifier, of all files in order of time, with the time since the one
                before. Lines that go on a record, such as a stack trace, stay with it.

                EXAMPLES
                  thirdline logs follow 7f3a9c21 gateway.log orders.log
                  thirdline logs follow req-4711 bundle.zip --json

                EXIT CODES
                  0 done, 1 the identifier is in none of the logs, 2 wrong usage or unreadable input
                """)

        @Argument(help: "The identifier, as it stands in the logs.") var id: String
        @Argument(help: "Logs, folders, archives, or - for standard input.") var paths: [String]
        @OptionGroup var options: LogReadingOptions

        func validate() throws {
            if id.isEmpty { throw ValidationError("Name an identifier.") }
            if paths.isEmpty {
                throw ValidationError("Name a log, a folder, an archive, or - for standard input.")
            }
        }

        func run() async throws {
            try await withLogFaults {
                let examination = options.examination()
                let found = try await examination.follow(id, in: paths)
                examination.progress?.finish()
                for problem in found.problems { complain("Note: \(problem)") }
                try Output.write(options.json ? Self.json(found) : Self.text(found))
                if found.trail.records.isEmpty {
                    complain("“\(LogText.clean(id))” is in none of the logs.")
                    throw ExitCode(1)
                }
            }
        }

        private static func json(_ found: LogExamination.Followed) -> String {
            let document: JSON = [
                "records": .array(
                    found.trail.records.map { record in
                        [
                            "at": record.time.map { .string(LogTime.text($0)) } ?? .null,
                            "source": .string(record.source),
                            "line": .count(record.line),
                            "level": record.level.map { .string($0.name) } ?? .null,
                            "text": .string(record.text),
                        ]
                    }), "left_out": .count(found.trail.leftOut),
            ]
            return document.text + "\n"
        }

        private static func text(_ found: LogExamination.Followed) -> String {
            let paint = Paint()
            var text = ""
            var last: Int64?
            for record in found.trail.records {
                let delta: String
                if let time = record.time, let last {
                    delta = LogTrail.pause(time - last)
                } else {
                    delta = ""
                }
                last = record.time ?? last
                text +=
                    "\(LogText.right(delta, 10))  \(paint.dim("\(LogText.clean(record.source)):\(record.line)"))\n"
                for line in record.text.split(separator: "\n") {
                    text += "            \(paint.level(LogText.clean(String(line)), record.level))\n"
                }
            }
            if found.trail.leftOut > 0 { text += "and \(found.trail.leftOut) records more\n" }
            return text
        }
    }
}

extension LogExamination {
    /// The records that name an identifier, and what was left out.
    struct Followed: Sendable {
        var trail: LogTrail
        var problems: [String]
    }

    /// Finds the records that name an identifier.
    func follow(_ id: String, in paths: [String]) async throws -> Followed {
        var copy = self
        copy.trailID = id
        let result = try await copy.run(paths, as: .subject)
        var trail = result.trail
        trail.sort()
        return Followed(trail: trail, problems: result.problems)
    }
}
