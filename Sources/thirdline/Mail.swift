import ArgumentParser
import Desk
import Diagnosis
import Domain
import Foundation
import Storage

/// The command `thirdline mail`.
struct MailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mail", abstract: "Hand mail in.", subcommands: [Ingest.self])

    /// The command `thirdline mail ingest`.
    struct Ingest: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take in a message from standard input, as a mail server's pipe hands it over.",
            discussion: """
                EXAMPLES
                  thirdline mail ingest --data /var/lib/thirdline < message.eml
                  In Postfix's master.cf: argv=/usr/bin/thirdline mail ingest --data /var/lib/thirdline

                Works beside a running server. The same message a second time changes nothing.

                EXIT CODES, as mail servers read them (sysexits.h)
                  0  kept, and durable; also where it waits for somebody
                  65 not a message at all, or too large: the sender is told
                  75 could not be kept now: the mail server keeps it and tries again
                """)

        @OptionGroup var place: DataOptions
        @Flag(help: "Say what became of it as JSON.") var json = false

        func run() async throws {
            do { try await take() } catch let refusal as Refusal where Self.isOfMessage(refusal) {
                complain(refusal.message)
                throw ExitCode(65)
            } catch {
                // Whatever else is wrong may be right again in a minute, and the mail server has the message until then.
                complain("Not kept: \(Self.words(error)) The mail server should try again.")
                throw ExitCode(75)
            }
        }

        private func take() async throws {
            let bytes = try Self.input()
            let services = try await place.open()
            let result = try await MailIntake(services).take(bytes)
            try await services.database.close()
            guard json else { return say(result.sentence) }
            let reasons = JSON.array(result.reasons.map { .string($0.rawValue) })
            let answer: JSON = [
                "mail": .string(result.id), "outcome": .string(result.outcome),
                "case": result.number.map(JSON.string) ?? .null, "reasons": reasons,
            ]
            say(answer.text)
        }

        /// All of standard input, up to a little more than any message may have.
        private static func input() throws -> [UInt8] {
            var bytes: [UInt8] = []
            let most = MailReader.Limits().bytes
            while bytes.count <= most, let part = try FileHandle.standardInput.read(upToCount: 1 << 20),
                !part.isEmpty
            {
                bytes += part
            }
            return bytes
        }

        private static func isOfMessage(_ refusal: Refusal) -> Bool {
            ["empty_message", "message_too_large"].contains(refusal.code)
        }

        private static func words(_ error: any Error) -> String {
            (error as? Refusal)?.message ?? "\(error)."
        }
    }
}

/// Where mail leaves and comes in, for `serve`.
struct MailOptions: ParsableArguments {
    @Option(name: .customLong("smtp-url"), help: Setting.smtpURL.help)
    var smtpURL: String?

    @Option(help: Setting.smtpUser.help)
    var smtpUser: String?

    @Option(help: Setting.smtpPasswordFile.help)
    var smtpPasswordFile: String?

    @Option(name: .customLong("imap-url"), help: Setting.imapURL.help)
    var imapURL: String?

    @Option(help: Setting.imapUser.help)
    var imapUser: String?

    @Option(help: Setting.imapPasswordFile.help)
    var imapPasswordFile: String?

    @Option(help: Setting.imapSeconds.help)
    var imapSeconds: String?

    @Option(name: .customLong("mail-tls"), help: Setting.mailTLS.help)
    var mailTLS: String?

    @Option(name: .customLong("mail-ca-file"), help: Setting.mailCAFile.help)
    var mailCAFile: String?

    /// What was said, by setting.
    var said: [Setting: String?] {
        [
            .smtpURL: smtpURL, .smtpUser: smtpUser, .smtpPasswordFile: smtpPasswordFile, .imapURL: imapURL,
            .imapUser: imapUser, .imapPasswordFile: imapPasswordFile, .imapSeconds: imapSeconds,
            .mailTLS: mailTLS, .mailCAFile: mailCAFile,
        ]
    }
}
