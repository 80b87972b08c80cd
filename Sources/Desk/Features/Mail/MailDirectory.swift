import Domain
import Storage

/// A file of a message, kept under its digest.
struct MailFile: Sendable, Equatable {
    var name: String
    var givenName: String?
    var mediaType: String
    var hash: String
    var size: Int64
}

/// A page of a list of messages: those behind this position.
struct MailPosition: Sendable {
    var moment = Int64.max
    var id = "~"
}

/// Looks messages up, with regard to who may see them, and keeps which identifiers belong to which case.
package enum MailDirectory {
    /// The right to see what waits and what came.
    static let viewRight: Right = "mail.view"

    /// A message.
    /// - Throws: `notFound` where there is none, and just the same where it belongs to a case that the actor may not
    ///   know of.
    static func find(_ id: String, for actor: Actor, in tx: borrowing Transaction) throws -> Mail {
        guard let mail = try tx.first(MailQueries.mail(id: id), MailQueries.read),
            try isVisible([mail], to: actor, in: tx).count == 1
        else { throw Refusal.notFound("message") }
        return mail
    }

    /// Of some messages those that the actor may see: none of a case that they may not know of.
    private static func isVisible(
        _ mails: [Mail], to actor: Actor, in tx: borrowing Transaction
    ) throws -> [Mail] {
        let cases = Set(mails.compactMap(\.arrival.caseID))
        let known = Set(try CaseDirectory.visible(cases.map { ID($0) }, to: actor, in: tx).map(\.id.raw))
        return mails.filter { mail in mail.arrival.caseID.map(known.contains) ?? true }
    }

    /// Messages in a state, newest first.
    static func list(
        _ state: Mail.State, after position: MailPosition = MailPosition(), limit: Int, for actor: Actor,
        in tx: borrowing Transaction
    ) throws -> [Mail] {
        let mails = try tx.all(
            MailQueries.list(state, before: position.moment, id: position.id, limit: limit), MailQueries.read)
        return try isVisible(mails, to: actor, in: tx)
    }

    /// How many messages are in a state.
    static func count(_ state: Mail.State, in tx: borrowing Transaction) throws -> Int {
        try tx.first(MailQueries.count(state)) { Int($0.integer(0)) } ?? 0
    }

    /// The message whose content is the same.
    static func same(as contentKey: String, in tx: borrowing Transaction) throws -> Mail? {
        try tx.first(MailQueries.mail(contentKey: contentKey), MailQueries.read)
    }

    /// What is kept of a message that waits: its words, what it repeats, the identifiers of its thread.
    static func text(
        of mail: ID<Mail>, in tx: borrowing Transaction
    ) throws -> (text: MailText, threadIDs: [String])? {
        try tx.first(MailQueries.text(of: mail.raw)) { row in
            var text = MailText()
            (text.written, text.quoted) = (row.text(0), row.text(1))
            return (text, row.text(2).split(separator: "\n").map(String.init))
        }
    }

    /// The files of a message that waits, in order.
    static func files(of mail: ID<Mail>, in tx: borrowing Transaction) throws -> [MailFile] {
        try tx.all(MailQueries.files(of: mail.raw), MailQueries.readFile)
    }

    /// Keeps of a message what deciding on it later needs.
    static func keep(
        _ text: MailText, threadIDs: [String], files: [MailFile], of mail: ID<Mail>,
        in tx: borrowing Transaction
    ) throws {
        try tx.execute(
            MailQueries.keepText(
                of: mail.raw, written: text.written, quoted: text.quoted, threadIDs: threadIDs))
        for (position, file) in files.enumerated() {
            try tx.execute(MailQueries.keepFile(file, of: mail.raw, position: position))
        }
    }

    /// Forgets what was kept of a message while it waited.
    static func forgetKept(of mail: ID<Mail>, in tx: borrowing Transaction) throws {
        try tx.execute(MailQueries.forgetText(of: mail.raw))
        try tx.execute(MailQueries.forgetFiles(of: mail.raw))
    }

    // MARK: Threads

    /// The case that the first of these identifiers belongs to which belongs to one, and whether the first of all is
    /// that of a message of ours.
    static func caseOf(
        _ ids: [String], in tx: borrowing Transaction
    ) throws -> ID<SupportCase>? {
        guard !ids.isEmpty else { return nil }
        var found: [String: String] = [:]
        try tx.each(MailQueries.threads(of: Array(ids.prefix(200)))) { found[$0.text(0)] = $0.text(1) }
        return ids.lazy.compactMap { found[$0] }.first.map { ID($0) }
    }

    /// Whether an identifier is that of a message that we sent.
    static func isOwn(_ messageID: String, in tx: borrowing Transaction) throws -> Bool {
        try tx.first(MailQueries.threads(of: [messageID])) { $0.integer(2) == 1 } ?? false
    }

    /// Whether a message with this identifier came in before.
    static func isKnown(_ messageID: String, in tx: borrowing Transaction) throws -> Bool {
        try tx.first(MailQueries.isKnown(messageID: messageID)) { $0.integer(0) > 0 } ?? false
    }

    /// Keeps that these identifiers belong to a case.
    static func learn(
        _ ids: [String], of caseID: ID<SupportCase>, isOwn: Bool = false, at now: Timestamp,
        in tx: borrowing Transaction
    ) throws {
        for id in ids.prefix(200) {
            try tx.execute(MailQueries.keepThread(id, caseID: caseID.raw, isOwn: isOwn, at: now))
        }
    }

    // MARK: Purge

    /// Takes the words and the bytes of a case's mail away for good.
    /// - Returns: what was erased of the journal, the files that go, and the facts that say so.
    static func purge(
        _ this: SupportCase, journal: Journal, into decision: inout Decision, in tx: borrowing Transaction
    ) throws -> (erased: [(sequence: Int64, digest: [UInt8])], files: [String]) {
        var (erased, files): ([(sequence: Int64, digest: [UInt8])], [String]) = ([], [])
        for mail in try tx.all(MailQueries.mails(ofCase: this.id.raw, limit: .max), MailQueries.read) {
            erased += try journal.eraseBodies(of: mail.ref, in: tx)
            try forgetKept(of: mail.id, in: tx)
            if !mail.isRemoved {
                files.append(mail.arrival.hash)
                decision.record(MailFact.removed, on: mail.ref)
            }
        }
        try tx.execute(MailQueries.forgetThread(ofCase: this.id.raw))
        try tx.execute(OutboxStore.forget(ofCase: this.id.raw))
        try tx.execute(NotificationStore.forget(ofCase: this.id.raw))
        return (erased, files)
    }
}
