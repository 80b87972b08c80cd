import ArgumentParser
import Desk
import Diagnosis
import Domain
import Foundation
import Storage

/// The command `thirdline policy`.
struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "The policy document: check, show, compare, replay, apply.",
        subcommands: [Check.self, Show.self, Diff.self, Replay.self, Apply.self, Codes.self])

    static func read(_ file: String) throws -> String {
        let bytes =
            file == "-"
            ? FileHandle.standardInput.readDataToEndOfFile() : FileManager.default.contents(atPath: file)
        guard let bytes else { throw Refusal(.notFound, "no_file", "There is no file \(file).") }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Refusal(.invalid, "invalid_utf8", "\(file) is not UTF-8 text.")
        }
        return text
    }

    /// The text of a document without mistakes; each mistake is printed with its line and key, and ends the command.
    static func readChecked(_ file: String) throws -> String {
        let text = try read(file)
        let holder = try PolicyHolder(knownRights: FeatureCatalog().rights)
        if case .failure(let problems) = holder.check(text) {
            for problem in problems.problems {
                say("\(file):\(problem.line): \(problem.key): \(problem.message)")
            }
            throw ExitCode(1)
        }
        return text
    }

    /// The command `thirdline policy check`.
    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check a document; every mistake is printed with its line and key.")
        @Argument(help: "The file; - for standard input.") var file: String

        func run() async throws {
            _ = try PolicyCommand.readChecked(file)
            say("No mistakes.")
        }
    }

    /// The command `thirdline policy show`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print the document in force.")
        @OptionGroup var place: DataOptions

        func run() async throws {
            let services = try await place.open()
            FileHandle.standardOutput.write(Data(services.policy.document.text.utf8))
            try await services.database.close()
        }
    }

    /// The command `thirdline policy diff`.
    struct Diff: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print how a file differs from the document in force. Exit code 1 where it does.")
        @OptionGroup var place: DataOptions
        @Argument(help: "The file; - for standard input.") var file: String

        func run() async throws {
            let services = try await place.open()
            let lines = LineDiff.lines(
                from: services.policy.document.text, to: try PolicyCommand.read(file))
            for line in lines { say(line.words) }
            try await services.database.close()
            if !lines.isEmpty { throw ExitCode(1) }
        }
    }

    /// The command `thirdline policy replay`.
    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Print what past cases would have come to by a document: what was kept, and what would have been."
        )
        @OptionGroup var place: DataOptions
        @Argument(help: "The file; - for standard input.") var file: String
        @Option(help: "So many days back, 1 to 730.") var days = 90

        func run() async throws {
            guard (1...730).contains(days) else {
                throw ValidationError("--days takes a number from 1 to 730.")
            }
            let text = try PolicyCommand.readChecked(file)
            let services = try await place.open()
            let draft = try services.policy.check(text).get()
            let (now, days) = (services.clock(), self.days)
            let replay = try await services.database.read { tx in
                try PolicyReplay.of(draft, days: days, for: .system, at: now, in: tx)
            }
            for line in replay.words { say(line) }
            try await services.database.close()
        }
    }

    /// The command `thirdline policy apply`.
    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a document in force, at once and on every node. It is a fact in the journal.")
        @OptionGroup var place: DataOptions
        @Argument(help: "The file; - for standard input.") var file: String
        @Option(help: "Why; stands in the history.") var reason: String

        func run() async throws {
            let services = try await place.open(isMadeIfMissing: true)
            let raw = RawInput(["document": .text(try PolicyCommand.read(file)), "reason": .text(reason)])
            let receipt = try await services.asOperator("policy.change", raw)
            if let proposal = receipt.answer["proposal"]?.string {
                say("Not in force yet: others must agree. It waits at /policy/proposals/\(proposal).")
            } else {
                say(receipt.lastSequence == 0 ? "Nothing to change." : "In force.")
            }
            try await services.database.close()
        }
    }
}

extension PolicyCommand {
    /// The command `thirdline policy codes`.
    struct Codes: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take the codes of errors and what they mean from a CSV table into the policy.",
            discussion: """
                The first row names the columns: code, meaning, and, where you have them, component and link. The codes
                replace those of the document in force; the rest of it stays as it is.

                EXAMPLES
                  thirdline policy codes codes.csv --reason "Release 4.2"
                """)
        @OptionGroup var place: DataOptions
        @Argument(help: "The table; - for standard input.") var file: String
        @Option(help: "Why; stands in the history.") var reason: String

        func run() async throws {
            let entries = try Self.entries(try PolicyCommand.read(file), file)
            let services = try await place.open(isMadeIfMissing: true)
            let document = ErrorTaxonomy.replacing(in: services.policy.document.text, with: entries)
            let raw = RawInput(["document": .text(document), "reason": .text(reason)])
            let receipt = try await services.asOperator("policy.change", raw)
            say(
                receipt.lastSequence == 0
                    ? "Nothing to change."
                    : "In force: \(entries.count) \(entries.count == 1 ? "code" : "codes").")
            try await services.database.close()
        }

        private static func entries(_ text: String, _ file: String) throws -> [ErrorTaxonomy.Entry] {
            var rows: [(line: Int, fields: [String])] = []
            var mistakes: [String] = []
            func take(_ result: Result<CSVRecord, CSVProblem>) {
                switch result {
                case .success(let record): rows.append((record.line, record.fields))
                case .failure(let problem): mistakes.append("\(file):\(problem.line): \(problem.message)")
                }
            }
            var reader = CSVReader()
            Array(text.utf8).withUnsafeBytes { reader.feed($0, take) }
            reader.finish(take)
            if case .failure(let problem) = ErrorTaxonomy.entries(ofTable: rows) {
                mistakes.append("\(file):\(problem.line): \(problem.message)")
            }
            for mistake in mistakes { say(mistake) }
            guard mistakes.isEmpty, case .success(let entries) = ErrorTaxonomy.entries(ofTable: rows) else {
                throw ExitCode(1)
            }
            return entries
        }
    }
}
