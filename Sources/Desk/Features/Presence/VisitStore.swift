import Domain
import Storage
import Web

/// When somebody last looked at something, and how much of it they saw then.
///
/// Looks that follow each other within ten minutes are one visit. Not part of the journal.
package struct Visit: Equatable, Sendable {
    /// The last look.
    package var seenAt: Timestamp
    /// The version that was seen.
    package var seenVersion: Int
    /// The end of the visit before this one.
    package var before: (at: Timestamp, version: Int)?
    /// Whether the look changes what is kept.
    var isWorthKeeping = true

    /// How long a visit holds without a look.
    static let pause: Int64 = 600

    /// The visit after another look.
    package init(after old: Visit?, version: Int, at now: Timestamp) {
        (seenAt, seenVersion, before) = (now, version, old?.before)
        guard let old else { return }
        let gap = now.seconds(since: old.seenAt)
        if gap > Self.pause { before = (old.seenAt, old.seenVersion) }
        isWorthKeeping = gap > 60 || version != old.seenVersion
        if !isWorthKeeping { seenAt = old.seenAt }
    }

    init(seenAt: Timestamp, seenVersion: Int, before: (at: Timestamp, version: Int)?) {
        (self.seenAt, self.seenVersion, self.before) = (seenAt, seenVersion, before)
    }

    /// Whether two visits say the same.
    package static func == (left: Visit, right: Visit) -> Bool {
        left.seenAt == right.seenAt && left.seenVersion == right.seenVersion
            && left.before?.at == right.before?.at && left.before?.version == right.before?.version
    }
}

/// The table of visits.
package enum VisitStore {
    static func visit(of person: String, kind: String, id: String) -> SQL {
        """
        SELECT seen_at, seen_version, before_at, before_version FROM visit
        WHERE person = \(person) AND kind = \(kind) AND id = \(id)
        """
    }

    static func save(_ visit: Visit, of person: String, kind: String, id: String) -> SQL {
        """
        INSERT INTO visit (person, kind, id, seen_at, seen_version, before_at, before_version)
        VALUES (\(person), \(kind), \(id), \(visit.seenAt.microseconds), \(visit.seenVersion),
            \(visit.before?.at.microseconds), \(visit.before?.version))
        ON CONFLICT (person, kind, id) DO UPDATE SET seen_at = excluded.seen_at,
            seen_version = excluded.seen_version, before_at = excluded.before_at,
            before_version = excluded.before_version
        """
    }

    static func recent(of person: String, kind: String, limit: Int) -> SQL {
        """
        SELECT id FROM visit WHERE person = \(person) AND kind = \(kind) ORDER BY seen_at DESC, id LIMIT \(limit)
        """
    }

    static func forget(of person: String, before moment: Timestamp) -> SQL {
        "DELETE FROM visit WHERE person = \(person) AND seen_at < \(moment.microseconds)"
    }

    /// Every statement, with sample values, to be prepared on both engines.
    package static let samples: [SQL] = {
        let now = Timestamp(microseconds: 0)
        return [
            visit(of: "x", kind: "case", id: "x"),
            save(Visit(after: nil, version: 1, at: now), of: "x", kind: "case", id: "x"),
            recent(of: "x", kind: "case", limit: 1), forget(of: "x", before: now),
        ]
    }()

    /// The visit that a look makes.
    static func look(
        kind: String, id: String, version: Int, of actor: Actor, at now: Timestamp,
        in tx: borrowing Transaction
    ) throws -> Visit {
        let old = try tx.first(visit(of: actor.id, kind: kind, id: id)) { row in
            var before: (at: Timestamp, version: Int)?
            if let at = row.optionalInteger(2), let version = row.optionalInteger(3) {
                before = (Timestamp(microseconds: at), Int(version))
            }
            return Visit(
                seenAt: Timestamp(microseconds: row.integer(0)), seenVersion: Int(row.integer(1)),
                before: before)
        }
        return Visit(after: old, version: version, at: now)
    }

    /// Keeps a visit for half a year.
    static func keep(
        _ visit: Visit?, kind: String, id: String, of actor: Actor, _ services: Services
    ) async throws {
        guard let visit, visit.isWorthKeeping else { return }
        let person = actor.id
        try await services.writeInPassing { tx in
            try tx.execute(save(visit, of: person, kind: kind, id: id))
            try tx.execute(forget(of: person, before: visit.seenAt.adding(seconds: -180 * 86_400)))
        }
    }

    /// What somebody looked at last, latest first, by identifier.
    static func recent(
        of actor: Actor, kind: String, limit: Int, in tx: borrowing Transaction
    ) throws -> [String] { try tx.all(recent(of: actor.id, kind: kind, limit: limit)) { $0.text(0) } }
}
