import ArgumentParser
import Diagnosis
import Foundation

/// The command `thirdline measure-redaction`, for `make bench`: redaction beside the bare matcher.
struct MeasureRedaction: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure-redaction",
        abstract: "Measure how fast redaction is beside the bare matcher on the same patterns.",
        shouldDisplay: false)

    @Argument(help: "A log that fits into memory.") var file: String

    func run() throws {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        let result = try bytes.withUnsafeBytes { try RedactionBenchmark.measure($0) }
        say(result.description)
    }
}
