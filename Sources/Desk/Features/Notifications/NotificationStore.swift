import Domain
import Storage

/// Something that one person is told of one case.
struct StoredNotification: Equatable, Sendable {
    /// Its identifier: the sequence of the fact and the person, so that nobody is told of a fact twice.
    var id: String
    /// The case.
    var caseID: String
    /// Why the person is told.
    var kind: NotificationKind
    /// What it is about, in terms of policy and clocks.
    var detail: String
    /// Who did it.
    var actor: String
    /// The fact.
    var sequence: Int64
    /// When it was told.
    var createdAt: Timestamp
    /// Whether the person read it.
    var isRead: Bool
    /// By which ways it is told.
    var channels: Set<NotificationChannel> = [.page]
}

/// The table of notifications, and that of the messages in which they leave.
///
/// Rows are written in the transaction of the fact that they tell of, and hold no words of people: those are read with
/// the case, by whoever may.
package enum NotificationStore {
    private static let columns: SQL =
        "id, case_id, kind, detail, actor, fact_sequence, created_at, is_read, channels"

    /// Every page says in how many cases there is news, and “99+” from here on: more are not counted.
    private static let mostCounted = 100

    /// As part of another statement: in how many cases there is news for a person `p` of that statement.
    static let unreadOfPerson: SQL = "(\(counted(for: "p.id")))"

    private static func counted(for person: SQL) -> SQL {
        """
        SELECT COUNT(*) FROM (SELECT DISTINCT n.case_id FROM notification n
            WHERE n.person = \(person) AND n.is_read = 0 LIMIT \(mostCounted)) counted
        """
    }

    /// The identifier of what a person is told of a fact.
    static func id(of notice: NotificationNotice, of fact: StoredFact) -> String {
        "\(fact.sequence)/\(notice.person.raw)"
    }

    /// What is told by no page counts as read there.
    static func insert(
        _ notice: NotificationNotice, caseID: String, of fact: StoredFact, by channels: [NotificationChannel],
        at now: Timestamp
    ) -> SQL {
        let ways = channels.map(\.rawValue).joined(separator: " ")
        return """
            INSERT INTO notification (id, person, case_id, kind, detail, actor, fact_sequence, created_at, is_read,
                channels)
            VALUES (\(id(of: notice, of: fact)), \(notice.person.raw), \(caseID), \(notice.kind.rawValue),
                \(notice.detail), \(fact.actor), \(fact.sequence), \(now.microseconds),
                \(channels.contains(.page) ? 0 : 1), \(ways))
            ON CONFLICT (id) DO NOTHING
            """
    }

    /// Takes away what a person was told of one clock of a case before.
    static func replace(clock: String, ofCase id: String, toldTo person: String) -> SQL {
        let kinds = NotificationKind.allCases.filter(\.isOfClock).map(\.rawValue)
        return """
            DELETE FROM notification WHERE person = \(person) AND case_id = \(id) AND kind IN (\(anyOf: kinds))
                AND (detail = \(clock) OR SUBSTR(detail, 1, \(clock.utf8.count + 1)) = \(clock + " "))
            """
    }

    // MARK: Messages

    /// Puts a notification to a message of a channel; changes no row where it stands in one already.
    static func put(_ id: String, on channel: String, to item: String) -> SQL {
        """
        INSERT INTO notification_delivery (notification, channel, item) VALUES (\(id), \(channel), \(item))
        ON CONFLICT (notification, channel) DO NOTHING
        """
    }

    /// What stands in a message, oldest first.
    static func list(ofItem item: String) -> SQL {
        """
        SELECT \(columns) FROM notification
        WHERE id IN (SELECT notification FROM notification_delivery WHERE item = \(item))
        ORDER BY created_at, fact_sequence, id
        """
    }

    /// How many notifications stand in each of some messages.
    static func counts(ofItems items: [String]) -> SQL {
        """
        SELECT item, COUNT(*) FROM notification_delivery WHERE item IN (\(anyOf: items)) GROUP BY item
        ORDER BY item
        """
    }

    /// What the browser is to show somebody: unread, of facts after one, and not older than a moment.
    static func fresh(for person: String, after sequence: Int64, since moment: Timestamp) -> SQL {
        """
        SELECT \(columns) FROM notification
        WHERE person = \(person) AND fact_sequence > \(sequence) AND created_at > \(moment.microseconds)
            AND is_read = 0 ORDER BY fact_sequence LIMIT 20
        """
    }

    static func lastSequence(of person: String) -> SQL {
        "SELECT COALESCE(MAX(fact_sequence), 0) FROM notification WHERE person = \(person)"
    }

    /// Forgets which notifications stood in messages, once either is gone.
    static func forgetDeliveries() -> SQL {
        """
        DELETE FROM notification_delivery
        WHERE NOT EXISTS (SELECT 1 FROM notification n WHERE n.id = notification_delivery.notification)
            OR NOT EXISTS (SELECT 1 FROM outbox o WHERE o.id = notification_delivery.item)
        """
    }

    // MARK: Lists

    /// What somebody was told, unread first, the latest first.
    static func list(of person: String, limit: Int) -> SQL {
        """
        SELECT \(columns) FROM notification WHERE person = \(person)
        ORDER BY is_read, created_at DESC, fact_sequence DESC LIMIT \(limit)
        """
    }

    /// In how many cases there is news for somebody.
    static func unread(of person: String) -> SQL { counted(for: "\(person)") }

    /// One row where there is news of a case for somebody.
    static func news(of caseID: String, for person: String) -> SQL {
        """
        SELECT 1 FROM notification WHERE person = \(person) AND case_id = \(caseID) AND is_read = 0 LIMIT 1
        """
    }

    /// Notes that somebody read what they were told until now, of one case or of all.
    static func read(_ caseID: String?, by person: String, until sequence: Int64) -> SQL {
        let one: SQL = caseID.map { " AND case_id = \($0)" } ?? ""
        return """
            UPDATE notification SET is_read = 1
            WHERE person = \(person) AND is_read = 0 AND fact_sequence <= \(sequence)\(one)
            """
    }

    /// Who was told of some facts.
    static func people(toldOf sequences: [Int64]) -> SQL {
        "SELECT DISTINCT person FROM notification WHERE fact_sequence IN (\(anyOf: sequences)) ORDER BY person"
    }

    static func people(toldOfCase id: String) -> SQL {
        "SELECT DISTINCT person FROM notification WHERE case_id = \(id) ORDER BY person"
    }

    static func forget(ofCase id: String) -> SQL { "DELETE FROM notification WHERE case_id = \(id)" }

    static func forget(ofCase id: String, toldTo person: String) -> SQL {
        "DELETE FROM notification WHERE case_id = \(id) AND person = \(person)"
    }

    static func forget(before moment: Timestamp) -> SQL {
        "DELETE FROM notification WHERE created_at < \(moment.microseconds)"
    }

    static func row(_ row: any Row) -> StoredNotification? {
        guard let kind = NotificationKind(rawValue: row.text(2)) else { return nil }
        return StoredNotification(
            id: row.text(0), caseID: row.text(1), kind: kind, detail: row.text(3), actor: row.text(4),
            sequence: row.integer(5), createdAt: Timestamp(microseconds: row.integer(6)),
            isRead: row.integer(7) == 1,
            channels: Set(
                row.text(8).split(separator: " ").compactMap { NotificationChannel(rawValue: String($0)) }))
    }

    /// Every statement, with sample values, to be prepared on both engines.
    package static let samples: [SQL] = {
        let moment = Timestamp(microseconds: 0)
        let fact = StoredFact(
            sequence: 1, subject: SubjectRef(kind: "case", id: "x"), version: Version(1), occurredAt: moment,
            recordedAt: moment, actor: "x", kind: "x", body: "{}")
        let notice = NotificationNotice(person: "x", kind: .replied, detail: "")
        return [
            insert(notice, caseID: "x", of: fact, by: [.page], at: moment),
            replace(clock: "x", ofCase: "x", toldTo: "x"), put("x", on: "x", to: "x"), list(ofItem: "x"),
            counts(ofItems: ["x"]), fresh(for: "x", after: 0, since: moment), lastSequence(of: "x"),
            forgetDeliveries(), list(of: "x", limit: 1), unread(of: "x"),
            news(of: "x", for: "x"),
            read(nil, by: "x", until: 1), read("x", by: "x", until: 1),
            people(toldOf: [1]), people(toldOfCase: "x"), forget(ofCase: "x"),
            forget(ofCase: "x", toldTo: "x"), forget(before: moment),
        ]
    }()
}
