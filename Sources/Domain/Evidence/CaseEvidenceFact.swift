package import Diagnosis

/// What happens to the evidence of a case: what was asked for, given, shared and read.
package enum CaseEvidenceFact: CaseFactFamily {
    /// A piece of evidence was attached.
    case attached(evidence: String, name: String)

    package static let kinds = ["case.evidence_attached"]
    package static let erasableFields: Set<String> = ["name"]

    package var kind: String {
        switch self {
        case .attached: "case.evidence_attached"
        }
    }

    package var body: JSON {
        switch self {
        case .attached(let evidence, let name): ["evidence": .string(evidence), "name": .string(name)]
        }
    }

    package var edits: Set<Aspect> { [] }

    package init(kind: String, body: FactBody) throws {
        switch kind {
        case "case.evidence_attached":
            self = .attached(evidence: try body.text("evidence"), name: try body.text("name"))
        default: throw FactProblem("“\(kind)” is not a kind of CaseEvidenceFact")
        }
    }
}
