import Domain
import Storage
import Web

/// Who has a case open at this moment, and whether they write: kept for all nodes, gone by itself.
///
/// Not part of the journal.
package enum PresenceStore {
    /// What somebody does on an open page.
    package enum State: String, Sendable, CaseIterable {
        /// Looks.
        case looking
        /// Writes to the customer.
        case replying
        /// Writes a note.
        case noting
    }

    /// Somebody on the page of a case.
    struct Presence: Sendable, Hashable {
        var caseID: String
        var person: String
        var state: State
    }

    /// How long a sign of life holds: pages give one every twenty seconds.
    static let seconds: Int64 = 45

    static func upsert(_ presence: Presence, at now: Timestamp) -> SQL {
        """
        INSERT INTO presence (case_id, person, state, seen_at)
        VALUES (\(presence.caseID), \(presence.person), \(presence.state.rawValue), \(now.microseconds))
        ON CONFLICT (case_id, person) DO UPDATE SET state = excluded.state, seen_at = excluded.seen_at
        """
    }

    static func delete(caseID: String, person: String) -> SQL {
        "DELETE FROM presence WHERE case_id = \(caseID) AND person = \(person)"
    }

    static func deleteOld(before moment: Timestamp) -> SQL {
        "DELETE FROM presence WHERE seen_at < \(moment.microseconds)"
    }

    static func all(since moment: Timestamp) -> SQL {
        "SELECT case_id, person, state FROM presence WHERE seen_at > \(moment.microseconds) LIMIT 5000"
    }

    static func lastSeen() -> SQL { "SELECT person, MAX(seen_at) FROM presence GROUP BY person" }

    static func on(cases: [String], since moment: Timestamp) -> SQL {
        """
        SELECT case_id, person, state FROM presence
        WHERE case_id IN (\(anyOf: cases)) AND seen_at > \(moment.microseconds) ORDER BY case_id, person LIMIT 1000
        """
    }

    private static func read(_ row: any Row) -> Presence {
        Presence(
            caseID: row.text(0), person: row.text(1), state: State(rawValue: row.text(2)) ?? .looking)
    }

    /// Every statement, with sample values, to be prepared on both engines.
    package static let samples: [SQL] = {
        let now = Timestamp(microseconds: 0)
        return [
            upsert(Presence(caseID: "x", person: "x", state: .looking), at: now),
            delete(caseID: "x", person: "x"), deleteOld(before: now), all(since: now), lastSeen(),
            on(cases: ["x"], since: now),
        ]
    }()

    /// Everybody who is on the page of any case.
    static func everybody(at now: Timestamp, in tx: borrowing Transaction) throws -> Set<Presence> {
        Set(try tx.all(all(since: now.adding(seconds: -seconds)), read))
    }

    /// When each person was last on the page of a case, by identifier; without those for whom that is long ago.
    static func lastSeen(in tx: borrowing Transaction) throws -> [String: Timestamp] {
        var seen: [String: Timestamp] = [:]
        try tx.each(lastSeen()) { seen[$0.text(0)] = Timestamp(microseconds: $0.integer(1)) }
        return seen
    }

    // MARK: In words

    /// Who else is here, as the composer says it; hidden where nobody is.
    static func words(
        on id: ID<SupportCase>, for actor: Actor, at now: Timestamp, in tx: borrowing Transaction
    ) throws -> HTML {
        let text = try sentence(on: id, for: actor, at: now, in: tx)
        return """
            <p class="here" id="here" data-here\(.flag("hidden", text.isEmpty))>\(icon("people"))<span>\(text)</span></p>
            """
    }

    /// Who else is here, in a sentence; empty where nobody is.
    static func sentence(
        on id: ID<SupportCase>, for actor: Actor, at now: Timestamp, in tx: borrowing Transaction
    ) throws -> String {
        let others = try tx.all(on(cases: [id.raw], since: now.adding(seconds: -seconds)), read)
            .filter { $0.person != actor.id }
        guard !others.isEmpty else { return "" }
        let people = try PeopleDirectory.people(others.map(\.person), in: tx)
        var sentences: [String] = []
        let staff = others.filter { people[$0.person].map { !$0.isCustomer } ?? false }
        for (state, one, many) in [
            (State.replying, "is writing a reply", "are writing replies"),
            (.noting, "is writing a note", "are writing notes"), (.looking, "is looking", "are looking"),
        ] {
            let names = staff.filter { $0.state == state }.compactMap { people[$0.person]?.name }.sorted()
            if !names.isEmpty {
                sentences.append("\(listed(names)) \(names.count == 1 ? one : many).")
            }
        }
        // Of customers it is said only that somebody looks: not who, and not that they type.
        if others.contains(where: { people[$0.person]?.isCustomer ?? false }) {
            sentences.append("The customer is looking.")
        }
        return sentences.joined(separator: " ")
    }

    private static func listed(_ names: [String]) -> String {
        guard names.count > 1, let last = names.last else { return names.first ?? "" }
        let shown = names.prefix(3)
        if names.count > 3 { return shown.joined(separator: ", ") + " and \(names.count - 3) others" }
        return shown.dropLast().joined(separator: ", ") + " and " + last
    }

    /// Who of the colleagues is writing to the customer, by case, for the rows of a queue.
    static func replying(
        on ids: [ID<SupportCase>], for actor: Actor, at now: Timestamp, in tx: borrowing Transaction
    ) throws -> [String: String] {
        guard !ids.isEmpty else { return [:] }
        let writing = try tx.all(on(cases: ids.map(\.raw), since: now.adding(seconds: -seconds)), read)
            .filter { $0.state == .replying && $0.person != actor.id }
        guard !writing.isEmpty else { return [:] }
        let names = try PeopleDirectory.names(of: writing.map(\.person), in: tx)
        var words: [String: String] = [:]
        for one in writing where words[one.caseID] == nil { words[one.caseID] = names[one.person] }
        return words
    }
}
