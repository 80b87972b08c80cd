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
            Serve.self, Backup.self, Restore.self, Migrate.self, Verify.self, CheckpointCommand.self,
            JournalCommand.self, Demo.self,
            User.self, Token.self,
            PolicyCommand.self,
            KeyCommand.self, Import.self, MailCommand.self, Call.self, Routes.self, OpenAPICommand.self,
            DiagnoseCommand.self, Logs.self, RedactCommand.self, MeasureRedaction.self,
        ])

    static func main() async {
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = .notice
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
            return refusal.code.hasPrefix("bad_setting") ? 2 : refusal.reason.exitCode
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

/// Where the data is and how it is served: what most subcommands take.
struct DataOptions: ParsableArguments {
    @Option(help: "A file of settings, as the admin guide lists them. Also THIRDLINE_CONFIG.")
    var config: String?

    @Option(help: Setting.data.help)
    var data: String?

    @Option(help: Setting.database.help)
    var database: String?

    @Option(help: Setting.keyFile.help)
    var keyFile: String?

    @Option(help: Setting.evidenceFolder.help)
    var evidenceFolder: String?

    @Option(help: Setting.evidenceBucket.help)
    var evidenceBucket: String?

    @Option(name: .customLong("s3-endpoint"), help: Setting.s3Endpoint.help)
    var s3Endpoint: String?

    @Option(name: .customLong("s3-region"), help: Setting.s3Region.help)
    var s3Region: String?

    @Option(name: .customLong("s3-access-key"), help: Setting.s3AccessKey.help)
    var s3AccessKey: String?

    @Option(name: .customLong("s3-secret-key-file"), help: Setting.s3SecretKeyFile.help)
    var s3SecretKeyFile: String?

    @Option(name: .customLong("public-url"), help: Setting.publicURL.help)
    var publicURL: String?

    @Option(help: Setting.trustedProxies.help)
    var trustedProxies: String?

    @Option(help: Setting.idleTimeout.help)
    var idleTimeout: String?

    @Option(help: Setting.stallTimeout.help)
    var stallTimeout: String?

    @Option(help: Setting.connections.help)
    var connections: String?

    @Option(help: Setting.metricsToken.help)
    var metricsToken: String?

    @Option(help: Setting.passwordCost.help)
    var passwordCost: String?

    @Option(help: Setting.log.help)
    var log: String?

    @Option(name: .customLong("backup-folder"), help: Setting.backupFolder.help)
    var backupFolder: String?

    @Option(help: Setting.backupHours.help)
    var backupHours: String?

    @Option(help: Setting.backupTime.help)
    var backupTime: String?

    @Option(help: Setting.backupKeep.help)
    var backupKeep: String?

    @Option(help: Setting.backupPassphraseFile.help)
    var backupPassphraseFile: String?

    @Flag(help: "Use a database server that may lose confirmed writes at a power cut.")
    var allowWeakDurability = false

    /// What flags, environment and file say, in that order.
    /// - Parameter more: the flags that only some subcommands take.
    func settings(_ more: [Setting: String?] = [:]) throws -> Settings {
        var flags: [Setting: String] = [:]
        flags[.data] = data
        flags[.database] = database
        flags[.keyFile] = keyFile
        flags[.evidenceFolder] = evidenceFolder
        flags[.evidenceBucket] = evidenceBucket
        flags[.s3Endpoint] = s3Endpoint
        flags[.s3Region] = s3Region
        flags[.s3AccessKey] = s3AccessKey
        flags[.s3SecretKeyFile] = s3SecretKeyFile
        flags[.publicURL] = publicURL
        flags[.trustedProxies] = trustedProxies
        flags[.idleTimeout] = idleTimeout
        flags[.stallTimeout] = stallTimeout
        flags[.connections] = connections
        flags[.metricsToken] = metricsToken
        flags[.passwordCost] = passwordCost
        flags[.log] = log
        for (setting, text) in more { flags[setting] = text }
        flags[.backupFolder] = backupFolder
        flags[.backupHours] = backupHours
        flags[.backupTime] = backupTime
        flags[.backupKeep] = backupKeep
        flags[.backupPassphraseFile] = backupPassphraseFile
        if allowWeakDurability { flags[.allowWeakDurability] = "true" }
        let environment = ProcessInfo.processInfo.environment
        for stranger in Settings.strangers(in: environment) {
            complain("\(stranger.name) is not a setting; did you mean \(stranger.meant)?")
        }
        return try Settings(flags: flags, environment: environment, file: config)
    }

    /// Opens everything for a subcommand that works beside a running server.
    ///
    /// What only reads, or changes what is there, is refused where there is nothing; what may come first makes it.
    func open(isMadeIfMissing: Bool = false) async throws -> Services {
        let settings = try settings()
        return try await settings.installation().open(
            logger: try settings.logger(), isMadeIfMissing: isMadeIfMissing,
            progress: { complain("Bringing the schema up to date: \($0.number) \($0.name)") })
    }
}

extension Settings {
    /// The log, as talkative as was said.
    func logger() throws -> Logger {
        var logger = Logger(label: "thirdline")
        logger.logLevel = try logLevel()
        return logger
    }
}

extension Setting {
    /// What `--help` says of it.
    var help: ArgumentHelp {
        "\(meaning.prefix(1).uppercased() + meaning.dropFirst()). Also \(environment). Without it: \(fallback)."
    }
}
