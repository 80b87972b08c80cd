import ArgumentParser
import Diagnosis
import Foundation

/// The command `thirdline diagnose`.
struct DiagnoseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diagnose", abstract: "Say what is wrong in logs of any format.",
        discussion: """
            Reads files, folders, archives (zip, tar, gz, bz2, xz, zst, 7z, also inside each other) and standard input.
            Needs no server, no settings and no network.

            EXAMPLES
              thirdline diagnose server.log
              thirdline diagnose bundle.zip --html report.html
              thirdline diagnose today.log --baseline yesterday.log
              thirdline diagnose app.log --from "2026-11-21 14:00" --to "2026-11-21 15:00"
              kubectl logs api-0 | thirdline diagnose - --json

            EXIT CODES
              0 done, 1 done and findings of the severity given with --fail-on, 2 wrong usage or unreadable input
            """)

    @Argument(help: "Logs, folders, archives, or - for standard input.") var paths: [String]
    @Option(help: "A log, folder or archive from a good time to compare with. May be repeated.") var baseline:
        [String] = []
    @Option(help: "Diagnose from this time on (2026-11-21 14:00); what is before it is compared with.")
    var from: String?
    @Option(help: "Diagnose up to this time.") var to: String?
    @OptionGroup var reading: LogReadingOptions
    @Option(help: "Write a report to this HTML file, which needs nothing else.") var html: String?
    @Option(help: "How many findings to show; 0 for all.") var top = 12
    @Option(
        help: ArgumentHelp(
            "Exit with 1 if a finding is at least so severe: info, low, medium, high, critical.",
            valueName: "severity"))
    var failOn: String?
    @Option(
        help:
            "The beginning of own packages or a part of own paths in stack traces, such as com.example. May be repeated."
    )
    var own: [String] = []

    func validate() throws {
        if paths.isEmpty {
            throw ValidationError("Name a log, a folder, an archive, or - for standard input.")
        }
        if reading.json, html != nil { throw ValidationError("Choose one of --json and --html.") }
        if top < 0 { throw ValidationError("--top takes 0 or more.") }
        if let failOn, Finding.Severity(rawValue: failOn) == nil {
            throw ValidationError("--fail-on takes info, low, medium, high or critical.")
        }
        if (paths + baseline).filter({ $0 == "-" }).count > 1 {
            throw ValidationError("Standard input can be read once only.")
        }
        _ = try window()
    }

    private func window() throws -> Range<Int64>? {
        guard from != nil || to != nil else { return nil }
        let start = try reading.time(from, "from") ?? .min
        let end = try reading.time(to, "to") ?? .max
        guard start < end else { throw ValidationError("--from has to be before --to.") }
        return start..<end
    }

    func run() async throws {
        do {
            var options = ExaminationOptions()
            options.window = try window()
            options.ownership = CodeOwnership(own: own)
            let result = try await reading.read(paths, options, baseline: baseline, options)
            var diagnosis = LogDiagnosis(result.digest)
            let texts = try CitedLines.read(paths + baseline, diagnosis.citedLines)
            diagnosis.fill { source, line in texts[source]?[line] }
            let report = DiagnosisReport(diagnosis: diagnosis, problems: result.problems)
            if let html {
                let output = try FileOutput(path: html)
                try output.write(Array(report.html.utf8))
                try output.close()
            } else {
                try Output.write(
                    reading.json ? report.json.text + "\n" : DiagnosisText(report: report).text(top: top))
            }
            if diagnosis.lines.subject == 0, !result.problems.isEmpty { throw ExitCode(2) }
            if let failOn = failOn.flatMap(Finding.Severity.init), let worst = diagnosis.worst,
                worst >= failOn
            {
                throw ExitCode(1)
            }
        } catch let fault as LogFault {
            FileHandle.standardError.write(Data("\(fault.message)\n".utf8))
            throw ExitCode(2)
        }
    }
}
