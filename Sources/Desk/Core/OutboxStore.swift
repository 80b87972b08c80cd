import Domain
import Storage

/// What leaves the desk, as long as somebody may ask what became of it.
///
/// Rows are written in the transaction of the fact that they tell of. A row is claimed by a lease, so that one node works
/// on it at a time and a node that died lets go of it, and it keeps its key on every try.
package enum OutboxStore {
    private static let columns: SQL = """
        id, channel, kind, case_id, fact_sequence, person, recipient, key, state, created_at, due_at, attempts, problem,
        done_at
        """

    static func insert(_ item: OutboxItem) -> SQL {
        """
        INSERT INTO outbox (id, channel, kind, case_id, fact_sequence, person, recipient, key, state, created_at, due_at,
            attempts, problem, done_at, holder, held_until)
        VALUES (\(item.id), \(item.channel), \(item.kind), \(item.caseID), \(item.sequence), \(item.person),
            \(item.recipient), \(item.key), \(item.state.rawValue), \(item.createdAt.microseconds),
            \(item.dueAt.microseconds), 0, NULL, NULL, NULL, 0)
        """
    }

    /// What is due on a channel: what waits, and what a node has let go of by its silence; oldest first.
    static func due(_ channel: String, at now: Timestamp, limit: Int) -> SQL {
        """
        SELECT \(columns) FROM outbox
        WHERE channel = \(channel) AND state IN ('waiting', 'sending') AND due_at <= \(now.microseconds)
            AND held_until <= \(now.microseconds)
        ORDER BY due_at, id LIMIT \(limit)
        """
    }

    /// Takes a row for a time, unless somebody else did meanwhile; changes one row where it is had.
    static func claim(_ id: String, for holder: String, until end: Timestamp, at now: Timestamp) -> SQL {
        """
        UPDATE outbox SET state = 'sending', holder = \(holder), held_until = \(end.microseconds),
            attempts = attempts + 1
        WHERE id = \(id) AND state IN ('waiting', 'sending') AND due_at <= \(now.microseconds)
            AND held_until <= \(now.microseconds)
        """
    }

    /// Says what became of a row, unless somebody else has it now.
    static func finish(
        _ id: String, of holder: String, _ state: OutboxItem.State, problem: String?, dueAt: Timestamp,
        doneAt: Timestamp?
    ) -> SQL {
        """
        UPDATE outbox SET state = \(state.rawValue), problem = \(problem), due_at = \(dueAt.microseconds),
            done_at = \(doneAt?.microseconds), holder = NULL, held_until = 0
        WHERE id = \(id) AND holder = \(holder)
        """
    }

    /// Says of a row that was delivered, or was given up, that it waits again, was given up, or came back.
    static func turn(_ id: String, to state: OutboxItem.State, problem: String?, dueAt: Timestamp) -> SQL {
        """
        UPDATE outbox SET state = \(state.rawValue), problem = \(problem), due_at = \(dueAt.microseconds), attempts = 0,
            holder = NULL, held_until = 0 WHERE id = \(id)
        """
    }

    static func item(id: String) -> SQL { "SELECT \(columns) FROM outbox WHERE id = \(id)" }

    static func item(key: String) -> SQL { "SELECT \(columns) FROM outbox WHERE key = \(key)" }

    /// Rows of a channel in some states, newest first.
    static func list(_ channel: String, states: [String], limit: Int) -> SQL {
        """
        SELECT \(columns) FROM outbox WHERE channel = \(channel) AND state IN (\(anyOf: states))
        ORDER BY created_at DESC, id DESC LIMIT \(limit)
        """
    }

    /// Rows about a case, newest first.
    static func list(ofCase id: String, limit: Int) -> SQL {
        "SELECT \(columns) FROM outbox WHERE case_id = \(id) ORDER BY created_at DESC, id DESC LIMIT \(limit)"
    }

    static func count(_ channel: String, states: [String]) -> SQL {
        "SELECT COUNT(*) FROM outbox WHERE channel = \(channel) AND state IN (\(anyOf: states))"
    }

    static func count(to recipient: String, kind: String, since moment: Timestamp) -> SQL {
        """
        SELECT COUNT(*) FROM outbox WHERE recipient = \(recipient) AND kind = \(kind)
            AND created_at > \(moment.microseconds)
        """
    }

    /// The item that something for a person is still put to: of a kind and about a case, or about none, not tried yet.
    static func gathering(_ channel: String, for person: String, kind: String, caseID: String?) -> SQL {
        let one: SQL = caseID.map { " AND case_id = \($0)" } ?? " AND case_id IS NULL"
        return """
            SELECT \(columns) FROM outbox
            WHERE person = \(person) AND channel = \(channel) AND kind = \(kind)\(one) AND state = 'waiting'
                AND attempts = 0
            ORDER BY created_at DESC, id DESC LIMIT 1
            """
    }

    /// Makes an item that waits due earlier, where it is due later.
    static func hasten(_ id: String, to moment: Timestamp) -> SQL {
        """
        UPDATE outbox SET due_at = \(moment.microseconds)
        WHERE id = \(id) AND state = 'waiting' AND due_at > \(moment.microseconds)
        """
    }

    static func count(_ channel: String, for person: String, kind: String, since moment: Timestamp) -> SQL {
        """
        SELECT COUNT(*) FROM outbox WHERE person = \(person) AND channel = \(channel) AND kind = \(kind)
            AND created_at > \(moment.microseconds)
        """
    }

    /// Gives up for good what waits on some channels since long ago.
    static func dropStale(_ channels: [String], before moment: Timestamp, reason: String) -> SQL {
        """
        UPDATE outbox SET state = 'dropped', problem = \(reason)
        WHERE channel IN (\(anyOf: channels)) AND state = 'waiting' AND created_at < \(moment.microseconds)
        """
    }

    /// Forgets what was done long ago.
    static func forget(before moment: Timestamp) -> SQL {
        "DELETE FROM outbox WHERE state IN ('sent', 'dropped') AND created_at < \(moment.microseconds)"
    }

    static func forget(ofCase id: String) -> SQL { "DELETE FROM outbox WHERE case_id = \(id)" }

    static func read(_ row: any Row) -> OutboxItem {
        OutboxItem(
            id: row.text(0), channel: row.text(1), kind: row.text(2), caseID: row.optionalText(3),
            sequence: row.integer(4), person: row.optionalText(5), recipient: row.text(6), key: row.text(7),
            state: OutboxItem.State(rawValue: row.text(8)) ?? .waiting,
            createdAt: Timestamp(microseconds: row.integer(9)),
            dueAt: Timestamp(microseconds: row.integer(10)),
            attempts: Int(row.integer(11)), problem: row.optionalText(12),
            doneAt: row.optionalInteger(13).map { Timestamp(microseconds: $0) })
    }

    /// Every statement, with sample values, to be prepared on both engines.
    package static let samples: [SQL] = {
        let moment = Timestamp(microseconds: 0)
        let item = OutboxItem(
            id: "x", channel: "x", kind: "x", caseID: nil, sequence: 0, person: nil, recipient: "x", key: "x",
            state: .waiting, createdAt: moment, dueAt: moment, attempts: 0, problem: nil, doneAt: nil)
        return [
            insert(item), due("x", at: moment, limit: 1), claim("x", for: "x", until: moment, at: moment),
            finish("x", of: "x", .sent, problem: nil, dueAt: moment, doneAt: moment),
            turn("x", to: .waiting, problem: nil, dueAt: moment), Self.item(id: "x"), Self.item(key: "x"),
            list("x", states: ["x"], limit: 1), list(ofCase: "x", limit: 1), count("x", states: ["x"]),
            gathering("x", for: "x", kind: "x", caseID: "x"),
            gathering("x", for: "x", kind: "x", caseID: nil), hasten("x", to: moment),
            count("x", for: "x", kind: "x", since: moment),
            dropStale(["x"], before: moment, reason: "x"),
            count(to: "x", kind: "x", since: moment), forget(before: moment), forget(ofCase: "x"),
        ]
    }()
}
