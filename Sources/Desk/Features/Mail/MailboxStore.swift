import Domain
import Storage

/// How far the mailboxes were read, and what is wrong with them.
enum MailboxStore {
    static func place(of mailbox: String) -> SQL {
        "SELECT validity, last_uid FROM mailbox WHERE name = \(mailbox)"
    }

    static func move(_ mailbox: String, validity: Int64, last: Int64, at now: Timestamp) -> SQL {
        """
        INSERT INTO mailbox (name, validity, last_uid, looked_at) VALUES (\(mailbox), \(validity), \(last),
            \(now.microseconds))
        ON CONFLICT (name) DO UPDATE SET validity = excluded.validity, last_uid = excluded.last_uid,
            looked_at = excluded.looked_at
        """
    }

    static func note(_ mailbox: String, problem: String?, at now: Timestamp) -> SQL {
        """
        INSERT INTO mailbox (name, validity, last_uid, looked_at, problem) VALUES (\(mailbox), 0, 0, \(now.microseconds),
            \(problem))
        ON CONFLICT (name) DO UPDATE SET looked_at = excluded.looked_at, problem = excluded.problem
        """
    }

    /// The mailboxes that were looked into, each with when and what was wrong.
    static func all() -> SQL { "SELECT name, looked_at, problem FROM mailbox ORDER BY name" }

    /// Every statement, with sample values, to be prepared on both engines.
    static let samples: [SQL] = {
        let moment = Timestamp(microseconds: 0)
        return [
            place(of: "x"), move("x", validity: 1, last: 1, at: moment), note("x", problem: nil, at: moment),
            all(),
        ]
    }()
}
