import ArgumentParser
import Desk
import Domain
import Foundation
import Logging
import Storage
import Web

/// The command line: `thirdline SUBCOMMAND`.
@main
struct ThirdlineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "thirdline", abstract: "The platform that technical-support teams run on.",
        discussion: """
            EXAMPLES
              thirdline serve --demo                     try it with a small demo organisation
              thirdline serve --data /var/lib/thirdline  serve for real; prints a link for the first administrator
              thirdline verify --data /var/lib/thirdline prove that nothing was changed behind its back

            EXIT CODES
              0 done, 1 refused or failed, 2 wrong usage, 3 not found, 4 not allowed, 5 conflict, 6 unavailable
            """,
        version: Desk.Thirdline.version,
        subcommands: [
            Serve.self, Migrate.self, Verify.self, CheckpointCommand.self, User.self, Token.self,
            PolicyCommand.self,
            Import.self, Call.self, Routes.self, OpenAPICommand.self,
        ])

    static func main() async {
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel =
                ProcessInfo.processInfo.environment["THIRDLINE_LOG"].flatMap { Logger.Level(rawValue: $0) }
                ?? .notice
            return handler
        }
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            Foundation.exit(report(error))
        }
    }

    /// Says what went wrong on standard error and returns the exit code.
    private static func report(_ error: any Error) -> Int32 {
        switch error {
        case let refusal as Refusal:
            complain(refusal.message)
            for problem in refusal.problems where problem.message != refusal.message {
                complain("  \(problem.field): \(problem.message)")
            }
            return refusal.reason.exitCode
        case let problems as PolicyProblems:
            complain("\(problems)")
            return 1
        case let problem as Migrator.Problem:
            complain("\(problem)")
            return 1
        case let fault as StorageFault:
            complain("The database: \(fault)")
            return fault.isTemporary ? 6 : 1
        case let problem as KeyProblem:
            complain("\(problem)")
            return 1
        case let problem as FactProblem:
            complain("\(problem)")
            return 1
        case let code as ExitCode: return code.rawValue
        default: return reportUsage(error)
        }
    }

    private static func reportUsage(_ error: any Error) -> Int32 {
        let code = exitCode(for: error)
        let text = fullMessage(for: error)
        if code.isSuccess {
            print(text)  // help and version are what was asked for
            return 0
        }
        complain(text)
        return code == .validationFailure ? 2 : 1
    }
}

/// Says something to the person at the terminal, apart from the data on standard output.
func complain(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

/// Puts a line of data on standard output.
func say(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }

/// Where the data is: what most subcommands take.
struct DataOptions: ParsableArguments {
    @Option(help: "The folder of the data. Also THIRDLINE_DATA.")
    var data: String?

    @Option(
        help:
            "A PostgreSQL database, postgres://...; without it, SQLite in the data folder. Also THIRDLINE_DATABASE."
    )
    var database: String?

    @Option(
        help:
            "The file with the secret keys; without it, thirdline.keys in the data folder. Also THIRDLINE_KEY_FILE."
    )
    var keyFile: String?

    @Flag(
        help:
            "Use a database server that may lose confirmed writes at a power cut. Also THIRDLINE_ALLOW_WEAK_DURABILITY=1."
    )
    var allowWeakDurability = false

    /// What flags and environment say: flags first.
    var installation: Installation {
        let environment = ProcessInfo.processInfo.environment
        func value(_ flag: String?, _ name: String) -> String? {
            flag ?? environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        var installation = Installation(
            folder: value(data, "THIRDLINE_DATA") ?? "data",
            databaseURL: value(database, "THIRDLINE_DATABASE"), keyFile: value(keyFile, "THIRDLINE_KEY_FILE"))
        installation.allowsWeakDurability =
            allowWeakDurability || environment["THIRDLINE_ALLOW_WEAK_DURABILITY"] == "1"
        if let cost = environment["THIRDLINE_PASSWORD_COST"].flatMap({ Int($0) }), (10...20).contains(cost) {
            installation.settings.passwordCost = cost
        }
        installation.settings.publicURL = value(nil, "THIRDLINE_PUBLIC_URL")
        installation.settings.trustedProxies = Set(
            (value(nil, "THIRDLINE_TRUSTED_PROXIES") ?? "").split { $0 == "," || $0 == " " }.map(String.init))
        return installation
    }

    /// Opens everything for a subcommand that works beside a running server.
    ///
    /// What only reads, or changes what is there, is refused where there is nothing; what may come first makes it.
    func open(isMadeIfMissing: Bool = false) async throws -> Services {
        try await installation.open(
            logger: Logger(label: "thirdline"), isMadeIfMissing: isMadeIfMissing,
            progress: { complain("Bringing the schema up to date: \($0.number) \($0.name)") })
    }
}
