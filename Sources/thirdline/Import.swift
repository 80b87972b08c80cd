import ArgumentParser
import Desk
import Domain
import Foundation
import Storage

/// The command `thirdline import`.
struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take over records from elsewhere.", subcommands: [Cases.self])

    /// The command `thirdline import cases`.
    struct Cases: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Import cases, or the history of cases, from CSV or NDJSON.",
            discussion: """
                EXAMPLES
                  thirdline import cases incidents.csv --map mapping.yml --dry-run
                  thirdline import cases incidents.csv --map mapping.yml --rejects rejects.csv

                It can be stopped at any point and run again: what is there already is left alone. Rejected rows are
                listed with their line. Exit code 1 where a row was rejected.
                """)

        @OptionGroup var place: DataOptions
        @Argument(help: "The file: .csv, or .ndjson with an object a line.") var file: String
        @Option(help: "The mapping from columns to fields; see docs/features/import.md.") var map: String
        @Flag(help: "Read and check everything, write nothing.") var dryRun = false
        @Option(name: .customLong("as"), help: "The person who imports, by e-mail address.") var person:
            String?
        @Option(help: "Another name for the source than the mapping’s.") var source: String?
        @Option(help: "Write every rejected row to this CSV file.") var rejects: String?

        func run() async throws {
            let services = try await place.open(isMadeIfMissing: true)
            var request = ImportCases.Request(file: file, mapping: map)
            (request.isDryRun, request.email) = (dryRun, person)
            (request.source, request.rejects) = (source, rejects)
            let isTerminal = isatty(2) == 1
            do {
                let report = try await ImportCases.run(request, services) { progress in
                    if isTerminal { FileHandle.standardError.write(Data("\r\(progress.text)".utf8)) }
                }
                if isTerminal { complain("") }
                say(report.text(details: true))
                try await services.database.close()
                if report.rejected > 0 { throw ExitCode(1) }
            } catch let fault as ImportFault {
                throw Refusal(.invalid, "import_failed", fault.description)
            }
        }
    }
}
