package import Diagnosis

/// How an effect is taken back: by another operation, with an input made from what was before.
package struct Undo: Equatable, Sendable {
    /// The name of the operation: "case.assign".
    package var operation: String
    /// Its input.
    package var input: RawInput

    /// Taking back by this operation with these fields.
    package init(_ operation: String, _ fields: [String: RawValue]) {
        (self.operation, input) = (operation, RawInput(fields))
    }
}

extension RawValue {
    /// The value as JSON, to be kept and read again by `init(_: JSON)`.
    package var json: JSON {
        switch self {
        case .missing, .null, .members: .null
        case .text(let text): .string(text)
        case .integer(let value): .integer(value)
        case .number(let value): .number(value)
        case .bool(let value): .bool(value)
        case .list(let values): .array(values.map(\.json))
        }
    }

    /// Text, or what clears an edit where there is none.
    package static func optional(_ text: String?) -> RawValue { .text(text ?? "") }
}
