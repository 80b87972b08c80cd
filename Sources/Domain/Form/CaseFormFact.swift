package import Diagnosis

/// Which forms of a case were filled in, and which exceptions from them were granted.
package enum CaseFormFact: CaseFactFamily {
    /// A field of a form was answered; nil takes the answer away.
    case answered(form: String, field: String, value: String?)

    package static let kinds = ["case.form_answered"]
    package static let erasableFields: Set<String> = ["value"]

    package var kind: String {
        switch self {
        case .answered: "case.form_answered"
        }
    }

    package var body: JSON {
        switch self {
        case .answered(let form, let field, let value):
            .fields(["form": .string(form), "field": .string(field), "value": value.map(JSON.string)])
        }
    }

    package var edits: Set<Aspect> { [] }

    package init(kind: String, body: FactBody) throws {
        switch kind {
        case "case.form_answered":
            self = .answered(
                form: try body.text("form"), field: try body.text("field"), value: body.optionalText("value"))
        default: throw FactProblem("“\(kind)” is not a kind of CaseFormFact")
        }
    }
}
