import ArgumentParser
import Desk
import Domain
import Foundation
import Storage
import Synchronization

/// Where the passphrase of backups is.
struct PassphraseOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A file whose first line is the passphrase of encrypted backups. Also the passphrase itself in THIRDLINE_BACKUP_PASSPHRASE.",
            valueName: "file"))
    var passphraseFile: String?

    /// The passphrase; nil where none was given.
    func passphrase() throws -> String? {
        if let passphraseFile { return try Settings.passphrase(inFile: passphraseFile) }
        let text = ProcessInfo.processInfo.environment["THIRDLINE_BACKUP_PASSPHRASE"] ?? ""
        return text.isEmpty ? nil : text
    }
}

/// Says on standard error every other second how far it is.
final class ProgressLine: Sendable {
    private let last = Mutex(ContinuousClock.now)

    func show(_ progress: BackupProgress) { show(progress.words) }

    func show(_ words: @autoclosure () -> String) {
        let isDue = last.withLock { last in
            guard last.duration(to: .now) > .seconds(2) else { return false }
            last = .now
            return true
        }
        if isDue { complain(words()) }
    }
}

extension BackupSummary {
    /// What `backup` and `restore` say of it, a line each.
    var lines: [String] {
        var lines = [
            "Made \(manifest.madeAt.rfc3339) by Thirdline \(manifest.program) from \(manifest.engine), schema \(manifest.schema)",
            "\(manifest.rows) rows of \(manifest.tables.count) tables, \(manifest.evidenceFiles) files of evidence with \(manifest.evidenceBytes) bytes",
            "Digest \(digest)",
        ]
        for hash in missing { lines.append("Missing already when it was made: evidence \(hash)") }
        for hash in damaged { lines.append("Damaged already when it was made: evidence \(hash)") }
        return lines
    }
}

/// The command `thirdline backup`.
struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write everything to one file, beside a running server; or check such a file.",
        discussion: """
            One state of the database, the evidence that it names, and the digest of each part: a gzip-compressed tar \
            that any system can unpack. With a passphrase it is encrypted. The key file is not in it: keep that \
            elsewhere. Exit code 1 where evidence was missing or damaged already.

            EXAMPLES
              thirdline backup /mnt/backup/thirdline-2026-11-21.backup --data /var/lib/thirdline
              thirdline backup - --passphrase-file pass.txt | ssh vault 'cat > thirdline.backup'
              thirdline backup --check /mnt/backup/thirdline-2026-11-21.backup
            """)

    @OptionGroup var place: DataOptions
    @OptionGroup var secret: PassphraseOptions

    @Flag(help: "Refuse to write an unencrypted file where no passphrase is given.")
    var encrypt = false

    @Flag(help: "Read the file from its beginning to its end, check every digest, and say what is in it.")
    var check = false

    @Argument(help: "The file; - for standard output, or for standard input with --check.")
    var file: String

    func run() async throws {
        let passphrase = try secret.passphrase()
        let summary: BackupSummary
        if check {
            let line = ProgressLine()
            summary = try BackupPlace(file, passphrase: passphrase).check { line.show($0) }
            for line in summary.lines { say(line) }
            say("Whole: every digest is right.")
        } else {
            guard passphrase != nil || !encrypt else {
                throw Refusal(
                    .invalid, "bad_setting",
                    "--encrypt needs a passphrase: --passphrase-file FILE, or THIRDLINE_BACKUP_PASSPHRASE.")
            }
            let services = try await place.open()
            let line = ProgressLine()
            summary = try await BackupWriter(services, passphrase: passphrase) { line.show($0) }.write(
                to: file)
            for line in summary.lines { complain(line) }
            if file != "-" { complain("Written to \(file), \(summary.bytes) bytes.") }
            try await services.database.close()
        }
        if !summary.missing.isEmpty || !summary.damaged.isEmpty { throw ExitCode(1) }
    }
}

/// The command `thirdline restore`.
struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put a backup in place, on SQLite or PostgreSQL, wherever it was made.",
        discussion: """
            The server must be stopped. Every digest is checked before anything can be seen; where one is wrong, all \
            stays as it was. A backup of an older schema is brought up to date. Sign-ins, tokens and sessions go on \
            if the key file is the same.

            EXAMPLES
              thirdline restore /mnt/backup/thirdline-2026-11-21.backup --data /var/lib/thirdline
              thirdline restore thirdline.backup --data data --database postgres://thirdline@db.example.com/thirdline
            """)

    @OptionGroup var place: DataOptions
    @OptionGroup var secret: PassphraseOptions

    @Flag(help: "Take the place of data that is there already.")
    var replace = false

    @Argument(help: "The backup; - for standard input.")
    var file: String

    func run() async throws {
        let installation = try place.settings().installation()
        let line = ProgressLine()
        let outcome = try await BackupRestore(installation, progress: { line.show($0) }).run(
            BackupPlace(file, passphrase: try secret.passphrase()), isReplacing: replace)
        for line in outcome.summary.lines { complain(line) }
        if !outcome.migrated.isEmpty {
            complain("Brought up to schema \(outcome.migrated.last ?? 0).")
        }
        if let kept = outcome.kept {
            complain("What was there before is kept in \(kept). Delete it once all is well.")
        }
        switch outcome.hasKey {
        case true?: break
        case false?:
            complain(
                "The key file does not hold the key of this backup (\(outcome.summary.manifest.keyID)): sessions, tokens and links end, and its checkpoints cannot be checked. Put the old key into it before you serve."
            )
        case nil:
            complain(
                "There is no key file yet. Put the old one in place before you serve, or sessions, tokens and links end. Evidence was restored without encryption: thirdline key rewrap encrypts it once there is a key."
            )
        }
        complain("Restored. Run thirdline verify, then start the server.")
    }
}
