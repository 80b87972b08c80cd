import Diagnosis
import Domain
import Storage
import Web

/// What somebody did a moment ago and may take back.
///
/// Not part of the journal: only taking it back is.
package struct UndoOffer: Sendable {
    /// Names the offer.
    package var id: String
    /// Who may use it.
    package var person: String
    /// What was done, in the words of its operation.
    package var what: String
    /// How it is taken back.
    package var undo: Undo
    /// What was changed.
    package var subject: SubjectRef
    /// The versions that the change made.
    package var versions: ClosedRange<Int>
    /// When it was done.
    package var madeAt: Timestamp
    /// When it was taken back; nil where it was not.
    package var usedAt: Timestamp?

    /// How long an offer holds.
    static let seconds: Int64 = 3600
}

/// The table of offers.
package enum UndoStore {
    static func insert(_ offer: UndoOffer) -> SQL {
        """
        INSERT INTO undo_offer (id, person, what, operation, input, subject_kind, subject_id, from_version,
            to_version, made_at)
        VALUES (\(offer.id), \(offer.person), \(offer.what), \(offer.undo.operation),
            \(offer.undo.input.json.text), \(offer.subject.kind), \(offer.subject.id),
            \(offer.versions.lowerBound), \(offer.versions.upperBound), \(offer.madeAt.microseconds))
        """
    }

    static func offer(id: String, of person: String) -> SQL {
        """
        SELECT id, person, what, operation, input, subject_kind, subject_id, from_version, to_version, made_at, used_at
        FROM undo_offer WHERE id = \(id) AND person = \(person)
        """
    }

    static func markUsed(id: String, at now: Timestamp) -> SQL {
        "UPDATE undo_offer SET used_at = \(now.microseconds) WHERE id = \(id)"
    }

    /// Forgets all offers about a subject: they hold words that must not come back.
    static func forget(about subject: SubjectRef) -> SQL {
        "DELETE FROM undo_offer WHERE subject_kind = \(subject.kind) AND subject_id = \(subject.id)"
    }

    static func forget(before moment: Timestamp) -> SQL {
        "DELETE FROM undo_offer WHERE made_at < \(moment.microseconds)"
    }

    static func read(_ row: any Row) throws -> UndoOffer {
        var undo = Undo(row.text(3), [:])
        undo.input = RawInput(try JSON(parsing: row.text(4)))
        return UndoOffer(
            id: row.text(0), person: row.text(1), what: row.text(2), undo: undo,
            subject: SubjectRef(kind: row.text(5), id: row.text(6)),
            versions: Int(row.integer(7))...Int(row.integer(8)),
            madeAt: Timestamp(microseconds: row.integer(9)),
            usedAt: row.optionalInteger(10).map { Timestamp(microseconds: $0) })
    }

    /// Every statement, with sample values, to be prepared on both engines.
    package static let samples: [SQL] = {
        let now = Timestamp(microseconds: 0)
        return [
            insert(
                UndoOffer(
                    id: "x", person: "x", what: "x", undo: Undo("x", [:]),
                    subject: SubjectRef(kind: "case", id: "x"), versions: 1...1, madeAt: now)),
            offer(id: "x", of: "x"), markUsed(id: "x", at: now), forget(before: now),
            forget(about: SubjectRef(kind: "case", id: "x")),
        ]
    }()
}
