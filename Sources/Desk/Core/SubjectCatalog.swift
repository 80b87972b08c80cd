import Diagnosis
import Domain
import Storage

/// A table that only projections of facts write, as `verify` compares it: all columns, ordered by its key.
package struct ProjectedTable: Sendable {
    /// The table's name.
    package var name: String
    /// Reads all rows after a key, in the order of the key, at most so many.
    package var page: @Sendable (_ after: String, _ limit: Int) -> SQL
    /// The names of the columns that `page` gives, the key first.
    package var columns: [String]
    /// Whether it holds what the facts make already: one that is new is filled while the server works.
    package var isComplete: @Sendable (borrowing Transaction) throws -> Bool

    /// A table with these parts.
    package init(
        _ name: String, columns: [String], page: @escaping @Sendable (String, Int) -> SQL,
        isComplete: @escaping @Sendable (borrowing Transaction) throws -> Bool = { _ in true }
    ) {
        (self.name, self.columns, self.page) = (name, columns, page)
        self.isComplete = isComplete
    }
}

/// A fact as it is stored, before it is known what kind of subject it is about.
package struct StoredFact: Sendable {
    /// Its place among all facts.
    package var sequence: Int64
    /// What it is about.
    package var subject: SubjectRef
    /// Its place among the facts of its subject.
    package var version: Version
    /// When it was true in the world.
    package var occurredAt: Timestamp
    /// When we learnt it.
    package var recordedAt: Timestamp
    /// Who did it.
    package var actor: String
    /// The kind of change.
    package var kind: String
    /// The change as JSON text.
    package var body: String
}

extension StoredFact {
    /// The fact with its body read as a kind of change.
    package func decoded<Body: Fact>(as type: Body.Type) throws -> Recorded<Body> {
        let object: JSONObject
        do {
            guard let members = try JSON(parsing: body).object else {
                throw FactProblem("the body is no object")
            }
            object = members
        } catch let error as JSONSyntaxError {
            throw FactProblem("the body is not JSON: \(error.message)")
        }
        return Recorded(
            sequence: sequence, subject: subject, version: version, actor: actor, occurredAt: occurredAt,
            recordedAt: recordedAt, body: try Body(kind: kind, body: FactBody(object)))
    }
}

/// A kind of subject: how its facts are read and how they become rows.
///
/// Live and in `verify` the same projection runs.
package struct SubjectType: Sendable {
    /// The kind.
    package let kind: String
    /// The tables that its facts write.
    package let tables: [ProjectedTable]
    /// Which fields of its facts can be erased.
    package let erasableFields: Set<String>
    /// Brings the tables up to a fact.
    package let project: @Sendable (StoredFact, borrowing Transaction) throws -> Void
    /// Removes the subject's rows, before they are made anew.
    package let forget: @Sendable (String, borrowing Transaction) throws -> Void
    /// The aspects that a stored fact edits.
    package let edits: @Sendable (StoredFact) throws -> Set<Aspect>
    /// What an aspect is called and holds after a stored fact, where the fact says so itself.
    package let words: @Sendable (StoredFact, Aspect) throws -> (label: String, value: String)?
    /// For each aspect, what stands there now and what would stand there after these facts, in words.
    package let compare:
        @Sendable (String, [Aspect], [any Fact], Policy, borrowing Transaction) throws -> [Comparison]

    /// One aspect before and after.
    package struct Comparison: Sendable {
        /// What the aspect is called on pages.
        package var label: String
        /// What stands there now.
        package var before: String
        /// What would stand there.
        package var after: String
    }

    /// A kind of subject with its typed parts.
    /// - Parameters:
    ///   - load: reads the present state from the tables.
    ///   - save: writes the state after a fact.
    ///   - describe: an aspect of a state in words: its label and its value.
    package init<S: Subject>(
        _ type: S.Type, tables: [ProjectedTable],
        load: @escaping @Sendable (String, borrowing Transaction) throws -> S?,
        save: @escaping @Sendable (S, Recorded<S.Body>, borrowing Transaction) throws -> Void,
        forget: @escaping @Sendable (String, borrowing Transaction) throws -> Void,
        describe:
            @escaping @Sendable (Aspect, S, Policy, borrowing Transaction) throws -> (
                label: String, value: String
            )
    ) {
        kind = S.kind
        self.tables = tables
        erasableFields = S.Body.erasableFields
        self.forget = forget
        project = { stored, tx in
            let fact = try stored.decoded(as: S.Body.self)
            if fact.version.number == 1 {
                try save(S(first: fact), fact, tx)
                return
            }
            guard var state = try load(fact.subject.id, tx) else {
                throw FactProblem("\(fact.subject.kind) \(fact.subject.id) has facts but no row")
            }
            state.apply(fact)
            try save(state, fact, tx)
        }
        edits = { try $0.decoded(as: S.Body.self).body.edits }
        words = { try $0.decoded(as: S.Body.self).body.words(of: $1) }
        compare = { id, aspects, facts, policy, tx in
            guard let before = try load(id, tx) else { return [] }
            var after = before
            for case let body as S.Body in facts {
                after.apply(
                    Recorded(
                        sequence: 0, subject: SubjectRef(kind: S.kind, id: id), version: Version(Int.max),
                        actor: "",
                        occurredAt: Timestamp(microseconds: 0), recordedAt: Timestamp(microseconds: 0),
                        body: body))
            }
            return try aspects.map { aspect in
                let old = try describe(aspect, before, policy, tx)
                return Comparison(
                    label: old.label, before: old.value, after: try describe(aspect, after, policy, tx).value)
            }
        }
    }
}

/// The kinds of subject that the features bring.
package struct SubjectCatalog: Sendable {
    private let types: [String: SubjectType]

    /// A catalogue of these kinds.
    package init(_ types: [SubjectType]) {
        self.types = Dictionary(types.map { ($0.kind, $0) }) { first, _ in first }
    }

    /// The kind of this name.
    package subscript(kind: String) -> SubjectType? { types[kind] }

    /// All kinds, by name.
    package var all: [SubjectType] { types.values.sorted { $0.kind < $1.kind } }
}
