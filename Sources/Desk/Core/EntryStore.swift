import Domain
import Storage

/// Which facts of a subject a page or an export shows.
package struct EntryFilter: Sendable {
    /// Facts of these kinds; of all where empty.
    package var kinds: [String] = []
    /// Facts that are shown whatever their kind, by sequence.
    package var also: [Int64] = []
    /// Facts that are not shown, by sequence.
    package var except: [Int64] = []
    /// Facts of this person alone.
    package var actor: String?

    /// All facts.
    package init() {}

    /// Whether nothing is left out.
    var isAll: Bool { kinds.isEmpty && except.isEmpty && actor == nil }
}

/// The facts of a subject as its timeline asks for them.
package enum EntryStore {
    static func entries(
        of subject: SubjectRef, _ filter: EntryFilter, after: Int = 0, before: Int = .max, limit: Int,
        isOldestFirst: Bool = false
    ) -> SQL {
        let order: SQL = isOldestFirst ? "version" : "version DESC"
        return """
            SELECT sequence, subject_kind, subject_id, version, occurred_at, recorded_at, actor, kind, body FROM fact
            WHERE \(SQL.all(conditions(subject, filter))) AND version > \(after) AND version < \(before)
            ORDER BY \(order) LIMIT \(limit)
            """
    }

    static func entryCount(of subject: SubjectRef, _ filter: EntryFilter) -> SQL {
        "SELECT COUNT(*) FROM fact WHERE \(SQL.all(conditions(subject, filter)))"
    }

    static func actors(of subject: SubjectRef) -> SQL {
        """
        SELECT actor, COUNT(*) FROM fact WHERE subject_kind = \(subject.kind) AND subject_id = \(subject.id)
        GROUP BY actor ORDER BY COUNT(*) DESC, actor LIMIT 100
        """
    }

    static func entry(_ sequence: Int64, of subject: SubjectRef) -> SQL {
        """
        SELECT sequence, subject_kind, subject_id, version, occurred_at, recorded_at, actor, kind, body FROM fact
        WHERE sequence = \(sequence) AND subject_kind = \(subject.kind) AND subject_id = \(subject.id)
        """
    }

    private static func conditions(_ subject: SubjectRef, _ filter: EntryFilter) -> [SQL] {
        var conditions: [SQL] = ["subject_kind = \(subject.kind)", "subject_id = \(subject.id)"]
        if !filter.kinds.isEmpty {
            conditions.append(
                filter.also.isEmpty
                    ? "kind IN (\(anyOf: filter.kinds))"
                    : "(kind IN (\(anyOf: filter.kinds)) OR sequence IN (\(anyOf: filter.also)))")
        }
        if !filter.except.isEmpty { conditions.append("sequence NOT IN (\(anyOf: filter.except))") }
        if let actor = filter.actor { conditions.append("actor = \(actor)") }
        return conditions
    }

    /// Every statement of timelines, with sample values, to be prepared on both engines.
    package static let samples: [SQL] = {
        let subject = SubjectRef(kind: "case", id: "x")
        var filter = EntryFilter()
        (filter.kinds, filter.also, filter.except, filter.actor) = (["case.noted"], [1], [2], "x")
        return [
            entries(of: subject, filter, limit: 1),
            entries(of: subject, EntryFilter(), limit: 1, isOldestFirst: true),
            entryCount(of: subject, filter), actors(of: subject), entry(1, of: subject),
        ]
    }()
}
