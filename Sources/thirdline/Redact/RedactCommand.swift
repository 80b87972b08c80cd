import ArgumentParser
import Crypto
import Diagnosis
import Foundation

/// The command `thirdline redact`.
struct RedactCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redact",
        abstract:
            "Replace secrets and personal data in files by tokens that are the same for the same value.",
        discussion: """
            EXAMPLES
              thirdline redact app.log -o app.safe.log --report app.report.json
              kubectl logs api-0 | thirdline redact - > api.safe.log
              thirdline redact logs/ -o safe/ --key-file case.key   same tokens in every file and every run
              thirdline redact app.log --fail-on found > /dev/null  is there anything private in it?

            Without --key-file a new key is made and forgotten: tokens are the same within this run, and nobody can
            link them to those of another. Lines, line numbers and time stamps stay as they are.

            EXIT CODES
              0 done, 1 something was found and --fail-on found was given, 2 wrong usage, or input that could not
                be read, or was packed
            """)

    /// When finding something is a failure.
    enum FailOn: String, ExpressibleByArgument, CaseIterable { case never, found }

    @Argument(help: "Files and folders; - for standard input.") var paths: [String]
    @Option(name: [.short, .long], help: "Where the redacted copy goes: a file, or a folder for a folder.")
    var output: String?
    @Option(help: "Where a JSON report goes of what was replaced where, without the values.") var report:
        String?
    @Option(help: "A file of at least 32 random bytes: the key of the case.") var keyFile: String?
    @Option(help: "Redact these kinds only (repeat it).") var only: [String] = []
    @Option(help: "Leave this kind as it is (repeat it).") var keep: [String] = []
    @Option(help: "Redact what matches: NAME=EXPRESSION (repeat it).") var rule: [String] = []
    @Option(help: "Exit with 1 if something was found: never, found.") var failOn = FailOn.never
    @Flag(help: "Overwrite a file that is there; never the input.") var force = false
    @Flag(help: "No progress and no summary.") var quiet = false

    func run() throws {
        do {
            let job = RedactJob(
                rules: try chosenRules(), key: try key(), output: output, isForced: force,
                progress: RedactProgress(isShown: !quiet && isatty(STDERR_FILENO) == 1))
            let report = try report.map { try ReportFile(path: $0, isForced: force) }
            let summary = try job.run(paths, report: report)
            try report?.close()
            if !quiet { complain(summary.text) }
            if summary.isIncomplete { throw ExitCode(2) }
            if failOn == .found, summary.replaced > 0 { throw ExitCode(1) }
        } catch let problem as RedactProblem {
            complain("thirdline redact: \(problem.message)")
            throw ExitCode(2)
        }
    }

    private func chosenRules() throws -> RedactionRules {
        let all = Set(RedactionKind.allCases)
        let kinds = (only.isEmpty ? all : try Self.kinds(only)).subtracting(try Self.kinds(keep))
        let custom = try rule.map { text in
            guard let sign = text.firstIndex(of: "="), sign > text.startIndex else {
                throw RedactProblem("--rule is NAME=EXPRESSION, and “\(text)” has no name.")
            }
            return RedactionRules.Custom(
                name: String(text[..<sign]), expression: String(text[text.index(after: sign)...]))
        }
        do {
            return try RedactionRules(kinds: kinds, custom: custom)
        } catch {
            throw RedactProblem("\(error)")
        }
    }

    private static func kinds(_ names: [String]) throws -> Set<RedactionKind> {
        Set(
            try names.flatMap { name -> [RedactionKind] in
                if let kind = RedactionKind(rawValue: name) { return [kind] }
                if let category = RedactionKind.Category(rawValue: name) {
                    return RedactionKind.allCases.filter { $0.category == category }
                }
                let known = RedactionKind.allCases.map(\.rawValue).joined(separator: ", ")
                throw RedactProblem(
                    "There is no kind “\(name)”. Kinds are \(known); groups are secret, personal.")
            })
    }

    private func key() throws -> RedactionKey {
        guard let keyFile else {
            let fresh = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
            guard let key = RedactionKey(fresh) else { throw RedactProblem("No key could be made.") }
            return key
        }
        let file = try InputFile(path: keyFile)
        guard let key = RedactionKey(try file.readAll(limit: 1 << 20)) else {
            throw RedactProblem("\(keyFile) is too short to be a key: at least 32 random bytes are needed.")
        }
        return key
    }
}

/// Why files could not be redacted.
struct RedactProblem: Error {
    var message: String
    init(_ message: String) { self.message = message }
}
