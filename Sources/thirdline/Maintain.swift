import ArgumentParser
import Desk
import Diagnosis
import Domain
import Foundation
import Storage

/// The command `thirdline migrate`.
struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Bring the database to this program’s schema.")

    @OptionGroup var place: DataOptions

    func run() async throws {
        let installation = try place.settings().installation()
        let database = try await installation.openDatabase()
        let ran = try await Migrator(Schema.migrations).migrate(database) { migration in
            complain("\(migration.number) \(migration.name)")
        }
        // A new folder has its keys from the beginning; one that is there keeps its own.
        if ran.first == 1, installation.databaseURL == nil {
            _ = try KeyRing(file: installation.keyPlace)
        }
        say(ran.isEmpty ? "The schema is up to date." : "\(ran.count) steps done.")
        try await database.close()
    }
}

/// The command `thirdline verify`.
struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prove that the journal is whole and that the tables are what its facts make.",
        discussion: "Works beside a running server. Exit code 1 where anything was found.")

    @OptionGroup var place: DataOptions

    @Option(help: "An exported checkpoint to hold the journal against.")
    var checkpoint: String?

    @Flag(help: "Read every file of evidence too, and hold its bytes against its digest.")
    var evidence = false

    func run() async throws {
        let services = try await place.open()
        var text: String?
        if let checkpoint {
            guard let bytes = FileManager.default.contents(atPath: checkpoint) else {
                throw Refusal(.notFound, "no_checkpoint", "There is no file \(checkpoint).")
            }
            text = String(decoding: bytes, as: UTF8.self)
        }
        let report = try await Verification(
            journal: services.journal, keys: services.keys, migrator: services.migrator
        ).run(services.database, checkpoint: text)
        for finding in report.findings { say(finding) }
        if report.uncounted > 0 { say("... and \(report.uncounted) more") }
        var read = "\(report.facts) facts of \(report.subjects) subjects and \(report.rows) rows read"
        var found = report.findings.count + report.uncounted
        if evidence {
            let line = ProgressLine()
            let checked = try await services.checkEvidence { line.show("\($0) files of evidence read ...") }
            for finding in checked.findings { say(finding) }
            read += ", and \(checked.files) files of evidence"
            found += checked.findings.count
        }
        complain(found == 0 ? "Whole: \(read)." : "\(found) finding\(found == 1 ? "" : "s"): \(read).")
        try await services.database.close()
        if found > 0 { throw ExitCode(1) }
    }
}

/// The command `thirdline checkpoint`.
struct CheckpointCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint",
        abstract: "Export a signed checkpoint of the journal, to be kept elsewhere.",
        discussion:
            "`thirdline verify --checkpoint FILE` holds the journal against it and names what is missing.")

    @OptionGroup var place: DataOptions

    @Argument(help: "The file to write; - for standard output.")
    var file: String

    func run() async throws {
        let services = try await place.open()
        let text = try await services.exportCheckpoint()
        if file == "-" {
            FileHandle.standardOutput.write(Data(text.utf8))
        } else {
            guard FileManager.default.createFile(atPath: file, contents: Data(text.utf8)) else {
                throw Refusal(.unavailable, "cannot_write", "\(file) cannot be written.")
            }
            complain("Written to \(file). Keep it where the database’s administrators cannot change it.")
        }
        try await services.database.close()
    }
}

/// The command `thirdline routes`.
struct Routes: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "List every address of the site: method, path, who may call it, and the file that declares it.")

    func run() async throws {
        for line in RouteList.lines() { say(line) }
    }
}

/// The command `thirdline openapi`.
struct OpenAPICommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "openapi", abstract: "Print the OpenAPI 3.1 document of the API.")

    @OptionGroup var place: DataOptions

    func run() async throws {
        guard try place.settings().installation().mayHaveData else {
            let catalog = FeatureCatalog()
            let policy = try PolicyHolder(knownRights: catalog.rights).current
            return say(OpenAPI.document(catalog: catalog, policy: policy).text)
        }
        let services = try await place.open()
        say(OpenAPI.document(catalog: services.catalog, policy: services.policy.current).text)
        try await services.database.close()
    }
}
