package import Diagnosis

/// A change of policy.
package enum PolicyFact: Fact {
    /// A new document is in force.
    case changed(document: String, reason: String)

    package static let erasableFields: Set<String> = []

    package var kind: String { "policy.changed" }

    package var body: JSON {
        switch self {
        case .changed(let document, let reason): ["document": .string(document), "reason": .string(reason)]
        }
    }

    package var edits: Set<Aspect> { ["document"] }

    package init(kind: String, body: FactBody) throws {
        guard kind == "policy.changed" else { throw FactProblem("“\(kind)” is not a kind of policy fact") }
        self = .changed(document: try body.text("document"), reason: try body.text("reason"))
    }
}

/// The policy document in force.
package struct PolicyRecord: Subject {
    package static let kind = "policy"
    /// The one policy of an installation.
    package static let ref = SubjectRef(kind: kind, id: "main")

    /// Its latest fact.
    package var version: Version
    /// The document as written.
    package var document: String
    /// When it came into force.
    package var changedAt: Timestamp
    /// Who put it there.
    package var changedBy: String

    /// A record with all its parts.
    package init(version: Version, document: String, changedAt: Timestamp, changedBy: String) {
        (self.version, self.document, self.changedAt, self.changedBy) = (
            version, document, changedAt, changedBy
        )
    }

    package init(first fact: Recorded<PolicyFact>) {
        self.init(version: fact.version, document: "", changedAt: fact.recordedAt, changedBy: fact.actor)
        apply(fact)
    }

    package mutating func apply(_ fact: Recorded<PolicyFact>) {
        (version, changedAt, changedBy) = (fact.version, fact.recordedAt, fact.actor)
        switch fact.body {
        case .changed(let document, _): self.document = document
        }
    }
}
