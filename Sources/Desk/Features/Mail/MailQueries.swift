import Domain
import Storage

/// The table of messages, what is kept of those that wait, and which identifiers belong to which case.
enum MailQueries {
    private static let columns: SQL = """
        id, version, message_id, content_key, hash, size, sender, sender_name, subject, sent_at, kind, trust,
        attachments, problems, reasons, person, case_id, organisation, state, received_at, decided_at, is_removed
        """

    static func mail(id: String) -> SQL { "SELECT \(columns) FROM mail WHERE id = \(id)" }

    /// The message with this content.
    static func mail(contentKey: String) -> SQL {
        "SELECT \(columns) FROM mail WHERE content_key = \(contentKey)"
    }

    /// Whether a message with this identifier came in.
    static func isKnown(messageID: String) -> SQL {
        "SELECT COUNT(*) FROM mail WHERE message_id = \(messageID)"
    }

    /// Messages in a state, newest first, after a position.
    static func list(_ state: Mail.State, before moment: Int64, id: String, limit: Int) -> SQL {
        """
        SELECT \(columns) FROM mail
        WHERE state = \(state.rawValue) AND (received_at < \(moment) OR (received_at = \(moment) AND id < \(id)))
        ORDER BY received_at DESC, id DESC LIMIT \(limit)
        """
    }

    /// Messages of a case, newest first.
    static func mails(ofCase id: String, limit: Int) -> SQL {
        "SELECT \(columns) FROM mail WHERE case_id = \(id) ORDER BY received_at DESC, id DESC LIMIT \(limit)"
    }

    /// Messages that were thrown away by a moment and whose bytes are there.
    static func discarded(by moment: Timestamp, limit: Int) -> SQL {
        """
        SELECT \(columns) FROM mail
        WHERE state = 'discarded' AND is_removed = 0 AND decided_at <= \(moment.microseconds)
        ORDER BY decided_at, id LIMIT \(limit)
        """
    }

    static func countFrom(_ sender: String, since moment: Timestamp) -> SQL {
        "SELECT COUNT(*) FROM mail WHERE sender = \(sender) AND received_at > \(moment.microseconds)"
    }

    static func countTo(caseID: String, since moment: Timestamp) -> SQL {
        "SELECT COUNT(*) FROM mail WHERE case_id = \(caseID) AND received_at > \(moment.microseconds)"
    }

    static func count(_ state: Mail.State) -> SQL {
        "SELECT COUNT(*) FROM mail WHERE state = \(state.rawValue)"
    }

    static func page(after id: String, limit: Int) -> SQL {
        "SELECT \(columns) FROM mail WHERE id > \(id) ORDER BY id LIMIT \(limit)"
    }

    static func save(_ mail: Mail) -> SQL {
        let it = mail.arrival
        return """
            INSERT INTO mail (id, version, message_id, content_key, hash, size, sender, sender_name, subject, sent_at,
                kind, trust, attachments, problems, reasons, person, case_id, organisation, state, received_at,
                decided_at, is_removed)
            VALUES (\(mail.id.raw), \(mail.version.number), \(it.messageID), \(it.contentKey), \(it.hash), \(it.size),
                \(it.from.lowercased()), \(it.fromName), \(it.subject), \(it.sentAt?.microseconds), \(it.kind.rawValue),
                \(it.trust.rawValue), \(it.attachments), \(it.problems.joined(separator: "\n")),
                \(it.reasons.map(\.rawValue).joined(separator: ",")), \(it.person), \(it.caseID), \(it.organisation),
                \(mail.state.rawValue), \(mail.receivedAt.microseconds), \(mail.decidedAt?.microseconds),
                \(mail.isRemoved))
            ON CONFLICT (id) DO UPDATE SET version = excluded.version, person = excluded.person,
                case_id = excluded.case_id, state = excluded.state, decided_at = excluded.decided_at,
                is_removed = excluded.is_removed
            """
    }

    static func forget(id: String) -> SQL { "DELETE FROM mail WHERE id = \(id)" }

    static func read(_ row: any Row) -> Mail {
        Mail(
            id: ID(row.text(0)), version: Version(Int(row.integer(1))),
            arrival: .init(
                messageID: row.optionalText(2), contentKey: row.text(3), hash: row.text(4),
                size: Int(row.integer(5)), from: row.text(6), fromName: row.optionalText(7),
                subject: row.text(8),
                sentAt: row.optionalInteger(9).map { Timestamp(microseconds: $0) },
                kind: MailKind(rawValue: row.text(10)) ?? .person,
                trust: MailTrust(rawValue: row.text(11)) ?? .unverified, attachments: Int(row.integer(12)),
                problems: row.text(13).split(separator: "\n").map(String.init),
                reasons: row.text(14).split(separator: ",").compactMap { MailReason(rawValue: String($0)) },
                person: row.optionalText(15), caseID: row.optionalText(16), organisation: row.optionalText(17)
            ),
            state: Mail.State(rawValue: row.text(18)) ?? .aside,
            receivedAt: Timestamp(microseconds: row.integer(19)),
            decidedAt: row.optionalInteger(20).map { Timestamp(microseconds: $0) },
            isRemoved: row.integer(21) == 1)
    }

    // MARK: What is kept of those that wait

    static func keepText(of id: String, written: String, quoted: String, threadIDs: [String]) -> SQL {
        """
        INSERT INTO mail_text (mail_id, written, quoted, thread_ids)
        VALUES (\(id), \(written), \(quoted), \(threadIDs.joined(separator: "\n")))
        """
    }

    static func text(of id: String) -> SQL {
        "SELECT written, quoted, thread_ids FROM mail_text WHERE mail_id = \(id)"
    }

    static func keepFile(_ file: MailFile, of id: String, position: Int) -> SQL {
        """
        INSERT INTO mail_file (mail_id, position, name, given_name, media_type, hash, size)
        VALUES (\(id), \(position), \(file.name), \(file.givenName), \(file.mediaType), \(file.hash), \(file.size))
        """
    }

    static func files(of id: String) -> SQL {
        """
        SELECT name, given_name, media_type, hash, size FROM mail_file WHERE mail_id = \(id) ORDER BY position
        """
    }

    static func readFile(_ row: any Row) -> MailFile {
        MailFile(
            name: row.text(0), givenName: row.optionalText(1), mediaType: row.text(2), hash: row.text(3),
            size: row.integer(4))
    }

    static func forgetText(of id: String) -> SQL { "DELETE FROM mail_text WHERE mail_id = \(id)" }

    static func forgetFiles(of id: String) -> SQL { "DELETE FROM mail_file WHERE mail_id = \(id)" }

    /// Which of these digests name the bytes of a message, or of a file of one that waits.
    static func used(hashes: [String]) -> SQL {
        """
        SELECT hash FROM mail WHERE hash IN (\(anyOf: hashes)) AND is_removed = 0
        UNION SELECT hash FROM mail_file WHERE hash IN (\(anyOf: hashes))
        """
    }

    static func keptFiles() -> SQL {
        """
        SELECT hash, MAX(size) FROM (
            SELECT hash, size FROM mail WHERE is_removed = 0 UNION ALL SELECT hash, size FROM mail_file
        ) AS kept GROUP BY hash ORDER BY hash
        """
    }

    // MARK: Threads

    /// Says that an identifier belongs to a case, unless it belongs to one already.
    static func keepThread(_ messageID: String, caseID: String, isOwn: Bool, at now: Timestamp) -> SQL {
        """
        INSERT INTO mail_thread (message_id, case_id, is_own, seen_at)
        VALUES (\(messageID), \(caseID), \(isOwn), \(now.microseconds))
        ON CONFLICT (message_id) DO NOTHING
        """
    }

    static func threads(of ids: [String]) -> SQL {
        "SELECT message_id, case_id, is_own FROM mail_thread WHERE message_id IN (\(anyOf: ids))"
    }

    /// The identifiers of a case's thread, those seen first first.
    static func thread(ofCase id: String, until moment: Timestamp, limit: Int) -> SQL {
        """
        SELECT message_id FROM mail_thread WHERE case_id = \(id) AND seen_at < \(moment.microseconds) ORDER BY seen_at, message_id LIMIT \(limit)
        """
    }

    /// The identifier of the newest message that came in for a case until a moment.
    static func newestID(ofCase id: String, until moment: Timestamp) -> SQL {
        """
        SELECT message_id FROM mail WHERE case_id = \(id) AND message_id IS NOT NULL AND state = 'filed'
            AND kind = 'person' AND received_at <= \(moment.microseconds) ORDER BY received_at DESC, id DESC LIMIT 1
        """
    }

    static func forgetThread(ofCase id: String) -> SQL { "DELETE FROM mail_thread WHERE case_id = \(id)" }

    /// Every statement, with sample values, to be prepared on both engines.
    static let samples: [SQL] = {
        let moment = Timestamp(microseconds: 0)
        let arrival = MailFact.Arrival(
            messageID: nil, contentKey: "x", hash: "x", size: 0, from: "x", fromName: nil, subject: "x",
            sentAt: nil,
            kind: .person, trust: .unverified, attachments: 0, problems: [], reasons: [], person: nil,
            caseID: nil,
            organisation: nil)
        let mail = Mail(
            id: "x", version: Version(1), arrival: arrival, state: .aside, receivedAt: moment, decidedAt: nil,
            isRemoved: false)
        let file = MailFile(name: "x", givenName: nil, mediaType: "x", hash: "x", size: 0)
        return [
            Self.mail(id: "x"), Self.mail(contentKey: "x"), isKnown(messageID: "x"),
            list(.waiting, before: 0, id: "x", limit: 1), mails(ofCase: "x", limit: 1),
            discarded(by: moment, limit: 1), countFrom("x", since: moment),
            countTo(caseID: "x", since: moment),
            count(.waiting), page(after: "", limit: 1), save(mail), forget(id: "x"),
            keepText(of: "x", written: "x", quoted: "x", threadIDs: []), text(of: "x"),
            keepFile(file, of: "x", position: 0), files(of: "x"), forgetText(of: "x"), forgetFiles(of: "x"),
            used(hashes: ["x"]), keptFiles(), keepThread("x", caseID: "x", isOwn: false, at: moment),
            threads(of: ["x"]), thread(ofCase: "x", until: moment, limit: 1),
            newestID(ofCase: "x", until: moment),
            forgetThread(ofCase: "x"),
        ]
    }()

    static let subject = SubjectType(
        Mail.self,
        tables: [
            ProjectedTable(
                "mail",
                columns: [
                    "id", "version", "message_id", "content_key", "hash", "size", "sender", "sender_name",
                    "subject",
                    "sent_at", "kind", "trust", "attachments", "problems", "reasons", "person", "case_id",
                    "organisation", "state", "received_at", "decided_at", "is_removed",
                ], page: page(after:limit:))
        ],
        load: { id, tx in try tx.first(mail(id: id), read) },
        save: { mail, _, tx in try tx.execute(save(mail)) },
        forget: { id, tx in try tx.execute(forget(id: id)) },
        describe: { _, mail, _, _ in ("State", mail.state.rawValue) })
}
