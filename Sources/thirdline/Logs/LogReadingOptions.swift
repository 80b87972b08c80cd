import ArgumentParser
import Diagnosis
import Foundation

/// What all commands take that read logs whole.
struct LogReadingOptions: ParsableArguments {
    @Flag(help: "Write everything as JSON.") var json = false
    @Option(
        parsing: .unconditional,
        help: "The zone of times that name none, such as +02:00 or -05:00. Without it: UTC.")
    var zone: String?
    @Option(help: "How many processors to use. Without it: all.") var jobs: Int?

    func validate() throws {
        if let jobs, jobs < 1 { throw ValidationError("--jobs takes 1 or more.") }
        if let zone, ZoneOffset.seconds(zone) == nil {
            throw ValidationError("--zone takes an offset such as +02:00 or Z.")
        }
    }

    /// Seconds east of Greenwich.
    var zoneSeconds: Int32 { zone.flatMap(ZoneOffset.seconds) ?? 0 }

    func examination(
        _ options: ExaminationOptions = ExaminationOptions(), progress: ProgressBar? = ProgressBar()
    ) -> LogExamination {
        LogExamination(
            options: options, zone: zoneSeconds, jobs: jobs ?? ProcessInfo.processInfo.activeProcessorCount,
            progress: progress)
    }

    /// The time that an option gives; nil where it is not given.
    func time(_ text: String?, _ option: String) throws -> Int64? {
        guard let text else { return nil }
        guard let time = LogTime.parse(text, zone: zoneSeconds) else {
            throw ValidationError(
                "--\(option) takes a time such as 2026-11-21T14:00:00Z or \"2026-11-21 14:00\".")
        }
        return time
    }

    /// Reads logs, and others to compare them with.
    /// - Parameters:
    ///   - window: the time that counts, and what of the same logs it is compared with.
    ///   - baselineWindow: the time that counts of what they are compared with.
    func read(
        _ paths: [String], _ window: ExaminationOptions, baseline: [String],
        _ baselineWindow: ExaminationOptions
    ) async throws -> LogExamination.Result {
        let progress = ProgressBar()
        var result = try await examination(window, progress: progress).run(paths, as: .subject)
        if !baseline.isEmpty {
            let compared = try await examination(baselineWindow, progress: progress)
                .run(baseline, as: .baseline)
            result.digest.append(compared.digest)
            result.problems += compared.problems
        }
        progress?.finish()
        return result
    }

    /// What logs show, beside others; says on standard error what was left out.
    func diagnosis(
        _ paths: [String], _ window: ExaminationOptions = ExaminationOptions(), baseline: [String] = [],
        _ baselineWindow: ExaminationOptions = ExaminationOptions()
    ) async throws -> LogDiagnosis {
        let result = try await read(paths, window, baseline: baseline, baselineWindow)
        for problem in result.problems { complain("Note: \(problem)") }
        return LogDiagnosis(result.digest)
    }
}

/// Runs the body of a command; what cannot be read ends it with exit code 2 and one sentence.
func withLogFaults(_ body: () async throws -> Void) async throws {
    do {
        try await body()
    } catch let fault as LogFault {
        complain(fault.message)
        throw ExitCode(2)
    }
}

/// Text of logs for a terminal.
enum LogText {
    /// Text without control characters, so that a log cannot steer the terminal.
    static func clean(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map {
                    $0 == "\t" ? " " : $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) ? "\u{FFFD}" : $0
                }))
    }

    /// Text in a column of so many characters, at its right end.
    static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// Text in a column, at its left end.
    static func left(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}

extension JSON {
    /// A count.
    static func count(_ value: Int) -> JSON { .init(integerLiteral: Int64(value)) }
}
