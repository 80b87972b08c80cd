package import Diagnosis

/// What a case has to do with others: links, merges, splits, and who may know of it.
package enum RelationFact: CaseFactFamily {
    /// The case was linked to another record.
    case linked(relation: String, to: String)

    package static let kinds = ["case.linked"]
    package static let erasableFields: Set<String> = []

    package var kind: String {
        switch self {
        case .linked: "case.linked"
        }
    }

    package var body: JSON {
        switch self {
        case .linked(let relation, let other): ["relation": .string(relation), "to": .string(other)]
        }
    }

    package var edits: Set<Aspect> { [] }

    package init(kind: String, body: FactBody) throws {
        switch kind {
        case "case.linked": self = .linked(relation: try body.text("relation"), to: try body.text("to"))
        default: throw FactProblem("“\(kind)” is not a kind of RelationFact")
        }
    }
}
