import ArgumentParser
import Desk
import Domain
import Foundation
import Storage

/// The command `thirdline demo`.
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fill an empty installation with a simulated support organisation.",
        discussion: """
            EXAMPLES
              thirdline demo --data data/big --cases 100000 --years 2
              thirdline serve --data data/big

            People in three offices, customers, releases with their faults and all cases follow from the seed: the same
            seed, sizes and --until give the same journal. It can be stopped at any point and run again; it then goes on.
            Everybody’s password is “\(DemoWorld.password)”; marta@thirdline.example is an engineer, admin@thirdline.example
            the administrator.
            """)

    @OptionGroup var place: DataOptions
    @Option(help: "What everything follows from.") var seed: UInt64 = 7
    @Option(help: "How many cases, from 1 to 10,000,000.") var cases = 10_000
    @Option(help: "How many years they are spread over, from 1 to 20.") var years = 1
    @Option(help: "When the story ends, as in 2026-11-21T12:00:00Z. Without it: the full hour before now.")
    var until: String?
    @Option(
        help: "A policy document in force from the beginning, in place of the built-in one.")
    var policy: String?
    @Flag(help: "Let clocks warn and be missed as the story goes on, which takes longer.") var clocks = false

    func validate() throws {
        guard (1...10_000_000).contains(cases) else {
            throw ValidationError("--cases is a number from 1 to 10000000.")
        }
        guard (1...20).contains(years) else { throw ValidationError("--years is a number from 1 to 20.") }
        guard until.map({ Timestamp($0) != nil }) ?? true else {
            throw ValidationError("--until is a time such as 2026-11-21T12:00:00Z.")
        }
    }

    func run() async throws {
        let options = try place.settings()
        let now = Timestamp.presentHour
        let settings = SimulationSettings(
            seed: seed, cases: cases, years: years, until: until.flatMap { Timestamp($0) } ?? now,
            policy: try policy.map(PolicyCommand.readChecked), livesClocks: clocks)
        let generator = DemoGenerator(
            try options.installation(), settings, logger: try options.logger())
        let isTerminal = isatty(2) == 1
        let report = try await generator.run { progress in
            if isTerminal {
                FileHandle.standardError.write(Data("\r\u{1b}[K\(progress.text)".utf8))
            } else if progress.cases % 10_000 < 300 {
                complain(progress.text)
            }
        }
        if isTerminal { complain("") }
        for (what, count) in report.refused.sorted(by: { $0.key < $1.key }) {
            complain("\(count) acts were refused: \(what)")
        }
        if report.wasThere { return say("It is all there already: \(report.cases) cases.") }
        say("\(report.cases) cases, \(report.facts) facts in \(Int(report.seconds.rounded())) seconds.")
        say("The same again: thirdline demo \(generator.options(policy: policy ?? ""))")
        for line in DemoWorld.signInHelp.prefix(4) { say(line) }
    }
}

/// The command `thirdline journal`.
struct JournalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal",
        abstract: "Print the whole journal: a line of JSON for each fact, in order.",
        discussion: "Works beside a running server. With salts and chain, so that others can verify it.")

    @OptionGroup var place: DataOptions

    func run() async throws {
        let services = try await place.open()
        let output = FileHandle.standardOutput
        try await JournalExport.run(services.database) { line in
            try output.write(contentsOf: Data((line + "\n").utf8))
        }
        try await services.database.close()
    }
}
