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
}

/// The table of notifications.
///
/// Rows are written in the transaction of the fact that they tell of, and hold no words of people: those are read with
/// the case, by whoever may.
package enum NotificationStore {
    private static let columns: SQL =
        "id, case_id, kind, detail, actor, fact_sequence, created_at, is_read"

    /// As part of another statement: in how many cases there is news for a person `p` of that statement.
    static let unreadOfPerson: SQL = """
        (SELECT COUNT(DISTINCT n.case_id) FROM notification n WHERE n.person = p.id AND n.is_read = 0)
        """

    static func insert(_ notice: NotificationNotice, caseID: String, of fact: StoredFact, at now: Timestamp)
        -> SQL
    {
        """
        INSERT INTO notification (id, person, case_id, kind, detail, actor, fact_sequence, created_at, is_read)
        VALUES (\("\(fact.sequence)/\(notice.person.raw)"), \(notice.person.raw), \(caseID), \(notice.kind.rawValue),
            \(notice.detail), \(fact.actor), \(fact.sequence), \(now.microseconds), 0)
        ON CONFLICT (id) DO NOTHING
        """
    }

    /// What somebody was told, unread first, the latest first.
    static func list(of person: String, limit: Int) -> SQL {
        """
        SELECT \(columns) FROM notification WHERE person = \(person)
        ORDER BY is_read, created_at DESC, fact_sequence DESC LIMIT \(limit)
        """
    }

    static func unread(of person: String) -> SQL {
        "SELECT COUNT(DISTINCT case_id) FROM notification WHERE person = \(person) AND is_read = 0"
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

    static func forget(of person: String, before moment: Timestamp) -> SQL {
        "DELETE FROM notification WHERE person = \(person) AND created_at < \(moment.microseconds)"
    }

    static func row(_ row: any Row) -> StoredNotification? {
        guard let kind = NotificationKind(rawValue: row.text(2)) else { return nil }
        return StoredNotification(
            id: row.text(0), caseID: row.text(1), kind: kind, detail: row.text(3), actor: row.text(4),
            sequence: row.integer(5), createdAt: Timestamp(microseconds: row.integer(6)),
            isRead: row.integer(7) == 1)
    }

    /// Every statement, with sample values, to be prepared on both engines.
    package static let samples: [SQL] = {
        let moment = Timestamp(microseconds: 0)
        let fact = StoredFact(
            sequence: 1, subject: SubjectRef(kind: "case", id: "x"), version: Version(1), occurredAt: moment,
            recordedAt: moment, actor: "x", kind: "x", body: "{}")
        let notice = NotificationNotice(person: "x", kind: .replied, detail: "")
        return [
            insert(notice, caseID: "x", of: fact, at: moment), list(of: "x", limit: 1), unread(of: "x"),
            read(nil, by: "x", until: 1), read("x", by: "x", until: 1),
            people(toldOf: [1]), people(toldOfCase: "x"), forget(ofCase: "x"),
            forget(ofCase: "x", toldTo: "x"), forget(of: "x", before: moment),
        ]
    }()
}
