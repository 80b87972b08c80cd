import ArgumentParser
import Diagnosis
import Foundation

/// The command `thirdline logs`.
struct Logs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read logs of any format.",
        subcommands: [Templates.self, Timeline.self, Follow.self, Compare.self, Top.self])

    /// The command `thirdline logs templates`.
    struct Templates: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Mine the lines of a log into patterns.",
            discussion: """
                The format is found, not asked for. A pattern has the same ID in every file.

                EXAMPLES
                  thirdline logs templates server.log
                  thirdline logs templates server.log --json
                  thirdline logs templates server.log --assign lines.csv
                  journalctl | thirdline logs templates -

                EXIT CODES
                  0 done, 2 wrong usage or unreadable input
                """)

        @Argument(help: "The log, or - for standard input.") var file: String
        @OptionGroup var reading: LogReadingOptions
        @Option(help: "Write the pattern, time and level of each line to this CSV file.") var assign: String?
        @Option(help: "How many patterns to show; 0 for all.") var top = 50

        func validate() throws {
            if reading.json, assign != nil { throw ValidationError("Choose one of --json and --assign.") }
            if top < 0 { throw ValidationError("--top takes 0 or more.") }
        }

        func run() async throws {
            do {
                let source = try LogSource(path: file)
                var assumptions = LogFormat.Assumptions()
                assumptions.writtenAt = source.writtenAt
                assumptions.zone = reading.zoneSeconds
                let jobs = reading.jobs ?? ProcessInfo.processInfo.activeProcessorCount
                let run = try await LogMining.run(
                    source, assumptions, jobs: jobs, keepsLines: assign != nil)
                let templates = LogTemplates(run.tally, variables: reading.json)
                if let assign {
                    try run.ledger?.write(to: assign, templates)
                    return
                }
                let output = TemplatesOutput(templates: templates, format: run.format)
                try Output.write(reading.json ? output.json() : output.text(top: top))
            } catch let fault as LogFault {
                FileHandle.standardError.write(Data("\(fault.message)\n".utf8))
                throw ExitCode(2)
            }
        }
    }
}

/// Why a log cannot be read or a result cannot be written.
struct LogFault: Error {
    /// What happened to which file, in one sentence.
    var message: String

    init(_ message: String) { self.message = message }

    /// The fault that `errno` names.
    static func system(_ action: String, _ path: String) -> LogFault {
        LogFault("\(action) \(path): \(String(cString: strerror(errno)))")
    }
}

/// Offsets from Greenwich as people write them.
enum ZoneOffset {
    /// Seconds east of Greenwich of `+02:00`, `-0330` or `Z`.
    static func seconds(_ text: String) -> Int32? {
        if text == "Z" || text == "UTC" { return 0 }
        guard let sign = text.first, sign == "+" || sign == "-" else { return nil }
        let digits = text.dropFirst().filter { $0 != ":" }
        guard digits.count == 4, let number = Int32(digits), number % 100 < 60, number <= 1500 else {
            return nil
        }
        return (number / 100 * 3600 + number % 100 * 60) * (sign == "-" ? -1 : 1)
    }
}
