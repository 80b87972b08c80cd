import Domain
import Logging
import ServiceLifecycle
import Storage

/// Reads the mailbox of the settings, on one node at a time.
///
/// What was read is known by its UID (RFC 3501) under the mailbox's UIDVALIDITY, whatever other programs do to its flags.
/// A message counts as read once it is durable here; where a node dies in between it comes again, and the intake knows it.
package struct MailFetchJobs: Service {
    private let services: Services
    private let server: MailSettings.Server
    private let client: TransferClient

    /// The reading of a mailbox.
    package init(_ services: Services, server: MailSettings.Server, client: TransferClient) {
        (self.services, self.server, self.client) = (services, server, client)
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    _ = try await services.whileHolding("mail-fetch", seconds: 30) { try await round() }
                } catch {
                    services.logger.warning("mailbox", metadata: ["error": "\(error)"])
                    await note("\(error)")
                }
                // A cancelled sleep only ends early.
                try? await Task.sleep(for: .seconds(services.mail.fetchSeconds))
            }
        }
    }

    /// Takes in what is new; returns how many messages there were.
    package func round() async throws -> Int {
        let status = try await command(nil, "STATUS \"\(Self.escaped(folder))\" (UIDVALIDITY UIDNEXT)")
        guard let validity = Self.number(after: "UIDVALIDITY", in: status) else {
            throw TransferFault(code: 0, description: "the mailbox does not say its UIDVALIDITY")
        }
        let known = try await services.database.read { [server] tx in
            try tx.first(MailboxStore.place(of: server.url)) {
                (validity: $0.integer(0), last: $0.integer(1))
            }
        }
        // Other numbers than before: what they stood for is not known any more, so all of it is looked at again.
        var last = known?.validity == validity ? known?.last ?? 0 : 0
        let found = try await command(folder, "UID SEARCH UID \(last + 1):*")
        var count = 0
        for uid in Self.numbers(after: "SEARCH", in: found).sorted() where uid > last {
            if let bytes = try await message(uid) { try await take(bytes, uid: uid) }
            last = uid
            let (place, now) = (uid, services.clock())
            _ = try await services.database.write { [server] tx in
                try tx.execute(MailboxStore.move(server.url, validity: validity, last: place, at: now))
            }
            count += 1
        }
        await note(nil)
        return count
    }

    private func take(_ bytes: [UInt8], uid: Int64) async throws {
        do { _ = try await MailIntake(services).take(bytes) } catch let refusal as Refusal
            where ["empty_message", "message_too_large"].contains(refusal.code)
        {
            services.logger.warning("mailbox", metadata: ["uid": "\(uid)", "error": "\(refusal.message)"])
            await note("Message \(uid) stays in the mailbox: \(refusal.message)")
        }
    }

    /// Says what is wrong with the mailbox, for the page of mail.
    private func note(_ problem: String?) async {
        let now = services.clock()
        do {
            _ = try await services.database.write { [server] tx in
                try tx.execute(MailboxStore.note(server.url, problem: problem, at: now))
            }
        } catch {
            services.logger.warning("mailbox", metadata: ["error": "\(error)"])
        }
    }

    // MARK: The protocol

    /// The folder that the address names; INBOX where it names none.
    private var folder: String {
        let parts = server.url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: true)
        return parts.count > 2 ? String(parts[2]) : "INBOX"
    }

    private var base: String {
        server.url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: true).prefix(2)
            .joined(separator: "//")
    }

    private func transfer(_ path: String, _ command: String?) -> Transfer {
        var transfer = Transfer(command, url: "\(base)/\(path)")
        (transfer.needsTLS, transfer.authorities) = (server.needsTLS, server.authorities)
        transfer.seconds = 300
        transfer.mostBytes = MailReader.Limits().bytes + 1
        if let user = server.user, let password = server.password {
            transfer.credentials = .password(user: user, password: password)
        }
        return transfer
    }

    private func command(_ folder: String?, _ command: String) async throws -> String {
        let (client, transfer) = (client, transfer(folder ?? "", command))
        return try await services.evidence.working { try client.perform(transfer).text }
    }

    /// The bytes of a message; nil where it is gone, or larger than any that is taken.
    private func message(_ uid: Int64) async throws -> [UInt8]? {
        let (client, transfer) = (client, transfer("\(folder)/;UID=\(uid)", nil))
        do {
            return try await services.evidence.working { try client.perform(transfer).body }
        } catch let fault as TransferFault where fault.isMissing || fault.isTooLarge {
            if fault.isTooLarge { await note("Message \(uid) stays in the mailbox: it is too large.") }
            return nil
        }
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    }

    /// The number behind a word of an answer.
    static func number(after word: String, in text: String) -> Int64? {
        guard let range = text.firstRange(of: word + " ") else { return nil }
        return Int64(text[range.upperBound...].prefix { $0.isNumber })
    }

    /// The numbers of the lines that begin with "* SEARCH".
    static func numbers(after word: String, in text: String) -> [Int64] {
        text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("* \(word)") }.flatMap { line in
            line.split(separator: " ").compactMap { Int64($0) }
        }
    }
}
