import Domain
import Storage
import Web

/// Text that somebody is typing, kept so that a crash of browser or server does not lose it. Not part of the journal.
package enum DraftStore {
    /// Keeps a draft; an empty one is forgotten.
    static func save(key: String, text: String, of actor: Actor, _ services: Services) async throws {
        let now = services.clock()
        try await services.database.write { tx in
            _ =
                text.isEmpty
                ? try tx.execute(PeopleQueries.deleteDraft(of: actor.id, key: key))
                : try tx.execute(PeopleQueries.saveDraft(of: actor.id, key: key, text: text, at: now))
        }
    }

    /// A draft and when it was kept; nil where there is none.
    static func find(
        key: String, of actor: Actor, in tx: borrowing Transaction
    ) throws -> (text: String, savedAt: Timestamp)? {
        try tx.first(PeopleQueries.draft(of: actor.id, key: key)) {
            ($0.text(0), Timestamp(microseconds: $0.integer(1)))
        }
    }

    /// Forgets drafts that have become what they were drafts of.
    static func clear(_ keys: [String], of actor: Actor, _ services: Services) async throws {
        guard !keys.isEmpty else { return }
        try await services.database.write { tx in
            for key in keys { try tx.execute(PeopleQueries.deleteDraft(of: actor.id, key: key)) }
        }
    }
}
