import Domain
import Storage
import Web

/// Text that somebody is typing, kept so that a crash of browser or server does not lose it.
///
/// Not part of the journal.
package enum DraftStore {
    /// How many drafts are kept for one person; the oldest go first.
    ///
    /// Nobody types that much at once, and nobody may fill the disk.
    package static let most = 100

    static func upsert(of person: String, key: String, text: String, at now: Timestamp) -> SQL {
        """
        INSERT INTO draft (person, key, text, saved_at) VALUES (\(person), \(key), \(text), \(now.microseconds))
        ON CONFLICT (person, key) DO UPDATE SET text = excluded.text, saved_at = excluded.saved_at
        """
    }

    static func row(of person: String, key: String) -> SQL {
        "SELECT text, saved_at FROM draft WHERE person = \(person) AND key = \(key)"
    }

    static func delete(of person: String, key: String) -> SQL {
        "DELETE FROM draft WHERE person = \(person) AND key = \(key)"
    }

    /// Forgets what anybody was writing about a case.
    static func deleteAll(about number: String) -> SQL {
        "DELETE FROM draft WHERE key LIKE \(SQL.containing("/\(number)/")) ESCAPE '\\'"
    }

    private static func deleteOldest(of person: String) -> SQL {
        """
        DELETE FROM draft WHERE person = \(person) AND key NOT IN
            (SELECT key FROM draft WHERE person = \(person) ORDER BY saved_at DESC, key LIMIT \(most))
        """
    }

    /// Every statement, with sample values, to be prepared on both engines.
    package static let samples: [SQL] = [
        upsert(of: "x", key: "k", text: "t", at: Timestamp(microseconds: 0)), row(of: "x", key: "k"),
        delete(of: "x", key: "k"), deleteOldest(of: "x"), deleteAll(about: "x"),
    ]

    /// Keeps a draft; an empty one is forgotten.
    static func save(key: String, text: String, of actor: Actor, _ services: Services) async throws {
        let now = services.clock()
        try await services.database.write { tx in
            guard !text.isEmpty else {
                try tx.execute(delete(of: actor.id, key: key))
                return
            }
            try tx.execute(upsert(of: actor.id, key: key, text: text, at: now))
            try tx.execute(deleteOldest(of: actor.id))
        }
    }

    /// A draft and when it was kept; nil where there is none.
    static func find(
        key: String, of actor: Actor, in tx: borrowing Transaction
    ) throws -> (text: String, savedAt: Timestamp)? {
        try tx.first(row(of: actor.id, key: key)) { ($0.text(0), Timestamp(microseconds: $0.integer(1))) }
    }

    /// Forgets drafts that have become what they were drafts of.
    static func clear(_ keys: [String], of actor: Actor, _ services: Services) async throws {
        guard !keys.isEmpty else { return }
        try await services.database.write { tx in
            for key in keys { try tx.execute(delete(of: actor.id, key: key)) }
        }
    }
}
