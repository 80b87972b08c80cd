package import Diagnosis

/// What happens around the work on a case: who does what next, who helps, what blocks it, what was promised.
package enum CoordinationFact: CaseFactFamily {
    /// Somebody follows the case.
    case watched(person: String)

    package static let kinds = ["case.watched"]
    package static let erasableFields: Set<String> = []

    package var kind: String {
        switch self {
        case .watched: "case.watched"
        }
    }

    package var body: JSON {
        switch self {
        case .watched(let person): ["person": .string(person)]
        }
    }

    package var edits: Set<Aspect> { [] }

    package init(kind: String, body: FactBody) throws {
        switch kind {
        case "case.watched": self = .watched(person: try body.text("person"))
        default: throw FactProblem("“\(kind)” is not a kind of CoordinationFact")
        }
    }
}
