package import Diagnosis

/// What happens in the investigation of a case: what is thought, tested, found, decided and fixed.
package enum InvestigationFact: CaseFactFamily {
    /// A hypothesis was put up.
    case hypothesisProposed(id: String, statement: String)

    package static let kinds = ["case.hypothesis_proposed"]
    package static let erasableFields: Set<String> = ["statement"]

    package var kind: String {
        switch self {
        case .hypothesisProposed: "case.hypothesis_proposed"
        }
    }

    package var body: JSON {
        switch self {
        case .hypothesisProposed(let id, let statement): ["id": .string(id), "statement": .string(statement)]
        }
    }

    package var edits: Set<Aspect> { [] }

    package init(kind: String, body: FactBody) throws {
        switch kind {
        case "case.hypothesis_proposed":
            self = .hypothesisProposed(id: try body.text("id"), statement: try body.text("statement"))
        default: throw FactProblem("“\(kind)” is not a kind of InvestigationFact")
        }
    }
}
