package import Diagnosis

/// What happens to a legal hold.
package enum LegalHoldFact: Fact {
    /// Nothing of these cases and customers is taken away from now on.
    case placed(name: String, reason: String, LegalHold.Scope)
    /// More cases and customers.
    case extended(LegalHold.Scope)
    /// It no longer holds.
    case lifted(reason: String)

    package static let erasableFields: Set<String> = ["reason"]

    package var kind: String {
        switch self {
        case .placed: "hold.placed"
        case .extended: "hold.extended"
        case .lifted: "hold.lifted"
        }
    }

    package var edits: Set<Aspect> {
        switch self {
        case .placed: []
        case .extended: ["scope"]
        case .lifted: ["state"]
        }
    }

    package var body: JSON {
        switch self {
        case .placed(let name, let reason, let scope):
            [
                "name": .string(name), "reason": .string(reason),
                "cases": .array(scope.cases.map(JSON.string)),
                "organisations": .array(scope.organisations.map(JSON.string)),
            ]
        case .extended(let scope):
            [
                "cases": .array(scope.cases.map(JSON.string)),
                "organisations": .array(scope.organisations.map(JSON.string)),
            ]
        case .lifted(let reason): ["reason": .string(reason)]
        }
    }

    package init(kind: String, body: FactBody) throws {
        let scope = LegalHold.Scope(cases: body.texts("cases"), organisations: body.texts("organisations"))
        switch kind {
        case "hold.placed":
            self = .placed(name: try body.text("name"), reason: try body.text("reason"), scope)
        case "hold.extended": self = .extended(scope)
        case "hold.lifted": self = .lifted(reason: try body.text("reason"))
        default: throw FactProblem("“\(kind)” is not a kind of fact of a legal hold")
        }
    }
}
